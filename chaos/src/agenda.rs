//! What the run knows of the application's own events: which there are, what people did to them on their calendars, and
//! what the application was told of that.
//!
//! Somebody touches an event on a calendar again only after the touch before was told. So what is told of one calendar's
//! event is the row of touches, one after the other; see `checks/told.rs`.

mod told;

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

pub(crate) use told::Told;

use crate::schedule::Touch;

/// One of the application's events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OurEvent {
    /// The application's name for it.
    pub(crate) key: String,
    /// Whose it is, by index.
    pub(crate) organizer: usize,
    /// Whether the application last wanted it cancelled.
    pub(crate) is_cancelled: bool,
    /// Whether anybody ever wanted it off calendars: what people do to it then may be overtaken by its removal.
    pub(crate) was_removed: bool,
}

/// One of them on one calendar.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct OurLink {
    /// The event's key.
    pub(crate) key: String,
    /// Whose calendar it is.
    pub(crate) person: usize,
    /// The generation under which it was last seen at Google.
    pub(crate) generation: u32,
    /// What its person did to it, in turn.
    pub(crate) touches: Vec<Done>,
    /// What was told of that, in turn.
    pub(crate) told: Vec<Told>,
}

/// A touch that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Done {
    pub(crate) touch: Touch,
    /// The values that only this touch gave, as the feed writes them.
    pub(crate) marks: Vec<String>,
}

/// A hold that the application placed and has done nothing else with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OurHold {
    pub(crate) id: String,
    pub(crate) organizer: usize,
}

/// Shared by those who act and those who check.
#[derive(Debug, Default)]
pub(crate) struct Agenda(Mutex<Pages>);

#[derive(Debug, Default)]
struct Pages {
    /// Of each site.
    events: BTreeMap<(usize, String), OurEvent>,
    links: BTreeMap<String, OurLink>,
    holds: Vec<OurHold>,
    /// What was told of links that nobody has noted yet.
    early: BTreeMap<String, Vec<Told>>,
}

impl Agenda {
    /// Notes an event before the application asks for it.
    pub(crate) fn put(&self, site: usize, key: &str, organizer: usize) {
        let event = OurEvent {
            key: key.to_owned(),
            organizer,
            is_cancelled: false,
            was_removed: false,
        };
        self.pages().events.entry((site, key.to_owned())).or_insert(event);
    }

    /// The application no longer counts on an event: nobody knows whether it was made.
    pub(crate) fn forget(&self, site: usize, key: &str) {
        self.pages().events.remove(&(site, key.to_owned()));
    }

    /// The application is about to want the event on calendars, or off them.
    pub(crate) fn set_cancelled(&self, site: usize, key: &str, is_cancelled: bool) {
        if let Some(event) = self.pages().events.get_mut(&(site, key.to_owned())) {
            event.is_cancelled = is_cancelled;
            event.was_removed |= is_cancelled;
        }
    }

    /// Some event of the organizer, the one at `pick`, counted around.
    pub(crate) fn pick_event(
        &self,
        (site, organizer): (usize, usize),
        pick: u64,
        is_cancelled: bool,
    ) -> Option<OurEvent> {
        let pages = self.pages();
        let fits = |event: &&OurEvent| event.organizer == organizer && event.is_cancelled == is_cancelled;
        let of_site = pages
            .events
            .range((site, String::new())..(site + 1, String::new()));
        let fitting: Vec<&OurEvent> = of_site.map(|(_, event)| event).filter(fits).collect();
        let at = pick % fitting.len().max(1) as u64;
        fitting.get(at as usize).map(|event| (*event).clone())
    }

    /// An event of the site.
    pub(crate) fn event(&self, site: usize, key: &str) -> Option<OurEvent> {
        self.pages().events.get(&(site, key.to_owned())).cloned()
    }

    /// Notes that the event stands, or is to stand, on a calendar of the person.
    pub(crate) fn put_link(&self, id: &str, key: &str, person: usize) {
        let mut pages = self.pages();
        let told = pages.early.remove(id).unwrap_or_default();
        let link = pages.links.entry(id.to_owned()).or_insert_with(|| OurLink {
            key: key.to_owned(),
            person,
            ..OurLink::default()
        });
        link.told.extend(told);
    }

    /// Some link on the person's calendar that may be touched, the one at `pick`, counted around.
    pub(crate) fn pick_link(&self, person: usize, pick: u64) -> Option<(String, OurLink)> {
        let pages = self.pages();
        let fits = |link: &&OurLink| link.person == person && link.touches.len() <= link.told.len();
        let fitting: Vec<&String> = pages
            .links
            .iter()
            .filter(|(_, link)| fits(link))
            .map(|(id, _)| id)
            .collect();
        let id = *fitting.get((pick % fitting.len().max(1) as u64) as usize)?;
        Some((id.clone(), pages.links[id].clone()))
    }

    /// The link's person is about to do this to it.
    pub(crate) fn touch(&self, site: usize, id: &str, generation: u32, done: Done) {
        let mut pages = self.pages();
        let Some(link) = pages.links.get_mut(id) else {
            return;
        };
        let (key, person) = (link.key.clone(), link.person);
        let is_deleted = done.touch == Touch::Delete;
        link.generation = generation;
        link.touches.push(done);
        // The organizer's deleting it takes it off everybody's calendar.
        if let Some(event) = pages.events.get_mut(&(site, key))
            && is_deleted
            && event.organizer == person
        {
            event.was_removed = true;
        }
    }

    /// The last touch did not come about: the event was gone.
    pub(crate) fn take_back(&self, id: &str) {
        if let Some(link) = self.pages().links.get_mut(id) {
            link.touches.pop();
        }
    }

    /// The feed told of something that a person did.
    pub(crate) fn hear(&self, told: Told) {
        let mut pages = self.pages();
        match pages.links.get_mut(&told.link) {
            Some(link) => link.told.push(told),
            None => pages.early.entry(told.link.clone()).or_default().push(told),
        }
    }

    /// Notes a hold that was placed.
    pub(crate) fn put_hold(&self, hold: OurHold) {
        self.pages().holds.push(hold);
    }

    /// Some hold of the organizer, which is then somebody else's to decide over.
    pub(crate) fn take_hold(&self, organizer: usize, pick: u64) -> Option<OurHold> {
        let mut pages = self.pages();
        let fitting: Vec<usize> = (0..pages.holds.len())
            .filter(|at| pages.holds[*at].organizer == organizer)
            .collect();
        let at = *fitting.get((pick % fitting.len().max(1) as u64) as usize)?;
        Some(pages.holds.remove(at))
    }

    /// Every link that is known, by its id.
    pub(crate) fn links(&self) -> BTreeMap<String, OurLink> {
        self.pages().links.clone()
    }

    /// What was told of links that nobody knows.
    pub(crate) fn told_of_unknown(&self) -> Vec<Told> {
        self.pages().early.values().flatten().cloned().collect()
    }

    fn pages(&self) -> MutexGuard<'_, Pages> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn done(touch: Touch) -> Done {
        Done {
            touch,
            marks: Vec::new(),
        }
    }

    #[test]
    fn an_event_is_touched_again_once_the_touch_before_was_told() {
        let agenda = Agenda::default();
        agenda.put(0, "a", 3);
        agenda.put_link("l", "a", 3);
        assert!(agenda.pick_link(2, 0).is_none());
        assert_eq!(agenda.pick_link(3, 7).unwrap().0, "l");
        agenda.touch(0, "l", 1, done(Touch::Move));
        assert!(agenda.pick_link(3, 0).is_none());
        agenda.hear(Told::new("l", "event.moved_externally", &[]));
        assert_eq!(agenda.pick_link(3, 0).unwrap().1.generation, 1);
    }

    #[test]
    fn what_is_told_before_a_link_is_noted_is_kept_for_it() {
        let agenda = Agenda::default();
        agenda.hear(Told::new("l", "event.moved_externally", &[]));
        assert_eq!(agenda.told_of_unknown().len(), 1);
        agenda.put_link("l", "a", 3);
        assert_eq!(agenda.told_of_unknown(), []);
        assert_eq!(agenda.links()["l"].told.len(), 1);
    }

    #[test]
    fn the_organizers_deletion_may_overtake_what_others_do() {
        let agenda = Agenda::default();
        agenda.put(0, "a", 3);
        agenda.put_link("own", "a", 3);
        agenda.put_link("other", "a", 4);
        agenda.touch(0, "other", 0, done(Touch::Delete));
        assert!(!agenda.event(0, "a").unwrap().was_removed);
        agenda.touch(0, "own", 0, done(Touch::Delete));
        assert!(agenda.event(0, "a").unwrap().was_removed);
        assert!(agenda.pick_event((0, 3), 0, false).is_some());
        agenda.set_cancelled(0, "a", true);
        assert!(agenda.pick_event((0, 3), 0, false).is_none());
    }
}
