//! What webhooks are told of: events in the form of the Hugging Face Hub ("Webhooks" in its
//! documentation), without addresses, which only whoever delivers them knows.
//!
//! Every event is written where the thing happens, in the same commit: pages, the wire, Git and the
//! command line need not think of it.

use crate::discussion::{Discussion, Event};
use crate::{Domain, Error, Repo, name_of, webhook_due};
use db::Tx;
use serde_json::{Value, json};

/// Longest text of a comment that a call carries, in characters; the page has the rest.
const CONTENT_CHARS_MAX: usize = 4_000;

fn repo_json(repo: &Repo) -> Value {
    json!({
        "type": repo.kind.singular(),
        "name": repo.path(),
        "id": repo.id,
        "private": repo.is_private,
        "owner": {"id": repo.namespace},
    })
}

/// Tells of a repository that came, went, or got other settings.
pub(crate) fn repo_happened(
    tx: &mut Tx<'_>,
    repo: &Repo,
    (action, scope): (&str, &str),
) -> Result<(), Error> {
    let event = json!({"event": {"action": action, "scope": scope}, "repo": repo_json(repo)});
    webhook_due(tx, repo, Domain::Repo, &event).map(|_| ())
}

/// Tells those who watch a repository under its former path which one it has now.
pub(crate) fn repo_moved(tx: &mut Tx<'_>, repo: &Repo, moved: &Repo) -> Result<(), Error> {
    let event = json!({
        "event": {"action": "move", "scope": "repo"},
        "repo": repo_json(repo),
        "movedTo": {"name": moved.path(), "owner": {"id": moved.namespace}},
    });
    webhook_due(tx, repo, Domain::Repo, &event).map(|_| ())
}

/// Tells of a ref that moved.
pub(crate) fn ref_happened(
    tx: &mut Tx<'_>,
    repo: &Repo,
    (name, old, new): (&str, Option<&str>, Option<&str>),
) -> Result<(), Error> {
    let mut about = repo_json(repo);
    about["headSha"] = json!(new);
    let event = json!({
        "event": {"action": "update", "scope": "repo.content"},
        "repo": about,
        "updatedRefs": [{"ref": name, "oldSha": old, "newSha": new}],
    });
    webhook_due(tx, repo, Domain::Repo, &event).map(|_| ())
}

/// Tells of a discussion, and of one of its comments where that is what changed.
pub(crate) fn discussion_happened(
    tx: &mut Tx<'_>,
    repo: &Repo,
    discussion: &Discussion,
    (action, comment): (&str, Option<&Event>),
) -> Result<(), Error> {
    let scope = if comment.is_some() { "discussion.comment" } else { "discussion" };
    let mut about = json!({
        "num": discussion.number,
        "title": discussion.title,
        "isPullRequest": discussion.is_pull_request,
        "status": discussion.status.wire(),
        "author": {"id": discussion.author, "name": name_of(tx, discussion.author)?},
    });
    if discussion.is_pull_request {
        about["changes"] =
            json!({"base": discussion.base, "mergeCommitId": discussion.merge_commit});
    }
    let mut event = json!({
        "event": {"action": action, "scope": scope},
        "repo": repo_json(repo),
        "discussion": about,
    });
    if let Some(comment) = comment {
        let content: String = comment.text.chars().take(CONTENT_CHARS_MAX).collect();
        event["comment"] = json!({
            "id": comment.id,
            "author": {"id": comment.author, "name": name_of(tx, comment.author)?},
            "content": content,
            "hidden": comment.is_hidden,
        });
    }
    webhook_due(tx, repo, Domain::Discussion, &event).map(|_| ())
}
