//! Hidden concentration: what a list of legal entities does not show.

use super::hhi;
use crate::ownership::Ownership;
use crate::ratio::{Change, Ratio};
use crate::tally::Tally;
use serde::{Deserialize, Serialize};
use std::hash::Hash;

/// Concentration by entity beside concentration by owner.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Hidden {
    /// HHI by legal entity.
    pub by_entity: Ratio,
    /// HHI by ownership group.
    pub by_group: Ratio,
    /// The second minus the first; never negative, because joining receivers only concentrates.
    pub hidden: Change,
}

/// Returns how much concentration appears when entities are joined to their groups; `None` where
/// nothing was awarded.
#[must_use]
pub fn hidden_concentration<K: Copy + Ord + Hash>(
    by_entity: &Tally<K>,
    ownership: &Ownership<K>,
) -> Option<Hidden> {
    let (entity, group) = (hhi(by_entity)?, hhi(&by_entity.by_group(ownership))?);
    Some(Hidden { by_entity: entity, by_group: group, hidden: group.minus(&entity) })
}
