//! `kalends load`: what polling asks of each provider, against what its budget allows.

use kalends_engine::load::{self, BudgetLoad};

use super::{block_on, engine_for_rows};
use crate::cli::ConfigArgs;

/// The span that requests are counted over, in seconds: that of Google's default window.
const SPAN: f64 = 100.0;

pub(crate) fn run(args: &ConfigArgs) -> anyhow::Result<()> {
    block_on(async {
        let loads = load::measure(&engine_for_rows(args).await?).await?;
        println!(
            "{}",
            row(["PROVIDER", "CLIENT", "CALENDARS", "PER 100 S", "BUDGET", "LOAD"])
        );
        for budget in &loads {
            println!("{}", line(budget));
        }
        for BudgetLoad { provider, load, .. } in loads.iter().filter(|budget| budget.load.is_over()) {
            println!(
                "{provider}: polls may use four fifths of the budget; intervals are stretched {:.1} times",
                load.stretch()
            );
        }
        Ok(())
    })
}

fn line(
    BudgetLoad {
        provider,
        client,
        load,
    }: &BudgetLoad,
) -> String {
    let (budget, percent) = match load.allowed {
        Some(allowed) => (
            format!("{:.0}", allowed * SPAN),
            format!("{:.0} %", load.share() * 100.0),
        ),
        None => ("-".to_owned(), "-".to_owned()),
    };
    row([
        provider.as_str(),
        client.as_deref().unwrap_or("-"),
        &load.calendars.to_string(),
        &format!("{:.1}", load.planned * SPAN),
        &budget,
        &percent,
    ])
}

fn row([provider, client, calendars, planned, budget, load]: [&str; 6]) -> String {
    format!("{provider:<10} {client:<32} {calendars:>9} {planned:>10} {budget:>8} {load:>6}")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use kalends_core::{
        provider::ProviderKind,
        sync::load::{Load, Polled},
    };

    use super::*;

    #[track_caller]
    fn check(client: Option<&str>, windows: &[(u32, Duration)], expect: &str) {
        let polled = [Polled {
            calendars: 4_000,
            every: Duration::from_mins(15),
        }];
        let budget = BudgetLoad {
            provider: ProviderKind::Google,
            client: client.map(str::to_owned),
            load: Load::of(&polled, windows),
        };
        let line = line(&budget);
        assert_eq!(line.split_whitespace().collect::<Vec<_>>().join(" "), expect);
    }

    #[test]
    fn a_line_says_what_is_planned_of_what_is_allowed() {
        let google = [(400, Duration::from_secs(100))];
        check(Some("id"), &google, "google id 4000 444.4 400 111 %");
        check(None, &[], "google - 4000 444.4 - -");
    }
}
