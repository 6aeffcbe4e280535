//! A person's events on a calendar that may be written from now on.

use jiff::SignedDuration;
use kalends_core::{
    provider::Feature,
    settings::{BulkSync, CalendarWrite, Meet, Setting},
    sync::push::Refusal,
    time::UserId,
};
use kalends_engine::{
    calendars::{self, UpdateCalendar},
    connect::Finished,
    connections,
    events::LinkStatus,
    page::Page,
    settings,
};
use kalends_testkit::both;

use crate::harness::{At, Decision, FEWEST, READ, Simulated, Stage, WRITE, lesson};

const SECOND: SignedDuration = SignedDuration::from_secs(1);

impl Simulated {
    /// Ada connects for these features and allows these scopes.
    async fn connects(&self, features: &[Feature], scopes: &[&str]) {
        let user = UserId::new("ada").unwrap();
        let started = self.start_for(&user, features).await;
        let callback = self
            .consent(&started, ("ada@example.com", scopes), Decision::Allow)
            .await;
        let Finished::Connected(_) = self.finish(callback).await.unwrap() else {
            panic!("the provider gave no refresh token");
        };
        self.drain().await;
    }

    async fn set(&self, setting: Setting) {
        let user = UserId::new("ada").unwrap();
        settings::put(&self.engine, self.tenant, &user, setting)
            .await
            .unwrap();
    }

    async fn enable(&self, bulk_sync: BulkSync) {
        let enabled = true;
        self.set(Setting::CalendarWrite(CalendarWrite { enabled, bulk_sync }))
            .await;
    }

    async fn choose(&self) {
        let calendar = self.main_calendar("ada").await;
        let update = UpdateCalendar {
            write_target: Some(true),
            ..UpdateCalendar::default()
        };
        calendars::update(&self.engine, self.tenant, calendar, update)
            .await
            .unwrap();
    }

    async fn connection(&self) -> connections::Connection {
        let page = Page {
            limit: 50,
            after: None,
        };
        let listed = connections::list(&self.engine, self.tenant, None, page).await;
        listed.unwrap().items.remove(0)
    }

    async fn counts(&self) -> connections::EventCounts {
        let connection = self.connection().await;
        let id = connection.id;
        connections::event_counts(&self.engine, self.tenant, &[connection])
            .await
            .unwrap()[&id]
    }

    /// So many lessons of ada.
    async fn lessons(&self, count: usize) {
        for number in 0..count {
            let mut event = lesson(&["ada"]);
            event.title = format!("Lesson {number}");
            self.put(&format!("lesson-{number}"), event).await;
        }
    }
}

both! {
    async fn events_go_to_a_new_calendar_ten_at_a_time(database) {
        let world = Simulated::new(database).await;
        world.connects(&[Feature::CalendarRead, Feature::CalendarWrite], WRITE).await;
        world.lessons(25).await;
        let mut over = lesson(&["ada"]);
        over.when = kalends_core::event::When::timed(
            "2026-11-02T10:00:00Z".parse().unwrap(),
            "2026-11-02T11:00:00Z".parse().unwrap(),
            kalends_core::time::Zone::UTC,
        )
        .unwrap();
        world.put("over", over).await;
        world.enable(BulkSync::Upcoming).await;
        world.choose().await;
        world.drain().await;
        assert_eq!(world.seen("ada").await.len(), 10);
        let counts = world.counts().await;
        assert_eq!((counts.synced, counts.pending), (10, 15), "all of it is told from the start");
        world.later(SECOND).await;
        assert_eq!(world.seen("ada").await.len(), 10);
        world.later(SECOND).await;
        assert_eq!(world.seen("ada").await.len(), 20);
        world.later(SECOND * 2).await;
        assert_eq!(world.counts().await.synced, 25);
        assert!(world.event("over").await.links.is_empty());

        world.enable(BulkSync::All).await;
        world.drain().await;
        assert_eq!(world.event("over").await.sync_status, Some(LinkStatus::Synced));
        let from = world.last_call();
        world.enable(BulkSync::All).await;
        world.drain().await;
        assert_eq!(world.writes_since(from), [""; 0], "everything is there");
    }

    async fn turning_writing_on_asks_for_consent_and_consent_sends_what_waits(database) {
        let world = Simulated::new(database).await;
        world.connects(&[Feature::CalendarRead], READ).await;
        world.enable(BulkSync::Upcoming).await;
        assert_eq!(world.connection().await.needs_consent, [Feature::CalendarWrite]);
        world.choose().await;
        world.put("lesson", lesson(&["ada"])).await;
        world.drain().await;
        let event = world.event("lesson").await;
        assert_eq!(event.sync_status, Some(LinkStatus::Blocked));
        assert_eq!(event.links[0].refusal, Some(Refusal::NeedsConsent));
        world.connects(&[Feature::CalendarWrite], WRITE).await;
        assert!(world.connection().await.needs_consent.is_empty());
        world.later(SECOND).await;
        assert_eq!(world.event("lesson").await.sync_status, Some(LinkStatus::Synced));
        assert_eq!(world.seen("ada").await.len(), 1);
    }

    async fn turning_writing_off_before_consent_asks_for_nothing(database) {
        let world = Simulated::new(database).await;
        world.connects(&[Feature::CalendarRead], READ).await;
        world.enable(BulkSync::Upcoming).await;
        world.set(Setting::Meet(Meet { enabled: true, auto: false })).await;
        assert_eq!(world.connection().await.needs_consent, [Feature::CalendarWrite, Feature::Meet]);
        world.set(Setting::CalendarWrite(CalendarWrite::default())).await;
        world.set(Setting::Meet(Meet::default())).await;
        assert!(world.connection().await.needs_consent.is_empty());
    }

    async fn an_account_that_comes_back_gets_removals_first_and_its_links_again(database) {
        let world = Simulated::new(database).await;
        world.writer("ada").await;
        world.lessons(3).await;
        world.drain().await;
        let before = world.links("lesson-1").await.remove(0).id;
        let connection = world.connection().await.id;
        connections::disconnect(&world.engine, world.tenant, connection).await.unwrap();
        world.drain().await;
        world.cancel("lesson-0").await;
        let mut moved = lesson(&["ada"]);
        moved.when = At(17).into();
        world.put("lesson-1", moved).await;
        world.put("lesson-9", lesson(&["ada"])).await;
        world.drain().await;
        assert_eq!(world.seen("ada").await.len(), 3, "nobody can be asked");
        let from = world.last_call();
        world.connects(&[Feature::CalendarRead, Feature::CalendarWrite], WRITE).await;
        world.later(SECOND * 3).await;
        let mut titles: Vec<String> = world.seen("ada").await.iter().map(|event| event["summary"].to_string()).collect();
        titles.sort_unstable();
        assert_eq!(titles, ["\"Lesson 2\"", "\"Lesson\"", "\"Lesson\""]);
        assert_eq!(world.links("lesson-1").await.remove(0).id, before);
        let writes = world.writes_since(from);
        assert_eq!(writes.first().map(String::as_str), Some("DELETE 204"), "{writes:?}");
        assert_eq!(world.event("lesson-0").await.sync_status, Some(LinkStatus::Removed));
    }

    async fn meeting_links_come_with_the_setting(database) {
        let world = Simulated::new(database).await;
        world.writer("ada").await;
        world.put("lesson", lesson(&["ada"])).await;
        world.drain().await;
        assert!(world.only("ada").await["hangoutLink"].is_null());
        world.set(Setting::Meet(Meet { enabled: true, auto: true })).await;
        world.later(SECOND * 10).await;
        assert!(world.only("ada").await["hangoutLink"].is_string());
    }

    async fn a_bulk_that_is_killed_anywhere_leaves_each_event_once(database) {
        let world = Simulated::new(database).await;
        world.connects(&[Feature::CalendarRead, Feature::CalendarWrite], WRITE).await;
        world.choose().await;
        world.drain().await;
        let owe = async |round: usize| {
            world.set(Setting::CalendarWrite(CalendarWrite::default())).await;
            world.put(&format!("lesson-{round}"), lesson(&["ada"])).await;
            world.drain().await;
            world.enable(BulkSync::Upcoming).await;
        };
        let whole = async |round: usize| {
            let event = world.event(&format!("lesson-{round}")).await;
            assert_eq!((event.links.len(), event.sync_status), (1, Some(LinkStatus::Synced)), "{round}");
            assert_eq!(world.counts().await.synced as usize, round + 1);
        };
        let deaths = Stage::from(&world).kill_at_every_wait(owe, whole).await;
        assert!(deaths >= FEWEST, "{deaths}");
    }

    async fn running_twice_sends_nothing_twice(database) {
        let world = Simulated::new(database).await;
        world.connects(&[Feature::CalendarRead, Feature::CalendarWrite], WRITE).await;
        world.lessons(3).await;
        world.enable(BulkSync::Upcoming).await;
        world.choose().await;
        world.drain().await;
        let from = world.last_call();
        let key = format!("{}:owed:ada", world.tenant);
        for _ in 0..2 {
            world.enqueue("bulk_push", &key).await;
            world.drain().await;
        }
        assert_eq!(world.writes_since(from), [""; 0]);
        assert_eq!(world.seen("ada").await.len(), 3);
    }

    async fn a_calendar_chosen_anew_is_for_those_whose_old_one_is_gone(database) {
        let world = Simulated::new(database).await;
        world.writer("ada").await;
        world.put("lesson", lesson(&["ada"])).await;
        world.drain().await;
        let connection = world.connection().await.id;
        connections::disconnect(&world.engine, world.tenant, connection).await.unwrap();
        world.drain().await;
        let user = UserId::new("ada").unwrap();
        let started = world.start_for(&user, &[Feature::CalendarRead, Feature::CalendarWrite]).await;
        let callback = world.consent(&started, ("ada2@example.com", WRITE), Decision::Allow).await;
        world.finish(callback).await.unwrap();
        world.drain().await;
        let page = Page { limit: 50, after: None };
        let listed = calendars::list(&world.engine, world.tenant, Some(&user), page).await.unwrap();
        let other = listed.items.iter().find(|calendar| calendar.name == "ada2@example.com").unwrap();
        let update = UpdateCalendar { write_target: Some(true), ..UpdateCalendar::default() };
        calendars::update(&world.engine, world.tenant, other.id, update).await.unwrap();
        world.drain().await;
        assert_eq!(world.seen("ada2").await.len(), 1);
        world.connects(&[Feature::CalendarRead, Feature::CalendarWrite], WRITE).await;
        world.later(SECOND * 3).await;
        let everywhere = world.seen("ada").await.len() + world.seen("ada2").await.len();
        assert_eq!(everywhere, 1, "the event is on one calendar");
    }
}
