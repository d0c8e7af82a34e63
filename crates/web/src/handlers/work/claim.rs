//! The form that claims an invoice on an award.

use super::act::{AMOUNT_ZH, SUPPLIER_ZH, done, errors_label, form_key, id_of, label_of, on_form};
use super::apply_form::supplier_of;
use super::upload::Upload;
use super::{claim_file, show};
use crate::pages::claim::ClaimFormPage;
use crate::serve::{Cx, Fault, Page, Posted};
use crate::{Choice, Field, State, Text, links};
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use base::{Amount, FieldProblems};
use grants::{Application, Award, AwardId, AwardState, Claim, ClaimState, NewClaim, Refused};
use identity::OrganisationId;
use rulebook::model::{Named, SupplierCondition};
use rulebook::{Coded, Instrument};

/// Inputs of the form with their labels.
const LABELS: [(&str, &str); 8] = [
    ("invoice", "claim.invoice"),
    ("supplier", "col.supplier"),
    ("amount", "claim.invoiced"),
    ("date", "claim.date"),
    ("kind", "line.kind"),
    ("what", "line.what"),
    ("asked", "claim.claimed"),
    ("file", "claim.file"),
];

/// An award as whoever claims on it needs it.
struct OwnAward {
    award: Award,
    application: Application,
    rule: Instrument,
    /// What open claims leave.
    left: Amount,
}

/// Shows the form for an invoice.
pub(super) async fn ask(cx: Cx, Path(id): Path<String>) -> Result<Page, Fault> {
    let own = own_award(&cx, id_of(&id)?).await?;
    Page::of(&form_page(&cx, &own, &Posted::default()))
}

/// Takes a claim; every bad field comes back at once.
pub(super) async fn send(
    cx: Cx,
    Path(id): Path<String>,
    upload: Upload,
) -> Result<Response, Fault> {
    let form = upload.form();
    let own = own_award(&cx, id_of(&id)?).await?;
    let award = own.award.clone();
    let posted = form.clone();
    let new = cx.app.read(move |read| {
        let supplier = supplier_of(read, posted.text("supplier"))?;
        Ok::<_, grants::Error>(new_claim(&award, &posted, supplier))
    });
    let sent = match new.await? {
        Ok(new) => {
            let file = upload.file("file");
            let key = form_key(&cx, form, &claim_file::digest(file.as_ref()));
            let standing = cx.standing.clone();
            done(&cx, key, move |tx| {
                let claim = grants::claim_submit(tx, &standing, &new)?;
                if let Some(file) = &file {
                    grants::claim_file_add(tx, &standing, claim.id, &file.name, &file.bytes)?;
                }
                Ok(links::claim(claim.id.as_str()))
            })
            .await
        }
        Err(fault) => Err(fault),
    };
    let fault = match sent {
        Ok(see) => return Ok(see.into_response()),
        Err(fault) => on_own_fields(fault),
    };
    let mut page = form_page(&cx, &own, form);
    let mut state = std::mem::take(&mut page.form);
    let fields = &mut [
        &mut page.invoice,
        &mut page.supplier,
        &mut page.amount,
        &mut page.date,
        &mut page.kind,
        &mut page.what,
        &mut page.asked,
        &mut page.file,
    ];
    let status = on_form(&cx, fault, &mut state, fields)?;
    errors_label(&cx, &mut state, |name| label_of(&cx, &LABELS, name));
    page.form = state;
    Ok(Page::with(status, &page)?.into_response())
}

/// The operation's names of fields are not the form's.
fn on_own_fields(fault: Fault) -> Fault {
    let Fault::Invalid(mut problems) = fault else { return fault };
    for problem in &mut problems {
        let name = match problem.field.as_str() {
            "invoice_number" => "invoice",
            "invoice_date" => "date",
            "invoice" => "amount",
            _ => continue,
        };
        name.clone_into(&mut problem.field);
    }
    Fault::Invalid(problems)
}

fn new_claim(
    award: &Award,
    form: &Posted,
    supplier: Result<Option<OrganisationId>, String>,
) -> Result<NewClaim, Fault> {
    let unit = award.amount.unit;
    let mut problems = FieldProblems::default();
    let is_given = supplier != Ok(None);
    problems.require(is_given, "supplier", ("must be filled in", "须填写"));
    let supplier = problems.keep_or("supplier", supplier, SUPPLIER_ZH).flatten();
    let date = form.text("date").parse();
    let date = date.map_err(|_| "must be a date such as `2019-09-30`");
    let date = problems.keep_or("invoice_date", date, "须为日期，如 `2019-09-30`");
    problems.text("invoice_number", form.text("invoice"), 1, 60);
    let invoice = problems.keep_or("invoice", Amount::parse(form.text("amount"), unit), AMOUNT_ZH);
    let asked = problems.keep_or("asked", Amount::parse(form.text("asked"), unit), AMOUNT_ZH);
    problems.finish().map_err(Fault::Invalid)?;
    match (supplier, date, invoice, asked) {
        (Some(supplier), Some(invoice_date), Some(invoice), Some(asked)) => Ok(NewClaim {
            award: award.id,
            supplier,
            invoice_number: form.text("invoice").to_owned(),
            invoice_date,
            invoice,
            cost: form.optional("kind"),
            what: form.optional("what"),
            asked,
        }),
        _ => Err(Fault::BadRequest("the claim cannot be read".to_owned())),
    }
}

fn form_page(cx: &Cx, own: &OwnAward, form: &Posted) -> ClaimFormPage {
    let field = |name: &str| Field::new(name, form.text(name));
    let select = |name: &str, list: &[Named]| {
        let choice = |one: &Named| Choice { value: one.id.clone(), label: cx.say(&one.name) };
        Field { choices: list.iter().map(choice).collect(), ..field(name) }
    };
    let terms = own.rule.supplier.as_ref();
    ClaimFormPage {
        ui: cx.ui(),
        award: own.award.id.to_string(),
        title: show::title(&own.application.draft),
        left: own.left,
        form: cx.form(),
        invoice: field("invoice"),
        supplier: field("supplier"),
        amount: field("amount"),
        date: field("date"),
        asked: field("asked"),
        file: field("file"),
        kind: select("kind", &own.rule.costs),
        what: select("what", &own.rule.purchases),
        conditions: terms.map_or_else(Vec::new, conditions),
    }
}

fn conditions(terms: &rulebook::model::SupplierTerms) -> Vec<Text> {
    let says = |condition: SupplierCondition| {
        let words = |lang| condition.words(lang);
        Text::new(words(rulebook::Lang::En), words(rulebook::Lang::Zh))
    };
    let all = [
        (terms.is_non_affiliated, SupplierCondition::NonAffiliated),
        (terms.is_third_party, SupplierCondition::ThirdParty),
        (terms.admitted.is_some(), SupplierCondition::Admitted),
        (!terms.named.is_empty(), SupplierCondition::Named),
        (terms.through.is_some(), SupplierCondition::Through),
    ];
    all.into_iter().filter(|(holds, _)| *holds).map(|(_, one)| says(one)).collect()
}

/// Reads an award on which this person may claim now.
async fn own_award(cx: &Cx, id: AwardId) -> Result<OwnAward, Fault> {
    let (standing, now) = (cx.standing.clone(), cx.now);
    cx.app
        .read(move |read| {
            let award = grants::award_read(read, id)?;
            if !standing.may_act_for(award.organisation) {
                return Err(Refused::NotYours(award.organisation).into());
            }
            if award.state == AwardState::Closed {
                return Err(Refused::AwardClosed.into());
            }
            if let Some(end) = award.expires_at.filter(|end| now >= *end) {
                return Err(Refused::AwardExpired(end).into());
            }
            let call = grants::call_read(read, award.call)?;
            let (_, rule) = grants::instrument_read(read, call.instrument)?;
            let open = grants::claims_of_award(read, id)?;
            let open = open.iter().filter(|claim| claim.state == ClaimState::Submitted);
            let promised = open.fold(0_i64, |sum, claim| sum.saturating_add(claim.asked.minor));
            let left = Amount::new(award.left().minor - promised, award.amount.unit);
            let application = grants::application_find(read, award.application)?;
            Ok::<_, grants::Error>(OwnAward { award, application, rule, left })
        })
        .await
        .map_err(Fault::from)
}

/// Returns where a claim stands.
pub(super) fn state(claim: &Claim) -> State {
    match claim.state {
        ClaimState::Submitted => State::Claimed,
        ClaimState::Refused => State::Refused,
        ClaimState::Settled => State::Verified,
        ClaimState::Paid => State::Paid,
    }
}
