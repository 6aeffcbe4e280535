//! Several replicas that count together in a real Redis, named by `KALENDS_TEST_REDIS_URL`.

use std::{
    env,
    process::{Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use jiff::Timestamp;
use redis::AsyncCommands as _;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
};
use uuid::Uuid;

use super::{
    budget::{Budget, Demand, Moment},
    shared::{Decision, Shared, SharedClock},
    windows::Windows,
};
use crate::{
    call::{AccountKey, ClientKey, Lane, Peer, Service},
    clock::after,
    config::Window,
    scripted::dawn,
};

#[expect(
    clippy::disallowed_methods,
    reason = "tests take the addresses of their servers from the environment"
)]
fn variable(name: &str) -> Option<String> {
    env::var(name).ok()
}

/// The address of Redis; a test without one says that it was skipped, or fails where nothing may be skipped.
fn redis_url(test: &str) -> Option<String> {
    let url = variable("KALENDS_TEST_REDIS_URL");
    if url.is_none() {
        assert!(
            variable("KALENDS_TEST_REQUIRE_ALL").is_none(),
            "{test}: KALENDS_TEST_REDIS_URL is not set"
        );
        println!("{test}: skipped, KALENDS_TEST_REDIS_URL is not set");
    }
    url
}

/// A replica on simulated time.
fn replica(url: &str) -> Arc<Windows> {
    let shared = Shared::new(url, SharedClock::Injected, process()).unwrap();
    Arc::new(Windows::new(Some(shared)))
}

/// Names a process, or a budget that no other run of the tests has.
fn process() -> Uuid {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let began = std::time::UNIX_EPOCH.elapsed().unwrap().as_millis() as u64;
    let place = u64::from(std::process::id()) << 32 | NEXT.fetch_add(1, Ordering::Relaxed);
    Uuid::from_u64_pair(began, place)
}

/// A budget that no other run of the tests has.
fn account(client: &str, n: u128) -> Budget {
    let peer = Peer {
        service: Service("test"),
        client: ClientKey::from(client),
        host: None,
    };
    Budget::Account(peer, AccountKey(Uuid::from_u128(n)))
}

fn moment(now: Timestamp) -> Moment {
    Moment {
        now,
        lane: Lane::Interactive,
        left: Duration::from_secs(30),
    }
}

const HOUR_US: i64 = 3_600_000_000;
const LIMITS: [Window; 2] = [Window::new(10, 1), Window::new(400, 100)];
/// Names the budget that the four processes share.
const CLIENT: &str = "KALENDS_TEST_FLEET_CLIENT";

/// One of the four, started by the test below: walks through the hour on the clock that all share, and prints from when
/// its calls count.
#[tokio::test]
async fn one_of_four() {
    let Some(client) = variable(CLIENT) else {
        return;
    };
    let url = redis_url("one_of_four").unwrap();
    let shared = Shared::new(&url, SharedClock::Injected, process()).unwrap();
    let mut clock = redis::Client::open(url)
        .unwrap()
        .get_multiplexed_async_connection()
        .await
        .unwrap();
    let demand = [Demand {
        budget: account(&client, 1),
        windows: &LIMITS,
        at_once: None,
    }];
    let mut step_us = i64::from(std::process::id());
    loop {
        // Uneven steps, from nothing to a quarter of a second.
        step_us = (step_us * 1_103_515_245 + 12_345) & 0x3_ffff;
        let elapsed_us: i64 = clock.incr(format!("{client}:clock"), step_us).await.unwrap();
        if elapsed_us > HOUR_US {
            break;
        }
        let now = after(dawn(), Duration::from_micros(elapsed_us as u64));
        if let Decision::Granted(granted) = shared.take(&demand, &[1.0], moment(now)).await.unwrap() {
            println!("granted {}", granted.from_us);
        }
    }
}

#[test]
fn four_processes_never_exceed_a_window() {
    if redis_url("four_processes_never_exceed_a_window").is_none() {
        return;
    }
    let client = process().to_string();
    let children: Vec<_> = (0..4)
        .map(|_| {
            Command::new(env::current_exe().unwrap())
                .args(["--exact", "limiter::fleet_tests::one_of_four", "--nocapture"])
                .env(CLIENT, &client)
                .stdout(Stdio::piped())
                .spawn()
                .unwrap()
        })
        .collect();
    let mut granted: Vec<i64> = Vec::new();
    for child in children {
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success());
        let text = String::from_utf8(output.stdout).unwrap();
        let mine = text.lines().filter_map(|line| line.strip_prefix("granted "));
        let before = granted.len();
        granted.extend(mine.map(|us| us.parse::<i64>().unwrap()));
        assert!(granted.len() > before, "each of them was granted something");
    }
    granted.sort_unstable();
    for window in LIMITS {
        let per_us = window.per.as_micros() as i64;
        let exceeding = granted
            .windows(window.calls as usize + 1)
            .find(|span| span[window.calls as usize] - span[0] < per_us);
        assert_eq!(exceeding, None, "more than {window:?}");
    }
    // 400 in 100 seconds are 14,400 in an hour; what is asked suffices to use nearly all.
    assert!(granted.len() > 13_000, "{} calls granted", granted.len());
}

#[tokio::test]
async fn calls_under_way_are_counted_together() {
    let Some(url) = redis_url("calls_under_way_are_counted_together") else {
        return;
    };
    let client = process().to_string();
    let [one, other] = [(); 2].map(|()| replica(&url));
    let four = [Demand {
        budget: account(&client, 1),
        windows: &[],
        at_once: Some(4),
    }];
    let now = dawn();
    let mut under_way = Vec::new();
    for windows in [&one, &other, &one, &other] {
        under_way.push(windows.take(&four, moment(now)).await.unwrap());
    }
    assert!(one.take(&four, moment(now)).await.is_err(), "the fifth");
    under_way.pop();
    // The end is told in the background; the next call waits its 25 ms as any caller would.
    let mut waited = 0;
    while one.take(&four, moment(now)).await.is_err() {
        waited += 1;
        assert!(waited < 10_000, "the place is never free again");
        tokio::task::yield_now().await;
    }
    // Whoever dies with its call under way has it no longer than the call could last.
    let later = after(now, Duration::from_secs(31));
    std::mem::forget(under_way);
    assert!(other.take(&four, moment(later)).await.is_ok());
}

#[tokio::test]
async fn a_budget_closed_by_one_is_closed_for_all() {
    let Some(url) = redis_url("a_budget_closed_by_one_is_closed_for_all") else {
        return;
    };
    let client = process().to_string();
    let [one, other] = [(); 2].map(|()| replica(&url));
    let demand = |n| {
        [Demand {
            budget: account(&client, n),
            windows: &LIMITS,
            at_once: None,
        }]
    };
    let now = dawn();
    one.close(&demand(1)[0].budget, Duration::from_mins(2), now).await;
    let open_at = after(now, Duration::from_mins(2));
    assert_eq!(other.take(&demand(1), moment(now)).await.unwrap_err(), open_at);
    other.take(&demand(2), moment(now)).await.unwrap();
    other.take(&demand(1), moment(open_at)).await.unwrap();
}

/// A way to Redis that can be cut.
struct Wire {
    url: String,
    cut: watch::Sender<bool>,
}

impl Wire {
    async fn to(redis: &str) -> Self {
        let target = redis
            .trim_start_matches("redis://")
            .trim_end_matches('/')
            .to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("redis://{}", listener.local_addr().unwrap());
        let (cut, is_cut) = watch::channel(false);
        tokio::spawn(async move {
            while let Ok((mut inbound, _)) = listener.accept().await {
                let (target, mut is_cut) = (target.clone(), is_cut.clone());
                tokio::spawn(async move {
                    if *is_cut.borrow_and_update() {
                        return;
                    }
                    let mut outbound = TcpStream::connect(target).await.unwrap();
                    tokio::select! {
                        _ = tokio::io::copy_bidirectional(&mut inbound, &mut outbound) => {}
                        _ = is_cut.changed() => {}
                    }
                });
            }
        });
        Self { url, cut }
    }
}

#[tokio::test]
async fn without_redis_a_replica_uses_its_share_and_tells_of_it_when_redis_is_back() {
    let Some(url) = redis_url("without_redis_a_replica_uses_its_share") else {
        return;
    };
    let wire = Wire::to(&url).await;
    let client = process().to_string();
    let (ours, other) = (replica(&wire.url), replica(&url));
    ours.set_replicas(2);
    let limits = [Window::new(10, 3600)];
    let demand = [Demand {
        budget: account(&client, 1),
        windows: &limits,
        at_once: None,
    }];
    let granted = async |windows: &Arc<Windows>, now| {
        let mut granted = 0;
        while granted < 20 && windows.take(&demand, moment(now)).await.is_ok() {
            granted += 1;
        }
        granted
    };
    let now = dawn();
    for _ in 0..3 {
        ours.take(&demand, moment(now)).await.unwrap();
    }
    wire.cut.send(true).unwrap();
    let now = after(now, Duration::from_secs(1));
    assert_eq!(
        granted(&ours, now).await,
        1,
        "three as before, and its part of the two that are left to people"
    );

    wire.cut.send(false).unwrap();
    let mut later = now;
    let mut again = 0;
    while again == 0 {
        // The first try may find the connection that broke, or the next one still being made.
        later = after(later, Duration::from_secs(2));
        assert!(later < after(now, Duration::from_mins(30)), "it never comes back");
        again = granted(&ours, later).await;
    }
    assert_eq!(again, 6, "ten in all: it counts with the other again");
    assert_eq!(
        granted(&other, later).await,
        0,
        "which knows of the calls made meanwhile"
    );
}

#[tokio::test]
async fn a_redis_that_goes_away_and_comes_back_lets_nobody_exceed_a_window() {
    let Some(url) = redis_url("a_redis_that_goes_away_and_comes_back") else {
        return;
    };
    let client = process().to_string();
    let mut wires = Vec::new();
    let mut replicas = Vec::new();
    for _ in 0..4 {
        let wire = Wire::to(&url).await;
        let windows = replica(&wire.url);
        windows.set_replicas(4);
        wires.push(wire);
        replicas.push(windows);
    }
    let demand = [Demand {
        budget: account(&client, 1),
        windows: &LIMITS,
        at_once: None,
    }];
    let (mut granted, mut dice, mut elapsed_us, mut is_cut) = (Vec::new(), 7_u64, 0, false);
    while elapsed_us < 1_200_000_000 {
        dice = dice
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        elapsed_us += (dice >> 46) as i64;
        // Every five minutes: one replica uses what there is, Redis is away for a minute while the others ask, all ask.
        let second = elapsed_us / 1_000_000 % 300;
        let cut_now = (120..180).contains(&second);
        if cut_now != is_cut {
            is_cut = cut_now;
            for wire in &wires {
                wire.cut.send(is_cut).unwrap();
            }
        }
        let chosen = match second {
            ..80 => continue,
            80..120 => 0,
            120..180 => 1 + (dice >> 40) % 3,
            _ => (dice >> 40) % 4,
        };
        let chosen = &replicas[chosen as usize];
        let moment = Moment {
            lane: Lane::Backfill,
            ..moment(after(dawn(), Duration::from_micros(elapsed_us as u64)))
        };
        if chosen.take(&demand, moment).await.is_ok() {
            granted.push(elapsed_us);
        }
    }
    for window in LIMITS {
        let per_us = window.per.as_micros() as i64;
        let exceeding = granted
            .windows(window.calls as usize + 1)
            .find(|span| span[window.calls as usize] - span[0] < per_us);
        assert_eq!(exceeding, None, "more than {window:?}");
    }
    assert!(granted.len() > 1_500, "{} calls granted", granted.len());
}
