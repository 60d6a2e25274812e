//! The table of claims in documents.

use super::{
    number::or_nothing,
    sentence::claim as sentence,
    table::{Column, Side, Table},
};
use crate::{
    analysis::verified::Verified,
    domain::claim::{Judgement, Trial},
};

/// A row per claim: the claim, what had to come out, the verdict, the effect and why.
pub fn claims(claims: &[&Verified]) -> Table {
    let column = |heading, side| Column::new(heading, side, 0);
    let row = |verified: &&Verified| {
        let conditions = verified.trial.as_ref().map(sentence::conditions);
        let mut why = sentence::reasons(verified);
        why.extend(sentence::surprise(verified).map(String::from));
        why.extend(sentence::spent(verified));
        vec![
            verified.claim.number.to_string(),
            verified.claim.claim.into(),
            or_nothing(conditions, |conditions| conditions.join("; ")),
            sentence::answer(verified.answer()).into(),
            or_nothing(sentence::effect(verified), |effect| effect),
            why.join(". "),
        ]
    };
    Table {
        columns: vec![
            column("#", Side::Right),
            column("claim", Side::Left),
            column("true if", Side::Left),
            column("verdict", Side::Left),
            column("effect", Side::Left),
            column("why", Side::Left),
        ],
        rows: claims.iter().map(row).collect(),
    }
}

/// A row per control: what has to come out, and what did.
pub fn controls(controls: &[(&Trial, Judgement)]) -> Table {
    let row = |(trial, judgement): &(&Trial, Judgement)| {
        vec![
            sentence::topic(trial.topic).into(),
            sentence::control(trial, judgement),
        ]
    };
    Table {
        columns: ["control", "what it showed"]
            .map(|heading| Column::new(heading, Side::Left, 0))
            .into(),
        rows: controls.iter().map(row).collect(),
    }
}
