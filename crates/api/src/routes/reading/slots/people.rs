//! What a question says of single people.

use std::collections::HashMap;

use kalends_core::{slots::Limits, time::UserId};
use kalends_engine::availability::Invited;
use serde::Deserialize;
use utoipa::ToSchema;

use super::limits::LimitsBody;
use crate::{fields, problem::Problem};

/// What holds for one of the users of the question.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = PersonOfQuestion)]
pub(crate) struct PersonBody {
    /// Who; named in `userIds`, `groups` or `sequence` too.
    pub(crate) user_id: String,
    /// How many appointments they had that are not among `appointments`: for whose turn it is.
    #[schema(default = 0)]
    pub(crate) earlier_appointments: Option<u32>,
    /// Their own limits, instead of `limits`.
    pub(crate) limits: Option<LimitsBody>,
}

/// Everybody of a question, by id.
#[derive(Debug)]
pub(crate) struct People {
    /// In the order of the question.
    pub(crate) invited: Vec<Invited>,
    places: HashMap<UserId, usize>,
}

impl People {
    /// Everybody, with the limits of each.
    pub(crate) fn new(users: &[UserId], limits: Limits) -> Self {
        let invited = users.iter().map(|user| Invited {
            limits,
            ..Invited::new(user.clone())
        });
        let places = users
            .iter()
            .enumerate()
            .map(|(place, user)| (user.clone(), place));
        Self {
            invited: invited.collect(),
            places: places.collect(),
        }
    }

    /// One of them.
    pub(crate) fn place(&self, user: &UserId) -> Option<usize> {
        self.places.get(user).copied()
    }

    /// Takes what the question says of single people.
    pub(crate) fn describe(&mut self, bodies: Vec<PersonBody>) -> Result<(), Problem> {
        let mut described = vec![false; self.invited.len()];
        for (index, body) in bodies.into_iter().enumerate() {
            let field = format!("people[{index}].userId");
            let user = fields::user_id(field.clone(), body.user_id)?;
            let Some(place) = self.place(&user) else {
                let message = "must be one who is named in userIds, groups or sequence";
                return Err(Problem::field(field, message));
            };
            if std::mem::replace(&mut described[place], true) {
                return Err(Problem::field(field, "must be one whom no other entry describes"));
            }
            let person = &mut self.invited[place];
            person.booked = body.earlier_appointments.unwrap_or(0);
            if body.limits.is_some() {
                person.limits = LimitsBody::read(body.limits, &format!("people[{index}].limits"))?;
            }
        }
        Ok(())
    }
}
