//! The screens that are open: which one keys act on, and how it is closed.

use crate::{
    app::{
        App,
        keys::{Keys, everywhere, forms, texts},
        screen::{Focus, Panel, ScreenClass},
        screens::{
            Overlay, form, form::FormScreen, history, lesson, questions, reading::Topic, sweep,
            timeline,
        },
    },
    ui::{choice::neighbour, form::Form, key::Key},
};

/// The screens that are open.
#[derive(Debug)]
pub(crate) struct Open {
    /// The panel on which keys act, if nothing lies over it.
    pub(crate) focus: Focus,
    /// The screens over the panels, the uppermost last.
    pub(crate) overlays: Vec<Overlay>,
}

impl Open {
    /// The panels without any screen over them.
    pub(crate) const PANELS: Open = Open {
        focus: Focus::QUESTIONS,
        overlays: vec![],
    };
}

/// Closes a screen, with the label of the key.
type Closing = (&'static str, fn(&mut App));

impl App {
    /// The uppermost screen over the panels.
    pub fn overlay(&self) -> Option<&Overlay> {
        self.open.overlays.last()
    }

    /// The class of the current screen size.
    pub fn screen(&self) -> ScreenClass {
        match ScreenClass::of(self.settings.size.0, self.settings.size.1) {
            ScreenClass::Small | ScreenClass::Wide if self.settings.teaching.is_on => {
                ScreenClass::Teaching
            }
            screen => screen,
        }
    }

    /// The focus of the user. The panels that a small screen lacks count as the timeline.
    pub fn focus(&self) -> Focus {
        let mut focus = self.open.focus;
        if !self.screen().panels().contains(&focus.panel) {
            focus.panel = Panel::Timeline;
        }
        focus
    }

    /// What `i` explains here: the screen over the panels, or else the chart or the focused panel. `None` for texts
    /// about the program.
    pub(crate) fn topic(&self) -> Option<Topic> {
        if let Some(overlay) = self.overlay() {
            return overlay.screen().topic();
        }
        Some(match self.focus().panel {
            _ if self.sweeps.chart.is_some() => Topic::SWEEP,
            Panel::Setup => Topic::FORM,
            Panel::Timeline => Topic::TIMELINE,
            Panel::Cores => Topic::CORES,
            Panel::Curves => Topic::CURVES,
            Panel::History => Topic::HISTORY,
        })
    }

    /// The tables of keys that are active, innermost first.
    pub fn keys(&self) -> Vec<&'static Keys> {
        let mut here = self.own_keys();
        if !here.iter().any(|keys| keys.takes_text) {
            here.push(&everywhere::COMMON);
        }
        here.push(&everywhere::ALWAYS);
        here
    }

    fn own_keys(&self) -> Vec<&'static Keys> {
        if self.runs.naming.is_some() {
            return vec![&history::keys::NAME, &texts::TYPING];
        }
        if self.is_filtering() {
            return vec![&history::keys::FILTER, &texts::TYPING];
        }
        if self.form.typed().is_some() {
            return vec![&forms::FIELD, &texts::TYPING];
        }
        if let Some(overlay) = self.overlay() {
            return overlay.screen().keys(self);
        }
        if self.sweeps.chart.is_some() {
            return vec![&sweep::keys::SWEEP];
        }
        let panel: Option<&'static Keys> = match self.focus().panel {
            _ if self.timeline.playback.is_some() => Some(&timeline::keys::PLAYBACK),
            Panel::Setup => return vec![&form::keys::PLAN, &forms::ROWS, &everywhere::PANELS],
            Panel::Timeline if self.question().is_some() => Some(&questions::keys::QUESTIONS),
            Panel::Timeline => Some(&timeline::keys::TIMELINE),
            Panel::History => Some(&history::keys::HISTORY),
            Panel::Cores | Panel::Curves => None,
        };
        let step = self.is_at_step().then_some(&*lesson::keys::STEP);
        let panels: &'static Keys = &everywhere::PANELS;
        step.into_iter().chain(panel).chain([panels]).collect()
    }

    /// Shows a screen over the panels, in place of the previous one.
    pub(crate) fn show(&mut self, overlay: Overlay) {
        self.open.overlays = vec![overlay];
    }

    /// Updates the screen over the panels. This is never done while drawing, because a user who reads during a run must
    /// not disturb the measurement.
    pub(crate) fn compose_overlay(&mut self, is_news: bool) {
        if let Some(mut overlay) = self.open.overlays.pop() {
            overlay.screen_mut().compose(self, is_news);
            self.open.overlays.push(overlay);
        }
    }

    /// Whether the panels are in reach and a panel other than the form is focused.
    pub(crate) fn is_beside_form(&self) -> bool {
        self.open.overlays.is_empty() && self.focus().panel != Panel::Setup
    }

    /// Whether keys act on the form, wherever it is.
    pub(crate) fn is_in_form(&self) -> bool {
        self.focus().panel == Panel::Setup || matches!(self.overlay(), Some(Overlay::Form(_)))
    }

    /// Sends a key to the text that the user is typing.
    pub(crate) fn type_text(&mut self, key: Key) {
        if self.runs.naming.is_some() {
            self.type_name(key);
        } else if self.is_filtering() {
            self.type_filter(key);
        } else {
            self.form_here_mut().type_key(key);
        }
    }

    pub(crate) fn open_form(&mut self) {
        if self.screen() == ScreenClass::Wide {
            self.open.focus = Focus::FORM;
            self.open.overlays.clear();
        } else {
            self.show(Overlay::Form(FormScreen));
        }
    }

    /// The action that would close the topmost open item; `None` if nothing is open.
    fn closing_action(&self) -> Option<Closing> {
        let at_history = self.focus().panel == Panel::History;
        let is_filtered = self.runs.filter.is_some();
        Some(if self.overlay().is_some() {
            ("Esc close", App::close_overlay)
        } else if self.out.notice.is_some() {
            ("Esc close", |app| app.out.notice = None)
        } else if self.sweeps.chart.is_some() {
            ("Esc close", App::close_chart)
        } else if self.timeline.view.cursor.is_some() {
            ("Esc hide cursor", |app| app.timeline.view.cursor = None)
        } else if is_filtered && at_history {
            ("Esc clear filter", App::clear_filter)
        } else if self.is_zoomed() {
            ("Esc whole run", |app| app.timeline.view.zoom = None)
        } else if self.open.focus.expanded {
            ("Esc shrink", |app| app.open.focus.expanded = false)
        } else if self.form.entry().remark.is_some() {
            ("Esc close", |app| app.form.dismiss())
        } else if self.is_running() && self.has_chosen() {
            ("Esc live run", |app| app.choose(None))
        } else if is_filtered {
            ("Esc clear filter", App::clear_filter)
        } else {
            return None;
        })
    }

    pub(crate) fn can_close(&self) -> bool {
        self.closing_action().is_some()
    }

    /// The label of the key that closes the topmost open item.
    pub(crate) fn close_label(&self) -> Option<&'static str> {
        self.closing_action().map(|(label, _)| label)
    }

    pub(crate) fn close(&mut self) {
        if let Some((_, close)) = self.closing_action() {
            close(self);
        }
    }

    pub(crate) fn close_overlay(&mut self) {
        let closed = self.open.overlays.pop();
        if let Some(Overlay::Lesson(_)) = closed {
            self.leave_lesson();
        }
        // The list of interpreters belongs to the form, which may have been a panel when the list was opened.
        if matches!(closed, Some(Overlay::Pythons(_))) && self.overlay().is_none() {
            self.open_form();
        }
        self.settle_form();
    }

    pub(crate) fn next_panel(&mut self, next: bool) {
        let panels = self.screen().panels();
        let here = self.focus();
        let panel = neighbour(panels, here.panel, next);
        // The form cannot be expanded.
        self.open.focus = Focus {
            panel,
            expanded: here.expanded && panel != Panel::Setup,
        };
    }

    /// Scrolls the text that lies over the panels.
    pub(crate) fn scroll(&mut self, by: isize) {
        let (_, rows) = self.room();
        if let Some(overlay) = self.open.overlays.last_mut() {
            overlay.screen_mut().scroll(by, rows);
        }
    }

    /// Makes the form a panel if there is room for one, and an overlay otherwise.
    pub(crate) fn settle_form(&mut self) {
        if self.screen() == ScreenClass::Wide && matches!(self.overlay(), Some(Overlay::Form(_))) {
            self.open.overlays.clear();
            self.open.focus = Focus::FORM;
        } else if self.screen() != ScreenClass::Wide
            && self.form.typed().is_some()
            && self.open.overlays.is_empty()
        {
            // The user is typing a number, and the panel with it is gone.
            self.show(Overlay::Form(FormScreen));
        }
    }
}
