//! Which events take up a person's time.

use crate::{
    external_event::{EventKind, EventStatus, ExternalEvent, Response, Transparency},
    time::EventTime,
};

/// What a person decided about doubtful events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch that a person sets by itself"
)]
pub struct BusyRules {
    /// Events that may take place, and those that the person answered "maybe", block.
    pub tentative_blocks: bool,
    /// Invitations that the person has not answered block.
    pub unaccepted_blocks: bool,
    /// Absences ("out of office") block, whatever else they say.
    pub out_of_office_blocks: bool,
    /// Events of whole days block, unless they are transparent; absences have their own rule.
    pub all_day_blocks: bool,
}

impl Default for BusyRules {
    /// Everything doubtful blocks: offering a taken time is worse than not offering a free one.
    fn default() -> Self {
        Self {
            tentative_blocks: true,
            unaccepted_blocks: true,
            out_of_office_blocks: true,
            all_day_blocks: true,
        }
    }
}

/// Whether the event takes up the person's time.
///
/// Cancelled and declined events never do; transparent events, working locations and birthdays do not. Absences else
/// do, unless the rules say otherwise, even when they are transparent or tentative: providers write them in all ways. Of
/// the rest, the rules decide what is tentative, unanswered or lasts whole days (RFC 5545 section 3.6.1: its start is
/// a date).
pub fn blocks(event: &ExternalEvent, rules: BusyRules) -> bool {
    if event.status == EventStatus::Cancelled || event.self_response == Some(Response::Declined) {
        return false;
    }
    match event.kind {
        EventKind::OutOfOffice => return rules.out_of_office_blocks,
        EventKind::WorkingLocation | EventKind::Birthday => return false,
        EventKind::Default | EventKind::FocusTime | EventKind::FromMail => {}
    }
    let tentative =
        event.status == EventStatus::Tentative || event.self_response == Some(Response::Tentative);
    let unaccepted = event.self_response == Some(Response::NeedsAction);
    let all_day = event
        .span
        .as_ref()
        .is_some_and(|span| matches!(span.start, EventTime::Date(_)));
    event.transparency == Transparency::Opaque
        && (rules.tentative_blocks || !tentative)
        && (rules.unaccepted_blocks || !unaccepted)
        && (rules.all_day_blocks || !all_day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::busy::sample::single;

    const STRICT: BusyRules = BusyRules {
        tentative_blocks: true,
        unaccepted_blocks: true,
        out_of_office_blocks: true,
        all_day_blocks: true,
    };
    /// What is doubtful does not block.
    const LENIENT: BusyRules = BusyRules {
        tentative_blocks: false,
        unaccepted_blocks: false,
        ..STRICT
    };
    /// Neither absences nor whole days block.
    const PRESENT: BusyRules = BusyRules {
        out_of_office_blocks: false,
        all_day_blocks: false,
        ..STRICT
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

    /// Whether the changed event of whole days blocks by the strict rules and by those that keep days open.
    #[track_caller]
    fn check_all_day(change: impl FnOnce(&mut ExternalEvent), expect: (bool, bool)) {
        let mut event = single("2026-11-20", "2026-11-22");
        change(&mut event);
        assert_eq!((blocks(&event, STRICT), blocks(&event, PRESENT)), expect);
    }

    #[test]
    fn whole_days_block_by_their_rule() {
        check_all_day(|_| {}, (true, false));
        check_all_day(
            |event| event.transparency = Transparency::Transparent,
            (false, false),
        );
        check_all_day(|event| event.kind = EventKind::Birthday, (false, false));
        check_all_day(|event| event.status = EventStatus::Tentative, (true, false));
        let timed = single("2026-11-20T00:00:00Z", "2026-11-21T00:00:00Z");
        assert!(
            blocks(&timed, PRESENT),
            "a day by the clock is no event of whole days"
        );
    }

    #[test]
    fn absences_of_whole_days_follow_the_rule_of_absences() {
        let absent = |event: &mut ExternalEvent| event.kind = EventKind::OutOfOffice;
        check_all_day(absent, (true, false));
        let mut event = single("2026-11-20", "2026-11-22");
        absent(&mut event);
        let only_days_open = BusyRules {
            all_day_blocks: false,
            ..STRICT
        };
        assert!(blocks(&event, only_days_open));
        let mut hours = single("2026-11-20T09:00:00Z", "2026-11-20T10:00:00Z");
        absent(&mut hours);
        assert!(!blocks(&hours, PRESENT));
    }
}
