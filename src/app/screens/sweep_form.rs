//! The form that begins a sweep. The work is the main form's.

pub mod keys;
pub mod view;

use crate::{
    app::{
        App,
        keys::{Keys, texts},
        screens::{Screen, reading::Topic},
    },
    catalog::{model::Model, workload::Workload},
    domain::{
        executor::Executor,
        plan::{Draft, Field, Invalid},
        python::{Interpreter, Python},
        sweep::{DEFAULT_REPEATS, SweepDraft, parse_counts},
        text::{counted, grouped},
    },
    ui::{
        choice::{round, stepped},
        field::TextField,
        key::Key,
    },
};

/// The form over the panels. What it says is kept while it is closed.
#[derive(Clone, Debug)]
pub struct SweepFormScreen;

impl Screen for SweepFormScreen {
    fn keys(&self, app: &App) -> Vec<&'static Keys> {
        if app.sweeps.form.typed.is_some() {
            vec![&keys::FIELD, &texts::TYPING]
        } else {
            vec![&keys::SWEEP_FORM]
        }
    }

    fn topic(&self) -> Option<Topic> {
        Some(Topic::SWEEP_FORM)
    }
}

/// The longest list of numbers of workers that can be typed.
const MOST_TYPED: usize = 40;

/// A row of the form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FormRow {
    /// Whether this model is measured.
    Model(Model),
    /// The numbers of workers.
    Workers,
    /// Rounds that are counted.
    Repeats,
    /// Where the order of each round is drawn from.
    Seed,
}

/// Below the models.
const NUMBERS: [FormRow; 3] = [FormRow::Workers, FormRow::Repeats, FormRow::Seed];

/// What a sweep of one workload measures.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Choice {
    models: Vec<Model>,
    workers: String,
}

/// The form.
#[derive(Clone, Debug)]
pub struct SweepForm {
    workload: Workload,
    /// One of each workload, as what is worth measuring differs.
    choices: Vec<Choice>,
    repeats: u64,
    seed: u64,
    /// By which Python's models are executed: that of the main form.
    python: Option<Interpreter>,
    row: FormRow,
    typed: Option<TextField>,
    cores_usable: u32,
    /// What will be measured, in a few words; or what is wrong.
    pub(in crate::app) forecast: Result<String, Invalid>,
}

impl SweepForm {
    /// The article's questions, on a machine with so many usable cores.
    pub fn new(cores_usable: u32) -> SweepForm {
        let choice = |workload: Workload| Choice {
            models: workload.description().sweep.models.to_vec(),
            workers: presets(workload, cores_usable).remove(0),
        };
        let mut form = SweepForm {
            workload: Workload::Cpu,
            choices: Workload::ALL.map(choice).to_vec(),
            repeats: DEFAULT_REPEATS,
            seed: 1,
            python: None,
            row: NUMBERS[0],
            typed: None,
            cores_usable,
            forecast: Ok(String::new()),
        };
        form.row = form.rows()[0];
        form
    }

    /// For the workload and the interpreter of this work.
    pub(in crate::app) fn open(&mut self, work: &Draft) {
        self.workload = work.workload;
        self.python.clone_from(&work.python);
        self.typed = None;
        if !self.rows().contains(&self.row) {
            self.row = self.rows()[0];
        }
    }

    /// All rows: serial is always measured; Python's models are offered where there is an interpreter that has them.
    pub fn rows(&self) -> Vec<FormRow> {
        let python = self.python.as_ref();
        let has = |model: &Model| {
            let has =
                |python: &Interpreter| python.subinterpreters || !model.needs_subinterpreters();
            !model.is_python() || python.is_some_and(has)
        };
        let is_offered =
            |model: &Model| !model.is_serial() && has(model) && self.workload.suits(*model);
        let models = Model::ALL.into_iter().filter(is_offered);
        models.map(FormRow::Model).chain(NUMBERS).collect()
    }

    fn choice(&self) -> &Choice {
        &self.choices[self.workload as usize]
    }

    fn choice_mut(&mut self) -> &mut Choice {
        &mut self.choices[self.workload as usize]
    }

    /// What stands before a row, and in it: a model of Python's with its interpreter.
    pub fn texts(&self, row: FormRow) -> (&'static str, String) {
        match row {
            FormRow::Model(model) => {
                let interpreter = self.python.clone().filter(|_| model.is_python());
                let python = interpreter.map(|interpreter| Python {
                    interpreter,
                    start_method: None,
                });
                let is_chosen = self.choice().models.contains(&model);
                let sign = if is_chosen { "[x]" } else { "[ ]" };
                let label = Executor { model, python }.label();
                ("", format!("{sign} {label}"))
            }
            FormRow::Workers => ("Workers", self.choice().workers.clone()),
            FormRow::Repeats => ("Rounds", grouped(self.repeats)),
            FormRow::Seed => ("Seed", grouped(self.seed)),
        }
    }

    /// What there is to know about the row of the cursor.
    pub fn about(&self) -> String {
        match self.row {
            FormRow::Model(model) => model.line().into(),
            FormRow::Workers => format!(
                "as in 1,2,4 or 1..16 or 2^0..2^4 or cores ({} here)",
                self.cores_usable
            ),
            FormRow::Repeats => "rounds that count; one before them warms up".into(),
            FormRow::Seed => "draws the order of each round: the same seed, the same order".into(),
        }
    }

    /// The row that a mistake is in, if it is one of this form.
    pub fn row_of(&self, invalid: &Invalid) -> Option<FormRow> {
        let mut rows = self.rows().into_iter();
        rows.find(|row| field(*row) == invalid.field)
    }

    /// Says what is wrong, and puts the cursor there.
    pub(in crate::app) fn refuse(&mut self, invalid: Invalid) {
        self.row = self.row_of(&invalid).unwrap_or(self.row);
        self.forecast = Err(invalid);
    }

    /// What it asks for, of this work.
    ///
    /// # Errors
    /// Which of the numbers of workers cannot be read.
    pub(in crate::app) fn draft(&self, work: &Draft) -> Result<SweepDraft, Invalid> {
        let Choice { models, workers } = self.choice();
        // One that was chosen with another interpreter stays chosen until that one is back.
        let offered = self.rows();
        let models = models.iter().copied();
        let models = models.filter(|model| offered.contains(&FormRow::Model(*model)));
        let counts = match &self.typed {
            Some(typed) if self.row == FormRow::Workers => typed.text(),
            _ => workers,
        };
        let workers = parse_counts(counts, self.cores_usable).map_err(|sentence| Invalid {
            field: Field::WORKERS,
            sentence,
        })?;
        let serial = std::iter::once(Model::serial(false));
        Ok(SweepDraft {
            draft: work.clone(),
            models: serial.chain(models).collect(),
            pythons: vec![],
            workers,
            repeats: self.repeats,
            seed: self.seed,
        })
    }

    /// Moves the cursor by so many rows.
    pub fn step(&mut self, by: isize) {
        self.accept();
        self.row = stepped(&self.rows(), self.row, by);
    }

    /// Moves the cursor to this row; returns whether it was there.
    pub fn choose(&mut self, row: FormRow) -> bool {
        self.accept();
        let is_there = self.row == row;
        if self.rows().contains(&row) {
            self.row = row;
        }
        is_there
    }

    /// The next choice or number of the row that the cursor is on, or the one before.
    pub fn change(&mut self, up: bool) {
        let by = if up { 1 } else { -1 };
        match self.row {
            FormRow::Model(model) => {
                let models = &mut self.choice_mut().models;
                let before = models.len();
                models.retain(|other| *other != model);
                if models.len() == before {
                    models.push(model);
                }
            }
            FormRow::Workers => {
                let presets = presets(self.workload, self.cores_usable);
                let workers = &mut self.choice_mut().workers;
                let now = presets.iter().position(|preset| preset == workers);
                let next = now.map_or(0, |now| round(now, by, presets.len()));
                workers.clone_from(&presets[next]);
            }
            FormRow::Repeats => self.repeats = self.repeats.saturating_add_signed(by as i64).max(1),
            FormRow::Seed => self.seed = self.seed.saturating_add_signed(by as i64),
        }
    }

    /// Begins to type where the cursor is: with a character anew, else what is there goes on. Where nothing is typed, the
    /// next choice is made.
    pub(in crate::app) fn begin_typing(&mut self, key: Key) {
        let begun = match (self.row, key) {
            (FormRow::Model(_), _) => return self.change(true),
            (_, Key::Char(_)) => String::new(),
            (FormRow::Repeats, _) => self.repeats.to_string(),
            (FormRow::Seed, _) => self.seed.to_string(),
            (FormRow::Workers, _) => self.choice().workers.clone(),
        };
        let mut field = TextField::new(&begun, MOST_TYPED);
        field.apply(key);
        self.typed = Some(field);
    }

    /// A key goes into what is typed.
    pub(in crate::app) fn type_key(&mut self, key: Key) {
        if let Some(field) = &mut self.typed {
            field.apply(key);
        }
    }

    /// Takes what was typed: a wrong text too, which is said, but no number that is none.
    pub fn accept(&mut self) {
        let Some(field) = self.typed.take() else {
            return;
        };
        let text = field.text().trim().to_string();
        match self.row {
            _ if text.is_empty() => {}
            FormRow::Workers => self.choice_mut().workers = text,
            FormRow::Repeats => self.repeats = text.parse().unwrap_or(self.repeats),
            FormRow::Seed => self.seed = text.parse().unwrap_or(self.seed),
            FormRow::Model(_) => {}
        }
    }
}

fn field(row: FormRow) -> Field {
    match row {
        FormRow::Model(_) => Field::Model,
        FormRow::Workers => Field::WORKERS,
        FormRow::Repeats | FormRow::Seed => Field::REPEATS,
    }
}

/// Lists of numbers of workers that are worth measuring, the best one first.
fn presets(workload: Workload, cores_usable: u32) -> Vec<String> {
    let mut presets = (workload.description().sweep.workers)(cores_usable.max(1).into());
    presets.dedup();
    presets
}

/// "28 runs (7 configurations × 3 + warm-up), about 40 s".
pub(crate) fn forecast(sweep: &SweepDraft, time: &str) -> String {
    let configurations = sweep.size() as u64;
    format!(
        "{} ({} × {} + warm-up), {time}",
        counted(sweep.runs(), "run"),
        counted(configurations, "configuration"),
        grouped(sweep.repeats),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The form for the default work of a workload.
    fn open(form: &mut SweepForm, workload: Workload) {
        form.open(&Draft::new(workload, Model::Threads, 2));
    }

    fn counts(form: &SweepForm) -> Vec<u64> {
        let work = Draft::new(form.workload, Model::Threads, 2);
        form.draft(&work).unwrap().workers
    }

    #[test]
    fn every_preset_can_be_read_and_begins_with_one_worker() {
        for workload in Workload::ALL {
            for cores in [1, 2, 6, 64, 256] {
                for preset in presets(workload, cores) {
                    let counts = parse_counts(&preset, cores).unwrap();
                    assert_eq!(counts[0], 1, "{preset} on {cores}");
                }
            }
        }
        assert_eq!(presets(Workload::Cpu, 2)[0], "1,2,4");
    }

    #[test]
    fn what_is_typed_replaces_the_list_and_what_is_erased_goes_on_from_it() {
        let mut form = SweepForm::new(2);
        open(&mut form, Workload::Io);
        form.choose(FormRow::Workers);
        form.begin_typing(Key::Char('3'));
        form.type_key(Key::Char(','));
        form.type_key(Key::Char('5'));
        assert_eq!(counts(&form), [3, 5], "what is typed counts at once");
        form.typed = None;
        assert_eq!(counts(&form), [1, 2, 4, 8, 16]);
        form.begin_typing(Key::Backspace);
        form.accept();
        assert_eq!(form.texts(FormRow::Workers).1, "1,2,4,8,1");
        form.change(true);
        assert_eq!(counts(&form), [1, 2, 4, 8, 16]);
    }

    #[test]
    fn each_workload_has_models_and_counts_of_its_own() {
        let mut form = SweepForm::new(2);
        open(&mut form, Workload::Io);
        form.choose(FormRow::Model(Model::Rayon));
        form.change(true);
        open(&mut form, Workload::Cpu);
        let has = |form: &SweepForm, model| form.choice().models.contains(&model);
        assert!(has(&form, Model::GilThreads) && !has(&form, Model::Rayon));
        open(&mut form, Workload::Io);
        assert!(has(&form, Model::Rayon));
    }

    #[test]
    fn a_wrong_list_says_what_is_wrong_with_it() {
        let mut form = SweepForm::new(2);
        form.choose(FormRow::Workers);
        form.begin_typing(Key::Char('x'));
        let work = Draft::new(Workload::Cpu, Model::Threads, 2);
        let invalid = form.draft(&work).unwrap_err();
        assert_eq!(
            (invalid.field, form.row_of(&invalid)),
            (Field::WORKERS, Some(FormRow::Workers))
        );
    }

    #[test]
    fn models_of_python_are_offered_where_an_interpreter_has_them() {
        let mut form = SweepForm::new(2);
        let models = |form: &SweepForm| -> Vec<Model> {
            let rows = form.rows().into_iter();
            let models = rows.filter_map(|row| {
                if let FormRow::Model(model) = row {
                    Some(model)
                } else {
                    None
                }
            });
            models.filter(|model| model.is_python()).collect()
        };
        let mut work = Draft::new(Workload::Io, Model::Threads, 2);
        form.open(&work);
        assert_eq!(models(&form), []);
        work.python = Some(crate::fixtures::python::interpreter());
        form.open(&work);
        assert_eq!(
            models(&form),
            [
                Model::PythonThreads,
                Model::PythonProcesses,
                Model::PythonAsyncio
            ]
        );
        (work.python, work.workload) = (
            Some(crate::fixtures::python::free_threaded()),
            Workload::Cpu,
        );
        form.open(&work);
        assert_eq!(
            models(&form),
            [
                Model::PythonThreads,
                Model::PythonProcesses,
                Model::PythonInterpreters
            ]
        );
    }
}
