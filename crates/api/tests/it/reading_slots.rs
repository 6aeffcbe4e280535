//! Slots in company: groups, round robin, sequences, limits, seats, moving, rules of people, forms of answers.

use kalends_testkit::{Client, TestServer, on_each_database};
use serde_json::{Value, json};

/// Lessons of an hour on Tuesday, 1 December 2026, nine to noon in UTC, with some fields changed.
fn tuesday(change: &Value) -> Value {
    let mut question = json!({
        "from": "2026-12-01T09:00:00Z", "to": "2026-12-01T12:00:00Z", "durationMinutes": 60,
    });
    for (field, value) in change.as_object().unwrap() {
        question[field] = value.clone();
    }
    question
        .as_object_mut()
        .unwrap()
        .retain(|_, value| !value.is_null());
    question
}

async fn users(app: &Client, ids: &[&str]) {
    for id in ids {
        app.put(&format!("/v1/users/{id}"), json!({"timeZone": "UTC"}))
            .await
            .expect_status(200);
    }
}

/// Blocks a user on that Tuesday, `09:00-10:00`; answers the block's id.
async fn block(app: &Client, user: &str, span: &str) -> Value {
    let (start, end) = span.split_once('-').unwrap();
    let at = |time: &str| format!("2026-12-01T{time}:00Z");
    let block = app
        .post(
            &format!("/v1/users/{user}/blocks"),
            json!({"start": at(start), "end": at(end)}),
        )
        .await
        .expect_status(201);
    block.json()["id"].clone()
}

async fn ask(app: &Client, change: &Value) -> Value {
    app.post("/v1/slots", tuesday(change))
        .await
        .expect_status(200)
        .json()
}

/// Each slot as its start's time, with who is chosen from each group.
fn told(answer: &Value) -> Vec<String> {
    let slots = answer["slots"].as_array().unwrap();
    let slot = |slot: &Value| {
        let start = &slot["start"].as_str().unwrap()[11..16];
        let groups = slot["groups"].as_array().cloned().unwrap_or_default();
        let chosen = groups.iter().map(|group| {
            let ids = group["chosen"].as_array().unwrap().iter();
            format!(
                " {}",
                ids.map(|id| id.as_str().unwrap()).collect::<Vec<_>>().join("+")
            )
        });
        format!("{start}{}", chosen.collect::<String>())
    };
    slots.iter().map(slot).collect()
}

#[tokio::test]
async fn groups_are_met_by_all_or_some_of_their_members_on_either_database() {
    on_each_database(groups_are_met_by_all_or_some).await;
}

async fn groups_are_met_by_all_or_some(server: TestServer) {
    let app = server.client();
    users(app, &["ada", "charles", "grace", "room-1", "room-2"]).await;
    block(app, "charles", "09:00-10:00").await;
    block(app, "grace", "11:00-12:00").await;
    block(app, "room-1", "00:00-23:59").await;
    block(app, "room-2", "10:00-11:00").await;
    let groups = json!({"groups": [
        {"name": "pupil", "userIds": ["ada"]},
        {"name": "teachers", "userIds": ["charles", "grace"], "required": 1},
        {"name": "rooms", "userIds": ["room-1", "room-2"], "required": 1},
    ]});
    let answer = ask(app, &groups).await;
    insta::allow_duplicates! {
        insta::assert_json_snapshot!(answer, {".users" => "[users]"});
    }
    let users = answer["users"].as_array().unwrap();
    let ids: Vec<_> = users
        .iter()
        .map(|user| user["userId"].as_str().unwrap())
        .collect();
    assert_eq!(ids, ["ada", "charles", "grace", "room-1", "room-2"]);

    let both = json!({"groups": [{"userIds": ["charles", "grace"], "required": 2}]});
    assert_eq!(told(&ask(app, &both).await), ["10:00 charles+grace"]);
    let all = json!({"groups": [{"userIds": ["charles", "grace"], "required": "all"}]});
    assert_eq!(told(&ask(app, &all).await), ["10:00 charles+grace"]);
}

#[tokio::test]
async fn one_who_is_in_two_groups_is_chosen_for_one() {
    let server = TestServer::start().await;
    let app = server.client();
    users(app, &["ada", "charles", "grace"]).await;
    block(app, "charles", "10:00-11:00").await;
    let groups = json!({"groups": [
        {"userIds": ["ada", "charles"], "required": 1},
        {"userIds": ["ada", "grace"], "required": 1},
        {"userIds": ["grace"]},
    ]});
    let answer = ask(app, &groups).await;
    assert_eq!(
        told(&answer),
        ["09:00 charles ada grace", "11:00 charles ada grace"]
    );
}

#[tokio::test]
async fn round_robin_shares_out_or_goes_by_turn() {
    let server = TestServer::start().await;
    let app = server.client();
    users(app, &["ada", "charles"]).await;
    let group = |choose: &str| json!([{"userIds": ["ada", "charles"], "required": 1, "choose": choose}]);

    let shared = json!({"groups": group("max_availability")});
    assert_eq!(
        told(&ask(app, &shared).await),
        ["09:00 ada", "10:00 charles", "11:00 ada"]
    );

    let so_far = json!([{"userId": "ada", "earlierAppointments": 2}]);
    let to = "2026-12-01T13:00:00Z";
    let shared = json!({"groups": group("max_availability"), "people": so_far, "to": to});
    assert_eq!(
        told(&ask(app, &shared).await),
        ["09:00 charles", "10:00 charles", "11:00 charles", "12:00 ada"],
        "counts even out"
    );

    block(app, "charles", "10:00-11:00").await;
    let by_turn = json!({"groups": group("max_fairness"), "people": so_far});
    let answer = ask(app, &by_turn).await;
    assert_eq!(
        told(&answer),
        ["09:00 charles", "11:00 charles"],
        "it is not ada's turn"
    );
    assert_eq!(answer.get("askedEverybody"), None);

    let booked = json!([
        {"userIds": ["charles"], "start": "2026-11-01T09:00:00Z", "end": "2026-11-01T10:00:00Z"},
        {"userIds": ["charles"], "start": "2026-11-02T09:00:00Z", "end": "2026-11-02T10:00:00Z"},
    ]);
    let by_turn = json!({"groups": group("max_fairness"), "appointments": booked});
    assert_eq!(
        told(&ask(app, &by_turn).await),
        ["09:00 ada", "10:00 ada", "11:00 ada"]
    );

    block(app, "charles", "09:00-12:00").await;
    let by_turn = json!({"groups": group("max_fairness"), "people": so_far});
    let answer = ask(app, &by_turn).await;
    assert_eq!(told(&answer), ["09:00 ada", "10:00 ada", "11:00 ada"]);
    assert_eq!(answer["askedEverybody"], true);
}

#[tokio::test]
async fn a_sequence_is_one_appointment_after_the_other() {
    let server = TestServer::start().await;
    let app = server.client();
    users(app, &["ada", "charles", "grace"]).await;
    block(app, "charles", "09:00-10:00").await;
    let sequence = json!({"durationMinutes": null, "sequence": [
        {"name": "tour", "durationMinutes": 30, "userIds": ["ada"]},
        {"name": "interview", "durationMinutes": 45, "gapMinutes": {"max": 30},
         "groups": [{"name": "interviewer", "userIds": ["charles", "grace"], "required": 1}, {"userIds": ["charles"]}]},
    ]});
    let answer = ask(app, &sequence).await;
    insta::assert_json_snapshot!(answer, {".users" => "[users]"});
}

#[tokio::test]
async fn days_and_weeks_that_are_full_offer_nothing() {
    let server = TestServer::start().await;
    let app = server.client();
    users(app, &["charles"]).await;
    app.put("/v1/users/ada", json!({"timeZone": "America/New_York"}))
        .await
        .expect_status(200);
    // By ada's clock the first lies on Monday evening.
    let booked = json!([
        {"userIds": ["ada"], "start": "2026-12-01T03:00:00Z", "end": "2026-12-01T04:00:00Z"},
        {"userIds": ["charles"], "start": "2026-12-01T15:00:00Z", "end": "2026-12-01T15:30:00Z"},
    ]);
    let check = async |limits: Value, user: &str, expect: &[&str]| {
        let mut question = json!({"userIds": [user], "appointments": booked, "to": "2026-12-01T11:00:00Z"});
        for (field, value) in limits.as_object().unwrap() {
            question[field] = value.clone();
        }
        assert_eq!(told(&ask(app, &question).await), expect, "{limits} {user}");
    };
    let one_a_day = json!({"limits": {"day": {"appointments": 1}}});
    check(one_a_day.clone(), "charles", &[]).await;
    check(one_a_day, "ada", &["09:00", "10:00"]).await;
    check(json!({"limits": {"week": {"appointments": 1}}}), "ada", &[]).await;
    check(
        json!({"limits": {"week": {"appointments": 1}, "weekStart": 2}}),
        "ada",
        &["09:00", "10:00"],
    )
    .await;
    check(
        json!({"limits": {"day": {"minutes": 90}}}),
        "charles",
        &["09:00", "10:00"],
    )
    .await;
    check(json!({"limits": {"day": {"minutes": 89}}}), "charles", &[]).await;
    let own = json!({"limits": {"day": {"appointments": 1}}, "people": [{"userId": "charles", "limits": {"day": {"appointments": 2}}}]});
    check(own, "charles", &["09:00", "10:00"]).await;
    check(
        json!({"totalLimits": {"day": {"appointments": 2}}}),
        "charles",
        &[],
    )
    .await;
    check(
        json!({"totalLimits": {"day": {"appointments": 2}}, "timeZone": "America/New_York"}),
        "charles",
        &["09:00", "10:00"],
    )
    .await;
    check(
        json!({"totalLimits": {"day": {"appointments": 2}}, "ignore": [
        {"start": "2026-12-01T15:00:00Z", "end": "2026-12-01T15:30:00Z"}]}),
        "charles",
        &["09:00", "10:00"],
    )
    .await;
}

#[tokio::test]
async fn an_appointment_with_seats_left_is_offered_again() {
    let server = TestServer::start().await;
    let app = server.client();
    users(app, &["ada"]).await;
    let class = |capacity: u32, taken: u32| {
        json!({"userIds": ["ada"], "appointments": [{
            "userIds": ["ada"], "start": "2026-12-01T10:00:00Z", "end": "2026-12-01T11:00:00Z",
            "capacity": capacity, "seatsTaken": taken,
        }]})
    };
    let answer = ask(app, &class(6, 2)).await;
    assert_eq!(
        answer["slots"],
        json!([
            {"start": "2026-12-01T09:00:00Z", "end": "2026-12-01T10:00:00Z"},
            {"start": "2026-12-01T10:00:00Z", "end": "2026-12-01T11:00:00Z", "seatsLeft": 4},
            {"start": "2026-12-01T11:00:00Z", "end": "2026-12-01T12:00:00Z"},
        ])
    );
    assert_eq!(told(&ask(app, &class(6, 6)).await), ["09:00", "11:00"]);
}

#[tokio::test]
async fn what_is_moved_does_not_stand_in_its_own_way_on_either_database() {
    on_each_database(what_is_moved_does_not_stand_in_its_own_way).await;
}

async fn what_is_moved_does_not_stand_in_its_own_way(server: TestServer) {
    let app = server.client();
    users(app, &["ada"]).await;
    let account = server.google("ada@example.com").await;
    let event = |summary: &str, start: &str, end: &str, rule: &[&str]| {
        let at = |time: &str| json!({"dateTime": format!("2026-12-01T{time}:00Z"), "timeZone": "UTC"});
        json!({"summary": summary, "start": at(start), "end": at(end), "recurrence": rule})
    };
    account
        .insert(event("Lesson", "09:00", "10:30", &["RRULE:FREQ=WEEKLY"]))
        .await;
    account.insert(event("Exam", "10:00", "11:00", &[])).await;
    server
        .connect_google("ada", "ada@example.com")
        .await
        .expect_status(200);
    server.drain_tasks().await;
    let listed = app.get("/v1/external-events?userId=ada").await.json();
    let items = listed["items"].as_array().unwrap();
    let id = |title: &str| items.iter().find(|item| item["title"] == title).unwrap()["id"].clone();

    let half_hours = |ignore: &Value, day: &str| {
        json!({
            "userIds": ["ada"], "ignore": ignore, "durationMinutes": 30,
            "from": format!("{day}T09:00:00Z"), "to": format!("{day}T12:00:00Z"),
        })
    };
    let check = async |ignore: Value, expect: &[&str]| {
        assert_eq!(
            told(&ask(app, &half_hours(&ignore, "2026-12-01")).await),
            expect,
            "{ignore}"
        );
    };
    check(json!([]), &["11:00", "11:30"]).await;
    check(
        json!([{"externalEventId": id("Exam")}]),
        &["10:30", "11:00", "11:30"],
    )
    .await;
    let lesson = json!([{"externalEventId": id("Lesson")}]);
    check(lesson.clone(), &["09:00", "09:30", "11:00", "11:30"]).await;
    let this_lesson = json!([{"externalEventId": id("Lesson"), "originalStart": "2026-12-01T09:00:00Z"}]);
    check(this_lesson.clone(), &["09:00", "09:30", "11:00", "11:30"]).await;
    check(
        json!([{"externalEventId": id("Exam")}, {"externalEventId": id("Lesson")}]),
        &["09:00", "09:30", "10:00", "10:30", "11:00", "11:30"],
    )
    .await;
    check(
        json!([{"start": "2026-12-01T10:30:00Z", "end": "2026-12-01T11:00:00Z"}]),
        &["10:30", "11:00", "11:30"],
    )
    .await;
    check(
        json!([{"externalEventId": "01982f6e-5c00-7a41-8a5e-7d0f3c1b2a90"}]),
        &["11:00", "11:30"],
    )
    .await;

    let next_week = async |ignore: &Value| told(&ask(app, &half_hours(ignore, "2026-12-08")).await);
    assert_eq!(next_week(&lesson).await.len(), 6, "the whole series is ignored");
    assert_eq!(
        next_week(&this_lesson).await,
        ["10:30", "11:00", "11:30"],
        "only the one lesson is"
    );

    // The busy index itself is untouched.
    check(json!([]), &["11:00", "11:30"]).await;

    let block = block(app, "ada", "11:00-12:00").await;
    check(json!([]), &[]).await;
    check(json!([{"blockId": block}]), &["11:00", "11:30"]).await;
}

#[tokio::test]
async fn an_appointment_of_the_question_can_be_moved() {
    let server = TestServer::start().await;
    let app = server.client();
    users(app, &["ada", "charles"]).await;
    let question = |ignore: Value| {
        json!({
            "userIds": ["ada", "charles"], "limits": {"day": {"appointments": 1}}, "ignore": ignore,
            "appointments": [{"id": "booking-17", "userIds": ["ada"],
                "start": "2026-12-01T10:00:00Z", "end": "2026-12-01T11:00:00Z"}],
        })
    };
    assert_eq!(told(&ask(app, &question(json!([]))).await), [""; 0]);
    let moved = json!([{"appointmentId": "booking-17"}]);
    assert_eq!(
        told(&ask(app, &question(moved)).await),
        ["09:00", "10:00", "11:00"]
    );
    let span = |users: Value| json!([{"start": "2026-12-01T10:00:00Z", "end": "2026-12-01T11:00:00Z", "userIds": users}]);
    assert_eq!(
        told(&ask(app, &question(span(json!(["ada"])))).await),
        ["09:00", "10:00", "11:00"]
    );
    assert_eq!(
        told(&ask(app, &question(span(json!(["charles"])))).await),
        [""; 0]
    );
}

#[tokio::test]
async fn the_answer_has_the_form_that_is_wanted() {
    let server = TestServer::start().await;
    let app = server.client();
    users(app, &["ada"]).await;
    block(app, "ada", "10:10-10:30").await;
    let shaped = |shape: Option<&str>| json!({"userIds": ["ada"], "shape": shape, "stepMinutes": 30});
    assert_eq!(told(&ask(app, &shaped(None)).await), ["09:00", "10:30", "11:00"]);
    assert_eq!(
        told(&ask(app, &shaped(Some("overlapping_slots"))).await),
        ["09:00", "10:30", "11:00"]
    );
    assert_eq!(told(&ask(app, &shaped(Some("slots"))).await), ["09:00", "10:30"]);
    let periods = ask(app, &shaped(Some("periods"))).await;
    insta::assert_json_snapshot!(periods, {".users" => "[users]"});
}

#[tokio::test]
async fn the_horizon_may_count_days_of_the_clock() {
    let server = TestServer::start().await; // It is 10 o'clock on 20 November 2026 in UTC.
    let app = server.client();
    users(app, &["ada"]).await;
    let check = async |days: u32, zone: &str, expect: usize| {
        let question = json!({
            "userIds": ["ada"], "from": "2026-11-20T00:00:00Z", "to": "2026-11-23T00:00:00Z",
            "horizonDays": days, "timeZone": zone,
        });
        assert_eq!(told(&ask(app, &question).await).len(), expect, "{days} {zone}");
    };
    check(0, "UTC", 14).await;
    check(1, "UTC", 38).await;
    check(0, "America/New_York", 19).await;
}

#[tokio::test]
async fn people_decide_what_blocks_on_either_database() {
    on_each_database(people_decide_what_blocks).await;
}

async fn people_decide_what_blocks(server: TestServer) {
    let app = server.client();
    users(app, &["ada"]).await;
    let account = server.google("ada@example.com").await;
    let at =
        |day: u8, time: &str| json!({"dateTime": format!("2026-12-0{day}T{time}:00Z"), "timeZone": "UTC"});
    let absence = json!({"summary": "Away", "eventType": "outOfOffice", "start": at(1, "09:00"), "end": at(1, "12:00")});
    let fair = json!({"summary": "Fair", "start": {"date": "2026-12-02"}, "end": {"date": "2026-12-03"}});
    let maybe =
        json!({"summary": "Maybe", "status": "tentative", "start": at(3, "09:00"), "end": at(3, "12:00")});
    for event in [absence, fair, maybe] {
        account.insert(event).await;
    }
    server
        .connect_google("ada", "ada@example.com")
        .await
        .expect_status(200);
    server.drain_tasks().await;
    let free_days = async || {
        let mut days = Vec::new();
        for day in 1..=3 {
            let question = json!({
                "userIds": ["ada"], "from": at(day, "09:00")["dateTime"], "to": at(day, "12:00")["dateTime"],
            });
            if !told(&ask(app, &question).await).is_empty() {
                days.push(day);
            }
        }
        days
    };
    let decide = async |settings: Value| {
        app.put("/v1/users/ada/settings/calendar_read", settings)
            .await
            .expect_status(200);
        server.drain_tasks().await;
        free_days().await
    };
    assert_eq!(free_days().await, [0; 0], "by default everything blocks");
    assert_eq!(decide(json!({"outOfOfficeBlocks": false})).await, [1]);
    assert_eq!(decide(json!({"allDayBlocks": false})).await, [2]);
    assert_eq!(decide(json!({"tentativeBlocks": false})).await, [3]);
    assert_eq!(decide(json!({})).await, [0; 0]);
}

#[tokio::test]
async fn two_hundred_users_are_asked_at_most() {
    let server = TestServer::start().await;
    let app = server.client();
    let names: Vec<String> = (0..201).map(|number| format!("user-{number}")).collect();
    for name in &names {
        users(app, &[name]).await;
    }
    let everybody = json!({"groups": [{"userIds": names[..200], "required": 150}]});
    assert_eq!(
        ask(app, &everybody).await["slots"].as_array().map(Vec::len),
        Some(3)
    );
    let in_two = json!({"groups": [{"userIds": names[..120], "required": 1}, {"userIds": names[80..200], "required": 1}]});
    let answer = ask(app, &in_two).await;
    assert_eq!(
        answer["users"].as_array().map(Vec::len),
        Some(200),
        "each is read once"
    );
    let too_many = app
        .post("/v1/slots", tuesday(&json!({"userIds": names})))
        .await
        .expect_status(400);
    assert_eq!(too_many.json()["errors"][0]["field"], "userIds");
}
