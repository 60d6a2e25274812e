//! A run that is over is played again, as it happened: the panels show it as they did when it was on, and say so.

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

/// How fast a run can be played, from a hundredth to ten times its own speed: what took 30 ms can be watched too.
const SPEEDS: [f64; 10] = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0];
/// A run of this length, in seconds, is played as fast as it was.
const AS_IT_WAS: std::ops::RangeInclusive<f64> = 2.0..=30.0;
/// Any other takes about so long.
const WATCHED_S: f64 = 10.0;
/// So many steps lead through a run.
const STEPS: Nanos = 50;
/// Who was away for longer does not find that the run went on without them.
const TICK_MAX: Nanos = 250_000_000;

/// A run while it is played.
#[derive(Debug)]
pub struct Playback {
    /// The run's number.
    pub number: usize,
    is_recorded: bool,
    /// Where it is.
    at: Nanos,
    wall: Nanos,
    /// An index of [`SPEEDS`].
    speed: usize,
    /// Whether it goes on by itself, or else waits.
    pub is_on: bool,
    player: Player,
    /// The picture as the panels want it.
    live: Box<Live>,
    /// How long the headline has been the same while it was played.
    headline_for: Nanos,
    /// The worker under the cursor before it went on: its row may be another now.
    worker: Option<usize>,
}

impl Playback {
    /// From the begin on.
    fn new(entry: &RunEntry, trace: &Trace) -> Playback {
        let plan = entry.record.plan.clone();
        Playback {
            number: entry.number,
            is_recorded: entry.provenance.origin == Origin::Recorded,
            at: 0,
            wall: trace.now,
            speed: fitting_speed(seconds(trace.now)),
            is_on: true,
            player: Player::new(trace),
            live: Box::new(Live::new(
                plan.clone(),
                Asked::of(Campaign::repeats(plan, 1)),
            )),
            headline_for: Nanos::MAX,
            worker: None,
        }
    }

    /// Whether it has come to the end of the run, which is shown as any other then.
    pub fn is_at_end(&self) -> bool {
        self.at >= self.wall
    }

    /// What goes on, where and how fast: of the same width while it goes on.
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

/// The speed at which a run of so many seconds can be watched.
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
    /// The run that is played, if that is what the panels are about.
    pub fn playback(&self) -> Option<&Playback> {
        self.timeline.playback.as_ref()
    }

    /// Whether time passes in a run that is played: then the shell tells how much.
    pub fn is_playing(&self) -> bool {
        self.playback().is_some_and(|playback| playback.is_on)
    }

    /// The picture of the run that is played, until it has come to its end.
    pub(crate) fn played(&self) -> Option<&Live> {
        let playback = self.playback().filter(|playback| !playback.is_at_end());
        playback.map(|playback| &*playback.live)
    }

    /// Whether the run that is shown can be played: it is over, there is a picture of it, and nothing is being measured.
    pub(crate) fn can_play(&self) -> bool {
        let is_drawn = |entry: &RunEntry| entry.loaded_trace().is_some_and(|trace| trace.now > 0);
        !self.is_busy() && self.shown().and_then(Shown::entry).is_some_and(is_drawn)
    }

    /// Plays the chosen run from its begin on.
    pub(crate) fn play(&mut self) {
        let chosen = self.chosen_run();
        let Some((entry, trace)) = chosen.and_then(|entry| Some((entry, entry.loaded_trace()?)))
        else {
            return;
        };
        self.timeline.playback = Some(Playback::new(entry, trace));
        self.timeline.frozen = None;
        self.out.notice = None;
        self.timeline.view.start_over();
    }

    /// Brings the picture to where the playback is. Ends what the user left, or what lost its picture.
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

    /// The playback, which is about to go on.
    fn replay(&mut self) -> Option<&mut Playback> {
        let worker = self.worker_under_cursor();
        let playback = self.timeline.playback.as_mut()?;
        playback.worker = worker;
        Some(playback)
    }

    /// Time passed. Returns whether the headline has been read.
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

    /// Goes on, or waits; from the end it begins again.
    pub(crate) fn pause(&mut self) {
        if let Some(playback) = self.replay() {
            playback.is_on ^= true;
            if playback.is_at_end() {
                (playback.at, playback.is_on) = (0, true);
            }
        }
    }

    /// Goes so many steps on or back; whoever does so looks at what is there, so it waits.
    pub(crate) fn scrub(&mut self, by: isize) {
        if let Some(playback) = self.replay() {
            playback.is_on = false;
            let step = (playback.wall / STEPS).max(1);
            playback.at = stepped(playback.at, step, by).min(playback.wall);
        }
    }

    /// So many speeds faster.
    pub(crate) fn change_speed(&mut self, by: isize) {
        if let Some(playback) = &mut self.timeline.playback {
            let speed = playback.speed.saturating_add_signed(by);
            playback.speed = speed.min(SPEEDS.len() - 1);
        }
    }

    /// Shows the run as it is, whole.
    pub(crate) fn end_playback(&mut self) {
        self.timeline.playback = None;
        self.timeline.view.start_over();
    }
}

impl App {
    pub(crate) fn why_not_played(&self) -> Option<&'static str> {
        Some(if self.has_measured() {
            "only a run that is over can be played, when nothing is being measured"
        } else {
            "no run has ended yet that could be played: r runs what the form says"
        })
    }
}
