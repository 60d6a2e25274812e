//! The options of the advice about a function or a command.

use std::path::PathBuf;

use clap::{Args, ValueHint};

use super::{
    function::{check_shell, command, inputs},
    output::OutputArguments,
    values,
};
use crate::{
    catalog::{
        model::Model,
        workload::{CALL_TIMEOUT, CHUNK_SIZE, Workload},
    },
    domain::{
        command::UserCommand,
        function::{Function, Inputs},
        plan::Draft,
        python::StartMethod,
    },
    present::format::Format,
};

const EXAMPLES: &str = "\
Examples:
  pconc-tui advise fetch.py:fetch --inputs urls.txt
  pconc-tui advise shop.prices:price --inputs-from all_products --budget 20s
  pconc-tui advise sums.py:total --range 0..200 --python python3.13 --python python3.14t
  pconc-tui advise resize.py:resize --inputs files.jsonl --star --yes --output advice.html
  pconc-tui advise --command 'convert {} -resize 50% out/{/}' --inputs files.txt
  pconc-tui advise --command 'zcat {} | wc -l' --shell --inputs files.txt --budget 20s

The function is called for real, and often: with all inputs or a part of them, in a loop, by threads, processes and what else
the interpreter offers. A command is executed one after the other and several at once, as often. How often at most is said
before it starts.
Exit codes: 0 there is advice, also to keep the loop, 1 something broke, 2 wrong usage or the function cannot be called or
the command executed, 4 cannot tell, 130 interrupted.";

/// The advice as the command line asks for it.
#[derive(Clone, Debug, PartialEq, Args)]
#[command(after_long_help = EXAMPLES)]
pub struct AdviseRequest {
    /// The function: FILE.py:NAME or package.module:NAME
    #[arg(value_name = "TARGET", value_parser = values::target, required_unless_present = "command")]
    target: Option<String>,

    /// Instead of a function, a command: {} is an input, {/} its file name
    ///
    /// How many of them at once? An input without a place in the command is its last argument. The command runs without a
    /// shell, unless there is --shell, in your environment and directory.
    #[arg(
        long,
        value_name = "COMMAND",
        allow_hyphen_values = true,
        conflicts_with = "target"
    )]
    command: Option<String>,

    /// The command is one for the shell: /bin/sh -c
    #[arg(long, requires = "command")]
    shell: bool,

    /// A file with an input on each line; for a function, of JSON if its name ends in .json or .jsonl
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, conflicts_with_all = ["inputs_from", "range"])]
    inputs: Option<PathBuf>,

    /// The name of the inputs in the function's module: an iterable, or a function that returns one
    #[arg(long, value_name = "NAME", conflicts_with_all = ["range", "command"])]
    inputs_from: Option<String>,

    /// Whole numbers as inputs: 0..100 are 0 to 99
    #[arg(long, value_name = "FROM..TO", value_parser = values::range, allow_hyphen_values = true)]
    #[arg(conflicts_with = "command")]
    range: Option<(i64, i64)>,

    /// How often to call a function that has no inputs, or to run a command [default: 16]
    #[arg(long, value_name = "N", value_parser = values::count, allow_hyphen_values = true)]
    #[arg(conflicts_with_all = ["inputs", "inputs_from", "range"])]
    tasks: Option<u64>,

    /// Spread each input, which is a list, over the arguments
    #[arg(long, conflicts_with = "command")]
    star: bool,

    /// A directory in which Python looks for modules first, once for each
    #[arg(long, value_name = "DIRECTORY", value_hint = ValueHint::DirPath, conflicts_with = "command")]
    path: Vec<PathBuf>,

    /// Which Python, once for each [default: that of the virtual environment, or python3]
    ///
    /// Of further ones, such as a free-threaded one, threads are tried too.
    #[arg(long, value_name = "PYTHON", value_hint = ValueHint::ExecutablePath, allow_hyphen_values = true)]
    #[arg(conflicts_with = "command")]
    pub python: Vec<PathBuf>,

    /// How long everything may take; a run that has started is finished
    #[arg(long, value_name = "TIME", value_parser = values::budget, default_value = "60s", allow_hyphen_values = true)]
    pub budget: f64,

    /// How long a call or a command may take; a longer call ends its run, a longer command fails [default: 20s]
    #[arg(long, value_name = "TIME", value_parser = values::milliseconds, allow_hyphen_values = true)]
    timeout: Option<u64>,

    /// How many inputs a process gets at a time [default: as many as are worth it]
    #[arg(long, value_name = "N", value_parser = values::count, allow_hyphen_values = true)]
    #[arg(conflicts_with = "command")]
    chunksize: Option<u64>,

    /// How processes are created: fork, forkserver, spawn [default: that Python's own]
    #[arg(
        long,
        value_name = "METHOD",
        allow_hyphen_values = true,
        hide_possible_values = true,
        conflicts_with = "command"
    )]
    start_method: Option<StartMethod>,

    /// Do not ask before the function is called or the command run
    #[arg(long, short = 'y')]
    pub yes: bool,

    /// Where and how results are written.
    #[command(flatten)]
    pub output: OutputArguments,
}

impl AdviseRequest {
    /// The command, which nobody has looked at yet, if it is about one.
    pub fn command(&self) -> Option<UserCommand> {
        Some(command(
            self.command.as_deref()?,
            self.shell,
            self.inputs.as_deref(),
        ))
    }

    /// The function, which nobody has looked at yet.
    pub fn function(&self) -> Function {
        let text = |path: &PathBuf| path.to_string_lossy().into_owned();
        Function {
            paths: self.path.iter().map(text).collect(),
            star: self.star,
            ..Function::unseen(self.target.clone().unwrap_or_default(), self.inputs())
        }
    }

    fn inputs(&self) -> Inputs {
        inputs(
            self.inputs.as_deref(),
            self.inputs_from.as_deref(),
            self.range,
        )
    }

    /// How often to call or run it, if it has no inputs.
    pub fn calls(&self) -> u64 {
        self.tasks.unwrap_or(Workload::Function.description().tasks)
    }

    /// The options on which a draft of this model depends.
    pub fn draft(&self, model: Model) -> Draft {
        let workload = match self.command {
            Some(_) => Workload::Command,
            None => Workload::Function,
        };
        let mut draft = Draft::new(workload, model, 1);
        draft.start_method = self.start_method.filter(|_| model.has_start_method());
        for (parameter, given) in [(&CALL_TIMEOUT, self.timeout), (&CHUNK_SIZE, self.chunksize)] {
            if let Some(value) = given {
                draft.set(parameter, value);
            }
        }
        draft
    }

    /// Fills in what was left open, or says what is wrong.
    pub(super) fn settle(&mut self) -> Result<(), String> {
        match self.command() {
            Some(command) => drop(command.template()?),
            None => check_shell(self.shell)?,
        }
        if self.star && self.inputs() == Inputs::None {
            return Err(
                "--star spreads inputs: add --inputs or --inputs-from, or leave it out".into(),
            );
        }
        for (parameter, given) in [(&CALL_TIMEOUT, self.timeout), (&CHUNK_SIZE, self.chunksize)] {
            given.map_or(Ok(()), |value| parameter.check(value))?;
        }
        crate::catalog::parameter::TASKS.check(self.calls())?;
        self.output.settle(Format::Table)?;
        match self.output.format() {
            Format::Table | Format::Json | Format::Markdown | Format::Html => Ok(()),
            _ => Err(
                "the advice is written as a table, as JSON, as Markdown or as HTML: choose one with --format".into(),
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{Command, EarlyAnswer, tests::parsed as order},
        *,
    };

    fn parsed(line: &str) -> Result<AdviseRequest, String> {
        match order(&format!("advise {line}")) {
            Ok(Command::Advise(request)) => Ok(*request),
            Err(EarlyAnswer::Refusal(sentence)) => Err(sentence),
            other => panic!("{line}: {other:?}"),
        }
    }

    #[test]
    fn the_ending_of_a_file_says_whether_inputs_are_lines_or_values() {
        for (line, inputs) in [
            ("a.py:f --inputs urls.txt", Inputs::Lines("urls.txt".into())),
            ("a.py:f --inputs a.json", Inputs::Values("a.json".into())),
            (
                "a.py:f --inputs b.jsonl --star",
                Inputs::Values("b.jsonl".into()),
            ),
            ("a.py:f --inputs-from all", Inputs::Named("all".into())),
            ("a.py:f --range -3..4", Inputs::Range { from: -3, to: 4 }),
            ("pack.mod:Shop.price --tasks 5", Inputs::None),
        ] {
            assert_eq!(
                parsed(line).expect("it is valid").function().inputs,
                inputs,
                "{line}"
            );
        }
    }

    #[test]
    fn the_draft_has_what_was_given_and_leaves_the_chunk_size_open() {
        let request = parsed("a.py:f --timeout 3s --start-method spawn").expect("it is valid");
        let draft = request.draft(Model::PythonProcesses);
        assert_eq!(draft.get(&CALL_TIMEOUT), 3_000);
        assert_eq!(draft.values.given(&CHUNK_SIZE), None);
        assert_eq!(draft.start_method, Some(StartMethod::Spawn));
        assert_eq!(request.draft(Model::PythonThreads).start_method, None);
        assert_eq!((request.budget, request.calls()), (60.0, 16));
    }

    #[test]
    fn bad_input_of_every_kind_gets_one_sentence() {
        for (line, named) in [
            ("", "<TARGET>"),
            ("fetch.py", "FILE.py:NAME"),
            ("fetch.py:", "FILE.py:NAME"),
            (":fetch", "FILE.py:NAME"),
            ("a.py:f --range 5..5", "larger"),
            ("a.py:f --range 5", "'5'"),
            ("a.py:f --range a..b", "'a..b'"),
            ("a.py:f --inputs a.txt --range 0..5", "--range"),
            ("a.py:f --star", "--star"),
            ("a.py:f --tasks 0", "tasks"),
            ("a.py:f --budget 0s", "1s"),
            ("a.py:f --timeout 5", "unit"),
            ("a.py:f --chunksize 0", "chunk"),
            ("a.py:f --format csv", "--format"),
            ("a.py:f --models threads", "--models"),
            ("a.py:f --command true", "--command"),
            ("a.py:f --shell", "--command"),
            ("--command true --star", "--star"),
            ("--command true --python python3", "--python"),
            ("--command 'true", "quotes"),
            ("--command {} --tasks 4", "--inputs"),
        ] {
            let sentence = parsed(line).expect_err(line);
            assert!(
                sentence.contains(named) && !sentence.contains('\n'),
                "{line}: {sentence}"
            );
        }
    }
}
