//! One dataset at one commit, as questions see it.

use super::catalog::{Catalog, catalog};
use super::leave::{self, Leave};
use super::wrong::Wrong;
use crate::cx::{Cx, Named};
use crate::first::work;
use crate::page::query;
use crate::{Fault, Hub};
use app::depot::{self, FileFacts, Revision, entry_facts, revision_find};
use axum::http::header::{CONTENT_TYPE, HeaderName};
use axum::http::{HeaderValue, Uri};
use axum::response::{IntoResponse, Response};
use git::PathEntry;
use hub::{ObjectState, Refused, Repo, RepoKind};
use std::sync::{Arc, PoisonError};

const REVISION: HeaderName = HeaderName::from_static("x-revision");

/// Names the dataset of a question.
///
/// # Errors
/// When the parameter is missing.
pub(crate) fn named(uri: &Uri) -> Result<Named, Fault> {
    let path = query(uri, "dataset").filter(|path| !path.is_empty());
    // The gate tells in the hub's words; `Wrong` has the viewer's code for it.
    let path =
        path.ok_or_else(|| Fault::Unprocessable("parameter `dataset` is required".into()))?;
    Ok(Named { kind: RepoKind::Dataset, path })
}

/// A dataset at a commit.
pub(super) struct View {
    pub(super) cx: Cx,
    pub(super) repo: Arc<Repo>,
    pub(super) head: Revision,
}

impl View {
    /// Finds the commit. The permission has been tested.
    pub(super) async fn of(cx: &Cx, revision: Option<String>) -> Result<Self, Wrong> {
        Self::of_repo(cx, cx.repo()?, revision).await
    }

    /// Finds the commit of a repository that a signed permission names.
    pub(super) async fn of_repo(
        cx: &Cx,
        repo: Arc<Repo>,
        revision: Option<String>,
    ) -> Result<Self, Wrong> {
        if repo.kind != RepoKind::Dataset {
            return Err(Fault::from(Refused::RepoUnknown).into());
        }
        let revision = revision.unwrap_or_else(|| "main".to_owned());
        let own = repo.clone();
        let head = work(cx, move |app, depot| {
            let git = depot.git(own.id)?;
            app.db().read(|read| revision_find(read, &git, &own, &revision))
        })
        .await?;
        Ok(Self { cx: cx.clone(), repo, head })
    }

    pub(super) fn hub(&self) -> &Arc<Hub> {
        &self.cx.hub
    }

    /// Dresses an answer, good or bad, with the commit that it is about.
    pub(super) fn told(&self, answer: Result<Vec<u8>, Wrong>) -> Response {
        let json = HeaderValue::from_static("application/json");
        let mut response = match answer {
            Ok(body) => ([(CONTENT_TYPE, json)], body).into_response(),
            Err(wrong) => wrong.into_response(),
        };
        if let Ok(value) = HeaderValue::from_str(&self.head.commit.to_string()) {
            response.headers_mut().insert(REVISION, value);
        }
        response
    }

    /// Runs blocking work over the repository's Git objects.
    pub(super) async fn look<T, F>(&self, act: F) -> Result<T, Wrong>
    where
        T: Send + 'static,
        F: FnOnce(&db::Read<'_>, &git::Repo, &Repo) -> Result<T, depot::Error> + Send + 'static,
    {
        let repo = self.repo.clone();
        let looked = work(&self.cx, move |app, depot| {
            let git = depot.git(repo.id)?;
            app.db().read(|read| act(read, &git, &repo))
        });
        Ok(looked.await?)
    }

    /// Returns the configs and splits.
    pub(super) async fn catalog(&self) -> Result<Arc<Catalog>, Wrong> {
        let key = (self.repo.id, self.head.tree);
        let held = || self.hub().viewer.catalogs.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = held().get(&key) {
            return Ok(known);
        }
        let tree = self.head.tree;
        let found = Arc::new(self.look(move |_, git, _| catalog(git, tree)).await??);
        held().put(key, found.clone(), found.weight());
        Ok(found)
    }

    /// Returns the facts of files by path, in that order.
    pub(super) async fn files(&self, paths: &[String]) -> Result<Vec<FileFacts>, Wrong> {
        let (tree, paths) = (self.head.tree, paths.to_vec());
        self.look(move |read, git, repo| {
            let mut entries = Vec::with_capacity(paths.len());
            for path in paths {
                let found = git.entry_at(tree, &path)?;
                let entry = found.ok_or_else(|| Refused::EntryUnknown(path.clone()))?;
                entries.push(PathEntry { path, mode: entry.mode, oid: entry.oid });
            }
            entry_facts(read, git, repo, entries)
        })
        .await
    }

    /// Makes sure that large files are what they claim to be, before anything is read of them.
    pub(super) async fn settle(&self, files: &[FileFacts]) -> Result<(), Wrong> {
        for object in files.iter().filter_map(|file| Some(&file.large.as_ref()?.object)) {
            let state = match object.state {
                ObjectState::Claimed => self.hub().verifier.settle(self.hub(), object).await?,
                known => known,
            };
            if state != ObjectState::Held {
                let refused = Refused::ObjectFalse { sha256: object.sha256.clone() };
                return Err(Fault::from(refused).into());
            }
        }
        Ok(())
    }

    /// Waits for a turn and answers on a thread that may block; see [`leave::turn`].
    pub(super) async fn turn<T, F>(&self, work: F) -> Result<T, Wrong>
    where
        T: Send + 'static,
        F: FnOnce(&Leave) -> Result<T, viewer::Error> + Send + 'static,
    {
        leave::turn(self.hub().viewer.turns.clone(), work).await
    }
}
