//! The article's claims: the list, a claim before and after its test, and the screen during the test.

use pconc_tui::{
    catalog::{
        caveat::Observation,
        claim::CLAIMS,
        workload::{LOCK, SHARE, Workload},
    },
    domain::{
        counter::CounterTotals,
        plan::Lock,
        python::Pythons,
        record::{ContextSwitches, Record},
    },
};

use super::*;

/// Reports that there is no Python. Claims are then tested under the emulated GIL.
pub fn without_python(session: &mut Session) {
    let _ = session.app.update(Msg::PythonsFound(Pythons::default()));
}

/// Opens the claim with this number.
fn open(session: &mut Session, number: u8) {
    let at = CLAIMS.iter().position(|claim| claim.number == number);
    session.press(&[Esc, Esc, Char('V'), Home]);
    session.press(&vec![Down; at.expect("there is such a claim")]);
    session.press(&[Enter]);
}

/// Presses a key and plays the runs that follow, as the machine would measure them, and changed like this.
pub fn test(session: &mut Session, key: Key, change: fn(&mut Record)) {
    let mut effects = session.app.update(Msg::Key(key));
    while let [.., Effect::Start(order)] = &effects[..] {
        let scenario = Scenario::new(order.clone(), 2);
        let batch = scenario.batch(0, scenario.wall());
        let _ = session.app.update(Msg::Batch(batch));
        let record = as_measured(scenario.record(), change);
        effects = session.app.update(Msg::Concluded(Box::new(record)));
    }
}

/// Runs differ a little from round to round, and the kernel has counted something.
fn as_measured(mut record: Record, change: fn(&mut Record)) -> Record {
    let round = record.campaign.as_ref().map_or(0, |part| part.round);
    let workers = u64::from(record.plan.workers);
    let is_heavy = record.plan.model().has_processes();
    record.times.wall_s *= 1.0 + 0.003 * f64::from((round * 7 + record.plan.workers) % 5);
    record.times.startup_s = Some(workers as f64 * if is_heavy { 1e-3 } else { 3e-5 });
    let each = if is_heavy { 400_000 } else { 24_000 };
    record.system.memory_bytes = Some(each * workers);
    let voluntary = if record.plan.lock() == Lock::None {
        40
    } else {
        240
    };
    record.system.context_switches = Some(ContextSwitches {
        voluntary: voluntary * workers,
        ..ContextSwitches::default()
    });
    record.times.computing_overlap_s = Some(0.0);
    let counts = record.plan.workload == Workload::Counter;
    let is_given = |parameter| record.plan.given(parameter) == Some(1);
    let (is_shared, is_locked) = (!is_heavy || is_given(&SHARE), is_given(&LOCK));
    record.system.counter = counts.then(|| CounterTotals {
        expected: 400_000,
        found: match (is_shared, is_locked) {
            (false, _) => 0,
            (true, false) => 391_204,
            (true, true) => 400_000,
        },
        seen: vec![],
        is_shared,
        is_locked,
        handovers: vec![],
    });
    change(&mut record);
    record
}

pub fn disturb(record: &mut Record) {
    let (share, waited) = (0.4, None);
    let seen = Observation::CoresTaken { share, waited };
    record.measurement.caveats.push(seen.into());
}

pub fn list(session: &mut Session) {
    without_python(session);
    session.press(&[Char('v')]);
}

/// Some claims were tested: a right prediction, a wrong one, one that is not scored, and none.
pub fn score(session: &mut Session) {
    without_python(session);
    for (number, key, change) in [
        (1, Char('6'), (|_| {}) as fn(&mut Record)),
        (2, Char('4'), |_| {}),
        (3, Char('4'), disturb),
        (8, Enter, |_| {}),
    ] {
        open(session, number);
        test(session, key, change);
    }
    session.press(&[Esc]);
}

pub fn asked(session: &mut Session) {
    python::found(session);
    open(session, 3);
}

pub fn asked_for_truth(session: &mut Session) {
    without_python(session);
    open(session, 7);
}

/// The second round of claim 2, after its control.
pub fn measuring(session: &mut Session) {
    without_python(session);
    open(session, 2);
    let mut effects = session.app.update(Msg::Key(Char('2')));
    loop {
        let [.., Effect::Start(order)] = &effects[..] else {
            panic!("it is not measured: {effects:?}")
        };
        let scenario = Scenario::new(order.clone(), 2);
        let is_claim = session.app.headline().starts_with("Claim 2");
        let round = order.part.as_ref().map_or(0, |part| part.round);
        if is_claim && round == 3 && order.plan.workers == 2 {
            let batch = scenario.batch(0, scenario.wall() / 2);
            let _ = session.app.update(Msg::Batch(batch));
            return;
        }
        let record = as_measured(scenario.record(), |_| {});
        effects = session.app.update(Msg::Concluded(Box::new(record)));
    }
}

pub fn measuring_in_class(session: &mut Session) {
    session.press(&[Char('P')]);
    measuring(session);
}

pub fn told_in_class(session: &mut Session) {
    session.press(&[Char('P')]);
    supported(session);
}

/// The page of a claim that is being measured.
pub fn page_of_measured(session: &mut Session) {
    measuring(session);
    session.press(&[Char('V'), Enter]);
}

pub fn supported(session: &mut Session) {
    without_python(session);
    open(session, 3);
    test(session, Char('4'), |_| {});
}

/// A claim that is known to be wrong.
pub fn contradicted(session: &mut Session) {
    without_python(session);
    open(session, 8);
    test(session, Char('1'), |_| {});
}

/// A claim that should have been supported.
pub fn unexpected(session: &mut Session) {
    without_python(session);
    open(session, 1);
    test(session, Char('5'), |record| {
        if record.plan.workload.fetches() {
            record.times.wall_s = 0.5;
        }
    });
}

pub fn cannot_tell(session: &mut Session) {
    without_python(session);
    open(session, 2);
    test(session, Char('2'), disturb);
}

pub fn lighter(session: &mut Session) {
    without_python(session);
    open(session, 5);
    test(session, Enter, |_| {});
}

pub fn turns(session: &mut Session) {
    without_python(session);
    open(session, 7);
    test(session, Char('1'), |_| {});
}

/// The run behind the verdict on turns of the lock.
pub fn runs_of_turns(session: &mut Session) {
    turns(session);
    session.press(&[Char('g')]);
}

#[test]
fn a_range_of_what_was_counted_is_not_called_an_interval() {
    let mut session = Session::new(80, 24);
    without_python(&mut session);
    open(&mut session, 10);
    test(&mut session, Char('2'), |record| {
        let round = record.campaign.as_ref().map_or(0, |part| part.round);
        if let Some(counter) = &mut record.system.counter {
            counter.found = counter.found.saturating_sub(round.into());
        }
    });
    assert!(session.shows("(a–b): least and most"));
    assert!(!session.shows("95 % interval"));
}

#[test]
fn the_first_screen_names_the_key_of_the_claims() {
    for (columns, rows) in SIZES {
        let session = Session::new(columns, rows);
        assert!(
            session.shows("or v to test the article's claims"),
            "{columns}×{rows}"
        );
    }
}

#[test]
fn every_verdict_is_equally_large_at_any_size() {
    let rows_of_letters = |session: &Session| {
        let rows = session.rows();
        let is_of_letters = |row: &&String| row.matches(['█', '▀', '▄']).count() > 15;
        let letters = rows.iter().skip(2).skip_while(|row| !is_of_letters(row));
        letters.take_while(is_of_letters).count()
    };
    for (columns, rows) in SIZES {
        let verdicts = [supported, contradicted, cannot_tell].map(|reach| {
            let mut session = Session::new(columns, rows);
            reach(&mut session);
            rows_of_letters(&session)
        });
        let is_high = columns >= 100 && rows >= 32;
        let high = if is_high { 5 } else { 3 };
        assert_eq!(verdicts, [high; 3], "{columns}×{rows}");
    }
}

#[test]
fn all_choices_are_in_view_at_any_size() {
    for (columns, rows) in SIZES {
        let mut session = Session::new(columns, rows);
        asked(&mut session);
        for words in [
            "slower",
            "about the same",
            "up to 1.5×",
            "about 2×",
            "3 to 8×",
            "more than 8×",
        ] {
            assert!(session.shows(words), "{words} at {columns}×{rows}");
        }
    }
}

#[test]
fn every_claim_can_be_read_before_and_after_its_test_at_any_size() {
    for (columns, rows) in SIZES {
        let mut session = Session::new(columns, rows);
        without_python(&mut session);
        for claim in CLAIMS {
            open(&mut session, claim.number);
            assert!(
                session.shows("What do you expect?"),
                "claim {}",
                claim.number
            );
            test(&mut session, Char('1'), |_| {});
            assert!(session.shows("predicted: "), "claim {}", claim.number);
            assert!(session.shows(&format!("Claim {}: ", claim.number)));
            let before = session.rows();
            // What does not fit can be scrolled to.
            session.press(&[PageDown, PageDown, PageDown]);
            assert!(
                session.shows("article"),
                "claim {}: {}",
                claim.number,
                before.join("\n")
            );
        }
        let told = format!("{0} of {0} claims tested", CLAIMS.len());
        session.press(&[Esc]);
        assert!(
            session.shows(&told),
            "{columns}×{rows}: {}",
            session.rows().join("\n")
        );
    }
}
