//! Watches the threads of an interpreter from outside: their switches, and what they wait for when they are blocked.
//!
//! A thread of this program takes the kernel's records every few milliseconds, and samples the threads that have been
//! blocked since the last time. A wait that has been sampled is sampled again only after a while, so that the cost follows
//! the number of waits and is limited. Where the kernel refuses its records, as in most containers, all threads are sampled
//! each time, as far as that limit allows.
//!
//! | module | has |
//! | --- | --- |
//! | this one | the thread that watches |
//! | [`seen`] | what it sees: switches, samples, accounts |
//! | `samples` | how long a thread was on a core between two samples, where its switches are not recorded |
//! | `places` | where a thread was, and what it waited for, put together from that |
//! | [`states`] | what a worker did: its own transitions merged with the places of its thread |

mod places;
mod samples;
pub mod seen;
pub mod states;

use std::{
    collections::HashMap,
    io, mem,
    sync::{
        Arc, Mutex,
        atomic::{
            AtomicBool, AtomicU64,
            Ordering::{Acquire, Relaxed, Release},
        },
    },
    thread::{Builder, JoinHandle},
    time::Duration,
};

use samples::{Sampling, ThreadSample};
use seen::{Glimpse, Showed, Sightings, Whereabouts};
use states::LaneStates;

use super::{
    arena::{Arena, LaneState},
    clock,
    os::{self, ProcessFiles, SwitchRecords, ThreadFiles},
    sync::lock,
};
use crate::domain::{
    phase::Phase,
    plan::{Lock, Plan},
    time::Nanos,
    trace::LaneUpdate,
};

/// How often the records are taken.
const PERIOD: Duration = Duration::from_millis(4);
/// How long a sample of a wait is good. A thread that was woken may have to wait for a core.
const LOOK_AGAIN: Nanos = 20_000_000;
/// The least time between two samples of a thread, however often it waits.
const LOOKS_APART: Nanos = 8_000_000;
/// The least time between two accounts of a thread that are read unasked.
const ACCOUNTS_APART: Nanos = 12_000_000;
/// The most threads that are sampled each time, so that watching takes at most about a hundredth of a core.
const LOOKS_AT_ONCE: usize = 8;
/// With more threads than these, not all are sampled whenever the picture is drawn, which would take much of a core.
const SAMPLED_TOGETHER: usize = 64;
/// The pages of the rings of all threads together. The system lets a user lock half a megabyte for each core.
const PAGES: usize = 128;
/// The most pages of one ring: 32 kB are the records of a thousand switches.
const PAGES_OF_ONE: usize = 8;

/// Watches the workers of one run.
#[derive(Debug)]
pub struct Outside {
    arena: Arc<Arena>,
    shared: Arc<WatchedThreads>,
    processes: HashMap<u32, Arc<ProcessFiles>>,
    /// The watched thread of each lane that has been attached.
    lanes: Vec<Option<usize>>,
    /// What each worker did.
    pub states: Vec<LaneStates>,
    /// Whether the kernel may be asked for its records.
    may_record: bool,
    /// Whether some threads are sampled, because it refused their records.
    pub is_sampled: bool,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct WatchedThreads {
    threads: Mutex<Vec<WatchedThread>>,
    is_over: AtomicBool,
    /// CPU time of watching, in nanoseconds.
    cpu: AtomicU64,
}

/// One thread.
#[derive(Debug)]
struct WatchedThread {
    /// One of its lanes. Tasks of an event loop share a thread.
    lanes: Vec<u32>,
    switches: Switches,
    files: ThreadFiles,
    place: Whereabouts,
    /// When it was sampled last, and whether a wait has begun since then.
    looked: Nanos,
    has_new_wait: bool,
    /// When its account was read last, and whether it has got a core since then.
    accounted: Nanos,
    owes_account: bool,
    news: Sightings,
}

/// How the switches of a thread are known.
#[derive(Debug)]
enum Switches {
    Recorded(SwitchRecords),
    Sampled(Sampling),
}

impl Outside {
    /// Starts to watch a run of a Python model, with the kernel's records if it `may_record`. No thread is watched yet.
    /// `None` if there is nothing to see, or if the system refuses a thread.
    pub fn start(arena: Arc<Arena>, plan: &Plan, may_record: bool) -> Option<Outside> {
        if !plan.model().is_python() {
            return None;
        }
        let shared = Arc::new(WatchedThreads::default());
        let (watching, of_run) = (shared.clone(), arena.clone());
        let thread = Builder::new().name("outside".into()).spawn(move || {
            os::request_short_time_slices();
            watching.watch(&of_run);
        });
        let states = |_| LaneStates::new(plan.lock() == Lock::Real);
        Some(Outside {
            lanes: vec![None; arena.workers() as usize],
            states: (0..arena.workers()).map(states).collect(),
            arena,
            shared,
            may_record,
            is_sampled: false,
            processes: HashMap::new(),
            thread: Some(thread.ok()?),
        })
    }

    /// Watches the workers that have arrived since the last call.
    ///
    /// # Errors
    /// If the system refuses it for one of them.
    pub fn attach(&mut self) -> io::Result<()> {
        for worker in 0..self.arena.workers() {
            let lane = self.arena.lane(worker);
            if lane.state() == LaneState::Absent || self.lanes[worker as usize].is_some() {
                continue;
            }
            let (pid, tid) = (lane.pid.load(Relaxed), lane.tid.load(Relaxed));
            let index = self.index_of(worker, pid, tid)?;
            self.lanes[worker as usize] = Some(index);
        }
        Ok(())
    }

    /// Replaces the workers' transitions by the merged ones, as far as these are certain, or all if the run is over. What
    /// seems to follow them is ahead. Returns a moment that no transition precedes that is merged later.
    pub fn merge(&mut self, lanes: &mut [LaneUpdate], is_over: bool) -> Nanos {
        let mut merged_until = Nanos::MAX;
        let seen = self.take(is_over);
        for ((update, states), news) in lanes.iter_mut().zip(&mut self.states).zip(seen) {
            states.add_own(&update.transitions);
            states.add(&news);
            update.transitions = if is_over {
                states.conclude(update.last_stamp)
            } else {
                states.merge(update.last_stamp)
            };
            if !is_over {
                update.ahead = states.ahead();
            }
            update.is_watched = true;
            update.is_sampled = self.is_sampled;
            update.last_stamp = update.last_stamp.min(states.merged_until());
            merged_until = merged_until.min(states.merged_until());
        }
        merged_until
    }

    /// The index of the watched thread, which is attached unless another lane has it already.
    fn index_of(&mut self, worker: u32, pid: u32, tid: u32) -> io::Result<usize> {
        let process = self.processes.entry(pid);
        let process = process.or_insert_with(|| Arc::new(ProcessFiles::open(pid)));
        let mut threads = lock(&self.shared.threads);
        let known = threads
            .iter()
            .position(|watched| watched.files.thread == tid);
        if let Some(index) = known {
            threads[index].lanes.push(worker);
            for worker in &threads[index].lanes {
                self.states[*worker as usize].shares_thread = true;
            }
            return Ok(index);
        }
        let pages = (PAGES / self.lanes.len().max(1)).clamp(2, PAGES_OF_ONE);
        let files = ThreadFiles::open(process.clone(), tid)?;
        let records = self
            .may_record
            .then(|| SwitchRecords::open(tid, 1 << pages.ilog2()).ok());
        let switches = match records.flatten() {
            Some(records) => Switches::Recorded(records),
            None => Switches::Sampled(Sampling::new(sample(&files)?)),
        };
        self.is_sampled |= matches!(switches, Switches::Sampled(_));
        let mut watched = WatchedThread {
            lanes: vec![worker],
            switches,
            files,
            place: Whereabouts::Unknown,
            looked: 0,
            has_new_wait: false,
            accounted: 0,
            owes_account: true,
            news: Sightings::default(),
        };
        watched.take_account(0);
        threads.push(watched);
        Ok(threads.len() - 1)
    }

    /// What was seen of each lane's thread since the last call, by lane, with moments since `t0`.
    fn take(&mut self, is_over: bool) -> Vec<Sightings> {
        let t0 = self.arena.t0();
        let mut threads = lock(&self.shared.threads);
        let samples_all = is_over || threads.len() <= SAMPLED_TOGETHER;
        let news = threads.iter_mut().map(|watched| {
            watched.take_records();
            watched.take_account(0);
            if samples_all {
                watched.take_sample();
            }
            since(t0, mem::take(&mut watched.news))
        });
        let news: Vec<Sightings> = news.collect();
        drop(threads);
        let of_lane = |thread: &Option<usize>| {
            thread.map_or_else(Sightings::default, |index| news[index].clone())
        };
        self.lanes.iter().map(of_lane).collect()
    }

    /// CPU time of watching so far.
    pub fn cpu(&self) -> Nanos {
        self.shared.cpu.load(Relaxed)
    }
}

impl Drop for Outside {
    fn drop(&mut self) {
        // Release: nothing else depends on it, but the thread must see it.
        self.shared.is_over.store(true, Release);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            let _ = thread.join();
        }
    }
}

impl WatchedThreads {
    fn watch(&self, arena: &Arena) {
        let mut first = 0;
        while !self.is_over.load(Acquire) {
            std::thread::park_timeout(PERIOD);
            let mut threads = lock(&self.threads);
            let all = threads.len();
            let mut looks = 0;
            for index in 0..all {
                let watched = &mut threads[(first + index) % all];
                watched.take_records();
                watched.take_account(ACCOUNTS_APART);
                if looks < LOOKS_AT_ONCE && watched.is_due(arena) {
                    watched.look();
                    watched.take_sample();
                    looks += 1;
                }
            }
            // The others have their turn first the next time.
            first = (first + looks) % all.max(1);
            drop(threads);
            self.cpu.store(clock::thread_cpu(), Relaxed);
        }
    }
}

impl WatchedThread {
    fn take_records(&mut self) {
        let Switches::Recorded(records) = &mut self.switches else {
            return;
        };
        let known = self.news.switches.len();
        self.news.complete_until = clock::now();
        records.take(&mut self.news.switches);
        self.news.lost += mem::take(&mut records.lost);
        let new = &self.news.switches[known..];
        if let Some(last) = new.last() {
            (self.place, self.has_new_wait) = (last.place, true);
            self.owes_account |= new.iter().any(|switch| switch.place == Whereabouts::OnCore);
        }
    }

    /// Reads the account of a thread that has got a core, unless it was read a moment ago.
    fn take_account(&mut self, apart: Nanos) {
        let now = clock::now();
        if self.owes_account && now >= self.accounted + apart {
            (self.accounted, self.owes_account) = (now, false);
            self.news.accounts.extend(self.files.account(now));
        }
    }

    fn take_sample(&mut self) {
        let Switches::Sampled(samples) = &mut self.switches else {
            return;
        };
        self.news.complete_until = clock::now();
        // A thread that is gone does nothing more.
        if let Ok(now) = sample(&self.files) {
            self.news.complete_until = now.at;
            self.news.spans.push(samples.span_until(now));
        }
    }

    /// Whether the thread is to be sampled.
    fn is_due(&self, arena: &Arena) -> bool {
        let is_in_step = |worker: &u32| {
            let phase = arena.lane(*worker).open_phase.load(Relaxed) as u8;
            Phase::from_number(phase).and_then(states::step).is_some()
        };
        let is_unknown = match self.switches {
            Switches::Sampled(_) => true,
            Switches::Recorded(_) => {
                let apart = match self.has_new_wait {
                    true => LOOKS_APART,
                    false => LOOK_AGAIN,
                };
                self.place == Whereabouts::Blocked && self.news.complete_until > self.looked + apart
            }
        };
        is_unknown && self.lanes.iter().any(is_in_step)
    }

    /// Sampling the wait of a thread whose switches are recorded.
    fn look(&mut self) {
        let since = clock::now();
        if let Switches::Recorded(_) = self.switches
            && let Some(seen) = self.files.look()
        {
            let at = clock::now();
            (self.looked, self.has_new_wait) = (at, false);
            self.news.looks.push(Glimpse { since, at, seen });
        }
    }
}

/// A sample of a thread; an error if it is gone.
fn sample(files: &ThreadFiles) -> io::Result<ThreadSample> {
    let showed: Showed = files.look().ok_or(io::ErrorKind::NotFound)?;
    let at = clock::now();
    Ok(ThreadSample {
        at,
        showed,
        account: files.account(at),
    })
}

/// The same news with moments since `t0`.
fn since(t0: Nanos, mut news: Sightings) -> Sightings {
    let shift = |at: &mut Nanos| *at = at.saturating_sub(t0);
    news.switches
        .iter_mut()
        .for_each(|switch| shift(&mut switch.at));
    for look in &mut news.looks {
        shift(&mut look.since);
        shift(&mut look.at);
    }
    news.accounts
        .iter_mut()
        .for_each(|account| shift(&mut account.at));
    for span in &mut news.spans {
        shift(&mut span.from);
        shift(&mut span.to);
    }
    shift(&mut news.complete_until);
    news
}
