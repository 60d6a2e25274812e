//! What the bytes and sequences of a terminal mean: the tables of xterm, with what rxvt, the console of Linux and kitty
//! write otherwise.

use crate::{tui::event::Input, ui::key::Key};

/// A key of one byte that is ASCII.
pub fn single(byte: u8) -> Option<Key> {
    Some(match byte {
        b'\r' => Key::Enter,
        b'\t' => Key::Tab,
        0x7f => Key::Backspace,
        0 => Key::Ctrl(' '),
        0x01..=0x1a => Key::Ctrl(char::from(byte - 1 + b'a')),
        0x1c..=0x1f => Key::Ctrl(char::from(byte - 0x1c + b'4')),
        b' '..=b'~' => Key::Char(char::from(byte)),
        _ => return None,
    })
}

/// The same with Alt, which only these keys do not mind.
pub fn with_alt(byte: u8) -> Option<Key> {
    single(byte).filter(|key| [Key::Enter, Key::Tab, Key::Backspace].contains(key))
}

/// What follows Esc and O, or Esc, [ and no number but 1.
pub fn cursor(last: u8) -> Option<Key> {
    Some(match last {
        b'A' => Key::Up,
        b'B' => Key::Down,
        b'C' => Key::Right,
        b'D' => Key::Left,
        b'F' => Key::End,
        b'H' => Key::Home,
        b'P' => Key::F1,
        _ => return None,
    })
}

/// What follows Esc and [: parameters, and the byte that ends them.
pub fn control(parameters: &[u8], last: u8) -> Option<Input> {
    let text = std::str::from_utf8(parameters).ok()?;
    match (text.strip_prefix('<'), last) {
        (Some(mouse), b'M') => mouse_in_numbers(mouse, 0),
        // A button was let go.
        (Some(_), _) => None,
        (None, b'M') => mouse_in_numbers(text, 32),
        (None, _) => Parameters::read(text)?.key(last).map(Input::Key),
    }
}

/// `number:shifted;modifiers:kind`, all of which may be absent.
struct Parameters {
    number: Option<u32>,
    /// What the key gives with Shift, where that is told.
    shifted: Option<u32>,
    modifiers: u32,
}

impl Parameters {
    /// `None` if that is not what they are, or if a key was let go.
    fn read(text: &str) -> Option<Parameters> {
        let mut fields = text.split(';');
        let (number, shifted) = pair(fields.next())?;
        let (modifiers, kind) = pair(fields.next())?;
        // A third one is what the key would write, which is not needed.
        (kind != Some(3)).then(|| Parameters {
            number,
            shifted,
            modifiers: modifiers.unwrap_or(1).saturating_sub(1),
        })
    }

    fn has(&self, modifier: u32) -> bool {
        self.modifiers & modifier != 0
    }

    fn key(&self, last: u8) -> Option<Key> {
        match (last, self.number) {
            (b'~', Some(number)) => numbered(number),
            (b'u', Some(number)) => self.reported(number),
            (b'Z', None | Some(1)) => Some(Key::BackTab),
            (_, None | Some(1)) => cursor(last),
            _ => None,
        }
    }

    /// A key that is told by its number in Unicode, or in kitty's own range.
    fn reported(&self, number: u32) -> Option<Key> {
        match number {
            // Unicode's private range, in which kitty numbers keys that give no character.
            57344..=63743 => of_kitty(number),
            27 => Some(Key::Esc),
            9 if self.has(SHIFT) => Some(Key::BackTab),
            9 | 13 | 127 => single(number as u8),
            _ => self.character(number),
        }
    }

    fn character(&self, number: u32) -> Option<Key> {
        let number = self.shifted.filter(|_| self.has(SHIFT)).unwrap_or(number);
        let c = char::from_u32(number).filter(|c| !c.is_control())?;
        // With AltGr, as on a German keyboard for `[`, some terminals report Control and Alt together.
        match (self.has(CONTROL), self.has(ALT)) {
            (true, false) => Some(Key::Ctrl(c.to_ascii_lowercase())),
            (false, true) => None,
            _ => Some(Key::Char(c)),
        }
    }
}

const SHIFT: u32 = 1;
const ALT: u32 = 2;
const CONTROL: u32 = 4;

/// `one:two` as numbers; what is absent or empty is no number, and anything else is no pair.
fn pair(field: Option<&str>) -> Option<(Option<u32>, Option<u32>)> {
    let mut numbers = field.unwrap_or_default().split(':');
    let mut next = || match numbers.next() {
        None | Some("") => Some(None),
        Some(number) => number.parse().ok().map(Some),
    };
    Some((next()?, next()?))
}

fn numbered(number: u32) -> Option<Key> {
    Some(match number {
        1 | 7 => Key::Home,
        3 => Key::Delete,
        4 | 8 => Key::End,
        5 => Key::PageUp,
        6 => Key::PageDown,
        11 => Key::F1,
        _ => return None,
    })
}

/// Kitty's numbers for the keys of the number pad.
fn of_kitty(number: u32) -> Option<Key> {
    const CHARACTERS: &[u8] = b"0123456789./*-+\r=,";
    const MOVES: [Key; 8] = [
        Key::Left,
        Key::Right,
        Key::Up,
        Key::Down,
        Key::PageUp,
        Key::PageDown,
        Key::Home,
        Key::End,
    ];
    match number {
        57399..=57416 => single(CHARACTERS[number as usize - 57399]),
        57417..=57424 => Some(MOVES[number as usize - 57417]),
        57426 => Some(Key::Delete),
        _ => None,
    }
}

/// `button;column;row`, the button written as `offset` more than it is.
fn mouse_in_numbers(text: &str, offset: u16) -> Option<Input> {
    let numbers: Vec<u16> = text
        .split(';')
        .map(|number| number.parse().ok())
        .collect::<Option<_>>()?;
    mouse(numbers.try_into().ok()?, offset, 1)
}

/// What a button did at a column and row, if it means something; the button is written as `offset` more than it is, and
/// places count from `first`.
pub fn mouse([button, column, row]: [u16; 3], offset: u16, first: u16) -> Option<Input> {
    /// Shift, Alt and Control, which the mouse does not mind.
    const MODIFIERS: u16 = 4 + 8 + 16;
    let (column, row) = (column.checked_sub(first)?, row.checked_sub(first)?);
    match button.checked_sub(offset)? & !MODIFIERS {
        0 => Some(Input::Clicked(column, row)),
        kind @ (64 | 65) => Some(Input::Wheel {
            up: kind == 64,
            at: (column, row),
        }),
        _ => None,
    }
}
