//! Whatever happens to the file, only the damaged lines are lost.

use std::{fs, io::Write};

use pconc_tui::{
    catalog::{model::Model, workload::Workload},
    domain::{
        plan::Draft,
        python::GilState,
        record::{PhaseSource, PrintedOutput, PythonRecord, Record, TaskOutcome, TaskRecord},
        sweep::{Sweep, SweepDraft},
        trace::Trace,
    },
    store::{Change, HistoryPlace, PATIENCE, Reply, Store},
};

use super::{Room, here, record};
use crate::fixtures::{
    keep::{Decide, KeepOne},
    sample,
};

/// A history with runs of two sessions, a name and a removal.
fn small(room: &Room) -> Vec<u8> {
    let mut store = Store::at(room.place());
    for (session, id) in [("one", "a"), ("one", "b"), ("two", "c")] {
        store
            .keep_run(0, &here(session), &record(id))
            .expect("it can be kept");
    }
    store.rename(2, Some("before"));
    store.remove(&[1]);
    room.content()
}

#[test]
fn what_was_kept_comes_back_as_it_was_with_its_number_and_where_it_was_measured() {
    let room = Room::new();
    small(&room);
    let opened = room.opened();
    assert_eq!(opened.notice, None);
    let [b, c] = &opened.kept.runs[..] else {
        panic!("{:?}", room.ids())
    };
    assert_eq!(
        (b.number, b.name.as_deref(), &b.record),
        (2, Some("before"), &record("b"))
    );
    assert_eq!(
        (c.number, c.name.as_deref(), &c.record),
        (3, None, &record("c"))
    );
    assert_eq!(
        (&b.provenance.session[..], &c.provenance.session[..]),
        ("one", "two")
    );
    assert!(
        b.provenance.machine == c.provenance.machine
            && b.provenance.is_same_machine(&here("three"))
    );
    assert_eq!(
        opened
            .removed
            .runs
            .iter()
            .map(|run| run.number)
            .collect::<Vec<_>>(),
        [1]
    );
}

#[test]
fn a_removed_run_comes_back_with_its_number_and_name_and_its_number_is_never_given_again() {
    let room = Room::new();
    small(&room);
    let mut store = Store::at(room.place());
    store.remove(&[2, 3]);
    assert_eq!(room.numbers(), Vec::<usize>::new());
    assert_eq!(store.keep_run(0, &here("two"), &record("d")).unwrap(), 4);
    store.restore(&[2, 1]);
    assert_eq!(room.numbers(), [1, 2, 4]);
    assert_eq!(room.opened().kept.runs[1].name.as_deref(), Some("before"));
    store.rename(2, None);
    assert_eq!(room.opened().kept.runs[1].name, None);
    let unknown = Change::Remove {
        ids: vec!["nobody".into()],
    };
    let replies = store.keep(&[unknown], &here("two"), PATIENCE).unwrap();
    let is_reported = |reply: &Reply| matches!(&reply.messages[..], [message] if message.contains("no longer in the history file"));
    assert!(is_reported(&replies));
    let partly = Change::Remove {
        ids: vec!["d".into(), "nobody".into()],
    };
    let replies = store.keep(&[partly], &here("two"), PATIENCE).unwrap();
    assert!(is_reported(&replies), "who is not there is not removed");
    assert_eq!(room.numbers(), [1, 2], "but who is, is");
}

#[test]
fn a_number_that_is_wanted_and_free_is_given_and_those_between_stay_unused() {
    let room = Room::new();
    let mut store = Store::at(room.place());
    assert_eq!(store.keep_run(5, &here("one"), &record("a")).unwrap(), 5);
    assert_eq!(store.keep_run(3, &here("one"), &record("b")).unwrap(), 6);
}

#[test]
fn sweeps_and_runs_share_one_sequence_of_numbers() {
    let room = Room::new();
    let draft = Draft::new(Workload::Cpu, Model::Serial, 1);
    let models = vec![Model::Threads];
    let draft = SweepDraft {
        draft,
        models,
        pythons: vec![],
        workers: vec![1, 2],
        repeats: 3,
        seed: 7,
    };
    let sweep = Sweep {
        id: "one.1".into(),
        plan: draft.validate(&Default::default()).unwrap(),
    };
    let mut store = Store::at(room.place());
    assert_eq!(store.keep_run(0, &here("one"), &record("a")).unwrap(), 1);
    assert_eq!(store.keep_sweep(0, &here("one"), &sweep).unwrap(), 2);
    assert_eq!(store.keep_run(0, &here("one"), &record("b")).unwrap(), 3);
    store.rename(2, Some("curve"));
    let [kept] = &room.opened().kept.sweeps[..] else {
        panic!("{:?}", room.opened())
    };
    assert_eq!(
        (kept.number, kept.name.as_deref(), &kept.sweep),
        (2, Some("curve"), &sweep)
    );
    assert_eq!(room.numbers(), [1, 3]);
}

#[test]
fn runs_of_every_model_come_back_with_what_python_said_and_printed() {
    let room = Room::new();
    let mut store = Store::at(room.place());
    let mut kept = vec![];
    let suits = |model: &Model| Workload::Io.suits(*model);
    for model in Model::ALL.into_iter().filter(suits) {
        let plan = sample::plan(Workload::Io, model, if model.is_serial() { 1 } else { 3 });
        let mut record = Record {
            id: model.name().into(),
            ..sample::record(plan, 1.0, 0.5)
        };
        if model.is_python() {
            record.interpreter.python = Some(PythonRecord {
                gil: Some(GilState::On),
                interpreter_s: Some(0.02),
                imports_s: Some(0.1),
                pool_s: None,
                memory_bytes: Some(10_000_000),
                manager_cpu_s: Some(0.2),
                output: Some(PrintedOutput {
                    text: "one\ntwo\n".into(),
                    bytes: 8,
                }),
            });
            record.measurement.phase_source = PhaseSource::ClockAndSchedstatGilEstimated;
        }
        store.keep_run(0, &here("one"), &record).unwrap();
        kept.push(record);
    }
    let opened = room.opened();
    assert!(opened.notice.is_none(), "{:?}", opened.notice);
    let read: Vec<Record> = opened.kept.runs.into_iter().map(|run| run.record).collect();
    assert_eq!(read, kept);
}

#[test]
fn a_sweep_by_several_interpreters_comes_back() {
    let room = Room::new();
    let draft = SweepDraft {
        draft: Draft::new(Workload::Cpu, Model::Serial, 1),
        models: vec![Model::Threads, Model::PythonThreads, Model::PythonProcesses],
        pythons: vec![
            crate::fixtures::python::interpreter(),
            crate::fixtures::python::free_threaded(),
        ],
        workers: vec![1, 2],
        repeats: 3,
        seed: 7,
    };
    let sweep = Sweep {
        id: "one.1".into(),
        plan: draft.validate(&Default::default()).unwrap(),
    };
    Store::at(room.place())
        .keep_sweep(0, &here("one"), &sweep)
        .unwrap();
    let [kept] = &room.opened().kept.sweeps[..] else {
        panic!("{:?}", room.opened())
    };
    assert_eq!(kept.sweep, sweep);
}

#[test]
fn a_history_that_was_cut_anywhere_opens_and_takes_the_next_run() {
    let whole = small(&Room::new());
    let lines: Vec<&[u8]> = whole.split_inclusive(|byte| *byte == b'\n').collect();
    let is_run = |line: &&&[u8]| line.starts_with(b"{\"v\":1,\"kind\":\"run\"");
    for length in 0..=whole.len() {
        let room = Room::new();
        fs::write(room.file(), &whole[..length]).unwrap();
        let end_of = |count: usize| lines[..count].iter().map(|line| line.len()).sum::<usize>();
        let complete = (0..=lines.len())
            .rev()
            .find(|count| end_of(*count) <= length)
            .unwrap();
        let runs = lines[..complete].iter().filter(is_run).count();
        let is_torn = end_of(complete) < length;
        let opened = room.opened();
        assert_eq!(
            opened.kept.runs.len() + opened.removed.runs.len(),
            runs,
            "{length}"
        );
        assert_eq!(
            opened.notice.is_some(),
            is_torn,
            "{length}: {:?}",
            opened.notice
        );

        let mut store = Store::at(room.place());
        let number = store.keep_run(0, &here("new"), &record("new")).unwrap();
        let kept = room.opened();
        let all: Vec<usize> = kept
            .kept
            .runs
            .iter()
            .chain(&kept.removed.runs)
            .map(|run| run.number)
            .collect();
        // A line that only lacks its end was complete.
        let is_whole = lines
            .get(complete)
            .is_some_and(|line| length - end_of(complete) == line.len() - 1);
        let found = runs + usize::from(is_whole && is_run(&&lines[complete]));
        assert_eq!(all.len(), found + 1, "{length}");
        assert_eq!(
            (number, kept.kept.runs.last().unwrap().number),
            (found + 1, number),
            "{length}"
        );
        assert!(
            room.content().starts_with(&whole[..length]),
            "{length}: something was rewritten"
        );
    }
}

#[test]
fn damaged_lines_cost_only_themselves_and_are_reported_by_their_numbers() {
    let whole = small(&Room::new());
    let lines: Vec<&[u8]> = whole.split_inclusive(|byte| *byte == b'\n').collect();
    let huge = [b"{\"v\":1,\"kind\":\"", &vec![b'x'; 17 << 20][..], b"\"}\n"].concat();
    let nested = [&b"[".repeat(1 << 20)[..], b"\n"].concat();
    for wrong in [
        &b"{\"v\":1,\"kind\":\"run\",\"number\":7}\n"[..],
        b"not json\n",
        b"\xff\xfe\x00\n",
        b"{}\n",
        b"[1, 2]\n",
        b"{\"v\":1,\"kind\":\"run\",\"number\":-1,\"session\":\"one\",\"record\":{}}\n",
        b"{\"v\":1,\"kind\":\"remove\",\"numbers\":\"all\"}\n",
        b"{\"v\":1,\"kind\":\"name\",\"number\":18446744073709551615,\"name\":\"x\"}\n",
        lines[1],
        &huge,
        &nested,
    ] {
        let room = Room::new();
        let content = [
            lines[0], lines[1], wrong, lines[2], lines[3], lines[4], wrong,
        ]
        .concat();
        fs::write(room.file(), content).unwrap();
        let opened = room.opened();
        assert_eq!(
            room.numbers(),
            [1, 2, 3],
            "{:?}",
            &wrong[..20.min(wrong.len())]
        );
        let notice = opened.notice.unwrap();
        assert!(notice.contains("lines 3 and 7 are damaged"), "{notice}");
        let before = room.content();
        Store::at(room.place())
            .keep_run(0, &here("one"), &record("new"))
            .unwrap();
        assert!(room.content().starts_with(&before), "nothing is rewritten");
        assert_eq!(room.numbers(), [1, 2, 3, 4]);
    }
}

#[test]
fn runs_whose_session_is_lost_are_kept_and_come_from_no_machine_that_is_known() {
    let room = Room::new();
    let whole = small(&room);
    let text = String::from_utf8(whole).unwrap();
    let without: String = text
        .split_inclusive('\n')
        .filter(|line| !line.contains("\"session\","))
        .collect();
    fs::write(room.file(), without).unwrap();
    let opened = room.opened();
    let [b, c] = &opened.kept.runs[..] else {
        panic!("{opened:?}")
    };
    assert!(
        !b.provenance.is_same_machine(&c.provenance) && !b.provenance.is_same_machine(&here("x"))
    );
}

#[test]
fn lines_of_a_later_version_are_left_alone_and_their_numbers_are_taken() {
    let room = Room::new();
    let mut content = small(&room);
    content.extend(b"{\"v\":2,\"kind\":\"run\",\"number\":40,\"shape\":\"another\"}\n");
    content.extend(b"{\"v\":1,\"kind\":\"dream\",\"number\":41}\n");
    fs::write(room.file(), &content).unwrap();
    let notice = room.opened().notice.unwrap();
    assert!(
        notice.contains("2 lines were written by a newer pconc-tui"),
        "{notice}"
    );
    assert_eq!(
        Store::at(room.place())
            .keep_run(0, &here("one"), &record("new"))
            .unwrap(),
        42
    );
    assert!(room.content().starts_with(&content));
}

#[test]
fn a_file_that_is_something_else_is_never_written_to() {
    for content in [
        &b"\x89PNG\r\n\x1a\n\x00\x00"[..],
        b"[package]\nname = \"x\"\n",
        b"{\"name\": 1}\n",
        b"\x00",
    ] {
        let room = Room::new();
        fs::write(room.file(), content).unwrap();
        for error in [
            room.place().check().unwrap_err(),
            Store::at(room.place()).open().unwrap_err(),
            Store::at(room.place())
                .keep_run(0, &here("one"), &record("a"))
                .unwrap_err(),
        ] {
            assert!(
                error.to_string().contains("is not a history of pconc-tui"),
                "{error}"
            );
        }
        assert_eq!(room.content(), content);
    }
    let room = Room::new();
    fs::write(room.file(), "").unwrap();
    assert!(
        room.place().check().is_ok()
            && HistoryPlace {
                file: room.path().join("none")
            }
            .check()
            .is_ok()
    );
}

#[test]
fn a_directory_in_the_way_is_one_sentence() {
    let room = Room::new();
    fs::create_dir(room.file()).unwrap();
    let sentence = Store::at(room.place())
        .keep_run(0, &here("one"), &record("a"))
        .unwrap_err()
        .to_string();
    assert!(
        sentence.ends_with("history.jsonl is a directory"),
        "{sentence}"
    );
    let below = HistoryPlace {
        file: room.path().join("file/history.jsonl"),
    };
    fs::write(room.path().join("file"), "").unwrap();
    let sentence = Store::at(below)
        .keep_run(0, &here("one"), &record("a"))
        .unwrap_err()
        .to_string();
    assert!(
        sentence.starts_with("cannot read ") && sentence.ends_with("not a directory"),
        "{sentence}"
    );
}

#[test]
fn a_trace_comes_back_with_the_tasks_and_the_many_workers_of_its_run() {
    let room = Room::new();
    let store = Store::at(room.place());
    let plan = sample::plan(Workload::Cpu, Model::Threads, 200);
    let task = |task| TaskRecord {
        task,
        worker: task,
        start_s: 0.1,
        end_s: Some(0.2),
        outcome: TaskOutcome::Ok,
        error: None,
    };
    let mut whole = sample::record(plan, 1.5, 2.5);
    whole.id = "many".into();
    whole.tasks = Some((0..8).map(task).collect());
    let mut store = store;
    store.keep_run(0, &here("one"), &whole).unwrap();
    store.traces().keep(&whole, &Trace::new(200)).unwrap();
    assert!(room.content().len() < 4_000, "the line is short");
    let mut store = Store::at(room.place());
    let opened = store.open().unwrap();
    let mut record = opened.kept.runs[0].record.clone();
    assert_ne!(record, whole);
    let details = store.traces().read(&record.id).unwrap();
    assert_eq!(details.complete(&mut record).lanes.len(), 200);
    assert_eq!(record, whole);
}

#[test]
fn a_trace_that_is_gone_or_damaged_is_one_sentence() {
    let room = Room::new();
    let mut store = Store::at(room.place());
    store.keep_run(0, &here("one"), &record("a")).unwrap();
    let traces = store.traces();
    assert!(
        traces
            .read("a")
            .unwrap_err()
            .to_string()
            .contains("removed to save space")
    );
    traces.keep(&record("a"), &Trace::new(2)).unwrap();
    assert!(traces.read("a").is_ok());
    let file = room.place().traces().join("a.json");
    let content = fs::read(&file).unwrap();
    for length in 0..content.len() {
        fs::write(&file, &content[..length]).unwrap();
        assert!(
            traces
                .read("a")
                .unwrap_err()
                .to_string()
                .contains("damaged"),
            "{length}"
        );
    }
    for id in ["../history", "", "a/b", "."] {
        assert!(
            traces.read(id).is_err() && traces.keep(&record(id), &Trace::new(2)).is_err(),
            "{id}"
        );
    }
}

#[test]
fn what_was_appended_meanwhile_by_another_program_decides_the_number() {
    let room = Room::new();
    let (mut one, mut other) = (Store::at(room.place()), Store::at(room.place()));
    for round in 0..4 {
        let number = 2 * round + 1;
        let record = |name: &str| record(&format!("{name}{round}"));
        assert_eq!(
            one.keep_run(number, &here("one"), &record("a")).unwrap(),
            number
        );
        assert_eq!(
            other.keep_run(number, &here("two"), &record("b")).unwrap(),
            number + 1
        );
    }
    assert_eq!(room.opened().notice, None);
    let sessions = room
        .content()
        .split(|byte| *byte == b'\n')
        .filter(|line| line.len() < 400)
        .count();
    assert_eq!(
        sessions,
        2 + 1,
        "each session is said once; the end of the file counts as a line"
    );
    // The user deletes the history. It is started again with everything that is needed.
    fs::remove_file(room.file()).unwrap();
    assert_eq!(one.keep_run(0, &here("one"), &record("a")).unwrap(), 1);
    assert_eq!(
        room.opened().kept.runs[0].provenance.machine,
        super::machine()
    );
}

#[test]
fn a_line_that_is_not_finished_is_not_read_and_not_damaged_when_it_is() {
    let room = Room::new();
    let whole = small(&room);
    let cut = whole.len() - 10;
    fs::write(room.file(), &whole[..cut]).unwrap();
    let mut store = Store::at(room.place());
    let opened = store.open().unwrap();
    assert!(opened.notice.is_some());
    let mut file = fs::OpenOptions::new()
        .append(true)
        .open(room.file())
        .unwrap();
    file.write_all(&whole[cut..]).unwrap();
    store.keep_run(0, &here("two"), &record("d")).unwrap();
    assert_eq!(room.opened().notice, None);
    assert_eq!(room.numbers(), [2, 3, 4]);
}
