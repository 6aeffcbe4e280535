//! What each kind of trouble makes of a connection, and what its tenant is told (the four states of a connection).
//!
//! Every table row is one cause, three times in a row, and then its end.

use std::time::Duration;

use http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use kalends_egress::{Cut, EgressError, LimitedBy, Service, TokenError};
use kalends_engine::{
    changes,
    connections::{self, State},
};
use kalends_providers::provider::ProviderError;
use kalends_simulator::{Fault, Trouble};
use kalends_store::{NewTask, TaskLane};
use kalends_testkit::{Database, DatabaseKind, both};

use crate::harness::{Simulated, World};

/// From how many failures in a row trouble counts as lasting.
const LASTING: usize = 3;
const EVENTS: &str = "GET /calendar/v3/calendars/*/events";

/// Makes an error that ends at that time, if it has an end.
type Cause = fn(Timestamp) -> EgressError;

/// The connection's state as one word, with its reason.
fn word(state: &State) -> String {
    match state {
        State::Active => "active".to_owned(),
        State::Degraded { reason } => format!("degraded: {reason}"),
        State::ReauthRequired { reason, revoked_at } => {
            assert!(revoked_at.is_some());
            format!("reauth_required: {reason}")
        }
        State::Disconnected => "disconnected".to_owned(),
    }
}

fn status(status: u16, reason: &str) -> Trouble {
    Trouble::Status {
        status,
        reason: Some(reason.to_owned()),
        retry_after_seconds: None,
    }
}

/// The one account of a simulated world, with what was told of it since the last look.
struct Watched {
    world: Simulated,
    database: Database,
    seen: usize,
}

impl Watched {
    async fn new(database: Database) -> Self {
        let world = Simulated::new(database.clone()).await;
        world.connect("ada@example.com").await;
        world.drain().await;
        let mut watched = Self {
            world,
            database,
            seen: 0,
        };
        watched.told().await;
        watched
    }

    /// Pulls its calendar once, when no breaker is open any more.
    async fn pull(&self) {
        self.world.clock.advance(SignedDuration::from_mins(3));
        for calendar in self.calendars().await {
            let task = NewTask {
                kind: "pull",
                key: calendar.id.to_string(),
                lane: TaskLane::Freshness,
                group: "test".to_owned(),
                run_at: self.world.engine.ambient().now(),
                payload: serde_json::Value::Null,
                secret: None,
            };
            self.world
                .store
                .enqueue(self.world.tenant, vec![task])
                .await
                .unwrap();
        }
        self.world.drain().await;
    }

    fn expire_token(&self) {
        self.world.clock.advance(SignedDuration::from_hours(2));
    }

    async fn calendars(&self) -> Vec<kalends_store::Calendar> {
        let filter = kalends_store::CalendarFilter::default();
        self.world
            .store
            .calendars(self.world.tenant, filter)
            .await
            .unwrap()
    }

    async fn last_error(&self) -> Option<String> {
        self.calendars().await.remove(0).sync.last_error
    }

    async fn connection(&self) -> connections::Connection {
        let id = self.calendars().await[0].connection;
        connections::get(&self.world.engine, self.world.tenant, id)
            .await
            .unwrap()
    }

    async fn state(&self) -> String {
        word(&self.connection().await.state)
    }

    /// What was told of connections since the last call.
    async fn told(&mut self) -> Vec<String> {
        let feed = changes::list(&self.world.engine, self.world.tenant, 0, 200)
            .await
            .unwrap();
        let kinds: Vec<String> = feed
            .changes
            .into_iter()
            .map(|change| change.kind)
            .filter(|kind| kind.starts_with("connection."))
            .collect();
        let new = kinds[self.seen..].to_vec();
        self.seen = kinds.len();
        new
    }

    fn always(&self, route: &str, trouble: Trouble) {
        let control = self.world.simulator.control();
        control.add_fault(Fault::new(route, trouble)).unwrap();
    }

    /// Lets the database refuse what `refused` says of a table, until [`Watched::accept`].
    async fn refuse(&self, (what, table): (&str, &str), code: &str) {
        let trigger = match self.database.kind {
            DatabaseKind::Sqlite => {
                format!("CREATE TRIGGER refuse BEFORE {what} ON {table} BEGIN SELECT RAISE(ABORT, 'no'); END")
            }
            DatabaseKind::Postgres => format!(
                "CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
                     $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '{code}'; END $$;
                 CREATE TRIGGER refuse BEFORE {what} ON {table} FOR EACH ROW EXECUTE FUNCTION refuse()"
            ),
        };
        self.database.tamper(&trigger).await;
    }

    async fn accept(&self, table: &str) {
        let drop = match self.database.kind {
            DatabaseKind::Sqlite => "DROP TRIGGER refuse".to_owned(),
            DatabaseKind::Postgres => format!("DROP TRIGGER refuse ON {table}"),
        };
        self.database.tamper(&drop).await;
    }
}

both! {
    async fn what_fails_before_an_answer_degrades_when_it_lasts_and_asks_nobody(database) {
        const AWAY: &str = "degraded: provider_unavailable";
        let world = World::with_events(database, Vec::new()).await;
        let mut told = 0;
        let rows: [(Cause, &str); 8] = [
            (|_| EgressError::Timeout { waited: Duration::from_secs(20), cut: Cut::Attempt }, AWAY),
            (|_| EgressError::Connect("refused".into()), AWAY),
            (|_| EgressError::Unavailable { status: StatusCode::BAD_GATEWAY, retry_at: None }, AWAY),
            (|_| EgressError::Token(TokenError::Unavailable("timeout".into())), AWAY),
            (
                |_| EgressError::Token(TokenError::ClientRefused("invalid_client".into())),
                "degraded: provider_misconfigured",
            ),
            (|until| EgressError::Token(TokenError::Suspended { retry_at: until }), "active"),
            (|until| EgressError::CircuitOpen { service: Service("any"), retry_at: until }, "active"),
            (|until| EgressError::RateLimited { until, by: LimitedBy::Us }, "active"),
        ];
        for (cause, expected) in rows {
            let mut states = Vec::new();
            for _ in 0..LASTING {
                let until = world.engine.ambient().now() + SignedDuration::from_secs(1);
                world.google.fail_after(0, ProviderError::from(cause(until)));
                world.clock.advance(SignedDuration::from_secs(2));
                world.pull().await;
                states.push(word(&world.connection().await.state));
            }
            assert_eq!(states, ["active", "active", expected], "{:?}", cause(Timestamp::MIN));
            world.clock.advance(SignedDuration::from_secs(2));
            world.pull().await;
            assert_eq!(word(&world.connection().await.state), "active");
            let mut news = world.news().await;
            news.retain(|kind| kind.starts_with("connection."));
            assert_eq!(news.split_off(told), pair(expected), "{:?}", cause(Timestamp::MIN));
            told += pair(expected).len();
        }
    }

    async fn a_refresh_that_fails_degrades_when_it_lasts_and_asks_nobody(database) {
        const AWAY: &str = "degraded: provider_unavailable";
        let mut account = Watched::new(database).await;
        for (trouble, expected) in [
            (Trouble::Reset, AWAY),
            (status(503, "temporarily_unavailable"), AWAY),
            // A front end that is down may say anything.
            (status(500, "invalid_grant"), AWAY),
            (Trouble::Html { status: Some(502) }, AWAY),
            (status(401, "invalid_client"), "degraded: provider_misconfigured"),
            (status(429, "rate_limit_exceeded"), "active"),
        ] {
            account.expire_token();
            account.check("/token", trouble, (expected, None)).await;
        }
    }

    async fn an_answer_that_refuses_is_about_what_it_names(database) {
        const AWAY: &str = "degraded: provider_unavailable";
        let mut account = Watched::new(database).await;
        for (trouble, expected, error) in [
            (status(401, "authError"), AWAY, None),
            (status(503, "backendError"), AWAY, None),
            (status(403, "accessNotConfigured"), "degraded: provider_misconfigured", None),
            (status(403, "userRateLimitExceeded"), "active", None),
            (status(403, "rateLimitExceeded"), "active", None),
            (status(429, "rateLimitExceeded"), "active", None),
            (status(403, "quotaExceeded"), "active", None),
            (status(403, "forbidden"), "active", Some("provider_forbidden")),
            // Listed again, where it still is.
            (status(404, "notFound"), "active", Some("calendar_not_found")),
        ] {
            account.check(EVENTS, trouble, (expected, error)).await;
        }
    }

    async fn a_dead_grant_asks_the_person_once(database) {
        let mut account = Watched::new(database).await;
        account.expire_token();
        account.always("/token", status(400, "invalid_grant"));
        for _ in 0..LASTING {
            account.pull().await;
            assert_eq!(account.state().await, "reauth_required: invalid_grant");
        }
        assert_eq!(account.told().await, ["connection.reauth_required"]);
    }

    async fn our_own_database_says_nothing_of_an_account(database) {
        let mut account = Watched::new(database).await;
        // No disk space, which passes, or a missing privilege, which does not; the latter ends the long wait of a
        // new token for its place in the row.
        for (what, table, code) in [
            ("UPDATE OF lease_fence", "connections", "53100"),
            ("UPDATE OF access_token", "connections", "42501"),
            ("INSERT", "sync_runs", "53100"),
        ] {
            account.expire_token();
            account.refuse((what, table), code).await;
            for _ in 0..=LASTING {
                account.pull().await;
                assert_eq!(account.state().await, "active", "{what} {table}");
            }
            account.accept(table).await;
            account.pull().await;
            assert_eq!((account.state().await, account.last_error().await), ("active".to_owned(), None));
            assert!(account.told().await.is_empty(), "{what} {table}");
        }
    }
}

/// What is told of trouble that makes this of a connection, and of its end.
fn pair(state: &str) -> Vec<String> {
    let kinds: &[&str] = match state {
        "active" => &[],
        _ => &["connection.degraded", "connection.recovered"],
    };
    kinds.iter().map(|kind| (*kind).to_owned()).collect()
}

impl Watched {
    /// One row of a table: the state after lasting trouble, the calendar's error when it must be a certain one, and
    /// that the next success ends it all, told once.
    async fn check(&mut self, route: &str, trouble: Trouble, (state, error): (&str, Option<&str>)) {
        let row = format!("{route} {trouble:?}");
        self.always(route, trouble);
        for _ in 0..LASTING {
            self.pull().await;
        }
        assert_eq!(self.state().await, state, "{row}");
        assert!(self.connection().await.needs_consent.is_empty(), "{row}");
        if let Some(error) = error {
            assert_eq!(self.last_error().await.as_deref(), Some(error), "{row}");
        }
        self.world.simulator.control().clear_faults();
        // Longer than the longest limit.
        self.world.clock.advance(SignedDuration::from_hours(7));
        self.pull().await;
        assert_eq!(
            (self.state().await, self.last_error().await),
            ("active".to_owned(), None),
            "{row}"
        );
        assert_eq!(self.told().await, pair(state), "{row}");
    }
}
