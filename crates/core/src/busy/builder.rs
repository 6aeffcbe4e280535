//! Compiles events to the busy run of a window.

use std::collections::HashMap;

use super::{BusyRules, Month, blocks, intersect, normalize};
use crate::{
    external_event::{EventStatus, ExternalEvent, SeriesRole},
    recurrence::{Expander, Expansion, Occurrence, RecurrenceError, Series},
    time::{Interval, Zone},
};

/// Microseconds of a day.
const DAY_US: i64 = 86_400_000_000;

/// Takes the events of one calendar in any order, while they are being paged in, and compiles when it is busy.
///
/// An event that happens once shrinks to its interval at once; of a series the master and the overrides are kept
/// until the end, without their texts. An item that comes again replaces what it said before.
#[derive(Debug)]
pub struct Builder {
    /// The run of time to compile.
    windows: Vec<Interval>,
    blocking: Blocking,
    items: HashMap<String, Item>,
}

/// What a calendar's events amount to.
#[derive(Clone, Debug, PartialEq)]
pub struct Compiled {
    /// The busy run, clipped to the builder's windows.
    pub busy: Vec<Interval>,
    /// What could not be read, by provider id; the other lines of the same event still count.
    pub faults: Vec<CompileFault>,
}

/// Part of a series that could not be read.
#[derive(Clone, Debug, PartialEq)]
pub struct CompileFault {
    /// The master's [`ExternalEvent::provider_id`].
    pub provider_id: String,
    /// What was wrong with it.
    pub error: RecurrenceError,
}

#[derive(Clone, Debug)]
enum Item {
    /// The time of an event that happens once.
    Busy(Interval),
    Master(Box<ExternalEvent>),
    Override {
        master: String,
        event: Box<ExternalEvent>,
    },
}

/// Finds the occurrences that block.
#[derive(Debug)]
struct Blocking {
    rules: BusyRules,
    /// One for each window.
    expanders: Vec<Expander>,
}

impl Builder {
    /// Compiles over one window; floating times and dates are read in the calendar's zone.
    pub fn new(rules: BusyRules, zone: &Zone, window: Interval) -> Self {
        Self::over(rules, zone, vec![window])
    }

    /// Compiles over some months of the covered window, so that the cost follows these months alone.
    pub fn for_months(rules: BusyRules, zone: &Zone, covered: Interval, months: &[Month]) -> Self {
        let windows = months.iter().filter_map(|month| month.interval().clip(covered));
        Self::over(rules, zone, normalize(windows.collect()))
    }

    /// Takes an event; what was added before with the same provider id is forgotten.
    pub fn add(&mut self, event: ExternalEvent) {
        let item = match &event.role {
            SeriesRole::Single => self.blocking.once(&event).map(Item::Busy),
            SeriesRole::Master { .. } => Some(Item::Master(Box::new(without_texts(&event)))),
            SeriesRole::Override { master, .. } => Some(Item::Override {
                master: master.clone(),
                event: Box::new(without_texts(&event)),
            }),
        };
        match item {
            Some(item) => self.items.insert(event.provider_id, item),
            None => self.items.remove(&event.provider_id),
        };
    }

    /// Forgets an event that the provider says is gone.
    pub fn remove(&mut self, provider_id: &str) {
        self.items.remove(provider_id);
    }

    /// Expands the series and joins everything to one run.
    pub fn finish(mut self) -> Compiled {
        let mut compiled = Compiled {
            busy: Vec::with_capacity(self.items.len()),
            faults: Vec::new(),
        };
        let mut groups: HashMap<&str, (Option<&ExternalEvent>, Vec<&ExternalEvent>)> = HashMap::new();
        for (provider_id, item) in &self.items {
            match item {
                Item::Busy(interval) => compiled.busy.push(*interval),
                Item::Master(event) => groups.entry(provider_id).or_default().0 = Some(event),
                Item::Override { master, event } => groups.entry(master).or_default().1.push(event),
            }
        }
        for (master, overrides) in groups.into_values() {
            match master {
                Some(master) => {
                    let group = Series {
                        master,
                        overrides: &overrides,
                    };
                    self.blocking.series(&group, &self.windows, &mut compiled);
                }
                // Invited to some occurrences only, a person never gets the master: each stands alone.
                None => compiled
                    .busy
                    .extend(overrides.iter().filter_map(|event| self.blocking.once(event))),
            }
        }
        compiled.busy = intersect(&normalize(compiled.busy), &self.windows);
        compiled
            .faults
            .sort_by(|left, right| left.provider_id.cmp(&right.provider_id));
        compiled
    }

    fn over(rules: BusyRules, zone: &Zone, windows: Vec<Interval>) -> Self {
        let expanders = windows
            .iter()
            .map(|window| Expander::new(zone, *window))
            .collect();
        Self {
            windows,
            blocking: Blocking { rules, expanders },
            items: HashMap::new(),
        }
    }
}

impl Blocking {
    /// The time of an event that stands alone.
    fn once(&mut self, event: &ExternalEvent) -> Option<Interval> {
        if !blocks(event, self.rules) {
            return None;
        }
        let alone = Series {
            master: event,
            overrides: &[],
        };
        let mut expansions = self.expanders.iter_mut().map(|expander| expander.expand(&alone));
        expansions.find_map(|expansion| expansion.occurrences.first()?.interval())
    }

    /// Adds the times of a series that block, and its faults.
    fn series(&mut self, group: &Series<'_>, windows: &[Interval], compiled: &mut Compiled) {
        let rules = self.rules;
        let any_blocks =
            blocks(group.master, rules) || group.overrides.iter().any(|event| blocks(event, rules));
        // A series that was cancelled as a whole takes its overrides along.
        if group.master.status == EventStatus::Cancelled || !any_blocks {
            return;
        }
        let first_fault = compiled.faults.len();
        for (expander, window) in self.expanders.iter_mut().zip(windows) {
            let Expansion { occurrences, faults } = expander.expand(group);
            let blocking = occurrences.iter().filter(|found| blocks(found.event, rules));
            compiled.busy.extend(blocking.filter_map(Occurrence::interval));
            if faults.iter().any(RecurrenceError::is_limit) {
                compiled
                    .busy
                    .extend(rest_of_series(group.master, &occurrences, *window, rules));
            }
            for error in faults {
                let fault = CompileFault {
                    provider_id: group.master.provider_id.clone(),
                    error,
                };
                if !compiled.faults[first_fault..].contains(&fault) {
                    compiled.faults.push(fault);
                }
            }
        }
    }
}

/// The part of the window that a series was not followed through: it is taken to be busy, because time that nobody
/// looked at must not be offered.
fn rest_of_series(
    master: &ExternalEvent,
    followed: &[Occurrence<'_>],
    window: Interval,
    rules: BusyRules,
) -> Option<Interval> {
    let own = followed.iter().filter(|found| std::ptr::eq(found.event, master));
    // A rule that was given up before its first occurrence still begins no earlier than its start, in any zone.
    let begin = || {
        let start = &master.span.as_ref()?.start;
        let day_before = start.instant(&Zone::UTC).as_microsecond() - DAY_US;
        Some(day_before.max(window.start_us()))
    };
    let until = own.map(|found| found.start_us).max().or_else(begin)?;
    Interval::from_micros(until, window.end_us()).filter(|_| blocks(master, rules))
}

/// The event without what only people read, to keep little in memory.
fn without_texts(event: &ExternalEvent) -> ExternalEvent {
    ExternalEvent {
        provider_id: event.provider_id.clone(),
        ical_uid: None,
        etag: None,
        role: event.role.clone(),
        span: event.span.clone(),
        title: None,
        location: None,
        organizer: None,
        html_link: None,
        ..*event
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;
    use proptest::prelude::*;

    use super::*;
    use crate::{
        busy::{
            sample::{single, time},
            split,
        },
        external_event::{EventKind, OverrideRange, Response, Transparency},
    };

    fn span(start: &str, end: &str) -> Interval {
        Interval::new(start.parse().unwrap(), end.parse().unwrap()).unwrap()
    }

    fn november() -> Interval {
        span("2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z")
    }

    /// Named `id`.
    fn named(id: &str, event: ExternalEvent) -> ExternalEvent {
        ExternalEvent {
            provider_id: id.to_owned(),
            ..event
        }
    }

    /// Every day from 20 November 2026, 09:00 to 10:00 in UTC, three times.
    fn series() -> ExternalEvent {
        ExternalEvent {
            role: SeriesRole::Master {
                recurrence: vec!["RRULE:FREQ=DAILY;COUNT=3".to_owned()],
            },
            ..named("series", single("2026-11-20T09:00:00Z", "2026-11-20T10:00:00Z"))
        }
    }

    /// Stands in for the occurrence of the given day.
    fn exception(day: u8, start: &str, end: &str) -> ExternalEvent {
        ExternalEvent {
            role: SeriesRole::Override {
                master: "series".to_owned(),
                original_start: time(&format!("2026-11-{day}T09:00:00Z")),
                range: OverrideRange::ThisOnly,
            },
            ..named(&format!("series-{day}"), single(start, end))
        }
    }

    #[track_caller]
    fn check(events: impl IntoIterator<Item = ExternalEvent>, expect: &[(&str, &str)]) {
        check_in("UTC", events, expect);
    }

    #[track_caller]
    fn check_in(zone: &str, events: impl IntoIterator<Item = ExternalEvent>, expect: &[(&str, &str)]) {
        let mut builder = Builder::new(BusyRules::default(), &Zone::iana(zone).unwrap(), november());
        events.into_iter().for_each(|event| builder.add(event));
        let expect: Vec<_> = expect.iter().map(|(start, end)| span(start, end)).collect();
        let compiled = builder.finish();
        assert_eq!(compiled.faults, []);
        assert_eq!(compiled.busy, expect);
    }

    #[test]
    fn single_events_are_joined_and_clipped() {
        check(
            [
                named("c", single("2026-11-20T10:00:00Z", "2026-11-20T11:00:00Z")),
                named("a", single("2026-10-31T23:00:00Z", "2026-11-01T01:00:00Z")),
                named("b", single("2026-11-20T09:00:00Z", "2026-11-20T10:00:00Z")),
                named("d", single("2026-12-20T09:00:00Z", "2026-12-20T10:00:00Z")),
                named("e", single("2026-11-21T09:00:00Z", "2026-11-21T09:00:00Z")),
            ],
            &[
                ("2026-11-01T00:00:00Z", "2026-11-01T01:00:00Z"),
                ("2026-11-20T09:00:00Z", "2026-11-20T11:00:00Z"),
            ],
        );
    }

    #[test]
    fn all_day_events_are_days_of_the_calendars_zone() {
        let day = || [single("2026-11-20", "2026-11-21")];
        check_in(
            "Europe/Zurich",
            day(),
            &[("2026-11-19T23:00:00Z", "2026-11-20T23:00:00Z")],
        );
        check_in(
            "America/New_York",
            day(),
            &[("2026-11-20T05:00:00Z", "2026-11-21T05:00:00Z")],
        );
    }

    #[test]
    fn an_item_that_comes_again_replaces_the_first() {
        check(
            [
                single("2026-11-20T09:00:00Z", "2026-11-20T10:00:00Z"),
                single("2026-11-22T09:00:00Z", "2026-11-22T10:00:00Z"),
            ],
            &[("2026-11-22T09:00:00Z", "2026-11-22T10:00:00Z")],
        );
        let gone = ExternalEvent {
            status: EventStatus::Cancelled,
            ..single("2026-11-20T09:00:00Z", "2026-11-20T10:00:00Z")
        };
        check(
            [single("2026-11-20T09:00:00Z", "2026-11-20T10:00:00Z"), gone],
            &[],
        );
    }

    #[test]
    fn series_are_expanded_with_their_overrides_in_any_order() {
        let moved = exception(21, "2026-11-25T14:00:00Z", "2026-11-25T15:00:00Z");
        let declined = ExternalEvent {
            self_response: Some(Response::Declined),
            ..exception(22, "2026-11-22T09:00:00Z", "2026-11-22T10:00:00Z")
        };
        let cancelled = ExternalEvent {
            status: EventStatus::Cancelled,
            span: None,
            ..exception(20, "2026-11-20T09:00:00Z", "2026-11-20T10:00:00Z")
        };
        let all_three = [
            ("2026-11-20T09:00:00Z", "2026-11-20T10:00:00Z"),
            ("2026-11-21T09:00:00Z", "2026-11-21T10:00:00Z"),
            ("2026-11-22T09:00:00Z", "2026-11-22T10:00:00Z"),
        ];
        check([series()], &all_three);
        check(
            [moved.clone(), series(), declined, cancelled],
            &[("2026-11-25T14:00:00Z", "2026-11-25T15:00:00Z")],
        );
        check([moved], &[("2026-11-25T14:00:00Z", "2026-11-25T15:00:00Z")]);
    }

    #[test]
    fn a_transparent_series_may_have_an_override_that_blocks() {
        let free = ExternalEvent {
            transparency: Transparency::Transparent,
            ..series()
        };
        check([free.clone()], &[]);
        let away = ExternalEvent {
            kind: EventKind::OutOfOffice,
            ..exception(21, "2026-11-21T09:00:00Z", "2026-11-21T17:00:00Z")
        };
        check([free, away], &[("2026-11-21T09:00:00Z", "2026-11-21T17:00:00Z")]);
    }

    #[test]
    fn a_cancelled_series_takes_its_overrides_along() {
        let cancelled = ExternalEvent {
            status: EventStatus::Cancelled,
            ..series()
        };
        check(
            [
                cancelled,
                exception(21, "2026-11-25T14:00:00Z", "2026-11-25T15:00:00Z"),
            ],
            &[],
        );
    }

    #[test]
    fn chosen_months_are_compiled_alone_and_inside_the_covered_window() {
        let months =
            ["2026-10-01T00:00:00Z", "2026-12-01T00:00:00Z"].map(|at| Month::of(at.parse().unwrap()));
        let covered = span("2026-10-15T00:00:00Z", "2026-12-15T00:00:00Z");
        let mut builder = Builder::for_months(BusyRules::default(), &Zone::UTC, covered, &months);
        builder.add(single("2026-10-01T00:00:00Z", "2027-01-01T00:00:00Z"));
        assert_eq!(
            builder.finish().busy,
            [
                span("2026-10-15T00:00:00Z", "2026-11-01T00:00:00Z"),
                span("2026-12-01T00:00:00Z", "2026-12-15T00:00:00Z"),
            ]
        );
    }

    #[test]
    fn faults_name_the_series() {
        let broken = ExternalEvent {
            role: SeriesRole::Master {
                recurrence: vec!["RRULE:FREQ=SOMETIMES".to_owned()],
            },
            ..series()
        };
        let mut builder = Builder::new(BusyRules::default(), &Zone::UTC, november());
        builder.add(broken);
        let compiled = builder.finish();
        assert_eq!(compiled.faults.len(), 1);
        assert_eq!(compiled.faults[0].provider_id, "series");
        // The start that is stated still blocks.
        assert_eq!(
            compiled.busy,
            [span("2026-11-20T09:00:00Z", "2026-11-20T10:00:00Z")]
        );
    }

    #[test]
    fn a_series_that_is_given_up_blocks_everything_behind_its_start() {
        let rare = ExternalEvent {
            role: SeriesRole::Master {
                recurrence: vec!["RRULE:FREQ=SECONDLY;INTERVAL=7;BYDAY=MO;COUNT=4000000000".to_owned()],
            },
            ..named("rare", single("1990-01-01T00:00:00Z", "1990-01-01T00:00:01Z"))
        };
        let mut builder = Builder::new(BusyRules::default(), &Zone::UTC, november());
        builder.add(rare);
        let compiled = builder.finish();
        assert!(matches!(
            compiled.faults[..],
            [CompileFault {
                error: RecurrenceError::TooMuchWork { .. },
                ..
            }]
        ));
        assert_eq!(compiled.busy, [november()]);
    }

    #[test]
    fn a_series_too_dense_to_follow_blocks_the_rest() {
        let dense = ExternalEvent {
            role: SeriesRole::Master {
                recurrence: vec!["RRULE:FREQ=SECONDLY;INTERVAL=4".to_owned()],
            },
            ..named("dense", single("2026-11-10T00:00:00Z", "2026-11-10T00:00:01Z"))
        };
        let mut builder = Builder::new(BusyRules::default(), &Zone::UTC, november());
        builder.add(dense);
        let compiled = builder.finish();
        assert!(matches!(
            compiled.faults[0].error,
            RecurrenceError::TooManyOccurrences { .. }
        ));
        assert_eq!(
            compiled.busy[0],
            span("2026-11-10T00:00:00Z", "2026-11-10T00:00:01Z")
        );
        assert_eq!(compiled.busy.last().unwrap().end_us(), november().end_us());
    }

    proptest! {
        #[test]
        fn months_alone_equal_the_months_of_the_whole(
            singles in prop::collection::vec((0_i64..120 * 24, 1_i64..100), 0..20),
            series in prop::collection::vec((0_i64..60 * 24, 1_i64..30, 1..4_u8), 0..6),
        ) {
            let covered = span("2026-10-15T00:00:00Z", "2027-01-20T00:00:00Z");
            let at = |hour: i64| covered.start() + SignedDuration::from_hours(hour - 240);
            let event = |id: String, start, len| {
                named(&id, single(&at(start).to_string(), &at(start + len).to_string()))
            };
            let singles = singles.into_iter().enumerate();
            let mut events: Vec<_> = singles.map(|(index, (start, len))| event(format!("single-{index}"), start, len)).collect();
            events.extend(series.into_iter().enumerate().map(|(index, (start, len, interval))| ExternalEvent {
                role: SeriesRole::Master {
                    recurrence: vec![format!("RRULE:FREQ=WEEKLY;INTERVAL={interval}")],
                },
                ..event(format!("series-{index}"), start, len)
            }));
            let compile = |mut builder: Builder| {
                events.iter().cloned().for_each(|event| builder.add(event));
                builder.finish().busy
            };
            let whole = compile(Builder::new(BusyRules::default(), &Zone::UTC, covered));
            for row in split(&whole, Month::touched_by(covered)) {
                let alone = Builder::for_months(BusyRules::default(), &Zone::UTC, covered, &[row.month()]);
                prop_assert_eq!(compile(alone), row.run());
            }
        }
    }
}
