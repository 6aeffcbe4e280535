//! An occurrence as a line of output.

use std::io::{self, Write};

use jiff::Timestamp;
use kalends_core::{external_event::EventStatus, recurrence::Occurrence, time::Zone};
use serde::Serialize;

/// An occurrence as `--json` prints it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Row<'f> {
    uid: &'f str,
    start: Timestamp,
    end: Timestamp,
    all_day: bool,
    recurrence_id: Option<Timestamp>,
    status: Option<&'static str>,
    flags: &'f [&'static str],
    #[serde(skip)]
    title: &'f str,
}

impl<'f> Row<'f> {
    pub(super) fn new(one: &Occurrence<'f>, status: Option<EventStatus>, flags: &'f [&'static str]) -> Self {
        Self {
            uid: one.event.ical_uid.as_deref().unwrap_or_default(),
            start: instant(one.start_us),
            end: instant(one.end_us),
            all_day: one.event.span.as_ref().is_some_and(|span| span.start.is_date()),
            recurrence_id: one.original_start_us.map(instant),
            status: status.map(word),
            flags,
            title: one.event.title.as_deref().unwrap_or_default(),
        }
    }
}

/// Instants beyond the calendar stop at its edge.
fn instant(us: i64) -> Timestamp {
    Timestamp::from_microsecond(us).unwrap_or(if us < 0 { Timestamp::MIN } else { Timestamp::MAX })
}

/// The word of RFC 5545 section 3.8.1.11.
fn word(status: EventStatus) -> &'static str {
    match status {
        EventStatus::Confirmed => "CONFIRMED",
        EventStatus::Tentative => "TENTATIVE",
        EventStatus::Cancelled => "CANCELLED",
    }
}

/// One object a line.
pub(super) fn write_json(rows: &[Row<'_>], output: &mut impl Write) -> io::Result<()> {
    for row in rows {
        serde_json::to_writer(&mut *output, row)?;
        output.write_all(b"\n")?;
    }
    Ok(())
}

/// Columns for people, times as clocks in the zone show them.
pub(super) fn write_table(rows: &[Row<'_>], zone: &Zone, output: &mut impl Write) -> io::Result<()> {
    writeln!(
        output,
        "{:<16}  {:<16}  {:<9}  {:<24}  TITLE",
        "START", "END", "STATUS", "FLAGS"
    )?;
    for row in rows {
        let form = if row.all_day {
            "%a %Y-%m-%d"
        } else {
            "%Y-%m-%d %H:%M"
        };
        let shown = |at: Timestamp| zone.civil(at).strftime(form).to_string();
        writeln!(
            output,
            "{:<16}  {:<16}  {:<9}  {:<24}  {}",
            shown(row.start),
            shown(row.end),
            row.status.unwrap_or("-"),
            row.flags.join(","),
            row.title.lines().next().unwrap_or_default(),
        )?;
    }
    writeln!(output, "Times in {}.", zone.name())
}
