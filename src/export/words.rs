//! What is said about runs in every format for people, in the same words as on the screen.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::analysis::shared::{Shared, SharedRun, SharedSweep};
use crate::domain::executor::Executor;
use crate::domain::foreign::cleaned_lines;
use crate::domain::machine::Machine;
use crate::domain::plan::Plan;
use crate::domain::provenance::{Origin, Provenance};
use crate::domain::record::{OUTPUT_KEPT, Record};
use crate::domain::stats::fit::Parameter;
use crate::domain::text::{bytes, clean, counted, duration};
use crate::present::sentence::{conclusion, verdict};

/// Who writes the files.
pub(super) const PROGRAM: &str = concat!("pconc-tui ", env!("CARGO_PKG_VERSION"));
/// How much of a foreign sentence is repeated, in characters.
const FOREIGN: usize = 300;
/// How much of a name is.
const NAME: usize = 80;

/// Foreign text as files repeat it.
pub(super) fn foreign(text: &str) -> String {
    clean(text, FOREIGN)
}

/// What the user calls a run, harmless.
pub(super) fn name(run: &SharedRun<'_>) -> Option<String> {
    run.name.map(|name| clean(name, NAME))
}

/// Its number, its name if it has one, and what was run: "#3 warm: io · threads · 16 workers · 16 tasks".
pub(super) fn title(run: &SharedRun<'_>) -> String {
    let name = name(run)
        .map(|name| format!(" {name}:"))
        .unwrap_or_default();
    format!("#{}{name} {}", run.number, plan(&run.record.plan))
}

/// The same of a sweep: "#9 sweep: io · threads, processes · 1, 2, 4 workers · 3 rounds".
pub(super) fn sweep_title(shared: &SharedSweep<'_>) -> String {
    let plan = &shared.sweep.plan;
    let name = shared
        .name
        .map(|text| format!(" {}:", clean(text, NAME)))
        .unwrap_or_default();
    let models: Vec<String> = plan.executors().iter().map(Executor::label).collect();
    let workers: Vec<String> = plan.workers().iter().map(u32::to_string).collect();
    let workers = if workers.is_empty() {
        "1".into()
    } else {
        workers.join(", ")
    };
    let noun = if workers == "1" { "worker" } else { "workers" };
    format!(
        "#{} sweep{} {} · {} · {workers} {noun} · {}",
        shared.number,
        if name.is_empty() { ":" } else { &name },
        plan.work().label(),
        models.join(", "),
        counted(plan.repeats().into(), "round"),
    )
}

/// What was fitted to the speed-ups of each model, and how sure that is.
pub(super) fn fits(shared: &SharedSweep<'_>) -> Vec<String> {
    let parameter = |parameter: &Parameter| {
        format!(
            "{:.3} ({:.3} – {:.3})",
            parameter.value, parameter.interval.low, parameter.interval.high
        )
    };
    let series = shared.results.series.iter();
    series
        .flat_map(|series| {
            let model = series.executor.name();
            let amdahl = series.amdahl.as_ref().map(|fit| {
                format!(
                    "{model}, fitted by Amdahl's law: serial part {}",
                    parameter(&fit.law.serial)
                )
            });
            let universal = series.universal.as_ref().map(|fit| {
                format!(
                    "{model}, fitted by the Universal Scalability Law: contention {}, coherency {}",
                    parameter(&fit.law.contention),
                    parameter(&fit.law.coherency)
                )
            });
            amdahl.into_iter().chain(universal)
        })
        .collect()
}

/// Every reason to trust the run less, with its number.
pub(super) fn caveats(run: &SharedRun<'_>) -> Vec<String> {
    run.caveats()
        .map(|caveat| format!("#{}: {}", run.number, foreign(&caveat.text)))
        .collect()
}

/// What was run.
pub(super) fn plan(plan: &Plan) -> String {
    let (workers, tasks) = (
        counted(plan.workers().into(), "worker"),
        counted(plan.tasks().into(), "task"),
    );
    format!(
        "{} · {} · {workers} · {tasks}",
        plan.label(),
        plan.executor().label()
    )
}

/// What the tasks of these runs did, a sentence for each kind of work.
pub(super) fn works<'a>(runs: impl Iterator<Item = &'a SharedRun<'a>>) -> Vec<String> {
    let sentence = |run: &SharedRun<'_>| {
        let plan = &run.record.plan;
        let size = plan.workload().description().size;
        format!("{}: {}", plan.label(), size(plan.size(), plan.addresses()))
    };
    let mut works: Vec<String> = vec![];
    for work in runs.map(sentence) {
        if !works.contains(&work) {
            works.push(work);
        }
    }
    works
}

/// What came out, in one sentence.
pub(super) fn verdict(run: &SharedRun<'_>) -> String {
    foreign(&verdict::concluded(run.record, &run.finding))
}

/// What to conclude from a sweep.
pub(super) fn conclusion(shared: &SharedSweep<'_>) -> String {
    let cores_usable = shared.provenance.machine.cores_usable;
    conclusion::of(&shared.sweep.plan, shared.results, cores_usable)
}

/// Who executed the runs of Python's models: "Python 3.13.0, GIL on: /usr/bin/python3.13", each interpreter once.
pub(super) fn interpreters(shared: &Shared<'_>) -> BTreeSet<String> {
    let interpreters = shared
        .runs
        .iter()
        .filter_map(|run| run.record.plan.interpreter());
    interpreters
        .map(|interpreter| {
            format!(
                "Python {}: {}",
                interpreter.label(),
                foreign(&interpreter.path)
            )
        })
        .collect()
}

/// What Python needed besides the work itself; nothing of a run that was not Python's.
pub(super) fn python_costs(record: &Record) -> Option<String> {
    let python = record.interpreter.python.as_ref()?;
    let part =
        |name: &str, time: Option<f64>| time.map(|time| format!("{name} {}", duration(time)));
    let parts = [
        part("interpreter", python.interpreter_s),
        part("imports", python.imports_s),
        part("pool", python.pool_s),
        part("CPU time of starting and managing", python.manager_cpu_s),
    ];
    let known: Vec<String> = parts.into_iter().flatten().collect();
    (!known.is_empty()).then(|| format!("Python's own: {}", known.join(" · ")))
}

/// How much of what a run printed is known, and that, harmless.
pub(super) fn printed(record: &Record) -> Option<(String, String)> {
    let output = record.interpreter.python.as_ref()?.output.as_ref()?;
    let text = cleaned_lines(&output.text);
    let all = bytes(output.bytes);
    let is_all = output.bytes <= OUTPUT_KEPT as u64;
    let heading = if is_all {
        all
    } else {
        format!("the first {} of {all}", bytes(OUTPUT_KEPT as u64))
    };
    Some((heading, text))
}

/// "CPU X, 8 cores, Linux 6.12, 16.0 GB of memory".
pub(super) fn machine(machine: &Machine) -> String {
    let cpu = machine
        .cpu_model
        .as_deref()
        .map_or_else(|| "unknown CPU".into(), foreign);
    let memory = machine
        .memory_bytes
        .map(|size| format!(", {} of memory", bytes(size)))
        .unwrap_or_default();
    format!(
        "{cpu}, {}, {}{memory}",
        cores(machine),
        foreign(&machine.kernel)
    )
}

fn cores(machine: &Machine) -> String {
    let online = counted(machine.cores_online.into(), "core");
    if machine.cores_usable == machine.cores_online {
        return online;
    }
    let why = machine
        .cores_limited_by
        .as_deref()
        .map(|why| format!(" ({})", foreign(why)))
        .unwrap_or_default();
    format!("{} of {online} usable{why}", machine.cores_usable)
}

/// When and on what a run was measured: "recorded on …" where that was not this program's machine and user.
pub(super) fn measured_on(provenance: &Provenance) -> String {
    let how = if provenance.origin == Origin::Recorded {
        "recorded on"
    } else {
        "measured on"
    };
    format!("{how} {}", machine(&provenance.machine))
}

/// "2026-01-31 12:34:56 UTC".
pub(super) fn moment(record: &Record) -> String {
    let text = foreign(&record.started_at);
    let second = text
        .split(['.', 'Z'])
        .next()
        .unwrap_or_default()
        .replace('T', " ");
    format!("{second} UTC")
}

/// "measured 2026-01-31", or from which day to which; nothing if there is no run.
pub(super) fn days(shared: &Shared<'_>) -> Option<String> {
    let day = |run: &SharedRun<'_>| {
        foreign(&run.record.started_at)
            .chars()
            .take(10)
            .collect::<String>()
    };
    let first = shared.runs.iter().map(day).min()?;
    let last = shared.runs.iter().map(day).max()?;
    Some(if first == last {
        format!("measured {first}")
    } else {
        format!("measured {first} to {last}")
    })
}

/// The word that stands for a value in JSON.
pub(super) fn word(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}
