//! Who is free when.

use jiff::SignedDuration;
use kalends_testkit::{TestServer, on_each_database};
use serde_json::{Value, json};

/// Ada works on Tuesdays from 9 to 12 and has a lesson at 10.
async fn school() -> TestServer {
    let server = TestServer::start().await;
    enroll(&server).await;
    server
}

async fn enroll(server: &TestServer) {
    let app = server.client();
    app.put("/v1/users/ada", json!({"timeZone": "Europe/London"}))
        .await
        .expect_status(200);
    let hours = json!({
        "timeZone": "Europe/London",
        "openHours": [{"days": [2], "start": "09:00", "end": "12:00"}],
    });
    app.put("/v1/users/ada/settings/working_hours", hours)
        .await
        .expect_status(200);
    let account = server.google("ada@example.com").await;
    account
        .insert(json!({
            "summary": "Lesson", "location": "Room 4", "recurrence": ["RRULE:FREQ=WEEKLY;BYDAY=TU"],
            "start": {"dateTime": "2026-11-24T10:00:00Z", "timeZone": "Europe/London"},
            "end": {"dateTime": "2026-11-24T10:45:00Z", "timeZone": "Europe/London"},
        }))
        .await;
    server
        .connect_google("ada", "ada@example.com")
        .await
        .expect_status(200);
    server.drain_tasks().await;
}

fn starts(answer: &Value) -> Vec<&str> {
    let slots = answer["slots"].as_array().unwrap();
    slots.iter().map(|slot| slot["start"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn slots_leave_out_what_is_busy_on_either_database() {
    on_each_database(slots_leave_out_what_is_busy).await;
}

async fn slots_leave_out_what_is_busy(server: TestServer) {
    enroll(&server).await;
    let question = json!({
        "userIds": ["ada"], "from": "2026-12-01T00:00:00Z", "to": "2026-12-02T00:00:00Z",
        "durationMinutes": 45, "bufferAfterMinutes": 5,
    });
    let answer = server
        .client()
        .post("/v1/slots", question)
        .await
        .expect_status(200)
        .json();
    insta::allow_duplicates! {
    insta::assert_json_snapshot!(answer, {".users[].calendars[].calendarId" => "[id]"}, @r#"
    {
      "more": false,
      "slots": [
        {
          "end": "2026-12-01T09:45:00Z",
          "start": "2026-12-01T09:00:00Z"
        },
        {
          "end": "2026-12-01T11:30:00Z",
          "start": "2026-12-01T10:45:00Z"
        }
      ],
      "unknown": [],
      "users": [
        {
          "calendars": [
            {
              "asOf": "2026-11-20T10:00:00Z",
              "calendarId": "[id]",
              "coveredUntil": "2027-03-01T00:00:00Z",
              "provider": "google",
              "source": "poll",
              "status": "fresh"
            }
          ],
          "userId": "ada"
        }
      ]
    }
    "#);
    }
}

#[tokio::test]
async fn everybody_must_be_free() {
    let server = school().await;
    let app = server.client();
    app.put("/v1/users/charles", json!({"timeZone": "UTC"}))
        .await
        .expect_status(200);
    let block = json!({"start": "2026-12-01T11:00:00Z", "end": "2026-12-01T23:00:00Z"});
    app.post("/v1/users/charles/blocks", block)
        .await
        .expect_status(201);
    let mut question = json!({
        "userIds": ["ada", "charles"], "from": "2026-12-01T00:00:00Z", "to": "2026-12-02T00:00:00Z",
        "durationMinutes": 30,
    });
    let answer = app
        .post("/v1/slots", question.clone())
        .await
        .expect_status(200)
        .json();
    assert_eq!(starts(&answer), ["2026-12-01T09:00:00Z", "2026-12-01T09:30:00Z"]);

    question["maxResults"] = json!(1);
    let answer = app.post("/v1/slots", question.clone()).await.json();
    assert_eq!(
        (starts(&answer), &answer["more"]),
        (vec!["2026-12-01T09:00:00Z"], &json!(true))
    );

    question["timeZone"] = json!("Europe/Zurich");
    question["openHours"] = json!([{"days": [2], "start": "08:00", "end": "09:00"}]);
    let answer = app.post("/v1/slots", question).await.json();
    assert_eq!(
        starts(&answer),
        ["2026-12-01T07:00:00Z"],
        "these hours replace everybody's own"
    );
}

#[tokio::test]
async fn what_is_not_covered_is_unknown_and_never_offered() {
    let server = school().await;
    let question = json!({
        "userIds": ["ada"], "from": "2027-06-01T00:00:00Z", "to": "2027-06-02T00:00:00Z", "durationMinutes": 30,
    });
    let answer = server
        .client()
        .post("/v1/slots", question)
        .await
        .expect_status(200)
        .json();
    assert_eq!(answer["slots"], json!([]));
    assert_eq!(
        answer["unknown"],
        json!([{"start": "2027-06-01T08:00:00Z", "end": "2027-06-01T11:00:00Z"}])
    );
}

#[tokio::test]
async fn availability_says_what_it_rests_on() {
    let server = school().await;
    let question = json!({"userIds": ["ada"], "from": "2026-12-01T00:00:00Z", "to": "2026-12-09T00:00:00Z"});
    let answer = server
        .client()
        .post("/v1/availability", question.clone())
        .await
        .expect_status(200)
        .json();
    insta::assert_json_snapshot!(answer, {".users[].calendars[].calendarId" => "[id]"}, @r#"
    {
      "calendars": [],
      "users": [
        {
          "busy": [
            {
              "end": "2026-12-01T10:45:00Z",
              "start": "2026-12-01T10:00:00Z"
            },
            {
              "end": "2026-12-08T10:45:00Z",
              "start": "2026-12-08T10:00:00Z"
            }
          ],
          "calendars": [
            {
              "asOf": "2026-11-20T10:00:00Z",
              "calendarId": "[id]",
              "coveredUntil": "2027-03-01T00:00:00Z",
              "provider": "google",
              "source": "poll",
              "status": "fresh"
            }
          ],
          "open": [
            {
              "end": "2026-12-01T12:00:00Z",
              "start": "2026-12-01T09:00:00Z"
            },
            {
              "end": "2026-12-08T12:00:00Z",
              "start": "2026-12-08T09:00:00Z"
            }
          ],
          "unknown": [],
          "userId": "ada"
        }
      ]
    }
    "#);

    server.clock.advance(SignedDuration::from_hours(2));
    let later = server.client().post("/v1/availability", question).await.json();
    assert_eq!(later["users"][0]["calendars"][0]["status"], "stale");
    assert_eq!(
        later["users"][0]["busy"], answer["users"][0]["busy"],
        "without a limit what is known counts"
    );
}

#[tokio::test]
async fn calendars_that_are_too_old_are_asked_before_the_answer() {
    let server = school().await;
    let account = server.google("ada@example.com").await;
    let new = json!({
        "summary": "Exam",
        "start": {"dateTime": "2026-12-01T11:00:00Z"}, "end": {"dateTime": "2026-12-01T12:00:00Z"},
    });
    account.insert(new).await;
    server.clock.advance(SignedDuration::from_mins(1));
    let question = json!({
        "userIds": ["ada"], "from": "2026-12-01T10:50:00Z", "to": "2026-12-02T00:00:00Z",
        "maxStalenessSeconds": 30,
    });
    let work = async {
        loop {
            server.drain_tasks().await;
            tokio::task::yield_now().await;
        }
    };
    let answer = tokio::select! {
        answer = server.client().post("/v1/availability", question) => answer.expect_status(200).json(),
        () = work => unreachable!("the work never ends by itself"),
    };
    let user = &answer["users"][0];
    let exam = json!([{"start": "2026-12-01T11:00:00Z", "end": "2026-12-01T12:00:00Z"}]);
    assert_eq!(user["busy"], exam);
    let evidence = &user["calendars"][0];
    assert_eq!(
        (&evidence["status"], &evidence["source"]),
        (&json!("fresh"), &json!("live"))
    );
    assert_eq!(evidence["asOf"], "2026-11-20T10:01:00Z");
}

#[tokio::test]
async fn a_calendar_is_asked_on_its_own() {
    let server = school().await;
    let app = server.client();
    let calendars = app.get("/v1/calendars").await.json();
    let id = &calendars["items"][0]["id"];
    let question = json!({"calendarIds": [id], "from": "2026-12-01T00:00:00Z", "to": "2026-12-02T00:00:00Z"});
    let answer = app
        .post("/v1/availability", question)
        .await
        .expect_status(200)
        .json();
    insta::assert_json_snapshot!(answer, {".calendars[].calendarId" => "[id]"}, @r#"
    {
      "calendars": [
        {
          "asOf": "2026-11-20T10:00:00Z",
          "busy": [
            {
              "end": "2026-12-01T10:45:00Z",
              "start": "2026-12-01T10:00:00Z"
            }
          ],
          "calendarId": "[id]",
          "coveredUntil": "2027-03-01T00:00:00Z",
          "provider": "google",
          "source": "poll",
          "status": "fresh",
          "unknown": []
        }
      ],
      "users": []
    }
    "#);
}

#[tokio::test]
async fn events_are_listed_as_the_provider_states_them() {
    let server = school().await;
    let app = server.client();
    let listed = app
        .get("/v1/external-events?userId=ada")
        .await
        .expect_status(200)
        .json();
    insta::assert_json_snapshot!(listed, {
        ".items[].id" => "[id]", ".items[].calendarId" => "[id]", ".items[].providerId" => "[id]",
        ".items[].icalUid" => "[uid]", ".items[].htmlLink" => "[link]",
    }, @r#"
    {
      "items": [
        {
          "calendarId": "[id]",
          "end": {
            "dateTime": "2026-11-24T10:45:00",
            "timeZone": "Europe/London"
          },
          "htmlLink": "[link]",
          "icalUid": "[uid]",
          "id": "[id]",
          "kind": "default",
          "location": "Room 4",
          "organizer": "ada@example.com",
          "providerId": "[id]",
          "series": {
            "recurrence": [
              "RRULE:FREQ=WEEKLY;BYDAY=TU"
            ],
            "role": "master"
          },
          "start": {
            "dateTime": "2026-11-24T10:00:00",
            "timeZone": "Europe/London"
          },
          "status": "confirmed",
          "title": "Lesson",
          "transparency": "opaque",
          "updatedAt": "2026-11-20T10:00:00Z",
          "visibility": "default"
        }
      ]
    }
    "#);
    let next_year = app
        .get("/v1/external-events?userId=ada&from=2027-06-01T00:00:00Z")
        .await
        .json();
    assert_eq!(
        next_year["items"].as_array().map(Vec::len),
        Some(1),
        "an endless series reaches there"
    );
    let before = app
        .get("/v1/external-events?userId=ada&to=2026-11-01T00:00:00Z")
        .await
        .json();
    assert_eq!(before["items"], json!([]));
}

#[tokio::test]
async fn the_documented_questions_are_accepted() {
    let document: Value = serde_json::from_str(&kalends_api::Api::openapi()).unwrap();
    let server = TestServer::start().await;
    let app = server.client();
    for user in ["ada", "charles", "grace"] {
        app.put(&format!("/v1/users/{user}"), json!({"timeZone": "UTC"}))
            .await
            .expect_status(200);
    }
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let media = &operation["requestBody"]["content"]["application/json"];
            let schema = document
                .pointer(&format!("{}/examples", media["schema"]["$ref"].as_str().unwrap_or("#"))[1..]);
            let named = media["examples"].as_object().map(|all| {
                all.iter()
                    .map(|(name, one)| (name.clone(), one["value"].clone()))
                    .collect()
            });
            let examples: Vec<(String, Value)> = named.unwrap_or_else(|| {
                let examples = schema.and_then(Value::as_array).cloned().unwrap_or_default();
                examples
                    .into_iter()
                    .map(|example| (String::new(), example))
                    .collect()
            });
            for (name, example) in examples {
                let path = path.replace("{userId}", "ada").replace("{kind}", &name);
                let path = path.replace("{start}", "2026-12-08T10:00:00Z");
                let nobodys = "0190f1c2-0000-7abc-8def-0123456789ab";
                let path = path.replace("{conflictId}", nobodys).replace("{holdId}", nobodys);
                let answer = match method.as_str() {
                    "put" => app.put(&path, example).await,
                    "post" => app.post(&path, example).await,
                    _ => continue,
                };
                // The feed of the example is at an address that does not exist; what nobody has made here is not found,
                // and one example takes another's time: all of them were read.
                let code = answer.json()["code"].clone();
                let read = ["feed_unreachable", "not_found", "not_free"];
                let fine = answer.status.is_success() || read.iter().any(|one| code == *one);
                assert!(fine, "{method} {path}: {answer:?}");
            }
        }
    }
}
