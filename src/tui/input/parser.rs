//! Turns bytes from the terminal into keys, clicks and pasted text, one byte at a time.
//!
//! The end of a sequence is decided by the grammar of ECMA-48 alone, whatever the sequence means. So an unknown
//! sequence is read to its end and dropped, and none of its bytes is taken for a key. A sequence that does not end is
//! given up if nothing more arrives for a short while: see [`Parser::patience`].

use super::sequences;
use crate::{domain::time::Nanos, tui::event::Input, ui::key::Key};

/// The time limit for the rest of a sequence, in nanoseconds. The bytes of a key arrive together, or nearly so over a
/// network. A user who presses Esc waits this long.
const PATIENCE: Nanos = 50_000_000;
/// The maximum number of parameter bytes. A longer sequence is ignored, whatever follows.
const PARAMETERS_MAX: usize = 65;
/// The maximum length of a paste, in bytes: more than any field accepts. The rest is dropped.
const PASTE_MAX: usize = 64 << 10;
/// The end of a paste.
const PASTE_END: &[u8] = b"\x1b[201~";

const ESC: u8 = 0x1b;
const BELL: u8 = 0x07;
const CTRL_C: u8 = 0x03;

/// Reads bytes, and remembers an unfinished sequence.
#[derive(Debug, Default)]
pub struct Parser {
    state: ParserState,
    /// The text of a paste that stalls: a network may do that within a long text, so the rest may still arrive.
    stalled: Option<Vec<u8>>,
}

#[derive(Debug, Default)]
enum ParserState {
    /// No sequence is unfinished.
    #[default]
    Ground,
    /// Esc: the key, or the first byte of a sequence.
    Escape,
    /// The first bytes of a character, and whether it was pressed with Alt.
    Character { bytes: Vec<u8>, alt: bool },
    /// Esc and O, the start of some keys.
    SingleShift,
    /// Esc and [, and these parameters.
    Control(Vec<u8>),
    /// Esc, [ and M, and up to three bytes that describe a mouse event.
    Mouse(Vec<u8>),
    /// An answer of the terminal that was not requested.
    Answer,
    /// Pasted text, including what has arrived of the end marker.
    Paste(Vec<u8>),
}

impl Parser {
    /// Reads one byte. Returns the input that it completes.
    pub fn read(&mut self, byte: u8) -> Option<Input> {
        match std::mem::take(&mut self.state) {
            ParserState::Paste(text) => self.pasted(text, byte),
            // This key works whatever came before it.
            _ if byte == CTRL_C => Some(Input::Key(Key::Ctrl('c'))),
            ParserState::Escape => self.after_escape(byte),
            // A new sequence replaces an unfinished one.
            _ if byte == ESC => self.wait_in(ParserState::Escape),
            ParserState::Ground => self.begin(byte),
            ParserState::Character { bytes, alt } => self.character(bytes, byte, alt),
            ParserState::SingleShift => self.single_shift(byte),
            ParserState::Control(parameters) => self.control(parameters, byte),
            ParserState::Mouse(bytes) => self.mouse(bytes, byte),
            ParserState::Answer => match byte {
                BELL => None,
                _ => self.wait_in(ParserState::Answer),
            },
        }
    }

    /// Reads bytes that arrived together. A paste arrives in blocks, so a Ctrl-C that arrives alone was pressed: it
    /// finishes a paste that has no end, however soon the user presses it again.
    pub fn read_block(&mut self, bytes: &[u8]) -> Vec<Input> {
        if !bytes.is_empty() && bytes.iter().all(|byte| *byte == CTRL_C) {
            *self = Parser::default();
        }
        if let Some(text) = self.stalled.take().filter(|_| !is_key(bytes)) {
            self.state = ParserState::Paste(text);
        }
        bytes.iter().filter_map(|byte| self.read(*byte)).collect()
    }

    /// How long to wait for the rest of an unfinished sequence, in nanoseconds; `None` if there is none.
    pub fn patience(&self) -> Option<Nanos> {
        let is_complete = matches!(self.state, ParserState::Ground);
        (!is_complete).then_some(PATIENCE)
    }

    /// Gives up waiting for the rest of a sequence. A lone Esc byte becomes the Esc key, and a Ctrl-C at the end of a paste
    /// was pressed; anything else is dropped. A paste goes on if more of its text arrives before the next key.
    pub fn give_up(&mut self) -> Option<Input> {
        match std::mem::take(&mut self.state) {
            ParserState::Escape => Some(Input::Key(Key::Esc)),
            ParserState::Paste(text) if text.ends_with(&[CTRL_C]) => {
                Some(Input::Key(Key::Ctrl('c')))
            }
            ParserState::Paste(text) => {
                self.stalled = Some(text);
                None
            }
            _ => None,
        }
    }

    fn wait_in(&mut self, state: ParserState) -> Option<Input> {
        self.state = state;
        None
    }

    fn begin(&mut self, byte: u8) -> Option<Input> {
        match byte {
            0x80.. => self.character(vec![], byte, false),
            _ => sequences::single(byte).map(Input::Key),
        }
    }

    fn after_escape(&mut self, byte: u8) -> Option<Input> {
        match byte {
            ESC => {
                self.state = ParserState::Escape;
                Some(Input::Key(Key::Esc))
            }
            b'[' => self.wait_in(ParserState::Control(vec![])),
            b'O' => self.wait_in(ParserState::SingleShift),
            b'P' | b'X' | b']' | b'^' | b'_' => self.wait_in(ParserState::Answer),
            0x80.. => self.character(vec![], byte, true),
            _ => sequences::with_alt(byte).map(Input::Key),
        }
    }

    fn character(&mut self, mut bytes: Vec<u8>, byte: u8, alt: bool) -> Option<Input> {
        bytes.push(byte);
        match std::str::from_utf8(&bytes) {
            Ok(text) => text
                .chars()
                .next()
                .filter(|c| !alt && !c.is_control())
                .map(|c| Input::Key(Key::Char(c))),
            Err(error) if error.error_len().is_none() => {
                self.wait_in(ParserState::Character { bytes, alt })
            }
            // Not UTF-8. If only this byte does not fit, it starts something new.
            Err(_) if bytes.len() > 1 => self.begin(byte),
            Err(_) => None,
        }
    }

    fn single_shift(&mut self, byte: u8) -> Option<Input> {
        match byte {
            b'0'..=b';' => self.wait_in(ParserState::SingleShift),
            _ => sequences::cursor(byte).map(Input::Key),
        }
    }

    fn control(&mut self, mut parameters: Vec<u8>, byte: u8) -> Option<Input> {
        match (&parameters[..], byte) {
            // The Linux console uses this for its function keys.
            ([], b'[') => self.wait_in(ParserState::Control(vec![byte])),
            ([], b'M') => self.wait_in(ParserState::Mouse(vec![])),
            (b"200", b'~') => self.wait_in(ParserState::Paste(vec![])),
            ([b'[', ..], _) => (byte == b'A').then_some(Input::Key(Key::F1)),
            (_, b' '..=b'?') => {
                if parameters.len() < PARAMETERS_MAX {
                    parameters.push(byte);
                }
                self.wait_in(ParserState::Control(parameters))
            }
            (_, b'@'..=b'~') if parameters.len() < PARAMETERS_MAX => {
                sequences::control(&parameters, byte)
            }
            // This byte cannot be part of a sequence, so the sequence is invalid.
            _ => None,
        }
    }

    fn mouse(&mut self, mut bytes: Vec<u8>, byte: u8) -> Option<Input> {
        bytes.push(byte);
        match bytes[..] {
            // Each number is sent as one character: 0 is the space.
            [button, column, row] => {
                let numbers = [button, column, row].map(u16::from);
                sequences::mouse(numbers, b' '.into(), u16::from(b' ') + 1)
            }
            _ => self.wait_in(ParserState::Mouse(bytes)),
        }
    }

    fn pasted(&mut self, mut text: Vec<u8>, byte: u8) -> Option<Input> {
        text.push(byte);
        if let Some(pasted) = text.strip_suffix(PASTE_END) {
            let kept = &pasted[..pasted.len().min(PASTE_MAX)];
            return Some(Input::Pasted(String::from_utf8_lossy(kept).into_owned()));
        }
        if text.len() > 2 * PASTE_MAX {
            // After the kept text, only bytes that may be the start of the end marker matter.
            text.drain(PASTE_MAX..text.len() - PASTE_END.len());
        }
        self.wait_in(ParserState::Paste(text))
    }
}

/// Whether bytes that arrived together after a silence are a key, and not more of a pasted text: a single byte, or a
/// sequence that does not end the paste.
fn is_key(bytes: &[u8]) -> bool {
    matches!(bytes, [_] | [ESC, ..]) && !bytes.starts_with(PASTE_END)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand::{Rng, SeedableRng};
    use rand_pcg::Pcg64;

    use super::*;

    fn read(parser: &mut Parser, bytes: &[u8]) -> Vec<Input> {
        bytes.iter().filter_map(|byte| parser.read(*byte)).collect()
    }

    /// The input from these bytes if nothing follows them.
    fn inputs(bytes: &[u8]) -> Vec<Input> {
        let mut parser = Parser::default();
        let mut inputs = read(&mut parser, bytes);
        inputs.extend(parser.give_up());
        inputs
    }

    fn keys(bytes: &str) -> Vec<Key> {
        let key = |input| match input {
            Input::Key(key) => key,
            other => panic!("{other:?} is no key"),
        };
        inputs(bytes.as_bytes()).into_iter().map(key).collect()
    }

    #[test]
    fn characters_and_control_keys_are_recognised() {
        use Key::{Backspace, Char, Ctrl, Enter, Esc, Tab};
        for (bytes, key) in [
            ("q", Char('q')),
            ("R", Char('R')),
            (" ", Char(' ')),
            ("ü", Char('ü')),
            ("€", Char('€')),
            ("😀", Char('😀')),
            ("\r", Enter),
            ("\t", Tab),
            ("\u{7f}", Backspace),
            ("\u{1b}", Esc),
            ("\u{3}", Ctrl('c')),
            ("\n", Ctrl('j')),
            ("\u{8}", Ctrl('h')),
            ("\u{1a}", Ctrl('z')),
            ("\u{1c}", Ctrl('4')),
            ("\u{0}", Ctrl(' ')),
        ] {
            assert_eq!(keys(bytes), [key], "{bytes:?}");
        }
        assert_eq!(keys("\u{1b}\u{1b}"), [Esc, Esc]);
        assert_eq!(
            keys("aü\u{1b}[Bq"),
            [Char('a'), Char('ü'), Key::Down, Char('q')]
        );
    }

    #[test]
    fn keys_that_are_sequences_are_understood_however_a_terminal_writes_them() {
        use Key::{BackTab, Delete, Down, End, F1, Home, Left, PageDown, PageUp, Right, Up};
        for (all, key) in [
            (
                &["\u{1b}[A", "\u{1b}OA", "\u{1b}[1;5A", "\u{1b}[1;1:2A"][..],
                Up,
            ),
            (&["\u{1b}[B", "\u{1b}OB", "\u{1b}[1;2B"], Down),
            (&["\u{1b}[C", "\u{1b}OC"], Right),
            (&["\u{1b}[D", "\u{1b}OD"], Left),
            (&["\u{1b}[H", "\u{1b}OH", "\u{1b}[1~", "\u{1b}[7~"], Home),
            (&["\u{1b}[F", "\u{1b}OF", "\u{1b}[4~", "\u{1b}[8~"], End),
            (&["\u{1b}[3~", "\u{1b}[3;5~"], Delete),
            (&["\u{1b}[5~"], PageUp),
            (&["\u{1b}[6~", "\u{1b}[6;2~"], PageDown),
            (&["\u{1b}[Z", "\u{1b}[1;2Z"], BackTab),
            (
                &[
                    "\u{1b}OP",
                    "\u{1b}[P",
                    "\u{1b}[11~",
                    "\u{1b}[[A",
                    "\u{1b}[1;2P",
                ],
                F1,
            ),
        ] {
            for bytes in all {
                assert_eq!(keys(bytes), [key], "{bytes:?}");
            }
        }
    }

    #[test]
    fn keys_that_are_reported_by_number_are_understood() {
        for (bytes, key) in [
            ("\u{1b}[113u", Key::Char('q')),
            ("\u{1b}[99;5u", Key::Ctrl('c')),
            ("\u{1b}[67;6u", Key::Ctrl('c')),
            ("\u{1b}[114:82;2u", Key::Char('R')),
            ("\u{1b}[91;7u", Key::Char('[')),
            ("\u{1b}[27u", Key::Esc),
            ("\u{1b}[13u", Key::Enter),
            ("\u{1b}[9;2u", Key::BackTab),
            ("\u{1b}[127u", Key::Backspace),
            ("\u{1b}[57414u", Key::Enter),
            ("\u{1b}[57401u", Key::Char('2')),
            ("\u{1b}[57420u", Key::Down),
            ("\u{1b}[106;1:2u", Key::Char('j')),
        ] {
            assert_eq!(keys(bytes), [key], "{bytes:?}");
        }
    }

    #[test]
    fn the_mouse_clicks_and_scrolls_and_a_released_button_has_no_meaning() {
        let wheel = |up| Input::Wheel { up, at: (4, 6) };
        for (bytes, input) in [
            (&b"\x1b[<0;5;7M"[..], Some(Input::Clicked(4, 6))),
            (b"\x1b[<0;5;7m", None),
            (b"\x1b[<4;5;7M", Some(Input::Clicked(4, 6))),
            (b"\x1b[<2;5;7M", None),
            (b"\x1b[<32;5;7M", None),
            (b"\x1b[<64;5;7M", Some(wheel(true))),
            (b"\x1b[<65;5;7M", Some(wheel(false))),
            (b"\x1b[<0;300;7M", Some(Input::Clicked(299, 6))),
            (b"\x1b[<0;0;7M", None),
            (b"\x1b[<0;99999;7M", None),
            (b"\x1b[M %'", Some(Input::Clicked(4, 6))),
            (b"\x1b[M \xff\xff", Some(Input::Clicked(222, 222))),
            (b"\x1b[M`%'", Some(wheel(true))),
            (b"\x1b[32;5;7M", Some(Input::Clicked(4, 6))),
        ] {
            assert_eq!(inputs(bytes), Vec::from_iter(input), "{bytes:?}");
        }
    }

    #[test]
    fn sequences_without_a_meaning_are_dropped_completely() {
        for bytes in [
            "\u{1b}q",
            "\u{1b}ü",
            "\u{1b}[q",
            "\u{1b}[?1;2c",
            "\u{1b}[>0;276;0c",
            "\u{1b}[5;7R",
            "\u{1b}[I",
            "\u{1b}[200;1~",
            "\u{1b}[201~",
            "\u{1b}[1;1:3A",
            "\u{1b}[113;1:3u",
            "\u{1b}[%1A",
            "\u{1b}[1;5r",
            "\u{1b}Ox",
            "\u{1b}O5q",
            "\u{1b}]11;rgb:0000/0000/0000\u{7}",
            "\u{1b}]11;rgb:0000/0000/0000\u{1b}\\",
            "\u{1b}P1$r0m\u{1b}\\",
            "\u{1b}[1;2;3;4;5;6;7;8;9;10;11;12;13;14;15;16;17;18;19;20;21;22;23;24;25;26;27q",
        ] {
            assert_eq!(inputs(bytes.as_bytes()), [], "{bytes:?}");
        }
        assert_eq!(inputs(b"\xff\xc3"), []);
        assert_eq!(inputs(b"\xc3q"), [Input::Key(Key::Char('q'))]);
    }

    #[test]
    fn unfinished_sequences_are_waited_for_and_given_up_without_a_trace() {
        for bytes in [
            &b"\x1b[<"[..],
            b"\x1b[",
            b"\x1bO",
            b"\x1b[?1",
            b"\x1b[200~abc",
            b"\x1b]1",
            b"\xc3",
            b"\x1b[M ",
        ] {
            let mut parser = Parser::default();
            assert_eq!(read(&mut parser, bytes), [], "{bytes:?}");
            assert!(parser.patience().is_some(), "{bytes:?}");
            assert_eq!(parser.give_up(), None, "{bytes:?}");
            assert_eq!(parser.patience(), None, "{bytes:?}");
            assert_eq!(
                read(&mut parser, b"q"),
                [Input::Key(Key::Char('q'))],
                "{bytes:?}"
            );
        }
    }

    #[test]
    fn ctrl_c_works_at_once_in_the_middle_of_any_key() {
        for bytes in [
            &b"\x1b"[..],
            b"\x1b[<",
            b"\x1b[",
            b"\x1bO",
            b"\x1b[?1",
            b"\x1b]1",
            b"\xc3",
            b"\x1b[M ",
        ] {
            let mut parser = Parser::default();
            read(&mut parser, bytes);
            assert_eq!(
                parser.read(CTRL_C),
                Some(Input::Key(Key::Ctrl('c'))),
                "{bytes:?}"
            );
            assert_eq!(parser.patience(), None, "{bytes:?}");
        }
    }

    #[test]
    fn ctrl_c_that_arrives_alone_ends_a_paste_and_one_within_a_block_of_it_is_text() {
        let mut parser = Parser::default();
        assert_eq!(parser.read_block(b"\x1b[200~abc"), []);
        assert_eq!(parser.read_block(b"d\x03e"), []);
        assert_eq!(parser.read_block(b"\x03"), [Input::Key(Key::Ctrl('c'))]);
        assert_eq!(parser.read_block(b"q"), [Input::Key(Key::Char('q'))]);
    }

    #[test]
    fn a_paste_that_stalls_goes_on_unless_a_key_arrives_and_its_text_never_acts_as_keys() {
        let stalled = || {
            let mut parser = Parser::default();
            for block in [&b"\x1b[200~hello"[..], b" world\rwrq"] {
                assert_eq!(parser.read_block(block), []);
                assert_eq!(parser.give_up(), None);
                assert_eq!(parser.patience(), None);
            }
            parser
        };
        let q = || Input::Key(Key::Char('q'));
        assert_eq!(stalled().read_block(b"q"), [q()]);
        assert_eq!(stalled().read_block(b"\x1b[B"), [Input::Key(Key::Down)]);
        let whole = |text: &str| Input::Pasted(format!("hello world\rwrq{text}"));
        assert_eq!(
            stalled().read_block(b"more\x1b[201~q"),
            [whole("more"), q()]
        );
        assert_eq!(stalled().read_block(PASTE_END), [whole("")]);
        assert_eq!(stalled().read_block(b"\x03"), [Input::Key(Key::Ctrl('c'))]);
        let mut parser = stalled();
        assert_eq!(parser.read_block(b"q"), [q()]);
        assert_eq!(parser.read_block(b"qq"), [q(), q()]);
    }

    #[test]
    fn ctrl_c_leaves_however_often_it_is_pressed_and_whatever_was_typed_before_it() {
        let ctrl_c = || Input::Key(Key::Ctrl('c'));
        let pasting = || {
            let mut parser = Parser::default();
            assert_eq!(parser.read_block(b"\x1b[200~abc"), []);
            parser
        };
        assert_eq!(pasting().read_block(b"\x03\x03"), [ctrl_c(), ctrl_c()]);
        for stalls in [false, true] {
            let mut parser = pasting();
            if stalls {
                parser.give_up();
            }
            assert_eq!(parser.read_block(b"qq\x03"), []);
            assert_eq!(parser.give_up(), Some(ctrl_c()));
            assert_eq!(parser.read_block(b"qq").len(), 2, "the paste is over");
        }
    }

    /// A million inputs of random bytes, many of which occur in sequences, in blocks as a terminal delivers them. A debug
    /// build needs some seconds for them.
    #[test]
    fn after_a_million_inputs_and_a_silence_ctrl_c_is_understood() {
        const PIECES: [&[u8]; 12] = [
            b"\x1b",
            b"\x1b[",
            b"\x1b[<",
            b"\x1bO",
            b"\x1b[M",
            b"\x1b[200~",
            b"\x1b[201~",
            b"\x1b]0;",
            b"0;7",
            b"u",
            b"~",
            b"\xc3",
        ];
        let mut random = Pcg64::seed_from_u64(26);
        let mut parser = Parser::default();
        for _ in 0..1_000_000 {
            let mut block = vec![];
            for _ in 0..=random.next_u32() % 8 {
                let number = random.next_u32() as usize;
                match PIECES.get(number % 24) {
                    Some(piece) => block.extend_from_slice(piece),
                    None => block.push((number >> 8) as u8),
                }
            }
            parser.read_block(&block);
            if random.next_u32() % 4 == 0 {
                parser.give_up();
                assert_eq!(parser.patience(), None);
                assert_eq!(parser.read_block(&[CTRL_C]), [Input::Key(Key::Ctrl('c'))]);
            }
        }
    }

    #[test]
    fn a_paste_is_text_and_of_a_longer_one_the_start_is_kept() {
        let pasted = |text: &str| inputs(format!("\u{1b}[200~{text}\u{1b}[201~").as_bytes());
        for text in [
            "",
            "hello wörld\r",
            "\u{3}\u{1b}q",
            "\u{1b}[20\u{1b}[20",
            "\u{1b}[A\u{1b}",
        ] {
            assert_eq!(pasted(text), [Input::Pasted(text.into())]);
        }
        let long = "x".repeat(PASTE_MAX + 10);
        assert_eq!(pasted(&long), [Input::Pasted(long[..PASTE_MAX].into())]);
    }

    /// Random bytes, many of which occur in sequences.
    fn bytes() -> impl Strategy<Value = Vec<u8>> {
        let piece = prop_oneof![
            any::<u8>().prop_map(|byte| vec![byte]),
            proptest::sample::select(vec![
                &b"\x1b"[..],
                b"\x1b[",
                b"\x1b[<",
                b"\x1bO",
                b"\x1b[M",
                b"\x1b[200~",
                b"\x1b[201~",
                b"0;7",
                b"u",
                b"~",
                b"\xc3",
            ])
            .prop_map(<[u8]>::to_vec),
        ];
        proptest::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn after_any_bytes_and_a_silence_ctrl_c_arrives(bytes in bytes()) {
            let mut parser = Parser::default();
            read(&mut parser, &bytes);
            parser.give_up();
            prop_assert_eq!(parser.patience(), None);
            prop_assert_eq!(read(&mut parser, &[CTRL_C]), [Input::Key(Key::Ctrl('c'))]);
        }

        #[test]
        fn pasted_text_is_never_a_key(before in bytes(), text in bytes()) {
            let end = PASTE_END.len();
            prop_assume!(!text.windows(end).any(|window| window == PASTE_END));
            let mut parser = Parser::default();
            read(&mut parser, &before);
            parser.give_up();
            let all = [b"\x1b[200~", &text[..], PASTE_END].concat();
            prop_assert_eq!(read(&mut parser, &all), [Input::Pasted(String::from_utf8_lossy(&text).into_owned())]);
        }

        #[test]
        fn no_key_is_a_control_character(bytes in bytes()) {
            let is_control = |input: &Input| matches!(input, Input::Key(Key::Char(c)) if c.is_control());
            prop_assert!(!inputs(&bytes).iter().any(is_control));
        }

        #[test]
        fn a_sequence_with_unknown_parameters_is_never_a_character(parameters in "[0-9;:<=>? !-/]{0,80}", last in "[@-LN-Za-tv-~]") {
            let inputs = inputs(format!("\u{1b}[{parameters}{last}").as_bytes());
            prop_assert!(!inputs.iter().any(|input| matches!(input, Input::Key(Key::Char(_)))), "{inputs:?}");
        }
    }
}
