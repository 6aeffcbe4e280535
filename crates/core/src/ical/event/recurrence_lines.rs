//! The lines from which a series is made, so that they can be read without their calendar.

use super::span;
use crate::{
    ical::{FaultReason, component::Component, property::Property, zones::Zones},
    recurrence::{
        RecurrenceSet,
        value::{self, Value},
    },
    time::EventTime,
};

/// The `RRULE`, `RDATE`, `EXDATE` and `EXRULE` lines that can be followed, as sent but for their zones.
///
/// A rule that cannot be read is left out and told; of a list of dates only those dates that cannot be read.
pub(super) fn read(
    component: &Component<'_>,
    start: &EventTime,
    zones: &mut Zones<'_, '_>,
    faults: &mut Vec<FaultReason>,
) -> Vec<String> {
    let mut lines = Vec::new();
    for property in component.properties(&["RRULE", "RDATE", "EXDATE", "EXRULE"]) {
        let head = head(&property, zones, faults);
        // These are no texts, but some producers escape them as if they were.
        let value = property.value().replace('\\', "");
        let (readable, wrong) = readable(&head, &value, start);
        lines.extend(readable);
        faults.extend(wrong);
        faults.extend(mixed_until(&value, start));
    }
    lines
}

/// The name and the parameters that count: the zone by a name that everyone knows.
fn head(property: &Property<'_>, zones: &mut Zones<'_, '_>, faults: &mut Vec<FaultReason>) -> String {
    let mut head = property.name();
    if let Some(kind) = property.param("VALUE") {
        head.push_str(";VALUE=");
        head.push_str(kind);
    }
    if let Some(name) = property.param("TZID").filter(|name| !name.is_empty()) {
        let zone = span::find_zone(name, zones, faults);
        head.push_str(";TZID=\"");
        head.push_str(zone.name());
        head.push('"');
    }
    head
}

/// The line, or as much of a list of dates as can be read.
fn readable(head: &str, value: &str, start: &EventTime) -> (Option<String>, Vec<FaultReason>) {
    let line = [format!("{head}:{value}")];
    let (_, wrong) = RecurrenceSet::read(&line, start);
    if wrong.is_empty() {
        let [line] = line;
        return (Some(line), Vec::new());
    }
    let is_rule = head.contains("RULE");
    if is_rule || !value.contains(',') {
        return (None, wrong.into_iter().map(FaultReason::Recurrence).collect());
    }
    let mut faults = Vec::new();
    let mut dates = Vec::new();
    for date in value.split(',') {
        let (_, wrong) = RecurrenceSet::read(&[format!("{head}:{date}")], start);
        if wrong.is_empty() {
            dates.push(date);
        }
        faults.extend(wrong.into_iter().map(FaultReason::Recurrence));
    }
    let line = (!dates.is_empty()).then(|| format!("{head}:{}", dates.join(",")));
    (line, faults)
}

/// Told where the end of a rule is not of the type that the start asks for (RFC 5545 section 3.3.10).
fn mixed_until(rule: &str, start: &EventTime) -> Option<FaultReason> {
    let until = rule.split(';').find_map(|part| {
        let (name, value) = part.split_once('=')?;
        name.trim().eq_ignore_ascii_case("UNTIL").then_some(value.trim())
    })?;
    let fits = matches!(
        (value::read(until)?, start),
        (Value::Date(_), EventTime::Date(_))
            | (Value::Local(_), EventTime::Floating(_))
            | (Value::Utc(_), EventTime::Zoned { .. })
    );
    (!fits).then(|| FaultReason::MixedUntil {
        until: until.to_owned(),
    })
}
