//! Dead tasks: listed, and brought back.

use kalends_testkit::{Answer, Database, TestServer, both};
use serde_json::{Value, json};

/// A server on which Ada's three tasks have been given up.
async fn with_dead_tasks(database: Database) -> TestServer {
    let server = TestServer::start_on(database.clone()).await;
    let body = json!({"timeZone": "Europe/Zurich"});
    server
        .client()
        .put("/v1/users/ada", body)
        .await
        .expect_status(200);
    server.google("ada@example.com").await;
    server.connect_google("ada", "ada@example.com").await;
    server.drain_tasks().await;
    database
        .tamper(
            "UPDATE tasks SET state = 'dead', due_us = NULL, queued = FALSE, rejected_failures = 4, transient_failures = 1,
                 last_error = 'provider_rejected'",
        )
        .await;
    server
}

#[track_caller]
fn problem(answer: Answer, status: u16, code: &str) {
    assert_eq!(answer.expect_status(status).json()["code"], code);
}

fn ids(page: &Value) -> Vec<String> {
    let items = page["items"].as_array().unwrap();
    items
        .iter()
        .map(|task| task["id"].as_str().unwrap().to_owned())
        .collect()
}

const DEAD: &str = "/v1/tasks?state=dead";

both! {
    async fn dead_tasks_say_what_was_given_up_and_why(database) {
        let server = with_dead_tasks(database).await;
        let page = server.client().get(DEAD).await.expect_status(200).json();
        let pull = page["items"].as_array().unwrap().iter().find(|task| task["kind"] == "pull").unwrap();
        assert_eq!(pull["state"], "dead");
        assert_eq!(pull["calendarId"], pull["key"]);
        assert_eq!(pull["lastError"], "provider_rejected");
        assert_eq!(pull["attempts"], 5);
        assert!(pull["diedAt"].is_string());
        assert_eq!(
            pull["message"],
            "Reading the calendar failed 5 times and was given up. It is tried again after a day, or now when you ask for it."
        );
        let listing = page["items"].as_array().unwrap().iter().find(|task| task["kind"] == "discover").unwrap();
        assert_eq!(listing["connectionId"], listing["key"]);
        assert!(listing.get("calendarId").is_none());
    }

    async fn dead_tasks_are_listed_in_pages(database) {
        let server = with_dead_tasks(database).await;
        let all = ids(&server.client().get(DEAD).await.expect_status(200).json());
        assert!(all.len() >= 2);
        let first = server.client().get(&format!("{DEAD}&limit=1")).await.expect_status(200).json();
        assert_eq!(ids(&first), all[..1]);
        let cursor = first["nextCursor"].as_str().unwrap();
        let rest = server.client().get(&format!("{DEAD}&cursor={cursor}")).await.expect_status(200).json();
        assert_eq!(ids(&rest), all[1..]);
        assert!(rest.get("nextCursor").is_none());
    }

    async fn a_retried_task_is_due_and_no_longer_dead(database) {
        let server = with_dead_tasks(database).await;
        let before = ids(&server.client().get(DEAD).await.expect_status(200).json());
        let retry = format!("/v1/tasks/{}/retry", before[0]);
        server.client().post(&retry, Value::Null).await.expect_status(202);
        assert_eq!(ids(&server.client().get(DEAD).await.expect_status(200).json()), before[1..]);
        let again = server.client().post(&retry, Value::Null).await;
        problem(again, 409, "task_not_dead");
    }

    async fn another_tenant_neither_sees_nor_retries_a_task(database) {
        let server = with_dead_tasks(database).await;
        let mine = ids(&server.client().get(DEAD).await.expect_status(200).json());
        let other = server.other_tenant("Other").await;
        assert_eq!(other.get(DEAD).await.expect_status(200).json(), json!({"items": []}));
        let retry = format!("/v1/tasks/{}/retry", mine[0]);
        problem(other.post(&retry, Value::Null).await, 404, "not_found");
        assert_eq!(ids(&server.client().get(DEAD).await.expect_status(200).json()), mine);
    }
}

#[tokio::test]
async fn only_dead_tasks_can_be_listed_and_the_answer_says_so() {
    let server = TestServer::start().await;
    for path in [
        "/v1/tasks",
        "/v1/tasks?state=running",
        "/v1/tasks?state=dead&cursor=x",
    ] {
        problem(server.client().get(path).await, 400, "invalid_request");
    }
    let nonsense = server.client().post("/v1/tasks/x/retry", Value::Null).await;
    problem(nonsense, 400, "invalid_request");
}
