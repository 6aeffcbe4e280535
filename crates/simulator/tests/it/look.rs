//! The form of answers and of what the front end says (reference 0, 4.1; Google Calendar API guide "Improve performance").

use reqwest::Method;
use serde_json::json;

use crate::harness::{EVENTS, Google, read};

const LIST: &str = "/calendar/v3/users/me/calendarList";

#[tokio::test]
async fn a_mask_may_only_name_members_that_the_answer_has() {
    let google = Google::start().await;
    for (path, wrong, right) in [
        (
            EVENTS,
            "items(id,strat)",
            "items(id,start/date,attendees(email,self)),nextSyncToken",
        ),
        (EVENTS, "events", "kind,defaultReminders"),
        (EVENTS, "items/start/day", "items/*/date"),
        (
            EVENTS,
            "items(extendedProperty)",
            "items(extendedProperties/private/anyKey)",
        ),
        (
            LIST,
            "items(name)",
            "items(id,summaryOverride,conferenceProperties),etag",
        ),
        ("/calendar/v3/users/me/settings", "value", "items(value)"),
        ("/calendar/v3/colors", "events", "event/1/background"),
        ("/calendar/v3/calendars/primary", "title", "summary,timeZone"),
        (
            "/calendar/v3/calendars/primary/acl",
            "items(user)",
            "items(scope(type),role)",
        ),
    ] {
        let refused = google.get(&format!("{path}?fields={wrong}")).await;
        assert_eq!(refused.refused(), (400, "invalidParameter"), "{path} {wrong}");
        let error = &refused.body["error"]["errors"][0];
        assert_eq!(
            (&error["location"], &error["locationType"]),
            (&json!("fields"), &json!("parameter"))
        );
        google.get(&format!("{path}?fields={right}")).await.ok();
    }
    let question = json!({"timeMin": "2026-12-01T00:00:00Z", "timeMax": "2026-12-02T00:00:00Z", "items": [{"id": "primary"}]});
    let free = google
        .post(
            "/calendar/v3/freeBusy?fields=calendars/primary/busy/start",
            &question,
        )
        .await
        .ok();
    assert_eq!(free, json!({"calendars": {"primary": {"busy": []}}}));
    let refused = google
        .post("/calendar/v3/freeBusy?fields=calendars/primary/begin", &question)
        .await;
    assert_eq!(refused.body["error"]["message"], "Invalid field selection begin");
}

#[tokio::test]
async fn json_is_the_only_form_and_may_be_indented() {
    let google = Google::start().await;
    let path = "/calendar/v3/users/me/settings/locale";
    let refused = google.get(&format!("{path}?alt=atom")).await;
    assert_eq!(refused.refused(), (400, "invalidParameter"));
    assert_eq!(refused.body["error"]["errors"][0]["location"], "alt");
    google
        .get(&format!("{path}?alt=json&key=AIza&userIp=1.2.3.4"))
        .await
        .ok();
    let text = async |query: &str| {
        let answer = google
            .request(Method::GET, &format!("{path}?{query}"))
            .send()
            .await
            .unwrap();
        answer.text().await.unwrap()
    };
    assert_eq!(
        text("prettyPrint=true&fields=id,value").await,
        "{\n \"id\": \"locale\",\n \"value\": \"en\"\n}"
    );
    assert_eq!(text("prettyPrint=false&fields=id").await, "{\"id\":\"locale\"}");
    assert_eq!(
        google.get(&format!("{path}?prettyPrint=yes")).await.refused(),
        (400, "invalidParameter")
    );
}

#[tokio::test]
async fn a_post_may_stand_for_another_method() {
    let google = Google::start().await;
    let event = google
        .insert(&json!({"start": {"date": "2026-12-01"}, "end": {"date": "2026-12-02"}}))
        .await;
    let path = format!("{EVENTS}/{}", event["id"].as_str().unwrap());
    let patch = google
        .request(Method::POST, &path)
        .header("x-http-method-override", "PATCH")
        .json(&json!({"summary": "Patched"}));
    assert_eq!(read(patch.send().await.unwrap()).await.ok()["summary"], "Patched");
    let last = google.sim.control().calls_after(0).pop().unwrap();
    assert_eq!(last.method, "PATCH");
}

#[tokio::test]
async fn what_no_api_answers_is_a_page_of_the_front_end() {
    let google = Google::start().await;
    for (method, path, status) in [
        (Method::GET, "/calendar/v3/nothing/<here>", 404),
        (Method::GET, "/calendar/v2/colors", 404),
        (Method::PUT, "/calendar/v3/colors", 405),
        (Method::GET, "/calendar/v3/freeBusy", 405),
    ] {
        let answer = google.request(method, path).send().await.unwrap();
        assert_eq!(answer.status(), status, "{path}");
        assert_eq!(answer.headers()["content-type"], "text/html; charset=UTF-8");
        let page = answer.text().await.unwrap();
        assert!(
            page.contains(&format!("<b>{status}.</b>")) && !page.contains("<here>"),
            "{page}"
        );
    }
    let head = google
        .request(Method::HEAD, "/calendar/v3/colors")
        .send()
        .await
        .unwrap();
    assert_eq!(head.status(), 200);
    assert_eq!(head.text().await.unwrap(), "");
}
