//! Only some rows of the history: those that match what the user types.

use super::App;
use super::field::{Edit, TextField};
use super::key::Key;
use super::screen::{Focus, Panel};

use crate::catalog::model::Model;
use crate::domain::history::{Entry, SweepEntry};
use crate::domain::provenance::Origin;
use crate::domain::python::{Python, StartMethod};
use crate::domain::record::{Outcome, Record};
use crate::present::sentence::moment;

/// The most characters of a filter.
const MOST: usize = 60;

/// What the rows that are shown have to match.
#[derive(Clone, Debug)]
pub struct Filter {
    field: TextField,
    /// Whether it is being typed.
    is_typed: bool,
    /// What was chosen before it: comes back when it is given up.
    before: Option<usize>,
    /// Runs with higher numbers are shown anyway: they were measured since.
    since: usize,
    /// What each run of the history can be found by, in the history's order.
    index: Vec<(usize, String)>,
    /// So many runs match, of how many.
    found: (usize, usize),
}

impl Filter {
    /// What is typed.
    pub fn field(&self) -> &TextField {
        &self.field
    }

    /// Whether it is being typed.
    pub fn is_typed(&self) -> bool {
        self.is_typed
    }

    /// How many runs are shown, of how many.
    pub fn found(&self) -> (usize, usize) {
        self.found
    }

    /// Whether it says anything.
    pub fn is_empty(&self) -> bool {
        self.field.text().trim().is_empty()
    }

    fn words(&self) -> Vec<String> {
        self.field
            .text()
            .to_lowercase()
            .split_whitespace()
            .map(String::from)
            .collect()
    }

    /// The places in the history of the runs that match.
    fn matching(&mut self) -> Vec<usize> {
        let words = self.words();
        let is_new = |number: usize| number > self.since;
        let finds = |(number, text): &(usize, String)| {
            is_new(*number) || words.iter().all(|word| finds(*number, text, word))
        };
        let matching: Vec<usize> = self
            .index
            .iter()
            .enumerate()
            .filter(|(_, run)| finds(run))
            .map(|(at, _)| at)
            .collect();
        self.found = (matching.len(), self.index.len());
        matching
    }
}

/// Whether a run is found by a word: one of its own begins like it; `#12` means that number.
fn finds(number: usize, text: &str, word: &str) -> bool {
    match word.strip_prefix('#').filter(|digits| !digits.is_empty()) {
        Some(digits) => digits.parse() == Ok(number),
        None => text
            .match_indices(word)
            .any(|(at, _)| text[..at].ends_with(' ')),
    }
}

/// What a run can be found by: words in lower case, each with a blank before it.
fn described(entry: &Entry) -> String {
    let record = &entry.record;
    let (plan, when) = (&record.plan, moment(&record.started_at));
    let origin = match entry.provenance.origin {
        Origin::Here => "here",
        Origin::Earlier => "earlier",
        Origin::Recorded => "recorded",
    };
    let told = [
        (plan.model() == Model::GilThreads, "emulated"),
        (
            record.ending.outcome == Outcome::Completed && record.ending.tasks_failed == 0,
            "completed",
        ),
        (
            record.ending.tasks_failed > 0 && record.ending.outcome != Outcome::Failed,
            "failed",
        ),
        (
            record.ending.outcome != Outcome::Completed,
            record.ending.outcome.name(),
        ),
        (entry.assessment.is_baseline, "baseline"),
        (entry.assessment.is_fastest, "fastest"),
        (entry.is_doubted(), "caveat"),
    ];
    let told: Vec<&str> = told
        .into_iter()
        .filter(|(is_so, _)| *is_so)
        .map(|(_, word)| word)
        .collect();
    let name = entry.name.as_deref().unwrap_or_default();
    let (work, model) = (plan.label(), plan.model().name());
    let (number, python) = (entry.number, python(record));
    format!(
        " #{number} {number} {work} {model} {python} {name} {when} {origin} {}",
        told.join(" ")
    )
    .to_lowercase()
}

/// "python 3.13.0 gil on spawn": what a run of Python can be found by besides its model.
fn python(record: &Record) -> String {
    let Some(Python {
        interpreter,
        start_method,
    }) = record.plan.python()
    else {
        return String::new();
    };
    // What was proven while it ran comes before what the interpreter said when it was found.
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

/// The same of a sweep.
fn described_sweep(entry: &SweepEntry) -> String {
    let origin = match entry.provenance.origin {
        Origin::Here => "here",
        Origin::Earlier => "earlier",
        Origin::Recorded => "recorded",
    };
    let models: Vec<&str> = entry
        .sweep
        .plan
        .models()
        .iter()
        .copied()
        .map(Model::name)
        .collect();
    let pythons: Vec<String> = entry
        .sweep
        .plan
        .pythons()
        .iter()
        .map(|python| format!("python {}", python.label()))
        .collect();
    let pythons = pythons.join(" ").replace(',', "");
    let (number, work) = (entry.number, entry.sweep.plan.work().label());
    let name = entry.name.as_deref().unwrap_or_default();
    format!(
        " #{number} {number} sweep {work} {} {pythons} {name} {origin}",
        models.join(" ")
    )
    .to_lowercase()
}

impl App {
    /// What the rows of the history have to match.
    pub fn filter(&self) -> Option<&Filter> {
        self.filter.as_ref()
    }

    pub(super) fn is_filtering(&self) -> bool {
        self.filter.as_ref().is_some_and(|filter| filter.is_typed)
    }

    /// Begins to type a filter, or goes on with the one that there is.
    pub(super) fn begin_filter(&mut self) {
        self.focus = Focus {
            panel: Panel::History,
            ..self.focus()
        };
        let (text, before) = match self.filter.take() {
            Some(filter) => (filter.field.text().to_string(), filter.before),
            None => (String::new(), self.browse.selected()),
        };
        self.filter = Some(Filter {
            field: TextField::new(&text, MOST),
            is_typed: true,
            before,
            since: self.history.next_number() - 1,
            index: vec![],
            found: (0, 0),
        });
        self.notice = None;
        self.rearrange();
    }

    pub(super) fn type_filter(&mut self, key: Key) {
        if let Some(filter) = &mut self.filter
            && filter.field.apply(key) == Edit::Changed
        {
            self.arrange_rows();
        }
    }

    /// The filter stays, the keys mean again what they did. One that says nothing is none.
    pub(super) fn keep_filter(&mut self) {
        match &mut self.filter {
            Some(filter) if !filter.is_empty() => filter.is_typed = false,
            Some(_) => self.clear_filter(),
            None => {}
        }
    }

    /// Shows all rows again, the one chosen that was chosen before.
    pub(super) fn clear_filter(&mut self) {
        let Some(filter) = self.filter.take() else {
            return;
        };
        self.arrange_rows();
        if filter.is_typed
            && filter
                .before
                .is_some_and(|number| self.history.get(number).is_some())
        {
            self.choose(filter.before);
            // It may have been out of view already before the filter.
            self.choose_what_is_shown();
        }
    }

    /// The history changed: so did what its runs can be found by.
    pub(super) fn index_for_filter(&mut self) {
        let shows_earlier = self.browse.shows_earlier();
        if let Some(filter) = &mut self.filter {
            let runs = self
                .history
                .lone_entries()
                .filter(|entry| shows_earlier || !entry.is_earlier());
            let sweeps = self
                .history
                .sweeps()
                .iter()
                .filter(|sweep| shows_earlier || !sweep.is_earlier());
            let sweeps = sweeps.map(|sweep| (sweep.number, described_sweep(sweep)));
            filter.index = runs
                .map(|entry| (entry.number, described(entry)))
                .chain(sweeps)
                .collect();
        }
    }

    /// The runs that are shown, in ascending order of their numbers.
    pub(super) fn in_view(&mut self) -> Vec<usize> {
        let shows_earlier = self.browse.shows_earlier();
        match &mut self.filter {
            Some(filter) => filter
                .matching()
                .into_iter()
                .map(|at| filter.index[at].0)
                .collect(),
            None => {
                let runs = self
                    .history
                    .lone_entries()
                    .filter(|entry| shows_earlier || !entry.is_earlier());
                let sweeps = self
                    .history
                    .sweeps()
                    .iter()
                    .filter(|sweep| shows_earlier || !sweep.is_earlier());
                runs.map(|entry| entry.number)
                    .chain(sweeps.map(|sweep| sweep.number))
                    .collect()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::history::History;
    use crate::fixtures::explorer::earlier;
    use crate::fixtures::sample;

    #[test]
    fn a_run_is_found_by_model_work_number_name_date_and_outcome() {
        let mut history: History = sample::history(2);
        let mut runs = earlier(Origin::Earlier, &[3, 12, 13], None);
        runs[1].name = Some("Under the lock".into());
        runs[2].record.ending.tasks_failed = 1;
        history.add_earlier(runs);
        let found = |typed: &str| -> Vec<usize> {
            let mut filter = Filter {
                field: TextField::new(typed, MOST),
                is_typed: true,
                before: None,
                since: 99,
                index: history
                    .entries()
                    .iter()
                    .map(|run| (run.number, described(run)))
                    .collect(),
                found: (0, 0),
            };
            filter
                .matching()
                .into_iter()
                .map(|at| history.entries()[at].number)
                .collect()
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
