//! Who plays: the tenants' sites and their people, each with an account and calendars at the simulated Google.

use jiff::Timestamp;
use reqwest::Method;
use serde_json::{Value, json};

use crate::servers::simulator::Simulator;

/// In every title, so that a log line with one is found.
pub(crate) const TITLE_MARK: &str = "zqtitle";
/// The domain of every address, for the same reason.
pub(crate) const DOMAIN: &str = "zqmail.example";
/// The zone in which everybody lives.
pub(crate) const ZONE: &str = "Europe/Zurich";

/// Days around the beginning of a run in which events lie, well within what is covered.
pub(crate) const DAYS_BACK: i64 = 10;
pub(crate) const DAYS_AHEAD: i64 = 60;

/// Events that each calendar has before it is connected.
const FIRST_EVENTS: u32 = 40;

/// People of each tenant, by site: two tenants of the fleet, one of the single server.
pub(crate) const PEOPLE: [usize; 3] = [9, 9, 5];
/// So many of a site's people take back what they granted, disconnect and connect again; the others stay.
pub(crate) const RESTLESS: usize = 3;
/// Calendars of each person.
pub(crate) const CALENDARS: usize = 3;

/// A person.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    /// Index of the tenant's site.
    pub(crate) site: usize,
    /// The application's id of them.
    pub(crate) user: String,
    /// Their account.
    pub(crate) email: String,
    /// Their calendars' ids at Google, the main one first.
    pub(crate) calendars: Vec<String>,
    /// Whether they may leave.
    pub(crate) restless: bool,
}

/// Everybody.
pub(crate) fn people() -> Vec<Person> {
    let everybody = PEOPLE.iter().enumerate().flat_map(|(site, count)| {
        (0..*count).map(move |number| {
            let user = format!("s{site}p{number}");
            let email = format!("{user}@{DOMAIN}");
            let others = (1..CALENDARS).map(|other| format!("{user}c{other}@group.calendar.google.com"));
            Person {
                site,
                calendars: std::iter::once(email.clone()).chain(others).collect(),
                restless: number + RESTLESS >= *count,
                user,
                email,
            }
        })
    });
    everybody.collect()
}

/// What a calendar is called; by this Kalends' calendar is told apart.
pub(crate) fn calendar_name(id: &str) -> String {
    format!("{TITLE_MARK} {}", id.split('@').next().unwrap_or(id))
}

/// Gives everybody an account, calendars and a past.
pub(crate) async fn settle(
    simulator: &Simulator,
    people: &[Person],
    seed: u64,
    begun: Timestamp,
) -> anyhow::Result<()> {
    let (from, to) = window(begun);
    for (number, person) in people.iter().enumerate() {
        let account = json!({"email": person.email, "settings": {"timezone": ZONE}});
        simulator.order(Method::POST, "/users", account).await?;
        for (other, calendar) in person.calendars.iter().enumerate() {
            let order = json!({"email": person.email, "id": calendar, "summary": calendar_name(calendar), "timeZone": ZONE});
            simulator.order(Method::PUT, "/calendars", order).await?;
            let fill = json!({"email": person.email, "calendar": calendar, "count": FIRST_EVENTS, "from": from, "to": to,
                "recurringPercent": 15, "seed": seed + (number * CALENDARS + other) as u64});
            simulator.order(Method::POST, "/fill", fill).await?;
        }
    }
    Ok(())
}

/// The time in which events lie.
pub(crate) fn window(begun: Timestamp) -> (Timestamp, Timestamp) {
    let day = |days: i64| {
        begun
            .checked_add(jiff::SignedDuration::from_hours(24 * days))
            .unwrap_or(begun)
    };
    (day(-DAYS_BACK), day(DAYS_AHEAD))
}

/// An instant as Google writes it.
pub(crate) fn instant(at: Timestamp) -> Value {
    json!({"dateTime": at.to_string(), "timeZone": ZONE})
}
