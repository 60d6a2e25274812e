//! What a worker's code is doing at a moment, each described once: its name, how it is measured, and how it is drawn.

use serde::{Deserialize, Serialize};

/// What a worker's code is doing at a moment; a lane is in exactly one phase at any time of the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[repr(u8)]
pub enum Phase {
    /// From `t0` until its first task: being created, waiting at the gate.
    Starting = 0,
    /// The task's own code, on a core.
    Computing = 1,
    /// The task's own code, but the thread's CPU clock stood still: no core was free for it.
    Ready = 2,
    /// Waits for the interpreter lock.
    Gil = 3,
    /// Connects, sends, waits for the server, receives.
    Network = 4,
    /// Opens, writes, closes a file.
    File = 5,
    /// No task for it any more (or, under rayon, not now).
    Idle = 6,
    /// Not a phase of a worker: events were dropped here, so the picture cannot say. Totals are not affected.
    Lost = 7,
    /// Waits for nothing but time.
    Sleep = 8,
}

/// Everything that there is to know about a phase.
#[derive(Debug)]
pub struct PhaseDescription {
    /// The word for it, in JSON and on screen.
    pub name: &'static str,
    /// The column with its seconds where a run is a row of data; empty where it has none.
    pub column: &'static str,
    /// What it means, in a few words.
    pub meaning: &'static str,
    /// How its time is measured; empty where the meaning says it.
    pub how: &'static str,
    /// What stands for it in a stored trace, which has a letter for each event.
    pub letter: char,
    /// What a cell of a timeline shows when hardly any of its time was computing.
    pub mark: &'static str,
    /// Whose colour it has.
    pub hue: Hue,
    /// Whether a worker in it wants a core or the lock and gets none: its mark then fills the bar up to where full ink would
    /// be. Whoever asks for none is a thin line.
    pub is_starved: bool,
    /// The class of its areas in pictures.
    pub class: &'static str,
}

/// What phases of one colour have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hue {
    /// A core computes.
    Computing,
    /// A core is wanted.
    Ready,
    /// The lock is wanted.
    Lock,
    /// Something far away is waited for.
    Waiting,
    /// Files are used.
    Files,
    /// Nothing is done: the colour of the ground.
    Nothing,
}

/// How the time within a call of the operating system is measured.
const CALL: &str = "from the call to its return; waiting for a core meanwhile is in it, too";

/// Each at its number.
static DESCRIPTIONS: [PhaseDescription; Phase::COUNT] = [
    PhaseDescription {
        name: "starting",
        column: "starting_s",
        meaning: "is being created, waits for the others",
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
        how: "measured by the CPU clock of the thread, read at each change and about every millisecond",
        letter: 'c',
        mark: "█",
        hue: Hue::Computing,
        is_starved: false,
        class: "p-computing",
    },
    PhaseDescription {
        name: "ready",
        column: "ready_s",
        meaning: "could compute, but no core is free",
        how: "by how much the CPU clock fell behind the monotonic one. Where within that millisecond is not known: it is drawn at \
            the end. Under 0.05 ms is kept for the next look",
        letter: 'r',
        // Drawn with thin lines, as all waiting is: a shade would be an area, and that means work.
        mark: "┊",
        hue: Hue::Ready,
        is_starved: true,
        class: "p-ready",
    },
    PhaseDescription {
        name: "gil",
        column: "gil_s",
        meaning: "waits for the interpreter lock",
        how: "the emulated lock: from asking for it until it was got. CPython's own lock does not tell: there it is an estimate, \
            what is left of a computing task's time after its CPU time and the kernel's account of waiting for a core. Whatever \
            else kept the thread is in it, too",
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
        meaning: "has no task any more (under rayon: not now)",
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
        meaning: "too many events to keep them all; totals are exact",
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
        meaning: "waits until a time is over",
        how: CALL,
        letter: 'z',
        mark: "z",
        hue: Hue::Waiting,
        is_starved: false,
        class: "p-network",
    },
];

impl Phase {
    /// How many there are, with [`Phase::Lost`].
    pub const COUNT: usize = 9;

    /// Everything a worker can be doing, in the order in which legends and tables show it.
    pub const MEASURED: [Phase; 8] = [
        Phase::Starting,
        Phase::Computing,
        Phase::Ready,
        Phase::Gil,
        Phase::Network,
        Phase::File,
        Phase::Sleep,
        Phase::Idle,
    ];

    /// What a run's workers can be doing, in the order in which legends beside a run list it.
    pub const LISTED: [Phase; 8] = [
        Phase::Computing,
        Phase::Ready,
        Phase::Gil,
        Phase::Network,
        Phase::File,
        Phase::Sleep,
        Phase::Starting,
        Phase::Idle,
    ];

    /// What is drawn in pictures, from the bottom of a lane to its top.
    pub const STACK: [Phase; 8] = [
        Phase::Computing,
        Phase::Ready,
        Phase::Gil,
        Phase::File,
        Phase::Network,
        Phase::Sleep,
        Phase::Starting,
        Phase::Lost,
    ];

    /// What there is to know about it.
    pub fn description(self) -> &'static PhaseDescription {
        &DESCRIPTIONS[self as usize]
    }

    /// The word for it, in JSON and on screen.
    pub fn name(self) -> &'static str {
        self.description().name
    }

    /// What it means, in a few words.
    pub fn meaning(self) -> &'static str {
        self.description().meaning
    }

    /// How its time is measured; empty where the meaning says it.
    pub fn how(self) -> &'static str {
        self.description().how
    }

    /// All of them.
    pub fn all() -> impl Iterator<Item = Phase> {
        Phase::MEASURED.into_iter().chain([Phase::Lost])
    }

    /// The phase with this number, as it stands in an event.
    pub fn from_number(number: u8) -> Option<Phase> {
        Phase::all().find(|phase| *phase as u8 == number)
    }

    /// The phase with this letter, as it stands in a stored trace.
    pub fn from_letter(letter: char) -> Option<Phase> {
        Phase::all().find(|phase| phase.description().letter == letter)
    }
}
