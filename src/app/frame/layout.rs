//! The layout of the screen. The module is pure: it divides an area into panels.

use ratatui::layout::{
    Constraint::{Fill, Length},
    Layout, Rect,
};

use crate::app::screen::{Focus, Panel, ScreenClass, WIDE};

/// The width of the form and of the cores.
const SIDE: u16 = 28;
/// The width of the labels of a wide timeline and of the curves, in columns.
const WIDE_GUTTER: u16 = 22;
/// The width of the labels of a small timeline, in columns.
const SMALL_GUTTER: u16 = 6;
/// The minimum number of rows of a screen with a line of cores.
const ROWS_FOR_CORES: u16 = 20;
/// The minimum columns and rows at which the figures of the teaching layout are five rows high.
const LARGE_FIGURES: (u16, u16) = (116, 30);

/// The areas of the panels. A part without room is empty.
#[derive(Clone, Copy, Default)]
pub struct Panels {
    /// The row with the shown run and the state of the machine.
    pub header: Rect,
    /// The sentence to read first.
    pub verdict: Rect,
    /// Remarks; in the teaching layout, the keys that were pressed.
    pub aside: Rect,
    /// The numbers that matter, in large digits, in the teaching layout.
    pub figures: Rect,
    /// The form of the plan.
    pub setup: Rect,
    /// A bar per worker.
    pub timeline: Rect,
    /// A bar per core; a line on a small screen.
    pub cores: Rect,
    /// Concurrency and parallelism.
    pub curves: Rect,
    /// The runs and sweeps of the history.
    pub history: Rect,
    /// A notice, if there is one.
    pub notice: Rect,
    /// The keys that work at the moment.
    pub footer: Rect,
    /// The width of the labels before the bars of the timeline and before the curves, in columns.
    pub gutter: u16,
}

impl Panels {
    /// The area of a panel that can be focused.
    pub fn of(mut self, panel: Panel) -> Rect {
        *self.of_mut(panel)
    }

    fn of_mut(&mut self, panel: Panel) -> &mut Rect {
        match panel {
            Panel::Setup => &mut self.setup,
            Panel::Timeline => &mut self.timeline,
            Panel::Cores => &mut self.cores,
            Panel::Curves => &mut self.curves,
            Panel::History => &mut self.history,
        }
    }
}

/// The panels of a screen that is not too small.
pub fn panels(area: Rect, screen: ScreenClass, focus: Focus) -> Panels {
    let around = [Length(1), Length(1), Length(1), Fill(1), Length(1)];
    let [header, verdict, aside, body, footer] = Layout::vertical(around).areas(area);
    // A notice takes a row and moves nothing.
    let is_wide = match screen {
        ScreenClass::Wide => true,
        ScreenClass::Teaching => area.width >= WIDE.0,
        ScreenClass::Small | ScreenClass::TooSmall => false,
    };
    let mut panels = Panels {
        header,
        verdict,
        aside,
        footer,
        gutter: if is_wide { WIDE_GUTTER } else { SMALL_GUTTER },
        ..Panels::default()
    };
    match screen {
        _ if focus.expanded => *panels.of_mut(focus.panel) = body,
        ScreenClass::Wide => wide(&mut panels, body),
        ScreenClass::Teaching => teaching(&mut panels, area),
        ScreenClass::Small | ScreenClass::TooSmall => small(&mut panels, body),
    }
    panels
}

fn wide(panels: &mut Panels, body: Rect) {
    let history = (body.height * 3 / 10).clamp(8, 14);
    // With an odd number of rows inside, the two curves stay apart.
    let band = if body.height < 32 { 5 } else { 7 };
    let rows = Layout::vertical([Fill(1), Length(band), Length(history)]);
    let columns = Layout::horizontal([Length(SIDE), Fill(1)]);
    let [top, band, history] = rows.areas(body);
    [panels.setup, panels.timeline] = columns.areas(top);
    [panels.cores, panels.curves] = columns.areas(band);
    panels.history = history;
}

fn small(panels: &mut Panels, body: Rect) {
    let history = (body.height * 35 / 100).max(5);
    let cores = u16::from(body.height + 4 >= ROWS_FOR_CORES);
    let rows = Layout::vertical([Fill(1), Length(cores), Length(history)]);
    [panels.timeline, panels.cores, panels.history] = rows.areas(body);
}

fn teaching(panels: &mut Panels, area: Rect) {
    let is_large = area.width >= LARGE_FIGURES.0 && area.height >= LARGE_FIGURES.1;
    let figures = if is_large { 7 } else { 4 };
    let (verdict, apart, history) = match area.height {
        ..20 => (2, 0, 2),
        20..30 => (2, 1, 4),
        30..50 => (4, 1, 6),
        50.. => (4, 1, 9),
    };
    let above = [Length(1), Length(verdict), Length(apart), Length(figures)];
    let below = [Fill(1), Length(history), Length(1)];
    let rows = Layout::vertical(above.into_iter().chain(below));
    [
        _,
        panels.verdict,
        panels.aside,
        panels.figures,
        panels.timeline,
        panels.history,
        _,
    ] = rows.areas(area);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TIMELINE: Focus = Focus {
        panel: Panel::Timeline,
        expanded: false,
    };

    fn all(panels: &Panels) -> [Rect; 10] {
        let p = panels;
        [
            p.header, p.verdict, p.aside, p.figures, p.setup, p.timeline, p.cores, p.curves,
            p.history, p.footer,
        ]
    }

    #[test]
    fn each_size_that_was_looked_at_has_room_for_what_matters() {
        let rows = |w, h| {
            let panels = panels(Rect::new(0, 0, w, h), ScreenClass::of(w, h), TIMELINE);
            // The timeline has a border above and below, and the axis. The history has a border and its heading.
            (panels.timeline.height - 3, panels.history.height - 3)
        };
        assert_eq!(rows(60, 16), (4, 2));
        assert_eq!(rows(80, 24), (9, 4));
        assert_eq!(rows(120, 30), (10, 5));
        assert_eq!(rows(120, 40), (16, 7));
    }

    #[test]
    fn the_teaching_layout_gives_its_room_to_the_timeline_and_the_figures() {
        let rows = |w, h| {
            let panels = panels(Rect::new(0, 0, w, h), ScreenClass::Teaching, TIMELINE);
            assert!(panels.setup.is_empty() && panels.cores.is_empty() && panels.curves.is_empty());
            (
                panels.figures.height,
                panels.timeline.height - 3,
                panels.history.height,
            )
        };
        assert_eq!(rows(60, 16), (4, 3, 2));
        assert_eq!(rows(80, 24), (4, 8, 4));
        assert_eq!(rows(120, 40), (7, 17, 6));
    }

    proptest! {
        #[test]
        fn panels_are_inside_the_screen_and_never_overlap(
            w in 1u16..300, h in 1u16..120, expanded in any::<bool>(), teaching in any::<bool>(),
        ) {
            let area = Rect::new(0, 0, w, h);
            let screen = if teaching { ScreenClass::Teaching } else { ScreenClass::of(w, h) };
            let panels = all(&panels(area, screen, Focus { expanded, ..TIMELINE }));
            for (i, a) in panels.iter().enumerate() {
                prop_assert_eq!(a.intersection(area).area(), a.area());
                for b in &panels[i + 1..] {
                    prop_assert!(h < 5 || a.is_empty() || b.is_empty() || !a.intersects(*b), "{} {}", a, b);
                }
            }
        }
    }
}
