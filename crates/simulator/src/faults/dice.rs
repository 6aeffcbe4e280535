//! Chance that gives the same hits for the same seed.

use serde::{Deserialize, Serialize};

/// Decides call by call whether a fault with a rate hits.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Dice {
    /// `None` hits always.
    rate: Option<f64>,
    state: u64,
}

impl Dice {
    pub(crate) fn new(rate: Option<f64>, seed: u64) -> Self {
        Self { rate, state: seed }
    }

    /// Whether this call is hit; the next answer is that of the next call.
    pub(crate) fn hits(&mut self) -> bool {
        self.rate.is_none_or(|rate| self.roll() < rate)
    }

    /// A number in `[0, 1)`: SplitMix64 (Steele, Lea, Flood 2014), of which the upper 53 bits are used.
    fn roll(&mut self) -> f64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        (mixed >> 11) as f64 / (1_u64 << 53) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hits(rate: Option<f64>, seed: u64) -> Vec<bool> {
        let mut dice = Dice::new(rate, seed);
        (0..1000).map(|_| dice.hits()).collect()
    }

    #[test]
    fn the_same_seed_gives_the_same_hits() {
        assert_eq!(hits(Some(0.5), 7), hits(Some(0.5), 7));
        assert_ne!(hits(Some(0.5), 7), hits(Some(0.5), 8));
    }

    #[test]
    fn hits_come_about_as_often_as_the_rate_says() {
        for rate in [0.1, 0.5, 0.9] {
            let count = hits(Some(rate), 1).into_iter().filter(|hit| *hit).count();
            let expected = rate * 1000.0;
            assert!((count as f64 - expected).abs() < 60.0, "{rate}: {count}");
        }
        assert!(hits(None, 1).into_iter().all(|hit| hit));
        assert!(hits(Some(1.0), 1).into_iter().all(|hit| hit));
    }
}
