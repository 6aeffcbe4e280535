//! Reads what a question needs, in a few indexed reads whatever the number of users, and weighs it.

use std::collections::{HashMap, HashSet};

use kalends_core::{
    busy,
    invalid_field::InvalidField,
    slots::OpenHours,
    time::{Interval, TenantId, UserId},
};

use super::{
    AvailabilityError, CalendarEvidence, Freshness, LONGEST_WINDOW, MOST_SUBJECTS, Subjects, live,
    rows::Rows,
    weighed::{CalendarRun, Question},
    widen,
};
use crate::Engine;

/// What is known of everybody that a question asks about.
pub(super) struct Gathered {
    /// The users, in the order of the question.
    pub(super) people: Vec<PersonBusy>,
    /// The calendars asked about on their own, in the order of the question.
    pub(super) calendars: Vec<CalendarRun>,
}

/// What is known of a user.
pub(super) struct PersonBusy {
    pub(super) user: UserId,
    hours: Option<OpenHours>,
    /// The run of busy time that overlaps the window.
    pub(super) busy: Vec<Interval>,
    /// The run of the window of which nothing is known.
    pub(super) unknown: Vec<Interval>,
    pub(super) calendars: Vec<CalendarEvidence>,
}

impl PersonBusy {
    /// When the user takes appointments; at all times when they never said.
    pub(super) fn open(&self, window: Interval) -> Vec<Interval> {
        match &self.hours {
            Some(hours) => hours.windows(window),
            None => vec![window],
        }
    }
}

/// Reads and weighs; asks providers only about calendars that are older than the caller allows.
pub(super) async fn gather(
    engine: &Engine,
    tenant: TenantId,
    subjects: &Subjects<'_>,
    freshness: Freshness,
) -> Result<Gathered, AvailabilityError> {
    check(subjects)?;
    let mut rows = Rows::read(engine, tenant, subjects).await?;
    let mut question = Question {
        window: subjects.window,
        freshness,
        now: engine.ambient().now(),
        silent: HashSet::new(),
    };
    let late = rows.late(&question);
    if !late.is_empty() {
        question.silent = live::check(engine, tenant, &late).await?;
        question.now = engine.ambient().now();
        rows.reread(engine, tenant, subjects).await?;
    }
    widen::widen(engine, tenant, &rows, subjects.window).await?;
    let mut runs = Vec::with_capacity(rows.indexes.len());
    for index in &rows.indexes {
        runs.push(CalendarRun::weigh(index, rows.rhythm(index), &question)?);
    }
    let calendars = subjects.calendars.iter().map(|id| {
        let run = runs.iter().find(|run| run.evidence.calendar == *id);
        run.cloned()
            .ok_or(AvailabilityError::UnknownCalendar { calendar: *id })
    });
    let calendars = calendars.collect::<Result<_, _>>()?;
    Ok(Gathered {
        calendars,
        people: people(rows, &runs, subjects),
    })
}

fn check(subjects: &Subjects<'_>) -> Result<(), InvalidField> {
    let count = subjects.users.len() + subjects.calendars.len();
    if count == 0 {
        return Err(InvalidField::new("userIds", "a list of at least one user"));
    }
    if count > MOST_SUBJECTS {
        return Err(InvalidField::new(
            "userIds",
            format!("a list of at most {MOST_SUBJECTS}"),
        ));
    }
    if subjects.window.end().duration_since(subjects.window.start()) > LONGEST_WINDOW {
        let days = LONGEST_WINDOW.as_hours() / 24;
        return Err(InvalidField::new("to", format!("at most {days} days after from")));
    }
    Ok(())
}

/// Puts each user's calendars and blocks together.
fn people(mut rows: Rows, runs: &[CalendarRun], subjects: &Subjects<'_>) -> Vec<PersonBusy> {
    let mut of_user: HashMap<&UserId, Vec<&CalendarRun>> = HashMap::with_capacity(subjects.users.len());
    for (index, run) in rows.indexes.iter().zip(runs) {
        of_user.entry(&index.user).or_default().push(run);
    }
    let mut blocks: HashMap<&UserId, Vec<Interval>> = HashMap::new();
    for block in &rows.blocks {
        blocks.entry(&block.user).or_default().push(block.span);
    }
    let people = subjects.users.iter().map(|user| {
        let runs = of_user.get(user).map_or(&[][..], Vec::as_slice);
        let blocks = busy::normalize(blocks.get(user).cloned().unwrap_or_default());
        let busy: Vec<&[Interval]> = runs
            .iter()
            .map(|run| run.busy.as_slice())
            .chain([blocks.as_slice()])
            .collect();
        let unlisted = rows.unlisted.contains(user).then_some(subjects.window);
        let unknown: Vec<&[Interval]> = runs
            .iter()
            .map(|run| run.unknown.as_slice())
            .chain([unlisted.as_slice()])
            .collect();
        PersonBusy {
            user: user.clone(),
            hours: None,
            busy: busy::merge(&busy),
            unknown: busy::merge(&unknown),
            calendars: runs.iter().map(|run| run.evidence.clone()).collect(),
        }
    });
    let mut people: Vec<PersonBusy> = people.collect();
    for person in &mut people {
        person.hours = rows
            .settings
            .get_mut(&person.user)
            .and_then(|settings| settings.hours.take());
    }
    people
}
