//! Who controls whom: the closure of majority holdings, added up within each group.
//!
//! `x` controls `y` when `x` and the organisations it controls together hold more than the majority
//! of `y`. Weights never exceed their whole and a majority is at least one half, so two holders of
//! one organisation overlap, and all who control it stand in one line (or one circle) above it.
//! Groups can therefore be merged in any order with the same result; merging in the order of keys
//! makes the smallest key of a circle its head. Held sums move from the smaller group to the
//! larger, so each of `m` stakes moves at most `log m` times.

use crate::stake::{Stakes, Weights, starts};
use std::collections::BTreeMap;
use std::mem::take;

/// Marks what no round has reached yet.
const UNREACHED: usize = usize::MAX;

/// Weighted holdings by owner.
struct Edges {
    start: Vec<usize>,
    /// Owned organisation and weight.
    to: Vec<(usize, i64)>,
}

impl Edges {
    fn new(stakes: &Stakes, weights: &Weights, silent: &[bool]) -> Self {
        let counts = |row: &usize| weights.of[*row] > 0 && !silent[stakes.rows[*row].owner];
        let rows: Vec<usize> = (0..stakes.rows.len()).filter(counts).collect();
        let start = starts(silent.len(), rows.iter().map(|row| stakes.rows[*row].owner));
        let mut next = start.clone();
        let mut to = vec![(0, 0); rows.len()];
        for row in rows {
            let stake = &stakes.rows[row];
            to[next[stake.owner]] = (stake.owned, weights.of[row]);
            next[stake.owner] += 1;
        }
        Self { start, to }
    }

    fn of(&self, owner: usize) -> &[(usize, i64)] {
        &self.to[self.start[owner]..self.start[owner + 1]]
    }
}

/// One answer to "who is at the top of whom", by place.
pub(crate) struct Control {
    /// The head of each organisation's group; itself where nobody controls it.
    pub(crate) head: Vec<usize>,
    /// How many rounds of control lie between the head and the organisation; 0 for the head.
    round: Vec<usize>,
    /// Owners whose holdings do not unite.
    silent: Vec<bool>,
}

impl Control {
    pub(crate) fn new(stakes: &Stakes, weights: &Weights, silent: Vec<bool>) -> Self {
        let edges = Edges::new(stakes, weights, &silent);
        let head = Merger::new(&edges, &weights.needed).run();
        let round = rounds(&edges, &weights.needed, &head);
        Self { head, round, silent }
    }

    pub(crate) fn round(&self, place: usize) -> usize {
        self.round[place]
    }

    /// Returns the stakes that put an organisation under its head, largest first: as few as
    /// suffice. None for a head.
    pub(crate) fn supports(&self, stakes: &Stakes, weights: &Weights, owned: usize) -> Vec<usize> {
        let is_above = |row: &usize| {
            let owner = stakes.rows[*row].owner;
            weights.of[*row] > 0
                && !self.silent[owner]
                && self.head[owner] == self.head[owned]
                && self.round[owner] < self.round[owned]
        };
        let mut rows: Vec<usize> = stakes.of(owned).filter(is_above).collect();
        rows.sort_by_key(|row| (std::cmp::Reverse(weights.of[*row]), *row));
        let mut sum = 0;
        let mut count = 0;
        for row in &rows {
            if sum > weights.needed[owned] {
                break;
            }
            sum += weights.of[*row];
            count += 1;
        }
        rows.truncate(count);
        rows
    }

    /// Tells whether the head of a group is held by its own group: a circle without an outside
    /// controller.
    pub(crate) fn is_circular(&self, stakes: &Stakes, weights: &Weights, head: usize) -> bool {
        let is_inside = |row: &usize| {
            let owner = stakes.rows[*row].owner;
            !self.silent[owner] && self.head[owner] == head
        };
        let held: i64 = stakes.of(head).filter(is_inside).map(|row| weights.of[row]).sum();
        held > weights.needed[head]
    }
}

/// Merges groups until no group holds a majority of another's head.
struct Merger<'a> {
    needed: &'a [i64],
    /// Towards the head; itself for a head.
    above: Vec<usize>,
    /// What each head's group holds, by owned organisation. May keep members of the group.
    held: Vec<BTreeMap<usize, i64>>,
    /// Whether the organisation's own holdings have been followed.
    is_followed: Vec<bool>,
}

impl<'a> Merger<'a> {
    fn new(edges: &Edges, needed: &'a [i64]) -> Self {
        let count = needed.len();
        let held = (0..count).map(|owner| edges.of(owner).iter().copied().collect()).collect();
        Self { needed, above: (0..count).collect(), held, is_followed: vec![false; count] }
    }

    fn run(mut self) -> Vec<usize> {
        for place in 0..self.above.len() {
            if self.above[place] == place {
                self.absorb_all(place);
            }
        }
        (0..self.above.len()).map(|place| self.find(place)).collect()
    }

    /// Returns the head of a group and shortens the way to it.
    fn find(&mut self, place: usize) -> usize {
        let mut head = place;
        while self.above[head] != head {
            head = self.above[head];
        }
        let mut at = place;
        while self.above[at] != head {
            at = std::mem::replace(&mut self.above[at], head);
        }
        head
    }

    /// Merges everything a head controls into its group.
    fn absorb_all(&mut self, head: usize) {
        let mut ready = self.follow(head);
        while let Some(owned) = ready.pop() {
            // What is no head any more is in this group already: two strangers never both hold a
            // majority.
            if owned == head || self.find(owned) != owned {
                continue;
            }
            if !self.is_followed[owned] {
                ready.extend(self.follow(owned));
            }
            self.above[owned] = head;
            let (mine, theirs) = (take(&mut self.held[head]), take(&mut self.held[owned]));
            let is_larger = mine.len() >= theirs.len();
            let (mut large, small) = if is_larger { (mine, theirs) } else { (theirs, mine) };
            for (target, weight) in small {
                let sum = large.entry(target).or_insert(0);
                *sum += weight;
                if *sum > self.needed[target] {
                    ready.push(target);
                }
            }
            self.held[head] = large;
        }
    }

    /// Returns what an organisation controls by its own holdings alone.
    fn follow(&mut self, owner: usize) -> Vec<usize> {
        self.is_followed[owner] = true;
        let passes =
            |(target, sum): (&usize, &i64)| (*sum > self.needed[*target]).then_some(*target);
        self.held[owner].iter().filter_map(passes).collect()
    }
}

/// Counts from each head the rounds in which control reaches the members: round `n + 1` needs only
/// holdings of rounds up to `n`. The chain of reasons built on it cannot be circular.
fn rounds(edges: &Edges, needed: &[i64], head: &[usize]) -> Vec<usize> {
    let mut round = vec![UNREACHED; head.len()];
    let mut sum = vec![0_i64; head.len()];
    let mut front: Vec<usize> = (0..head.len()).filter(|place| head[*place] == *place).collect();
    front.iter().for_each(|place| round[*place] = 0);
    let mut number = 0;
    while !front.is_empty() {
        number += 1;
        let mut reached = Vec::new();
        for owner in front {
            for (owned, weight) in edges.of(owner) {
                if head[*owned] != head[owner] || round[*owned] != UNREACHED {
                    continue;
                }
                let before = sum[*owned];
                sum[*owned] += weight;
                if before <= needed[*owned] && sum[*owned] > needed[*owned] {
                    reached.push(*owned);
                }
            }
        }
        reached.iter().for_each(|place| round[*place] = number);
        front = reached;
    }
    round
}
