//! Single items, and the versions of all: what repairs and audits ask beside pulls.

use jiff::Timestamp;

use super::{PageToken, Quarantined, RemoteItem};

/// One item, or why it cannot be read.
pub type SingleItem = Result<RemoteItem, Quarantined>;

/// Where a page of versions begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VersionsFrom {
    /// The first page.
    Start {
        /// What ended before may be left out.
        not_before: Timestamp,
    },
    /// The page after the one that gave the token.
    Page(PageToken),
}

/// An item by its version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemVersion {
    /// `ExternalEvent::provider_id`.
    pub provider_id: String,
    /// `ExternalEvent::etag`.
    pub etag: Option<String>,
}

/// A page of versions. What is cancelled is left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionPage {
    /// Items that exist.
    pub items: Vec<ItemVersion>,
    /// The next page; `None` after the last.
    pub next: Option<PageToken>,
}
