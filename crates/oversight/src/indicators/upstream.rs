//! Upstream dependence: how many models rest, directly or through others, on one repository, one
//! organisation, one group.

use crate::ratio::Ratio;
use crate::reach::{BLOCK, Reach, bits};
use serde::{Deserialize, Serialize};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::hash::Hash;

/// A model or dataset and what it says it was made from.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Repository<R, K> {
    /// The repository.
    pub key: R,
    /// Whose it is.
    pub owner: K,
    /// Whether it is a model; datasets pass dependence on and are not counted as dependent.
    pub is_model: bool,
    /// Base models and datasets it names; what is not itself in the list lies outside. Repeated
    /// names count once, its own name does not count.
    pub upstream: Vec<R>,
}

/// How many models rest on one repository, organisation or group. A model never rests on itself.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Dependence<T> {
    /// On what, or on whose repositories.
    pub key: T,
    /// Models that name it themselves.
    pub direct: u64,
    /// Models of the owner's own group that rest on it, directly or through others.
    pub own: u64,
    /// Models of other groups that rest on it, directly or through others.
    pub others: u64,
    /// Models of other groups at all: the whole of `others_share`.
    pub others_models: u64,
    /// `own + others` as a part of all models; `None` where there is no model.
    pub share: Option<Ratio>,
    /// `others` as a part of the models of other groups; `None` where there is none.
    pub others_share: Option<Ratio>,
}

/// Whom the models of a zone rest on. Lists hold only what a model rests on; most other models
/// first, then most own ones, then by key.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Dependences<R, K> {
    /// All models: the whole of `share`.
    pub models: u64,
    /// Models that name nothing they were made from: nobody knows what they rest on.
    pub models_silent: u64,
    /// Models that rest on something outside, directly or through others.
    pub models_outside: u64,
    /// By repository.
    pub repositories: Vec<Dependence<R>>,
    /// By owner.
    pub owners: Vec<Dependence<K>>,
    /// By group of owners, named by its head.
    pub groups: Vec<Dependence<K>>,
    /// By name of what lies outside; all models are those of others.
    pub outside: Vec<Dependence<R>>,
}

impl<T> Dependence<T> {
    /// Returns the same figures under another key.
    #[must_use]
    pub fn keyed<U>(&self, key: U) -> Dependence<U> {
        let Self { direct, own, others, others_models, share, others_share, .. } = *self;
        Dependence { key, direct, own, others, others_models, share, others_share }
    }
}

/// Counts the models that rest on each repository, owner and group. `head` tells the head of an
/// owner's group, as [`crate::Ownership::group_head`] does.
///
/// Where one key is given twice, it names everything that either does, is a model if either is,
/// and belongs to the owner with the smaller key.
#[must_use]
pub fn upstream_dependence<R: Copy + Ord + Hash, K: Copy + Ord + Hash>(
    repositories: &[Repository<R, K>],
    head: impl Fn(&K) -> K,
) -> Dependences<R, K> {
    let map = Map::of(repositories, head);
    let mut levels = map.levels();
    let mut models_outside = 0;
    let reach = Reach::of(&map.out);
    for block in map.models.chunks(BLOCK) {
        let mut by_group = vec![0_u128; map.heads.len()];
        let (mut rests, mut names) = (reach.pass(block), vec![0_u128; map.keys.len()]);
        for (bit, model) in bits(block) {
            rests[model] &= !bit;
            map.out[model].iter().for_each(|to| names[*to] |= bit);
            if let Some(owner) = map.owner[model] {
                by_group[map.group[owner]] |= bit;
            }
        }
        let outside = (0..map.keys.len()).filter(|place| map.owner[*place].is_none());
        models_outside += ones(outside.fold(0, |all, place| all | rests[place]));
        for level in &mut levels {
            level.add(&rests, &names, &by_group);
        }
    }
    map.told(&levels, models_outside)
}

/// What one key says, both statements of it together.
type Said<R, K> = (K, bool, BTreeSet<R>);

/// Everything by place: places are numbers in the order of keys.
struct Map<R, K> {
    keys: Vec<R>,
    /// Arrows from what depends to what it depends on.
    out: Vec<Vec<usize>>,
    /// Owner of each place; `None` outside.
    owner: Vec<Option<usize>>,
    owners: Vec<K>,
    /// Group of each owner.
    group: Vec<usize>,
    heads: Vec<K>,
    models: Vec<usize>,
    /// Models of each group.
    sizes: Vec<u64>,
}

impl<R: Copy + Ord + Hash, K: Copy + Ord + Hash> Map<R, K> {
    fn of(repositories: &[Repository<R, K>], head: impl Fn(&K) -> K) -> Self {
        let said = united(repositories);
        let named = said.values().flat_map(|(_, _, upstream)| upstream.iter().copied());
        let keys: Vec<R> = sorted(said.keys().copied().chain(named));
        let owners = sorted(said.values().map(|(owner, ..)| *owner));
        let heads = sorted(owners.iter().map(&head));
        let group: Vec<usize> = owners.iter().map(|owner| place(&heads, &head(owner))).collect();
        let out = keys.iter().map(|key| {
            let upstream = said.get(key).map(|(_, _, upstream)| upstream);
            upstream.into_iter().flatten().map(|to| place(&keys, to)).collect()
        });
        let out = out.collect();
        let owner: Vec<Option<usize>> =
            keys.iter().map(|key| said.get(key).map(|(owner, ..)| place(&owners, owner))).collect();
        let is_model = |place: &usize| said.get(&keys[*place]).is_some_and(|(_, model, _)| *model);
        let models: Vec<usize> = (0..keys.len()).filter(is_model).collect();
        let mut sizes = vec![0; heads.len()];
        for owner in models.iter().filter_map(|model| owner[*model]) {
            sizes[group[owner]] += 1;
        }
        Self { keys, out, owner, owners, group, heads, models, sizes }
    }

    /// Makes the three levels at which is counted: repositories, owners, groups.
    fn levels(&self) -> [Level; 3] {
        let group = |owner: usize| self.group[owner];
        let own_group: Vec<_> = self.owner.iter().map(|owner| owner.map(group)).collect();
        [
            Level::of((0..self.keys.len()).map(Some).collect(), own_group.clone()),
            Level::of(self.owner.clone(), self.group.iter().copied().map(Some).collect()),
            Level::of(own_group, (0..self.heads.len()).map(Some).collect()),
        ]
    }

    fn told(&self, levels: &[Level; 3], models_outside: u64) -> Dependences<R, K> {
        let models = count(self.models.len());
        let [by_repository, by_owner, by_group] = levels;
        let (mut repositories, mut outside) = (Vec::new(), Vec::new());
        for (place, row) in self.rows(by_repository, &self.keys) {
            let list = if self.owner[place].is_some() { &mut repositories } else { &mut outside };
            list.push(row);
        }
        let rows = |level: &Level, keys: &[K]| {
            self.rows(level, keys).into_iter().map(|(_, row)| row).collect::<Vec<_>>()
        };
        let is_silent = |model: &&usize| self.out[**model].is_empty();
        Dependences {
            models,
            models_silent: count(self.models.iter().filter(is_silent).count()),
            models_outside,
            repositories,
            owners: rows(by_owner, &self.owners),
            groups: rows(by_group, &self.heads),
            outside,
        }
    }

    fn rows<T: Copy + Ord>(&self, level: &Level, keys: &[T]) -> Vec<(usize, Dependence<T>)> {
        let models = count(self.models.len());
        let row = |(place, key): (usize, &T)| {
            let Counted { direct, own, others } = level.counted[place];
            let others_models = models - level.group[place].map_or(0, |group| self.sizes[group]);
            let share = Ratio::of_counts(own + others, models);
            let others_share = Ratio::of_counts(others, others_models);
            let key = *key;
            (place, Dependence { key, direct, own, others, others_models, share, others_share })
        };
        let mut rows: Vec<_> = keys.iter().enumerate().map(row).collect();
        rows.retain(|(_, row)| row.own + row.others > 0);
        rows.sort_by_key(|(_, row)| (Reverse((row.others, row.own)), row.key));
        rows
    }
}

#[derive(Clone, Copy, Default)]
struct Counted {
    direct: u64,
    own: u64,
    others: u64,
}

/// Places put together to units that are counted.
struct Level {
    /// The unit of each place.
    unit: Vec<Option<usize>>,
    /// The group of each unit.
    group: Vec<Option<usize>>,
    counted: Vec<Counted>,
}

impl Level {
    fn of(unit: Vec<Option<usize>>, group: Vec<Option<usize>>) -> Self {
        let counted = vec![Counted::default(); group.len()];
        Self { unit, group, counted }
    }

    /// Adds the models of a block, each a bit: a model that rests on several places of one unit
    /// counts once.
    fn add(&mut self, rests: &[u128], names: &[u128], by_group: &[u128]) {
        let (rests, names) = (self.joined(rests), self.joined(names));
        for (place, one) in self.counted.iter_mut().enumerate() {
            let ours = self.group[place].map_or(0, |group| by_group[group]);
            one.direct += ones(names[place]);
            one.own += ones(rests[place] & ours);
            one.others += ones(rests[place] & !ours);
        }
    }

    fn joined(&self, places: &[u128]) -> Vec<u128> {
        let mut units = vec![0; self.group.len()];
        for (bits, unit) in places.iter().zip(&self.unit) {
            if let Some(unit) = unit {
                units[*unit] |= bits;
            }
        }
        units
    }
}

fn united<R: Copy + Ord, K: Copy + Ord>(
    repositories: &[Repository<R, K>],
) -> BTreeMap<R, Said<R, K>> {
    let mut said: BTreeMap<R, Said<R, K>> = BTreeMap::new();
    for one in repositories {
        let known = said.entry(one.key).or_insert_with(|| (one.owner, false, BTreeSet::new()));
        known.0 = known.0.min(one.owner);
        known.1 |= one.is_model;
        known.2.extend(one.upstream.iter().filter(|to| **to != one.key));
    }
    said
}

fn sorted<T: Ord>(all: impl Iterator<Item = T>) -> Vec<T> {
    let mut all: Vec<T> = all.collect();
    all.sort_unstable();
    all.dedup();
    all
}

fn place<T: Ord>(sorted: &[T], key: &T) -> usize {
    sorted.binary_search(key).expect("every key was put into the list")
}

fn ones(bits: u128) -> u64 {
    bits.count_ones().into()
}

fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}
