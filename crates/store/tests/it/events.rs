//! External events as rows: nothing is lost on the way, and time finds them.

use jiff::{SignedDuration, Timestamp};
use kalends_core::{
    external_event::{
        EventEnd, EventKind, EventSpan, EventStatus, ExternalEvent, OverrideRange, Response, SeriesRole,
        Transparency, Visibility,
    },
    time::{EventTime, Interval, Zone},
};
use kalends_store::{Effects, EventFilter, EventPosition};
use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};

use crate::{
    harness::{both, user},
    pull::{series, single, store_all},
};

fn window(from: &str, to: &str) -> Interval {
    Interval::new(from.parse().unwrap(), to.parse().unwrap()).unwrap()
}

fn time() -> impl Strategy<Value = EventTime> {
    let civil = (
        2000_i16..2100,
        1_i8..=12,
        1_i8..=28,
        0_i8..24,
        0_i8..60,
        0_i32..1_000_000_000,
    )
        .prop_map(|(y, mo, d, h, mi, ns)| jiff::civil::date(y, mo, d).at(h, mi, 0, ns));
    let zone = prop::sample::select(vec![
        "UTC",
        "Europe/Zurich",
        "America/New_York",
        "Pacific/Apia",
        "Asia/Kathmandu",
    ]);
    (civil, zone, 0..3).prop_map(|(civil, zone, form)| match form {
        0 => EventTime::Zoned {
            civil,
            zone: Zone::iana(zone).unwrap(),
        },
        1 => EventTime::Floating(civil),
        _ => EventTime::Date(civil.date()),
    })
}

fn text() -> impl Strategy<Value = Option<String>> {
    prop::option::of("[^\u{0}]{0,40}")
}

fn role() -> impl Strategy<Value = SeriesRole> {
    prop_oneof![
        Just(SeriesRole::Single),
        prop::collection::vec("(RRULE|EXDATE|RDATE)[:;=,A-Z0-9-]{1,30}", 1..4)
            .prop_map(|recurrence| SeriesRole::Master { recurrence }),
        ("[a-z0-9]{1,20}", time(), prop::bool::ANY).prop_map(|(master, original_start, future)| {
            let range = if future {
                OverrideRange::ThisAndFuture
            } else {
                OverrideRange::ThisOnly
            };
            SeriesRole::Override {
                master,
                original_start,
                range,
            }
        }),
    ]
}

fn end() -> impl Strategy<Value = EventEnd> {
    prop_oneof![
        time().prop_map(EventEnd::At),
        (-3..30_i32, -100_000_i64..100_000, 0..1_000_000_000_i32).prop_map(|(days, secs, nanos)| {
            let nanos = if secs < 0 { -nanos } else { nanos };
            EventEnd::After {
                days,
                exact: SignedDuration::new(secs, nanos),
            }
        }),
    ]
}

prop_compose! {
    fn event()(
        role in role(), span in prop::option::of((time(), end())), texts in prop::array::uniform6(text()),
        status in prop::sample::select(vec![EventStatus::Confirmed, EventStatus::Tentative, EventStatus::Cancelled]),
        kind in prop::sample::select(vec![
            EventKind::Default, EventKind::OutOfOffice, EventKind::FocusTime, EventKind::WorkingLocation,
            EventKind::Birthday, EventKind::FromMail,
        ]),
        opaque in prop::bool::ANY,
        visibility in prop::sample::select(vec![Visibility::Default, Visibility::Public, Visibility::Private]),
        self_response in prop::option::of(prop::sample::select(vec![
            Response::NeedsAction, Response::Accepted, Response::Tentative, Response::Declined,
        ])),
        updated in prop::option::of(-1_000_000_000_000_i64..4_000_000_000_000_000),
    ) -> ExternalEvent {
        let [ical_uid, etag, title, location, organizer, html_link] = texts;
        ExternalEvent {
            provider_id: String::new(), ical_uid, etag, role,
            span: span.map(|(start, end)| EventSpan { start, end }),
            status, kind,
            transparency: if opaque { Transparency::Opaque } else { Transparency::Transparent },
            visibility, self_response, title, location, organizer, html_link,
            updated: updated.map(|us| Timestamp::from_microsecond(us).unwrap()),
        }
    }
}

both! {
    async fn every_form_of_event_comes_back_as_it_was_stored(world) {
        let (tenant, _, calendar) = world.synced_user("a").await;
        let mut runner = TestRunner::deterministic();
        let events: Vec<ExternalEvent> = (0..300)
            .map(|n| ExternalEvent { provider_id: format!("e{n:03}"), ..event().new_tree(&mut runner).unwrap().current() })
            .collect();
        store_all(&world, tenant, calendar, events.clone()).await;
        let ids: Vec<String> = events.iter().map(|event| event.provider_id.clone()).collect();
        let mut stored = world.store.events_by_provider_id(tenant, calendar, &ids).await.unwrap();
        stored.sort_by(|a, b| a.event.provider_id.cmp(&b.event.provider_id));
        let stored: Vec<ExternalEvent> = stored.into_iter().map(|stored| stored.event).collect();
        assert_eq!(stored, events);
    }

    async fn a_window_finds_singles_masters_and_what_replaces_occurrences(world) {
        let (tenant, _, calendar) = world.synced_user("a").await;
        let weekly = series("weekly", "2020-01-06T09:00", "RRULE:FREQ=WEEKLY;BYDAY=MO");
        let nightly = series("nightly", "2020-01-01T22:00", "RRULE:FREQ=DAILY");
        let ended = series("ended", "2020-01-06T09:00", "RRULE:FREQ=WEEKLY;COUNT=3");
        let moved = |id: &str, master: &str, original: &str, to: &str| {
            let mut event = single(id, to);
            event.role = SeriesRole::Override {
                master: master.to_owned(),
                original_start: EventTime::at(original.parse().unwrap(), Zone::UTC),
                range: OverrideRange::ThisOnly,
            };
            event
        };
        let mut removed = moved("removed", "nightly", "2026-02-28T22:00:00Z", "2026-02-28T22:00");
        removed.status = EventStatus::Cancelled;
        removed.span = None;
        let events = vec![
            single("before", "2026-02-20T10:00"),
            single("inside", "2026-03-10T10:00"),
            single("after", "2026-04-02T10:00"),
            weekly,
            nightly,
            ended,
            // Moved in from long ago: found by its own time, and brings its master along.
            moved("moved-in", "ended", "2020-01-13T09:00:00Z", "2026-03-20T09:00"),
            moved("moved-out", "weekly", "2026-03-09T09:00:00Z", "2026-05-01T09:00"),
            moved("elsewhere", "weekly", "2025-03-03T09:00:00Z", "2025-03-03T10:00"),
            removed,
        ];
        store_all(&world, tenant, calendar, events).await;
        let march = window("2026-03-01T00:00:00Z", "2026-04-01T00:00:00Z");
        let found = world.store.events_touching(tenant, calendar, march).await.unwrap();
        let found: Vec<_> = found.iter().map(|found| found.event.provider_id.as_str()).collect();
        assert_eq!(found, ["ended", "inside", "moved-in", "moved-out", "nightly", "removed", "weekly"]);
        let overrides = world.store.overrides_of(tenant, calendar, &["weekly".to_owned()]).await.unwrap();
        assert_eq!(overrides.len(), 2);
    }

    async fn listing_goes_page_by_page_through_selected_calendars(world) {
        let (tenant, connection, calendar) = world.synced_user("a").await;
        let other = world.calendar(tenant, connection, "other").await;
        world.store.select_calendar(tenant, other, Effects::none()).await.unwrap();
        let events = (1..=5).map(|day| single(&format!("e{day}"), &format!("2026-03-0{day}T10:00"))).collect();
        store_all(&world, tenant, calendar, events).await;
        store_all(&world, tenant, other, vec![single("o", "2026-03-03T10:00")]).await;

        let ada = user("ada");
        let mut filter = EventFilter {
            window: window("2026-03-02T00:00:00Z", "2026-03-05T10:00:00Z"),
            user: Some(&ada),
            calendar: None,
            after: None,
            limit: 2,
        };
        let mut ids = Vec::new();
        loop {
            let page = world.store.external_events(tenant, filter).await.unwrap();
            let Some(last) = page.last() else { break };
            filter.after = Some(EventPosition { start_us: last.stored.bounds.start_us, id: last.stored.id });
            ids.extend(page.iter().map(|listed| listed.stored.event.provider_id.clone()));
        }
        ids[1..3].sort();
        assert_eq!(ids, ["e2", "e3", "o", "e4"]);
        filter.after = None;
        filter.limit = 10;
        filter.calendar = Some(other);
        assert_eq!(world.store.external_events(tenant, filter).await.unwrap().len(), 1);
        world.store.deselect_calendar(tenant, other, Effects::none()).await.unwrap();
        assert_eq!(world.store.external_events(tenant, filter).await.unwrap(), []);
    }

    async fn a_null_character_does_not_sink_the_page_that_it_is_in(world) {
        let (tenant, _, calendar) = world.synced_user("a").await;
        let mut odd = single("odd", "2026-03-02T10:00");
        odd.title = Some("a\0b".to_owned());
        store_all(&world, tenant, calendar, vec![odd, single("even", "2026-03-02T10:00")]).await;
        let found = world.store.events_by_provider_id(tenant, calendar, &["odd".to_owned()]).await.unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].event.title.as_deref(), Some("a\u{FFFD}b"));
        let day = window("2026-03-02T00:00:00Z", "2026-03-03T00:00:00Z");
        assert_eq!(world.store.events_touching(tenant, calendar, day).await.unwrap().len(), 2);
    }

    async fn an_event_of_no_length_is_found_where_it_is(world) {
        let (tenant, _, calendar) = world.synced_user("a").await;
        let mut instant = single("i", "2026-03-02T10:00");
        if let Some(span) = &mut instant.span {
            span.end = EventEnd::At(span.start.clone());
        }
        store_all(&world, tenant, calendar, vec![instant]).await;
        for (from, to, listed) in [
            ("2026-03-02T10:00:00Z", "2026-03-02T11:00:00Z", 1),
            ("2026-03-02T09:00:00Z", "2026-03-02T10:00:00Z", 0),
            ("2026-03-02T09:00:00Z", "2026-03-02T10:00:01Z", 1),
        ] {
            let filter = EventFilter { window: window(from, to), user: None, calendar: None, after: None, limit: 9 };
            assert_eq!(world.store.external_events(tenant, filter).await.unwrap().len(), listed, "{from}");
        }
    }
}
