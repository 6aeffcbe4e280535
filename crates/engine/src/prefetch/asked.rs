//! Which calendars were asked about lately, and how fresh they were wanted.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use jiff::{SignedDuration, Timestamp};
use kalends_core::{
    sync::prefetch::{LATELY, due},
    time::{CalendarId, TenantId},
};

/// Most calendars that are kept in mind: as many as one process can keep fresh by far.
const MOST: usize = 10_000;

/// The calendars that questions of this process named.
#[derive(Debug, Default)]
pub(crate) struct Asked(Mutex<HashMap<CalendarId, Entry>>);

#[derive(Clone, Copy, Debug)]
struct Entry {
    tenant: TenantId,
    /// The tightest that was asked lately, and when.
    within: SignedDuration,
    asked_at: Timestamp,
    /// The state at the provider that is stored, as far as this process knows.
    as_of: Timestamp,
}

/// One calendar of a question.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Question {
    pub(crate) calendar: CalendarId,
    /// The state at the provider that the answer rests on.
    pub(crate) as_of: Timestamp,
    /// How old it may be.
    pub(crate) within: SignedDuration,
}

impl Asked {
    /// Notes what a question asked for. This is the hot path: one lock, no allocation for calendars that are known.
    pub(crate) fn note(&self, tenant: TenantId, now: Timestamp, questions: impl Iterator<Item = Question>) {
        let mut all = self.all();
        for Question {
            calendar,
            as_of,
            within,
        } in questions
        {
            let new = Entry {
                tenant,
                within,
                asked_at: now,
                as_of,
            };
            let is_full = all.len() >= MOST;
            match all.get_mut(&calendar) {
                Some(known) if within <= known.within || is_over(known, now) => *known = new,
                Some(known) => known.as_of = known.as_of.max(as_of),
                None if is_full => {}
                None => drop(all.insert(calendar, new)),
            }
        }
    }

    /// Forgets what was asked too long ago, and answers which calendars are due at that time, by tenant, the first due
    /// first.
    pub(super) fn due(&self, by: Timestamp, now: Timestamp) -> Vec<(TenantId, CalendarId)> {
        let mut all = self.all();
        all.retain(|_, entry| !is_over(entry, now));
        let mut found: Vec<(Timestamp, TenantId, CalendarId)> = all
            .iter()
            .map(|(calendar, entry)| (due(entry.as_of, entry.within), entry.tenant, *calendar))
            .filter(|(due, ..)| *due <= by)
            .collect();
        found.sort_unstable();
        found
            .into_iter()
            .map(|(_, tenant, calendar)| (tenant, calendar))
            .collect()
    }

    /// Takes in how fresh a calendar is now; answers when it is due, `None` when nobody asks any more.
    pub(super) fn learn(&self, calendar: CalendarId, as_of: Timestamp) -> Option<Timestamp> {
        let mut all = self.all();
        let entry = all.get_mut(&calendar)?;
        entry.as_of = as_of;
        Some(due(as_of, entry.within))
    }

    /// Nothing can be done about this calendar for now.
    pub(super) fn forget(&self, calendar: CalendarId) {
        self.all().remove(&calendar);
    }

    fn all(&self) -> std::sync::MutexGuard<'_, HashMap<CalendarId, Entry>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn is_over(entry: &Entry, now: Timestamp) -> bool {
    now.duration_since(entry.asked_at) > LATELY
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const TENANT: TenantId = TenantId(Uuid::nil());

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).unwrap()
    }

    fn calendar(n: u128) -> CalendarId {
        CalendarId(Uuid::from_u128(n))
    }

    fn ask(asked: &Asked, n: u128, as_of_s: i64, within_s: i64, now_s: i64) {
        let question = Question {
            calendar: calendar(n),
            as_of: at(as_of_s),
            within: SignedDuration::from_secs(within_s),
        };
        asked.note(TENANT, at(now_s), [question].into_iter());
    }

    fn due_at(asked: &Asked, second: i64) -> Vec<CalendarId> {
        let due = asked.due(at(second), at(second));
        due.into_iter().map(|(_, calendar)| calendar).collect()
    }

    #[test]
    fn the_tightest_wish_counts_while_it_is_fresh() {
        let asked = Asked::default();
        ask(&asked, 1, 0, 300, 0);
        ask(&asked, 1, 0, 900, 10);
        assert_eq!(due_at(&asked, 199), []);
        assert_eq!(due_at(&asked, 200), [calendar(1)]);
        // A quarter of an hour after it the laxer one takes its place.
        ask(&asked, 1, 800, 900, 901);
        assert_eq!(due_at(&asked, 1_399), []);
        assert_eq!(due_at(&asked, 1_400), [calendar(1)]);
        assert_eq!(due_at(&asked, 1_802), [], "and is forgotten in its turn");
        assert_eq!(asked.learn(calendar(1), at(0)), None);
    }

    #[test]
    fn the_first_to_be_too_old_comes_first() {
        let asked = Asked::default();
        ask(&asked, 1, 30, 300, 40);
        ask(&asked, 2, 0, 300, 40);
        ask(&asked, 3, 30, 90, 40);
        assert_eq!(due_at(&asked, 300), [calendar(3), calendar(2), calendar(1)]);
    }

    #[test]
    fn more_than_can_be_kept_fresh_are_not_kept_in_mind() {
        let asked = Asked::default();
        for n in 0..(MOST as u128 + 5) {
            ask(&asked, n, 0, 60, 0);
        }
        assert_eq!(due_at(&asked, 60).len(), MOST);
    }
}
