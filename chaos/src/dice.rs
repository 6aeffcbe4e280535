//! Randomness that repeats itself: everything random of a run comes from its seed through this.

/// A stream of numbers that follow from a seed (SplitMix64; G. Steele, D. Lea, C. Flood, OOPSLA 2014).
#[derive(Clone, Debug)]
pub(crate) struct Dice(u64);

impl Dice {
    /// The stream of a seed for one purpose, so that a new draw for one does not shift all others.
    pub(crate) fn new(seed: u64, purpose: &str) -> Self {
        let mixed = purpose.bytes().fold(seed, |state, byte| {
            (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        Self(mixed)
    }

    /// Any number.
    pub(crate) fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from `from` to `to`, both included.
    pub(crate) fn between(&mut self, from: u64, to: u64) -> u64 {
        from + self.number() % (to - from + 1)
    }

    /// An index into something that has `count` members, of which there is at least one.
    pub(crate) fn index(&mut self, count: usize) -> usize {
        (self.number() % count.max(1) as u64) as usize
    }

    /// One of several things, each as often as its weight says.
    pub(crate) fn weighted<T: Copy>(&mut self, choices: &[(u64, T)]) -> Option<T> {
        let total: u64 = choices.iter().map(|(weight, _)| weight).sum();
        let mut drawn = self.number() % total.max(1);
        for (weight, choice) in choices {
            if drawn < *weight {
                return Some(*choice);
            }
            drawn -= weight;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_and_a_purpose_always_give_the_same_numbers() {
        let draw = |seed, purpose| {
            let mut dice = Dice::new(seed, purpose);
            [dice.number(), dice.number(), dice.number()]
        };
        assert_eq!(draw(7, "edits"), draw(7, "edits"));
        assert_ne!(draw(7, "edits"), draw(7, "kills"));
        assert_ne!(draw(7, "edits"), draw(8, "edits"));
    }

    #[test]
    fn weights_are_kept() {
        let mut dice = Dice::new(1, "weights");
        let drawn: Vec<_> = (0..1000)
            .filter_map(|_| dice.weighted(&[(9, 'a'), (1, 'b'), (0, 'c')]))
            .collect();
        let rare = drawn.iter().filter(|one| **one == 'b').count();
        assert_eq!(drawn.len(), 1000);
        assert!((50..200).contains(&rare), "{rare}");
        assert!(!drawn.contains(&'c'));
    }
}
