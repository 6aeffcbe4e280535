//! Ben Okafor teaches driving in New York; the school books him.

use super::{
    BEN,
    week::{Week, at_place, declined, out_of_office, private, tentative, transparent, with_guests},
};
use crate::events::EventResource;

/// His own calendar.
pub(super) fn primary(week: &Week) -> Vec<EventResource> {
    let gym = week.series("ben0sport", "Gym", 0, ("06:30", 60), "FREQ=WEEKLY;BYDAY=MO,WE,FR");
    let band = week.series(
        "ben0band",
        "Band practice",
        3,
        ("20:00", 150),
        "FREQ=WEEKLY;BYDAY=TH",
    );
    vec![
        week.dropped(&band, 10),
        week.moved(&gym, 9, (9, "12:00")),
        private(week.event("Doctor", 1, "08:00", 60)),
        tentative(week.event("Car inspection?", 8, "13:00", 90)),
        declined(
            week.event("Insurance webinar", 2, "15:00", 60),
            BEN,
            "insurance@example.net",
        ),
        transparent(week.days("Marathon in town", 6, 1)),
        week.days("Family visit", 12, 3),
        out_of_office(week.event("Out of office", 18, "09:00", 60 * 9)),
        gym,
        band,
    ]
}

/// The school's bookings, which Ana may read.
pub(super) fn school(week: &Week) -> Vec<EventResource> {
    let theory = week.series(
        "ben0theorie",
        "Theory class",
        1,
        ("18:00", 90),
        "FREQ=WEEKLY;BYDAY=TU,TH",
    );
    let early = week.series(
        "ben0morning",
        "Driving lesson Priya",
        0,
        ("09:00", 90),
        "FREQ=WEEKLY;BYDAY=MO,WE",
    );
    let mut events = vec![
        week.moved(&early, 2, (2, "11:00")),
        week.dropped(&theory, 8),
        at_place(
            week.event("Road test Marco", 4, "10:00", 120),
            "Test site, Queens",
        ),
    ];
    for (day, name) in [
        (0, "Omar"),
        (1, "June"),
        (3, "Omar"),
        (4, "Wei"),
        (7, "June"),
        (9, "Wei"),
        (10, "Omar"),
    ] {
        let lesson = week.event(&format!("Driving lesson {name}"), day, "13:00", 90);
        let guest = format!("{}@example.org", name.to_lowercase());
        events.push(with_guests(lesson, &[&guest]));
    }
    events.extend([theory, early]);
    events
}
