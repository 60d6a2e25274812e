//! What is kept beside the history, in a file per run: its trace, its tasks, and its workers if they are many.
//!
//! Each file is written whole or not at all. Together they are bounded: from the oldest run on, traces are
//! made poorer first ([`Trace::thin`]), then files are removed. The records in the history are never touched.

use std::borrow::Cow;
use std::fs::{self, File};
use std::io::{self, BufWriter, ErrorKind, Read, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

use super::error::StoreError;
use super::line::{BEGINNING, VERSION};
use super::log::make_folder;
use super::place::Place;
use crate::domain::record::{Record, TaskRecord, WorkerRecord};
use crate::domain::trace::{EVENTS_PER_SLICE, Trace};

/// How much all files together take at most, in bytes.
pub const BYTES_MAX: u64 = 256 << 20;
/// A run with more workers has them in its file, not in its line.
const WORKERS_IN_LINE: usize = 64;
/// A trace with more events than that is kept poorer than it is.
const EVENTS_MAX: u64 = 1 << 20;
/// How many slices a lane keeps when its trace is made poorer to save room.
const SLICES: u64 = 512;
/// Files smaller than that would not become much smaller.
const SMALL: u64 = 64 << 10;
/// What nobody knows, and what is half written, is removed after so long: until then, somebody may be about to.
const ABANDONED: Duration = Duration::from_secs(3600);

/// The longest version of a file's shape, in digits.
const DIGITS_MAX: usize = 20;

/// How the files end.
const WHOLE: &str = ".json";
const THINNED: &str = ".thinned.json";
const TEMPORARY: &str = ".tmp";

/// A record as its line holds it.
pub fn without_details(record: &Record) -> Cow<'_, Record> {
    let many = record.workers.len() > WORKERS_IN_LINE;
    if record.tasks.is_none() && !many {
        return Cow::Borrowed(record);
    }
    let line = record.clone();
    Cow::Owned(Record {
        tasks: None,
        workers: if many { vec![] } else { line.workers },
        ..line
    })
}

/// What is kept of a run beside its line.
#[derive(Debug, Deserialize)]
pub struct Picture {
    v: u64,
    /// Its tasks, if its record has them.
    pub tasks: Option<Vec<TaskRecord>>,
    /// Its workers, if they are not in its line.
    pub workers: Option<Vec<WorkerRecord>>,
    /// What it looked like.
    pub trace: Trace,
}

impl Picture {
    /// The record of a line with what that does not hold, and its trace.
    pub fn complete(self, line: Record) -> (Record, Option<Trace>) {
        let record = Record {
            tasks: self.tasks.or(line.tasks),
            workers: self.workers.unwrap_or(line.workers),
            ..line
        };
        (record, Some(self.trace))
    }
}

/// A file as it is written.
#[derive(Serialize)]
struct Written<'a> {
    v: u64,
    id: &'a str,
    tasks: Option<&'a [TaskRecord]>,
    workers: Option<&'a [WorkerRecord]>,
    trace: &'a Trace,
}

/// The directory of these files.
#[derive(Clone, Debug)]
pub struct Pictures {
    folder: PathBuf,
}

/// One of them.
#[derive(Debug)]
struct Kept {
    id: String,
    path: PathBuf,
    bytes: u64,
    is_thinned: bool,
}

impl Kept {
    /// Whether the program surely wrote it: it is a file of this user and no link, and begins with the id in its name, as
    /// far as it goes. The name alone says nothing: anybody may put a file there.
    fn is_ours(&self) -> bool {
        let is_file = fs::symlink_metadata(&self.path)
            .is_ok_and(|there| there.is_file() && there.uid() == nix::unistd::geteuid().as_raw());
        is_file && self.begins_with_its_id().unwrap_or(false)
    }

    fn begins_with_its_id(&self) -> io::Result<bool> {
        let expected = format!(",\"id\":\"{}\",", self.id);
        let mut beginning = vec![];
        let most = BEGINNING.len() + DIGITS_MAX + expected.len();
        File::open(&self.path)?
            .take(most as u64)
            .read_to_end(&mut beginning)?;
        let Some(rest) = beginning.strip_prefix(BEGINNING) else {
            return Ok(BEGINNING.starts_with(&beginning));
        };
        let version = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (rest, expected) = (&rest[version..], expected.as_bytes());
        Ok(rest.starts_with(expected) || (beginning.len() < most && expected.starts_with(rest)))
    }
}

impl Pictures {
    /// Those of the history at this place.
    pub fn beside(place: &Place) -> Pictures {
        Pictures {
            folder: place.traces(),
        }
    }

    /// Keeps what the line of this run does not hold.
    ///
    /// # Errors
    /// One sentence; nothing is left of it then.
    pub fn keep(&self, record: &Record, trace: &Trace) -> Result<(), StoreError> {
        let events: u64 = trace
            .lanes()
            .iter()
            .map(|lane| lane.transitions().len() as u64)
            .sum();
        let mut trace = Cow::Borrowed(trace);
        if events > EVENTS_MAX {
            let lanes = trace.lanes().len().max(1) as u64;
            trace
                .to_mut()
                .thin((EVENTS_MAX / EVENTS_PER_SLICE / lanes).max(16));
        }
        let many = record.workers.len() > WORKERS_IN_LINE;
        let written = Written {
            v: VERSION,
            id: &record.id,
            tasks: record.tasks.as_deref(),
            workers: many.then_some(&record.workers[..]),
            trace: &trace,
        };
        self.write(&record.id, WHOLE, &written)
    }

    /// What is kept of the run with this id.
    ///
    /// # Errors
    /// One sentence, if there is nothing, or nothing that could be understood.
    pub fn read(&self, id: &str) -> Result<Picture, StoreError> {
        if !is_file_name(id) {
            return Err(StoreError::NoPicture);
        }
        let read = |end: &str| fs::read(self.folder.join(format!("{id}{end}")));
        let content = match read(WHOLE) {
            Err(error) if error.kind() == ErrorKind::NotFound => read(THINNED),
            content => content,
        };
        let content = content.map_err(|error| match error.kind() {
            ErrorKind::NotFound => StoreError::NoPicture,
            _ => StoreError::UnreadablePicture(error),
        })?;
        let picture: Picture = serde_json::from_slice(&content)?;
        if picture.v > VERSION {
            return Err(StoreError::NewerPicture);
        }
        Ok(picture)
    }

    /// Makes all files together take at most `most` bytes: from the oldest on, traces are made poorer, then files removed.
    pub fn bound(&self, most: u64) {
        let sum = |files: &[Kept]| files.iter().map(|file| file.bytes).sum::<u64>();
        let mut kept = self.kept();
        if sum(&kept) <= most {
            return;
        }
        // Looked at only now, as that means opening each.
        kept.retain(Kept::is_ours);
        let mut total = sum(&kept);
        // Ids sort by time.
        kept.sort_by(|a, b| a.id.cmp(&b.id));
        for file in kept.iter_mut().filter(|file| !file.is_thinned) {
            if total > most {
                total -= file.bytes;
                // One that cannot be made smaller is removed below, if need be.
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

    /// All files, in no order.
    fn kept(&self) -> Vec<Kept> {
        let entries = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let kept = entries.filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let thinned = name.strip_suffix(THINNED);
            let id = thinned
                .or_else(|| name.strip_suffix(WHOLE))
                .filter(|id| is_file_name(id))?;
            let bytes = entry.metadata().ok()?.len();
            Some(Kept {
                id: id.into(),
                path: entry.path(),
                bytes,
                is_thinned: thinned.is_some(),
            })
        });
        kept.collect()
    }

    /// Removes what belongs to no run, and what was never written to its end, once it is abandoned. A file that only has
    /// the name of ours stays.
    pub fn sweep(&self, is_known: impl Fn(&str) -> bool) {
        let orphans = self.kept().into_iter().filter(|file| !is_known(&file.id));
        let halves = self.half_written();
        let is_old = |path: &Path| {
            fs::symlink_metadata(path)
                .and_then(|there| there.modified())
                .is_ok_and(is_abandoned)
        };
        for file in orphans
            .chain(halves)
            .filter(|file| is_old(&file.path) && file.is_ours())
        {
            // Another program may have been faster.
            let _ = fs::remove_file(file.path);
        }
    }

    /// Files that were never written to their ends: `.ID.RANDOM.tmp`, in earlier versions `.ID.PROCESS.tmp`.
    fn half_written(&self) -> Vec<Kept> {
        let entries = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let half_written = entries.filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let (id, rest) = name
                .strip_prefix('.')?
                .strip_suffix(TEMPORARY)?
                .rsplit_once('.')?;
            let is_form = is_file_name(id) && is_file_name(rest);
            is_form.then(|| Kept {
                id: id.into(),
                path: entry.path(),
                bytes: 0,
                is_thinned: false,
            })
        });
        half_written.collect()
    }

    /// Makes the trace in a file poorer.
    fn thin(&self, file: &mut Kept) -> Result<(), StoreError> {
        if file.bytes < SMALL || !file.is_ours() {
            return Ok(());
        }
        let mut picture = self.read(&file.id)?;
        picture.trace.thin(SLICES);
        let written = Written {
            v: VERSION,
            id: &file.id,
            tasks: picture.tasks.as_deref(),
            workers: picture.workers.as_deref(),
            trace: &picture.trace,
        };
        self.write(&file.id, THINNED, &written)?;
        let _ = fs::remove_file(&file.path);
        file.path = self.folder.join(format!("{}{THINNED}", file.id));
        file.bytes = fs::metadata(&file.path).map_or(0, |metadata| metadata.len());
        Ok(())
    }

    fn write(&self, id: &str, end: &str, written: &Written<'_>) -> Result<(), StoreError> {
        self.write_whole(id, end, written)
            .map_err(StoreError::system("keep a timeline in", &self.folder))
    }

    fn write_whole(&self, id: &str, end: &str, written: &Written<'_>) -> io::Result<()> {
        if !is_file_name(id) {
            return Err(io::Error::other("the run's id is no file name"));
        }
        make_folder(&self.folder)?;
        let mut file = tempfile::Builder::new()
            .prefix(&format!(".{id}."))
            .suffix(TEMPORARY)
            .tempfile_in(&self.folder)?;
        let mut out = BufWriter::with_capacity(1 << 16, &mut file);
        serde_json::to_writer(&mut out, written)?;
        out.flush()?;
        drop(out);
        file.persist(self.folder.join(format!("{id}{end}")))?;
        Ok(())
    }
}

/// Ids name files, and may have been written by anybody.
fn is_file_name(id: &str) -> bool {
    (1..=100).contains(&id.len())
        && id
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

fn is_abandoned(modified: SystemTime) -> bool {
    modified.elapsed().is_ok_and(|age| age > ABANDONED)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::model::Model;
    use crate::catalog::workload::Workload::Cpu;
    use crate::domain::phase::Phase;
    use crate::domain::trace::{Batch, LaneUpdate, Transition};
    use crate::fixtures::sample;

    fn pictures() -> (tempfile::TempDir, Pictures) {
        let folder = tempfile::tempdir().unwrap();
        let pictures = Pictures::beside(&Place {
            file: folder.path().join("history"),
        });
        (folder, pictures)
    }

    fn record(id: &str) -> Record {
        Record {
            id: id.into(),
            ..sample::record(sample::plan(Cpu, Model::Serial, 1), 1.0, 1.0)
        }
    }

    /// One that takes a few hundred kilobytes.
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

    fn total(pictures: &Pictures) -> u64 {
        pictures.kept().iter().map(|file| file.bytes).sum()
    }

    #[test]
    fn the_oldest_are_made_poorer_first_and_removed_only_when_that_is_not_enough() {
        let (_folder, pictures) = pictures();
        for id in ["b", "a", "d", "c"] {
            pictures.keep(&record(id), &large()).unwrap();
        }
        let one = total(&pictures) / 4;
        assert!(one > SMALL, "the test needs large ones");
        let thinned = || {
            ["a", "b", "c", "d"].map(|id| pictures.read(id).ok().map(|it| it.trace.is_thinned()))
        };
        pictures.bound(4 * one);
        assert_eq!(thinned(), [Some(false); 4]);
        pictures.bound(3 * one);
        assert_eq!(
            thinned(),
            [Some(true), Some(true), Some(false), Some(false)]
        );
        assert!(total(&pictures) <= 3 * one);
        let poor = pictures.kept().iter().map(|file| file.bytes).min().unwrap();
        pictures.bound(3 * poor + poor / 2);
        assert_eq!(thinned(), [None, Some(true), Some(true), Some(true)]);
        assert!(total(&pictures) <= 3 * poor + poor / 2);
        assert!(
            pictures
                .read("a")
                .unwrap_err()
                .to_string()
                .contains("removed to save room")
        );
        pictures.bound(0);
        assert_eq!((total(&pictures), thinned()), (0, [None; 4]));
    }

    #[test]
    fn what_belongs_to_no_run_and_what_is_half_written_is_removed_once_it_is_abandoned() {
        let (_folder, pictures) = pictures();
        for id in ["known", "orphan"] {
            pictures.keep(&record(id), &Trace::new(1)).unwrap();
        }
        let files = [
            "known.json",
            "orphan.json",
            ".known.7.tmp",
            "somebody's notes.txt",
        ];
        let path = |name: &str| pictures.folder.join(name);
        fs::write(path(files[2]), "{").unwrap();
        fs::write(path(files[3]), "hm").unwrap();
        let there = || files.map(|name| path(name).exists());
        pictures.sweep(|id| id == "known");
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
        pictures.sweep(|id| id == "known");
        assert_eq!(there(), [true, false, false, true]);
    }

    #[test]
    fn a_file_that_only_has_the_name_of_a_picture_is_never_removed() {
        let (folder, pictures) = pictures();
        pictures.keep(&record("known"), &large()).unwrap();
        let path = |name: &str| pictures.folder.join(name);
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
        pictures.sweep(|_| false);
        pictures.keep(&record("recent"), &Trace::new(1)).unwrap();
        let one = fs::metadata(path("recent.json")).unwrap().len();
        pictures.bound(one);
        assert!(
            path("recent.json").exists(),
            "what others put there costs no picture its place"
        );
        pictures.bound(0);
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
    fn a_picture_with_very_many_events_is_kept_poorer() {
        let (_folder, pictures) = pictures();
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
        pictures.keep(&record("a"), &trace).unwrap();
        let kept = pictures.read("a").unwrap().trace;
        assert!(kept.is_thinned() && (kept.most_events() as u64) <= EVENTS_MAX);
        assert!(!trace.is_thinned(), "the one on the screen is as it was");
    }
}
