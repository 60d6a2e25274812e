//! Sentences about runs, sweeps and machines in documents of any format.

use std::collections::BTreeSet;

use super::{pattern, verdict};
use crate::{
    analysis::shared::Shared,
    domain::{
        foreign::cleaned_lines,
        history::{RunEntry, SweepEntry},
        machine::Machine,
        model_variant::ModelVariant,
        plan::Plan,
        provenance::{Origin, Provenance},
        python::Interpreter,
        record::{OUTPUT_KEPT, Record},
        text::{bytes, clean, counted, duration, short},
    },
    present::run_table::NAME,
};

/// The program that writes the files.
pub const PROGRAM: &str = concat!("pconc-tui ", env!("CARGO_PKG_VERSION"));
/// The maximum length of an untrusted sentence, in characters.
const FOREIGN: usize = 300;

/// Untrusted text, shortened and without control characters, for use in a file.
pub fn foreign(text: &str) -> String {
    clean(text, FOREIGN)
}

/// The user's name for a run or a sweep, as the title shows it.
fn named(name: Option<&str>) -> String {
    name.map(|name| format!(" {}:", clean(name, NAME)))
        .unwrap_or_default()
}

/// The number of a run, its name if it has one, and what was run: "#3 warm: io · threads · 16 workers · 16 tasks".
pub fn title(run: &RunEntry) -> String {
    let plan = &run.record.plan;
    format!(
        "#{}{} {} · {} · {} · {}",
        run.number,
        named(run.name.as_deref()),
        plan.label(),
        plan.executor.label(),
        counted(plan.workers.into(), "worker"),
        counted(plan.tasks.into(), "task")
    )
}

/// The title of a sweep: "#9 sweep: io · threads, processes · 1, 2, 4 workers · 3 rounds".
pub fn sweep_title(sweep: &SweepEntry) -> String {
    let plan = &sweep.sweep.plan;
    let models: Vec<String> = plan.executors().iter().map(ModelVariant::label).collect();
    let workers = match &plan.workers[..] {
        [] | [1] => "1 worker".into(),
        counts => {
            let counts: Vec<String> = counts.iter().map(u32::to_string).collect();
            format!("{} workers", counts.join(", "))
        }
    };
    format!(
        "#{} sweep{} {} · {} · {workers} · {}",
        sweep.number,
        sweep
            .name
            .as_deref()
            .map_or(":".into(), |name| named(Some(name))),
        plan.work().label(),
        models.join(", "),
        counted(plan.repeats.into(), "round"),
    )
}

/// What the tasks of these runs did, with a sentence for each kind of work.
pub fn works<'a>(runs: impl Iterator<Item = &'a RunEntry>) -> Vec<String> {
    let sentence = |run: &RunEntry| {
        let plan = &run.record.plan;
        let size = plan.workload.description().size;
        format!(
            "{}: {}",
            plan.label(),
            size(&plan.size, !plan.urls().is_empty())
        )
    };
    let mut works: Vec<String> = vec![];
    for work in runs.map(sentence) {
        if !works.contains(&work) {
            works.push(work);
        }
    }
    works
}

/// The verdict of a run, in one sentence.
pub fn verdict(shared: &Shared<'_>, run: &RunEntry) -> String {
    foreign(&verdict::concluded(&run.record, &shared.finding(run)))
}

/// The patterns and the advice of these runs, each after the number of its run. Runs that repeat another one would only
/// repeat its sentences.
pub fn patterns<'a>(shared: &Shared<'a>, runs: impl Iterator<Item = &'a RunEntry>) -> Vec<String> {
    let mut plans: Vec<&Plan> = vec![];
    let mut said = vec![];
    for run in runs.filter(|run| run.record.is_sound()) {
        if !plans.contains(&&run.record.plan) {
            plans.push(&run.record.plan);
            let lines = pattern::all(run, &shared.finding(run)).into_iter();
            said.extend(lines.map(|line| format!("#{} {line}", run.number)));
        }
    }
    said
}

/// The interpreters of the runs of Python models, each once: "Python 3.13.0, GIL on: /usr/bin/python3.13".
pub fn interpreters(shared: &Shared<'_>) -> BTreeSet<String> {
    let plans = shared.runs.iter().map(|run| &run.record.plan);
    let with_language = |interpreter| format!("Python {}", self::interpreter(interpreter));
    plans
        .filter_map(Plan::interpreter)
        .map(with_language)
        .collect()
}

/// "3.13.0, GIL on: /usr/bin/python3.13".
pub fn interpreter(interpreter: &Interpreter) -> String {
    format!("{}: {}", interpreter.label(), foreign(&interpreter.path))
}

/// What Python needed besides the work itself; `None` for a native run.
pub fn python_costs(record: &Record) -> Option<String> {
    let python = record.interpreter.python.as_ref()?;
    let parts = [
        ("interpreter", python.interpreter_s),
        ("imports", python.imports_s),
        ("pool", python.pool_s),
        ("CPU time of starting and managing", python.manager_cpu_s),
    ];
    let part = |(name, time): (&str, Option<f64>)| Some(format!("{name} {}", duration(time?)));
    let known: Vec<String> = parts.into_iter().filter_map(part).collect();
    (!known.is_empty()).then(|| format!("Python's own: {}", known.join(" · ")))
}

/// The size of a run's output and how much of it was kept, and that output without harmful characters.
pub fn printed(record: &Record) -> Option<(String, String)> {
    const KEPT: u64 = OUTPUT_KEPT as u64;
    let output = record.interpreter.python.as_ref()?.output.as_ref()?;
    let all = bytes(output.bytes);
    let heading = match output.bytes {
        0..=KEPT => all,
        _ => format!("the first {} of {all}", bytes(KEPT)),
    };
    Some((heading, cleaned_lines(&output.text)))
}

/// "CPU X, 8 cores, Linux 6.12, 16.0 GB of memory".
pub fn machine(machine: &Machine) -> String {
    let cpu = machine.cpu_model.as_deref().unwrap_or("unknown CPU");
    let mut cores = counted(machine.cores_online.into(), "core");
    if machine.full_use() < machine.cores_online.into() {
        let why = machine.cores_limited_by.as_deref();
        let why = why.map(|why| format!(" ({})", foreign(why)));
        let why = why.unwrap_or_default();
        cores = format!("{} of {cores} usable{why}", short(machine.full_use()));
    }
    let memory = machine.memory_bytes;
    let memory = memory.map(|size| format!(", {} of memory", bytes(size)));
    format!(
        "{}, {cores}, {}{}",
        foreign(cpu),
        foreign(&machine.kernel),
        memory.unwrap_or_default()
    )
}

/// The machines on which everything was measured. For another machine or another user: "recorded on …".
pub fn machines(shared: &Shared<'_>) -> BTreeSet<String> {
    let measured_on = |from: &Provenance| {
        let how = match from.origin {
            Origin::Recorded => "recorded",
            _ => "measured",
        };
        format!("{how} on {}", machine(&from.machine))
    };
    shared.provenances().map(measured_on).collect()
}

/// The day or days of the measurements: "measured 2026-01-31"; `None` if there is no run.
pub fn days(shared: &Shared<'_>) -> Option<String> {
    let day = |run: &&RunEntry| clean(&run.record.started_at, 10);
    let first = shared.runs.iter().map(day).min()?;
    let last = shared.runs.iter().map(day).max()?;
    Some(if first == last {
        format!("measured {first}")
    } else {
        format!("measured {first} to {last}")
    })
}

/// The program that wrote the file, and when its runs were measured.
pub fn written_by(shared: &Shared<'_>) -> String {
    let days = days(shared).map(|days| format!(", {days}"));
    format!("{PROGRAM}{}", days.unwrap_or_default())
}
