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
    /// How many times as fast as its baseline it is; `None` without a baseline.
    pub speedup: Option<f64>,
    /// The run that its speed-up is measured against, if there is one.
    pub baseline: Option<Baseline>,
    /// Whether it is the baseline of its work.
    pub is_baseline: bool,
    /// Whether it is the fastest of its work: clearly ahead of every other configuration.
    pub is_fastest: bool,
    /// Set if the cores cannot explain its speed-up.
    pub implausible: Option<Caveat>,
    /// Set if its time is far from that of its repeats.
    pub outlier: Option<Caveat>,
    /// The numbers of the runs that repeat it, including its own. Empty if its time does not count.
    pub repeats: Arc<[usize]>,
}

impl Assessment {
    /// The speed-up and the baseline. `None` for the baseline itself, whose speed-up over itself says nothing.
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
