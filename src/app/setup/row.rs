//! The rows of the form, and the numbers that ← and → step through.

use crate::domain::plan::Field;

/// A row of the form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each sets the field of the draft with that name")]
pub enum Row {
    Workload,
    Model,
    Workers,
    Tasks,
    /// Whether a task's size is given as iterations or as a time.
    SizedBy,
    TaskSize,
    Writes,
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
            Row::Workers => "Workers",
            Row::Tasks => "Tasks",
            Row::SizedBy => "Task by",
            Row::TaskSize => "Task takes",
            Row::Writes => "Writes",
            Row::Addresses => "Addresses",
            Row::LatencyMin => "Latency ≥",
            Row::LatencyMax => "Latency ≤",
            Row::PageBytes => "Page",
            Row::SwitchInterval => "Switch at",
            Row::Repeats => "Repeats",
        }
    }

    /// The field of the draft that it sets.
    #[must_use]
    pub fn field(self) -> Field {
        match self {
            Row::Workload => Field::Workload,
            Row::Model => Field::Model,
            Row::Workers => Field::Workers,
            Row::Tasks => Field::Tasks,
            Row::SizedBy | Row::TaskSize => Field::TaskSize,
            Row::Writes => Field::Writes,
            Row::Addresses => Field::Addresses,
            Row::LatencyMin | Row::LatencyMax => Field::Latency,
            Row::PageBytes => Field::PageBytes,
            Row::SwitchInterval => Field::SwitchInterval,
            Row::Repeats => Field::Repeats,
        }
    }

    /// Whether a number can be typed into it.
    #[must_use]
    pub fn is_number(self) -> bool {
        !matches!(self, Row::Workload | Row::Model | Row::SizedBy)
    }

    /// The numbers that ← and → step through.
    pub(super) fn steps(self) -> Steps {
        match self {
            Row::Workers | Row::Tasks | Row::Addresses => Steps::Doubling,
            _ => Steps::OneTwoFive,
        }
    }
}

/// Which numbers ← and → step through.
#[derive(Clone, Copy)]
pub(super) enum Steps {
    Doubling,
    OneTwoFive,
}

impl Steps {
    pub(super) fn above(self, n: u64) -> u64 {
        self.sequence().find(|step| *step > n).unwrap_or(u64::MAX)
    }

    pub(super) fn below(self, n: u64) -> u64 {
        self.sequence().take_while(|step| *step < n).last().unwrap_or(0)
    }

    fn sequence(self) -> Box<dyn Iterator<Item = u64>> {
        match self {
            Steps::Doubling => Box::new((0..63).map(|power| 1 << power)),
            Steps::OneTwoFive => {
                Box::new((0..18).flat_map(|power| [1, 2, 5].map(|factor| factor * 10u64.pow(power))))
            }
        }
    }
}
