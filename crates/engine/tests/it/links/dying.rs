//! Workers that die and answers that are lost, between any two steps of a push.

use jiff::SignedDuration;
use kalends_core::external_event::Transparency;
use kalends_simulator::{Fault, Trouble};
use kalends_testkit::both;
use serde_json::json;

use crate::harness::{FEWEST, Simulated, Stage, lesson};

/// It takes up no time, so that it is in conflict with none of the others.
fn titled(title: &str) -> kalends_core::event::Event {
    let mut event = lesson(&["ada"]);
    title.clone_into(&mut event.title);
    event.transparency = Transparency::Transparent;
    event
}

/// The next write of that method is done, and its answer lost; as often as that.
fn lose_answers(world: &Simulated, method: &str, times: u32) {
    let route = format!("{method} /calendar/v3/calendars/*/events/**");
    let route = route
        .trim_end_matches(if method == "POST" { "/**" } else { "" })
        .to_owned();
    let fault = Fault {
        times: Some(times),
        ..Fault::new(&route, Trouble::ResetAfter)
    };
    world.simulator.control().add_fault(fault).unwrap();
}

both! {
    async fn a_create_survives_a_death_at_every_wait(database) {
        let world = Simulated::new(database).await;
        world.writer("ada").await;
        let deaths = Stage::from(&world)
            .kill_at_every_wait(
                async |round| { world.put(&format!("lesson-{round}"), titled(&format!("Lesson {round}"))).await; },
                async |round| {
                    let seen = world.seen("ada").await;
                    let title = format!("Lesson {round}");
                    let copies = seen.iter().filter(|event| event["summary"] == json!(title)).count();
                    assert_eq!((copies, seen.len()), (1, round + 1));
                    let link = &world.links(&format!("lesson-{round}")).await[0];
                    assert!(!link.standing.owed, "{link:?}");
                },
            )
            .await;
        assert!(deaths >= FEWEST, "{deaths}");
    }

    async fn a_patch_survives_a_death_at_every_wait(database) {
        let world = Simulated::new(database).await;
        world.writer("ada").await;
        world.put("lesson-7", lesson(&["ada"])).await;
        world.drain().await;
        let deaths = Stage::from(&world)
            .kill_at_every_wait(
                async |round| { world.put("lesson-7", titled(&format!("Lesson {round}"))).await; },
                async |round| {
                    assert_eq!(world.only("ada").await["summary"], json!(format!("Lesson {round}")));
                    assert!(!world.links("lesson-7").await[0].standing.owed);
                },
            )
            .await;
        assert!(deaths >= FEWEST, "{deaths}");
    }

    async fn a_removal_survives_a_death_at_every_wait(database) {
        let world = Simulated::new(database).await;
        world.writer("ada").await;
        let deaths = Stage::from(&world)
            .kill_at_every_wait(
                async |_| {
                    world.put("lesson-7", lesson(&["ada"])).await;
                    world.drain().await;
                    world.cancel("lesson-7").await;
                },
                async |_| {
                    assert!(world.seen("ada").await.is_empty());
                    assert!(!world.links("lesson-7").await[0].standing.owed);
                },
            )
            .await;
        assert!(deaths >= FEWEST, "{deaths}");
    }

    async fn a_person_s_edit_is_told_once_whenever_the_worker_dies(database) {
        let world = Simulated::new(database).await;
        let calendar = world.writer("ada").await;
        world.put("lesson-7", lesson(&["ada"])).await;
        world.drain().await;
        let id = world.only("ada").await["id"].as_str().unwrap().to_owned();
        let deaths = Stage::from(&world)
            .kill_at_every_wait(
                async |round| {
                    world.clock.advance(SignedDuration::from_secs(5));
                    world.edit("ada", &id, json!({ "summary": format!("Mine {round}") })).await;
                    world.enqueue("pull", &calendar.to_string()).await;
                },
                async |round| {
                    let mine = format!("Mine {round}");
                    assert_eq!(world.event("lesson-7").await.wanted.title, mine);
                    assert_eq!(world.only("ada").await["summary"], json!(mine));
                },
            )
            .await;
        assert!(deaths >= FEWEST, "{deaths}");
    }

    async fn lost_answers_make_nothing_twice(database) {
        let world = Simulated::new(database).await;
        world.writer("ada").await;
        // The retries below the task lose theirs too.
        lose_answers(&world, "POST", 6);
        world.put("lesson-7", lesson(&["ada"])).await;
        world.drain().await;
        for _ in 0..6 {
            world.later(SignedDuration::from_mins(2)).await;
        }
        assert_eq!(world.only("ada").await["summary"], "Lesson");
        lose_answers(&world, "PATCH", 6);
        world.put("lesson-7", titled("Other")).await;
        for _ in 0..6 {
            world.later(SignedDuration::from_mins(2)).await;
        }
        assert_eq!(world.only("ada").await["summary"], "Other");
        let (told, _) = world.told(0).await;
        assert!(told.iter().all(|one| !one.kind.ends_with("_externally")), "our own writes are no edits: {told:?}");
        lose_answers(&world, "DELETE", 6);
        world.cancel("lesson-7").await;
        for _ in 0..6 {
            world.later(SignedDuration::from_mins(2)).await;
        }
        assert!(world.seen("ada").await.is_empty());
        assert!(!world.links("lesson-7").await[0].standing.owed);
    }

    async fn a_push_that_runs_twice_sends_nothing_the_second_time(database) {
        let world = Simulated::new(database).await;
        world.writer("ada").await;
        world.put("lesson-7", lesson(&["ada"])).await;
        world.drain().await;
        let (from, seq) = (world.last_call(), world.last_seq().await);
        let link = world.links("lesson-7").await[0].clone();
        world.enqueue("push_link", &link.id.to_string()).await;
        assert_eq!(world.drain().await, 1);
        assert_eq!(world.writes_since(from), [""; 0]);
        assert_eq!(world.last_seq().await, seq);
        assert_eq!(world.links("lesson-7").await[0], link, "not even its row is written");
    }

    async fn a_lost_task_comes_back_by_the_sweep(database) {
        let world = Simulated::new(database).await;
        world.writer("ada").await;
        world.put("lesson-7", lesson(&["ada"])).await;
        // The task is claimed by somebody who is never heard of again, and whose row is lost with them.
        let claim = kalends_store::Claim {
            owner: "lost",
            lanes: &kalends_store::TaskLane::ALL,
            batch: 10,
            lease: std::time::Duration::from_mins(1),
        };
        for task in world.store.claim_tasks(claim).await.unwrap() {
            world.store.complete_task(task.lease).await.unwrap();
        }
        world.drain().await;
        assert!(world.seen("ada").await.is_empty());
        assert!(world.runner.sweep().await.unwrap() > 0);
        world.drain().await;
        assert_eq!(world.only("ada").await["summary"], "Lesson");
        assert_eq!(world.runner.sweep().await.unwrap(), 0, "nothing is owed");
    }
}
