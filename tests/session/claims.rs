//! The article's claims: predicted, tested, scored, and the runs behind a verdict.

use pconc_tui::{
    app::screens::timeline::Rows,
    catalog::{
        caveat::{Caveat, Observation},
        claim::CLAIMS,
        workload::Workload,
    },
    domain::{
        claim::Answer,
        python::Pythons,
        record::{ContextSwitches, Record},
    },
};

use super::*;

/// The index of the claim with this number.
fn at(number: u8) -> usize {
    let place = CLAIMS.iter().position(|claim| claim.number == number);
    place.expect("there is such a claim")
}

/// An explorer that has no Python, with the page of this claim.
fn page(number: u8) -> App {
    let mut app = app();
    let _ = app.update(Msg::PythonsFound(Pythons::default()));
    open(&mut app, number);
    app
}

fn open(app: &mut App, number: u8) {
    // What lies over the panels is closed.
    press(app, &[Esc, Esc]);
    press(app, &[Char('V'), Home]);
    press(app, &vec![Down; at(number)]);
    press(app, &[Enter]);
}

/// Plays runs to their end, each changed like this; returns their orders.
fn measured(
    app: &mut App,
    mut effects: Vec<Effect>,
    change: impl Fn(&mut Record),
) -> Vec<RunOrder> {
    let mut orders = vec![];
    while let [.., Effect::Start(order)] = &effects[..] {
        orders.push(order.clone());
        let scenario = Scenario::new(order.clone(), 2);
        let _ = app.update(Msg::Batch(scenario.batch(0, scenario.wall())));
        let mut record = scenario.record();
        record.times.computing_overlap_s = Some(0.0);
        change(&mut record);
        effects = app.update(Msg::Concluded(Box::new(record)));
    }
    orders
}

/// Presses a key on the page, and measures what it starts.
fn tested(app: &mut App, key: Key) -> Vec<RunOrder> {
    let effects = press(app, &[key]);
    measured(app, effects, |_| {})
}

fn answer(app: &App, number: u8) -> Answer {
    app.claims().all()[at(number)].answer()
}

fn tested_of(claims: usize) -> String {
    format!("{claims} of {} claims tested", CLAIMS.len())
}

fn disturb(record: &mut Record) {
    let (share, waited) = (0.4, None);
    let seen = Observation::CoresTaken { share, waited };
    record.measurement.caveats.push(Caveat::from(seen));
}

#[test]
fn a_prediction_starts_the_test_and_is_scored_when_the_verdict_is_there() {
    let mut app = page(3);
    assert_eq!(app.claims().progress(), tested_of(0));
    assert!(
        !tested(&mut app, Char('4')).is_empty(),
        "about twice as fast"
    );
    assert_eq!(answer(&app, 3), Answer::Supported);
    assert!(
        matches!(app.overlay(), Some(Overlay::Claim(_))),
        "the verdict"
    );
    assert_eq!(app.claims().was_right(at(3)), Some(true));
    open(&mut app, 2);
    tested(&mut app, Char('4'));
    assert_eq!(answer(&app, 2), Answer::Supported);
    assert_eq!(app.claims().was_right(at(2)), Some(false));
    let said = tested_of(2) + " · 1 of 2 predictions right";
    assert_eq!(app.claims().progress(), said);
}

#[test]
fn without_a_prediction_nothing_is_scored_and_what_cannot_be_told_is_not_scored_either() {
    let mut app = page(3);
    tested(&mut app, Enter);
    assert_eq!(app.claims().was_right(at(3)), None);
    open(&mut app, 2);
    let effects = press(&mut app, &[Char('2')]);
    measured(&mut app, effects, disturb);
    assert_eq!(answer(&app, 2), Answer::CannotTell);
    assert_eq!(app.claims().was_right(at(2)), None);
    assert_eq!(app.claims().progress(), tested_of(2));
}

#[test]
fn controls_are_measured_before_the_first_claim_that_needs_them_and_once_in_a_session() {
    let mut app = page(2);
    let first = tested(&mut app, Enter);
    let campaigns = |orders: &[RunOrder]| {
        let mut ids: Vec<String> = orders
            .iter()
            .filter_map(|order| Some(order.part.as_ref()?.id.clone()))
            .collect();
        ids.dedup();
        ids.len()
    };
    assert_eq!(campaigns(&first), 2, "the control, then the claim");
    assert_eq!(
        campaigns(&tested(&mut app, Char('r'))),
        1,
        "again: the claim alone"
    );
    open(&mut app, 1);
    let waiting = tested(&mut app, Enter);
    assert_eq!(waiting[0].plan.workload, Workload::Sleep, "its own control");
    assert_eq!(campaigns(&waiting), 2);
    open(&mut app, 4);
    assert_eq!(campaigns(&tested(&mut app, Enter)), 1);
}

#[test]
fn a_control_that_failed_leaves_its_claims_untold_and_is_measured_again() {
    let mut app = page(2);
    let effects = press(&mut app, &[Enter]);
    // The emulated GIL seems to scale.
    measured(&mut app, effects, |record| {
        record.times.wall_s /= f64::from(record.plan.workers);
    });
    assert_eq!(answer(&app, 2), Answer::CannotTell);
    let again = tested(&mut app, Char('r'));
    assert_eq!(again[0].plan.model(), Model::Serial, "the control");
    assert_eq!(answer(&app, 2), Answer::Supported);
}

#[test]
fn while_a_claim_is_measured_the_band_names_it_with_the_effect_so_far_and_what_is_missing() {
    let mut app = page(3);
    let mut effects = press(&mut app, &[Enter]);
    let mut said = vec![];
    while let [.., Effect::Start(order)] = &effects[..] {
        let live = app.live().expect("it runs");
        let rest = live.so_far.clone().or(live.watch.clone());
        said.push((
            app.headline().to_string(),
            live.which(),
            rest.unwrap_or_default(),
        ));
        let order = order.clone();
        effects = play_order(&mut app, order, Outcome::Completed);
    }
    let (title, which, rest) = &said[0];
    assert_eq!(
        title,
        "Control: pure computing under one lock must not scale"
    );
    assert_eq!(
        (&**which, &**rest),
        ("round 1", "to compare with: 1 thread")
    );
    let of_claim = said
        .iter()
        .position(|(title, ..)| title.starts_with("Claim 3: "));
    let of_claim = &said[of_claim.expect("it follows")..];
    assert!(of_claim[1].2.starts_with("watch for: "), "{of_claim:?}");
    assert_eq!(of_claim[3].2, "so far 2.0×. At least 2 more rounds");
    assert!(
        of_claim[6].2.ends_with("At least 1 more round"),
        "{of_claim:?}"
    );
}

#[test]
fn stopping_takes_what_there_is() {
    let mut app = page(9);
    let effects = press(&mut app, &[Enter]);
    let orders = measured(&mut app, effects, |_| {});
    assert_eq!(answer(&app, 9), Answer::Supported);
    // Two rounds of two runs, then a stopped one.
    let mut effects = press(&mut app, &[Char('r')]);
    for _ in 0..4 {
        effects = play_order(&mut app, started_order(&effects), Outcome::Completed);
    }
    let order = started_order(&effects);
    press(&mut app, &[Char('x')]);
    assert_eq!(
        play_order(&mut app, order, Outcome::Cancelled).len(),
        1,
        "it is kept"
    );
    assert_eq!(answer(&app, 9), Answer::CannotTell);
    let judgement = app.claims().all()[at(9)].judgement.as_ref();
    assert_eq!(judgement.map(|judged| judged.least_rounds()), Some(2));
    assert!(orders.len() > 4);
}

#[test]
fn a_test_that_is_repeated_and_stopped_at_once_leaves_the_verdict_as_it_was() {
    let mut app = page(3);
    tested(&mut app, Char('4'));
    let effects = press(&mut app, &[Char('r')]);
    press(&mut app, &[Char('x')]);
    play_order(&mut app, started_order(&effects), Outcome::Cancelled);
    assert_eq!(answer(&app, 3), Answer::Supported);
    assert_eq!(app.claims().was_right(at(3)), Some(true));
}

#[test]
fn a_claim_whose_control_was_stopped_was_not_measured_to_its_end() {
    let mut app = page(3);
    let effects = press(&mut app, &[Enter]);
    press(&mut app, &[Char('x')]);
    let after = play_order(&mut app, started_order(&effects), Outcome::Cancelled);
    assert!(
        !after
            .iter()
            .any(|effect| matches!(effect, Effect::Start(_)))
    );
    assert_eq!(answer(&app, 3), Answer::CannotTell);
    assert!(matches!(app.overlay(), Some(Overlay::Claim(_))));
}

#[test]
fn a_run_that_fails_leaves_its_claim_untold_with_the_reason() {
    let reason = |app: &App| {
        let verified = &app.claims().all()[at(5)];
        assert_eq!(verified.answer(), Answer::CannotTell);
        pconc_tui::present::sentence::claim::reason(verified)
    };
    let mut app = page(5);
    let effects = press(&mut app, &[Enter]);
    measured(&mut app, effects, |record| {
        record.ending.outcome = Outcome::Failed;
        record.ending.error = Some("worker 1 was killed by SIGKILL".into());
    });
    assert_eq!(
        reason(&app),
        "The run failed: worker 1 was killed by SIGKILL"
    );
    press(&mut app, &[Char('r')]);
    let _ = app.update(Msg::Refused(
        "the run could not be started: no memory".into(),
    ));
    assert_eq!(reason(&app), "The run could not be started: no memory");
    assert!(app.live().is_none());
}

#[test]
fn with_one_usable_core_a_claim_about_parallelism_says_so_and_starts_nothing() {
    let mut app = App::new(explorer::machine(1), WorkerLimits::default());
    let _ = app.update(Msg::Calibrated(Speed::uniform(40e6)));
    let _ = app.update(Msg::PythonsFound(Pythons::default()));
    open(&mut app, 3);
    assert!(app.claims().all()[at(3)].is_told());
    for key in [Char('4'), Char('r'), Char('g')] {
        assert_eq!(press(&mut app, &[key]), [], "{key:?}");
    }
    assert_eq!(app.claims().expected(at(3)), None);
}

#[test]
fn a_verdict_does_not_interrupt_who_looks_at_something_else() {
    let mut app = page(3);
    tested(&mut app, Enter);
    press(&mut app, &[Esc, Esc]);
    open(&mut app, 2);
    let effects = press(&mut app, &[Enter]);
    press(&mut app, &[Tab, Tab, Tab, Up]);
    let chosen = app.browse().selected();
    assert!(chosen.is_some());
    measured(&mut app, effects, |_| {});
    assert!(app.overlay().is_none());
    assert_eq!(app.browse().selected(), chosen);
    let notice = app.notice().expect("it says what came out");
    assert!(
        notice.sentence.ends_with("supported. V shows it"),
        "{notice:?}"
    );
}

#[test]
fn the_claims_can_be_looked_at_while_one_is_measured() {
    let mut app = page(3);
    let effects = press(&mut app, &[Enter]);
    open(&mut app, 3);
    assert!(app.is_testing(at(3)));
    assert_eq!(
        press(&mut app, &[Char('4'), Enter]),
        [],
        "it is measured already"
    );
    measured(&mut app, effects, |_| {});
    assert!(
        matches!(app.overlay(), Some(Overlay::Claim(_))),
        "now it is told"
    );
    assert!(!app.is_testing(at(3)));
}

#[test]
fn the_runs_behind_a_verdict_are_one_key_away_and_turns_of_the_lock_are_shown_from_near() {
    for (number, is_closer) in [(3, false), (7, true)] {
        let mut app = page(number);
        tested(&mut app, Char('1'));
        press(&mut app, &[Char('g')]);
        assert!(app.overlay().is_none());
        let shown = app.shown().and_then(|shown| shown.entry()).expect("a run");
        let trial = app.claims().all()[at(number)].trial.clone();
        assert_eq!(
            trial.as_ref().and_then(|trial| trial.shown()),
            Some(&shown.record.plan)
        );
        let turns = app.timeline().zoom.map(|window| window.span() / 5_000_000);
        assert_eq!(turns.is_some(), is_closer, "claim {number}");
        assert!(
            turns.is_none_or(|turns| (8..=12).contains(&turns)),
            "{turns:?}"
        );
        assert_eq!(app.timeline().rows, Rows::Workers);
        press(&mut app, &[Char('V'), Enter]);
        assert_eq!(app.claims().chosen, at(number), "V comes back");
    }
}

#[test]
fn the_configurations_of_a_claim_are_compared_on_one_time_axis_over_its_page() {
    let mut app = page(3);
    tested(&mut app, Enter);
    press(&mut app, &[Char('c')]);
    let Some(Overlay::Comparison(comparing)) = app.overlay() else {
        panic!("{:?}", app.overlay())
    };
    let workers = comparing
        .numbers
        .iter()
        .filter_map(|number| app.history().get(*number));
    let workers: Vec<u32> = workers.map(|run| run.record.plan.workers).collect();
    assert_eq!(workers, [1, 2, 4]);
    press(&mut app, &[Esc]);
    assert!(
        matches!(app.overlay(), Some(Overlay::Claim(_))),
        "the page is back"
    );
}

#[test]
fn the_history_has_a_row_for_each_configuration_with_its_speed_up_over_one_worker() {
    let mut app = page(1);
    tested(&mut app, Enter);
    press(&mut app, &[Esc, Esc]);
    let rows = app
        .browse()
        .order()
        .iter()
        .filter_map(|number| app.history().get(*number));
    let speedup = |workers: u32| {
        let mut of_io = rows
            .clone()
            .filter(|run| run.record.plan.workload == Workload::Io);
        let row = of_io.find(|run| run.record.plan.workers == workers);
        row.and_then(|run| run.assessment.decided_speedup())
    };
    assert_eq!(
        rows.clone().count(),
        2 + 4,
        "two of the control, four of the claim"
    );
    assert_eq!(speedup(1), Some(1.0));
    assert!(speedup(4) > Some(2.0) && speedup(16) > speedup(4));
}

#[test]
fn claims_follow_each_other_and_after_the_last_one_comes_the_list() {
    let mut app = page(1);
    for next in 1..CLAIMS.len() {
        press(&mut app, &[if next % 2 == 0 { Right } else { Tab }]);
        assert_eq!(app.claims().chosen, next);
    }
    press(&mut app, &[Right]);
    assert!(matches!(app.overlay(), Some(Overlay::Claims(_))));
    press(&mut app, &[Enter, Left]);
    assert_eq!(app.claims().chosen, CLAIMS.len() - 2);
    press(&mut app, &[Esc, Esc]);
    assert!(app.overlay().is_none());
}

#[test]
fn a_claim_waits_until_the_search_for_python_and_the_calibration_are_over() {
    let mut app = uncalibrated();
    open(&mut app, 2);
    assert_eq!(press(&mut app, &[Enter]), []);
    assert!(
        app.notice()
            .is_some_and(|notice| notice.sentence.contains("looking for Python"))
    );
    let _ = app.update(Msg::PythonsFound(explorer::pythons()));
    let trial = app.claims().all()[at(2)].trial.as_ref();
    let is_python = trial.is_some_and(|trial| trial.arms[0].model().is_python());
    assert!(is_python, "the page says so before it runs");
    assert_eq!(press(&mut app, &[Enter]), [Effect::Calibrate]);
    let effects = app.update(Msg::Calibrated(Speed::uniform(40e6)));
    let orders = measured(&mut app, effects, |_| {});
    let models: Vec<Model> = orders.iter().map(|order| order.plan.model()).collect();
    assert!(
        models.contains(&Model::PythonThreads),
        "real Python: {models:?}"
    );
}

#[test]
fn an_article_that_is_wrong_is_contradicted_as_expected() {
    let mut app = page(8);
    let effects = press(&mut app, &[Char('2')]);
    measured(&mut app, effects, |record| {
        let voluntary = 300;
        record.system.context_switches = Some(ContextSwitches {
            voluntary,
            ..ContextSwitches::default()
        });
    });
    assert_eq!(answer(&app, 8), Answer::Contradicted);
    assert!(app.claims().all()[at(8)].is_as_expected());
    assert_eq!(app.claims().was_right(at(8)), Some(true));
}
