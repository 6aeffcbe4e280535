//! What rules say, in sentences for people, by the clock of the question.

use jiff::Timestamp;
use kalends_core::{
    slots::{Because, Explanation, Finding, Rule, RuleVerdict, Verdict},
    time::Interval,
};
use kalends_engine::availability::TimeSource;

use super::{super::slots::company::Form, because::Names};

/// Most findings that one sentence tells.
const MOST: usize = 3;

/// Why the instant is offered or not.
pub(super) fn of_all(explanation: &Explanation, names: &Names<'_>) -> String {
    match explanation.reason() {
        None => format!(
            "Offered: an appointment can begin at {}.",
            at(explanation.at, names)
        ),
        Some(rule) => {
            let reason = of_rule(rule, names);
            let mut letters = reason.chars();
            // Ids keep their letters; a sentence that begins with a word of ours goes on in small ones.
            let starts_with_id = rule.findings.iter().filter_map(|finding| finding.person);
            let is_id = starts_with_id
                .into_iter()
                .any(|place| reason.starts_with(names.user(place)));
            match letters.next() {
                Some(first) if !is_id => format!("Not offered: {}{}", first.to_lowercase(), letters.as_str()),
                _ => format!("Not offered: {reason}"),
            }
        }
    }
}

/// What one rule says.
pub(super) fn of_rule(rule: &RuleVerdict, names: &Names<'_>) -> String {
    match rule.verdict {
        Verdict::Holds => held(rule, names),
        Verdict::Idle => "There is nothing to ask here.".to_owned(),
        Verdict::Fails => failed(rule, names),
    }
}

fn held(rule: &RuleVerdict, names: &Names<'_>) -> String {
    let text = match rule.rule {
        Rule::Window => "The appointment lies in the window.",
        Rule::Notice => "It does not begin sooner than the notice allows.",
        Rule::Horizon => "It does not begin later than the horizon allows.",
        Rule::Capacity => return joins(rule, names),
        Rule::OpenHours => "Enough people are open.",
        Rule::Busy => "Enough of those who are open are not busy.",
        Rule::Unknown => "All that is needed is known.",
        Rule::Buffers => "The buffers are clear.",
        Rule::Limits => "There is room in the days and weeks of enough people.",
        Rule::Groups => "Every group is met.",
        Rule::Turn => "It is the turn of those who can come.",
        Rule::OrganiserLimits => "There is room in the day and week of all together.",
        Rule::Grid => "The grid has a start then.",
        Rule::Sequence => "The later steps can follow.",
        Rule::Overlap => "No slot before overlaps it.",
        Rule::MaxResults => "It is among the results.",
    };
    text.to_owned()
}

fn failed(rule: &RuleVerdict, names: &Names<'_>) -> String {
    let failing = rule
        .findings
        .iter()
        .filter(|finding| finding.verdict == Verdict::Fails);
    let told: Vec<String> = failing
        .map(|finding| finding_of(rule.rule, finding, names))
        .collect();
    if told.is_empty() {
        return plain(rule.rule).to_owned();
    }
    let mut text = told[..told.len().min(MOST)].join("; ");
    if told.len() > MOST {
        text = format!("{text}; and {} more", told.len() - MOST);
    }
    format!("{text}.")
}

/// What a rule says when it fails without having looked at anything.
const fn plain(rule: Rule) -> &'static str {
    match rule {
        Rule::Window => "The appointment does not lie in the window.",
        Rule::Notice => "It begins sooner than the notice allows.",
        Rule::Horizon => "It begins later than the horizon allows.",
        Rule::Capacity => "There is no appointment to join.",
        Rule::OpenHours => "Too few people are open.",
        Rule::Busy => "Too many people are busy.",
        Rule::Unknown => "Of too many people nobody knows whether they are busy.",
        Rule::Buffers => "The buffers are not clear.",
        Rule::Limits => "There is no room in the day or week.",
        Rule::Groups => "The groups cannot be met together.",
        Rule::Turn => "It is the turn of others.",
        Rule::OrganiserLimits => "There is no room in the day or week of all together.",
        Rule::Grid => "The grid has no start then.",
        Rule::Sequence => "The later steps cannot follow.",
        Rule::Overlap => "A slot before overlaps it.",
        Rule::MaxResults => "It is not among the results.",
    }
}

/// What a failing finding says, without the full stop.
fn finding_of(rule: Rule, finding: &Finding, names: &Names<'_>) -> String {
    let who = finding.person.map_or("", |place| names.user(place));
    let span = finding
        .interval
        .map(|span| from_to(span, names))
        .unwrap_or_default();
    let text = plain(rule).trim_end_matches('.');
    match (rule, &finding.because) {
        (Rule::Notice, _) => match finding.interval {
            Some(span) => format!("{text}, which is from {} on", at(span.end(), names)),
            None => text.to_owned(),
        },
        (Rule::Horizon, _) => match finding.interval {
            Some(span) => format!("{text}, which ends at {}", at(span.end(), names)),
            None => text.to_owned(),
        },
        (
            Rule::OpenHours,
            Because::Hours {
                date, overridden_by, ..
            },
        ) => match overridden_by {
            Some(place) => format!("{who} is not open: overrides[{place}] changes the hours of {date}"),
            None => format!("{who} is not open by the weekly hours of {date}"),
        },
        (Rule::OpenHours, _) => format!("{who} is not open"),
        (Rule::Busy, because) => format!("{who} is busy{span}{}", source(because, finding, names)),
        (Rule::Unknown, because) => {
            format!(
                "nobody knows whether {who} is busy{span}{}",
                source(because, finding, names)
            )
        }
        (Rule::Buffers, because) => {
            format!(
                "{who} is busy in the buffer{span}{}",
                source(because, finding, names)
            )
        }
        (Rule::Limits | Rule::OrganiserLimits, because) => no_room(who, because),
        (
            Rule::Groups,
            Because::Group {
                group,
                needed,
                can_come,
                ..
            },
        ) => {
            let name = match (names.group(*group), &names.company.form) {
                (Some(name), _) => format!("\"{name}\""),
                (None, Form::Groups(_)) => format!("groups[{group}]"),
                (None, Form::Users | Form::Sequence(_)) => "the appointment".to_owned(),
            };
            format!("{name} needs {needed}, and {} can come", can_come.len())
        }
        (Rule::Turn, _) if !who.is_empty() => format!("it is not the turn of {who}"),
        (Rule::Grid, Because::Grid { before, after }) => {
            let starts = [before, after]
                .into_iter()
                .flatten()
                .map(|start| at(*start, names));
            let starts: Vec<String> = starts.collect();
            if starts.is_empty() {
                text.to_owned()
            } else {
                format!("{text}; the nearest are {}", starts.join(" and "))
            }
        }
        (Rule::Sequence, Because::Step(step)) => {
            let name = names
                .step(*step)
                .map_or_else(|| format!("sequence[{step}]"), |name| format!("\"{name}\""));
            format!("{name} cannot follow{span}")
        }
        _ => format!("{text}{span}"),
    }
}

/// Which day or week is full, and of how much.
fn no_room(who: &str, because: &Because) -> String {
    let Because::Limit {
        is_week,
        from,
        appointments,
        minutes,
        limit,
    } = because
    else {
        return plain(Rule::Limits).trim_end_matches('.').to_owned();
    };
    let whose = if who.is_empty() {
        "all together have".to_owned()
    } else {
        format!("{who} has")
    };
    let period = if *is_week { "the week from" } else { "the day" };
    let booked = format!("{appointments} appointments of {minutes} minutes are booked");
    let most = [(limit.appointments, "appointments"), (limit.minutes, "minutes")];
    let most = most
        .into_iter()
        .filter_map(|(most, of)| Some(format!("{} {of}", most?)));
    let most = most.collect::<Vec<_>>().join(" and ");
    format!("{whose} no room in {period} {from}: {booked}, the most is {most}")
}

/// By what a person's time is taken.
fn source(because: &Because, finding: &Finding, names: &Names<'_>) -> String {
    match because {
        Because::Source(index) => match names.source(finding, *index) {
            Some(TimeSource::Calendar(calendar)) => format!(" by calendar {calendar}"),
            Some(TimeSource::Blocks) => " by hand".to_owned(),
            Some(TimeSource::Event(key)) => format!(" by event {key}"),
            Some(TimeSource::Hold(hold)) => format!(" by hold {hold}"),
            Some(TimeSource::Unlisted) => ", because an account's calendars are not listed yet".to_owned(),
            None => String::new(),
        },
        Because::Appointment { .. } => " by an appointment of the question".to_owned(),
        _ => String::new(),
    }
}

fn joins(rule: &RuleVerdict, names: &Names<'_>) -> String {
    let seats = rule.findings.iter().find_map(|finding| match finding.because {
        Because::Appointment { seats_left } if finding.verdict == Verdict::Holds => {
            Some((finding, seats_left))
        }
        _ => None,
    });
    match seats {
        Some((finding, seats)) => {
            let who = finding.person.map_or("", |place| names.user(place));
            format!("It joins an appointment of {who} that has {seats} seats left.")
        }
        None => "It joins an appointment.".to_owned(),
    }
}

fn from_to(span: Interval, names: &Names<'_>) -> String {
    format!(" from {} to {}", at(span.start(), names), at(span.end(), names))
}

fn at(instant: Timestamp, names: &Names<'_>) -> String {
    names
        .query
        .zone
        .civil(instant)
        .strftime("%a %F %H:%M")
        .to_string()
}
