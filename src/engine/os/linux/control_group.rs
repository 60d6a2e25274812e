//! Control groups: what those of this process allow, in both versions of the kernel's interface.
//!
//! A limit of a group counts for all groups below it. So each question is asked at every level that this process can
//! see, and the lowest answer counts.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::domain::time::Nanos;

/// The number of cores' worth of CPU time that a quota allows; `None` without a quota.
pub fn cpu_quota() -> Option<f64> {
    let groups = own_groups("cpu");
    let quotas = groups.iter().filter_map(|group| quota_of(group));
    quotas.reduce(f64::min)
}

/// How long a quota has stopped each of this process's groups so far, summed over the cores, the innermost first.
pub fn throttled() -> Vec<Nanos> {
    let groups = own_groups("cpu");
    let times = groups.iter().filter_map(|group| throttled_of(group));
    times.collect()
}

/// How long a quota has stopped this process since [`throttled`] returned `before`. A group that is stopped stops all
/// groups below it, so the times of several levels are not added.
pub fn throttled_since(before: &[Nanos]) -> Nanos {
    most_since(&throttled(), before)
}

fn most_since(now: &[Nanos], before: &[Nanos]) -> Nanos {
    let passed = now.iter().zip(before);
    let passed = passed.map(|(now, before)| now.saturating_sub(*before));
    passed.max().unwrap_or(0)
}

/// How many tasks (threads and processes) may still be created, if there is a limit.
pub fn tasks_allowed() -> Option<u64> {
    let left = |group: &PathBuf| left_of(group, &["pids.max"], &["pids.current"]);
    own_groups("pids").iter().filter_map(left).min()
}

/// How much memory may still be used, in bytes, if there is a limit. The kernel gives back what it caches of files.
pub fn memory_left() -> Option<u64> {
    let most = ["memory.max", "memory.limit_in_bytes"];
    let used = ["memory.current", "memory.usage_in_bytes"];
    let left = |group: &PathBuf| Some(left_of(group, &most, &used)? + cached_of(group));
    own_groups("memory").iter().filter_map(left).min()
}

/// The directories of the groups of this process that this controller may limit, the innermost first.
fn own_groups(controller: &str) -> Vec<PathBuf> {
    let text = |name| fs::read_to_string(format!("/proc/self/{name}")).unwrap_or_default();
    groups(controller, &text("cgroup"), &text("mountinfo"))
}

/// The same, as `/proc/self/cgroup` and `/proc/self/mountinfo` say.
fn groups(controller: &str, own: &str, mounts: &str) -> Vec<PathBuf> {
    let mut groups = vec![];
    for line in own.lines() {
        let mut parts = line.splitn(3, ':').skip(1);
        let (Some(controllers), Some(path)) = (parts.next(), parts.next()) else {
            continue;
        };
        let is_asked = controllers.split(',').any(|name| name == controller);
        let kind = match controllers {
            "" => "cgroup2",
            _ if is_asked => "cgroup",
            _ => continue,
        };
        let mut found = mounts.lines().filter_map(Mount::of).filter(|mount| {
            let has_controller = mount.options.split(',').any(|name| name == controller);
            mount.kind == kind && (controllers.is_empty() || has_controller)
        });
        groups.extend(
            found
                .next()
                .into_iter()
                .flat_map(|mount| mount.up_from(path)),
        );
    }
    groups
}

/// A mounted file system, as a line of `/proc/self/mountinfo` describes it.
struct Mount<'a> {
    /// The directory of the file system that is visible at `point`.
    root: &'a Path,
    point: &'a Path,
    kind: &'a str,
    options: &'a str,
}

impl Mount<'_> {
    fn of(line: &str) -> Option<Mount<'_>> {
        let (place, what) = line.split_once(" - ")?;
        let (mut place, mut what) = (place.split(' ').skip(3), what.split(' '));
        let (root, point) = (place.next()?, place.next()?);
        let (kind, options) = (what.next()?, what.nth(1)?);
        Some(Mount {
            root: Path::new(root),
            point: Path::new(point),
            kind,
            options,
        })
    }

    /// The directory of a group and those above it, up to what is mounted. In a container, the group's name may be one
    /// from outside; then what is mounted is its group.
    fn up_from(&self, group: &str) -> Vec<PathBuf> {
        let below = Path::new(group).strip_prefix(self.root);
        let is_here = |below: &&Path| self.point.join(below).is_dir();
        let below = below.ok().filter(is_here).unwrap_or(Path::new(""));
        let levels = below.ancestors().map(|level| self.point.join(level));
        levels.collect()
    }
}

/// `cpu.max` of version 2, `cpu.cfs_quota_us` and `cpu.cfs_period_us` of version 1, where -1 means no quota.
fn quota_of(group: &Path) -> Option<f64> {
    let both = match fs::read_to_string(group.join("cpu.max")) {
        Ok(both) => both,
        Err(_) => ["cpu.cfs_quota_us", "cpu.cfs_period_us"]
            .map(|name| fs::read_to_string(group.join(name)).unwrap_or_default())
            .join(" "),
    };
    let mut numbers = both.split_whitespace().map(|number| number.parse::<f64>());
    let (quota, period) = (numbers.next()?.ok()?, numbers.next()?.ok()?);
    (quota > 0.0 && period > 0.0).then(|| quota / period)
}

/// `throttled_usec` of version 2, `throttled_time` in nanoseconds of version 1.
fn throttled_of(group: &Path) -> Option<Nanos> {
    let text = fs::read_to_string(group.join("cpu.stat")).ok()?;
    let mut lines = text.lines().filter_map(|line| line.split_once(' '));
    lines.find_map(|(name, value)| {
        let unit = match name {
            "throttled_usec" => 1_000,
            "throttled_time" => 1,
            _ => return None,
        };
        Some(value.trim().parse::<Nanos>().ok()? * unit)
    })
}

/// What a group's files in memory occupy that the kernel would give back first, in bytes: `inactive_file` of version 2,
/// `total_inactive_file` of version 1.
fn cached_of(group: &Path) -> u64 {
    let text = fs::read_to_string(group.join("memory.stat")).unwrap_or_default();
    let lines = || text.lines().filter_map(|line| line.split_once(' '));
    let number = |wanted| lines().find(|(name, _)| *name == wanted);
    let found = number("total_inactive_file").or(number("inactive_file"));
    found
        .and_then(|(_, value)| value.trim().parse().ok())
        .unwrap_or(0)
}

/// What is left of a limit: the number in the first of these files that exists, minus that in the first of those. A limit
/// that is the word "max" is none.
fn left_of(group: &Path, most: &[&str], used: &[&str]) -> Option<u64> {
    let number = |names: &[&str]| {
        let number = |name| super::number_in(group.join(name));
        names.iter().find_map(number)
    };
    Some(number(most)?.saturating_sub(number(used).unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A directory with these groups, each with files and their contents.
    fn room(groups: &[(&str, &[(&str, &str)])]) -> tempfile::TempDir {
        let room = tempfile::tempdir().unwrap();
        for (group, files) in groups {
            let group = room.path().join(group);
            fs::create_dir_all(&group).unwrap();
            for (name, content) in *files {
                fs::write(group.join(name), content).unwrap();
            }
        }
        room
    }

    /// A mount at `point`, which shows the file system from `root` on.
    fn mount(root: &str, point: &Path, kind: &str, options: &str) -> String {
        let point = point.display();
        format!("31 24 0:27 {root} {point} rw,nosuid shared:9 - {kind} {kind} rw,{options}\n")
    }

    #[test]
    fn a_level_that_was_stopped_long_ago_does_not_hide_one_that_is_stopped_now() {
        assert_eq!(most_since(&[15, 100], &[10, 100]), 5);
        assert_eq!(most_since(&[], &[]), 0);
    }

    #[test]
    fn memory_that_caches_files_is_free() {
        let room = room(&[
            ("two", &[("memory.stat", "file 900\ninactive_file 700\n")]),
            (
                "one",
                &[("memory.stat", "inactive_file 1\ntotal_inactive_file 800\n")],
            ),
            ("none", &[]),
        ]);
        let cached = ["two", "one", "none"].map(|group| cached_of(&room.path().join(group)));
        assert_eq!(cached, [700, 800, 0]);
    }

    #[test]
    fn a_quota_counts_at_every_level_and_in_both_versions() {
        let half = "50000 100000\n";
        let room = room(&[
            ("", &[]),
            ("outer", &[("cpu.max", "150000 100000\n")]),
            ("outer/inner", &[("cpu.max", "max 100000\n")]),
            ("low", &[("cpu.max", "max 100000\n")]),
            ("low/lower", &[("cpu.max", half)]),
            (
                "old",
                &[
                    ("cpu.cfs_quota_us", "125000\n"),
                    ("cpu.cfs_period_us", "100000\n"),
                ],
            ),
            (
                "old/free",
                &[
                    ("cpu.cfs_quota_us", "-1\n"),
                    ("cpu.cfs_period_us", "100000\n"),
                ],
            ),
        ]);
        let new = mount("/", room.path(), "cgroup2", "nsdelegate");
        let old = mount("/", room.path(), "cgroup", "cpu,cpuacct");
        for (own, mounts, expected) in [
            ("0::/outer/inner\n", &new, Some(1.5)),
            ("0::/low/lower\n", &new, Some(0.5)),
            ("0::/low\n", &new, None),
            ("0::/\n", &new, None),
            (
                "4:memory:/outer\n3:cpu,cpuacct:/old/free\n0::/low/lower\n",
                &old,
                Some(1.25),
            ),
            ("4:memory:/old\n", &old, None),
        ] {
            let groups = groups("cpu", own, mounts);
            let quotas = groups.iter().filter_map(|group| quota_of(group));
            assert_eq!(quotas.reduce(f64::min), expected, "{own}");
        }
    }

    #[test]
    fn in_a_container_that_sees_only_its_own_group_that_group_counts() {
        let room = room(&[("", &[("cpu.max", "30000 20000\n")])]);
        for (root, own) in [
            ("/docker/abc", "0::/docker/abc\n"),
            ("/docker/abc", "0::/\n"),
            ("/", "0::/kubepods/pod1\n"),
            ("/..", "0::/../other\n"),
        ] {
            let mounts = mount(root, room.path(), "cgroup2", "x");
            let groups = groups("cpu", own, &mounts);
            let quota = groups.iter().find_map(|group| quota_of(group));
            assert_eq!(quota, Some(1.5), "{root} {own} {groups:?}");
        }
    }

    #[test]
    fn a_limit_of_a_group_above_leaves_no_more_than_it_allows() {
        let room = room(&[
            ("a", &[("pids.max", "40\n"), ("pids.current", "8\n")]),
            ("a/b", &[("pids.max", "max\n"), ("pids.current", "3\n")]),
            ("a/b/c", &[("pids.max", "4000\n"), ("pids.current", "3\n")]),
        ]);
        let mounts = mount("/", room.path(), "cgroup", "pids");
        let groups = groups("pids", "8:pids:/a/b/c\n", &mounts);
        let left = groups
            .iter()
            .map(|group| left_of(group, &["pids.max"], &["pids.current"]));
        assert_eq!(
            left.collect::<Vec<_>>(),
            [Some(3_997), None, Some(32), None]
        );
    }

    #[test]
    fn both_versions_say_how_long_a_quota_stopped_the_program() {
        let old = "nr_periods 9\nnr_throttled 2\nthrottled_time 1500\nburst_time 0\n";
        let new = "usage_usec 9\nnr_throttled 2\nthrottled_usec 1500\n";
        for (text, expected) in [
            (old, Some(1_500)),
            (new, Some(1_500_000)),
            ("usage_usec 9\n", None),
        ] {
            let room = room(&[("", &[("cpu.stat", text)])]);
            assert_eq!(throttled_of(room.path()), expected, "{text}");
        }
    }
}
