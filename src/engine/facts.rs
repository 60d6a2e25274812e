//! What is known of a run that is over, beside what its workers wrote into the arena.

use super::executor::{Death, End};
use crate::domain::plan::Plan;
use crate::domain::record::CoreRecord;
use crate::domain::time::Nanos;

/// What the supervisor knows beside the arena.
#[derive(Debug)]
pub struct Facts<'a> {
    /// What was asked for.
    pub plan: &'a Plan,
    /// Wall-clock time of `t0`, RFC 3339.
    pub started_at: String,
    /// `t0` to the last worker's last stamp.
    pub wall: Nanos,
    /// When all workers were joined or reaped, since `t0`.
    pub joined: Nanos,
    /// Whether the user stopped it.
    pub cancelled: bool,
    /// Why the run itself broke.
    pub error: Option<String>,
    /// Workers that ended before their work did.
    pub deaths: &'a [Death],
    /// The cores over the run.
    pub cores: Vec<CoreRecord>,
    /// How often the emulated lock changed hands, if there is one.
    pub gil_switches: Option<u64>,
    /// What the workers as a whole said at their end.
    pub end: End,
    /// Events taken for the picture.
    pub recorded: u64,
    /// How long the machine was suspended during the run.
    pub suspended: Nanos,
    /// How long the supervisor did not come to look, beyond what scheduling explains.
    pub stopped: Nanos,
    /// Whether to list the tasks however many there are.
    pub all_tasks: bool,
}

/// Deaths that explain something: not those of workers that were killed because the run was to stop.
pub(super) fn unprovoked(deaths: &[Death]) -> impl Iterator<Item = &Death> {
    deaths.iter().filter(|death| !death.while_stopping)
}
