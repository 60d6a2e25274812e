//! What one task does, for each workload.

pub mod cpu;
pub mod io;
pub mod render;

use self::io::Target;
use super::fetch::Fetcher;
use super::scratch::Scratch;
use super::worker::{self, Assignment, Ended, Worker};
use crate::domain::workload::{Addresses, Files, Workload};

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
    kind: JobKind,
}

#[derive(Debug)]
enum JobKind {
    Cpu {
        iterations: u64,
    },
    Io {
        fetcher: Fetcher,
        urls: Urls,
        writes: u32,
        files: Files,
        scratch: Scratch,
    },
}

#[derive(Debug)]
enum Urls {
    Loopback { port: u16, count: u32 },
    Real(Vec<String>),
}

impl Job {
    /// Makes ready what the tasks of this run need. In a forked worker only after the fork.
    pub fn new(assignment: &Assignment) -> Job {
        let kind = match assignment.plan.workload() {
            Workload::Cpu { iterations } => JobKind::Cpu {
                iterations: *iterations,
            },
            Workload::Io {
                writes,
                addresses,
                files,
            } => {
                let stop = assignment.arena.stop.descriptor();
                JobKind::Io {
                    fetcher: Fetcher::new(stop, assignment.limits, worker::HOOKS),
                    urls: match addresses {
                        Addresses::Loopback { latencies_ms, .. } => Urls::Loopback {
                            port: assignment.port,
                            count: latencies_ms.len() as u32,
                        },
                        Addresses::Urls(urls) => Urls::Real(urls.clone()),
                    },
                    writes: *writes,
                    files: *files,
                    scratch: assignment.scratch.clone(),
                }
            }
        };
        Job { kind }
    }

    /// Executes one task.
    pub fn execute(&self, worker: &mut Worker, task: u32) -> Ended {
        match &self.kind {
            JobKind::Cpu { iterations } => {
                if cpu::execute(worker, *iterations) {
                    Ended::Ok
                } else {
                    Ended::Cancelled
                }
            }
            JobKind::Io {
                fetcher,
                urls,
                writes,
                files,
                scratch,
            } => {
                let target = match files {
                    Files::OneEach => Target::Own(scratch.file(task)),
                    Files::OneShared => Target::Shared(scratch.shared_file()),
                };
                io::execute(worker, fetcher, &urls.of(task), &target, *writes)
            }
        }
    }
}

impl Urls {
    fn of(&self, task: u32) -> String {
        match self {
            Urls::Loopback { port, count } => {
                format!("http://127.0.0.1:{port}/page/{}", task % count)
            }
            Urls::Real(urls) => urls[task as usize % urls.len()].clone(),
        }
    }
}
