//! Each policy on each kind of edit.

use std::collections::BTreeSet;

use kalends_core::{
    event::{Color, Content, Description, Field, PersonRole},
    external_event::Response,
    sync::push::{Synced, Wanted},
    two_way::{
        AfterDeletion, Answers, Decision, DeletedEvent, Direction, EditKind, Policy, Responded, Rules,
        Ruling, Sides, decide, on_deletion, responses, undo,
    },
};

use crate::event::made::{attendee, content, lesson, when};

const NOON: &str = "2026-11-20T12:00:00Z";
const LATER: &str = "2026-11-20T12:01:00Z";

fn synced() -> Content {
    content(&lesson())
}

fn with(change: impl FnOnce(&mut Content)) -> Content {
    let mut content = synced();
    change(&mut content);
    content
}

fn rules(policy: Policy) -> Rules {
    Rules {
        policy,
        direction: Direction::TwoWay,
        desired_at: NOON.parse().unwrap(),
    }
}

fn decided(desired: &Content, remote: &Content, remote_at: &str, rules: Rules) -> Decision {
    let synced = Synced::as_sent(synced());
    let remote = Content {
        description: Description::whole(remote.description.composed()),
        ..remote.clone()
    };
    let sides = Sides {
        wanted: Wanted::Shown(desired),
        synced: &synced,
        remote: &remote,
        remote_at: remote_at.parse().ok(),
    };
    decide(sides, rules, &BTreeSet::new())
}

/// `field: ruling`, with `!` where both sides had changed it.
fn told(decision: &Decision) -> String {
    let Some(edit) = &decision.edit else {
        return "nothing".to_owned();
    };
    let fields = edit.fields.iter().map(|(field, ruling)| {
        let mark = if edit.competing.contains(field) { "!" } else { "" };
        format!("{}{mark}: {ruling:?}", field.as_str())
    });
    format!("{:?} {}", edit.kind, fields.collect::<Vec<_>>().join(", "))
}

#[track_caller]
fn check(desired: &Content, remote: &Content, expect: [&str; 5]) {
    let given = [
        (Policy::NewestWins, LATER),
        (Policy::NewestWins, NOON),
        (Policy::AppWins, LATER),
        (Policy::ProviderWins, NOON),
        (Policy::Ask, LATER),
    ];
    for ((policy, remote_at), expect) in given.into_iter().zip(expect) {
        let decision = decided(desired, remote, remote_at, rules(policy));
        assert_eq!(told(&decision), expect, "{policy:?} {remote_at}");
    }
}

#[test]
fn what_only_the_person_changed() {
    let moved = with(|content| content.when = when(LATER, "2026-11-20T13:00:00Z", "UTC"));
    let adopted = "Moved when: Adopted";
    let expect = [
        adopted,
        adopted,
        "Moved when: Reverted",
        adopted,
        "Moved when: Asked",
    ];
    check(&synced(), &moved, expect);
    let both = with(|content| {
        content.title = "Other".to_owned();
        content.location = String::new();
    });
    let all = |ruling| format!("Edited title: {ruling}, location: {ruling}");
    let (adopted, reverted, asked) = (all("Adopted"), all("Reverted"), all("Asked"));
    check(
        &synced(),
        &both,
        [&adopted, &adopted, &reverted, &adopted, &asked],
    );
}

#[test]
fn what_both_changed() {
    let ours = with(|content| content.title = "Ours".to_owned());
    let theirs = with(|content| {
        content.title = "Theirs".to_owned();
        content.location = "Room 9".to_owned();
    });
    let expect = [
        "Edited title!: Adopted, location: Adopted",
        "Edited title!: Reverted, location: Adopted",
        "Edited title!: Reverted, location: Reverted",
        "Edited title!: Adopted, location: Adopted",
        "Edited title!: Asked, location: Asked",
    ];
    check(&ours, &theirs, expect);
}

#[test]
fn what_is_no_edit() {
    let moved = with(|content| content.when = when(LATER, "2026-11-20T13:00:00Z", "UTC"));
    let nothing = ["nothing"; 5];
    check(&synced(), &synced(), nothing);
    check(&moved, &synced(), nothing);
    // Both did the same.
    check(&moved, &moved, nothing);
    // A color and an answer are the person's own: they never win over a reschedule.
    check(
        &moved,
        &with(|content| content.color = Some(Color::Basil)),
        nothing,
    );
    let footer_deleted = with(|content| content.description = Description::whole("Unit 7"));
    check(&synced(), &footer_deleted, nothing);
    let new_note = with(|content| content.description.tail.insert(0, "Bring a pen.".to_owned()));
    check(&new_note, &synced(), nothing);
}

#[test]
fn a_series_time_and_rule_go_to_one_side() {
    let ours = with(|content| content.recurrence = vec!["RRULE:FREQ=WEEKLY".to_owned()]);
    let theirs = with(|content| content.when = when(LATER, "2026-11-20T13:00:00Z", "UTC"));
    let expect = [
        "Moved when!: Adopted, recurrence!: Adopted",
        "Moved when!: Reverted, recurrence!: Reverted",
        "Moved when!: Reverted, recurrence!: Reverted",
        "Moved when!: Adopted, recurrence!: Adopted",
        "Moved when!: Asked, recurrence!: Asked",
    ];
    check(&ours, &theirs, expect);
}

#[test]
fn a_direction_overrules_the_policy() {
    let theirs = with(|content| content.title = "Theirs".to_owned());
    let told_by = |direction| {
        let rules = Rules {
            direction,
            ..rules(Policy::Ask)
        };
        told(&decided(&synced(), &theirs, LATER, rules))
    };
    assert_eq!(told_by(Direction::ToProvider), "Edited title: Reverted");
    assert_eq!(told_by(Direction::FromProvider), "Edited title: Adopted");
    assert_eq!(told_by(Direction::TwoWay), "Edited title: Asked");
}

#[test]
fn an_adopted_description_keeps_what_we_put_below_it_now() {
    let ours = with(|content| content.description.tail = vec!["📅 Added by Renamed".to_owned()]);
    let theirs = with(|content| content.description.text = "Unit 8".to_owned());
    let decision = decided(&ours, &theirs, LATER, rules(Policy::NewestWins));
    assert_eq!(told(&decision), "Edited description: Adopted");
    let desired = decision.desired.unwrap();
    assert_eq!(desired.description.composed(), "Unit 8\n\n📅 Added by Renamed");
    assert_eq!(
        decision.synced.sent.changed(&desired),
        [Field::Description].into()
    );
}

#[test]
fn an_edit_of_an_event_that_was_taken_back_is_told_and_the_removal_stands() {
    let synced = Synced::as_sent(synced());
    let moved = with(|content| content.when = when(LATER, "2026-11-20T13:00:00Z", "UTC"));
    let sides = Sides {
        wanted: Wanted::Removed,
        synced: &synced,
        remote: &moved,
        remote_at: LATER.parse().ok(),
    };
    let decision = decide(sides, rules(Policy::ProviderWins), &BTreeSet::new());
    assert_eq!(told(&decision), "Moved when!: Reverted");
    assert_eq!(decision.desired, None);
}

#[test]
fn deletions_by_policy_role_and_clock() {
    #[track_caller]
    fn check(policy: Policy, is_changed: bool, deleted_at: Option<&str>, expect: AfterDeletion) {
        let deleted = DeletedEvent {
            role: PersonRole::Organizer,
            is_changed,
            deleted_at: deleted_at.map(|at| at.parse().unwrap()),
        };
        assert_eq!(on_deletion(deleted, rules(policy)), expect);
        let by_participant = DeletedEvent {
            role: PersonRole::Participant,
            ..deleted
        };
        let expect = match expect {
            AfterDeletion::Cancel => AfterDeletion::Unlink,
            other => other,
        };
        assert_eq!(on_deletion(by_participant, rules(policy)), expect);
    }
    check(Policy::NewestWins, false, None, AfterDeletion::Cancel);
    check(Policy::NewestWins, false, Some(NOON), AfterDeletion::Cancel);
    check(Policy::NewestWins, true, Some(LATER), AfterDeletion::Cancel);
    check(Policy::NewestWins, true, Some(NOON), AfterDeletion::Recreate);
    check(Policy::NewestWins, true, None, AfterDeletion::Recreate);
    check(Policy::AppWins, false, Some(LATER), AfterDeletion::Recreate);
    check(Policy::ProviderWins, true, None, AfterDeletion::Cancel);
    check(Policy::Ask, false, Some(LATER), AfterDeletion::Ask);
}

#[test]
fn answers_are_told_one_by_one() {
    let answers = |given: &[(&str, Response)]| -> Answers {
        given
            .iter()
            .map(|(address, answer)| ((*address).to_owned(), *answer))
            .collect()
    };
    let before = answers(&[("ana@x", Response::NeedsAction), ("bo@x", Response::Accepted)]);
    let after = answers(&[
        ("ana@x", Response::Declined),
        ("cy@x", Response::NeedsAction),
        ("di@x", Response::Tentative),
    ]);
    let told = |address: &str, after| Responded {
        address: address.to_owned(),
        before: Response::NeedsAction,
        after,
    };
    let expect = [
        told("ana@x", Response::Declined),
        told("di@x", Response::Tentative),
    ];
    assert_eq!(responses(&before, &after), expect);
    assert_eq!(responses(&after, &after), []);
}

#[test]
fn an_undo_leaves_alone_what_was_changed_since() {
    let theirs = with(|content| {
        content.title = "Theirs".to_owned();
        content.location = "Room 9".to_owned();
    });
    let decision = decided(&synced(), &theirs, LATER, rules(Policy::NewestWins));
    let edit = decision.edit.unwrap();
    let mut current = decision.desired.unwrap();
    current.title = "Since".to_owned();
    let undone = undo(&edit, &current);
    assert_eq!(undone.changed_since, [Field::Title].into());
    assert_eq!(
        (undone.content.title.as_str(), undone.content.location.as_str()),
        ("Since", "Room 4")
    );
    assert_eq!(edit.kind, EditKind::Edited);
    assert_eq!(edit.ruled(Ruling::Adopted).len(), 2);
}

#[test]
fn an_adopted_edit_reaches_the_event_and_spares_who_was_not_shown() {
    let mut event = lesson();
    let shown_later = ["linked@x".to_owned()];
    event.attendees = vec![attendee("linked@x"), attendee("ana@x"), attendee("bo@x")];
    let presentation = kalends_core::event::Presentation {
        tenant_name: "Tutors",
        conference: kalends_core::event::Conference::NotWanted,
        linked_addresses: &shown_later,
    };
    let before = event.content_for(&event.people[0], presentation);
    let mut after = before.clone();
    after.attendees = vec![attendee("Bo@x"), attendee("cy@x")];
    after.title = "Theirs".to_owned();
    after.color = Some(Color::Basil);
    let fields = [Field::Title, Field::Attendees, Field::Color].into();
    let adopted = event.clone().adopt(&fields, &before, &after);
    let addresses: Vec<&str> = adopted.attendees.iter().map(|one| one.email.as_str()).collect();
    assert_eq!(addresses, ["linked@x", "bo@x", "cy@x"]);
    assert_eq!((adopted.title.as_str(), adopted.color), ("Theirs", None));
    let shown = adopted.content_for(&adopted.people[0], presentation);
    assert!(shown.edited(&after).is_empty());
}
