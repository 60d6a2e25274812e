//! Runs that this session did not measure, and what the history does to rows: filters, names, removals.

use pconc_tui::domain::{
    history::{Lot, TraceState},
    provenance::Origin,
    trace::Trace,
};
use proptest::prelude::*;

use super::*;

impl Session {
    fn tell_earlier(&mut self, lot: Lot) -> &mut Session {
        let _ = self.app.update(Msg::Earlier(lot));
        self
    }

    fn with_earlier(&mut self, runs: usize) -> &mut Session {
        let numbers: Vec<usize> = (1..=runs).collect();
        self.tell_earlier(explorer::earlier(Origin::Earlier, &numbers, None))
    }

    fn type_text(&mut self, text: &str) -> &mut Session {
        let keys: Vec<Key> = text.chars().map(Char).collect();
        self.press(&keys)
    }

    fn go_to_history(&mut self) -> &mut Session {
        for _ in 0..5 {
            if self.app.focus().panel != pconc_tui::app::screen::Panel::History {
                self.press(&[Tab]);
            }
        }
        self
    }

    fn order(&self) -> &[usize] {
        self.app.browse().order()
    }

    fn chosen(&self) -> Option<usize> {
        self.app.browse().selected()
    }
}

#[test]
fn a_class_starts_clean_and_the_title_says_what_there_is_besides() {
    for (columns, rows) in [(60, 16), (80, 24), (120, 40)] {
        let mut session = Session::new(columns, rows);
        session.with_earlier(42);
        assert!(session.order().is_empty());
        assert!(
            session.row("History").contains("H shows 42 earlier runs"),
            "{}",
            session.row("History")
        );
        session.press(&[Char('3')]);
        assert_eq!(session.order(), [43, 44]);
        session.press(&[Char('H')]);
        assert_eq!(session.order().len(), 44);
        session.press(&[Char('H')]);
        assert_eq!(
            (session.order(), session.chosen()),
            (&[43, 44][..], Some(44))
        );
    }
}

#[test]
fn without_a_run_of_its_own_the_history_says_how_to_see_the_others() {
    let mut session = Session::new(120, 40);
    session.press(&[Char('H')]);
    assert!(session.shows("there are no runs of earlier sessions"));
    session.with_earlier(42);
    assert!(session.shows("H shows 42"), "{}", session.rows().join("\n"));
}

#[test]
fn sessions_have_headings_in_the_order_of_numbers_and_none_in_any_other() {
    let mut session = Session::new(120, 40);
    let earlier = |numbers: &[usize], id| explorer::earlier(Origin::Earlier, numbers, Some(id));
    session
        .tell_earlier(earlier(&[1, 2], "a"))
        .tell_earlier(earlier(&[3, 4], "b"));
    session.tell_earlier(explorer::earlier(Origin::Recorded, &[5], Some("c")));
    session
        .press(&[Char('r'), Char('H')])
        .go_to_history()
        .press(&[Char('e')]);
    let headings = |session: &Session| -> Vec<String> {
        let rows = session
            .rows()
            .into_iter()
            .filter(|row| row.contains("─ 2026") || row.contains("─ this"));
        rows.map(|row| row.trim_matches(['┃', '─', ' ']).to_string())
            .collect()
    };
    let expected = [
        "2026-05-14 09:30 UTC · this machine",
        "2026-05-14 09:30 UTC · this machine",
        "2026-05-14 09:30 UTC · recorded on Other CPU, 4 cores, Linux 6.12",
        "this session",
    ];
    assert_eq!(headings(&session), expected);
    session.press(&[Char('C'), Home, Down, Down, Down, Down, Enter, Esc]);
    assert!(
        headings(&session).is_empty(),
        "sorted by model: {:?}",
        headings(&session)
    );
}

#[test]
fn a_run_of_another_machine_says_so_and_has_no_speed_up_over_runs_of_this_one() {
    let mut session = Session::new(120, 40);
    session.tell_earlier(explorer::earlier(Origin::Recorded, &[1, 2], None));
    session
        .press(&[Char('3')])
        .go_to_history()
        .press(&[Home, Char('b')]);
    let baselines: Vec<Option<usize>> = session
        .app
        .history()
        .entries()
        .iter()
        .map(|entry| entry.assessment.baseline.map(|baseline| baseline.number))
        .collect();
    assert_eq!(baselines[..4], [Some(1), Some(1), Some(3), Some(3)]);
    assert!(session.shows("recorded on Other CPU, 4 cores, Linux 6.12, 2026-05-14 09:30 UTC"));
    session.press(&[Enter]);
    let told = session
        .rows()
        .into_iter()
        .filter(|row| row.contains("recorded on Other CPU"))
        .count();
    assert!(
        told >= 2,
        "header and details: {}",
        session.rows().join("\n")
    );
}

#[test]
fn where_sessions_have_no_headings_runs_of_another_machine_have_a_sign() {
    let mut session = Session::new(80, 24);
    session.with_earlier(2);
    session.tell_earlier(explorer::earlier(Origin::Recorded, &[3], Some("c")));
    session.press(&[Char('H')]);
    assert!(session.row("≠ another machine").contains('┗'));
    let signed = session
        .rows()
        .iter()
        .filter(|row| row.contains("≠  "))
        .count();
    assert_eq!(signed, 1, "{}", session.rows().join("\n"));
    session.press(&[Char('e')]);
    assert!(!session.shows("≠"), "the headings say where");
}

#[test]
fn a_trace_that_is_missing_says_why_everywhere_and_one_that_comes_is_drawn() {
    for (columns, rows) in [(60, 16), (80, 24), (120, 40), (200, 60)] {
        let mut session = Session::new(columns, rows);
        session
            .with_earlier(4)
            .press(&[Char('H')])
            .go_to_history()
            .press(&[Home]);
        assert!(session.shows("loading the timeline…"));
        // The keys for looking closer find nothing to show.
        session.press(&[
            Tab,
            Left,
            Right,
            Char('.'),
            Char('t'),
            Char('n'),
            Char('+'),
            Char('v'),
            Char('z'),
        ]);
        session.press(&[Char('e')]);
        assert!(session.shows("loading the timeline…"));
        session.press(&[Char('e'), Char('P')]);
        assert!(session.shows("loading the timeline…"));
        session
            .press(&[Char('P')])
            .go_to_history()
            .press(&[Down, Char('c')]);
        assert!(
            session.row("#2 cpu").contains("gil-threads") && session.shows("loading the timeline…")
        );
        session.press(&[Esc]);
        let gone = "its timeline was removed to save space; all numbers are kept";
        let _ = session.app.update(Msg::TraceRead {
            number: 1,
            trace: Err(gone.into()),
        });
        session.press(&[Home]);
        assert!(session.shows("its timeline was removed to save space"));
        let record = &session.app.history().get(2).unwrap().record;
        let run = Scenario::new(record.plan.clone(), 2);
        let mut trace = Trace::new(record.plan.workers);
        trace.apply(run.batch(0, run.wall()));
        trace.conclude(run.wall());
        let _ = session.app.update(Msg::TraceRead {
            number: 2,
            trace: Ok(Box::new(trace)),
        });
        session.press(&[Down]);
        assert!(
            session.shows("w0") && !session.shows("reading"),
            "{}",
            session.rows().join("\n")
        );
    }
}

#[test]
fn what_is_typed_filters_at_once_enter_keeps_it_and_esc_brings_all_back() {
    let mut session = Session::new(120, 40);
    session
        .with_earlier(10)
        .press(&[Char('H'), Char('3')])
        .go_to_history();
    assert_eq!(session.chosen(), Some(12));
    session.type_text("/serial");
    assert_eq!(session.order(), [1, 3, 5, 7, 9, 11]);
    assert_eq!(session.chosen(), Some(11), "the nearest that is shown");
    session.press(&[Up, Up]);
    assert_eq!(session.chosen(), Some(7));
    session.press(&[Enter, Char('m'), Down]);
    assert_eq!(
        (session.app.browse().marked(), session.chosen()),
        (&[7][..], Some(9)),
        "keys mean keys again"
    );
    session.press(&[Char('/'), Ctrl('u')]);
    assert_eq!(session.order().len(), 12);
    session.type_text("#3");
    assert_eq!(session.order(), [3]);
    session.press(&[Esc]);
    assert_eq!(
        (session.order().len(), session.chosen()),
        (12, Some(12)),
        "as it was before"
    );
}

#[test]
fn a_run_that_is_on_stays_in_the_filtered_history_and_what_comes_of_it_does_too() {
    let mut session = Session::new(120, 40);
    session
        .press(&[Char('3'), Char('r')])
        .type_text("/gil")
        .press(&[Enter]);
    assert!(session.order().is_empty() && session.shows("No run matches ‘gil’"));
    let plan = session.press_and_wait(Char('r'), 0.5);
    assert!(
        session.row("%").contains("processes") || session.shows("running"),
        "{}",
        session.rows().join("\n")
    );
    let record = Scenario::new(plan, 2).record();
    let _ = session.app.update(Msg::Concluded(Box::new(record)));
    assert_eq!((session.order(), session.chosen()), (&[8][..], Some(8)));
    session.press(&[Esc]);
    assert_eq!(session.order(), [1, 2, 7, 8]);
}

#[test]
fn a_name_is_typed_in_place_shown_everywhere_and_kept() {
    let mut session = Session::new(120, 40);
    session
        .press(&[Char('3')])
        .go_to_history()
        .type_text("nboth cores");
    let effects = session.app.update(Msg::Key(Enter));
    assert_eq!(effects, [Effect::Rename(2, Some("both cores".into()))]);
    assert!(
        session.rows()[0].contains("#2 both cores: cpu"),
        "{}",
        session.rows()[0]
    );
    assert!(session.row("★").contains("both cores") && session.row("speed-up ").contains("name"));
    session.press(&[Enter]);
    let headed = session
        .rows()
        .iter()
        .filter(|row| row.contains("#2 both cores: cpu"))
        .count();
    assert_eq!(headed, 2, "the details, too");
    session.press(&[Esc, Char('c')]);
    assert!(session.row("#2 − #1").contains("#2 both cores"));
    session
        .press(&[Esc, Home, Char('n')])
        .type_text("both cores")
        .press(&[Enter]);
    assert!(session.shows("#2 already has that name"));
    session
        .press(&[Ctrl('u')])
        .type_text("1..2")
        .press(&[Enter]);
    assert!(session.shows("would mean a range of runs") && session.shows("Name of #"));
    session.press(&[Esc]);
    assert!(!session.shows("Name of #") && !session.shows("range of runs"));
    session.press(&[End, Char('n'), Ctrl('u')]);
    assert_eq!(
        session.app.update(Msg::Key(Enter)),
        [Effect::Rename(2, None)]
    );
    assert!(!session.row("speed-up ").contains("name"));
}

#[test]
fn runs_of_a_shared_file_are_named_and_removed_here_and_nowhere_else() {
    let mut session = Session::new(120, 40);
    session
        .tell_earlier(explorer::earlier(Origin::Recorded, &[1, 2], None))
        .go_to_history()
        .press(&[Home]);
    session.type_text("nx");
    assert_eq!(session.app.update(Msg::Key(Enter)), []);
    assert_eq!(session.app.update(Msg::Key(Char('D'))), []);
    assert_eq!(session.order(), [2]);
}

#[test]
fn removing_needs_no_question_as_u_brings_back_exactly_what_was_there() {
    let mut session = Session::new(120, 40);
    session
        .press(&[Char('3'), Char('r'), Char('r')])
        .go_to_history();
    session.press(&[Home, Down, Char('b'), Char('m'), Down, Char('m')]);
    let before = session.rows();
    assert_eq!(
        session.app.update(Msg::Key(Char('D'))),
        [Effect::Remove(vec![2, 7, 3, 6])]
    );
    assert!(
        session.shows("removed #2, #7. u brings them back"),
        "{}",
        session.rows()[2]
    );
    assert_eq!((session.order(), session.chosen()), (&[1, 8][..], Some(8)));
    assert_eq!(
        session
            .app
            .history()
            .get(8)
            .unwrap()
            .assessment
            .baseline
            .unwrap()
            .number,
        1,
        "serial again"
    );
    assert_eq!(
        session.app.update(Msg::Key(Char('D'))),
        [Effect::Remove(vec![8])]
    );
    assert_eq!(session.chosen(), Some(1));
    assert_eq!(
        session.app.update(Msg::Key(Char('u'))),
        [Effect::Restore(vec![8])]
    );
    assert_eq!(
        session.app.update(Msg::Key(Char('u'))),
        [Effect::Restore(vec![2, 3, 6, 7])]
    );
    session.press(&[Down, Esc]);
    assert_eq!(session.rows(), before);
    session.press(&[Char('u')]);
    assert!(session.shows("nothing was removed that could come back"));
}

#[test]
fn a_number_is_never_given_twice_and_a_run_that_goes_on_is_not_removed() {
    let mut session = Session::new(120, 40);
    session
        .press(&[Char('3')])
        .go_to_history()
        .press(&[End, Char('D'), Char('r')]);
    assert_eq!(session.order(), [1, 7]);
    session.press_and_wait(Char('r'), 0.5);
    session.press(&[Char('D')]);
    assert!(session.app.is_running() && session.shows("this run is not finished. x stops it"));
    assert_eq!(session.order(), [1, 7]);
}

#[test]
fn what_is_drawn_of_ten_thousand_runs_are_the_rows_in_view() {
    let mut session = Session::new(120, 40);
    session
        .with_earlier(10_000)
        .press(&[Char('H')])
        .go_to_history()
        .press(&[Home]);
    let panel = frame::layout::panels(
        ratatui::layout::Rect::new(0, 0, 120, 40),
        session.app.screen(),
        session.app.focus(),
    )
    .history;
    let shown = |session: &Session| {
        (0..40)
            .filter(|y| {
                pconc_tui::app::screens::history::view::row_at(&session.app, panel, *y).is_some()
            })
            .count()
    };
    assert_eq!(shown(&session), usize::from(panel.height) - 3);
    assert!(
        session
            .row("History")
            .contains("History · 1–6 of 10 000 runs"),
        "{}",
        session.row("History")
    );
    session.press(&[End]);
    assert!(
        session
            .row("History")
            .contains("History · 9 994–10 000 of 10 000 runs")
    );
    session.type_text("/gil #9998");
    assert_eq!(session.order(), [9_998]);
    assert_eq!(shown(&session), 2, "the run and the heading of its session");
}

fn any_key() -> impl Strategy<Value = Vec<Key>> {
    let typed = |text: &str| text.chars().map(Char).collect::<Vec<_>>();
    prop_oneof![
        Just(vec![Char('H')]),
        Just(vec![Char('D')]),
        Just(vec![Char('u')]),
        Just(vec![Char('m')]),
        Just(vec![Char('b')]),
        Just(vec![Up]),
        Just(vec![Down, Down, Down]),
        Just(vec![Home]),
        Just(vec![End]),
        Just(vec![Esc]),
        Just(vec![Enter, Esc]),
        Just(vec![Char('c'), Esc]),
        Just(vec![Char('r')]),
        Just([typed("/gil"), vec![Enter]].concat()),
        Just([typed("/serial 2026"), vec![Esc]].concat()),
        Just(typed("/nobody")),
        Just([typed("nx"), vec![Enter, Esc]].concat()),
        Just(vec![Char('C'), Down, Down, Enter, Esc]),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]
    #[test]
    fn whatever_is_filtered_sorted_removed_and_brought_back_the_chosen_row_exists_and_numbers_ascend(
        steps in proptest::collection::vec((any_key(), any::<bool>()), 1..40),
    ) {
        let mut session = Session::new(100, 28);
        session.with_earlier(7).press(&[Char('3')]).go_to_history();
        for (keys, late) in steps {
            session.press(&keys);
            if late {
                session.tell_earlier(explorer::earlier(Origin::Recorded, &[2, 60, 61], Some("late")));
            }
            let history = session.app.history();
            let numbers: Vec<usize> = history.entries().iter().map(|entry| entry.number).collect();
            prop_assert!(numbers.windows(2).all(|pair| pair[0] < pair[1]), "{:?}", numbers);
            prop_assert!(session.chosen().is_none_or(|number| numbers.contains(&number)));
            prop_assert!(session.order().iter().all(|number| numbers.contains(number)));
            prop_assert!(session.app.browse().marked().iter().all(|number| numbers.contains(number)));
            let awaited = history.entries().iter().filter(|entry| entry.trace_state == TraceState::Awaited).count();
            prop_assert!(awaited <= 1);
            if !session.order().is_empty() && session.chosen().is_some() {
                prop_assert!(session.app.browse().place().is_some(), "the chosen row is shown");
            }
            session.rows();
        }
        // Everything that was removed can be restored.
        session.press(&[Esc, Esc, Esc]).go_to_history();
        let removed = |session: &Session| session.app.history().can_restore();
        while removed(&session) {
            session.press(&[Char('u')]);
        }
        for number in 1..=9 {
            prop_assert!(session.app.history().get(number).is_some());
        }
    }
}
