//! A repository's first page: its card, what is known of it, how to use it.

use super::frame::RepoFrame;
use super::samples;
use crate::html::Html;
use crate::pages::{Page, sample};
use crate::{Lang, Role, Ui};
use askama::Template;

/// The card with the facts beside it.
#[derive(Debug, Clone, Template)]
#[template(path = "repos/card.html")]
pub(crate) struct RepoPage {
    pub(crate) ui: Ui,
    pub(crate) repo: RepoFrame,
    /// The rendered card; `None` where there is none.
    pub(crate) card: Option<Html>,
    /// What is wrong in the card's metadata, for those who can correct it.
    pub(crate) problems: Vec<String>,
    pub(crate) licences: Vec<String>,
    /// Each with the address of the list of repositories that have it.
    pub(crate) tags: Vec<(String, String)>,
    pub(crate) bases: Vec<LineageRow>,
    pub(crate) derived: Vec<LineageRow>,
    pub(crate) files: FilesSum,
    pub(crate) changed: String,
    pub(crate) terms: Option<TermsFacts>,
    /// Statement and office, where the files hold personal data.
    pub(crate) personal: Option<(String, String)>,
    pub(crate) marks: Vec<Mark>,
    pub(crate) snippets: Vec<Snippet>,
    /// Address of the form that writes a card, for those who may.
    pub(crate) edit_href: Option<String>,
}

/// A repository that another was made from, or that was made from this one.
#[derive(Debug, Clone)]
pub(crate) struct LineageRow {
    pub(crate) path: String,
    /// Its page, where it is here.
    pub(crate) href: Option<String>,
    /// How, as in `finetune`.
    pub(crate) relation: String,
}

/// How many files there are and how large they are.
#[derive(Debug, Clone, Default)]
pub(crate) struct FilesSum {
    pub(crate) count: u64,
    /// As in `1.2 MB`.
    pub(crate) size: String,
    /// Whether there are more than were counted.
    pub(crate) is_more: bool,
}

/// Terms of the platform that a repository belongs to.
#[derive(Debug, Clone)]
pub(crate) struct TermsFacts {
    pub(crate) platform: String,
    pub(crate) eligible: String,
    pub(crate) price: String,
    pub(crate) notice_days: u64,
    pub(crate) portability: String,
}

/// A file in a format that ties its user to a vendor, or that runs code when it is loaded.
#[derive(Debug, Clone)]
pub(crate) struct Mark {
    pub(crate) path: String,
    pub(crate) href: String,
    pub(crate) format: String,
    /// Key of the sentence that the format fills.
    pub(crate) why: &'static str,
    /// Key of the advice.
    pub(crate) alternative: &'static str,
    pub(crate) runs_code: bool,
}

impl Mark {
    pub(crate) fn key(&self) -> &'static str {
        if self.runs_code { "repo.mark-code" } else { "repo.mark-vendor" }
    }

    pub(crate) fn tone(&self) -> &'static str {
        if self.runs_code { "bad" } else { "busy" }
    }
}

/// Lines to copy.
#[derive(Debug, Clone)]
pub(crate) struct Snippet {
    /// Name of the program, the same in every language.
    pub(crate) program: &'static str,
    pub(crate) id: String,
    pub(crate) text: String,
}

impl Page for RepoPage {
    const NAME: &'static str = "repo";

    fn ui_mut(&mut self) -> &mut Ui {
        &mut self.ui
    }

    fn samples(lang: Lang) -> Vec<(&'static str, Self)> {
        let typical = typical(lang);
        let empty = Self {
            card: None,
            licences: Vec::new(),
            tags: Vec::new(),
            bases: Vec::new(),
            derived: Vec::new(),
            files: FilesSum { count: 1, size: "1.5 kB".to_owned(), is_more: false },
            terms: None,
            marks: Vec::new(),
            repo: samples::empty(super::frame::Tab::Card),
            ..typical.clone()
        };
        let mut extreme = typical.clone();
        extreme.repo = samples::extreme(super::frame::Tab::Card);
        extreme.problems = vec![sample::HOSTILE.to_owned(); 5];
        extreme.tags = vec![(sample::HOSTILE.to_owned(), "/hub?tag=x".to_owned()); 40];
        extreme.personal = Some((sample::HOSTILE.to_owned(), sample::HOSTILE.to_owned()));
        for row in &mut extreme.bases {
            sample::HOSTILE.clone_into(&mut row.path);
        }
        for mark in &mut extreme.marks {
            mark.path = sample::HOSTILE.repeat(3);
        }
        if let Some(terms) = &mut extreme.terms {
            terms.eligible = sample::HOSTILE.repeat(4);
        }
        for (number, snippet) in extreme.snippets.iter_mut().enumerate() {
            snippet.text = sample::HOSTILE.repeat(number + 1);
        }
        vec![("empty", empty), ("typical", typical), ("extreme", extreme)]
    }
}

fn typical(lang: Lang) -> RepoPage {
    let body = "## Sign language of one town\n\nA small model that reads 40 signs.\n\n\
        | set | share right |\n| --- | --- |\n| test | 0.913 |\n\n```python\nprint(1)\n```\n";
    let base = card::LinkBase {
        blob: "/town-lab/signs/blob/main".to_owned(),
        resolve: "/town-lab/signs/resolve/main".to_owned(),
        folder: String::new(),
    };
    let snippet = |program, id: &str, text: &str| Snippet {
        program,
        id: id.to_owned(),
        text: text.to_owned(),
    };
    RepoPage {
        ui: sample::ui(lang, "/town-lab/signs", Some(Role::Applicant)),
        repo: samples::frame(super::frame::Tab::Card),
        card: Some(Html::trusted(card::render(body, &base))),
        problems: vec!["\"license\" must be one of the known licences".to_owned()],
        licences: vec!["apache-2.0".to_owned()],
        tags: vec![("sign-language".to_owned(), "/hub?tag=sign-language".to_owned())],
        bases: vec![LineageRow {
            path: "lin/base".to_owned(),
            href: Some("/lin/base".to_owned()),
            relation: "finetune".to_owned(),
        }],
        derived: vec![LineageRow {
            path: "lin/signs-small".to_owned(),
            href: Some("/lin/signs-small".to_owned()),
            relation: String::new(),
        }],
        files: FilesSum { count: 12, size: "91.2 MB".to_owned(), is_more: false },
        changed: "2019-10-28".to_owned(),
        terms: Some(TermsFacts {
            platform: sample::say(lang, "Town vision platform", "小镇视觉开放创新平台"),
            eligible: sample::say(lang, "Firms of the town", "小镇企业"),
            price: sample::say(lang, "Free of charge", "免费"),
            notice_days: 90,
            portability: sample::say(lang, "Weights as safetensors", "权重可按 safetensors 取走"),
        }),
        personal: None,
        marks: vec![Mark {
            path: "pytorch_model.bin".to_owned(),
            href: "/town-lab/signs/blob/main/pytorch_model.bin".to_owned(),
            format: "PyTorch checkpoint".to_owned(),
            why: "format.pytorch",
            alternative: "format.weights",
            runs_code: true,
        }],
        snippets: vec![
            snippet("hf", "use-hf", "hf download town-lab/signs"),
            snippet("git", "use-git", "git clone http://zone.example/town-lab/signs"),
        ],
        edit_href: Some("/town-lab/signs/edit/main/README.md".to_owned()),
    }
}
