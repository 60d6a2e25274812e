//! The form that writes a file to share: what, in which format, under which name.

use super::App;
use super::browse::Browse;
use super::choice::{round, stepped};
use super::field::TextField;
use super::key::Key;
use super::message::Effect;
use super::overlay::Overlay;

use crate::domain::history::History;
use crate::domain::text::{bytes, counted};
use crate::present::format::{Format, Refusal};

/// The longest path that can be typed.
const MOST: usize = 200;

/// What a file is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope {
    /// In words.
    pub label: String,
    /// How its file is called unless the user says otherwise, without ending.
    stem: String,
    /// The numbers of the runs.
    pub runs: Vec<usize>,
    /// The numbers of the sweeps.
    pub sweeps: Vec<usize>,
    /// How many of the runs have no timeline at hand.
    without_picture: usize,
}

impl Scope {
    /// What these numbers of the history stand for: of a sweep, all its runs.
    fn of(label: String, stem: String, numbers: &[usize], history: &History) -> Scope {
        let (runs, sweeps) = history.runs_and_sweeps(numbers);
        let is_missing = |number: &&usize| {
            history
                .get(**number)
                .is_some_and(|entry| entry.picture().is_none())
        };
        let without_picture = runs.iter().filter(is_missing).count();
        Scope {
            label,
            stem,
            runs,
            sweeps,
            without_picture,
        }
    }

    /// Everything that could be meant here, the likeliest first.
    fn all(browse: &Browse, chart: Option<usize>, history: &History) -> Vec<Scope> {
        let marked = browse.marked_in_view();
        let mut scopes = vec![];
        if marked.len() > 1 {
            let label = format!("the {}", counted(marked.len() as u64, "marked run"));
            scopes.push(Scope::of(
                label,
                "pconc-tui-marked".into(),
                &marked,
                history,
            ));
        }
        let chosen = chart
            .or(browse.selected())
            .or_else(|| browse.order().last().copied());
        if let Some(number) = chosen.filter(|number| history.get(*number).is_some()) {
            let stem = format!("pconc-tui-run-{number}");
            scopes.push(Scope::of(
                format!("run #{number}"),
                stem,
                &[number],
                history,
            ));
        }
        if let Some(sweep) = chosen.and_then(|number| history.sweep(number)) {
            let number = sweep.number;
            let label = format!(
                "sweep #{number} with its {}",
                counted(sweep.members.len() as u64, "run")
            );
            // Who looks at its chart means the sweep, whatever is marked in the history.
            let place = if chart.is_some() { 0 } else { scopes.len() };
            scopes.insert(
                place,
                Scope::of(
                    label,
                    format!("pconc-tui-sweep-{number}"),
                    &[number],
                    history,
                ),
            );
        }
        let mut shown: Vec<usize> = browse.order().to_vec();
        shown.sort_unstable();
        if shown.len() > 1 {
            let label = format!("all {} of the history", counted(shown.len() as u64, "row"));
            scopes.push(Scope::of(
                label,
                "pconc-tui-history".into(),
                &shown,
                history,
            ));
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
    format: Format,
    row: ExportRow,
    file: TextField,
    /// Whether the name is the user's own.
    is_typed: bool,
    /// There is such a file already.
    exists: bool,
    /// What went wrong.
    problem: Option<String>,
    is_writing: bool,
}

/// A file that the shell shall write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportOrder {
    /// How.
    pub format: Format,
    /// The numbers of the runs that are in it.
    pub runs: Vec<usize>,
    /// The numbers of the sweeps that are in it.
    pub sweeps: Vec<usize>,
    /// Where, as it was typed.
    pub file: String,
    /// Whether a file that is there already may be written over.
    pub overwrite: bool,
}

impl Exporting {
    /// The form for what is chosen or marked; `None` if there is nothing to export.
    fn new(browse: &Browse, chart: Option<usize>, history: &History) -> Option<Exporting> {
        let scopes = Scope::all(browse, chart, history);
        let mut form = Exporting {
            scope: 0,
            format: Format::FILES[0],
            row: ExportRow::Format(Format::FILES[0]),
            file: TextField::new("", MOST),
            is_typed: false,
            exists: false,
            problem: None,
            is_writing: false,
            scopes,
        };
        if form.scopes.is_empty() {
            return None;
        }
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

    /// The row with the cursor.
    pub fn row(&self) -> ExportRow {
        self.row
    }

    /// What is written.
    pub fn scope(&self) -> &Scope {
        &self.scopes[self.scope]
    }

    /// Whether there is something else that could be written.
    pub fn has_choice(&self) -> bool {
        self.scopes.len() > 1
    }

    /// How it is written.
    pub fn format(&self) -> Format {
        self.format
    }

    /// Where it is written.
    pub fn file(&self) -> &TextField {
        &self.file
    }

    /// Whether it can be told only now that there is such a file.
    pub fn exists(&self) -> bool {
        self.exists
    }

    /// What went wrong.
    pub fn problem(&self) -> Option<&str> {
        self.problem.as_deref()
    }

    /// Whether the file is being written.
    pub fn is_writing(&self) -> bool {
        self.is_writing
    }

    /// What the file will lack.
    pub fn lack(&self) -> Option<String> {
        let scope = self.scope();
        if !self.format.shows_traces() || scope.without_picture == 0 {
            return None;
        }
        Some(match (scope.runs.len(), scope.without_picture) {
            (1, _) => "its timeline is not at hand: the file will have its numbers only".into(),
            (_, n) => format!(
                "without the timelines of {}: they are not at hand",
                counted(n as u64, "run")
            ),
        })
    }

    fn step(&mut self, by: isize) {
        self.row = stepped(&Exporting::rows(), self.row, by);
        if let ExportRow::Format(format) = self.row {
            self.format = format;
            self.suggest();
        }
    }

    fn turn(&mut self, by: isize) {
        self.scope = round(self.scope, by, self.scopes.len());
        self.suggest();
    }

    fn type_text(&mut self, key: Key) {
        let before = self.file.text().to_string();
        self.file.apply(key);
        if self.file.text() != before {
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
    fn forget(&mut self) {
        (self.exists, self.problem) = (false, None);
    }

    fn order(&self, overwrite: bool) -> ExportOrder {
        let scope = self.scope();
        ExportOrder {
            format: self.format,
            runs: scope.runs.clone(),
            sweeps: scope.sweeps.clone(),
            file: self.file.text().trim().to_string(),
            overwrite,
        }
    }
}

fn without_ending(name: &str) -> String {
    let mut endings: Vec<&str> = Format::FILES.map(Format::extension).to_vec();
    endings.sort_by_key(|ending| std::cmp::Reverse(ending.len()));
    let stem = endings
        .iter()
        .find_map(|ending| name.strip_suffix(ending)?.strip_suffix('.'));
    stem.unwrap_or(name).to_string()
}

impl App {
    /// The form, if it is on top.
    pub fn exporting(&self) -> Option<&Exporting> {
        match &self.overlay {
            Some(Overlay::Export(form)) => Some(form),
            _ => None,
        }
    }

    fn exporting_mut(&mut self) -> Option<&mut Exporting> {
        match &mut self.overlay {
            Some(Overlay::Export(form)) => Some(form),
            _ => None,
        }
    }

    pub(super) fn open_export(&mut self) {
        let chart = self.chart.as_ref().map(|chart| chart.number);
        if let Some(form) = Exporting::new(&self.browse, chart, &self.history) {
            self.notice = None;
            self.overlay = Some(Overlay::Export(Box::new(form)));
        }
    }

    pub(super) fn step_export(&mut self, by: isize) {
        if let Some(form) = self.exporting_mut() {
            form.step(by);
        }
    }

    pub(super) fn turn_export(&mut self, by: isize) {
        if let Some(form) = self.exporting_mut() {
            form.turn(by);
        }
    }

    pub(super) fn type_export(&mut self, key: Key) {
        if let Some(form) = self.exporting_mut() {
            form.type_text(key);
        }
    }

    pub(super) fn write_file(&mut self, overwrite: bool) {
        if let Some(form) = self.exporting_mut().filter(|form| !form.is_writing) {
            form.forget();
            form.is_writing = true;
            let order = form.order(overwrite);
            self.effects.push(Effect::Export(order));
        }
    }

    /// The shell has written the file, or not: whoever left the form meanwhile hears of it, too.
    pub(super) fn on_exported(&mut self, file: &str, written: Result<u64, Refusal>) {
        if let Some(form) = self.exporting_mut() {
            form.is_writing = false;
        }
        match (written, self.exporting_mut()) {
            (Ok(size), form) => {
                if form.is_some() {
                    self.overlay = None;
                }
                self.tell(format!("written: {file} ({})", bytes(size)));
            }
            (Err(refusal), Some(form)) => {
                form.exists = matches!(refusal, Refusal::Exists(_));
                form.problem = Some(refusal.sentence().to_string());
                form.row = ExportRow::File;
            }
            (Err(refusal), None) => self.complain(refusal.sentence()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::message::Msg;
    use super::*;
    use crate::catalog::model::Model;
    use crate::catalog::workload::Workload::Cpu;
    use crate::domain::machine::Limits;
    use crate::fixtures::explorer::{self, Scenario};
    use crate::fixtures::sample::plan;

    /// An explorer with so many runs that have ended.
    fn app(runs: usize) -> App {
        let mut app = App::new(explorer::machine(2), Limits::default());
        for _ in 0..runs {
            let _ = app.update(Msg::Key(Key::Char('r')));
            let scenario = Scenario::new(plan(Cpu, Model::Serial, 1), 2);
            let _ = app.update(Msg::Batch(scenario.batch(0, scenario.wall())));
            let _ = app.update(Msg::Concluded(Box::new(scenario.record())));
        }
        app
    }

    fn press(app: &mut App, keys: &[Key]) -> Vec<Effect> {
        keys.iter()
            .flat_map(|key| app.update(Msg::Key(*key)))
            .collect()
    }

    fn order(effects: &[Effect]) -> &ExportOrder {
        match effects {
            [Effect::Export(order)] => order,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn o_and_enter_write_a_report_of_the_chosen_run() {
        let mut app = app(1);
        let effects = press(&mut app, &[Key::Char('o'), Key::Enter]);
        let expected = ExportOrder {
            format: Format::Html,
            runs: vec![1],
            sweeps: vec![],
            file: "pconc-tui-run-1.html".into(),
            overwrite: false,
        };
        assert_eq!(order(&effects), &expected);
        assert!(
            press(&mut app, &[Key::Enter]).is_empty(),
            "it is being written"
        );
        let _ = app.update(Msg::Exported {
            file: "./a.html".into(),
            written: Ok(84_000),
        });
        assert!(app.overlay().is_none());
        assert_eq!(
            app.notice().unwrap().sentence,
            "written: ./a.html (84.0 kB)"
        );
    }

    #[test]
    fn without_a_run_that_has_ended_there_is_nothing_to_export() {
        let mut app = app(0);
        let _ = press(&mut app, &[Key::Char('o')]);
        assert!(app.exporting().is_none());
        assert!(app.notice().is_some(), "it says what is missing");
    }

    #[test]
    fn the_format_changes_the_ending_and_leaves_what_was_typed() {
        let mut app = app(2);
        let _ = press(&mut app, &[Key::Char('o'), Key::Down]);
        assert_eq!(
            app.exporting().unwrap().file().text(),
            "pconc-tui-run-2.json"
        );
        let to_file = [Key::Down; 6];
        let _ = press(&mut app, &to_file);
        assert_eq!(app.exporting().unwrap().row(), ExportRow::File);
        let typed = [
            Key::Ctrl('u'),
            Key::Char('q'),
            Key::Char('.'),
            Key::Char('c'),
            Key::Char('s'),
            Key::Char('v'),
        ];
        let _ = press(&mut app, &typed);
        let _ = press(&mut app, &[Key::Up, Key::Up]);
        assert_eq!(
            app.exporting().unwrap().file().text(),
            "q.svg",
            "q is a letter here"
        );
    }

    #[test]
    fn arrows_choose_what_is_written() {
        let mut app = app(3);
        let _ = press(&mut app, &[Key::Char('o'), Key::Right]);
        let effects = press(&mut app, &[Key::Enter]);
        assert_eq!(
            (&order(&effects).runs[..], order(&effects).file.as_str()),
            (&[1, 2, 3][..], "pconc-tui-history.html")
        );
    }

    #[test]
    fn an_existing_file_is_written_over_only_by_a_key_of_its_own() {
        let mut app = app(1);
        let _ = press(&mut app, &[Key::Char('o'), Key::Ctrl('o')]);
        assert!(
            !app.exporting().unwrap().is_writing(),
            "nothing is known to exist"
        );
        let _ = press(&mut app, &[Key::Enter]);
        let refused = Err(Refusal::Exists("a.html exists already".into()));
        let _ = app.update(Msg::Exported {
            file: "a.html".into(),
            written: refused,
        });
        assert!(!order(&press(&mut app, &[Key::Enter])).overwrite);
        let refused = Err(Refusal::Exists("a.html exists already".into()));
        let _ = app.update(Msg::Exported {
            file: "a.html".into(),
            written: refused,
        });
        assert!(order(&press(&mut app, &[Key::Ctrl('o')])).overwrite);
    }

    #[test]
    fn what_went_wrong_is_told_in_the_form_or_beside_the_panels() {
        let mut app = app(1);
        let _ = press(&mut app, &[Key::Char('o'), Key::Enter]);
        let full = || {
            Err(Refusal::Other(
                "cannot write a.html: no space left on device".into(),
            ))
        };
        let _ = app.update(Msg::Exported {
            file: "a.html".into(),
            written: full(),
        });
        assert!(
            app.exporting()
                .unwrap()
                .problem()
                .unwrap()
                .contains("no space")
        );
        let _ = press(&mut app, &[Key::Esc]);
        assert!(app.overlay().is_none());
        let _ = app.update(Msg::Exported {
            file: "a.html".into(),
            written: full(),
        });
        assert!(app.notice().unwrap().is_error);
    }
}
