//! The hot path's one read.

use kalends_core::time::Zone;
use kalends_store::{
    ConnectionState, Effects, IndexOf, MonthsWrite, PullCommit, PullPage, Source, SyncStatus,
};

use crate::{
    harness::{both, user},
    pull::{commit, covered, full, month},
};

both! {
    async fn one_read_gives_the_months_and_evidence_of_many_users(world) {
        let store = &world.store;
        let tenant = world.tenant("a").await;
        let mut calendars = Vec::new();
        for name in ["ada", "bob", "eve"] {
            store.ensure_user(tenant, &user(name), &Zone::UTC).await.unwrap();
            let connection = world.connection(tenant, name, &format!("{name}@example.com")).await;
            let calendar = world.calendar(tenant, connection, "primary").await;
            let pass = full(&world, tenant, calendar).await;
            let months = (1..=4).map(|n| month(n, name.as_bytes())).collect();
            let end = PullCommit { months: MonthsWrite::All(months), ..commit(&world, PullPage::default(), "c") };
            store.finish_pass(&pass, end).await.unwrap();
            calendars.push((connection, calendar));
        }
        let users = [user("ada"), user("bob"), user("nobody")];
        let found = store.busy_index(tenant, IndexOf::Users(&users), 2..=3).await.unwrap();
        assert_eq!(found.len(), 2);
        let ada = found.iter().find(|index| index.user == user("ada")).unwrap();
        assert_eq!((ada.connection, ada.calendar), calendars[0]);
        assert_eq!(ada.months, [month(2, b"ada"), month(3, b"ada")]);
        assert_eq!((ada.status, ada.connection_state), (SyncStatus::Idle, ConnectionState::Active));
        assert_eq!((ada.as_of, ada.source, ada.covered), (Some(world.now()), Some(Source::Poll), Some(covered())));
        assert_eq!(ada.zone.name(), "Europe/Zurich");

        // A calendar without stored months in the window is still there, for its evidence.
        let outside = store.busy_index(tenant, IndexOf::Calendars(&[calendars[1].1]), 9..=9).await.unwrap();
        assert_eq!((outside.len(), outside[0].months.len()), (1, 0));
        assert_eq!(store.busy_index(tenant, IndexOf::Users(&[]), 1..=9).await.unwrap(), []);

        // What does not count is left out.
        store.deselect_calendar(tenant, calendars[0].1, Effects::none()).await.unwrap();
        store.disconnect(tenant, calendars[1].0, Effects::none()).await.unwrap();
        let users = [user("ada"), user("bob"), user("eve")];
        let found = store.busy_index(tenant, IndexOf::Users(&users), 1..=9).await.unwrap();
        assert_eq!(found.iter().map(|index| index.user.as_str()).collect::<Vec<_>>(), ["eve"]);
    }
}
