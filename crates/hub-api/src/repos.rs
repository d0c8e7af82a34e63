//! Making, changing, moving and deleting repositories.

use crate::cx::Cx;
use crate::{Fault, first};
use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use hub::{Action, Found, Gating, NewRepo, Refused, Repo, RepoKind, Settings};
use serde::Deserialize;
use serde_json::{Value, json};

/// What a repository is called in a request's body.
#[derive(Deserialize)]
pub(crate) struct Asked {
    name: String,
    #[serde(default)]
    organization: Option<String>,
    #[serde(default, rename = "type")]
    kind: Option<String>,
    #[serde(default)]
    visibility: Option<String>,
    #[serde(default)]
    private: Option<bool>,
    #[serde(default)]
    sdk: Option<String>,
}

fn kind_of(word: Option<&str>) -> Result<RepoKind, Fault> {
    let word = word.unwrap_or("model");
    RepoKind::of(word).ok_or_else(|| {
        Fault::Bad(format!("`{word}` is no type of repository here: model, dataset or space"))
    })
}

fn is_private(visibility: Option<&str>, private: Option<bool>) -> Result<Option<bool>, Fault> {
    match visibility {
        None => Ok(private),
        Some("private") => Ok(Some(true)),
        Some("public") => Ok(Some(false)),
        Some(other) => {
            Err(Fault::Bad(format!("`{other}` is no visibility here: public or private")))
        }
    }
}

/// `POST /api/repos/create`.
pub(crate) async fn create(cx: Cx, Json(asked): Json<Asked>) -> Result<Response, Fault> {
    // Some clients write the namespace into the name.
    let (owner, name) = match asked.name.split_once('/') {
        Some((owner, name)) => (Some(owner.to_owned()), name.to_owned()),
        None => (asked.organization.clone(), asked.name.clone()),
    };
    let new = NewRepo {
        kind: kind_of(asked.kind.as_deref())?,
        owner,
        name,
        is_private: is_private(asked.visibility.as_deref(), asked.private)?,
        sdk: asked.sdk.unwrap_or_default(),
    };
    let made = first::repo_make(&cx, new).await;
    match made {
        Ok(repo) => Ok(Json(described(&cx, &repo)).into_response()),
        Err(Fault::Refused(refused @ Refused::RepoTaken { .. })) => {
            let Refused::RepoTaken { page, path, .. } = &refused else { unreachable!() };
            let body = json!({
                "error": "You already created this repo",
                "url": cx.url(page),
                "name": path,
            });
            Ok((StatusCode::CONFLICT, Json(body)).into_response())
        }
        Err(fault) => Err(fault),
    }
}

fn described(cx: &Cx, repo: &Repo) -> Value {
    json!({
        "url": cx.url(&repo.page()),
        "name": repo.path(),
        "id": repo.id,
        "private": repo.is_private,
    })
}

/// A repository that a body names, tested for an action.
async fn named(cx: &Cx, (kind, path): (RepoKind, String), action: Action) -> Result<Repo, Fault> {
    let (visitor, now) = (cx.visitor.clone(), cx.now);
    cx.read(move |read| {
        let found = hub::repo_find(read, kind, &path)?.ok_or(Refused::RepoUnknown)?;
        let (Found::Here(repo) | Found::Moved(repo)) = found;
        hub::access_test(read, &visitor, &repo, (action, now))?;
        Ok(repo)
    })
    .await
}

async fn own_path(cx: &Cx, owner: Option<&str>, name: &str) -> Result<String, Fault> {
    if name.contains('/') {
        return Ok(name.to_owned());
    }
    if let Some(owner) = owner {
        return Ok(format!("{owner}/{name}"));
    }
    let person = cx.visitor.signed_in()?;
    let own = cx.read(move |read| hub::name_of(read, person)).await?;
    Ok(format!("{own}/{name}"))
}

/// `DELETE /api/repos/delete`.
pub(crate) async fn delete(cx: Cx, Json(asked): Json<Asked>) -> Result<Json<Value>, Fault> {
    let kind = kind_of(asked.kind.as_deref())?;
    let path = own_path(&cx, asked.organization.as_deref(), &asked.name).await?;
    let repo = named(&cx, (kind, path), Action::Administer).await?;
    let (visitor, deleted) = (cx.visitor.clone(), repo.clone());
    cx.write(move |tx| hub::repo_delete(tx, &visitor, &deleted)).await?;
    cx.hub.depot.forget(repo.id);
    Ok(Json(json!({})))
}

/// A move, as its body says it.
#[derive(Deserialize)]
pub(crate) struct AskedMove {
    #[serde(rename = "fromRepo")]
    from: String,
    #[serde(rename = "toRepo")]
    to: String,
    #[serde(default, rename = "type")]
    kind: Option<String>,
}

/// `POST /api/repos/move`.
pub(crate) async fn rename(cx: Cx, Json(asked): Json<AskedMove>) -> Result<Json<Value>, Fault> {
    let kind = kind_of(asked.kind.as_deref())?;
    let repo = named(&cx, (kind, asked.from), Action::Administer).await?;
    let (owner, name) = asked
        .to
        .split_once('/')
        .map(|(owner, name)| (owner.to_owned(), name.to_owned()))
        .ok_or_else(|| Fault::Bad(format!("`{}` is not `namespace/name`", asked.to)))?;
    let visitor = cx.visitor.clone();
    let moved = cx.write(move |tx| hub::repo_move(tx, &visitor, &repo, (&owner, &name))).await?;
    Ok(Json(described(&cx, &moved)))
}

/// A change of settings, as its body says it.
#[derive(Deserialize)]
pub(crate) struct AskedSettings {
    #[serde(default)]
    gated: Option<Value>,
    #[serde(default)]
    visibility: Option<String>,
    #[serde(default)]
    private: Option<bool>,
}

/// `PUT /api/{kind}/{owner}/{name}/settings`.
pub(crate) async fn settings(
    cx: Cx,
    Json(asked): Json<AskedSettings>,
) -> Result<Json<Value>, Fault> {
    let gating = match &asked.gated {
        None | Some(Value::Null) => None,
        Some(Value::Bool(false)) => Some(Gating::Open),
        Some(Value::String(word)) if word == "auto" => Some(Gating::Automatic),
        Some(Value::String(word)) if word == "manual" => Some(Gating::Approval),
        Some(other) => {
            return Err(Fault::Bad(format!("gated: `{other}` is not auto, manual or false")));
        }
    };
    let is_private = is_private(asked.visibility.as_deref(), asked.private)?;
    let settings = Settings { is_private, gating };
    let (repo, visitor) = (cx.repo()?, cx.visitor.clone());
    let set = cx.write(move |tx| hub::repo_set(tx, &visitor, &repo, &settings)).await?;
    Ok(Json(json!({ "private": set.is_private, "gated": gated(&set) })))
}

/// How the clients read who gets the files.
pub(crate) fn gated(repo: &Repo) -> Value {
    match repo.gating {
        Gating::Open => json!(false),
        Gating::Automatic => json!("auto"),
        Gating::Approval => json!("manual"),
    }
}

/// A copy, as its body says it.
#[derive(Deserialize)]
pub(crate) struct AskedCopy {
    repository: String,
    #[serde(default)]
    visibility: Option<String>,
    #[serde(default)]
    private: Option<bool>,
}

/// `POST /api/{kind}/{owner}/{name}/duplicate`: a copy with its history, branches and large files.
pub(crate) async fn duplicate(
    cx: Cx,
    Path(_): Path<(String, String, String)>,
    Json(asked): Json<AskedCopy>,
) -> Result<Json<Value>, Fault> {
    let source = cx.repo()?;
    let path = own_path(&cx, None, &asked.repository).await?;
    let (owner, name) = path.split_once('/').unwrap_or(("", &path));
    let asked_private = is_private(asked.visibility.as_deref(), asked.private)?;
    let new = NewRepo {
        kind: source.kind,
        owner: Some(owner.to_owned()),
        name: name.to_owned(),
        // A copy of something private is private, whatever the namespace says.
        is_private: asked_private.or(source.is_private.then_some(true)),
        sdk: source.sdk.clone(),
    };
    let repo = first::repo_copy(&cx, &source, new).await?;
    let mut body = described(&cx, &repo);
    body["filesCopyPending"] = json!(false);
    Ok(Json(body))
}
