//! What a person did to our event on their calendar, and which side's value stays.
//!
//! Three versions are compared field by field: what the application wants, what both sides last agreed on
//! ([`Synced`]), and what the calendar has. [`decide`] answers with all three anew, so that the next comparison finds
//! nothing that was decided already, and with one [`Edit`] to tell, which keeps both sides' values for [`undo`].
//! [`on_deletion`] does the same for an event that a person deleted, [`responses`] for attendees' answers.
//!
//! To add a policy: a variant of [`Policy`], its line in `ruling` and in `on_deletion`, and lines in the tables of
//! `tests/it/two_way`.

mod answer;
mod decide;
mod deletion;
mod follow;
mod responses;
mod undo;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

pub use answer::{Answer, answered};
pub use decide::decide;
pub use deletion::{AfterDeletion, DeletedEvent, called_off, on_deletion};
pub use follow::{adopt, follow};
pub use responses::{Answers, Responded, responses};
pub use undo::{Undone, undo};

use crate::{
    event::{Content, Field},
    sync::push::{Synced, Wanted},
};

/// Which side stays when a person edits our event on their calendar.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Policy {
    /// The later one, field by field.
    #[default]
    NewestWins,
    /// The application: the calendar is set right.
    AppWins,
    /// The calendar: the event follows.
    ProviderWins,
    /// Neither until a person has said.
    Ask,
}

/// Which way events of a user travel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Direction {
    /// The calendar shows the events, and edits of it are set right.
    ToProvider,
    /// Edits on the calendar are taken over, and nothing is sent.
    FromProvider,
    /// Both.
    #[default]
    TwoWay,
}

/// Who decides, and from when the application's version is.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    /// The tenant's or the user's policy.
    pub policy: Policy,
    /// The user's direction.
    pub direction: Direction,
    /// When the application last changed the event.
    pub desired_at: Timestamp,
}

impl Policy {
    /// Every policy.
    pub const ALL: [Self; 4] = [Self::NewestWins, Self::AppWins, Self::ProviderWins, Self::Ask];

    /// The word that API and database use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NewestWins => "newest_wins",
            Self::AppWins => "app_wins",
            Self::ProviderWins => "provider_wins",
            Self::Ask => "ask",
        }
    }

    /// The policy of a word.
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|policy| policy.as_str() == word)
    }
}

impl Direction {
    /// Every direction.
    pub const ALL: [Self; 3] = [Self::ToProvider, Self::FromProvider, Self::TwoWay];

    /// The word that API and database use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ToProvider => "to_provider",
            Self::FromProvider => "from_provider",
            Self::TwoWay => "two_way",
        }
    }

    /// The direction of a word.
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|direction| direction.as_str() == word)
    }
}

impl Rules {
    /// The policy that the direction leaves.
    const fn effective(self) -> Policy {
        match self.direction {
            Direction::ToProvider => Policy::AppWins,
            Direction::FromProvider => Policy::ProviderWins,
            Direction::TwoWay => self.policy,
        }
    }
}

/// The three versions.
#[derive(Clone, Copy, Debug)]
pub struct Sides<'a> {
    /// What the application wants on this calendar.
    pub wanted: Wanted<'a>,
    /// What both sides last agreed on.
    pub synced: &'a Synced,
    /// What the calendar has.
    pub remote: &'a Content,
    /// When the calendar's version is from, by the provider's clock.
    pub remote_at: Option<Timestamp>,
}

/// What becomes of the three versions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// What the application's event becomes on this calendar; `None` where no event is wanted.
    pub desired: Option<Content>,
    /// What both sides now agree on; what is sent next is its difference from `desired`, without `held`.
    pub synced: Synced,
    /// The fields that are not sent until a person has said which value stays.
    pub held: BTreeSet<Field>,
    /// What to tell; `None` when the person did nothing that counts, or what the application did too.
    pub edit: Option<Edit>,
}

/// One edit of a person, as it is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// How it is told.
    pub kind: EditKind,
    /// The fields that differ, with what was decided on each.
    pub fields: BTreeMap<Field, Ruling>,
    /// The fields that the application had changed too: a competing edit. The time and the rule of a series are one.
    pub competing: BTreeSet<Field>,
    /// The application's side.
    pub before: Content,
    /// The calendar's side.
    pub after: Content,
}

/// What was decided on a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ruling {
    /// The calendar's value stays; the event follows.
    Adopted,
    /// The application's value stays; the calendar is set right.
    Reverted,
    /// A person is asked.
    Asked,
}

/// What kind of change an edit is told as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EditKind {
    /// It takes place at another time: `event.moved_externally`, with whatever else was edited.
    Moved,
    /// It takes place when it did: `event.edited_externally`.
    Edited,
}

impl Edit {
    /// The fields with one ruling.
    pub fn ruled(&self, ruling: Ruling) -> BTreeSet<Field> {
        let with_it = self.fields.iter().filter(|(_, ruled)| **ruled == ruling);
        with_it.map(|(field, _)| *field).collect()
    }
}
