//! What a message is worth: pure, from the message and its channel's row.

use jiff::{SignedDuration, Timestamp};
use kalends_core::time::CalendarId;
use kalends_store::{ChannelState, PushChannel};
use secrecy::ExposeSecret;
use subtle::ConstantTimeEq;

use super::{Notification, What};
use crate::connect::sha256;

/// How exactly it is known when a channel was last heard; between two writes of it messages of a busy calendar cost none.
const HEARD_WITHIN: SignedDuration = SignedDuration::from_mins(1);

/// What follows from a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Worth {
    pub(super) work: Work,
    /// Whether the row is to say that the channel was heard.
    pub(super) mark: bool,
    /// What the row lacks to stop the channel.
    pub(super) resource_id: Option<String>,
}

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Work {
    Nothing,
    Pull(CalendarId),
    Discover,
    Unwatch,
}

/// Why a message is ignored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ignored {
    /// Nobody knows its channel, or no longer.
    Unknown,
    /// It does not carry the channel's secret.
    Unproven,
    /// It is about something else than its channel.
    OtherResource,
    /// Its channel is no longer wanted; the one that took its place tells the same.
    Old,
}

pub(super) fn judge(
    message: &Notification,
    channel: Option<&PushChannel>,
    now: Timestamp,
) -> Result<Worth, Ignored> {
    let channel = channel.ok_or(Ignored::Unknown)?;
    let secret = message.secret.as_ref().ok_or(Ignored::Unproven)?;
    let hash = sha256(secret.expose_secret().as_bytes());
    if !bool::from(hash.ct_eq(&channel.secret_hash)) {
        return Err(Ignored::Unproven);
    }
    let (known, stated) = (channel.resource_id.as_ref(), message.resource_id.as_ref());
    if let (Some(known), Some(stated)) = (known, stated)
        && known != stated
    {
        return Err(Ignored::OtherResource);
    }
    match channel.state {
        ChannelState::Opening | ChannelState::Live => {}
        // Its answer was lost; now it can be stopped.
        ChannelState::Stopping if known.is_none() && stated.is_some() => {
            return Ok(Worth {
                work: Work::Unwatch,
                mark: true,
                resource_id: stated.cloned(),
            });
        }
        ChannelState::Stopping | ChannelState::Ended | ChannelState::Refused | ChannelState::Failed => {
            return Err(Ignored::Old);
        }
    }
    let work = match (message.what, channel.subject.calendar) {
        (What::Opened, _) => Work::Nothing,
        (What::Changed, Some(calendar)) => Work::Pull(calendar),
        (What::Changed, None) | (What::Gone, _) => Work::Discover,
    };
    let fresh = |last: Timestamp| now.duration_since(last) < HEARD_WITHIN;
    Ok(Worth {
        work,
        mark: channel.missed > 0 || !channel.last_message_at.is_some_and(fresh),
        resource_id: None,
    })
}

#[cfg(test)]
mod tests {
    use kalends_core::time::{ConnectionId, PushChannelId, TenantId};
    use kalends_store::ChannelSubject;
    use uuid::Uuid;

    use super::*;

    const CALENDAR: CalendarId = CalendarId(Uuid::from_u128(3));

    fn now() -> Timestamp {
        "2026-11-20T10:00:00Z".parse().unwrap()
    }

    fn channel(state: ChannelState) -> PushChannel {
        PushChannel {
            id: PushChannelId(Uuid::from_u128(1)),
            subject: ChannelSubject {
                tenant: TenantId(Uuid::from_u128(2)),
                connection: ConnectionId(Uuid::from_u128(4)),
                calendar: Some(CALENDAR),
            },
            secret_hash: sha256(b"secret"),
            resource_id: Some("r".to_owned()),
            state,
            reason: None,
            opened_at: now(),
            expires_at: now() + SignedDuration::from_hours(1),
            renew_at: None,
            last_message_at: Some(now()),
            missed: 0,
        }
    }

    fn message(secret: &str, resource: &str, what: What) -> Notification {
        Notification {
            channel: Uuid::from_u128(1).to_string(),
            secret: Some(secret.into()),
            resource_id: Some(resource.to_owned()),
            what,
        }
    }

    #[track_caller]
    fn check(message: &Notification, state: ChannelState, expect: Result<Work, Ignored>) {
        let worth = judge(message, Some(&channel(state)), now());
        assert_eq!(worth.map(|worth| worth.work), expect);
    }

    #[test]
    fn only_what_is_proven_and_current_counts() {
        use ChannelState::{Ended, Live, Opening, Stopping};
        let true_one = message("secret", "r", What::Changed);
        check(&true_one, Live, Ok(Work::Pull(CALENDAR)));
        check(&true_one, Opening, Ok(Work::Pull(CALENDAR)));
        check(&true_one, Stopping, Err(Ignored::Old));
        check(&true_one, Ended, Err(Ignored::Old));
        check(&message("secret", "r", What::Opened), Live, Ok(Work::Nothing));
        check(&message("secret", "r", What::Gone), Live, Ok(Work::Discover));
        check(
            &message("other", "r", What::Changed),
            Live,
            Err(Ignored::Unproven),
        );
        check(&message("", "r", What::Changed), Live, Err(Ignored::Unproven));
        let elsewhere = message("secret", "s", What::Changed);
        check(&elsewhere, Live, Err(Ignored::OtherResource));
        assert_eq!(judge(&true_one, None, now()), Err(Ignored::Unknown));
    }

    #[test]
    fn a_channel_whose_answer_was_lost_is_stopped_when_it_speaks() {
        let unseen = PushChannel {
            resource_id: None,
            ..channel(ChannelState::Stopping)
        };
        let worth = judge(&message("secret", "r", What::Changed), Some(&unseen), now()).unwrap();
        assert_eq!(
            (worth.work, worth.resource_id.as_deref()),
            (Work::Unwatch, Some("r"))
        );
    }

    #[test]
    fn a_busy_channel_is_marked_once_a_minute() {
        let message = message("secret", "r", What::Changed);
        let marked = |channel: &PushChannel, at| judge(&message, Some(channel), at).unwrap().mark;
        let heard = channel(ChannelState::Live);
        assert!(!marked(&heard, now() + SignedDuration::from_secs(59)));
        assert!(marked(&heard, now() + SignedDuration::from_secs(60)));
        let missed = PushChannel { missed: 1, ..heard };
        assert!(marked(&missed, now()));
    }
}
