//! Time as calendars state it and as Kalends computes with it.
//!
//! Computation happens on [`Interval`]s of UTC instants; what a calendar says ([`EventTime`]) stays civil time in
//! its zone, floating civil time or a date until a [`Zone`] turns it into an instant.

mod event_time;
mod id;
mod interval;
mod offset_span;
mod windows_zones;
mod zone;
mod zone_history;
mod zone_name;

pub use event_time::EventTime;
pub use id::{
    ApiKeyId, BlockId, CalendarId, ConflictId, ConnectionId, EventEditId, EventId, EventLinkId,
    ExternalEventId, OauthStateId, PushChannelId, SyncRunId, TaskId, TenantId, UserId, UserIdError,
};
pub use interval::Interval;
pub use offset_span::OffsetSpan;
pub use zone::{UnknownZone, Zone};
pub(crate) use zone_history::ZoneHistory;
pub(crate) use zone_name::{fixed as fixed_zone, posix_offset};
