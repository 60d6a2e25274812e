//! What is known of a run that is over, beside what its workers wrote into the arena.

use super::arena::Arena;
use super::executor::{Death, End};
use crate::domain::plan::Plan;
use crate::domain::record::{CoreRecord, Part};
use crate::domain::shared_file::SharedFile;
use crate::domain::time::Nanos;

/// What the supervisor knows, and the arena that holds the rest.
#[derive(Debug)]
pub struct Facts<'a> {
    /// Where it happened.
    pub arena: &'a Arena,
    /// What was asked for.
    pub plan: &'a Plan,
    /// Of which campaign it was a part.
    pub part: Option<Part>,
    /// Wall-clock time of `t0`, RFC 3339.
    pub started_at: String,
    /// `t0` to the last worker's last stamp.
    pub wall: Nanos,
    /// When all workers were joined or reaped, since `t0`.
    pub joined: Nanos,
    /// How it came to its end.
    pub ending: Ending,
    /// The cores over the run.
    pub cores: Vec<CoreRecord>,
    /// How often the emulated lock changed hands, if there is one.
    pub gil_switches: Option<u64>,
    /// What is in the file that all workers wrote.
    pub shared_file: Option<SharedFile>,
    /// What watching came to.
    pub watching: Watching,
    /// Whether to list the tasks however many there are.
    pub all_tasks: bool,
}

/// How a run came to its end.
#[derive(Debug, Default)]
pub struct Ending {
    /// Whether the user stopped it.
    pub cancelled: bool,
    /// Why the run itself broke.
    pub error: Option<String>,
    /// Workers that ended before their work did.
    pub deaths: Vec<Death>,
    /// What the workers as a whole said at their end.
    pub end: End,
    /// Whether the embedded server should have been there, and was not.
    pub server_died: bool,
    /// How long the machine was suspended during the run.
    pub suspended: Nanos,
    /// How long the supervisor did not come to look, beyond what scheduling explains.
    pub stopped: Nanos,
}

impl Ending {
    /// Deaths that explain something: not those of workers that were killed because the run was to stop.
    pub fn unprovoked_deaths(&self) -> impl Iterator<Item = &Death> {
        self.deaths.iter().filter(|death| !death.while_stopping)
    }
}

/// What watching a run came to.
#[derive(Clone, Copy, Debug, Default)]
pub struct Watching {
    /// Events taken for the picture.
    pub events: u64,
    /// CPU time of sampling and drawing while the run went on.
    pub cpu: Nanos,
}
