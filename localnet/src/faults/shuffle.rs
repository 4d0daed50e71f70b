//! Orders that a seed decides.

use std::collections::HashMap;
use std::hash::Hash;

/// SplitMix64: small, well mixed, the same everywhere. Source: Steele, Lea, Flood, "Fast splittable pseudorandom
/// number generators", 2014.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `limit`; its bias is far below what any test could see.
    fn below(&mut self, limit: usize) -> usize {
        ((u128::from(self.next()) * limit as u128) >> 64) as usize
    }
}

/// Shuffles the items that have a seed among the places of their seed; others stay where they are.
///
/// `round` makes every round another order.
pub(super) fn shuffle<T: Clone>(items: &mut [T], round: u32, seed_of: impl Fn(&T) -> Option<u64>) {
    let mut places = HashMap::<u64, Vec<usize>>::new();
    for (place, item) in items.iter().enumerate() {
        if let Some(seed) = seed_of(item) {
            places.entry(seed).or_default().push(place);
        }
    }
    for (seed, places) in places {
        let mut random = Random(seed ^ u64::from(round).rotate_left(32));
        for last in (1..places.len()).rev() {
            items.swap(places[last], places[random.below(last + 1)]);
        }
    }
}

/// Puts items of equal keys back into the order of `before` relative to each other, in the places they have now.
pub(super) fn keep_order<T: Clone, K: Eq + Hash>(
    before: &[T],
    items: &mut [T],
    key_of: impl Fn(&T) -> Option<K>,
) {
    let mut lines = HashMap::<K, std::collections::VecDeque<&T>>::new();
    for item in before {
        if let Some(key) = key_of(item) {
            lines.entry(key).or_default().push_back(item);
        }
    }
    for item in items {
        if let Some(next) = key_of(item).and_then(|key| lines.get_mut(&key)?.pop_front()) {
            *item = next.clone();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shuffle_is_a_permutation_that_the_seed_decides() {
        let items: Vec<u32> = (0..50).collect();
        let run = |seed, round| {
            let mut shuffled = items.clone();
            shuffle(&mut shuffled, round, |&item| (item % 5 != 0).then_some(seed));
            shuffled
        };
        let shuffled = run(1, 1);
        assert_eq!(shuffled, run(1, 1));
        assert!(shuffled != run(2, 1) && shuffled != run(1, 2) && shuffled != items);
        assert!(shuffled.iter().step_by(5).copied().eq(items.iter().step_by(5).copied()), "{shuffled:?}");
        let mut sorted = shuffled;
        sorted.sort_unstable();
        assert_eq!(sorted, items);
    }

    #[test]
    fn equal_keys_keep_their_order() {
        let items: Vec<u32> = (0..30).collect();
        let mut shuffled = items.clone();
        shuffle(&mut shuffled, 3, |_| Some(9));
        keep_order(&items, &mut shuffled, |&item| (item < 20).then_some(item % 2));
        for parity in 0..2 {
            let line: Vec<_> = shuffled.iter().filter(|&&item| item < 20 && item % 2 == parity).collect();
            assert!(line.is_sorted(), "{shuffled:?}");
        }
        assert!(!shuffled.is_sorted());
        shuffled.sort_unstable();
        assert_eq!(shuffled, items);
    }
}
