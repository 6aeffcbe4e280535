//! Holds: time that is taken for a while, and what calendars show of it.

use jiff::SignedDuration;
use kalends_core::{
    availability::OnUnreachable,
    claims::{Taker, Terms},
    event::{Event, EventKey},
    time::EventId,
};
use kalends_engine::{
    availability::{self, Freshness, Ignore, OwnTime, SlotsQuery, TimeSource},
    blocks::{self, NewBlock},
    claims::{NotFree, RequireFree},
    events::{self, Condition, EventError, PutEvent},
    holds::{self, Confirm, Hold, HoldError, HoldState, HoldsOf, NewHold},
    page::Page,
};
use kalends_testkit::both;
use serde_json::json;

use crate::harness::{At, FEWEST, Simulated, Stage, lesson};

const QUARTER: SignedDuration = SignedDuration::from_mins(15);

fn key(text: &str) -> EventKey {
    EventKey::new(text).unwrap()
}

fn at(hour: u8, people: &[&str]) -> Event {
    Event {
        when: At(hour).into(),
        ..lesson(people)
    }
}

fn new(event: Event) -> NewHold {
    NewHold {
        key: None,
        event,
        ttl: holds::USUAL_TTL,
        require_free: RequireFree::default(),
    }
}

async fn place(world: &Simulated, new: NewHold) -> Result<Hold, HoldError> {
    holds::place(&world.engine, world.tenant, new).await
}

async fn confirm(world: &Simulated, id: EventId, name: &str) -> Result<Hold, HoldError> {
    let confirm = Confirm {
        key: key(name),
        event: None,
        require_free: RequireFree::default(),
    };
    holds::confirm(&world.engine, world.tenant, (id, confirm)).await
}

async fn put_free(world: &Simulated, name: &str, event: Event) -> Result<events::Put, EventError> {
    let put = PutEvent {
        key: key(name),
        event,
        condition: Condition::None,
    };
    events::put_where_free(&world.engine, world.tenant, put, &RequireFree::default()).await
}

async fn state(world: &Simulated, id: EventId) -> HoldState {
    holds::get(&world.engine, world.tenant, id).await.unwrap().state
}

fn ended(result: Result<Hold, HoldError>) -> HoldState {
    match result.unwrap_err() {
        HoldError::Ended { state } => state,
        error => panic!("{error:?}"),
    }
}

fn refused<T: std::fmt::Debug>(result: Result<T, HoldError>) -> NotFree {
    match result.unwrap_err() {
        HoldError::NotFree(not_free) => not_free,
        error => panic!("{error:?}"),
    }
}

fn takers(not_free: &NotFree) -> Vec<(String, Taker)> {
    let of_person = |taken: &kalends_engine::claims::TakenTime| {
        let by = taken.by.iter().map(|by| (taken.user.to_string(), by.taker));
        by.collect::<Vec<_>>()
    };
    not_free.people.iter().flat_map(of_person).collect()
}

/// What the feed tells of holds after a number.
async fn told(world: &Simulated) -> Vec<String> {
    let feed = kalends_engine::changes::list(&world.engine, world.tenant, 0, 200)
        .await
        .unwrap();
    let kinds = feed.changes.into_iter().map(|change| change.kind);
    kinds.filter(|kind| kind.starts_with("hold.")).collect()
}

both! {
    async fn a_hold_is_shown_as_tentative_and_becomes_the_event_on_the_same_calendar(database) {
        let world = Simulated::new(database).await;
        world.writer("ada").await;
        let hold = place(&world, new(at(15, &["ada"]))).await.unwrap();
        assert_eq!((hold.state, hold.links.len()), (HoldState::Placed, 1));
        world.drain().await;
        let held = world.only("ada").await;
        assert_eq!(held["status"], "tentative");
        let confirmed = confirm(&world, hold.id, "lesson-7").await.unwrap();
        assert_eq!((confirmed.state, confirmed.event_key), (HoldState::Confirmed, Some(key("lesson-7"))));
        world.drain().await;
        let event = world.only("ada").await;
        assert_eq!((&event["id"], &event["status"]), (&held["id"], &json!("confirmed")));
        assert_eq!(world.event("lesson-7").await.id, hold.id);
        // Again, and with another key.
        let again = confirm(&world, hold.id, "lesson-7").await.unwrap();
        assert_eq!(again.version, confirmed.version);
        assert_eq!(ended(confirm(&world, hold.id, "other").await), HoldState::Confirmed);
        // It never runs out, and its time stays taken.
        world.later(holds::LONGEST_TTL).await;
        assert_eq!(world.seen("ada").await.len(), 1);
        assert_eq!(takers(&refused(place(&world, new(at(15, &["ada"]))).await)), [("ada".to_owned(), Taker::Event(hold.id))]);
        assert_eq!(told(&world).await, ["hold.placed", "hold.confirmed"]);
    }

    async fn what_was_held_can_become_something_else(database) {
        let world = Simulated::new(database).await;
        world.writer("ada").await;
        world.writer("bob").await;
        world.put("taken", at(18, &["bob"])).await;
        let hold = place(&world, new(at(15, &["ada"]))).await.unwrap();
        let become_ = async |hour, people: &[&str], version| {
            let confirm = Confirm {
                key: key("lesson-7"),
                event: Some((at(hour, people), version)),
                require_free: RequireFree::default(),
            };
            holds::confirm(&world.engine, world.tenant, (hold.id, confirm)).await
        };
        assert_eq!(takers(&refused(become_(18, &["ada", "bob"], hold.version).await)).len(), 1);
        assert!(matches!(become_(16, &["ada", "bob"], hold.version + 1).await, Err(HoldError::Changed)));
        assert_eq!(state(&world, hold.id).await, HoldState::Placed);
        become_(16, &["ada", "bob"], hold.version).await.unwrap();
        // What it was held at is free again.
        place(&world, new(at(15, &["ada"]))).await.unwrap();
        assert_eq!(refused(place(&world, new(at(16, &["bob"]))).await).people.len(), 1);
    }

    async fn a_hold_runs_out_by_the_clock_and_goes_from_calendars(database) {
        let world = Simulated::new(database).await;
        world.writer("ada").await;
        let hold = place(&world, new(at(15, &["ada"]))).await.unwrap();
        world.drain().await;
        world.clock.advance(QUARTER - SignedDuration::from_secs(1));
        assert_eq!(refused(place(&world, new(at(15, &["ada"]))).await).people.len(), 1);
        world.clock.advance(SignedDuration::from_secs(1));
        // Before any task has run.
        assert_eq!(state(&world, hold.id).await, HoldState::Expired);
        assert_eq!(ended(confirm(&world, hold.id, "late").await), HoldState::Expired);
        let second = place(&world, new(at(15, &["ada"]))).await.unwrap();
        world.drain().await;
        let shown = world.only("ada").await;
        assert_eq!(shown["status"], "tentative");
        assert_eq!(told(&world).await, ["hold.placed", "hold.placed", "hold.expired"]);
        // Its task runs twice.
        world.enqueue("expire_hold", &hold.id.to_string()).await;
        world.enqueue("expire_hold", &second.id.to_string()).await;
        world.drain().await;
        assert_eq!(state(&world, second.id).await, HoldState::Placed);
        world.later(QUARTER).await;
        assert!(world.seen("ada").await.is_empty());
        assert_eq!(told(&world).await.len(), 4);
    }

    async fn an_extended_hold_outlives_its_first_end(database) {
        let world = Simulated::new(database).await;
        world.writer("ada").await;
        let hold = place(&world, new(at(15, &["ada"]))).await.unwrap();
        world.later(SignedDuration::from_mins(10)).await;
        let longer = holds::extend(&world.engine, world.tenant, (hold.id, QUARTER)).await.unwrap();
        assert_eq!(longer.expires_at.duration_since(hold.expires_at), SignedDuration::from_mins(10));
        world.later(SignedDuration::from_mins(10)).await;
        assert_eq!(state(&world, hold.id).await, HoldState::Placed);
        assert_eq!(refused(place(&world, new(at(15, &["ada"]))).await).people.len(), 1);
        world.later(SignedDuration::from_mins(5)).await;
        assert_eq!(state(&world, hold.id).await, HoldState::Expired);
        assert!(world.seen("ada").await.is_empty());
        let late = holds::extend(&world.engine, world.tenant, (hold.id, QUARTER)).await;
        assert_eq!(ended(late), HoldState::Expired);
        assert_eq!(told(&world).await, ["hold.placed", "hold.extended", "hold.expired"]);
    }

    async fn a_released_hold_frees_its_time_and_its_name(database) {
        let world = Simulated::new(database).await;
        world.writer("ada").await;
        let named = || NewHold { key: Some(key("cart")), ..new(at(15, &["ada"])) };
        let hold = place(&world, named()).await.unwrap();
        world.drain().await;
        let other = NewHold { key: Some(key("cart")), ..new(at(17, &["ada"])) };
        assert!(matches!(place(&world, other).await, Err(HoldError::HoldExists)));
        // The same once more, as after a lost answer.
        assert!(matches!(place(&world, named()).await, Err(HoldError::HoldExists)));
        for _ in 0..2 {
            holds::release(&world.engine, world.tenant, hold.id).await.unwrap();
        }
        world.drain().await;
        assert!(world.seen("ada").await.is_empty());
        let second = place(&world, named()).await.unwrap();
        confirm(&world, second.id, "lesson-7").await.unwrap();
        let release = holds::release(&world.engine, world.tenant, second.id).await;
        assert!(matches!(release, Err(HoldError::Ended { state: HoldState::Confirmed })));
        assert!(matches!(confirm(&world, hold.id, "x").await, Err(HoldError::Ended { state: HoldState::Released })));
        // One whose time is over lets go of its name before any task has told so.
        let third = || NewHold { key: Some(key("third")), ..new(at(17, &["ada"])) };
        place(&world, third()).await.unwrap();
        world.clock.advance(QUARTER);
        place(&world, third()).await.unwrap();
        let of = |state| HoldsOf { key: Some(key("cart")), state, ..HoldsOf::default() };
        let count = async |state| {
            let page = Page { limit: 50, after: None };
            holds::list(&world.engine, world.tenant, of(state), page).await.unwrap().items.len()
        };
        assert_eq!((count(None).await, count(Some(HoldState::Released)).await), (2, 1));
        assert_eq!(told(&world).await, ["hold.placed", "hold.released", "hold.placed", "hold.confirmed", "hold.placed", "hold.expired", "hold.placed"]);
    }

    async fn a_key_of_another_event_is_not_taken(database) {
        let world = Simulated::new(database).await;
        world.writer("ada").await;
        world.put("lesson-7", at(12, &["ada"])).await;
        let hold = place(&world, new(at(15, &["ada"]))).await.unwrap();
        assert!(matches!(confirm(&world, hold.id, "lesson-7").await, Err(HoldError::EventExists)));
        assert_eq!(state(&world, hold.id).await, HoldState::Placed);
    }

    async fn an_expiry_survives_a_death_at_every_wait_and_leaves_no_orphan(database) {
        let world = Simulated::new(database).await;
        world.writer("ada").await;
        let deaths = Stage::from(&world)
            .kill_at_every_wait(
                async |_| {
                    place(&world, new(at(15, &["ada"]))).await.unwrap();
                    world.drain().await;
                    world.clock.advance(QUARTER);
                },
                async |_| {
                    assert!(world.seen("ada").await.is_empty());
                    let open = HoldsOf { state: Some(HoldState::Placed), ..HoldsOf::default() };
                    let page = Page { limit: 50, after: None };
                    assert_eq!(holds::list(&world.engine, world.tenant, open, page).await.unwrap().items, []);
                },
            )
            .await;
        assert!(deaths >= FEWEST, "{deaths}");
    }

    async fn a_hold_placed_while_the_process_dies_is_shown_or_gone_but_never_orphaned(database) {
        let world = Simulated::new(database).await;
        world.writer("ada").await;
        place(&world, new(at(15, &["ada"]))).await.unwrap();
        world.drain().await;
        let deaths = Stage::from(&world)
            .kill_at_every_wait(
                async |_| {
                    // The push of the new hold is what dies; the hold before has just run out.
                    world.clock.advance(QUARTER);
                    place(&world, new(at(15, &["ada"]))).await.unwrap();
                },
                async |_| {
                    assert_eq!(world.only("ada").await["status"], "tentative");
                },
            )
            .await;
        assert!(deaths >= FEWEST, "{deaths}");
    }

    async fn a_lost_expiry_is_found_by_the_sweep(database) {
        let world = Simulated::new(database).await;
        world.writer("ada").await;
        let hold = place(&world, new(at(15, &["ada"]))).await.unwrap();
        world.drain().await;
        // Its task runs before its time and is lost: the row is put back by hand.
        world.clock.advance(QUARTER);
        let claim = kalends_store::Claim {
            owner: "lost",
            lanes: &kalends_store::TaskLane::ALL,
            batch: 50,
            lease: std::time::Duration::from_mins(1),
        };
        for task in world.store.claim_tasks(claim).await.unwrap() {
            world.store.complete_task(task.lease).await.unwrap();
        }
        world.drain().await;
        assert_eq!(world.seen("ada").await.len(), 1);
        world.clock.advance(SignedDuration::from_mins(2));
        assert!(world.runner.sweep().await.unwrap() >= 1);
        world.drain().await;
        assert!(world.seen("ada").await.is_empty());
        assert_eq!(told(&world).await, ["hold.placed", "hold.expired"]);
        assert_eq!(state(&world, hold.id).await, HoldState::Expired);
    }

    async fn of_holds_and_events_that_want_one_time_one_gets_it(database) {
        let world = Simulated::new(database).await;
        world.writer("ada").await;
        for round in 0..3_u8 {
            let hour = 12 + round;
            let wants = (0..20).map(|n| {
                let (engine, tenant) = (world.engine.clone(), world.tenant);
                tokio::spawn(async move {
                    let event = at(hour, &["ada"]);
                    if n % 2 == 0 {
                        match holds::place(&engine, tenant, new(event)).await {
                            Ok(hold) => Some(hold.id),
                            Err(HoldError::NotFree(_)) => None,
                            Err(error) => panic!("{error:?}"),
                        }
                    } else {
                        let put = PutEvent { key: key(&format!("e{hour}-{n}")), event, condition: Condition::None };
                        match events::put_where_free(&engine, tenant, put, &RequireFree::default()).await {
                            Ok(events::Put::Created(event) | events::Put::Stored(event)) => Some(event.id),
                            Err(EventError::NotFree(_)) => None,
                            Err(error) => panic!("{error:?}"),
                        }
                    }
                })
            });
            let results = futures::future::join_all(wants).await;
            let winners: Vec<EventId> = results.into_iter().filter_map(Result::unwrap).collect();
            assert_eq!(winners.len(), 1, "round {round}");
        }
    }

    async fn calendars_blocks_and_what_nobody_knows_stand_in_the_way(database) {
        let world = Simulated::new(database).await;
        let calendar = world.writer("ada").await;
        let own = json!({
            "summary": "Dentist", "start": {"dateTime": "2026-12-01T15:30:00Z"}, "end": {"dateTime": "2026-12-01T16:00:00Z"}
        });
        let (status, _) = world.act("ada", http::Method::POST, "", Some(own)).await;
        assert_eq!(status, 200);
        world.pull("ada").await;
        let not_free = refused(place(&world, new(at(15, &["ada"]))).await);
        assert_eq!(takers(&not_free), [("ada".to_owned(), Taker::Calendar(calendar))]);
        // Alternatives are free, near, and as long.
        assert!(!not_free.alternatives.is_empty());
        for time in &not_free.alternatives {
            assert_eq!(time.len_us(), 3_600_000_000);
        }
        let nearest = not_free.alternatives.iter().map(|time| time.start().to_string()).collect::<Vec<_>>();
        assert!(nearest.contains(&"2026-12-01T14:30:00Z".to_owned()), "{nearest:?}");
        assert!(!nearest.contains(&"2026-12-01T15:00:00Z".to_owned()), "{nearest:?}");

        let buffered = RequireFree {
            terms: Terms { buffer_before_minutes: 30, buffer_after_minutes: 1, ..Terms::default() },
            ..RequireFree::default()
        };
        let close = NewHold { require_free: buffered.clone(), ..new(at(16, &["ada"])) };
        assert_eq!(takers(&refused(place(&world, close).await)).len(), 1);
        let span = at(18, &["ada"]).when.interval(&kalends_core::time::Zone::UTC);
        let block = NewBlock { user: kalends_core::time::UserId::new("ada").unwrap(), span, title: None };
        blocks::create(&world.engine, world.tenant, block).await.unwrap();
        let buffered = NewHold { require_free: buffered, ..new(at(17, &["ada"])) };
        assert_eq!(takers(&refused(place(&world, buffered).await)), [("ada".to_owned(), Taker::Block)]);
        place(&world, new(at(17, &["ada"]))).await.unwrap();

        // Farther ahead than anything is known.
        let far = Event { when: far_away(), ..lesson(&["ada"]) };
        assert_eq!(takers(&refused(place(&world, new(far.clone())).await)), [("ada".to_owned(), Taker::Unknown)]);
        let open = RequireFree {
            freshness: Freshness { max_staleness: None, on_unreachable: OnUnreachable::Open },
            ..RequireFree::default()
        };
        let open = NewHold { require_free: open, ..new(far) };
        assert_eq!(takers(&refused(place(&world, open).await)), [("ada".to_owned(), Taker::Unknown)]);
    }

    async fn an_event_with_its_time_keeps_it_and_moves_within_it(database) {
        let world = Simulated::new(database).await;
        world.writer("ada").await;
        put_free(&world, "lesson-7", at(15, &["ada"])).await.unwrap();
        world.drain().await;
        world.pull("ada").await;
        let version = world.event("lesson-7").await.version;
        put_free(&world, "lesson-7", at(15, &["ada"])).await.unwrap();
        assert_eq!(world.event("lesson-7").await.version, version);
        // Its copy on the calendar is not in its own way, when it moves by half an hour.
        let span = at(15, &["ada"]).when.interval(&kalends_core::time::Zone::UTC);
        let later = |time: jiff::Timestamp| time.checked_add(SignedDuration::from_mins(30)).unwrap();
        let zone = kalends_core::time::Zone::UTC;
        let moved = Event {
            when: kalends_core::event::When::timed(later(span.start()), later(span.end()), zone).unwrap(),
            ..lesson(&["ada"])
        };
        put_free(&world, "lesson-7", moved).await.unwrap();
        // What asked for nothing before takes its time now.
        world.put("plain", at(18, &["ada"])).await;
        put_free(&world, "plain", at(18, &["ada"])).await.unwrap();
        let refused = put_free(&world, "late", at(18, &["ada"])).await.unwrap_err();
        assert!(matches!(refused, EventError::NotFree(_)), "{refused:?}");
        // It never was put.
        assert!(matches!(
            events::get(&world.engine, world.tenant, &key("late")).await,
            Err(EventError::NotFound)
        ));
    }

    async fn questions_see_events_and_holds_and_can_leave_them_out(database) {
        let world = Simulated::new(database).await;
        world.writer("ada").await;
        world.put("lesson-7", at(15, &["ada"])).await;
        let hold = place(&world, new(at(17, &["ada"]))).await.unwrap();
        world.drain().await;
        world.pull("ada").await;
        let window = crate::harness::interval("2026-12-01T14:00:00Z/2026-12-01T19:00:00Z");
        let now = world.engine.ambient().now();
        let query = kalends_core::slots::SlotQuery::new(window, 60, kalends_core::time::Zone::UTC, now);
        let user = kalends_core::time::UserId::new("ada").unwrap();
        let ask = |own: Vec<OwnTime>| SlotsQuery {
            ignore: Ignore { own, ..Ignore::default() },
            ..SlotsQuery::together([user.clone()], query.clone())
        };
        let hours = async |own| {
            let answer = availability::slots(&world.engine, world.tenant, ask(own)).await.unwrap();
            let starts = answer.found.slots.iter().map(|slot| slot.interval.start().to_string()[11..13].to_owned());
            starts.collect::<Vec<_>>().join(" ")
        };
        assert_eq!(hours(vec![]).await, "14 16 18");
        assert_eq!(hours(vec![OwnTime::Key(key("lesson-7"))]).await, "14 15 16 18");
        assert_eq!(hours(vec![OwnTime::Id(hold.id)]).await, "14 16 17 18");
        let explained = availability::explain(&world.engine, world.tenant, (ask(vec![]), window.start())).await.unwrap();
        assert!(explained.sources[0].contains(&TimeSource::Event(key("lesson-7"))));
        assert!(explained.sources[0].contains(&TimeSource::Hold(hold.id)));
        world.cancel("lesson-7").await;
        holds::release(&world.engine, world.tenant, hold.id).await.unwrap();
        assert_eq!(hours(vec![]).await, "14 15 16 17 18");
    }

    async fn holds_of_another_tenant_are_not_there(database) {
        let world = Simulated::new(database).await;
        world.writer("ada").await;
        let hold = place(&world, new(at(15, &["ada"]))).await.unwrap();
        let other = kalends_engine::tenants::create(
            &world.engine,
            kalends_engine::tenants::NewTenant { name: "other".to_owned(), return_origins: Vec::new() },
        )
        .await
        .unwrap()
        .id;
        assert!(matches!(holds::get(&world.engine, other, hold.id).await, Err(HoldError::NotFound)));
        assert!(matches!(holds::release(&world.engine, other, hold.id).await, Err(HoldError::NotFound)));
        let extended = holds::extend(&world.engine, other, (hold.id, QUARTER)).await;
        assert!(matches!(extended, Err(HoldError::NotFound)));
    }

    async fn what_cannot_be_held_is_named(database) {
        let world = Simulated::new(database).await;
        world.writer("ada").await;
        let field = async |new: NewHold| match place(&world, new).await.unwrap_err() {
            HoldError::Field(error) | HoldError::Event(EventError::Field(error)) => error.field,
            error => panic!("{error:?}"),
        };
        let weekly = Event { recurrence: vec!["RRULE:FREQ=WEEKLY".to_owned()], ..at(15, &["ada"]) };
        assert_eq!(field(new(weekly)).await, "recurrence");
        for ttl in [SignedDuration::ZERO, holds::LONGEST_TTL + SignedDuration::from_secs(1)] {
            assert_eq!(field(NewHold { ttl, ..new(at(15, &["ada"])) }).await, "ttlSeconds");
        }
        assert_eq!(told(&world).await, [""; 0]);
    }
}

fn far_away() -> kalends_core::event::When {
    let at = |text: &str| text.parse().unwrap();
    let zone = kalends_core::time::Zone::UTC;
    kalends_core::event::When::timed(at("2029-12-01T15:00:00Z"), at("2029-12-01T16:00:00Z"), zone).unwrap()
}
