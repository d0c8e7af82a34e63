//! The decision sheet: the best set of awards under the budgets and group caps, with its gap.

use crate::application::entitlement_of;
use crate::evidence::{Graph, graph_at_default};
use crate::{
    Application, ApplicationId, ApplicationState, CallId, Error, ReviewState, applications_list,
    call_read, instrument_read, money_left, store,
};
use base::{Amount, Page, Time};
use db::Read;
use rulebook::model::CapScope;
use rulebook::{Evaluation, Instrument, Outcome, Stage};
use selection::{Aim, Fund, Group, Limits, Problem, Sheet, Standing};
use std::collections::BTreeMap;

/// A proposed set of awards for people to decide.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Proposal {
    /// The sheet; proposals, funds and groups are named by application, call and group head.
    pub sheet: Sheet,
    /// Applications that were left out, with the reason.
    pub left_out: Vec<(ApplicationId, LeftOut)>,
}

base::words! {
    /// Why an application is not on the sheet at all.
    LeftOut {
        /// The rule gives no support, or cannot be computed.
        NoSupport,
        /// Fewer reviews are done than the call asks for.
        ReviewsMissing,
    }
}

/// Why there is no sheet.
pub type Faults = Vec<selection::Refused>;

/// Proposes awards over the submitted applications of some calls of one unit.
///
/// An application counts with its mean score and asks for the lesser of what it asked and what
/// the rule gives. Earlier submissions win among equals.
pub fn proposal_of(
    read: &Read<'_>,
    calls: &[CallId],
    now: Time,
) -> Result<Result<Proposal, Faults>, Error> {
    let graph = graph_at_default(read, now.date())?;
    let mut round = Round::default();
    for id in calls {
        round.call_add(read, &graph, *id, now)?;
    }
    round.candidates.sort_by(|a, b| (a.0, &a.1.id).cmp(&(b.0, &b.1.id)));
    let problem = Problem {
        proposals: round.candidates.into_iter().map(|(_, proposal)| proposal).collect(),
        funds: round.funds,
        groups: round.caps.into_iter().map(|(id, cap)| Group { id, cap }).collect(),
        least: None,
        most: None,
        aim: Aim::Score,
    };
    let sheet = selection::sheet(&problem, &Limits::default());
    Ok(sheet.map(|sheet| Proposal { sheet, left_out: round.left_out }))
}

/// What is gathered over the calls.
#[derive(Default)]
struct Round {
    candidates: Vec<(Option<Time>, selection::Proposal)>,
    funds: Vec<Fund>,
    caps: BTreeMap<String, Option<Amount>>,
    left_out: Vec<(ApplicationId, LeftOut)>,
}

impl Round {
    fn call_add(
        &mut self,
        read: &Read<'_>,
        graph: &Graph,
        id: CallId,
        now: Time,
    ) -> Result<(), Error> {
        let call = call_read(read, id)?;
        self.funds.push(Fund { id: id.to_string(), budget: money_left(read, &call)? });
        let (_, rule) = instrument_read(read, call.instrument)?;
        for application in submitted(read, id)? {
            let evaluation = entitlement_of(read, &application, &call, now)?.evaluation;
            let scores = scores(read, &application)?;
            let Outcome::Entitled { amount } = &evaluation.outcome else {
                self.left_out.push((application.id, LeftOut::NoSupport));
                continue;
            };
            let count = i64::try_from(scores.len()).unwrap_or(i64::MAX);
            if count < i64::from(call.reviews_least) {
                self.left_out.push((application.id, LeftOut::ReviewsMissing));
                continue;
            }
            let head = graph.ownership.group_head(&application.organisation).to_string();
            let cap = group_cap_left(&rule, &evaluation);
            let known = self.caps.entry(head.clone()).or_insert(cap);
            *known = lesser(*known, cap);
            let asked = application.draft.requested;
            let proposal = selection::Proposal {
                id: application.id.to_string(),
                score: scores.iter().sum::<i64>() / count.max(1),
                ask: Amount::new(amount.minor.min(asked.minor), asked.unit),
                funds: vec![id.to_string()],
                group: Some(head),
                standing: Standing::Open,
            };
            self.candidates.push((application.submitted_at, proposal));
        }
        Ok(())
    }
}

fn scores(read: &Read<'_>, application: &Application) -> Result<Vec<i64>, Error> {
    let reviews = store::review::of_application(read, application.id)?;
    let done = reviews.iter().filter(|review| review.state == ReviewState::Scored);
    Ok(done.filter_map(|review| review.total_milli).collect())
}

/// Returns the least that any of the rule's group caps leaves.
fn group_cap_left(rule: &Instrument, evaluation: &Evaluation) -> Option<Amount> {
    let is_group_cap = |id: &str| {
        let caps = &rule.limits.caps;
        caps.iter().any(|cap| cap.scope == CapScope::GroupWindow && cap.id == id)
    };
    let steps = evaluation.trace.iter();
    let steps = steps.filter(|step| step.stage == Stage::Cap && is_group_cap(&step.id));
    steps.filter_map(|step| step.numbers.left).min_by_key(|left| left.minor)
}

fn lesser(a: Option<Amount>, b: Option<Amount>) -> Option<Amount> {
    match (a, b) {
        (Some(a), Some(b)) => Some(if a.minor <= b.minor { a } else { b }),
        (one, other) => one.or(other),
    }
}

fn submitted(read: &Read<'_>, call: CallId) -> Result<Vec<Application>, Error> {
    let mut found = Vec::new();
    let mut page = Page::first(base::PAGE_ROWS_MAX);
    loop {
        let state = Some(ApplicationState::Submitted);
        let rows = applications_list(read, (Some(call), None), state, &page)?;
        let is_last = rows.len() < usize::try_from(page.rows).unwrap_or(usize::MAX);
        page.after = rows.last().map(|row| row.id.to_string());
        found.extend(rows);
        if is_last {
            return Ok(found);
        }
    }
}
