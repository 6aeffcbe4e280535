//! Reads what a question needs, in a few indexed reads whatever the number of users, and weighs it.

use std::collections::{BTreeMap, HashMap, HashSet};

use kalends_core::{
    busy,
    invalid_field::InvalidField,
    slots::OpenHours,
    time::{Interval, TenantId, UserId, Zone},
};

use super::{
    AvailabilityError, CalendarEvidence, Freshness, LONGEST_WINDOW, MOST_SUBJECTS, Subjects, TimeSource,
    ignore, live,
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
    /// Every calendar once.
    pub(super) runs: Vec<CalendarRun>,
}

/// What is known of a user.
pub(super) struct PersonBusy {
    pub(super) user: UserId,
    /// Where the user is.
    pub(super) zone: Option<Zone>,
    /// `None`: open at all times.
    pub(super) hours: Option<OpenHours>,
    /// The run of busy time that overlaps the window.
    pub(super) busy: Vec<Interval>,
    /// The run of the window of which nothing is known.
    pub(super) unknown: Vec<Interval>,
    /// The user's calendars, by their places in [`Gathered::runs`].
    pub(super) runs: Vec<usize>,
    /// The run that was blocked by hand.
    pub(super) blocks: Vec<Interval>,
    /// The run of each of the application's events and holds.
    pub(super) own: Vec<(TimeSource, Vec<Interval>)>,
    /// The whole window, while nobody has listed the calendars of one of the user's accounts.
    pub(super) unlisted: Option<Interval>,
}

impl PersonBusy {
    /// When the user takes appointments; at all times when they never said.
    pub(super) fn open(&self, window: Interval) -> Vec<Interval> {
        match &self.hours {
            Some(hours) => hours.windows(window),
            None => vec![window],
        }
    }

    /// What is known of the user's calendars.
    pub(super) fn evidence(&self, runs: &[CalendarRun]) -> Vec<CalendarEvidence> {
        self.runs.iter().map(|run| runs[*run].evidence.clone()).collect()
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
    if engine.settings().prefetch {
        let calendars = rows.indexes.iter();
        let questions = calendars.filter_map(|index| question.interest(index, rows.rhythm(index)));
        engine.asked().note(tenant, question.now, questions);
    }
    widen::widen(engine, tenant, &rows, subjects.window).await?;
    let mut runs = Vec::with_capacity(rows.indexes.len());
    for index in &rows.indexes {
        runs.push(CalendarRun::weigh(index, rows.rhythm(index), &question)?);
    }
    let ignored = (subjects.ignore.events.as_slice(), subjects.window);
    ignore::take_out(engine, tenant, ignored, (&rows, &mut runs)).await?;
    let calendars = subjects.calendars.iter().map(|id| {
        let run = runs.iter().find(|run| run.evidence.calendar == *id);
        run.cloned()
            .ok_or(AvailabilityError::UnknownCalendar { calendar: *id })
    });
    let calendars = calendars.collect::<Result<_, _>>()?;
    Ok(Gathered {
        calendars,
        people: people(rows, &runs, subjects),
        runs,
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
    let mut of_user: HashMap<&UserId, Vec<usize>> = HashMap::with_capacity(subjects.users.len());
    for (place, index) in rows.indexes.iter().enumerate() {
        of_user.entry(&index.user).or_default().push(place);
    }
    let mut blocks: HashMap<&UserId, Vec<Interval>> = HashMap::new();
    for block in &rows.blocks {
        if !subjects.ignore.blocks.contains(&block.id) {
            blocks.entry(&block.user).or_default().push(block.span);
        }
    }
    let mut of_events: HashMap<&UserId, BTreeMap<TimeSource, Vec<Interval>>> = HashMap::new();
    for claim in rows.claims.iter().filter(|claim| !subjects.ignore.has(claim)) {
        let source = TimeSource::of(claim);
        let spans = of_events
            .entry(&claim.user)
            .or_default()
            .entry(source)
            .or_default();
        spans.push(claim.claim.span);
    }
    let people = subjects.users.iter().map(|user| {
        let own = of_user.get(user).cloned().unwrap_or_default();
        let blocks = busy::normalize(blocks.get(user).cloned().unwrap_or_default());
        let claimed = of_events.remove(user).unwrap_or_default();
        let all_claimed = busy::normalize(claimed.values().flatten().copied().collect());
        let busy: Vec<&[Interval]> = own
            .iter()
            .map(|run| runs[*run].busy.as_slice())
            .chain([blocks.as_slice(), all_claimed.as_slice()])
            .collect();
        let unlisted = rows.unlisted.contains(user).then_some(subjects.window);
        let unknown: Vec<&[Interval]> = own
            .iter()
            .map(|run| runs[*run].unknown.as_slice())
            .chain([unlisted.as_slice()])
            .collect();
        PersonBusy {
            user: user.clone(),
            zone: rows.zones.get(user).cloned(),
            hours: None,
            busy: busy::merge(&busy),
            unknown: busy::merge(&unknown),
            runs: own,
            blocks,
            own: claimed
                .into_iter()
                .map(|(source, spans)| (source, busy::normalize(spans)))
                .collect(),
            unlisted,
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
