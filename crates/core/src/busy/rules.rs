//! Which events take up a person's time.

use crate::external_event::{EventKind, EventStatus, ExternalEvent, Response, Transparency};

/// What a person decided about doubtful events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BusyRules {
    /// Events that may take place, and those that the person answered "maybe", block.
    pub tentative_blocks: bool,
    /// Invitations that the person has not answered block.
    pub unaccepted_blocks: bool,
}

impl Default for BusyRules {
    /// Everything doubtful blocks: offering a taken time is worse than not offering a free one.
    fn default() -> Self {
        Self {
            tentative_blocks: true,
            unaccepted_blocks: true,
        }
    }
}

/// Whether the event takes up the person's time.
///
/// Cancelled and declined events never do, absences else always do; transparent events, working locations and
/// birthdays do not; what is tentative or unanswered is decided by the rules.
pub fn blocks(event: &ExternalEvent, rules: BusyRules) -> bool {
    if event.status == EventStatus::Cancelled || event.self_response == Some(Response::Declined) {
        return false;
    }
    match event.kind {
        EventKind::OutOfOffice => return true,
        EventKind::WorkingLocation | EventKind::Birthday => return false,
        EventKind::Default | EventKind::FocusTime | EventKind::FromMail => {}
    }
    let tentative =
        event.status == EventStatus::Tentative || event.self_response == Some(Response::Tentative);
    let unaccepted = event.self_response == Some(Response::NeedsAction);
    event.transparency == Transparency::Opaque
        && (rules.tentative_blocks || !tentative)
        && (rules.unaccepted_blocks || !unaccepted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::busy::sample::single;

    const STRICT: BusyRules = BusyRules {
        tentative_blocks: true,
        unaccepted_blocks: true,
    };
    const LENIENT: BusyRules = BusyRules {
        tentative_blocks: false,
        unaccepted_blocks: false,
    };

    /// Whether the changed event blocks by the strict and by the lenient rules.
    #[track_caller]
    fn check(change: impl FnOnce(&mut ExternalEvent), expect: (bool, bool)) {
        let mut event = single("2026-11-20T09:00:00Z", "2026-11-20T10:00:00Z");
        change(&mut event);
        assert_eq!((blocks(&event, STRICT), blocks(&event, LENIENT)), expect);
    }

    #[test]
    fn ordinary_events_block() {
        assert_eq!(BusyRules::default(), STRICT);
        check(|_| {}, (true, true));
        check(
            |event| event.self_response = Some(Response::Accepted),
            (true, true),
        );
        check(|event| event.kind = EventKind::FocusTime, (true, true));
        check(|event| event.kind = EventKind::FromMail, (true, true));
    }

    #[test]
    fn what_does_not_take_place_or_take_time_does_not_block() {
        check(|event| event.status = EventStatus::Cancelled, (false, false));
        check(
            |event| event.self_response = Some(Response::Declined),
            (false, false),
        );
        check(
            |event| event.transparency = Transparency::Transparent,
            (false, false),
        );
        check(|event| event.kind = EventKind::WorkingLocation, (false, false));
        check(|event| event.kind = EventKind::Birthday, (false, false));
    }

    #[test]
    fn doubtful_events_block_by_the_rules() {
        check(|event| event.status = EventStatus::Tentative, (true, false));
        check(
            |event| event.self_response = Some(Response::Tentative),
            (true, false),
        );
        check(
            |event| event.self_response = Some(Response::NeedsAction),
            (true, false),
        );
    }

    #[test]
    fn absences_block_unless_they_are_off() {
        let absent = |event: &mut ExternalEvent| event.kind = EventKind::OutOfOffice;
        check(
            |event| {
                absent(event);
                event.transparency = Transparency::Transparent;
                event.status = EventStatus::Tentative;
            },
            (true, true),
        );
        check(
            |event| {
                absent(event);
                event.status = EventStatus::Cancelled;
            },
            (false, false),
        );
    }
}
