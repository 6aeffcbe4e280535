//! Orders about push notifications: what is open, what was sent, and what goes wrong.

use axum::{
    body::Bytes,
    extract::{Query, State},
    response::Response,
};
use serde::Deserialize;
use serde_json::json;

use super::{
    Control, ControlError,
    http::{After, Answer, done, read, read_or_default},
};
use crate::{
    faults::FaultError,
    push::{ChannelShown, Delivery, PushFault, PushOrder},
    state::Sim,
};

impl Control {
    /// Every channel, also those that have ended.
    pub fn push_channels(&self) -> Vec<ChannelShown> {
        self.sim.push().channels(self.sim.now())
    }

    /// The messages made after `seq` (0 for all that are kept), oldest first, with their tries.
    pub fn push_deliveries_after(&self, seq: u64) -> Vec<Delivery> {
        self.sim.push().deliveries_after(seq)
    }

    /// Waits until every message that is due by the simulator's clock has been tried. A message that is to be tried
    /// again later, or that is held, is not waited for.
    pub async fn settle_pushes(&self) {
        self.sim.push_bell().settled().await;
    }

    /// Puts trouble with messages in force.
    pub fn add_push_fault(&self, fault: PushFault) -> Result<(), ControlError> {
        if fault.rate.is_some_and(|rate| !(rate > 0.0 && rate <= 1.0)) {
            return Err(FaultError::Rate.into());
        }
        self.sim.push().faults_mut().add(fault);
        Ok(())
    }

    /// Ends all trouble with messages; what is held stays held.
    pub fn clear_push_faults(&self) {
        self.sim.push().faults_mut().clear();
    }

    /// Lets go of messages that are held, of one channel or of all. Tells how many.
    pub fn release_pushes(&self, channel: Option<&str>) -> usize {
        let released = self.sim.push().release(channel);
        self.sim.push_bell().ring();
        released
    }

    /// Sends a message that nothing has caused, true or forged. Tells its number in the list of deliveries.
    pub fn send_push(&self, order: &PushOrder) -> Result<u64, ControlError> {
        let gap = u64::from(u16::from_be_bytes(self.sim.random()));
        let seq = self.sim.push().order(order, self.sim.now(), gap);
        self.sim.push_bell().ring();
        seq.ok_or_else(|| ControlError::Unknown {
            id: order.channel.clone(),
        })
    }

    /// Makes a channel expire now.
    pub fn expire_channel(&self, channel: &str) -> Result<(), ControlError> {
        if self.sim.push().expire(channel, self.sim.now()) {
            Ok(())
        } else {
            Err(ControlError::Unknown {
                id: channel.to_owned(),
            })
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OneChannel {
    channel: String,
}

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
struct SomeChannel {
    channel: Option<String>,
}

/// `GET /_sim/push/channels`.
pub(crate) async fn push_channels(State(sim): State<Sim>) -> Response {
    done(&json!({"channels": Control::new(sim).push_channels()}))
}

/// `GET /_sim/push/deliveries?after=SEQ`.
pub(crate) async fn push_deliveries(State(sim): State<Sim>, Query(query): Query<After>) -> Response {
    done(&json!({"deliveries": Control::new(sim).push_deliveries_after(query.after)}))
}

/// `POST /_sim/push/settle`.
pub(crate) async fn settle_pushes(State(sim): State<Sim>) -> Response {
    Control::new(sim).settle_pushes().await;
    done(&json!({}))
}

/// `POST /_sim/push/send`.
pub(crate) async fn send_push(State(sim): State<Sim>, body: Bytes) -> Answer {
    let order: PushOrder = read(&body)?;
    let seq = Control::new(sim).send_push(&order)?;
    Ok(done(&json!({"seq": seq})))
}

/// `POST /_sim/push/release`.
pub(crate) async fn release_pushes(State(sim): State<Sim>, body: Bytes) -> Answer {
    let order: SomeChannel = read_or_default(&body)?;
    let released = Control::new(sim).release_pushes(order.channel.as_deref());
    Ok(done(&json!({"released": released})))
}

/// `POST /_sim/push/channels/expire`.
pub(crate) async fn expire_channel(State(sim): State<Sim>, body: Bytes) -> Answer {
    let order: OneChannel = read(&body)?;
    Control::new(sim).expire_channel(&order.channel)?;
    Ok(done(&json!({})))
}

/// `GET /_sim/push/troubles`.
pub(crate) async fn push_faults(State(sim): State<Sim>) -> Response {
    let office = sim.push();
    done(&json!({"troubles": office.faults().all().collect::<Vec<_>>()}))
}

/// `POST /_sim/push/troubles`.
pub(crate) async fn add_push_fault(State(sim): State<Sim>, body: Bytes) -> Answer {
    let fault: PushFault = read(&body)?;
    Control::new(sim.clone()).add_push_fault(fault)?;
    Ok(push_faults(State(sim)).await)
}

/// `DELETE /_sim/push/troubles`.
pub(crate) async fn clear_push_faults(State(sim): State<Sim>) -> Response {
    Control::new(sim).clear_push_faults();
    done(&json!({}))
}
