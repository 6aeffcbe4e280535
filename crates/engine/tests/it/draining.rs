//! Stopping while tasks are under way.

use kalends_engine::runner::Runner;
use kalends_simulator::{Fault, Trouble};
use kalends_store::TaskState;
use kalends_testkit::both;
use tokio_util::sync::CancellationToken;

use crate::harness::Simulated;

const EMAIL: &str = "ada@example.com";

both! {
    async fn a_task_that_outlasts_the_drain_is_given_back_and_runs_elsewhere_at_once(database) {
        let world = Simulated::new(database).await;
        world.connect(EMAIL).await;
        let control = world.simulator.control();
        let stuck = Fault {
            times: Some(1),
            ..Fault::new("GET /calendar/v3/users/me/calendarList", Trouble::Delay { milliseconds: 600_000 })
        };
        control.add_fault(stuck).unwrap();

        let (stop, give_back) = (CancellationToken::new(), CancellationToken::new());
        let runner = world.runner.clone().giving_back(give_back.clone());
        let until = stop.clone();
        let running = tokio::spawn(async move { runner.run(until).await });
        while control.faults().iter().any(|fault| fault.times != Some(0)) {
            tokio::task::yield_now().await;
        }
        stop.cancel();
        give_back.cancel();
        running.await.unwrap();
        let counts = world.store.task_counts().await.unwrap();
        assert!(counts.iter().all(|count| count.state == TaskState::Waiting), "{counts:?}");

        control.clear_faults();
        assert!(Runner::new(world.engine.clone()).drain().await.unwrap() > 0, "nobody waits for a lease");
        assert_eq!(world.calls("/calendar/v3/users/me/calendarList"), 1, "the one that was left is never answered");
    }
}
