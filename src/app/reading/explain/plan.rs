//! The form.

use super::{Entry, Section};
use crate::domain::model::Model;
use crate::domain::workload::WorkloadKind;

pub(super) fn sections() -> Vec<Section> {
    let workloads = WorkloadKind::ALL.map(|kind| Entry::named(kind.name(), kind.description()));
    let models = Model::ALL.map(|model| Entry::named(model.name(), model.description()));
    let numbers = vec![
        Entry::named(
            "Python",
            "by which interpreter the tasks are executed: python3 on PATH unless you choose another; Enter lists all that \
             were found on PATH and in pyenv",
        ),
        Entry::named(
            "Start by",
            "how multiprocessing makes its processes: fork, forkserver or spawn",
        ),
        Entry::named(
            "Workers",
            "threads or processes that execute tasks; serial has one",
        ),
        Entry::named(
            "Tasks",
            "units of work; each is executed once, by whichever worker is free",
        ),
        Entry::named(
            "Task by",
            "whether a cpu task's size is given as steps of its loop, or as a time",
        ),
        Entry::named(
            "Iterations",
            "steps of a task's loop, 10 000 000 in the article",
        ),
        Entry::named(
            "Task takes",
            "as many steps as an idle core of this machine does in that time; under Python's models, as the chosen \
             interpreter does",
        ),
        Entry::named(
            "Writes",
            "how often an io task writes its page to a file; it ends in memory, the page cache",
        ),
        Entry::named(
            "Files",
            "one each: a task writes a file of its own; one shared: all write output.txt, as the article's code does, and \
             what is left in it is told",
        ),
        Entry::named(
            "Addresses",
            "pages of the embedded server; task t fetches page t modulo their number",
        ),
        Entry::named(
            "Latency",
            "the shortest that the embedded server waits before it answers; each address has a wait of its own, drawn from \
             the seed",
        ),
        Entry::named("up to", "the longest that it waits"),
        Entry::named(
            "Page",
            "how long each page of the embedded server is, in bytes",
        ),
        Entry::named(
            "Switch at",
            "after so long a thread that waits for the emulated lock asks for it (CPython: 5 ms)",
        ),
        Entry::named("Repeats", "so many runs, each with a row of its own"),
    ];
    let size = vec![Entry::plain(
        "The machine's speed is measured once, in about a quarter of a second, as steps per second of CPU time: the \
         best of three at five places of the loop, as late steps cost more than early ones. What a task really takes \
         depends on who else uses the cores.",
    )];
    let estimate = vec![Entry::plain(
        "An estimate of one run, before anything is measured: how the tasks share workers and cores, at the machine's \
         measured speed, with the latencies of the addresses. What writing costs is known from the first io run on. \
         Starting, scheduling and other programs come on top.",
    )];
    vec![
        Section::new("Workload: what one task does", workloads.into()),
        Section::new("Model: how the tasks are executed", models.into()),
        Section::new("The numbers", numbers),
        Section::new("About how long a run will take", estimate),
        Section::new("How \"task takes\" becomes a number of steps", size),
    ]
}
