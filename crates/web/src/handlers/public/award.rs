//! One award, the same page for everybody; who may see more gets links to more.

use super::register::owners_day;
use crate::handlers::view;
use crate::pages::award::AwardPage;
use crate::serve::{Cx, Fault, Page};
use crate::{Text, links};
use axum::extract::Path;
use db::Read;
use grants::{AwardId, AwardState, ClaimState};
use identity::Permission;

/// Shows an award.
pub(crate) async fn show(cx: Cx, Path(id): Path<String>) -> Result<Page, Fault> {
    let id: AwardId = id.parse().map_err(|_| Fault::NotFound)?;
    let app = cx.app.clone();
    Page::of(&app.read(move |read| page(&cx, read, id)).await?)
}

fn page(cx: &Cx, read: &Read<'_>, id: AwardId) -> Result<AwardPage, grants::Error> {
    let award = grants::award_read(read, id)?;
    let owners = app::owners(&cx.app, read, owners_day(cx))?;
    let row = grants::register_row(read, award.clone())?;
    let call = grants::call_read(read, award.call)?;
    let (published, _) = grants::instrument_read(read, call.instrument)?;
    let claims = grants::claims_of_award(read, id)?;
    let payments = grants::payments_of_award(read, id)?;
    let events = grants::events_of(read, award.application)?;
    let votes = grants::votes_of(read, award.application)?;
    let is_own = cx.standing.may_act_for(award.organisation);
    let sees_claims = is_own || cx.standing.may(Permission::Inspect);
    let is_open = award.state == AwardState::Active
        && award.left().minor > 0
        && award.expires_at.is_none_or(|end| cx.now < end);
    let may_close = award.state == AwardState::Active
        && cx.standing.may(Permission::DecideAwards)
        && !is_own
        && claims.iter().all(|claim| claim.state != ClaimState::Submitted);
    let shown = view::register::row(&owners, &row);
    let ui = crate::Ui { synthetic: cx.zone.is_synthetic || award.is_synthetic, ..cx.ui() };
    Ok(AwardPage {
        ui,
        id: id.to_string(),
        title: shown.title,
        beneficiary: shown.beneficiary,
        group: shown.group,
        state: shown.state,
        category: shown.category,
        category_url: links::register_category(&view::encoded(&award.category)),
        instrument: (published.id.to_string(), Text::new(&published.name_en, &published.name_zh)),
        call: (call.id.to_string(), Text::new(&call.title_en, &call.title_zh)),
        decided: shown.decided,
        ends: award.expires_at.map(view::day).unwrap_or_default(),
        amount: award.amount,
        parts: view::award::parts(cx, &award),
        reason: view::award::reason(&votes),
        suppliers: view::award::suppliers(&owners, award.organisation, &row.suppliers),
        claims: view::award::claims(cx, &owners, &claims, sees_claims),
        payments: payments.iter().map(view::award::payment).collect(),
        events: view::award::events(cx, &events),
        next: view::award::next(cx, &award, &claims, is_own),
        may_claim: is_own && is_open,
        may_close,
    })
}
