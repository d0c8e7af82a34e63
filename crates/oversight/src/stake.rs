//! One stake for each pair of owner and owned: which of several statements speaks.
//!
//! Several valid statements of one kind about one pair are taken as several reports of the same
//! holding, not as holdings to add up. The best is kept: a known share before an unknown one, then
//! the better grade, then the later beginning, then the larger share.

use crate::facts::{Grade, InterestKind, Statement};
use crate::rules::Majority;
use base::{Date, Ppm};
use std::cmp::Reverse;

/// A valid statement by places in the sorted keys.
#[derive(Clone, Copy)]
pub(crate) struct Fact {
    pub(crate) owner: usize,
    pub(crate) owned: usize,
    pub(crate) kind: InterestKind,
    pub(crate) share: Option<Ppm>,
    pub(crate) valid_from: Option<Date>,
    pub(crate) valid_to: Option<Date>,
    pub(crate) grade: Grade,
    /// Place in the statements as given.
    pub(crate) position: usize,
}

/// The three ways to hold; one statement speaks for each.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Class {
    Shares,
    Votes,
    Right,
}

impl Fact {
    pub(crate) fn new<K>(owner: usize, owned: usize, position: usize, said: &Statement<K>) -> Self {
        let Statement { kind, share, valid_from, valid_to, grade, .. } = *said;
        Self { owner, owned, kind, share, valid_from, valid_to, grade, position }
    }

    fn class(&self) -> Class {
        match self.kind {
            InterestKind::Shares => Class::Shares,
            InterestKind::Votes => Class::Votes,
            InterestKind::Control | InterestKind::Contract | InterestKind::BoardAppointment => {
                Class::Right
            }
        }
    }

    /// Tells whether the statement says anything here: the right to appoint a known minority of the
    /// board controls nothing (Regulation (EU) 2023/2831, art. 2(2)(b), asks for a majority).
    fn is_telling(&self, majority: Majority) -> bool {
        self.kind != InterestKind::BoardAppointment
            || self.share.is_none_or(|share| share > majority.share())
    }

    /// Sorts statements of one pair and class, the one that speaks first.
    fn rank(&self) -> impl Ord + use<> {
        let is_unknown = self.class() != Class::Right && self.share.is_none();
        let newest = Reverse((self.valid_from, self.share, self.valid_to));
        (self.owned, self.owner, self.class(), is_unknown, self.grade, self.kind, newest)
    }
}

/// What one owner holds in one organisation; each field is a place in [`Stakes::facts`].
#[derive(Clone, Copy)]
pub(crate) struct Stake {
    pub(crate) owner: usize,
    pub(crate) owned: usize,
    pub(crate) shares: Option<usize>,
    pub(crate) votes: Option<usize>,
    pub(crate) right: Option<usize>,
}

/// All stakes, sorted by owned, then owner.
pub(crate) struct Stakes {
    pub(crate) facts: Vec<Fact>,
    pub(crate) rows: Vec<Stake>,
    /// Row ranges by owned organisation.
    start: Vec<usize>,
}

impl Stakes {
    pub(crate) fn new(mut facts: Vec<Fact>, count: usize, majority: Majority) -> Self {
        facts.retain(|fact| fact.is_telling(majority));
        facts.sort_by_key(Fact::rank);
        facts.dedup_by_key(|fact| (fact.owned, fact.owner, fact.class()));
        let mut rows: Vec<Stake> = Vec::with_capacity(facts.len());
        for (place, fact) in facts.iter().enumerate() {
            let (owner, owned) = (fact.owner, fact.owned);
            if rows.last().is_none_or(|row| (row.owner, row.owned) != (owner, owned)) {
                rows.push(Stake { owner, owned, shares: None, votes: None, right: None });
            }
            if let Some(row) = rows.last_mut() {
                match fact.class() {
                    Class::Shares => row.shares = Some(place),
                    Class::Votes => row.votes = Some(place),
                    Class::Right => row.right = Some(place),
                }
            }
        }
        let start = starts(count, rows.iter().map(|row| row.owned));
        Self { facts, rows, start }
    }

    /// Returns the places of the stakes in one organisation.
    pub(crate) fn of(&self, owned: usize) -> std::ops::Range<usize> {
        self.start[owned]..self.start[owned + 1]
    }

    /// Returns the statement that gives a holder its votes, and its share: stated votes where
    /// known, else shares, for a share carries a vote unless somebody says otherwise.
    pub(crate) fn voting(&self, row: &Stake) -> Option<(usize, Ppm)> {
        let known = |place: Option<usize>| place.and_then(|p| Some((p, self.facts[p].share?)));
        known(row.votes).or_else(|| known(row.shares))
    }

    /// Returns the largest known interest of a holder, in capital or votes, and its statement.
    pub(crate) fn interest(&self, row: &Stake) -> Option<(usize, Ppm)> {
        let known = |place: Option<usize>| place.and_then(|p| Some((p, self.facts[p].share?)));
        known(row.shares).into_iter().chain(known(row.votes)).max_by_key(|(_, share)| *share)
    }
}

/// Counts sorted places into ranges: the rows of `i` are `start[i]..start[i + 1]`.
pub(crate) fn starts(count: usize, places: impl Iterator<Item = usize>) -> Vec<usize> {
    let mut start = vec![0; count + 1];
    for place in places {
        start[place + 1] += 1;
    }
    for i in 0..count {
        start[i + 1] += start[i];
    }
    start
}

/// How much each stake counts for control, and what must be exceeded.
pub(crate) struct Weights {
    /// Parts per million by stake; 0 where it does not count.
    pub(crate) of: Vec<i64>,
    /// The largest sum that does not control, by organisation.
    pub(crate) needed: Vec<i64>,
    /// The statement that speaks for a stake that counts.
    pub(crate) fact: Vec<usize>,
    /// Sum of stated holdings by organisation, where above 100 %.
    pub(crate) excess: Vec<(usize, i64)>,
}

impl Weights {
    /// Weighs every stake. A right of control takes the whole organisation: it is how control
    /// departs from shares. Of several, the better grade wins, then `Control` before `Contract`
    /// before `BoardAppointment`, then the later beginning, then the smaller key.
    pub(crate) fn new(stakes: &Stakes, count: usize, majority: Majority) -> Self {
        let whole = Ppm::ONE.get();
        let rows = stakes.rows.len();
        let mut weights = Self {
            of: vec![0; rows],
            needed: vec![majority.of(whole); count],
            fact: vec![0; rows],
            excess: Vec::new(),
        };
        for owned in 0..count {
            let range = stakes.of(owned);
            let right = range.clone().filter_map(|row| Some((row, stakes.rows[row].right?)));
            let best = right.min_by_key(|(row, place)| {
                let fact = &stakes.facts[*place];
                (fact.grade, fact.kind, Reverse(fact.valid_from), *row)
            });
            if let Some((row, place)) = best {
                (weights.of[row], weights.fact[row]) = (whole, place);
                continue;
            }
            let mut total = 0_i64;
            for row in range {
                if let Some((place, share)) = stakes.voting(&stakes.rows[row]) {
                    (weights.of[row], weights.fact[row]) = (share.get(), place);
                    total += share.get();
                }
            }
            if total > whole {
                weights.needed[owned] = majority.of(total);
                weights.excess.push((owned, total));
            }
        }
        weights
    }
}
