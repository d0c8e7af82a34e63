//! Awards: the public register. No invoice number and no person is in it.

use super::ask::Ask;
use super::operation::{Operation, change, look, wrong};
use super::organisations::org;
use super::shaped::{Chars, Nothing, Org, Size, Stamp, objects};
use super::told::{Answered, Done, List, Rows, page_of};
use crate::serve::Fault;
use app::{Names, Owners};
use base::{Amount, Date, Time, Unit};
use grants::{
    AwardFilter, AwardId, AwardOrder, AwardState, CallId, ClaimId, ClaimState, PaymentId,
    PaymentState, RegisterRow,
};
use identity::OrganisationId;
use identity::Permission::{DecideAwards, Public};

pub(super) fn operations() -> Vec<Operation> {
    vec![
        look("/api/v1/awards", Public, "Lists awards, newest first", list),
        look("/api/v1/awards/{id}", Public, "Shows an award with its claims and payments", show),
        change(
            "/api/v1/awards/{id}/close",
            DecideAwards,
            "Closes an award; the rest goes back",
            close,
        ),
    ]
}

objects! {
    /// Which awards.
    AwardsAsked {
        /// In a name of the beneficiary or in the project's title.
        text: Option<Chars<0, 100>>,
        /// The category.
        category: Option<Chars<0, 100>>,
        /// The rule's code.
        instrument: Option<Chars<0, 100>>,
        /// The unit.
        unit: Option<Unit>,
        /// Awarded on or after this day.
        from: Option<Date>,
        /// Awarded before this day.
        to: Option<Date>,
        /// Amount from, in minor units.
        least: Option<Size>,
        /// Amount up to, in minor units.
        most: Option<Size>,
        /// A supplier of the project.
        supplier: Option<OrganisationId>,
        /// The beneficiary.
        organisation: Option<OrganisationId>,
        /// A member of the beneficiary's group, as groups are today.
        group: Option<OrganisationId>,
        /// The `next` of the page before.
        after: Option<Chars<1, 200>>,
        /// Rows wanted, 1 to 500.
        rows: Option<Rows>,
    }
    /// An award in the register.
    AwardListed {
        /// Its id.
        id: AwardId,
        /// The call.
        call: CallId,
        /// The rule's code.
        instrument: String,
        /// The category.
        category: String,
        /// Who receives it.
        beneficiary: Org,
        /// English title of the project.
        title_en: String,
        /// Chinese title of the project.
        title_zh: String,
        /// Suppliers of the project.
        suppliers: Vec<Org>,
        /// What was awarded.
        amount: Amount,
        /// What was settled on claims.
        settled: Amount,
        /// What was paid out.
        paid: Amount,
        /// What was given back unused.
        released: Amount,
        /// Where it stands.
        state: AwardState,
        /// When it was awarded.
        awarded_at: Stamp,
        /// From when on nothing can be claimed.
        expires_at: Option<Stamp>,
        /// Whether it was made up for a demonstration.
        is_synthetic: bool,
    }
    /// A claim as anybody may see it.
    ClaimPublic {
        /// Its id.
        id: ClaimId,
        /// Who supplied.
        supplier: Org,
        /// Support settled.
        settled: Amount,
        /// Where it stands.
        state: ClaimState,
        /// When it was handed in.
        submitted_at: Stamp,
    }
    /// A payment as anybody may see it.
    PaymentPublic {
        /// Its id.
        id: PaymentId,
        /// Who is paid.
        payee: Org,
        /// How much.
        amount: Amount,
        /// Where it stands.
        state: PaymentState,
        /// When the bank confirmed it.
        paid_at: Option<Stamp>,
    }
    /// An award.
    AwardShown {
        /// Its head.
        award: AwardListed,
        /// Head of the beneficiary's group today.
        group: Org,
        /// Claims.
        claims: Vec<ClaimPublic>,
        /// Payments.
        payments: Vec<PaymentPublic>,
    }
}

async fn list(ask: Ask, query: AwardsAsked) -> Result<List<AwardListed>, Fault> {
    let (page, now) = (page_of(query.after.clone(), query.rows), ask.now());
    if page.after.as_deref().is_some_and(|key| !is_key(key)) {
        return Err(wrong("after", "is no `next` of this list"));
    }
    let app = ask.cx.app.clone();
    ask.read(move |read| {
        let owners = app::owners(&app, read, now.date())?;
        let filter = filter(&owners, query);
        // Rows, titles, suppliers: a statement each, however many rows there are.
        let rows = grants::register_rows(read, &filter, AwardOrder::Newest, &page)?;
        let key = |row: &RegisterRow| grants::award_page_key(&row.award);
        Ok(List::of(rows, &page, key, |row| Some(listed(row, &owners.names))))
    })
    .await
}

/// Tells whether a text is a key of [`grants::award_page_key`].
fn is_key(key: &str) -> bool {
    let parts = key.split_once('.');
    parts.is_some_and(|(at, id)| at.parse::<i64>().is_ok() && id.parse::<AwardId>().is_ok())
}

fn filter(owners: &Owners, query: AwardsAsked) -> AwardFilter {
    let text = |text: Option<Chars<0, 100>>| text.map(|text| text.0).filter(|t| !t.is_empty());
    AwardFilter {
        text: text(query.text),
        category: text(query.category),
        instrument_code: text(query.instrument),
        unit: query.unit,
        from: query.from.map(Time::from_date),
        to: query.to.map(Time::from_date),
        least: query.least.map(|size| size.0),
        most: query.most.map(|size| size.0),
        suppliers: query.supplier.map(|supplier| vec![supplier]),
        organisation: query.organisation,
        organisations: query.group.map(|member| owners.members(member)),
    }
}

fn listed(row: RegisterRow, names: &Names) -> AwardListed {
    let from = row.award;
    AwardListed {
        id: from.id,
        call: from.call,
        instrument: from.instrument_code,
        category: from.category,
        beneficiary: org(names, from.organisation),
        title_en: row.title_en,
        title_zh: row.title_zh,
        suppliers: row.suppliers.into_iter().map(|id| org(names, id)).collect(),
        amount: from.amount,
        settled: from.settled,
        paid: from.paid,
        released: from.released,
        state: from.state,
        awarded_at: Stamp(from.awarded_at),
        expires_at: from.expires_at.map(Stamp),
        is_synthetic: from.is_synthetic,
    }
}

async fn show(ask: Ask, _: Nothing) -> Result<AwardShown, Fault> {
    let (id, now) = (ask.id()?, ask.now());
    let app = ask.cx.app.clone();
    ask.read(move |read| {
        let award = grants::award_read(read, id)?;
        let names = app::names(&app, read)?;
        let graph = grants::graph_at_default(read, now.date())?;
        let head = graph.ownership.group_head(&award.organisation);
        let claims = grants::claims_of_award(read, id)?.into_iter();
        let payments = grants::payments_of_award(read, id)?.into_iter();
        Ok(AwardShown {
            award: listed(grants::register_row(read, award)?, &names),
            group: org(&names, head),
            claims: claims.map(|claim| claim_public(&claim, &names)).collect(),
            payments: payments.map(|payment| payment_public(&payment, &names)).collect(),
        })
    })
    .await
}

fn claim_public(from: &grants::Claim, names: &Names) -> ClaimPublic {
    ClaimPublic {
        id: from.id,
        supplier: org(names, from.supplier),
        settled: from.settled,
        state: from.state,
        submitted_at: Stamp(from.submitted_at),
    }
}

fn payment_public(from: &grants::Payment, names: &Names) -> PaymentPublic {
    PaymentPublic {
        id: from.id,
        payee: org(names, from.payee),
        amount: from.amount,
        state: from.state,
        paid_at: from.paid_at.map(Stamp),
    }
}

async fn close(ask: Ask, _: Nothing) -> Result<Answered, Fault> {
    let (id, actor): (AwardId, _) = (ask.id()?, ask.actor()?);
    ask.change(move |tx| {
        grants::award_close(tx, actor, id)?;
        Ok(Done::changed("awards", &id))
    })
    .await
}
