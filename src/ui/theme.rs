//! Colours and glyphs. Colour never carries meaning alone: each phase has a mark of its own, and whatever is bold,
//! reversed or dim says so without a colour too.
//!
//! The 16 colours of the user's terminal follow the user's taste. Even so, some of them vanish on a light background
//! (yellow, cyan, and whatever a terminal brightens because it is bold) and some on a dark one (blue). So colour goes on
//! ink and marks, which are large; *what is read has the terminal's own colour*, and is bold, reversed or plain. Only
//! errors are red, which shows on both. Dim is for what may be overlooked: projectors swallow it.
//!
//! Cyan, yellow, magenta and bright blue differ in brightness as well as in hue, so that the common kinds of colour
//! blindness keep them apart; red and green never meet.

use ratatui::style::{Color, Modifier, Style};
use ratatui::widgets::BorderType;

use crate::domain::phase::Phase;

/// Colours and glyphs of the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Theme {
    colours: bool,
}

impl Default for Theme {
    fn default() -> Theme {
        Theme::ansi()
    }
}

impl Theme {
    /// The 16 colours of the user's terminal.
    #[must_use]
    pub fn ansi() -> Theme {
        Theme { colours: true }
    }

    /// No colours at all, as `NO_COLOR` asks for.
    #[must_use]
    pub fn plain() -> Theme {
        Theme { colours: false }
    }

    fn colour(self, colour: Color) -> Style {
        if self.colours { Style::new().fg(colour) } else { Style::new() }
    }

    /// A phase's style.
    #[must_use]
    pub fn phase(self, phase: Phase) -> Style {
        match phase {
            Phase::Computing => self.colour(Color::Cyan),
            Phase::Ready => self.colour(Color::Yellow),
            Phase::Gil => self.colour(Color::Magenta),
            // Blue itself is hardly seen on black.
            Phase::Network => self.colour(Color::LightBlue),
            Phase::File => self.colour(Color::Green),
            Phase::Starting | Phase::Idle | Phase::Lost => self.secondary(),
        }
    }

    /// The curve of concurrency: tasks in flight, whatever they wait for.
    #[must_use]
    pub fn concurrency(self) -> Style {
        self.phase(Phase::Network)
    }

    /// The curve of parallelism: the same ink as computing.
    #[must_use]
    pub fn parallelism(self) -> Style {
        self.phase(Phase::Computing)
    }

    /// What can be overlooked.
    #[must_use]
    pub fn secondary(self) -> Style {
        Style::new().add_modifier(Modifier::DIM)
    }

    /// What is read first.
    #[must_use]
    pub fn strong(self) -> Style {
        Style::new().add_modifier(Modifier::BOLD)
    }

    /// What the user can press, and what the arrows act on.
    #[must_use]
    pub fn cursor(self) -> Style {
        Style::new().add_modifier(Modifier::REVERSED)
    }

    /// What went wrong.
    #[must_use]
    pub fn error(self) -> Style {
        self.colour(Color::Red).add_modifier(Modifier::BOLD)
    }

    /// A panel's border.
    #[must_use]
    pub fn border(self, focused: bool) -> (Style, BorderType) {
        match (focused, self.colours) {
            (true, true) => (self.colour(Color::Cyan), BorderType::Rounded),
            (true, false) => (Style::new(), BorderType::Thick),
            (false, _) => (self.secondary(), BorderType::Rounded),
        }
    }
}

/// A phase's mark: what a cell of the timeline shows when hardly any of its time was computing.
#[must_use]
pub fn mark(phase: Phase) -> &'static str {
    match phase {
        Phase::Computing => "█",
        // Drawn with thin lines, as all waiting is: a shade would be an area, and that means work.
        Phase::Ready => "┊",
        Phase::Gil => "╳",
        Phase::Network => "─",
        Phase::File => "≡",
        Phase::Starting => "╌",
        Phase::Idle => "·",
        Phase::Lost => "?",
    }
}

/// What stands in the timeline where a task failed.
pub const FAILED: &str = "✗";

/// Whether a worker in this phase wants a core or the lock and gets none: its mark then fills the bar up to where full
/// ink would be. Whoever asks for none is a thin line.
#[must_use]
pub fn fills(phase: Phase) -> bool {
    matches!(phase, Phase::Ready | Phase::Gil)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_phase_can_be_told_apart_without_colour() {
        let marks: HashSet<&str> = Phase::MEASURED.into_iter().chain([Phase::Lost]).map(mark).collect();
        assert_eq!(marks.len(), Phase::COUNT);
    }

    #[test]
    fn the_plain_theme_has_no_colour() {
        for phase in Phase::MEASURED {
            assert_eq!(Theme::plain().phase(phase).fg, None);
        }
        assert_eq!((Theme::plain().error().fg, Theme::plain().border(true).0.fg), (None, None));
    }
}
