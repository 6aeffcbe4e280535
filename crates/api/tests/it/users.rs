//! Users, their settings, and time blocked by hand.

use kalends_testkit::TestServer;
use serde_json::json;

#[tokio::test]
async fn a_user_is_named_read_listed_and_deleted() {
    let server = TestServer::start().await;
    let app = server.client();
    let ada = json!({"displayName": "Ada Lovelace", "timeZone": "europe/london"});

    let put = app.put("/v1/users/ada", ada).await.expect_status(200);
    insta::assert_json_snapshot!(put.json(), @r#"
    {
      "createdAt": "2026-11-20T10:00:00Z",
      "displayName": "Ada Lovelace",
      "id": "ada",
      "timeZone": "Europe/London",
      "updatedAt": "2026-11-20T10:00:00Z"
    }
    "#);
    assert_eq!(
        app.get("/v1/users/ada").await.expect_status(200).json(),
        put.json()
    );

    app.put("/v1/users/b%2Fob%20%C3%A9", json!({"timeZone": "UTC"}))
        .await
        .expect_status(200);
    let bob = app
        .get("/v1/users/b%2Fob%20%C3%A9")
        .await
        .expect_status(200)
        .json();
    assert_eq!(bob["id"], "b/ob é");

    app.delete("/v1/users/ada").await.expect_status(204);
    let gone = app.get("/v1/users/ada").await.expect_status(404);
    assert_eq!(gone.json()["code"], "not_found");
    app.delete("/v1/users/ada").await.expect_status(404);
}

#[tokio::test]
async fn lists_come_in_pages() {
    let server = TestServer::start().await;
    let app = server.client();
    for id in ["a", "b", "c", "d", "e"] {
        app.put(&format!("/v1/users/{id}"), json!({"timeZone": "UTC"}))
            .await
            .expect_status(200);
    }
    let mut seen = Vec::new();
    let mut path = "/v1/users?limit=2".to_owned();
    loop {
        let page = app.get(&path).await.expect_status(200).json();
        let items = page["items"].as_array().unwrap();
        assert!(items.len() <= 2);
        seen.extend(items.iter().map(|user| user["id"].as_str().unwrap().to_owned()));
        let Some(cursor) = page["nextCursor"].as_str() else {
            break;
        };
        path = format!("/v1/users?limit=2&cursor={cursor}");
    }
    assert_eq!(seen, ["a", "b", "c", "d", "e"]);
}

#[tokio::test]
async fn settings_have_defaults_and_are_replaced_as_a_whole() {
    let server = TestServer::start().await;
    let app = server.client();
    app.put("/v1/users/ada", json!({"timeZone": "Europe/London"}))
        .await
        .expect_status(200);
    let path = |kind: &str| format!("/v1/users/ada/settings/{kind}");

    let mut defaults = serde_json::Map::new();
    for kind in [
        "calendar_read",
        "calendar_write",
        "drive",
        "meet",
        "sync",
        "working_hours",
    ] {
        defaults.insert(
            kind.to_owned(),
            app.get(&path(kind)).await.expect_status(200).json(),
        );
    }
    insta::assert_json_snapshot!(defaults, @r#"
    {
      "calendar_read": {
        "allDayBlocks": true,
        "outOfOfficeBlocks": true,
        "tentativeBlocks": true,
        "unacceptedBlocks": true,
        "windowAheadDays": 90,
        "windowBackDays": 30
      },
      "calendar_write": {
        "bulkSync": "upcoming",
        "enabled": false
      },
      "drive": {
        "enabled": false
      },
      "meet": {
        "auto": false,
        "enabled": false
      },
      "sync": {
        "autoSync": true,
        "direction": "two_way",
        "policy": null,
        "syncEnabled": true,
        "syncIntervalMinutes": 15
      },
      "working_hours": {
        "openHours": [
          {
            "days": [
              1,
              2,
              3,
              4,
              5,
              6,
              7
            ],
            "end": "24:00",
            "start": "00:00"
          }
        ],
        "overrides": [],
        "timeZone": "Europe/London"
      }
    }
    "#);

    let hours = json!({
        "timeZone": "Europe/Zurich",
        "openHours": [{"days": [1, 2, 3, 4, 5], "start": "09:00", "end": "17:30"}],
        "overrides": [{"date": "2026-12-24", "intervals": [["09:00", "12:00"]]}],
    });
    let put = app
        .put(&path("working_hours"), hours.clone())
        .await
        .expect_status(200);
    assert_eq!(put.json(), hours);
    assert_eq!(app.get(&path("working_hours")).await.json(), hours);

    app.put(
        &path("calendar_read"),
        json!({"tentativeBlocks": false, "windowAheadDays": 10}),
    )
    .await
    .expect_status(200);
    app.put(&path("calendar_read"), json!({"windowAheadDays": 180}))
        .await
        .expect_status(200);
    let read = app.get(&path("calendar_read")).await.json();
    assert_eq!(
        (&read["tentativeBlocks"], &read["windowAheadDays"]),
        (&json!(true), &json!(180))
    );

    app.get("/v1/users/nobody/settings/sync").await.expect_status(404);
    app.put("/v1/users/nobody/settings/sync", json!({}))
        .await
        .expect_status(404);
}

#[tokio::test]
async fn blocked_time_is_busy_until_it_is_removed() {
    let server = TestServer::start().await;
    let app = server.client();
    app.put("/v1/users/ada", json!({"timeZone": "Europe/London"}))
        .await
        .expect_status(200);

    let block =
        json!({"start": "2026-12-01T09:00:00Z", "end": "2026-12-01T13:00:00+01:00", "title": "Dentist"});
    let block = app
        .post("/v1/users/ada/blocks", block)
        .await
        .expect_status(201)
        .json();
    insta::assert_json_snapshot!(block, {".id" => "[id]"}, @r#"
    {
      "createdAt": "2026-11-20T10:00:00Z",
      "end": "2026-12-01T12:00:00Z",
      "id": "[id]",
      "start": "2026-12-01T09:00:00Z",
      "title": "Dentist"
    }
    "#);

    let question = json!({"userIds": ["ada"], "from": "2026-12-01T00:00:00Z", "to": "2026-12-02T00:00:00Z"});
    let answer = app
        .post("/v1/availability", question.clone())
        .await
        .expect_status(200)
        .json();
    let busy = json!([{"start": "2026-12-01T09:00:00Z", "end": "2026-12-01T12:00:00Z"}]);
    assert_eq!(answer["users"][0]["busy"], busy);

    let listed = app
        .get("/v1/users/ada/blocks?from=2026-12-01T00:00:00Z")
        .await
        .expect_status(200)
        .json();
    assert_eq!(listed["items"], json!([block]));
    let later = app
        .get("/v1/users/ada/blocks?from=2026-12-02T00:00:00Z")
        .await
        .expect_status(200)
        .json();
    assert_eq!(later["items"], json!([]));

    let path = format!("/v1/users/ada/blocks/{}", block["id"].as_str().unwrap());
    app.delete(&path.replace("ada", "bob")).await.expect_status(404);
    app.delete(&path).await.expect_status(204);
    app.delete(&path).await.expect_status(404);
    let answer = app.post("/v1/availability", question).await.json();
    assert_eq!(answer["users"][0]["busy"], json!([]));
}
