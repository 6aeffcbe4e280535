//! The routes under `/_sim`: JSON in, JSON out, errors as `{"error": "..."}`.

use axum::{
    body::Bytes,
    extract::{Query, State},
    response::{IntoResponse, Response},
};
use http::{StatusCode, header};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};

use super::{Control, ControlError, fill::FillOrder, sharing::SharingOrder};
use crate::{
    faults::Fault,
    google,
    oauth::OAuthClient,
    state::Sim,
    world::{self, UserDocument},
};

/// An order that was not followed.
pub(crate) struct Refused(StatusCode, String);

impl From<ControlError> for Refused {
    fn from(error: ControlError) -> Self {
        let status = match error {
            ControlError::Unknown { .. } => StatusCode::NOT_FOUND,
            _ => StatusCode::BAD_REQUEST,
        };
        Self(status, told(&error))
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        google::json(self.0, &json!({"error": self.1}))
    }
}

pub(super) type Answer = Result<Response, Refused>;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct TokenOrder {
    provider: String,
    email: String,
    scopes: ScopeList,
    client_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum ScopeList {
    Many(Vec<String>),
    Spaced(String),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ClockOrder {
    now: Option<Timestamp>,
    advance_seconds: Option<i64>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
struct Expiry {
    email: Option<String>,
    calendar: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct RecordOrder {
    record_bodies: bool,
}

#[derive(Deserialize)]
pub(crate) struct After {
    #[serde(default)]
    pub(super) after: u64,
}

/// `GET /_sim/cert.pem`: what callers over TLS are to trust.
pub(crate) async fn certificate(State(sim): State<Sim>) -> Answer {
    let pem = sim.addresses().certificate.clone().ok_or_else(|| {
        let why = "there is no TLS listener; start it by --tls-listen";
        Refused(StatusCode::NOT_FOUND, why.to_owned())
    })?;
    let headers = [(header::CONTENT_TYPE, "application/x-pem-file")];
    Ok((headers, pem).into_response())
}

/// `POST /_sim/tokens`.
pub(crate) async fn issue_tokens(State(sim): State<Sim>, body: Bytes) -> Answer {
    let order: TokenOrder = read(&body)?;
    if order.provider != "google" {
        return Err(ControlError::Provider {
            provider: order.provider,
        }
        .into());
    }
    let scopes: Vec<&str> = match &order.scopes {
        ScopeList::Many(scopes) => scopes.iter().map(String::as_str).collect(),
        ScopeList::Spaced(scopes) => scopes.split_whitespace().collect(),
    };
    let client = order.client_id.as_deref().unwrap_or(OAuthClient::DEMO_ID);
    let issued = Control::new(sim).issue_tokens_for(client, &order.email, &scopes)?;
    Ok(done(
        &json!({"accessToken": issued.access_token, "refreshToken": issued.refresh_token}),
    ))
}

/// `POST /_sim/tokens/expire`.
pub(crate) async fn expire_tokens(State(sim): State<Sim>, body: Bytes) -> Answer {
    let order: Expiry = read_or_default(&body)?;
    let expired = Control::new(sim).expire_access_tokens(order.email.as_deref());
    Ok(done(&json!({"expired": expired})))
}

/// `POST /_sim/sync-tokens/expire`.
pub(crate) async fn expire_sync_tokens(State(sim): State<Sim>, body: Bytes) -> Answer {
    let order: Expiry = read_or_default(&body)?;
    Control::new(sim).expire_sync_tokens(order.calendar.as_deref())?;
    Ok(done(&json!({})))
}

/// `GET /_sim/users`.
pub(crate) async fn users(State(sim): State<Sim>) -> Response {
    let directory = sim.directory();
    let users = directory.users().map(|user| {
        let calendars = user.list.iter().filter_map(|entry| {
            let calendar = directory.calendar(&entry.calendar)?;
            let role = calendar.role_of(&user.email)?;
            Some(json!({"id": calendar.id, "summary": calendar.summary, "timeZone": calendar.zone.name(),
                "accessRole": role.name(), "events": calendar.events.len()}))
        });
        json!({"email": user.email, "name": user.name(), "subject": user.subject, "timeZone": user.time_zone(),
            "calendars": calendars.collect::<Vec<Value>>()})
    });
    done(&json!({"users": users.collect::<Vec<Value>>()}))
}

/// `POST /_sim/users`.
pub(crate) async fn add_user(State(sim): State<Sim>, body: Bytes) -> Answer {
    let order: UserDocument = read(&body)?;
    let now = sim.now();
    world::add_user(&mut sim.directory_mut(), order, now).map_err(ControlError::from)?;
    Ok(done(&json!({})))
}

/// `PUT /_sim/calendars`.
pub(crate) async fn put_calendar(State(sim): State<Sim>, body: Bytes) -> Answer {
    let order: SharingOrder = read(&body)?;
    Control::new(sim).share(order)?;
    Ok(done(&json!({})))
}

/// `GET /_sim/clock`.
pub(crate) async fn clock(State(sim): State<Sim>) -> Response {
    done(&json!({"now": sim.now()}))
}

/// `POST /_sim/clock`.
pub(crate) async fn set_clock(State(sim): State<Sim>, body: Bytes) -> Answer {
    let order: ClockOrder = read(&body)?;
    match (order.now, order.advance_seconds) {
        (Some(now), None) => Control::new(sim.clone()).set_clock(now),
        (None, Some(seconds)) => Control::new(sim.clone()).advance(SignedDuration::from_secs(seconds)),
        _ => {
            let expected = "give either now or advanceSeconds";
            return Err(ControlError::Value {
                field: "now",
                expected,
            }
            .into());
        }
    }
    Ok(clock(State(sim)).await)
}

/// `POST /_sim/fill`.
pub(crate) async fn fill(State(sim): State<Sim>, body: Bytes) -> Answer {
    let order: FillOrder = read(&body)?;
    let count = u64::from(order.count) * u64::from(order.people.unwrap_or(1));
    let calendar = aside(move || Control::new(sim).fill(&order)).await?;
    Ok(done(&json!({"calendar": calendar, "created": count})))
}

/// `GET /_sim/faults`.
pub(crate) async fn faults(State(sim): State<Sim>) -> Response {
    done(&json!({"faults": sim.faults().all().collect::<Vec<_>>()}))
}

/// `POST /_sim/faults`.
pub(crate) async fn add_fault(State(sim): State<Sim>, body: Bytes) -> Answer {
    let fault: Fault = read(&body)?;
    Control::new(sim.clone()).add_fault(fault)?;
    Ok(faults(State(sim)).await)
}

/// `DELETE /_sim/faults`.
pub(crate) async fn clear_faults(State(sim): State<Sim>) -> Response {
    sim.faults().clear();
    done(&json!({}))
}

/// `GET /_sim/calls?after=SEQ`.
pub(crate) async fn calls(State(sim): State<Sim>, Query(query): Query<After>) -> Response {
    done(&json!({"calls": sim.calls().after(query.after)}))
}

/// `PUT /_sim/calls`.
pub(crate) async fn call_record(State(sim): State<Sim>, body: Bytes) -> Answer {
    let order: RecordOrder = read(&body)?;
    Control::new(sim).record_bodies(order.record_bodies);
    Ok(done(&json!({})))
}

/// `DELETE /_sim/calls`.
pub(crate) async fn clear_calls(State(sim): State<Sim>) -> Response {
    sim.calls().clear();
    done(&json!({}))
}

/// `GET /_sim/world`.
pub(crate) async fn world(State(sim): State<Sim>) -> Answer {
    let text = Control::new(sim).save_world()?;
    Ok(([(header::CONTENT_TYPE, "application/json")], text).into_response())
}

/// `PUT /_sim/world`.
pub(crate) async fn put_world(State(sim): State<Sim>, body: Bytes) -> Answer {
    aside(move || Control::new(sim).load_world(&body)).await?;
    Ok(done(&json!({})))
}

/// Runs long work where it holds up no other call.
pub(super) async fn aside<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ControlError> + Send + 'static,
) -> Result<T, Refused> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => Ok(result?),
        Err(error) => Err(Refused(StatusCode::INTERNAL_SERVER_ERROR, error.to_string())),
    }
}

pub(super) fn done(body: &Value) -> Response {
    google::json(StatusCode::OK, body)
}

pub(super) fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refused> {
    serde_json::from_slice(body).map_err(|error| {
        Refused(
            StatusCode::BAD_REQUEST,
            format!("the body is not understood: {error}"),
        )
    })
}

pub(super) fn read_or_default<T: DeserializeOwned + Default>(body: &[u8]) -> Result<T, Refused> {
    if body.is_empty() {
        Ok(T::default())
    } else {
        read(body)
    }
}

/// The error with its causes, for a person.
fn told(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text = format!("{text}: {inner}");
        cause = inner.source();
    }
    text
}
