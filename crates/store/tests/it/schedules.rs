//! Jobs that fire once over all processes.

use jiff::SignedDuration;

use crate::harness::both;

both! {
    async fn of_several_processes_one_fires_and_its_task_is_there_with_it(world) {
        let (due, next) = (world.now(), world.now() + SignedDuration::from_hours(24));
        assert_eq!(world.store.next_firing("job").await.unwrap(), None);
        world.store.plan_firing("job", due).await.unwrap();
        world.store.plan_firing("job", next).await.unwrap();
        assert_eq!(world.store.next_firing("job").await.unwrap(), Some(due), "the first plan holds");

        let fire = || world.store.fire("job", due, next, world.task("job"));
        let (first, second, third) = tokio::join!(fire(), fire(), fire());
        let fired = [first, second, third].map(Result::unwrap);
        assert_eq!(fired.iter().filter(|fired| **fired).count(), 1, "{fired:?}");
        assert_eq!(world.store.next_firing("job").await.unwrap(), Some(next));
        assert_eq!(world.store.task_counts().await.unwrap().len(), 1);
        assert!(!fire().await.unwrap(), "what was due has been done");
    }
}
