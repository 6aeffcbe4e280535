//! Groups take turns, whatever the length of their queues.

use jiff::SignedDuration;
use kalends_store::{Claim, NewTask, TaskLane, Turns};

use crate::{
    harness::{World, both},
    tasks::all_lanes,
};

async fn enqueue(world: &World, group: &str, count: usize) {
    let tenant = world.tenant(group).await;
    let task = |n| NewTask {
        group: group.to_owned(),
        ..world.task(&format!("{group}-{n}"))
    };
    world
        .store
        .enqueue(tenant, (0..count).map(task).collect())
        .await
        .unwrap();
}

/// How many tasks of each group a worker gets that remembers its turns.
async fn claim(world: &World, turns: &mut Turns, batch: u32) -> Vec<String> {
    let claimed = world
        .store
        .claim_tasks_in_turn(all_lanes(batch), turns)
        .await
        .unwrap();
    for task in &claimed {
        turns.began(&task.group);
    }
    let mut groups: Vec<String> = claimed.into_iter().map(|task| task.group).collect();
    groups.sort();
    groups
}

both! {
    async fn one_task_does_not_wait_behind_five_thousand_of_another_group(world) {
        enqueue(&world, "crowd", 5_000).await;
        world.advance(SignedDuration::from_secs(1));
        enqueue(&world, "quiet", 1).await;
        let mut turns = Turns::default();
        assert_eq!(claim(&world, &mut turns, 2).await, ["crowd", "quiet"]);
        assert_eq!(claim(&world, &mut turns, 2).await, ["crowd", "crowd"], "nobody else waits");
    }

    async fn a_group_holds_no_more_than_its_share_of_the_workers_while_others_wait(world) {
        enqueue(&world, "crowd", 50).await;
        let mut turns = Turns::default();
        assert_eq!(claim(&world, &mut turns, 8).await.len(), 8, "alone it may have all of them");
        enqueue(&world, "other", 50).await;
        enqueue(&world, "third", 2).await;
        // Its tasks end one by one, and none of the others' does.
        let mut next = Vec::new();
        for _ in 0..6 {
            turns.ended("crowd");
            next.extend(claim(&world, &mut turns, 1).await);
        }
        next.sort();
        assert_eq!(next, ["crowd", "other", "other", "other", "third", "third"]);
    }

    async fn all_groups_are_served_however_many_there_are(world) {
        for group in 0..40 {
            enqueue(&world, &format!("g{group:02}"), 3).await;
        }
        let mut turns = Turns::default();
        let mut served = Vec::new();
        for _ in 0..40 {
            let some = claim(&world, &mut turns, 1).await;
            turns.ended(&some[0]);
            served.extend(some);
        }
        served.sort();
        served.dedup();
        assert_eq!(served.len(), 40, "each once before any comes twice");
    }

    async fn tasks_that_wait_for_their_time_join_when_it_has_come(world) {
        let tenant = world.tenant("a").await;
        let later = |minutes, lane| NewTask {
            lane,
            run_at: world.now() + SignedDuration::from_mins(minutes),
            ..world.task(&format!("in-{minutes}"))
        };
        let tasks = vec![later(1, TaskLane::Backfill), later(2, TaskLane::Push), later(9, TaskLane::Push)];
        world.store.enqueue(tenant, tasks).await.unwrap();
        world.advance(SignedDuration::from_mins(2));
        let push = Claim { lanes: &[TaskLane::Push], ..all_lanes(10) };
        let due = world.store.next_task_due_in(&[TaskLane::Push]).await.unwrap();
        assert_eq!(due, Some(world.now()));
        assert_eq!(world.store.claim_tasks(push).await.unwrap()[0].key, "in-2");
        assert_eq!(world.store.claim_tasks(all_lanes(10)).await.unwrap()[0].key, "in-1");
        assert!(world.store.claim_tasks(all_lanes(10)).await.unwrap().is_empty());
    }
}
