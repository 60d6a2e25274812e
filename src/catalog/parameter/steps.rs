//! The numbers that a form steps through.

/// Which numbers ← and → step through.
#[derive(Clone, Debug)]
pub struct Steps {
    base: u64,
    powers: u32,
    factors: &'static [u64],
    besides: Vec<u64>,
}

impl Steps {
    /// 1, 2, 4, 8, …
    pub fn doubling() -> Steps {
        Steps {
            base: 2,
            powers: 63,
            factors: &[1],
            besides: vec![],
        }
    }

    /// 1, 2, 5, 10, …
    pub fn one_two_five() -> Steps {
        Steps {
            base: 10,
            powers: 18,
            factors: &[1, 2, 5],
            besides: vec![],
        }
    }

    /// These numbers too.
    pub fn and(self, besides: Vec<u64>) -> Steps {
        Steps { besides, ..self }
    }

    /// The next number above.
    pub fn above(&self, n: u64) -> u64 {
        self.all()
            .filter(|step| *step > n)
            .min()
            .unwrap_or(u64::MAX)
    }

    /// The next number below.
    pub fn below(&self, n: u64) -> u64 {
        self.all().filter(|step| *step < n).max().unwrap_or(0)
    }

    fn all(&self) -> impl Iterator<Item = u64> {
        (0..self.powers)
            .map(|power| self.base.pow(power))
            .flat_map(|power| self.factors.iter().map(move |factor| factor * power))
            .chain(self.besides.iter().copied())
    }
}
