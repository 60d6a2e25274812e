//! A closer look: the cursor in the timeline, the lines below it, the frozen timeline.

use pconc_tui::{
    app::screen::Panel,
    domain::record::{TaskOutcome, TaskRecord},
};

use super::*;

#[test]
fn the_cursor_says_what_its_worker_did_when_on_which_task() {
    for (columns, rows) in SIZES {
        let mut session = Session::new(columns, rows);
        session.press(&[Char('2')]);
        session.press(&[Tab; 5]);
        while !session.shows("▸w0") {
            session.press(&[Tab]);
        }
        session.press(&[Home, Char('.'), Char('.'), Down]);
        let told = session.row(" 7.000 ms  ");
        assert!(
            told.contains(" w1 ") && told.contains("█ computing 5.00 ms"),
            "{columns}×{rows}: {told}"
        );
        assert!(told.contains("core 1"), "{columns}×{rows}: {told}");
        assert!(columns < 80 || told.contains("(7.000–12.000 ms)"), "{told}");
        let task = session.row("task 1  ");
        assert!(
            columns < 80 || task.matches("150 ms").count() == 2,
            "{task}"
        );
        assert!(
            columns < 200 || (task.contains("gil") && task.contains("computing")),
            "{task}"
        );
    }
}

#[test]
fn no_bar_moves_for_the_cursor() {
    for (columns, rows) in SIZES {
        let mut session = Session::new(columns, rows);
        session.press(&[Char('1')]);
        while session.app.focus().panel != Panel::Timeline {
            session.press(&[Tab]);
        }
        let lanes = |session: &Session| {
            let rows = session.rows();
            let is_lane = |row: &&String| row.starts_with('┃') && row.contains(" w");
            rows.iter()
                .filter(is_lane)
                .map(|row| row.chars().take(14).collect())
                .collect()
        };
        let before: Vec<String> = lanes(&session);
        session.press(&[Right]);
        assert!(session.app.inspection().is_some());
        assert_eq!(lanes(&session), before, "{columns}×{rows}");
    }
}

#[test]
fn a_thin_line_stands_in_the_bar_of_the_row_above_the_tip_on_the_axis_and_adds_no_ink() {
    let mut session = Session::new(80, 24);
    session.press(&[Char('2')]);
    let before = session.rows();
    session.press(&[Right, Down]);
    let rows = session.rows();
    let tip = rows
        .iter()
        .find_map(|row| row.chars().position(|cell| cell == '▲'))
        .unwrap();
    let line: Vec<usize> = (3..20)
        .filter(|y| rows[*y].chars().nth(tip) == Some('│'))
        .collect();
    let named = rows.iter().position(|row| row.contains("▸w1")).unwrap();
    assert!(line.contains(&named) && line.len() == 2, "{line:?} {named}");
    for y in line {
        assert!(ink(&rows[y]) <= ink(&before[y]));
    }
    session.press(&[Esc]);
    let total = |rows: &[String]| -> usize { rows[3..15].iter().map(|row| ink(row)).sum() };
    assert_eq!(total(&session.rows()), total(&before), "Esc takes it away");
    assert!(!session.shows("▲"));
}

#[test]
fn a_task_of_io_says_how_long_it_fetched_and_how_long_it_wrote_or_why_it_failed() {
    let mut session = Session::new(120, 40);
    let plan = session.press_and_wait(Char('1'), 1.0);
    let mut record = Scenario::new(plan, 2).record();
    let failed = TaskRecord {
        task: 1,
        worker: 0,
        start_s: 0.5,
        end_s: Some(0.6),
        outcome: TaskOutcome::Failed,
        error: Some("the server said 500".into()),
    };
    record.ending.failures = vec![failed];
    record.ending.tasks_failed = 1;
    let _ = session.app.update(Msg::Concluded(Box::new(record)));
    // Goes to the history, its first row, the timeline.
    session.press(&[Char('f'), BackTab, Up, Tab, Tab, Home, Char('t')]);
    let first = session.row("task 0  ");
    assert!(
        first.contains("fetched in ") && first.contains("written in 20.0 ms"),
        "{first}"
    );
    assert!(session.row("w0 ").contains('✗'));
    session.press(&[Char('t')]);
    let second = session.row("task 1  ");
    assert!(
        second.contains("failed because: the server said 500"),
        "{second}"
    );
}

#[test]
fn a_frozen_timeline_says_so_and_how_it_continues() {
    let mut session = Session::new(120, 40);
    let plan = session.press_and_wait(Char('2'), 0.5);
    session.press(&[Char(' ')]);
    let frozen = session.row("w0 ");
    assert!(session.row("Timeline").contains("frozen: Space continues"));
    assert!(session.shows("Space continue ") && !session.shows("Space freeze"));
    assert!(session.rows()[0].contains("frozen, run goes on 0.6 s"));
    let scenario = Scenario::new(plan, 2);
    let _ = session.app.update(Msg::Batch(
        scenario.batch(scenario.wall() / 2, scenario.wall() * 6 / 10),
    ));
    assert_eq!(session.row("w0 "), frozen);
    session.press(&[Char(' ')]);
    assert_ne!(session.row("w0 "), frozen);
    assert!(!session.row("Timeline").contains("frozen"));
}

#[test]
fn the_header_says_that_a_run_of_a_sweep_is_frozen_beside_the_sweeps_chart_too() {
    let mut session = Session::new(120, 40);
    session.open_sweep_form("cpu").start_sweep(3, |_, _| {});
    session.press(&[Esc, Char(' ')]);
    assert!(session.rows()[0].contains("frozen, run goes on"));
    session.press(&[Char('s')]);
    assert!(session.shows("by number of workers"), "the chart");
    assert!(session.rows()[0].contains("frozen, run goes on"));
}

#[test]
fn the_view_by_core_names_the_worker_that_each_core_ran_and_counts_migrations() {
    for (columns, rows) in SIZES {
        let mut session = Session::new(columns, rows);
        session.press(&[Char('3'), Char('v')]);
        assert!(
            session.row("Timeline").contains("by core · 0 migrations"),
            "{columns}×{rows}"
        );
        let core = |number: u16| {
            let (long, short) = (format!("core {number}"), format!("c{number} "));
            let rows = session.rows();
            let at = rows
                .iter()
                .position(|row| row.contains(&long) || row.contains(&short))
                .unwrap();
            // The workers' numbers are in the top row of a bar, its name is beside the bottom row.
            rows[at.saturating_sub(11)..=at].join("\n")
        };
        assert!(
            core(0).contains("w0") && core(1).contains("w1"),
            "{}",
            session.rows().join("\n")
        );
        assert!(ink(&core(0)) > 20 && ink(&core(1)) > 20);
        session.press(&[Char('v')]);
        assert!(session.row("Timeline").contains("by worker"));
    }
}

#[test]
fn in_the_view_by_core_the_cursor_names_the_worker_that_the_core_ran() {
    let mut session = Session::new(80, 24);
    session.press(&[Char('3'), Char('v'), Right, Down]);
    let told = session.row("core 1 at ");
    assert!(told.contains("w1 █ computing"), "{told}");
    assert!(session.row("task 3  ").contains("█ computing 148 ms"));
}
