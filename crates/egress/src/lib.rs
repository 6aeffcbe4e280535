//! Outbound HTTP: every call to a provider or to a URL that a person typed goes through [`Egress::send`].
//!
//! A call passes these stages, outermost first; each is one file with its rules on top:
//!
//! ```text
//! trace -> deadline -> retry -> breaker -> limiter -> token -> attempt -> transport (guard in the connector)
//! ```
//!
//! Retry encloses the four below it, so each attempt asks the breaker again and pays quota again. Long waits are no
//! business of this crate: whoever called gets a typed error with the time from which another try makes sense.
//!
//! To call a new service: name it ([`Service`]), give it a [`ServicePolicy`] in [`EgressConfig`], and write a
//! `fn(&Answer) -> Verdict` that knows how this service says "too fast", "token refused" and "I am broken".
//!
//! To add a stage: a file with `pub(crate) fn stage(..) -> Stage`, and a line in `egress.rs`.

mod answer;
mod attempt;
mod batch;
mod breaker;
mod call;
mod clock;
mod config;
mod deadline;
mod egress;
mod error;
mod guard;
mod limiter;
mod retry;
#[cfg(test)]
mod scripted;
mod stack;
mod token;
mod trace;
mod transport;

pub use answer::{Answer, LimitScope, Verdict, by_status};
pub use batch::{BatchEndpoint, BatchForm};
pub use call::{AccountKey, Auth, Call, ClientKey, Lane, Repeat, Service, Target, Usage};
pub use clock::Surroundings;
pub use config::{
    AllowedHost, AllowedHostError, BreakerPolicy, EgressConfig, RetryPolicy, ServicePolicy, SharedWindows,
    UserUrlPolicy, Window, WindowError,
};
pub use egress::{Egress, SetupError};
pub use error::{BoxError, Cut, EgressError, ErrorClass, LimitedBy, RedirectFault};
pub use guard::BlockReason;
pub use limiter::{Counting, Limiter, SharedClock, UnderWay};
pub use token::{TokenError, TokenSource};
