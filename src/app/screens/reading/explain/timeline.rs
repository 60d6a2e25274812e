//! The bars, the cores, and the curves.

use crate::app::screens::reading::Look;
use crate::app::screens::reading::explain::{Entry, Section};
use crate::domain::phase::Phase;

pub(crate) fn bars() -> Section {
    let mut entries = vec![
        Entry::plain(
            "A row is a worker; from left to right goes the time since just before the first worker was created.",
        ),
        Entry::sign(
            "▃",
            Look::Phase(Phase::Computing),
            "ink: the share of this cell's time that was computing. Two full bars: two cores worked for us",
        ),
    ];
    entries.extend(
        Phase::MEASURED
            .into_iter()
            .chain([Phase::Lost])
            .map(Entry::phase),
    );
    entries.extend([
        Entry::plain("A mark stands where something else took longest, above the ink or instead of it."),
        Entry::sign(
            "w0 ▄ 51 %",
            Look::Strong,
            "so much of its time until now the worker computed; beside it what took most of the rest",
        ),
        Entry::sign(
            "all workers →",
            Look::Strong,
            "the narrow picture of all workers: each of its rows is the sum of several",
        ),
    ]);
    Section::new("What a bar says", entries)
}

pub(crate) fn closer() -> Section {
    let entries = vec![
        Entry::plain(
            "The arrows move a cursor through the bars. On the border below stands what is under it, from the stamps of the \
             worker: its phase, how long, from when to when, on which core; on the border above its task with the time that \
             it spent in each phase.",
        ),
        Entry::named(
            "fetched in",
            "from the begin of a task to the end of its last waiting for the network",
        ),
        Entry::named("written in", "from there to the end of the task"),
        Entry::named("so far", "the slice or the task still goes on"),
        Entry::sign(
            "✗",
            Look::Strong,
            "a task that had failed ended here; n goes to the next one",
        ),
        Entry::named(
            "frozen",
            "Space stops the picture of a run, not its recording",
        ),
    ];
    Section::new("Looking closer", entries)
}

pub(crate) fn by_core() -> Vec<Section> {
    let marks = vec![
        Entry::plain(
            "A row is a core; its ink is the share of the time that our workers computed on it.",
        ),
        Entry::sign(
            "w3",
            Look::Strong,
            "which worker, where its turn begins; a bare number where there is no room",
        ),
        Entry::sign(
            "≈",
            Look::Plain,
            "several workers took turns within one column: zoom in",
        ),
        Entry::sign(
            "╷",
            Look::Strong,
            "another worker's turn begins, too short for its number",
        ),
        Entry::named(
            "51 %",
            "the share of the time so far that workers computed on this core",
        ),
        Entry::named(
            "migrations",
            "how often a stamp found a worker on another core than its stamp before",
        ),
    ];
    let measured = vec![Entry::plain(
        "Each stamp of a worker says on which core it was made: at every change of what it does, and at every look at \
         the clocks, about each millisecond of computing. What happened between two stamps is not seen. Where stamps of \
         two workers overlap on a core, by a millisecond at most, the later one has it.",
    )];
    vec![
        Section::new("What a row says", marks),
        Section::new("How it was measured", measured),
    ]
}

pub(crate) fn measuring() -> Section {
    let how = |phase: Phase| Entry::named(phase.name(), phase.how());
    let entries = vec![
        Entry::plain(
            "Each worker stamps every change of what it does, with the monotonic clock, into a list of its own: no \
             worker waits for another, nor for the screen.",
        ),
        how(Phase::Computing),
        how(Phase::Ready),
        how(Phase::Gil),
        Entry::named(
            "Python",
            "the worker's script stamps with the same clock, into the same lists. Within a task it looks at its clocks \
             after about each millisecond of CPU time; starting ends when all workers are there",
        ),
        Entry::named("network, file, sleep", Phase::Network.how()),
        Entry::plain(
            "A worker is always in one phase: all phases together are the run's time × its workers.",
        ),
    ];
    Section::new("How it was measured", entries)
}

pub(crate) fn cores() -> Vec<Section> {
    let marks = vec![
        Entry::sign(
            "█",
            Look::Parallelism,
            "ours: the share of the run until now that our workers used of this core",
        ),
        Entry::sign(
            "▒",
            Look::Others,
            "others: what everybody else used of it, this program's drawing and its page server included",
        ),
        Entry::named("51 %", "ours, as a number"),
        Entry::named(
            "usable",
            "the least of: cores online, cores this program is bound to, its quota",
        ),
    ];
    let measured = vec![
        Entry::named(
            "ours",
            "the workers' CPU clocks: each reading is booked on the core where the worker is at that moment, about every \
             millisecond of computing",
        ),
        Entry::named(
            "others",
            "/proc/stat less ours. The kernel counts there in steps of 10 ms, so it is taken over windows of 250 ms; \
             while a run goes on the latest window is shown, afterwards the whole run. Runs under 0.5 s: not known",
        ),
        Entry::named(
            "over time",
            "e expands the panel: ours on the timeline's axis, from readings at least 25 ms apart, further apart in runs of \
             more than about ten seconds. Between two readings it is drawn as if it had grown evenly",
        ),
    ];
    vec![
        Section::new("The cores", marks),
        Section::new("How the use of a core was measured", measured),
    ]
}

pub(crate) fn curves() -> Vec<Section> {
    let marks = vec![
        Entry::sign(
            "▇",
            Look::Concurrency,
            "in flight: tasks begun and not yet ended. A full curve: as many as there are workers, or tasks if those are \
             fewer",
        ),
        Entry::sign(
            "▇",
            Look::Parallelism,
            "on a core: workers that a core works for. A full curve: all usable cores",
        ),
        Entry::named(
            "the numbers",
            "while it runs: now; afterwards: the average of the run",
        ),
    ];
    let measured = vec![
        Entry::named(
            "in flight",
            "counted at about 30 looks a second; the average is exact, from the begin and end of every task",
        ),
        Entry::named(
            "on a core",
            "CPU time that the workers gained between two looks, over the time between them. Never a count of phases: \
             writing a file uses a core, too. Now means the last half second, the average is all CPU time over all time",
        ),
    ];
    vec![
        Section::new("Concurrency and parallelism", marks),
        Section::new("How the two numbers were measured", measured),
    ]
}
