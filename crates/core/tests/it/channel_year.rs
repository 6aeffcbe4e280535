//! A simulated year of 10,000 push channels: none expires unrenewed, and no hour has more than twice the mean of renewals.

use std::{cmp::Reverse, collections::BinaryHeap};

use jiff::{SignedDuration, Timestamp};
use kalends_core::sync::channels::{Renewal, due, renewal, retry};

const CHANNELS: u32 = 10_000;
const LIFE: SignedDuration = SignedDuration::from_hours(7 * 24);
const HOURS: i64 = 365 * 24;
/// The day on which nothing can be renewed, from midday to midday.
const OUTAGE: std::ops::Range<i64> = 100 * 24 + 12..101 * 24 + 12;

/// Who is away on that day.
#[derive(Clone, Copy, PartialEq)]
enum Away {
    Nobody,
    /// Nothing of ours runs; all that became due meanwhile runs at the end.
    Server,
    /// Each attempt fails.
    Provider,
}

/// Numbers in 0..1 that repeat (xorshift64*).
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> f64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let bits = self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 32;
        f64::from(u32::try_from(bits).unwrap()) / 4_294_967_296.0
    }
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Channel {
    /// When its task runs.
    task: Timestamp,
    planned: Timestamp,
    expires: Timestamp,
}

struct Year {
    expired: usize,
    renewals: Vec<u32>,
}

fn hour(at: Timestamp) -> i64 {
    at.as_second() / 3600
}

fn at(hour: i64) -> Timestamp {
    Timestamp::from_second(hour * 3600).unwrap()
}

/// Lives through a year of channels that are opened within the first `opened_within` hours.
fn year(opened_within: u32, away: Away) -> Year {
    let mut dice = Dice(0x9E37_79B9_7F4A_7C15);
    let mut year = Year {
        expired: 0,
        renewals: vec![0; usize::try_from(HOURS).unwrap()],
    };
    let open = |opened: Timestamp, dice: &mut Dice| {
        let expires = opened + LIFE;
        let planned = renewal(opened, expires, dice.roll());
        Reverse(Channel {
            task: planned,
            planned,
            expires,
        })
    };
    let mut queue: BinaryHeap<_> = (0..CHANNELS)
        .map(|_| {
            let second = f64::from(opened_within * 3600) * dice.roll();
            #[expect(clippy::cast_possible_truncation, reason = "whole seconds of a year")]
            open(Timestamp::from_second(second as i64).unwrap(), &mut dice)
        })
        .collect();
    while let Some(Reverse(mut channel)) = queue.pop() {
        let mut now = channel.task;
        if hour(now) >= HOURS {
            continue;
        }
        let is_away = OUTAGE.contains(&hour(now));
        if is_away && away == Away::Server {
            now = at(OUTAGE.end);
        }
        if now >= channel.expires {
            year.expired += 1;
        }
        match due(channel.planned, channel.expires, now, dice.roll()) {
            Renewal::At(later) => channel.task = later,
            Renewal::PutOff(later) => (channel.planned, channel.task) = (later, later),
            Renewal::Now if is_away && away == Away::Provider => {
                let later =
                    retry(channel.expires, now, dice.roll()).unwrap_or(now + SignedDuration::from_mins(30));
                (channel.planned, channel.task) = (later, later);
            }
            Renewal::Now => {
                year.renewals[usize::try_from(hour(now)).unwrap()] += 1;
                queue.push(open(now, &mut dice));
                continue;
            }
        }
        queue.push(Reverse(channel));
    }
    year
}

#[track_caller]
fn check(opened_within: u32, away: Away) {
    let year = year(opened_within, away);
    assert_eq!(year.expired, 0, "no channel expires before it was replaced");
    let all: u32 = year.renewals.iter().sum();
    let mean = f64::from(all) / f64::from(u32::try_from(HOURS).unwrap());
    let peak = f64::from(*year.renewals.iter().max().unwrap());
    println!(
        "opened within {opened_within} h: mean {mean:.1}, peak {peak} an hour, {:.2}",
        peak / mean
    );
    assert!(all > CHANNELS * 50, "{all} renewals are too few for a year");
    assert!(peak <= 2.0 * mean, "peak {peak}, mean {mean}");
}

#[test]
fn a_year_of_ten_thousand_channels_opened_over_a_week_is_even() {
    check(7 * 24, Away::Nobody);
}

#[test]
fn channels_that_were_all_opened_within_an_hour_drift_apart_in_their_first_life() {
    check(1, Away::Nobody);
}

#[test]
fn a_day_without_the_server_makes_no_wave() {
    check(1, Away::Server);
}

#[test]
fn a_day_without_the_provider_makes_no_wave() {
    check(1, Away::Provider);
}
