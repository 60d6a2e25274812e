//! What the areas of a timeline mean: each phase's pattern with its name and its meaning.

use maud::html;

use super::Picture;
use crate::analysis::shared::SharedRun;
use crate::domain::phase::Phase;
use crate::domain::plan::Lock;

/// Two columns of entries.
const COLUMNS: usize = 2;
/// How wide each is, and how high a row.
const WIDE: usize = 500;
const ROW: u32 = 20;

/// Of the phases that these runs could be in, in the order in which they are listed.
pub(in crate::export) fn of(runs: &[&SharedRun<'_>]) -> Picture {
    let records = || runs.iter().map(|run| run.record);
    let is_seen = |phase: &Phase| {
        records().any(|record| match phase {
            Phase::Lost => record.measurement.events.dropped > 0,
            phase => record.plan.phases().contains(phase),
        })
    };
    let is_estimate = records().any(|record| record.measurement.phase_source.estimates_gil());
    let is_measured = records().any(|record| record.plan.lock() == Lock::Emulated);
    let estimated = |phase| match (phase, is_estimate, is_measured) {
        (Phase::Gil, true, false) => " (estimated)",
        (Phase::Gil, true, true) => " (Python's: estimated)",
        _ => "",
    };
    let phases: Vec<Phase> = Phase::all().filter(is_seen).collect();
    let content = html! {
        @for (at, phase) in phases.iter().enumerate() {
            @let (x, y) = (at % COLUMNS * WIDE, (at / COLUMNS) as u32 * ROW);
            rect x=(x) y=(y + 3) width="28" height="14" class=(phase.description().class) {}
            text x=(x + 36) y=(y + 14) class="small" { (phase.name()) (estimated(*phase)) ": " (phase.meaning()) }
        }
    };
    Picture {
        height: phases.len().div_ceil(COLUMNS) as u32 * ROW + 4,
        content,
    }
}
