//! Finished runs: the history, one run's details, a comparison.

use crate::app::screens::reading::Look;
use crate::app::screens::reading::explain::{Entry, Section, columns};
use crate::app::screens::reading::help::signs_of_history;
use crate::catalog::caveat::{CaveatKind, DOUBTS};
use crate::catalog::metric::{COMPARISON, DETAILS, METRICS, Metric, metric_named};
use crate::catalog::workload::Workload;
use crate::domain::phase::Phase;
use crate::domain::shared_file;

pub(crate) fn history() -> Vec<Section> {
    let measured = vec![
        Entry::plain(
            "The same work means the same workload, parameters and tasks; for io the same seed, too. Between runs of \
             different work there is no speed-up.",
        ),
        Entry::plain(
            "A speed-up is of single runs, so it has two digits; less than a tenth is called no gain.",
        ),
    ];
    let sessions = vec![
        Entry::named(
            "H",
            "shows the runs of earlier sessions, or hides them; they keep their numbers",
        ),
        Entry::named(
            "/",
            "shows the runs that match all words: each begins a word of work, model, name, number, day, time, how it \
             ended, or is here, earlier, recorded, baseline, fastest, caveat, python, 3.13, gil off; #12 is that run alone",
        ),
        Entry::named(
            "n",
            "names a run; a name means one run, here and on the command line",
        ),
        Entry::named(
            "D",
            "deletes at once; u brings back what was deleted in this session, the last first",
        ),
        Entry::plain(
            "Unless you choose one with b, a baseline was measured in the same session; a chosen one holds for its \
             machine: kernel, processor, cores and memory are the same. Between machines there is no speed-up.",
        ),
    ];
    vec![
        Section::new("What stands before a run", signs_of_history()),
        Section::new("Sessions and rows", sessions),
        columns::section(),
        Section::new("How runs are compared", measured),
    ]
}

pub(crate) fn details() -> Vec<Section> {
    let mut measured = vec![
        Entry::named(
            "median",
            "of the sound runs of the same plan in one campaign, without its warm-up; of those that were measured alone, in \
             one session. The range is a bootstrap's: few repeats make it coarse",
        ),
        Entry::named("shortest", "of these repeats"),
        Entry::named("longest", "of these repeats"),
        Entry::named(
            shared_file::NAME,
            "its length when all workers were gone. Whose bytes are in it was found by comparing it with the embedded \
             server's pages, made once more; pages of real addresses are not kept",
        ),
        Entry::named(
            "Python",
            "the interpreter: what sys.executable says, so a shim is told as what it runs",
        ),
        lock(),
        Entry::named(
            "start method",
            "how multiprocessing made its processes; the interpreter's own default unless chosen",
        ),
    ];
    let numbers = numbers_in(DETAILS).filter(|metric| metric.phase().is_none());
    measured.splice(0..0, numbers.map(Entry::metric));
    let asked: Vec<Entry> = Workload::all_parameters()
        .map(|(_, parameter)| Entry::named(parameter.flag, parameter.meaning))
        .collect();
    let mut phases = vec![
        Entry::plain(
            "Summed over the workers, so that all phases together are the time × the workers.",
        ),
        Entry::plain(
            "They come from sums that each worker keeps, not from the picture: exact, even where events are missing.",
        ),
    ];
    phases.extend(Phase::MEASURED.into_iter().map(Entry::phase));
    let mut doubts = vec![Entry::plain(
        "A line with ! is a reason to trust the run less, and what to do. These are found:",
    )];
    let known = DOUBTS
        .iter()
        .filter(|doubt| doubt.kind != CaveatKind::Other);
    doubts.extend(known.map(|doubt| {
        let said = format!("{}: {}", (doubt.meaning)(), doubt.advice);
        Entry::named(doubt.name, said)
    }));
    vec![
        Section::new("How the numbers were measured", measured),
        Section::new("What was asked for", asked),
        Section::new("Time by phase", phases),
        Section::new("Doubts", doubts),
    ]
}

pub(crate) fn comparison() -> Vec<Section> {
    let picture = vec![
        Entry::plain("All runs begin at 0 on one time axis: the shorter one ends further left."),
        Entry::plain("Bars of all runs are equally high: twice the ink is twice the computing."),
        Entry::named(
            "n of m drawn",
            "there is no room for all workers: some of them are shown",
        ),
    ];
    let mut table = vec![
        Entry::named("time", metric_named("wall_s").said()),
        Entry::named(
            "time, median",
            "where a run was repeated: of its repeats. The rows below the speed-up are of the run itself",
        ),
        Entry::named(
            "95 % interval",
            "where the median, or the speed-up, is with 95 % confidence: a bootstrap over the repeats. Few repeats make it coarse",
        ),
        Entry::named("shortest", "of the repeats"),
        Entry::named("longest", "of the repeats"),
        Entry::named(
            "runs",
            "how many repeats: sound runs of the same plan in one campaign, without its warm-up; those that were measured \
             alone, in one session",
        ),
        Entry::named(
            "speed-up",
            "over the run that is named: the baseline B if it is among them, else a serial one, else the first. b makes the \
             next one the baseline, here and in the history. Only between sound runs of the same work and machine",
        ),
    ];
    table.extend(numbers_in(COMPARISON).map(Entry::metric));
    table.extend([
        lock(),
        Entry::plain("Phases are summed over the workers of a run: more workers have more time to spend."),
        Entry::named(
            "#2 - #1",
            "the difference of two runs, of the numbers as they are printed: what the other has more, or less, than the one \
             that it is measured against",
        ),
        Entry::sign(
            "B ★",
            Look::Strong,
            "the baseline, and the fastest run of its work, clearly ahead of all others",
        ),
        Entry::sign("!", Look::Strong, "a reason to trust the run less; Enter in the history tells it"),
    ]);
    let sentence = vec![Entry::plain(
        "The sentence on top measures the fastest of the others against the baseline, as the ratio of their times, and adds \
         what clearly differs (by a fifth): cores that it computes on, addresses or files at once, waiting for the lock, or \
         a phase that explains half of it. With repeats the range in parentheses is the ratio's 95 % interval; if 1 is in \
         it, there is no clear difference, and below a twentieth none that matters. Single runs tell nothing below a tenth.",
    )];
    vec![
        Section::new("The picture", picture),
        Section::new("The table", table),
        Section::new("How the sentence is made", sentence),
    ]
}

fn numbers_in(place: u8) -> impl Iterator<Item = &'static Metric> {
    METRICS.iter().filter(move |metric| metric.is_in(place))
}

/// Whether Python had its lock.
fn lock() -> Entry {
    Entry::named(
        "GIL",
        "sys._is_gil_enabled(), asked in every interpreter of the run after its imports; before Python 3.13 there is always \
         a lock. mixed: they did not all say the same",
    )
}
