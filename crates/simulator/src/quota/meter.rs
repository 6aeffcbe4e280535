//! Counts every call, and decides which are too many.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use jiff::{SignedDuration, Timestamp, civil::Date};
use kalends_core::time::Zone;
use serde::Serialize;

use super::{Exceeded, Quota, Quotas, exceeded::Notes, window::Window};
use crate::google::GoogleError;

const MINUTE: SignedDuration = SignedDuration::from_mins(1);
const DAY: SignedDuration = SignedDuration::from_hours(24);
/// Where Google's days of quotas begin at midnight.
const QUOTA_ZONE: &str = "America/Los_Angeles";

/// Everything that was counted.
#[derive(Debug, Default)]
pub(crate) struct Meter {
    quotas: Quotas,
    projects: BTreeMap<Arc<str>, Project>,
    /// By project and user.
    users: BTreeMap<(Arc<str>, Arc<str>), User>,
    /// Writes by calendar.
    calendars: HashMap<String, Window>,
    /// Events, invitations and calendars by account.
    made: HashMap<(Arc<str>, Quota), Window>,
    notes: Notes,
}

/// Who calls.
#[derive(Clone, Debug)]
pub(crate) struct Who {
    pub(crate) project: Arc<str>,
    pub(crate) client: Arc<str>,
    pub(crate) account: Arc<str>,
    /// The account, or whom `quotaUser` names.
    pub(crate) user: Arc<str>,
}

#[derive(Debug)]
struct Project {
    calls: u64,
    refused: u64,
    minute: Window,
    day: Option<Date>,
    today: u32,
    noted_today: Option<u64>,
}

#[derive(Debug)]
struct User {
    account: Arc<str>,
    client: Arc<str>,
    calls: u64,
    refused: u64,
    minute: Window,
}

/// What the meter says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MeterReport {
    /// The limits in force.
    pub quotas: Quotas,
    /// By project.
    pub projects: Vec<ProjectUse>,
    /// By project and user.
    pub users: Vec<UserUse>,
    /// Quotas that were exceeded, oldest first: those in force, and where none is, those that Google publishes.
    pub exceeded: Vec<Exceeded>,
}

/// What one project used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ProjectUse {
    /// The project of the OAuth clients.
    pub project: String,
    /// Calls that were let through.
    pub calls: u64,
    /// Calls that were refused.
    pub refused: u64,
    /// Calls in the last minute.
    pub last_minute: usize,
    /// Calls since midnight in California.
    pub today: u32,
    /// The most calls in any 60 seconds.
    pub peak_per_minute: Peak,
}

/// What one project used for one user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UserUse {
    /// The project of the OAuth client.
    pub project: String,
    /// The account of the first call.
    pub account: String,
    /// Another name that the calls were counted under.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quota_user: Option<String>,
    /// The OAuth client of the first call.
    pub client: String,
    /// Calls that were let through.
    pub calls: u64,
    /// Calls that were refused.
    pub refused: u64,
    /// Calls in the last minute.
    pub last_minute: usize,
    /// The most calls in any 60 seconds.
    pub peak_per_minute: Peak,
}

/// The most that any sliding window had.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Peak {
    /// How many calls.
    pub calls: usize,
    /// When the window ended.
    pub at: Timestamp,
}

impl Meter {
    pub(crate) fn quotas(&self) -> &Quotas {
        &self.quotas
    }

    /// Sets the limits; what was counted stays.
    pub(crate) fn set(&mut self, quotas: Quotas) {
        self.quotas = quotas;
    }

    /// Forgets what was counted; the limits stay.
    pub(crate) fn clear(&mut self) {
        *self = Self {
            quotas: std::mem::take(&mut self.quotas),
            ..Self::default()
        };
    }

    /// Counts one call, unless a limit that is in force refuses it. `written` is the calendar that it writes to.
    pub(crate) fn call(
        &mut self,
        who: &Who,
        written: Option<&str>,
        now: Timestamp,
    ) -> Result<(), GoogleError> {
        let allowed = Quotas::google();
        let project = self
            .projects
            .entry(who.project.clone())
            .or_insert_with(Project::new);
        let user = self
            .users
            .entry((who.project.clone(), who.user.clone()))
            .or_insert_with(|| User::new(who));
        project.begin_day(now);
        let mut judge = Judge {
            quotas: &self.quotas,
            google: &allowed,
            notes: &mut self.notes,
            who: (&who.account, Some(&who.client)),
            now,
            uses: 1,
        };
        let per_minute = project.minute.count(now);
        let per_user = user.minute.count(now);
        let mut verdict = judge
            .judge(
                Quota::PerDayPerProject,
                project.today as usize,
                &mut project.noted_today,
                None,
            )
            .and_then(|()| {
                let noted = &mut project.minute.noted;
                judge.judge(Quota::PerMinutePerProject, per_minute, noted, None)
            })
            .and_then(|()| judge.judge(Quota::PerMinutePerUser, per_user, &mut user.minute.noted, None));
        if let Some(calendar) = written {
            if !self.calendars.contains_key(calendar) {
                self.calendars.insert(calendar.to_owned(), Window::new(MINUTE));
            }
            if let Some(window) = self.calendars.get_mut(calendar) {
                let count = window.count(now);
                let quota = Quota::WritesPerMinutePerCalendar;
                verdict = verdict.and_then(|()| judge.judge(quota, count, &mut window.noted, Some(calendar)));
                if verdict.is_ok() {
                    window.add(1, now);
                }
            }
        }
        if let Err(quota) = verdict {
            project.refused += 1;
            user.refused += 1;
            return Err(self.quotas.refusal(quota));
        }
        project.calls += 1;
        project.today += 1;
        project.minute.add(1, now);
        user.calls += 1;
        user.minute.add(1, now);
        Ok(())
    }

    /// Counts what a person makes: events, invitations or calendars, `uses` of them at once.
    pub(crate) fn charge(
        &mut self,
        account: &Arc<str>,
        quota: Quota,
        uses: usize,
        now: Timestamp,
    ) -> Result<(), GoogleError> {
        if uses == 0 {
            return Ok(());
        }
        let window = self
            .made
            .entry((account.clone(), quota))
            .or_insert_with(|| Window::new(DAY));
        let count = window.count(now);
        let mut judge = Judge {
            quotas: &self.quotas,
            google: &Quotas::google(),
            notes: &mut self.notes,
            who: (account, None),
            now,
            uses,
        };
        judge
            .judge(quota, count, &mut window.noted, None)
            .map_err(|quota| self.quotas.refusal(quota))?;
        window.add(uses, now);
        Ok(())
    }

    pub(crate) fn report(&mut self, now: Timestamp) -> MeterReport {
        let projects = self.projects.iter_mut().map(|(project, used)| {
            used.begin_day(now);
            ProjectUse {
                project: project.to_string(),
                calls: used.calls,
                refused: used.refused,
                last_minute: used.minute.count(now),
                today: used.today,
                peak_per_minute: peak(&used.minute),
            }
        });
        let users = self.users.iter_mut().map(|((project, name), used)| UserUse {
            project: project.to_string(),
            quota_user: (*name != used.account).then(|| name.to_string()),
            account: used.account.to_string(),
            client: used.client.to_string(),
            calls: used.calls,
            refused: used.refused,
            last_minute: used.minute.count(now),
            peak_per_minute: peak(&used.minute),
        });
        MeterReport {
            projects: projects.collect(),
            users: users.collect(),
            quotas: self.quotas.clone(),
            exceeded: self.notes.all(),
        }
    }
}

/// Judges the uses of one call, one quota after the other.
struct Judge<'a> {
    quotas: &'a Quotas,
    google: &'a Quotas,
    notes: &'a mut Notes,
    who: (&'a Arc<str>, Option<&'a Arc<str>>),
    now: Timestamp,
    uses: usize,
}

impl Judge<'_> {
    /// `Err` when a limit in force has no room for the call, of which the window has `count` already.
    fn judge(
        &mut self,
        quota: Quota,
        count: usize,
        noted: &mut Option<u64>,
        calendar: Option<&str>,
    ) -> Result<(), Quota> {
        let in_force = self.quotas.limit(quota);
        let Some(limit) = in_force.or_else(|| self.google.limit(quota)) else {
            return Ok(());
        };
        let beyond = (count + self.uses).saturating_sub(limit as usize);
        if beyond == 0 {
            *noted = None;
            return Ok(());
        }
        let refused = in_force.is_some();
        let note = Exceeded {
            quota,
            limit,
            refused,
            since: self.now,
            until: self.now,
            // What is refused is refused as a whole.
            calls: if refused { self.uses } else { beyond.min(self.uses) } as u64,
            account: self.who.0.to_string(),
            client: self.who.1.map(ToString::to_string),
            calendar: calendar.map(str::to_owned),
        };
        *noted = Some(self.notes.note(*noted, note));
        if refused { Err(quota) } else { Ok(()) }
    }
}

impl Project {
    fn new() -> Self {
        Self {
            calls: 0,
            refused: 0,
            minute: Window::new(MINUTE),
            day: None,
            today: 0,
            noted_today: None,
        }
    }

    /// Counts from nothing when midnight has passed.
    fn begin_day(&mut self, now: Timestamp) {
        let day = Zone::iana(QUOTA_ZONE)
            .map_or(Zone::UTC.civil(now), |zone| zone.civil(now))
            .date();
        if self.day != Some(day) {
            self.day = Some(day);
            self.today = 0;
            self.noted_today = None;
        }
    }
}

impl User {
    fn new(who: &Who) -> Self {
        Self {
            account: who.account.clone(),
            client: who.client.clone(),
            calls: 0,
            refused: 0,
            minute: Window::new(MINUTE),
        }
    }
}

fn peak(window: &Window) -> Peak {
    let (calls, at) = window.peak();
    Peak { calls, at }
}
