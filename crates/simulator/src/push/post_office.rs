//! All channels, the messages that wait, and the messages that are done. Decides; [`super::delivery`] sends.
//!
//! A channel has at most one message that waits in the ordinary way: a change that happens meanwhile is told by it
//! too, so a burst of changes costs one message, and a receiver that is down does not gather a queue. Messages of one
//! channel are sent one after the other; `sync` is always the first.

mod saved;
mod shown;

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

use http::HeaderMap;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use super::{
    channel::{Channel, Forgery},
    letter::{Attempt, Delivery, Outcome, PushState, Way},
    resource::Resource,
    trouble::{PushFaults, PushTrouble},
};
use crate::directory::Directory;

pub(crate) use saved::SavedPostOffice;
pub use shown::ChannelShown;

/// Finished messages beyond this many push the oldest out.
const KEPT: usize = 20_000;

/// Project and channel id.
type Key = (String, String);

/// The state of the push service; what can be derived from the rest is not kept in snapshots.
#[derive(Debug, Default)]
pub(crate) struct PostOffice {
    channels: BTreeMap<Key, Channel>,
    /// Channels that have not expired.
    live: BTreeSet<Key>,
    pending: BTreeMap<u64, Delivery>,
    done: VecDeque<Delivery>,
    last_seq: u64,
    faults: PushFaults,
    /// Messages that wait for their time.
    agenda: BTreeSet<(Timestamp, u64)>,
    /// Messages that wait for a later one to overtake them.
    overtaken: BTreeSet<u64>,
    /// The latest ordinary message of a channel.
    latest: HashMap<Key, u64>,
    under_way: BTreeSet<Key>,
}

/// A message that is to be sent now.
#[derive(Debug)]
pub(crate) struct Letter {
    pub(crate) seq: u64,
    pub(crate) address: String,
    pub(crate) headers: HeaderMap,
}

/// A message that the control plane orders, whether something has changed or not.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PushOrder {
    /// The id of a channel, open or ended.
    pub channel: String,
    /// `X-Goog-Resource-State`; without it `exists`.
    pub state: Option<PushState>,
    /// Which header lies; without it none.
    pub forged: Option<Forgery>,
}

/// The id is taken in its project, if only by a channel that has ended.
#[derive(Debug)]
pub(crate) struct NotUnique;

impl PostOffice {
    /// Opens a channel and makes its `sync` message.
    pub(crate) fn open(&mut self, channel: Channel, now: Timestamp) -> Result<(), NotUnique> {
        let key = (channel.project.clone(), channel.id.clone());
        if self.channels.contains_key(&key) {
            return Err(NotUnique);
        }
        self.channels.insert(key.clone(), channel);
        self.live.insert(key.clone());
        self.tell(&key, PushState::Sync, now, 0);
        Ok(())
    }

    pub(crate) fn channel_mut(&mut self, project: &str, id: &str) -> Option<&mut Channel> {
        self.channels.get_mut(&(project.to_owned(), id.to_owned()))
    }

    /// Makes messages about what has changed since the channels were told last. `gap` gives the distance of a
    /// message's number from the one before, less one: Google's numbers rise but do not count.
    pub(crate) fn notice(&mut self, directory: &Directory, now: Timestamp, mut gap: impl FnMut() -> u64) {
        let mut versions: HashMap<Resource, Option<u64>> = HashMap::new();
        let (mut changed, mut expired) = (Vec::new(), Vec::new());
        for key in &self.live {
            let Some(channel) = self.channels.get_mut(key) else {
                continue;
            };
            if now >= channel.expires {
                expired.push(key.clone());
                continue;
            }
            let version = *versions
                .entry(channel.resource.clone())
                .or_insert_with(|| channel.resource.version(directory));
            if version == channel.told {
                continue;
            }
            channel.told = version;
            if channel.stopped.is_none() || self.faults.keeps_after_stop(&channel.id) {
                changed.push((key.clone(), version));
            }
        }
        for key in expired {
            self.live.remove(&key);
        }
        for (key, version) in changed {
            let state = version.map_or(PushState::NotExists, |_| PushState::Exists);
            self.tell(&key, state, now, gap());
        }
    }

    /// Makes a message, unless one that waits tells the same.
    fn tell(&mut self, key: &Key, state: PushState, now: Timestamp, gap: u64) {
        let waiting = self.latest.get(key).and_then(|seq| self.pending.get(seq));
        if waiting.is_some_and(|one| one.outcome == Outcome::Waiting && one.state == state) {
            return;
        }
        let troubles = self.faults.strike(&key.1, state);
        let Some(mut letter) = self.letter(key, state, now, gap) else {
            return;
        };
        for trouble in troubles {
            match trouble {
                PushTrouble::Lose => letter.outcome = Outcome::Lost,
                PushTrouble::Duplicate => letter.way = Way::Twice,
                PushTrouble::Reorder => {
                    letter.outcome = Outcome::Held;
                    letter.way = Way::Overtaken;
                }
                PushTrouble::Delay { seconds } => {
                    let by = SignedDuration::from_secs(i64::from(seconds));
                    letter.due = now.checked_add(by).unwrap_or(Timestamp::MAX);
                    letter.way = Way::Late;
                }
                PushTrouble::Hold => letter.outcome = Outcome::Held,
                PushTrouble::SyncBeforeAnswer | PushTrouble::KeepAfterStop => {}
            }
        }
        if letter.outcome == Outcome::Waiting && letter.way.tells_later_changes() {
            self.latest.insert(key.clone(), letter.seq);
        }
        self.post(letter);
    }

    /// A message of the channel with its next number.
    fn letter(&mut self, key: &Key, state: PushState, now: Timestamp, gap: u64) -> Option<Delivery> {
        let channel = self.channels.get_mut(key)?;
        channel.last_number += 1 + gap;
        self.last_seq += 1;
        Some(Delivery {
            seq: self.last_seq,
            channel: key.1.clone(),
            project: key.0.clone(),
            number: channel.last_number,
            state,
            made: now,
            due: now,
            outcome: Outcome::Waiting,
            forged: None,
            way: Way::Ordinary,
            attempts: Vec::new(),
        })
    }

    /// Puts a message where its outcome says.
    fn post(&mut self, letter: Delivery) {
        let seq = letter.seq;
        match letter.outcome {
            Outcome::Waiting => {
                self.agenda.insert((letter.due, seq));
            }
            Outcome::Held if letter.way == Way::Overtaken => {
                self.overtaken.insert(seq);
            }
            Outcome::Held | Outcome::UnderWay => {}
            Outcome::Delivered | Outcome::Failed | Outcome::Lost | Outcome::Expired => {
                return self.finish(letter);
            }
        }
        self.pending.insert(seq, letter);
    }

    /// The next message whose time has come, of a channel that is not just being sent another.
    pub(crate) fn take_due(&mut self, now: Timestamp) -> Option<Letter> {
        loop {
            let due = self.agenda.range(..=(now, u64::MAX)).copied();
            let (due, seq, key) = due
                .filter_map(|(due, seq)| Some((due, seq, key_of(self.pending.get(&seq)?))))
                .find(|(_, _, key)| !self.under_way.contains(key))?;
            self.agenda.remove(&(due, seq));
            let mut letter = self.pending.remove(&seq)?;
            let channel = self.channels.get(&key)?;
            if now >= channel.expires && letter.way != Way::Ordered {
                letter.outcome = Outcome::Expired;
                self.finish(letter);
                continue;
            }
            let headers = channel.headers(letter.number, letter.state, letter.forged);
            let address = channel.address.clone();
            letter.outcome = Outcome::UnderWay;
            self.pending.insert(seq, letter);
            self.under_way.insert(key);
            return Some(Letter {
                seq,
                address,
                headers,
            });
        }
    }

    /// Takes the end of a try.
    pub(crate) fn end_attempt(&mut self, seq: u64, attempt: Attempt, now: Timestamp) {
        if let Some(mut letter) = self.pending.remove(&seq) {
            self.under_way.remove(&key_of(&letter));
            letter.end_attempt(attempt, now);
            self.post(letter);
        }
    }

    fn finish(&mut self, letter: Delivery) {
        let key = key_of(&letter);
        let again = letter.outcome == Outcome::Delivered && letter.way == Way::Twice;
        let copy = again.then(|| Delivery {
            seq: self.last_seq + 1,
            outcome: Outcome::Waiting,
            way: Way::Copy,
            attempts: Vec::new(),
            ..letter.clone()
        });
        let seq = letter.seq;
        if self.done.len() == KEPT {
            self.done.pop_front();
        }
        self.done.push_back(letter);
        if let Some(copy) = copy {
            self.last_seq += 1;
            self.post(copy);
        }
        let earlier: Vec<u64> = self.overtaken.range(..seq).copied().collect();
        for seq in earlier {
            if self.pending.get(&seq).is_some_and(|one| key_of(one) == key) {
                self.let_go(seq);
            }
        }
    }

    /// Sends a message that was held as soon as its turn comes.
    fn let_go(&mut self, seq: u64) {
        self.overtaken.remove(&seq);
        if let Some(letter) = self.pending.get_mut(&seq) {
            letter.outcome = Outcome::Waiting;
            letter.way = Way::Late;
            self.agenda.insert((letter.due, seq));
        }
    }

    /// Lets go of the messages that are held, of one channel or all. Tells how many.
    pub(crate) fn release(&mut self, channel: Option<&str>) -> usize {
        let held = self.pending.values().filter(|one| {
            one.outcome == Outcome::Held && channel.is_none_or(|channel| one.channel == channel)
        });
        let held: Vec<u64> = held.map(|one| one.seq).collect();
        for seq in &held {
            self.let_go(*seq);
        }
        held.len()
    }

    /// Makes a message by order; `None` when there is no such channel.
    pub(crate) fn order(&mut self, order: &PushOrder, now: Timestamp, gap: u64) -> Option<u64> {
        let key = self.key(&order.channel)?;
        let mut letter = self.letter(&key, order.state.unwrap_or(PushState::Exists), now, gap)?;
        letter.forged = order.forged;
        letter.way = Way::Ordered;
        let seq = letter.seq;
        self.post(letter);
        Some(seq)
    }

    /// Ends a channel's life now; `false` when there is no such channel.
    pub(crate) fn expire(&mut self, channel: &str, now: Timestamp) -> bool {
        let key = self.key(channel);
        let channel = key.and_then(|key| self.channels.get_mut(&key));
        channel.is_some_and(|channel| {
            channel.expires = channel.expires.min(now);
            true
        })
    }

    /// The channel of an id, in whichever project; of several the one that expires last.
    fn key(&self, channel: &str) -> Option<Key> {
        let named = self.channels.values().filter(|one| one.id == channel);
        let last = named.max_by_key(|one| one.expires)?;
        Some((last.project.clone(), last.id.clone()))
    }

    /// When the next message is to be sent.
    pub(crate) fn next_due(&self) -> Option<Timestamp> {
        self.agenda.first().map(|(due, _)| *due)
    }

    /// Whether `watch` of this channel waits for its `sync` message.
    pub(crate) fn sync_before_answer(&mut self, channel: &str) -> bool {
        self.faults.sync_before_answer(channel)
    }

    pub(crate) fn faults(&self) -> &PushFaults {
        &self.faults
    }

    pub(crate) fn faults_mut(&mut self) -> &mut PushFaults {
        &mut self.faults
    }

    /// The messages after `seq`, in the order in which they were made.
    pub(crate) fn deliveries_after(&self, seq: u64) -> Vec<Delivery> {
        let all = self.done.iter().chain(self.pending.values());
        let mut after: Vec<Delivery> = all.filter(|one| one.seq > seq).cloned().collect();
        after.sort_unstable_by_key(|one| one.seq);
        after
    }
}

fn key_of(letter: &Delivery) -> Key {
    (letter.project.clone(), letter.channel.clone())
}
