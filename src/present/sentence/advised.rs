//! The advice in words.

use super::factor;
use crate::{
    analysis::{
        advised::{Advised, AdvisedChoice, CallWay, Checked, Fate, Tried, Unclear},
        pitfall::PitfallSigns,
    },
    catalog::{
        model::Model,
        pitfall::{COMPUTES, PitfallKind},
    },
    domain::{
        phase::Phase,
        python::GilState,
        race::{MOST_RUNS, Race, WORTH},
        subject::AdviceSubject,
        text::{self, bytes, capitalized, counted, duration, grouped, percent},
    },
    present::line,
};

/// The name of workers: "threads".
pub fn kind(model: Model) -> &'static str {
    match model {
        Model::PythonThreads => "threads",
        Model::PythonProcesses => "processes",
        Model::PythonInterpreters => "interpreters",
        Model::PythonAsyncio => "asyncio tasks",
        _ => "a loop",
    }
}

/// Workers with their number: "12 threads".
pub fn workers(way: &CallWay) -> String {
    let model = way.executor.model;
    if model.is_serial() {
        return "a loop".into();
    }
    if model == Model::Processes {
        return match way.workers {
            1 => "one after the other".into(),
            workers => format!("{workers} at once"),
        };
    }
    let chunk = match way.chunk {
        1 => String::new(),
        chunk => format!(" (chunksize {})", grouped(chunk)),
    };
    format!("{} {}{chunk}", way.workers, kind(model))
}

/// How often the function is called at most, or the command run, before there is advice.
pub fn will_call(subject: &AdviceSubject, calls: u64, budget_s: f64) -> String {
    let inputs = u32::try_from(calls).unwrap_or(u32::MAX);
    // Once more by the code that is printed.
    let most = Race::most_calls(inputs) + u64::from(inputs);
    let (called, unit) = match subject {
        AdviceSubject::Function(_) => ("called", "call"),
        AdviceSubject::Command(_) => ("executed", "execution"),
    };
    let unit = if subject.has_inputs() { "input" } else { unit };
    format!(
        "{} will be {called} at most {} times: {} in at most {} runs, within {}",
        text::clean(subject.name(), 80),
        grouped(most),
        counted(calls, unit),
        MOST_RUNS + 1,
        duration(budget_s)
    )
}

/// The answer in one sentence.
pub fn sentence(advised: &Advised) -> String {
    match &advised.choice {
        AdvisedChoice::Use(way) => used(advised, way),
        AdvisedChoice::Neither(best) => neither(advised, best.as_ref()),
        AdvisedChoice::CannotTell(unclear) => cannot_tell(advised, unclear),
    }
}

/// The word for one execution: "call".
fn unit(advised: &Advised) -> &'static str {
    match advised.subject {
        AdviceSubject::Function(_) => "call",
        AdviceSubject::Command(_) => "command",
    }
}

/// What speed-ups are measured against: "a loop".
fn baseline(advised: &Advised) -> &'static str {
    match advised.subject {
        AdviceSubject::Function(_) => "a loop",
        AdviceSubject::Command(_) => "one after the other",
    }
}

fn used(advised: &Advised, way: &CallWay) -> String {
    let gain = advised.gain.as_ref().map_or_else(String::new, |gain| {
        format!(": {} as fast as {}", factor(gain), baseline(advised))
    });
    let because = because(advised, way);
    let chunk = match way.chunk {
        1 => String::new(),
        chunk => format!(" with a chunksize of {}", grouped(chunk)),
    };
    let free = match (way.executor.model, lock(way)) {
        (Model::PythonThreads, Some(GilState::Off)) => " of the free-threaded interpreter",
        _ => "",
    };
    let more = more(advised);
    if advised.subject.is_command() {
        return format!("Run {}{gain}, because {because}{more}", workers(way));
    }
    format!(
        "Use {}{free}, {} of them{chunk}{gain}, because {because}{more}",
        kind(way.executor.model),
        way.workers
    )
}

fn lock(way: &CallWay) -> Option<GilState> {
    way.executor
        .python
        .as_ref()
        .map(|python| python.interpreter.gil)
}

fn because(advised: &Advised, way: &CallWay) -> String {
    let why = &advised.why;
    let computes = percent(why.computes);
    if advised.subject.is_command() {
        return match why.computes >= COMPUTES {
            true => format!(
                "a command computes {computes} of its time, and more cores compute more of them"
            ),
            false => waits(advised),
        };
    }
    let has_lock = lock(way) == Some(GilState::On);
    let is_shared =
        !way.executor.model.has_processes() && !way.executor.model.needs_subinterpreters();
    match (why.computes >= COMPUTES, is_shared && has_lock) {
        (true, true) if advised.has(PitfallKind::ReleasesGil) => {
            format!("a call computes {computes} of its time and releases the GIL meanwhile")
        }
        (true, false) if is_shared => {
            format!("a call computes {computes} of its time, and nothing locks it")
        }
        (true, false) => {
            format!("a call computes {computes} of its time, and threads would share one GIL")
        }
        (_, false) if !is_shared && why.computes > 0.2 => {
            format!(
                "{}, and computes {computes}, for which threads would share one GIL",
                waits(advised)
            )
        }
        (_, false) if !is_shared && !threads_gain(advised) => {
            format!("{}, and threads would wait for each other", waits(advised))
        }
        _ => waits(advised),
    }
}

/// Whether threads of any number are clearly faster than the loop.
fn threads_gain(advised: &Advised) -> bool {
    let threads = advised
        .tried
        .iter()
        .filter(|tried| tried.way.executor.model == Model::PythonThreads);
    let gains = threads.filter_map(|tried| tried.gain);
    gains.map(|gain| gain.value).fold(0.0, f64::max) >= WORTH
}

/// "a call waits 94 % of its time for the network".
fn waits(advised: &Advised) -> String {
    let shares = &advised.why.shares;
    let waiting = shares.iter().find(|(phase, _)| object(*phase).is_some());
    let waits = 1.0 - advised.why.computes;
    let unit = unit(advised);
    match waiting.and_then(|(phase, share)| Some((object(*phase)?, *share))) {
        Some((object, share)) if share > waits / 2.0 => {
            format!("a {unit} waits {} of its time {object}", percent(share))
        }
        _ => format!("a {unit} waits {} of its time", percent(waits)),
    }
}

/// What a worker waits for in a phase, if it waits for something that others need not wait for.
fn object(phase: Phase) -> Option<&'static str> {
    match phase {
        Phase::Network => Some("for the network"),
        Phase::File => Some("for files"),
        Phase::Sleep => Some("for a set time"),
        Phase::Lock => Some("for a lock of its own"),
        Phase::Subprocess => Some("for another program"),
        _ => None,
    }
}

/// Why more workers gain nothing.
fn more(advised: &Advised) -> String {
    if let Some(PitfallSigns::AtOnce { workers, .. }) = advised.seen(PitfallKind::OutsideLimit) {
        let shares = &advised.why.shares;
        let is_network = shares
            .first()
            .is_some_and(|(phase, _)| *phase == Phase::Network);
        let who = if is_network {
            "the server answers"
        } else {
            "what they wait for answers"
        };
        return format!("; more gain nothing, as {who} {workers} at a time");
    }
    if let Some(PitfallSigns::Longest { longest_s, .. }) = advised.seen(PitfallKind::Uneven) {
        return format!(
            "; more gain nothing, as one {} takes {}",
            unit(advised),
            duration(*longest_s)
        );
    }
    match advised.why.no_gain {
        Some(_) => "; more gain nothing".into(),
        None => String::new(),
    }
}

fn neither(advised: &Advised, best: Option<&CallWay>) -> String {
    let calls = counted(advised.tasks.into(), unit(advised));
    let takes = if advised.tasks == 1 { "takes" } else { "take" };
    let loop_s = duration(advised.why.loop_s);
    let keep = match advised.subject {
        AdviceSubject::Function(_) => "Keep the loop",
        AdviceSubject::Command(_) => "Run one after the other",
    };
    let (Some(best), Some(gain)) = (best, &advised.gain) else {
        let unit = unit(advised);
        return format!("{keep}: {calls} {takes} {loop_s}, and one {unit} cannot be shared");
    };
    let fastest = workers(best);
    format!(
        "{keep}: {calls} {takes} {loop_s}, and {fastest}, the fastest that was tried, are only {} as fast",
        factor(gain)
    )
}

fn cannot_tell(advised: &Advised, unclear: &Unclear) -> String {
    let budget = duration(advised.budget_s);
    let longer = format!(
        "--budget {:.0}s may tell",
        (advised.budget_s * 4.0).min(3_600.0)
    );
    let so_far = advised
        .gain
        .as_ref()
        .map_or_else(String::new, |gain| format!(" (so far {})", factor(gain)));
    let (unit, baseline) = (unit(advised), baseline(advised));
    let is_command = advised.subject.is_command();
    let why = match unclear {
        Unclear::OneCall => format!(
            "a {unit} takes {}, and {budget} are enough for one only; {longer}",
            duration(advised.why.loop_s)
        ),
        Unclear::LoopBroke(Some(reason)) if is_command => {
            format!("every command fails ({})", text::clean(reason, 300))
        }
        Unclear::LoopBroke(None) if is_command => "no command could be run".into(),
        Unclear::NoneRan if is_command => "no commands at once could be run".into(),
        Unclear::LoopBroke(Some(reason)) => {
            format!(
                "the loop cannot do the calls ({})",
                text::clean(reason, 300)
            )
        }
        Unclear::LoopBroke(None) => "no loop could do the calls".into(),
        Unclear::Stopped => "it was stopped before that was decided".into(),
        Unclear::NoneRan => "no other workers than the loop could do the calls".into(),
        Unclear::TooFew => format!("{budget} were enough for too few runs{so_far}; {longer}"),
        Unclear::Disturbed => format!(
            "other programs disturbed the runs{so_far}; measure again when the machine is quiet"
        ),
        Unclear::OverLoop(way) => {
            format!(
                "the times scatter too widely to say whether {} are faster than {baseline}{so_far}; {longer}",
                workers(way)
            )
        }
        Unclear::Between(one, other) => format!(
            "both {} and {} are faster than a loop{so_far}, but the times scatter too widely to say which is better; {longer}",
            workers(one),
            workers(other)
        ),
    };
    format!("Cannot tell: {why}")
}

/// The title in documents: "How to call fetch".
pub fn title(advised: &Advised) -> String {
    let written = text::clean(advised.subject.written(), 200);
    match advised.subject {
        AdviceSubject::Function(_) => format!("How to call {written}"),
        AdviceSubject::Command(_) => format!("How many at once: {written}"),
    }
}

/// Why, as sentences: shares, costs, and what was measured.
pub fn reasons(advised: &Advised) -> Vec<String> {
    let shares = capitalized(&shares(advised));
    let measured = capitalized(&extent(advised));
    [shares]
        .into_iter()
        .chain(costs(advised))
        .chain([measured])
        .chain(make(advised))
        .collect()
}

/// How make does the same by itself.
fn make(advised: &Advised) -> Option<String> {
    let (AdviceSubject::Command(command), AdvisedChoice::Use(way)) =
        (&advised.subject, &advised.choice)
    else {
        return None;
    };
    let line = line::of_make(command, way.workers)?;
    let jobs = way.workers;
    Some(format!(
        "Make can do {jobs} at once by itself, which was not measured: {line}"
    ))
}

/// What the shares of a call are: "computing 4 %, network 94 %".
pub fn shares(advised: &Advised) -> String {
    let why = &advised.why;
    let shares = why
        .shares
        .iter()
        .map(|(phase, share)| format!("{} {}", phase.name(), percent(*share)));
    let shares: Vec<String> = shares.collect();
    let (on_core, unit) = (percent(why.computes), unit(advised));
    // If only this phase was seen, nobody looked what happens within a call.
    let is_known = why
        .shares
        .iter()
        .any(|(phase, _)| *phase != Phase::Computing);
    match is_known {
        true => format!("of a {unit}: {}; on a core {on_core}", shares.join(", ")),
        false => format!("a {unit} uses a core for {on_core} of its time, and waits for the rest"),
    }
}

/// The costs: how long a call, start-up, imports and pickling take, and what a worker costs in memory.
pub fn costs(advised: &Advised) -> Vec<String> {
    let why = &advised.why;
    let mut costs = vec![format!(
        "a {} takes {}, the longest one {}",
        unit(advised),
        duration(why.call_s),
        duration(why.longest_s)
    )];
    if let Some(start_s) = why.start_s {
        costs.push(format!(
            "it takes {} until workers start the first call",
            duration(start_s)
        ));
    }
    if let Some(import_s) = why.import_s {
        costs.push(format!("the module takes {} to import", duration(import_s)));
    }
    if let Some([of_input, of_result]) = why.pickling_s {
        costs.push(format!(
            "pickling takes {} for an input and {} for a result",
            duration(of_input),
            duration(of_result)
        ));
    }
    if let Some(worker) = why.worker_bytes {
        let fit = why.fitting.map_or_else(String::new, |fit| {
            format!(", and {} fit into what is available", grouped(fit))
        });
        let who = match advised.subject {
            AdviceSubject::Function(_) => "each more process takes",
            AdviceSubject::Command(_) => "each more command at once takes up to",
        };
        costs.push(format!("{who} {} of memory{fit}", bytes(worker)));
    }
    costs.into_iter().map(|cost| capitalized(&cost)).collect()
}

/// What was measured: "100 inputs; 34 runs called fetch 3 400 times in 48 s".
pub fn extent(advised: &Advised) -> String {
    let runs: usize = advised.tried.iter().map(|tried| tried.runs).sum();
    let (called, input) = match &advised.subject {
        AdviceSubject::Function(_) => ("called", "input"),
        subject if subject.has_inputs() => ("executed", "input"),
        _ => ("executed", "execution"),
    };
    let inputs = match (advised.tasks < advised.inputs, advised.inputs) {
        (true, all) => format!(
            "{} of {}",
            grouped(advised.tasks.into()),
            counted(all.into(), input)
        ),
        (false, all) => counted(all.into(), input),
    };
    format!(
        "{inputs}; {} {called} {} {} in {}",
        counted(runs as u64, "run"),
        text::clean(advised.subject.name(), 80),
        times(advised.calls),
        duration(advised.spent_s)
    )
}

fn times(n: u64) -> String {
    counted(n, "time")
}

/// What became of a way.
pub fn fate(tried: &Tried) -> String {
    match &tried.fate {
        Fate::Loop => "what speed-ups are measured against".into(),
        Fate::Chosen => "advised".into(),
        Fate::Lost => "dropped out".into(),
        Fate::Stayed => String::new(),
        Fate::Differs => "returns something else than the loop".into(),
        Fate::Broke(Some(why)) => format!("cannot do the calls: {}", text::clean(why, 200)),
        Fate::Broke(None) => "cannot do the calls".into(),
    }
}

/// How the printed code ran.
pub fn checked(checked: &Checked) -> String {
    match checked {
        Checked::Ran(seconds) => format!(
            "This was run once as printed, and worked; it took {}",
            duration(*seconds)
        ),
        Checked::Same(seconds) => format!(
            "This was run once as printed, and ended and printed as before; it took {}",
            duration(*seconds)
        ),
        Checked::Stopped(seconds) => format!(
            "This was run once as printed; it was stopped after {} without an error so far",
            duration(*seconds)
        ),
        Checked::Failed(output) => {
            let last = output
                .lines()
                .rev()
                .find(|line| !line.trim().is_empty())
                .unwrap_or("it printed nothing");
            format!(
                "This was run once as printed, and did NOT work: {}",
                text::clean(last.trim(), 300)
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        analysis::{advised::Why, pitfall::Pitfall},
        domain::{
            function::{Function, Inputs},
            model_variant::ModelVariant,
            python::Python,
            stats::{Interval, Ratio},
        },
        fixtures::python,
    };

    fn way(model: Model, workers: u32) -> CallWay {
        CallWay {
            executor: ModelVariant {
                model,
                python: Some(Python {
                    interpreter: python::interpreter(),
                    start_method: None,
                }),
            },
            workers,
            chunk: 1,
        }
    }

    /// Advice about a function that uses a core for this share of a call.
    fn advised(choice: AdvisedChoice, computes: f64, shares: &[(Phase, f64)]) -> Advised {
        Advised {
            subject: AdviceSubject::Function(Function::unseen(
                "fetch.py:fetch".into(),
                Inputs::None,
            )),
            choice,
            gain: Some(Ratio {
                value: 9.4,
                interval: Some(Interval {
                    low: 8.8,
                    high: 9.9,
                }),
            }),
            why: Why {
                shares: shares.to_vec(),
                computes,
                loop_s: 2.0,
                ..Why::default()
            },
            tried: vec![],
            pitfalls: vec![],
            checked: None,
            inputs: 100,
            tasks: 100,
            calls: 3_400,
            spent_s: 48.0,
            budget_s: 60.0,
        }
    }

    #[test]
    fn threads_for_a_function_that_waits_for_a_server_with_a_limit() {
        let shares = [(Phase::Network, 0.94), (Phase::Computing, 0.06)];
        let use_threads = AdvisedChoice::Use(way(Model::PythonThreads, 12));
        let mut advice = advised(use_threads, 0.06, &shares);
        advice.pitfalls.push(Pitfall {
            kind: PitfallKind::OutsideLimit,
            is_of_command: false,
            seen: PitfallSigns::AtOnce {
                workers: 12,
                more: 24,
                slower: 2.0,
            },
        });
        assert_eq!(
            sentence(&advice),
            "Use threads, 12 of them: 9.40× (8.80–9.90) as fast as a loop, because a call waits 94 % of its time for the network; \
             more gain nothing, as the server answers 12 at a time"
        );
    }

    #[test]
    fn processes_for_a_function_that_computes_and_threads_if_it_releases_the_gil() {
        let shares = [(Phase::Computing, 1.0)];
        let processes = AdvisedChoice::Use(way(Model::PythonProcesses, 4));
        assert_eq!(
            sentence(&advised(processes, 0.99, &shares)),
            "Use processes, 4 of them: 9.40× (8.80–9.90) as fast as a loop, because a call computes 99 % of its time, and threads \
             would share one GIL"
        );
        let threads = AdvisedChoice::Use(way(Model::PythonThreads, 4));
        let mut advice = advised(threads, 0.99, &shares);
        advice.pitfalls.push(Pitfall {
            kind: PitfallKind::ReleasesGil,
            is_of_command: false,
            seen: PitfallSigns::Cores(3.9),
        });
        assert!(
            sentence(&advice)
                .ends_with("a call computes 99 % of its time and releases the GIL meanwhile")
        );
    }

    #[test]
    fn neither_and_cannot_tell_say_why() {
        let keep = AdvisedChoice::Neither(Some(way(Model::PythonThreads, 2)));
        let said = sentence(&advised(keep, 1.0, &[]));
        assert!(
            said.starts_with("Keep the loop: 100 calls take 2.00 s, and 2 threads"),
            "{said}"
        );
        let alone = Advised {
            gain: None,
            tasks: 1,
            ..advised(AdvisedChoice::Neither(None), 1.0, &[])
        };
        assert_eq!(
            sentence(&alone),
            "Keep the loop: 1 call takes 2.00 s, and one call cannot be shared"
        );
        for unclear in [
            Unclear::OneCall,
            Unclear::LoopBroke(None),
            Unclear::LoopBroke(Some("it is\u{1b} broken".into())),
            Unclear::NoneRan,
            Unclear::Stopped,
            Unclear::TooFew,
            Unclear::Disturbed,
            Unclear::OverLoop(way(Model::PythonThreads, 2)),
            Unclear::Between(way(Model::PythonThreads, 2), way(Model::PythonProcesses, 2)),
        ] {
            let said = sentence(&advised(AdvisedChoice::CannotTell(unclear), 0.5, &[]));
            assert!(
                said.starts_with("Cannot tell: ") && !said.contains('\u{1b}'),
                "{said}"
            );
        }
    }

    #[test]
    fn code_that_failed_is_not_shown_as_working() {
        let failed = checked(&Checked::Failed("Traceback\nKeyError: 3\n".into()));
        assert!(
            failed.contains("did NOT work") && failed.contains("KeyError: 3"),
            "{failed}"
        );
        assert!(checked(&Checked::Ran(0.5)).contains("worked"));
    }
}
