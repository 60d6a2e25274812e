//! Every state of the explorer. Texts that a state has to show are asserted at any size. If the picture itself is the
//! promise, it is kept as text at two sizes, so that a change of a screen shows everything that changed. To accept
//! changes after looking at them, run `INSTA_UPDATE=always cargo test --test screens`.

use std::{
    collections::BTreeSet,
    ffi::OsStr,
    path::{Path, PathBuf},
};

use insta::assert_snapshot;
use pconc_tui::domain::record::Outcome;

use super::*;

/// A state of the explorer, and the texts that it has to show at any size.
struct State {
    name: &'static str,
    reach: fn(&mut Session),
    says: &'static [&'static str],
}

/// States for which only the words matter, not the picture.
const WITHOUT_PICTURE: &[&str] = &[
    "filtered",
    "no-match",
    "named",
    "earlier-gone",
    "earlier-hidden",
    "python-searching",
    "python-none",
    "python-too-old",
    "python-starting",
    "sweep-stopped",
    "sweep-teaching",
    "claim-unexpected",
    "function-unnamed",
    "function-refused",
    "advice-asked",
    "claim-asked-for-truth",
    "claim-page-measuring",
    "claim-runs",
    "claim-teaching",
    "claims-score",
    "lesson-disturbed",
    "lesson-recorded",
    "lesson-playing",
    "python-sweep-form",
    "python-details",
    "python-form",
    "python-first",
    "sweep-first-round",
    "sweep-fits",
    "sweep-many",
    "earlier-expanded",
    "removed",
    "naming",
    "filtering",
    "frozen",
    "running-1000",
];

/// The sizes at which pictures are kept.
const LOOKED_AT: [(u16, u16); 2] = [(80, 24), (120, 40)];

const STATES: &[State] = &[
    State {
        name: "first",
        reach: |_| {},
        says: &["Press 1, 2, 3 or 4", "Do threads speed up I/O?"],
    },
    State {
        name: "form",
        reach: |s| {
            s.press(&[Char('f'), Down, Down, Right]);
        },
        says: &["Workers"],
    },
    State {
        name: "function",
        reach: function::named,
        says: &["Function", "urls.txt"],
    },
    State {
        name: "function-unnamed",
        reach: function::unnamed,
        says: &["Function is empty"],
    },
    State {
        name: "function-refused",
        reach: function::refused,
        says: &["fetch.py has no other"],
    },
    State {
        name: "advice-asked",
        reach: advice::asked,
        says: &["fetch will be called at most", "Enter"],
    },
    State {
        name: "advice-measured",
        reach: advice::measured,
        says: &["being measured", "a loop"],
    },
    State {
        name: "advice-told",
        reach: advice::told,
        says: &["what came out", "processes"],
    },
    State {
        name: "running-2",
        reach: |s| running(s, 2),
        says: &["2 workers compute", "running", "w1"],
    },
    State {
        name: "running-16",
        reach: |s| running(s, 16),
        says: &["2 workers compute, 14 wait for a core", "w1"],
    },
    State {
        name: "running-200",
        reach: |s| running(s, 200),
        says: &["of 200 workers", "┃"],
    },
    State {
        name: "running-1000",
        reach: |s| running(s, 1_000),
        says: &["of 1 000 workers", "┃"],
    },
    State {
        name: "finished",
        reach: |s| {
            s.press(&[Char('3')]);
        },
        says: &["2.00× (2.00–2.00, 3 pairs) faster", "★"],
    },
    State {
        name: "comparing",
        reach: |s| {
            s.press(&[Char('3'), Char('2'), Char('c')]);
        },
        says: &["Comparison of 2 runs"],
    },
    State {
        name: "expanded-timeline",
        reach: |s| expanded(s, Panel::Timeline),
        says: &["▸w0", "w1"],
    },
    State {
        name: "expanded-history",
        reach: |s| expanded(s, Panel::History),
        says: &["speed-up", "★"],
    },
    State {
        name: "zoomed",
        reach: zoomed,
        says: &["███", "╳╳╳", "▲"],
    },
    State {
        name: "failed-tasks",
        reach: failed_tasks,
        says: &["1 of 16 tasks failed", "✗ "],
    },
    State {
        name: "run-broken",
        reach: run_broken,
        says: &["failed", "worker 1 was killed by SIGKILL"],
    },
    State {
        name: "by-core",
        reach: |s| {
            s.press(&[Char('3'), Char('v')]);
        },
        says: &["by core", "w0"],
    },
    State {
        name: "frozen",
        reach: frozen,
        says: &["w0"],
    },
    State {
        name: "help",
        reach: |s| {
            s.press(&[Char('?')]);
        },
        says: &["Help", "run the plan"],
    },
    State {
        name: "explained",
        reach: |s| {
            s.press(&[Char('3'), Char('i')]);
        },
        says: &["how it was measured"],
    },
    State {
        name: "details",
        reach: details,
        says: &["from creating workers"],
    },
    State {
        name: "columns",
        reach: columns,
        says: &["Columns of the history", "[x]"],
    },
    State {
        name: "earlier",
        reach: earlier,
        says: &["H hides earlier sessions", "loading the timeline…"],
    },
    State {
        name: "earlier-expanded",
        reach: |s| {
            earlier(s);
            s.press(&[Char('e')]);
        },
        says: &["recorded on Other CPU"],
    },
    State {
        name: "earlier-gone",
        reach: |s| {
            earlier(s);
            let trace = Err("its timeline was removed to save space; all numbers are kept".into());
            let _ = s.app.update(Msg::TraceRead { number: 42, trace });
        },
        says: &["its timeline was removed to save space"],
    },
    State {
        name: "earlier-hidden",
        reach: |s| {
            earlier(s);
            s.press(&[Char('H')]);
        },
        says: &["H shows 42 earlier runs"],
    },
    State {
        name: "filtering",
        reach: |s| {
            earlier(s);
            type_into(s, "/", "gil 09:4");
        },
        says: &[
            "Filter: gil 09:4",
            "10 of 46 match ‘gil 09:4’",
            "Enter keep",
        ],
    },
    State {
        name: "filtered",
        reach: |s| {
            earlier(s);
            type_into(s, "/", "gil");
            s.press(&[Enter]);
        },
        says: &["22 of 46 match ‘gil’", "Filter: gil · Esc shows all"],
    },
    State {
        name: "no-match",
        reach: |s| {
            s.press(&[Char('3')]);
            type_into(s, "/", "rayon");
        },
        says: &["No run matches ‘rayon’. Esc shows all runs again"],
    },
    State {
        name: "naming",
        reach: |s| {
            s.press(&[Char('3')]);
            s.focus(Panel::History);
            type_into(s, "n", "both cores");
        },
        says: &["Name of #2: both cores"],
    },
    State {
        name: "named",
        reach: |s| {
            s.press(&[Char('3')]);
            s.focus(Panel::History);
            type_into(s, "n", "both cores");
            s.press(&[Enter]);
        },
        says: &["#2 both cores"],
    },
    State {
        name: "removed",
        reach: |s| {
            s.press(&[Char('3')]);
            s.focus(Panel::History);
            s.press(&[Char('D')]);
        },
        says: &["removed #2. u brings it back"],
    },
    State {
        name: "sweep-form",
        reach: |s| {
            s.open_sweep_form("io");
        },
        says: &["Sweep", "52 runs", "1,2,4,8,16,32"],
    },
    State {
        name: "sweep-first-round",
        reach: sweep::first_round,
        says: &["warm-up round", "run 7 of 52"],
    },
    State {
        name: "sweep-half",
        reach: sweep::half_way,
        says: &["best so far: ", "round 2 of 3", "★"],
    },
    State {
        name: "sweep-finished",
        reach: sweep::finished,
        says: &["best: ", "★", "full use"],
    },
    State {
        name: "sweep-computing",
        reach: sweep::computing,
        says: &["gil-threads: no ", "╬"],
    },
    State {
        name: "sweep-times",
        reach: sweep::times,
        says: &["time", "s▔│"],
    },
    State {
        name: "sweep-fits",
        reach: sweep::with_fits,
        says: &["fitted"],
    },
    State {
        name: "sweep-stopped",
        reach: sweep::stopped,
        says: &["stopped after 20 of 52 runs"],
    },
    State {
        name: "sweep-failures",
        reach: sweep::failures,
        says: &["failed and are not counted", "✗"],
    },
    State {
        name: "sweep-many",
        reach: sweep::many,
        says: &["threads", "best: rayon"],
    },
    State {
        name: "sweep-teaching",
        reach: |s| {
            sweep::finished(s);
            s.press(&[Char('P')]);
        },
        says: &["best: ", "★"],
    },
    State {
        name: "python-first",
        reach: python::found,
        says: &["Does real Python behave as in question 2?", "Press 1 to 5"],
    },
    State {
        name: "python-form",
        reach: python::form,
        says: &["3.13.0", "Start with fork"],
    },
    State {
        name: "python-searching",
        reach: python::searching,
        says: &["looking for Python…"],
    },
    State {
        name: "python-none",
        reach: python::none,
        says: &["none found"],
    },
    State {
        name: "python-too-old",
        reach: python::too_old,
        says: &["needs Python"],
    },
    State {
        name: "python-list",
        reach: python::list,
        says: &["GIL off", "did not answer"],
    },
    State {
        name: "python-running",
        reach: python::running,
        says: &["1 worker computes, about 1 waits for the lock", "gil"],
    },
    State {
        name: "python-starting",
        reach: python::starting,
        says: &["starting Python"],
    },
    State {
        name: "python-finished",
        reach: python::finished,
        says: &["python-threads: no gain"],
    },
    State {
        name: "python-details",
        reach: python::details,
        says: &["python-threads (3.13.0)"],
    },
    State {
        name: "python-sweep-form",
        reach: python::sweep_form,
        says: &["Sweep", "serial: always"],
    },
    State {
        name: "sweep-python",
        reach: python::sweep,
        says: &["python"],
    },
    State {
        name: "claims",
        reach: claims::list,
        says: &["0 of ", " claims tested", "not tested yet"],
    },
    State {
        name: "claims-score",
        reach: claims::score,
        says: &["4 of ", "1 of 2 predictions right"],
    },
    State {
        name: "claim-asked",
        reach: claims::asked,
        says: &["What do you expect?", "Claim 3: not tested yet"],
    },
    State {
        name: "claim-asked-for-truth",
        reach: claims::asked_for_truth,
        says: &["Is the claim true?", "not true"],
    },
    State {
        name: "claim-measuring",
        reach: claims::measuring,
        says: &["Claim 2: Under the GIL", "so far 1.0"],
    },
    State {
        name: "claim-teaching",
        reach: claims::measuring_in_class,
        says: &["Claim 2: Under the GIL"],
    },
    State {
        name: "claim-page-measuring",
        reach: claims::page_of_measured,
        says: &["Claim 2: being measured", "round 3: so far"],
    },
    State {
        name: "claim-supported",
        reach: claims::supported,
        says: &["Claim 3: supported", "predicted: about 2×", "right"],
    },
    State {
        name: "claim-contradicted",
        reach: claims::contradicted,
        says: &["Claim 8: contradicted", "wrong"],
    },
    State {
        name: "claim-unexpected",
        reach: claims::unexpected,
        says: &["Claim 1: contradicted", "wrong"],
    },
    State {
        name: "claim-cannot-tell",
        reach: claims::cannot_tell,
        says: &["Claim 2: cannot tell", "not scored"],
    },
    State {
        name: "claim-lighter",
        reach: claims::lighter,
        says: &["Claim 5: supported"],
    },
    State {
        name: "claim-turns",
        reach: claims::turns,
        says: &["Claim 7: supported"],
    },
    State {
        name: "claim-runs",
        reach: claims::runs_of_turns,
        says: &["measured for claim 7"],
    },
    State {
        name: "claim-told-teaching",
        reach: claims::told_in_class,
        says: &["Claim 3: supported", "pressed:"],
    },
    State {
        name: "lesson",
        reach: lesson::first,
        says: &[
            "Lesson: step 1 of",
            "Tasks and workers",
            "p plays recorded runs",
        ],
    },
    State {
        name: "lesson-told",
        reach: lesson::supported,
        says: &["Lesson: step 4 of", "What you saw"],
    },
    State {
        name: "lesson-disturbed",
        reach: lesson::disturbed,
        says: &["A control is not decided"],
    },
    State {
        name: "lesson-playing",
        reach: lesson::playing,
        says: &["step 6 of", "recorded, playing"],
    },
    State {
        name: "lesson-recorded",
        reach: lesson::recorded,
        says: &["recorded", "Recorded on"],
    },
    State {
        name: "teaching",
        reach: |s| {
            s.press(&[Char('P'), Char('3')]);
        },
        says: &["speed-up", "w1", "★"],
    },
];

/// A run of this many workers, half of it done.
fn running(session: &mut Session, workers: u32) {
    session.press(&[Char('f'), Down, Right, Left]);
    // Up to 16 workers have a task each.
    for number in [workers, workers.clamp(8, 16)] {
        let digits: Vec<Key> = number.to_string().chars().map(Char).collect();
        session.press(&[Down, Enter]).press(&digits).press(&[Enter]);
    }
    session.press_and_wait(Char('r'), 0.5);
}

fn expanded(session: &mut Session, panel: Panel) {
    session.press(&[Char('3'), Char('2')]);
    session.focus(panel).press(&[Char('e')]);
}

fn zoomed(session: &mut Session) {
    session.press(&[Char('2')]);
    session.focus(Panel::Timeline);
    session.press(&[
        Home,
        Char('.'),
        Char('.'),
        Char('+'),
        Char('+'),
        Char('+'),
        Char('+'),
        Char('+'),
    ]);
}

fn failed_tasks(session: &mut Session) {
    session.press(&[Char('f'), Right, Esc]);
    let effects = session.app.update(Msg::Key(Char('r')));
    let [.., Effect::Start(plan)] = &effects[..] else {
        panic!("{effects:?}")
    };
    let run = Scenario::new(plan.clone(), 2).failing([3]);
    let _ = session.app.update(Msg::Batch(run.batch(0, run.wall())));
    let _ = session.app.update(Msg::Concluded(Box::new(run.record())));
}

fn run_broken(session: &mut Session) {
    let plan = session.press_and_wait(Char('r'), 1.0);
    let mut record = Scenario::new(plan, 2).record();
    record.ending.outcome = Outcome::Failed;
    record.ending.error = Some("worker 1 was killed by SIGKILL".into());
    let _ = session.app.update(Msg::Concluded(Box::new(record)));
}

fn frozen(session: &mut Session) {
    running(session, 4);
    session.press(&[Esc, Char(' ')]);
}

fn details(session: &mut Session) {
    session.press(&[Char('3')]);
    session.focus(Panel::History);
    session.press(&[Enter]);
}

/// Two runs of this session, two that were recorded elsewhere, and 42 of two earlier sessions. The last one is
/// selected.
fn earlier(session: &mut Session) {
    use pconc_tui::domain::provenance::Origin;
    let numbers = |range: std::ops::RangeInclusive<usize>| range.collect::<Vec<_>>();
    for (origin, range, session_id) in [
        (Origin::Earlier, 1..=20, "a"),
        (Origin::Earlier, 21..=42, "b"),
        (Origin::Recorded, 43..=44, "c"),
    ] {
        let runs = explorer::earlier(origin, &numbers(range), Some(session_id));
        let _ = session.app.update(Msg::Earlier(runs));
    }
    session.press(&[Char('3'), Char('H')]);
    session.focus(Panel::History);
    session.press(&[Up, Up, Up, Up]);
}

/// Presses a key and types a text.
fn type_into(session: &mut Session, key: &str, text: &str) {
    let keys: Vec<Key> = key.chars().chain(text.chars()).map(Char).collect();
    session.press(&keys);
}

fn columns(session: &mut Session) {
    session.press(&[Char('3')]);
    session.focus(Panel::History);
    session.press(&[Char('C')]);
}

/// Does something with each state at each of these sizes.
fn each_state(sizes: &[(u16, u16)], mut look: impl FnMut(&State, &Session, (u16, u16))) {
    for state in STATES {
        // A sweep takes long, and is reached in the same way on any screen.
        let mut sweep = state.name.starts_with("sweep-").then(|| {
            let mut session = Session::new(80, 24);
            (state.reach)(&mut session);
            session
        });
        for &(columns, rows) in sizes {
            let mut reached = None;
            let session = sweep.as_mut().unwrap_or_else(|| {
                let mut session = Session::new(columns, rows);
                (state.reach)(&mut session);
                reached.insert(session)
            });
            session.resize((columns, rows));
            look(state, session, (columns, rows));
        }
    }
}

#[test]
fn there_are_few_enough_pictures_to_look_at_each_of_them() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/screens/snapshots");
    let files = std::fs::read_dir(folder).expect("the directory is ours");
    let files = files.map(|file| file.expect("it can be read").file_name());
    let pictures = files.filter(|name| name.to_string_lossy().ends_with(".snap"));
    assert!(pictures.count() <= 90);
}

#[test]
fn each_state_looks_as_it_was_looked_at() {
    each_state(&LOOKED_AT, |state, session, (columns, rows)| {
        if !WITHOUT_PICTURE.contains(&state.name) {
            let drawn = session.rows();
            let lines: Vec<&str> = drawn.iter().map(|row| row.trim_end()).collect();
            assert_snapshot!(format!("{}-{columns}x{rows}", state.name), lines.join("\n"));
        }
    });
}

#[test]
fn each_state_says_at_any_size_what_it_has_to_in_whole_words_within_whole_frames() {
    let known = vocabulary();
    assert!(known.contains("processes") && !known.contains("proces"));
    assert!(!known.contains("usize"), "a name in code is no word");
    let sizes = [
        (60, 16),
        (80, 24),
        (100, 28),
        (120, 30),
        (120, 40),
        (200, 60),
    ];
    each_state(&sizes, |state, session, (columns, rows)| {
        let drawn = session.rows();
        let picture = || format!("{} at {columns}×{rows}\n{}", state.name, drawn.join("\n"));
        for text in state.says {
            assert!(session.shows(text), "{text}: {}", picture());
        }
        for (word, has_dots) in drawn.iter().flat_map(|row| words(row)) {
            // A word that begins a sentence may be written small in the source.
            let is_known = known.contains(word) || known.contains(&word.to_lowercase());
            assert!(has_dots || is_known, "{word:?}: {}", picture());
        }
        // In the teaching layout, the keys that were pressed may be beside the footer.
        let footer = drawn.last().map_or("", |row| row.trim_end());
        let offers = session.app.keys_here();
        let has_help = offers.iter().any(|offer| offer.binding.means(Char('?')));
        let is_last = footer.ends_with("  ? help") || state.name.contains("teaching");
        assert_eq!(
            has_help,
            footer.contains("  ? help") && is_last,
            "{}",
            picture()
        );
        // What distinguishes the runs of the history.
        let headings = drawn.iter().find(|row| row.contains("#↑"));
        if let (Some(headings), None) = (headings, session.app.overlay()) {
            for heading in ["work", "model", "workers", "time (s)", "speed-up"] {
                assert!(headings.contains(heading), "{heading}: {}", picture());
            }
        }
        let frames = frames(&drawn);
        let broken = frames.iter().filter(|(_, is_whole)| !is_whole).count();
        // An overlay covers the frames of the panels and has its own frame.
        if session.app.overlay().is_some() {
            assert!(broken < frames.len(), "{}", picture());
        } else {
            assert_eq!(broken, 0, "{}", picture());
        }
    });
}

/// Where each frame starts, and whether nothing is written over its sides and its lower corners.
fn frames(drawn: &[String]) -> Vec<((usize, usize), bool)> {
    let cells: Vec<Vec<char>> = drawn.iter().map(|row| row.chars().collect()).collect();
    let at = |x: usize, y: usize| cells.get(y).and_then(|row| row.get(x)).copied();
    let mut frames = vec![];
    for (y, row) in cells.iter().enumerate() {
        for (left, _) in row
            .iter()
            .enumerate()
            .filter(|(_, cell)| "╭┏".contains(**cell))
        {
            let right = (left + 1..row.len()).find(|x| "╮┓╭┏".contains(row[*x]));
            let right = right.filter(|x| "╮┓".contains(row[*x]));
            let is_side = |cell: Option<char>| cell.is_some_and(|cell| "│┃".contains(cell));
            let is_whole = right.is_some_and(|right| {
                let sides =
                    (y + 1..).take_while(|y| is_side(at(left, *y)) && is_side(at(right, *y)));
                let below = y + 1 + sides.count();
                let is_corner =
                    |x, corners: &str| at(x, below).is_some_and(|c| corners.contains(c));
                is_corner(left, "╰┗") && is_corner(right, "╯┛")
            });
            frames.push(((left, y), is_whole));
        }
    }
    frames
}

/// Successive letters, and whether there are dots before or after them.
fn words(text: &str) -> impl Iterator<Item = (&str, bool)> {
    text.split(|c: char| !c.is_alphabetic() && c != '…')
        .map(|word| (word.trim_matches('…'), word.contains('…')))
}

/// All words that the texts of the program and the input of these tests contain. Names in code are no words.
fn vocabulary() -> BTreeSet<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders: Vec<PathBuf> = ["src", "assets", "tests/support"]
        .map(|folder| root.join(folder))
        .into();
    let mut known = BTreeSet::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("the sources can be read") {
            let path = entry.expect("the sources can be read").path();
            let text = || std::fs::read_to_string(&path).expect("the sources can be read");
            let texts = match path.extension().and_then(OsStr::to_str) {
                _ if path.is_dir() => {
                    folders.push(path);
                    continue;
                }
                Some("rs") => quoted(&text()),
                Some("md") => vec![text()],
                _ => vec![],
            };
            let found = texts.iter().flat_map(|text| words(text));
            known.extend(found.map(|(word, _)| word.to_string()));
        }
    }
    known
}

/// The texts between quotes in Rust code, in pieces without what is filled in.
fn quoted(code: &str) -> Vec<String> {
    let is_comment = |line: &&str| line.trim_start().starts_with("//");
    let lines: Vec<&str> = code.lines().filter(|line| !is_comment(line)).collect();
    let code = lines.join("\n").replace("'\"'", "");
    let code = ["\\\\", "\\\"", "\\n"]
        .iter()
        .fold(code, |code, escape| code.replace(escape, " "));
    let texts = code.split('"').skip(1).step_by(2);
    let pieces = texts.flat_map(|text| text.split(['{', '}']).step_by(2));
    pieces.map(String::from).collect()
}
