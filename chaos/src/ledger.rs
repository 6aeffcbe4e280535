//! What the run itself knows: which events stand untouched since when, and who should be connected.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Mutex, MutexGuard, PoisonError},
};

use jiff::Timestamp;

/// A calendar, by the person's index and its place in their list.
pub(crate) type CalendarSpot = (usize, usize);

/// An event that a person made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    /// Its id at Google.
    pub(crate) id: String,
    pub(crate) shape: Shape,
}

/// What sort of event it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// One that takes up this time since an instant at which Google had confirmed it.
    Solid {
        start: Timestamp,
        end: Timestamp,
        since: Timestamp,
    },
    /// One that takes up no time, or days.
    Other,
    /// The master of a series.
    Series,
}

/// How a person stands with the application.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Connected, and never anything else since they came.
    Steady,
    /// Connected again.
    Back,
    /// Took back at Google what they had granted.
    Revoked,
    /// Disconnected in the application.
    Left,
    /// Was on the way to another standing when something broke; the next try says.
    InDoubt,
}

/// Shared by those who act and those who check.
#[derive(Debug)]
pub(crate) struct Ledger(Mutex<Pages>);

#[derive(Debug)]
struct Pages {
    events: BTreeMap<CalendarSpot, Vec<Entry>>,
    standings: Vec<Standing>,
    deselected: BTreeSet<CalendarSpot>,
    dropped: BTreeSet<CalendarSpot>,
}

impl Ledger {
    /// With so many people, all connected.
    pub(crate) fn new(people: usize) -> Self {
        Self(Mutex::new(Pages {
            events: BTreeMap::new(),
            standings: vec![Standing::Steady; people],
            deselected: BTreeSet::new(),
            dropped: BTreeSet::new(),
        }))
    }

    /// Notes an event, after Google has confirmed it.
    pub(crate) fn put(&self, spot: CalendarSpot, entry: Entry) {
        self.pages().events.entry(spot).or_default().push(entry);
    }

    /// Takes an event of the calendar out, before it is changed: the one at `pick`, counted around, among those of the
    /// wanted shape.
    pub(crate) fn take(
        &self,
        spot: CalendarSpot,
        pick: u64,
        wanted: impl Fn(&Shape) -> bool,
    ) -> Option<Entry> {
        let mut pages = self.pages();
        let entries = pages.events.get_mut(&spot)?;
        let fitting: Vec<usize> = (0..entries.len())
            .filter(|at| wanted(&entries[*at].shape))
            .collect();
        let at = *fitting.get((pick % fitting.len().max(1) as u64) as usize)?;
        Some(entries.remove(at))
    }

    /// Events of the calendar that take up time now, have done so since before `since`, and are not being changed.
    pub(crate) fn solid_since(
        &self,
        spot: CalendarSpot,
        before: Timestamp,
    ) -> Vec<(String, Timestamp, Timestamp)> {
        let pages = self.pages();
        let entries = pages.events.get(&spot).map(Vec::as_slice).unwrap_or_default();
        let solid = entries.iter().filter_map(|entry| match entry.shape {
            Shape::Solid { start, end, since } if since < before => Some((entry.id.clone(), start, end)),
            _ => None,
        });
        solid.collect()
    }

    /// How the person stands.
    pub(crate) fn standing(&self, person: usize) -> Standing {
        self.pages().standings[person]
    }

    /// The person stands otherwise now.
    pub(crate) fn set_standing(&self, person: usize, standing: Standing) {
        self.pages().standings[person] = standing;
    }

    /// Whether the calendar should count.
    pub(crate) fn is_selected(&self, spot: CalendarSpot) -> bool {
        !self.pages().deselected.contains(&spot)
    }

    /// The application counts the calendar, or no longer.
    pub(crate) fn select(&self, spot: CalendarSpot, selected: Selected) {
        let mut pages = self.pages();
        match selected {
            Selected::Yes => pages.deselected.remove(&spot),
            Selected::No => pages.deselected.insert(spot),
        };
    }

    /// The calendar is about to be deleted at Google.
    pub(crate) fn drop_calendar(&self, spot: CalendarSpot) {
        let mut pages = self.pages();
        pages.events.remove(&spot);
        pages.dropped.insert(spot);
    }

    /// Whether the calendar was deleted at Google.
    pub(crate) fn is_dropped(&self, spot: CalendarSpot) -> bool {
        self.pages().dropped.contains(&spot)
    }

    fn pages(&self) -> MutexGuard<'_, Pages> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a calendar counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Selected {
    Yes,
    No,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn an_event_that_is_being_changed_is_not_relied_on() {
        let ledger = Ledger::new(1);
        let shape = Shape::Solid {
            start: at(10),
            end: at(20),
            since: at(1),
        };
        ledger.put(
            (0, 0),
            Entry {
                id: "a".to_owned(),
                shape,
            },
        );
        assert_eq!(ledger.solid_since((0, 0), at(1)), []);
        assert_eq!(
            ledger.solid_since((0, 0), at(2)),
            [("a".to_owned(), at(10), at(20))]
        );
        assert_eq!(ledger.solid_since((0, 1), at(2)), []);
        assert!(ledger.take((0, 0), 5, |shape| *shape == Shape::Series).is_none());
        assert!(ledger.take((0, 0), 5, |shape| *shape != Shape::Series).is_some());
        assert_eq!(ledger.solid_since((0, 0), at(2)), []);
    }
}
