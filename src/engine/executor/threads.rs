//! Threads: `serial` (one of them), `threads`, and `gil-threads`, whose lock the workers find in their assignment.

use std::sync::atomic::Ordering::Acquire;
use std::thread::{Builder, JoinHandle};

use super::Crew;
use crate::engine::EngineError;
use crate::engine::kernel;
use crate::engine::worker::Assignment;

/// A worker's stack, in bytes: TLS is the deepest that a worker gets. Only touched pages count.
pub const STACK_BYTES: usize = 1 << 20;

/// Workers that are threads of this process.
#[derive(Debug)]
pub struct ThreadCrew {
    assignment: Assignment,
    handles: Vec<JoinHandle<()>>,
}

impl ThreadCrew {
    /// A crew for this assignment, still without workers.
    pub fn new(assignment: Assignment) -> ThreadCrew {
        ThreadCrew {
            assignment,
            handles: vec![],
        }
    }
}

impl Crew for ThreadCrew {
    fn create(&mut self) -> Result<(), EngineError> {
        for number in 0..self.assignment.plan.workers() {
            let assignment = self.assignment.clone();
            // Not `thread::spawn`, which panics when the system refuses.
            let thread = Builder::new()
                .name(format!("worker {number}"))
                .stack_size(STACK_BYTES)
                .spawn(move || kernel::live(&assignment, number, false));
            let refused = format!("the system refused to create worker {number}");
            self.handles
                .push(thread.map_err(EngineError::system(refused))?);
        }
        Ok(())
    }

    fn is_over(&self) -> bool {
        self.assignment.arena.header().finished.0.load(Acquire) as usize >= self.handles.len()
    }

    fn join(&mut self) {
        for handle in self.handles.drain(..) {
            // A worker catches its own panics.
            let _ = handle.join();
        }
    }
}
