//! The appearance of the screen: the theme, and whether the program uses the mouse.

use crate::{
    app::{App, message::Effect},
    domain::look::{Colors, Look},
};

impl App {
    /// The same explorer with this appearance.
    pub fn with_look(mut self, look: Look) -> App {
        self.settings.look = look;
        self
    }

    /// The appearance of the screen.
    pub fn appearance(&self) -> &Look {
        &self.settings.look
    }

    /// Switches to the next theme and shows its name.
    pub(crate) fn next_theme(&mut self) {
        self.settings.look.theme = self.settings.look.theme.next();
        let (name, description) = (
            self.settings.look.theme.name(),
            self.settings.look.theme.description(),
        );
        self.show_notice(match self.settings.look.colors {
            Colors::None => {
                format!("theme {name}, without colours because of --color or the terminal")
            }
            _ => format!("theme {name}: {description}"),
        });
    }

    /// Takes the mouse, or releases it, so that the terminal can select text with it.
    pub(crate) fn toggle_mouse(&mut self) {
        self.settings.look.mouse = !self.settings.look.mouse;
        self.show_notice(if self.settings.look.mouse {
            "the mouse works in the explorer again. M releases it"
        } else {
            "the mouse selects text now. M takes it back"
        });
        self.out
            .effects
            .push(Effect::Mouse(self.settings.look.mouse));
    }
}
