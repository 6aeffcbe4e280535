//! Groups and sequences: in what company people have to come.

use std::collections::HashMap;

use kalends_core::{
    invalid_field::InvalidField,
    slots::{Choose, Course, Group, Required, Step},
    time::UserId,
};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{fields, problem::Problem};

/// People, or things such as rooms, of whom all or some have to be there.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = Group)]
pub(crate) struct GroupBody {
    /// What the answer calls the group.
    #[schema(examples("rooms"))]
    name: Option<String>,
    /// Its members. One who is in several groups is chosen for one of them.
    #[schema(min_items = 1, max_items = 200)]
    user_ids: Vec<String>,
    /// How many of them have to be there; all when it is left out.
    required: Option<RequiredBody>,
    /// Who is chosen when not all are required.
    choose: Option<ChooseWord>,
}

/// `all`, or how many.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(untagged, expecting = "must be \"all\" or a whole number")]
#[schema(as = Required)]
pub(crate) enum RequiredBody {
    /// All members.
    All(AllWord),
    /// So many of them.
    Some(u32),
}

#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = All)]
pub(crate) enum AllWord {
    All,
}

/// Who is chosen. `max_availability`: a slot is offered when enough members can come, and the slots of the answer are
/// shared out evenly. `max_fairness`: only the half of the group with the fewest appointments is asked, and each slot
/// goes to the first in line; everybody is asked when that half has no slot at all.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = Choose)]
pub(crate) enum ChooseWord {
    #[default]
    MaxAvailability,
    MaxFairness,
}

/// One appointment of a sequence.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = Step)]
pub(crate) struct StepBody {
    /// What the answer calls the step.
    #[schema(examples("interview"))]
    name: Option<String>,
    /// How long it takes.
    #[schema(minimum = 1, maximum = 10_080)]
    duration_minutes: u32,
    /// Who has to be there: all of them.
    #[schema(min_items = 1, max_items = 200)]
    user_ids: Option<Vec<String>>,
    /// Instead of `userIds`: groups that have to be there at the same time.
    #[schema(min_items = 1, max_items = 20)]
    groups: Option<Vec<GroupBody>>,
    /// The time since the end of the step before; none when it is left out. It means nothing in the first step.
    gap_minutes: Option<GapBody>,
    /// Nobody who comes to it may be busy for this long before it; what the question says for the first step, else 0.
    #[schema(minimum = 0, maximum = 1440)]
    buffer_before_minutes: Option<u32>,
    /// The same after it; what the question says for the last step, else 0.
    #[schema(minimum = 0, maximum = 1440)]
    buffer_after_minutes: Option<u32>,
}

/// The shortest and the longest time between two steps. The next step begins as early as it can.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = Gap)]
pub(crate) struct GapBody {
    /// The shortest; 0 when it is left out.
    #[schema(minimum = 0, maximum = 10_080)]
    min: Option<u32>,
    /// The longest; the shortest when it is left out.
    #[schema(minimum = 0, maximum = 10_080)]
    max: Option<u32>,
}

/// Who is asked in what company, with the words of the question.
#[derive(Clone, Debug)]
pub(crate) struct Company {
    /// Everybody, each once, in the order in which they were named.
    pub(crate) people: Vec<UserId>,
    /// Where each was named first.
    pub(crate) named_at: Vec<String>,
    pub(crate) course: Course,
    /// How the question named it, which is how the answer shows it.
    pub(crate) form: Form,
    places: HashMap<UserId, usize>,
}

/// How a question names its people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// By `userIds` alone.
    Users,
    /// By `groups`, with their names.
    Groups(Vec<Option<String>>),
    /// By `sequence`.
    Sequence(Vec<StepForm>),
}

/// How a question names a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StepForm {
    pub(crate) name: Option<String>,
    /// The names of its groups; `None` when it has `userIds` alone.
    pub(crate) groups: Option<Vec<Option<String>>>,
}

type Who = (Option<Vec<String>>, Option<Vec<GroupBody>>, Option<Vec<StepBody>>);

/// Reads who has to come.
pub(crate) fn read(who: Who) -> Result<Company, Problem> {
    let mut company = Company {
        people: Vec::new(),
        named_at: Vec::new(),
        course: Course::Together(Vec::new()),
        form: Form::Users,
        places: HashMap::new(),
    };
    match who {
        (user_ids, groups, None) => {
            let (groups, names) = company.groups("", user_ids, groups)?;
            company.course = Course::Together(groups);
            company.form = names.map_or(Form::Users, Form::Groups);
        }
        (None, None, Some(steps)) => {
            let mut course = Vec::with_capacity(steps.len());
            let mut forms = Vec::with_capacity(steps.len());
            for (index, step) in steps.into_iter().enumerate() {
                let (groups, names) =
                    company.groups(&format!("sequence[{index}]."), step.user_ids, step.groups)?;
                let gap = step.gap_minutes.unwrap_or(GapBody { min: None, max: None });
                let shortest = gap.min.unwrap_or(0);
                course.push(Step {
                    duration_minutes: step.duration_minutes,
                    groups,
                    gap_minutes: (shortest, gap.max.unwrap_or(shortest)),
                    buffer_before_minutes: step.buffer_before_minutes,
                    buffer_after_minutes: step.buffer_after_minutes,
                });
                forms.push(StepForm {
                    name: step.name,
                    groups: names,
                });
            }
            company.course = Course::Sequence(course);
            company.form = Form::Sequence(forms);
        }
        (Some(_), _, Some(_)) => {
            return Err(Problem::field(
                "userIds",
                "does not go with sequence, whose steps name theirs",
            ));
        }
        (None, Some(_), Some(_)) => {
            return Err(Problem::field(
                "groups",
                "does not go with sequence, whose steps name theirs",
            ));
        }
    }
    Ok(company)
}

type NamedGroups = (Vec<Group>, Option<Vec<Option<String>>>);

impl Company {
    /// What core says of the question, under the names it has in the request.
    pub(crate) fn invalid(&self, error: InvalidField) -> Problem {
        let mut field = error.field.replace(".members", ".userIds");
        let by_users = match &self.form {
            Form::Users => vec!["groups[0].userIds".to_owned(), "groups".to_owned()],
            Form::Groups(_) => Vec::new(),
            Form::Sequence(steps) => {
                let by_users = steps.iter().enumerate().filter(|(_, step)| step.groups.is_none());
                by_users
                    .map(|(index, _)| format!("sequence[{index}].groups[0].userIds"))
                    .collect()
            }
        };
        if by_users.contains(&field) {
            field = match field.split_once("groups") {
                Some((head, _)) => format!("{head}userIds"),
                None => field,
            };
        }
        fields::invalid(InvalidField::new(field, error.expected))
    }

    /// Reads groups, or the list of users that stands for one; answers the groups' names unless it is a list.
    fn groups(
        &mut self,
        path: &str,
        user_ids: Option<Vec<String>>,
        groups: Option<Vec<GroupBody>>,
    ) -> Result<NamedGroups, Problem> {
        match (user_ids, groups) {
            (Some(_), Some(_)) => Err(Problem::field(
                format!("{path}groups"),
                format!("does not go with {path}userIds, which stands for one group of all"),
            )),
            (None, None) => Err(Problem::field(format!("{path}userIds"), "is required")),
            (Some(users), None) => {
                let field = format!("{path}userIds");
                let mut members = self.members(&field, users)?;
                // A list of people who are all wanted may name one twice.
                let mut seen = vec![false; self.people.len()];
                members.retain(|member| !std::mem::replace(&mut seen[*member], true));
                Ok((vec![Group::all(members)], None))
            }
            (None, Some(groups)) => {
                let mut read = Vec::with_capacity(groups.len());
                let mut names = Vec::with_capacity(groups.len());
                for (index, group) in groups.into_iter().enumerate() {
                    let field = format!("{path}groups[{index}]");
                    read.push(Group {
                        members: self.members(&format!("{field}.userIds"), group.user_ids)?,
                        required: required(group.required),
                        choose: group.choose.unwrap_or_default().into(),
                    });
                    names.push(fields::text(&format!("{field}.name"), group.name, 200)?);
                }
                Ok((read, Some(names)))
            }
        }
    }

    /// The places of these people in the list of everybody.
    fn members(&mut self, field: &str, ids: Vec<String>) -> Result<Vec<usize>, Problem> {
        if ids.is_empty() {
            return Err(Problem::field(field, "must be a list of at least one user"));
        }
        let mut members = Vec::with_capacity(ids.len());
        for (index, user) in fields::user_ids(field, ids)?.into_iter().enumerate() {
            let next = self.people.len();
            let place = *self.places.entry(user.clone()).or_insert(next);
            if place == next {
                self.people.push(user);
                self.named_at.push(format!("{field}[{index}]"));
            }
            members.push(place);
        }
        Ok(members)
    }
}

fn required(body: Option<RequiredBody>) -> Required {
    match body {
        None | Some(RequiredBody::All(AllWord::All)) => Required::All,
        Some(RequiredBody::Some(count)) => Required::Some(usize::try_from(count).unwrap_or(usize::MAX)),
    }
}

impl From<ChooseWord> for Choose {
    fn from(word: ChooseWord) -> Self {
        match word {
            ChooseWord::MaxAvailability => Self::MaxAvailability,
            ChooseWord::MaxFairness => Self::MaxFairness,
        }
    }
}
