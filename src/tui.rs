//! The shell with a screen: it joins engine, app and ui.
//!
//! Everything that happens arrives in one channel: keys, reports of the run, signals. The loop passes it to the
//! [`App`], performs the effects that the App returns, and draws when the pacer is due. All decisions are made in the
//! App.

mod event;
mod input;
mod keeper;
mod pacer;
mod replay;
mod signals;
mod terminal;

use std::{
    env, io,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::Ordering::Relaxed,
        mpsc::{self, Receiver, Sender},
    },
    time::Duration,
};

use event::{Event, Input};
use keeper::HistoryKeeper;
use pacer::{Pacer, Urgency};
use ratatui::layout::Size;
use terminal::TerminalGuard;

use crate::{
    analysis::{
        advised::Checked,
        shared::{Copies, Shared},
    },
    app::{
        App, frame,
        message::{Effect, ExportOrder, Msg},
    },
    domain::{
        command::SeenCommand,
        function::{FunctionLook, SeenFunction},
        history::RunEntry,
        keeping::Keeping,
        look::{ColorChoice, Look},
        plan::Draft,
        python::{FoundPython, Interpreter, Pythons},
        record::RunOrder,
        time::Nanos,
    },
    engine::{
        clock, os,
        session::{ProgramRun, Report, Run, Session},
    },
    export::{self, file, json::Traces},
    present::format::Refusal,
    shell,
    shell::{
        exit::{self, Failure},
        signals::{SIGCONT, SIGINT, SIGTSTP, SIGWINCH, exit_code, survive_file_size_limit},
        spelling::{self, say},
        thread,
    },
    store::{Change, HistoryPlace, KeepingEnd, TraceFolder, is_own, speeds},
    ui::Theme,
};

/// The interval at which the progress of reading runs for an export is reported, in nanoseconds.
const REPORT_EVERY: Nanos = 100_000_000;

/// How the explorer opens.
#[derive(Debug)]
pub struct Opening {
    /// How it looks.
    pub look: Look<ColorChoice>,
    /// Whether it starts with the teaching layout.
    pub present: bool,
    /// Whether it starts with the lesson.
    pub in_lesson: bool,
    /// How long the runs of a question may take in total, in seconds.
    pub budget_s: f64,
    /// Interpreters that are offered in addition to those that are found.
    pub pythons: Vec<PathBuf>,
    /// Calls of the user's function or executions of their command, at which nobody has looked yet.
    pub calls: Option<Draft>,
}

/// Opens the explorer, with the runs of a shared file if `file` names one, and returns its exit code when the user
/// leaves. Runs are kept where `keeping` says.
///
/// # Errors
/// If the file is not usable, before anything is started; if the user's function cannot be called; if the explorer cannot
/// run here; or if the explorer fails later.
pub fn explore(file: Option<&Path>, opening: Opening, keeping: &Keeping) -> Result<u8, Failure> {
    let document = file.map(replay::read).transpose().map_err(Failure::usage)?;
    shell::terminal::check().map_err(Failure::usage)?;
    let (events, received) = mpsc::channel();
    let (place, trouble) = HistoryPlace::usable(keeping).map_err(Failure::usage)?;
    if let Some(trouble) = trouble {
        let _ = events.send(Msg::Notice(format!("runs are not kept: {trouble}")).into());
    }
    let look = opening.look.resolved(spelling::variable);
    survive_file_size_limit();
    let unusable = |error| Failure::broke(format!("cannot use the terminal: {error}"));
    let borrowed = terminal::prepare().map_err(unusable)?;
    let session = Arc::new(Session::prepare_in(Some(borrowed)).map_err(Failure::broke)?);
    let named = opening.pythons.first().map(PathBuf::as_path);
    let calls = opening
        .calls
        .map(|calls| look_at(&session, named, calls))
        .transpose()?;
    os::request_short_time_slices();
    signals::listen(events.clone()).map_err(Failure::broke)?;
    terminal::restore_on_panic();
    let screen = TerminalGuard::enter(borrowed, look.mouse).map_err(unusable)?;
    signals::watch_terminal().map_err(Failure::broke)?;
    input::listen(events.clone()).map_err(Failure::broke)?;
    let mut app = App::new(session.machine.clone(), session.limits.clone())
        .in_session(&session.id)
        .in_directory(env::current_dir().ok().map(|path| file::shown(&path)))
        .with_look(look)
        .presenting(opening.present)
        .with_budget(opening.budget_s);
    if let Some(lot) = document {
        app = app.replaying(lot);
    }
    app = match calls {
        None => app,
        Some((NamedAtStart::Function(python, seen), calls)) => app.calling(*python, *seen, calls),
        Some((NamedAtStart::Command(seen), calls)) => app.running(seen, calls),
    };
    if opening.in_lesson {
        app = app.in_lesson();
    }
    let here = Arc::clone(app.history().here());
    let explorer = Explorer {
        pythons: opening.pythons,
        app,
        screen,
        size: Size::ZERO,
        bars: None,
        pacer: Pacer::default(),
        ticked: None,
        session,
        run: None,
        keeper: HistoryKeeper::new(place, here, events.clone()),
        events,
        ended: None,
    };
    let ended = explorer.run_loop(&received);
    terminal::print_held_back();
    ended
}

/// What the user named when the explorer was started, as it was seen.
enum NamedAtStart {
    Function(Box<FoundPython>, Box<SeenFunction>),
    Command(SeenCommand),
}

/// Looks at the command of this draft, or at its function with the interpreter of the user's environment, unless one is
/// named.
fn look_at(
    session: &Session,
    named: Option<&Path>,
    calls: Draft,
) -> Result<(NamedAtStart, Draft), Failure> {
    if let Some(command) = &calls.command {
        let seen = session.look_at_command(command, calls.tasks);
        return Ok((NamedAtStart::Command(seen.map_err(Failure::usage)?), calls));
    }
    let python = session.users_python(named);
    let python = python.map_err(|useless| Failure::usage(useless.sentence))?;
    let function = calls.function.clone().expect("the user named a function");
    let seen = session.look_at(&python.interpreter, *function, calls.tasks)?;
    Ok((NamedAtStart::Function(python.into(), seen.into()), calls))
}

/// The state of the running explorer.
struct Explorer {
    /// The interpreters that the user named.
    pythons: Vec<PathBuf>,
    app: App,
    screen: TerminalGuard,
    size: Size,
    /// The columns and rows of the timeline's bars when they were last reported to the app.
    bars: Option<(u16, u16)>,
    pacer: Pacer,
    /// The moment of the last tick for a run that is being played; `None` if none is.
    ticked: Option<Nanos>,
    session: Arc<Session>,
    /// The current run.
    run: Option<Run>,
    keeper: HistoryKeeper,
    events: Sender<Event>,
    /// The exit code, or the failure, once the explorer is to exit.
    ended: Option<Result<u8, Failure>>,
}

impl Explorer {
    /// Handles events until the explorer is to exit. Then it restores the terminal first, so that the user does not
    /// wait for it.
    fn run_loop(mut self, events: &Receiver<Event>) -> Result<u8, Failure> {
        self.draw();
        self.update(Msg::Opened);
        let ended = loop {
            if let Some(ended) = self.ended {
                break ended;
            }
            let pause = self.pacer.pause(clock::now());
            if pause.is_some_and(|pause| pause.is_zero()) {
                self.draw();
            } else if let Ok(event) = events.recv_timeout(pause.unwrap_or(Duration::MAX)) {
                self.handle(event);
            }
        };
        drop(self.screen);
        drop(self.run);
        match self.keeper.leave() {
            KeepingEnd::Kept => {}
            KeepingEnd::Lost(sentence) if ended.is_ok() => return Err(Failure::broke(sentence)),
            KeepingEnd::Beside(sentence) | KeepingEnd::Lost(sentence) => say(&sentence),
        }
        ended
    }

    fn draw(&mut self) {
        let drawn = self.drawn();
        self.check_terminal(drawn);
    }

    fn drawn(&mut self) -> io::Result<()> {
        let size = terminal::size()?;
        // This also catches a change of size without an event, for example before anything listened for it.
        if size != self.size {
            self.size = size;
            self.screen.fit(size)?;
            self.update(Msg::Resized {
                columns: size.width,
                rows: size.height,
            });
        }
        self.tick();
        let bars = frame::room_for_bars(&self.app, size.into());
        if let Some((columns, rows)) = bars.filter(|_| bars != self.bars) {
            self.bars = bars;
            self.update(Msg::BarsFitted { columns, rows });
        }
        let theme = Theme::from(self.app.appearance());
        let before = clock::thread_cpu();
        self.screen
            .terminal
            .draw(|frame| frame::draw(&self.app, &theme, frame))?;
        self.pacer
            .drawn(clock::now(), clock::thread_cpu().saturating_sub(before));
        if self.app.is_playing() {
            self.pacer.want(Urgency::Paced);
        }
        Ok(())
    }

    /// Ends the explorer if it cannot write to the terminal. If it only did not wait for the terminal, because it ends or
    /// stops, there is no need to draw again before that.
    fn check_terminal(&mut self, result: io::Result<()>) {
        if result.is_err() && terminal::is_in_haste() {
            self.pacer.drawn(clock::now(), 0);
        } else if let Err(error) = result {
            let failure = Failure::broke(format!("cannot write to the terminal: {error}"));
            self.ended.get_or_insert(Err(failure));
        }
    }

    /// Passes the time since the last frame to a run that is being played.
    fn tick(&mut self) {
        if !self.app.is_playing() {
            self.ticked = None;
            return;
        }
        let now = clock::now();
        let before = self.ticked.replace(now).unwrap_or(now);
        self.update(Msg::Tick(now.saturating_sub(before)));
    }

    fn handle(&mut self, event: Event) {
        let ended = match event {
            Event::Input(input) => return self.handle_input(input),
            Event::Messages(messages) => return self.pass_on(messages),
            Event::Report(report) => return self.handle_report(report),
            // The next frame reads the new size.
            Event::Signal(SIGWINCH) => return self.pacer.want(Urgency::Now),
            Event::Signal(SIGTSTP) => return self.suspend(),
            Event::Signal(SIGCONT) => return self.go_on(),
            // SIGINT sent to a program with a screen has the same meaning as Ctrl-C or q.
            Event::Signal(SIGINT) => Ok(exit::DONE),
            Event::Signal(signal) => Ok(exit_code(signal)),
            Event::InputLost(error) => {
                Err(Failure::broke(format!("cannot read the keyboard: {error}")))
            }
        };
        self.ended.get_or_insert(ended);
    }

    /// Passes the user's input to the app.
    fn handle_input(&mut self, input: Input) {
        let message = match input {
            Input::Key(key) => Some(Msg::Key(key)),
            Input::Pasted(text) => Some(Msg::Pasted(text)),
            Input::Clicked(column, row) => frame::hit(&self.app, column, row).map(Msg::Clicked),
            Input::Wheel {
                up,
                at: (column, row),
            } => frame::hit(&self.app, column, row).map(|target| Msg::Wheel { up, target }),
        };
        if let Some(message) = message {
            self.update_now(message);
        }
    }

    fn handle_report(&mut self, report: Report) {
        let ended = match report {
            Report::Batch(batch) => {
                self.pacer.want(Urgency::Paced);
                return self.update(Msg::Batch(batch));
            }
            Report::Concluded(record) => Msg::Concluded(record),
            Report::Broken(sentence) => Msg::Refused(sentence),
        };
        // After this, nothing of the run is left.
        self.run = None;
        self.update_now(ended);
    }

    fn pass_on(&mut self, messages: Vec<Msg>) {
        for message in messages {
            self.update_now(message);
        }
    }

    /// Passes a message to the app, and draws the result at once.
    fn update_now(&mut self, msg: Msg) {
        self.pacer.want(Urgency::Now);
        self.update(msg);
    }

    fn update(&mut self, msg: Msg) {
        for effect in self.app.update(msg) {
            self.perform(effect);
        }
        if self.run.is_none() {
            self.keeper.catch_up();
        }
    }

    fn perform(&mut self, effect: Effect) {
        let history = self.app.history();
        match effect {
            Effect::Start(order) => self.start(order),
            Effect::Stop => self.run.iter().for_each(Run::stop),
            Effect::Calibrate => self.calibrate(),
            Effect::FindPythons => self.find_pythons(),
            Effect::LookAt { look, calls } => self.look_at_function(look, calls),
            Effect::TryCode {
                interpreter,
                code,
                limit_s,
            } => self.try_code(interpreter, code, limit_s),
            Effect::Export(order) => self.export(order),
            Effect::Keep(number) => self.keeper.keep(history, number),
            Effect::ReadEarlier => self.keeper.read_earlier(),
            Effect::ReadRecording => self.read_recording(),
            Effect::ReadTrace(number) => self.keeper.read_trace(history, number),
            Effect::Rename(number, name) => self.keeper.change(history, &[number], |mut ids| {
                let id = ids.remove(0);
                Change::Name { id, name }
            }),
            Effect::Remove(numbers) => {
                self.keeper
                    .change(history, &numbers, |ids| Change::Remove { ids });
            }
            Effect::Restore(numbers) => {
                self.keeper
                    .change(history, &numbers, |ids| Change::Restore { ids });
            }
            Effect::Mouse(listen) => self.check_terminal(terminal::listen_to_mouse(listen)),
            Effect::Redraw => {
                self.pacer.want(Urgency::Now);
                let forgotten = self.screen.forget();
                self.check_terminal(forgotten);
            }
            Effect::Suspend => self.ask_to_suspend(),
            Effect::Quit => {
                self.ended.get_or_insert(Ok(exit::DONE));
            }
        }
    }

    /// Does what the terminal would do at Ctrl-Z if it still handled that key. [`Self::suspend`] follows when the
    /// signal arrives.
    fn ask_to_suspend(&mut self) {
        if !os::could_be_woken() {
            return self.update_now(Msg::Notice(
                "there is no shell that could wake a suspended program".into(),
            ));
        }
        os::ask_group_to_stop();
    }

    /// Restores the terminal and stops, with all workers, until the program is continued.
    fn suspend(&mut self) {
        terminal::leave();
        self.session.suspend();
        os::stop_here();
        self.go_on();
    }

    /// Continues after a stop, whether the program stopped itself or was stopped by SIGSTOP, which no process can
    /// catch.
    fn go_on(&mut self) {
        self.session.wake();
        self.pacer.want(Urgency::Now);
        let retaken = self.screen.retake(self.app.appearance().mouse);
        self.check_terminal(retaken);
    }

    fn start(&mut self, order: RunOrder) {
        let events = self.events.clone();
        // If the user has left meanwhile, nothing receives the report.
        let report = move |report| drop(events.send(Event::Report(report)));
        match self.session.context.start(order, report) {
            Ok(run) => self.run = Some(run),
            Err(sentence) => self.update_now(Msg::Refused(format!(
                "the run could not be started: {sentence}"
            ))),
        }
    }

    /// Writes a file to share. It works on copies, because a large report takes time.
    fn export(&mut self, order: ExportOrder) {
        let mut copies = Copies::of(self.app.history(), order.numbers.iter());
        // A report of all runs behind the advice has the advice itself.
        let advice = self.app.advice_behind(&order.numbers).cloned();
        let asked = order.clone();
        let events = self.events.clone();
        let write = move |session: &Session, place: Option<&HistoryPlace>| {
            if let Some(place) = place {
                complete(&mut copies.runs, &TraceFolder::beside(place), &events);
            }
            let runs = copies.runs.iter().filter(|_| order.format.shows_traces());
            let without = runs.filter(|run| run.missing_trace().is_some()).count();
            let path = typed(&order.file);
            let target = file::OutputFile {
                path: &path,
                overwrite: order.overwrite,
                is_kept: is_own(&path, place),
            };
            let machine = &session.machine;
            let shared = Shared {
                advice: advice.as_ref(),
                ..copies.shared()
            };
            let written = target
                .write(|out| export::write(order.format, machine, &shared, Traces::Included, out));
            let here = if path.is_relative() { "./" } else { "" };
            let file = format!("{here}{}", file::shown(&path));
            vec![Msg::Exported {
                order,
                file,
                written,
                without,
            }]
        };
        self.in_background("export", write, |error| {
            let refusal = Refusal::Other(format!("cannot write a file: {error}"));
            vec![Msg::Exported {
                order: asked,
                file: String::new(),
                written: Err(refusal),
                without: 0,
            }]
        });
    }

    /// Reads the recorded runs of the lesson, which takes a fraction of a frame.
    fn read_recording(&mut self) {
        self.update_now(match replay::recording() {
            Ok(lot) => Msg::Recording(lot.runs),
            Err(why) => Msg::Notice(format!("the recorded runs cannot be shown: {why}")),
        });
    }

    /// Looks for interpreters.
    fn find_pythons(&mut self) {
        let named = self.pythons.clone();
        let find = move |session: &Session, place: Option<&HistoryPlace>| {
            let mut pythons = session.find_pythons(&named);
            for found in &mut pythons.found {
                speeds::of_python(place, &session.machine, found);
            }
            vec![Msg::PythonsFound(pythons)]
        };
        self.in_background("find-pythons", find, |error| {
            let sentence = format!("cannot look for Python interpreters: {error}");
            vec![Msg::PythonsFound(Pythons::default()), Msg::Notice(sentence)]
        });
    }

    /// Looks at a function of the user's, which imports its module.
    fn look_at_function(&mut self, look: Box<FunctionLook>, calls: u64) {
        let asked = look.clone();
        let look_at = move |session: &Session, _: Option<&HistoryPlace>| {
            let seen = session.look_at(&look.interpreter, look.function.clone(), calls);
            vec![Msg::FunctionSeen(
                look,
                seen.map_err(|refusal| refusal.sentence),
            )]
        };
        self.in_background("look-at-function", look_at, |error| {
            let sentence = format!("cannot look at {}: {error}", asked.function.target);
            vec![Msg::FunctionSeen(asked, Err(sentence))]
        });
    }

    /// Runs a program of Python's once.
    fn try_code(&mut self, interpreter: Box<Interpreter>, code: String, limit_s: f64) {
        let limit = Duration::from_secs_f64(limit_s);
        let try_it = move |session: &Session, _: Option<&HistoryPlace>| {
            let is_busy = || session.context.run.load(Relaxed) != 0;
            let ran = session.try_program(&interpreter, &code, limit, &is_busy);
            vec![Msg::CodeTried(match ran {
                ProgramRun::Ended(seconds) => Some(Checked::Ran(seconds)),
                ProgramRun::Stopped(seconds) => Some(Checked::Stopped(seconds)),
                ProgramRun::Failed { output, .. } => Some(Checked::Failed(output)),
                ProgramRun::NotRun => None,
            })]
        };
        self.in_background("try-code", try_it, |_| vec![Msg::CodeTried(None)]);
    }

    /// Measures the machine's speed.
    fn calibrate(&mut self) {
        let calibrate = |session: &Session, place: Option<&HistoryPlace>| {
            let agreed = speeds::of_machine(place, &session.machine, session.calibrate());
            let caveat = agreed.caveat().map(Msg::Notice);
            Vec::from_iter([Msg::Calibrated(agreed.speed)].into_iter().chain(caveat))
        };
        self.in_background("calibrate", calibrate, |error| {
            vec![Msg::Refused(format!(
                "cannot measure this machine's speed: {error}"
            ))]
        });
    }

    /// Does work that takes longer than a frame on a separate thread, and passes the resulting messages to the app. The
    /// program does not wait for that thread on exit, so that the user can leave at once. If the system has no thread
    /// to spare, the messages of `refused` are passed instead.
    fn in_background(
        &mut self,
        name: &str,
        work: impl FnOnce(&Session, Option<&HistoryPlace>) -> Vec<Msg> + Send + 'static,
        refused: impl FnOnce(io::Error) -> Vec<Msg>,
    ) {
        let (session, events) = (Arc::clone(&self.session), self.events.clone());
        let place = self.keeper.place.clone();
        let body = move || {
            let messages = work(&session, place.as_ref());
            // If the user has left meanwhile, nothing receives the messages.
            let _ = events.send(Event::Messages(messages));
        };
        if let Err(error) = thread::spawn(name, body) {
            self.pass_on(refused(error));
        }
    }
}

/// Reads the parts of earlier runs that are not in memory: their task lists, and traces that have not been shown.
fn complete(runs: &mut [RunEntry], traces: &TraceFolder, events: &Sender<Event>) {
    let earlier = runs.iter_mut().filter(|run| run.is_earlier());
    let earlier: Vec<&mut RunEntry> = earlier.collect();
    let (of, mut reported) = (earlier.len(), clock::now());
    for (read, run) in earlier.into_iter().enumerate() {
        if clock::now() > reported + REPORT_EVERY {
            let _ = events.send(Msg::ExportReads { read, of }.into());
            reported = clock::now();
        }
        traces.complete(run);
    }
}

/// The path that the user typed; `~/` means the home directory, as in a shell.
fn typed(file: &str) -> PathBuf {
    match (file.strip_prefix("~/"), env::home_dir()) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => PathBuf::from(file.strip_prefix("./").unwrap_or(file)),
    }
}
