//! How the numbers of a report were measured, in sentences for readers who were not there.

use crate::{
    analysis::shared::Shared,
    catalog::{
        metric::{METRICS, Metric, TABLES},
        model::Model,
        workload::Workload,
    },
    domain::record::{PhaseSource, Record},
};

/// One paragraph for each subject that concerns these runs.
pub(super) fn paragraphs(shared: &Shared<'_>) -> Vec<String> {
    let any = |is: &dyn Fn(&Record) -> bool| shared.runs.iter().any(|run| is(&run.record));
    let by = |source: PhaseSource| any(&|record| record.measurement.phase_source == source);
    let is_of_commands = any(&|record| record.plan.workload.is_command());
    let (is_recorded, is_swept) = (!shared.runs.is_empty(), !shared.sweeps.is_empty());
    let workloads = Workload::ALL.map(|workload| {
        let is_its = any(&|record| record.plan.workload == workload);
        (is_its, workload.description().method)
    });
    let models = Model::ALL.map(|model| {
        let is_its = any(&|record| record.plan.model() == model);
        (is_its, model.description().method)
    });
    let others = [
        (any(&|record| record.plan.model().is_python()), PYTHON),
        (by(PhaseSource::ClockAndSchedstatGilEstimated), PYTHON_LOCK),
        (
            by(PhaseSource::ClockGilEstimated),
            PYTHON_LOCK_WITHOUT_SCHEDSTAT,
        ),
        (by(PhaseSource::SwitchesAndSyscalls), SWITCHES),
        // The work of commands says it itself.
        (by(PhaseSource::Samples) && !is_of_commands, SAMPLES),
        (is_swept, SWEEP),
        (is_swept, STATISTICS),
        (is_recorded, PICTURES),
    ];
    let numbers = METRICS
        .iter()
        .filter(|metric| is_recorded && metric.is_in(TABLES));
    let texts = [(is_recorded, PHASES)]
        .into_iter()
        .chain(workloads)
        .chain(models)
        .chain(others)
        .filter(|(concerns, text)| *concerns && !text.is_empty());
    numbers
        .map(Metric::sentence)
        .chain(texts.map(|(_, text)| text.into()))
        .collect()
}

const PHASES: &str = "Every worker stamps what it does on a monotonic clock, without locks and \
 without system calls. The worker's CPU clock distinguishes computing from waiting for a core.";
const PYTHON: &str = "The models of Python are executed by CPython itself, with a script that needs nothing but its \
    standard library. Its start-up (interpreter, imports, pool) is a part of the time. Whether the GIL was on was asked in \
    the interpreters that executed the tasks. Speed-ups are measured against one thread of the same interpreter, unless \
    another baseline was chosen.";
const PYTHON_LOCK: &str = "How long threads of CPython wait for the GIL cannot be read. It is estimated: what is left of a \
    computing task's wall time after its CPU time and the time that the kernel says it waited for a core. Waiting for the \
    GIL while fetching or writing is in network and file, and cannot be told apart.";
const PYTHON_LOCK_WITHOUT_SCHEDSTAT: &str = "How long threads of CPython wait for the GIL cannot be read. Where the kernel \
    did not tell who waits for a core, it is estimated as all that is left of a computing task's wall time after its CPU \
    time, so that waiting for a core is in it.";
const SWITCHES: &str = "Where the kernel recorded when each thread of Python got a core and lost it, computing and waiting \
    come from these records. What a thread waited for is known from samples of the system call that it was in: the GIL, \
    another lock, the network, a file, a process, or time. A wait without a sample counts as the sampled one of the \
    most similar length.";
const SAMPLES: &str = "Where the kernel refused to record when each thread of Python got a core, each was sampled every few \
    milliseconds. How long it computed and waited for a core between two samples is the kernel's account. What it waited \
    for otherwise is what the samples found it waiting for: a share of the waiting has an error of at least one divided by \
    the root of the number of samples.";
const SWEEP: &str = "A sweep measures every configuration once per round, in an order that is shuffled anew in each round, \
    after a warm-up round that is not counted: drift and heat hit all alike.";
const STATISTICS: &str = "Times are medians over the rounds, with a 95 % bootstrap interval of the median; a speed-up is the \
    ratio of two medians, with both resampled. Dashed curves are fitted, not measured. The serial part is that of Karp \
    and Flatt.";
const PICTURES: &str = "In a timeline, the height of an area is the phase's share of the time that \
 a column stands for. Totals in the tables do not depend on the timelines.";
