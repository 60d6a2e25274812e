//! Executes campaigns to their end, or until the user interrupts them.

use std::{
    cell::Cell,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::Ordering::Relaxed,
        mpsc::{self, Receiver, Sender},
    },
};

use super::{
    addresses, keep::RunKeeper, output::Destination, prepare, progress::ProgressLine, say,
};
use crate::{
    analysis::shared::Shared,
    cli::{OutputArguments, WorkArguments},
    domain::{
        campaign::Campaign,
        estimate::MachineFacts,
        history::{RunEntry, SweepEntry, THINNED_INTERVALS, TRACE_BYTES, mark_outliers},
        keeping::Keeping,
        plan::Draft,
        provenance::Provenance,
        python::FoundPython,
        record::{Outcome, Record, RunOrder},
        speed::Speed,
        sweep::{Sweep, SweepPlan},
        time::{nanos, seconds},
        trace::Trace,
    },
    engine::{
        clock, os,
        session::{Report, Session},
    },
    present::format::Format,
    shell::{
        exit::{self, Failure},
        signals::{self, SIGINT, SIGTERM},
    },
    store::speeds::{self, Agreed},
};

/// A measuring session, with everything that it has measured.
pub struct Bench<'a> {
    /// The engine session.
    pub session: Session,
    /// The keeper of the measured runs.
    pub keeper: RunKeeper,
    /// The destination of the results.
    pub destination: Destination<'a>,
    /// The interpreters that are measured.
    pub pythons: Vec<FoundPython>,
    /// The speed of this machine, or of the run's interpreter, if it is known.
    pub speed: Option<Speed>,
    /// The runs that have ended, in this order. They get their numbers after the last one has ended. The traces of the
    /// oldest are thinned if there is no room for all.
    runs: Vec<RunEntry>,
    /// Why a run could not start, or why it failed.
    pub broke: Option<String>,
    /// Whether runs that fail are a result like any other.
    pub is_tolerant: bool,
    interrupted: Cell<bool>,
    sender: Sender<Option<Report>>,
    /// Reports of the current run; `None` means that the user wants to stop.
    events: Receiver<Option<Report>>,
}

impl<'a> Bench<'a> {
    /// Opens a session that keeps runs where `keeping` says and writes results where `output` says.
    ///
    /// # Errors
    /// If either is not possible, or the engine cannot start.
    pub fn open(
        output: &'a OutputArguments,
        keeping: &Keeping,
        ascii: bool,
    ) -> Result<Bench<'a>, Failure> {
        let destination = Destination::checked(output, keeping, ascii)?;
        let session = prepare()?;
        let here = Provenance::here(&session.id, session.machine.clone());
        let (sender, events) = mpsc::channel();
        Ok(Bench {
            keeper: RunKeeper::open(keeping, here)?,
            session,
            destination,
            pythons: vec![],
            speed: None,
            runs: vec![],
            broke: None,
            is_tolerant: false,
            interrupted: Cell::new(false),
            sender,
            events,
        })
    }

    /// Opens a session for a run or a sweep. Also returns the addresses from its file, if it names one.
    ///
    /// # Errors
    /// As for [`Bench::open`], and if the named addresses or interpreters are not usable.
    pub fn for_work(
        work: &'a WorkArguments,
        needs_python: bool,
        keeping: &Keeping,
        ascii: bool,
    ) -> Result<(Bench<'a>, Option<Vec<String>>), Failure> {
        let urls = work.urls.as_deref().map(addresses::read).transpose()?;
        let mut bench = Bench::open(&work.output, keeping, ascii)?;
        if work.all_tasks {
            bench.session.context.all_tasks.store(true, Relaxed);
        }
        if needs_python {
            if work.function.given().is_some() {
                bench.find_users_pythons(&work.python)?;
            } else {
                bench.find_pythons(&work.python)?;
            }
        }
        Ok((bench, urls))
    }

    /// Finds the interpreters that the user named, or the default one.
    ///
    /// # Errors
    /// If one of them is not usable, or there is none.
    pub fn find_pythons(&mut self, named: &[PathBuf]) -> Result<(), Failure> {
        let found: Result<_, _> = named
            .iter()
            .map(|written| self.session.python(written))
            .collect();
        self.pythons = found.map_err(|useless| Failure::usage(useless.sentence))?;
        if named.is_empty() {
            let found = self.session.default_python().map_err(Failure::usage)?;
            self.pythons.push(found);
        }
        Ok(())
    }

    /// Finds the interpreters that execute the user's function: those that the user named, or that of the environment.
    ///
    /// # Errors
    /// If one of them is not usable.
    pub fn find_users_pythons(&mut self, named: &[PathBuf]) -> Result<(), Failure> {
        let mut written: Vec<Option<&Path>> =
            named.iter().map(|path| Some(path.as_path())).collect();
        if written.is_empty() {
            written.push(None);
        }
        let found = written
            .into_iter()
            .map(|one| self.session.users_python(one));
        let found: Result<_, _> = found.collect();
        self.pythons = found.map_err(|useless| Failure::usage(useless.sentence))?;
        Ok(())
    }

    /// Handles interrupts: the first one stops the run, so that its record is printed, and the second one ends the
    /// program at once.
    ///
    /// # Errors
    /// If interrupts cannot be handled.
    pub fn listen(&self) -> Result<(), Failure> {
        os::request_short_time_slices();
        let sender = self.sender.clone();
        let mut interrupted = false;
        signals::listen(&[SIGINT, SIGTERM], move |_| {
            if interrupted || sender.send(None).is_err() {
                signals::exit_now(exit::INTERRUPTED);
            }
            interrupted = true;
        })
        .map_err(Failure::broke)
    }

    /// Prepares a checked draft for measuring. It starts to handle interrupts, and converts a time per task into steps,
    /// at the highest speed that was ever measured. If `is_by_python`, that is the speed of the first interpreter,
    /// otherwise this machine's. The machine's speed is measured only if it is needed, because that takes a moment.
    ///
    /// # Errors
    /// If interrupts cannot be handled.
    pub fn calibrate(
        &mut self,
        draft: &mut Draft,
        is_by_python: bool,
        is_estimated: bool,
    ) -> Result<(), Failure> {
        self.listen()?;
        let of_pythons = self.agree_on_pythons();
        let (place, machine) = (self.keeper.place(), &self.session.machine);
        let is_sized = draft.needs_calibration() && !is_by_python;
        let is_needed = is_sized || (is_estimated && draft.computes() && !draft.model.is_python());
        let of_machine =
            is_needed.then(|| speeds::of_machine(place, machine, self.session.calibrate()));
        self.speed = of_machine.as_ref().map(|agreed| agreed.speed.clone());
        let agreed = match of_pythons.into_iter().next() {
            Some(of_python) if is_by_python => Some(of_python),
            _ => of_machine,
        };
        if let (Some(sizing), Some(agreed)) = (draft.sizing_by_time(), agreed) {
            if let Some(caveat) = agreed.caveat() {
                say(&caveat);
            }
            let ms = draft.get(sizing.time);
            *draft = draft.clone().calibrated(&agreed.speed);
            say(&format!(
                "--{} {ms}ms is --{} {} here: use that to repeat the run",
                sizing.time.flag,
                sizing.steps.flag,
                draft.get(sizing.steps)
            ));
        }
        Ok(())
    }

    /// Measures the speed of this machine, and how fast its interpreters are. Starts to handle interrupts.
    ///
    /// # Errors
    /// If interrupts cannot be handled.
    pub fn measure_speeds(&mut self) -> Result<(), Failure> {
        self.listen()?;
        let of_pythons = self.agree_on_pythons();
        let (place, machine) = (self.keeper.place(), &self.session.machine);
        let agreed = speeds::of_machine(place, machine, self.session.calibrate());
        let caveats = of_pythons
            .iter()
            .chain([&agreed])
            .filter_map(Agreed::caveat);
        caveats.for_each(|caveat| say(&caveat));
        self.speed = Some(agreed.speed);
        Ok(())
    }

    /// The speeds of the interpreters, as the history knows them and as they are today.
    fn agree_on_pythons(&mut self) -> Vec<Agreed> {
        let (place, machine) = (self.keeper.place(), &self.session.machine);
        let of_python = |python| speeds::of_python(place, machine, python);
        self.pythons.iter_mut().map(of_python).collect()
    }

    /// The records of the runs that have ended, in this order.
    pub fn records(&self) -> impl Iterator<Item = &Record> {
        self.runs.iter().map(|run| &run.record)
    }

    /// The known facts for estimates of durations on this machine.
    pub fn known(&self) -> MachineFacts<'_> {
        MachineFacts {
            cores: self.session.machine.full_use(),
            speed: self.speed.as_ref(),
            pythons: &self.pythons,
            writing: None,
        }
    }

    /// Whether the user wants to stop, or the engine failed.
    pub fn is_over(&self) -> bool {
        self.is_interrupted() || self.broke.is_some()
    }

    /// Whether the user wants to stop.
    pub fn is_interrupted(&self) -> bool {
        if self.events.try_iter().any(|event| event.is_none()) {
            self.interrupted.set(true);
        }
        self.interrupted.get()
    }

    /// Measures all runs of a sweep. `number` is the number of its campaign in the session.
    pub fn measure_sweep(&mut self, number: u32, plan: SweepPlan) -> Sweep {
        let id = format!("{}.{number}", self.session.id);
        let sweep = Sweep { id, plan };
        if !self.is_over() {
            self.keeper.keep_sweep(&sweep);
            self.measure(Campaign::sweep(sweep.plan.clone()), number);
        }
        sweep
    }

    /// Measures all plans of a campaign, and returns its id. `number` is its number in the session. Each run is kept when
    /// it ends.
    pub fn measure(&mut self, mut campaign: Campaign, number: u32) -> String {
        self.measure_all(&mut campaign, number)
    }

    /// The same for a campaign that the caller looks at afterwards.
    pub fn measure_all(&mut self, campaign: &mut Campaign, number: u32) -> String {
        let id = format!("{}.{number}", self.session.id);
        let from = clock::now();
        while let Some(plan) = campaign.next(self.runs.last().map(|run| &run.record)) {
            // The interrupt may have come between two runs, or before the first.
            if self.is_over() {
                break;
            }
            let mut progress =
                ProgressLine::of(plan.clone(), campaign, self.records(), self.known());
            let order = RunOrder {
                part: campaign.part(&id),
                plan,
            };
            let ended = self.one(order, &mut progress);
            progress.end();
            // Nothing is measured now, so writing disturbs nothing.
            if let Some((record, trace)) = ended {
                self.add(record, trace);
            }
            campaign.took(seconds(clock::now() - from));
        }
        // Some campaigns continue without what failed, and their results say so.
        let last = self.runs.last().map(|run| &run.record);
        if let Some(last) = last.filter(|last| last.ending.outcome == Outcome::Failed)
            && !campaign.survives_failures()
        {
            self.broke = self.broke.take().or_else(|| last.ending.error.clone());
        }
        id
    }

    /// Measures one plan. Returns its record and trace, unless the engine failed.
    fn one(&mut self, order: RunOrder, progress: &mut ProgressLine) -> Option<(Record, Trace)> {
        let mut trace = Trace::new(order.plan.workers).under(order.plan.lock());
        let sender = self.sender.clone();
        let report = move |report| drop(sender.send(Some(report)));
        let run = match self.session.context.start(order, report) {
            Ok(run) => run,
            Err(error) => {
                self.broke = Some(error.into());
                return None;
            }
        };
        let mut ended = None;
        for event in &self.events {
            match event {
                None => {
                    self.interrupted.set(true);
                    run.stop();
                }
                Some(Report::Batch(batch)) => {
                    trace.apply(batch);
                    progress.update(&trace);
                }
                Some(Report::Concluded(record)) => {
                    ended = Some((*record, trace));
                    break;
                }
                Some(Report::Broken(sentence)) => {
                    self.broke = Some(sentence);
                    break;
                }
            }
        }
        ended
    }

    /// Keeps a run. Its list of tasks is dropped from memory unless it will be printed, because the lists of hundreds
    /// of runs are large.
    fn add(&mut self, mut record: Record, mut trace: Trace) {
        trace.conclude(nanos(record.times.wall_s));
        self.keeper.keep(&record, &trace);
        // The advice needs how long each call or command took.
        let is_call = record.plan.workload.is_opaque();
        if self.destination.output.format() != Format::Json && !is_call {
            record.tasks = None;
        }
        let here = Arc::clone(&self.keeper.here);
        let run = RunEntry::new(0, None, here, record, Some(trace));
        self.runs.push(run);
        let mut total: usize = self.runs.iter().map(|run| run.trace.bytes()).sum();
        let traces = self.runs.iter_mut().map(|run| &mut run.trace);
        for trace in traces.filter(|trace| !trace.is_thinned) {
            if total <= TRACE_BYTES {
                break;
            }
            total -= trace.bytes();
            trace.thin(THINNED_INTERVALS);
            total += trace.bytes();
        }
    }

    /// The measured runs, to print them.
    pub fn shared(&self) -> Shared<'_> {
        Shared {
            runs: self.runs.iter().collect(),
            ..Shared::default()
        }
    }

    /// Prints the measured runs and these sweeps. `table` returns the text of the table format for a number of columns.
    ///
    /// # Errors
    /// If that is not possible.
    pub fn share(
        &self,
        sweeps: Vec<&SweepEntry>,
        table: impl FnOnce(&[&RunEntry], usize) -> String,
    ) -> Result<(), Failure> {
        let shared = Shared {
            sweeps,
            ..self.shared()
        };
        let table = |room| table(&shared.runs, room);
        self.destination
            .share(&self.session.machine, &shared, table)
    }

    /// Prints the results, and completes the keeping of the runs. Returns the exit code.
    ///
    /// # Errors
    /// If the engine failed, or the results cannot be printed.
    pub fn end(mut self, print: impl FnOnce(&Self) -> Result<(), Failure>) -> Result<u8, Failure> {
        self.keeper.settle();
        for run in &mut self.runs {
            run.number = self.keeper.number_of(&run.record.id);
        }
        mark_outliers(&mut self.runs, |_| true);
        let printed = print(&self);
        let is_sound = self.is_tolerant || self.records().all(Record::is_sound);
        let are_kept = self.keeper.finish();
        printed?;
        match self.broke {
            Some(sentence) => Err(Failure::broke(sentence)),
            None if self.interrupted.get() => Ok(exit::INTERRUPTED),
            None if is_sound && are_kept => Ok(exit::DONE),
            None => Ok(exit::BROKE),
        }
    }
}
