//! How a picture travels: arrays by lane, written while walking over the trace, and folded again when they come back.
//!
//! ```text
//! {"now_ns": 1200345, "concluded": true, "thinned": false, "begun": 8, "ended": 8, "failed": 0,
//!  "lanes":    [{"after_ns": [0, 81250, …], "phases": "sc…", "tasks": [null, 0, …], "cores": [0, 1, …], "gaps": [], …}, …],
//!  "on_cores": [{"core": 0, "after_ns": […], "for_ns": […], "workers": […]}, …],
//!  "samples":  {"at_ns": […], "in_flight": […], "on_core": […]},
//!  "cores":    [{"core": 0, "workers_ns": …}, …],
//!  "curves":   {"apart_ns": …, "at_ns": […], "workers_ns": [[…], …]},
//!  "others":   [[0, 0.02], …]}
//! ```
//!
//! What the sums by groups of lanes say is not in it: it follows from the lanes. Of a thinned trace, those sums come back as
//! poor as its lanes are. Who had which core when is in it, as the workers' last stamps, of which that is made, are not.

mod read;
mod write;

use crate::domain::phase::Phase;

/// The letter for a phase: a lane's phases are a text with one for each event.
fn letter(phase: Phase) -> char {
    match phase {
        Phase::Starting => 's',
        Phase::Computing => 'c',
        Phase::Ready => 'r',
        Phase::Gil => 'g',
        Phase::Network => 'n',
        Phase::File => 'f',
        Phase::Idle => 'i',
        Phase::Lost => 'l',
    }
}

fn phase_of(letter: char) -> Option<Phase> {
    Phase::MEASURED
        .into_iter()
        .chain([Phase::Lost])
        .find(|phase| self::letter(*phase) == letter)
}
