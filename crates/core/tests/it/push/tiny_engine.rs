//! The engine in a few lines: one link, one event, and everything that is told.

use std::collections::VecDeque;

use jiff::Timestamp;
use kalends_core::{
    event::{Content, OriginalStart, PersonRole},
    sync::push::{
        After, LinkKey, LinkState, Provided, Refusal, Remote, Step, Synced, Wanted, after, plan, seen,
    },
    two_way::{AfterDeletion, DeletedEvent, Direction, Edit, Policy, Rules, Sides, decide, on_deletion},
};

use super::provider::Provider;
use crate::event::made::{content, lesson};

/// What goes wrong at a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    Nothing,
    /// The process dies before the step is noted.
    DiesBefore,
    /// The step is noted, and the call does not arrive.
    CallLost,
    /// The call arrives, and its answer does not.
    AnswerLost,
}

/// One link with its event. What is stored between steps is what survives a crash.
#[derive(Debug)]
pub(crate) struct TinyEngine {
    pub(crate) link: LinkState,
    pub(crate) desired: Content,
    pub(crate) desired_at: Timestamp,
    pub(crate) is_wanted: bool,
    pub(crate) policy: Policy,
    pub(crate) edits: Vec<Edit>,
    pub(crate) deletions: u32,
    pub(crate) blocked: Option<Refusal>,
    /// The series of which it is one time.
    pub(crate) series: Option<Content>,
}

impl TinyEngine {
    pub(crate) fn new(policy: Policy) -> Self {
        let key = LinkKey::first("0190f1c2-0000-7abc-8def-0123456789ab".parse().unwrap());
        Self {
            link: LinkState::new(key),
            desired: content(&lesson()),
            desired_at: Timestamp::UNIX_EPOCH,
            is_wanted: true,
            policy,
            edits: Vec::new(),
            deletions: 0,
            blocked: None,
            series: None,
        }
    }

    /// One time of a series that stands on the calendar.
    pub(crate) fn of_series(policy: Policy, provider: &mut Provider) -> Self {
        let whole = Self::new(policy);
        let series = Content {
            recurrence: vec!["RRULE:FREQ=WEEKLY".to_owned()],
            ..content(&lesson())
        };
        let start: OriginalStart = "20261208T150000Z".parse().unwrap();
        let by_series = series.occurrence(start).unwrap();
        provider.give_time(whole.link.key.at(start), &by_series, &series);
        let link = LinkState {
            provided: Some(Provided {
                id: whole.link.key.google_id(),
                etag: "1".to_owned(),
                updated: None,
            }),
            synced: Some(Synced::as_sent(series.clone())),
            ..whole.link.clone()
        };
        Self {
            link: link.occurrence(start).unwrap(),
            desired: by_series,
            series: Some(series),
            ..whole
        }
    }

    /// The application changes the location of the series; the times follow that have none of their own.
    pub(crate) fn relocate_series(&mut self, provider: &mut Provider, location: &str) {
        let Some(before) = self.series.clone() else { return };
        let after = Content {
            location: location.to_owned(),
            ..before.clone()
        };
        if self.desired.location == before.location {
            location.clone_into(&mut self.desired.location);
        }
        self.link = self.link.clone().series_written(&before, &after);
        provider.relocate_series(&before.location, location);
        self.desired_at = Timestamp::from_second(provider.now).unwrap();
        self.series = Some(after);
    }

    /// The application changes its event, or brings it back.
    pub(crate) fn want(&mut self, change: impl FnOnce(&mut Content), at: i64) {
        change(&mut self.desired);
        self.is_wanted = true;
        self.desired_at = Timestamp::from_second(at).unwrap();
    }

    pub(crate) fn wanted(&self) -> Wanted<'_> {
        if self.is_wanted {
            Wanted::Shown(&self.desired)
        } else {
            Wanted::Removed
        }
    }

    /// The application takes another time out of the series, or puts it back.
    pub(crate) fn change_rule(&mut self, provider: &mut Provider) {
        let Some(before) = self.series.clone() else { return };
        let mut after = before.clone();
        if after.recurrence.len() == 1 {
            after.recurrence.push("EXDATE:20261215T150000Z".to_owned());
        } else {
            after.recurrence.truncate(1);
        }
        let start = self.link.key.occurrence.unwrap();
        self.link = self.link.clone().series_written(&before, &after);
        provider.change_rule(&after.occurrence(start).unwrap(), &after);
        self.series = Some(after);
    }

    /// Pushes until nothing is left to do or a fault ends it; says whether it came to the end.
    pub(crate) fn push(&mut self, provider: &mut Provider, faults: &[Fault]) -> bool {
        let mut faults: VecDeque<Fault> = faults.iter().copied().collect();
        let mut next = plan(self.wanted(), &self.link);
        for _ in 0..30 {
            if next == Step::Nothing {
                return true;
            }
            let fault = faults.pop_front().unwrap_or(Fault::Nothing);
            if fault == Fault::DiesBefore {
                return false;
            }
            self.link = self.link.clone().attempting(&next);
            if fault == Fault::CallLost {
                return false;
            }
            let outcome = provider.answer(&next);
            if fault == Fault::AnswerLost {
                return false;
            }
            let follows = after(self.wanted(), &self.link, &next, outcome);
            next = match follows {
                After::Then(step) => step,
                other => {
                    self.follow(provider, other);
                    if self.blocked.is_some() {
                        return true;
                    }
                    plan(self.wanted(), &self.link)
                }
            };
        }
        panic!("it never ends: {next:?}");
    }

    /// Looks at everything on the calendar, as a pull does.
    pub(crate) fn pull(&mut self, provider: &mut Provider) {
        for remote in provider.all() {
            let follows = seen(self.wanted(), &self.link, remote);
            self.follow(provider, follows);
        }
    }

    fn follow(&mut self, provider: &mut Provider, follows: After) {
        match follows {
            After::Again(link) => self.link = link,
            After::Edited { link, remote } => self.decide(link, &remote),
            After::Deleted { link, remote } => self.decide_deletion(link, remote.as_ref()),
            After::Stray(stray) => {
                let step = Step::Delete {
                    at: kalends_core::sync::push::At::Id(stray.id),
                    if_match: None,
                };
                provider.answer(&step);
            }
            After::Blocked { link, refusal } => {
                self.link = link;
                self.blocked = Some(refusal);
            }
            After::Then(step) => panic!("only a push takes steps: {step:?}"),
        }
    }

    fn rules(&self) -> Rules {
        Rules {
            policy: self.policy,
            direction: Direction::TwoWay,
            desired_at: self.desired_at,
        }
    }

    fn decide(&mut self, link: LinkState, remote: &Remote) {
        let sides = Sides {
            wanted: self.wanted(),
            synced: link.synced.as_ref().unwrap(),
            remote: &remote.content,
            remote_at: remote.provided.updated,
        };
        let decision = decide(sides, self.rules(), &link.held);
        self.desired = decision.desired.unwrap_or_else(|| self.desired.clone());
        self.edits.extend(decision.edit);
        self.link = LinkState {
            synced: Some(decision.synced),
            held: decision.held,
            ..link
        };
    }

    fn decide_deletion(&mut self, link: LinkState, remote: Option<&Remote>) {
        let synced = self.link.synced.as_ref();
        let deleted = DeletedEvent {
            role: PersonRole::Organizer,
            is_changed: synced.is_some_and(|synced| !synced.sent.changed(&self.desired).is_empty()),
            deleted_at: remote.and_then(|remote| remote.provided.updated),
        };
        self.is_wanted = on_deletion(deleted, self.rules()) == AfterDeletion::Recreate;
        self.deletions += 1;
        self.link = link;
    }
}
