//! The speed-up of a run, in a sentence below its table.

use super::{history::history_of, measure::Bench};
use crate::{
    analysis::compared::Compared,
    domain::history::{History, RunEntry},
    present::sentence::{comparison, moment, utc},
    store::Store,
};

/// Compares the runs with those of the first plan if another plan was measured as well, otherwise with a serial run of
/// the history. No run is measured for this.
pub fn sentence(bench: &Bench<'_>, runs: &[&RunEntry]) -> String {
    let Some(first) = runs.first() else {
        return String::new();
    };
    let is_of_first = |run: &&RunEntry| run.record.plan == first.record.plan;
    let (first, second): (Vec<&RunEntry>, Vec<&RunEntry>) =
        runs.iter().copied().partition(is_of_first);
    let said = if second.is_empty() {
        let run = together(&first);
        let plan = &run.entry.record.plan;
        let is_asked = run.entry.record.is_sound() && plan.as_serial() != *plan;
        is_asked.then(|| over_kept(bench, run))
    } else {
        Some(comparison::of(&[together(&first), together(&second)], 0))
    };
    said.map_or_else(String::new, |said| format!("\n{said}\n"))
}

/// Combines runs of one plan, of which there is at least one.
fn together<'a>(runs: &[&'a RunEntry]) -> Compared<'a> {
    let sound = runs.iter().filter(|run| run.record.is_sound());
    let sound: Vec<&&RunEntry> = sound.collect();
    Compared {
        entry: sound.first().map_or(runs[0], |run| run),
        measured: sound.iter().map(|run| &run.record).collect(),
    }
}

/// The speed-up over the baseline that the user chose, or else over the latest serial run of the same work on this
/// machine.
fn over_kept(bench: &Bench<'_>, run: Compared<'_>) -> String {
    let kept = bench.keeper.place().map(|place| Store::at(place.clone()));
    // If the history could not be read, the user was told when it was to be written.
    let kept = kept.and_then(|mut store| store.open().ok());
    let history = kept.map(|opened| history_of(opened.kept));
    let Some((history, over)) = history.as_ref().and_then(|history| {
        let over = baseline(history, run.entry)?;
        Some((history, over))
    }) else {
        return "no speed-up, because no serial run of this work was kept. --compare measures one \
         first"
            .into();
    };
    let at = &over.record.started_at;
    let (number, when) = (over.number, moment(at) + utc());
    let both = [Compared::in_history(history, over), run];
    format!(
        "{}\n#{number} was measured before, {when}: --compare measures both now",
        comparison::of(&both, 0)
    )
}

fn baseline<'h>(history: &'h History, run: &RunEntry) -> Option<&'h RunEntry> {
    let entries = history.entries().iter();
    let plan = &run.record.plan;
    let is_chosen = |run: &RunEntry| run.assessment.baseline.filter(|over| over.is_chosen);
    let ours = entries.clone().find(|kept| kept.record.id == run.record.id);
    let chosen = ours.and_then(is_chosen);
    let serial = || {
        entries.rev().find(|kept| {
            kept.record.is_baseline_of(plan) && kept.provenance.is_same_machine(&run.provenance)
        })
    };
    chosen
        .and_then(|over| history.get(over.number))
        .or_else(serial)
}
