//! The whole thread of core: from the text of a calendar to slots, by way of stored index rows.

use jiff::Timestamp;
use kalends_core::{
    busy::{Builder, BusyMonth, BusyRules, Month, split},
    ical,
    slots::{DayWindow, OpenHours, Person, Question, SlotQuery, WeeklyWindow, find},
    time::{Interval, Zone},
};

/// A teacher in Berlin: a lesson each Monday at ten over the change of the clocks on 29 March 2026, once moved to the
/// afternoon and once left out, a day off, and a reminder that takes no time.
const CALENDAR: &str = "\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Kalends//test//EN
X-WR-TIMEZONE:Europe/Berlin
BEGIN:VEVENT
UID:lesson
DTSTAMP:20260101T000000Z
DTSTART;TZID=Europe/Berlin:20260105T100000
DTEND;TZID=Europe/Berlin:20260105T110000
RRULE:FREQ=WEEKLY
EXDATE;TZID=Europe/Berlin:20260406T100000
SUMMARY:Lesson
END:VEVENT
BEGIN:VEVENT
UID:lesson
DTSTAMP:20260101T000000Z
RECURRENCE-ID;TZID=Europe/Berlin:20260330T100000
DTSTART;TZID=Europe/Berlin:20260330T140000
DTEND;TZID=Europe/Berlin:20260330T150000
SUMMARY:Lesson
END:VEVENT
BEGIN:VEVENT
UID:day-off
DTSTAMP:20260101T000000Z
DTSTART;VALUE=DATE:20260413
DTEND;VALUE=DATE:20260414
SUMMARY:Day off
END:VEVENT
BEGIN:VEVENT
UID:reminder
DTSTAMP:20260101T000000Z
DTSTART;TZID=Europe/Berlin:20260323T090000
DTEND;TZID=Europe/Berlin:20260323T120000
TRANSP:TRANSPARENT
SUMMARY:Reminder
END:VEVENT
END:VCALENDAR
";

fn instant(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// Slots of an hour on Mondays from nine to noon in Berlin and one to four, as the clock there shows them.
fn slots(from: &str, until: &str) -> Vec<String> {
    let berlin = Zone::iana("Europe/Berlin").unwrap();
    let covered = Interval::new(instant("2026-03-01T00:00:00Z"), instant("2026-05-15T00:00:00Z")).unwrap();
    let feed = ical::parse(CALENDAR.replace('\n', "\r\n").as_bytes(), &Zone::UTC).unwrap();
    let zone = feed.zone.unwrap();
    let mut builder = Builder::new(BusyRules::default(), &zone, covered);
    feed.events.into_iter().for_each(|event| builder.add(event));
    let compiled = builder.finish();
    assert_eq!(compiled.faults, []);

    let rows = split(&compiled.busy, Month::touched_by(covered));
    let stored: Vec<_> = rows
        .iter()
        .map(|row| (row.month().number(), row.encode()))
        .collect();
    let mut busy = Vec::new();
    for (month, bytes) in stored {
        BusyMonth::decode_into(Month::from_number(month).unwrap(), &bytes, &mut busy).unwrap();
    }
    assert_eq!(busy, compiled.busy);

    let hours = |start: &str, end: &str| WeeklyWindow {
        days: vec![1],
        window: DayWindow::new(start.parse().unwrap(), end.parse().unwrap()).unwrap(),
    };
    let week = vec![hours("09:00", "12:00"), hours("13:00", "16:00")];
    let open = OpenHours::new(berlin.clone(), week, vec![]).unwrap();
    let window = Interval::new(instant(from), instant(until)).unwrap();
    let query = SlotQuery::new(window, 60, berlin.clone(), instant("2026-03-01T00:00:00Z"));
    let open = open.windows(query.reach());
    let teacher = Person::new(&open, &busy, &[]);
    let found = find(&Question::together(&query, &[teacher])).unwrap();
    let starts = found.slots.iter().map(|slot| berlin.civil(slot.interval.start()));
    starts
        .map(|start| start.strftime("%m-%d %H:%M").to_string())
        .collect()
}

#[test]
fn lessons_stay_at_ten_over_the_change_of_the_clocks() {
    assert_eq!(
        slots("2026-03-23T00:00:00Z", "2026-03-24T00:00:00Z"),
        [
            "03-23 09:00",
            "03-23 11:00",
            "03-23 13:00",
            "03-23 14:00",
            "03-23 15:00"
        ],
    );
    assert_eq!(
        slots("2026-04-20T00:00:00Z", "2026-04-21T00:00:00Z"),
        [
            "04-20 09:00",
            "04-20 11:00",
            "04-20 13:00",
            "04-20 14:00",
            "04-20 15:00"
        ],
    );
}

#[test]
fn moved_left_out_and_whole_days_count() {
    assert_eq!(
        slots("2026-03-30T00:00:00Z", "2026-04-20T00:00:00Z"),
        [
            "03-30 09:00",
            "03-30 10:00",
            "03-30 11:00",
            "03-30 13:00",
            "03-30 15:00",
            "04-06 09:00",
            "04-06 10:00",
            "04-06 11:00",
            "04-06 13:00",
            "04-06 14:00",
            "04-06 15:00",
        ],
    );
}
