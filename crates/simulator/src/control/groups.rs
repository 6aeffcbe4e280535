//! Groups of people, which calendars can be shared with and free/busy be asked for.

use axum::{body::Bytes, extract::State, response::Response};
use serde::Deserialize;
use serde_json::{Map, json};

use super::{
    Control, ControlError,
    http::{Answer, done, read},
};
use crate::state::Sim;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GroupOrder {
    id: String,
    members: Vec<String>,
}

impl Control {
    /// Makes a group of people, or says anew who is in it.
    pub fn set_group(&self, address: &str, members: &[&str]) -> Result<(), ControlError> {
        for (field, text) in
            std::iter::once(("id", address)).chain(members.iter().map(|one| ("members", *one)))
        {
            if !text.contains('@') {
                let expected = "an email address";
                return Err(ControlError::Value { field, expected });
            }
        }
        let members = members.iter().map(|email| email.to_lowercase()).collect();
        self.sim.directory_mut().set_group(address, members);
        Ok(())
    }
}

/// `GET /_sim/groups`.
pub(crate) async fn groups(State(sim): State<Sim>) -> Response {
    let directory = sim.directory();
    let groups = directory
        .groups()
        .map(|(address, members)| (address.clone(), json!(members)));
    done(&json!({"groups": groups.collect::<Map<_, _>>()}))
}

/// `PUT /_sim/groups`.
pub(crate) async fn put_group(State(sim): State<Sim>, body: Bytes) -> Answer {
    let order: GroupOrder = read(&body)?;
    let members: Vec<&str> = order.members.iter().map(String::as_str).collect();
    Control::new(sim.clone()).set_group(&order.id, &members)?;
    Ok(groups(State(sim)).await)
}
