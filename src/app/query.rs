//! What the screen and the shell may ask the explorer.

use crate::app::command::{Binding, Context, KEYS};
use crate::app::live::{Activity, Live};
use crate::app::overlay::Overlay;
use crate::app::screen::{Focus, Panel, Screen};
use crate::app::screens::export::form::ExportRow;
use crate::app::screens::form::Setup;
use crate::app::screens::history::browse::Browse;
use crate::app::screens::history::columns::Columns;
use crate::app::screens::reading::Topic;
use crate::app::screens::teaching::Teaching;
use crate::app::screens::timeline::{Rows, TimelineView};
use crate::app::{App, Notice, Shown, command};

use crate::domain::history::{Entry, History};
use crate::domain::machine::{Limits, Machine};
use crate::present::sentence;

impl App {
    /// Where it runs.
    pub fn machine(&self) -> &Machine {
        &self.machine
    }

    /// Where the run that is shown was measured; this machine where none is shown or it is on.
    pub fn machine_shown(&self) -> &Machine {
        let entry = match (self.shown(), &self.playback) {
            (Some(Shown::Entry(entry)), _) => Some(entry),
            (_, Some(playback)) => self.history.get(playback.number),
            _ => None,
        };
        entry.map_or(&self.machine, |entry| &entry.provenance.machine)
    }

    /// Where and when the run that is shown was recorded, from many words to few; `None` unless it is of a shared file.
    pub fn recorded_on(&self) -> Option<[String; 3]> {
        let played = self.playback.as_ref().map(|playback| playback.number);
        sentence::origin::recorded_on(self.history.get(played.or(self.browse.selected())?)?)
    }

    /// How many workers are allowed.
    pub fn limits(&self) -> &Limits {
        &self.setup.limits
    }

    /// The form.
    pub fn setup(&self) -> &Setup {
        &self.setup
    }

    /// What is going on.
    pub fn activity(&self) -> &Activity {
        &self.activity
    }

    /// The run that is on.
    pub fn live(&self) -> Option<&Live> {
        match &self.activity {
            Activity::Running(live) => Some(live),
            _ => None,
        }
    }

    /// Whether a run is on: batches come, and the next conclusion is awaited.
    pub fn is_running(&self) -> bool {
        self.live().is_some()
    }

    /// Whether something is on that a new run would disturb.
    pub fn is_busy(&self) -> bool {
        !matches!(self.activity, Activity::Nothing)
    }

    /// The runs of this session.
    pub fn history(&self) -> &History {
        &self.history
    }

    /// Chosen and marked rows of the history.
    pub fn browse(&self) -> &Browse {
        &self.browse
    }

    /// The columns of the history.
    pub fn columns(&self) -> &Columns {
        &self.columns
    }

    /// The stretch of time and the worker in view.
    pub fn timeline(&self) -> &TimelineView {
        &self.timeline
    }

    /// What lies over the panels.
    pub fn overlay(&self) -> Option<&Overlay> {
        self.overlay.as_ref()
    }

    /// Something to tell.
    pub fn notice(&self) -> Option<&Notice> {
        self.notice.as_ref()
    }

    /// The sentence that is read first.
    pub fn headline(&self) -> &str {
        &self.headline
    }

    /// Where files go unless they say otherwise.
    pub fn directory(&self) -> Option<&str> {
        self.directory.as_deref()
    }

    /// How many columns and rows there are.
    pub fn size(&self) -> (u16, u16) {
        self.size
    }

    /// How much room there is.
    pub fn screen(&self) -> Screen {
        match Screen::of(self.size.0, self.size.1) {
            Screen::Small | Screen::Wide if self.teaching.is_on => Screen::Teaching,
            screen => screen,
        }
    }

    /// The teaching layout, and the keys that were pressed last.
    pub fn teaching(&self) -> &Teaching {
        &self.teaching
    }

    /// Where the user is: on a small screen the panels that it lacks count as the timeline.
    pub fn focus(&self) -> Focus {
        let mut focus = self.focus;
        if !self.screen().panels().contains(&focus.panel) {
            focus.panel = Panel::Timeline;
        }
        focus
    }

    /// The run that the panels are about; `None` before the first.
    pub fn shown(&self) -> Option<Shown<'_>> {
        if let Some(frozen) = self.frozen() {
            return Some(Shown::Live(frozen));
        }
        if let Some(played) = self.played() {
            return Some(Shown::Live(played));
        }
        let chosen = self.browse.selected();
        let entry = chosen.and_then(|number| self.run_at(number));
        entry
            .map(Shown::Entry)
            .or_else(|| self.live().map(Shown::Live))
    }

    /// The run in this row of the history; for a sweep the one that stands for it.
    pub(crate) fn run_at(&self, number: usize) -> Option<&Entry> {
        let run = self.history.get(number);
        run.or_else(|| self.history.standing_for(number))
    }

    /// The run that the panels are about, if there is a picture of it.
    pub fn pictured(&self) -> Option<Shown<'_>> {
        self.shown()
            .filter(|shown| shown.missing_picture().is_none())
    }

    /// What `i` explains here: what lies over the panels, else the chart or the focused panel. `None` for texts about the
    /// program.
    pub(crate) fn topic(&self) -> Option<Topic> {
        let topic = match (&self.overlay, &self.chart, self.focus().panel) {
            (Some(Overlay::Form), ..) | (None, None, Panel::Setup) => Topic::Plan,
            (Some(Overlay::Details { .. }), ..) => Topic::Details,
            (Some(Overlay::Comparison { .. }), ..) => Topic::Comparison,
            (Some(Overlay::SweepForm), ..) => Topic::SweepForm,
            (Some(Overlay::Point { .. }), ..) | (None, Some(_), _) => Topic::Sweep,
            (Some(_), ..) => return None,
            (None, None, Panel::Timeline) => Topic::Timeline,
            (None, None, Panel::Cores) => Topic::Cores,
            (None, None, Panel::Curves) => Topic::Curves,
            (None, None, Panel::History) => Topic::History,
        };
        Some(topic)
    }

    /// The contexts that hold, innermost first.
    pub fn contexts(&self) -> &'static [Context] {
        use Context::{
            Always, Columns, Common, Comparison, Editing, Filtering, Form, History, Naming, Panels,
            Reading, Sweep, SweepForm, SweepTyping, Timeline, Typing,
        };
        if self.naming.is_some() {
            return &[Naming, Typing, Always];
        }
        if self.is_filtering() {
            return &[Filtering, Typing, Always];
        }
        if self.setup.typed().is_some() {
            return &[Editing, Always];
        }
        if self.overlay == Some(Overlay::SweepForm) {
            let is_typing = self.sweep_form().typed().is_some();
            return if is_typing {
                &[SweepTyping, Typing, Always]
            } else {
                &[SweepForm, Common, Always]
            };
        }
        if self.overlay.is_none() && self.chart().is_some() {
            return &[Sweep, Common, Always];
        }
        if self.overlay.is_none() && self.playback.is_some() {
            return &[Context::Playback, Panels, Common, Always];
        }
        match (&self.overlay, self.focus().panel) {
            (Some(Overlay::Form), _) | (None, Panel::Setup) => &[Form, Panels, Common, Always],
            (Some(Overlay::Columns), _) => &[Columns, Common, Always],
            (Some(Overlay::Pythons { .. }), _) => &[Context::Pythons, Common, Always],
            (Some(Overlay::Export(form)), _) if form.row == ExportRow::File => {
                &[Context::ExportFile, Typing, Always]
            }
            (Some(Overlay::Export(_)), _) => &[Context::Export, Common, Always],
            (Some(Overlay::Comparison { .. }), _) => &[Comparison, Reading, Common, Always],
            (Some(_), _) => &[Reading, Common, Always],
            (None, Panel::Timeline) => &[Timeline, Panels, Common, Always],
            (None, Panel::History) => &[History, Panels, Common, Always],
            (None, Panel::Cores | Panel::Curves) => &[Panels, Common, Always],
        }
    }

    pub(crate) fn has_measured(&self) -> bool {
        !self.history.entries().is_empty()
    }

    pub(crate) fn has_chosen(&self) -> bool {
        self.browse.selected().is_some()
    }

    /// The chosen row of the history, if it is a run's.
    pub(crate) fn chosen_run(&self) -> Option<&Entry> {
        self.history.get(self.browse.selected()?)
    }

    /// Whether the panels are in reach, and another one than the form is focused.
    pub(crate) fn is_beside_form(&self) -> bool {
        self.overlay.is_none() && self.focus().panel != Panel::Setup
    }

    pub(crate) fn has_picture(&self) -> bool {
        self.pictured().is_some()
    }

    pub(crate) fn has_begun(&self) -> bool {
        self.pictured().is_some_and(|shown| shown.trace().now() > 0)
    }

    pub(crate) fn is_zoomed(&self) -> bool {
        self.timeline.is_zoomed() && self.has_picture()
    }

    pub(crate) fn is_comparison_zoomed(&self) -> bool {
        matches!(
            self.overlay,
            Some(Overlay::Comparison { zoom: Some(_), .. })
        )
    }

    pub(crate) fn shows_workers(&self) -> bool {
        self.has_picture() && self.timeline.rows() == Rows::Workers
    }

    pub(crate) fn can_stop(&self) -> bool {
        self.is_busy() && self.live().is_none_or(|live| !live.stopping)
    }

    pub(crate) fn can_freeze(&self) -> bool {
        self.frozen().is_some() || (self.is_running() && !self.has_chosen())
    }

    pub(crate) fn can_explain(&self) -> bool {
        self.topic().is_some() || matches!(self.overlay, Some(Overlay::Explanation { .. }))
    }

    pub(crate) fn is_free(&self) -> bool {
        !self.is_busy()
    }

    /// The keys that do something here and now, the most useful first.
    pub fn keys_here(&self) -> Vec<&'static Binding> {
        let contexts = self.contexts();
        let known = KEYS
            .iter()
            .filter(|keys| contexts.contains(&keys.context))
            .flat_map(|keys| &keys.bindings);
        let is_first = |binding: &Binding| {
            let found = command::lookup(binding.keys[0], contexts);
            found.is_some_and(|(_, first)| std::ptr::eq(first, binding))
        };
        let mut here: Vec<&Binding> = known
            .filter(|binding| binding.priority > 0 && (binding.when)(self) && is_first(binding))
            .collect();
        here.sort_by_key(|binding| binding.priority);
        here
    }
}
