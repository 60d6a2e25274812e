//! What the mouse does. The app does not know where things stand on the screen: it is told what is under the pointer.

use super::App;
use super::command::Command;
use super::key::Key;
use super::message::Effect;
use super::overlay::Overlay;
use super::screen::{Focus, Panel};
use super::sweep::FormRow;
use crate::domain::plan::Field;

use crate::domain::time::Nanos;

/// What is under the pointer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// A panel, where there is nothing more special.
    Panel(Panel),
    /// A row of the history by its number; `None` is the run that is on.
    HistoryRow(Option<usize>),
    /// The heading of a column of the history.
    Heading(&'static str),
    /// A row of the form.
    FormRow(Field),
    /// A row of the overlay of columns, counted as in [`COLUMNS`](super::columns::COLUMNS).
    ColumnRow(usize),
    /// An interpreter in their list, counted among those that can be used.
    PythonRow(usize),
    /// A key that is offered.
    Offered(Key),
    /// The name of a row of the timeline.
    TimelineRow(usize),
    /// A place in the timeline's bars.
    Moment {
        /// The row whose bar it is, if it is one's.
        row: Option<usize>,
        /// When, in nanoseconds since `t0`.
        at: Nanos,
    },
    /// A point of a sweep's chart: the configuration of the plan.
    SweepPoint(usize),
    /// A sweep's chart, where there is nothing more special.
    Chart,
    /// A row of the form for a sweep.
    SweepRow(FormRow),
    /// What lies over the panels, where there is nothing more special.
    Overlay,
    /// The panels below it.
    Outside,
}

/// Rows that a turn of the wheel scrolls a text by.
const WHEEL: isize = 3;

impl App {
    /// A click chooses; on what was chosen already it does what Enter does.
    pub(super) fn on_clicked(&mut self, target: Target) -> Vec<Effect> {
        if let Target::Offered(key) = target {
            return self.on_key(key);
        }
        // Whoever clicks elsewhere has typed all there is to type.
        self.setup.accept(&self.limits);
        self.keep_filter();
        let named = self.accept_name();
        self.abandon_name();
        let mut effects = self.click(target);
        effects.extend(named);
        effects
    }

    fn click(&mut self, target: Target) -> Vec<Effect> {
        match target {
            Target::Offered(_) | Target::Overlay | Target::Chart => {}
            Target::SweepPoint(configuration) => return self.click_point(configuration),
            Target::SweepRow(row) => {
                if self.sweep_form.choose(row) {
                    self.sweep_form.begin_typing(Key::End);
                }
            }
            Target::Outside => return self.on_key(Key::Esc),
            Target::Panel(panel) => self.go_to(panel),
            Target::FormRow(row) => return self.click_form(row),
            Target::HistoryRow(row) => return self.click_history(row),
            Target::Heading(column) => {
                self.go_to(Panel::History);
                self.columns.sort_by(column);
                self.arrange_rows();
            }
            Target::ColumnRow(column) => return self.click_column(column),
            Target::PythonRow(python) => self.click_python(python),
            Target::TimelineRow(row) => {
                self.go_to(Panel::Timeline);
                self.timeline.look_at_row(row);
            }
            Target::Moment { row, at } => self.click_timeline(row, at),
        }
        vec![]
    }

    /// Goes to a point of the chart; on the one under the cursor it does what Enter does.
    fn click_point(&mut self, configuration: usize) -> Vec<Effect> {
        let mut again = false;
        self.with_chart(|chart, entry| {
            again = chart.configuration(entry) == configuration;
            chart.look_at(configuration, entry);
        });
        if again {
            self.on_key(Key::Enter)
        } else {
            vec![]
        }
    }

    fn go_to(&mut self, panel: Panel) {
        self.focus = Focus {
            panel,
            expanded: self.focus().expanded && panel == self.focus().panel,
        };
    }

    fn click_form(&mut self, row: Field) -> Vec<Effect> {
        let in_form = self.overlay == Some(Overlay::Form) || self.focus().panel == Panel::Setup;
        let again = in_form && self.setup.row() == row;
        if self.overlay.is_none() {
            self.go_to(Panel::Setup);
        }
        if again {
            return self.perform(Command::Edit, Key::Enter);
        }
        self.setup.choose_row(row);
        vec![]
    }

    /// Goes to a column in the overlay; on the one under the cursor it does what Space does.
    fn click_column(&mut self, column: usize) -> Vec<Effect> {
        if self.columns.cursor() == column {
            return self.perform(Command::ToggleColumn, Key::Char(' '));
        }
        self.columns.look_at(column);
        vec![]
    }

    /// The cursor goes where the pointer is.
    fn click_timeline(&mut self, row: Option<usize>, at: Nanos) {
        self.go_to(Panel::Timeline);
        let mut view = self.timeline;
        if let Some(shown) = self.pictured() {
            view.look_at_row(row.unwrap_or(view.row()));
            view.look_at(at, shown.trace());
        }
        self.timeline = view;
    }

    fn click_history(&mut self, row: Option<usize>) -> Vec<Effect> {
        let again = self.focus().panel == Panel::History && self.browse.selected() == row;
        self.go_to(Panel::History);
        if again {
            return self.on_key(Key::Enter);
        }
        self.choose(row);
        vec![]
    }

    /// The wheel acts on what is under the pointer, whatever is focused.
    pub(super) fn on_wheel(&mut self, up: bool, target: Target) {
        let by = if up { -1 } else { 1 };
        match target {
            Target::ColumnRow(_) => self.columns.step(by),
            Target::PythonRow(_) => self.step_pythons(by),
            Target::Overlay | Target::Outside
                if matches!(self.overlay, Some(Overlay::Pythons { .. })) =>
            {
                self.step_pythons(by);
            }
            Target::SweepPoint(_) | Target::Chart => {
                self.with_chart(|chart, entry| chart.step_count(by, entry))
            }
            Target::SweepRow(_) => self.sweep_form.step(by),
            Target::Overlay | Target::Outside if self.overlay == Some(Overlay::Columns) => {
                self.columns.step(by);
            }
            Target::Overlay | Target::Outside => {
                let most = self.hidden_rows();
                if let Some(scroll) = self.overlay.as_mut().and_then(Overlay::scroll_mut) {
                    scroll.by(by * WHEEL, most);
                }
            }
            Target::FormRow(_) | Target::Panel(Panel::Setup) => {
                self.setup.accept(&self.limits);
                self.setup.step_row(by);
            }
            Target::HistoryRow(_) | Target::Heading(_) | Target::Panel(Panel::History) => {
                self.step_history(by)
            }
            Target::Moment { at, .. } => {
                let mut view = self.timeline;
                if let Some(shown) = self.pictured().filter(|shown| shown.trace().now() > 0) {
                    view.zoom_around(at, up, shown.trace());
                }
                self.timeline = view;
            }
            Target::Panel(Panel::Timeline) | Target::TimelineRow(_) => {
                self.timeline.move_row(by * WHEEL, self.timeline_rows());
            }
            Target::Panel(Panel::Cores | Panel::Curves) | Target::Offered(_) => {}
        }
    }
}
