//! The shell with a screen: joins engine, app and ui.
//!
//! Everything that happens arrives in one channel: keys, reports of the run, signals. The loop gives it to the
//! [`App`], performs the effects that come back, and draws when the pacer says so. All decisions are the App's.

mod event;
mod exporter;
mod input;
mod keeper;
mod pacer;
mod replay;
mod signals;
mod terminal;

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;

use crate::app::App;
use crate::app::message::{Effect, Msg};
use crate::domain::keeping::Keeping;
use crate::domain::look::LookOptions;
use crate::domain::provenance::Provenance;
use crate::domain::python::Pythons;
use crate::domain::record::RunOrder;
use crate::domain::time::Nanos;
use crate::engine::session::{Report, Run, Session};
use crate::engine::{clock, os};
use crate::export::json::Document;
use crate::shell;
use crate::shell::exit::{self, Failure};
use crate::shell::reports::{Heard, LOST, Relay};
use crate::shell::signals::{SIGCONT, SIGINT, SIGTSTP, exit_code, survive_file_size_limit};
use crate::shell::spelling::{self, Spelling};
use crate::store::{End, Place, speeds};
use crate::ui::{self, Theme};
use event::{Event, Input};
use keeper::Keeper;
use pacer::{Pacer, Urgency};
use terminal::Screen;

/// Opens the explorer, if asked for in the teaching layout, and stays until the user leaves. `pythons` are offered besides
/// the interpreters that are found. Runs are kept where `keeping` says. Returns the exit code.
///
/// # Errors
/// Why there is no explorer here, or what broke.
pub fn explore(
    options: LookOptions,
    pythons: Vec<PathBuf>,
    keeping: &Keeping,
) -> Result<u8, Failure> {
    open(options, pythons, keeping, None)
}

/// Opens the explorer with the runs of a shared file. Returns the exit code.
///
/// # Errors
/// What is wrong with the file, before anything is started; else the same as [`explore`].
pub fn replay(
    file: &Path,
    options: LookOptions,
    pythons: Vec<PathBuf>,
    keeping: &Keeping,
) -> Result<u8, Failure> {
    open(
        options,
        pythons,
        keeping,
        Some(replay::read(file).map_err(Failure::usage)?),
    )
}

fn open(
    options: LookOptions,
    pythons: Vec<PathBuf>,
    keeping: &Keeping,
    document: Option<Document>,
) -> Result<u8, Failure> {
    shell::terminal::check().map_err(Failure::usage)?;
    let place = place_of(keeping)?;
    let look = spelling::look(options.look);
    survive_file_size_limit();
    let session = Arc::new(Session::prepare().map_err(Failure::broke)?);
    os::ask_for_short_turns();
    let (sender, events) = mpsc::channel();
    signals::listen(sender.clone()).map_err(Failure::broke)?;
    terminal::restore_on_panic();
    let screen = Screen::enter(look.mouse)
        .map_err(|error| Failure::broke(format!("cannot use the terminal: {error}")))?;
    signals::watch_terminal().map_err(Failure::broke)?;
    input::listen(sender.clone()).map_err(Failure::broke)?;
    let app = App::new(session.machine().clone(), session.limits().clone())
        .in_session(session.id())
        .in_directory(exporter::directory())
        .with_look(look)
        .presenting(options.present);
    let app = match document {
        Some(Document { runs, sweeps }) => app.replaying(runs, sweeps),
        None => app,
    };
    let here = Arc::clone(app.history().here());
    let keeper = keeper_at(place, here, &sender);
    let ended = Explorer {
        pythons,
        ..Explorer::new(session, app, screen, keeper, sender)
    }
    .stay(&events);
    terminal::print_held_back();
    ended
}

/// Where runs are kept, or why they are not. A file that the user names has to be a history, if it exists.
fn place_of(keeping: &Keeping) -> Result<Result<Option<Place>, String>, Failure> {
    let checked = Place::wanted(keeping).and_then(|place| match place {
        Some(place) => place.check().map(|()| Some(place)),
        None => Ok(None),
    });
    match (keeping, checked) {
        (Keeping::In(_), Err(error)) => Err(Failure::usage(error)),
        (_, Err(error)) => Ok(Err(format!("runs are not kept: {error}"))),
        (_, Ok(place)) => Ok(Ok(place)),
    }
}

fn keeper_at(
    place: Result<Option<Place>, String>,
    here: Arc<Provenance>,
    events: &Sender<Event>,
) -> Keeper {
    let place = place.unwrap_or_else(|sentence| {
        events
            .send(Event::Told(sentence))
            .expect("the receiver is used further down");
        None
    });
    Keeper::new(place, here, events.clone())
}

/// What the explorer needs at hand while it goes on.
struct Explorer {
    /// Interpreters that the user named.
    pythons: Vec<PathBuf>,
    app: App,
    screen: Screen,
    size: (u16, u16),
    /// How many columns the bars of the timeline had when the app was told last.
    bars: Option<u16>,
    pacer: Pacer,
    is_first_frame: bool,
    /// Up to when time was told to a run that is played; `None` while none is.
    ticked: Option<Nanos>,
    session: Arc<Session>,
    /// The run that goes on, and this thread's CPU time when it began.
    run: Option<Run>,
    keeper: Keeper,
    events: Sender<Event>,
}

/// The user leaves, or has to: with which exit code.
struct Leave(Result<u8, Failure>);

impl Explorer {
    fn new(
        session: Arc<Session>,
        app: App,
        screen: Screen,
        keeper: Keeper,
        events: Sender<Event>,
    ) -> Self {
        Explorer {
            pythons: vec![],
            app,
            screen,
            size: (0, 0),
            bars: None,
            pacer: Pacer::default(),
            is_first_frame: true,
            ticked: None,
            session,
            run: None,
            keeper,
            events,
        }
    }

    /// Handles what happens until it is time to leave; then the terminal comes first, so that nobody waits for it.
    fn stay(mut self, events: &Receiver<Event>) -> Result<u8, Failure> {
        self.pacer.want(Urgency::Now);
        let Leave(ended) = loop {
            if let Err(leave) = self.step(events) {
                break leave;
            }
        };
        drop(self.screen);
        if let Some(run) = self.run {
            run.stop();
            run.wait();
        }
        match self.keeper.leave() {
            End::Kept => ended,
            End::Beside(sentence) => {
                say(&sentence);
                ended
            }
            End::Lost(sentence) if ended.is_ok() => Err(Failure::broke(sentence)),
            End::Lost(sentence) => {
                say(&sentence);
                ended
            }
        }
    }

    /// Draws if it is time to, or else waits for what happens next and handles it.
    fn step(&mut self, events: &Receiver<Event>) -> Result<(), Leave> {
        let event = match self.pacer.pause(clock::now()) {
            None => events.recv().ok(),
            Some(pause) if pause.is_zero() => return self.draw(),
            Some(pause) => match events.recv_timeout(pause) {
                Err(RecvTimeoutError::Timeout) => return Ok(()),
                event => event.ok(),
            },
        };
        self.handle(event.expect("this struct holds a sender, so the channel is open"))
    }

    fn draw(&mut self) -> Result<(), Leave> {
        let size = self.screen.size().map_err(lost)?;
        // Also a change of size that made no event, as before the input thread began to listen.
        if size != self.size {
            self.size = size;
            self.update(Msg::Resized {
                columns: size.0,
                rows: size.1,
            })?;
        }
        self.tick()?;
        let bars = ui::bar_columns(&self.app, size);
        if let Some(columns) = bars.filter(|_| bars != self.bars) {
            self.bars = bars;
            self.update(Msg::BarsFitted { columns })?;
        }
        let theme = Theme::from(self.app.appearance());
        let before = clock::thread_cpu();
        self.screen
            .draw(|frame| ui::draw(&self.app, &theme, frame))
            .map_err(lost)?;
        self.pacer
            .drawn(clock::now(), clock::thread_cpu().saturating_sub(before));
        if self.app.is_playing() {
            self.pacer.want(Urgency::Paced);
        }
        if std::mem::take(&mut self.is_first_frame) {
            self.update(Msg::Opened)
        } else {
            Ok(())
        }
    }

    /// Tells a run that is played how much time passed since the last frame.
    fn tick(&mut self) -> Result<(), Leave> {
        if !self.app.is_playing() {
            self.ticked = None;
            return Ok(());
        }
        let now = clock::now();
        let elapsed = self
            .ticked
            .replace(now)
            .map_or(0, |before| now.saturating_sub(before));
        self.update(Msg::Tick(elapsed))
    }

    fn handle(&mut self, event: Event) -> Result<(), Leave> {
        match event {
            Event::Input(input) => self.take(input),
            Event::Resized => {
                self.pacer.want(Urgency::Now);
                Ok(())
            }
            Event::Calibrated(agreed) => {
                let doubt = agreed.doubt();
                self.now(Msg::Calibrated(agreed.speed))?;
                doubt.map_or(Ok(()), |doubt| self.now(Msg::Told(doubt)))
            }
            Event::PythonsFound(pythons) => self.now(Msg::PythonsFound(pythons)),
            Event::Exported(file, written) => self.now(Msg::Exported { file, written }),
            Event::Heard(heard) => self.hear(heard),
            Event::Earlier(opened) => Keeper::opened(*opened)
                .into_iter()
                .try_for_each(|message| self.now(message)),
            Event::Kept(numbers) => self.now(Msg::Kept(numbers)),
            Event::PictureRead { number, picture } => {
                self.now(Msg::PictureRead { number, picture })
            }
            Event::Told(sentence) => self.now(Msg::Told(sentence)),
            // Who sends this to a program with a screen means what Ctrl-C or q means to it.
            Event::Signal(SIGINT) => Err(Leave(Ok(exit::DONE))),
            Event::Signal(SIGTSTP) => self.suspend(),
            Event::Signal(SIGCONT) => self.go_on(),
            Event::Signal(signal) => Err(Leave(Ok(exit_code(signal)))),
            Event::InputLost(error) => Err(Leave(Err(Failure::broke(format!(
                "cannot read the keyboard: {error}"
            ))))),
        }
    }

    /// Tells the app what the user did.
    fn take(&mut self, input: Input) -> Result<(), Leave> {
        match input {
            Input::Key(key) => self.now(Msg::Key(key)),
            Input::Pasted(text) => self.now(Msg::Pasted(text)),
            Input::Clicked(column, row) => match ui::hit(&self.app, column, row) {
                Some(target) => self.now(Msg::Clicked(target)),
                None => Ok(()),
            },
            Input::Wheel {
                up,
                at: (column, row),
            } => match ui::hit(&self.app, column, row) {
                Some(target) => self.now(Msg::Wheel { up, target }),
                None => Ok(()),
            },
        }
    }

    fn hear(&mut self, heard: Heard) -> Result<(), Leave> {
        match heard {
            Heard::Report(Report::Batch(batch)) => {
                self.pacer.want(Urgency::Paced);
                self.update(Msg::Batch(batch))
            }
            Heard::Report(Report::Concluded(record)) => {
                if let Some(run) = self.run.take() {
                    run.wait();
                }
                self.now(Msg::Concluded(record))
            }
            Heard::Lost => {
                if let Some(run) = self.run.take() {
                    run.wait();
                }
                self.now(Msg::Refused(LOST.into()))
            }
        }
    }

    /// Tells the app, and shows at once what it makes of it.
    fn now(&mut self, msg: Msg) -> Result<(), Leave> {
        self.pacer.want(Urgency::Now);
        self.update(msg)
    }

    fn update(&mut self, msg: Msg) -> Result<(), Leave> {
        self.app
            .update(msg)
            .into_iter()
            .try_for_each(|effect| self.perform(effect))?;
        if self.run.is_none() {
            self.keeper.rest();
        }
        Ok(())
    }

    fn perform(&mut self, effect: Effect) -> Result<(), Leave> {
        match effect {
            Effect::Start(order) => self.start(order),
            Effect::Stop => {
                if let Some(run) = &self.run {
                    run.stop();
                }
                Ok(())
            }
            Effect::Calibrate => self.calibrate(),
            Effect::FindPythons => self.find_pythons(),
            Effect::Export(order) => {
                let machine = self.session.machine();
                match exporter::begin(
                    order,
                    self.app.history(),
                    machine,
                    self.keeper.own_files(),
                    self.events.clone(),
                ) {
                    Ok(()) => Ok(()),
                    Err(refusal) => self.now(Msg::Exported {
                        file: String::new(),
                        written: Err(refusal),
                    }),
                }
            }
            Effect::Keep(number) => {
                self.keeper.keep(self.app.history(), number);
                Ok(())
            }
            Effect::ReadEarlier => {
                self.keeper.read_earlier();
                Ok(())
            }
            Effect::ReadPicture(number) => {
                self.keeper.read_picture(self.app.history(), number);
                Ok(())
            }
            Effect::Rename(number, name) => {
                self.keeper.rename(self.app.history(), number, name);
                Ok(())
            }
            Effect::Remove(numbers) => {
                self.keeper.remove(self.app.history(), &numbers);
                Ok(())
            }
            Effect::Restore(numbers) => {
                self.keeper.restore(self.app.history(), &numbers);
                Ok(())
            }
            Effect::Mouse(listen) => self.screen.listen_to_mouse(listen).map_err(lost),
            Effect::Redraw => {
                self.pacer.want(Urgency::Now);
                self.screen.forget().map_err(lost)
            }
            Effect::Suspend => self.ask_to_suspend(),
            Effect::Quit => Err(Leave(Ok(exit::DONE))),
        }
    }

    /// Does what the terminal does at Ctrl-Z where a program has not taken the key; [`Self::suspend`] follows when the
    /// signal arrives.
    fn ask_to_suspend(&mut self) -> Result<(), Leave> {
        if !os::could_be_woken() {
            return self.now(Msg::Told(
                "there is no shell here that could wake a suspended program".into(),
            ));
        }
        os::ask_group_to_stop();
        Ok(())
    }

    /// Gives the terminal back and stops, with all workers, until somebody wakes the program.
    fn suspend(&mut self) -> Result<(), Leave> {
        terminal::leave();
        self.session.suspend();
        os::stop_here();
        self.go_on()
    }

    /// Goes on after the program was stopped, whether by itself or by SIGSTOP, which nobody hears.
    fn go_on(&mut self) -> Result<(), Leave> {
        self.session.wake();
        self.pacer.want(Urgency::Now);
        self.screen
            .retake(self.app.appearance().mouse)
            .map_err(lost)
    }

    fn start(&mut self, order: RunOrder) -> Result<(), Leave> {
        match self.session.start(order, Relay::into(self.events.clone())) {
            Ok(run) => {
                self.run = Some(run);
                Ok(())
            }
            Err(sentence) => self.now(Msg::Refused(format!(
                "the run could not be started: {sentence}"
            ))),
        }
    }

    /// Looks for interpreters on a thread of its own, as asking each takes longer than a frame may. Nobody waits for that
    /// thread either.
    fn find_pythons(&mut self) -> Result<(), Leave> {
        let (session, events, named) = (
            Arc::clone(&self.session),
            self.events.clone(),
            self.pythons.clone(),
        );
        let place = self.keeper.place().cloned();
        let find = move || {
            let mut pythons = session.find_pythons(&named);
            for found in &mut pythons.found {
                speeds::of_python(place.as_ref(), session.machine(), found);
            }
            // Nobody listens any more if the user has left meanwhile.
            let _ = events.send(Event::PythonsFound(pythons));
        };
        match thread::Builder::new()
            .name("find-pythons".into())
            .spawn(find)
        {
            Ok(_) => Ok(()),
            Err(error) => {
                self.update(Msg::PythonsFound(Pythons::default()))?;
                self.now(Msg::Told(format!(
                    "cannot look for Python interpreters: {error}"
                )))
            }
        }
    }

    /// Measures the machine's speed on a thread of its own, as it takes longer than a frame may. Nobody waits for that
    /// thread: whoever leaves at once shall not have to.
    fn calibrate(&mut self) -> Result<(), Leave> {
        let (session, events) = (Arc::clone(&self.session), self.events.clone());
        let place = self.keeper.place().cloned();
        let calibrate = move || {
            let measured = session.calibrate();
            let agreed = speeds::of_machine(place.as_ref(), session.machine(), measured);
            // Nobody listens any more if the user has left meanwhile.
            let _ = events.send(Event::Calibrated(agreed));
        };
        match thread::Builder::new()
            .name("calibrate".into())
            .spawn(calibrate)
        {
            Ok(_) => Ok(()),
            Err(error) => self.now(Msg::Refused(format!(
                "cannot measure this machine's speed: {error}"
            ))),
        }
    }
}

/// Writes one line to stderr, once the terminal is the user's again. Whoever closed it does not want to read it.
fn say(sentence: &str) {
    let _ = writeln!(
        io::stderr(),
        "pconc-tui: {}",
        Spelling::of_locale().spell(sentence)
    );
}

fn lost(error: io::Error) -> Leave {
    Leave(Err(Failure::broke(format!(
        "cannot write to the terminal: {error}"
    ))))
}
