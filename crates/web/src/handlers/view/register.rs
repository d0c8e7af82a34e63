//! Rows and sums of the register.

use super::{day, org};
use crate::pages::register::{RegisterRow, RegisterSum};
use crate::{State, Text};
use app::Owners;
use base::Amount;
use grants::{Award, AwardState, AwardSum};

/// Returns a row of the register.
pub(crate) fn row(owners: &Owners, row: &grants::RegisterRow) -> RegisterRow {
    let award = &row.award;
    RegisterRow {
        award: award.id.to_string(),
        beneficiary: org(&owners.names, award.organisation),
        group: owners.head(award.organisation).map(|head| org(&owners.names, head)),
        title: Text::new(&row.title_en, &row.title_zh),
        category: Text::en(&award.category),
        suppliers: row.suppliers.iter().map(|id| org(&owners.names, *id)).collect(),
        decided: day(award.awarded_at),
        awarded: award.amount,
        paid: award.paid,
        state: state(award),
    }
}

/// Returns where an award stands, in one word.
pub(crate) fn state(award: &Award) -> State {
    let is_closed = award.state == AwardState::Closed;
    let is_paid = award.paid.minor == award.settled.minor && award.paid.minor > 0;
    match () {
        () if is_closed && award.released.minor == award.amount.minor => State::Released,
        () if is_closed && is_paid => State::Paid,
        () if award.paid.minor > 0 => State::PartPaid,
        () if award.settled.minor > 0 => State::Claimed,
        () => State::Held,
    }
}

/// Adds up the rows of a page, one sum per unit, in the order of the units.
pub(crate) fn page_sums(rows: &[grants::RegisterRow]) -> Vec<RegisterSum> {
    let mut sums: Vec<RegisterSum> = Vec::new();
    for grants::RegisterRow { award, .. } in rows {
        let unit = award.amount.unit;
        let place = sums.iter().position(|sum| sum.awarded.unit == unit).unwrap_or_else(|| {
            let zero = Amount::zero(unit);
            sums.push(RegisterSum { awards: 0, awarded: zero, paid: zero });
            sums.len() - 1
        });
        let sum = &mut sums[place];
        sum.awards += 1;
        // Budgets keep the sum of all awards of a unit within 64 bits.
        sum.awarded.minor = sum.awarded.minor.saturating_add(award.amount.minor);
        sum.paid.minor = sum.paid.minor.saturating_add(award.paid.minor);
    }
    sums.sort_by_key(|sum| sum.awarded.unit);
    sums
}

/// Returns the sums over a whole filter.
pub(crate) fn all_sums(sums: &[AwardSum]) -> Vec<RegisterSum> {
    let sum = |one: &AwardSum| RegisterSum {
        awards: u64::try_from(one.count).unwrap_or(0),
        awarded: one.awarded,
        paid: one.paid,
    };
    sums.iter().map(sum).collect()
}
