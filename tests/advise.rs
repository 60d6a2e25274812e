//! The advice for functions whose right answer is known by construction: the right family or *cannot tell*, the pitfalls by
//! name, and code that runs.
//!
//! A machine with other programs on it may decide nothing. So each test accepts *cannot tell*, but never a wrong answer.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    sync::{Mutex, MutexGuard, PoisonError},
};

use pconc_tui::{
    domain::{
        function::{Function, Inputs},
        python::StartMethod,
    },
    present::code::{CodePool, Recipe},
};
use serde_json::Value;

/// The budget of a test.
const BUDGET: &str = "8s";

/// Races disturb each other, so one runs at a time.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

fn functions() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/functions")
}

fn advise(folder: &Path, line: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_pconc-tui"))
        .args(["advise", "--no-history"])
        .args(line.split_whitespace())
        .current_dir(folder)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("LC_ALL", "C.UTF-8")
        .env_remove("VIRTUAL_ENV")
        .env_remove("CONDA_PREFIX")
        .stdin(Stdio::null())
        .output()
        .expect("the binary was built for this test")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The document with the advice for a function, which is called with its `INPUTS`.
fn document(function: &str) -> Value {
    let _alone = alone();
    let line =
        format!("{function} --inputs-from INPUTS --budget {BUDGET} --format json --no-traces");
    let output = advise(&functions(), &line);
    let said = text(&output.stderr);
    assert!(
        matches!(output.status.code(), Some(0 | 4)),
        "{function}: {said}"
    );
    assert!(said.contains("will be called at most"), "{said}");
    serde_json::from_slice(&output.stdout).expect("stdout is one JSON document")
}

/// The advice for a function: its model, or "neither"; `None` if it cannot tell.
fn answer(advice: &Value) -> Option<&str> {
    match advice["answer"].as_str() {
        Some("use") => advice["use"]["model"].as_str(),
        Some("neither") => Some("neither"),
        _ => None,
    }
}

/// Checks that the advice is one of these, and that its code worked. Returns it.
fn advised(function: &str, right: &[&str]) -> Value {
    let document = document(function);
    let advice = document["advice"].clone();
    if let Some(answer) = answer(&advice) {
        assert!(right.contains(&answer), "{function}: {advice:#}");
        assert_eq!(advice["code_run"]["worked"], true, "{function}: {advice:#}");
    }
    advice
}

fn pitfalls(advice: &Value) -> Vec<&str> {
    let pitfalls = advice["pitfalls"].as_array().expect("there is a list");
    pitfalls
        .iter()
        .filter_map(|one| one["pitfall"].as_str())
        .collect()
}

/// Whether anything of this model ran to its end.
fn was_sound(advice: &Value, model: &str) -> bool {
    let tried = advice["tried"].as_array().expect("there is a list");
    tried
        .iter()
        .any(|one| one["model"] == model && one["median_s"].is_number())
}

#[test]
fn waiting_asks_for_threads_and_the_document_fits_the_schema() {
    let document = document("waits.py:wait");
    let schema = serde_json::from_str(include_str!("../assets/records.schema.json"));
    let schema: Value = schema.expect("the schema is JSON");
    let validator = jsonschema::validator_for(&schema).expect("the schema is one");
    let errors: Vec<String> = validator
        .iter_errors(&document)
        .map(|error| error.to_string())
        .collect();
    assert_eq!(errors, Vec::<String>::new());
    let advice = &document["advice"];
    assert!(
        matches!(answer(advice), None | Some("python-threads")),
        "{advice:#}"
    );
    assert!(
        advice["why"]["on_core"]
            .as_f64()
            .is_some_and(|share| share < 0.3),
        "{advice:#}"
    );
}

#[test]
fn computing_is_not_for_threads_under_a_lock() {
    let right = ["python-processes", "python-interpreters", "neither"];
    let advice = advised("computes.py:compute", &right);
    assert!(!pitfalls(&advice).contains(&"releases-gil"), "{advice:#}");
}

#[test]
fn computing_without_the_lock_is_for_threads() {
    advised("releases_gil.py:digest", &["python-threads", "neither"]);
}

#[test]
fn tiny_calls_are_for_a_loop_and_say_the_chunk_size_that_would_pay() {
    let advice = advised("tiny.py:double", &["neither"]);
    assert!(pitfalls(&advice).contains(&"too-small"), "{advice:#}");
}

#[test]
fn a_coroutine_is_for_an_event_loop() {
    advised("coroutine.py:wait", &["python-asyncio"]);
}

#[test]
fn a_server_that_answers_four_at_a_time_needs_few_workers() {
    let advice = advised("server.py:ask", &["python-threads", "python-processes"]);
    if answer(&advice).is_some() {
        let workers = advice["use"]["workers"].as_u64();
        // The short budget of a test need not be enough to find out that four do.
        assert!(
            workers.is_some_and(|workers| (3..=16).contains(&workers)),
            "{advice:#}"
        );
    }
}

#[test]
fn what_cannot_be_pickled_is_named_and_leaves_processes_out() {
    for function in ["closure.py:wait", "unpicklable_argument.py:use"] {
        let advice = advised(function, &["python-threads", "neither"]);
        assert!(pitfalls(&advice).contains(&"not-picklable"), "{advice:#}");
        assert!(!was_sound(&advice, "python-processes"), "{advice:#}");
    }
    let advice = advised(
        "unpicklable_result.py:numbers",
        &["python-threads", "neither"],
    );
    assert!(!was_sound(&advice, "python-processes"), "{advice:#}");
    assert!(pitfalls(&advice).contains(&"not-picklable"), "{advice:#}");
}

#[test]
fn a_function_that_is_not_thread_safe_is_found_out() {
    let advice = document("not_thread_safe.py:remember")["advice"].clone();
    assert!(pitfalls(&advice).contains(&"results-differ"), "{advice:#}");
    assert_ne!(
        answer(&advice),
        Some("python-threads"),
        "threads return something else: {advice:#}"
    );
}

#[test]
fn a_lock_of_the_functions_own_is_named_before_processes_are_advised() {
    let document = document("own_lock.py:wait_under_lock");
    let advice = &document["advice"];
    assert!(
        matches!(answer(advice), None | Some("python-processes")),
        "{advice:#}"
    );
    let records = document["records"].as_array().expect("there is a list");
    let sources = records
        .iter()
        .map(|record| record["phase_source"].to_string());
    // Elsewhere nobody sees what a thread waits for.
    if sources
        .into_iter()
        .any(|source| source.contains("switches"))
    {
        assert!(pitfalls(advice).contains(&"own-lock"), "{advice:#}");
    }
}

#[test]
fn globals_that_processes_would_lose_are_named() {
    let advice = document("changes_global.py:count")["advice"].clone();
    let pitfalls = advice["pitfalls"].to_string();
    assert!(
        pitfalls.contains("globals-lost") && pitfalls.contains("COUNT"),
        "{advice:#}"
    );
}

#[test]
fn exceptions_of_some_inputs_are_counted_and_the_code_survives_them() {
    let advice = advised("raises.py:check", &["python-threads", "neither"]);
    let pitfalls = advice["pitfalls"].to_string();
    assert!(
        pitfalls.contains("raises") && pitfalls.contains("3 ValueError"),
        "{advice:#}"
    );
}

#[test]
fn what_cannot_be_called_is_refused_before_anything_is_measured() {
    for (line, named) in [
        ("nowhere.py:f", "nowhere.py"),
        ("waits.py:missing", "missing"),
        ("waits.py:wait --tasks 3", "wait"),
        ("waits.py:wait --inputs nothing.txt", "nothing.txt"),
        ("waits.py", "FILE.py:NAME"),
    ] {
        let output = advise(&functions(), line);
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{line}: {said}");
        assert!(
            said.contains(named) && output.stdout.is_empty(),
            "{line}: {said}"
        );
    }
}

#[test]
fn every_call_that_fails_is_no_advice_and_one_call_needs_no_workers() {
    let _alone = alone();
    let folder = tempfile::tempdir().expect("a directory can be made");
    let file = folder.path().join("broken.py");
    fs::write(
        &file,
        "def fail(n):\n    raise KeyError(n)\n\ndef once(n):\n    return n\n",
    )
    .expect("it can be written");
    let output = advise(folder.path(), "broken.py:fail --range 0..4 --budget 5s");
    let (said, printed) = (text(&output.stderr), text(&output.stdout));
    assert_eq!(output.status.code(), Some(1), "{said}{printed}");
    assert!(printed.contains("KeyError"), "{printed}");
    let output = advise(folder.path(), "broken.py:once --range 0..1 --budget 5s");
    let printed = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{printed}");
    assert!(
        printed.starts_with("Keep the loop") && printed.contains("worked"),
        "{printed}"
    );
}

#[test]
fn a_report_for_a_pull_request_has_the_code_and_the_table() {
    let _alone = alone();
    let folder = tempfile::tempdir().expect("a directory can be made");
    for (name, parts) in [
        (
            "advice.md",
            ["## How to call waits.py:wait", "```python", "| tried |"],
        ),
        (
            "advice.html",
            ["How to call waits.py:wait", "<pre>", "What was tried"],
        ),
    ] {
        let path = folder.path().join(name);
        let line = format!(
            "waits.py:wait --inputs-from INPUTS --budget 3s --output {}",
            path.display()
        );
        let output = advise(&functions(), &line);
        assert!(
            matches!(output.status.code(), Some(0 | 4)),
            "{}",
            text(&output.stderr)
        );
        let report = fs::read_to_string(&path).expect("it was written");
        // Without an answer there is no code.
        let wanted = parts.iter().filter(|part| {
            output.status.code() == Some(0) || !["```python", "<pre>"].contains(part)
        });
        for part in wanted {
            assert!(report.contains(part), "{part} is not in {report}");
        }
    }
}

const MODULE: &str = "
NUMBERS = [1, 2, 3]
def numbers():
    return NUMBERS
def none():
    return 1
def one(x):
    return x
def add(x, y):
    return x + y
def odd(x):
    if int(x) % 2:
        raise ValueError(x)
    return x
async def later(x):
    return x
async def adds(x, y):
    return x + y
class Shop:
    @staticmethod
    def price(x):
        return x
";

/// Functions with their inputs, whether each input is a list, and whether calls raise.
fn callables() -> Vec<(&'static str, Inputs, bool, bool)> {
    let range = || Inputs::Range { from: 1, to: 4 };
    vec![
        ("none", Inputs::None, false, false),
        ("one", Inputs::Lines("lines.txt".into()), false, false),
        ("one", Inputs::Values("values.json".into()), false, false),
        ("add", Inputs::Values("pairs.jsonl".into()), true, false),
        ("add", Inputs::Values("pairs.jsonl".into()), true, true),
        ("one", Inputs::Named("NUMBERS".into()), false, false),
        ("one", Inputs::Named("numbers".into()), false, false),
        ("odd", range(), false, true),
        ("Shop.price", range(), false, false),
        ("later", range(), false, false),
        ("later", range(), false, true),
        ("adds", Inputs::Values("pairs.jsonl".into()), true, false),
    ]
}

#[test]
fn every_program_that_can_be_printed_runs_and_has_a_result_for_each_call() {
    let folder = tempfile::tempdir().expect("a directory can be made");
    let write = |name: &str, text: &str| {
        fs::write(folder.path().join(name), text).expect("it can be written")
    };
    fs::create_dir(folder.path().join("lib")).expect("a directory can be made");
    for (name, content) in [
        ("module.py", MODULE),
        ("lib/odd-name.py", MODULE),
        ("lines.txt", "1\n\n2\n3\n"),
        ("values.json", "[1, 2, 3]"),
        ("pairs.jsonl", "[1, 2]\n[3, 4]\n[5, 6]\n"),
    ] {
        write(name, content);
    }
    for target in ["module.py", "module", "lib/odd-name.py"] {
        // Where the module is makes no difference to the rest of the program.
        let count = if target == "module.py" { usize::MAX } else { 2 };
        for (name, inputs, star, raises) in callables().into_iter().take(count) {
            let is_coroutine = name.starts_with("later") || name == "adds";
            let function = Function {
                star,
                is_coroutine,
                ..Function::unseen(format!("{target}:{name}"), inputs)
            };
            let mut pools = vec![
                CodePool::Loop,
                CodePool::Threads,
                CodePool::Processes(Some(StartMethod::Fork)),
            ];
            if is_coroutine {
                pools.push(CodePool::Asyncio);
            }
            if target == "module.py" && name == "odd" {
                pools.push(CodePool::Processes(Some(StartMethod::Spawn)));
            }
            for pool in pools {
                let recipe = Recipe {
                    function: &function,
                    pool,
                    workers: 2,
                    chunk: 2,
                    calls: 3,
                    raises,
                };
                write("program.py", &recipe.code());
                let ran = Command::new("python3")
                    .arg("program.py")
                    .current_dir(folder.path())
                    .output();
                let ran = ran.expect("there is a Python");
                assert_eq!(
                    text(&ran.stdout),
                    "3 results\n",
                    "{recipe:?}\n{}{}",
                    recipe.code(),
                    text(&ran.stderr)
                );
            }
        }
    }
}
