//! What a click and the wheel do, and that what is hit is what is drawn.

use pconc_tui::app::App;
use pconc_tui::app::key::Key::{self, *};
use pconc_tui::app::message::{Effect, Msg};
use pconc_tui::app::overlay::Overlay;
use pconc_tui::app::pointer::Target;
use pconc_tui::app::sample::{self, Scenario};
use pconc_tui::app::screen::Panel;
use pconc_tui::app::setup::Row;
use pconc_tui::domain::look::{Colors, Look, ThemeName};
use pconc_tui::domain::machine::Limits;
use pconc_tui::domain::speed::Speed;
use pconc_tui::ui::{self, Theme};
use proptest::prelude::*;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;

struct Session {
    app: App,
    size: (u16, u16),
}

impl Session {
    fn new(columns: u16, rows: u16) -> Session {
        let mut app = App::new(sample::machine(2), Limits::default());
        let _ = app.update(Msg::Calibrated(Speed::uniform(40e6)));
        let mut session = Session { app, size: (columns, rows) };
        session.resize(columns, rows);
        session
    }

    fn resize(&mut self, columns: u16, rows: u16) {
        self.size = (columns, rows);
        let _ = self.app.update(Msg::Resized { columns, rows });
    }

    /// Tells the app; runs are played to their end. Returns what else shall be done.
    fn tell(&mut self, msg: Msg) -> Vec<Effect> {
        let mut effects = self.app.update(msg);
        while let [Effect::Start(plan)] = &effects[..] {
            let scenario = Scenario::new(plan.clone(), 2);
            let _ = self.app.update(Msg::Batch(scenario.batch(0, scenario.wall())));
            effects = self.app.update(Msg::Concluded(Box::new(scenario.record())));
        }
        effects
    }

    fn press(&mut self, keys: &[Key]) -> &mut Session {
        for key in keys {
            self.tell(Msg::Key(*key));
        }
        self
    }

    /// Clicks as the shell does. Returns what was hit, and what shall be done.
    fn click(&mut self, (column, row): (u16, u16)) -> (Option<Target>, Vec<Effect>) {
        let target = ui::hit(&self.app, column, row);
        let effects = target.map(|target| self.tell(Msg::Clicked(target))).unwrap_or_default();
        (target, effects)
    }

    fn wheel(&mut self, up: bool, (column, row): (u16, u16)) {
        if let Some(target) = ui::hit(&self.app, column, row) {
            self.tell(Msg::Wheel { up, target });
        }
    }

    fn drawn(&self, theme: Theme) -> Buffer {
        let mut terminal = Terminal::new(TestBackend::new(self.size.0, self.size.1)).unwrap();
        terminal.draw(|frame| ui::draw(&self.app, &theme, frame)).unwrap();
        terminal.backend().buffer().clone()
    }

    fn rows(&self) -> Vec<String> {
        let buf = self.drawn(Theme::plain());
        buf.area.rows().map(|row| row.columns().map(|at| buf[(at.x, at.y)].symbol()).collect()).collect()
    }

    /// Where a text stands first.
    fn place(&self, text: &str) -> (u16, u16) {
        let rows = self.rows();
        let found = rows.iter().enumerate().find_map(|(y, row)| {
            let before = row.split_once(text)?.0;
            let cells = |n: usize| u16::try_from(n).expect("a screen is small");
            Some((cells(before.chars().count()), cells(y)))
        });
        found.unwrap_or_else(|| panic!("no {text:?} in\n{}", rows.join("\n")))
    }
}

const SIZES: [(u16, u16); 4] = [(60, 16), (80, 24), (120, 40), (200, 60)];

#[test]
fn a_click_on_each_row_of_the_history_chooses_the_run_that_is_drawn_there() {
    for (columns, rows) in SIZES {
        let mut session = Session::new(columns, rows);
        session.press(&[Char('3'), Char('2'), Char('1')]);
        let drawn = session.rows();
        let heading =
            drawn.iter().position(|row| row.contains(" model ") && row.contains("time (s)")).unwrap();
        let mut seen = 0;
        for (y, row) in drawn.iter().enumerate().skip(heading + 1) {
            let number = row.get("│".len()..).and_then(|row| {
                // Behind the signs.
                let row: String = row.chars().skip(6).collect();
                row.split_whitespace().next()?.parse::<usize>().ok()
            });
            let hit = ui::hit(&session.app, 20, u16::try_from(y).unwrap());
            match number {
                Some(number) => {
                    assert_eq!(hit, Some(Target::HistoryRow(Some(number))), "{row}");
                    seen += 1;
                }
                None => assert!(!matches!(hit, Some(Target::HistoryRow(_))), "{row}"),
            }
        }
        assert!(seen >= 2, "{columns}×{rows}");
        let above = u16::try_from(heading + 1).unwrap();
        session.click((20, above));
        assert_eq!(session.app.focus().panel, Panel::History);
        // The table may have scrolled.
        let name = session.app.browse().selected().map(|number| format!(" {number} ")).unwrap();
        assert!(drawn[heading + 1].contains(&name), "{}: {name}", drawn[heading + 1]);
    }
}

#[test]
fn a_second_click_on_the_chosen_run_opens_its_details_and_a_click_beside_them_closes_them() {
    let mut session = Session::new(120, 40);
    session.press(&[Char('3')]);
    let row = session.place("2 cpu  processes");
    session.click(row);
    session.click(row);
    assert!(matches!(session.app.overlay(), Some(Overlay::Details { number: 2, .. })));
    assert_eq!(session.click((60, 20)).0, Some(Target::Overlay));
    assert!(session.app.overlay().is_some(), "a click inside leaves it open");
    assert_eq!(session.click((1, 20)).0, Some(Target::Outside));
    assert!(session.app.overlay().is_none());
}

#[test]
fn a_click_on_each_row_of_the_form_chooses_it_and_a_second_one_types_or_changes() {
    for (columns, rows) in SIZES {
        let mut session = Session::new(columns, rows);
        session.press(&[Char('f')]);
        for (label, row) in [("Tasks ", Row::Tasks), ("Workers ", Row::Workers), ("Model ", Row::Model)] {
            let at = session.place(label);
            assert_eq!(session.click(at).0, Some(Target::FormRow(row)), "{label} at {columns}×{rows}");
            assert_eq!(session.app.setup().row(), row);
        }
        let before = session.app.setup().model();
        session.click(session.place("Model "));
        assert_ne!(session.app.setup().model(), before, "the next choice");
        session.click(session.place("Tasks "));
        session.click(session.place("Tasks "));
        assert!(session.app.setup().typed().is_some(), "a number is typed");
        session.press(&[Char('5')]);
        session.click(session.place("Workers "));
        assert_eq!(
            (session.app.setup().typed(), session.app.setup().draft().tasks),
            (None, 5),
            "it was accepted"
        );
    }
}

#[test]
fn a_click_on_a_key_in_the_footer_does_what_the_key_does() {
    for (columns, rows) in SIZES {
        for keys in
            [&[][..], &[Char('3')], &[Char('?')], &[Char('3'), Char('c')], &[Char('f'), Down, Down, Enter]]
        {
            let footer = rows - 1;
            let mut hits = 0;
            for column in 0..columns {
                let mut clicked = Session::new(columns, rows);
                clicked.press(keys);
                let Some(Target::Offered(key)) = ui::hit(&clicked.app, column, footer) else { continue };
                hits += 1;
                let mut pressed = Session::new(columns, rows);
                pressed.press(keys);
                let (effects, expected) = (clicked.click((column, footer)).1, pressed.tell(Msg::Key(key)));
                assert_eq!((effects, clicked.rows()), (expected, pressed.rows()), "{key:?}");
            }
            assert!(hits > 10, "{keys:?} at {columns}×{rows}");
        }
        let mut session = Session::new(columns, rows);
        assert_eq!(session.click(session.place(" quit")).1, [Effect::Quit]);
    }
}

#[test]
fn only_the_digit_that_is_pointed_at_starts_an_experiment() {
    let session = Session::new(120, 40);
    let (column, footer) = session.place("1-4 experiments");
    let hit = |column| ui::hit(&session.app, column, footer);
    assert_eq!(hit(column), Some(Target::Offered(Char('1'))));
    assert_eq!(hit(column + 1), None);
    assert_eq!(hit(column + 2), Some(Target::Offered(Char('4'))));
    assert_eq!(hit(column + 6), None);
}

#[test]
fn a_click_on_a_question_of_the_first_screen_answers_it() {
    for (columns, rows) in SIZES {
        let mut session = Session::new(columns, rows);
        session.click(session.place("Do processes speed up computing?"));
        assert!(session.rows()[1].contains("processes: 2.0×"), "{}", session.rows()[1]);
    }
}

#[test]
fn a_click_in_a_bar_goes_to_its_worker_and_the_wheel_zooms_where_it_is_turned() {
    let mut session = Session::new(120, 40);
    session.press(&[Char('2')]);
    let (_, y) = session.place("w3 ");
    let (target, _) = session.click((100, y));
    let Some(Target::Moment { row: Some(3), at }) = target else { panic!("{target:?}") };
    assert_eq!((session.app.focus().panel, session.app.timeline().row()), (Panel::Timeline, 3));
    for _ in 0..4 {
        session.wheel(true, (100, y));
    }
    let Some(Target::Moment { at: zoomed, .. }) = ui::hit(&session.app, 100, y) else { panic!("no moment") };
    let window = session.app.timeline().window(session.app.shown().unwrap().trace());
    assert!(session.app.timeline().is_zoomed());
    assert!(at.abs_diff(zoomed) <= window.span() / 40, "the moment under the pointer stays there");
    for _ in 0..4 {
        session.wheel(false, (100, y));
    }
    assert!(!session.app.timeline().is_zoomed());
}

#[test]
fn the_wheel_scrolls_what_is_under_the_pointer_whatever_is_focused() {
    let mut session = Session::new(120, 40);
    session.press(&[Char('3'), Char('?')]);
    let top = session.rows();
    session.wheel(false, (60, 20));
    assert_ne!(session.rows(), top, "the text moved");
    session.wheel(true, (60, 20));
    assert_eq!(session.rows(), top);
    session.press(&[Esc]);
    let focus = session.app.focus();
    let history = session.place("2 cpu  processes");
    session.wheel(true, history);
    assert_eq!((session.app.browse().selected(), session.app.focus()), (Some(1), focus));
}

#[test]
fn a_click_on_a_panel_focuses_it() {
    let mut session = Session::new(120, 40);
    for (title, panel) in [
        ("Cores ·", Panel::Cores),
        ("Concurrency: tasks", Panel::Curves),
        ("History", Panel::History),
        ("What would you like", Panel::Timeline),
        ("Plan", Panel::Setup),
    ] {
        session.click(session.place(title));
        assert_eq!(session.app.focus().panel, panel);
    }
}

#[test]
fn the_mouse_can_be_released_and_taken_and_each_time_a_notice_says_so() {
    let mut session = Session::new(80, 24);
    for (listens, word) in [(false, "released"), (true, "again")] {
        assert_eq!(session.tell(Msg::Key(Char('M'))), [Effect::Mouse(listens)]);
        assert_eq!(session.app.appearance().mouse, listens);
        assert!(session.rows()[2].contains(word), "{}", session.rows()[2]);
    }
}

const THEMES: [ThemeName; 4] = ThemeName::ALL;

#[test]
fn in_ascii_no_screen_shows_anything_else_and_help_and_legend_show_the_marks_that_are_drawn() {
    for (columns, rows) in SIZES {
        for keys in [
            &[][..],
            &[Char('2')],
            &[Char('1'), Char('c')],
            &[Char('?')],
            &[Char('1'), Tab, Enter],
            &[Char('f')],
        ] {
            let mut session = Session::new(columns, rows);
            session.press(keys);
            for name in THEMES {
                let look = Look { theme: name, colors: Colors::True, ascii: true, mouse: true };
                let buf = session.drawn(Theme::from(&look));
                let foreign: String = buf
                    .content()
                    .iter()
                    .map(|cell| cell.symbol())
                    .filter(|symbol| !symbol.is_ascii())
                    .collect();
                assert_eq!(foreign, "", "{keys:?} at {columns}×{rows}");
            }
        }
    }
    let mut session = Session::new(120, 40);
    session.press(&[Char('2')]);
    let buf = session.drawn(Theme::plain().in_ascii());
    let row = |y: u16| -> String { (0..120).map(|x| buf[(x, y)].symbol().to_string()).collect() };
    let screen: Vec<String> = (0..40).map(row).collect();
    let legend = screen.iter().find(|row| row.contains("gil: wants the lock")).unwrap();
    assert!(legend.contains("# computing") && legend.contains("x gil"), "{legend}");
    assert!(screen.iter().any(|row| row.contains("xxxxxxxx")), "{}", screen.join("\n"));
}

/// Perhaps a key, where the mouse is, whether it is the wheel that is turned, and perhaps a new size.
type Step = (Option<Key>, (u16, u16), bool, Option<(u16, u16)>);

fn any_step() -> impl Strategy<Value = Step> {
    let key = proptest::option::weighted(
        0.4,
        proptest::sample::select(vec![
            Char('1'),
            Char('2'),
            Char('3'),
            Char('r'),
            Char('?'),
            Char('c'),
            Char('e'),
            Char('f'),
            Char('+'),
            Char('M'),
            Ctrl('t'),
            Tab,
            Enter,
            Esc,
            Down,
            End,
        ]),
    );
    let size = proptest::option::weighted(0.2, (1u16..220, 1u16..70));
    (key, (0u16..220, 0u16..70), any::<bool>(), size)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]
    #[test]
    fn any_click_and_any_turn_of_the_wheel_anywhere_at_any_size_can_be_drawn(
        steps in proptest::collection::vec(any_step(), 1..30),
    ) {
        let mut session = Session::new(80, 24);
        for (key, at, wheel, size) in steps {
            if let Some((columns, rows)) = size {
                session.resize(columns, rows);
            }
            if let Some(key) = key {
                session.press(&[key]);
            }
            if wheel {
                session.wheel(at.0 % 2 == 0, at);
            } else {
                session.click(at);
            }
            let look = *session.app.appearance();
            session.drawn(Theme::from(&look));
        }
    }
}
