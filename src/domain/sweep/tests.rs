//! Sweeps as users define them, and what their runs say together.

use proptest::prelude::*;

use super::*;
use crate::{
    catalog::{
        model::SWITCH_INTERVAL,
        workload::{
            COMPUTE_ITERATIONS, ITERATIONS, LATENCY_MAX, TASK_TIME, WRITES,
            Workload::{self, Cpu, Io},
        },
    },
    domain::{
        campaign::{BREAKS_ALLOWED, Campaign},
        model_variant::ModelVariant,
        python::StartMethod,
        record::{CampaignPart, Outcome},
        speed::Speed,
    },
    fixtures::{
        sample,
        swept::{by_pythons, draft, plan},
    },
};

fn refused(draft: &SweepDraft) -> Invalid {
    let invalid = draft
        .validate(&WorkerLimits::default())
        .expect_err("this draft is wrong");
    assert_eq!(
        draft.check(&WorkerLimits::default()),
        Err(invalid.clone()),
        "both say the same"
    );
    invalid
}

mod asked_for {
    use super::*;

    #[test]
    fn serial_is_measured_once_whatever_the_counts_and_whether_it_is_asked_for_or_not() {
        for models in [
            &[Model::Threads, Model::Serial][..],
            &[Model::Threads, Model::Threads],
        ] {
            let plan = plan(Cpu, models, &[4, 1, 2, 2], 3);
            let configurations: Vec<_> = plan
                .configurations
                .iter()
                .map(|plan| (plan.model(), plan.workers))
                .collect();
            let expected = [
                (Model::Serial, 1),
                (Model::Threads, 1),
                (Model::Threads, 2),
                (Model::Threads, 4),
            ];
            assert_eq!(configurations, expected);
            assert_eq!((plan.runs(), plan.rounds(), plan.repeats), (16, 4, 3));
            assert_eq!(plan.workers, [1, 2, 4]);
            assert_eq!(plan.models, [Model::Serial, Model::Threads]);
        }
        let alone = plan(Io, &[Model::Serial], &[], 2);
        assert_eq!(
            (alone.configurations.len(), alone.runs(), &alone.workers[..]),
            (1, 3, &[][..])
        );
    }

    #[test]
    fn the_number_of_runs_is_known_before_the_draft_is_a_plan() {
        let draft = draft(
            Io,
            &[Model::Threads, Model::Processes],
            &[1, 2, 4, 8, 16],
            3,
        );
        assert_eq!(draft.runs(), 44);
        assert_eq!(
            u64::from(draft.validate(&WorkerLimits::default()).unwrap().runs()),
            draft.runs()
        );
    }

    #[test]
    fn every_kind_of_wrong_draft_is_refused_with_a_sentence_about_its_field() {
        let many: Vec<u64> = (1..=40).collect();
        let native: Vec<Model> = Model::of(false).collect();
        for (draft, field, why) in [
            (draft(Cpu, &[], &[1], 3), Field::Model, "at least one model"),
            (
                draft(Cpu, &[Model::Threads], &[], 3),
                Field::WORKERS,
                "at least one number",
            ),
            (
                draft(Cpu, &[Model::Threads], &[0, 1], 3),
                Field::WORKERS,
                "from 1 to 4 000",
            ),
            (
                draft(Cpu, &[Model::Threads, Model::Rayon], &[1, 300], 3),
                Field::WORKERS,
                "under rayon",
            ),
            (
                draft(Io, &[Model::Processes], &[1_001], 3),
                Field::WORKERS,
                "1 001",
            ),
            (
                draft(Cpu, &[Model::Threads], &[1], 0),
                Field::REPEATS,
                "from 1 to 1 000",
            ),
            (
                draft(Cpu, &[Model::Threads], &[1], 1_001),
                Field::REPEATS,
                "from 1 to 1 000",
            ),
            (
                draft(Cpu, &[Model::Threads], &(1..=65).collect::<Vec<_>>(), 3),
                Field::WORKERS,
                "at most 64",
            ),
            (
                draft(Cpu, &native, &many, 3),
                Field::WORKERS,
                "at most 128 configurations",
            ),
            (
                draft(Cpu, &native, &many[..20], 1_000),
                Field::REPEATS,
                "at most 10 000 runs",
            ),
        ] {
            let invalid = refused(&draft);
            assert_eq!(invalid.field, field, "{invalid}");
            assert!(invalid.sentence.contains(why), "{invalid}");
        }
    }

    #[test]
    fn a_task_time_is_checked_before_and_resolved_once_for_all_configurations() {
        let mut timed = draft(Cpu, &[Model::Threads], &[1, 2], 1);
        timed.draft.set(&TASK_TIME, 100);
        assert!(timed.draft.needs_calibration());
        assert_eq!(timed.check(&WorkerLimits::default()), Ok(()));
        timed.draft = timed.draft.calibrated(&Speed::uniform(1e6));
        let plan = timed.validate(&WorkerLimits::default()).unwrap();
        let same = |other: &Plan| other.same_work(plan.work());
        assert!(plan.configurations.iter().all(same));
    }

    #[test]
    fn steps_are_those_of_pythons_speed_only_if_python_executes_all_models_but_serial() {
        let first = |models: &[Model]| {
            let draft = by_pythons(models, &[2]);
            draft.sized_by().map(Interpreter::version_name)
        };
        let python = Some("3.13.0".to_string());
        assert_eq!(first(&[Model::PythonThreads]), python);
        assert_eq!(first(&[Model::Serial, Model::PythonProcesses]), python);
        assert_eq!(first(&[Model::Threads, Model::PythonProcesses]), None);
        assert_eq!(first(&[Model::Serial]), None);
    }

    #[test]
    fn the_json_of_a_sweep_can_be_asked_for_again() {
        let mut io = draft(Io, &[Model::GilThreads, Model::Processes], &[1, 7], 2);
        (io.draft.seed, io.seed) = (5, u64::MAX);
        io.draft.set(&WRITES, 3);
        io.draft.set(&LATENCY_MAX, 250);
        io.draft.set(&SWITCH_INTERVAL, 500);
        let mut cpu = draft(Cpu, &[Model::Serial], &[], 1);
        cpu.draft.set(&ITERATIONS, 77);
        for draft in [io, cpu] {
            let sweep = Sweep {
                id: "s.1".into(),
                plan: draft.validate(&WorkerLimits::default()).unwrap(),
            };
            let json = serde_json::to_value(&sweep).unwrap();
            assert!(
                json["work"]["parameters"].is_object() && json["models"][0] == "serial",
                "{json}"
            );
            assert_eq!(serde_json::from_value::<Sweep>(json).unwrap(), sweep);
        }
    }

    #[test]
    fn each_interpreter_has_its_configurations_and_one_thread_of_it_in_any_case() {
        let models = [Model::Threads, Model::PythonProcesses];
        let draft = by_pythons(&models, &[2, 4]);
        let plan = draft.validate(&WorkerLimits::default()).unwrap();
        let label = |plan: &Plan| format!("{} {}", plan.executor.label(), plan.workers);
        let configurations: Vec<String> = plan.configurations.iter().map(label).collect();
        assert_eq!(
            configurations,
            [
                "serial 1",
                "threads 2",
                "threads 4",
                "python-threads (3.13.0) 1",
                "python-processes (3.13.0) 2",
                "python-processes (3.13.0) 4",
                "python-threads (3.14.2t, GIL off) 1",
                "python-processes (3.14.2t, GIL off) 2",
                "python-processes (3.14.2t, GIL off) 4",
            ]
        );
        let bases: Vec<usize> = (0..plan.configurations.len())
            .map(|index| plan.base_of(index))
            .collect();
        assert_eq!(bases, [0, 0, 0, 3, 3, 3, 6, 6, 6]);
        assert_eq!(plan.runs(), 36);
        assert_eq!(plan.pythons(), draft.pythons);
        assert_eq!(
            plan.models,
            [Model::Serial, Model::Threads, Model::PythonProcesses]
        );
        let parallel: Vec<String> = plan
            .parallel_executors()
            .iter()
            .map(ModelVariant::label)
            .collect();
        assert_eq!(
            parallel,
            [
                "threads",
                "python-processes (3.13.0)",
                "python-processes (3.14.2t, GIL off)"
            ],
            "one thread was not asked for"
        );
    }

    #[test]
    fn how_many_configurations_there_are_is_known_before_whatever_is_asked_for() {
        let python = [Model::PythonThreads, Model::PythonProcesses];
        for (models, workers, configurations) in [
            (&python[..], &[1, 2][..], 8),
            (&python, &[2, 4], 10),
            (&python[1..], &[1, 2], 6),
            (&[Model::Serial, Model::PythonThreads], &[1], 3),
            (&[Model::Serial], &[], 1),
        ] {
            let draft = by_pythons(models, workers);
            let plan = draft.validate(&WorkerLimits::default()).unwrap();
            assert_eq!(
                plan.configurations.len(),
                configurations,
                "{models:?} {workers:?}"
            );
            assert_eq!(u64::from(plan.runs()), draft.runs());
        }
        let twice = SweepDraft {
            pythons: vec![crate::fixtures::python::interpreter(); 2],
            ..by_pythons(&python, &[2])
        };
        assert_eq!(
            twice
                .validate(&WorkerLimits::default())
                .unwrap()
                .configurations
                .len(),
            3,
            "named twice is once"
        );
        let mut many = by_pythons(&python, &(1..=40).collect::<Vec<_>>());
        assert_eq!(refused(&many).field, Field::WORKERS);
        (many.workers, many.pythons) = (vec![2], vec![]);
        assert_eq!(refused(&many).field, Field::Python, "no interpreter at all");
    }

    #[test]
    fn the_json_of_a_sweep_by_several_interpreters_can_be_asked_for_again_also_where_their_defaults_differ()
     {
        let models = [Model::Threads, Model::PythonThreads, Model::PythonProcesses];
        for start_method in [None, Some(StartMethod::Fork), Some(StartMethod::Spawn)] {
            let mut draft = by_pythons(&models, &[1, 2]);
            draft.pythons[1].start_methods = vec![
                StartMethod::Forkserver,
                StartMethod::Spawn,
                StartMethod::Fork,
            ];
            draft.draft.start_method = start_method;
            let sweep = Sweep {
                id: "s.1".into(),
                plan: draft.validate(&WorkerLimits::default()).unwrap(),
            };
            let json = serde_json::to_value(&sweep).unwrap();
            assert_eq!(json["pythons"].as_array().map(Vec::len), Some(2));
            assert_eq!(json["start_method"].is_null(), start_method.is_none());
            assert_eq!(
                serde_json::from_value::<Sweep>(json).unwrap(),
                sweep,
                "{start_method:?}"
            );
        }
        let alone = by_pythons(&models[1..], &[2])
            .validate(&WorkerLimits::default())
            .unwrap();
        let sweep = Sweep {
            id: "s.2".into(),
            plan: alone,
        };
        let json = serde_json::to_string(&sweep).unwrap();
        assert_eq!(serde_json::from_str::<Sweep>(&json).unwrap(), sweep);
    }

    #[test]
    fn latencies_that_another_version_drew_are_kept() {
        let sweep = Sweep {
            id: "s.1".into(),
            plan: plan(Io, &[Model::Threads], &[2], 1),
        };
        let mut json = serde_json::to_value(&sweep).unwrap();
        json["work"]["parameters"]["latencies_s"][0] = serde_json::json!(0.123);
        let read: Sweep = serde_json::from_value(json.clone()).unwrap();
        assert!(
            read.plan
                .configurations
                .iter()
                .all(|plan| plan.workload == read.plan.work().workload)
        );
        assert_eq!(serde_json::to_value(&read).unwrap(), json);
    }

    #[test]
    fn an_impossible_sweep_is_not_read() {
        let sweep = Sweep {
            id: "s.1".into(),
            plan: plan(Cpu, &[Model::Threads], &[1, 2], 3),
        };
        let json = serde_json::to_value(&sweep).unwrap();
        for (key, wrong) in [
            ("models", serde_json::json!([])),
            ("models", serde_json::json!(["fibers"])),
            ("workers", serde_json::json!([0])),
            ("workers", serde_json::json!([1_000_000])),
            ("repeats", serde_json::json!(0)),
            ("repeats", serde_json::json!(u64::MAX)),
            ("work", serde_json::json!({})),
        ] {
            let mut json = json.clone();
            json[key] = wrong;
            assert!(serde_json::from_value::<Sweep>(json).is_err(), "{key}");
        }
    }
}

mod measured {
    use super::*;

    /// Runs the campaign to its end; `ended` returns the outcome of each run. Returns the records.
    fn run(plan: &SweepPlan, mut ended: impl FnMut(&Plan, u32) -> Outcome) -> Vec<Record> {
        let mut campaign = Campaign::sweep(plan.clone());
        let mut records: Vec<Record> = vec![];
        while let Some(next) = campaign.next(records.last()) {
            let mut record = sample::record(next.clone(), 1.0, 1.0);
            record.campaign = campaign.part("s.1");
            let (at, of) = campaign.progress();
            assert_eq!(at as usize, records.len() + 1);
            assert!(at <= of && of <= plan.runs());
            let round = record.campaign.as_ref().unwrap().round;
            record.ending.outcome = ended(&next, round);
            records.push(record);
        }
        records
    }

    fn times_of(records: &[Record], plan: &Plan) -> usize {
        records.iter().filter(|record| record.plan == *plan).count()
    }

    #[test]
    fn every_configuration_is_measured_once_in_every_round_and_the_rounds_follow_each_other() {
        let plan = plan(Cpu, &[Model::Threads, Model::Processes], &[1, 2, 4], 3);
        let records = run(&plan, |_, _| Outcome::Completed);
        assert_eq!(records.len(), plan.runs() as usize);
        for (round, records) in (0..).zip(records.chunks(plan.configurations.len())) {
            let of_round = Some(CampaignPart {
                id: "s.1".into(),
                round,
                in_turn: false,
            });
            assert!(records.iter().all(|record| record.campaign == of_round));
            for configuration in &plan.configurations {
                assert_eq!(times_of(records, configuration), 1);
            }
        }
    }

    #[test]
    fn orders_follow_the_seed_and_differ_from_round_to_round() {
        let orders = |seed| -> Vec<Vec<usize>> {
            let draft = SweepDraft {
                seed,
                ..draft(Cpu, &[Model::Threads], &[1, 2, 3, 4, 5, 6, 7], 5)
            };
            let plan = draft.validate(&WorkerLimits::default()).unwrap();
            (0..plan.rounds()).map(|round| plan.order(round)).collect()
        };
        assert_eq!(orders(3), orders(3));
        assert_ne!(orders(3), orders(4));
        let of_three = orders(3);
        let mut different = of_three.clone();
        different.sort();
        different.dedup();
        assert_eq!(different.len(), of_three.len());
    }

    #[test]
    fn a_run_that_is_stopped_ends_the_sweep() {
        let plan = plan(Cpu, &[Model::Threads], &[1, 2], 3);
        let mut left = 5;
        let records = run(&plan, |_, _| {
            left -= 1;
            if left == 0 {
                Outcome::Cancelled
            } else {
                Outcome::Completed
            }
        });
        assert_eq!(records.len(), 5);
    }

    #[test]
    fn a_configuration_that_keeps_breaking_is_left_out_and_the_others_go_on() {
        let plan = plan(Cpu, &[Model::Threads, Model::Processes], &[1, 2], 6);
        let breaking = plan.configurations[4].clone();
        let records = run(&plan, |plan, _| {
            if *plan == breaking {
                Outcome::Failed
            } else {
                Outcome::Completed
            }
        });
        for configuration in &plan.configurations {
            let expected = if *configuration == breaking {
                BREAKS_ALLOWED
            } else {
                plan.rounds()
            };
            assert_eq!(times_of(&records, configuration), expected as usize);
        }
    }

    #[test]
    fn a_sweep_in_which_everything_breaks_ends() {
        let plan = plan(Cpu, &[Model::Threads], &[1], 1_000);
        assert_eq!(
            run(&plan, |_, _| Outcome::Failed).len(),
            2 * BREAKS_ALLOWED as usize
        );
    }

    proptest! {
        #[test]
        fn whatever_is_asked_for_each_configuration_is_measured_equally_often(
            counts in proptest::collection::vec(1u64..200, 1..8),
            models in proptest::sample::subsequence(Model::of(false).collect::<Vec<_>>(), 1..=5),
            repeats in 1u64..6,
            seed in any::<u64>(),
        ) {
            let draft = SweepDraft { seed, ..draft(Cpu, &models, &counts, repeats) };
            let plan = draft.validate(&WorkerLimits::default()).unwrap();
            let records = run(&plan, |_, _| Outcome::Completed);
            prop_assert_eq!(records.len() as u64, draft.runs());
            for configuration in &plan.configurations {
                prop_assert_eq!(times_of(&records, configuration), plan.rounds() as usize);
            }
            let serial = |record: &&Record| record.plan.model() == Model::Serial;
            prop_assert_eq!(records.iter().filter(serial).count(), plan.rounds() as usize);
        }
    }
}

mod concluded {
    use super::*;
    use crate::fixtures::swept::{Row, SERIAL, one_percent, records, sweep};

    fn results(kind: Workload, rows: &[Row]) -> Results {
        sweep(kind, rows).results(&records(kind, rows))
    }

    #[test]
    fn the_best_beats_serial_if_anything_does_even_where_chance_hides_it_for_a_smaller_one() {
        let unsteady: &[f64] = &[1.2, 3.1, 3.2, 2.9, 3.3];
        let rows = [
            SERIAL,
            (Model::Threads, 2, unsteady),
            (Model::Threads, 4, &[1.0, 2.6, 2.61, 2.62, 2.6][..]),
        ];
        let sweep = sweep(Io, &rows);
        let results = sweep.results(&records(Io, &rows));
        assert_eq!(sweep.plan.configurations[results.best.unwrap()].workers, 4);
    }

    #[test]
    fn the_round_that_warms_up_other_sweeps_and_stopped_runs_are_not_counted() {
        let rows = [SERIAL, (Model::Threads, 2, one_percent(1.5))];
        let mut all = records(Cpu, &rows);
        let mut others = vec![];
        for (change, id, round) in [(0, "s.1", 0), (1, "other", 1), (2, "s.1", 6)] {
            let mut record = sample::record(sample::plan(Cpu, Model::Threads, 2), 99.0, 1.0);
            record.campaign = Some(CampaignPart {
                id: id.into(),
                round,
                in_turn: false,
            });
            if change == 2 {
                record.ending.outcome = Outcome::Cancelled;
            }
            others.push(record);
        }
        others.push(sample::record(
            sample::plan(Cpu, Model::Threads, 2),
            98.0,
            1.0,
        ));
        let alone = sweep(Cpu, &rows).results(&all);
        all.extend(others);
        let together = sweep(Cpu, &rows).results(&all);
        assert_eq!(together.summaries, alone.summaries);
        assert_eq!((alone.ended, together.ended), (10, 11));
    }

    #[test]
    fn the_best_configuration_has_the_fewest_workers_among_those_that_nothing_clearly_beats() {
        let rows = [
            SERIAL,
            (Model::Threads, 8, one_percent(0.51)),
            (Model::Threads, 16, one_percent(0.505)),
            (Model::Processes, 4, one_percent(0.52)),
            (Model::Processes, 16, one_percent(0.5)),
        ];
        let sweep = sweep(Io, &rows);
        let results = sweep.results(&records(Io, &rows));
        let best = results.best.unwrap();
        let plan = &sweep.plan.configurations[best];
        assert_eq!((plan.model(), plan.workers), (Model::Processes, 4));
        let marked: Vec<usize> = (0..results.summaries.len())
            .filter(|index| {
                results.summaries[*index]
                    .as_ref()
                    .is_some_and(|summary| summary.is_best)
            })
            .collect();
        assert_eq!(marked, [best]);
        let threads = results
            .series_of(&ModelVariant {
                model: Model::Threads,
                python: None,
            })
            .unwrap()
            .best
            .unwrap();
        assert_eq!(sweep.plan.configurations[threads].workers, 8);
    }

    #[test]
    fn a_summary_has_medians_efficiency_the_serial_fraction_and_the_run_to_look_at() {
        let results = results(Cpu, &[SERIAL, (Model::Processes, 2, &[2.0, 1.5, 1.6])]);
        let summary = results.summaries[1].as_ref().unwrap();
        let near = |a: f64, b: f64| (a - b).abs() < 1e-9;
        assert!(
            near(summary.time.median, 1.6)
                && near(summary.time.min, 1.5)
                && near(summary.time.max, 2.0)
        );
        assert!(near(summary.speedup.unwrap().value, 1.875));
        assert!(near(summary.efficiency.unwrap(), 0.9375));
        // (1/1.875 - 1/2) / (1 - 1/2)
        assert!(near(summary.karp_flatt.unwrap(), 1.0 / 15.0));
        assert_eq!(summary.median_run, "processes-2-3");
        assert!(near(summary.parallelism, 1.0 / 1.6));
        let serial = results.summaries[0].as_ref().unwrap();
        assert_eq!(serial.speedup.map(|ratio| ratio.value), Some(1.0));
        assert_eq!(serial.karp_flatt, None);
    }

    #[test]
    fn the_ideal_of_tasks_that_compute_and_wait_has_cores_for_what_they_compute() {
        let mut draft = draft(Workload::Sleep, &[Model::Threads], &[2, 4, 16], 1);
        let ideals = |draft: &SweepDraft, parallelism: f64| {
            let plan = draft.validate(&WorkerLimits::default()).unwrap();
            let mut serial = sample::record(plan.work().clone(), 1.0, 1.0);
            serial.times.parallelism = parallelism;
            serial.campaign = crate::fixtures::swept::part(1);
            let sweep = crate::fixtures::swept::of(plan);
            let results = sweep.results([&serial]);
            [2, 4, 16].map(|workers| sweep.plan.ideal_speedup(workers, 2.0, &results))
        };
        assert_eq!(ideals(&draft, 0.01), [2.0, 4.0, 16.0]);
        draft.draft.set(&COMPUTE_ITERATIONS, 1_000_000);
        assert_eq!(ideals(&draft, 0.25), [2.0, 4.0, 8.0]);
    }

    #[test]
    fn a_sweep_is_complete_once_every_run_has_ended() {
        let plan = plan(Cpu, &[Model::Threads], &[2], 1);
        let sweep = Sweep {
            id: "s.1".into(),
            plan,
        };
        let mut all = vec![];
        for round in 0..2 {
            for configuration in &sweep.plan.configurations {
                assert!(!sweep.results(&all).is_complete);
                let mut record = sample::record(configuration.clone(), 1.0, 1.0);
                record.campaign = Some(CampaignPart {
                    id: "s.1".into(),
                    round,
                    in_turn: false,
                });
                all.push(record);
            }
        }
        assert!(sweep.results(&all).is_complete);
    }
}
