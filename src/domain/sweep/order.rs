//! The order in which a round measures its configurations.

use crate::domain::addresses::split_mix_64;

/// The numbers below `count`, each once, in the order of this round.
///
/// A Fisher–Yates shuffle (Durstenfeld, *Algorithm 235*, CACM 1964) of the ascending order: for `i` from the last place down
/// to the second, what stands there changes places with what stands at `r mod (i + 1)`, where `r` is the next number of a
/// SplitMix64 generator. The generator of round `n` starts from the number that follows `n` others in the sequence of the
/// generator that starts from the seed. The remainder prefers some places by less than one in 2^56.
pub(super) fn shuffled(count: usize, seed: u64, round: u32) -> Vec<usize> {
    let mut of_rounds = seed;
    (0..round).for_each(|_| {
        split_mix_64(&mut of_rounds);
    });
    let mut state = split_mix_64(&mut of_rounds);
    let mut order: Vec<usize> = (0..count).collect();
    for place in (1..count).rev() {
        let other = split_mix_64(&mut state) % (place as u64 + 1);
        order.swap(place, usize::try_from(other).expect("it is below a usize"));
    }
    order
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_order_of_a_seed_is_the_same_on_every_machine_and_in_every_version() {
        // As an independent implementation of the description gives it.
        assert_eq!(shuffled(7, 1, 0), [3, 5, 4, 1, 2, 6, 0]);
        assert_eq!(shuffled(7, 1, 1), [1, 6, 5, 2, 4, 3, 0]);
        assert_eq!(shuffled(7, 2, 0), [1, 3, 6, 0, 5, 2, 4]);
    }

    #[test]
    fn every_place_gets_every_configuration_about_equally_often() {
        let mut seen = [[0u32; 5]; 5];
        for round in 0..2_000 {
            for (place, configuration) in shuffled(5, 42, round).into_iter().enumerate() {
                seen[place][configuration] += 1;
            }
        }
        // 400 expected, standard deviation 18.
        assert!(
            seen.iter()
                .flatten()
                .all(|times| (310..490).contains(times)),
            "{seen:?}"
        );
    }

    proptest! {
        #[test]
        fn a_round_has_every_configuration_once(count in 1usize..130, seed in any::<u64>(), round in 0u32..1_000) {
            let mut order = shuffled(count, seed, round);
            order.sort_unstable();
            prop_assert!(order.into_iter().eq(0..count));
        }
    }
}
