//! One message of a channel and what became of it.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::channel::Forgery;

/// The first wait before another try; Google documents that waits grow exponentially, not how long they are.
const FIRST_WAIT: SignedDuration = SignedDuration::from_secs(1);
/// The longest wait between two tries.
const LONGEST_WAIT: SignedDuration = SignedDuration::from_secs(3600);
/// Tries before a message is given up.
const TRIES: usize = 10;

/// `X-Goog-Resource-State`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PushState {
    /// The channel works; the first message.
    Sync,
    /// The resource has changed.
    Exists,
    /// The resource is gone.
    NotExists,
}

/// One try to deliver a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Attempt {
    /// When it began, by the simulator's clock.
    pub at: Timestamp,
    /// What the receiver answered.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub status: Option<u16>,
    /// Why there was no answer.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub error: Option<String>,
}

/// What has become of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Outcome {
    /// It is sent when its time has come.
    Waiting,
    /// It is kept until it is released, or until a later message has overtaken it.
    Held,
    /// It is being sent.
    UnderWay,
    /// The receiver took it.
    Delivered,
    /// The receiver refused it, did not answer, or failed too often.
    Failed,
    /// It was never sent, by order.
    Lost,
    /// Its channel had expired before it could be delivered.
    Expired,
}

/// A message as `GET /_sim/push/deliveries` shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Delivery {
    /// 1 for the first message since the simulator started; in the order in which messages were made.
    pub seq: u64,
    /// The channel's id.
    pub channel: String,
    /// Project of the channel.
    pub project: String,
    /// `X-Goog-Message-Number`.
    pub number: u64,
    /// `X-Goog-Resource-State`.
    pub state: PushState,
    /// When it was made, by the simulator's clock.
    pub made: Timestamp,
    /// When it is sent, or sent again.
    pub due: Timestamp,
    /// What has become of it.
    pub outcome: Outcome,
    /// Which header lies, of a forged message.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub forged: Option<Forgery>,
    /// How it goes.
    pub way: Way,
    /// The tries so far.
    pub attempts: Vec<Attempt>,
}

/// How a message goes to its receiver.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Way {
    /// As soon as it can be sent.
    Ordinary,
    /// Like an ordinary one, and a second time once it is delivered.
    Twice,
    /// The second time of another message.
    Copy,
    /// Later than others that were made after it.
    Late,
    /// Only once a later message of its channel is done.
    Overtaken,
    /// Made by the control plane; sent even when the channel has ended.
    Ordered,
}

impl Way {
    /// Whether a message that still waits also tells what changes meanwhile.
    pub(crate) const fn tells_later_changes(self) -> bool {
        matches!(self, Self::Ordinary | Self::Twice)
    }
}

impl PushState {
    /// Google's word.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Sync => "sync",
            Self::Exists => "exists",
            Self::NotExists => "not_exists",
        }
    }
}

impl Delivery {
    /// Takes the end of a try.
    ///
    /// 200, 201, 202, 204 and 102 are success; 500, 502, 503 and 504 are tried again, with waits that double;
    /// everything else, also no answer at all, is a failure (push guide, "Responding to notifications").
    pub(crate) fn end_attempt(&mut self, attempt: Attempt, now: Timestamp) {
        let status = attempt.status;
        self.attempts.push(attempt);
        self.outcome = match status {
            Some(102 | 200 | 201 | 202 | 204) => Outcome::Delivered,
            Some(500 | 502 | 503 | 504) if self.attempts.len() < TRIES => {
                self.due = now.checked_add(self.wait()).unwrap_or(Timestamp::MAX);
                Outcome::Waiting
            }
            _ => Outcome::Failed,
        };
    }

    /// 1 s, 2 s, 4 s and so on.
    fn wait(&self) -> SignedDuration {
        let doublings = u32::try_from(self.attempts.len().saturating_sub(1)).unwrap_or(u32::MAX);
        let factor = 2_i32.checked_pow(doublings.min(12)).unwrap_or(i32::MAX);
        FIRST_WAIT
            .checked_mul(factor)
            .map_or(LONGEST_WAIT, |wait| wait.min(LONGEST_WAIT))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letter() -> Delivery {
        Delivery {
            seq: 1,
            channel: "c".to_owned(),
            project: "p".to_owned(),
            number: 1,
            state: PushState::Exists,
            made: Timestamp::UNIX_EPOCH,
            due: Timestamp::UNIX_EPOCH,
            outcome: Outcome::UnderWay,
            forged: None,
            way: Way::Ordinary,
            attempts: Vec::new(),
        }
    }

    #[track_caller]
    fn check(status: Option<u16>, expect: Outcome) {
        let mut letter = letter();
        let attempt = Attempt {
            at: letter.made,
            status,
            error: None,
        };
        letter.end_attempt(attempt, letter.made);
        assert_eq!(letter.outcome, expect, "{status:?}");
    }

    /// Reference: push guide, "Responding to notifications".
    #[test]
    fn only_four_statuses_are_tried_again() {
        for status in [102, 200, 201, 202, 204] {
            check(Some(status), Outcome::Delivered);
        }
        for status in [500, 502, 503, 504] {
            check(Some(status), Outcome::Waiting);
        }
        for status in [203, 205, 206, 301, 302, 307, 400, 401, 404, 410, 429, 501, 505] {
            check(Some(status), Outcome::Failed);
        }
        check(None, Outcome::Failed);
    }

    #[test]
    fn waits_double_until_the_message_is_given_up() {
        let mut letter = letter();
        let mut now = letter.made;
        let mut waits = Vec::new();
        while letter.outcome != Outcome::Failed {
            let attempt = Attempt {
                at: now,
                status: Some(503),
                error: None,
            };
            letter.end_attempt(attempt, now);
            waits.push(now.duration_until(letter.due).as_secs());
            now = letter.due;
        }
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 64, 128, 256, 0]);
    }
}
