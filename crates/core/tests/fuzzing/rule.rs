//! Any text as a recurrence rule. The first two bytes choose start and window, the rest is the rule's text.

use kalends_core::{
    external_event::SeriesRole,
    ical,
    recurrence::{self, Series},
    time::Zone,
};

use super::laws::{DAY_US, windows_add_up};

const STARTS: [&str; 8] = [
    ";TZID=Europe/Berlin:20200105T023000",
    ":20200105T090000Z",
    ":20200229T000000",
    ";VALUE=DATE:20201231",
    ";TZID=America/New_York:20191231T233000",
    ";TZID=Australia/Lord_Howe:20200405T014500",
    ":16010101T000000",
    ";VALUE=DATE:20160101",
];

pub(crate) fn check(input: &[u8]) {
    let [start, days, text @ ..] = input else {
        return;
    };
    let text = String::from_utf8_lossy(text);
    let start = STARTS[usize::from(*start) % STARTS.len()];
    let calendar = format!(
        "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:a\nDTSTART{start}\nRRULE:FREQ=DAILY\nEND:VEVENT\nEND:VCALENDAR\n"
    );
    let Ok(mut feed) = ical::parse(calendar.as_bytes(), &Zone::UTC) else {
        return;
    };
    let Some(master) = feed.events.first_mut() else {
        return;
    };
    let lines = vec![format!("RRULE:{text}")];
    if let Some(span) = &master.span
        && let Err(fault) = recurrence::parse(&lines, &span.start)
    {
        assert!(!fault.to_string().is_empty());
    }
    master.role = SeriesRole::Master { recurrence: lines };
    let series = Series {
        master,
        overrides: &[],
    };
    // From some days after the beginning of 2020 on; a quarter of a year is enough for most rules.
    let from = (18_262 + i64::from(*days) * 3) * DAY_US;
    windows_add_up(
        &series,
        &Zone::UTC,
        [from, from + 11 * DAY_US, from + 95 * DAY_US],
    );
}
