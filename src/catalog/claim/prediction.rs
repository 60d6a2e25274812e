//! What a class can expect of a claim before it is measured, and when that was right.

use crate::domain::claim::Answer;

/// How a class can predict the result of a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prediction {
    /// How many times as fast it will be.
    Factor,
    /// Whether the claim is true.
    Truth,
}

/// A result that can be expected.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Expectation {
    /// The digit that chooses it.
    pub key: char,
    /// The result in a few words.
    pub words: &'static str,
    /// What the words mean as numbers; empty if they say it.
    pub numbers: &'static str,
    /// What has to come out.
    pub foreseen: Foreseen,
}

/// What makes an expectation right.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Foreseen {
    /// An effect from the first value up to the second one, which is not included.
    Effect(f64, f64),
    /// This verdict.
    Verdict(Answer),
}

/// The expectations about a factor. Each factor fits one of them.
static FACTORS: [Expectation; 6] = [
    effect('1', "slower", "under 0.9×", 0.0, 0.9),
    effect('2', "about the same", "0.9–1.1×", 0.9, 1.1),
    effect('3', "up to 1.5×", "1.1–1.5×", 1.1, 1.5),
    effect('4', "about 2×", "1.5–3×", 1.5, 3.0),
    effect('5', "3 to 8×", "", 3.0, 8.0),
    effect('6', "more than 8×", "", 8.0, f64::INFINITY),
];

static TRUTHS: [Expectation; 2] = [
    verdict('1', "true", Answer::Supported),
    verdict('2', "not true", Answer::Contradicted),
];

const fn effect(
    key: char,
    words: &'static str,
    numbers: &'static str,
    from: f64,
    below: f64,
) -> Expectation {
    Expectation {
        key,
        words,
        numbers,
        foreseen: Foreseen::Effect(from, below),
    }
}

const fn verdict(key: char, words: &'static str, answer: Answer) -> Expectation {
    Expectation {
        key,
        words,
        numbers: "",
        foreseen: Foreseen::Verdict(answer),
    }
}

impl Prediction {
    /// What can be expected, in the order of the keys.
    pub fn expectations(self) -> &'static [Expectation] {
        match self {
            Prediction::Factor => &FACTORS,
            Prediction::Truth => &TRUTHS,
        }
    }
}

impl Expectation {
    /// Whether it was right, given the verdict and the measured effect. `None` if the verdict was not reached.
    pub fn was_right(&self, answer: Answer, effect: Option<f64>) -> Option<bool> {
        match self.foreseen {
            _ if answer == Answer::CannotTell => None,
            Foreseen::Effect(from, below) => Some((from..below).contains(&effect?)),
            Foreseen::Verdict(verdict) => Some(verdict == answer),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn right(prediction: Prediction, answer: Answer, effect: Option<f64>) -> Vec<char> {
        let all = prediction.expectations().iter();
        all.filter(|expected| expected.was_right(answer, effect) == Some(true))
            .map(|expected| expected.key)
            .collect()
    }

    #[test]
    fn exactly_one_expectation_is_right_whatever_the_factor_is() {
        let of = |factor| right(Prediction::Factor, Answer::Supported, Some(factor));
        for (factor, key) in [
            (0.4, '1'),
            (0.9, '2'),
            (1.0, '2'),
            (1.1, '3'),
            (1.93, '4'),
            (3.0, '5'),
            (8.9, '6'),
        ] {
            assert_eq!(of(factor), [key], "{factor}");
        }
        for hundredths in 1..2_000 {
            assert_eq!(of(f64::from(hundredths) / 100.0).len(), 1, "{hundredths}");
        }
    }

    #[test]
    fn a_claim_is_expected_to_be_true_or_not() {
        let of = |answer| right(Prediction::Truth, answer, None);
        assert_eq!(of(Answer::Supported), ['1']);
        assert_eq!(of(Answer::Contradicted), ['2']);
    }

    #[test]
    fn what_cannot_be_told_is_not_scored() {
        for prediction in [Prediction::Factor, Prediction::Truth] {
            for expected in prediction.expectations() {
                assert_eq!(expected.was_right(Answer::CannotTell, Some(1.0)), None);
            }
        }
        let factor = &Prediction::Factor.expectations()[0];
        assert_eq!(factor.was_right(Answer::Supported, None), None);
    }

    #[test]
    fn the_ends_of_a_factor_are_in_its_words() {
        for expected in Prediction::Factor.expectations() {
            let Foreseen::Effect(from, below) = expected.foreseen else {
                panic!("{expected:?}")
            };
            let said = format!("{} {}", expected.words, expected.numbers);
            for end in [from, below]
                .into_iter()
                .filter(|end| *end > 0.0 && end.is_finite())
            {
                assert!(said.contains(&end.to_string()), "{end} in {said}");
            }
        }
    }

    #[test]
    fn the_keys_are_the_digits_from_one() {
        for prediction in [Prediction::Factor, Prediction::Truth] {
            let keys = prediction.expectations().iter().map(|one| one.key);
            assert!(keys.eq(('1'..).take(prediction.expectations().len())));
        }
    }
}
