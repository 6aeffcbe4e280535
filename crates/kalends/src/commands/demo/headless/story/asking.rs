//! What is answered about the person's time.

use jiff::SignedDuration;
use serde_json::Value;

use super::{APPOINTMENT, SOON, Story};
use crate::commands::demo::headless::{
    application::{instant, text},
    until,
};

impl Story<'_> {
    pub(in super::super) async fn availability(&self) -> anyhow::Result<String> {
        let is_fresh = |evidence: &Value| evidence["status"] == "fresh";
        let time = until(SOON, "fresh evidence", async || {
            let time = self.app.time(self.window).await?;
            Ok(time.calendars.iter().all(is_fresh).then_some(time))
        })
        .await?;
        anyhow::ensure!(!time.busy.is_empty(), "nothing is busy");
        anyhow::ensure!(!time.open.is_empty(), "no hours are open");
        anyhow::ensure!(time.unknown.is_empty(), "unknown: {:?}", time.unknown);
        let [evidence] = time.calendars.as_slice() else {
            anyhow::bail!("not one calendar counts, but {:?}", time.calendars);
        };
        anyhow::ensure!(
            instant(evidence, "coveredUntil")? >= self.window.end,
            "the evidence does not reach {}: {evidence}",
            self.window.end
        );
        let age = instant(evidence, "asOf")?.duration_until(self.ambient.now());
        anyhow::ensure!(age < SignedDuration::from_secs(60), "the evidence is {age:#} old");
        Ok(format!(
            "{} busy times, {}",
            time.busy.len(),
            text(evidence, "source")?
        ))
    }

    pub(in super::super) async fn slots(&self) -> anyhow::Result<String> {
        let slots = self.checked_slots().await?;
        Ok(format!("{} slots of {APPOINTMENT} minutes", slots.len()))
    }
}
