//! The ASCII replacement of each character: one table, for screens and for printed text.
//!
//! Each character is replaced by one character, so that columns stay aligned. Blocks become a ramp of growing ink, `_ o
//! % & #`. Of the marks of the phases, the ramp shares only the full block of computing.

/// Replaces characters that are not in the table.
const UNKNOWN: char = '?';

/// The ASCII character that replaces `c`. An ASCII character replaces itself.
pub const fn stand_in(c: char) -> char {
    match c {
        '\0'..='\x7f' => c,
        // Ink: nine fills of a cell, from below and from the left.
        '▁' | '▂' | '▏' | '▎' => '_',
        '▃' | '▄' | '▍' | '▌' | '▖' | '▗' => 'o',
        '▅' | '▆' | '▋' | '▊' => '%',
        '▇' | '▉' => '&',
        '█' | '▙' | '▛' | '▜' | '▟' | '▐' => '#',
        '▀' | '▘' | '▝' => '"',
        '▚' | '▞' => '%',
        // The share of a core that other processes use.
        '░' | '▒' => '/',
        // Bars of models, if there are more models than fills.
        '▓' => '$',
        '▤' => 'E',
        '▥' => 'M',
        '▦' => 'W',
        // The marks of the waiting phases, and of having no task.
        '┊' => ':',
        '╳' => 'x',
        '»' => '>',
        '─' | '▔' | '–' | '—' | '−' | '‐' | '╴' | '╶' => '-',
        '≡' | '━' | '═' => '=',
        '╌' | '┄' => ',',
        '·' | '…' | '•' => '.',
        // Several workers took turns.
        '≈' => '~',
        // Borders.
        '╭' | '╮' | '╰' | '╯' | '┌' | '┐' | '└' | '┘' | '├' | '┤' | '┬' | '┴' | '┼' | '┏' | '┓'
        | '┗' | '┛' | '╔' | '╗' | '╚' | '╝' | '╬' => '+',
        '│' | '╎' | '┆' => '|',
        '┃' | '║' => 'H',
        // Ticks, signs and arrows.
        '╵' | '╷' | '’' | '‘' => '\'',
        '“' | '”' => '"',
        '▸' | '►' | '▶' | '›' | '→' | '≥' => '>',
        '◂' | '◄' | '◀' | '‹' | '←' | '≤' => '<',
        '↑' | '▲' | '△' => '^',
        '↓' | '▼' | '▽' => 'v',
        '↔' | '↕' => '|',
        '●' | '◆' | '■' => '@',
        '○' | '◇' | '□' => 'o',
        '★' | '☆' => '*',
        '✓' | '✔' => 'v',
        '×' => 'x',
        '≠' => '/',
        // A failed task. It differs from the mark of waiting for the lock.
        '✗' | '✘' => '!',
        // The micro sign and the Greek letter.
        '\u{b5}' | '\u{3bc}' => 'u',
        '°' => 'o',
        '±' => '~',
        '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{2800}' => ' ',
        '\u{2801}'..='\u{28ff}' => '*',
        _ => UNKNOWN,
    }
}

/// `text` in ASCII, with the same number of characters.
pub fn transcribed(text: &str) -> String {
    text.chars().map(stand_in).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn text_stays_readable_and_as_long_as_it_was() {
        assert_eq!(
            transcribed("2.0× · 10\u{202f}000 µs … ≥"),
            "2.0x . 10 000 us . >"
        );
    }

    #[test]
    fn ink_never_gets_less_along_the_fills_and_full_ink_is_a_fill_of_its_own() {
        let ramp = " _o%&#";
        for fills in ["▁▂▃▄▅▆▇█", "▏▎▍▌▋▊▉█"] {
            let places: Vec<usize> = fills
                .chars()
                .map(|fill| ramp.find(stand_in(fill)).expect("of the ramp"))
                .collect();
            assert!(places.is_sorted(), "{fills}");
            assert_eq!(
                fills.chars().filter(|fill| stand_in(*fill) == '#').count(),
                1
            );
        }
    }

    proptest! {
        #[test]
        fn any_text_becomes_ascii_and_ascii_stays(c in any::<char>(), text in "\\PC*") {
            prop_assert!(stand_in(c).is_ascii());
            prop_assert!(!c.is_ascii() || stand_in(c) == c);
            prop_assert_eq!(transcribed(&text).chars().count(), text.chars().count());
        }
    }
}
