//! The results of a sweep as text: one row per configuration, the conclusions, and the caveats.

use crate::{
    domain::{
        campaign::BREAKS_ALLOWED,
        history::RunEntry,
        plan::Plan,
        record::Outcome,
        sweep::{Results, Sweep},
        text::{self, counted},
    },
    present::{
        run_table::configurations,
        sentence::{conclusion, fit},
    },
};

/// The maximum number of failure lines shown. A configuration can have two: for the run, and for a task.
const BROKEN_SHOWN: usize = 10;
/// The maximum length of an untrusted sentence, in characters.
const MAX_SHOWN: usize = 300;

/// The results as text of this width; empty if nothing was measured.
pub fn render(sweep: &Sweep, results: &Results, runs: &[&RunEntry], room: usize) -> String {
    let Some(first) = runs.first() else {
        return String::new();
    };
    let cores_usable = first.provenance.machine.cores_usable;
    let work = sweep.plan.work();
    let runs_planned = counted(sweep.plan.runs().into(), "run");
    let unfinished = (!results.is_complete).then(|| {
        let ended = text::grouped(results.ended.into());
        format!("incomplete: {ended} of {runs_planned} ended")
    });
    let said = std::iter::once(conclusion::of(&sweep.plan, results, cores_usable))
        .chain(fit::all(&results.series))
        .chain(unfinished)
        .chain(remarks(sweep, runs));
    let mut out = format!(
        "{}, {}; medians of {}, after a warm-up round\n\n{}\n",
        work.label(),
        counted(work.tasks.into(), "task"),
        counted(sweep.plan.repeats.into(), "round"),
        configurations(sweep, results).lines(room)
    );
    for sentence in said {
        out += &format!("{}\n", text::clean(&sentence, MAX_SHOWN));
    }
    out
}

/// The failures by configuration, and the caveats of the counted runs by kind.
fn remarks(sweep: &Sweep, runs: &[&RunEntry]) -> Vec<String> {
    let mut remarks = vec![];
    for plan in &sweep.plan.configurations {
        let of_plan = runs.iter().filter(|run| run.record.plan == *plan);
        let endings = of_plan.map(|run| &run.record.ending);
        let broken = endings.clone().filter(|of| of.outcome == Outcome::Failed);
        let broken = broken.count() as u64;
        let left_out = if broken >= BREAKS_ALLOWED.into() {
            " and was left out after that"
        } else {
            ""
        };
        if let Some(why) = endings.clone().find_map(|of| of.error.as_ref()) {
            remarks.push(format!(
                "{} failed {}{left_out}: {why}",
                name(plan),
                counted(broken, "time")
            ));
        }
        if let Some(why) = endings
            .clone()
            .find_map(|of| of.failures.first()?.error.as_ref())
        {
            remarks.push(format!("{}, a task failed: {why}", name(plan)));
        }
    }
    let more = remarks.len().saturating_sub(BROKEN_SHOWN);
    remarks.truncate(BROKEN_SHOWN);
    if more > 0 {
        remarks.push(format!("{more} more failed; --format json lists them"));
    }
    remarks.extend(caveats(runs));
    remarks
}

fn caveats(runs: &[&RunEntry]) -> Vec<String> {
    let runs = runs.iter().filter(|run| !run.record.is_warm_up());
    let of = counted(runs.clone().count() as u64, "counted run");
    let (mut kinds, mut remarks) = (vec![], vec![]);
    for run in runs.clone() {
        for caveat in run.caveats() {
            if kinds.contains(&caveat.kind) {
                continue;
            }
            kinds.push(caveat.kind);
            let has_it = |run: &&&RunEntry| run.caveats().any(|of| of.kind == caveat.kind);
            remarks.push(format!(
                "caveat in {} of {of}, first of {}: {}",
                runs.clone().filter(has_it).count(),
                name(&run.record.plan),
                caveat.text
            ));
        }
    }
    remarks
}

/// The name of a configuration in sentences.
fn name(plan: &Plan) -> String {
    format!(
        "{} with {}",
        plan.executor.name(),
        counted(plan.workers.into(), "worker")
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        catalog::{caveat::Observation, model::Model, workload::Workload},
        domain::{
            machine::WorkerLimits,
            plan::Draft,
            record::{CampaignPart, Record},
            sweep::SweepDraft,
        },
        fixtures::sample,
    };

    fn measured() -> (Sweep, Vec<Record>) {
        let draft = SweepDraft {
            pythons: vec![],
            draft: Draft::new(Workload::Cpu, Model::Serial, 1),
            models: vec![Model::GilThreads, Model::Processes],
            workers: vec![2, 1_000],
            repeats: 3,
            seed: 1,
        };
        let sweep = Sweep {
            id: "s.1".into(),
            plan: draft.validate(&WorkerLimits::default()).unwrap(),
        };
        let mut records = vec![];
        for round in 0..=3 {
            for (plan, time) in sweep
                .plan
                .configurations
                .iter()
                .zip([3.0, 3.02, 3.9, 1.6, 1.9])
            {
                let mut record =
                    sample::record(plan.clone(), time * (1.0 + f64::from(round) / 100.0), 3.0);
                record.campaign = Some(CampaignPart {
                    id: "s.1".into(),
                    round,
                    in_turn: false,
                });
                records.push(record);
            }
        }
        (sweep, records)
    }

    fn table(sweep: &Sweep, records: &[Record]) -> String {
        let runs = (1..).zip(records);
        let runs = runs.map(|(number, record)| sample::run(number, record));
        let runs: Vec<RunEntry> = runs.collect();
        let runs: Vec<&RunEntry> = runs.iter().collect();
        render(sweep, &sweep.results(records), &runs, usize::MAX)
    }

    fn row_of<'a>(table: &'a str, start: &str) -> &'a str {
        let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
        let found = table.lines().find(|line| words(line).starts_with(start));
        found.unwrap_or_else(|| panic!("{start}\n{table}"))
    }

    #[test]
    fn a_configuration_is_a_row_and_the_conclusion_stands_below() {
        let (sweep, records) = measured();
        let table = table(&sweep, &records);
        assert_eq!(
            row_of(&table, "gil-threads (emulated) 2 3 3.080 ")
                .matches(" 0.99")
                .count(),
            1,
            "{table}"
        );
        assert!(
            row_of(&table, "processes 2 3 1.632 ").ends_with("★ best"),
            "{table}"
        );
        assert!(
            row_of(&table, "processes 1 000").contains("1.938"),
            "{table}"
        );
        assert!(
            table.contains(
                "\ngil-threads: no gain; processes: 1.9× with 2 workers (one per core), more did not help\n"
            ),
            "{table}"
        );
        assert!(!table.contains("incomplete"), "{table}");
    }

    #[test]
    fn what_is_missing_or_broke_and_the_caveats_are_shown() {
        let (sweep, mut records) = measured();
        records.truncate(13);
        for record in records
            .iter_mut()
            .filter(|record| record.plan.workers == 1_000)
        {
            record.ending.outcome = Outcome::Failed;
            record.ending.error = Some("worker 3 died\u{1b}[2J".into());
        }
        records[8]
            .measurement
            .caveats
            .push(Observation::Slept(2.0).into());
        let table = table(&sweep, &records);
        assert!(
            row_of(&table, "processes 1 000").ends_with("1 failed"),
            "{table}"
        );
        assert!(table.contains("incomplete: 13 of 20 runs ended"), "{table}");
        assert!(
            table.contains("processes with 1 000 workers failed 2 times: worker 3 died"),
            "{table}"
        );
        assert!(
            table.contains(
                "caveat in 1 of 8 counted runs, first of processes with 2 workers: The machine slept"
            ),
            "{table}"
        );
        assert!(!table.contains('\u{1b}'));
    }

    #[test]
    fn without_records_there_is_no_table() {
        let (sweep, _) = measured();
        assert_eq!(table(&sweep, &[]), "");
    }
}
