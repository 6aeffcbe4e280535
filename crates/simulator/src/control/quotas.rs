//! Limits on demand, and what the meter says.

use axum::{body::Bytes, extract::State, response::Response};
use serde_json::{Map, Value, json};

use super::{
    Control, ControlError,
    http::{Answer, done, read},
};
use crate::{
    quota::{MeterReport, Quotas},
    state::Sim,
};

impl Control {
    /// Sets the limits in force; what was counted stays.
    pub fn set_quotas(&self, quotas: Quotas) {
        self.sim.meter().set(quotas);
    }

    /// What was used so far, by whom, and which quotas were exceeded.
    pub fn meter(&self) -> MeterReport {
        let now = self.sim.now();
        self.sim.meter().report(now)
    }

    /// Forgets what was counted; the limits stay.
    pub fn clear_meter(&self) {
        self.sim.meter().clear();
    }
}

/// `GET /_sim/quotas`.
pub(crate) async fn quotas(State(sim): State<Sim>) -> Response {
    done(&json!(sim.meter().quotas()))
}

/// `PUT /_sim/quotas`: all limits anew; `preset` says where to begin.
pub(crate) async fn put_quotas(State(sim): State<Sim>, body: Bytes) -> Answer {
    let order: Map<String, Value> = read(&body)?;
    sim.meter().set(parse(order)?);
    Ok(quotas(State(sim)).await)
}

/// `GET /_sim/meter`.
pub(crate) async fn meter(State(sim): State<Sim>) -> Response {
    done(&json!(Control::new(sim).meter()))
}

/// `DELETE /_sim/meter`.
pub(crate) async fn clear_meter(State(sim): State<Sim>) -> Response {
    sim.meter().clear();
    done(&json!({}))
}

fn parse(mut order: Map<String, Value>) -> Result<Quotas, ControlError> {
    let base = match order.remove("preset") {
        None => Quotas::default(),
        Some(Value::String(name)) if name == "off" => Quotas::default(),
        Some(Value::String(name)) if name == "google" => Quotas::google(),
        Some(_) => {
            return Err(ControlError::Value {
                field: "preset",
                expected: "google or off",
            });
        }
    };
    let mut members = json!(base);
    for (name, value) in order {
        members[name] = value;
    }
    serde_json::from_value(members).map_err(|error| ControlError::Quotas {
        message: error.to_string(),
    })
}
