//! A rayon pool, which hands tasks out by work stealing instead of a shared counter.

use std::{cell::RefCell, io, thread::JoinHandle};

use rayon::{
    ThreadBuilder, ThreadPoolBuilder,
    iter::{IndexedParallelIterator, IntoParallelIterator, ParallelIterator},
};

use super::spawn;
use crate::engine::{
    EngineError,
    kernel::PreparedTask,
    worker::{self, Assignment, Worker},
};

thread_local! {
    /// The worker of this pool thread. rayon's closures cannot pass it from one task to the next.
    static WORKER: RefCell<Option<Worker>> = const { RefCell::new(None) };
}

/// Creates workers that are the threads of a new pool, which exits after its last task. They take tasks after the gate
/// has opened.
///
/// # Errors
/// If the system refuses a thread.
pub fn create(
    assignment: &Assignment,
    threads: &mut Vec<JoinHandle<()>>,
) -> Result<(), EngineError> {
    let pool = ThreadPoolBuilder::new()
        .num_threads(assignment.plan.workers as usize)
        .spawn_handler(|thread| {
            let number = u32::try_from(thread.index()).expect("a pool is not larger than the plan");
            let assignment = assignment.clone();
            let life = move || live(&assignment, number, thread);
            // rayon itself does not wait for its threads to exit.
            threads.push(spawn(format!("rayon {number}"), life)?);
            Ok(())
        })
        .build()
        .map_err(io::Error::other)
        .map_err(EngineError::system("rayon could not build its pool"))?;
    let assignment = assignment.clone();
    pool.spawn(move || {
        let job = PreparedTask::new(&assignment);
        // One task per split, because the model's dispatch is what this run measures.
        (0..assignment.plan.tasks)
            .into_par_iter()
            .with_max_len(1)
            .for_each(|task| execute(&assignment, &job, task));
    });
    Ok(())
}

/// The life of a pool thread. It arrives at the gate before rayon gets it: thousands of threads that search for work
/// before there is any would keep the cores busy for seconds.
fn live(assignment: &Assignment, number: u32, thread: ThreadBuilder) {
    worker::guard(assignment, number, || {
        WORKER.set(Some(Worker::arrive(assignment, number)))
    });
    thread.run();
    worker::guard(assignment, number, || {
        if let Some(worker) = WORKER.take() {
            worker.conclude(false);
        }
    });
}

fn execute(assignment: &Assignment, job: &PreparedTask, task: u32) {
    let index = rayon::current_thread_index().expect("tasks run on the pool's threads");
    worker::guard(assignment, index as u32, || {
        // The worker has panicked and is gone. Tasks that rayon still hands to its thread are not begun.
        let Some(mut worker) = WORKER.take() else {
            return;
        };
        if !worker.is_stopping() {
            worker.execute(|worker, task| job.execute(worker, task), task);
            worker.writer.rest();
        }
        WORKER.set(Some(worker));
    });
}
