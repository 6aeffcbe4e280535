//! The chain of rules on the wire.

use jiff::Timestamp;
use kalends_core::{
    slots::{self as core, Explanation},
    time::Interval,
};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    super::slots::answer::UserEvidence,
    because::{Because, Names},
    sentence,
};
use crate::words::words;

/// Why an instant is offered or not.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(examples(json!({
    "at": "2026-12-01T10:00:00Z",
    "offered": false,
    "reason": "busy",
    "summary": "Not offered: ada is busy from Tue 2026-12-01 10:00 to Tue 2026-12-01 10:45.",
    "offeredBefore": "2026-12-01T09:00:00Z",
    "offeredAfter": "2026-12-01T10:45:00Z",
    "rules": [
        {"rule": "window", "verdict": "holds", "sentence": "The appointment lies in the window.", "findings": []},
        {"rule": "busy", "verdict": "fails", "sentence": "ada is busy from Tue 2026-12-01 10:00 to Tue 2026-12-01 10:45.",
         "findings": [{
            "userId": "ada", "verdict": "fails", "start": "2026-12-01T10:00:00Z", "end": "2026-12-01T10:45:00Z",
            "because": {"kind": "calendar", "calendarId": "01982f6e-5c00-7a41-8a5e-7d0f3c1b2a90"}
        }]}
    ],
    "users": [{"userId": "ada", "calendars": []}]
})))]
pub(crate) struct Explained {
    /// The instant.
    at: Timestamp,
    /// Whether `POST /v1/slots` offers it as a start.
    offered: bool,
    /// The first rule that fails; absent when it is offered.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<Rule>,
    /// The reason for people.
    pub(crate) summary: String,
    /// The start that is offered last before it.
    #[serde(skip_serializing_if = "Option::is_none")]
    offered_before: Option<Timestamp>,
    /// The start that is offered first after it.
    #[serde(skip_serializing_if = "Option::is_none")]
    offered_after: Option<Timestamp>,
    /// Every rule, in the order in which they are asked; those about people are asked of whom the rules before have left.
    pub(crate) rules: Vec<RuleVerdict>,
    /// What the answer rests on, in the order in which the question names its users.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) users: Vec<UserEvidence>,
}

/// What one rule says.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RuleVerdict {
    /// Which rule.
    rule: Rule,
    /// What it says.
    pub(crate) verdict: Verdict,
    /// The same for people, by the clock of the question.
    pub(crate) sentence: String,
    /// What it looked at, person by person.
    findings: Vec<Finding>,
}

/// One thing that a rule looked at.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Finding {
    /// Whose; absent when it is nobody's.
    #[serde(skip_serializing_if = "Option::is_none")]
    user_id: Option<String>,
    /// What it says of that person.
    verdict: Verdict,
    /// The first instant of the time that decides.
    #[serde(skip_serializing_if = "Option::is_none")]
    start: Option<Timestamp>,
    /// First instant after it.
    #[serde(skip_serializing_if = "Option::is_none")]
    end: Option<Timestamp>,
    /// Where that comes from.
    because: Because,
}

words! {
    /// `window`: the appointment lies in the window. `notice`, `horizon`: it begins neither too soon nor too late.
    /// `capacity`: it is an appointment that can be joined. `open_hours`, `busy`, `unknown`, `buffers`, `limits`: enough
    /// people are open, not busy, known not to be, have clear buffers, have room in their day and week. `groups`: all
    /// groups are met. `turn`: they are met by those whose turn it is. `organiser_limits`: `totalLimits` leave room.
    /// `grid`: it is a start of the grid. `sequence`: the later steps can follow. `overlap`: no slot before overlaps it.
    /// `max_results`: it is among the first so many.
    Rule of core::Rule {
        Window, Notice, Horizon, Capacity, OpenHours, Busy, Unknown, Buffers, Limits, Groups, Turn, OrganiserLimits,
        Grid, Sequence, Overlap, MaxResults
    }

    /// `holds`, `fails`, or `idle`: there is nothing to ask, because the question does not set the rule or an earlier one
    /// left nothing.
    Verdict of core::Verdict { Holds, Fails, Idle }
}

impl Explained {
    /// The explanation in the words of the question.
    pub(crate) fn new(explanation: &Explanation, names: &Names<'_>) -> Self {
        let rules = explanation.rules.iter().map(|rule| RuleVerdict {
            rule: rule.rule.into(),
            verdict: rule.verdict.into(),
            sentence: sentence::of_rule(rule, names),
            findings: rule
                .findings
                .iter()
                .map(|finding| Finding::new(finding, names))
                .collect(),
        });
        Self {
            at: explanation.at,
            offered: explanation.is_offered,
            reason: explanation.reason().map(|rule| rule.rule.into()),
            summary: sentence::of_all(explanation, names),
            offered_before: explanation.offered_before,
            offered_after: explanation.offered_after,
            rules: rules.collect(),
            users: Vec::new(),
        }
    }
}

impl Finding {
    fn new(finding: &core::Finding, names: &Names<'_>) -> Self {
        Self {
            user_id: finding.person.map(|place| names.user(place).to_owned()),
            verdict: finding.verdict.into(),
            start: finding.interval.map(Interval::start),
            end: finding.interval.map(Interval::end),
            because: Because::new(finding, names),
        }
    }
}
