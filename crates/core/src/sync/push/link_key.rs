//! The ids under which a link's event stands at providers, chosen by us so that they survive a crash.
//!
//! | provider | id | alphabet |
//! |---|---|---|
//! | Google | event id | `a`-`v` and `0`-`9`, 5 to 1,024 (events.insert) |
//! | Microsoft | `transactionId` | any; the same one posted again answers the first event |
//! | CalDAV | `UID` and the last part of the href | a file name |
//!
//! One time of a series is no event of its own at any provider: it has the series' id and says which time it is. Its key
//! is the key of its series with [`occurrence`](LinkKey::occurrence), whatever link of ours it has.

use std::str::FromStr;

use uuid::Uuid;

use crate::{event::OriginalStart, time::EventLinkId};

/// Names one provider event: a link's first, or the one that followed when that was deleted; or one time of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LinkKey {
    /// The link; of one time of a series the series' link.
    pub link: EventLinkId,
    /// Counts the link's events; a deleted event's id is not free again.
    pub generation: u32,
    /// Which time of the series; `None` for an event as a whole.
    pub occurrence: Option<OriginalStart>,
}

impl LinkKey {
    /// The key of a link's first event.
    pub const fn first(link: EventLinkId) -> Self {
        Self {
            link,
            generation: 0,
            occurrence: None,
        }
    }

    /// The key of the link's next event. A time of a series stays what it is: the series' id is not its own.
    #[must_use]
    pub const fn next(self) -> Self {
        match self.occurrence {
            Some(_) => self,
            None => Self {
                generation: self.generation + 1,
                ..self
            },
        }
    }

    /// The key of one time of this series.
    #[must_use]
    pub const fn at(self, start: OriginalStart) -> Self {
        Self {
            occurrence: Some(start),
            ..self
        }
    }

    /// The key of the series that this is a time of; of an event as a whole its own.
    #[must_use]
    pub const fn series(self) -> Self {
        Self {
            occurrence: None,
            ..self
        }
    }

    /// The id for Google; of one time of a series the id that Google gives its instance.
    pub fn google_id(self) -> String {
        let series = format!("{}g{}", self.link.0.simple(), self.generation);
        match self.occurrence {
            Some(start) => format!("{series}_{start}"),
            None => series,
        }
    }

    /// The key behind an id that [`google_id`](Self::google_id) made.
    pub fn from_google_id(id: &str) -> Option<Self> {
        let (link, rest) = id.split_once('g')?;
        let key = Self::from_parts(link, rest)?;
        (key.google_id() == id).then_some(key)
    }

    /// The id for Graph's `transactionId`, for iCalendar's `UID` and for our marker; CalDAV's href is this and `.ics`.
    /// Of one time of a series only the marker has it: iCalendar's `UID` is that of the [series](Self::series).
    pub fn uid(self) -> String {
        let series = format!("{}-{}", self.link, self.generation);
        match self.occurrence {
            Some(start) => format!("{series}_{start}"),
            None => series,
        }
    }

    /// The id of a request for a meeting link. Google ignores a request with the id of the one before.
    pub fn conference_request(self, attempt: u32) -> String {
        format!("{}c{attempt}", self.google_id())
    }

    fn from_parts(link: &str, rest: &str) -> Option<Self> {
        let (generation, start) = match rest.split_once('_') {
            Some((generation, start)) => (generation, Some(start.parse().ok()?)),
            None => (rest, None),
        };
        Some(Self {
            link: EventLinkId(Uuid::parse_str(link).ok()?),
            generation: generation.parse().ok()?,
            occurrence: start,
        })
    }
}

/// The key behind what [`LinkKey::uid`] made.
impl FromStr for LinkKey {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (link, rest) = text.rsplit_once('-').ok_or(())?;
        let key = Self::from_parts(link, rest).ok_or(())?;
        if key.uid() == text { Ok(key) } else { Err(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> LinkKey {
        LinkKey {
            link: "0190f1c2-0000-7abc-8def-0123456789ab".parse().unwrap(),
            generation: 3,
            occurrence: None,
        }
    }

    fn times() -> [LinkKey; 2] {
        ["20261208T150000Z", "20261208"].map(|start| key().at(start.parse().unwrap()))
    }

    #[test]
    fn ids_are_in_each_providers_alphabet() {
        let id = key().google_id();
        assert_eq!(id, "0190f1c200007abc8def0123456789abg3");
        assert!(id.bytes().all(|byte| matches!(byte, b'a'..=b'v' | b'0'..=b'9')));
        assert_eq!(key().uid(), "0190f1c2-0000-7abc-8def-0123456789ab-3");
        assert_eq!(
            key().conference_request(1),
            "0190f1c200007abc8def0123456789abg3c1"
        );
    }

    #[test]
    fn ids_lead_back_to_the_link_and_others_do_not() {
        let [instant, day] = times();
        for key in [key(), instant, day] {
            assert_eq!(LinkKey::from_google_id(&key.google_id()), Some(key));
            assert_eq!(key.uid().parse(), Ok(key));
        }
        let others = [
            "",
            "g3",
            "0190f1c200007abc8def0123456789ab",
            "0190f1c200007abc8def0123456789abg03",
            "0190F1C200007abc8def0123456789abg3",
            "0190f1c200007abc8def0123456789abg3_R20261208T150000",
            "0190f1c200007abc8def0123456789abg3_",
            "0190f1c200007abc8def0123456789abg_20261208",
            "0190f1c2-0000-7abc-8def-0123456789ab-3_2026-12-08",
        ];
        for other in others {
            assert_eq!(LinkKey::from_google_id(other), None, "{other}");
            assert!(other.parse::<LinkKey>().is_err(), "{other}");
        }
    }

    #[test]
    fn a_time_of_a_series_has_the_series_id() {
        let [instant, day] = times();
        assert_eq!(
            instant.google_id(),
            "0190f1c200007abc8def0123456789abg3_20261208T150000Z"
        );
        assert_eq!(
            instant.uid(),
            "0190f1c2-0000-7abc-8def-0123456789ab-3_20261208T150000Z"
        );
        assert_eq!(day.google_id(), "0190f1c200007abc8def0123456789abg3_20261208");
        assert_eq!(instant.series(), key());
        assert_eq!(key().next().generation, 4);
        assert_eq!(instant.next(), instant, "the series' id is not its own");
    }
}
