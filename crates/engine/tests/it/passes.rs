//! What passes bring and take away.

use jiff::{SignedDuration, civil::date};
use kalends_core::{
    external_event::{EventEnd, EventSpan, EventStatus, ExternalEvent, SeriesRole},
    time::{EventTime, Zone},
};
use kalends_engine::connections::{Outcome, RunKind, sync_runs};
use kalends_engine::page::Page;
use kalends_providers::provider::{PullFrom, RemoteCalendar};
use kalends_testkit::both;

use crate::harness::{CALENDAR, World, cancelled, moved, remote, series, single};

const DAY: &str = "2026-11-23T00:00:00Z/2026-11-24T00:00:00Z";
const WEEKS: &str = "2026-11-23T00:00:00Z/2026-12-14T00:00:00Z";

async fn runs(world: &World) -> Vec<kalends_engine::connections::SyncRun> {
    let page = Page {
        limit: 50,
        after: None,
    };
    let connection = world.connection().await.id;
    sync_runs(&world.engine, world.tenant, connection, page)
        .await
        .unwrap()
        .items
}

both! {
    async fn a_connected_account_is_listed_and_its_main_calendar_read(database) {
        let world = World::with_events(database, vec![
            single("a", "2026-11-23T09:00:00Z", "2026-11-23T10:00:00Z"),
            single("b", "2026-11-23T10:00:00Z", "2026-11-23T10:30:00Z"),
            series(
                "s",
                "2026-11-23T15:00:00Z",
                "2026-11-23T16:00:00Z",
                "RRULE:FREQ=WEEKLY",
            ),
        ])
        .await;
        assert_eq!(
            world.busy(DAY).await,
            [
                "2026-11-23T09:00:00Z/2026-11-23T10:30:00Z",
                "2026-11-23T15:00:00Z/2026-11-23T16:00:00Z"
            ]
        );
        assert!(world.is_known(DAY).await);
        assert_eq!(world.news().await, ["calendar.added", "calendar.synced"]);
        let run = &runs(&world).await[0];
        assert_eq!((run.kind, &run.outcome), (RunKind::Full, &Outcome::Completed));
        assert_eq!(
            (run.counts.created, run.counts.pages, run.counts.requests),
            (3, 1, 1)
        );
        let calendar = world.calendar().await;
        assert!(calendar.selected && calendar.sync.last_synced_at.is_some() && calendar.sync.progress.is_none());
    }

    async fn what_is_deleted_while_everything_is_read_is_not_stored(database) {
        let world = World::new(database).await;
        world.google.page_size(1);
        world.google.put(CALENDAR, single("a", "2026-11-23T09:00:00Z", "2026-11-23T10:00:00Z"));
        world.google.put(CALENDAR, single("b", "2026-11-23T11:00:00Z", "2026-11-23T12:00:00Z"));
        world.google.withdraw_while_reading(CALENDAR, "a");
        world.drain().await;
        let left = ["2026-11-23T11:00:00Z/2026-11-23T12:00:00Z"];
        assert_eq!(world.busy(DAY).await, left);
        world.enqueue("recompile", &world.calendar().await.id.to_string()).await;
        world.drain().await;
        assert_eq!(world.busy(DAY).await, left, "the index says what the rows say");
    }

    async fn a_calendar_that_moves_to_another_zone_takes_its_whole_days_along(database) {
        let (monday, tuesday) = (EventTime::Date(date(2026, 11, 23)), EventTime::Date(date(2026, 11, 24)));
        let day = ExternalEvent {
            span: Some(EventSpan { start: monday, end: EventEnd::At(tuesday) }),
            ..single("d", "2026-11-23T00:00:00Z", "2026-11-24T00:00:00Z")
        };
        let world = World::with_events(database, vec![day]).await;
        assert_eq!(world.busy(WEEKS).await, ["2026-11-23T00:00:00Z/2026-11-24T00:00:00Z"]);
        let moved = RemoteCalendar { zone: Some(Zone::iana("Asia/Tokyo").unwrap()), ..remote(CALENDAR) };
        world.google.list(moved);
        world.pull().await;
        let around = "2026-11-22T00:00:00Z/2026-11-25T00:00:00Z";
        assert_eq!(world.busy(around).await, ["2026-11-22T15:00:00Z/2026-11-23T15:00:00Z"]);
        world.pull().await;
        assert_eq!(world.news().await.iter().filter(|kind| *kind == "calendar.updated").count(), 1);
    }

    async fn before_the_first_pass_nothing_is_known(database) {
        let world = World::new(database).await;
        world.google.put(
            CALENDAR,
            single("a", "2026-11-23T09:00:00Z", "2026-11-23T10:00:00Z"),
        );
        world.google.fail_after(
            1,
            kalends_providers::provider::ProviderError::Unavailable { source: None },
        );
        world.drain().await;
        assert!(!world.is_known(DAY).await);
        assert!(world.busy(DAY).await.is_empty());
    }

    async fn a_pass_without_changes_is_one_question_and_no_news(database) {
        let world = World::with_events(database, vec![single("a", "2026-11-23T09:00:00Z", "2026-11-23T10:00:00Z")]).await;
        let news = world.news().await;
        world.later(SignedDuration::from_mins(30)).await;
        assert_eq!(world.google.asked().len(), 1);
        assert_eq!(world.news().await, news);
        let run = &runs(&world).await[0];
        assert_eq!((run.kind, run.counts.requests), (RunKind::Delta, 1));
        assert_eq!(
            (run.counts.created, run.counts.updated, run.counts.deleted),
            (0, 0, 0)
        );
        assert_eq!(world.busy(DAY).await.len(), 1);
    }

    async fn a_delta_moves_deletes_and_cancels(database) {
        let world = World::with_events(database, vec![
            single("gone", "2026-11-23T09:00:00Z", "2026-11-23T10:00:00Z"),
            single("moves", "2026-11-23T11:00:00Z", "2026-11-23T12:00:00Z"),
            series(
                "s",
                "2026-11-23T15:00:00Z",
                "2026-11-23T16:00:00Z",
                "RRULE:FREQ=WEEKLY",
            ),
        ])
        .await;
        world.google.remove(CALENDAR, "gone");
        world.google.put(
            CALENDAR,
            single("moves", "2026-12-01T11:00:00Z", "2026-12-01T12:00:00Z"),
        );
        world.google.put(CALENDAR, cancelled("s", "2026-11-23T15:00:00Z"));
        let elsewhere = moved(
            "s",
            "2026-11-30T15:00:00Z",
            "2026-11-25T08:00:00Z",
            "2026-11-25T09:00:00Z",
        );
        world.google.put(CALENDAR, elsewhere);
        world.pull().await;
        assert_eq!(
            world.busy(WEEKS).await,
            [
                "2026-11-25T08:00:00Z/2026-11-25T09:00:00Z",
                "2026-12-01T11:00:00Z/2026-12-01T12:00:00Z",
                "2026-12-07T15:00:00Z/2026-12-07T16:00:00Z",
            ]
        );
        assert!(matches!(world.google.asked()[..], [PullFrom::Cursor { .. }]));

        let off = kalends_core::external_event::ExternalEvent {
            status: EventStatus::Cancelled,
            ..single("moves", "2026-12-01T11:00:00Z", "2026-12-01T12:00:00Z")
        };
        world.google.put(CALENDAR, off);
        world.google.remove(CALENDAR, "s");
        world.pull().await;
        assert!(
            world.busy(WEEKS).await.is_empty(),
            "with the series go its moved occurrences"
        );
        assert_eq!(runs(&world).await[0].counts.deleted, 4);
    }

    async fn an_event_over_the_turn_of_months_is_whole_and_goes_whole(database) {
        let world = World::with_events(database, vec![single(
            "trip",
            "2026-11-29T18:00:00Z",
            "2026-12-03T08:00:00Z",
        )])
        .await;
        assert_eq!(
            world.busy(WEEKS).await,
            ["2026-11-29T18:00:00Z/2026-12-03T08:00:00Z"]
        );
        world.google.put(
            CALENDAR,
            single("trip", "2026-11-29T18:00:00Z", "2026-11-30T08:00:00Z"),
        );
        world.pull().await;
        assert_eq!(
            world.busy(WEEKS).await,
            ["2026-11-29T18:00:00Z/2026-11-30T08:00:00Z"]
        );
    }

    async fn empty_pages_and_many_pages_are_followed_to_the_end(database) {
        let world = World::new(database).await;
        world.google.page_size(2);
        world.google.empty_pages(3);
        for hour in 0..7 {
            let (start, end) = (
                format!("2026-11-23T{hour:02}:00:00Z"),
                format!("2026-11-23T{hour:02}:30:00Z"),
            );
            world
                .google
                .put(CALENDAR, single(&format!("e{hour}"), &start, &end));
        }
        world.drain().await;
        assert_eq!(world.busy(DAY).await.len(), 7);
        assert_eq!(runs(&world).await[0].counts.pages, 7);

        for hour in 0..5 {
            world.google.remove(CALENDAR, &format!("e{hour}"));
        }
        world.pull().await;
        assert_eq!(world.busy(DAY).await.len(), 2);
        assert_eq!(runs(&world).await[0].counts.deleted, 5);
    }

    async fn a_refused_cursor_means_everything_anew_and_nothing_flickers(database) {
        let world = World::with_events(database, vec![
            single("stays", "2026-11-23T09:00:00Z", "2026-11-23T10:00:00Z"),
            single("vanishes", "2026-11-23T11:00:00Z", "2026-11-23T12:00:00Z"),
        ])
        .await;
        world.google.forget(CALENDAR, "vanishes");
        world.google.put(
            CALENDAR,
            single("new", "2026-11-23T13:00:00Z", "2026-11-23T14:00:00Z"),
        );
        world.google.expire_cursors(CALENDAR);
        world.google.page_size(1);
        // The cursor is refused, one page comes, the next does not.
        world.google.fail_after(
            2,
            kalends_providers::provider::ProviderError::Unavailable { source: None },
        );
        world.pull().await;
        assert_eq!(
            world.busy(DAY).await.len(),
            2,
            "until the end of the pass the old index answers"
        );

        world.later(SignedDuration::from_secs(10)).await;
        assert_eq!(
            world.busy(DAY).await,
            [
                "2026-11-23T09:00:00Z/2026-11-23T10:00:00Z",
                "2026-11-23T13:00:00Z/2026-11-23T14:00:00Z"
            ]
        );
        let run = &runs(&world).await[0];
        assert_eq!((run.kind, run.counts.deleted), (RunKind::Full, 1));
        assert!(!matches!(
            world.google.asked().last(),
            Some(PullFrom::Cursor { .. })
        ));
    }

    async fn an_unreadable_item_stays_as_it_was_and_the_rest_goes_on(database) {
        let world = World::with_events(database, vec![
            single("poison", "2026-11-23T09:00:00Z", "2026-11-23T10:00:00Z"),
            single("good", "2026-11-23T11:00:00Z", "2026-11-23T12:00:00Z"),
        ])
        .await;
        world.google.poison(CALENDAR, "poison");
        world.google.put(
            CALENDAR,
            single("poison", "2026-11-23T20:00:00Z", "2026-11-23T21:00:00Z"),
        );
        world.google.put(
            CALENDAR,
            single("good", "2026-11-23T12:00:00Z", "2026-11-23T13:00:00Z"),
        );
        world.pull().await;
        let expect = [
            "2026-11-23T09:00:00Z/2026-11-23T10:00:00Z",
            "2026-11-23T12:00:00Z/2026-11-23T13:00:00Z",
        ];
        assert_eq!(world.busy(DAY).await, expect);
        assert_eq!(runs(&world).await[0].counts.quarantined, 1);

        world.google.expire_cursors(CALENDAR);
        world.pull().await;
        assert_eq!(
            world.busy(DAY).await,
            expect,
            "a full pass does not sweep it either"
        );
        let calendar = world.calendar().await.id;
        let kept = world
            .store
            .quarantined(world.tenant, calendar, None, 10)
            .await
            .unwrap();
        assert_eq!(kept[0].provider_id, "poison");
    }

    async fn a_series_that_is_given_up_is_in_the_run_s_account(database) {
        let mut dense = single("dense", "2026-11-23T09:00:00Z", "2026-11-23T09:00:01Z");
        dense.role = SeriesRole::Master {
            recurrence: vec!["RRULE:FREQ=SECONDLY;INTERVAL=2".to_owned()],
        };
        let world = World::with_events(database, vec![dense.clone()]).await;
        let calendar = world.calendar().await.id;
        let kept = world
            .store
            .quarantined(world.tenant, calendar, None, 10)
            .await
            .unwrap();
        assert_eq!(kept[0].provider_id, "dense");
        assert!(kept[0].reason.contains("more than 262144 occurrences"), "{}", kept[0].reason);
        assert_eq!(runs(&world).await[0].counts.quarantined, 1);

        dense.etag = Some("2".to_owned());
        dense.title = Some("Changed".to_owned());
        world.google.put(CALENDAR, dense);
        world.pull().await;
        assert_eq!(runs(&world).await[0].counts.quarantined, 1, "in a delta pass too");
    }

    async fn a_calendar_that_is_gone_is_listed_again_and_lost(database) {
        let world = World::with_events(database, vec![single("a", "2026-11-23T09:00:00Z", "2026-11-23T10:00:00Z")]).await;
        world.google.unlist(CALENDAR);
        world.pull().await;
        let calendar = world.calendar().await;
        assert!(calendar.lost_at.is_some());
        assert!(world.busy(DAY).await.is_empty());
        assert_eq!(
            world.news().await,
            [
                "calendar.added",
                "calendar.synced",
                "calendar.sync_failed",
                "calendar.lost"
            ]
        );

        world.google.list(crate::harness::remote(CALENDAR));
        world.google.put(
            CALENDAR,
            single("b", "2026-11-23T11:00:00Z", "2026-11-23T12:00:00Z"),
        );
        world.later(SignedDuration::from_hours(36)).await;
        assert!(world.calendar().await.lost_at.is_none());
        assert_eq!(
            world.busy(DAY).await,
            ["2026-11-23T11:00:00Z/2026-11-23T12:00:00Z"]
        );
    }

    async fn the_covered_window_moves_on_without_asking(database) {
        let world = World::with_events(database, vec![series(
            "s",
            "2026-11-23T15:00:00Z",
            "2026-11-23T16:00:00Z",
            "RRULE:FREQ=WEEKLY",
        )])
        .await;
        let before = world.calendar().await.sync.covered.unwrap();
        world.later(SignedDuration::from_hours(24 * 45)).await;
        let after = world.calendar().await.sync.covered.unwrap();
        assert!(after.end() > before.end() && after.start() > before.start());
        assert_eq!(
            world.busy("2027-03-22T00:00:00Z/2027-03-23T00:00:00Z").await,
            ["2027-03-22T15:00:00Z/2027-03-22T16:00:00Z"]
        );
        let asked = world.google.asked();
        assert!(
            asked.iter().all(|from| matches!(from, PullFrom::Cursor { .. })),
            "{asked:?}"
        );
    }
}
