//! Whose time events take: claims follow the event, and of all who demand one time one gets it.

mod made;

use jiff::{SignedDuration, Timestamp};
use kalends_core::{
    claims::{Obstacle, PersonTime, Refusal, Taker, Terms, Wanted, obstacles},
    event::{Event, When},
    external_event::EventStatus,
    time::{EventId, Interval, TenantId, Zone},
};
use kalends_store::{
    Claiming, Demand, DemandedTime, Effects, EventCommit, EventRow, EventWrite, Judge, Store, StoreConfig,
    StoreError,
};

use secrecy::ExposeSecret as _;

use self::made::{hour, with_people};
use crate::harness::{RING, World, both, ring, user};

const TEN: &str = "2026-03-05T10:00:00Z";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// Refuses whatever other events and holds, and blocks, are in the way of.
fn judge(terms: Terms) -> Judge {
    Judge::new(move |time: &DemandedTime| {
        let refusal = |person: &kalends_store::PersonRows| {
            let blocks = time.blocks.iter().filter(|block| block.user == person.user);
            let blocks = blocks.map(|block| block.span).collect();
            let wanted = Wanted {
                event: time.event,
                times: &person.times,
                terms: &terms,
            };
            let time = PersonTime {
                claims: person.claims.clone(),
                runs: vec![(Taker::Block, blocks)],
            };
            let obstacles = obstacles(&wanted, &time);
            (!obstacles.is_empty()).then(|| Refusal {
                user: person.user.clone(),
                obstacles,
            })
        };
        Ok(time.people.iter().filter_map(refusal).collect())
    })
}

fn demand(terms: Terms, expires_at: Option<Timestamp>) -> Claiming {
    Claiming::Demanded(Demand {
        judge: judge(terms.clone()),
        terms,
        expires_at,
    })
}

fn free() -> Claiming {
    demand(Terms::default(), None)
}

/// Puts a new event.
async fn insert(
    world: &World,
    tenant: TenantId,
    event: Event,
    claiming: Claiming,
) -> Result<EventRow, StoreError> {
    let write = EventWrite::Insert {
        id: EventId::new(&world.ambient),
        key: None,
        event,
    };
    world
        .store
        .commit_event(
            tenant,
            EventCommit {
                claiming,
                ..EventCommit::new(write)
            },
        )
        .await
}

/// Changes an event.
async fn update(
    store: &Store,
    row: &EventRow,
    event: Event,
    claiming: Claiming,
) -> Result<EventRow, StoreError> {
    let write = EventWrite::Update {
        id: row.id,
        version: row.version,
        key: row.key.clone(),
        event,
        desired_at: row.desired_at,
    };
    store
        .commit_event(
            row.tenant,
            EventCommit {
                claiming,
                ..EventCommit::new(write)
            },
        )
        .await
}

fn march() -> Interval {
    Interval::new(at("2026-03-01T00:00:00Z"), at("2026-04-01T00:00:00Z")).unwrap()
}

/// `user start exclusive|noted [held]` of everything that is taken in March.
async fn taken(world: &World, tenant: TenantId) -> Vec<String> {
    let users = [user("ada"), user("bob")];
    let claims = world.store.claims(tenant, &users, march()).await.unwrap();
    let line = |found: &kalends_store::UserClaim| {
        let how = if found.claim.exclusive {
            "exclusive"
        } else {
            "noted"
        };
        let held = if found.claim.held { " held" } else { "" };
        format!("{} {} {how}{held}", found.user, found.claim.span.start())
    };
    claims.iter().map(line).collect()
}

fn taker(result: Result<EventRow, StoreError>) -> Vec<Taker> {
    match result.unwrap_err() {
        StoreError::NotFree { refused } => {
            let obstacles = refused.into_iter().flat_map(|refusal| refusal.obstacles);
            obstacles.map(|obstacle: Obstacle| obstacle.taker).collect()
        }
        error => panic!("{error:?}"),
    }
}

async fn people(world: &World) -> TenantId {
    let tenant = world.tenant("a").await;
    let zone = Zone::iana("Europe/Zurich").unwrap();
    world
        .store
        .ensure_user(tenant, &user("bob"), &zone)
        .await
        .unwrap();
    tenant
}

both! {
    async fn claims_follow_the_event(world) {
        let tenant = people(&world).await;
        let row = insert(&world, tenant, with_people(hour(TEN), &["ada", "bob", "nobody"]), Claiming::Kept).await.unwrap();
        assert_eq!(taken(&world, tenant).await, ["ada 2026-03-05T10:00:00Z noted", "bob 2026-03-05T10:00:00Z noted"]);
        let later = with_people(hour("2026-03-05T11:00:00Z"), &["bob"]);
        let row = update(&world.store, &row, later.clone(), free()).await.unwrap();
        assert_eq!(taken(&world, tenant).await, ["bob 2026-03-05T11:00:00Z exclusive"]);
        // Another title leaves the terms.
        let row = update(&world.store, &row, Event { title: "B".to_owned(), ..later.clone() }, Claiming::Kept).await.unwrap();
        assert_eq!(taken(&world, tenant).await, ["bob 2026-03-05T11:00:00Z exclusive"]);
        let row = update(&world.store, &row, later.clone(), Claiming::Noted).await.unwrap();
        assert_eq!(taken(&world, tenant).await, ["bob 2026-03-05T11:00:00Z noted"]);
        let cancelled = Event { status: EventStatus::Cancelled, ..later };
        update(&world.store, &row, cancelled, Claiming::Kept).await.unwrap();
        assert_eq!(taken(&world, tenant).await, [""; 0]);
    }

    async fn whole_days_are_those_of_each_person(world) {
        let tenant = people(&world).await;
        let day = |text: &str| text.parse().unwrap();
        let event = Event {
            when: When::all_day(day("2026-03-05"), day("2026-03-06")).unwrap(),
            ..with_people(hour(TEN), &["ada", "bob"])
        };
        insert(&world, tenant, event, free()).await.unwrap();
        let expect = ["ada 2026-03-05T00:00:00Z exclusive", "bob 2026-03-04T23:00:00Z exclusive"];
        assert_eq!(taken(&world, tenant).await, expect);
    }

    async fn time_that_is_taken_is_refused_and_nothing_is_written(world) {
        let tenant = people(&world).await;
        let first = insert(&world, tenant, with_people(hour(TEN), &["ada", "bob"]), Claiming::Noted).await.unwrap();
        let id = EventId::new(&world.ambient);
        let write = EventWrite::Insert { id, key: None, event: with_people(hour("2026-03-05T10:30:00Z"), &["bob"]) };
        let commit = EventCommit { claiming: free(), ..EventCommit::new(write) };
        assert_eq!(taker(world.store.commit_event(tenant, commit).await), [Taker::Event(first.id)]);
        assert!(matches!(world.store.event(tenant, id).await, Err(StoreError::NotFound { .. })));
        // Its own time is never in its way.
        let moved = with_people(hour("2026-03-05T10:30:00Z"), &["ada", "bob"]);
        update(&world.store, &first, moved, free()).await.unwrap();
        // A buffer reaches to it, a neighbour does not touch it.
        let before = || with_people(hour("2026-03-05T09:30:00Z"), &["ada"]);
        let buffered = Terms { buffer_after_minutes: 1, ..Terms::default() };
        assert_eq!(taker(insert(&world, tenant, before(), demand(buffered, None)).await), [Taker::Event(first.id)]);
        insert(&world, tenant, before(), free()).await.unwrap();
    }

    async fn blocks_and_calendars_are_read_with_the_demand(world) {
        let (tenant, _, calendar) = world.synced_user("a").await;
        let span = Interval::new(at("2026-03-05T10:59:00Z"), at("2026-03-05T12:00:00Z")).unwrap();
        world.store.create_manual_block(tenant, &user("ada"), (span, None), Effects::none()).await.unwrap();
        assert_eq!(taker(insert(&world, tenant, with_people(hour(TEN), &["ada"]), free()).await), [Taker::Block]);
        let judge = Judge::new(move |time: &DemandedTime| {
            assert_eq!(time.indexes.iter().map(|index| index.calendar).collect::<Vec<_>>(), [calendar]);
            assert_eq!(time.reach.start(), at("2026-03-05T09:50:00Z"));
            assert_eq!(time.reach.end(), at("2026-03-05T11:20:00Z"));
            Ok(Vec::new())
        });
        let terms = Terms { buffer_before_minutes: 10, buffer_after_minutes: 20, ..Terms::default() };
        let claiming = Claiming::Demanded(Demand { terms, expires_at: None, judge });
        insert(&world, tenant, with_people(hour(TEN), &["ada"]), claiming).await.unwrap();
    }

    async fn of_many_who_want_one_time_one_gets_it(world) {
        let tenant = people(&world).await;
        // Two processes, as replicas are.
        let other = Store::connect(&StoreConfig::new(world.config.url.clone()), ring(RING), world.ambient.clone()).await.unwrap();
        for round in 0..5 {
            let start = at(TEN).checked_add(SignedDuration::from_hours(24 * round)).unwrap().to_string();
            let wants = (0..40).map(|n| {
                let store = if n % 2 == 0 { world.store.clone() } else { other.clone() };
                // Named in both orders, and overlapping rather than equal.
                let named: &[&str] = if n % 3 == 0 { &["bob", "ada"] } else { &["ada", "bob"] };
                let event = with_people(hour(&start), named);
                let id = EventId::new(&world.ambient);
                let commit = EventCommit { claiming: free(), ..EventCommit::new(EventWrite::Insert { id, key: None, event }) };
                tokio::spawn(async move { store.commit_event(tenant, commit).await })
            });
            let mut won = Vec::new();
            for result in futures::future::join_all(wants).await {
                match result.unwrap() {
                    Ok(row) => won.push(row.id),
                    Err(StoreError::NotFree { .. }) => {}
                    Err(error) => panic!("{error:?}"),
                }
            }
            assert_eq!(won.len(), 1, "round {round}");
            let window = Interval::new(at(&start), at(&start).checked_add(SignedDuration::from_mins(1)).unwrap()).unwrap();
            let claims = world.store.claims(tenant, &[user("ada"), user("bob")], window).await.unwrap();
            assert_eq!(claims.iter().map(|found| found.claim.event).collect::<Vec<_>>(), [won[0]; 2]);
        }
    }

    async fn the_database_itself_keeps_exclusive_times_apart(world) {
        let tenant = people(&world).await;
        let blind = || Claiming::Demanded(Demand {
            terms: Terms::default(),
            expires_at: None,
            judge: Judge::new(|_| Ok(Vec::new())),
        });
        insert(&world, tenant, with_people(hour(TEN), &["ada"]), blind()).await.unwrap();
        let second = insert(&world, tenant, with_people(hour("2026-03-05T10:59:59Z"), &["ada"]), blind()).await;
        if world.config.url.expose_secret().starts_with("postgres") {
            assert!(matches!(second, Err(StoreError::Conflict { what: "claim" })), "{second:?}");
        }
        insert(&world, tenant, with_people(hour("2026-03-05T12:00:00Z"), &["ada"]), blind()).await.unwrap();
    }

    async fn what_a_person_moved_over_another_event_is_kept_but_no_longer_kept_free(world) {
        let tenant = people(&world).await;
        insert(&world, tenant, with_people(hour(TEN), &["ada"]), free()).await.unwrap();
        let row = insert(&world, tenant, with_people(hour("2026-03-05T12:00:00Z"), &["ada", "bob"]), free()).await.unwrap();
        let moved = with_people(hour("2026-03-05T10:30:00Z"), &["ada", "bob"]);
        update(&world.store, &row, moved, Claiming::Kept).await.unwrap();
        let expect = [
            "ada 2026-03-05T10:00:00Z exclusive",
            "ada 2026-03-05T10:30:00Z noted",
            "bob 2026-03-05T10:30:00Z exclusive",
        ];
        assert_eq!(taken(&world, tenant).await, expect);
    }

    async fn what_has_run_out_is_free_and_cannot_be_confirmed(world) {
        let tenant = people(&world).await;
        let expires_at = world.now().checked_add(SignedDuration::from_mins(15)).unwrap();
        let held = || demand(Terms::default(), Some(expires_at));
        let event = || with_people(hour(TEN), &["ada", "bob"]);
        let hold = insert(&world, tenant, event(), held()).await.unwrap();
        let expect = ["ada 2026-03-05T10:00:00Z exclusive held", "bob 2026-03-05T10:00:00Z exclusive held"];
        assert_eq!(taken(&world, tenant).await, expect);
        assert_eq!(taker(insert(&world, tenant, event(), held()).await), [Taker::Hold(hold.id); 2]);
        // Longer, then for good.
        let longer = Some(expires_at.checked_add(SignedDuration::from_mins(1)).unwrap());
        let hold = update(&world.store, &hold, event(), Claiming::Until(longer)).await.unwrap();
        world.advance(SignedDuration::from_mins(15));
        assert_eq!(taken(&world, tenant).await, expect);
        world.advance(SignedDuration::from_mins(1));
        assert_eq!(taken(&world, tenant).await, [""; 0]);
        let late = update(&world.store, &hold, event(), Claiming::Until(None)).await;
        assert!(matches!(late, Err(StoreError::Fenced { what: "claim" })), "{late:?}");
        // Only bob's time is taken by somebody else; the hold is over as a whole, also for a clock that is behind.
        insert(&world, tenant, with_people(hour(TEN), &["bob"]), free()).await.unwrap();
        world.advance(SignedDuration::from_mins(-10));
        let late = update(&world.store, &hold, event(), Claiming::Until(None)).await;
        assert!(matches!(late, Err(StoreError::Fenced { what: "claim" })), "{late:?}");
    }

    async fn a_confirmed_hold_is_an_event_on_the_same_terms(world) {
        let tenant = people(&world).await;
        let expires_at = world.now().checked_add(SignedDuration::from_mins(15)).unwrap();
        let event = with_people(hour(TEN), &["ada"]);
        let hold = insert(&world, tenant, event.clone(), demand(Terms::default(), Some(expires_at))).await.unwrap();
        update(&world.store, &hold, event, Claiming::Until(None)).await.unwrap();
        world.advance(SignedDuration::from_hours(1));
        assert_eq!(taken(&world, tenant).await, ["ada 2026-03-05T10:00:00Z exclusive"]);
    }

    async fn seats_of_one_kind_share_a_time_until_they_are_full(world) {
        let tenant = people(&world).await;
        let yoga = || Terms { seats: 2, kind: "yoga".to_owned(), ..Terms::default() };
        let class = || with_people(hour(TEN), &["ada"]);
        let first = insert(&world, tenant, class(), demand(yoga(), None)).await.unwrap();
        let second = insert(&world, tenant, class(), demand(yoga(), None)).await.unwrap();
        assert_eq!(taker(insert(&world, tenant, class(), demand(yoga(), None)).await), [Taker::Event(first.id), Taker::Event(second.id)]);
        assert_eq!(taker(insert(&world, tenant, class(), free()).await).len(), 2);
    }

    async fn a_series_takes_its_window_by_rows_and_the_rest_by_its_rule(world) {
        let tenant = people(&world).await;
        let weekly = Event {
            recurrence: vec!["RRULE:FREQ=WEEKLY".to_owned()],
            ..with_people(hour(TEN), &["ada"])
        };
        let series = insert(&world, tenant, weekly, free()).await.unwrap();
        let window = Interval::new(at("2026-08-20T00:00:00Z"), at("2026-09-15T00:00:00Z")).unwrap();
        let starts = async || {
            let claims = world.store.claims(tenant, &[user("ada")], window).await.unwrap();
            claims.iter().map(|found| found.claim.span.start().to_string()).collect::<Vec<_>>()
        };
        let expect = ["2026-08-20T10:00:00Z", "2026-08-27T10:00:00Z", "2026-09-03T10:00:00Z", "2026-09-10T10:00:00Z"];
        assert_eq!(starts().await, expect);
        let far = with_people(hour("2027-03-04T10:30:00Z"), &["ada"]);
        assert_eq!(taker(insert(&world, tenant, far, free()).await), [Taker::Event(series.id)]);

        let soon = || world.now().checked_add(SignedDuration::from_hours(24 * 150)).unwrap();
        assert_eq!(world.store.series_to_claim(soon(), None, 9).await.unwrap(), []);
        world.advance(SignedDuration::from_hours(24 * 40));
        let short = world.store.series_to_claim(soon(), None, 9).await.unwrap();
        assert_eq!(short.iter().map(|short| (short.tenant, short.event)).collect::<Vec<_>>(), [(tenant, series.id)]);
        assert_eq!(world.store.series_to_claim(soon(), Some((short[0].until_us, series.id)), 9).await.unwrap(), []);
        for _ in 0..2 {
            world.store.roll_claims(tenant, series.id).await.unwrap();
            assert_eq!(world.store.series_to_claim(soon(), None, 9).await.unwrap(), []);
            assert_eq!(starts().await, expect);
        }
        let next = Interval::new(at("2026-10-01T00:00:00Z"), at("2026-10-02T00:00:00Z")).unwrap();
        let claims = world.store.claims(tenant, &[user("ada")], next).await.unwrap();
        assert!(claims[0].claim.exclusive, "{claims:?}");
        // One that ends leaves nothing beyond.
        let ended = Event {
            recurrence: vec!["RRULE:FREQ=WEEKLY;COUNT=2".to_owned()],
            ..with_people(hour(TEN), &["ada"])
        };
        let row = world.store.event(tenant, series.id).await.unwrap();
        update(&world.store, &row, ended, Claiming::Kept).await.unwrap();
        assert_eq!(starts().await, [""; 0]);
        world.store.roll_claims(tenant, EventId::new(&world.ambient)).await.unwrap();
    }

    async fn time_of_another_tenant_is_nobodys_and_who_goes_takes_nothing(world) {
        let (mine, theirs) = (world.tenant("mine").await, world.tenant("theirs").await);
        let row = insert(&world, mine, with_people(hour(TEN), &["ada"]), free()).await.unwrap();
        insert(&world, theirs, with_people(hour(TEN), &["ada"]), free()).await.unwrap();
        assert_eq!(taken(&world, theirs).await.len(), 1);
        world.store.roll_claims(theirs, row.id).await.unwrap();
        assert_eq!(taken(&world, mine).await.len(), 1);
        world.store.delete_user(mine, &user("ada")).await.unwrap();
        world.store.ensure_user(mine, &user("ada"), &Zone::UTC).await.unwrap();
        assert_eq!(taken(&world, mine).await, [""; 0]);
        assert_eq!(taken(&world, theirs).await.len(), 1);
    }
}
