//! The explorer as a pure state machine: messages go in, effects come out.
//!
//! ```text
//!  Msg ──► App::update ──► Vec<Effect>
//!             │
//!             ├─ keys      tables of keys: what they do, their label, their help
//!             ├─ lead      the keys that are offered; some of them lead to the next step
//!             ├─ pointer   what the mouse does
//!             ├─ work      runs are requested, start, go on and end
//!             ├─ live      the run in progress, if any
//!             ├─ shown     the run that the panels are about
//!             ├─ open      the screens that are open
//!             ├─ notice    messages besides those of the runs
//!             ├─ screens   a folder each: state, keys, view
//!             └─ frame     the whole screen: where panels are, header, footer, what can be clicked
//! ```
//!
//! Invariants: no clock, no I/O, no thread. Time enters only with messages. Sentences are composed when something
//! changes, never while drawing.

mod forms;
pub mod frame;
pub mod keys;
pub mod lead;
pub mod live;
mod look;
pub mod message;
mod notice;
mod open;
pub mod pointer;
pub mod screen;
pub mod screens;
mod shown;
pub mod view;
mod work;

pub use crate::app::{notice::Notice, shown::Shown};
use crate::{
    app::{
        keys::{Action, Binding, Keys},
        live::Activity,
        message::{Effect, Msg},
        open::Open,
        screen::Panel,
        screens::{
            form::Setup, history::HistoryState, sweep::Sweeps, teaching::Teaching,
            timeline::TimelineState,
        },
        work::CurrentWork,
    },
    domain::{
        history::{History, Lot},
        in_turn::BUDGET_S,
        look::Look,
        machine::{Machine, WorkerLimits},
        provenance::Provenance,
        text::duration,
        time::{Nanos, seconds},
    },
    present::sentence,
    ui::{field, key::Key},
};

/// The explorer.
#[derive(Debug)]
pub struct App {
    /// The run or campaign that is being measured.
    work: CurrentWork,
    history: History,
    /// The plan of the next run, as the user edits it.
    form: Setup,
    runs: HistoryState,
    timeline: TimelineState,
    sweeps: Sweeps,
    open: Open,
    settings: Settings,
    out: Out,
}

/// Where the explorer runs, and how it looks.
#[derive(Debug)]
struct Settings {
    machine: Machine,
    look: Look,
    teaching: Teaching,
    size: (u16, u16),
    /// The directory for files whose name has none.
    directory: Option<String>,
    /// How long the runs of a question may take in total, in seconds.
    budget_s: f64,
}

/// The explorer's output: sentences for the user and effects for the shell.
#[derive(Debug, Default)]
struct Out {
    headline: String,
    /// How long the live run had lasted when the headline was composed.
    headline_at: Nanos,
    notice: Option<Notice>,
    /// The number of notices so far.
    notices: u32,
    /// The number of files that are being written.
    exports: usize,
    /// The effects that the shell must perform after this message.
    effects: Vec<Effect>,
}

/// The minimum time that a live headline stays. One that changes faster could not be read.
const HEADLINE_EVERY: Nanos = 250_000_000;

impl App {
    /// The first screen, on this machine and with these worker limits.
    pub fn new(machine: Machine, limits: WorkerLimits) -> App {
        let cores = machine.cores_usable;
        let mut app = App {
            work: CurrentWork::default(),
            history: History::new(Provenance::here("", machine.clone())),
            form: Setup::new(cores, limits),
            runs: HistoryState::default(),
            timeline: TimelineState::default(),
            sweeps: Sweeps::new(cores),
            open: Open::PANELS,
            settings: Settings {
                machine,
                look: Look::default(),
                teaching: Teaching::default(),
                size: (80, 24),
                directory: None,
                budget_s: BUDGET_S,
            },
            out: Out::default(),
        };
        app.compose_headline();
        app.update_estimate();
        app
    }

    /// Puts the explorer into the session with this id.
    pub fn in_session(mut self, id: &str) -> App {
        self.history = History::new(Provenance::here(id, self.settings.machine.clone()));
        self
    }

    /// Adds the runs and sweeps of a shared file. The last run that is not part of a sweep is shown, or the last run if
    /// all are.
    pub fn replaying(mut self, lot: Lot) -> App {
        self.on_earlier(lot);
        let lone = self.history.single_entries().last();
        let last = lone.or(self.history.entries().last());
        self.choose(last.map(|entry| entry.number));
        self.open.focus.panel = Panel::History;
        self.compose_headline();
        self
    }

    /// Sets the directory in which the explorer was started.
    pub fn in_directory(mut self, directory: Option<String>) -> App {
        self.settings.directory = directory;
        self
    }

    /// Sets how long the runs of a question may take in total, in seconds.
    pub fn with_budget(mut self, budget_s: f64) -> App {
        self.settings.budget_s = budget_s;
        self
    }

    /// Starts in the teaching layout if `is_on`.
    pub fn presenting(mut self, is_on: bool) -> App {
        if self.settings.teaching.is_on != is_on {
            self.toggle_teaching();
        }
        self
    }

    /// The machine on which the explorer runs.
    pub fn machine(&self) -> &Machine {
        &self.settings.machine
    }

    /// The maximum number of workers for each kind of model.
    pub fn limits(&self) -> &WorkerLimits {
        &self.form.limits
    }

    /// The form of the plan.
    pub fn setup(&self) -> &Setup {
        &self.form
    }

    /// The sentence to read first.
    pub fn headline(&self) -> &str {
        &self.out.headline
    }

    /// The directory for files whose name has none.
    pub fn directory(&self) -> Option<&str> {
        self.settings.directory.as_deref()
    }

    /// The columns and rows of the screen.
    pub fn size(&self) -> (u16, u16) {
        self.settings.size
    }

    /// The columns and rows of the screen without the row of a notice.
    pub fn room(&self) -> (u16, u16) {
        let (columns, rows) = self.settings.size;
        let notice = u16::from(self.out.notice.is_some());
        (columns, rows.saturating_sub(notice))
    }

    /// Folds a message into the state, and returns the effects that the shell must perform.
    #[must_use = "effects do nothing unless performed"]
    pub fn update(&mut self, msg: Msg) -> Vec<Effect> {
        let mut is_due = !matches!(msg, Msg::Batch(_)) || self.headline_is_due();
        // Passing time does not change anything on which a future run depends.
        let is_news = !matches!(msg, Msg::Batch(_) | Msg::Tick(_));
        match msg {
            Msg::Opened => self.on_opened(),
            Msg::Key(key) => self.on_key(key),
            Msg::Pasted(text) => self.on_pasted(&text),
            Msg::Clicked(target) => self.on_clicked(target),
            Msg::Wheel { up, target } => self.on_wheel(up, target),
            Msg::Notice(sentence) => self.show_notice(sentence),
            Msg::Resized { columns, rows } => self.on_resized(columns, rows),
            Msg::BarsFitted { columns, rows } => self.timeline.view.room = Some((columns, rows)),
            Msg::Batch(batch) => self.on_batch(batch),
            Msg::Concluded(record) => self.on_concluded(*record),
            Msg::Refused(sentence) => self.on_refused(sentence),
            Msg::Calibrated(speed) => self.on_calibrated(speed),
            Msg::PythonsFound(pythons) => self.on_pythons_found(pythons),
            Msg::FunctionSeen(look, seen) => self.on_function_seen(*look, seen),
            Msg::CodeTried(checked) => self.on_code_tried(checked),
            Msg::Earlier(lot) => self.on_earlier(lot),
            Msg::Recording(runs) => self.on_recording(runs),
            Msg::Exported {
                order,
                file,
                written,
                without,
            } => self.on_exported(&order, &file, written, without),
            Msg::ExportReads { read, of } => self.on_export_reads(read, of),
            Msg::TraceRead { number, trace } => self.on_trace_read(number, trace),
            Msg::Kept(numbers) => self.on_kept(&numbers),
            Msg::Tick(elapsed) => is_due = self.on_tick(elapsed),
        }
        self.settle_playback();
        self.settle_notice();
        if is_news {
            self.request_trace();
            self.compose_sweeps();
        }
        if is_due {
            self.compose_headline();
            self.compose_overlay(is_news);
        }
        if is_news {
            self.settle_function();
            self.update_estimate();
        }
        std::mem::take(&mut self.out.effects)
    }

    /// Whether the sentence about the live run has been shown for long enough. The first one is replaced at once.
    fn headline_is_due(&self) -> bool {
        self.out.headline_at == 0
            || self
                .live()
                .is_none_or(|live| live.trace.now >= self.out.headline_at + HEADLINE_EVERY)
    }

    fn on_key(&mut self, key: Key) {
        let here = self.keys();
        let found = |key| keys::lookup(key, &here).map(|(keys, binding)| (key, keys, binding));
        let at_its_place = || key.at_its_place().and_then(found);
        let Some((key, keys, binding)) = found(key).or_else(at_its_place) else {
            return self.on_foreign_key(key);
        };
        self.work.awaits_python = None;
        let notices = self.out.notices;
        let mut why_not = None;
        if (binding.when)(self) {
            self.settings.teaching.remember(key, binding);
            self.perform(keys, binding, key);
        } else if let Some(sentence) = (binding.why_not)(self) {
            self.show_notice(sentence);
            why_not = Some(binding);
        }
        self.settle_answer(notices, why_not);
    }

    /// Says how to leave to a user whose keyboard has none of the letters that have a meaning.
    fn on_foreign_key(&mut self, key: Key) {
        if let Key::Char(c) = key
            && c.is_alphabetic()
            && !c.is_ascii()
        {
            self.show_notice(format!(
                "{c} has no meaning here: the keys are the letters a to z, and Ctrl-C quits"
            ));
        }
    }

    /// Performs the action of a key.
    fn perform(&mut self, keys: &Keys, binding: &Binding, key: Key) {
        match binding.action {
            Action::Do(does) => does(self),
            Action::With(does) => does(self, key),
            Action::Step(by) => (keys.step)(self, by),
        }
    }

    /// Puts pasted text into the open field. If no field is open, the text is dropped; none of it acts as a key.
    fn on_pasted(&mut self, text: &str) {
        for key in field::line(text).chars().map(Key::Char) {
            if let Some((keys, binding)) = keys::lookup(key, &self.keys())
                && keys.takes_text
            {
                self.perform(keys, binding, key);
            }
        }
    }

    fn on_resized(&mut self, columns: u16, rows: u16) {
        self.settings.size = (columns, rows);
        self.settle_form();
    }

    /// Composes the sentence to read first: what is happening in the shown run, or its verdict.
    fn compose_headline(&mut self) {
        self.out.headline_at = self.live().map_or(0, |live| live.trace.now);
        self.out.headline = match (&self.work.activity, &self.sweeps.sketch, self.shown()) {
            (Activity::Calibrating(_), ..) => "measuring the speed of an idle core".into(),
            (_, Some(sketch), _) => sketch.headline.clone(),
            (_, None, Some(Shown::Live(live))) if self.frozen().is_some() => {
                let at = duration(seconds(live.trace.now));
                format!("frozen at {at}: {}", live.doing())
            }
            (_, None, Some(Shown::Live(live))) if live.stopping => "stopping".into(),
            (_, None, Some(Shown::Live(live))) => self.purpose_of(live),
            (_, None, Some(Shown::Entry(entry))) => {
                sentence::verdict::of(&self.history, entry.number)
            }
            (_, None, None) => {
                let keys = if self.has_python() {
                    "1 to 5"
                } else {
                    "1, 2, 3 or 4"
                };
                format!("Press {keys} to let this machine answer a question")
            }
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::{plan::Field, speed::Speed},
        fixtures::explorer,
        ui::form::Form,
    };

    #[test]
    fn a_live_headline_stays_long_enough_to_be_read() {
        let mut app = App::new(explorer::machine(2), WorkerLimits::default());
        let _ = app.update(Msg::Calibrated(Speed::uniform(40e6)));
        let effects = app.update(Msg::Key(Key::Char('2')));
        let [.., message::Effect::Start(serial)] = &effects[..] else {
            panic!("{effects:?}")
        };
        let run = explorer::Scenario::new(serial.clone(), 2);
        let mut changes = 0;
        let mut before = String::new();
        for ms in (10..1_000).step_by(10) {
            let mut batch = run.batch((ms - 10) * 1_000_000, ms * 1_000_000);
            // Without a recent stamp, the worker counts as waiting. So this sentence changes with every batch.
            batch.lanes[0].last_stamp = if ms % 20 == 0 { ms * 1_000_000 } else { 0 };
            let _ = app.update(Msg::Batch(batch));
            changes += usize::from(app.headline() != before);
            before = app.headline().into();
        }
        assert!(changes <= 5, "{changes} sentences in a second");
    }

    #[test]
    fn a_worker_that_dies_is_reported_at_once_by_name_and_cause() {
        let mut app = App::new(explorer::machine(2), WorkerLimits::default());
        let _ = app.update(Msg::Calibrated(Speed::uniform(40e6)));
        let effects = app.update(Msg::Key(Key::Char('3')));
        let [.., message::Effect::Start(serial)] = &effects[..] else {
            panic!("{effects:?}")
        };
        let mut batch = explorer::Scenario::new(serial.clone(), 2).batch(0, 1_000_000);
        batch.deaths = vec![
            "worker 0 was killed by SIGKILL".into(),
            "worker 1 panicked: oh".into(),
        ];
        let _ = app.update(Msg::Batch(batch));
        let notice = app.notice().unwrap();
        assert!(notice.is_error);
        assert!(
            notice
                .sentence
                .starts_with("worker 0 was killed by SIGKILL, and 1 more worker died")
        );
    }

    #[test]
    fn pasted_text_goes_into_the_field_that_is_open_and_does_nothing_elsewhere() {
        let mut app = App::new(explorer::machine(2), WorkerLimits::default());
        let row = app.setup().field();
        // As keys, these would go down, start typing, start a run, and quit.
        assert_eq!(app.update(Msg::Pasted("jj\r3rq".into())), []);
        assert_eq!((app.setup().field(), app.setup().typed()), (row, None));
        // Moves down to the number of tasks in the form.
        for key in [
            Key::Char('f'),
            Key::Home,
            Key::Down,
            Key::Down,
            Key::Down,
            Key::Enter,
        ] {
            let _ = app.update(Msg::Key(key));
        }
        assert_eq!(app.setup().field(), Field::TASKS);
        let before = app
            .setup()
            .typed()
            .expect("a number is being typed")
            .to_string();
        assert_eq!(app.update(Msg::Pasted("1q2\r\n".into())), []);
        assert_eq!(app.setup().typed(), Some(&*format!("{before}1q2")));
    }

    #[test]
    fn the_footer_never_offers_what_makes_no_sense() {
        let app = App::new(explorer::machine(2), WorkerLimits::default());
        let offered: Vec<_> = app
            .keys_here()
            .into_iter()
            .map(|offer| offer.label)
            .collect();
        for useless in ["x stop", "c compare", "m mark", "+ zoom", "Esc close"] {
            assert!(!offered.iter().any(|label| label == useless), "{useless}");
        }
        assert!(offered.contains(&"r run".into()) && offered.contains(&"q quit".into()));
    }
}
