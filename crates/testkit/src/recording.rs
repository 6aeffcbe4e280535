//! Where the simulator keeps the calls of the tests, for the check against Google's discovery document.

use std::path::PathBuf;

/// The folder that `KALENDS_RECORD_CALLS` names; `cargo xtask test` sets it and checks what lies there at the end.
#[expect(
    clippy::disallowed_methods,
    reason = "tests are told by the environment what is wanted of them"
)]
pub fn recording() -> Option<PathBuf> {
    std::env::var_os("KALENDS_RECORD_CALLS").map(PathBuf::from)
}
