//! By what Python's models are executed: what was found, what is chosen, and what is missing.

use super::{Field, Setup, neighbour};
use crate::domain::plan::Invalid;
use crate::domain::python::{FoundPython, GilState, Interpreter, Pythons, StartMethod};
use crate::domain::speed::Speed;

/// What is known of this machine's interpreters.
#[derive(Clone, Debug, PartialEq)]
pub enum Search {
    /// They are being looked for.
    GoesOn,
    /// These are all.
    Ended(Pythons),
}

impl Setup {
    /// What is known of this machine's interpreters.
    pub fn pythons(&self) -> &Search {
        &self.pythons
    }

    /// Those that can be used, the default first.
    pub fn found_pythons(&self) -> &[FoundPython] {
        match &self.pythons {
            Search::GoesOn => &[],
            Search::Ended(pythons) => &pythons.found,
        }
    }

    /// The chosen interpreter.
    pub fn python(&self) -> Option<&Interpreter> {
        self.draft.python.as_ref()
    }

    /// Takes the interpreters of this machine; the first is chosen unless one of them is already.
    pub(in crate::app) fn take_pythons(&mut self, pythons: Pythons) {
        let first = pythons.found.first().map(|found| found.interpreter.clone());
        let is_there = |chosen: &Interpreter| {
            pythons
                .found
                .iter()
                .any(|found| found.interpreter == *chosen)
        };
        if !self.python().is_some_and(is_there) {
            self.choose_python(first);
        }
        self.pythons = Search::Ended(pythons);
    }

    /// Chooses an interpreter.
    pub(in crate::app) fn choose_python(&mut self, interpreter: Option<Interpreter>) {
        self.draft.python = interpreter;
        self.keep_start_method();
    }

    /// Whether its threads share a lock; `None` before an interpreter is chosen.
    pub(super) fn gil(&self) -> Option<GilState> {
        self.python().map(|python| python.gil)
    }

    /// How fast the chosen interpreter computes, if it is what computes.
    pub(in crate::app) fn python_speed(&self) -> Option<Speed> {
        let chosen = self
            .found_pythons()
            .iter()
            .find(|found| Some(&found.interpreter) == self.python())?;
        Some(chosen.speed())
    }

    pub(super) fn python_in_words(&self) -> String {
        match (&self.pythons, self.python()) {
            (_, Some(python)) => python.label(),
            (Search::GoesOn, None) => "looking…".into(),
            (Search::Ended(_), None) => "none found".into(),
        }
    }

    pub(super) fn start_method_in_words(&self) -> String {
        let default = self
            .python()
            .and_then(|python| python.start_methods.first().copied());
        match (self.draft.start_method.or(default), default) {
            (Some(method), Some(default)) if method == default => {
                format!("{} (default)", method.name())
            }
            (Some(method), _) => method.name().into(),
            (None, _) => "–".into(),
        }
    }

    /// A row's value in fewer words, for a narrow panel.
    pub fn short_value(&self, row: Field) -> String {
        match (row, self.python()) {
            (Field::Model, _) => self.draft.model.name().replace("python-", "py-"),
            (Field::Python, Some(python)) => python.version_name(),
            (Field::StartMethod, _) => self.start_method_in_words().replace(" (default)", ""),
            _ => self.value(row),
        }
    }

    pub(super) fn change_python(&mut self, up: bool) {
        let found: Vec<Interpreter> = self
            .found_pythons()
            .iter()
            .map(|found| found.interpreter.clone())
            .collect();
        let here = found
            .iter()
            .position(|python| Some(python) == self.python())
            .unwrap_or(0);
        let all: Vec<usize> = (0..found.len()).collect();
        if !all.is_empty() {
            self.choose_python(found.get(neighbour(&all, here, up)).cloned());
        }
        if all.len() == 1 {
            self.note("the only one that was found: Enter shows what else was tried".into());
        }
    }

    /// Its own default is no choice: another interpreter may have another one.
    pub(super) fn change_start_method(&mut self, up: bool) {
        let offered = self
            .python()
            .map(|python| python.start_methods.clone())
            .unwrap_or_default();
        let Some(default) = offered.first().copied() else {
            return;
        };
        let next = neighbour(&offered, self.draft.start_method.unwrap_or(default), up);
        self.draft.start_method = (next != default).then_some(next);
    }

    /// A start method that the interpreter does not offer is forgotten.
    pub(super) fn keep_start_method(&mut self) {
        let offered = self
            .draft
            .python
            .as_ref()
            .map(|python| &python.start_methods);
        let is_offered =
            |method: &StartMethod| offered.is_some_and(|offered| offered.contains(method));
        if !self.draft.start_method.as_ref().is_some_and(is_offered) {
            self.draft.start_method = None;
        }
    }

    /// The same mistake, in words that know what was found on this machine.
    pub(super) fn explained(&self, invalid: Invalid) -> Invalid {
        if invalid.field != Field::Python {
            return invalid;
        }
        match (&self.pythons, self.python()) {
            (Search::GoesOn, None) => Invalid {
                sentence: "looking for Python…".into(),
                ..invalid
            },
            (Search::Ended(_), None) => Invalid {
                sentence: format!(
                    "{}, and none was found: Enter on Python shows what was tried",
                    invalid.sentence
                ),
                ..invalid
            },
            (_, Some(_)) => match self.better_python() {
                Some(better) => {
                    let sentence =
                        format!("{}: choose {}", invalid.sentence, better.version_name());
                    Invalid {
                        sentence,
                        ..invalid
                    }
                }
                None => invalid,
            },
        }
    }

    /// An interpreter that can do what the chosen one cannot.
    fn better_python(&self) -> Option<&Interpreter> {
        let interpreters = self.found_pythons().iter().map(|found| &found.interpreter);
        interpreters
            .into_iter()
            .find(|python| !self.draft.model.needs_subinterpreters() || python.subinterpreters)
    }

    pub(super) fn about_python(&self) -> String {
        match self.found_pythons().len() {
            0 => "no interpreter to choose from: Enter shows what was tried".into(),
            1 => format!(
                "{}the only one that was found: Enter shows where",
                self.gil_in_words()
            ),
            found => format!(
                "{}one of {found} that were found: Enter lists them",
                self.gil_in_words()
            ),
        }
    }

    /// "GIL on: ".
    fn gil_in_words(&self) -> String {
        self.gil()
            .map_or_else(String::new, |gil| format!("{}: ", gil.words()))
    }

    pub(super) fn about_start_method(&self) -> &'static str {
        let default = self
            .python()
            .and_then(|python| python.start_methods.first().copied());
        self.draft
            .start_method
            .or(default)
            .map_or("how the processes are made", StartMethod::description)
    }
}
