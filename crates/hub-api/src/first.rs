//! Work on the files of a repository: it blocks, so it runs on a thread of its own.

use crate::Fault;
use crate::cx::Cx;
use app::App;
use app::depot::{self, Depot};
use hub::{NewRepo, Repo};
use std::sync::Arc;

impl From<depot::Error> for Fault {
    fn from(error: depot::Error) -> Self {
        match error {
            depot::Error::Hub(error) => error.into(),
            depot::Error::Blob(error) => error.into(),
            depot::Error::Busy => {
                Self::Busy("former bytes of this file are being deleted: try again")
            }
            other => Self::failed(other),
        }
    }
}

impl From<git::Error> for Fault {
    fn from(error: git::Error) -> Self {
        Self::failed(error)
    }
}

/// Runs blocking work over the zone and its depot.
pub(crate) async fn work<T, F>(cx: &Cx, act: F) -> Result<T, Fault>
where
    T: Send + 'static,
    F: FnOnce(&App, &Depot) -> Result<T, depot::Error> + Send + 'static,
{
    let hub = cx.hub.clone();
    let done = tokio::task::spawn_blocking(move || act(&hub.app, &hub.depot)).await;
    match done {
        Ok(answer) => Ok(answer?),
        Err(error) => Err(Fault::failed(error)),
    }
}

/// Runs blocking work over one snapshot of the database and the Git objects of the repository.
pub(crate) async fn look<T, F>(cx: &Cx, act: F) -> Result<T, Fault>
where
    T: Send + 'static,
    F: FnOnce(&db::Read<'_>, &git::Repo, &Repo) -> Result<T, depot::Error> + Send + 'static,
{
    let repo = cx.repo()?;
    work(cx, move |app, depot| {
        let git = depot.git(repo.id)?;
        app.db().read(|read| act(read, &git, &repo))
    })
    .await
}

/// The short name of who asks, giving them one where they have none.
pub(crate) async fn own_name(cx: &Cx) -> Result<String, Fault> {
    let person = cx.visitor.may_change()?;
    Ok(cx.write(move |tx| hub::namespace_ensure(tx, person)).await?.name)
}

/// Makes a repository with its first commit.
pub(crate) async fn repo_make(cx: &Cx, new: NewRepo) -> Result<Repo, Fault> {
    let author = own_name(cx).await?;
    let person = cx.visitor.may_change()?;
    let today = cx.now.date();
    // Read again: whoever had no namespace a moment ago has one now.
    let visitor = cx.read(move |read| hub::visitor_of(read, person, today, true)).await?;
    work(cx, move |app, depot| depot::repo_begin(app, depot, (&visitor, &author), &new)).await
}

/// Copies a repository.
pub(crate) async fn repo_copy(cx: &Cx, source: &Arc<Repo>, new: NewRepo) -> Result<Repo, Fault> {
    let person = cx.visitor.may_change()?;
    let today = cx.now.date();
    own_name(cx).await?;
    let visitor = cx.read(move |read| hub::visitor_of(read, person, today, true)).await?;
    let source = source.clone();
    work(cx, move |app, depot| depot::repo_copy(app, depot, (&visitor, &source), &new)).await
}
