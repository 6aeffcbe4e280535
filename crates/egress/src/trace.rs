//! The trace stage: a span around each call and one line about how it went.
//!
//! Service, host, method, lane, status and time; never the path or query of a URL, which may hold secrets.

use tokio::time::Instant;
use tracing::{Instrument, debug, debug_span};

use crate::{
    error::EgressError,
    stack::{Line, Outcome, Stage, Ticket, pass},
};

pub(crate) fn stage() -> Stage {
    Stage::new("trace", run)
}

async fn run(ticket: Ticket, inside: Line) -> Result<Outcome, EgressError> {
    let call = &ticket.call;
    let span = debug_span!(
        "egress",
        service = call.service.0,
        host = call.request.uri().host().unwrap_or_default(),
        method = call.request.method().as_str(),
        lane = ?call.lane,
    );
    let began = Instant::now();
    async move {
        let result = pass(&inside, ticket).await;
        let elapsed_ms = began.elapsed().as_millis();
        match &result {
            Ok(outcome) => {
                debug!(status = outcome.answer.status.as_u16(), verdict = ?outcome.verdict, elapsed_ms, "call answered");
            }
            Err(error) => debug!(%error, elapsed_ms, "call failed"),
        }
        result
    }
    .instrument(span)
    .await
}
