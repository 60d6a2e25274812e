//! Claims about who decides which worker runs.

use super::{Claim, Design, Prediction, computing::compute, value};
use crate::{
    catalog::model::Model,
    domain::claim::{Answer, Bound, Quantity, TrialTopic},
};

/// The largest mean number of cores in use that means "one at a time". Waking up the next thread takes a core for a
/// moment.
const ONE_CORE: f64 = 1.1;
/// The largest share of the time in which two threads compute at the same moment that means "one at a time". A thread
/// stamps its events just before it gives the lock away and just after it gets it.
const NO_OVERLAP: f64 = 0.001;
/// The largest rate of context switches that means "not scheduled by the kernel", per second.
const UNSCHEDULED: f64 = 1.0;

pub(super) static ONE_AT_A_TIME: Claim = Claim {
    number: 7,
    title: "Under the GIL, one thread executes at a time",
    claim: "Only one thread executes at a time under the GIL.",
    article: "The article says so, and shows it by times.",
    why: "The GIL is a mutex: a thread that wants it asks the holder to let go after 5 ms. Threads \
     take turns, and each turn of one is a wait of all others.",
    watch: "where one row has a bar, all others have none",
    expected: Answer::Supported,
    prediction: Prediction::Truth,
    controls: &[TrialTopic::Lock, TrialTopic::Cores],
    needs_cores: true,
    closer: true,
    design: |setting| {
        let [_, threads, _] = setting.models();
        let mut arms = vec![compute(setting, threads, setting.per_core())];
        let mut conditions = vec![value(Quantity::CoresInUse, 0, Bound::AtMost(ONE_CORE))];
        // The emulation records when each thread computes. For CPython's GIL that is an estimate.
        if setting.python.is_some() {
            arms.push(compute(setting, Model::GilThreads, setting.per_core()));
        }
        let overlap = Bound::AtMost(NO_OVERLAP);
        conditions.push(value(Quantity::Overlap, arms.len() - 1, overlap));
        Design { arms, conditions }
    },
};

pub(super) static BY_THE_LOCK: Claim = Claim {
    number: 8,
    title: "The system schedules processes, the GIL threads",
    claim: "Processes are scheduled by the operating system, threads by the GIL.",
    article: "The article says so. It is wrong about threads.",
    why: "The operating system schedules both: it gives threads and processes a core, takes it away \
     and moves them to another one. The lock only decides which thread may run Python code.",
    watch: "the cores on which each thread runs (v shows them)",
    expected: Answer::Contradicted,
    prediction: Prediction::Truth,
    controls: &[],
    needs_cores: false,
    closer: false,
    design: |setting| {
        let [_, threads, processes] = setting.models();
        let cores = setting.per_core();
        let arms = vec![
            compute(setting, threads, cores),
            compute(setting, processes, 2 * cores),
        ];
        let conditions = vec![
            value(Quantity::Switches, 0, Bound::AtMost(UNSCHEDULED)),
            value(Quantity::Switches, 1, Bound::AtLeast(UNSCHEDULED)),
        ];
        Design { arms, conditions }
    },
};
