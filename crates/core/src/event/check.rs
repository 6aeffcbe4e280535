//! What an event must be for every calendar to take it.

use std::collections::BTreeSet;

use super::{Attendee, Event, Footer, PersonRole, Reminders};
use crate::{invalid_field::InvalidField, recurrence};

/// Bounds of an event. Lengths are counted in characters (Unicode scalar values).
pub mod limits {
    /// Of the title. Google takes 1,024.
    pub const TITLE: usize = 1_024;
    /// Of the location.
    pub const LOCATION: usize = 1_024;
    /// Of the description.
    pub const DESCRIPTION: usize = 5_000;
    /// Of one person's note.
    pub const NOTE: usize = 1_000;
    /// Of an address of a page.
    pub const URL: usize = 1_500;
    /// Of a footer of the application's own, and of a source's title.
    pub const LINE: usize = 200;
    /// Of a description as it is composed. Google takes 8,192.
    pub const COMPOSED: usize = 8_192;
    /// Recurrence lines, and characters of each.
    pub const RECURRENCE: (usize, usize) = (20, 2_000);
    /// Times of a series that differ from the others.
    pub const EXCEPTIONS: usize = 500;
    /// People with a calendar.
    pub const PEOPLE: usize = 100;
    /// Attendees. Google invites 200.
    pub const ATTENDEES: usize = 200;
    /// Reminders. Google's `reminders.overrides` takes 5.
    pub const REMINDERS: usize = 5;
    /// Minutes before the start: four weeks, as Google has it.
    pub const REMINDER_MINUTES: u32 = 40_320;
    /// Entries of the metadata, characters of a name and of a value.
    pub const METADATA: (usize, usize, usize) = (50, 40, 500);

    const _: () = assert!(DESCRIPTION + NOTE + URL + LINE + 3 * 2 <= COMPOSED);
}

impl Event {
    /// Says which field cannot be used. Times are right by construction of [`When`](super::When).
    pub fn check(&self) -> Result<(), InvalidField> {
        self.check_texts()?;
        self.check_recurrence()?;
        self.check_exceptions()?;
        self.check_people()?;
        check_attendees("attendees", &self.attendees)?;
        self.check_reminders()?;
        self.check_metadata()
    }

    fn check_texts(&self) -> Result<(), InvalidField> {
        check_title("title", &self.title)?;
        no_longer("description", &self.description, limits::DESCRIPTION)?;
        no_longer("location", &self.location, limits::LOCATION)?;
        if let Some(url) = &self.url {
            page("url", url)?;
        }
        if let Some(source) = &self.source {
            no_longer("source.title", &source.title, limits::LINE)?;
            page("source.url", &source.url)?;
        }
        match &self.footer {
            Footer::Text(text) if text.contains(['\n', '\r']) => {
                Err(InvalidField::new("addedBy", "one line"))
            }
            Footer::Text(text) => no_longer("addedBy", text, limits::LINE),
            Footer::AddedBy | Footer::Hidden => Ok(()),
        }
    }

    fn check_recurrence(&self) -> Result<(), InvalidField> {
        let (lines, length) = limits::RECURRENCE;
        if self.recurrence.len() > lines {
            return Err(InvalidField::new("recurrence", format!("at most {lines} lines")));
        }
        let start = self.when.start();
        for (index, line) in self.recurrence.iter().enumerate() {
            let field = || format!("recurrence[{index}]");
            no_longer(&field(), line, length)?;
            let one = std::slice::from_ref(line);
            let read = recurrence::parse(one, &start);
            read.map_err(|fault| InvalidField::new(field(), format!("a recurrence line: {fault}")))?;
        }
        let starts_with = |line: &&String, name: &str| {
            line.get(..name.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(name))
        };
        if let Some(index) = self
            .recurrence
            .iter()
            .position(|line| starts_with(&line, "EXRULE"))
        {
            let field = format!("recurrence[{index}]");
            return Err(InvalidField::new(
                field,
                "no EXRULE, which calendars no longer know; list EXDATEs",
            ));
        }
        let rules = self
            .recurrence
            .iter()
            .filter(|line| starts_with(line, "RRULE"))
            .count();
        let dates = self.recurrence.iter().any(|line| starts_with(&line, "RDATE"));
        if rules > 1 || (rules == 0 && !dates && !self.recurrence.is_empty()) {
            return Err(InvalidField::new(
                "recurrence",
                "lines with one RRULE, or with RDATEs",
            ));
        }
        Ok(())
    }

    fn check_people(&self) -> Result<(), InvalidField> {
        if self.people.len() > limits::PEOPLE {
            return Err(InvalidField::new(
                "people",
                format!("at most {} people", limits::PEOPLE),
            ));
        }
        let mut seen = BTreeSet::new();
        for (index, person) in self.people.iter().enumerate() {
            no_longer(&format!("people[{index}].note"), &person.note, limits::NOTE)?;
            if !seen.insert(&person.user) {
                let field = format!("people[{index}].userId");
                return Err(InvalidField::new(field, "a user that is not listed before"));
            }
        }
        let organizers = self
            .people
            .iter()
            .filter(|person| person.role == PersonRole::Organizer);
        if organizers.count() != 1 {
            return Err(InvalidField::new("people", "a list with one organizer"));
        }
        Ok(())
    }

    /// Exceptions are called by their start, such as `exceptions[20261208T150000Z].title`.
    fn check_exceptions(&self) -> Result<(), InvalidField> {
        if self.exceptions.len() > limits::EXCEPTIONS {
            let expected = format!("at most {} times that differ", limits::EXCEPTIONS);
            return Err(InvalidField::new("exceptions", expected));
        }
        for (start, exception) in &self.exceptions {
            let field = |name: &str| format!("exceptions[{start}]{name}");
            if self.when.of_series(&self.recurrence, *start).is_none() {
                let expected = "a start that the series has by its rule and that no EXDATE takes out";
                return Err(InvalidField::new(field(""), expected));
            }
            if let Some(title) = &exception.title {
                check_title(&field(".title"), title)?;
            }
            let description = exception.description.as_deref().unwrap_or_default();
            no_longer(&field(".description"), description, limits::DESCRIPTION)?;
            let location = exception.location.as_deref().unwrap_or_default();
            no_longer(&field(".location"), location, limits::LOCATION)?;
            let attendees = exception.attendees.as_deref().unwrap_or_default();
            check_attendees(&field(".attendees"), attendees)?;
        }
        Ok(())
    }

    fn check_reminders(&self) -> Result<(), InvalidField> {
        let Reminders::Stated(stated) = &self.reminders else {
            return Ok(());
        };
        if stated.len() > limits::REMINDERS {
            let expected = format!("at most {} reminders", limits::REMINDERS);
            return Err(InvalidField::new("reminders", expected));
        }
        for (index, reminder) in stated.iter().enumerate() {
            let field = format!("reminders[{index}].minutesBefore");
            InvalidField::unless_within(&field, reminder.minutes_before, 0..=limits::REMINDER_MINUTES)?;
        }
        Ok(())
    }

    fn check_metadata(&self) -> Result<(), InvalidField> {
        let (entries, name_length, value_length) = limits::METADATA;
        if self.metadata.len() > entries {
            return Err(InvalidField::new(
                "metadata",
                format!("at most {entries} entries"),
            ));
        }
        for (name, value) in &self.metadata {
            let fits = !name.is_empty()
                && name.chars().count() <= name_length
                && !name.chars().any(char::is_control);
            if !fits {
                let expected = format!("entries with names of 1 to {name_length} characters");
                return Err(InvalidField::new("metadata", expected));
            }
            no_longer(&format!("metadata.{name}"), value, value_length)?;
        }
        Ok(())
    }
}

fn check_title(field: &str, title: &str) -> Result<(), InvalidField> {
    if title.trim().is_empty() {
        return Err(InvalidField::new(field, "a text that is not empty"));
    }
    no_longer(field, title, limits::TITLE)
}

fn check_attendees(list: &str, attendees: &[Attendee]) -> Result<(), InvalidField> {
    if attendees.len() > limits::ATTENDEES {
        let expected = format!("at most {} attendees", limits::ATTENDEES);
        return Err(InvalidField::new(list, expected));
    }
    let mut seen = BTreeSet::new();
    for (index, attendee) in attendees.iter().enumerate() {
        let field = format!("{list}[{index}].email");
        if !is_address(&attendee.email) {
            return Err(InvalidField::new(
                field,
                "an e-mail address such as ana@example.com",
            ));
        }
        if !seen.insert(attendee.address()) {
            return Err(InvalidField::new(field, "an address that is not listed before"));
        }
        let name = attendee.name.as_deref().unwrap_or_default();
        no_longer(&format!("{list}[{index}].name"), name, limits::LINE)?;
    }
    Ok(())
}

fn no_longer(field: &str, text: &str, limit: usize) -> Result<(), InvalidField> {
    if text.contains('\0') {
        return Err(InvalidField::new(field, "a text without null characters"));
    }
    if text.chars().count() <= limit {
        return Ok(());
    }
    Err(InvalidField::new(field, format!("at most {limit} characters")))
}

/// A page that a person can open: calendars make links of it.
fn page(field: &str, url: &str) -> Result<(), InvalidField> {
    no_longer(field, url, limits::URL)?;
    let host = ["https://", "http://"]
        .iter()
        .find_map(|scheme| url.strip_prefix(scheme));
    let is_page = host.is_some_and(|host| !host.is_empty() && !host.starts_with('/'))
        && !url
            .chars()
            .any(|letter| letter.is_whitespace() || letter.is_control() || "<>\"".contains(letter));
    if is_page {
        return Ok(());
    }
    Err(InvalidField::new(
        field,
        "an address of a page that begins with https:// or http://",
    ))
}

/// Whether a mail could be sent there; nothing finer, because providers judge themselves.
fn is_address(text: &str) -> bool {
    let odd = |letter: char| letter.is_whitespace() || letter.is_control() || "<>,;\"".contains(letter);
    let Some((local, domain)) = text.rsplit_once('@') else {
        return false;
    };
    !local.is_empty() && !domain.is_empty() && text.len() <= 254 && !text.chars().any(odd)
}
