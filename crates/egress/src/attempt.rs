//! The innermost stage: one attempt, with its time, and the verdict on its answer.
//!
//! An attempt has the service's attempt timeout or what is left until the deadline, whichever is shorter.

use std::sync::Arc;

use tokio::time::{Instant, timeout};
use tower::util::service_fn;

use crate::{
    batch::Batches,
    config::EgressConfig,
    error::{Cut, EgressError},
    stack::{Line, Outcome, Ticket},
    transport::Transport,
};

pub(crate) fn line(transport: Arc<Transport>, batches: Arc<Batches>, config: Arc<EgressConfig>) -> Line {
    Line::new(service_fn(move |ticket| {
        attempt(
            ticket,
            Arc::clone(&transport),
            Arc::clone(&batches),
            Arc::clone(&config),
        )
    }))
}

async fn attempt(
    ticket: Ticket,
    transport: Arc<Transport>,
    batches: Arc<Batches>,
    config: Arc<EgressConfig>,
) -> Result<Outcome, EgressError> {
    let call = &ticket.call;
    let full = config.policy(call.service).attempt_timeout;
    let left = ticket.deadline.saturating_duration_since(Instant::now());
    let (waited, cut) = if left < full {
        (left, Cut::Deadline)
    } else {
        (full, Cut::Attempt)
    };
    let exchange = async {
        match &call.batch {
            None => transport.exchange(call, ticket.authorization).await,
            Some(endpoint) => batches.exchange(endpoint, call, ticket.authorization).await,
        }
    };
    let answer = timeout(waited, exchange)
        .await
        .map_err(|_| EgressError::Timeout { waited, cut })??;
    let verdict = (call.classify)(&answer);
    Ok(Outcome {
        answer,
        verdict,
        refused: None,
    })
}
