//! A table, described once for screens, shell and files: cells, and columns with their ranks. This module turns it into
//! lines of text for the available width; documents have their own layout.
//!
//! Words are aligned at the left, whole numbers at the right, and decimal points in one column. Widths are those of the
//! terminal, where a character may take two columns.

use textwrap::{Options, WordSplitter::NoHyphenation};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::number::{self, NOTHING};
use crate::{
    catalog::metric::{HistoryColumn, Metric, Unit},
    domain::text::is_line_of,
};

/// The alignment of the cells of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Text, at the left.
    Left,
    /// Whole numbers.
    Right,
    /// Numbers, with their decimal points in one column.
    Point,
}

/// The room that cells need, in columns of the screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Extent {
    /// Before the decimal point; the whole width of a number without one.
    pub before: usize,
    /// From the decimal point on, including the unit.
    pub after: usize,
    /// The width of text among numbers. It is aligned at the right.
    pub words: usize,
}

impl Extent {
    /// The room of one cell.
    pub fn of(cell: &str, side: Side) -> Extent {
        let width = cell.width();
        let (before, after, words) = match (side, point(cell)) {
            (Side::Point, Some(before)) => (before, width - before, 0),
            (Side::Point, None) => (0, 0, width),
            _ => (width, 0, 0),
        };
        Extent {
            before,
            after,
            words,
        }
    }

    /// The room of both.
    pub fn with(self, other: Extent) -> Extent {
        Extent {
            before: self.before.max(other.before),
            after: self.after.max(other.after),
            words: self.words.max(other.words),
        }
    }

    /// The total width in columns.
    pub fn width(self) -> usize {
        (self.before + self.after).max(self.words)
    }

    /// `cell` in exactly `width` columns, aligned with cells that need this room. A longer cell stays as it is.
    pub fn align(self, cell: &str, side: Side, width: usize) -> String {
        // A dash takes the place of the digit before the decimal point.
        let before = if cell == "–" { Some(1) } else { point(cell) };
        match (side, before) {
            (Side::Point, Some(before)) => {
                let blanks = width.saturating_sub(self.after + before);
                padded(&(" ".repeat(blanks) + cell), Side::Left, width)
            }
            _ => padded(cell, side, width),
        }
    }
}

/// The text in exactly `width` columns, padded on the other side. A longer text stays as it is.
pub fn padded(text: &str, side: Side, width: usize) -> String {
    let blanks = " ".repeat(width.saturating_sub(text.width()));
    match side {
        Side::Left => format!("{text}{blanks}"),
        Side::Right | Side::Point => format!("{blanks}{text}"),
    }
}

/// The text in at most `most` columns. Dots mark the end of a longer text.
pub fn shortened(text: &str, most: usize) -> String {
    if text.width() <= most {
        return text.into();
    }
    let mut room = most.saturating_sub(1);
    let fits = |c: &char| {
        let left = room.checked_sub(c.width().unwrap_or(0));
        room = left.unwrap_or(0);
        left.is_some()
    };
    text.chars().take_while(fits).chain(['…']).collect()
}

/// These lines in at most `rows` rows, but at least one. Dots mark that there were more.
pub fn in_rows(mut lines: Vec<String>, rows: usize, width: u16) -> Vec<String> {
    if lines.len() > rows {
        let rest = lines.split_off(rows.saturating_sub(1)).join(" ");
        lines.push(shortened(&rest, usize::from(width)));
    }
    lines
}

/// The end of a path in at most `room` columns, because the end says more than the start. Dots mark that there was
/// more.
pub fn tail(path: &str, room: usize) -> String {
    let length = path.width();
    if length <= room {
        return path.into();
    }
    let kept: String = path.chars().skip(length - room.saturating_sub(1)).collect();
    format!("…{kept}")
}

/// The first candidate that fits, or else the last one.
pub fn fitting<T: Default>(
    candidates: impl IntoIterator<Item = T>,
    fits: impl Fn(&T) -> bool,
) -> T {
    let mut last = T::default();
    for candidate in candidates {
        if fits(&candidate) {
            return candidate;
        }
        last = candidate;
    }
    last
}

/// Columns from this rank on do not distinguish rows.
pub const DECORATION: usize = 10;
/// Columns from this rank on are shown by the explorer only on request.
pub const ASKED_FOR: usize = 100;
/// The width, in columns, to which a text column may shrink to make room for others.
const WORDS: usize = 8;
const BETWEEN: &str = "  ";

/// A column of a table.
#[derive(Clone, Debug)]
pub struct Column {
    /// The text above the cells, with the unit.
    pub heading: String,
    /// The heading if there is little room.
    pub short: String,
    /// The alignment of the cells.
    pub side: Side,
    /// The rank, by which columns are left out if there is no room for all: the highest rank first, and those below
    /// [`DECORATION`] never.
    pub rank: usize,
}

impl Column {
    /// A column of this rank.
    pub fn new(heading: impl Into<String>, side: Side, rank: usize) -> Column {
        let heading = heading.into();
        Column {
            short: heading.clone(),
            heading,
            side,
            rank,
        }
    }

    /// The column of a metric.
    pub fn of(metric: &Metric) -> Column {
        let side = match metric.unit {
            Unit::Count | Unit::Share => Side::Right,
            _ => Side::Point,
        };
        let rank = match metric.column {
            HistoryColumn::Shown(rank) => rank.into(),
            HistoryColumn::Hidden | HistoryColumn::Never => ASKED_FOR,
        };
        let heading = |name| number::heading(name, metric.unit);
        Column::new(heading(metric.name), side, rank).short(heading(metric.short))
    }

    /// The same column with another heading for little room.
    pub fn short(self, short: impl Into<String>) -> Column {
        let short = short.into();
        Column { short, ..self }
    }
}

/// A table. Every row has one cell per column.
#[derive(Clone, Debug)]
pub struct Table {
    /// The columns from left to right.
    pub columns: Vec<Column>,
    /// The rows, each with one cell per column.
    pub rows: Vec<Vec<String>>,
}

/// A column as it is drawn: its number, its heading, and the room of its cells.
struct Drawn<'t> {
    at: usize,
    column: &'t Column,
    heading: &'t str,
    extent: Extent,
    width: usize,
    /// The minimum width.
    least: usize,
}

impl Table {
    /// Removes the columns that are empty in every row.
    pub fn without_empty_columns(mut self) -> Table {
        for at in (0..self.columns.len()).rev() {
            if !self.rows.iter().any(|row| says_something(&row[at])) {
                self.columns.remove(at);
                self.rows.iter_mut().for_each(|row| drop(row.remove(at)));
            }
        }
        self
    }

    /// Lines of text that are no longer than `room`, unless a word is. If the whole table is wider, headings are short
    /// and words continue in the next line. If that is not enough, columns that do not distinguish rows are left out,
    /// and the text says so. If that is not enough either, every cell has its own line.
    pub fn lines(&self, room: usize) -> String {
        let whole = self.drawn(|column| &column.heading);
        if taken(&whole, |drawn| drawn.width) <= room {
            return self.grid(&whole);
        }
        let mut columns = self.drawn(|column| &column.short);
        let mut left_out = vec![];
        while taken(&columns, |drawn| drawn.least) > room {
            let ranks = columns.iter().enumerate();
            let last = ranks.max_by_key(|(_, drawn)| drawn.column.rank);
            match last {
                Some((at, drawn)) if drawn.column.rank >= DECORATION => {
                    left_out.push(columns.remove(at));
                }
                _ => return self.records(room),
            }
        }
        // There may be room for a narrow column although a wider one with a lower rank had to go.
        left_out.sort_by_key(|drawn| drawn.column.rank);
        for drawn in std::mem::take(&mut left_out) {
            let more = BETWEEN.len() + drawn.least;
            if taken(&columns, |drawn| drawn.least) + more <= room {
                let place = columns.partition_point(|other| other.at < drawn.at);
                columns.insert(place, drawn);
            } else {
                left_out.push(drawn);
            }
        }
        narrow_words(&mut columns, room);
        let mut out = self.grid(&columns);
        if !left_out.is_empty() {
            left_out.sort_by_key(|drawn| drawn.at);
            let names = left_out.iter().map(|drawn| &*drawn.column.heading);
            let names: Vec<&str> = names.collect();
            out += &filled(&format!("left out: {}", names.join(", ")), room);
        }
        out
    }

    /// All columns with these headings, as wide as their cells need.
    fn drawn(&self, heading: impl Fn(&Column) -> &String) -> Vec<Drawn<'_>> {
        let drawn = |(at, column): (usize, _)| {
            let (heading, side) = (heading(column), column.side);
            let cells = || self.rows.iter().map(|row| &*row[at]);
            let extents = cells().map(|cell| Extent::of(cell, side));
            let extent = extents.fold(Extent::default(), Extent::with);
            let width = extent.width().max(heading.width());
            let least = if side == Side::Left {
                let lines = cells().flat_map(|cell| wrapped(cell, whole_words(WORDS)));
                let widths = lines.map(|line| line.width());
                widths.fold(heading.width(), usize::max)
            } else {
                width
            };
            Drawn {
                at,
                column,
                heading,
                extent,
                width,
                least,
            }
        };
        self.columns.iter().enumerate().map(drawn).collect()
    }

    /// A line of headings, if there are any, and the rows.
    fn grid(&self, columns: &[Drawn<'_>]) -> String {
        let has_headings = columns.iter().any(|drawn| !drawn.heading.is_empty());
        let heading =
            |drawn: &Drawn<'_>| vec![padded(drawn.heading, drawn.column.side, drawn.width)];
        let headings = has_headings.then(|| columns.iter().map(heading).collect());
        let rows = self.rows.iter().map(|row| {
            let cells = columns.iter().map(|drawn| drawn.cell(&row[drawn.at]));
            cells.collect()
        });
        let rows = headings.into_iter().chain(rows);
        rows.map(|row| line_up(row, columns)).collect()
    }

    /// One line per cell, and an empty line between rows.
    fn records(&self, room: usize) -> String {
        let headings = self.columns.iter().map(|column| column.heading.width());
        let widest = headings.max().unwrap_or(0);
        let line = |(column, cell): (&Column, &String)| {
            // A cell of a column without a heading serves as the heading itself.
            let name = match &*column.heading {
                "" => String::new(),
                heading => padded(heading, Side::Left, widest) + BETWEEN,
            };
            let indent = " ".repeat(name.width());
            let options = whole_words(room).initial_indent(&name);
            wrapped(cell, options.subsequent_indent(&indent)).join("\n") + "\n"
        };
        let record = |row: &Vec<String>| -> String {
            let cells = self.columns.iter().zip(row);
            cells
                .filter(|(_, cell)| says_something(cell))
                .map(line)
                .collect()
        };
        let records: Vec<String> = self.rows.iter().map(record).collect();
        records.join("\n")
    }
}

impl Drawn<'_> {
    /// A cell as lines.
    fn cell(&self, text: &str) -> Vec<String> {
        match self.column.side {
            Side::Left => wrapped(text, whole_words(self.width)),
            side => vec![self.extent.align(text, side, self.width)],
        }
    }
}

/// The cells of a row beside each other, without spaces at the end.
fn line_up(cells: Vec<Vec<String>>, columns: &[Drawn<'_>]) -> String {
    let height = cells.iter().map(Vec::len).max().unwrap_or(0);
    let line = |at: usize| {
        let parts = cells.iter().zip(columns).map(|(cell, drawn)| {
            let text = cell.get(at).map_or("", String::as_str);
            padded(text, Side::Left, drawn.width)
        });
        let parts: Vec<String> = parts.collect();
        parts.join(BETWEEN).trim_end().to_string() + "\n"
    };
    (0..height).map(line).collect()
}

fn taken(columns: &[Drawn<'_>], width: impl Fn(&Drawn<'_>) -> usize) -> usize {
    let between = columns.len().saturating_sub(1) * BETWEEN.len();
    columns.iter().map(width).sum::<usize>() + between
}

/// Takes the columns that are missing from the widest text columns, until the table fits in `room`.
fn narrow_words(columns: &mut [Drawn<'_>], room: usize) {
    for _ in room..taken(columns, |drawn| drawn.width) {
        let giving = columns.iter_mut().filter(|drawn| drawn.width > drawn.least);
        if let Some(widest) = giving.max_by_key(|drawn| drawn.width) {
            widest.width -= 1;
        }
    }
}

fn whole_words<'a>(room: usize) -> Options<'a> {
    let options = Options::new(room).break_words(false);
    options.word_splitter(NoHyphenation)
}

/// The text, with lines that are longer than `room` broken between words.
pub fn filled(text: &str, room: usize) -> String {
    let lines = text
        .lines()
        .flat_map(|line| wrapped(line, whole_words(room)));
    lines.map(|line| line + "\n").collect()
}

fn wrapped(line: &str, options: Options<'_>) -> Vec<String> {
    if options.initial_indent.is_empty() && is_line_of(options.width, line) {
        return vec![line.replace(GLUE, " ")];
    }
    let line = whole_numbers(line);
    let lines = textwrap::wrap(&line, options);
    lines.iter().map(|line| line.replace(GLUE, " ")).collect()
}

/// A space at which no line is broken.
const GLUE: char = '\u{a0}';

/// A line in which numbers are not broken or separated from their unit. A date can be separated from the time of day.
fn whole_numbers(line: &str) -> String {
    let mut glued = String::new();
    for word in line.split_inclusive(' ') {
        let before = word.trim_end_matches(' ');
        let is_number = before.ends_with(|c: char| c.is_ascii_digit());
        let is_moment = before.contains(':') || before.matches('-').count() == 2;
        glued += before;
        if before.len() < word.len() {
            glued.push(if is_number && !is_moment { GLUE } else { ' ' });
        }
    }
    glued
}

fn says_something(cell: &str) -> bool {
    !["", NOTHING].contains(&cell)
}

/// How many characters are before a number's decimal point, or before its unit; `None` for text.
fn point(cell: &str) -> Option<usize> {
    let is_whole = |c: char| c.is_ascii_digit() || c == ' ';
    let before = cell.chars().take_while(|c| is_whole(*c)).count();
    let next = cell.chars().nth(before);
    let is_number =
        cell.starts_with(|c: char| c.is_ascii_digit()) && next.is_none_or(|c| !c.is_alphabetic());
    is_number.then_some(before)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimal_points_are_in_one_column_and_words_at_the_right() {
        let cells = ["1.9×", "0.54×", "12×", "–", "cancelled", "3 failed", ""];
        let extent = cells
            .iter()
            .map(|cell| Extent::of(cell, Side::Point))
            .fold(Extent::default(), Extent::with);
        let aligned = cells.map(|cell| extent.align(cell, Side::Point, extent.width()));
        assert_eq!(
            aligned,
            [
                "    1.9× ",
                "    0.54×",
                "   12×   ",
                "    –    ",
                "cancelled",
                " 3 failed",
                "         "
            ]
        );
    }

    #[test]
    fn grouped_numbers_are_numbers() {
        let extent = Extent::of("12 345.7", Side::Point);
        assert_eq!(
            extent,
            Extent {
                before: 6,
                after: 2,
                words: 0
            }
        );
        let both = extent.with(Extent::of("1.213", Side::Point));
        assert_eq!(both.align("1.213", Side::Point, 10), "     1.213");
        assert_eq!(both.align("12 345.7", Side::Point, 10), "12 345.7  ");
    }

    fn table(columns: &[(&str, Side, usize)], rows: &[&[&str]]) -> Table {
        let columns = columns.iter().copied();
        let cells = |row: &&[&str]| row.iter().map(|cell| (*cell).into()).collect();
        Table {
            columns: columns
                .map(|(heading, side, rank)| Column::new(heading, side, rank))
                .collect(),
            rows: rows.iter().map(cells).collect(),
        }
    }

    #[test]
    fn words_are_left_numbers_right_and_decimal_points_in_one_column() {
        let columns = [
            ("a", Side::Left, 0),
            ("n", Side::Right, 0),
            ("time (s)", Side::Point, 0),
        ];
        let rows: [&[&str]; 4] = [
            &["long", "2 µs", "1.213"],
            &["", "10", "0.000300"],
            &["b", "7", "–"],
            &["c", "7", "12.500"],
        ];
        assert_eq!(
            table(&columns, &rows).lines(usize::MAX),
            "a        n   time (s)\n\
             long  2 µs   1.213\n\
             \x20       10   0.000300\n\
             b        7   –\n\
             c        7  12.500\n"
        );
    }

    #[test]
    fn without_room_words_continue_below_then_decoration_is_left_out_then_cells_have_lines() {
        let columns = [
            ("#", Side::Right, 0),
            ("name", Side::Left, 0),
            ("time", Side::Point, 0),
            ("par.", Side::Point, DECORATION),
        ];
        let table = table(&columns, &[&["1", "a name of many words", "1.5", "2.0"]]);
        let one_line = "#  name                  time  par.\n1  a name of many words   1.5   2.0\n";
        assert_eq!(table.lines(35), one_line);
        assert_eq!(
            table.lines(30),
            "#  name             time  par.\n1  a name of many    1.5   2.0\n   words\n"
        );
        assert_eq!(
            table.lines(20),
            "#  name         time\n1  a name of     1.5\n   many words\nleft out: par.\n"
        );
        assert_eq!(
            table.lines(15),
            "#     1\nname  a name of\n      many\n      words\ntime  1.5\npar.  2.0\n"
        );
    }

    #[test]
    fn what_has_no_heading_is_the_heading_of_its_lines() {
        let columns = [("", Side::Left, 0), ("#1 serial", Side::Right, 0)];
        let table = table(&columns, &[&["median time", "1.2 s"], &["repeats", "5"]]);
        assert_eq!(
            table.lines(16),
            "median time\n#1 serial  1.2 s\n\nrepeats\n#1 serial  5\n"
        );
    }

    #[test]
    fn names_in_wide_characters_keep_the_columns_straight_and_are_cut_if_they_do_not_fit() {
        let columns = [("name", Side::Left, 0), ("n", Side::Right, 0)];
        let table = table(&columns, &[&["并发测试", "1"], &["🚀 fast", "10"]]).lines(80);
        let ends: Vec<usize> = table.lines().map(UnicodeWidthStr::width).collect();
        assert_eq!(ends, [12, 12, 12], "{table}");
        assert_eq!(shortened("并发测试", 8), "并发测试");
        for (most, said) in [(7, "并发测…"), (6, "并发…"), (5, "并发…"), (1, "…")] {
            assert_eq!(shortened("并发测试", most), said);
        }
    }

    proptest::proptest! {
        #[test]
        fn no_line_is_longer_than_the_room_no_number_is_broken_and_what_distinguishes_rows_is_there(
            room in 34usize..150,
            rows in proptest::collection::vec(("[a-z并]{1,9}( [a-z(]{1,9}){0,6}", 0.0..99_999.0f64, 0.0..9.0f64), 1..5),
        ) {
            let columns = [
                ("#", Side::Right, 0),
                ("name", Side::Left, 7),
                ("time (s)", Side::Point, 2),
                ("parallelism", Side::Point, 11),
                ("notes", Side::Left, 18),
            ];
            let time = |value: f64| number::bare_seconds(value);
            let rows: Vec<Vec<String>> = (1..)
                .zip(&rows)
                .map(|(at, (name, wall, par))| vec![format!("{at}"), name.clone(), time(*wall), format!("{par:.2}"), name.clone()])
                .collect();
            let columns = columns.map(|(heading, side, rank)| Column::new(heading, side, rank)).into();
            let table = Table { columns, rows };
            let lines = table.lines(room);
            for line in lines.lines() {
                assert!(line.width() <= room, "{room}\n{lines}");
            }
            let has_line = |word: &str| lines.lines().any(|line| format!(" {line} ").contains(&format!(" {word} ")));
            for row in &table.rows {
                assert!(has_line(&row[0]) && has_line(&row[2]), "{row:?}\n{lines}");
                assert!(row[1].split(' ').all(has_line), "{row:?}\n{lines}");
            }
        }
    }

    #[test]
    fn a_narrow_column_comes_back_where_a_wide_one_went_and_a_date_can_be_parted_from_the_time() {
        let columns = [
            ("#", Side::Right, 0),
            ("when", Side::Left, DECORATION),
            ("context switches", Side::Right, 11),
            ("par.", Side::Point, 12),
        ];
        let table = table(&columns, &[&["1", "2026-01-02 09:45", "5", "2.0"]]);
        assert_eq!(
            table.lines(22),
            "#  when           par.\n1  2026-01-02      2.0\n   09:45\nleft out: context\nswitches\n"
        );
        assert_eq!(
            whole_numbers("1.5–2.0 s at 10 000"),
            "1.5–2.0\u{a0}s at 10\u{a0}000"
        );
    }

    #[test]
    fn of_a_path_without_room_the_end_is_shown() {
        assert_eq!(tail("/usr/bin/python3", 20), "/usr/bin/python3");
        assert_eq!(tail("/usr/bin/python3", 8), "…python3");
        assert_eq!(tail("/usr/bin/python3", 0), "…");
    }
}
