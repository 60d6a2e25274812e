//! The form of the plan: the rows of a draft, and how each of them is changed.

pub mod keys;
pub mod view;

pub(in crate::app) mod about;
mod command;
mod estimate;
pub(in crate::app) mod function;
mod number;
mod python;

use function::NamedFunction;

pub use crate::app::screens::form::python::Search;
use crate::{
    app::{
        App,
        keys::{Keys, everywhere, forms},
        screens::{Screen, reading::Topic},
    },
    catalog::{
        model::Model,
        parameter::{Parameter, Values},
        workload::Workload,
    },
    domain::{
        command::SeenCommand,
        machine::WorkerLimits,
        plan::{Draft, Field, Invalid},
        python::{FoundPython, Interpreter},
    },
    ui::{
        choice::neighbour,
        form::{Form, FormEntry, FormField, number},
    },
};

/// The form over the panels, for screens without a panel for it.
#[derive(Clone, Debug)]
pub struct FormScreen;

impl Screen for FormScreen {
    fn keys(&self, _app: &App) -> Vec<&'static Keys> {
        vec![&keys::PLAN, &forms::ROWS, &forms::OVER, &everywhere::PANELS]
    }

    fn topic(&self) -> Option<Topic> {
        Some(Topic::FORM)
    }
}

/// The form of the plan.
#[derive(Clone, Debug)]
pub struct Setup {
    draft: Draft,
    /// The times of computing before the user switched to steps, for switching back.
    times: Values,
    entry: FormEntry,
    cores_usable: u32,
    /// The maximum number of workers for each kind of model.
    pub(crate) limits: WorkerLimits,
    /// The state of the search for interpreters.
    pythons: Search,
    /// The interpreter of the user's environment, if the user named a function when the explorer was started.
    users_python: Option<FoundPython>,
    function: NamedFunction,
    /// The user's command, if the explorer was opened with one.
    command: Option<SeenCommand>,
    /// The estimate for the next run. It is updated when something has changed.
    estimate: Result<String, Invalid>,
}

impl Setup {
    /// The form with the article's computing, and a thread per core.
    pub fn new(cores_usable: u32, limits: WorkerLimits) -> Setup {
        let (workload, workers) = (Workload::Cpu, u64::from(cores_usable).clamp(2, 8));
        let model = Model::of(false).find(|model| !model.is_serial());
        let model = model.unwrap_or(Model::Serial);
        Setup {
            draft: Draft::new(workload, model, workers),
            times: Values::default(),
            entry: FormEntry::default(),
            cores_usable,
            limits,
            pythons: Search::GoesOn,
            users_python: None,
            function: NamedFunction::default(),
            command: None,
            estimate: Ok(String::new()),
        }
    }

    /// The draft to run. Serial has one worker, whatever number the form has for the other models, and a function with
    /// inputs has as many tasks.
    pub fn draft(&self) -> Draft {
        let mut draft = self.draft.clone();
        self.call_in(&mut draft);
        self.run_in(&mut draft);
        if draft.model.is_serial() {
            draft.workers = 1;
        }
        draft
    }

    /// Puts a different draft into the form, for example when a quick experiment starts.
    pub fn set_draft(&mut self, draft: Draft) {
        let (row, repeats) = (self.field(), self.draft.repeats);
        let python = draft.python.or_else(|| self.draft.python.take());
        self.draft = Draft {
            repeats,
            python,
            ..draft
        };
        self.keep_start_method();
        // The rows depend on the workload.
        self.entry = FormEntry::default();
        self.choose(row);
    }

    /// The chosen model.
    pub fn model(&self) -> Model {
        self.draft.model
    }

    /// The rows of this workload and model.
    pub fn fields(&self) -> Vec<Field> {
        let draft = &self.draft;
        let mut rows = vec![Field::Workload];
        match draft.workload {
            Workload::Function => rows.extend([Field::Function, Field::Inputs]),
            Workload::Command => rows.push(Field::Command),
            _ => {}
        }
        rows.extend([Field::Model, Field::WORKERS, Field::TASKS]);
        // This row comes after those that all models have, so that they stay in place while the user steps through
        // models.
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

    /// The selected row.
    pub fn field(&self) -> Field {
        let field = self.fields().get(self.entry.at).copied();
        field.unwrap_or(Field::Workload)
    }

    /// The value of a row with its unit.
    pub fn value(&self, field: Field) -> String {
        self.described(field).value
    }

    /// A row in its current state, and whether the estimate refuses it.
    fn in_row(&self, field: Field) -> FormField {
        let wrong = self.estimate.as_ref().err();
        FormField {
            is_wrong: wrong.is_some_and(|invalid| invalid.field == field),
            ..self.described(field)
        }
    }

    /// A row in its current state.
    fn described(&self, field: Field) -> FormField {
        let draft = &self.draft;
        let workload = draft.workload.description();
        match field {
            Field::Workload => FormField::new("Workload", draft.workload.name(), workload.about),
            Field::Function | Field::Inputs => self.described_function(field),
            Field::Command => self.described_command(),
            Field::Model => FormField {
                short: Some(draft.model.short().into()),
                ..FormField::new("Model", draft.model.name(), self.about_model())
            },
            Field::Python => FormField {
                short: self.python().map(Interpreter::version_name),
                ..FormField::new("Python", self.python_in_words(), self.about_python())
            },
            Field::StartMethod => self.described_start_method(),
            Field::Sizing => {
                let is_time = draft.needs_calibration();
                let by = if is_time { "time" } else { "iterations" };
                let sizing = workload.sizing.as_ref();
                let (label, about) = sizing.map_or(("", ""), |sizing| (sizing.label, sizing.about));
                FormField::new(label, by, about)
            }
            Field::Number(_) if self.has_fixed_calls(field) => self.described_calls(),
            Field::Number(parameter) if self.has_fixed_workers(field) => {
                FormField::new(parameter.label, "1 (fixed)", "serial has one worker")
            }
            Field::Number(parameter) => {
                let value = draft.get(parameter);
                let about = self.about_number(parameter);
                let row = FormField::new(parameter.label, parameter.text(value), about);
                if parameter.is_switch() {
                    return row;
                }
                FormField {
                    unit: parameter.unit(),
                    ..row.typed(&value.to_string())
                }
            }
        }
    }

    /// Whether the row is the number of workers of a model that has one.
    fn has_fixed_workers(&self, row: Field) -> bool {
        row == Field::WORKERS && self.draft.model.is_serial()
    }

    /// Whether the row is the number of tasks of a function or command with inputs.
    fn has_fixed_calls(&self, row: Field) -> bool {
        row == Field::TASKS && self.has_inputs()
    }

    /// Moves the cursor to this row, if there is one.
    pub fn choose(&mut self, field: Field) {
        if let Some(at) = self.fields().iter().position(|other| *other == field) {
            self.go_to(at);
        }
    }

    /// Switches the amount of computing from a time to steps, or back.
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
        self.draft.workload = neighbour(&self.workloads(), before, up);
        // The user's own number of tasks is kept.
        if self.draft.tasks == before.description().tasks {
            self.draft.tasks = self.draft.workload.description().tasks;
        }
        let model = self.draft.model;
        if !self.draft.workload.suits(model) {
            self.draft.model = match self.draft.workload.is_function() {
                true => Model::PythonThreads,
                false => self.draft.workload.serial(model.is_python()),
            };
            let (unfit, instead) = (model.name(), self.draft.model.name());
            let workload = self.draft.workload.name();
            self.note(format!(
                "{unfit} does not suit {workload}: {instead} instead"
            ));
        }
    }

    /// The models that suit the workload.
    fn models(&self) -> Vec<Model> {
        let draft = self.draft();
        let all = Model::ALL.into_iter();
        all.filter(|model| draft.suits(*model)).collect()
    }

    fn note(&mut self, sentence: String) {
        self.entry.remark = Some(sentence);
    }

    /// Moves the cursor to the invalid row, which the estimate describes.
    pub fn refuse(&mut self, invalid: &Invalid) {
        self.choose(invalid.field);
    }

    /// Removes the remark.
    pub fn dismiss(&mut self) {
        self.entry.remark = None;
    }
}

impl Form for Setup {
    fn entry(&self) -> &FormEntry {
        &self.entry
    }

    fn entry_mut(&mut self) -> &mut FormEntry {
        &mut self.entry
    }

    fn rows(&self) -> Vec<FormField> {
        let fields = self.fields().into_iter();
        fields.map(|field| self.in_row(field)).collect()
    }

    /// Every key that depends on it asks for it, so the other rows are not described.
    fn row(&self) -> Option<FormField> {
        let field = *self.fields().get(self.entry.at)?;
        Some(self.in_row(field))
    }

    fn change(&mut self, up: bool) {
        self.entry.remark = None;
        let row = self.field();
        match row {
            Field::Workload => self.change_workload(up),
            Field::Model => self.draft.model = neighbour(&self.models(), self.draft.model, up),
            Field::Python => self.change_python(up),
            Field::StartMethod => self.change_start_method(up),
            Field::Sizing => self.change_sizing(),
            Field::Function | Field::Inputs | Field::Command => {}
            Field::Number(_) if self.has_fixed_calls(row) => {
                self.note("there is a task for each input".into());
            }
            Field::Number(_) if self.has_fixed_workers(row) => {
                self.note("serial has one worker. Choose another model for more".into());
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
                self.set_within(parameter, next);
            }
        }
    }

    /// Also accepts a number that is too large, and the estimate says so. A number that changed by itself would be a
    /// surprise.
    fn take(&mut self, text: &str) -> Result<(), String> {
        match self.field() {
            Field::Number(parameter) => self.draft.set(parameter, number(parameter.what, text)?),
            row @ (Field::Function | Field::Inputs) => self.take_function(row, text)?,
            _ => {}
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
