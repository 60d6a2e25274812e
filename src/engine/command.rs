//! The user's command before and after a run: what it gets, whether it can be executed, and what a run showed.

use std::{
    collections::BTreeMap,
    ffi::OsStr,
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    ops::Range,
    os::unix::{
        ffi::OsStrExt,
        fs::{MetadataExt, PermissionsExt},
    },
    path::{Path, PathBuf},
    sync::atomic::Ordering::Relaxed,
};

use crate::{
    domain::{
        command::{SeenCommand, Template, UserCommand},
        foreign::cleaned_lines,
        function::{DIGESTS_LISTED, FunctionFacts, Inputs},
        text::{clean, grouped, plain},
    },
    engine::{arena::TaskState, worker::Assignment},
};

/// The bytes of what a command printed last that are kept for a failed task.
const TAIL_BYTES: usize = 2_000;
/// The maximum length of an input in a sentence, in characters.
const INPUT_MAX: usize = 80;
/// The maximum length of what a failed command printed, in a sentence.
const SAID_MAX: usize = 400;
/// What comes before the input in the sentence about a failed command.
const WITH_INPUT: &str = " with the input ";

/// The lines of a file, without the ends of lines. Each is an input, as for `xargs -d '\n'`.
#[derive(Debug)]
pub struct Lines {
    bytes: Vec<u8>,
    lines: Vec<Range<usize>>,
}

impl Lines {
    /// The inputs of a command; `None` if it has none.
    ///
    /// # Errors
    /// If the file cannot be read, in a sentence.
    pub fn of(inputs: &Inputs) -> Result<Option<Lines>, String> {
        let (Inputs::Lines(file) | Inputs::Values(file)) = inputs else {
            return Ok(None);
        };
        let cannot = |error| format!("cannot read {}: {}", clean(file, INPUT_MAX), plain(&error));
        let bytes = fs::read(file).map_err(cannot)?;
        Ok(Some(Lines::from(bytes)))
    }

    /// The line with this number, from 0.
    pub fn get(&self, number: usize) -> Option<&[u8]> {
        let line = self.lines.get(number)?;
        Some(&self.bytes[line.clone()])
    }

    /// The number of lines.
    pub fn count(&self) -> usize {
        self.lines.len()
    }
}

impl From<Vec<u8>> for Lines {
    fn from(bytes: Vec<u8>) -> Lines {
        let mut lines = vec![];
        let mut start = 0;
        for (at, _) in bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n') {
            lines.push(start..at);
            start = at + 1;
        }
        if start < bytes.len() {
            lines.push(start..bytes.len());
        }
        Lines { bytes, lines }
    }
}

/// What was printed, as numbers that can be added up in any order, and its end.
#[derive(Clone, Debug, Default)]
pub struct PrintedDigest {
    tally: PrintedTally,
    order: DefaultHasher,
    tail: Vec<u8>,
}

/// What was printed, as numbers that do not depend on the order: commands that run at once print between each other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PrintedTally {
    /// The number of bytes.
    pub bytes: u64,
    /// The sum of the bytes, and of their squares.
    pub sums: [u64; 2],
}

impl PrintedTally {
    /// Adds what was printed.
    pub fn add(&mut self, printed: &[u8]) {
        self.bytes += printed.len() as u64;
        for byte in printed.iter().map(|byte| u64::from(*byte)) {
            self.sums[0] += byte;
            self.sums[1] += byte * byte;
        }
    }
}

impl PrintedDigest {
    /// Adds what was printed.
    pub fn add(&mut self, printed: &[u8]) {
        self.tally.add(printed);
        self.order.write(printed);
        self.tail.extend_from_slice(printed);
        let over = self.tail.len().saturating_sub(TAIL_BYTES);
        self.tail.drain(..over);
    }

    /// As text.
    pub fn text(&self) -> String {
        let PrintedTally {
            bytes,
            sums: [sum, squares],
        } = self.tally;
        format!("{bytes}.{sum}.{squares}.{:016x}", self.order.finish())
    }

    /// The end of it.
    pub fn tail(&self) -> String {
        String::from_utf8_lossy(&self.tail).into_owned()
    }
}

/// The sum of digests; `None` if one is not known.
pub fn summed(digests: &[Option<String>]) -> Option<PrintedTally> {
    let mut sum = PrintedTally::default();
    for digest in digests {
        let mut numbers = digest
            .as_ref()?
            .split('.')
            .map(|number| number.parse::<u64>().ok());
        sum.bytes += numbers.next()??;
        sum.sums[0] += numbers.next()??;
        sum.sums[1] += numbers.next()??;
    }
    Some(sum)
}

/// Why a task failed: which command, how, with which input, and what it said.
pub fn told(name: &str, cause: &str, input: Option<&[u8]>, printed: &str) -> String {
    let input = input.map_or_else(String::new, |input| {
        WITH_INPUT.to_string() + &clean(&String::from_utf8_lossy(input), INPUT_MAX)
    });
    let cleaned = cleaned_lines(printed.trim());
    let lines = cleaned
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty());
    let said = lines.collect::<Vec<_>>().join(" / ");
    let skipped = said.chars().count().saturating_sub(SAID_MAX);
    let said: String = said.chars().skip(skipped).collect();
    match said.is_empty() {
        true => format!("{name} {cause}{input}"),
        false => format!("{name} {cause}{input}: {said}"),
    }
}

/// How a command failed, without its name, input and words.
fn kind(sentence: &str) -> String {
    let cause = sentence.split(WITH_INPUT).next().unwrap_or(sentence);
    let cause = cause.split(": ").next().unwrap_or(cause);
    let (_, cause) = cause.split_once(' ').unwrap_or(("", cause));
    cause.into()
}

/// What a run showed about the user's command; `None` for other work.
pub fn facts(assignment: &Assignment) -> Option<FunctionFacts> {
    let (arena, plan) = (&assignment.arena, &assignment.plan);
    plan.command()?;
    let text = |task| arena.text(arena.task(task).error.load(Relaxed));
    let mut raised = BTreeMap::new();
    let mut results = vec![];
    for task in 0..arena.tasks() {
        let said = text(task);
        match arena.task(task).state() {
            TaskState::Failed => {
                results.push(None);
                *raised.entry(kind(&said.unwrap_or_default())).or_insert(0) += 1;
            }
            TaskState::Ok => results.push(said),
            TaskState::NotBegun | TaskState::Begun => results.push(None),
        }
    }
    if results.len() > DIGESTS_LISTED {
        results.clear();
    }
    Some(FunctionFacts {
        results,
        raised,
        ..FunctionFacts::default()
    })
}

/// Looks at the user's command, without executing it. `times` is how often it is executed if it has no inputs.
///
/// # Errors
/// Why it cannot be executed, in a sentence.
pub fn look_at(command: &UserCommand, times: u64) -> Result<SeenCommand, String> {
    let template = command.template()?;
    check_file(&command.inputs)?;
    let lines = Lines::of(&command.inputs)?;
    let mut digest = DefaultHasher::new();
    if let Some(lines) = &lines {
        check_lines(lines, &command.inputs)?;
        lines.bytes.hash(&mut digest);
    }
    let program = find(&template)?;
    let about = program.as_ref().and_then(|file| fs::metadata(file).ok());
    about
        .map(|about| (about.len(), about.mtime()))
        .hash(&mut digest);
    Ok(SeenCommand {
        times: lines.map_or(times, |lines| lines.count() as u64),
        command: UserCommand {
            fingerprint: format!("{:016x}", digest.finish()),
            ..command.clone()
        },
    })
}

/// Refuses what can be read only once: every worker of every run reads it.
fn check_file(inputs: &Inputs) -> Result<(), String> {
    let (Inputs::Lines(file) | Inputs::Values(file)) = inputs else {
        return Ok(());
    };
    let is_pipe = fs::metadata(file).is_ok_and(|about| !about.is_file());
    match is_pipe || file == "-" {
        true => Err(format!(
            "{} is no file, and the inputs are read many times: write them to a file first",
            clean(file, INPUT_MAX)
        )),
        false => Ok(()),
    }
}

fn check_lines(lines: &Lines, inputs: &Inputs) -> Result<(), String> {
    let file = clean(&inputs.text(), INPUT_MAX);
    if lines.count() == 0 {
        return Err(format!("{file} is empty: it needs an input on each line"));
    }
    let has_nul = |number: &usize| lines.get(*number).is_some_and(|line| line.contains(&0));
    match (0..lines.count()).find(has_nul) {
        Some(number) => Err(format!(
            "line {} of {file} has a character that no argument can have: NUL",
            grouped(number as u64 + 1)
        )),
        None => Ok(()),
    }
}

/// The file of the program; `None` if it depends on the input.
fn find(template: &Template) -> Result<Option<PathBuf>, String> {
    let Some(program) = template.program().map(OsStr::from_bytes) else {
        return Ok(None);
    };
    let shown = clean(&program.to_string_lossy(), INPUT_MAX);
    if program.as_bytes().contains(&b'/') {
        let file = PathBuf::from(program);
        return match (file.exists(), is_executable(&file)) {
            (_, true) => Ok(Some(file)),
            (true, false) => Err(format!(
                "{shown} cannot be executed: it is no program, or not permitted"
            )),
            (false, false) => Err(format!("there is no program {shown}")),
        };
    }
    let path = std::env::var_os("PATH").unwrap_or_else(|| "/usr/bin:/bin".into());
    let mut files = std::env::split_paths(&path).map(|folder| folder.join(program));
    let found = files.find(|file| is_executable(file));
    let hint = "if it is the shell's own, add --shell";
    found
        .map(Some)
        .ok_or_else(|| format!("there is no program {shown} on PATH; {hint}"))
}

fn is_executable(file: &Path) -> bool {
    let about = fs::metadata(file);
    about.is_ok_and(|about| about.is_file() && about.permissions().mode() & 0o111 != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_all_bytes_between_two_ends_of_lines() {
        let lines = Lines::from(b"a b\n\n\xff\r\nlast".to_vec());
        let all: Vec<&[u8]> = (0..4).filter_map(|number| lines.get(number)).collect();
        assert_eq!(all, [&b"a b"[..], b"", b"\xff\r", b"last"]);
        assert_eq!(
            (lines.count(), Lines::from(b"a\n".to_vec()).count()),
            (4, 1)
        );
    }

    #[test]
    fn a_failure_names_command_cause_and_input_and_ends_with_what_was_printed() {
        let said = told(
            "cp",
            "ended with status 1",
            Some(b"a.txt"),
            "cp: cannot\n\n stat\x1b\n",
        );
        assert_eq!(
            said,
            "cp ended with status 1 with the input a.txt: cp: cannot / stat\u{fffd}"
        );
        assert_eq!(kind(&said), "ended with status 1");
        let alone = told("x", "was killed by SIGKILL", None, "");
        assert_eq!(
            (&*alone, &*kind(&alone)),
            ("x was killed by SIGKILL", "was killed by SIGKILL")
        );
        let long = told("x", "ended with status 2", None, &"y".repeat(3_000));
        assert!(long.chars().count() < SAID_MAX + 40);
    }

    #[test]
    fn what_several_commands_print_adds_up_in_any_order() {
        let digest = |texts: &[&str]| {
            let mut digest = PrintedDigest::default();
            texts.iter().for_each(|text| digest.add(text.as_bytes()));
            digest
        };
        let [one, other] = [digest(&["ab"]), digest(&["c", "d"])];
        let sum = summed(&[Some(one.text()), Some(other.text())]);
        let mixed = digest(&["cabd"]);
        assert_eq!(sum, Some(mixed.tally));
        assert_ne!(digest(&["ab"]).text(), digest(&["ba"]).text());
        assert_eq!(summed(&[None]), None);
    }

    #[test]
    fn only_a_command_that_can_be_executed_is_accepted() {
        let directory = tempfile::tempdir().unwrap();
        let file = |name: &str, bytes: &[u8]| {
            let path = directory.path().join(name);
            fs::write(&path, bytes).unwrap();
            path.to_string_lossy().into_owned()
        };
        let look = |line: &str, inputs: Inputs| {
            let command = UserCommand {
                line: line.into(),
                shell: false,
                inputs,
                fingerprint: String::new(),
            };
            look_at(&command, 3)
        };
        let plain = file("plain", b"");
        let lines = Inputs::Lines(file("lines", b"a\nb\n"));
        assert_eq!(look("true", Inputs::None).unwrap().times, 3);
        assert_eq!(look("cat {}", lines.clone()).unwrap().times, 2);
        for (line, inputs, named) in [
            ("no-such-program-at-all", Inputs::None, "on PATH"),
            ("/no/such/program", Inputs::None, "no program /no/such"),
            (&*plain, Inputs::None, "cannot be executed"),
            ("cat", Inputs::Lines("/no/such/file".into()), "cannot read"),
            ("cat", Inputs::Lines("-".into()), "no file"),
            ("cat", Inputs::Lines("/dev/null".into()), "no file"),
            ("cat", Inputs::Lines(file("empty", b"")), "empty"),
            ("cat", Inputs::Lines(file("nul", b"a\nb\0c\n")), "line 2"),
            ("cat {}", Inputs::None, "--inputs"),
        ] {
            let refused = look(line, inputs).expect_err(line);
            assert!(
                refused.contains(named) && !refused.contains('\n'),
                "{refused}"
            );
        }
        let [one, other] = ["a\n", "b\n"].map(|text| {
            let inputs = Inputs::Lines(file("changing", text.as_bytes()));
            look("cat", inputs).unwrap().command.fingerprint
        });
        assert_ne!(one, other);
    }
}
