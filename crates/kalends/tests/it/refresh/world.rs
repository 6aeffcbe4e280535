//! A connection at the strict server, with calendars that wait to be read.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use kalends_core::{
    ambient::{Ambient, Clock as _},
    provider::{Feature, ProviderKind},
    time::{CalendarId, ConnectionId, TenantId, UserId, Zone},
};
use kalends_store::{
    AccessToken, Capabilities, ConnectCommit, ConnectionSecrets, Effects, FoundCalendar, KeyRing, NewTask,
    Store, StoreConfig, TaskLane,
};
use kalends_testkit::{Database, DatabaseKind, ManualClock, SeededEntropy};

use super::{AT_ONCE, oauth::OauthServer};
use crate::process::{Installation, KEYS, Server, eventually};

pub(super) struct World {
    pub(super) oauth: OauthServer,
    pub(super) database: Database,
    installation: Installation,
    calendars: i64,
}

impl World {
    /// Rows as a connection leaves them, an hour later: its access token has expired, and no calendar is due yet. Nothing
    /// without the server.
    pub(super) async fn new(database: Database, calendars: usize) -> Option<Self> {
        let oauth = OauthServer::start()?;
        #[expect(
            clippy::disallowed_methods,
            reason = "the servers under test live in real time, and what is due must not lie ahead of it"
        )]
        let now = Timestamp::now();
        let clock = Arc::new(ManualClock::at(now - SignedDuration::from_hours(1)));
        let ambient = Ambient::new(
            clock.clone(),
            Arc::new(SeededEntropy::new(now.as_microsecond().unsigned_abs())),
        );
        let ring = KeyRing::parse(&KEYS.into()).unwrap();
        let config = StoreConfig::new(database.url.clone());
        let store = Store::connect(&config, ring, ambient.clone()).await.unwrap();
        store.migrate().await.unwrap();
        let tenant: TenantId = store.create_tenant("Lessons").await.unwrap().id;
        let user = UserId::new("ada").unwrap();
        store.ensure_user(tenant, &user, &Zone::UTC).await.unwrap();
        let id = ConnectionId::new(&ambient);
        let calendars: Vec<FoundCalendar> = (0..calendars).map(|number| calendar(&ambient, number)).collect();
        // What is not due covers what is owed all the same, so that nothing else is enqueued.
        let later = now + SignedDuration::from_hours(24);
        let pulls = calendars.iter().map(|calendar| ("pull", calendar.id.to_string()));
        let all = pulls.chain([("discover", id.to_string())]);
        let tasks = all.map(|(kind, key)| task(kind, key, id, later));
        let commit = ConnectCommit {
            id,
            user,
            provider: ProviderKind::Google,
            account_id: "ada".to_owned(),
            account_label: "ada".to_owned(),
            oauth_client: Some("kalends-demo".to_owned()),
            features: vec![Feature::CalendarRead],
            scopes: [
                "openid",
                "calendar.calendarlist.readonly",
                "calendar.events.readonly",
            ]
            .map(|scope| match scope {
                "openid" => scope.to_owned(),
                scope => format!("https://www.googleapis.com/auth/{scope}"),
            })
            .to_vec(),
            secrets: ConnectionSecrets {
                refresh_token: Some(oauth.grant().await.into()),
                access_token: Some(AccessToken {
                    token: "expired".into(),
                    expires_at: clock.now(),
                }),
                url: None,
            },
            effects: tasks.fold(Effects::none(), Effects::task),
            calendars: calendars.clone(),
        };
        store.commit_connect(tenant, commit).await.unwrap();
        store.close().await;
        let installation = Installation::at(&database, &oauth.address);
        Some(Self {
            oauth,
            installation,
            calendars: i64::try_from(calendars.len()).unwrap(),
            database,
        })
    }

    /// A process that reads calendars, as fast as it can.
    pub(super) fn worker(&self) -> Server {
        self.worker_within("100000 per s")
    }

    /// One that keeps to a limit of all calls together.
    pub(super) fn worker_within(&self, limit: &str) -> Server {
        let role = match self.database.kind {
            DatabaseKind::Sqlite => "all",
            DatabaseKind::Postgres => "worker",
        };
        let calendar = format!("{}/calendar/v3", self.oauth.address);
        self.installation.serve_with(&[
            AT_ONCE,
            ("KALENDS_SERVER__ROLE", role),
            ("KALENDS_SERVER__DRAIN_SECONDS", "1"),
            ("KALENDS_GOOGLE__CALENDAR_URL", &calendar),
            ("KALENDS_LIMITS__GOOGLE_CALENDAR__PER_ACCOUNT", "100000 per s"),
            ("KALENDS_LIMITS__GOOGLE_CALENDAR__PER_CLIENT", limit),
        ])
    }

    /// Waits until every calendar has been read.
    pub(super) async fn all_are_read(&self) {
        let read = "SELECT COUNT(*) FROM calendars WHERE last_synced_us IS NOT NULL";
        eventually(async || self.database.count(read).await == self.calendars).await;
    }

    /// Whether each of two replicas has beaten since the other came.
    pub(super) async fn replicas_have_beaten_together(&self) -> bool {
        let query = "SELECT COUNT(*) FROM replicas WHERE beat_us > (SELECT MAX(started_us) FROM replicas)";
        self.database.count(query).await == 2
    }

    /// Every calendar is to be read now.
    pub(super) async fn all_are_due(&self) {
        for statement in [
            "UPDATE calendars SET last_synced_us = NULL",
            "UPDATE tasks SET due_us = 0, queued = FALSE, state = 'waiting' WHERE kind = 'pull'",
        ] {
            self.database.tamper(statement).await;
        }
    }

    /// An hour later: the access token has expired, and every calendar is to be read again.
    pub(super) async fn expire(&self) {
        self.database
            .tamper("UPDATE connections SET access_expires_us = 0")
            .await;
        self.all_are_due().await;
    }

    /// The connection's state.
    pub(super) async fn state(&self) -> &'static str {
        let count = async |state| {
            let query = format!("SELECT COUNT(*) FROM connections WHERE state = '{state}'");
            self.database.count(&query).await
        };
        for state in ["active", "degraded", "reauth_required"] {
            if count(state).await == 1 {
                return state;
            }
        }
        "unknown"
    }
}

fn calendar(ambient: &Ambient, number: usize) -> FoundCalendar {
    FoundCalendar {
        id: CalendarId::new(ambient),
        provider_id: format!("calendar-{number}"),
        name: format!("Calendar {number}"),
        zone: Zone::UTC,
        color: None,
        access_role: "owner".to_owned(),
        primary: number == 0,
        capabilities: Capabilities {
            free_busy_only: false,
            can_write: true,
            can_create_meet: false,
        },
        selected_if_new: true,
    }
}

fn task(kind: &'static str, key: String, connection: ConnectionId, run_at: Timestamp) -> NewTask {
    NewTask {
        kind,
        key,
        lane: TaskLane::Interactive,
        group: connection.to_string(),
        run_at,
        payload: serde_json::json!({"trigger": "poll"}),
        secret: None,
    }
}
