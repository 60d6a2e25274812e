//! The sentence about how runs differ. It is computed from the numbers and never claims more than their intervals
//! allow.

use super::{factor, repeats, the_lock};
use crate::{
    analysis::{
        compared::{Compared, Incomparable, once_each},
        finding::{Fastest, of_repeats},
        reason::Reason,
    },
    catalog::parameter::TASKS,
    domain::{
        addresses::Addresses,
        difference::Difference,
        phase::Phase,
        plan::Plan,
        text::{duration, grouped},
    },
};

/// The sentence about these runs, measured against the one at `reference`.
pub fn of(runs: &[Compared<'_>], reference: usize) -> String {
    if let Some(time) = of_repeats(runs) {
        return format!("These runs repeat one configuration. {}", repeats(&time));
    }
    match Fastest::of(&once_each(runs), reference) {
        Ok(Some(fastest)) => sentence(&fastest, runs.len()),
        Ok(None) => String::new(),
        Err(Incomparable::Unsound) => {
            "not every run did all its work, so their times cannot be compared".into()
        }
        Err(Incomparable::OtherWork) => format!(
            "these runs did different work ({}). Compare the shapes, not the times",
            differing_work(runs)
        ),
        Err(Incomparable::OtherMachine) => {
            "these runs were measured on different machines. Compare the shapes, not the times"
                .into()
        }
    }
}

/// The differences in work between the first run and the next one with different work, as in "iterations: 100 and 200".
fn differing_work(runs: &[Compared<'_>]) -> String {
    let plans = || runs.iter().map(|run| &run.entry.record.plan);
    plans()
        .zip(plans().take(1).cycle())
        .map(|(plan, first)| differing(first, plan))
        .find(|differing| !differing.is_empty())
        .unwrap_or_default()
        .join(", ")
}

/// The differences in work between two plans, one item for each aspect. Empty if they do the same work.
fn differing(one: &Plan, other: &Plan) -> Vec<String> {
    let difference = |what: &str, [one, other]: [String; 2]| format!("{what}: {one} and {other}");
    let both = [one, other];
    if one.workload != other.workload {
        let names = both.map(|plan| plan.workload.name().into());
        return vec![difference("workload", names)];
    }
    let parameters = one.workload.parameters().iter();
    let mut differing: Vec<String> = parameters
        .map(|parameter| (parameter, both.map(|plan| plan.size.given(parameter))))
        .filter(|(_, [one, other])| one != other)
        .map(|(parameter, given)| {
            let text = |value| parameter.text(value);
            let values = given.map(|value| value.map_or_else(|| "none".into(), text));
            difference(parameter.what_alone(), values)
        })
        .collect();
    if one.tasks != other.tasks {
        let tasks = both.map(|plan| grouped(plan.tasks.into()));
        differing.push(difference(TASKS.flag, tasks));
    }
    if differing.is_empty() && !one.same_work(other) {
        let [mine, theirs] = both.map(|plan| match plan.addresses() {
            Some(Addresses::Urls(_)) => "from a list".into(),
            _ => format!("with latencies of seed {}", plan.seed),
        });
        let is_same = mine == theirs;
        let theirs = if is_same { "others".into() } else { theirs };
        differing.push(difference("addresses", [mine, theirs]));
    }
    differing
}

fn sentence(pair: &Fastest<'_, '_>, of: usize) -> String {
    let (run, over) = (pair.run.label(), pair.over.label());
    let ratio = pair.finding.magnitude();
    let (factor, sure) = (factor(&ratio), certainty(pair));
    let place = if pair.is_alone {
        "the fastest"
    } else {
        "among the fastest"
    };
    let said = match (pair.finding.difference, of > 2) {
        (Difference::Slower, false) => format!("{run} is {factor} slower than {over}{sure}"),
        (Difference::Slower, true) => {
            format!("{over} is {place} of {of} runs: the next, {run}, is {factor} slower{sure}")
        }
        (Difference::Faster, false) => format!("{run} is {factor} faster than {over}{sure}"),
        (Difference::Faster, true) => {
            format!("{run} is {place} of {of} runs: {factor} faster than {over}{sure}")
        }
        (_, is_best) => undecided(pair, is_best),
    };
    let reasons: Vec<String> = Reason::all(&pair.run.entry.record, &pair.over.entry.record)
        .iter()
        .map(reason)
        .collect();
    if reasons.is_empty() {
        return said;
    }
    // If neither is ahead, "it" could mean either.
    let who = if pair.finding.difference.is_clear() {
        "it".into()
    } else {
        format!("#{}", pair.run.entry.number)
    };
    format!("{said}; {who} {}", reasons.join(" and "))
}

/// Says that nothing can be concluded, and why.
fn undecided(pair: &Fastest<'_, '_>, is_best_of_many: bool) -> String {
    let which = if is_best_of_many {
        "the fastest other one, "
    } else {
        ""
    };
    let (run, over) = (format!("{which}{}", pair.run.label()), pair.over.label());
    let ratio = &pair.finding.ratio;
    let factor = factor(ratio);
    match (pair.finding.difference, ratio.interval) {
        (Difference::Disturbed, _) => {
            format!(
                "{over} and {run}: cannot tell which is faster, because the runs were disturbed"
            )
        }
        (Difference::Small, _) if pair.finding.pairs.is_some() => {
            format!("{over} and {run} took the same time within 10 %: {factor}")
        }
        (Difference::TooFew, _) => {
            format!("{over} and {run}: cannot tell which is faster from so few pairs of runs")
        }
        (Difference::NotFaster, _) => format!("{run} is not faster than {over}: {factor}"),
        (_, None) => {
            format!(
                "no clear difference between {over} and {run}: under 10 %, too little for single runs"
            )
        }
        (Difference::Small, _) => {
            format!("{over} and {run} differ by less than 5 %: {factor}")
        }
        _ => format!("no clear difference between {over} and {run}: {factor}"),
    }
}

/// Why the factor has no interval, if it has none.
fn certainty(pair: &Fastest<'_, '_>) -> String {
    let once = |number: usize| format!(" (#{number} was measured once)");
    match pair.finding.magnitude() {
        ratio if ratio.interval.is_some() => String::new(),
        _ if pair.run.is_repeated() => once(pair.over.entry.number),
        _ if pair.over.is_repeated() => once(pair.run.entry.number),
        _ => " (single runs)".into(),
    }
}

/// "kept 1.97 cores in use instead of 1.00".
fn reason(reason: &Reason) -> String {
    match *reason {
        Reason::Cores(now, then) => format!("kept {now:.2} cores in use instead of {then:.2}"),
        Reason::AtOnce(phase, now, then) => {
            let (what, of) = match phase {
                Phase::File => ("wrote to", "files"),
                Phase::Sleep => ("slept in", "tasks"),
                Phase::Subprocess => ("waited for", "other processes"),
                _ => ("waited for", "addresses"),
            };
            format!("{what} {now:.1} {of} at once instead of {then:.1}")
        }
        Reason::CpuTime(now, then) => format!(
            "needed {} of CPU time instead of {}",
            duration(now),
            duration(then)
        ),
        Reason::LockWait {
            seconds,
            is_estimate,
        } => format!(
            "waited {} for {}, summed over its workers",
            duration(seconds),
            the_lock(is_estimate)
        ),
        Reason::Spends {
            phase,
            more,
            is_estimate,
        } => {
            let word = if more > 0.0 { "more" } else { "less" };
            let what = match phase {
                Phase::Ready => "waiting for a core".into(),
                Phase::Gil => format!("waiting for {}", the_lock(is_estimate)),
                Phase::Network => "waiting for the network".into(),
                Phase::File => "with files".into(),
                Phase::Sleep => "sleeping".into(),
                Phase::Lock => "waiting for other locks".into(),
                Phase::Subprocess => "waiting for other processes".into(),
                Phase::Pickling => "pickling".into(),
                _ => "computing".to_string(),
            };
            format!("spent {} {word} per worker {what}", duration(more.abs()))
        }
    }
}

#[cfg(test)]
mod tests;
