//! The application of the demo: a tenant with one person who takes bookings.

use anyhow::Context;
use kalends_core::{
    settings::Setting,
    slots::{DayWindow, MinuteOfDay, OpenHours, WeeklyWindow},
    time::{UserId, Zone},
};
use kalends_engine::{
    Engine, keys, settings,
    tenants::{self, NewTenant},
    users::{self, PutUser},
};
use secrecy::SecretString;
use url::Url;

/// Who takes bookings.
pub(super) const PERSON: &str = "Ana Keller";
/// Her id in the application.
pub(super) const USER: &str = "ana";
/// Where she lives.
pub(super) const ZONE: &str = "Europe/Zurich";
/// Her open hours: weekdays as ISO 8601 numbers them, first and last time.
const HOURS: [(&[u8], &str, &str); 2] = [(&[1, 2, 3, 4, 5], "09:00", "18:00"), (&[6], "10:00", "13:00")];

/// Makes tenant, person and API key; people may be sent back to `page`.
pub(super) async fn create(engine: &Engine, page: &Url) -> anyhow::Result<SecretString> {
    let new = NewTenant {
        name: "Demo".to_owned(),
        return_origins: vec![page.clone()],
    };
    let tenant = tenants::create(engine, new).await?.id;
    let id = UserId::new(USER)?;
    let time_zone = Zone::iana(ZONE)?;
    let hours = HOURS.iter().map(|(days, start, end)| {
        let window = DayWindow::new(start.parse::<MinuteOfDay>()?, end.parse::<MinuteOfDay>()?)?;
        Ok(WeeklyWindow {
            days: days.to_vec(),
            window,
        })
    });
    let hours = OpenHours::new(
        time_zone.clone(),
        hours.collect::<anyhow::Result<_>>()?,
        Vec::new(),
    )?;
    let person = PutUser {
        id: id.clone(),
        display_name: Some(PERSON.to_owned()),
        time_zone,
    };
    users::put(engine, tenant, person).await?;
    settings::put(engine, tenant, &id, Setting::WorkingHours(Box::new(hours))).await?;
    let key = keys::create(engine, tenant, "demo page")
        .await
        .context("no API key can be made")?;
    Ok(key.secret)
}
