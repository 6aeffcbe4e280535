//! Months of the busy index from stored events, and from those that are about to be stored.

use std::collections::HashSet;

use jiff::SignedDuration;
use kalends_core::{
    busy::{self, Builder, BusyMonth, BusyRules, CompileFault, Month, normalize},
    external_event::ExternalEvent,
    time::Interval,
};
use kalends_store::{Calendar, EncodedMonth, QuarantinedItem, StoreError};

use crate::Engine;

/// Events are looked for this far around a month: their bounds may have been worked out in another zone.
const ZONES: SignedDuration = SignedDuration::from_hours(26);

/// What is about to be stored.
#[derive(Clone, Copy, Default)]
pub(super) struct Overlay<'a> {
    /// Items in their new form.
    pub(super) upserts: &'a [ExternalEvent],
    /// Provider ids of items that go.
    pub(super) gone: &'a [String],
}

/// Compiles months of the covered window, and says which series were not followed to their end. Its cost follows the
/// events that can touch the months.
pub(super) async fn compile(
    engine: &Engine,
    (calendar, rules): (&Calendar, BusyRules),
    (covered, months): (Interval, &[Month]),
    overlay: Overlay<'_>,
) -> Result<(Vec<EncodedMonth>, Vec<QuarantinedItem>), StoreError> {
    let mut builder = Builder::for_months(rules, &calendar.zone, covered, months);
    let gone: HashSet<&str> = overlay.gone.iter().map(String::as_str).collect();
    // Each stretch of adjoining months is one question.
    for stretch in normalize(months.iter().map(|month| around(month.interval())).collect()) {
        for stored in engine
            .store()
            .events_touching(calendar.tenant, calendar.id, stretch)
            .await?
        {
            if !gone.contains(stored.event.provider_id.as_str()) {
                builder.add(stored.event);
            }
        }
    }
    for event in overlay.upserts {
        builder.add(event.clone());
    }
    let compiled = builder.finish();
    let cut_short = report(calendar, &compiled.faults);
    let months = busy::split(&compiled.busy, months.iter().copied());
    Ok((encoded(&months), cut_short))
}

/// Months as they are stored.
pub(super) fn encoded(months: &[BusyMonth]) -> Vec<EncodedMonth> {
    months
        .iter()
        .map(|month| EncodedMonth {
            month: month.month().number(),
            runs: month.encode(),
        })
        .collect()
}

/// Says that events could not be compiled whole, and answers which series were given up at a limit, for the calendar's
/// runs. Their ids stay out of the log: in feeds they may be addresses.
pub(super) fn report(calendar: &Calendar, faults: &[CompileFault]) -> Vec<QuarantinedItem> {
    if let Some(first) = faults.first() {
        let count = faults.len();
        tracing::warn!(calendar = %calendar.id, count, first = %first.error, "parts of series cannot be read");
    }
    let cut_short = faults.iter().filter(|fault| fault.error.is_limit());
    cut_short
        .map(|fault| QuarantinedItem {
            provider_id: fault.provider_id.clone(),
            reason: fault.error.to_string(),
            attempts: 0,
            retry_at: None,
        })
        .collect()
}

/// The stretch in which events of a span of time are looked for.
pub(crate) fn around(span: Interval) -> Interval {
    let start = span.start().saturating_sub(ZONES).unwrap_or(span.start());
    let end = span.end().saturating_add(ZONES).unwrap_or(span.end());
    Interval::new(start, end).unwrap_or(span)
}
