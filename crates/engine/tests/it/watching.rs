//! Push channels: opened, replaced, let go, and what becomes of those that nobody knows of.

use jiff::SignedDuration;
use kalends_core::time::CalendarId;
use kalends_engine::{
    calendars::{self, UpdateCalendar},
    channels::PushState,
};
use kalends_providers::provider::{ProviderError, WatchRefusal};
use kalends_testkit::both;

use crate::harness::{CALENDAR, FEWEST, Stage, World};

const LIST: &str = "list";

fn events() -> String {
    format!("events of {CALENDAR}")
}

async fn select(world: &World, id: CalendarId, selected: bool) {
    let update = UpdateCalendar {
        selected: Some(selected),
        write_target: None,
    };
    calendars::update(&world.engine, world.tenant, id, update)
        .await
        .unwrap();
}

async fn reason(world: &World) -> (PushState, Option<String>) {
    let push = world.calendar().await.push;
    (push.state, push.reason)
}

both! {
    async fn a_selected_calendar_and_its_account_s_list_are_watched_and_the_calendar_says_so(database) {
        let world = World::with_push(database).await;
        let open = world.google.open_watches(&events());
        assert_eq!((open.len(), world.google.open_watches(LIST).len()), (1, 1));
        let push = world.calendar().await.push;
        assert_eq!(push.state, PushState::Live);
        assert_eq!(push.channel.unwrap().to_string(), open[0].id);
        assert_eq!(push.expires_at, Some(open[0].expires_at));
    }

    async fn without_an_address_for_messages_nothing_is_watched(database) {
        let world = World::with_events(database, Vec::new()).await;
        world.google.offer_push(&world.clock);
        world.runner.sweep().await.unwrap();
        world.drain().await;
        assert!(world.google.watches().is_empty());
        assert_eq!(reason(&world).await, (PushState::Off, Some("no_public_url".to_owned())));
    }

    async fn channels_are_replaced_before_they_expire_the_new_one_before_the_old_is_stopped(database) {
        let world = World::with_push(database).await;
        for _ in 0..60 * 4 {
            world.later(SignedDuration::from_hours(6)).await;
            for resource in [events().as_str(), LIST] {
                assert_eq!(world.google.open_watches(resource).len(), 1, "{resource}");
            }
        }
        let all = world.google.watches();
        assert!((2 * 60 / 7..2 * 60 / 2).contains(&all.len()), "{}", all.len());
        for watch in all {
            // None was left to expire: it was stopped, and while it told another one did already.
            assert!(watch.stopped || world.google.open_watches(&watch.resource_id)[0].id == watch.id);
        }
    }

    async fn deselecting_a_calendar_stops_its_channel_and_selecting_opens_another(database) {
        let world = World::with_push(database).await;
        let id = world.calendar().await.id;
        select(&world, id, false).await;
        world.drain().await;
        assert!(world.google.open_watches(&events()).is_empty());
        assert_eq!(reason(&world).await.0, PushState::Off);
        select(&world, id, true).await;
        world.drain().await;
        assert_eq!(world.google.open_watches(&events()).len(), 1);
    }

    async fn a_lost_calendar_s_channel_is_stopped(database) {
        let world = World::with_push(database).await;
        world.google.unlist(CALENDAR);
        world.enqueue("discover", &world.connection().await.id.to_string()).await;
        world.drain().await;
        assert!(world.google.open_watches(&events()).is_empty());
    }

    async fn a_refusal_is_shown_and_believed_for_a_day(database) {
        let world = World::with_push(database).await;
        let id = world.calendar().await.id;
        select(&world, id, false).await;
        world.drain().await;
        let refused = ProviderError::WatchRefused {
            because: WatchRefusal::Subject,
            reason: "pushNotSupportedForRequestedResource".to_owned(),
        };
        world.google.fail_watch(refused);
        select(&world, id, true).await;
        world.drain().await;
        let shown = (PushState::Refused, Some("push_not_supported".to_owned()));
        assert_eq!(reason(&world).await, shown);
        world.later(SignedDuration::from_hours(23)).await;
        assert_eq!(reason(&world).await, shown);
        world.later(SignedDuration::from_hours(2)).await;
        assert_eq!(reason(&world).await.0, PushState::Live);
    }

    async fn a_channel_whose_opening_nobody_saw_is_stopped_once_another_one_is_open(database) {
        let world = World::with_push(database).await;
        let id = world.calendar().await.id;
        select(&world, id, false).await;
        world.drain().await;
        world.google.fail_watch(ProviderError::Unavailable { source: None });
        select(&world, id, true).await;
        world.drain().await;
        assert_eq!(world.google.open_watches(&events()).len(), 1, "the provider did open it");
        let unavailable = (PushState::Unavailable, Some("provider_unavailable".to_owned()));
        assert_eq!(reason(&world).await, unavailable);
        world.later(SignedDuration::from_secs(10)).await;
        let open = world.google.open_watches(&events());
        assert_eq!(open.len(), 1, "the unseen one was stopped");
        assert_eq!(world.calendar().await.push.channel.unwrap().to_string(), open[0].id);
    }

    async fn a_provider_that_fails_for_a_day_costs_no_channel_its_life(database) {
        let world = World::with_push(database).await;
        for _ in 0..2_000 {
            world.google.fail_watch(ProviderError::Unavailable { source: None });
        }
        for _ in 0..12 {
            world.later(SignedDuration::from_hours(12)).await;
            assert!(world.calendar().await.push.channel.is_some());
        }
    }

    async fn a_watch_survives_a_death_at_every_wait(database) {
        let world = World::with_push(database.clone()).await;
        let key = format!("calendar:{}", world.calendar().await.id);
        let deaths = Stage::from(&world)
            .kill_at_every_wait(
                async |_| {
                    database.tamper("UPDATE push_channels SET renew_us = NULL").await;
                    world.enqueue("watch", &key).await;
                },
                async |round| {
                    let open = world.google.open_watches(&events());
                    assert_eq!(open.len(), 1, "round {round}");
                    let known = world.calendar().await.push.channel.unwrap();
                    assert_eq!(known.to_string(), open[0].id, "round {round}");
                },
            )
            .await;
        assert!(deaths >= FEWEST, "{deaths}");
    }

    async fn an_unwatch_survives_a_death_at_every_wait(database) {
        let world = World::with_push(database).await;
        let id = world.calendar().await.id;
        let deaths = Stage::from(&world)
            .kill_at_every_wait(
                async |_| {
                    select(&world, id, true).await;
                    world.drain().await;
                    assert_eq!(world.google.open_watches(&events()).len(), 1);
                    select(&world, id, false).await;
                },
                async |round| assert!(world.google.open_watches(&events()).is_empty(), "round {round}"),
            )
            .await;
        assert!(deaths >= FEWEST, "{deaths}");
    }

    async fn watches_and_unwatches_may_run_twice(database) {
        let world = World::with_push(database).await;
        let calendar = world.calendar().await;
        let channel = calendar.push.channel.unwrap().to_string();
        for (kind, key) in [
            ("watch", format!("calendar:{}", calendar.id)),
            ("watch", format!("connection:{}", calendar.connection)),
            ("unwatch", channel),
        ] {
            for _ in 0..2 {
                world.enqueue(kind, &key).await;
                assert_eq!(world.drain().await, 1, "{kind}");
            }
            assert_eq!(world.google.watches().len(), 2, "{kind}");
            assert_eq!(world.google.open_watches(&events()).len(), 1, "{kind}");
        }
    }

    async fn lost_tasks_come_back_by_the_sweep(database) {
        let world = World::with_push(database.clone()).await;
        let id = world.calendar().await.id;
        let lose = || database.tamper("DELETE FROM tasks WHERE kind IN ('watch', 'unwatch')");
        lose().await;
        world.runner.sweep().await.unwrap();
        world.later(SignedDuration::from_hours(7 * 24)).await;
        assert_eq!(world.google.open_watches(&events()).len(), 1, "renewed");

        select(&world, id, false).await;
        lose().await;
        world.runner.sweep().await.unwrap();
        world.drain().await;
        assert!(world.google.open_watches(&events()).is_empty(), "let go");
    }
}
