//! Chika Tanaka leads a team in Tokyo and sits in meetings.

use kalends_core::time::Zone;

use super::{
    CHIKA,
    week::{
        Week, declined, focus_time, invited, private, tentative, transparent, with_guests, works_from_home,
    },
};
use crate::events::{EventResource, ResponseStatus};

/// Her calendar.
pub(super) fn primary(week: &Week) -> Vec<EventResource> {
    let daily = week.series(
        "chika0standup",
        "Stand-up",
        0,
        ("09:30", 15),
        "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
    );
    let one_to_one = week.series(
        "chika0ken",
        "1:1 Ken",
        2,
        ("14:00", 30),
        "FREQ=WEEKLY;INTERVAL=2;BYDAY=WE",
    );
    let review = week.series(
        "chika0critique",
        "Design review",
        3,
        ("16:00", 60),
        "FREQ=WEEKLY;BYDAY=TH",
    );
    let mut events = vec![
        week.dropped(&daily, 4),
        week.moved(&review, 3, (3, "17:00")),
        focus_time(week.event("Focus time", 1, "10:00", 120)),
        focus_time(week.event("Focus time", 8, "10:00", 120)),
        with_guests(
            week.event("Planning", 0, "13:00", 120),
            &["ken@example.org", "yui@example.org"],
        ),
        invited(
            week.event("Budget", 2, "11:00", 60),
            CHIKA,
            "finance@example.org",
            ResponseStatus::Accepted,
        ),
        invited(
            week.event("All hands", 9, "15:00", 60),
            CHIKA,
            "office@example.org",
            ResponseStatus::Tentative,
        ),
        declined(
            week.event("Vendor demo", 1, "15:00", 60),
            CHIKA,
            "vendor@example.net",
        ),
        tentative(week.event("Team dinner?", 4, "19:00", 150)),
        private(week.event("School meeting", 10, "16:30", 60)),
        transparent(week.days("Release week", 7, 5)),
        week.days("Day off", 14, 1),
        works_from_home(week.days("Home", 2, 1)),
    ];
    if let Ok(zurich) = Zone::iana("Europe/Zurich") {
        let call = week.event_in(&zurich, "Call with Zurich", 1, ("09:00", 45));
        events.push(EventResource {
            id: "chika0call".to_owned(),
            recurrence: Some(vec!["RRULE:FREQ=WEEKLY;COUNT=40".to_owned()]),
            ..call
        });
    }
    events.extend([daily, one_to_one, review]);
    events
}
