use super::*;

/// A machine with functions whose best execution is known by construction.
#[derive(Clone, Copy, Debug)]
struct Machine {
    calls: u32,
    computes_s: f64,
    waits_s: f64,
    /// How many calls a server answers at a time.
    at_once: u32,
    cores: u32,
    /// How many times as long the longest call takes.
    longest: f64,
}

const THREADS: usize = 1;
const INTERPRETERS: usize = 2;
const PROCESSES: usize = 3;

impl Machine {
    fn call_s(&self) -> f64 {
        self.computes_s + self.waits_s
    }

    /// The true time of an entry with so many calls.
    fn time_s(&self, Entry { family, workers }: Entry, calls: u32) -> f64 {
        let calls_s = f64::from(calls) + self.longest - 1.0;
        if family == LOOP {
            return calls_s * self.call_s();
        }
        let (start_s, each_s, hand_s) = match family {
            THREADS => (0.000_2, 0.000_05, 0.000_03),
            INTERPRETERS => (0.001, 0.02, 0.000_3),
            _ => (0.01, 0.006, 0.000_15),
        };
        let computing_at_once = if family == THREADS { 1 } else { self.cores };
        let waiting_at_once = workers.min(self.at_once).min(calls);
        let by_cores = calls_s * self.computes_s / f64::from(computing_at_once.min(workers));
        let by_workers = calls_s * self.call_s() / f64::from(waiting_at_once);
        let by_longest = self.longest * self.call_s();
        let work_s = by_cores.max(by_workers).max(by_longest);
        start_s + f64::from(workers) * each_s + f64::from(calls) * hand_s + work_s
    }

    /// The true time of the best number of workers of a family.
    fn best_s(&self, family: usize, calls: u32) -> f64 {
        let times =
            (2..=calls.clamp(2, 128)).map(|workers| self.time_s(Entry { family, workers }, calls));
        times.fold(f64::INFINITY, f64::min)
    }

    /// Whether an answer is right for this many calls. Within a few per cent of a threshold, both answers are.
    fn is_right(&self, standing: Standing, calls: u32) -> bool {
        let families = [THREADS, INTERPRETERS, PROCESSES];
        let best_s = families
            .map(|family| self.best_s(family, calls))
            .into_iter()
            .fold(f64::INFINITY, f64::min);
        let loop_s = self.time_s(Entry::LOOP, calls);
        match standing {
            Standing::CannotTell(_) => true,
            Standing::Neither(_) => loop_s / best_s < 1.35,
            Standing::Use(entry) => {
                let time_s = self.best_s(entry.family, calls);
                loop_s / time_s > 1.1 && time_s / best_s < 1.25
            }
        }
    }
}

/// Uniform numbers from 0 to 1 that repeat for the same seed.
fn uniform(mut state: u64) -> impl FnMut() -> f64 {
    move || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1_u64 << 53) as f64
    }
}

const OVERHEAD_S: f64 = 0.1;

/// Runs a race on a machine whose runs take up to `noise` times as long. It notices every fourth disturbance.
fn raced(machine: Machine, budget_s: f64, noise: f64, seed: u64) -> Race {
    let mut next = uniform(seed);
    next();
    let track = Track {
        inputs: machine.calls,
        most: vec![1_000, 64, 64],
        cores: machine.cores,
        budget_s,
    };
    let mut race = Race::new(track);
    let mut last = None;
    while let Some(entry) = race.next(last) {
        let time_s = machine.time_s(entry, race.tasks) * (1.0 + (noise - 1.0) * next());
        last = Some(LapResult {
            time_s,
            cost_s: time_s + OVERHEAD_S,
            is_disturbed: noise > 1.5 && next() < 0.25,
            is_sound: true,
            computes: machine.computes_s / machine.call_s(),
        });
    }
    race
}

const WAITS: Machine = Machine {
    calls: 100,
    computes_s: 0.001,
    waits_s: 0.05,
    at_once: 1_000,
    cores: 2,
    longest: 1.0,
};

const fn machines() -> [(&'static str, Machine); 6] {
    [
        ("waits", WAITS),
        (
            "computes",
            Machine {
                computes_s: 0.1,
                waits_s: 0.0,
                ..WAITS
            },
        ),
        (
            "mixed",
            Machine {
                computes_s: 0.03,
                waits_s: 0.03,
                ..WAITS
            },
        ),
        (
            "a server that answers four at a time",
            Machine {
                at_once: 4,
                ..WAITS
            },
        ),
        (
            "tiny",
            Machine {
                calls: 20,
                computes_s: 0.000_01,
                waits_s: 0.0,
                ..WAITS
            },
        ),
        (
            "uneven",
            Machine {
                longest: 10.0,
                ..WAITS
            },
        ),
    ]
}

#[test]
fn on_a_quiet_machine_the_right_family_is_named() {
    for (name, machine) in machines() {
        for cores in [2, 8] {
            let machine = Machine { cores, ..machine };
            let race = raced(machine, 60.0, 1.03, 7);
            let standing = race.standing();
            let laps = race.laps.iter().map(|lap| {
                (
                    lap.round,
                    lap.entry.family,
                    lap.entry.workers,
                    lap.result.time_s,
                )
            });
            assert!(
                !matches!(standing, Standing::CannotTell(_)),
                "{name}, {cores} cores: {standing:?} after {:?}",
                laps.collect::<Vec<_>>()
            );
            assert!(
                machine.is_right(standing, race.tasks),
                "{name}: {standing:?}"
            );
        }
    }
}

#[test]
fn waiting_asks_for_threads_computing_for_more_than_one_lock_and_tiny_calls_for_neither() {
    let named = |machine| match raced(machine, 60.0, 1.02, 3).standing() {
        Standing::Use(entry) => Some(entry.family),
        Standing::Neither(_) => None,
        Standing::CannotTell(doubt) => panic!("{machine:?}: {doubt:?}"),
    };
    let [waits, computes, _, server, tiny, uneven] = machines().map(|(_, machine)| machine);
    assert_eq!(named(waits), Some(THREADS));
    assert_eq!(named(server), Some(THREADS));
    assert_eq!(named(uneven), Some(THREADS));
    assert!(named(computes).is_some_and(|family| family != THREADS));
    assert_eq!(named(tiny), None);
}

#[test]
fn of_a_hundred_noisy_races_at_most_one_names_a_wrong_family() {
    const RACES: u64 = 100;
    for (name, machine) in machines() {
        let mut wrong = 0;
        for seed in 0..RACES {
            let cores = [2, 4, 16][(seed % 3) as usize];
            let machine = Machine { cores, ..machine };
            let budget_s = [20.0, 60.0][(seed % 2) as usize];
            let noise = [1.1, 2.0, 2.0][(seed / 2 % 3) as usize];
            let race = raced(machine, budget_s, noise, seed);
            wrong += u64::from(!machine.is_right(race.standing(), race.tasks));
        }
        assert!(wrong <= RACES / 100, "{name}: {wrong} of {RACES}");
    }
}

#[test]
fn a_race_takes_no_longer_than_its_budget_and_one_run_also_if_calls_are_slow() {
    for (name, machine) in machines() {
        for call_s in [0.001, 0.1, 3.0, 40.0] {
            for budget_s in [5.0, 60.0] {
                let stretch = call_s / machine.call_s();
                let machine = Machine {
                    computes_s: machine.computes_s * stretch,
                    waits_s: machine.waits_s * stretch,
                    ..machine
                };
                let race = raced(machine, budget_s, 1.2, 11);
                let costs = || race.laps.iter().map(|lap| lap.result.cost_s);
                let (total, longest) = (costs().sum::<f64>(), costs().fold(0.0, f64::max));
                assert!(total <= budget_s + longest, "{name} {call_s} s: {total}");
                assert!(race.laps.len() <= MOST_RUNS as usize, "{name}");
                assert_eq!(race.stage, RaceStage::Over, "{name}");
            }
        }
    }
}

#[test]
fn the_number_of_workers_is_where_more_gain_nothing() {
    let server = Machine {
        at_once: 12,
        ..WAITS
    };
    let Standing::Use(entry) = raced(server, 60.0, 1.01, 5).standing() else {
        panic!("it is decided");
    };
    assert_eq!(entry.family, THREADS);
    assert!((11..=14).contains(&entry.workers), "{entry:?}");
}

#[test]
fn the_loop_runs_twice_with_all_inputs_before_anything_else() {
    let race = raced(WAITS, 60.0, 1.0, 1);
    let counted = || race.laps.iter().filter(|lap| lap.round > 0);
    assert!(
        counted()
            .take(2)
            .all(|lap| lap.entry == Entry::LOOP && lap.tasks == race.tasks)
    );
    assert!(counted().nth(2).is_some_and(|lap| lap.entry != Entry::LOOP));
}

#[test]
fn long_lists_are_measured_by_a_part_of_their_inputs_and_short_ones_as_they_are() {
    let long = Machine {
        calls: 1_000_000,
        ..WAITS
    };
    let race = raced(long, 60.0, 1.1, 1);
    assert!(race.is_sampled() && race.tasks >= 40, "{}", race.tasks);
    let short = Machine { calls: 20, ..WAITS };
    assert!(!raced(short, 60.0, 1.1, 1).is_sampled());
}

#[test]
fn a_family_that_cannot_do_the_calls_is_not_measured_again() {
    let track = Track {
        inputs: 50,
        most: vec![64, 64],
        cores: 2,
        budget_s: 60.0,
    };
    let mut race = Race::new(track);
    let (mut last, mut broken) = (None, 0);
    while let Some(entry) = race.next(last) {
        let is_sound = entry.family != 2;
        broken += u32::from(!is_sound);
        let time_s = if entry.family == LOOP {
            1.0
        } else {
            1.0 / f64::from(entry.workers.min(8))
        };
        last = Some(LapResult {
            time_s,
            cost_s: time_s,
            is_disturbed: false,
            is_sound,
            computes: 1.0,
        });
    }
    assert_eq!(broken, 1);
    assert!(matches!(race.standing(), Standing::Use(entry) if entry.family == 1));
}

#[test]
fn a_disturbed_run_is_measured_again() {
    let quiet = raced(WAITS, 60.0, 1.02, 9);
    let disturbed = raced(WAITS, 60.0, 1.6, 9);
    let seen = disturbed
        .laps
        .iter()
        .filter(|lap| lap.result.is_disturbed)
        .count();
    assert!(seen > 0 && disturbed.laps.len() >= quiet.laps.len());
    assert!(
        disturbed.times(Entry::LOOP).len()
            < disturbed
                .laps
                .iter()
                .filter(|lap| lap.entry == Entry::LOOP)
                .count()
    );
}

#[test]
fn one_input_needs_no_workers_and_one_call_of_many_says_nothing() {
    let one = Machine { calls: 1, ..WAITS };
    assert_eq!(raced(one, 60.0, 1.1, 1).standing(), Standing::Neither(None));
    let slow = Machine {
        waits_s: 100.0,
        ..WAITS
    };
    let standing = raced(slow, 60.0, 1.1, 1).standing();
    assert_eq!(standing, Standing::CannotTell(Doubt::OneCall));
}

#[test]
fn if_the_first_inputs_fail_some_more_are_tried_before_it_gives_up() {
    let failing = |good_from: u32| {
        let track = Track {
            inputs: 100,
            most: vec![64],
            cores: 2,
            budget_s: 60.0,
        };
        let (mut race, mut last) = (Race::new(track), None);
        while let Some(entry) = race.next(last) {
            last = Some(LapResult {
                time_s: 0.1 / f64::from(entry.workers),
                cost_s: 0.2,
                is_disturbed: false,
                is_sound: race.tasks >= good_from,
                computes: 0.0,
            });
        }
        race
    };
    assert!(matches!(failing(3).standing(), Standing::Use(_)));
    assert!(failing(1_000).laps.len() < 5);
}
