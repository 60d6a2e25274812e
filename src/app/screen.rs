//! Classes of screen sizes, and the panels of each.

/// The columns and rows of the smallest supported screen.
pub const SMALLEST: (u16, u16) = (60, 16);
/// The minimum columns and rows at which the form, the cores and the curves have their own panels.
pub const WIDE: (u16, u16) = (100, 28);

/// A class of screens that share a layout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScreenClass {
    /// Below [`SMALLEST`]: only a message fits.
    TooSmall,
    /// Timeline and history; the form opens over them.
    Small,
    /// Everything beside each other.
    Wide,
    /// Any size: only what a class looks at, enlarged. It does not depend on the size, so [`ScreenClass::of`] never
    /// returns it.
    Teaching,
}

impl ScreenClass {
    /// The class of a screen of this size.
    pub fn of(columns: u16, rows: u16) -> ScreenClass {
        if columns < SMALLEST.0 || rows < SMALLEST.1 {
            ScreenClass::TooSmall
        } else if columns < WIDE.0 || rows < WIDE.1 {
            ScreenClass::Small
        } else {
            ScreenClass::Wide
        }
    }

    /// The panels that can be focused, in the order of Tab.
    pub fn panels(self) -> &'static [Panel] {
        match self {
            ScreenClass::Wide => &[
                Panel::Setup,
                Panel::Timeline,
                Panel::Cores,
                Panel::Curves,
                Panel::History,
            ],
            ScreenClass::TooSmall | ScreenClass::Small | ScreenClass::Teaching => {
                &[Panel::Timeline, Panel::History]
            }
        }
    }
}

/// A part of the screen that can be focused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Panel {
    /// The form of the plan.
    Setup,
    /// A bar per worker.
    Timeline,
    /// A bar per core.
    Cores,
    /// Concurrency and parallelism over time.
    Curves,
    /// The runs and sweeps of the history.
    History,
}

/// The focus of the user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Focus {
    /// The panel on which the arrow keys act.
    pub panel: Panel,
    /// Whether the panel fills the screen.
    pub expanded: bool,
}

impl Focus {
    /// The questions, before the first run.
    pub const QUESTIONS: Focus = Focus {
        panel: Panel::Timeline,
        expanded: false,
    };

    /// The form, which cannot be expanded.
    pub const FORM: Focus = Focus {
        panel: Panel::Setup,
        expanded: false,
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sizes_that_were_looked_at_each_have_their_layout() {
        assert_eq!(ScreenClass::of(59, 40), ScreenClass::TooSmall);
        assert_eq!(ScreenClass::of(60, 16), ScreenClass::Small);
        assert_eq!(ScreenClass::of(80, 24), ScreenClass::Small);
        assert_eq!(ScreenClass::of(120, 30), ScreenClass::Wide);
        assert_eq!(ScreenClass::of(120, 40), ScreenClass::Wide);
    }
}
