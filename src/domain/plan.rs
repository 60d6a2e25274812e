//! What the user asked for. A [`Draft`] holds everything that a form or a command line can contain. Only a valid draft
//! becomes a [`Plan`].

pub mod stored;

use std::hash::Hash;

use super::{
    addresses::{self, Addresses},
    command::UserCommand,
    function::Function,
    machine::WorkerLimits,
    model_variant::ModelVariant,
    phase::Phase,
    python::{
        FIRST_WITH_INTERPRETERS, GilState, Interpreter, OLDEST, Python, StartMethod, Version,
    },
    speed::Speed,
    text::grouped,
};
use crate::catalog::{
    model::Model,
    parameter::{Parameter, REPEATS, TASKS, Values, WORKERS},
    workload::{
        ADDRESSES, CHUNK_SIZE, LATENCY_MAX, LATENCY_MIN, SHARE, SHARED_FILE, Sizing, TaskStep,
        Workload,
    },
};

/// A plan while the user writes it. Its values may be invalid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// What a task does.
    pub workload: Workload,
    /// How the tasks are executed.
    pub model: Model,
    /// The number of workers.
    pub workers: u64,
    /// The number of tasks.
    pub tasks: u64,
    /// How often the run is repeated.
    pub repeats: u64,
    /// The seed from which the latencies of the addresses are drawn.
    pub seed: u64,
    /// The parameters of the workload and of the model. Parameters of other workloads and models may be set, but are
    /// ignored.
    pub values: Values,
    /// Real addresses instead of the embedded server.
    pub urls: Option<Vec<String>>,
    /// The user's function, if tasks call one.
    pub function: Option<Box<Function>>,
    /// The user's command, if tasks run one.
    pub command: Option<Box<UserCommand>>,
    /// The interpreter of the Python models.
    pub python: Option<Interpreter>,
    /// How Python makes its processes; `None` is the interpreter's default.
    pub start_method: Option<StartMethod>,
}

impl Draft {
    /// The workload with all its defaults.
    pub fn new(workload: Workload, model: Model, workers: u64) -> Draft {
        Draft {
            workload,
            model,
            workers,
            tasks: workload.description().tasks,
            repeats: REPEATS.default,
            seed: 1,
            values: Values::default(),
            urls: None,
            function: None,
            command: None,
            python: None,
            start_method: None,
        }
    }

    /// This draft with a different value of a parameter.
    pub fn with(mut self, parameter: &Parameter, value: u64) -> Draft {
        self.set(parameter, value);
        self
    }

    /// The value of a parameter.
    pub fn get(&self, parameter: &Parameter) -> u64 {
        match parameter {
            of_all if *of_all == WORKERS => self.workers,
            of_all if *of_all == TASKS => self.tasks,
            of_all if *of_all == REPEATS => self.repeats,
            _ => self.values.get(parameter),
        }
    }

    /// Sets the value of a parameter.
    pub fn set(&mut self, parameter: &Parameter, value: u64) {
        match parameter {
            of_all if *of_all == WORKERS => self.workers = value,
            of_all if *of_all == TASKS => self.tasks = value,
            of_all if *of_all == REPEATS => self.repeats = value,
            _ => self.values.set(parameter, value),
        }
    }

    /// The parameters that this workload and model have, those of the model last.
    pub fn parameters(&self) -> impl Iterator<Item = &'static Parameter> {
        let is_by_time = self.needs_calibration();
        let sizing = self.workload.description().sizing.as_ref();
        let unused = sizing.map(|sizing| {
            if is_by_time {
                sizing.steps
            } else {
                sizing.time
            }
        });
        let has_urls = self.urls.is_some();
        let of_workload = self.workload.parameters().iter().copied();
        of_workload
            .filter(move |parameter| !(has_urls && parameter.is_of_server))
            .filter(|parameter| self.model.has_processes() || **parameter != CHUNK_SIZE)
            .chain(self.model.parameters().iter().copied())
            .filter(move |parameter| Some(*parameter) != unused)
    }

    /// How the amount of computing is given, if it is given as a time.
    pub fn sizing_by_time(&self) -> Option<&'static Sizing> {
        let sizing = self.workload.description().sizing.as_ref();
        sizing.filter(|sizing| self.values.given(sizing.time).is_some())
    }

    /// Whether the tasks compute, so that their length depends on the machine's speed.
    pub fn computes(&self) -> bool {
        let steps = (self.workload.description().steps)(&self.values);
        self.needs_calibration() || steps.into_iter().any(TaskStep::computes)
    }

    /// Whether the machine's speed has to be known before the draft can become a plan.
    pub fn needs_calibration(&self) -> bool {
        self.sizing_by_time().is_some()
    }

    /// If the draft has a time of computing, replaces it by the number of steps that takes this time at this speed.
    pub fn calibrated(mut self, speed: &Speed) -> Draft {
        if let Some(sizing) = self.sizing_by_time() {
            let seconds = self.get(sizing.time) as f64 / 1e3;
            let loops = sizing.loops.map_or(1, |loops| self.get(loops)).max(1);
            let each = speed.iterations_in(seconds / loops as f64);
            self.values.unset(sizing.time);
            self.set(sizing.steps, each.saturating_mul(loops));
        }
        self
    }

    /// The maximum number of workers on a machine with these limits.
    pub fn most_workers(&self, limits: &WorkerLimits) -> super::machine::Limit {
        self.model.most_workers(limits, self.workload.fetches())
    }

    /// Checks whether the draft is a plan, or becomes one when it is calibrated. This needs no measurement.
    ///
    /// # Errors
    /// As [`Draft::validate`].
    pub fn check(&self, limits: &WorkerLimits) -> Result<(), Invalid> {
        if let Some(sizing) = self.sizing_by_time() {
            of(sizing.time, sizing.time.check(self.get(sizing.time)))?;
        }
        self.clone()
            .calibrated(&Speed::uniform(1.0))
            .validate(limits)
            .map(drop)
    }

    /// The plan.
    ///
    /// # Errors
    /// If a field is invalid. The message is one sentence about the first invalid field: what is wrong and what is
    /// allowed. A draft that [needs calibration](Draft::needs_calibration) has to be calibrated first.
    pub fn validate(&self, limits: &WorkerLimits) -> Result<Plan, Invalid> {
        let python = self.checked_python()?;
        let function = self.checked_function()?;
        let command = self.checked_command()?;
        self.check_workers(limits)?;
        let most = self.model.description().tasks;
        of(&TASKS, TASKS.check_within(self.tasks, 1..=most))?;
        of(&REPEATS, REPEATS.check(self.repeats))?;
        self.check_values()?;
        if let Some(sizing) = self.sizing_by_time() {
            let sentence = format!("{} has not been calibrated yet", sizing.time.what);
            return of(sizing.time, Err(sentence));
        }
        Ok(Plan {
            workload: self.workload,
            size: self.size(),
            addresses: self.addresses(),
            function,
            command,
            executor: ModelVariant {
                model: self.model,
                python,
            },
            workers: to_u32(self.workers),
            tasks: to_u32(self.tasks),
            seed: self.seed,
            how: self.how(),
        })
    }

    /// The values that determine how the tasks are executed, and not what they do.
    fn how(&self) -> Values {
        let of_model = self.model.parameters();
        let manner = self.workload.manner();
        let is_how = |one: &&Parameter| of_model.contains(one) || manner.contains(one);
        self.values.of(self.parameters().filter(is_how))
    }

    /// The values that determine how much a task does.
    fn size(&self) -> Values {
        let workload = self.workload.description();
        let counts = |one: &&Parameter| {
            workload.parameters.contains(one) && !self.workload.manner().contains(one)
        };
        let counting = self.parameters().filter(counts);
        let mut size = self.values.of(counting);
        if let Some(urls) = self.urls.as_ref().filter(|_| self.workload.fetches()) {
            size.set(&ADDRESSES, urls.len() as u64);
        }
        size
    }

    fn check_workers(&self, limits: &WorkerLimits) -> Result<(), Invalid> {
        let name = self.model.name();
        if self.model.is_serial() && self.workers != 1 {
            let workers = grouped(self.workers);
            let sentence =
                format!("{name} has 1 worker, not {workers}; choose another model for more");
            return of(&WORKERS, Err(sentence));
        }
        let limit = self.most_workers(limits);
        if (1..=limit.most).contains(&self.workers) {
            return Ok(());
        }
        let sentence = format!(
            "workers must be from 1 to {} for {} under {name} ({}), not {}",
            grouped(limit.most),
            self.workload.name(),
            limit.because,
            grouped(self.workers)
        );
        of(&WORKERS, Err(sentence))
    }

    fn check_values(&self) -> Result<(), Invalid> {
        for parameter in self.parameters() {
            of(parameter, parameter.check(self.get(parameter)))?;
        }
        // Parameters that are ignored cannot contradict anything.
        let counting = self.values.of(self.parameters());
        let contradiction = (self.workload.description().contradiction)(&counting);
        if let Some((parameter, sentence)) = contradiction {
            return of(parameter, Err(sentence));
        }
        Ok(())
    }

    /// The interpreter and start method of a Python model; `None` for other models.
    fn checked_python(&self) -> Result<Option<Python>, Invalid> {
        let name = self.model.name();
        if !self.workload.suits(self.model) {
            let why = if self.workload.is_function() {
                "which needs a model of Python"
            } else if self.workload.is_command() {
                "only processes does: each worker starts a command and waits for it"
            } else if self.model.is_event_loop() {
                "because computing never yields to the event loop"
            } else {
                "only a function of yours"
            };
            let sentence = format!("{name} does not execute {}, {why}", self.workload.name());
            return Err(Invalid::new(Field::Model, sentence));
        }
        if !self.model.is_python() {
            return Ok(None);
        }
        let needs = |what: String| Err(Invalid::new(Field::Python, format!("{name} needs {what}")));
        let or_newer = |Version { major, minor, .. }| format!("{major}.{minor} or newer");
        let Some(interpreter) = &self.python else {
            return needs(format!("a Python interpreter, {}", or_newer(OLDEST)));
        };
        let lacks_pool = self.model.needs_subinterpreters() && !interpreter.subinterpreters;
        let missing = (interpreter.version < OLDEST)
            .then_some(OLDEST)
            .or(lacks_pool.then_some(FIRST_WITH_INTERPRETERS));
        if let Some(missing) = missing {
            let label = interpreter.version_name();
            return needs(format!("Python {}, not {label}", or_newer(missing)));
        }
        let has_start_method = self.model.has_start_method();
        Ok(Some(Python {
            interpreter: interpreter.clone(),
            start_method: has_start_method
                .then(|| self.checked_start_method(interpreter))
                .transpose()?,
        }))
    }

    /// Whether this model can execute the tasks. Only a coroutine function suits an event loop.
    pub fn suits(&self, model: Model) -> bool {
        let is_plain = self
            .function
            .as_ref()
            .is_some_and(|function| !function.is_coroutine);
        self.workload.suits(model)
            && !(self.workload.is_function() && model.is_event_loop() && is_plain)
    }

    /// The function that tasks call, if they call one.
    fn checked_function(&self) -> Result<Option<Box<Function>>, Invalid> {
        if !self.workload.is_function() {
            return Ok(None);
        }
        let Some(function) = &self.function else {
            let sentence = "function needs a function of yours, as in --function fetch.py:fetch";
            return Err(Invalid::new(Field::Function, sentence.into()));
        };
        if self.model.is_event_loop() && !function.is_coroutine {
            let (model, name) = (self.model.name(), function.name());
            let sentence = format!("{model} needs a coroutine function, and {name} is a plain one");
            return Err(Invalid::new(Field::Model, sentence));
        }
        Ok(Some(function.clone()))
    }

    /// The command that tasks run, if they run one.
    fn checked_command(&self) -> Result<Option<Box<UserCommand>>, Invalid> {
        if !self.workload.is_command() {
            return Ok(None);
        }
        let Some(command) = &self.command else {
            let sentence = "command needs a command of yours, as in --command 'gzip -k {}'";
            return Err(Invalid::new(Field::Command, sentence.into()));
        };
        let template = command.template();
        template.map_err(|sentence| Invalid::new(Field::Command, sentence))?;
        Ok(Some(command.clone()))
    }

    fn checked_start_method(&self, interpreter: &Interpreter) -> Result<StartMethod, Invalid> {
        let offered = &interpreter.start_methods;
        let found = match self.start_method {
            None => offered.first().copied(),
            Some(asked) => offered.contains(&asked).then_some(asked),
        };
        found.ok_or_else(|| {
            let names: Vec<&str> = offered.iter().map(|method| method.name()).collect();
            let all = match &names[..] {
                [] => "no start method".into(),
                names => names.join(", "),
            };
            let asked = self.start_method.map_or("none", StartMethod::name);
            let version = interpreter.version_name();
            let sentence = format!("Python {version} offers {all}, not {asked}");
            Invalid::new(Field::StartMethod, sentence)
        })
    }

    /// The addresses that the tasks fetch, if they fetch any. The values must have been checked.
    pub(super) fn addresses(&self) -> Option<Addresses> {
        if !self.workload.fetches() {
            return None;
        }
        if let Some(urls) = &self.urls {
            return Some(Addresses::Urls(urls.clone()));
        }
        let [min, max, count] =
            [&LATENCY_MIN, &LATENCY_MAX, &ADDRESSES].map(|one| to_u32(self.get(one)));
        let latencies_ms = addresses::draw(min..=max, count, self.seed);
        Some(Addresses::Loopback(latencies_ms))
    }
}

pub(super) fn to_u32(checked: u64) -> u32 {
    u32::try_from(checked).expect("checked against a limit below 2^32")
}

/// Names the parameter of a failed check.
fn of<T>(parameter: &'static Parameter, checked: Result<T, String>) -> Result<T, Invalid> {
    checked.map_err(|sentence| Invalid::new(Field::Number(parameter), sentence))
}

/// What a form or a command line can set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Field {
    /// What a task does.
    Workload,
    /// The user's function.
    Function,
    /// The user's command.
    Command,
    /// Where the inputs of its calls come from.
    Inputs,
    /// How the tasks are executed.
    Model,
    /// The interpreter.
    Python,
    /// How Python makes its processes.
    StartMethod,
    /// Whether the amount of computing is given as steps or as a time.
    Sizing,
    /// The number with this parameter.
    Number(&'static Parameter),
}

impl Field {
    /// The number of workers.
    pub const WORKERS: Field = Field::Number(&WORKERS);
    /// The number of tasks.
    pub const TASKS: Field = Field::Number(&TASKS);
    /// The number of repeats.
    pub const REPEATS: Field = Field::Number(&REPEATS);
}

/// Why a draft is not a plan.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{sentence}")]
pub struct Invalid {
    /// The invalid field.
    pub field: Field,
    /// What was wrong and what is allowed, in one sentence without a full stop.
    pub sentence: String,
}

impl Invalid {
    pub(super) fn new(field: Field, sentence: String) -> Invalid {
        Invalid { field, sentence }
    }
}

impl From<Invalid> for String {
    fn from(invalid: Invalid) -> String {
        invalid.sentence
    }
}

/// All parameters that plans can have: those of all workloads, then those of all models.
pub fn all_parameters() -> impl Iterator<Item = &'static Parameter> {
    let is_in_plans = |(workload, parameter): &(Workload, &'static Parameter)| {
        let sizing = workload.description().sizing.as_ref();
        sizing.is_none_or(|sizing| sizing.time != *parameter)
    };
    let of_workloads = Workload::all_parameters().filter(is_in_plans);
    let of_models = Model::all_parameters().map(|(_, parameter)| parameter);
    of_workloads
        .map(|(_, parameter)| parameter)
        .chain(of_models)
}

/// A valid request for one run. Only [`Draft::validate`] makes one; the zygote reads back a plan that was made this
/// way.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Plan {
    /// What a task does.
    pub workload: Workload,
    /// The parameters that determine how much a task does.
    pub size: Values,
    /// The pages that tasks fetch, if they fetch any.
    addresses: Option<Addresses>,
    /// The user's function, if tasks call one.
    function: Option<Box<Function>>,
    /// The user's command, if tasks run one.
    command: Option<Box<UserCommand>>,
    /// How the tasks are executed, apart from the number of workers.
    pub executor: ModelVariant,
    /// The number of workers, at least one.
    pub workers: u32,
    /// The number of tasks, at least one.
    pub tasks: u32,
    /// The seed from which the latencies of the addresses were drawn.
    pub seed: u64,
    /// The parameters that determine how the tasks are executed.
    how: Values,
}

impl Plan {
    /// What a task does, step by step.
    pub fn steps(&self) -> Vec<TaskStep> {
        (self.workload.description().steps)(&self.size)
    }

    /// The parameters of workload and model, each with its value, in the order of the form.
    pub fn parameters(&self) -> impl Iterator<Item = (&'static Parameter, u64)> {
        let of_workload = self.workload.parameters().iter().copied();
        let all = of_workload.chain(self.model().parameters().iter().copied());
        all.filter_map(|parameter| Some((parameter, self.given(parameter)?)))
    }

    /// The values of all parameters.
    pub fn values(&self) -> Values {
        let mut values = self.size.clone();
        let all = self.parameters();
        all.for_each(|(parameter, value)| values.set(parameter, value));
        values
    }

    /// The value of a parameter; `None` if the plan does not have it.
    pub fn given(&self, parameter: &Parameter) -> Option<u64> {
        self.size
            .given(parameter)
            .or_else(|| self.how.given(parameter))
    }

    /// The name of the workload, with a note if its tasks share something.
    pub fn label(&self) -> &'static str {
        (self.workload.description().label)(&self.size)
    }

    /// Whether all workers add to the same number, if they add at all.
    pub fn shares_number(&self) -> bool {
        self.size.is_on(&SHARE) || self.model().shares_variables()
    }

    /// Whether all tasks write the same file.
    pub fn has_shared_file(&self) -> bool {
        self.size.is_on(&SHARED_FILE)
    }

    /// Whether any step of a task writes a file.
    pub fn writes_files(&self) -> bool {
        self.steps()
            .into_iter()
            .any(|step| step.phase() == Phase::File)
    }

    /// The pages that tasks fetch, if they fetch any.
    pub fn addresses(&self) -> Option<&Addresses> {
        self.addresses.as_ref()
    }

    /// The addresses that the user gave, if any.
    pub fn urls(&self) -> &[String] {
        match &self.addresses {
            Some(Addresses::Urls(urls)) => urls,
            _ => &[],
        }
    }

    /// The user's function, if tasks call one.
    pub fn function(&self) -> Option<&Function> {
        self.function.as_deref()
    }

    /// The user's command, if tasks run one.
    pub fn command(&self) -> Option<&UserCommand> {
        self.command.as_deref()
    }

    /// How the tasks are executed.
    pub fn model(&self) -> Model {
        self.executor.model
    }

    /// The interpreter and start method of a Python model; `None` for other models.
    pub fn python(&self) -> Option<&Python> {
        self.executor.python.as_ref()
    }

    /// The interpreter; `None` unless the model is one of Python's.
    pub fn interpreter(&self) -> Option<&Interpreter> {
        self.python().map(|python| &python.interpreter)
    }

    /// Whether one worker executes the tasks one after the other, so that speed-ups can be measured against the run:
    /// under serial, in a loop of Python's, or with one Python thread.
    pub fn is_serial(&self) -> bool {
        self.workers == 1 && self.model() == self.workload.serial(self.model().is_python())
    }

    /// The same work with one task after the other, against which speed-ups are measured: under serial, or for the
    /// Python models with one thread of the same interpreter, or with a loop that calls the user's function.
    pub fn as_serial(&self) -> Plan {
        let python = self.python().cloned().map(|python| Python {
            start_method: None,
            ..python
        });
        Plan {
            executor: ModelVariant {
                model: self.workload.serial(python.is_some()),
                python,
            },
            workers: 1,
            how: self.how.of(self.manner_in_loop()),
            ..self.clone()
        }
    }

    /// The parameters of how the tasks are executed that a serial run has, too.
    fn manner_in_loop(&self) -> impl Iterator<Item = &'static Parameter> {
        let manner = self.workload.manner().iter().copied();
        manner.filter(|parameter| **parameter != CHUNK_SIZE)
    }

    /// The interpreter lock that the workers share.
    pub fn lock(&self) -> Lock {
        let has_lock = |python: &Interpreter| python.gil == GilState::On;
        if self.model().has_emulated_lock() {
            Lock::Emulated
        } else if self.model().shares_an_interpreter() && self.interpreter().is_some_and(has_lock) {
            Lock::Real
        } else {
            Lock::None
        }
    }

    /// The model and workers of this plan with the work of `other`.
    pub(super) fn on_work_of(&self, other: &Plan) -> Plan {
        Plan {
            executor: self.executor.clone(),
            workers: self.workers,
            how: self.how.clone(),
            ..other.clone()
        }
    }

    /// The phases that a run of this plan can have, in the order in which they are listed.
    pub fn phases(&self) -> Vec<Phase> {
        let steps: Vec<Phase> = self.steps().into_iter().map(TaskStep::phase).collect();
        Phase::LISTED
            .into_iter()
            .filter(|phase| match phase {
                Phase::Computing | Phase::Ready | Phase::Starting | Phase::Idle => true,
                Phase::Gil => self.lock() != Lock::None,
                of_a_step => steps.contains(of_a_step),
            })
            .collect()
    }

    /// Whether both plans do the same work. The work is the workload, its resolved parameters, the number of tasks and,
    /// for `io`, the seed. Model, workers and switch interval only affect how it is done.
    pub fn same_work(&self, other: &Plan) -> bool {
        self.work() == other.work()
    }

    /// A key for the work, without how it is done. Runs of plans with equal keys can be compared.
    pub fn work(&self) -> impl Copy + Eq + Hash {
        let seed_matters = matches!(self.addresses, Some(Addresses::Loopback(_)));
        (
            self.workload,
            &self.size,
            &self.addresses,
            self.function().map(Function::work),
            self.command().map(UserCommand::work),
            self.tasks,
            seed_matters.then_some(self.seed),
        )
    }
}

/// Whether the workers of a run share an interpreter lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lock {
    /// No lock, or a separate one for each worker.
    None,
    /// This program's emulation. The time that workers wait for it is measured.
    Emulated,
    /// CPython's lock. The time that workers wait for it is estimated.
    Real,
}

impl From<&Plan> for Draft {
    /// The draft from which this plan can be made again.
    fn from(plan: &Plan) -> Draft {
        let mut draft = Draft {
            tasks: plan.tasks.into(),
            seed: plan.seed,
            urls: (!plan.urls().is_empty()).then(|| plan.urls().to_vec()),
            function: plan.function.clone(),
            command: plan.command.clone(),
            python: plan.interpreter().cloned(),
            start_method: plan.python().and_then(|python| python.start_method),
            ..Draft::new(plan.workload, plan.model(), plan.workers.into())
        };
        for (parameter, value) in plan.parameters() {
            draft.set(parameter, value);
        }
        draft
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        catalog::{
            model::SWITCH_INTERVAL,
            workload::{TASK_TIME, WRITES},
        },
        fixtures::python,
    };

    fn cpu(model: Model, workers: u64) -> Draft {
        Draft::new(Workload::Cpu, model, workers)
    }

    fn refused(draft: &Draft) -> Invalid {
        draft
            .validate(&WorkerLimits::default())
            .expect_err("this draft is wrong")
    }

    #[test]
    fn a_draft_with_defaults_is_the_articles_experiment() {
        let plan = cpu(Model::Threads, 2)
            .validate(&WorkerLimits::default())
            .unwrap();
        assert_eq!(plan.steps(), [TaskStep::Compute(10_000_000)]);
        assert_eq!((plan.workers, plan.tasks), (2, 8));
        let io = Draft::new(Workload::Io, Model::Threads, 16)
            .validate(&WorkerLimits::default())
            .unwrap();
        assert_eq!(io.tasks, 16);
        assert_eq!(io.steps(), [TaskStep::Fetch, TaskStep::Write(50)]);
        assert_eq!(io.addresses().map(Addresses::count), Some(16));
        assert!(!io.has_shared_file());
    }

    #[test]
    fn the_limit_of_workers_is_the_models_and_is_named() {
        for (model, workers) in [
            (Model::Threads, 4_001),
            (Model::Processes, 1_001),
            (Model::GilThreads, 0),
        ] {
            let invalid = refused(&cpu(model, workers));
            assert_eq!(invalid.field, Field::WORKERS);
            assert!(invalid.sentence.contains(&grouped(workers)), "{invalid}");
            assert!(
                invalid.sentence.contains("a limit of this program"),
                "{invalid}"
            );
        }
        let io = Draft::new(Workload::Io, Model::Threads, 1_001);
        assert_eq!(refused(&io).field, Field::WORKERS);
    }

    fn python(kind: Workload, model: Model, interpreter: Interpreter) -> Draft {
        Draft {
            python: Some(interpreter),
            ..Draft::new(kind, model, 2)
        }
    }

    #[test]
    fn a_python_model_needs_an_interpreter_that_can_execute_it() {
        let without = cpu(Model::PythonThreads, 2);
        assert_eq!(
            refused(&without).sentence,
            "python-threads needs a Python interpreter, 3.8 or newer"
        );
        let interpreters = python(
            Workload::Cpu,
            Model::PythonInterpreters,
            python::interpreter(),
        );
        assert_eq!(
            refused(&interpreters).sentence,
            "python-interpreters needs Python 3.14 or newer, not 3.13.0"
        );
        let asyncio = python(Workload::Cpu, Model::PythonAsyncio, python::interpreter());
        assert_eq!(refused(&asyncio).field, Field::Model);
        let mut spawning = python(Workload::Cpu, Model::PythonProcesses, python::interpreter());
        assert_eq!(
            spawning
                .validate(&WorkerLimits::default())
                .unwrap()
                .python()
                .unwrap()
                .start_method,
            Some(StartMethod::Fork)
        );
        spawning
            .python
            .as_mut()
            .unwrap()
            .start_methods
            .retain(|method| *method != StartMethod::Spawn);
        spawning.start_method = Some(StartMethod::Spawn);
        assert_eq!(
            refused(&spawning).sentence,
            "Python 3.13.0 offers fork, forkserver, not spawn"
        );
    }

    #[test]
    fn serial_for_python_is_one_thread_of_the_same_interpreter() {
        let mut draft = python(Workload::Io, Model::PythonProcesses, python::interpreter());
        draft.start_method = Some(StartMethod::Spawn);
        let plan = draft.validate(&WorkerLimits::default()).unwrap();
        let serial = plan.as_serial();
        assert!(
            serial.is_serial()
                && serial.same_work(&plan)
                && serial.interpreter() == plan.interpreter()
        );
        assert_eq!((serial.model(), serial.workers), (Model::PythonThreads, 1));
        assert_eq!(
            Draft::from(&serial).validate(&WorkerLimits::default()),
            Ok(serial)
        );
    }

    #[test]
    fn workers_share_a_lock_under_the_emulation_and_as_threads_of_an_interpreter_that_has_one() {
        let lock = |draft: Draft| draft.validate(&WorkerLimits::default()).unwrap().lock();
        assert_eq!(lock(cpu(Model::GilThreads, 2)), Lock::Emulated);
        assert_eq!(
            lock(python(
                Workload::Cpu,
                Model::PythonThreads,
                python::interpreter()
            )),
            Lock::Real
        );
        assert_eq!(
            lock(python(
                Workload::Cpu,
                Model::PythonThreads,
                python::free_threaded()
            )),
            Lock::None
        );
        assert_eq!(
            lock(python(
                Workload::Cpu,
                Model::PythonProcesses,
                python::interpreter()
            )),
            Lock::None
        );
    }

    #[test]
    fn serial_with_several_workers_is_a_contradiction() {
        assert_eq!(refused(&cpu(Model::Serial, 2)).field, Field::WORKERS);
    }

    #[test]
    fn a_latency_whose_first_time_is_the_longer_one_is_refused() {
        let mut draft = Draft::new(Workload::Io, Model::Threads, 4);
        draft.set(&LATENCY_MIN, 400);
        draft.set(&LATENCY_MAX, 100);
        assert_eq!(
            refused(&draft).sentence,
            "latency from 400 ms to 100 ms: the first time must not be longer than the second"
        );
    }

    #[test]
    fn a_task_time_becomes_iterations_by_the_measured_rate() {
        let mut draft = cpu(Model::Serial, 1);
        draft.set(&TASK_TIME, 250);
        assert!(draft.needs_calibration());
        assert_eq!(refused(&draft).field, Field::Number(&TASK_TIME));
        let plan = draft
            .calibrated(&Speed::uniform(40e6))
            .validate(&WorkerLimits::default())
            .unwrap();
        assert_eq!(plan.steps(), [TaskStep::Compute(10_000_000)]);
    }

    #[test]
    fn a_task_time_is_checked_before_anything_is_calibrated() {
        let mut draft = cpu(Model::Threads, 2);
        draft.set(&TASK_TIME, 250);
        assert_eq!(draft.check(&WorkerLimits::default()), Ok(()));
        draft.workers = 0;
        assert_eq!(
            draft
                .check(&WorkerLimits::default())
                .map_err(|invalid| invalid.field),
            Err(Field::WORKERS)
        );
        draft.workers = 2;
        draft.set(&TASK_TIME, 0);
        assert_eq!(
            draft
                .check(&WorkerLimits::default())
                .map_err(|invalid| invalid.field),
            Err(Field::Number(&TASK_TIME))
        );
    }

    #[test]
    fn numbers_out_of_range_are_written_in_groups() {
        let mut draft = cpu(Model::Threads, 2);
        draft.tasks = 12_345_678;
        assert_eq!(
            refused(&draft).sentence,
            "tasks must be from 1 to 1 000 000, not 12 345 678"
        );
    }

    #[test]
    fn writing_one_shared_file_is_other_work_than_one_each() {
        let mut draft = Draft::new(Workload::Io, Model::Threads, 4);
        let each = draft.validate(&WorkerLimits::default()).unwrap();
        draft.set(&SHARED_FILE, 1);
        let shared = draft.validate(&WorkerLimits::default()).unwrap();
        assert!(!each.same_work(&shared) && shared.same_work(&shared.as_serial()));
    }

    #[test]
    fn the_seed_is_part_of_the_work_only_where_it_decides_something() {
        let plan = |kind, seed| {
            let mut draft = Draft::new(kind, Model::Serial, 1);
            draft.seed = seed;
            // All latencies are equal, so only the seed itself differs.
            draft.set(&LATENCY_MAX, LATENCY_MIN.default);
            draft.validate(&WorkerLimits::default()).unwrap()
        };
        assert!(plan(Workload::Cpu, 1).same_work(&plan(Workload::Cpu, 2)));
        assert!(!plan(Workload::Io, 1).same_work(&plan(Workload::Io, 2)));
    }

    #[test]
    fn a_plan_becomes_a_draft_that_becomes_the_same_plan() {
        let mut io = Draft::new(Workload::Io, Model::GilThreads, 4);
        io.seed = 9;
        io.set(&WRITES, 3);
        io.set(&ADDRESSES, 5);
        io.set(&SHARED_FILE, 1);
        io.set(&SWITCH_INTERVAL, 77);
        let urls = Draft {
            urls: Some(vec!["http://example.org/".into()]),
            ..io.clone()
        };
        for draft in [cpu(Model::Threads, 3), io, urls] {
            let plan = draft.validate(&WorkerLimits::default()).unwrap();
            assert_eq!(
                Draft::from(&plan).validate(&WorkerLimits::default()),
                Ok(plan)
            );
        }
    }
}
