//! Conflicts over what people did on their calendars, and over calendars that are gone, against the simulated Google.

use http::Method;
use jiff::SignedDuration;
use kalends_core::{
    conflict::ConflictKind,
    settings::{Setting, Sync},
    time::{ConnectionId, UserId},
    two_way::Policy,
};
use kalends_engine::{
    conflicts::{self, Action, Conflict, ConflictError, ListConflicts, Resolution, With, resolve},
    page::Page,
    settings,
};
use kalends_store::{CalendarFilter, Discovery, Effects};
use kalends_testkit::both;
use serde_json::{Value, json};

use crate::harness::{At, Simulated, lesson};

async fn open(world: &Simulated) -> Vec<Conflict> {
    let filter = ListConflicts {
        open: Some(true),
        ..ListConflicts::default()
    };
    let page = Page {
        limit: 200,
        after: None,
    };
    let found = conflicts::list(&world.engine, world.tenant, &filter, page).await;
    found.unwrap().items
}

/// The one open conflict, of a kind.
async fn only(world: &Simulated, kind: ConflictKind) -> Conflict {
    let mut open = open(world).await;
    assert_eq!(open.len(), 1, "{open:?}");
    let only = open.remove(0);
    assert_eq!(only.kind, kind);
    only
}

async fn act(world: &Simulated, conflict: &Conflict, action: Action) -> Result<Conflict, ConflictError> {
    let resolved = resolve(&world.engine, world.tenant, conflict.id, action).await;
    world.drain().await;
    resolved
}

/// Looks for Ada's conflicts, whatever made it necessary.
async fn look(world: &Simulated) {
    world.enqueue("conflicts", &format!("{}:ada", world.tenant)).await;
    world.drain().await;
}

async fn policy(world: &Simulated, policy: Policy) {
    let mut sync = Sync::default();
    sync.policy = Some(policy);
    let ada = UserId::new("ada").unwrap();
    settings::put(&world.engine, world.tenant, &ada, Setting::Sync(sync))
        .await
        .unwrap();
}

/// Ada's lesson is on her calendar; its id there.
async fn with_lesson(world: &Simulated) -> String {
    world.put("lesson-7", lesson(&["ada"])).await;
    world.drain().await;
    world.clock.advance(SignedDuration::from_secs(60));
    world.only("ada").await["id"].as_str().unwrap().to_owned()
}

async fn titles(world: &Simulated) -> (String, Value) {
    (
        world.event("lesson-7").await.wanted.title,
        world.only("ada").await["summary"].clone(),
    )
}

/// Ada, who is asked about her edits, has given her lesson another title.
async fn asked(database: kalends_testkit::Database) -> (Simulated, Conflict) {
    let world = Simulated::new(database).await;
    world.writer("ada").await;
    policy(&world, Policy::Ask).await;
    let id = with_lesson(&world).await;
    world.edit("ada", &id, json!({ "summary": "Mine" })).await;
    world.pull("ada").await;
    let conflict = only(&world, ConflictKind::CompetingEdit).await;
    assert!(matches!(conflict.with, With::Edit(_)));
    assert!(world.event("lesson-7").await.has_conflict);
    assert_eq!(titles(&world).await, ("Lesson".to_owned(), json!("Mine")));
    (world, conflict)
}

/// The application has changed the lesson's title after Ada did, before it knew of that.
async fn competing(database: kalends_testkit::Database) -> (Simulated, Conflict) {
    let world = Simulated::new(database).await;
    world.writer("ada").await;
    let id = with_lesson(&world).await;
    world.edit("ada", &id, json!({ "summary": "Mine" })).await;
    world.clock.advance(SignedDuration::from_secs(60));
    let mut changed = lesson(&["ada"]);
    "Ours".clone_into(&mut changed.title);
    world.put("lesson-7", changed).await;
    world.drain().await;
    let conflict = only(&world, ConflictKind::CompetingEdit).await;
    assert_eq!(
        titles(&world).await,
        ("Ours".to_owned(), json!("Ours")),
        "the newest wins"
    );
    (world, conflict)
}

/// An action that leaves everything as it was decided.
async fn agreed(world: &Simulated, conflict: &Conflict, action: Action) {
    act(world, conflict, action).await.unwrap();
    assert_eq!(titles(world).await, ("Ours".to_owned(), json!("Ours")));
    look(world).await;
    assert!(open(world).await.is_empty());
}

both! {
    async fn an_edit_that_somebody_is_asked_about_is_kept_as_theirs(database) {
        let (world, conflict) = asked(database).await;
        let refused = act(&world, &conflict, Action::KeepBoth).await;
        assert!(matches!(refused, Err(ConflictError::Impossible { .. })), "{refused:?}");
        let resolved = act(&world, &conflict, Action::KeepTheirs).await.unwrap();
        assert_eq!(resolved.resolved.unwrap().0, Resolution::KeptTheirs);
        assert_eq!(titles(&world).await, ("Mine".to_owned(), json!("Mine")));
        look(&world).await;
        assert!(open(&world).await.is_empty());
        let again = act(&world, &conflict, Action::UndoTheirs).await;
        assert!(matches!(again, Err(ConflictError::Resolved)), "{again:?}");
    }

    async fn an_edit_that_somebody_is_asked_about_is_undone(database) {
        let (world, conflict) = asked(database).await;
        act(&world, &conflict, Action::UndoTheirs).await.unwrap();
        assert_eq!(titles(&world).await, ("Lesson".to_owned(), json!("Lesson")));
        look(&world).await;
        assert!(open(&world).await.is_empty());
    }

    async fn what_was_decided_over_competing_edits_is_left_or_taken_back(database) {
        let (world, conflict) = competing(database).await;
        let resolved = act(&world, &conflict, Action::KeepTheirs).await.unwrap();
        assert_eq!(resolved.resolved.unwrap().0, Resolution::KeptTheirs);
        assert_eq!(titles(&world).await, ("Mine".to_owned(), json!("Mine")));
        look(&world).await;
        assert!(open(&world).await.is_empty());
    }

    async fn a_decision_that_is_agreed_to_stays_and_is_quiet(database) {
        let (world, conflict) = competing(database).await;
        agreed(&world, &conflict, Action::KeepBoth).await;
    }

    async fn a_decision_for_ours_undoes_theirs_already(database) {
        let (world, conflict) = competing(database).await;
        agreed(&world, &conflict, Action::UndoTheirs).await;
    }

    async fn an_event_that_a_person_moved_into_a_conflict_is_moved_back(database) {
        let world = Simulated::new(database).await;
        world.writer("ada").await;
        let id = with_lesson(&world).await;
        let at = |hour: u8| json!({ "dateTime": format!("2026-12-01T{hour:02}:00:00Z") });
        let dentist = json!({ "summary": "Dentist", "start": at(9), "end": at(11) });
        let (status, answer) = world.act("ada", Method::POST, "", Some(dentist)).await;
        assert_eq!(status, 200, "{answer}");
        world.pull("ada").await;
        assert!(open(&world).await.is_empty());
        world.edit("ada", &id, json!({ "start": at(10), "end": at(11), "location": "Room 9" })).await;
        world.pull("ada").await;
        let conflict = only(&world, ConflictKind::MovedIntoConflict).await;
        let refused = act(&world, &conflict, Action::KeepTheirs).await;
        assert!(matches!(refused, Err(ConflictError::Impossible { .. })), "{refused:?}");

        let resolved = act(&world, &conflict, Action::UndoTheirs).await.unwrap();
        assert_eq!(resolved.resolved.unwrap().0, Resolution::UndidTheirs);
        let event = world.event("lesson-7").await.wanted;
        assert_eq!(event.when, At(15).into());
        assert_eq!(event.location, "Room 9", "the rest of the edit stays");
        look(&world).await;
        assert!(open(&world).await.is_empty());
        // The application puts it there itself.
        let mut over_it = lesson(&["ada"]);
        over_it.when = At(10).into();
        world.put("lesson-7", over_it).await;
        world.drain().await;
        let conflict = only(&world, ConflictKind::Overlap).await;
        let refused = act(&world, &conflict, Action::UndoTheirs).await;
        assert!(matches!(refused, Err(ConflictError::Impossible { .. })), "{refused:?}");
    }

    async fn an_event_does_not_conflict_with_its_own_copy(database) {
        let world = Simulated::new(database).await;
        world.writer("ada").await;
        with_lesson(&world).await;
        world.pull("ada").await;
        look(&world).await;
        assert!(open(&world).await.is_empty());
    }

    async fn a_lost_calendar_is_a_conflict_of_its_events_until_it_is_back(database) {
        let world = Simulated::new(database).await;
        let calendar = world.writer("ada").await;
        with_lesson(&world).await;
        let rows = world.store.calendars(world.tenant, CalendarFilter::default()).await.unwrap();
        let connection: ConnectionId = rows.iter().find(|row| row.id == calendar).unwrap().connection;
        let lost = Discovery { found: Vec::new(), lost: vec![calendar], effects: Effects::none() };
        world.store.commit_discovery(world.tenant, connection, lost).await.unwrap();
        look(&world).await;
        let conflict = only(&world, ConflictKind::CalendarLost).await;
        assert_eq!(conflict.with, With::Calendar(calendar));
        assert_eq!(conflict.overlap, None);
        world.enqueue("discover", &connection.to_string()).await;
        world.drain().await;
        assert!(open(&world).await.is_empty(), "it is listed again");
    }
}
