//! Changing files: how each is to be uploaded, and the commit itself.

use crate::cx::Cx;
use crate::first::{self, look, work};
use crate::page::query_flag;
use crate::{Fault, cards, lines, upload};
use app::depot::{Attributes, Draft, Ignores, Message, Published, Push, publish, revision_find};
use axum::Json;
use axum::body::Body;
use axum::extract::Path;
use axum::http::Uri;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hub::{Action, Pointer, Refused};
use serde::Deserialize;
use serde_json::{Value, json};

/// Files that one request may ask about (the client asks about 256).
const FILES_MAX: usize = 2_000;
/// Largest `.gitignore` that is read.
const IGNORE_BYTES_MAX: u64 = 1024 * 1024;

type Revisioned = Path<(String, String, String, String)>;

/// A file that is to be uploaded.
#[derive(Deserialize)]
pub(crate) struct AskedFile {
    path: String,
    #[serde(default)]
    sample: String,
    #[serde(default)]
    size: u64,
}

/// Files that are to be uploaded.
#[derive(Deserialize)]
pub(crate) struct AskedFiles {
    files: Vec<AskedFile>,
    #[serde(default, rename = "gitIgnore")]
    git_ignore: Option<String>,
}

/// `POST /api/{kind}/{owner}/{name}/preupload/{revision}`.
pub(crate) async fn preupload(
    cx: Cx,
    Path((_, _, _, revision)): Revisioned,
    uri: Uri,
    Json(asked): Json<AskedFiles>,
) -> Result<Json<Value>, Fault> {
    if asked.files.len() > FILES_MAX {
        return Err(Fault::Bad(format!("at most {FILES_MAX} files at once")));
    }
    let is_proposal = query_flag(&uri, "create_pr");
    may_push(&cx, is_proposal).await?;
    let quota = cx.hub.options.quota_bytes;
    let is_outside = cx.visitor.role_in(cx.repo()?.namespace).is_none();
    let files = look(&cx, move |read, git, repo| {
        let mut asked_bytes = 0_i64;
        let head = revision_find(read, git, repo, &revision)?;
        let text = app::depot::attributes_read(git, head.tree)?;
        let attributes = Attributes::parse(&text);
        let ignores = match &asked.git_ignore {
            Some(text) => text.clone(),
            None => app::depot::text_read(git, (head.tree, ".gitignore"), IGNORE_BYTES_MAX)?,
        };
        let ignores = Ignores::parse(&ignores);
        let mut told = Vec::with_capacity(asked.files.len());
        for file in &asked.files {
            let path = file.path.trim_start_matches('/');
            let known = git.entry_at(head.tree, path).ok().flatten();
            let known = known.filter(|entry| !entry.mode.is_dir());
            let known = match known {
                Some(_) => Some(app::depot::file_find(read, git, repo, (head.tree, path))?),
                None => None,
            };
            let oid = known.as_ref().map(|known| known.etag());
            let sample = STANDARD.decode(&file.sample).unwrap_or_default();
            let is_large = app::depot::is_large(&attributes, path, (file.size, &sample));
            let is_ignored = ignores.is_ignored(path);
            // One of the same size may be the same: then nothing is sent.
            if is_large && !is_ignored && known.is_none_or(|known| known.size_bytes != file.size) {
                let size_bytes = i64::try_from(file.size).unwrap_or(i64::MAX);
                asked_bytes = asked_bytes.saturating_add(size_bytes);
            }
            told.push(json!({
                "path": file.path,
                "uploadMode": if is_large { "lfs" } else { "regular" },
                "shouldIgnore": is_ignored,
                "oid": oid,
            }));
        }
        // The client does not show why an upload of chunks broke off; this it shows.
        upload::room_test(read, repo, (asked_bytes, quota), is_outside)?;
        Ok(told)
    })
    .await?;
    Ok(Json(json!({ "files": files })))
}

/// Tests whether the visitor may change files, or propose to.
async fn may_push(cx: &Cx, is_proposal: bool) -> Result<(), Fault> {
    let action = if is_proposal { Action::Contribute } else { Action::Write };
    let (repo, visitor, now) = (cx.repo()?, cx.visitor.clone(), cx.now);
    cx.read(move |read| hub::access_test(read, &visitor, &repo, (action, now))).await
}

/// One line of a commit.
#[derive(Debug, Deserialize)]
#[serde(tag = "key", content = "value", rename_all = "camelCase")]
enum Line {
    Header(Header),
    File(NewFile),
    LfsFile(NewLarge),
    DeletedFile(Named),
    DeletedFolder(Named),
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Header {
    summary: String,
    #[serde(default)]
    description: Option<String>,
    #[serde(default)]
    parent_commit: Option<String>,
}

#[derive(Debug, Deserialize)]
struct NewFile {
    path: String,
    content: String,
    #[serde(default)]
    encoding: Option<String>,
}

#[derive(Debug, Deserialize)]
struct NewLarge {
    path: String,
    oid: String,
    #[serde(default)]
    algo: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Named {
    path: String,
}

/// A commit as it is read, line by line.
struct Reading {
    draft: Draft,
    header: Option<Header>,
    repo: std::sync::Arc<hub::Repo>,
}

impl Reading {
    /// Takes one line; its files are written, but not shown.
    fn line(&mut self, app: &app::App, line: &[u8]) -> Result<(), Fault> {
        if line.iter().all(u8::is_ascii_whitespace) {
            return Ok(());
        }
        let line: Line = serde_json::from_slice(line).map_err(|error| {
            Fault::Bad(format!("a line of the commit is not readable: {error}"))
        })?;
        match line {
            Line::Header(header) => self.header = Some(header),
            Line::File(file) => {
                let bytes = match file.encoding.as_deref() {
                    Some("base64") => {
                        STANDARD.decode(file.content.as_bytes()).map_err(|error| {
                            Fault::Bad(format!("`{}` is no base64: {error}", file.path))
                        })?
                    }
                    None | Some("utf-8") => file.content.into_bytes(),
                    Some(other) => {
                        return Err(Fault::Bad(format!("`{other}` is no encoding here: base64")));
                    }
                };
                cards::commit_test(plain(&file.path), &bytes, self.repo.kind)?;
                self.draft.file(plain(&file.path), &bytes)?;
            }
            Line::LfsFile(large) => self.large(app, &large)?,
            Line::DeletedFile(named) => self.draft.delete(plain(&named.path), false)?,
            Line::DeletedFolder(named) => self.draft.delete(plain(&named.path), true)?,
        }
        Ok(())
    }

    fn large(&mut self, app: &app::App, large: &NewLarge) -> Result<(), Fault> {
        if large.algo.as_deref().is_some_and(|algo| algo != "sha256") || !hub::is_sha256(&large.oid)
        {
            return Err(Fault::Bad(format!(
                "`{}`: oid must be a SHA-256 in hexadecimal",
                large.path
            )));
        }
        let found = app.db().read(|read| hub::object_find(read, &self.repo, &large.oid))?;
        let object = found.ok_or_else(|| Refused::ObjectMissing {
            path: large.path.clone(),
            sha256: large.oid.clone(),
        })?;
        let pointer = Pointer { sha256: object.sha256, size_bytes: object.size_bytes };
        Ok(self.draft.large(plain(&large.path), &pointer)?)
    }
}

/// Clients may write a path from the root with or without a slash.
fn plain(path: &str) -> &str {
    path.strip_prefix("./").unwrap_or(path)
}

/// `POST /api/{kind}/{owner}/{name}/commit/{revision}`.
pub(crate) async fn commit(
    cx: Cx,
    Path((_, _, _, revision)): Revisioned,
    uri: Uri,
    body: Body,
) -> Result<Json<Value>, Fault> {
    let is_proposal = query_flag(&uri, "create_pr");
    may_push(&cx, is_proposal).await?;
    let author = first::own_name(&cx).await?;
    let repo = cx.repo()?;
    let turn = cx.hub.lines.turn().await?;
    let reading = {
        let repo = repo.clone();
        work(&cx, move |_, depot| {
            Ok(Reading { draft: Draft::begin(depot, &repo)?, header: None, repo })
        })
        .await?
    };
    let mut reading = read_lines(&cx, reading, body).await?;
    drop(turn);
    let header = reading.header.take();
    let header = header.ok_or_else(|| Fault::Bad("the commit has no header line".to_owned()))?;
    let push = Push {
        repo: repo.clone(),
        visitor: cx.visitor.clone(),
        revision,
        parent: header.parent_commit,
        message: Message {
            author,
            summary: header.summary,
            description: header.description.unwrap_or_default(),
            seconds: cx.now.millis().div_euclid(1_000),
        },
    };
    let mut draft = reading.draft;
    let done = if is_proposal {
        work(&cx, move |app, depot| app::depot::propose(app, depot, &push, &mut draft)).await?
    } else {
        work(&cx, move |app, depot| publish(app, depot, &push, &mut draft)).await?
    };
    Ok(Json(told(&cx, &repo, &done)))
}

fn told(cx: &Cx, repo: &hub::Repo, done: &Published) -> Value {
    let page = cx.url(&repo.page());
    let mut body = json!({
        "success": true,
        "commitOid": done.commit.to_string(),
        "commitUrl": format!("{page}/commit/{}", done.commit),
        "hookOutput": "",
    });
    if let Some(number) = done.name.strip_prefix(hub::PULLS) {
        body["pullRequestUrl"] = json!(format!("{page}/discussions/{number}"));
    }
    body
}

/// Reads the body line by line. The lines are worked off on a thread where blocking does no harm; a
/// full hand-over makes the client wait.
async fn read_lines(cx: &Cx, mut reading: Reading, body: Body) -> Result<Reading, Fault> {
    let (send, mut lines) = tokio::sync::mpsc::channel::<lines::Line>(2);
    let hub = cx.hub.clone();
    let worker = tokio::task::spawn_blocking(move || {
        while let Some(line) = lines.blocking_recv() {
            reading.line(&hub.app, line.bytes())?;
        }
        Ok::<_, Fault>(reading)
    });
    let sent = cx.hub.lines.send(send, body).await;
    let reading = worker.await.map_err(Fault::failed)??;
    sent?;
    Ok(reading)
}
