//! The versions of all items (`events.list`, ids and ETags only): what an audit compares.

use crate::{
    google::{
        Google,
        refusal::Question,
        wire::{Event, EventsPage, Status},
    },
    provider::{Ask, CalendarRef, ItemVersion, PageToken, ProviderError, VersionPage, VersionsFrom},
};

/// As many as Google gives at a time: they are small.
const PAGE_SIZE: &str = "2500";
const FIELDS: &str = "nextPageToken,items(id,etag,status)";

/// A page token is kept with the start that it belongs to, which every page repeats.
pub(in crate::google) async fn versions(
    google: &Google,
    ask: &Ask,
    calendar: &CalendarRef,
    from: VersionsFrom,
) -> Result<VersionPage, ProviderError> {
    let (start, token) = match from {
        VersionsFrom::Start { not_before } => (super::whole_second(not_before).to_string(), None),
        VersionsFrom::Page(PageToken(text)) => match text.split_once(' ') {
            Some((start, token)) => (start.to_owned(), Some(token.to_owned())),
            None => return Err(ProviderError::CursorInvalid),
        },
    };
    let mut query = vec![
        ("maxResults", PAGE_SIZE),
        ("singleEvents", "false"),
        ("showDeleted", "false"),
        ("timeMin", start.as_str()),
        ("fields", FIELDS),
    ];
    query.extend(token.as_deref().map(|token| ("pageToken", token)));
    let question = if token.is_some() {
        Question::EventsByToken
    } else {
        Question::Events
    };
    let url = google.url(&["calendars", &calendar.provider_id, "events"], &query);
    let answer = google.get(ask, &url, question).await?;
    let page: EventsPage<Event> =
        serde_json::from_slice(&answer.body).map_err(|_| ProviderError::Unreadable {
            what: "the page of versions".to_owned(),
        })?;
    let items = page
        .items
        .into_iter()
        .filter(|event| event.status != Some(Status::Cancelled));
    let version = |event: Event| {
        Some(ItemVersion {
            provider_id: event.id?,
            etag: event.etag,
        })
    };
    Ok(VersionPage {
        items: items.filter_map(version).collect(),
        next: page
            .next_page_token
            .map(|token| PageToken(format!("{start} {token}"))),
    })
}
