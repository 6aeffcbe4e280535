//! `acl`: who may do what with a calendar (Google Calendar API guide "Sharing calendars").

use axum::{
    body::Bytes,
    extract::{Path, State},
    response::{IntoResponse as _, Response},
};
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::body::{etag, parse, text};
use crate::{
    directory::{AccessRole, AccessRule, Audience, Calendar, Directory},
    google::{self, Call, Caller, GoogleError, Method, Position, if_none_match, precondition},
    state::Sim,
};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct RuleBody {
    role: Option<String>,
    scope: Option<ScopeBody>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ScopeBody {
    #[serde(rename = "type")]
    kind: Option<String>,
    value: Option<String>,
}

/// The rules of a calendar; writers may see them.
pub(crate) async fn list(
    State(sim): State<Sim>,
    call: Call,
    Path(calendar): Path<String>,
) -> Result<Response, GoogleError> {
    let caller = call.authorize(&sim, Method::AclList)?;
    let directory = sim.directory();
    let calendar = open(&directory, &caller, &calendar, AccessRole::Writer)?;
    let query = &call.query;
    let sync_question = format!("acl sync {} {}", caller.email, calendar.id);
    let delta = query.has("syncToken");
    let show_deleted = query.flag("showDeleted")?;
    if delta && show_deleted == Some(false) {
        return Err(GoogleError::token_with("showDeleted"));
    }
    let acl = &calendar.acl;
    let since = match query.text("syncToken") {
        None if delta => return Err(GoogleError::bad_sync_token()),
        None => 0,
        Some(token) => match sim.tokens().read(token, &sync_question) {
            Ok(Position::Sync { revision, epoch, .. }) if epoch == acl.epoch() => revision,
            Ok(Position::Sync { .. }) => return Err(GoogleError::full_sync_required()),
            _ => return Err(GoogleError::bad_sync_token()),
        },
    };
    let size = query.size("maxResults", 100, 250)?;
    let page_question = format!("{sync_question} {}", query.without(google::NOT_ASKED));
    let from = match query.text("pageToken") {
        None => since + 1,
        Some(token) => match sim.tokens().read(token, &page_question) {
            Ok(Position::Log { revision, .. }) => revision,
            _ => return Err(GoogleError::bad_page_token()),
        },
    };
    let mut rules: Vec<_> = acl.iter().filter(|(_, rule)| rule.revision >= from).collect();
    rules.retain(|(_, rule)| rule.role.is_some() || delta || show_deleted == Some(true));
    rules.sort_by_key(|(_, rule)| rule.revision);
    let rest = rules.split_off(size.min(rules.len()));
    let items: Vec<Value> = rules
        .into_iter()
        .map(|(audience, rule)| write(audience, rule))
        .collect();
    let mut body =
        json!({"kind": "calendar#acl", "etag": format!("\"p{:x}0g\"", acl.revision()), "items": items});
    if let Some((_, next)) = rest.first() {
        let position = Position::Log {
            revision: next.revision,
            skip: 0,
            snapshot: acl.revision(),
        };
        body["nextPageToken"] = sim.tokens().write(&position, &page_question).into();
    } else {
        let position = Position::Sync {
            revision: acl.revision(),
            epoch: acl.epoch(),
            given: sim.now().as_second(),
        };
        body["nextSyncToken"] = sim.tokens().write(&position, &sync_question).into();
    }
    Ok(google::json(StatusCode::OK, &body))
}

/// One rule.
pub(crate) async fn get(
    State(sim): State<Sim>,
    call: Call,
    Path((calendar, rule)): Path<(String, String)>,
) -> Result<Response, GoogleError> {
    let caller = call.authorize(&sim, Method::AclGet)?;
    let directory = sim.directory();
    let calendar = open(&directory, &caller, &calendar, AccessRole::Writer)?;
    let (audience, rule) = find(calendar, &rule)?;
    let unchanged = if_none_match(&call.headers, &etag(rule.version_us));
    Ok(unchanged.unwrap_or_else(|| google::json(StatusCode::OK, &write(&audience, rule))))
}

/// Gives an audience a role, another one when it has one; `none` takes it away.
pub(crate) async fn insert(
    State(sim): State<Sim>,
    call: Call,
    Path(calendar): Path<String>,
    body: Bytes,
) -> Result<Response, GoogleError> {
    let caller = call.authorize(&sim, Method::AclInsert)?;
    call.query.flag("sendNotifications")?;
    let body: RuleBody = parse(&body)?;
    let audience = audience(body.scope)?;
    let role = role(body.role.as_deref().ok_or_else(|| required("role"))?)?;
    change(&sim, &call, &caller, &calendar, (audience, role, Known::OrNew))
}

/// Another role for an audience that has one.
pub(crate) async fn patch(
    State(sim): State<Sim>,
    call: Call,
    Path((calendar, rule)): Path<(String, String)>,
    body: Bytes,
) -> Result<Response, GoogleError> {
    let caller = call.authorize(&sim, Method::AclPatch)?;
    call.query.flag("sendNotifications")?;
    let body: RuleBody = parse(&body)?;
    let audience = same_audience(&rule, body.scope)?;
    let role = match &body.role {
        Some(name) => role(name)?,
        None => {
            find(
                open(&sim.directory(), &caller, &calendar, AccessRole::Owner)?,
                &rule,
            )?
            .1
            .role
        }
    };
    change(&sim, &call, &caller, &calendar, (audience, role, Known::Only))
}

/// The same; the scope must be there.
pub(crate) async fn update(
    State(sim): State<Sim>,
    call: Call,
    Path((calendar, rule)): Path<(String, String)>,
    body: Bytes,
) -> Result<Response, GoogleError> {
    let caller = call.authorize(&sim, Method::AclUpdate)?;
    call.query.flag("sendNotifications")?;
    let body: RuleBody = parse(&body)?;
    let scope = body.scope.ok_or_else(|| required("scope"))?;
    let audience = same_audience(&rule, Some(scope))?;
    let role = role(body.role.as_deref().ok_or_else(|| required("role"))?)?;
    change(&sim, &call, &caller, &calendar, (audience, role, Known::Only))
}

/// Takes a rule away.
pub(crate) async fn delete(
    State(sim): State<Sim>,
    call: Call,
    Path((calendar, rule)): Path<(String, String)>,
) -> Result<Response, GoogleError> {
    let caller = call.authorize(&sim, Method::AclDelete)?;
    let audience = Audience::parse(&rule).ok_or_else(GoogleError::not_found)?;
    change(&sim, &call, &caller, &calendar, (audience, None, Known::Only))?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Whether there must be a rule already.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Known {
    Only,
    OrNew,
}

fn change(
    sim: &Sim,
    call: &Call,
    caller: &Caller,
    calendar: &str,
    (audience, role, known): (Audience, Option<AccessRole>, Known),
) -> Result<Response, GoogleError> {
    let now = sim.now();
    let mut directory = sim.directory_mut();
    let opened = open(&directory, caller, calendar, AccessRole::Owner)?;
    let id = opened.id.clone();
    let old = opened.acl.get(&audience).filter(|rule| rule.role.is_some());
    match old {
        None if known == Known::Only => return Err(GoogleError::not_found()),
        Some(rule) => precondition(&call.headers, &etag(rule.version_us))?,
        None => {}
    }
    check(opened, caller, &audience, role)?;
    let version_us = directory.next_version(now);
    directory.set_access(&id, audience.clone(), role, version_us);
    let calendar = directory.calendar(&id).ok_or_else(GoogleError::internal)?;
    let rule = calendar.acl.get(&audience).ok_or_else(GoogleError::internal)?;
    Ok(google::json(StatusCode::OK, &write(&audience, rule)))
}

/// What nobody may do, not even an owner.
fn check(
    calendar: &Calendar,
    caller: &Caller,
    audience: &Audience,
    role: Option<AccessRole>,
) -> Result<(), GoogleError> {
    let forbidden = |reason, message| {
        Err(GoogleError::new(
            StatusCode::FORBIDDEN,
            "calendar",
            reason,
            message,
        ))
    };
    match audience {
        Audience::User(user) if *user == *caller.email => {
            forbidden("cannotChangeOwnAcl", "Cannot change your own access level.")
        }
        Audience::User(user) if *user == calendar.owner => forbidden(
            "cannotChangeOwnerAcl",
            "Cannot change the access level of the calendar's owner.",
        ),
        Audience::Everyone if role > Some(AccessRole::Reader) => Err(GoogleError::new(
            StatusCode::BAD_REQUEST,
            "calendar",
            "illegalAccessRoleForDefault",
            "The public can be given none, freeBusyReader or reader only.",
        )),
        _ => Ok(()),
    }
}

/// The calendar, when the caller has at least this role on it.
fn open<'a>(
    directory: &'a Directory,
    caller: &Caller,
    id: &str,
    least: AccessRole,
) -> Result<&'a Calendar, GoogleError> {
    let (calendar, role) = directory.open(caller, id)?;
    if role >= least {
        Ok(calendar)
    } else if least == AccessRole::Owner {
        Err(GoogleError::needs_owner())
    } else {
        Err(GoogleError::needs_writer())
    }
}

fn find<'a>(calendar: &'a Calendar, id: &str) -> Result<(Audience, &'a AccessRule), GoogleError> {
    let audience = Audience::parse(id).ok_or_else(GoogleError::not_found)?;
    let rule = calendar.acl.get(&audience).filter(|rule| rule.role.is_some());
    Ok((audience, rule.ok_or_else(GoogleError::not_found)?))
}

fn audience(scope: Option<ScopeBody>) -> Result<Audience, GoogleError> {
    let scope = scope.ok_or_else(|| required("scope"))?;
    let kind = text(scope.kind).ok_or_else(|| required("scope.type"))?;
    Audience::new(&kind, &scope.value.unwrap_or_default()).ok_or_else(|| {
        GoogleError::new(
            StatusCode::BAD_REQUEST,
            "global",
            "invalidScopeValue",
            "Invalid scope value.",
        )
    })
}

/// The audience of the path, which a body must not contradict.
fn same_audience(id: &str, scope: Option<ScopeBody>) -> Result<Audience, GoogleError> {
    let named = Audience::parse(id).ok_or_else(GoogleError::not_found)?;
    if scope.is_some() && audience(scope)? != named {
        return Err(GoogleError::bad(
            "invalid",
            "The scope of a rule cannot be changed.",
        ));
    }
    Ok(named)
}

fn role(name: &str) -> Result<Option<AccessRole>, GoogleError> {
    if name == "none" {
        return Ok(None);
    }
    AccessRole::named(name)
        .map(Some)
        .ok_or_else(|| GoogleError::bad("invalid", "Invalid access role."))
}

fn required(member: &str) -> GoogleError {
    GoogleError::bad("required", &format!("Missing {member}."))
}

fn write(audience: &Audience, rule: &AccessRule) -> Value {
    let (kind, value) = audience.parts();
    let mut scope = json!({"type": kind});
    if let Some(value) = value {
        scope["value"] = value.into();
    }
    json!({"kind": "calendar#aclRule", "etag": etag(rule.version_us), "id": audience.id(), "scope": scope,
        "role": rule.role.map_or("none", AccessRole::name)})
}
