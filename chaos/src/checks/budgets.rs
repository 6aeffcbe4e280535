//! Budgets, by the simulated Google's own meter: not one call was one too many.

use reqwest::Method;
use serde_json::Value;

use crate::stage::Stage;

/// The busiest minutes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Peaks {
    /// Calls of the busiest project.
    pub(crate) project: u64,
    /// Calls of the busiest user.
    pub(crate) user: u64,
}

/// Reads the meter: how close it came, and each time that it was too much.
pub(super) async fn read(stage: &Stage) -> anyhow::Result<(Peaks, Vec<String>)> {
    let meter = stage.simulator.order(Method::GET, "/meter", Value::Null).await?;
    let exceeded = list(&meter["exceeded"]).iter().map(ToString::to_string).collect();
    Ok((peaks(&meter), exceeded))
}

fn peaks(meter: &Value) -> Peaks {
    let most = |uses: &Value| {
        let calls = list(uses)
            .iter()
            .filter_map(|one| one["peakPerMinute"]["calls"].as_u64());
        calls.max().unwrap_or(0)
    };
    Peaks {
        project: most(&meter["projects"]),
        user: most(&meter["users"]),
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_busiest_of_each_is_told() {
        let used = |calls: u64| json!({"peakPerMinute": {"calls": calls, "at": "2026-11-20T10:00:00Z"}});
        let meter = json!({"projects": [used(7), used(90)], "users": [used(30), used(5)]});
        assert_eq!(
            peaks(&meter),
            Peaks {
                project: 90,
                user: 30
            }
        );
        assert_eq!(peaks(&json!({})), Peaks { project: 0, user: 0 });
    }
}
