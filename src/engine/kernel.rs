//! What one task does: the steps of its workload, one after the other.

pub mod cpu;
pub mod io;
pub mod render;

use std::os::fd::AsFd;
use std::sync::Arc;

use self::io::Target;
use super::arena::Arena;
use super::clock;
use super::fetch::Fetcher;
use super::latch::wait_readable;
use super::scratch::Scratch;
use super::worker::{self, Assignment, Ended, Worker};
use crate::catalog::workload::Step;
use crate::domain::addresses::Addresses;
use crate::domain::phase::Phase;

/// A worker's whole life, by the shared counter. A panic is kept as the cause of its death.
pub fn live(assignment: &Assignment, number: u32, own_process: bool) {
    worker::guard(assignment, number, || {
        let mut worker = Worker::arrive(assignment, number);
        let job = Job::new(assignment);
        worker.work(|worker, task| job.execute(worker, task));
        worker.conclude(own_process);
    });
}

/// What a task does, made ready once per worker.
#[derive(Debug)]
pub struct Job {
    steps: Vec<Step>,
    arena: Arc<Arena>,
    pages: Option<Pages>,
    scratch: Scratch,
    has_shared_file: bool,
}

/// Where the tasks fetch from, and by what.
#[derive(Debug)]
struct Pages {
    fetcher: Fetcher,
    addresses: Addresses,
    /// Of the embedded server.
    port: u16,
}

impl Job {
    /// Makes ready what the tasks of this run need. In a forked worker only after the fork.
    pub fn new(assignment: &Assignment) -> Job {
        let plan = &assignment.plan;
        let stop = || assignment.arena.stop.descriptor();
        Job {
            steps: plan.steps(),
            arena: assignment.arena.clone(),
            pages: plan.addresses().map(|addresses| Pages {
                fetcher: Fetcher::new(stop(), assignment.limits, worker::HOOKS),
                addresses: addresses.clone(),
                port: assignment.port,
            }),
            scratch: assignment.scratch.clone(),
            has_shared_file: plan.has_shared_file(),
        }
    }

    /// Executes one task: its steps, until one does not succeed.
    pub fn execute(&self, worker: &mut Worker, task: u32) -> Ended {
        let mut page = vec![];
        for step in &self.steps {
            let ended = match step {
                Step::Compute(iterations) => cpu::execute(worker, *iterations),
                Step::Fetch => self.fetch(worker, task, &mut page),
                Step::Sleep(ms) => self.sleep(worker, *ms),
                Step::Write(times) => io::write(worker, &page, &self.target(task), *times),
            };
            if ended != Ended::Ok {
                return ended;
            }
        }
        Ended::Ok
    }

    fn fetch(&self, worker: &mut Worker, task: u32, page: &mut Vec<u8>) -> Ended {
        let Some(pages) = &self.pages else {
            return Ended::Failed("there is no address to fetch from".into());
        };
        match io::fetch(worker, &pages.fetcher, &pages.url(task)) {
            Ok(fetched) => {
                *page = fetched;
                Ended::Ok
            }
            Err(ended) => ended,
        }
    }

    /// Waits so many milliseconds, unless the run is cancelled meanwhile.
    fn sleep(&self, worker: &mut Worker, ms: u64) -> Ended {
        let stop = self.arena.stop.as_fd();
        let is_cancelled = worker.blocking(Phase::Sleep, || {
            let until = clock::now() + ms * 1_000_000;
            loop {
                let left = until.saturating_sub(clock::now()).div_ceil(1_000_000);
                if left == 0 {
                    return false;
                }
                // A signal or the bound of a poll may end it early.
                if wait_readable([stop], Some(u16::try_from(left).unwrap_or(u16::MAX)))[0] {
                    return true;
                }
            }
        });
        if is_cancelled {
            Ended::Cancelled
        } else {
            Ended::Ok
        }
    }

    fn target(&self, task: u32) -> Target {
        if self.has_shared_file {
            Target::Shared(self.scratch.shared_file())
        } else {
            Target::Own(self.scratch.file(task))
        }
    }
}

impl Pages {
    /// Task `t` fetches address `t mod count`.
    fn url(&self, task: u32) -> String {
        let number = task as usize % self.addresses.count();
        match &self.addresses {
            Addresses::Loopback { .. } => format!("http://127.0.0.1:{}/page/{number}", self.port),
            Addresses::Urls(urls) => urls[number].clone(),
        }
    }
}
