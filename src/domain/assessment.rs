//! What is said of a run because of other runs. It follows them, so it is kept beside the record and never in it.

use std::sync::Arc;

use super::{
    record::Record,
    speedup::{Baseline, Gain},
};
use crate::catalog::caveat::Caveat;

/// What other runs say about one.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Assessment {
    /// Times faster than its baseline; `None` without one.
    pub speedup: Option<f64>,
    /// What its speed-up is measured against; `None` if there is nothing.
    pub baseline: Option<Baseline>,
    /// Whether it is the baseline of its work.
    pub is_baseline: bool,
    /// Whether it is the fastest of its work: clearly ahead of every other configuration.
    pub is_fastest: bool,
    /// If the cores cannot explain its speed-up.
    pub implausible: Option<Caveat>,
    /// If its time is far from that of its repeats.
    pub outlier: Option<Caveat>,
    /// The numbers of the runs that repeat it, its own among them; none if its time does not count.
    pub repeats: Arc<[usize]>,
}

impl Assessment {
    /// The speed-up with what it was measured against: against itself there is none to tell.
    pub fn gain(&self) -> Option<Gain> {
        self.own_gain().filter(|_| !self.is_baseline)
    }

    /// The same, of a baseline over itself too.
    pub fn own_gain(&self) -> Option<Gain> {
        Some(Gain {
            factor: self.speedup?,
            over: self.baseline?,
        })
    }

    /// Every reason to trust this record less: its own, and those that other runs give. A record that was read may have
    /// some of the latter from where it was written: here they are found anew.
    pub fn caveats<'a>(&'a self, record: &'a Record) -> impl Iterator<Item = &'a Caveat> + Clone {
        let own = record.measurement.caveats.iter();
        own.filter(|caveat| !caveat.kind.is_relative())
            .chain(&self.implausible)
            .chain(&self.outlier)
    }
}
