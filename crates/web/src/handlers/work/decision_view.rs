//! What the decision page shows.

use super::show;
use crate::pages::decision::{
    BudgetView, ConcentrationMove, DecisionPage, GroupView, MayVote, RelatedParty, ReviewRow,
    VoteForm, VoteRow,
};
use crate::serve::{Cx, Posted};
use crate::{Field, Measure, Part, State, Text};
use app::Names;
use base::{Amount, Ppm};
use grants::{
    Application, ApplicationState, Call, GroupAwarded, Review, ReviewState, Shown, Verdict, Vote,
};
use identity::{OrganisationId, Permission, PersonId};
use oversight::{IfAwarded, Irregularity, Ratio, RelatedParties, Relation, RelationFound};
use rulebook::model::{SupplierCondition, WindowKind};
use rulebook::{AutomaticPath, SupplierStanding};
use std::collections::HashMap;
use std::sync::Arc;

/// Everything about an application before the vote, in one snapshot.
pub(super) struct Facts {
    pub(super) application: Application,
    pub(super) call: Call,
    pub(super) shown: Shown,
    pub(super) votes: Vec<Vote>,
    pub(super) reviews: Vec<Review>,
    pub(super) group: GroupAwarded,
    pub(super) names: Arc<Names>,
    pub(super) people: HashMap<PersonId, String>,
    /// How the officer who looks is bound to the parties.
    pub(super) conflict: Option<grants::Conflict>,
}

/// What was typed into the vote.
pub(super) struct Typed {
    verdict: String,
    amount: String,
    reason: String,
}

impl Typed {
    /// Begins with the most that can be approved.
    pub(super) fn blank(facts: &Facts) -> Self {
        let amount = facts.shown.most.map(|most| most.plain()).unwrap_or_default();
        Self { verdict: String::new(), amount, reason: String::new() }
    }

    pub(super) fn of(form: &Posted) -> Self {
        let text = |name| form.text(name).to_owned();
        Self { verdict: text("verdict"), amount: text("amount"), reason: text("reason") }
    }
}

/// Fills the page.
pub(super) fn page(cx: &Cx, facts: &Facts, typed: &Typed) -> DecisionPage {
    let Facts { application, call, shown, names, .. } = facts;
    let is_open = application.state == ApplicationState::Submitted;
    let as_of = facts.votes.last().filter(|_| !is_open).map_or(cx.now, |vote| vote.at);
    DecisionPage {
        ui: cx.ui(),
        application: application.id.to_string(),
        title: show::title(&application.draft),
        applicant: show::org(names, application.organisation),
        call: (call.id.to_string(), Text::new(&call.title_en, &call.title_zh)),
        state: show::state(application, &facts.reviews),
        asked: application.draft.requested,
        allowed: shown.most,
        budget: budget(cx, facts),
        group: group(cx, facts),
        related: related(facts),
        concentration: Some(concentration(cx, &shown.facts.by_group, names)),
        trace: show::trace(&shown.evaluation),
        notes: notes(shown, names),
        reviews: reviews(&facts.reviews, &facts.people),
        votes: facts.votes.iter().map(|vote| vote_row(vote, &facts.people)).collect(),
        vote: may_vote(cx, facts, typed),
        shown_digest: shown.sha256(),
        as_of: show::instant(as_of),
    }
}

fn budget(cx: &Cx, facts: &Facts) -> BudgetView {
    let budget = &facts.shown.budget;
    let whole = budget.total;
    let part = |key: &'static str, amount: Amount, tone| Part {
        label: cx.t(key).to_owned(),
        amount,
        share: show::share(amount, whole),
        tone,
    };
    let spent = Amount::new(whole.minor.saturating_sub(budget.left.minor), whole.unit);
    let proposed = facts.shown.facts.proposed.amount;
    let left_after = Some(budget.left_if_approved).filter(|left| left.minor >= 0);
    let mut parts = vec![part("work.committed", spent, "brick")];
    match left_after {
        Some(left) => {
            parts.push(part("work.this-award", proposed, "accent"));
            parts.push(part("work.left-after", left, "pale"));
        }
        None => parts.push(part("work.left-now", budget.left, "pale")),
    }
    BudgetView {
        name: Text::new(&facts.call.title_en, &facts.call.title_zh),
        total: whole,
        left_now: budget.left,
        left_after,
        parts,
    }
}

fn group(cx: &Cx, facts: &Facts) -> GroupView {
    let group = &facts.group;
    let proposed = facts.shown.facts.proposed.amount;
    let after = Amount::new(group.total.minor.saturating_add(proposed.minor), proposed.unit);
    let whole = group.cap.filter(|cap| cap.minor >= after.minor).unwrap_or(after);
    let left = Amount::new(whole.minor - after.minor, whole.unit);
    let part = |key: &'static str, amount: Amount, tone| Part {
        label: cx.t(key).to_owned(),
        amount,
        share: show::share(amount, whole),
        tone,
    };
    let mut parts = vec![
        part("work.group-awarded", group.total, "brick"),
        part("work.this-award", proposed, "accent"),
    ];
    if group.cap.is_some() && left.minor > 0 {
        parts.push(part("work.left-after", left, "pale"));
    }
    GroupView {
        owner: show::org(&facts.names, facts.shown.facts.group_head),
        window: window(cx, group),
        total: group.total,
        cap: group.cap,
        parts,
        members: group
            .members
            .iter()
            .map(|(id, amount)| (show::org(&facts.names, *id), *amount))
            .collect(),
    }
}

fn window(cx: &Cx, group: &GroupAwarded) -> String {
    let from = group.from.date();
    match &group.window {
        Some(window) if window.kind == WindowKind::Rolling => {
            cx.lang.fill("work.window-rolling", &[window.years.to_string()])
        }
        Some(_) => cx.lang.fill("work.window-since", &[from.to_string()]),
        None if group.cap.is_some() => cx.t("work.window-always").to_owned(),
        None => cx.lang.fill("work.window-year", &[from.year().to_string()]),
    }
}

/// Says what relates beneficiary and suppliers, and whether the rule forbids it.
fn related(facts: &Facts) -> Vec<RelatedParty> {
    let mut out = Vec::new();
    for parties in &facts.shown.facts.related {
        for found in &parties.found {
            out.push(RelatedParty {
                finding: finding(parties, found, &facts.names),
                path: show::path(&found.path, &facts.names),
                is_forbidden: is_forbidden(facts, parties.supplier),
            });
        }
    }
    out
}

/// Says a relation in both languages.
pub(super) fn finding(
    parties: &RelatedParties<OrganisationId>,
    found: &RelationFound<OrganisationId>,
    names: &Names,
) -> Text {
    let name = |id: OrganisationId| show::org(names, id).name;
    let (firm, supplier) = (name(parties.beneficiary), name(parties.supplier));
    match &found.relation {
        Relation::SameOrganisation => show::both("work.related-same", &[firm]),
        Relation::SameGroup { head } => {
            show::both("work.related-group", &[supplier, firm, name(*head)])
        }
        Relation::CommonUltimateOwner { owner, .. } => {
            show::both("work.related-owner", &[supplier, firm, name(*owner)])
        }
        Relation::Interest { holder, held, .. } => {
            show::both("work.related-interest", &[name(*holder), name(*held)])
        }
        Relation::InterestUnknown { holder, held } => {
            show::both("work.related-unknown", &[name(*holder), name(*held)])
        }
        Relation::CommonHolder { holder, .. } => {
            show::both("work.related-holder", &[name(*holder), supplier, firm])
        }
    }
}

fn is_forbidden(facts: &Facts, supplier: OrganisationId) -> bool {
    let is_own = |line: &str| {
        let number = line.strip_prefix("line-").and_then(|number| number.parse::<usize>().ok());
        let line = number.and_then(|n| facts.application.draft.lines.get(n.checked_sub(1)?));
        line.is_some_and(|line| line.supplier == Some(supplier))
    };
    facts.shown.evaluation.supplier.iter().any(|state| {
        state.condition == SupplierCondition::NonAffiliated
            && state.state == SupplierStanding::Broken
            && state.line.as_deref().is_some_and(is_own)
    })
}

fn concentration(cx: &Cx, moved: &IfAwarded<OrganisationId>, names: &Names) -> ConcentrationMove {
    let top = moved.after.top.map_or(moved.receiver_after.key, |top| top.key);
    let share = |ratio: Option<Ratio>| {
        let ppm = ratio.and_then(|ratio| i64::try_from(ratio.ppm()).ok());
        ppm.and_then(|ppm| Ppm::new(ppm).ok()).unwrap_or(Ppm::ZERO)
    };
    let measure = |ratio: Option<Ratio>| match ratio {
        Some(ratio) => Measure { shown: cx.ui().count(ratio.points()), exact: ratio.to_string() },
        None => Measure { shown: "–".to_owned(), exact: "–".to_owned() },
    };
    let change = moved.hhi_change.as_ref().map(oversight::Change::points);
    ConcentrationMove {
        top_group: show::org(names, top),
        share_now: share(moved.before.cr1),
        share_after: share(moved.after.cr1),
        hhi_now: measure(moved.before.hhi),
        hhi_after: measure(moved.after.hhi),
        hhi_change: change.map_or_else(|| "–".to_owned(), |points| format!("{points:+}")),
    }
}

/// Says what the figures alone do not.
fn notes(shown: &Shown, names: &Names) -> Vec<Text> {
    let mut notes = match &shown.evaluation.automatic {
        AutomaticPath::NotOffered => Vec::new(),
        AutomaticPath::Applies { says }
        | AutomaticPath::DoesNotApply { says }
        | AutomaticPath::Unknown { says } => vec![show::text(says)],
    };
    notes.extend(shown.facts.irregularities.iter().map(|one| {
        let about = show::org(names, *one.about()).name;
        let key = match one {
            Irregularity::TotalAboveWhole { .. } => "work.odd-total",
            Irregularity::ShareUnknown { .. } => "work.odd-unknown",
            Irregularity::SelfHeld { .. } => "work.odd-self",
            Irregularity::PersonOwned { .. } => "work.odd-person",
            Irregularity::ControlContradicted { .. } => "work.odd-contradicted",
            Irregularity::Circular { .. } => "work.odd-circle",
        };
        show::both(key, &[about])
    }));
    notes
}

/// Shows reviews to those who may see them.
pub(super) fn reviews(reviews: &[Review], people: &HashMap<PersonId, String>) -> Vec<ReviewRow> {
    let row = |review: &Review| ReviewRow {
        reviewer: people.get(&review.reviewer).cloned().unwrap_or_default(),
        score: review.total_milli.and_then(|milli| u64::try_from(milli / 1_000).ok()),
        comment: review.comment.clone(),
        state: match review.state {
            ReviewState::Assigned => State::Waiting,
            ReviewState::Scored => State::Done,
            ReviewState::Recused => State::Conflict,
        },
    };
    reviews.iter().map(row).collect()
}

fn vote_row(vote: &Vote, people: &HashMap<PersonId, String>) -> VoteRow {
    VoteRow {
        officer: people.get(&vote.officer).cloned().unwrap_or_default(),
        verdict: match vote.verdict {
            Verdict::Approve => State::Approved,
            Verdict::Decline => State::Declined,
        },
        reason: vote.reason.clone(),
        at: show::instant(vote.at),
    }
}

/// Offers only what would be taken.
fn may_vote(cx: &Cx, facts: &Facts, typed: &Typed) -> MayVote {
    if let Some(why) = why_no_vote(cx, facts) {
        return MayVote::No(why);
    }
    let obstacle = why_no_approval(cx, &facts.shown);
    let approve = ("approve", cx.t("work.approve"));
    let decline = ("decline", cx.t("work.decline"));
    let choices = if obstacle.is_some() { vec![decline] } else { vec![approve, decline] };
    let chosen = if obstacle.is_some() { "decline" } else { &typed.verdict };
    MayVote::Yes(Box::new(VoteForm {
        form: cx.form(),
        verdict: Field::choose("verdict", chosen, &choices),
        amount: Field::new("amount", &typed.amount),
        reason: Field::new("reason", &typed.reason),
        hint: obstacle.unwrap_or_default(),
    }))
}

fn why_no_vote(cx: &Cx, facts: &Facts) -> Option<String> {
    if facts.application.state != ApplicationState::Submitted {
        return Some(cx.t("work.decided").to_owned());
    }
    if !cx.standing.may(Permission::DecideAwards) {
        return Some(cx.t("work.only-officers").to_owned());
    }
    if let Some(conflict) = &facts.conflict {
        return Some(cx.lang.fill("work.officer-conflict", &[cx.say(&conflict.words())]));
    }
    let round = facts.application.round;
    let mine = |vote: &Vote| vote.round == round && Some(vote.officer) == cx.standing.person;
    facts.votes.iter().any(mine).then(|| cx.t("work.same-officer").to_owned())
}

fn why_no_approval(cx: &Cx, shown: &Shown) -> Option<String> {
    let done = u32::try_from(shown.reviews.len()).unwrap_or(u32::MAX);
    if done < shown.reviews_needed {
        let values = [done.to_string(), shown.reviews_needed.to_string()];
        return Some(cx.lang.fill("work.reviews-missing", &values));
    }
    if shown.most.is_none_or(|most| most.minor <= 0) {
        return Some(cx.t("work.nothing-due").to_owned());
    }
    (shown.budget.left.minor <= 0).then(|| cx.t("work.budget-empty").to_owned())
}
