//! Busy time as a provider computes it.

use kalends_core::time::Interval;

use super::ProviderError;

/// What a provider says of one calendar's busy time.
#[derive(Debug)]
pub struct CalendarBusy {
    /// The calendar, as it was asked for.
    pub provider_id: String,
    /// Its busy time: sorted, merged and within the window. An error means that nothing is known, never that the
    /// calendar is free.
    pub busy: Result<Vec<Interval>, ProviderError>,
}
