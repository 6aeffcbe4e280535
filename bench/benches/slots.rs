//! Slots from rows of the busy index, against a sweep over sorted arrays written by hand for the one question.
//!
//! 60 days, 200 busy intervals each, open hours in a zone whose clocks change, lessons of half an hour every quarter
//! hour; one person, and fifty who all have to come. Run with `cargo bench -p kalends-bench --bench slots`.

use divan::{Bencher, black_box};
use jiff::Timestamp;
use kalends_bench::busy_people::{DAY, MINUTE, busy};
use kalends_core::{
    busy::{BusyMonth, Month, split},
    slots::{DayWindow, Found, OpenHours, Person, Question, SlotQuery, WeeklyWindow, find},
    time::{Interval, Zone},
};

const PEOPLE: [usize; 2] = [1, 50];
const DAYS: i64 = 60;
const BUSY: usize = 200;

fn main() {
    assert_same_answers();
    divan::main();
}

/// From index rows to slots, as the server does it.
#[divan::bench(args = PEOPLE)]
fn kalends(bencher: Bencher<'_, '_>, people: usize) {
    let world = World::new(people);
    bencher.bench_local(|| black_box(&world).slots());
}

/// The same, from sorted arrays.
#[divan::bench(args = PEOPLE)]
fn sweep(bencher: Bencher<'_, '_>, people: usize) {
    let world = World::new(people);
    bencher.bench_local(|| black_box(&world).sweep());
}

/// Open hours as windows of UTC alone.
#[divan::bench(args = PEOPLE)]
fn open_hours(bencher: Bencher<'_, '_>, people: usize) {
    let world = World::new(people);
    bencher.bench_local(|| {
        for _ in 0..people {
            black_box(world.hours.windows(black_box(world.query.window)));
        }
    });
}

/// Index rows as runs alone.
#[divan::bench(args = PEOPLE)]
fn rows(bencher: Bencher<'_, '_>, people: usize) {
    let world = World::new(people);
    bencher.bench_local(|| {
        for rows in black_box(&world.rows) {
            black_box(read(rows));
        }
    });
}

/// The question with what the store has to answer it.
struct World {
    query: SlotQuery,
    hours: OpenHours,
    /// Encoded months by person.
    rows: Vec<Vec<(Month, Vec<u8>)>>,
    /// What the rows say, as sorted arrays of microseconds.
    arrays: Vec<Vec<(i64, i64)>>,
    /// The offset of the zone's clocks until an instant, by instant.
    offsets: Vec<(i64, i64)>,
}

impl World {
    fn new(people: usize) -> Self {
        let zone = Zone::iana("Europe/Berlin").expect("a zone");
        let now: Timestamp = "2026-10-01T00:00:00Z".parse().expect("an instant");
        let start = now.as_microsecond();
        let window = Interval::from_micros(start, start + DAYS * DAY).expect("a span");
        let day = DayWindow::new("09:00".parse().expect("a time"), "17:00".parse().expect("a time"));
        let week = WeeklyWindow {
            days: vec![1, 2, 3, 4, 5],
            window: day.expect("hours"),
        };
        let runs: Vec<_> = (0..people)
            .map(|seed| busy(start, (DAYS, BUSY), seed as u64))
            .collect();
        let encoded = |row: &BusyMonth| (row.month(), row.encode());
        Self {
            query: SlotQuery {
                step_minutes: 15,
                ..SlotQuery::new(window, 30, zone.clone(), now)
            },
            hours: OpenHours::new(zone.clone(), vec![week], vec![]).expect("hours"),
            rows: runs
                .iter()
                .map(|run| {
                    split(run, Month::touched_by(window))
                        .iter()
                        .map(encoded)
                        .collect()
                })
                .collect(),
            arrays: runs
                .iter()
                .map(|run| run.iter().map(|span| (span.start_us(), span.end_us())).collect())
                .collect(),
            offsets: zone
                .offset_spans(window)
                .iter()
                .map(|part| (part.span.end_us(), part.offset_us))
                .collect(),
        }
    }

    fn slots(&self) -> Found {
        let open: Vec<_> = self
            .rows
            .iter()
            .map(|_| self.hours.windows(self.query.window))
            .collect();
        let busy: Vec<_> = self.rows.iter().map(|rows| read(rows)).collect();
        let people: Vec<_> = open
            .iter()
            .zip(&busy)
            .map(|(open, busy)| Person::new(open, busy, &[]))
            .collect();
        find(&Question::together(&self.query, &people)).expect("a good question")
    }

    fn sweep(&self) -> Vec<i64> {
        let (from, until) = (self.query.window.start_us(), self.query.window.end_us());
        let mut busy: Vec<(i64, i64)> = self.arrays.concat();
        busy.sort_unstable();
        let mut slots = Vec::new();
        let mut next = 0;
        let mut busy_until = i64::MIN;
        for day in from.div_euclid(DAY)..=until.div_euclid(DAY) {
            if (day + 3).rem_euclid(7) > 4 {
                continue;
            }
            let at = |hour: i64| {
                let civil = day * DAY + hour * 60 * MINUTE;
                let offset = self.offsets.iter().find(|(end, offset)| civil - offset < *end);
                civil - offset.map_or(0, |(_, offset)| *offset)
            };
            let (mut free, close) = (at(9).max(from), at(17).min(until));
            while free < close {
                while next < busy.len() && busy[next].0 <= free {
                    busy_until = busy_until.max(busy[next].1);
                    next += 1;
                }
                if busy_until > free {
                    free = busy_until;
                    continue;
                }
                let end = busy.get(next).map_or(close, |busy| busy.0.min(close));
                let quarter = 15 * MINUTE;
                let mut start = (free + quarter - 1) / quarter * quarter;
                while start + 30 * MINUTE <= end {
                    slots.push(start);
                    start += quarter;
                }
                free = end;
            }
        }
        slots
    }
}

fn read(rows: &[(Month, Vec<u8>)]) -> Vec<Interval> {
    let mut run = Vec::new();
    for (month, bytes) in rows {
        BusyMonth::decode_into(*month, bytes, &mut run).expect("a row");
    }
    run
}

fn assert_same_answers() {
    for people in PEOPLE {
        let world = World::new(people);
        let slots: Vec<_> = world
            .slots()
            .slots
            .iter()
            .map(|slot| slot.interval.start_us())
            .collect();
        assert!(slots.len() > 100, "{} slots for {people}", slots.len());
        assert_eq!(slots, world.sweep(), "{people} people");
    }
}
