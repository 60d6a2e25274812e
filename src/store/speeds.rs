//! The highest speeds that were ever measured for the machine and its interpreters. They are kept beside the history,
//! so that the same time per task becomes the same number of steps each time, however busy the machine is.

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
    place::HistoryPlace,
};
use crate::domain::{machine::Machine, python::FoundPython, speed::Speed};

/// The version of the file.
const VERSION: u32 = 1;
/// A measurement must be faster by this factor to replace the known speed: disturbances only slow a core down. A
/// smaller gain is chance and must not change the number of steps.
const FASTER: f64 = 1.05;
/// Below this share of the known speed, the user gets a message.
const SLOW: f64 = 0.8;
/// The time limit for waiting until other programs have changed the file. Each takes less than a millisecond.
const PATIENCE: Duration = Duration::from_secs(1);
/// The maximum length of the file, in bytes. Speeds of a few hundred machines and interpreters are shorter, so a longer
/// file is ignored.
const LONGEST: usize = 1 << 20;

/// `{"v":1,"speeds":{…}}`.
#[derive(Serialize, Deserialize)]
struct StoredSpeeds {
    v: u32,
    speeds: BTreeMap<String, Speed>,
}

/// The speed that converts times into steps.
#[derive(Clone, Debug, PartialEq)]
pub struct Agreed {
    /// The highest speed that was ever measured here.
    pub speed: Speed,
    /// The speed measured today, as a share of the highest: 1 unless something else uses the machine.
    pub today: f64,
}

impl Agreed {
    /// A warning if tasks will take longer today than asked for.
    pub fn caveat(&self) -> Option<String> {
        (self.today < SLOW).then(|| {
            format!(
                "this machine now computes at {:.0} % of its speed, so tasks will take longer than \
                 that",
                self.today * 100.0
            )
        })
    }
}

/// The known speed of this machine, after this measurement. Without a place, nothing is kept.
pub fn of_machine(place: Option<&HistoryPlace>, machine: &Machine, measured: Speed) -> Agreed {
    let version = env!("CARGO_PKG_VERSION");
    agree(place, &format!("{} {version}", name(machine)), measured)
}

/// The known speed of an interpreter on this machine. It is also stored in the interpreter.
pub fn of_python(
    place: Option<&HistoryPlace>,
    machine: &Machine,
    found: &mut FoundPython,
) -> Agreed {
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

/// Machines that share a home directory have separate speeds.
fn name(machine: &Machine) -> String {
    format!("{} {:?}", machine.in_short(), machine.memory_bytes)
}

fn agree(place: Option<&HistoryPlace>, who: &str, measured: Speed) -> Agreed {
    let file = place.map(HistoryPlace::speeds);
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
        let kept = StoredSpeeds { v: VERSION, speeds };
        // A speed that cannot be kept is measured again the next time.
        let _ = serde_json::to_vec(&kept).map(|text| replace_whole(&file, &text));
    }
    let today = measured.compared_with(&speed).min(1.0);
    Agreed { speed, today }
}

/// Prevents other programs from changing the file meanwhile. The lock is on its directory, because the file is
/// replaced. On file systems without locks, another program's speed may get lost, and is measured again.
fn changing(file: &Path) -> io::Result<File> {
    let folder = folder_of(file);
    make_folder(folder)?;
    let lock = File::open(folder)?;
    let _ = locked(PATIENCE, || lock.try_lock());
    Ok(lock)
}

/// The kept speeds; none if the file does not exist or has another version.
fn read(file: &Path) -> BTreeMap<String, Speed> {
    match serde_json::from_slice(&beginning(file, LONGEST).unwrap_or_default()) {
        Ok(StoredSpeeds { v: VERSION, speeds }) => speeds
            .into_iter()
            .filter(|(_, speed)| speed.is_possible())
            .collect(),
        _ => BTreeMap::new(),
    }
}

/// How every file of this version starts.
const BEGINNING: &[u8] = b"{\"v\":1,\"speeds\":";

/// Whether there is nothing at this path, or a regular file of speeds of this version. Nothing else is replaced.
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

    fn place(folder: &tempfile::TempDir) -> HistoryPlace {
        HistoryPlace {
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
    fn a_foreign_file_is_neither_believed_nor_replaced() {
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
