//! Google's quotas: who has asked how often, what is too much, and what then is answered
//! (Google Calendar API guides "Manage quotas" and "Handle API errors"; Workspace help "Avoid Calendar use limits").
//!
//! Nothing is refused until a limit is set, so that tests of other things are not slowed down. The meter counts in any
//! case, and notes calls that Google's own numbers would not have allowed. A new quota is one variant of [`Quota`], one
//! member of [`Quotas`] and one line in [`Meter::call`] or [`Meter::charge`].

mod exceeded;
mod meter;
mod middleware;
mod window;

use http::StatusCode;
use serde::{Deserialize, Serialize};

use crate::google::GoogleError;

pub use exceeded::Exceeded;
pub(crate) use meter::{Meter, Who};
pub use meter::{MeterReport, Peak, ProjectUse, UserUse};
pub(crate) use middleware::count;

/// The limits in force. What has no number is not limited.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Quotas {
    /// Calls of one project in any 60 seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub per_minute_per_project: Option<u32>,
    /// Calls of one project for one user in any 60 seconds; `quotaUser` may name another user than the account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub per_minute_per_user: Option<u32>,
    /// Calls of one project from midnight to midnight in California.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub per_day_per_project: Option<u32>,
    /// Writes to one calendar in any 60 seconds, whoever makes them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub writes_per_minute_per_calendar: Option<u32>,
    /// Events that one person makes in any 24 hours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub events_per_day: Option<u32>,
    /// Guests outside of the person's domain that one person invites in any 24 hours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external_invitations_per_day: Option<u32>,
    /// Calendars that one person makes in any 24 hours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub calendars_per_day: Option<u32>,
    /// How the limits per minute answer.
    pub rate_status: RateStatus,
}

/// Google answers a rate that is too high in two ways, which callers must treat alike.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub enum RateStatus {
    /// 403 with `rateLimitExceeded` or `userRateLimitExceeded`.
    #[default]
    Forbidden,
    /// 429 with `rateLimitExceeded`.
    TooManyRequests,
}

/// Something that is limited.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Quota {
    /// See [`Quotas::per_minute_per_project`].
    PerMinutePerProject,
    /// See [`Quotas::per_minute_per_user`].
    PerMinutePerUser,
    /// See [`Quotas::per_day_per_project`].
    PerDayPerProject,
    /// See [`Quotas::writes_per_minute_per_calendar`].
    WritesPerMinutePerCalendar,
    /// See [`Quotas::events_per_day`].
    EventsPerDay,
    /// See [`Quotas::external_invitations_per_day`].
    ExternalInvitationsPerDay,
    /// See [`Quotas::calendars_per_day`].
    CalendarsPerDay,
}

impl Quotas {
    /// What Google publishes: the quotas of projects made since May 2026, and the use limits of paid accounts.
    pub fn google() -> Self {
        Self {
            per_minute_per_project: Some(10_000),
            per_minute_per_user: Some(600),
            per_day_per_project: Some(1_000_000),
            // Google limits this too, but tells no number.
            writes_per_minute_per_calendar: None,
            events_per_day: Some(100_000),
            external_invitations_per_day: Some(10_000),
            calendars_per_day: Some(60),
            rate_status: RateStatus::Forbidden,
        }
    }

    fn limit(&self, quota: Quota) -> Option<u32> {
        match quota {
            Quota::PerMinutePerProject => self.per_minute_per_project,
            Quota::PerMinutePerUser => self.per_minute_per_user,
            Quota::PerDayPerProject => self.per_day_per_project,
            Quota::WritesPerMinutePerCalendar => self.writes_per_minute_per_calendar,
            Quota::EventsPerDay => self.events_per_day,
            Quota::ExternalInvitationsPerDay => self.external_invitations_per_day,
            Quota::CalendarsPerDay => self.calendars_per_day,
        }
    }

    /// What Google answers when the quota is used up.
    fn refusal(&self, quota: Quota) -> GoogleError {
        let forbidden = StatusCode::FORBIDDEN;
        let (status, reason, message) = match (quota, self.rate_status) {
            (Quota::PerDayPerProject, _) => (forbidden, "dailyLimitExceeded", "Daily Limit Exceeded"),
            (Quota::EventsPerDay | Quota::ExternalInvitationsPerDay | Quota::CalendarsPerDay, _) => {
                (forbidden, "quotaExceeded", "Calendar usage limits exceeded.")
            }
            (_, RateStatus::TooManyRequests) => (
                StatusCode::TOO_MANY_REQUESTS,
                "rateLimitExceeded",
                "Rate Limit Exceeded",
            ),
            (Quota::PerMinutePerUser, RateStatus::Forbidden) => {
                (forbidden, "userRateLimitExceeded", "User Rate Limit Exceeded")
            }
            (Quota::PerMinutePerProject | Quota::WritesPerMinutePerCalendar, RateStatus::Forbidden) => {
                (forbidden, "rateLimitExceeded", "Rate Limit Exceeded")
            }
        };
        GoogleError::new(status, "usageLimits", reason, message)
    }
}

impl TryFrom<u16> for RateStatus {
    type Error = &'static str;

    fn try_from(status: u16) -> Result<Self, Self::Error> {
        match status {
            403 => Ok(Self::Forbidden),
            429 => Ok(Self::TooManyRequests),
            _ => Err("rateStatus must be 403 or 429"),
        }
    }
}

impl From<RateStatus> for u16 {
    fn from(status: RateStatus) -> Self {
        match status {
            RateStatus::Forbidden => 403,
            RateStatus::TooManyRequests => 429,
        }
    }
}
