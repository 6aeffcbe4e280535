//! `events.list`: full listings, deltas by sync token, pages.

use axum::{
    extract::{Path, State},
    response::Response,
};
use bytes::Bytes;
use http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{
    conference,
    listing::{Item, Listing, Scope},
    selection::{Order, Selection},
    view::View,
};
use crate::{
    calendar::default_reminders,
    directory::{Calendar, Directory},
    google::{self, Call, Caller, GoogleError, Method, Position, Query, if_none_match, utc_millis},
    state::Sim,
};

/// How long a sync token serves; Google does not say, integrators count on about a month.
const TOKEN_LIFE: SignedDuration = SignedDuration::from_hours(24 * 30);

/// A page of events.
pub(crate) async fn list(
    State(sim): State<Sim>,
    call: Call,
    Path(calendar): Path<String>,
) -> Result<Response, GoogleError> {
    let caller = call.authorize(&sim, Method::EventsList)?;
    let now = sim.now();
    conference::ripen(&sim, caller.calendar(&calendar), None)?;
    let directory = sim.directory();
    let (calendar, role) = directory.open(&caller, &calendar)?;
    let selection = Selection::read(&call.query, now)?;
    let view = View::read(&call, &caller, role)?;
    let size = call
        .query
        .size("maxResults", 250, 2500)?
        .min(call.knobs.page_size.unwrap_or(usize::MAX));
    if let Some(unchanged) = if_none_match(&call.headers, &collection_etag(calendar)) {
        return Ok(unchanged);
    }
    let questions = Questions::new(&caller, calendar, &selection, &call.query);
    let (position, scope) = begin(&sim, &call.query, calendar, &selection, &questions)?;
    let listing = Listing {
        calendar,
        selection: &selection,
        view: &view,
        scope,
        now,
        hides_invitations: !selection.show_hidden_invitations && hides_invitations(&directory, calendar),
    };
    let (items, next) = if call.knobs.empty_page {
        (Vec::new(), Some(position.clone()))
    } else {
        let page = listing.page(&position, size)?;
        (page.items, page.next)
    };
    let mut head = head(&directory, calendar, &view);
    if let Some(next) = next {
        head["nextPageToken"] = sim.tokens().write(&next, &questions.page).into();
    } else {
        let end = Position::Sync {
            revision: snapshot_of(&position),
            epoch: calendar.events.epoch(),
            given: now.as_second(),
        };
        head["nextSyncToken"] = sim.tokens().write(&end, &questions.sync).into();
    }
    // What takes long happens while nobody has to wait for the calendars.
    drop(directory);
    Ok(google::json_bytes(
        StatusCode::OK,
        with_items(&head, &view, items)?,
    ))
}

/// Whether the calendar's owner has chosen not to see invitations before answering them (setting `hideInvitations`).
fn hides_invitations(directory: &Directory, calendar: &Calendar) -> bool {
    let owner = directory.user(&calendar.owner);
    owner.is_some_and(|owner| {
        owner
            .settings
            .get("hideInvitations")
            .is_some_and(|hides| hides == "true")
    })
}

/// What tokens are bound to.
struct Questions {
    page: String,
    sync: String,
}

impl Questions {
    fn new(caller: &Caller, calendar: &Calendar, selection: &Selection, query: &Query) -> Self {
        let whose = format!("events {} {}", caller.email, calendar.id);
        let mut types: Vec<String> = selection
            .event_types
            .iter()
            .map(|one| format!("{one:?}"))
            .collect();
        types.sort_unstable();
        Self {
            page: format!("page {whose} {}", query.without(google::NOT_ASKED)),
            sync: format!("sync {whose} {} {types:?}", selection.single_events),
        }
    }
}

fn begin(
    sim: &Sim,
    query: &Query,
    calendar: &Calendar,
    selection: &Selection,
    questions: &Questions,
) -> Result<(Position, Scope), GoogleError> {
    let events = &calendar.events;
    let scope = if query.has("syncToken") {
        Scope::Delta
    } else {
        Scope::Full
    };
    let since = match query.text("syncToken") {
        Some(token) => since(sim, token, calendar, questions)?,
        None if scope == Scope::Delta => return Err(GoogleError::bad_sync_token()),
        None => 0,
    };
    if let Some(token) = query.text("pageToken") {
        let position = sim
            .tokens()
            .read(token, &questions.page)
            .map_err(|_| GoogleError::bad_page_token())?;
        return Ok((position, scope));
    }
    let snapshot = events.revision();
    let position = if selection.order == Order::Log {
        Position::Log {
            revision: since + 1,
            skip: 0,
            snapshot,
        }
    } else {
        Position::Sorted {
            key: i64::MIN,
            id: String::new(),
            snapshot,
        }
    };
    Ok((position, scope))
}

fn since(sim: &Sim, token: &str, calendar: &Calendar, questions: &Questions) -> Result<u64, GoogleError> {
    let position = sim
        .tokens()
        .read(token, &questions.sync)
        .map_err(|_| GoogleError::bad_sync_token())?;
    let Position::Sync {
        revision,
        epoch,
        given,
    } = position
    else {
        return Err(GoogleError::bad_sync_token());
    };
    let given = Timestamp::from_second(given).map_err(|_| GoogleError::bad_sync_token())?;
    if epoch != calendar.events.epoch() || given.duration_until(sim.now()) > TOKEN_LIFE {
        return Err(GoogleError::full_sync_required());
    }
    Ok(revision)
}

fn snapshot_of(position: &Position) -> u64 {
    match position {
        Position::Log { snapshot, .. } | Position::Sorted { snapshot, .. } => *snapshot,
        Position::Sync { revision, .. } => *revision,
    }
}

/// The etag of a calendar's events as a whole.
fn collection_etag(calendar: &Calendar) -> String {
    let version = calendar.events.revision() + calendar.version_us.unsigned_abs();
    format!("\"p{version:x}0g\"")
}

/// Everything of the answer but its items.
pub(super) fn head(directory: &Directory, calendar: &Calendar, view: &View) -> Value {
    let changed = calendar.events.changed();
    let updated = changed.or_else(|| Timestamp::from_microsecond(calendar.version_us).ok());
    json!({
        "kind": "calendar#events",
        "etag": collection_etag(calendar),
        "summary": calendar.summary,
        "description": calendar.description.as_deref().unwrap_or_default(),
        "updated": utc_millis(updated.unwrap_or(Timestamp::UNIX_EPOCH)),
        "timeZone": view.zone_name(&calendar.zone),
        "accessRole": view.role.name(),
        "defaultReminders": default_reminders(directory, &view.viewer, calendar),
    })
}

/// Writes the items and puts them into the answer.
pub(super) fn with_items(head: &Value, view: &View, items: Vec<Item>) -> Result<Bytes, GoogleError> {
    let head = head.to_string();
    let items = items
        .into_iter()
        .map(|item| view.show(item.part))
        .collect::<Result<Vec<_>, _>>()?;
    let total: usize = items.iter().map(|item| item.len() + 1).sum();
    let mut body = Vec::with_capacity(head.len() + total + 16);
    body.extend_from_slice(head.strip_suffix('}').unwrap_or(&head).as_bytes());
    body.extend_from_slice(b",\"items\":[");
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            body.push(b',');
        }
        body.extend_from_slice(item);
    }
    body.extend_from_slice(b"]}");
    Ok(body.into())
}
