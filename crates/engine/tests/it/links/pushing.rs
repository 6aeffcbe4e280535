//! From the store to the calendar.

use jiff::SignedDuration;
use kalends_core::{event::Conference, sync::push::Meeting};
use kalends_store::LinkStatus;
use kalends_testkit::both;
use serde_json::json;

use crate::harness::{At, Simulated, lesson};

fn kinds(told: &[crate::harness::Told]) -> Vec<&str> {
    told.iter().map(|one| one.kind.as_str()).collect()
}

both! {
    async fn an_event_is_created_changed_and_removed_by_one_call_each(database) {
        let world = Simulated::new(database).await;
        world.writer("ada").await;
        let from = world.last_call();
        let put = world.put("lesson-7", lesson(&["ada"])).await;
        assert_eq!(put.sync_status, Some(LinkStatus::Pending));
        world.drain().await;
        assert_eq!(world.writes_since(from), ["POST 200"]);
        let seen = world.only("ada").await;
        assert_eq!(seen["summary"], "Lesson");
        assert_eq!(seen["description"], "Unit 7\n\n📅 Added by Lessons");
        let event = world.event("lesson-7").await;
        assert_eq!(event.sync_status, Some(LinkStatus::Synced));
        assert!(event.synced_at.is_some() && event.links[0].page.is_some());

        let from = world.last_call();
        let mut changed = lesson(&["ada"]);
        changed.when = At(17).into();
        world.put("lesson-7", changed.clone()).await;
        world.drain().await;
        assert_eq!(world.writes_since(from), ["PATCH 200"]);
        let start = world.only("ada").await["start"]["dateTime"].clone();
        let start: jiff::Timestamp = start.as_str().unwrap().parse().unwrap();
        assert_eq!(start.to_string(), "2026-12-01T17:00:00Z");

        let from = world.last_call();
        world.put("lesson-7", changed).await;
        world.drain().await;
        assert_eq!(world.writes_since(from), [""; 0], "nothing is new");

        let from = world.last_call();
        world.cancel("lesson-7").await;
        world.drain().await;
        assert_eq!(world.writes_since(from), ["DELETE 204"]);
        assert!(world.seen("ada").await.is_empty());
        let event = world.event("lesson-7").await;
        assert_eq!(event.sync_status, Some(LinkStatus::Removed));
        let (told, _) = world.told(0).await;
        assert_eq!(
            kinds(&told),
            ["event.created", "event.synced", "event.updated", "event.synced", "event.cancelled", "event.synced"]
        );
        assert_eq!(told[5].data["status"], "removed");
    }

    async fn what_comes_back_is_another_event_at_the_provider(database) {
        let world = Simulated::new(database).await;
        world.writer("ada").await;
        world.put("lesson-7", lesson(&["ada"])).await;
        world.drain().await;
        let first = world.only("ada").await["id"].clone();
        world.cancel("lesson-7").await;
        world.drain().await;
        world.put("lesson-7", lesson(&["ada"])).await;
        world.drain().await;
        let second = world.only("ada").await["id"].clone();
        assert_ne!(first, second, "a deleted event's id is never used again");
    }

    async fn what_no_calendar_shows_is_sent_to_none(database) {
        let world = Simulated::new(database).await;
        world.writer("ada").await;
        world.put("lesson-7", lesson(&["ada"])).await;
        world.drain().await;
        let from = world.last_call();
        let mut changed = lesson(&["ada"]);
        changed.metadata.insert("room".to_owned(), "4".to_owned());
        world.put("lesson-7", changed).await;
        world.drain().await;
        assert_eq!(world.writes_since(from), [""; 0]);
        assert_eq!(world.event("lesson-7").await.sync_status, Some(LinkStatus::Synced));
    }

    async fn a_meeting_link_is_waited_for(database) {
        let world = Simulated::new(database).await;
        world.writer("ada").await;
        let order = kalends_simulator::ConferenceOrder { pending_seconds: Some(20), ..Default::default() };
        world.simulator.control().set_conferences(order);
        let meet = kalends_core::settings::Meet { enabled: true, auto: false };
        let setting = kalends_core::settings::Setting::Meet(meet);
        let ada = kalends_core::time::UserId::new("ada").unwrap();
        kalends_engine::settings::put(&world.engine, world.tenant, &ada, setting).await.unwrap();
        let mut event = lesson(&["ada"]);
        event.conference = Conference::Wanted;
        world.put("lesson-7", event).await;
        world.drain().await;
        assert_eq!(world.event("lesson-7").await.links[0].meeting, Meeting::Pending);
        for _ in 0..6 {
            world.later(SignedDuration::from_secs(10)).await;
        }
        let meeting = world.event("lesson-7").await.links[0].meeting.clone();
        assert!(matches!(meeting, Meeting::Ready(_)), "{meeting:?}");
        let (told, _) = world.told(0).await;
        assert_eq!(kinds(&told), ["event.created", "event.synced", "event.synced"]);
        assert_eq!(told[2].data["meeting"]["status"], json!("ready"));
    }
}
