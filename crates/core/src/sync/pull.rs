//! What a batch of a delta pass changes.
//!
//! Items come in any order, may come twice, and may be what is stored already (a page that is read again after a
//! crash, an echo). The plan holds only true differences, and the span of time in which the busy index may differ by
//! them: that of the old version of each changed item and that of the new one.

use std::collections::{BTreeMap, HashMap};

use jiff::SignedDuration;

use crate::{
    external_event::{EventEnd, EventSpan, EventStatus, ExternalEvent, OverrideRange, SeriesRole},
    recurrence,
    time::{Interval, Zone},
};

/// An item as the provider now states it.
#[derive(Clone, Debug, PartialEq)]
#[expect(
    clippy::large_enum_variant,
    reason = "nearly all items are of the large variant"
)]
pub enum Incoming {
    /// It exists in this form.
    Upsert(ExternalEvent),
    /// It is gone; with a master go its overrides.
    Gone {
        /// [`ExternalEvent::provider_id`].
        provider_id: String,
    },
}

impl Incoming {
    /// The item's [`ExternalEvent::provider_id`].
    pub fn provider_id(&self) -> &str {
        match self {
            Self::Upsert(event) => &event.provider_id,
            Self::Gone { provider_id } => provider_id,
        }
    }
}

/// What to write.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plan {
    /// Items that are new or differ from what is stored.
    pub upserts: Vec<ExternalEvent>,
    /// Provider ids of stored items to delete.
    pub gone: Vec<String>,
    /// Spans in which the busy index may change, clipped to the window asked for; neither sorted nor merged.
    pub touched: Vec<Interval>,
}

/// Plans a batch against the stored items that it names, the stored masters of overrides that it names, and the
/// stored overrides of masters that it names. `window` is what the busy index covers, `zone` reads floating times and
/// dates.
pub fn plan(incoming: Vec<Incoming>, stored: &[ExternalEvent], zone: &Zone, window: Interval) -> Plan {
    let latest = latest(incoming);
    let by_id: HashMap<&str, &ExternalEvent> = stored
        .iter()
        .map(|event| (event.provider_id.as_str(), event))
        .collect();
    let stated = latest
        .values()
        .flatten()
        .map(|event| (event.provider_id.as_str(), event));
    let masters = Masters(
        by_id
            .iter()
            .map(|(id, event)| (*id, *event))
            .chain(stated)
            .collect(),
    );
    let mut plan = Plan::default();
    for (provider_id, item) in &latest {
        let old = by_id.get(provider_id.as_str()).copied();
        match item {
            Some(event) if old == Some(event) => {}
            Some(event) => {
                for version in old.into_iter().chain([event]) {
                    plan.touch(version, &masters, zone, window);
                }
                plan.upserts.push(event.clone());
            }
            None => {
                let overrides = stored.iter().filter(|event| is_override_of(event, provider_id));
                for event in overrides.chain(old) {
                    plan.touch(event, &masters, zone, window);
                    plan.gone.push(event.provider_id.clone());
                }
            }
        }
    }
    plan.drop_contradictions();
    plan
}

impl Plan {
    fn touch(&mut self, event: &ExternalEvent, masters: &Masters<'_>, zone: &Zone, window: Interval) {
        if let Some(reach) = recurrence::reach(event, zone) {
            self.touch_span(reach.start_us, reach.end_us.unwrap_or(i64::MAX), window);
        }
        if let SeriesRole::Override {
            master,
            original_start,
            range,
        } = &event.role
        {
            // The occurrence that it stands in for, which lasts as long as the master's.
            let start_us = original_start.instant(zone).as_microsecond();
            let end_us = match range {
                OverrideRange::ThisOnly => start_us.saturating_add(masters.length_us(master, zone)),
                OverrideRange::ThisAndFuture => i64::MAX,
            };
            self.touch_span(start_us, end_us, window);
        }
    }

    /// Events without length touch their instant.
    fn touch_span(&mut self, start_us: i64, end_us: i64, window: Interval) {
        let span = Interval::from_micros(start_us, end_us.max(start_us.saturating_add(1)));
        self.touched.extend(span.and_then(|span| span.clip(window)));
    }

    /// An override that the batch states anew stays, though its former master goes.
    fn drop_contradictions(&mut self) {
        let Self { upserts, gone, .. } = self;
        gone.retain(|id| upserts.iter().all(|event| event.provider_id != *id));
        gone.sort_unstable();
        gone.dedup();
    }
}

/// The masters that are known, stored or just stated.
struct Masters<'a>(HashMap<&'a str, &'a ExternalEvent>);

impl Masters<'_> {
    /// How long an occurrence lasts, in microseconds; a day when the master is not known.
    fn length_us(&self, master: &str, zone: &Zone) -> i64 {
        const DAY_US: i64 = 86_400_000_000;
        let span = self.0.get(master).and_then(|master| master.span.as_ref());
        span.map_or(DAY_US, |span| length_us(span, zone))
    }
}

fn length_us(span: &EventSpan, zone: &Zone) -> i64 {
    let start = span.start.instant(zone);
    match &span.end {
        EventEnd::At(end) => end.instant(zone).as_microsecond() - start.as_microsecond(),
        EventEnd::After { days, exact } => {
            // A nominal day has at most 25 hours.
            let nominal = SignedDuration::from_hours(25).saturating_mul(*days);
            i64::try_from(nominal.saturating_add(*exact).as_micros()).unwrap_or(i64::MAX)
        }
    }
}

/// The last word on each item; `None` when it is gone. A cancelled event is gone unless it removes an occurrence.
fn latest(incoming: Vec<Incoming>) -> BTreeMap<String, Option<ExternalEvent>> {
    let mut latest = BTreeMap::new();
    for item in incoming {
        match item {
            Incoming::Gone { provider_id } => latest.insert(provider_id, None),
            Incoming::Upsert(event) if is_cancelled_whole(&event) => latest.insert(event.provider_id, None),
            Incoming::Upsert(event) => latest.insert(event.provider_id.clone(), Some(event)),
        };
    }
    latest
}

/// Whether nothing of the item takes place, so that it need not be kept.
pub fn is_cancelled_whole(event: &ExternalEvent) -> bool {
    event.status == EventStatus::Cancelled && !matches!(event.role, SeriesRole::Override { .. })
}

fn is_override_of(event: &ExternalEvent, master_id: &str) -> bool {
    matches!(&event.role, SeriesRole::Override { master, .. } if master == master_id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        external_event::{EventKind, Transparency, Visibility},
        time::EventTime,
    };

    fn at(text: &str) -> EventTime {
        EventTime::at(text.parse().unwrap(), Zone::UTC)
    }

    fn event(id: &str, start: &str, end: &str) -> ExternalEvent {
        ExternalEvent {
            provider_id: id.to_owned(),
            ical_uid: None,
            etag: None,
            role: SeriesRole::Single,
            span: Some(EventSpan {
                start: at(start),
                end: EventEnd::At(at(end)),
            }),
            status: EventStatus::Confirmed,
            kind: EventKind::Default,
            transparency: Transparency::Opaque,
            visibility: Visibility::Default,
            self_response: None,
            title: None,
            location: None,
            organizer: None,
            html_link: None,
            updated: None,
        }
    }

    fn cancelled_override(master: &str, original: &str) -> ExternalEvent {
        let role = SeriesRole::Override {
            master: master.to_owned(),
            original_start: at(original),
            range: OverrideRange::ThisOnly,
        };
        ExternalEvent {
            role,
            span: None,
            status: EventStatus::Cancelled,
            ..event(&format!("{master}_{original}"), original, original)
        }
    }

    fn gone(id: &str) -> Incoming {
        Incoming::Gone {
            provider_id: id.to_owned(),
        }
    }

    /// Upserted ids, deleted ids and touched days.
    #[track_caller]
    fn check(incoming: Vec<Incoming>, stored: &[ExternalEvent], expect: (&[&str], &[&str], &[&str])) {
        let year = Interval::new(
            "2026-01-01T00:00:00Z".parse().unwrap(),
            "2027-01-01T00:00:00Z".parse().unwrap(),
        );
        let plan = plan(incoming, stored, &Zone::UTC, year.unwrap());
        let upserts: Vec<&str> = plan
            .upserts
            .iter()
            .map(|event| event.provider_id.as_str())
            .collect();
        let mut days: Vec<String> = plan
            .touched
            .iter()
            .map(|span| format!("{:.10}/{:.10}", span.start().to_string(), span.end().to_string()))
            .collect();
        days.sort();
        days.dedup();
        let gone: Vec<&str> = plan.gone.iter().map(String::as_str).collect();
        let days: Vec<&str> = days.iter().map(String::as_str).collect();
        assert_eq!((&upserts[..], &gone[..], &days[..]), expect);
    }

    #[test]
    fn what_is_stored_already_changes_nothing() {
        let lesson = event("a", "2026-03-01T10:00:00Z", "2026-03-01T11:00:00Z");
        check(vec![Incoming::Upsert(lesson.clone())], &[lesson], (&[], &[], &[]));
        check(vec![gone("b")], &[], (&[], &[], &[]));
    }

    #[test]
    fn a_moved_event_touches_where_it_was_and_where_it_is() {
        let old = event("a", "2026-03-01T10:00:00Z", "2026-03-01T11:00:00Z");
        let new = event("a", "2026-05-02T10:00:00Z", "2026-05-02T11:00:00Z");
        let days: &[&str] = &["2026-03-01/2026-03-01", "2026-05-02/2026-05-02"];
        check(vec![Incoming::Upsert(new)], &[old], (&["a"], &[], days));
    }

    #[test]
    fn the_last_word_on_an_item_counts() {
        let old = event("a", "2026-03-01T10:00:00Z", "2026-03-01T11:00:00Z");
        let items = vec![Incoming::Upsert(old.clone()), gone("a")];
        check(items, &[old], (&[], &["a"], &["2026-03-01/2026-03-01"]));
    }

    #[test]
    fn a_cancelled_event_is_gone_and_a_cancelled_occurrence_is_kept() {
        let old = event("a", "2026-03-01T10:00:00Z", "2026-03-01T11:00:00Z");
        let cancelled = ExternalEvent {
            status: EventStatus::Cancelled,
            ..old.clone()
        };
        check(
            vec![Incoming::Upsert(cancelled)],
            &[old],
            (&[], &["a"], &["2026-03-01/2026-03-01"]),
        );

        // The occurrence lasts from the last of March into April, as long as the master's.
        let series = event("s", "2026-01-30T22:00:00Z", "2026-02-02T22:00:00Z");
        let removed = cancelled_override("s", "2026-03-30T22:00:00Z");
        let id = removed.provider_id.clone();
        check(
            vec![Incoming::Upsert(removed)],
            &[series],
            (&[&id], &[], &["2026-03-30/2026-03-30", "2026-03-30/2026-04-02"]),
        );
    }

    #[test]
    fn with_a_master_go_its_overrides_unless_they_are_stated_anew() {
        let series = event("s", "2026-01-30T22:00:00Z", "2026-01-30T23:00:00Z");
        let removed = cancelled_override("s", "2026-03-30T22:00:00Z");
        let id = removed.provider_id.clone();
        let stored = [series, removed.clone()];
        let days: &[&str] = &["2026-01-30/2026-01-30", "2026-03-30/2026-03-30"];
        check(vec![gone("s")], &stored, (&[], &["s", &id], days));

        let moved = ExternalEvent {
            status: EventStatus::Confirmed,
            ..removed
        };
        check(
            vec![gone("s"), Incoming::Upsert(moved)],
            &stored,
            (&[&id], &["s"], days),
        );
    }
}
