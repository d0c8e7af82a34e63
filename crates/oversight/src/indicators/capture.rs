//! Supplier capture: in how many projects, and how much money, one supplier cannot be avoided.

use super::shares::part;
use crate::ownership::Ownership;
use crate::ratio::Ratio;
use crate::tally::{Sum, TallyError, rows_checked};
use base::{Amount, Unit};
use serde::{Deserialize, Serialize};
use std::cmp::Reverse;
use std::collections::HashMap;
use std::hash::Hash;

/// One supported project and who supplied it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Project<K> {
    /// Who is supported.
    pub beneficiary: K,
    /// Everybody who supplied it; empty where that is not known. Repeated names count once.
    pub suppliers: Vec<K>,
    /// The money of the whole project, not negative.
    pub amount: Amount,
}

/// One supplier's place among the projects. Sole and co-supply are counted apart.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Capture<K> {
    /// The supplier, or the head of its group.
    pub supplier: K,
    /// Projects it alone supplied.
    pub sole: u64,
    /// Projects it supplied together with others.
    pub co: u64,
    /// Money of the first, in minor units.
    pub sole_amount: Sum,
    /// Money of the second: the whole projects, because the split is not known.
    pub co_amount: Sum,
    /// Part of the projects that it alone supplied.
    pub sole_share: Option<Ratio>,
    /// Part of the projects that it supplied in any way.
    pub any_share: Option<Ratio>,
    /// Part of the money in projects that it alone supplied.
    pub sole_amount_share: Option<Ratio>,
    /// Part of the money in projects that it supplied in any way.
    pub any_amount_share: Option<Ratio>,
}

/// All suppliers of a set of projects, those in most projects first.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Captures<K> {
    /// The unit of all sums.
    pub unit: Unit,
    /// Projects with a known supplier: the whole that shares refer to.
    pub projects: u64,
    /// Money of these, in minor units.
    pub amount: Sum,
    /// Projects without a known supplier; in no share.
    pub projects_unknown: u64,
    /// The suppliers; by projects, then sole projects, then key.
    pub suppliers: Vec<Capture<K>>,
}

/// Counts by supplying organisation. Refuses a second unit and negative amounts.
pub fn supplier_capture<K: Copy + Ord + Hash>(
    unit: Unit,
    projects: &[Project<K>],
) -> Result<Captures<K>, TallyError> {
    capture(unit, projects, |supplier| *supplier)
}

/// Counts by group of the supplier: two suppliers of one group are a sole supplier.
pub fn supplier_capture_by_group<K: Copy + Ord + Hash>(
    unit: Unit,
    projects: &[Project<K>],
    ownership: &Ownership<K>,
) -> Result<Captures<K>, TallyError> {
    capture(unit, projects, |supplier| ownership.group_head(supplier))
}

/// What one supplier supplied, alone and with others.
#[derive(Default)]
struct Supplied {
    sole: u64,
    co: u64,
    sole_sum: i128,
    co_sum: i128,
}

fn capture<K: Copy + Ord + Hash>(
    unit: Unit,
    projects: &[Project<K>],
    who: impl Fn(&K) -> K,
) -> Result<Captures<K>, TallyError> {
    rows_checked(u64::try_from(projects.len()).unwrap_or(u64::MAX))?;
    let (mut known, mut unknown, mut total) = (0_u64, 0_u64, 0_i128);
    let mut supplied: HashMap<K, Supplied> = HashMap::new();
    let mut names: Vec<K> = Vec::new();
    for (row, project) in projects.iter().enumerate() {
        let amount = check(row, unit, project.amount)?;
        names.clear();
        names.extend(project.suppliers.iter().map(&who));
        names.sort_unstable();
        names.dedup();
        if names.is_empty() {
            unknown += 1;
            continue;
        }
        known += 1;
        total += amount;
        for name in &names {
            let one = supplied.entry(*name).or_default();
            if names.len() == 1 {
                (one.sole, one.sole_sum) = (one.sole + 1, one.sole_sum + amount);
            } else {
                (one.co, one.co_sum) = (one.co + 1, one.co_sum + amount);
            }
        }
    }
    let whole = (known, Sum::new(total));
    let mut suppliers: Vec<Capture<K>> =
        supplied.into_iter().map(|(name, one)| sum_up(name, &one, whole)).collect();
    suppliers.sort_unstable_by_key(|one| (Reverse((one.sole + one.co, one.sole)), one.supplier));
    let amount = whole.1;
    Ok(Captures { unit, projects: known, amount, projects_unknown: unknown, suppliers })
}

fn check(row: usize, unit: Unit, amount: Amount) -> Result<i128, TallyError> {
    if amount.unit != unit {
        return Err(TallyError::UnitMismatch { row, expected: unit, found: amount.unit });
    }
    if amount.minor < 0 {
        return Err(TallyError::NegativeRow { row, amount });
    }
    Ok(amount.minor.into())
}

fn sum_up<K>(supplier: K, one: &Supplied, whole: (u64, Sum)) -> Capture<K> {
    let Supplied { sole, co, sole_sum, co_sum } = *one;
    let (projects, amount) = whole;
    Capture {
        supplier,
        sole,
        co,
        sole_amount: Sum::new(sole_sum),
        co_amount: Sum::new(co_sum),
        sole_share: Ratio::of_counts(sole, projects),
        any_share: Ratio::of_counts(sole + co, projects),
        sole_amount_share: part(Sum::new(sole_sum), amount),
        any_amount_share: part(Sum::new(sole_sum + co_sum), amount),
    }
}
