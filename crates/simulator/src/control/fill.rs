//! Believable events in bulk, the same for the same seed.

use jiff::{SignedDuration, Timestamp, civil};
use kalends_core::time::Zone;
use serde::Deserialize;

use super::{Control, ControlError};
use crate::{
    events::{Attendee, Author, EventResource, ResponseStatus, Status, Transparency, adopt},
    google::EventDateTime,
    world,
};

/// Most events of one order.
const MOST: u64 = 1_000_000;
/// Events that are made before other calls get their turn.
const AT_A_TIME: u32 = 500;
/// Days covered when the order does not say.
const BEFORE: SignedDuration = SignedDuration::from_hours(24 * 30);
const AFTER: SignedDuration = SignedDuration::from_hours(24 * 90);

const TITLES: [&str; 16] = [
    "Lesson",
    "Trial lesson",
    "Team meeting",
    "1:1",
    "Lunch",
    "Call",
    "Interview",
    "Review",
    "Workshop",
    "Dentist",
    "Rehearsal",
    "Project hour",
    "Training",
    "School run",
    "Office hour",
    "Coffee",
];
const NAMES: [&str; 12] = [
    "Mia", "Noah", "Lea", "Omar", "Yui", "Ken", "Priya", "Luca", "Sara", "Tim", "June", "Wei",
];

/// What to make.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FillOrder {
    /// Whose calendar; an unknown person is made.
    pub email: String,
    /// So many people instead of one: `load-1@example.com` and so on for `load@example.com`, `count` events each.
    pub people: Option<u32>,
    /// Which calendar; without it the person's primary.
    pub calendar: Option<String>,
    /// How many events.
    pub count: u32,
    /// Other seeds make other events.
    #[serde(default)]
    pub seed: u64,
    /// The first day's instant; without it 30 days before the present.
    pub from: Option<Timestamp>,
    /// The last day's instant; without it 90 days after the present.
    pub to: Option<Timestamp>,
    /// How many in a hundred are weekly series; without it 5.
    pub recurring_percent: Option<u8>,
}

/// What one order fills a calendar with.
struct Filling {
    seed: u64,
    from: Timestamp,
    to: Timestamp,
    recurring_percent: u8,
}

impl Control {
    /// Makes the events and tells the calendar's id, of many people the last one's.
    ///
    /// Other calls go on meanwhile, and see what is there already.
    pub fn fill(&self, order: &FillOrder) -> Result<String, ControlError> {
        let people = order.people.unwrap_or(1);
        if u64::from(order.count) * u64::from(people) > MOST {
            return Err(ControlError::Value {
                field: "count",
                expected: "at most 1000000 events in all",
            });
        }
        if order.people.is_some() && (people == 0 || order.calendar.is_some()) {
            return Err(ControlError::Value {
                field: "people",
                expected: "at least 1, and no calendar beside it",
            });
        }
        let now = self.sim.now();
        let edge = |by: SignedDuration| now.checked_add(by).unwrap_or(now);
        let filling = Filling {
            seed: order.seed,
            from: order.from.unwrap_or_else(|| edge(-BEFORE)),
            to: order.to.unwrap_or_else(|| edge(AFTER)),
            recurring_percent: order.recurring_percent.unwrap_or(5),
        };
        if filling.to <= filling.from {
            return Err(ControlError::Value {
                field: "to",
                expected: "an instant after from",
            });
        }
        if order.people.is_none() {
            let dice = Dice::new(order.seed);
            return self.fill_one(
                &order.email,
                order.calendar.as_deref(),
                order.count,
                &filling,
                dice,
            );
        }
        let (name, domain) = order.email.split_once('@').unwrap_or((&order.email, ""));
        let mut filled = String::new();
        for number in 1..=people {
            let email = format!("{name}-{number}@{domain}");
            let dice = Dice::new(order.seed.wrapping_add(u64::from(number) << 32));
            filled = self.fill_one(&email, None, order.count, &filling, dice)?;
        }
        Ok(filled)
    }

    fn fill_one(
        &self,
        email: &str,
        calendar: Option<&str>,
        count: u32,
        filling: &Filling,
        mut dice: Dice,
    ) -> Result<String, ControlError> {
        let now = self.sim.now();
        world::ensure_user(&mut self.sim.directory_mut(), email, now)?;
        let email = email.to_lowercase();
        let id = calendar.unwrap_or(&email).to_owned();
        let unknown = || ControlError::Unknown { id: id.clone() };
        let mut made = 0;
        while made < count {
            let end = count.min(made + AT_A_TIME);
            let mut directory = self.sim.directory_mut();
            for number in made..end {
                let version_us = directory.next_version(now);
                let calendar = directory.calendar_mut(&id).ok_or_else(unknown)?;
                let mut event = dice.event(&calendar.zone, filling);
                event.id = format!("fill{:x}g{number:x}", filling.seed);
                if calendar.events.get(&event.id).is_some() {
                    return Err(ControlError::Value {
                        field: "seed",
                        expected: "one that has not filled this calendar yet",
                    });
                }
                let author = Author {
                    email: &email,
                    now,
                    version_us,
                };
                adopt(calendar, event, author).map_err(|_| ControlError::Value {
                    field: "from",
                    expected: "a range that events can lie in",
                })?;
            }
            made = end;
        }
        if self.sim.directory().calendar(&id).is_none() {
            return Err(unknown());
        }
        Ok(id)
    }
}

/// SplitMix64: small, fast, and the same everywhere.
struct Dice(u64);

impl Dice {
    fn new(seed: u64) -> Self {
        Self(seed ^ 0x6b61_6c65_6e64_7321)
    }

    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `limit`.
    fn below(&mut self, limit: u64) -> u64 {
        self.roll() % limit.max(1)
    }

    fn percent(&mut self, share: u64) -> bool {
        self.below(100) < share
    }

    fn one_of(&mut self, words: &[&'static str]) -> &'static str {
        let index = usize::try_from(self.below(words.len() as u64)).unwrap_or(0);
        words.get(index).copied().unwrap_or_default()
    }

    fn event(&mut self, zone: &Zone, filling: &Filling) -> EventResource {
        let (from, to) = (filling.from, filling.to);
        let name = self.one_of(&NAMES);
        let summary = format!("{} {name}", self.one_of(&TITLES));
        let span = u64::try_from(from.duration_until(to).as_secs()).unwrap_or(0);
        let instant = from
            .checked_add(SignedDuration::from_secs(self.below(span).cast_signed()))
            .unwrap_or(from);
        let day = zone.civil(instant).date();
        let mut event = EventResource {
            summary: Some(summary),
            ..EventResource::default()
        };
        if self.percent(5) {
            event.start = Some(EventDateTime::day(day));
            event.end = Some(EventDateTime::day(day.tomorrow().unwrap_or(day)));
            event.transparency = self.percent(50).then_some(Transparency::Transparent);
            return event;
        }
        let quarter = self.below(40);
        let hour = 8 + i8::try_from(quarter / 4).unwrap_or(0);
        let minute = 15 * i8::try_from(quarter % 4).unwrap_or(0);
        let start = zone.instant(day.to_datetime(civil::time(hour, minute, 0, 0)));
        let length = [15, 30, 30, 45, 60, 60, 90, 120][usize::try_from(self.below(8)).unwrap_or(0)];
        let end = start
            .checked_add(SignedDuration::from_mins(length))
            .unwrap_or(start);
        event.start = Some(EventDateTime::at(start, zone, zone.name()));
        event.end = Some(EventDateTime::at(end, zone, zone.name()));
        if self.percent(u64::from(filling.recurring_percent)) {
            event.recurrence = Some(vec![format!("RRULE:FREQ=WEEKLY;COUNT={}", 2 + self.below(20))]);
        }
        if self.percent(25) {
            event.attendees = Some(vec![Attendee {
                email: format!("{}@example.org", name.to_lowercase()),
                response_status: ResponseStatus::Accepted,
                ..Attendee::default()
            }]);
        }
        if self.percent(5) {
            event.status = Status::Tentative;
        }
        if self.percent(5) {
            event.transparency = Some(Transparency::Transparent);
        }
        event
    }
}
