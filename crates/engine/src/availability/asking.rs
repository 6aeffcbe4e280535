//! A question for slots as it is asked of the engine: people by their ids, their calendars not yet read.

use kalends_core::{
    invalid_field::InvalidField,
    slots::{Appointment, Course, Group, Limits, OpenHours, Person, Question, Shape, SlotQuery},
    time::{Interval, UserId},
};

use super::{Freshness, Ignore};

/// A question for slots.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlotsQuery {
    /// Everybody who is asked to come, each once; at least one.
    pub people: Vec<Invited>,
    /// In what company: groups and steps name people by their place in `people`.
    pub course: Course,
    /// What is asked. `now` is set by the engine.
    pub query: SlotQuery,
    /// The form of the answer.
    pub shape: Shape,
    /// The most appointments of all together a day and a week, by the clock of the query's zone.
    pub limits: Limits,
    /// What counts for `limits`.
    pub appointments: Vec<Appointment>,
    /// What the index says that shall not count.
    pub ignore: Ignore,
    /// Open hours for everybody, instead of each user's own.
    pub open_hours: Option<OpenHours>,
    /// How fresh the calendars must be.
    pub freshness: Freshness,
}

/// One who is asked to come, with what only the caller knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invited {
    /// Who.
    pub user: UserId,
    /// The most appointments a day and a week, by the clock of the user's zone.
    pub limits: Limits,
    /// What the caller has booked with the user: busy, and counted.
    pub appointments: Vec<Appointment>,
    /// How many more appointments the user had, for whose turn it is.
    pub booked: u32,
    /// Time that counts as free whatever calendars say.
    pub ignore: Vec<Interval>,
}

impl Invited {
    /// A user of whom the caller says nothing more.
    pub fn new(user: UserId) -> Self {
        Self {
            user,
            limits: Limits::default(),
            appointments: Vec::new(),
            booked: 0,
            ignore: Vec::new(),
        }
    }

    /// What the caller says, together with what is known of the user.
    pub fn person<'a>(&'a self, known: Person<'a>) -> Person<'a> {
        Person {
            appointments: &self.appointments,
            booked: self.booked,
            ignore: &self.ignore,
            limits: self.limits,
            ..known
        }
    }
}

impl SlotsQuery {
    /// The plain question: all of the users at one time.
    pub fn together(users: impl IntoIterator<Item = UserId>, query: SlotQuery) -> Self {
        let people: Vec<Invited> = users.into_iter().map(Invited::new).collect();
        let everybody = Group::all((0..people.len()).collect());
        Self {
            course: Course::Together(vec![everybody]),
            people,
            query,
            shape: Shape::default(),
            limits: Limits::default(),
            appointments: Vec::new(),
            ignore: Ignore::default(),
            open_hours: None,
            freshness: Freshness::default(),
        }
    }

    /// Checks every field; people are named by their place, and `members` stands for whatever the caller calls it.
    pub fn check(&self) -> Result<(), InvalidField> {
        let nothing_known = |person: &'_ Invited| Person {
            limits: person.limits,
            ..Person::default()
        };
        let people: Vec<Person<'_>> = self.people.iter().map(nothing_known).collect();
        self.question(&people).check()
    }

    /// The question to the slot engine, of these people.
    pub fn question<'a>(&'a self, people: &'a [Person<'a>]) -> Question<'a> {
        Question {
            query: &self.query,
            people,
            course: self.course.clone(),
            shape: self.shape,
            limits: self.limits,
            appointments: &self.appointments,
        }
    }
}
