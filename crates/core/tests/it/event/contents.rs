//! When two contents are the same: to us, who ask what there is to send, and to a person, who made an edit or not.

use std::collections::BTreeSet;

use kalends_core::{
    event::{Attendee, Color, Content, ContentHash, Description, Field, Reminder, ReminderBy, Reminders},
    external_event::{EventStatus, Transparency, Visibility},
};
use proptest::prelude::*;

use super::made::{attendee, content, lesson, when};

fn made() -> Content {
    let mut event = lesson();
    event.attendees = vec![attendee("ana@example.com"), attendee("bo@example.com")];
    content(&event)
}

fn weekly() -> Content {
    let mut content = made();
    content.recurrence = vec!["RRULE:FREQ=WEEKLY;BYDAY=TU;UNTIL=20261231".to_owned()];
    content
}

/// Says what differs to us, and what to a person; the hash goes with the first.
#[track_caller]
fn check(original: &Content, change: impl FnOnce(&mut Content), changed: &[Field], edited: &[Field]) {
    let mut other = original.clone();
    change(&mut other);
    let set = |fields: &[Field]| fields.iter().copied().collect::<BTreeSet<_>>();
    assert_eq!(original.changed(&other), set(changed));
    assert_eq!(original.edited(&other), set(edited));
    let same_hash = ContentHash::of(original) == ContentHash::of(&other);
    assert_eq!(same_hash, changed.is_empty());
}

#[test]
fn other_ways_to_write_the_same_are_no_difference() {
    let made = made();
    check(&made, |_| {}, &[], &[]);
    check(
        &made,
        |content| content.title = " Lesson\r\n".to_owned(),
        &[],
        &[],
    );
    check(&made, |content| content.attendees.reverse(), &[], &[]);
    check(
        &made,
        |content| content.attendees[0].email = "Ana@Example.COM".to_owned(),
        &[],
        &[],
    );
    check(
        &made,
        |content| content.description.text = "Unit 7  \r\n\r\n".to_owned(),
        &[],
        &[],
    );
    check(
        &made,
        |content| content.description = Description::whole("Unit 7\n\n📅 Added by Tutors\n"),
        &[],
        &[],
    );
    let offset = when(
        "2026-12-01T16:00:00+01:00",
        "2026-12-01T18:00:00+02:00",
        "Europe/Zurich",
    );
    check(&made, |content| content.when = offset, &[], &[]);
    let rewritten = "RRULE:FREQ=WEEKLY;WKST=MO;UNTIL=20261231T225959Z;BYDAY=TU";
    check(
        &weekly(),
        |content| content.recurrence = vec![rewritten.to_owned()],
        &[],
        &[],
    );
}

#[test]
fn what_providers_do_by_themselves_is_nobodys_edit() {
    let made = made();
    check(
        &made,
        |content| content.description = Description::whole("Unit&nbsp;7<br><br>📅 Added by Tutors"),
        &[Field::Description],
        &[],
    );
    check(
        &made,
        |content| content.attendees[0].name = Some("Ana T.".to_owned()),
        &[Field::Attendees],
        &[],
    );
    let in_utc = when("2026-12-01T15:00:00Z", "2026-12-01T16:00:00Z", "UTC");
    check(
        &made,
        |content| content.when = in_utc.clone(),
        &[Field::When],
        &[],
    );
    let mut series = weekly();
    series.recurrence = vec!["RRULE:FREQ=WEEKLY;COUNT=9".to_owned()];
    check(
        &series,
        |content| content.when = in_utc,
        &[Field::When],
        &[Field::When],
    );
    let by_alias = when("2026-12-01T15:00:00Z", "2026-12-01T16:00:00Z", "Europe/Vaduz");
    check(&series, |content| content.when = by_alias, &[Field::When], &[]);
}

#[test]
fn what_is_the_persons_own_is_sent_but_no_edit() {
    let made = made();
    let reminder = Reminder {
        minutes_before: 10,
        by: ReminderBy::Popup,
    };
    check(
        &made,
        |content| content.reminders = Reminders::Stated(vec![reminder]),
        &[Field::Reminders],
        &[],
    );
    check(
        &made,
        |content| content.color = Some(Color::Basil),
        &[Field::Color],
        &[],
    );
    check(
        &made,
        |content| content.visibility = Visibility::Private,
        &[Field::Visibility],
        &[],
    );
    check(
        &made,
        |content| content.status = EventStatus::Tentative,
        &[Field::Status],
        &[],
    );
}

#[test]
fn edits_are_edits() {
    let made = made();
    check(
        &made,
        |content| content.title = "Lesson 2".to_owned(),
        &[Field::Title],
        &[Field::Title],
    );
    check(
        &made,
        |content| content.location = String::new(),
        &[Field::Location],
        &[Field::Location],
    );
    check(
        &made,
        |content| content.description.text = "Unit 8".to_owned(),
        &[Field::Description],
        &[Field::Description],
    );
    let later = when("2026-12-01T15:00:00Z", "2026-12-01T16:30:00Z", "Europe/Zurich");
    check(
        &made,
        |content| content.when = later,
        &[Field::When],
        &[Field::When],
    );
    check(
        &made,
        |content| content.attendees.truncate(1),
        &[Field::Attendees],
        &[Field::Attendees],
    );
    check(
        &made,
        |content| content.transparency = Transparency::Transparent,
        &[Field::Transparency],
        &[Field::Transparency],
    );
    check(
        &weekly(),
        |content| content.recurrence.push("EXDATE:20261208T150000Z".to_owned()),
        &[Field::Recurrence],
        &[Field::Recurrence],
    );
}

#[test]
fn the_hash_is_stable_and_reads_back() {
    let hash = ContentHash::of(&made());
    assert_eq!(hash.to_string().parse(), Ok(hash));
    for wrong in ["", "1-", "2-00", "1-zz", &format!("2-{}", &hash.to_string()[2..])] {
        assert!(wrong.parse::<ContentHash>().is_err(), "{wrong}");
    }
    // Of version 1. A change of the canonical form that changes this needs a new version.
    assert_eq!(
        hash.to_string(),
        "1-406cc06e806f23906d0f5ced2e8ec1d8ce3a88c03fd19237d0c6cd646ff40aed"
    );
}

fn contents() -> impl Strategy<Value = Content> {
    let text = "[ab <>&\r\n]{0,12}";
    let attendees = prop::collection::vec("[ab]@x", 0..3);
    (text, text, 0_i64..4, 1_i64..4, attendees, any::<bool>()).prop_map(
        |(title, description, start, length, attendees, weekly)| {
            let mut content = made();
            content.title = title;
            content.description.text = description;
            let at = |hour: i64| format!("2026-12-01T1{hour}:00:00Z");
            content.when = when(&at(start), &at(start + length), "Europe/Zurich");
            content.attendees = attendees
                .iter()
                .map(|email| Attendee { ..attendee(email) })
                .collect();
            if weekly {
                content.recurrence = vec!["RRULE:FREQ=WEEKLY".to_owned()];
            }
            content
        },
    )
}

proptest! {
    #[test]
    fn the_hash_says_what_the_comparison_says(a in contents(), b in contents()) {
        prop_assert_eq!(ContentHash::of(&a) == ContentHash::of(&b), a.changed(&b).is_empty());
    }

    #[test]
    fn an_edit_is_always_a_change(a in contents(), b in contents()) {
        prop_assert!(a.edited(&b).is_subset(&a.changed(&b)));
        prop_assert_eq!(a.edited(&b), b.edited(&a));
    }

    #[test]
    fn taking_over_what_changed_leaves_no_difference(a in contents(), b in contents()) {
        let merged = a.clone().with(&a.changed(&b), &b);
        prop_assert!(merged.changed(&b).is_empty());
        let edited = a.clone().with(&a.edited(&b), &b);
        prop_assert!(edited.edited(&b).is_empty());
    }

    #[test]
    fn what_was_composed_reads_back_to_the_letter(content in contents()) {
        let read = content.description.read(&content.description.composed());
        prop_assert_eq!(read, content.description);
    }
}
