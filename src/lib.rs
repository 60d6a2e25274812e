//! pconc-tui shows the difference between concurrency and parallelism by measuring it.
//!
//! *A run is a stream of timestamped events; the engine makes the stream, the domain gives it meaning, the app folds it
//! together with the user's commands and draws it.*
//!
//! # The words
//!
//! One word for one thing, in code, on screen, in JSON and in the README.
//!
//! | word | means |
//! | --- | --- |
//! | **workload**, **step** | what one task does (`cpu`, `io`, `sleep`), as a list of steps: compute, fetch, write, sleep |
//! | **model** | the concurrency model that executes the tasks; never used for state of the screen |
//! | **parameter** | a knob of a plan; it belongs to a workload or a model |
//! | **metric** | a number that a record yields |
//! | **draft**, **plan** | what the user asks for: any values, and only valid ones |
//! | **run**, **record** | a plan that is happening, and a finished one with all its numbers |
//! | **task** | one unit of work, numbered from 0, executed exactly once or reported |
//! | **executor** | a model, under Python's models with the interpreter: what curves, labels and groups are keyed by |
//! | **kin** | executors of the same language and interpreter: speed-ups are measured among them |
//! | **worker** | a thread, process, subinterpreter or task of an event loop that executes tasks, numbered from 0 |
//! | **lane**, **phase** | a worker's row in the picture, and what it was doing at a time |
//! | **core** | a CPU that the operating system schedules on |
//! | **baseline** | the record of the same work that speed-ups are measured against: the user's choice, else the latest serial one of its kin, which for Python is one thread of the same interpreter |
//! | **campaign** | several plans measured as one question |
//! | **assessment** | what other runs say about a record: speed-up, baseline, ★, caveats that come and go with them |
//! | **caveat** | a reason to trust a record less, as data |
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
//! | [`catalog`], [`domain`] | each other without a circle, std's pure parts, serde | I/O, clocks, threads, processes, any terminal |
//! | [`analysis`] | catalog, domain | the same |
//! | [`present`] | catalog, domain, analysis | the same |
//! | [`engine`] | catalog, domain | ratatui, crossterm, app, ui, sentences of advice |
//! | [`ui`] | catalog, domain, analysis, present | I/O, the app: it is how things look, whatever they are about |
//! | [`app`] | the same, and ui | I/O, clocks, threads, engine; ratatui outside of `app/frame` and the `view` of a screen. `App::update(Msg) -> Vec<Effect>` is a pure state machine |
//! | [`export`] | catalog, domain, analysis, present | the terminal; which file it writes to is told |
//! | [`store`] | catalog, domain | the terminal; when to keep what is decided elsewhere |
//! | [`cli`] | catalog, domain, present | anything that acts |
//! | [`shell`] | catalog, domain, present, engine | decisions; it is what both shells need to live in an operating system |
//! | [`tui`] | all but headless and cli | decisions: those belong to app or analysis |
//! | [`headless`] | all but app, ui and tui | the same |
//!
//! `tests/architecture.rs` reads the `use` lines and fails on an arrow that this table does not allow, and on a circle of
//! modules within a layer.
//!
//! Fixtures are in `tests/support/`: the tests inside of the crate, those outside of it and the benches share them.
//!
//! # What never happens
//!
//! - The program forks once, while it has one thread; after that only the zygote forks, and starts interpreters
//!   ([`engine::zygote`]).
//! - Nothing that CPython does not tell is shown as measured: an estimate says so in the record, on screen and in files.
//! - Nothing that a run prints reaches the screen as it is: it is bounded, cleaned and kept with the run.
//! - Nothing is derived from a picture: totals come from lane headers and the task table, which stay exact when events
//!   are dropped ([`engine::arena`], [`engine::recorder`]).
//! - No worker takes a lock or makes a system call to record an event, and no drawing waits for a worker.
//! - Drawing never walks over events: it asks a lane for sums between two moments ([`domain::trace`]).
//! - No speed-up between runs of different work ([`domain::speedup`]).
//! - No worker is replaced silently: a death is an error with a name and a cause.
//! - Nothing in the history file is ever rewritten, and no number is given twice ([`store`]).
//! - Neither process, thread nor temporary file outlives the program, however it ends. What an interpreter has started and
//!   has left its process group, as a daemon does, is not the program's: it is neither waited for nor killed.
//! - Nothing is removed or replaced that the program did not surely make ([`engine::scratch`], [`store`]).
//!
//! # Where do I change …
//!
//! - **a workload?** A file in `catalog/workload/` and its line in `catalog/workload.rs`. It says what a task does as steps; only a
//!   step that nobody knows yet needs code: in `engine/kernel.rs`, in the tables of `assets/worker.py`, in
//!   `domain/estimate.rs`, and with a phase of its own in `catalog/phase.rs`.
//! - **a parameter?** In the file of its workload or model. Form, options, help, completions, JSON, CSV, details and `i` follow;
//!   `assets/records.schema.json` describes it.
//! - **a model?** `catalog/model.rs`, its description in the folder beside it, and what makes its workers in
//!   `engine/executor/`.
//! - **a model of Python?** The same, and its pool in `assets/worker.py`; what an interpreter must have for it is checked in
//!   `domain/plan.rs`.
//! - **a number of a run?** `catalog/metric.rs`: every table, column and explanation is a view of it.
//! - **a quick experiment?** `catalog/experiment.rs`.
//! - **a phase?** `catalog/phase.rs`, with its colour, mark and letter.
//! - **when two times differ?** `domain/difference.rs`, for every screen and file; what is said then: `present/sentence/`.
//! - **which interpreters are found, and what they are asked?** `engine/python/find.rs` and `engine/python/probe.rs`.
//! - **how true the emulated lock is?** `engine/gil.rs` is the lock, `domain/fidelity.rs` the question.
//! - **a number of a run?** its entry in `catalog/metric.rs`; every surface is a view of it, in the order of the entries.
//! - **what is measured?** `engine/recorder.rs` (events), `engine/conclude.rs` (totals), `domain/record.rs` (the JSON).
//! - **what is doubted, and what is said then?** `catalog/caveat.rs`; what is looked at for it: `engine/doubts.rs`.
//! - **the JSON?** `domain/record.rs` and `domain/trace/stored.rs` (what runs are), `export/json.rs` (the document), and
//!   `assets/records.schema.json`, which a test holds against real documents.
//! - **what is kept?** `store/line.rs` (the lines of the history), `store/pictures.rs` (what is beside it), `store/writer.rs`
//!   (what happens when that is not possible).
//! - **a key?** `keys.rs` in the folder of its screen, or `app/keys/`: one table for dispatch, footer and help. Which bytes of a
//!   terminal mean it: `tui/input/sequences.rs`; where a sequence ends, or is given up: `tui/input/parser.rs`.
//! - **a screen?** A folder in `app/screens/` with its state, keys and view, and a line in `app/screens.rs`. Where panels are:
//!   `app/frame/layout.rs`. What can be clicked: `app/frame/hit.rs` finds it, `app/pointer.rs` says what it does.
//! - **a colour?** `ui/theme/palette.rs`; a character, and what stands for it in ASCII: `present/ascii.rs`.
//! - **what `?` and `i` say?** `assets/help/`; what `i` says is a promise about the engine.
//! - **an option of the command line?** The file of its command in `cli/`, for all commands `cli.rs`; help, completions and
//!   the manual page follow.
//! - **another operating system?** a file beside `engine/os/linux.rs`.

// Fixtures are shared with the tests outside of the crate, which call it by this name.
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
