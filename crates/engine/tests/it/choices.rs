//! What people choose, and what follows at once.

use kalends_core::{
    busy::BusyRules,
    external_event::{EventStatus, ExternalEvent},
    settings::{CalendarRead, Setting, SettingKind, Sync},
    time::{CalendarId, Zone},
};
use kalends_engine::{
    blocks::{self, BlockError, NewBlock},
    calendars::{self, CalendarError, UpdateCalendar},
    connections::{self, ConnectionError, Wait},
    external_events::{self, Filter},
    keys,
    page::{Page, Paged},
    settings, users,
};
use kalends_testkit::both;
use secrecy::ExposeSecret;

use crate::harness::{CALENDAR, World, interval, remote, series, single};

const DAY: &str = "2026-11-23T00:00:00Z/2026-11-24T00:00:00Z";

fn page(limit: u32, after: Option<String>) -> Page {
    Page { limit, after }
}

async fn select(world: &World, calendar: CalendarId, selected: bool) {
    let update = UpdateCalendar {
        selected: Some(selected),
        write_target: None,
    };
    let after = calendars::update(&world.engine, world.tenant, calendar, update)
        .await
        .unwrap();
    assert_eq!(after.selected, selected);
}

both! {
    async fn deselecting_forgets_at_once_and_selecting_reads_at_once(database) {
        let world = World::with_events(database, vec![single("a", "2026-11-23T09:00:00Z", "2026-11-23T10:00:00Z")]).await;
        let calendar = world.calendar().await.id;
        select(&world, calendar, false).await;
        assert!(world.busy(DAY).await.is_empty());
        world.pull().await;
        assert!(
            world.google.asked().is_empty(),
            "nobody reads what does not count"
        );

        select(&world, calendar, true).await;
        assert!(!world.is_known(DAY).await);
        world.drain().await;
        assert_eq!(world.busy(DAY).await.len(), 1);
    }

    async fn other_calendars_are_offered_and_counted_together_when_chosen(database) {
        let world = World::with_events(database, vec![single("a", "2026-11-23T09:00:00Z", "2026-11-23T10:00:00Z")]).await;
        world.google.list(remote("lessons"));
        world.google.put(
            "lessons",
            single("b", "2026-11-23T09:30:00Z", "2026-11-23T11:00:00Z"),
        );
        world
            .enqueue("discover", &world.connection().await.id.to_string())
            .await;
        world.drain().await;
        assert_eq!(
            world.busy(DAY).await,
            ["2026-11-23T09:00:00Z/2026-11-23T10:00:00Z"]
        );
        let lessons = world
            .calendars()
            .await
            .into_iter()
            .find(|calendar| !calendar.primary)
            .unwrap();
        assert!(!lessons.selected);
        select(&world, lessons.id, true).await;
        world.drain().await;
        assert_eq!(
            world.busy(DAY).await,
            ["2026-11-23T09:00:00Z/2026-11-23T11:00:00Z"]
        );
    }

    async fn a_calendar_without_a_known_zone_has_the_days_of_its_person(database) {
        let world = World::new(database).await;
        let zurich = Zone::iana("Europe/Zurich").unwrap();
        let moved = users::PutUser {
            id: world.user.clone(),
            display_name: None,
            time_zone: zurich.clone(),
        };
        users::put(&world.engine, world.tenant, moved).await.unwrap();
        let zoneless = kalends_providers::provider::RemoteCalendar {
            zone: None,
            ..remote(CALENDAR)
        };
        world.google.list(zoneless);
        world.drain().await;
        assert_eq!(world.calendar().await.time_zone, zurich);
    }

    async fn one_calendar_gets_events_and_only_one_that_can(database) {
        let world = World::new(database).await;
        world.google.list(remote("lessons"));
        let mut shared = remote("shared");
        shared.role = kalends_providers::provider::AccessRole::Read;
        world.google.list(shared);
        world.drain().await;
        let by_name = async |name: &str| {
            let calendars = world.calendars().await;
            calendars
                .into_iter()
                .find(|calendar| calendar.name == name)
                .unwrap()
        };
        let target = UpdateCalendar {
            selected: None,
            write_target: Some(true),
        };
        for name in [CALENDAR, "lessons"] {
            let id = by_name(name).await.id;
            assert!(
                calendars::update(&world.engine, world.tenant, id, target)
                    .await
                    .unwrap()
                    .write_target
            );
        }
        assert!(!by_name(CALENDAR).await.write_target);
        let id = by_name("shared").await.id;
        let error = calendars::update(&world.engine, world.tenant, id, target)
            .await
            .unwrap_err();
        assert!(matches!(error, CalendarError::NotWritable));
        let other = kalends_core::time::TenantId::new(world.engine.ambient());
        let error = calendars::update(&world.engine, other, id, target)
            .await
            .unwrap_err();
        assert!(matches!(error, CalendarError::NotFound));
    }

    async fn new_rules_are_compiled_without_asking_and_a_longer_past_by_asking(database) {
        let maybe = ExternalEvent {
            status: EventStatus::Tentative,
            ..single("a", "2026-11-23T09:00:00Z", "2026-11-23T10:00:00Z")
        };
        let world = World::with_events(database, vec![maybe]).await;
        assert_eq!(world.busy(DAY).await.len(), 1);
        let lenient = BusyRules {
            tentative_blocks: false,
            unaccepted_blocks: false,
            ..BusyRules::default()
        };
        let read = CalendarRead {
            busy: lenient,
            ..CalendarRead::default()
        };
        let put = async |setting| {
            settings::put(&world.engine, world.tenant, &world.user, setting)
                .await
                .unwrap();
        };
        put(Setting::CalendarRead(read)).await;
        world.drain().await;
        assert!(world.busy(DAY).await.is_empty());
        assert!(world.google.asked().is_empty());

        put(Setting::CalendarRead(CalendarRead {
            window_back_days: 200,
            ..read
        }))
        .await;
        world.drain().await;
        assert!(!world.google.asked().is_empty());
        let covered = world.calendar().await.sync.covered.unwrap();
        assert!(covered.start() < "2026-06-01T00:00:00Z".parse().unwrap());
        let stored = settings::get(
            &world.engine,
            world.tenant,
            &world.user,
            SettingKind::CalendarRead,
        )
        .await
        .unwrap();
        assert_eq!(
            stored,
            Setting::CalendarRead(CalendarRead {
                window_back_days: 200,
                ..read
            })
        );
    }

    async fn turned_off_means_nobody_reads(database) {
        let world = World::with_events(database, Vec::new()).await;
        let mut off = Sync::default();
        off.sync_enabled = false;
        settings::put(&world.engine, world.tenant, &world.user, Setting::Sync(off))
            .await
            .unwrap();
        world.later(jiff::SignedDuration::from_hours(3)).await;
        assert!(world.google.asked().is_empty());
        let connection = world.connection().await.id;
        let error = connections::sync(&world.engine, world.tenant, connection, Wait::No)
            .await
            .unwrap_err();
        assert!(matches!(error, ConnectionError::SyncDisabled));

        let mut by_hand = Sync::default();
        by_hand.auto_sync = false;
        settings::put(&world.engine, world.tenant, &world.user, Setting::Sync(by_hand))
            .await
            .unwrap();
        world.later(jiff::SignedDuration::from_hours(3)).await;
        assert!(world.google.asked().is_empty());
        connections::sync(&world.engine, world.tenant, connection, Wait::No)
            .await
            .unwrap();
        world.drain().await;
        assert_eq!(world.google.asked().len(), 1);
    }

    async fn blocks_count_from_the_moment_they_are_made(database) {
        let world = World::with_events(database, Vec::new()).await;
        let new = |span: &str| NewBlock {
            user: world.user.clone(),
            span: interval(span),
            title: None,
        };
        let mut made = Vec::new();
        for hour in 9..12 {
            let span = format!("2026-11-23T{hour:02}:00:00Z/2026-11-23T{hour:02}:30:00Z");
            made.push(
                blocks::create(&world.engine, world.tenant, new(&span))
                    .await
                    .unwrap(),
            );
        }
        assert_eq!(world.busy(DAY).await.len(), 3);
        let list = async |after| {
            blocks::list(&world.engine, world.tenant, &world.user, None, page(2, after))
                .await
                .unwrap()
        };
        let Paged { items, next } = list(None).await;
        assert_eq!(items.len(), 2);
        let rest = list(next).await;
        assert_eq!((rest.items.len(), rest.next), (1, None));
        let narrow = Some(interval("2026-11-23T10:15:00Z/2026-11-23T11:00:00Z"));
        let inside = blocks::list(&world.engine, world.tenant, &world.user, narrow, page(5, None))
            .await
            .unwrap();
        assert_eq!(inside.items, [made[1].clone()]);

        blocks::delete(&world.engine, world.tenant, &world.user, made[0].id)
            .await
            .unwrap();
        assert_eq!(world.busy(DAY).await.len(), 2);
        let again = blocks::delete(&world.engine, world.tenant, &world.user, made[0].id)
            .await
            .unwrap_err();
        assert!(matches!(again, BlockError::NotFound));
        let century = new("2026-01-01T00:00:00Z/2126-01-01T00:00:00Z");
        assert!(matches!(
            blocks::create(&world.engine, world.tenant, century)
                .await
                .unwrap_err(),
            BlockError::TooLong
        ));
    }

    async fn stored_events_are_listed_in_pages(database) {
        let world = World::with_events(database, vec![
            single("late", "2026-11-25T09:00:00Z", "2026-11-25T10:00:00Z"),
            single("early", "2026-11-23T09:00:00Z", "2026-11-23T10:00:00Z"),
            series(
                "s",
                "2026-11-24T09:00:00Z",
                "2026-11-24T10:00:00Z",
                "RRULE:FREQ=WEEKLY",
            ),
        ])
        .await;
        let list = async |window: Option<&str>, after| {
            let filter = Filter {
                user: world.user.clone(),
                calendar: None,
                window: window.map(interval),
            };
            external_events::list(&world.engine, world.tenant, filter, page(2, after))
                .await
                .unwrap()
        };
        let first = list(None, None).await;
        let rest = list(None, first.next.clone()).await;
        let ids: Vec<&str> = first
            .items
            .iter()
            .chain(&rest.items)
            .map(|item| item.event.provider_id.as_str())
            .collect();
        assert_eq!(ids, ["early", "s", "late"]);
        assert_eq!(rest.next, None);
        let later = list(Some("2027-01-01T00:00:00Z/2027-02-01T00:00:00Z"), None).await;
        assert_eq!(later.items.len(), 1, "a series reaches far");
    }

    async fn keys_open_their_tenant_until_they_are_revoked(database) {
        let world = World::new(database).await;
        let new = keys::create(&world.engine, world.tenant, "backend")
            .await
            .unwrap();
        assert!(
            new.secret
                .expose_secret()
                .starts_with(&format!("{}_", new.key.prefix))
        );
        let open = async |key: &str| keys::authenticate(&world.engine, key).await.unwrap();
        for _ in 0..2 {
            assert_eq!(open(new.secret.expose_secret()).await, Some(world.tenant));
        }
        assert_eq!(open(&format!("{}x", new.secret.expose_secret())).await, None);
        assert_eq!(open("").await, None);
        assert!(
            keys::list(&world.engine, world.tenant).await.unwrap()[0]
                .last_used_at
                .is_some()
        );
        keys::revoke(&world.engine, world.tenant, new.key.id)
            .await
            .unwrap();
        assert_eq!(open(new.secret.expose_secret()).await, None);
    }

    async fn a_deleted_user_leaves_nothing(database) {
        let world = World::with_events(database, vec![single("a", "2026-11-23T09:00:00Z", "2026-11-23T10:00:00Z")]).await;
        users::delete(&world.engine, world.tenant, &world.user)
            .await
            .unwrap();
        world.later(jiff::SignedDuration::from_hours(30)).await;
        assert!(world.google.asked().is_empty());
        assert!(world.calendars().await.is_empty());
        let again = users::delete(&world.engine, world.tenant, &world.user)
            .await
            .unwrap_err();
        assert!(matches!(again, users::UserError::NotFound));
    }
}
