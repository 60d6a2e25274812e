//! The execution of one task: the steps of its workload, one after the other.

mod command;
mod counter;
pub mod cpu;
pub mod io;
pub mod render;

use std::os::fd::AsFd;

use command::Commands;

use super::{
    clock,
    error::Unfinished,
    fetch::Fetcher,
    latch::wait_readable,
    worker::{self, Assignment, Worker},
};
use crate::{catalog::workload::TaskStep, domain::phase::Phase};

/// The whole life of a worker that takes tasks from the shared counter. A panic is recorded as the cause of its death.
pub fn live(assignment: &Assignment, number: u32, own_process: bool) {
    worker::guard(assignment, number, || {
        let job = PreparedTask::new(assignment);
        let mut worker = Worker::arrive(assignment, number);
        worker.work(|worker, task| job.execute(worker, task));
        worker.conclude(own_process);
    });
}

/// What a task does, prepared once per worker.
#[derive(Debug)]
pub struct PreparedTask {
    assignment: Assignment,
    steps: Vec<TaskStep>,
    fetcher: Fetcher,
    commands: Option<Commands>,
}

impl PreparedTask {
    /// Prepares what the tasks of this run need. In a forked worker, call it only after the fork.
    pub fn new(assignment: &Assignment) -> PreparedTask {
        let stop = assignment.arena.stop.clone();
        PreparedTask {
            steps: assignment.plan.steps(),
            fetcher: Fetcher::new(stop, assignment.limits, worker::unlocked),
            commands: Commands::prepare(assignment),
            assignment: assignment.clone(),
        }
    }

    /// Executes one task: its steps, until one does not succeed.
    ///
    /// # Errors
    /// If the task was not completed; the error gives the reason.
    pub fn execute(&self, worker: &mut Worker, task: u32) -> Result<(), Unfinished> {
        let mut page = vec![];
        for step in &self.steps {
            match step {
                TaskStep::Compute(iterations) => cpu::execute(worker, *iterations)?,
                TaskStep::Add(times) => counter::add(worker, &self.assignment, *times)?,
                TaskStep::Fetch => page = self.fetch(worker, task)?,
                TaskStep::Sleep(ms) => self.sleep(worker, *ms)?,
                TaskStep::Call => {
                    let commands = self.commands.as_ref();
                    commands
                        .expect("CPython executes functions")
                        .execute(worker, task)?;
                }
                TaskStep::Write(times) => io::write(worker, &self.assignment, task, &page, *times)?,
            }
        }
        Ok(())
    }

    /// Fetches a page: task `t` uses address `t mod count`.
    fn fetch(&self, worker: &mut Worker, task: u32) -> Result<Vec<u8>, Unfinished> {
        let addresses = self.assignment.plan.addresses();
        let addresses = addresses.expect("a plan that fetches has addresses");
        let number = task as usize % addresses.count();
        let url = self.assignment.url(addresses, number);
        worker::lend(worker, || self.fetcher.get(&url))
    }

    /// Waits for this many milliseconds, unless the run is cancelled meanwhile.
    fn sleep(&self, worker: &mut Worker, ms: u64) -> Result<(), Unfinished> {
        let stop = self.assignment.arena.stop.as_fd();
        worker.blocking(Phase::Sleep, || {
            let until = clock::now() + ms * 1_000_000;
            loop {
                let left = until.saturating_sub(clock::now()).div_ceil(1_000_000);
                if left == 0 {
                    return Ok(());
                }
                // A signal or the maximum timeout of a poll may end the wait early.
                if wait_readable([stop], Some(u16::try_from(left).unwrap_or(u16::MAX)))[0] {
                    return Err(Unfinished::Cancelled);
                }
            }
        })
    }
}
