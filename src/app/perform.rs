//! What each command does.

use super::browse;
use super::columns::NUMBER;
use super::command::Command;
use super::comparison;
use super::key::Key;
use super::live::{Activity, Goal, Live, Request};
use super::message::Effect;
use super::overlay::{Overlay, Scroll};
use super::screen::{Focus, Panel, Screen};
use super::{App, Notice};
use crate::domain::plan::Field;

use crate::catalog::experiment::Experiment;
use crate::domain::campaign::{self, Campaign};
use crate::domain::history::{Entry, SweepEntry};
use crate::domain::plan::{Invalid, Plan};
use crate::domain::provenance::Origin;
use crate::domain::record::{Record, RunOrder};
use crate::domain::trace::Step;

/// How far Page Up and Page Down go.
const PAGE: isize = 10;
/// Farther than anything is long: to the first or the last.
const FAR: isize = 1 << 24;

impl App {
    /// Does what a key asked for.
    pub(super) fn perform(&mut self, command: Command, key: Key) -> Vec<Effect> {
        match command {
            Command::Run => {
                return self.request(Request {
                    draft: self.setup.draft(),
                    goal: Goal::Run,
                });
            }
            Command::MeasureBaseline => return self.measure_baseline(),
            Command::Experiment | Command::RealExperiment => return self.experiment(key),
            Command::Stop => return self.stop(),
            Command::Quit => return vec![Effect::Quit],
            Command::Redraw => return vec![Effect::Redraw],
            Command::Suspend => return vec![Effect::Suspend],
            Command::ToggleMouse => return self.toggle_mouse(),
            Command::NextTheme => self.next_theme(),
            Command::TakePython => self.take_python(),
            Command::Sweep => return self.open_sweep_form(),
            Command::StartSweep => return self.start_sweep(),
            Command::BeginTyping => self.sweep_form.begin_typing(key),
            Command::FewerWorkers => self.with_chart(|chart, entry| chart.step_count(-1, entry)),
            Command::MoreWorkers => self.with_chart(|chart, entry| chart.step_count(1, entry)),
            Command::PreviousSeries => {
                self.with_chart(|chart, entry| chart.step_executor(-1, entry))
            }
            Command::NextSeries => self.with_chart(|chart, entry| chart.step_executor(1, entry)),
            Command::TurnUnit => self.with_chart(|chart, _| chart.toggle_measure()),
            Command::ShowFits => self.with_chart(|chart, _| chart.toggle_fits()),
            Command::PointDetails => self.open_point(),
            Command::Mark if self.chart.is_some() => self.mark_point(),
            Command::Mark => self.browse.toggle_mark(),
            Command::Compare => self.open_comparison(),
            Command::MakeBaseline => self.make_baseline(),
            Command::Export => self.open_export(),
            Command::WriteFile => return self.write_file(false),
            Command::WriteOver => return self.write_file(true),
            Command::NextScope => self.turn_export(1),
            Command::PreviousScope => self.turn_export(-1),
            Command::NextReference => self.next_reference(),
            Command::ChooseColumns => self.overlay = Some(Overlay::Columns),
            Command::ToggleColumn => {
                self.columns.toggle();
                self.rearrange();
            }
            Command::SortByColumn => {
                self.columns.sort_here();
                self.arrange_rows();
            }
            Command::ShowEarlier => self.toggle_earlier(),
            Command::Filter => self.begin_filter(),
            Command::KeepFilter => self.keep_filter(),
            Command::ClearFilter => self.clear_filter(),
            Command::Name => self.begin_name(),
            Command::AcceptName => return self.accept_name(),
            Command::AbandonName => self.abandon_name(),
            Command::Remove => return self.remove_runs(),
            Command::Restore => return self.restore_runs(),
            Command::TypeText => self.type_text(key),
            Command::Details => self.open_details(),
            Command::Help => self.toggle_help(),
            Command::Explain => self.toggle_explanation(),
            Command::Teach => self.toggle_teaching(),
            Command::OpenForm => self.open_form(),
            Command::Close => self.close(),
            Command::Expand => {
                self.focus = Focus {
                    expanded: !self.focus.expanded,
                    ..self.focus()
                }
            }
            Command::NextPanel => self.next_panel(1),
            Command::PreviousPanel => self.next_panel(-1),
            Command::Up => self.move_by(-1),
            Command::Down => self.move_by(1),
            Command::PageUp => self.move_by(-PAGE),
            Command::PageDown => self.move_by(PAGE),
            Command::First => self.move_by(-FAR),
            Command::Last => self.move_by(FAR),
            Command::ZoomIn
            | Command::ZoomOut
            | Command::ZoomFit
            | Command::PanLeft
            | Command::PanRight
            | Command::Earlier
            | Command::Later
            | Command::Begin
            | Command::End => self.look(command),
            Command::ZoomToSlice => self.zoom_to_slice(),
            Command::NextSlice => self.step_slice(Step::Next),
            Command::PreviousSlice => self.step_slice(Step::Previous),
            Command::NextTask => self.step_task(Step::Next),
            Command::PreviousTask => self.step_task(Step::Previous),
            Command::NextFailure => self.step_failure(Step::Next),
            Command::PreviousFailure => self.step_failure(Step::Previous),
            Command::TurnView => self.turn_view(),
            Command::Freeze => self.toggle_freeze(),
            Command::Decrease if self.overlay == Some(Overlay::SweepForm) => {
                self.sweep_form.change(false)
            }
            Command::Increase if self.overlay == Some(Overlay::SweepForm) => {
                self.sweep_form.change(true)
            }
            Command::Accept if self.overlay == Some(Overlay::SweepForm) => self.sweep_form.accept(),
            Command::Abandon if self.overlay == Some(Overlay::SweepForm) => {
                self.sweep_form.abandon()
            }
            Command::Play => self.play(),
            Command::Pause => self.pause(),
            Command::PlayBack => self.scrub(false, false),
            Command::PlayOn => self.scrub(true, false),
            Command::PlayFromBegin => self.scrub(false, true),
            Command::PlayToEnd => self.scrub(true, true),
            Command::Slower => self.change_speed(false),
            Command::Faster => self.change_speed(true),
            Command::EndPlayback => self.end_playback(),
            Command::Decrease => self.setup.change(false, &self.limits),
            Command::Increase => self.setup.change(true, &self.limits),
            Command::OneLess => self.setup.change_by_one(false, &self.limits),
            Command::OneMore => self.setup.change_by_one(true, &self.limits),
            Command::Edit if self.setup.row() == Field::Python => self.open_pythons(),
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
        let Request { mut draft, goal } = request;
        if draft.model.is_python()
            && draft.needs_calibration()
            && let Some(speed) = self.setup.python_speed()
        {
            draft = draft.calibrated(&speed);
        }
        if draft.needs_calibration() {
            if let Err(invalid) = draft.check(&self.limits) {
                self.refuse(invalid);
                return vec![];
            }
            let Some(speed) = &self.speed else {
                self.activity = Activity::Calibrating(Request { draft, goal });
                self.calibrating = true;
                return vec![Effect::Calibrate];
            };
            draft = draft.calibrated(speed);
        }
        let repeats = u32::try_from(draft.repeats).unwrap_or(u32::MAX);
        if let Goal::Sweep(sweep) = goal {
            return self.begin_sweep(*sweep);
        }
        match (draft.validate(&self.limits), goal) {
            (Err(invalid), _) => {
                self.refuse(invalid);
                vec![]
            }
            (Ok(plan), Goal::Run | Goal::Sweep(_)) => {
                let id = (repeats > 1).then(|| self.next_campaign_id());
                self.begin(Campaign::repeats(plan, repeats), None, id)
            }
            (Ok(plan), Goal::Baseline) => self.begin_baseline(&plan),
            (Ok(plan), Goal::Answer(experiment)) => {
                self.begin(Campaign::pair(plan), Some(experiment), None)
            }
        }
    }

    fn refuse(&mut self, invalid: Invalid) {
        self.setup.refuse(invalid);
        self.open_form();
    }

    fn measure_baseline(&mut self) -> Vec<Effect> {
        match self.baseline_goal().cloned() {
            Some(work) => self.begin_baseline(&work),
            None => self.request(Request {
                draft: self.setup.draft(),
                goal: Goal::Baseline,
            }),
        }
    }

    /// Whoever measures a baseline wants it to be one, whatever was chosen before: once it is there.
    fn begin_baseline(&mut self, work: &Plan) -> Vec<Effect> {
        let effects = self.begin(Campaign::repeats(work.as_serial(), 1), None, None);
        if let Activity::Running(live) = &mut self.activity {
            live.is_baseline = true;
        }
        effects
    }

    /// Measures all runs of the chosen one's work against it, or against the default again.
    fn make_baseline(&mut self) {
        let Some(number) = self.browse.selected() else {
            return;
        };
        let refused = self.history.choose_baseline(number).err();
        self.notice = refused.map(|sentence| Notice {
            sentence,
            is_error: true,
        });
        self.rearrange();
    }

    /// Measures the compared runs, and with them all of their work, against the next of them.
    fn next_reference(&mut self) {
        let Some(Overlay::Comparison { numbers, .. }) = &self.overlay else {
            return;
        };
        let Some(number) = comparison::next_reference(&self.history, numbers) else {
            self.tell("these runs cannot be measured against each other");
            return;
        };
        match self.history.measure_against(number) {
            Ok(()) => self.tell(format!(
                "#{number} is the baseline of its work now, also in the history: b there takes that back"
            )),
            Err(sentence) => self.notice = Some(Notice { sentence, is_error: true }),
        }
        self.rearrange();
    }

    /// The history changed, or which sessions of it are shown.
    pub(super) fn rearrange(&mut self) {
        let shows_earlier = self.browse.shows_earlier();
        let entries = self.history.lone_entries();
        let sweeps = self.history.sweeps();
        let earlier = sweeps.iter().filter(|sweep| sweep.is_earlier()).count();
        self.browse
            .count_earlier(entries.clone().filter(|entry| entry.is_earlier()).count() + earlier);
        let entries: Vec<&Entry> = entries
            .filter(|entry| shows_earlier || !entry.is_earlier())
            .collect();
        let sweeps: Vec<&SweepEntry> = sweeps
            .iter()
            .filter(|sweep| shows_earlier || !sweep.is_earlier())
            .collect();
        self.columns.measure(&entries, &sweeps);
        self.index_for_filter();
        self.arrange_rows();
    }

    /// The filter changed, or the order of the rows.
    pub(super) fn arrange_rows(&mut self) {
        let numbers = self.in_view();
        let entries: Vec<&Entry> = numbers
            .iter()
            .filter_map(|number| self.history.get(*number))
            .collect();
        let sweeps: Vec<&SweepEntry> = numbers
            .iter()
            .filter_map(|number| self.history.sweep(*number))
            .collect();
        let best = sweeps
            .iter()
            .filter_map(|sweep| Some(sweep.best()?.speedup?.value));
        let most = entries
            .iter()
            .filter_map(|entry| entry.assessment.speedup)
            .chain(best)
            .fold(1.0, f64::max);
        let order = self
            .columns
            .arrange(entries.into_iter(), sweeps.into_iter());
        let by_number = self.columns.sort().by == NUMBER;
        let run = |number: &usize| {
            self.history
                .get(*number)
                .or_else(|| self.history.standing_for(*number))
        };
        let in_order = order.iter().filter(|_| by_number).map(run);
        let mut sessions = browse::sessions(in_order);
        if self.is_of_one_file(&sessions) {
            sessions.clear();
        }
        self.browse.arrange(order, sessions, most);
        self.choose_what_is_shown();
    }

    /// Whether all runs come from one shared file: every panel says so then, and no heading has to.
    fn is_of_one_file(&self, sessions: &[(usize, usize)]) -> bool {
        let [(_, first)] = sessions else { return false };
        self.history
            .provenance_of(*first)
            .is_some_and(|provenance| provenance.origin == Origin::Recorded)
    }

    /// A run that is no longer shown cannot be the chosen one; if none is shown, it stays, so that panels stay filled.
    pub(super) fn choose_what_is_shown(&mut self) {
        let hidden = self
            .browse
            .selected()
            .filter(|_| self.browse.place().is_none());
        if let Some(nearest) = hidden.and_then(|number| self.browse.nearest(number)) {
            self.choose(Some(nearest));
        }
    }

    fn toggle_earlier(&mut self) {
        self.browse.toggle_earlier();
        self.notice.take_if(|notice| !notice.is_error);
        self.rearrange();
    }

    /// A key goes into the text that is being typed.
    fn type_text(&mut self, key: Key) {
        if self.overlay == Some(Overlay::SweepForm) {
            self.sweep_form.type_key(key);
        } else if self.exporting().is_some() {
            self.type_export(key);
        } else if self.naming.is_some() {
            self.type_name(key);
        } else if self.is_filtering() {
            self.type_filter(key);
        }
    }

    /// A key that is expected to do something, and cannot, says what is missing.
    pub(super) fn say_why_not(&mut self, command: Command) {
        let nothing_measured = self.history.entries().is_empty();
        let sentence = match command {
            Command::Compare | Command::Mark | Command::MakeBaseline | Command::Export
                if nothing_measured =>
            {
                "no run has ended yet: r runs what the form says, 1-4 are experiments"
            }
            Command::RealExperiment if !self.has_python() => {
                "no Python was found here: f, then Model, then Python shows what was tried"
            }
            Command::ShowEarlier => "no run of an earlier session is kept",
            Command::Restore => "nothing was removed that could come back",
            Command::Remove | Command::Name if nothing_measured => {
                "no run has ended yet: r runs what the form says, 1-4 are experiments"
            }
            Command::Remove | Command::Name | Command::Mark | Command::MakeBaseline
                if !self.is_running() =>
            {
                "no run is chosen: Tab goes to the history, ↑↓ choose one there"
            }
            Command::Remove => {
                "this run goes on: x stops it; choose one that has ended in the history"
            }
            Command::Compare => "mark another run with m or measure a baseline with R",
            Command::Mark | Command::MakeBaseline | Command::Name => {
                "this run goes on: choose one that has ended in the history"
            }
            Command::Play if nothing_measured => {
                "no run has ended yet that could be played: r runs what the form says"
            }
            Command::Play => {
                "only a run that is over can be played, when nothing is being measured"
            }
            _ => return,
        };
        self.notice = Some(Notice {
            sentence: sentence.into(),
            is_error: false,
        });
    }

    fn experiment(&mut self, key: Key) -> Vec<Effect> {
        let Key::Char(key) = key else { return vec![] };
        let Some(experiment) = Experiment::by_key(key) else {
            return vec![];
        };
        self.setup
            .set_draft(experiment.draft(self.machine.cores_usable));
        self.request(Request {
            draft: self.setup.draft(),
            goal: Goal::Answer(experiment),
        })
    }

    pub(super) fn begin(
        &mut self,
        campaign: Campaign,
        experiment: Option<&'static Experiment>,
        id: Option<String>,
    ) -> Vec<Effect> {
        self.notice = None;
        self.frozen = None;
        self.setup.dismiss();
        if self.overlay == Some(Overlay::Form) {
            self.overlay = None;
        }
        self.advance(campaign, id, experiment, true)
    }

    /// Starts the campaign's next run, if there is one. Whoever watched the one before, watches it; whoever looks at
    /// another row keeps on doing so.
    pub(super) fn advance(
        &mut self,
        mut campaign: Campaign,
        id: Option<String>,
        experiment: Option<&'static Experiment>,
        watched: bool,
    ) -> Vec<Effect> {
        // What another session measured answers nothing here: the machine may have been another then.
        let here = self
            .history
            .entries()
            .iter()
            .filter(|entry| entry.provenance.origin == Origin::Here);
        let records: Vec<&Record> = here.map(|entry| &entry.record).collect();
        let campaign::Step::Run(plan) = campaign.next(&records) else {
            return vec![];
        };
        if watched {
            self.timeline.start_over();
            self.browse.select(None);
        }
        let order = RunOrder {
            plan: plan.clone(),
            part: id.as_ref().and_then(|id| campaign.part(id)),
        };
        self.activity = Activity::Running(Box::new(Live::new(plan, campaign, id, experiment)));
        vec![Effect::Start(order)]
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
            self.focus = Focus {
                panel: Panel::Setup,
                expanded: false,
            };
            self.overlay = None;
        } else {
            self.overlay = Some(Overlay::Form);
        }
    }

    fn toggle_help(&mut self) {
        if matches!(self.overlay, Some(Overlay::Help { .. })) {
            self.close();
            return;
        }
        let here = self.contexts();
        let over = self.overlay.take().map(Box::new);
        self.overlay = Some(Overlay::Help {
            here,
            over,
            scroll: Scroll::default(),
        });
    }

    fn toggle_explanation(&mut self) {
        if matches!(self.overlay, Some(Overlay::Explanation { .. })) {
            self.close();
            return;
        }
        if let Some(topic) = self.topic() {
            let over = self.overlay.take().map(Box::new);
            self.overlay = Some(Overlay::Explanation {
                topic,
                over,
                scroll: Scroll::default(),
            });
        }
    }

    /// The layouts have different panels.
    pub(super) fn toggle_teaching(&mut self) {
        self.teaching.toggle();
        self.focus.expanded = false;
        self.settle_form();
    }

    fn open_details(&mut self) {
        if let Some(sweep) = self
            .browse
            .selected()
            .filter(|number| self.history.sweep(*number).is_some())
        {
            self.open_chart(sweep);
            return;
        }
        if let Some(number) = self.browse.selected() {
            self.overlay = Some(Overlay::Details {
                number,
                scroll: Scroll::default(),
            });
        }
    }

    fn open_comparison(&mut self) {
        let in_chart = self.chart.is_some();
        let numbers = if in_chart {
            self.compared_points()
        } else {
            self.browse.compared(&self.history)
        };
        self.notice = None;
        self.overlay = Some(Overlay::Comparison {
            numbers,
            scroll: Scroll::default(),
            zoom: None,
        });
    }

    /// Takes away what is on top, one thing at a time.
    fn close(&mut self) {
        if matches!(self.overlay, Some(Overlay::Pythons { .. })) {
            self.close_pythons();
            return;
        }
        if let Some(overlay) = self.overlay.take() {
            self.overlay = overlay.closed();
            self.settle_form();
            return;
        }
        if self.notice.take().is_some() {
            return;
        }
        if self.chart.is_some() {
            self.close_chart();
            return;
        }
        if self.timeline.take_cursor() {
            return;
        }
        if self.filter.is_some() && self.focus().panel == Panel::History {
            self.clear_filter();
            return;
        }
        if self.focus.expanded {
            self.focus.expanded = false;
            return;
        }
        if self.setup.dismiss() {
            return;
        }
        if self.is_running() && self.browse.selected().is_some() {
            self.choose(None);
        } else {
            self.clear_filter();
        }
    }

    fn next_panel(&mut self, by: isize) {
        let panels = self.screen().panels();
        let here = self.focus();
        let at = panels
            .iter()
            .position(|panel| *panel == here.panel)
            .unwrap_or(0);
        let next = (at.cast_signed() + by).rem_euclid(panels.len().cast_signed());
        let panel = panels[next.unsigned_abs()];
        // The form has no expanded shape.
        self.focus = Focus {
            panel,
            expanded: here.expanded && panel != Panel::Setup,
        };
    }

    fn move_by(&mut self, by: isize) {
        let most = self.hidden_rows();
        if let Some(scroll) = self.overlay.as_mut().and_then(Overlay::scroll_mut) {
            scroll.by(by, most);
            return;
        }
        if self.exporting().is_some() {
            self.step_export(by);
        } else if self.overlay == Some(Overlay::Columns) {
            self.columns.step(by);
        } else if matches!(self.overlay, Some(Overlay::Pythons { .. })) {
            self.step_pythons(by);
        } else if self.overlay == Some(Overlay::SweepForm) {
            self.sweep_form.step(by);
        } else if self.overlay.is_none() && self.chart.is_some() {
            self.with_chart(|chart, entry| chart.step_count(by, entry));
        } else if self.overlay.is_some() || self.focus().panel == Panel::Setup {
            self.setup.step_row(by);
        } else if self.focus().panel == Panel::History {
            self.step_history(by);
        } else {
            self.timeline.move_row(by, self.timeline_rows());
        }
    }

    /// Chooses the run so many rows below.
    pub(super) fn step_history(&mut self, by: isize) {
        let mut browse = self.browse.clone();
        browse.step(by, self.is_running());
        self.choose(browse.selected());
    }

    /// Shows another run, from its first worker and whole.
    pub(super) fn choose(&mut self, row: Option<usize>) {
        if self.browse.selected() != row {
            self.browse.select(row);
            self.timeline.start_over();
            // What it said was about the row before.
            self.notice.take_if(|notice| !notice.is_error);
        }
    }
}
