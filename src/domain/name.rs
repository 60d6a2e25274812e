//! The names that a run may have.

/// The maximum length of a name, in characters.
pub const MOST: usize = 40;

/// Checks whether a text can be the name of a run. A name that could select other runs, such as a number, is refused.
///
/// # Errors
/// If it cannot; the message is one sentence that says why.
pub fn check(name: &str) -> Result<(), String> {
    if name.chars().count() > MOST {
        return Err(format!("a name has at most {MOST} characters"));
    }
    let is_control = |c: char| c.is_control() || c == char::REPLACEMENT_CHARACTER;
    let bare = name.strip_prefix('#').unwrap_or(name);
    let wrong = if name.chars().any(is_control) {
        "a name cannot contain control characters"
    } else if !bare.is_empty() && bare.chars().all(|c| c.is_ascii_digit()) {
        "a name that is a number would mean the run with that number"
    } else if name.contains("..") {
        "a name with two dots in it would mean a range of runs"
    } else if name.eq_ignore_ascii_case("last") {
        "last always means the last run, so it is no name"
    } else if name.starts_with('-') {
        "a name that starts with - would be an option on the command line"
    } else {
        return Ok(());
    };
    Err(wrong.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_never_means_other_runs() {
        for good in [
            "demo",
            "run 3",
            "v1.2",
            "3a",
            "last one",
            "größer",
            "#x",
            "می‌خواهم",
            "👨‍👩‍👧",
        ] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
        for bad in [
            "3",
            "#12",
            "3..7",
            "last",
            "LAST",
            "..",
            "-f",
            "a\nb",
            "a\u{fffd}b",
            &"x".repeat(41),
        ] {
            assert!(check(bad).is_err(), "{bad}");
        }
    }
}
