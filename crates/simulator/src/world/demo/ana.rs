//! Ana Keller teaches the piano in Zurich; her pupils have weekly lessons.

use kalends_core::time::Zone;

use super::{
    ANA,
    week::{
        Week, at_place, declined, invited, out_of_office, private, tentative, transparent, with_guests,
        works_from_home,
    },
};
use crate::events::{EventResource, ResponseStatus};

/// Her own calendar.
pub(super) fn primary(week: &Week) -> Vec<EventResource> {
    let yoga = week.series("ana0joga", "Yoga", 1, ("07:30", 60), "FREQ=WEEKLY;BYDAY=TU,FR");
    let staff = week.series(
        "ana0staff",
        "Staff meeting",
        0,
        ("09:00", 60),
        "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO",
    );
    let recital = week.series(
        "ana0recital",
        "Recital evening",
        4,
        ("19:00", 120),
        "FREQ=WEEKLY;INTERVAL=4;BYDAY=FR",
    );
    let mut events = vec![
        at_place(week.event("Dentist", 2, "08:15", 45), "Bahnhofstrasse, Zurich"),
        private(week.event("Bank", 3, "11:00", 30)),
        with_guests(week.event("Lunch with Mia", 2, "12:00", 75), &["mia@example.net"]),
        week.event("Piano tuner", 7, "13:30", 90),
        at_place(
            week.event("Choir audition", 9, "10:30", 60),
            "Music school, Zurich",
        ),
        week.event("Practice", 10, "09:00", 90),
        with_guests(
            week.event("Coffee with Jonas' parents", 10, "13:00", 45),
            &["jonas@example.net"],
        ),
        tentative(week.event("Quartet rehearsal?", 3, "19:00", 120)),
        declined(
            week.event("Sheet music sales call", 1, "10:00", 60),
            ANA,
            "sales@example.net",
        ),
        invited(
            week.event("Parents' evening", 8, "18:00", 120),
            ANA,
            "school@example.net",
            ResponseStatus::NeedsAction,
        ),
        out_of_office(week.event("Out of office", 11, "12:00", 60 * 12)),
        transparent(week.days("Mum's birthday", 9, 1)),
        week.days("Music festival", 12, 2),
        works_from_home(week.days("Home", 4, 1)),
        week.moved(&yoga, 8, (8, "17:00")),
        week.dropped(&yoga, 4),
    ];
    if let Ok(new_york) = Zone::iana("America/New_York") {
        events.push(week.event_in(&new_york, "Online masterclass", 3, ("10:00", 90)));
    }
    events.extend([yoga, staff, recital]);
    events
}

/// What her pupils have booked.
pub(super) fn lessons(week: &Week) -> Vec<EventResource> {
    let pupils = [
        ("ana0luca", "Lesson Luca", 0, "15:00", 45),
        ("ana0noemi", "Lesson Noemi", 0, "16:00", 45),
        ("ana0tim", "Lesson Tim", 1, "15:30", 45),
        ("ana0sara", "Lesson Sara", 2, "16:00", 60),
        ("ana0jonas", "Lesson Jonas", 3, "14:30", 45),
        ("ana0elin", "Lesson Elin", 3, "15:30", 45),
    ];
    let series = pupils.map(|(id, name, day, at, minutes)| {
        let weekday = ["MO", "TU", "WE", "TH", "FR"][usize::try_from(day).unwrap_or(0)];
        week.series(
            id,
            name,
            day,
            (at, minutes),
            &format!("FREQ=WEEKLY;BYDAY={weekday}"),
        )
    });
    let [luca, _, tim, ..] = &series;
    let exceptions = [
        week.moved(luca, 7, (9, "17:30")),
        week.dropped(tim, 8),
        week.moved(tim, 1, (1, "16:30")),
        week.event("Trial lesson", 4, "15:00", 30),
    ];
    exceptions.into_iter().chain(series).collect()
}

/// Public holidays are no one's busy time, but two of them are.
pub(super) fn holidays(week: &Week) -> Vec<EventResource> {
    vec![
        week.days("Founding day", 3, 1),
        transparent(week.days("Night of the museums", 5, 1)),
        week.days("Harvest day", 17, 1),
    ]
}
