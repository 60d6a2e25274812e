//! A comparison of runs that were repeated: two, three and seven columns, at every size.

use std::sync::Arc;

use pconc_tui::{
    catalog::{model::Model, workload::Workload::Cpu},
    domain::{
        history::RunEntry,
        provenance::{Origin, Provenance},
        record::CampaignPart,
        trace::Trace,
    },
};

use super::*;
use crate::fixtures::sample::plan;

const SIZES: [(u16, u16); 4] = [(60, 16), (80, 24), (120, 40), (200, 60)];

/// The configurations that a campaign measured five times each. The first of the five runs is the median.
const CONFIGURATIONS: [(Model, u64); 7] = [
    (Model::Serial, 1),
    (Model::Processes, 2),
    (Model::GilThreads, 4),
    (Model::Threads, 2),
    (Model::Processes, 4),
    (Model::Rayon, 4),
    (Model::GilThreads, 2),
];

fn measured(number: usize, (model, workers): (Model, u64), round: u32, factor: f64) -> RunEntry {
    let scenario = Scenario::new(plan(Cpu, model, workers), 4);
    let mut trace = Trace::new(scenario.plan().workers);
    trace.apply(scenario.batch(0, scenario.wall()));
    trace.conclude(scenario.wall());
    let mut record = scenario.record();
    record.times.wall_s *= factor;
    record.campaign = Some(CampaignPart {
        id: "campaign".into(),
        round,
        in_turn: false,
    });
    let provenance = Provenance {
        origin: Origin::Earlier,
        session: "earlier".into(),
        machine: explorer::machine(4),
    };
    RunEntry::new(number, None, Arc::new(provenance), record, Some(trace))
}

/// A comparison of this many configurations.
fn compared(columns: u16, rows: u16, configurations: usize) -> Session {
    let mut session = Session::on(4, columns, rows);
    let repeats = CONFIGURATIONS[..configurations]
        .iter()
        .flat_map(|configuration| {
            let rounds = (1..).zip([1.0, 0.99, 1.01, 1.004, 0.997]);
            rounds.map(|(round, factor)| (*configuration, round, factor))
        });
    let runs = (1..).zip(repeats);
    let runs = runs.map(|(number, (configuration, round, factor))| {
        measured(number, configuration, round, factor)
    });
    let _ = session
        .app
        .update(Msg::Earlier(explorer::lot(runs.collect())));
    session.in_history().press(&[Char('H'), Home, Char('m')]);
    for _ in 1..configurations {
        session.press(&[Down, Down, Down, Down, Down, Char('m')]);
    }
    session.press(&[Char('c')]);
    session
}

#[test]
fn at_every_size_the_sentence_and_the_first_rows_of_the_table_are_there() {
    for (columns, rows) in SIZES {
        for configurations in [2, 3, 7] {
            let session = compared(columns, rows, configurations);
            let screen = session.rows().join("\n");
            let whole: String = screen
                .split(['┃', '\n'])
                .map(|row| row.trim_end().to_string() + " ")
                .collect();
            let text = whole.split_whitespace().collect::<Vec<_>>().join(" ");
            if configurations == 3 && [(80, 24), (120, 40)].contains(&(columns, rows)) {
                let name = format!("compared-{configurations}-{columns}x{rows}");
                insta::assert_snapshot!(name, screen);
            }
            assert!(text.contains("faster than #1 serial"), "{screen}");
            assert!(
                text.contains(&format!("Comparison of {configurations} runs")),
                "{screen}"
            );
            assert!(!text.contains("single run"), "{screen}");
            assert!(rows < 24 || text.contains("95 % interval"), "{screen}");
        }
    }
}

#[test]
fn the_table_shows_every_run_for_which_there_is_room_under_its_number() {
    for (columns, rows, runs) in [(60, 40, 2), (80, 24, 3), (120, 40, 7), (200, 60, 7)] {
        let session = compared(columns, rows, runs);
        let screen = session.rows().join("\n");
        for run in 0..runs {
            let number = format!("#{} ", 5 * run + 1);
            let is_heading = |row: &&str| row.matches('#').count() == runs && row.contains(&number);
            assert!(
                screen.lines().any(|row| is_heading(&row)),
                "{number}at {columns}\n{screen}"
            );
        }
        assert!(!screen.contains("too narrow"), "{screen}");
    }
}

#[test]
fn on_a_large_screen_the_table_stands_beside_the_timelines() {
    let session = compared(200, 60, 3);
    let beside = |row: &String| row.contains('█') && row.contains(" s ");
    assert!(
        session.rows().iter().any(beside),
        "{}",
        session.rows().join("\n")
    );
    let row = session.row("start-up");
    assert!(
        row.trim_end_matches(['┃', ' ']).chars().count() > 190,
        "at the right edge: {row}"
    );
    assert!(
        !session.rows().iter().any(|row| row.ends_with("↓ ┃")),
        "all of it is in view"
    );
}

#[test]
fn b_makes_the_next_run_the_baseline_and_every_number_follows() {
    let mut session = compared(120, 60, 2);
    assert!(
        session.shows("#6 processes is 2.0"),
        "{}",
        session.rows().join("\n")
    );
    assert!(session.row("speed-up over #1").contains("1.00×") && session.shows("#6 − #1"));
    session.press(&[Char('b')]);
    assert!(session.shows("#1 serial is ") && session.shows(") slower than #6 processes"));
    assert!(session.row("speed-up over #6").contains("1.00×") && session.shows("#1 − #6"));
    session.press(&[Char('b')]);
    assert!(session.shows("speed-up over #1") && session.shows("#6 processes is "));
}

#[test]
fn what_the_marks_mean_and_why_a_run_is_doubted_stands_in_the_comparison() {
    let mut session = compared(120, 60, 2);
    session.press(&[Char('b')]);
    assert!(
        session
            .rows()
            .iter()
            .any(|row| row.starts_with('┗') && row.contains("B baseline"))
    );
    session.press(&[Esc]);
    let mut run = measured(11, CONFIGURATIONS[3], 1, 1.0);
    run.record.id = "another".into();
    let text = "the machine slept for 3 s during the run: measure again".to_string();
    run.record.measurement.caveats.push(Caveat {
        kind: CaveatKind::Suspended,
        text,
    });
    let _ = session.app.update(Msg::Earlier(explorer::lot(vec![run])));
    session.press(&[End, Char('m'), Char('c')]);
    assert!(
        session
            .rows()
            .iter()
            .any(|row| row.starts_with('┗') && row.contains("! has caveats"))
    );
    assert!(
        session.shows("! #11: the machine slept for 3 s"),
        "{}",
        session.rows().join("\n")
    );
}
