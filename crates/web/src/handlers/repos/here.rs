//! A request for one repository: which it is, who asks, and work on its files.

use crate::serve::{Cx, Fault, See};
use app::App;
use app::depot::{self, Depot};
use axum::extract::FromRequestParts;
use axum::http::Method;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use db::{Read, Tx};
use hub::{Action, Found, Refused, Repo, RepoKind, Visitor};
use std::sync::Arc;

/// One repository, its visitor. Who may not see it never gets one.
#[derive(Clone)]
pub(crate) struct Here {
    pub(crate) cx: Cx,
    pub(crate) repo: Arc<Repo>,
    pub(crate) visitor: Visitor,
}

/// Why there is no repository to show.
pub(crate) enum Off {
    /// Nothing is here that this visitor may know of.
    Fault(Fault),
    /// It has another address now.
    Moved(String),
}

impl From<Fault> for Off {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl IntoResponse for Off {
    fn into_response(self) -> Response {
        match self {
            Self::Fault(fault) => fault.into_response(),
            Self::Moved(to) => See(to).into_response(),
        }
    }
}

/// Reads what an address names: its kind, its path, and how many words that takes.
fn named(path: &str) -> Option<(RepoKind, String, usize)> {
    let words: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    let (kind, skipped) = match words.first().copied() {
        Some("datasets") => (RepoKind::Dataset, 1),
        Some("spaces") => (RepoKind::Space, 1),
        _ => (RepoKind::Model, 0),
    };
    let (owner, name) = (words.get(skipped)?, words.get(skipped + 1)?);
    Some((kind, format!("{owner}/{name}"), skipped + 2))
}

/// Reads what a person may do on the hub; nobody may look only.
pub(crate) fn visitor_of(read: &Read<'_>, cx: &Cx) -> Result<Visitor, hub::Error> {
    match &cx.person {
        Some(person) => hub::visitor_of(read, person.id, cx.now.date(), true),
        None => Ok(Visitor::default()),
    }
}

/// Gives the visitor a short name where they have none, so that what they do is signed with it.
pub(crate) fn name_ensure(tx: &mut Tx<'_>, visitor: &Visitor) -> Result<(), hub::Error> {
    if let Some(person) = visitor.person {
        hub::namespace_ensure(tx, person)?;
    }
    Ok(())
}

/// Returns the files of the hub; without them it has no pages.
pub(crate) fn depot_of(cx: &Cx) -> Result<Arc<Depot>, Fault> {
    cx.shared.depot.clone().ok_or(Fault::NotFound)
}

/// Runs blocking work over the zone and its files.
pub(crate) async fn work<T, F>(cx: &Cx, act: F) -> Result<T, Fault>
where
    T: Send + 'static,
    F: FnOnce(&App, &Depot) -> Result<T, depot::Error> + Send + 'static,
{
    let (app, depot) = (cx.app.clone(), depot_of(cx)?);
    match tokio::task::spawn_blocking(move || act(&app, &depot)).await {
        Ok(done) => Ok(done?),
        Err(error) => Err(Fault::Failed(error.to_string())),
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Here {
    type Rejection = Off;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Off> {
        let cx = parts.extensions.get::<Cx>().cloned();
        let cx = cx.ok_or_else(|| Fault::Failed("a route without a gate".to_owned()))?;
        depot_of(&cx)?;
        let path = parts.uri.path();
        let (kind, wanted, words) = named(path).ok_or(Fault::NotFound)?;
        let (asked, now) = (cx.clone(), cx.now);
        let found = cx.app.read(move |read| {
            let visitor = visitor_of(read, &asked)?;
            let found = hub::repo_find(read, kind, &wanted)?.ok_or(Refused::RepoUnknown)?;
            let (Found::Here(repo) | Found::Moved(repo)) = &found;
            hub::access_test(read, &visitor, repo, (Action::See, now))?;
            Ok::<_, hub::Error>((visitor, found))
        });
        match found.await.map_err(Fault::from)? {
            (visitor, Found::Here(repo)) => Ok(Self { cx, repo: Arc::new(repo), visitor }),
            (_, Found::Moved(repo)) if parts.method == Method::GET => {
                let rest: Vec<&str> = path.trim_start_matches('/').split('/').skip(words).collect();
                let tail = if rest.is_empty() { String::new() } else { "/".to_owned() };
                Err(Off::Moved(format!("/{}{tail}{}", repo.page(), rest.join("/"))))
            }
            (_, Found::Moved(_)) => Err(Fault::NotFound.into()),
        }
    }
}

impl Here {
    /// Runs blocking work over one snapshot of the database and the objects of the repository.
    pub(crate) async fn look<T, F>(&self, act: F) -> Result<T, Fault>
    where
        T: Send + 'static,
        F: FnOnce(&Look<'_, '_>) -> Result<T, depot::Error> + Send + 'static,
    {
        let here = self.clone();
        work(&self.cx, move |app, depot| {
            let git = depot.git(here.repo.id)?;
            app.db().read(|read| act(&Look { read, git: &git, here: &here }))
        })
        .await
    }

    /// Runs a write; it is durable when this returns.
    pub(crate) async fn write<T, F>(&self, act: F) -> Result<T, Fault>
    where
        T: Send + 'static,
        F: FnMut(&mut Tx<'_>) -> Result<T, hub::Error> + Send + 'static,
    {
        Ok(self.cx.app.write(act).await?)
    }

    /// Tests whether the visitor may do something with the repository.
    pub(crate) async fn require(&self, action: Action) -> Result<(), Fault> {
        let (visitor, repo, now) = (self.visitor.clone(), self.repo.clone(), self.cx.now);
        let test = move |read: &Read<'_>| hub::access_test(read, &visitor, &repo, (action, now));
        Ok(self.cx.app.read(test).await?)
    }

    /// Notes that a file is read, where the repository holds personal data.
    pub(crate) async fn reading_note(&self, path: &str, commit: &str) -> Result<(), Fault> {
        let (visitor, repo) = (self.visitor.clone(), self.repo.clone());
        let (path, commit) = (path.to_owned(), commit.to_owned());
        self.write(move |tx| {
            if hub::reading_note(tx, &visitor, &repo, (&path, &commit))? {
                name_ensure(tx, &visitor)?;
            }
            Ok(())
        })
        .await
    }

    /// Returns the address of the repository's page, with a tail.
    pub(crate) fn href(&self, tail: &str) -> String {
        format!("/{}{tail}", self.repo.page())
    }
}

/// One snapshot of the database and the objects of the repository.
pub(crate) struct Look<'a, 'r> {
    pub(crate) read: &'a Read<'r>,
    pub(crate) git: &'a git::Repo,
    pub(crate) here: &'a Here,
}

impl Look<'_, '_> {
    /// Tells whether the visitor may do something with the repository.
    pub(crate) fn may(&self, action: Action) -> Result<bool, hub::Error> {
        let (here, now) = (self.here, self.here.cx.now);
        match hub::access_test(self.read, &here.visitor, &here.repo, (action, now)) {
            Ok(()) => Ok(true),
            Err(hub::Error::Refused(_)) => Ok(false),
            Err(error) => Err(error),
        }
    }
}
