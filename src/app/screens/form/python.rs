//! The interpreter of the Python models: those that were found, the chosen one, and what is missing.

use crate::{
    app::screens::form::{Field, Setup, neighbour},
    domain::{
        plan::Invalid,
        python::{FoundPython, GilState, Interpreter, Pythons, StartMethod},
    },
    ui::form::FormField,
};

/// The state of the search for interpreters, with its result.
#[derive(Clone, Debug, PartialEq)]
pub enum Search {
    /// The search is still running.
    GoesOn,
    /// The search has found these.
    Ended(Pythons),
}

impl Setup {
    /// The state of the search for interpreters.
    pub fn pythons(&self) -> &Search {
        &self.pythons
    }

    /// The interpreters that can be used, the default first.
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

    /// Takes the interpreters of this machine. The first one is chosen unless one of them is already.
    pub(in crate::app) fn take_pythons(&mut self, mut pythons: Pythons) {
        if let Some(users) = self.users_python.clone() {
            pythons
                .found
                .retain(|found| found.interpreter != users.interpreter);
            pythons.found.insert(0, users);
        }
        let first = pythons.found.first().map(|found| found.interpreter.clone());
        let mut found = pythons.found.iter();
        if !found.any(|found| Some(&found.interpreter) == self.python()) {
            self.choose_python(first);
        }
        self.pythons = Search::Ended(pythons);
    }

    /// Chooses an interpreter.
    pub(in crate::app) fn choose_python(&mut self, interpreter: Option<Interpreter>) {
        self.draft.python = interpreter;
        self.keep_start_method();
    }

    /// Whether the threads of the chosen interpreter share a lock; `None` if no interpreter is chosen yet.
    pub(crate) fn gil(&self) -> Option<GilState> {
        self.python().map(|python| python.gil)
    }

    pub(crate) fn python_in_words(&self) -> String {
        match (&self.pythons, self.python()) {
            (_, Some(python)) => python.label(),
            (Search::GoesOn, None) => "looking…".into(),
            (Search::Ended(_), None) => "none found".into(),
        }
    }

    /// The start methods that the chosen interpreter offers, its default first.
    fn start_methods(&self) -> &[StartMethod] {
        self.python().map_or(&[], |python| &python.start_methods)
    }

    /// The chosen start method, or else the interpreter's default.
    fn start_method(&self) -> Option<StartMethod> {
        let default = self.start_methods().first().copied();
        self.draft.start_method.or(default)
    }

    pub(crate) fn described_start_method(&self) -> FormField {
        let method = self.start_method();
        let is_default = self.start_methods().first() == method.as_ref();
        let name = method.map_or("–", StartMethod::name);
        let default = if is_default && method.is_some() {
            " (default)"
        } else {
            ""
        };
        let about = method.map_or("how processes are created", StartMethod::description);
        FormField {
            short: Some(name.into()),
            ..FormField::new("Start with", format!("{name}{default}"), about)
        }
    }

    pub(crate) fn change_python(&mut self, up: bool) {
        let found = self.found_pythons().iter().map(|found| &found.interpreter);
        let found: Vec<&Interpreter> = found.collect();
        let is_only = found.len() == 1;
        if let Some(first) = found.first() {
            let next = neighbour(&found, self.python().unwrap_or(first), up).clone();
            self.choose_python(Some(next));
        }
        if is_only {
            self.note("the only one found. Enter shows what else was tried".into());
        }
    }

    /// Selecting the interpreter's default counts as no choice, because the next interpreter may have a different
    /// default.
    pub(crate) fn change_start_method(&mut self, up: bool) {
        if let Some(method) = self.start_method() {
            let offered = self.start_methods();
            let next = neighbour(offered, method, up);
            self.draft.start_method = Some(next).filter(|next| *next != offered[0]);
        }
    }

    /// Forgets a start method that the interpreter does not offer.
    pub(crate) fn keep_start_method(&mut self) {
        let chosen = self.draft.start_method;
        self.draft.start_method = chosen.filter(|method| self.start_methods().contains(method));
    }

    /// The same mistake, explained with the interpreters of this machine.
    pub(crate) fn explained(&self, invalid: Invalid) -> Invalid {
        if invalid.field == Field::Function {
            return Invalid {
                sentence: self.missing_function(),
                ..invalid
            };
        }
        if invalid.field != Field::Python {
            return invalid;
        }
        let said = &invalid.sentence;
        let sentence = match (&self.pythons, self.python(), self.better_python()) {
            (Search::GoesOn, None, _) => "looking for Python…".into(),
            (Search::Ended(_), None, _) => {
                format!("{said}, and none was found. Enter on Python shows what was tried")
            }
            (_, Some(_), Some(better)) => format!("{said}: choose {}", better.version_name()),
            (_, Some(_), None) => return invalid,
        };
        Invalid {
            sentence,
            ..invalid
        }
    }

    /// An interpreter that can do what the chosen one cannot.
    fn better_python(&self) -> Option<&Interpreter> {
        let mut interpreters = self.found_pythons().iter().map(|found| &found.interpreter);
        interpreters
            .find(|python| !self.draft.model.needs_subinterpreters() || python.subinterpreters)
    }

    pub(crate) fn about_python(&self) -> String {
        let gil = self.gil().map(|gil| format!("{}. ", gil.words()));
        let gil = gil.unwrap_or_default();
        match self.found_pythons().len() {
            0 => "no interpreter found. Enter shows what was tried".into(),
            1 => format!("{gil}The only Python found: Enter shows where"),
            found => format!("{gil}{found} Pythons found: Enter lists them"),
        }
    }
}
