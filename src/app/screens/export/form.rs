//! The form for exporting runs to a file: its content, format and name.

use crate::{
    app::{message::ExportOrder, screens::history::browse::Browse},
    domain::{
        history::{History, TraceState},
        text::counted,
    },
    present::format::{Format, Refusal},
    ui::{
        choice::{neighbour, round},
        field::TextField,
        form::{Form, FormEntry, FormField, Way},
    },
};

/// The maximum length of a path that can be typed, in characters.
const MOST: usize = 200;

/// A possible content of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope {
    /// The content in words.
    pub label: String,
    /// The default name of the file, without extension.
    stem: String,
    /// The numbers of its runs and sweeps, ascending.
    numbers: Vec<usize>,
    /// The number of these runs whose timelines are no longer available.
    without_trace: usize,
}

impl Scope {
    /// All possible contents of a file here, the most likely first, for these numbers of the history. A sweep stands
    /// for all its runs.
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
            // In front of a chart, the user means its sweep, even if other runs are marked in the history.
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

/// The row of the content.
const SCOPE: usize = 0;
/// The row of the format.
const FORMAT: usize = 1;
/// The row of the file name.
const FILE: usize = 2;

/// The state of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stage {
    /// It has not been requested yet.
    Open,
    /// It is being written, and this is the progress.
    Writing(String),
    /// It was written, and a notice would not be visible.
    Written(String),
    /// It was not written, and this is why.
    Refused {
        /// The reason, in one sentence.
        sentence: String,
        /// Whether such a file exists already.
        exists: bool,
    },
}

impl Stage {
    /// The state in one sentence, as an error if the file was refused; empty if there is nothing to say.
    pub fn sentence(&self) -> Result<&str, &str> {
        match self {
            Stage::Open => Ok(""),
            Stage::Writing(sentence) | Stage::Written(sentence) => Ok(sentence),
            Stage::Refused { sentence, .. } => Err(sentence),
        }
    }
}

/// The form and the state of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exporting {
    scopes: Vec<Scope>,
    scope: usize,
    /// The format of the file.
    pub format: Format,
    /// The path as the form shows it: what the user typed, or the proposal.
    file: String,
    /// The directory for files whose name has none.
    directory: Option<String>,
    entry: FormEntry,
    /// Whether the user typed the name.
    is_typed: bool,
    /// The state of the file.
    pub stage: Stage,
}

impl Exporting {
    /// The export form, with everything that can be exported from here; `None` if there is nothing.
    pub(in crate::app) fn new(
        browse: &Browse,
        chart: Option<usize>,
        compared: &[usize],
        history: &History,
        directory: Option<&str>,
    ) -> Option<Exporting> {
        let scopes = Scope::all(browse, chart, compared, history);
        let mut form = Exporting {
            scope: 0,
            format: Format::FILES[0],
            file: String::new(),
            directory: directory.map(str::to_string),
            entry: FormEntry::at(FORMAT),
            is_typed: false,
            stage: Stage::Open,
            scopes,
        };
        form.scopes.first()?;
        form.suggest();
        Some(form)
    }

    fn scope(&self) -> &Scope {
        &self.scopes[self.scope]
    }

    /// The timelines that will be missing in the file, in a sentence.
    pub fn lack(&self) -> Option<String> {
        let without = self.scope().without_trace;
        lack(without).filter(|_| self.format.shows_traces())
    }

    /// What the keys choose in the selected row, the directory of the file, and the timelines that will be missing in it.
    pub fn about(&self) -> String {
        let directory = self.directory.as_deref();
        let directory = directory.unwrap_or("the directory that pconc-tui was started in");
        let lack = self.lack().map(|lack| format!(", {lack}"));
        format!(
            "{}. The file will be in {directory}{}",
            self.hint(),
            lack.unwrap_or_default()
        )
    }

    fn hint(&self) -> String {
        match self.entry.at {
            _ if self.is_writing() => "Esc closes this form, and writing goes on".into(),
            SCOPE => choices(self.scopes.iter().map(|scope| &*scope.label)),
            FORMAT => choices(Format::FILES.into_iter().map(Format::name)),
            _ => "The ending of the name chooses the format".into(),
        }
    }

    /// Shows the reason of a refusal and what helps.
    pub(in crate::app) fn refuse(&mut self, refusal: &Refusal) {
        let exists = matches!(refusal, Refusal::Exists(_));
        let help = if exists { ". Ctrl-O overwrites it" } else { "" };
        self.stage = Stage::Open;
        // Another name may help.
        self.go_to(FILE);
        let sentence = format!("{}{help}", refusal.sentence());
        self.stage = Stage::Refused { sentence, exists };
    }

    /// Whether the file is being written. Nothing can be changed until it is written or refused.
    pub(in crate::app) fn is_writing(&self) -> bool {
        matches!(self.stage, Stage::Writing(_))
    }

    /// Whether the form waits for the result of this order.
    pub(in crate::app) fn awaits(&self, order: &ExportOrder) -> bool {
        self.is_writing() && self.order(order.overwrite) == *order
    }

    /// Sets the default name of the file. A name that the user typed stays the same, except for the extension of
    /// another format.
    fn suggest(&mut self) {
        let stem = if self.is_typed {
            Format::of_file(&self.file).map_or(&*self.file, |(_, stem)| stem)
        } else {
            &self.scope().stem
        };
        self.file = format!("{stem}.{}", self.format.extension());
        self.stage = Stage::Open;
    }

    pub(in crate::app) fn order(&self, overwrite: bool) -> ExportOrder {
        ExportOrder {
            format: self.format,
            numbers: self.scope().numbers.clone(),
            file: self.typed().unwrap_or(&self.file).trim().to_string(),
            overwrite,
        }
    }
}

impl Form for Exporting {
    fn entry(&self) -> &FormEntry {
        &self.entry
    }

    fn entry_mut(&mut self) -> &mut FormEntry {
        &mut self.entry
    }

    fn rows(&self) -> Vec<FormField> {
        let has_choice = self.scopes.len() > 1;
        let scope = if has_choice { Way::Choice } else { Way::Fixed };
        let file = Way::Text(TextField::new(&self.file, MOST));
        let mut rows = [
            FormField::new("What", &self.scope().label, "").by(scope),
            FormField {
                note: format!(" {}", self.format.description()),
                ..FormField::new("Format", self.format.name(), "")
            },
            FormField::new("File", &self.file, "").by(file),
        ];
        if self.is_writing() {
            rows.iter_mut().for_each(|row| row.way = Way::Fixed);
        }
        rows.into()
    }

    fn change(&mut self, up: bool) {
        match self.entry.at {
            SCOPE => self.scope = round(self.scope, if up { 1 } else { -1 }, self.scopes.len()),
            _ => self.format = neighbour(&Format::FILES, self.format, up),
        }
        self.suggest();
    }

    fn take(&mut self, text: &str) -> Result<(), String> {
        (self.file, self.is_typed) = (text.into(), true);
        let named = Format::of_file(text).map(|(format, _)| format);
        let named = named.filter(|format| Format::FILES.contains(format));
        self.format = named.unwrap_or(self.format);
        // The new input may be valid.
        self.stage = Stage::Open;
        Ok(())
    }
}

/// Says that the timelines of this many runs are missing.
pub fn lack(without: usize) -> Option<String> {
    let runs = counted(without as u64, "run");
    (without > 0).then(|| format!("without the timelines of {runs}, which are no longer kept"))
}

/// Says that keys choose one of these.
fn choices<'a>(all: impl Iterator<Item = &'a str>) -> String {
    format!("←→ choose: {}", all.collect::<Vec<_>>().join(", "))
}
