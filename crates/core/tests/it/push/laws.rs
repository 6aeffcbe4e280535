//! Whatever is lost, whoever edits and however often it is planned anew: one event stands there in the end, it is as
//! it should be, and a person's every edit is told once.

use kalends_core::{
    event::{Color, Conference},
    sync::push::{Meeting, Step, plan},
    two_way::Policy,
};
use proptest::prelude::*;

use super::{
    provider::{Habits, OnNewRule, Provider},
    tiny_engine::{Fault, TinyEngine},
};
use crate::event::made::when;

/// What the link is of.
#[derive(Clone, Copy, Debug)]
enum Of {
    /// An event as a whole.
    Event,
    /// One time of a series.
    Series,
}

/// What happens, one after the other.
#[derive(Clone, Debug)]
enum Act {
    /// The application changes title and time.
    Change {
        hour: i64,
    },
    /// The application changes what is nobody's edit.
    Paint(Color),
    /// The application takes its event back.
    Remove,
    /// The person edits the title, or moves the event.
    Retitle,
    Move {
        hour: i64,
    },
    /// The person deletes it.
    Delete,
    /// The link is pushed, with faults.
    Push(Vec<Fault>),
    /// The calendar is pulled.
    Pull,
    /// The application changes something of the whole series, if it is a time of one.
    Relocate,
    /// The application changes the rule of the series, if it is a time of one.
    ChangeRule,
}

struct World {
    engine: TinyEngine,
    provider: Provider,
    count: u32,
}

impl World {
    fn new(policy: Policy, habits: Habits, of: Of) -> Self {
        let mut provider = Provider::with(habits);
        let engine = match of {
            Of::Event => TinyEngine::new(policy),
            Of::Series => {
                // An instance that was cancelled is remembered for as long as its series.
                provider.habits.forgets_deleted = false;
                TinyEngine::of_series(policy, &mut provider)
            }
        };
        Self {
            engine,
            provider,
            count: 0,
        }
    }

    /// Does it; says whether a person's act took effect.
    fn act(&mut self, act: &Act) -> bool {
        self.count += 1;
        let number = self.count;
        match act {
            Act::Change { hour } => {
                self.provider.now += 1;
                let change = |content: &mut kalends_core::event::Content| {
                    content.title = format!("ours {number}");
                    content.when = hours(*hour);
                };
                self.engine.want(change, self.provider.now);
            }
            Act::Paint(color) => {
                self.provider.now += 1;
                self.engine
                    .want(|content| content.color = Some(*color), self.provider.now);
            }
            Act::Remove => self.engine.is_wanted = false,
            Act::Retitle => {
                return self
                    .provider
                    .edit(|content| content.title = format!("theirs {number}"));
            }
            Act::Move { hour } => {
                let moved = hours(1_000 + 10 * i64::from(number) + hour);
                return self.provider.edit(|content| content.when = moved);
            }
            Act::Delete => return self.provider.delete(),
            Act::Push(faults) => {
                self.engine.push(&mut self.provider, faults);
            }
            Act::Pull => self.engine.pull(&mut self.provider),
            Act::Relocate => self
                .engine
                .relocate_series(&mut self.provider, &format!("Room {number}")),
            Act::ChangeRule => self.engine.change_rule(&mut self.provider),
        }
        false
    }

    /// Everything gets time to settle.
    fn quiet(&mut self) {
        for _ in 0..3 {
            assert!(self.engine.push(&mut self.provider, &[]));
            self.engine.pull(&mut self.provider);
        }
    }

    fn check(&mut self) -> Result<(), TestCaseError> {
        let live = self.provider.live();
        prop_assert_eq!(live.len(), usize::from(self.engine.is_wanted));
        if let Some(remote) = live.first() {
            let desired = self.engine.link.reachable(&self.engine.desired);
            let there = desired.read(&remote.content);
            let mut differing = desired.edited(&there);
            differing = differing.difference(&self.engine.link.held).copied().collect();
            prop_assert!(differing.is_empty(), "{differing:?}");
            prop_assert_eq!(there.color, desired.color);
        }
        let writes = self.provider.writes;
        self.quiet();
        prop_assert_eq!(self.provider.writes, writes, "an unchanged world is written to");
        prop_assert_eq!(plan(self.engine.wanted(), &self.engine.link), Step::Nothing);
        Ok(())
    }
}

fn hours(from: i64) -> kalends_core::event::When {
    let start: jiff::Timestamp = "2026-12-01T15:00:00Z".parse().unwrap();
    let at = |hour| (start + jiff::SignedDuration::from_hours(hour)).to_string();
    when(&at(from), &at(from + 1), "Europe/Zurich")
}

fn faults() -> impl Strategy<Value = Vec<Fault>> {
    let fault = prop_oneof![
        3 => Just(Fault::Nothing),
        1 => Just(Fault::DiesBefore),
        1 => Just(Fault::CallLost),
        2 => Just(Fault::AnswerLost),
    ];
    prop::collection::vec(fault, 0..5)
}

/// What the application and the machine do.
fn ours() -> impl Strategy<Value = Act> {
    prop_oneof![
        2 => (0_i64..9).prop_map(|hour| Act::Change { hour }),
        1 => prop::sample::select(&Color::ALL[..]).prop_map(Act::Paint),
        1 => Just(Act::Remove),
        4 => faults().prop_map(Act::Push),
        1 => Just(Act::Pull),
        1 => Just(Act::Relocate),
        1 => Just(Act::ChangeRule),
    ]
}

fn of() -> impl Strategy<Value = Of> {
    prop::sample::select(vec![Of::Event, Of::Series])
}

/// What the person does.
fn theirs() -> impl Strategy<Value = Act> {
    prop_oneof![
        2 => Just(Act::Retitle),
        2 => (0_i64..9).prop_map(|hour| Act::Move { hour }),
        1 => Just(Act::Delete),
    ]
}

fn policies() -> impl Strategy<Value = Policy> {
    prop::sample::select(vec![
        Policy::NewestWins,
        Policy::AppWins,
        Policy::ProviderWins,
        Policy::Ask,
    ])
}

fn habits() -> impl Strategy<Value = Habits> {
    let flags = (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>());
    let on_new_rule = prop::sample::select(vec![OnNewRule::Stay, OnNewRule::Reset, OnNewRule::Cancelled]);
    (flags, 0_u32..4, on_new_rule).prop_map(|(flags, failing_meetings, on_new_rule)| Habits {
        hides_marker: flags.0,
        forgets_deleted: flags.1,
        refuses_meetings: flags.2,
        keeps_times_apart: flags.3,
        failing_meetings,
        on_new_rule,
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn one_event_stands_there_whatever_is_lost(
        acts in prop::collection::vec(ours(), 1..25),
        habits in habits(),
        meeting in any::<bool>(),
        of in of(),
    ) {
        let mut world = World::new(Policy::NewestWins, habits, of);
        if meeting {
            world.engine.desired.conference = Conference::Wanted;
        }
        for act in &acts {
            world.act(act);
        }
        world.quiet();
        world.check()?;
        let link = &world.engine.link;
        let has_meeting = world.provider.live().iter().any(|remote| matches!(remote.made.meeting, Meeting::Ready(_)));
        let expect = meeting && world.engine.is_wanted && link.key.occurrence.is_none() && link.meeting_link.code().is_none();
        prop_assert_eq!(has_meeting, expect, "there is a meeting link, or a reason why there is none");
        prop_assert_eq!(world.engine.edits.len(), 0, "our own writes are taken for edits");
        prop_assert_eq!(world.engine.deletions, 0, "our own deletions are taken for a person's");
    }

    #[test]
    fn both_sides_agree_in_the_end_whoever_does_what(
        acts in prop::collection::vec(prop_oneof![2 => ours(), 1 => theirs()], 1..30),
        policy in policies(),
        habits in habits(),
        of in of(),
    ) {
        let mut world = World::new(policy, habits, of);
        for act in &acts {
            world.act(act);
        }
        world.quiet();
        world.check()?;
    }

    #[test]
    fn each_edit_is_told_once_whatever_was_lost_before_and_after_it(
        rounds in prop::collection::vec(
            (prop::collection::vec(ours(), 0..6), theirs(), prop::collection::vec(faults(), 0..4)),
            1..5,
        ),
        policy in policies(),
        habits in habits(),
        of in of(),
    ) {
        let mut world = World::new(policy, habits, of);
        for (before, edit, pushes) in &rounds {
            world.engine.is_wanted = true;
            world.quiet();
            for act in before {
                world.act(act);
            }
            let (edits, deletions) = (world.engine.edits.len(), world.engine.deletions);
            // Whether the application, too, deletes it or may have.
            let is_ours_to_delete =
                !world.engine.is_wanted || world.engine.link.unanswered.delete;
            // Taken back before anybody knew that it had been created: it is deleted by its id, unseen.
            let is_unseen = !world.engine.is_wanted && world.engine.link.provided.is_none();
            let took_effect = world.act(edit);
            for faults in pushes {
                world.act(&Act::Push(faults.clone()));
            }
            world.quiet();
            let told = world.engine.edits.len() - edits;
            let deletions_told = world.engine.deletions - deletions;
            match edit {
                // It is deleted by whoever comes first, and nobody can tell by whom.
                Act::Delete if is_ours_to_delete => prop_assert_eq!((told, deletions_told), (0, 0)),
                Act::Delete => prop_assert_eq!((told, deletions_told), (0, u32::from(took_effect))),
                _ if is_unseen => prop_assert!(told <= 1 && deletions_told == 0, "{told}, {deletions_told}"),
                _ => prop_assert_eq!((told, deletions_told), (usize::from(took_effect), 0)),
            }
            world.check()?;
        }
    }
}
