//! The advice of a document.

use serde::Serialize;

use crate::{
    analysis::advised::{Advised, AdvisedChoice, CallWay, Checked, Fate, Tried},
    domain::{
        command::UserCommand,
        function::Function,
        stats::{Interval, Ratio},
        subject::AdviceSubject,
    },
    present::{
        code,
        sentence::{advised as sentence, pitfall},
    },
};

/// How to execute the calls of a function.
#[derive(Serialize)]
pub(super) struct OutgoingAdvice<'a> {
    function: Option<&'a Function>,
    command: Option<&'a UserCommand>,
    /// The answer in one sentence.
    sentence: String,
    /// "use", "neither" or "cannot-tell".
    answer: &'static str,
    #[serde(rename = "use")]
    chosen: Option<OutgoingWay>,
    /// How many times as fast as the loop the chosen way is, or else the fastest one.
    factor: Option<f64>,
    interval: Option<Interval>,
    inputs: u32,
    inputs_measured: u32,
    calls: u64,
    spent_s: f64,
    budget_s: f64,
    why: OutgoingWhy,
    tried: Vec<OutgoingTried>,
    pitfalls: Vec<OutgoingPitfall>,
    code: Option<String>,
    /// How the code ran as printed; null if it did not.
    code_run: Option<OutgoingCheck>,
}

#[derive(Serialize)]
struct OutgoingWay {
    model: &'static str,
    executor: String,
    workers: u32,
    chunk_size: u64,
}

#[derive(Serialize)]
struct OutgoingWhy {
    /// The shares of a call in the loop by phase, in parts of 1.
    shares: serde_json::Map<String, serde_json::Value>,
    on_core: f64,
    loop_s: f64,
    call_s: f64,
    longest_call_s: f64,
    import_s: Option<f64>,
    start_s: Option<f64>,
    pickling_in_s: Option<f64>,
    pickling_out_s: Option<f64>,
    worker_bytes: Option<u64>,
    workers_fitting: Option<u64>,
}

#[derive(Serialize)]
struct OutgoingTried {
    #[serde(flatten)]
    way: OutgoingWay,
    runs: usize,
    disturbed: usize,
    median_s: Option<f64>,
    factor: Option<f64>,
    interval: Option<Interval>,
    cores: Option<f64>,
    fate: &'static str,
    reason: Option<String>,
}

#[derive(Serialize)]
struct OutgoingPitfall {
    pitfall: &'static str,
    seen: String,
    advice: String,
}

#[derive(Serialize)]
struct OutgoingCheck {
    worked: bool,
    /// Whether it was stopped because it took too long.
    stopped: bool,
    seconds: Option<f64>,
    /// Whether it printed what was printed before; null if that could not be compared.
    same_output: Option<bool>,
    output: Option<String>,
}

impl<'a> OutgoingAdvice<'a> {
    pub(super) fn of(advised: &'a Advised) -> OutgoingAdvice<'a> {
        let answer = match advised.choice {
            AdvisedChoice::Use(_) => "use",
            AdvisedChoice::Neither(_) => "neither",
            AdvisedChoice::CannotTell(_) => "cannot-tell",
        };
        let (factor, interval) = parts(advised.gain);
        let pitfalls = advised.pitfalls.iter().map(|of| OutgoingPitfall {
            pitfall: of.kind.description().name,
            seen: pitfall::seen(of),
            advice: pitfall::advice(of),
        });
        OutgoingAdvice {
            function: match &advised.subject {
                AdviceSubject::Function(function) => Some(function),
                AdviceSubject::Command(_) => None,
            },
            command: match &advised.subject {
                AdviceSubject::Command(command) => Some(command),
                AdviceSubject::Function(_) => None,
            },
            sentence: sentence::sentence(advised),
            answer,
            chosen: advised.way().map(OutgoingWay::of),
            factor,
            interval,
            inputs: advised.inputs,
            inputs_measured: advised.tasks,
            calls: advised.calls,
            spent_s: advised.spent_s,
            budget_s: advised.budget_s,
            why: OutgoingWhy::of(advised),
            tried: advised.tried.iter().map(OutgoingTried::of).collect(),
            pitfalls: pitfalls.collect(),
            code: code::of(advised),
            code_run: advised.checked.as_ref().map(OutgoingCheck::of),
        }
    }
}

fn parts(ratio: Option<Ratio>) -> (Option<f64>, Option<Interval>) {
    (
        ratio.map(|ratio| ratio.value),
        ratio.and_then(|ratio| ratio.interval),
    )
}

impl OutgoingWay {
    fn of(way: &CallWay) -> OutgoingWay {
        OutgoingWay {
            model: way.executor.model.name(),
            executor: way.executor.label(),
            workers: way.workers,
            chunk_size: way.chunk,
        }
    }
}

impl OutgoingWhy {
    fn of(advised: &Advised) -> OutgoingWhy {
        let why = &advised.why;
        let shares = why
            .shares
            .iter()
            .map(|(phase, share)| (phase.name().into(), (*share).into()));
        OutgoingWhy {
            shares: shares.collect(),
            on_core: why.computes,
            loop_s: why.loop_s,
            call_s: why.call_s,
            longest_call_s: why.longest_s,
            import_s: why.import_s,
            start_s: why.start_s,
            pickling_in_s: why.pickling_s.map(|[of_input, _]| of_input),
            pickling_out_s: why.pickling_s.map(|[_, of_result]| of_result),
            worker_bytes: why.worker_bytes,
            workers_fitting: why.fitting,
        }
    }
}

impl OutgoingTried {
    fn of(tried: &Tried) -> OutgoingTried {
        let (fate, reason) = match &tried.fate {
            Fate::Loop => ("loop", None),
            Fate::Chosen => ("chosen", None),
            Fate::Lost => ("lost", None),
            Fate::Stayed => ("stayed", None),
            Fate::Differs => ("differs", None),
            Fate::Broke(reason) => ("broke", reason.clone()),
        };
        let (factor, interval) = parts(tried.gain);
        OutgoingTried {
            way: OutgoingWay::of(&tried.way),
            runs: tried.runs,
            disturbed: tried.disturbed,
            median_s: tried.time.map(|time| time.median),
            factor,
            interval,
            cores: tried.cores,
            fate,
            reason,
        }
    }
}

impl OutgoingCheck {
    fn of(checked: &Checked) -> OutgoingCheck {
        let (worked, stopped, seconds, output) = match checked {
            Checked::Ran(seconds) | Checked::Same(seconds) => (true, false, Some(*seconds), None),
            Checked::Stopped(seconds) => (true, true, Some(*seconds), None),
            Checked::Failed(output) => (false, false, None, Some(output.clone())),
        };
        OutgoingCheck {
            worked,
            stopped,
            seconds,
            same_output: matches!(checked, Checked::Same(_)).then_some(true),
            output,
        }
    }
}
