//! What goes wrong with messages on demand: Google promises neither that they come, nor when, nor in which order.

use serde::{Deserialize, Serialize};

use super::letter::PushState;
use crate::faults::Dice;

/// One order of the control plane about messages.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PushFault {
    /// Only messages of the channel with this id.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub channel: Option<String>,
    /// Only messages with this state; without it all but `sync`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub state: Option<PushState>,
    /// How many matching messages pass before it begins.
    #[serde(default)]
    pub skip: u32,
    /// How many messages it hits; without it all of them.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub times: Option<u32>,
    /// How likely it hits a matching message, above 0 and at most 1; without it each.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub rate: Option<f64>,
    /// Which sequence of hits `rate` gives; the same for the same seed.
    #[serde(default)]
    pub seed: u64,
    /// What happens to them.
    pub trouble: PushTrouble,
}

/// What happens to a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    tag = "kind",
    rename_all = "camelCase",
    rename_all_fields = "camelCase",
    deny_unknown_fields
)]
pub enum PushTrouble {
    /// It is never sent.
    Lose,
    /// It is sent twice, with the same number.
    Duplicate,
    /// It is sent after the next message of its channel.
    Reorder,
    /// It is sent so much later.
    Delay {
        /// Seconds of the simulator's clock.
        seconds: u32,
    },
    /// It waits until `POST /_sim/push/release`.
    Hold,
    /// The answer to `watch` waits until the `sync` message is done.
    SyncBeforeAnswer,
    /// A stopped channel goes on telling changes.
    KeepAfterStop,
}

/// The orders in force, oldest first.
#[derive(Debug, Default, Clone, Serialize, Deserialize)]
pub(crate) struct PushFaults(Vec<InForce>);

#[derive(Debug, Clone, Serialize, Deserialize)]
struct InForce {
    fault: PushFault,
    dice: Dice,
}

impl PushFaults {
    pub(crate) fn add(&mut self, fault: PushFault) {
        let dice = Dice::new(fault.rate, fault.seed);
        self.0.push(InForce { fault, dice });
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &PushFault> {
        self.0.iter().map(|one| &one.fault)
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    /// What happens to a message that is made now; counts it.
    pub(crate) fn strike(&mut self, channel: &str, state: PushState) -> Vec<PushTrouble> {
        self.take(|fault| {
            let apart = matches!(
                fault.trouble,
                PushTrouble::SyncBeforeAnswer | PushTrouble::KeepAfterStop
            );
            let state_matches = fault
                .state
                .map_or(state != PushState::Sync, |wanted| wanted == state);
            !apart && state_matches && fault.concerns(channel)
        })
    }

    /// Whether the answer to this `watch` waits for the `sync` message; counts it.
    pub(crate) fn sync_before_answer(&mut self, channel: &str) -> bool {
        let struck =
            self.take(|fault| fault.trouble == PushTrouble::SyncBeforeAnswer && fault.concerns(channel));
        !struck.is_empty()
    }

    /// Whether this stopped channel still tells a change; counts it.
    pub(crate) fn keeps_after_stop(&mut self, channel: &str) -> bool {
        let struck =
            self.take(|fault| fault.trouble == PushTrouble::KeepAfterStop && fault.concerns(channel));
        !struck.is_empty()
    }

    fn take(&mut self, matches: impl Fn(&PushFault) -> bool) -> Vec<PushTrouble> {
        let mut struck = Vec::new();
        for InForce { fault, dice } in &mut self.0 {
            if !matches(fault) {
                continue;
            }
            if fault.skip > 0 {
                fault.skip -= 1;
            } else if dice.hits() {
                if let Some(times) = &mut fault.times {
                    *times = times.saturating_sub(1);
                }
                struck.push(fault.trouble);
            }
        }
        self.0.retain(|one| one.fault.times != Some(0));
        struck
    }
}

impl PushFault {
    fn concerns(&self, channel: &str) -> bool {
        self.channel.as_deref().is_none_or(|wanted| wanted == channel)
    }
}
