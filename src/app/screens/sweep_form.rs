//! The form that starts a sweep. The work is that of the main form.

pub mod keys;
pub mod view;

use crate::{
    app::{
        App,
        keys::{Keys, forms, texts},
        screens::{Screen, form::about::idle_workers, reading::Topic},
    },
    catalog::{
        model::Model,
        workload::{ITERATIONS, LATENCY_MAX, LATENCY_MIN, Workload},
    },
    domain::{
        addresses::Addresses,
        machine::WorkerLimits,
        model_variant::ModelVariant,
        plan::{Draft, Field, Invalid},
        python::{Interpreter, Python},
        speed::Speed,
        sweep::{DEFAULT_REPEATS, SweepDraft, parse_counts},
        text::{counted, grouped},
    },
    ui::{
        choice::round,
        form::{Form, FormEntry, FormField, Way, number},
    },
};

/// The form over the panels. It keeps its values while it is closed.
#[derive(Clone, Debug)]
pub struct SweepFormScreen;

impl Screen for SweepFormScreen {
    fn keys(&self, app: &App) -> Vec<&'static Keys> {
        if app.sweeps.form.typed().is_some() {
            vec![&forms::FIELD, &texts::TYPING]
        } else {
            vec![&keys::SWEEP_FORM, &forms::ROWS, &forms::OVER]
        }
    }

    fn topic(&self) -> Option<Topic> {
        Some(Topic::SWEEP_FORM)
    }
}

/// A row of the form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FormRow {
    /// Whether this model is measured.
    Model(Model),
    /// The worker counts.
    Workers,
    /// The number of counted rounds.
    Repeats,
    /// The seed from which the order of each round is drawn.
    Seed,
}

/// The number of rows above the models, which the cursor skips.
const FIXED: usize = 2;
/// The rows below the models.
const NUMBERS: [FormRow; 3] = [FormRow::Workers, FormRow::Repeats, FormRow::Seed];

/// The choices of a sweep for one workload.
#[derive(Clone, Debug, PartialEq, Eq)]
struct SweepChoice {
    models: Vec<Model>,
    /// The worker counts that the user chose; `None` is the best preset, which depends on the number of tasks.
    workers: Option<String>,
}

/// The values of the form for a sweep.
#[derive(Clone, Debug)]
pub struct SweepForm {
    workload: Workload,
    /// The models that can execute the work.
    suiting: Vec<Model>,
    /// The number of tasks of the main form.
    tasks: u64,
    /// A choice for each workload, because what is worth measuring is different.
    choices: Vec<SweepChoice>,
    repeats: u64,
    seed: u64,
    /// The interpreter of the Python models, which is that of the main form.
    python: Option<Interpreter>,
    /// The work in a few words.
    pub(in crate::app) work: String,
    entry: FormEntry,
    cores_usable: u32,
    /// The runs and their time in a few words; or the first mistake.
    pub(in crate::app) estimate: Result<String, Invalid>,
}

impl SweepForm {
    /// The form with the article's questions, on a machine with this many usable cores.
    pub fn new(cores_usable: u32) -> SweepForm {
        let choice = |workload: Workload| SweepChoice {
            models: workload.description().sweep.models.to_vec(),
            workers: None,
        };
        SweepForm {
            workload: Workload::Cpu,
            suiting: suiting(&Draft::new(Workload::Cpu, Model::Serial, 1)),
            tasks: 0,
            choices: Workload::ALL.map(choice).to_vec(),
            repeats: DEFAULT_REPEATS,
            seed: 1,
            python: None,
            work: String::new(),
            entry: FormEntry::at(FIXED),
            cores_usable,
            estimate: Ok(String::new()),
        }
    }

    /// Adapts the form to the workload, the tasks and the interpreter of this work.
    pub(in crate::app) fn open(&mut self, work: &Draft) {
        let row = self.field();
        (self.workload, self.tasks) = (work.workload, work.tasks);
        self.suiting = suiting(work);
        self.python.clone_from(&work.python);
        self.entry = FormEntry::at(FIXED);
        self.choose(row);
    }

    fn field(&self) -> FormRow {
        let at = self.entry.at.checked_sub(FIXED);
        let row = at.and_then(|at| self.fields().get(at).copied());
        row.unwrap_or(FormRow::Workers)
    }

    /// Moves the cursor to this row, if there is one.
    fn choose(&mut self, row: FormRow) {
        if let Some(at) = self.fields().iter().position(|field| *field == row) {
            self.go_to(FIXED + at);
        }
    }

    /// The rows that can be changed: the models that suit this workload and that the interpreter supports, then the
    /// numbers.
    fn fields(&self) -> Vec<FormRow> {
        let python = self.python.as_ref();
        let has = |model: &Model| {
            let has =
                |python: &Interpreter| python.subinterpreters || !model.needs_subinterpreters();
            !model.is_python() || python.is_some_and(has)
        };
        let models = self.suiting.iter().copied();
        let models = models.filter(|model| !model.is_serial() && has(model));
        models.map(FormRow::Model).chain(NUMBERS).collect()
    }

    fn choice(&self) -> &SweepChoice {
        &self.choices[self.workload as usize]
    }

    fn choice_mut(&mut self) -> &mut SweepChoice {
        &mut self.choices[self.workload as usize]
    }

    /// The worker counts in the user's notation.
    fn workers(&self) -> String {
        let chosen = self.choice().workers.clone();
        chosen.unwrap_or_else(|| self.presets().remove(0))
    }

    fn set_workers(&mut self, workers: &str) {
        let is_best = self.presets()[0] == workers;
        self.choice_mut().workers = (!is_best).then(|| workers.into());
    }

    /// Lists of worker counts that are worth measuring, the best one first.
    fn presets(&self) -> Vec<String> {
        let suggested = self.workload.description().sweep.workers;
        let mut presets = suggested(self.cores_usable.max(1).into(), self.tasks);
        presets.dedup();
        presets
    }

    /// A row in its current state. A Python model has its interpreter.
    fn described(&self, row: FormRow) -> FormField {
        match row {
            FormRow::Model(model) => {
                let interpreter = self.python.clone().filter(|_| model.is_python());
                let python = interpreter.map(|interpreter| Python {
                    interpreter,
                    start_method: None,
                });
                let is_chosen = self.choice().models.contains(&model);
                let sign = if is_chosen { "[x]" } else { "[ ]" };
                let label = ModelVariant { model, python }.label();
                FormField::new("", format!("{sign} {label}"), model.line())
            }
            FormRow::Workers => {
                let cores = self.cores_usable;
                let workers = self.workers();
                let most = parse_counts(&workers, cores).ok();
                let most = most.and_then(|counts| counts.into_iter().max());
                let idle = most.and_then(|most| idle_workers(most, self.tasks));
                let idle = idle.map_or_else(String::new, |idle| format!(". {idle}"));
                let about =
                    format!("as in 1,2,4 or 1..16 or 2^0..2^4 or cores ({cores} here){idle}");
                FormField::new("Workers", &workers, about).typed(&workers)
            }
            FormRow::Repeats => {
                let about = "rounds that count, after the warm-up round";
                FormField::new("Rounds", grouped(self.repeats), about)
                    .typed(&self.repeats.to_string())
            }
            FormRow::Seed => {
                let about = "decides the order of each round: the same seed gives the same order";
                FormField::new("Order seed", grouped(self.seed), about)
                    .typed(&self.seed.to_string())
            }
        }
    }

    /// Shows the mistake, and moves the cursor there.
    pub(in crate::app) fn refuse(&mut self, invalid: Invalid) {
        let mut rows = self.fields().into_iter();
        let wrong = rows.find(|row| is_about(&invalid, *row));
        wrong.into_iter().for_each(|row| self.choose(row));
        self.estimate = Err(invalid);
    }

    /// The request for a sweep of this work.
    ///
    /// # Errors
    /// If one of the worker counts is invalid.
    pub(in crate::app) fn draft(&self, work: &Draft) -> Result<SweepDraft, Invalid> {
        // A model that was chosen with a different interpreter stays chosen until that interpreter is back.
        let offered = self.fields();
        let models = self.choice().models.iter().copied();
        let models = models.filter(|model| offered.contains(&FormRow::Model(*model)));
        let workers =
            parse_counts(&self.workers(), self.cores_usable).map_err(|sentence| Invalid {
                field: Field::WORKERS,
                sentence,
            })?;
        let serial = std::iter::once(self.workload.serial(false));
        Ok(SweepDraft {
            draft: work.clone(),
            models: serial.chain(models).collect(),
            pythons: vec![],
            workers,
            repeats: self.repeats,
            seed: self.seed,
        })
    }
}

impl Form for SweepForm {
    fn entry(&self) -> &FormEntry {
        &self.entry
    }

    fn entry_mut(&mut self) -> &mut FormEntry {
        &mut self.entry
    }

    fn rows(&self) -> Vec<FormField> {
        let wrong = self.estimate.as_ref().err();
        let row = |row| FormField {
            is_wrong: wrong.is_some_and(|invalid| is_about(invalid, row)),
            ..self.described(row)
        };
        let serial = self.workload.serial(false).name();
        let fixed = [
            FormField::new("Work", &self.work, ""),
            FormField::new("Models", format!("{serial}: always, once per round"), ""),
        ];
        let fixed = fixed.map(|row| row.by(Way::Fixed)).into_iter();
        fixed.chain(self.fields().into_iter().map(row)).collect()
    }

    fn change(&mut self, up: bool) {
        let by = if up { 1 } else { -1 };
        match self.field() {
            FormRow::Model(model) => {
                let models = &mut self.choice_mut().models;
                let before = models.len();
                models.retain(|other| *other != model);
                if models.len() == before {
                    models.push(model);
                }
            }
            FormRow::Workers => {
                let (presets, workers) = (self.presets(), self.workers());
                let now = presets.iter().position(|preset| *preset == workers);
                let next = now.map_or(0, |now| round(now, by, presets.len()));
                self.set_workers(&presets[next]);
            }
            FormRow::Repeats => self.repeats = self.repeats.saturating_add_signed(by as i64).max(1),
            FormRow::Seed => self.seed = self.seed.saturating_add_signed(by as i64),
        }
    }

    /// Also accepts an invalid list of worker counts; the estimate says what is wrong with it.
    fn take(&mut self, text: &str) -> Result<(), String> {
        match self.field() {
            FormRow::Model(_) => {}
            FormRow::Workers => self.set_workers(text),
            FormRow::Repeats => self.repeats = number("the number of rounds", text)?,
            FormRow::Seed => self.seed = number("the seed", text)?,
        }
        Ok(())
    }
}

/// The models that can execute this work.
fn suiting(work: &Draft) -> Vec<Model> {
    let all = Model::ALL.into_iter();
    all.filter(|model| work.suits(*model)).collect()
}

/// Whether a mistake is in this row.
fn is_about(invalid: &Invalid, row: FormRow) -> bool {
    let field = match row {
        FormRow::Model(_) => Field::Model,
        FormRow::Workers => Field::WORKERS,
        FormRow::Repeats => Field::REPEATS,
        FormRow::Seed => return false,
    };
    invalid.field == field
}

/// The work of the main form: "cpu · 8 tasks of 250 ms".
pub(crate) fn work(draft: &Draft, limits: &WorkerLimits) -> String {
    // If the main form is invalid, the estimate says so.
    let plan = draft
        .clone()
        .calibrated(&Speed::uniform(1e6))
        .validate(limits);
    let Ok(plan) = plan else {
        return draft.workload.name().into();
    };
    let tasks = counted(plan.tasks.into(), "task");
    let size = match plan.addresses() {
        Some(Addresses::Loopback(_)) => {
            let [min, max] = [&LATENCY_MIN, &LATENCY_MAX].map(|end| draft.get(end));
            format!("· latency {min}–{max} ms")
        }
        Some(Addresses::Urls(_)) => "· real addresses".into(),
        // The number that the user gave: steps or a time.
        None => {
            let given = draft.parameters().next();
            given.map_or_else(String::new, |parameter| {
                let unit = if *parameter == ITERATIONS {
                    " iterations"
                } else {
                    ""
                };
                format!("of {}{unit}", parameter.text(draft.get(parameter)))
            })
        }
    };
    format!("{} · {tasks} {size}", plan.label())
}

/// The runs of the sweep, and how long they take: "28 runs (7 configurations × 3 + warm-up), about 40 s".
pub(crate) fn estimate(sweep: &SweepDraft, time: &str) -> String {
    let configurations = sweep.size() as u64;
    format!(
        "{}: {} × ({} + warm-up), {time}",
        counted(sweep.runs(), "run"),
        counted(configurations, "configuration"),
        counted(sweep.repeats, "round"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::key::Key;

    /// Opens the form for the default work of a workload.
    fn open(form: &mut SweepForm, workload: Workload) {
        form.open(&Draft::new(workload, Model::Threads, 2));
    }

    fn presets(workload: Workload, cores: u32, tasks: u64) -> Vec<String> {
        let mut form = SweepForm::new(cores);
        form.open(&Draft {
            tasks,
            ..Draft::new(workload, Model::Threads, 2)
        });
        form.presets()
    }

    fn counts(form: &SweepForm) -> Vec<u64> {
        let work = Draft::new(form.workload, Model::Threads, 2);
        form.draft(&work).unwrap().workers
    }

    #[test]
    fn every_preset_can_be_read_and_starts_with_one_worker() {
        for workload in Workload::ALL {
            for cores in [1, 2, 6, 64, 256] {
                for tasks in [0, 1, 3, 16, 1_000, u64::MAX] {
                    for preset in presets(workload, cores, tasks) {
                        let counts = parse_counts(&preset, cores).unwrap();
                        assert_eq!(counts[0], 1, "{preset} on {cores} for {tasks}");
                    }
                }
            }
        }
        assert_eq!(presets(Workload::Cpu, 2, 8)[0], "1,2,4");
    }

    #[test]
    fn for_tasks_that_wait_the_counts_go_from_one_worker_to_twice_the_tasks() {
        for workload in [Workload::Io, Workload::Sleep] {
            for (tasks, expected) in [
                (1, "1,2"),
                (16, "1,2,4,8,16,32"),
                (20, "1,2,4,8,16,20,40"),
                (1_000, "1,2,4,8,16,32,64,128"),
            ] {
                assert_eq!(presets(workload, 2, tasks)[0], expected);
            }
        }
    }

    #[test]
    fn the_counts_follow_the_tasks_of_the_main_form_until_the_user_chooses_others() {
        let mut form = SweepForm::new(2);
        let mut counts_for = |tasks, typed: Option<char>| {
            form.open(&Draft {
                tasks,
                ..Draft::new(Workload::Io, Model::Threads, 2)
            });
            form.choose(FormRow::Workers);
            typed
                .into_iter()
                .for_each(|digit| form.begin_typing(Key::Char(digit)));
            form.workers()
        };
        assert_eq!(counts_for(4, None), "1,2,4,8");
        assert_eq!(counts_for(2, None), "1,2,4");
        assert_eq!(counts_for(2, Some('7')), "7");
        assert_eq!(counts_for(16, None), "7");
    }

    #[test]
    fn typing_replaces_the_list_and_erasing_continues_from_it() {
        let mut form = SweepForm::new(2);
        open(&mut form, Workload::Io);
        form.choose(FormRow::Workers);
        form.begin_typing(Key::Char('3'));
        form.type_key(Key::Char(','));
        form.type_key(Key::Char('5'));
        assert_eq!(counts(&form), [3, 5], "what is typed counts in parallel");
        form.abandon();
        assert_eq!(counts(&form), [1, 2, 4, 8, 16, 32]);
        form.begin_typing(Key::Backspace);
        assert!(form.accept());
        assert_eq!(form.workers(), "1,2,4,8,16,3");
        form.change(true);
        assert_eq!(counts(&form), [1, 2, 4, 8, 16, 32]);
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
    fn workers_without_a_task_are_pointed_out_for_the_largest_number() {
        let mut form = SweepForm::new(2);
        form.open(&Draft {
            tasks: 8,
            ..Draft::new(Workload::Cpu, Model::Threads, 2)
        });
        form.choose(FormRow::Workers);
        let about = |form: &SweepForm| form.row().unwrap().about;
        form.take("1,8").unwrap();
        assert!(!about(&form).contains("nothing to do"));
        form.take("32,1").unwrap();
        let idle = "24 of 32 workers will have nothing to do: only 8 tasks";
        assert!(about(&form).ends_with(idle), "{}", about(&form));
    }

    #[test]
    fn a_wrong_list_says_what_is_wrong_with_it() {
        let mut form = SweepForm::new(2);
        form.choose(FormRow::Workers);
        form.begin_typing(Key::Char('x'));
        let work = Draft::new(Workload::Cpu, Model::Threads, 2);
        let invalid = form.draft(&work).unwrap_err();
        assert_eq!(invalid.field, Field::WORKERS);
        form.estimate = Err(invalid);
        let rows = form.rows().into_iter();
        let wrong: Vec<&str> = rows
            .filter(|row| row.is_wrong)
            .map(|row| row.label)
            .collect();
        assert_eq!(wrong, ["Workers"]);
    }

    #[test]
    fn models_of_python_are_offered_if_an_interpreter_has_them() {
        let mut form = SweepForm::new(2);
        let models = |form: &SweepForm| -> Vec<Model> {
            let rows = form.fields().into_iter();
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
