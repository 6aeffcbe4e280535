//! The steps of the story, one chapter a file. Each answers what was seen, or why it is not what should be.

mod asking;
mod connecting;
mod leaving;
mod moving;
mod opening;
mod syncing;
mod writing;

use std::time::Duration;

use jiff::Timestamp;
use kalends_core::ambient::Ambient;
use url::Url;

use super::{
    application::Application,
    http::Http,
    spans::{Span, check_slots},
};
use crate::commands::demo::site::Site;

/// How long work in the background may take.
const SOON: Duration = Duration::from_secs(15);
/// Days that are looked at.
const DAYS: i64 = 21;
/// Minutes of an appointment.
const APPOINTMENT: i64 = 45;

/// The story so far.
pub(super) struct Story<'a> {
    http: &'a Http,
    app: Application<'a>,
    /// The simulated Google.
    google: Url,
    /// The application's page, to which people are sent back.
    page: Url,
    ambient: &'a Ambient,
    /// The window that all questions are about.
    window: Span,
    /// The id of the connection, once there is one.
    connection: String,
}

impl<'a> Story<'a> {
    /// Before its first step.
    pub(super) fn new(http: &'a Http, site: &'a Site) -> anyhow::Result<Self> {
        Ok(Self {
            http,
            app: Application::new(http, site),
            google: site.simulator.base_url().parse()?,
            page: site.page.clone(),
            ambient: &site.ambient,
            window: window(site.ambient.now())?,
            connection: String::new(),
        })
    }

    /// The slots of the window, after a check of each against busy times and open hours.
    async fn checked_slots(&self) -> anyhow::Result<Vec<Span>> {
        let time = self.app.time(self.window).await?;
        let slots = self.app.slots(self.window, APPOINTMENT).await?;
        check_slots(&slots, &time.busy, &time.open)?;
        Ok(slots)
    }
}

/// From an hour or two ahead, so that no slot becomes past while the story is told.
fn window(now: Timestamp) -> anyhow::Result<Span> {
    let hours = now.as_second().div_euclid(3600) + 2;
    let at = |hours: i64| Timestamp::from_second(hours * 3600);
    Ok(Span {
        start: at(hours)?,
        end: at(hours + 24 * DAYS)?,
    })
}
