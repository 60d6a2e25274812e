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
pub mod form;
mod laws;
pub(super) mod point;
pub mod sketch;

pub use chart::Chart;
pub use form::{FormRow, SweepForm};
pub use laws::Law;
pub use sketch::Sketch;

use super::App;
use super::live::{Goal, Request};
use super::message::Effect;
use super::overlay::{Overlay, Scroll};

use crate::domain::campaign::Campaign;
use crate::domain::estimate;
use crate::domain::history::SweepEntry;
use crate::domain::plan::Invalid;
use crate::domain::sweep::SweepDraft;
use crate::domain::time::seconds;
use crate::present::sentence::estimate::words;

/// How far a sweep is that goes on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Progress {
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
    /// The form for a sweep.
    pub fn sweep_form(&self) -> &SweepForm {
        &self.sweep_form
    }

    /// The chart that is on the screen instead of the panels.
    pub fn chart(&self) -> Option<&Chart> {
        self.chart.as_ref()
    }

    /// What the chart shows.
    pub fn sketch(&self) -> Option<&Sketch> {
        self.sketch.as_ref()
    }

    /// The sweep that goes on.
    pub fn live_sweep(&self) -> Option<&SweepEntry> {
        let id = self.live()?.campaign_id.as_ref()?;
        self.history
            .sweeps()
            .iter()
            .find(|sweep| sweep.sweep.id == *id)
    }

    /// How far the sweep is that goes on.
    pub fn sweep_progress(&self) -> Option<Progress> {
        let live = self.live()?;
        let course = live.campaign.course()?;
        let (run, of) = live.campaign.progress();
        let elapsed = seconds(live.trace.now());
        Some(Progress {
            run,
            of,
            round: course.round(),
            rounds: course.plan().repeats(),
            remaining_s: self
                .remaining_s
                .map(|remaining| (remaining - elapsed).max(0.0)),
        })
    }

    /// Opens the form, or starts what it says if it is open.
    pub(super) fn open_sweep_form(&mut self) -> Vec<Effect> {
        // Whoever asks for the sweep that goes on wants to see it.
        if let Some(number) = self.live_sweep().map(|sweep| sweep.number) {
            self.open_chart(number);
            return vec![];
        }
        self.notice = None;
        self.sweep_form.open(&self.setup.draft());
        self.overlay = Some(Overlay::SweepForm);
        vec![]
    }

    /// Starts what the form says.
    pub(super) fn start_sweep(&mut self) -> Vec<Effect> {
        self.sweep_form.accept();
        match self.sweep_draft() {
            Ok(sweep) => {
                let draft = sweep.draft.clone();
                self.request(Request {
                    draft,
                    goal: Goal::Sweep(Box::new(sweep)),
                })
            }
            // The form says it already.
            Err(_) => vec![],
        }
    }

    /// What the form asks for, of the work of the main form.
    fn sweep_draft(&self) -> Result<SweepDraft, Invalid> {
        let sweep = self
            .sweep_form
            .draft(&self.setup.draft(), self.machine.cores_usable)?;
        sweep.check(&self.limits)?;
        Ok(sweep)
    }

    /// Begins the sweep, now that the machine's speed is known where it matters.
    pub(super) fn begin_sweep(&mut self, sweep: SweepDraft) -> Vec<Effect> {
        let sweep = match &self.speed {
            Some(speed) => sweep.calibrated(speed),
            None => sweep,
        };
        let plan = match sweep.validate(&self.limits) {
            Ok(plan) => plan,
            Err(invalid) => {
                self.sweep_form.refuse(invalid);
                self.overlay = Some(Overlay::SweepForm);
                return vec![];
            }
        };
        let id = self.next_campaign_id();
        let number = self.history.begin_sweep(id.clone(), plan.clone());
        self.rearrange();
        self.overlay = None;
        self.open_chart(number);
        let effects = self.begin(Campaign::sweep(plan), None, Some(id));
        std::iter::once(Effect::Keep(number))
            .chain(effects)
            .collect()
    }

    /// A name for a campaign that is unique across sessions.
    pub(super) fn next_campaign_id(&mut self) -> String {
        self.campaigns += 1;
        format!("{}.{}", self.history.here().session, self.campaigns)
    }

    /// Shows the chart of this sweep.
    pub(super) fn open_chart(&mut self, number: usize) {
        let Some(entry) = self.history.sweep(number) else {
            return;
        };
        if self
            .chart
            .as_ref()
            .is_none_or(|chart| chart.number != number)
        {
            let mut chart = Chart::of(entry);
            if let Some(before) = &self.chart_before {
                chart.look_as(before);
            }
            self.chart = Some(chart);
        }
        self.compose_sweeps();
    }

    /// Shows the panels again.
    pub(super) fn close_chart(&mut self) {
        if let Some(chart) = self.chart.take() {
            if !self.is_running() {
                self.browse.select(Some(chart.number));
                self.timeline.start_over();
            }
            self.chart_before = Some(chart);
        }
    }

    /// Does something to the chart that is shown.
    pub(super) fn with_chart(&mut self, change: impl FnOnce(&mut Chart, &SweepEntry)) {
        if let Some(chart) = &mut self.chart
            && let Some(entry) = self.history.sweep(chart.number)
        {
            change(chart, entry);
        }
    }

    /// The median run of the point under the cursor.
    pub(super) fn median_run(&self) -> Option<usize> {
        let chart = self.chart.as_ref()?;
        let entry = self.history.sweep(chart.number)?;
        self.history.median_run(entry, chart.configuration(entry))
    }

    /// Marks the median run of the point under the cursor, or takes the marks of that point away.
    pub(super) fn mark_point(&mut self) {
        let is_marked = |run: &&usize| self.browse.marked().contains(run);
        let marked: Vec<usize> = self
            .runs_of_point()
            .iter()
            .filter(is_marked)
            .copied()
            .collect();
        if marked.is_empty() {
            self.browse.toggle_mark_of(self.median_run());
        } else {
            marked
                .into_iter()
                .for_each(|run| self.browse.toggle_mark_of(Some(run)));
        }
    }

    /// The runs of the point under the cursor.
    fn runs_of_point(&self) -> &[usize] {
        let entry = self
            .chart
            .as_ref()
            .and_then(|chart| Some((chart, self.history.sweep(chart.number)?)));
        entry
            .and_then(|(chart, entry)| entry.runs.get(chart.configuration(entry)))
            .map_or(&[], Vec::as_slice)
    }

    /// The runs that `c` compares in a chart: the marked ones; with fewer than two the point under the cursor besides, and
    /// with that alone, the serial one.
    pub(super) fn compared_points(&self) -> Vec<usize> {
        let mut numbers = self.browse.marked().to_vec();
        if numbers.len() < 2 {
            numbers.extend(self.median_run().filter(|run| !numbers.contains(run)));
        }
        if numbers.len() == 1
            && let Some(chart) = self.chart.as_ref()
            && let Some(entry) = self.history.sweep(chart.number)
        {
            let base = entry.sweep.plan.base_of(chart.configuration(entry));
            let serial = self.history.median_run(entry, base);
            numbers.extend(serial.filter(|run| !numbers.contains(run)));
        }
        numbers.sort_unstable();
        numbers
    }

    /// All runs and numbers of the point under the cursor.
    pub(super) fn open_point(&mut self) {
        let Some(chart) = &self.chart else { return };
        let Some(entry) = self.history.sweep(chart.number) else {
            return;
        };
        let configuration = chart.configuration(entry);
        self.overlay = Some(Overlay::Point {
            number: chart.number,
            configuration,
            scroll: Scroll::default(),
        });
    }

    /// Composes what the form and the chart say, because something changed.
    pub(super) fn compose_sweeps(&mut self) {
        if self.overlay == Some(Overlay::SweepForm) {
            let forecast = self.sweep_draft().map(|sweep| {
                let time = words(estimate::of_sweep(&sweep, self.known()), 1);
                form::forecast(&sweep, &time)
            });
            self.sweep_form.foretell(forecast);
        }
        self.remaining_s = self.remaining();
        self.sketch = self
            .chart
            .as_ref()
            .and_then(|chart| Sketch::of(self, chart));
    }

    fn remaining(&self) -> Option<f64> {
        let course = self.live()?.campaign.course()?;
        let ended = self
            .live_sweep()?
            .members
            .iter()
            .filter_map(|number| self.history.get(*number));
        let ended = ended.map(|entry| &entry.record);
        estimate::remaining(course.plan(), course.left(), ended, self.known()).seconds()
    }
}
