//! The text on the screens, read from a buffer like a person would read it.

#[path = "support/fixtures.rs"]
mod fixtures;

#[path = "screens/closer.rs"]
mod closer;

use fixtures::explorer::{self, Scenario};
use pconc_tui::{
    app::{
        App, frame,
        message::{Effect, Msg},
        screen::Panel,
    },
    catalog::caveat::{Caveat, CaveatKind, Observation},
    domain::{
        machine::WorkerLimits,
        record::RunOrder,
        shared_file::{FileContent, FilePart, SharedFile, Source},
        speed::Speed,
    },
    ui::{
        Theme,
        key::{Key, Key::*},
    },
};
use ratatui::{
    Terminal,
    backend::TestBackend,
    buffer::Buffer,
    style::{Color, Modifier},
};

#[path = "screens/advice.rs"]
mod advice;
#[path = "screens/claims.rs"]
mod claims;
#[path = "screens/comparison.rs"]
mod comparison;
#[path = "screens/earlier.rs"]
mod earlier;
#[path = "screens/function.rs"]
mod function;
#[path = "screens/history.rs"]
mod history;
#[path = "screens/lesson.rs"]
mod lesson;
#[path = "screens/python.rs"]
mod python;
#[path = "screens/replay.rs"]
mod replay;
#[path = "screens/snapshots.rs"]
mod snapshots;
#[path = "screens/sweep.rs"]
mod sweep;
#[path = "screens/teaching.rs"]
mod teaching;
#[path = "screens/whatever.rs"]
mod whatever;

struct Session {
    app: App,
    size: (u16, u16),
}

impl Session {
    fn new(columns: u16, rows: u16) -> Session {
        Session::on(2, columns, rows)
    }

    fn on(cores: u32, columns: u16, rows: u16) -> Session {
        let app = App::new(explorer::machine(cores), WorkerLimits::default());
        let mut session = Session {
            app,
            size: (columns, rows),
        };
        let _ = session.app.update(Msg::Resized { columns, rows });
        // With this, the first quick experiment starts at once.
        let _ = session.app.update(Msg::Calibrated(Speed::uniform(40e6)));
        session
    }

    /// Presses keys and plays runs to their end.
    fn press(&mut self, keys: &[Key]) -> &mut Session {
        for key in keys {
            let effects = self.app.update(Msg::Key(*key));
            self.play(effects);
        }
        self
    }

    fn play(&mut self, mut effects: Vec<Effect>) {
        while let [.., Effect::Start(plan)] = &effects[..] {
            let scenario = Scenario::new(plan.clone(), self.app.machine().cores_usable);
            let _ = self
                .app
                .update(Msg::Batch(scenario.batch(0, scenario.wall())));
            effects = self.app.update(Msg::Concluded(Box::new(scenario.record())));
        }
    }

    /// Starts a run and stops the clock after a share of it.
    fn press_and_wait(&mut self, key: Key, share: f64) -> RunOrder {
        let effects = self.app.update(Msg::Key(key));
        let [.., Effect::Start(plan)] = &effects[..] else {
            panic!("nothing started: {effects:?}")
        };
        let scenario = Scenario::new(plan.clone(), 2);
        let now = (scenario.wall() as f64 * share) as u64;
        let _ = self.app.update(Msg::Batch(scenario.batch(0, now)));
        plan.clone()
    }

    /// Goes to a panel that this screen has.
    fn focus(&mut self, panel: Panel) -> &mut Session {
        while self.app.focus().panel != panel {
            self.press(&[Tab]);
        }
        self
    }

    /// Continues on a screen of a different size, because some states take long to reach.
    fn resize(&mut self, (columns, rows): (u16, u16)) {
        self.size = (columns, rows);
        let _ = self.app.update(Msg::Resized { columns, rows });
    }

    fn drawn(&self, theme: Theme) -> Buffer {
        let mut terminal = Terminal::new(TestBackend::new(self.size.0, self.size.1)).unwrap();
        terminal
            .draw(|frame| frame::draw(&self.app, &theme, frame))
            .unwrap();
        terminal.backend().buffer().clone()
    }

    fn rows(&self) -> Vec<String> {
        let buf = self.drawn(Theme::plain());
        buf.area
            .rows()
            .map(|row| row.columns().map(|at| buf[(at.x, at.y)].symbol()).collect())
            .collect()
    }

    fn row(&self, containing: &str) -> String {
        let rows = self.rows();
        let found = rows.iter().find(|row| row.contains(containing));
        found
            .unwrap_or_else(|| panic!("no {containing:?} in\n{}", rows.join("\n")))
            .clone()
    }

    fn shows(&self, text: &str) -> bool {
        self.rows().iter().any(|row| row.contains(text))
    }
}

fn ink(row: &str) -> usize {
    row.chars()
        .map(|c| {
            "▁▂▃▄▅▆▇█"
                .chars()
                .position(|fill| fill == c)
                .map_or(0, |at| at + 1)
        })
        .sum()
}

const SIZES: [(u16, u16); 5] = [(60, 16), (80, 24), (120, 30), (120, 40), (200, 60)];

#[test]
fn the_first_screen_asks_the_four_questions_and_says_what_to_watch_for() {
    for (columns, rows) in SIZES {
        let session = Session::new(columns, rows);
        for question in [
            "Do threads speed up I/O?",
            "Do threads speed up computing",
            "Do processes speed up computing?",
        ] {
            assert!(session.shows(question), "{question} at {columns}×{rows}");
        }
        assert!(rows < 24 || session.shows("together hold one full bar"));
        assert!(session.rows()[1].contains("Press 1, 2, 3 or 4"));
    }
}

#[test]
fn the_verdict_in_row_two_says_what_happens_and_then_what_came_out() {
    for (columns, rows) in SIZES {
        let mut session = Session::new(columns, rows);
        session.press(&[Char('3')]);
        assert!(
            session.rows()[1].contains("processes: 2.00× (2.00–2.00, 3 pairs) faster"),
            "{}",
            session.rows()[1]
        );
        session.press(&[Char('2')]);
        session.press_and_wait(Char('r'), 0.5);
        assert!(
            session.rows()[1].contains("1 worker computes, 1 waits for the lock"),
            "{}",
            session.rows()[1]
        );
    }
}

#[test]
fn under_the_lock_two_rows_share_one_rows_ink_and_two_processes_have_two() {
    let mut session = Session::new(80, 24);
    session.press(&[Char('2')]);
    // The rows of the bars with the gutter and the borders.
    let bars = |session: &Session| -> Vec<String> {
        let rows = session.rows();
        let place = |text: &str| rows.iter().position(|row| row.contains(text)).unwrap();
        rows[place("Timeline") + 1..place("╵0 s")].to_vec()
    };
    let under_lock = bars(&session);
    let columns = 70;
    let one_bar = columns * 15;
    let all: usize = under_lock.iter().map(|row| ink(row)).sum();
    assert!(all <= one_bar && all > one_bar / 2, "{all} of {one_bar}");
    assert!(under_lock.iter().any(|row| row.contains('╳')));
    session.press(&[Char('3')]);
    let full = bars(&session)
        .iter()
        .filter(|row| ink(row) >= (columns - 1) * 8)
        .count();
    assert_eq!(full, 2 * 2, "two bars, full of ink");
}

#[test]
fn a_full_bar_is_equally_high_for_one_worker_and_for_several() {
    for (columns, rows) in SIZES {
        let height = |session: &Session, worker: &str| {
            let rows = session.rows();
            let label = rows.iter().position(|row| row.contains(worker)).unwrap();
            let bar = rows[..=label].iter().rev();
            bar.take_while(|row| ink(row) > 20).count()
        };
        let mut session = Session::new(columns, rows);
        session.press(&[Char('3')]);
        let two = height(&session, "w0 ");
        while session.app.focus().panel != Panel::History {
            session.press(&[Tab]);
        }
        session.press(&[Up]);
        assert!(
            two > 0 && height(&session, "w0 ") == two,
            "at {columns}×{rows}"
        );
    }
}

#[test]
fn the_first_timeline_says_in_lines_below_it_what_its_marks_mean() {
    for (columns, rows) in SIZES {
        let mut session = Session::new(columns, rows);
        session.press_and_wait(Char('1'), 0.5);
        let explains = [
            "█ computing: height and %",
            "┊ ready: waits for a core",
            "─ network  ≡ file",
        ]
        .map(|line| session.shows(line));
        assert!(
            rows < 24 || explains == [true; 3],
            "{}",
            session.rows().join("\n")
        );
    }
}

#[test]
fn four_bars_leave_a_line_for_what_the_ink_means_and_the_border_for_the_other_marks() {
    for (columns, rows) in [(80, 24), (120, 30), (120, 40), (200, 60)] {
        let mut session = Session::new(columns, rows);
        session.press(&[Char('2')]);
        for line in [
            "█ computing: height and % are its share of the time",
            "╳ gil: waits for the lock",
            "┊ ready: waits for a core",
        ] {
            let screen = session.rows().join("\n");
            assert_eq!(screen.matches(line).count(), 1, "{line}\n{screen}");
        }
    }
}

#[test]
fn concurrency_and_parallelism_have_a_place_beside_any_sentence() {
    for (columns, rows) in SIZES {
        for teaching in [false, true] {
            // For sizes between these two, the wide screen has a panel for them.
            let is_wide = columns >= 100 && rows >= 28;
            if !teaching && (rows < 24 || is_wide) {
                continue;
            }
            for key in ['1', '2', '3'] {
                let mut session = Session::new(columns, rows);
                if teaching {
                    session.press(&[Char('P')]);
                }
                let named = |session: &Session, names: [&str; 2]| {
                    let rows = session.rows();
                    rows[3..]
                        .iter()
                        .any(|row| names.iter().any(|name| row.contains(name)))
                };
                let are_there = |session: &Session| {
                    named(session, ["concurrency", "conc."])
                        && named(session, ["parallelism", "par."])
                };
                session.press(&[Char(key)]);
                assert!(are_there(&session), "{key} at {columns}×{rows}, over");
                session.press_and_wait(Char(key), 0.5);
                assert!(are_there(&session), "{key} at {columns}×{rows}, live");
            }
        }
    }
}

#[test]
fn the_teaching_layout_always_shows_keys_and_what_was_pressed() {
    for (columns, rows) in SIZES {
        let mut session = Session::new(columns, rows);
        session.press(&[Char('P')]);
        for keys in [&[][..], &[Char('3')], &[Char('+')], &[Char('e')]] {
            session.press(keys);
            let footer = session.rows().pop().unwrap();
            let first = &session.app.keys_here()[0].label;
            assert!(footer.starts_with(&format!(" {first}")), "{footer}");
            let last = keys.last().map_or("teaching layout", |key| match key {
                Char('3') => "Do processes",
                Char('+') => "zoom in",
                _ => "expand or shrin",
            });
            assert!(
                session.shows(last),
                "{last:?} at {columns}×{rows}:\n{}",
                session.rows().join("\n")
            );
        }
    }
}

#[test]
fn the_word_emulated_stands_on_the_timeline_and_in_the_history_row() {
    let mut session = Session::new(80, 24);
    session.press(&[Char('2')]);
    assert!(session.row("Timeline").contains("emulated"));
    let rows = session.rows();
    let history = rows.iter().position(|row| row.contains("History")).unwrap();
    assert!(
        rows[history..]
            .iter()
            .any(|row| row.contains("gil-threads (emulated)"))
    );
}

#[test]
fn the_history_marks_baseline_fastest_chosen_and_marked_rows() {
    let mut session = Session::new(180, 40);
    session.press(&[Char('2'), Char('3'), Char('m')]);
    let rows = session.rows();
    let place = |model: &str| {
        rows.iter()
            .rposition(|row| row.contains(model) && row.contains('×'))
            .unwrap()
    };
    let (serial, processes) = (place("serial   "), place("processes   "));
    assert!(serial < processes, "oldest first");
    assert!(rows[serial].starts_with("│   B "), "{}", rows[serial]);
    assert!(rows[processes].starts_with("│ ▸● ★"), "{}", rows[processes]);
    assert!(rows[processes].contains("2.0×") && rows[serial].contains("1.0×"));
    let (slow, fast) = (
        rows[serial].matches('▃').count(),
        rows[processes].matches('▆').count(),
    );
    assert!(
        fast.abs_diff(2 * slow) <= 1,
        "twice as long a bar is twice the speed-up: {slow} and {fast}"
    );
    assert!(
        rows[processes].contains("▆ ★ fastest"),
        "the winner's bar is thicker and says so"
    );
    assert!(rows[serial].contains("▃ baseline"));
}

#[test]
fn times_in_the_history_align_on_the_decimal_point() {
    let mut session = Session::new(120, 40);
    session.press(&[Char('1'), Char('2')]);
    let points: Vec<usize> = session
        .rows()
        .iter()
        .filter(|row| row.contains("io   ") || row.contains("cpu  "))
        .filter_map(|row| {
            row.chars().collect::<Vec<_>>().windows(5).position(|w| {
                w[0] == '.' && w[1..4].iter().all(char::is_ascii_digit) && w[4] == ' '
            })
        })
        .collect();
    assert_eq!(points.len(), 4);
    assert!(
        points.windows(2).all(|pair| pair[0] == pair[1]),
        "{points:?}"
    );
}

#[test]
fn a_caveat_has_a_mark_in_the_row_and_its_text_when_chosen() {
    let mut session = Session::new(120, 40);
    let plan = session.press_and_wait(Char('r'), 0.5);
    let mut record = Scenario::new(plan, 2).record();
    record.measurement.caveats.push(Caveat {
        kind: CaveatKind::Suspended,
        text: "the machine slept for 3 s".into(),
    });
    let _ = session.app.update(Msg::Concluded(Box::new(record)));
    assert!(session.row("#1").contains("cpu · threads"));
    assert!(session.rows()[2].contains("! the machine slept for 3 s"));
    assert!(session.rows().iter().any(|row| row.starts_with("│ ▸   !")));
}

#[test]
fn in_a_comparison_the_shorter_run_visibly_ends_earlier() {
    for (columns, rows) in [(80, 24), (120, 40)] {
        let mut session = Session::new(columns, rows);
        session.press(&[Char('3'), Char('c')]);
        let bars: Vec<usize> = session
            .rows()
            .iter()
            .filter(|row| row.contains("w0 ") || row.contains("w1 "))
            .map(|row| row.chars().filter(|c| *c == '█').count())
            .collect();
        assert_eq!(bars.len(), 3, "serial has one worker, processes have two");
        assert!(
            bars[1].abs_diff(bars[0] / 2) <= 2 && bars[2] == bars[1],
            "{bars:?}"
        );
        assert!(session.shows("#2 processes is 2.00× (2.00–2.00) faster than #1 serial"));
        let parallelism = session.row("parallelism  ");
        assert!(
            parallelism.contains(" 1.00 ") && parallelism.contains(" 1.99 "),
            "{parallelism}"
        );
    }
}

/// Runs the plan of the form this many times and compares all runs.
fn compared(columns: u16, rows: u16, runs: usize) -> Session {
    let mut session = Session::new(columns, rows);
    for _ in 0..runs {
        session.press(&[Char('r'), Char('m')]);
    }
    session.press(&[Char('c')]);
    session
}

#[test]
fn a_comparison_shows_the_timeline_of_every_run_before_it_says_everything() {
    for (columns, rows, runs) in [(60, 16, 2), (60, 16, 3), (80, 24, 6)] {
        let drawn = compared(columns, rows, runs).rows();
        let bars = drawn.iter().filter(|row| row.starts_with("┃ w0 ")).count();
        assert_eq!(bars, runs, "{}", drawn.join("\n"));
    }
}

#[test]
fn a_comparison_of_more_runs_than_rows_says_how_many_are_missing_above_its_axis() {
    for (columns, rows, runs) in [(60, 16, 4), (80, 24, 8)] {
        let drawn = compared(columns, rows, runs).rows();
        let place = |text: &str| drawn.iter().position(|row| row.contains(text)).unwrap();
        assert_eq!(
            place("╵0 s"),
            place(" more: not enough rows") + 1,
            "{}",
            drawn.join("\n")
        );
    }
}

#[test]
fn a_comparisons_table_says_how_many_runs_do_not_fit() {
    for (columns, runs) in [(60, 2), (60, 6), (80, 4), (80, 9), (120, 9)] {
        let session = compared(columns, 50, runs);
        let heading = session
            .rows()
            .into_iter()
            .rfind(|row| row.matches('#').count() > 1)
            .unwrap();
        let there = heading.replace("#2 − #1", "").matches('#').count();
        let missing = session.rows().iter().find_map(|row| {
            let (_, rest) = row.split_once("… ")?;
            rest.contains("more run")
                .then(|| rest.split(' ').next()?.parse().ok())?
        });
        assert_eq!(
            there + missing.unwrap_or(0),
            runs,
            "{}",
            session.rows().join("\n")
        );
        assert_eq!(heading.contains(" #2 − #1"), runs == 2, "{heading}");
        assert!(columns < 80 || there >= 4.min(runs), "{heading}");
    }
}

#[test]
fn a_comparison_never_cuts_a_word_about_how_much_is_drawn() {
    for columns in 60..100 {
        let mut session = Session::new(columns, 16);
        session.press(&[Char('3'), Char('c')]);
        let title = session.row("#2 cpu");
        assert!(title.contains("of 2") && title.contains("drawn"), "{title}");
    }
}

#[test]
fn a_comparison_keeps_short_startups_apart_and_subtracts_only_known_ones() {
    for (startup_s, shown, difference) in [(Some(300e-6), "0.30 ms", "−1.70 ms"), (None, "–", "–")]
    {
        let mut session = Session::new(80, 50);
        session.press(&[Char('r')]);
        let plan = session.press_and_wait(Char('r'), 0.5);
        let mut record = Scenario::new(plan, 2).record();
        record.times.startup_s = startup_s;
        let _ = session.app.update(Msg::Concluded(Box::new(record)));
        session.press(&[Tab, Home, Char('m'), End, Char('m'), Char('c')]);
        let row = session.row("start-up");
        let cells = row
            .trim_matches(['│', '┃'])
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ");
        assert_eq!(cells, format!("start-up 2.00 ms {shown} {difference}"));
    }
}

#[test]
fn a_comparison_says_which_run_was_cancelled_and_draws_small_runs_whole() {
    let mut session = Session::new(120, 30);
    session.press(&[Char('3')]);
    let plan = session.press_and_wait(Char('1'), 0.5);
    let mut record = Scenario::new(plan, 2).record();
    record.ending.outcome = pconc_tui::domain::record::Outcome::Cancelled;
    let _ = session.app.update(Msg::Concluded(Box::new(record)));
    session.press(&[Char('1')]);
    session.focus(Panel::History).press(&[Home, Char('m')]);
    for _ in 0..4 {
        session.press(&[Down, Char('m')]);
    }
    session.press(&[Char('c')]);
    assert!(session.row("#7 io").contains("cancelled"));
    assert!(
        !session.row("#2 cpu").contains("drawn") && !session.row("#2 cpu").contains("cancelled")
    );
    assert!(session.row("#9 io").contains("of 16 workers drawn"));
}

#[test]
fn more_workers_than_rows_scroll_beside_an_overview_of_all() {
    let mut session = Session::new(80, 24);
    session.press(&[Char('1')]);
    assert!(session.row("Timeline").contains("w0–w8 of 16 workers"));
    assert!(session.shows("w8") && !session.shows("w9"));
    assert!(
        session
            .rows()
            .iter()
            .filter(|row| row.contains('┃'))
            .count()
            >= 4
    );
    session.press(&[Char('G')]);
    assert!(session.row("Timeline").contains("w7–w15 of 16 workers"));
    assert!(session.shows("w15"));
}

#[test]
fn the_help_lists_every_key_and_every_phase() {
    let mut session = Session::new(84, 320);
    session.press(&[Char('?')]);
    let words: Vec<String> = session
        .rows()
        .iter()
        .flat_map(|row| row.split(['┃', ' ']))
        .map(String::from)
        .collect();
    // Long lines are broken.
    let text = words
        .iter()
        .filter(|word| !word.is_empty())
        .fold(String::new(), |text, word| text + word + " ");
    let keys = pconc_tui::app::screens::all_keys().into_iter();
    for binding in keys.flat_map(|keys| &keys.bindings) {
        assert!(
            text.contains(&*binding.explanation),
            "{}",
            binding.explanation
        );
    }
    for phase in pconc_tui::domain::phase::Phase::MEASURED {
        assert!(session.shows(phase.name()), "{}", phase.name());
    }
    assert!(
        session
            .row("  B  ")
            .contains("chosen with b, else the latest serial run without failures")
    );
    assert!(session.row("  ★  ").contains("clearly ahead of all others"));
    assert!(session.row("  !  ").contains("Enter shows them"));
    assert!(session.row("idle ").contains("rayon: right now"));
}

#[test]
fn the_help_starts_with_how_to_run_something() {
    for (columns, rows) in SIZES {
        let mut session = Session::new(columns, rows);
        session
            .press(&[Char('3')])
            .focus(Panel::History)
            .press(&[Char('?')]);
        let first = session.row("run the plan");
        assert!(first.contains(" r "), "{first} at {columns}×{rows}");
        session.press(&[Char('?')]).focus(Panel::History);
        let here = session.app.keys()[0];
        assert_eq!(here.heading, "In the history");
    }
}

#[test]
fn a_panels_explanation_says_what_its_marks_mean_and_gives_back_what_it_lay_over() {
    for (columns, rows) in SIZES {
        let mut session = Session::new(columns, rows);
        session
            .press(&[Char('3')])
            .focus(Panel::History)
            .press(&[Char('i')]);
        assert!(
            session.shows("History · what it shows and how it was measured"),
            "at {columns}×{rows}"
        );
        assert!(session.shows("the fastest run of its work"));
        session.press(&[Char('i'), Enter, Char('i')]);
        assert!(
            session.shows("Details · what it shows"),
            "at {columns}×{rows}"
        );
        session.press(&[Char('?'), Esc, Esc]);
        assert!(session.shows("median  "), "the details are back");
        session.press(&[Esc]);
        assert!(!session.shows("median  "));
    }
}

#[test]
fn a_step_back_in_a_text_is_seen_however_far_it_was_scrolled() {
    for open in [Char('?'), Char('i')] {
        let mut session = Session::new(60, 16);
        session.press(&[Char('2'), open]);
        for downs in 1..150 {
            let below = session.press(&[Down]).rows();
            assert_ne!(session.press(&[Up]).rows(), below, "{open:?} after {downs}");
            session.press(&[Down]);
        }
    }
}

#[test]
fn whatever_was_scrolled_to_its_end_comes_back_with_the_first_press() {
    for (columns, rows) in [(60, 16), (80, 24)] {
        for (open, ends) in [
            (
                &[Char('?')][..],
                &[&[End][..], &[PageDown; 30], &[Down; 300]][..],
            ),
            (
                &[Char('2'), Tab, Enter],
                &[&[End], &[End, Down], &[PageDown; 30]],
            ),
            (
                &[Char('2'), Char('c')],
                &[&[Char('G')], &[PageDown; 30], &[Down; 300]],
            ),
        ] {
            for to_the_end in ends {
                let mut session = Session::new(columns, rows);
                session.press(open).press(to_the_end);
                let end = session.rows();
                assert!(session.shows("↑"), "it is scrolled");
                session.press(&[Up]);
                assert_ne!(session.rows(), end, "{open:?} at {columns}×{rows}");
            }
        }
    }
}

/// The teaching layout at this size, after the third experiment.
fn class(columns: u16, rows: u16) -> Session {
    let mut session = Session::new(columns, rows);
    session.press(&[Char('P'), Char('3')]);
    session
}

#[test]
fn the_teaching_layout_shows_verdict_figures_timeline_and_the_last_runs_and_nothing_else() {
    for (columns, rows) in SIZES {
        let mut session = class(columns, rows);
        for text in [
            "processes: 2.00× (2.00–2.00, 3 pairs) faster",
            "Two workers computed in parallel",
            "Timeline",
            "speed-up",
            "#1 serial",
        ] {
            assert!(session.shows(text), "{text} at {columns}×{rows}");
        }
        for text in ["Plan ─", "Cores ", "eff. (%)"] {
            assert!(!session.shows(text), "{text} at {columns}×{rows}");
        }
        session.press(&[Char('P')]);
        assert!(
            columns < 100 || session.shows("eff. (%)"),
            "P brings the panels back"
        );
    }
}

#[test]
fn the_figures_of_the_teaching_layout_are_the_speed_up_and_the_cores_used() {
    let two = ["▀▀█", "█▀▀", "▀▀▀"];
    let session = class(80, 24);
    let rows = session.rows();
    let first = rows
        .iter()
        .position(|row| row.contains("speed-up over serial"))
        .unwrap()
        + 1;
    // 2.0× and 2.0 end with the two, the point and the zero.
    for (row, part) in rows[first..].iter().zip(two) {
        assert!(row.matches(part).count() >= 2, "{row}");
    }
    let live = |share: f64| {
        let mut session = class(80, 24);
        session.press_and_wait(Char('2'), share);
        let row = session.row("time so far");
        ["so far", "of 8 tasks done", "concurrency", "parallelism"].map(|caption| row.find(caption))
    };
    assert_eq!(
        live(0.1),
        live(0.9),
        "captions stand still while digits change"
    );
}

#[test]
fn the_verdict_is_a_band_over_the_whole_width_in_every_layout() {
    for (columns, rows) in SIZES {
        let mut session = Session::new(columns, rows);
        session.press(&[Char('3')]);
        let reversed = |session: &Session, y: u16| {
            let buf = session.drawn(Theme::default());
            (0..columns).all(|x| buf[(x, y)].modifier.contains(Modifier::REVERSED))
        };
        assert!(
            !reversed(&session, 0) && reversed(&session, 1),
            "at {columns}×{rows}"
        );
        session.press(&[Char('P')]);
        let band = reversed(&session, 1) && reversed(&session, 2);
        assert!(
            !reversed(&session, 0) && band,
            "at {columns}×{rows}, for a class"
        );
    }
}

#[test]
fn a_class_sees_which_keys_were_pressed_and_what_they_do() {
    for (columns, rows) in SIZES {
        let mut session = class(columns, rows);
        session.press(&[Char('+'), Char('+')]);
        let pressed = session.row(" +  zoom in  ×2");
        assert!(
            columns < 80 || pressed.contains("3  Do processes speed up computing?"),
            "{pressed}"
        );
    }
}

#[test]
fn the_teaching_layout_does_not_hide_a_caveat() {
    let mut session = Session::new(80, 24);
    session.press(&[Char('P')]);
    let plan = session.press_and_wait(Char('r'), 0.5);
    let mut record = Scenario::new(plan, 2).record();
    record.measurement.caveats.push(Caveat {
        kind: CaveatKind::Suspended,
        text: "the machine slept for 3 s".into(),
    });
    let _ = session.app.update(Msg::Concluded(Box::new(record)));
    assert!(session.rows()[2].contains("! the machine slept for 3 s"));
    assert!(session.row("#1 threads").starts_with(" ▸  !"));
}

#[test]
fn many_cores_have_a_place_each_or_the_title_says_how_many_share_one() {
    for (cores, columns, rows) in [
        (64, 80, 24),
        (64, 120, 40),
        (256, 120, 40),
        (256, 200, 60),
        (256, 80, 24),
    ] {
        let mut session = Session::on(cores, columns, rows);
        session.press(&[Char('3')]);
        let drawn = session.rows();
        let first = drawn.iter().position(|row| row.contains("Cores")).unwrap();
        let panel = if columns < 100 {
            drawn[first..=first].to_vec()
        } else {
            // Down to the panel's legend, which is beside the curves.
            let rows = drawn[first + 1..]
                .iter()
                .take_while(|row| !row.contains("ours"));
            rows.map(|row| row.chars().take(28).collect()).collect()
        };
        let cells = panel
            .iter()
            .flat_map(|row| row.chars())
            .filter(|c| "·▁▂▃▄▅▆▇█".contains(*c))
            .count();
        let together = (cores as usize).div_ceil(cells.max(1)).max(1);
        assert!(cells > 0, "{}", drawn.join("\n"));
        assert!(
            together == 1 || drawn[first].contains(&format!("{together} per cell")),
            "{cells}: {}",
            drawn[first]
        );
    }
}

#[test]
fn before_the_first_run_no_use_of_a_core_is_claimed() {
    let mut session = Session::new(120, 40);
    let core = |session: &Session| session.row("│  0 ").chars().take(28).collect::<String>();
    assert!(
        core(&session).contains("–") && !core(&session).contains("0 %"),
        "{}",
        core(&session)
    );
    session.press(&[Char('3')]);
    assert!(core(&session).contains(" %"), "{}", core(&session));
}

#[test]
fn the_expanded_cores_show_each_cores_share_over_time_on_an_axis() {
    let mut session = Session::new(120, 40);
    session
        .press(&[Char('3')])
        .focus(Panel::Cores)
        .press(&[Char('e')]);
    assert!(session.row("Cores").contains("over time"));
    let cores: Vec<String> = session
        .rows()
        .into_iter()
        .filter(|row| row.contains("workers") && ink(row) > 0)
        .take(2)
        .collect();
    assert_eq!(cores.len(), 2, "{}", session.rows().join("\n"));
    assert!(
        cores.iter().all(|row| ink(row) > 80 * 8),
        "both were used all the time: {cores:?}"
    );
    assert!(session.shows("╵0 s") && session.shows("others   2 %"));
}

#[test]
fn the_expanded_curves_have_a_scale_and_an_axis() {
    let mut session = Session::new(120, 40);
    session
        .press(&[Char('3')])
        .focus(Panel::Curves)
        .press(&[Char('e')]);
    let rows = session.rows();
    let scale = |value: &str| {
        rows.iter()
            .filter(|row| row.contains(&format!("{value}┤")))
            .count()
    };
    assert_eq!(
        (scale("2"), scale("1"), scale("0")),
        (2, 2, 2),
        "{}",
        rows.join("\n")
    );
    assert!(session.shows("╵0 s") && session.shows("on average"));
}

#[test]
fn the_footer_offers_only_what_works_here() {
    let mut session = Session::new(120, 40);
    let footer = |session: &Session| session.rows().pop().unwrap();
    assert!(footer(&session).contains("r run") && !footer(&session).contains("x stop"));
    assert!(
        footer(&session).contains("1-4 questions"),
        "the fifth needs Python"
    );
    assert!(!footer(&session).contains("compare"));
    session.press_and_wait(Char('r'), 0.5);
    assert!(footer(&session).contains("x stop") && !footer(&session).contains("r run"));
    let mut session = Session::new(120, 40);
    session.press(&[Char('f'), Down, Down, Enter]);
    assert!(footer(&session).contains("Esc cancel") && !footer(&session).contains("quit"));
}

#[test]
fn q_leaves_a_run_only_when_it_is_pressed_again_and_ctrl_c_leaves_at_once() {
    for (columns, rows) in SIZES {
        let mut session = Session::new(columns, rows);
        session.press_and_wait(Char('r'), 0.5);
        let press = |session: &mut Session, key| session.app.update(Msg::Key(key));
        assert_eq!(press(&mut session, Char('q')), []);
        let notice = session.row("a run is in progress. q again drops it and leaves");
        assert!(columns < 80 || notice.contains("x stops and keeps it (Esc)"));
        // Another key means that the user stays.
        assert_eq!(press(&mut session, Tab), []);
        assert!(!session.shows("q again"));
        assert_eq!(press(&mut session, Char('q')), []);
        assert_eq!(press(&mut session, Char('q')), [Effect::Quit]);
        assert_eq!(press(&mut session, Ctrl('c')), [Effect::Quit]);
    }
}

#[test]
fn what_q_says_goes_with_the_run_and_stays_from_run_to_run_of_a_sweep() {
    let mut session = Session::new(80, 24);
    let run = session.press_and_wait(Char('r'), 0.5);
    session.press(&[Char('q')]);
    let end = |order: &RunOrder| Msg::Concluded(Box::new(Scenario::new(order.clone(), 2).record()));
    let _ = session.app.update(end(&run));
    assert!(!session.shows("q again"));
    assert_eq!(session.app.update(Msg::Key(Char('q'))), [Effect::Quit]);
    session.press(&[Char('s')]);
    let first = session.press_and_wait(Enter, 0.5);
    session.press(&[Char('q')]);
    let _ = session.app.update(end(&first));
    assert!(session.app.is_running() && session.shows("q again"));
    assert_eq!(session.app.update(Msg::Key(Char('q'))), [Effect::Quit]);
}

#[test]
fn a_line_end_in_pasted_text_neither_accepts_a_field_nor_gets_into_it() {
    /// How the field is reached, and what it says about two pasted lines.
    type FieldOf = (&'static [Key], &'static str);
    const SWEEP: [Key; 6] = [Char('s'), Home, Down, Down, Down, Down];
    let fields: [FieldOf; 7] = [
        (
            &[Char('f'), Down, Down, Enter],
            "workers must be a whole number, not 4 8",
        ),
        (&[Char('f'), Down, Down, Down, Enter], "not 4 8"),
        (&[], "'4 8' is not a number of workers"),
        (&[Down], "the number of rounds must be a whole number"),
        (&[Char('/')], "Filter: 4 8"),
        (&[Tab, Char('n')], "Name of #2: 4 8"),
        (&[Char('o'), End, Ctrl('u')], "4 8"),
    ];
    for (field, says) in fields {
        for line_end in ["\n", "\r", "\r\n"] {
            let mut session = Session::new(80, 24);
            session.press(&[Char('3')]);
            let is_of_sweep = matches!(field, [] | [Down]);
            if is_of_sweep {
                session
                    .press(&SWEEP)
                    .press(field)
                    .press(&[Backspace, Ctrl('u')]);
            } else {
                session.press(field).press(&[Ctrl('u')]);
            }
            let pasted = format!("4{line_end}8{line_end}");
            assert_eq!(session.app.update(Msg::Pasted(pasted)), [], "{field:?}");
            assert!(
                session.shows(says),
                "{field:?}\n{}",
                session.rows().join("\n")
            );
            // The field is still open: it takes the next character, and it can be mended.
            session.press(&[Backspace, Backspace, Char('6')]);
            assert!(
                session.shows("46"),
                "{field:?}\n{}",
                session.rows().join("\n")
            );
            assert!(!session.shows("must be a whole") && !session.app.is_running());
        }
    }
}

#[test]
fn the_form_is_a_plan_and_only_the_quick_questions_are_experiments() {
    for (columns, rows) in SIZES {
        let mut session = Session::new(columns, rows);
        session.press(&[Char('f')]);
        assert!(
            session.shows("╭ Plan · next run ─") || session.shows("┏ Plan · next run ━"),
            "at {columns}×{rows}"
        );
        assert!(!session.shows("Experiment"), "at {columns}×{rows}");
    }
}

#[test]
fn a_mistake_in_the_form_is_marked_in_its_field_and_explained_below_the_fields() {
    for (columns, rows) in SIZES {
        let mut session = Session::new(columns, rows);
        session.press(&[Char('f'), Down, Down, Enter, Char('0'), Enter]);
        assert!(
            session.row("Workers").contains("‹0›!"),
            "{}",
            session.row("Workers")
        );
        assert!(
            session.shows("! workers must be from"),
            "at {columns}×{rows}"
        );
        let text: String = session.rows().concat().split_whitespace().collect();
        assert!(
            !text.contains("run:about"),
            "nothing is promised that cannot be run"
        );
        session.press(&[Char('+')]);
        assert!(session.row("Workers").contains("‹1›") && session.shows("r run: about"));
    }
}

#[test]
fn a_number_that_another_model_does_not_allow_is_reported_at_once_and_kept() {
    for (columns, rows) in SIZES {
        let mut session = Session::new(columns, rows);
        session.press(&[
            Char('f'),
            Down,
            Down,
            Enter,
            Char('3'),
            Char('0'),
            Char('0'),
            Enter,
        ]);
        assert!(session.shows("r run: about"));
        session.press(&[Up, Right, Right, Right]);
        assert!(
            session.shows("‹rayon›") && session.row("Workers").contains("300 !"),
            "at {columns}×{rows}"
        );
        assert!(session.shows("! workers must be from 1") && !session.shows("r run: about"));
        session.press(&[Left]);
        assert!(session.shows("r run: about") && session.row("Workers").contains(" 300"));
    }
}

#[test]
fn the_form_offers_to_run_only_while_nothing_runs() {
    let mut session = Session::new(120, 40);
    assert!(session.shows("r run: about 1.0 s"));
    session.press_and_wait(Char('r'), 0.5);
    assert!(session.shows("about 1.0 s") && !session.shows("r run: about 1.0 s"));
}

#[test]
fn the_fields_of_the_form_stay_where_they_are_while_values_change() {
    for (columns, rows) in SIZES {
        let mut session = Session::new(columns, rows);
        session.press(&[Char('f'), Down]);
        let row_of =
            |session: &Session, label| session.rows().iter().position(|row| row.contains(label));
        let places = |session: &Session| [row_of(session, "Workload"), row_of(session, "Workers")];
        let before = places(&session);
        assert!(before.iter().all(Option::is_some), "at {columns}×{rows}");
        for _ in 0..5 {
            session.press(&[Right]);
            assert_eq!(places(&session), before, "at {columns}×{rows}");
        }
        session.press(&[Down, Left, Left, Left, Left]);
        assert_eq!(places(&session), before, "also with a remark");
    }
}

#[test]
fn the_form_says_about_how_long_the_run_will_take_and_what_the_model_needs() {
    for (columns, rows) in SIZES {
        let mut session = Session::new(columns, rows);
        session.press(&[Char('f'), Down, Right]);
        assert!(
            session.shows("‹gil-threads›") && session.shows("about 2.0 s"),
            "at {columns}×{rows}"
        );
        assert!(session.shows("one emulated"), "at {columns}×{rows}");
        session.press(&[Char('G'), Right]);
        assert!(session.shows("2 × about 2.0 s"), "at {columns}×{rows}");
        session.press(&[Left, Char('g'), Right]);
        assert!(
            session.shows("file I/O"),
            "nobody knows yet what writing costs, at {columns}×{rows}"
        );
    }
}

#[test]
fn what_is_left_in_a_shared_file_is_reported_after_the_run_and_in_its_details() {
    let mut session = Session::new(80, 24);
    session.press(&[
        Char('f'),
        Right,
        Char('g'),
        Down,
        Down,
        Down,
        Down,
        Down,
        Right,
    ]);
    assert!(
        session.shows("‹one shared›"),
        "{}",
        session.rows().join("\n")
    );
    let plan = session.press_and_wait(Char('r'), 0.5);
    let mut record = Scenario::new(plan, 2).record();
    record.system.shared_file = Some(SharedFile {
        content: FileContent::Whole,
        bytes: 60_000,
        pieces: vec![FilePart {
            source: Source::Page(9),
            at: 0,
            bytes: 60_000,
        }],
        pages_written: 16,
        writes: 800,
        spoilt: 37,
    });
    let _ = session.app.update(Msg::Concluded(Box::new(record)));
    let said = "in output.txt only task 9's page is left: 15 of 16 pages are lost";
    assert!(session.rows()[2].contains(said), "{}", session.rows()[2]);
    assert!(
        session.rows()[0].contains("io, one file"),
        "{}",
        session.rows()[0]
    );
    session.press(&[Tab, Enter]);
    assert!(session.shows(said) && session.shows("at least 37 of 800 writes were spoilt"));
}

#[test]
fn a_screen_that_is_too_small_says_what_is_needed_and_what_there_is() {
    let session = Session::new(40, 10);
    assert!(session.shows("60×16") && session.shows("40×10"));
    assert!(session.shows("q or Ctrl-C quits"));
}

#[test]
fn a_screen_that_is_too_small_promises_no_key_that_does_not_work() {
    let mut session = Session::new(120, 40);
    session.press(&[Char('f'), Down, Down, Enter, Char('7')]);
    session.size = (40, 10);
    let _ = session.app.update(Msg::Resized {
        columns: 40,
        rows: 10,
    });
    assert!(session.shows("Ctrl-C quits") && !session.shows("q or"));
}

#[test]
fn zooming_in_resolves_the_turns_of_the_lock() {
    let mut session = Session::new(80, 24);
    session.press(&[Char('2')]);
    session.press(&[Char('+'); 5]);
    let row = session.row("w0 ");
    assert!(row.contains("███") && row.contains("╳╳╳"), "{row}");
    assert!(session.row("Timeline").contains("in view"));
}

#[test]
fn no_word_has_a_colour_that_a_light_or_a_dark_background_could_swallow() {
    for (columns, rows) in SIZES {
        let mut session = Session::new(columns, rows);
        for keys in [
            &[][..],
            &[Char('2')],
            &[Char('1'), Char('c')],
            &[Esc, Char('?')],
            &[Esc, Enter],
            &[Tab],
        ] {
            session.press(keys);
            let buf = session.drawn(Theme::default());
            let coloured: String = buf
                .content()
                .iter()
                .filter(|cell| !matches!(cell.fg, Color::Reset | Color::Red))
                .map(|cell| cell.symbol())
                .filter(|symbol| symbol.chars().any(char::is_alphanumeric))
                .collect();
            assert_eq!(coloured, "", "at {columns}×{rows} after {keys:?}");
        }
    }
}

#[test]
fn the_state_is_seen_at_every_size_and_stands_still_while_time_passes() {
    for (columns, rows) in SIZES {
        let mut session = Session::new(columns, rows);
        let plan = session.press_and_wait(Char('2'), 0.3);
        let place = |session: &Session| {
            let header = session.rows().remove(0);
            header
                .find("running")
                .unwrap_or_else(|| panic!("{header} at {columns}×{rows}"))
        };
        let early = place(&session);
        let scenario = Scenario::new(plan.clone(), 2);
        let effects = session
            .app
            .update(Msg::Concluded(Box::new(scenario.record())));
        let [.., Effect::Start(gil)] = &effects[..] else {
            panic!("serial comes first: {effects:?}")
        };
        let scenario = Scenario::new(gil.clone(), 2);
        let under_lock = [0.05, 0.5, 0.99].map(|share| {
            let now = (scenario.wall() as f64 * share) as u64;
            let _ = session.app.update(Msg::Batch(scenario.batch(0, now)));
            place(&session)
        });
        assert!(
            under_lock.iter().all(|at| *at == under_lock[0]),
            "{under_lock:?}"
        );
        assert!(early > columns as usize / 3);
    }
}

#[test]
fn a_live_row_of_the_history_keeps_the_decimal_point_and_the_words_in_place() {
    let mut session = Session::new(120, 40);
    session.press(&[Char('3')]);
    session.press_and_wait(Char('r'), 0.3);
    let rows = session.rows();
    let column = |text: &str, dot: &str| {
        let row = rows.iter().rfind(|row| row.contains(text)).unwrap();
        let time = row.find(dot).unwrap_or_else(|| panic!("{dot} in {row}"));
        row[..time].chars().count() + row[time..].find('.').unwrap()
    };
    assert_eq!(column("of 8 tasks done", "0."), column("▆ ★ fastest", "0."));
}

#[test]
fn the_legend_names_what_is_in_the_timeline_and_nothing_that_cannot_be() {
    let mut session = Session::new(120, 40);
    let plan = session.press_and_wait(Char('r'), 0.5);
    let legend = |session: &Session| session.row("starting  · idle");
    for word in ["gil", "network", "file", "not recorded"] {
        assert!(
            !legend(&session).contains(word),
            "cpu under threads has no {word}"
        );
    }
    let scenario = Scenario::new(plan, 2);
    let mut batch = scenario.batch(0, scenario.wall());
    batch.lanes[0].dropped = 7;
    let _ = session.app.update(Msg::Batch(batch));
    assert!(legend(&session).contains("? not recorded"));
}

#[test]
fn on_the_smallest_screen_the_legend_drops_whole_words_and_never_halves() {
    let mut session = Session::new(60, 16);
    session.press_and_wait(Char('1'), 0.5);
    for whole in [
        "█ computing: height = share of time ",
        "┊ ready: waits for a core ",
        "─ network  ≡ file  ╌ starting  · idle ",
    ] {
        assert!(session.shows(whole), "{whole:?}");
    }
}

#[test]
fn one_worker_that_waits_for_the_network_is_one_thin_line() {
    let mut session = Session::new(120, 40);
    session.press_and_wait(Char('4'), 0.5);
    let lines = session
        .rows()
        .iter()
        .filter(|row| row.contains("────"))
        .filter(|row| row.contains("w0"))
        .count();
    let inside = |row: &String| row.chars().skip(52).take(20).filter(|c| *c == '─').count() > 10;
    let rows = session.rows();
    let place = |text: &str| rows.iter().position(|row| row.contains(text)).unwrap();
    let drawn = rows[place("Timeline") + 1..place("╵0 s")]
        .iter()
        .filter(|row| inside(row))
        .count();
    assert_eq!((lines, drawn), (1, 1), "beside its label, and nowhere else");
}

#[test]
fn a_caveat_that_a_long_verdict_leaves_no_row_for_has_its_sign_before_the_verdict() {
    let mut session = Session::new(60, 16);
    session.press(&[Char('2')]);
    assert!(session.rows()[1].starts_with(" gil-threads: no gain"));
    let plan = session.press_and_wait(Char('r'), 1.0);
    let mut record = Scenario::new(plan, 2).record();
    let caveat = Observation::ObserverCost(0.3).into();
    record.measurement.caveats.push(caveat);
    let _ = session.app.update(Msg::Concluded(Box::new(record)));
    let rows = session.rows();
    assert!(
        rows[1].starts_with(" ! gil-threads: no gain") && rows[2].contains("lock"),
        "{}",
        rows.join("\n")
    );
}

#[test]
fn a_long_verdict_goes_on_in_the_next_row_and_says_if_it_was_cut() {
    let mut session = Session::new(60, 16);
    let plan = session.press_and_wait(Char('r'), 0.5);
    let mut record = Scenario::new(plan, 2).record();
    record.ending.outcome = pconc_tui::domain::record::Outcome::Failed;
    record.ending.error = Some("worker 1 was killed by signal 9 while it was on task 4".into());
    let failed = |session: &mut Session, record: &pconc_tui::domain::record::Record| {
        let _ = session.app.update(Msg::Concluded(Box::new(record.clone())));
        let rows = session.rows();
        format!("{} {}", rows[1].trim(), rows[2].trim())
    };
    assert!(failed(&mut session, &record).ends_with("while it was on task 4"));
    session.press_and_wait(Char('r'), 0.5);
    record.ending.error = Some(format!("http://localhost/{}", "long/".repeat(40)));
    assert!(failed(&mut session, &record).ends_with("…"));
    session.press_and_wait(Char('r'), 0.5);
    record.ending.error = Some("word ".repeat(60));
    assert!(failed(&mut session, &record).ends_with("…"));
}

#[test]
fn a_notice_lies_over_nothing_and_nothing_lies_over_it() {
    for (columns, rows) in [(60, 16), (80, 24), (120, 40)] {
        let mut session = Session::new(columns, rows);
        session.press(&[Char('3')]);
        for over in ["", "f", "s", "?", "c", "C"] {
            session
                .press(&[Esc, Esc, Tab, Tab, Tab, Tab])
                .press(&over.chars().map(Char).collect::<Vec<_>>());
            let footer = session.rows()[usize::from(rows) - 1].clone();
            let told = "the picture of #3 lost points";
            let _ = session.app.update(Msg::Notice(told.into()));
            let drawn = session.rows();
            let place = &drawn[usize::from(rows) - 2];
            assert!(
                place.starts_with(&format!(" {told} (Esc)")),
                "over {over}: {place}"
            );
            let keys = &drawn[usize::from(rows) - 1];
            let first: String = footer.chars().take(6).collect();
            assert!(keys.starts_with(&first), "the keys stay: {keys}");
            let verdict = "2.00× (2.00–2.00, 3 pairs) faster";
            assert!(
                !over.is_empty() || drawn[1].contains(verdict),
                "{}",
                drawn[1]
            );
            session.press(&[Esc, Esc]);
            assert!(!session.shows(told));
        }
    }
}

#[test]
fn a_notice_goes_with_the_next_key_and_when_what_it_says_is_no_longer_so() {
    let mut session = Session::new(80, 24);
    let early = "no run has finished yet";
    session.press(&[Char('m')]);
    assert!(session.shows(early));
    session.press(&[Tab]);
    assert!(!session.shows(early));
    session.press_and_wait(Char('2'), 0.5);
    session.press(&[Char('m')]);
    assert!(session.shows(early));
    let effects = session.app.update(Msg::Concluded(Box::new(
        Scenario::new(session.app.live().unwrap().plan.clone(), 2).record(),
    )));
    assert!(!session.shows(early), "one has ended now");
    session.play(effects);
    let _ = session.app.update(Msg::Notice("written: out.html".into()));
    session.press(&[Tab, Tab]);
    assert!(
        session.shows("written: out.html"),
        "no key had asked for it"
    );
}

#[test]
fn the_tiniest_screens_can_be_drawn() {
    for (columns, rows) in [(1, 1), (2, 1), (1, 50), (300, 1), (60, 15), (59, 16)] {
        Session::new(columns, rows).rows();
    }
}
