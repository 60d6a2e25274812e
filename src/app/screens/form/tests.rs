//! What the keys do to the form.

use crate::{
    app::screens::form::*,
    catalog::workload::{ADDRESSES, ITERATIONS, LATENCY_MAX, LATENCY_MIN, TASK_TIME},
    domain::text::grouped,
};

fn on(row: Field) -> Setup {
    Setup {
        row,
        ..Setup::new(2, Limits::default())
    }
}

#[test]
fn serial_shows_one_worker_and_does_not_forget_the_users_number() {
    let mut setup = on(Field::WORKERS);
    setup.change(true);
    assert_eq!(setup.value(Field::WORKERS), "4");
    setup.row = Field::Model;
    setup.change(false);
    assert_eq!(setup.model(), Model::Serial);
    assert_eq!(
        (setup.value(Field::WORKERS).as_str(), setup.draft().workers),
        ("1 (fixed)", 1)
    );
    setup.change(true);
    assert_eq!(setup.draft().workers, 4);
}

#[test]
fn stepping_stops_at_the_limit_and_names_it() {
    let mut setup = on(Field::WORKERS);
    for _ in 0..20 {
        setup.change(true);
    }
    assert_eq!(setup.draft().workers, 4_000);
    assert_eq!(
        setup.remark().unwrap().sentence,
        "at most 4 000: this program's own limit"
    );
    for _ in 0..20 {
        setup.change(false);
    }
    assert_eq!(setup.draft().workers, 1);
    assert_eq!(setup.remark().unwrap().sentence, "at least 1");
    setup.change(true);
    assert!(setup.remark().is_none());
}

#[test]
fn the_longest_latency_stops_at_the_shortest_and_says_so() {
    let mut setup = on(Field::Number(&LATENCY_MAX));
    setup.draft.workload = Workload::Io;
    let shortest = setup.draft.get(&LATENCY_MIN);
    for _ in 0..40 {
        setup.change(false);
    }
    assert_eq!(setup.draft.get(&LATENCY_MAX), shortest);
    let said = format!("at least {}: the shortest latency", grouped(shortest));
    assert_eq!(setup.remark().unwrap().sentence, said);
    setup.row = Field::Number(&LATENCY_MIN);
    for _ in 0..40 {
        setup.change(false);
    }
    assert_eq!(setup.remark().unwrap().sentence, "at least 0");
}

#[test]
fn a_typed_number_out_of_range_stays_and_is_refused_in_place() {
    let mut setup = on(Field::WORKERS);
    setup.edit();
    "99999"
        .chars()
        .for_each(|digit| setup.type_digit(Key::Char(digit)));
    setup.accept();
    assert_eq!(setup.draft().workers, 99_999);
    let remark = setup.remark().unwrap();
    assert!(
        remark.is_error && remark.field == Field::WORKERS,
        "{remark:?}"
    );
}

#[test]
fn abandoning_or_typing_nothing_keeps_the_number() {
    let mut setup = on(Field::TASKS);
    for finish in [Setup::abandon, |setup: &mut Setup| setup.accept()] {
        setup.edit();
        finish(&mut setup);
        assert_eq!(setup.draft().tasks, 8);
    }
}

#[test]
fn workers_step_by_doubling_and_stop_at_the_cores_the_tasks_and_the_addresses() {
    let mut setup = Setup {
        row: Field::WORKERS,
        ..Setup::new(6, Limits::default())
    };
    (setup.draft.workload, setup.draft.workers) = (Workload::Io, 1);
    setup.draft.tasks = 50;
    setup.draft.set(&ADDRESSES, 12);
    let mut seen = vec![1];
    (0..8).for_each(|_| {
        setup.change(true);
        seen.push(setup.draft.workers);
    });
    assert_eq!(seen, [1, 2, 4, 6, 8, 12, 16, 32, 50]);
    (0..8).for_each(|_| setup.change(false));
    assert_eq!(setup.draft.workers, 1);
}

#[test]
fn plus_and_minus_reach_every_number_and_stop_where_the_arrows_do() {
    let mut setup = on(Field::WORKERS);
    setup.change_by_one(true);
    assert_eq!(setup.draft.workers, 3);
    (0..5).for_each(|_| setup.change_by_one(false));
    assert_eq!(
        (
            setup.draft.workers,
            setup.remark().unwrap().sentence.as_str()
        ),
        (1, "at least 1")
    );
    setup.draft.workers = 4_000;
    setup.change_by_one(true);
    assert_eq!(setup.draft.workers, 4_000);
    assert!(
        setup
            .remark()
            .unwrap()
            .sentence
            .starts_with("at most 4 000")
    );
    setup.row = Field::Model;
    setup.change_by_one(true);
    assert_eq!(setup.model(), Model::GilThreads);
}

#[test]
fn both_sizes_of_a_task_are_remembered() {
    let mut setup = on(Field::Sizing);
    setup.change(true);
    assert_eq!(setup.value(Field::Number(&TASK_TIME)), "250 ms");
    assert!(setup.draft().check(&Limits::default()).is_ok());
    setup.change(true);
    assert_eq!(setup.value(Field::Number(&ITERATIONS)), "10 000 000");
}

#[test]
fn the_lowest_and_highest_of_every_number_are_valid() {
    for workload in Workload::ALL {
        for model in Model::of(false) {
            let mut setup = Setup::new(2, Limits::default());
            (setup.draft.workload, setup.draft.model) = (workload, model);
            for row in setup.rows() {
                for up in [true, false] {
                    setup.row = row;
                    (0..80).for_each(|_| setup.change(up));
                    (setup.draft.workload, setup.draft.model) = (workload, model);
                    assert!(
                        setup.draft().check(&Limits::default()).is_ok(),
                        "{row:?} {:?}",
                        setup.draft
                    );
                }
            }
        }
    }
}
