//! The columns of the history: which columns exist, which of them the user wants, and by which one the runs are sorted.
//!
//! Numeric columns come from the metric catalogue. Columns that describe a run's place in the history are added here.
//! [`COLUMNS`] is the only list: everything that shows, sorts or explains columns goes through it.

mod cell;

use std::{cmp::Ordering, sync::LazyLock};

use unicode_width::UnicodeWidthStr;

pub use crate::{
    app::screens::history::columns::cell::{RowSource, speed_up},
    present::table::{Column as TableColumn, DECORATION, Extent, Side},
};
use crate::{
    catalog::metric::{HistoryColumn, METRICS, Metric},
    domain::{history::RunEntry, text::clean},
    present::{
        sentence::{moment, when},
        table::{ASKED_FOR, shortened},
    },
};

/// The sort key of a run. Unknown values come last in either direction.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub enum SortKey<'a> {
    /// The key of a column of numbers.
    Number(f64),
    /// The key of a column of words.
    Word(&'a str),
    /// Not measured.
    Unknown,
}

impl From<Option<f64>> for SortKey<'_> {
    fn from(number: Option<f64>) -> Self {
        let number = number.filter(|number| !number.is_nan());
        number.map_or(Unknown, Number)
    }
}

impl<'a> From<Option<&'a str>> for SortKey<'a> {
    fn from(word: Option<&'a str>) -> Self {
        word.map_or(Unknown, Word)
    }
}

/// A column of the history.
#[derive(Debug)]
pub struct ColumnDescription {
    /// The name in the program.
    pub id: &'static str,
    /// The heading and alignment in a table.
    pub table: TableColumn,
    /// The meaning in a few words.
    pub meaning: &'static str,
    /// How the value is measured; empty for a value of the plan.
    pub how: &'static str,
    /// The minimum room of the cells, so that a number that grows during a run moves nothing.
    least: Extent,
    /// Whether the column is shown by default.
    pub by_default: ByDefault,
    content: ColumnContent,
}

/// The cells of a column, and their sort keys.
#[derive(Debug)]
enum ColumnContent {
    /// The value of a metric.
    Number(&'static Metric),
    /// A fact that no metric describes.
    Other(Cell, ReadSortKey),
}

/// Whether a column is shown if the user has not chosen.
#[derive(Clone, Copy, Debug)]
pub enum ByDefault {
    /// Shown in any case.
    Shown,
    /// Hidden unless the user asks for it.
    Hidden,
    /// Shown if any run satisfies the condition.
    If(fn(&RunEntry) -> bool),
}

impl ColumnDescription {
    /// The heading, or "bar" for the bar column, which has none in the table.
    pub fn name(&self) -> &str {
        match self.short_heading() {
            "" => "bar",
            heading => heading,
        }
    }

    /// The heading in the table, with the unit.
    pub fn short_heading(&self) -> &str {
        &self.table.short
    }

    /// The minimum width. It determines which columns are shown, regardless of their contents.
    pub fn least_width(&self) -> usize {
        self.least.width().max(self.short_heading().width())
    }

    /// The cell of a row; empty if there is nothing to say, and for the bar, which is drawn.
    pub fn cell(&self, row: RowSource<'_>) -> String {
        match self.content {
            ColumnContent::Number(metric) => cell::number(metric, row),
            ColumnContent::Other(text, _) => text(row),
        }
    }

    fn key<'a>(&self, row: RowSource<'a>) -> SortKey<'a> {
        match self.content {
            ColumnContent::Number(metric) => cell::key(metric, row),
            ColumnContent::Other(_, key) => key(row),
        }
    }

    /// The column of a metric; `None` if the metric has no column.
    fn of(metric: &'static Metric) -> Option<ColumnDescription> {
        let by_default = match metric.column {
            HistoryColumn::Never => return None,
            HistoryColumn::Shown(_) => Shown,
            HistoryColumn::Hidden => Hidden,
        };
        Some(ColumnDescription {
            id: metric.id,
            table: TableColumn::of(metric),
            meaning: metric.meaning,
            how: metric.how,
            least: if metric.id == TIME { SECONDS } else { NONE },
            by_default,
            content: ColumnContent::Number(metric),
        })
    }
}

/// The text of a cell.
type Cell = fn(RowSource<'_>) -> String;
/// The sort key of a row.
type ReadSortKey = fn(RowSource<'_>) -> SortKey<'_>;

fn other(
    id: &'static str,
    (heading, meaning, how): (&str, &'static str, &'static str),
    side: Side,
    before: usize,
    content: (Cell, ReadSortKey),
    (rank, by_default): (usize, ByDefault),
) -> ColumnDescription {
    ColumnDescription {
        id,
        table: TableColumn::new(heading, side, rank),
        meaning,
        how,
        least: Extent { before, ..NONE },
        by_default,
        content: ColumnContent::Other(content.0, content.1),
    }
}

use ByDefault::{Hidden, If, Shown};
use SortKey::{Number, Unknown, Word};

/// The column of the runs' numbers.
pub const NUMBER: &str = "number";
/// The column of what executed the tasks.
pub const MODEL: &str = "model";
/// The column of the times.
pub const TIME: &str = "wall_s";
/// The column of the speed-ups.
pub const SPEED_UP: &str = "speedup";
/// The column of the runs' names.
pub const NAME: &str = "name";
/// The column of the bars.
pub const BAR: &str = "bar";

/// Columns from this rank on are shown by default only if the bar has all the room that it can use.
pub const EXTRA: usize = 14;

/// The maximum width of a name in its column.
const LONGEST_NAME: usize = 20;
const NONE: Extent = Extent {
    before: 0,
    after: 0,
    words: 0,
};
/// Wide enough for 999.999 s.
const SECONDS: Extent = Extent {
    before: 3,
    after: 4,
    words: 0,
};

/// Every column, from left to right.
pub static COLUMNS: LazyLock<Vec<ColumnDescription>> = LazyLock::new(|| {
    let mut columns = vec![
        other(
            NUMBER,
            (
                "#",
                "in the order they ran",
                "a run keeps its number, however the rows are sorted",
            ),
            Side::Right,
            3,
            (
                |row| row.number().to_string(),
                |row| Number(row.number() as f64),
            ),
            (4, Shown),
        ),
        other(
            "started_at",
            (
                when(),
                "when it started",
                "by the clock of the machine that measured it, in the local time zone",
            ),
            Side::Left,
            16,
            (
                |row| started_at(row).map_or_else(String::new, moment),
                |row| started_at(row).into(),
            ),
            (9, If(RunEntry::is_earlier)),
        ),
        other(
            "work",
            ("work", "what a task does", ""),
            Side::Left,
            0,
            (
                |row| row.plan().label().into(),
                |row| Word(row.plan().label()),
            ),
            (5, Shown),
        ),
        other(
            MODEL,
            ("model", "what executes the tasks", ""),
            Side::Left,
            11,
            (
                // Further facts about a sweep are given in words.
                |row| match row {
                    RowSource::Sweep(_) => String::new(),
                    row => row.plan().executor.label(),
                },
                |row| row.entry().map(|run| run.record.plan.model().name()).into(),
            ),
            (1, Shown),
        ),
        other(
            NAME,
            (
                "name",
                "your name for it (n sets it)",
                "Enter shows a long name in full",
            ),
            Side::Left,
            8,
            (
                |row| {
                    let name = row.entry().and_then(|run| run.name.as_deref());
                    shortened(&clean(name.unwrap_or_default(), usize::MAX), LONGEST_NAME)
                },
                |row| row.name().into(),
            ),
            (7, If(|run| run.name.is_some())),
        ),
    ];
    let numbers = METRICS.iter().filter_map(ColumnDescription::of);
    let (asked, measured): (Vec<_>, Vec<_>) =
        numbers.partition(|column| ["workers", "tasks"].contains(&column.id));
    for column in asked.into_iter().chain(measured) {
        let is_speed_up = column.id == SPEED_UP;
        columns.push(column);
        columns.extend(is_speed_up.then(bar));
    }
    columns.push(other(
        "caveats",
        (
            "caveats",
            "reasons to trust it less",
            "found by the program. Enter on the run explains each",
        ),
        Side::Right,
        0,
        (
            |row| {
                let caveats = row.entry().map(|run| run.caveats().count());
                caveats.map_or_else(String::new, |n| n.to_string())
            },
            |row| row.entry().map(|run| run.caveats().count() as f64).into(),
        ),
        (ASKED_FOR, Hidden),
    ));
    columns
});

fn bar() -> ColumnDescription {
    other(
        BAR,
        (
            "",
            "the speed-up as a bar",
            "as a share of the largest speed-up of the same work in the table",
        ),
        Side::Left,
        5,
        (|_| String::new(), |row| row.speedup().into()),
        (DECORATION, Shown),
    )
}

fn started_at(row: RowSource<'_>) -> Option<&str> {
    Some(&row.entry()?.record.started_at)
}

/// The order of the runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sort {
    /// The id of the column.
    pub by: &'static str,
    /// Whether the largest value comes first.
    pub descending: bool,
}

/// The user's settings of the columns.
#[derive(Clone, Debug)]
pub struct Columns {
    /// Whether the user wants to see each column; `None` if they have not chosen.
    wishes: Vec<Option<bool>>,
    /// The order in which the runs are sorted.
    pub sort: Sort,
    /// The index of the selected column in [`COLUMNS`].
    pub cursor: usize,
    /// Whether the runs have more than one interpreter.
    pub several_pythons: bool,
    extents: Vec<Extent>,
    /// Whether each column is shown by default.
    is_worth: Vec<bool>,
}

impl Default for Columns {
    fn default() -> Columns {
        Columns {
            wishes: vec![None; COLUMNS.len()],
            sort: Sort {
                by: NUMBER,
                descending: false,
            },
            cursor: 0,
            several_pythons: false,
            extents: COLUMNS.iter().map(|column| column.least).collect(),
            is_worth: COLUMNS
                .iter()
                .map(|column| matches!(column.by_default, Shown))
                .collect(),
        }
    }
}

impl Columns {
    /// Whether the column at this index of [`COLUMNS`] is to be shown, if there is room.
    pub fn is_shown(&self, at: usize) -> bool {
        self.wishes[at].unwrap_or(self.is_worth[at])
    }

    /// Whether the user asked for the column at this index.
    pub fn is_wished(&self, at: usize) -> bool {
        self.wishes[at] == Some(true)
    }

    /// The indices in [`COLUMNS`] of all columns to be shown. The last ones are left out first: the columns that the
    /// user asked for come first, then those with the lowest rank.
    pub fn by_importance(&self) -> Vec<usize> {
        let mut shown: Vec<usize> = (0..COLUMNS.len()).filter(|at| self.is_shown(*at)).collect();
        shown.sort_by_key(|at| (!self.is_wished(*at), COLUMNS[*at].table.rank));
        shown
    }

    /// The room for the cells of this column in all rows of the history.
    pub fn extent(&self, at: usize) -> Extent {
        self.extents[at]
    }

    /// Moves the selection by `by` columns.
    pub fn step(&mut self, by: isize) {
        self.cursor = self.cursor.saturating_add_signed(by).min(COLUMNS.len() - 1);
    }

    /// Shows the selected column, or hides it.
    pub fn toggle(&mut self) {
        self.wishes[self.cursor] = Some(!self.is_shown(self.cursor));
    }

    /// Sorts by the selected column, or reverses the order.
    pub fn sort_here(&mut self) {
        self.sort_by(COLUMNS[self.cursor].id);
    }

    /// Sorts by this column, or reverses the order.
    pub fn sort_by(&mut self, by: &'static str) {
        let descending = self.sort.by == by && !self.sort.descending;
        self.sort = Sort { by, descending };
    }

    /// Determines the room for the cells of these rows, and which columns are not empty.
    pub(crate) fn measure(&mut self, rows: &[RowSource<'_>]) {
        let mut pythons = rows.iter().filter_map(|row| row.plan().interpreter());
        let first = pythons.next();
        self.several_pythons = pythons.any(|other| Some(other) != first);
        for (at, column) in COLUMNS.iter().enumerate() {
            self.is_worth[at] = match column.by_default {
                Shown => true,
                Hidden => false,
                If(is_worth) => rows.iter().filter_map(|row| row.entry()).any(is_worth),
            };
            if self.is_shown(at) {
                // The work of a sweep is described in words, which have their own room.
                let has_cell = |row: &&RowSource<'_>| {
                    column.table.side != Side::Left || !matches!(row, RowSource::Sweep(_))
                };
                self.extents[at] = rows
                    .iter()
                    .filter(has_cell)
                    .map(|row| Extent::of(&column.cell(*row), column.table.side))
                    .fold(column.least, Extent::with);
            }
        }
    }

    /// The numbers of these runs and sweeps in the order in which they are shown.
    pub(crate) fn arrange(&self, rows: &[RowSource<'_>]) -> Vec<usize> {
        let is_sorted_by = |column: &&ColumnDescription| column.id == self.sort.by;
        let column = COLUMNS.iter().find(is_sorted_by).unwrap_or(&COLUMNS[0]);
        let mut keyed: Vec<_> = rows
            .iter()
            .map(|row| (column.key(*row), row.number()))
            .collect();
        keyed.sort_by(|a, b| compare(a.0, b.0, self.sort.descending));
        keyed.into_iter().map(|(_, number)| number).collect()
    }
}

fn compare(a: SortKey<'_>, b: SortKey<'_>, descending: bool) -> Ordering {
    let order = a.partial_cmp(&b).unwrap_or(Ordering::Equal);
    if descending && ![a, b].contains(&Unknown) {
        order.reverse()
    } else {
        order
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        catalog::{
            model::Model,
            workload::Workload::{Cpu, Io},
        },
        domain::{history::History, trace::Trace},
        fixtures::sample,
    };

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

    fn place(id: &str) -> usize {
        COLUMNS.iter().position(|column| column.id == id).unwrap()
    }

    #[test]
    fn runs_are_sorted_by_any_column_and_once_more_the_other_way_round() {
        let history = history();
        let mut columns = Columns::default();
        let rows: Vec<RowSource<'_>> = history.entries().iter().map(RowSource::Entry).collect();
        let order = |columns: &mut Columns| columns.arrange(&rows);
        assert_eq!(order(&mut columns), [1, 2, 3, 4]);
        columns.sort_by(TIME);
        assert_eq!(order(&mut columns), [2, 3, 1, 4]);
        columns.sort_by(TIME);
        assert_eq!(order(&mut columns), [4, 1, 3, 2]);
        columns.sort_by(MODEL);
        assert_eq!(order(&mut columns), [4, 3, 1, 2]);
    }

    #[test]
    fn runs_without_a_value_come_last_in_both_directions() {
        let history = history();
        let rows: Vec<RowSource<'_>> = history.entries().iter().map(RowSource::Entry).collect();
        let mut columns = Columns::default();
        for _ in 0..2 {
            columns.sort_by(SPEED_UP);
            assert_eq!(
                columns.arrange(&rows).last(),
                Some(&3),
                "it has no baseline"
            );
        }
    }

    #[test]
    fn a_column_on_request_is_left_out_last_and_a_hidden_one_is_not_shown() {
        let mut columns = Columns {
            cursor: place("total_memory_bytes"),
            ..Columns::default()
        };
        columns.toggle();
        assert_eq!(columns.by_importance()[0], place("total_memory_bytes"));
        columns.cursor = place(MODEL);
        columns.toggle();
        assert!(!columns.by_importance().contains(&place(MODEL)));
        columns.toggle();
        assert!(columns.is_shown(place(MODEL)));
    }

    #[test]
    fn every_column_that_is_shown_unasked_has_a_rank_of_its_own_and_each_room_for_what_it_means() {
        let shown = COLUMNS
            .iter()
            .filter(|column| !matches!(column.by_default, Hidden));
        let mut ranks: Vec<usize> = shown.map(|column| column.table.rank).collect();
        let all = ranks.len();
        ranks.sort_unstable();
        ranks.dedup();
        assert_eq!(ranks.len(), all);
        assert!(
            COLUMNS
                .iter()
                .all(|column| column.meaning.chars().count() <= 32)
        );
    }
}
