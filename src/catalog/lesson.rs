//! The lesson: a walk of a few steps through the article's claims, for a class or for somebody alone.
//!
//! The texts are in `assets/lessons`, a file for each step: a title, what runs, what there is to say before, and what
//! there was to see. Between `**` is a term that is explained there; between backquotes is a key or code.

use std::sync::LazyLock;

use super::{
    claim::Claim,
    model::Model,
    workload::{TASK_TIME, Workload},
};
use crate::domain::plan::Draft;

const TEXTS: [&str; 11] = [
    include_str!("../../assets/lessons/01-tasks-and-workers.md"),
    include_str!("../../assets/lessons/02-waiting.md"),
    include_str!("../../assets/lessons/03-computing.md"),
    include_str!("../../assets/lessons/04-the-gil.md"),
    include_str!("../../assets/lessons/05-turns.md"),
    include_str!("../../assets/lessons/06-processes.md"),
    include_str!("../../assets/lessons/07-processes-that-wait.md"),
    include_str!("../../assets/lessons/08-the-price.md"),
    include_str!("../../assets/lessons/09-sharing.md"),
    include_str!("../../assets/lessons/10-who-decides.md"),
    include_str!("../../assets/lessons/11-your-choice.md"),
];
/// The heading of what there was to see.
const SEEN: &str = "What you saw";
/// How long a task of the serial run takes, in milliseconds, so that a class has time to look.
const TASK_MS: u64 = 400;

/// A step of the lesson.
#[derive(Debug)]
pub struct Step {
    /// The title.
    pub title: &'static str,
    /// What runs.
    pub experiment: StepRuns,
    /// What there is to say before, as paragraphs.
    pub before: Vec<String>,
    /// What there was to see, as paragraphs, if everything came out as it should.
    pub seen: Vec<String>,
}

/// What a step of the lesson runs.
#[derive(Clone, Copy, Debug)]
pub enum StepRuns {
    /// Nothing.
    Nothing,
    /// One worker, whose run tests no claim.
    Serial,
    /// The runs that test this claim.
    Claim(&'static Claim),
}

/// The steps of the lesson, in their order.
pub static LESSON: LazyLock<Vec<Step>> =
    LazyLock::new(|| TEXTS.into_iter().filter_map(step).collect());

/// The run of a step that tests no claim.
pub fn serial() -> Draft {
    Draft::new(Workload::Cpu, Model::Serial, 1).with(&TASK_TIME, TASK_MS)
}

/// The step of a text; `None` if it has no title or names no claim that there is.
fn step(text: &'static str) -> Option<Step> {
    let (before, seen) = text.split_once("\n## ").unwrap_or((text, ""));
    let mut before = before.split("\n\n").peekable();
    let title = before.next()?.strip_prefix("# ")?;
    let experiment = before.next_if(|block| block.starts_with("Runs: "));
    let seen = seen.strip_prefix(SEEN).unwrap_or(seen);
    Some(Step {
        title,
        experiment: experiment.map_or(Some(StepRuns::Nothing), runs)?,
        before: paragraphs(before),
        seen: paragraphs(seen.split("\n\n")),
    })
}

fn runs(line: &str) -> Option<StepRuns> {
    let what = line.strip_prefix("Runs: ")?.trim();
    match what.strip_prefix("claim ") {
        Some(number) => Claim::by_number(number.parse().ok()?).map(StepRuns::Claim),
        None => (what == "serial").then_some(StepRuns::Serial),
    }
}

/// The paragraphs, each in a line.
fn paragraphs<'t>(blocks: impl Iterator<Item = &'t str>) -> Vec<String> {
    let in_a_line = |block: &str| block.split_whitespace().collect::<Vec<_>>().join(" ");
    blocks
        .map(in_a_line)
        .filter(|block| !block.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::text::wrap;

    /// The terms in the order in which they are explained.
    const TERMS: [&str; 10] = [
        "tasks",
        "worker",
        "baseline",
        "waiting",
        "threads",
        "concurrency",
        "parallelism",
        "GIL",
        "turns",
        "process",
    ];

    fn texts(step: &'static Step) -> impl Iterator<Item = &'static str> {
        step.before.iter().chain(&step.seen).map(String::as_str)
    }

    #[test]
    fn every_text_is_a_step_with_something_to_say() {
        assert_eq!(LESSON.len(), TEXTS.len());
        for step in LESSON.iter() {
            let runs = !matches!(step.experiment, StepRuns::Nothing);
            assert!(!step.before.is_empty(), "{}", step.title);
            assert_eq!(!step.seen.is_empty(), runs, "{}", step.title);
        }
    }

    #[test]
    fn a_part_of_a_step_is_a_few_lines_that_a_class_can_read() {
        for step in LESSON.iter() {
            for part in [&step.before, &step.seen] {
                let lines: usize = part.iter().map(|text| wrap(text, 72).len() + 1).sum();
                assert!(lines <= 12, "{}: {lines} lines", step.title);
            }
        }
    }

    #[test]
    fn no_claim_is_tested_twice() {
        let tested = LESSON.iter().filter_map(|step| match step.experiment {
            StepRuns::Claim(claim) => Some(claim.number),
            _ => None,
        });
        let mut tested: Vec<u8> = tested.collect();
        let all = tested.len();
        tested.sort_unstable();
        tested.dedup();
        assert_eq!(tested.len(), all);
    }

    #[test]
    fn each_term_is_explained_once_and_not_used_before() {
        let paragraphs: Vec<&str> = LESSON.iter().flat_map(texts).collect();
        let marked = |text: &&'static str| text.split("**").skip(1).step_by(2);
        let explained: Vec<&str> = paragraphs.iter().flat_map(marked).collect();
        assert_eq!(explained, TERMS);
        for term in TERMS {
            let stem = term.trim_end_matches('s').to_lowercase();
            let mut texts = paragraphs.iter().map(|text| text.to_lowercase());
            let first = texts.find(|text| text.contains(&stem));
            let first = first.expect("it is explained");
            assert!(first.contains(&format!("**{stem}")), "{term}: {first}");
        }
    }
}
