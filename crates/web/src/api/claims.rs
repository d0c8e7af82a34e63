//! Claims: invoices against an award, verified by an officer who did not hand them in.

use super::ask::Ask;
use super::operation::{Operation, change, look, named};
use super::reviews::BecauseOf;
use super::shaped::{Chars, Money, Nothing, Stamp, objects};
use super::told::{Answered, Done, List, Rows, page_of};
use crate::serve::Fault;
use base::{Amount, Date};
use grants::{AwardId, Claim, ClaimId, ClaimState};
use identity::OrganisationId;
use identity::Permission::{Apply, DecideAwards, Inspect};

pub(super) fn operations() -> Vec<Operation> {
    vec![
        change("/api/v1/awards/{id}/claims", Apply, "Hands in a claim", submit),
        look("/api/v1/claims", Inspect, "Lists claims in a state, oldest first", list),
        change("/api/v1/claims/{id}/settle", DecideAwards, "Settles a claim", settle),
        change("/api/v1/claims/{id}/refuse", DecideAwards, "Refuses a claim", refuse),
    ]
}

objects! {
    /// A claim to be handed in.
    NewClaim {
        /// Who supplied.
        supplier: OrganisationId,
        /// The invoice's number.
        invoice_number: Chars<1, 60>,
        /// The invoice's date.
        invoice_date: Date,
        /// The invoice's amount.
        invoice: Money,
        /// Kind of cost, by the rule's codes.
        cost: Option<Chars<0, 60>>,
        /// What was bought, by the rule's codes.
        what: Option<Chars<0, 60>>,
        /// Support asked for on it.
        asked: Money,
    }
    /// Which claims.
    ClaimsAsked {
        /// In this state; `Submitted` where absent.
        state: Option<ClaimState>,
        /// The `next` of the page before.
        after: Option<Chars<1, 200>>,
        /// Rows wanted, 1 to 500.
        rows: Option<Rows>,
    }
    /// A claim as officers see it.
    ClaimShown {
        /// Its id.
        id: ClaimId,
        /// The award.
        award: AwardId,
        /// Who supplied.
        supplier: OrganisationId,
        /// The invoice's number.
        invoice_number: String,
        /// The invoice's date.
        invoice_date: Date,
        /// The invoice's amount.
        invoice: Amount,
        /// Kind of cost.
        cost: Option<String>,
        /// What was bought.
        what: Option<String>,
        /// Support asked for.
        asked: Amount,
        /// Support settled.
        settled: Amount,
        /// Where it stands.
        state: ClaimState,
        /// When it was handed in.
        submitted_at: Stamp,
        /// When it was verified.
        verified_at: Option<Stamp>,
        /// Why it was refused; empty otherwise.
        reason: String,
    }
}

async fn submit(ask: Ask, new: NewClaim) -> Result<Answered, Fault> {
    let (award, standing): (AwardId, _) = (ask.id()?, ask.cx.standing.clone());
    let new = grants::NewClaim {
        award,
        supplier: new.supplier,
        invoice_number: new.invoice_number.0,
        invoice_date: new.invoice_date,
        invoice: new.invoice.into(),
        cost: new.cost.map(|cost| cost.0),
        what: new.what.map(|what| what.0),
        asked: new.asked.into(),
    };
    ask.change(move |tx| {
        grants::award_read(tx, award)?;
        let made = grants::claim_submit(tx, &standing, &new).map_err(Fault::from);
        let made = made.map_err(named("supplier"))?;
        Ok(Done { id: Some(made.id.to_string()), ..Done::changed("awards", &award) })
    })
    .await
}

async fn list(ask: Ask, query: ClaimsAsked) -> Result<List<ClaimShown>, Fault> {
    let page = page_of(query.after, query.rows);
    let state = query.state.unwrap_or(ClaimState::Submitted);
    ask.read(move |read| {
        let rows = grants::claims_list(read, state, &page)?;
        Ok(List::of(rows, &page, |row| row.id.to_string(), |row| Some(shown(row))))
    })
    .await
}

fn shown(from: Claim) -> ClaimShown {
    ClaimShown {
        id: from.id,
        award: from.award,
        supplier: from.supplier,
        invoice_number: from.invoice_number,
        invoice_date: from.invoice_date,
        invoice: from.invoice,
        cost: from.cost,
        what: from.what,
        asked: from.asked,
        settled: from.settled,
        state: from.state,
        submitted_at: Stamp(from.submitted_at),
        verified_at: from.verified_at.map(Stamp),
        reason: from.reason,
    }
}

async fn settle(ask: Ask, _: Nothing) -> Result<Answered, Fault> {
    let (id, officer): (ClaimId, _) = (ask.id()?, ask.person()?);
    ask.change(move |tx| {
        let payment = grants::claim_settle(tx, officer, id)?;
        Ok(Done { id: Some(payment.id.to_string()), ..Done::changed("awards", &payment.award) })
    })
    .await
}

async fn refuse(ask: Ask, because: BecauseOf) -> Result<Answered, Fault> {
    let (id, officer): (ClaimId, _) = (ask.id()?, ask.person()?);
    let reason = because.reason.0;
    ask.change(move |tx| {
        let award = grants::claim_read(tx, id)?.award;
        grants::claim_refuse(tx, officer, id, &reason)?;
        Ok(Done::changed("awards", &award))
    })
    .await
}
