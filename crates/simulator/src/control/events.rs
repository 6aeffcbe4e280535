//! Mail about events, and how requests for conferences are answered.

use axum::{body::Bytes, extract::State, response::Response};
use serde_json::json;

use super::{
    Control,
    http::{Answer, done, read},
};
use crate::{directory::SentMail, events::ConferenceOrder, state::Sim};

impl Control {
    /// The mail that would have been sent about events, oldest first.
    pub fn mail(&self) -> Vec<SentMail> {
        self.sim.directory().outbox.all().cloned().collect()
    }

    /// Forgets the mail.
    pub fn clear_mail(&self) {
        self.sim.directory_mut().outbox.clear();
    }

    /// Says how requests for conferences are answered from now on; those that wait already are not touched.
    pub fn set_conferences(&self, order: ConferenceOrder) {
        self.sim.directory_mut().conferences.order = order;
    }

    /// How requests for conferences are answered.
    pub fn conferences(&self) -> ConferenceOrder {
        self.sim.directory().conferences.order.clone()
    }
}

/// `GET /_sim/mail`.
pub(crate) async fn mail(State(sim): State<Sim>) -> Response {
    done(&json!({"mail": Control::new(sim).mail()}))
}

/// `DELETE /_sim/mail`.
pub(crate) async fn clear_mail(State(sim): State<Sim>) -> Response {
    Control::new(sim).clear_mail();
    done(&json!({}))
}

/// `GET /_sim/conferences`.
pub(crate) async fn conferences(State(sim): State<Sim>) -> Response {
    done(&json!(Control::new(sim).conferences()))
}

/// `PUT /_sim/conferences`.
pub(crate) async fn set_conferences(State(sim): State<Sim>, body: Bytes) -> Answer {
    let order: ConferenceOrder = read(&body)?;
    Control::new(sim).set_conferences(order);
    Ok(done(&json!({})))
}
