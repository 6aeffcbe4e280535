//! The days of one period of a rule, as a bit set.

/// Up to 384 days from a first one on; a year of numbered weeks has at most 371.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct DaySet {
    first: i64,
    words: [u64; 6],
    /// How many of the words can hold days; a month needs one.
    used: usize,
}

impl DaySet {
    /// No days; `first` is the day number of the earliest that can be inserted.
    pub(super) const fn from(first: i64) -> Self {
        Self {
            first,
            words: [0; 6],
            used: 6,
        }
    }

    /// Up to 64 days: bit `n` of `days` is the day `first + n`.
    pub(super) const fn of_bits(first: i64, days: u64) -> Self {
        Self {
            first,
            words: [days, 0, 0, 0, 0, 0],
            used: 1,
        }
    }

    /// Adds a day; days outside the set's reach are left out.
    pub(super) fn insert(&mut self, day: i64) {
        let offset = day - self.first;
        if let Some(word) = usize::try_from(offset / 64)
            .ok()
            .and_then(|at| self.words.get_mut(at))
            && offset >= 0
        {
            *word |= 1 << (offset % 64);
        }
    }

    /// Adds the days whose bit is set: bit `n` is the day `first + n`.
    pub(super) fn insert_bits(&mut self, first: i64, mut days: u32) {
        while days != 0 {
            self.insert(first + i64::from(days.trailing_zeros()));
            days &= days - 1;
        }
    }

    /// Keeps only the days for which the answer is yes.
    pub(super) fn retain(&mut self, keep: impl Fn(i64) -> bool) {
        for (at, word) in self.words.iter_mut().take(self.used).enumerate() {
            let mut rest = *word;
            while rest != 0 {
                let bit = rest.trailing_zeros();
                rest &= rest - 1;
                if !keep(self.first + at as i64 * 64 + i64::from(bit)) {
                    *word &= !(1 << bit);
                }
            }
        }
    }

    /// How many days there are.
    pub(super) fn len(&self) -> i64 {
        self.used().iter().map(|word| i64::from(word.count_ones())).sum()
    }

    /// The day at that place, counted from 0.
    pub(super) fn nth(&self, place: i64) -> Option<i64> {
        let mut left = u32::try_from(place).ok()?;
        for (at, &word) in self.used().iter().enumerate() {
            let here = word.count_ones();
            if left < here {
                let rest = (0..left).fold(word, |rest, _| rest & (rest - 1));
                return Some(self.first + at as i64 * 64 + i64::from(rest.trailing_zeros()));
            }
            left -= here;
        }
        None
    }

    /// The days in order.
    pub(super) fn days(&self) -> impl Iterator<Item = i64> {
        let (mut at, mut rest) = (0, self.words[0]);
        std::iter::from_fn(move || {
            while rest == 0 {
                at += 1;
                rest = *self.used().get(at)?;
            }
            let bit = rest.trailing_zeros();
            rest &= rest - 1;
            Some(self.first + at as i64 * 64 + i64::from(bit))
        })
    }

    fn used(&self) -> &[u64] {
        &self.words[..self.used]
    }
}
