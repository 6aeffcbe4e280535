//! Lists in pages.

/// Which part of a list is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Most items, at least 1.
    pub limit: u32,
    /// [`Paged::next`] of the page before; `None` for the first.
    pub after: Option<String>,
}

impl Page {
    /// One row more than the page holds: whether there is one says whether another page follows.
    pub(crate) fn one_more(&self) -> u32 {
        self.limit.saturating_add(1)
    }
}

/// A part of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paged<T> {
    /// The items, in the list's order.
    pub items: Vec<T>,
    /// Names the page after this one; `None` on the last. Opaque to callers.
    pub next: Option<String>,
}

impl<T> Paged<T> {
    /// From one row more than the page holds, which says whether another page follows.
    pub(crate) fn cut(mut items: Vec<T>, limit: u32, name: impl Fn(&T) -> String) -> Self {
        let limit = limit as usize;
        let more = items.len() > limit;
        items.truncate(limit);
        let next = items.last().filter(|_| more).map(name);
        Self { items, next }
    }
}

/// The cursor is none that this list gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the cursor must be the nextCursor of an earlier page of this list")]
pub struct BadCursor;
