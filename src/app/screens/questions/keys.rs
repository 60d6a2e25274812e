//! The keys of the questions.

use std::sync::LazyLock;

use crate::app::{
    App,
    keys::{Keys, bind, keys, list},
};

/// The keys while the questions are in place of the timeline.
#[rustfmt::skip]
pub static QUESTIONS: LazyLock<Keys> = LazyLock::new(|| keys("In the list of questions", App::step_question, [
    list("question", "↑↓ question", 1),
    vec![
        bind("Enter", "Enter ask", 1, "run the experiment that answers the question", App::ask_question)
            .when(App::is_free).or_says(App::why_busy),
        bind("v V", "v claims", 2, "the article's claims, one by one; later it is V", App::open_claims),
    ],
].concat()));
