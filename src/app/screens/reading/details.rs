//! All numbers of one record.

use crate::{
    analysis::finding::RunFinding,
    catalog::{
        metric::{ALWAYS, DETAILS, METRICS, Metric, MetricGroup, Unit},
        model::Model,
    },
    domain::{
        history::{History, RunEntry},
        plan::Plan,
        record::Record,
        repeats, shared_file,
        text::{bytes, clean, counted, duration, grouped, with_groups},
    },
    present::{
        number::{NOTHING, or_nothing, with_unit},
        sentence::{self, function, pattern, verdict},
    },
    ui::text::{Page, TextLine, TextPart, TextStyle, marked},
};

/// The maximum number of characters that are shown of untrusted text.
const FOREIGN: usize = 300;
/// The maximum number of lines that are shown of a run's output.
const PRINTED_LINES: usize = 100;
/// The maximum number of failed tasks that are listed.
const FAILURES: usize = 20;

/// The caveats of a run, as they are shown.
fn caveats(run: &RunEntry) -> impl Iterator<Item = String> {
    run.caveats().map(|caveat| clean(&caveat.text, FOREIGN))
}

/// Everything about a run, in rows of at most `width` columns.
pub(crate) fn lines(history: &History, entry: &RunEntry, width: u16) -> Vec<TextLine> {
    let record = &entry.record;
    let mut page = Page::of(width);
    let caveats = caveats(entry).map(|caveat| format!("! {caveat}"));
    std::iter::once(verdict::of(history, entry.number))
        .chain(sentence::origin::of(entry, history.here()))
        .chain(sentence::shared_file::all(record))
        .chain(caveats)
        .for_each(|text| page.say(&text, TextStyle::Strong));
    let finding = RunFinding::of(history, entry);
    pattern::all(entry, &finding)
        .iter()
        .for_each(|text| page.say(text, TextStyle::Plain));
    page.say("", TextStyle::Plain);
    let mut numbers = METRICS
        .iter()
        .filter(|metric| metric.group == MetricGroup::Run);
    // The repeats come after the time.
    if let Some(time) = numbers.next() {
        number_of(&mut page, entry, time);
    }
    repeated(&mut page, &history.records_of(entry.number));
    numbers.for_each(|metric| number_of(&mut page, entry, metric));
    parameters(&mut page, &record.plan);
    called(&mut page, record);
    if let Some(file) = &record.system.shared_file {
        let note = "left; str(page) is longer than the page";
        page.say_number(shared_file::NAME, &bytes(file.bytes), note);
    }
    python(&mut page, entry);
    page.heading("Time of all workers by phase");
    for phase in record.phases() {
        numbers_of(&mut page, entry, MetricGroup::Phase(phase));
    }
    failures(&mut page, record);
    printed(&mut page, record);
    page.lines
}

fn failures(page: &mut Page, record: &Record) {
    let failed = record.ending.failures.iter();
    let mut failed = failed
        .filter_map(|task| Some((task.task, task.error.as_deref()?)))
        .take(FAILURES)
        .peekable();
    if failed.peek().is_some() {
        page.heading("Tasks that failed");
    }
    for (task, error) in failed {
        let error = clean(error, FOREIGN);
        page.say(&format!("task {task}: {error}"), TextStyle::Error);
    }
}

/// Writes which function of the user's was called, and what the run showed about it.
fn called(page: &mut Page, record: &Record) {
    if let Some(command) = record.plan.command() {
        let line = clean(&command.line, FOREIGN);
        page.say_number("command", &line, &function::lines(&command.inputs));
        let failed = record.system.function.as_ref().and_then(function::raised);
        return failed.map_or((), |failed| page.say_number("failed", &failed, ""));
    }
    let Some(called) = record.plan.function() else {
        return;
    };
    let target = clean(&called.target, FOREIGN);
    page.say_number("function", &target, &function::inputs(called));
    let Some(facts) = &record.system.function else {
        return;
    };
    if let Some(import_s) = facts.import_s {
        page.say_number("import", &time(import_s), "to import its module");
    }
    let pickling_s = facts.pickling_in_s.zip(facts.pickling_out_s);
    if let (Some((inside, outside)), Some(what)) = (pickling_s, function::pickled(facts)) {
        page.say_number("pickling", &time(inside + outside), &what);
    }
    if let Some(names) = function::changed(facts) {
        page.say_number("changed", &names, "global variables");
    }
    if let Some(threads) = facts.other_threads.filter(|threads| *threads > 0) {
        let note = "ran at the same moment, besides the workers";
        page.say_number("other threads", &grouped(threads.into()), note);
    }
    if let Some(raised) = function::raised(facts) {
        page.say_number("raised", &raised, "");
    }
}

/// Writes the interpreter of a Python run, and its cost.
fn python(page: &mut Page, entry: &RunEntry) {
    let Some(python) = entry.record.plan.python() else {
        return;
    };
    page.heading("Python");
    let interpreter = &python.interpreter;
    let path = clean(&interpreter.path, FOREIGN);
    page.say_number("version", &interpreter.version_name(), &path);
    if let Some(method) = python.start_method {
        page.say_number("start method", method.name(), method.description());
    }
    // Whether there was a lock, and how that was determined.
    if let Some(said) = &entry.record.interpreter.python {
        let (state, how) = match said.gil {
            Some(state) => (
                state.word(),
                "reported by the interpreter after its imports",
            ),
            None => (NOTHING, "the interpreters of the run disagree"),
        };
        page.say_number("GIL", state, how);
    }
    numbers_of(page, entry, MetricGroup::Python);
}

/// Writes the output of a Python run, as far as it was kept.
fn printed(page: &mut Page, record: &Record) {
    let python = record.interpreter.python.as_ref();
    let Some(output) = python.and_then(|python| python.output.as_ref()) else {
        return;
    };
    page.heading("What it printed");
    for line in output.text.lines().take(PRINTED_LINES) {
        page.say(&clean(line, FOREIGN), TextStyle::Plain);
    }
    if output.text.lines().count() > PRINTED_LINES || output.bytes > output.text.len() as u64 {
        let rest = format!("… of {} in all", bytes(output.bytes));
        page.say(&rest, TextStyle::Plain);
    }
}

/// A time in seconds, the only unit of this page, so that numbers can be compared at a glance.
fn time(seconds: f64) -> String {
    const LEAST: f64 = 0.000_05;
    if seconds > 0.0 && seconds < LEAST {
        "< 0.0001 s".into()
    } else {
        format!("{} s", with_groups(seconds, 4))
    }
}

/// Writes the statistics of a run's repeats, if it has any.
fn repeated(page: &mut Page, repeats: &[&Record]) {
    let Some(all) = repeats::time(repeats).filter(|all| all.n > 1) else {
        return;
    };
    let range = all
        .interval
        .map(|interval| format!(" ({}, 95 % interval)", sentence::seconds(interval)));
    let note = format!("of its {} repeats{}", all.n, range.unwrap_or_default());
    page.say_number("median", &time(all.median), &note);
    page.say_number("shortest", &time(all.min), "of the repeats");
    page.say_number("longest", &time(all.max), "of the repeats");
}

/// Writes the metrics of this group, with what they mean.
fn numbers_of(page: &mut Page, entry: &RunEntry, group: MetricGroup) {
    METRICS
        .iter()
        .filter(|metric| metric.group == group)
        .for_each(|metric| number_of(page, entry, metric));
}

fn number_of(page: &mut Page, entry: &RunEntry, metric: &Metric) {
    let says_all = metric.group != MetricGroup::Python || entry.record.interpreter.python.is_some();
    let value = metric.of(&entry.record, entry.assessment.own_gain());
    if !metric.is_in(DETAILS) || (value.is_none() && !(says_all && metric.is_in(ALWAYS))) {
        return;
    }
    let is_estimate = metric.is_estimate(&entry.record);
    let value = or_nothing(value, |value| match metric.unit {
        // More digits would claim more than an estimate knows.
        Unit::Seconds | Unit::Milliseconds if is_estimate => duration(value),
        Unit::Seconds | Unit::Milliseconds => time(value),
        unit => with_unit(unit, value),
    });
    let value = format!("{}{value}", if is_estimate { "~" } else { "" });
    let note = match metric.id {
        "speedup" => measured_against(entry),
        "total_memory_bytes" => occupied(entry.record.plan.model()).into(),
        _ if is_estimate => format!("{}, estimated", metric.meaning),
        _ => metric.meaning.into(),
    };
    let name = TextPart::new(metric.name, TextStyle::Plain);
    let name = match metric.phase() {
        Some(phase) => marked(phase, name),
        None => vec![name],
    };
    page.number(name, &value, &note);
}

/// What the memory of these workers is.
fn occupied(model: Model) -> &'static str {
    if model.has_processes() || model.is_python() {
        "proportional set size (PSS) of all processes"
    } else {
        "touched pages of the workers' stacks"
    }
}

/// The reference of the speed-up.
fn measured_against(entry: &RunEntry) -> String {
    match entry.assessment.baseline {
        Some(baseline) if baseline.number == entry.number => {
            "it is the baseline of its work".into()
        }
        Some(baseline) => format!(
            "over #{} {}, {}",
            baseline.number,
            baseline.model.name(),
            counted(baseline.workers.into(), "worker")
        ),
        None if entry.is_foreign() => {
            "its session has no serial run. b makes any run of its machine the baseline".into()
        }
        None => "no baseline yet. R measures one, b chooses one".into(),
    }
}

/// Writes the plan of a run. A value that is drawn from a range is one row.
fn parameters(page: &mut Page, plan: &Plan) {
    let values = plan.values();
    let of_workload = plan.workload.parameters();
    let is_end = |parameter| {
        let mut ends = of_workload.iter().filter_map(|other| other.upper_end());
        ends.any(|end| end == parameter)
    };
    for (parameter, value) in plan.parameters() {
        if of_workload.contains(&parameter) && !is_end(parameter) {
            let text = parameter.detail(&values);
            page.say_number(parameter.flag, &text, parameter.note(value));
        }
    }
}
