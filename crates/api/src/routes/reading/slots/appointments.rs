//! What the application has booked already, on the wire.

use jiff::Timestamp;
use kalends_core::slots::Appointment;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{ignored::Ignored, people::People};
use crate::{fields, problem::Problem};

/// Most appointments of a question.
const MOST: usize = 10_000;

/// Something that is booked.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = Appointment)]
pub(crate) struct AppointmentBody {
    /// Your name for it, by which `ignore` can name it.
    pub(crate) id: Option<String>,
    /// Whose time it takes; users whom the question does not ask may be among them.
    user_ids: Vec<String>,
    /// Its first instant.
    start: Timestamp,
    /// First instant after it.
    end: Timestamp,
    /// How many seats it has; a slot that takes exactly the same time is offered while some are left.
    #[schema(default = 1)]
    capacity: Option<u32>,
    /// How many of them are taken.
    #[schema(default = 1)]
    seats_taken: Option<u32>,
}

/// Hands the appointments to their people, and answers those that count for all together.
pub(crate) fn read(
    bodies: Vec<AppointmentBody>,
    ignored: &Ignored,
    people: &mut People,
) -> Result<Vec<Appointment>, Problem> {
    if bodies.len() > MOST {
        return Err(Problem::field(
            "appointments",
            format!("must be a list of at most {MOST}"),
        ));
    }
    let mut all = Vec::with_capacity(bodies.len());
    for (index, body) in bodies.into_iter().enumerate() {
        let field = format!("appointments[{index}]");
        let interval = fields::span(&format!("{field}.end"), body.start, body.end)?;
        let taken = body.seats_taken.unwrap_or(1);
        let appointment = Appointment {
            interval,
            seats_left: body.capacity.unwrap_or(1).saturating_sub(taken),
        };
        let users = fields::user_ids(&format!("{field}.userIds"), body.user_ids)?;
        if ignored.appointments.contains(&index) {
            continue;
        }
        for user in &users {
            if let Some(place) = people.place(user) {
                people.invited[place].appointments.push(appointment);
            }
        }
        if !ignored.for_everybody.iter().any(|span| span.covers(interval)) {
            all.push(appointment);
        }
    }
    Ok(all)
}
