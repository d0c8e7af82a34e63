//! Commits of a revision, and what one of them changed.

use super::frame::{RepoFrame, Tab};
use super::samples;
use crate::html::{Html, escape};
use crate::pages::{Page, sample};
use crate::{Field, Lang, Role, Ui};
use askama::Template;
use git::{Hunk, LineKind};

/// Commits, newest first.
#[derive(Debug, Clone, Template)]
#[template(path = "repos/commits.html")]
pub(crate) struct CommitsPage {
    pub(crate) ui: Ui,
    pub(crate) repo: RepoFrame,
    pub(crate) revision: Field,
    pub(crate) rows: Vec<CommitRow>,
    pub(crate) next: Option<String>,
}

/// One commit.
#[derive(Debug, Clone)]
pub(crate) struct CommitRow {
    pub(crate) id: String,
    pub(crate) href: String,
    pub(crate) title: String,
    pub(crate) author: String,
    /// As `YYYY-MM-DDTHH:MM`.
    pub(crate) at: String,
}

impl CommitRow {
    /// The first digits, which people say.
    pub(crate) fn short(&self) -> &str {
        self.id.get(..7).unwrap_or(&self.id)
    }
}

/// What one commit changed.
#[derive(Debug, Clone, Template)]
#[template(path = "repos/commit.html")]
pub(crate) struct CommitPage {
    pub(crate) ui: Ui,
    pub(crate) repo: RepoFrame,
    pub(crate) commit: CommitRow,
    pub(crate) body: String,
    /// Id and address of each commit that it builds on.
    pub(crate) parents: Vec<(String, String)>,
    pub(crate) changes: Changes,
}

/// Files that differ between two trees.
#[derive(Debug, Clone, Default)]
pub(crate) struct Changes {
    pub(crate) files: Vec<FileChange>,
    /// Whether there are more.
    pub(crate) is_cut: bool,
    /// Whether the visitor may not read the files; then only their names are told.
    pub(crate) is_closed: bool,
}

/// One file that differs.
#[derive(Debug, Clone)]
pub(crate) struct FileChange {
    pub(crate) path: String,
    /// Message key of what happened.
    pub(crate) how: &'static str,
    pub(crate) added: u64,
    pub(crate) removed: u64,
    /// Its lines; `None` where they are not shown.
    pub(crate) lines: Option<Html>,
}

/// Writes the places that differ. Every character of the files is escaped.
pub(crate) fn hunks(hunks: &[Hunk]) -> Html {
    let mut out = String::from("<pre class=\"listing diff\" tabindex=\"0\"><code>");
    for hunk in hunks {
        out.push_str(&format!(
            "<span class=\"line at\">@@ -{},{} +{},{} @@\n</span>",
            hunk.old_start, hunk.old_lines, hunk.new_start, hunk.new_lines
        ));
        for line in &hunk.lines {
            let (class, sign) = match line.kind {
                LineKind::Context => ("line", " "),
                LineKind::Added => ("line add", "+"),
                LineKind::Removed => ("line del", "−"),
            };
            let text = escape(&line.text);
            out.push_str(&format!("<span class=\"{class}\" data-sign=\"{sign}\">{text}\n</span>"));
        }
    }
    out.push_str("</code></pre>");
    Html::trusted(out)
}

/// Changes for samples.
pub(super) fn sample_changes() -> Changes {
    let diff = git::diff_text(b"import a\nprint(1)\n", b"import a\nprint(2)\n# done\n");
    let lines = match diff {
        git::TextDiff::Hunks(found) => Some(hunks(&found)),
        git::TextDiff::Binary | git::TextDiff::TooLarge => None,
    };
    let file = |path: &str, how, lines| FileChange {
        path: path.to_owned(),
        how,
        added: 2,
        removed: 1,
        lines,
    };
    Changes {
        files: vec![
            file("a.py", "history.modified", lines),
            file("model.safetensors", "history.added", None),
        ],
        is_cut: false,
        is_closed: false,
    }
}

fn commit() -> CommitRow {
    let id = "8c7e5a667f1b771847fe88c01c3de34413a1b220";
    CommitRow {
        id: id.to_owned(),
        href: format!("/town-lab/signs/commit/{id}"),
        title: "Add weights".to_owned(),
        author: "lin".to_owned(),
        at: "2019-10-28T09:30".to_owned(),
    }
}

impl Page for CommitsPage {
    const NAME: &'static str = "commits";

    fn ui_mut(&mut self) -> &mut Ui {
        &mut self.ui
    }

    fn samples(lang: Lang) -> Vec<(&'static str, Self)> {
        let typical = Self {
            ui: sample::ui(lang, "/town-lab/signs/commits/main", Some(Role::Applicant)),
            repo: samples::frame(Tab::History),
            revision: Field::choose("revision", "main", &[("main", "main")]),
            rows: vec![commit(), commit()],
            next: None,
        };
        let empty =
            Self { rows: Vec::new(), repo: samples::empty(Tab::History), ..typical.clone() };
        let mut extreme = typical.clone();
        let mut row = commit();
        row.title = sample::HOSTILE.repeat(3);
        row.author = sample::HOSTILE.to_owned();
        extreme.rows = vec![row; 50];
        extreme.next = Some("/town-lab/signs/commits/main?after=1".to_owned());
        vec![("empty", empty), ("typical", typical), ("extreme", extreme)]
    }
}

impl Page for CommitPage {
    const NAME: &'static str = "commit";

    fn ui_mut(&mut self) -> &mut Ui {
        &mut self.ui
    }

    fn samples(lang: Lang) -> Vec<(&'static str, Self)> {
        let typical = Self {
            ui: sample::ui(lang, "/town-lab/signs/commit/8c7e", Some(Role::Applicant)),
            repo: samples::frame(Tab::History),
            commit: commit(),
            body: "Trained on the second set.".to_owned(),
            parents: vec![("1f0c".to_owned(), "/town-lab/signs/commit/1f0c".to_owned())],
            changes: sample_changes(),
        };
        let empty = Self {
            body: String::new(),
            parents: Vec::new(),
            changes: Changes { is_closed: true, ..Changes::default() },
            ..typical.clone()
        };
        let mut extreme = typical.clone();
        extreme.body = sample::HOSTILE.repeat(10);
        extreme.commit.title = sample::HOSTILE.to_owned();
        for file in &mut extreme.changes.files {
            file.path = sample::HOSTILE.repeat(3);
        }
        extreme.changes.is_cut = true;
        vec![("empty", empty), ("typical", typical), ("extreme", extreme)]
    }
}
