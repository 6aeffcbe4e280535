//! One time of a series that differs from the others.
//!
//! A time that does not take place at all is no exception: it is taken out of the series by an `EXDATE` line
//! ([`Event::without`]), the one way that every provider and every calendar file knows. So there are no two places that
//! could contradict each other; where both name a time, it is out.

use std::collections::{BTreeMap, BTreeSet};

use super::{Attendee, Content, Event, Field, OriginalStart, When};
use crate::external_event::Transparency;

/// In what one time of a series differs. What is `None` is as in the series, also when that changes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exception {
    /// When it takes place instead.
    pub when: Option<When>,
    /// Its title.
    pub title: Option<String>,
    /// Its description.
    pub description: Option<String>,
    /// Its location.
    pub location: Option<String>,
    /// Who is asked to come to it.
    pub attendees: Option<Vec<Attendee>>,
    /// Whether it takes up time.
    pub transparency: Option<Transparency>,
}

impl Event {
    /// One time of the series as an event of its own, which happens once; its [content](Event::content_for) is what
    /// calendars show of that time. `None` where the series has no such time.
    pub fn occurrence(&self, start: OriginalStart) -> Option<Self> {
        let by_rule = self.when.of_series(&self.recurrence, start)?;
        let own = self.exceptions.get(&start).cloned().unwrap_or_default();
        Some(Self {
            when: own.when.unwrap_or(by_rule),
            title: own.title.unwrap_or_else(|| self.title.clone()),
            description: own.description.unwrap_or_else(|| self.description.clone()),
            location: own.location.unwrap_or_else(|| self.location.clone()),
            attendees: own.attendees.unwrap_or_else(|| self.attendees.clone()),
            transparency: own.transparency.unwrap_or(self.transparency),
            recurrence: Vec::new(),
            exceptions: BTreeMap::new(),
            ..self.clone()
        })
    }

    /// The series with the calendar's value of some fields of one time: as [`adopt`](Event::adopt). A time that is then
    /// like the others is no exception any more.
    #[must_use]
    pub fn adopt_at(
        mut self,
        start: OriginalStart,
        fields: &BTreeSet<Field>,
        before: &Content,
        after: &Content,
    ) -> Self {
        let Some(one) = self.occurrence(start) else {
            return self;
        };
        let one = one.adopt(fields, before, after);
        self.exceptions.remove(&start);
        let Some(like_others) = self.occurrence(start) else {
            return self;
        };
        let exception = Exception::between(&like_others, one);
        if exception != Exception::default() {
            self.exceptions.insert(start, exception);
        }
        self
    }

    /// The event with those exceptions of another version of it whose times it still has.
    #[must_use]
    pub fn with_exceptions_of(mut self, other: &Self) -> Self {
        self.exceptions.clone_from(&other.exceptions);
        self.drop_stray_exceptions();
        self
    }

    /// The series without the times that its rule no longer gives.
    pub(super) fn drop_stray_exceptions(&mut self) {
        let (when, recurrence) = (&self.when, &self.recurrence);
        self.exceptions
            .retain(|start, _| when.of_series(recurrence, *start).is_some());
    }
}

impl Exception {
    fn between(like_others: &Event, one: Event) -> Self {
        fn own<T: PartialEq>(like_others: &T, one: T) -> Option<T> {
            (one != *like_others).then_some(one)
        }
        Self {
            when: own(&like_others.when, one.when),
            title: own(&like_others.title, one.title),
            description: own(&like_others.description, one.description),
            location: own(&like_others.location, one.location),
            attendees: own(&like_others.attendees, one.attendees),
            transparency: own(&like_others.transparency, one.transparency),
        }
    }
}

impl Content {
    /// What a calendar shows of one time of this series by itself; `None` where the series has no such time.
    pub fn occurrence(&self, start: OriginalStart) -> Option<Self> {
        Some(Self {
            when: self.when.of_series(&self.recurrence, start)?,
            recurrence: Vec::new(),
            ..self.clone()
        })
    }
}
