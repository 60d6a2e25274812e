//! The meaning of a terminal's bytes and sequences: the tables of xterm, and what rxvt, the Linux console and kitty
//! write differently.

use crate::{tui::event::Input, ui::key::Key};

/// The key of a single ASCII byte.
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

/// The same with Alt, which makes no difference for these keys.
pub fn with_alt(byte: u8) -> Option<Key> {
    single(byte).filter(|key| [Key::Enter, Key::Tab, Key::Backspace].contains(key))
}

/// The key for the byte after Esc and O, or after Esc, [ and no number except 1.
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

/// The input for what follows Esc and [: the parameters, and the byte that ends them.
pub fn control(parameters: &[u8], last: u8) -> Option<Input> {
    let text = std::str::from_utf8(parameters).ok()?;
    match (text.strip_prefix('<'), last) {
        (Some(mouse), b'M') => mouse_in_numbers(mouse, 0),
        // A button was released.
        (Some(_), _) => None,
        (None, b'M') => mouse_in_numbers(text, 32),
        (None, _) => SequenceParameters::read(text)?.key(last).map(Input::Key),
    }
}

/// `number:shifted;modifiers:kind`, all of which may be absent.
struct SequenceParameters {
    number: Option<u32>,
    /// The character for the key with Shift, if the terminal reports it.
    shifted: Option<u32>,
    modifiers: u32,
}

impl SequenceParameters {
    /// `None` if the parameters are malformed, or if a key was released.
    fn read(text: &str) -> Option<SequenceParameters> {
        let mut fields = text.split(';');
        let (number, shifted) = pair(fields.next())?;
        let (modifiers, kind) = pair(fields.next())?;
        // A third field is the text of the key, which is not needed.
        (kind != Some(3)).then(|| SequenceParameters {
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

    /// A key that is reported by its number in Unicode, or in kitty's own range.
    fn reported(&self, number: u32) -> Option<Key> {
        match number {
            // The private range of Unicode, in which kitty numbers the keys that do not produce a character.
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
        // Some terminals report AltGr, which a German keyboard needs for `[`, as Control and Alt together.
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

/// `one:two` as numbers. An absent or empty number is `None`; anything else makes the pair invalid.
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

/// `button;column;row`; the button has `offset` added.
fn mouse_in_numbers(text: &str, offset: u16) -> Option<Input> {
    let numbers: Vec<u16> = text
        .split(';')
        .map(|number| number.parse().ok())
        .collect::<Option<_>>()?;
    mouse(numbers.try_into().ok()?, offset, 1)
}

/// The input for a button at a column and row, if it has a meaning. The button has `offset` added, and columns and rows
/// count from `first`.
pub fn mouse([button, column, row]: [u16; 3], offset: u16, first: u16) -> Option<Input> {
    /// Shift, Alt and Control, which make no difference for the mouse.
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
