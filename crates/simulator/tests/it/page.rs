//! The pages for people, and what their scripts call.

use reqwest::Method;
use serde_json::{Value, json};

use crate::{harness::Google, receiver::Receiver};

const ANA: &str = "/_sim/people/ana%40example.com";

async fn text(google: &Google, path: &str) -> (u16, String) {
    let response = google.http.get(google.url(path)).send().await.unwrap();
    (response.status().as_u16(), response.text().await.unwrap())
}

#[tokio::test]
async fn the_first_page_leads_to_everybody() {
    let google = Google::demo("ana@example.com").await;
    let (status, page) = text(&google, "/").await;
    assert_eq!(status, 200);
    assert!(page.contains("href=\"/people/ana%40example.com\""), "{page}");
    let (status, page) = text(&google, "/people/ana%40example.com").await;
    assert_eq!(status, 200);
    assert!(page.contains("data-email=\"ana@example.com\""));
    assert_eq!(text(&google, "/people/nobody%40example.com").await.0, 404);
}

#[tokio::test]
async fn names_are_escaped() {
    let google = Google::start().await;
    let evil = json!({"email": "eve@example.com", "givenName": "<script>alert(1)</script>", "familyName": "\" onload=\"x"});
    google.post("/_sim/users", &evil).await.ok();
    for path in ["/", "/people/eve%40example.com"] {
        let (_, page) = text(&google, path).await;
        assert!(!page.contains("<script>alert"), "{path}");
        assert!(!page.contains("\" onload"), "{path}");
    }
}

#[tokio::test]
async fn a_page_loads_nothing_from_elsewhere() {
    let google = Google::demo("ana@example.com").await;
    let (_, page) = text(&google, "/people/ana%40example.com").await;
    let mut files: Vec<String> = Vec::new();
    for part in page.split("/_sim/page/").skip(1) {
        files.push(part.split('"').next().unwrap().to_owned());
    }
    assert_eq!(files, ["page.css", "person.js"]);
    for file in ["api.js", "time.js", "week.js", "form.js"] {
        files.push(file.to_owned());
    }
    for file in files {
        let (status, content) = text(&google, &format!("/_sim/page/{file}")).await;
        assert_eq!(status, 200, "{file}");
        assert!(
            !content.contains("http:") && !content.contains("https:"),
            "{file}"
        );
        assert!(!content.contains("innerHTML"), "{file}");
    }
    assert!(!page.contains("https://") && !page.contains("src=\"http"));
    assert_eq!(text(&google, "/_sim/page/other.js").await.0, 404);
}

#[tokio::test]
async fn a_person_adds_moves_answers_and_deletes_without_a_token() {
    let google = Google::start().await;
    google
        .post("/_sim/users", &json!({"email": "ben@example.com"}))
        .await
        .ok();
    let send = async |method: Method, path: String, body: &Value| {
        let response = google
            .http
            .request(method, google.url(&path))
            .json(body)
            .send()
            .await
            .unwrap();
        crate::harness::read(response).await.ok()
    };
    let events = format!("{ANA}/calendars/ana%40example.com/events");
    let new = json!({"summary": "Tea", "attendees": [{"email": "ben@example.com"}],
        "start": {"dateTime": "2026-11-23T09:00:00", "timeZone": "Europe/Zurich"},
        "end": {"dateTime": "2026-11-23T10:00:00", "timeZone": "Europe/Zurich"}});
    let made = send(Method::POST, events.clone(), &new).await;
    let one = format!("{events}/{}", made["id"].as_str().unwrap());
    let later = json!({"start": {"dateTime": "2026-11-23T11:00:00", "timeZone": "Europe/Zurich"},
        "end": {"dateTime": "2026-11-23T12:00:00", "timeZone": "Europe/Zurich"}});
    send(Method::PATCH, one.clone(), &later).await;
    let bens = format!(
        "/_sim/people/ben%40example.com/calendars/primary/events/{}",
        made["id"].as_str().unwrap()
    );
    let mut attendees = made["attendees"].clone();
    attendees[0]["responseStatus"] = "accepted".into();
    let answered = send(Method::PATCH, bens, &json!({"attendees": attendees})).await;
    assert_eq!(answered["start"]["dateTime"], "2026-11-23T10:00:00Z");
    let path = format!(
        "/calendar/v3/calendars/primary/events/{}",
        made["id"].as_str().unwrap()
    );
    let seen = google.get(&path).await.ok();
    assert_eq!(seen["attendees"][0]["responseStatus"], "accepted");
    let gone = google.http.delete(google.url(&one)).send().await.unwrap();
    assert_eq!(gone.status(), 204);
    let calls = google.get("/_sim/calls").await.ok();
    assert_eq!(
        calls["calls"].as_array().unwrap().len(),
        1,
        "only the call with a token"
    );
}

#[tokio::test]
async fn what_a_person_does_on_the_page_is_told_to_those_who_watch() {
    let google = Google::start().await;
    let receiver = Receiver::start().await;
    let watch = json!({"id": "c1", "type": "web_hook", "address": receiver.address});
    google
        .post("/calendar/v3/calendars/primary/events/watch", &watch)
        .await
        .ok();
    let new = json!({"start": {"date": "2026-11-23"}, "end": {"date": "2026-11-24"}});
    let events = google.url(&format!("{ANA}/calendars/primary/events"));
    google.http.post(events).json(&new).send().await.unwrap();
    google.sim.control().settle_pushes().await;
    assert_eq!(receiver.states(), ["sync", "exists"]);
}

#[tokio::test]
async fn a_person_sees_no_more_than_their_role_allows_and_faults_do_not_strike_them() {
    let google = Google::demo("ana@example.com").await;
    let order = json!({"route": "/**", "trouble": {"kind": "status", "status": 503}});
    google.post("/_sim/faults", &order).await.ok();
    let of_ben = |path: &str| format!("{ANA}/calendars/ben%40example.com{path}");
    let (own, _) = text(&google, &format!("{ANA}/calendars/primary/events")).await;
    assert_eq!(own, 200);
    let body = json!({"start": {"date": "2026-11-23"}, "end": {"date": "2026-11-24"}});
    let url = google.url(&of_ben("/events"));
    let refused = google.http.post(url).json(&body).send().await.unwrap();
    assert!(
        matches!(refused.status().as_u16(), 403 | 404),
        "{}",
        refused.status()
    );
}
