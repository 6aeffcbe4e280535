//! Single times of our series on a calendar of the simulated Google.

use kalends_core::{
    event::{
        Conference, Content, ContentHash, Event, Exception, Field, Footer, Invitations, Mirroring,
        OriginalStart, Person as Member, PersonRole, Presentation, Reminders, When,
    },
    external_event::{EventStatus, Transparency, Visibility},
    sync::push::{After, At, LinkState, Outcome, Remote, Step, Wanted, Why, after, plan, seen},
    time::{UserId, Zone},
    two_way::{Direction, Policy, Rules, Sides, decide},
};
use kalends_providers::provider::RemoteItem;
use serde_json::json;

use super::{
    person::Person,
    writing::{CALENDAR, at, key, push, take_for},
};

/// Weekly, four times from 1 December 2026, 16:00 in Zurich.
fn series() -> Event {
    Event {
        title: "Lesson".to_owned(),
        description: "Unit 7".to_owned(),
        location: "Room 4".to_owned(),
        url: None,
        source: None,
        when: at(15),
        recurrence: vec!["RRULE:FREQ=WEEKLY;COUNT=4".to_owned()],
        exceptions: [].into(),
        people: vec![Member {
            user: UserId::new("tutor").unwrap(),
            role: PersonRole::Organizer,
            note: String::new(),
        }],
        attendees: Vec::new(),
        invitations: Invitations::NotSent,
        reminders: Reminders::AsCalendar,
        visibility: Visibility::Default,
        transparency: Transparency::Opaque,
        color: None,
        conference: Conference::Wanted,
        footer: Footer::AddedBy,
        mirroring: Mirroring::OnCalendars,
        status: EventStatus::Confirmed,
        metadata: [].into(),
    }
}

fn second() -> OriginalStart {
    "20261208T150000Z".parse().unwrap()
}

fn third() -> OriginalStart {
    "20261215T150000Z".parse().unwrap()
}

fn id(start: OriginalStart) -> String {
    key().at(start).google_id()
}

fn content(event: &Event) -> Content {
    let presentation = Presentation {
        tenant_name: "Tutors",
        conference: Conference::NotWanted,
        linked_addresses: &[],
    };
    event.content_for(&event.people[0], presentation)
}

fn content_at(event: &Event, start: OriginalStart) -> Content {
    content(&event.occurrence(start).unwrap())
}

fn moved() -> Exception {
    let instant = |text: &str| text.parse().unwrap();
    let (start, end) = ("2026-12-10T09:00:00Z", "2026-12-10T10:00:00Z");
    let zone = Zone::iana("Europe/Zurich").unwrap();
    Exception {
        when: Some(When::timed(instant(start), instant(end), zone).unwrap()),
        title: Some("Exam".to_owned()),
        ..Exception::default()
    }
}

/// Puts it on the calendar.
async fn on_calendar(person: &Person, event: &Event) -> LinkState {
    let content = content(event);
    push(person, Wanted::Shown(&content), LinkState::new(key()))
        .await
        .unwrap()
}

async fn fetched(person: &Person, link: &LinkState) -> Outcome {
    let step = Step::Fetch {
        at: At::Key(link.key),
        why: Why::Changed,
    };
    take_for(person, CALENDAR, link, &step).await.unwrap()
}

async fn found(person: &Person, link: &LinkState) -> Remote {
    match fetched(person, link).await {
        Outcome::Found(remote) => remote,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn one_time_is_changed_and_the_others_stay() {
    let person = Person::with_tokens().await;
    let mut event = series();
    let whole = on_calendar(&person, &event).await;
    let meeting = person.look(&id(third())).await.unwrap()["hangoutLink"].clone();
    assert!(meeting.is_string());

    let time = whole.occurrence(second()).unwrap();
    let as_series = content_at(&event, second());
    assert_eq!(
        plan(Wanted::Shown(&as_series), &time),
        Step::Nothing,
        "the series says it"
    );
    event.exceptions.insert(second(), moved());
    let changed = content_at(&event, second());
    let wanted = Wanted::Shown(&changed);
    let time = push(&person, wanted, time).await.unwrap();
    let there = found(&person, &time).await;
    assert_eq!(
        (there.key, there.written),
        (Some(key().at(second())), Some(ContentHash::of(&changed)))
    );
    assert!(changed.edited(&changed.read(&there.content)).is_empty());
    assert_eq!(seen(wanted, &time, there), After::Again(time.clone()), "an echo");
    let shown = person.look(&id(second())).await.unwrap();
    assert_eq!(shown["hangoutLink"], meeting, "the meeting is the series'");
    let other = person.look(&id(third())).await.unwrap();
    assert_eq!(
        (other["summary"].as_str(), &other["hangoutLink"]),
        (Some("Lesson"), &meeting)
    );

    // And back to what the series says.
    let time = push(&person, Wanted::Shown(&as_series), time).await.unwrap();
    let there = found(&person, &time).await;
    assert!(as_series.edited(&as_series.read(&there.content)).is_empty());
}

#[tokio::test]
async fn a_series_is_one_change_and_says_nothing_of_its_times() {
    let person = Person::with_tokens().await;
    let event = series();
    let whole = on_calendar(&person, &event).await;
    let mut time = whole.occurrence(second()).unwrap();
    let mut changed = event.clone();
    changed.exceptions.insert(second(), moved());
    time = push(&person, Wanted::Shown(&content_at(&changed, second())), time)
        .await
        .unwrap();

    let before = content(&changed);
    changed.location = "Room 9".to_owned();
    let after = content(&changed);
    time = time.series_written(&before, &after);
    let whole = push(&person, Wanted::Shown(&after), whole).await.unwrap();
    let desired = content_at(&changed, second());
    let wanted = Wanted::Shown(&desired);
    // A pull comes before the time's own push: what the series handed on is nobody's edit.
    let there = found(&person, &time).await;
    assert_eq!(there.content.location, "Room 9");
    let After::Again(time) = seen(wanted, &time, there) else {
        panic!("our own write")
    };
    assert_eq!(plan(wanted, &time), Step::Nothing);
    let remote = found(&person, &whole).await;
    assert!(matches!(
        seen(Wanted::Shown(&after), &whole, remote),
        After::Again(_)
    ));
}

#[tokio::test]
async fn one_time_is_taken_out() {
    let person = Person::with_tokens().await;
    let event = series();
    let whole = on_calendar(&person, &event).await;
    assert!(person.look(&id(second())).await.is_some());
    let event = event.without(second()).unwrap();
    let without = content(&event);
    let whole = push(&person, Wanted::Shown(&without), whole).await.unwrap();
    assert!(person.look(&id(second())).await.is_none());
    assert!(person.look(&id(third())).await.is_some());
    assert_eq!(whole.occurrence(second()), None);
    let remote = found(&person, &whole).await;
    assert_eq!(
        without.edited(&without.read(&remote.content)),
        [].into(),
        "nobody edited it"
    );
}

#[tokio::test]
async fn this_and_following_go_another_way() {
    let person = Person::with_tokens().await;
    let mut event = series();
    let last: OriginalStart = "20261222T150000Z".parse().unwrap();
    event.exceptions.insert(last, moved());
    let whole = on_calendar(&person, &event).await;
    let (head, mut tail) = event.split(third()).unwrap();
    tail.title = "Advanced lesson".to_owned();
    let before = content(&head);
    push(&person, Wanted::Shown(&before), whole).await.unwrap();
    let following = LinkState::new(kalends_core::sync::push::LinkKey::first(
        "0190f1c2-0000-7abc-8def-000000000001".parse().unwrap(),
    ));
    let from = content(&tail);
    let following = push(&person, Wanted::Shown(&from), following).await.unwrap();
    let moved = content_at(&tail, last);
    let time = following.occurrence(last).unwrap();
    push(&person, Wanted::Shown(&moved), time).await.unwrap();
    assert!(person.look(&id(second())).await.is_some());
    assert!(person.look(&id(third())).await.is_none());
    let instance = async |start| person.look(&following.key.at(start).google_id()).await.unwrap();
    assert_eq!(instance(third()).await["summary"], "Advanced lesson");
    assert_eq!(instance(last).await["summary"], "Exam");
}

#[tokio::test]
async fn what_a_person_does_to_one_time_is_read_and_taken_over() {
    let person = Person::with_tokens().await;
    let event = series();
    let whole = on_calendar(&person, &event).await;
    let cursor = person.pull(None).await.unwrap().cursor;
    let edit = json!({
        "location": "Library",
        "start": {"dateTime": "2026-12-09T10:00:00Z"}, "end": {"dateTime": "2026-12-09T11:00:00Z"},
    });
    person.patch(&id(second()), &edit).await;
    let items = person.pull(Some(cursor)).await.unwrap().items;
    let ours: Vec<_> = items.iter().filter_map(RemoteItem::ours).collect();
    assert_eq!(ours, [key().at(second())]);

    let time = whole.occurrence(ours[0].occurrence.unwrap()).unwrap();
    let desired = content_at(&event, second());
    let follows = seen(Wanted::Shown(&desired), &time, found(&person, &time).await);
    let After::Edited { link, remote } = follows else {
        panic!("{follows:?}")
    };
    let sides = Sides {
        wanted: Wanted::Shown(&desired),
        synced: link.synced.as_ref().unwrap(),
        remote: &remote.content,
        remote_at: remote.provided.updated,
    };
    let rules = Rules {
        policy: Policy::NewestWins,
        direction: Direction::TwoWay,
        desired_at: "2026-11-01T00:00:00Z".parse().unwrap(),
    };
    let decision = decide(sides, rules, &link.held);
    let edit = decision.edit.unwrap();
    let fields: Vec<Field> = edit.fields.keys().copied().collect();
    assert_eq!(fields, [Field::Location, Field::When]);
    let event = event.adopt_at(
        second(),
        &edit.fields.keys().copied().collect(),
        &edit.before,
        &edit.after,
    );
    assert_eq!(event.check(), Ok(()));
    let link = LinkState {
        synced: Some(decision.synced),
        held: decision.held,
        ..link
    };
    let adopted = content_at(&event, second());
    assert_eq!(plan(Wanted::Shown(&adopted), &link), Step::Nothing);
}

#[tokio::test]
async fn a_time_that_a_person_took_off_is_told_and_can_be_put_back() {
    let person = Person::with_tokens().await;
    let event = series();
    let whole = on_calendar(&person, &event).await;
    person.delete(&id(second())).await;
    let time = whole.occurrence(second()).unwrap();
    let desired = content_at(&event, second());
    let wanted = Wanted::Shown(&desired);
    let follows = seen(wanted, &time, found(&person, &time).await);
    let After::Deleted { link, .. } = follows else {
        panic!("{follows:?}")
    };
    assert_eq!(
        seen(wanted, &link, found(&person, &link).await),
        After::Again(link.clone()),
        "it is told once"
    );
    let back = push(&person, wanted, link).await.unwrap();
    let shown = person.look(&id(second())).await.unwrap();
    assert_eq!(
        (shown["status"].as_str(), shown["summary"].as_str()),
        (Some("confirmed"), Some("Lesson"))
    );

    // And off again, by us this time.
    let off = push(&person, Wanted::Removed, back).await.unwrap();
    assert!(person.look(&id(second())).await.is_none());
    assert_eq!(plan(Wanted::Removed, &off), Step::Nothing);
    let echo = seen(Wanted::Removed, &off, found(&person, &off).await);
    assert!(matches!(echo, After::Again(_)), "{echo:?}");
    let back = push(&person, wanted, off).await.unwrap();
    assert!(back.provided.is_some() && person.look(&id(second())).await.is_some());
}

#[tokio::test]
async fn times_of_a_series_that_is_gone_are_missing() {
    let person = Person::with_tokens().await;
    let event = series();
    let whole = on_calendar(&person, &event).await;
    let time = whole.occurrence(second()).unwrap();
    push(&person, Wanted::Removed, whole).await.unwrap();
    assert_eq!(fetched(&person, &time).await, Outcome::Missing);
    let desired = content_at(&event, second());
    let step = plan(
        Wanted::Shown(&desired),
        &LinkState {
            synced: None,
            ..time.clone()
        },
    );
    let lost = after(
        Wanted::Shown(&desired),
        &LinkState {
            synced: None,
            ..time.clone()
        },
        &step,
        Outcome::Missing,
    );
    assert!(matches!(lost, After::Blocked { .. }), "{lost:?}");
    let create = Step::Create {
        key: time.key,
        content: desired,
    };
    assert!(take_for(&person, CALENDAR, &time, &create).await.is_err());
}

#[tokio::test]
async fn whole_days_are_named_by_their_date() {
    let person = Person::with_tokens().await;
    let mut event = series();
    event.when = When::all_day("2026-12-01".parse().unwrap(), "2026-12-02".parse().unwrap()).unwrap();
    let second: OriginalStart = "20261208".parse().unwrap();
    let whole = on_calendar(&person, &event).await;
    let exception = Exception {
        when: Some(When::all_day("2026-12-09".parse().unwrap(), "2026-12-11".parse().unwrap()).unwrap()),
        ..Exception::default()
    };
    event.exceptions.insert(second, exception);
    let desired = content_at(&event, second);
    let time = whole.occurrence(second).unwrap();
    push(&person, Wanted::Shown(&desired), time).await.unwrap();
    let shown = person.look(&id(second)).await.unwrap();
    assert_eq!(
        (shown["start"]["date"].as_str(), shown["end"]["date"].as_str()),
        (Some("2026-12-09"), Some("2026-12-11"))
    );
}
