//! What each command does.

use super::App;
use super::command::Command;
use super::key::Key;
use super::live::{Activity, Goal, Live, Request};
use super::message::Effect;
use super::overlay::{Overlay, Scroll};
use super::screen::{Focus, Panel, Screen};
use super::timeline::TimelineView;

use crate::domain::campaign::{Campaign, Step};
use crate::domain::experiment::Experiment;
use crate::domain::plan::{Invalid, Plan};
use crate::domain::record::Record;
use crate::domain::verdict;

/// How far Page Up and Page Down go.
const PAGE: isize = 10;
/// Farther than anything is long: to the first or the last.
const FAR: isize = 1 << 24;

impl App {
    /// Does what a key asked for.
    pub(super) fn perform(&mut self, command: Command, key: Key) -> Vec<Effect> {
        match command {
            Command::Run => return self.request(Request { draft: self.setup.draft(), goal: Goal::Run }),
            Command::MeasureBaseline => return self.measure_baseline(),
            Command::Experiment => return self.experiment(key),
            Command::Stop => return self.stop(),
            Command::Quit => return vec![Effect::Quit],
            Command::Redraw => return vec![Effect::Redraw],
            Command::Suspend => return vec![Effect::Suspend],
            Command::ToggleMouse => return self.toggle_mouse(),
            Command::NextTheme => self.next_theme(),
            Command::Mark => self.browse.toggle_mark(),
            Command::Compare => self.open_comparison(),
            Command::Details => self.open_details(),
            Command::Help => self.toggle_help(),
            Command::OpenForm => self.open_form(),
            Command::Close => self.close(),
            Command::Expand => self.focus = Focus { expanded: !self.focus.expanded, ..self.focus() },
            Command::NextPanel => self.next_panel(1),
            Command::PreviousPanel => self.next_panel(-1),
            Command::Up => self.move_by(-1),
            Command::Down => self.move_by(1),
            Command::PageUp => self.move_by(-PAGE),
            Command::PageDown => self.move_by(PAGE),
            Command::First => self.move_by(-FAR),
            Command::Last => self.move_by(FAR),
            Command::ZoomIn | Command::ZoomOut | Command::ZoomFit | Command::PanLeft | Command::PanRight => {
                self.look(command);
            }
            Command::Decrease => self.setup.change(false, &self.limits),
            Command::Increase => self.setup.change(true, &self.limits),
            Command::Edit => self.setup.edit(&self.limits),
            Command::Accept => self.setup.accept(&self.limits),
            Command::Abandon => self.setup.abandon(),
            Command::Erase => self.setup.erase(),
            Command::Type => {
                if let Key::Char(digit) = key {
                    self.setup.type_digit(digit);
                }
            }
        }
        vec![]
    }

    /// Turns a draft into a campaign, after measuring the machine's speed if it needs that.
    pub(super) fn request(&mut self, request: Request) -> Vec<Effect> {
        if self.calibrating {
            // Measuring cannot be stopped; the run begins when it is done.
            self.activity = Activity::Calibrating(request);
            return vec![];
        }
        let mut draft = request.draft.clone();
        if draft.needs_calibration() {
            if let Err(invalid) = draft.check(&self.limits) {
                self.refuse(invalid);
                return vec![];
            }
            let Some(speed) = &self.speed else {
                self.activity = Activity::Calibrating(request);
                self.calibrating = true;
                return vec![Effect::Calibrate];
            };
            draft = draft.calibrated(speed);
        }
        let repeats = u32::try_from(draft.repeats).unwrap_or(u32::MAX);
        match (draft.validate(&self.limits), request.goal) {
            (Err(invalid), _) => {
                self.refuse(invalid);
                vec![]
            }
            (Ok(plan), Goal::Run) => self.begin(Campaign::repeats(plan, repeats), None),
            (Ok(plan), Goal::Baseline) => self.begin(Campaign::repeats(plan.as_serial(), 1), None),
            (Ok(plan), Goal::Answer(experiment)) => self.begin(Campaign::pair(plan), Some(experiment)),
        }
    }

    fn refuse(&mut self, invalid: Invalid) {
        self.setup.refuse(invalid);
        self.open_form();
    }

    fn measure_baseline(&mut self) -> Vec<Effect> {
        match self.baseline_goal().map(Plan::as_serial) {
            Some(serial) => self.begin(Campaign::repeats(serial, 1), None),
            None => self.request(Request { draft: self.setup.draft(), goal: Goal::Baseline }),
        }
    }

    fn experiment(&mut self, key: Key) -> Vec<Effect> {
        let Key::Char(key) = key else { return vec![] };
        let Some(experiment) = Experiment::by_key(key) else { return vec![] };
        let draft = experiment.draft(self.machine.cores_usable);
        self.setup.set_draft(draft.clone());
        self.request(Request { draft, goal: Goal::Answer(experiment) })
    }

    fn begin(&mut self, campaign: Campaign, experiment: Option<&'static Experiment>) -> Vec<Effect> {
        self.notice = None;
        self.setup.dismiss();
        if self.overlay == Some(Overlay::Form) {
            self.overlay = None;
        }
        self.advance(campaign, experiment, true)
    }

    /// Starts the campaign's next run, if there is one. Whoever watched the one before, watches it; whoever looks at
    /// another row keeps on doing so.
    pub(super) fn advance(
        &mut self,
        mut campaign: Campaign,
        experiment: Option<&'static Experiment>,
        watched: bool,
    ) -> Vec<Effect> {
        if watched {
            self.timeline = TimelineView::default();
        }
        let records: Vec<&Record> = self.history.entries().iter().map(|entry| &entry.record).collect();
        let Step::Run(plan) = campaign.next(&records) else {
            return vec![];
        };
        if watched {
            self.browse.select(None);
        }
        self.activity = Activity::Running(Box::new(Live::new(plan.clone(), campaign, experiment)));
        vec![Effect::Start(plan)]
    }

    fn stop(&mut self) -> Vec<Effect> {
        match &mut self.activity {
            Activity::Running(live) => {
                live.stopping = true;
                vec![Effect::Stop]
            }
            Activity::Calibrating(_) => {
                self.activity = Activity::Nothing;
                vec![]
            }
            Activity::Nothing => vec![],
        }
    }

    fn open_form(&mut self) {
        if self.screen() == Screen::Wide {
            self.focus = Focus { panel: Panel::Setup, expanded: false };
            self.overlay = None;
        } else {
            self.overlay = Some(Overlay::Form);
        }
    }

    fn toggle_help(&mut self) {
        self.overlay = match self.overlay {
            Some(Overlay::Help(_)) => None,
            _ => Some(Overlay::Help(Scroll::default())),
        };
    }

    fn open_details(&mut self) {
        if let Some(number) = self.browse.selected() {
            self.overlay = Some(Overlay::Details { number, scroll: Scroll::default() });
        }
    }

    fn open_comparison(&mut self) {
        let numbers = self.browse.compared(&self.history);
        let records: Vec<(usize, &Record)> =
            numbers.iter().filter_map(|number| Some((*number, &self.history.get(*number)?.record))).collect();
        let sentence = verdict::compared(&records);
        self.overlay = Some(Overlay::Comparison { numbers, sentence, scroll: Scroll::default() });
    }

    /// Takes away what is on top, one thing at a time.
    fn close(&mut self) {
        if self.overlay.take().is_some() {
            return;
        }
        if self.focus.expanded {
            self.focus.expanded = false;
            return;
        }
        if self.setup.dismiss() || self.notice.take().is_some() {
            return;
        }
        if self.is_running() {
            self.choose(None);
        }
    }

    fn next_panel(&mut self, by: isize) {
        let panels = self.screen().panels();
        let here = self.focus();
        let at = panels.iter().position(|panel| *panel == here.panel).unwrap_or(0);
        let next = (at.cast_signed() + by).rem_euclid(panels.len().cast_signed());
        let panel = panels[next.unsigned_abs()];
        // The form has no expanded shape.
        self.focus = Focus { panel, expanded: here.expanded && panel != Panel::Setup };
    }

    fn move_by(&mut self, by: isize) {
        let most = self.most_hidden_rows();
        if let Some(scroll) = self.overlay.as_mut().and_then(Overlay::scroll_mut) {
            scroll.by(by, most);
            return;
        }
        if self.overlay.is_some() || self.focus().panel == Panel::Setup {
            self.setup.step_row(by);
        } else if self.focus().panel == Panel::History {
            self.step_history(by);
        } else if let Some(lanes) = self.shown().map(|shown| shown.trace().lanes().len()) {
            self.timeline.move_lane(by, lanes);
        }
    }

    /// Chooses the run so many rows below.
    pub(super) fn step_history(&mut self, by: isize) {
        let mut browse = self.browse.clone();
        browse.step(by, self.history.entries().len(), self.is_running());
        self.choose(browse.selected());
    }

    /// Shows another run, from its first worker and whole.
    pub(super) fn choose(&mut self, row: Option<usize>) {
        if self.browse.selected() != row {
            self.browse.select(row);
            self.timeline = TimelineView::default();
        }
    }

    fn look(&mut self, command: Command) {
        let mut view = self.timeline;
        if let Some(shown) = self.shown() {
            let trace = shown.trace();
            match command {
                Command::ZoomIn => view.zoom_in(trace),
                Command::ZoomOut => view.zoom_out(trace),
                Command::ZoomFit => view.fit(),
                Command::PanLeft => view.pan(false, trace),
                _ => view.pan(true, trace),
            }
        }
        self.timeline = view;
    }
}
