//! Explanations of the form's rows: what a model needs and costs, what a number means, and its range.

use crate::{
    app::screens::form::Setup,
    catalog::{
        model::Situation,
        parameter::{Parameter, TASKS, WORKERS},
    },
    domain::{
        machine::Limit,
        text::{counted, grouped},
    },
};

impl Setup {
    /// What a number means, and its range.
    pub(crate) fn about_number(&self, parameter: &Parameter) -> String {
        let (least, Limit { most, because }) = self.range(parameter);
        let about = parameter.about(self.draft.get(parameter), (least, most));
        let draft = self.draft();
        match idle_workers(draft.workers, draft.tasks) {
            Some(idle) if [&WORKERS, &TASKS].contains(&parameter) => idle,
            _ if *parameter == WORKERS => format!("{about}: {because}"),
            _ => about,
        }
    }

    /// What the chosen model needs for this number of workers, and what it costs or gains.
    pub fn about_model(&self) -> String {
        let workers = self.draft().workers;
        let situation = Situation {
            workers,
            at_once: u64::from(self.cores_usable).min(workers),
            computes: self.draft.computes(),
            waits: !self.draft.workload.computes(),
            gil: self.gil(),
        };
        (self.draft.model.description().about)(&situation)
    }
}

/// That some workers get no task, if there are more workers than tasks.
pub(crate) fn idle_workers(workers: u64, tasks: u64) -> Option<String> {
    let idle = workers.checked_sub(tasks).filter(|idle| *idle > 0)?;
    Some(format!(
        "{} of {} will have nothing to do: only {}",
        grouped(idle),
        counted(workers, "worker"),
        counted(tasks, "task")
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        catalog::{
            model::Model,
            workload::{COMPUTE_ITERATIONS, SHARED_FILE, Workload},
        },
        domain::{machine::WorkerLimits, plan::Draft},
    };

    #[test]
    fn what_is_said_about_a_row_fits_four_lines_of_the_panel() {
        for workload in Workload::ALL {
            for model in Model::ALL {
                let mut setup = Setup::new(64, WorkerLimits::default());
                (setup.draft.workload, setup.draft.model, setup.draft.workers) =
                    (workload, model, 1_000);
                for field in setup.fields() {
                    for files in [0, 1] {
                        setup.draft.set(&SHARED_FILE, files);
                        let said = setup.described(field).about;
                        assert!(
                            (10..=4 * 20).contains(&said.chars().count()),
                            "{field:?}: {said}"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn a_model_says_what_it_needs_in_the_right_number() {
        let mut setup = Setup::new(2, WorkerLimits::default());
        setup.draft.model = Model::Processes;
        assert_eq!(
            setup.about_model(),
            "2 forked processes, each with its own memory"
        );
        setup.draft.workers = 1;
        assert_eq!(
            setup.about_model(),
            "1 forked process, each with its own memory"
        );
        (setup.draft.model, setup.draft.workers) = (Model::GilThreads, 4);
        assert_eq!(
            setup.about_model(),
            "4 threads, one emulated GIL: no gain in computing"
        );
    }

    #[test]
    fn of_tasks_that_compute_and_wait_not_all_do_both_at_once() {
        let mut setup = Setup::new(2, WorkerLimits::default());
        setup.draft = Draft::new(Workload::Sleep, Model::Threads, 16);
        assert_eq!(setup.about_model(), "16 threads: all can wait at once");
        setup.draft.set(&COMPUTE_ITERATIONS, 1_000_000);
        assert_eq!(
            setup.about_model(),
            "16 threads without GIL: 2 compute in parallel, all can wait"
        );
    }

    #[test]
    fn workers_without_a_task_are_pointed_out_at_both_numbers() {
        let mut setup = Setup::new(2, WorkerLimits::default());
        setup.draft = Draft::new(Workload::Io, Model::Threads, 32);
        let said = |setup: &Setup| [&WORKERS, &TASKS].map(|number| setup.about_number(number));
        let idle = "16 of 32 workers will have nothing to do: only 16 tasks";
        for about in said(&setup) {
            assert_eq!(about, idle);
        }
        for fitting in [1, 16] {
            setup.draft.workers = fitting;
            assert!(said(&setup).iter().all(|about| !about.contains("nothing")));
        }
        // Serial has one worker, whatever number is kept for the other models.
        (setup.draft.workers, setup.draft.model) = (32, Model::Serial);
        assert!(!said(&setup)[1].contains("nothing"));
    }
}
