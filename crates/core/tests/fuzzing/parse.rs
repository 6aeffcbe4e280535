//! Any bytes as a calendar file: reading ends, answers, and what was read can be expanded.

use kalends_core::{
    external_event::{ExternalEvent, SeriesRole},
    ical,
    recurrence::Series,
    time::Zone,
};

use super::laws::{DAY_US, windows_add_up};

pub(crate) fn check(input: &[u8]) {
    let Ok(berlin) = Zone::iana("Europe/Berlin") else {
        return;
    };
    let Ok(feed) = ical::parse(input, &berlin) else {
        return;
    };
    for fault in &feed.faults {
        assert!(!fault.reason.to_string().is_empty());
    }
    for event in feed.events.iter().take(8) {
        let overrides: Vec<&ExternalEvent> =
            feed.events.iter().filter(|item| stands_in(item, event)).collect();
        let series = Series {
            master: event,
            overrides: &overrides,
        };
        // From the beginning of 2020 on.
        let from = 18_262 * DAY_US;
        windows_add_up(&series, &berlin, [from, from + 20 * DAY_US, from + 40 * DAY_US]);
    }
}

fn stands_in(item: &ExternalEvent, event: &ExternalEvent) -> bool {
    matches!(&item.role, SeriesRole::Override { master, .. } if *master == event.provider_id)
}
