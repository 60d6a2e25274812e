//! Whoever is killed, and whenever: nothing is left, nothing that was kept is lost or torn, and the next run works.

use std::{
    collections::BTreeSet,
    fs,
    path::PathBuf,
    process::{Child, Command, Output, Stdio},
    time::{Duration, Instant},
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use pconc_tui::store::{HistoryPlace, Store};
use serde_json::Value;
use tempfile::TempDir;

use super::{is_alive, is_empty, parent_of, processes, python, wait_until};

/// The time limit of a run on a busy machine.
const LIMIT: Duration = Duration::from_secs(120);

/// What is executed, with the options that select it.
const MODELS: [&str; 12] = [
    "serial",
    "threads",
    "gil-threads",
    "rayon",
    "processes",
    "python-threads",
    "python-asyncio",
    "python-processes --start-method fork",
    "python-processes --start-method spawn",
    "python-processes --start-method forkserver",
    "python-processes --start-method forkserver --workload counter --lock --share --additions 1000",
    "processes --workload counter --additions 1000 --payload 5MB",
];

/// Whom a signal can hit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Victim {
    Program,
    Zygote,
    Server,
    /// The interpreter's first process, or what it has created besides its workers.
    Interpreter,
    /// A process that executes tasks, or is about to.
    Worker,
}

impl Victim {
    const ALL: [Victim; 5] = [
        Victim::Program,
        Victim::Zygote,
        Victim::Server,
        Victim::Interpreter,
        Victim::Worker,
    ];
}

/// Numbers that look random and are the same each time (SplitMix64).
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % end
    }
}

/// A place for temporary files and a history, and what is known to be kept there.
struct Room {
    folder: TempDir,
    python: Option<String>,
    kept: BTreeSet<String>,
    /// The names of the directories of all sessions that were seen.
    sessions: BTreeSet<String>,
}

impl Room {
    fn new() -> Room {
        // The path is longer than the name of a socket may be.
        let prefix = "a-path-that-is-longer-than-a-socket-may-have-".repeat(2);
        let folder = tempfile::Builder::new().prefix(&prefix).tempdir();
        let folder = folder.expect("there is room for one");
        fs::create_dir(folder.path().join("tmp")).expect("it is ours");
        Room {
            folder,
            python: python(),
            kept: BTreeSet::new(),
            sessions: BTreeSet::new(),
        }
    }

    fn temporary(&self) -> PathBuf {
        self.folder.path().join("tmp")
    }

    fn start(&self, model: &str) -> Option<Child> {
        let mut line = format!("run --model {model} --repeats 3 --format json");
        if !model.contains("--workload") {
            line += " --workload io --tasks 6 --latency 20ms --writes 1";
        }
        if !model.starts_with("serial") {
            line += " --workers 3";
        }
        if model.starts_with("python") {
            line += &format!(" --python {}", self.python.as_ref()?);
        }
        let child = Command::new(env!("CARGO_BIN_EXE_pconc-tui"))
            .args(line.split(' '))
            .arg("--history")
            .arg(self.folder.path().join("history"))
            .env("TMPDIR", self.temporary())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn();
        Some(child.expect("the binary was built for this test"))
    }

    /// Runs the program and kills somebody after this time. Returns the output and whether there was somebody to kill.
    fn kill_during(
        &mut self,
        model: &str,
        victim: Victim,
        after: Duration,
    ) -> Option<(Output, bool)> {
        let mut child = self.start(model)?;
        let program = child.id();
        let begun = Instant::now();
        let mut is_hit = false;
        while child.try_wait().is_ok_and(|ended| ended.is_none()) {
            assert!(
                begun.elapsed() < LIMIT,
                "{model} without {victim:?} does not end"
            );
            self.look();
            if begun.elapsed() >= after && !is_hit {
                let pid = one_of(program, victim);
                is_hit = pid.is_some_and(|pid| {
                    kill(Pid::from_raw(pid.cast_signed()), Signal::SIGKILL).is_ok()
                });
            }
            std::thread::park_timeout(Duration::from_millis(1));
        }
        let output = child.wait_with_output().expect("it is our child");
        Some((output, is_hit))
    }

    /// Notes which sessions have temporary files.
    fn look(&mut self) {
        let entries = fs::read_dir(self.temporary())
            .into_iter()
            .flatten()
            .flatten();
        let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
        self.sessions.extend(names);
    }

    /// The processes that have this room's directory in their environment.
    fn processes(&self) -> Vec<u32> {
        let mark = self.temporary().to_string_lossy().into_owned();
        let is_ours = |pid: &u32| {
            let environment = fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
            String::from_utf8_lossy(&environment).contains(&mark)
        };
        let all = processes().into_iter();
        all.filter(|pid| is_ours(pid) && is_alive(*pid)).collect()
    }

    /// The semaphores of the sessions in shared memory.
    fn semaphores(&self) -> Vec<String> {
        let entries = fs::read_dir("/dev/shm").into_iter().flatten().flatten();
        let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
        let is_ours = |name: &String| self.sessions.iter().any(|session| name.contains(session));
        names.filter(is_ours).collect()
    }

    /// Asserts that nothing is left of what `what` names, and that everything is kept that was kept or printed.
    fn assert_clean(&mut self, what: &str, output: &Output) {
        wait_until(&format!("{what}: no process is left"), || {
            self.processes().is_empty()
        });
        wait_until(&format!("{what}: no temporary file is left"), || {
            is_empty(&self.temporary())
        });
        wait_until(&format!("{what}: no semaphore is left"), || {
            self.semaphores().is_empty()
        });
        let file = self.folder.path().join("history");
        let opened = Store::at(HistoryPlace { file })
            .open()
            .expect("it can be read");
        assert_eq!(opened.notice, None, "{what}");
        let runs = opened.kept.runs.iter();
        let ids: BTreeSet<String> = runs.map(|run| run.record.id.clone()).collect();
        assert_eq!(
            ids.len(),
            opened.kept.runs.len(),
            "{what}: a run is there twice"
        );
        assert!(ids.is_superset(&self.kept), "{what}: a run is lost");
        let document: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
        for record in document["records"].as_array().into_iter().flatten() {
            let id = record["id"].as_str().unwrap_or_default();
            assert!(ids.contains(id), "{what}: a run was printed and not kept");
        }
        self.kept = ids;
    }
}

/// One process of this kind, if there is one at the moment.
fn one_of(program: u32, victim: Victim) -> Option<u32> {
    let all = processes();
    let children = |parent: u32| {
        let all = all.iter().copied();
        all.filter(move |pid| parent_of(*pid) == Some(parent) && is_alive(*pid))
    };
    let zygote = || children(program).next();
    let name = |pid: u32| fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
    let named = |start: &'static str| {
        let mut children = children(zygote()?);
        children.find(|pid| name(*pid).starts_with(start))
    };
    match victim {
        Victim::Program => Some(program),
        Victim::Zygote => zygote(),
        Victim::Server => named("pconc-server"),
        Victim::Interpreter => named("python"),
        Victim::Worker => named("pconc-worker").or_else(|| children(named("python")?).next_back()),
    }
}

/// Kills so many times under one model after the other, each time somebody else and at another moment. Returns how
/// often there was somebody to kill.
fn kill_often(times: usize, seed: u64) -> usize {
    let (mut room, mut chance, mut hits) = (Room::new(), Chance(seed), 0);
    for number in 0..times {
        let model = MODELS[number % MODELS.len()];
        let victim = Victim::ALL[chance.below(Victim::ALL.len() as u64) as usize];
        // A run of Python's begins after about 200 ms.
        let latest = if model.starts_with("python") {
            700
        } else {
            200
        };
        let after = Duration::from_millis(chance.below(latest));
        let what = format!("{number}: {model}, {victim:?} after {after:?}");
        let Some((output, is_hit)) = room.kill_during(model, victim, after) else {
            continue;
        };
        hits += usize::from(is_hit);
        room.assert_clean(&what, &output);
        if number % 5 == 0 {
            let (output, _) = room
                .kill_during(model, victim, Duration::MAX)
                .expect("it could be started before");
            assert!(
                output.status.success(),
                "{what}: the next run fails: {output:?}"
            );
            room.assert_clean(&what, &output);
        }
    }
    hits
}

#[test]
fn whoever_is_killed_leaves_nothing_loses_no_run_and_the_next_run_works() {
    assert!(kill_often(MODELS.len(), 3) > 0, "somebody was killed");
}

#[test]
#[ignore = "takes about twenty minutes"]
fn a_thousand_kills_leave_nothing_and_lose_no_run() {
    let threads = [1, 2].map(|seed| std::thread::spawn(move || kill_often(500, seed)));
    let hits = threads.map(|thread| thread.join().expect("no assertion failed"));
    println!(
        "{} of 1,000 runs had somebody to kill",
        hits.iter().sum::<usize>()
    );
}
