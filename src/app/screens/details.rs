//! All numbers of one record, or of one point of a sweep, as rows: the screen draws them, and scrolling needs to know how
//! many there are.

pub mod point;
pub mod view;

use crate::app::App;
use crate::app::keys::{Keys, texts};
use crate::app::screens::Screen;
use crate::app::screens::reading::Topic;
use crate::ui::scroll::{Scroll, text_width};

use crate::catalog::metric::{ALWAYS, DETAILS, Group, METRICS, Metric};
use crate::domain::history::{Entry, History};
use crate::domain::phase::Phase;
use crate::domain::plan::Plan;
use crate::domain::record::Record;
use crate::domain::text::{bytes, clean, column_seconds, wrap};
use crate::domain::{repeats, shared_file};
use crate::present::number::{NOTHING, or_nothing, with_unit};
use crate::present::sentence::{self, verdict};

/// How much of a foreign text is shown.
const FOREIGN: usize = 300;
/// Columns of a number's name.
pub const NAMES: u16 = 14;
/// Columns of its value with its unit.
pub const VALUES: u16 = 14;
/// Columns before its note.
pub const BEFORE_NOTES: u16 = NAMES + VALUES + 2;
/// So many lines of what a run printed are shown.
const PRINTED_LINES: usize = 100;
/// So many failed tasks are listed.
const FAILURES: usize = 20;

/// All numbers of one record, or of one point of a sweep.
#[derive(Clone, Debug)]
pub struct Details {
    /// Which.
    pub number: usize,
    /// Of a sweep, which configuration of its plan.
    configuration: Option<usize>,
    scroll: Scroll,
    rows: Vec<Row>,
}

impl Details {
    pub(crate) fn of(number: usize, configuration: Option<usize>) -> Details {
        Details {
            number,
            configuration,
            scroll: Scroll::default(),
            rows: vec![],
        }
    }
}

impl Screen for Details {
    fn keys(&self, _app: &App) -> Vec<&'static Keys> {
        vec![&texts::READING]
    }

    fn topic(&self) -> Option<Topic> {
        let is_point = self.configuration.is_some();
        Some(if is_point {
            Topic::SWEEP
        } else {
            Topic::DETAILS
        })
    }

    fn compose(&mut self, app: &App, is_news: bool) {
        let (history, width) = (&app.history, text_width(app.size().0));
        let sweep = history.sweep(self.number);
        match (sweep.zip(self.configuration), history.get(self.number)) {
            _ if !is_news => {}
            (Some((sweep, at)), _) => self.rows = point::rows(history, sweep, at, width),
            (_, Some(entry)) => self.rows = rows(history, entry, width),
            _ => {}
        }
    }

    fn scroll(&mut self, by: isize, rows: u16) {
        self.scroll.in_text(by, self.rows.len(), rows);
    }

    fn renumber(&mut self, follow: &dyn Fn(&mut usize)) {
        follow(&mut self.number);
    }
}

/// A row of the details.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Row {
    /// What is read first, and headings.
    Strong(String),
    /// A number of the run.
    Number {
        /// What it is called.
        name: &'static str,
        /// With its unit.
        value: String,
        /// What it means.
        note: String,
    },
    /// The time that all workers spent in a phase.
    Phase {
        /// Which.
        phase: Phase,
        /// The time, with its unit.
        value: String,
        /// What the phase means.
        note: String,
    },
    /// The rest of a note for which there was no room.
    More(String),
    /// A line of a foreign text.
    Plain(String),
    /// What went wrong with a task.
    Failure(String),
    /// Nothing.
    Empty,
}

/// Rows of so many columns, as they are written one below the other.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) rows: Vec<Row>,
    pub(crate) width: u16,
}

impl Page {
    pub(crate) fn heading(&mut self, text: &str) {
        self.rows.extend([Row::Empty, Row::Strong(text.into())]);
    }

    /// A text in as many rows as it needs.
    pub(crate) fn say(&mut self, text: &str, row: fn(String) -> Row) {
        self.rows
            .extend(wrap(text, self.width).into_iter().map(row));
    }

    /// A row with as much of its note as fits, and the rest below it.
    pub(crate) fn noted(&mut self, note: &str, row: impl FnOnce(String) -> Row) {
        let mut notes = wrap(note, self.width.saturating_sub(BEFORE_NOTES)).into_iter();
        self.rows.push(row(notes.next().unwrap_or_default()));
        self.rows.extend(notes.map(Row::More));
    }

    /// A number with what it means.
    pub(crate) fn tell(&mut self, name: &'static str, value: String, note: &str) {
        self.noted(note, |note| Row::Number { name, value, note });
    }
}

/// A reason to trust a run less, as it is shown.
pub(crate) fn doubts(run: &Entry) -> impl Iterator<Item = String> {
    run.caveats().map(|caveat| clean(&caveat.text, FOREIGN))
}

/// Everything about a run in rows of at most `width` columns.
pub fn rows(history: &History, entry: &Entry, width: u16) -> Vec<Row> {
    let record = &entry.record;
    let mut page = Page {
        rows: vec![],
        width,
    };
    let doubts = doubts(entry).map(|doubt| format!("! {doubt}"));
    std::iter::once(verdict::of(history, entry.number))
        .chain(sentence::origin::of(entry, history.here()))
        .chain(sentence::shared_file::all(record))
        .chain(doubts)
        .for_each(|text| page.say(&text, Row::Strong));
    page.rows.push(Row::Empty);
    let mut numbers = METRICS.iter().filter(|metric| metric.group == Group::Run);
    // The repeats come after the time.
    if let Some(time) = numbers.next() {
        number_of(&mut page, entry, time);
    }
    repeated(&mut page, &history.records_of(entry.number));
    numbers.for_each(|metric| number_of(&mut page, entry, metric));
    parameters(&mut page, &record.plan);
    if let Some(file) = &record.system.shared_file {
        let note = "left; str(page) is longer than the page";
        page.tell(shared_file::NAME, bytes(file.bytes), note);
    }
    python(&mut page, entry);
    page.heading("Time of all workers by phase");
    for phase in record.plan.phases() {
        numbers_of(&mut page, entry, Group::Phase(phase));
    }
    failures(&mut page, record);
    printed(&mut page, record);
    page.rows
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
        page.say(&format!("task {task}: {error}"), Row::Failure);
    }
}

/// By what a run of Python was executed, and what that cost.
fn python(page: &mut Page, entry: &Entry) {
    let Some(python) = entry.record.plan.python() else {
        return;
    };
    page.heading("Python");
    let interpreter = &python.interpreter;
    let path = clean(&interpreter.path, FOREIGN);
    page.tell("Python", interpreter.version_name(), &path);
    if let Some(method) = python.start_method {
        page.tell("start method", method.name().into(), method.description());
    }
    // Whether there was a lock, and how that was found out.
    if let Some(said) = &entry.record.interpreter.python {
        let (state, how) = match said.gil {
            Some(state) => (
                state.word(),
                "asked in the running interpreter, after its imports",
            ),
            None => (NOTHING, "not all interpreters of the run said the same"),
        };
        page.tell("GIL", state.into(), how);
    }
    numbers_of(page, entry, Group::Python);
}

/// What a run of Python printed, as far as it was kept.
fn printed(page: &mut Page, record: &Record) {
    let python = record.interpreter.python.as_ref();
    let Some(output) = python.and_then(|python| python.output.as_ref()) else {
        return;
    };
    page.heading("What it printed");
    for line in output.text.lines().take(PRINTED_LINES) {
        page.say(&clean(line, FOREIGN), Row::Plain);
    }
    if output.text.lines().count() > PRINTED_LINES || output.bytes > output.text.len() as u64 {
        let rest = format!("… of {} in all", bytes(output.bytes));
        page.rows.push(Row::Plain(rest));
    }
}

/// What the repeats of a run say of its time, if it has some.
fn repeated(page: &mut Page, repeats: &[&Record]) {
    let Some(time) = repeats::time(repeats).filter(|time| time.n > 1) else {
        return;
    };
    let range = time
        .interval
        .map(|interval| format!(" ({}, 95 % confidence)", sentence::seconds(interval)));
    let note = format!("of its {} repeats{}", time.n, range.unwrap_or_default());
    page.tell("median", column_seconds(time.median), &note);
    page.tell("shortest", column_seconds(time.min), "of the repeats");
    page.tell("longest", column_seconds(time.max), "of the repeats");
}

/// The numbers of the catalogue that belong to this group, with what they mean.
fn numbers_of(page: &mut Page, entry: &Entry, group: Group) {
    METRICS
        .iter()
        .filter(|metric| metric.group == group)
        .for_each(|metric| number_of(page, entry, metric));
}

fn number_of(page: &mut Page, entry: &Entry, metric: &Metric) {
    let says_all = metric.group != Group::Python || entry.record.interpreter.python.is_some();
    let value = metric.of(&entry.record, entry.assessment.own_gain());
    if !metric.is_in(DETAILS) || (value.is_none() && !(says_all && metric.is_in(ALWAYS))) {
        return;
    }
    let is_estimate = metric.is_estimate(&entry.record);
    let value = or_nothing(value, |value| match metric.phase() {
        Some(_) => column_seconds(value),
        None => with_unit(metric.unit, value),
    });
    let value = format!("{}{value}", if is_estimate { "~" } else { "" });
    let note = match metric.id {
        "speedup" => measured_against(entry),
        _ if is_estimate => format!("{}, estimated", metric.meaning),
        _ => metric.meaning.into(),
    };
    match metric.phase() {
        Some(phase) => page.noted(&note, |note| Row::Phase { phase, value, note }),
        None => page.tell(metric.name, value, &note),
    }
}

/// What the speed-up is measured against.
fn measured_against(entry: &Entry) -> String {
    match entry.assessment.baseline {
        Some(baseline) if baseline.number == entry.number => {
            "it is the baseline of its work".into()
        }
        Some(baseline) => format!(
            "over #{} {}, the same work",
            baseline.number,
            baseline.model.name()
        ),
        None if entry.is_foreign() => {
            "no serial run of its session: b takes any run of its machine".into()
        }
        None => "no baseline yet: R measures one, b takes any run".into(),
    }
}

/// What was asked for; a value that is drawn from a range is one row.
fn parameters(page: &mut Page, plan: &Plan) {
    let of_workload = plan.workload.parameters();
    let is_end = |parameter| {
        let mut ends = of_workload.iter().filter_map(|other| other.upper_end());
        ends.any(|end| end == parameter)
    };
    for (parameter, value) in plan.parameters() {
        if of_workload.contains(&parameter) && !is_end(parameter) {
            let text = parameter.detail(&plan.size);
            page.tell(parameter.flag, text, parameter.note(value));
        }
    }
}
