use proptest::prelude::*;

use super::*;

fn arguments(line: &str, input: &str) -> Vec<String> {
    let template = Template::parsed(line, false).expect("it is a command");
    let arguments = template.arguments(Some(input.as_bytes()));
    let text = |argument| String::from_utf8(argument).expect("it is text");
    arguments.into_iter().map(text).collect()
}

#[test]
fn an_input_takes_its_places_and_is_the_last_argument_if_there_is_none() {
    for (line, expected) in [
        (
            "convert {} out/{/}",
            vec!["convert", "a b/c d.png", "out/c d.png"],
        ),
        ("gzip -k", vec!["gzip", "-k", "a b/c d.png"]),
        (
            "cp '{}' \"{}.old\"",
            vec!["cp", "a b/c d.png", "a b/c d.png.old"],
        ),
        ("echo {/}{}", vec!["echo", "c d.pnga b/c d.png"]),
        ("awk '{print}' {}", vec!["awk", "{print}", "a b/c d.png"]),
        ("echo {.}", vec!["echo", "{.}", "a b/c d.png"]),
    ] {
        assert_eq!(arguments(line, "a b/c d.png"), expected, "{line}");
    }
    let alone = Template::parsed("make -B", false).expect("it is a command");
    assert_eq!(alone.arguments(None), [b"make".to_vec(), b"-B".to_vec()]);
}

#[test]
fn what_cannot_be_a_command_is_refused_with_one_sentence() {
    for (line, named) in [
        ("", "empty"),
        ("  ", "empty"),
        ("''", "empty"),
        ("# only a comment", "empty"),
        ("echo 'a", "quotes"),
        ("echo \"a", "quotes"),
        ("echo \\", "quotes"),
        ("echo \0", "NUL"),
    ] {
        for shell in [false, true] {
            let refused = Template::parsed(line, shell).expect_err(line);
            assert!(refused.contains(named), "{line}: {refused}");
        }
    }
}

#[test]
fn a_place_without_inputs_is_refused() {
    let command = |line: &str| UserCommand {
        line: line.into(),
        shell: false,
        inputs: Inputs::None,
        fingerprint: String::new(),
    };
    assert!(
        command("gzip {}")
            .template()
            .is_err_and(|why| why.contains("--inputs"))
    );
    assert!(command("true").template().is_ok());
    assert_eq!(command("/usr/bin/convert a").name(), "convert");
}

#[test]
fn in_a_script_a_place_is_a_variable_whatever_quotes_are_around_it() {
    for (line, expected) in [
        ("cat {} | wc", "cat \"${1}\" | wc"),
        ("echo \"is {}\"", "echo \"is ${1}\""),
        ("sed 's:x:{/}:'", "sed 's:x:'\"${1##*/}\"':'"),
        ("echo \\\"{}", "echo \\\"\"${1}\""),
    ] {
        assert_eq!(script(line).as_deref(), Some(expected));
    }
}

/// Any bytes that a line of a file can have and an argument can contain.
fn input() -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec(
        any::<u8>().prop_filter("no line", |byte| !matches!(byte, 0 | b'\n')),
        0..40,
    )
}

proptest! {
    #[test]
    fn a_command_receives_an_input_as_it_is(input in input()) {
        let template = Template::parsed("a {} b{/}c", false).expect("it is a command");
        let got = template.arguments(Some(&input));
        prop_assert_eq!(&got[1], &input);
        let name = [b"b", file_name(&input), b"c"].concat();
        prop_assert_eq!(&got[2], &name);
    }

    #[test]
    fn the_pieces_of_a_word_are_the_word(word in proptest::collection::vec(prop_oneof![Just(b'{'), Just(b'/'), Just(b'}'), any::<u8>()], 0..20)) {
        let bytes = |piece| match piece {
            WordPiece::Text(text) => text.to_vec(),
            WordPiece::Input => INPUT.to_vec(),
            WordPiece::FileName => FILE_NAME.to_vec(),
        };
        let whole: Vec<u8> = pieces(&word).flat_map(bytes).collect();
        prop_assert_eq!(whole, word);
    }

    #[test]
    fn any_line_is_a_command_or_is_refused(line in ".{0,40}", shell: bool) {
        let _ = Template::parsed(&line, shell).map(|template| template.arguments(Some(b"x")));
    }
}
