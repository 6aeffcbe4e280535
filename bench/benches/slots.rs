//! Slots from rows of the busy index, against sweeps over sorted arrays written by hand for the one question.
//!
//! 60 days, 200 busy intervals each, open hours in a zone whose clocks change, lessons of half an hour every quarter
//! hour: one person; fifty of whom one is needed; fifty who all have to come. Run with
//! `cargo bench -p kalends-bench --bench slots`.

use std::{hint::black_box, process::ExitCode, time::Instant};

use anyhow::ensure;
use jiff::Timestamp;
use kalends_bench::{
    busy_people::{DAY, MINUTE, busy},
    pairs::{Limit, Pairs, measure, verdict},
};
use kalends_core::{
    busy::{BusyMonth, Month, split},
    slots::{
        Choose, Course, DayWindow, Found, Group, OpenHours, Person, Question, SlotQuery, WeeklyWindow, find,
    },
    time::{Interval, Zone},
};

/// The allocator that the product is shipped with.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const PEOPLE: usize = 50;
const DAYS: i64 = 60;
const BUSY: usize = 200;
const QUARTER: i64 = 15 * MINUTE;
const LESSON: i64 = 30 * MINUTE;
const ROUNDS: usize = 200;

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<ExitCode> {
    let (one, many) = (World::new(1), World::new(PEOPLE));
    assert_same_answers(&one, &many)?;
    let everybody = |world: &World| Course::Together(vec![Group::all((0..world.rows.len()).collect())]);
    let anybody = Course::Together(vec![anybody(PEOPLE)]);
    let twice = Limit::Target(2.0);
    let pairs = [
        compare(
            ("one person; bare sweeps arrays", twice),
            2_000,
            || one.slots(&everybody(&one)),
            || one.sweep_all(),
        )
        .await?,
        compare(
            ("one of fifty, round robin; bare sweeps arrays", twice),
            40,
            || many.slots(&anybody),
            || many.sweep_any(),
        )
        .await?,
        compare(
            ("all of fifty; bare sweeps arrays", twice),
            100,
            || many.slots(&everybody(&many)),
            || many.sweep_all(),
        )
        .await?,
        compare(
            (
                "all of fifty; bare has a bit for each quarter hour ready",
                Limit::None,
            ),
            100,
            || many.slots(&everybody(&many)),
            || many.scan(),
        )
        .await?,
    ];
    part("rows of fifty as runs", || {
        many.rows.iter().map(|rows| read(rows)).collect::<Vec<_>>()
    });
    part("open hours of fifty as windows", || {
        many.rows
            .iter()
            .map(|_| many.hours.windows(many.query.window))
            .collect::<Vec<_>>()
    });
    Ok(verdict(&pairs))
}

/// Measures two ways to the same answer, each so many times a round.
async fn compare<K, B>(
    what: (&str, Limit),
    times: u32,
    kalends: impl Fn() -> K,
    bare: impl Fn() -> B,
) -> anyhow::Result<Pairs> {
    fn timed<T>(times: u32, ask: impl Fn() -> T) -> std::time::Duration {
        let start = Instant::now();
        for _ in 0..times {
            black_box(ask());
        }
        start.elapsed() / times
    }
    measure(
        what,
        ROUNDS,
        async || Ok(timed(times, &kalends)),
        async || Ok(timed(times, &bare)),
    )
    .await
}

/// Prints what a part of the work takes.
fn part<T>(what: &str, work: impl Fn() -> T) {
    let mut times: Vec<_> = (0..ROUNDS)
        .map(|_| {
            let start = Instant::now();
            black_box(work());
            start.elapsed()
        })
        .collect();
    times.sort_unstable();
    println!("of which {what}: {:.1} µs", times[ROUNDS / 2].as_secs_f64() * 1e6);
}

/// The question with what the store has to answer it.
struct World {
    query: SlotQuery,
    hours: OpenHours,
    /// Encoded months by person.
    rows: Vec<Vec<(Month, Vec<u8>)>>,
    /// What the rows say, as sorted arrays of microseconds.
    arrays: Vec<Vec<(i64, i64)>>,
    /// A bit for each quarter hour of the window in which a person is open and free all the time.
    bits: Vec<Vec<u64>>,
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
        let hours = OpenHours::new(zone.clone(), vec![week], vec![]).expect("hours");
        let runs: Vec<_> = (0..people)
            .map(|seed| busy(start, (DAYS, BUSY), seed as u64))
            .collect();
        let encoded = |row: &BusyMonth| (row.month(), row.encode());
        let rows = |run: &Vec<Interval>| {
            split(run, Month::touched_by(window))
                .iter()
                .map(encoded)
                .collect()
        };
        let array = |run: &Vec<Interval>| run.iter().map(|span| (span.start_us(), span.end_us())).collect();
        let open = hours.windows(window);
        Self {
            rows: runs.iter().map(rows).collect(),
            arrays: runs.iter().map(array).collect(),
            bits: runs.iter().map(|run| bits(window, &open, run)).collect(),
            offsets: zone
                .offset_spans(window)
                .iter()
                .map(|part| (part.span.end_us(), part.offset_us))
                .collect(),
            query: SlotQuery {
                step_minutes: 15,
                ..SlotQuery::new(window, 30, zone, now)
            },
            hours,
        }
    }

    /// From index rows to slots, as the server does it.
    fn slots(&self, course: &Course) -> Found {
        let open: Vec<_> = self
            .rows
            .iter()
            .map(|_| self.hours.windows(self.query.window))
            .collect();
        let busy: Vec<_> = self.rows.iter().map(|rows| read(rows)).collect();
        let people = open
            .iter()
            .zip(&busy)
            .map(|(open, busy)| Person::new(open, busy, &[]));
        let people: Vec<_> = people.collect();
        find(&Question::new(&self.query, &people, course.clone())).expect("a good question")
    }

    /// The starts at which everybody can come: all busy times in one sorted array, one sweep.
    fn sweep_all(&self) -> Vec<i64> {
        let mut busy: Vec<(i64, i64)> = self.arrays.concat();
        busy.sort_unstable();
        let mut slots = Vec::new();
        self.sweep(&busy, |start, end| {
            let mut start = (start + QUARTER - 1) / QUARTER * QUARTER;
            while start + LESSON <= end {
                slots.push(start);
                start += QUARTER;
            }
        });
        slots
    }

    /// The starts at which anybody can come, who that is as a row of bits for each person, and whom each is offered
    /// with: the one who has the fewest so far.
    fn sweep_any(&self) -> (Vec<i64>, Vec<Vec<u64>>, Vec<usize>) {
        let quarters = (DAYS * DAY / QUARTER) as usize;
        let from = self.query.window.start_us();
        let mut anybody = vec![0_u64; quarters.div_ceil(64)];
        let mut rows = Vec::with_capacity(self.arrays.len());
        for busy in &self.arrays {
            let mut row = vec![0_u64; quarters.div_ceil(64)];
            self.sweep(busy, |start, end| {
                let first = ((start - from + QUARTER - 1) / QUARTER) as usize;
                let beyond = ((end - LESSON - from) / QUARTER) as usize + 1;
                for quarter in first..beyond {
                    row[quarter / 64] |= 1 << (quarter % 64);
                }
            });
            anybody.iter_mut().zip(&row).for_each(|(all, one)| *all |= one);
            rows.push(row);
        }
        let mut line: Vec<(usize, usize)> = (0..rows.len()).map(|person| (0, person)).collect();
        let (mut starts, mut chosen) = (Vec::new(), Vec::new());
        for (word, bits) in anybody.iter().enumerate() {
            let mut bits = *bits;
            while bits != 0 {
                let bit = bits.trailing_zeros() as usize;
                bits &= bits - 1;
                starts.push(from + (word * 64 + bit) as i64 * QUARTER);
                let able = |(_, person): &(usize, usize)| rows[*person][word] >> bit & 1 == 1;
                let place = line.iter().position(able).unwrap_or_default();
                let (given, person) = line[place];
                let behind = line[place + 1..].partition_point(|other| *other < (given + 1, person));
                line[place..=place + behind].rotate_left(1);
                line[place + behind] = (given + 1, person);
                chosen.push(person);
            }
        }
        (starts, rows, chosen)
    }

    /// Calls with each span between nine and five on weekdays that is free of sorted busy times.
    fn sweep(&self, busy: &[(i64, i64)], mut free_span: impl FnMut(i64, i64)) {
        let (from, until) = (self.query.window.start_us(), self.query.window.end_us());
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
                if end - free >= LESSON {
                    free_span(free, end);
                }
                free = end;
            }
        }
    }

    /// The starts at which everybody can come, from bits that somebody keeps ready: what is possible when time is
    /// never finer than a quarter hour.
    fn scan(&self) -> Vec<i64> {
        let mut all = self.bits[0].clone();
        for person in &self.bits[1..] {
            all.iter_mut().zip(person).for_each(|(all, one)| *all &= one);
        }
        let from = self.query.window.start_us();
        let mut slots = Vec::new();
        for word in 0..all.len() {
            let next = all.get(word + 1).copied().unwrap_or_default();
            let mut starts = all[word] & (all[word] >> 1 | next << 63);
            while starts != 0 {
                slots.push(from + (word * 64 + starts.trailing_zeros() as usize) as i64 * QUARTER);
                starts &= starts - 1;
            }
        }
        slots
    }
}

fn anybody(people: usize) -> Group {
    Group::some((0..people).collect(), 1, Choose::MaxAvailability)
}

fn read(rows: &[(Month, Vec<u8>)]) -> Vec<Interval> {
    let mut run = Vec::with_capacity(rows.iter().map(|(_, bytes)| bytes.len() / 2).sum());
    for (month, bytes) in rows {
        BusyMonth::decode_into(*month, bytes, &mut run).expect("a row");
    }
    run
}

fn bits(window: Interval, open: &[Interval], busy: &[Interval]) -> Vec<u64> {
    let quarters = (window.len_us() / QUARTER) as usize;
    let mut bits = vec![0; quarters.div_ceil(64)];
    for quarter in 0..quarters {
        let start = window.start_us() + quarter as i64 * QUARTER;
        let Some(span) = Interval::from_micros(start, start + QUARTER) else {
            continue;
        };
        if open.iter().any(|open| open.covers(span)) && !busy.iter().any(|busy| busy.overlaps(span)) {
            bits[quarter / 64] |= 1 << (quarter % 64);
        }
    }
    bits
}

fn assert_same_answers(one: &World, many: &World) -> anyhow::Result<()> {
    for world in [one, many] {
        let everybody = Course::Together(vec![Group::all((0..world.rows.len()).collect())]);
        let starts = starts(&world.slots(&everybody));
        ensure!(
            starts.len() > 100,
            "{} slots for {}",
            starts.len(),
            world.rows.len()
        );
        ensure!(starts == world.sweep_all(), "the sweep differs");
        ensure!(starts == world.scan(), "the scan differs");
    }
    let found = many.slots(&Course::Together(vec![anybody(PEOPLE)]));
    let (starts, rows, chosen) = many.sweep_any();
    ensure!(self::starts(&found) == starts, "the sweep finds other starts");
    let from = many.query.window.start_us();
    for ((slot, start), chosen) in found.slots.iter().zip(&starts).zip(chosen) {
        let group = &found.attendance(slot)[0].groups[0];
        ensure!(group.chosen == [chosen], "the sweep chooses another at {start}");
        let quarter = ((start - from) / QUARTER) as usize;
        let able = (0..PEOPLE).filter(|person| rows[*person][quarter / 64] >> (quarter % 64) & 1 == 1);
        ensure!(
            able.eq(group.can_come.iter().copied()),
            "others can come at {start}"
        );
    }
    Ok(())
}

fn starts(found: &Found) -> Vec<i64> {
    found.slots.iter().map(|slot| slot.interval.start_us()).collect()
}
