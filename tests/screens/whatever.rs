//! The screen can be drawn, whatever keys are pressed and whatever happens to runs.

use pconc_tui::{
    app::screens::all_keys,
    domain::{
        phase::Phase,
        plan::Field,
        record::Outcome,
        trace::{Batch, LaneUpdate, Transition},
    },
};
use proptest::prelude::*;

use super::*;

/// An event that may happen to a run between two batches.
#[derive(Clone, Copy, Debug)]
enum Event {
    Nothing,
    /// A worker's events were dropped.
    Dropped,
    /// A worker died.
    Death,
    /// The run could not be started, or the engine reported nothing more about it.
    Refused,
    Ended(Outcome),
}

/// What happens in one step of the property below.
#[derive(Clone, Debug)]
struct Step {
    key: Key,
    event: Event,
    size: Option<(u16, u16)>,
}

/// Every key that has a meaning somewhere, and one without.
fn any_key() -> impl Strategy<Value = Key> {
    let bindings = all_keys().into_iter().flat_map(|keys| &keys.bindings);
    let known = bindings.flat_map(|binding| &binding.keys).copied();
    proptest::sample::select(known.chain([Char('ü')]).collect::<Vec<_>>())
}

fn any_step() -> impl Strategy<Value = Step> {
    let event = prop_oneof![
        8 => Just(Event::Nothing),
        3 => Just(Event::Dropped),
        2 => Just(Event::Death),
        1 => Just(Event::Refused),
        4 => Just(Event::Ended(Outcome::Completed)),
        1 => Just(Event::Ended(Outcome::Cancelled)),
        1 => Just(Event::Ended(Outcome::Failed)),
    ];
    let size = proptest::option::of((1u16..140, 1u16..50));
    (any_key(), event, size).prop_map(|(key, event, size)| Step { key, event, size })
}

/// The current run and how much of it was seen.
struct Run {
    scenario: Scenario,
    seen: u64,
}

impl Run {
    /// A run in which every third task fails.
    fn new(order: RunOrder, cores: u32) -> Run {
        let failing = (0..order.plan.tasks).step_by(3);
        Run {
            scenario: Scenario::new(order, cores).failing(failing),
            seen: 0,
        }
    }

    /// The next fifth of the run.
    fn batch(&mut self, event: Event) -> Batch {
        let now = self.seen + self.scenario.wall() / 5;
        let mut batch = self.scenario.batch(self.seen, now);
        self.seen = now;
        match event {
            Event::Dropped => drop_half(&mut batch.lanes[0]),
            Event::Death => {
                batch.deaths.push("worker 0 was killed by SIGKILL".into());
                batch.lanes[0] = LaneUpdate::default();
            }
            _ => {}
        }
        batch
    }

    fn is_over(&self) -> bool {
        self.seen >= self.scenario.wall()
    }

    fn end(&self, outcome: Outcome) -> Msg {
        let mut record = self.scenario.record();
        record.ending.outcome = outcome;
        record.ending.error =
            (outcome == Outcome::Failed).then(|| "worker 0 was killed by SIGKILL".into());
        Msg::Concluded(Box::new(record))
    }
}

/// Removes every second event of a lane.
fn drop_half(lane: &mut LaneUpdate) {
    let before = lane.transitions.len();
    lane.transitions = lane.transitions.iter().copied().step_by(2).collect();
    lane.transitions
        .iter_mut()
        .for_each(|event| event.after_gap = true);
    lane.dropped = (before - lane.transitions.len()) as u64 + 1;
}

/// Types a number of workers into the form.
fn ask_for_workers(session: &mut Session, workers: u32) {
    session.press(&[Char('f'), Char('g')]);
    let at = session
        .app
        .setup()
        .fields()
        .into_iter()
        .position(|field| field == Field::Model);
    session.press(&vec![Down; at.expect("every plan has a model")]);
    session.press(&[Right, Left, Down, Enter]);
    let digits: Vec<Key> = workers.to_string().chars().map(Char).collect();
    session.press(&digits).press(&[Enter, Esc]);
}

/// Applies the step to the run. Returns the next effects of the app.
fn play(
    session: &mut Session,
    run: &mut Option<Run>,
    event: Event,
    asked: Vec<Effect>,
) -> Vec<Effect> {
    let Some(mut on) = run.take() else {
        return asked;
    };
    if let Event::Refused = event {
        return session.app.update(Msg::Refused(
            "the run could not be started: no memory".into(),
        ));
    }
    let _ = session.app.update(Msg::Batch(on.batch(event)));
    match event {
        Event::Ended(outcome) => session.app.update(on.end(outcome)),
        _ if on.is_over() => session.app.update(on.end(Outcome::Completed)),
        _ => {
            *run = Some(on);
            asked
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]
    #[test]
    fn whatever_is_pressed_and_whatever_becomes_of_runs_the_screen_can_be_drawn_at_any_size(
        cores in proptest::sample::select(vec![1u32, 2, 2, 3, 64, 256]),
        workers in proptest::sample::select(vec![1u32, 2, 3, 4, 16, 200, 300]),
        steps in proptest::collection::vec(any_step(), 1..40),
        calls_function in proptest::bool::ANY,
    ) {
        let mut session = Session::on(cores, 80, 24);
        let _ = session.app.update(Msg::PythonsFound(explorer::pythons()));
        if calls_function {
            function::named(&mut session);
        }
        ask_for_workers(&mut session, workers);
        prop_assert_eq!(session.app.setup().draft().workers, u64::from(workers));
        let plan = session.app.update(Msg::Key(Char('r')));
        let mut run = None;
        for (at, Step { key, event, size }) in steps.into_iter().enumerate() {
            // Most of it happens during a run.
            let asked = if at == 0 { plan.clone() } else { session.app.update(Msg::Key(key)) };
            for effect in play(&mut session, &mut run, event, asked) {
                match effect {
                    Effect::Start(order) => run = Some(Run::new(order, cores)),
                    Effect::LookAt { look, .. } => {
                        let refused = Err("nothing of this name is there".into());
                        let _ = session.app.update(Msg::FunctionSeen(look, refused));
                    }
                    Effect::Calibrate => { let _ = session.app.update(Msg::Calibrated(Speed::uniform(1e7))); }
                    _ => {}
                }
            }
            if let Some((columns, rows)) = size {
                session.size = (columns, rows);
                let _ = session.app.update(Msg::Resized { columns, rows });
            }
            session.rows();
        }
    }
}

/// A run of the form with so many events that its trace was thinned while it grew.
fn thinned() -> Session {
    const EVENTS: u64 = 1 << 22;
    let mut session = Session::new(80, 24);
    let [.., Effect::Start(plan)] = &session.app.update(Msg::Key(Char('r')))[..] else {
        panic!("nothing started")
    };
    let scenario = Scenario::new(plan.clone(), 2);
    let mut batch = scenario.batch(0, scenario.wall());
    let apart = scenario.wall() / EVENTS;
    let event = |i: u64| Transition {
        at: i * apart,
        task: Some(0),
        phase: if i.is_multiple_of(2) {
            Phase::Computing
        } else {
            Phase::Ready
        },
        core: 0,
        after_gap: false,
    };
    batch.lanes[0].transitions = (0..EVENTS).map(event).collect();
    let _ = session.app.update(Msg::Batch(batch));
    let _ = session
        .app
        .update(Msg::Concluded(Box::new(scenario.record())));
    assert!(
        session
            .app
            .shown()
            .is_some_and(|shown| shown.trace().is_thinned)
    );
    session
}

#[test]
fn a_thinned_timeline_can_be_looked_at_closely_in_every_layout() {
    let mut session = thinned();
    assert!(session.shows("to save memory"));
    for (columns, rows) in SIZES {
        session.size = (columns, rows);
        let _ = session.app.update(Msg::Resized { columns, rows });
        for keys in [
            &[Char('v')][..],
            &[
                Char('v'),
                Home,
                Right,
                Char('.'),
                Char('t'),
                Char('n'),
                Char('z'),
            ],
            &[Char('+'), Char('+'), Char('+'), Char(']')],
            &[Char('P')],
            &[Char('P'), Char('0'), Esc],
        ] {
            session.press(keys);
            let drawn = session.rows();
            assert!(
                drawn.iter().any(|row| row.contains("Timeline")),
                "{keys:?} at {columns}×{rows}"
            );
        }
    }
}
