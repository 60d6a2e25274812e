//! The form: a draft, a cursor, and a number that may be being typed.

pub mod keys;
pub mod view;

mod about;
mod forecast;
mod number;
mod python;

pub use crate::app::screens::form::python::Search;
use crate::{
    app::{
        App,
        keys::{Keys, everywhere},
        screens::{Screen, reading::Topic},
    },
    catalog::{
        model::Model,
        parameter::{Parameter, Values},
        workload::Workload,
    },
    domain::{
        machine::Limits,
        plan::{Draft, Field, Invalid},
    },
    ui::{
        choice::{neighbour, stepped},
        key::Key,
    },
};

/// The form over the panels, where it has no panel of its own.
#[derive(Clone, Debug)]
pub struct FormScreen;

impl Screen for FormScreen {
    fn keys(&self, _app: &App) -> Vec<&'static Keys> {
        vec![&keys::FORM, &everywhere::PANELS]
    }

    fn topic(&self) -> Option<Topic> {
        Some(Topic::FORM)
    }
}

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
    /// Times of computing that were given before steps were, to come back to.
    times: Values,
    row: Field,
    typed: Option<String>,
    remark: Option<Remark>,
    cores_usable: u32,
    /// How many workers are allowed.
    pub(crate) limits: Limits,
    /// By what Python's models can be executed.
    pythons: Search,
    /// What `r` will do: composed when something has changed.
    forecast: Result<String, Invalid>,
}

impl Setup {
    /// The article's computing with a thread per core.
    pub fn new(cores_usable: u32, limits: Limits) -> Setup {
        let (workload, workers) = (Workload::Cpu, u64::from(cores_usable).clamp(2, 8));
        let model = Model::of(false).find(|model| !model.is_serial());
        let model = model.unwrap_or(Model::serial(false));
        Setup {
            draft: Draft::new(workload, model, workers),
            times: Values::default(),
            row: Field::Workload,
            typed: None,
            remark: None,
            cores_usable,
            limits,
            pythons: Search::GoesOn,
            forecast: Ok(String::new()),
        }
    }

    /// The draft to run: under serial with one worker, whatever the number that is kept for the other models.
    pub fn draft(&self) -> Draft {
        let mut draft = self.draft.clone();
        if draft.model.is_serial() {
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
    pub fn rows(&self) -> Vec<Field> {
        let draft = &self.draft;
        let mut rows = vec![Field::Workload, Field::Model, Field::WORKERS, Field::TASKS];
        // Below what all models have, which so stays where it is while models are stepped through.
        rows.extend(draft.model.is_python().then_some(Field::Python));
        rows.extend(draft.model.has_start_method().then_some(Field::StartMethod));
        let sizing = draft.workload.description().sizing.as_ref();
        for parameter in draft.parameters() {
            let is_sized =
                sizing.is_some_and(|by| *parameter == *by.steps || *parameter == *by.time);
            rows.extend(is_sized.then_some(Field::Sizing));
            rows.push(Field::Number(parameter));
        }
        rows.push(Field::REPEATS);
        rows
    }

    /// The row that the cursor is on.
    pub fn row(&self) -> Field {
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
    pub fn label(&self, row: Field) -> &'static str {
        let sizing = self.draft.workload.description().sizing.as_ref();
        match row {
            Field::Workload => "Workload",
            Field::Model => "Model",
            Field::Python => "Python",
            Field::StartMethod => "Start by",
            Field::Sizing => sizing.map_or("", |sizing| sizing.label),
            Field::Number(parameter) => parameter.label,
        }
    }

    /// A row's value with its unit.
    pub fn value(&self, row: Field) -> String {
        let draft = &self.draft;
        match row {
            Field::Workload => draft.workload.name().into(),
            Field::Model => draft.model.name().into(),
            Field::Python => self.python_in_words(),
            Field::StartMethod => self.start_method_in_words(),
            Field::Sizing if draft.needs_calibration() => "time".into(),
            Field::Sizing => "iterations".into(),
            Field::Number(_) if self.is_fixed(row) => "1 (fixed)".into(),
            Field::Number(parameter) => parameter.text(draft.get(parameter)),
        }
    }

    /// Whether the model allows nothing else: serial has one worker.
    fn is_fixed(&self, row: Field) -> bool {
        row == Field::WORKERS && self.draft.model.is_serial()
    }

    /// Moves the cursor to this row, if there is one.
    pub fn choose_row(&mut self, row: Field) {
        if self.rows().contains(&row) {
            self.row = row;
        }
    }

    /// Moves the cursor by so many rows.
    pub fn step_row(&mut self, by: isize) {
        self.row = stepped(&self.rows(), self.row, by);
    }

    /// The next choice or number of the row that the cursor is on, or the one before.
    pub fn change(&mut self, up: bool) {
        self.remark = None;
        match self.row {
            Field::Workload => self.change_workload(up),
            Field::Model => self.draft.model = neighbour(&self.models(), self.draft.model, up),
            Field::Python => self.change_python(up),
            Field::StartMethod => self.change_start_method(up),
            Field::Sizing => self.change_sizing(),
            Field::Number(_) if self.is_fixed(self.row) => {
                self.note("serial means one worker: choose another model for more".into());
            }
            Field::Number(switch) if switch.is_switch() => {
                self.draft.set(switch, 1 - self.draft.get(switch).min(1));
            }
            Field::Number(parameter) => {
                let now = self.draft.get(parameter);
                let steps = self.steps(parameter);
                let next = if up {
                    steps.above(now)
                } else {
                    steps.below(now)
                };
                self.go_to(parameter, next);
            }
        }
    }

    /// Steps of computing instead of a time, or the other way round.
    fn change_sizing(&mut self) {
        let Some(sizing) = self.draft.workload.description().sizing.as_ref() else {
            return;
        };
        match self.draft.values.unset(sizing.time) {
            Some(time) => self.times.set(sizing.time, time),
            None => self.draft.set(sizing.time, self.times.get(sizing.time)),
        }
    }

    fn change_workload(&mut self, up: bool) {
        let before = self.draft.workload;
        self.draft.workload = neighbour(&Workload::ALL, before, up);
        // A number of tasks that the user chose stays.
        if self.draft.tasks == before.description().tasks {
            self.draft.tasks = self.draft.workload.description().tasks;
        }
        let model = self.draft.model;
        if !self.draft.workload.suits(model) {
            self.draft.model = Model::serial(model.is_python());
            let (unfit, instead) = (model.name(), self.draft.model.name());
            self.note(format!("{unfit} cannot compute: {instead} instead"));
        }
    }

    /// Those that execute the workload.
    fn models(&self) -> Vec<Model> {
        Model::ALL
            .into_iter()
            .filter(|model| self.draft.workload.suits(*model))
            .collect()
    }

    fn note(&mut self, sentence: String) {
        self.remark = Some(Remark {
            field: self.row,
            sentence,
            is_error: false,
        });
    }

    /// Begins to type a number, or makes the next choice where there is none to type.
    pub fn edit(&mut self) {
        if self.can_type() {
            self.remark = None;
            self.typed = Some(String::new());
        } else {
            self.change(true);
        }
    }

    /// Whether the row that the cursor is on has a number to type.
    pub(crate) fn can_type(&self) -> bool {
        matches!(self.row, Field::Number(parameter) if !parameter.is_switch() && !self.is_fixed(self.row))
    }

    /// Begins to type a number with this digit.
    pub(crate) fn begin_typing(&mut self, digit: Key) {
        self.edit();
        self.type_digit(digit);
    }

    /// Takes a digit.
    pub fn type_digit(&mut self, digit: Key) {
        if let (Some(typed), Key::Char(digit)) = (&mut self.typed, digit)
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
    pub fn accept(&mut self) {
        let Some(typed) = self.typed.take() else {
            return;
        };
        if let (Field::Number(parameter), Ok(n)) = (self.row, typed.parse()) {
            self.draft.set(parameter, n);
        }
        if let Err(invalid) = self.draft().check(&self.limits) {
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
        if self.rows().contains(&invalid.field) {
            self.row = invalid.field;
        }
        self.remark = Some(Remark {
            field: invalid.field,
            sentence: invalid.sentence,
            is_error: true,
        });
    }

    /// Takes the remark away.
    pub fn dismiss(&mut self) {
        self.remark = None;
    }

    /// The rows differ from workload to workload.
    fn keep_row_in_view(&mut self) {
        if !self.rows().contains(&self.row) {
            self.row = Field::Workload;
        }
    }
}

#[cfg(test)]
mod tests;
