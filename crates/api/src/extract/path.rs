//! Parameters in the path.

use axum::extract::{FromRequestParts, RawPathParams};
use http::request::Parts;

use crate::problem::Problem;

/// A value that a path parameter is read as, and what to say when it is not one.
pub(crate) trait PathValue: Sized + std::str::FromStr {
    /// What the parameter must be.
    const MUST_BE: &str;
}

/// The parameters of the path, in their order: one value, or a pair of them.
#[derive(Debug)]
pub(crate) struct Path<T>(pub(crate) T);

/// What the parameters of a path are read as.
pub(crate) trait PathParams: Sized {
    /// Reads them from their names and decoded values.
    fn read<'a>(params: impl Iterator<Item = (&'a str, &'a str)>) -> Result<Self, Problem>;
}

impl<T: PathParams, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let params = RawPathParams::from_request_parts(parts, state)
            .await
            .map_err(|_| Problem::field("path", "must be percent-encoded UTF-8"))?;
        T::read(params.iter()).map(Self)
    }
}

impl<T: PathValue> PathParams for T {
    fn read<'a>(mut params: impl Iterator<Item = (&'a str, &'a str)>) -> Result<Self, Problem> {
        one(&mut params)
    }
}

impl<A: PathValue, B: PathValue> PathParams for (A, B) {
    fn read<'a>(mut params: impl Iterator<Item = (&'a str, &'a str)>) -> Result<Self, Problem> {
        Ok((one(&mut params)?, one(&mut params)?))
    }
}

fn one<'a, T: PathValue>(params: &mut impl Iterator<Item = (&'a str, &'a str)>) -> Result<T, Problem> {
    let (name, value) = params.next().unwrap_or(("path", ""));
    value.parse().map_err(|_| Problem::field(name, T::MUST_BE))
}

macro_rules! path_values {
    ($($type:ty: $must_be:literal,)+) => {$(
        impl PathValue for $type {
            const MUST_BE: &str = $must_be;
        }
    )+};
}

path_values! {
    kalends_core::time::ConnectionId: "must be the id of a connection, a UUID",
    kalends_core::time::CalendarId: "must be the id of a calendar, a UUID",
    kalends_core::time::BlockId: "must be the id of a block, a UUID",
    kalends_core::time::EventId: "must be the id of a hold, a UUID",
    kalends_core::time::ConflictId: "must be the id of a conflict, a UUID",
    kalends_core::time::TaskId: "must be the id of a task, a UUID",
    kalends_core::provider::ProviderKind: "must be a provider such as google",
    kalends_core::settings::SettingKind: "must be calendar_read, calendar_write, drive, meet, sync or working_hours",
    crate::routes::events::Start: "must be an instant such as 2026-12-08T10:00:00Z, or a date such as 2026-12-08",
    kalends_core::time::EventLinkId: "must be the id of an event's link, a UUID",
    kalends_core::event::EventKey: "must have 1 to 200 bytes and no control characters",
    kalends_core::time::UserId: "must have 1 to 200 bytes and no control characters",
}
