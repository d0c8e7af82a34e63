//! An organisation's group as a tree, the statements about it, and what is odd in them.

use super::org;
use crate::pages::organisation::StatementRow;
use crate::serve::Cx;
use crate::{GroupNode, State, Text};
use app::Owners;
use base::Date;
use grants::AwardSum;
use identity::{AliasLanguage, Organisation, OrganisationId, OrganisationKind, Ownership};
use oversight::{Branch, Grade, InterestKind, Irregularity};
use std::collections::HashMap;

/// Most organisations drawn of one group: more is a list, not a picture.
const NODES_MAX: usize = 300;

/// Returns other names, those in Latin letters as English.
pub(crate) fn aliases(known: &Organisation) -> Vec<Text> {
    let text = |(language, name): &(AliasLanguage, String)| match language {
        AliasLanguage::Zh => Text::zh(name),
        AliasLanguage::En | AliasLanguage::Pinyin => Text::en(name),
    };
    known.aliases.iter().map(text).collect()
}

/// Returns the group of an organisation, depth first; empty where it is alone.
pub(crate) fn nodes(
    cx: &Cx,
    owners: &Owners,
    id: OrganisationId,
    sums: &HashMap<OrganisationId, Vec<AwardSum>>,
) -> Vec<GroupNode> {
    let tree = owners.graph.ownership.group(&id).tree();
    if tree.len() < 2 {
        return Vec::new();
    }
    tree.iter()
        .take(NODES_MAX)
        .map(|branch| node(cx, owners, branch, id, sums.get(&branch.key)))
        .collect()
}

fn node(
    cx: &Cx,
    owners: &Owners,
    branch: &Branch<OrganisationId>,
    subject: OrganisationId,
    sums: Option<&Vec<AwardSum>>,
) -> GroupNode {
    let first = branch.links.first().map(|link| &link.statement);
    let holders: Vec<(String, String)> =
        branch.links.iter().map(|link| owners.names.both(link.statement.owner)).collect();
    let joined = |pick: fn(&(String, String)) -> &str| {
        holders.iter().map(pick).collect::<Vec<_>>().join(" + ")
    };
    let has_zh = holders.iter().all(|(_, zh)| !zh.is_empty());
    let zh = if has_zh { joined(|(_, zh)| zh) } else { String::new() };
    let date = |date: Option<Date>| date.map_or_else(String::new, |date| date.to_string());
    GroupNode {
        org: org(&owners.names, branch.key),
        depth: branch.depth,
        share: first.and_then(|statement| statement.share),
        owner: Text::new(&joined(|(en, _)| en), &zh),
        kind: first.map_or("", |statement| cx.t(kind_key(statement.kind))).to_owned(),
        from: date(first.and_then(|statement| statement.valid_from)),
        to: date(first.and_then(|statement| statement.valid_to)),
        grade: first.map_or(State::Current, |statement| grade(statement.grade)),
        received: sums.and_then(|sums| sums.first()).map(|sum| sum.awarded),
        is_subject: branch.key == subject,
    }
}

const fn grade(grade: Grade) -> State {
    match grade {
        Grade::Register => State::Register,
        Grade::Declared => State::Declared,
        Grade::Inferred => State::Inferred,
    }
}

const fn kind_key(kind: InterestKind) -> &'static str {
    match kind {
        InterestKind::Shares => "public.kind-shares",
        InterestKind::Votes => "public.kind-votes",
        InterestKind::Control => "public.kind-control",
        InterestKind::Contract => "public.kind-contract",
        InterestKind::BoardAppointment => "public.kind-board",
    }
}

/// Returns the statements that stand, as owned and as owner. Where a natural person holds, neither
/// name nor source is shown.
pub(crate) fn statements(
    cx: &Cx,
    owners: &Owners,
    owned: &[Ownership],
    owning: &[Ownership],
) -> Vec<StatementRow> {
    let stands = |one: &&Ownership| one.withdrawn_at.is_none();
    let row = |one: &Ownership| {
        let is_person = [one.owner, one.owned].iter().any(|id| {
            let known = owners.names.get(*id);
            known.is_none_or(|known| known.kind == OrganisationKind::NaturalPerson)
        });
        let kind = match one.kind {
            identity::OwnershipKind::Shares => InterestKind::Shares,
            identity::OwnershipKind::Votes => InterestKind::Votes,
            identity::OwnershipKind::BoardAppointment => InterestKind::BoardAppointment,
            identity::OwnershipKind::Contract => InterestKind::Contract,
            identity::OwnershipKind::Control => InterestKind::Control,
        };
        let date = |date: Option<Date>| date.map_or_else(String::new, |date| date.to_string());
        StatementRow {
            owner: org(&owners.names, one.owner),
            owned: org(&owners.names, one.owned),
            share: one.share,
            kind: cx.t(kind_key(kind)).to_owned(),
            from: date(one.valid_from),
            to: date(one.valid_to),
            grade: match one.grade {
                identity::Grade::Declared => State::Declared,
                identity::Grade::Register => State::Register,
                identity::Grade::Inferred => State::Inferred,
            },
            source: if is_person { String::new() } else { one.source.clone() },
        }
    };
    owned.iter().chain(owning).filter(stands).map(row).collect()
}

/// Says what is odd about an organisation and everybody above it.
pub(crate) fn irregularities(cx: &Cx, owners: &Owners, id: OrganisationId) -> Vec<String> {
    let name = |id: &OrganisationId| org(&owners.names, *id).name.plain(cx.lang).to_owned();
    let say = |one: &Irregularity<OrganisationId>| match one {
        Irregularity::TotalAboveWhole { org, total_ppm } => {
            let percent = format!("{}.{:04} %", total_ppm / 10_000, total_ppm % 10_000);
            cx.lang.fill("public.odd-total", &[name(org), percent])
        }
        Irregularity::ShareUnknown { owner, org } => {
            cx.lang.fill("public.odd-share", &[name(owner), name(org)])
        }
        Irregularity::SelfHeld { org } => cx.lang.fill("public.odd-self", &[name(org)]),
        Irregularity::PersonOwned { .. } => cx.t("public.odd-person").to_owned(),
        Irregularity::ControlContradicted { org, chosen, .. } => {
            cx.lang.fill("public.odd-control", &[name(org), name(chosen)])
        }
        Irregularity::Circular { head } => cx.lang.fill("public.odd-circle", &[name(head)]),
    };
    owners.graph.ownership.irregularities_above(&id).iter().map(say).collect()
}
