//! The line to paste: runs a command for all its inputs, as many at once as is advised.

use crate::domain::{
    command::{SHELL, Template, UserCommand, WordPiece, pieces},
    function::Inputs,
};

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
