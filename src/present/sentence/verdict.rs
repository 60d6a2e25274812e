//! The verdict of a run. It is computed from the numbers, never from expectations.

use super::{count, counter, factor, factor_of_pairs, repeats, the_lock};
use crate::{
    analysis::{
        finding::{Finding, RunFinding},
        reason::{Cause, StartUp, managing},
    },
    domain::{
        difference::{Difference, is_about_one},
        history::History,
        phase::Phase,
        record::{Outcome, Record},
        speedup::Baseline,
        stats::Ratio,
        text,
    },
};

/// The verdict of the run with this number and of all of its repeats.
pub fn of(history: &History, number: usize) -> String {
    history.get(number).map_or_else(String::new, |entry| {
        concluded(&entry.record, &RunFinding::of(history, entry))
    })
}

/// The verdict of a run, compared with its baseline if it has one that is another run.
pub fn concluded(record: &Record, finding: &RunFinding) -> String {
    let (ending, tasks) = (&record.ending, record.plan.tasks);
    match ending.outcome {
        Outcome::Cancelled => {
            let done = tasks - ending.tasks_failed - ending.tasks_not_begun;
            let time = text::duration(record.times.wall_s);
            format!("stopped after {time}: {done} of {tasks} tasks were done")
        }
        Outcome::Failed => {
            let why = ending.error.as_deref().unwrap_or("for an unknown reason");
            format!("the run failed: {why}")
        }
        Outcome::Completed if ending.tasks_failed > 0 => {
            let reason = ending
                .failures
                .iter()
                .find_map(|task| task.error.as_deref());
            let reason = reason.map(|error| format!(": {error}")).unwrap_or_default();
            format!("{} of {tasks} tasks failed{reason}", ending.tasks_failed)
        }
        Outcome::Completed => completed(record, finding),
    }
}

fn completed(record: &Record, finding: &RunFinding) -> String {
    // Serial against serial would compare the machine with itself. It is said only if the user chose the baseline.
    let is_telling = |over: &Baseline| over.is_chosen || !record.plan.is_serial();
    let gain = finding.gain.as_ref().filter(|(_, over)| is_telling(over));
    let gain = gain.map(|(gain, over)| gained(gain, over));
    let what: Vec<String> = gain
        .into_iter()
        .chain(finding.time.as_ref().map(repeats))
        .collect();
    let what = match what[..] {
        [] => text::duration(record.times.wall_s),
        _ => what.join("; "),
    };
    let name = record.plan.model().name();
    match counter::left(record) {
        // What is left of the additions matters more than the time that they took.
        Some(left) => {
            let block =
                counter::handed_over(record).map_or_else(String::new, |said| format!(". {said}"));
            format!("{name}: {left}. {}{block}", text::capitalized(&what))
        }
        None => format!("{name}: {what}. {}", explained(record)),
    }
}

/// Why the run took as long as it did, and what it took besides, in sentences without the last full stop.
fn explained(record: &Record) -> String {
    let cause = Cause::of(record);
    let also = match (&cause, managing(record)) {
        (Cause::StartUp(_), _) | (_, None) => String::new(),
        (_, Some(time)) => format!(
            ". Starting Python and managing the workers took another {} of CPU time",
            text::duration(time)
        ),
    };
    let is_estimate = record.measurement.phase_source.estimates_gil();
    text::capitalized(&reason(cause, is_estimate)) + &also
}

/// "1.93× (1.88–1.97) faster than serial", or that the difference is not clear.
fn gained(gain: &Finding, over: &Baseline) -> String {
    let (ratio, over_name) = (gain.magnitude(), over.name());
    let factor = match gain.pairs {
        None => factor(&ratio),
        Some(pairs) => factor_of_pairs(&ratio, pairs),
    };
    match (gain.difference, gain.pairs) {
        (Difference::Faster, _) => format!("{factor} faster than {over_name}"),
        (Difference::Slower, _) => format!("{factor} slower than {over_name}"),
        (Difference::Disturbed, _) => cannot_tell(gain),
        (difference, Some(pairs)) => of_pairs(difference, pairs, &ratio, &factor, &over_name),
        (Difference::Small, _) if ratio.interval.is_some() => {
            format!("within 5 % of {over_name}, {factor}")
        }
        (Difference::Unclear, _) if ratio.interval.is_some() || !is_about_one(ratio.value) => {
            format!("no clear difference from {over_name}, {factor}")
        }
        _ if over.is_chosen => format!("no gain over {over_name}"),
        _ => "no gain".into(),
    }
}

/// What pairs of runs say if they show no clear difference.
fn of_pairs(
    difference: Difference,
    pairs: usize,
    ratio: &Ratio,
    factor: &str,
    over_name: &str,
) -> String {
    match difference {
        Difference::TooFew => {
            let pairs = text::counted(pairs as u64, "pair");
            format!("cannot tell from {pairs} of runs")
        }
        Difference::Small if ratio.value > 1.01 => format!("within 10 % of {over_name}, {factor}"),
        Difference::Unclear if is_above_one(ratio) => {
            format!("cannot tell for certain, probably {factor} faster than {over_name}")
        }
        Difference::Unclear => format!("cannot tell whether it is faster, {factor}"),
        _ => format!("no gain, {factor}"),
    }
}

fn is_above_one(ratio: &Ratio) -> bool {
    ratio.interval.is_some_and(|interval| interval.low > 1.0)
}

/// What disturbed runs say nevertheless.
fn cannot_tell(gain: &Finding) -> String {
    let estimate = gain.on_free_cores.map_or_else(String::new, |factor| {
        let factor = text::speedup(factor);
        format!(". On a free core each: about {factor}, estimated from CPU time")
    });
    format!("cannot tell, because the runs were disturbed{estimate}")
}

/// Why a run took as long as it did: how many workers did what at once, on average over the run.
fn reason(cause: Cause, gil_is_estimate: bool) -> String {
    match cause {
        Cause::StartUp(part) => format!("{} took most of it", starting(part)),
        Cause::Calls { at_once, cores } => {
            format!("{at_once:.1} calls at once, {cores:.1} cores in use")
        }
        Cause::Computing { at_once, waiting } => {
            let what = |phase| match phase {
                Phase::Gil => the_lock(gil_is_estimate),
                Phase::Lock => "another lock",
                _ => "a core",
            };
            computing(
                at_once,
                waiting.map(|(workers, phase)| (workers, what(phase))),
            )
        }
        Cause::Waiting {
            phase,
            at_once,
            cores,
        } => {
            let (together, alone) = (
                waiting(phase),
                match phase {
                    Phase::File => "writing its file most of the time",
                    Phase::Sleep => "mostly sleeping",
                    Phase::Subprocess => "waiting for other processes most of the time",
                    _ => "waiting for the network most of the time",
                },
            );
            let said = at_once.map_or_else(
                || format!("one task at a time, {alone}"),
                |workers| format!("{workers:.1} workers {together} at once"),
            );
            format!("{said}, {cores:.1} cores in use")
        }
    }
}

/// What the start-up was used for.
pub(super) fn starting(part: StartUp) -> &'static str {
    match part {
        StartUp::Workers => "creating the workers",
        StartUp::Interpreter => "starting the interpreter",
        StartUp::Imports => "importing Python's modules",
        StartUp::Pool => "making the pool",
        StartUp::Python => "starting Python and its workers",
    }
}

/// What workers did in this phase.
pub(super) fn waiting(phase: Phase) -> &'static str {
    match phase {
        Phase::File => "wrote files",
        Phase::Sleep => "slept",
        Phase::Subprocess => "waited for other processes",
        _ => "waited for the network",
    }
}

/// How many workers computed, and how many waited for what.
fn computing(at_once: f64, waiting: Option<(f64, &str)>) -> String {
    // Words are used only if all numbers are nearly whole. Numbers that are rounded separately may not add up.
    let is_near_whole = |x: f64| (x - x.round()).abs() <= 0.25;
    let in_words = is_near_whole(at_once) && waiting.is_none_or(|(x, _)| is_near_whole(x));
    let amount = |x: f64| {
        if in_words {
            count(x.round() as u64)
        } else {
            format!("{x:.1}")
        }
    };
    let is_one = in_words && at_once < 1.5;
    let computed = match is_one {
        true => "one computed".into(),
        false if at_once <= 1.0 => format!("{} workers computed", amount(at_once)),
        false => format!("{} workers computed in parallel", amount(at_once)),
    };
    match waiting {
        Some((workers, what)) => format!("{computed}, {} waited for {what}", amount(workers)),
        None if is_one => format!("{computed} at a time"),
        None => computed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        catalog::{
            model::Model,
            workload::Workload::{self, Counter, Cpu, Io},
        },
        domain::{
            counter::CounterTotals,
            phase::PhaseTimes,
            python::GilState,
            record::{CampaignPart, PhaseSource, PythonRecord},
            speedup::Gain,
            time::nanos,
            trace::Trace,
        },
        fixtures::sample,
    };

    fn record(
        kind: Workload,
        model: Model,
        workers: u64,
        cpu_s: f64,
        phases: &[(Phase, f64)],
    ) -> Record {
        let mut record = sample::record(sample::plan(kind, model, workers), 1.0, cpu_s);
        record.times.phases_s = PhaseTimes::default();
        for (phase, seconds) in phases {
            record.times.phases_s[*phase] = nanos(*seconds);
        }
        record
    }

    fn concluded(record: &Record, gain: Option<Gain>) -> String {
        super::concluded(record, &RunFinding::of_single(gain))
    }

    fn over_serial(factor: f64) -> Option<Gain> {
        let over = Baseline {
            number: 1,
            model: Model::Serial,
            workers: 1,
            parallelism: 1.0,
            same_interpreter: true,
            is_chosen: false,
            is_disturbed: false,
        };
        Some(Gain { factor, over })
    }

    #[test]
    fn a_baseline_that_was_chosen_is_named_with_its_number() {
        let record = record(Cpu, Model::Serial, 1, 1.0, &[(Phase::Computing, 1.0)]);
        let over = Baseline {
            number: 3,
            model: Model::Threads,
            workers: 2,
            parallelism: 1.9,
            same_interpreter: true,
            is_chosen: true,
            is_disturbed: false,
        };
        let said = |factor| concluded(&record, Some(Gain { factor, over }));
        assert!(said(0.5).starts_with("serial: 2.0× slower than #3 threads. "));
        assert!(said(1.02).starts_with("serial: no gain over #3 threads. "));
        assert!(
            concluded(&record, over_serial(0.5)).starts_with("serial: 1.00 s. "),
            "serial against serial"
        );
    }

    #[test]
    fn two_processes_computed_at_once() {
        let record = record(Cpu, Model::Processes, 2, 1.95, &[(Phase::Computing, 1.95)]);
        assert_eq!(
            concluded(&record, over_serial(1.93)),
            "processes: 1.9× faster than serial. Two workers computed in parallel"
        );
    }

    #[test]
    fn under_the_lock_one_computed_while_three_waited() {
        let record = record(
            Cpu,
            Model::GilThreads,
            4,
            1.0,
            &[(Phase::Computing, 1.0), (Phase::Gil, 2.96)],
        );
        assert_eq!(
            concluded(&record, over_serial(0.98)),
            "gil-threads: no gain. One computed, three waited for the lock"
        );
    }

    #[test]
    fn numbers_that_are_not_nearly_whole_are_written_as_they_are() {
        let half = record(
            Cpu,
            Model::Serial,
            1,
            0.5,
            &[(Phase::Computing, 0.5), (Phase::Ready, 0.5)],
        );
        assert!(concluded(&half, None).ends_with("0.5 workers computed, 0.5 waited for a core"));
        let uneven = record(Cpu, Model::Threads, 2, 1.45, &[(Phase::Computing, 1.45)]);
        assert!(
            concluded(&uneven, over_serial(1.4)).ends_with("1.4 workers computed in parallel"),
            "{uneven:?}"
        );
    }

    #[test]
    fn a_run_that_mostly_started_says_so() {
        let mut short = record(Cpu, Model::Threads, 2, 0.1, &[(Phase::Computing, 0.1)]);
        short.times.startup_s = Some(0.8);
        assert!(concluded(&short, None).ends_with("Creating the workers took most of it"));
    }

    #[test]
    fn more_threads_than_cores_wait_for_a_core() {
        let record = record(
            Cpu,
            Model::Threads,
            8,
            2.0,
            &[(Phase::Computing, 2.0), (Phase::Ready, 5.9)],
        );
        assert_eq!(
            concluded(&record, over_serial(1.9)),
            "threads: 1.9× faster than serial. Two workers computed in parallel, six waited for a \
             core"
        );
    }

    #[test]
    fn io_waits_at_once_on_hardly_any_core() {
        let record = record(Io, Model::Threads, 16, 0.2, &[(Phase::Network, 10.2)]);
        assert_eq!(
            concluded(&record, over_serial(9.8)),
            "threads: 9.8× faster than serial. 10.2 workers waited for the network at once, 0.2 cores \
             in use"
        );
    }

    #[test]
    fn a_slower_run_is_called_slower_and_one_without_baseline_only_timed() {
        let record = record(Cpu, Model::GilThreads, 4, 1.0, &[(Phase::Computing, 1.0)]);
        assert!(
            concluded(&record, over_serial(0.5))
                .starts_with("gil-threads: 2.0× slower than serial")
        );
        assert!(concluded(&record, None).starts_with("gil-threads: 1.00 s"));
    }

    #[test]
    fn of_a_counter_what_is_left_comes_first_then_the_time() {
        let mut record = record(Counter, Model::Threads, 4, 1.0, &[(Phase::Computing, 1.0)]);
        record.system.counter = Some(CounterTotals {
            expected: 800_000,
            found: 487_655,
            seen: vec![],
            is_shared: true,
            is_locked: false,
            handovers: vec![],
        });
        assert_eq!(
            concluded(&record, over_serial(0.5)),
            "threads: 4 workers without a lock lost 312 345 of 800 000 additions. 2.0× slower than \
             serial"
        );
    }

    #[test]
    fn a_stopped_run_says_how_far_it_came() {
        let mut record = record(Cpu, Model::Threads, 2, 1.0, &[]);
        record.ending.outcome = Outcome::Cancelled;
        (record.ending.tasks_failed, record.ending.tasks_not_begun) = (2, 3);
        assert_eq!(
            concluded(&record, None),
            "stopped after 1.00 s: 3 of 8 tasks were done"
        );
    }

    fn python(model: Model, workers: u64, cpu_s: f64, phases: &[(Phase, f64)]) -> Record {
        let mut record = record(Cpu, model, workers, cpu_s, phases);
        record.interpreter.python = Some(python_record());
        record
    }

    fn python_record() -> PythonRecord {
        PythonRecord {
            gil: Some(GilState::On),
            interpreter_s: Some(0.02),
            imports_s: Some(0.1),
            pool_s: Some(0.05),
            memory_bytes: None,
            manager_cpu_s: Some(0.05),
            output: None,
        }
    }

    #[test]
    fn what_was_estimated_is_called_an_estimate() {
        let waiting = [(Phase::Computing, 1.0), (Phase::Gil, 2.96)];
        let mut record = python(Model::PythonThreads, 4, 1.0, &waiting);
        record.measurement.phase_source = PhaseSource::ClockAndSchedstatGilEstimated;
        assert_eq!(
            concluded(&record, over_serial(0.98)),
            "python-threads: no gain. One computed, three waited for the lock (estimated)"
        );
    }

    #[test]
    fn one_python_thread_is_not_compared_with_another_one_unless_that_was_chosen() {
        let record = python(Model::PythonThreads, 1, 1.0, &[(Phase::Computing, 1.0)]);
        assert!(concluded(&record, over_serial(0.5)).starts_with("python-threads: 1.00 s. "));
    }

    #[test]
    fn what_python_needs_to_start_and_to_manage_its_workers_is_named_if_it_matters() {
        let mut record = python(Model::PythonProcesses, 2, 1.9, &[(Phase::Computing, 1.9)]);
        assert!(concluded(&record, None).ends_with("Two workers computed in parallel"));
        record.interpreter.python.as_mut().unwrap().manager_cpu_s = Some(0.4);
        let said = concluded(&record, None);
        assert!(
            said.ends_with(
                "in parallel. Starting Python and managing the workers took another 400 ms of CPU \
                 time"
            ),
            "{said}"
        );
        record.times.startup_s = Some(0.8);
        assert!(concluded(&record, None).ends_with("Importing Python's modules took most of it"));
        record.interpreter.python = None;
        assert!(concluded(&record, None).ends_with("Creating the workers took most of it"));
    }

    /// Repeats of one plan.
    fn repeated(times: &[f64]) -> History {
        let mut history = sample::history(2);
        for (round, wall_s) in (1..).zip(times) {
            let mut record = sample::record(sample::plan(Cpu, Model::Threads, 2), *wall_s, 0.1);
            record.campaign = Some(CampaignPart {
                id: "campaign".into(),
                round,
                in_turn: false,
            });
            history.add(record, Trace::new(2));
        }
        history
    }

    #[test]
    fn the_verdict_on_a_run_that_was_repeated_is_about_all_of_its_repeats() {
        let history = repeated(&[0.342, 0.339, 0.349, 0.341, 0.343]);
        let said = of(&history, 3);
        assert!(
            said.starts_with("threads: median 0.342 s of 5 runs (95 % interval 0.3"),
            "{said}"
        );
        assert_eq!(of(&history, 1), said);
        assert!(of(&repeated(&[0.342]), 1).starts_with("threads: 342 ms. "));
    }
}
