//! Reasons to trust a record less: the threshold of each caveat, what was seen, and what to do. Engine and history
//! supply the numbers; this module makes every sentence about them.

use serde::{Deserialize, Serialize};

use crate::domain::{
    foreign,
    python::GilState,
    text::{self, percent},
};

/// A share of the cores. A desktop with an open browser always uses less than this.
pub const OTHERS_SHARE: f64 = 0.1;
/// A share of the workers' time. On a quiet machine, watching and drawing make `cpu` workers wait for 0.1–1.5 % of it.
pub const WAIT_SHARE: f64 = 0.05;
/// A tick of the scheduler is 1–10 ms, and waiting for one or two ticks is normal.
pub const WAIT_MIN_S: f64 = 0.01;
/// A share of the cores that the workers could use: taken by the host of a virtual machine, or by a quota.
pub const STOLEN_SHARE: f64 = 0.05;
/// Stolen time is counted in steps of 10 ms per core, and a quota is spent in periods of 100 ms.
pub const STOLEN_MIN_S: f64 = 0.05;
/// Workers that used at least this share of a CPU quota were as fast as it allows.
pub const FULL_QUOTA: f64 = 0.9;
/// Waiting that the kernel did not see gets a caveat if it lasts this many seconds and is [`STILL_SHARE`] of all
/// waiting for a core.
pub const STILL_MIN_S: f64 = 0.25;
/// See [`STILL_MIN_S`].
pub const STILL_SHARE: f64 = 0.2;
/// A tick of the scheduler is at least a tenth of this, and single runs show differences of a tenth.
pub const SHORTEST_S: f64 = 0.01;
/// Creating the workers belongs to the cost of a model. If it is a larger share of a short run than this, the run says
/// more about creating workers than about its tasks.
pub const STARTUP_SHARE: f64 = 0.1;
/// A run that takes longer than this is never called short, whatever its start-up.
pub const SHORT_S: f64 = 1.0;
/// The minimum deviation of an outlier, as a share of the median. A smaller one cannot change a conclusion, even if the
/// repeats are much closer to each other.
pub const OUTLIER_SHARE: f64 = 0.05;
/// Watching that takes a larger share of a core than this gets a caveat.
pub const OBSERVER_SHARE: f64 = 0.02;

/// A kind of caveat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CaveatKind {
    /// Other programs used the cores, according to the kernel's accounting of CPU time.
    CoresTaken,
    /// Workers waited for a core although there was one for each.
    RunQueueWait,
    /// The host of a virtual machine took the cores away.
    Stolen,
    /// A CPU quota stopped the workers before they had used it up.
    Throttled,
    /// A CPU quota stopped the workers because they had used it up.
    FullQuota,
    /// The machine slept, or the program was stopped, during the run.
    Suspended,
    /// Chance, or creating the workers, has as much influence as the work.
    TooShort,
    /// The time of the run is far from that of its repeats.
    Outlier,
    /// A speed-up that the cores cannot explain.
    NoisyMachine,
    /// Watching took too much of a core.
    ObserverCost,
    /// The trace has gaps; the totals are complete.
    EventsDropped,
    /// A worker exited before its work was done.
    WorkerDied,
    /// The GIL was in a different state during the run from when the interpreter was probed.
    GilChanged,
    /// The interpreter had to be killed although its tasks were done.
    DidNotEnd,
    /// A kind that only a later version of this program knows. The text still says what was seen.
    #[serde(other)]
    Other,
}

/// The description of a kind of caveat.
#[derive(Debug)]
pub struct CaveatDescription {
    /// The kind that is described.
    pub kind: CaveatKind,
    /// The name in JSON and in tables.
    pub name: &'static str,
    /// What the user can do about it.
    pub advice: &'static str,
    /// The condition under which it is reported, as a sentence.
    pub meaning: fn() -> String,
}

const fn caveat(
    kind: CaveatKind,
    name: &'static str,
    advice: &'static str,
    meaning: fn() -> String,
) -> CaveatDescription {
    CaveatDescription {
        kind,
        name,
        advice,
        meaning,
    }
}

impl CaveatDescription {
    /// When it is reported and what to do, in sentences about any runs.
    pub fn general(&self) -> String {
        self.sentences(&(self.meaning)())
    }

    fn sentences(&self, seen: &str) -> String {
        format!(
            "{}. {}",
            text::capitalized(seen),
            text::capitalized(self.advice)
        )
    }
}

/// All kinds of caveats, the most frequent first. The last one stands for kinds of later versions.
pub static CAVEATS: [CaveatDescription; 15] = [
    caveat(
        CaveatKind::CoresTaken,
        "cores-taken",
        "close other programs and run again",
        || {
            format!(
                "other programs used over {} of the cores during a cpu run",
                percent(OTHERS_SHARE)
            )
        },
    ),
    caveat(
        CaveatKind::RunQueueWait,
        "run-queue-wait",
        "close other programs and run again",
        || {
            format!(
                "workers waited for a core over {} of their time and over {}, although there was \
                 one for each",
                percent(WAIT_SHARE),
                text::duration(WAIT_MIN_S)
            )
        },
    ),
    caveat(
        CaveatKind::Stolen,
        "stolen",
        "run again at a quieter time",
        || {
            format!(
                "the host of a virtual machine took over {} of what the workers could use, and {}",
                percent(STOLEN_SHARE),
                text::duration(STOLEN_MIN_S)
            )
        },
    ),
    caveat(
        CaveatKind::Throttled,
        "throttled",
        "raise the CPU quota of the container or the service, or use fewer workers",
        || {
            format!(
                "a CPU quota (cgroup) stopped the workers for over {} of what they could use, and \
                 {}, although they used less than {} of it: others in the group used the rest, or the workers used it in bursts",
                percent(STOLEN_SHARE),
                text::duration(STOLEN_MIN_S),
                percent(FULL_QUOTA)
            )
        },
    ),
    caveat(
        CaveatKind::FullQuota,
        "full-quota",
        "compare it with runs under the same quota; more workers gain nothing",
        || {
            format!(
                "the workers used over {} of a CPU quota (cgroup), which stopped them for over {} of \
                 what they could use without it, and {}",
                percent(FULL_QUOTA),
                percent(STOLEN_SHARE),
                text::duration(STOLEN_MIN_S)
            )
        },
    ),
    caveat(CaveatKind::Suspended, "suspended", "measure again", || {
        "the machine slept, or the program or its workers were stopped".into()
    }),
    caveat(
        CaveatKind::TooShort,
        "too-short",
        "run more or longer tasks",
        || {
            format!(
                "the run was under {}, where one tick of the scheduler is a tenth; or creating the \
                 workers took over {} of a run under {SHORT_S} s",
                text::duration(SHORTEST_S),
                percent(STARTUP_SHARE)
            )
        },
    ),
    caveat(
        CaveatKind::Outlier,
        "outlier",
        "look at the median, or repeat more often",
        || {
            format!(
                "among its repeats, a modified Z-score over 3.5 and a distance over {} from the \
                 median",
                percent(OUTLIER_SHARE)
            )
        },
    ),
    caveat(
        CaveatKind::NoisyMachine,
        "noisy-machine",
        "run both again",
        || "a speed-up of a cpu run that the usable cores cannot give".into(),
    ),
    caveat(
        CaveatKind::ObserverCost,
        "observer-cost",
        "run longer tasks",
        || {
            format!(
                "sampling and drawing took over {} of a core",
                percent(OBSERVER_SHARE)
            )
        },
    ),
    caveat(
        CaveatKind::EventsDropped,
        "events-dropped",
        "longer tasks have a complete timeline",
        || "the timeline has gaps; the numbers are exact".into(),
    ),
    caveat(
        CaveatKind::WorkerDied,
        "worker-died",
        "remove the cause and run again",
        || "a worker ended before its work did".into(),
    ),
    caveat(
        CaveatKind::GilChanged,
        "gil-changed",
        "do not trust the time that the phases show for the GIL",
        || {
            "CPython's GIL was on instead of off, or off instead of on, compared with before the \
             run"
            .into()
        },
    ),
    caveat(
        CaveatKind::DidNotEnd,
        "did-not-end",
        "the times of the tasks are right; memory and CPU time may be missing",
        || "the interpreter had to be killed although its tasks were done".into(),
    ),
    caveat(
        CaveatKind::Other,
        "other",
        "its text says what was seen",
        || "a later version of this program saw it".into(),
    ),
];

impl CaveatKind {
    /// The row of [`CAVEATS`] from which the methods below read.
    pub fn description(self) -> &'static CaveatDescription {
        let mut all = CAVEATS.iter();
        all.find(|caveat| caveat.kind == self)
            .expect("every kind is described")
    }

    /// The name in JSON and in tables.
    pub fn name(self) -> &'static str {
        self.description().name
    }

    /// The caveat of this kind that reports what was seen.
    fn report(self, seen: String) -> Caveat {
        Caveat {
            kind: self,
            text: self.description().sentences(&seen),
        }
    }

    /// Whether the caveat depends on other runs, so that it comes and goes with them. A record itself never contains
    /// such a caveat.
    pub fn is_relative(self) -> bool {
        matches!(self, CaveatKind::NoisyMachine | CaveatKind::Outlier)
    }
}

/// A reason to trust a record less.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Caveat {
    /// The kind, which determines name and advice.
    pub kind: CaveatKind,
    /// What was seen and what it means, in one sentence.
    #[serde(deserialize_with = "foreign::text")]
    pub text: String,
}

/// What was seen in a run, with its numbers. Shares are from 0 to 1.
#[derive(Clone, Debug, PartialEq)]
pub enum Observation {
    /// Other programs used a share of the cores, and the workers waited for a share of their time.
    CoresTaken {
        /// The share of the cores.
        share: f64,
        /// The share of the workers' time, if there was a core for each.
        waited: Option<f64>,
    },
    /// Workers waited for a core for this share of their time.
    RunQueueWait(f64),
    /// The host took time from the cores.
    Stolen {
        /// The sum over the cores.
        seconds: f64,
        /// The share of the time that the workers could use.
        share: f64,
    },
    /// A CPU quota stopped the workers.
    Throttled {
        /// The sum over the cores.
        seconds: f64,
        /// The share of the time that the workers could use.
        share: f64,
        /// The number of cores that the quota allows, if the workers have used it up.
        used_up: Option<f64>,
    },
    /// The machine slept for this many seconds.
    Slept(f64),
    /// The program stood still for this many seconds.
    Stopped(f64),
    /// Workers stood still for this many seconds.
    StoodStill(f64),
    /// The run took this many seconds.
    TooShort(f64),
    /// Creating the workers took a large share of a short run.
    MostlyStarting {
        /// The share of the run.
        share: f64,
        /// How long the run took, in seconds.
        wall_s: f64,
    },
    /// Watching took this share of a core.
    ObserverCost(f64),
    /// This many events are missing in the trace.
    EventsDropped(u64),
    /// A worker died; the text says which one and why.
    WorkerDied(String),
    /// The lock was expected in the first state and found in the second.
    GilChanged(GilState, GilState),
    /// The interpreter did not exit after its last task and had to be killed.
    DidNotEnd,
}

impl Caveat {
    /// A run whose time is far from the median of its repeats, by this modified Z-score.
    pub fn outlier(
        wall_s: f64,
        median_s: f64,
        repeats: usize,
        z: f64,
        cause: LikelyCause,
    ) -> Caveat {
        // Without a spread among the other repeats, the digits of the score are meaningless.
        let z = match z {
            100.0.. => "over 100".into(),
            ..=-100.0 => "below -100".into(),
            _ => format!("{z:.1}"),
        };
        let text = format!(
            "Outlier: this run took {}, and the median of its {repeats} repeats is {} (modified \
             Z-score {z}); {}",
            text::column_seconds(wall_s),
            text::column_seconds(median_s),
            cause.sentence()
        );
        Caveat {
            kind: CaveatKind::Outlier,
            text,
        }
    }

    /// The speed-up is higher than so many usable cores can give. `over` names the baseline that the user chose and the
    /// cores that it used; `None` is the default baseline.
    pub fn noisy_machine(factor: f64, over: Option<(String, f64)>, usable: f64) -> Caveat {
        let factor = text::speedup(factor);
        let over = over.map_or_else(String::new, |(name, cores)| {
            format!(" over {name}, which had {cores:.1} cores in use,")
        });
        CaveatKind::NoisyMachine.report(format!(
            "{factor}{over} is more than {} can give, so this run or its baseline was disturbed",
            text::amount(usable, "usable core")
        ))
    }
}

/// Why a run may be far from its repeats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LikelyCause {
    /// Another caveat of the run explains it.
    Known(CaveatKind),
    /// The run was the first one and slower.
    ColdCaches,
    /// Nothing that was measured explains it.
    Unknown,
}

impl LikelyCause {
    fn sentence(self) -> String {
        let reason = match self {
            LikelyCause::Known(CaveatKind::Suspended) => "it stood still",
            LikelyCause::Known(CaveatKind::Throttled | CaveatKind::FullQuota) => {
                "a CPU quota stopped its workers"
            }
            LikelyCause::Known(CaveatKind::RunQueueWait) => "its workers waited for cores",
            LikelyCause::Known(_) => "others used the cores",
            LikelyCause::ColdCaches => {
                return "likely because it was the first run and caches were cold. The median is \
                 hardly affected"
                    .into();
            }
            LikelyCause::Unknown => {
                let advice = CaveatKind::Outlier.description().advice;
                return format!("nothing that was measured says why: {advice}");
            }
        };
        format!("likely because {reason}: measure again")
    }
}

impl From<Observation> for Caveat {
    /// The observation and the advice, in one sentence.
    fn from(seen: Observation) -> Caveat {
        use CaveatKind as Kind;
        match seen {
            Observation::CoresTaken { share, waited } => {
                Kind::CoresTaken.report(cores_taken(share, waited))
            }
            Observation::RunQueueWait(share) => Kind::RunQueueWait.report(format!(
                "workers waited for a core {} of their time, although there was one for each. \
                 Another program computed, or the scheduler left two workers on one core",
                percent(share)
            )),
            Observation::Stolen { seconds, share } => Kind::Stolen.report(taken_away(
                "the host of this virtual machine",
                seconds,
                share,
            )),
            Observation::Throttled {
                seconds,
                share,
                used_up,
            } => throttled(seconds, share, used_up),
            Observation::Slept(seconds) => during_run("the machine slept", seconds),
            Observation::Stopped(seconds) => during_run("the program was stopped", seconds),
            Observation::StoodStill(seconds) => Kind::Suspended.report(format!(
                "workers stood still for {seconds:.1} s without waiting for a core. They were \
                 stopped, or the host of this virtual machine took the cores away"
            )),
            Observation::TooShort(wall_s) => Kind::TooShort.report(format!(
                "the run took only {}, and a single tick of the scheduler is a tenth of that or \
                 more",
                text::duration(wall_s)
            )),
            Observation::MostlyStarting { share, wall_s } => Kind::TooShort.report(format!(
                "creating the workers took {} of the {} of this run",
                percent(share),
                text::duration(wall_s)
            )),
            Observation::ObserverCost(share) => Kind::ObserverCost.report(format!(
                "watching the run took {:.1} % of a core, which the workers may have missed",
                share * 100.0
            )),
            Observation::EventsDropped(events) => Kind::EventsDropped.report(format!(
                "{events} events came too fast and are missing in the timeline; all numbers are \
                 exact"
            )),
            Observation::WorkerDied(death) => {
                Kind::WorkerDied.report(format!("{death}: its work is missing"))
            }
            Observation::GilChanged(expected, found) => Kind::GilChanged.report(format!(
                "{} was expected and the workers found {}",
                expected.words(),
                found.words()
            )),
            Observation::DidNotEnd => {
                Kind::DidNotEnd.report((Kind::DidNotEnd.description().meaning)())
            }
        }
    }
}

/// What a quota took from the workers, which used it up if it is that many cores.
fn throttled(seconds: f64, share: f64, used_up: Option<f64>) -> Caveat {
    let Some(cores) = used_up else {
        return CaveatKind::Throttled.report(taken_away("a CPU quota", seconds, share));
    };
    let quota = format!(
        "the workers used up a CPU quota of {}. It",
        text::amount(cores, "core")
    );
    CaveatKind::FullQuota.report(taken_away(&quota, seconds, share))
}

fn during_run(what: &str, seconds: f64) -> Caveat {
    let seconds = text::duration(seconds);
    CaveatKind::Suspended.report(format!("{what} for {seconds} during the run"))
}

fn taken_away(who: &str, seconds: f64, share: f64) -> String {
    format!(
        "{who} took {} of CPU time away ({} of what the workers could use)",
        text::duration(seconds),
        percent(share)
    )
}

fn cores_taken(share: f64, waited: Option<f64>) -> String {
    let waited = waited.map_or_else(String::new, |share| {
        format!(
            ", and the workers waited for a core {} of their time",
            percent(share)
        )
    });
    format!(
        "other programs used {} of the cores{waited}",
        percent(share)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_called_as_in_json_and_says_when_it_is_seen_and_what_to_do() {
        assert_eq!(CAVEATS.len(), CaveatKind::Other as usize + 1);
        for caveat in &CAVEATS {
            let others = CAVEATS.iter().filter(|other| other.kind == caveat.kind);
            assert_eq!(others.count(), 1, "{}", caveat.name);
            assert_eq!(serde_json::to_value(caveat.kind).unwrap(), caveat.name);
            assert!(!(caveat.meaning)().is_empty() && !caveat.advice.is_empty());
        }
        assert_eq!(
            (CaveatKind::RunQueueWait.description().meaning)(),
            "workers waited for a core over 5 % of their time and over 10.0 ms, although there \
             was one for each"
        );
    }

    #[test]
    fn a_score_beyond_all_sense_is_reported_without_its_digits() {
        let said = |z| Caveat::outlier(2.0, 1.0, 5, z, LikelyCause::Unknown).text;
        assert!(said(9.25).contains("(modified Z-score 9.2)"));
        assert!(said(9_081.6).contains("(modified Z-score over 100)"));
        assert!(said(-9_081.6).contains("(modified Z-score below -100)"));
    }

    #[test]
    fn a_caveat_says_what_was_seen_and_what_to_do() {
        for (seen, sentence) in [
            (
                Observation::CoresTaken {
                    share: 0.31,
                    waited: Some(0.3),
                },
                "Other programs used 31 % of the cores, and the workers waited for a core 30 % of \
                 their time. Close other programs and run again",
            ),
            (
                Observation::TooShort(0.005),
                "The run took only 5.00 ms, and a single tick of the scheduler is a tenth of that \
                 or more. Run more or longer tasks",
            ),
        ] {
            assert_eq!(Caveat::from(seen).text, sentence);
        }
        assert_eq!(
            Caveat::noisy_machine(3.0, Some(("#3 threads".into(), 1.9)), 2.0).text,
            "3.0× over #3 threads, which had 1.9 cores in use, is more than 2 usable cores can give, so \
             this run or its baseline was disturbed. Run both again"
        );
    }
}
