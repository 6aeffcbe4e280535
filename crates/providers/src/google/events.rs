//! Pulls over one calendar (`events.list`; Google Calendar API guide "Synchronize resources efficiently").
//!
//! ```text
//! full:   timeMin           -> page ... page -> last page with nextSyncToken
//! delta:  syncToken         -> page ... page -> last page with a new nextSyncToken
//! ```
//!
//! A sync token is bound to the query that it came from, so both kinds of pass ask alike ([`SHARED`]), except that
//! with a sync token the API refuses `timeMin` (and any other restriction). Deletions are asked for in both. Either
//! token refused means a full pass.

mod page;
mod single;
mod token;
mod versions;

use jiff::Timestamp;

pub(super) use self::{single::event, versions::versions};
use super::{Google, refusal::Question};
use crate::provider::{Ask, CalendarRef, ChangePage, Listing, ProviderError, PullFrom};
use token::{Place, fingerprint};

macro_rules! item_fields {
    () => {
        "id,iCalUID,etag,status,eventType,start,end,recurrence,recurringEventId,originalStartTime,transparency,\
         visibility,attendees(self,responseStatus),organizer(email),summary,location,htmlLink,updated,extendedProperties(private)"
    };
}

/// What is asked of an item.
const ITEM_FIELDS: &str = item_fields!();

/// What every page of every pass asks alike. One attendee at most makes Google send only the person's own entry,
/// which carries their answer.
const SHARED: [(&str, &str); 4] = [
    ("singleEvents", "false"),
    ("showDeleted", "true"),
    ("maxAttendees", "1"),
    (
        "fields",
        concat!("timeZone,nextPageToken,nextSyncToken,items(", item_fields!(), ")"),
    ),
];

/// What is asked of a page that holds one item and cannot be read: enough to go on after it.
const NAMES_ONLY: &str = "timeZone,nextPageToken,nextSyncToken,items(id)";

/// A page that cannot be read is asked for again with half as many items, down to the one that spoils it; that one is
/// left out by its name. `maxResults` and `fields` are no part of the query that Google's tokens are bound to.
pub(super) async fn changes(
    google: &Google,
    ask: &Ask,
    calendar: &CalendarRef,
    from: PullFrom,
) -> Result<ChangePage, ProviderError> {
    let mut size = google.settings.page_size.clamp(1, 2500);
    let fingerprint = fingerprint(&size.to_string(), &SHARED);
    let place = match from {
        PullFrom::Start { not_before } => Place::start(&fingerprint, whole_second(not_before)),
        PullFrom::Cursor { cursor, .. } => Place::after(&fingerprint, &cursor)?,
        PullFrom::Page(token) => Place::at(&fingerprint, &token)?,
    };
    let question = Pages {
        google,
        ask,
        calendar,
        place: &place,
    };
    loop {
        match question.page(size, SHARED[3].1).await {
            Err(ProviderError::Unreadable { .. }) if size > 1 => size /= 2,
            Err(ProviderError::Unreadable { .. }) => break,
            result => return result,
        }
    }
    let mut page = question.page(1, NAMES_ONLY).await?;
    for item in &mut page.quarantined {
        "it cannot be read".clone_into(&mut item.reason);
    }
    Ok(page)
}

/// A place in a pass.
struct Pages<'a> {
    google: &'a Google,
    ask: &'a Ask,
    calendar: &'a CalendarRef,
    place: &'a Place,
}

impl Pages<'_> {
    /// The page there, of so many items with these fields.
    async fn page(&self, size: u16, fields: &str) -> Result<ChangePage, ProviderError> {
        let Self {
            google,
            calendar,
            place,
            ..
        } = self;
        let size = size.to_string();
        let mut query = vec![("maxResults", size.as_str())];
        query.extend(SHARED.iter().filter(|(name, _)| *name != "fields"));
        query.push(("fields", fields));
        query.extend(place.query());
        let question = if place.has_token() {
            Question::EventsByToken
        } else {
            Question::Events
        };
        let url = google.url(&["calendars", &calendar.provider_id, "events"], &query);
        let answer = google.get(self.ask, &url, question).await?;
        page::read(&answer.body, &calendar.zone, place)
    }
}

/// Google's own times have no fractions of a second.
fn whole_second(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second()).unwrap_or(at)
}

impl Place {
    fn listing(&self) -> Listing {
        if self.sync.is_some() {
            Listing::Delta
        } else {
            Listing::Complete
        }
    }
}
