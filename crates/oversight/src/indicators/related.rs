//! Related parties: whether a supplier and a beneficiary stand on the same side of the table.

use crate::facts::OrgKind;
use crate::group::Link;
use crate::ownership::Ownership;
use base::{Date, Ppm};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::hash::Hash;

/// One way in which two parties are related.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "type")]
pub enum Relation<K> {
    /// Both are one organisation.
    SameOrganisation,
    /// Both are of one group (IAS 24, paragraph 9(b)(i)).
    SameGroup {
        /// Head of the group.
        head: K,
    },
    /// One owner stands above both, though it does not unite them in a group: a state body, or a
    /// person where persons are set not to unite.
    CommonUltimateOwner {
        /// The owner.
        owner: K,
        /// What the owner is.
        kind: OrgKind,
    },
    /// The group of one party holds an interest in the other, or in a company that controls the
    /// other (IAS 24, paragraph 9(b)(ii): an associate of a member of the group, and what the
    /// associate controls).
    Interest {
        /// Head of the group that holds.
        holder: K,
        /// The organisation in which it holds.
        held: K,
        /// Sum of the group's known interests; `None` where it holds by a right of control.
        share: Option<Ppm>,
    },
    /// The group of one party holds an unknown part of the other.
    InterestUnknown {
        /// Head of the group that holds.
        holder: K,
        /// The organisation in which it holds.
        held: K,
    },
    /// A third group holds an interest in both. ASSUMPTION: IAS 24 does not relate two associates
    /// of one investor; for a supplier condition the common interest is worth a question.
    CommonHolder {
        /// Head of the group that holds.
        holder: K,
        /// What the holder is.
        kind: OrgKind,
        /// Its known interest on the beneficiary's side; `None` for a right of control.
        in_beneficiary: Option<Ppm>,
        /// Its known interest on the supplier's side; `None` for a right of control.
        in_supplier: Option<Ppm>,
    },
}

/// A relation and the statements that show it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct RelationFound<K> {
    /// The relation.
    pub relation: Relation<K>,
    /// The statements, from the owners down; each once.
    pub path: Vec<Link<K>>,
}

/// The answer for one beneficiary and one supplier at a date.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct RelatedParties<K> {
    /// Who is supported.
    pub beneficiary: K,
    /// Who supplies.
    pub supplier: K,
    /// The date of the ownership graph.
    pub date: Date,
    /// An interest of this share or more relates.
    pub interest_least: Ppm,
    /// What was found, strongest first; empty where nothing is known to relate them.
    pub found: Vec<RelationFound<K>>,
}

impl<K> RelatedParties<K> {
    /// Tells whether anything relates the two.
    #[must_use]
    pub fn is_related(&self) -> bool {
        !self.found.is_empty()
    }
}

/// Looks for every relation between a beneficiary and a supplier. Within one group the weaker
/// relations go without saying and are left out.
#[must_use]
pub fn related_parties<K: Copy + Ord + Hash>(
    ownership: &Ownership<K>,
    beneficiary: &K,
    supplier: &K,
    interest_least: Ppm,
) -> RelatedParties<K> {
    let (a, b) = (*beneficiary, *supplier);
    let test = Test { ownership, least: interest_least };
    let found = if a == b {
        vec![RelationFound { relation: Relation::SameOrganisation, path: Vec::new() }]
    } else if ownership.is_same_group(&a, &b) {
        let relation = Relation::SameGroup { head: ownership.group_head(&a) };
        vec![RelationFound { relation, path: once(ownership.why(&a), ownership.why(&b)) }]
    } else {
        test.across(a, b)
    };
    RelatedParties { beneficiary: a, supplier: b, date: ownership.date(), interest_least, found }
}

/// What one group holds in one organisation.
#[derive(Default)]
struct Holding {
    known_ppm: i64,
    has_right: bool,
    has_unknown: bool,
    /// Holders and the statements of their holdings, by place.
    by: Vec<(usize, usize)>,
}

struct Test<'a, K> {
    ownership: &'a Ownership<K>,
    least: Ppm,
}

impl<K: Copy + Ord + Hash> Test<'_, K> {
    /// Looks across two groups.
    fn across(&self, a: K, b: K) -> Vec<RelationFound<K>> {
        let graph = self.ownership;
        let mut found = Vec::new();
        let owner = graph.ultimate_owner(&a);
        let has_common_owner = owner == graph.ultimate_owner(&b);
        if has_common_owner {
            let relation = Relation::CommonUltimateOwner { owner, kind: graph.kind(&owner) };
            let path = once(graph.why_owner(&a), graph.why_owner(&b));
            found.push(RelationFound { relation, path });
        }
        let (above_a, above_b) = (self.holdings(a), self.holdings(b));
        for (from, to, above) in [(a, b, &above_b), (b, a, &above_a)] {
            let holder = graph.group_head(&from);
            for ((_, held), holding) in above.iter().filter(|((head, _), _)| *head == holder) {
                if let Some(relation) = self.interest(holder, *held, holding) {
                    let path = once(graph.why(&from), self.path(to, holding));
                    found.push(RelationFound { relation, path });
                }
            }
        }
        found.extend(self.common_holders(a, b, &above_a, &above_b).into_iter().filter(|one| {
            // The owner of both has been named already.
            !matches!(one.relation, Relation::CommonHolder { holder, .. }
                if has_common_owner && graph.ultimate_owner(&holder) == owner)
        }));
        found
    }

    /// Adds up, by group, what is held in an organisation and in those who control it alone.
    fn holdings(&self, org: K) -> BTreeMap<(K, K), Holding> {
        let graph = self.ownership;
        let mut sums: BTreeMap<(K, K), Holding> = BTreeMap::new();
        let Some(place) = graph.place(&org) else { return sums };
        for held in self.controllers(place) {
            for stake in &graph.stakes.rows[graph.stakes.of(held)] {
                let group = graph.groups.head[stake.owner];
                let sum = sums.entry((graph.key(group), graph.key(held))).or_default();
                let known = graph.stakes.interest(stake);
                let fact = stake.right.or(known.map(|(fact, _)| fact));
                sum.known_ppm += known.map_or(0, |(_, share)| share.get());
                sum.has_right |= stake.right.is_some();
                sum.has_unknown |= fact.is_none();
                sum.by.extend(fact.or(stake.votes).or(stake.shares).map(|f| (stake.owner, f)));
            }
        }
        sums
    }

    /// Returns an organisation, whoever controls it alone, and so on up to the head of its group.
    fn controllers(&self, place: usize) -> BTreeSet<usize> {
        let graph = self.ownership;
        let mut chain = BTreeSet::from([place, graph.groups.head[place]]);
        let mut at = place;
        while let [row] = graph.groups.supports(&graph.stakes, &graph.weights, at)[..] {
            at = graph.stakes.rows[row].owner;
            chain.insert(at);
        }
        chain
    }

    fn is_enough(&self, holding: &Holding) -> bool {
        holding.has_right || holding.known_ppm >= self.least.get().max(1)
    }

    fn interest(&self, holder: K, held: K, holding: &Holding) -> Option<Relation<K>> {
        if self.is_enough(holding) {
            return Some(Relation::Interest { holder, held, share: shown(holding) });
        }
        holding.has_unknown.then_some(Relation::InterestUnknown { holder, held })
    }

    /// Finds third groups that hold enough on both sides; of several holdings the largest counts.
    fn common_holders(
        &self,
        a: K,
        b: K,
        above_a: &BTreeMap<(K, K), Holding>,
        above_b: &BTreeMap<(K, K), Holding>,
    ) -> Vec<RelationFound<K>> {
        let graph = self.ownership;
        let parties = [graph.group_head(&a), graph.group_head(&b)];
        let (largest_a, largest_b) = (self.largest(above_a), self.largest(above_b));
        let both = largest_a.iter().filter(|(holder, _)| !parties.contains(holder));
        let both =
            both.filter_map(|(holder, in_a)| Some((*holder, *in_a, *largest_b.get(holder)?)));
        both.map(|(holder, in_a, in_b)| {
            let relation = Relation::CommonHolder {
                holder,
                kind: graph.kind(&holder),
                in_beneficiary: shown(in_a),
                in_supplier: shown(in_b),
            };
            RelationFound { relation, path: once(self.path(a, in_a), self.path(b, in_b)) }
        })
        .collect()
    }

    fn largest<'h>(&self, above: &'h BTreeMap<(K, K), Holding>) -> BTreeMap<K, &'h Holding> {
        let mut largest: BTreeMap<K, &Holding> = BTreeMap::new();
        for ((holder, _), holding) in above.iter().filter(|(_, holding)| self.is_enough(holding)) {
            let kept = largest.entry(*holder).or_insert(holding);
            if (holding.has_right, holding.known_ppm) > (kept.has_right, kept.known_ppm) {
                *kept = holding;
            }
        }
        largest
    }

    /// Returns the statements from the head of the holders down to an organisation.
    fn path(&self, org: K, holding: &Holding) -> Vec<Link<K>> {
        let graph = self.ownership;
        let mut links = Vec::new();
        for (holder, fact) in &holding.by {
            links = once(links, graph.why(&graph.key(*holder)));
            links = once(links, vec![graph.link(*fact)]);
        }
        once(links, graph.why(&org))
    }
}

/// A right of control has no share; a sum above the whole is shown as the whole.
fn shown(holding: &Holding) -> Option<Ppm> {
    let share = Ppm::new(holding.known_ppm.min(Ppm::ONE.get())).ok();
    share.filter(|_| !holding.has_right)
}

/// Joins two paths, each statement once.
fn once<K>(mut first: Vec<Link<K>>, second: Vec<Link<K>>) -> Vec<Link<K>> {
    let mut seen: BTreeSet<usize> = first.iter().map(|link| link.position).collect();
    first.extend(second.into_iter().filter(|link| seen.insert(link.position)));
    first
}
