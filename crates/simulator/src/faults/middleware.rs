//! Records every call and lets faults strike, before anything else sees the request.

use std::time::Duration;

use axum::{
    extract::{ConnectInfo, FromRequestParts, Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, header};

use super::{ListingKnobs, Trouble, body};
use crate::{
    calls::{RecordedCall, redact},
    google::Call,
    listener::Cord,
    state::Sim,
};

/// What the troubles of one call add up to.
#[derive(Default)]
struct Orders {
    knobs: ListingKnobs,
    answer: Option<Response>,
    delay: Duration,
    cut: Option<Cut>,
}

#[derive(Clone, Copy, PartialEq)]
enum Cut {
    Before,
    After,
}

/// The outermost layer of Google's routes; the control plane is never struck.
pub(crate) async fn obey(
    State(sim): State<Sim>,
    ConnectInfo(cord): ConnectInfo<Cord>,
    request: Request,
    next: Next,
) -> Response {
    let (mut parts, request_body) = request.into_parts();
    let Ok(call) = Call::from_request_parts(&mut parts, &()).await;
    let now = sim.now();
    let account = call
        .access_token()
        .and_then(|token| sim.grants().holder(token, now))
        .map(|holder| holder.email);
    let path = parts.uri.path().to_owned();
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
    };
    let orders = gather(troubles, &path);
    if !orders.delay.is_zero() {
        tokio::time::sleep(orders.delay).await;
    }
    let mut response = if orders.cut == Some(Cut::Before) {
        StatusCode::SERVICE_UNAVAILABLE.into_response()
    } else if let Some(answer) = orders.answer {
        answer
    } else {
        parts.extensions.insert(orders.knobs);
        next.run(Request::from_parts(parts, request_body)).await
    };
    // Callers that compare clocks must meet the simulated one.
    let date = sim.now().strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
    if let Ok(date) = HeaderValue::from_str(&date) {
        response.headers_mut().insert(header::DATE, date);
    }
    if orders.cut.is_some() {
        cord.cut();
    } else {
        record.status = Some(response.status().as_u16());
    }
    sim.calls().push(record);
    response
}

fn gather(troubles: Vec<Trouble>, path: &str) -> Orders {
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
            Trouble::Reset => orders.cut = Some(Cut::Before),
            Trouble::ResetAfter => orders.cut = Some(Cut::After),
            Trouble::EmptyPage => orders.knobs.empty_page = true,
            Trouble::PageSize { items } => orders.knobs.page_size = Some(items),
        }
    }
    orders
}
