//! Colours and glyphs. Colour never carries meaning alone. Each phase has its own mark, and anything bold, reversed or
//! dim is distinct without a colour too.
//!
//! The 16 colours of the user's terminal follow the user's taste. Even so, some of them vanish on a light background
//! (yellow, cyan, and any colour that a terminal brightens because it is bold) and some on a dark one (blue). So colour
//! goes on ink and marks, which are large. *Text has the terminal's own colour*, and is bold, reversed or plain. Only
//! errors have a colour that is visible on both. Dim is for minor text, because projectors swallow it.
//!
//! | theme | promises |
//! | --- | --- |
//! | `ansi` | the user's own colours, without those that usually vanish on white or on black |
//! | `safe` | any two phases differ in brightness alone by a fifth (1.2 to 1); visible on black (2.8 to 1) and on white (2.2 to 1) |
//! | `contrast` | the same fifth; its own black background, and 7 to 1 against it for everything |
//! | `mono` | no colour |
//!
//! With 16 colours, `safe` and `contrast` can only choose among the user's colours.

mod palette;

use palette::{ColorVariants, Palette};
use ratatui::{
    buffer::Buffer,
    style::{Color, Modifier, Style},
    text::Span,
    widgets::BorderType,
};

use crate::{
    catalog::phase::Hue,
    domain::{
        look::{Colors, Look, ThemeName},
        phase::Phase,
    },
    present::ascii::stand_in,
};

/// Colours and glyphs of the screen. By default, the 16 colours of the user's terminal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Theme(Look);

impl From<&Look> for Theme {
    fn from(look: &Look) -> Theme {
        Theme(*look)
    }
}

impl Theme {
    /// No colours at all, as `NO_COLOR` requests.
    pub fn plain() -> Theme {
        Theme(Look {
            theme: ThemeName::Mono,
            colors: Colors::None,
            ..Look::default()
        })
    }

    fn palette(self) -> Option<&'static Palette> {
        Palette::of(self.0.theme).filter(|_| self.0.colors > Colors::None)
    }

    fn colour(self, ink: impl FnOnce(&Palette) -> Option<ColorVariants>) -> Style {
        let ink = self.palette().and_then(ink);
        Style {
            fg: ink.and_then(|ink| ink.among(self.0.colors)),
            ..Style::new()
        }
    }

    /// The style of a phase; that of secondary text if the phase has no colour.
    pub fn phase(self, phase: Phase) -> Style {
        match phase.description().hue {
            Hue::Nothing => self.secondary(),
            hue => self.hue(hue),
        }
    }

    /// The style of everything with this colour.
    pub fn hue(self, hue: Hue) -> Style {
        self.colour(|palette| palette.hue(hue))
    }

    /// The style of the curve of concurrency: tasks in flight, including those that wait.
    pub fn concurrency(self) -> Style {
        self.phase(Phase::Network)
    }

    /// The style of the curve of parallelism: the same as that of computing.
    pub fn parallelism(self) -> Style {
        self.phase(Phase::Computing)
    }

    /// The style of minor text.
    pub fn secondary(self) -> Style {
        match self.colour(|palette| palette.secondary) {
            Style { fg: None, .. } => Style::new().dim(),
            coloured => coloured,
        }
    }

    /// The mark of a phase. A cell of the timeline shows it if hardly any of its time was computing.
    pub fn mark(self, phase: Phase) -> Span<'static> {
        Span::styled(phase.description().mark, self.phase(phase))
    }

    /// The style of errors.
    pub fn error(self) -> Style {
        self.colour(|palette| Some(palette.error)).bold()
    }

    /// The border of a panel.
    pub fn border(self, focused: bool) -> (Style, BorderType) {
        match (focused, self.palette()) {
            (true, Some(palette)) if palette.ground.is_none() => {
                (self.phase(Phase::Computing), BorderType::Rounded)
            }
            // Colour says little or nothing here.
            (true, _) => (Style::new(), BorderType::Thick),
            (false, _) => (self.secondary(), BorderType::Rounded),
        }
    }

    /// The last step before a screen is shown: adds the theme's own background, and replaces everything but ASCII if
    /// that is required.
    pub fn finish(self, buf: &mut Buffer) {
        if let Some((text, behind)) = self.palette().and_then(|palette| palette.ground) {
            let own = |color, ink: ColorVariants| {
                if color == Color::Reset {
                    ink.among(self.0.colors).unwrap_or(color)
                } else {
                    color
                }
            };
            for cell in &mut buf.content {
                (cell.fg, cell.bg) = (own(cell.fg, text), own(cell.bg, behind));
            }
        }
        if self.0.ascii {
            transcribe(buf);
        }
    }
}

/// Replaces every character that is not ASCII, so that no drawing code needs to know about ASCII.
fn transcribe(buf: &mut Buffer) {
    for cell in &mut buf.content {
        if !cell.symbol().is_ascii() {
            // If several characters share a cell, the first one is the base. (The cell after a wide character is
            // already empty.)
            let first = cell.symbol().chars().next().unwrap_or(' ');
            cell.set_char(stand_in(first));
        }
    }
}

/// The style of the text to read first, in any theme.
pub const STRONG: Style = Style::new().add_modifier(Modifier::BOLD);
/// The style of what the user can press, and of what the arrow keys act on.
pub const CURSOR: Style = Style::new().add_modifier(Modifier::REVERSED);
/// The style of the band behind the sentence to read first.
pub const BAND: Style = STRONG.add_modifier(Modifier::REVERSED);

/// Bold for an item that is chosen or first; the others are plain.
pub fn strong_if(stands_out: bool) -> Style {
    if stands_out { STRONG } else { Style::new() }
}

/// The mark of a failed task in the timeline.
pub const FAILED: &str = "✗";

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;
    use ratatui::layout::Rect;

    use super::*;

    #[test]
    fn phases_are_distinguishable_without_colour() {
        let marks: HashSet<&str> = Phase::MEASURED
            .into_iter()
            .chain([Phase::Lost])
            .map(|phase| phase.description().mark)
            .collect();
        assert_eq!(marks.len(), Phase::COUNT);
    }

    #[test]
    fn the_plain_theme_has_no_colour() {
        for phase in Phase::MEASURED {
            assert_eq!(Theme::plain().phase(phase).fg, None);
        }
        assert_eq!(
            (Theme::plain().error().fg, Theme::plain().border(true).0.fg),
            (None, None)
        );
        for name in ThemeName::ALL {
            let theme = Theme(Look {
                theme: name,
                colors: Colors::None,
                ..Look::default()
            });
            assert_eq!(
                (theme.phase(Phase::Computing), theme.error().fg),
                (Style::new(), None)
            );
        }
    }

    #[test]
    fn in_ascii_too_phases_are_distinguishable_and_none_is_mistaken_for_a_part_of_full_ink() {
        let mut marks: HashSet<char> = HashSet::from(['_', 'o', '%', '&']);
        for phase in Phase::MEASURED.into_iter().chain([Phase::Lost]) {
            let mark = phase
                .description()
                .mark
                .chars()
                .map(stand_in)
                .collect::<Vec<_>>();
            assert!(
                mark.len() == 1 && mark[0].is_ascii() && marks.insert(mark[0]),
                "{phase:?}: {mark:?}"
            );
        }
    }

    #[test]
    fn a_background_of_its_own_leaves_no_cell_to_the_terminal() {
        let mut buf = Buffer::with_lines(["a b"]);
        let theme = Theme(Look {
            theme: ThemeName::Contrast,
            colors: Colors::True,
            ..Look::default()
        });
        theme.finish(&mut buf);
        let own = |cell: &ratatui::buffer::Cell| {
            cell.fg != Color::Reset && cell.bg == Color::Rgb(0, 0, 0)
        };
        assert!(buf.content.iter().all(own));
    }

    proptest! {
        #[test]
        fn no_cell_is_beyond_ascii_whatever_was_drawn(text in "\\PC{0,40}") {
            let mut buf = Buffer::empty(Rect::new(0, 0, 30, 1));
            buf.set_string(0, 0, &text, Style::new());
            transcribe(&mut buf);
            prop_assert!(buf.content.iter().all(|cell| cell.symbol().is_ascii()), "{:?}", buf);
        }
    }
}
