//! Which zone a `TZID` of one calendar means.

use std::collections::HashMap;

use super::{component::Component, exchange_zones, vtimezone};
use crate::time::Zone;

/// The zones of one calendar, each looked up once.
#[derive(Debug)]
pub(super) struct Zones<'c, 't> {
    /// The calendar's place in the text.
    pub(super) calendar: usize,
    definitions: Vec<&'c Component<'t>>,
    known: HashMap<String, (Zone, Certainty)>,
    /// What times of unknown zones are read in.
    fallback: Zone,
}

/// Whether a zone is what the calendar means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Certainty {
    /// The calendar says so, or the name is known.
    Known,
    /// The name states an offset and nothing else that is known.
    Guessed,
    /// Nothing is known; it is the calendar's own zone.
    Unknown,
}

impl<'c, 't> Zones<'c, 't> {
    /// The zones of a calendar that stands at that place in the text.
    pub(super) fn of(component: &'c Component<'t>, calendar: usize, fallback: Zone) -> Self {
        Self {
            calendar,
            definitions: component
                .parts
                .iter()
                .filter(|part| part.is("VTIMEZONE"))
                .collect(),
            known: HashMap::new(),
            fallback,
        }
    }

    /// The zone of a `TZID`.
    ///
    /// In this order: a name that everybody knows, as definitions are often older than the database; the name that its
    /// `VTIMEZONE` gives in `X-LIC-LOCATION` or `X-MICROSOFT-CDO-TZID`; what the `VTIMEZONE` defines; what a name like
    /// `GMT+1` or `Germany/Berlin` seems to mean; the offset in a label whose places are not known; the calendar's own
    /// zone.
    pub(super) fn find(&mut self, name: &str) -> (Zone, Certainty) {
        if let Some(found) = self.known.get(name) {
            return found.clone();
        }
        let known = Zone::known(name)
            .or_else(|| self.defined(name))
            .or_else(|| Zone::named(name).ok());
        let found = match known {
            Some(zone) => (zone, Certainty::Known),
            None => match Zone::with_stated_offset(name) {
                Some(zone) => (zone, Certainty::Guessed),
                None => (self.fallback.clone(), Certainty::Unknown),
            },
        };
        self.known.insert(name.to_owned(), found.clone());
        found
    }

    fn defined(&self, name: &str) -> Option<Zone> {
        let is_it = |definition: &&&Component<'t>| {
            definition
                .property("TZID")
                .is_some_and(|tzid| tzid.text().trim().trim_matches('"').trim() == name)
        };
        let definition = self.definitions.iter().find(is_it)?;
        let location = definition.property("X-LIC-LOCATION");
        let number = definition.property("X-MICROSOFT-CDO-TZID");
        location
            .and_then(|location| Zone::known(&location.text()))
            .or_else(|| number.and_then(|number| exchange_zones::zone(number.value())))
            .or_else(|| vtimezone::zone(definition))
    }
}
