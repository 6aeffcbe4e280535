//! What shall count as free, on the wire.

use jiff::Timestamp;
use kalends_core::{
    event::EventKey,
    time::{BlockId, EventId, ExternalEventId, Interval},
};
use kalends_engine::availability::{Ignore, IgnoredEvent, OwnTime};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{appointments::AppointmentBody, people::People};
use crate::{fields, problem::Problem};

/// Most things to ignore.
const MOST: usize = 100;
const ONE_OF: &str =
    "must have one of externalEventId, blockId, eventKey, holdId, appointmentId, or start and end";

/// Something that shall count as free: an event in a connected calendar, time that was blocked by hand, an event or a hold of
/// the application, one of `appointments`, or a span.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = Ignored)]
pub(crate) struct IgnoredBody {
    /// An event of `GET /v1/external-events`; time in which another event lies stays busy.
    external_event_id: Option<Uuid>,
    /// With the id of a series: only the occurrence that starts then by its rule.
    original_start: Option<Timestamp>,
    /// Time that was blocked by hand.
    block_id: Option<Uuid>,
    /// An event of the application by its key, wherever it takes time.
    event_key: Option<String>,
    /// A hold.
    hold_id: Option<Uuid>,
    /// The `id` of one of `appointments`.
    appointment_id: Option<String>,
    /// The first instant of a span. What else lies in it counts as free too; name the event where you can.
    start: Option<Timestamp>,
    /// First instant after the span.
    end: Option<Timestamp>,
    /// With a span: for whom it counts as free; for everybody when it is left out.
    user_ids: Option<Vec<String>>,
}

/// What to ignore.
#[derive(Debug, Default)]
pub(crate) struct Ignored {
    /// Places in the list of appointments.
    pub(crate) appointments: Vec<usize>,
    /// Spans that count as free for everybody.
    pub(crate) for_everybody: Vec<Interval>,
    /// What is stored.
    pub(crate) stored: Ignore,
}

/// Reads what to ignore; spans go to their people.
pub(crate) fn read(
    bodies: Vec<IgnoredBody>,
    appointments: &[AppointmentBody],
    people: &mut People,
) -> Result<Ignored, Problem> {
    if bodies.len() > MOST {
        return Err(Problem::field(
            "ignore",
            format!("must be a list of at most {MOST}"),
        ));
    }
    let mut ignored = Ignored::default();
    for (index, body) in bodies.into_iter().enumerate() {
        ignored.take(body, (appointments, people), &format!("ignore[{index}]"))?;
    }
    Ok(ignored)
}

impl Ignored {
    fn take(
        &mut self,
        body: IgnoredBody,
        (appointments, people): (&[AppointmentBody], &mut People),
        field: &str,
    ) -> Result<(), Problem> {
        if body.original_start.is_some() && body.external_event_id.is_none() {
            let message = "goes with externalEventId only";
            return Err(Problem::field(format!("{field}.originalStart"), message));
        }
        let span = (body.start, body.end);
        if body.user_ids.is_some() && span == (None, None) {
            return Err(Problem::field(
                format!("{field}.userIds"),
                "goes with start and end only",
            ));
        }
        if let Some(own) = own(&body, field)? {
            self.stored.own.push(own);
            return Ok(());
        }
        match (body.external_event_id, body.block_id, body.appointment_id, span) {
            (Some(event), None, None, (None, None)) => self.stored.events.push(IgnoredEvent {
                event: ExternalEventId(event),
                original_start: body.original_start,
            }),
            (None, Some(block), None, (None, None)) => self.stored.blocks.push(BlockId(block)),
            (None, None, Some(id), (None, None)) => {
                let before = self.appointments.len();
                let named = |given: &AppointmentBody| given.id.as_ref() == Some(&id);
                let places = appointments.iter().enumerate().filter(|(_, given)| named(given));
                self.appointments.extend(places.map(|(place, _)| place));
                if self.appointments.len() == before {
                    let message = "must be the id of one of appointments";
                    return Err(Problem::field(format!("{field}.appointmentId"), message));
                }
            }
            (None, None, None, (Some(start), Some(end))) => {
                let span = fields::span(&format!("{field}.end"), start, end)?;
                self.span(span, body.user_ids, people, field)?;
            }
            (None, None, None, (Some(_), None)) => {
                return Err(Problem::field(format!("{field}.end"), "is required with start"));
            }
            (None, None, None, (None, Some(_))) => {
                return Err(Problem::field(format!("{field}.start"), "is required with end"));
            }
            _ => {
                return Err(Problem::field(field, ONE_OF));
            }
        }
        Ok(())
    }

    fn span(
        &mut self,
        span: Interval,
        user_ids: Option<Vec<String>>,
        people: &mut People,
        field: &str,
    ) -> Result<(), Problem> {
        let Some(user_ids) = user_ids else {
            self.for_everybody.push(span);
            people
                .invited
                .iter_mut()
                .for_each(|person| person.ignore.push(span));
            return Ok(());
        };
        let field = format!("{field}.userIds");
        for (index, user) in fields::user_ids(&field, user_ids)?.iter().enumerate() {
            let Some(place) = people.place(user) else {
                let message = "must be one who is named in userIds, groups or sequence";
                return Err(Problem::field(format!("{field}[{index}]"), message));
            };
            people.invited[place].ignore.push(span);
        }
        Ok(())
    }
}

/// The event or hold of the application that is to be ignored, when it is one.
fn own(body: &IgnoredBody, field: &str) -> Result<Option<OwnTime>, Problem> {
    let own = match (&body.event_key, body.hold_id) {
        (None, None) => return Ok(None),
        (Some(key), None) => {
            let refused = |error: kalends_core::event::EventKeyError| {
                Problem::field(format!("{field}.eventKey"), error.to_string())
            };
            OwnTime::Key(EventKey::new(key.as_str()).map_err(refused)?)
        }
        (_, Some(hold)) => OwnTime::Id(EventId(hold)),
    };
    let more = body.event_key.is_some() && body.hold_id.is_some()
        || body.external_event_id.is_some()
        || body.block_id.is_some()
        || body.appointment_id.is_some()
        || body.start.is_some()
        || body.end.is_some();
    if more {
        return Err(Problem::field(field, ONE_OF));
    }
    Ok(Some(own))
}
