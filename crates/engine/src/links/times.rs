//! The links of a series' times follow that of their series: they are made by its push, hear of what is written to it, and
//! are pushed after it.

use std::collections::BTreeSet;

use kalends_core::{
    event::{Content, OriginalStart},
    sync::push::{Made, Step},
    time::EventLinkId,
};
use kalends_store::{
    LinkAim, LinkRow, LinkSave, LinkStanding, LinkStatus, NewTask, NewTime, TaskLane, TimesWrite,
};

use super::pushing::Pushing;
use crate::runner::{failure::Failure, task};

/// Which times are looked after.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Extent {
    /// All: the series is as it should be.
    All,
    /// Those that pulls came across.
    Sighted,
}

/// What becomes of a series' times.
#[derive(Default)]
pub(super) struct Times {
    pub(super) write: TimesWrite,
    /// Sighted times that are taken care of.
    pub(super) seen: Vec<OriginalStart>,
    pub(super) tasks: Vec<NewTask>,
}

impl Pushing<'_> {
    /// What becomes of the times of the series whose push is at its end.
    pub(super) async fn times(&self, extent: Extent) -> Result<Times, Failure> {
        let link = &self.subject.link;
        let is_series = !self.subject.event.event.recurrence.is_empty() || !link.sightings.times.is_empty();
        if link.time().is_some() || !is_series {
            return Ok(Times::default());
        }
        let rows = self.engine.store().times_of_series(link.tenant, link.id).await?;
        let mut write = TimesWrite::default();
        let mut pushed: BTreeSet<EventLinkId> = BTreeSet::new();
        if extent == Extent::All {
            // They waited for their series.
            let waited = rows.iter().filter(|row| row.standing.owed && link.standing.owed);
            pushed.extend(waited.map(|row| row.id));
            write.saved = rows.iter().filter_map(|row| self.begun_anew(row)).collect();
            pushed.extend(write.saved.iter().map(|save| save.id));
        }
        for (start, is_sighted) in self.named(extent) {
            match rows.iter().find(|row| row.time() == Some(start)) {
                Some(row) if is_sighted => {
                    write.sighted.push(row.id);
                    pushed.insert(row.id);
                }
                Some(_) => {}
                None => write.made.extend(self.new_time(start).map(|standing| NewTime {
                    id: EventLinkId::new(self.engine.ambient()),
                    start,
                    standing,
                    is_sighted,
                })),
            }
        }
        pushed.extend(write.made.iter().map(|made| made.id));
        let now = self.engine.ambient().now();
        let push = |id: EventLinkId| task::push_link(link.connection, id, TaskLane::Push, now);
        Ok(Times {
            write,
            seen: link.sightings.times.clone(),
            tasks: pushed.into_iter().map(push).collect(),
        })
    }

    /// The times' links with a write of their series that is about to be tried: what a calendar makes of it is nobody's edit.
    pub(super) async fn times_written(&self, step: &Step) -> Result<TimesWrite, Failure> {
        let link = &self.subject.link;
        let before = link.standing.state.synced.as_ref().map(|synced| &synced.sent);
        let (Step::Patch { content, .. }, Some(before), None) = (step, before, link.time()) else {
            return Ok(TimesWrite::default());
        };
        let is_noted = link.standing.state.unanswered.writes.contains(content);
        if is_noted || before.recurrence.is_empty() {
            return Ok(TimesWrite::default());
        }
        let rows = self.engine.store().times_of_series(link.tenant, link.id).await?;
        let written = rows.iter().filter_map(|row| written(row, before, content));
        Ok(TimesWrite {
            saved: written.collect(),
            ..TimesWrite::default()
        })
    }

    /// The times that are to have links, and whether a pull came across them.
    fn named(&self, extent: Extent) -> Vec<(OriginalStart, bool)> {
        let sighted = &self.subject.link.sightings.times;
        let exceptions = self.subject.event.event.exceptions.keys();
        let exceptions = exceptions.filter(|start| extent == Extent::All && !sighted.contains(start));
        let exceptions = exceptions.map(|start| (*start, false));
        sighted
            .iter()
            .map(|start| (*start, true))
            .chain(exceptions)
            .collect()
    }

    /// How the link of a time begins; `None` where the calendar has no such time, or is to show none.
    fn new_time(&self, start: OriginalStart) -> Option<LinkStanding> {
        self.subject.content.as_ref()?;
        self.subject.event.event.occurrence(start)?;
        Some(LinkStanding {
            state: self.standing.state.occurrence(start)?,
            // Who answered for the series answered for its times.
            made: Made {
                answers: self.standing.made.answers.clone(),
                ..Made::default()
            },
            aim: LinkAim::Shown,
            looked: 0,
            owed: true,
            status: LinkStatus::Pending,
            reason: None,
            last_error: None,
            synced_at: None,
        })
    }

    /// The link of a time that is there again, with the series that was made anew or with the rule that gives it again.
    fn begun_anew(&self, row: &LinkRow) -> Option<LinkSave> {
        let begun = self.new_time(row.time()?)?;
        let before = &row.standing;
        let is_another = before.state.key != begun.state.key;
        let is_resting = before.status == LinkStatus::Removed && before.aim != LinkAim::Off;
        if !is_another && !is_resting {
            return None;
        }
        let aim = match before.aim {
            LinkAim::Off => LinkAim::Off,
            LinkAim::Shown | LinkAim::Removed => LinkAim::Shown,
        };
        let (state, made) = if is_another {
            (begun.state, begun.made)
        } else {
            (before.state.clone(), before.made.clone())
        };
        let mut save = row.to_save();
        save.standing = LinkStanding {
            state,
            made,
            aim,
            looked: before.looked,
            synced_at: before.synced_at,
            ..begun
        };
        Some(save)
    }
}

/// The link of a time with a write of its series.
fn written(row: &LinkRow, before: &Content, after: &Content) -> Option<LinkSave> {
    let state = row.standing.state.clone().series_written(before, after);
    if state == row.standing.state {
        return None;
    }
    let mut save = row.to_save();
    save.standing.state = state;
    Some(save)
}
