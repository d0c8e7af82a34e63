//! What is odd in the statements of one date.

use crate::control::Control;
use crate::stake::{Stakes, Weights};
use serde::{Deserialize, Serialize};

/// Something in the statements that a person should look at. None of them stops a computation; the
/// rule that was applied is named with each.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "type")]
pub enum Irregularity<K> {
    /// Known holdings add up to more than 100 %. They are measured against their sum, so that no
    /// two strangers can both hold a majority.
    TotalAboveWhole {
        /// The organisation held.
        org: K,
        /// Sum of the holdings, in parts per million.
        total_ppm: i64,
    },
    /// An owner without a known share. It counts neither as zero nor as a majority.
    ShareUnknown {
        /// The holder.
        owner: K,
        /// The organisation held.
        org: K,
    },
    /// An organisation said to hold an interest in itself. Left out.
    SelfHeld {
        /// The organisation.
        org: K,
    },
    /// A natural person said to be owned. Left out.
    PersonOwned {
        /// The person.
        person: K,
        /// The supposed owner.
        owner: K,
    },
    /// Several who do not belong together are said to control one organisation. The right with the
    /// best grade counts, and any right before a majority of shares or votes.
    ControlContradicted {
        /// The organisation.
        org: K,
        /// The ultimate owner that counts.
        chosen: K,
        /// The ultimate owners that do not.
        others: Vec<K>,
    },
    /// A circle of organisations that control one another with nobody outside. The smallest key
    /// of the circle is its head.
    Circular {
        /// The head.
        head: K,
    },
}

impl<K> Irregularity<K> {
    /// Returns the organisation or person it is about.
    #[must_use]
    pub fn about(&self) -> &K {
        match self {
            Self::TotalAboveWhole { org, .. }
            | Self::ShareUnknown { org, .. }
            | Self::SelfHeld { org }
            | Self::ControlContradicted { org, .. } => org,
            Self::PersonOwned { person, .. } => person,
            Self::Circular { head } => head,
        }
    }
}

/// Collects what only shows when control is known.
pub(crate) fn collect<K: Copy + Ord>(
    keys: &[K],
    stakes: &Stakes,
    weights: &Weights,
    owners: &Control,
    found: &mut Vec<Irregularity<K>>,
) {
    for (org, total_ppm) in &weights.excess {
        found.push(Irregularity::TotalAboveWhole { org: keys[*org], total_ppm: *total_ppm });
    }
    for row in &stakes.rows {
        if row.right.is_none() && stakes.voting(row).is_none() {
            let (owner, org) = (keys[row.owner], keys[row.owned]);
            found.push(Irregularity::ShareUnknown { owner, org });
        }
    }
    for org in 0..keys.len() {
        if owners.head[org] == org && owners.is_circular(stakes, weights, org) {
            found.push(Irregularity::Circular { head: keys[org] });
        }
        let others = claimants(stakes, weights, owners, org);
        if !others.is_empty() {
            found.push(Irregularity::ControlContradicted {
                org: keys[org],
                chosen: keys[owners.head[org]],
                others: others.into_iter().map(|head| keys[head]).collect(),
            });
        }
    }
}

/// Returns the heads that are said to control an organisation by right or majority, but do not.
fn claimants(stakes: &Stakes, weights: &Weights, owners: &Control, org: usize) -> Vec<usize> {
    let rows = &stakes.rows[stakes.of(org)];
    if rows.len() < 2 || rows.iter().all(|row| row.right.is_none()) {
        return Vec::new();
    }
    let by_right = rows.iter().filter(|row| row.right.is_some());
    let mut heads: Vec<usize> = by_right.map(|row| owners.head[row.owner]).collect();
    let voting =
        |row: &crate::stake::Stake| Some((owners.head[row.owner], stakes.voting(row)?.1.get()));
    let mut held: Vec<(usize, i64)> = rows.iter().filter_map(voting).collect();
    held.sort_unstable();
    let total: i64 = held.iter().map(|(_, share)| share).sum();
    // `needed` is measured against 100 % here, because a right was chosen; a larger total only
    // makes a majority harder to reach.
    let needed = weights.needed[org];
    for part in held.chunk_by(|a, b| a.0 == b.0) {
        let sum: i64 = part.iter().map(|(_, share)| share).sum();
        let whole = base::Ppm::ONE.get();
        let is_majority =
            i128::from(sum) * i128::from(whole) > i128::from(needed) * i128::from(total.max(whole));
        heads.extend(is_majority.then_some(part[0].0));
    }
    heads.sort_unstable();
    heads.dedup();
    heads.retain(|head| *head != owners.head[org]);
    heads
}
