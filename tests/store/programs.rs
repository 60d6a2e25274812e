//! The real binary: several at once, killed, without disk space, and without a history.

use std::{
    collections::BTreeSet,
    fs,
    path::Path,
    process::{Command, Output, Stdio},
};

use pconc_tui::store::Store;
use serde_json::Value;

use super::{Room, here, record, wait_until};
use crate::fixtures::keep::KeepOne;

/// A run that takes no time.
const TINY: &str = "run --workload cpu --model threads --workers 2 --tasks 4 --iterations 1000";

pub(super) fn program(line: &str, file: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pconc-tui"));
    command
        .args(line.split_whitespace())
        .arg("--history")
        .arg(file);
    command
        .env("LANG", "C.UTF-8")
        .env_remove("COLUMNS")
        .env_remove("LC_ALL")
        .env_remove("LC_CTYPE");
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn outcome(line: &str, room: &Room) -> Output {
    program(line, &room.file())
        .output()
        .expect("the binary was built for this test")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("the program prints UTF-8")
}

/// The output of the program, if it succeeds.
fn said(line: &str, room: &Room) -> String {
    let output = outcome(line, room);
    assert_eq!(
        output.status.code(),
        Some(0),
        "{line}: {}",
        text(&output.stderr)
    );
    text(&output.stdout)
}

/// The sentence with which the program refuses.
fn refused(line: &str, room: &Room) -> String {
    let output = outcome(line, room);
    assert_eq!(
        output.status.code(),
        Some(2),
        "{line}: {}",
        text(&output.stderr)
    );
    assert_eq!(text(&output.stdout), "", "{line}");
    text(&output.stderr)
}

#[test]
fn programs_that_append_at_once_lose_nothing_and_share_no_number() {
    let room = Room::new();
    let line = format!("{TINY} --repeats 25 --format json");
    let programs: Vec<_> = (0..3)
        .map(|_| program(&line, &room.file()).spawn().expect("it was built"))
        .collect();
    let mut printed = BTreeSet::new();
    for program in programs {
        let output = program.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        let document: Value = serde_json::from_slice(&output.stdout).unwrap();
        for record in document["records"].as_array().unwrap() {
            let id = record["id"].as_str().unwrap().to_string();
            assert!(printed.insert((record["number"].as_u64().unwrap() as usize, id)));
        }
    }
    let opened = room.opened();
    let kept: BTreeSet<(usize, String)> = opened
        .kept
        .runs
        .iter()
        .map(|run| (run.number, run.record.id.clone()))
        .collect();
    assert_eq!(kept, printed, "what was printed is what was kept");
    assert_eq!(room.numbers(), (1..=75).collect::<Vec<_>>());
    assert_eq!(opened.notice, None);
    let sessions: BTreeSet<&str> = opened
        .kept
        .runs
        .iter()
        .map(|run| &run.provenance.session[..])
        .collect();
    assert_eq!(sessions.len(), 3);
}

#[test]
fn who_is_killed_in_the_middle_of_a_run_leaves_what_was_measured_before() {
    let room = Room::new();
    said(TINY, &room);
    let before = room.content();
    let endless = "run --workload cpu --model processes --workers 2 --iterations 1e11";
    let mut program = program(endless, &room.file())
        .spawn()
        .expect("it was built");
    wait_until("it computes", || {
        let tasks = fs::read_dir(format!("/proc/{}/task", program.id())).map_or(0, Iterator::count);
        tasks > 1
    });
    program.kill().unwrap();
    program.wait().unwrap();
    assert_eq!(room.content(), before);
    assert!(said(&format!("{TINY} --format json"), &room).contains("\"number\": 2"));
    assert_eq!(room.numbers(), [1, 2]);
}

#[test]
fn who_is_killed_while_appending_again_and_again_leaves_every_line_whole_or_not_there() {
    let room = Room::new();
    for _ in 0..8 {
        let endless = format!("{TINY} --repeats 1000");
        let lines =
            || fs::read(room.file()).map_or(0, |all| all.iter().filter(|b| **b == b'\n').count());
        let before = lines();
        let mut program = program(&endless, &room.file())
            .spawn()
            .expect("it was built");
        wait_until("it appends", || lines() > before + 5);
        program.kill().unwrap();
        program.wait().unwrap();
        let opened = Store::at(room.place()).open().unwrap();
        assert_eq!(
            opened.kept.runs.last().unwrap().number,
            opened.kept.runs.len(),
            "no number is left out"
        );
        assert!(lines() > before + 5);
    }
}

#[test]
fn what_does_not_fit_into_the_history_is_kept_beside_it_until_there_is_room() {
    let room = Room::new();
    let mut store = Store::at(room.place());
    // The limit for the size of a file is counted in blocks of 512 bytes.
    for number in 0..20 {
        store
            .keep_run(0, &here("one"), &record(&format!("r{number}")))
            .unwrap();
    }
    let before = room.content();
    let blocks = before.len() / 512 + 1;
    let script = format!("ulimit -f {blocks}; exec \"$0\" \"$@\"");
    let output = Command::new("sh")
        .args(["-c", &script, env!("CARGO_BIN_EXE_pconc-tui")])
        .args(TINY.split_whitespace())
        .args(["--repeats", "3", "--history"])
        .arg(room.file())
        .stdin(Stdio::null())
        .output()
        .expect("there is a shell");
    let told = text(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{told}");
    assert_eq!(told.lines().count(), 3, "{told}");
    assert!(
        told.contains("not in the history yet; trying again: cannot write to"),
        "{told}"
    );
    assert!(
        told.contains("3 runs could not be added to the history")
            && told.contains("file too large"),
        "{told}"
    );
    assert_eq!(text(&output.stdout).matches("completed").count(), 3);
    assert_eq!(room.content(), before, "nothing of the line is left");
    let list = outcome("history list", &room);
    assert!(
        text(&list.stderr).contains("3 runs that earlier sessions could not add"),
        "{list:?}"
    );
    assert_eq!(room.numbers(), (1..=23).collect::<Vec<_>>());
}

/// Runs the program with a small file system at `$DIR`, or says why that is not possible here.
fn in_small_file_system(room: &Room, options: &str, script: &str) -> Option<Output> {
    let folder = room.path().join("small");
    fs::create_dir(&folder).expect("a folder can be made");
    let mount = format!("mount -t tmpfs -o {options} tmpfs \"$DIR\" || exit 77; {script}");
    let mut command = Command::new("unshare");
    command
        .args(["--mount", "sh", "-c", &mount])
        .stdin(Stdio::null());
    command
        .env("DIR", &folder)
        .env("PROGRAM", env!("CARGO_BIN_EXE_pconc-tui"));
    let output = command.output().ok()?;
    let is_possible =
        output.status.code() != Some(77) && !text(&output.stderr).contains("unshare failed");
    if !is_possible {
        eprintln!(
            "skipped: this user may not mount a file system: {}",
            text(&output.stderr)
        );
    }
    is_possible.then_some(output)
}

#[test]
fn on_a_full_file_system_no_line_is_lost_that_was_there_and_what_is_lost_is_said() {
    let room = Room::new();
    let script = format!(
        "\"$PROGRAM\" {TINY} --repeats 40 --history $DIR/h --format json >$DIR.out; echo $?; \
         head -c 1M /dev/zero >$DIR/filler 2>/dev/null; rm $DIR/filler; \
         \"$PROGRAM\" history list --history $DIR/h"
    );
    let Some(output) = in_small_file_system(&room, "size=64k", &script) else {
        return;
    };
    let (printed, told) = (text(&output.stdout), text(&output.stderr));
    assert!(told.contains("no space left on device"), "{told}");
    assert!(
        printed.starts_with("1\n"),
        "not all runs could be kept: {printed} {told}"
    );
    assert!(
        told.contains("could not be kept anywhere: cannot write to"),
        "{told}"
    );
    let rows = printed
        .lines()
        .filter(|line| line.contains("threads"))
        .count();
    assert!((1..40).contains(&rows), "those that had room: {printed}");
    assert!(!told.contains("damaged"), "{told}");
}

#[test]
fn a_read_only_file_system_is_said_once_it_is_clear_that_nothing_can_be_kept() {
    let room = Room::new();
    let script = format!("\"$PROGRAM\" {TINY} --repeats 2 --history $DIR/deep/h");
    let Some(output) = in_small_file_system(&room, "ro", &script) else {
        return;
    };
    let told = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{told}");
    let last = told.lines().last().unwrap_or_default();
    assert!(
        last.contains("2 runs could not be kept anywhere: cannot write to"),
        "{told}"
    );
    assert!(last.contains("read-only file system"), "{told}");
    assert_eq!(
        text(&output.stdout).matches("completed").count(),
        2,
        "what was measured is printed"
    );
}

#[test]
fn without_a_history_nothing_is_written_anywhere() {
    let room = Room::new();
    let run = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pconc-tui"));
        command
            .args(TINY.split_whitespace())
            .args(arguments)
            .stdin(Stdio::null());
        command.env("HOME", room.path()).env_remove("XDG_DATA_HOME");
        assert!(command.output().expect("it was built").status.success());
    };
    run(&["--no-history"]);
    assert_eq!(fs::read_dir(room.path()).unwrap().count(), 0);
    run(&[]);
    assert!(
        room.path()
            .join(".local/share/pconc-tui/history.jsonl")
            .is_file(),
        "the test can fail"
    );
}

#[test]
fn the_history_is_listed_shown_named_removed_and_restored_by_the_same_words() {
    let room = Room::new();
    assert!(text(&outcome("history list", &room).stderr).contains("no runs"));
    said(&format!("{TINY} --repeats 3"), &room);
    said(
        "run --workload io --model threads --workers 2 --tasks 2 --latency 1ms --writes 1",
        &room,
    );
    let list = said("history list", &room);
    assert_eq!(
        list.lines().filter(|line| line.contains("threads")).count(),
        4,
        "{list}"
    );
    // A joiner belongs to words and is not a control character.
    let want = "می\u{200c}خواهم";
    assert!(said(&format!("history name last {want}"), &room).contains(&format!("\"{want}\"")));
    assert!(said("history name last fetching", &room).contains("#4 is now called \"fetching\""));
    let found = said("history list --filter FETCH", &room);
    assert_eq!(
        found
            .lines()
            .filter(|line| line.contains("threads"))
            .count(),
        1,
        "{found}"
    );
    let shown = said("history show fetching 2", &room);
    assert!(
        shown.contains("  fetching  ") && shown.contains("#2"),
        "{shown}"
    );
    assert!(said("history compare 1..2", &room).contains("parallelism"));
    assert!(said("history remove 2..3 fetching", &room).contains("removed #2, #3 and #4"));
    assert_eq!(room.numbers(), [1]);
    assert!(said("history list --removed", &room).contains("fetching"));
    assert!(refused("history show fetching", &room).contains("no run is called"));
    assert!(said("history restore fetching", &room).contains("restored #4"));
    assert_eq!(room.numbers(), [1, 4]);
    assert!(refused("history restore 1", &room).contains("there is no run #1"));
    assert!(refused("history name 1 last", &room).contains("it is no name"));
    assert!(refused("history name 1..4 both", &room).contains("belongs to one"));
    assert!(refused("history compare 1", &room).contains("at least two"));
    let document: Value = serde_json::from_str(&said("history export last 1", &room)).unwrap();
    let records = document["records"].as_array().unwrap();
    assert_eq!(
        (records[0]["number"].as_u64(), records[1]["number"].as_u64()),
        (Some(4), Some(1))
    );
    assert_eq!(records[0]["name"], "fetching");
    assert_eq!(
        records[0]["tasks"].as_array().unwrap().len(),
        2,
        "with what is beside the history"
    );
    assert!(records[0]["trace"].is_object());
}

#[test]
fn a_file_that_is_something_else_is_refused_before_anything_is_measured() {
    let room = Room::new();
    fs::write(room.file(), b"\x89PNG\r\n\x1a\n").unwrap();
    for line in [TINY, "history list", "history remove 1"] {
        let sentence = refused(line, &room);
        assert!(
            sentence.contains("is not a history of pconc-tui") && sentence.lines().count() == 1,
            "{sentence}"
        );
    }
    assert_eq!(room.content(), b"\x89PNG\r\n\x1a\n");
}

/// The output of the program with this many columns.
fn said_in(columns: usize, line: &str, room: &Room) -> String {
    let mut command = program(line, &room.file());
    let output = command
        .env("COLUMNS", columns.to_string())
        .output()
        .expect("the binary was built for this test");
    text(&output.stdout)
}

#[test]
fn tables_are_no_wider_than_the_terminal_and_always_have_what_distinguishes_runs() {
    let room = Room::new();
    said(TINY, &room);
    said(&TINY.replace("threads", "processes"), &room);
    let mut naming = program("history name 1", &room.file());
    let name = "the first of all runs here";
    assert!(naming.arg(name).status().unwrap().success());
    for columns in [36, 50, 80, 120, 200] {
        for line in ["history list", "history show 1 2", "history compare 1 2"] {
            let said = said_in(columns, line, &room);
            let longest = said.lines().map(|line| line.chars().count()).max();
            assert!(
                longest <= Some(columns),
                "{columns} columns, {line}\n{said}"
            );
            for part in ["#", "1", "2", "threads", "processes"] {
                assert!(said.contains(part), "{columns} columns, {line}\n{said}");
            }
        }
    }
    let list = said("history list", &room);
    assert_eq!(
        list.lines()
            .take(3)
            .filter(|line| line.contains("cpu"))
            .count(),
        2,
        "{list}"
    );
    assert!(
        !said_in(36, "history list", &room).contains("  cpu  "),
        "a line per cell"
    );
}

#[test]
fn a_run_is_compared_with_a_kept_serial_run_or_says_how_to_get_one() {
    let room = Room::new();
    let alone = said(TINY, &room);
    assert!(alone.contains("--compare measures one first"), "{alone}");
    let serial = said(
        "run --workload cpu --model serial --tasks 4 --iterations 1000",
        &room,
    );
    assert!(!serial.contains("--compare"), "{serial}");
    let beside = said(TINY, &room);
    assert!(
        beside.contains("#2 serial") && beside.contains("#2 was measured before"),
        "{beside}"
    );
    let both = said(&format!("{TINY} --compare"), &room);
    assert!(
        both.contains("#4 serial") && !both.contains("was measured before"),
        "{both}"
    );
}
