//! Meters each call of the calendar API before its method is asked.

use std::{borrow::Cow, sync::Arc};

use axum::{
    extract::{FromRequestParts as _, Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{Method, request::Parts};

use super::Who;
use crate::{google::Call, state::Sim};

/// Longest name of a user that is counted by (Google Calendar API reference, parameter `quotaUser`).
const QUOTA_USER: usize = 40;

/// Lets a call through when no limit is against it. Calls without a live token are not counted: nobody has made them.
pub(crate) async fn count(State(sim): State<Sim>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let Ok(call) = Call::from_request_parts(&mut parts, &()).await;
    if let Some(who) = who(&sim, &call) {
        let written = written(&parts, &who.account);
        let now = sim.now();
        let verdict = sim.meter().call(&who, written.as_deref(), now);
        if let Err(refusal) = verdict {
            return refusal.into_response();
        }
    }
    next.run(Request::from_parts(parts, body)).await
}

fn who(sim: &Sim, call: &Call) -> Option<Who> {
    let token = call.access_token()?;
    let holder = sim.grants().holder(token, sim.now())?;
    let client = sim.client(&holder.client_id);
    let project = client
        .as_ref()
        .map_or(&*holder.client_id, |client| client.project());
    let header = || {
        let header = call.headers.get("x-goog-quota-user")?;
        header.to_str().ok().filter(|name| !name.is_empty())
    };
    let named = call.query.text("quotaUser").or_else(header);
    let user = named.map(|name| name.chars().take(QUOTA_USER).collect::<String>());
    Some(Who {
        project: project.into(),
        user: user.map_or_else(|| holder.email.clone(), Arc::from),
        client: holder.client_id,
        account: holder.email,
    })
}

/// The calendar that a call writes to.
fn written<'a>(parts: &'a Parts, account: &str) -> Option<Cow<'a, str>> {
    if matches!(parts.method, Method::GET | Method::HEAD | Method::OPTIONS) {
        return None;
    }
    let rest = parts.uri.path().split_once("/calendars/")?.1;
    let id = rest.split('/').next().filter(|id| !id.is_empty())?;
    if id == "primary" {
        return Some(account.to_owned().into());
    }
    // `application/x-www-form-urlencoded` would turn a plus into a blank; in a path it is one.
    let kept = id.replace('+', "%2B");
    let decoded = url::form_urlencoded::parse(kept.as_bytes()).next();
    decoded.map(|(id, _)| id.into_owned().into())
}
