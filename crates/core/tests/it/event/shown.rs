//! What each person's calendar shows of an event.

use kalends_core::event::{Conference, Footer, PersonRole, Presentation};

use super::made::{attendee, content, lesson, person};

const PLAIN: Presentation<'static> = Presentation {
    tenant_name: "Tutors",
    conference: Conference::NotWanted,
    linked_addresses: &[],
};

#[test]
fn the_description_carries_note_page_and_footer() {
    let mut event = lesson();
    event.url = Some("https://app.test/l/7".to_owned());
    event.people[0].note = "Bring the book.".to_owned();
    assert_eq!(
        content(&event).description.composed(),
        "Unit 7\n\nBring the book.\n\nhttps://app.test/l/7\n\n📅 Added by Tutors"
    );
    event.people[0].note = String::new();
    event.url = None;
    event.footer = Footer::Text("From the school".to_owned());
    assert_eq!(
        content(&event).description.composed(),
        "Unit 7\n\nFrom the school"
    );
    event.footer = Footer::Hidden;
    assert_eq!(content(&event).description.composed(), "Unit 7");
}

#[test]
fn a_note_is_its_persons_alone() {
    let mut event = lesson();
    event.people.push(person("student", PersonRole::Participant));
    event.people[1].note = "First lesson!".to_owned();
    let shown = |index: usize| {
        event
            .content_for(&event.people[index], PLAIN)
            .description
            .composed()
    };
    assert!(!shown(0).contains("First lesson!"));
    assert!(shown(1).contains("First lesson!"));
}

#[test]
fn attendees_and_the_meeting_are_the_organizers_and_nobody_gets_the_event_twice() {
    let mut event = lesson();
    event.people.push(person("student", PersonRole::Participant));
    event.attendees = vec![attendee("Student@example.com"), attendee("parent@example.com")];
    event.conference = Conference::Wanted;
    let linked = ["student@example.com".to_owned()];
    let presentation = Presentation {
        linked_addresses: &linked,
        ..PLAIN
    };
    let organizer = event.content_for(&event.people[0], presentation);
    let invited: Vec<&str> = organizer.attendees.iter().map(|one| one.email.as_str()).collect();
    assert_eq!(invited, ["parent@example.com"]);
    assert_eq!(organizer.conference, Conference::Wanted);
    let participant = event.content_for(&event.people[1], presentation);
    assert_eq!(
        (participant.attendees.len(), participant.conference),
        (0, Conference::NotWanted)
    );
}

#[test]
fn who_wants_a_link_for_every_event_gets_one() {
    let always = Presentation {
        conference: Conference::Wanted,
        ..PLAIN
    };
    let event = lesson();
    assert_eq!(
        event.content_for(&event.people[0], always).conference,
        Conference::Wanted
    );
    assert_eq!(
        event.content_for(&event.people[0], PLAIN).conference,
        Conference::NotWanted
    );
}
