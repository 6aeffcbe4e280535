//! Taking back what was decided over what a person did.

use jiff::SignedDuration;
use kalends_core::{
    event::{EventKey, Field},
    external_event::EventStatus,
    settings::{Setting, Sync},
    time::UserId,
    two_way::Policy,
};
use kalends_engine::{
    events::{self, EventError, Undone},
    settings,
};
use kalends_testkit::both;
use serde_json::{Value, json};

use crate::harness::{Simulated, lesson};

/// A user with an event on their calendar, which they change; the number of the entry that tells of it.
async fn edited(world: &Simulated, edit: Option<Value>) -> i64 {
    world.writer("ada").await;
    world.put("lesson-7", lesson(&["ada"])).await;
    world.drain().await;
    world.clock.advance(SignedDuration::from_secs(60));
    let id = world.only("ada").await["id"].as_str().unwrap().to_owned();
    match edit {
        Some(edit) => world.edit("ada", &id, edit).await,
        None => world.delete("ada", &id).await,
    }
    world.pull("ada").await;
    let (told, _) = world.told(0).await;
    told.iter()
        .find(|one| one.kind.ends_with("_externally"))
        .unwrap()
        .seq
}

async fn undo(world: &Simulated, seq: i64) -> Result<Undone, EventError> {
    let undone = events::undo(
        &world.engine,
        world.tenant,
        &EventKey::new("lesson-7").unwrap(),
        seq,
    )
    .await;
    world.drain().await;
    undone
}

async fn policy(world: &Simulated, policy: Policy) {
    let mut sync = Sync::default();
    sync.policy = Some(policy);
    let ada = UserId::new("ada").unwrap();
    settings::put(&world.engine, world.tenant, &ada, Setting::Sync(sync))
        .await
        .unwrap();
}

both! {
    async fn an_adopted_edit_is_taken_back_on_both_sides_and_only_once(database) {
        let world = Simulated::new(database).await;
        let seq = edited(&world, Some(json!({ "summary": "Mine", "location": "Room 9" }))).await;
        let before = world.last_seq().await;
        let undone = undo(&world, seq).await.unwrap();
        assert_eq!(undone.fields, [Field::Title, Field::Location]);
        assert!(undone.changed_since.is_empty());
        let event = world.event("lesson-7").await;
        assert_eq!((event.wanted.title.as_str(), event.wanted.location.as_str()), ("Lesson", "Room 4"));
        let seen = world.only("ada").await;
        assert_eq!((&seen["summary"], &seen["location"]), (&json!("Lesson"), &json!("Room 4")));
        let (told, _) = world.told(before).await;
        let kinds: Vec<&str> = told.iter().map(|one| one.kind.as_str()).collect();
        assert_eq!(kinds, ["event.undone", "event.synced"]);
        assert_eq!(told[0].data["fields"], json!(["title", "location"]));
        assert!(matches!(undo(&world, seq).await, Err(EventError::AlreadyUndone)));
        // Nobody finds the way back a new edit.
        world.pull("ada").await;
        assert_eq!(world.told(before).await.0.len(), 2);
    }

    async fn what_was_changed_since_stays_and_is_named(database) {
        let world = Simulated::new(database).await;
        let seq = edited(&world, Some(json!({ "summary": "Mine", "location": "Room 9" }))).await;
        let mut event = world.event("lesson-7").await.wanted;
        "A third title".clone_into(&mut event.title);
        world.put("lesson-7", event.clone()).await;
        let undone = undo(&world, seq).await.unwrap();
        assert_eq!((undone.fields.as_slice(), undone.changed_since.as_slice()), ([Field::Location].as_slice(), [Field::Title].as_slice()));
        assert_eq!(world.event("lesson-7").await.wanted.title, "A third title");
    }

    async fn nothing_is_undone_where_all_was_changed_since(database) {
        let world = Simulated::new(database).await;
        let seq = edited(&world, Some(json!({ "summary": "Mine" }))).await;
        let mut event = world.event("lesson-7").await.wanted;
        "A third title".clone_into(&mut event.title);
        world.put("lesson-7", event).await;
        let refused = undo(&world, seq).await;
        assert!(matches!(&refused, Err(EventError::NothingToUndo { fields }) if *fields == [Field::Title]), "{refused:?}");
        assert!(matches!(undo(&world, 1).await, Err(EventError::ChangeNotFound { seq: 1 })));
    }

    async fn an_edit_that_was_set_right_is_taken_over(database) {
        let world = Simulated::new(database).await;
        world.writer("ada").await;
        policy(&world, Policy::AppWins).await;
        world.put("lesson-7", lesson(&["ada"])).await;
        world.drain().await;
        world.clock.advance(SignedDuration::from_secs(60));
        let id = world.only("ada").await["id"].as_str().unwrap().to_owned();
        world.edit("ada", &id, json!({ "summary": "Mine" })).await;
        world.pull("ada").await;
        assert_eq!(world.only("ada").await["summary"], "Lesson");
        let (told, _) = world.told(0).await;
        let seq = told.iter().find(|one| one.kind == "event.edited_externally").unwrap().seq;
        undo(&world, seq).await.unwrap();
        assert_eq!(world.event("lesson-7").await.wanted.title, "Mine");
        assert_eq!(world.only("ada").await["summary"], "Mine");
    }

    async fn a_deletion_is_undone_and_the_event_is_there_again(database) {
        let world = Simulated::new(database).await;
        let seq = edited(&world, None).await;
        assert_eq!(world.event("lesson-7").await.wanted.status, EventStatus::Cancelled);
        undo(&world, seq).await.unwrap();
        assert_eq!(world.event("lesson-7").await.wanted.status, EventStatus::Confirmed);
        assert_eq!(world.only("ada").await["summary"], "Lesson");
        world.pull("ada").await;
        assert_eq!(world.seen("ada").await.len(), 1);
    }

    async fn a_participant_s_deletion_is_undone_on_their_calendar(database) {
        let world = Simulated::new(database).await;
        world.writer("ada").await;
        world.writer("ben").await;
        world.put("lesson-7", lesson(&["ada", "ben"])).await;
        world.drain().await;
        world.clock.advance(SignedDuration::from_secs(60));
        let id = world.only("ben").await["id"].as_str().unwrap().to_owned();
        world.delete("ben", &id).await;
        world.pull("ben").await;
        assert!(world.seen("ben").await.is_empty());
        let (told, _) = world.told(0).await;
        let seq = told.iter().find(|one| one.kind == "event.deleted_externally").unwrap().seq;
        undo(&world, seq).await.unwrap();
        assert_eq!(world.only("ben").await["summary"], "Lesson");
        assert_eq!(world.seen("ada").await.len(), 1);
    }
}
