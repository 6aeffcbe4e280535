//! The whole surface once.

use serde_json::json;

use crate::harness::{EVENTS, Google};

#[tokio::test]
async fn the_demo_answers_every_reading_method() {
    let google = Google::demo("ana@example.com").await;
    let list = google.get("/calendar/v3/users/me/calendarList").await.ok();
    assert_eq!(list["items"].as_array().unwrap().len(), 4, "{list:#}");
    let calendar = google.get("/calendar/v3/calendars/primary").await.ok();
    assert_eq!(calendar["timeZone"], "Europe/Zurich");
    let zone = google.get("/calendar/v3/users/me/settings/timezone").await.ok();
    assert_eq!(zone["value"], "Europe/Zurich");
    let events = google.get(EVENTS).await.ok();
    assert!(events["items"].as_array().unwrap().len() > 10, "{events:#}");
    let single = google
        .get(&format!("{EVENTS}?singleEvents=true&orderBy=startTime&timeMin=2026-11-16T00:00:00Z&timeMax=2026-11-23T00:00:00Z"))
        .await
        .ok();
    let titles: Vec<&str> = single["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|e| e["summary"].as_str())
        .collect();
    assert!(
        titles.contains(&"Yoga") && titles.contains(&"Online masterclass"),
        "{titles:?}"
    );
    let question = json!({"timeMin": "2026-11-16T00:00:00Z", "timeMax": "2026-11-23T00:00:00Z",
        "items": [{"id": "primary"}, {"id": "nobody@example.com"}]});
    let busy = google.post("/calendar/v3/freeBusy", &question).await.ok();
    assert!(
        !busy["calendars"]["primary"]["busy"]
            .as_array()
            .unwrap()
            .is_empty(),
        "{busy:#}"
    );
    assert_eq!(
        busy["calendars"]["nobody@example.com"]["errors"][0]["reason"],
        "notFound"
    );
}
