//! Which traces are in memory, and how much memory they may take.

use super::{
    super::trace::{EVENTS_PER_INTERVAL, Trace},
    History, RunEntry, TraceState,
};

/// The maximum memory of all traces of a session, in bytes.
pub const TRACE_BYTES: usize = 256 << 20;
/// The number of intervals in a lane after its trace was thinned.
pub const THINNED_INTERVALS: u64 = 512;
/// A lane with fewer events than this is not worth thinning.
const THINNED_EVENTS: u64 = 2 * EVENTS_PER_INTERVAL * THINNED_INTERVALS;

impl History {
    /// Sets the runs whose traces the user looks at. Their traces are the last ones to be dropped.
    pub fn look_at(&mut self, numbers: Vec<usize>) {
        self.in_sight = numbers;
    }

    /// The first run that the user looks at and whose kept trace was not requested yet. From now on its trace is
    /// awaited.
    pub fn await_trace(&mut self) -> Option<usize> {
        let is_kept = |entry: &RunEntry| entry.trace_state == TraceState::Kept;
        let mut numbers = self.in_sight.iter().copied();
        let number = numbers.find(|number| self.get(*number).is_some_and(is_kept))?;
        self.get_mut(number)?.trace_state = TraceState::Awaited;
        Some(number)
    }

    /// Stores a requested trace, or why there is none. Returns whether other traces had to be thinned to
    /// make room for it.
    pub fn set_trace(&mut self, number: usize, trace: Result<Box<Trace>, String>) -> bool {
        let entry = self.get_mut(number);
        let Some(entry) = entry.filter(|entry| entry.trace_state != TraceState::Here) else {
            return false;
        };
        match trace {
            Ok(trace) => (entry.trace, entry.trace_state) = (*trace, TraceState::Here),
            Err(sentence) => entry.trace_state = TraceState::Gone(sentence),
        }
        self.make_room(TRACE_BYTES)
    }

    /// Makes all traces fit into `bytes`, starting with the oldest. Traces that can be read again are dropped unless
    /// the user looks at them; others are thinned. Returns whether any was thinned.
    pub(super) fn make_room(&mut self, bytes: usize) -> bool {
        let in_sight = self.in_sight.clone();
        let mut oldest_first: Vec<&mut RunEntry> = self.all_entries_mut().collect();
        let mut total: usize = oldest_first.iter().map(|entry| entry.trace.bytes()).sum();
        for entry in &mut oldest_first {
            let can_be_read_again = entry.is_earlier() && entry.trace_state == TraceState::Here;
            if total > bytes && can_be_read_again && !in_sight.contains(&entry.number) {
                total -= entry.trace.bytes();
                (entry.trace, entry.trace_state) = (Trace::new(0), TraceState::Kept);
            }
        }
        let mut thinned = false;
        for entry in oldest_first {
            if total > bytes && entry.trace.most_events() as u64 > THINNED_EVENTS {
                total -= entry.trace.bytes();
                entry.trace.thin(THINNED_INTERVALS);
                total += entry.trace.bytes();
                thinned = true;
            }
        }
        thinned
    }
}

impl RunEntry {
    /// Why the trace is not in memory, in a few words. `None` if it is.
    pub fn missing_trace(&self) -> Option<&str> {
        match &self.trace_state {
            TraceState::Here => None,
            TraceState::Kept | TraceState::Awaited => Some("loading the timeline…"),
            TraceState::Gone(sentence) => Some(sentence),
        }
    }
}
