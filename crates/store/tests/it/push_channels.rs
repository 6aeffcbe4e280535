//! Push channels: rows that come before their channels and outlive them.

use jiff::SignedDuration;
use kalends_core::{
    provider::ProviderKind,
    time::{PushChannelId, TenantId},
};
use kalends_store::{
    ChannelEnd, ChannelState, ChannelSubject, Effects, Heard, HeardBatch, NewPushChannel, OpenedChannel,
    StoreError, TaskLane,
};

use crate::harness::{World, both};

const LIFE: SignedDuration = SignedDuration::from_hours(7 * 24);

async fn subject(world: &World, tenant: TenantId) -> ChannelSubject {
    let connection = world.connection(tenant, "ada", "1001").await;
    ChannelSubject {
        tenant,
        connection,
        calendar: Some(world.calendar(tenant, connection, "primary").await),
    }
}

async fn reserve(world: &World, subject: ChannelSubject) -> PushChannelId {
    world.advance(SignedDuration::from_secs(1));
    let id = PushChannelId::new(&world.ambient);
    let new = NewPushChannel {
        id,
        secret_hash: [7; 32],
        expires_at: world.now() + LIFE,
    };
    world.store.reserve_push_channel(subject, new).await.unwrap();
    id
}

async fn open(world: &World, subject: ChannelSubject, id: PushChannelId) -> bool {
    let opened = OpenedChannel {
        resource_id: "r".to_owned(),
        expires_at: world.now() + LIFE,
        renew_at: world.now() + LIFE / 2,
    };
    let store = &world.store;
    store
        .open_push_channel(subject, id, opened, Effects::none())
        .await
        .unwrap()
}

/// The states of a subject's channels that have not ended, oldest first, and whether each can be stopped.
async fn states(world: &World, subject: ChannelSubject) -> Vec<(ChannelState, bool)> {
    let channels = world.store.push_channels(subject).await.unwrap();
    channels
        .into_iter()
        .map(|channel| (channel.state, channel.resource_id.is_some()))
        .collect()
}

both! {
    async fn an_attempt_without_an_end_is_given_up_and_named_by_the_next_one(world) {
        let subject = subject(&world, world.tenant("a").await).await;
        let lost = reserve(&world, subject).await;
        let next = reserve(&world, subject).await;
        assert_eq!(states(&world, subject).await, [(ChannelState::Stopping, false), (ChannelState::Opening, false)]);
        assert!(open(&world, subject, next).await);
        assert_eq!(states(&world, subject).await, [(ChannelState::Stopping, true), (ChannelState::Live, true)]);
        assert!(!open(&world, subject, lost).await, "its answer comes too late");
        world.store.end_push_channel(subject.tenant, lost).await.unwrap();
        assert_eq!(states(&world, subject).await, [(ChannelState::Live, true)]);
    }

    async fn a_new_channel_takes_the_place_of_the_old_in_one_commit(world) {
        let subject = subject(&world, world.tenant("a").await).await;
        for _ in 0..2 {
            let id = reserve(&world, subject).await;
            assert!(open(&world, subject, id).await);
        }
        assert_eq!(states(&world, subject).await, [(ChannelState::Stopping, true), (ChannelState::Live, true)]);
        let owing = world.store.push_channels_owing_stop(None, 10).await.unwrap();
        assert_eq!(owing.len(), 1);
    }

    async fn a_refusal_is_one_row_however_often_it_comes(world) {
        let subject = subject(&world, world.tenant("a").await).await;
        for _ in 0..3 {
            let id = reserve(&world, subject).await;
            let end = ChannelEnd {
                state: ChannelState::Refused,
                reason: "push_not_supported".to_owned(),
                effects: Effects::none(),
            };
            world.store.fail_push_channel(subject.tenant, id, end).await.unwrap();
        }
        assert_eq!(states(&world, subject).await, [(ChannelState::Refused, false)]);
    }

    async fn another_tenant_s_channel_is_not_found(world) {
        let subject = subject(&world, world.tenant("a").await).await;
        let id = reserve(&world, subject).await;
        open(&world, subject, id).await;
        let other = world.tenant("b").await;
        let foreign = world.store.push_channel(other, id).await.unwrap_err();
        assert!(matches!(foreign, StoreError::NotFound { .. }));
        let calendar = subject.calendar.unwrap();
        assert!(world.store.push_channels_of_calendars(other, &[calendar]).await.unwrap().is_empty());
        world.store.stop_push_channels(ChannelSubject { tenant: other, ..subject }, Effects::none()).await.unwrap();
        assert_eq!(states(&world, subject).await, [(ChannelState::Live, true)]);
    }

    async fn a_disconnected_account_s_channels_are_to_be_stopped_and_outlive_it(world) {
        let subject = subject(&world, world.tenant("a").await).await;
        let id = reserve(&world, subject).await;
        open(&world, subject, id).await;
        world.store.disconnect(subject.tenant, subject.connection, Effects::none()).await.unwrap();
        world.store.delete_user(subject.tenant, &crate::harness::user("ada")).await.unwrap();
        let stop = world.store.push_channels_to_stop(subject.tenant, subject.connection).await.unwrap();
        assert_eq!(stop.len(), 1);
        assert!(world.store.push_channels_owing_stop(None, 10).await.unwrap().is_empty(), "its end does it");
    }

    async fn rows_go_a_day_after_their_channels(world) {
        let subject = subject(&world, world.tenant("a").await).await;
        reserve(&world, subject).await;
        world.advance(LIFE + SignedDuration::from_hours(23));
        assert_eq!(world.store.prune_push_channels().await.unwrap(), 0);
        world.advance(SignedDuration::from_hours(2));
        assert_eq!(world.store.prune_push_channels().await.unwrap(), 1);
    }

    async fn untold_changes_are_counted_until_the_channel_speaks(world) {
        let subject = subject(&world, world.tenant("a").await).await;
        let id = reserve(&world, subject).await;
        open(&world, subject, id).await;
        let (tenant, calendar) = (subject.tenant, subject.calendar.unwrap());
        let missed = async || {
            world.advance(SignedDuration::from_mins(15));
            let since = world.now() - SignedDuration::from_mins(10);
            world.store.count_missed_push(tenant, calendar, since).await.unwrap()
        };
        assert_eq!((missed().await, missed().await), (1, 2));
        let heard = vec![Heard { channel: id, resource_id: None }];
        world.store.commit_heard(HeardBatch { heard, tasks: Vec::new() }).await.unwrap();
        world.advance(-SignedDuration::from_mins(10));
        assert_eq!(missed().await, 0, "it has told since");
        assert_eq!(missed().await, 1);
    }

    async fn only_a_waiting_task_that_begins_in_time_covers_a_message(world) {
        let tenant = world.tenant("a").await;
        let mut task = world.task("x");
        (task.lane, task.run_at) = (TaskLane::Push, world.now());
        world.store.enqueue(tenant, vec![task]).await.unwrap();
        let keys = ["x".to_owned(), "y".to_owned()];
        let covered = async |at, lane| world.store.keys_with_task_by("pull", &keys, (at, lane)).await.unwrap();
        assert_eq!(covered(world.now(), TaskLane::Push).await, ["x"]);
        assert!(covered(world.now(), TaskLane::Interactive).await.is_empty(), "it is less urgent");
        let before = world.now() - SignedDuration::from_secs(1);
        assert!(covered(before, TaskLane::Push).await.is_empty(), "it begins later");
    }

    async fn what_is_to_be_watched_is_selected_and_of_a_provider_that_tells(world) {
        let subject = subject(&world, world.tenant("a").await).await;
        let of = async |provider| world.store.calendars_to_watch(&[provider], None, 10).await.unwrap();
        assert_eq!(of(ProviderKind::Google).await, [subject]);
        assert!(of(ProviderKind::Ics).await.is_empty());
        let lists = world.store.connections_to_watch(&[ProviderKind::Google], None, 10).await.unwrap();
        assert_eq!(lists, [ChannelSubject { calendar: None, ..subject }]);
        let id = reserve(&world, subject).await;
        open(&world, subject, id).await;
        assert!(world.store.push_channels_unwanted(None, 10).await.unwrap().is_empty());
        world.store.deselect_calendar(subject.tenant, subject.calendar.unwrap(), Effects::none()).await.unwrap();
        assert_eq!(world.store.push_channels_unwanted(None, 10).await.unwrap().len(), 1);
    }
}
