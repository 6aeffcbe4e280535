//! The plan's table, line by line, and what follows each answer.

use kalends_core::{
    event::{Color, Conference, Content, Description},
    sync::push::{
        After, At, Life, LinkKey, LinkState, Made, Meeting, MeetingLink, Outcome, Provided, Refusal, Remote,
        Step, Synced, Unanswered, Wanted, Why, after, plan, seen,
    },
    two_way::{Answers, Policy},
};

use super::tiny_engine::TinyEngine;
use crate::event::made::{content, lesson, when};

fn desired() -> Content {
    content(&lesson())
}

fn moved() -> Content {
    Content {
        when: when("2026-12-02T15:00:00Z", "2026-12-02T16:00:00Z", "Europe/Zurich"),
        ..desired()
    }
}

fn new() -> LinkState {
    TinyEngine::new(Policy::NewestWins).link
}

fn provided(etag: &str) -> Provided {
    Provided {
        id: new().key.google_id(),
        etag: etag.to_owned(),
        updated: etag
            .parse()
            .ok()
            .and_then(|second| jiff::Timestamp::from_second(second).ok()),
    }
}

fn synced() -> LinkState {
    LinkState {
        provided: Some(provided("1")),
        synced: Some(Synced::as_sent(desired())),
        ..new()
    }
}

fn unanswered(link: LinkState, write: Option<Content>, delete: bool) -> LinkState {
    let writes = write.into_iter().collect();
    LinkState {
        unanswered: Unanswered { writes, delete },
        ..link
    }
}

fn remote(etag: &str, content: &Content) -> Remote {
    Remote {
        provided: provided(etag),
        life: Life::Live,
        key: Some(new().key),
        written: None,
        content: Content {
            description: Description::whole(content.description.composed()),
            ..content.clone()
        },
        made: Made::default(),
    }
}

/// A step in one line.
pub(crate) fn shown(step: &Step) -> String {
    let at = |at: &At| match at {
        At::Id(_) => "id",
        At::Key(_) => "key",
    };
    match step {
        Step::Nothing => "nothing".to_owned(),
        Step::Create { key, .. } => format!("create {}", key.generation),
        Step::Patch { if_match, fields, .. } => {
            let fields: Vec<&str> = fields.iter().map(|field| field.as_str()).collect();
            format!("patch {} if {if_match}", fields.join(","))
        }
        Step::Delete { at: found, if_match } => {
            format!(
                "delete by {} if {}",
                at(found),
                if_match.as_deref().unwrap_or("any")
            )
        }
        Step::Fetch { at: found, why } => format!("fetch by {} {why:?}", at(found)),
    }
}

#[track_caller]
fn check(wanted: Wanted<'_>, link: &LinkState, expect: &str) {
    assert_eq!(shown(&plan(wanted, link)), expect);
}

#[test]
fn a_wanted_event_is_created_patched_or_left_alone() {
    let (desired, moved) = (desired(), moved());
    let wanted = Wanted::Shown(&desired);
    check(wanted, &new(), "create 0");
    check(
        wanted,
        &unanswered(new(), Some(desired.clone()), false),
        "create 0",
    );
    check(wanted, &synced(), "nothing");
    check(Wanted::Shown(&moved), &synced(), "patch when if 1");
    let retried = unanswered(synced(), Some(moved.clone()), false);
    check(Wanted::Shown(&moved), &retried, "patch when if 1");
}

#[test]
fn another_write_that_nobody_answered_is_looked_up_first() {
    let (desired, moved) = (desired(), moved());
    let wanted = Wanted::Shown(&desired);
    check(
        wanted,
        &unanswered(new(), Some(moved.clone()), false),
        "fetch by key Unanswered",
    );
    check(
        wanted,
        &unanswered(synced(), Some(moved.clone()), false),
        "fetch by id Unanswered",
    );
    check(
        wanted,
        &unanswered(synced(), None, true),
        "fetch by id Unanswered",
    );
    let unknown = LinkState {
        synced: None,
        ..synced()
    };
    check(wanted, &unknown, "fetch by id Changed");
}

#[test]
fn an_unwanted_event_is_deleted_if_it_may_be_there() {
    check(Wanted::Removed, &new(), "nothing");
    check(
        Wanted::Removed,
        &unanswered(new(), Some(desired()), false),
        "delete by key if any",
    );
    check(Wanted::Removed, &synced(), "delete by id if 1");
    check(
        Wanted::Removed,
        &unanswered(synced(), None, true),
        "delete by id if 1",
    );
}

#[test]
fn fields_that_a_person_is_asked_about_are_not_sent() {
    let mut wanted = moved();
    wanted.color = Some(Color::Basil);
    let held = LinkState {
        held: [kalends_core::event::Field::When].into(),
        ..synced()
    };
    let step = plan(Wanted::Shown(&wanted), &held);
    assert_eq!(shown(&step), "patch color if 1");
    let Step::Patch { content, .. } = &step else {
        unreachable!()
    };
    assert_eq!(content.when, desired().when);
    let noted = held.attempting(&step);
    check(Wanted::Shown(&wanted), &noted, "patch color if 1");
}

#[test]
fn a_refused_meeting_link_goes_without_and_is_not_asked_for_again() {
    let mut wanted = desired();
    wanted.conference = Conference::Wanted;
    let wanted = Wanted::Shown(&wanted);
    let step = plan(wanted, &new());
    let After::Again(link) = after(
        wanted,
        &new().attempting(&step),
        &step,
        Outcome::MeetingLinkRefused,
    ) else {
        unreachable!()
    };
    assert_eq!(link.meeting_link, MeetingLink::Refused);
    let Step::Create { content, .. } = plan(wanted, &link) else {
        unreachable!()
    };
    assert_eq!(content.conference, Conference::NotWanted);
}

#[test]
fn a_content_that_is_not_taken_either_way_says_nothing_of_meeting_links() {
    let mut wanted = desired();
    wanted.conference = Conference::Wanted;
    let wanted = Wanted::Shown(&wanted);
    let refused = LinkState {
        meeting_link: MeetingLink::Refused,
        ..new()
    };
    for (refusal, expect) in [
        (Refusal::Rejected, MeetingLink::Possible),
        (Refusal::UsageLimit, MeetingLink::Refused),
    ] {
        let step = plan(wanted, &refused);
        let follows = after(wanted, &refused, &step, Outcome::Refused(refusal));
        let After::Blocked { link, .. } = follows else {
            unreachable!()
        };
        assert_eq!(link.meeting_link, expect);
    }
}

#[test]
fn a_meeting_link_that_could_not_be_made_is_asked_for_once_more() {
    let mut wanted = desired();
    wanted.conference = Conference::Wanted;
    let failed = |etag: &str| Remote {
        made: Made {
            meeting: Meeting::Failed,
            ..Made::default()
        },
        ..remote(etag, &wanted)
    };
    let wanted = Wanted::Shown(&wanted);
    let step = plan(wanted, &new());
    let After::Again(link) = after(
        wanted,
        &new().attempting(&step),
        &step,
        Outcome::Written(failed("1")),
    ) else {
        unreachable!()
    };
    assert_eq!((link.meeting_link.attempt(), link.meeting_link.code()), (1, None));
    check(wanted, &link, "patch conference if 1");
    // The same news again is none.
    let After::Again(same) = seen(wanted, &link, failed("2")) else {
        unreachable!()
    };
    assert_eq!(same.meeting_link, link.meeting_link);
    let step = plan(wanted, &link);
    let After::Again(link) = after(
        wanted,
        &link.attempting(&step),
        &step,
        Outcome::Written(failed("3")),
    ) else {
        unreachable!()
    };
    check(wanted, &link, "nothing");
    assert_eq!(link.meeting_link, MeetingLink::Failed);
    for (meeting_link, code) in [
        (MeetingLink::Possible, None),
        (MeetingLink::Again, None),
        (MeetingLink::Refused, Some("meeting_link_refused")),
        (MeetingLink::Failed, Some("meeting_link_failed")),
    ] {
        assert_eq!(meeting_link.code(), code);
        assert_eq!(meeting_link.advice().is_some(), code.is_some());
    }
}

/// What follows in one line.
#[track_caller]
fn follows(wanted: Wanted<'_>, link: &LinkState, outcome: Outcome, expect: &str) {
    let step = plan(wanted, link);
    let link = link.clone().attempting(&step);
    assert_eq!(told(wanted, after(wanted, &link, &step, outcome)), expect);
}

pub(crate) fn told(wanted: Wanted<'_>, after: After) -> String {
    match after {
        After::Again(link) => format!("again: {}", shown(&plan(wanted, &link))),
        After::Then(step) => shown(&step),
        After::Edited { link, remote } => {
            assert_eq!(link.provided, Some(remote.provided));
            "edited".to_owned()
        }
        After::Deleted { link, .. } => format!("deleted, next is {}", link.key.generation),
        After::Stray(_) => "stray".to_owned(),
        After::Blocked { refusal, .. } => format!("blocked: {}", refusal.code()),
    }
}

#[test]
fn answers_to_a_create() {
    let desired = desired();
    let wanted = Wanted::Shown(&desired);
    follows(
        wanted,
        &new(),
        Outcome::Written(remote("7", &desired)),
        "again: nothing",
    );
    follows(wanted, &new(), Outcome::Taken, "fetch by key Taken");
    let refusals = [
        (Refusal::CalendarLost, "blocked: calendar_lost"),
        (Refusal::ReadOnly, "blocked: calendar_read_only"),
        (Refusal::NeedsConsent, "blocked: needs_consent"),
        (Refusal::UsageLimit, "blocked: usage_limit"),
        (Refusal::Rejected, "blocked: provider_rejected"),
        (Refusal::NotOrganizer, "blocked: not_organizer"),
        (Refusal::OccurrenceLost, "blocked: occurrence_lost"),
    ];
    for (refusal, expect) in refusals {
        follows(wanted, &new(), Outcome::Refused(refusal), expect);
        assert!(!refusal.advice().is_empty());
        assert_eq!(refusal.passes_with_time(), refusal == Refusal::UsageLimit);
    }
}

#[test]
fn answers_to_a_patch() {
    let moved = moved();
    let wanted = Wanted::Shown(&moved);
    follows(
        wanted,
        &synced(),
        Outcome::Written(remote("7", &moved)),
        "again: nothing",
    );
    follows(wanted, &synced(), Outcome::Stale, "fetch by id Changed");
    follows(wanted, &synced(), Outcome::Missing, "fetch by id Changed");
    let tombstone = Remote {
        life: Life::Tombstone,
        ..remote("7", &moved)
    };
    follows(
        wanted,
        &synced(),
        Outcome::Written(tombstone),
        "deleted, next is 1",
    );
}

#[test]
fn answers_to_a_delete() {
    follows(Wanted::Removed, &synced(), Outcome::Deleted, "again: nothing");
    follows(Wanted::Removed, &synced(), Outcome::Missing, "again: nothing");
    follows(Wanted::Removed, &synced(), Outcome::Stale, "fetch by id Changed");
}

#[test]
fn what_is_found_is_adopted_told_or_let_go() {
    let (desired, moved) = (desired(), moved());
    let wanted = Wanted::Shown(&desired);
    let lost_create = unanswered(new(), Some(desired.clone()), false);
    let fetch = |why| Step::Fetch {
        at: At::Key(new().key),
        why,
    };
    let found = |link: &LinkState, why, outcome| told(wanted, after(wanted, link, &fetch(why), outcome));

    let ours = Outcome::Found(remote("7", &desired));
    assert_eq!(found(&lost_create, Why::Taken, ours), "again: nothing");
    let edited = Outcome::Found(remote("7", &moved));
    assert_eq!(found(&lost_create, Why::Taken, edited), "edited");
    let foreign = Outcome::Found(Remote {
        key: Some(LinkKey::first(
            "0190f1c2-0000-7abc-8def-000000000000".parse().unwrap(),
        )),
        ..remote("7", &desired)
    });
    assert_eq!(found(&lost_create, Why::Taken, foreign), "again: create 1");
    assert_eq!(
        found(&lost_create, Why::Taken, Outcome::Missing),
        "deleted, next is 1"
    );
    assert_eq!(
        found(&lost_create, Why::Unanswered, Outcome::Missing),
        "again: create 0"
    );
    assert_eq!(
        found(&synced(), Why::Changed, Outcome::Missing),
        "deleted, next is 1"
    );
    let by_us = unanswered(synced(), None, true);
    assert_eq!(
        found(&by_us, Why::Unanswered, Outcome::Missing),
        "again: create 1"
    );
}

#[test]
fn a_pull_knows_echoes_edits_deletions_and_strays() {
    let (desired, moved) = (desired(), moved());
    let wanted = Wanted::Shown(&desired);
    let link = LinkState {
        key: new().key.next(),
        provided: Some(provided("5")),
        ..synced()
    };
    let ours = |etag: &str, content: &Content| Remote {
        key: Some(link.key),
        ..remote(etag, content)
    };
    let pulled = |remote| told(wanted, seen(wanted, &link, remote));
    assert_eq!(pulled(ours("5", &desired)), "again: nothing");
    assert_eq!(pulled(ours("9", &desired)), "again: nothing");
    assert_eq!(pulled(ours("9", &moved)), "edited");
    // Read before our last write, and come after it.
    assert_eq!(pulled(ours("4", &moved)), "again: nothing");
    let deleted = Remote {
        life: Life::Tombstone,
        ..ours("9", &desired)
    };
    assert_eq!(pulled(deleted), "deleted, next is 2");
    // The event that the link had before.
    assert_eq!(pulled(remote("9", &desired)), "stray");
    let long_gone = Remote {
        life: Life::Tombstone,
        ..remote("9", &desired)
    };
    assert_eq!(pulled(long_gone), "again: nothing");
}

#[test]
fn what_the_provider_made_of_it_comes_with_the_answers_that_carry_an_event() {
    let made = Made {
        page: Some("https://calendar.test/e".to_owned()),
        meeting: Meeting::Ready("https://meet.test/abc".to_owned()),
        answers: Answers::default(),
    };
    let remote = Remote {
        made: made.clone(),
        ..remote("7", &desired())
    };
    assert_eq!(Outcome::Written(remote.clone()).made(), Some(&made));
    assert_eq!(Outcome::Found(remote).made(), Some(&made));
    assert_eq!(Outcome::Deleted.made(), None);
}
