//! The article's `io_intensive`: a task fetches a page and then, many times, renders it like `str(bytes)` and writes it
//! to a file that it opens and closes.

use super::{SweepSuggestion, TaskStep, WorkloadDescription};
use crate::{
    catalog::parameter::{Help, Parameter, ParameterKind, SwitchChoice, Values},
    domain::text::{bytes, counted, grouped},
};

pub(super) static IO: WorkloadDescription = WorkloadDescription {
    name: "io",
    line: "fetch a page, write it many times",
    label: |values| {
        if values.is_on(&SHARED_FILE) {
            "io, one file"
        } else {
            "io"
        }
    },
    about: "a task fetches a page and writes it many times",
    method: "The work of io is to fetch pages over HTTP and to write them to files. Without a list \
     of addresses, an embedded server answers after times that are drawn from a seed, so that \
     runs can be compared.",
    tasks: 16,
    parameters: &[
        &WRITES,
        &SHARED_FILE,
        &ADDRESSES,
        &LATENCY_MIN,
        &LATENCY_MAX,
        &PAGE_BYTES,
    ],
    sizing: None,
    steps: |values| vec![TaskStep::Fetch, TaskStep::Write(values.get(&WRITES))],
    contradiction: |values| {
        let (min, max) = (values.get(&LATENCY_MIN), values.get(&LATENCY_MAX));
        let sentence = format!(
            "latency from {} ms to {} ms: the first time must not be longer than the second",
            grouped(min),
            grouped(max)
        );
        (min > max).then_some((&LATENCY_MAX, sentence))
    },
    size,
    sweep: SweepSuggestion::OF_WAITING,
};

fn size(values: &Values, has_urls: bool) -> String {
    let times = counted(values.get(&WRITES), "write");
    let into = if values.is_on(&SHARED_FILE) {
        " to one file"
    } else {
        ""
    };
    let addresses = values.get(&ADDRESSES);
    let plural = if addresses == 1 { "" } else { "es" };
    let from = if has_urls {
        "from a list".into()
    } else {
        format!(
            "of the embedded server: answers after {} to {} ms, pages of {}",
            values.get(&LATENCY_MIN),
            values.get(&LATENCY_MAX),
            bytes(values.get(&PAGE_BYTES))
        )
    };
    let addresses = grouped(addresses);
    format!("{times} per task{into}, {addresses} address{plural} {from}")
}

/// The number of times that a task writes its page.
pub static WRITES: Parameter = Parameter {
    id: "writes",
    flag: "writes",
    label: "Writes",
    what: "writes",
    kind: ParameterKind::Count,
    default: 50,
    range: 1..=10_000,
    about: "{range}: how often each task writes its page",
    meaning: "how often an io task writes its page to a file; the writes end in the page cache",
    note: "of the page, in each task",
    help: Help {
        short: "How often a task writes its page to a file",
        long: "From 1 to 10000 [default: 50]",
        is_rare: true,
    },
    is_of_server: false,
};

/// Whether all tasks write one file, as the article's code does. That file is removed after the run. Otherwise each
/// task has its own file, which is removed when the task ends.
pub static SHARED_FILE: Parameter = Parameter {
    id: "shared_file",
    flag: "shared-file",
    label: "Files",
    what: "the files",
    kind: ParameterKind::Switch([
        SwitchChoice {
            word: "one per task",
            about: "each task writes its own file",
            note: "removed when its task ends",
        },
        SwitchChoice {
            word: "one shared",
            about: "all write output.txt, as in the article; each open empties it",
            note: "each write empties it first",
        },
    ]),
    default: 0,
    range: 0..=1,
    about: "",
    meaning: "whether each task writes its own file, or all write one output.txt, as the article's \
     code does; the program then says what is left in it",
    note: "",
    help: Help {
        short: "Let all tasks write one file, as in the article",
        long: "The program says what is left in it afterwards. Without this, each task has its own \
         file.",
        is_rare: true,
    },
    is_of_server: false,
};

/// The number of pages of the embedded server.
pub static ADDRESSES: Parameter = Parameter {
    id: "addresses",
    flag: "addresses",
    label: "Addresses",
    what: "addresses",
    kind: ParameterKind::Doubling,
    default: 16,
    range: 1..=1_000,
    about: "{range} pages of the embedded server, fetched in turn",
    meaning: "pages of the embedded server; task t fetches page t modulo their number",
    note: "fetched in turn",
    help: Help {
        short: "How many pages the embedded server has, from 1 to 1000; task t fetches page t mod N [default: 16]",
        long: "",
        is_rare: true,
    },
    is_of_server: true,
};

/// The help for the option that sets both latencies.
const LATENCY: Help = Help {
    short: "How long the embedded server takes to answer",
    long: "A range from which the latency of each address is drawn, or one time for all, up to 60s \
     [default: 100ms..400ms]",
    is_rare: true,
};

/// The shortest latency of the embedded server.
pub static LATENCY_MIN: Parameter = Parameter {
    id: "latency_min_s",
    flag: "latency",
    label: "Latency",
    what: "the shortest latency in ms",
    kind: ParameterKind::MillisecondsUpTo(&LATENCY_MAX),
    default: 100,
    range: 0..=60_000,
    about: "the shortest latency of a page; each has its own",
    meaning: "the shortest latency of the embedded server; each address has its own, drawn from \
     the seed",
    note: "of the embedded server, drawn per address",
    help: LATENCY,
    is_of_server: true,
};

/// The longest latency of the embedded server.
pub static LATENCY_MAX: Parameter = Parameter {
    id: "latency_max_s",
    flag: "latency",
    label: "    up to",
    what: "the longest latency in ms",
    kind: ParameterKind::Milliseconds,
    default: 400,
    range: 0..=60_000,
    about: "the longest latency of a page; each has its own",
    meaning: "the longest latency of the embedded server",
    note: "",
    help: LATENCY,
    is_of_server: true,
};

/// The size of a page of the embedded server.
pub static PAGE_BYTES: Parameter = Parameter {
    id: "page_bytes",
    flag: "page-bytes",
    label: "Page size",
    what: "the page size in bytes",
    kind: ParameterKind::Bytes,
    default: 60_000,
    range: 1..=8 << 20,
    about: "{range} bytes: how long each page is",
    meaning: "how long each page of the embedded server is, in bytes",
    note: "",
    help: Help {
        short: "Size of a page of the embedded server, from 1 to 8388608, as in 60000, 60k or 1M [default: 60k]",
        long: "",
        is_rare: true,
    },
    is_of_server: true,
};
