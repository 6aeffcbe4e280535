//! What providers tell: true, forged, late, repeated, and not at all.

use jiff::SignedDuration;
use kalends_engine::channels::{self, Notification, PushState, What};
use kalends_providers::provider::PullFrom;
use kalends_testkit::both;

use crate::harness::{CALENDAR, Watch, World, single};

const DAY: &str = "2026-11-23T00:00:00Z/2026-11-24T00:00:00Z";

fn lesson(id: &str, hour: u32) -> kalends_core::external_event::ExternalEvent {
    let at = |hour: u32| format!("2026-11-23T{hour:02}:00:00Z");
    single(id, &at(hour), &at(hour + 1))
}

fn watch(world: &World) -> Watch {
    world
        .google
        .open_watches(&format!("events of {CALENDAR}"))
        .remove(0)
}

fn message(watch: &Watch, what: What) -> Notification {
    Notification {
        channel: watch.id.clone(),
        secret: Some(watch.secret.clone()),
        resource_id: Some(watch.resource_id.clone()),
        what,
    }
}

async fn tell(world: &World, message: Notification) {
    channels::notified(&world.engine, message).await.unwrap();
}

/// How many tasks are due now.
async fn due(world: &World) -> bool {
    let due = world.store.next_task_due().await.unwrap();
    due.is_some_and(|due| due <= world.engine.ambient().now())
}

both! {
    async fn a_true_message_is_a_pull_at_once(database) {
        let world = World::with_push(database).await;
        world.google.put(CALENDAR, lesson("a", 9));
        tell(&world, message(&watch(&world), What::Changed)).await;
        world.drain().await;
        assert_eq!(world.busy(DAY).await.len(), 1);
        assert!(matches!(world.google.asked()[..], [PullFrom::Cursor { .. }]));
    }

    async fn what_proves_nothing_has_no_effect(database) {
        let world = World::with_push(database).await;
        let true_one = message(&watch(&world), What::Changed);
        let nobody = "0199aa00-0000-7000-8000-000000000000".to_owned();
        for forged in [
            Notification { secret: Some("guessed".into()), ..true_one.clone() },
            Notification { secret: None, ..true_one.clone() },
            Notification { resource_id: Some("other".to_owned()), ..true_one.clone() },
            Notification { channel: nobody, ..true_one.clone() },
            Notification { channel: "'; DROP TABLE tasks".to_owned(), ..true_one.clone() },
        ] {
            tell(&world, forged).await;
            assert!(!due(&world).await);
        }
        assert_eq!(world.calendar().await.push.last_message_at, None);
        tell(&world, true_one).await;
        assert!(due(&world).await);
    }

    async fn a_burst_is_pulled_once_and_once_more_after_a_pause(database) {
        let world = World::with_push(database).await;
        let watch = watch(&world);
        let burst = (0..50).map(|_| tell(&world, message(&watch, What::Changed)));
        futures::future::join_all(burst).await;
        assert_eq!(world.drain().await, 1);
        for _ in 0..50 {
            tell(&world, message(&watch, What::Changed)).await;
        }
        assert_eq!(world.drain().await, 0, "the pause has not passed");
        assert_eq!(world.later(SignedDuration::from_secs(1)).await, 1);
        assert_eq!(world.google.asked().len(), 2);
    }

    async fn a_calendar_that_changes_all_the_time_is_pulled_all_the_same(database) {
        let world = World::with_push(database).await;
        let watch = watch(&world);
        let mut pulls = 0;
        for _ in 0..40 {
            tell(&world, message(&watch, What::Changed)).await;
            world.later(SignedDuration::from_millis(250)).await;
            pulls += world.google.asked().len();
        }
        assert!((8..=12).contains(&pulls), "{pulls} pulls in ten seconds");
    }

    async fn a_message_before_the_answer_counts(database) {
        let world = World::with_push(database.clone()).await;
        let watch = watch(&world);
        database.tamper("UPDATE push_channels SET state = 'opening', resource_id = NULL").await;
        tell(&world, message(&watch, What::Opened)).await;
        assert!(!due(&world).await);
        tell(&world, message(&watch, What::Changed)).await;
        assert!(due(&world).await);
    }

    async fn what_an_old_channel_says_is_ignored_and_the_new_one_begins_with_a_pull(database) {
        let world = World::with_push(database).await;
        let old = watch(&world);
        world.google.put(CALENDAR, lesson("a", 9));
        while watch(&world).id == old.id {
            world.later(SignedDuration::from_hours(12)).await;
        }
        assert_eq!(world.busy(DAY).await.len(), 1);
        tell(&world, message(&old, What::Changed)).await;
        assert!(!due(&world).await);
    }

    async fn a_channel_nobody_saw_opened_is_stopped_when_it_speaks(database) {
        let world = World::with_push(database.clone()).await;
        let unseen = watch(&world);
        // Its answer was lost, and the calendar is not watched any longer.
        let lost = "UPDATE push_channels SET state = 'stopping', resource_id = NULL WHERE calendar_id IS NOT NULL";
        database.tamper(lost).await;
        database.tamper("DELETE FROM tasks WHERE kind = 'watch'").await;
        tell(&world, message(&unseen, What::Changed)).await;
        world.drain().await;
        assert!(world.google.open_watches(&unseen.resource_id).is_empty());
    }

    async fn a_resource_that_is_gone_is_looked_for_in_the_list(database) {
        let world = World::with_push(database).await;
        let watch = watch(&world);
        world.google.unlist(CALENDAR);
        tell(&world, message(&watch, What::Gone)).await;
        world.drain().await;
        assert!(world.calendar().await.lost_at.is_some());
    }

    async fn the_list_s_channel_tells_of_new_calendars(database) {
        let world = World::with_push(database).await;
        let list = world.google.open_watches("list").remove(0);
        world.google.list(crate::harness::remote("lessons@example.com"));
        tell(&world, message(&list, What::Changed)).await;
        world.drain().await;
        assert_eq!(world.calendars().await.len(), 2);
    }

    async fn a_channel_that_never_spoke_is_not_called_alive_for_long(database) {
        let world = World::with_push(database).await;
        world.later(SignedDuration::from_mins(11)).await;
        let push = world.calendar().await.push;
        assert_eq!((push.state, push.reason.as_deref()), (PushState::Unavailable, Some("no_message")));
        tell(&world, message(&watch(&world), What::Opened)).await;
        let push = world.calendar().await.push;
        assert_eq!(push.state, PushState::Live);
        assert_eq!(push.last_message_at, Some(world.engine.ambient().now()));
    }

    async fn a_channel_that_falls_silent_is_found_by_polls_shown_and_replaced_after_a_day(database) {
        let world = World::with_push(database).await;
        let silent = watch(&world);
        tell(&world, message(&silent, What::Opened)).await;
        for hour in 9..13 {
            world.google.put(CALENDAR, lesson(&format!("e{hour}"), hour));
            world.later(SignedDuration::from_hours(2)).await;
        }
        let push = world.calendar().await.push;
        assert_eq!((push.state, push.reason.as_deref()), (PushState::Unavailable, Some("silent")));
        assert_eq!(watch(&world).id, silent.id, "a new one would be as silent");
        world.later(SignedDuration::from_hours(20)).await;
        world.enqueue("watch", &format!("calendar:{}", world.calendar().await.id)).await;
        world.drain().await;
        assert_ne!(watch(&world).id, silent.id);
        assert_eq!(world.google.open_watches(&silent.resource_id).len(), 1);
    }
}
