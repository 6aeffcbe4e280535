//! Conference requests that are still being worked on, and what becomes of them.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{
    super::{
        EventResource, Status,
        commit::commit,
        copies,
        write::{Author, Visible},
    },
    MEET, answer,
};
use crate::{directory::Directory, google::GoogleError, state::Sim};

/// How requests for a conference are answered from now on; left out, they succeed at once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct ConferenceOrder {
    /// They stay pending for so many seconds of the simulator's clock.
    pub pending_seconds: Option<i64>,
    /// They stay pending until their event, or a list with it, has been read so many times.
    pub pending_reads: Option<u32>,
    /// What becomes of them.
    pub outcome: ConferenceOutcome,
    /// Calendars on which Meet is not allowed.
    pub refused_calendars: BTreeSet<String>,
}

/// What becomes of a request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ConferenceOutcome {
    /// It gets a link.
    #[default]
    Success,
    /// It gets none.
    Failure,
}

/// The standing order and the requests that wait.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Conferences {
    pub(crate) order: ConferenceOrder,
    waiting: Vec<Waiting>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Waiting {
    calendar: String,
    event: String,
    due: Option<Timestamp>,
    reads: u32,
    outcome: ConferenceOutcome,
}

impl Waiting {
    fn is_due(&self, now: Timestamp) -> bool {
        self.due.is_none_or(|due| due <= now) && self.reads == 0
    }
}

impl Conferences {
    /// Whether a calendar may have Meet conferences.
    pub(crate) fn allows(&self, calendar: &str) -> bool {
        !self.order.refused_calendars.contains(calendar)
    }

    /// What kinds of conferences a calendar may have, as it says of itself.
    pub(crate) fn solutions(&self, calendar: &str) -> &'static [&'static str] {
        if self.allows(calendar) { &[MEET] } else { &[] }
    }

    /// What a request is answered in the very answer to it; `None` for pending.
    pub(super) fn at_once(&self) -> Option<ConferenceOutcome> {
        let pending = self.order.pending_seconds.is_some() || self.order.pending_reads.is_some();
        (!pending).then_some(self.order.outcome)
    }

    pub(super) fn wait_for(&mut self, calendar: &str, event: &str, now: Timestamp) {
        let known = |one: &Waiting| one.calendar == calendar && one.event == event;
        if self.waiting.iter().any(known) {
            return;
        }
        let seconds = self.order.pending_seconds.map(SignedDuration::from_secs);
        self.waiting.push(Waiting {
            calendar: calendar.to_owned(),
            event: event.to_owned(),
            due: seconds.map(|seconds| now.saturating_add(seconds).unwrap_or(Timestamp::MAX)),
            reads: self.order.pending_reads.unwrap_or(0),
            outcome: self.order.outcome,
        });
    }
}

/// Answers the requests that are due. `read` are the calendar and, for one event, the id that a caller is about to
/// read; that counts as a reading of what waits there.
pub(crate) fn ripen(sim: &Sim, calendar: &str, event: Option<&str>) -> Result<(), GoogleError> {
    if sim.directory().conferences.waiting.is_empty() {
        return Ok(());
    }
    let now = sim.now();
    let mut directory = sim.directory_mut();
    let (due, rest) = std::mem::take(&mut directory.conferences.waiting)
        .into_iter()
        .partition(|one| one.is_due(now));
    directory.conferences.waiting = rest;
    for one in &mut directory.conferences.waiting {
        if one.calendar == calendar && event.is_none_or(|event| event == one.event) {
            one.reads = one.reads.saturating_sub(1);
        }
    }
    let due: Vec<Waiting> = due;
    for one in due {
        finish(&mut directory, &one, sim)?;
    }
    Ok(())
}

/// Answers the requests whose time has come, when nobody reads.
pub(crate) fn ripen_all(sim: &Sim) {
    if let Err(error) = ripen(sim, "", None) {
        tracing::error!(message = error.message(), "a conference could not be made");
    }
}

fn finish(directory: &mut Directory, one: &Waiting, sim: &Sim) -> Result<(), GoogleError> {
    let stored = directory
        .calendar(&one.calendar)
        .and_then(|calendar| calendar.events.get(&one.event));
    let Some(stored) = stored else { return Ok(()) };
    let before = stored.resource()?;
    let data = before.conference_data.as_ref();
    let request = data
        .map(|data| &data["createRequest"])
        .filter(|request| request["status"]["statusCode"] == "pending");
    let request_id = request.and_then(|request| request["requestId"].as_str());
    let Some(request_id) =
        request_id.filter(|_| before.status != Status::Cancelled && copies::invites(&before))
    else {
        return Ok(());
    };
    let mut event: EventResource = before.clone();
    answer(&mut event, request_id, Some(one.outcome), sim);
    let now = sim.now();
    let email = before.creator.as_ref().map_or("", |creator| &creator.email);
    let author = Author {
        email,
        now,
        version_us: directory.next_version(now),
    };
    commit(
        directory,
        &one.calendar,
        &event,
        Some(&before),
        author,
        Visible::Yes,
    )
    .map(drop)
}
