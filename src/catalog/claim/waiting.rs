//! Claims about waiting for a network.

use super::{Claim, Design, MORE, Prediction, Setting, is_faster, is_not_faster, value};
use crate::{
    catalog::{
        model::Model,
        workload::{ADDRESSES, LATENCY_MAX, LATENCY_MIN, WAIT, WRITES, Workload},
    },
    domain::{
        claim::{Answer, Bound, Quantity, TrialTopic},
        plan::Draft,
    },
};

/// The number of addresses, as many as in the article.
const PAGES: u64 = 16;
/// How many addresses there are for each core at least, so that many more workers than cores can wait at once.
const PAGES_PER_CORE: u64 = 8;
/// The maximum number of addresses. Each has a process.
const PAGES_MOST: u64 = 128;
/// The shortest and the longest latency of a page, so that one worker takes about two seconds for all of them.
const LATENCY_MS: [u64; 2] = [50, 200];
/// How often a page is written. The article writes 50 times. Writing computes, under the GIL one thread at a time, which
/// would hide how threads wait.
const PAGE_WRITES: u64 = 10;
/// What 16 threads have to be faster than one by. Fetching and writing pages also computes, so 16 times is too much to
/// ask.
const GAIN: f64 = 3.0;
/// How many tasks each core in use has to have in flight at least, to count as concurrency without parallelism.
const IN_FLIGHT: f64 = 3.0;
/// How long a task of the control waits, in milliseconds.
const CONTROL_MS: u64 = 25;
/// What 16 waiting workers have to be faster than one by: half the ideal.
const CONTROL_GAIN: f64 = 8.0;

pub(super) static THREADS: Claim = Claim {
    number: 1,
    title: "Threads speed up I/O until each address has one",
    claim: "Threads speed up I/O although there is a GIL, until there is a thread per address and \
     not beyond.",
    article: "The article's threads fetched 16 addresses faster and faster up to 16 threads.",
    why: "A thread that waits for the network gives up the GIL, so all threads can wait at once. \
     With a thread per address no fetch has to wait for another, and more threads have nothing to do.",
    watch: "thin lines in all rows at once, as all wait for the network",
    expected: Answer::Supported,
    prediction: Prediction::Factor,
    controls: &[TrialTopic::Waiting],
    needs_cores: false,
    closer: false,
    design: |setting| {
        let [one, threads, _] = setting.models();
        let more = [PAGES / 4, PAGES, 2 * PAGES].map(|workers| fetch(setting, threads, workers));
        Design {
            arms: [vec![fetch(setting, one, 1)], more.into()].concat(),
            conditions: vec![
                is_faster(2, 0, GAIN),
                is_faster(2, 1, MORE),
                is_not_faster(3, 2, MORE),
            ],
        }
    },
};

pub(super) static PROCESSES: Claim = Claim {
    number: 4,
    title: "Processes speed up I/O beyond the cores",
    claim: "Processes speed up I/O too, beyond the number of cores, by concurrency and not by \
     parallelism.",
    article: "The article's processes sped up I/O as its threads did.",
    why: "A process that waits needs no core, so more of them than cores can wait at once. They \
     gain what threads gain, and start more slowly.",
    watch: "thin lines again: high concurrency, hardly any parallelism",
    expected: Answer::Supported,
    prediction: Prediction::Factor,
    controls: &[TrialTopic::Waiting],
    needs_cores: false,
    closer: false,
    design: |setting| {
        let [_, threads, processes] = setting.models();
        let cores = u64::from(setting.cores).clamp(1, PAGES_MOST / PAGES_PER_CORE);
        let pages = (PAGES_PER_CORE * cores).max(PAGES);
        let arms = vec![
            fetch_of(setting, processes, cores, pages),
            fetch_of(setting, processes, pages, pages),
            fetch_of(setting, threads, pages, pages),
        ];
        let conditions = vec![
            is_faster(1, 0, MORE),
            value(Quantity::TasksPerCore, 1, Bound::AtLeast(IN_FLIGHT)),
            is_faster(2, 0, MORE),
        ];
        Design { arms, conditions }
    },
};

/// Pure waiting, which has to scale with the workers.
pub(super) fn control() -> Design {
    let wait = |model, workers| Draft {
        tasks: PAGES,
        ..Draft::new(Workload::Sleep, model, workers).with(&WAIT, CONTROL_MS)
    };
    Design {
        arms: vec![wait(Model::Serial, 1), wait(Model::Threads, PAGES)],
        conditions: vec![is_faster(1, 0, CONTROL_GAIN)],
    }
}

fn fetch(setting: &Setting, model: Model, workers: u64) -> Draft {
    fetch_of(setting, model, workers, PAGES)
}

/// Each of these pages once.
fn fetch_of(setting: &Setting, model: Model, workers: u64, pages: u64) -> Draft {
    let draft = setting.draft(Workload::Io, model, workers);
    Draft {
        tasks: pages,
        ..draft
            .with(&ADDRESSES, pages)
            .with(&WRITES, PAGE_WRITES)
            .with(&LATENCY_MIN, LATENCY_MS[0])
            .with(&LATENCY_MAX, LATENCY_MS[1])
    }
}
