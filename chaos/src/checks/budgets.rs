//! Budgets, by the simulated Google's own meter: not one call was one too many.

use reqwest::Method;
use serde_json::Value;

use crate::stage::Stage;

/// The busiest minute of the busiest project.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peak {
    pub(crate) calls: u64,
}

/// Reads the meter.
pub(super) async fn check(stage: &Stage) -> anyhow::Result<Peak> {
    let meter = stage.simulator.order(Method::GET, "/meter", Value::Null).await?;
    let exceeded = meter["exceeded"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    for one in exceeded {
        stage.journal.found("budgets exceeded", &one.to_string());
    }
    let projects = meter["projects"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    let peaks = projects
        .iter()
        .filter_map(|project| project["peakPerMinute"]["calls"].as_u64());
    Ok(Peak {
        calls: peaks.max().unwrap_or(0),
    })
}
