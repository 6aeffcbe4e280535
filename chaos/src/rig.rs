//! All programs of a run and the wires between them.
//!
//! ```text
//! fleet-1..N --(a proxy for each)--> PostgreSQL, Redis      single --> SQLite
//!      ^ front door                                            ^ front door       simulator
//! ```

use std::path::{Path, PathBuf};

use futures::future::try_join_all;
use tokio::sync::Mutex;

use crate::{
    app::App,
    browser,
    limits::Budgets,
    proxy::Proxy,
    servers::{
        free_address,
        kalends::{Installation, Replica},
        postgres::Postgres,
        redis::Redis,
        simulator::{FLEET, OAuthClient, SINGLE, Simulator},
    },
    stage::Site,
};

/// Seals the secrets of a run's databases; in no log.
pub(crate) const KEYS: &str = "chaos:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

/// The replica whose clock is slow, when clocks can be moved; a slow one calls what it knows older than it is, so what
/// its answers say can be held against the right time.
const SLOW: usize = 2;
/// How slow: minutes, as between machines whose clocks nobody sets.
const BEHIND: &str = "-100s";

/// Where programs are.
#[derive(Clone, Debug)]
pub(crate) struct Programs {
    pub(crate) kalends: PathBuf,
    /// The folder with `initdb` and `pg_ctl`.
    pub(crate) postgres: PathBuf,
    pub(crate) redis: PathBuf,
    /// The library that gives a process another clock (libfaketime); without it all servers have the right time.
    pub(crate) faketime: Option<PathBuf>,
}

/// Everything that can be killed, cut or restarted.
#[derive(Debug)]
pub(crate) struct Rig {
    /// The fleet, then the single server.
    pub(crate) replicas: Vec<Mutex<Replica>>,
    /// Of each replica of the fleet.
    pub(crate) links: Vec<Links>,
    pub(crate) postgres: Postgres,
    pub(crate) redis: Mutex<Redis>,
    pub(crate) sqlite: PathBuf,
    /// The public addresses; they lead to whoever listens.
    _doors: [Proxy; 2],
}

/// What one replica reaches the others by.
#[derive(Debug)]
pub(crate) struct Links {
    pub(crate) postgres: Proxy,
    pub(crate) redis: Proxy,
}

impl Rig {
    /// Starts everything on empty databases; answers also the sites of the tenants.
    pub(crate) async fn start(
        programs: &Programs,
        fleet: usize,
        budgets: Budgets,
        (simulator, folder): (&Simulator, &Path),
    ) -> anyhow::Result<(Self, Vec<Site>)> {
        let postgres = Postgres::start(&programs.postgres)?;
        let redis = Redis::start(&programs.redis).await?;
        let sqlite = folder.join("single.db");
        let listens = (0..=fleet)
            .map(|_| free_address())
            .collect::<Result<Vec<_>, _>>()?;
        let fleet_door = Proxy::to(listens[..fleet].to_vec()).await?;
        let single_door = Proxy::to(vec![listens[fleet]]).await?;
        let installation = |client, door: &Proxy, database: String, redis: Option<String>| {
            let mut settings = settings(client, simulator, door);
            settings.extend(budgets.settings());
            settings.push(("KALENDS_DATABASE__URL".to_owned(), database));
            settings.extend(redis.map(|url| ("KALENDS_REDIS_URL".to_owned(), url)));
            Installation {
                program: programs.kalends.clone(),
                settings,
            }
        };

        let mut links = Vec::new();
        let mut replicas = Vec::new();
        for (number, listen) in listens[..fleet].iter().enumerate() {
            let link = Links {
                postgres: Proxy::to(vec![postgres.address()]).await?,
                redis: Proxy::to(vec![redis.address()]).await?,
            };
            let url = Postgres::url(link.postgres.address());
            let counts = format!("redis://{}", link.redis.address());
            let mut installation = installation(&FLEET, &fleet_door, url, Some(counts));
            if number + 1 == SLOW {
                installation.settings.extend(slow_clock(programs));
            }
            let name = format!("fleet-{}", number + 1);
            replicas.push(Replica::new(name, *listen, installation, folder));
            links.push(link);
        }
        let by_hand = installation(&FLEET, &fleet_door, Postgres::url(postgres.address()), None);
        let alone = installation(
            &SINGLE,
            &single_door,
            format!("sqlite:{}", sqlite.display()),
            None,
        );
        replicas.push(Replica::new(
            "single".to_owned(),
            listens[fleet],
            alone.clone(),
            folder,
        ));

        // All at once: who comes first makes the tables.
        try_join_all(replicas.iter_mut().map(Replica::start)).await?;
        let mut sites = Vec::new();
        for (name, installation, servers, client) in [
            ("Lyceum", &by_hand, &listens[..fleet], FLEET.id),
            ("Conservatory", &by_hand, &listens[..fleet], FLEET.id),
            ("Workshop", &alone, &listens[fleet..], SINGLE.id),
        ] {
            let tenant = installation.say(&["tenants", "create", name], folder)?;
            let key = installation.say(&["keys", "create", "--tenant", &tenant], folder)?;
            sites.push(Site {
                tenant,
                app: App::new(key, servers.to_vec())?,
                client,
            });
        }
        let rig = Self {
            replicas: replicas.into_iter().map(Mutex::new).collect(),
            links,
            postgres,
            redis: Mutex::new(redis),
            sqlite,
            _doors: [fleet_door, single_door],
        };
        Ok((rig, sites))
    }
}

/// What all servers are told, but for their database and budgets.
fn settings(client: &OAuthClient, simulator: &Simulator, door: &Proxy) -> Vec<(String, String)> {
    let google = [
        ("AUTHORIZATION_URL", "/o/oauth2/v2/auth"),
        ("TOKEN_URL", "/token"),
        ("REVOCATION_URL", "/revoke"),
        ("USERINFO_URL", "/v1/userinfo"),
        ("JWKS_URL", "/oauth2/v3/certs"),
        ("CALENDAR_URL", "/calendar/v3"),
    ];
    let google = google.map(|(name, path)| {
        let address = format!("{}{path}", simulator.address());
        (format!("KALENDS_GOOGLE__{name}"), address)
    });
    let own = [
        ("KALENDS_KEYS", KEYS.to_owned()),
        ("KALENDS_GOOGLE__CLIENT_ID", client.id.to_owned()),
        ("KALENDS_GOOGLE__CLIENT_SECRET", client.secret.to_owned()),
        ("KALENDS_SERVER__PUBLIC_URL", format!("http://{}", door.address())),
        // Google sends to https only; the simulator also to this machine.
        ("KALENDS_PUSH__ADDRESS", format!("http://{}", door.address())),
        ("KALENDS_SERVER__RETURN_TO_ORIGINS", origin(browser::RETURN_TO)),
        ("KALENDS_LOG__LEVEL", "info".to_owned()),
    ];
    let own = own.map(|(name, value)| (name.to_owned(), value));
    google.into_iter().chain(own).collect()
}

/// What gives a process a slow clock; timeouts and pauses keep their length.
fn slow_clock(programs: &Programs) -> Vec<(String, String)> {
    let Some(library) = &programs.faketime else {
        return Vec::new();
    };
    let variables = [
        ("LD_PRELOAD", library.display().to_string()),
        ("FAKETIME", BEHIND.to_owned()),
        ("DONT_FAKE_MONOTONIC", "1".to_owned()),
    ];
    variables.map(|(name, value)| (name.to_owned(), value)).to_vec()
}

fn origin(address: &str) -> String {
    address.splitn(4, '/').take(3).collect::<Vec<_>>().join("/")
}
