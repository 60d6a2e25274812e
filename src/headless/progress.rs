//! One line on stderr that says how far the run is, where stderr is a terminal.

use std::io::{self, IsTerminal, Write};

use crate::{
    domain::{
        campaign::Campaign,
        estimate::{self, Estimate, Known},
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

/// How often the line changes, in nanoseconds: often enough to see it live, too rare to cost the workers anything.
const PAUSE: Nanos = 200_000_000;
/// Carriage return, and erase to the end of the line.
const CLEAR: &str = "\r\x1b[K";

/// The line of one run, or nothing at all.
#[derive(Debug)]
pub struct Progress {
    shown: bool,
    written: Option<Nanos>,
    /// As in "run 2 of 5, ", or nothing if there is only one.
    which: String,
    plan: Plan,
    /// Of a sweep, in which a single run matters less than what was left when it began.
    left: Option<Estimate>,
}

impl Progress {
    /// A run of the campaign begins; these have ended before it. The line is on stderr, if that is a terminal which can
    /// rewrite it.
    pub fn of<'r>(
        plan: Plan,
        campaign: &Campaign,
        ended: impl IntoIterator<Item = &'r Record>,
        known: Known<'_>,
    ) -> Progress {
        let dumb = std::env::var_os("TERM").is_none_or(|term| term == "dumb");
        let course = campaign.course();
        let round = course.map_or_else(String::new, |course| match course.round {
            0 => "warming up, ".into(),
            round => format!("round {round} of {}, ", course.plan.repeats),
        });
        let which = match campaign.progress() {
            (_, 1) => String::new(),
            (run, runs) => format!("run {run} of {runs}, {round}"),
        };
        Progress {
            shown: io::stderr().is_terminal() && !dumb,
            written: None,
            which,
            plan,
            left: course
                .map(|course| estimate::remaining(&course.plan, &course.left, ended, known)),
        }
    }

    /// The run goes on: so far it looks like this.
    pub fn update(&mut self, trace: &Trace) {
        if !self.shown {
            return;
        }
        let now = clock::now();
        if self.written.is_none_or(|written| now >= written + PAUSE) {
            self.written = Some(now);
            let columns = terminal::size().map_or(80, |(columns, _)| columns);
            // One column less: a line that fills the last one makes some terminals go to the next row.
            let line = text::clean(&self.line(trace), usize::from(columns).saturating_sub(1));
            let _ = write!(io::stderr(), "{CLEAR}{}", spelled(&line, false));
        }
    }

    fn line(&self, trace: &Trace) -> String {
        let Progress { which, plan, .. } = self;
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

    /// The run is over: the line goes away.
    pub fn end(self) {
        if self.written.is_some() {
            let _ = write!(io::stderr(), "{CLEAR}");
        }
    }
}
