//! A filter of the history, which shows only the rows that match the typed text.

use crate::{
    app::{
        App,
        screen::{Focus, Panel},
        screens::history::columns::RowSource,
    },
    domain::{
        history::{RunEntry, SweepEntry},
        provenance::Origin,
        python::{Python, StartMethod},
        record::{Outcome, Record},
    },
    present::sentence::moment,
    ui::{field::TextField, key::Key},
};

/// The maximum length of a filter, in characters.
const MOST: usize = 60;

/// A filter of the history.
#[derive(Clone, Debug)]
pub struct Filter {
    /// The text of the filter.
    pub field: TextField,
    /// Whether the user is typing it.
    pub is_typed: bool,
    /// The row that was chosen before the filter was opened. It is chosen again when the user cancels.
    before: Option<usize>,
    /// The runs and sweeps of this session when the filter was opened. Later ones are always shown.
    known: Vec<usize>,
    /// The searchable text of each row of the history; `None` for rows that are always shown.
    index: Vec<(usize, Option<String>)>,
    /// The number of runs that match, and the number of all runs.
    pub found: (usize, usize),
}

impl Filter {
    /// Whether the filter contains no word.
    pub fn is_empty(&self) -> bool {
        self.field.text().trim().is_empty()
    }

    /// Updates the searchable text of the rows after the history changed.
    pub(crate) fn index(&mut self, rows: &[RowSource<'_>]) {
        let is_later =
            |row: RowSource<'_>| origin(row) == Origin::Here && !self.known.contains(&row.number());
        let text = |row: RowSource<'_>| (!is_later(row)).then(|| described(row));
        self.index = rows.iter().map(|row| (row.number(), text(*row))).collect();
    }

    /// The stored numbers of runs and sweeps, to update them after a renumbering.
    pub(crate) fn numbers_mut(&mut self) -> impl Iterator<Item = &mut usize> {
        self.before.iter_mut().chain(&mut self.known)
    }

    /// The numbers of the rows that match, in ascending order.
    pub(crate) fn matching(&mut self) -> Vec<usize> {
        let typed = self.field.text().to_lowercase();
        let words: Vec<&str> = typed.split_whitespace().collect();
        let finds = |(number, text): &&(usize, Option<String>)| {
            let has = |text: &String| words.iter().all(|word| finds(*number, text, word));
            text.as_ref().is_none_or(has)
        };
        let mut matching: Vec<usize> = self
            .index
            .iter()
            .filter(finds)
            .map(|(number, _)| *number)
            .collect();
        matching.sort();
        self.found = (matching.len(), self.index.len());
        matching
    }
}

/// Whether a word finds a run: a word of the run starts with it. `#12` means the run with that number.
fn finds(number: usize, text: &str, word: &str) -> bool {
    match word.strip_prefix('#').filter(|digits| !digits.is_empty()) {
        Some(digits) => digits.parse() == Ok(number),
        None => text
            .match_indices(word)
            .any(|(at, _)| text[..at].ends_with(' ')),
    }
}

/// The searchable text of a row: words in lower case, each with a space before it.
fn described(row: RowSource<'_>) -> String {
    let words = match row {
        RowSource::Entry(entry) => of_run(entry),
        RowSource::Sweep(sweep) => of_sweep(sweep),
        RowSource::Live(..) => return String::new(),
    };
    let origin = match origin(row) {
        Origin::Here => "here",
        Origin::Earlier => "earlier",
        Origin::Recorded => "recorded",
    };
    let (number, work) = (row.number(), row.plan().label());
    let name = row.name().unwrap_or_default();
    format!(" #{number} {number} {work} {name} {origin} {words}").to_lowercase()
}

fn origin(row: RowSource<'_>) -> Origin {
    match row {
        RowSource::Entry(entry) => entry.provenance.origin,
        RowSource::Sweep(sweep) => sweep.provenance.origin,
        RowSource::Live(..) => Origin::Here,
    }
}

fn of_run(entry: &RunEntry) -> String {
    let record = &entry.record;
    let (model, ending) = (record.plan.model(), &record.ending);
    let is_completed = ending.outcome == Outcome::Completed;
    let words = [
        (model.has_emulated_lock(), "emulated"),
        (is_completed && ending.tasks_failed == 0, "completed"),
        (
            ending.tasks_failed > 0 && ending.outcome != Outcome::Failed,
            "failed",
        ),
        (!is_completed, ending.outcome.name()),
        (entry.assessment.is_baseline, "baseline"),
        (entry.assessment.is_fastest, "fastest"),
        (entry.has_caveats(), "caveat"),
    ];
    let words = words.into_iter().filter(|(is_so, _)| *is_so);
    let words: Vec<&str> = words.map(|(_, word)| word).collect();
    let (python, when) = (python(record), moment(&record.started_at));
    format!("{} {python} {when} {}", model.name(), words.join(" "))
}

/// The searchable text of a Python run besides its model: "python 3.13.0 gil on spawn".
fn python(record: &Record) -> String {
    let Some(Python {
        interpreter,
        start_method,
    }) = record.plan.python()
    else {
        return String::new();
    };
    // The state during the run takes precedence over what the interpreter reported when it was found.
    let gil = record
        .interpreter
        .python
        .as_ref()
        .and_then(|python| python.gil)
        .unwrap_or(interpreter.gil);
    let method = start_method.map_or("", StartMethod::name);
    format!(
        "python {} {} {method}",
        interpreter.version_name(),
        gil.words()
    )
}

fn of_sweep(entry: &SweepEntry) -> String {
    let plan = &entry.sweep.plan;
    let models: Vec<&str> = plan.models.iter().map(|model| model.name()).collect();
    let pythons = plan.pythons();
    let pythons: Vec<String> = pythons
        .iter()
        .map(|python| format!("python {}", python.label()))
        .collect();
    let pythons = pythons.join(" ").replace(',', "");
    format!("sweep {} {pythons}", models.join(" "))
}

impl App {
    pub(crate) fn is_filtering(&self) -> bool {
        let filter = self.runs.filter.as_ref();
        filter.is_some_and(|filter| filter.is_typed)
    }

    /// Starts typing a filter, or continues with the current one.
    pub(crate) fn begin_filter(&mut self) {
        self.open.focus = Focus {
            panel: Panel::History,
            ..self.focus()
        };
        let (text, before) = match self.runs.filter.take() {
            Some(filter) => (filter.field.text().to_string(), filter.before),
            None => (String::new(), self.chosen()),
        };
        self.runs.filter = Some(Filter {
            field: TextField::new(&text, MOST),
            is_typed: true,
            before,
            known: self.history.numbers_here(),
            index: vec![],
            found: (0, 0),
        });
        self.out.notice = None;
        self.index_filter();
        self.arrange_rows();
    }

    pub(crate) fn type_filter(&mut self, key: Key) {
        if let Some(filter) = &mut self.runs.filter
            && filter.field.apply(key)
        {
            self.arrange_rows();
        }
    }

    /// Keeps the filter and finishes typing, so that keys have their usual meaning again. A filter without words is
    /// removed.
    pub(crate) fn keep_filter(&mut self) {
        match &mut self.runs.filter {
            Some(filter) if !filter.is_empty() => filter.is_typed = false,
            Some(_) => self.clear_filter(),
            None => {}
        }
    }

    /// Shows all rows again, and chooses the row that was chosen before the filter.
    pub(crate) fn clear_filter(&mut self) {
        let Some(filter) = self.runs.filter.take() else {
            return;
        };
        self.arrange_rows();
        let before = filter.before.filter(|_| filter.is_typed);
        if before.is_some_and(|number| self.history.get(number).is_some()) {
            self.choose(before);
            // The row may have been hidden before the filter, too.
            self.choose_shown_row();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::history::History,
        fixtures::{explorer::earlier, sample},
    };

    #[test]
    fn a_run_is_found_by_model_work_number_name_date_and_outcome() {
        let mut history: History = sample::history(2);
        let mut lot = earlier(Origin::Earlier, &[3, 12, 13], None);
        lot.runs[1].name = Some("Under the lock".into());
        lot.runs[2].record.ending.tasks_failed = 1;
        history.add_earlier(lot);
        let found = |typed: &str| -> Vec<usize> {
            let mut filter = Filter {
                field: TextField::new(typed, MOST),
                is_typed: true,
                before: None,
                known: vec![],
                index: vec![],
                found: (0, 0),
            };
            let rows: Vec<RowSource<'_>> = history.entries().iter().map(RowSource::Entry).collect();
            filter.index(&rows);
            let mut matching: Vec<usize> = filter.matching().into_iter().collect();
            matching.sort_unstable();
            matching
        };
        for (typed, numbers) in [
            ("", &[3, 12, 13][..]),
            ("GIL", &[12]),
            ("cpu serial", &[3, 13]),
            ("#1", &[]),
            ("#12", &[12]),
            ("1", &[12, 13]),
            ("lock under", &[12]),
            ("2026-05-14", &[3, 12, 13]),
            ("09:31", &[12]),
            ("failed", &[13]),
            ("ock", &[]),
            ("threads processes", &[]),
        ] {
            assert_eq!(found(typed), numbers, "{typed}");
        }
    }
}
