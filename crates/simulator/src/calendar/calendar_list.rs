//! `calendarList.list` and `calendarList.get`.

use axum::{
    extract::{Path, State},
    response::Response,
};
use http::StatusCode;
use serde_json::{Value, json};

use super::list_entry::write;
use crate::{
    directory::{AccessRole, Calendar, Directory, ListEntry, User},
    google::{self, Call, GoogleError, Method, Position, Query, if_none_match},
    state::Sim,
};

/// The person's calendars.
pub(crate) async fn list(State(sim): State<Sim>, call: Call) -> Result<Response, GoogleError> {
    let caller = call.authorize(&sim, Method::CalendarListList)?;
    let directory = sim.directory();
    let user = directory.user(&caller.email).ok_or_else(GoogleError::not_found)?;
    let query = &call.query;
    let filter = Filter::read(&sim, query, user)?;
    let size = query
        .size("maxResults", 100, 250)?
        .min(call.knobs.page_size.unwrap_or(usize::MAX));
    let question = format!(
        "calendarList page {} {}",
        user.email,
        query.without(google::NOT_ASKED)
    );
    let (from, snapshot) = match query.text("pageToken") {
        None => (0, user.list_revision),
        Some(token) => match sim.tokens().read(token, &question) {
            Ok(Position::Log {
                revision, snapshot, ..
            }) => (revision, snapshot),
            _ => return Err(GoogleError::bad_page_token()),
        },
    };
    let mut entries: Vec<&ListEntry> = user.list.iter().filter(|entry| entry.revision >= from).collect();
    entries.retain(|entry| {
        let calendar = directory.calendar(&entry.calendar);
        filter.admits(entry, calendar, role_of(&directory, user, entry))
    });
    entries.sort_by_key(|entry| entry.revision);
    let rest = entries.split_off(size.min(entries.len()));
    let items: Vec<Value> = entries
        .into_iter()
        .map(|entry| write(&directory, user, entry))
        .collect();
    let mut body = json!({"kind": "calendar#calendarList", "etag": format!("\"p{:x}0g\"", user.list_revision),
        "items": items});
    if let Some(next) = rest.first() {
        let position = Position::Log {
            revision: next.revision,
            skip: 0,
            snapshot,
        };
        body["nextPageToken"] = sim.tokens().write(&position, &question).into();
    } else {
        let position = Position::Sync {
            revision: snapshot,
            epoch: user.list_epoch,
            given: sim.now().as_second(),
        };
        body["nextSyncToken"] = sim.tokens().write(&position, &sync_question(user)).into();
    }
    Ok(google::json(StatusCode::OK, &body))
}

/// One calendar of the list; `primary` is the person's own.
pub(crate) async fn get(
    State(sim): State<Sim>,
    call: Call,
    Path(calendar): Path<String>,
) -> Result<Response, GoogleError> {
    let caller = call.authorize(&sim, Method::CalendarListGet)?;
    let directory = sim.directory();
    let user = directory.user(&caller.email).ok_or_else(GoogleError::not_found)?;
    let id = if calendar == "primary" {
        &user.email
    } else {
        &calendar
    };
    let entry = user.list.iter().find(|entry| entry.calendar == *id);
    let entry = entry
        .filter(|entry| !gone(entry, role_of(&directory, user, entry)))
        .ok_or_else(GoogleError::not_found)?;
    let body = write(&directory, user, entry);
    let unchanged = if_none_match(&call.headers, body["etag"].as_str().unwrap_or_default());
    Ok(unchanged.unwrap_or_else(|| google::json(StatusCode::OK, &body)))
}

/// Which entries are listed.
struct Filter {
    /// Only what changed after this revision, but then also what is hidden or gone.
    since: Option<u64>,
    deleted: bool,
    hidden: bool,
    min_role: Option<AccessRole>,
    /// Only calendars whose owner has an address of this domain.
    domain: Option<String>,
}

impl Filter {
    fn read(sim: &Sim, query: &Query, user: &User) -> Result<Self, GoogleError> {
        let since = since(sim, query, user)?;
        let role = |name| {
            AccessRole::named(name)
                .ok_or_else(|| GoogleError::parameter("minAccessRole", &format!("Invalid value: {name}")))
        };
        Ok(Self {
            deleted: since.is_some() || query.flag("showDeleted")?.unwrap_or(false),
            hidden: since.is_some() || query.flag("showHidden")?.unwrap_or(false),
            domain: match query.flag("showOwnOrganizationOnly")? {
                Some(true) => user.domain().map(str::to_owned),
                _ => None,
            },
            min_role: query.text("minAccessRole").map(role).transpose()?,
            since,
        })
    }

    fn admits(&self, entry: &ListEntry, calendar: Option<&Calendar>, role: Option<AccessRole>) -> bool {
        let domain_of = |calendar: &Calendar| calendar.owner.rsplit('@').next().map(str::to_owned);
        (self.deleted || !gone(entry, role))
            && (self.hidden || !entry.hidden)
            && entry.revision > self.since.unwrap_or(0)
            && (self.min_role.is_none() || role >= self.min_role)
            && (self.domain.is_none() || calendar.and_then(domain_of) == self.domain)
    }
}

/// The revision that a sync token stands for.
fn since(sim: &Sim, query: &Query, user: &User) -> Result<Option<u64>, GoogleError> {
    if !query.has("syncToken") {
        return Ok(None);
    }
    let token = query.text("syncToken").ok_or_else(GoogleError::bad_sync_token)?;
    if let Some(name) = ["minAccessRole", "showOwnOrganizationOnly"]
        .into_iter()
        .find(|name| query.has(name))
    {
        return Err(GoogleError::token_with(name));
    }
    for name in ["showDeleted", "showHidden"] {
        if query.flag(name)? == Some(false) {
            return Err(GoogleError::token_with(name));
        }
    }
    match sim.tokens().read(token, &sync_question(user)) {
        Ok(Position::Sync { revision, epoch, .. }) if epoch == user.list_epoch => Ok(Some(revision)),
        Ok(Position::Sync { .. }) => Err(GoogleError::full_sync_required()),
        _ => Err(GoogleError::bad_sync_token()),
    }
}

fn sync_question(user: &User) -> String {
    format!("calendarList sync {}", user.email)
}

fn role_of(directory: &Directory, user: &User, entry: &ListEntry) -> Option<AccessRole> {
    directory.calendar(&entry.calendar)?.role_of(&user.email)
}

/// Taken off the list, or no longer shared.
fn gone(entry: &ListEntry, role: Option<AccessRole>) -> bool {
    entry.deleted || role.is_none()
}
