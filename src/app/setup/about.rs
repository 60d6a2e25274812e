//! What the form says about its rows: what a model needs and costs, what a number means and how far it goes.

use super::{Row, Setup};
use crate::domain::machine::Limits;
use crate::domain::model::Model;
use crate::domain::plan::TaskSize;
use crate::domain::python::GilState;
use crate::domain::text::{counted, grouped};
use crate::domain::workload::{Files, WorkloadKind};

impl Setup {
    /// What there is to know about the row of the cursor: short enough for four lines of 24 columns.
    pub fn about(&self, limits: &Limits) -> String {
        let (least, most, because) = self.range(self.row, limits);
        let up_to = || format!("{} to {}", grouped(least), grouped(most));
        match (self.row, self.draft.task_size) {
            (Row::Workload, _) => about_workload(self.draft.workload).into(),
            (Row::Model, _) => self.about_model(),
            (Row::Python, _) => self.about_python(),
            (Row::StartMethod, _) => self.about_start_method().into(),
            (Row::Workers, _) if self.draft.model == Model::Serial => {
                "serial means one worker".into()
            }
            (Row::Workers, _) => format!("{}: {because}", up_to()),
            (Row::Tasks, _) => format!("{} units of work: a free worker takes the next", up_to()),
            (Row::SizedBy, _) => "how large a task is: steps of its loop, or a time".into(),
            (Row::TaskSize, TaskSize::Iterations(_)) => {
                "steps of a task's loop, 10 000 000 in the article".into()
            }
            (Row::TaskSize, TaskSize::Milliseconds(_)) => {
                "on an idle core of this machine, by measuring it".into()
            }
            (Row::Writes, _) => format!("{}: how often each task writes its page", up_to()),
            (Row::Files, _) => self.about_files().into(),
            (Row::Addresses, _) => {
                format!("{} pages of the embedded server, fetched in turn", up_to())
            }
            (Row::LatencyMin, _) => "the shortest wait for a page; each draws its own".into(),
            (Row::LatencyMax, _) => "the longest wait for a page; each draws its own".into(),
            (Row::PageBytes, _) => format!("{} bytes: how long each page is", up_to()),
            (Row::SwitchInterval, _) => "after so long a waiting thread asks for the lock".into(),
            (Row::Repeats, _) => format!(
                "{} runs, one after the other, each with its numbers",
                up_to()
            ),
        }
    }

    /// What the chosen model needs for these workers, and what it costs or brings.
    pub fn about_model(&self) -> String {
        let workers = self.draft().workers;
        let cores = u64::from(self.cores_usable).min(workers);
        let threads = counted(workers, "thread");
        match (self.draft.model, self.draft.workload) {
            (Model::Serial, _) => "one thread, one task after the other".into(),
            (Model::Threads, WorkloadKind::Cpu) => {
                format!("{threads}, no lock: {} at once", many_compute(cores))
            }
            (Model::Threads, WorkloadKind::Io) => {
                format!("{threads}, no lock: all can wait at once")
            }
            (Model::GilThreads, WorkloadKind::Cpu) => {
                format!("{threads}, one emulated lock: no gain for computing")
            }
            (Model::GilThreads, WorkloadKind::Io) => {
                format!("{threads}, one emulated lock: free while one waits")
            }
            (Model::Processes, _) => {
                format!(
                    "{}, each with memory of its own",
                    counted_many(workers, "forked process")
                )
            }
            (Model::Rayon, _) => format!("a pool of {threads} that take tasks from each other"),
            (Model::PythonThreads, WorkloadKind::Cpu) => match self.gil() {
                Some(GilState::Off) => {
                    format!(
                        "{threads} of real CPython, GIL off: {} at once",
                        many_compute(cores)
                    )
                }
                _ => format!("{threads} of real CPython, one lock: no gain for computing"),
            },
            (Model::PythonThreads, WorkloadKind::Io) => match self.gil() {
                Some(GilState::Off) => {
                    format!("{threads} of real CPython, GIL off: all can wait at once")
                }
                _ => format!("{threads} of real CPython, one lock: free while one waits"),
            },
            (Model::PythonProcesses, _) => {
                format!(
                    "{} of real CPython, each with a lock of its own",
                    counted_many(workers, "process")
                )
            }
            (Model::PythonInterpreters, _) => {
                format!(
                    "{} in one CPython process, a lock each",
                    counted(workers, "interpreter")
                )
            }
            (Model::PythonAsyncio, WorkloadKind::Io) => {
                format!(
                    "one CPython thread: its event loop has {} in flight",
                    counted(workers, "task")
                )
            }
            (Model::PythonAsyncio, WorkloadKind::Cpu) => {
                "io alone: computing would never give the event loop back".into()
            }
        }
    }

    fn about_files(&self) -> &'static str {
        match self.draft.files {
            Files::OneEach => "each task writes a file of its own",
            Files::OneShared => "all write output.txt, as the article does: each open empties it",
        }
    }
}

fn about_workload(workload: WorkloadKind) -> &'static str {
    match workload {
        WorkloadKind::Cpu => "a task computes: foo += foo*cos(i*pi), over and over",
        WorkloadKind::Io => "a task fetches a page and writes it many times",
    }
}

fn many_compute(cores: u64) -> String {
    if cores == 1 {
        "1 computes".into()
    } else {
        format!("{} compute", grouped(cores))
    }
}

fn counted_many(n: u64, noun: &str) -> String {
    format!("{} {noun}{}", grouped(n), if n == 1 { "" } else { "es" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_about_a_row_fits_four_lines_of_the_panel() {
        for workload in WorkloadKind::ALL {
            for model in Model::ALL {
                let mut setup = Setup::new(64);
                (setup.draft.workload, setup.draft.model, setup.draft.workers) =
                    (workload, model, 1_000);
                for row in setup.rows() {
                    for files in [Files::OneEach, Files::OneShared] {
                        (setup.row, setup.draft.files) = (row, files);
                        let said = setup.about(&Limits::default());
                        assert!(
                            (10..=4 * 20).contains(&said.chars().count()),
                            "{row:?}: {said}"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn a_model_says_what_it_needs_in_the_right_number() {
        let mut setup = Setup::new(2);
        setup.draft.model = Model::Processes;
        assert_eq!(
            setup.about_model(),
            "2 forked processes, each with memory of its own"
        );
        setup.draft.workers = 1;
        assert_eq!(
            setup.about_model(),
            "1 forked process, each with memory of its own"
        );
        (setup.draft.model, setup.draft.workers) = (Model::GilThreads, 4);
        assert_eq!(
            setup.about_model(),
            "4 threads, one emulated lock: no gain for computing"
        );
    }
}
