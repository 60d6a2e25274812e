//! The form that writes a file to share: what, in which format, under which name.

use crate::{
    app::{message::ExportOrder, screens::history::browse::Browse},
    domain::{
        history::{History, TraceState},
        text::counted,
    },
    present::format::Format,
    ui::{
        choice::{round, stepped},
        field::TextField,
        key::Key,
    },
};

/// The longest path that can be typed.
const MOST: usize = 200;

/// What a file is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope {
    /// In words.
    pub label: String,
    /// How its file is called unless the user says otherwise, without ending.
    stem: String,
    /// The numbers of its runs and sweeps, ascending.
    numbers: Vec<usize>,
    /// How many of the runs have no timeline any more.
    without_trace: usize,
}

impl Scope {
    /// Everything that could be meant here, the likeliest first: what these numbers of the history stand for; of a sweep,
    /// all its runs.
    fn all(
        browse: &Browse,
        chart: Option<usize>,
        compared: &[usize],
        history: &History,
    ) -> Vec<Scope> {
        let scope = |label: String, stem: &str, numbers: &[usize]| {
            let mut numbers = history.with_members(numbers);
            numbers.sort_unstable();
            numbers.dedup();
            let runs = numbers.iter().filter_map(|number| history.get(*number));
            let gone = runs.filter(|run| matches!(run.trace_state, TraceState::Gone(_)));
            Scope {
                label,
                stem: format!("pconc-tui-{stem}"),
                without_trace: gone.count(),
                numbers,
            }
        };
        let many = |numbers: &[usize], noun| counted(numbers.len() as u64, noun);
        let mut scopes = vec![];
        let (marked, shown) = (browse.marked_in_view(), browse.order());
        if !compared.is_empty() {
            let label = format!("the {} compared", many(compared, "run"));
            scopes.push(scope(label, "comparison", compared));
        } else if marked.len() > 1 {
            let label = format!("the {}", many(&marked, "marked run"));
            scopes.push(scope(label, "marked", &marked));
        }
        let chosen = chart.or(browse.selected()).or(shown.last().copied());
        if let Some(run) = chosen.and_then(|number| history.get(number)) {
            let number = run.number;
            let label = format!("run #{number}");
            scopes.push(scope(label, &format!("run-{number}"), &[number]));
        }
        if let Some(sweep) = chosen.and_then(|number| history.sweep(number)) {
            let number = sweep.number;
            let label = format!("sweep #{number} with its {}", many(&sweep.members, "run"));
            // Who looks at its chart means the sweep, whatever is marked in the history.
            let place = if chart.is_some() { 0 } else { scopes.len() };
            scopes.insert(place, scope(label, &format!("sweep-{number}"), &[number]));
        }
        if shown.len() > 1 {
            let label = format!("all {} of the history", many(shown, "row"));
            scopes.push(scope(label, "history", shown));
        }
        scopes
    }
}

/// A row of the form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportRow {
    /// What.
    Scope,
    /// One of the formats.
    Format(Format),
    /// The file's name.
    File,
}

/// The form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exporting {
    scopes: Vec<Scope>,
    scope: usize,
    /// How it is written.
    pub format: Format,
    /// The row with the cursor.
    pub row: ExportRow,
    /// Where it is written.
    pub file: TextField,
    /// Whether the name is the user's own.
    is_typed: bool,
    /// There is such a file already, which is known since it was to be written.
    pub exists: bool,
    /// What went wrong.
    pub problem: Option<String>,
    /// That the file was written, where no notice would be seen.
    pub told: Option<String>,
    /// How far it is, while the file is being written.
    pub writing: Option<String>,
}

impl Exporting {
    /// The form for what is chosen or marked; `None` if there is nothing to export.
    pub(in crate::app) fn new(
        browse: &Browse,
        chart: Option<usize>,
        compared: &[usize],
        history: &History,
    ) -> Option<Exporting> {
        let scopes = Scope::all(browse, chart, compared, history);
        let mut form = Exporting {
            scope: 0,
            format: Format::FILES[0],
            row: ExportRow::Format(Format::FILES[0]),
            file: TextField::default(),
            is_typed: false,
            exists: false,
            problem: None,
            told: None,
            writing: None,
            scopes,
        };
        form.scopes.first()?;
        form.suggest();
        Some(form)
    }

    /// All rows.
    pub fn rows() -> Vec<ExportRow> {
        let formats = Format::FILES.into_iter().map(ExportRow::Format);
        std::iter::once(ExportRow::Scope)
            .chain(formats)
            .chain([ExportRow::File])
            .collect()
    }

    /// What is written.
    pub fn scope(&self) -> &Scope {
        &self.scopes[self.scope]
    }

    /// Whether there is something else that could be written.
    pub fn has_choice(&self) -> bool {
        self.scopes.len() > 1
    }

    /// What the file will lack.
    pub fn lack(&self) -> Option<String> {
        let without = self.scope().without_trace;
        lack(without).filter(|_| self.format.shows_traces())
    }

    pub(in crate::app) fn step(&mut self, by: isize) {
        self.row = stepped(&Exporting::rows(), self.row, by);
        if let ExportRow::Format(format) = self.row {
            self.format = format;
            self.suggest();
        }
    }

    pub(in crate::app) fn turn(&mut self, by: isize) {
        self.scope = round(self.scope, by, self.scopes.len());
        self.suggest();
    }

    pub(in crate::app) fn type_text(&mut self, key: Key) {
        if self.file.apply(key) {
            self.is_typed = true;
            self.forget();
        }
    }

    /// A name for the file. One that the user typed keeps all but the ending of another format.
    fn suggest(&mut self) {
        let stem = if self.is_typed {
            without_ending(self.file.text())
        } else {
            self.scope().stem.clone()
        };
        self.file = TextField::new(&format!("{stem}.{}", self.format.extension()), MOST);
        self.forget();
    }

    /// What was wrong with it may be right now.
    pub(in crate::app) fn forget(&mut self) {
        (self.exists, self.problem, self.told) = (false, None, None);
    }

    pub(in crate::app) fn order(&self, overwrite: bool) -> ExportOrder {
        ExportOrder {
            format: self.format,
            numbers: self.scope().numbers.clone(),
            file: self.file.text().trim().to_string(),
            overwrite,
        }
    }
}

/// That the timelines of so many runs are missing.
pub fn lack(without: usize) -> Option<String> {
    let runs = counted(without as u64, "run");
    (without > 0).then(|| format!("without the timelines of {runs}: they are no longer kept"))
}

fn without_ending(name: &str) -> String {
    let stem = |format: Format| name.strip_suffix(format.extension())?.strip_suffix('.');
    let stems = Format::FILES.into_iter().filter_map(stem);
    stems.min_by_key(|stem| stem.len()).unwrap_or(name).into()
}
