//! The words of conflicts, for the API and the feed.

use kalends_core::conflict::Opponent;
use kalends_store::Resolution;

/// An opponent in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NamedOpponent {
    /// What sort of thing.
    pub(crate) sort: &'static str,
    /// Its id. Working hours have none.
    pub(crate) id: Option<String>,
}

/// What an event is in conflict with.
pub(crate) fn opponent(opponent: &Opponent) -> NamedOpponent {
    let (sort, id) = match opponent {
        Opponent::External(id) => ("external_event", Some(id.to_string())),
        Opponent::Event(id) => ("event", Some(id.to_string())),
        Opponent::Block(id) => ("block", Some(id.to_string())),
        Opponent::Hours => ("working_hours", None),
        Opponent::Edit(id) => ("edit", Some(id.to_string())),
        Opponent::Calendar(id) => ("calendar", Some(id.to_string())),
    };
    NamedOpponent { sort, id }
}

/// How a conflict was resolved.
pub(crate) const fn resolution(resolution: Resolution) -> &'static str {
    match resolution {
        Resolution::Gone => "gone",
        Resolution::Moved => "moved",
        Resolution::KeptBoth => "kept_both",
        Resolution::CancelledOurs => "cancelled_ours",
        Resolution::UndidTheirs => "undid_theirs",
        Resolution::KeptTheirs => "kept_theirs",
    }
}
