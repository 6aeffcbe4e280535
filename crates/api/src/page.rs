//! Paged lists: `limit` and `cursor` in, `items` and `nextCursor` out.

use kalends_engine::page::{self, Paged};
use serde::Serialize;
use utoipa::ToSchema;

use crate::problem::Problem;

/// Items of a page when the caller does not say.
const DEFAULT_LIMIT: u32 = 50;
/// Most items of a page.
const MAX_LIMIT: u32 = 200;

/// One page of a list.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Page<T> {
    /// The items, in the list's order.
    items: Vec<T>,
    /// Pass it as `cursor` to get the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

impl<T> Page<T> {
    /// The page on the wire.
    pub(crate) fn of<E: Into<T>>(page: Paged<E>) -> Self {
        Self {
            items: page.items.into_iter().map(Into::into).collect(),
            next_cursor: page.next,
        }
    }
}

/// What part of a list is asked for.
pub(crate) fn asked(limit: Option<u32>, cursor: Option<String>) -> Result<page::Page, Problem> {
    Ok(page::Page {
        limit: self::limit(limit)?,
        after: cursor,
    })
}

/// Most items of an answer: 1 to 200, 50 when the caller does not say.
pub(crate) fn limit(limit: Option<u32>) -> Result<u32, Problem> {
    match limit.unwrap_or(DEFAULT_LIMIT) {
        limit @ 1..=MAX_LIMIT => Ok(limit),
        _ => Err(Problem::field("limit", format!("must be from 1 to {MAX_LIMIT}"))),
    }
}
