//! What holds for every decision: it ends the matter, nothing is lost, and it can be undone.

use std::collections::BTreeSet;

use kalends_core::{
    event::{Color, Content, Description, Field},
    sync::push::{Synced, Wanted},
    two_way::{Answer, Direction, Policy, Rules, Ruling, Sides, answered, decide, undo},
};
use proptest::prelude::*;

use crate::event::made::{content, lesson, when};

/// Contents that differ in few values, so that sides often have the same.
fn contents() -> impl Strategy<Value = Content> {
    let color = prop::option::of(prop::sample::select(&Color::ALL[..2]));
    (0..3_u8, 0..3_u8, 0..3_u8, any::<bool>(), color).prop_map(|(title, text, hour, weekly, color)| {
        let mut content = content(&lesson());
        content.title = format!("Title {title}");
        content.description.text = format!("Text {text}");
        let at = |hour: u8| format!("2026-12-01T1{hour}:00:00Z");
        content.when = when(&at(hour), &at(hour + 1), "Europe/Zurich");
        content.color = color;
        if weekly {
            content.recurrence = vec!["RRULE:FREQ=WEEKLY".to_owned()];
        }
        content
    })
}

fn rules() -> impl Strategy<Value = Rules> {
    let policies = [
        Policy::NewestWins,
        Policy::AppWins,
        Policy::ProviderWins,
        Policy::Ask,
    ];
    let directions = [Direction::TwoWay, Direction::ToProvider, Direction::FromProvider];
    let pick = (
        prop::sample::select(policies.to_vec()),
        prop::sample::select(directions.to_vec()),
    );
    pick.prop_map(|(policy, direction)| Rules {
        policy,
        direction,
        desired_at: jiff::Timestamp::from_second(10).unwrap(),
    })
}

fn sides<'a>(desired: &'a Content, synced: &'a Synced, remote: &'a Content, second: i64) -> Sides<'a> {
    Sides {
        wanted: Wanted::Shown(desired),
        synced,
        remote,
        remote_at: jiff::Timestamp::from_second(second).ok(),
    }
}

/// As a calendar answers it.
fn whole(content: &Content) -> Content {
    Content {
        description: Description::whole(content.description.composed()),
        ..content.clone()
    }
}

proptest! {
    #[test]
    fn a_decision_ends_the_matter(
        desired in contents(), base in contents(), remote in contents(), rules in rules(), second in 5_i64..15,
    ) {
        let synced = Synced::as_sent(base);
        let remote = whole(&remote);
        let none = BTreeSet::new();
        let first = decide(sides(&desired, &synced, &remote, second), rules, &none);
        let desired = first.desired.unwrap();

        // Seen again before anything was sent, it is an echo.
        let again = decide(sides(&desired, &first.synced, &remote, second), rules, &first.held);
        prop_assert_eq!(&again.edit, &None);
        prop_assert_eq!(again.desired.as_ref(), Some(&desired));
        prop_assert_eq!(&again.held, &first.held);

        // What is left is sent; then the sides are one, but for what is asked.
        let to_send: BTreeSet<Field> =
            first.synced.sent.changed(&desired).difference(&first.held).copied().collect();
        let sent = first.synced.sent.clone().with(&to_send, &desired);
        let there = whole(&remote.with(&to_send, &desired));
        let written = Synced::written(sent, &there);
        let last = decide(sides(&desired, &written, &there, second + 9), rules, &first.held);
        prop_assert_eq!(last.edit, None);
        let differing = desired.edited(&desired.read(&there));
        prop_assert!(differing.is_subset(&first.held));
    }

    #[test]
    fn every_edit_is_told_once_with_both_values(
        desired in contents(), base in contents(), remote in contents(), rules in rules(), second in 5_i64..15,
    ) {
        let synced = Synced::as_sent(base.clone());
        let decision = decide(sides(&desired, &synced, &whole(&remote), second), rules, &BTreeSet::new());
        let by_person: BTreeSet<Field> = base.edited(&remote).intersection(&desired.edited(&remote)).copied().collect();
        let told: BTreeSet<Field> =
            decision.edit.iter().flat_map(|edit| edit.fields.keys().copied()).collect();
        prop_assert!(by_person.is_subset(&told));
        // More is told only of a series whose other half goes along.
        let along: BTreeSet<Field> = told.difference(&by_person).copied().collect();
        prop_assert!(along.iter().all(|field| matches!(field, Field::When | Field::Recurrence)));
        prop_assert!(along.is_empty() || along.len() < told.len());
        if let Some(edit) = decision.edit {
            prop_assert_eq!(edit.before, desired);
            prop_assert!(edit.after.edited(&remote).is_empty());
        }
    }

    #[test]
    fn an_undo_gives_the_losers_values_back(
        desired in contents(), base in contents(), remote in contents(), rules in rules(), second in 5_i64..15,
    ) {
        let synced = Synced::as_sent(base);
        let decision = decide(sides(&desired, &synced, &whole(&remote), second), rules, &BTreeSet::new());
        let Some(edit) = decision.edit else {
            return Ok(());
        };
        let undone = undo(&edit, &decision.desired.unwrap());
        prop_assert!(undone.changed_since.is_empty());
        let adopted = edit.ruled(Ruling::Adopted);
        let differing = undone.content.changed(&desired);
        prop_assert!(differing.is_disjoint(&adopted), "{differing:?}");
        let reverted = edit.ruled(Ruling::Reverted);
        prop_assert!(undone.content.changed(&edit.after).is_disjoint(&reverted));
        // What nobody decided on is as it was.
        let told: BTreeSet<Field> = edit.fields.keys().copied().collect();
        prop_assert!(differing.is_subset(&told));
    }

    #[test]
    fn an_answer_ends_what_was_asked(
        desired in contents(), base in contents(), remote in contents(), is_ours in any::<bool>(),
    ) {
        let rules = Rules {
            policy: Policy::Ask,
            direction: Direction::TwoWay,
            desired_at: jiff::Timestamp::UNIX_EPOCH,
        };
        let synced = Synced::as_sent(base);
        let remote = whole(&remote);
        let decision = decide(sides(&desired, &synced, &remote, 9), rules, &BTreeSet::new());
        let Some(edit) = decision.edit else {
            return Ok(());
        };
        let answer = if is_ours { Answer::Ours } else { Answer::Theirs };
        let desired = answered(&edit, answer, &decision.desired.unwrap());
        let to_send = decision.synced.sent.changed(&desired);
        let there = whole(&remote.with(&to_send, &desired));
        prop_assert!(desired.edited(&desired.read(&there)).is_empty());
        let winner = if is_ours { &edit.before } else { &edit.after };
        prop_assert!(desired.changed(winner).is_disjoint(&edit.ruled(Ruling::Asked)));
    }
}
