//! However the program exits, nothing of it is left. The record says what the outside world did to a run.

// If the file were beside this one, cargo would treat it as a separate test program.
#[path = "leftovers/kills.rs"]
mod kills;

use std::{
    collections::BTreeSet,
    fs,
    net::TcpListener,
    path::Path,
    process::{Child, Command, Output, Stdio},
    time::{Duration, Instant},
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use serde_json::Value;
use tempfile::TempDir;

/// The time limit of anything here.
const LIMIT: Duration = Duration::from_secs(20);

fn wait_until(what: &str, mut condition: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !condition() {
        assert!(begun.elapsed() < LIMIT, "waited in vain: {what}");
        std::thread::park_timeout(Duration::from_millis(5));
    }
}

/// The program with its own temporary directory.
struct Program {
    child: Child,
    temporary: TempDir,
}

impl Program {
    fn start(line: &str) -> Program {
        Program::start_with(line.split_whitespace().chain(["--no-history"]), None)
    }

    /// The program with exactly these arguments, and with this directory as the only one in which to look for programs.
    fn start_with<'a>(arguments: impl Iterator<Item = &'a str>, path: Option<&Path>) -> Program {
        let temporary = tempfile::tempdir().expect("there is room for one");
        let child = Command::new(env!("CARGO_BIN_EXE_pconc-tui"))
            .args(arguments)
            .env("TMPDIR", temporary.path())
            .envs(path.map(|path| ("PATH", path)))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary was built for this test");
        Program { child, temporary }
    }

    fn signal(&self, signal: Signal) {
        kill(Pid::from_raw(self.child.id().cast_signed()), signal).expect("it is our child");
    }

    /// The program's output, if it exits before the limit.
    fn finish_in_time(mut self) -> (Output, TempDir) {
        wait_until("the program ends", || {
            self.child.try_wait().is_ok_and(|ended| ended.is_some())
        });
        self.finish()
    }

    fn finish(self) -> (Output, TempDir) {
        (
            self.child.wait_with_output().expect("it is our child"),
            self.temporary,
        )
    }
}

#[test]
fn a_start_leaves_directories_alone_that_only_have_a_name_like_a_sessions() {
    let temporary = tempfile::tempdir().unwrap();
    let names = [
        "pconc-tui-0.1.0",
        "pconc-tui-notes",
        "pconc-tui-0190b1c2d3e4f5061728394a5b6c7d8e",
    ];
    let long_ago = std::time::SystemTime::now() - Duration::from_secs(3600);
    for name in names {
        let directory = temporary.path().join(name);
        fs::create_dir(&directory).unwrap();
        fs::write(directory.join("README.md"), "mine").unwrap();
        fs::File::open(&directory)
            .unwrap()
            .set_modified(long_ago)
            .unwrap();
    }
    for line in [
        "doctor",
        "run --workload cpu --model serial --iterations 1 --no-history",
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_pconc-tui"))
            .args(line.split(' '))
            .env("TMPDIR", temporary.path())
            .current_dir(temporary.path().join(names[0]))
            .output()
            .unwrap();
        assert!(output.status.success(), "{line}: {output:?}");
        for name in names {
            assert!(
                temporary.path().join(name).join("README.md").exists(),
                "{line}: {name}"
            );
        }
    }
}

/// The ids of all processes below `parent`, which forks in one thread only.
fn descendants(parent: u32) -> Vec<u32> {
    let children: Vec<u32> = processes()
        .into_iter()
        .filter(|pid| parent_of(*pid) == Some(parent))
        .collect();
    let below: Vec<u32> = children
        .iter()
        .flat_map(|child| descendants(*child))
        .collect();
    children.into_iter().chain(below).collect()
}

fn processes() -> Vec<u32> {
    let entries = fs::read_dir("/proc").expect("Linux has it").flatten();
    entries
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .collect()
}

fn parent_of(pid: u32) -> Option<u32> {
    stat(pid)?.get(1)?.parse().ok()
}

/// The fields of `stat` after the name.
fn stat(pid: u32) -> Option<Vec<String>> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    Some(
        stat.rsplit_once(')')?
            .1
            .split_whitespace()
            .map(String::from)
            .collect(),
    )
}

fn is_alive(pid: u32) -> bool {
    stat(pid).is_some_and(|fields| fields[0] != "Z")
}

fn is_empty(directory: &Path) -> bool {
    fs::read_dir(directory).is_ok_and(|mut entries| entries.next().is_none())
}

/// Four workers that wait for a server that takes a minute, and everything that belongs to them.
fn waiting_processes() -> (Program, Vec<u32>) {
    // Zygote, server, four workers.
    waiting("processes", 6)
}

fn waiting(model: &str, processes: usize) -> (Program, Vec<u32>) {
    let line = format!(
        "run --workload io --model {model} --workers 4 --tasks 4 --latency 60s --format json"
    );
    let program = Program::start(&line);
    let mut all = vec![];
    wait_until("all processes are there", || {
        all = descendants(program.child.id());
        all.len() == processes && !is_empty(program.temporary.path())
    });
    (program, all)
}

#[test]
fn a_program_that_is_killed_leaves_no_process_and_no_file() {
    let (program, all) = waiting_processes();
    program.signal(Signal::SIGKILL);
    let (_, temporary) = program.finish();
    wait_until("all processes are gone", || {
        !all.iter().any(|pid| is_alive(*pid))
    });
    wait_until("the temporary directory is gone", || {
        is_empty(temporary.path())
    });
}

#[test]
fn an_interrupted_program_leaves_no_process_and_no_file() {
    let (program, all) = waiting_processes();
    program.signal(Signal::SIGINT);
    let (output, temporary) = program.finish();
    assert_eq!(output.status.code(), Some(130));
    assert!(
        !all.iter().any(|pid| is_alive(*pid)),
        "the program waits for its processes"
    );
    assert!(
        is_empty(temporary.path()),
        "and removes its files before it ends"
    );
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(document["records"][0]["outcome"], "cancelled");
}

#[test]
fn a_killed_worker_is_reaped_at_once_while_the_others_go_on() {
    let python = ["fork", "spawn", "forkserver"].into_iter();
    let python = python.filter_map(waiting_python);
    let native = std::iter::once_with(waiting_processes);
    for (program, all) in native.chain(python) {
        let name = |pid: &u32| fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
        let is_native = |pid: &&u32| name(pid).starts_with("pconc-worker");
        // The last one that was made, if it is not a native one.
        let worker = all.iter().find(is_native).or(all.last());
        let worker = *worker.expect("there are workers");
        kill(Pid::from_raw(worker.cast_signed()), Signal::SIGKILL).expect("it is there");
        let killed = Instant::now();
        wait_until("it is reaped", || stat(worker).is_none());
        let took = killed.elapsed();
        assert!(took < Duration::from_secs(1), "a zombie for {took:?}");
        program.signal(Signal::SIGTERM);
        let (_, temporary) = program.finish_in_time();
        assert!(is_empty(temporary.path()));
    }
}

#[test]
fn a_killed_zygote_is_reported_and_takes_its_children_along() {
    let (program, all) = waiting_processes();
    let zygote = all
        .iter()
        .find(|pid| parent_of(**pid) == Some(program.child.id()))
        .unwrap();
    kill(Pid::from_raw(zygote.cast_signed()), Signal::SIGKILL).unwrap();
    let (output, temporary) = program.finish();
    assert_eq!(output.status.code(), Some(1));
    assert!(
        String::from_utf8_lossy(&output.stderr).contains("zygote"),
        "the sentence names it"
    );
    wait_until("all processes are gone", || {
        !all.iter().any(|pid| is_alive(*pid))
    });
    assert!(is_empty(temporary.path()));
}

/// The Python of this machine. Prints a message if there is none.
fn python() -> Option<String> {
    let mut python = Command::new("python3");
    python.args([
        "-c",
        "import sys; print(sys.executable); sys.exit(sys.version_info < (3, 8))",
    ]);
    let Some(answer) = python
        .output()
        .ok()
        .filter(|answer| answer.status.success())
    else {
        println!("skipped, as there is no Python 3.8 or newer");
        return None;
    };
    // Not a shim, but the interpreter itself: a shim creates processes, which would be counted as workers.
    Some(String::from_utf8_lossy(&answer.stdout).trim().to_string())
}

/// The same under CPython, with all processes that this start method makes. `None` without a Python.
fn waiting_python(method: &str) -> Option<(Program, Vec<u32>)> {
    let python = python()?;
    // Zygote, server, interpreter, four workers, and what multiprocessing adds.
    let besides = match method {
        "fork" => 0,
        "spawn" => 1,
        _ => 2,
    };
    let model = format!("python-processes --start-method {method} --python {python}");
    Some(waiting(&model, 7 + besides))
}

#[test]
fn however_pythons_processes_were_made_a_killed_program_leaves_none() {
    for method in ["fork", "spawn", "forkserver"] {
        let Some((program, all)) = waiting_python(method) else {
            return;
        };
        program.signal(Signal::SIGKILL);
        let (_, temporary) = program.finish();
        wait_until("all processes are gone", || {
            !all.iter().any(|pid| is_alive(*pid))
        });
        wait_until("the temporary directory is gone", || {
            is_empty(temporary.path())
        });
    }
}

#[test]
fn program_and_zygote_killed_at_once_leave_no_python_behind() {
    for method in ["fork", "spawn", "forkserver"] {
        let Some((program, all)) = waiting_python(method) else {
            return;
        };
        let zygote = all
            .iter()
            .find(|pid| parent_of(**pid) == Some(program.child.id()))
            .expect("it is there");
        // While it is stopped it cannot clean up before it is killed.
        kill(Pid::from_raw(zygote.cast_signed()), Signal::SIGSTOP).expect("it is there");
        program.signal(Signal::SIGKILL);
        kill(Pid::from_raw(zygote.cast_signed()), Signal::SIGKILL).expect("it is there");
        let _ = program.finish();
        wait_until("all processes are gone", || {
            !all.iter().any(|pid| is_alive(*pid))
        });
    }
}

#[test]
fn a_killed_zygote_takes_pythons_processes_along() {
    for method in ["fork", "spawn", "forkserver"] {
        let before = semaphores();
        let Some((program, all)) = waiting_python(method) else {
            return;
        };
        let zygote = all
            .iter()
            .find(|pid| parent_of(**pid) == Some(program.child.id()))
            .expect("it is there");
        kill(Pid::from_raw(zygote.cast_signed()), Signal::SIGKILL).expect("it is there");
        let (output, temporary) = program.finish();
        assert_eq!(output.status.code(), Some(1), "{method}");
        wait_until("all processes are gone", || {
            !all.iter().any(|pid| is_alive(*pid))
        });
        assert!(is_empty(temporary.path()));
        wait_until("its semaphores are gone", || {
            semaphores().is_subset(&before)
        });
    }
}

/// An interpreter that is a wrapper, like those of users. When it is probed, it leaves a daemon behind, which has its
/// own session and lives until the test kills it.
struct Wrapper {
    directory: TempDir,
}

impl Wrapper {
    /// The wrapper; `None` without a Python.
    fn new() -> Option<Wrapper> {
        use std::os::unix::fs::PermissionsExt;
        let python = python()?;
        let directory = tempfile::tempdir().expect("there is room for one");
        let wrapper = Wrapper { directory };
        let mode = nix::sys::stat::Mode::S_IRWXU;
        nix::unistd::mkfifo(&wrapper.file("fifo"), mode).expect("there is none yet");
        // It waits until the daemon has its own session. From then on the daemon does not belong to this program.
        let script = format!(
            "#!/bin/sh\nPATH={path}\nsetsid sh -c 'echo > \"$0\"/daemon-$$; read x < \"$0\"/fifo' '{directory}' &\n\
             until [ -e '{directory}'/daemon-$! ]; do sleep 0.01; done\nexec '{python}' \"$@\"\n",
            path = std::env::var("PATH").expect("tests need programs"),
            directory = wrapper.directory.path().display(),
        );
        fs::write(wrapper.file("python3"), script).expect("it is our directory");
        let executable = fs::Permissions::from_mode(0o755);
        fs::set_permissions(wrapper.file("python3"), executable).expect("it is our file");
        Some(wrapper)
    }

    fn file(&self, name: &str) -> std::path::PathBuf {
        self.directory.path().join(name)
    }

    fn daemons(&self) -> Vec<u32> {
        let entries = fs::read_dir(self.directory.path())
            .expect("it is our directory")
            .flatten();
        let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
        names
            .filter_map(|name| name.strip_prefix("daemon-")?.parse().ok())
            .collect()
    }

    /// Asserts that there are daemons and that all are alive.
    fn assert_daemons_live(&self) {
        let daemons = self.daemons();
        assert!(!daemons.is_empty(), "the wrapper was not started");
        assert!(daemons.iter().all(|pid| is_alive(*pid)), "a daemon is gone");
    }
}

impl Drop for Wrapper {
    fn drop(&mut self) {
        for daemon in self.daemons() {
            let _ = kill(Pid::from_raw(daemon.cast_signed()), Signal::SIGKILL);
        }
    }
}

#[test]
fn a_daemon_that_an_interpreter_leaves_behind_is_neither_waited_for_nor_killed() {
    let Some(wrapper) = Wrapper::new() else {
        return;
    };
    let python = wrapper.file("python3").display().to_string();
    let run = format!(
        "run --workload cpu --model python-threads --workers 1 --tasks 1 --iterations 1000 --no-history --python {python}"
    );
    for line in [&run, "doctor"] {
        let program = Program::start_with(line.split_whitespace(), Some(wrapper.directory.path()));
        let (output, temporary) = program.finish_in_time();
        let printed = String::from_utf8_lossy(&output.stdout);
        assert!(
            output.status.success(),
            "{line}: {printed} {}",
            String::from_utf8_lossy(&output.stderr)
        );
        assert!(is_empty(temporary.path()), "{line}");
        wrapper.assert_daemons_live();
    }
}

#[test]
fn a_daemon_does_not_hold_up_the_end_of_a_program_that_is_stopped_or_killed() {
    let Some(wrapper) = Wrapper::new() else {
        return;
    };
    for signal in [Signal::SIGINT, Signal::SIGTERM, Signal::SIGKILL] {
        let python = wrapper.file("python3").display().to_string();
        let line = format!(
            "run --workload io --model python-processes --workers 2 --tasks 2 --latency 60s --start-method fork --python {python}"
        );
        let before = wrapper.daemons();
        let program = Program::start(&line);
        let mut all = vec![];
        let is_daemon = |pid: &u32| wrapper.daemons().contains(pid);
        wait_until(
            "zygote, server, interpreter and two workers are there, with the daemon",
            || {
                all = descendants(program.child.id());
                all.retain(|pid| !is_daemon(pid));
                all.len() == 5 && wrapper.daemons().len() == before.len() + 1
            },
        );
        program.signal(signal);
        let (output, temporary) = program.finish_in_time();
        if signal == Signal::SIGKILL {
            wait_until("all processes are gone", || {
                !all.iter().any(|pid| is_alive(*pid))
            });
            wait_until("the temporary directory is gone", || {
                is_empty(temporary.path())
            });
        } else {
            assert_eq!(output.status.code(), Some(130));
            assert!(
                !all.iter().any(|pid| is_alive(*pid)),
                "the program waits for its processes"
            );
            assert!(
                is_empty(temporary.path()),
                "and removes its files before it ends"
            );
        }
        wrapper.assert_daemons_live();
    }
}

/// Suspends (SIGSTOP) the zygote of `program`: the one process in `all` that is its direct child.
fn stop_zygote(program: &Program, all: &[u32]) {
    let zygote = all
        .iter()
        .find(|pid| parent_of(**pid) == Some(program.child.id()))
        .expect("it is there");
    kill(Pid::from_raw(zygote.cast_signed()), Signal::SIGSTOP).expect("it is there");
    wait_until("the zygote is stopped", || {
        stat(*zygote).is_some_and(|fields| fields[0] == "T")
    });
}

/// Runs of each kind, with all processes that belong to them.
fn waiting_runs() -> Vec<(Program, Vec<u32>)> {
    let native = [waiting("threads", 2), waiting_processes()];
    native.into_iter().chain(waiting_python("fork")).collect()
}

#[test]
fn a_stopped_zygote_does_not_keep_an_interrupted_program_from_ending() {
    for (program, all) in waiting_runs() {
        stop_zygote(&program, &all);
        program.signal(Signal::SIGINT);
        let (output, temporary) = program.finish_in_time();
        assert_eq!(output.status.code(), Some(130));
        assert!(
            !all.iter().any(|pid| is_alive(*pid)),
            "the program waits for its processes"
        );
        assert!(
            is_empty(temporary.path()),
            "and removes its files before it ends"
        );
    }
}

#[test]
fn a_zygote_that_is_stopped_again_and_again_does_not_keep_the_program_either() {
    let (mut program, all) = waiting_processes();
    stop_zygote(&program, &all);
    program.signal(Signal::SIGINT);
    let zygote = all
        .iter()
        .find(|pid| parent_of(**pid) == Some(program.child.id()))
        .expect("it is there");
    wait_until("the program ends", || {
        // The zygote may have exited already.
        let _ = kill(Pid::from_raw(zygote.cast_signed()), Signal::SIGSTOP);
        program.child.try_wait().is_ok_and(|ended| ended.is_some())
    });
    wait_until("all processes are gone", || {
        !all.iter().any(|pid| is_alive(*pid))
    });
    assert!(
        is_empty(program.temporary.path()),
        "and its files with them"
    );
}

#[test]
fn a_stopped_zygote_goes_with_a_program_that_is_killed() {
    for (program, all) in waiting_runs() {
        stop_zygote(&program, &all);
        program.signal(Signal::SIGKILL);
        let (_, temporary) = program.finish_in_time();
        wait_until("all processes are gone", || {
            !all.iter().any(|pid| is_alive(*pid))
        });
        wait_until("the temporary directory is gone", || {
            is_empty(temporary.path())
        });
    }
}

/// The semaphores of the program's sessions in shared memory, of all processes of the machine.
fn semaphores() -> BTreeSet<String> {
    let entries = fs::read_dir("/dev/shm").into_iter().flatten().flatten();
    let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
    names
        .filter(|name| name.starts_with("sem.pconc-tui-"))
        .collect()
}

/// The program with this directory for temporary files, started by a shell that executes this first.
fn after(script: &str, line: &str, temporary: &Path) -> Output {
    let script = format!("{script}; exec \"$0\" \"$@\"");
    let mut command = Command::new("sh");
    command.args(["-c", &script, env!("CARGO_BIN_EXE_pconc-tui")]);
    command
        .args(line.split_whitespace())
        .arg("--no-history")
        .env("TMPDIR", temporary)
        .stdin(Stdio::null());
    command.output().expect("there is a shell")
}

#[test]
fn however_long_the_path_of_temporary_files_is_there_is_room_for_the_names_of_sockets() {
    let room = tempfile::tempdir().expect("there is room for one");
    let mut models = vec!["processes --payload 1MB".to_string()];
    for method in ["spawn", "forkserver"] {
        let model = |python| format!("python-processes --start-method {method} --python {python}");
        models.extend(python().map(model));
    }
    for length in [79, 150] {
        let name = "x".repeat(length - room.path().as_os_str().len() - 1);
        let temporary = room.path().join(name);
        fs::create_dir(&temporary).expect("it is our directory");
        for model in &models {
            let line = format!("run --workload counter --workers 2 --tasks 2 --model {model}");
            let output = after(":", &line, &temporary);
            assert!(output.status.success(), "{length}, {model}: {output:?}");
            assert!(is_empty(&temporary), "{length}, {model}");
        }
    }
}

#[test]
fn a_program_that_may_open_hardly_any_files_leaves_none_behind() {
    let temporary = tempfile::tempdir().expect("there is room for one");
    for files in [10, 12, 14, 16, 18, 20, 24] {
        for model in ["processes", "python-threads", "python-processes"] {
            let line = format!("run --workload io --model {model} --workers 2 --tasks 2");
            let output = after(&format!("ulimit -n {files}"), &line, temporary.path());
            wait_until(&format!("{model} with {files} files: {output:?}"), || {
                is_empty(temporary.path())
            });
        }
    }
}

#[test]
fn where_no_temporary_files_can_be_made_the_error_says_where_and_what_to_do() {
    for line in [
        "run --workload io --model threads --workers 2 --tasks 2",
        "run --workload cpu --model python-threads --workers 2 --tasks 2",
    ] {
        let output = after(":", line, Path::new("/nowhere/at/all"));
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8_lossy(&said);
        let expected = "cannot make temporary files in /nowhere/at/all: no such file or directory; \
                        create it, or set TMPDIR to a directory in which you may write";
        let words = said.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words.contains(expected), "{line}: {said}");
        assert!(
            !output.status.success() && !words.contains("--python"),
            "{said}"
        );
    }
}

#[test]
fn where_python_gets_too_little_memory_for_its_threads_its_own_reason_is_kept() {
    let Some(python) = python() else { return };
    let temporary = tempfile::tempdir().expect("there is room for one");
    for kilobytes in [1_500_000, 2_000_000, 3_000_000] {
        let line = format!(
            "run --workload io --latency 1ms --model python-threads --workers 400 --tasks 400 --python {python}"
        );
        let limit = format!("ulimit -v {kilobytes}");
        let output = after(&limit, &line, temporary.path());
        let said = String::from_utf8_lossy(&output.stderr);
        let reasons = ["can't start new thread", "MemoryError", "Cannot allocate"];
        let is_told = reasons.iter().any(|reason| said.contains(reason));
        assert!(output.status.success() || is_told, "{kilobytes}: {said}");
    }
}

#[test]
fn where_shared_memory_cannot_be_written_the_error_names_it_and_keeps_pythons_reason() {
    let Some(python) = python() else { return };
    let temporary = tempfile::tempdir().expect("there is room for one");
    let line = format!(
        "run --workload cpu --model python-processes --workers 2 --tasks 2 --iterations 1000 --python {python}"
    );
    for (options, reason) in [
        ("ro", "Read-only file system"),
        ("size=4k,nr_inodes=1", "No space left on device"),
    ] {
        let script = format!("mount -t tmpfs -o {options} tmpfs /dev/shm || exit 77");
        let inner = format!("{script}; exec \"$0\" \"$@\"");
        let output = Command::new("unshare")
            .args([
                "--mount",
                "sh",
                "-c",
                &inner,
                env!("CARGO_BIN_EXE_pconc-tui"),
            ])
            .args(line.split_whitespace())
            .arg("--no-history")
            .env("TMPDIR", temporary.path())
            .stdin(Stdio::null())
            .output();
        let Some(output) = output.ok().filter(|output| {
            let is_refused = String::from_utf8_lossy(&output.stderr).contains("unshare failed");
            output.status.code() != Some(77) && !is_refused
        }) else {
            println!("skipped: this user may not mount a file system");
            return;
        };
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8_lossy(&said);
        let words = said.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(
            words.contains("multiprocessing cannot make semaphores in /dev/shm")
                && words.contains(reason),
            "{said}"
        );
    }
}

#[test]
fn a_killed_server_is_reported_in_the_record() {
    for (model, processes) in [("processes", 6), ("threads", 2)] {
        let (program, all) = waiting(model, processes);
        let name = |pid: &u32| fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
        let is_server = |pid: &&u32| name(pid).starts_with("pconc-server");
        let server = || all.iter().find(is_server);
        // A forked process has the zygote's name until it sets its own.
        wait_until("the server has its name", || server().is_some());
        let server = server().unwrap().cast_signed();
        kill(Pid::from_raw(server), Signal::SIGKILL).unwrap();
        let (output, _) = program.finish();
        assert_eq!(output.status.code(), Some(1), "no task can have succeeded");
        let document: Value = serde_json::from_slice(&output.stdout).unwrap();
        let record = &document["records"][0];
        assert_eq!(record["tasks_failed"], 4);
        assert!(
            record["error"]
                .as_str()
                .is_some_and(|error| error.contains("server")),
            "{record}"
        );
    }
}

#[test]
fn a_real_server_that_never_answers_does_not_keep_a_run_from_being_stopped() {
    // The kernel accepts the connections, but no one ever reads from them.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut list = tempfile::NamedTempFile::new().unwrap();
    let address = format!("http://{}/\n", silent.local_addr().unwrap());
    std::io::Write::write_all(&mut list, address.as_bytes()).unwrap();
    for model in ["threads", "gil-threads", "processes", "rayon"] {
        let list = list.path().display();
        let program = Program::start(&format!(
            "run --workload io --model {model} --workers 3 --tasks 3 --urls {list} --format json"
        ));
        let (connection, _) = silent.accept().unwrap();
        program.signal(Signal::SIGTERM);
        let (output, temporary) = program.finish();
        assert_eq!(output.status.code(), Some(130), "{model}");
        let document: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(document["records"][0]["outcome"], "cancelled", "{model}");
        assert!(is_empty(temporary.path()), "{model}");
        drop(connection);
        drain(&silent);
    }
}

/// Removes the connections that the previous program left in the backlog.
fn drain(listener: &TcpListener) {
    listener
        .set_nonblocking(true)
        .expect("it is a socket of ours");
    while listener.accept().is_ok() {}
    listener
        .set_nonblocking(false)
        .expect("it is a socket of ours");
}

#[test]
fn on_one_core_forked_workers_compute_one_at_a_time_and_the_reason_is_said() {
    use std::os::unix::process::CommandExt;
    let mut command = Command::new(env!("CARGO_BIN_EXE_pconc-tui"));
    command.args(
        "run --workload cpu --model processes --workers 3 --tasks 6 --iterations 1e6 --format json --no-history"
            .split(' '),
    );
    let all = nix::sched::sched_getaffinity(Pid::from_raw(0)).unwrap();
    let core = (0..nix::sched::CpuSet::count())
        .find(|core| all.is_set(*core).unwrap())
        .unwrap();
    let mut one = nix::sched::CpuSet::new();
    one.set(core).unwrap();
    // SAFETY: it is one system call with memory that the closure owns.
    unsafe { command.pre_exec(move || Ok(nix::sched::sched_setaffinity(Pid::from_raw(0), &one)?)) };
    let output = command.output().unwrap();
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    let record = &document["records"][0];
    assert!(record["parallelism"].as_f64().unwrap() <= 1.05, "{record}");
    assert_eq!(document["machine"]["cores_usable"], 1);
    if document["machine"]["cores_online"] != 1 {
        assert!(
            document["machine"]["cores_limited_by"]
                .as_str()
                .unwrap()
                .contains("affinity")
        );
    }
}
