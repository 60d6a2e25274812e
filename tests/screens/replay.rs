//! Runs of a shared file look as they did where they were measured, even during a replay.

use pconc_tui::{
    app::message::ClickTarget,
    domain::history::{History, Lot},
    export::json::{self, Traces},
};

use super::{fixtures::sample, *};

#[test]
fn the_header_says_that_a_sweep_was_recorded_in_its_row_and_in_its_chart() {
    let mut session = Session::new(120, 40);
    session
        .open_sweep_form("io")
        .start_sweep(super::sweep::ALL, |_, _| {});
    let mut session = session.replayed();
    assert!(session.rows()[0].contains("recorded"), "a run of it");
    let sweep = session.app.history().sweeps()[0].number;
    let row = ClickTarget::HistoryRow(Some(sweep));
    let _ = session.app.update(Msg::Clicked(row));
    assert!(session.rows()[0].contains("recorded"), "its row");
    session.press(&[Char('s')]);
    assert!(session.app.chart().is_some());
    assert!(session.rows()[0].contains("recorded"), "its chart");
}

/// The history as the explorer reads it from a file.
pub fn through_a_file(history: &History) -> Lot {
    let shared = sample::shared(history);
    let mut text = vec![];
    json::write(
        &mut text,
        &history.here().machine,
        &shared,
        Traces::Included,
    )
    .expect("memory takes it");
    json::read(&text).expect("it was just written")
}

impl Session {
    /// The same runs from a file in another explorer.
    fn replayed(&self) -> Session {
        let app = App::new(explorer::machine(2), WorkerLimits::default()).in_session("elsewhere");
        let mut session = Session {
            app: app.replaying(through_a_file(self.app.history())),
            size: self.size,
        };
        let (columns, rows) = self.size;
        let _ = session.app.update(Msg::Resized { columns, rows });
        let _ = session.app.update(Msg::Calibrated(Speed::uniform(40e6)));
        session
    }

    /// Everything except the place of the recording, the form and the footer.
    fn panels(&self) -> Vec<String> {
        let mut rows = self.rows();
        rows.pop();
        let is_border = |c: char| "╭┏".contains(c);
        let form = rows.get(3).filter(|row| row.contains("Plan"));
        let width = form
            .and_then(|row| row.chars().skip(1).position(is_border))
            .map_or(0, |at| at + 1);
        let cores = rows
            .iter()
            .position(|row| row.contains(" Cores "))
            .unwrap_or(3);
        // A recorded run has its machine below the headline, and the history has it above its runs.
        let told = |(y, row): &(usize, String)| ![0, 2].contains(y) && !row.contains("recorded on");
        let masked = rows.into_iter().enumerate().filter(told).map(|(y, row)| {
            let hidden = if (3..cores).contains(&y) { width } else { 0 };
            let row: String = row.chars().skip(hidden).collect();
            row.replace("recorded ──", "usable ────")
        });
        masked
            .filter(|row| row.contains(|c: char| !" ┃│".contains(c)))
            .collect()
    }

    /// Lets time pass in a replayed run until it is over.
    fn play_on(&mut self) {
        for _ in 0..100_000 {
            if !self.app.is_playing() {
                return;
            }
            assert!(self.app.update(Msg::Tick(50_000_000)).is_empty());
        }
        panic!("it never ends");
    }
}

#[test]
fn a_replay_draws_the_same_cells_as_the_live_end_state() {
    for key in ['1', '2', '3', '4'] {
        for (columns, rows) in SIZES {
            let mut live = Session::new(columns, rows);
            live.press(&[Char(key)]);
            live.focus(Panel::History);
            let mut replayed = live.replayed();
            for view in [None, Some('v'), Some('e')] {
                view.iter().for_each(|key| {
                    live.press(&[Char(*key)]);
                    replayed.press(&[Char(*key)]);
                });
                assert_eq!(
                    replayed.panels(),
                    live.panels(),
                    "{key} {view:?} {columns}×{rows}"
                );
            }
        }
    }
}

#[test]
fn played_to_its_end_a_run_is_drawn_as_it_was_before() {
    for key in ['1', '2', '3'] {
        for (columns, rows) in SIZES {
            let mut session = Session::new(columns, rows);
            session.press(&[Char(key)]);
            session.focus(Panel::History);
            let before = session.rows();
            session.press(&[Char('p')]);
            assert_ne!(session.rows(), before, "at its begin");
            session.play_on();
            assert!(session.shows("Space"), "it can be played again");
            session.press(&[Esc]);
            assert_eq!(session.rows(), before, "{key} {columns}×{rows}");
        }
    }
}

#[test]
fn while_it_is_played_a_run_looks_as_when_it_was_on() {
    for key in ['r', '2'] {
        for (columns, rows) in SIZES {
            let mut live = Session::new(columns, rows);
            let plan = live.press_and_wait(Char(key), 0.5);
            let scenario = Scenario::new(plan, 2);
            let then: Vec<String> = live
                .rows()
                .into_iter()
                .filter(|row| row.contains("w0 "))
                .collect();
            let headline = live.app.headline().to_string();
            // The rest of the run.
            let _ = live.app.update(Msg::Batch(
                scenario.batch((scenario.wall() as f64 * 0.5) as u64, scenario.wall()),
            ));
            let effects = live.app.update(Msg::Concluded(Box::new(scenario.record())));
            assert!(
                !effects
                    .iter()
                    .any(|effect| matches!(effect, Effect::Start(_)))
                    || key == '2'
            );
            if key == '2' {
                // The user looks at the pair's first run while no run is in progress.
                live.play(effects);
                live.focus(Panel::History);
                live.press(&[Up]);
            }
            live.press(&[Char('p')]);
            let half = 25;
            live.press(&[Right; 25]);
            let playback = live.app.playback().expect("it is played");
            assert!(!playback.is_on, "who steps looks, for {half} steps");
            let played: Vec<String> = live
                .rows()
                .into_iter()
                .filter(|row| row.contains("w0 "))
                .collect();
            assert_eq!(live.app.headline(), headline);
            assert_eq!(played.len(), then.len());
            for (played, then) in played.iter().zip(&then) {
                assert!(
                    ink(played).abs_diff(ink(then)) <= 8,
                    "{columns}×{rows}\n{played}\n{then}"
                );
            }
        }
    }
}

#[test]
fn that_a_run_was_recorded_elsewhere_stands_on_every_screen() {
    for (columns, rows) in SIZES {
        let mut live = Session::new(columns, rows);
        live.press(&[Char('3')]);
        let mut session = live.replayed();
        assert!(
            session.rows()[0].contains("recorded"),
            "{columns}×{rows}: {}",
            session.rows()[0]
        );
        assert!(
            columns < 120
                || session.rows()[0].contains("recorded on Sample CPU, 2 cores, 2026-06-01")
        );
        session.press(&[Char('p')]);
        assert!(
            session.rows()[0].contains(" recorded, playing"),
            "{columns}×{rows}: {}",
            session.rows()[0]
        );
        session.press(&[Esc, Char('c')]);
        assert!(
            session.shows("recorded"),
            "compared at {columns}×{rows}:\n{}",
            session.rows().join("\n")
        );
    }
}

#[test]
fn own_runs_are_measured_beside_recorded_ones_without_a_speedup_between_them() {
    let mut live = Session::new(120, 40);
    live.press(&[Char('3')]);
    let mut session = live.replayed();
    session.press(&[Char('r')]);
    let own = session.app.history().entries().last().unwrap();
    assert_eq!(
        (own.number, own.assessment.speedup, own.assessment.baseline),
        (7, None, None)
    );
    assert!(!session.rows()[0].contains("recorded"));
    assert!(
        session
            .app
            .history()
            .get(2)
            .unwrap()
            .assessment
            .speedup
            .is_some(),
        "where it was measured there was a baseline"
    );
}

#[test]
fn the_cursor_stays_on_its_worker_while_a_played_run_sorts_its_rows_anew() {
    let changes_its_row = |row: usize| {
        let mut session = Session::new(120, 40);
        session.press(&[Char('1')]).focus(Panel::Timeline);
        session.press(&[Char('w'), Char('p')]);
        let _ = session.app.update(Msg::Tick(10_000_000));
        let row = Some(row);
        let clicked = ClickTarget::Moment { row, at: 1_000_000 };
        let _ = session.app.update(Msg::Clicked(clicked));
        let under = |session: &Session| session.app.inspection().unwrap().worker.unwrap();
        let (worker, mut rows) = (under(&session), vec![]);
        for _ in 0..60 {
            let _ = session.app.update(Msg::Tick(250_000_000));
            assert_eq!(under(&session), worker);
            rows.push(session.app.timeline().row);
        }
        rows.dedup();
        rows.len() > 1
    };
    assert!((0..6).any(changes_its_row), "no row is sorted anew");
}
