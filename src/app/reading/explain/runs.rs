//! Finished runs: the history, one run's details, a comparison.

use super::super::help::signs_of_history;
use super::{Entry, Section};

pub(super) fn history() -> Vec<Section> {
    let columns = vec![
        Entry::named("time", "from just before the first worker was created to the last one's last stamp"),
        Entry::named(
            "speed-up",
            "the baseline's time over this run's time; its bar is as long as the number is large",
        ),
        Entry::named("conc.", "concurrency: tasks in flight, on average"),
        Entry::named("par.", "parallelism: workers on a core, on average"),
        Entry::named(
            "eff. (%)",
            "efficiency: speed-up over workers: what each was worth. Where they wait, it says nothing about cores",
        ),
        Entry::named(
            "–",
            "not known, or without meaning: no baseline yet, or efficiency against one of several workers",
        ),
        Entry::named("C", "chooses and sorts the columns, and says what each means"),
    ];
    let measured = vec![
        Entry::plain(
            "Each worker reads the monotonic clock itself. Joining or reaping the workers comes after the time.",
        ),
        Entry::plain(
            "The same work means the same workload, parameters and tasks; for io the same seed, too. Between runs of \
             different work there is no speed-up.",
        ),
        Entry::plain(
            "A speed-up is of single runs, so it has two digits; less than a tenth is called no gain.",
        ),
    ];
    vec![
        Section::new("What stands before a run", signs_of_history()),
        Section::new("The columns", columns),
        Section::new("How they were measured", measured),
    ]
}

pub(super) fn details() -> Vec<Section> {
    let measured = vec![
        Entry::named(
            "time",
            "the monotonic clock: from just before the first worker was created to the last stamp",
        ),
        Entry::named(
            "start-up",
            "from there to the begin of the first task; all workers wait for the last one to be there",
        ),
        Entry::named(
            "teardown",
            "from the last stamp until all workers were joined or reaped; not in the time",
        ),
        Entry::named(
            "concurrency",
            "the times of all tasks, from their begin to their end, summed, over the time",
        ),
        Entry::named("parallelism", "the workers' CPU time over the time"),
        Entry::named("CPU time", "the kernel's CPU clock of each worker's thread"),
        Entry::named("lock", "the emulated lock counts each time that it went to another worker"),
        Entry::named(
            "core",
            "given up or lost: the kernel's count of each thread's context switches (getrusage)",
        ),
        Entry::named(
            "memory",
            "of forked workers, when the last task of each had ended: private pages, and of each \
                      shared page a fair part (PSS). Threads share the program's memory: no number",
        ),
        Entry::named(
            "observer",
            "CPU time of sampling and drawing meanwhile; above 2 % of a core it is told as a doubt",
        ),
    ];
    let phases = vec![
        Entry::plain("Summed over the workers, so that all phases together are the time × the workers."),
        Entry::plain(
            "They come from sums that each worker keeps, not from the picture: exact, even where events are missing.",
        ),
    ];
    let doubts = vec![Entry::plain(
        "A line with ! is a reason to trust the run less: others used the cores, watching cost too much, the machine \
         slept, a worker died, or a speed-up is more than the cores can give.",
    )];
    vec![
        Section::new("How the numbers were measured", measured),
        Section::new("Time by phase", phases),
        Section::new("Doubts", doubts),
    ]
}

pub(super) fn comparison() -> Vec<Section> {
    let picture = vec![
        Entry::plain("All runs begin at 0 on one time axis: the shorter one ends further left."),
        Entry::plain("Bars of all runs are equally high: twice the ink is twice the computing."),
        Entry::named("n of m drawn", "there is no room for all workers: some of them are shown"),
    ];
    let table = vec![
        Entry::named(
            "speed-up",
            "over the run's own baseline: the run chosen with b, else the latest serial run of the same work",
        ),
        Entry::named("concurrency", "tasks in flight, on average"),
        Entry::named("parallelism", "workers on a core, on average"),
        Entry::named("phases", "summed over the workers of a run: more workers have more time to spend"),
        Entry::named("difference", "the second run less the first, of the numbers as they are printed"),
    ];
    let sentence = vec![Entry::plain(
        "The sentence on top names the fastest and the slowest run, if all did the same work to its end, and what \
         clearly differed: workers on a core, tasks in flight, or a phase that explains half of it. Otherwise it gives \
         no reason.",
    )];
    vec![
        Section::new("The picture", picture),
        Section::new("The table", table),
        Section::new("How the sentence is made", sentence),
    ]
}
