//! What is known of everybody whom a question for slots asks, in the form of the slot engine.

use kalends_core::{
    event::EventKey,
    slots::{OpenHours, Person, Source},
    time::{CalendarId, EventId, Interval, TenantId, UserId, Zone},
};
use kalends_store::UserClaim;

use super::{
    AvailabilityError, SlotsQuery, Subjects, UserEvidence,
    gather::{self, Gathered, PersonBusy},
};
use crate::Engine;

/// What is known of everybody.
pub(super) struct Known {
    gathered: Gathered,
    /// When each takes appointments; one run for all when the question has the hours.
    open: Vec<Vec<Interval>>,
    /// The hours of each.
    hours: Vec<Option<OpenHours>>,
}

/// What some of a person's time was made of.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TimeSource {
    /// A connected calendar.
    Calendar(CalendarId),
    /// Time that was blocked by hand.
    Blocks,
    /// An event of the application.
    Event(EventKey),
    /// A hold.
    Hold(EventId),
    /// An account whose calendars nobody has listed yet.
    Unlisted,
}

impl TimeSource {
    /// What a claim is of.
    pub(super) fn of(claim: &UserClaim) -> Self {
        match &claim.key {
            Some(key) if !claim.claim.held => Self::Event(key.clone()),
            _ => Self::Hold(claim.claim.event),
        }
    }
}

impl Known {
    /// Checks the question, reads, and weighs.
    pub(super) async fn gather(
        engine: &Engine,
        tenant: TenantId,
        query: &SlotsQuery,
    ) -> Result<Self, AvailabilityError> {
        query.check()?;
        let users: Vec<UserId> = query.people.iter().map(|person| person.user.clone()).collect();
        let reach = query.course.reach(&query.query);
        let subjects = Subjects {
            users: &users,
            calendars: &[],
            ignore: &query.ignore,
            window: reach,
        };
        let mut gathered = gather::gather(engine, tenant, &subjects, query.freshness).await?;
        let own = gathered.people.iter_mut().map(|person| person.hours.take());
        let hours: Vec<Option<OpenHours>> = own.collect();
        let open = if let Some(hours) = &query.open_hours {
            vec![hours.windows(reach)]
        } else {
            let windows = |hours: &Option<OpenHours>| {
                hours
                    .as_ref()
                    .map_or_else(|| vec![reach], |hours| hours.windows(reach))
            };
            hours.iter().map(windows).collect()
        };
        Ok(Self {
            gathered,
            open,
            hours,
        })
    }

    /// Everybody, in the order of the question; `sources` are those of [`Known::sources`] or empty.
    pub(super) fn people<'a>(
        &'a self,
        query: &'a SlotsQuery,
        sources: &'a [Vec<Source<'a>>],
    ) -> Vec<Person<'a>> {
        let known = self.gathered.people.iter().zip(&self.hours).enumerate();
        let people = known.zip(&query.people).map(|((index, (known, own)), invited)| {
            let open = self.open.get(index).or(self.open.first());
            let open = open.map_or(&[][..], Vec::as_slice);
            invited.person(Person {
                zone: known.zone.as_ref(),
                hours: query.open_hours.as_ref().or(own.as_ref()),
                sources: sources.get(index).map_or(&[], Vec::as_slice),
                ..Person::new(open, &known.busy, &known.unknown)
            })
        });
        people.collect()
    }

    /// What each person's time was made of: calendars, blocks, the application's events and holds, then what is not known of an
    /// account.
    pub(super) fn sources<'a>(&'a self) -> Vec<Vec<(TimeSource, Source<'a>)>> {
        let of = |person: &'a PersonBusy| {
            let calendars = person.runs.iter().map(|run| {
                let run = &self.gathered.runs[*run];
                let source = Source {
                    busy: &run.busy,
                    unknown: &run.unknown,
                };
                (TimeSource::Calendar(run.evidence.calendar), source)
            });
            calendars.collect::<Vec<_>>()
        };
        let with_the_rest = |person: &'a PersonBusy| {
            let mut sources = of(person);
            let (blocks, unlisted) = (&person.blocks, person.unlisted.as_slice());
            let blocks = Source {
                busy: blocks,
                unknown: &[],
            };
            let unlisted = Source {
                busy: &[],
                unknown: unlisted,
            };
            sources.push((TimeSource::Blocks, blocks));
            sources.extend(person.own.iter().map(|(source, busy)| {
                let own = Source { busy, unknown: &[] };
                (source.clone(), own)
            }));
            sources.push((TimeSource::Unlisted, unlisted));
            sources
        };
        self.gathered.people.iter().map(with_the_rest).collect()
    }

    /// The zone of the hours that hold for each person.
    pub(super) fn hours_zones(&self, query: &SlotsQuery) -> Vec<Option<Zone>> {
        let zone = |own: &Option<OpenHours>| {
            let hours = query.open_hours.as_ref().or(own.as_ref());
            hours.map(|hours| hours.zone().clone())
        };
        self.hours.iter().map(zone).collect()
    }

    /// What the answer rests on, in the order of the question.
    pub(super) fn evidence(self) -> Vec<UserEvidence> {
        let Gathered { people, runs, .. } = self.gathered;
        let evidence = |person: PersonBusy| UserEvidence {
            calendars: person.evidence(&runs),
            user: person.user,
        };
        people.into_iter().map(evidence).collect()
    }
}
