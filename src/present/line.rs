//! The line to paste: runs a command for all its inputs, as many at once as is advised.

use crate::domain::{
    command::{SHELL, Template, UserCommand, WordPiece, file_name, pieces},
    function::Inputs,
};

/// Programs that do several things at once by themselves, with `-j`.
const MAKES: [&str; 3] = ["make", "gmake", "ninja"];

/// Options of theirs whose value is the next word, which is no target then.
const VALUED: [&[u8]; 5] = [b"-C", b"-f", b"-I", b"-o", b"-W"];

/// The line of `xargs` that runs this command `times` times, with so many at once. `None` if it is no command.
pub fn of(command: &UserCommand, at_once: u32, times: u64) -> Option<String> {
    let template = command.template().ok()?;
    let has_inputs = command.inputs != Inputs::None;
    let mut words = vec!["xargs".to_string()];
    if has_inputs {
        words.push("-d '\\n'".into());
    }
    if at_once > 1 {
        words.push(format!("-P {at_once}"));
    }
    words.extend(executed(&template, has_inputs));
    let line = words.join(" ");
    Some(match &command.inputs {
        Inputs::Lines(file) | Inputs::Values(file) => format!("{line} < {}", quoted(file)),
        _ => format!("seq {times} | {line}"),
    })
}

/// The line with which make builds all inputs of this command by itself, so many at once. `None` if the command is not make
/// with a target.
pub fn of_make(command: &UserCommand, at_once: u32) -> Option<String> {
    let template = command.template().ok()?;
    let Inputs::Lines(file) = &command.inputs else {
        return None;
    };
    let program = String::from_utf8_lossy(file_name(template.program()?)).into_owned();
    let (_, options) = template.words().split_first()?;
    let options = match options.split_last() {
        Some((last, before)) if last == b"{}" => before,
        _ if template.has_places => return None,
        _ => options,
    };
    let takes_input = options.iter().any(|word| {
        let mut pieces = pieces(word);
        pieces.any(|piece| !matches!(piece, WordPiece::Text(_)))
    });
    let is_value = options
        .last()
        .is_some_and(|word| VALUED.contains(&word.as_slice()));
    if !MAKES.contains(&program.as_str()) || takes_input || is_value {
        return None;
    }
    let options = options
        .iter()
        .map(|word| quoted(&String::from_utf8_lossy(word)));
    let words: Vec<String> = [program, format!("-j{at_once}")]
        .into_iter()
        .chain(options)
        .collect();
    Some(format!(
        "xargs -d '\\n' {} < {}",
        words.join(" "),
        quoted(file)
    ))
}

/// The last options of `xargs`, and what it executes for an input.
fn executed(template: &Template, has_inputs: bool) -> Vec<String> {
    // Without inputs, the numbers that make it run again and again must not become arguments.
    let per_input = if has_inputs { "-n 1" } else { "-I{}" };
    if let Some(script) = template.script() {
        let script = match has_inputs && !template.has_places {
            true => format!("{script} \"${{1}}\""),
            false => script.into(),
        };
        return vec![
            per_input.into(),
            SHELL.into(),
            "-c".into(),
            quoted(&script),
            "sh".into(),
        ];
    }
    let texts = template
        .words()
        .iter()
        .map(|word| String::from_utf8_lossy(word));
    if !has_inputs || !template.has_places {
        let words = texts.map(|word| quoted(&word));
        return [per_input.to_string()].into_iter().chain(words).collect();
    }
    if has_own_places(template) {
        let words = texts.map(|word| match &*word {
            "{}" => word.into_owned(),
            _ => quoted(&word),
        });
        return ["-I{}".to_string()].into_iter().chain(words).collect();
    }
    let words: Vec<String> = template
        .words()
        .iter()
        .map(|word| in_script(word))
        .collect();
    let script = quoted(&format!("exec {}", words.join(" ")));
    vec!["-n 1".into(), "sh".into(), "-c".into(), script, "sh".into()]
}

/// Whether `xargs` itself fills all places: it knows no file names, and does not fill in the program.
fn has_own_places(template: &Template) -> bool {
    let mut parts = template.words().iter().flat_map(|word| pieces(word));
    template.program().is_some() && !parts.any(|piece| piece == WordPiece::FileName)
}

/// A word of a script whose first argument is the input.
fn in_script(word: &[u8]) -> String {
    let part = |piece| match piece {
        WordPiece::Text(text) => quoted_in_script(&String::from_utf8_lossy(text)),
        WordPiece::Input => "\"$1\"".into(),
        WordPiece::FileName => "\"${1##*/}\"".into(),
    };
    match word.is_empty() {
        true => "''".into(),
        false => pieces(word).map(part).collect(),
    }
}

/// A word within a script, which is in single quotes itself: in double ones if it can be.
fn quoted_in_script(word: &str) -> String {
    match is_plain(word) || word.contains(['"', '\'', '$', '`', '\\', '!']) {
        true => quoted(word),
        false => format!("\"{word}\""),
    }
}

/// Whether a shell reads a word as it is.
fn is_plain(word: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_-./:=,@%+".contains(c);
    !word.is_empty() && word.chars().all(is_plain)
}

/// A word as a shell reads it. A command has no NUL, which is all that cannot be quoted.
fn quoted(word: &str) -> String {
    if is_plain(word) {
        return word.into();
    }
    shlex::try_quote(word).map_or_else(|_| word.into(), |word| word.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(written: &str, shell: bool, inputs: Inputs, at_once: u32) -> String {
        let command = UserCommand {
            line: written.into(),
            shell,
            inputs,
            fingerprint: String::new(),
        };
        of(&command, at_once, 16).expect("it is a command")
    }

    #[test]
    fn targets_of_make_are_built_by_one_make_with_as_many_jobs() {
        let made = |written: &str, inputs| {
            let command = UserCommand {
                line: written.into(),
                shell: false,
                inputs,
                fingerprint: String::new(),
            };
            of_make(&command, 4)
        };
        let lines = || Inputs::Lines("targets.txt".into());
        for written in ["make -s {}", "make -s"] {
            assert_eq!(
                made(written, lines()).as_deref(),
                Some("xargs -d '\\n' make -j4 -s < targets.txt")
            );
        }
        for written in ["make -C {} all", "make -C {}", "gzip {}", "make {/}"] {
            assert_eq!(made(written, lines()), None, "{written}");
        }
        assert_eq!(made("make", Inputs::None), None);
    }

    #[test]
    fn the_line_does_what_was_measured_with_as_few_words_as_it_can() {
        let lines = || Inputs::Lines("my files.txt".into());
        for (written, shell, expected) in [
            (
                "gzip -k {}",
                false,
                "xargs -d '\\n' -P 4 -I{} gzip -k {} < 'my files.txt'",
            ),
            (
                "gzip -k",
                false,
                "xargs -d '\\n' -P 4 -n 1 gzip -k < 'my files.txt'",
            ),
            (
                "convert {} -resize 50% 'out dir/{/}'",
                false,
                "xargs -d '\\n' -P 4 -n 1 sh -c 'exec convert \"$1\" -resize 50% \"out dir/\"\"${1##*/}\"' sh < 'my files.txt'",
            ),
            (
                "wc -l {} | sort",
                true,
                "xargs -d '\\n' -P 4 -n 1 /bin/sh -c 'wc -l \"${1}\" | sort' sh < 'my files.txt'",
            ),
        ] {
            assert_eq!(line(written, shell, lines(), 4), expected);
        }
        assert_eq!(
            line("sleep 1", false, Inputs::None, 8),
            "seq 16 | xargs -P 8 -I{} sleep 1"
        );
        assert_eq!(
            line("gzip", false, lines(), 1),
            "xargs -d '\\n' -n 1 gzip < 'my files.txt'"
        );
    }
}
