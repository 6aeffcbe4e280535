//! Two ways to the same result, measured in turns, so that whatever else the machine does hits both alike.

use std::{process::ExitCode, time::Duration};

/// What Kalends may take at most, as a multiple of what the bare way takes.
#[derive(Clone, Copy, Debug)]
pub enum Limit {
    /// A target of the product: missing it is a failure.
    Target(f64),
    /// Measured to know it.
    None,
}

/// The times of one comparison.
#[derive(Clone, Debug)]
pub struct Pairs {
    name: String,
    limit: Limit,
    rounds: Vec<Round>,
}

#[derive(Clone, Copy, Debug)]
struct Round {
    kalends: Duration,
    bare: Duration,
}

/// Measures `rounds` rounds after a tenth as many that are thrown away. The closures answer how long the part took
/// that counts; who goes first changes from round to round.
pub async fn measure(
    (name, limit): (&str, Limit),
    rounds: usize,
    mut kalends: impl AsyncFnMut() -> anyhow::Result<Duration>,
    mut bare: impl AsyncFnMut() -> anyhow::Result<Duration>,
) -> anyhow::Result<Pairs> {
    let warmup = rounds.div_ceil(10);
    let mut measured = Vec::with_capacity(rounds);
    for round in 0..warmup + rounds {
        let found = if round % 2 == 0 {
            let kalends = kalends().await?;
            Round {
                kalends,
                bare: bare().await?,
            }
        } else {
            let bare = bare().await?;
            Round {
                kalends: kalends().await?,
                bare,
            }
        };
        if round >= warmup {
            measured.push(found);
        }
    }
    let pairs = Pairs {
        name: name.to_owned(),
        limit,
        rounds: measured,
    };
    pairs.print();
    Ok(pairs)
}

/// Success when every comparison is within its limit.
pub fn verdict(all: &[Pairs]) -> ExitCode {
    if all.iter().all(Pairs::is_within) {
        ExitCode::SUCCESS
    } else {
        eprintln!("a target is missed");
        ExitCode::FAILURE
    }
}

/// The value below which the share `quantile` (0 to 1) of the times lies; zero when there are none.
pub fn quantile(mut times: Vec<Duration>, quantile: f64) -> Duration {
    times.sort_unstable();
    let place = (times.len().saturating_sub(1) as f64 * quantile).round() as usize;
    times.get(place).copied().unwrap_or_default()
}

/// A time in milliseconds, as the figures are written.
pub fn shown(time: Duration) -> String {
    format!("{:.3} ms", time.as_secs_f64() * 1e3)
}

impl Pairs {
    /// The median time of Kalends.
    pub fn kalends_median(&self) -> Duration {
        quantile(self.times(|round| round.kalends), 0.5)
    }

    /// The median time of the bare way.
    pub fn bare_median(&self) -> Duration {
        quantile(self.times(|round| round.bare), 0.5)
    }

    /// Kalends to bare: the median over the rounds, each of which had both in the same moment.
    pub fn ratio(&self) -> f64 {
        let mut ratios: Vec<f64> = self
            .rounds
            .iter()
            .map(|round| round.kalends.as_secs_f64() / round.bare.as_secs_f64())
            .collect();
        ratios.sort_unstable_by(f64::total_cmp);
        ratios.get(ratios.len() / 2).copied().unwrap_or(f64::NAN)
    }

    fn is_within(&self) -> bool {
        match self.limit {
            Limit::Target(most) => self.ratio() <= most,
            Limit::None => true,
        }
    }

    fn times(&self, of: impl Fn(&Round) -> Duration) -> Vec<Duration> {
        self.rounds.iter().map(of).collect()
    }

    fn print(&self) {
        let side = |times: Vec<Duration>| {
            let (median, p95) = (quantile(times.clone(), 0.5), quantile(times, 0.95));
            format!("{} (p95 {})", shown(median), shown(p95))
        };
        let limit = match self.limit {
            Limit::Target(most) if self.is_within() => format!(", at most {most:.2}: met"),
            Limit::Target(most) => format!(", at most {most:.2}: MISSED"),
            Limit::None => String::new(),
        };
        println!(
            "{}\n  kalends {}\n  bare    {}\n  ratio   {:.2}{limit}  [{} rounds]",
            self.name,
            side(self.times(|round| round.kalends)),
            side(self.times(|round| round.bare)),
            self.ratio(),
            self.rounds.len(),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(kalends_ms: &[u64], bare_ms: &[u64], limit: f64) -> Pairs {
        let rounds = kalends_ms.iter().zip(bare_ms).map(|(kalends, bare)| Round {
            kalends: Duration::from_millis(*kalends),
            bare: Duration::from_millis(*bare),
        });
        Pairs {
            name: String::new(),
            limit: Limit::Target(limit),
            rounds: rounds.collect(),
        }
    }

    #[test]
    fn the_ratio_is_that_of_the_middle_round() {
        let pairs = pairs(&[10, 40, 90], &[10, 20, 10], 2.0);
        assert!((pairs.ratio() - 2.0).abs() < 1e-9);
        assert_eq!(pairs.kalends_median(), Duration::from_millis(40));
        assert_eq!(pairs.bare_median(), Duration::from_millis(10));
        assert!(pairs.is_within());
    }

    #[test]
    fn a_missed_target_fails() {
        let (met, missed) = (pairs(&[2], &[1], 2.0), pairs(&[21], &[10], 2.0));
        assert_eq!(verdict(std::slice::from_ref(&met)), ExitCode::SUCCESS);
        assert_eq!(verdict(&[met, missed]), ExitCode::FAILURE);
    }
}
