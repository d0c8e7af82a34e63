//! What if: how concentration moves when one more award is made.

use super::{Share, concentration_ratio, hhi, shares_top};
use crate::ratio::{Change, Ratio};
use crate::tally::{Award, Sum, Tally, TallyError};
use base::Unit;
use serde::{Deserialize, Serialize};

/// Concentration at one moment.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Standing<K> {
    /// The unit of all sums.
    pub unit: Unit,
    /// Awards added up.
    pub rows: u64,
    /// All money, in minor units.
    pub total: Sum,
    /// Organisations or groups that are counted.
    pub receivers: usize,
    /// Herfindahl-Hirschman index.
    pub hhi: Option<Ratio>,
    /// Share of the largest.
    pub cr1: Option<Ratio>,
    /// Share of the four largest.
    pub cr4: Option<Ratio>,
    /// The largest receiver.
    pub top: Option<Share<K>>,
}

impl<K: Copy + Ord> Standing<K> {
    /// Takes the measures of a tally.
    #[must_use]
    pub fn of(tally: &Tally<K>) -> Self {
        Self {
            unit: tally.unit(),
            rows: tally.rows(),
            total: tally.total(),
            receivers: tally.sums().len(),
            hhi: hhi(tally),
            cr1: concentration_ratio(tally, 1),
            cr4: concentration_ratio(tally, 4),
            top: shares_top(tally, 1).into_iter().next(),
        }
    }
}

/// Concentration before and after an award.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct IfAwarded<K> {
    /// As it stands.
    pub before: Standing<K>,
    /// As it would stand.
    pub after: Standing<K>,
    /// Change of the index; `None` where nothing was awarded before.
    pub hhi_change: Option<Change>,
    /// Change of the largest receiver's share, whoever is largest before and after.
    pub top_share_change: Option<Change>,
    /// The receiver of the award, as it stands.
    pub receiver_before: Share<K>,
    /// The receiver of the award, as it would stand.
    pub receiver_after: Share<K>,
}

/// Returns what one more award does to concentration. For groups give a tally by group and the head
/// of the receiver's group.
pub fn if_awarded<K: Copy + Ord>(
    tally: &Tally<K>,
    award: &Award<K>,
) -> Result<IfAwarded<K>, TallyError> {
    let next = tally.with(award)?;
    let (before, after) = (Standing::of(tally), Standing::of(&next));
    let change = |old: Option<Ratio>, new: Option<Ratio>| Some(new?.minus(&old?));
    Ok(IfAwarded {
        hhi_change: change(before.hhi, after.hhi),
        top_share_change: change(before.cr1, after.cr1),
        receiver_before: share_of(tally, award.org),
        receiver_after: share_of(&next, award.org),
        before,
        after,
    })
}

fn share_of<K: Copy + Ord>(tally: &Tally<K>, key: K) -> Share<K> {
    let amount = tally.sum(&key);
    Share { key, amount, share: super::shares::part(amount, tally.total()) }
}
