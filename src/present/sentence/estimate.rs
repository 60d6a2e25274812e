//! Estimates of time, in words.

use crate::domain::{estimate::Estimate, text::grouped};

/// The estimate for `repeats` runs in a few words, as in "about 1.2 s".
pub fn words(estimate: Estimate, repeats: u64) -> String {
    let about = |seconds: f64| match repeats {
        0 | 1 => format!("about {}", rough(seconds)),
        _ => format!("{} × about {}", grouped(repeats), rough(seconds)),
    };
    match estimate {
        Estimate::Seconds(seconds) => about(seconds),
        Estimate::SecondsAndWriting(seconds) => format!("{} + file I/O", about(seconds)),
        Estimate::NeedsSpeed => "(measuring the speed)".into(),
        Estimate::UpToOthers => "as long as they take".into(),
    }
}

/// The estimate as the end of a sentence; `None` if there is none.
pub fn will_take(estimate: Estimate, repeats: u64) -> Option<String> {
    let (known, left_out) = match estimate {
        Estimate::Seconds(_) => (estimate, ""),
        Estimate::SecondsAndWriting(latency) => (
            Estimate::Seconds(latency),
            ", without the time to write the files",
        ),
        Estimate::NeedsSpeed | Estimate::UpToOthers => return None,
    };
    Some(format!(
        "will take {} by estimate{left_out}",
        words(known, repeats)
    ))
}

/// How long `what` takes by estimate, as a sentence, whatever is known.
pub fn takes(what: &str, estimate: Estimate) -> String {
    let unknown = || match estimate {
        Estimate::UpToOthers => {
            "will take as long as the addresses, the function or the command take".into()
        }
        _ => "will take a time that is not known yet".into(),
    };
    let takes = will_take(estimate, 1).unwrap_or_else(unknown);
    format!("{what} {takes}")
}

/// Two digits, because an estimate is not more exact.
fn rough(seconds: f64) -> String {
    let (value, unit) = match seconds {
        s if s >= 5_400.0 => (s / 3_600.0, "h"),
        s if s >= 99.5 => (s / 60.0, "min"),
        s if s >= 0.995 => (s, "s"),
        s if s >= 0.000_995 => (s * 1e3, "ms"),
        _ => return "1 ms".into(),
    };
    match value {
        v if v >= 99.5 => format!("{} {unit}", grouped((v / 10.0).round() as u64 * 10)),
        v if v >= 9.95 => format!("{v:.0} {unit}"),
        v => format!("{v:.1} {unit}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_estimate_has_two_digits_and_says_about() {
        for (estimate, repeats, said) in [
            (Estimate::Seconds(1.234), 1, "about 1.2 s"),
            (Estimate::Seconds(0.4071), 3, "3 × about 410 ms"),
            (Estimate::Seconds(0.996), 1, "about 1.0 s"),
            (Estimate::Seconds(1_000.0), 1, "about 17 min"),
            (Estimate::Seconds(1e9), 1, "about 277 780 h"),
            (
                Estimate::SecondsAndWriting(0.0401),
                1,
                "about 40 ms + file I/O",
            ),
        ] {
            assert_eq!(words(estimate, repeats), said);
        }
    }

    #[test]
    fn how_long_something_takes_is_a_sentence_whatever_is_known() {
        for (estimate, said) in [
            (
                Estimate::Seconds(34.0),
                "3 rounds will take about 34 s by estimate",
            ),
            (
                Estimate::SecondsAndWriting(34.0),
                "3 rounds will take about 34 s by estimate, without the time to write the files",
            ),
            (
                Estimate::UpToOthers,
                "3 rounds will take as long as the addresses, the function or the command take",
            ),
            (
                Estimate::NeedsSpeed,
                "3 rounds will take a time that is not known yet",
            ),
        ] {
            assert_eq!(takes("3 rounds", estimate), said);
        }
    }
}
