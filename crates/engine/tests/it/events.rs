//! The application's events: putting, changing, cancelling, and which calendars they belong on.

use std::collections::BTreeMap;

use kalends_core::{
    event::{
        Attendee, Conference, Event, EventKey, Footer, Invitations, Mirroring, Person, PersonRole, Reminders,
        When,
    },
    external_event::{EventStatus, Transparency, Visibility},
    settings::{BulkSync, CalendarWrite, Setting},
    time::{TenantId, UserId, Zone},
};
use kalends_engine::{
    calendars::{self, UpdateCalendar},
    changes,
    events::{self, Condition, EventError, LinkStatus, Put, PutEvent},
    settings,
    tenants::{self, NewTenant},
    users::{self, PutUser},
};
use kalends_testkit::both;

use crate::harness::{CALENDAR, World, remote};

fn key() -> EventKey {
    EventKey::new("lesson-17").unwrap()
}

fn organizer(user: &str) -> Person {
    Person {
        user: UserId::new(user).unwrap(),
        role: PersonRole::Organizer,
        note: String::new(),
    }
}

fn participant(user: &str) -> Person {
    Person {
        role: PersonRole::Participant,
        ..organizer(user)
    }
}

fn lesson(title: &str) -> Event {
    let at = |text: &str| text.parse().unwrap();
    Event {
        title: title.to_owned(),
        description: String::new(),
        location: String::new(),
        url: None,
        source: None,
        when: When::timed(at("2026-12-01T10:00:00Z"), at("2026-12-01T11:00:00Z"), Zone::UTC).unwrap(),
        recurrence: Vec::new(),
        exceptions: BTreeMap::new(),
        people: vec![organizer("ada")],
        attendees: Vec::new(),
        invitations: Invitations::NotSent,
        reminders: Reminders::AsCalendar,
        visibility: Visibility::Default,
        transparency: Transparency::Opaque,
        color: None,
        conference: Conference::NotWanted,
        footer: Footer::AddedBy,
        mirroring: Mirroring::OnCalendars,
        status: EventStatus::Confirmed,
        metadata: BTreeMap::new(),
    }
}

/// The user wants events on their main calendar.
async fn writing(database: kalends_testkit::Database) -> World {
    let world = World::with_events(database, Vec::new()).await;
    write_on(&world, CALENDAR).await;
    enable(&world, &world.user).await;
    world
}

async fn enable(world: &World, user: &UserId) {
    let write = CalendarWrite {
        enabled: true,
        bulk_sync: BulkSync::Upcoming,
    };
    settings::put(&world.engine, world.tenant, user, Setting::CalendarWrite(write))
        .await
        .unwrap();
}

async fn write_on(world: &World, name: &str) {
    let calendars = world.calendars().await;
    let calendar = calendars.iter().find(|calendar| calendar.name == name).unwrap();
    let update = UpdateCalendar {
        selected: None,
        write_target: Some(true),
    };
    calendars::update(&world.engine, world.tenant, calendar.id, update)
        .await
        .unwrap();
}

async fn put_if(world: &World, event: Event, condition: Condition) -> Result<Put, EventError> {
    let put = PutEvent {
        key: key(),
        event,
        condition,
    };
    events::put(&world.engine, world.tenant, put).await
}

async fn put(world: &World, event: Event) -> events::Event {
    match put_if(world, event, Condition::None).await.unwrap() {
        Put::Created(event) | Put::Stored(event) => event,
    }
}

async fn cancel(world: &World) -> events::Event {
    events::delete(&world.engine, world.tenant, &key(), Condition::None)
        .await
        .unwrap()
}

/// The entries about events: kind, user, subject and the fields that changed.
async fn told(world: &World) -> Vec<String> {
    let feed = changes::list(&world.engine, world.tenant, 0, 200).await.unwrap();
    let of_events = feed
        .changes
        .into_iter()
        .filter(|change| change.kind.starts_with("event."));
    of_events
        .map(|change| {
            let fields = change.data["fields"].as_array().cloned().unwrap_or_default();
            let fields: Vec<&str> = fields.iter().map(|field| field.as_str().unwrap()).collect();
            let user = change.user.map_or_else(String::new, |user| user.to_string());
            format!("{} {user} {} {}", change.kind, change.subject, fields.join(","))
                .trim_end()
                .to_owned()
        })
        .collect()
}

async fn name(world: &World, tenant: TenantId, user: &str) {
    let put = PutUser {
        id: UserId::new(user).unwrap(),
        display_name: None,
        time_zone: Zone::UTC,
    };
    users::put(&world.engine, tenant, put).await.unwrap();
}

/// How many pushes wait.
async fn pushes(world: &World) -> usize {
    let links = events::get(&world.engine, world.tenant, &key())
        .await
        .unwrap()
        .links;
    let keys: Vec<String> = links.iter().map(|link| link.id.to_string()).collect();
    let without = world
        .store
        .keys_without_task("push_link", &keys, kalends_store::Dead::CoversNothing)
        .await
        .unwrap();
    keys.len() - without.len()
}

both! {
    async fn putting_makes_changes_and_leaves_alone(database) {
        let world = writing(database).await;
        let Put::Created(made) = put_if(&world, lesson("Piano"), Condition::None).await.unwrap() else {
            panic!("it was there before");
        };
        assert_eq!((made.version, made.links.len()), (1, 1));
        assert_eq!(made.sync_status, Some(LinkStatus::Pending));
        assert_eq!(pushes(&world).await, 1);
        let Put::Stored(same) = put_if(&world, lesson("Piano"), Condition::None).await.unwrap() else {
            panic!("it was made again");
        };
        assert_eq!(same, made);
        let mut other = lesson("Violin");
        other.metadata.insert("course".to_owned(), "v1".to_owned());
        let changed = put(&world, other.clone()).await;
        assert_eq!((changed.version, changed.id, &changed.wanted), (2, made.id, &other));
        assert_eq!(events::get(&world.engine, world.tenant, &key()).await.unwrap(), changed);
        assert_eq!(
            told(&world).await,
            ["event.created ada lesson-17", "event.updated ada lesson-17 title,metadata"]
        );
    }

    async fn a_calendar_is_not_written_for_what_it_does_not_show(database) {
        let world = writing(database).await;
        let link = put(&world, lesson("Piano")).await.links.remove(0);
        let before = world.store.event_link(world.tenant, link.id).await.unwrap();
        let mut event = lesson("Piano");
        event.metadata.insert("course".to_owned(), "v1".to_owned());
        assert_eq!(put(&world, event.clone()).await.version, 2);
        let after = world.store.event_link(world.tenant, link.id).await.unwrap();
        assert_eq!(after.revision, before.revision);
        "Room 3".clone_into(&mut event.location);
        put(&world, event).await;
        let after = world.store.event_link(world.tenant, link.id).await.unwrap();
        assert!(after.revision > before.revision && after.standing.owed);
    }

    async fn conditions_are_kept(database) {
        let world = writing(database).await;
        let current = |refused: Result<Put, EventError>| match refused.unwrap_err() {
            EventError::VersionMismatch { current } => current,
            error => panic!("{error}"),
        };
        let only = |version| Condition::Version(vec![version]);
        assert_eq!(current(put_if(&world, lesson("a"), Condition::Exists).await), None);
        assert_eq!(current(put_if(&world, lesson("a"), only(1)).await), None);
        put_if(&world, lesson("a"), Condition::Absent).await.unwrap();
        assert_eq!(current(put_if(&world, lesson("a"), Condition::Absent).await), Some(1));
        put_if(&world, lesson("b"), only(1)).await.unwrap();
        assert_eq!(current(put_if(&world, lesson("c"), only(1)).await), Some(2));
        let refused = events::delete(&world.engine, world.tenant, &key(), only(1)).await;
        assert!(matches!(refused, Err(EventError::VersionMismatch { current: Some(2) })));
        put_if(&world, lesson("c"), Condition::Exists).await.unwrap();
        events::delete(&world.engine, world.tenant, &key(), only(3)).await.unwrap();
    }

    async fn a_cancelled_event_leaves_its_calendars_and_may_come_back(database) {
        let world = writing(database).await;
        let made = put(&world, lesson("Piano")).await;
        let cancelled = cancel(&world).await;
        assert_eq!((cancelled.version, cancelled.wanted.status), (2, EventStatus::Cancelled));
        assert_eq!(cancel(&world).await.version, 2);
        let link = world.store.event_link(world.tenant, made.links[0].id).await.unwrap();
        assert_eq!((link.standing.aim, link.standing.owed), (kalends_store::LinkAim::Removed, true));
        assert_eq!(put(&world, lesson("Piano")).await.version, 3);
        let link = world.store.event_link(world.tenant, made.links[0].id).await.unwrap();
        assert_eq!((link.standing.aim, link.standing.owed), (kalends_store::LinkAim::Shown, true));
        let mut gone = lesson("Piano");
        gone.status = EventStatus::Cancelled;
        assert_eq!(put(&world, gone).await.version, 4);
        assert_eq!(
            told(&world).await,
            [
                "event.created ada lesson-17",
                "event.cancelled ada lesson-17 status",
                "event.updated ada lesson-17 status",
                "event.cancelled ada lesson-17 status",
            ]
        );
        let other = EventKey::new("other").unwrap();
        let nothing = events::delete(&world.engine, world.tenant, &other, Condition::None).await;
        assert!(matches!(nothing, Err(EventError::NotFound)));
    }

    async fn many_at_once_leave_one_event_and_each_change_counts(database) {
        let world = writing(database).await;
        let rounds = (0..4).map(|n| put(&world, lesson(&format!("title {n}"))));
        let mut versions: Vec<i64> = futures::future::join_all(rounds)
            .await
            .into_iter()
            .map(|event| event.version)
            .collect();
        versions.sort_unstable();
        assert_eq!(versions, [1, 2, 3, 4]);
        let event = events::get(&world.engine, world.tenant, &key()).await.unwrap();
        assert_eq!((event.version, event.links.len()), (4, 1));
        assert_eq!(told(&world).await.len(), 4);
    }

    async fn people_and_fields_that_cannot_be_are_named(database) {
        let world = writing(database).await;
        let mut event = lesson("Piano");
        event.people.push(participant("nobody"));
        let refused = put_if(&world, event, Condition::None).await;
        assert!(matches!(refused, Err(EventError::UnknownUser { index: 1 })));
        let refused = put_if(&world, lesson(" "), Condition::None).await.unwrap_err();
        assert_eq!(refused.to_string(), "title must be a text that is not empty");
        assert!(told(&world).await.is_empty());
    }

    async fn only_whoever_wants_events_gets_them(database) {
        let world = World::with_events(database, Vec::new()).await;
        assert!(put(&world, lesson("a")).await.links.is_empty());
        enable(&world, &world.user).await;
        assert!(put(&world, lesson("b")).await.links.is_empty());
        write_on(&world, CALENDAR).await;
        let event = put(&world, lesson("c")).await;
        assert_eq!((event.links.len(), event.sync_status), (1, Some(LinkStatus::Pending)));
        let mut kept_off = lesson("c");
        kept_off.mirroring = Mirroring::KeptOff;
        let event = put(&world, kept_off).await;
        let link = world.store.event_link(world.tenant, event.links[0].id).await.unwrap();
        assert_eq!(link.standing.aim, kalends_store::LinkAim::Removed);
    }

    async fn another_write_target_is_for_what_comes(database) {
        let world = writing(database).await;
        let first = put(&world, lesson("Piano")).await.links.remove(0);
        world.google.list(remote("lessons"));
        world.enqueue("discover", &world.connection().await.id.to_string()).await;
        world.drain().await;
        write_on(&world, "lessons").await;
        let event = put(&world, lesson("Violin")).await;
        assert_eq!(event.links.len(), 1);
        assert_eq!(event.links[0].calendar, first.calendar);
        let next = PutEvent {
            key: EventKey::new("lesson-18").unwrap(),
            event: lesson("Organ"),
            condition: Condition::None,
        };
        let Put::Created(next) = events::put(&world.engine, world.tenant, next).await.unwrap() else {
            panic!("it was there before");
        };
        assert_ne!(next.links[0].calendar, first.calendar);
    }

    async fn who_no_longer_takes_part_loses_it_and_others_are_invited_again(database) {
        let world = writing(database).await;
        name(&world, world.tenant, "bob").await;
        let mut event = lesson("Piano");
        event.people.push(participant("bob"));
        event.attendees.push(Attendee {
            email: "eve@example.com".to_owned(),
            name: None,
            optional: false,
        });
        let made = put(&world, event.clone()).await;
        assert_eq!(made.links.len(), 1, "bob has no calendar");
        event.people = vec![organizer("bob")];
        let moved = put(&world, event).await;
        let link = world.store.event_link(world.tenant, moved.links[0].id).await.unwrap();
        assert_eq!(link.standing.aim, kalends_store::LinkAim::Removed);
        assert!(told(&world).await.contains(&"event.updated bob lesson-17 people".to_owned()));
    }

    async fn another_tenant_has_events_of_its_own(database) {
        let world = writing(database).await;
        put(&world, lesson("Piano")).await;
        let new = NewTenant {
            name: "Other".to_owned(),
            return_origins: Vec::new(),
        };
        let other = tenants::create(&world.engine, new).await.unwrap().id;
        assert!(matches!(events::get(&world.engine, other, &key()).await, Err(EventError::NotFound)));
        let refused = events::delete(&world.engine, other, &key(), Condition::None).await;
        assert!(matches!(refused, Err(EventError::NotFound)));
        name(&world, other, "ada").await;
        let put = PutEvent {
            key: key(),
            event: lesson("Theirs"),
            condition: Condition::None,
        };
        let Put::Created(theirs) = events::put(&world.engine, other, put).await.unwrap() else {
            panic!("it is the first tenant's");
        };
        assert!(theirs.links.is_empty());
        let ours = events::get(&world.engine, world.tenant, &key()).await.unwrap();
        assert_eq!((ours.version, ours.wanted.title.as_str()), (1, "Piano"));
    }
}
