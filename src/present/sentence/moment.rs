//! Moments in local time.

use std::sync::OnceLock;

use jiff::{Timestamp, tz::TimeZone};

use crate::domain::text::clean;

static ZONE: OnceLock<TimeZone> = OnceLock::new();

/// Sets the time zone in which moments are written from now on. The default is UTC, for example in tests.
pub fn set_time_zone(zone: TimeZone) {
    let _ = ZONE.set(zone);
}

fn zone() -> Option<&'static TimeZone> {
    let names = ["UTC", "Etc/UTC"].map(Some);
    let is_local = |zone: &&TimeZone| !zone.is_unknown() && !names.contains(&zone.iana_name());
    ZONE.get().filter(is_local)
}

/// Day and time of a moment in RFC 3339: 2026-05-14 09:30.
pub fn moment(rfc3339: &str) -> String {
    in_zone(rfc3339, zone())
}

fn in_zone(rfc3339: &str, zone: Option<&TimeZone>) -> String {
    match zone.zip(rfc3339.parse::<Timestamp>().ok()) {
        Some((zone, at)) => at.to_zoned(zone.clone()).strftime("%F %H:%M").to_string(),
        None => clean(rfc3339, 16).replacen('T', " ", 1),
    }
}

/// The suffix of a moment if no local time zone is known.
pub fn utc() -> &'static str {
    zone().map_or(" UTC", |_| "")
}

/// The heading of a column of moments.
pub fn when() -> &'static str {
    zone().map_or("when (UTC)", |_| "when")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_written_in_local_time_or_else_in_utc() {
        let berlin = TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap();
        for (moment, there) in [
            ("2026-05-14T09:30:12.5Z", "2026-05-14 11:30"),
            ("2026-12-31T23:30:00Z", "2027-01-01 00:30"),
            ("2026-05-14T09:30:00+05:00", "2026-05-14 06:30"),
            ("last spring", "last spring"),
        ] {
            assert_eq!(in_zone(moment, Some(&berlin)), there);
        }
        assert_eq!(in_zone("2026-05-14T09:30:12.5Z", None), "2026-05-14 09:30");
        assert_eq!(moment("2026-05-14T09:30:12.5Z"), "2026-05-14 09:30");
    }
}
