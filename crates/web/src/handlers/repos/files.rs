//! Folders and files of a revision.

use super::card::link_base;
use super::frame::{instant, mark, path_encoded, size_text, way};
use super::here::{Here, Look};
use crate::handlers::encoded;
use crate::pages::repos::files::{BlobBody, BlobPage, FileRow, TreePage, listing, rendered};
use crate::pages::repos::frame::{Gate, Tab};
use crate::serve::{Fault, Page, Query, See};
use crate::{Choice, Field};
use app::depot::{self, FileFacts, Revision, entry_facts, file_find, revision_find};
use axum::extract::Path;
use git::{LastChange, Walk};
use hub::{Action, HEADS, Refused, TAGS};
use std::collections::BTreeMap;

/// Entries of one page of a folder.
const ROWS: usize = 100;
/// Commits walked to find the last change of an entry; beyond them it is not told.
const COMMITS_MAX: usize = 2_000;
/// Largest text that is shown, in bytes, and most lines.
pub(super) const TEXT_BYTES_MAX: u64 = 512 * 1024;
const TEXT_LINES_MAX: usize = 10_000;
/// Largest picture that is shown, in bytes.
const PICTURE_BYTES_MAX: u64 = 20 * 1024 * 1024;
/// Pictures that every browser shows and that hold no script.
const PICTURES: [&str; 6] = [".png", ".jpg", ".jpeg", ".gif", ".webp", ".avif"];
/// Branches and tags that a selection offers.
const REFS_MAX: usize = 200;

/// What an address says behind the name of the repository.
pub(super) type Named = Path<BTreeMap<String, String>>;

/// Takes revision and path out of an address.
pub(super) fn place(named: &mut BTreeMap<String, String>) -> (String, String) {
    let revision = named.remove("revision").unwrap_or_else(|| "main".to_owned());
    let path = named.remove("path").unwrap_or_default();
    (revision, path.trim_matches('/').to_owned())
}

/// Goes to the files of the branch that a form names.
pub(super) async fn switch(here: Here, query: Query) -> See {
    let revision = query.optional("revision").unwrap_or_else(|| "main".to_owned());
    See(here.href(&format!("/tree/{}", encoded(&revision))))
}

/// Shows a folder; a path that is a file leads to the file.
pub(super) async fn tree(here: Here, Path(mut named): Named, query: Query) -> Result<Page, Fault> {
    let (revision, path) = place(&mut named);
    let after = query.optional("after");
    Page::of(&here.look(move |look| tree_page(look, (&revision, &path), after)).await?)
}

fn tree_page(
    look: &Look<'_, '_>,
    (revision, folder): (&str, &str),
    after: Option<String>,
) -> Result<TreePage, depot::Error> {
    let here = look.here;
    let head = revision_find(look.read, look.git, &here.repo, revision)?;
    let walk = Walk { prefix: folder, is_recursive: false, after: after.as_deref(), limit: ROWS };
    let found = look.git.walk(head.tree, &walk)?;
    let found = found.ok_or_else(|| Refused::EntryUnknown(folder.to_owned()))?;
    let last = found.entries.last().filter(|_| found.has_more).map(|entry| entry.path.clone());
    let facts = entry_facts(look.read, look.git, &here.repo, found.entries)?;
    let frame = look.frame(Tab::Files, revision)?;
    let may_read = frame.gate == Gate::Open;
    let rows = rows(look, (revision, &head, folder), &facts, may_read)?;
    let at = |tail: &str| here.href(&format!("/{tail}/{}", encoded(revision)));
    let below = |start: String| match folder {
        "" => start,
        folder => format!("{start}/{}", path_encoded(folder)),
    };
    let is_branch = hub::ref_find(look.read, &here.repo, &format!("{HEADS}{revision}"))?.is_some();
    let may_upload = frame.may_write && is_branch;
    Ok(TreePage {
        ui: here.cx.ui(),
        way: way(look, revision, folder),
        revision: revisions(look, revision)?,
        rows,
        next: last.map(|path| format!("{}?after={}", below(at("tree")), encoded(&path))),
        upload_href: may_upload.then(|| below(at("upload"))),
        repo: frame,
    })
}

fn rows(
    look: &Look<'_, '_>,
    (revision, head, folder): (&str, &Revision, &str),
    facts: &[FileFacts],
    may_read: bool,
) -> Result<Vec<FileRow>, depot::Error> {
    let name_of = |file: &FileFacts| file.path.rsplit('/').next().unwrap_or_default().to_owned();
    let names: Vec<String> = facts.iter().map(name_of).collect();
    let wanted: Vec<&str> = names.iter().map(String::as_str).collect();
    let lasts = look.git.last_changes(head.commit, folder, &wanted, COMMITS_MAX)?;
    let at = |word: &str, path: &str| {
        look.here.href(&format!("/{word}/{}/{}", encoded(revision), path_encoded(path)))
    };
    let row = |(file, name): (&FileFacts, String)| {
        let commit = match lasts.get(&name) {
            Some(LastChange::Known(oid, commit)) => Some((oid, commit)),
            Some(LastChange::Unknown) | None => None,
        };
        let is_folder = file.is_dir();
        FileRow {
            href: at(if is_folder { "tree" } else { "blob" }, &file.path),
            is_folder,
            size: if is_folder { String::new() } else { size_text(file.size_bytes) },
            is_large: file.large.is_some(),
            download: (may_read && !is_folder).then(|| at("resolve", &file.path)),
            changed: commit.map_or_else(String::new, |(_, found)| {
                instant(found.committer.seconds).chars().take(10).collect()
            }),
            commit: commit.map(|(oid, found)| {
                (found.title().to_owned(), look.here.href(&format!("/commit/{oid}")))
            }),
            name,
        }
    };
    Ok(facts.iter().zip(names).map(row).collect())
}

/// Offers the branches and tags; a revision that is neither stands first.
pub(super) fn revisions(look: &Look<'_, '_>, now: &str) -> Result<Field, depot::Error> {
    let refs = hub::refs_of(look.read, &look.here.repo)?;
    let short = |name: &str| {
        name.strip_prefix(HEADS).or_else(|| name.strip_prefix(TAGS)).map(ToOwned::to_owned)
    };
    let mut names: Vec<String> =
        refs.iter().filter_map(|found| short(&found.name)).take(REFS_MAX).collect();
    if !names.iter().any(|name| name == now) {
        names.insert(0, now.to_owned());
    }
    let choice = |name: String| Choice { value: name.clone(), label: name };
    Ok(Field { choices: names.into_iter().map(choice).collect(), ..Field::new("revision", now) })
}

/// Shows a file. Where it holds personal data, the reading is noted before a byte goes out.
pub(super) async fn blob(here: Here, Path(mut named): Named) -> Result<Page, Fault> {
    let (revision, path) = place(&mut named);
    let (page, commit, shown) = here.look(move |look| blob_page(look, &revision, &path)).await?;
    if let Some(path) = shown {
        here.reading_note(&path, &commit).await?;
    }
    Page::of(&page)
}

/// Makes the page; tells the commit, and the path where content of the file is on it.
fn blob_page(
    look: &Look<'_, '_>,
    revision: &str,
    path: &str,
) -> Result<(BlobPage, String, Option<String>), depot::Error> {
    let here = look.here;
    let head = revision_find(look.read, look.git, &here.repo, revision)?;
    let file = file_find(look.read, look.git, &here.repo, (head.tree, path))?;
    if file.is_dir() {
        return Err(Refused::EntryUnknown(path.to_owned()).into());
    }
    let frame = look.frame(Tab::Files, revision)?;
    let may_read = look.may(Action::Read)?;
    let body = if may_read { body(look, revision, &file)? } else { BlobBody::Closed };
    let at =
        |word: &str| here.href(&format!("/{word}/{}/{}", encoded(revision), path_encoded(path)));
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let is_text = matches!(body, BlobBody::Text(_) | BlobBody::Rendered(_));
    let is_branch = hub::ref_find(look.read, &here.repo, &format!("{HEADS}{revision}"))?.is_some();
    let may_change = frame.may_write && is_branch;
    let page = BlobPage {
        ui: here.cx.ui(),
        way: way(look, revision, folder),
        file: name.to_owned(),
        size: size_text(file.size_bytes),
        hash: file.etag(),
        is_large: file.large.is_some(),
        mark: mark(look, revision, path),
        raw: may_read.then(|| at("raw")),
        download: may_read.then(|| at("resolve")),
        edit_href: (may_change && is_text).then(|| at("edit")),
        delete_href: may_change.then(|| at("delete")),
        repo: frame,
        body,
    };
    let is_shown = is_text.then(|| path.to_owned());
    Ok((page, head.commit.to_string(), is_shown))
}

fn body(look: &Look<'_, '_>, revision: &str, file: &FileFacts) -> Result<BlobBody, depot::Error> {
    let name = file.path.to_lowercase();
    let is_picture = PICTURES.iter().any(|ending| name.ends_with(ending));
    if is_picture && file.size_bytes <= PICTURE_BYTES_MAX {
        let tail = format!("/resolve/{}/{}", encoded(revision), path_encoded(&file.path));
        return Ok(BlobBody::Picture(look.here.href(&tail)));
    }
    if file.large.is_some() || file.size_bytes > TEXT_BYTES_MAX {
        return Ok(BlobBody::TooLarge);
    }
    let bytes = look.git.blob_read(file.oid, TEXT_BYTES_MAX)?;
    let Some(text) = text_of(bytes) else { return Ok(BlobBody::Binary) };
    if name.ends_with(".md") {
        let folder = file.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let base = link_base(look.here, revision, folder);
        let body = card::split(&text).body;
        return Ok(BlobBody::Rendered(rendered(card::render(body, &base))));
    }
    if text.lines().nth(TEXT_LINES_MAX).is_some() {
        return Ok(BlobBody::TooLarge);
    }
    Ok(BlobBody::Text(listing(&text)))
}

/// Returns bytes as a text, unless they are none.
pub(super) fn text_of(bytes: Vec<u8>) -> Option<String> {
    let text = String::from_utf8(bytes).ok()?;
    (!text.contains('\0')).then_some(text)
}
