//! `POST /batch/calendar/v3` (reference 4.4).

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{EVENTS, Google, Reply, read};

/// One answer of a batch.
#[derive(Debug)]
struct Answer {
    content_id: String,
    status: u16,
    body: Value,
}

/// Sends the parts as a client does, with CR LF and one content id for each.
async fn batch(google: &Google, parts: &[String]) -> Reply {
    let parts = parts.iter().enumerate().map(|(index, part)| {
        format!(
            "--b1\r\nContent-Type: application/http\r\nContent-ID: <op-{index}>\r\n\r\n{}\r\n",
            part.replace('\n', "\r\n")
        )
    });
    let body: String = parts.chain(["--b1--\r\n".to_owned()]).collect();
    let request = google
        .request(Method::POST, "/batch/calendar/v3")
        .header("content-type", "multipart/mixed; boundary=b1")
        .body(body);
    read(request.send().await.unwrap()).await
}

#[track_caller]
fn answers(reply: Reply) -> Vec<Answer> {
    let text = reply.ok();
    let text = text.as_str().unwrap();
    let boundary = text.lines().next().unwrap();
    let whole = text
        .strip_suffix("--\r\n")
        .unwrap()
        .strip_suffix(boundary)
        .unwrap();
    let parts = whole.split(boundary).skip(1);
    let parts = parts.map(|part| {
        let (outer, rest) = part.trim_start().split_once("\r\n\r\n").unwrap();
        assert!(outer.contains("Content-Type: application/http"), "{outer}");
        let id = outer.lines().find_map(|line| line.strip_prefix("Content-ID: "));
        let (head, body) = rest.split_once("\r\n\r\n").unwrap();
        let status = head.strip_prefix("HTTP/1.1 ").unwrap()[..3].parse().unwrap();
        let body = body.trim_end();
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("Content-Length: "))
            .unwrap();
        assert_eq!(length.parse::<usize>().unwrap(), body.len());
        Answer {
            content_id: id.unwrap_or_default().to_owned(),
            status,
            body: serde_json::from_str(body).unwrap_or(Value::Null),
        }
    });
    parts.collect()
}

#[tokio::test]
async fn each_call_of_a_batch_is_answered_by_itself_and_in_order() {
    let google = Google::start().await;
    let event = google
        .insert(&json!({"summary": "Before", "start": {"date": "2026-12-01"}, "end": {"date": "2026-12-02"}}))
        .await;
    let id = event["id"].as_str().unwrap();
    let parts = [
        format!(
            "PATCH {EVENTS}/{id}?sendUpdates=none HTTP/1.1\nContent-Type: application/json\n\n{{\"location\":\"Online\"}}"
        ),
        format!("DELETE {EVENTS}/77aa777 HTTP/1.1\n"),
        format!("GET {EVENTS}/{id}?fields=location"),
        format!("DELETE {EVENTS}/{id} HTTP/1.1\nIf-Match: \"1\"\n"),
    ];
    let answers = answers(batch(&google, &parts).await);
    let told: Vec<_> = answers
        .iter()
        .map(|one| (one.content_id.as_str(), one.status))
        .collect();
    assert_eq!(
        told,
        [
            ("<response-op-0>", 200),
            ("<response-op-1>", 404),
            ("<response-op-2>", 200),
            ("<response-op-3>", 412)
        ]
    );
    assert_eq!(answers[2].body, json!({"location": "Online"}));
    assert_eq!(answers[1].body["error"]["errors"][0]["reason"], "notFound");
}

#[tokio::test]
async fn the_outer_token_serves_where_a_call_has_none_of_its_own() {
    let mut google = Google::start().await;
    let ana = google.token().to_owned();
    google.act_as("ben@example.com", &["calendar"]);
    let parts = [
        "GET /calendar/v3/users/me/calendarList/primary HTTP/1.1".to_owned(),
        format!("GET /calendar/v3/users/me/calendarList/primary HTTP/1.1\nAuthorization: Bearer {ana}\n"),
        "GET /calendar/v3/users/me/calendarList/primary HTTP/1.1\nAuthorization: Bearer nobody\n".to_owned(),
    ];
    let answers = answers(batch(&google, &parts).await);
    assert_eq!(answers[0].body["id"], "ben@example.com");
    assert_eq!(answers[1].body["id"], "ana@example.com");
    assert_eq!(answers[2].status, 401);
}

#[tokio::test]
async fn every_call_of_a_batch_is_recorded_and_counts_as_one() {
    let google = Google::start().await;
    google.sim.control().clear_calls();
    google.sim.control().clear_meter();
    let parts = vec!["GET /calendar/v3/users/me/settings HTTP/1.1".to_owned(); 3];
    answers(batch(&google, &parts).await);
    let calls = google.sim.control().calls_after(0);
    let paths: Vec<&str> = calls.iter().map(|call| call.path.as_str()).collect();
    let inner = "/calendar/v3/users/me/settings";
    assert_eq!(paths, [inner, inner, inner, "/batch/calendar/v3"]);
    assert_eq!(calls[0].account.as_deref(), Some("ana@example.com"));
    assert_eq!(google.sim.control().meter().users[0].calls, 3);
}

#[tokio::test]
async fn a_part_may_be_refused_for_its_rate_while_others_are_answered() {
    let google = Google::start().await;
    let limits = json!({"perMinutePerUser": 2, "rateStatus": 429});
    google.send(Method::PUT, "/_sim/quotas", &limits).await.ok();
    let parts = vec!["GET /calendar/v3/users/me/settings HTTP/1.1".to_owned(); 3];
    let answers = answers(batch(&google, &parts).await);
    let statuses: Vec<u16> = answers.iter().map(|one| one.status).collect();
    assert_eq!(statuses, [200, 200, 429]);
    assert_eq!(
        answers[2].body["error"]["errors"][0]["reason"],
        "rateLimitExceeded"
    );
}

#[tokio::test]
async fn a_fault_strikes_one_call_of_a_batch() {
    let google = Google::start().await;
    let fault = json!({"route": "/calendar/v3/users/me/settings", "skip": 1, "times": 1,
        "trouble": {"kind": "status", "status": 503}});
    google.post("/_sim/faults", &fault).await.ok();
    let parts = vec!["GET /calendar/v3/users/me/settings HTTP/1.1".to_owned(); 3];
    let answers = answers(batch(&google, &parts).await);
    let statuses: Vec<u16> = answers.iter().map(|one| one.status).collect();
    assert_eq!(statuses, [200, 503, 200]);
}

#[tokio::test]
async fn what_is_no_call_of_the_calendar_is_refused_in_its_place() {
    let google = Google::start().await;
    let parts = [
        "POST /batch/calendar/v3 HTTP/1.1".to_owned(),
        "GET /drive/v3/files HTTP/1.1".to_owned(),
        "nonsense".to_owned(),
        "GET /calendar/v3/users/me/settings/locale HTTP/1.1".to_owned(),
    ];
    let answers = answers(batch(&google, &parts).await);
    let statuses: Vec<u16> = answers.iter().map(|one| one.status).collect();
    assert_eq!(statuses, [400, 400, 400, 200]);
    assert!(
        answers[0].body["error"]["message"]
            .as_str()
            .unwrap()
            .contains("cannot contain a batch")
    );
}

#[tokio::test]
async fn a_batch_has_at_most_fifty_calls() {
    let google = Google::start().await;
    let call = || "GET /calendar/v3/users/me/settings/locale".to_owned();
    let fifty: Vec<String> = (0..50).map(|_| call()).collect();
    assert_eq!(answers(batch(&google, &fifty).await).len(), 50);
    let more: Vec<String> = (0..51).map(|_| call()).collect();
    assert_eq!(batch(&google, &more).await.refused(), (400, "badRequest"));
}

#[tokio::test]
async fn a_body_that_is_no_batch_is_refused_as_a_whole() {
    let google = Google::start().await;
    for (content_type, body) in [
        ("application/json", "{}"),
        ("multipart/mixed", "--b1--"),
        (
            "multipart/mixed; boundary=b1",
            "--b1\r\nContent-Type: application/http\r\n\r\nGET /",
        ),
        ("multipart/mixed; boundary=b1", ""),
    ] {
        let request = google
            .request(Method::POST, "/batch")
            .header("content-type", content_type)
            .body(body);
        let reply = read(request.send().await.unwrap()).await;
        assert_eq!(reply.refused(), (400, "badRequest"), "{content_type} {body}");
    }
}
