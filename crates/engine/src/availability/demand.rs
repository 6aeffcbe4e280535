//! Prepares the judgement of a demand of free time: calendars are brought up to date before, and what they say is weighed
//! inside the transaction that takes the time.

use std::collections::{HashMap, HashSet};

use kalends_core::{
    busy,
    claims::{PersonTime, Refusal, Taker, Terms, Wanted, obstacles},
    settings::Sync,
    time::{Interval, TenantId, UserId},
};
use kalends_store::{DemandedTime, Judge, PersonRows, StoreError};

use super::{
    AvailabilityError, Freshness, Ignore, Subjects, live,
    rows::Rows,
    weighed::{CalendarRun, Question},
    widen,
};
use crate::Engine;

/// What is demanded.
pub(crate) struct Demanded<'a> {
    /// Of whom.
    pub(crate) users: &'a [UserId],
    /// The times, with their buffers.
    pub(crate) window: Interval,
    /// Whether they are those of a series: of one, what is over does not count, nor what no calendar covers yet.
    pub(crate) is_series: bool,
    /// On what terms.
    pub(crate) terms: &'a Terms,
    /// How fresh the calendars have to be.
    pub(crate) freshness: Freshness,
}

/// Asks the providers of calendars that are older than the caller allows, and says how the demand is judged.
pub(crate) async fn judge(
    engine: &Engine,
    tenant: TenantId,
    demanded: Demanded<'_>,
) -> Result<Judge, AvailabilityError> {
    let subjects = Subjects {
        users: demanded.users,
        calendars: &[],
        ignore: &Ignore::default(),
        window: demanded.window,
    };
    let rows = Rows::read(engine, tenant, &subjects).await?;
    let mut question = Question {
        window: demanded.window,
        freshness: demanded.freshness,
        now: engine.ambient().now(),
        silent: HashSet::new(),
    };
    let late = rows.late(&question);
    if !late.is_empty() {
        question.silent = live::check(engine, tenant, &late).await?;
        question.now = engine.ambient().now();
    }
    widen::widen(engine, tenant, &rows, demanded.window).await?;
    let rhythms = rows.settings.iter().map(|(user, own)| (user.clone(), own.sync));
    let judgement = Judgement {
        rhythms: rhythms.collect(),
        unlisted: rows.unlisted,
        terms: demanded.terms.clone(),
        is_series: demanded.is_series,
        question,
    };
    Ok(Judge::new(move |time| judgement.of(time)))
}

/// What a demand is judged by, beside the rows.
struct Judgement {
    rhythms: HashMap<UserId, Sync>,
    unlisted: HashSet<UserId>,
    terms: Terms,
    is_series: bool,
    question: Question,
}

impl Judgement {
    fn of(mut self, time: &DemandedTime) -> Result<Vec<Refusal>, StoreError> {
        self.question.window = time.reach;
        let mut refused = Vec::new();
        for person in &time.people {
            let known = self.known(time, person)?;
            let now = self.question.now.as_microsecond();
            let counts = |time: &&Interval| !self.is_series || time.end_us() > now;
            let times: Vec<Interval> = person.times.iter().filter(counts).copied().collect();
            let wanted = Wanted {
                event: time.event,
                times: &times,
                terms: &self.terms,
            };
            let obstacles = obstacles(&wanted, &known);
            if !obstacles.is_empty() {
                refused.push(Refusal {
                    user: person.user.clone(),
                    obstacles,
                });
            }
        }
        Ok(refused)
    }

    /// What a person's time is taken by.
    fn known(&self, time: &DemandedTime, person: &PersonRows) -> Result<PersonTime, StoreError> {
        let mut runs = Vec::new();
        for index in time.indexes.iter().filter(|index| index.user == person.user) {
            let rhythm = self.rhythms.get(&index.user).copied().unwrap_or_default();
            let run = CalendarRun::weigh(index, rhythm, &self.question).map_err(|_| StoreError::Corrupt {
                column: "runs",
                reason: "no busy time".to_owned(),
            })?;
            let unknown = match index.covered.filter(|_| self.is_series) {
                Some(covered) => busy::clip(&run.unknown, up_to(covered, time.reach)),
                None => run.unknown,
            };
            runs.push((Taker::Calendar(index.calendar), run.busy));
            runs.push((Taker::Unknown, unknown));
        }
        if self.unlisted.contains(&person.user) {
            runs.push((Taker::Unknown, vec![time.reach]));
        }
        let blocks = time.blocks.iter().filter(|block| block.user == person.user);
        runs.push((
            Taker::Block,
            busy::normalize(blocks.map(|block| block.span).collect()),
        ));
        Ok(PersonTime {
            claims: person.claims.clone(),
            runs,
        })
    }
}

/// The part of the time that is not after what a calendar covers.
fn up_to(covered: Interval, time: Interval) -> Interval {
    let end = covered.end_us().min(time.end_us()).max(time.start_us() + 1);
    Interval::from_micros(time.start_us(), end).unwrap_or(time)
}
