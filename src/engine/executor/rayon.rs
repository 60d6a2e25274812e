//! A rayon pool, which hands tasks out by work stealing instead of a shared counter.

use std::cell::RefCell;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::{Acquire, Release};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{Builder, JoinHandle};

use rayon::iter::{IndexedParallelIterator, IntoParallelIterator, ParallelIterator};
use rayon::{ThreadPool, ThreadPoolBuilder};

use super::Crew;
use super::threads::STACK_BYTES;
use crate::engine::os;
use crate::engine::worker::{self, Assignment, Job, Worker};

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
    #[must_use]
    pub fn new(assignment: Assignment) -> RayonCrew {
        RayonCrew { assignment, handles: Arc::default(), driver: None, over: Arc::default() }
    }

    fn pool(&self) -> Result<ThreadPool, String> {
        let handles = self.handles.clone();
        ThreadPoolBuilder::new()
            .num_threads(self.assignment.plan.workers() as usize)
            .spawn_handler(move |thread| {
                let name = format!("rayon {}", thread.index());
                let handle = Builder::new().name(name.clone()).stack_size(STACK_BYTES).spawn(move || {
                    os::name_thread(&name);
                    thread.run();
                })?;
                handles.lock().unwrap_or_else(PoisonError::into_inner).push(handle);
                Ok(())
            })
            .build()
            .map_err(|error| format!("rayon could not build its pool: {error}"))
    }
}

impl Crew for RayonCrew {
    fn create(&mut self) -> Result<(), String> {
        let pool = match self.pool() {
            Ok(pool) => pool,
            Err(error) => {
                self.over.store(true, Release);
                return Err(error);
            }
        };
        let (assignment, over) = (self.assignment.clone(), self.over.clone());
        let drive = move || {
            drive(&pool, &assignment);
            drop(pool);
            over.store(true, Release);
            assignment.arena.bell.open();
        };
        let driver = Builder::new().name("rayon driver".into()).spawn(drive);
        self.driver = Some(driver.map_err(|error| {
            self.over.store(true, Release);
            format!("the system refused to create the pool's driver: {error}")
        })?);
        Ok(())
    }

    fn is_over(&self) -> bool {
        self.over.load(Acquire)
    }

    fn join(&mut self) {
        if let Some(driver) = self.driver.take() {
            let _ = driver.join();
        }
        let handles = std::mem::take(&mut *self.handles.lock().unwrap_or_else(PoisonError::into_inner));
        for handle in handles {
            let _ = handle.join();
        }
    }
}

/// Lets every thread of the pool arrive at the gate, then lets rayon hand out the tasks, then takes the totals.
fn drive(pool: &ThreadPool, assignment: &Assignment) {
    let number = |index: usize| u32::try_from(index).expect("a pool is not larger than the plan");
    pool.broadcast(|context| {
        worker::guard(assignment, number(context.index()), || {
            WORKER.set(Some(Worker::arrive(assignment, number(context.index()))));
        });
    });
    let job = Job::new(assignment);
    pool.install(|| {
        // One task a piece: the model's dispatch is what is being looked at.
        (0..assignment.plan.tasks())
            .into_par_iter()
            .with_max_len(1)
            .for_each(|task| execute(assignment, &job, task));
    });
    pool.broadcast(|context| {
        worker::guard(assignment, number(context.index()), || {
            if let Some(mut worker) = WORKER.take() {
                worker.retire();
                worker.conclude(false);
            }
        });
    });
}

fn execute(assignment: &Assignment, job: &Job, task: u32) {
    let index = rayon::current_thread_index().expect("tasks run on the pool's threads");
    worker::guard(assignment, index as u32, || {
        // A worker that panicked is gone: what rayon still hands to its thread is not begun.
        let Some(mut worker) = WORKER.take() else { return };
        if !worker.is_stopping() {
            worker.execute(job, task);
            worker.pause();
        }
        WORKER.set(Some(worker));
    });
}
