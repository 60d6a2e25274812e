//! The columns of the history: what each says, from the table of columns, and how it was measured.

use std::borrow::Cow;

use super::{Entry, Section};
use crate::app::columns::{COLUMNS, Column, ColumnId};

/// What each column of the history says.
pub(super) fn section() -> Section {
    let mut entries: Vec<Entry> = COLUMNS
        .iter()
        .map(|column| Entry::named(column.name(), said(column)))
        .collect();
    entries.extend([
        Entry::named("–", "not known, or without meaning"),
        Entry::named("C", "chooses the columns and sorts by them"),
    ]);
    Section::new("The columns, and how they were measured", entries)
}

fn said(column: &Column) -> Cow<'static, str> {
    match measured(column.id) {
        "" => column.meaning.into(),
        how => format!("{}: {how}", column.meaning).into(),
    }
}

/// How the numbers of a column come about; empty where it was only asked for.
fn measured(column: ColumnId) -> &'static str {
    match column {
        ColumnId::Number => "a run keeps its number, whatever the rows are sorted by",
        ColumnId::When => "the wall clock of the machine that measured it",
        ColumnId::Name => "Enter shows all of a long one",
        ColumnId::Work | ColumnId::Model | ColumnId::Workers | ColumnId::Tasks => "",
        ColumnId::Time => {
            "from just before the first worker was created to the last one's last stamp, by the monotonic clock, which \
             each worker reads itself. Joining or reaping the workers comes after it"
        }
        ColumnId::SpeedUp => {
            "the baseline's time over this run's time. A run that did not do all of its work says here how it ended"
        }
        ColumnId::Bar => "as a share of the largest speed-up in the table",
        ColumnId::Concurrency => "the times of all tasks, from begin to end, summed, over the time",
        ColumnId::Parallelism => "the workers' CPU time over the time",
        ColumnId::Efficiency => {
            "what each worker was worth. Where they wait, it says nothing about cores; none over a baseline of several \
             workers"
        }
        ColumnId::StartUp => {
            "from just before the first worker was created; all workers wait for the last one to be there"
        }
        ColumnId::CpuTime => "the kernel's CPU clock of each worker's thread, summed",
        ColumnId::Memory => {
            "private pages, and of each shared page a fair part (PSS), read when the last task of each had ended, and \
             summed. Threads share the program's memory: no number"
        }
        ColumnId::ContextSwitches => {
            "given up to wait, or taken away by the scheduler, as the kernel counted it for each thread in its whole life \
             (getrusage). Not known if a worker died"
        }
        ColumnId::LockSwitches => {
            "counted by the emulated lock itself, each time that it goes to another worker; the first time counts, too. \
             Only under gil-threads"
        }
        ColumnId::Migrations => {
            "counted from a worker's first task on, each time that a stamp finds it on another core than its stamp before. \
             Between two stamps nothing is seen"
        }
        ColumnId::Caveats => "found by the program; Enter on the run tells each in a sentence",
    }
}
