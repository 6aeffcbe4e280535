//! The handle through which everything is sent.

use std::{fmt, sync::Arc};

use thiserror::Error;
use tower::ServiceExt;
use url::Url;

use crate::{
    answer::Answer,
    attempt,
    batch::Batches,
    breaker::{self, Circuits},
    call::Call,
    config::EgressConfig,
    deadline,
    error::{BoxError, EgressError},
    guard::{self, BlockReason},
    limiter::{self, Counting, Limiter},
    retry,
    stack::{Line, Stage, Ticket, assemble},
    token::{TokenSource, stage as token},
    trace,
    transport::Transport,
};

/// Sends calls. Cheap to clone; clones share connections, breakers and windows.
#[derive(Clone)]
pub struct Egress {
    shared: Arc<Shared>,
    line: Line,
}

#[derive(Debug)]
struct Shared {
    config: Arc<EgressConfig>,
    transport: Arc<Transport>,
    batches: Arc<Batches>,
    circuits: Arc<Circuits>,
    limiter: Limiter,
}

/// Why there is no egress.
#[derive(Debug, Error)]
pub enum SetupError {
    /// The source says why (TLS set-up, the configured user agent).
    #[error("the HTTP client could not be set up")]
    Client(#[source] BoxError),
    /// The address of the Redis that counts calls is none.
    #[error("the address of Redis cannot be used")]
    Windows(#[source] BoxError),
}

impl Egress {
    /// Sets up clients and stages; without a source of tokens, so [`crate::Auth::AccountToken`] fails until
    /// [`Egress::with_tokens`].
    pub fn new(config: EgressConfig) -> Result<Self, SetupError> {
        let transport = Arc::new(Transport::new(&config).map_err(|error| SetupError::Client(error.into()))?);
        let config = Arc::new(config);
        let shared = Arc::new(Shared {
            batches: Arc::new(Batches::new(Arc::clone(&transport))),
            transport,
            circuits: Arc::new(Circuits::default()),
            limiter: Limiter::new(Arc::clone(&config))?,
            config,
        });
        Ok(Self {
            line: line(&shared, None),
            shared,
        })
    }

    /// The same with a source of tokens; shares connections, breakers and windows with `self`.
    #[must_use]
    pub fn with_tokens(&self, tokens: Arc<dyn TokenSource>) -> Self {
        Self {
            line: line(&self.shared, Some(tokens)),
            shared: Arc::clone(&self.shared),
        }
    }

    /// Tells how many replicas divide the budgets while they cannot count together; at first one.
    pub fn set_replicas(&self, replicas: u32) {
        self.shared.limiter.set_replicas(replicas);
    }

    /// Who counts the calls that budgets limit: asks the shared store, when there is one.
    pub async fn counting(&self) -> Counting {
        self.shared.limiter.counting().await
    }

    /// Sends a call through all stages.
    ///
    /// `Ok` is an answer for the caller to read: [`crate::Verdict::Ok`], [`crate::Verdict::Rejected`], or
    /// [`crate::Verdict::Unauthorized`] that a fresh token did not cure. Rate limits and failures of the service that
    /// outlast the retries are errors, and so is whatever kept the answer from coming.
    pub async fn send(&self, call: Call) -> Result<Answer, EgressError> {
        let outcome = self.line.clone().oneshot(Ticket::new(call)).await?;
        Ok(outcome.answer)
    }

    /// Checks a URL that a person typed in, as each call with [`crate::Target::UserSupplied`] does again, and returns it
    /// with `webcal` written as https. What its name resolves to is known only when it is called.
    pub fn check_user_url(&self, text: &str) -> Result<Url, BlockReason> {
        guard::url::check(text, &self.shared.config.user_urls).map(|checked| checked.url)
    }
}

fn line(shared: &Shared, tokens: Option<Arc<dyn TokenSource>>) -> Line {
    let innermost = attempt::line(
        Arc::clone(&shared.transport),
        Arc::clone(&shared.batches),
        Arc::clone(&shared.config),
    );
    assemble(
        stages(&shared.config, &shared.circuits, &shared.limiter, tokens),
        innermost,
    )
}

/// The stages, outermost first.
fn stages(
    config: &Arc<EgressConfig>,
    circuits: &Arc<Circuits>,
    limiter: &Limiter,
    tokens: Option<Arc<dyn TokenSource>>,
) -> Vec<Stage> {
    vec![
        trace::stage(),
        deadline::stage(),
        retry::stage(config.retry, config.surroundings.clone()),
        breaker::stage(Arc::clone(circuits), Arc::clone(config)),
        limiter::stage(limiter.clone()),
        token::stage(tokens),
    ]
}

impl fmt::Debug for Egress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Egress").field(&self.shared).finish()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Mutex, PoisonError};

    use super::*;
    use crate::{
        call::Auth,
        scripted::{Reply, Scripted, Tokens, call, surroundings},
        stack::pass,
    };

    /// Notes the stage's name and passes on.
    fn note(name: &'static str, noted: &Arc<Mutex<Vec<&'static str>>>) -> Stage {
        let noted = Arc::clone(noted);
        Stage::new(name, move |ticket, inside| {
            noted.lock().unwrap_or_else(PoisonError::into_inner).push(name);
            async move { pass(&inside, ticket).await }
        })
    }

    #[tokio::test(start_paused = true)]
    async fn each_attempt_passes_breaker_and_limiter_again() {
        let config = Arc::new(EgressConfig::new(surroundings()));
        let tokens = Tokens::new(["stale", "fresh"]);
        let noted = Arc::default();
        let limiter = Limiter::new(Arc::clone(&config)).unwrap();
        let stages = stages(&config, &Arc::default(), &limiter, Some(tokens))
            .into_iter()
            .flat_map(|stage| [note(stage.name, &noted), stage])
            .collect();
        let service = Scripted::new([Reply::status(429), Reply::status(401), Reply::status(200)]);
        let mut call = call();
        call.auth = Auth::AccountToken;

        let outcome = assemble(stages, service.line())
            .oneshot(Ticket::new(call))
            .await
            .unwrap();

        assert_eq!(outcome.answer.status, 200);
        let attempt = ["breaker", "limiter", "token"];
        let expect = [&["trace", "deadline", "retry"][..], &attempt, &attempt, &attempt].concat();
        assert_eq!(*noted.lock().unwrap(), expect);
        let tokens: Vec<_> = service
            .sent()
            .into_iter()
            .map(|sent| sent.authorization)
            .collect();
        assert_eq!(tokens, ["Bearer stale", "Bearer stale", "Bearer fresh"]);
    }
}
