//! `acl`: rules, what they allow, and their sync (discovery document of Calendar v3; reference 2.1, 2.4, 4.2).

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{EVENTS, Google};

const ACL: &str = "/calendar/v3/calendars/primary/acl";
const ANA: &str = "/calendar/v3/calendars/ana%40example.com";

fn rule(role: &str, kind: &str, value: &str) -> Value {
    json!({"role": role, "scope": {"type": kind, "value": value}})
}

#[tokio::test]
async fn a_rule_has_google_s_form() {
    let google = Google::start().await;
    let mut made = google
        .post(ACL, &rule("reader", "user", "Ben@Example.com"))
        .await
        .ok();
    assert!(made["etag"].as_str().unwrap().starts_with('"'));
    made["etag"] = "".into();
    let expect = json!({"kind": "calendar#aclRule", "etag": "", "id": "user:ben@example.com",
        "scope": {"type": "user", "value": "ben@example.com"}, "role": "reader"});
    assert_eq!(made, expect);
    let public = google
        .post(
            ACL,
            &json!({"role": "freeBusyReader", "scope": {"type": "default"}}),
        )
        .await
        .ok();
    assert_eq!(
        (&public["id"], &public["scope"]),
        (&json!("default"), &json!({"type": "default"}))
    );
    let list = google.get(ACL).await.ok();
    let ids: Vec<&str> = list["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["id"].as_str().unwrap())
        .collect();
    assert_eq!(ids, ["user:ben@example.com", "default"]);
    assert_eq!(list["kind"], "calendar#acl");
}

#[tokio::test]
async fn roles_decide_what_a_person_sees_and_does() {
    let mut google = Google::start().await;
    let event = json!({"summary": "Secret", "start": {"date": "2026-12-01"}, "end": {"date": "2026-12-02"}});
    google.insert(&event).await;
    let ana = google.token().to_owned();
    google.act_as("ben@example.com", &["calendar"]);
    let events = format!("{ANA}/events");
    for (role, sees, writes) in [
        ("freeBusyReader", Some(false), 403),
        ("reader", Some(true), 403),
        ("writerWithoutPrivateAccess", Some(true), 200),
        ("writer", Some(true), 200),
        ("owner", Some(true), 200),
        ("none", None, 404),
    ] {
        let order = google
            .http
            .post(google.url(&format!("{ANA}/acl")))
            .bearer_auth(&ana);
        assert!(
            order
                .json(&rule(role, "user", "ben@example.com"))
                .send()
                .await
                .unwrap()
                .status()
                .is_success()
        );
        let list = google.get(&events).await;
        match sees {
            None => assert_eq!(list.refused(), (404, "notFound")),
            Some(sees) => {
                let list = list.ok();
                assert_eq!(list["accessRole"], role);
                assert_eq!(
                    list["items"][0].get("summary").is_some(),
                    sees,
                    "{role}: {list:#}"
                );
            }
        }
        let write = google.post(&events, &event).await;
        assert_eq!(write.status.as_u16(), writes, "{role}");
        if writes == 403 {
            assert_eq!(write.refused().1, "requiredAccessLevel");
            assert_eq!(
                write.body["error"]["message"],
                "You need to have writer access to this calendar."
            );
        }
    }
}

#[tokio::test]
async fn groups_and_domains_and_the_public_share_too() {
    let mut google = Google::start().await;
    let group = json!({"id": "staff@example.com", "members": ["ben@elsewhere.org"]});
    google.send(Method::PUT, "/_sim/groups", &group).await.ok();
    google
        .post(ACL, &rule("writer", "group", "staff@example.com"))
        .await
        .ok();
    google
        .post(ACL, &rule("reader", "domain", "example.com"))
        .await
        .ok();
    google
        .post(
            ACL,
            &json!({"role": "freeBusyReader", "scope": {"type": "default"}}),
        )
        .await
        .ok();
    for (email, role) in [
        ("ben@elsewhere.org", "writer"),
        ("chika@example.com", "reader"),
        ("dan@elsewhere.org", "freeBusyReader"),
    ] {
        google.act_as(email, &["calendar"]);
        assert_eq!(
            google.get(&format!("{ANA}/events")).await.ok()["accessRole"],
            role,
            "{email}"
        );
    }
    let nobody = json!({"id": "staff@example.com", "members": []});
    google.send(Method::PUT, "/_sim/groups", &nobody).await.ok();
    google.act_as("ben@elsewhere.org", &["calendar"]);
    assert_eq!(
        google.get(&format!("{ANA}/events")).await.ok()["accessRole"],
        "freeBusyReader"
    );
}

#[tokio::test]
async fn what_no_owner_may_do_is_refused() {
    let mut google = Google::start().await;
    google
        .post(ACL, &rule("owner", "user", "ben@example.com"))
        .await
        .ok();
    assert_eq!(
        google
            .post(ACL, &rule("reader", "user", "ana@example.com"))
            .await
            .refused(),
        (403, "cannotChangeOwnAcl")
    );
    let public = json!({"role": "writer", "scope": {"type": "default"}});
    assert_eq!(
        google.post(ACL, &public).await.refused(),
        (400, "illegalAccessRoleForDefault")
    );
    for (body, reason) in [
        (json!({"scope": {"type": "default"}}), "required"),
        (json!({"role": "reader"}), "required"),
        (json!({"role": "reader", "scope": {"value": "x@y.z"}}), "required"),
        (rule("reader", "user", "nobody"), "invalidScopeValue"),
        (rule("reader", "robot", "x@y.z"), "invalidScopeValue"),
        (rule("boss", "user", "x@y.z"), "invalid"),
        (json!([]), "parseError"),
    ] {
        assert_eq!(google.post(ACL, &body).await.refused(), (400, reason), "{body}");
    }
    google.act_as("ben@example.com", &["calendar"]);
    let owner = format!("{ANA}/acl/user:ana@example.com");
    google
        .post(
            &format!("{ANA}/acl"),
            &rule("reader", "user", "chika@example.com"),
        )
        .await
        .ok();
    let refused = google
        .post(&format!("{ANA}/acl"), &rule("reader", "user", "ana@example.com"))
        .await;
    assert_eq!(refused.refused(), (403, "cannotChangeOwnerAcl"));
    assert_eq!(google.delete(&owner).await.refused(), (404, "notFound"));
}

#[tokio::test]
async fn a_rule_is_changed_under_its_id_and_etag() {
    let google = Google::start().await;
    let made = google
        .post(ACL, &rule("reader", "user", "ben@example.com"))
        .await
        .ok();
    let path = format!("{ACL}/user%3Aben%40example.com");
    let patched = google.patch(&path, &json!({"role": "writer"})).await.ok();
    assert_eq!(patched["role"], "writer");
    let stale = google
        .request(Method::DELETE, &path)
        .header("if-match", made["etag"].as_str().unwrap());
    assert_eq!(stale.send().await.unwrap().status(), 412);
    let other = rule("reader", "user", "chika@example.com");
    assert_eq!(
        google.send(Method::PUT, &path, &other).await.refused(),
        (400, "invalid")
    );
    assert_eq!(
        google
            .send(Method::PUT, &path, &json!({"role": "reader"}))
            .await
            .refused(),
        (400, "required")
    );
    google
        .send(Method::PUT, &path, &rule("reader", "user", "ben@example.com"))
        .await
        .ok();
    google.delete(&path).await.ok();
    assert_eq!(google.get(&path).await.refused(), (404, "notFound"));
    assert_eq!(google.delete(&path).await.refused(), (404, "notFound"));
}

#[tokio::test]
async fn a_delta_tells_changed_rules_and_those_taken_away() {
    let google = Google::start().await;
    for name in ["a", "b", "c"] {
        google
            .post(ACL, &rule("reader", "user", &format!("{name}@example.org")))
            .await
            .ok();
    }
    let first = google.get(&format!("{ACL}?maxResults=2")).await.ok();
    assert_eq!(first["items"].as_array().unwrap().len(), 2);
    assert_eq!(first.get("nextSyncToken"), None);
    let page = first["nextPageToken"].as_str().unwrap();
    let second = google
        .get(&format!("{ACL}?maxResults=2&pageToken={page}"))
        .await
        .ok();
    assert_eq!(second["items"][0]["id"], "user:c@example.org");
    let token = second["nextSyncToken"].as_str().unwrap();
    google.delete(&format!("{ACL}/user:a@example.org")).await.ok();
    google
        .patch(&format!("{ACL}/user:b@example.org"), &json!({"role": "writer"}))
        .await
        .ok();
    let delta = google.get(&format!("{ACL}?syncToken={token}")).await.ok();
    let told: Vec<_> = delta["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["id"].as_str().unwrap(), one["role"].as_str().unwrap()))
        .collect();
    assert_eq!(
        told,
        [("user:a@example.org", "none"), ("user:b@example.org", "writer")]
    );
    assert_eq!(google.get(ACL).await.ok()["items"].as_array().unwrap().len(), 2);
    assert_eq!(
        google.get(&format!("{ACL}?showDeleted=true")).await.ok()["items"]
            .as_array()
            .unwrap()
            .len(),
        3
    );
    let contradiction = google
        .get(&format!("{ACL}?syncToken={token}&showDeleted=false"))
        .await;
    assert_eq!(contradiction.refused().0, 400);
    assert_eq!(
        google.get(&format!("{ACL}?syncToken=nonsense")).await.refused(),
        (400, "invalid")
    );
    google
        .sim
        .control()
        .expire_sync_tokens(Some("ana@example.com"))
        .unwrap();
    assert_eq!(
        google.get(&format!("{ACL}?syncToken={token}")).await.refused(),
        (410, "fullSyncRequired")
    );
}

#[tokio::test]
async fn writers_may_read_the_rules_and_readers_may_not() {
    let mut google = Google::start().await;
    google
        .post(ACL, &rule("reader", "user", "ben@example.com"))
        .await
        .ok();
    google
        .post(ACL, &rule("writer", "user", "chika@example.com"))
        .await
        .ok();
    google.act_as("ben@example.com", &["calendar"]);
    assert_eq!(
        google.get(&format!("{ANA}/acl")).await.refused(),
        (403, "requiredAccessLevel")
    );
    google.act_as("chika@example.com", &["calendar.acls.readonly"]);
    google.get(&format!("{ANA}/acl")).await.ok();
    let refused = google
        .post(&format!("{ANA}/acl"), &rule("reader", "user", "x@y.z"))
        .await;
    assert_eq!(refused.refused(), (403, "insufficientPermissions"));
    assert_eq!(
        refused.body["error"]["details"][0]["metadata"]["method"],
        "calendar.v3.Acl.Insert"
    );
}

#[tokio::test]
async fn another_role_ends_the_sync_tokens_of_the_events() {
    let google = Google::start().await;
    let token = google.get(EVENTS).await.ok()["nextSyncToken"]
        .as_str()
        .unwrap()
        .to_owned();
    google
        .post(ACL, &rule("reader", "user", "ben@example.com"))
        .await
        .ok();
    let delta = google.get(&format!("{EVENTS}?syncToken={token}")).await;
    assert_eq!(delta.refused(), (410, "fullSyncRequired"));
}
