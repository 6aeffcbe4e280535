//! The simulated Google of the demo: three people with lively weeks, and one with a calendar long enough that its first
//! sync can be watched.

use anyhow::Context;
use jiff::{SignedDuration, Timestamp};
use kalends_core::ambient::Ambient;
use kalends_simulator::{Fault, FillOrder, Running, Simulator, SimulatorConfig, Trouble, World};

/// Whose calendar is connected.
pub(super) const EMAIL: &str = "ana@example.com";
/// Events beyond the weeks that are shown.
pub(super) const ARCHIVE: u32 = 1500;
/// Events of a page of a listing, at the most, as Google too answers smaller pages than asked for. A first sync in few
/// pages leaves room in the account's rate limit for the calendar that is chosen next.
const PAGE: usize = 500;
/// How long Google takes for a listing, about as in life.
const ANSWER_MS: u64 = 500;
/// All listings of events.
const LISTINGS: &str = "GET /calendar/v3/calendars/*/events";
/// The archive lies behind the window that is compiled into busy times, where it disturbs nobody's week.
const ARCHIVE_FROM_DAYS: i64 = 120;
const ARCHIVE_TO_DAYS: i64 = 900;

/// Starts it on a free port.
pub(super) async fn start(ambient: Ambient) -> anyhow::Result<Running> {
    let now = ambient.now();
    let config = SimulatorConfig {
        world: World::Demo,
        ..SimulatorConfig::new(ambient)
    };
    let simulator = Simulator::start(config)
        .await
        .context("the simulator cannot start")?;
    let control = simulator.control();
    control
        .fill(&archive(now)?)
        .context("the archive cannot be made")?;
    for trouble in [
        Trouble::PageSize { items: PAGE },
        Trouble::Delay {
            milliseconds: ANSWER_MS,
        },
    ] {
        control.add_fault(Fault::new(LISTINGS, trouble))?;
    }
    Ok(simulator)
}

fn archive(now: Timestamp) -> anyhow::Result<FillOrder> {
    let days = |days: i64| now.checked_add(SignedDuration::from_hours(24 * days));
    Ok(FillOrder {
        email: EMAIL.to_owned(),
        people: None,
        calendar: None,
        count: ARCHIVE,
        seed: 1,
        from: Some(days(ARCHIVE_FROM_DAYS)?),
        to: Some(days(ARCHIVE_TO_DAYS)?),
        recurring_percent: Some(0),
    })
}
