//! The first page of a repository.

use super::frame::{card_kind, count, mark, path_encoded, size_text};
use super::here::{Here, Look};
use super::snippet;
use crate::handlers::encoded;
use crate::handlers::view;
use crate::pages::repos::card::{FilesSum, LineageRow, RepoPage, TermsFacts};
use crate::pages::repos::files::rendered;
use crate::pages::repos::frame::{Tab, kind_key};
use crate::serve::{Fault, Page};
use app::depot::{self, Revision, entry_facts, revision_find, text_read};
use git::Walk;
use hub::{Found, Refused, RepoKind, StatedTerms};

/// Largest card that is read, in bytes: what its renderer takes, with its metadata before it.
const CARD_BYTES_MAX: u64 = 2 * 1024 * 1024;
/// Files that are counted and looked through for marks.
const FILES_MAX: usize = 1_000;
/// Marks and repositories of a list beside the card.
const ROWS_MAX: usize = 20;

/// Shows the card with what is known of the repository.
pub(super) async fn show(here: Here) -> Result<Page, Fault> {
    Page::of(&here.look(page).await?)
}

fn page(look: &Look<'_, '_>) -> Result<RepoPage, depot::Error> {
    let (here, repo) = (look.here, &look.here.repo);
    let head = head_find(look, "main")?;
    let text = match &head {
        Some(head) => text_read(look.git, (head.tree, "README.md"), CARD_BYTES_MAX)?,
        None => String::new(),
    };
    let checked = card::card_check(&text, card_kind(repo.kind));
    let facts = card::facts(&checked.metadata, card_kind(repo.kind));
    let base = link_base(here, "main", "");
    let has_body = !checked.body.trim().is_empty();
    let (files, paths) = files(look, head.as_ref())?;
    let frame = look.frame(Tab::Card, "main")?;
    let marks = paths.iter().filter_map(|path| mark(look, "main", path)).take(ROWS_MAX).collect();
    let kind = repo.kind.singular();
    let tag = |tag: &String| (tag.clone(), format!("/hub?kind={kind}&tag={}", encoded(tag)));
    let personal = hub::personal_of(look.read, &here.visitor, repo)?;
    let terms = hub::terms_of(look.read, &here.visitor, repo)?;
    Ok(RepoPage {
        ui: here.cx.ui(),
        card: has_body.then(|| rendered(card::render(checked.body, &base))),
        problems: match text.is_empty() {
            true => Vec::new(),
            false => checked.report.errors.iter().map(|one| one.message.clone()).collect(),
        },
        licences: facts.license_name.iter().chain(&facts.licenses).cloned().collect(),
        tags: facts.tags_shown.iter().take(40).map(tag).collect(),
        bases: bases(look, &facts)?,
        derived: derived(look)?,
        files,
        changed: view::day(repo.changed_at),
        terms: terms.map(terms_facts),
        personal: personal.map(|personal| (personal.statement, personal.office)),
        marks,
        snippets: snippet::of(&here.cx.shared.public_url, repo, &paths),
        edit_href: frame.may_write.then(|| here.href("/edit/main/README.md")),
        repo: frame,
    })
}

/// Finds a revision; `None` where the repository has no such one yet.
pub(super) fn head_find(
    look: &Look<'_, '_>,
    revision: &str,
) -> Result<Option<Revision>, depot::Error> {
    match revision_find(look.read, look.git, &look.here.repo, revision) {
        Ok(head) => Ok(Some(head)),
        Err(depot::Error::Hub(hub::Error::Refused(Refused::RevisionUnknown(_)))) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Returns where links of a Markdown file lead.
pub(super) fn link_base(here: &Here, revision: &str, folder: &str) -> card::LinkBase {
    let revision = encoded(revision);
    card::LinkBase {
        blob: here.href(&format!("/blob/{revision}")),
        resolve: here.href(&format!("/resolve/{revision}")),
        folder: path_encoded(folder),
    }
}

/// Counts files and their size, and returns their paths.
fn files(
    look: &Look<'_, '_>,
    head: Option<&Revision>,
) -> Result<(FilesSum, Vec<String>), depot::Error> {
    let Some(head) = head else { return Ok((FilesSum::default(), Vec::new())) };
    let walk = Walk { prefix: "", is_recursive: true, after: None, limit: FILES_MAX };
    let Some(found) = look.git.walk(head.tree, &walk)? else {
        return Ok((FilesSum::default(), Vec::new()));
    };
    let entries = found.entries.into_iter().filter(|entry| !entry.mode.is_dir()).collect();
    let facts = entry_facts(look.read, look.git, &look.here.repo, entries)?;
    let size = facts.iter().fold(0_u64, |sum, file| sum.saturating_add(file.size_bytes));
    let sum = FilesSum {
        count: u64::try_from(facts.len()).unwrap_or(u64::MAX),
        size: size_text(size),
        is_more: found.has_more,
    };
    Ok((sum, facts.into_iter().map(|file| file.path).collect()))
}

/// Lists what the card says that the repository was made from.
fn bases(look: &Look<'_, '_>, facts: &card::Facts) -> Result<Vec<LineageRow>, depot::Error> {
    let models = facts.base_models.iter();
    let models = models.map(|base| (RepoKind::Model, &base.id, base.derivation.as_str()));
    let datasets = facts.datasets.iter();
    let word = look.here.cx.t(kind_key(RepoKind::Dataset));
    let datasets = datasets.map(|id| (RepoKind::Dataset, id, word));
    let mut rows = Vec::new();
    for (kind, path, relation) in models.chain(datasets).take(ROWS_MAX) {
        let found = hub::repo_find(look.read, kind, path)?;
        let found = found.map(|(Found::Here(repo) | Found::Moved(repo))| repo);
        let asked = (hub::Action::See, look.here.cx.now);
        let seen = found
            .filter(|repo| hub::access_test(look.read, &look.here.visitor, repo, asked).is_ok());
        rows.push(LineageRow {
            path: path.clone(),
            href: seen.map(|repo| format!("/{}", repo.page())),
            relation: relation.to_owned(),
        });
    }
    Ok(rows)
}

/// Lists the repositories made from this one.
fn derived(look: &Look<'_, '_>) -> Result<Vec<LineageRow>, depot::Error> {
    let (repo, visitor) = (&look.here.repo, &look.here.visitor);
    let most = u32::try_from(ROWS_MAX).unwrap_or(u32::MAX);
    let path = repo.path();
    let found = hub::dependents(look.read, visitor, (repo.kind, &path), (None, most))?;
    let row = |repo: hub::Repo| LineageRow {
        path: repo.path(),
        href: Some(format!("/{}", repo.page())),
        relation: String::new(),
    };
    Ok(found.rows.into_iter().map(row).collect())
}

fn terms_facts(stated: StatedTerms) -> TermsFacts {
    let terms = stated.terms;
    TermsFacts {
        platform: terms.platform,
        eligible: terms.eligible,
        price: terms.price,
        notice_days: count(terms.notice_days),
        portability: terms.portability,
    }
}
