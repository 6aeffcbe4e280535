//! What is to happen when: a pure function of seed and length, so that a run can be had again.
//!
//! A new kind of deed is a variant of [`Edit`], [`Call`], [`Stop`] or [`Trouble`], its weight in [`plan`], and an arm in
//! the lane of `storm/` that does it; one of a [`Wish`] or a [`Touch`] in `schedule/events.rs`.

mod events;

use std::time::Duration;

pub(crate) use events::{Touch, Wish};

use crate::dice::Dice;

/// A run's deeds by lane; each lane does its own one after the other, beside the others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Schedule {
    pub(crate) edits: Vec<Step<(Edit, Aim)>>,
    pub(crate) calls: Vec<Step<(Call, Aim)>>,
    pub(crate) wishes: Vec<Step<(Wish, Aim)>>,
    pub(crate) touches: Vec<Step<(Touch, Aim)>>,
    pub(crate) kills: Vec<Step<Stop>>,
    pub(crate) troubles: Vec<Step<Trouble>>,
}

/// A deed and when it is due, counted from the beginning of the storm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Step<T> {
    pub(crate) at: Duration,
    pub(crate) deed: T,
}

/// Whom a deed concerns, and numbers that decide its details.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Aim {
    pub(crate) person: usize,
    pub(crate) calendar: usize,
    pub(crate) numbers: [u64; 3],
}

/// What people do in their calendars.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Edit {
    Create,
    CreateTransparent,
    CreateAllDay,
    Burst,
    Move,
    Retitle,
    Delete,
    CreateSeries,
    ChangeSeries,
    MoveInstance,
    CancelInstance,
    DeleteSeries,
    /// A whole calendar, with all in it.
    DropCalendar,
}

/// What applications ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Call {
    Slots,
    FreshAvailability,
    Sync,
    SyncAndWait,
    /// Everybody's calendars at once: what runs into the budgets.
    SyncEverybody,
    Toggle,
    Settings,
    /// The person takes back at Google what they granted.
    Revoke,
    /// The application disconnects the person.
    Leave,
    /// The person connects again, when they have left or taken back.
    Return,
}

/// What happens to servers. Replicas are counted through all sites, the single server last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    Kill { replica: usize, down: Duration },
    Drain { replica: usize, down: Duration },
    KillEverybody { down: Duration },
}

/// What happens to everything around them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    CrashPostgres {
        down: Duration,
    },
    CrashRedis {
        down: Duration,
    },
    Cut(Link),
    Refuse(Link, Duration),
    Stall(Link, Duration),
    Slow(Link, Duration),
    BreakOff(Link),
    GoogleDown(Duration),
    /// The clock of Google from then on, in seconds from the true one.
    Clock {
        ahead: i64,
    },
    ExpireAccessTokens,
    ExpireSyncTokens,
    RotateKeys,
    /// A message that lies about one of its headers, to the channel at this place of the list, counted around.
    ForgeMessage(Lie, u64),
    /// Google ends the channel at this place.
    EndChannel(u64),
}

/// The header in which a forged message lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lie {
    Token,
    Channel,
    Resource,
}

/// The way from one replica of the fleet, or from all (`None`), to what it needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Link {
    pub(crate) to: Needed,
    pub(crate) of: Option<usize>,
}

/// What replicas share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Needed {
    Postgres,
    Redis,
}

/// How much there is to aim at.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Size {
    pub(crate) minutes: u64,
    pub(crate) people: usize,
    pub(crate) calendars: usize,
    /// Replicas of the fleet; the single server comes after them.
    pub(crate) fleet: usize,
    /// Changes of the application's events, those of both sides together.
    pub(crate) changes: usize,
}

/// The schedule that follows from a seed.
pub(crate) fn plan(seed: u64, size: Size) -> Schedule {
    let end = Duration::from_secs(60 * size.minutes);
    let aim = |dice: &mut Dice| aim(dice, size);
    let edits = lane(Dice::new(seed, "edits"), end, (50, 650), |dice| {
        Some((dice.weighted(EDITS)?, aim(dice)))
    });
    let calls = lane(Dice::new(seed, "calls"), end, (300, 1_700), |dice| {
        Some((dice.weighted(CALLS)?, aim(dice)))
    });
    let kills = lane(Dice::new(seed, "kills"), end, (2_000, 9_000), |dice| {
        kill(dice, size.fleet)
    });
    let troubles = lane(Dice::new(seed, "troubles"), end, (1_000, 6_000), |dice| {
        trouble(dice, size.fleet)
    });
    let (wishes, touches) = events::plan(seed, size, end);
    Schedule {
        edits,
        calls,
        wishes,
        touches,
        kills,
        troubles,
    }
}

const EDITS: &[(u64, Edit)] = &[
    (38, Edit::Create),
    (4, Edit::CreateTransparent),
    (4, Edit::CreateAllDay),
    (2, Edit::Burst),
    (18, Edit::Move),
    (5, Edit::Retitle),
    (13, Edit::Delete),
    (5, Edit::CreateSeries),
    (3, Edit::ChangeSeries),
    (5, Edit::MoveInstance),
    (4, Edit::CancelInstance),
    (2, Edit::DeleteSeries),
    (1, Edit::DropCalendar),
];

const CALLS: &[(u64, Call)] = &[
    (20, Call::Slots),
    (20, Call::FreshAvailability),
    (12, Call::Sync),
    (8, Call::SyncAndWait),
    (4, Call::SyncEverybody),
    (10, Call::Toggle),
    (6, Call::Settings),
    (5, Call::Revoke),
    (5, Call::Leave),
    (12, Call::Return),
];

/// Steps until the end, with so many milliseconds between two, from the least to the most.
fn lane<T>(
    mut dice: Dice,
    end: Duration,
    pause: (u64, u64),
    mut deed: impl FnMut(&mut Dice) -> Option<T>,
) -> Vec<Step<T>> {
    let mut steps = Vec::new();
    let mut at = Duration::ZERO;
    loop {
        at += Duration::from_millis(dice.between(pause.0, pause.1));
        if at >= end {
            return steps;
        }
        steps.extend(deed(&mut dice).map(|deed| Step { at, deed }));
    }
}

fn aim(dice: &mut Dice, size: Size) -> Aim {
    Aim {
        person: dice.index(size.people),
        calendar: dice.index(size.calendars),
        numbers: [dice.number(), dice.number(), dice.number()],
    }
}

fn seconds(dice: &mut Dice, from: u64, to: u64) -> Duration {
    Duration::from_millis(dice.between(from * 1000, to * 1000))
}

fn kill(dice: &mut Dice, fleet: usize) -> Option<Stop> {
    let replica = dice.index(fleet + 1);
    let down = seconds(dice, 0, 6);
    let choices = [
        (14, Stop::Kill { replica, down }),
        (5, Stop::Drain { replica, down }),
        (1, Stop::KillEverybody { down }),
    ];
    dice.weighted(&choices)
}

fn trouble(dice: &mut Dice, fleet: usize) -> Option<Trouble> {
    let down = seconds(dice, 0, 8);
    let to = if dice.index(3) == 0 {
        Needed::Redis
    } else {
        Needed::Postgres
    };
    let of = Some(dice.index(fleet + 1)).filter(|replica| *replica < fleet);
    let link = Link { to, of };
    let ahead = dice.between(0, 1_200) as i64 - 600;
    let lie = [Lie::Token, Lie::Channel, Lie::Resource][dice.index(3)];
    let place = dice.number();
    let far = dice.between(3_700, 4_500) as i64;
    let choices = [
        (3, Trouble::CrashPostgres { down }),
        (3, Trouble::CrashRedis { down }),
        (8, Trouble::Cut(link)),
        (3, Trouble::Refuse(link, down)),
        (4, Trouble::Stall(link, down)),
        (3, Trouble::Slow(link, down)),
        (4, Trouble::BreakOff(link)),
        (2, Trouble::GoogleDown(down)),
        (4, Trouble::Clock { ahead }),
        (1, Trouble::Clock { ahead: far }),
        (4, Trouble::ExpireAccessTokens),
        (2, Trouble::ExpireSyncTokens),
        (1, Trouble::RotateKeys),
        (3, Trouble::ForgeMessage(lie, place)),
        (1, Trouble::EndChannel(place)),
    ];
    dice.weighted(&choices)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE: Size = Size {
        minutes: 5,
        people: 23,
        calendars: 3,
        fleet: 3,
        changes: 400,
    };

    #[test]
    fn a_run_can_be_had_again_from_its_seed() {
        assert_eq!(plan(7, SIZE), plan(7, SIZE));
        assert_ne!(plan(7, SIZE), plan(8, SIZE));
    }

    #[test]
    fn five_minutes_hold_every_sort_of_kill_and_hundreds_of_edits() {
        for seed in 1..=3 {
            let schedule = plan(seed, SIZE);
            assert!(schedule.edits.len() > 500, "{}", schedule.edits.len());
            assert!(schedule.kills.len() > 30, "{}", schedule.kills.len());
            let drains = schedule
                .kills
                .iter()
                .filter(|step| matches!(step.deed, Stop::Drain { .. }));
            assert!(drains.count() > 2);
            let crashes = schedule.troubles.iter();
            let crashes = crashes.filter(|step| matches!(step.deed, Trouble::CrashPostgres { .. }));
            assert!(crashes.count() > 0, "seed {seed} never takes PostgreSQL down");
            let last = schedule.edits.last().unwrap();
            assert!(last.at < Duration::from_mins(5));
        }
    }
}
