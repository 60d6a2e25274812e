//! What the bytes and sequences of a terminal mean: the tables of xterm, with what rxvt, the console of Linux and kitty
//! write otherwise.

use crate::app::key::Key;
use crate::tui::event::Input;

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

/// What follows Esc and O.
pub fn single_shift(last: u8) -> Option<Key> {
    match last {
        b'P' => Some(Key::F1),
        _ => cursor(last),
    }
}

/// What follows Esc, [ and [.
pub fn linux_console(last: u8) -> Option<Key> {
    (last == b'A').then_some(Key::F1)
}

fn cursor(last: u8) -> Option<Key> {
    Some(match last {
        b'A' => Key::Up,
        b'B' => Key::Down,
        b'C' => Key::Right,
        b'D' => Key::Left,
        b'F' => Key::End,
        b'H' => Key::Home,
        _ => return None,
    })
}

/// What follows Esc and [: parameters, and the byte that ends them.
pub fn control(parameters: &[u8], last: u8) -> Option<Input> {
    let text = std::str::from_utf8(parameters).ok()?;
    if let Some(mouse) = text.strip_prefix('<') {
        // Ended by `m`, a button was let go.
        return if last == b'M' {
            mouse_in_numbers(mouse, 0)
        } else {
            None
        };
    }
    if last == b'M' {
        return mouse_in_numbers(text, 32);
    }
    let parameters = Parameters::read(text)?;
    if parameters.is_release() {
        return None;
    }
    parameters.key(last).map(Input::Key)
}

/// `number:shifted;modifiers:kind`, all of which may be absent.
struct Parameters {
    number: Option<u32>,
    /// What the key gives with Shift, where that is told.
    shifted: Option<u32>,
    modifiers: u32,
    kind: Option<u32>,
}

impl Parameters {
    /// `None` if that is not what they are.
    fn read(text: &str) -> Option<Parameters> {
        let mut fields = text.split(';');
        let (number, shifted) = pair(fields.next())?;
        let (modifiers, kind) = pair(fields.next())?;
        // A third one is what the key would write, which is not needed.
        Some(Parameters {
            number,
            shifted,
            modifiers: modifiers.unwrap_or(1).saturating_sub(1),
            kind,
        })
    }

    fn is_release(&self) -> bool {
        self.kind == Some(3)
    }

    fn has(&self, modifier: u32) -> bool {
        self.modifiers & modifier != 0
    }

    fn key(&self, last: u8) -> Option<Key> {
        match (last, self.number) {
            (b'~', Some(number)) => numbered(number),
            (b'u', Some(number)) => self.reported(number),
            (b'P', None | Some(1)) => Some(Key::F1),
            (b'Z', None | Some(1)) => Some(Key::BackTab),
            (_, None | Some(1)) => cursor(last),
            _ => None,
        }
    }

    /// A key that is told by its number in Unicode, or in kitty's own range.
    fn reported(&self, number: u32) -> Option<Key> {
        match number {
            KITTY_FIRST..=KITTY_LAST => of_kitty(number),
            27 => Some(Key::Esc),
            13 => Some(Key::Enter),
            9 if self.has(SHIFT) => Some(Key::BackTab),
            9 => Some(Key::Tab),
            127 => Some(Key::Backspace),
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

/// Unicode's private range, in which kitty numbers keys that give no character.
const KITTY_FIRST: u32 = 57344;
const KITTY_LAST: u32 = 63743;

/// Kitty's numbers for the keys of the number pad.
fn of_kitty(number: u32) -> Option<Key> {
    const CHARACTERS: [char; 15] = [
        '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '.', '/', '*', '-', '+',
    ];
    Some(match number {
        57399..=57413 => Key::Char(CHARACTERS[number as usize - 57399]),
        57414 => Key::Enter,
        57415 => Key::Char('='),
        57416 => Key::Char(','),
        57417 => Key::Left,
        57418 => Key::Right,
        57419 => Key::Up,
        57420 => Key::Down,
        57421 => Key::PageUp,
        57422 => Key::PageDown,
        57423 => Key::Home,
        57424 => Key::End,
        57426 => Key::Delete,
        _ => return None,
    })
}

/// `button;column;row`, the button written as `offset` more than it is.
fn mouse_in_numbers(text: &str, offset: u16) -> Option<Input> {
    let numbers: Vec<u16> = text
        .split(';')
        .map(|number| number.parse().ok())
        .collect::<Option<_>>()?;
    let [button, column, row] = numbers[..] else {
        return None;
    };
    mouse(
        button.checked_sub(offset)?,
        column.checked_sub(1)?,
        row.checked_sub(1)?,
    )
}

/// Button, column and row as bytes, which begin with the first character that can be shown.
pub fn mouse_in_bytes(button: u8, column: u8, row: u8) -> Option<Input> {
    let place = |byte: u8| byte.checked_sub(b' ' + 1).map(u16::from);
    mouse(
        button.checked_sub(b' ')?.into(),
        place(column)?,
        place(row)?,
    )
}

/// What a button did, if it means something.
fn mouse(button: u16, column: u16, row: u16) -> Option<Input> {
    /// Shift, Alt and Control, which the mouse does not mind.
    const MODIFIERS: u16 = 4 + 8 + 16;
    match button & !MODIFIERS {
        0 => Some(Input::Clicked(column, row)),
        64 => Some(Input::Wheel {
            up: true,
            at: (column, row),
        }),
        65 => Some(Input::Wheel {
            up: false,
            at: (column, row),
        }),
        _ => None,
    }
}
