//! Changing files from the browser: each form is one commit on a branch.

use super::card::link_base;
use super::files::{Named, TEXT_BYTES_MAX, place, text_of};
use super::forms::{again, input, page, text};
use super::frame::path_encoded;
use super::here::{Here, depot_of, work};
use crate::Field;
use crate::handlers::encoded;
use crate::handlers::work::act::form_key;
use crate::handlers::work::upload::{File, Upload};
use crate::html::Html;
use crate::pages::repos::files::rendered;
use crate::pages::repos::form::{RepoFormPage, Section};
use crate::pages::repos::frame::Tab;
use crate::serve::{Fault, Page, Posted, See};
use app::depot::{
    Attributes, Draft, Message, Push, attributes_read, file_find, is_large, large_put,
    publish_keyed, revision_find,
};
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use base::{FieldProblem, FieldProblems};
use hub::{Action, Pointer, Refused};
use std::sync::Arc;

/// Largest body of a form with files, in bytes: 10 MiB of files and the form around them. More is
/// for the programs that upload in parts.
pub(super) const UPLOAD_BYTES_MAX: usize = 10 * 1024 * 1024 + 64 * 1024;
/// Most files of one form.
const FILES_MAX: usize = 100;
/// Longest first line of a commit, in characters, as the wire's clients cut it.
const SUMMARY_CHARS_MAX: usize = 200;

/// A change that a form asks for.
struct Change {
    revision: String,
    summary: String,
    /// Path and content of each file that is put.
    puts: Vec<(String, Arc<[u8]>)>,
    deletes: Vec<String>,
    /// Commit that the form was made from; empty for whatever is newest.
    parent: String,
}

/// What a sent form comes to.
struct Sent {
    /// What makes the same form sent again the same commit.
    key: String,
    change: Result<Change, Fault>,
    /// Where the commit leads.
    to: String,
}

/// Commits what a form asks for, or shows the form again with what is wrong.
async fn answer(
    here: &Here,
    revision: &str,
    section: Section,
    sent: Sent,
) -> Result<Response, Fault> {
    let done = match sent.change {
        Ok(change) => commit(here, sent.key, change, sent.to).await,
        Err(fault) => Err(fault),
    };
    match done {
        Ok(see) => Ok(see.into_response()),
        Err(fault) => {
            let fault = if section.files.is_some() { at_files(fault) } else { fault };
            again(&here.cx, fault, files_page(here, revision, section, None).await?)
        }
    }
}

/// Makes the page of a form among the files.
async fn files_page(
    here: &Here,
    revision: &str,
    section: Section,
    preview: Option<Html>,
) -> Result<RepoFormPage, Fault> {
    page(here, (Tab::Files, revision), vec![section], preview).await
}

/// Makes one commit; the same form sent again makes none and leads to the same page.
async fn commit(here: &Here, key: String, change: Change, to: String) -> Result<See, Fault> {
    let known = key.clone();
    let done = here.cx.app.read(move |read| app::once_find(read, &known)).await?;
    if let Some(location) = done {
        return Ok(See(location));
    }
    let person = here.cx.person()?.id;
    let author = here.write(move |tx| hub::namespace_ensure(tx, person)).await?.name;
    let (repo, visitor, now) = (here.repo.clone(), here.visitor.clone(), here.cx.now);
    let puts = larges_put(here, &change).await?;
    let published = work(&here.cx, move |app, depot| {
        let mut draft = Draft::begin(depot, &repo)?;
        for (path, put) in &puts {
            match put {
                Put::Small(bytes) => draft.file(path, bytes)?,
                Put::Large(pointer) => draft.large(path, pointer)?,
            }
        }
        for path in &change.deletes {
            draft.delete(path, false)?;
        }
        let message = Message {
            author,
            summary: change.summary,
            description: String::new(),
            seconds: now.millis().div_euclid(1_000),
        };
        let parent = Some(change.parent).filter(|parent| !parent.is_empty());
        let push = Push { repo, visitor, revision: change.revision, parent, message };
        publish_keyed(app, depot, &push, (&mut draft, &key, &to))
    });
    Ok(See(published.await?))
}

/// A file as a commit takes it.
enum Put {
    Small(Arc<[u8]>),
    Large(Pointer),
}

/// Stores the files that do not belong into Git; the others stay as they are.
async fn larges_put(here: &Here, change: &Change) -> Result<Vec<(String, Put)>, Fault> {
    let brought = change.puts.iter().find(|(path, _)| path == ".gitattributes");
    let text = match brought {
        Some((_, bytes)) => String::from_utf8_lossy(bytes).into_owned(),
        None => {
            let revision = change.revision.clone();
            let read = here.look(move |look| {
                let head = revision_find(look.read, look.git, &look.here.repo, &revision)?;
                attributes_read(look.git, head.tree)
            });
            read.await?
        }
    };
    let attributes = Attributes::parse(&text);
    let (app, depot) = (&here.cx.app, depot_of(&here.cx)?);
    let quota = here.cx.shared.quota_bytes;
    let mut puts = Vec::with_capacity(change.puts.len());
    for (path, bytes) in &change.puts {
        let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        let put = if is_large(&attributes, path, (size, bytes)) {
            Put::Large(large_put(app, &depot, &here.repo, (bytes, quota)).await?)
        } else {
            Put::Small(bytes.clone())
        };
        puts.push((path.clone(), put));
    }
    Ok(puts)
}

/// Tests the first line of a commit.
fn summary(form: &Posted, usual: &str) -> Result<String, Fault> {
    let given = form.text("summary");
    let mut problems = FieldProblems::default();
    problems.text("summary", given, 0, SUMMARY_CHARS_MAX);
    problems.finish().map_err(Fault::Invalid)?;
    Ok(if given.is_empty() { usual.to_owned() } else { given.to_owned() })
}

fn upload_section(here: &Here, (revision, folder): (&str, &str), form: &Posted) -> Section {
    let cx = &here.cx;
    let below =
        if folder.is_empty() { String::new() } else { format!("/{}", path_encoded(folder)) };
    Section {
        id: "upload",
        title: cx.t("edit.upload").to_owned(),
        lede: cx.t("edit.upload-lede").to_owned(),
        action: here.href(&format!("/upload/{}{below}", encoded(revision))),
        inputs: vec![input(
            cx,
            Field::new("summary", form.text("summary")),
            ("edit.summary", "edit.summary-hint"),
        )],
        files: Some(Field::new("files", "")),
        send: cx.t("edit.commit").to_owned(),
        ..Section::default()
    }
}

/// Shows the form that adds files to a folder.
pub(super) async fn upload_ask(here: Here, Path(mut named): Named) -> Result<Page, Fault> {
    here.require(Action::Write).await?;
    let (revision, folder) = place(&mut named);
    let section = upload_section(&here, (&revision, &folder), &Posted::default());
    Page::of(&files_page(&here, &revision, section, None).await?)
}

/// Adds files to a folder, in one commit.
pub(super) async fn upload(
    here: Here,
    Path(mut named): Named,
    form: Upload,
) -> Result<Response, Fault> {
    here.require(Action::Write).await?;
    let (revision, folder) = place(&mut named);
    let below =
        if folder.is_empty() { String::new() } else { format!("/{}", path_encoded(&folder)) };
    let sent = Sent {
        key: form_key(&here.cx, form.form(), &digests(&form.files)),
        change: upload_read(&form, &revision, &folder),
        to: here.href(&format!("/tree/{}{below}", encoded(&revision))),
    };
    let section = upload_section(&here, (&revision, &folder), form.form());
    answer(&here, &revision, section, sent).await
}

fn digests(files: &[File]) -> String {
    files.iter().map(|file| base::sha256_hex(&file.bytes)).collect()
}

fn upload_read(form: &Upload, revision: &str, folder: &str) -> Result<Change, Fault> {
    let mut problems = FieldProblems::default();
    problems.require(!form.files.is_empty(), "files", ("must be chosen", "须选择"));
    problems.require(
        form.files.len() <= FILES_MAX,
        "files",
        ("at most 100 at once: use the programs for more", "一次最多 100 个，更多请用命令行程序"),
    );
    problems.finish().map_err(Fault::Invalid)?;
    let path = |file: &File| match folder {
        "" => file.name.clone(),
        folder => format!("{folder}/{}", file.name),
    };
    let usual = match form.files.as_slice() {
        [one] => format!("Add {}", one.name),
        files => format!("Add {} files", files.len()),
    };
    Ok(Change {
        revision: revision.to_owned(),
        summary: summary(form.form(), &usual)?,
        puts: form.files.iter().map(|file| (path(file), file.bytes.clone())).collect(),
        deletes: Vec::new(),
        parent: String::new(),
    })
}

/// Puts what is wrong with a path at the input of the files.
fn at_files(fault: Fault) -> Fault {
    match fault {
        Fault::Refused { code, message, zh } if code == "path_invalid" => {
            let problem = match &zh {
                Some(zh) => FieldProblem::new("files", (message.as_str(), zh.as_str())),
                None => FieldProblem::new("files", message),
            };
            Fault::Invalid(vec![problem])
        }
        fault => fault,
    }
}

/// The file that a form edits: its text, and the commit it was read from.
async fn found(here: &Here, revision: &str, path: &str) -> Result<(String, String), Fault> {
    let (revision, path) = (revision.to_owned(), path.to_owned());
    let read = here.look(move |look| {
        let head = revision_find(look.read, look.git, &look.here.repo, &revision)?;
        let commit = head.commit.to_string();
        let file = match file_find(look.read, look.git, &look.here.repo, (head.tree, &path)) {
            Ok(file) => file,
            // A card that is not there yet is written in the same form.
            Err(app::depot::Error::Hub(hub::Error::Refused(Refused::EntryUnknown(_))))
                if path == "README.md" =>
            {
                return Ok(Some((String::new(), commit)));
            }
            Err(error) => return Err(error),
        };
        if file.is_dir() || file.large.is_some() || file.size_bytes > TEXT_BYTES_MAX {
            return Ok(None);
        }
        let bytes = look.git.blob_read(file.oid, TEXT_BYTES_MAX)?;
        Ok(text_of(bytes).map(|text| (text, commit)))
    });
    let (text, commit) = read.await?.ok_or(Fault::NotFound)?;
    Ok((text, commit))
}

fn edit_page_section(here: &Here, (revision, path): (&str, &str), values: [&str; 3]) -> Section {
    let cx = &here.cx;
    let [content, line, parent] = values;
    Section {
        id: "edit",
        title: cx.lang.fill("edit.title", &[path.to_owned()]),
        lede: String::new(),
        action: here.href(&format!("/edit/{}/{}", encoded(revision), path_encoded(path))),
        inputs: vec![
            text(cx, Field::new("content", content), ("edit.content", "")),
            input(cx, Field::new("summary", line), ("edit.summary", "edit.summary-hint")),
        ],
        send: cx.t("edit.commit").to_owned(),
        preview: path.ends_with(".md").then(|| cx.t("edit.preview").to_owned()),
        parent: parent.to_owned(),
        ..Section::default()
    }
}

/// Shows a text to be changed.
pub(super) async fn edit_ask(here: Here, Path(mut named): Named) -> Result<Page, Fault> {
    here.require(Action::Write).await?;
    let (revision, path) = place(&mut named);
    let (text, commit) = found(&here, &revision, &path).await?;
    here.reading_note(&path, &commit).await?;
    let section = edit_page_section(&here, (&revision, &path), [&text, "", &commit]);
    Page::of(&files_page(&here, &revision, section, None).await?)
}

/// Changes a text, or shows how it will look.
pub(super) async fn edit(
    here: Here,
    Path(mut named): Named,
    form: Posted,
) -> Result<Response, Fault> {
    here.require(Action::Write).await?;
    let (revision, path) = place(&mut named);
    // Kept as typed; browsers send `\r\n` for every line end.
    let content = form.pairs().iter().find(|(name, _)| name == "content");
    let content = content.map_or_else(String::new, |(_, text)| text.replace("\r\n", "\n"));
    let values = [content.as_str(), form.text("summary"), form.text("parent")];
    let section = edit_page_section(&here, (&revision, &path), values);
    if form.has("preview") {
        let html = preview(&here, (&revision, &path), &content);
        let page = files_page(&here, &revision, section, Some(html)).await?;
        return Ok(Page::of(&page)?.into_response());
    }
    let to = if path == "README.md" && revision == "main" {
        here.href("")
    } else {
        here.href(&format!("/blob/{}/{}", encoded(&revision), path_encoded(&path)))
    };
    let change = edit_read(&form, &revision, &path, &content);
    let sent = Sent { key: form_key(&here.cx, &form, &path), change, to };
    answer(&here, &revision, section, sent).await
}

fn edit_read(form: &Posted, revision: &str, path: &str, content: &str) -> Result<Change, Fault> {
    let mut problems = FieldProblems::default();
    let size = u64::try_from(content.len()).unwrap_or(u64::MAX);
    problems.require(
        size <= TEXT_BYTES_MAX,
        "content",
        ("is longer than 512 KiB: upload it as a file", "超过 512 KiB，请以文件上传"),
    );
    problems.finish().map_err(Fault::Invalid)?;
    let bytes: Arc<[u8]> = Arc::from(content.as_bytes());
    Ok(Change {
        revision: revision.to_owned(),
        summary: summary(form, &format!("Update {path}"))?,
        puts: vec![(path.to_owned(), bytes)],
        deletes: Vec::new(),
        parent: form.text("parent").to_owned(),
    })
}

fn preview(here: &Here, (revision, path): (&str, &str), content: &str) -> Html {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let body = card::split(content).body;
    rendered(card::render(body, &link_base(here, revision, folder)))
}

fn delete_section(here: &Here, revision: &str, path: &str) -> Section {
    let cx = &here.cx;
    Section {
        id: "delete",
        title: cx.lang.fill("edit.delete", &[path.to_owned()]),
        lede: cx.t("edit.delete-lede").to_owned(),
        action: here.href(&format!("/delete/{}/{}", encoded(revision), path_encoded(path))),
        inputs: vec![input(cx, Field::new("summary", ""), ("edit.summary", "edit.summary-hint"))],
        send: cx.t("files.delete").to_owned(),
        is_danger: true,
        ..Section::default()
    }
}

/// Asks before a file is deleted.
pub(super) async fn delete_ask(here: Here, Path(mut named): Named) -> Result<Page, Fault> {
    here.require(Action::Write).await?;
    let (revision, path) = place(&mut named);
    let section = delete_section(&here, &revision, &path);
    Page::of(&files_page(&here, &revision, section, None).await?)
}

/// Deletes a file from a branch; earlier commits keep it.
pub(super) async fn delete(
    here: Here,
    Path(mut named): Named,
    form: Posted,
) -> Result<Response, Fault> {
    here.require(Action::Write).await?;
    let (revision, path) = place(&mut named);
    let change = summary(&form, &format!("Delete {path}")).map(|summary| Change {
        revision: revision.clone(),
        summary,
        puts: Vec::new(),
        deletes: vec![path.clone()],
        parent: String::new(),
    });
    let to = here.href(&format!("/tree/{}", encoded(&revision)));
    let sent = Sent { key: form_key(&here.cx, &form, &path), change, to };
    answer(&here, &revision, delete_section(&here, &revision, &path), sent).await
}
