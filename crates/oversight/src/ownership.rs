//! The ownership graph at one date, and the questions it answers.

use crate::control::Control;
use crate::facts::{OrgKind, Organisation, Statement};
use crate::group::{Group, Link, Member};
use crate::irregular::{self, Irregularity};
use crate::rules::ControlRules;
use crate::stake::{Fact, Stakes, Weights, starts};
use base::Date;
use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::hash::Hash;

/// The ownership graph that holds at one date: ultimate owner, group and reasons of everybody in
/// it.
///
/// Built once, in time close to linear in the statements, and then only read. The order in which
/// facts are given never matters. An organisation that is named only in a statement is taken in as
/// [`OrgKind::Other`]; a key that is not in the graph at all is its own owner and its own group.
///
/// Not counted: what an organisation holds in itself, and statements that somebody owns a natural
/// person. Both are reported by [`Ownership::irregularities`].
pub struct Ownership<K> {
    date: Date,
    rules: ControlRules,
    /// Sorted; a place in it stands for the organisation everywhere inside.
    keys: Vec<K>,
    places: HashMap<K, usize>,
    kinds: Vec<OrgKind>,
    pub(crate) stakes: Stakes,
    pub(crate) weights: Weights,
    /// All control counts.
    owners: Control,
    /// Only owners that unite count.
    pub(crate) groups: Control,
    /// Places sorted by head of group, and their ranges by head.
    members: Vec<usize>,
    members_start: Vec<usize>,
    irregularities: Vec<Irregularity<K>>,
}

impl<K: Copy + Ord + Hash> Ownership<K> {
    /// Builds the graph from the statements that are valid at a date.
    #[must_use]
    pub fn at(
        organisations: &[Organisation<K>],
        statements: &[Statement<K>],
        date: Date,
        rules: &ControlRules,
    ) -> Self {
        let (keys, kinds, places) = everybody(organisations, statements, date);
        let mut irregularities = Vec::new();
        let facts = facts(&places, &kinds, statements, date, &mut irregularities);
        let stakes = Stakes::new(facts, keys.len(), rules.majority);
        let weights = Weights::new(&stakes, keys.len(), rules.majority);
        let owners = Control::new(&stakes, &weights, vec![false; keys.len()]);
        let silent = kinds.iter().map(|kind| match kind {
            OrgKind::Person => !rules.persons_unite,
            OrgKind::StateBody => !rules.state_bodies_unite,
            OrgKind::Company | OrgKind::Other => false,
        });
        let groups = Control::new(&stakes, &weights, silent.collect());
        let members_start = starts(keys.len(), groups.head.iter().copied());
        let mut members: Vec<usize> = (0..keys.len()).collect();
        members.sort_by_key(|place| (groups.head[*place], groups.round(*place), *place));
        irregular::collect(&keys, &stakes, &weights, &owners, &mut irregularities);
        irregularities.sort();
        irregularities.dedup();
        let rules = *rules;
        Self {
            date,
            rules,
            keys,
            places,
            kinds,
            stakes,
            weights,
            owners,
            groups,
            members,
            members_start,
            irregularities,
        }
    }

    /// Returns the date at which the graph holds.
    #[must_use]
    pub fn date(&self) -> Date {
        self.date
    }

    /// Returns the settings it was built with.
    #[must_use]
    pub fn rules(&self) -> &ControlRules {
        &self.rules
    }

    /// Returns every key in the graph, sorted.
    #[must_use]
    pub fn keys(&self) -> &[K] {
        &self.keys
    }

    /// Returns what an organisation is; [`OrgKind::Other`] where nobody has said.
    #[must_use]
    pub fn kind(&self, key: &K) -> OrgKind {
        self.place(key).map_or(OrgKind::Other, |place| self.kinds[place])
    }

    /// Returns the last in the chain of those who control an organisation, a natural person or
    /// state body included; itself where nobody does. In a circle without an outside controller,
    /// the smallest key of the circle.
    #[must_use]
    pub fn ultimate_owner(&self, key: &K) -> K {
        self.place(key).map_or(*key, |place| self.keys[self.owners.head[place]])
    }

    /// Returns the head of an organisation's group: the last in the chain of those who control it
    /// and unite what they control (see [`ControlRules`]).
    #[must_use]
    pub fn group_head(&self, key: &K) -> K {
        self.place(key).map_or(*key, |place| self.keys[self.groups.head[place]])
    }

    /// Tells whether two organisations are of one group.
    #[must_use]
    pub fn is_same_group(&self, a: &K, b: &K) -> bool {
        self.group_head(a) == self.group_head(b)
    }

    /// Returns the heads of all groups with the number of their members, by key.
    #[must_use]
    pub fn groups(&self) -> Vec<(K, usize)> {
        let size = |head: usize| self.members_start[head + 1] - self.members_start[head];
        let heads = (0..self.keys.len()).filter(|place| self.groups.head[*place] == *place);
        heads.map(|head| (self.keys[head], size(head))).collect()
    }

    /// Returns the whole group of an organisation, its head first.
    #[must_use]
    pub fn group(&self, key: &K) -> Group<K> {
        let Some(place) = self.place(key) else { return Group::alone(*key, self.date) };
        let head = self.groups.head[place];
        let range = self.members_start[head]..self.members_start[head + 1];
        let members = self.members[range].iter().map(|member| {
            let rows = self.groups.supports(&self.stakes, &self.weights, *member);
            Member {
                key: self.keys[*member],
                kind: self.kinds[*member],
                parent: rows.first().map(|row| self.keys[self.stakes.rows[*row].owner]),
                links: rows.iter().map(|row| self.link(self.weights.fact[*row])).collect(),
            }
        });
        Group { head: self.keys[head], date: self.date, members: members.collect() }
    }

    /// Returns the statements that put an organisation in its group, from the head down; none for
    /// a head. The same as [`Group::why`] without building the group.
    #[must_use]
    pub fn why(&self, key: &K) -> Vec<Link<K>> {
        self.place(key).map_or_else(Vec::new, |place| self.chain(&self.groups, place))
    }

    /// Returns the statements that lead from the ultimate owner down to an organisation.
    #[must_use]
    pub fn why_owner(&self, key: &K) -> Vec<Link<K>> {
        self.place(key).map_or_else(Vec::new, |place| self.chain(&self.owners, place))
    }

    /// Returns what is odd in the statements valid at the date: hints to ask, not verdicts.
    #[must_use]
    pub fn irregularities(&self) -> &[Irregularity<K>] {
        &self.irregularities
    }

    /// Returns what is odd about an organisation and everybody in the chain above it: what could
    /// put it in another group than it seems.
    #[must_use]
    pub fn irregularities_above(&self, key: &K) -> Vec<Irregularity<K>> {
        let owners = self.why_owner(key).into_iter().map(|link| link.statement.owner);
        let chain: BTreeSet<K> = owners.chain([*key]).collect();
        let found = self.irregularities.iter().filter(|one| chain.contains(one.about()));
        found.cloned().collect()
    }

    pub(crate) fn place(&self, key: &K) -> Option<usize> {
        self.places.get(key).copied()
    }

    pub(crate) fn key(&self, place: usize) -> K {
        self.keys[place]
    }

    /// Writes a fact as the statement it came from.
    pub(crate) fn link(&self, fact: usize) -> Link<K> {
        let fact = &self.stakes.facts[fact];
        Link {
            position: fact.position,
            statement: Statement {
                owner: self.keys[fact.owner],
                owned: self.keys[fact.owned],
                kind: fact.kind,
                share: fact.share,
                valid_from: fact.valid_from,
                valid_to: fact.valid_to,
                grade: fact.grade,
            },
        }
    }

    /// Walks up from an organisation, later rounds first, so that every holder is met once.
    fn chain(&self, control: &Control, place: usize) -> Vec<Link<K>> {
        let mut open = BTreeSet::from([(control.round(place), place)]);
        let mut links = Vec::new();
        while let Some((_, owned)) = open.pop_last() {
            for row in control.supports(&self.stakes, &self.weights, owned).into_iter().rev() {
                let owner = self.stakes.rows[row].owner;
                open.insert((control.round(owner), owner));
                links.push(self.link(self.weights.fact[row]));
            }
        }
        links.reverse();
        links
    }
}

/// Writes the date and the groups with more than one member, for logs and failed tests.
impl<K: Copy + Ord + Hash + fmt::Debug> fmt::Debug for Ownership<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let joined = self.groups().into_iter().filter(|(_, size)| *size > 1);
        let names = |(head, _)| self.group(&head).members.iter().map(|m| m.key).collect::<Vec<_>>();
        write!(f, "Ownership at {} ", self.date)?;
        f.debug_list().entries(joined.map(names)).finish()
    }
}

/// Lists everybody who is named, sorted by key, with their kinds and the way back. Where one key is
/// given twice, the kind listed first in [`OrgKind`] counts.
fn everybody<K: Copy + Ord + Hash>(
    organisations: &[Organisation<K>],
    statements: &[Statement<K>],
    date: Date,
) -> (Vec<K>, Vec<OrgKind>, HashMap<K, usize>) {
    let (keys, kinds, places) = sorted(organisations.iter().map(|org| (org.key, org.kind)));
    let valid = statements.iter().filter(|said| said.is_valid(date));
    let named = valid.flat_map(|said| [said.owner, said.owned]);
    let others: Vec<_> = named.filter(|key| !places.contains_key(key)).collect();
    if others.is_empty() {
        return (keys, kinds, places);
    }
    let known = keys.into_iter().zip(kinds);
    sorted(known.chain(others.into_iter().map(|key| (key, OrgKind::Other))))
}

fn sorted<K: Copy + Ord + Hash>(
    all: impl Iterator<Item = (K, OrgKind)>,
) -> (Vec<K>, Vec<OrgKind>, HashMap<K, usize>) {
    let mut all: Vec<_> = all.collect();
    all.sort_unstable();
    all.dedup_by_key(|(key, _)| *key);
    let places = all.iter().enumerate().map(|(place, (key, _))| (*key, place)).collect();
    let (keys, kinds) = all.into_iter().unzip();
    (keys, kinds, places)
}

/// Keeps the statements that count, by place.
fn facts<K: Copy + Eq + Hash>(
    places: &HashMap<K, usize>,
    kinds: &[OrgKind],
    statements: &[Statement<K>],
    date: Date,
    irregularities: &mut Vec<Irregularity<K>>,
) -> Vec<Fact> {
    let place = |key: &K| *places.get(key).expect("every key of a valid statement is listed");
    let mut facts = Vec::with_capacity(statements.len());
    for (position, said) in statements.iter().enumerate().filter(|(_, said)| said.is_valid(date)) {
        let (owner, owned) = (place(&said.owner), place(&said.owned));
        if owner == owned {
            irregularities.push(Irregularity::SelfHeld { org: said.owned });
        } else if kinds[owned] == OrgKind::Person {
            let (person, owner) = (said.owned, said.owner);
            irregularities.push(Irregularity::PersonOwned { person, owner });
        } else {
            facts.push(Fact::new(owner, owned, position, said));
        }
    }
    facts
}
