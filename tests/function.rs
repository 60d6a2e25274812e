//! Functions whose behaviour is known by construction, called through the real program with the interpreters that are
//! there. Each file in `tests/functions/` says its truth.

#[expect(dead_code, reason = "others need all of it")]
#[path = "executors/interpreters.rs"]
mod interpreters;

use std::{
    collections::BTreeSet,
    fs,
    os::unix::{fs::PermissionsExt, process::CommandExt},
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    time::Duration,
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use pconc_tui::domain::python::Interpreter;
use serde_json::Value;

/// The models that work with every interpreter, for a plain function.
const MODELS: [&str; 3] = ["python-serial", "python-threads", "python-processes"];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/functions")
}

/// The newest interpreter, if there is one.
fn newest() -> Option<&'static Interpreter> {
    let newest = interpreters::all().last();
    if newest.is_none() {
        println!("skipped: there is no interpreter");
    }
    newest
}

/// The program in the folder of the functions, in an environment without a virtual environment.
fn command(line: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pconc-tui"));
    command
        .args(line.split_whitespace())
        .current_dir(folder())
        .env("LANG", "C.UTF-8")
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .stdin(Stdio::null());
    for variable in ["LC_ALL", "LC_CTYPE", "VIRTUAL_ENV", "CONDA_PREFIX"] {
        command.env_remove(variable);
    }
    command
}

fn outcome(command: &mut Command) -> Output {
    command
        .output()
        .expect("the binary was built for this test")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("the program prints UTF-8")
}

/// The options of a run of this function.
fn run_of(python: &Interpreter, model: &str, workers: u32, what: &str) -> String {
    let workers = if model == "python-serial" { 1 } else { workers };
    format!(
        "run --workload function --python {} --model {model} --workers {workers} --function {what} --no-history",
        python.path
    )
}

/// The record of a run of this function, and the exit code.
fn measured(python: &Interpreter, model: &str, workers: u32, what: &str) -> (Value, Option<i32>) {
    let line = run_of(python, model, workers, what);
    let output = outcome(&mut command(&format!("{line} --format json")));
    let document: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{line}: {error}: {}", text(&output.stderr)));
    (document["records"][0].clone(), output.status.code())
}

/// The same command, for which the kernel refuses to record switches, as in most containers.
fn without_records(mut command: Command) -> Command {
    let step = |code, jf, k| libc::sock_filter { code, jt: 0, jf, k };
    let refused = libc::SECCOMP_RET_ERRNO | libc::EPERM.cast_unsigned();
    // Load the number of the call; if it is this one, refuse it; otherwise allow it.
    let filter = [
        step(0x20, 0, 0),
        step(0x15, 1, libc::SYS_perf_event_open as u32),
        step(0x06, 0, refused),
        step(0x06, 0, libc::SECCOMP_RET_ALLOW),
    ];
    let refuse = move || {
        let program = libc::sock_fprog {
            len: filter.len() as u16,
            filter: filter.as_ptr().cast_mut(),
        };
        // SAFETY: both only change what the kernel allows this process, and the program lives until they return.
        let results = unsafe {
            [
                libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0),
                libc::prctl(
                    libc::PR_SET_SECCOMP,
                    libc::SECCOMP_MODE_FILTER,
                    &raw const program,
                ),
            ]
        };
        match results {
            [0, 0] => Ok(()),
            _ => Err(std::io::Error::last_os_error()),
        }
    };
    // SAFETY: between fork and exec it makes two system calls.
    unsafe { command.pre_exec(refuse) };
    command
}

/// The seconds of all workers together in this phase.
fn in_phase(record: &Value, phase: &str) -> f64 {
    record["phases_s"][phase].as_f64().unwrap_or(0.0)
}

/// The seconds of all calls together.
fn in_calls(record: &Value) -> f64 {
    let tasks = record["tasks"].as_array().expect("few tasks are listed");
    let moment = |task: &Value, name: &str| task[name].as_f64().expect("it has ended");
    let calls = tasks.iter();
    calls
        .map(|task| moment(task, "end_s") - moment(task, "start_s"))
        .sum()
}

/// The record of a run that did all its work.
fn done(python: &Interpreter, model: &str, workers: u32, what: &str) -> Value {
    let (record, code) = measured(python, model, workers, what);
    assert_eq!(code, Some(0), "{what} under {model}: {record:#}");
    assert_eq!(record["outcome"], "completed", "{what} under {model}");
    record
}

/// Exit code 2, nothing on stdout, and one sentence. Returns it, and Python's own words behind it.
fn refused(command: &mut Command) -> (String, String) {
    let output = outcome(command);
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{command:?}: {said}");
    assert_eq!(text(&output.stdout), "", "{command:?}");
    let (sentence, traceback) = said.split_once('\n').unwrap_or((&said, ""));
    let sentence = sentence.strip_prefix("pconc-tui: ");
    let sentence = sentence.unwrap_or_else(|| panic!("{said}")).to_string();
    (sentence, traceback.to_string())
}

/// The digests of the results, which equal results have in common under all models.
fn results(record: &Value) -> Vec<Option<String>> {
    let digests = record["function"]["results"].as_array();
    let digests = digests.unwrap_or_else(|| panic!("{record:#}"));
    digests
        .iter()
        .map(|digest| digest.as_str().map(String::from))
        .collect()
}

#[test]
fn every_interpreter_calls_each_input_once_under_every_model_with_the_results_of_the_loop() {
    for python in interpreters::all() {
        let what = "decorated.py:wait --inputs-from INPUTS";
        let serial = results(&done(python, "python-serial", 1, what));
        assert_eq!(serial.len(), 8);
        assert!(serial.iter().all(Option::is_some), "{serial:?}");
        let distinct: BTreeSet<_> = serial.iter().collect();
        assert_eq!(distinct.len(), 8);
        let mut models = vec![("python-threads", "")];
        models.extend(python.start_methods.iter().map(|method| {
            let option = match method.name() {
                "fork" => " --start-method fork",
                "spawn" => " --start-method spawn --chunksize 3",
                _ => " --start-method forkserver",
            };
            ("python-processes", option)
        }));
        models.extend(
            python
                .subinterpreters
                .then_some(("python-interpreters", "")),
        );
        for (model, option) in models {
            let record = done(python, model, 3, &format!("{what}{option}"));
            assert_eq!(results(&record), serial, "{model}{option}");
            let each = record["tasks"].as_array().expect("few tasks are listed");
            assert_eq!(each.len(), 8, "{model}{option}");
            let is_pickled = model != "python-threads";
            let pickled = record["function"]["pickled_in_bytes"].as_u64();
            assert_eq!(pickled.is_some(), is_pickled, "{model}{option}");
        }
    }
}

#[test]
fn a_coroutine_function_is_awaited_in_a_loop_by_tasks_of_a_loop_and_in_a_loop_per_call() {
    let what = "coroutine.py:wait --inputs-from INPUTS";
    for python in interpreters::all() {
        let serial = done(python, "python-serial", 1, what);
        let loops = done(python, "python-asyncio", 12, what);
        assert_eq!(results(&loops), results(&serial));
        let tasks = loops["tasks"].as_array().expect("few tasks are listed");
        let moments = |name: &str| -> Vec<f64> {
            let each = tasks.iter().map(|task| task[name].as_f64());
            each.map(|at| at.expect("it has ended")).collect()
        };
        let first_end = moments("end_s").into_iter().fold(f64::MAX, f64::min);
        let begun = moments("start_s").into_iter().filter(|at| *at < first_end);
        assert_eq!(begun.count(), 12, "all workers wait at once");
    }
    let Some(python) = newest() else { return };
    for model in ["python-threads", "python-processes"] {
        done(python, model, 4, what);
    }
    let plain = run_of(python, "python-asyncio", 2, "waits.py:wait --range 0..3");
    let (sentence, _) = refused(&mut command(&plain));
    assert_eq!(
        sentence,
        "python-asyncio needs a coroutine function, and wait is a plain one"
    );
}

#[test]
fn what_calls_of_a_coroutine_wait_for_is_told_in_a_loop_that_they_share_and_in_their_own() {
    let Some(python) = newest() else { return };
    for (function, phase) in [
        ("sleep", "sleep"),
        ("gathered", "sleep"),
        ("network", "network"),
        ("lock", "lock"),
    ] {
        let what = format!("awaits.py:{function} --inputs-from INPUTS");
        for model in ["python-asyncio", "python-threads"] {
            // Each of their own loops makes a lock of its own.
            if phase == "lock" && model == "python-threads" {
                continue;
            }
            let record = done(python, model, 4, &what);
            let (seen, calls) = (in_phase(&record, phase), in_calls(&record));
            let of = format!("{function} under {model}: {}", record["phases_s"]);
            let ready = in_phase(&record, "ready");
            // Of four calls that share a lock, one sleeps.
            let least = if phase == "lock" { 0.5 } else { 0.7 };
            assert!(seen > (calls - ready) * least, "{calls} s in calls, {of}");
            assert!(seen <= calls + 0.05, "{calls} s in calls, {of}");
        }
    }
    let what = "awaits.py:computing --inputs-from INPUTS";
    let record = done(python, "python-asyncio", 4, what);
    let wall = record["wall_s"].as_f64().expect("it is known");
    let (computing, cpu) = (in_phase(&record, "computing"), record["cpu_s"].as_f64());
    let cpu = cpu.expect("it is known");
    assert!(
        computing <= wall,
        "one thread computed {computing} s of {wall} s"
    );
    assert!(
        computing > cpu * 0.7,
        "{computing} s of {cpu} s: {}",
        record["phases_s"]
    );
}

#[test]
fn where_the_kernel_refuses_records_the_states_within_calls_are_sampled_and_the_record_says_so() {
    let Some(python) = newest() else { return };
    let sampled = |model, what| {
        let line = format!("{} --format json", run_of(python, model, 4, what));
        let output = outcome(&mut without_records(command(&line)));
        let document: Value = serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|error| panic!("{error}: {}", text(&output.stderr)));
        let record = document["records"][0].clone();
        assert_eq!(record["phase_source"], "samples", "{record:#}");
        let samples = record["blocked"]["samples"].as_u64();
        assert!(samples.is_some_and(|samples| samples > 0), "{record:#}");
        record
    };
    for model in ["python-threads", "python-processes"] {
        let record = sampled(model, "waits.py:wait --inputs-from INPUTS");
        let (seen, calls) = (in_phase(&record, "sleep"), in_calls(&record));
        let ready = in_phase(&record, "ready");
        assert!(
            seen > (calls - ready) * 0.7,
            "{calls} s: {}",
            record["phases_s"]
        );
        let record = sampled(model, "computes.py:compute --inputs-from INPUTS");
        let computing = in_phase(&record, "computing");
        let cpu = record["cpu_s"].as_f64().expect("it is known");
        assert!(
            (computing / cpu - 1.0).abs() < 0.3,
            "{cpu} s: {}",
            record["phases_s"]
        );
    }
    let record = sampled("python-asyncio", "awaits.py:sleep --inputs-from INPUTS");
    assert!(in_phase(&record, "sleep") > in_calls(&record) * 0.7);
}

#[test]
fn inputs_are_lines_values_numbers_what_a_name_stands_for_or_none() {
    let Some(python) = newest() else { return };
    let directory = tempfile::tempdir().expect("there is room for one");
    let file = |name: &str, content: &str| {
        let path = directory.path().join(name);
        fs::write(&path, content).expect("the directory is ours");
        path.to_string_lossy().into_owned()
    };
    let module = file(
        "given.py",
        "def show(*given):\n    print(repr(given))\nCASES = lambda: iter('xy')\n",
    );
    let lines = file("in.txt", "one two\n\nthree\r\n");
    let list = file("in.json", "[1, [2, \"b\"], null]");
    let values = file("in.jsonl", "{\"a\": 1}\n\n[3]\n");
    let pairs = file("pairs.json", "[[1, 2], [3]]");
    for (inputs, printed) in [
        (format!("--inputs {lines}"), "('one two',)\n('three',)"),
        (format!("--inputs {list}"), "(1,)\n([2, 'b'],)\n(None,)"),
        (format!("--inputs {values}"), "({'a': 1},)\n([3],)"),
        (format!("--inputs {pairs} --star"), "(1, 2)\n(3,)"),
        ("--range -1..2".into(), "(-1,)\n(0,)\n(1,)"),
        ("--inputs-from CASES".into(), "('x',)\n('y',)"),
        ("--tasks 2".into(), "()\n()"),
    ] {
        let record = done(
            python,
            "python-serial",
            1,
            &format!("{module}:show {inputs}"),
        );
        assert_eq!(record["python"]["output"]["text"], printed, "{inputs}");
    }
}

#[test]
fn methods_classes_and_functions_of_packages_are_called_like_any_function() {
    let Some(python) = newest() else { return };
    for model in MODELS {
        for what in [
            "method.py:shop.price --inputs-from INPUTS",
            "method.py:Shop.fixed --inputs-from INPUTS",
            "method.py:Shop --inputs-from INPUTS",
            "shop.prices:price --inputs-from INPUTS --star",
        ] {
            done(python, model, 2, what);
        }
    }
    let elsewhere = tempfile::tempdir().expect("there is room for one");
    let line = run_of(
        python,
        "python-processes",
        2,
        "shop.prices:price --inputs-from INPUTS --star",
    );
    let mut without = command(&line);
    let (sentence, traceback) = refused(without.current_dir(elsewhere.path()));
    assert!(sentence.contains("shop.prices cannot be imported"));
    assert!(traceback.contains("No module named 'shop'"), "{traceback}");
    let mut with = command(&format!("{line} --path {}", folder().display()));
    let output = outcome(with.current_dir(elsewhere.path()));
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
}

#[test]
fn what_it_prints_is_kept_and_what_it_raises_is_a_failed_task_with_the_end_of_the_traceback() {
    let Some(python) = newest() else { return };
    for model in MODELS {
        let record = done(python, model, 2, "prints.py:say --inputs-from INPUTS");
        let printed = record["python"]["output"]["text"].as_str();
        let printed = printed.unwrap_or_else(|| panic!("{model}: {record:#}"));
        for number in 0..6 {
            assert!(printed.contains(&format!("number {number}")), "{printed}");
            assert!(printed.contains(&format!("[{number}]")), "{printed}");
        }
        let (record, code) = measured(python, model, 2, "raises.py:check --inputs-from INPUTS");
        assert_eq!(code, Some(1), "a failed task is exit code 1");
        assert_eq!(record["outcome"], "completed");
        assert_eq!(record["tasks_failed"], 3);
        assert_eq!(record["function"]["raised"]["ValueError"], 3);
        let failed = record["failures"].as_array().expect("it is a list");
        let numbers: Vec<_> = failed.iter().map(|task| &task["task"]).collect();
        assert_eq!(numbers, [0, 3, 6]);
        let error = "ValueError: 3 is a multiple of three (File \"raises.py\", line 11, in check)";
        assert_eq!(failed[1]["error"], error, "{model}");
    }
}

#[test]
fn what_cannot_be_pickled_is_named_before_a_run_and_a_result_that_cannot_be_fails_its_task() {
    let Some(python) = newest() else { return };
    for (what, which) in [
        ("closure.py:wait --inputs-from INPUTS", "function"),
        ("unpicklable_argument.py:use --inputs-from INPUTS", "input"),
    ] {
        done(python, "python-threads", 4, what);
        let line = run_of(python, "python-processes", 2, what);
        let (sentence, _) = refused(&mut command(&line));
        let start = format!("python-processes has to pickle the {which}, which Python refuses (");
        assert!(sentence.starts_with(&start), "{sentence}");
    }
    let what = "unpicklable_result.py:numbers --inputs-from INPUTS";
    assert_eq!(
        done(python, "python-threads", 4, what)["tasks_failed"],
        0,
        "threads share it"
    );
    let (record, code) = measured(python, "python-processes", 2, what);
    assert_eq!((code, &record["tasks_failed"]), (Some(1), &Value::from(8)));
    let error = record["failures"][0]["error"].as_str().unwrap_or_default();
    assert!(error.contains("pickle 'generator'"), "{error}");
}

#[test]
fn changed_globals_are_named_where_the_workers_share_them() {
    let Some(python) = newest() else { return };
    let changed = |model: &str, what: &str| {
        done(python, model, 2, what)["function"]["changed_globals"].clone()
    };
    let counting = "changes_global.py:count --inputs-from INPUTS";
    for model in ["python-serial", "python-threads"] {
        assert_eq!(
            changed(model, counting),
            serde_json::json!(["COUNT", "SEEN"])
        );
        let other = "waits.py:wait --inputs-from INPUTS";
        assert_eq!(changed(model, other), serde_json::json!([]));
    }
    assert_eq!(changed("python-processes", counting), Value::Null);
}

#[test]
fn results_that_depend_on_other_threads_differ_from_the_loops() {
    let Some(python) = newest() else { return };
    let what = "not_thread_safe.py:remember --inputs-from INPUTS";
    let of = |model| results(&done(python, model, 8, what));
    let serial = of("python-serial");
    assert_eq!(of("python-processes"), serial);
    assert_ne!(of("python-threads"), serial);
}

/// The processes whose command line contains this text.
fn processes_with(text: &str) -> Vec<String> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let lines = entries.filter_map(|entry| fs::read(entry.path().join("cmdline")).ok());
    let lines = lines.map(|line| String::from_utf8_lossy(&line).replace('\0', " "));
    lines.filter(|line| line.contains(text)).collect()
}

#[test]
fn a_call_that_never_returns_ends_the_run_after_the_time_limit_and_is_named() {
    let Some(python) = newest() else { return };
    let temporary = tempfile::tempdir().expect("there is room for one");
    for model in MODELS {
        let what = "never_returns.py:hang --inputs-from INPUTS --timeout 300ms";
        let mut command = command(&run_of(python, model, 2, what));
        let output = outcome(command.env("TMPDIR", temporary.path()));
        assert_eq!(output.status.code(), Some(1), "{model}");
        let said = text(&output.stderr);
        let sentence = "hang took longer than 300 ms in call 3, which --timeout does not allow";
        assert!(said.contains(sentence), "{model}: {said}");
        let left = processes_with(&temporary.path().to_string_lossy());
        assert_eq!(left, [""; 0], "{model}");
    }
    let what = "never_returns.py:hang --range 3..5 --timeout 200ms";
    let (record, _) = measured(python, "python-threads", 1, what);
    let error = record["error"].as_str().unwrap_or_default();
    assert!(error.contains("with the input 3"), "{error}");
    let left: Vec<_> = fs::read_dir(temporary.path())
        .expect("the directory is ours")
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn children_of_a_call_do_not_outlive_the_run_and_a_forked_child_is_no_worker() {
    let Some(python) = newest() else { return };
    for model in MODELS {
        for (what, child) in [("leave", "sleep 600.25"), ("leave_daemon", "sleep 600.75")] {
            let what = format!("leaves_child.py:{what} --inputs-from INPUTS");
            done(python, model, 2, &what);
            assert_eq!(processes_with(child), [""; 0], "{what} under {model}");
        }
        let record = done(python, model, 2, "forks.py:fork --inputs-from INPUTS");
        let tasks = record["workers"].as_array().expect("it is a list");
        let tasks = tasks.iter().filter_map(|worker| worker["tasks"].as_u64());
        assert_eq!(tasks.sum::<u64>(), 6, "{model}");
    }
}

#[test]
fn the_user_stops_a_call_that_never_returns_under_every_model_and_nothing_is_left() {
    let Some(python) = newest() else { return };
    for model in MODELS {
        let temporary = tempfile::tempdir().expect("there is room for one");
        let started = temporary.path().join("started");
        let module = temporary.path().join("endless.py");
        let code = format!(
            "import time\ndef hang():\n    open({started:?}, 'w').close()\n    while True:\n        time.sleep(60)\n"
        );
        fs::write(&module, code).expect("the directory is ours");
        let what = format!("{}:hang --tasks 2", module.display());
        let mut program = command(&run_of(python, model, 2, &what))
            .env("TMPDIR", temporary.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary was built for this test");
        while !started.exists() {
            let is_over = program.try_wait().expect("it is our child").is_some();
            assert!(!is_over, "{model}: it ended before its first call");
            std::thread::park_timeout(Duration::from_millis(5));
        }
        kill(Pid::from_raw(program.id().cast_signed()), Signal::SIGINT).expect("it is ours");
        let output = program.wait_with_output().expect("it ends");
        assert_eq!(output.status.code(), Some(130), "{model}");
        let left = processes_with(&temporary.path().to_string_lossy());
        assert_eq!(left, [""; 0], "{model}");
    }
}

#[test]
fn threads_that_a_call_starts_are_counted_besides_the_workers() {
    let Some(python) = newest() else { return };
    let others = |model: &str, what: &str| {
        let what = format!("{what} --inputs-from INPUTS");
        done(python, model, 2, &what)["function"]["other_threads"].as_u64()
    };
    for model in MODELS {
        let busy = others(model, "many_threads.py:digest");
        assert!(
            busy.is_some_and(|threads| threads >= 2),
            "{model}: {busy:?}"
        );
        let quiet = others(model, "waits.py:wait");
        assert!(
            quiet.is_none_or(|threads| threads <= 1),
            "{model}: {quiet:?}"
        );
    }
}

#[test]
fn importing_is_a_part_of_the_start_and_is_told() {
    let Some(python) = newest() else { return };
    let what = "imports_slowly.py:wait --inputs-from INPUTS";
    let record = done(python, "python-serial", 1, what);
    let said = |value: &Value| value.as_f64().expect("it is a number");
    assert!(said(&record["function"]["import_s"]) > 1.9);
    assert!(said(&record["python"]["imports_s"]) > 1.9);
    assert!(said(&record["startup_s"]) > 1.9);
}

#[test]
fn bad_input_of_every_kind_gets_one_sentence_and_pythons_traceback() {
    let Some(python) = newest() else { return };
    let directory = tempfile::tempdir().expect("there is room for one");
    let file = |name: &str, content: &str| {
        let path = directory.path().join(name);
        fs::write(&path, content).expect("the directory is ours");
        path.to_string_lossy().into_owned()
    };
    let wrong = file("wrong.py", "def f(:\n");
    let exits = file("exits.py", "import sys\nsys.exit(3)\n");
    let dies = file("dies.py", "import os\nprint('so long')\nos._exit(3)\n");
    let fails = file("fails.py", "def g():\n    return 1 // 0\nX = g()\n");
    let starts = file(
        "starts.py",
        "import concurrent.futures as cf, multiprocessing as mp\ndef f(n):\n    return n\n\
         with cf.ProcessPoolExecutor(1, mp.get_context('spawn')) as pool:\n    list(pool.map(f, [1]))\n",
    );
    let two = file("two.py", "def f(a, b):\n    return a\nNONE = []\n");
    let broken = file("broken.json", "[1, 2");
    let object = file("object.json", "{\"a\": 1}");
    let empty = file("empty.txt", "\n\n");
    for (what, named, in_traceback) in [
        (format!("{wrong}:f"), "because of SyntaxError", "def f(:"),
        (
            format!("{exits}:f"),
            "because of SystemExit: 3",
            "sys.exit(3)",
        ),
        (format!("{dies}:f"), "ended early with status 3", "so long"),
        (
            format!("{fails}:f"),
            "because of ZeroDivisionError",
            "line 2, in g",
        ),
        (
            format!("{starts}:f"),
            "starts.py starts processes in line 4 when it is imported",
            "",
        ),
        (format!("{two}:h"), "has no h", "AttributeError"),
        (format!("{two}:NONE"), "nothing that can be called", ""),
        (
            format!("{two}:f --range 0..3"),
            "f(a, b) cannot be called with 1 argument",
            "missing a required argument: 'b'",
        ),
        (
            format!("{two}:f --range 0..3 --star"),
            "--star spreads lists",
            "",
        ),
        (
            format!("{two}:f --inputs-from NONE"),
            "NONE has no inputs",
            "",
        ),
        (
            format!("{two}:f --inputs-from MORE"),
            "has no MORE",
            "AttributeError",
        ),
        (
            format!("{two}:f --inputs-from __name__.x"),
            "has no __name__.x",
            "AttributeError",
        ),
        (format!("{two}:f --inputs {broken}"), "is not JSON", ""),
        (format!("{two}:f --inputs {object}"), "a list", ""),
        (format!("{two}:f --inputs {empty}"), "has no inputs", ""),
        (
            format!("{two}:f --inputs {}/no.txt", directory.path().display()),
            "No such file or directory",
            "",
        ),
        ("nowhere.py:f".into(), "nowhere.py does not exist", ""),
        ("no.module:f".into(), "no.module cannot", "ModuleNotFound"),
    ] {
        for model in ["python-serial", "python-processes"] {
            let line = run_of(python, model, 2, &what);
            let (sentence, traceback) = refused(&mut command(&line));
            assert!(sentence.contains(named), "{what}: {sentence}");
            assert!(traceback.contains(in_traceback), "{what}: {traceback}");
        }
    }
}

#[test]
fn options_that_do_not_fit_are_refused_before_anything_starts() {
    for (line, named) in [
        (
            "run --workload function --model python-threads",
            "--function",
        ),
        (
            "run --workload function --model threads --function a.py:f",
            "threads does not execute function, which needs a model of Python",
        ),
        (
            "run --workload cpu --model python-serial",
            "python-serial does not execute cpu, only a function of yours",
        ),
        (
            "run --workload cpu --model python-threads --function a.py:f",
            "--function belongs to --workload function",
        ),
        (
            "run --workload function --model python-threads --function fetch",
            "is no function",
        ),
        (
            "run --workload function --model python-threads --function a.py:f --tasks 3 --range 0..3",
            "--tasks is for a function without inputs",
        ),
        (
            "run --workload function --model python-threads --function a.py:f --range 3..3",
            "has no number",
        ),
        (
            "run --workload function --model python-threads --function a.py:f --range 0..1000000",
            "tasks must be from 1 to 100 000",
        ),
        (
            "run --workload function --model python-threads --function a.py:f --star",
            "must be given",
        ),
        (
            "run --workload function --model python-threads --function a.py:f --inputs x --range 0..3",
            "contradict",
        ),
        (
            "run --workload function --model python-threads --function a.py:f --chunksize 4",
            "--chunksize belongs to",
        ),
        (
            "run --workload function --model python-serial --workers 2 --function a.py:f",
            "python-serial has 1 worker, not 2",
        ),
        (
            "run --workload function --model python-threads --function a.py:f --timeout 0ms",
            "the time limit of a call",
        ),
        (
            "run --workload function --model python-threads --function a.py:f --python /no/such/python",
            "/no/such/python is not Python",
        ),
    ] {
        let (sentence, _) = refused(command(line).arg("--no-history"));
        assert!(sentence.contains(named), "{line}: {sentence}");
    }
}

fn executable(path: &Path, content: &str) {
    fs::write(path, content).expect("the directory is ours");
    let mode = fs::Permissions::from_mode(0o755);
    fs::set_permissions(path, mode).expect("the file is ours");
}

#[test]
fn it_runs_in_the_users_own_environment_interpreter_and_directory() {
    let Some(python) = newest() else { return };
    let home = tempfile::tempdir().expect("there is room for one");
    let place = home.path();
    let venv = place.join("venv");
    let made = Command::new(&python.path)
        .args(["-m", "venv", "--without-pip"])
        .arg(&venv)
        .status()
        .expect("the interpreter was found");
    assert!(made.success());
    let version = python.version;
    let packages = format!(
        "lib/python{}.{}/site-packages",
        version.major, version.minor
    );
    let packages = venv.join(packages);
    fs::write(packages.join("pconc_test_library.py"), "VALUE = 40\n").expect("it is ours");
    // What the environment prints disturbs nothing, with or without the end of a line.
    let noise = "import sys\nsys.stdout.write('welcome')\nsys.stdout.flush()\n";
    fs::write(packages.join("sitecustomize.py"), noise).expect("it is ours");
    let seen = "import os, sys\nimport pconc_test_library\n\
                def see(number):\n    print(os.getcwd(), os.environ['MINE'], sys.argv, sys.path[0])\n";
    fs::write(place.join("see.py"), seen).expect("it is ours");
    let real = fs::canonicalize(place).expect("it is there");
    let expected = format!("{0} here ['see.py'] {0}", real.to_string_lossy());
    for model in MODELS {
        let line = format!(
            "run --workload function --model {model} --workers 1 --function see.py:see --range 0..2 \
             --format json --no-history"
        );
        let mut command = command(&line);
        let output = outcome(
            command
                .env("VIRTUAL_ENV", &venv)
                .env("MINE", "here")
                .current_dir(&real),
        );
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        let document: Value = serde_json::from_slice(&output.stdout).expect("it is JSON");
        let record = &document["records"][0];
        let printed = record["python"]["output"]["text"].as_str();
        let printed = printed.unwrap_or_default();
        assert_eq!(printed.matches(&expected).count(), 2, "{model}: {printed}");
        let path = &record["plan"]["parameters"]["python"]["path"];
        assert_eq!(*path, *venv.join("bin/python").to_string_lossy());
    }
    // An interpreter that only works through its wrapper.
    let wrapper = place.join("python-with-library");
    let script = format!(
        "#!/bin/sh\nPYTHONPATH={} exec {} \"$@\"\n",
        packages.display(),
        python.path
    );
    executable(&wrapper, &script);
    for model in MODELS {
        let line = format!(
            "run --workload function --model {model} --workers 1 --function needs_library.py:use \
             --inputs-from INPUTS --no-history --python {}",
            wrapper.display()
        );
        let output = outcome(&mut command(&line));
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    }
    let (sentence, _) = refused(&mut command(&run_of(
        python,
        "python-serial",
        1,
        "needs_library.py:use --inputs-from INPUTS",
    )));
    assert!(sentence.contains("pconc_test_library"), "{sentence}");
}

#[test]
fn a_sweep_measures_the_loop_too_and_a_kept_run_can_be_compared_and_asked_for_again() {
    let Some(python) = newest() else { return };
    let home = tempfile::tempdir().expect("there is room for one");
    let history = home.path().join("history.jsonl");
    let with_history = |line: &str| {
        let mut command = command(line);
        let output = outcome(command.arg("--history").arg(&history));
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        text(&output.stdout)
    };
    let swept = with_history(&format!(
        "sweep --workload function --python {} --models python-threads,python-processes --workers 1,4 \
         --repeats 1 --format json --function waits.py:wait --inputs-from INPUTS",
        python.path
    ));
    let document: Value = serde_json::from_str(&swept).expect("it is JSON");
    let records = document["records"].as_array().expect("it is a list");
    assert_eq!(records.len(), 10);
    let of = |model: &str, workers: u64| {
        let is_it = |record: &&Value| {
            let plan = &record["plan"];
            plan["model"] == model && plan["workers"] == workers && record["campaign"]["round"] == 1
        };
        let found = records.iter().find(is_it);
        found.unwrap_or_else(|| panic!("{model}: {swept}")).clone()
    };
    let threads = of("python-threads", 4);
    let loops = of("python-serial", 1);
    let summary = document["sweeps"][0]["summary"].as_array();
    let gains = summary
        .into_iter()
        .flatten()
        .filter(|one| one["speedup"].is_object());
    assert!(
        gains.count() >= 4,
        "all but the loop have a speed-up over it"
    );
    assert!(with_history("history show last").contains("function"));
    let numbers = [&threads, &loops].map(|record| record["number"].to_string());
    let compared = with_history(&format!("history compare {}", numbers.join(" ")));
    assert!(compared.contains("python-serial"), "{compared}");
}
