//! One key, one request, one answer.

use jiff::SignedDuration;
use kalends_core::time::TenantId;
use kalends_store::{KeptAnswer, KeyState, KeyedRequest};
use secrecy::ExposeSecret;
use uuid::Uuid;

use crate::harness::{World, both};

fn request(tenant: TenantId, hash: u8) -> KeyedRequest {
    KeyedRequest {
        tenant,
        route: "/v1/things".to_owned(),
        key: "k".to_owned(),
        request_hash: [hash; 32],
    }
}

fn answer(body: &str) -> KeptAnswer {
    KeptAnswer {
        status: 201,
        body: body.into(),
    }
}

async fn begin(world: &World, request: &KeyedRequest) -> KeyState {
    let until = world.now() + SignedDuration::from_mins(2);
    world.store.begin_keyed_request(request, until).await.unwrap()
}

async fn begun(world: &World, request: &KeyedRequest) -> Uuid {
    match begin(world, request).await {
        KeyState::Begun(attempt) => attempt,
        other => panic!("{other:?}"),
    }
}

async fn keep(world: &World, request: &KeyedRequest, attempt: Uuid, body: &str) -> bool {
    let kept_until = world.now() + SignedDuration::from_hours(24);
    let answer = answer(body);
    world
        .store
        .keep_answer(request, attempt, (&answer, kept_until))
        .await
        .unwrap()
}

both! {
    async fn an_answer_is_kept_sealed_for_its_request_and_tenant(world) {
        let (mine, theirs) = (world.tenant("a").await, world.tenant("b").await);
        let attempt = begun(&world, &request(mine, 1)).await;
        assert!(matches!(begin(&world, &request(mine, 1)).await, KeyState::UnderWay));
        assert!(matches!(begin(&world, &request(mine, 2)).await, KeyState::OtherRequest));
        assert!(keep(&world, &request(mine, 1), attempt, "{\"ticket\": 1}").await);
        let KeyState::Answered(kept) = begin(&world, &request(mine, 1)).await else { panic!("nothing kept") };
        assert_eq!((kept.status, kept.body.expose_secret()), (201, "{\"ticket\": 1}"));
        assert!(matches!(begin(&world, &request(mine, 2)).await, KeyState::OtherRequest));

        let elsewhere = KeyedRequest { route: "/v1/others".to_owned(), ..request(mine, 2) };
        assert!(matches!(begin(&world, &elsewhere).await, KeyState::Begun(_)));
        let other = begun(&world, &request(theirs, 2)).await;
        assert!(!keep(&world, &request(theirs, 2), attempt, "x").await);
        world.store.free_key(&request(mine, 1), other).await.unwrap();
        assert!(matches!(begin(&world, &request(mine, 1)).await, KeyState::Answered(_)));
    }

    async fn a_lease_that_ends_frees_the_key_and_fences_its_holder(world) {
        let tenant = world.tenant("a").await;
        let lost = begun(&world, &request(tenant, 1)).await;
        world.advance(SignedDuration::from_secs(119));
        assert!(matches!(begin(&world, &request(tenant, 1)).await, KeyState::UnderWay));
        world.advance(SignedDuration::from_secs(1));
        let second = begun(&world, &request(tenant, 2)).await;
        assert!(!keep(&world, &request(tenant, 1), lost, "late").await);
        world.store.free_key(&request(tenant, 1), lost).await.unwrap();
        assert!(matches!(begin(&world, &request(tenant, 2)).await, KeyState::UnderWay));
        world.store.free_key(&request(tenant, 2), second).await.unwrap();
        assert!(matches!(begin(&world, &request(tenant, 1)).await, KeyState::Begun(_)));
    }

    async fn answers_are_pruned_after_their_day(world) {
        let tenant = world.tenant("a").await;
        let attempt = begun(&world, &request(tenant, 1)).await;
        assert!(keep(&world, &request(tenant, 1), attempt, "x").await);
        world.advance(SignedDuration::from_hours(24) - SignedDuration::from_micros(1));
        assert_eq!(world.store.prune_idempotency_keys().await.unwrap(), 0);
        assert!(matches!(begin(&world, &request(tenant, 1)).await, KeyState::Answered(_)));
        world.advance(SignedDuration::from_micros(1));
        assert_eq!(world.store.prune_idempotency_keys().await.unwrap(), 1);
        assert_eq!(world.store.prune_idempotency_keys().await.unwrap(), 0);
        assert!(matches!(begin(&world, &request(tenant, 2)).await, KeyState::Begun(_)));
    }

    async fn of_many_requests_under_a_new_key_one_begins(world) {
        let tenant = world.tenant("a").await;
        let askers = (0..8).map(|_| {
            let world = world.clone();
            tokio::spawn(async move { begin(&world, &request(tenant, 1)).await })
        });
        let states: Vec<_> = futures::future::join_all(askers).await.into_iter().map(Result::unwrap).collect();
        let begun = states.iter().filter(|state| matches!(state, KeyState::Begun(_))).count();
        let under_way = states.iter().filter(|state| matches!(state, KeyState::UnderWay)).count();
        assert_eq!((begun, under_way), (1, 7));
    }
}
