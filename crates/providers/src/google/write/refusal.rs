//! What it means for the event when Google refuses a step (Google Calendar API guide "Handle API errors").

use jiff::Timestamp;
use kalends_core::sync::push::{Outcome, Refusal, Step};
use kalends_egress::Answer;

use super::asks_for_meeting;
use crate::{
    google::{
        refusal::{Question, meaning},
        wire::Failure,
    },
    provider::ProviderError,
};

const TAKEN: &[&str] = &["duplicate"];
const NOT_ORGANIZER: &[&str] = &["forbiddenForNonOrganizer"];
const READ_ONLY: &[&str] = &["requiredAccessLevel", "forbidden"];

/// The outcome, or the error of a call that says nothing of the event.
pub(super) fn outcome(answer: &Answer, step: &Step, now: Timestamp) -> Result<Outcome, ProviderError> {
    let failure = Failure::read(&answer.body);
    let creates = matches!(step, Step::Create { .. });
    let refused = |refusal| Ok(Outcome::Refused(refusal));
    match answer.status.as_u16() {
        // The reason is `invalid` whatever it was. If it was not the meeting link, the next answer says so.
        400 if asks_for_meeting(step) => Ok(Outcome::MeetingLinkRefused),
        400 => refused(Refusal::Rejected),
        403 if failure.is_any(NOT_ORGANIZER) => refused(Refusal::NotOrganizer),
        403 if failure.is_any(READ_ONLY) => refused(Refusal::ReadOnly),
        404 if creates => refused(Refusal::CalendarLost),
        404 | 410 => Ok(Outcome::Missing),
        409 if creates && failure.is_any(TAKEN) => Ok(Outcome::Taken),
        // Two writes at the same time, by its own word; the other may be ours.
        409 => Err(ProviderError::Unavailable { source: None }),
        412 => Ok(Outcome::Stale),
        _ => match meaning(answer, Question::Account, now) {
            ProviderError::MissingScope => refused(Refusal::NeedsConsent),
            error => Err(error),
        },
    }
}
