//! Sweeps in the explorer: the form that starts one, and its chart.
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

/// The state of the screens of sweeps.
#[derive(Debug)]
pub(crate) struct Sweeps {
    /// The form for a new sweep. It keeps its values while it is closed.
    pub(crate) form: SweepForm,
    /// The chart in place of the panels.
    pub(crate) chart: Option<SweepChart>,
    /// The chart before the current one.
    pub(crate) before: Option<SweepChart>,
    /// The contents of the chart.
    pub(crate) sketch: Option<Sketch>,
    /// The estimated time from the start of the current run to the end of the sweep, in seconds, if there is an
    /// estimate.
    remaining_s: Option<f64>,
}

impl Sweeps {
    /// The state on a machine with this many usable cores.
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

/// The progress of a sweep.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SweepProgress {
    /// The current run, counted from 1.
    pub run: u32,
    /// The number of runs.
    pub of: u32,
    /// The current round; 0 is the warm-up round.
    pub round: u32,
    /// The number of counted rounds, without the warm-up round.
    pub rounds: u32,
    /// The estimated remaining time in seconds, if there is an estimate.
    pub remaining_s: Option<f64>,
}

impl App {
    /// The chart that is on the screen instead of the panels.
    pub fn chart(&self) -> Option<&SweepChart> {
        self.sweeps.chart.as_ref()
    }

    /// The contents of the chart.
    pub fn sketch(&self) -> Option<&Sketch> {
        self.sweeps.sketch.as_ref()
    }

    /// The sweep in progress.
    pub fn live_sweep(&self) -> Option<&SweepEntry> {
        let id = self.live()?.asked.id.as_ref()?;
        self.history
            .sweeps()
            .iter()
            .find(|sweep| sweep.sweep.id == *id)
    }

    /// The progress of this sweep; `None` once it has ended.
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

    /// The sweep in progress, or else the one in the chosen row. In a chart and in the form the chosen row does not
    /// count, so that the user can go on to the next sweep.
    pub(crate) fn sweep_here(&self) -> Option<usize> {
        let chosen = self.chosen();
        let chosen = chosen.filter(|_| self.sweeps.chart.is_none() && !self.is_in_form());
        let sweep = chosen.and_then(|number| self.history.sweep(number));
        Some(self.live_sweep().or(sweep)?.number)
    }

    /// Opens the chart of the current sweep, or else the form for a new one.
    pub(crate) fn open_sweep_form(&mut self) {
        if let Some(number) = self.sweep_here() {
            self.open_chart(number);
            return;
        }
        self.out.notice = None;
        self.sweeps.form.open(&self.form.draft());
        self.show(Overlay::SweepForm(SweepFormScreen));
    }

    /// Starts the sweep of the form.
    pub(crate) fn start_sweep(&mut self) {
        // The form already shows what is invalid.
        if !self.sweeps.form.accept() {
            return;
        }
        if let Ok(sweep) = self.sweep_draft() {
            self.ask(Goal::Sweep(Box::new(sweep)));
        }
    }

    /// The request of the form, for the work of the main form.
    fn sweep_draft(&self) -> Result<SweepDraft, Invalid> {
        let sweep = self.sweeps.form.draft(&self.form.draft())?;
        sweep.check(&self.form.limits)?;
        Ok(sweep)
    }

    /// Starts the sweep. If the amount of computing was given as a time, it has been converted to steps by now.
    pub(crate) fn begin_sweep(&mut self, sweep: SweepDraft) {
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

    /// A campaign id that is unique across sessions.
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
                (chart.plotted, chart.has_fits) = (before.plotted, before.has_fits);
            }
            self.sweeps.chart = Some(chart);
        }
        self.compose_sweeps();
    }

    /// Shows the panels again, with the row of the sweep.
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

    /// Changes the chart that is shown.
    pub(crate) fn with_chart(&mut self, change: impl FnOnce(&mut SweepChart, &SweepEntry)) {
        if let Some(chart) = &mut self.sweeps.chart
            && let Some(entry) = self.history.sweep(chart.number)
        {
            change(chart, entry);
        }
    }

    /// The sweep whose chart is shown, and the configuration under its cursor.
    fn charted(&self) -> Option<(&SweepEntry, usize)> {
        let chart = self.chart()?;
        let sweep = self.history.sweep(chart.number)?;
        Some((sweep, chart.configuration(sweep)))
    }

    /// Moves the cursor of the chart by `by` worker counts.
    pub(crate) fn step_point(&mut self, by: isize) {
        self.with_chart(|chart, sweep| chart.step_count(by, sweep));
    }

    /// The median run of the point under the cursor.
    pub(crate) fn median_run(&self) -> Option<usize> {
        let (sweep, configuration) = self.charted()?;
        self.history.median_run(sweep, configuration)
    }

    /// Marks the median run of the point under the cursor, or removes the marks of that point.
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

    /// The runs that a comparison would show: the marked ones. If there are fewer than two, the chosen run is added, or
    /// in a chart the run of the point under the cursor. If there is still only one, its baseline is added.
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

    /// Shows all runs and numbers of the point under the cursor.
    pub(crate) fn open_point(&mut self) {
        if let Some((sweep, configuration)) = self.charted() {
            let point = Subject::Point {
                sweep: sweep.number,
                configuration,
            };
            self.show(Overlay::Reading(TextScreen::about(point)));
        }
    }

    /// Updates the texts of the form and the chart after something changed.
    pub(crate) fn compose_sweeps(&mut self) {
        if matches!(self.overlay(), Some(Overlay::SweepForm(_))) {
            let estimate = self.sweep_draft().map(|mut sweep| {
                if let Some(speed) = self.known().speed_of_sweep(&sweep) {
                    sweep.draft = sweep.draft.calibrated(&speed);
                }
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
