//! The simulated Google tells the listening server of changes: what comes of its messages, its silence and its lies.

use jiff::SignedDuration;
use kalends_testkit::simulator::{
    ChannelShown, Forgery, Outcome, PushFault, PushOrder, PushState, PushTrouble,
};
use kalends_testkit::{TestServer, both};
use serde_json::{Value, json};

/// Connected, pulled and watched, with nothing left to do.
async fn watched(database: kalends_testkit::Database) -> TestServer {
    let server = TestServer::start_on_told(database).await;
    server
        .connect_google("ada", "ada@example.com")
        .await
        .expect_status(200);
    settle(&server).await;
    server
}

/// Lets messages arrive and tasks run until nothing moves any more.
async fn settle(server: &TestServer) {
    for _ in 0..3 {
        server.drain_tasks().await;
        server.settle_pushes().await;
    }
    server.drain_tasks().await;
}

async fn calendar(server: &TestServer) -> Value {
    let list = server
        .client()
        .get("/v1/calendars?userId=ada")
        .await
        .expect_status(200);
    list.json()["items"][0].clone()
}

async fn busy(server: &TestServer) -> usize {
    let question = json!({"userIds": ["ada"], "from": "2026-12-01T00:00:00Z", "to": "2026-12-02T00:00:00Z"});
    let answer = server
        .client()
        .post("/v1/availability", question)
        .await
        .expect_status(200);
    answer.json()["users"][0]["busy"].as_array().unwrap().len()
}

/// Half an hour of the first of December.
fn lesson(hour: u32) -> Value {
    let at = |minute: u32| json!({"dateTime": format!("2026-12-01T{hour:02}:{minute:02}:00Z")});
    json!({"start": at(0), "end": at(30)})
}

async fn insert(server: &TestServer, hour: u32) {
    server.google("ada@example.com").await.insert(lesson(hour)).await;
}

/// The open channels that watch events, as Google has them.
fn channels(server: &TestServer) -> Vec<ChannelShown> {
    let mut channels = server.simulator.control().push_channels();
    channels.retain(|channel| channel.state == "open" && channel.resource_uri.contains("/events"));
    channels
}

fn fault(trouble: PushTrouble) -> PushFault {
    PushFault {
        channel: None,
        state: None,
        skip: 0,
        times: None,
        rate: None,
        seed: 0,
        trouble,
    }
}

fn order(channel: &str, forged: Option<Forgery>) -> PushOrder {
    PushOrder {
        channel: channel.to_owned(),
        state: Some(PushState::Exists),
        forged,
    }
}

both! {
    async fn what_a_person_changes_is_known_without_a_poll(database) {
        let server = watched(database).await;
        let calendar = calendar(&server).await;
        assert_eq!(calendar["push"]["state"], "live");
        let channel = channels(&server).remove(0);
        assert_eq!(calendar["push"]["channelId"], channel.id.as_str());
        assert_eq!(calendar["push"]["expiresAt"], channel.expires.to_string());
        assert_eq!(calendar["push"]["lastMessageAt"], "2026-11-20T10:00:00Z", "the message `sync`");

        insert(&server, 9).await;
        server.settle_pushes().await;
        server.drain_tasks().await;
        assert_eq!(busy(&server).await, 1);
    }

    async fn a_lost_message_costs_no_more_than_the_next_poll(database) {
        let server = watched(database).await;
        server.simulator.control().add_push_fault(fault(PushTrouble::Lose)).unwrap();
        insert(&server, 9).await;
        settle(&server).await;
        assert_eq!(busy(&server).await, 0);
        server.clock.advance(SignedDuration::from_hours(2));
        settle(&server).await;
        assert_eq!(busy(&server).await, 1);
    }

    async fn messages_that_come_twice_late_and_in_disorder_lead_to_the_truth(database) {
        let server = watched(database).await;
        let control = server.simulator.control();
        control.add_push_fault(fault(PushTrouble::Duplicate)).unwrap();
        control.add_push_fault(PushFault { times: Some(1), ..fault(PushTrouble::Reorder) }).unwrap();
        control.add_push_fault(PushFault { times: Some(2), ..fault(PushTrouble::Delay { seconds: 30 }) }).unwrap();
        for hour in 9..14 {
            insert(&server, hour).await;
            settle(&server).await;
        }
        server.clock.advance(SignedDuration::from_secs(60));
        settle(&server).await;
        assert_eq!(busy(&server).await, 5);
    }

    async fn a_message_before_the_answer_to_watch_is_taken(database) {
        let server = TestServer::start_on_told(database).await;
        server.simulator.control().add_push_fault(fault(PushTrouble::SyncBeforeAnswer)).unwrap();
        server.connect_google("ada", "ada@example.com").await.expect_status(200);
        settle(&server).await;
        let calendar = calendar(&server).await;
        assert_eq!(calendar["push"]["state"], "live");
        assert!(calendar["push"]["lastMessageAt"].is_string());
    }

    async fn forged_messages_are_answered_like_true_ones_and_do_nothing(database) {
        let server = watched(database).await;
        let control = server.simulator.control();
        let channel = channels(&server).remove(0);
        let before = control.calls_after(0).len();
        for forgery in [Forgery::Token, Forgery::Channel, Forgery::Resource] {
            let seq = control.send_push(&order(&channel.id, Some(forgery))).unwrap();
            server.settle_pushes().await;
            let sent = control.push_deliveries_after(seq - 1).remove(0);
            assert_eq!((sent.outcome, sent.attempts[0].status), (Outcome::Delivered, Some(204)));
            server.drain_tasks().await;
        }
        assert_eq!(control.calls_after(0).len(), before, "nothing was pulled");
        control.send_push(&order(&channel.id, None)).unwrap();
        settle(&server).await;
        assert!(control.calls_after(0).len() > before, "a true one is pulled");
    }

    async fn a_channel_is_replaced_in_time_and_the_old_one_is_stopped_and_ignored(database) {
        let server = watched(database).await;
        let control = server.simulator.control();
        control.add_push_fault(fault(PushTrouble::KeepAfterStop)).unwrap();
        let old = channels(&server).remove(0);
        let mut now = channels(&server).remove(0);
        while now.id == old.id {
            server.clock.advance(SignedDuration::from_hours(6));
            settle(&server).await;
            let open = channels(&server);
            assert_eq!(open.len(), 1, "one open channel, none expired unrenewed");
            now = open[0].clone();
        }
        let before = control.calls_after(0).len();
        control.send_push(&order(&old.id, None)).unwrap();
        settle(&server).await;
        assert_eq!(control.calls_after(0).len(), before, "what it still says is ignored");
        insert(&server, 9).await;
        settle(&server).await;
        assert_eq!(busy(&server).await, 1, "the new one tells");
    }

    async fn a_channel_that_google_ends_early_is_found_by_polls(database) {
        let server = watched(database).await;
        let control = server.simulator.control();
        let ended = channels(&server).remove(0);
        control.expire_channel(&ended.id).unwrap();
        for hour in 9..14 {
            insert(&server, hour).await;
            server.clock.advance(SignedDuration::from_hours(2));
            settle(&server).await;
        }
        assert_eq!(busy(&server).await, 5, "polls go on");
        assert_eq!(calendar(&server).await["push"]["reason"], "silent");
    }

    async fn disconnecting_stops_the_channels_before_the_grant_is_revoked(database) {
        let server = watched(database).await;
        assert_eq!(channels(&server).len(), 1);
        let connection = calendar(&server).await["connectionId"].as_str().unwrap().to_owned();
        server.client().delete(&format!("/v1/connections/{connection}")).await.expect_status(204);
        server.drain_tasks().await;
        let open = server.simulator.control().push_channels();
        assert!(open.iter().all(|channel| channel.state == "stopped"), "{open:?}");
        let calls = server.simulator.control().calls_after(0);
        let place = |path: &str| calls.iter().rposition(|call| call.path == path);
        assert!(place("/calendar/v3/channels/stop") < place("/revoke"));
    }

    async fn a_calendar_that_cannot_be_watched_says_so(database) {
        let server = TestServer::start_on_told(database).await;
        let refusal = json!({
            "route": "POST /calendar/v3/calendars/*/events/watch",
            "trouble": {"kind": "status", "status": 400, "reason": "pushNotSupportedForRequestedResource"},
        });
        let fault = serde_json::from_value(refusal).unwrap();
        server.simulator.control().add_fault(fault).unwrap();
        server.connect_google("ada", "ada@example.com").await.expect_status(200);
        settle(&server).await;
        let push = &calendar(&server).await["push"];
        assert_eq!((&push["state"], &push["reason"]), (&json!("refused"), &json!("push_not_supported")));
    }
}

#[tokio::test]
async fn a_message_without_its_headers_is_malformed() {
    let server = TestServer::start().await;
    let answer = server.client().post("/v1/push/google", json!({})).await;
    assert_eq!(answer.expect_status(400).json()["code"], "invalid_request");
}
