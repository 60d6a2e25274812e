//! Playback of a finished run. The panels show the run as they did when it was live, and say that it is a playback.

use crate::{
    app::{
        App, HEADLINE_EVERY, Shown,
        live::{Asked, Live},
    },
    domain::{
        campaign::Campaign,
        history::RunEntry,
        provenance::Origin,
        text::column_seconds,
        time::{Nanos, nanos, seconds},
        trace::{Player, Trace},
    },
    ui::window::stepped,
};

/// The speeds of a playback, from a hundredth to ten times the speed of the run, so that even a run of 30 ms can be
/// watched.
const SPEEDS: [f64; 10] = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0];
/// The lengths of runs that are played at their own speed, in seconds.
const AS_IT_WAS: std::ops::RangeInclusive<f64> = 2.0..=30.0;
/// The approximate length of any other playback, in seconds.
const WATCHED_S: f64 = 10.0;
/// The number of steps through a run.
const STEPS: Nanos = 50;
/// The maximum time that one tick adds, in nanoseconds. After a longer pause of the program, the playback continues
/// where it was.
const TICK_MAX: Nanos = 250_000_000;

/// A playback of a run.
#[derive(Debug)]
pub struct Playback {
    /// The run's number.
    pub number: usize,
    is_recorded: bool,
    at: Nanos,
    wall: Nanos,
    /// The speed, as an index into [`SPEEDS`].
    speed: usize,
    /// Whether the playback continues by itself; otherwise it is paused.
    pub is_on: bool,
    player: Player,
    /// The run up to the current moment, in the form that the panels need.
    live: Box<Live>,
    /// How long the headline has been the same during the playback.
    headline_for: Nanos,
    /// The worker under the cursor before the last step. Its row may have changed since.
    worker: Option<usize>,
}

impl Playback {
    fn new(entry: &RunEntry, trace: &Trace, asked: Asked) -> Playback {
        Playback {
            number: entry.number,
            is_recorded: entry.provenance.origin == Origin::Recorded,
            at: 0,
            wall: trace.now,
            speed: fitting_speed(seconds(trace.now)),
            is_on: true,
            player: Player::new(trace),
            live: Box::new(Live::new(entry.record.plan.clone(), asked)),
            headline_for: Nanos::MAX,
            worker: None,
        }
    }

    /// Whether the playback is at the end of the run. The run is then shown like any other.
    pub fn is_at_end(&self) -> bool {
        self.at >= self.wall
    }

    /// The state, the moment and the speed. The width stays the same during the playback.
    pub fn words(&self) -> String {
        let [at, all] = [self.at, self.wall].map(|at| column_seconds(seconds(at)));
        let width = all.chars().count();
        format!("{} at {at:>width$} of {all}", self.short_words())
    }

    /// The same in as few words as possible.
    pub fn short_words(&self) -> String {
        let recorded = if self.is_recorded { "recorded, " } else { "" };
        let doing = if self.is_on { "playing" } else { "paused" };
        format!("{recorded}{doing} {}×", SPEEDS[self.speed])
    }
}

/// The speed at which a run of `wall_s` seconds can be watched.
fn fitting_speed(wall_s: f64) -> usize {
    let wanted = if AS_IT_WAS.contains(&wall_s) {
        1.0
    } else {
        wall_s / WATCHED_S
    };
    let distance = |speed: f64| (speed.ln() - wanted.max(1e-9).ln()).abs();
    (0..SPEEDS.len())
        .min_by(|a, b| distance(SPEEDS[*a]).total_cmp(&distance(SPEEDS[*b])))
        .unwrap_or_default()
}

impl App {
    /// The playback, if the panels show its run.
    pub fn playback(&self) -> Option<&Playback> {
        self.timeline.playback.as_ref()
    }

    /// Whether time passes in a playback. The shell then reports how much.
    pub fn is_playing(&self) -> bool {
        self.playback().is_some_and(|playback| playback.is_on)
    }

    /// The run of the playback up to the current moment, until it is at its end.
    pub(crate) fn played(&self) -> Option<&Live> {
        let playback = self.playback().filter(|playback| !playback.is_at_end());
        playback.map(|playback| &*playback.live)
    }

    /// Whether the shown run can be played: it is over, it has a trace, and nothing is being measured.
    pub(crate) fn can_play(&self) -> bool {
        let is_drawn = |entry: &RunEntry| entry.loaded_trace().is_some_and(|trace| trace.now > 0);
        !self.is_busy() && self.shown().and_then(Shown::entry).is_some_and(is_drawn)
    }

    /// Plays the chosen run from its start.
    pub(crate) fn play(&mut self) {
        if let Some(entry) = self.chosen_run() {
            let plan = entry.record.plan.clone();
            self.play_as(Asked::of(Campaign::repeats(plan, 1)));
        }
    }

    /// Plays the chosen run as one of these.
    pub(crate) fn play_as(&mut self, asked: Asked) {
        let chosen = self.chosen_run();
        let Some((entry, trace)) = chosen.and_then(|entry| Some((entry, entry.loaded_trace()?)))
        else {
            return;
        };
        self.timeline.playback = Some(Playback::new(entry, trace, asked));
        self.timeline.frozen = None;
        self.out.notice = None;
        self.timeline.view.start_over();
    }

    /// Updates the trace to the moment of the playback. Ends a playback that the user left, or whose trace was lost.
    pub(crate) fn settle_playback(&mut self) {
        let (is_busy, chosen) = (self.is_busy(), self.chosen());
        let Some(playback) = &mut self.timeline.playback else {
            return;
        };
        let is_left = chosen != Some(playback.number);
        let entry = self.history.get(playback.number);
        let Some((entry, trace)) = entry
            .filter(|_| !is_busy && !is_left)
            .and_then(|entry| Some((entry, entry.loaded_trace()?)))
        else {
            self.timeline.playback = None;
            return;
        };
        if playback.is_at_end() {
            playback.is_on = false;
        } else {
            let failures = entry.record.ending.failures.iter();
            let failed = failures.filter_map(|task| task.end_s).map(nanos);
            let played = &mut playback.live.trace;
            playback.player.go_to(played, trace, failed, playback.at);
        }
        let worker = playback.worker.take();
        self.look_at_worker(worker);
    }

    /// The playback, before it moves to another moment.
    fn replay(&mut self) -> Option<&mut Playback> {
        // Finding the worker takes time, which would be wasted without a playback.
        self.timeline.playback.as_ref()?;
        let worker = self.worker_under_cursor();
        let playback = self.timeline.playback.as_mut()?;
        playback.worker = worker;
        Some(playback)
    }

    /// Adds elapsed time. Returns whether the headline has been shown for long enough.
    pub(crate) fn on_tick(&mut self, elapsed: Nanos) -> bool {
        let elapsed = elapsed.min(TICK_MAX);
        let Some(playback) = self.replay().filter(|playback| playback.is_on) else {
            return false;
        };
        let step = (elapsed as f64 * SPEEDS[playback.speed]) as Nanos;
        playback.at = playback.at.saturating_add(step).min(playback.wall);
        playback.headline_for = playback.headline_for.saturating_add(elapsed);
        let is_read = playback.headline_for >= HEADLINE_EVERY || playback.is_at_end();
        if is_read {
            playback.headline_for = 0;
        }
        is_read
    }

    /// Pauses or continues. At the end, it starts again.
    pub(crate) fn pause(&mut self) {
        if let Some(playback) = self.replay() {
            playback.is_on ^= true;
            if playback.is_at_end() {
                (playback.at, playback.is_on) = (0, true);
            }
        }
    }

    /// Moves `by` steps and pauses, because the user is looking at this moment.
    pub(crate) fn scrub(&mut self, by: isize) {
        if let Some(playback) = self.replay() {
            playback.is_on = false;
            let step = (playback.wall / STEPS).max(1);
            playback.at = stepped(playback.at, step, by).min(playback.wall);
        }
    }

    /// Makes the playback `by` steps faster.
    pub(crate) fn change_speed(&mut self, by: isize) {
        if let Some(playback) = &mut self.timeline.playback {
            let speed = playback.speed.saturating_add_signed(by);
            playback.speed = speed.min(SPEEDS.len() - 1);
        }
    }

    /// Shows the whole run again.
    pub(crate) fn end_playback(&mut self) {
        self.timeline.playback = None;
        self.timeline.view.start_over();
    }
}

impl App {
    pub(crate) fn why_not_played(&self) -> Option<&'static str> {
        Some(if self.has_measured() {
            "only a finished run can be replayed, while nothing is being measured"
        } else {
            "no run has finished yet. r runs the plan"
        })
    }
}
