//! The way from the supervisor's thread to the shell's.

use std::sync::mpsc::Sender;
use std::thread;

use crate::engine::session::Report;

/// What a shell hears about its run.
#[derive(Debug)]
pub enum Heard {
    /// What the engine reports.
    Report(Report),
    /// The supervisor ended without concluding the run: it panicked.
    Lost,
}

/// What to tell the user about [`Heard::Lost`].
pub const LOST: &str =
    "the run broke: its supervisor ended without a result, which is a mistake in this program";

/// Passes reports on to a channel of `E`. Without it, a panic of the supervisor would leave the shell waiting for ever.
pub struct Relay<E: From<Heard>> {
    events: Sender<E>,
    begun: bool,
    concluded: bool,
}

impl<E: From<Heard> + Send + 'static> Relay<E> {
    /// A function for [`Session::start`](crate::engine::session::Session::start).
    pub fn into(events: Sender<E>) -> impl FnMut(Report) + Send + 'static {
        let mut relay = Relay {
            events,
            begun: false,
            concluded: false,
        };
        move |report| {
            relay.begun = true;
            relay.concluded |= matches!(report, Report::Concluded(_));
            // A shell that does not listen any more is about to end.
            let _ = relay.events.send(Heard::Report(report).into());
        }
    }
}

impl<E: From<Heard>> Drop for Relay<E> {
    fn drop(&mut self) {
        // A run that could not be started drops this, too, but its shell was told so.
        if !self.concluded && (self.begun || thread::panicking()) {
            let _ = self.events.send(Heard::Lost.into());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::trace::Batch;
    use std::sync::mpsc;

    #[test]
    fn a_supervisor_that_ends_without_a_conclusion_is_noticed() {
        let (sender, receiver) = mpsc::channel::<Heard>();
        let mut report = Relay::into(sender);
        report(Report::Batch(Batch::default()));
        drop(report);
        let heard: Vec<Heard> = receiver.iter().collect();
        assert!(matches!(
            heard[..],
            [Heard::Report(Report::Batch(_)), Heard::Lost]
        ));
    }

    #[test]
    fn a_supervisor_that_panics_at_once_is_noticed_and_one_that_never_began_is_not() {
        let (sender, receiver) = mpsc::channel::<Heard>();
        let report = Relay::into(sender.clone());
        let supervisor = thread::spawn(move || {
            let _report = report;
            panic!("as a mistake in the engine would");
        });
        assert!(supervisor.join().is_err());
        drop(Relay::into(sender));
        let heard: Vec<Heard> = receiver.iter().collect();
        assert!(matches!(heard[..], [Heard::Lost]));
    }
}
