//! The order in which a round measures its configurations.

use rand::{SeedableRng, seq::SliceRandom};
use rand_pcg::Pcg64;

/// Each round has 2 to this power random numbers of its own, which is more than it uses.
const PER_ROUND: u32 = 32;

/// The numbers below `count`, each once, in the order of this round. The order is the same on every machine.
pub(super) fn shuffled(count: usize, seed: u64, round: u32) -> Vec<usize> {
    let mut random = Pcg64::seed_from_u64(seed);
    random.advance(u128::from(round) << PER_ROUND);
    let mut order: Vec<usize> = (0..count).collect();
    order.shuffle(&mut random);
    order
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_order_of_a_seed_is_the_same_on_every_machine() {
        assert_eq!(shuffled(7, 1, 0), [3, 4, 0, 1, 5, 2, 6]);
        assert_eq!(shuffled(7, 1, 1), [5, 4, 6, 0, 1, 3, 2]);
        assert_eq!(shuffled(7, 2, 0), [0, 3, 5, 6, 2, 4, 1]);
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
