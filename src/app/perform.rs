//! What keys do.

use std::collections::HashMap;

use crate::{
    app::{
        App,
        keys::{Action, Binding, Keys},
        live::{Activity, Goal, Live, Request},
        message::Effect,
        screen::{Focus, Panel, Screen},
        screens::{
            Overlay,
            columns::ColumnList,
            comparison,
            comparison::Comparing,
            form::{FormScreen, Search},
            history::{
                browse::{self, Heading},
                columns::{NUMBER, Row},
            },
            reading::{Reading, Subject},
        },
    },
    catalog::experiment::Experiment,
    domain::{
        campaign::Campaign,
        history::History,
        plan::{Field, Invalid, Plan},
        provenance::Origin,
        record::{Record, RunOrder},
    },
    ui::{choice::neighbour, key::Key},
};

/// The runs of the history that are no part of a sweep, and the sweeps.
fn rows(history: &History, with_earlier: bool) -> Vec<Row<'_>> {
    let runs = history
        .lone_entries()
        .filter(|run| with_earlier || !run.is_earlier());
    let sweeps = history
        .sweeps()
        .iter()
        .filter(|sweep| with_earlier || !sweep.is_earlier());
    runs.map(Row::Entry).chain(sweeps.map(Row::Sweep)).collect()
}

/// The largest speed-up of each row's work, at least 1, by the rows' numbers.
fn most_of_each_work(rows: &[Row<'_>]) -> HashMap<usize, f64> {
    let mut most = HashMap::new();
    for row in rows {
        let most: &mut f64 = most.entry(row.plan().work()).or_insert(1.0);
        *most = most.max(row.speedup().unwrap_or(1.0));
    }
    rows.iter()
        .map(|row| (row.number(), most[&row.plan().work()]))
        .collect()
}

/// Closes something.
type Closing = fn(&mut App);

impl App {
    /// Does what a key asked for.
    pub(crate) fn perform(&mut self, keys: &Keys, binding: &Binding, key: Key) {
        match binding.action {
            Action::Do(does) => does(self),
            Action::With(does) => does(self, key),
            Action::Step(by) => (keys.step)(self, by),
            Action::Experiment => {
                let Key::Char(key) = key else { return };
                if let Some(experiment) = Experiment::by_key(key) {
                    self.experiment(experiment);
                }
            }
        }
    }

    /// Makes something of what the form says.
    pub(crate) fn ask(&mut self, goal: Goal) {
        self.request(Request {
            draft: self.form.draft(),
            goal,
        });
    }

    pub(crate) fn run(&mut self) {
        self.ask(Goal::Run);
    }

    /// Turns a draft into a campaign, after measuring the machine's speed if it needs that.
    pub(crate) fn request(&mut self, request: Request) {
        if self.work.calibrating {
            // Measuring cannot be stopped; the run begins when it is done.
            self.work.activity = Activity::Calibrating(request);
            return;
        }
        let Request { mut draft, goal } = request;
        if draft.model.is_python()
            && let Some(speed) = self.form.python_speed()
        {
            draft = draft.calibrated(&speed);
        }
        if draft.needs_calibration() {
            if let Err(invalid) = draft.check(&self.form.limits) {
                self.refuse(invalid);
                return;
            }
            let Some(speed) = &self.work.speed else {
                self.work.activity = Activity::Calibrating(Request { draft, goal });
                self.work.calibrating = true;
                self.out.effects.push(Effect::Calibrate);
                return;
            };
            draft = draft.calibrated(speed);
        }
        let repeats = u32::try_from(draft.repeats).unwrap_or(u32::MAX);
        if let Goal::Sweep(sweep) = goal {
            self.begin_sweep(*sweep);
            return;
        }
        match (draft.validate(&self.form.limits), goal) {
            (Err(invalid), _) => self.refuse(invalid),
            (Ok(plan), Goal::Run | Goal::Sweep(_)) => {
                let id = (repeats > 1).then(|| self.next_campaign_id());
                self.begin(Campaign::repeats(plan, repeats), None, id);
            }
            (Ok(plan), Goal::Baseline) => self.begin_baseline(&plan, None),
            (Ok(plan), Goal::Answer(experiment)) => {
                let pair = Campaign::pair(plan, self.records_here());
                self.begin(pair, Some(experiment), None);
            }
        }
    }

    fn refuse(&mut self, invalid: Invalid) {
        self.form.refuse(invalid);
        self.open_form();
    }

    /// Of the run that is chosen; in the form, of what it says.
    pub(crate) fn measure_baseline(&mut self) {
        match self.chosen_run().filter(|_| !self.is_in_form()) {
            Some(entry) => {
                let (number, plan) = (entry.number, entry.record.plan.clone());
                self.begin_baseline(&plan, Some(number));
            }
            None => self.ask(Goal::Baseline),
        }
    }

    /// Whoever measures a baseline wants it to be one, whatever was chosen before: once it is there. Then the run is shown
    /// whose speed-up it tells.
    fn begin_baseline(&mut self, work: &Plan, of: Option<usize>) {
        self.begin(Campaign::repeats(work.as_serial(), 1), None, None);
        if let Activity::Running(live) = &mut self.work.activity {
            live.is_baseline = true;
            live.answers = of;
        }
    }

    /// Measures all runs of the chosen one's work against it, or against the default again.
    pub(crate) fn make_baseline(&mut self) {
        let Some(number) = self.runs.browse.selected() else {
            return;
        };
        self.out.notice = None;
        if let Err(sentence) = self.history.choose_baseline(number) {
            self.complain(sentence);
        }
        self.rearrange();
    }

    /// Measures the compared runs, and with them all of their work, against the next of them.
    pub(crate) fn next_reference(&mut self) {
        let Some(Overlay::Comparison(Comparing { numbers, .. })) = self.overlay() else {
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
            Err(sentence) => self.complain(sentence),
        }
        self.rearrange();
    }

    /// The history changed, or which sessions of it are shown.
    pub(crate) fn rearrange(&mut self) {
        let runs = self.history.lone_entries();
        let sweeps = self.history.sweeps().iter();
        self.runs.browse.earlier = runs.filter(|run| run.is_earlier()).count()
            + sweeps.filter(|sweep| sweep.is_earlier()).count();
        let rows = rows(&self.history, self.runs.browse.shows_earlier);
        self.runs.columns.measure(&rows);
        if let Some(filter) = &mut self.runs.filter {
            filter.index(&rows);
        }
        self.arrange_rows();
    }

    /// The filter changed, or the order of the rows.
    pub(crate) fn arrange_rows(&mut self) {
        let mut rows = rows(&self.history, self.runs.browse.shows_earlier);
        if let Some(filter) = &mut self.runs.filter {
            let matching = filter.matching();
            rows.retain(|row| matching.contains(&row.number()));
        }
        let most = most_of_each_work(&rows);
        let order = self.runs.columns.arrange(&rows);
        let by_number = self.runs.columns.sort.by == NUMBER;
        let in_order = order.iter().filter(|_| by_number);
        let in_order = in_order.map(|number| self.run_at(*number));
        let mut sessions = browse::sessions(in_order);
        if self.is_of_one_file(&sessions) {
            sessions.clear();
        }
        self.runs.browse.arrange(order, sessions, most);
        self.choose_what_is_shown();
    }

    /// Whether all runs come from one shared file: every panel says so then, and no heading has to.
    fn is_of_one_file(&self, sessions: &[Heading]) -> bool {
        matches!(sessions, [first] if !self.is_kept(first.number))
    }

    /// A run that is no longer shown cannot be the chosen one; if none is shown, it stays, so that panels stay filled.
    pub(crate) fn choose_what_is_shown(&mut self) {
        if let (Some(hidden), None) = (self.runs.browse.selected(), self.runs.browse.place())
            && let Some(nearest) = self.runs.browse.nearest(hidden)
        {
            self.choose(Some(nearest));
        }
    }

    /// Whoever asks for runs of earlier sessions wants to go through them.
    pub(crate) fn toggle_earlier(&mut self) {
        self.runs.browse.shows_earlier ^= true;
        self.out.notice.take_if(|notice| !notice.is_error);
        self.rearrange();
        if self.runs.browse.shows_earlier {
            self.open.focus.panel = Panel::History;
            if self.runs.browse.selected().is_none() && !self.is_running() {
                self.choose(self.runs.browse.order().last().copied());
            }
        }
    }

    /// A key goes into the text that is being typed.
    pub(crate) fn type_text(&mut self, key: Key) {
        if matches!(self.overlay(), Some(Overlay::SweepForm(_))) {
            self.open.sweep_form.type_key(key);
        } else if self.exporting().is_some() {
            self.with_export(|form| form.type_text(key));
        } else if self.runs.naming.is_some() {
            self.type_name(key);
        } else if self.is_filtering() {
            self.type_filter(key);
        }
    }

    pub(crate) fn why_no_run(&self) -> Option<&'static str> {
        (!self.has_measured())
            .then_some("no run has ended yet: r runs what the form says, 1-5 are questions")
    }

    fn why_none_chosen(&self) -> Option<&'static str> {
        self.why_no_run().or_else(|| {
            (!self.is_running())
                .then_some("no run is chosen: Tab goes to the history, ↑↓ choose one there")
        })
    }

    pub(crate) fn why_not_chosen(&self) -> Option<&'static str> {
        self.why_none_chosen().or(Some(
            "this run goes on: choose one that has ended in the history",
        ))
    }

    pub(crate) fn why_not_removed(&self) -> Option<&'static str> {
        self.why_none_chosen().or(Some(
            "this run goes on: x stops it; choose one that has ended in the history",
        ))
    }

    pub(crate) fn why_not_compared(&self) -> Option<&'static str> {
        self.why_no_run()
            .or(Some("mark another run with m or measure a baseline with R"))
    }

    pub(crate) fn why_not_played(&self) -> Option<&'static str> {
        Some(if self.has_measured() {
            "only a run that is over can be played, when nothing is being measured"
        } else {
            "no run has ended yet that could be played: r runs what the form says"
        })
    }

    pub(crate) fn why_no_python(&self) -> Option<&'static str> {
        let why = match self.form.pythons() {
            Search::GoesOn => "Python is still being looked for: in a moment",
            Search::Ended(_) => {
                "no Python was found here: f, then Model, then Python shows what was tried"
            }
        };
        (!self.has_python()).then_some(why)
    }

    /// Why no run can begin now.
    pub(crate) fn why_busy(&self) -> Option<&'static str> {
        Some(match self.work.activity {
            Activity::Nothing => return None,
            Activity::Calibrating(_) => "this machine's speed is being measured: in a moment",
            Activity::Running(_) => "a run is on: x stops it, and what was measured is kept",
        })
    }

    pub(crate) fn begin(
        &mut self,
        campaign: Campaign,
        experiment: Option<&'static Experiment>,
        id: Option<String>,
    ) {
        self.out.notice = None;
        self.timeline.frozen = None;
        self.form.dismiss();
        if matches!(self.overlay(), Some(Overlay::Form(_))) {
            self.open.overlays.clear();
        }
        self.advance(campaign, id, experiment, true);
    }

    /// What another session measured answers nothing here: the machine may have been another then.
    fn records_here(&self) -> impl DoubleEndedIterator<Item = &Record> {
        let entries = self.history.entries().iter();
        let here = entries.filter(|entry| entry.provenance.origin == Origin::Here);
        here.map(|entry| &entry.record)
    }

    /// Starts the campaign's next run; returns whether there is one. Whoever watched the one before, watches it; whoever
    /// looks at another row keeps on doing so.
    pub(crate) fn advance(
        &mut self,
        mut campaign: Campaign,
        id: Option<String>,
        experiment: Option<&'static Experiment>,
        watched: bool,
    ) -> bool {
        let last = self.records_here().next_back();
        let Some(plan) = campaign.next(last) else {
            return false;
        };
        if watched {
            self.timeline.view.start_over();
            self.runs.browse.select(None);
        }
        let order = RunOrder {
            plan: plan.clone(),
            part: id.as_ref().and_then(|id| campaign.part(id)),
        };
        self.work.activity = Activity::Running(Box::new(Live::new(plan, campaign, id, experiment)));
        self.out.effects.push(Effect::Start(order));
        true
    }

    pub(crate) fn stop(&mut self) {
        if let Activity::Running(live) = &mut self.work.activity {
            live.stopping = true;
            self.out.effects.push(Effect::Stop);
        } else {
            self.work.activity = Activity::Nothing;
        }
    }

    pub(crate) fn open_form(&mut self) {
        if self.screen() == Screen::Wide {
            self.open.focus = Focus::FORM;
            self.open.overlays.clear();
        } else {
            self.show(Overlay::Form(FormScreen));
        }
    }

    pub(crate) fn toggle_help(&mut self) {
        let subject = Subject::Help(self.keys());
        match self.overlay() {
            Some(Overlay::Reading(reading)) if matches!(reading.subject, Subject::Help(_)) => {
                self.close();
            }
            _ => self.lay_over(subject),
        }
    }

    pub(crate) fn toggle_explanation(&mut self) {
        if let Some(topic) = self.topic() {
            self.lay_over(Subject::Explanation(topic));
        } else {
            self.close();
        }
    }

    /// What is there comes back when the text over it is closed.
    fn lay_over(&mut self, subject: Subject) {
        let text = Overlay::Reading(Reading::about(subject));
        self.open.overlays.push(text);
    }

    /// The layouts have different panels.
    pub(crate) fn toggle_teaching(&mut self) {
        self.settings.teaching.is_on ^= true;
        self.open.focus.expanded = false;
        self.settle_form();
    }

    pub(crate) fn open_details(&mut self) {
        let Some(number) = self.runs.browse.selected() else {
            return;
        };
        if self.history.sweep(number).is_some() {
            self.open_chart(number);
        } else {
            self.show(Overlay::Reading(Reading::about(Subject::Run(number))));
        }
    }

    pub(crate) fn open_comparison(&mut self) {
        self.out.notice = None;
        self.show(Overlay::Comparison(Comparing::of(self.compared())));
    }

    /// What takes away what is on top, one thing at a time.
    fn closer(&self) -> Option<Closing> {
        let at_history = self.focus().panel == Panel::History;
        let from_the_top: [(bool, Closing); 9] = [
            (!self.open.overlays.is_empty(), App::close_overlay),
            (self.out.notice.is_some(), |app| app.out.notice = None),
            (self.open.chart.is_some(), App::close_chart),
            (self.timeline.view.cursor.is_some(), |app| {
                app.timeline.view.cursor = None
            }),
            (self.runs.filter.is_some() && at_history, App::clear_filter),
            (self.open.focus.expanded, |app| {
                app.open.focus.expanded = false
            }),
            (self.form.remark().is_some(), |app| app.form.dismiss()),
            (self.is_running() && self.has_chosen(), |app| {
                app.choose(None)
            }),
            (self.runs.filter.is_some(), App::clear_filter),
        ];
        let on_top = from_the_top.into_iter().find(|(is_there, _)| *is_there);
        on_top.map(|(_, close)| close)
    }

    pub(crate) fn can_close(&self) -> bool {
        self.closer().is_some()
    }

    pub(crate) fn close(&mut self) {
        if let Some(close) = self.closer() {
            close(self);
        }
    }

    pub(crate) fn close_overlay(&mut self) {
        let closed = self.open.overlays.pop();
        // The list of interpreters belongs to the form, which may have had a panel when it was opened.
        if matches!(closed, Some(Overlay::Pythons(_))) && self.overlay().is_none() {
            self.open_form();
        }
        self.settle_form();
    }

    pub(crate) fn next_panel(&mut self, next: bool) {
        let panels = self.screen().panels();
        let here = self.focus();
        let panel = neighbour(panels, here.panel, next);
        // The form has no expanded shape.
        self.open.focus = Focus {
            panel,
            expanded: here.expanded && panel != Panel::Setup,
        };
    }

    /// Scrolls the text that lies over the panels.
    pub(crate) fn scroll(&mut self, by: isize) {
        let (_, rows) = self.room();
        if let Some(overlay) = self.open.overlays.last_mut() {
            overlay.screen_mut().scroll(by, rows);
        }
    }

    pub(crate) fn edit(&mut self) {
        if self.form.row() == Field::Python {
            self.open_pythons();
        } else {
            self.form.edit();
        }
    }

    pub(crate) fn choose_columns(&mut self) {
        self.show(Overlay::Columns(ColumnList));
    }

    pub(crate) fn toggle_column(&mut self) {
        self.runs.columns.toggle();
        self.rearrange();
    }

    pub(crate) fn sort_here(&mut self) {
        self.runs.columns.sort_here();
        self.arrange_rows();
    }

    pub(crate) fn step_timeline(&mut self, by: isize) {
        self.timeline.view.move_row(by, self.timeline_rows());
    }

    /// Chooses the run so many rows below.
    pub(crate) fn step_history(&mut self, by: isize) {
        let mut browse = self.runs.browse.clone();
        browse.step(by, self.is_running());
        self.choose(browse.selected());
    }

    /// Shows another run, from its first worker and whole.
    pub(crate) fn choose(&mut self, row: Option<usize>) {
        if self.runs.browse.selected() != row {
            self.runs.browse.select(row);
            self.timeline.view.start_over();
            // What it said was about the row before.
            self.out.notice.take_if(|notice| !notice.is_error);
        }
    }
}
