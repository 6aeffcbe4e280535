//! Answers on given data.

use jiff::Timestamp;
use kalends_core::time::Interval;
use serde::{Serialize, Serializer};

use crate::routes::reading::{
    explain::verdicts::{Explained, Verdict},
    slots::answer::Offer,
};

/// What is free and what can be offered. As JSON: `{"free": [[from, to], ...], "slots": [from, ...]}`, and what only some
/// questions ask for.
#[derive(Debug, Serialize)]
pub struct Computed {
    /// When the groups of the question are met: open time less busy time, inside the window.
    #[serde(serialize_with = "pairs")]
    pub free: Vec<Interval>,
    /// The slots, in order.
    #[serde(serialize_with = "starts")]
    pub slots: Vec<Interval>,
    /// Periods, when they are wanted.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "optional_pairs")]
    pub periods: Option<Vec<Interval>>,
    /// There are more than were asked for.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub more: bool,
    /// The slots as the API answers them, when they say more than when they start.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) offers: Option<Vec<Offer>>,
}

/// Why an instant is offered or not. As JSON: what `POST /v1/availability/explain` answers, without evidence.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub struct Why(pub(super) Explained);

impl Why {
    /// The reason in a sentence.
    pub fn summary(&self) -> &str {
        &self.0.summary
    }

    /// Every rule that was asked, in order: whether it holds, and what it says.
    pub fn rules(&self) -> impl Iterator<Item = (bool, &str)> {
        let asked = self
            .0
            .rules
            .iter()
            .filter(|rule| !matches!(rule.verdict, Verdict::Idle));
        asked.map(|rule| (matches!(rule.verdict, Verdict::Holds), rule.sentence.as_str()))
    }
}

fn pairs<S: Serializer>(run: &[Interval], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(run.iter().map(|span| [span.start(), span.end()]))
}

#[expect(clippy::ref_option, reason = "the shape that serde calls")]
fn optional_pairs<S: Serializer>(run: &Option<Vec<Interval>>, serializer: S) -> Result<S::Ok, S::Error> {
    pairs(run.as_deref().unwrap_or_default(), serializer)
}

fn starts<S: Serializer>(slots: &[Interval], serializer: S) -> Result<S::Ok, S::Error> {
    let starts = slots.iter().map(|slot| -> Timestamp { slot.start() });
    serializer.collect_seq(starts)
}
