//! What the command line accepts and what it refuses.

use super::{history::RunSelection, *};
use crate::{
    catalog::{
        model::{Model, SWITCH_INTERVAL},
        parameter::{ParameterKind, REPEATS},
        workload::{
            ADDRESSES, CALL_TIMEOUT, CHUNK_SIZE, ITERATIONS, LATENCY_MAX, LATENCY_MIN, PAGE_BYTES,
            SHARED_FILE, TASK_TIME, WRITES, Workload,
        },
    },
    domain::{function::Inputs, look::Look, machine::WorkerLimits, plan::Draft},
    present::format::Format,
};

/// The command. The explorer has none.
pub(super) fn parsed(line: &str) -> Result<Command, EarlyAnswer> {
    order(line).map(|order| order.command.expect("it is a command"))
}

fn order(line: &str) -> Result<CommandLine, EarlyAnswer> {
    parse(
        std::iter::once("pconc-tui")
            .chain(line.split_whitespace())
            .map(OsString::from),
    )
}

fn run(line: &str) -> RunRequest {
    match parsed(&format!("run {line}")) {
        Ok(Command::Run(request)) => *request,
        other => panic!("{line}: {other:?}"),
    }
}

fn refused(line: &str) -> String {
    match order(line) {
        Err(EarlyAnswer::Refusal(sentence)) => sentence,
        other => panic!("{line}: {other:?}"),
    }
}

fn help(line: &str) -> String {
    match order(line) {
        Err(EarlyAnswer::Text(text)) => text,
        other => panic!("{line}: {other:?}"),
    }
}

#[test]
fn without_a_command_the_explorer_opens() {
    let line = order("").unwrap();
    assert_eq!(line.command, None);
    assert_eq!(line.explore.look(false), Look::default());
    assert_eq!(line.explore.python, Vec::<PathBuf>::new());
    assert_eq!(parsed("doctor"), Ok(Command::Doctor));
}

#[test]
fn the_explorer_opens_with_the_function_that_the_options_name() {
    let line = order("--function fetch.py:fetch --inputs urls.txt --chunksize 4 --timeout 2s");
    let calls = line.unwrap().calls().unwrap();
    let function = calls.function.clone().unwrap();
    assert_eq!(function.target, "fetch.py:fetch");
    assert_eq!(function.inputs, Inputs::Lines("urls.txt".into()));
    assert_eq!(
        (calls.get(&CHUNK_SIZE), calls.get(&CALL_TIMEOUT)),
        (4, 2_000)
    );
    assert_eq!(order("").unwrap().calls(), None);
    let calls = order("--function a:b --tasks 3").unwrap().calls().unwrap();
    assert_eq!(calls.tasks, 3);
    assert!(refused("--inputs urls.txt").contains("--function"));
    assert!(refused("--function a:b --range 0..4 --tasks 3").contains("--tasks"));
    assert!(refused("--function a:b doctor").contains("belongs to the explorer"));
}

#[test]
fn the_explorer_looks_as_the_options_say() {
    use crate::domain::look::{ColorChoice, Colors, ThemeName};
    let expected = Look {
        theme: ThemeName::Contrast,
        colors: ColorChoice::Exactly(Colors::Indexed),
        ascii: true,
        mouse: false,
    };
    let options = "--theme contrast --color 256 --no-mouse --present";
    for line in [
        format!("--ascii {options}"),
        format!("--ascii {options} replay runs.json"),
        format!("replay runs.json {options} --ascii"),
        format!("lesson {options} --ascii"),
    ] {
        let order = order(&line).unwrap();
        assert_eq!(order.explore.look(order.ascii), expected, "{line}");
        assert!(order.explore.present, "{line}");
    }
}

#[test]
fn ascii_may_stand_before_or_behind_a_command_and_the_explorers_options_belong_to_no_command() {
    for line in [
        "--ascii doctor",
        "doctor --ascii",
        "run --ascii --workload cpu --model serial",
        "--ascii run --workload cpu --model serial",
    ] {
        assert!(order(line).unwrap().ascii, "{line}");
    }
    for (line, named) in [
        ("--theme safe doctor", "--theme"),
        ("--color never doctor", "--color"),
        ("--present doctor", "--present"),
        ("--no-mouse run --workload cpu --model serial", "--no-mouse"),
    ] {
        let sentence = refused(line);
        assert!(
            sentence.starts_with(named) && sentence.contains("explorer"),
            "{sentence}"
        );
    }
}

#[test]
fn the_short_help_fits_on_one_screen_and_the_long_one_says_more() {
    for line in ["", "run ", "sweep "] {
        let (short, long) = (help(&format!("{line}-h")), help(&format!("{line}--help")));
        assert!(long.lines().count() > 2 * short.lines().count(), "{long}");
        assert!(!short.contains("Examples:") && long.contains("Examples:"));
    }
}

/// Every option of every command, as the user writes it.
fn all_options() -> Vec<String> {
    let command = CommandLine::command();
    let all = std::iter::once(&command)
        .chain(command.get_subcommands())
        .flat_map(|command| command.get_arguments());
    all.filter_map(|argument| argument.get_long().map(|long| format!("--{long}")))
        .collect()
}

#[test]
fn the_manual_has_every_command_and_every_option_with_its_text() {
    let page = manual().replace('\\', "");
    for name in ["RUN", "SWEEP", "DOCTOR", "COMPLETIONS", "MAN"] {
        assert!(
            page.contains(&format!(".SH \"PCONC-TUI {name}\"")),
            "{name}"
        );
    }
    for option in all_options() {
        assert!(page.contains(&option), "{option}");
    }
    assert!(
        page.contains("List all tasks in JSON"),
        "also what the short help leaves out"
    );
}

#[test]
fn every_shell_gets_a_script_with_every_option_and_the_values_that_have_names() {
    for shell in ["bash", "zsh", "fish"] {
        let Ok(Command::Completions { shell }) = parsed(&format!("completions {shell}")) else {
            panic!("{shell} is a shell")
        };
        let script = completions(shell);
        for option in all_options() {
            assert!(
                script.contains(option.trim_start_matches('-')),
                "{option} for {shell}"
            );
        }
        for value in ["gil-threads", "contrast", "256", "json", "zsh"] {
            assert!(script.contains(value), "{value} for {shell}");
        }
    }
}

#[test]
fn the_number_of_workers_follows_model_and_workload_unless_given() {
    for (line, workers) in [
        ("--workload cpu --model serial", 1),
        ("--workload io --model serial", 1),
        ("--workload cpu --model threads", 6),
        ("--workload io --model threads", 16),
        ("--workload cpu --model threads --workers 3", 3),
    ] {
        assert_eq!(
            run(line)
                .draft(6, &WorkerLimits::default(), None, None)
                .workers,
            workers,
            "{line}"
        );
    }
}

#[test]
fn every_parameter_reaches_the_draft() {
    let io = run(
        "--workload io --model gil-threads --workers 4 --tasks 32 --repeats 3 --writes 7 --addresses 5 \
                  --latency 1ms..2ms --page-bytes 3k --seed 9 --switch-interval 500us --format json --all-tasks",
    );
    let mut expected = Draft::new(Workload::Io, Model::GilThreads, 4);
    (expected.tasks, expected.repeats) = (32, 3);
    expected.set(&WRITES, 7);
    expected.set(&ADDRESSES, 5);
    expected.set(&LATENCY_MIN, 1);
    expected.set(&LATENCY_MAX, 2);
    expected.set(&PAGE_BYTES, 3_000);
    expected.seed = 9;
    expected.set(&SWITCH_INTERVAL, 500);
    assert_eq!(io.draft(2, &WorkerLimits::default(), None, None), expected);
    assert_eq!(
        (io.work.output.format(), io.work.all_tasks),
        (Format::Json, true)
    );
    let cpu = run("--workload cpu --model rayon --task-time 0.25s");
    assert_eq!(
        cpu.draft(2, &WorkerLimits::default(), None, None)
            .get(&TASK_TIME),
        250
    );
    let cpu = run("--workload cpu --model rayon --iterations 1e7");
    assert_eq!(
        cpu.draft(2, &WorkerLimits::default(), None, None)
            .get(&ITERATIONS),
        10_000_000
    );
    let shared = run("--workload io --model threads --shared-file");
    assert_eq!(
        shared
            .draft(2, &WorkerLimits::default(), None, None)
            .get(&SHARED_FILE),
        1
    );
    let urls = run("--workload io --model threads --urls list.txt");
    assert_eq!(urls.work.urls, Some(PathBuf::from("list.txt")));
}

#[test]
fn flags_that_contradict_each_other_are_refused_by_name() {
    for (line, named) in [
        (
            "--workload io --model threads --iterations 5",
            "--iterations",
        ),
        (
            "--workload io --model threads --task-time 5ms",
            "--task-time",
        ),
        (
            "--workload cpu --model threads --latency 5ms..6ms",
            "--latency",
        ),
        ("--workload cpu --model threads --writes 5", "--writes"),
        (
            "--workload cpu --model threads --addresses 5",
            "--addresses",
        ),
        (
            "--workload cpu --model threads --page-bytes 5",
            "--page-bytes",
        ),
        ("--workload cpu --model threads --urls a", "--urls"),
        (
            "--workload cpu --model threads --shared-file",
            "--shared-file",
        ),
        ("--workload cpu --model threads --seed 3", "--seed"),
        ("--workload io --model threads --urls a --seed 3", "--seed"),
        (
            "--workload cpu --model threads --switch-interval 5ms",
            "--switch-interval",
        ),
        (
            "--workload cpu --model threads --iterations 5 --task-time 5ms",
            "--task-time",
        ),
        (
            "--workload io --model threads --urls a --latency 5ms..6ms",
            "--latency",
        ),
        (
            "--workload io --model threads --urls a --addresses 5",
            "--addresses",
        ),
        (
            "--workload io --model threads --urls a --page-bytes 5",
            "--page-bytes",
        ),
        ("--workload cpu --model serial --workers 4", "serial"),
        ("--workload cpu --model threads --all-tasks", "--all-tasks"),
        (
            "--workload cpu --model threads --workers 2 --workers 3",
            "--workers",
        ),
    ] {
        let sentence = refused(&format!("run {line}"));
        assert!(sentence.contains(named), "{line}: {sentence}");
        assert!(!sentence.contains('\n'), "{sentence}");
    }
}

#[test]
fn interpreters_are_named_for_the_explorer_a_run_and_a_sweep() {
    let named = |files: &[&str]| files.iter().map(PathBuf::from).collect::<Vec<_>>();
    let explore = order("--python python3.13 --python /opt/py/bin/python3").unwrap();
    assert_eq!(
        explore.explore.python,
        named(&["python3.13", "/opt/py/bin/python3"])
    );
    let run = run("--workload cpu --model python-threads --python python3.13");
    assert_eq!(run.work.python, named(&["python3.13"]));
    let sweep = "sweep --workload io --models python-asyncio --workers 4 --python a --python b";
    let Ok(Command::Sweep(sweep)) = parsed(sweep) else {
        panic!("it is a sweep")
    };
    assert_eq!(sweep.work.python, named(&["a", "b"]));
    for (line, told) in [
        (
            "run --workload cpu --model threads --python x",
            "--python belongs to python-serial, python-threads, python-processes",
        ),
        (
            "run --workload cpu --model python-threads --python x --python y",
            "more than once",
        ),
        (
            "run --workload cpu --model python-threads --start-method fork",
            "belongs to python-processes",
        ),
        (
            "run --workload cpu --model python-processes --start-method thread",
            "fork, forkserver, spawn",
        ),
        (
            "run --workload cpu --model python-asyncio",
            "does not execute cpu",
        ),
        (
            "run --workload cpu --model python-processes --workers 257",
            "from 1 to 256",
        ),
        (
            "run --workload cpu --model python-threads --tasks 100001",
            "from 1 to 100 000",
        ),
        (
            "sweep --workload cpu --models threads --workers 2 --python x",
            "--python belongs",
        ),
    ] {
        let sentence = refused(line);
        assert!(sentence.contains(told), "{line}: {sentence}");
    }
}

#[test]
fn what_is_unknown_or_missing_is_refused_with_what_is_allowed() {
    for (line, allowed) in [
        (
            "walk",
            "choose run, sweep, fidelity, advise, verify, history, lesson, replay, doctor, completions, man or help",
        ),
        ("--frobnicate", "--help"),
        ("run --workload cpu", "--model <MODEL> (serial, "),
        (
            "run",
            "--workload <WORKLOAD> (cpu, io, sleep, counter, function or command) and --model",
        ),
        ("run --workload gpu --model serial", "cpu, io"),
        (
            "run --workload cpu --model thread",
            "serial, threads, gil-threads, processes, rayon, python-serial, python-threads",
        ),
        (
            "run --workload cpu --model serial --format xml",
            "html, chrome-trace",
        ),
        ("run --workload cpu --model serial --worker 1", "--workers"),
        (
            "run --workload cpu --model serial --workers",
            "a value is required",
        ),
        ("run --workload cpu --model serial more", "--help"),
        ("doctor more", "--help"),
        ("completions", "bash, zsh or fish"),
        ("completions ksh", "bash, zsh, fish"),
        ("--theme pink", "ansi, safe, contrast, mono"),
        ("--theme", "a value is required"),
        ("--color 17", "auto, never, always, 16, 256, true"),
        (
            "run --workload cpu --model serial --all-tasks=yes --format json",
            "unexpected value 'yes'",
        ),
    ] {
        let sentence = refused(line);
        assert!(sentence.contains(allowed), "{line}: {sentence}");
        assert!(!sentence.contains('\n'), "{sentence}");
    }
}

#[test]
fn what_is_out_of_range_is_refused_before_anything_starts() {
    for line in [
        "--workload cpu --model threads --workers 0",
        "--workload cpu --model threads --workers 1000000000",
        "--workload io --model processes --workers 1001",
        "--workload cpu --model threads --tasks 0",
        "--workload cpu --model threads --repeats 1001",
        "--workload cpu --model threads --iterations 0",
        "--workload cpu --model threads --task-time 0ms",
        "--workload cpu --model threads --task-time 601s",
        "--workload io --model threads --latency 400ms..100ms",
        "--workload io --model threads --latency 1ms..61s",
        "--workload io --model threads --page-bytes 0",
        "--workload io --model threads --writes 10001",
        "--workload io --model threads --addresses 1001",
        "--workload cpu --model gil-threads --switch-interval 1us",
    ] {
        let sentence = refused(&format!("run {line}"));
        assert!(sentence.contains("from"), "{line}: {sentence}");
    }
}

#[test]
fn the_command_line_is_well_formed() {
    use clap::CommandFactory;
    CommandLine::command().debug_assert();
}

#[test]
fn the_help_names_every_workload_and_model_and_the_real_defaults_and_limits() {
    let text = help("run --help");
    let names = Workload::ALL
        .map(Workload::name)
        .into_iter()
        .chain(Model::ALL.map(Model::name));
    for name in names {
        assert!(text.contains(name), "{name}");
    }
    let of_workloads = Workload::all_parameters().map(|(_, parameter)| parameter);
    for parameter in of_workloads.chain([&REPEATS]) {
        assert!(text.contains(&format!("--{}", parameter.flag)));
        let said = [parameter.help.short, parameter.help.long].concat();
        let (default, most) = (parameter.default, *parameter.range.end());
        if matches!(
            parameter.kind,
            ParameterKind::Count | ParameterKind::Doubling
        ) {
            assert!(said.contains(&default.to_string()), "{said}");
            let is_said = [most.to_string(), format!("{:e}", most as f64)];
            assert!(is_said.iter().any(|most| said.contains(most)), "{said}");
        }
    }
    assert!(text.contains("Examples:"));
    assert!(help("--help").contains("Exit codes:"));
    assert!(help("--version").contains(env!("CARGO_PKG_VERSION")));
}

#[test]
fn runs_are_kept_as_usual_or_in_a_file_or_not_at_all_before_and_behind_any_command() {
    let keeping = |line: &str| order(line).unwrap().keeping;
    assert_eq!(keeping(""), Keeping::AsUsual);
    for line in [
        "--history mine",
        "--history mine doctor",
        "doctor --history mine",
        "history list --history mine",
    ] {
        assert_eq!(keeping(line), Keeping::In("mine".into()), "{line}");
    }
    assert_eq!(
        keeping("run --workload cpu --model serial --no-history"),
        Keeping::Nowhere
    );
    for (line, named) in [
        ("--history mine --no-history", "contradict each other"),
        ("history list --no-history", "leave it out"),
        ("--history", "a value is required"),
        ("--history=", "a value is required"),
    ] {
        assert!(refused(line).contains(named), "{line}: {}", refused(line));
    }
}

#[test]
fn the_kept_history_is_worked_on_by_selectors() {
    let request = |line: &str| match parsed(&format!("history {line}")) {
        Ok(Command::History(request)) => request,
        other => panic!("{line}: {other:?}"),
    };
    let words = |words: &str| RunSelection {
        runs: words.split_whitespace().map(str::to_string).collect(),
    };
    let HistoryRequest::List {
        filter,
        limit: Some(3),
        all: true,
        removed: false,
        output,
    } = request("list --filter gil --limit 3 --all --format csv")
    else {
        panic!("not what was asked for");
    };
    assert_eq!((&*filter, output.format()), ("gil", Format::Csv));
    assert_eq!(request("show last"), HistoryRequest::Show(words("last")));
    assert_eq!(
        request("compare 1 #3..7 before"),
        HistoryRequest::Compare(words("1 #3..7 before"))
    );
    let HistoryRequest::Export { runs, output } = request("export 3") else {
        panic!("it is an export")
    };
    assert_eq!((runs, output.format()), (words("3"), Format::Json));
    assert_eq!(request("remove 1 2"), HistoryRequest::Remove(words("1 2")));
    assert_eq!(
        request("name 3"),
        HistoryRequest::Name {
            run: "3".into(),
            name: None
        }
    );
    for (line, named) in [
        (
            "history",
            "list, show, compare, export, remove, restore, name or help",
        ),
        (
            "history forget",
            "'forget': choose list, show, compare, export, remove, restore, name or help",
        ),
        ("history show", "must be given"),
        ("history list --limit 0", "at least 1"),
        ("history export 3 --format xml", "json"),
    ] {
        assert!(refused(line).contains(named), "{line}: {}", refused(line));
    }
}
