//! One page of a pull.

use jiff::{SignedDuration, Timestamp};
use kalends_core::{external_event::ExternalEvent, sync::push::LinkKey, time::Zone};

/// Where a page of a pull begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PullFrom {
    /// The first page of a full pass. Providers may leave out what ended before `not_before`; they state no upper
    /// bound, so that a series is known as long as it runs.
    Start {
        /// Start of the window that the caller wants to cover.
        not_before: Timestamp,
    },
    /// The first page of what changed since the pass that gave the cursor. A caller who wants to cover earlier time
    /// than that pass did starts anew.
    Cursor {
        /// The stored cursor.
        cursor: Cursor,
        /// Start of the window that the caller wants to cover; of use to providers that name everything each time.
        not_before: Timestamp,
    },
    /// The page after the one that gave the token.
    Page(PageToken),
}

/// Where a finished pass left off, in the adapter's own writing. Kept by the caller as a string; no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor(pub String);

/// Where an unfinished pass goes on, in the adapter's own writing. Short-lived: never kept beyond its pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageToken(pub String);

/// One page of a pull.
#[derive(Clone, Debug, PartialEq)]
pub struct ChangePage {
    /// Whether the pass that this page belongs to names everything; the same on each of its pages.
    pub listing: Listing,
    /// What exists or ceased to. A page may be empty and yet have a next one; an item may come twice in a pass.
    pub items: Vec<RemoteItem>,
    /// Items with something unreadable. What was stored of one that was left out stays, in a complete listing too.
    pub quarantined: Vec<Quarantined>,
    /// The calendar's zone as the provider now states it, when it does.
    pub zone: Option<Zone>,
    /// How to go on.
    pub next: Next,
}

/// Whether a pass names everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Listing {
    /// All that exists: what the pass does not name is gone (mark and sweep).
    Complete,
    /// What changed: what the pass does not name stays as it is.
    Delta,
}

/// An item of a page.
///
/// `ours` says that it carries our name, which is all that an adapter can tell: an installation beside this one makes such
/// names too, and a guest's calendar has our event under the same id. It is our event where the key's link is known
/// and is one of this very calendar; else it is an external event. A person's copy of our event never carries our
/// name, and a time of a series of ours does, whoever changed it.
#[derive(Clone, Debug, PartialEq)]
#[expect(
    clippy::large_enum_variant,
    reason = "nearly all items are of the large variant"
)]
pub enum RemoteItem {
    /// It exists in this form. A cancelled override is such an item: it removes its occurrence.
    Upsert {
        /// The item.
        event: ExternalEvent,
        /// Its key, if it carries our name.
        ours: Option<LinkKey>,
    },
    /// It ceased to exist; when it was a master, so did its overrides.
    Gone {
        /// [`ExternalEvent::provider_id`].
        provider_id: String,
        /// Its key, if it carried our name.
        ours: Option<LinkKey>,
    },
}

impl RemoteItem {
    /// An item that is nobody's of ours.
    pub const fn external(event: ExternalEvent) -> Self {
        Self::Upsert { event, ours: None }
    }

    /// Its key, if it carries our name.
    pub const fn ours(&self) -> Option<LinkKey> {
        match self {
            Self::Upsert { ours, .. } | Self::Gone { ours, .. } => *ours,
        }
    }
}

/// An item with something unreadable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quarantined {
    /// [`ExternalEvent::provider_id`], when at least that could be read; for a feed the `UID`.
    pub provider_id: Option<String>,
    /// Whether the item is nevertheless among the page's items.
    pub fate: Fate,
    /// What is wrong with it, without its content.
    pub reason: String,
}

/// What became of an item with something unreadable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is not among the page's items.
    LeftOut,
    /// It is, with a guess or an omission in place of what could not be read.
    Kept,
}

/// How to go on after a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// With another page.
    Page(PageToken),
    /// The pass is over.
    Done {
        /// Where the next pull begins.
        cursor: Cursor,
        /// How long the provider asks to wait before it; adapters keep it between 15 minutes and a day.
        refresh_after: Option<SignedDuration>,
    },
}
