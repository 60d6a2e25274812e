//! pconc-tui shows the difference between concurrency and parallelism by measuring it.
//!
//! *A run is a stream of timestamped events. The engine makes the stream, the domain gives it meaning, and the app folds
//! it together with the user's commands and draws it.*
//!
//! # The words
//!
//! One word for one thing, in the code, on the screen, in JSON and in the README.
//!
//! | word | means |
//! | --- | --- |
//! | **workload**, **step** | what one task does (`cpu`, `io`, `sleep`, `counter`, `function`, `command`), as a list of steps: compute, fetch, write, sleep, add, call |
//! | **function**, **call**, **input** | a Python function of the user's; one execution of it, which is a task; what a call gets |
//! | **command**, **template** | a command of the user's, of which each execution is a task; it as words with places for the input |
//! | **model** | the concurrency model that executes the tasks; never used for state of the screen |
//! | **native** | executed by this program itself, and not by CPython |
//! | **parameter** | a setting of a plan; it belongs to a workload or a model |
//! | **metric** | a number that a record yields |
//! | **draft**, **plan** | what the user asks for: a draft may have any values, a plan only has valid ones |
//! | **run**, **record** | a plan that is being executed; a finished run with all its numbers, which never change |
//! | **task** | one unit of work; tasks are numbered from 0, and each is executed once or reported |
//! | **worker** | a thread, process, subinterpreter or task of an event loop that executes tasks; numbered from 0 |
//! | **executor** | a model, and for a Python model the interpreter; curves, labels and groups are made per executor |
//! | **event**, **stamp** | a change of a worker's phase or task, as the worker itself records it; the time that it records |
//! | **lane** | a worker's row in the trace |
//! | **segment**, **phase** | the time from one event of a lane to the next; what the worker was doing during it |
//! | **trace** | the lanes of a run as data; on the screen and in files it is drawn as a **timeline** |
//! | **core** | a CPU that the operating system schedules on |
//! | **GIL** | Python's interpreter lock: CPython's own (*real*), or the one of `gil-threads` (*emulated*); in a sentence that has named it, *the lock* |
//! | **turn** | the time from getting the GIL, or a core, to losing it |
//! | **concurrency** | the mean number of tasks in flight |
//! | **parallelism** | the workers' CPU time divided by the wall time: the mean number of cores in use |
//! | **serial** | one worker that executes one task after the other; for Python it is one thread of an interpreter, for a function a plain loop |
//! | **sound** | a run that did all its work, so that its time can be compared |
//! | **baseline** | the record of the same work that speed-ups are measured against: the user's choice, or else the latest sound serial run of the same session and the same interpreter, if any |
//! | **speed-up**, **gain** | how many times as fast as its baseline a run was; the speed-up together with that baseline |
//! | **repeats** | sound runs of one configuration that were measured for one question, or alone in one session |
//! | **configuration**, **round** | an executor with a number of workers; every configuration of a sweep once; round 0 is the *warm-up round*, which is not counted |
//! | **campaign**, **sweep** | several plans measured as one question; a campaign over many configurations |
//! | **claim**, **condition** | a sentence of the article that can be tested; a part of it, with a number, that a measurement meets or does not |
//! | **trial**, **arm**, **control** | the experiment about a claim, which is fixed before it runs; a plan of it; a trial whose result is known, and without which the others say nothing |
//! | **prediction**, **expectation** | how a class can predict the result of a claim; a result that it can expect |
//! | **lesson** | a walk through the claims; each *step of the lesson* says something, and most run something |
//! | **race**, **family**, **lap** | the campaign that looks for the fastest way to execute calls of a function, or commands; a model and its interpreter in it; a run of it |
//! | **advice**, **way** | what a race found for a function: use a way, keep the loop, or cannot tell; a model, its interpreter and a number of workers |
//! | **pitfall** | what can go wrong when calls are executed at the same time, with its evidence |
//! | **recording** | the recorded runs that the lesson plays in place of measuring |
//! | **verdict** | what the evidence says about a claim: supported, contradicted or cannot tell |
//! | **assessment** | what other runs say about a record: speed-up, baseline, ★, and the caveats that depend on them |
//! | **finding** | a conclusion as numbers: what, compared with what, the factor, its interval, whether it is certain |
//! | **caveat** | a reason to trust a record less, as data |
//! | **estimate** | a number that was not measured: how long a run will take, or the wait for CPython's GIL |
//! | **history** | the runs and sweeps that the user can look at; the kept history is the file that outlives the session |
//!
//! # The layers
//!
//! ```text
//!                    main
//!                   /    \
//!                tui      headless                  join engine and app: the two shells
//!                 | \      /   |
//!                app  engine  export store cli shell
//!                 |    |     /
//!                ui    |   present                  words, numbers, tables, charts: one for screen, shell and files
//!                  \   |   /
//!                  analysis                         findings: speed-up, comparison, sweep
//!                     |
//!               domain, catalog                     data and arithmetic; what there is, described once
//! ```
//!
//! | layer | may import | must not contain |
//! | --- | --- | --- |
//! | [`catalog`], [`domain`] | each other without a cycle, std's pure parts, serde | I/O, clocks, threads, processes, any terminal |
//! | [`analysis`] | catalog, domain | the same |
//! | [`present`] | catalog, domain, analysis | the same |
//! | [`engine`] | catalog, domain | ratatui, crossterm, app, ui, sentences of advice |
//! | [`ui`] | catalog, domain, analysis, present | I/O and the app: it defines how things look, whatever they show |
//! | [`app`] | the same, and ui | I/O, clocks, threads, engine; ratatui outside `app/frame` and the `view` of a screen. `App::update(Msg) -> Vec<Effect>` is a pure state machine |
//! | [`export`] | catalog, domain, analysis, present | the terminal; the caller chooses the file |
//! | [`store`] | catalog, domain | the terminal; the caller decides what is kept, and when |
//! | [`cli`] | catalog, domain, present | anything that acts |
//! | [`shell`] | catalog, domain, present, engine | decisions; it has what both shells need in an operating system |
//! | [`tui`] | all but headless and cli | decisions, which belong to app or analysis |
//! | [`headless`] | all but app, ui and tui | the same |
//!
//! `tests/architecture.rs` reads the `use` lines. It fails if an arrow is not allowed by this table, and if modules of a
//! layer form a cycle.
//!
//! Fixtures are in `tests/support/`. The tests inside the crate, those outside it and the benches share them.
//!
//! # What never happens
//!
//! - After the start, only the zygote forks processes and starts interpreters, and its workers start the user's commands.
//!   Each of these has one thread. The program itself forks once, while it has one thread ([`engine::zygote`]).
//! - No estimate looks like a measurement. CPython does not report the wait for its GIL. Where the kernel does not record
//!   switches either, the record, the screen and the files say that this number is an estimate.
//! - No output of a run reaches the screen unchanged. It is limited, cleaned and kept with the run.
//! - No number of a record is derived from the trace, which may have gaps. Totals come from lane headers and the task
//!   table, which stay exact when events are dropped ([`engine::arena`], [`engine::recorder`]), and for Python from the
//!   kernel's records, which are complete or replaced by the headers' ([`engine::outside::states`]). The one exception is how long
//!   workers computed at once, which is unknown if any event was dropped.
//! - No worker takes a lock or makes a system call to record an event, and no drawing waits for a worker.
//! - Drawing never walks over events. It asks a lane for sums between two moments ([`domain::trace`]).
//! - Runs of different work are never compared by a speed-up ([`domain::speedup`]).
//! - No worker is replaced silently. A death is an error with a name and a cause.
//! - No line of the history file is ever rewritten, and no number is assigned twice ([`store`]).
//! - No process, thread or temporary file outlives the program, however it ends. There is one exception: a process that
//!   an interpreter starts and that leaves its process group, like a daemon, is neither waited for nor killed, unless the
//!   user's function or command started it.
//! - Nothing is removed or replaced unless the program certainly made it ([`engine::scratch`], [`store`]).
//!
//! # Where do I change …
//!
//! - **a workload?** Its file in `catalog/workload/`, and its line in `catalog/workload.rs`. The file describes what a
//!   task does as steps. Only a new kind of step needs code: in `engine/kernel.rs`, in the tables of `assets/worker.py`,
//!   in `domain/estimate.rs`, and in `catalog/phase.rs` if it has its own phase.
//! - **a parameter?** The file of its workload or model, and `assets/records.schema.json`. Form, options, help,
//!   completions, JSON, CSV, details and `i` follow.
//! - **a model?** `catalog/model.rs`, its description in the folder beside it, and the code that makes its workers in
//!   `engine/executor/`.
//! - **a Python model?** The same, and its pool in `assets/worker.py`. `domain/plan.rs` checks what an interpreter
//!   needs for it.
//! - **what happens with a function of the user's?** `assets/function.py` looks at it and calls it; `engine/python/inspect.rs`
//!   asks, `domain/function.rs` has what is known of it.
//! - **what happens with a command of the user's?** `domain/command.rs` is what is executed for an input, `engine/kernel/command.rs`
//!   executes it, `engine/os/linux/command.rs` looks at it, `present/line.rs` is the line to paste.
//! - **a number of a run?** Its entry in `catalog/metric.rs`. Every table, column and explanation is a view of it, in the
//!   order of the entries.
//! - **a quick experiment?** `catalog/experiment.rs`.
//! - **a claim?** The file of its subject in `catalog/claim/`, and a line in `catalog/claim.rs`. How verdicts are reached is in
//!   `domain/claim.rs`, what is measured in turn in `domain/in_turn.rs`.
//! - **how the advice is found?** `domain/race.rs` is what is measured, `domain/race/standing.rs` what that decides,
//!   `analysis/advised.rs` the advice, `present/code.rs` the code to paste.
//! - **a pitfall?** Its entry in `catalog/pitfall.rs`, its rule in `analysis/pitfall.rs`, its words in
//!   `present/sentence/pitfall.rs`.
//! - **a step of the lesson?** Its text in `assets/lessons/`, and a line in `catalog/lesson.rs`.
//! - **a phase?** `catalog/phase.rs`, with its colour, mark and letter.
//! - **when two times differ?** `domain/difference.rs`, for every screen and file. The sentences about it are in
//!   `present/sentence/`.
//! - **which interpreters are found, and how they are probed?** `engine/python/find.rs` and `engine/python/probe.rs`.
//! - **how faithful the emulated GIL is?** `engine/gil.rs` is the GIL, `domain/fidelity.rs` the comparison.
//! - **what is measured?** `engine/recorder.rs` (events), `engine/outside.rs` (threads of Python, seen from
//!   outside), `engine/conclude.rs` (totals), `domain/record.rs` (the JSON).
//! - **a caveat?** `catalog/caveat.rs` has its threshold, its sentence and the advice; `engine/caveats.rs` looks for it.
//! - **the JSON?** `domain/record.rs` and `domain/trace/stored.rs` (the runs), `export/json.rs` (the document), and
//!   `assets/records.schema.json`, which a test compares with real documents.
//! - **what is kept?** `store/line.rs` (the lines of the history), `store/traces.rs` (the files beside it),
//!   `store/writer.rs` (changes that cannot be written yet).
//! - **a key?** `keys.rs` in the folder of its screen, or `app/keys/`. One table is used for dispatch, footer and help.
//!   The bytes that a terminal sends for it are in `tui/input/sequences.rs`; `tui/input/parser.rs` finds where a sequence
//!   ends.
//! - **when a run starts, and what follows its end?** `app/work.rs`. What a key does is with the state that it changes.
//! - **a screen?** A folder in `app/screens/` with its state, keys and view, and a line in `app/screens.rs`. The places of
//!   panels are in `app/frame/layout.rs`. `app/frame/hit.rs` finds what a click hits, and `app/pointer.rs` says what the
//!   click does.
//! - **a colour?** `ui/theme/palette.rs`. A character and its replacement in ASCII are in `present/ascii.rs`.
//! - **what `?` and `i` say?** `assets/help/`. The text of `i` is a promise about the engine.
//! - **an option of the command line?** The file of its command in `cli/`, or `cli.rs` for all commands. Help, completions
//!   and the manual page follow.
//! - **another operating system?** A file beside `engine/os/linux.rs`.

// The tests outside the crate share the fixtures, which therefore refer to the crate by this name.
#[cfg(test)]
extern crate self as pconc_tui;
#[cfg(test)]
#[path = "../tests/support/fixtures.rs"]
mod fixtures;

pub mod analysis;
pub mod app;
pub mod catalog;
pub mod cli;
pub mod domain;
pub mod engine;
pub mod export;
pub mod headless;
pub mod present;
pub mod shell;
pub mod store;
pub mod tui;
pub mod ui;
