//! The ids under which a link's event stands at providers, chosen by us so that they survive a crash.
//!
//! | provider | id | alphabet |
//! |---|---|---|
//! | Google | event id | `a`-`v` and `0`-`9`, 5 to 1,024 (events.insert) |
//! | Microsoft | `transactionId` | any; the same one posted again answers the first event |
//! | CalDAV | `UID` and the last part of the href | a file name |

use std::str::FromStr;

use uuid::Uuid;

use crate::time::EventLinkId;

/// Names one provider event: a link's first, or the one that followed when that was deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LinkKey {
    /// The link.
    pub link: EventLinkId,
    /// Counts the link's events; a deleted event's id is not free again.
    pub generation: u32,
}

impl LinkKey {
    /// The key of the link's next event.
    #[must_use]
    pub const fn next(self) -> Self {
        Self {
            link: self.link,
            generation: self.generation + 1,
        }
    }

    /// The id for Google.
    pub fn google_id(self) -> String {
        format!("{}g{}", self.link.0.simple(), self.generation)
    }

    /// The key behind an id that [`google_id`](Self::google_id) made.
    pub fn from_google_id(id: &str) -> Option<Self> {
        let (link, generation) = id.split_once('g')?;
        let key = Self::from_parts(link, generation)?;
        (key.google_id() == id).then_some(key)
    }

    /// The id for Graph's `transactionId` and for iCalendar's `UID`; CalDAV's href is this and `.ics`.
    pub fn uid(self) -> String {
        format!("{}-{}", self.link, self.generation)
    }

    /// The id of a request for a meeting link. Google ignores a request with the id of the one before.
    pub fn conference_request(self, attempt: u32) -> String {
        format!("{}c{attempt}", self.google_id())
    }

    fn from_parts(link: &str, generation: &str) -> Option<Self> {
        Some(Self {
            link: EventLinkId(Uuid::parse_str(link).ok()?),
            generation: generation.parse().ok()?,
        })
    }
}

/// The key behind what [`LinkKey::uid`] made.
impl FromStr for LinkKey {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (link, generation) = text.rsplit_once('-').ok_or(())?;
        let key = Self::from_parts(link, generation).ok_or(())?;
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
        }
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
        assert_eq!(LinkKey::from_google_id(&key().google_id()), Some(key()));
        assert_eq!(key().uid().parse(), Ok(key()));
        assert_eq!(key().next().generation, 4);
        let others = [
            "",
            "g3",
            "0190f1c200007abc8def0123456789ab",
            "0190f1c200007abc8def0123456789abg03",
            "0190F1C200007abc8def0123456789abg3",
            "0190f1c200007abc8def0123456789abg3_20261208T150000Z",
        ];
        for other in others {
            assert_eq!(LinkKey::from_google_id(other), None, "{other}");
            assert!(other.parse::<LinkKey>().is_err(), "{other}");
        }
    }
}
