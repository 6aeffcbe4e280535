//! Availability and slots, and how far they can be trusted.

use jiff::SignedDuration;
use kalends_core::{
    availability::{OnUnreachable, Source, Status},
    settings::Setting,
    slots::{DayWindow, MinuteOfDay, OpenHours, SlotQuery, WeeklyWindow},
    time::{CalendarId, UserId, Zone},
};
use kalends_engine::{
    availability::{self, AvailabilityError, AvailabilityQuery, Freshness, SlotsQuery},
    settings,
};
use kalends_providers::provider::ProviderError;
use kalends_testkit::both;
use tokio_util::sync::CancellationToken;

use crate::harness::{CALENDAR, World, interval, series, single};

const DAY: &str = "2026-11-23T00:00:00Z/2026-11-24T00:00:00Z";

fn busy_morning() -> Vec<kalends_core::external_event::ExternalEvent> {
    vec![single("a", "2026-11-23T09:00:00Z", "2026-11-23T11:00:00Z")]
}

fn fresh(minutes: i64, on_unreachable: OnUnreachable) -> Freshness {
    Freshness {
        max_staleness: Some(SignedDuration::from_mins(minutes)),
        on_unreachable,
    }
}

fn slots(world: &World, window: &str) -> SlotsQuery {
    let query = SlotQuery::new(interval(window), 60, Zone::UTC, world.engine.ambient().now());
    SlotsQuery::together([world.user.clone()], query)
}

async fn found(world: &World, query: SlotsQuery) -> Vec<String> {
    let answer = availability::slots(&world.engine, world.tenant, query)
        .await
        .unwrap();
    answer
        .found
        .slots
        .iter()
        .map(|slot| slot.interval.start().to_string())
        .collect()
}

/// Runs tasks in the background while `work` goes on.
async fn with_runner<T>(world: &World, work: impl Future<Output = T>) -> T {
    let stop = CancellationToken::new();
    let (runner, token) = (world.runner.clone(), stop.clone());
    let running = tokio::spawn(async move { runner.run(token).await });
    let done = work.await;
    stop.cancel();
    running.await.unwrap();
    done
}

both! {
    async fn slots_lie_in_open_hours_and_around_busy_time(database) {
        let world = World::with_events(database, busy_morning()).await;
        let minute = |hour: u16| MinuteOfDay::new(hour * 60).unwrap();
        let weekly = vec![WeeklyWindow {
            days: vec![1],
            window: DayWindow::new(minute(8), minute(13)).unwrap(),
        }];
        let hours = OpenHours::new(Zone::UTC, weekly, Vec::new()).unwrap();
        settings::put(
            &world.engine,
            world.tenant,
            &world.user,
            Setting::WorkingHours(Box::new(hours)),
        )
        .await
        .unwrap();
        assert_eq!(
            found(&world, slots(&world, DAY)).await,
            [
                "2026-11-23T08:00:00Z",
                "2026-11-23T11:00:00Z",
                "2026-11-23T12:00:00Z"
            ]
        );
        let answer = world.availability(DAY, Freshness::default()).await;
        assert_eq!(
            answer.open,
            [interval("2026-11-23T08:00:00Z/2026-11-23T13:00:00Z")]
        );
    }

    async fn evidence_ages_and_names_its_source(database) {
        let world = World::with_events(database, busy_morning()).await;
        let status = async || {
            let answer = world.availability(DAY, Freshness::default()).await;
            (
                answer.calendars[0].evidence.status,
                answer.calendars[0].evidence.source,
            )
        };
        assert_eq!(status().await, (Status::Fresh, Some(Source::Poll)));
        world.clock.advance(SignedDuration::from_mins(31));
        assert_eq!(status().await, (Status::Stale, Some(Source::Poll)));
        assert_eq!(
            world.busy(DAY).await.len(),
            1,
            "without a limit of the caller's it counts all the same"
        );
        world
            .google
            .fail_after(0, ProviderError::Unavailable { source: None });
        world.drain().await;
        assert_eq!(status().await.0, Status::Unreachable);
        assert!(
            !world.is_known(DAY).await,
            "closed unless the caller says otherwise"
        );
    }

    async fn beyond_the_covered_window_all_is_unknown_until_it_is_widened(database) {
        let weekly = series(
            "s",
            "2026-11-23T15:00:00Z",
            "2026-11-23T16:00:00Z",
            "RRULE:FREQ=WEEKLY",
        );
        let world = World::with_events(database, vec![weekly]).await;
        let june = "2027-06-07T00:00:00Z/2027-06-08T00:00:00Z";
        assert!(!world.is_known(june).await);
        assert!(
            found(&world, slots(&world, june)).await.is_empty(),
            "unknown is never free"
        );
        world.drain().await;
        assert!(
            world.google.asked().is_empty(),
            "masters are stored without an upper bound"
        );
        assert!(world.is_known(june).await);
        assert_eq!(
            world.busy(june).await,
            ["2027-06-07T15:00:00Z/2027-06-07T16:00:00Z"]
        );
        assert_eq!(world.drain().await, 0);

        world.google.expire_cursors(CALENDAR);
        world.pull().await;
        assert!(world.is_known(june).await, "reading everything anew takes nothing back");
    }

    async fn an_account_whose_calendars_nobody_has_listed_is_unknown(database) {
        let world = World::new(database).await;
        world.google.fail_after(0, ProviderError::Unavailable { source: None });
        world.drain().await;
        assert!(!world.is_known(DAY).await);
        assert!(found(&world, slots(&world, DAY)).await.is_empty(), "unknown is never free");
        world.later(SignedDuration::from_mins(1)).await;
        assert!(world.is_known(DAY).await);
        assert!(!found(&world, slots(&world, DAY)).await.is_empty());
    }

    async fn a_limit_on_staleness_asks_once_however_many_want_to_know(database) {
        let world = World::with_events(database, busy_morning()).await;
        world.clock.advance(SignedDuration::from_mins(10));
        world.google.put(
            CALENDAR,
            single("b", "2026-11-23T13:00:00Z", "2026-11-23T14:00:00Z"),
        );
        let answers = with_runner(&world, async {
            let ask = || world.availability(DAY, fresh(5, OnUnreachable::Closed));
            futures::future::join_all((0..10).map(|_| ask())).await
        })
        .await;
        for answer in &answers {
            assert_eq!(answer.busy.len(), 2);
            assert_eq!(answer.calendars[0].evidence.status, Status::Fresh);
            assert_eq!(answer.calendars[0].evidence.source, Some(Source::Live));
        }
        let asked = world.google.asked().len();
        assert!(asked <= 2, "ten questions made {asked} pulls");
    }

    async fn who_cannot_be_asked_counts_as_the_caller_says(database) {
        let world = World::with_events(database, busy_morning()).await;
        world.clock.advance(SignedDuration::from_mins(10));
        let last_known = |hours| OnUnreachable::LastKnown {
            max_age: SignedDuration::from_hours(hours),
        };
        for (policy, busy, known) in [
            (OnUnreachable::Closed, 0, false),
            (OnUnreachable::Open, 0, true),
            (last_known(1), 1, true),
            (last_known(0), 0, false),
        ] {
            world
                .google
                .fail_after(0, ProviderError::Unavailable { source: None });
            let answer = with_runner(&world, world.availability(DAY, fresh(5, policy))).await;
            assert_eq!(
                (answer.busy.len(), answer.unknown.is_empty()),
                (busy, known),
                "{policy:?}"
            );
            assert_eq!(answer.calendars[0].evidence.status, Status::Unreachable);
            assert_eq!(answer.calendars[0].error.as_deref(), Some("provider_unavailable"));
        }
    }

    async fn nonsense_is_refused_by_its_field(database) {
        let world = World::with_events(database, Vec::new()).await;
        let read = async |users: Vec<UserId>, calendars: Vec<CalendarId>, window: &str| {
            let query = AvailabilityQuery {
                users,
                calendars,
                window: interval(window),
                freshness: Freshness::default(),
            };
            availability::read(&world.engine, world.tenant, &query)
                .await
                .unwrap_err()
        };
        let stranger = UserId::new("stranger").unwrap();
        let error = read(vec![world.user.clone(), stranger.clone()], Vec::new(), DAY).await;
        assert!(matches!(error, AvailabilityError::UnknownUser { user } if user == stranger));
        let nowhere = CalendarId::new(world.engine.ambient());
        let error = read(Vec::new(), vec![nowhere], DAY).await;
        assert!(matches!(error, AvailabilityError::UnknownCalendar { .. }));
        let error = read(Vec::new(), Vec::new(), DAY).await;
        assert!(matches!(error, AvailabilityError::Field(field) if field.field == "userIds"));
        let years = "2026-01-01T00:00:00Z/2029-01-01T00:00:00Z";
        let error = read(vec![world.user.clone()], Vec::new(), years).await;
        assert!(matches!(error, AvailabilityError::Field(field) if field.field == "to"));
        let mut zero = slots(&world, DAY);
        zero.query.duration_minutes = 0;
        let error = availability::slots(&world.engine, world.tenant, zero)
            .await
            .unwrap_err();
        assert!(matches!(error, AvailabilityError::Field(field) if field.field == "durationMinutes"));
    }

    async fn calendars_can_be_asked_about_on_their_own(database) {
        let world = World::with_events(database, busy_morning()).await;
        let id = world.calendar().await.id;
        let query = AvailabilityQuery {
            users: vec![world.user.clone()],
            calendars: vec![id],
            window: interval(DAY),
            freshness: Freshness::default(),
        };
        let answer = availability::read(&world.engine, world.tenant, &query)
            .await
            .unwrap();
        assert_eq!(
            answer.calendars[0].busy,
            [interval("2026-11-23T09:00:00Z/2026-11-23T11:00:00Z")]
        );
        assert_eq!(answer.calendars[0].evidence, answer.users[0].calendars[0]);
    }
}
