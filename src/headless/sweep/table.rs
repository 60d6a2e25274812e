//! A sweep for people: a row per configuration, what to conclude, and what speaks against trusting it.

use super::name;
use crate::analysis::shared::SharedRun;
use crate::domain::campaign::BREAKS_ALLOWED;
use crate::domain::record::Outcome;
use crate::domain::stats::Interval;
use crate::domain::stats::fit::{Fit, Law, Parameter};
use crate::domain::sweep::{Results, Series, Sweep};
use crate::domain::text::{self, counted};
use crate::present::run_table::{Room, configurations};
use crate::present::sentence::conclusion;

/// Of how many configurations that broke the reason is told.
const BROKEN_TOLD: usize = 10;
/// How much of a foreign sentence is shown, in characters.
const MAX_SHOWN: usize = 300;
/// The results as text; empty if nothing was measured at all.
pub fn render(sweep: &Sweep, results: &Results, runs: &[SharedRun<'_>]) -> String {
    let Some(first) = runs.first() else {
        return String::new();
    };
    let cores_usable = first.provenance.machine.cores_usable;
    let mut out = title(sweep);
    out.push_str(&configurations(sweep, results, Room::Narrow).lines());
    let said = std::iter::once(conclusion::of(&sweep.plan, results, cores_usable))
        .chain(results.series.iter().flat_map(fitted))
        .chain(unfinished(sweep, results))
        .chain(doubts(sweep, runs));
    out.push('\n');
    for sentence in said {
        out.push_str(&text::clean(&sentence, MAX_SHOWN));
        out.push('\n');
    }
    out
}

fn title(sweep: &Sweep) -> String {
    let work = sweep.plan.work();
    format!(
        "{}, {}; medians of {}, after one to warm up\n\n",
        work.label(),
        counted(work.tasks().into(), "task"),
        counted(sweep.plan.repeats().into(), "round")
    )
}

/// The laws that were fitted to the speed-ups of a model.
fn fitted(series: &Series) -> Vec<String> {
    let name = series.executor.name();
    let amdahl = series.amdahl.as_ref().map(|fit| {
        let range = measured_from_to(fit.from, fit.to);
        let (serial, doubt) = (parameter(&fit.law.serial), doubt(fit));
        format!("fitted to {name}, {range}: Amdahl's law, serial part {serial}{doubt}")
    });
    let universal = series.universal.as_ref().map(|fit| {
        let (contention, coherency) = (parameter(&fit.law.contention), parameter(&fit.law.coherency));
        let (range, doubt) = (measured_from_to(fit.from, fit.to), doubt(fit));
        format!(
            "fitted to {name}, {range}: Universal Scalability Law, contention {contention}, coherency {coherency}{doubt}"
        )
    });
    amdahl.into_iter().chain(universal).collect()
}

/// What is said beside it, so that nobody trusts it more than the points allow; nothing if there is no reason.
fn doubt<T: Law>(fit: &Fit<T>) -> String {
    let off = fit.rms * 100.0;
    let poor = fit
        .is_poor()
        .then(|| format!("describes it badly: times are off by {off:.0} %"));
    // Often harmless: noise alone takes a coherency of 0 below it.
    let clamped = fit
        .law
        .is_clamped()
        .then(|| "a parameter is held at its bound".into());
    let doubts: Vec<String> = poor.into_iter().chain(clamped).collect();
    if doubts.is_empty() {
        return String::new();
    }
    format!(" ({})", doubts.join("; "))
}

fn measured_from_to(from: f64, to: f64) -> String {
    format!("{from:.0} to {to:.0} workers")
}

fn parameter(parameter: &Parameter) -> String {
    let Interval { low, high } = parameter.interval;
    format!("{:.4} ({low:.4}–{high:.4})", parameter.value)
}

fn unfinished(sweep: &Sweep, results: &Results) -> Option<String> {
    let runs = counted(sweep.plan.runs().into(), "run");
    let ended = text::grouped(results.ended.into());
    (!results.is_complete).then(|| format!("incomplete: {ended} of {runs} ended"))
}

/// What broke, by configuration, and the caveats of the counted runs, by kind.
fn doubts(sweep: &Sweep, runs: &[SharedRun<'_>]) -> Vec<String> {
    let mut told = vec![];
    for plan in sweep.plan.configurations() {
        let records = || runs.iter().map(|run| run.record);
        let of_plan = || records().filter(|record| record.plan == *plan);
        let broken = of_plan()
            .filter(|record| record.ending.outcome == Outcome::Failed)
            .count();
        let left_out = if broken as u64 >= u64::from(BREAKS_ALLOWED) {
            " and was left out then"
        } else {
            ""
        };
        if let Some(why) = of_plan().find_map(|record| record.ending.error.as_ref()) {
            told.push(format!(
                "{} broke {}{left_out}: {why}",
                name(plan),
                counted(broken as u64, "time")
            ));
        }
        if let Some(why) =
            of_plan().find_map(|record| record.ending.failures.first()?.error.as_ref())
        {
            told.push(format!("{}, a task failed: {why}", name(plan)));
        }
    }
    let more = told.len().saturating_sub(BROKEN_TOLD);
    told.truncate(BROKEN_TOLD);
    if more > 0 {
        told.push(format!("{more} more broke: --format json has all of them"));
    }
    told.extend(caveats(runs));
    told
}

fn caveats(runs: &[SharedRun<'_>]) -> Vec<String> {
    let is_counted = |run: &&SharedRun<'_>| {
        let part = run.record.campaign.as_ref();
        part.is_some_and(|part| part.round > 0)
    };
    let counted_runs: Vec<&SharedRun<'_>> = runs.iter().filter(is_counted).collect();
    let of = counted(counted_runs.len() as u64, "counted run");
    let mut kinds = vec![];
    for caveat in counted_runs.iter().flat_map(|run| run.caveats()) {
        if !kinds.contains(&caveat.kind) {
            kinds.push(caveat.kind);
        }
    }
    let sentence = |kind| {
        let in_run = |run: &&SharedRun<'_>| {
            let caveat = run.caveats().find(|caveat| caveat.kind == kind)?;
            Some((caveat.text.clone(), name(&run.record.plan)))
        };
        let mut of_kind = counted_runs.iter().filter_map(in_run);
        let (text, first) = of_kind.next()?;
        Some(format!(
            "caveat in {} of {of}, first of {first}: {text}",
            of_kind.count() + 1
        ))
    };
    kinds.into_iter().filter_map(sentence).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::caveat::Seen;
    use crate::catalog::model::Model;
    use crate::catalog::workload::Workload;
    use crate::domain::machine::Limits;
    use crate::domain::plan::Draft;
    use crate::domain::record::{Part, Record};
    use crate::domain::stats::fit::Amdahl;
    use crate::domain::sweep::SweepDraft;
    use crate::fixtures::sample;

    #[test]
    fn a_law_is_doubted_that_describes_badly_or_is_held_at_a_bound() {
        let of = |rms, clamped| {
            let interval = Interval {
                low: 0.0,
                high: 0.1,
            };
            let serial = Parameter {
                value: 0.0,
                interval,
                clamped,
            };
            doubt(&Fit {
                law: Amdahl { serial },
                points: 6,
                from: 1.0,
                to: 8.0,
                rms,
            })
        };
        assert_eq!(of(0.02, false), "");
        assert_eq!(of(0.02, true), " (a parameter is held at its bound)");
        let both = " (describes it badly: times are off by 20 %; a parameter is held at its bound)";
        assert_eq!(of(0.2, true), both);
    }

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
            plan: draft.validate(&Limits::default()).unwrap(),
        };
        let mut records = vec![];
        for round in 0..=3 {
            for (plan, time) in sweep
                .plan
                .configurations()
                .iter()
                .zip([3.0, 3.02, 3.9, 1.6, 1.9])
            {
                let mut record =
                    sample::record(plan.clone(), time * (1.0 + f64::from(round) / 100.0), 3.0);
                record.campaign = Some(Part {
                    id: "s.1".into(),
                    round,
                });
                records.push(record);
            }
        }
        (sweep, records)
    }

    fn table(sweep: &Sweep, records: &[Record]) -> String {
        let runs: Vec<SharedRun<'_>> = (1..)
            .zip(records)
            .map(|(number, record)| sample::run(number, record))
            .collect();
        render(sweep, &sweep.results(records), &runs)
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
                "\ngil-threads: no gain; processes: 1.9× on 2 usable cores, no gain beyond\n"
            ),
            "{table}"
        );
        assert!(!table.contains("incomplete"), "{table}");
    }

    #[test]
    fn what_is_missing_broke_or_is_doubtful_is_told() {
        let (sweep, mut records) = measured();
        records.truncate(13);
        for record in records
            .iter_mut()
            .filter(|record| record.plan.workers() == 1_000)
        {
            record.ending.outcome = Outcome::Failed;
            record.ending.error = Some("worker 3 died\u{1b}[2J".into());
        }
        records[8].measurement.caveats.push(Seen::Slept(2.0).into());
        let table = table(&sweep, &records);
        assert!(
            row_of(&table, "processes 1 000").ends_with("1 failed"),
            "{table}"
        );
        assert!(table.contains("incomplete: 13 of 20 runs ended"), "{table}");
        assert!(
            table.contains("processes with 1 000 workers broke 2 times: worker 3 died"),
            "{table}"
        );
        assert!(
            table.contains(
                "caveat in 1 of 8 counted runs, first of processes with 2 workers: the machine slept"
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
