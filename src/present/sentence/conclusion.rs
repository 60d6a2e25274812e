//! The conclusion of a sweep, in plain sentences that claim no more than was measured.

use super::serial;
use crate::domain::{
    difference::{Difference, is_about_one},
    history::SweepEntry,
    plan::Plan,
    sweep::{ConfigurationSummary, Results, Series, SweepPlan},
    text::{self, counted},
};

/// The conclusion from these results of a sweep, measured on a machine with `cores_usable` usable cores. It has a
/// clause per executor and no full stop.
pub fn of(plan: &SweepPlan, results: &Results, cores_usable: u32) -> String {
    Conclusion {
        plan,
        results,
        cores_usable,
    }
    .sentence()
}

/// The conclusion of a sweep in a history.
pub fn of_entry(entry: &SweepEntry) -> String {
    let cores_usable = entry.provenance.machine.cores_usable;
    of(&entry.sweep.plan, &entry.results, cores_usable)
}

/// The best configuration so far, or of the whole sweep, in a few words.
pub fn headline(results: &Results, is_on: bool) -> String {
    let so_far = if is_on { " so far" } else { "" };
    let best = results
        .best
        .and_then(|best| results.summaries[best].as_ref());
    let Some(best) = best else {
        return match (is_on, results.ended) {
            (true, _) => "warm-up round, which is not counted".into(),
            (false, 0) => "nothing was measured".into(),
            (false, _) => "stopped before any run was counted".into(),
        };
    };
    let who = place(&best.plan);
    let over = serial(best.plan.model().is_python());
    let is_alone = results.summaries.iter().flatten().count() == 1;
    match best.speedup {
        _ if best.plan.is_serial() && is_alone => format!("only {over} was measured{so_far}"),
        Some(ratio) if Difference::of(&ratio) == Difference::Faster => format!(
            "best{so_far}: {who}, {} faster than {over}",
            text::speedup(ratio.value)
        ),
        Some(_) => format!("nothing is clearly faster than {over}{so_far}"),
        None if is_alone => format!("only {who} was measured{so_far}"),
        None => format!("fastest{so_far}: {who}"),
    }
}

/// A configuration in as few words as possible.
pub fn place(plan: &Plan) -> String {
    if plan.model().is_serial() {
        return "serial".into();
    }
    let workers = counted(plan.workers.into(), "worker");
    format!("{} with {workers}", plan.executor.name())
}

/// The inputs of a sentence.
struct Conclusion<'a> {
    plan: &'a SweepPlan,
    results: &'a Results,
    cores_usable: u32,
}

impl Conclusion<'_> {
    /// A clause for each executor that the others are not measured against, and the caveats about all of them.
    fn sentence(&self) -> String {
        let (series, summaries) = (&self.results.series, &self.results.summaries);
        let anything = summaries.iter().any(Option::is_some)
            || self.results.failed.iter().any(|failed| *failed > 0);
        if !anything {
            return "only the warm-up round has run".into();
        }
        let is_alone = summaries.len() == 1;
        let is_base = |index: &usize| self.plan.base_of(*index) == *index;
        let is_compared = |series: &&Series| is_alone || !series.configurations.iter().all(is_base);
        let mut clauses: Vec<String> = series
            .iter()
            .filter(is_compared)
            .map(|series| self.clause(series))
            .collect();
        clauses.extend(self.without_speedups());
        if self.results.is_noisy {
            clauses.push("but most of the runs were disturbed. Measure again".into());
        }
        clauses.join("; ")
    }

    /// The executors without speed-ups, because no run of their reference succeeded.
    fn without_speedups(&self) -> impl Iterator<Item = String> {
        let configurations = &self.plan.configurations;
        let is_base_of = |base: usize, index| index != base && self.plan.base_of(index) == base;
        let is_missing = move |base: &usize| {
            self.results.summaries[*base].is_none()
                && self.results.failed[*base] > 0
                && (0..configurations.len()).any(|index| is_base_of(*base, index))
        };
        (0..configurations.len()).filter(is_missing).map(|base| {
            match configurations[base].interpreter() {
                None if self.plan.pythons().is_empty() => {
                    "no speed-ups, because no serial run succeeded".into()
                }
                None => "no speed-ups of the native models, because no serial run succeeded".into(),
                Some(interpreter) => format!(
                    "no speed-ups of Python {}, because no run of one thread of it succeeded",
                    interpreter.version_name()
                ),
            }
        })
    }

    fn clause(&self, series: &Series) -> String {
        let name = series.executor.name();
        let best = series
            .best
            .and_then(|best| self.results.summaries[best].as_ref());
        let failures = self.failures(series);
        let found = match best {
            Some(summary) => self.finding(series, summary),
            None if !failures.is_empty() => return format!("{name}: every run failed"),
            None => "nothing measured yet".into(),
        };
        format!("{name}: {found}{failures}")
    }

    /// How many runs failed, and with how many workers if that is one number.
    fn failures(&self, series: &Series) -> String {
        let failed = |index: usize| self.results.failed[index];
        let configurations = series.configurations.iter().copied();
        let failing: Vec<usize> = configurations.filter(|index| failed(*index) > 0).collect();
        let runs = counted(
            failing.iter().map(|index| u64::from(failed(*index))).sum(),
            "run",
        );
        match failing[..] {
            [] => String::new(),
            [only] => {
                let workers = counted(self.plan.configurations[only].workers.into(), "worker");
                format!(", {runs} with {workers} failed")
            }
            _ => format!(", {runs} failed"),
        }
    }

    fn measured<'a>(
        &'a self,
        series: &'a Series,
    ) -> impl Iterator<Item = &'a ConfigurationSummary> {
        series
            .configurations
            .iter()
            .filter_map(|index| self.results.summaries[*index].as_ref())
    }

    fn finding(&self, series: &Series, summary: &ConfigurationSummary) -> String {
        let counts = self.measured(series).count();
        let here = self.place(summary);
        let over = serial(series.executor.model.is_python());
        let time = text::duration(summary.time.median);
        if summary.plan.is_serial() && series.configurations.len() == 1 {
            return time;
        }
        let Some(ratio) = summary.speedup else {
            return format!("{time} {here}");
        };
        let factor = text::speedup(ratio.value);
        let no_gain = || match is_about_one(ratio.value) {
            true => "no gain".into(),
            false => format!("no clear difference from {over}"),
        };
        match (Difference::of(&ratio), counts) {
            (Difference::Faster, _) => format!("{factor} {here}{}", self.beyond(series, summary)),
            (Difference::Slower, 1) => format!("slower than {over}, {factor} {here}"),
            (Difference::Slower, _) => format!("slower than {over}, {factor} at best, {here}"),
            (_, 1) => format!("{} with {}", no_gain(), workers(summary)),
            _ => no_gain(),
        }
    }

    /// The number of workers; and whether there is one for each usable core, if the work computes, because the cores are
    /// then the reason.
    fn place(&self, summary: &ConfigurationSummary) -> String {
        let computes = self.plan.work().workload.computes();
        if computes && summary.plan.workers == self.cores_usable {
            format!("with {} (one per core)", workers(summary))
        } else {
            format!("with {}", workers(summary))
        }
    }

    /// The effect of more workers, if more were measured.
    fn beyond(&self, series: &Series, summary: &ConfigurationSummary) -> &'static str {
        let most = summary.plan.workers;
        let mut measured = self.measured(series).map(|other| other.plan.workers);
        match self.plan.workers.last() {
            _ if self.measured(series).count() == 1 => "",
            _ if measured.any(|other| other > most) => ", more did not help",
            Some(last) if *last == most => ", the most that was tried",
            _ => "",
        }
    }
}

fn workers(summary: &ConfigurationSummary) -> String {
    counted(summary.plan.workers.into(), "worker")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{
        catalog::{
            caveat::Observation,
            model::Model,
            workload::Workload::{self, Cpu, Io},
        },
        domain::{
            machine::WorkerLimits,
            record::{Outcome, Record},
        },
        fixtures::swept::{
            self, Row, SERIAL, by_pythons, measured, one_percent, plan, records, sweep,
        },
    };

    fn concluded(kind: Workload, rows: &[Row]) -> String {
        let sweep = sweep(kind, rows);
        of(&sweep.plan, &sweep.results(&records(kind, rows)), 2)
    }

    #[test]
    fn a_sentence_says_what_every_model_came_to_and_no_more() {
        let wide: &[f64] = &[1.0, 4.0, 2.7, 3.3, 2.0];
        for (kind, rows, said) in [
            (
                Io,
                vec![
                    SERIAL,
                    (Model::Threads, 4, one_percent(0.8)),
                    (Model::Threads, 16, one_percent(0.306)),
                    (Model::Threads, 32, one_percent(0.305)),
                ],
                "threads: 9.8× with 16 workers, more did not help",
            ),
            (
                Io,
                vec![
                    SERIAL,
                    (Model::Threads, 4, one_percent(0.8)),
                    (Model::Threads, 16, one_percent(0.3)),
                ],
                "threads: 10× with 16 workers, the most that was tried",
            ),
            (
                Io,
                vec![SERIAL, (Model::Threads, 16, one_percent(0.3))],
                "threads: 10× with 16 workers",
            ),
            (
                Io,
                vec![SERIAL, (Model::Threads, 16, &[0.3])],
                "threads: 10× with 16 workers",
            ),
            (
                Cpu,
                vec![
                    SERIAL,
                    (Model::GilThreads, 2, one_percent(3.0)),
                    (Model::GilThreads, 4, one_percent(3.03)),
                    (Model::Processes, 2, one_percent(1.57)),
                    (Model::Processes, 4, one_percent(1.58)),
                ],
                "gil-threads: no gain; processes: 1.9× with 2 workers (one per core), more did not help",
            ),
            (
                Cpu,
                vec![
                    SERIAL,
                    (Model::GilThreads, 2, one_percent(3.5)),
                    (Model::GilThreads, 4, one_percent(4.5)),
                ],
                "gil-threads: slower than serial, 0.86× at best, with 2 workers (one per core)",
            ),
            (
                Cpu,
                vec![SERIAL, (Model::GilThreads, 4, one_percent(4.0))],
                "gil-threads: slower than serial, 0.75× with 4 workers",
            ),
            (
                Cpu,
                vec![SERIAL, (Model::GilThreads, 4, one_percent(3.0))],
                "gil-threads: no gain with 4 workers",
            ),
            (
                Cpu,
                vec![SERIAL, (Model::Threads, 2, wide), (Model::Threads, 4, wide)],
                "threads: no clear difference from serial",
            ),
            (
                Cpu,
                vec![SERIAL, (Model::Threads, 3, &[])],
                "threads: nothing measured yet",
            ),
            (
                Cpu,
                vec![
                    (Model::Serial, 1, &[]),
                    (Model::Threads, 3, one_percent(1.2)),
                ],
                "threads: 1.20 s with 3 workers",
            ),
            (Cpu, vec![SERIAL], "serial: 3.00 s"),
            (
                Cpu,
                vec![(Model::Serial, 1, &[]), (Model::Threads, 3, &[])],
                "only the warm-up round has run",
            ),
        ] {
            assert_eq!(concluded(kind, &rows), said, "{rows:?}");
        }
    }

    #[test]
    fn each_interpreter_is_measured_against_one_thread_of_itself() {
        let plan = by_pythons(&[Model::Processes, Model::PythonThreads], &[2])
            .validate(&WorkerLimits::default())
            .unwrap();
        let sweep = swept::of(plan);
        let times = [0.2, 0.1, 4.0, 4.0, 6.0, 3.0].map(one_percent);
        let all = measured(&sweep.plan, &times);
        let results = sweep.results(&all);
        let speedups: Vec<String> = results
            .summaries
            .iter()
            .map(|summary| format!("{:.1}", summary.as_ref().unwrap().speedup.unwrap().value))
            .collect();
        assert_eq!(speedups, ["1.0", "2.0", "1.0", "1.0", "1.0", "2.0"]);
        assert_eq!(
            of(&sweep.plan, &results, 2),
            "processes: 2.0× with 2 workers (one per core); python-threads (3.13.0): no gain; \
             python-threads (3.14.2t, GIL off): 2.0× with 2 workers (one per core), the most that was tried"
        );
        let mut broken = all.clone();
        for record in broken
            .iter_mut()
            .filter(|record| record.plan == sweep.plan.configurations[2])
        {
            record.ending.outcome = Outcome::Failed;
        }
        let said = of(&sweep.plan, &sweep.results(&broken), 2);
        assert!(
            said.ends_with(
                "; no speed-ups of Python 3.13.0, because no run of one thread of it succeeded"
            ),
            "{said}"
        );
        let without_base: Vec<Record> = all
            .into_iter()
            .filter(|record| !record.plan.is_serial())
            .collect();
        let results = sweep.results(&without_base);
        assert!(
            results
                .summaries
                .iter()
                .flatten()
                .all(|summary| summary.speedup.is_none())
        );
        assert_eq!(
            of(&sweep.plan, &results, 2),
            "processes: 100 ms with 2 workers (one per core); python-threads (3.13.0): 4.00 s with 2 workers (one per core); \
             python-threads (3.14.2t, GIL off): 3.00 s with 2 workers (one per core)"
        );
    }

    #[test]
    fn a_sentence_about_disturbed_runs_says_so() {
        let rows = [SERIAL, (Model::Threads, 16, one_percent(0.3))];
        let mut all = records(Io, &rows);
        let disturb = |record: &mut Record| {
            record
                .measurement
                .caveats
                .push(Observation::Slept(2.0).into())
        };
        all[..5].iter_mut().for_each(disturb);
        let sweep = sweep(Io, &rows);
        assert_eq!(
            of(&sweep.plan, &sweep.results(&all), 2),
            "threads: 10× with 16 workers"
        );
        disturb(&mut all[5]);
        assert!(
            of(&sweep.plan, &sweep.results(&all), 2)
                .ends_with("; but most of the runs were disturbed. Measure again")
        );
    }

    #[test]
    fn a_larger_count_that_is_not_measured_yet_is_no_reason_to_say_the_most_measured() {
        let rows = [
            SERIAL,
            (Model::Threads, 4, one_percent(0.8)),
            (Model::Threads, 16, &[][..]),
        ];
        assert_eq!(concluded(Io, &rows), "threads: 3.8× with 4 workers");
    }

    #[test]
    fn what_failed_is_reported_and_counted_and_in_no_number() {
        let rows = [
            SERIAL,
            (Model::Threads, 2, one_percent(1.5)),
            (Model::Processes, 2, one_percent(1.5)),
        ];
        let mut all = records(Cpu, &rows);
        for record in &mut all {
            let (model, round) = (record.plan.model(), record.campaign.as_ref().unwrap().round);
            match model {
                Model::Threads if round == 1 => record.ending.tasks_failed = 1,
                Model::Processes => record.ending.outcome = Outcome::Failed,
                _ => {}
            }
        }
        let sweep = sweep(Cpu, &rows);
        let results = sweep.results(&all);
        assert_eq!(
            of(&sweep.plan, &results, 2),
            "threads: 2.0× with 2 workers (one per core), 1 run with 2 workers failed; processes: every run failed"
        );
        assert_eq!(results.failed, [0, 1, 5]);
        assert_eq!(
            results.summaries[1]
                .as_ref()
                .map(|summary| (summary.runs, summary.failed)),
            Some((4, 1))
        );
        assert_eq!(results.summaries[2], None);
    }

    #[test]
    fn without_a_sound_serial_run_there_are_times_and_no_speedups() {
        let rows = [SERIAL, (Model::Threads, 2, one_percent(1.5))];
        let mut all = records(Cpu, &rows);
        all.iter_mut()
            .filter(|record| record.plan.model() == Model::Serial)
            .for_each(|record| {
                record.ending.outcome = Outcome::Failed;
            });
        let sweep = sweep(Cpu, &rows);
        let results = sweep.results(&all);
        assert_eq!(
            of(&sweep.plan, &results, 2),
            "threads: 1.50 s with 2 workers (one per core); no speed-ups, because no serial run succeeded"
        );
        assert_eq!(
            results.summaries[1]
                .as_ref()
                .and_then(|summary| summary.speedup),
            None
        );
    }

    proptest! {
        #[test]
        fn the_sentence_never_claims_a_speedup_that_was_not_measured(
            times in proptest::collection::vec(proptest::collection::vec(0.001f64..1e3, 0..5), 4),
        ) {
            let plan = plan(Cpu, &[Model::Threads], &[1, 2, 4], 5);
            let slices: Vec<&[f64]> = times.iter().map(Vec::as_slice).collect();
            let sweep = swept::of(plan);
            let results = sweep.results(&measured(&sweep.plan, &slices));
            let text = of(&sweep.plan, &results, 2);
            prop_assert!(!text.contains("NaN") && !text.contains("inf") && !text.is_empty());
            if times[0].is_empty() {
                prop_assert!(!text.contains('×'), "{}", text);
            }
            if text.contains("more did not help") {
                prop_assert!(!times[2].is_empty() || !times[3].is_empty());
            }
            let measured = times.iter().filter(|times| !times.is_empty()).count();
            prop_assert_eq!(results.summaries.iter().flatten().count(), measured);
            prop_assert_eq!(results.best.is_some(), measured > 0);
        }
    }
}
