//! A sorted set that knows the place of each element: insertion and removal in the square root of
//! a small block, the place in O(log n).
//!
//! Blocks of sorted elements, a list of their first elements to search, and a tree of their
//! lengths (Fenwick 1994, "A new data structure for cumulative frequency tables") for the sum of
//! what stands before a block.

/// Elements of a block at most; then it is cut in two.
const BLOCK_MAX: usize = 512;

/// The set.
#[derive(Debug, Clone)]
pub(crate) struct Ranked<T> {
    blocks: Vec<Vec<T>>,
    sums: Vec<usize>,
    count: usize,
}

impl<T> Default for Ranked<T> {
    fn default() -> Self {
        Self { blocks: Vec::new(), sums: Vec::new(), count: 0 }
    }
}

impl<T: Ord> Ranked<T> {
    pub(crate) fn len(&self) -> usize {
        self.count
    }

    /// The block in which an element is, or would be.
    fn block_of(&self, element: &T) -> usize {
        let after = self.blocks.partition_point(|block| block.first() <= Some(element));
        after.saturating_sub(1)
    }

    /// Adds an element; `false` where it was there.
    pub(crate) fn insert(&mut self, element: T) -> bool {
        if self.blocks.is_empty() {
            self.blocks.push(vec![element]);
            self.count = 1;
            self.sums_build();
            return true;
        }
        let at = self.block_of(&element);
        let block = &mut self.blocks[at];
        let Err(place) = block.binary_search(&element) else { return false };
        block.insert(place, element);
        self.count += 1;
        if block.len() > BLOCK_MAX {
            let second = block.split_off(BLOCK_MAX / 2);
            self.blocks.insert(at + 1, second);
            self.sums_build();
        } else {
            self.sums_add(at, true);
        }
        true
    }

    /// Removes an element; `false` where it was not there.
    pub(crate) fn remove(&mut self, element: &T) -> bool {
        let at = self.block_of(element);
        let Some(block) = self.blocks.get_mut(at) else { return false };
        let Ok(place) = block.binary_search(element) else { return false };
        block.remove(place);
        self.count -= 1;
        if block.is_empty() {
            self.blocks.remove(at);
            self.sums_build();
        } else {
            self.sums_add(at, false);
        }
        true
    }

    /// Returns how many elements stand before one that is there.
    pub(crate) fn rank(&self, element: &T) -> Option<usize> {
        let at = self.block_of(element);
        let place = self.blocks.get(at)?.binary_search(element).ok()?;
        Some(self.before(at) + place)
    }

    /// Goes through the elements in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.blocks.iter().flatten()
    }

    /// Sum of the lengths of the blocks before one.
    fn before(&self, block: usize) -> usize {
        let mut sum = 0;
        let mut at = block;
        while at > 0 {
            sum += self.sums[at];
            at &= at - 1;
        }
        sum
    }

    fn sums_add(&mut self, block: usize, is_more: bool) {
        let mut at = block + 1;
        while at < self.sums.len() {
            let sum = &mut self.sums[at];
            *sum = if is_more { *sum + 1 } else { *sum - 1 };
            at += at & at.wrapping_neg();
        }
    }

    fn sums_build(&mut self) {
        self.sums = std::iter::once(0).chain(self.blocks.iter().map(Vec::len)).collect();
        for at in 1..self.sums.len() {
            let parent = at + (at & at.wrapping_neg());
            if parent < self.sums.len() {
                self.sums[parent] += self.sums[at];
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Ranked;
    use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};
    use std::collections::BTreeSet;

    proptest! {
        #[test]
        fn places_are_those_of_a_sorted_list(
            steps in proptest::collection::vec((any::<bool>(), 0..3_000_u32), 0..6_000),
        ) {
            let mut ranked = Ranked::default();
            let mut naive = BTreeSet::new();
            for (is_new, element) in steps {
                if is_new {
                    prop_assert_eq!(ranked.insert(element), naive.insert(element));
                } else {
                    prop_assert_eq!(ranked.remove(&element), naive.remove(&element));
                }
            }
            prop_assert_eq!(ranked.len(), naive.len());
            prop_assert!(ranked.iter().eq(naive.iter()));
            for (place, element) in naive.iter().enumerate() {
                prop_assert_eq!(ranked.rank(element), Some(place));
            }
            prop_assert_eq!(ranked.rank(&3_001), None);
        }
    }

    #[test]
    fn a_hundred_thousand_in_any_order_have_their_places() {
        let mut ranked = Ranked::default();
        for n in 0..100_000_u64 {
            // 7,919 has no factor in common with 100,000, so every number comes once.
            assert!(ranked.insert(n * 7_919 % 100_000));
        }
        for n in (0..100_000).step_by(97) {
            assert_eq!(ranked.rank(&n), usize::try_from(n).ok());
        }
        for n in (0..100_000).rev() {
            assert!(ranked.remove(&n));
        }
        assert_eq!((ranked.len(), ranked.rank(&0)), (0, None));
    }
}
