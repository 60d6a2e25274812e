//! Tests the article's claims: their controls, then the claims in groups that share runs, then the report.

use super::{measure::Bench, print, say};
use crate::{
    analysis::{
        shared::Shared,
        verified::{Verification, Verified},
    },
    catalog::claim::Setting,
    cli::VerifyRequest,
    domain::{
        campaign::Campaign,
        claim::{Answer, Trial},
        estimate,
        in_turn::InTurn,
        keeping::Keeping,
        python::Pythons,
        rounds::{LEAST_PAIRS, Rounds},
        speed::Speed,
        text::counted,
    },
    present::{
        sentence::{claim as sentence, estimate::takes},
        table::filled,
    },
    shell::{
        exit::{self, Failure},
        terminal,
    },
};

/// Tests the claims that `request` chooses, keeps the runs where `keeping` says, and prints the verdicts. Returns the
/// exit code.
///
/// # Errors
/// If the request is invalid, or the engine cannot start.
pub fn verify(request: &VerifyRequest, keeping: &Keeping, ascii: bool) -> Result<u8, Failure> {
    let mut bench = Bench::open(&request.output, keeping, ascii)?;
    find_pythons(&mut bench, request)?;
    if request.list {
        // Nothing runs, so that no speed has to be known.
        bench.speed = Some(Speed::uniform(1e8));
        return print(&list(&prepare(&bench, request), terminal::room()), ascii);
    }
    bench.measure_speeds()?;
    let mut verification = prepare(&bench, request);
    say(&extent(&verification, &bench));
    measure(&mut verification, &mut bench);
    let answered = code(&verification.claims);
    let ended = bench.end(|bench| {
        let shared = Shared {
            claims: verification.claims.iter().collect(),
            controls: verification.control_judgements().collect(),
            ..bench.shared()
        };
        let table = |room| report(&shared, room);
        bench
            .destination
            .share(&bench.session.machine, &shared, table)
    })?;
    Ok(if ended == exit::DONE { answered } else { ended })
}

/// Finds the interpreters that the user named, or the default one. Without any, claims are tested under the emulation.
fn find_pythons(bench: &mut Bench<'_>, request: &VerifyRequest) -> Result<(), Failure> {
    match bench.find_pythons(&request.python) {
        Err(why) if request.python.is_empty() => {
            say(&format!(
                "{}. Claims are tested under the emulated GIL",
                why.sentence
            ));
            Ok(())
        }
        found => found,
    }
}

fn prepare(bench: &Bench<'_>, request: &VerifyRequest) -> Verification {
    let pythons = Pythons {
        found: bench.pythons.clone(),
        ..Pythons::default()
    };
    let setting = Setting::new(&bench.session.machine, &pythons);
    let known = bench.known();
    Verification::new(
        &request.chosen(),
        &setting,
        request.effort(),
        &bench.session.limits,
        &|draft| known.speed_of(draft),
    )
}

/// How much will be measured, and how long that takes.
fn extent(verification: &Verification, bench: &Bench<'_>) -> String {
    let effort = verification.effort;
    let groups = verification.groups();
    let groups = groups.iter().map(|group| verification.trials(group));
    let trials = groups.chain([verification.controls.clone()]);
    let plans = trials.flat_map(|trials| InTurn::claims(trials, effort).plans);
    let all = estimate::of_rounds(&plans.collect::<Vec<_>>(), LEAST_PAIRS, bench.known());
    let claims = counted(verification.claims.len() as u64, "claim");
    let more = match effort.rounds {
        most if most > LEAST_PAIRS => {
            format!(". Up to {most} rounds are measured if these do not decide")
        }
        _ => String::new(),
    };
    takes(&format!("{LEAST_PAIRS} rounds of {claims}"), all) + &more
}

fn measure(verification: &mut Verification, bench: &mut Bench<'_>) {
    let mut number = 0;
    let mut campaign = |bench: &mut Bench<'_>, trials: Vec<Trial>, effort| {
        number += 1;
        if bench.is_over() || trials.is_empty() {
            return (String::new(), Rounds::default());
        }
        let id = bench.measure(Campaign::claims(trials, effort), number);
        let rounds = Rounds::of(&id, bench.records());
        (id, rounds)
    };
    let controls = verification.controls.clone();
    let effort = verification.effort_of(controls.len());
    let (_, rounds) = campaign(bench, controls, effort);
    verification.control_measured(rounds);
    for group in verification.groups() {
        let trials = verification.trials(&group);
        let (id, rounds) = campaign(bench, trials, verification.effort_of(group.len()));
        verification.measured(&group, &id, &rounds);
    }
}

/// The exit code that the verdicts ask for.
fn code(claims: &[Verified]) -> u8 {
    let is_wrong =
        |claim: &Verified| claim.answer() == Answer::Contradicted && !claim.is_as_expected();
    if claims.iter().any(is_wrong) {
        exit::CONTRADICTED
    } else if claims
        .iter()
        .any(|claim| claim.answer() == Answer::CannotTell)
    {
        exit::CANNOT_TELL
    } else {
        exit::DONE
    }
}

/// The claims and what has to come out.
fn list(verification: &Verification, room: usize) -> String {
    let claims = verification.claims.iter().map(|verified| {
        let head = format!("{:>2}  {}", verified.claim.number, verified.claim.claim);
        let rest = match &verified.trial {
            Some(trial) => sentence::conditions(trial),
            None => vec![sentence::reason(verified)],
        };
        indented(head, rest, room)
    });
    claims.collect::<Vec<_>>().join("\n")
}

/// The verdicts as text.
fn report(shared: &Shared<'_>, room: usize) -> String {
    let claims = shared.claims.iter().map(|verified| {
        let head = format!(
            "{:>2}  {}  {}",
            verified.claim.number,
            sentence::answer(verified.answer()).to_uppercase(),
            verified.claim.claim
        );
        let mut rest = vec![sentence::reason(verified) + "."];
        rest.extend(sentence::surprise(verified).map(|sentence| format!("{sentence}.")));
        rest.extend(sentence::spent(verified).map(|sentence| sentence + "."));
        rest.extend(sentence::runs(verified, &shared.runs));
        indented(head, rest, room)
    });
    let mut text = claims.collect::<Vec<_>>().join("\n");
    for (trial, judgement) in &shared.controls {
        let line = format!(
            "control: {}: {}",
            sentence::topic(trial.topic),
            sentence::control(trial, judgement)
        );
        text += &format!("\n{}", filled(&line, room));
    }
    text + "\n"
}

/// A line and the lines that belong to it, as paragraphs of this width.
fn indented(head: String, rest: Vec<String>, room: usize) -> String {
    let hang = "    ";
    let inner = room.saturating_sub(hang.len());
    let mut text = String::new();
    for (line, text_of) in [(true, vec![head]), (false, rest)] {
        for paragraph in text_of {
            for (i, row) in filled(&paragraph, inner).lines().enumerate() {
                let margin = if line && i == 0 { "" } else { hang };
                text += &format!("{margin}{row}\n");
            }
        }
    }
    text
}
