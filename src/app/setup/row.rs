//! The rows of the form, and the numbers that ← and → step through.

use crate::domain::plan::Field;

/// A row of the form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(
    missing_docs,
    reason = "each sets the field of the draft with that name"
)]
pub enum Row {
    Workload,
    Model,
    /// By which interpreter.
    Python,
    StartMethod,
    Workers,
    Tasks,
    /// Whether a task's size is given as iterations or as a time.
    SizedBy,
    TaskSize,
    Writes,
    Files,
    Addresses,
    LatencyMin,
    LatencyMax,
    PageBytes,
    SwitchInterval,
    Repeats,
}

impl Row {
    pub(super) fn label(self) -> &'static str {
        match self {
            Row::Workload => "Workload",
            Row::Model => "Model",
            Row::Python => "Python",
            Row::StartMethod => "Start by",
            Row::Workers => "Workers",
            Row::Tasks => "Tasks",
            Row::SizedBy => "Task by",
            Row::TaskSize => "Task takes",
            Row::Writes => "Writes",
            Row::Files => "Files",
            Row::Addresses => "Addresses",
            Row::LatencyMin => "Latency",
            Row::LatencyMax => "    up to",
            Row::PageBytes => "Page",
            Row::SwitchInterval => "Switch at",
            Row::Repeats => "Repeats",
        }
    }

    /// The field of the draft that it sets.
    pub fn field(self) -> Field {
        match self {
            Row::Workload => Field::Workload,
            Row::Model => Field::Model,
            Row::Python => Field::Python,
            Row::StartMethod => Field::StartMethod,
            Row::Workers => Field::Workers,
            Row::Tasks => Field::Tasks,
            Row::SizedBy | Row::TaskSize => Field::TaskSize,
            Row::Writes => Field::Writes,
            Row::Files => Field::Files,
            Row::Addresses => Field::Addresses,
            Row::LatencyMin | Row::LatencyMax => Field::Latency,
            Row::PageBytes => Field::PageBytes,
            Row::SwitchInterval => Field::SwitchInterval,
            Row::Repeats => Field::Repeats,
        }
    }

    /// Whether a number can be typed into it.
    pub fn is_number(self) -> bool {
        !matches!(
            self,
            Row::Workload | Row::Model | Row::Python | Row::StartMethod | Row::SizedBy | Row::Files
        )
    }

    /// The numbers that ← and → step through; for the workers, these ones too.
    pub(super) fn steps(self, workers: Vec<u64>) -> Steps {
        match self {
            Row::Workers => Steps {
                kind: Kind::Doubling,
                besides: workers,
            },
            Row::Tasks | Row::Addresses => Steps {
                kind: Kind::Doubling,
                besides: vec![],
            },
            _ => Steps {
                kind: Kind::OneTwoFive,
                besides: vec![],
            },
        }
    }
}

/// Which numbers ← and → step through.
pub(super) struct Steps {
    kind: Kind,
    besides: Vec<u64>,
}

#[derive(Clone, Copy)]
enum Kind {
    Doubling,
    OneTwoFive,
}

impl Steps {
    pub(super) fn above(&self, n: u64) -> u64 {
        self.all()
            .filter(|step| *step > n)
            .min()
            .unwrap_or(u64::MAX)
    }

    pub(super) fn below(&self, n: u64) -> u64 {
        self.all().filter(|step| *step < n).max().unwrap_or(0)
    }

    fn all(&self) -> impl Iterator<Item = u64> {
        let (base, powers, factors): (u64, u32, &[u64]) = match self.kind {
            Kind::Doubling => (2, 63, &[1]),
            Kind::OneTwoFive => (10, 18, &[1, 2, 5]),
        };
        let powers = (0..powers).map(move |power| base.pow(power));
        powers
            .flat_map(move |power| factors.iter().map(move |factor| factor * power))
            .chain(self.besides.iter().copied())
    }
}
