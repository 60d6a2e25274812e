//! The history, its columns and baselines, and their effect on comparisons.

use pconc_tui::{
    app::{
        frame::layout,
        screens::history::{
            columns,
            columns::COLUMNS,
            view::{HistoryRow, heading_at, row_at},
        },
    },
    domain::record::Outcome,
};
use ratatui::layout::Rect;

use super::*;

impl Session {
    /// Runs the plan of the form, with a changed record.
    fn run_as(&mut self, change: impl FnOnce(&mut pconc_tui::domain::record::Record)) {
        let plan = self.press_and_wait(Char('r'), 0.5);
        let mut record = Scenario::new(plan, 2).record();
        change(&mut record);
        let _ = self.app.update(Msg::Concluded(Box::new(record)));
    }

    /// Goes to the history.
    pub(super) fn in_history(&mut self) -> &mut Session {
        for _ in 0..5 {
            if self.app.focus().panel != pconc_tui::app::screen::Panel::History {
                self.press(&[Tab]);
            }
        }
        self
    }

    /// Selects a column in the overlay and presses a key there.
    fn on_column(&mut self, id: &str, key: Key) {
        let at = COLUMNS
            .iter()
            .position(|column| column.id == id)
            .expect("every column is in the table");
        self.in_history().press(&[Char('C'), Home]);
        self.press(&vec![Down; at]).press(&[key, Esc]);
    }

    fn panel(&self) -> Rect {
        layout::panels(
            Rect::new(0, 0, self.size.0, self.size.1),
            self.app.screen(),
            self.app.focus(),
        )
        .history
    }

    /// The rows inside the panel of the history, its heading first.
    fn table(&self) -> Vec<String> {
        let panel = self.panel();
        let rows = self.rows();
        (panel.y + 1..panel.bottom() - 1)
            .map(|y| {
                rows[usize::from(y)]
                    .chars()
                    .skip(usize::from(panel.x + 1))
                    .collect()
            })
            .collect()
    }

    /// The numbers of the runs, from the first row down.
    fn numbers(&self) -> Vec<usize> {
        let word = |row: &String| row.split_whitespace().find_map(|word| word.parse().ok());
        self.table().iter().skip(1).filter_map(word).collect()
    }
}

#[test]
fn any_run_becomes_the_baseline_with_b_and_the_serial_one_with_another_b() {
    let mut session = Session::new(120, 40);
    session.press(&[Char('2'), Char('3')]).in_history();
    let bar = |session: &Session, row: usize| {
        session.table()[row]
            .chars()
            .filter(|c| "▃▆".contains(*c))
            .count()
    };
    let before = session.rows();
    session.press(&[Char('b')]);
    let table = session.table();
    assert!(
        table[4].starts_with(" ▸ B★") && !table[1].contains('B'),
        "{table:#?}"
    );
    assert!(
        table[1].contains(" 0.50×") && table[4].contains(" 1.0×"),
        "{table:#?}"
    );
    assert!(
        bar(&session, 4).abs_diff(2 * bar(&session, 1)) <= 1,
        "bars follow: {table:#?}"
    );
    assert!(
        table[1].trim_end_matches([' ', '│', '┃']).ends_with('–'),
        "no efficiency over two workers"
    );
    session.press(&[Home]);
    assert!(
        session.rows()[1].contains("slower than #8 processes"),
        "{}",
        session.rows()[1]
    );
    session.press(&[End, Char('b')]);
    assert_eq!(session.rows(), before, "all is as it was");
}

#[test]
fn a_baseline_that_is_measured_replaces_one_that_was_chosen() {
    // A plan of the user's own, and a question, which is measured in turn again.
    for (key, baseline, chosen) in [('r', 2, 1), ('3', 3, 4)] {
        let mut session = Session::new(120, 40);
        session
            .press(&[Char(key)])
            .in_history()
            .press(&[Char('b'), Char('R')]);
        let table = session.table();
        assert!(table[baseline].starts_with("   B"), "{table:#?}");
        assert!(table[chosen].starts_with(" ▸"), "{table:#?}");
    }
}

#[test]
fn a_run_that_was_stopped_or_failed_is_no_baseline_and_the_notice_says_why() {
    let mut session = Session::new(80, 24);
    session.run_as(|record| record.ending.outcome = Outcome::Cancelled);
    session.press(&[Char('b')]);
    assert!(session.shows("#1 cannot be a baseline, because it was cancelled"));
    session.press(&[Esc]);
    session.run_as(|record| record.ending.tasks_failed = 2);
    session.press(&[Char('b')]);
    assert!(session.shows("#2 cannot be a baseline, because some of its tasks failed"));
    assert!(
        session.table()[2].contains("2 tasks ✗"),
        "{:#?}",
        session.table()
    );
}

#[test]
fn comparing_what_has_nothing_to_be_compared_with_says_what_is_missing() {
    let mut session = Session::new(80, 24);
    session.press(&[Char('c')]);
    assert!(session.shows("no run has finished yet"));
    session.press(&[Char('r'), Char('c')]);
    assert!(session.shows("there is only one run. R measures its baseline"));
    session.press(&[Char('R')]);
    session.in_history().press(&[Home, Char('c')]);
    assert!(session.shows("Comparison of 2 runs") && !session.shows("mark another run"));
}

#[test]
fn runs_are_sorted_by_a_column_whose_heading_has_an_arrow_and_the_live_run_stays_last() {
    let mut session = Session::new(120, 40);
    for wall_s in [2.0, 0.5, 1.0] {
        session.run_as(|record| record.times.wall_s = wall_s);
    }
    session.on_column(columns::TIME, Enter);
    assert_eq!(session.numbers(), [2, 3, 1]);
    assert!(
        session.table()[0].contains("time (s)↑"),
        "{}",
        session.table()[0]
    );
    session.on_column(columns::TIME, Enter);
    assert_eq!(session.numbers(), [1, 3, 2]);
    assert!(session.table()[0].contains("time (s)↓") && !session.table()[0].contains('↑'));
    session.press_and_wait(Char('r'), 0.5);
    assert_eq!(
        session.numbers(),
        [1, 3, 2, 4],
        "the run that is on is the last"
    );
}

#[test]
fn up_down_and_the_ends_follow_the_order_on_the_screen() {
    let mut session = Session::new(80, 24);
    for wall_s in [2.0, 0.5, 1.0] {
        session.run_as(|record| record.times.wall_s = wall_s);
    }
    session.on_column(columns::TIME, Enter);
    let chosen = |session: &Session| session.app.browse().selected();
    session.press(&[Char('g')]);
    assert_eq!(chosen(&session), Some(2));
    session.press(&[Down]);
    assert_eq!(chosen(&session), Some(3));
    session.press(&[Char('G')]);
    assert_eq!(chosen(&session), Some(1));
    session.press(&[PageUp]);
    assert_eq!(chosen(&session), Some(2));
}

#[test]
fn a_hidden_column_is_gone_and_one_that_was_asked_for_has_room_before_the_others() {
    let mut session = Session::new(80, 24);
    session.press(&[Char('3')]);
    assert!(session.table()[0].contains("workers") && !session.table()[0].contains("GIL switches"));
    session.on_column("workers", Char(' '));
    assert!(
        !session.table()[0].contains("workers"),
        "{}",
        session.table()[0]
    );
    session.on_column("gil_switches", Char(' '));
    assert!(
        session.table()[0].contains("GIL switches"),
        "{}",
        session.table()[0]
    );
    session.on_column("workers", Char(' '));
    assert!(session.table()[0].contains("workers"));
}

#[test]
fn columns_that_do_not_fit_are_dropped_whole_and_the_overlay_says_so() {
    for columns in 60..=200 {
        let mut session = Session::new(columns, 40);
        session.press(&[Char('2')]);
        session.run_as(|record| record.ending.outcome = Outcome::Cancelled);
        let (heading, table) = (session.table().remove(0), session.table());
        let mut rest = heading.replace(['↑', '│', '┃'], " ");
        let mut headings: Vec<&str> = COLUMNS
            .iter()
            .map(|column| column.short_heading())
            .collect();
        headings.retain(|heading| !heading.is_empty());
        headings.sort_by_key(|heading| std::cmp::Reverse(heading.len()));
        for heading in headings {
            rest = rest.replacen(&format!(" {heading} "), "  ", 1);
        }
        assert_eq!(
            rest.trim(),
            "",
            "only whole headings at {columns}: {heading}"
        );
        let words = if columns < 80 {
            " gil-threads "
        } else {
            " gil-threads (emulated) "
        };
        assert!(table[2].contains(words), "{columns}: {}", table[2]);
        assert!(table[3].contains(" cancelled "), "{}", table[3]);
    }
    let mut session = Session::new(60, 16);
    session.press(&[Char('2'), Tab, Char('C')]);
    assert!(
        session.row("[…] tasks").contains("each is executed once"),
        "what it means stays"
    );
    assert!(session.row("does not fit on this screen").contains("[…]"));
    assert!(
        session
            .row("[x] time (s)")
            .contains("from creating workers")
    );
}

/// The names of all visible columns.
fn headings(session: &Session) -> Vec<&'static str> {
    let heading = session.table().remove(0).replace(['↑', '↓'], " ");
    let is_there = |name: &&str| !name.is_empty() && heading.contains(&format!(" {name} "));
    let names = COLUMNS.iter().map(|column| column.short_heading());
    names.filter(is_there).collect()
}

#[test]
fn what_distinguishes_runs_is_there_at_every_size_and_no_column_comes_or_goes_while_one_works() {
    let apart = ["#", "work", "model", "workers", "time (s)", "speed-up"];
    for (columns, rows) in [(60, 16), (80, 24), (100, 30), (120, 40), (200, 60)] {
        let mut session = Session::new(columns, rows);
        session.press(&[Char('3')]);
        let before = headings(&session);
        assert!(
            apart.iter().all(|name| before.contains(name)),
            "{columns}: {before:?}"
        );
        assert_eq!(
            before.contains(&"tasks"),
            columns >= 80,
            "{columns}: {before:?}"
        );
        session.press_and_wait(Char('2'), 0.5);
        assert_eq!(headings(&session), before, "while it runs at {columns}");
        let mut session = Session::new(columns, rows);
        session.press(&[Char('3'), Char('2'), Char('1'), Char('4')]);
        assert_eq!(headings(&session), before, "longer words at {columns}");
        session.on_column("workers", Enter);
        session.on_column("workers", Enter);
        assert_eq!(headings(&session), before, "sorted at {columns}");
    }
}

#[test]
fn bars_of_speed_ups_have_a_scale_for_each_work() {
    let mut session = Session::new(120, 40);
    session.press(&[Char('1'), Char('3')]);
    let bar = |word: &str| ink(&session.row(word));
    assert!(bar(" io   threads ") > 10, "{}", session.table().join("\n"));
    assert_eq!(
        bar(" io   threads "),
        bar(" cpu  processes "),
        "each is the best of its work\n{}",
        session.table().join("\n")
    );
    assert!(bar(" cpu  serial ") * 2 <= bar(" cpu  processes ") + 1);
}

#[test]
fn times_from_microseconds_to_hours_keep_their_points_below_each_other() {
    for columns in [60, 80, 120] {
        let mut session = Session::new(columns, 40);
        for wall_s in [0.000_3, 1.25, 12_345.67] {
            session.run_as(|record| record.times.wall_s = wall_s);
        }
        let point = |text: &str| {
            let row = session
                .table()
                .into_iter()
                .find(|row| row.contains(text))
                .unwrap_or_else(|| panic!("{text}"));
            row[..row.find(text).unwrap()].chars().count() + text.find('.').unwrap()
        };
        let points = [point("0.000300"), point("1.250"), point("12 345.7")];
        assert!(
            points.windows(2).all(|pair| pair[0] == pair[1]),
            "{points:?}"
        );
    }
}

#[test]
fn nothing_in_the_history_moves_while_a_run_goes_on() {
    let mut session = Session::new(120, 40);
    session.press(&[Char('3')]);
    let plan = session.press_and_wait(Char('r'), 0.01);
    let others = |session: &Session| session.table()[..3].to_vec();
    let before = others(&session);
    let scenario = Scenario::new(plan, 2);
    for seconds in [9.95, 10.0, 99.9, 100.0] {
        let mut batch = scenario.batch(0, scenario.wall());
        batch.now = (seconds * 1e9) as u64;
        let _ = session.app.update(Msg::Batch(batch));
        assert_eq!(others(&session), before, "at {seconds} s");
        assert!(
            session.table()[3].contains(&format!("{seconds:.1} ")),
            "{}",
            session.table()[3]
        );
    }
}

#[test]
fn what_is_found_under_a_place_is_what_is_drawn_there() {
    for (columns, rows) in [(60, 16), (80, 24), (120, 40), (200, 60)] {
        let mut session = Session::new(columns, rows);
        session.press(&[Char('2'), Char('3'), Char('r'), Char('r'), Char('r')]);
        session.on_column(columns::TIME, Enter);
        session.press_and_wait(Char('r'), 0.5);
        let panel = session.panel();
        let drawn = session.table();
        for (row, text) in drawn.iter().enumerate().skip(1) {
            let there = row_at(
                &session.app,
                panel,
                panel.y + 1 + u16::try_from(row).unwrap(),
            );
            let number = text.split_whitespace().find_map(|word| word.parse().ok());
            let found = there.map(|there| match there {
                HistoryRow::Run(run) => run.number(),
                other => panic!("{other:?}"),
            });
            assert_eq!(found, number, "{text}");
        }
        assert!(
            row_at(&session.app, panel, panel.y + 1).is_none(),
            "the heading is no run"
        );
        for (text, id) in [("time (s)", columns::TIME), ("model", columns::MODEL)] {
            let at = drawn[0][..drawn[0].find(text).unwrap()].chars().count();
            let x = panel.x + 1 + u16::try_from(at).unwrap();
            assert_eq!(heading_at(&session.app, panel, x), Some(id));
        }
        assert_eq!(
            heading_at(&session.app, panel, panel.x + 2),
            None,
            "signs have no heading"
        );
    }
}

#[test]
fn a_history_that_does_not_fit_says_which_part_of_it_is_in_view() {
    let mut session = Session::new(80, 24);
    session.press(&[Char('r'); 12]);
    assert!(session.row("History").contains("History · 9–12 of 12 runs"));
    session.in_history().press(&[Home]);
    assert!(session.row("History").contains("History · 1–4 of 12 runs"));
}

#[test]
fn keys_zoom_and_pan_all_timelines_of_a_comparison_at_once() {
    let mut session = Session::new(120, 40);
    session.press(&[Char('3'), Char('c')]);
    let whole = session.rows();
    // In the second half of the time, only the serial run still computes.
    session.press(&[Char('+'), Char(']'), Char(']')]);
    assert!(
        session.row("Comparison").contains(" in view "),
        "{}",
        session.row("Comparison")
    );
    let bars: Vec<usize> = session
        .rows()
        .iter()
        .filter(|row| row.contains("w0 ") || row.contains("w1 "))
        .map(|row| row.chars().filter(|c| *c == '█').count())
        .collect();
    assert!(bars[0] > 100 && bars[1] <= 1 && bars[2] <= 1, "{bars:?}");
    session.press(&[Char('0')]);
    assert_eq!(session.rows(), whole);
}

#[test]
fn a_comparison_marks_baseline_and_fastest_and_names_what_speed_ups_are_over() {
    let mut session = Session::new(120, 50);
    session.press(&[Char('3'), Char('c')]);
    let heading = session.row("#2 − #1");
    assert!(
        heading.contains(" B #1 serial ") && heading.contains(" ★ #2 processes "),
        "{heading}"
    );
    assert!(session.row("speed-up over #1").contains("2.00×"));
    session
        .press(&[Esc, Char('b')])
        .in_history()
        .press(&[Home, Char('c')]);
    assert!(session.row("speed-up over #2").contains("0.50×"));
    for row in ["context switches", "start-up"] {
        assert!(session.shows(row), "{row}");
    }
}

#[test]
fn details_show_every_note_to_its_end_on_any_screen() {
    for columns in [60, 70, 80, 120] {
        let mut session = Session::new(columns, 60);
        session.press(&[Char('1')]).in_history().press(&[Enter]);
        let text: Vec<String> = session
            .rows()
            .iter()
            .flat_map(|row| row.split_whitespace().map(String::from).collect::<Vec<_>>())
            .collect();
        for end in ["end", "worker", "address", "drawing", "file", "now)"] {
            assert!(
                text.iter().any(|word| word == end),
                "{end} at {columns}: {}",
                session.rows().join("\n")
            );
        }
    }
}
