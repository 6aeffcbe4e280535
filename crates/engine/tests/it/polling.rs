//! How often calendars are polled, what that asks of the provider's budget, and what answers say meanwhile.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use kalends_core::{availability::Status, provider::ProviderKind, time::CalendarId};
use kalends_egress::Window;
use kalends_engine::{EngineSettings, availability::Freshness, load};
use kalends_store::{ConnectCommit, FoundCalendar};
use kalends_testkit::both;

use crate::harness::{CALENDAR, World, single};

const DAY: &str = "2026-11-23T00:00:00Z/2026-11-24T00:00:00Z";
const HOURS: SignedDuration = SignedDuration::from_hours(1);
const MINUTES: SignedDuration = SignedDuration::from_mins(1);

async fn every(world: &World) -> SignedDuration {
    let id = world.calendar().await.id;
    let row = world.store.calendar(world.tenant, id).await.unwrap();
    row.sync.poll_every.unwrap()
}

fn settings() -> EngineSettings {
    EngineSettings {
        budgets: BTreeMap::from([(ProviderKind::Google, vec![Window::new(400, 100)])]),
        ..EngineSettings::default()
    }
}

both! {
    async fn where_nothing_changes_it_is_polled_slower_until_something_does(database) {
        let event = single("a", "2026-11-23T09:00:00Z", "2026-11-23T10:00:00Z");
        let world = World::with_events(database, vec![event.clone()]).await;
        assert_eq!(every(&world).await, MINUTES * 15);
        world.later(HOURS).await;
        assert_eq!(every(&world).await, MINUTES * 15, "it may still be lively");
        world.later(HOURS * 24).await;
        assert_eq!(every(&world).await, MINUTES * 30);
        world.later(HOURS * 24 * 7).await;
        assert_eq!(every(&world).await, HOURS);
        world.google.asked();
        world.later(MINUTES * 44).await;
        assert_eq!(world.google.asked().len(), 0, "an hour, less a quarter at the most");

        world.google.put(CALENDAR, single("b", "2026-11-23T11:00:00Z", "2026-11-23T12:00:00Z"));
        world.later(MINUTES * 32).await;
        assert_eq!(every(&world).await, MINUTES * 15, "at once again");
        world.google.asked();
        world.later(MINUTES * 19).await;
        assert_eq!(world.google.asked().len(), 1);
    }

    async fn a_calendar_that_is_polled_slower_on_purpose_is_called_stale_by_that_pace(database) {
        let world = World::with_events(database, Vec::new()).await;
        world.later(HOURS * 25).await;
        assert_eq!(every(&world).await, MINUTES * 30);
        let status = async || {
            let answer = world.availability(DAY, Freshness::default()).await;
            answer.calendars[0].evidence.status
        };
        world.clock.advance(HOURS);
        assert_eq!(status().await, Status::Fresh);
        world.clock.advance(SignedDuration::from_secs(1));
        assert_eq!(status().await, Status::Stale);
    }

    async fn four_thousand_calendars_are_more_than_the_budget_carries(database) {
        let world = World::with_settings(database.clone(), settings()).await;
        world.drain().await;
        let connection = world.connection().await.id;
        let row = world.calendar().await.id;
        let row = world.store.calendar(world.tenant, row).await.unwrap();
        let calendars = (1..4_000).map(|n| FoundCalendar {
            id: CalendarId::new(world.engine.ambient()),
            provider_id: format!("calendar-{n}"),
            name: row.name.clone(),
            zone: row.zone.clone(),
            color: None,
            access_role: "own".to_owned(),
            primary: false,
            capabilities: row.capabilities,
            selected_if_new: true,
        });
        let commit = ConnectCommit {
            calendars: calendars.collect(),
            ..world.connect_commit(connection)
        };
        world.store.commit_connect(world.tenant, commit).await.unwrap();
        assert_eq!(load::measure(&world.engine).await.unwrap()[0].load.calendars, 1, "the others were not pulled yet");

        database.tamper("UPDATE calendars SET poll_every_us = 900000000").await;
        let [budget] = <[_; 1]>::try_from(load::measure(&world.engine).await.unwrap()).unwrap();
        assert_eq!((budget.provider, budget.client, budget.load.calendars), (ProviderKind::Google, None, 4_000));
        assert!((budget.load.share() - 4_000.0 / 3_600.0).abs() < 1e-9, "{:?}", budget.load);
        assert!(budget.load.is_over());
        assert!((budget.load.stretch() - 4_000.0 / 2_880.0).abs() < 1e-9, "{:?}", budget.load);
    }

    async fn over_the_budget_every_interval_is_stretched_and_its_promise_is_not(database) {
        let world = World::with_settings(database.clone(), settings()).await;
        world.drain().await;
        // As much as 4,000 calendars every three minutes: 5.6 times of what polls may use.
        database.tamper("UPDATE calendars SET poll_every_us = 45000").await;
        load::watch(&world.engine).await.unwrap();
        world.later(MINUTES * 19).await;
        world.google.asked();
        assert_eq!(every(&world).await, MINUTES * 15);
        world.later(MINUTES * 62).await;
        assert_eq!(world.google.asked().len(), 0, "5.6 times 15 minutes, less a quarter at the most");
        let answer = world.availability(DAY, Freshness::default()).await;
        assert_eq!(answer.calendars[0].evidence.status, Status::Stale, "a want of budget is told");

        // The load is measured anew, and is what it seemed: small.
        load::watch(&world.engine).await.unwrap();
        world.later(MINUTES * 50).await;
        world.google.asked();
        world.later(MINUTES * 19).await;
        assert_eq!(world.google.asked().len(), 1);
    }

    async fn calendars_that_are_not_polled_are_no_load(database) {
        let world = World::with_settings(database.clone(), settings()).await;
        world.drain().await;
        let calendars = async || load::measure(&world.engine).await.unwrap().iter().map(|budget| budget.load.calendars).sum::<u64>();
        assert_eq!(calendars().await, 1);
        for (unpolled, polled) in [
            ("UPDATE calendars SET selected = FALSE", "UPDATE calendars SET selected = TRUE"),
            ("UPDATE calendars SET lost_us = 1", "UPDATE calendars SET lost_us = NULL"),
            ("UPDATE connections SET state = 'reauth_required'", "UPDATE connections SET state = 'active'"),
            ("UPDATE calendars SET poll_every_us = NULL", "UPDATE calendars SET poll_every_us = 1"),
        ] {
            database.tamper(unpolled).await;
            assert_eq!(calendars().await, 0, "{unpolled}");
            database.tamper(polled).await;
            assert_eq!(calendars().await, 1, "{polled}");
        }
    }
}
