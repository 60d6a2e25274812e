//! The form: a draft, a cursor, and a number that may be being typed.

mod row;

pub use row::Row;

use crate::domain::machine::{Limits, MAX_TASKS};
use crate::domain::model::Model;
use crate::domain::plan::{self, Draft, Field, Invalid, TaskSize};
use crate::domain::text::grouped;
use crate::domain::workload::WorkloadKind;

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
}

impl Setup {
    /// The article's computing with a thread per core.
    #[must_use]
    pub fn new(cores_usable: u32) -> Setup {
        let workers = u64::from(cores_usable).clamp(2, 8);
        Setup {
            draft: Draft::new(WorkloadKind::Cpu, Model::Threads, workers),
            iterations: plan::DEFAULT_ITERATIONS,
            task_ms: DEFAULT_TASK_MS,
            row: Row::Workload,
            typed: None,
            remark: None,
        }
    }

    /// The draft to run: under serial with one worker, whatever the number that is kept for the other models.
    #[must_use]
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
        self.draft = Draft { repeats, ..draft };
        self.typed = None;
        self.remark = None;
        self.keep_row_in_view();
    }

    /// The chosen model.
    #[must_use]
    pub fn model(&self) -> Model {
        self.draft.model
    }

    /// The rows that this workload and model have.
    #[must_use]
    pub fn rows(&self) -> Vec<Row> {
        let mut rows = vec![Row::Workload, Row::Model, Row::Workers, Row::Tasks];
        match self.draft.workload {
            WorkloadKind::Cpu => rows.extend([Row::SizedBy, Row::TaskSize]),
            WorkloadKind::Io if self.draft.urls.is_some() => rows.push(Row::Writes),
            WorkloadKind::Io => {
                rows.extend([Row::Writes, Row::Addresses, Row::LatencyMin, Row::LatencyMax, Row::PageBytes])
            }
        }
        if self.draft.model.has_interpreter_lock() {
            rows.push(Row::SwitchInterval);
        }
        rows.push(Row::Repeats);
        rows
    }

    /// The row that the cursor is on.
    #[must_use]
    pub fn row(&self) -> Row {
        self.row
    }

    /// The digits typed so far, while a number is being typed.
    #[must_use]
    pub fn typed(&self) -> Option<&str> {
        self.typed.as_deref()
    }

    /// What there is to say about a row.
    #[must_use]
    pub fn remark(&self) -> Option<&Remark> {
        self.remark.as_ref()
    }

    /// What stands before a row's value.
    #[must_use]
    pub fn label(&self, row: Row) -> &'static str {
        match (row, self.draft.task_size) {
            (Row::TaskSize, TaskSize::Iterations(_)) => "Iterations",
            _ => row.label(),
        }
    }

    /// A row's value with its unit.
    #[must_use]
    pub fn value(&self, row: Row) -> String {
        let draft = &self.draft;
        match (row, draft.task_size) {
            (Row::Workload, _) => draft.workload.name().into(),
            (Row::Model, _) => draft.model.name().into(),
            (Row::Workers, _) if draft.model == Model::Serial => "1 (fixed)".into(),
            (Row::SizedBy, TaskSize::Iterations(_)) => "iterations".into(),
            (Row::SizedBy, TaskSize::Milliseconds(_)) => "time".into(),
            _ => {
                let unit = self.unit(row);
                format!("{}{}{unit}", grouped(self.number(row)), if unit.is_empty() { "" } else { " " })
            }
        }
    }

    /// The unit of a row's number, or nothing.
    #[must_use]
    pub fn unit(&self, row: Row) -> &'static str {
        match (row, self.draft.task_size) {
            (Row::TaskSize, TaskSize::Milliseconds(_)) | (Row::LatencyMin | Row::LatencyMax, _) => "ms",
            (Row::PageBytes, _) => "B",
            (Row::SwitchInterval, _) => "µs",
            _ => "",
        }
    }

    fn number(&self, row: Row) -> u64 {
        let draft = &self.draft;
        match row {
            Row::Workload | Row::Model | Row::SizedBy => 0,
            Row::Workers => draft.workers,
            Row::Tasks => draft.tasks,
            Row::TaskSize => match draft.task_size {
                TaskSize::Iterations(n) | TaskSize::Milliseconds(n) => n,
            },
            Row::Writes => draft.writes,
            Row::Addresses => draft.addresses,
            Row::LatencyMin => draft.latency_min_ms,
            Row::LatencyMax => draft.latency_max_ms,
            Row::PageBytes => draft.page_bytes,
            Row::SwitchInterval => draft.switch_interval_us,
            Row::Repeats => draft.repeats,
        }
    }

    fn set_number(&mut self, row: Row, n: u64) {
        let draft = &mut self.draft;
        match row {
            Row::Workload | Row::Model | Row::SizedBy => {}
            Row::Workers => draft.workers = n,
            Row::Tasks => draft.tasks = n,
            Row::TaskSize => match &mut draft.task_size {
                TaskSize::Iterations(size) => (*size, self.iterations) = (n, n),
                TaskSize::Milliseconds(size) => (*size, self.task_ms) = (n, n),
            },
            Row::Writes => draft.writes = n,
            Row::Addresses => draft.addresses = n,
            Row::LatencyMin => draft.latency_min_ms = n,
            Row::LatencyMax => draft.latency_max_ms = n,
            Row::PageBytes => draft.page_bytes = n,
            Row::SwitchInterval => draft.switch_interval_us = n,
            Row::Repeats => draft.repeats = n,
        }
    }

    /// The least and the most that ← and → reach, and what sets the most.
    fn range(&self, row: Row, limits: &Limits) -> (u64, u64, String) {
        let own = || "this program's own limit".to_string();
        match row {
            Row::Workers => {
                let limit = limits.workers(self.draft.workload, self.draft.model);
                (1, limit.most, limit.because)
            }
            Row::Tasks => (1, MAX_TASKS, own()),
            Row::TaskSize => match self.draft.task_size {
                TaskSize::Iterations(_) => (1, plan::MAX_ITERATIONS, own()),
                TaskSize::Milliseconds(_) => (1, plan::MAX_TASK_MS, own()),
            },
            Row::Writes => (1, plan::MAX_WRITES, own()),
            Row::Addresses => (1, plan::MAX_ADDRESSES, own()),
            Row::LatencyMin => (0, self.draft.latency_max_ms, "the longest latency".into()),
            Row::LatencyMax => (self.draft.latency_min_ms, plan::MAX_LATENCY_MS, own()),
            Row::PageBytes => (1, plan::MAX_PAGE_BYTES, own()),
            Row::SwitchInterval => {
                (*plan::SWITCH_INTERVAL_US.start(), *plan::SWITCH_INTERVAL_US.end(), own())
            }
            Row::Repeats => (1, plan::MAX_REPEATS, own()),
            Row::Workload | Row::Model | Row::SizedBy => (0, 0, own()),
        }
    }

    /// Moves the cursor to this row, if there is one.
    pub fn go_to(&mut self, row: Row) {
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
            Row::Model => self.draft.model = neighbour(&Model::ALL, self.draft.model, up),
            Row::SizedBy => {
                self.draft.task_size = match self.draft.task_size {
                    TaskSize::Iterations(_) => TaskSize::Milliseconds(self.task_ms),
                    TaskSize::Milliseconds(_) => TaskSize::Iterations(self.iterations),
                };
            }
            Row::Workers if self.draft.model == Model::Serial => {
                self.note("serial means one worker: choose another model for more".into());
            }
            row => self.step_number(row, up, limits),
        }
    }

    fn change_workload(&mut self, up: bool) {
        let before = self.draft.workload;
        self.draft.workload = neighbour(&WorkloadKind::ALL, before, up);
        // A number of tasks that the user chose stays.
        if self.draft.tasks == before.default_tasks() {
            self.draft.tasks = self.draft.workload.default_tasks();
        }
    }

    fn step_number(&mut self, row: Row, up: bool, limits: &Limits) {
        let (least, most, because) = self.range(row, limits);
        let now = self.number(row);
        let wanted = if up { row.steps().above(now) } else { row.steps().below(now) };
        let next = wanted.clamp(least.min(most), most);
        if wanted > most {
            self.note(format!("at most {}: {because}", grouped(most)));
        } else if !up && now <= least {
            let because = if row == Row::LatencyMax { ": the shortest latency" } else { "" };
            self.note(format!("at least {}{because}", grouped(least)));
        }
        self.set_number(row, next);
    }

    fn note(&mut self, sentence: String) {
        self.remark = Some(Remark { field: self.row.field(), sentence, is_error: false });
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
        let Some(typed) = self.typed.take() else { return };
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
        if self.row.field() != invalid.field
            && let Some(row) = self.rows().into_iter().rev().find(|row| row.field() == invalid.field)
        {
            self.row = row;
        }
        self.remark = Some(Remark { field: invalid.field, sentence: invalid.sentence, is_error: true });
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
    all[if next { (at + 1) % all.len() } else { (at + all.len() - 1) % all.len() }]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on(row: Row) -> Setup {
        Setup { row, ..Setup::new(2) }
    }

    #[test]
    fn serial_shows_one_worker_and_does_not_forget_the_users_number() {
        let mut setup = on(Row::Workers);
        setup.change(true, &Limits::default());
        assert_eq!(setup.value(Row::Workers), "4");
        setup.row = Row::Model;
        setup.change(false, &Limits::default());
        assert_eq!(setup.model(), Model::Serial);
        assert_eq!((setup.value(Row::Workers).as_str(), setup.draft().workers), ("1 (fixed)", 1));
        setup.change(true, &Limits::default());
        assert_eq!(setup.draft().workers, 4);
    }

    #[test]
    fn stepping_stops_at_the_limit_and_names_it() {
        let mut setup = on(Row::Workers);
        for _ in 0..20 {
            setup.change(true, &Limits::default());
        }
        assert_eq!(setup.draft().workers, 4_000);
        assert_eq!(setup.remark().unwrap().sentence, "at most 4 000: this program's own limit");
        for _ in 0..20 {
            setup.change(false, &Limits::default());
        }
        assert_eq!(setup.draft().workers, 1);
        assert_eq!(setup.remark().unwrap().sentence, "at least 1");
        setup.change(true, &Limits::default());
        assert!(setup.remark().is_none());
    }

    #[test]
    fn the_longest_latency_stops_at_the_shortest_and_says_so() {
        let mut setup = on(Row::LatencyMax);
        setup.draft.workload = WorkloadKind::Io;
        let shortest = setup.draft.latency_min_ms;
        for _ in 0..40 {
            setup.change(false, &Limits::default());
        }
        assert_eq!(setup.draft.latency_max_ms, shortest);
        let said = format!("at least {}: the shortest latency", grouped(shortest));
        assert_eq!(setup.remark().unwrap().sentence, said);
        setup.row = Row::LatencyMin;
        for _ in 0..40 {
            setup.change(false, &Limits::default());
        }
        assert_eq!(setup.remark().unwrap().sentence, "at least 0");
    }

    #[test]
    fn a_typed_number_out_of_range_stays_and_is_refused_in_place() {
        let mut setup = on(Row::Workers);
        setup.edit(&Limits::default());
        "99999".chars().for_each(|digit| setup.type_digit(digit));
        setup.accept(&Limits::default());
        assert_eq!(setup.draft().workers, 99_999);
        let remark = setup.remark().unwrap();
        assert!(remark.is_error && remark.field == Field::Workers, "{remark:?}");
    }

    #[test]
    fn abandoning_or_typing_nothing_keeps_the_number() {
        let mut setup = on(Row::Tasks);
        for finish in [Setup::abandon, |setup: &mut Setup| setup.accept(&Limits::default())] {
            setup.edit(&Limits::default());
            finish(&mut setup);
            assert_eq!(setup.draft().tasks, 8);
        }
    }

    #[test]
    fn both_sizes_of_a_task_are_remembered() {
        let mut setup = on(Row::SizedBy);
        setup.change(true, &Limits::default());
        assert_eq!(setup.value(Row::TaskSize), "250 ms");
        assert!(setup.draft().check(&Limits::default()).is_ok());
        setup.change(true, &Limits::default());
        assert_eq!(setup.value(Row::TaskSize), "10 000 000");
    }

    #[test]
    fn the_lowest_and_highest_of_every_number_are_valid() {
        for workload in WorkloadKind::ALL {
            for model in Model::ALL {
                let mut setup = Setup::new(2);
                (setup.draft.workload, setup.draft.model) = (workload, model);
                for row in setup.rows() {
                    for up in [true, false] {
                        setup.row = row;
                        (0..80).for_each(|_| setup.change(up, &Limits::default()));
                        (setup.draft.workload, setup.draft.model) = (workload, model);
                        assert!(setup.draft().check(&Limits::default()).is_ok(), "{row:?} {:?}", setup.draft);
                    }
                }
            }
        }
    }
}
