//! What was used last, up to a weight.

use std::collections::VecDeque;

/// Things by key. Looking through all of them is cheap beside what they save.
pub(crate) struct Recent<K, V> {
    /// The one used last stands last.
    entries: VecDeque<(K, V, usize)>,
    weight: usize,
    weight_max: usize,
}

/// Most things kept, whatever they weigh.
const ENTRIES_MAX: usize = 256;

impl<K: PartialEq, V: Clone> Recent<K, V> {
    pub(crate) fn new(weight_max: usize) -> Self {
        Self { entries: VecDeque::new(), weight: 0, weight_max }
    }

    /// Finds a thing and notes that it was used.
    pub(crate) fn get(&mut self, key: &K) -> Option<V> {
        let place = self.entries.iter().position(|(known, _, _)| known == key)?;
        let entry = self.entries.remove(place)?;
        let value = entry.1.clone();
        self.entries.push_back(entry);
        Some(value)
    }

    /// Keeps a thing; those not used for longest make room. What is too heavy is not kept.
    pub(crate) fn put(&mut self, key: K, value: V, weight: usize) {
        if let Some(place) = self.entries.iter().position(|(known, _, _)| *known == key)
            && let Some((_, _, old)) = self.entries.remove(place)
        {
            self.weight -= old;
        }
        if weight > self.weight_max {
            return;
        }
        self.entries.push_back((key, value, weight));
        self.weight += weight;
        while self.weight > self.weight_max || self.entries.len() > ENTRIES_MAX {
            let Some((_, _, old)) = self.entries.pop_front() else { return };
            self.weight -= old;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Recent;

    #[test]
    fn what_was_not_used_for_longest_makes_room() {
        let mut recent = Recent::new(10);
        recent.put("a", 1, 4);
        recent.put("b", 2, 4);
        assert_eq!(recent.get(&"a"), Some(1));
        recent.put("c", 3, 4);
        assert_eq!(
            (recent.get(&"a"), recent.get(&"b"), recent.get(&"c")),
            (Some(1), None, Some(3))
        );
        recent.put("c", 4, 1);
        assert_eq!((recent.get(&"c"), recent.weight), (Some(4), 5));
        recent.put("d", 5, 11);
        assert_eq!((recent.get(&"d"), recent.get(&"a")), (None, Some(1)));
    }
}
