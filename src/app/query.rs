//! What the screen and the shell may ask the explorer.

use crate::{
    app::{
        App, Notice, Shown,
        keys::{Keys, everywhere, texts},
        live::{Activity, Live},
        screen::{Focus, Panel, Screen},
        screens::{
            Overlay, form,
            form::Setup,
            history,
            history::{
                browse::Browse,
                columns::{Columns, Row},
            },
            questions,
            reading::{Subject, Topic},
            sweep,
            teaching::Teaching,
            timeline,
            timeline::{Rows, TimelineView},
        },
    },
    domain::{
        history::{Entry, History},
        machine::{Limits, Machine},
    },
    present::sentence,
};

impl App {
    /// Where it runs.
    pub fn machine(&self) -> &Machine {
        &self.settings.machine
    }

    /// Where the run that is shown was measured; this machine where none is shown or it is on.
    pub fn machine_shown(&self) -> &Machine {
        let entry = match (self.shown(), &self.timeline.playback) {
            (Some(Shown::Entry(entry)), _) => Some(entry),
            (_, Some(playback)) => self.history.get(playback.number),
            _ => None,
        };
        entry.map_or(&self.settings.machine, |entry| &entry.provenance.machine)
    }

    /// Where and when the run that is shown was recorded, from many words to few; `None` unless it is of a shared file.
    pub fn recorded_on(&self) -> Option<[String; 3]> {
        let played = self
            .timeline
            .playback
            .as_ref()
            .map(|playback| playback.number);
        sentence::origin::recorded_on(self.history.get(played.or(self.runs.browse.selected())?)?)
    }

    /// How many workers are allowed.
    pub fn limits(&self) -> &Limits {
        &self.form.limits
    }

    /// The form.
    pub fn setup(&self) -> &Setup {
        &self.form
    }

    /// What is going on.
    pub fn activity(&self) -> &Activity {
        &self.work.activity
    }

    /// The run that is on.
    pub fn live(&self) -> Option<&Live> {
        match &self.work.activity {
            Activity::Running(live) => Some(live),
            _ => None,
        }
    }

    /// The run that is on as a row of the history, below all others.
    pub fn live_row(&self) -> Option<Row<'_>> {
        Some(Row::Live(self.live()?, self.history.next_number()))
    }

    /// Whether a run is on: batches come, and the next conclusion is awaited.
    pub fn is_running(&self) -> bool {
        self.live().is_some()
    }

    /// Whether something is on that a new run would disturb.
    pub fn is_busy(&self) -> bool {
        !matches!(self.work.activity, Activity::Nothing)
    }

    /// The runs of this session.
    pub fn history(&self) -> &History {
        &self.history
    }

    /// Chosen and marked rows of the history.
    pub fn browse(&self) -> &Browse {
        &self.runs.browse
    }

    /// The columns of the history.
    pub fn columns(&self) -> &Columns {
        &self.runs.columns
    }

    /// The stretch of time and the worker in view.
    pub fn timeline(&self) -> &TimelineView {
        &self.timeline.view
    }

    /// What lies over the panels.
    pub fn overlay(&self) -> Option<&Overlay> {
        self.open.overlays.last()
    }

    /// Something to tell.
    pub fn notice(&self) -> Option<&Notice> {
        self.out.notice.as_ref()
    }

    /// The sentence that is read first.
    pub fn headline(&self) -> &str {
        &self.out.headline
    }

    /// Where files go unless they say otherwise.
    pub fn directory(&self) -> Option<&str> {
        self.settings.directory.as_deref()
    }

    /// How many columns and rows there are.
    pub fn size(&self) -> (u16, u16) {
        self.settings.size
    }

    /// The columns and rows of all but a notice, which has a row of its own.
    pub fn room(&self) -> (u16, u16) {
        let (columns, rows) = self.settings.size;
        let notice = u16::from(self.out.notice.is_some());
        (columns, rows.saturating_sub(notice))
    }

    /// How much room there is.
    pub fn screen(&self) -> Screen {
        match Screen::of(self.settings.size.0, self.settings.size.1) {
            Screen::Small | Screen::Wide if self.settings.teaching.is_on => Screen::Teaching,
            screen => screen,
        }
    }

    /// The teaching layout, and the keys that were pressed last.
    pub fn teaching(&self) -> &Teaching {
        &self.settings.teaching
    }

    /// Where the user is: on a small screen the panels that it lacks count as the timeline.
    pub fn focus(&self) -> Focus {
        let mut focus = self.open.focus;
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
        let chosen = self.runs.browse.selected();
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
        if let Some(overlay) = self.overlay() {
            return overlay.screen().topic();
        }
        Some(match self.focus().panel {
            _ if self.open.chart.is_some() => Topic::SWEEP,
            Panel::Setup => Topic::FORM,
            Panel::Timeline => Topic::TIMELINE,
            Panel::Cores => Topic::CORES,
            Panel::Curves => Topic::CURVES,
            Panel::History => Topic::HISTORY,
        })
    }

    /// The keys that work here and now, innermost first.
    pub fn keys(&self) -> Vec<&'static Keys> {
        let mut here = self.own_keys();
        if !here.iter().any(|keys| keys.takes_text) {
            here.push(&everywhere::COMMON);
        }
        here.push(&everywhere::ALWAYS);
        here
    }

    fn own_keys(&self) -> Vec<&'static Keys> {
        if self.runs.naming.is_some() {
            return vec![&history::keys::NAME, &texts::TYPING];
        }
        if self.is_filtering() {
            return vec![&history::keys::FILTER, &texts::TYPING];
        }
        if self.form.typed().is_some() {
            return vec![&form::keys::NUMBER];
        }
        if let Some(overlay) = self.overlay() {
            return overlay.screen().keys(self);
        }
        if self.open.chart.is_some() {
            return vec![&sweep::keys::SWEEP];
        }
        let panel: Option<&'static Keys> = match self.focus().panel {
            _ if self.timeline.playback.is_some() => Some(&timeline::keys::PLAYBACK),
            Panel::Setup => Some(&form::keys::FORM),
            Panel::Timeline if self.question().is_some() => Some(&questions::keys::QUESTIONS),
            Panel::Timeline => Some(&timeline::keys::TIMELINE),
            Panel::History => Some(&history::keys::HISTORY),
            Panel::Cores | Panel::Curves => None,
        };
        let panels: &'static Keys = &everywhere::PANELS;
        panel.into_iter().chain([panels]).collect()
    }

    /// Shows a screen over the panels, instead of what lay there.
    pub(crate) fn show(&mut self, overlay: Overlay) {
        self.open.overlays = vec![overlay];
    }

    /// Brings what lies over the panels up to date. It is never done while drawing: whoever reads during a run shall not
    /// disturb what is measured.
    pub(crate) fn compose_overlay(&mut self, is_news: bool) {
        if let Some(mut overlay) = self.open.overlays.pop() {
            overlay.screen_mut().compose(self, is_news);
            self.open.overlays.push(overlay);
        }
    }

    pub(crate) fn has_measured(&self) -> bool {
        !self.history.entries().is_empty()
    }

    pub(crate) fn has_chosen(&self) -> bool {
        self.runs.browse.selected().is_some()
    }

    /// The chosen row of the history, if it is a run's.
    pub(crate) fn chosen_run(&self) -> Option<&Entry> {
        self.history.get(self.runs.browse.selected()?)
    }

    /// Whether keys act on the form, wherever it is.
    pub(crate) fn is_in_form(&self) -> bool {
        self.focus().panel == Panel::Setup || matches!(self.overlay(), Some(Overlay::Form(_)))
    }

    /// Whether the panels are in reach, and another one than the form is focused.
    pub(crate) fn is_beside_form(&self) -> bool {
        self.open.overlays.is_empty() && self.focus().panel != Panel::Setup
    }

    pub(crate) fn has_picture(&self) -> bool {
        self.pictured().is_some()
    }

    pub(crate) fn has_begun(&self) -> bool {
        self.pictured().is_some_and(|shown| shown.trace().now > 0)
    }

    pub(crate) fn is_zoomed(&self) -> bool {
        self.timeline.view.zoom.is_some() && self.has_picture()
    }

    pub(crate) fn is_comparison_zoomed(&self) -> bool {
        matches!(self.overlay(), Some(Overlay::Comparison(comparing)) if comparing.zoom.is_some())
    }

    pub(crate) fn shows_workers(&self) -> bool {
        self.has_picture() && self.timeline.view.rows == Rows::Workers
    }

    pub(crate) fn can_stop(&self) -> bool {
        self.is_busy() && self.live().is_none_or(|live| !live.stopping)
    }

    pub(crate) fn can_freeze(&self) -> bool {
        self.frozen().is_some() || (self.is_running() && !self.has_chosen())
    }

    pub(crate) fn can_explain(&self) -> bool {
        self.topic().is_some() || self.is_explaining()
    }

    pub(crate) fn is_free(&self) -> bool {
        !self.is_busy()
    }

    fn is_explaining(&self) -> bool {
        matches!(
            self.overlay(),
            Some(Overlay::Reading(reading)) if matches!(reading.subject, Subject::Explanation(_))
        )
    }
}
