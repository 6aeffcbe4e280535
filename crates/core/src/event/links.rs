//! On which calendars an event belongs.

use std::collections::BTreeSet;

use super::Event;
use crate::time::{CalendarId, EventLinkId, UserId};

/// A calendar that takes a user's events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WriteTarget {
    /// Whose events.
    pub user: UserId,
    /// The calendar.
    pub calendar: CalendarId,
    /// What the calendar is at its provider, in any one writing: two people may have connected the same one.
    pub place: String,
}

/// A link that an event has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StandingLink {
    /// The link.
    pub link: EventLinkId,
    /// For whom.
    pub user: UserId,
    /// What its calendar is at its provider.
    pub place: String,
    /// Whether it was taken off the calendar by hand, and stays off.
    pub is_off: bool,
}

/// What becomes of an event's links.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Links {
    /// Links to be made.
    pub new: Vec<WriteTarget>,
    /// Links that show the event.
    pub shown: Vec<EventLinkId>,
    /// Links whose events are to be removed.
    pub removed: Vec<EventLinkId>,
}

impl Event {
    /// The event's links: one for each of its people who has a calendar for it, and one for each calendar.
    ///
    /// A link stays on its calendar when its user chooses another one for what comes. `targets` are in the order in which
    /// they are preferred.
    pub fn links(&self, targets: &[WriteTarget], standing: &[StandingLink]) -> Links {
        let mut links = Links::default();
        let mut places: BTreeSet<&str> = BTreeSet::new();
        let is_shown = self.is_shown();
        for person in &self.people {
            let own = || standing.iter().filter(|link| link.user == person.user);
            if !is_shown || own().any(|link| link.is_off) {
                continue;
            }
            if let Some(link) = own().find(|link| !places.contains(link.place.as_str())) {
                places.insert(&link.place);
                links.shown.push(link.link);
                continue;
            }
            let free =
                |target: &&WriteTarget| target.user == person.user && !places.contains(target.place.as_str());
            let may_be_new = own().next().is_none();
            if let Some(target) = targets.iter().find(free).filter(|_| may_be_new) {
                places.insert(&target.place);
                links.new.push(target.clone());
            }
        }
        let gone = standing.iter().filter(|link| !links.shown.contains(&link.link));
        links.removed = gone.map(|link| link.link).collect();
        links
    }
}
