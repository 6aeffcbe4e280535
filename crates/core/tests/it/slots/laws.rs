//! Laws of the slot engine, against trying everything and against itself.

use jiff::Timestamp;
use kalends_core::slots::{Course, Group, Question, Required, Shape, SlotQuery, explain, find, free};
use proptest::prelude::*;

use super::{
    scan::{MINUTE_US, span},
    world::{MINUTES, World, us, worlds},
};

/// The starts of all steps of all slots, and whether each slot is an appointment that is joined.
fn found(world: &World) -> Vec<(Vec<i64>, bool)> {
    world.ask(|question| {
        let found = find(&question).unwrap();
        let starts = found.slots.iter().map(|slot| {
            let steps = found.attendance(slot);
            let starts = steps.iter().map(|step| step.interval.start_us()).collect();
            (starts, slot.seats_left.is_some())
        });
        starts.collect()
    })
}

/// Says that the people of each slot are those who can come, enough, and none of them twice.
fn check_company(world: &World) -> Result<(), TestCaseError> {
    world.ask(|question| {
        let found = find(&question).unwrap();
        for slot in &found.slots {
            for (index, step) in found.attendance(slot).iter().enumerate() {
                let mut chosen: Vec<usize> = step
                    .groups
                    .iter()
                    .flat_map(|group| group.chosen.clone())
                    .collect();
                chosen.sort_unstable();
                prop_assert!(
                    chosen.windows(2).all(|pair| pair[0] != pair[1]),
                    "{chosen:?} has somebody twice"
                );
                for (asked, come) in world.steps[index].groups.iter().zip(&step.groups) {
                    prop_assert_eq!(come.chosen.len(), asked.needed());
                    prop_assert!(come.chosen.iter().all(|member| come.can_come.contains(member)));
                    for member in &asked.members {
                        let can = world.can_come(*member, index, step.interval.start_us())
                            || (slot.seats_left.is_some() && world.people[*member].holds(step.interval));
                        let said = come.can_come.contains(member);
                        prop_assert!(can || !said, "{member} cannot come");
                        // Who is needed elsewhere, or passed over, is not among those who can come to this group.
                        let everybody =
                            asked.required == Required::All || world.steps[index].groups.len() == 1;
                        let fair = asked.choose == kalends_core::slots::Choose::MaxFairness;
                        prop_assert!(said || !can || !everybody || fair, "{member} can come");
                    }
                }
            }
        }
        Ok(())
    })
}

fn with_shape<T>(world: &World, shape: Shape, ask: impl FnOnce(&Question<'_>) -> T) -> T {
    world.ask(|question| ask(&Question { shape, ..question }))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases / 4, ..ProptestConfig::default() })]

    #[test]
    fn groups_limits_and_seats_equal_trying_everything(world in worlds(1)) {
        prop_assert_eq!(found(&world), world.slots());
        check_company(&world)?;
    }

    #[test]
    fn free_time_of_groups_equals_trying_everything(world in worlds(1)) {
        prop_assert_eq!(world.ask(|question| free(&question).unwrap()), world.free());
    }

    #[test]
    fn sequences_equal_trying_everything(world in worlds(3)) {
        prop_assert_eq!(found(&world), world.slots());
        check_company(&world)?;
    }

    #[test]
    fn the_order_of_people_changes_nothing_that_is_offered(world in worlds(3), turn in 0_usize..5) {
        let mut other = world.clone();
        let len = world.people.len();
        other.people.rotate_left(turn % len);
        for group in other.steps.iter_mut().flat_map(|step| &mut step.groups) {
            for member in &mut group.members {
                *member = (*member + len - turn % len) % len;
            }
            group.members.reverse();
        }
        prop_assert_eq!(found(&other), found(&world));
    }

    #[test]
    fn shapes_agree(world in worlds(1)) {
        let all = with_shape(&world, Shape::OverlappingSlots, |question| find(question).unwrap());
        let apart = with_shape(&world, Shape::Slots, |question| find(question).unwrap());
        let periods = with_shape(&world, Shape::Periods, |question| find(question).unwrap());
        prop_assert!(apart.slots.windows(2).all(|pair| pair[0].interval.end_us() <= pair[1].interval.start_us()));
        prop_assert!(apart.slots.iter().all(|slot| all.slots.iter().any(|other| other.interval == slot.interval)));
        // Each slot that was dropped overlaps one that was kept.
        for slot in &all.slots {
            prop_assert!(apart.slots.iter().any(|kept| kept.interval.overlaps(slot.interval)));
        }
        if all.asked_everybody == periods.asked_everybody {
            for slot in all.slots.iter().filter(|slot| slot.seats_left.is_none()) {
                prop_assert!(periods.periods.iter().any(|period| period.covers(slot.interval)));
            }
        }
        let duration = i64::from(world.query.duration_minutes) * MINUTE_US;
        prop_assert!(periods.periods.iter().all(|period| period.len_us() >= duration));
    }

    #[test]
    fn limits_of_results_only_cut(world in worlds(2), most in 1_usize..6) {
        let all = found(&world);
        let mut cut = world.clone();
        cut.query.max_results = Some(most);
        let few = found(&cut);
        prop_assert_eq!(&few[..], &all[..most.min(all.len())]);
        prop_assert_eq!(cut.ask(|question| find(&question).unwrap().more), all.len() > most);
    }

    #[test]
    fn what_is_explained_is_what_is_found(
        world in worlds(3),
        shape in prop::sample::select(vec![Shape::OverlappingSlots, Shape::Slots, Shape::Periods]),
        most in prop::option::of(1_usize..6),
        minutes in prop::collection::vec(0..MINUTES, 20),
    ) {
        let mut world = world;
        world.query.max_results = most;
        let shape = if world.is_sequence && shape == Shape::Periods { Shape::Slots } else { shape };
        with_shape(&world, shape, |question| {
            let found = find(question).unwrap();
            let duration = i64::from(world.query.duration_minutes) * MINUTE_US;
            let offered = |at: i64| {
                found.slots.iter().any(|slot| slot.interval.start_us() == at)
                    || found.periods.iter().any(|period| period.covers(span(at, at + duration)))
            };
            let starts = found.slots.iter().map(|slot| slot.interval.start_us());
            let edges = found.periods.iter().flat_map(|period| [period.start_us(), period.end_us() - duration]);
            let asked: Vec<i64> = minutes.iter().map(|minute| us(*minute)).chain(starts).chain(edges).collect();
            for at in asked {
                let why = explain(question, Timestamp::from_microsecond(at).unwrap()).unwrap();
                prop_assert_eq!(why.is_offered, offered(at), "{:?}", why);
                prop_assert_eq!(why.reason().is_none(), why.is_offered, "{:?}", why);
            }
            Ok(())
        })?;
    }

    #[test]
    fn a_round_robin_of_one_is_the_person_alone(world in worlds(1)) {
        let mut alone = world.clone();
        alone.people.truncate(1);
        alone.steps[0].groups = vec![Group::all(vec![0])];
        let mut robin = alone.clone();
        robin.steps[0].groups = vec![Group::some(vec![0], 1, kalends_core::slots::Choose::MaxFairness)];
        prop_assert_eq!(found(&robin), found(&alone));
    }
}

#[test]
fn a_question_is_checked_before_it_is_explained() {
    let window = span(us(0), us(60));
    let query = SlotQuery::new(window, 0, kalends_core::time::Zone::UTC, window.start());
    let question = Question::new(&query, &[], Course::Together(vec![]));
    assert_eq!(
        explain(&question, window.start()).unwrap_err().field,
        "durationMinutes"
    );
}
