//! One line on stderr that says how far the run is, where stderr is a terminal.

use std::io::{self, IsTerminal, Write};

use crate::domain::campaign::Campaign;
use crate::domain::estimate::{self, Estimate, Known};
use crate::domain::plan::{Lock, Plan};
use crate::domain::record::Record;
use crate::domain::text;
use crate::domain::time::{Nanos, seconds};
use crate::domain::trace::Trace;
use crate::engine::clock;
use crate::present::sentence;
use crate::shell::spelling::Spelling;
use crate::shell::terminal;

/// How often the line changes, in nanoseconds: often enough to see it live, too rare to cost the workers anything.
const PAUSE: Nanos = 200_000_000;
/// Carriage return, and erase to the end of the line.
const CLEAR: &str = "\r\x1b[K";

/// The line, or nothing at all.
#[derive(Debug)]
pub struct Progress {
    shown: bool,
    written: Option<Nanos>,
    /// As in "run 2 of 5, ", or nothing if there is only one.
    which: String,
    tasks: u32,
    /// What workers of the run may wait for.
    lock: Lock,
    /// Of a sweep, in which a single run matters less than what is left.
    rest: Option<Rest>,
}

/// Where in a sweep a run is.
#[derive(Debug)]
struct Rest {
    round: String,
    configuration: String,
    /// When the run began.
    left: Estimate,
}

impl Progress {
    /// A line on stderr, if that is a terminal which can rewrite it.
    pub fn on_stderr() -> Progress {
        let dumb = std::env::var_os("TERM").is_none_or(|term| term == "dumb");
        Progress {
            shown: io::stderr().is_terminal() && !dumb,
            written: None,
            which: String::new(),
            tasks: 0,
            lock: Lock::None,
            rest: None,
        }
    }

    /// A run of the campaign begins; these have ended before it.
    pub fn begin(&mut self, plan: &Plan, campaign: &Campaign, ended: &[Record], known: Known<'_>) {
        let (run, runs) = campaign.progress();
        self.which = if runs > 1 {
            format!("run {run} of {runs}, ")
        } else {
            String::new()
        };
        (self.tasks, self.lock) = (plan.tasks(), plan.lock());
        self.rest = campaign.course().map(|course| Rest {
            round: match course.round {
                0 => "warming up".into(),
                round => format!("round {round} of {}", course.plan.repeats()),
            },
            configuration: format!("{} × {}", plan.executor().name(), plan.workers()),
            left: estimate::remaining(&course.plan, &course.left, ended, known),
        });
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
            let _ = write!(
                io::stderr(),
                "{CLEAR}{}",
                Spelling::of_locale().spell(&line)
            );
        }
    }

    fn line(&self, trace: &Trace) -> String {
        let (which, elapsed) = (&self.which, seconds(trace.now()));
        let so_far = text::column_seconds(elapsed);
        if let Some(Rest {
            round,
            configuration,
            left,
        }) = &self.rest
        {
            let left = sentence::estimate::words(left.after(elapsed), 1);
            return format!(
                "{which}{round}, {left} left: {configuration}, {so_far} (Ctrl-C stops)"
            );
        }
        let (_, ended, _) = trace.tasks();
        let doing = sentence::live::workers(trace, self.lock);
        format!(
            "{which}{so_far}, {ended} of {} tasks: {doing} (Ctrl-C stops)",
            self.tasks
        )
    }

    /// The run is over: the line goes away.
    pub fn end(&mut self) {
        if self.written.take().is_some() {
            let _ = write!(io::stderr(), "{CLEAR}");
        }
    }
}
