//! Decisions in the process.

use std::{
    process::ExitCode,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};
use bytes::Bytes;
use jiff::Timestamp;
use kalends_bench::pairs::quantile;
use kalends_egress::{
    AccountKey, Call, ClientKey, EgressConfig, Lane, Limiter, Service, ServicePolicy, Surroundings, Window,
};
use uuid::Uuid;

/// What a decision may take.
const TARGET: Duration = Duration::from_nanos(200);
const ACCOUNTS: u128 = 10_000;
const ROUNDS: usize = 60;
const DECISIONS: usize = 20_000;
/// How far the clock moves between two calls that are granted: a little more than a quarter of a second.
const STEP_US: i64 = 250_001;
const SERVICE: Service = Service("bench");

/// Measures calls that are granted and calls that are refused.
pub(crate) async fn measure() -> anyhow::Result<ExitCode> {
    let now_us = Arc::new(AtomicI64::new(1_800_000_000_000_000));
    let limiter = limiter(&now_us)?;
    let calls: Vec<Call> = (0..ACCOUNTS).map(call).collect();
    let mut verdict = ExitCode::SUCCESS;
    for (name, step_us, expect) in [("granted", STEP_US, DECISIONS), ("refused", 0, 0)] {
        let mut times = Vec::with_capacity(ROUNDS);
        for round in 0..=ROUNDS {
            let began = Instant::now();
            let mut granted = 0;
            for decision in 0..DECISIONS {
                now_us.fetch_add(step_us, Ordering::Relaxed);
                // Strides over the accounts, so that neighbours in time are none in memory.
                let call = &calls[decision * 7_919 % calls.len()];
                granted += usize::from(limiter.decide(call).await.is_ok());
            }
            let each = began.elapsed() / u32::try_from(DECISIONS)?;
            if round > 0 {
                ensure!(
                    granted == expect,
                    "{granted} of {DECISIONS} granted, not {expect}"
                );
                times.push(each);
            }
        }
        let (median, p90) = (quantile(times.clone(), 0.5), quantile(times, 0.9));
        println!("a decision in the process, {name}: median {median:?}, p90 {p90:?} (target {TARGET:?})");
        if median > TARGET {
            eprintln!("a target is missed");
            verdict = ExitCode::FAILURE;
        }
    }
    Ok(verdict)
}

fn limiter(now_us: &Arc<AtomicI64>) -> anyhow::Result<Limiter> {
    let clock = Arc::clone(now_us);
    let now = move || Timestamp::from_microsecond(clock.load(Ordering::Relaxed)).unwrap_or(Timestamp::MAX);
    let policy = ServicePolicy {
        per_account: vec![Window::new(10, 10)],
        per_client: vec![Window::new(400, 100)],
        ..ServicePolicy::default()
    };
    let config = EgressConfig::new(Surroundings::new(now, || 0.5)).with_service(SERVICE, policy);
    Limiter::new(Arc::new(config)).context("the limiter")
}

fn call(account: u128) -> Call {
    Call {
        account: Some(AccountKey(Uuid::from_u128(account))),
        // So that the whole window counts.
        lane: Lane::Interactive,
        ..Call::new(
            SERVICE,
            ClientKey::from("client"),
            http::Request::new(Bytes::new()),
        )
    }
}
