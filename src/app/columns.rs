//! The columns of the history: which there are, which the user wants, and by which one the runs are sorted.
//!
//! One entry of [`COLUMNS`] is all that a column is: dispatch, layout, sorting and the overlay that offers it read it
//! from there.

mod cell;

pub use crate::domain::align::{Extent, Side};
pub use cell::{Row, of_sweep};

use std::cmp::Ordering;

use cell::{entry, plan};

use super::live::Live;
use crate::domain::history::{Entry, SweepEntry};
use crate::domain::record::{Outcome, Record};
use crate::domain::text::{self, bare_seconds, grouped, three_digits};
use crate::domain::time::seconds;

/// A column's name in the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the table below explains each")]
pub enum ColumnId {
    Number,
    When,
    Work,
    Model,
    Name,
    Workers,
    Tasks,
    Time,
    SpeedUp,
    Bar,
    Concurrency,
    Parallelism,
    Efficiency,
    StartUp,
    CpuTime,
    Memory,
    ContextSwitches,
    LockSwitches,
    Migrations,
    Caveats,
}

/// What runs are sorted by; what is not known comes last, whatever the order.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum SortKey<'a> {
    /// A number.
    Number(f64),
    /// A word.
    Word(&'a str),
    /// Not measured.
    Unknown,
}

impl From<Option<f64>> for SortKey<'_> {
    fn from(number: Option<f64>) -> Self {
        number.map_or(SortKey::Unknown, SortKey::Number)
    }
}

/// A column of the history.
#[derive(Debug)]
pub struct Column {
    /// Which.
    pub id: ColumnId,
    /// Above its cells, with the unit.
    pub heading: &'static str,
    /// What it says, in a few words.
    pub meaning: &'static str,
    /// How its cells stand below each other.
    pub side: Side,
    /// The room that its cells have at least, so that a number that grows while a run goes on moves nothing.
    pub least: Extent,
    /// What stands in a row; empty where there is nothing to say. The bar is drawn instead.
    pub cell: fn(Row<'_>) -> String,
    /// What runs are sorted by.
    pub key: fn(&Entry) -> SortKey<'_>,
    /// Where there is no room for all, the highest go first.
    pub rank: u8,
    /// Whether it is shown unless the user says otherwise.
    pub by_default: ByDefault,
}

/// Whether a column is shown that the user said nothing about.
#[derive(Clone, Copy, Debug)]
pub enum ByDefault {
    /// It is.
    Shown,
    /// It is not.
    Hidden,
    /// Only if there is such a run.
    If(fn(&Entry) -> bool),
}

impl Column {
    /// What it is called where it stands alone: the bar has no heading.
    pub fn name(&self) -> &'static str {
        if self.heading.is_empty() {
            "bar"
        } else {
            self.heading
        }
    }
}

const fn column(
    id: ColumnId,
    (heading, meaning): (&'static str, &'static str),
    side: Side,
    least: Extent,
    cell: fn(Row<'_>) -> String,
    key: fn(&Entry) -> SortKey<'_>,
    (rank, by_default): (u8, ByDefault),
) -> Column {
    Column {
        id,
        heading,
        meaning,
        side,
        least,
        cell,
        key,
        rank,
        by_default,
    }
}

use ByDefault::{Hidden, If, Shown};
use ColumnId as Id;
use SortKey::{Number, Word};

/// Columns from this rank on are shown unasked only where the bar has all the room that it can use.
pub const EXTRA: u8 = 14;

/// So many characters of a name have room in its column.
const NAME: usize = 20;
const NONE: Extent = Extent {
    before: 0,
    after: 0,
    words: 0,
};
/// Up to 999.999 s.
const SECONDS: Extent = Extent {
    before: 3,
    after: 4,
    words: 0,
};

/// Every column, from left to right.
#[rustfmt::skip]
pub static COLUMNS: [Column; 20] = [
    column(Id::Number, ("#", "in the order of measuring"), Side::Right, Extent { before: 3, ..NONE },
        |row| row.number().to_string(), |run| Number(run.number as f64), (4, Shown)),
    column(Id::When, ("when (UTC)", "when it was begun"), Side::Left, NONE,
        when, |run| Word(&run.record.started_at), (7, If(Entry::is_earlier))),
    column(Id::Work, ("work", "what a task does"), Side::Left, NONE,
        |row| row.plan().workload().label().into(), |run| Word(run.record.plan.workload().label()), (5, Shown)),
    column(Id::Model, ("model", "what executes the tasks"), Side::Left, Extent { before: 9, ..NONE },
        |row| row.plan().executor().label(), |run| Word(run.record.plan.model().name()), (1, Shown)),
    column(Id::Name, ("name", "what you call it: n"), Side::Left, NONE,
        |row| entry(row, name), |run| run.name.as_deref().map_or(SortKey::Unknown, Word), (6, If(|run| run.name.is_some()))),
    column(Id::Workers, ("workers", "threads or processes"), Side::Right, NONE,
        |row| grouped(plan(row).workers().into()), |run| Number(run.record.plan.workers().into()), (9, Shown)),
    column(Id::Tasks, ("tasks", "units of work"), Side::Right, NONE,
        |row| grouped(plan(row).tasks().into()), |run| Number(run.record.plan.tasks().into()), (10, Shown)),
    column(Id::Time, ("time (s)", "first creation to last end"), Side::Point, SECONDS,
        time, |run| Number(run.record.wall_s), (2, Shown)),
    column(Id::SpeedUp, ("speed-up", "times faster than the baseline"), Side::Point, NONE,
        |row| entry(row, speed_up), |run| run.speedup.into(), (3, Shown)),
    column(Id::Bar, ("", "the speed-up as a bar"), Side::Left, NONE,
        |_| String::new(), |run| run.speedup.into(), (8, Shown)),
    column(Id::Concurrency, ("conc.", "tasks in flight on average"), Side::Point, NONE,
        |row| entry(row, |run| format!("{:.1}", run.record.concurrency)), |run| Number(run.record.concurrency), (12, Shown)),
    column(Id::Parallelism, ("par.", "workers on a core on average"), Side::Point, NONE,
        |row| entry(row, |run| format!("{:.1}", run.record.parallelism)), |run| Number(run.record.parallelism), (11, Shown)),
    column(Id::Efficiency, ("eff. (%)", "speed-up per worker"), Side::Right, NONE,
        |row| entry(row, |run| known(run.efficiency(), |share| format!("{:.0}", share * 100.0))),
        |run| run.efficiency().into(), (13, Shown)),
    column(Id::StartUp, ("start-up (ms)", "until the first task began"), Side::Point, NONE,
        |row| entry(row, |run| known(run.record.startup_s, |s| three_digits(s * 1e3))),
        |run| run.record.startup_s.into(), (14, Shown)),
    column(Id::CpuTime, ("CPU time (s)", "of all workers, by their clocks"), Side::Point, NONE,
        |row| entry(row, |run| bare_seconds(run.record.cpu_s)), |run| Number(run.record.cpu_s), (15, Shown)),
    column(Id::Memory, ("memory (MB)", "of forked workers"), Side::Point, NONE,
        |row| entry(row, |run| known(megabytes(&run.record), three_digits)), |run| megabytes(&run.record).into(), (17, Hidden)),
    column(Id::ContextSwitches, ("ctx switches", "workers left a core"), Side::Right, NONE,
        |row| entry(row, |run| known(context_switches(&run.record), grouped)),
        |run| context_switches(&run.record).map(|n| n as f64).into(), (16, Shown)),
    column(Id::LockSwitches, ("lock switches", "the lock changed hands"), Side::Right, NONE,
        |row| entry(row, |run| known(lock_switches(&run.record), grouped)),
        |run| lock_switches(&run.record).map(|n| n as f64).into(), (18, Hidden)),
    column(Id::Migrations, ("migrations", "workers changed their core"), Side::Right, NONE,
        |row| entry(row, |run| grouped(run.record.migrations)), |run| Number(run.record.migrations as f64), (19, Hidden)),
    column(Id::Caveats, ("caveats", "reasons to trust it less"), Side::Right, NONE,
        |row| entry(row, |run| run.record.caveats.len().to_string()), |run| Number(run.record.caveats.len() as f64), (20, Hidden)),
];

fn known<T>(value: Option<T>, text: impl Fn(T) -> String) -> String {
    value.map_or_else(|| "–".into(), text)
}

fn when(row: Row<'_>) -> String {
    entry(row, |run| text::moment(&run.record.started_at))
}

/// A name, as far as a column goes.
fn name(run: &Entry) -> String {
    let name = run.name.as_deref().unwrap_or_default();
    if name.chars().count() > NAME {
        text::clean(name, NAME - 1) + "…"
    } else {
        name.into()
    }
}

/// Thousandths of a live time would only flicker.
fn time(row: Row<'_>) -> String {
    match row {
        Row::Entry(run) => bare_seconds(run.record.wall_s),
        Row::Live(Live { trace, .. }, _) => format!("{:.1}", seconds(trace.now())),
    }
}

/// The speed-up, or why there is none.
fn speed_up(run: &Entry) -> String {
    match run.record.outcome {
        Outcome::Completed if run.record.tasks_failed > 0 => {
            format!("{} failed", grouped(run.record.tasks_failed.into()))
        }
        Outcome::Completed => known(run.speedup, text::speedup),
        outcome => outcome.name().into(),
    }
}

fn megabytes(record: &Record) -> Option<f64> {
    record.memory_bytes.map(|bytes| bytes as f64 / 1e6)
}

/// How often workers left a core, of themselves or not; `None` if that was not measured.
pub fn context_switches(record: &Record) -> Option<u64> {
    record
        .context_switches
        .map(|switches| switches.voluntary + switches.involuntary)
}

fn lock_switches(record: &Record) -> Option<u64> {
    record.gil?.switches
}

/// What the user wants of a column.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Wish {
    /// Nothing was said: what the table says holds.
    #[default]
    Default,
    /// To see it, before all that was not asked for.
    Shown,
    /// Not to see it.
    Hidden,
}

/// What runs are sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sort {
    /// The column.
    pub by: ColumnId,
    /// Whether the largest comes first.
    pub descending: bool,
}

/// What the user did to the columns.
#[derive(Clone, Debug)]
pub struct Columns {
    wishes: [Wish; COLUMNS.len()],
    sort: Sort,
    cursor: usize,
    extents: [Extent; COLUMNS.len()],
    /// Which are shown unless the user says otherwise.
    is_worth: [bool; COLUMNS.len()],
}

impl Default for Columns {
    fn default() -> Columns {
        Columns {
            wishes: [Wish::Default; COLUMNS.len()],
            sort: Sort {
                by: ColumnId::Number,
                descending: false,
            },
            cursor: 0,
            extents: COLUMNS.each_ref().map(|column| column.least),
            is_worth: COLUMNS
                .each_ref()
                .map(|column| matches!(column.by_default, Shown)),
        }
    }
}

impl Columns {
    /// What runs are sorted by.
    pub fn sort(&self) -> Sort {
        self.sort
    }

    /// Where in [`COLUMNS`] the cursor of the overlay is.
    pub fn cursor(&self) -> usize {
        self.cursor
    }

    /// Whether the column at this place of [`COLUMNS`] is to be shown, if there is room.
    pub fn is_shown(&self, at: usize) -> bool {
        match self.wishes[at] {
            Wish::Default => self.is_worth[at],
            wish => wish == Wish::Shown,
        }
    }

    /// Whether the user asked for the column at this place.
    pub fn is_wished(&self, at: usize) -> bool {
        self.wishes[at] == Wish::Shown
    }

    /// The places in [`COLUMNS`] of all that are to be shown, those that go last first: the user's own wishes, then by
    /// rank.
    pub fn by_importance(&self) -> Vec<usize> {
        let mut shown: Vec<usize> = (0..COLUMNS.len()).filter(|at| self.is_shown(*at)).collect();
        shown.sort_by_key(|at| (!self.is_wished(*at), COLUMNS[*at].rank));
        shown
    }

    /// The room that the cells of the column at this place need in all rows of the history.
    pub fn extent(&self, at: usize) -> Extent {
        self.extents[at]
    }

    /// Moves the cursor.
    pub fn step(&mut self, by: isize) {
        self.cursor = self.cursor.saturating_add_signed(by).min(COLUMNS.len() - 1);
    }

    /// Puts the cursor on the column at this place of [`COLUMNS`]; beyond the last there is none.
    pub fn look_at(&mut self, at: usize) {
        self.cursor = at.min(COLUMNS.len() - 1);
    }

    /// Shows the column under the cursor, or hides it.
    pub fn toggle(&mut self) {
        let wish = if self.is_shown(self.cursor) {
            Wish::Hidden
        } else {
            Wish::Shown
        };
        self.wishes[self.cursor] = wish;
    }

    /// Sorts by the column under the cursor; once more, in the other direction.
    pub fn sort_here(&mut self) {
        self.sort_by(COLUMNS[self.cursor].id);
    }

    /// Sorts by this column; once more, in the other direction.
    pub fn sort_by(&mut self, by: ColumnId) {
        let descending = self.sort.by == by && !self.sort.descending;
        self.sort = Sort { by, descending };
    }

    /// Finds out how much room the cells of these runs and sweeps need, and which columns have something to say about them.
    pub(super) fn measure(&mut self, entries: &[&Entry], sweeps: &[&SweepEntry]) {
        for (at, column) in COLUMNS.iter().enumerate() {
            self.is_worth[at] = match column.by_default {
                Shown => true,
                Hidden => false,
                If(is_worth) => entries.iter().any(|entry| is_worth(entry)),
            };
            let cell = |entry: &&Entry| Extent::of(&(column.cell)(Row::Entry(entry)), column.side);
            let of_sweep =
                |sweep: &&SweepEntry| Extent::of(&of_sweep(column.id, sweep), column.side);
            // A sweep's work is told in words that make their own room.
            let sweeps = sweeps
                .iter()
                .filter(|_| column.side != Side::Left)
                .map(of_sweep);
            let cells = entries
                .iter()
                .map(cell)
                .chain(sweeps)
                .filter(|_| self.is_shown(at));
            self.extents[at] = cells.fold(column.least, Extent::with);
        }
    }

    /// The numbers of these runs and sweeps in the order in which they are shown.
    pub(super) fn arrange<'a>(
        &self,
        entries: impl Iterator<Item = &'a Entry>,
        sweeps: impl Iterator<Item = &'a SweepEntry>,
    ) -> Vec<usize> {
        let key = COLUMNS
            .iter()
            .find(|column| column.id == self.sort.by)
            .map_or(COLUMNS[0].key, |it| it.key);
        let sweeps = sweeps.map(|sweep| (cell::sweep_key(self.sort.by, sweep), sweep.number));
        let mut keyed: Vec<(SortKey<'_>, usize)> = entries
            .map(|run| (key(run), run.number))
            .chain(sweeps)
            .collect();
        keyed.sort_by(|a, b| compare(a.0, b.0, self.sort.descending));
        keyed.into_iter().map(|(_, number)| number).collect()
    }
}

fn compare(a: SortKey<'_>, b: SortKey<'_>, descending: bool) -> Ordering {
    let known = match (a, b) {
        (Number(a), Number(b)) => a.total_cmp(&b),
        (Word(a), Word(b)) => a.cmp(b),
        (SortKey::Unknown, SortKey::Unknown) => Ordering::Equal,
        (SortKey::Unknown, _) => return Ordering::Greater,
        (_, SortKey::Unknown) => return Ordering::Less,
        (Number(_), Word(_)) => Ordering::Less,
        (Word(_), Number(_)) => Ordering::Greater,
    };
    if descending { known.reverse() } else { known }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::history::History;
    use crate::domain::model::Model;
    use crate::domain::trace::Trace;
    use crate::domain::workload::WorkloadKind::{Cpu, Io};
    use crate::fixtures::sample;

    fn history() -> History {
        let mut history = sample::history(8);
        for (kind, model, workers, wall_s) in [
            (Cpu, Model::Serial, 1, 4.0),
            (Cpu, Model::Threads, 2, 2.5),
            (Io, Model::Processes, 4, 3.0),
            (Cpu, Model::GilThreads, 4, 4.1),
        ] {
            let plan = sample::plan(kind, model, workers);
            history.add(sample::record(plan, wall_s, 1.0), Trace::new(1));
        }
        history
    }

    fn place(id: ColumnId) -> usize {
        COLUMNS.iter().position(|column| column.id == id).unwrap()
    }

    #[test]
    fn runs_are_sorted_by_any_column_and_once_more_the_other_way_round() {
        let history = history();
        let mut columns = Columns::default();
        let order = |columns: &mut Columns| columns.arrange(history.entries().iter(), [].iter());
        assert_eq!(order(&mut columns), [1, 2, 3, 4]);
        columns.sort_by(ColumnId::Time);
        assert_eq!(order(&mut columns), [2, 3, 1, 4]);
        columns.sort_by(ColumnId::Time);
        assert_eq!(order(&mut columns), [4, 1, 3, 2]);
        columns.sort_by(ColumnId::Model);
        assert_eq!(order(&mut columns), [4, 3, 1, 2]);
    }

    #[test]
    fn runs_without_a_value_come_last_in_both_directions() {
        let history = history();
        let mut columns = Columns::default();
        for _ in 0..2 {
            columns.sort_by(ColumnId::SpeedUp);
            assert_eq!(
                columns.arrange(history.entries().iter(), [].iter()).last(),
                Some(&3),
                "it has no baseline"
            );
        }
    }

    #[test]
    fn what_the_user_asked_for_goes_last_and_what_was_hidden_is_gone() {
        let mut columns = Columns {
            cursor: place(ColumnId::Memory),
            ..Columns::default()
        };
        columns.toggle();
        assert_eq!(columns.by_importance()[0], place(ColumnId::Memory));
        columns.cursor = place(ColumnId::Model);
        columns.toggle();
        assert!(!columns.by_importance().contains(&place(ColumnId::Model)));
        columns.toggle();
        assert!(columns.is_shown(place(ColumnId::Model)));
    }

    #[test]
    fn every_column_has_a_rank_of_its_own_and_room_for_what_it_means() {
        let mut ranks: Vec<u8> = COLUMNS.iter().map(|column| column.rank).collect();
        ranks.sort_unstable();
        ranks.dedup();
        assert_eq!(ranks.len(), COLUMNS.len());
        assert!(
            COLUMNS
                .iter()
                .all(|column| column.meaning.chars().count() <= 32)
        );
    }
}
