//! What the page of an application shows.

use super::{decision_view, show};
use crate::pages::application::{Action, ApplicationPage, PaperForm, TimelineStep};
use crate::serve::Cx;
use crate::{Choice, Field, State, Text, links};
use app::Names;
use grants::{
    Application, ApplicationState, Award, AwardState, Call, Event, EventKind, Review, ReviewState,
};
use identity::{Permission, PersonId};
use rulebook::model::PaperTime;
use rulebook::{Evaluation, Instrument, Outcome, PaperStanding};
use std::collections::HashMap;
use std::sync::Arc;

/// An application with everything around it.
pub(super) struct Facts {
    pub(super) application: Application,
    pub(super) call: Call,
    pub(super) rule: Instrument,
    pub(super) evaluation: Evaluation,
    pub(super) papers: Vec<grants::Paper>,
    pub(super) reviews: Vec<Review>,
    pub(super) events: Vec<Event>,
    pub(super) award: Option<Award>,
    pub(super) names: Arc<Names>,
    pub(super) people: HashMap<PersonId, String>,
    /// Whether whoever looks acts for the applicant.
    pub(super) is_mine: bool,
    /// Whether whoever looks sees reviews and names: officers and auditors without a part in it.
    pub(super) is_inside: bool,
}

/// Fills the page.
pub(super) fn page(cx: &Cx, facts: &Facts) -> ApplicationPage {
    let Facts { application, call, names, .. } = facts;
    let id = application.id.as_str();
    let href = |code: &str| show::paper_href(application.id, code);
    let reviews = decision_view::reviews(&facts.reviews, &facts.people);
    ApplicationPage {
        ui: cx.ui(),
        id: id.to_owned(),
        title: show::title(&application.draft),
        summary: application.draft.summary.clone(),
        applicant: show::org(names, application.organisation),
        call: (call.id.to_string(), Text::new(&call.title_en, &call.title_zh)),
        state: show::state(application, &facts.reviews),
        asked: application.draft.requested,
        timeline: timeline(cx, facts),
        next: next(cx, facts),
        actions: actions(cx, facts),
        lines: show::lines(&application.draft, &facts.rule, names),
        papers: show::papers(&facts.evaluation.papers, &facts.papers, href),
        upload: upload(cx, facts),
        trace: show::trace(&facts.evaluation),
        reviews: facts.is_inside.then_some(reviews),
        award: facts.award.as_ref().map(|award| award.id.to_string()),
    }
}

/// Says what keeps a draft from being handed in; nothing where it can be.
fn obstacle(cx: &Cx, facts: &Facts) -> Option<String> {
    if !facts.call.is_open(cx.now) {
        return Some(cx.t("work.call-closed").to_owned());
    }
    let why = || show::trace(&facts.evaluation).why_not_more.plain(cx.lang).to_owned();
    match facts.evaluation.outcome {
        Outcome::Refused { .. } => Some(cx.lang.fill("work.no-support", &[why()])),
        Outcome::Unknown { .. } => Some(cx.lang.fill("work.not-known", &[why()])),
        Outcome::Entitled { .. } => {
            let papers = facts.evaluation.papers.iter();
            let missing = papers.filter(|paper| paper.state == PaperStanding::Missing);
            let names: Vec<String> = missing.map(|paper| cx.say(&paper.name)).collect();
            (!names.is_empty()).then(|| cx.lang.fill("work.papers-missing", &[names.join(", ")]))
        }
    }
}

fn next(cx: &Cx, facts: &Facts) -> String {
    let words = match facts.application.state {
        ApplicationState::Draft => match obstacle(cx, facts) {
            Some(why) => return why,
            None => cx.t("work.next-submit"),
        },
        ApplicationState::Submitted => {
            match (show::state(&facts.application, &facts.reviews), facts.is_mine) {
                (State::InReview, true) => cx.t("work.next-reviews"),
                (State::InReview, false) => cx.t("work.office-reviews"),
                (State::Reviewed, true) => cx.t("work.next-votes"),
                (State::Reviewed, false) => cx.t("work.office-votes"),
                (_, true) => cx.t("work.next-assign"),
                (_, false) => cx.t("work.office-assign"),
            }
        }
        ApplicationState::Awarded => match &facts.award {
            Some(award) if award.state == AwardState::Active && facts.is_mine => {
                cx.t("work.next-claim")
            }
            Some(award) if award.state == AwardState::Active => cx.t("work.office-claim"),
            _ => cx.t("work.next-closed"),
        },
        ApplicationState::Declined if facts.is_mine => cx.t("work.next-declined"),
        ApplicationState::Declined => cx.t("work.office-declined"),
        ApplicationState::Withdrawn => cx.t("work.next-withdrawn"),
    };
    let due = match (facts.application.state, facts.application.submitted_at) {
        (ApplicationState::Submitted, Some(at)) => grants::due_on(&facts.rule, at.date()),
        _ => None,
    };
    match due {
        Some(due) => {
            let day = cx.ui().date_text(&due.to_string());
            format!("{words} {}", cx.lang.fill("work.next-due", &[day]))
        }
        None => words.to_owned(),
    }
}

/// Offers what the server would do for this person.
fn actions(cx: &Cx, facts: &Facts) -> Vec<Action> {
    let base = links::application(facts.application.id.as_str());
    let mut out = Vec::new();
    let mut offer = |label: &'static str, href: String, is_change| {
        out.push(Action { label: label.to_owned(), href, is_change });
    };
    let state = facts.application.state;
    let is_open = matches!(state, ApplicationState::Draft | ApplicationState::Submitted);
    if facts.is_mine && state == ApplicationState::Draft && facts.call.is_open(cx.now) {
        offer(cx.t("work.edit"), format!("{base}/edit"), false);
        if obstacle(cx, facts).is_none() {
            offer(cx.t("work.submit"), format!("{base}/submit"), true);
        }
    }
    if facts.is_mine && is_open {
        offer(cx.t("work.withdraw"), format!("{base}/withdraw"), true);
    }
    let award = facts.award.as_ref().filter(|award| award.state == AwardState::Active);
    if let Some(award) = award.filter(|_| facts.is_mine) {
        offer(cx.t("work.claim"), links::claim_new(award.id.as_str()), false);
    }
    let mine = |review: &&Review| {
        Some(review.reviewer) == cx.standing.person && review.state == ReviewState::Assigned
    };
    if facts.reviews.iter().any(|review| mine(&review)) && cx.standing.may(Permission::Review) {
        offer(cx.t("work.review"), links::review(facts.application.id.as_str()), false);
    }
    if facts.is_inside {
        let is_submitted = state == ApplicationState::Submitted;
        if is_submitted && cx.standing.may(Permission::DecideAwards) {
            offer(cx.t("work.assign"), format!("{base}/reviewers"), false);
        }
        offer(cx.t("work.decision"), links::decision(facts.application.id.as_str()), false);
    }
    out
}

/// Offers to add a paper to one's own draft.
fn upload(cx: &Cx, facts: &Facts) -> Option<PaperForm> {
    let is_draft = facts.application.state == ApplicationState::Draft;
    if !(facts.is_mine && is_draft && facts.call.is_open(cx.now)) {
        return None;
    }
    let due = facts.rule.papers.iter().filter(|paper| paper.due == PaperTime::Application);
    let choices: Vec<Choice> =
        due.map(|paper| Choice { value: paper.id.clone(), label: cx.say(&paper.name) }).collect();
    let first = choices.first()?.value.clone();
    Some(PaperForm {
        form: cx.form(),
        code: Field { choices, ..Field::new("code", &first) },
        content: Field::new("content", ""),
    })
}

fn timeline(cx: &Cx, facts: &Facts) -> Vec<TimelineStep> {
    let is_shown = |event: &&Event| {
        // How officers differ is theirs until it is decided.
        let is_inner = matches!(event.kind, EventKind::VoteCast | EventKind::VotesDiffered);
        facts.is_inside || !is_inner
    };
    let step = |event: &Event| TimelineStep {
        label: cx.t(event_key(event.kind)).to_owned(),
        at: show::instant(event.at),
        by: event
            .person
            .filter(|_| facts.is_inside)
            .and_then(|person| facts.people.get(&person).cloned())
            .unwrap_or_default(),
        state: State::Done,
    };
    facts.events.iter().filter(is_shown).map(step).collect()
}

/// Names an event in the message files.
pub(super) fn event_key(kind: EventKind) -> &'static str {
    match kind {
        EventKind::ApplicationCreated => "event.application-created",
        EventKind::ApplicationEdited => "event.application-edited",
        EventKind::PaperAdded => "event.paper-added",
        EventKind::ApplicationSubmitted => "event.application-submitted",
        EventKind::ApplicationWithdrawn => "event.application-withdrawn",
        EventKind::ReviewAssigned => "event.review-assigned",
        EventKind::ReviewRecused => "event.review-recused",
        EventKind::ReviewScored => "event.review-scored",
        EventKind::VoteCast => "event.vote-cast",
        EventKind::VotesDiffered => "event.votes-differed",
        EventKind::ApplicationDeclined => "event.application-declined",
        EventKind::AwardMade => "event.award-made",
        EventKind::ClaimSubmitted => "event.claim-submitted",
        EventKind::ClaimFileAdded => "event.claim-file-added",
        EventKind::ClaimRefused => "event.claim-refused",
        EventKind::ClaimSettled => "event.claim-settled",
        EventKind::PaymentSent => "event.payment-sent",
        EventKind::PaymentConfirmed => "event.payment-confirmed",
        EventKind::AwardClosed => "event.award-closed",
    }
}
