//! A group as it is shown and stored: members, the reasons they belong, and the tree.

use crate::facts::{OrgKind, Statement};
use base::Date;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// One statement that counts, and where the caller gave it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Link<K> {
    /// Place of the statement in the slice given to [`Ownership::at`](crate::Ownership::at).
    pub position: usize,
    /// The statement itself.
    pub statement: Statement<K>,
}

/// One organisation of a group.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Member<K> {
    /// Its key.
    pub key: K,
    /// What it is.
    pub kind: OrgKind,
    /// The member that holds most of it among those that put it in the group; none for the head.
    pub parent: Option<K>,
    /// The holdings that put it in the group, largest first and as few as suffice.
    pub links: Vec<Link<K>>,
}

/// All organisations under one controller at a date.
///
/// The idea is the "single undertaking" of Regulation (EU) 2023/2831, art. 2(2): enterprises joined
/// by a majority of votes, the right to appoint the board, or dominant influence by contract,
/// directly or through one another.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Group<K> {
    /// The organisation or person at the top.
    pub head: K,
    /// The date at which the group is so.
    pub date: Date,
    /// The head, then everybody else, those nearer to the head first.
    pub members: Vec<Member<K>>,
}

/// One line of the tree, ready to be drawn indented.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Branch<K> {
    /// Steps below the head.
    pub depth: usize,
    /// The member.
    pub key: K,
    /// What it is.
    pub kind: OrgKind,
    /// The holdings that put it here; several for a joint holding.
    pub links: Vec<Link<K>>,
}

impl<K: Copy + Ord> Group<K> {
    /// Makes the group of somebody about whom nothing is stated.
    pub(crate) fn alone(key: K, date: Date) -> Self {
        let member = Member { key, kind: OrgKind::Other, parent: None, links: Vec::new() };
        Self { head: key, date, members: vec![member] }
    }

    /// Returns the statements that put an organisation in this group, from the head down; none for
    /// the head and for strangers.
    #[must_use]
    pub fn why(&self, org: &K) -> Vec<Link<K>> {
        let mut wanted = BTreeSet::from([*org]);
        let mut links = Vec::new();
        // Owners come before what they hold, so one pass backwards meets each after its reason.
        for member in self.members.iter().rev().filter(|member| !member.links.is_empty()) {
            if wanted.remove(&member.key) {
                wanted.extend(member.links.iter().map(|link| link.statement.owner));
                links.extend(member.links.iter().rev().cloned());
            }
        }
        links.reverse();
        links
    }

    /// Returns the group as lines of a tree, each member under its parent, siblings by key.
    #[must_use]
    pub fn tree(&self) -> Vec<Branch<K>> {
        let mut children: BTreeMap<K, Vec<&Member<K>>> = BTreeMap::new();
        for member in &self.members {
            if let Some(parent) = member.parent {
                children.entry(parent).or_default().push(member);
            }
        }
        // A stack and no recursion: a chain may be as long as the group.
        let mut open: Vec<_> = self.members.first().map(|head| (0, head)).into_iter().collect();
        let mut lines = Vec::with_capacity(self.members.len());
        while let Some((depth, member)) = open.pop() {
            let Member { key, kind, links, .. } = member;
            lines.push(Branch { depth, key: *key, kind: *kind, links: links.clone() });
            let mut below = children.remove(key).unwrap_or_default();
            below.sort_by_key(|child| std::cmp::Reverse(child.key));
            open.extend(below.into_iter().map(|child| (depth + 1, child)));
        }
        lines
    }
}
