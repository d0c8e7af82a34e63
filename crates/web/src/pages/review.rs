//! The review form: conflicts first, then scores per criterion.

use super::{Page, application::CostLine, sample};
use crate::{Field, Form, Lang, OrgRef, Paper, PathStep, Role, Text, Ui};
use askama::Template;

/// One review of one application.
#[derive(Debug, Clone, Template)]
#[template(path = "review.html")]
pub struct ReviewPage {
    /// Frame.
    pub ui: Ui,
    /// Id of the application.
    pub application: String,
    /// Title of the project.
    pub title: Text,
    /// Who applies.
    pub applicant: OrgRef,
    /// Summary in the applicant's words.
    pub summary: String,
    /// Cost lines.
    pub lines: Vec<CostLine>,
    /// Papers.
    pub papers: Vec<Paper>,
    /// Conflicts found from employment and ownership; with one, the form is not offered.
    pub conflicts: Vec<Conflict>,
    /// The form; `None` where a conflict was found or the review is done.
    pub form: Option<ReviewForm>,
}

/// A conflict that was found.
#[derive(Debug, Clone)]
pub struct Conflict {
    /// What was found, in a sentence.
    pub finding: Text,
    /// Ownership path, where ownership is the reason.
    pub path: Vec<PathStep>,
}

/// The form of a review.
#[derive(Debug, Clone)]
pub struct ReviewForm {
    /// Tokens and errors.
    pub form: Form,
    /// `conflict`: `none` or `yes`, a radio group.
    pub conflict: Field,
    /// Criteria, each with its score field (`score_...`, 0 to 100).
    pub criteria: Vec<Criterion>,
    /// `comment`, for the officers.
    pub comment: Field,
}

/// One criterion.
#[derive(Debug, Clone)]
pub struct Criterion {
    /// What is judged.
    pub label: Text,
    /// How to judge it, with its weight.
    pub hint: Text,
    /// The score.
    pub score: Field,
}

impl Page for ReviewPage {
    const NAME: &'static str = "review";

    fn ui_mut(&mut self) -> &mut Ui {
        &mut self.ui
    }

    fn samples(lang: Lang) -> Vec<(&'static str, Self)> {
        let typical = typical(lang);
        let mut conflict = typical.clone();
        conflict.form = None;
        conflict.conflicts = vec![Conflict {
            finding: Text::new(
                "You work for Alibaba Cloud, which has the same ultimate owner as the applicant.",
                "您任职于阿里云，其最终所有者与申请人相同。",
            ),
            path: sample::path_to_alibaba(),
        }];
        let empty = Self {
            lines: Vec::new(),
            papers: Vec::new(),
            summary: String::new(),
            form: None,
            ..typical.clone()
        };
        let mut extreme = typical.clone();
        extreme.applicant = sample::long_org();
        extreme.summary = sample::HOSTILE.repeat(6);
        extreme.form = Some(bad(lang));
        vec![("empty", empty), ("typical", typical), ("conflict", conflict), ("extreme", extreme)]
    }
}

fn typical(lang: Lang) -> ReviewPage {
    ReviewPage {
        ui: sample::ui(lang, "/applications/p-0057/review", Some(Role::Reviewer)),
        application: "p-0057".to_owned(),
        title: Text::new("Sign language translation by computer vision", "计算机视觉手语翻译"),
        applicant: sample::small_firm(),
        summary: sample::say(
            lang,
            "A phone shows spoken text and signs to each other's users.",
            "手机在口语与手语之间互译。",
        ),
        lines: vec![CostLine {
            kind: Text::new("Compute", "算力"),
            what: sample::say(lang, "GPU training", "GPU训练"),
            supplier: Some(sample::alibaba_cloud()),
            amount: sample::cny(310_000),
        }],
        papers: sample::papers(true),
        conflicts: Vec::new(),
        form: Some(form(lang)),
    }
}

fn form(lang: Lang) -> ReviewForm {
    let none = sample::say(lang, "I have no conflict of interest", "我没有利益冲突");
    let yes = sample::say(lang, "I have one and will not review", "我有利益冲突，不参与评审");
    let criterion = |name: &str, label, hint| Criterion {
        label,
        hint,
        score: Field::new(&format!("score_{name}"), ""),
    };
    ReviewForm {
        form: sample::form(),
        conflict: Field::choose("conflict", "", &[("none", &none), ("yes", &yes)]),
        criteria: vec![
            criterion(
                "novelty",
                Text::new("Novelty", "创新性"),
                Text::new("0 to 100, weight 40 %", "0至100分，权重40%"),
            ),
            criterion(
                "use",
                Text::new("Use for the town", "对小镇的价值"),
                Text::new("0 to 100, weight 60 %", "0至100分，权重60%"),
            ),
        ],
        comment: Field::new("comment", ""),
    }
}

fn bad(lang: Lang) -> ReviewForm {
    let mut review = form(lang);
    review.conflict = review.conflict.wrong(&sample::say(
        lang,
        "Say whether you have a conflict",
        "请声明是否有利益冲突",
    ));
    let score = Field::new("score_novelty", "101");
    review.criteria[0].score = score.wrong(&sample::say(
        lang,
        "`101` is above 100: write a whole number from 0 to 100",
        "`101` 超过100：请填写0至100的整数",
    ));
    review.comment.value = sample::HOSTILE.to_owned();
    review.form = sample::form().with_errors_of([&review.conflict, &review.criteria[0].score]);
    review
}
