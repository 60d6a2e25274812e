//! A Python function of the user's: where it is, what its calls get, and what a run of it showed.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize};

use super::{foreign, python::Interpreter, text::clean};
use crate::catalog::model::Model;

/// With more calls than this, the record has no digest of each result.
pub const DIGESTS_LISTED: usize = 1_000;
/// The maximum number of folders that a record keeps.
const PATHS_MAX: usize = 100;

/// A function of the user's, and what its calls get.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Function {
    /// Where it is, as the user wrote it: `fetch.py:fetch` or `package.module:name`.
    #[serde(deserialize_with = "foreign::text")]
    pub target: String,
    /// The folders in which Python looks for modules before all others.
    #[serde(default, deserialize_with = "paths")]
    pub paths: Vec<String>,
    /// What its calls get.
    pub inputs: Inputs,
    /// Whether each input is a list of arguments.
    #[serde(default)]
    pub star: bool,
    /// Whether it is a coroutine function.
    #[serde(default)]
    pub is_coroutine: bool,
    /// A digest of its source file and of the inputs. Runs do the same work only if it is the same.
    #[serde(default, deserialize_with = "foreign::text")]
    pub fingerprint: String,
}

/// Where the inputs of the calls come from. There is one call for each.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Inputs {
    /// From nowhere: the function is called without arguments.
    None,
    /// From this file; each line is an input, as text.
    Lines(#[serde(deserialize_with = "foreign::text")] String),
    /// From this file of JSON: a list, or in `.jsonl` a value on each line.
    Values(#[serde(deserialize_with = "foreign::text")] String),
    /// From this name in the function's module: something to iterate over, or a function that returns it.
    Named(#[serde(deserialize_with = "foreign::text")] String),
    /// The whole numbers from the first to before the last.
    Range {
        /// The first number.
        from: i64,
        /// The number after the last.
        to: i64,
    },
}

impl Function {
    /// A function that nobody has looked at yet. Until then, it may be a coroutine function.
    pub fn unseen(target: String, inputs: Inputs) -> Function {
        Function {
            target,
            paths: vec![],
            inputs,
            star: false,
            is_coroutine: true,
            fingerprint: String::new(),
        }
    }

    /// Its name without its module.
    pub fn name(&self) -> &str {
        self.target
            .rsplit_once(':')
            .map_or(&self.target, |(_, name)| name)
    }

    /// Refuses what cannot be the place and name of a function.
    ///
    /// # Errors
    /// What it has to be, as the end of a sentence.
    pub fn check_target(written: &str) -> Result<(), &'static str> {
        let is_name = |name: &str| !name.is_empty() && !name.contains(char::is_whitespace);
        match written.rsplit_once(':') {
            Some((place, name)) if is_name(name) && !place.is_empty() && !place.ends_with(':') => {
                Ok(())
            }
            _ => Err("is no function: write FILE.py:NAME or package.module:NAME"),
        }
    }

    /// What two runs must have in common to be compared.
    pub(super) fn work(&self) -> (&str, bool) {
        (&self.fingerprint, self.star)
    }
}

impl Inputs {
    /// The inputs in this file: values if its name ends as that of JSON, and otherwise lines.
    pub fn file(name: String) -> Inputs {
        if [".json", ".jsonl"].iter().any(|end| name.ends_with(end)) {
            Inputs::Values(name)
        } else {
            Inputs::Lines(name)
        }
    }

    /// The inputs that a short text stands for: `0..100`, a name of Python's, or else a file.
    ///
    /// # Errors
    /// If it is a range without numbers, as the end of a sentence.
    pub fn written(text: &str) -> Result<Inputs, &'static str> {
        let is_name = |text: &str| {
            let starts_as_name = !text.starts_with(|first: char| first.is_ascii_digit());
            starts_as_name && text.chars().all(|c| c.is_alphanumeric() || c == '_')
        };
        Ok(match text {
            "" => Inputs::None,
            name if is_name(name) => Inputs::Named(name.into()),
            ends if ends.contains("..") && !ends.contains('/') => {
                let (from, to) = range(ends)?;
                Inputs::Range { from, to }
            }
            file => Inputs::file(file.into()),
        })
    }

    /// The text that stands for them.
    pub fn text(&self) -> String {
        match self {
            Inputs::None => String::new(),
            Inputs::Lines(file) | Inputs::Values(file)
                if matches!(
                    Inputs::written(file),
                    Ok(Inputs::Lines(_) | Inputs::Values(_))
                ) =>
            {
                file.clone()
            }
            Inputs::Lines(file) | Inputs::Values(file) => format!("./{file}"),
            Inputs::Named(name) => name.clone(),
            Inputs::Range { from, to } => format!("{from}..{to}"),
        }
    }

    /// The number of inputs, if it is known without reading them.
    pub fn count(&self) -> Option<u64> {
        match self {
            Inputs::Range { from, to } => Some(to.saturating_sub(*from).max(0).unsigned_abs()),
            _ => None,
        }
    }
}

/// Whole numbers from the first to before the second: `0..100`.
///
/// # Errors
/// If there are none, as the end of a sentence.
pub fn range(text: &str) -> Result<(i64, i64), &'static str> {
    let number = |text: &str| text.replace('_', "").parse::<i64>().ok();
    let ends = text.split_once("..");
    match ends.map(|(from, to)| (number(from), number(to))) {
        Some((Some(from), Some(to))) if from < to => Ok((from, to)),
        Some((Some(_), Some(_))) => Err("has no number: the second has to be larger"),
        _ => Err("is not a range such as 0..100"),
    }
}

/// A request to look at a function.
#[derive(Clone, Debug, PartialEq)]
pub struct FunctionLook {
    /// The function, which nobody has looked at yet.
    pub function: Function,
    /// The interpreter that has to call it.
    pub interpreter: Interpreter,
}

/// What is known of the user's function before it is called.
#[derive(Clone, Debug, PartialEq)]
pub struct SeenFunction {
    /// The function with all that a plan needs.
    pub function: Function,
    /// The number of calls: one for each input.
    pub calls: u64,
    /// How long its module took to import, in seconds.
    pub import_s: f64,
    /// The file that contains it.
    pub source: Option<String>,
    /// The line at which it starts.
    pub line: Option<u32>,
    /// The module from which a program imports it.
    pub module: String,
    /// What of its first call cannot be pickled, and why.
    pub unpicklable: Option<(String, String)>,
    /// The line at which its module starts processes whenever it is imported.
    pub unguarded_line: Option<u32>,
}

impl SeenFunction {
    /// Refuses a model that has to pass on what cannot be pickled.
    ///
    /// # Errors
    /// What cannot be pickled, in a sentence.
    pub fn check_pickling(&self, model: Model) -> Result<(), String> {
        match &self.unpicklable {
            Some((what, why)) if !model.shares_variables() => Err(format!(
                "{} has to pickle the {what}, which Python refuses ({why})",
                model.name()
            )),
            _ => Ok(()),
        }
    }
}

/// What a run showed about the function.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct FunctionFacts {
    /// How long its module took to import; null if the run did not get that far.
    #[serde(deserialize_with = "foreign::measured_or_null")]
    pub import_s: Option<f64>,
    /// A digest of each result, by task: null for a call that returned none, or one that took too long to digest. Empty
    /// with more than [`DIGESTS_LISTED`] calls.
    #[serde(deserialize_with = "digests")]
    pub results: Vec<Option<String>>,
    /// The names of global variables of its module that the calls changed in the interpreter that made the workers; null
    /// if its workers have variables of their own.
    #[serde(deserialize_with = "names_or_null")]
    pub changed_globals: Option<Vec<String>>,
    /// How long the function and the inputs took to be pickled and unpickled, summed over the calls; null if they were
    /// not.
    #[serde(deserialize_with = "foreign::measured_or_null")]
    pub pickling_in_s: Option<f64>,
    /// The same for the results.
    #[serde(deserialize_with = "foreign::measured_or_null")]
    pub pickling_out_s: Option<f64>,
    /// The size of the pickled inputs, in bytes.
    pub pickled_in_bytes: Option<u64>,
    /// The size of the pickled results, in bytes.
    pub pickled_out_bytes: Option<u64>,
    /// The most threads that ran at the same moment, besides the workers; null if nobody looked.
    pub other_threads: Option<u32>,
    /// How often calls raised an exception, by its type.
    #[serde(deserialize_with = "raised")]
    pub raised: BTreeMap<String, u64>,
}

fn cleaned<'de, D: Deserializer<'de>>(
    deserializer: D,
    most: usize,
) -> Result<Vec<String>, D::Error> {
    let mut texts = Vec::<String>::deserialize(deserializer)?;
    texts.truncate(most);
    Ok(texts.iter().map(|text| clean(text, 2_000)).collect())
}

fn paths<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    cleaned(deserializer, PATHS_MAX)
}

fn names_or_null<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Vec<String>>, D::Error> {
    let names = Option::<Vec<String>>::deserialize(deserializer)?;
    Ok(names.map(|names| names.iter().map(|name| clean(name, 200)).collect()))
}

fn digests<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Option<String>>, D::Error> {
    let mut digests = Vec::<Option<String>>::deserialize(deserializer)?;
    digests.truncate(DIGESTS_LISTED);
    let clean = |digest: Option<String>| digest.map(|digest| clean(&digest, 40));
    Ok(digests.into_iter().map(clean).collect())
}

fn raised<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<String, u64>, D::Error> {
    let raised = BTreeMap::<String, u64>::deserialize(deserializer)?;
    let clean = |(name, times): (String, u64)| (clean(&name, 200), times);
    Ok(raised.into_iter().map(clean).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_comes_back_from_json_without_what_could_command_a_terminal() {
        let inputs = Inputs::Range { from: -3, to: 4 };
        let function = Function::unseen("shop.py:Shop.price".into(), inputs);
        assert_eq!(function.name(), "Shop.price");
        assert_eq!(function.inputs.count(), Some(7));
        let mut json = serde_json::to_value(&function).unwrap();
        assert_eq!(
            serde_json::from_value::<Function>(json.clone()).unwrap(),
            function
        );
        json["inputs"] = serde_json::json!({ "lines": "a\u{1b}[2J" });
        json["paths"] = serde_json::json!(["\u{202e}lib"]);
        let read: Function = serde_json::from_value(json).unwrap();
        assert_eq!(read.inputs, Inputs::Lines("a\u{fffd}[2J".into()));
        assert_eq!(read.paths, ["\u{fffd}lib"]);
    }

    #[test]
    fn a_function_has_a_place_and_a_name() {
        for good in ["fetch.py:fetch", "a.b:c", "/x/a:b.py:Shop.price"] {
            assert_eq!(Function::check_target(good), Ok(()));
        }
        for bad in [
            "",
            "fetch",
            "fetch.py",
            ":fetch",
            "fetch.py:",
            "a: b",
            "a::b",
        ] {
            assert!(Function::check_target(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_range_of_numbers_ends_before_its_second() {
        assert_eq!(range("0..100"), Ok((0, 100)));
        assert_eq!(range("-5..1_000"), Ok((-5, 1_000)));
        for bad in [
            "5..5",
            "5..1",
            "5",
            "..5",
            "a..b",
            "0..99999999999999999999",
        ] {
            assert!(range(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_short_text_stands_for_inputs_and_inputs_have_such_a_text() {
        for (text, inputs) in [
            ("", Inputs::None),
            ("urls.txt", Inputs::Lines("urls.txt".into())),
            ("data/a.jsonl", Inputs::Values("data/a.jsonl".into())),
            ("../urls", Inputs::Lines("../urls".into())),
            ("-3..4", Inputs::Range { from: -3, to: 4 }),
            ("URLS", Inputs::Named("URLS".into())),
            ("all_products", Inputs::Named("all_products".into())),
        ] {
            assert_eq!(Inputs::written(text), Ok(inputs.clone()), "{text}");
            assert_eq!(inputs.text(), text);
        }
        assert_eq!(Inputs::Lines("URLS".into()).text(), "./URLS");
        assert!(Inputs::written("4..2").is_err());
    }

    #[test]
    fn a_range_that_ends_before_it_starts_has_no_inputs() {
        let range = |from, to| Inputs::Range { from, to }.count();
        assert_eq!(range(5, 5), Some(0));
        assert_eq!(range(5, 2), Some(0));
        assert_eq!(range(i64::MIN, i64::MAX), Some(i64::MAX.unsigned_abs()));
        assert_eq!(Inputs::None.count(), None);
    }
}
