//! An external event as a row, in both directions.

use aws_lc_rs::digest::{SHA256, digest};
use kalends_core::{
    external_event::{EventSpan, ExternalEvent, SeriesRole},
    time::{CalendarId, ExternalEventId},
};

use super::{
    Bounds, EventUpsert, StoredEvent,
    text::{end_text, parse_end, parse_time, time_text},
};
use crate::{
    StoreError,
    db::{Row, Value, Word, corrupt, instant},
};

/// The columns of a full row: those that all rows of a pass share, then those of [`columns`].
pub(crate) const COLUMN_NAMES: &str = "tenant_id, calendar_id, generation, last_write, id, content_hash, provider_id,
    ical_uid, etag, role, recurrence, series_master, original_start, original_us, override_range, starts, ends,
    span_start_us, span_end_us, status, kind, transparency, visibility, self_response, title, location, organizer,
    html_link, provider_updated_us";
/// The place of the content's hash in a row; what follows is hashed.
const CONTENT_HASH: usize = 1;
/// The place of the provider's id in a row.
pub(crate) const PROVIDER_ID: usize = 2;
/// The columns that a changed event overwrites.
pub(crate) const CONTENT_COLUMNS: [&str; 23] = [
    "content_hash",
    "ical_uid",
    "etag",
    "role",
    "recurrence",
    "series_master",
    "original_start",
    "original_us",
    "override_range",
    "starts",
    "ends",
    "span_start_us",
    "span_end_us",
    "status",
    "kind",
    "transparency",
    "visibility",
    "self_response",
    "title",
    "location",
    "organizer",
    "html_link",
    "provider_updated_us",
];
/// What [`stored`] reads.
pub(super) const SELECT: &str = "SELECT e.id, e.calendar_id, e.provider_id, e.role, e.recurrence, e.series_master,
    e.original_start, e.override_range, e.starts, e.ends, e.span_start_us, e.span_end_us, e.status, e.kind,
    e.transparency, e.visibility, e.self_response, e.ical_uid, e.etag, e.title, e.location, e.organizer, e.html_link,
    e.provider_updated_us";
/// What [`stored_without_texts`] reads.
pub(super) const SELECT_WITHOUT_TEXTS: &str = "SELECT e.id, e.calendar_id, e.provider_id, e.role, e.recurrence,
    e.series_master, e.original_start, e.override_range, e.starts, e.ends, e.span_start_us, e.span_end_us, e.status,
    e.kind, e.transparency, e.visibility, e.self_response";

/// What of a row is its own, in the order of [`COLUMN_NAMES`].
pub(crate) type EventRow = [Value; 25];

/// What `last_write` says of a row that was changed.
pub(crate) const CHANGED: i64 = 1;
/// What `last_write` says of a row that was created.
pub(crate) const CREATED: i64 = 2;

/// The values of a row. Built in one place: rows are large, and first syncs make many.
pub(crate) fn columns(id: ExternalEventId, upsert: EventUpsert) -> EventRow {
    let EventUpsert {
        event,
        bounds,
        original_us,
    } = upsert;
    let (role, recurrence, master, original_start, range) = match event.role {
        SeriesRole::Single => ("single", None, None, None, None),
        SeriesRole::Master { recurrence } => ("master", Some(recurrence.join("\n")), None, None, None),
        SeriesRole::Override {
            master,
            original_start,
            range,
        } => (
            "override",
            None,
            Some(master),
            Some(time_text(&original_start)),
            Some(range.word()),
        ),
    };
    let span = event.span.as_ref();
    let mut row = [
        id.into(),
        Value::Bytes(None),
        event.provider_id.into(),
        event.ical_uid.into(),
        event.etag.into(),
        role.into(),
        recurrence.into(),
        master.into(),
        original_start.into(),
        original_us.into(),
        range.into(),
        span.map(|span| time_text(&span.start)).into(),
        span.map(|span| end_text(&span.end)).into(),
        bounds.start_us.into(),
        bounds.end_us.into(),
        event.status.word().into(),
        event.kind.word().into(),
        event.transparency.word().into(),
        event.visibility.word().into(),
        event.self_response.map(|response| response.word()).into(),
        event.title.into(),
        event.location.into(),
        event.organizer.into(),
        event.html_link.into(),
        event.updated.into(),
    ];
    row[CONTENT_HASH] = content_hash(&row[PROVIDER_ID..]).into();
    row
}

/// Reads an event from the columns of [`SELECT`].
pub(super) fn stored(row: &Row) -> Result<StoredEvent, StoreError> {
    let bare = stored_without_texts(row)?;
    let updated: Option<i64> = row.get(23)?;
    Ok(StoredEvent {
        event: ExternalEvent {
            ical_uid: row.get(17)?,
            etag: row.get(18)?,
            title: row.get(19)?,
            location: row.get(20)?,
            organizer: row.get(21)?,
            html_link: row.get(22)?,
            updated: updated.map(|us| instant("provider_updated_us", us)).transpose()?,
            ..bare.event
        },
        ..bare
    })
}

/// Reads what an event's time is worked out from, without anything that is only shown. Columns by their places: a month
/// has thousands of events.
pub(super) fn stored_without_texts(row: &Row) -> Result<StoredEvent, StoreError> {
    let self_response: Option<String> = row.get(16)?;
    let event = ExternalEvent {
        provider_id: row.get(2)?,
        ical_uid: None,
        etag: None,
        role: role(row)?,
        span: span(row)?,
        status: word("status", &row.get::<String>(12)?)?,
        kind: word("kind", &row.get::<String>(13)?)?,
        transparency: word("transparency", &row.get::<String>(14)?)?,
        visibility: word("visibility", &row.get::<String>(15)?)?,
        self_response: self_response
            .map(|text| word("self_response", &text))
            .transpose()?,
        title: None,
        location: None,
        organizer: None,
        html_link: None,
        updated: None,
    };
    Ok(StoredEvent {
        id: ExternalEventId(row.get(0)?),
        calendar: CalendarId(row.get(1)?),
        event,
        bounds: Bounds {
            start_us: row.get(10)?,
            end_us: row.get(11)?,
        },
    })
}

fn word<W: Word>(column: &'static str, text: &str) -> Result<W, StoreError> {
    W::parse(text).ok_or_else(|| corrupt(column, "an unknown word"))
}

/// SHA-256 over the event's columns, each with its type and length.
fn content_hash(columns: &[Value]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(512);
    for column in columns {
        match column {
            Value::Int(Some(number)) => {
                bytes.push(b'i');
                bytes.extend(number.to_be_bytes());
            }
            Value::Text(Some(text)) => {
                bytes.push(b't');
                bytes.extend((text.len() as u64).to_be_bytes());
                bytes.extend(text.as_bytes());
            }
            _ => bytes.push(b'-'),
        }
    }
    digest(&SHA256, &bytes).as_ref().to_vec()
}

fn role(row: &Row) -> Result<SeriesRole, StoreError> {
    match row.get::<String>(3)?.as_str() {
        "single" => Ok(SeriesRole::Single),
        "master" => {
            let lines: Option<String> = row.get(4)?;
            let lines = lines.ok_or_else(|| corrupt("recurrence", "a master without a rule"))?;
            Ok(SeriesRole::Master {
                recurrence: lines.lines().map(str::to_owned).collect(),
            })
        }
        "override" => {
            let original: Option<String> = row.get(6)?;
            let range: Option<String> = row.get(7)?;
            Ok(SeriesRole::Override {
                master: row
                    .get::<Option<String>>(5)?
                    .ok_or_else(|| corrupt("series_master", "an override without a master"))?,
                original_start: original
                    .and_then(|text| parse_time(&text))
                    .ok_or_else(|| corrupt("original_start", "no time"))?,
                range: word("override_range", range.as_deref().unwrap_or_default())?,
            })
        }
        _ => Err(corrupt("role", "an unknown word")),
    }
}

fn span(row: &Row) -> Result<Option<EventSpan>, StoreError> {
    let (starts, ends): (Option<String>, Option<String>) = (row.get(8)?, row.get(9)?);
    let (Some(starts), Some(ends)) = (starts, ends) else {
        return Ok(None);
    };
    Ok(Some(EventSpan {
        start: parse_time(&starts).ok_or_else(|| corrupt("starts", "no time"))?,
        end: parse_end(&ends).ok_or_else(|| corrupt("ends", "no time"))?,
    }))
}
