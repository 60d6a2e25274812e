//! A trace is written while walking over it: no second one is built in memory.

use std::fmt::{self, Write};

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use super::super::cores::{CoreLane, SEVERAL};
use super::super::{CoreCurves, CoreTime, Lane, Sample, Trace};
use super::letter;
use crate::domain::sequence::Sequence;

impl Serialize for Trace {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_struct("Trace", 12)?;
        out.serialize_field("now_ns", &self.now)?;
        out.serialize_field("concluded", &self.concluded)?;
        out.serialize_field("thinned", &self.thinned)?;
        out.serialize_field("begun", &self.begun)?;
        out.serialize_field("ended", &self.ended)?;
        out.serialize_field("failed", &self.failed)?;
        out.serialize_field("lanes", &self.lanes)?;
        out.serialize_field("on_cores", self.core_lanes())?;
        out.serialize_field("samples", &Samples(&self.samples))?;
        out.serialize_field("cores", &self.cores)?;
        out.serialize_field("curves", &self.core_curves)?;
        out.serialize_field("others", &self.others)?;
        out.end()
    }
}

impl Serialize for Lane {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let events = &self.transitions;
        let after = || {
            let before = std::iter::once(0).chain(events.iter().map(|event| event.at));
            events
                .iter()
                .zip(before)
                .map(|(event, before)| event.at - before)
        };
        let gaps = || {
            (0u32..)
                .zip(events)
                .filter(|(_, event)| event.after_gap)
                .map(|(index, _)| index)
        };
        let mut out = serializer.serialize_struct("Lane", 10)?;
        out.serialize_field("after_ns", &Sequence(after))?;
        out.serialize_field("phases", &Phases(self))?;
        out.serialize_field("tasks", &Sequence(|| events.iter().map(|event| event.task)))?;
        out.serialize_field("cores", &Sequence(|| events.iter().map(|event| event.core)))?;
        out.serialize_field("gaps", &Sequence(gaps))?;
        out.serialize_field("last_stamp_ns", &self.last_stamp)?;
        out.serialize_field("on_task_ns", &self.on_task)?;
        out.serialize_field("migrations", &self.migrations)?;
        out.serialize_field("dropped", &self.dropped)?;
        out.serialize_field("in_doubt", &self.in_doubt)?;
        out.end()
    }
}

struct Phases<'a>(&'a Lane);

impl fmt::Display for Phases<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0
            .transitions
            .iter()
            .try_for_each(|event| f.write_char(letter(event.phase)))
    }
}

impl Serialize for Phases<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Serialize for CoreLane {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let stretches = &self.stretches;
        let after = || {
            let before = std::iter::once(0).chain(stretches.iter().map(|stretch| stretch.until));
            stretches
                .iter()
                .zip(before)
                .map(|(stretch, before)| stretch.from - before)
        };
        let computed = || {
            let before = std::iter::once(0).chain(stretches.iter().map(|stretch| stretch.computed));
            stretches
                .iter()
                .zip(before)
                .map(|(stretch, before)| stretch.computed - before)
        };
        let workers = || {
            stretches
                .iter()
                .map(|stretch| (stretch.who != SEVERAL).then_some(stretch.who))
        };
        let mut out = serializer.serialize_struct("CoreLane", 5)?;
        out.serialize_field("core", &self.core())?;
        out.serialize_field("after_ns", &Sequence(after))?;
        out.serialize_field(
            "for_ns",
            &Sequence(|| stretches.iter().map(|stretch| stretch.until - stretch.from)),
        )?;
        out.serialize_field("computed_ns", &Sequence(computed))?;
        out.serialize_field("workers", &Sequence(workers))?;
        out.end()
    }
}

struct Samples<'a>(&'a [Sample]);

impl Serialize for Samples<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_struct("Samples", 3)?;
        out.serialize_field("at_ns", &Sequence(|| self.0.iter().map(|sample| sample.at)))?;
        out.serialize_field(
            "in_flight",
            &Sequence(|| self.0.iter().map(|sample| sample.in_flight)),
        )?;
        out.serialize_field(
            "on_core",
            &Sequence(|| self.0.iter().map(|sample| sample.on_core)),
        )?;
        out.end()
    }
}

impl Serialize for CoreTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (self.core, self.workers).serialize(serializer)
    }
}

impl Serialize for CoreCurves {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_struct("CoreCurves", 3)?;
        out.serialize_field("apart_ns", &self.apart)?;
        out.serialize_field("at_ns", &Sequence(|| self.points.iter().map(|(at, _)| at)))?;
        out.serialize_field(
            "workers_ns",
            &Sequence(|| self.points.iter().map(|(_, cores)| cores)),
        )?;
        out.end()
    }
}
