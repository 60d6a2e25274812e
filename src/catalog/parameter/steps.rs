//! The numbers that a form steps through.

/// The numbers that ← and → step through.
#[derive(Clone, Debug)]
pub struct Steps(Vec<u64>);

impl Steps {
    /// 1, 2, 4, 8, …
    pub fn doubling() -> Steps {
        Steps((0..63).map(|power| 1 << power).collect())
    }

    /// 1, 2, 5, 10, …
    pub fn one_two_five() -> Steps {
        let powers = (0..18).map(|power| 10_u64.pow(power));
        Steps(
            powers
                .flat_map(|power| [power, 2 * power, 5 * power])
                .collect(),
        )
    }

    /// Adds these numbers to the steps.
    pub fn and(mut self, besides: Vec<u64>) -> Steps {
        self.0.extend(besides);
        self
    }

    /// The next number above.
    pub fn above(&self, n: u64) -> u64 {
        let above = self.0.iter().copied().filter(|step| *step > n);
        above.min().unwrap_or(u64::MAX)
    }

    /// The next number below.
    pub fn below(&self, n: u64) -> u64 {
        let below = self.0.iter().copied().filter(|step| *step < n);
        below.max().unwrap_or(0)
    }
}
