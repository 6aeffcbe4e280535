//! Slots on the wire, and who comes to them.

use jiff::Timestamp;
use kalends_core::{
    slots::{Attendance, Found, Slot},
    time::UserId,
};
use kalends_engine::availability::{self, SlotsAnswer};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    super::{Span, evidence::CalendarEvidence, spans},
    company::{Company, Form},
};

/// Slots and what they rest on.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(examples(
    json!({
        "slots": [
            {"start": "2026-12-01T09:00:00Z", "end": "2026-12-01T09:45:00Z"},
            {"start": "2026-12-01T09:15:00Z", "end": "2026-12-01T10:00:00Z"}
        ],
        "more": false,
        "unknown": [],
        "users": [{"userId": "ada", "calendars": [{
            "calendarId": "01982f6e-5c00-7a41-8a5e-7d0f3c1b2a90", "provider": "google", "status": "fresh",
            "asOf": "2026-11-20T09:58:12Z", "source": "poll", "coveredUntil": "2027-02-18T00:00:00Z"
        }]}]
    }),
    json!({
        "slots": [{
            "start": "2026-12-01T09:00:00Z", "end": "2026-12-01T09:45:00Z",
            "groups": [{"name": "teachers", "canCome": ["ada", "charles"], "chosen": ["charles"]}]
        }],
        "more": true,
        "unknown": [],
        "users": [{"userId": "ada", "calendars": []}, {"userId": "charles", "calendars": []}]
    })
))]
pub(crate) struct Slots {
    /// Times that can be offered, in order; none when `periods` are wanted.
    slots: Vec<Offer>,
    /// Periods in which the appointment can take place, in order; only when they are wanted.
    #[serde(skip_serializing_if = "Option::is_none")]
    periods: Option<Vec<Span>>,
    /// Whether there are more than were asked for.
    more: bool,
    /// Nobody of the half of a `max_fairness` group whose turn it is had a slot, so all of it was asked.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    asked_everybody: bool,
    /// Open time in which there is no slot because nobody knows whether enough are free; it is never offered.
    unknown: Vec<Span>,
    /// What the answer rests on, in the order in which the question names its users.
    users: Vec<UserEvidence>,
}

/// A time that can be offered.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Offer {
    /// Its first instant.
    #[schema(examples("2026-12-01T09:00:00Z"))]
    start: Timestamp,
    /// First instant after it.
    #[schema(examples("2026-12-01T09:45:00Z"))]
    end: Timestamp,
    /// How many more can join, when it is one of `appointments`.
    #[serde(skip_serializing_if = "Option::is_none")]
    seats_left: Option<u32>,
    /// Who comes, when the question has `groups`, in its order.
    #[serde(skip_serializing_if = "Option::is_none")]
    groups: Option<Vec<GroupOffer>>,
    /// The steps, when the question has a `sequence`, in its order.
    #[serde(skip_serializing_if = "Option::is_none")]
    steps: Option<Vec<StepOffer>>,
}

/// Who comes of a group.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct GroupOffer {
    /// What the question calls it.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// Who can come.
    can_come: Vec<String>,
    /// Who is chosen: as many as are required.
    chosen: Vec<String>,
}

/// One step of a slot.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StepOffer {
    /// What the question calls it.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// Its first instant.
    start: Timestamp,
    /// First instant after it.
    end: Timestamp,
    /// Who comes, when the step has `groups`.
    #[serde(skip_serializing_if = "Option::is_none")]
    groups: Option<Vec<GroupOffer>>,
}

/// What the answer rests on, for one user.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct UserEvidence {
    /// Who.
    user_id: String,
    /// Their selected calendars.
    calendars: Vec<CalendarEvidence>,
}

impl Slots {
    /// The answer in the words of the question.
    pub(super) fn new(answer: SlotsAnswer, company: &Company, has_periods: bool) -> Self {
        let found = &answer.found;
        Self {
            slots: offers(found, company),
            periods: has_periods.then(|| spans(found.periods.clone())),
            more: found.more,
            asked_everybody: found.asked_everybody,
            unknown: spans(found.unknown.clone()),
            users: answer.users.into_iter().map(UserEvidence::from).collect(),
        }
    }
}

/// The slots in the words of the question.
pub(crate) fn offers(found: &Found, company: &Company) -> Vec<Offer> {
    found
        .slots
        .iter()
        .map(|slot| offer(found, slot, company))
        .collect()
}

fn offer(found: &Found, slot: &Slot, company: &Company) -> Offer {
    let users = &company.people;
    let (groups, steps) = match &company.form {
        Form::Users => (None, None),
        Form::Groups(names) => {
            let attendance = found.attendance(slot);
            let groups = attendance.first().map(|only| groups(only, names, users));
            (groups, None)
        }
        Form::Sequence(forms) => {
            let attendance = found.attendance(slot);
            let steps = forms.iter().zip(&attendance).map(|(form, step)| StepOffer {
                name: form.name.clone(),
                start: step.interval.start(),
                end: step.interval.end(),
                groups: form.groups.as_ref().map(|names| groups(step, names, users)),
            });
            (None, Some(steps.collect()))
        }
    };
    Offer {
        start: slot.interval.start(),
        end: slot.interval.end(),
        seats_left: slot.seats_left,
        groups,
        steps,
    }
}

fn groups(attendance: &Attendance, names: &[Option<String>], users: &[UserId]) -> Vec<GroupOffer> {
    let ids = |places: &[usize]| named(places, users);
    let groups = attendance
        .groups
        .iter()
        .zip(names)
        .map(|(group, name)| GroupOffer {
            name: name.clone(),
            can_come: ids(&group.can_come),
            chosen: ids(&group.chosen),
        });
    groups.collect()
}

/// The ids of people by their places in the question.
pub(crate) fn named(places: &[usize], users: &[UserId]) -> Vec<String> {
    let users = places.iter().filter_map(|place| users.get(*place));
    users.map(ToString::to_string).collect()
}

impl From<availability::UserEvidence> for UserEvidence {
    fn from(user: availability::UserEvidence) -> Self {
        Self {
            user_id: user.user.to_string(),
            calendars: user.calendars.into_iter().map(Into::into).collect(),
        }
    }
}
