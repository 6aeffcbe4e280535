//! A feed as one calendar and as pages of a pull.
//!
//! A text that is as it was, by the host's word (304) or by its hash, is a delta without items. A changed text is a
//! complete listing in one page: what it does not name is gone, unless its end is missing, which may mean that the host
//! cut it off. That the count may have collapsed is the engine's to judge, by the number of items.

mod text;

use http::{HeaderMap, HeaderName, header};
use jiff::{SignedDuration, Timestamp};
use kalends_core::{
    external_event::{ExternalEvent, SeriesRole},
    ical::{self, Feed},
    recurrence,
    time::Zone,
};
use kalends_egress::{Answer, Egress};

use super::{
    cursor::Remembered,
    fetch::{Fetched, fetch},
    interval::refresh_after,
};
use crate::provider::{
    Ask, CalendarRef, ChangePage, Fate, Listing, Next, ProviderError, PullFrom, Quarantined, RemoteItem,
};

/// What a feed says of itself.
pub(super) struct About {
    pub(super) name: String,
    pub(super) zone: Option<Zone>,
}

/// Reads the feed to learn its name and zone, and that it is one.
pub(super) async fn about(egress: &Egress, ask: &Ask) -> Result<About, ProviderError> {
    let Fetched::Text(answer) = fetch(egress, ask, None).await? else {
        return Err(unreadable("an answer without text"));
    };
    let feed = parse(&answer.body, &Zone::UTC)?;
    Ok(About {
        name: feed.name.unwrap_or_else(|| "Calendar feed".to_owned()),
        zone: feed.zone,
    })
}

pub(super) async fn changes(
    egress: &Egress,
    ask: &Ask,
    calendar: &CalendarRef,
    from: PullFrom,
) -> Result<ChangePage, ProviderError> {
    let (remembered, not_before) = match from {
        PullFrom::Start { not_before } => (None, not_before),
        PullFrom::Cursor { cursor, not_before } => (Remembered::read(&cursor, &calendar.zone), not_before),
        PullFrom::Page(_) => return Err(ProviderError::CursorInvalid),
    };
    match (fetch(egress, ask, remembered.as_ref()).await?, remembered) {
        (Fetched::NotModified(headers), Some(remembered)) => Ok(unchanged(&remembered, &headers)),
        (Fetched::NotModified(_), None) => Err(unreadable("a 304 to an unconditional request")),
        (Fetched::Text(answer), remembered) => read(&answer, remembered, &calendar.zone, not_before),
    }
}

fn read(
    answer: &Answer,
    remembered: Option<Remembered>,
    zone: &Zone,
    not_before: Timestamp,
) -> Result<ChangePage, ProviderError> {
    let validator = |name: HeaderName| Some(answer.headers.get(name)?.to_str().ok()?.to_owned());
    let hash = text::hash(&answer.body);
    let mut now = Remembered::new(
        zone,
        validator(header::ETAG),
        validator(header::LAST_MODIFIED),
        hash,
    );
    let known = remembered.is_some();
    if let Some(before) = remembered.filter(|before| before.hash == now.hash) {
        now.interval_s = before.interval_s;
        return Ok(unchanged(&now, &answer.headers));
    }
    let feed = parse(&answer.body, zone)?;
    now.interval_s = feed.refresh_interval.map(|interval| interval.as_secs());
    let calendar_zone = feed.zone.as_ref().unwrap_or(zone);
    let events = feed
        .events
        .into_iter()
        .filter(|event| reaches(event, calendar_zone, not_before));
    Ok(ChangePage {
        listing: if known && !text::is_whole(&answer.body) {
            Listing::Delta
        } else {
            Listing::Complete
        },
        items: events.map(RemoteItem::external).collect(),
        quarantined: feed.faults.into_iter().map(quarantined).collect(),
        next: done(&now, &answer.headers),
        zone: feed.zone,
    })
}

fn unchanged(remembered: &Remembered, headers: &HeaderMap) -> ChangePage {
    ChangePage {
        listing: Listing::Delta,
        items: Vec::new(),
        quarantined: Vec::new(),
        zone: None,
        next: done(remembered, headers),
    }
}

fn done(remembered: &Remembered, headers: &HeaderMap) -> Next {
    let of_text = remembered.interval_s.map(SignedDuration::from_secs);
    Next::Done {
        cursor: remembered.write(),
        refresh_after: refresh_after(of_text, headers),
    }
}

/// Whether the event, or an occurrence of it, may end after the instant: feeds often hold many past years. Overrides
/// stay whenever they are sent, since they change a series that may.
fn reaches(event: &ExternalEvent, zone: &Zone, not_before: Timestamp) -> bool {
    let over = || {
        let end = recurrence::reach(event, zone).and_then(|reach| reach.end_us);
        end.is_some_and(|end| end <= not_before.as_microsecond())
    };
    matches!(event.role, SeriesRole::Override { .. }) || !over()
}

fn parse(text: &[u8], zone: &Zone) -> Result<Feed, ProviderError> {
    if text::is_page(text) {
        return Err(unreadable("it is a page for people and no iCalendar text"));
    }
    ical::parse(text, zone).map_err(|error| unreadable(&error.to_string()))
}

fn unreadable(what: &str) -> ProviderError {
    ProviderError::Unreadable {
        what: what.to_owned(),
    }
}

fn quarantined(fault: ical::Fault) -> Quarantined {
    Quarantined {
        provider_id: fault.uid,
        fate: if fault.event.is_some() {
            Fate::Kept
        } else {
            Fate::LeftOut
        },
        reason: fault.reason.to_string(),
    }
}
