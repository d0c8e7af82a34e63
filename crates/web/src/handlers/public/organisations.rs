//! Organisations: the list, and one with its group, its statements and its awards.

use super::filter::unit_main;
use super::register::owners_day;
use crate::handlers::view::{self, Link, Paged};
use crate::pages::organisation::{OrganisationListPage, OrganisationPage, OrganisationRow};
use crate::serve::{Cx, Fault, Page, Query};
use crate::{Fact, Field, links};
use app::Owners;
use axum::extract::Path;
use base::{Amount, Unit};
use db::Read;
use grants::{AwardFilter, AwardOrder, AwardSum};
use identity::{Organisation, OrganisationId, OrganisationKind};
use std::collections::HashMap;

/// Organisations of a page, and awards of one organisation.
const ROWS: u32 = 50;

type Sums = HashMap<OrganisationId, Vec<AwardSum>>;

/// Lists organisations; natural persons are left out.
pub(crate) async fn list(cx: Cx, query: Query) -> Result<Page, Fault> {
    let app = cx.app.clone();
    Page::of(&app.read(move |read| list_page(&cx, &query, read)).await?)
}

fn list_page(
    cx: &Cx,
    query: &Query,
    read: &Read<'_>,
) -> Result<OrganisationListPage, grants::Error> {
    let owners = app::owners(&cx.app, read, owners_day(cx))?;
    let unit = unit_main(&cx.app, read)?;
    let words = query.text("q");
    let page = base::Page::after(query.optional("after"), ROWS + 1);
    let mut found = identity::organisations_search(read, words, &page)?;
    let limit = usize::try_from(ROWS).unwrap_or(usize::MAX);
    let has_more = found.len() > limit;
    found.truncate(limit);
    let ids: Vec<OrganisationId> = found.iter().map(|one| one.id).collect();
    let sums = grants::received_by(read, &ids)?;
    let before: u64 = if query.has("after") { query.parse("from").unwrap_or(0) } else { 0 };
    let rows = u64::try_from(found.len()).unwrap_or(0);
    // Identifiers are searched too, so only a list without words has a known total.
    let known = if words.is_empty() { owners.count() } else { 0 };
    let seen = before.saturating_add(rows).saturating_add(u64::from(has_more));
    let next = found.last().filter(|_| has_more).map(|one| one.id.to_string());
    let paged = Paged { before, rows, total: known.max(seen), next };
    Ok(OrganisationListPage {
        ui: cx.ui(),
        words: Field::new("q", words),
        rows: found.iter().map(|one| row(&owners, &sums, unit, one)).collect(),
        pager: paged.pager(&Link::new(links::ORGANISATIONS, &[("q", words)]), u64::from(ROWS)),
    })
}

fn row(owners: &Owners, sums: &Sums, unit: Unit, one: &Organisation) -> OrganisationRow {
    let mine = sums.get(&one.id);
    let count: i64 = mine.into_iter().flatten().map(|sum| sum.count).sum();
    OrganisationRow {
        org: view::org(&owners.names, one.id),
        group: owners.head(one.id).map(|head| view::org(&owners.names, head)),
        awards: u64::try_from(count).unwrap_or(0),
        received: received(sums, &[one.id], unit),
    }
}

/// Adds up what organisations received in one unit. Budgets keep the sum within 64 bits.
fn received(sums: &Sums, ids: &[OrganisationId], unit: Unit) -> Amount {
    let all = ids.iter().filter_map(|id| sums.get(id)).flatten();
    let minors = all.filter(|sum| sum.awarded.unit == unit).map(|sum| sum.awarded.minor);
    Amount::new(minors.fold(0, i64::saturating_add), unit)
}

/// Shows an organisation.
pub(crate) async fn show(cx: Cx, Path(id): Path<String>, query: Query) -> Result<Page, Fault> {
    let id: OrganisationId = id.parse().map_err(|_| Fault::NotFound)?;
    let app = cx.app.clone();
    let page = app.read(move |read| page(&cx, &query, read, id)).await?;
    Page::of(&page.ok_or(Fault::NotFound)?)
}

fn page(
    cx: &Cx,
    query: &Query,
    read: &Read<'_>,
    id: OrganisationId,
) -> Result<Option<OrganisationPage>, grants::Error> {
    let Some(known) = identity::organisation_find(read, id)? else { return Ok(None) };
    let owners = app::owners(&cx.app, read, owners_day(cx))?;
    let unit = unit_main(&cx.app, read)?;
    let members = owners.members(id);
    let sums = grants::received_by(read, &members)?;
    let filter = AwardFilter { organisation: Some(id), ..AwardFilter::default() };
    let after = base::Page::after(query.optional("after"), ROWS + 1);
    let mut rows = grants::register_rows(read, &filter, AwardOrder::Newest, &after)?;
    let limit = usize::try_from(ROWS).unwrap_or(usize::MAX);
    let has_more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| has_more);
    let next = next.map(|row| AwardOrder::Newest.key(&row.award));
    let total: i64 = sums.get(&id).into_iter().flatten().map(|sum| sum.count).sum();
    let before: u64 = if query.has("after") { query.parse("from").unwrap_or(0) } else { 0 };
    let paged = Paged {
        before,
        rows: u64::try_from(rows.len()).unwrap_or(0),
        total: u64::try_from(total).unwrap_or(0),
        next,
    };
    let supplied = AwardFilter { suppliers: Some(vec![id]), ..AwardFilter::default() };
    let supplied = app::register_sums(&cx.app, read, &supplied)?;
    let supplied = supplied.sums.iter().map(|sum| u64::try_from(sum.count).unwrap_or(0)).sum();
    let statements = identity::ownership_of(read, id)?;
    let here = Link::new(links::ORGANISATIONS, &[]);
    let mut pager = paged.pager(&here, u64::from(ROWS));
    for address in [&mut pager.next, &mut pager.previous].into_iter().flatten() {
        *address = address.replacen(links::ORGANISATIONS, &links::organisation(id.as_str()), 1);
    }
    let is_person = known.kind == OrganisationKind::NaturalPerson;
    Ok(Some(OrganisationPage {
        ui: cx.ui(),
        org: view::org(&owners.names, id),
        pinyin: if is_person { String::new() } else { known.name_pinyin.clone() },
        identifiers: if is_person { Vec::new() } else { identifiers(&known) },
        aliases: if is_person { Vec::new() } else { view::group::aliases(&known) },
        owner: owners.head(id).map(|head| view::org(&owners.names, head)),
        nodes: view::group::nodes(cx, &owners, id, &sums),
        statements: view::group::statements(cx, &owners, &statements.0, &statements.1),
        irregularities: view::group::irregularities(cx, &owners, id),
        received: received(&sums, &[id], unit),
        group_received: received(&sums, &members, unit),
        supplied,
        awards: rows.iter().map(|row| view::register::row(&owners, row)).collect(),
        pager,
        as_of: owners_day(cx).to_string(),
    }))
}

fn identifiers(known: &Organisation) -> Vec<Fact> {
    let fact =
        |one: &identity::Identifier| Fact { label: one.scheme.clone(), value: one.value.clone() };
    known.identifiers.iter().map(fact).collect()
}
