//! What a pull comes across of a link's event, and whether anybody has to look at it.
//!
//! A pull may be late or early: it may have read the event before our last write, and it may bring the answer to a write
//! whose own answer is still on its way. So what it came across is only noted, and the push looks. Which of two versions is
//! the newer one is not for the provider's clock to say, which may go back.

use super::Provided;
use crate::event::OriginalStart;

/// What a pull read of an event that has our name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Read<'a> {
    /// It is there.
    Live {
        /// The provider's id.
        id: &'a str,
        /// Its version, where the provider says it.
        etag: Option<&'a str>,
    },
    /// It is not there any more.
    Gone,
}

/// What is noted of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sighting {
    /// It is of this version, which nobody has looked at.
    Version(String),
    /// It is gone.
    Gone,
    /// An event of an earlier generation is there, which a late write has made; by the provider's id.
    Stray(String),
    /// One of its times, which has no link of its own yet, was changed or taken away.
    Time(OriginalStart),
}

/// What is noted of an event of this generation; nothing when it is as the link knows it. `known` are the link's
/// generation and its event.
pub fn sighting(known: (u32, Option<&Provided>), generation: u32, read: Read<'_>) -> Option<Sighting> {
    let (current, provided) = known;
    match read {
        Read::Live { id, .. } if generation < current => Some(Sighting::Stray(id.to_owned())),
        Read::Live { etag, .. } => {
            let is_known = provided.is_some_and(|known| etag == Some(known.etag.as_str()));
            let version = etag.filter(|_| generation == current && !is_known);
            version.map(|etag| Sighting::Version(etag.to_owned()))
        }
        Read::Gone => provided.filter(|_| generation == current).map(|_| Sighting::Gone),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn provided() -> Provided {
        Provided {
            id: "e".to_owned(),
            etag: "5".to_owned(),
            updated: Some("2026-11-20T10:00:00Z".parse().unwrap()),
        }
    }

    fn live(etag: &str) -> Read<'_> {
        Read::Live {
            id: "e",
            etag: Some(etag),
        }
    }

    #[track_caller]
    fn check(known: Option<&Provided>, generation: u32, read: Read<'_>, expect: Option<&Sighting>) {
        let found = sighting((3, known), generation, read);
        assert_eq!(found.as_ref(), expect, "{known:?} {generation} {read:?}");
    }

    #[test]
    fn only_what_the_link_does_not_know_is_noted() {
        let known = provided();
        let (one, six) = (
            Sighting::Version("1".to_owned()),
            Sighting::Version("6".to_owned()),
        );
        check(Some(&known), 3, live("5"), None);
        check(Some(&known), 3, live("6"), Some(&six));
        check(Some(&known), 3, Read::Gone, Some(&Sighting::Gone));
        // The create's own answer is still on its way.
        check(None, 3, live("1"), Some(&one));
        check(None, 3, Read::Gone, None);
    }

    #[test]
    fn an_event_of_an_earlier_generation_is_a_stray_while_it_is_there() {
        let known = provided();
        let stray = Sighting::Stray("e".to_owned());
        let stray = Some(&stray);
        check(Some(&known), 2, live("5"), stray);
        check(None, 0, live("9"), stray);
        check(Some(&known), 2, Read::Gone, None);
        check(Some(&known), 4, live("9"), None);
    }
}
