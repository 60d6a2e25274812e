//! Threads: `serial` (one of them), `threads`, `gil-threads` (the workers find the lock in their assignment), and the
//! threads of a rayon pool.

mod rayon;

use std::{
    io,
    sync::atomic::Ordering::Acquire,
    thread::{Builder, JoinHandle},
};

use super::{Ending, Executor};
use crate::{
    catalog::model,
    engine::{EngineError, kernel, worker::Assignment},
};

/// The size of a worker's stack, in bytes. TLS needs the deepest stack. Only touched pages count.
const STACK_BYTES: usize = 1 << 20;

/// Workers that are threads of this process.
#[derive(Debug)]
pub struct ThreadExecutor {
    /// The work of the workers.
    pub assignment: Assignment,
    /// The threads that were created.
    pub threads: Vec<JoinHandle<()>>,
}

/// Starts the thread of a worker.
///
/// # Errors
/// If the system refuses the thread. `thread::spawn` would panic.
fn spawn(name: String, life: impl FnOnce() + Send + 'static) -> io::Result<JoinHandle<()>> {
    let builder = Builder::new().name(name).stack_size(STACK_BYTES);
    builder.spawn(life)
}

impl Executor for ThreadExecutor {
    fn create(&mut self) -> Result<(), EngineError> {
        let (assignment, threads) = (&self.assignment, &mut self.threads);
        if assignment.plan.model().description().executor == model::ExecutorKind::Pool {
            return rayon::create(assignment, threads);
        }
        for number in 0..assignment.plan.workers {
            let assignment = assignment.clone();
            let life = move || kernel::live(&assignment, number, false);
            let refused = format!("the system refused to create worker {number}");
            let thread = spawn(format!("worker {number}"), life);
            threads.push(thread.map_err(EngineError::system(refused))?);
        }
        Ok(())
    }

    fn is_over(&self) -> bool {
        self.assignment.arena.header().finished.0.load(Acquire) as usize >= self.threads.len()
    }

    fn join(&mut self, _: &mut Ending) {
        for thread in self.threads.drain(..) {
            // The result is always `Ok`, because a worker catches its own panics.
            let _ = thread.join();
        }
    }
}
