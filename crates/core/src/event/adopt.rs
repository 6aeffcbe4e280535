//! Taking over what a person did to an event on their calendar.

use std::collections::BTreeSet;

use super::{Content, Event, Field};

impl Event {
    /// The event with the calendar's value of some fields. `before` is what the calendar was to show, `after` what it
    /// shows; of the attendees only who came and who went counts, because a calendar need not show all. Exceptions of a
    /// series whose times are others now are lost.
    #[must_use]
    pub fn adopt(mut self, fields: &BTreeSet<Field>, before: &Content, after: &Content) -> Self {
        for field in fields {
            match field {
                Field::Title => self.title.clone_from(&after.title),
                Field::Description => self.description.clone_from(&after.description.text),
                Field::Location => self.location.clone_from(&after.location),
                Field::When => self.when.clone_from(&after.when),
                Field::Recurrence => self.recurrence.clone_from(&after.recurrence),
                Field::Attendees => self.adopt_attendees(before, after),
                Field::Transparency => self.transparency = after.transparency,
                // The person's own, or the provider's: never taken over.
                Field::Reminders
                | Field::Visibility
                | Field::Color
                | Field::Source
                | Field::Conference
                | Field::Status => {}
            }
        }
        // Calendars, too, forget what was special about times that are no more.
        self.drop_stray_exceptions();
        self
    }

    fn adopt_attendees(&mut self, before: &Content, after: &Content) {
        let addresses = |content: &Content| -> BTreeSet<String> {
            content.attendees.iter().map(super::Attendee::address).collect()
        };
        let (were, are) = (addresses(before), addresses(after));
        self.attendees
            .retain(|one| !were.contains(&one.address()) || are.contains(&one.address()));
        let known: BTreeSet<String> = self.attendees.iter().map(super::Attendee::address).collect();
        let came = after
            .attendees
            .iter()
            .filter(|one| !known.contains(&one.address()));
        self.attendees.extend(came.cloned());
    }
}
