//! What the areas of a timeline mean: each phase's pattern with its name and its meaning.

use std::collections::BTreeSet;

use maud::{Markup, Render, html};

use super::ink;
use crate::analysis::shared::SharedRun;
use crate::domain::phase::Phase;
use crate::domain::plan::Lock;

/// Two columns of entries.
const COLUMNS: usize = 2;
/// How wide each is, and how high a row.
const WIDE: usize = 500;
const ROW: u32 = 20;

/// What is explained.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::export) struct Legend {
    pub phases: Vec<Phase>,
    /// Whether any of the runs estimated how long its workers waited for the lock.
    pub gil_is_estimate: bool,
    /// Whether any of them measured it.
    pub gil_is_measured: bool,
}

impl Legend {
    /// Of the phases that these runs could be in, in the order in which they are listed.
    pub fn of<'a>(runs: impl Iterator<Item = &'a SharedRun<'a>>) -> Legend {
        let mut seen = BTreeSet::new();
        let (mut gil_is_estimate, mut gil_is_measured) = (false, false);
        for run in runs {
            seen.extend(run.record.plan.phases());
            seen.extend((run.record.measurement.events.dropped > 0).then_some(Phase::Lost));
            gil_is_estimate |= run.record.measurement.phase_source.estimates_gil();
            gil_is_measured |= run.record.plan.lock() == Lock::Emulated;
        }
        let listed = Phase::MEASURED.into_iter().chain([Phase::Lost]);
        let phases = listed.filter(|phase| seen.contains(phase)).collect();
        Legend {
            phases,
            gil_is_estimate,
            gil_is_measured,
        }
    }

    /// How much room it takes.
    pub fn height(&self) -> u32 {
        self.phases.len().div_ceil(COLUMNS) as u32 * ROW + 4
    }

    fn words(&self, phase: Phase) -> String {
        let estimated = match (self.gil_is_estimate, self.gil_is_measured) {
            (true, false) if phase == Phase::Gil => " (estimated)",
            (true, true) if phase == Phase::Gil => " (Python's: estimated)",
            _ => "",
        };
        format!("{}{estimated}: {}", phase.name(), phase.meaning())
    }
}

/// Drawn with its upper edge at 0.
impl Render for Legend {
    fn render(&self) -> Markup {
        html! {
            @for (at, phase) in self.phases.iter().enumerate() {
                @let (x, y) = (at % COLUMNS * WIDE, (at / COLUMNS) as u32 * ROW);
                rect x=(x) y=(y + 3) width="28" height="14" class=(ink::phase(*phase)) {}
                text x=(x + 36) y=(y + 14) class="small" { (self.words(*phase)) }
            }
        }
    }
}
