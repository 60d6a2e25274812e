//! The teaching layout: the runs that it lists, and the baselines that its figures name.

use pconc_tui::app::screen::Panel;

use super::*;

/// The teaching layout at this size after runs of the form's plan that took these times.
fn after(columns: u16, rows: u16, walls_s: &[f64]) -> Session {
    let mut session = Session::new(columns, rows);
    session.press(&[Char('P')]);
    for wall_s in walls_s {
        let plan = session.press_and_wait(Char('r'), 0.5);
        let mut record = Scenario::new(plan, 2).record();
        record.times.wall_s = *wall_s;
        let _ = session.app.update(Msg::Concluded(Box::new(record)));
    }
    session
}

fn in_history(session: &mut Session) -> &mut Session {
    while session.app.focus().panel != Panel::History {
        session.press(&[Tab]);
    }
    session
}

/// The numbers of the listed runs from the first row down, and whether each one is selected.
fn listed(session: &Session) -> Vec<(usize, bool)> {
    let run = |row: String| {
        let number: String = row.chars().skip(5).take(4).collect();
        let number = number.trim_start().strip_prefix('#')?.parse().ok()?;
        Some((number, row.starts_with(" ▸")))
    };
    session.rows().into_iter().filter_map(run).collect()
}

#[test]
fn the_runs_are_listed_in_the_shown_order_and_the_arrows_go_from_row_to_row() {
    for (columns, rows) in SIZES {
        let mut session = after(columns, rows, &[2.0, 0.5, 1.0, 3.0, 0.7]);
        // Sorted by time, the shortest first.
        in_history(&mut session)
            .press(&[Char('C'), Home])
            .press(&[Down; 7])
            .press(&[Enter, Esc, Char('g')]);
        let order = [2, 5, 3, 1, 4];
        assert_eq!(session.app.browse().order(), order);
        for (at, number) in order.into_iter().enumerate() {
            let listed = listed(&session);
            let numbers: Vec<usize> = listed.iter().map(|run| run.0).collect();
            assert!(numbers.len() >= 2, "{numbers:?} at {columns}×{rows}");
            assert!(
                order.windows(numbers.len()).any(|part| part == numbers),
                "{numbers:?}"
            );
            let chosen: Vec<_> = listed.iter().filter(|run| run.1).map(|run| run.0).collect();
            assert_eq!(
                chosen,
                [number],
                "row {at} is in view and has the sign, at {columns}×{rows}"
            );
            session.press(&[Down]);
        }
    }
}

#[test]
fn the_run_that_is_on_is_listed_below_all_others() {
    for (columns, rows) in SIZES {
        let mut session = after(columns, rows, &[1.0, 2.0, 3.0]);
        session.press_and_wait(Char('r'), 0.5);
        assert_eq!(
            listed(&session).last(),
            Some(&(4, true)),
            "at {columns}×{rows}"
        );
    }
}

#[test]
fn the_speed_up_is_captioned_with_the_baseline_that_the_verdict_names() {
    for (columns, rows) in SIZES {
        let mut session = Session::new(columns, rows);
        session.press(&[Char('P'), Char('2'), Char('3')]);
        assert!(columns < 80 || session.shows("speed-up over serial"));
        in_history(&mut session).press(&[Up, Up, Char('b')]);
        assert!(session.shows("the baseline"), "at {columns}×{rows}");
        session.press(&[Down, Down]);
        assert!(
            session.rows()[1..5]
                .iter()
                .any(|row| row.contains("faster than #2 gil-threads"))
        );
        let caption = if columns < 100 {
            "speed-up over #2"
        } else {
            "speed-up over #2 gil-threads"
        };
        assert!(session.shows(caption), "{}", session.rows().join("\n"));
        assert!(!session.shows("over serial"));
    }
}

#[test]
fn without_a_baseline_the_figure_says_that_there_is_none() {
    for (columns, rows) in SIZES {
        assert!(
            after(columns, rows, &[1.0]).shows("no baseline yet"),
            "at {columns}×{rows}"
        );
    }
}
