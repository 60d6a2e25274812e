//! Sessions in the explorer from start to end, without a thread, a clock or a terminal.

#[path = "support/fixtures.rs"]
mod fixtures;

// If the file were beside this one, cargo would treat it as a separate test program.
#[path = "session/claims.rs"]
mod claims;

use fixtures::explorer::{self, Scenario};
use pconc_tui::{
    app::{
        App,
        message::{ClickTarget, Effect, Msg},
        screen::Panel,
        screens::Overlay,
    },
    catalog::model::Model,
    domain::{
        machine::WorkerLimits,
        plan::{Field, Plan},
        record::{Outcome, RunOrder},
        speed::Speed,
    },
    ui::{
        form::Form,
        key::{
            Key,
            Key::{Backspace, Char, Ctrl, Down, End, Enter, Esc, Home, Left, Right, Tab, Up},
        },
    },
};

/// An explorer that has already been calibrated.
fn app() -> App {
    let mut app = uncalibrated();
    assert!(app.update(Msg::Calibrated(Speed::uniform(40e6))).is_empty());
    app
}

fn uncalibrated() -> App {
    let mut app = App::new(explorer::machine(2), WorkerLimits::default());
    assert!(
        app.update(Msg::Resized {
            columns: 120,
            rows: 40
        })
        .is_empty()
    );
    app
}

fn offers(app: &App, label: &str) -> bool {
    app.keys_here().iter().any(|binding| binding.label == label)
}

fn press(app: &mut App, keys: &[Key]) -> Vec<Effect> {
    keys.iter()
        .flat_map(|key| app.update(Msg::Key(*key)))
        .collect()
}

fn started(effects: &[Effect]) -> &Plan {
    match effects {
        [.., Effect::Start(order)] => &order.plan,
        other => panic!("expected one start, not {other:?}"),
    }
}

fn started_order(effects: &[Effect]) -> RunOrder {
    match effects {
        [.., Effect::Start(order)] => order.clone(),
        other => panic!("expected one start, not {other:?}"),
    }
}

/// Plays a run to its end like the shell does.
fn play(app: &mut App, plan: &Plan, outcome: Outcome) -> Vec<Effect> {
    play_order(app, plan.clone().into(), outcome)
}

fn play_order(app: &mut App, order: RunOrder, outcome: Outcome) -> Vec<Effect> {
    let scenario = Scenario::new(order, 2);
    let half = scenario.wall() / 2;
    assert!(app.update(Msg::Batch(scenario.batch(0, half))).is_empty());
    assert!(
        app.update(Msg::Batch(scenario.batch(half, scenario.wall())))
            .is_empty()
    );
    let mut record = scenario.record();
    record.ending.outcome = outcome;
    app.update(Msg::Concluded(Box::new(record)))
}

/// Plays a quick experiment to its end, and returns what was measured, in order.
fn experiment(app: &mut App, key: char) -> Vec<Plan> {
    let effects = press(app, &[Char(key)]);
    play_all(app, effects)
}

fn play_all(app: &mut App, mut effects: Vec<Effect>) -> Vec<Plan> {
    let mut plans = vec![];
    while let [.., Effect::Start(order)] = &effects[..] {
        plans.push(order.plan.clone());
        effects = play_order(app, order.clone(), Outcome::Completed);
    }
    assert!(matches!(effects[..], [Effect::Keep(_)]), "{effects:?}");
    plans
}

#[test]
fn a_run_goes_from_the_key_through_batches_into_the_history() {
    let mut app = app();
    let effects = press(&mut app, &[Char('r')]);
    let plan = started(&effects).clone();
    assert_eq!((plan.model(), plan.workers), (Model::Threads, 2));
    assert!(app.is_running());
    assert!(
        press(&mut app, &[Char('r')]).is_empty(),
        "one run at a time"
    );
    assert!(matches!(
        play(&mut app, &plan, Outcome::Completed)[..],
        [Effect::Keep(_)]
    ));
    assert!(!app.is_running());
    assert_eq!(app.history().entries().len(), 1);
    assert_eq!(app.browse().selected(), Some(1));
    assert!(
        app.headline().starts_with("threads: "),
        "{}",
        app.headline()
    );
}

#[test]
fn a_question_measures_serial_and_the_model_in_turn_and_ends_with_one_sentence() {
    let mut app = app();
    let measured = experiment(&mut app, '2');
    let models: Vec<Model> = measured.iter().map(Plan::model).collect();
    let (serial, threads) = (Model::Serial, Model::GilThreads);
    assert_eq!(models, [serial, threads, threads, serial, serial, threads]);
    assert_eq!(
        app.headline(),
        "gil-threads: no gain, 1.00× (1.00–1.00, 3 pairs). One computed, one waited for the lock"
    );
    assert_eq!(app.browse().order(), [1, 2], "a row for each plan");
    assert_eq!(app.browse().selected(), Some(2), "the answer");
}

#[test]
fn while_a_question_is_measured_the_pairs_so_far_and_what_is_missing_are_on_the_screen() {
    let mut app = app();
    let mut effects = press(&mut app, &[Char('3')]);
    let mut said = vec![];
    while let [.., Effect::Start(order)] = &effects[..] {
        let live = app.live().expect("it runs");
        said.push((live.which(), live.so_far.clone()));
        let order = order.clone();
        effects = play_order(&mut app, order, Outcome::Completed);
    }
    let so_far = |pair: usize| said[2 * pair].1.clone().unwrap_or_default();
    assert_eq!((&*said[0].0, &said[0].1), ("pair 1", &None));
    assert_eq!(
        so_far(1),
        "so far 2.0× as fast as serial. At least 2 more pairs"
    );
    assert!(so_far(2).ends_with("At least 1 more pair"), "{said:?}");
}

#[test]
fn stopping_a_question_takes_what_there_is() {
    let mut app = app();
    let mut effects = press(&mut app, &[Char('3')]);
    for _ in 0..2 {
        let order = started_order(&effects);
        effects = play_order(&mut app, order, Outcome::Completed);
    }
    let order = started_order(&effects);
    press(&mut app, &[Char('x')]);
    let effects = play_order(&mut app, order, Outcome::Cancelled);
    assert!(matches!(effects[..], [Effect::Keep(_)]), "it ends");
    assert_eq!(app.browse().selected(), Some(2), "the pair that there is");
    let said = "processes: cannot tell from 1 pair of runs. ";
    assert!(app.headline().starts_with(said), "{}", app.headline());
}

#[test]
fn the_first_question_measures_the_machines_speed_and_all_do_the_same_work() {
    let mut app = uncalibrated();
    assert_eq!(press(&mut app, &[Char('3')]), [Effect::Calibrate]);
    let effects = app.update(Msg::Calibrated(Speed::uniform(40e6)));
    let processes = play_all(&mut app, effects);
    let under_the_lock = experiment(&mut app, '2');
    assert!(under_the_lock[0].same_work(&processes[0]));
    assert_eq!(under_the_lock[1].workers, processes[1].workers);
}

#[test]
fn repeats_are_as_many_runs() {
    let mut app = app();
    press(
        &mut app,
        &[
            Char('f'),
            Up,
            Down,
            Down,
            Down,
            Down,
            Down,
            Down,
            Right,
            Right,
        ],
    );
    let mut effects = press(&mut app, &[Char('r')]);
    let mut runs = 0;
    while let [.., Effect::Start(order)] = &effects[..] {
        runs += 1;
        effects = play_order(&mut app, order.clone(), Outcome::Completed);
    }
    assert_eq!(runs, 5);
    assert_eq!(app.history().entries().len(), 5);
}

#[test]
fn stopping_keeps_the_record_as_cancelled_and_ends_the_experiment() {
    let mut app = app();
    let serial = started(&press(&mut app, &[Char('3')])).clone();
    assert_eq!(press(&mut app, &[Char('x')]), [Effect::Stop]);
    assert!(press(&mut app, &[Char('x')]).is_empty(), "once is enough");
    assert!(matches!(
        play(&mut app, &serial, Outcome::Cancelled)[..],
        [Effect::Keep(_)]
    ));
    assert_eq!(
        app.history().entries()[0].record.ending.outcome,
        Outcome::Cancelled
    );
    assert!(
        app.headline().starts_with("stopped after"),
        "{}",
        app.headline()
    );
}

#[test]
fn an_invalid_form_starts_nothing_and_says_where_the_mistake_is() {
    let mut app = app();
    press(
        &mut app,
        &[
            Char('f'),
            Down,
            Down,
            Enter,
            Char('9'),
            Char('9'),
            Char('9'),
            Char('9'),
            Enter,
        ],
    );
    assert!(press(&mut app, &[Tab, Char('r')]).is_empty());
    assert!(app.setup().estimate().is_err());
    assert_eq!(app.setup().field(), Field::WORKERS);
    assert_eq!(app.focus().panel, Panel::Setup, "the eye is led to it");
}

#[test]
fn on_a_small_screen_the_form_opens_to_show_a_mistake() {
    let mut app = app();
    press(&mut app, &[Char('f'), Down, Down, Enter, Char('0'), Enter]);
    let _ = app.update(Msg::Resized {
        columns: 80,
        rows: 24,
    });
    assert!(press(&mut app, &[Char('r')]).is_empty());
    assert!(matches!(app.overlay(), Some(Overlay::Form(_))));
}

#[test]
fn digits_go_into_a_number_between_enter_and_enter_and_start_no_experiment_there() {
    let mut app = app();
    assert!(
        press(
            &mut app,
            &[
                Char('f'),
                Down,
                Down,
                Enter,
                Char('1'),
                Char('2'),
                Char('q'),
                Char('r')
            ]
        )
        .is_empty()
    );
    assert_eq!(app.setup().typed(), Some("12qr"));
    assert!(!app.is_running());
    assert_eq!(press(&mut app, &[Ctrl('c')]), [Effect::Quit]);
    press(&mut app, &[Enter]);
    assert_eq!(
        app.setup().typed(),
        Some("12qr"),
        "what is no number stays, to be mended"
    );
    press(&mut app, &[Backspace, Backspace, Enter]);
    assert_eq!(app.setup().draft().workers, 12);
    press(&mut app, &[Char('7'), Enter]);
    assert_eq!(
        app.setup().draft().workers,
        7,
        "a digit begins a number in the form"
    );
    started(&press(&mut app, &[Tab, Char('1')]));
}

#[test]
fn esc_closes_one_thing_at_a_time_and_never_quits() {
    let mut app = app();
    experiment(&mut app, '2');
    press(&mut app, &[Tab, Char('e'), Char('?')]);
    assert!(app.overlay().is_some() && app.focus().expanded);
    assert!(press(&mut app, &[Esc]).is_empty());
    assert!(app.overlay().is_none() && app.focus().expanded);
    for _ in 0..5 {
        assert!(press(&mut app, &[Esc]).is_empty());
    }
    assert!(!app.focus().expanded);
    assert_eq!(press(&mut app, &[Char('q')]), [Effect::Quit]);
}

#[test]
fn marked_runs_are_compared_and_without_marks_the_chosen_one_with_its_baseline() {
    let mut app = app();
    assert!(!offers(&app, "c compare"));
    experiment(&mut app, '2');
    experiment(&mut app, '3');
    press(&mut app, &[Char('c')]);
    let numbers = |app: &App| match app.overlay() {
        Some(Overlay::Comparison(comparing)) => {
            let parts = &comparing.parts;
            (comparing.numbers.clone(), parts.sentence.join(" "))
        }
        other => panic!("expected a comparison, not {other:?}"),
    };
    assert_eq!(numbers(&app).0, [7, 8]);
    press(
        &mut app,
        &[Esc, Char('m'), Tab, Tab, Tab, Up, Up, Char('m'), Char('c')],
    );
    let (compared, sentence) = numbers(&app);
    assert_eq!(compared, [2, 8]);
    assert!(
        sentence.starts_with(
            "#8 processes is 2.00× (2.00–2.00) faster than #2 gil-threads; it kept 1.99 cores in use"
        ),
        "{sentence}"
    );
}

#[test]
fn esc_hides_the_cursor_then_shows_the_whole_run_and_says_so_before() {
    let mut app = app();
    experiment(&mut app, '2');
    press(&mut app, &[Char('+'), Right]);
    for label in ["Esc hide cursor", "Esc whole run"] {
        assert!(offers(&app, label), "{label}");
        press(&mut app, &[Esc]);
    }
    assert!(!offers(&app, "0 whole run"), "nothing is zoomed");
    assert!(press(&mut app, &[Esc]).is_empty());
}

#[test]
fn choosing_a_row_shows_it_and_the_live_run_comes_back_when_asked() {
    let mut app = app();
    experiment(&mut app, '2');
    press(&mut app, &[Char('r')]);
    assert!(app.headline().contains("start"), "{}", app.headline());
    press(&mut app, &[Tab, Tab, Tab, Home]);
    assert!(app.headline().starts_with("serial: "), "{}", app.headline());
    assert!(offers(&app, "Esc live run"));
    press(&mut app, &[Esc]);
    assert!(app.browse().selected().is_none());
    press(&mut app, &[Up, End]);
    assert!(
        app.browse().selected().is_none(),
        "the live run is the lowest row"
    );
}

#[test]
fn a_run_that_ends_while_another_row_is_looked_at_does_not_steal_the_view() {
    let mut app = app();
    experiment(&mut app, '2');
    let plan = started(&press(&mut app, &[Char('r')])).clone();
    press(&mut app, &[Tab, Tab, Tab, Home]);
    play(&mut app, &plan, Outcome::Completed);
    assert_eq!(app.browse().selected(), Some(1));
}

#[test]
fn an_experiment_that_goes_on_and_ends_leaves_the_older_row_that_is_looked_at_alone() {
    let mut app = app();
    let first = started(&press(&mut app, &[Char('r')])).clone();
    play(&mut app, &first, Outcome::Completed);
    let serial = started_order(&press(&mut app, &[Char('3')]));
    assert_eq!(
        app.browse().selected(),
        None,
        "a run that was asked for is watched"
    );
    press(&mut app, &[Tab, Tab, Tab, Home, Char('+')]);
    let looked_at = |app: &App| (app.browse().selected(), *app.timeline());
    let before = looked_at(&app);
    assert!(before.0 == Some(1) && before.1.zoom.is_some());
    let effects = play_order(&mut app, serial, Outcome::Completed);
    assert_eq!(looked_at(&app), before);
    play_all(&mut app, effects);
    assert_eq!(looked_at(&app), before);
}

#[test]
fn a_task_time_is_calibrated_once_a_session() {
    let mut app = uncalibrated();
    press(&mut app, &[Char('f'), Down, Down, Down, Down, Right]);
    assert_eq!(press(&mut app, &[Char('r')]), [Effect::Calibrate]);
    assert!(app.is_busy() && !app.is_running());
    let plan = started(&app.update(Msg::Calibrated(Speed::uniform(40e6)))).clone();
    assert_eq!(
        plan.given(&pconc_tui::catalog::workload::ITERATIONS),
        Some(10_000_000)
    );
    play(&mut app, &plan, Outcome::Completed);
    started(&press(&mut app, &[Char('r')]));
}

#[test]
fn the_speed_is_measured_when_the_explorer_opens_and_a_run_waits_for_it() {
    let mut app = uncalibrated();
    assert!(app.setup().estimate().unwrap().contains("measuring"));
    assert_eq!(
        app.update(Msg::Opened),
        [Effect::ReadEarlier, Effect::FindPythons, Effect::Calibrate]
    );
    assert!(!app.is_busy(), "nobody has to know");
    assert!(press(&mut app, &[Char('r')]).is_empty());
    started(&app.update(Msg::Calibrated(Speed::uniform(40e6))));
    assert_eq!(
        app.setup().estimate(),
        Ok("about 1.0 s"),
        "8 tasks of 0.25 s on two cores"
    );
    assert_eq!(
        app.update(Msg::Opened),
        [Effect::ReadEarlier, Effect::FindPythons]
    );
}

#[test]
fn measuring_the_speed_that_is_refused_does_not_hold_up_later_runs() {
    let mut app = uncalibrated();
    assert_eq!(
        app.update(Msg::Opened),
        [Effect::ReadEarlier, Effect::FindPythons, Effect::Calibrate]
    );
    let _ = app.update(Msg::Refused("no thread".into()));
    started(&press(&mut app, &[Char('r')]));
}

#[test]
fn a_stopped_calibration_starts_nothing() {
    let mut app = uncalibrated();
    press(
        &mut app,
        &[
            Char('f'),
            Down,
            Down,
            Down,
            Down,
            Left,
            Char('r'),
            Char('x'),
        ],
    );
    assert!(!app.is_busy());
    assert!(app.update(Msg::Calibrated(Speed::uniform(40e6))).is_empty());
}

#[test]
fn the_baseline_is_that_of_the_form_or_of_the_chosen_row() {
    let mut app = app();
    let plan = started(&press(&mut app, &[Char('f'), Char('R')])).clone();
    assert_eq!(
        (plan.model(), plan.workers, plan.tasks),
        (Model::Serial, 1, 8)
    );
    play(&mut app, &plan, Outcome::Completed);
    press(&mut app, &[Right]);
    assert_eq!(
        started(&press(&mut app, &[Char('R')])).tasks,
        16,
        "the form says io now"
    );
    play(&mut app, &plan, Outcome::Completed);
    press(&mut app, &[Tab, Tab, Tab, Tab]);
    assert_eq!(started(&press(&mut app, &[Home, Char('R')])).tasks, 8);
}

#[test]
fn a_refused_run_is_reported_and_leaves_the_session_usable() {
    let mut app = app();
    press(&mut app, &[Char('r')]);
    let _ = app.update(Msg::Refused("the process table is full".into()));
    assert!(app.notice().unwrap().is_error);
    assert!(
        app.notice()
            .unwrap()
            .sentence
            .contains("the process table is full")
    );
    press(&mut app, &[Esc]);
    assert!(app.notice().is_none());
    started(&press(&mut app, &[Char('r')]));
}

#[test]
fn growing_the_screen_turns_the_open_form_into_its_panel() {
    let mut app = app();
    let _ = app.update(Msg::Resized {
        columns: 80,
        rows: 24,
    });
    press(&mut app, &[Char('f')]);
    assert!(matches!(app.overlay(), Some(Overlay::Form(_))));
    let _ = app.update(Msg::Resized {
        columns: 120,
        rows: 40,
    });
    assert!(app.overlay().is_none());
    assert_eq!(app.focus().panel, Panel::Setup);
}

#[test]
fn a_number_that_is_being_typed_stays_in_sight_when_the_screen_shrinks() {
    for (columns, rows) in [(80, 24), (40, 10)] {
        let mut app = app();
        press(&mut app, &[Char('f'), Down, Down, Enter, Char('7')]);
        let _ = app.update(Msg::Resized { columns, rows });
        let _ = app.update(Msg::Resized {
            columns: 80,
            rows: 24,
        });
        assert!(matches!(app.overlay(), Some(Overlay::Form(_))));
        assert_eq!(app.setup().typed(), Some("7"));
        press(&mut app, &[Enter, Esc]);
        assert!(app.overlay().is_none());
        assert_eq!(app.setup().draft().workers, 7);
        assert_eq!(press(&mut app, &[Char('q')]), [Effect::Quit]);
    }
}

#[test]
fn on_the_first_screen_arrows_choose_a_question_and_enter_asks_it() {
    let mut app = app();
    assert!(offers(&app, "Enter ask"));
    press(&mut app, &[Down, Down]);
    assert_eq!(app.question().map(|question| question.key), Some('3'));
    let serial = started(&press(&mut app, &[Enter])).clone();
    assert_eq!(serial.model(), Model::Serial);
    let processes = started(&play(&mut app, &serial, Outcome::Completed)).clone();
    assert_eq!(processes.model(), Model::Processes);
    assert!(app.question().is_none(), "a run is shown now");
}

#[test]
fn after_a_question_the_keys_that_lead_on_stand_first_and_an_answered_question_is_not_offered_again()
 {
    let mut app = app();
    let first = |app: &App| -> Vec<String> {
        let offers = app.keys_here().into_iter().take(3);
        offers.map(|offer| offer.label.into_owned()).collect()
    };
    experiment(&mut app, '2');
    assert_eq!(
        first(&app),
        ["c compare", "+ zoom in", "3 next: computing with processes"]
    );
    experiment(&mut app, '3');
    assert_eq!(first(&app)[1], "4 next: I/O with processes");
    experiment(&mut app, '4');
    experiment(&mut app, '1');
    let offered = first(&app).join(", ");
    assert!(offered.contains("s next: a sweep"), "{offered}");
}

#[test]
fn the_baseline_of_a_run_is_measured_and_then_that_run_is_shown_with_its_speed_up() {
    let mut app = app();
    let plan = started(&press(&mut app, &[Char('r')])).clone();
    play(&mut app, &plan, Outcome::Completed);
    assert!(offers(&app, "R measure baseline"));
    let serial = started(&press(&mut app, &[Char('R')])).clone();
    assert!(serial.is_serial());
    play(&mut app, &serial, Outcome::Completed);
    assert_eq!(app.browse().selected(), Some(1));
    assert!(app.history().get(1).unwrap().assessment.speedup.is_some());
}

#[test]
fn r_on_an_answer_measures_its_question_again_in_pairs_and_shows_the_new_answer() {
    let mut app = app();
    experiment(&mut app, '3');
    let first = app.browse().selected().expect("the answer is shown");
    let plan = |app: &App, number| {
        app.history()
            .get(number)
            .expect("it ran")
            .record
            .plan
            .clone()
    };
    for chosen in [first - 1, first] {
        let _ = app.update(Msg::Clicked(ClickTarget::HistoryRow(Some(chosen))));
        assert!(offers(&app, "R measure again"));
        let before = app.history().entries().len();
        let effects = press(&mut app, &[Char('R')]);
        assert_eq!(*started(&effects), plan(&app, first).as_serial());
        play_all(&mut app, effects);
        let answer = app.browse().selected().expect("the answer is shown");
        assert!(answer > before, "a new run");
        assert_eq!(plan(&app, answer), plan(&app, first));
        let over = app
            .history()
            .get(answer)
            .and_then(|run| run.assessment.baseline);
        assert!(over.is_some_and(|over| over.number > before), "its own");
    }
}

#[test]
fn while_a_run_is_on_the_keys_that_would_start_another_say_why_they_do_not() {
    for key in ['r', 'R', '2'] {
        let mut app = app();
        started(&press(&mut app, &[Char('r')]));
        assert!(press(&mut app, &[Char(key)]).is_empty());
        let notice = app.notice().unwrap_or_else(|| panic!("{key} says nothing"));
        assert!(notice.sentence.contains("x stops it"), "{notice:?}");
    }
}

#[test]
fn enter_in_the_timeline_opens_the_details_of_the_run() {
    let mut app = app();
    experiment(&mut app, '3');
    assert_eq!(app.focus().panel, Panel::Timeline);
    press(&mut app, &[Enter]);
    assert!(app.overlay().is_some(), "its details");
}
