//! The speed-up of a run, in a sentence below its table.

use super::{history::history_of, measure::Bench};
use crate::{
    analysis::compared::Compared,
    domain::history::{History, RunEntry},
    present::sentence::{comparison, moment, utc},
    store::Store,
};

/// Compares the runs with those of the first plan if a second plan was measured as well, otherwise with a serial run of
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

/// The speed-up over a kept serial run.
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

/// The latest serial run of the same work on this machine, without warm-up runs.
fn baseline<'h>(history: &'h History, run: &RunEntry) -> Option<&'h RunEntry> {
    history.entries().iter().rev().find(|kept| {
        kept.record.is_baseline_of(&run.record.plan)
            && kept.record.is_counted()
            && kept.provenance.is_same_machine(&run.provenance)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        catalog::{model::Model, workload::Workload::Cpu},
        fixtures::{sample, swept},
    };

    #[test]
    fn a_run_that_warmed_up_is_no_baseline() {
        let mut history = sample::history(2);
        let serial = |round| {
            let mut record = sample::record(sample::plan(Cpu, Model::Serial, 1), 3.0, 3.0);
            record.id = format!("serial-{round}");
            record.campaign = swept::part(round);
            record
        };
        for round in [1, 0] {
            history.add(serial(round), Default::default());
        }
        let run = sample::record(sample::plan(Cpu, Model::Threads, 2), 1.5, 3.0);
        let found = baseline(&history, &sample::run(3, &run));
        assert_eq!(found.map(|kept| kept.number), Some(1));
    }
}
