//! A provider in a few lines: what the laws hold the plans against.

use std::collections::BTreeMap;

use jiff::Timestamp;
use kalends_core::{
    event::{Conference, Content, ContentHash, Description, Field},
    sync::push::{At, Life, LinkKey, Made, Meeting, Outcome, Provided, Remote, Step},
};

/// A calendar with its events, also those that were deleted.
#[derive(Debug, Default)]
pub(crate) struct Provider {
    events: BTreeMap<String, Held>,
    /// Seconds since 1970, and the etag of the last write.
    pub(crate) now: i64,
    /// How often something was changed by us.
    pub(crate) writes: u32,
    pub(crate) habits: Habits,
    /// How many meeting links were asked for.
    pub(crate) meetings: u32,
}

/// In what providers differ.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each habit is one by itself")]
pub(crate) struct Habits {
    /// Does not answer our marker.
    pub(crate) hides_marker: bool,
    /// Answers 404 for what was deleted.
    pub(crate) forgets_deleted: bool,
    /// Makes no meeting links.
    pub(crate) refuses_meetings: bool,
    /// How many requests for a meeting link come to nothing before one succeeds.
    pub(crate) failing_meetings: u32,
    /// What becomes of the exceptions of a series whose rule changes.
    pub(crate) on_new_rule: OnNewRule,
    /// Does not hand on to the times of a series what is changed of the series.
    pub(crate) keeps_times_apart: bool,
}

/// What becomes of the exceptions of a series whose rule changes.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) enum OnNewRule {
    #[default]
    Stay,
    /// They are as the series says again.
    Reset,
    /// They no longer take place.
    Cancelled,
}

#[derive(Clone, Debug)]
struct Held {
    key: LinkKey,
    written: ContentHash,
    content: Content,
    etag: i64,
    is_live: bool,
    meeting: Meeting,
}

impl Provider {
    pub(crate) fn with(habits: Habits) -> Self {
        Self {
            habits,
            ..Self::default()
        }
    }

    /// Answers a step that we take.
    pub(crate) fn answer(&mut self, step: &Step) -> Outcome {
        self.now += 1;
        let meeting = self.habits.meeting(self.meetings);
        match step {
            Step::Create { content, .. } | Step::Patch { content, .. }
                if self.habits.refuses_meetings && content.conference == Conference::Wanted =>
            {
                Outcome::MeetingLinkRefused
            }
            Step::Create { key, content } => self.create(*key, content),
            Step::Patch {
                id,
                if_match,
                content,
                fields,
            } => match self.events.get_mut(id) {
                None => Outcome::Missing,
                Some(held) if held.etag.to_string() != *if_match => Outcome::Stale,
                // As Google does: it stays deleted, unless the patch says otherwise.
                Some(held) if !held.is_live && !fields.contains(&Field::Status) => {
                    Outcome::Written(self.remote(id))
                }
                Some(held) => {
                    held.is_live = true;
                    if fields.contains(&Field::Conference) && content.conference == Conference::Wanted {
                        self.meetings += 1;
                        held.meeting = meeting;
                    }
                    held.content = as_kept(held.content.clone().with(fields, content));
                    held.written = ContentHash::of(content);
                    held.etag = self.now;
                    self.writes += 1;
                    Outcome::Written(self.remote(id))
                }
            },
            Step::Delete { at, if_match } => match self.events.get_mut(&id(at)) {
                Some(held) if !held.is_live => Outcome::Missing,
                Some(held)
                    if if_match
                        .as_ref()
                        .is_some_and(|etag| held.etag.to_string() != *etag) =>
                {
                    Outcome::Stale
                }
                Some(held) => {
                    (held.is_live, held.etag) = (false, self.now);
                    self.writes += 1;
                    Outcome::Deleted
                }
                None => Outcome::Missing,
            },
            Step::Fetch { at, .. } => match self.events.get(&id(at)) {
                Some(held) if held.is_live || !self.habits.forgets_deleted => {
                    Outcome::Found(self.remote(&id(at)))
                }
                _ => Outcome::Missing,
            },
            Step::Nothing => unreachable!("nothing is asked"),
        }
    }

    fn create(&mut self, key: LinkKey, content: &Content) -> Outcome {
        let id = key.google_id();
        if self.events.contains_key(&id) {
            return Outcome::Taken;
        }
        let held = Held {
            key,
            written: ContentHash::of(content),
            content: as_kept(content.clone()),
            etag: self.now,
            is_live: true,
            meeting: match content.conference {
                Conference::Wanted => self.habits.meeting(self.meetings),
                Conference::NotWanted => Meeting::Absent,
            },
        };
        self.meetings += u32::from(content.conference == Conference::Wanted);
        self.events.insert(id.clone(), held);
        self.writes += 1;
        Outcome::Written(self.remote(&id))
    }

    /// One time of a series, which is there with the series.
    pub(crate) fn give_time(&mut self, key: LinkKey, by_series: &Content, series: &Content) {
        let held = Held {
            key,
            written: ContentHash::of(series),
            content: as_kept(by_series.clone()),
            etag: self.now,
            is_live: true,
            meeting: Meeting::Absent,
        };
        self.events.insert(key.google_id(), held);
    }

    /// The location of a series is changed, and that of its times with it, where it was the same.
    pub(crate) fn relocate_series(&mut self, before: &str, after: &str) {
        self.now += 1;
        for held in self.events.values_mut() {
            if held.content.location == before && held.is_live && !self.habits.keeps_times_apart {
                after.clone_into(&mut held.content.location);
                held.etag = self.now;
            }
        }
    }

    /// The rule of a series is changed. A time that is as the series says has the mark of the series.
    pub(crate) fn change_rule(&mut self, by_series: &Content, series: &Content) {
        self.now += 1;
        for held in self.events.values_mut() {
            match self.habits.on_new_rule {
                OnNewRule::Stay => continue,
                OnNewRule::Reset if held.is_live => {
                    held.content = as_kept(by_series.clone());
                    held.written = ContentHash::of(series);
                }
                OnNewRule::Reset => {}
                OnNewRule::Cancelled => held.is_live = false,
            }
            held.etag = self.now;
        }
    }

    /// What a pull finds.
    pub(crate) fn all(&self) -> Vec<Remote> {
        self.events.keys().map(|id| self.remote(id)).collect()
    }

    /// What is on the calendar.
    pub(crate) fn live(&self) -> Vec<Remote> {
        self.all()
            .into_iter()
            .filter(|remote| remote.life == Life::Live)
            .collect()
    }

    /// A person edits the event, if there is one.
    pub(crate) fn edit(&mut self, change: impl FnOnce(&mut Content)) -> bool {
        self.now += 1;
        let Some(held) = self.events.values_mut().find(|held| held.is_live) else {
            return false;
        };
        change(&mut held.content);
        held.etag = self.now;
        true
    }

    /// A person deletes the event, if there is one.
    pub(crate) fn delete(&mut self) -> bool {
        self.now += 1;
        let Some(held) = self.events.values_mut().find(|held| held.is_live) else {
            return false;
        };
        (held.is_live, held.etag) = (false, self.now);
        true
    }

    fn remote(&self, id: &str) -> Remote {
        let held = &self.events[id];
        Remote {
            provided: Provided {
                id: id.to_owned(),
                etag: held.etag.to_string(),
                updated: Timestamp::from_second(held.etag).ok(),
            },
            life: if held.is_live { Life::Live } else { Life::Tombstone },
            key: Some(held.key),
            written: (!self.habits.hides_marker).then_some(held.written),
            content: held.content.clone(),
            made: Made {
                meeting: held.meeting.clone(),
                ..Made::default()
            },
        }
    }
}

impl Habits {
    /// What becomes of a request for a meeting link after so many others.
    fn meeting(self, before: u32) -> Meeting {
        if before < self.failing_meetings {
            Meeting::Failed
        } else {
            Meeting::Ready("https://meet.test/abc".to_owned())
        }
    }
}

/// What becomes of a content there: the description is one text, with markup, and lists have another order.
fn as_kept(mut content: Content) -> Content {
    let description = content.description.composed().replace('\n', "<br>");
    content.description = Description::whole(description);
    content.attendees.reverse();
    content
}

fn id(at: &At) -> String {
    match at {
        At::Id(id) => id.clone(),
        At::Key(key) => key.google_id(),
    }
}
