//! Claims: an invoice against an award, tested again when its money is settled.

use crate::award::overflow;
use crate::call::account_of;
use crate::event::note;
use crate::evidence::{facts_of, graph_at_default, supplier_facts};
use crate::review::conflict_of;
use crate::{
    Award, AwardId, AwardState, Claim, ClaimId, ClaimState, Error, EventKind, NewClaim, Payment,
    PaymentState, Refused, application_find, award_read, call_read, instrument_read, rules, store,
};
use base::{Amount, FieldProblems, Page, Time};
use db::{Read, Tx};
use identity::{Actor, OrganisationId, PersonId, Standing};
use ledger::{AccountKind, SettleCommand};
use rulebook::model::{Instrument, PaymentMode};
use rulebook::{CostLine, History, Outcome, Request};
use std::collections::BTreeSet;

/// Hands in a claim.
///
/// Refuses bad fields (all at once), an award that is closed, expired or another organisation's,
/// an invoice that was claimed before, more than is left or than the rule gives on the invoice,
/// and a supplier who does not meet the rule's conditions today.
pub fn claim_submit(tx: &mut Tx<'_>, standing: &Standing, new: &NewClaim) -> Result<Claim, Error> {
    let award = award_read(tx, new.award)?;
    let person = match standing.person {
        Some(person) if standing.may_act_for(award.organisation) => person,
        _ => return Err(Refused::NotYours(award.organisation).into()),
    };
    let now = tx.now();
    rules::claim_check(new, award.amount.unit, now.date())?;
    let claim = Claim {
        id: tx.id(),
        award: new.award,
        supplier: new.supplier,
        invoice_number: new.invoice_number.trim().to_owned(),
        invoice_date: new.invoice_date,
        invoice: new.invoice,
        cost: new.cost.clone(),
        what: new.what.clone(),
        asked: new.asked,
        settled: Amount::zero(award.amount.unit),
        state: ClaimState::Submitted,
        submitted_by: person,
        submitted_at: now,
        verified_by: None,
        verified_at: None,
        reason: String::new(),
    };
    let key = rules::invoice_key(&claim.invoice_number);
    if let Some(other) = store::claim::by_invoice(tx, new.supplier, &key)? {
        let invoice = claim.invoice_number;
        return Err(Refused::DuplicateInvoice { invoice, claim: other }.into());
    }
    claim_check(tx, &award, &claim, now)?;
    let left = unpromised(tx, &award)?;
    if claim.asked.minor > left.minor {
        return Err(Refused::ClaimAboveAward { asked: claim.asked, left }.into());
    }
    store::claim::insert(tx, &claim, &key)?;
    let actor = Actor::Person(person);
    note(tx, actor, award.application, EventKind::ClaimSubmitted, &claim)?;
    Ok(claim)
}

/// Returns what is left of an award beside the claims that wait and what is reserved.
pub(crate) fn unpromised(read: &Read<'_>, award: &Award) -> Result<Amount, Error> {
    let open = store::claim::of_award(read, award.id)?;
    let waiting = open.iter().filter(|other| other.state == ClaimState::Submitted);
    let promised: i64 = waiting.map(|other| other.asked.minor).sum();
    Ok(Amount::new(award.left().minor - promised, award.amount.unit))
}

/// Tests a claim against its award and rule as things stand now; `Ok` where it may be settled.
pub fn claim_check(read: &Read<'_>, award: &Award, claim: &Claim, now: Time) -> Result<(), Error> {
    let rule = supplier_test(read, award, claim.supplier, now)?;
    let invoice = Invoice { cost: &claim.cost, what: &claim.what, total: claim.invoice };
    let most = most_on_invoice(read, &rule, award, (&invoice, now))?;
    if claim.asked.minor > most.minor {
        return Err(Refused::ClaimAboveRule { asked: claim.asked, most }.into());
    }
    if claim.asked.minor > award.left().minor {
        return Err(Refused::ClaimAboveAward { asked: claim.asked, left: award.left() }.into());
    }
    Ok(())
}

/// Tests whether an award can be used today with this supplier; returns the award's rule.
pub(crate) fn supplier_test(
    read: &Read<'_>,
    award: &Award,
    supplier: OrganisationId,
    now: Time,
) -> Result<Instrument, Error> {
    if award.state == AwardState::Closed {
        return Err(Refused::AwardClosed.into());
    }
    if let Some(end) = award.expires_at.filter(|end| now >= *end) {
        return Err(Refused::AwardExpired(end).into());
    }
    let call = call_read(read, award.call)?;
    let (_, rule) = instrument_read(read, call.instrument)?;
    let graph = graph_at_default(read, now.date())?;
    let supplier = identity::organisation_find(read, supplier)?
        .ok_or_else(|| rules::supplier_unknown("supplier"))?;
    let facts = supplier_facts(&graph, award.organisation, &supplier);
    let broken = rulebook::supplier_check(&rule, &facts);
    if !broken.is_empty() {
        let broken = broken.iter().map(|one| one.words()).collect();
        return Err(Refused::SupplierRefused(broken).into());
    }
    Ok(rule)
}

/// An invoice as a rule sees it.
pub(crate) struct Invoice<'a> {
    pub(crate) cost: &'a Option<String>,
    pub(crate) what: &'a Option<String>,
    pub(crate) total: Amount,
}

/// Asks the rule what this invoice alone would give: its rate, without what was used before, for
/// that was counted when the award was made.
pub(crate) fn most_on_invoice(
    read: &Read<'_>,
    rule: &Instrument,
    award: &Award,
    (invoice, now): (&Invoice<'_>, Time),
) -> Result<Amount, Error> {
    let application = application_find(read, award.application)?;
    let awarded_on = award.awarded_at.date();
    let request = Request {
        date: awarded_on.min(now.date()),
        facts: facts_of(read, &application)?,
        lines: vec![CostLine {
            id: "invoice".to_owned(),
            cost: invoice.cost.clone(),
            what: invoice.what.clone(),
            base: None,
            amount: invoice.total,
            supplier: None,
        }],
        months: application.draft.declared.months,
        papers: BTreeSet::new(),
        history: History {
            nothing_before: true,
            other_aid: Some(Vec::new()),
            ..History::default()
        },
    };
    match rulebook::evaluate(rule, &request).outcome {
        Outcome::Entitled { amount } => Ok(amount),
        // A part payment may lie below the rule's minimum although the whole does not.
        Outcome::Refused { reasons } if reasons.iter().all(|r| r.code().contains("minimum")) => {
            Ok(award.left())
        }
        Outcome::Refused { reasons } => {
            Err(Refused::Ineligible(reasons.iter().map(|r| r.words()).collect()).into())
        }
        Outcome::Unknown { missing } => {
            Err(Refused::NotComputable(missing.iter().map(|m| m.words()).collect()).into())
        }
    }
}

/// Verifies a claim and settles its money to the payee, in one commit. The rule's conditions are
/// tested again at this moment.
///
/// Refuses an officer who handed it in or has a conflict, and a payee without a bank account.
pub fn claim_settle(tx: &mut Tx<'_>, officer: PersonId, id: ClaimId) -> Result<Payment, Error> {
    let mut claim = open_claim(tx, id)?;
    let mut award = award_read(tx, claim.award)?;
    let now = tx.now();
    officer_check(tx, officer, &claim, &award)?;
    claim_check(tx, &award, &claim, now)?;
    let call = call_read(tx, award.call)?;
    let (_, rule) = instrument_read(tx, call.instrument)?;
    let (payee, kind) = payee_of(&rule, &award, &claim);
    if store::payment::account(tx, payee)?.is_none() {
        return Err(Refused::BankAccountMissing(payee).into());
    }
    let to = account_of(tx, payee.0, kind, claim.asked.unit)?;
    let command = SettleCommand {
        key: format!("claim:{id}:settle"),
        hold: award.hold,
        amount: claim.asked,
        to: Some(to),
        reference: format!("claim:{id}"),
    };
    ledger::hold_settle(tx, command)?;
    claim.settled = claim.asked;
    claim.state = ClaimState::Settled;
    (claim.verified_by, claim.verified_at) = (Some(officer), Some(now));
    store::claim::update(tx, &claim)?;
    award.settled = award.settled.plus(claim.asked).map_err(|_| overflow(award.id))?;
    if award.left().minor == 0 {
        award.state = AwardState::Closed;
    }
    store::award::update(tx, &award)?;
    store::award::supplier_insert(tx, award.id, claim.supplier)?;
    let payment = Payment {
        id: tx.id(),
        claim: id,
        award: award.id,
        payee,
        amount: claim.asked,
        state: PaymentState::Due,
        batch: None,
        due_at: now,
        paid_at: None,
    };
    store::payment::insert(tx, &payment)?;
    note(tx, Actor::Person(officer), award.application, EventKind::ClaimSettled, &payment)?;
    if award.state == AwardState::Closed {
        let left = award.left();
        note(tx, Actor::System, award.application, EventKind::AwardClosed, &left)?;
    }
    Ok(payment)
}

/// Refuses a claim, with the reason; its invoice may be claimed again.
pub fn claim_refuse(
    tx: &mut Tx<'_>,
    officer: PersonId,
    id: ClaimId,
    reason: &str,
) -> Result<(), Error> {
    let mut claim = open_claim(tx, id)?;
    let award = award_read(tx, claim.award)?;
    officer_check(tx, officer, &claim, &award)?;
    let mut problems = FieldProblems::default();
    problems.text("reason", reason, 1, rules::REASON_CHARS_MAX);
    problems.finish().map_err(Refused::Invalid)?;
    claim.state = ClaimState::Refused;
    reason.trim().clone_into(&mut claim.reason);
    (claim.verified_by, claim.verified_at) = (Some(officer), Some(tx.now()));
    store::claim::update(tx, &claim)?;
    let actor = Actor::Person(officer);
    Ok(note(tx, actor, award.application, EventKind::ClaimRefused, &(id, &claim.reason))?)
}

/// Returns who is paid for a claim: the supplier where the voucher is deducted from its bill, else
/// the beneficiary.
pub fn claim_payee(read: &Read<'_>, award: &Award, claim: &Claim) -> Result<OrganisationId, Error> {
    let call = call_read(read, award.call)?;
    let (_, rule) = instrument_read(read, call.instrument)?;
    Ok(payee_of(&rule, award, claim).0)
}

/// Where the voucher is deducted from the bill, the supplier is paid; else the beneficiary.
fn payee_of(rule: &Instrument, award: &Award, claim: &Claim) -> (OrganisationId, AccountKind) {
    match rule.payment.as_ref().and_then(|payment| payment.mode) {
        Some(PaymentMode::ApplyAndDeduct) => (claim.supplier, AccountKind::Supplier),
        _ => (award.organisation, AccountKind::Beneficiary),
    }
}

pub(crate) fn open_claim(tx: &Tx<'_>, id: ClaimId) -> Result<Claim, Error> {
    let claim = claim_read(tx, id)?;
    match claim.state {
        ClaimState::Submitted => Ok(claim),
        state => Err(Refused::ClaimState(state).into()),
    }
}

fn officer_check(
    tx: &Tx<'_>,
    officer: PersonId,
    claim: &Claim,
    award: &Award,
) -> Result<(), Error> {
    if claim.submitted_by == officer {
        return Err(Refused::OwnClaim.into());
    }
    let graph = graph_at_default(tx, tx.now().date())?;
    let application = application_find(tx, award.application)?;
    match conflict_of(tx, &graph, officer, &application)? {
        Some(conflict) => Err(Refused::OfficerConflict(conflict).into()),
        None => Ok(()),
    }
}

/// Reads a claim.
pub fn claim_read(read: &Read<'_>, id: ClaimId) -> Result<Claim, Error> {
    store::claim::find(read, id)?.ok_or_else(|| Refused::ClaimUnknown(id).into())
}

/// Lists the claims on an award.
pub fn claims_of_award(read: &Read<'_>, id: AwardId) -> Result<Vec<Claim>, Error> {
    Ok(store::claim::of_award(read, id)?)
}

/// Lists claims in a state, oldest first.
pub fn claims_list(read: &Read<'_>, state: ClaimState, page: &Page) -> Result<Vec<Claim>, Error> {
    Ok(store::claim::list(read, state, page)?)
}

/// Tests a supplier against the conditions of an award's rule, as things stand now.
pub fn supplier_states(
    read: &Read<'_>,
    award: &Award,
    supplier: OrganisationId,
    now: Time,
) -> Result<Vec<rulebook::SupplierState>, Error> {
    let call = call_read(read, award.call)?;
    let (_, rule) = instrument_read(read, call.instrument)?;
    let graph = graph_at_default(read, now.date())?;
    let Some(supplier) = identity::organisation_find(read, supplier)? else {
        return Ok(Vec::new());
    };
    let line = CostLine {
        id: "invoice".to_owned(),
        cost: None,
        what: None,
        base: None,
        amount: Amount::zero(rule.unit),
        supplier: Some(supplier_facts(&graph, award.organisation, &supplier)),
    };
    let request = Request {
        date: now.date(),
        facts: std::collections::BTreeMap::new(),
        lines: vec![line],
        months: None,
        papers: BTreeSet::new(),
        history: History::nothing(),
    };
    Ok(rulebook::evaluate(&rule, &request).supplier)
}
