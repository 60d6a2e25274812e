//! The real binary without a screen: what it prints, where it prints it, and its exit codes.

use std::{
    io::Write,
    process::{Command, Output, Stdio},
};

use serde_json::Value;

fn command(line: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pconc-tui"));
    command.args(line.split_whitespace()).stdin(Stdio::null());
    // Runs of tests must not get into the user's history.
    if ["run", "sweep", "verify"]
        .iter()
        .any(|measures| line.starts_with(measures))
    {
        command.arg("--no-history");
    }
    for variable in ["LC_ALL", "LC_CTYPE", "NO_COLOR", "COLORTERM"] {
        command.env_remove(variable);
    }
    command.env("LANG", "C.UTF-8").env_remove("COLUMNS");
    command
}

fn outcome(line: &str) -> Output {
    command(line)
        .output()
        .expect("the binary was built for this test")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("the program prints UTF-8")
}

/// Exit code 2, one line on stderr, nothing on stdout. Returns the line.
fn refused(line: &str) -> String {
    let output = outcome(line);
    let (said, printed) = (text(&output.stderr), text(&output.stdout));
    assert_eq!(output.status.code(), Some(2), "{line}: {said}");
    assert_eq!(printed, "", "{line}");
    assert_eq!(said.lines().count(), 1, "{line}: {said}");
    assert!(
        said.starts_with("pconc-tui: ") && said.ends_with('\n'),
        "{line}: {said}"
    );
    said
}

/// A small run of either workload.
fn small(workload: &str) -> &'static str {
    match workload {
        "cpu" => "run --workload cpu --model threads --workers 2 --tasks 4 --iterations 1000",
        "sleep" => {
            "run --workload sleep --model threads --workers 2 --tasks 4 --wait 2ms --compute-iterations 1000 \
             --slices 2"
        }
        _ => {
            "run --workload io --model threads --workers 2 --tasks 4 --addresses 2 --latency 1ms..2ms --writes 2 \
             --page-bytes 1k"
        }
    }
}

fn json(line: &str) -> Value {
    let output = outcome(&format!("{line} --format json"));
    assert_eq!(
        output.status.code(),
        Some(0),
        "{line}: {}",
        text(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).expect("stdout is one JSON document")
}

#[test]
fn bad_input_of_every_kind_gets_one_sentence_and_starts_nothing() {
    for (line, named) in [
        ("", "terminal"),
        ("walk", "walk"),
        ("run", "--workload"),
        ("run --workload cpu", "--model"),
        ("run --workload gpu --model serial", "cpu, io"),
        ("run --workload cpu --model thread", "gil-threads"),
        ("run --workload cpu --model threads --workers 0", "1 to"),
        (
            "run --workload cpu --model threads --workers 1000000000",
            "1 to",
        ),
        (
            "run --workload cpu --model threads --workers -4",
            "negative",
        ),
        (
            "run --workload cpu --model threads --workers four",
            "whole number",
        ),
        (
            "run --workload cpu --model threads --workers 99999999999999999999",
            "too large",
        ),
        (
            "run --workload cpu --model processes --workers 1001",
            "1 to",
        ),
        ("run --workload cpu --model threads --tasks 0", "tasks"),
        (
            "run --workload cpu --model threads --tasks 1000001",
            "1 000 000",
        ),
        ("run --workload cpu --model threads --repeats 0", "repeats"),
        (
            "run --workload cpu --model threads --iterations 0",
            "iterations",
        ),
        (
            "run --workload cpu --model threads --task-time 250",
            "250ms",
        ),
        (
            "run --workload cpu --model threads --task-time soon",
            "time",
        ),
        (
            "run --workload io --model threads --latency 400ms..100ms",
            "must not be longer than the second",
        ),
        (
            "run --workload io --model threads --latency 100..400",
            "unit",
        ),
        (
            "run --workload io --model threads --page-bytes 9M",
            "8 388 608",
        ),
        ("run --workload cpu --model serial --workers 4", "serial"),
        (
            "run --workload cpu --model threads --latency 1ms..2ms",
            "--workload io",
        ),
        (
            "run --workload io --model threads --iterations 5",
            "--workload cpu",
        ),
        (
            "run --workload cpu --model threads --iterations 5 --task-time 5ms",
            "--task-time",
        ),
        (
            "run --workload cpu --model threads --switch-interval 5ms",
            "gil-threads",
        ),
        (
            "run --workload cpu --model threads --format xml",
            "table, json, csv",
        ),
        (
            "run --workload cpu --model threads --all-tasks",
            "--format json",
        ),
        (
            "run --workload cpu --model threads --workers 2 --workers 3",
            "multiple times",
        ),
        ("run --workload cpu --model threads --worker 2", "--workers"),
        ("sweep --workload cpu --models threads", "--workers"),
        (
            "sweep --workload cpu --models threads,fibers --workers 2",
            "fibers",
        ),
        (
            "sweep --workload cpu --models threads --workers 16..1",
            "reversed",
        ),
        (
            "sweep --workload cpu --models threads --workers 2^64",
            "too large",
        ),
        (
            "sweep --workload cpu --models rayon --workers 1,300",
            "rayon",
        ),
        (
            "sweep --workload cpu --models threads,processes,rayon --workers 1..64",
            "at most 128",
        ),
        (
            "sweep --workload io --models threads --workers 2 --urls /nonexistent/list",
            "/nonexistent/list",
        ),
        (
            "run --workload io --model threads --urls /nonexistent/list",
            "/nonexistent/list",
        ),
        ("run --workload io --model threads --urls /", "directory"),
        (
            "run --workload io --model threads --urls /dev/null",
            "no address",
        ),
        (
            "run --workload io --model threads --urls /dev/zero",
            "larger",
        ),
    ] {
        let sentence = refused(line);
        assert!(sentence.contains(named), "{line}: {sentence}");
    }
}

/// A small sweep of three configurations: 9 runs.
const SWEEP: &str = "sweep --workload cpu --models threads,processes --workers 2 --repeats 2 --tasks 4 --iterations 1000";

#[test]
fn a_sweep_has_a_record_per_run_a_summary_per_configuration_and_a_conclusion() {
    let document = json(SWEEP);
    let records = document["records"].as_array().unwrap();
    assert_eq!(records.len(), 9);
    let sweep = &document["sweeps"][0];
    for (index, record) in records.iter().enumerate() {
        assert_eq!(record["campaign"]["id"], sweep["id"]);
        assert_eq!(
            record["campaign"]["round"],
            index / 3,
            "every configuration once per round"
        );
    }
    let summary = sweep["summary"].as_array().unwrap();
    let of = |index: usize| {
        (
            summary[index]["model"].clone(),
            summary[index]["workers"].clone(),
        )
    };
    assert_eq!(
        [of(0), of(1), of(2)],
        [("serial", 1), ("threads", 2), ("processes", 2)].map(|(a, b)| (a.into(), b.into()))
    );
    for summary in summary {
        assert_eq!(
            (&summary["runs"], &summary["failed"]),
            (&2.into(), &0.into())
        );
        assert!(summary["time_s"]["median"].as_f64().unwrap() > 0.0);
        assert!(summary["speedup"]["value"].as_f64().unwrap() > 0.0);
    }
    assert!(
        sweep["conclusion"]
            .as_str()
            .unwrap()
            .starts_with("threads: ")
    );
    let again = json(&format!("{SWEEP} --seed 1"));
    let order = |document: &Value| -> Vec<Value> {
        let records = document["records"].as_array().unwrap();
        records
            .iter()
            .map(|record| record["plan"]["model"].clone())
            .collect()
    };
    assert_eq!(
        order(&again),
        order(&document),
        "the order follows the seed"
    );
}

#[test]
fn a_sweep_says_before_how_much_it_is_and_prints_a_row_per_configuration() {
    let output = outcome(SWEEP);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let said = text(&output.stderr);
    assert!(
        said.contains("9 runs, 3 configurations × (2 rounds and a warm-up round), will take"),
        "{said}"
    );
    let table = text(&output.stdout);
    for row in ["serial ", "threads ", "processes "] {
        assert_eq!(
            table.lines().filter(|line| line.starts_with(row)).count(),
            1,
            "{table}"
        );
    }
    assert!(
        table
            .lines()
            .any(|line| line.starts_with("threads: ") && line.contains("; processes: ")),
        "{table}"
    );
}

#[test]
fn an_error_in_a_file_of_addresses_names_the_line() {
    for (content, named) in [
        (&b"http://a.example/\nfile:///etc/passwd\n"[..], "line 2"),
        (b"not an address\n", "line 1"),
        (b"\x00\xff\xfe", "not text"),
        (b"# only a comment\n", "no address"),
    ] {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(content).unwrap();
        let sentence = refused(&format!(
            "run --workload io --model threads --urls {}",
            file.path().display()
        ));
        assert!(sentence.contains(named), "{sentence}");
    }
}

#[test]
fn help_and_version_go_to_stdout() {
    for (line, part) in [
        ("--help", "Examples:"),
        ("help", "Examples:"),
        ("run --help", "--switch-interval"),
        ("run -h", "--urls"),
        ("sweep --help", "2^0..2^4"),
        ("man", ".SH NAME"),
        ("completions bash", "complete -F"),
        ("help run", "--task-time"),
        ("--version", env!("CARGO_PKG_VERSION")),
    ] {
        let output = outcome(line);
        assert_eq!(output.status.code(), Some(0), "{line}");
        assert!(text(&output.stdout).contains(part), "{line}");
        assert_eq!(text(&output.stderr), "", "{line}");
    }
}

#[test]
fn doctor_says_what_this_machine_offers() {
    let output = outcome("doctor");
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let findings = text(&output.stdout);
    assert!(
        findings.contains("cores") && findings.contains("terminal"),
        "{findings}"
    );
}

#[test]
fn foreign_text_is_quoted_as_it_was_typed_without_what_harms() {
    let directory = tempfile::tempdir().unwrap();
    for (typed, shown) in [
        ("क\u{94d}षेत्र", "क\u{94d}षेत्र"),
        ("👨\u{200d}👩\u{200d}👧", "👨\u{200d}👩\u{200d}👧"),
        ("a\u{202e}b\x1b", "a\u{fffd}b\u{fffd}"),
    ] {
        let mut list = command("history list");
        let list = list
            .arg("--history")
            .arg(directory.path().join("history.jsonl"));
        let output = list.args(["--filter", typed]).output().unwrap();
        let said = text(&output.stderr);
        assert!(said.contains(&format!("\"{shown}\"")), "{said}");
    }
}

#[test]
fn doctor_calls_an_interpreter_usable_only_if_it_executed_a_task() {
    let named = "import sys; print(sys.executable)";
    let real = std::process::Command::new("python3")
        .args(["-c", named])
        .output();
    let Ok(real) = real.map(|output| text(&output.stdout).trim().to_string()) else {
        return println!("skipped: there is no python3");
    };
    // The first executes everything, the second describes itself and nothing else.
    for (condition, usable) in [("true", true), ("[ \"${3##*/}\" = answer.json ]", false)] {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("python3");
        let script = format!(
            "#!/bin/bash\n{condition} || {{ echo 'no licence' >&2; exit 3; }}\nexec -a \"$0\" '{real}' \"$@\"\n"
        );
        std::fs::write(&file, script).unwrap();
        std::fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o755))
            .unwrap();
        let mut doctor = command("doctor");
        let doctor = doctor
            .env("PATH", directory.path())
            .env("PYENV_ROOT", directory.path())
            .env("COLUMNS", "300")
            .output()
            .unwrap();
        let findings = text(&doctor.stdout);
        assert_eq!(findings.contains("; cpu task "), usable, "{findings}");
        assert_eq!(
            findings.contains("cannot execute a task"),
            !usable,
            "{findings}"
        );
    }
}

#[test]
fn without_a_utf8_locale_everything_that_is_read_is_ascii() {
    let io = small("io");
    for line in [
        "doctor",
        "--help",
        "run --help",
        "man",
        "completions zsh",
        "walk",
        io,
    ] {
        for (variable, value) in [("LC_ALL", "C"), ("LANG", "")] {
            let output = command(line).env(variable, value).output().unwrap();
            assert!(
                output.stdout.is_ascii() && output.stderr.is_ascii(),
                "{line}: {}",
                text(&output.stdout)
            );
        }
    }
    let asked = outcome(&format!("--ascii {io}"));
    assert!(asked.stdout.is_ascii() && asked.status.success());
    assert!(
        text(&outcome("doctor").stdout).contains("LANG=C.UTF-8"),
        "it says why"
    );
    assert!(
        text(&outcome("doctor --ascii").stdout).contains("--ascii"),
        "it says why"
    );
}

#[test]
fn bash_completes_commands_options_and_values() {
    let script = text(&outcome("completions bash").stdout);
    for (words, expected) in [
        ("pconc-tui do", "doctor"),
        ("pconc-tui --the", "--theme"),
        ("pconc-tui --theme con", "contrast"),
        ("pconc-tui run --mod", "--model"),
        ("pconc-tui run --workload cpu --model gil", "gil-threads"),
        ("pconc-tui completions f", "fish"),
    ] {
        let words: Vec<&str> = words.split(' ').collect();
        let program = format!(
            "{script}\nCOMP_WORDS=({}); COMP_CWORD={}\n[[ $(complete -p pconc-tui) =~ -F\\ ([^ ]*) ]]\n\
             ${{BASH_REMATCH[1]}} pconc-tui '{}' '{}'\necho \"${{COMPREPLY[*]}}\"",
            words.join(" "),
            words.len() - 1,
            words[words.len() - 1],
            words[words.len() - 2],
        );
        let output = Command::new("bash")
            .args(["--norc", "-c", &program])
            .output()
            .expect("this test needs bash");
        assert_eq!(
            text(&output.stdout).trim(),
            expected,
            "{words:?}: {}",
            text(&output.stderr)
        );
    }
}

#[test]
fn the_short_help_fits_a_terminal_of_24_rows_and_80_columns() {
    // Without a terminal the width is 100 columns. With 80 columns there are at least as many lines.
    for line in ["-h", "run -h", "sweep -h"] {
        assert!(text(&outcome(line).stdout).lines().count() < 24, "{line}");
    }
}

#[test]
fn the_json_has_the_keys_of_its_schema() {
    for workload in ["cpu", "io", "sleep"] {
        let document = json(small(workload));
        assert_eq!(document["schema"], "pconc-tui.records/1");
        has_keys(
            &document["machine"],
            &[
                "cpu_model",
                "cores_online",
                "cores_usable",
                "kernel",
                "memory_bytes",
            ],
        );
        let record = &document["records"][0];
        has_keys(
            record,
            &[
                "id",
                "started_at",
                "plan",
                "outcome",
                "error",
                "tasks_failed",
                "wall_s",
                "startup_s",
                "teardown_s",
                "cpu_s",
                "concurrency",
                "parallelism",
                "phases_s",
                "gil",
                "context_switches",
                "memory_bytes",
                "shared_file",
                "workers",
                "tasks",
                "cores",
                "events",
                "observer",
                "phase_source",
                "caveats",
            ],
        );
        has_keys(
            &record["plan"],
            &[
                "workload",
                "model",
                "workers",
                "tasks",
                "seed",
                "parameters",
            ],
        );
        has_keys(
            &record["workers"][0],
            &[
                "worker",
                "pid",
                "tid",
                "tasks",
                "cpu_s",
                "memory_bytes",
                "phases_s",
            ],
        );
        has_keys(
            &record["tasks"][0],
            &["task", "worker", "start_s", "end_s", "outcome", "error"],
        );
        has_keys(&record["events"], &["recorded", "dropped"]);
        has_keys(
            &record["phases_s"],
            &[
                "starting",
                "computing",
                "ready",
                "gil",
                "network",
                "file",
                "idle",
            ],
        );
        assert_eq!(record["outcome"], "completed");
        assert_eq!(record["tasks"].as_array().map(Vec::len), Some(4));
        assert_eq!(record["workers"].as_array().map(Vec::len), Some(2));
        assert!(
            record["observer"]["cpu_s"].as_f64() > Some(0.0),
            "watching is never free"
        );
    }
}

/// The violations of the schema in a document.
fn against_the_schema(document: &Value) -> Vec<String> {
    let schema = serde_json::from_str(include_str!("../assets/records.schema.json"))
        .expect("the schema is JSON");
    let validator = jsonschema::validator_for(&schema).expect("the schema is one");
    validator
        .iter_errors(document)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect()
}

#[test]
fn a_file_that_cannot_be_replayed_gets_one_sentence_and_starts_nothing() {
    let folder = tempfile::tempdir().expect("a temporary directory");
    let path = |name: &str| folder.path().join(name).display().to_string();
    let file = |name: &str, text: &str| {
        std::fs::write(path(name), text).expect("a temporary file");
        path(name)
    };
    for (file, said) in [
        (path("none.json"), "no such file"),
        (folder.path().display().to_string(), "is a directory"),
        (file("empty.json", ""), "it is cut off"),
        (file("text.json", "hello"), "it is not JSON"),
        (
            file("other.json", "{\"schema\": \"geo\"}"),
            "it is not a document of this program",
        ),
        (
            file("newer.json", "{\"schema\": \"pconc-tui.records/2\"}"),
            "another version",
        ),
    ] {
        let refused = refused(&format!("replay {file}"));
        assert!(
            refused.contains(said) && refused.contains("cannot replay"),
            "{refused}"
        );
    }
    refused("replay");
    let printed = json(small("cpu")).to_string();
    let good = file("good.json", &printed);
    assert!(
        refused(&format!("replay {good}")).contains("terminal"),
        "only the terminal is missing"
    );
}

fn has_keys(value: &Value, keys: &[&str]) {
    for key in keys {
        assert!(value.get(key).is_some(), "{key} is missing in {value}");
    }
}

#[test]
fn every_model_runs_both_workloads() {
    for model in ["serial", "threads", "gil-threads", "processes", "rayon"] {
        for workload in ["cpu", "io"] {
            let workers = if model == "serial" { 1 } else { 2 };
            let line = small(workload)
                .replace("--model threads", &format!("--model {model}"))
                .replace("--workers 2", &format!("--workers {workers}"));
            let document = json(&line);
            assert_eq!(
                against_the_schema(&document),
                Vec::<String>::new(),
                "{line}"
            );
            let record = &document["records"][0];
            assert!(record["trace"]["lanes"].is_array(), "{line}");
            assert_eq!(record["plan"]["model"], model);
            assert_eq!(record["gil"].is_null(), model != "gil-threads", "{line}");
        }
    }
}

#[test]
fn claims_have_verdicts_and_the_exit_code_follows_from_them() {
    let output = outcome("verify --claim 5,8 --quick --format json --no-traces");
    let document: Value =
        serde_json::from_slice(&output.stdout).expect("stdout is one JSON document");
    assert_eq!(against_the_schema(&document), [""; 0]);
    let claims = document["claims"].as_array().expect("a list");
    let numbers: Vec<_> = claims.iter().map(|claim| claim["claim"].as_u64()).collect();
    assert_eq!(numbers, [Some(5), Some(8)]);
    let any = |is: &dyn Fn(&Value) -> bool| claims.iter().any(is);
    let code = if any(&|claim| {
        claim["verdict"] == "contradicted" && claim["expected"] != "contradicted"
    }) {
        3
    } else if any(&|claim| claim["verdict"] == "cannot-tell") {
        4
    } else {
        0
    };
    assert_eq!(output.status.code(), Some(code), "{claims:?}");
    let measured = document["records"].as_array().expect("a list").len();
    let named = |claim: &Value| claim["runs"].as_array().map_or(0, Vec::len);
    assert_eq!(
        claims.iter().map(named).sum::<usize>(),
        measured,
        "the runs behind them"
    );
}

#[test]
fn the_list_of_claims_says_what_has_to_come_out_and_measures_nothing() {
    let output = outcome("verify --list");
    let said = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0));
    for part in [
        " 2  Under the GIL",
        "at most 1.1× as fast as",
        " 8  Processes are scheduled",
    ] {
        assert!(said.contains(part), "{said}");
    }
}

#[test]
fn a_repeated_run_makes_a_record_each_time() {
    let document = json(&format!("{} --repeats 3", small("cpu")));
    assert_eq!(document["records"].as_array().map(Vec::len), Some(3));
}

#[test]
fn many_tasks_are_listed_only_if_all_are_asked_for() {
    let line = "run --workload cpu --model threads --workers 2 --tasks 10001 --iterations 1";
    assert!(json(line)["records"][0]["tasks"].is_null());
    let all = json(&format!("{line} --all-tasks"));
    assert_eq!(
        all["records"][0]["tasks"].as_array().map(Vec::len),
        Some(10_001)
    );
}

#[test]
fn a_task_time_is_reported_in_iterations_that_can_be_repeated() {
    let output =
        outcome("run --workload cpu --model serial --tasks 1 --task-time 1ms --format json");
    assert_eq!(output.status.code(), Some(0));
    let said = text(&output.stderr);
    let iterations = said
        .split("--iterations ")
        .nth(1)
        .and_then(|rest| rest.split_whitespace().next());
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    let used = document["records"][0]["plan"]["parameters"]["iterations"].to_string();
    assert_eq!(iterations, Some(used.as_str()), "{said}");
}

#[test]
fn a_table_is_for_people() {
    let output = outcome(small("cpu"));
    assert_eq!(output.status.code(), Some(0));
    let table = text(&output.stdout);
    for part in ["threads", "completed", "computing", "parallelism"] {
        assert!(table.contains(part), "{table}");
    }
    assert!(
        !table.contains('\u{1b}'),
        "nothing but text goes into a pipe"
    );
    assert_eq!(
        text(&output.stderr),
        "",
        "there is no progress where nobody sees it"
    );
}

#[test]
fn what_is_left_in_a_shared_file_is_reported_to_people_and_in_json() {
    let line = format!("{} --shared-file", small("io"));
    let output = outcome(&line);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let table = text(&output.stdout);
    assert!(
        table.contains("io, one file") && table.contains("#1 ") && table.contains("output.txt"),
        "{table}"
    );
    let document = json(&line);
    let record = &document["records"][0];
    assert_eq!(record["plan"]["parameters"]["shared_file"], true);
    let file = &record["shared_file"];
    has_keys(
        file,
        &[
            "content",
            "bytes",
            "pieces",
            "pages_written",
            "writes",
            "spoilt",
        ],
    );
    let pieces = file["pieces"].as_array().unwrap();
    let sum: u64 = pieces
        .iter()
        .filter_map(|piece| piece["bytes"].as_u64())
        .sum();
    assert_eq!(file["bytes"].as_u64(), Some(sum), "{file}");
    assert!(json(small("io"))["records"][0]["shared_file"].is_null());
}

#[test]
fn what_a_counter_lost_is_reported_to_people_and_in_json() {
    let line = "run --workload counter --model processes --workers 2 --additions 1000";
    let output = outcome(line);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let table = text(&output.stdout);
    for part in ["lost additions", "4 000", "and the program sees 0"] {
        assert!(table.contains(part), "{table}");
    }
    let record = &json(line)["records"][0];
    let counter = &record["counter"];
    has_keys(
        counter,
        &[
            "expected",
            "found",
            "seen",
            "is_shared",
            "is_locked",
            "handovers",
        ],
    );
    assert_eq!(counter["expected"], 4_000);
    assert_eq!(counter["found"], 0);
    let csv = outcome(&format!("{line} --lock --share --format csv"));
    let csv = text(&csv.stdout);
    let cells: Vec<Vec<&str>> = csv.lines().map(|row| row.split(',').collect()).collect();
    let cell = |name| {
        let at = cells[0].iter().position(|heading| *heading == name);
        cells[1][at.expect("the column exists")]
    };
    let switches = (cell("lock"), cell("share"));
    let numbers = (cell("additions_lost"), cell("counter_found"));
    assert_eq!(
        (switches, numbers),
        (("true", "true"), ("0", "4000")),
        "{csv}"
    );
    assert!(json(small("cpu"))["records"][0]["counter"].is_null());
}

#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    let mut child = command(small("cpu"))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(
        (output.status.code(), text(&output.stderr)),
        (Some(0), String::new())
    );
}

#[test]
fn a_full_disk_is_one_sentence() {
    let full = std::fs::OpenOptions::new()
        .write(true)
        .open("/dev/full")
        .unwrap();
    let output = command(small("cpu"))
        .stdout(full)
        .stderr(Stdio::piped())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(text(&output.stderr).lines().count(), 1);
}

#[test]
fn an_interrupt_prints_the_cancelled_record() {
    use std::io::{BufRead, BufReader};

    use nix::{
        sys::signal::{Signal, kill},
        unistd::Pid,
    };
    for signal in [Signal::SIGINT, Signal::SIGTERM] {
        // The sentence about iterations is printed after the signal handlers are installed.
        let line = "run --workload cpu --model threads --workers 2 --tasks 1000 --task-time 1s --format json";
        let mut child = command(line)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = String::new();
        BufReader::new(child.stderr.take().unwrap())
            .read_line(&mut said)
            .unwrap();
        assert!(said.contains("--iterations"), "{said}");
        kill(Pid::from_raw(child.id().cast_signed()), signal).unwrap();
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(130));
        let document: Value =
            serde_json::from_slice(&output.stdout).expect("the document is whole");
        let records = document["records"].as_array().expect("a list of records");
        // The signal may come before the run. It never lets a run continue to its end.
        assert!(
            records
                .iter()
                .all(|record| record["outcome"] == "cancelled"),
            "{document}"
        );
    }
}

#[test]
fn an_interrupted_sweep_keeps_and_prints_what_it_has() {
    use std::io::{BufRead, BufReader};

    use nix::{
        sys::signal::{Signal, kill},
        unistd::Pid,
    };
    // The size of the sweep is printed after the signal handlers are installed. The first runs end at once; the whole
    // sweep would take very long.
    let line = "sweep --workload cpu --models threads --workers 1..8 --repeats 1000 --tasks 2 --iterations 1e5 --format json";
    let mut child = command(line)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = String::new();
    BufReader::new(child.stderr.take().unwrap())
        .read_line(&mut said)
        .unwrap();
    assert!(said.contains("9 009 runs"), "{said}");
    kill(Pid::from_raw(child.id().cast_signed()), Signal::SIGINT).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130));
    let document: Value = serde_json::from_slice(&output.stdout).expect("the document is whole");
    let records = document["records"].as_array().expect("a list of records");
    // At most the last run was stopped, and no run followed it.
    let before = records.split_last().map_or(&[][..], |(_, before)| before);
    assert!(before.iter().all(|record| record["outcome"] == "completed"));
    assert!(
        records.len() < 9_009
            && document["sweeps"]
                .as_array()
                .is_some_and(|sweeps| sweeps.len() == 1)
    );
}

#[test]
fn results_go_into_a_file_of_any_format_but_never_over_another_one_unless_asked() {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let at = |name: &str| folder.path().join(name).display().to_string();
    for (name, begins) in [
        ("a.html", "<!DOCTYPE html>"),
        ("a.svg", "<?xml"),
        ("a.csv", "number,name,"),
        ("a.md", "## Runs"),
        ("a.trace.json", "{\"traceEvents\":["),
        ("a.json", "{"),
        ("a.txt", "#"),
    ] {
        let line = format!("{} --output {}", small("cpu"), at(name));
        let output = outcome(&line);
        assert_eq!(
            output.status.code(),
            Some(0),
            "{line}: {}",
            text(&output.stderr)
        );
        assert_eq!(text(&output.stdout), "", "{line}");
        assert!(text(&output.stderr).contains("written: "), "{line}");
        let content = std::fs::read_to_string(at(name)).expect("it was written");
        assert!(
            content.trim_start().starts_with(begins),
            "{line}: {}",
            &content[..40.min(content.len())]
        );
        assert!(refused(&line).contains("--force"), "{line}");
        assert_eq!(
            outcome(&format!("{line} --force")).status.code(),
            Some(0),
            "{line}"
        );
    }
    assert!(
        refused(&format!("{} --output {}", small("cpu"), at("no/a.csv")))
            .contains("does not exist")
    );
    assert!(refused(&format!("{} --force", small("cpu"))).contains("--output"));
    assert!(
        refused(&format!("{} --format csv --no-traces", small("cpu"))).contains("--format json")
    );
}
