//! The plan's table for one time of a series, line by line, and what follows each answer.

use kalends_core::{
    event::{Conference, Content, ContentHash, Description, Field},
    sync::push::{
        After, At, Life, LinkState, Made, Outcome, Provided, Remote, Step, Synced, Unanswered, Wanted, Why,
        after, plan, seen,
    },
    two_way::Policy,
};

use super::{
    provider::Provider,
    table::{shown, told},
    tiny_engine::TinyEngine,
};
use crate::event::made::when;

/// As it begins: the series is on the calendar, and nothing was said of this time.
fn new() -> LinkState {
    TinyEngine::of_series(Policy::NewestWins, &mut Provider::default()).link
}

/// What the series says of it.
fn by_series() -> Content {
    TinyEngine::of_series(Policy::NewestWins, &mut Provider::default()).desired
}

fn moved() -> Content {
    Content {
        when: when("2026-12-10T09:00:00Z", "2026-12-10T10:00:00Z", "Europe/Zurich"),
        ..by_series()
    }
}

fn provided(etag: &str) -> Provided {
    Provided {
        id: new().key.google_id(),
        etag: etag.to_owned(),
        updated: None,
    }
}

/// It was seen.
fn known() -> LinkState {
    LinkState {
        provided: Some(provided("1")),
        ..new()
    }
}

/// It is known to be off the calendar.
fn off() -> LinkState {
    LinkState {
        provided: Some(provided("1")),
        synced: None,
        ..new()
    }
}

/// Nothing is known of it: we took it off.
fn taken_off() -> LinkState {
    LinkState {
        provided: None,
        ..off()
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
            // A series' meeting is that of its times.
            conference: Conference::Wanted,
            ..content.clone()
        },
        made: Made::default(),
    }
}

fn tombstone(etag: &str, written: Option<&Content>) -> Remote {
    Remote {
        life: Life::Tombstone,
        written: written.map(ContentHash::of),
        ..remote(etag, &by_series())
    }
}

#[track_caller]
fn check(wanted: Wanted<'_>, link: &LinkState, expect: &str) {
    assert_eq!(shown(&plan(wanted, link)), expect);
}

#[test]
fn a_time_is_there_with_its_series_and_never_created() {
    let (by_series, moved) = (by_series(), moved());
    check(Wanted::Shown(&by_series), &new(), "nothing");
    check(Wanted::Shown(&moved), &new(), "fetch by key Changed");
    check(Wanted::Shown(&by_series), &known(), "nothing");
    check(Wanted::Shown(&moved), &known(), "patch when if 1");
    let retried = unanswered(known(), Some(moved.clone()), false);
    check(Wanted::Shown(&moved), &retried, "patch when if 1");
    check(Wanted::Shown(&by_series), &retried, "fetch by id Unanswered");
    check(Wanted::Shown(&moved), &taken_off(), "fetch by key Changed");
}

#[test]
fn what_the_series_decides_is_not_sent_of_a_time() {
    let mut wanted = by_series();
    wanted.conference = Conference::Wanted;
    wanted.recurrence = vec!["RRULE:FREQ=DAILY".to_owned()];
    check(Wanted::Shown(&wanted), &known(), "nothing");
    let Step::Patch { fields, .. } = plan(Wanted::Shown(&wanted), &off()) else {
        unreachable!()
    };
    assert!(fields.contains(&Field::Status) && fields.contains(&Field::Title));
    assert!(!fields.contains(&Field::Conference) && !fields.contains(&Field::Recurrence));
}

#[test]
fn a_time_that_is_off_is_put_back_under_its_id() {
    let by_series = by_series();
    let wanted = Wanted::Shown(&by_series);
    let all =
        "title,description,location,when,attendees,reminders,visibility,transparency,color,source,status";
    check(wanted, &off(), &format!("patch {all} if 1"));
    let link = off().attempting(&plan(wanted, &off()));
    let answered = |outcome| told(wanted, after(wanted, &link, &plan(wanted, &link), outcome));
    assert_eq!(
        answered(Outcome::Written(remote("2", &by_series))),
        "again: nothing"
    );
    assert_eq!(answered(Outcome::Stale), "fetch by id Changed");
    let stays_off = Outcome::Written(tombstone("2", None));
    assert_eq!(answered(stays_off), "blocked: occurrence_lost");
}

#[test]
fn a_time_is_taken_off_once_it_is_known() {
    check(Wanted::Removed, &new(), "fetch by key Changed");
    check(Wanted::Removed, &known(), "delete by id if 1");
    check(
        Wanted::Removed,
        &unanswered(known(), None, true),
        "delete by id if 1",
    );
    check(Wanted::Removed, &off(), "nothing");
    check(Wanted::Removed, &taken_off(), "nothing");
    let put_back = unanswered(off(), Some(by_series()), false);
    check(Wanted::Removed, &put_back, "fetch by id Unanswered");
    for outcome in [Outcome::Deleted, Outcome::Missing] {
        let step = plan(Wanted::Removed, &known());
        let After::Again(link) = after(Wanted::Removed, &known().attempting(&step), &step, outcome) else {
            unreachable!()
        };
        assert_eq!(link, taken_off(), "and its id stays the series'");
    }
}

#[test]
fn a_tombstone_is_news_only_where_the_time_was_there() {
    let (by_series, moved) = (by_series(), moved());
    let wanted = Wanted::Shown(&by_series);
    let look = |link: &LinkState| Step::Fetch {
        at: At::Key(link.key),
        why: Why::Changed,
    };
    let found = |link: &LinkState, remote| {
        let follows = after(wanted, link, &look(link), Outcome::Found(remote));
        if let After::Deleted { link, .. } = &follows {
            assert_eq!((link.key, &link.synced), (new().key, &None));
            assert!(link.provided.is_some(), "the next one is not news");
        }
        told(wanted, follows)
    };
    let deleted = "deleted, next is 0";
    let back = "again: patch title,description,location,when,attendees,reminders,visibility,transparency,color,source,\
                status if 2";
    assert_eq!(found(&new(), tombstone("2", None)), deleted);
    assert_eq!(found(&known(), tombstone("2", None)), deleted);
    // Our own, or the one that was told.
    assert_eq!(found(&taken_off(), tombstone("2", None)), back);
    assert_eq!(found(&off(), tombstone("2", None)), back);
    assert_eq!(
        found(&unanswered(known(), None, true), tombstone("2", None)),
        back
    );
    // It was put back, and somebody took it off again; or it was not put back.
    let put_back = unanswered(off(), Some(moved.clone()), false);
    assert_eq!(found(&put_back, tombstone("2", Some(&moved))), deleted);
    assert_eq!(found(&put_back, tombstone("2", Some(&by_series))), back);
    assert_eq!(
        found(&put_back, tombstone("1", None)),
        back.replace("if 2", "if 1")
    );
}

#[test]
fn a_time_that_the_series_does_not_have_is_told_once_and_then_waits() {
    let by_series = by_series();
    let wanted = Wanted::Shown(&by_series);
    let missing = |link: &LinkState| {
        let step = Step::Fetch {
            at: At::Key(link.key),
            why: Why::Changed,
        };
        told(wanted, after(wanted, link, &step, Outcome::Missing))
    };
    assert_eq!(missing(&known()), "deleted, next is 0");
    assert_eq!(missing(&new()), "deleted, next is 0");
    assert_eq!(missing(&taken_off()), "blocked: occurrence_lost");
    let series = Remote {
        key: Some(new().key.series()),
        ..remote("2", &by_series)
    };
    assert_eq!(
        told(wanted, seen(wanted, &new(), series)),
        "blocked: occurrence_lost"
    );
}

#[test]
fn what_a_person_did_before_we_looked_is_theirs() {
    let (by_series, moved) = (by_series(), moved());
    let wanted = Wanted::Shown(&by_series);
    assert_eq!(told(wanted, seen(wanted, &new(), remote("2", &moved))), "edited");
    assert_eq!(
        told(wanted, seen(wanted, &new(), remote("2", &by_series))),
        "again: nothing"
    );
    assert_eq!(
        told(wanted, seen(wanted, &new(), tombstone("2", None))),
        "deleted, next is 0"
    );
}

#[test]
fn what_the_series_hands_on_is_nobodys_edit() {
    let before = TinyEngine::of_series(Policy::NewestWins, &mut Provider::default())
        .series
        .unwrap();
    let after = Content {
        title: "Exam".to_owned(),
        location: "Room 9".to_owned(),
        ..before.clone()
    };
    // The title is its own, the location is not.
    let own = Content {
        title: "Mock exam".to_owned(),
        ..by_series()
    };
    let link = LinkState {
        synced: Some(Synced::as_sent(own.clone())),
        ..known()
    };
    let link = link.series_written(&before, &after);
    let wanted = Content {
        location: "Room 9".to_owned(),
        ..own.clone()
    };
    let shown = Wanted::Shown(&wanted);
    let mark = Some(ContentHash::of(&own));
    let handed_on = Remote {
        written: mark,
        ..remote("2", &wanted)
    };
    assert_eq!(told(shown, seen(shown, &link, handed_on)), "again: nothing");
    let kept_apart = Remote {
        written: mark,
        ..remote("2", &own)
    };
    assert_eq!(
        told(shown, seen(shown, &link, kept_apart)),
        "again: patch location if 2"
    );
    let edited = Content {
        location: "Room 7".to_owned(),
        ..own
    };
    assert_eq!(told(shown, seen(shown, &link, remote("2", &edited))), "edited");
    assert_eq!(link.clone().series_written(&after, &after), link);
}

#[test]
fn what_a_new_rule_does_to_its_times_is_nobodys_doing() {
    let before = TinyEngine::of_series(Policy::NewestWins, &mut Provider::default())
        .series
        .unwrap();
    let mut after = before.clone();
    after.recurrence.push("EXDATE:20261215T150000Z".to_owned());
    let own = moved();
    let wanted = Wanted::Shown(&own);
    let link = LinkState {
        synced: Some(Synced::as_sent(own.clone())),
        ..known()
    };
    let link = link.series_written(&before, &after);
    check(wanted, &link, "fetch by id Unanswered");
    let looked = |remote| told(wanted, seen(wanted, &link, remote));
    assert_eq!(looked(remote("2", &own)), "again: nothing");
    assert_eq!(looked(remote("2", &by_series())), "again: patch when if 2");
    let all =
        "title,description,location,when,attendees,reminders,visibility,transparency,color,source,status";
    assert_eq!(looked(tombstone("2", None)), format!("again: patch {all} if 2"));
    let edited = Content {
        title: "Exam".to_owned(),
        ..by_series()
    };
    assert_eq!(looked(remote("2", &edited)), "edited");
    // To a whole event this says nothing.
    let whole = LinkState {
        key: link.key.series(),
        ..known()
    };
    assert_eq!(whole.clone().series_written(&before, &after), whole);
}

#[test]
fn the_link_of_a_time_begins_from_that_of_its_series() {
    let start = "20261208T150000Z".parse().unwrap();
    let never = "20261209T150000Z".parse().unwrap();
    let series = Content {
        recurrence: vec!["RRULE:FREQ=WEEKLY".to_owned()],
        ..by_series()
    };
    let whole = LinkState {
        key: new().key.series(),
        provided: Some(provided("1")),
        synced: Some(Synced::as_sent(Content {
            when: when("2026-12-01T15:00:00Z", "2026-12-01T16:00:00Z", "Europe/Zurich"),
            ..series
        })),
        ..new()
    };
    assert_eq!(whole.occurrence(start), Some(new()));
    assert_eq!(whole.occurrence(never), None);
    assert_eq!(new().occurrence(start), None);
    let not_there = LinkState {
        provided: None,
        ..whole
    };
    assert_eq!(not_there.occurrence(start), None);
}
