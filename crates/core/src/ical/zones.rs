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
    /// Zone and whether it was guessed.
    known: HashMap<&'t str, (Zone, Certainty)>,
    /// What times of unknown zones are read in.
    fallback: Zone,
}

/// Whether a zone is what the calendar means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Certainty {
    Known,
    Guessed,
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
    /// In this order: its name, as definitions are often older than the database; the name that its `VTIMEZONE`
    /// gives in `X-LIC-LOCATION` or `X-MICROSOFT-CDO-TZID`; what the `VTIMEZONE` defines; the calendar's own zone.
    pub(super) fn find(&mut self, name: &'t str) -> (Zone, Certainty) {
        if let Some(found) = self.known.get(name) {
            return found.clone();
        }
        let found = Zone::named(name).ok().or_else(|| self.defined(name)).map_or_else(
            || (self.fallback.clone(), Certainty::Guessed),
            |zone| (zone, Certainty::Known),
        );
        self.known.insert(name, found.clone());
        found
    }

    fn defined(&self, name: &str) -> Option<Zone> {
        let is_it = |definition: &&&Component<'t>| {
            definition
                .line("TZID")
                .is_some_and(|tzid| tzid.text().trim().trim_matches('"') == name)
        };
        let definition = self.definitions.iter().find(is_it)?;
        let named = |line: &str| definition.value(line).and_then(|name| Zone::named(name).ok());
        named("X-LIC-LOCATION")
            .or_else(|| {
                definition
                    .value("X-MICROSOFT-CDO-TZID")
                    .and_then(exchange_zones::zone)
            })
            .or_else(|| vtimezone::zone(definition))
    }
}
