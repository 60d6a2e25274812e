//! Sweeps in the explorer: the form that begins one, and its chart.
//!
//! ```text
//!  s ──► form ──► request ──► begin_sweep ──► Effect::Keep, Effect::Start
//!                                  │
//!   every run that concludes ──► History::add ──► SweepEntry.results
//!                                  │
//!                     chart (what the user looks at) ──► Sketch (what is drawn, composed when something changed)
//! ```

pub mod chart;
pub mod keys;
pub(crate) mod laws;
pub mod sketch;
pub mod view;

pub use crate::app::screens::{
    sweep::{chart::SweepChart, sketch::Sketch},
    sweep_form::SweepForm,
};
use crate::{
    app::{
        App,
        live::{Asked, Goal},
        message::Effect,
        screen::Panel,
        screens::{
            Overlay,
            reading::{Subject, TextScreen},
            sweep_form,
            sweep_form::SweepFormScreen,
        },
    },
    domain::{
        campaign::Campaign, estimate, history::SweepEntry, plan::Invalid, sweep::SweepDraft,
        time::seconds,
    },
    present::sentence::estimate::words,
    ui::form::Form,
};

/// What is on the screen of sweeps, and was before.
#[derive(Debug)]
pub(crate) struct Sweeps {
    /// What it says is kept while it is closed.
    pub(crate) form: SweepForm,
    /// A sweep's chart in place of the panels.
    pub(crate) chart: Option<SweepChart>,
    /// The chart that was looked at before.
    pub(crate) before: Option<SweepChart>,
    /// What the chart shows.
    pub(crate) sketch: Option<Sketch>,
    /// How long the sweep that is on took from the start of its current run on, in seconds, as far as that is known.
    remaining_s: Option<f64>,
}

impl Sweeps {
    /// On a machine with so many usable cores.
    pub(crate) fn new(cores_usable: u32) -> Sweeps {
        Sweeps {
            form: SweepForm::new(cores_usable),
            chart: None,
            before: None,
            sketch: None,
            remaining_s: None,
        }
    }
}

/// How far a sweep is that goes on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SweepProgress {
    /// Which run it is on, counting from 1.
    pub run: u32,
    /// Of how many.
    pub of: u32,
    /// Which round; 0 warms up.
    pub round: u32,
    /// Of how many that are counted.
    pub rounds: u32,
    /// About how much longer it takes, in seconds, if that can be told.
    pub remaining_s: Option<f64>,
}

impl App {
    /// The chart that is on the screen instead of the panels.
    pub fn chart(&self) -> Option<&SweepChart> {
        self.sweeps.chart.as_ref()
    }

    /// What the chart shows.
    pub fn sketch(&self) -> Option<&Sketch> {
        self.sweeps.sketch.as_ref()
    }

    /// The sweep that goes on.
    pub fn live_sweep(&self) -> Option<&SweepEntry> {
        let id = self.live()?.asked.id.as_ref()?;
        self.history
            .sweeps()
            .iter()
            .find(|sweep| sweep.sweep.id == *id)
    }

    /// How far this sweep is, if it goes on.
    pub fn sweep_progress(&self, number: usize) -> Option<SweepProgress> {
        let live = self.live()?;
        let course = live.asked.campaign.course()?;
        if self.live_sweep()?.number != number {
            return None;
        }
        let (run, of) = live.asked.campaign.progress();
        let remaining_s = self.sweeps.remaining_s;
        Some(SweepProgress {
            run,
            of,
            round: course.round,
            rounds: course.plan.repeats,
            remaining_s: remaining_s.map(|s| (s - seconds(live.trace.now)).max(0.0)),
        })
    }

    /// The sweep that is on, or else the one in the chosen row; from its chart and from the form one goes on to the next.
    pub(crate) fn sweep_here(&self) -> Option<usize> {
        let chosen = self.chosen();
        let chosen = chosen.filter(|_| self.sweeps.chart.is_none() && !self.is_in_form());
        let sweep = chosen.and_then(|number| self.history.sweep(number));
        Some(self.live_sweep().or(sweep)?.number)
    }

    /// Opens the chart of the sweep that is here, or else the form for one.
    pub(crate) fn open_sweep_form(&mut self) {
        if let Some(number) = self.sweep_here() {
            self.open_chart(number);
            return;
        }
        self.out.notice = None;
        self.sweeps.form.open(&self.form.draft());
        self.show(Overlay::SweepForm(SweepFormScreen));
    }

    /// Starts what the form says.
    pub(crate) fn start_sweep(&mut self) {
        // What cannot be taken the form says already, as it does what is wrong.
        if !self.sweeps.form.accept() {
            return;
        }
        if let Ok(sweep) = self.sweep_draft() {
            self.ask(Goal::Sweep(Box::new(sweep)));
        }
    }

    /// What the form asks for, of the work of the main form.
    fn sweep_draft(&self) -> Result<SweepDraft, Invalid> {
        let sweep = self.sweeps.form.draft(&self.form.draft())?;
        sweep.check(&self.form.limits)?;
        Ok(sweep)
    }

    /// Begins the sweep, now that the machine's speed is known where it matters.
    pub(crate) fn begin_sweep(&mut self, mut sweep: SweepDraft) {
        if let Some(speed) = &self.work.speed {
            sweep.draft = sweep.draft.calibrated(speed);
        }
        let plan = match sweep.validate(&self.form.limits) {
            Ok(plan) => plan,
            Err(invalid) => {
                self.sweeps.form.refuse(invalid);
                self.show(Overlay::SweepForm(SweepFormScreen));
                return;
            }
        };
        let id = self.next_campaign_id();
        let number = self.history.start_sweep(id.clone(), plan.clone());
        self.rearrange();
        self.open.overlays.clear();
        self.open_chart(number);
        self.out.effects.push(Effect::Keep(number));
        self.begin(Asked {
            id: Some(id),
            ..Asked::of(Campaign::sweep(plan))
        });
    }

    /// A name for a campaign that is unique across sessions.
    pub(crate) fn next_campaign_id(&mut self) -> String {
        self.work.campaigns += 1;
        format!("{}.{}", self.history.here().session, self.work.campaigns)
    }

    /// Shows the chart of this sweep.
    pub(crate) fn open_chart(&mut self, number: usize) {
        let Some(entry) = self.history.sweep(number) else {
            return;
        };
        if self.chart().is_none_or(|chart| chart.number != number) {
            let mut chart = SweepChart::of(entry);
            if let Some(before) = &self.sweeps.before {
                (chart.measure, chart.has_fits) = (before.measure, before.has_fits);
            }
            self.sweeps.chart = Some(chart);
        }
        self.compose_sweeps();
    }

    /// Shows the panels again, and in them the row of the sweep.
    pub(crate) fn close_chart(&mut self) {
        let Some(chart) = self.sweeps.chart.take() else {
            return;
        };
        if !self.is_running() {
            self.show_row(Some(chart.number));
            self.open.focus.panel = Panel::History;
        }
        self.sweeps.before = Some(chart);
    }

    /// Does something to the chart that is shown.
    pub(crate) fn with_chart(&mut self, change: impl FnOnce(&mut SweepChart, &SweepEntry)) {
        if let Some(chart) = &mut self.sweeps.chart
            && let Some(entry) = self.history.sweep(chart.number)
        {
            change(chart, entry);
        }
    }

    /// The sweep whose chart is shown, and the configuration that its cursor is on.
    fn charted(&self) -> Option<(&SweepEntry, usize)> {
        let chart = self.chart()?;
        let sweep = self.history.sweep(chart.number)?;
        Some((sweep, chart.configuration(sweep)))
    }

    /// Moves the cursor of the chart by so many numbers of workers.
    pub(crate) fn step_point(&mut self, by: isize) {
        self.with_chart(|chart, sweep| chart.step_count(by, sweep));
    }

    /// The median run of the point under the cursor.
    pub(crate) fn median_run(&self) -> Option<usize> {
        let (sweep, configuration) = self.charted()?;
        self.history.median_run(sweep, configuration)
    }

    /// Marks the median run of the point under the cursor, or takes the marks of that point away.
    pub(crate) fn mark_point(&mut self) {
        let Some((sweep, configuration)) = self.charted() else {
            return;
        };
        let mut runs = sweep.runs[configuration].clone();
        runs.retain(|run| self.runs.browse.marked().contains(run));
        if runs.is_empty() {
            runs.extend(self.median_run());
        }
        for run in runs {
            self.runs.browse.toggle_mark_of(Some(run));
        }
    }

    /// What a comparison would show: the marked runs; with fewer than two the chosen one besides, in a chart that of the
    /// point under the cursor; and if that is still alone, what its speed-up is measured against.
    pub(crate) fn compared(&self) -> Vec<usize> {
        let mut numbers = self.runs.browse.marked().to_vec();
        if numbers.len() < 2 {
            let chosen = match self.sweeps.chart {
                Some(_) => self.median_run(),
                None => self.chosen(),
            };
            numbers.extend(chosen.filter(|run| !numbers.contains(run)));
        }
        if let [only] = numbers[..] {
            let base = match self.charted() {
                Some((sweep, configuration)) => {
                    let base = sweep.sweep.plan.base_of(configuration);
                    self.history.median_run(sweep, base)
                }
                None => {
                    let only = self.history.get(only);
                    only.and_then(|entry| Some(entry.assessment.baseline?.number))
                }
            };
            numbers.extend(base.filter(|base| *base != only));
        }
        numbers.sort_unstable();
        numbers
    }

    /// All runs and numbers of the point under the cursor.
    pub(crate) fn open_point(&mut self) {
        if let Some((sweep, configuration)) = self.charted() {
            let point = Subject::Point {
                sweep: sweep.number,
                configuration,
            };
            self.show(Overlay::Reading(TextScreen::about(point)));
        }
    }

    /// Composes what the form and the chart say, because something changed.
    pub(crate) fn compose_sweeps(&mut self) {
        if matches!(self.overlay(), Some(Overlay::SweepForm(_))) {
            let estimate = self.sweep_draft().map(|sweep| {
                let time = words(estimate::of_sweep(&sweep, self.known()), 1);
                sweep_form::estimate(&sweep, &time)
            });
            let work = sweep_form::work(&self.form.draft(), &self.form.limits);
            (self.sweeps.form.work, self.sweeps.form.estimate) = (work, estimate);
        }
        self.sweeps.remaining_s = self.remaining();
        self.sweeps.sketch = self
            .sweeps
            .chart
            .as_ref()
            .and_then(|chart| Sketch::of(self, chart));
    }

    fn remaining(&self) -> Option<f64> {
        let course = self.live()?.asked.campaign.course()?;
        let ended = self
            .live_sweep()?
            .members
            .iter()
            .filter_map(|number| self.history.get(*number));
        let ended = ended.map(|entry| &entry.record);
        estimate::remaining(&course.plan, &course.left, ended, self.known()).seconds()
    }
}
