//! What other runs say about a run. It changes when they do, so it is kept beside the record and never in it.

use std::sync::Arc;

use super::{
    record::Record,
    speedup::{Baseline, Gain},
};
use crate::catalog::caveat::Caveat;

/// What other runs say about a run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Assessment {
    /// How many times as fast as its baseline the run is; `None` without a baseline.
    pub speedup: Option<f64>,
    /// The run that the speed-up is measured against, if there is one.
    pub baseline: Option<Baseline>,
    /// Whether the run is the baseline of its work.
    pub is_baseline: bool,
    /// Whether the run is the fastest of its work: clearly ahead of every other configuration.
    pub is_fastest: bool,
    /// Whether it was measured in turn with its baseline, and their pairs do not decide which one is faster.
    pub is_undecided: bool,
    /// The caveat that the cores cannot explain the speed-up, if they cannot.
    pub implausible: Option<Caveat>,
    /// The caveat that the time is far from that of the repeats, if it is.
    pub outlier: Option<Caveat>,
    /// The numbers of the runs that repeat this one, including its own. Empty if its time does not count.
    pub repeats: Arc<[usize]>,
}

impl Assessment {
    /// The speed-up and the baseline. `None` for the baseline itself, because a speed-up over itself is always 1.
    pub fn gain(&self) -> Option<Gain> {
        self.own_gain().filter(|_| !self.is_baseline)
    }

    /// The speed-up and the baseline, also for the baseline itself.
    pub fn own_gain(&self) -> Option<Gain> {
        Some(Gain {
            factor: self.speedup?,
            over: self.baseline?,
        })
    }

    /// The speed-up for a table, which has no room to say that the pairs do not decide it.
    pub fn decided_speedup(&self) -> Option<f64> {
        self.speedup.filter(|_| !self.is_undecided)
    }

    /// Every reason to trust this record less, its own and those that other runs give. A record that was read from a
    /// file may have caveats that follow from other runs where it was written; those are replaced by the ones found
    /// here.
    pub fn caveats<'a>(&'a self, record: &'a Record) -> impl Iterator<Item = &'a Caveat> + Clone {
        let own = record.measurement.caveats.iter();
        own.filter(|caveat| !caveat.kind.is_relative())
            .chain(&self.implausible)
            .chain(&self.outlier)
    }
}
