//! Clicks and the mouse wheel. The app does not know the places on the screen; messages contain what is under the
//! pointer.

use crate::{
    app::{
        App,
        keys::Keys,
        message::ClickTarget,
        screen::{Focus, Panel},
    },
    ui::key::Key,
};

/// The number of rows that one step of the wheel scrolls a text.
const WHEEL: isize = 3;

impl App {
    /// Chooses the target. If it is chosen already, does what Enter does.
    pub(crate) fn on_clicked(&mut self, target: ClickTarget) {
        self.work.awaits_python = None;
        if let ClickTarget::Offered(key) = target {
            self.on_key(key);
            return;
        }
        // A click elsewhere finishes typing.
        let is_elsewhere = !matches!(target, ClickTarget::FormRow(_) | ClickTarget::Overlay);
        let form = self.form_here_mut();
        if !form.accept() && is_elsewhere {
            form.abandon();
        }
        self.keep_filter();
        self.accept_name();
        self.abandon_name();
        match target {
            ClickTarget::Offered(_) | ClickTarget::Overlay | ClickTarget::Chart => {}
            ClickTarget::SweepPoint(configuration) => self.click_point(configuration),
            ClickTarget::Outside => self.on_key(Key::Esc),
            ClickTarget::Panel(panel) => self.go_to(panel),
            ClickTarget::FormRow(row) => self.click_row(row),
            ClickTarget::HistoryRow(row) => self.click_history(row),
            ClickTarget::Heading(column) => {
                self.go_to(Panel::History);
                self.runs.columns.sort_by(column);
                self.arrange_rows();
            }
            ClickTarget::ListRow(row) => self.click_list(row),
            ClickTarget::TimelineRow(row) => {
                self.go_to(Panel::Timeline);
                self.timeline.view.row = row;
            }
            ClickTarget::Moment { row, at } => {
                self.go_to(Panel::Timeline);
                self.look(|view, trace| {
                    view.row = row.unwrap_or(view.row);
                    view.look_at(at, trace);
                });
            }
        }
    }

    /// Moves to a row of the list that lies over the panels. If the cursor is on it already, does what Space does.
    fn click_list(&mut self, row: usize) {
        match self.list_over() {
            Some((here, _)) if here == row => self.on_key(Key::Char(' ')),
            Some((here, keys)) => (keys.step)(self, row.cast_signed() - here.cast_signed()),
            None => {}
        }
    }

    /// The cursor of the list that lies over the panels, and the keys that move it.
    fn list_over(&self) -> Option<(usize, &'static Keys)> {
        let list = self.overlay()?.screen();
        let here = list.cursor(self)?;
        list.keys(self).first().map(|keys| (here, *keys))
    }

    /// Moves to a point of the chart. If the cursor is on it already, does what Enter does.
    fn click_point(&mut self, configuration: usize) {
        let mut again = false;
        self.with_chart(|chart, entry| {
            again = chart.configuration(entry) == configuration;
            chart.look_at(configuration, entry);
        });
        if again {
            self.on_key(Key::Enter);
        }
    }

    pub(crate) fn go_to(&mut self, panel: Panel) {
        self.open.focus = Focus {
            panel,
            expanded: self.focus().expanded && panel == self.focus().panel,
        };
    }

    fn click_history(&mut self, row: Option<usize>) {
        let again = self.focus().panel == Panel::History && self.chosen() == row;
        self.go_to(Panel::History);
        if again {
            self.on_key(Key::Enter);
        } else {
            self.choose(row);
        }
    }

    /// Scrolls what is under the pointer, even if something else is focused.
    pub(crate) fn on_wheel(&mut self, up: bool, target: ClickTarget) {
        let by = if up { -1 } else { 1 };
        match target {
            ClickTarget::SweepPoint(_) | ClickTarget::Chart => {
                self.step_point(by);
            }
            ClickTarget::ListRow(_) | ClickTarget::Overlay | ClickTarget::Outside => {
                match self.list_over() {
                    Some((_, keys)) => (keys.step)(self, by),
                    None => self.scroll(by * WHEEL),
                }
            }
            ClickTarget::FormRow(_) | ClickTarget::Panel(Panel::Setup) => {
                self.form_here_mut().step(by)
            }
            ClickTarget::HistoryRow(_)
            | ClickTarget::Heading(_)
            | ClickTarget::Panel(Panel::History) => self.step_history(by),
            ClickTarget::Moment { at, .. } => {
                if self.has_started() {
                    self.look(|view, trace| view.zoom_around(at, up, trace));
                }
            }
            ClickTarget::Panel(Panel::Timeline) | ClickTarget::TimelineRow(_) => {
                self.step_timeline(by * WHEEL);
            }
            ClickTarget::Panel(Panel::Cores | Panel::Curves) | ClickTarget::Offered(_) => {}
        }
    }
}
