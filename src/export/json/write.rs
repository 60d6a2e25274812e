//! Writes the document.

use std::{
    collections::HashSet,
    io::{self, Write},
};

use serde::{Serialize, Serializer, ser::Error};
use serde_json::value::to_raw_value;

use super::{
    SCHEMA,
    advice::OutgoingAdvice,
    claims::{OutgoingClaim, OutgoingControl},
};
use crate::{
    analysis::{
        advice::Advice,
        pattern::{self, Seen},
        shared::Shared,
    },
    domain::{
        history::{RunEntry, SweepEntry},
        machine::Machine,
        record::WithCaveats,
        sweep::{ConfigurationSummary, Series, Sweep},
        trace::Trace,
    },
    present::sentence::{self, conclusion},
};

/// Whether a document contains the traces of its runs. Traces make it replayable and many times larger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Traces {
    /// With all detail that is available here.
    Included,
    /// Without traces; only numbers.
    LeftOut,
}

/// Writes runs and sweeps in their order. `machine` is the one of this session. The document contains it if no run or
/// sweep has a machine.
///
/// # Errors
/// If writing to `out` fails.
pub fn write(
    out: &mut dyn Write,
    machine: &Machine,
    shared: &Shared<'_>,
    traces: Traces,
) -> io::Result<()> {
    let document = Outgoing {
        schema: SCHEMA,
        machine: shared
            .provenances()
            .last()
            .map_or(machine, |last| &last.machine),
        sessions: sessions(shared),
        records: Sequence(|| {
            shared
                .runs
                .iter()
                .map(|run| OutgoingRun::of(shared, run, traces))
        }),
        sweeps: Sequence(|| shared.sweeps.iter().copied().map(OutgoingSweep::from)),
        claims: shared
            .claims
            .iter()
            .map(|claim| OutgoingClaim::of(claim, &shared.runs))
            .collect(),
        controls: shared.controls.iter().map(OutgoingControl::of).collect(),
        advice: shared.advice.map(OutgoingAdvice::of),
    };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    out.write_all(b"\n")
}

/// A list that is generated while it is written.
struct Sequence<F>(F);

impl<F, I> Serialize for Sequence<F>
where
    F: Fn() -> I,
    I: Iterator<Item: Serialize>,
{
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq((self.0)())
    }
}

#[derive(Serialize)]
struct Outgoing<'a, R: Serialize, S: Serialize> {
    schema: &'static str,
    machine: &'a Machine,
    sessions: Vec<OutgoingSession<'a>>,
    records: R,
    sweeps: S,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    claims: Vec<OutgoingClaim>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    controls: Vec<OutgoingControl>,
    #[serde(skip_serializing_if = "Option::is_none")]
    advice: Option<OutgoingAdvice<'a>>,
}

#[derive(Serialize)]
struct OutgoingSession<'a> {
    id: &'a str,
    machine: &'a Machine,
}

/// Each session once, in the order of its first run.
fn sessions<'a>(shared: &Shared<'a>) -> Vec<OutgoingSession<'a>> {
    let mut seen = HashSet::new();
    let from = shared
        .provenances()
        .filter(|from| seen.insert(from.session.as_str()));
    from.map(|from| OutgoingSession {
        id: &from.session,
        machine: &from.machine,
    })
    .collect()
}

#[derive(Serialize)]
struct OutgoingRun<'a> {
    number: usize,
    name: Option<&'a str>,
    session: &'a str,
    #[serde(flatten)]
    record: WithCaveats<'a>,
    speedup: Option<Speedup>,
    /// The patterns that the numbers show, the strongest first.
    patterns: Vec<OutgoingPattern>,
    advice: Option<String>,
    #[serde(serialize_with = "in_one_line")]
    trace: Option<&'a Trace>,
}

/// Writes a trace in one line. With one line per number it would not be readable.
fn in_one_line<S: Serializer>(trace: &Option<&Trace>, serializer: S) -> Result<S::Ok, S::Error> {
    let line = trace.map(to_raw_value).transpose();
    line.map_err(S::Error::custom)?.serialize(serializer)
}

impl<'a> OutgoingRun<'a> {
    fn of(shared: &Shared<'_>, run: &'a RunEntry, traces: Traces) -> OutgoingRun<'a> {
        let (record, cores) = (&run.record, run.provenance.machine.cores_usable);
        let seen = pattern::seen(record, cores).into_iter();
        let advice = Advice::of(record, cores, &shared.finding(run));
        OutgoingRun {
            patterns: seen.map(OutgoingPattern::from).collect(),
            advice: advice.map(|advice| sentence::pattern::advice(&advice)),
            number: run.number,
            name: run.name.as_deref(),
            session: &run.provenance.session,
            speedup: run.gain().map(|gain| Speedup {
                factor: gain.factor,
                baseline: gain.over.number,
            }),
            record: WithCaveats::new(&run.record, run.caveats()),
            trace: run.loaded_trace().filter(|_| traces == Traces::Included),
        }
    }
}

/// A pattern that a run shows.
#[derive(Serialize)]
struct OutgoingPattern {
    kind: &'static str,
    text: String,
}

impl From<Seen> for OutgoingPattern {
    fn from(seen: Seen) -> OutgoingPattern {
        OutgoingPattern {
            kind: seen.pattern().description().id,
            text: sentence::pattern::sentence(&seen),
        }
    }
}

/// The speed-up over the baseline.
#[derive(Serialize)]
struct Speedup {
    factor: f64,
    /// The number of the baseline.
    baseline: usize,
}

#[derive(Serialize)]
struct OutgoingSweep<'a> {
    number: usize,
    name: Option<&'a str>,
    session: &'a str,
    #[serde(flatten)]
    sweep: &'a Sweep,
    complete: bool,
    /// The summaries of the configurations that were measured.
    summary: Vec<&'a ConfigurationSummary>,
    fits: Vec<&'a Series>,
    conclusion: String,
}

impl<'a> From<&'a SweepEntry> for OutgoingSweep<'a> {
    fn from(shared: &'a SweepEntry) -> OutgoingSweep<'a> {
        let results = &shared.results;
        let is_fitted = |series: &&Series| series.fits.is_some();
        OutgoingSweep {
            number: shared.number,
            name: shared.name.as_deref(),
            session: &shared.provenance.session,
            sweep: &shared.sweep,
            complete: results.is_complete,
            summary: results.summaries.iter().flatten().collect(),
            fits: results.series.iter().filter(is_fitted).collect(),
            conclusion: conclusion::of_entry(shared),
        }
    }
}
