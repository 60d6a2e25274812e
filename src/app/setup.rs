//! The form: a draft, a cursor, and a number that may be being typed.

mod about;
mod forecast;
mod number;
mod python;
mod row;

pub use python::Search;
pub use row::Row;

use crate::domain::machine::Limits;
use crate::domain::model::Model;
use crate::domain::plan::{self, Draft, Field, Invalid, TaskSize};
use crate::domain::text::grouped;
use crate::domain::workload::{Files, WorkloadKind};

/// The size of a task by time, until the user says otherwise, in milliseconds.
const DEFAULT_TASK_MS: u64 = 250;
/// No field takes a number with more digits.
const MOST_DIGITS: usize = 13;

/// Something to say below a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// Below which.
    pub field: Field,
    /// In one sentence.
    pub sentence: String,
    /// Whether it keeps the draft from being run.
    pub is_error: bool,
}

/// The form.
#[derive(Clone, Debug)]
pub struct Setup {
    draft: Draft,
    /// The two ways to size a task are remembered while the other is in use.
    iterations: u64,
    task_ms: u64,
    row: Row,
    typed: Option<String>,
    remark: Option<Remark>,
    cores_usable: u32,
    /// By what Python's models can be executed.
    pythons: Search,
    /// What `r` will do: composed when something has changed.
    forecast: Result<String, Invalid>,
}

impl Setup {
    /// The article's computing with a thread per core.
    pub fn new(cores_usable: u32) -> Setup {
        let workers = u64::from(cores_usable).clamp(2, 8);
        Setup {
            draft: Draft::new(WorkloadKind::Cpu, Model::Threads, workers),
            iterations: plan::DEFAULT_ITERATIONS,
            task_ms: DEFAULT_TASK_MS,
            row: Row::Workload,
            typed: None,
            remark: None,
            cores_usable,
            pythons: Search::GoesOn,
            forecast: Ok(String::new()),
        }
    }

    /// The draft to run: under serial with one worker, whatever the number that is kept for the other models.
    pub fn draft(&self) -> Draft {
        let mut draft = self.draft.clone();
        if draft.model == Model::Serial {
            draft.workers = 1;
        }
        draft
    }

    /// Puts another draft into the form, as when a quick experiment is started.
    pub fn set_draft(&mut self, draft: Draft) {
        let repeats = self.draft.repeats;
        let python = draft.python.or_else(|| self.draft.python.take());
        self.draft = Draft {
            repeats,
            python,
            ..draft
        };
        self.keep_start_method();
        self.typed = None;
        self.remark = None;
        self.keep_row_in_view();
    }

    /// The chosen model.
    pub fn model(&self) -> Model {
        self.draft.model
    }

    /// The rows that this workload and model have.
    pub fn rows(&self) -> Vec<Row> {
        let mut rows = vec![Row::Workload, Row::Model, Row::Workers, Row::Tasks];
        // Below what all models have, which so stays where it is while models are stepped through.
        if self.draft.model.is_python() {
            rows.push(Row::Python);
        }
        if self.draft.model == Model::PythonProcesses {
            rows.push(Row::StartMethod);
        }
        match self.draft.workload {
            WorkloadKind::Cpu => rows.extend([Row::SizedBy, Row::TaskSize]),
            WorkloadKind::Io if self.draft.urls.is_some() => rows.extend([Row::Writes, Row::Files]),
            WorkloadKind::Io => rows.extend([
                Row::Writes,
                Row::Files,
                Row::Addresses,
                Row::LatencyMin,
                Row::LatencyMax,
                Row::PageBytes,
            ]),
        }
        if self.draft.model.has_emulated_lock() {
            rows.push(Row::SwitchInterval);
        }
        rows.push(Row::Repeats);
        rows
    }

    /// The row that the cursor is on.
    pub fn row(&self) -> Row {
        self.row
    }

    /// The digits typed so far, while a number is being typed.
    pub fn typed(&self) -> Option<&str> {
        self.typed.as_deref()
    }

    /// What there is to say about a row.
    pub fn remark(&self) -> Option<&Remark> {
        self.remark.as_ref()
    }

    /// What stands before a row's value.
    pub fn label(&self, row: Row) -> &'static str {
        match (row, self.draft.task_size) {
            (Row::TaskSize, TaskSize::Iterations(_)) => "Iterations",
            _ => row.label(),
        }
    }

    /// A row's value with its unit.
    pub fn value(&self, row: Row) -> String {
        let draft = &self.draft;
        match (row, draft.task_size) {
            (Row::Workload, _) => draft.workload.name().into(),
            (Row::Model, _) => draft.model.name().into(),
            (Row::Python, _) => self.python_in_words(),
            (Row::StartMethod, _) => self.start_method_in_words(),
            (Row::Workers, _) if draft.model == Model::Serial => "1 (fixed)".into(),
            (Row::SizedBy, TaskSize::Iterations(_)) => "iterations".into(),
            (Row::SizedBy, TaskSize::Milliseconds(_)) => "time".into(),
            (Row::Files, _) if draft.files == Files::OneShared => "one shared".into(),
            (Row::Files, _) => "one each".into(),
            _ => {
                let unit = self.unit(row);
                format!(
                    "{}{}{unit}",
                    grouped(self.number(row)),
                    if unit.is_empty() { "" } else { " " }
                )
            }
        }
    }

    /// Moves the cursor to this row, if there is one.
    pub fn choose_row(&mut self, row: Row) {
        if self.rows().contains(&row) {
            self.row = row;
        }
    }

    /// Moves the cursor by so many rows.
    pub fn step_row(&mut self, by: isize) {
        let rows = self.rows();
        let at = rows.iter().position(|row| *row == self.row).unwrap_or(0);
        self.row = rows[at.saturating_add_signed(by).min(rows.len() - 1)];
    }

    /// The next choice or number of the row that the cursor is on, or the one before.
    pub fn change(&mut self, up: bool, limits: &Limits) {
        self.remark = None;
        match self.row {
            Row::Workload => self.change_workload(up),
            Row::Model => self.draft.model = neighbour(&self.models(), self.draft.model, up),
            Row::Python => self.change_python(up),
            Row::StartMethod => self.change_start_method(up),
            Row::SizedBy => {
                self.draft.task_size = match self.draft.task_size {
                    TaskSize::Iterations(_) => TaskSize::Milliseconds(self.task_ms),
                    TaskSize::Milliseconds(_) => TaskSize::Iterations(self.iterations),
                };
            }
            Row::Files => {
                self.draft.files = match self.draft.files {
                    Files::OneEach => Files::OneShared,
                    Files::OneShared => Files::OneEach,
                };
            }
            Row::Workers if self.draft.model == Model::Serial => {
                self.note("serial means one worker: choose another model for more".into());
            }
            row => {
                let now = self.number(row);
                let steps = row.steps(self.sensible_workers());
                self.go_to(
                    if up {
                        steps.above(now)
                    } else {
                        steps.below(now)
                    },
                    limits,
                );
            }
        }
    }

    fn change_workload(&mut self, up: bool) {
        let before = self.draft.workload;
        self.draft.workload = neighbour(&WorkloadKind::ALL, before, up);
        // A number of tasks that the user chose stays.
        if self.draft.tasks == before.default_tasks() {
            self.draft.tasks = self.draft.workload.default_tasks();
        }
        if !self.draft.model.executes(self.draft.workload) {
            self.draft.model = Model::PythonThreads;
            self.note("python-asyncio cannot compute: python-threads instead".into());
        }
    }

    /// Those that execute the workload.
    fn models(&self) -> Vec<Model> {
        Model::ALL
            .into_iter()
            .filter(|model| model.executes(self.draft.workload))
            .collect()
    }

    fn note(&mut self, sentence: String) {
        self.remark = Some(Remark {
            field: self.row.field(),
            sentence,
            is_error: false,
        });
    }

    /// Begins to type a number, or makes the next choice where there is none to type.
    pub fn edit(&mut self, limits: &Limits) {
        let fixed = self.row == Row::Workers && self.draft.model == Model::Serial;
        if self.row.is_number() && !fixed {
            self.remark = None;
            self.typed = Some(String::new());
        } else {
            self.change(true, limits);
        }
    }

    /// Takes a digit.
    pub fn type_digit(&mut self, digit: char) {
        if let Some(typed) = &mut self.typed
            && typed.len() < MOST_DIGITS
        {
            typed.push(digit);
        }
    }

    /// Takes the last digit away.
    pub fn erase(&mut self) {
        if let Some(typed) = &mut self.typed {
            typed.pop();
        }
    }

    /// Takes the typed number, also a wrong one, and says so: a number that changed by itself would surprise.
    pub fn accept(&mut self, limits: &Limits) {
        let Some(typed) = self.typed.take() else {
            return;
        };
        if let Ok(n) = typed.parse() {
            self.set_number(self.row, n);
        }
        if let Err(invalid) = self.draft().check(limits) {
            self.refuse(invalid);
        }
    }

    /// Forgets the typed number.
    pub fn abandon(&mut self) {
        self.typed = None;
    }

    /// Says below its row what is wrong, and puts the cursor there.
    pub fn refuse(&mut self, invalid: Invalid) {
        let invalid = self.explained(invalid);
        if self.row.field() != invalid.field
            && let Some(row) = self
                .rows()
                .into_iter()
                .rev()
                .find(|row| row.field() == invalid.field)
        {
            self.row = row;
        }
        self.remark = Some(Remark {
            field: invalid.field,
            sentence: invalid.sentence,
            is_error: true,
        });
    }

    /// Takes the remark away; false if there was none.
    pub fn dismiss(&mut self) -> bool {
        self.remark.take().is_some()
    }

    /// The rows differ from workload to workload.
    fn keep_row_in_view(&mut self) {
        if !self.rows().contains(&self.row) {
            self.row = Row::Workload;
        }
    }
}

fn neighbour<T: Copy + PartialEq>(all: &[T], now: T, next: bool) -> T {
    let at = all.iter().position(|one| *one == now).unwrap_or(0);
    all[if next {
        (at + 1) % all.len()
    } else {
        (at + all.len() - 1) % all.len()
    }]
}

#[cfg(test)]
mod tests;
