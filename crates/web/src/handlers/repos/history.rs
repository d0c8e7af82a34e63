//! Commits of a revision, and what one of them changed.

use super::files::{Named, place, revisions};
use super::frame::instant;
use super::here::{Here, Look, name_ensure};
use crate::handlers::encoded;
use crate::pages::repos::frame::Tab;
use crate::pages::repos::history::{
    Changes, CommitPage, CommitRow, CommitsPage, FileChange, hunks,
};
use crate::serve::{Fault, Page, Query, See};
use app::depot::{self, revision_find};
use axum::extract::Path;
use git::{Changed, ChangedHow, Commit, LineKind, Oid, Side, TextDiff, diff_text};
use hub::Action;

/// Commits of one page.
const ROWS: usize = 50;
/// Files of one difference that are listed, and bytes of its lines that are shown.
const FILES_MAX: usize = 200;
const BYTES_MAX: usize = 512 * 1024;

/// Goes to the history of the branch that a form names.
pub(super) async fn switch(here: Here, query: Query) -> See {
    let revision = query.optional("revision").unwrap_or_else(|| "main".to_owned());
    See(here.href(&format!("/commits/{}", encoded(&revision))))
}

/// Shows the commits of a revision.
pub(super) async fn list(here: Here, Path(mut named): Named, query: Query) -> Result<Page, Fault> {
    let (revision, _) = place(&mut named);
    let after = query.parse::<Oid>("after");
    Page::of(&here.look(move |look| commits_page(look, &revision, after)).await?)
}

fn commits_page(
    look: &Look<'_, '_>,
    revision: &str,
    after: Option<Oid>,
) -> Result<CommitsPage, depot::Error> {
    let here = look.here;
    let head = revision_find(look.read, look.git, &here.repo, revision)?;
    let page = look.git.log(head.commit, ROWS, after)?;
    let last = page.commits.last().filter(|_| page.has_more).map(|(oid, _)| *oid);
    let next = |oid: Oid| here.href(&format!("/commits/{}?after={oid}", encoded(revision)));
    Ok(CommitsPage {
        ui: here.cx.ui(),
        repo: look.frame(Tab::History, revision)?,
        revision: revisions(look, revision)?,
        rows: page.commits.iter().map(|(oid, commit)| row(here, *oid, commit)).collect(),
        next: last.map(next),
    })
}

fn row(here: &Here, oid: Oid, commit: &Commit) -> CommitRow {
    let title = commit.title().trim();
    let title = if title.is_empty() { oid.to_string() } else { title.to_owned() };
    CommitRow {
        id: oid.to_string(),
        href: here.href(&format!("/commit/{oid}")),
        title,
        author: commit.author.name.clone(),
        at: instant(commit.author.seconds),
    }
}

/// Shows what a commit changed. Lines are content of files: who may not read sees names alone.
pub(super) async fn show(here: Here, Path(mut named): Named) -> Result<Page, Fault> {
    let id: Oid = named.remove("id").and_then(|id| id.parse().ok()).ok_or(Fault::NotFound)?;
    let page = here.look(move |look| commit_page(look, id)).await?;
    readings_note(&here, &page.changes, &id.to_string()).await?;
    Page::of(&page)
}

/// Notes each file whose lines are shown, where it holds personal data.
pub(super) async fn readings_note(
    here: &Here,
    changes: &Changes,
    commit: &str,
) -> Result<(), Fault> {
    let (visitor, repo, commit) = (here.visitor.clone(), here.repo.clone(), commit.to_owned());
    let shown = changes.files.iter().filter(|file| file.lines.is_some());
    let paths: Vec<String> = shown.map(|file| file.path.clone()).collect();
    if paths.is_empty() {
        return Ok(());
    }
    here.write(move |tx| {
        for path in &paths {
            if !hub::reading_note(tx, &visitor, &repo, (path, &commit))? {
                return Ok(());
            }
        }
        name_ensure(tx, &visitor)
    })
    .await
}

fn commit_page(look: &Look<'_, '_>, id: Oid) -> Result<CommitPage, depot::Error> {
    let here = look.here;
    let head = revision_find(look.read, look.git, &here.repo, &id.to_string())?;
    let commit = look.git.commit_read(head.commit)?;
    let before = match commit.parents.first() {
        Some(parent) => Some(look.git.commit_read(*parent)?.tree),
        None => None,
    };
    let parent = |oid: &Oid| (oid.to_string(), here.href(&format!("/commit/{oid}")));
    Ok(CommitPage {
        ui: here.cx.ui(),
        repo: look.frame(Tab::History, "main")?,
        body: commit.body().to_owned(),
        parents: commit.parents.iter().map(parent).collect(),
        changes: changes(look, before, commit.tree)?,
        commit: row(here, id, &commit),
    })
}

/// Finds what differs between two trees, with the lines of texts as far as there is room.
pub(super) fn changes(
    look: &Look<'_, '_>,
    before: Option<Oid>,
    after: Oid,
) -> Result<Changes, depot::Error> {
    let found = look.git.diff_trees(before, Some(after), FILES_MAX)?;
    let is_closed = !look.may(Action::Read)?;
    let mut room = BYTES_MAX;
    let mut files = Vec::with_capacity(found.paths.len());
    for changed in found.paths {
        files.push(file(look, changed, (is_closed, &mut room))?);
    }
    Ok(Changes { files, is_cut: found.is_cut, is_closed })
}

fn file(
    look: &Look<'_, '_>,
    changed: Changed,
    (is_closed, room): (bool, &mut usize),
) -> Result<FileChange, depot::Error> {
    let how = match changed.what {
        ChangedHow::Added(_) => "history.added",
        ChangedHow::Modified(..) => "history.modified",
        ChangedHow::Deleted(_) => "history.deleted",
    };
    let mut shown = FileChange { path: changed.path, how, added: 0, removed: 0, lines: None };
    if is_closed || *room == 0 {
        return Ok(shown);
    }
    let (old, new) = (changed.what.before(), changed.what.after());
    let (Some(old), Some(new)) = (content(look, old)?, content(look, new)?) else {
        return Ok(shown);
    };
    let TextDiff::Hunks(found) = diff_text(&old, &new) else { return Ok(shown) };
    let lines = || found.iter().flat_map(|hunk| &hunk.lines);
    let size: usize = lines().map(|line| line.text.len() + 1).sum();
    let of = |kind| u64::try_from(lines().filter(|line| line.kind == kind).count()).unwrap_or(0);
    (shown.added, shown.removed) = (of(LineKind::Added), of(LineKind::Removed));
    if size <= *room {
        *room -= size;
        shown.lines = Some(hunks(&found));
    } else {
        *room = 0;
    }
    Ok(shown)
}

/// Reads one side of a difference; `None` where it is too large.
fn content(look: &Look<'_, '_>, side: Option<Side>) -> Result<Option<Vec<u8>>, depot::Error> {
    let Some(side) = side else { return Ok(Some(Vec::new())) };
    if side.mode == git::Mode::Submodule {
        return Ok(None);
    }
    match look.git.blob_read(side.oid, git::TEXT_BYTES_MAX) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(git::Error::TooLarge { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}
