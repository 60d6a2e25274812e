//! Clicks and the mouse wheel. The item that a click hits is the one that is drawn there.

#[path = "support/fixtures.rs"]
mod fixtures;

use fixtures::explorer::{self, Scenario};
use pconc_tui::{
    app::{
        App, frame,
        message::{ClickTarget, Effect, Msg},
        screen::Panel,
        screens::{
            Overlay,
            history::columns::COLUMNS,
            reading::{Subject, TextScreen},
        },
    },
    domain::{
        look::{Colors, Look, ThemeName},
        machine::WorkerLimits,
        plan::Field,
        speed::Speed,
    },
    ui::{
        Theme,
        form::Form,
        key::{Key, Key::*},
    },
};
use proptest::prelude::*;
use ratatui::{Terminal, backend::TestBackend, buffer::Buffer};

struct Session {
    app: App,
    size: (u16, u16),
}

impl Session {
    fn new(columns: u16, rows: u16) -> Session {
        let mut app = App::new(explorer::machine(2), WorkerLimits::default());
        let _ = app.update(Msg::Calibrated(Speed::uniform(40e6)));
        let mut session = Session {
            app,
            size: (columns, rows),
        };
        session.resize(columns, rows);
        session
    }

    fn resize(&mut self, columns: u16, rows: u16) {
        self.size = (columns, rows);
        let _ = self.app.update(Msg::Resized { columns, rows });
    }

    /// Sends a message to the app and plays its runs to their end. Returns the remaining effects.
    fn tell(&mut self, msg: Msg) -> Vec<Effect> {
        let mut effects = self.app.update(msg);
        while let [.., Effect::Start(plan)] = &effects[..] {
            let scenario = Scenario::new(plan.clone(), 2);
            let _ = self
                .app
                .update(Msg::Batch(scenario.batch(0, scenario.wall())));
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

    /// Clicks like the shell does. Returns the target and the effects.
    fn click(&mut self, (column, row): (u16, u16)) -> (Option<ClickTarget>, Vec<Effect>) {
        let target = frame::hit(&self.app, column, row);
        let effects = target
            .map(|target| self.tell(Msg::Clicked(target)))
            .unwrap_or_default();
        (target, effects)
    }

    fn wheel(&mut self, up: bool, (column, row): (u16, u16)) {
        if let Some(target) = frame::hit(&self.app, column, row) {
            self.tell(Msg::Wheel { up, target });
        }
    }

    fn drawn(&self, theme: Theme) -> Buffer {
        let mut terminal = Terminal::new(TestBackend::new(self.size.0, self.size.1)).unwrap();
        terminal
            .draw(|frame| frame::draw(&self.app, &theme, frame))
            .unwrap();
        terminal.backend().buffer().clone()
    }

    fn in_history(&mut self) -> &mut Session {
        while self.app.focus().panel != Panel::History {
            self.press(&[Tab]);
        }
        self
    }

    fn rows(&self) -> Vec<String> {
        let buf = self.drawn(Theme::plain());
        buf.area
            .rows()
            .map(|row| row.columns().map(|at| buf[(at.x, at.y)].symbol()).collect())
            .collect()
    }

    /// The place of the first occurrence of a text.
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
        let heading = drawn
            .iter()
            .position(|row| row.contains(" model ") && row.contains("time (s)"))
            .unwrap();
        let mut seen = 0;
        for (y, row) in drawn.iter().enumerate().skip(heading + 1) {
            let number = row.get("│".len()..).and_then(|row| {
                // The part after the signs.
                let row: String = row.chars().skip(6).collect();
                row.split_whitespace().next()?.parse::<usize>().ok()
            });
            let hit = frame::hit(&session.app, 20, u16::try_from(y).unwrap());
            match number {
                Some(number) => {
                    assert_eq!(hit, Some(ClickTarget::HistoryRow(Some(number))), "{row}");
                    seen += 1;
                }
                None => assert!(!matches!(hit, Some(ClickTarget::HistoryRow(_))), "{row}"),
            }
        }
        assert!(seen >= 2, "{columns}×{rows}");
        let above = u16::try_from(heading + 1).unwrap();
        session.click((20, above));
        assert_eq!(session.app.focus().panel, Panel::History);
        // The table may have scrolled.
        let name = session
            .app
            .browse()
            .selected()
            .map(|number| format!(" {number} "))
            .unwrap();
        assert!(
            drawn[heading + 1].contains(&name),
            "{}: {name}",
            drawn[heading + 1]
        );
    }
}

#[test]
fn a_second_click_on_the_chosen_run_opens_its_details_and_a_click_beside_them_closes_them() {
    let mut session = Session::new(120, 40);
    session.press(&[Char('3')]);
    let row = session.place("2 cpu  processes");
    session.click(row);
    session.click(row);
    assert!(matches!(
        session.app.overlay(),
        Some(Overlay::Reading(TextScreen {
            subject: Subject::Run(2),
            ..
        }))
    ));
    assert_eq!(session.click((60, 20)).0, Some(ClickTarget::Overlay));
    assert!(
        session.app.overlay().is_some(),
        "a click inside leaves it open"
    );
    assert_eq!(session.click((1, 20)).0, Some(ClickTarget::Outside));
    assert!(session.app.overlay().is_none());
}

#[test]
fn a_click_on_each_row_of_the_form_chooses_it_and_a_second_one_types_or_changes() {
    for (columns, rows) in SIZES {
        let mut session = Session::new(columns, rows);
        session.press(&[Char('f')]);
        for (label, row) in [
            ("Tasks ", Field::TASKS),
            ("Workers ", Field::WORKERS),
            ("Model ", Field::Model),
        ] {
            let at = session.place(label);
            let target = session.click(at).0;
            assert!(
                matches!(target, Some(ClickTarget::FormRow(_))),
                "{label} at {columns}×{rows}: {target:?}"
            );
            assert_eq!(session.app.setup().field(), row);
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
            (
                session.app.setup().typed(),
                session.app.setup().draft().tasks
            ),
            (None, 5),
            "it was accepted"
        );
    }
}

#[test]
fn a_click_in_the_other_forms_goes_to_a_row_too_and_what_is_typed_then_goes_there() {
    for (columns, rows) in SIZES {
        let mut session = Session::new(columns, rows);
        session.press(&[Char('s')]);
        session.click(session.place("Order seed "));
        session.press(&[Char('4'), Char('2'), Enter]);
        let told = session.rows().join("\n");
        assert!(
            told.contains("seed 42") || told.contains("seed‹42›"),
            "{told}"
        );
        session.click(session.place("] processes"));
        let before = session.rows();
        session.click(session.place("] processes"));
        assert_ne!(session.rows(), before, "a second click takes or leaves it");
    }
    for (columns, rows) in SIZES {
        let mut session = Session::new(columns, rows);
        session.press(&[Char('1')]);
        session.press(&[Char('o')]);
        session.click(session.place("‹html›"));
        session.click(session.place("File "));
        let typed = session.app.exporting().and_then(|form| form.typed());
        assert!(
            typed.is_some_and(|name| name.ends_with(".json")),
            "{typed:?}"
        );
    }
}

#[test]
fn a_click_on_a_key_in_the_footer_does_what_the_key_does() {
    for (columns, rows) in SIZES {
        for keys in [
            &[][..],
            &[Char('3')],
            &[Char('?')],
            &[Char('3'), Char('c')],
            &[Char('f'), Down, Down, Enter],
        ] {
            let footer = rows - 1;
            let mut hits = 0;
            for column in 0..columns {
                let mut clicked = Session::new(columns, rows);
                clicked.press(keys);
                let Some(ClickTarget::Offered(key)) = frame::hit(&clicked.app, column, footer)
                else {
                    continue;
                };
                hits += 1;
                let mut pressed = Session::new(columns, rows);
                pressed.press(keys);
                let (effects, expected) = (
                    clicked.click((column, footer)).1,
                    pressed.tell(Msg::Key(key)),
                );
                assert_eq!(
                    (effects, clicked.rows()),
                    (expected, pressed.rows()),
                    "{key:?}"
                );
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
    let (column, footer) = session.place("1-4 questions");
    let hit = |column| frame::hit(&session.app, column, footer);
    assert_eq!(hit(column), Some(ClickTarget::Offered(Char('1'))));
    assert_eq!(hit(column + 1), None);
    assert_eq!(hit(column + 2), Some(ClickTarget::Offered(Char('4'))));
    assert_eq!(hit(column + 6), None);
}

#[test]
fn a_click_on_a_question_of_the_first_screen_answers_it() {
    for (columns, rows) in SIZES {
        let mut session = Session::new(columns, rows);
        session.click(session.place("Do processes speed up computing?"));
        assert!(
            session.rows()[1].contains("processes: 2.00×"),
            "{}",
            session.rows()[1]
        );
    }
}

#[test]
fn a_click_in_a_bar_goes_to_its_worker_and_the_wheel_zooms_where_it_is_turned() {
    let mut session = Session::new(120, 40);
    session.press(&[Char('2')]);
    let (_, y) = session.place("w1 ");
    let (target, _) = session.click((100, y));
    let Some(ClickTarget::Moment { row: Some(1), at }) = target else {
        panic!("{target:?}")
    };
    assert_eq!(
        (session.app.focus().panel, session.app.timeline().row),
        (Panel::Timeline, 1)
    );
    for _ in 0..4 {
        session.wheel(true, (100, y));
    }
    let Some(ClickTarget::Moment { at: zoomed, .. }) = frame::hit(&session.app, 100, y) else {
        panic!("no moment")
    };
    let window = session
        .app
        .timeline()
        .window(session.app.shown().unwrap().trace());
    assert!(session.app.timeline().zoom.is_some());
    assert!(
        at.abs_diff(zoomed) <= window.span() / 40,
        "the moment under the pointer stays there"
    );
    for _ in 0..4 {
        session.wheel(false, (100, y));
    }
    assert!(session.app.timeline().zoom.is_none());
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
    assert_eq!(
        (session.app.browse().selected(), session.app.focus()),
        (Some(1), focus)
    );
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
    for (listens, word) in [(false, "selects text now"), (true, "works in the explorer")] {
        assert_eq!(session.tell(Msg::Key(Char('M'))), [Effect::Mouse(listens)]);
        assert_eq!(session.app.appearance().mouse, listens);
        assert!(session.rows()[22].contains(word), "{}", session.rows()[22]);
    }
}

/// The run in a row of the teaching layout's list.
fn listed(row: &str) -> Option<usize> {
    let number: String = row.chars().skip(5).take(4).collect();
    number.trim_start().strip_prefix('#')?.parse().ok()
}

#[test]
fn in_the_teaching_layout_a_click_on_each_row_of_the_list_chooses_the_run_that_is_drawn_there() {
    for (columns, rows) in SIZES {
        for sorted in [false, true] {
            let mut session = Session::new(columns, rows);
            session.press(&[Char('3'), Char('2'), Char('1'), Char('P'), Tab]);
            if sorted {
                session.press(&[Char('C'), Home, Down, Down, Down, Enter, Esc]);
                assert_ne!(session.app.browse().order(), [1, 2, 7, 8, 13, 14]);
            }
            // The last row belongs to a run that has not ended.
            let _ = session.app.update(Msg::Key(Char('r')));
            for chosen in [None, Some(7), Some(1)] {
                session.press(&[Char('G')]);
                for _ in 0..7 {
                    if session.app.browse().selected() != chosen {
                        session.press(&[Up]);
                    }
                }
                let drawn = session.rows();
                let runs: Vec<Option<usize>> = drawn.iter().map(|row| listed(row)).collect();
                let seen = runs.iter().flatten().count();
                assert!(
                    seen >= 2 && runs.contains(&Some(chosen.unwrap_or(19))),
                    "{}",
                    drawn.join("\n")
                );
                for (y, run) in runs.into_iter().enumerate() {
                    let hit = frame::hit(&session.app, 20, u16::try_from(y).unwrap());
                    match run {
                        Some(number) => {
                            let ended = (number < 19).then_some(number);
                            assert_eq!(hit, Some(ClickTarget::HistoryRow(ended)), "{}", drawn[y]);
                        }
                        None => {
                            let is_run = matches!(
                                hit,
                                Some(ClickTarget::HistoryRow(_) | ClickTarget::Heading(_))
                            );
                            assert!(!is_run, "{}", drawn[y]);
                        }
                    }
                }
            }
            let y = session
                .rows()
                .iter()
                .position(|row| listed(row).is_some_and(|run| run != 1))
                .unwrap();
            let run = listed(&session.rows()[y]);
            session.click((20, u16::try_from(y).unwrap()));
            assert_eq!(
                (session.app.focus().panel, session.app.browse().selected()),
                (Panel::History, run)
            );
        }
    }
}

#[test]
fn in_the_teaching_layout_a_click_on_a_question_answers_it() {
    for (columns, rows) in SIZES {
        let mut session = Session::new(columns, rows);
        session.press(&[Char('P')]);
        session.click(session.place("Do processes speed up computing?"));
        assert!(
            session.rows()[1..5]
                .iter()
                .any(|row| row.contains("processes: 2.00×"))
        );
    }
}

#[test]
fn a_click_on_a_column_in_the_overlay_goes_there_and_a_second_one_shows_or_hides_it() {
    for (columns, rows) in SIZES {
        let mut session = Session::new(columns, rows);
        session.press(&[Char('3')]).in_history().press(&[Char('C')]);
        for cursor in 0..COLUMNS.len() {
            assert_eq!(session.app.columns().cursor, cursor);
            let drawn = session.rows();
            let mut seen = 0;
            for (y, row) in drawn.iter().enumerate() {
                let boxed = ["[x] ", "[ ] ", "[…] "]
                    .into_iter()
                    .find_map(|sign| row.split_once(sign));
                // The border below explains a sign.
                let name = boxed
                    .map(|(_, name)| name)
                    .filter(|name| !name.starts_with("chosen"));
                let hit = frame::hit(&session.app, columns / 2, u16::try_from(y).unwrap());
                match (name, hit) {
                    (Some(name), Some(ClickTarget::ListRow(at))) => {
                        let heading = COLUMNS[at].name();
                        assert!(
                            name.starts_with(&format!("{heading:<13}")),
                            "{heading}: {row}"
                        );
                        seen += 1;
                    }
                    (None, Some(ClickTarget::ListRow(_))) | (Some(_), _) => {
                        panic!("{hit:?}: {row}")
                    }
                    (None, _) => {}
                }
            }
            assert!(
                seen >= COLUMNS.len().min(usize::from(rows - 3)),
                "{seen} at {columns}×{rows}"
            );
            session.press(&[Down]);
        }
        session.press(&[Home, Down, Down, Down]);
        session.click(session.place("] work "));
        // A low screen scrolls to the cursor.
        let there = session.place("] work ");
        let work = COLUMNS
            .iter()
            .position(|column| column.id == "work")
            .unwrap();
        let is_shown = |session: &Session| session.app.columns().is_shown(work);
        assert_eq!(
            (session.app.columns().cursor, is_shown(&session)),
            (work, true)
        );
        session.click(there);
        assert!(!is_shown(&session) && matches!(session.app.overlay(), Some(Overlay::Columns(_))));
        session.click(there);
        assert!(is_shown(&session));
    }
}

#[test]
fn the_wheel_goes_from_column_to_column_in_their_overlay() {
    let mut session = Session::new(80, 24);
    session.press(&[Char('3')]).in_history().press(&[Char('C')]);
    let chosen = session.app.browse().selected();
    let cursor = |session: &Session| session.app.columns().cursor;
    for at in [(40, 10), (40, 2), (1, 1)] {
        session.wheel(false, at);
        session.wheel(false, at);
        assert_eq!(cursor(&session), 2, "{at:?}");
        session.wheel(true, at);
        session.wheel(true, at);
        session.wheel(true, at);
        assert_eq!(cursor(&session), 0, "{at:?}");
    }
    assert_eq!(
        session.app.browse().selected(),
        chosen,
        "what lies below stays as it was"
    );
}

#[test]
fn a_click_on_the_name_of_a_row_of_the_timeline_chooses_the_row_and_leaves_the_cursor_where_it_is()
{
    for (columns, rows) in SIZES {
        let core = if columns < 100 { "c1" } else { "core 1" };
        for (view, name, row) in [(None, "w1 ", 1), (Some(Char('v')), core, 1)] {
            let mut session = Session::new(columns, rows);
            session
                .press(&[Char('2')])
                .press(&view.into_iter().collect::<Vec<_>>());
            let place = session.place(&format!(" {name}"));
            assert_eq!(
                session.click(place).0,
                Some(ClickTarget::TimelineRow(row)),
                "{name} at {columns}×{rows}"
            );
            assert_eq!(
                (session.app.focus().panel, session.app.timeline().row),
                (Panel::Timeline, row)
            );
            assert_eq!(session.app.timeline().cursor, None);
            session.wheel(true, place);
            assert_eq!(session.app.timeline().row, 0, "the wheel goes up");
        }
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
                let look = Look {
                    theme: name,
                    colors: Colors::True,
                    ascii: true,
                    mouse: true,
                };
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
    let buf = session.drawn(Theme::from(&Look {
        theme: ThemeName::Mono,
        colors: Colors::None,
        ascii: true,
        ..Look::default()
    }));
    let row = |y: u16| -> String { (0..120).map(|x| buf[(x, y)].symbol().to_string()).collect() };
    let screen: Vec<String> = (0..40).map(row).collect();
    for explained in ["# computing: ", "x gil: waits for the lock"] {
        let is_there = screen.iter().any(|row| row.contains(explained));
        assert!(is_there, "{explained}: {}", screen.join("\n"));
    }
    assert!(
        screen.iter().any(|row| row.contains("xxxxxxxx")),
        "{}",
        screen.join("\n")
    );
}

/// One step of the property below.
#[derive(Clone, Debug)]
struct Step {
    key: Option<Key>,
    /// Column and row of the pointer.
    at: (u16, u16),
    /// Whether the wheel is scrolled; otherwise the button is pressed.
    wheel: bool,
    size: Option<(u16, u16)>,
    /// Whether the current run continues; otherwise it ends.
    goes_on: bool,
}

#[rustfmt::skip]
const KEYS: &[Key] = &[
    // Runs, then what looks closer at them, then overlays over the panels, then ways to continue.
    Char('1'), Char('2'), Char('3'), Char('r'), Char('v'), Char('v'), Char(' '), Char(' '), Right, Left, Char('.'), Char('t'),
    Char('n'), Char('z'), Char('+'), Char('?'), Char('i'), Char('c'), Char('e'), Char('f'), Char('C'), Char('P'),
    Char('M'), Char('b'), Ctrl('t'), Tab, BackTab, Enter, Esc, Up, Down, End,
];

/// The state of a session before the pointer is used: by core, the columns, the teaching layout.
const OPENINGS: &[&[Key]] = &[
    &[],
    &[Char('2'), Char('v'), Home],
    &[Char('2'), BackTab, Char('C')],
    &[Char('2'), Char('3'), Char('P')],
];

fn any_step() -> impl Strategy<Value = Step> {
    let key = proptest::option::weighted(0.5, proptest::sample::select(KEYS));
    let size = proptest::option::weighted(0.2, (1u16..220, 1u16..70));
    (
        key,
        (0u16..220, 0u16..70),
        any::<bool>(),
        size,
        proptest::bool::weighted(0.8),
    )
        .prop_map(|(key, at, wheel, size, goes_on)| Step {
            key,
            at,
            wheel,
            size,
            goes_on,
        })
}

/// Plays the current run a little further or to its end. Returns the run that is current then.
fn play(
    session: &mut Session,
    effects: Vec<Effect>,
    run: Option<Scenario>,
    goes_on: bool,
) -> Option<Scenario> {
    let effects = match run {
        Some(run) if goes_on => return Some(run),
        Some(run) => session.app.update(Msg::Concluded(Box::new(run.record()))),
        None => effects,
    };
    let [.., Effect::Start(plan)] = &effects[..] else {
        return None;
    };
    let run = Scenario::new(plan.clone(), 2);
    let _ = session.app.update(Msg::Batch(run.batch(0, run.wall() / 2)));
    Some(run)
}

/// Asserts that a click chose its target.
fn follows(app: &App, target: ClickTarget) {
    match target {
        ClickTarget::HistoryRow(row) => assert_eq!(app.browse().selected(), row),
        ClickTarget::ListRow(row) => {
            let list = app.overlay().and_then(|open| open.screen().cursor(app));
            assert!(list.is_none_or(|chosen| chosen == row), "{list:?} {row}");
        }
        ClickTarget::TimelineRow(row) => assert_eq!(app.timeline().row, row),
        _ => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]
    #[test]
    fn any_click_and_any_turn_of_the_wheel_anywhere_at_any_size_is_followed_and_can_be_drawn(
        opening in proptest::sample::select(OPENINGS),
        steps in proptest::collection::vec(any_step(), 1..30),
    ) {
        let mut session = Session::new(80, 24);
        session.press(opening);
        let mut run = None;
        for Step { key, at, wheel, size, goes_on } in steps {
            if let Some((columns, rows)) = size {
                session.resize(columns, rows);
            }
            let effects = key.map(|key| session.app.update(Msg::Key(key))).unwrap_or_default();
            run = play(&mut session, effects, run, goes_on);
            let target = frame::hit(&session.app, at.0, at.1);
            let mut effects = vec![];
            match target {
                Some(target) if wheel => {
                    effects = session.app.update(Msg::Wheel { up: at.0 % 2 == 0, target });
                }
                Some(target) => {
                    effects = session.app.update(Msg::Clicked(target));
                    follows(&session.app, target);
                }
                None => {}
            }
            run = play(&mut session, effects, run, true);
            let look = *session.app.appearance();
            session.drawn(Theme::from(&look));
        }
    }
}
