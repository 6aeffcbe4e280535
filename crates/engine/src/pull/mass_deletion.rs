//! A second look before most of a calendar is deleted; the rule is [`kalends_core::sync::mass_deletion`].
//!
//! A full pass that is not believed fails: what was known stays known, the calendar says why, and the task comes back soon.
//! Whoever asks for a sync brings the second look forward.

use jiff::{SignedDuration, Timestamp};
use kalends_core::sync::mass_deletion::{Reading, Suspicion, is_believed};
use kalends_store::{PullPage, Stored};

use super::{pass::Running, subject::EDGE};
use crate::runner::failure::{Class, Failure};

/// The calendar's error until the second look.
const CODE: &str = "mass_deletion_suspected";
/// From the first look to the second.
const SECOND_LOOK: SignedDuration = SignedDuration::from_mins(5);

/// What the calendar held before a full pass.
pub(super) struct Guard {
    stored: Stored,
    before: u64,
}

impl Guard {
    pub(super) async fn before(running: &Running<'_>) -> Result<Self, Failure> {
        let calendar = &running.calendar;
        let start = running.window.start();
        let stored = Stored {
            ending_after: start.checked_add(EDGE).unwrap_or(Timestamp::MAX),
        };
        let mut before = 0;
        // A calendar that was never read to its end has nothing to lose.
        if calendar.sync.covered.is_some() {
            let store = running.engine.store();
            before = store.count_events(calendar.tenant, calendar.id, stored).await?;
        }
        Ok(Self { stored, before })
    }

    /// Fails when the pass that ends with this page is not to be believed.
    pub(super) async fn check(&self, running: &Running<'_>, last: &PullPage) -> Result<(), Failure> {
        if self.before == 0 {
            return Ok(());
        }
        let suspected = running.calendar.sync.suspected;
        let suspect = suspected.map(|suspected| suspected.generation);
        let store = running.engine.store();
        let seen = store
            .seen_by_pass(&running.pass, last, (self.stored, suspect))
            .await?;
        let reading = Reading {
            before: self.before,
            after: seen.earlier.saturating_add(last.upserts.len() as u64),
        };
        let earlier = suspected.map(|suspected| Suspicion {
            missing: suspected.missing,
            missing_again: seen.missing_again,
        });
        if is_believed(reading, earlier) {
            return Ok(());
        }
        // What this look has seen must not count as missing at the next one.
        store.store_page(&running.pass, last.clone()).await?;
        let until = running.engine.ambient().now().checked_add(SECOND_LOOK);
        let class = Class::Postponed {
            until: until.unwrap_or(Timestamp::MAX),
        };
        let cause = format!(
            "the provider names {} of {} events no more",
            seen.missing, self.before
        );
        Err(Failure {
            suspected: Some(seen.missing),
            ..Failure::new(class, CODE, cause)
        })
    }
}
