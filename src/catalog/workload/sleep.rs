//! The control for every question about waiting: a task only waits. On request it computes and waits alternately, as
//! real tasks often do.

use super::{Sizing, SweepSuggestion, TaskStep, WorkloadDescription};
use crate::{
    catalog::parameter::{Help, Parameter, ParameterKind, Values},
    domain::{
        speed::MAX_ITERATIONS,
        text::{counted, grouped},
    },
};

pub(super) static SLEEP: WorkloadDescription = WorkloadDescription {
    name: "sleep",
    line: "wait, and compute if asked to",
    label: |_| "sleep",
    about: "a task waits; given a time to compute, it does both in turns",
    method: "The work of sleep is to wait, which needs neither a core nor a server. It shows what \
     waiting alone costs under each model. A task waits in the kernel until its time is over. If \
     it also computes, it does steps of the loop of cpu before each wait.",
    tasks: 16,
    parameters: &[&WAIT, &COMPUTE_ITERATIONS, &COMPUTE, &SLICES],
    sizing: Some(Sizing {
        label: "Sized by",
        about: "how much a task computes: steps of the loop of cpu, or a time",
        meaning: "whether what a sleep task computes is given as steps of the loop of cpu, or as a time",
        steps: &COMPUTE_ITERATIONS,
        time: &COMPUTE,
        loops: Some(&SLICES),
    }),
    steps,
    contradiction,
    size,
    sweep: SweepSuggestion::OF_WAITING,
};

/// Alternates between computing and waiting. Each turn has an equal share of both; the first turns have the remainder.
fn steps(values: &Values) -> Vec<TaskStep> {
    // While the user types, the number may be one that no valid plan has.
    let turns = values.get(&SLICES).clamp(1, *SLICES.range.end());
    let share = |all: u64, turn: u64| all / turns + u64::from(turn < all % turns);
    let (iterations, ms) = (values.get(&COMPUTE_ITERATIONS), values.get(&WAIT));
    (0..turns)
        .flat_map(|turn| {
            [
                TaskStep::Compute(share(iterations, turn)),
                TaskStep::Sleep(share(ms, turn)),
            ]
        })
        .filter(|step| !matches!(step, TaskStep::Compute(0) | TaskStep::Sleep(0)))
        .collect()
}

/// Each turn has to wait for a millisecond at least.
fn contradiction(values: &Values) -> Option<(&'static Parameter, String)> {
    let (turns, ms) = (values.get(&SLICES), values.get(&WAIT));
    let sentence = format!(
        "a wait of {} ms is too short for {}: each needs at least 1 ms",
        grouped(ms),
        counted(turns, "turn")
    );
    (turns > ms).then_some((&SLICES, sentence))
}

fn size(values: &Values, _: bool) -> String {
    let waiting = format!("{} of waiting per task", WAIT.text(values.get(&WAIT)));
    let computing = match values.get(&COMPUTE_ITERATIONS) {
        0 => String::new(),
        steps => format!(" and {} steps of computing", grouped(steps)),
    };
    let turns = match values.get(&SLICES) {
        1 => String::new(),
        turns => format!(", in {}", counted(turns, "turn")),
    };
    format!("{waiting}{computing}{turns}")
}

/// How long a task waits.
pub static WAIT: Parameter = Parameter {
    id: "wait_s",
    flag: "wait",
    label: "Task waits",
    what: "the wait in ms",
    kind: ParameterKind::Milliseconds,
    default: 100,
    range: 1..=60_000,
    about: "how long each task waits, in all its turns",
    meaning: "how long a sleep task waits, in all its turns together",
    note: "in each task",
    help: Help {
        short: "How long a task waits",
        long: "From 1ms to 60s [default: 100ms]",
        is_rare: true,
    },
    is_of_server: false,
};

/// Steps of the loop of `cpu` in one task, besides waiting.
pub static COMPUTE_ITERATIONS: Parameter = Parameter {
    id: "compute_iterations",
    flag: "compute-iterations",
    label: "Computes",
    what: "the steps of computing",
    kind: ParameterKind::Count,
    default: 0,
    range: 0..=MAX_ITERATIONS,
    about: "steps of the loop of cpu in each task, besides waiting",
    meaning: "steps of the loop of cpu that a sleep task does besides waiting",
    note: "in each task",
    help: Help {
        short: "How many steps of the loop of cpu a task does too",
        long: "From 0 to 1e12 [default: 0]",
        is_rare: true,
    },
    is_of_server: false,
};

/// Replaces [`COMPUTE_ITERATIONS`] by the number of steps that an idle core of this machine does in this time.
pub static COMPUTE: Parameter = Parameter {
    id: "compute_s",
    flag: "compute",
    label: "Computes",
    what: "the time of computing in ms",
    kind: ParameterKind::Milliseconds,
    default: 30,
    range: 1..=600_000,
    about: "on an idle core of this machine, besides waiting",
    meaning: "besides waiting, as many steps of the loop of cpu as an idle core of this machine \
     does in that time, or, under Python's models, as the chosen interpreter does",
    note: "",
    help: Help {
        short: "How long a task computes too",
        long: "On an idle core of this machine, from 1ms to 600s. The number of steps is printed; \
         --compute-iterations repeats it.",
        is_rare: true,
    },
    is_of_server: false,
};

/// The number of turns in which a task computes and waits.
pub static SLICES: Parameter = Parameter {
    id: "slices",
    flag: "slices",
    label: "Turns",
    what: "the turns",
    kind: ParameterKind::Count,
    default: 1,
    range: 1..=1_000,
    about: "{range}: in how many turns a task computes and waits",
    meaning: "in how many turns a sleep task computes and waits: each has its share of both",
    note: "of computing and waiting, in each task",
    help: Help {
        short: "In how many turns a task computes and waits",
        long: "From 1 to 1000 [default: 1]",
        is_rare: true,
    },
    is_of_server: false,
};

#[cfg(test)]
mod tests {
    use super::*;

    fn values(iterations: u64, ms: u64, turns: u64) -> Values {
        let mut values = Values::default();
        values.set(&COMPUTE_ITERATIONS, iterations);
        values.set(&WAIT, ms);
        values.set(&SLICES, turns);
        values
    }

    #[test]
    fn without_computing_a_task_waits_once() {
        assert_eq!(steps(&values(0, 100, 1)), [TaskStep::Sleep(100)]);
    }

    #[test]
    fn turns_share_out_all_of_both_and_nothing_else() {
        for (iterations, ms, turns) in [(10, 100, 3), (7, 5, 5), (0, 1, 1), (1_000_003, 60_000, 7)]
        {
            let steps = steps(&values(iterations, ms, turns));
            let sum = |of: fn(&TaskStep) -> u64| steps.iter().map(of).sum::<u64>();
            let computed = sum(|step| {
                if let TaskStep::Compute(n) = step {
                    *n
                } else {
                    0
                }
            });
            let waited = sum(|step| if let TaskStep::Sleep(n) = step { *n } else { 0 });
            assert_eq!((computed, waited), (iterations, ms));
            assert!(steps.len() as u64 <= 2 * turns);
            assert!(
                steps
                    .iter()
                    .all(|step| !matches!(step, TaskStep::Compute(0) | TaskStep::Sleep(0)))
            );
        }
    }
}
