//! Measured runs are kept, whatever other programs do to the history meanwhile.

use std::{
    fs::{self, File, OpenOptions},
    io::{BufRead, BufReader, Read},
    os::unix::fs::FileExt,
    process::{Child, Command, Stdio},
    time::Duration,
};

use pconc_tui::{
    domain::sweep::{Sweep, SweepDraft},
    store::{Change, KeepingEnd, PATIENCE, Reply, Store, Writer, take_in},
};
use proptest::prelude::*;

use super::{Room, here, record};
use crate::fixtures::keep::{Decide, KeepOne};

const TINY: &str = "run --workload cpu --model threads --workers 2 --tasks 4 --iterations 1000";

fn start(line: &str, room: &Room) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pconc-tui"));
    command
        .args(line.split(' '))
        .arg("--history")
        .arg(room.file());
    command
        .env("LANG", "C.UTF-8")
        .env_remove("LC_ALL")
        .env_remove("LC_CTYPE");
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command.spawn().expect("the binary was built for this test")
}

/// The history, locked by another program: this test.
fn locked(room: &Room) -> File {
    let file = OpenOptions::new()
        .append(true)
        .create(true)
        .open(room.file())
        .expect("the test made it so");
    file.lock().expect("the test made it so");
    file
}

fn pending(room: &Room) -> Vec<String> {
    let entries = fs::read_dir(room.path())
        .expect("the test made it so")
        .map(|entry| entry.expect("the test made it so").file_name());
    entries
        .filter_map(|name| name.into_string().ok())
        .filter(|name| name.contains("pending"))
        .collect()
}

#[test]
fn runs_that_end_while_another_program_locks_the_history_are_in_it_once_that_is_over() {
    let room = Room::new();
    let lock = locked(&room);
    let mut program = start(&format!("{TINY} --repeats 20"), &room);
    let mut told = BufReader::new(program.stderr.take().unwrap());
    let mut line = String::new();
    told.read_line(&mut line).unwrap();
    assert!(
        line.contains("not in the history yet; trying again: another program keeps"),
        "{line}"
    );
    lock.unlock().unwrap();
    told.read_to_string(&mut line).unwrap();
    assert_eq!(program.wait().unwrap().code(), Some(0), "{line}");
    assert_eq!(room.numbers(), (1..=20).collect::<Vec<_>>(), "{line}");
    assert_eq!(pending(&room), Vec::<String>::new());
}

#[test]
fn runs_that_could_never_be_added_are_kept_beside_the_history_and_the_next_start_takes_them_in() {
    for next in ["history list", TINY] {
        let room = Room::new();
        let lock = locked(&room);
        let output = start(&format!("{TINY} --repeats 3"), &room)
            .wait_with_output()
            .unwrap();
        let told = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(0), "they are not lost: {told}");
        let [beside] = &pending(&room)[..] else {
            panic!("{told}")
        };
        assert!(
            told.contains("3 runs could not be added to the history"),
            "{told}"
        );
        assert!(told.contains(beside.as_str()), "{told}");
        lock.unlock().unwrap();
        let output = start(next, &room).wait_with_output().unwrap();
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(
            told.contains(
                "3 runs that earlier sessions could not add to the history are in it now"
            )
        );
        let count = if next == TINY { 4 } else { 3 };
        assert_eq!(room.numbers(), (1..=count).collect::<Vec<_>>(), "{next}");
        assert_eq!(pending(&room), Vec::<String>::new());
        let provenance = &room.opened().kept.runs[0].provenance;
        assert!(
            provenance.machine.cores_usable > 0,
            "where they were measured is known"
        );
    }
}

#[test]
fn a_program_that_is_killed_while_its_runs_wait_leaves_them_beside_the_history() {
    let room = Room::new();
    let lock = locked(&room);
    let mut program = start(&format!("{TINY} --repeats 1000"), &room);
    let beside = || pending(&room).first().map(|name| room.path().join(name));
    let lines = || {
        beside()
            .and_then(|path| fs::read_to_string(path).ok())
            .map_or(0, |all| all.lines().count())
    };
    super::wait_until("five runs wait", || lines() > 5);
    program.kill().unwrap();
    program.wait().unwrap();
    let whole = lines() - 1;
    lock.unlock().unwrap();
    assert_eq!(
        take_in(&room.place()).map(|told| told.contains("in it now")),
        Some(true)
    );
    assert_eq!(room.numbers().len(), whole);
    assert_eq!(take_in(&room.place()), None);
}

#[test]
fn many_commands_at_once_lose_no_run_of_a_large_history() {
    let room = Room::new();
    let earlier: Vec<Change> = (0..3000)
        .map(|i| Change::run(0, &record(&format!("earlier-{i}"))))
        .collect();
    Store::at(room.place())
        .keep(&earlier, &here("one"), Duration::ZERO)
        .unwrap();
    // None of them has an index, as after an update of the program.
    fs::remove_file(room.place().index()).unwrap();
    let programs: Vec<Child> = (0..8)
        .map(|_| start(&format!("{TINY} --repeats 5"), &room))
        .collect();
    for program in programs {
        let output = program.wait_with_output().unwrap();
        assert!(
            output.status.success() && output.stderr.is_empty(),
            "{output:?}"
        );
    }
    assert_eq!(room.numbers(), (1..=3040).collect::<Vec<_>>());
}

/// What a line of the history says about its number.
#[derive(serde::Deserialize)]
struct Numbered {
    number: Option<usize>,
}

#[test]
fn sixteen_commands_that_end_at_once_lose_no_run_of_a_history_of_a_hundred_thousand() {
    const EARLIER: usize = 100_000;
    let room = Room::new();
    let mut store = Store::at(room.place());
    store
        .keep_run(0, &here("one"), &record("earlier-1-"))
        .unwrap();
    let first = String::from_utf8(room.content()).unwrap();
    let (session, run) = first.split_once('\n').unwrap();
    let run = |number: usize| {
        let numbered = run.replace("\"number\":1,", &format!("\"number\":{number},"));
        numbered.replace("earlier-1-", &format!("earlier-{number}-"))
    };
    let lines: Vec<String> = (1..=EARLIER).map(run).collect();
    fs::write(room.file(), format!("{session}\n{}", lines.concat())).unwrap();
    fs::remove_file(room.place().index()).unwrap();
    let next = store.keep_run(0, &here("one"), &record("next")).unwrap();
    assert_eq!(next, EARLIER + 1);
    let programs: Vec<Child> = (0..16)
        .map(|_| start(&format!("{TINY} --format json"), &room))
        .collect();
    for program in programs {
        let output = program.wait_with_output().unwrap();
        assert!(output.status.success(), "{output:?}");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    }
    let content = room.content();
    let lines = content.split(|byte| *byte == b'\n');
    let parsed = lines.filter_map(|line| serde_json::from_slice(line).ok());
    let mut numbers: Vec<usize> = parsed.filter_map(|line: Numbered| line.number).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=next + 16).collect::<Vec<_>>());
    assert_eq!(pending(&room), Vec::<String>::new());
}

#[test]
fn the_next_number_is_known_without_reading_the_history() {
    let room = Room::new();
    let mut store = Store::at(room.place());
    store
        .keep_run(100, &here("one"), &record("the highest"))
        .unwrap();
    for id in 0..20 {
        store
            .keep_run(0, &here("one"), &record(&format!("r{id}")))
            .unwrap();
    }
    // At this time, the start of the file is missing.
    let file = OpenOptions::new().write(true).open(room.file()).unwrap();
    let blank = room.content().len() - 8192;
    file.write_all_at(&vec![b' '; blank], 0).unwrap();
    assert_eq!(
        Store::at(room.place())
            .keep_run(0, &here("two"), &record("next"))
            .unwrap(),
        121
    );
}

#[test]
fn what_is_known_of_another_history_or_damaged_decides_no_number() {
    let room = Room::new();
    let keep = |id: &str| {
        Store::at(room.place())
            .keep_run(0, &here("one"), &record(id))
            .unwrap()
    };
    let small = |count: usize| {
        let room = Room::new();
        let changes: Vec<Change> = (0..count)
            .map(|i| Change::run(0, &record(&format!("other-{i}"))))
            .collect();
        Store::at(room.place())
            .keep(&changes, &here("two"), Duration::ZERO)
            .unwrap();
        room.content()
    };
    for number in 1..=3 {
        assert_eq!(keep(&format!("r{number}")), number);
    }
    let index = fs::read(room.place().index()).unwrap();
    // The same file with other lines in it: fewer, equally many bytes, and more.
    fs::write(room.file(), small(1)).unwrap();
    assert_eq!(keep("a"), 2);
    fs::write(room.place().index(), &index).unwrap();
    fs::write(room.file(), small(9)).unwrap();
    assert_eq!(keep("b"), 10);
    for length in 0..index.len() {
        fs::write(room.place().index(), &index[..length]).unwrap();
        assert_eq!(keep(&format!("c{length}")), 11 + length);
    }
    // Another file under the same name.
    fs::remove_file(room.file()).unwrap();
    assert_eq!(keep("d"), 1);
    // Joined by hand, so that the highest number is not the last one.
    let joined = [small(9), room.content()].concat();
    fs::write(room.file(), joined).unwrap();
    assert_eq!(keep("e"), 10);
}

#[test]
fn where_nothing_can_be_written_the_end_says_how_many_runs_are_lost() {
    let room = Room::new();
    fs::write(room.path().join("file"), "").unwrap();
    let place = pconc_tui::store::HistoryPlace {
        file: room.path().join("file/history.jsonl"),
    };
    let mut writer = Writer::new(Store::at(place), here("one"));
    let told = writer.keep(Change::run(1, &record("a")), Duration::ZERO);
    assert!(
        matches!(&told.messages[..], [told] if told.contains("not in the history yet")),
        "{told:?}"
    );
    assert_eq!(
        writer.keep(Change::run(2, &record("b")), Duration::ZERO),
        Reply::default(),
        "it is told once"
    );
    let end = writer.finish();
    assert!(
        matches!(&end, KeepingEnd::Lost(told) if told.starts_with("2 runs could not be kept anywhere")),
        "{end:?}"
    );
}

#[test]
fn a_file_beside_the_history_is_left_alone_while_its_session_goes_on_or_if_a_newer_program_wrote_it()
 {
    let room = Room::new();
    let lock = locked(&room);
    let mut writer = Writer::new(Store::at(room.place()), here("one"));
    writer.keep(Change::run(1, &record("a")), Duration::ZERO);
    assert_eq!(take_in(&room.place()), None);
    let [beside] = &pending(&room)[..] else {
        panic!("{:?}", pending(&room))
    };
    let content = fs::read_to_string(room.path().join(beside)).unwrap();
    lock.unlock().unwrap();
    let reply = writer.try_again();
    assert_eq!((reply.kept[0].1, reply.messages.len()), (1, 1));
    assert_eq!(pending(&room), Vec::<String>::new());

    let newer = room.place().pending("two");
    fs::write(&newer, content.replace("{\"v\":1", "{\"v\":9")).unwrap();
    let foreign = room.place().pending("three");
    fs::write(&foreign, "my notes\n").unwrap();
    assert_eq!(take_in(&room.place()), None);
    assert!(newer.exists() && foreign.exists());
    // The program exited between appending the runs and removing the file. No run may be there twice.
    fs::write(room.place().pending("one"), content).unwrap();
    assert!(take_in(&room.place()).is_some());
    assert_eq!((room.numbers(), pending(&room).len()), (vec![1], 2));
}

#[test]
fn what_waits_beside_the_history_holds_up_no_start_while_the_history_is_locked() {
    let room = Room::new();
    let lock = locked(&room);
    for session in 0..5 {
        let mut writer = Writer::new(Store::at(room.place()), here(&format!("session-{session}")));
        writer.keep(
            Change::run(1, &record(&format!("r{session}"))),
            Duration::ZERO,
        );
    }
    let told = take_in(&room.place());
    assert!(told.is_some_and(|told| told.contains("could not be added to the history yet")));
    assert_eq!(pending(&room).len(), 5);
    lock.unlock().unwrap();
    assert!(take_in(&room.place()).is_some_and(|told| told.starts_with("5 runs ")));
    assert_eq!(
        (room.numbers(), pending(&room).len()),
        (vec![1, 2, 3, 4, 5], 0)
    );
}

#[test]
fn of_a_file_beside_the_history_what_is_not_understood_stays_and_the_rest_is_taken_once() {
    let room = Room::new();
    let lock = locked(&room);
    let mut writer = Writer::new(Store::at(room.place()), here("one"));
    writer.keep(Change::run(1, &record("a")), Duration::ZERO);
    writer.keep(
        Change::Remove {
            ids: vec!["a".into()],
        },
        Duration::ZERO,
    );
    drop(writer);
    lock.unlock().unwrap();
    let path = room.place().pending("one");
    let newer = "{\"v\":2,\"change\":{\"dream\":{}}}\n";
    let content = fs::read_to_string(&path).unwrap() + newer;
    fs::write(&path, content).unwrap();
    assert!(take_in(&room.place()).is_some());
    Store::at(room.place()).restore(&[1]);
    assert_eq!(take_in(&room.place()), None);
    assert_eq!(room.numbers(), [1], "the removal is not made again");
    let left = fs::read_to_string(&path).unwrap();
    assert!(
        left.starts_with("{\"v\":1,\"session\":")
            && left.ends_with(newer)
            && left.lines().count() == 2
    );
    fs::write(room.place().pending("two"), "").unwrap();
    assert_eq!(take_in(&room.place()), None);
    assert!(
        !room.place().pending("two").exists(),
        "a program ended before it wrote anything"
    );
}

#[test]
fn a_run_that_waits_is_shown_with_the_number_that_it_will_most_likely_get() {
    let room = Room::new();
    Store::at(room.place())
        .keep_run(41, &here("one"), &record("a"))
        .unwrap();
    let lock = locked(&room);
    let output = start(&format!("{TINY} --format json"), &room)
        .wait_with_output()
        .unwrap();
    assert!(
        String::from_utf8(output.stdout)
            .unwrap()
            .contains("\"number\": 42")
    );
    lock.unlock().unwrap();
    assert!(take_in(&room.place()).is_some());
    assert_eq!(room.numbers(), [41, 42]);
}

#[test]
fn where_nothing_can_be_kept_beside_the_history_a_run_of_many_workers_is_whole_in_it() {
    let room = Room::new();
    fs::write(room.place().traces(), "in the way").unwrap();
    let line = "run --workload cpu --model threads --workers 100 --tasks 100 --iterations 100";
    let output = start(line, &room).wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let run = &room.opened().kept.runs[0];
    assert_eq!(
        (
            run.record.workers.len(),
            run.record.tasks.as_ref().map(Vec::len)
        ),
        (100, Some(100))
    );
}

#[test]
fn a_usual_history_that_is_none_is_said_and_the_exit_code_says_that_nothing_was_kept() {
    let data = tempfile::tempdir().unwrap();
    let usual = data.path().join("pconc-tui/history.jsonl");
    fs::create_dir_all(&usual).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_pconc-tui"));
    command
        .args(TINY.split(' '))
        .env("XDG_DATA_HOME", data.path());
    let output = command.output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(
        told.contains("runs are not kept") && told.contains("is a directory"),
        "{told}"
    );
    assert!(
        String::from_utf8(output.stdout)
            .unwrap()
            .contains("completed"),
        "{told}"
    );
}

/// An event of a history.
#[derive(Clone, Debug)]
enum Step {
    Keep,
    KeepSweep,
    Name(prop::sample::Index, String),
    Remove(prop::sample::Index),
    Restore(prop::sample::Index),
    /// Another program takes the lock or releases it.
    Lock(bool),
    TryAgain,
    /// Another program appends a run.
    Other,
    /// The program is killed, and the next one starts.
    Killed,
}

fn step() -> impl Strategy<Value = Step> {
    let one = any::<prop::sample::Index>;
    prop_oneof![
        4 => Just(Step::Keep),
        1 => Just(Step::KeepSweep),
        2 => (one(), "[a-z]{1,8}").prop_map(|(index, name)| Step::Name(index, name)),
        1 => one().prop_map(Step::Remove),
        1 => one().prop_map(Step::Restore),
        3 => any::<bool>().prop_map(Step::Lock),
        2 => Just(Step::TryAgain),
        1 => Just(Step::Other),
        1 => Just(Step::Killed),
    ]
}

fn sweep(id: String) -> Change {
    let draft = pconc_tui::domain::plan::Draft::new(
        pconc_tui::catalog::workload::Workload::Cpu,
        pconc_tui::catalog::model::Model::Serial,
        1,
    );
    let models = vec![pconc_tui::catalog::model::Model::Threads];
    let draft = SweepDraft {
        draft,
        models,
        pythons: vec![],
        workers: vec![1],
        repeats: 3,
        seed: 7,
    };
    let plan = draft
        .validate(&Default::default())
        .expect("the test made it so");
    Change::Sweep {
        wanted: 0,
        sweep: Box::new(Sweep { id, plan }),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_each_run_is_kept_once_with_its_name_and_numbers_are_unique(
        steps in prop::collection::vec(step(), 1..40)
    ) {
        let room = Room::new();
        let mut lock: Option<File> = None;
        let mut session = 0;
        let writer = |session: usize| Writer::new(Store::at(room.place()), here(&format!("session-{session}")));
        let mut now = writer(session);
        // Ids with names and whether they count, as the user left them.
        let mut ids: Vec<(String, Option<String>, bool)> = vec![];
        for (at, step) in steps.into_iter().enumerate() {
            let chosen = |index: prop::sample::Index, ids: &[(String, Option<String>, bool)]| {
                (!ids.is_empty()).then(|| index.index(ids.len()))
            };
            match step {
                Step::Keep | Step::KeepSweep => {
                    let id = format!("id-{at}");
                    let change = match step {
                        Step::Keep => Change::run(at, &record(&id)),
                        _ => sweep(id.clone()),
                    };
                    keep_quickly(&mut now, change, lock.is_some());
                    ids.push((id, None, true));
                }
                Step::Name(index, name) => if let Some(chosen) = chosen(index, &ids) {
                    let id = ids[chosen].0.clone();
                    keep_quickly(&mut now, Change::Name { id, name: Some(name.clone()) }, lock.is_some());
                    ids[chosen].1 = Some(name);
                },
                Step::Remove(index) => if let Some(chosen) = chosen(index, &ids) {
                    keep_quickly(&mut now, Change::Remove { ids: vec![ids[chosen].0.clone()] }, lock.is_some());
                    ids[chosen].2 = false;
                },
                Step::Restore(index) => if let Some(chosen) = chosen(index, &ids) {
                    keep_quickly(&mut now, Change::Restore { ids: vec![ids[chosen].0.clone()] }, lock.is_some());
                    ids[chosen].2 = true;
                },
                Step::Lock(true) if lock.is_none() => lock = Some(locked(&room)),
                Step::Lock(_) => lock = None,
                Step::TryAgain => drop(now.try_again()),
                Step::Other if lock.is_none() => {
                    let id = format!("other-{at}");
                    let kept = Store::at(room.place()).keep(
                        &[Change::run(0, &record(&id))], &here("other"), Duration::ZERO);
                    let is_kept = kept.unwrap().kept.len() == 1;
                    prop_assert!(is_kept);
                    ids.push((id, None, true));
                }
                Step::Other => {}
                Step::Killed => {
                    // The program exits without running any code, but its files are closed.
                    drop(std::mem::replace(&mut now, writer(session + 1)));
                    session += 1;
                    lock = None;
                    let _ = take_in(&room.place());
                }
            }
        }
        drop(lock);
        let end = now.finish();
        prop_assert_eq!(end, KeepingEnd::Kept);
        let opened = room.opened();
        prop_assert_eq!(&opened.notice, &None);
        let runs = opened.kept.runs.iter().map(|run| (run, true)).chain(opened.removed.runs.iter().map(|run| (run, false)));
        let runs = runs.map(|(run, counts)| (run.record.id.clone(), run.name.clone(), counts));
        let sweeps = opened.kept.sweeps.iter().map(|it| (it, true)).chain(opened.removed.sweeps.iter().map(|it| (it, false)));
        let sweeps = sweeps.map(|(it, counts)| (it.sweep.id.clone(), it.name.clone(), counts));
        let mut found: Vec<_> = runs.chain(sweeps).collect();
        found.sort();
        ids.sort();
        prop_assert_eq!(found, ids);
        prop_assert_eq!(pending(&room), Vec::<String>::new());
    }
}

/// Keeps a change without waiting a second for a lock that this test holds.
fn keep_quickly(writer: &mut Writer, change: Change, is_locked: bool) {
    if is_locked {
        drop(writer.keep(change, Duration::ZERO))
    } else {
        drop(writer.keep(change, PATIENCE))
    }
}

#[test]
fn who_names_a_run_while_another_program_locks_the_history_sees_what_is_waited_for() {
    let room = Room::new();
    Store::at(room.place())
        .keep_run(0, &here("one"), &record("a"))
        .unwrap();
    let lock = locked(&room);
    let mut program = start("history name last demo", &room);
    let mut told = BufReader::new(program.stderr.take().unwrap());
    let mut line = String::new();
    told.read_line(&mut line).unwrap();
    assert!(
        line.contains("another program keeps") && line.ends_with("locked; waiting for it\n"),
        "{line}"
    );
    lock.unlock().unwrap();
    told.read_to_string(&mut line).unwrap();
    assert_eq!(program.wait().unwrap().code(), Some(0), "{line}");
    assert_eq!(room.opened().kept.runs[0].name.as_deref(), Some("demo"));
}
