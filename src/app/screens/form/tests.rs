//! The effects of keys on the form.

use crate::{
    app::{message::Msg, screens::form::*},
    catalog::{
        model::SWITCH_INTERVAL,
        workload::{ADDRESSES, ITERATIONS, LATENCY_MAX, LATENCY_MIN, TASK_TIME},
    },
    domain::text::grouped,
    fixtures::explorer,
    ui::key::Key,
};

fn on(row: Field) -> Setup {
    let mut setup = Setup::new(2, WorkerLimits::default());
    setup.choose(row);
    setup
}

fn remark(setup: &Setup) -> &str {
    setup.entry.remark.as_deref().unwrap_or_default()
}

#[test]
fn serial_shows_one_worker_and_does_not_forget_the_users_number() {
    let mut setup = on(Field::WORKERS);
    setup.change(true);
    assert_eq!(setup.value(Field::WORKERS), "4");
    setup.choose(Field::Model);
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
    assert_eq!(remark(&setup), "at most 4 000: a limit of this program");
    for _ in 0..20 {
        setup.change(false);
    }
    assert_eq!(setup.draft().workers, 1);
    assert_eq!(remark(&setup), "at least 1");
    setup.change(true);
    assert_eq!(remark(&setup), "");
}

#[test]
fn the_longest_latency_stops_at_the_shortest_and_says_so() {
    let mut setup = on(Field::Workload);
    setup.draft.workload = Workload::Io;
    setup.choose(Field::Number(&LATENCY_MAX));
    let shortest = setup.draft.get(&LATENCY_MIN);
    for _ in 0..40 {
        setup.change(false);
    }
    assert_eq!(setup.draft.get(&LATENCY_MAX), shortest);
    let said = format!("at least {}: the shortest latency", grouped(shortest));
    assert_eq!(remark(&setup), said);
    setup.choose(Field::Number(&LATENCY_MIN));
    for _ in 0..40 {
        setup.change(false);
    }
    assert_eq!(remark(&setup), "at least 0");
}

#[test]
fn a_typed_number_out_of_range_stays_and_is_refused_in_place() {
    let mut setup = on(Field::WORKERS);
    "99999".chars().for_each(|digit| match setup.typed() {
        None => setup.begin_typing(Key::Char(digit)),
        Some(_) => setup.type_key(Key::Char(digit)),
    });
    assert!(setup.accept());
    assert_eq!(setup.draft().workers, 99_999);
    let invalid = setup.draft().check(&WorkerLimits::default()).unwrap_err();
    setup.choose(Field::Workload);
    setup.refuse(&invalid);
    assert_eq!(setup.field(), Field::WORKERS, "the eye is led to it");
}

#[test]
fn what_is_no_number_is_refused_in_words_and_changes_nothing() {
    let mut setup = on(Field::WORKERS);
    setup.begin_typing(Key::Char('x'));
    assert_eq!(
        setup.entry.wrong(),
        Some("workers must be a whole number, not x")
    );
    assert_eq!(setup.draft().workers, 2);
}

#[test]
fn abandoning_or_typing_nothing_keeps_the_number() {
    let mut setup = on(Field::TASKS);
    let accept = |setup: &mut Setup| assert!(setup.accept());
    for finish in [Setup::abandon, accept] {
        setup.edit();
        finish(&mut setup);
        assert_eq!(setup.draft().tasks, 8);
    }
}

#[test]
fn workers_step_by_doubling_and_stop_at_the_cores_the_tasks_and_the_addresses() {
    let mut setup = Setup::new(6, WorkerLimits::default());
    setup.choose(Field::WORKERS);
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
fn plus_and_minus_reach_every_number_and_stop_at_the_limits_of_the_arrows() {
    let mut setup = on(Field::WORKERS);
    setup.change_by_one(true);
    assert_eq!(setup.draft.workers, 3);
    (0..5).for_each(|_| setup.change_by_one(false));
    assert_eq!((setup.draft.workers, remark(&setup)), (1, "at least 1"));
    setup.draft.workers = 4_000;
    setup.change_by_one(true);
    assert_eq!(setup.draft.workers, 4_000);
    assert!(remark(&setup).starts_with("at most 4 000"));
    setup.choose(Field::Model);
    setup.change_by_one(true);
    assert_eq!(setup.model(), Model::GilThreads);
}

#[test]
fn the_switch_interval_is_shown_in_milliseconds_unless_it_has_a_fraction_of_one() {
    let mut setup = on(Field::Number(&SWITCH_INTERVAL));
    for (us, shown) in [
        (5_000, "5 ms"),
        (100_000, "100 ms"),
        (1_500, "1 500 µs"),
        (10, "10 µs"),
    ] {
        setup.draft.set(&SWITCH_INTERVAL, us);
        assert_eq!(setup.value(Field::Number(&SWITCH_INTERVAL)), shown);
    }
}

#[test]
fn both_sizes_of_a_task_are_remembered() {
    let mut setup = on(Field::Sizing);
    setup.change(true);
    assert_eq!(setup.value(Field::Number(&TASK_TIME)), "250 ms");
    assert!(setup.draft().check(&WorkerLimits::default()).is_ok());
    setup.change(true);
    assert_eq!(setup.value(Field::Number(&ITERATIONS)), "10 000 000");
}

#[test]
fn the_lowest_and_highest_of_every_number_are_valid() {
    for workload in Workload::BUILT_IN {
        for model in Model::of(false) {
            let mut setup = Setup::new(2, WorkerLimits::default());
            (setup.draft.workload, setup.draft.model) = (workload, model);
            for field in setup.fields() {
                for up in [true, false] {
                    setup.choose(field);
                    (0..80).for_each(|_| setup.change(up));
                    (setup.draft.workload, setup.draft.model) = (workload, model);
                    assert!(
                        setup.draft().check(&WorkerLimits::default()).is_ok(),
                        "{field:?} {:?}",
                        setup.draft
                    );
                }
            }
        }
    }
}

#[test]
fn every_row_takes_the_largest_number_whole_with_its_digits_in_groups() {
    for workload in Workload::ALL {
        let mut app = App::new(explorer::machine(2), WorkerLimits::default());
        app.form.draft.workload = workload;
        for row in app.form.fields() {
            app.form.choose(row);
            let Field::Number(parameter) = row else {
                continue;
            };
            let before = app.form.draft.get(parameter);
            if parameter.is_switch() {
                continue;
            }
            let _ = app.update(Msg::Key(Key::Char('f')));
            app.form.choose(row);
            for key in [Key::Enter, Key::Ctrl('u')] {
                let _ = app.update(Msg::Key(key));
            }
            let _ = app.update(Msg::Pasted(grouped(u64::MAX)));
            assert_eq!(app.form.draft.get(parameter), u64::MAX, "{row:?}");
            for key in [Key::Enter, Key::Right, Key::Left, Key::Char('r')] {
                let _ = app.update(Msg::Key(key));
            }
            app.form.draft.set(parameter, before);
        }
    }
}
