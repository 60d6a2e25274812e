//! Sweeps whose runs took given times.

use pconc_tui::{
    catalog::{model::Model, workload::Workload},
    domain::{
        machine::WorkerLimits,
        plan::Draft,
        record::{CampaignPart, Record},
        sweep::{Sweep, SweepDraft, SweepPlan},
    },
};

use super::{python, sample};

/// A configuration, and the times of its counted runs.
pub type Row = (Model, u64, &'static [f64]);

/// Serial runs of about three seconds.
pub const SERIAL: Row = (Model::Serial, 1, &[3.0, 3.02, 2.98, 3.01, 2.99]);

/// Five times that differ by about one percent.
pub fn one_percent(around: f64) -> &'static [f64] {
    Box::leak(Box::new(
        [1.0, 1.01, 0.99, 1.005, 0.995].map(|factor| factor * around),
    ))
}

/// A draft of the usual work.
pub fn draft(kind: Workload, models: &[Model], workers: &[u64], repeats: u64) -> SweepDraft {
    SweepDraft {
        draft: Draft::new(kind, Model::Serial, 1),
        models: models.to_vec(),
        pythons: vec![],
        workers: workers.to_vec(),
        repeats,
        seed: 1,
    }
}

/// A plan of the usual work.
pub fn plan(kind: Workload, models: &[Model], workers: &[u64], repeats: u64) -> SweepPlan {
    draft(kind, models, workers, repeats)
        .validate(&WorkerLimits::default())
        .expect("the draft is valid")
}

/// A draft for a usual interpreter and one without the lock.
pub fn by_pythons(models: &[Model], workers: &[u64]) -> SweepDraft {
    SweepDraft {
        pythons: vec![python::interpreter(), python::free_threaded()],
        ..draft(Workload::Cpu, models, workers, 3)
    }
}

/// The sweep of these configurations.
pub fn sweep(kind: Workload, rows: &[Row]) -> Sweep {
    let models: Vec<Model> = rows.iter().map(|row| row.0).collect();
    let workers: Vec<u64> = rows
        .iter()
        .filter(|row| row.0 != Model::Serial)
        .map(|row| row.1)
        .collect();
    of(plan(kind, &models, &workers, 9))
}

/// A sweep of this plan.
pub fn of(plan: SweepPlan) -> Sweep {
    Sweep {
        id: "s.1".into(),
        plan,
    }
}

/// The records of this sweep.
pub fn records(kind: Workload, rows: &[Row]) -> Vec<Record> {
    let mut records = vec![];
    for (model, workers, times) in rows {
        for (round, time) in (1..).zip(*times) {
            let mut record = sample::record(sample::plan(kind, *model, *workers), *time, 1.0);
            record.id = format!("{}-{workers}-{round}", model.name());
            record.campaign = part(round);
            records.push(record);
        }
    }
    records
}

/// The records of a sweep of this plan, with the times of each configuration in their order.
pub fn measured(plan: &SweepPlan, times: &[&[f64]]) -> Vec<Record> {
    let mut records = vec![];
    for (configuration, times) in plan.configurations.iter().zip(times) {
        for (round, time) in (1..).zip(*times) {
            let mut record = sample::record(configuration.clone(), *time, 1.0);
            record.campaign = part(round);
            records.push(record);
        }
    }
    records
}

/// The place of a run in this round of the sweep.
pub fn part(round: u32) -> Option<CampaignPart> {
    Some(CampaignPart {
        id: "s.1".into(),
        round,
        in_turn: false,
    })
}
