//! What a snapshot keeps of the push service.

use serde::{Deserialize, Serialize};

use super::{PostOffice, key_of};
use crate::push::{
    channel::Channel,
    letter::{Delivery, Outcome},
    trouble::PushFaults,
};

/// The state as a snapshot keeps it.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SavedPostOffice {
    channels: Vec<Channel>,
    pending: Vec<Delivery>,
    done: Vec<Delivery>,
    last_seq: u64,
    faults: PushFaults,
}

impl PostOffice {
    /// What a snapshot keeps; a message that is just being sent is sent again.
    pub(crate) fn save(&self) -> SavedPostOffice {
        let pending = self.pending.values().cloned().map(|mut letter| {
            if letter.outcome == Outcome::UnderWay {
                letter.outcome = Outcome::Waiting;
            }
            letter
        });
        SavedPostOffice {
            channels: self.channels.values().cloned().collect(),
            pending: pending.collect(),
            done: self.done.iter().cloned().collect(),
            last_seq: self.last_seq,
            faults: self.faults.clone(),
        }
    }

    /// The state that a snapshot kept.
    pub(crate) fn load(saved: SavedPostOffice) -> Self {
        let mut office = Self {
            last_seq: saved.last_seq,
            faults: saved.faults,
            done: saved.done.into(),
            ..Self::default()
        };
        for channel in saved.channels {
            let key = (channel.project.clone(), channel.id.clone());
            office.live.insert(key.clone());
            office.channels.insert(key, channel);
        }
        for letter in saved.pending {
            if letter.outcome == Outcome::Waiting && letter.way.tells_later_changes() {
                office.latest.insert(key_of(&letter), letter.seq);
            }
            office.post(letter);
        }
        office
    }
}
