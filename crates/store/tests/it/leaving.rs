//! Callers who stop waiting: requests whose client has gone, tasks whose claim was lost.

use std::pin::pin;

use jiff::SignedDuration;
use kalends_core::time::Interval;
use kalends_store::{Effects, Store, StoreConfig};

use crate::harness::{RING, both, change, ring, user};

both! {
    async fn a_transaction_that_nobody_waits_for_takes_no_later_write_along(world) {
        let tenant = world.tenant("a").await;
        let config = StoreConfig { max_connections: 1, ..world.config.clone() };
        let store = Store::connect(&config, ring(RING), world.ambient.clone()).await.unwrap();
        let ada = user("ada");
        for round in 0..60 {
            {
                let mut leaving = pin!(store.commit_effects(tenant, Effects::none().change(change("x"))));
                for _ in 0..round {
                    if futures::poll!(&mut leaving).is_ready() {
                        break;
                    }
                    tokio::task::yield_now().await;
                }
            }
            let start = world.now() + SignedDuration::from_hours(round);
            let span = Interval::new(start, start + SignedDuration::from_hours(1)).unwrap();
            let made = store.create_manual_block(tenant, &ada, (span, None), Effects::none()).await.unwrap();
            let seen = world.store.manual_blocks(tenant, std::slice::from_ref(&ada), span).await.unwrap();
            assert_eq!(seen, [made], "round {round}: stored, but nobody else sees it");
        }
        store.close().await;
    }
}
