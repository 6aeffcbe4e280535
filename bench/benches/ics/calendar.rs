//! The calendar that is read: what a busy person's export looks like.

use std::fmt::Write as _;

use jiff::{SignedDuration, Timestamp, tz::TimeZone};

const HEAD: &str = "\
BEGIN:VCALENDAR
PRODID:-//Kalends//Benchmark//EN
VERSION:2.0
CALSCALE:GREGORIAN
X-WR-CALNAME:Benchmark
X-WR-TIMEZONE:Europe/Berlin
BEGIN:VTIMEZONE
TZID:Europe/Berlin
BEGIN:DAYLIGHT
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
DTSTART:19700329T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
END:DAYLIGHT
BEGIN:STANDARD
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
DTSTART:19701025T030000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
END:STANDARD
END:VTIMEZONE
";

/// A calendar of so many events, half an hour each, over three years; every tenth is a weekly series without end.
pub(crate) fn text(events: usize) -> anyhow::Result<String> {
    let berlin = TimeZone::get("Europe/Berlin")?;
    let first: Timestamp = "2024-06-01T06:00:00Z".parse()?;
    let mut text = HEAD.to_owned();
    for number in 0..events {
        let start = first + SignedDuration::from_mins(175 * i64::try_from(number)?);
        let civil = |minutes| {
            let at = start + SignedDuration::from_mins(minutes);
            berlin.to_datetime(at).strftime("%Y%m%dT%H%M%S").to_string()
        };
        write!(text, "BEGIN:VEVENT\nDTSTART;TZID=Europe/Berlin:{}\n", civil(0))?;
        writeln!(text, "DTEND;TZID=Europe/Berlin:{}", civil(30))?;
        if number % 10 == 0 {
            let skipped = civil(7 * 24 * 60);
            write!(text, "RRULE:FREQ=WEEKLY\nEXDATE;TZID=Europe/Berlin:{skipped}\n")?;
        }
        write!(
            text,
            "DTSTAMP:20260901T120000Z\n\
             ORGANIZER;CN=Ada Example:mailto:ada@example.com\n\
             UID:event-{number}@example.com\n\
             ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=ACCEPTED;CN=Grace Exa\n mple:mailto:grace@example.com\n\
             CREATED:20240501T080000Z\n\
             DESCRIPTION:What we want to speak about\\, and what follows from it:\\n- the\n  first thing\\n- and the second\n\
             LAST-MODIFIED:20240502T080000Z\n\
             LOCATION:Room {}\\, first floor\n\
             SEQUENCE:1\nSTATUS:CONFIRMED\nSUMMARY:Meeting {number}\nTRANSP:OPAQUE\n\
             BEGIN:VALARM\nACTION:DISPLAY\nDESCRIPTION:Reminder\nTRIGGER:-P0DT0H10M0S\nEND:VALARM\nEND:VEVENT\n",
            number % 30
        )?;
    }
    text.push_str("END:VCALENDAR\n");
    Ok(text.replace('\n', "\r\n"))
}
