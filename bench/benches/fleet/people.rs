//! People with calendars at the simulator, and the server's database as it is when all of them have just connected.

use std::path::{Path, PathBuf};

use jiff::SignedDuration;
use kalends_bench::kalends::{Kalends, real_ambient};
use kalends_core::time::{UserId, Zone};
use kalends_engine::connections::{self, Wait};
use kalends_simulator::{FillOrder, Running, Simulator, SimulatorConfig};
use kalends_store::UserProfile;
use secrecy::SecretString;
use tempfile::TempDir;

/// The simulator with everybody's events, and the prepared database.
pub(crate) struct Fleet {
    simulator: Running,
    ring: SecretString,
    folder: TempDir,
}

impl Fleet {
    /// So many people with a calendar each, which have so many events together.
    pub(crate) async fn new(calendars: u32, events: u32) -> anyhow::Result<Self> {
        let ambient = real_ambient();
        let simulator = Simulator::start(SimulatorConfig::new(ambient.clone())).await?;
        let folder = tempfile::tempdir()?;
        let database = format!("sqlite:{}", folder.path().join(FILE).display());
        let google = simulator.base_url().parse()?;
        let kalends = Kalends::on(&database, &google, ambient.clone()).await?;
        for number in 0..calendars {
            // The rest of the division goes to the first ones.
            let count = events / calendars + u32::from(number < events % calendars);
            person(&kalends, &simulator, (number, count)).await?;
        }
        let ring = kalends.ring.clone();
        kalends.store.close().await;
        Ok(Self {
            simulator,
            ring,
            folder,
        })
    }

    /// Where the server is to work.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The file of its database.
    pub(crate) fn file(&self) -> PathBuf {
        self.folder.path().join(FILE)
    }

    /// The ring that opens the database's secrets.
    pub(crate) fn ring(&self) -> &SecretString {
        &self.ring
    }

    /// Where Google's APIs are.
    pub(crate) fn google(&self) -> &str {
        self.simulator.base_url()
    }
}

const FILE: &str = "kalends.db";

/// Connects a person whose calendar has so many events, and asks for its first sync.
async fn person(kalends: &Kalends, simulator: &Running, (number, count): (u32, u32)) -> anyhow::Result<()> {
    let now = kalends.engine.ambient().now();
    let email = format!("person-{number}@example.com");
    let order = FillOrder {
        email: email.clone(),
        people: None,
        calendar: None,
        count,
        seed: u64::from(number),
        from: Some(now - SignedDuration::from_hours(24 * 28)),
        to: Some(now + SignedDuration::from_hours(24 * 90)),
        recurring_percent: None,
    };
    simulator.control().fill(&order)?;
    let token = simulator
        .control()
        .issue_tokens(&email, &["calendar.readonly"])?
        .access_token;
    let user = UserId::new(format!("person-{number}"))?;
    let profile = UserProfile {
        display_name: None,
        zone: Zone::UTC,
    };
    kalends.store.put_user(kalends.tenant, &user, &profile).await?;
    let connected = kalends.connect(&user, (&email, &token), &Zone::UTC).await?;
    connections::sync(&kalends.engine, kalends.tenant, connected.connection, Wait::No).await?;
    Ok(())
}
