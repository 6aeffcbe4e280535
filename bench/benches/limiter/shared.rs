//! Decisions shared by replicas, against the bare script.

use std::{
    process::ExitCode,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};
use bytes::Bytes;
use jiff::Timestamp;
use kalends_bench::pairs::{self, Limit};
use kalends_egress::{
    AccountKey, Call, ClientKey, EgressConfig, Lane, Limiter, Service, ServicePolicy, SharedClock,
    SharedWindows, Surroundings, Window,
};
use redis::{Script, aio::MultiplexedConnection};
use uuid::Uuid;

/// Names the server, as for the tests.
const REDIS: &str = "KALENDS_TEST_REDIS_URL";
/// The script that both ways run.
const SCRIPT: &str = include_str!("../../../crates/egress/src/limiter/take.lua");
/// The most that our way may take, as a multiple of the bare script.
const TARGET: f64 = 1.2;
const ROUNDS: usize = 60;
const DECISIONS: u128 = 200;
const SERVICE: Service = Service("bench");
/// Wide enough that every call of the benchmark is granted.
const WINDOWS: [Window; 2] = [Window::new(1_000_000, 10), Window::new(10_000_000, 100)];

/// Measures both ways in turns; says so when there is no Redis.
#[expect(
    clippy::disallowed_methods,
    reason = "whoever runs the benchmarks says by environment where Redis is, and its clock counts"
)]
pub(crate) async fn measure() -> anyhow::Result<ExitCode> {
    let Ok(url) = std::env::var(REDIS) else {
        println!("skipped: Redis ({REDIS} is not set)");
        return Ok(ExitCode::SUCCESS);
    };
    let run = Uuid::now_v7();
    let limiter = limiter(&url, run)?;
    let client = ClientKey::from(run.to_string().as_str());
    let bare = Bare::connect(&url, run).await?;
    let ours = async || {
        let began = Instant::now();
        for account in 0..DECISIONS {
            let call = Call {
                account: Some(AccountKey(Uuid::from_u128(account))),
                lane: Lane::Interactive,
                ..Call::new(SERVICE, client.clone(), http::Request::new(Bytes::new()))
            };
            ensure!(limiter.decide(&call).await.is_ok(), "a call was refused");
        }
        Ok(began.elapsed())
    };
    let theirs = async || bare.decide().await;
    let name = "200 decisions shared in Redis; the bare script";
    let pairs = pairs::measure((name, Limit::Target(TARGET)), ROUNDS, ours, theirs).await?;
    Ok(pairs::verdict(&[pairs]))
}

#[expect(clippy::disallowed_methods, reason = "the benchmark lives in real time")]
fn limiter(url: &str, process: Uuid) -> anyhow::Result<Limiter> {
    let policy = ServicePolicy {
        per_account: vec![WINDOWS[0]],
        per_client: vec![WINDOWS[1]],
        ..ServicePolicy::default()
    };
    let mut config =
        EgressConfig::new(Surroundings::new(Timestamp::now, || 0.5)).with_service(SERVICE, policy);
    config.shared = Some(SharedWindows {
        url: url.into(),
        clock: SharedClock::Server,
        process,
    });
    Limiter::new(Arc::new(config)).context("the limiter")
}

/// The script with keys and arguments like ours.
struct Bare {
    connection: MultiplexedConnection,
    script: Script,
    keys: Vec<[String; 6]>,
    name: String,
}

impl Bare {
    async fn connect(url: &str, run: Uuid) -> anyhow::Result<Self> {
        let key = |rest: &str| format!("kalends:limit:{{bench|bare-{run}|}}{rest}");
        let keys = (0..DECISIONS).map(|account| {
            let account = Uuid::from_u128(account);
            [
                key(""),
                key("/closed"),
                key("/under-way"),
                key(&format!(":{account}")),
                key(&format!(":{account}/closed")),
                key(&format!(":{account}/under-way")),
            ]
        });
        Ok(Self {
            connection: redis::Client::open(url)?
                .get_multiplexed_async_connection()
                .await?,
            script: Script::new(SCRIPT),
            keys: keys.collect(),
            name: format!("{run}:1"),
        })
    }

    async fn decide(&self) -> anyhow::Result<Duration> {
        let began = Instant::now();
        for keys in &self.keys {
            let mut script = self.script.prepare_invoke();
            script.arg(0).arg(&self.name).arg(30_000_000).arg(25_000);
            for key in keys {
                script.key(key);
            }
            for window in [WINDOWS[1], WINDOWS[0]] {
                let per_us = u64::try_from(window.per.as_micros())?;
                script.arg(-1).arg(per_us).arg(1).arg(window.calls).arg(per_us);
            }
            let (wait_us, _from_us): (u64, i64) = script.invoke_async(&mut self.connection.clone()).await?;
            ensure!(wait_us == 0, "a call was refused");
        }
        Ok(began.elapsed())
    }
}
