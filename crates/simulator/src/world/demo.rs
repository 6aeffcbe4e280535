//! Three people whose weeks look like those of real people, always around the present.
//!
//! Each life is one file; [`week`] has the words to write them with.

mod ana;
mod ben;
mod chika;
mod week;

use jiff::Timestamp;

use super::{
    Document, WorldError,
    document::{CalendarDocument, EntryDocument, UserDocument},
};
use crate::directory::AccessRole;
use week::Week;

const ANA: &str = "ana@example.com";
const BEN: &str = "ben@example.com";
const CHIKA: &str = "chika@example.com";
const LESSONS: &str = "c_ana0lessons@group.calendar.google.com";
const SCHOOL: &str = "c_ben0school@group.calendar.google.com";
const HOLIDAYS: &str = "en.ch#holiday@group.v.calendar.google.com";

/// The demo's world as of `now`.
pub(super) fn document(now: Timestamp) -> Result<Document, WorldError> {
    let zurich = Week::around(now, "Europe/Zurich")?;
    let new_york = Week::around(now, "America/New_York")?;
    let tokyo = Week::around(now, "Asia/Tokyo")?;
    let users = vec![
        person(
            ANA,
            ("Ana", "Keller"),
            "Europe/Zurich",
            &[(LESSONS, "9"), (HOLIDAYS, "8"), (SCHOOL, "12")],
        ),
        person(BEN, ("Ben", "Okafor"), "America/New_York", &[(SCHOOL, "12")]),
        person(CHIKA, ("Chika", "Tanaka"), "Asia/Tokyo", &[(HOLIDAYS, "8")]),
    ];
    let mut school = calendar(SCHOOL, BEN, &new_york, ben::school(&new_york));
    "Driving school".clone_into(&mut school.summary);
    school.sharing.insert(ANA.to_owned(), AccessRole::Reader);
    let mut lessons = calendar(LESSONS, ANA, &zurich, ana::lessons(&zurich));
    "Piano lessons".clone_into(&mut lessons.summary);
    lessons.description = Some("Everything that students have booked".to_owned());
    let mut holidays = calendar(HOLIDAYS, "holidays", &zurich, ana::holidays(&zurich));
    "Holidays in Switzerland".clone_into(&mut holidays.summary);
    holidays
        .sharing
        .insert("default".to_owned(), AccessRole::FreeBusyReader);
    let calendars = vec![
        calendar(ANA, ANA, &zurich, ana::primary(&zurich)),
        lessons,
        holidays,
        calendar(BEN, BEN, &new_york, ben::primary(&new_york)),
        school,
        calendar(CHIKA, CHIKA, &tokyo, chika::primary(&tokyo)),
    ];
    Ok(Document {
        users,
        calendars,
        ..Document::default()
    })
}

fn person(email: &str, (given, family): (&str, &str), zone: &str, others: &[(&str, &str)]) -> UserDocument {
    let list = std::iter::once((email, "14")).chain(others.iter().copied());
    UserDocument {
        email: email.to_owned(),
        given_name: given.to_owned(),
        family_name: family.to_owned(),
        subject: None,
        settings: [("timezone".to_owned(), zone.to_owned())].into(),
        calendars: list
            .map(|(id, color)| EntryDocument {
                color_id: color.to_owned(),
                ..EntryDocument::new(id)
            })
            .collect(),
    }
}

fn calendar(
    id: &str,
    owner: &str,
    week: &Week,
    events: Vec<crate::events::EventResource>,
) -> CalendarDocument {
    CalendarDocument {
        id: id.to_owned(),
        summary: id.to_owned(),
        time_zone: week.zone_name().to_owned(),
        owner: owner.to_owned(),
        events,
        ..CalendarDocument::default()
    }
}
