//! What an ownership group was awarded in the window in which a rule counts it.

use crate::evidence::{Graph, group_window};
use crate::{AwardFilter, Call, Error, awards_each, instrument_read};
use base::{Amount, Time};
use db::Read;
use identity::OrganisationId;
use rulebook::model::{CapScope, Window};
use std::collections::BTreeMap;

/// The awards of a firm's group in a window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupAwarded {
    /// Head of the group.
    pub head: OrganisationId,
    /// The window of the rule's first group cap; `None` where it has none: then the calendar year.
    pub window: Option<Window>,
    /// First instant that counts.
    pub from: Time,
    /// First instant that counts no more.
    pub to: Time,
    /// Size of that cap, where the rule states it.
    pub cap: Option<Amount>,
    /// What each member was awarded, less what was given back; the largest first.
    pub members: Vec<(OrganisationId, Amount)>,
    /// Their sum.
    pub total: Amount,
}

/// Adds up what the group of a firm was awarded under the rule of a call, as its first group cap
/// counts it; where the rule has none, under all rules in the calendar year. With `before`, only
/// what was awarded before that instant counts.
pub fn group_awarded(
    read: &Read<'_>,
    graph: &Graph,
    call: &Call,
    (firm, now): (OrganisationId, Time),
    before: Option<Time>,
) -> Result<GroupAwarded, Error> {
    let (_, rule) = instrument_read(read, call.instrument)?;
    let cap = rule.limits.caps.iter().find(|cap| cap.scope == CapScope::GroupWindow);
    let window = cap.and_then(|cap| cap.window.clone());
    let (from, to) = group_window(cap.is_some(), window.as_ref(), now.date());
    let to = before.map_or(to, |before| before.min(to));
    let codes: Vec<Option<String>> = match cap {
        Some(cap) => std::iter::once(&rule.id).chain(&cap.shared_with).cloned().map(Some).collect(),
        None => vec![None],
    };
    let organisations: Vec<OrganisationId> =
        graph.ownership.group(&firm).members.iter().map(|member| member.key).collect();
    let mut sums: BTreeMap<OrganisationId, i64> = BTreeMap::new();
    for instrument_code in codes {
        let filter = AwardFilter {
            instrument_code,
            unit: Some(rule.unit),
            from: Some(from),
            to: Some(to),
            organisations: Some(organisations.clone()),
            ..AwardFilter::default()
        };
        awards_each(read, &filter, |award| {
            let sum = sums.entry(award.organisation).or_default();
            *sum = sum.saturating_add(award.amount.minor - award.released.minor);
            Ok(())
        })?;
    }
    let total = sums.values().fold(0_i64, |total, sum| total.saturating_add(*sum));
    let mut members: Vec<(OrganisationId, Amount)> =
        sums.into_iter().map(|(id, minor)| (id, Amount::new(minor, rule.unit))).collect();
    members.sort_by_key(|(id, amount)| (std::cmp::Reverse(amount.minor), *id));
    Ok(GroupAwarded {
        head: graph.ownership.group_head(&firm),
        cap: cap.and_then(|cap| cap.amount.known().copied()),
        window,
        from,
        to,
        members,
        total: Amount::new(total, rule.unit),
    })
}
