//! A rayon pool, which hands tasks out by work stealing instead of a shared counter.

use std::cell::RefCell;
use std::io;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::{Acquire, Release};
use std::sync::{Arc, Mutex};
use std::thread::{Builder, JoinHandle};

use rayon::iter::{IndexedParallelIterator, IntoParallelIterator, ParallelIterator};
use rayon::{ThreadBuilder, ThreadPool, ThreadPoolBuilder};

use super::Crew;
use super::threads::STACK_BYTES;
use crate::engine::EngineError;
use crate::engine::kernel::Job;
use crate::engine::lock::lock;
use crate::engine::worker::{self, Assignment, Worker};

thread_local! {
    /// The worker of this pool thread: rayon's closures cannot carry it from one task to the next.
    static WORKER: RefCell<Option<Worker>> = const { RefCell::new(None) };
}

/// Workers that are the threads of a pool of their own.
#[derive(Debug)]
pub struct RayonCrew {
    assignment: Assignment,
    /// The pool's threads: rayon itself does not wait for their end.
    handles: Arc<Mutex<Vec<JoinHandle<()>>>>,
    driver: Option<JoinHandle<()>>,
    over: Arc<AtomicBool>,
}

impl RayonCrew {
    /// A crew for this assignment, still without workers.
    pub fn new(assignment: Assignment) -> RayonCrew {
        RayonCrew {
            assignment,
            handles: Arc::default(),
            driver: None,
            over: Arc::default(),
        }
    }

    fn pool(&self) -> Result<ThreadPool, EngineError> {
        let (assignment, handles) = (self.assignment.clone(), self.handles.clone());
        ThreadPoolBuilder::new()
            .num_threads(self.assignment.plan.workers() as usize)
            .spawn_handler(move |thread| {
                let number =
                    u32::try_from(thread.index()).expect("a pool is not larger than the plan");
                let assignment = assignment.clone();
                let builder = Builder::new()
                    .name(format!("rayon {number}"))
                    .stack_size(STACK_BYTES);
                let handle = builder.spawn(move || live(&assignment, number, thread))?;
                lock(&handles).push(handle);
                Ok(())
            })
            .build()
            .map_err(io::Error::other)
            .map_err(EngineError::system("rayon could not build its pool"))
    }
}

impl Crew for RayonCrew {
    fn create(&mut self) -> Result<(), EngineError> {
        let pool = self.pool()?;
        let (assignment, over) = (self.assignment.clone(), self.over.clone());
        let drive = move || {
            drive(&pool, &assignment);
            drop(pool);
            over.store(true, Release);
            assignment.arena.bell.open();
        };
        let driver = Builder::new().name("rayon driver".into()).spawn(drive);
        let refused = "the system refused to create the pool's driver";
        self.driver = Some(driver.map_err(EngineError::system(refused))?);
        Ok(())
    }

    fn is_over(&self) -> bool {
        self.driver.is_none() || self.over.load(Acquire)
    }

    fn join(&mut self) {
        if let Some(driver) = self.driver.take() {
            let _ = driver.join();
        }
        let handles = std::mem::take(&mut *lock(&self.handles));
        for handle in handles {
            let _ = handle.join();
        }
    }
}

/// The life of a pool's thread. It arrives at the gate before it becomes rayon's: thousands of threads that look for work
/// where there is none yet would keep the cores busy for seconds.
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

/// Lets rayon hand out the tasks. The threads take them up when the gate has opened.
fn drive(pool: &ThreadPool, assignment: &Assignment) {
    let job = Job::new(assignment);
    pool.install(|| {
        // One task a piece: the model's dispatch is what is being looked at.
        (0..assignment.plan.tasks())
            .into_par_iter()
            .with_max_len(1)
            .for_each(|task| execute(assignment, &job, task));
    });
}

fn execute(assignment: &Assignment, job: &Job, task: u32) {
    let index = rayon::current_thread_index().expect("tasks run on the pool's threads");
    worker::guard(assignment, index as u32, || {
        // A worker that panicked is gone: what rayon still hands to its thread is not begun.
        let Some(mut worker) = WORKER.take() else {
            return;
        };
        if !worker.is_stopping() {
            worker.execute(|worker, task| job.execute(worker, task), task);
            worker.pen.rest();
        }
        WORKER.set(Some(worker));
    });
}
