//! One line on stderr with the progress of the run, if stderr is a terminal.

use std::io::{self, IsTerminal, Write};

use crate::{
    domain::{
        campaign::Campaign,
        estimate::{self, Estimate, MachineFacts},
        plan::Plan,
        record::Record,
        text,
        time::{Nanos, seconds},
        trace::Trace,
    },
    engine::clock,
    present::sentence,
    shell::{spelling::spelled, terminal},
};

/// The minimum time between two updates of the line, in nanoseconds: short enough to look live, and long enough to cost
/// the workers nothing.
const PAUSE: Nanos = 200_000_000;
/// Carriage return, and erase to the end of the line.
const CLEAR: &str = "\r\x1b[K";

/// The progress line of one run, if it is shown.
#[derive(Debug)]
pub struct ProgressLine {
    shown: bool,
    written: Option<Nanos>,
    /// For example "run 2 of 5, "; empty if there is only one run.
    which: String,
    plan: Plan,
    /// The estimated rest of a sweep when this run began. In a sweep it is more useful than the progress of a single
    /// run.
    left: Option<Estimate>,
}

impl ProgressLine {
    /// The progress of a run of this campaign, which is about to start after the runs in `ended`. It is shown if stderr
    /// is a terminal that can rewrite a line.
    pub fn of<'r>(
        plan: Plan,
        campaign: &Campaign,
        ended: impl IntoIterator<Item = &'r Record>,
        known: MachineFacts<'_>,
    ) -> ProgressLine {
        let dumb = std::env::var_os("TERM").is_none_or(|term| term == "dumb");
        let course = campaign.course();
        let round = course.map_or_else(String::new, |course| match course.round {
            0 => "warm-up round, ".into(),
            round => format!("round {round} of {}, ", course.plan.repeats),
        });
        let which = match campaign.progress() {
            (_, 1) => String::new(),
            (run, _) if campaign.race().is_some() => {
                format!(
                    "run {run}, {} by {} workers, ",
                    plan.model().name(),
                    plan.workers
                )
            }
            (run, runs) => format!("run {run} of {runs}, {round}"),
        };
        ProgressLine {
            shown: io::stderr().is_terminal() && !dumb,
            written: None,
            which,
            plan,
            left: course
                .map(|course| estimate::remaining(&course.plan, &course.left, ended, known)),
        }
    }

    /// Updates the line with the run's trace so far.
    pub fn update(&mut self, trace: &Trace) {
        if !self.shown {
            return;
        }
        let now = clock::now();
        if self.written.is_none_or(|written| now >= written + PAUSE) {
            self.written = Some(now);
            let columns = terminal::size().map_or(80, |(columns, _)| columns);
            // One column less, because a line that fills the last column makes some terminals move to the next row.
            let line = text::clean(&self.line(trace), usize::from(columns).saturating_sub(1));
            let _ = write!(io::stderr(), "{CLEAR}{}", spelled(&line, false));
        }
    }

    fn line(&self, trace: &Trace) -> String {
        let ProgressLine { which, plan, .. } = self;
        let elapsed = seconds(trace.now);
        let so_far = text::column_seconds(elapsed);
        let doing = match self.left {
            Some(left) => {
                let left = sentence::estimate::words(left.after(elapsed), 1);
                let (name, workers) = (plan.executor.name(), plan.workers);
                format!("{left} left: {name} × {workers}, {so_far}")
            }
            None => {
                let (_, ended, _) = trace.tasks;
                let doing = sentence::live::workers(trace, plan.lock());
                format!("{so_far}, {ended} of {} tasks: {doing}", plan.tasks)
            }
        };
        format!("{which}{doing} (Ctrl-C stops)")
    }

    /// Removes the line, because the run is over.
    pub fn end(self) {
        if self.written.is_some() {
            let _ = write!(io::stderr(), "{CLEAR}");
        }
    }
}
