//! The table of claims in documents.

use super::{
    number::or_nothing,
    sentence::claim as sentence,
    table::{Column, Side, Table},
};
use crate::analysis::verified::Verified;

/// A row per claim: the claim, the verdict, the effect and why.
pub fn claims(claims: &[&Verified]) -> Table {
    let column = |heading, side| Column::new(heading, side, 0);
    let row = |verified: &&Verified| {
        let surprise = sentence::surprise(verified);
        let surprise = surprise.map(|sentence| format!(". {sentence}"));
        let spent = sentence::spent(verified).map(|sentence| format!(". {sentence}"));
        vec![
            verified.claim.number.to_string(),
            verified.claim.claim.into(),
            sentence::answer(verified.answer()).into(),
            or_nothing(sentence::effect(verified), |effect| effect),
            sentence::reason(verified) + &surprise.unwrap_or_default() + &spent.unwrap_or_default(),
        ]
    };
    Table {
        columns: vec![
            column("#", Side::Right),
            column("claim", Side::Left),
            column("verdict", Side::Left),
            column("effect", Side::Left),
            column("why", Side::Left),
        ],
        rows: claims.iter().map(row).collect(),
    }
}
