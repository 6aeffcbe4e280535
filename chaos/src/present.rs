//! The present instant, by the clock that the servers under test have too.

use jiff::Timestamp;

/// Now.
#[expect(
    clippy::disallowed_methods,
    reason = "the servers under test are real processes that live in real time"
)]
pub(crate) fn now() -> Timestamp {
    Timestamp::now()
}
