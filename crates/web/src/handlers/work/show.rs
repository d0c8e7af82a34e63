//! How domain values look on the working pages.

use crate::pages::application::CostLine;
use crate::{
    Lang, OrgRef, Outcome, Paper, PathStep, State, Step, StepKind, SupplierCondition, Test, Text,
    Trace, links,
};
use app::Names;
use base::{Amount, Ppm, Time};
use grants::{Application, ApplicationState, Draft};
use identity::OrganisationId;
use oversight::Link;
use rulebook::{Coded, Evaluation, PaperStanding, Stage, SupplierStanding, Verdict};

/// Takes a text of a rule.
pub(crate) fn text(text: &rulebook::Text) -> Text {
    Text::new(&text.en, text.zh.as_deref().unwrap_or_default())
}

/// Says a message in both languages.
pub(crate) fn both(key: &str, values: &[Text]) -> Text {
    let fill = |lang: Lang| {
        let values: Vec<String> = values.iter().map(|v| v.plain(lang).to_owned()).collect();
        lang.fill(key, &values)
    };
    Text { en: fill(Lang::En), zh: fill(Lang::Zh) }
}

/// Names an organisation.
pub(crate) fn org(names: &Names, id: OrganisationId) -> OrgRef {
    let (en, zh) = names.both(id);
    OrgRef::new(id.as_str(), &en, &zh)
}

/// Returns a project's title.
pub(crate) fn title(draft: &Draft) -> Text {
    Text::new(&draft.title_en, &draft.title_zh)
}

/// Writes a text as one part of an address or header (RFC 3986, section 2.1).
pub(crate) fn escaped(text: &str) -> String {
    let one = |byte: u8| match byte {
        b if b.is_ascii_alphanumeric() || b".-_".contains(&b) => char::from(b).to_string(),
        b => format!("%{b:02X}"),
    };
    text.bytes().map(one).collect()
}

/// Returns the address of a paper.
pub(crate) fn paper_href(application: grants::ApplicationId, code: &str) -> String {
    format!("{}/papers/{}", links::application(application.as_str()), escaped(code))
}

/// Writes an instant to the minute, as pages show it.
pub(crate) fn instant(at: Time) -> String {
    at.to_string().chars().take(16).collect()
}

/// Writes the day of an instant.
pub(crate) fn day(at: Time) -> String {
    at.date().to_string()
}

/// Returns a share of a whole; nothing where there is none.
pub(crate) fn share(part: Amount, whole: Amount) -> Ppm {
    Ppm::ratio(part, whole).ok().flatten().unwrap_or(Ppm::ZERO)
}

/// Returns where an application stands.
pub(crate) fn state(application: &Application, reviews: &[grants::Review]) -> State {
    match application.state {
        ApplicationState::Draft => State::Draft,
        ApplicationState::Submitted => {
            let open = reviews.iter().any(|r| r.state == grants::ReviewState::Assigned);
            let done = reviews.iter().any(|r| r.state == grants::ReviewState::Scored);
            match (open, done) {
                (true, _) => State::InReview,
                (false, true) => State::Reviewed,
                (false, false) => State::Submitted,
            }
        }
        ApplicationState::Awarded => State::Approved,
        ApplicationState::Declined => State::Declined,
        ApplicationState::Withdrawn => State::Withdrawn,
    }
}

/// Shows the cost lines of an application.
pub(crate) fn lines(draft: &Draft, rule: &rulebook::Instrument, names: &Names) -> Vec<CostLine> {
    let named = |list: &[rulebook::model::Named], id: &str| {
        list.iter().find(|one| one.id == id).map_or_else(|| Text::en(id), |one| text(&one.name))
    };
    let line = |line: &grants::CostLine| CostLine {
        kind: line.cost.as_deref().map_or_else(Text::default, |cost| named(&rule.costs, cost)),
        what: line.what.clone().unwrap_or_default(),
        supplier: line.supplier.map(|id| org(names, id)),
        amount: line.amount,
    };
    draft.lines.iter().map(line).collect()
}

/// Shows statements of ownership as a path.
pub(crate) fn path(links: &[Link<OrganisationId>], names: &Names) -> Vec<PathStep> {
    let step = |link: &Link<OrganisationId>| PathStep {
        owner: org(names, link.statement.owner),
        share: link.statement.share,
        owned: org(names, link.statement.owned),
    };
    links.iter().map(step).collect()
}

/// Shows the papers of an application: what the rule wants, then what was given besides.
pub(crate) fn papers(
    wanted: &[rulebook::PaperState],
    given: &[grants::Paper],
    href: impl Fn(&str) -> String,
) -> Vec<Paper> {
    let file = |code: &str| given.iter().find(|paper| paper.code == code);
    let shown = |name: Text, is_required: bool, paper: Option<&grants::Paper>| Paper {
        name,
        is_required,
        given: paper.map(|paper| paper.file_name.clone()),
        href: paper.map(|paper| href(&paper.code)),
    };
    let mut papers: Vec<Paper> = wanted
        .iter()
        .map(|one| {
            let is_required = matches!(one.state, PaperStanding::Missing | PaperStanding::HandedIn);
            shown(text(&one.name), is_required, file(&one.id))
        })
        .collect();
    let is_other = |paper: &&grants::Paper| wanted.iter().all(|one| one.id != paper.code);
    let others = given.iter().filter(is_other);
    papers.extend(others.map(|paper| shown(Text::en(&paper.code), false, Some(paper))));
    papers
}

/// Shows how a rule came to its answer.
pub(crate) fn trace(evaluation: &Evaluation) -> Trace {
    let mut trace = Trace {
        result: match &evaluation.outcome {
            rulebook::Outcome::Entitled { amount } => Some(*amount),
            _ => None,
        },
        why_not_more: why_not_more(evaluation),
        suppliers: evaluation.supplier.iter().map(supplier).collect(),
        ..Trace::default()
    };
    for step in &evaluation.trace {
        let after = step.numbers.amount.or(step.numbers.base);
        match (kind(step.stage), after) {
            (Some(kind), Some(after)) => trace.steps.push(Step {
                kind,
                label: text(&step.says),
                limit: step.numbers.limit,
                used: step.numbers.used,
                left: step.numbers.left,
                after,
                binds: step.numbers.bound == Some(true)
                    || evaluation.binding.iter().any(|binding| binding.code == step.id),
            }),
            _ if step.stage == Stage::Supplier => {}
            _ => trace.tests.push(test(step)),
        }
    }
    trace
}

fn kind(stage: Stage) -> Option<StepKind> {
    match stage {
        Stage::Lines => Some(StepKind::Base),
        Stage::Support => Some(StepKind::Rate),
        Stage::Stacking => Some(StepKind::Stacking),
        Stage::Cap | Stage::Payment => Some(StepKind::Cap),
        Stage::Result => Some(StepKind::Result),
        Stage::Request
        | Stage::Validity
        | Stage::Applicant
        | Stage::Eligibility
        | Stage::Quota
        | Stage::Minimum
        | Stage::Supplier => None,
    }
}

fn test(step: &rulebook::Step) -> Test {
    let words = |lang| step.stage.words(lang);
    Test {
        question: Text::new(words(rulebook::Lang::En), words(rulebook::Lang::Zh)),
        expression: step.id.clone(),
        outcome: match step.verdict {
            Verdict::Passed | Verdict::Computed => Outcome::Pass,
            Verdict::Failed => Outcome::Fail,
            Verdict::Unknown => Outcome::Unknown,
        },
        because: text(&step.says),
    }
}

/// Shows a condition on a supplier.
pub(crate) fn supplier(state: &rulebook::SupplierState) -> SupplierCondition {
    let words = |lang| state.condition.words(lang);
    SupplierCondition {
        condition: Text::new(words(rulebook::Lang::En), words(rulebook::Lang::Zh)),
        outcome: match state.state {
            SupplierStanding::Met => Outcome::Pass,
            SupplierStanding::Broken => Outcome::Fail,
            SupplierStanding::ToBeMet => Outcome::Unknown,
        },
        because: text(&state.says),
    }
}

fn why_not_more(evaluation: &Evaluation) -> Text {
    let says: Vec<Text> = match &evaluation.outcome {
        rulebook::Outcome::Entitled { .. } => {
            evaluation.binding.iter().map(|binding| text(&binding.says)).collect()
        }
        rulebook::Outcome::Refused { reasons } => {
            reasons.iter().map(|reason| text(&reason.words())).collect()
        }
        rulebook::Outcome::Unknown { missing } => {
            missing.iter().map(|one| text(&one.words())).collect()
        }
    };
    let join = |lang: Lang, mark: &str| {
        says.iter().map(|one| one.plain(lang)).collect::<Vec<_>>().join(mark)
    };
    Text { en: join(Lang::En, "; "), zh: join(Lang::Zh, "；") }
}
