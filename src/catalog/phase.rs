//! What a worker's code is doing at a moment. Each phase is described once: its name, how it is measured, and how it is
//! drawn.

use serde::{Deserialize, Serialize};

/// What a worker's code is doing at a moment. A lane is in exactly one phase at any time of the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[repr(u8)]
pub enum Phase {
    /// From `t0` until the first task: the worker is being created, or waits at the gate.
    Starting = 0,
    /// In the task's own code, on a core.
    Computing = 1,
    /// In the task's own code while the thread's CPU clock stood still, because no core was free for it.
    Ready = 2,
    /// Waits for the interpreter lock.
    Gil = 3,
    /// Connects, sends, waits for the server, receives.
    Network = 4,
    /// Opens, writes, closes a file.
    File = 5,
    /// Without a task, at the end of the run or, under rayon, for now.
    Idle = 6,
    /// Not a phase of a worker. Events were dropped here, so the trace cannot show what happened. Totals are not
    /// affected.
    Lost = 7,
    /// Waits only for time to pass.
    Sleep = 8,
    /// Waits for a lock of the program's own.
    Lock = 9,
    /// Waits for another process.
    Subprocess = 10,
    /// Turns objects into bytes for another process, or back.
    Pickling = 11,
}

/// The description of a phase.
#[derive(Debug)]
pub struct PhaseDescription {
    /// The name in JSON and on the screen.
    pub name: &'static str,
    /// The name of the phase's column of seconds in tables with one run per row; empty if it has no column.
    pub column: &'static str,
    /// The meaning in a few words.
    pub meaning: &'static str,
    /// How the time is measured; empty if the meaning says it.
    pub how: &'static str,
    /// The letter for an event in a stored trace.
    pub letter: char,
    /// The character in a cell of a timeline in which there is hardly any computing.
    pub mark: &'static str,
    /// The colour, named by what it means.
    pub hue: Hue,
    /// Whether a worker in this phase needs a core or the lock and does not get it. The mark then fills the bar up to
    /// the height of full ink. Workers that need neither are drawn as a thin line.
    pub is_starved: bool,
    /// The CSS class of the phase's areas in drawings.
    pub class: &'static str,
}

/// The meaning that phases of one colour share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hue {
    /// A core computes.
    Computing,
    /// A core is needed.
    Ready,
    /// The lock is needed.
    Lock,
    /// The worker waits for something outside the machine.
    Waiting,
    /// Files are used.
    Files,
    /// Nothing happens; the colour of the background.
    Nothing,
}

/// How the time within a system call is measured.
const CALL: &str = "from the call to its return; waiting for a core is included, except where the kernel recorded it";
/// How a wait is measured that no worker stamps.
const SAMPLED: &str = "by the kernel's records of when the thread was off its core, and samples of the system call that it \
    was in. A wait without a sample counts as the sampled one of the most similar length";

/// In the order of the phases' numbers.
static DESCRIPTIONS: [PhaseDescription; Phase::COUNT] = [
    PhaseDescription {
        name: "starting",
        column: "starting_s",
        meaning: "is being created, or waits for other workers",
        how: "from just before the first worker was created to the worker's first task",
        letter: 's',
        mark: "╌",
        hue: Hue::Nothing,
        is_starved: false,
        class: "p-starting",
    },
    PhaseDescription {
        name: "computing",
        column: "computing_s",
        meaning: "a core works on the task",
        how: "measured by the CPU clock of the thread, read at each change and about every millisecond; for \
         Python by the kernel's records of when its thread had a core, where it gives them",
        letter: 'c',
        mark: "█",
        hue: Hue::Computing,
        is_starved: false,
        class: "p-computing",
    },
    PhaseDescription {
        name: "ready",
        column: "ready_s",
        meaning: "could compute, but waits for a core",
        how: "by how much the CPU clock fell behind the monotonic clock. It is not known where \
         within that millisecond, so it is drawn at the end. Less than 0.05 ms is added to the \
         next reading",
        letter: 'r',
        // A thin line, as for all waiting. A shade would be an area, and areas mean work.
        mark: "┊",
        hue: Hue::Ready,
        is_starved: true,
        class: "p-ready",
    },
    PhaseDescription {
        name: "gil",
        column: "gil_s",
        meaning: "waits for the interpreter lock (GIL)",
        how: "for the emulated GIL, from asking for it until getting it. CPython's own GIL does \
         not report it. Where the kernel records switches, it is the time off a core in which samples find the thread \
         in the GIL's system call. Elsewhere it is an estimate: by samples of that call, or else what remains of a \
         computing task's time after its CPU time and the kernel's account of waiting for a core",
        letter: 'g',
        mark: "╳",
        hue: Hue::Lock,
        is_starved: true,
        class: "p-gil",
    },
    PhaseDescription {
        name: "network",
        column: "network_s",
        meaning: "waits for the server",
        how: CALL,
        letter: 'n',
        mark: "─",
        hue: Hue::Waiting,
        is_starved: false,
        class: "p-network",
    },
    PhaseDescription {
        name: "file",
        column: "file_s",
        meaning: "opens, writes or closes a file",
        how: CALL,
        letter: 'f',
        mark: "≡",
        hue: Hue::Files,
        is_starved: false,
        class: "p-file",
    },
    PhaseDescription {
        name: "idle",
        column: "idle_s",
        meaning: "has no task to take (rayon: right now)",
        how: "",
        letter: 'i',
        mark: "·",
        hue: Hue::Nothing,
        is_starved: false,
        class: "row",
    },
    PhaseDescription {
        name: "not recorded",
        column: "",
        meaning: "events were dropped here; totals stay exact",
        how: "",
        letter: 'l',
        mark: "?",
        hue: Hue::Nothing,
        is_starved: false,
        class: "p-lost",
    },
    PhaseDescription {
        name: "sleep",
        column: "sleep_s",
        meaning: "waits for a set time",
        how: CALL,
        letter: 'z',
        mark: "z",
        hue: Hue::Waiting,
        is_starved: false,
        class: "p-network",
    },
    PhaseDescription {
        name: "lock",
        column: "lock_s",
        meaning: "waits for another lock than the GIL",
        how: SAMPLED,
        letter: 'k',
        mark: "┼",
        hue: Hue::Lock,
        is_starved: true,
        class: "p-lock",
    },
    PhaseDescription {
        name: "subprocess",
        column: "subprocess_s",
        meaning: "waits for another process",
        how: SAMPLED,
        letter: 'p',
        mark: "»",
        hue: Hue::Waiting,
        is_starved: false,
        class: "p-subprocess",
    },
    PhaseDescription {
        name: "pickling",
        column: "pickling_s",
        meaning: "turns objects into bytes, or back",
        how: "from before the worker pickles or unpickles until after it",
        letter: 'm',
        mark: "≈",
        hue: Hue::Files,
        is_starved: false,
        class: "p-pickling",
    },
];

impl Phase {
    /// The number of phases, including [`Phase::Lost`].
    pub const COUNT: usize = 12;

    /// Every phase of a worker, in the order of legends and tables.
    pub const MEASURED: [Phase; 11] = [
        Phase::Starting,
        Phase::Computing,
        Phase::Ready,
        Phase::Gil,
        Phase::Lock,
        Phase::Network,
        Phase::File,
        Phase::Sleep,
        Phase::Subprocess,
        Phase::Pickling,
        Phase::Idle,
    ];

    /// Every phase of a worker, in the order of legends beside a run.
    pub const LISTED: [Phase; 11] = [
        Phase::Computing,
        Phase::Ready,
        Phase::Gil,
        Phase::Lock,
        Phase::Network,
        Phase::File,
        Phase::Sleep,
        Phase::Subprocess,
        Phase::Pickling,
        Phase::Starting,
        Phase::Idle,
    ];

    /// What drawings show, from the bottom of a lane to its top.
    pub const STACK: [Phase; 11] = [
        Phase::Computing,
        Phase::Ready,
        Phase::Gil,
        Phase::Lock,
        Phase::Pickling,
        Phase::Subprocess,
        Phase::File,
        Phase::Network,
        Phase::Sleep,
        Phase::Starting,
        Phase::Lost,
    ];

    /// The description from which the methods below read.
    pub fn description(self) -> &'static PhaseDescription {
        &DESCRIPTIONS[self as usize]
    }

    /// The name in JSON and on the screen.
    pub fn name(self) -> &'static str {
        self.description().name
    }

    /// The meaning in a few words.
    pub fn meaning(self) -> &'static str {
        self.description().meaning
    }

    /// How the time is measured; empty if the meaning says it.
    pub fn how(self) -> &'static str {
        self.description().how
    }

    /// The phases of a worker, then [`Phase::Lost`].
    pub fn all() -> impl Iterator<Item = Phase> {
        Phase::MEASURED.into_iter().chain([Phase::Lost])
    }

    /// The phase with the number that events use.
    pub fn from_number(number: u8) -> Option<Phase> {
        Phase::all().find(|phase| *phase as u8 == number)
    }

    /// The phase with the letter that stored traces use.
    pub fn from_letter(letter: char) -> Option<Phase> {
        Phase::all().find(|phase| phase.description().letter == letter)
    }
}
