//! What both sides do to the application's own events: a number of changes, spread over the storm.

use std::time::Duration;

use super::{Aim, Size, Step, aim};
use crate::dice::Dice;

/// What the application does with its events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wish {
    /// A new event of one person.
    Put,
    /// A new event of an organizer and others of the same site.
    PutTogether,
    Reschedule,
    Rename,
    Describe,
    Relocate,
    Cancel,
    /// Puts a cancelled event again.
    Revive,
    /// Some expire, when nothing else is done with them.
    PlaceHold,
    ConfirmHold,
    ReleaseHold,
    ExtendHold,
}

/// What people do with the application's events in their calendars.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Touch {
    Move,
    Retitle,
    /// Moved and given another title at once.
    MoveAndRetitle,
    Describe,
    Relocate,
    Delete,
}

const WISHES: &[(u64, Wish)] = &[
    (22, Wish::Put),
    (12, Wish::PutTogether),
    (18, Wish::Reschedule),
    (10, Wish::Rename),
    (6, Wish::Describe),
    (4, Wish::Relocate),
    (10, Wish::Cancel),
    (2, Wish::Revive),
    (10, Wish::PlaceHold),
    (4, Wish::ConfirmHold),
    (2, Wish::ReleaseHold),
    (2, Wish::ExtendHold),
];

const TOUCHES: &[(u64, Touch)] = &[
    (38, Touch::Move),
    (16, Touch::Retitle),
    (8, Touch::MoveAndRetitle),
    (10, Touch::Describe),
    (8, Touch::Relocate),
    (20, Touch::Delete),
];

/// Both sides' changes: a little more than half of them are the application's, without whose events people have none to
/// touch.
#[expect(clippy::type_complexity, reason = "two lanes that are made together")]
pub(super) fn plan(
    seed: u64,
    size: Size,
    end: Duration,
) -> (Vec<Step<(Wish, Aim)>>, Vec<Step<(Touch, Aim)>>) {
    let wishes = size.changes.div_ceil(2) + size.changes / 20;
    let touches = size.changes.saturating_sub(wishes);
    let wishes = spread(Dice::new(seed, "wishes"), end, wishes, |dice| {
        Some((dice.weighted(WISHES)?, aim(dice, size)))
    });
    let touches = spread(Dice::new(seed, "touches"), end, touches, |dice| {
        Some((dice.weighted(TOUCHES)?, aim(dice, size)))
    });
    (wishes, touches)
}

/// So many steps, each at some time of its own share of the whole.
fn spread<T>(
    mut dice: Dice,
    end: Duration,
    count: usize,
    mut deed: impl FnMut(&mut Dice) -> Option<T>,
) -> Vec<Step<T>> {
    let share = end.as_micros() as u64 / count.max(1) as u64;
    let steps = (0..count as u64).filter_map(|number| {
        let at = Duration::from_micros(number * share + dice.between(0, share.saturating_sub(1)));
        deed(&mut dice).map(|deed| Step { at, deed })
    });
    steps.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_changes_is_kept_and_they_come_in_order() {
        let end = Duration::from_mins(5);
        for changes in [0, 1, 400, 10_001] {
            let size = Size {
                minutes: 5,
                people: 23,
                calendars: 3,
                fleet: 3,
                changes,
            };
            let (wishes, touches) = plan(1, size, end);
            assert_eq!(wishes.len() + touches.len(), changes);
            assert!(wishes.is_sorted_by_key(|step| step.at));
            assert!(touches.iter().all(|step| step.at < end));
        }
    }
}
