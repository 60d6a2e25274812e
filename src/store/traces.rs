//! The details beside the history, in one file per run: its trace, its tasks, and its workers if there are many.
//!
//! Each file is written completely or not at all. Their total size is limited: starting with the oldest run, traces are
//! thinned first ([`Trace::thin`]), then files are removed. The records in the history are never touched.

use std::{
    borrow::Cow,
    fs,
    io::{self, BufWriter, ErrorKind, Write},
    path::PathBuf,
    time::Duration,
};

use serde::{Deserialize, Serialize};

use super::{
    error::StoreError,
    line::{BEGINNING, VERSION},
    log::make_folder,
    own::{beginning, behind_version, is_users_file},
    place::HistoryPlace,
};
use crate::domain::{
    history::{RunEntry, TraceState as AtHand},
    record::{Record, TaskRecord, WorkerRecord},
    text,
    trace::{EVENTS_PER_INTERVAL, Trace},
};

/// The maximum size of all files together, in bytes.
pub const BYTES_MAX: u64 = 256 << 20;
/// A run with more workers has them in this file, not in its line.
const WORKERS_IN_LINE: usize = 64;
/// A trace with more events is thinned before it is kept.
const EVENTS_MAX: u64 = 1 << 20;
/// The number of intervals in a lane after its trace was thinned to save space.
const SLICES: u64 = 512;
/// Files smaller than this would hardly become smaller by thinning.
const SMALL: u64 = 64 << 10;
/// Unknown and partly written files are removed after this time. Until then, another program may be about to use them.
const ABANDONED: Duration = Duration::from_secs(3600);

/// The maximum length of a format version, in digits.
const DIGITS_MAX: usize = 20;

/// The endings of the files' names.
const WHOLE: &str = "json";
const THINNED: &str = "thinned.json";
const TEMPORARY: &str = ".tmp";

/// A record without what is kept beside the history.
pub fn without_details(record: &Record) -> Record {
    let mut line = Record {
        tasks: None,
        ..record.clone()
    };
    if line.workers.len() > WORKERS_IN_LINE {
        line.workers = vec![];
    }
    line
}

/// The details of a run that are kept beside its line.
#[derive(Debug, Serialize, Deserialize)]
pub struct RunDetails<'a> {
    v: u64,
    id: Cow<'a, str>,
    /// The tasks, if the record has them.
    tasks: Option<Cow<'a, [TaskRecord]>>,
    /// The workers, if they are not in the line.
    workers: Option<Cow<'a, [WorkerRecord]>>,
    /// The trace of the run.
    pub trace: Cow<'a, Trace>,
}

impl RunDetails<'_> {
    /// Adds the details to the record. Returns the trace.
    pub fn complete(self, record: &mut Record) -> Trace {
        if let Some(tasks) = self.tasks {
            record.tasks = Some(tasks.into_owned());
        }
        if let Some(workers) = self.workers {
            record.workers = workers.into_owned();
        }
        self.trace.into_owned()
    }
}

/// The directory of these files.
#[derive(Clone, Debug)]
pub struct TraceFolder {
    folder: PathBuf,
}

/// One file of the directory.
#[derive(Debug)]
struct TraceFile {
    id: String,
    path: PathBuf,
    bytes: u64,
    form: Completeness,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Completeness {
    Whole,
    Thinned,
    /// Not completely written: `.ID.RANDOM.tmp`, in earlier versions `.ID.PROCESS.tmp`.
    Partial,
}

/// The id and the form of the file with this name.
fn named(name: &str) -> Option<(&str, Completeness)> {
    let (id, form) = match name.split_once('.')? {
        ("", half) => (
            half.strip_suffix(TEMPORARY)?.split_once('.')?.0,
            Completeness::Partial,
        ),
        (id, WHOLE) => (id, Completeness::Whole),
        (id, THINNED) => (id, Completeness::Thinned),
        _ => return None,
    };
    is_file_name(id).then_some((id, form))
}

impl TraceFile {
    /// Whether this program certainly wrote the file: it is a regular file of this user and starts with the id in its
    /// name, as far as it goes. The name alone is no proof, because anyone may put a file there.
    fn is_ours(&self) -> bool {
        let expected = format!(",\"id\":\"{}\",", self.id);
        let most = BEGINNING.len() + DIGITS_MAX + expected.len();
        fs::symlink_metadata(&self.path).is_ok_and(|there| is_users_file(&there))
            && beginning(&self.path, most).is_ok_and(|start| match behind_version(&start) {
                Some(rest) => rest.iter().zip(expected.as_bytes()).all(|(a, b)| a == b),
                None => BEGINNING.starts_with(&start),
            })
    }

    /// Whether the file was written so long ago that no program is about to use it.
    fn is_abandoned(&self) -> bool {
        fs::symlink_metadata(&self.path)
            .and_then(|there| there.modified())
            .is_ok_and(|modified| modified.elapsed().is_ok_and(|age| age > ABANDONED))
    }
}

impl TraceFolder {
    /// The traces of the history at this place.
    pub fn beside(place: &HistoryPlace) -> TraceFolder {
        TraceFolder {
            folder: place.traces(),
        }
    }

    /// Keeps the details of this run.
    ///
    /// # Errors
    /// If they cannot be kept; the message is one sentence, and no part of them is left.
    pub fn keep(&self, record: &Record, trace: &Trace) -> Result<(), StoreError> {
        let lanes = &trace.lanes;
        let events: usize = lanes.iter().map(|lane| lane.transitions.len()).sum();
        let intervals = EVENTS_MAX / EVENTS_PER_INTERVAL / lanes.len().max(1) as u64;
        let mut trace = Cow::Borrowed(trace);
        if events as u64 > EVENTS_MAX {
            trace.to_mut().thin(intervals.max(16));
        }
        let many = record.workers.len() > WORKERS_IN_LINE;
        let details = RunDetails {
            v: VERSION,
            id: record.id.as_str().into(),
            tasks: record.tasks.as_deref().map(Cow::from),
            workers: many.then(|| Cow::from(&record.workers)),
            trace,
        };
        self.write(&details, WHOLE)
            .map_err(StoreError::system("keep a timeline in", &self.folder))
    }

    /// The details of the run with this id.
    ///
    /// # Errors
    /// If there are none, or none that can be understood; the message is one sentence.
    pub fn read(&self, id: &str) -> Result<RunDetails<'static>, String> {
        let removed = || "its timeline was removed to save space; all numbers are kept".to_string();
        if !is_file_name(id) {
            return Err(removed());
        }
        let read = |end: &str| fs::read(self.folder.join(format!("{id}.{end}")));
        let content = match read(WHOLE) {
            Err(error) if error.kind() == ErrorKind::NotFound => read(THINNED),
            content => content,
        };
        let content = content.map_err(|error| match error.kind() {
            ErrorKind::NotFound => removed(),
            _ => format!("its timeline cannot be read: {}", text::plain(&error)),
        })?;
        let details: RunDetails<'_> = serde_json::from_slice(&content)
            .map_err(|_| "its timeline cannot be drawn, because its file is damaged".to_string())?;
        if details.v > VERSION {
            return Err(
                "its timeline was written by a newer pconc-tui, which this one cannot read".into(),
            );
        }
        if details.id == id {
            Ok(details)
        } else {
            Err(removed())
        }
    }

    /// Adds the details to a run, as far as they still exist.
    pub fn complete(&self, run: &mut RunEntry) {
        if let Ok(details) = self.read(&run.record.id) {
            run.trace = details.complete(&mut run.record);
            run.trace_state = AtHand::Here;
        }
    }

    /// Limits the total size of the files to `most` bytes: starting with the oldest, traces are thinned, then files are
    /// removed.
    pub fn bound(&self, most: u64) {
        let sum = |files: &[TraceFile]| files.iter().map(|file| file.bytes).sum::<u64>();
        let mut kept = self.files();
        kept.retain(|file| file.form != Completeness::Partial);
        if sum(&kept) <= most {
            return;
        }
        // Checked only now, because it means opening each file.
        kept.retain(TraceFile::is_ours);
        let mut total = sum(&kept);
        // Ids sort by time.
        kept.sort_by(|a, b| a.id.cmp(&b.id));
        for file in kept
            .iter_mut()
            .filter(|file| file.form == Completeness::Whole)
        {
            if total > most {
                total -= file.bytes;
                // A file that cannot be made smaller is removed below if necessary.
                let _ = self.thin(file);
                total += file.bytes;
            }
        }
        for file in &kept {
            if total > most && fs::remove_file(&file.path).is_ok() {
                total -= file.bytes;
            }
        }
    }

    /// All files, in no particular order.
    fn files(&self) -> Vec<TraceFile> {
        let entries = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let files = entries.filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let (id, form) = named(&name)?;
            Some(TraceFile {
                id: id.into(),
                path: entry.path(),
                bytes: entry.metadata().ok()?.len(),
                form,
            })
        });
        files.collect()
    }

    /// Removes files that belong to no run and partly written ones, once they are abandoned. A file that only has such
    /// a name stays.
    pub fn sweep(&self, is_known: impl Fn(&str) -> bool) {
        let is_needed = |file: &TraceFile| file.form != Completeness::Partial && is_known(&file.id);
        for file in self.files() {
            if !is_needed(&file) && file.is_abandoned() && file.is_ours() {
                // Another program may have removed it already.
                let _ = fs::remove_file(file.path);
            }
        }
    }

    /// Thins the trace in a file, if that is possible.
    fn thin(&self, file: &mut TraceFile) -> Option<()> {
        if file.bytes < SMALL {
            return None;
        }
        let mut details = self.read(&file.id).ok()?;
        details.trace.to_mut().thin(SLICES);
        self.write(&details, THINNED).ok()?;
        let _ = fs::remove_file(&file.path);
        file.path = self.folder.join(format!("{}.{THINNED}", file.id));
        file.bytes = fs::metadata(&file.path).map_or(0, |metadata| metadata.len());
        Some(())
    }

    fn write(&self, details: &RunDetails<'_>, end: &str) -> io::Result<()> {
        let id = &details.id;
        if !is_file_name(id) {
            return Err(io::Error::other("the run's id is no file name"));
        }
        make_folder(&self.folder)?;
        let mut file = tempfile::Builder::new()
            .prefix(&format!(".{id}."))
            .suffix(TEMPORARY)
            .tempfile_in(&self.folder)?;
        let mut out = BufWriter::with_capacity(1 << 16, &mut file);
        serde_json::to_writer(&mut out, details)?;
        out.flush()?;
        drop(out);
        file.persist(self.folder.join(format!("{id}.{end}")))?;
        Ok(())
    }
}

/// Whether an id is safe as a file name. Ids are used as file names, and anyone may have written them.
fn is_file_name(id: &str) -> bool {
    (1..=100).contains(&id.len())
        && id
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

#[cfg(test)]
mod tests {
    use std::{fs::File, time::SystemTime};

    use super::*;
    use crate::{
        catalog::{model::Model, workload::Workload::Cpu},
        domain::{
            phase::Phase,
            trace::{Batch, LaneUpdate, Transition},
        },
        fixtures::sample,
    };

    fn traces() -> (tempfile::TempDir, TraceFolder) {
        let folder = tempfile::tempdir().unwrap();
        let traces = TraceFolder::beside(&HistoryPlace {
            file: folder.path().join("history"),
        });
        (folder, traces)
    }

    fn record(id: &str) -> Record {
        Record {
            id: id.into(),
            ..sample::record(sample::plan(Cpu, Model::Serial, 1), 1.0, 1.0)
        }
    }

    /// A trace of a few hundred kilobytes.
    fn large() -> Trace {
        let phase = |i: u64| {
            if i.is_multiple_of(2) {
                Phase::Computing
            } else {
                Phase::File
            }
        };
        let event = |i| Transition {
            at: i * 1_003,
            task: Some(i as u32),
            phase: phase(i),
            core: 0,
            after_gap: false,
        };
        let lanes = vec![LaneUpdate {
            transitions: (0..30_000).map(event).collect(),
            ..LaneUpdate::default()
        }];
        let mut trace = Trace::new(1);
        trace.apply(Batch {
            now: 30_090_000,
            lanes,
            ..Batch::default()
        });
        trace
    }

    fn total(traces: &TraceFolder) -> u64 {
        traces.files().iter().map(|file| file.bytes).sum()
    }

    #[test]
    fn the_oldest_are_thinned_first_and_removed_only_when_that_is_not_enough() {
        let (_folder, traces) = traces();
        for id in ["b", "a", "d", "c"] {
            traces.keep(&record(id), &large()).unwrap();
        }
        let one = total(&traces) / 4;
        assert!(one > SMALL, "the test needs large ones");
        let thinned =
            || ["a", "b", "c", "d"].map(|id| traces.read(id).ok().map(|it| it.trace.is_thinned));
        traces.bound(4 * one);
        assert_eq!(thinned(), [Some(false); 4]);
        traces.bound(3 * one);
        assert_eq!(
            thinned(),
            [Some(true), Some(true), Some(false), Some(false)]
        );
        assert!(total(&traces) <= 3 * one);
        let thin = traces.files().iter().map(|file| file.bytes).min().unwrap();
        traces.bound(3 * thin + thin / 2);
        assert_eq!(thinned(), [None, Some(true), Some(true), Some(true)]);
        assert!(total(&traces) <= 3 * thin + thin / 2);
        assert!(
            traces
                .read("a")
                .unwrap_err()
                .to_string()
                .contains("removed to save space")
        );
        traces.bound(0);
        assert_eq!((total(&traces), thinned()), (0, [None; 4]));
    }

    #[test]
    fn files_without_a_run_and_partial_files_are_removed_once_they_are_abandoned() {
        let (_folder, traces) = traces();
        for id in ["known", "orphan"] {
            traces.keep(&record(id), &Trace::new(1)).unwrap();
        }
        let files = [
            "known.json",
            "orphan.json",
            ".known.7.tmp",
            "somebody's notes.txt",
        ];
        let path = |name: &str| traces.folder.join(name);
        fs::write(path(files[2]), "{").unwrap();
        fs::write(path(files[3]), "hm").unwrap();
        let there = || files.map(|name| path(name).exists());
        traces.sweep(|id| id == "known");
        assert_eq!(
            there(),
            [true; 4],
            "somebody may be about to append the line"
        );
        for name in files {
            let file = File::options().append(true).open(path(name)).unwrap();
            file.set_modified(SystemTime::now() - 2 * ABANDONED)
                .unwrap();
        }
        traces.sweep(|id| id == "known");
        assert_eq!(there(), [true, false, false, true]);
    }

    #[test]
    fn a_file_that_only_has_the_name_of_a_trace_is_never_removed() {
        let (folder, traces) = traces();
        traces.keep(&record("known"), &large()).unwrap();
        let path = |name: &str| traces.folder.join(name);
        let another = fs::read_to_string(path("known.json")).unwrap();
        let files = [
            ("notes.json", "{\"mine\": 1}"),
            ("list.thinned.json", "[1, 2]"),
            ("other.json", &another[..]),
            ("v.json", "{\"v\":1,\"id\":\"vw\",\"mine\":2}"),
            (".notes.7.tmp", "mine"),
            (".draft.tmp", ""),
        ];
        for (name, content) in files {
            fs::write(path(name), content).unwrap();
        }
        let elsewhere = folder.path().join("elsewhere");
        fs::write(&elsewhere, "{\"v\":1,\"id\":\"link\",").unwrap();
        std::os::unix::fs::symlink(&elsewhere, path("link.json")).unwrap();
        for (name, _) in files {
            let file = File::options().append(true).open(path(name)).unwrap();
            file.set_modified(SystemTime::now() - 2 * ABANDONED)
                .unwrap();
        }
        traces.sweep(|_| false);
        traces.keep(&record("recent"), &Trace::new(1)).unwrap();
        let one = fs::metadata(path("recent.json")).unwrap().len();
        traces.bound(one);
        assert!(
            path("recent.json").exists(),
            "what others put there costs no trace its place"
        );
        traces.bound(0);
        for (name, content) in files {
            assert_eq!(
                fs::read_to_string(path(name)).ok().as_deref(),
                Some(content),
                "{name}"
            );
        }
        assert!(elsewhere.exists() && path("link.json").is_symlink());
        assert!(!path("known.json").exists() && !path("known.thinned.json").exists());
    }

    #[test]
    fn a_trace_with_very_many_events_is_thinned() {
        let (_folder, traces) = traces();
        let mut trace = Trace::new(1);
        let phase = |i: u64| {
            if i.is_multiple_of(2) {
                Phase::Computing
            } else {
                Phase::File
            }
        };
        let event = |i| Transition {
            at: i * 10,
            task: None,
            phase: phase(i),
            core: 0,
            after_gap: false,
        };
        let transitions = (0..EVENTS_MAX + 10).map(event).collect();
        let lanes = vec![LaneUpdate {
            transitions,
            ..LaneUpdate::default()
        }];
        trace.apply(Batch {
            now: (EVENTS_MAX + 10) * 10,
            lanes,
            ..Batch::default()
        });
        traces.keep(&record("a"), &trace).unwrap();
        let kept = traces.read("a").unwrap().trace;
        assert!(kept.is_thinned && (kept.most_events() as u64) <= EVENTS_MAX);
        assert!(!trace.is_thinned, "the one on the screen is as it was");
    }
}
