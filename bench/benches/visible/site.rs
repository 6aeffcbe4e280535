//! The server with everybody's calendars watched, and the moments in which messages reach it.

use std::time::Instant;

use anyhow::{Context, ensure};
use axum::{
    extract::Request,
    middleware::{Next, from_fn},
};
use jiff::SignedDuration;
use kalends_bench::{
    kalends::{Kalends, ambient},
    loopback,
};
use kalends_core::time::{UserId, Zone};
use kalends_engine::{
    EngineSettings,
    channels::PushSettings,
    connections::{self, Wait},
    runner::Runner,
};
use kalends_simulator::{Running, Simulator, SimulatorConfig};
use kalends_store::UserProfile;
use tokio::{
    sync::mpsc::{UnboundedReceiver, unbounded_channel},
    task::JoinHandle,
};
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::people::Person;

pub(crate) struct Site {
    pub(crate) kalends: Kalends,
    pub(crate) url: Url,
    pub(crate) people: Vec<Person>,
    receipts: UnboundedReceiver<Instant>,
    stop: CancellationToken,
    runner: JoinHandle<()>,
    // Google ends with it.
    _simulator: Running,
}

/// The application's name for a person.
pub(crate) fn user(number: usize) -> String {
    format!("person-{number}")
}

impl Site {
    /// Everybody is connected, read and watched.
    pub(crate) async fn open(database: &str, people: usize) -> anyhow::Result<Self> {
        let ambient = ambient()?;
        let simulator = Simulator::start(SimulatorConfig::new(ambient.clone())).await?;
        let google = simulator.base_url().parse()?;
        let (listener, url) = loopback::bind().await?;
        let settings = EngineSettings {
            push: Some(PushSettings {
                url: url.join("/v1/push/")?,
                pause: SignedDuration::from_secs(1),
            }),
            ..EngineSettings::default()
        };
        let kalends = Kalends::with_settings(database, &google, ambient, settings).await?;
        let (received, receipts) = unbounded_channel();
        let router = kalends
            .router()?
            .layer(from_fn(move |request: Request, next: Next| {
                if request.uri().path() == "/v1/push/google" {
                    // Nobody waits for it any more when the benchmark ends.
                    let _ = received.send(Instant::now());
                }
                next.run(request)
            }));
        loopback::serve_on(listener, router);

        let http = loopback::client()?;
        let mut all = Vec::with_capacity(people);
        for number in 0..people {
            let person = Person::new(&simulator, number, http.clone()).await?;
            connect(&kalends, &person, number).await?;
            all.push(person);
        }
        let runner = Runner::new(kalends.engine.clone());
        while runner.sweep().await? + runner.drain().await? > 0 {}
        simulator.control().settle_pushes().await;
        runner.drain().await?;
        let watched = simulator.control().push_channels().len();
        ensure!(watched >= people, "only {watched} channels are open");

        let stop = CancellationToken::new();
        let until = stop.clone();
        let runner = tokio::spawn(async move { runner.run(until).await });
        Ok(Self {
            kalends,
            url,
            people: all,
            receipts,
            stop,
            runner,
            _simulator: simulator,
        })
    }

    /// Messages that have come so far are not those of the next edit.
    pub(crate) fn forget_receipts(&mut self) {
        while self.receipts.try_recv().is_ok() {}
    }

    /// When the next message reached the server.
    pub(crate) async fn receipt(&mut self) -> anyhow::Result<Instant> {
        self.receipts.recv().await.context("the server has ended")
    }

    pub(crate) async fn close(self) -> anyhow::Result<()> {
        self.stop.cancel();
        self.runner.await?;
        self.kalends.store.close().await;
        Ok(())
    }
}

async fn connect(kalends: &Kalends, person: &Person, number: usize) -> anyhow::Result<()> {
    let user = UserId::new(user(number))?;
    let profile = UserProfile {
        display_name: None,
        zone: Zone::UTC,
    };
    kalends.store.put_user(kalends.tenant, &user, &profile).await?;
    let account = (person.email.as_str(), person.token.as_str());
    let connected = kalends.connect(&user, account, &Zone::UTC).await?;
    connections::sync(&kalends.engine, kalends.tenant, connected.connection, Wait::No).await?;
    Ok(())
}
