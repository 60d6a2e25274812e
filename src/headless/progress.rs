//! One line on stderr that says how far the run is, where stderr is a terminal.

use std::io::{self, IsTerminal, Write};

use crate::domain::plan::Plan;
use crate::domain::text;
use crate::domain::time::{Nanos, seconds};
use crate::domain::trace::Trace;
use crate::domain::verdict;
use crate::engine::clock;
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
    /// "run 2 of 5, ", or nothing if there is only one.
    which: String,
    tasks: u32,
}

impl Progress {
    /// A line on stderr, if that is a terminal which can rewrite it.
    pub fn on_stderr() -> Progress {
        let dumb = std::env::var_os("TERM").is_none_or(|term| term == "dumb");
        Progress { shown: io::stderr().is_terminal() && !dumb, written: None, which: String::new(), tasks: 0 }
    }

    /// A run begins: which one of how many.
    pub fn begin(&mut self, plan: &Plan, (run, runs): (u32, u32)) {
        self.which = if runs > 1 { format!("run {run} of {runs}, ") } else { String::new() };
        self.tasks = plan.tasks();
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
            let _ = write!(io::stderr(), "{CLEAR}{}", Spelling::of_locale().spell(&line));
        }
    }

    fn line(&self, trace: &Trace) -> String {
        let (_, ended, _) = trace.tasks();
        let elapsed = text::column_seconds(seconds(trace.now()));
        let doing = verdict::live(trace);
        format!("{}{elapsed}, {ended} of {} tasks: {doing} (Ctrl-C stops)", self.which, self.tasks)
    }

    /// The run is over: the line goes away.
    pub fn end(&mut self) {
        if self.written.take().is_some() {
            let _ = write!(io::stderr(), "{CLEAR}");
        }
    }
}
