//! How fast the machine and its interpreters compute, as far as it was ever seen: kept beside the history, so that the same
//! time for a task becomes the same number of steps each time, however busy the machine is.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, ErrorKind},
    path::Path,
    time::Duration,
};

use serde::{Deserialize, Serialize};

use super::{
    log::{folder_of, locked, make_folder, replace_whole},
    own::beginning,
    place::Place,
};
use crate::domain::{machine::Machine, python::FoundPython, speed::Speed};

/// The version of the file.
const VERSION: u32 = 1;
/// Seen to be this much faster, the machine is believed to be: nothing makes a core faster than it is. Less is chance, and
/// changes no number of steps.
const FASTER: f64 = 1.05;
/// Below this share of its speed, what was seen is worth a word.
const SLOW: f64 = 0.8;
/// How long others are waited for that change the file; each takes less than a millisecond.
const PATIENCE: Duration = Duration::from_secs(1);
/// Of a longer file nothing is believed: speeds of a few hundred machines and interpreters are shorter.
const LONGEST: usize = 1 << 20;

/// `{"v":1,"speeds":{…}}`.
#[derive(Serialize, Deserialize)]
struct Kept {
    v: u32,
    speeds: BTreeMap<String, Speed>,
}

/// A speed to make steps of times by.
#[derive(Clone, Debug, PartialEq)]
pub struct Agreed {
    /// The fastest that was ever seen here.
    pub speed: Speed,
    /// What was seen today, as a share of it: 1 unless something else uses the machine.
    pub today: f64,
}

impl Agreed {
    /// That times come out longer today than they were asked for, if that is so.
    pub fn caveat(&self) -> Option<String> {
        (self.today < SLOW).then(|| {
            format!(
                "this machine computes at {:.0} % of its speed now, so tasks will take longer than that",
                self.today * 100.0
            )
        })
    }
}

/// What is known of this machine's own speed, now that this much was measured. Nothing is kept without a place.
pub fn of_machine(place: Option<&Place>, machine: &Machine, measured: Speed) -> Agreed {
    let version = env!("CARGO_PKG_VERSION");
    agree(place, &format!("{} {version}", name(machine)), measured)
}

/// What is known of an interpreter's speed on this machine. The interpreter gets the speed that was agreed on.
pub fn of_python(place: Option<&Place>, machine: &Machine, found: &mut FoundPython) -> Agreed {
    let interpreter = &found.interpreter;
    let who = format!(
        "{} {} {}",
        name(machine),
        interpreter.path,
        interpreter.version_name()
    );
    let agreed = agree(place, &who, found.speed());
    found.steps_per_s = agreed.speed.rate();
    agreed
}

/// Machines that share a home directory have speeds of their own.
fn name(machine: &Machine) -> String {
    format!("{} {:?}", machine.in_short(), machine.memory_bytes)
}

fn agree(place: Option<&Place>, who: &str, measured: Speed) -> Agreed {
    let file = place.map(Place::speeds);
    let _lock = file.as_deref().map(changing);
    let mut speeds = file.as_deref().map(read).unwrap_or_default();
    let before = speeds.remove(who);
    let speed = before.as_ref().map_or_else(
        || measured.clone(),
        |before| before.improved_by(&measured, FASTER),
    );
    if before.as_ref() != Some(&speed)
        && let Some(file) = file.filter(|file| may_be_replaced(file))
    {
        speeds.insert(who.to_owned(), speed.clone());
        let kept = Kept { v: VERSION, speeds };
        // What cannot be kept is measured again the next time.
        let _ = serde_json::to_vec(&kept).map(|text| replace_whole(&file, &text));
    }
    let today = measured.compared_with(&speed).min(1.0);
    Agreed { speed, today }
}

/// Keeps other programs from changing the file meanwhile: a lock on its directory, as the file is replaced.
/// Where there are no locks, somebody's speed may get lost, and is measured again.
fn changing(file: &Path) -> io::Result<File> {
    let folder = folder_of(file);
    make_folder(folder)?;
    let lock = File::open(folder)?;
    let _ = locked(PATIENCE, || lock.try_lock());
    Ok(lock)
}

/// What is kept; nothing if the file is not there, or is none of this version.
fn read(file: &Path) -> BTreeMap<String, Speed> {
    match serde_json::from_slice(&beginning(file, LONGEST).unwrap_or_default()) {
        Ok(Kept { v: VERSION, speeds }) => speeds
            .into_iter()
            .filter(|(_, speed)| speed.is_possible())
            .collect(),
        _ => BTreeMap::new(),
    }
}

/// What every file of this version begins with.
const BEGINNING: &[u8] = b"{\"v\":1,\"speeds\":";

/// Whether there is nothing at this path, or a plain file of speeds of this version: nothing else is replaced.
fn may_be_replaced(file: &Path) -> bool {
    match file.symlink_metadata() {
        Err(error) => error.kind() == ErrorKind::NotFound,
        Ok(there) => {
            let begins = beginning(file, BEGINNING.len());
            there.is_file() && begins.is_ok_and(|begins| begins == BEGINNING)
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn place(folder: &tempfile::TempDir) -> Place {
        Place {
            file: folder.path().join("history.jsonl"),
        }
    }

    #[test]
    fn a_busy_machine_gets_the_steps_of_a_quiet_one() {
        let folder = tempfile::tempdir().unwrap();
        let place = place(&folder);
        let agreed = |rate| agree(Some(&place), "one", Speed::uniform(rate));
        assert_eq!(agreed(1e7).today, 1.0);
        let busy = agreed(5e6);
        assert_eq!((busy.speed.clone(), busy.today), (Speed::uniform(1e7), 0.5));
        assert!(busy.caveat().is_some_and(|said| said.contains("50 %")));
        assert_eq!(agreed(1.04e7).speed, Speed::uniform(1e7), "chance");
        assert!(agreed(1.04e7).caveat().is_none());
        assert_eq!(agreed(2e7).speed, Speed::uniform(2e7), "it was busy before");
        assert_eq!(agreed(1e7).speed, Speed::uniform(2e7));
        let other = agree(Some(&place), "other", Speed::uniform(3.0));
        assert_eq!(other.speed, Speed::uniform(3.0));
        assert_eq!(agreed(1e7).speed, Speed::uniform(2e7), "each has its own");
    }

    #[test]
    fn a_file_that_is_none_of_ours_is_neither_believed_nor_replaced() {
        for text in [
            "mine",
            "{\"v\":9,\"speeds\":{}}",
            "{\"v\":1,\"speeds\":{\"one\":[]}}",
            "{\"v\":1,\"kind\":\"session\"}",
            "",
        ] {
            let folder = tempfile::tempdir().unwrap();
            let place = place(&folder);
            fs::write(place.speeds(), text).unwrap();
            let agreed = agree(Some(&place), "one", Speed::uniform(7.0));
            assert_eq!(agreed.speed, Speed::uniform(7.0), "{text}");
            let kept = fs::read_to_string(place.speeds()).unwrap();
            let is_ours = text.starts_with("{\"v\":1,\"speeds\":");
            assert_eq!(kept == text, !is_ours, "{text}: {kept}");
        }
    }

    #[test]
    fn without_a_place_nothing_is_written() {
        let agreed = agree(None, "one", Speed::uniform(7.0));
        assert_eq!(agreed.speed, Speed::uniform(7.0));
    }
}
