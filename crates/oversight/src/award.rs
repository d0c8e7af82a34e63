//! Everything a decision page shows about one proposed award, in one call.

use crate::flag::{Finding, Thresholds, flags_of_award, flags_of_related};
use crate::indicators::{IfAwarded, RelatedParties, if_awarded, related_parties};
use crate::irregular::Irregularity;
use crate::ownership::Ownership;
use crate::tally::{Award, Tally, TallyError};
use base::Date;
use serde::{Deserialize, Serialize};
use std::hash::Hash;

/// The facts about one proposed award. Meant to be stored with the decision, as shown.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct AwardFacts<K> {
    /// Date of the ownership graph.
    pub date: Date,
    /// The award as proposed.
    pub proposed: Award<K>,
    /// The last in the chain of those who control the receiver.
    pub ultimate_owner: K,
    /// Head of the receiver's group.
    pub group_head: K,
    /// What the award does by legal entity.
    pub by_entity: IfAwarded<K>,
    /// What it does by group; `receiver_before` and `receiver_after` are the group's totals.
    pub by_group: IfAwarded<K>,
    /// The test against each supplier, in the order given.
    pub related: Vec<RelatedParties<K>>,
    /// What is odd in the statements about the receiver, the suppliers and those above them; each
    /// could hide the true group.
    pub irregularities: Vec<Irregularity<K>>,
    /// What is above a threshold.
    pub findings: Vec<Finding<K>>,
}

/// Gathers the facts about a proposed award to `proposed.org` with these suppliers, against what
/// was awarded so far in the window (a tally by entity).
pub fn award_facts<K: Copy + Ord + Hash>(
    ownership: &Ownership<K>,
    awarded: &Tally<K>,
    proposed: &Award<K>,
    suppliers: &[K],
    thresholds: &Thresholds,
) -> Result<AwardFacts<K>, TallyError> {
    let group_head = ownership.group_head(&proposed.org);
    let as_group = Award { org: group_head, ..*proposed };
    let by_entity = if_awarded(awarded, proposed)?;
    let by_group = if_awarded(&awarded.by_group(ownership), &as_group)?;
    let test =
        |supplier| related_parties(ownership, &proposed.org, supplier, thresholds.interest_least);
    let related: Vec<RelatedParties<K>> = suppliers.iter().map(test).collect();
    let mut findings = flags_of_award(&by_group, thresholds);
    findings.extend(related.iter().filter_map(flags_of_related));
    let parties = suppliers.iter().chain([&proposed.org]);
    let mut irregularities: Vec<Irregularity<K>> =
        parties.flat_map(|party| ownership.irregularities_above(party)).collect();
    irregularities.sort();
    irregularities.dedup();
    Ok(AwardFacts {
        date: ownership.date(),
        proposed: *proposed,
        ultimate_owner: ownership.ultimate_owner(&proposed.org),
        group_head,
        by_entity,
        by_group,
        related,
        irregularities,
        findings,
    })
}
