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
mod token;

use jiff::Timestamp;

use super::{Google, refusal::Question};
use crate::provider::{Ask, CalendarRef, ChangePage, Listing, ProviderError, PullFrom};
use token::{Place, fingerprint};

/// What every page of every pass asks alike. One attendee at most makes Google send only the person's own entry,
/// which carries their answer.
const SHARED: [(&str, &str); 4] = [
    ("singleEvents", "false"),
    ("showDeleted", "true"),
    ("maxAttendees", "1"),
    (
        "fields",
        "timeZone,nextPageToken,nextSyncToken,items(id,iCalUID,etag,status,eventType,start,end,recurrence,\
         recurringEventId,originalStartTime,transparency,visibility,attendees(self,responseStatus),organizer(email),\
         summary,location,htmlLink,updated)",
    ),
];

pub(super) async fn changes(
    google: &Google,
    ask: &Ask,
    calendar: &CalendarRef,
    from: PullFrom,
) -> Result<ChangePage, ProviderError> {
    let page_size = google.settings.page_size.clamp(1, 2500).to_string();
    let fingerprint = fingerprint(&page_size, &SHARED);
    let place = match from {
        PullFrom::Start { not_before } => Place::start(&fingerprint, whole_second(not_before)),
        PullFrom::Cursor { cursor, .. } => Place::after(&fingerprint, &cursor)?,
        PullFrom::Page(token) => Place::at(&fingerprint, &token)?,
    };
    let mut query = vec![("maxResults", page_size.as_str())];
    query.extend(SHARED);
    query.extend(place.query());
    let question = if place.has_token() {
        Question::EventsByToken
    } else {
        Question::Events
    };
    let url = google.url(&["calendars", &calendar.provider_id, "events"], &query);
    let answer = google.get(ask, &url, question).await?;
    page::read(&answer.body, &calendar.zone, &place)
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
