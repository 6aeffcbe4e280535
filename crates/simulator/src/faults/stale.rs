//! Reads that see the past: for one request the directory is another one.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use tokio::task_local;

use crate::{
    directory::{Directory, Past},
    state::Sim,
};

task_local! {
    static SEEN: Arc<Directory>;
}

/// The directory that the request of this task sees instead of the present one.
pub(crate) fn stale_directory() -> Option<Arc<Directory>> {
    SEEN.try_with(Arc::clone).ok()
}

/// Answers a request as if nothing had changed lately.
pub(super) async fn in_the_past<T>(
    sim: &Sim,
    path: &str,
    account: Option<&str>,
    past: Past,
    answer: impl Future<Output = T>,
) -> T {
    let calendar = calendar_of(path);
    let calendar = match calendar.as_deref() {
        Some("primary") => account,
        other => other,
    };
    let past = Arc::new(sim.directory().as_of(past, calendar));
    SEEN.scope(past, answer).await
}

/// The past that an order names.
pub(super) fn past(changes: Option<usize>, seconds: Option<u32>, now: Timestamp) -> Past {
    let seconds = SignedDuration::from_secs(i64::from(seconds.unwrap_or(0)));
    let then = now.checked_sub(seconds).unwrap_or(Timestamp::MIN);
    changes.map_or(Past::At(then.as_microsecond()), Past::Changes)
}

/// The calendar that a path of the calendar API is about.
fn calendar_of(path: &str) -> Option<String> {
    let rest = path.strip_prefix("/calendar/v3/calendars/")?;
    let id = rest.split('/').next()?;
    // A path segment decodes like a form value without plus signs.
    let escaped = id.replace('+', "%2B");
    let (id, _) = url::form_urlencoded::parse(escaped.as_bytes()).next()?;
    Some(id.into_owned())
}
