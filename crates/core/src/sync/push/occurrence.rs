//! The link of one time of a series.

use std::collections::BTreeSet;

use super::{LinkState, Synced, Unanswered};
use crate::event::{Content, Field, OriginalStart};

/// Most writes that are kept while nobody can say what became of them.
const UNANSWERED: usize = 20;

impl LinkState {
    /// The link of one time of this series, which stands on the calendar as soon as the series does: what both sides
    /// agree on is what the series says of it. So a time about which nothing is to be said needs nothing sent, and what
    /// a person did to one before we knew of it is told as theirs.
    ///
    /// `None` while the series is not on the calendar, and where it has no such time there. A series that is made anew has
    /// new times: their links begin anew as well.
    pub fn occurrence(&self, start: OriginalStart) -> Option<Self> {
        let known = |_: &&Synced| self.provided.is_some() && self.key.occurrence.is_none();
        let Synced { sent, shown } = self.synced.as_ref().filter(known)?;
        let sent = sent.occurrence(start)?;
        let shown = shown.occurrence(start).unwrap_or_else(|| sent.clone());
        let writes = self.unanswered.writes.iter();
        Some(Self {
            synced: Some(Synced { sent, shown }),
            unanswered: Unanswered {
                writes: writes.filter_map(|write| write.occurrence(start)).collect(),
                delete: false,
            },
            ..Self::new(self.key.at(start))
        })
    }

    /// The link of one time of a series when the series is written: `before` is what it said, `after` what it says now.
    /// To be stored with the series' attempt.
    ///
    /// Providers hand a change on to those times that were as the series was, or they do not; and when the series' times
    /// change they may take away what was special about one, or the whole time. All of this counts as writes of which
    /// nobody knows whether they arrived, so that it is never taken for a person's.
    #[must_use]
    pub fn series_written(mut self, before: &Content, after: &Content) -> Self {
        let Some(start) = self.key.occurrence else {
            return self;
        };
        let mut changed = before.changed(after);
        let is_retimed = changed.remove(&Field::When) | changed.remove(&Field::Recurrence);
        let sent = self.synced.as_ref().map(|synced| &synced.sent);
        if let Some(latest) = self.unanswered.writes.last().or(sent) {
            let own = latest.changed(before);
            changed.retain(|field| !own.contains(field) && *field != Field::Conference);
            let handed_on = (!changed.is_empty()).then(|| latest.clone().with(&changed, after));
            let reset = after.occurrence(start).filter(|_| is_retimed);
            self.unanswered.writes.extend(handed_on);
            self.unanswered.writes.extend(reset);
            let too_many = self.unanswered.writes.len().saturating_sub(UNANSWERED);
            self.unanswered.writes.drain(..too_many);
        }
        self.unanswered.delete |= is_retimed;
        self
    }

    /// The fields that are not sent: those that a person is asked about, and those of one time of a series that the
    /// series decides.
    pub(super) fn not_sent(&self) -> BTreeSet<Field> {
        let of_series: &[Field] = match self.key.occurrence {
            Some(_) => &[Field::Recurrence, Field::Conference],
            None => &[],
        };
        self.held.iter().chain(of_series).copied().collect()
    }
}
