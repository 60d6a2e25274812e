//! Explanations of the form's rows: what a model needs and costs, what a number means, and its range.

use crate::{
    app::screens::form::Setup,
    catalog::{
        model::Situation,
        parameter::{Parameter, WORKERS},
    },
    domain::machine::Limit,
};

impl Setup {
    /// What a number means, and its range.
    pub(crate) fn about_number(&self, parameter: &Parameter) -> String {
        let (least, Limit { most, because }) = self.range(parameter);
        let about = parameter.about(self.draft.get(parameter), (least, most));
        if *parameter == WORKERS {
            format!("{about}: {because}")
        } else {
            about
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
        assert_eq!(
            setup.about_model(),
            "16 threads, no GIL: all can wait at once"
        );
        setup.draft.set(&COMPUTE_ITERATIONS, 1_000_000);
        assert_eq!(
            setup.about_model(),
            "16 threads, no GIL: 2 compute in parallel, all can wait"
        );
    }
}
