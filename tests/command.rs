//! The user's commands, run through the real program: what a command receives, how it fails, what is known of it, that
//! nothing of it outlives the program, and the advice about how many at once.
//!
//! A machine with other programs on it may decide nothing. So each test of the advice accepts *cannot tell*, but never a
//! wrong answer.

use std::{
    fs,
    path::Path,
    process::{Child, Command, Output, Stdio},
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use serde_json::Value;

fn program(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pconc-tui"));
    command
        .args(arguments)
        .arg("--no-history")
        .current_dir(folder)
        .env("LC_ALL", "C.UTF-8")
        .stdin(Stdio::null());
    command
}

fn ended(folder: &Path, arguments: &[&str]) -> Output {
    let output = program(folder, arguments).output();
    output.expect("the binary was built for this test")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("the system has room for a folder")
}

const RUN: [&str; 4] = ["run", "--workload", "command", "--model"];

/// The record of a run of a command, and the exit code.
fn measured(folder: &Path, workers: &str, more: &[&str]) -> (Value, Option<i32>) {
    let model = ["processes", "--workers", workers, "--format", "json"];
    let output = ended(folder, &[&RUN[..], &model, more].concat());
    let document: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{more:?}: {error}: {}", text(&output.stderr)));
    (document["records"][0].clone(), output.status.code())
}

/// How long the workers of a run were in a phase, in seconds.
fn phase(record: &Value, name: &str) -> f64 {
    let seconds = record["phases_s"][name].as_f64();
    seconds.unwrap_or_else(|| panic!("{name}: {record:#}"))
}

/// Waits until something has come, which it does sooner or later.
fn wait_until(what: &str, mut has_come: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !has_come() {
        assert!(Instant::now() < deadline, "{what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// The processes that have this word in their command line.
fn processes_with(word: &str) -> Vec<i32> {
    let all = fs::read_dir("/proc").expect("Linux has it").flatten();
    let numbers = all.filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok());
    let is_it = |pid: &i32| {
        let line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        let mut words = line.split(|byte| *byte == 0);
        words.any(|of_it| of_it == word.as_bytes())
    };
    numbers.filter(is_it).collect()
}

#[test]
fn a_command_receives_each_line_as_it_is_and_runs_once_for_it() {
    let folder = folder();
    let lines: [&[u8]; 6] = [
        b"  a b ",
        b"",
        b"q\"uo'te\\ $HOME `x`",
        b"dir/na me",
        b"\xff\x01*",
        b"-n",
    ];
    let file = folder.path().join("in put");
    fs::write(&file, [lines.join(&b'\n'), b"\n".to_vec()].concat()).expect("it can be written");
    for shell in [false, true] {
        let written = folder.path().join(format!("got-{shell}"));
        fs::create_dir(&written).expect("it is new");
        // Each writes what it got into a file of its own.
        let (command, more) = match shell {
            true => (
                "f=$(mktemp \"$PWD/got-true/XXXXXX\"); printf '%s|%s' {} \"{/}\" > \"$f\"",
                vec!["--shell"],
            ),
            false => (
                "sh -c 'f=$(mktemp \"$PWD/got-false/XXXXXX\"); printf \"%s|%s\" \"$1\" \"$2\" > \"$f\"' x {} {/}",
                vec![],
            ),
        };
        let inputs = ["--command", command, "--inputs", "in put"];
        let (record, code) = measured(folder.path(), "2", &[&inputs[..], &more].concat());
        assert_eq!(code, Some(0), "{record:#}");
        let mut got: Vec<Vec<u8>> = fs::read_dir(&written)
            .expect("it is there")
            .map(|entry| fs::read(entry.expect("it is there").path()).expect("it can be read"))
            .collect();
        let name = |line: &[u8]| {
            line.rsplit(|byte| *byte == b'/')
                .next()
                .unwrap_or_default()
                .to_vec()
        };
        let mut expected: Vec<Vec<u8>> = lines
            .iter()
            .map(|line| [line, &b"|"[..], &name(line)].concat())
            .collect();
        got.sort();
        expected.sort();
        assert_eq!(got, expected, "shell: {shell}");
    }
}

#[test]
fn a_command_that_fails_is_a_failed_task_told_by_input_and_cause() {
    let folder = folder();
    fs::write(folder.path().join("in"), "fine\nstatus\nsignal\nslow\n").expect("it can be written");
    let command =
        "case {} in status) echo bad news >&2; exit 3;; signal) kill -9 $$;; slow) sleep 60;; esac";
    let more = [
        "--shell",
        "--inputs",
        "in",
        "--timeout",
        "500ms",
        "--command",
        command,
    ];
    let (record, code) = measured(folder.path(), "4", &more);
    assert_eq!(code, Some(1), "{record:#}");
    assert_eq!(record["outcome"], "completed", "{record:#}");
    let failures = record["failures"].as_array().expect("it is a list").clone();
    let told: Vec<&str> = failures
        .iter()
        .filter_map(|one| one["error"].as_str())
        .collect();
    for (named, cause) in [
        ("with the input status: bad news", "ended with status 3"),
        ("with the input signal", "was killed by SIGKILL"),
        ("with the input slow", "took longer than 500 ms"),
    ] {
        let is_it = |said: &&&str| said.contains(named) && said.contains(cause);
        assert_eq!(told.iter().filter(is_it).count(), 1, "{told:?}");
    }
    assert_eq!(told.len(), 3, "{told:?}");
}

#[test]
fn what_cannot_be_executed_is_refused_with_one_sentence_before_anything_is_measured() {
    let folder = folder();
    fs::write(folder.path().join("empty"), "").expect("it can be written");
    for (more, named) in [
        (vec!["--command", "no-such-program-anywhere"], "no program"),
        (vec!["--command", "./no-such-program"], "no program"),
        (vec!["--command", "echo 'a"], "quotes"),
        (vec!["--command", " "], "empty"),
        (vec!["--command", "cat {}"], "--inputs"),
        (
            vec!["--command", "cat {}", "--inputs", "no-such-file"],
            "cannot read",
        ),
        (vec!["--command", "cat {}", "--inputs", "empty"], "empty"),
        (
            vec!["--command", "cat", "--inputs", "empty", "--tasks", "3"],
            "--tasks",
        ),
    ] {
        for start in [&["advise"][..], &[&RUN[..], &["processes"]].concat()] {
            let output = ended(folder.path(), &[start, &more].concat());
            let said = text(&output.stderr);
            assert_eq!(output.status.code(), Some(2), "{more:?}: {said}");
            assert!(said.contains(named), "{more:?}: {said}");
            assert_eq!(said.trim().lines().count(), 1, "{said}");
        }
    }
    let threads = [&RUN[..], &["threads", "--command", "true"]].concat();
    let said = text(&ended(folder.path(), &threads).stderr);
    assert!(said.contains("only processes does"), "{said}");
}

#[test]
fn cpu_time_memory_and_states_are_those_of_the_commands() {
    let folder = folder();
    let (record, _) = measured(
        folder.path(),
        "2",
        &["--tasks", "4", "--command", "sleep 0.3"],
    );
    assert!(phase(&record, "sleep") > 4.0 * 0.3 * 0.8, "{record:#}");
    let busy = "awk 'BEGIN { while (i < 3000000) i++ }'";
    let (record, _) = measured(folder.path(), "1", &["--tasks", "2", "--command", busy]);
    let cpu_s = record["cpu_s"].as_f64().expect("it is a number");
    let known = phase(&record, "computing");
    assert!(
        cpu_s > 0.02 && (known - cpu_s).abs() < 0.25 * cpu_s,
        "{record:#}"
    );
    assert_eq!(record["phase_source"], "samples");
    // The shell waits for its child, whose CPU time counts.
    let with_child = format!("sh -c \"{busy}; true\"");
    let (record, _) = measured(
        folder.path(),
        "1",
        &["--tasks", "2", "--command", &with_child],
    );
    assert!(
        phase(&record, "subprocess") > phase(&record, "computing"),
        "{record:#}"
    );
    assert!(
        record["cpu_s"]
            .as_f64()
            .is_some_and(|child_s| child_s > 0.5 * cpu_s),
        "{record:#}"
    );
    let bytes = record["workers"][0]["memory_bytes"]
        .as_u64()
        .expect("it is known");
    assert!((200_000..1 << 30).contains(&bytes), "{bytes}");
}

/// A command that leaves children which ignore the request to exit, one of them outside its process group. All have this
/// word in their command lines.
fn leaving(word: &str, main: &str) -> String {
    format!(
        "sh -c 'trap \"\" TERM; sh -c \"trap \\\"\\\" TERM; sleep 60; :\" {word} & setsid sh -c \"trap \\\"\\\" TERM; sleep 60; :\" {word} & {main}' {word}"
    )
}

/// The program while its command runs with all it has started.
fn leaving_program(folder: &Path, word: &str) -> Child {
    let command = leaving(word, "sleep 60; :");
    let more = [
        "processes",
        "--workers",
        "1",
        "--tasks",
        "1",
        "--command",
        &command,
    ];
    let child = program(folder, &[&RUN[..], &more].concat())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    let child = child.expect("the binary was built for this test");
    wait_until("the command has started all", || {
        // The program itself has the word within a longer argument.
        processes_with(word).len() == 3
    });
    child
}

#[test]
fn nothing_that_a_command_starts_outlives_the_run_the_program_or_a_stop() {
    let folder = folder();
    let gone = |word: &str| wait_until("all are gone", || processes_with(word).is_empty());
    let command = leaving("pconc-left-by-run", ":");
    let (record, code) = measured(folder.path(), "2", &["--tasks", "3", "--command", &command]);
    assert_eq!(code, Some(0), "{record:#}");
    assert_eq!(processes_with("pconc-left-by-run"), Vec::<i32>::new());
    // Interrupted, killed, and its zygote killed.
    let mut program = leaving_program(folder.path(), "pconc-interrupted");
    kill(Pid::from_raw(program.id().cast_signed()), Signal::SIGINT).expect("it runs");
    program.wait().expect("it is a child");
    assert_eq!(processes_with("pconc-interrupted"), Vec::<i32>::new());
    let mut program = leaving_program(folder.path(), "pconc-killed");
    program.kill().expect("it runs");
    program.wait().expect("it is a child");
    gone("pconc-killed");
    let mut program = leaving_program(folder.path(), "pconc-worker-killed");
    for worker in of_name(program.id(), "pconc-worker0") {
        kill(Pid::from_raw(worker), Signal::SIGKILL).expect("it runs");
    }
    program.wait().expect("it is a child");
    assert_eq!(processes_with("pconc-worker-killed"), Vec::<i32>::new());
}

/// The descendants of a program with this name.
fn of_name(program: u32, name: &str) -> Vec<i32> {
    let mut found = vec![];
    let mut queue = vec![program.cast_signed()];
    while let Some(pid) = queue.pop() {
        let tasks = fs::read_dir(format!("/proc/{pid}/task"))
            .into_iter()
            .flatten()
            .flatten();
        for task in tasks {
            let children = fs::read_to_string(task.path().join("children")).unwrap_or_default();
            queue.extend(
                children
                    .split_whitespace()
                    .filter_map(|child| child.parse::<i32>().ok()),
            );
        }
        let comm = fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
        found.extend((comm.trim() == name).then_some(pid));
    }
    found
}

/// The advice about a command, within this budget. Races disturb each other, so one runs at a time.
fn advised(folder: &Path, budget: &str, more: &[&str]) -> Value {
    static ALONE: Mutex<()> = Mutex::new(());
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let start = [
        "advise",
        "--budget",
        budget,
        "--format",
        "json",
        "--no-traces",
    ];
    let output = ended(folder, &[&start[..], more].concat());
    let said = text(&output.stderr);
    assert!(
        matches!(output.status.code(), Some(0 | 4)),
        "{more:?}: {said}"
    );
    assert!(said.contains("will be executed at most"), "{said}");
    let document: Value =
        serde_json::from_slice(&output.stdout).expect("stdout is one JSON document");
    document["advice"].clone()
}

/// The number of commands at once that is advised; 1 is one after the other, and `None` if it cannot tell.
fn at_once(advice: &Value) -> Option<u64> {
    match advice["answer"].as_str() {
        Some("use") => advice["use"]["workers"].as_u64(),
        Some("neither") => Some(1),
        _ => None,
    }
}

#[test]
fn commands_that_wait_run_many_at_once_and_the_line_does_the_same() {
    let folder = folder();
    fs::write(folder.path().join("in"), "a\nb\nc\nd\ne\nf\ng\nh\n").expect("it can be written");
    let command = "sh -c 'sleep 0.05; echo \"$1\"' x {/}";
    let advice = advised(
        folder.path(),
        "5s",
        &["--command", command, "--inputs", "in"],
    );
    let Some(workers) = at_once(&advice) else {
        return;
    };
    assert!(workers >= 4, "{advice:#}");
    assert_eq!(advice["code_run"]["worked"], true, "{advice:#}");
    assert_eq!(advice["code_run"]["same_output"], true, "{advice:#}");
    let line = advice["code"].as_str().expect("there is a line");
    assert!(
        line.starts_with(&format!("xargs -d '\\n' -P {workers} ")),
        "{line}"
    );
    let printed = Command::new("/bin/sh")
        .args(["-c", line])
        .current_dir(folder.path())
        .output();
    let printed = text(&printed.expect("there is a shell").stdout);
    let mut lines: Vec<&str> = printed.lines().collect();
    lines.sort_unstable();
    assert_eq!(lines, ["a", "b", "c", "d", "e", "f", "g", "h"]);
}

#[test]
fn commands_that_compute_need_no_more_than_the_cores() {
    let folder = folder();
    let busy = "awk 'BEGIN { while (i < 1500000) i++ }'";
    let advice = advised(folder.path(), "5s", &["--command", busy, "--tasks", "8"]);
    let cores = std::thread::available_parallelism().map_or(1, |cores| cores.get() as u64);
    let workers = at_once(&advice);
    assert!(
        workers.is_none_or(|workers| workers <= 2 * cores),
        "{advice:#}"
    );
    assert!(
        advice["why"]["on_core"]
            .as_f64()
            // Beside other programs, it waits for a core most of the time.
            .is_some_and(|share| share > 0.08),
        "{advice:#}"
    );
}

#[test]
fn commands_that_fail_for_some_inputs_are_named_and_the_line_ends_as_they_do() {
    let folder = folder();
    fs::write(folder.path().join("in"), "a\nb\nc\nd\n").expect("it can be written");
    let command = "sleep 0.05; test {} != c";
    let advice = advised(
        folder.path(),
        "4s",
        &["--shell", "--command", command, "--inputs", "in"],
    );
    let pitfalls = advice["pitfalls"].as_array().expect("it is a list").clone();
    let fails = pitfalls
        .iter()
        .find(|one| one["pitfall"] == "command-fails");
    let fails = fails.unwrap_or_else(|| panic!("{advice:#}"));
    assert!(
        fails["seen"]
            .as_str()
            .is_some_and(|seen| seen.contains("ended with status 1")),
        "{fails:#}"
    );
    if at_once(&advice).is_some() {
        assert_eq!(advice["code_run"]["worked"], true, "{advice:#}");
    }
}

#[test]
fn commands_that_take_no_time_say_that_starting_them_costs_as_much() {
    let folder = folder();
    let advice = advised(folder.path(), "2s", &["--command", "true", "--tasks", "16"]);
    let names: Vec<&str> = advice["pitfalls"]
        .as_array()
        .expect("it is a list")
        .iter()
        .filter_map(|one| one["pitfall"].as_str())
        .collect();
    let call_s = advice["why"]["call_s"].as_f64().unwrap_or(0.0);
    assert!(
        names.contains(&"small-command") || call_s > 0.005,
        "{advice:#}"
    );
    let code = advice["code"].as_str();
    assert!(
        code.is_none_or(|code| code.starts_with("seq 16 | xargs ")),
        "{code:?}"
    );
}
