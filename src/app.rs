//! The explorer as a pure state machine: messages go in, effects come out.
//!
//! ```text
//!  Msg ──► App::update ──► Vec<Effect>
//!             │
//!             ├─ command   which key asks for what, and where        (data)
//!             ├─ perform   what a command does                       (the verbs)
//!             ├─ setup     the form: a draft, a cursor               ┐
//!             ├─ live      the run that is on, or nothing            │ the state,
//!             ├─ browse    chosen and marked rows of the history     │ each part
//!             ├─ timeline  the stretch of time and worker in view    │ in its file
//!             └─ overlay   what lies over the panels                 ┘
//! ```
//!
//! Invariants: no clock, no I/O, no thread; time enters only with messages. Sentences are composed when something
//! changed, never while drawing.

pub mod browse;
pub mod command;
pub mod key;
pub mod live;
pub mod message;
pub mod overlay;
mod perform;
#[doc(hidden)]
pub mod sample;
pub mod screen;
pub mod setup;
pub mod timeline;

use browse::Browse;
use command::{BINDINGS, Binding, Command, Context};
use key::Key;
use live::{Activity, Live};
use message::{Effect, Msg};
use overlay::Overlay;
use screen::{Focus, Panel, Screen};
use setup::Setup;
use timeline::TimelineView;

use crate::domain::history::{Entry, History};
use crate::domain::machine::{Limits, Machine};
use crate::domain::plan::Plan;
use crate::domain::record::Record;
use crate::domain::time::nanos;
use crate::domain::trace::{Batch, Trace};
use crate::domain::verdict;

/// The explorer.
#[derive(Debug)]
pub struct App {
    machine: Machine,
    limits: Limits,
    /// Steps of the kernel in a second, once measured.
    rate: Option<f64>,
    setup: Setup,
    activity: Activity,
    history: History,
    browse: Browse,
    timeline: TimelineView,
    focus: Focus,
    overlay: Option<Overlay>,
    size: (u16, u16),
    notice: Option<Notice>,
    headline: String,
}

/// Something to tell besides what the runs tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// In one sentence.
    pub sentence: String,
    /// Whether something went wrong.
    pub is_error: bool,
}

/// The run that the panels are about.
#[derive(Clone, Copy, Debug)]
pub enum Shown<'a> {
    /// The one that is on.
    Live(&'a Live),
    /// One of the history.
    Entry(&'a Entry),
}

impl<'a> Shown<'a> {
    /// What was asked for.
    #[must_use]
    pub fn plan(self) -> &'a Plan {
        match self {
            Shown::Live(live) => &live.plan,
            Shown::Entry(entry) => &entry.record.plan,
        }
    }

    /// What it looks like.
    #[must_use]
    pub fn trace(self) -> &'a Trace {
        match self {
            Shown::Live(live) => &live.trace,
            Shown::Entry(entry) => &entry.trace,
        }
    }
}

impl App {
    /// The first screen, on a machine that allows so many workers.
    #[must_use]
    pub fn new(machine: Machine, limits: Limits) -> App {
        let mut app = App {
            rate: None,
            setup: Setup::new(machine.cores_usable),
            activity: Activity::Nothing,
            history: History::new(machine.cores_usable),
            browse: Browse::default(),
            timeline: TimelineView::default(),
            focus: Focus { panel: Panel::Setup, expanded: false },
            overlay: None,
            size: (80, 24),
            notice: None,
            headline: String::new(),
            machine,
            limits,
        };
        app.compose_headline();
        app
    }

    /// Folds a message into the state; what the shell shall do comes back.
    #[must_use = "effects do nothing unless performed"]
    pub fn update(&mut self, msg: Msg) -> Vec<Effect> {
        let effects = match msg {
            Msg::Key(key) => self.on_key(key),
            Msg::Resized { columns, rows } => self.on_resized(columns, rows),
            Msg::Batch(batch) => self.on_batch(batch),
            Msg::Concluded(record) => self.on_concluded(*record),
            Msg::Refused(sentence) => self.on_refused(sentence),
            Msg::Calibrated(rate) => self.on_calibrated(rate),
        };
        self.compose_headline();
        effects
    }

    fn on_key(&mut self, key: Key) -> Vec<Effect> {
        match command::lookup(key, self.contexts()) {
            Some(binding) if self.is_possible(binding.command) => self.perform(binding.command, key),
            _ => vec![],
        }
    }

    fn on_resized(&mut self, columns: u16, rows: u16) -> Vec<Effect> {
        self.size = (columns, rows);
        if self.screen() == Screen::Wide && self.overlay == Some(Overlay::Form) {
            self.overlay = None;
            self.focus = Focus { panel: Panel::Setup, expanded: false };
        }
        vec![]
    }

    fn on_batch(&mut self, batch: Batch) -> Vec<Effect> {
        if let Activity::Running(live) = &mut self.activity {
            live.trace.apply(batch);
        }
        vec![]
    }

    fn on_concluded(&mut self, record: Record) -> Vec<Effect> {
        let Activity::Running(live) = std::mem::replace(&mut self.activity, Activity::Nothing) else {
            return vec![];
        };
        let Live { mut trace, campaign, experiment, .. } = *live;
        trace.conclude(nanos(record.wall_s));
        let was_watched = self.browse.selected().is_none();
        let (number, thinned) = self.history.add(record, trace);
        if was_watched {
            self.browse.select(Some(number));
        }
        if thinned {
            self.notice = Some(Notice {
                sentence: "to save memory, the oldest timelines are drawn from fewer points; their numbers stay exact"
                    .into(),
                is_error: false,
            });
        }
        self.advance(campaign, experiment)
    }

    fn on_refused(&mut self, sentence: String) -> Vec<Effect> {
        self.activity = Activity::Nothing;
        self.browse.select(self.history.entries().last().map(|entry| entry.number));
        self.notice =
            Some(Notice { sentence: format!("the run could not be started: {sentence}"), is_error: true });
        vec![]
    }

    fn on_calibrated(&mut self, rate: f64) -> Vec<Effect> {
        self.rate = Some(rate);
        match std::mem::replace(&mut self.activity, Activity::Nothing) {
            Activity::Calibrating(request) => self.request(request),
            other => {
                self.activity = other;
                vec![]
            }
        }
    }

    /// The sentence that is read first: what happens in the run that is shown, or what came out of it.
    fn compose_headline(&mut self) {
        self.headline = match (&self.activity, self.shown()) {
            (Activity::Calibrating(_), _) => {
                "measuring how fast an idle core of this machine computes".into()
            }
            (_, Some(Shown::Live(live))) if live.stopping => "stopping".into(),
            (_, Some(Shown::Live(live))) => verdict::live(&live.trace),
            (_, Some(Shown::Entry(entry))) => verdict::concluded(&entry.record, entry.speedup),
            (_, None) => "Press 1, 2, 3 or 4 to let this machine answer a question".into(),
        };
    }
}

/// What the screen and the shell may ask.
impl App {
    /// Where it runs.
    #[must_use]
    pub fn machine(&self) -> &Machine {
        &self.machine
    }

    /// How many workers are allowed.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// The form.
    #[must_use]
    pub fn setup(&self) -> &Setup {
        &self.setup
    }

    /// What is going on.
    #[must_use]
    pub fn activity(&self) -> &Activity {
        &self.activity
    }

    /// The run that is on.
    #[must_use]
    pub fn live(&self) -> Option<&Live> {
        match &self.activity {
            Activity::Running(live) => Some(live),
            _ => None,
        }
    }

    /// Whether a run is on: batches come, and the next conclusion is awaited.
    #[must_use]
    pub fn is_running(&self) -> bool {
        self.live().is_some()
    }

    /// Whether something is on that a new run would disturb.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        !matches!(self.activity, Activity::Nothing)
    }

    /// The runs of this session.
    #[must_use]
    pub fn history(&self) -> &History {
        &self.history
    }

    /// Chosen and marked rows of the history.
    #[must_use]
    pub fn browse(&self) -> &Browse {
        &self.browse
    }

    /// The stretch of time and the worker in view.
    #[must_use]
    pub fn timeline(&self) -> &TimelineView {
        &self.timeline
    }

    /// What lies over the panels.
    #[must_use]
    pub fn overlay(&self) -> Option<&Overlay> {
        self.overlay.as_ref()
    }

    /// Something to tell.
    #[must_use]
    pub fn notice(&self) -> Option<&Notice> {
        self.notice.as_ref()
    }

    /// The sentence that is read first.
    #[must_use]
    pub fn headline(&self) -> &str {
        &self.headline
    }

    /// How much room there is.
    #[must_use]
    pub fn screen(&self) -> Screen {
        Screen::of(self.size.0, self.size.1)
    }

    /// Where the user is: on a small screen the panels that it lacks count as the timeline.
    #[must_use]
    pub fn focus(&self) -> Focus {
        let there = self.screen().panels().contains(&self.focus.panel);
        if there { self.focus } else { Focus { panel: Panel::Timeline, ..self.focus } }
    }

    /// The run that the panels are about; `None` before the first.
    #[must_use]
    pub fn shown(&self) -> Option<Shown<'_>> {
        match self.browse.selected().and_then(|number| self.history.get(number)) {
            Some(entry) => Some(Shown::Entry(entry)),
            None => self.live().map(Shown::Live),
        }
    }

    /// The contexts that hold, innermost first.
    #[must_use]
    pub fn contexts(&self) -> &'static [Context] {
        use Context::{Always, Common, Editing, Form, History, Panels, Reading, Timeline};
        if self.setup.typed().is_some() {
            return &[Editing, Always];
        }
        match (&self.overlay, self.focus().panel) {
            (Some(Overlay::Form), _) | (None, Panel::Setup) => &[Form, Panels, Common, Always],
            (Some(_), _) => &[Reading, Common, Always],
            (None, Panel::Timeline) => &[Timeline, Panels, Common, Always],
            (None, Panel::History) => &[History, Panels, Common, Always],
            (None, Panel::Cores | Panel::Curves) => &[Panels, Common, Always],
        }
    }

    /// Whether a command makes sense now.
    #[must_use]
    pub fn is_possible(&self, command: Command) -> bool {
        match command {
            Command::Run | Command::Experiment | Command::MeasureBaseline => !self.is_busy(),
            Command::Stop => self.is_busy() && self.live().is_none_or(|live| !live.stopping),
            Command::Mark | Command::Details => self.browse.selected().is_some(),
            Command::Compare => self.browse.compared(&self.history).len() > 1,
            Command::Expand => self.overlay.is_none() && self.focus().panel != Panel::Setup,
            Command::ZoomIn => self.shown().is_some_and(|shown| shown.trace().now() > 0),
            Command::ZoomOut | Command::ZoomFit | Command::PanLeft | Command::PanRight => {
                self.timeline.is_zoomed() && self.shown().is_some()
            }
            Command::NextPanel | Command::PreviousPanel => self.overlay.is_none(),
            Command::OpenForm => self.overlay.is_none() && self.focus().panel != Panel::Setup,
            Command::Close => self.has_something_to_close(),
            _ => true,
        }
    }

    fn has_something_to_close(&self) -> bool {
        self.overlay.is_some()
            || self.focus.expanded
            || self.notice.is_some()
            || self.setup.remark().is_some()
            || (self.is_running() && self.browse.selected().is_some())
    }

    /// The keys that do something here and now, the most useful first.
    #[must_use]
    pub fn keys_here(&self) -> Vec<&'static Binding> {
        let contexts = self.contexts();
        let mut here: Vec<&Binding> = BINDINGS
            .iter()
            .filter(|binding| binding.priority > 0 && contexts.contains(&binding.context))
            .filter(|binding| self.is_possible(binding.command))
            .filter(|binding| {
                command::lookup(binding.keys[0], contexts).is_some_and(|first| std::ptr::eq(first, *binding))
            })
            .collect();
        here.sort_by_key(|binding| binding.priority);
        here
    }

    /// The goal of `R`: the chosen row's work if the history is focused, else the form's.
    fn baseline_goal(&self) -> Option<&Plan> {
        let entry = self.history.get(self.browse.selected()?)?;
        (self.focus().panel == Panel::History).then_some(&entry.record.plan)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_footer_never_offers_what_makes_no_sense() {
        let app = App::new(sample::machine(2), Limits::default());
        let offered: Vec<Command> = app.keys_here().iter().map(|binding| binding.command).collect();
        for useless in [Command::Stop, Command::Compare, Command::Mark, Command::ZoomIn, Command::Close] {
            assert!(!offered.contains(&useless), "{useless:?}");
        }
        assert!(offered.contains(&Command::Run) && offered.contains(&Command::Quit));
    }
}
