//! The decision page: everything two officers must see before they vote, and the vote.

use super::{Page, sample};
use crate::{Field, Form, Lang, Measure, OrgRef, Part, PathStep, Role, State, Text, Trace, Ui};
use askama::Template;
use base::{Amount, Ppm};

/// One application before the vote.
#[derive(Debug, Clone, Template)]
#[template(path = "decision.html")]
pub struct DecisionPage {
    /// Frame.
    pub ui: Ui,
    /// Id of the application.
    pub application: String,
    /// Title of the project.
    pub title: Text,
    /// Who applies.
    pub applicant: OrgRef,
    /// Call the application belongs to: id and title.
    pub call: (String, Text),
    /// State of the application.
    pub state: State,
    /// What was asked for.
    pub asked: Amount,
    /// What the rule allows; `None` where it refuses or cannot tell.
    pub allowed: Option<Amount>,
    /// The pool with this award in it.
    pub budget: BudgetView,
    /// The applicant's group in the window.
    pub group: GroupView,
    /// Related parties among beneficiary and suppliers; empty where none was found.
    pub related: Vec<RelatedParty>,
    /// How concentration moves; `None` where nothing has been awarded yet and nothing is asked.
    pub concentration: Option<ConcentrationMove>,
    /// How the rule came to its amount.
    pub trace: Trace,
    /// What else to know: the path without a committee, doubts about the ownership statements.
    pub notes: Vec<Text>,
    /// Reviews.
    pub reviews: Vec<ReviewRow>,
    /// Votes so far, in order.
    pub votes: Vec<VoteRow>,
    /// What this person may do.
    pub vote: MayVote,
    /// Digest of what this page shows; stored with the vote.
    pub shown_digest: String,
    /// Moment the figures were computed.
    pub as_of: String,
}

/// A pool before and after the award.
#[derive(Debug, Clone)]
pub struct BudgetView {
    /// Name of the pool.
    pub name: Text,
    /// Size of the pool.
    pub total: Amount,
    /// Left before this award.
    pub left_now: Amount,
    /// Left after it; `None` where the award does not fit.
    pub left_after: Option<Amount>,
    /// Parts: committed, this award, left.
    pub parts: Vec<Part>,
}

/// The applicant's ownership group and its cap.
#[derive(Debug, Clone)]
pub struct GroupView {
    /// Ultimate owner.
    pub owner: OrgRef,
    /// Window, in the reader's language, e.g. "calendar year 2019".
    pub window: String,
    /// Total of the group in the window, before this award.
    pub total: Amount,
    /// Cap of the group; `None` where the rule has none.
    pub cap: Option<Amount>,
    /// Parts: awarded, this award, left under the cap.
    pub parts: Vec<Part>,
    /// Members with awards in the window.
    pub members: Vec<(OrgRef, Amount)>,
}

/// Two related parties of one application.
#[derive(Debug, Clone)]
pub struct RelatedParty {
    /// What was found, in a sentence.
    pub finding: Text,
    /// Ownership path from the common owner to one party and to the other.
    pub path: Vec<PathStep>,
    /// Whether the rule forbids it.
    pub is_forbidden: bool,
}

/// Concentration now and if the award is made.
#[derive(Debug, Clone)]
pub struct ConcentrationMove {
    /// The largest group.
    pub top_group: OrgRef,
    /// Its share now.
    pub share_now: Ppm,
    /// Its share if approved.
    pub share_after: Ppm,
    /// HHI by owner now.
    pub hhi_now: Measure,
    /// HHI by owner if approved.
    pub hhi_after: Measure,
    /// The change with its sign, e.g. `+34`.
    pub hhi_change: String,
}

/// One review in short.
#[derive(Debug, Clone)]
pub struct ReviewRow {
    /// Who reviewed.
    pub reviewer: String,
    /// Score out of 100, or `None` while it is missing.
    pub score: Option<u64>,
    /// The reviewer's words.
    pub comment: String,
    /// State of the review.
    pub state: State,
}

/// One vote.
#[derive(Debug, Clone)]
pub struct VoteRow {
    /// Officer who voted.
    pub officer: String,
    /// Approved or declined.
    pub verdict: State,
    /// Reason given.
    pub reason: String,
    /// When.
    pub at: String,
}

/// What the person who looks may do.
#[derive(Debug, Clone)]
pub enum MayVote {
    /// Vote with this form.
    Yes(Box<VoteForm>),
    /// Nothing, for this reason in the reader's language.
    No(String),
}

/// The form of a vote.
#[derive(Debug, Clone)]
pub struct VoteForm {
    /// Tokens and errors.
    pub form: Form,
    /// `verdict`: `approve` or `decline`, a radio group.
    pub verdict: Field,
    /// `amount`, at most what the rule allows.
    pub amount: Field,
    /// `reason`, published with the decision.
    pub reason: Field,
    /// Why it can only be declined, in the reader's language; empty where it can be approved.
    pub hint: String,
}

impl Page for DecisionPage {
    const NAME: &'static str = "decision";

    fn ui_mut(&mut self) -> &mut Ui {
        &mut self.ui
    }

    fn samples(lang: Lang) -> Vec<(&'static str, Self)> {
        let typical = typical(lang);
        let mut empty = typical.clone();
        empty.related = Vec::new();
        empty.reviews = Vec::new();
        empty.votes = Vec::new();
        empty.group.members = Vec::new();
        empty.concentration = None;
        empty.trace = Trace::default();
        empty.allowed = None;
        empty.vote = MayVote::No(sample::say(
            lang,
            "The rule cannot compute an amount: the turnover of the applicant is unknown. Ask for it before the vote.",
            "规则无法计算金额：缺少申请人营业收入，请先补充。",
        ));
        let mut extreme = typical.clone();
        extreme.title = Text::new(sample::HOSTILE, "");
        extreme.applicant = sample::long_org();
        extreme.asked = sample::cny(1_234_567_890);
        extreme.group.owner = sample::long_org();
        extreme.group.members =
            (0..50).map(|_| (sample::long_org(), sample::cny(99_999_999))).collect();
        extreme.votes.push(VoteRow {
            officer: sample::HOSTILE.to_owned(),
            verdict: State::Declined,
            reason: sample::HOSTILE.repeat(8),
            at: "2019-11-05T10:30".to_owned(),
        });
        let (review, related) = (typical.reviews[0].clone(), typical.related[0].clone());
        extreme.reviews.extend(vec![review; 20]);
        extreme.related.extend(vec![related; 4]);
        extreme.vote = MayVote::Yes(Box::new(bad_vote(lang)));
        vec![("empty", empty), ("typical", typical), ("extreme", extreme)]
    }
}

fn typical(lang: Lang) -> DecisionPage {
    DecisionPage {
        ui: sample::ui(lang, "/applications/p-0042/decision", Some(Role::Officer)),
        application: "p-0042".to_owned(),
        title: Text::new(
            "Real-time discovery of public-safety risks in city data",
            "城市数据公共安全风险实时发现",
        ),
        applicant: sample::chengying(),
        call: ("cloud-2019".to_owned(), sample::cloud_voucher()),
        state: State::Reviewed,
        asked: sample::cny(1_860_000),
        allowed: Some(sample::cny(1_260_000)),
        budget: budget(lang),
        group: group(lang),
        related: vec![RelatedParty {
            finding: Text::new(
                "The supplier Alibaba Cloud and the applicant have one ultimate owner.",
                "供应商阿里云与申请人的最终所有者相同。",
            ),
            path: sample::path_to_alibaba(),
            is_forbidden: true,
        }],
        concentration: Some(ConcentrationMove {
            top_group: sample::alibaba(),
            share_now: sample::ppm(243_488),
            share_after: sample::ppm(265_028),
            hhi_now: sample::measure("687", "12702630/18490000"),
            hhi_after: sample::measure("794", "155521/195809"),
            hhi_change: "+107".to_owned(),
        }),
        trace: sample::trace(),
        notes: vec![Text::new(
            "Renshe Data has an owner without a stated share.",
            "人社数据有一位未说明比例的所有者。",
        )],
        reviews: reviews(lang),
        votes: vec![VoteRow {
            officer: sample::say(lang, "Chen Wei", "陈伟"),
            verdict: State::Approved,
            reason: sample::say(
                lang,
                "Strong reviews; the amount follows the group cap.",
                "评审意见良好；金额按集团上限确定。",
            ),
            at: "2019-11-04T16:20".to_owned(),
        }],
        vote: MayVote::Yes(Box::new(vote_form(lang))),
        shown_digest: "7c9e1f0ab34d5526".to_owned(),
        as_of: "2019-11-05T09:00".to_owned(),
    }
}

fn budget(lang: Lang) -> BudgetView {
    let part = |en, zh, yuan, share, tone| Part {
        label: sample::say(lang, en, zh),
        amount: sample::cny(yuan),
        share: sample::ppm(share),
        tone,
    };
    BudgetView {
        name: Text::new("Cloud-service funds 2019", "2019年云服务资金"),
        total: sample::cny(9_000_000),
        left_now: sample::cny(2_090_000),
        left_after: Some(sample::cny(830_000)),
        parts: vec![
            part("Committed", "已安排", 6_910_000, 767_777, "brick"),
            part("This award", "本次", 1_260_000, 140_000, "accent"),
            part("Left after", "之后剩余", 830_000, 92_223, "pale"),
        ],
    }
}

fn group(lang: Lang) -> GroupView {
    let part = |en, zh, yuan, share, tone| Part {
        label: sample::say(lang, en, zh),
        amount: sample::cny(yuan),
        share: sample::ppm(share),
        tone,
    };
    GroupView {
        owner: sample::alibaba(),
        window: sample::say(lang, "calendar year 2019", "2019年"),
        total: sample::cny(6_740_000),
        cap: Some(sample::cny(8_000_000)),
        parts: vec![
            part("Awarded to the group", "集团已获", 6_740_000, 842_500, "brick"),
            part("This award", "本次", 1_260_000, 157_500, "accent"),
        ],
        members: vec![
            (sample::chengying(), sample::cny(4_180_000)),
            (
                OrgRef::new("renshe", "Renshe Data", "杭州人社数据服务有限公司"),
                sample::cny(2_560_000),
            ),
        ],
    }
}

fn reviews(lang: Lang) -> Vec<ReviewRow> {
    vec![
        ReviewRow {
            reviewer: sample::say(lang, "Prof. Wu Lan", "吴岚教授"),
            score: Some(86),
            comment: sample::say(
                lang,
                "Clear need, credible plan. Ask for a data protection note.",
                "需求明确，方案可信。建议补充数据保护说明。",
            ),
            state: State::Done,
        },
        ReviewRow {
            reviewer: sample::say(lang, "Dr. Zhao Min", "赵敏博士"),
            score: None,
            comment: String::new(),
            state: State::Conflict,
        },
    ]
}

fn vote_form(lang: Lang) -> VoteForm {
    let approve = sample::say(lang, "Approve", "同意");
    let decline = sample::say(lang, "Decline", "不同意");
    VoteForm {
        form: sample::form(),
        verdict: Field::choose("verdict", "", &[("approve", &approve), ("decline", &decline)]),
        amount: Field::new("amount", "1260000.00"),
        reason: Field::new("reason", ""),
        hint: String::new(),
    }
}

fn bad_vote(lang: Lang) -> VoteForm {
    let mut vote = vote_form(lang);
    vote.verdict =
        vote.verdict.wrong(&sample::say(lang, "Choose approve or decline", "请选择同意或不同意"));
    vote.amount = Field::new("amount", "9999999999.00").wrong(&sample::say(
        lang,
        "`9999999999.00` is more than the rule allows: at most `1260000.00`",
        "`9999999999.00` 超过规则允许的金额：最多 `1260000.00`",
    ));
    vote.reason = Field::new("reason", sample::HOSTILE).wrong(&sample::say(
        lang,
        "Give a reason in words",
        "请用文字说明理由",
    ));
    let form = sample::form().with_errors_of([&vote.verdict, &vote.amount, &vote.reason]);
    VoteForm { form, ..vote }
}
