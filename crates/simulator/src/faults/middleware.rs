//! Records every call and lets faults strike, before anything else sees the request.

use std::time::{Duration, Instant};

use axum::{
    body::{Body, to_bytes},
    extract::{ConnectInfo, FromRequestParts, Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, header};
use jiff::SignedDuration;

use super::{
    ListingKnobs, Trouble, body,
    spoil::{Damage, page, spoil},
    stale::{in_the_past, past},
};
use crate::{
    calls::{RecordedCall, Seen, redact},
    directory::Past,
    google::Call,
    listener::Cord,
    state::Sim,
};

/// A larger request body is refused; no call of Google's calendar API comes near it.
const LARGEST_BODY: usize = 64 * 1024 * 1024;

/// What the troubles of one call add up to.
#[derive(Default)]
struct Orders {
    knobs: ListingKnobs,
    answer: Option<Response>,
    delay: Duration,
    before: Option<End>,
    after: Option<End>,
    past: Option<Past>,
    damage: Vec<Damage>,
    skew: SignedDuration,
    /// Bytes, and milliseconds before each.
    trickle: Option<(usize, u64)>,
}

/// How a call ends without an answer.
#[derive(Clone, Copy, PartialEq)]
enum End {
    Cut,
    Hang,
}

/// The outermost layer of Google's routes; the control plane is never struck.
pub(crate) async fn obey(
    State(sim): State<Sim>,
    ConnectInfo(cord): ConnectInfo<Cord>,
    request: Request,
    next: Next,
) -> Response {
    let begun = Instant::now();
    let (mut parts, request_body) = request.into_parts();
    let Ok(call) = Call::from_request_parts(&mut parts, &()).await;
    let now = sim.now();
    let account = call
        .access_token()
        .and_then(|token| sim.grants().holder(token, now))
        .map(|holder| holder.email);
    let path = parts.uri.path().to_owned();
    let Ok(request_body) = to_bytes(request_body, LARGEST_BODY).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let troubles = sim
        .faults()
        .strike(parts.method.as_str(), &path, account.as_deref());
    let mut record = RecordedCall {
        seq: 0,
        at: now,
        method: parts.method.to_string(),
        query: redact(parts.uri.query().unwrap_or_default()),
        account: account.as_deref().map(str::to_owned),
        status: None,
        fault: !troubles.is_empty(),
        path: path.clone(),
        request: Seen::of(&parts.headers, &request_body, sim.calls().records_bodies()),
        duration_micros: 0,
    };
    let orders = gather(&sim, troubles, &path);
    if !orders.delay.is_zero() {
        tokio::time::sleep(orders.delay).await;
    }
    let mut end = orders.before;
    let mut response = if end.is_some() {
        StatusCode::SERVICE_UNAVAILABLE.into_response()
    } else if let Some(answer) = orders.answer {
        end = orders.after;
        answer
    } else {
        end = orders.after;
        parts.extensions.insert(orders.knobs);
        let answer = next.run(Request::from_parts(parts, Body::from(request_body)));
        match orders.past {
            Some(past) => in_the_past(&sim, &path, account.as_deref(), past, answer).await,
            None => answer.await,
        }
    };
    for damage in orders.damage {
        response = spoil(response, damage).await;
    }
    // Callers that compare clocks must meet the simulated one.
    let date = sim.now().checked_add(orders.skew).unwrap_or(now);
    let date = date.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
    if let Ok(date) = HeaderValue::from_str(&date) {
        response.headers_mut().insert(header::DATE, date);
    }
    record.status = end.is_none().then(|| response.status().as_u16());
    record.duration_micros = u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX);
    sim.calls().push(record);
    if end == Some(End::Hang) {
        // Ends also when the caller goes away: then this future is dropped.
        sim.stop().cancelled().await;
    }
    if end.is_some() {
        cord.cut();
    }
    if let Some((bytes, milliseconds)) = orders.trickle {
        cord.trickle(bytes, milliseconds);
    }
    response
}

fn gather(sim: &Sim, troubles: Vec<Trouble>, path: &str) -> Orders {
    let mut orders = Orders::default();
    for trouble in troubles {
        match trouble {
            Trouble::Delay { milliseconds } => orders.delay += Duration::from_millis(milliseconds),
            Trouble::Status {
                status,
                reason,
                retry_after_seconds,
            } => {
                let answer = body::answer(path, status, reason.as_deref(), retry_after_seconds);
                orders.answer = Some(answer);
            }
            Trouble::Reset => orders.before = Some(End::Cut),
            Trouble::ResetAfter => orders.after = Some(End::Cut),
            Trouble::Hang => orders.before = Some(End::Hang),
            Trouble::HangAfter => orders.after = Some(End::Hang),
            Trouble::Html { status } => orders.answer = Some(page(status)),
            Trouble::Truncate { bytes } => orders.damage.push(Damage::Truncate(bytes)),
            Trouble::Corrupt => orders.damage.push(Damage::Corrupt),
            Trouble::ContentType { value } => orders.damage.push(Damage::ContentType(value)),
            Trouble::Trickle { bytes, milliseconds } => orders.trickle = Some((bytes, milliseconds)),
            Trouble::Stale { changes, seconds } => orders.past = Some(past(changes, seconds, sim.now())),
            Trouble::ClockSkew { seconds } => orders.skew = SignedDuration::from_secs(seconds),
            Trouble::EmptyPage => orders.knobs.empty_page = true,
            Trouble::PageSize { items } => orders.knobs.page_size = Some(items),
        }
    }
    orders
}
