//! Discussions and pull requests.

use crate::Fault;
use crate::cx::Cx;
use crate::first::{self, look, work};
use crate::page::{query, query_flag};
use crate::refs::object;
use crate::stamp::stamp;
use app::depot::{self, conflicts, revision_find};
use axum::Json;
use axum::body::Bytes;
use axum::extract::Path;
use axum::http::Uri;
use db::Read;
use git::Oid;
use hub::{
    Discussion, DiscussionFilter, DiscussionStatus, Event, EventKind, NewDiscussion, PULLS, Repo,
    Visitor,
};
use identity::PersonId;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Discussions of one page, as the clients expect.
const PAGE_ROWS: u32 = 50;
/// Bytes of a pull request's difference that are sent.
const DIFF_BYTES_MAX: usize = 2 * 1024 * 1024;

type Numbered = Path<BTreeMap<String, String>>;

/// Names of people, each looked up once.
#[derive(Default)]
struct Names(BTreeMap<PersonId, String>);

impl Names {
    fn author(&mut self, read: &Read<'_>, person: PersonId) -> Result<Value, hub::Error> {
        let name = match self.0.get(&person) {
            Some(known) => known.clone(),
            None => self.0.entry(person).or_insert(hub::name_of(read, person)?).clone(),
        };
        Ok(json!({"_id": person, "name": name, "type": "user", "avatarUrl": ""}))
    }
}

/// Writes a discussion as it stands in a list.
fn discussion_json(
    read: &Read<'_>,
    names: &mut Names,
    (repo, discussion): (&Repo, &Discussion),
) -> Result<Value, hub::Error> {
    Ok(json!({
        "num": discussion.number,
        "title": discussion.title,
        "author": names.author(read, discussion.author)?,
        "repo": {"name": repo.path(), "type": repo.kind.singular()},
        "status": discussion.status.wire(),
        "isPullRequest": discussion.is_pull_request,
        "createdAt": stamp(discussion.created_at),
        "pinned": false,
    }))
}

/// Writes an event as the clients read it.
fn event_json(read: &Read<'_>, names: &mut Names, event: &Event) -> Result<Value, hub::Error> {
    let author = names.author(read, event.author)?;
    let (kind, data) = match event.kind {
        EventKind::Comment => {
            let at = event.edited.map_or(event.at, |(_, at)| at);
            let by = event.edited.map_or(event.author, |(by, _)| by);
            let data = json!({
                "edited": event.edited.is_some(),
                "hidden": event.is_hidden,
                "latest": {
                    "raw": event.text,
                    "updatedAt": stamp(at),
                    "author": names.author(read, by)?,
                },
            });
            ("comment", data)
        }
        EventKind::StatusChange => ("status-change", json!({"status": event.text})),
        EventKind::TitleChange => ("title-change", json!({"from": event.other, "to": event.text})),
        EventKind::Commit => ("commit", json!({"oid": event.text, "subject": event.other})),
    };
    Ok(json!({
        "id": event.id,
        "type": kind,
        "createdAt": stamp(event.at),
        "author": author,
        "data": data,
    }))
}

fn filter(uri: &Uri) -> Result<DiscussionFilter, Fault> {
    let asked = |name: &str| query(uri, name).filter(|word| word != "all" && !word.is_empty());
    let is_pull_request = match asked("type").as_deref() {
        None => None,
        Some("pull_request") => Some(true),
        Some("discussion") => Some(false),
        Some(other) => return Err(Fault::Bad(format!("type: `{other}` is not known here"))),
    };
    let is_open = match asked("status").as_deref() {
        None => None,
        Some("open") => Some(true),
        Some("closed") => Some(false),
        Some(other) => return Err(Fault::Bad(format!("status: `{other}` is not known here"))),
    };
    let author = query(uri, "author").filter(|name| !name.is_empty());
    Ok(DiscussionFilter { is_pull_request, is_open, author })
}

/// `GET /api/{kind}/{owner}/{name}/discussions`.
pub(crate) async fn list(cx: Cx, uri: Uri) -> Result<Json<Value>, Fault> {
    let filter = filter(&uri)?;
    let index = query(&uri, "p").and_then(|text| text.parse::<u32>().ok()).unwrap_or(0);
    let (repo, visitor) = (cx.repo()?, cx.visitor.clone());
    let body = cx
        .read(move |read| {
            let part = (index, PAGE_ROWS);
            let (rows, count) = hub::discussions(read, &visitor, &repo, &filter, part)?;
            let mut names = Names::default();
            let rows = rows.iter().map(|row| discussion_json(read, &mut names, (&repo, row)));
            let rows = rows.collect::<Result<Vec<_>, _>>()?;
            let start = u64::from(index) * u64::from(PAGE_ROWS);
            Ok(json!({"discussions": rows, "count": count, "start": start}))
        })
        .await?;
    Ok(Json(body))
}

/// `POST /api/{kind}/{owner}/{name}/discussions`.
pub(crate) async fn create(cx: Cx, body: Bytes) -> Result<Json<Value>, Fault> {
    let asked = object(&body)?;
    let text = |name: &str| asked[name].as_str().unwrap_or_default().to_owned();
    let (title, description) = (text("title"), text("description"));
    first::own_name(&cx).await?;
    let (repo, visitor) = (cx.repo()?, cx.visitor.clone());
    let opened = if asked["pullRequest"].as_bool().unwrap_or(false) {
        let repo = repo.clone();
        work(&cx, move |app, depot| {
            depot::pull_open(app, depot, (&visitor, &repo), (&title, &description))
        })
        .await?
    } else {
        let new = NewDiscussion { title, description, pull: None };
        let repo = repo.clone();
        cx.write(move |tx| hub::discussion_open(tx, &visitor, &repo, &new)).await?
    };
    let page = cx.url(&format!("{}/discussions/{}", repo.page(), opened.number));
    let mut body =
        cx.read(move |read| discussion_json(read, &mut Names::default(), (&repo, &opened))).await?;
    body["url"] = json!(page);
    Ok(Json(body))
}

fn number_of(named: &BTreeMap<String, String>) -> Result<i64, Fault> {
    let text = named.get("number").map(String::as_str).unwrap_or_default();
    text.parse().map_err(|_| Fault::Bad(format!("`{text}` is no number of a discussion")))
}

/// `GET /api/{kind}/{owner}/{name}/discussions/{number}`.
pub(crate) async fn read(cx: Cx, Path(named): Numbered, uri: Uri) -> Result<Json<Value>, Fault> {
    let number = number_of(&named)?;
    let has_diff = query_flag(&uri, "diff");
    let (visitor, now) = (cx.visitor.clone(), cx.now);
    let body = look(&cx, move |read, git, repo| {
        let (discussion, events) = hub::discussion_read(read, &visitor, repo, number)?;
        // A difference holds parts of files, also of those that a proposal takes away.
        let has_diff = has_diff && may_read(read, (&visitor, repo), now)?;
        let mut names = Names::default();
        let mut body = discussion_json(read, &mut names, (repo, &discussion))?;
        let events = events.iter().map(|event| event_json(read, &mut names, event));
        body["events"] = Value::Array(events.collect::<Result<_, _>>()?);
        if discussion.is_pull_request {
            let change = change(read, git, (repo, &discussion), has_diff);
            // History that was written anew may have lost what an old pull request was made from.
            let change = change.unwrap_or_default();
            body["changes"] = json!({
                "base": discussion.base,
                "mergeCommitId": discussion.merge_commit,
            });
            body["filesWithConflicts"] = json!(change.conflicts);
            body["diff"] = json!(change.diff);
        }
        Ok(body)
    })
    .await?;
    if body["diff"].is_string() {
        cx.reading_note(&format!("(diff of {PULLS}{number})"), "").await?;
    }
    Ok(Json(body))
}

fn may_read(
    read: &Read<'_>,
    (visitor, repo): (&Visitor, &Repo),
    now: base::Time,
) -> Result<bool, hub::Error> {
    match hub::access_test(read, visitor, repo, (hub::Action::Read, now)) {
        Ok(()) => Ok(true),
        Err(hub::Error::Refused(_)) => Ok(false),
        Err(error) => Err(error),
    }
}

/// What a pull request proposes.
#[derive(Debug, Default)]
struct Proposed {
    conflicts: Vec<String>,
    diff: Option<String>,
}

fn change(
    read: &Read<'_>,
    git: &git::Repo,
    (repo, discussion): (&Repo, &Discussion),
    has_diff: bool,
) -> Result<Proposed, depot::Error> {
    let head = revision_find(read, git, repo, &format!("{PULLS}{}", discussion.number))?.commit;
    let merged = discussion.merge_commit.as_ref().and_then(|text| text.parse::<Oid>().ok());
    let (base, conflicts) = match merged {
        // The branch as it stood when the pull request came into it.
        Some(merged) => (git.commit_read(merged)?.parents.first().copied(), Vec::new()),
        None => {
            let base = revision_find(read, git, repo, &discussion.base)?.commit;
            (Some(base), conflicts(git, base, head)?)
        }
    };
    if !has_diff {
        return Ok(Proposed { conflicts, diff: None });
    }
    let fork = match base {
        Some(base) => git.merge_base(base, head)?,
        None => None,
    };
    let before = fork.map(|fork| git.commit_read(fork)).transpose()?.map(|commit| commit.tree);
    let patch = git.patch(before, Some(git.commit_read(head)?.tree), DIFF_BYTES_MAX)?;
    let note =
        if patch.is_cut { "\n# further files are left out: clone to see them\n" } else { "" };
    Ok(Proposed { conflicts, diff: Some(format!("{}{note}", patch.text)) })
}

/// Writes one change of a discussion and answers with its event.
async fn changed<F>(cx: &Cx, key: &str, act: F) -> Result<Json<Value>, Fault>
where
    F: Fn(&mut db::Tx<'_>, &Visitor, &Repo) -> Result<Event, hub::Error> + Send + 'static,
{
    first::own_name(cx).await?;
    let (repo, visitor) = (cx.repo()?, cx.visitor.clone());
    let event = cx
        .write(move |tx| {
            let event = act(tx, &visitor, &repo)?;
            event_json(tx, &mut Names::default(), &event)
        })
        .await?;
    Ok(Json(json!({ key: event })))
}

fn text_of(body: &Bytes, name: &str) -> Result<String, Fault> {
    Ok(object(body)?[name].as_str().unwrap_or_default().to_owned())
}

/// `POST .../discussions/{number}/comment`.
pub(crate) async fn comment(
    cx: Cx,
    Path(named): Numbered,
    body: Bytes,
) -> Result<Json<Value>, Fault> {
    let (number, text) = (number_of(&named)?, text_of(&body, "comment")?);
    changed(&cx, "newMessage", move |tx, visitor, repo| {
        hub::comment_add(tx, visitor, repo, (number, &text))
    })
    .await
}

/// `POST .../discussions/{number}/title`.
pub(crate) async fn title(
    cx: Cx,
    Path(named): Numbered,
    body: Bytes,
) -> Result<Json<Value>, Fault> {
    let (number, title) = (number_of(&named)?, text_of(&body, "title")?);
    changed(&cx, "newTitle", move |tx, visitor, repo| {
        hub::title_set(tx, visitor, repo, (number, &title))
    })
    .await
}

/// `POST .../discussions/{number}/status`.
pub(crate) async fn status(
    cx: Cx,
    Path(named): Numbered,
    body: Bytes,
) -> Result<Json<Value>, Fault> {
    let (number, comment) = (number_of(&named)?, text_of(&body, "comment")?);
    let status = match text_of(&body, "status")?.as_str() {
        "open" => DiscussionStatus::Open,
        "closed" => DiscussionStatus::Closed,
        other => return Err(Fault::Bad(format!("status: `{other}` is not open or closed"))),
    };
    changed(&cx, "newStatus", move |tx, visitor, repo| {
        hub::status_set(tx, visitor, repo, number, (status, &comment))
    })
    .await
}

/// `POST .../discussions/{number}/comment/{id}/edit`.
pub(crate) async fn comment_edit(
    cx: Cx,
    Path(named): Numbered,
    body: Bytes,
) -> Result<Json<Value>, Fault> {
    let (number, text) = (number_of(&named)?, text_of(&body, "content")?);
    let id = named.get("id").cloned().unwrap_or_default();
    changed(&cx, "updatedComment", move |tx, visitor, repo| {
        hub::comment_edit(tx, visitor, repo, number, (&id, &text))
    })
    .await
}

/// `POST .../discussions/{number}/comment/{id}/hide`.
pub(crate) async fn comment_hide(cx: Cx, Path(named): Numbered) -> Result<Json<Value>, Fault> {
    let number = number_of(&named)?;
    let id = named.get("id").cloned().unwrap_or_default();
    changed(&cx, "updatedComment", move |tx, visitor, repo| {
        hub::comment_hide(tx, visitor, repo, (number, &id))
    })
    .await
}

/// `POST .../discussions/{number}/merge`.
pub(crate) async fn merge(
    cx: Cx,
    Path(named): Numbered,
    body: Bytes,
) -> Result<Json<Value>, Fault> {
    let (number, comment) = (number_of(&named)?, text_of(&body, "comment")?);
    let author = first::own_name(&cx).await?;
    let (repo, visitor) = (cx.repo()?, cx.visitor.clone());
    let merge = move |app: &app::App, depot: &depot::Depot| {
        depot::merge(app, depot, (&visitor, &repo), (number, &comment, &author))
    };
    let done = work(&cx, merge).await?;
    Ok(Json(json!({"mergeCommitId": done.commit.to_string(), "ref": done.name})))
}

/// Routes of this module.
pub(crate) fn routes() -> Vec<crate::route::Route> {
    use crate::route::api;
    use axum::http::Method;
    use hub::Action::{Contribute, See, Write};
    let (get, post) = (&Method::GET, &Method::POST);
    const ONE: &str = "/discussions/{number}";
    vec![
        api(get, "/discussions", See, list),
        api(post, "/discussions", Contribute, create),
        api(get, ONE, See, read),
        api(post, &format!("{ONE}/comment"), Contribute, comment),
        api(post, &format!("{ONE}/title"), Contribute, title),
        api(post, &format!("{ONE}/status"), Contribute, status),
        api(post, &format!("{ONE}/merge"), Write, merge),
        api(post, &format!("{ONE}/comment/{{id}}/edit"), Contribute, comment_edit),
        api(post, &format!("{ONE}/comment/{{id}}/hide"), Contribute, comment_hide),
    ]
}
