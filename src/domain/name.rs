//! What a run may be called.

/// The most characters of a name.
pub const MOST: usize = 40;

/// Whether a text can be the name of a run: wherever a run is asked for, a name must not mean other runs.
///
/// # Errors
/// Why not, in one sentence.
pub fn check(name: &str) -> Result<(), String> {
    if name.chars().count() > MOST {
        return Err(format!("a name has at most {MOST} characters"));
    }
    if name
        .chars()
        .any(|c| c.is_control() || c == char::REPLACEMENT_CHARACTER)
    {
        return Err("a name has no control characters, as nobody could type it".into());
    }
    let bare = name.strip_prefix('#').unwrap_or(name);
    if !bare.is_empty() && bare.chars().all(|c| c.is_ascii_digit()) {
        return Err("a name that is a number would mean the run with that number".into());
    }
    if name.contains("..") {
        return Err("a name with two dots in it would mean a range of runs".into());
    }
    if name.eq_ignore_ascii_case("last") {
        return Err("last always means the last run, so it is no name".into());
    }
    if name.starts_with('-') {
        return Err("a name that begins with - would be an option on the command line".into());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_never_means_other_runs() {
        for good in ["demo", "run 3", "v1.2", "3a", "last one", "größer", "#x"] {
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
