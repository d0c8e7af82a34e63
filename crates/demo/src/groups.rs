//! Groups by majority, as the plan needs them to keep reviewers apart and to test its own story.

use crate::model::{Ownership, OwnershipKind, Plan};
use base::Date;
use std::collections::BTreeMap;

/// Which organisations are one group on a day: more than half is held by members of the group, or
/// control is stated. `oversight` says the same with its reasons; here it is only a check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Groups(BTreeMap<&'static str, &'static str>);

impl Groups {
    /// Finds the groups of a plan on a day.
    #[must_use]
    pub fn at(plan: &Plan, date: Date) -> Self {
        Self::of(&plan.ownership, date)
    }

    /// Finds the groups that statements make on a day.
    pub(crate) fn of(statements: &[Ownership], date: Date) -> Self {
        let holds = |s: &&Ownership| {
            s.valid_from.is_none_or(|from| from <= date) && s.valid_to.is_none_or(|to| date <= to)
        };
        let valid: Vec<&Ownership> = statements.iter().filter(holds).collect();
        let mut groups = Self(BTreeMap::new());
        // Each round that changes something joins two groups, so there are fewer rounds than
        // statements.
        while groups.join_next(&valid) {}
        groups
    }

    /// Returns the key that stands for the group of an organisation.
    #[must_use]
    pub fn of_organisation(&self, key: &'static str) -> &'static str {
        self.0.get(key).copied().unwrap_or(key)
    }

    /// Tells whether two organisations are in one group.
    #[must_use]
    pub fn are_one(&self, a: &'static str, b: &'static str) -> bool {
        self.of_organisation(a) == self.of_organisation(b)
    }

    fn join_next(&mut self, statements: &[&Ownership]) -> bool {
        let mut held: BTreeMap<(&str, &str), i64> = BTreeMap::new();
        for s in statements {
            let (owner, owned) = (self.of_organisation(s.owner), self.of_organisation(s.owned));
            if owner == owned {
                continue;
            }
            let sum = held.entry((owner, s.owned)).or_default();
            *sum += match s.kind {
                OwnershipKind::Contract | OwnershipKind::Control => 1_000_000,
                OwnershipKind::Shares | OwnershipKind::Votes => s.share.map_or(0, |p| p.get()),
            };
            if *sum > 500_000 {
                self.join(owner, owned);
                return true;
            }
        }
        false
    }

    fn join(&mut self, head: &'static str, joined: &'static str) {
        for group in self.0.values_mut().filter(|group| **group == joined) {
            *group = head;
        }
        self.0.insert(joined, head);
    }
}
