//! A program of Python whose threads are watched as in a run, although they stamp nothing, like a user's own function: as far
//! as their lanes say, they only compute.

use std::{
    io::{BufRead, BufReader, Write},
    process::{Child, Command, Stdio},
    sync::{
        Arc,
        atomic::Ordering::Relaxed,
        mpsc::{self, Receiver},
    },
    time::Duration,
};

use pconc_tui::{
    catalog::{model::Model, workload::Workload},
    domain::{
        machine::WorkerLimits,
        phase::Phase,
        plan::{Draft, Plan},
        python::Interpreter,
    },
    engine::{
        arena::{Arena, LaneState},
        clock,
        outside::Outside,
    },
};

/// The time limit for each line of the program.
pub const HANG: Duration = Duration::from_secs(60);

/// The program. First it prints the ids of its threads, then it waits for a line, and then it prints what it found.
pub struct Program {
    child: Child,
    lines: Receiver<String>,
    /// Where its threads have their lanes.
    pub arena: Arc<Arena>,
}

impl Program {
    /// Starts this script, with what its threads do and their number as its arguments.
    pub fn start(python: &str, script: &str, what: &str, threads: u32) -> Program {
        let mut child = Command::new(python)
            .args(["-c", script, what, &threads.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the interpreter was found a moment ago");
        let output = BufReader::new(child.stdout.take().expect("it is piped"));
        let (told, lines) = mpsc::channel();
        std::thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                let _ = told.send(line);
            }
        });
        let arena = Arc::new(Arena::map().expect("there is memory"));
        let program = Program {
            child,
            lines,
            arena,
        };
        let first = program.line(HANG).expect("it names its threads");
        let ids: Vec<u32> = serde_json::from_str(&first).expect("they are numbers");
        program.arena.reset(threads, threads);
        program.arena.header().t0.store(clock::now(), Relaxed);
        for (worker, thread) in (0..).zip(ids) {
            let lane = program.arena.lane(worker);
            lane.pid.store(program.child.id(), Relaxed);
            lane.tid.store(thread, Relaxed);
            lane.open_phase.store(Phase::Computing as u32, Relaxed);
            lane.set_state(LaneState::Working);
        }
        program
    }

    /// Watches its threads; an error if the system does not allow it.
    pub fn watched(&self, plan: &Plan, may_record: bool) -> std::io::Result<Outside> {
        let outside = Outside::start(self.arena.clone(), plan, may_record);
        let mut outside = outside.expect("there may be a thread");
        outside.attach()?;
        Ok(outside)
    }

    /// Lets the threads begin.
    pub fn say_go(&self) {
        let mut input = self.child.stdin.as_ref().expect("it is piped");
        input.write_all(b"go\n").expect("it reads");
    }

    /// The next line; `None` if it does not come in time.
    pub fn line(&self, limit: Duration) -> Option<String> {
        self.lines.recv_timeout(limit).ok()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The plan of a run with so many threads.
pub fn plan(python: &Interpreter, threads: u32) -> Plan {
    let mut draft = Draft::new(Workload::Cpu, Model::PythonThreads, threads.into());
    draft.python = Some(python.clone());
    draft
        .validate(&WorkerLimits::default())
        .expect("the draft is valid")
}
