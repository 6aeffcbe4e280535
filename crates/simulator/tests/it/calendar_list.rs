//! `calendarList`: what a person keeps on their list (reference 2.1).

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::Google;

const LIST: &str = "/calendar/v3/users/me/calendarList";

/// Ana, and a calendar of Ben's that she may read but has not on her list.
async fn start() -> (Google, String) {
    let mut google = Google::start().await;
    google.act_as("ben@example.com", &["calendar"]);
    let made = google
        .post("/calendar/v3/calendars", &json!({"summary": "Ben's"}))
        .await
        .ok();
    let id = made["id"].as_str().unwrap().to_owned();
    let rule = json!({"role": "reader", "scope": {"type": "user", "value": "ana@example.com"}});
    google
        .post(&format!("/calendar/v3/calendars/{id}/acl"), &rule)
        .await
        .ok();
    google.act_as("ana@example.com", &["calendar"]);
    (google, id)
}

fn ids(list: &Value) -> Vec<&str> {
    list["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["id"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn sharing_puts_nothing_on_a_list_but_the_person_may() {
    let (google, id) = start().await;
    assert_eq!(ids(&google.get(LIST).await.ok()), ["ana@example.com"]);
    assert_eq!(
        google.get(&format!("{LIST}/{id}")).await.refused(),
        (404, "notFound")
    );
    assert_eq!(
        google.patch(&format!("{LIST}/{id}"), &json!({})).await.refused(),
        (404, "notFound")
    );
    let entry = google
        .post(LIST, &json!({"id": id, "colorId": "3", "summaryOverride": "His"}))
        .await
        .ok();
    assert_eq!(entry["accessRole"], "reader");
    assert_eq!(
        (&entry["summary"], &entry["summaryOverride"]),
        (&json!("Ben's"), &json!("His"))
    );
    assert_eq!(
        (&entry["colorId"], &entry["backgroundColor"]),
        (&json!("3"), &json!("#f83a22"))
    );
    assert_eq!(entry["dataOwner"], "ben@example.com");
    assert_eq!(google.post(LIST, &json!({})).await.refused(), (400, "required"));
    assert_eq!(
        google
            .post(LIST, &json!({"id": "nobody@example.com"}))
            .await
            .refused(),
        (404, "notFound")
    );
    assert_eq!(
        google
            .post(LIST, &json!({"id": id, "colorId": "25"}))
            .await
            .refused(),
        (400, "invalid")
    );
}

#[tokio::test]
async fn a_patch_changes_what_it_names_and_an_update_resets_the_rest() {
    let (google, id) = start().await;
    google
        .post(LIST, &json!({"id": id, "summaryOverride": "His"}))
        .await
        .ok();
    let path = format!("{LIST}/{id}");
    let reminders = json!([{"method": "email", "minutes": 30}]);
    let patched = google
        .patch(&path, &json!({"defaultReminders": reminders, "selected": false}))
        .await
        .ok();
    assert_eq!(
        (&patched["defaultReminders"], patched.get("selected")),
        (&reminders, None)
    );
    assert_eq!(patched["summaryOverride"], "His");
    let events = google
        .get(&format!("/calendar/v3/calendars/{id}/events"))
        .await
        .ok();
    assert_eq!(events["defaultReminders"], reminders);
    let cleared = google.patch(&path, &json!({"summaryOverride": null})).await.ok();
    assert_eq!(cleared.get("summaryOverride"), None);
    let settings = json!({"notifications": [{"type": "agenda", "method": "email"}]});
    let replaced = google
        .send(
            Method::PUT,
            &path,
            &json!({"selected": true, "notificationSettings": settings}),
        )
        .await
        .ok();
    assert_eq!(
        (
            &replaced["selected"],
            &replaced["defaultReminders"],
            &replaced["notificationSettings"]
        ),
        (&json!(true), &json!([]), &settings)
    );
    for wrong in [
        json!({"selected": "yes"}),
        json!({"defaultReminders": [{"method": "pigeon", "minutes": 1}]}),
        json!({"defaultReminders": [{"method": "email", "minutes": 40321}]}),
        json!({"notificationSettings": {"notifications": [{"type": "x", "method": "email"}]}}),
    ] {
        assert_eq!(
            google.patch(&path, &wrong).await.refused(),
            (400, "invalid"),
            "{wrong}"
        );
    }
    let stale = google
        .request(Method::PATCH, &path)
        .header("if-match", patched["etag"].as_str().unwrap());
    assert_eq!(stale.json(&json!({})).send().await.unwrap().status(), 412);
}

#[tokio::test]
async fn colors_are_written_as_rgb_only_when_asked_for() {
    let google = Google::start().await;
    let path = format!("{LIST}/primary");
    let colors = json!({"backgroundColor": "#AC725F", "foregroundColor": "#ffffff"});
    let ignored = google.patch(&path, &colors).await.ok();
    assert_eq!(ignored["backgroundColor"], "#9fe1e7");
    let set = google
        .patch(&format!("{path}?colorRgbFormat=true"), &colors)
        .await
        .ok();
    assert_eq!(
        (&set["backgroundColor"], &set["foregroundColor"], &set["colorId"]),
        (&json!("#ac725f"), &json!("#ffffff"), &json!("1"))
    );
    let wrong = google
        .patch(
            &format!("{path}?colorRgbFormat=true"),
            &json!({"backgroundColor": "red"}),
        )
        .await;
    assert_eq!(wrong.refused(), (400, "invalid"));
    let by_id = google.patch(&path, &json!({"colorId": "5"})).await.ok();
    assert_eq!(
        (&by_id["backgroundColor"], &by_id["foregroundColor"]),
        (&json!("#ff7537"), &json!("#000000"))
    );
}

#[tokio::test]
async fn hidden_and_deleted_entries_are_told_when_asked_for_and_in_deltas() {
    let (google, id) = start().await;
    google.post(LIST, &json!({"id": id})).await.ok();
    let full = google.get(LIST).await.ok();
    let token = full["nextSyncToken"].as_str().unwrap();
    let hidden = google
        .patch(&format!("{LIST}/{id}"), &json!({"hidden": true}))
        .await
        .ok();
    assert_eq!((&hidden["hidden"], hidden.get("selected")), (&json!(true), None));
    assert_eq!(ids(&google.get(LIST).await.ok()), ["ana@example.com"]);
    assert_eq!(
        ids(&google.get(&format!("{LIST}?showHidden=true")).await.ok()).len(),
        2
    );
    let delta = google.get(&format!("{LIST}?syncToken={token}")).await.ok();
    assert_eq!(
        (ids(&delta), &delta["items"][0]["hidden"]),
        (vec![id.as_str()], &json!(true))
    );
    google.delete(&format!("{LIST}/{id}")).await.ok();
    assert_eq!(
        google.get(&format!("{LIST}/{id}")).await.refused(),
        (404, "notFound")
    );
    assert_eq!(
        google.delete(&format!("{LIST}/{id}")).await.refused(),
        (404, "notFound")
    );
    let deleted = google
        .get(&format!("{LIST}?showDeleted=true&showHidden=true"))
        .await
        .ok();
    assert_eq!(deleted["items"][1]["deleted"], true);
    let token = delta["nextSyncToken"].as_str().unwrap();
    let delta = google.get(&format!("{LIST}?syncToken={token}")).await.ok();
    assert_eq!(
        (ids(&delta), &delta["items"][0]["deleted"]),
        (vec![id.as_str()], &json!(true))
    );
    let primary = google.delete(&format!("{LIST}/primary")).await;
    assert_eq!(primary.refused(), (403, "cannotChangeOwnPrimarySubscription"));
}

#[tokio::test]
async fn what_only_the_owner_changed_is_not_in_a_delta_of_the_list() {
    let (mut google, id) = start().await;
    google.post(LIST, &json!({"id": id})).await.ok();
    let token = google.get(LIST).await.ok()["nextSyncToken"]
        .as_str()
        .unwrap()
        .to_owned();
    google.act_as("ben@example.com", &["calendar"]);
    google
        .patch(
            &format!("/calendar/v3/calendars/{id}"),
            &json!({"summary": "Renamed"}),
        )
        .await
        .ok();
    google.act_as("ana@example.com", &["calendar"]);
    assert_eq!(
        google.get(&format!("{LIST}?syncToken={token}")).await.ok()["items"],
        json!([])
    );
    assert_eq!(
        google.get(&format!("{LIST}/{id}")).await.ok()["summary"],
        "Renamed"
    );
}

#[tokio::test]
async fn a_sync_token_bears_no_restrictions_and_dies() {
    let google = Google::start().await;
    let token = google.get(LIST).await.ok()["nextSyncToken"]
        .as_str()
        .unwrap()
        .to_owned();
    for restriction in [
        "minAccessRole=owner",
        "showOwnOrganizationOnly=true",
        "showDeleted=false",
        "showHidden=false",
    ] {
        let refused = google
            .get(&format!("{LIST}?syncToken={token}&{restriction}"))
            .await;
        assert_eq!(refused.refused().0, 400, "{restriction}");
    }
    google
        .get(&format!("{LIST}?syncToken={token}&showDeleted=true"))
        .await
        .ok();
    assert_eq!(
        google.get(&format!("{LIST}?syncToken=")).await.refused(),
        (400, "invalid")
    );
    google.sim.control().expire_sync_tokens(None).unwrap();
    let dead = google.get(&format!("{LIST}?syncToken={token}")).await;
    assert_eq!(dead.refused(), (410, "fullSyncRequired"));
}

#[tokio::test]
async fn lists_are_narrowed_by_role_and_organization() {
    let (google, id) = start().await;
    google.post(LIST, &json!({"id": id})).await.ok();
    assert_eq!(
        ids(&google.get(&format!("{LIST}?minAccessRole=writer")).await.ok()),
        ["ana@example.com"]
    );
    assert_eq!(
        google.get(&format!("{LIST}?minAccessRole=boss")).await.refused(),
        (400, "invalidParameter")
    );
    let foreign = json!({"email": "eve@elsewhere.org"});
    google.post("/_sim/users", &foreign).await.ok();
    let order = json!({"email": "ana@example.com", "id": "eve@elsewhere.org", "accessRole": "reader"});
    google.send(Method::PUT, "/_sim/calendars", &order).await.ok();
    assert_eq!(ids(&google.get(LIST).await.ok()).len(), 3);
    let own = google
        .get(&format!("{LIST}?showOwnOrganizationOnly=true"))
        .await
        .ok();
    assert_eq!(ids(&own), ["ana@example.com", id.as_str()]);
    let page = google.get(&format!("{LIST}?maxResults=1")).await.ok();
    assert_eq!((ids(&page).len(), page.get("nextSyncToken")), (1, None));
}
