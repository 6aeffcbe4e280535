//! Writing events (methods `events.insert`, `patch`, `delete` and `get`).
//!
//! One time of a series is written under the id of its instance, which Google makes with the series; `status` in a patch
//! of a cancelled instance puts it back.
//!
//! The id is ours, each change of what is there is guarded by its etag, and what we wrote last stands in a private
//! property. So every call may be repeated when nobody knows what became of it: the answer then is one that
//! [`kalends_core::sync::push`] goes on from.

mod body;
mod read;
mod refusal;

use bytes::Bytes;
use http::{Method, Request, header};
use kalends_core::{
    event::{Conference, Field, Invitations},
    sync::push::{At, Outcome, Refusal, Step},
};
use kalends_egress::{Answer, Lane, Usage};
use serde_json::Value;

use super::{
    Google,
    query::{Sending, Travel},
};
use crate::provider::{Ask, CalendarRef, EventOrder, ProviderError};
use body::Answers;

/// What Google limits on its own for each user, far below its other quotas.
const INVITATIONS: Usage = Usage("invitations");

/// What is asked of an event in each answer.
const FIELDS: &str = "id,etag,status,updated,summary,description,location,start,end,recurrence,attendees(email,\
     displayName,optional,organizer,responseStatus),reminders,visibility,transparency,colorId,source,conferenceData(\
     createRequest(status),entryPoints(entryPointType,uri)),hangoutLink,htmlLink,extendedProperties(private),\
     originalStartTime";

/// Takes a step on a calendar.
pub(super) async fn take(
    google: &Google,
    ask: &Ask,
    calendar: &CalendarRef,
    order: EventOrder<'_>,
) -> Result<Outcome, ProviderError> {
    let writing = Writing {
        google,
        ask,
        calendar,
        order,
    };
    match order.step {
        Step::Nothing => Err(ProviderError::Unsupported {
            what: "take a step that is none",
        }),
        Step::Create { key, .. } if key.occurrence.is_some() => Err(ProviderError::Unsupported {
            what: "create one time of a series",
        }),
        Step::Create { .. } => writing.create().await,
        Step::Patch { id, if_match, .. } => writing.patch(id, if_match).await,
        Step::Delete { at, if_match } => writing.delete(&id(at), if_match.as_deref()).await,
        Step::Fetch { at, .. } => writing.fetch(&id(at)).await,
    }
}

struct Writing<'a> {
    google: &'a Google,
    ask: &'a Ask,
    calendar: &'a CalendarRef,
    order: EventOrder<'a>,
}

impl Writing<'_> {
    async fn create(&self) -> Result<Outcome, ProviderError> {
        let body = body::create(self.order);
        let answer = self.send(Method::POST, None, None, Some(&body)).await?;
        self.written(&answer)
    }

    async fn patch(&self, id: &str, if_match: &str) -> Result<Outcome, ProviderError> {
        let mut answers = Answers::new();
        if fields(self.order.step).contains(&Field::Attendees) {
            // The list is replaced whole: whoever is sent without their answer is asked again.
            let answer = self.send(Method::GET, Some(id), None, None).await?;
            if !answer.status.is_success() {
                return refusal::outcome(&answer, self.order.step, self.google.ambient.now());
            }
            let there = read::event(&answer.body)?;
            if there.etag.as_deref() != Some(if_match) {
                return Ok(Outcome::Stale);
            }
            answers = there.answers();
        }
        let body = body::patch(self.order, &answers);
        let answer = self
            .send(Method::PATCH, Some(id), Some(if_match), Some(&body))
            .await?;
        self.written(&answer)
    }

    async fn delete(&self, id: &str, if_match: Option<&str>) -> Result<Outcome, ProviderError> {
        let answer = self.send(Method::DELETE, Some(id), if_match, None).await?;
        if answer.status.is_success() {
            return Ok(Outcome::Deleted);
        }
        refusal::outcome(&answer, self.order.step, self.google.ambient.now())
    }

    async fn fetch(&self, id: &str) -> Result<Outcome, ProviderError> {
        let answer = self.send(Method::GET, Some(id), None, None).await?;
        if answer.status.is_success() {
            let found = read::remote(&answer.body, &self.calendar.zone)?;
            return Ok(found.map_or(Outcome::Missing, Outcome::Found));
        }
        let outcome = refusal::outcome(&answer, self.order.step, self.google.ambient.now())?;
        // Google says the same of an event and of a calendar that it does not know.
        if outcome == Outcome::Missing && !self.calendar_is_there().await? {
            return Ok(Outcome::Refused(Refusal::CalendarLost));
        }
        Ok(outcome)
    }

    async fn calendar_is_there(&self) -> Result<bool, ProviderError> {
        let query = [("maxResults", "1"), ("fields", "etag")];
        let url = self
            .google
            .url(&["calendars", &self.calendar.provider_id, "events"], &query);
        let request = Request::get(url.as_str()).body(Bytes::new());
        let answer = self
            .google
            .answer(self.ask, request, Sending::repeatable())
            .await?;
        Ok(answer.status.as_u16() != 404)
    }

    fn written(&self, answer: &Answer) -> Result<Outcome, ProviderError> {
        if !answer.status.is_success() {
            return refusal::outcome(answer, self.order.step, self.google.ambient.now());
        }
        let written = read::remote(&answer.body, &self.calendar.zone)?;
        Ok(written.map_or(Outcome::Missing, Outcome::Written))
    }

    async fn send(
        &self,
        method: Method,
        id: Option<&str>,
        if_match: Option<&str>,
        body: Option<&Value>,
    ) -> Result<Answer, ProviderError> {
        let mut path = vec!["calendars", self.calendar.provider_id.as_str(), "events"];
        path.extend(id);
        let invitations = match self.order.invitations {
            Invitations::Sent => "all",
            Invitations::NotSent => "none",
        };
        let mut query = Vec::new();
        if method != Method::GET {
            query.push(("sendUpdates", invitations));
        }
        if body.is_some() {
            query.push(("conferenceDataVersion", "1"));
        }
        if method != Method::DELETE {
            query.push(("fields", FIELDS));
        }
        let url = self.google.url(&path, &query);
        let mut request = Request::builder().method(&method).uri(url.as_str());
        if let Some(etag) = if_match {
            request = request.header(header::IF_MATCH, etag);
        }
        if body.is_some() {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        let request = request.body(body.map_or_else(Bytes::new, |body| Bytes::from(body.to_string())));
        let invites = method != Method::GET && self.invites();
        let sending = Sending {
            usage: invites.then_some(INVITATIONS),
            travel: match self.ask.lane {
                Lane::Backfill => Travel::Together,
                Lane::Interactive | Lane::Push | Lane::Freshness => Travel::Alone,
            },
            ..Sending::repeatable()
        };
        self.google.answer(self.ask, request, sending).await
    }

    /// Whether attendees hear of the step.
    fn invites(&self) -> bool {
        let has_attendees = match self.order.step {
            Step::Create { content, .. } | Step::Patch { content, .. } => !content.attendees.is_empty(),
            Step::Nothing | Step::Delete { .. } | Step::Fetch { .. } => false,
        };
        has_attendees && self.order.invitations == Invitations::Sent
    }
}

fn id(at: &At) -> String {
    match at {
        At::Id(id) => id.clone(),
        At::Key(key) => key.google_id(),
    }
}

/// The fields that a step sends.
fn fields(step: &Step) -> Vec<Field> {
    match step {
        Step::Create { .. } => Field::ALL.to_vec(),
        Step::Patch { fields, .. } => fields.iter().copied().collect(),
        Step::Nothing | Step::Delete { .. } | Step::Fetch { .. } => Vec::new(),
    }
}

/// Whether a step asks for a meeting link.
fn asks_for_meeting(step: &Step) -> bool {
    match step {
        Step::Create { content, .. } | Step::Patch { content, .. } => {
            content.conference == Conference::Wanted && fields(step).contains(&Field::Conference)
        }
        Step::Nothing | Step::Delete { .. } | Step::Fetch { .. } => false,
    }
}
