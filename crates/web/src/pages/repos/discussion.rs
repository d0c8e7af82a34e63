//! Discussions and pull requests.

use super::frame::{RepoFrame, Tab};
use super::history::{Changes, sample_changes};
use super::samples;
use crate::html::Html;
use crate::pages::{Page, sample};
use crate::{Field, Form, Lang, Role, Ui};
use askama::Template;
use hub::DiscussionStatus;

/// Discussions of a repository, newest first.
#[derive(Debug, Clone, Template)]
#[template(path = "repos/discussions.html")]
pub(crate) struct DiscussionsPage {
    pub(crate) ui: Ui,
    pub(crate) repo: RepoFrame,
    /// Whether closed ones are shown.
    pub(crate) is_closed: bool,
    pub(crate) rows: Vec<DiscussionRow>,
    pub(crate) previous: Option<String>,
    pub(crate) next: Option<String>,
}

/// One discussion.
#[derive(Debug, Clone)]
pub(crate) struct DiscussionRow {
    pub(crate) number: u64,
    pub(crate) title: String,
    pub(crate) author: String,
    pub(crate) status: DiscussionStatus,
    pub(crate) is_pull: bool,
    pub(crate) at: String,
}

impl DiscussionRow {
    pub(crate) fn status_key(&self) -> &'static str {
        status_key(self.status)
    }

    pub(crate) fn tone(&self) -> &'static str {
        match self.status {
            DiscussionStatus::Open => "good",
            DiscussionStatus::Merged => "busy",
            DiscussionStatus::Draft | DiscussionStatus::Closed => "quiet",
        }
    }
}

/// Returns the message key of a status.
pub(crate) fn status_key(status: DiscussionStatus) -> &'static str {
    match status {
        DiscussionStatus::Draft => "discussion.draft",
        DiscussionStatus::Open => "discussion.open",
        DiscussionStatus::Closed => "discussion.closed",
        DiscussionStatus::Merged => "discussion.merged",
    }
}

/// One discussion with all that happened.
#[derive(Debug, Clone, Template)]
#[template(path = "repos/discussion.html")]
pub(crate) struct DiscussionPage {
    pub(crate) ui: Ui,
    pub(crate) repo: RepoFrame,
    pub(crate) discussion: DiscussionRow,
    pub(crate) events: Vec<EventRow>,
    /// What a pull request would change.
    pub(crate) pull: Option<PullFacts>,
    pub(crate) form: Form,
    pub(crate) comment: Field,
    pub(crate) may_comment: bool,
    pub(crate) may_close: bool,
    pub(crate) may_open: bool,
    pub(crate) may_merge: bool,
}

/// What a pull request would change.
#[derive(Debug, Clone)]
pub(crate) struct PullFacts {
    pub(crate) base: String,
    /// Ref of the proposal, as in `refs/pr/4`.
    pub(crate) name: String,
    pub(crate) changes: Changes,
    /// Files that keep it from being merged.
    pub(crate) conflicts: Vec<String>,
}

/// Something that happened.
#[derive(Debug, Clone)]
pub(crate) struct EventRow {
    pub(crate) author: String,
    pub(crate) at: String,
    pub(crate) what: EventWhat,
}

/// What happened.
#[derive(Debug, Clone)]
pub(crate) enum EventWhat {
    /// Somebody wrote; rendered.
    Comment(Html, bool),
    /// A comment was hidden.
    Hidden,
    /// It was opened, closed or merged: message key of the status.
    Status(&'static str),
    /// It was renamed: the new title.
    Title(String),
    /// A commit was pushed: its subject and address.
    Commit(String, String),
}

fn row() -> DiscussionRow {
    DiscussionRow {
        number: 4,
        title: "Add a test set".to_owned(),
        author: "lin".to_owned(),
        status: DiscussionStatus::Open,
        is_pull: true,
        at: "2019-10-28T09:30".to_owned(),
    }
}

impl Page for DiscussionsPage {
    const NAME: &'static str = "discussions";

    fn ui_mut(&mut self) -> &mut Ui {
        &mut self.ui
    }

    fn samples(lang: Lang) -> Vec<(&'static str, Self)> {
        let typical = Self {
            ui: sample::ui(lang, "/town-lab/signs/discussions", Some(Role::Applicant)),
            repo: samples::frame(Tab::Discussions),
            is_closed: false,
            rows: vec![row(), DiscussionRow { is_pull: false, number: 3, ..row() }],
            previous: None,
            next: Some("/town-lab/signs/discussions?page=1".to_owned()),
        };
        let empty = Self {
            rows: Vec::new(),
            next: None,
            repo: samples::empty(Tab::Discussions),
            ..typical.clone()
        };
        let mut extreme = typical.clone();
        let title = sample::HOSTILE.repeat(2);
        extreme.rows =
            vec![DiscussionRow { title, author: sample::HOSTILE.to_owned(), ..row() }; 50];
        extreme.is_closed = true;
        vec![("empty", empty), ("typical", typical), ("extreme", extreme)]
    }
}

impl Page for DiscussionPage {
    const NAME: &'static str = "discussion";

    fn ui_mut(&mut self) -> &mut Ui {
        &mut self.ui
    }

    fn samples(lang: Lang) -> Vec<(&'static str, Self)> {
        let event =
            |what| EventRow { author: "lin".to_owned(), at: "2019-10-28T09:30".to_owned(), what };
        let commit = "/town-lab/signs/commit/1f0c".to_owned();
        let typical = Self {
            ui: sample::ui(lang, "/town-lab/signs/discussions/4", Some(Role::Applicant)),
            repo: samples::frame(Tab::Discussions),
            discussion: row(),
            events: vec![
                event(EventWhat::Comment(Html::trusted("<p>Please look.</p>".to_owned()), true)),
                event(EventWhat::Commit("Add a test set".to_owned(), commit.clone())),
                event(EventWhat::Hidden),
                event(EventWhat::Status("discussion.closed")),
            ],
            pull: Some(PullFacts {
                base: "main".to_owned(),
                name: "refs/pr/4".to_owned(),
                changes: sample_changes(),
                conflicts: Vec::new(),
            }),
            form: sample::form(),
            comment: Field::new("comment", ""),
            may_comment: true,
            may_close: true,
            may_open: false,
            may_merge: true,
        };
        let empty = Self {
            repo: samples::empty(Tab::Discussions),
            pull: None,
            may_comment: false,
            may_close: false,
            may_merge: false,
            events: Vec::new(),
            ..typical.clone()
        };
        let mut extreme = typical.clone();
        extreme.discussion.title = sample::HOSTILE.to_owned();
        extreme.events = vec![
            event(EventWhat::Title(sample::HOSTILE.to_owned())),
            event(EventWhat::Commit(sample::HOSTILE.to_owned(), commit)),
        ];
        if let Some(pull) = &mut extreme.pull {
            pull.conflicts = vec![sample::HOSTILE.to_owned(); 20];
        }
        let wrong = sample::say(lang, "Write something", "请填写内容");
        extreme.comment = Field::new("comment", sample::HOSTILE).wrong(&wrong);
        extreme.form = sample::form().with_errors_of([&extreme.comment]);
        extreme.may_open = true;
        vec![("empty", empty), ("typical", typical), ("extreme", extreme)]
    }
}
