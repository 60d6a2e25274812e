//! A command of the user's: how it is written, and what is executed for an input.

use serde::{Deserialize, Serialize};

use super::{foreign, function::Inputs};

/// The place of an input in a command.
const INPUT: &[u8] = b"{}";
/// The place of an input's file name: what follows its last slash.
const FILE_NAME: &[u8] = b"{/}";
/// The shell that executes what the user wrote for one.
pub const SHELL: &str = "/bin/sh";

/// A command of the user's, and its inputs.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct UserCommand {
    /// As the user wrote it, with `{}` for an input and `{/}` for its file name.
    #[serde(deserialize_with = "foreign::text")]
    pub line: String,
    /// Whether a shell executes it.
    #[serde(default)]
    pub shell: bool,
    /// Where its inputs come from: the lines of a file, or nowhere.
    pub inputs: Inputs,
    /// A digest of its program's file and of the inputs. Runs do the same work only if it is the same.
    #[serde(default, deserialize_with = "foreign::text")]
    pub fingerprint: String,
}

/// What is known of the user's command before it is executed.
#[derive(Clone, Debug, PartialEq)]
pub struct SeenCommand {
    /// The command with all that a plan needs.
    pub command: UserCommand,
    /// The number of times that it is executed: once for each input.
    pub times: u64,
}

impl UserCommand {
    /// The command as it will be executed.
    ///
    /// # Errors
    /// Why it cannot be, in a sentence.
    pub fn template(&self) -> Result<Template, String> {
        let has_inputs = self.inputs != Inputs::None;
        if has_inputs {
            return Template::parsed(&self.line, self.shell);
        }
        let template = Template::parsed(&self.line, self.shell)?;
        if template.has_places {
            return Err(format!(
                "{} has a place for an input, and there is none: add --inputs FILE",
                self.line.trim()
            ));
        }
        Ok(template)
    }

    /// The name of its program, for sentences: `convert`.
    pub fn name(&self) -> &str {
        let program = self.line.split_whitespace().next().unwrap_or(&self.line);
        program.rsplit('/').next().unwrap_or(program)
    }

    /// What two runs must have in common to be compared.
    pub(super) fn work(&self) -> (&str, bool, &str) {
        (&self.line, self.shell, &self.fingerprint)
    }
}

/// A part of a word of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WordPiece<'t> {
    /// These bytes.
    Text(&'t [u8]),
    /// The input.
    Input,
    /// The file name of the input.
    FileName,
}

/// A command that has been split into words once, so that each input takes the places in them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    words: Vec<Vec<u8>>,
    /// The script for the shell, if one executes the command. The input is its first argument.
    script: Option<String>,
    /// Whether it has a place for an input.
    pub has_places: bool,
}

impl Template {
    /// Splits what the user wrote, as a shell would do it.
    ///
    /// # Errors
    /// What is wrong with it, in a sentence.
    pub fn parsed(line: &str, is_for_shell: bool) -> Result<Template, String> {
        if line.contains('\0') {
            return Err("the command has a character that no argument can have: NUL".into());
        }
        let words = shlex::bytes::split(line.as_bytes());
        let is_whole = !is_for_shell || script(line).is_some();
        let words = words
            .filter(|_| is_whole)
            .ok_or_else(|| format!("the quotes of {} have no end", line.trim()))?;
        if words.first().is_none_or(Vec::is_empty) {
            return Err("the command is empty: write one, as in --command 'gzip -k {}'".into());
        }
        let has_places = pieces(line.as_bytes()).any(|piece| !matches!(piece, WordPiece::Text(_)));
        Ok(Template {
            script: script(line).filter(|_| is_for_shell),
            words,
            has_places,
        })
    }

    /// The words, the program first.
    pub fn words(&self) -> &[Vec<u8>] {
        &self.words
    }

    /// The script for the shell, if one executes the command.
    pub fn script(&self) -> Option<&str> {
        self.script.as_deref()
    }

    /// The name of the program that is executed, unless it depends on the input.
    pub fn program(&self) -> Option<&[u8]> {
        if self.script.is_some() {
            return Some(SHELL.as_bytes());
        }
        let first = &self.words[0];
        let is_fixed = pieces(first).all(|piece| matches!(piece, WordPiece::Text(_)));
        is_fixed.then_some(first)
    }

    /// What is executed for an input: the program and its arguments. An input without a place is the last argument.
    pub fn arguments(&self, input: Option<&[u8]>) -> Vec<Vec<u8>> {
        if let Some(script) = &self.script {
            let script = match input {
                Some(_) if !self.has_places => format!("{script} \"${{1}}\""),
                _ => script.clone(),
            };
            let fixed = [SHELL.into(), b"-c".to_vec(), script.into(), b"sh".to_vec()];
            return fixed.into_iter().chain(input.map(Vec::from)).collect();
        }
        let Some(input) = input else {
            return self.words.clone();
        };
        let filled = |word: &Vec<u8>| filled(word, input);
        let last = (!self.has_places).then(|| input.to_vec());
        self.words.iter().map(filled).chain(last).collect()
    }
}

/// A word with the input in its places.
fn filled(word: &[u8], input: &[u8]) -> Vec<u8> {
    let bytes = |piece| match piece {
        WordPiece::Text(text) => text.to_vec(),
        WordPiece::Input => input.to_vec(),
        WordPiece::FileName => file_name(input).to_vec(),
    };
    pieces(word).flat_map(bytes).collect()
}

/// What follows the last slash.
pub fn file_name(input: &[u8]) -> &[u8] {
    input.rsplit(|byte| *byte == b'/').next().unwrap_or(input)
}

/// The parts of a word, in order.
pub fn pieces(word: &[u8]) -> impl Iterator<Item = WordPiece<'_>> {
    let mut rest = word;
    std::iter::from_fn(move || {
        let places = [(INPUT, WordPiece::Input), (FILE_NAME, WordPiece::FileName)];
        if let Some((place, piece)) = places
            .into_iter()
            .find(|(place, _)| rest.starts_with(place))
        {
            rest = &rest[place.len()..];
            return Some(piece);
        }
        let is_place = |at: &usize| {
            [INPUT, FILE_NAME]
                .iter()
                .any(|place| rest[*at..].starts_with(place))
        };
        let end = (0..rest.len()).find(is_place).unwrap_or(rest.len());
        let (text, others) = rest.split_at(end);
        rest = others;
        (!text.is_empty()).then_some(WordPiece::Text(text))
    })
}

/// The line as a script whose first argument is the input: each place becomes a variable in double quotes, whatever
/// quotes the user put around it. `None` if a quote has no end.
fn script(line: &str) -> Option<String> {
    let mut script = String::new();
    let mut quote = None;
    let mut rest = line;
    while let Some(first) = rest.chars().next() {
        let variable = match () {
            () if rest.starts_with("{}") => Some((2, "${1}")),
            () if rest.starts_with("{/}") => Some((3, "${1##*/}")),
            () => None,
        };
        if let Some((length, variable)) = variable {
            script += &match quote {
                None => format!("\"{variable}\""),
                Some('"') => variable.into(),
                Some(_) => format!("'\"{variable}\"'"),
            };
            rest = &rest[length..];
            continue;
        }
        let escaped = (first == '\\' && quote != Some('\'')).then(|| rest[1..].chars().next());
        let length = match escaped {
            Some(next) => 1 + next?.len_utf8(),
            None => first.len_utf8(),
        };
        if escaped.is_none() && matches!(first, '"' | '\'') {
            quote = match quote {
                None => Some(first),
                Some(open) if open == first => None,
                open => open,
            };
        }
        script += &rest[..length];
        rest = &rest[length..];
    }
    quote.is_none().then_some(script)
}

#[cfg(test)]
mod tests;
