//! The keys of the claims.

use std::sync::LazyLock;

use crate::app::{
    App,
    keys::{Keys, PAGE, bind, keys, list, step, with},
};

/// The keys in the list of the claims.
#[rustfmt::skip]
pub static CLAIMS: LazyLock<Keys> = LazyLock::new(|| keys("In the list of claims", App::step_claims, [
    list("claim", "↑↓ claim", 2),
    vec![
        bind("Enter | Space → l", "Enter open", 1, "open the chosen claim: predict and test it, or read its verdict", App::open_claim),
        bind("L", "L lesson", 3, "the lesson: the claims, step by step", App::open_lesson),
    ],
].concat()));

/// The keys while nothing is known about a claim.
#[rustfmt::skip]
pub static ASKED: LazyLock<Keys> = LazyLock::new(|| keys("On a claim that is not tested yet", App::scroll, vec![
    with("1-6", "1-6 predict", 1, "predict what comes out, and test the claim", App::predict)
        .labelled(|app| (app.expectations().len() == 2).then_some("1-2 predict")).when(App::can_test).or_says(App::why_not_tested),
    bind("Enter | Space", "Enter test", 1, "test the claim without a prediction", App::test_claim).when(App::can_test).or_says(App::why_not_tested),
]));

/// The keys while there is a verdict.
#[rustfmt::skip]
pub static TOLD: LazyLock<Keys> = LazyLock::new(|| keys("On a claim with a verdict", App::scroll, vec![
    bind("Enter | Space → l Tab", "Enter next claim", 1, "the next claim", |app| app.turn_claim(true)),
    bind("g", "g runs", 2, "go to the runs behind the verdict; V comes back", App::go_to_runs).when(App::has_runs_of_claim),
    bind("c", "c compare", 2, "compare the runs of all configurations, on one time axis", App::compare_arms).when(App::has_several_arms),
    bind("r | R", "r repeat", 3, "test the claim again", App::test_claim).when(App::can_test).or_says(App::why_not_tested),
]));

/// The keys on every claim.
#[rustfmt::skip]
pub static CLAIM: LazyLock<Keys> = LazyLock::new(|| keys("On any claim", App::scroll, vec![
    bind("→ l Tab", "→ next claim", 2, "the next claim; after the last one, the list", |app| app.turn_claim(true)),
    bind("← h Shift-Tab", "", 0, "the claim before", |app| app.turn_claim(false)),
    step("↑ k", "", 0, "scroll up", -1),
    step("↓ j", "↑↓ scroll", 9, "scroll down", 1),
    step("PgUp", "", 0, "ten rows up", -PAGE),
    step("PgDn", "", 0, "ten rows down", PAGE),
]));
