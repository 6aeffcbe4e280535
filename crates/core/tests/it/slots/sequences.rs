//! Appointments one after the other.

use kalends_core::slots::{Choose, Course, Group, Person, Question, Shape, SlotQuery, Step, find};

use super::case::{Time, query, shown};

fn step(minutes: u32, person: usize, gap: (u32, u32)) -> Step {
    Step {
        duration_minutes: minutes,
        groups: vec![Group::all(vec![person])],
        gap_minutes: gap,
        buffer_before_minutes: None,
        buffer_after_minutes: None,
    }
}

/// The steps of each slot, for Ada who is open from nine to noon and Ben who is open from ten to one.
#[track_caller]
fn check(change: impl FnOnce(&mut SlotQuery), steps: Vec<Step>, busy: [&str; 2], expect: &[&str]) {
    let mut query = query();
    change(&mut query);
    let times = [
        Time::new("09:00-12:00", busy[0]),
        Time::new("10:00-13:00", busy[1]),
    ];
    let people = times.each_ref().map(Time::person);
    let found = find(&Question::new(&query, &people, Course::Sequence(steps))).unwrap();
    let slots = found.slots.iter().map(|slot| {
        let steps = found.attendance(slot);
        assert_eq!(steps[0].interval.start_us(), slot.interval.start_us());
        assert_eq!(steps[steps.len() - 1].interval.end_us(), slot.interval.end_us());
        shown(steps.iter().map(|step| step.interval))
    });
    assert_eq!(slots.collect::<Vec<_>>(), expect);
}

#[test]
fn steps_follow_at_once_or_after_their_gap() {
    check(
        |_| {},
        vec![step(60, 0, (0, 0)), step(60, 1, (0, 0))],
        ["", ""],
        &[
            "09:00-10:00 10:00-11:00",
            "10:00-11:00 11:00-12:00",
            "11:00-12:00 12:00-13:00",
        ],
    );
    check(
        |_| {},
        vec![step(60, 0, (0, 0)), step(60, 1, (30, 30))],
        ["", "11:00-11:15"],
        &["10:00-11:00 11:30-12:30"],
    );
}

#[test]
fn a_gap_with_room_takes_the_next_rounded_start() {
    // At once after the shortest gap where that can be, else on the quarter hour.
    check(
        |_| {},
        vec![step(50, 0, (0, 0)), step(30, 1, (5, 60))],
        ["", "10:00-10:20"],
        &[
            "09:00-09:50 10:30-11:00",
            "10:00-10:50 10:55-11:25",
            "11:00-11:50 11:55-12:25",
        ],
    );
    check(
        |query| query.round_to_minutes = None,
        vec![step(50, 0, (0, 0)), step(30, 1, (5, 60))],
        ["", "10:00-10:20"],
        &[
            "09:00-09:50 10:20-10:50",
            "10:00-10:50 10:55-11:25",
            "11:00-11:50 11:55-12:25",
        ],
    );
}

#[test]
fn a_step_leaves_room_for_those_that_follow() {
    // The second step could begin at ten, but then the third would find Ada busy.
    check(
        |query| query.step_minutes = 120,
        vec![step(60, 0, (0, 0)), step(30, 1, (0, 60)), step(30, 0, (0, 0))],
        ["10:15-11:00", ""],
        &["09:00-10:00 10:30-11:00 11:00-11:30"],
    );
}

#[test]
fn buffers_lie_outside_unless_a_step_has_its_own() {
    let outside =
        |query: &mut SlotQuery| (query.buffer_before_minutes, query.buffer_after_minutes) = (15, 15);
    let two = || vec![step(60, 0, (0, 0)), step(60, 1, (0, 0))];
    check(
        outside,
        two(),
        ["08:50-09:00", ""],
        &["10:00-11:00 11:00-12:00", "11:00-12:00 12:00-13:00"],
    );
    check(
        outside,
        two(),
        ["", "13:10-13:20"],
        &["09:00-10:00 10:00-11:00", "10:00-11:00 11:00-12:00"],
    );
    // Ben may be busy right before his step, but not when it has a buffer.
    check(
        |_| {},
        two(),
        ["", "10:50-11:00"],
        &["10:00-11:00 11:00-12:00", "11:00-12:00 12:00-13:00"],
    );
    let mut own = two();
    own[1].buffer_before_minutes = Some(15);
    check(|_| {}, own, ["", "10:50-11:00"], &["11:00-12:00 12:00-13:00"]);
}

#[test]
fn the_people_of_each_step_are_said() {
    let times = [
        Time::new("09:00-10:00", ""),
        Time::new("10:00-12:00", ""),
        Time::new("09:00-11:00", ""),
    ];
    let people = times.each_ref().map(Time::person);
    let mut steps = vec![step(60, 0, (0, 0)), step(60, 0, (0, 0))];
    steps[1].groups = vec![Group::some(vec![0, 1, 2], 1, Choose::MaxAvailability)];
    let query = query();
    let found = find(&Question::new(&query, &people, Course::Sequence(steps))).unwrap();
    let attendance = found.attendance(&found.slots[0]);
    assert_eq!(attendance[0].groups[0].chosen, [0]);
    assert_eq!(attendance[1].groups[0].can_come, [1, 2]);
    assert_eq!(attendance[1].groups[0].chosen, [1]);
}

#[test]
fn steps_that_cannot_be_asked_are_refused() {
    #[track_caller]
    fn check(steps: Vec<Step>, shape: Shape, expect: &str) {
        let (query, people) = (query(), [Person::default()]);
        let question = Question {
            shape,
            ..Question::new(&query, &people, Course::Sequence(steps))
        };
        assert_eq!(find(&question).unwrap_err().to_string(), expect);
    }
    check(vec![], Shape::Slots, "sequence must be a list of 1 to 10 steps");
    check(
        vec![step(60, 0, (0, 0)), step(0, 0, (0, 0))],
        Shape::Slots,
        "sequence[1].durationMinutes must be from 1 to 10080",
    );
    check(
        vec![step(60, 0, (0, 0)), step(60, 0, (20, 10))],
        Shape::Slots,
        "sequence[1].gapMinutes.max must be from 20 to 10080",
    );
    check(
        vec![step(60, 1, (0, 0))],
        Shape::Slots,
        "sequence[0].groups[0].members must be a list of at least one of the people of the question, each once",
    );
    check(
        vec![step(60, 0, (0, 0))],
        Shape::Periods,
        "shape must be slots or overlapping slots for a sequence, which has no periods",
    );
}
