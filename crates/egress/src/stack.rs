//! What travels between the stages, and how they are put around each other. Their order is in `egress.rs`.

use std::{sync::Arc, time::Duration};

use http::HeaderValue;
use secrecy::SecretString;
use tokio::time::Instant;
use tower::{
    ServiceExt,
    util::{BoxCloneSyncService, service_fn},
};

use crate::{
    answer::{Answer, Verdict},
    call::{Call, Peer},
    error::EgressError,
};

/// A stage together with all that lies inside it.
pub(crate) type Line = BoxCloneSyncService<Ticket, Outcome, EgressError>;

/// Cap of all deadlines, so that adding to the present cannot overflow.
const LONGEST: Duration = Duration::from_hours(24);

/// One attempt on its way in; cheap to clone, so that retry can send it again.
#[derive(Clone, Debug)]
pub(crate) struct Ticket {
    pub(crate) call: Arc<Call>,
    pub(crate) peer: Peer,
    /// When everything must be over.
    pub(crate) deadline: Instant,
    /// The token that the service refused at the attempt before.
    pub(crate) refused: Option<SecretString>,
    /// What the token stage found for the `Authorization` header.
    pub(crate) authorization: Option<HeaderValue>,
}

impl Ticket {
    pub(crate) fn new(call: Call) -> Self {
        Self {
            peer: Peer::of(&call),
            deadline: Instant::now() + call.deadline.min(LONGEST),
            call: Arc::new(call),
            refused: None,
            authorization: None,
        }
    }
}

/// An answer on its way out.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) answer: Answer,
    pub(crate) verdict: Verdict,
    /// The account's token, if it was refused and another may be had.
    pub(crate) refused: Option<SecretString>,
}

/// A stage that is not yet set up around its inside.
pub(crate) struct Stage {
    #[cfg_attr(not(test), expect(dead_code, reason = "the test of the order reads it"))]
    pub(crate) name: &'static str,
    pub(crate) wrap: Box<dyn FnOnce(Line) -> Line>,
}

impl Stage {
    /// A stage that does `run` with each ticket; `run` passes tickets on with [`pass`].
    pub(crate) fn new<Run, Running>(name: &'static str, run: Run) -> Self
    where
        Run: Fn(Ticket, Line) -> Running + Clone + Send + Sync + 'static,
        Running: Future<Output = Result<Outcome, EgressError>> + Send + 'static,
    {
        let wrap = move |inside: Line| Line::new(service_fn(move |ticket| run(ticket, inside.clone())));
        Self {
            name,
            wrap: Box::new(wrap),
        }
    }
}

/// Sends a ticket to the next stage inside.
pub(crate) async fn pass(inside: &Line, ticket: Ticket) -> Result<Outcome, EgressError> {
    inside.clone().oneshot(ticket).await
}

/// Puts the stages, outermost first, around the innermost.
pub(crate) fn assemble(stages: Vec<Stage>, innermost: Line) -> Line {
    stages
        .into_iter()
        .rev()
        .fold(innermost, |inside, stage| (stage.wrap)(inside))
}
