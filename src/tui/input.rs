//! Reads keys and the mouse on a thread of its own, so that they are never waited for and never polled.

use std::sync::mpsc::Sender;
use std::thread;

use crossterm::event::{
    self, KeyCode, KeyEvent, KeyEventKind, KeyModifiers, MouseButton, MouseEvent, MouseEventKind,
};

use super::event::Event;
use crate::app::key::Key;
use crate::engine::os;

/// Sends what the user types, for as long as the program lives.
///
/// # Errors
/// One sentence.
pub fn listen(events: Sender<Event>) -> Result<(), String> {
    let listen = move || {
        // The key that stops a run of thousands of threads must not wait for its turn behind them.
        os::ask_for_short_turns();
        while events.send(next()).is_ok() {}
    };
    let thread = thread::Builder::new().name("input".into()).spawn(listen);
    thread.map(drop).map_err(|error| format!("cannot listen to the keyboard: {error}"))
}

/// Waits for the next event that means something. The wait has no limit: crossterm with `use-dev-tty` must not be
/// polled with a zero timeout, and its default source loses keys after a burst.
fn next() -> Event {
    loop {
        match event::read() {
            Ok(event::Event::Key(pressed)) => {
                if let Some(key) = key(pressed) {
                    return Event::Key(key);
                }
            }
            Ok(event::Event::Mouse(moved)) => {
                if let Some(event) = mouse(moved) {
                    return event;
                }
            }
            Ok(event::Event::Resize(..)) => return Event::Resized,
            Ok(_) => {}
            Err(error) => return Event::InputLost(error),
        }
    }
}

/// What the mouse did, if it means something.
fn mouse(MouseEvent { kind, column, row, .. }: MouseEvent) -> Option<Event> {
    match kind {
        MouseEventKind::Down(MouseButton::Left) => Some(Event::Clicked(column, row)),
        MouseEventKind::ScrollUp => Some(Event::Wheel { up: true, at: (column, row) }),
        MouseEventKind::ScrollDown => Some(Event::Wheel { up: false, at: (column, row) }),
        _ => None,
    }
}

/// The key as the explorer knows it, if it does. Repeats count as presses, releases do not count.
fn key(event: KeyEvent) -> Option<Key> {
    if event.kind == KeyEventKind::Release {
        return None;
    }
    let shift = event.modifiers.contains(KeyModifiers::SHIFT);
    match event.code {
        KeyCode::Char(c) => character(c, event.modifiers),
        KeyCode::Enter => Some(Key::Enter),
        KeyCode::Esc => Some(Key::Esc),
        KeyCode::Tab if shift => Some(Key::BackTab),
        KeyCode::Tab => Some(Key::Tab),
        KeyCode::BackTab => Some(Key::BackTab),
        KeyCode::Backspace => Some(Key::Backspace),
        KeyCode::Delete => Some(Key::Delete),
        KeyCode::Up => Some(Key::Up),
        KeyCode::Down => Some(Key::Down),
        KeyCode::Left => Some(Key::Left),
        KeyCode::Right => Some(Key::Right),
        KeyCode::Home => Some(Key::Home),
        KeyCode::End => Some(Key::End),
        KeyCode::PageUp => Some(Key::PageUp),
        KeyCode::PageDown => Some(Key::PageDown),
        KeyCode::F(1) => Some(Key::F1),
        _ => None,
    }
}

fn character(c: char, modifiers: KeyModifiers) -> Option<Key> {
    // With AltGr, as on a German keyboard for `[`, some terminals report Control and Alt together.
    match (modifiers.contains(KeyModifiers::CONTROL), modifiers.contains(KeyModifiers::ALT)) {
        (true, false) => Some(Key::Ctrl(c.to_ascii_lowercase())),
        (false, true) => None,
        _ => Some(Key::Char(c)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pressed(code: KeyCode, modifiers: KeyModifiers) -> Option<Key> {
        key(KeyEvent::new(code, modifiers))
    }

    #[test]
    fn keys_keep_their_meaning() {
        assert_eq!(pressed(KeyCode::Char('q'), KeyModifiers::NONE), Some(Key::Char('q')));
        assert_eq!(pressed(KeyCode::Char('R'), KeyModifiers::SHIFT), Some(Key::Char('R')));
        assert_eq!(pressed(KeyCode::Char('C'), KeyModifiers::CONTROL), Some(Key::Ctrl('c')));
        assert_eq!(pressed(KeyCode::Char('q'), KeyModifiers::ALT), None);
        assert_eq!(pressed(KeyCode::Tab, KeyModifiers::SHIFT), Some(Key::BackTab));
        assert_eq!(pressed(KeyCode::F(1), KeyModifiers::NONE), Some(Key::F1));
        assert_eq!(pressed(KeyCode::F(2), KeyModifiers::NONE), None);
    }

    #[test]
    fn a_key_that_repeats_counts_and_one_that_is_let_go_does_not() {
        let event = |kind| KeyEvent::new_with_kind(KeyCode::Down, KeyModifiers::NONE, kind);
        assert_eq!(key(event(KeyEventKind::Repeat)), Some(Key::Down));
        assert_eq!(key(event(KeyEventKind::Release)), None);
    }
}
