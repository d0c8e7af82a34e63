//! Making, finding, renaming, closing and deleting repositories.

use crate::{
    Action, Error, Gating, Namespace, NamespaceId, NewRepo, Refused, Repo, RepoId, RepoKind,
    Visitor, access_test, administers, event, namespace_find, namespace_read, rules, store,
};
use base::FieldProblem;
use db::{Read, Tx};
use identity::{Actor, audit};

/// The space for files from outside is one part in so many. ASSUMPTION: whoever keeps a namespace
/// needs nine tenths of it for themselves.
const OUTSIDE_SHARE: i64 = 10;

/// Frameworks of spaces, as `huggingface_hub` names them; nothing of them runs here.
const SDKS: &[&str] = &["gradio", "streamlit", "docker", "static"];

/// A change of what a repository is; what is `None` stays.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Settings {
    /// Whether only members see it.
    pub is_private: Option<bool>,
    /// Who gets its files.
    pub gating: Option<Gating>,
}

/// Makes a repository without commits, under an id of the caller's choice: its folder may be
/// named by it already.
///
/// Refuses bad fields, a name that is taken in any case, and a namespace that the visitor does
/// not administer.
pub fn repo_create(
    tx: &mut Tx<'_>,
    visitor: &Visitor,
    id: RepoId,
    new: &NewRepo,
) -> Result<Repo, Error> {
    let person = visitor.may_change()?;
    let namespace = namespace_for(tx, visitor, new.owner.as_deref())?;
    rules::repo_check(&new.name).map_err(Refused::Invalid)?;
    sdk_check(new)?;
    is_free(tx, new.kind, &namespace.name, &new.name)?;
    administers(tx, visitor, namespace.id, "make repositories")?;
    let now = tx.now();
    let repo = Repo {
        id,
        kind: new.kind,
        namespace: namespace.id,
        owner: namespace.name,
        name: new.name.clone(),
        is_private: new.is_private.unwrap_or(namespace.is_private),
        gating: Gating::Open,
        is_disabled: false,
        sdk: new.sdk.clone(),
        created_at: now,
        changed_at: now,
        card: String::new(),
        summary: String::new(),
        license: String::new(),
        pipeline_tag: String::new(),
        library: String::new(),
        likes: 0,
        downloads: 0,
        used_bytes: 0,
    };
    // A new repository takes the place of a redirect: its name is in use again.
    store::repo::redirect_delete(tx, repo.kind, &path_key(&repo.owner, &repo.name))?;
    store::repo::insert(tx, &repo, person)?;
    audit(tx, Actor::Person(person), "repo.created", &repo.id.0, &(repo.kind, repo.path()))?;
    event::repo_happened(tx, &repo, ("create", "repo"))?;
    Ok(repo)
}

fn namespace_for(
    read: &Read<'_>,
    visitor: &Visitor,
    owner: Option<&str>,
) -> Result<Namespace, Error> {
    if let Some(owner) = owner {
        let found = namespace_find(read, owner)?;
        return Ok(found.ok_or_else(|| Refused::NamespaceUnknown(owner.to_owned()))?);
    }
    let person = visitor.signed_in()?;
    let own = crate::namespace_of(read, crate::Holder::Person(person))?;
    Ok(own.ok_or_else(|| Refused::NamespaceUnknown("yours".to_owned()))?)
}

fn sdk_check(new: &NewRepo) -> Result<(), Refused> {
    let fits = match new.kind {
        RepoKind::Space => SDKS.contains(&new.sdk.as_str()),
        RepoKind::Model | RepoKind::Dataset => new.sdk.is_empty(),
    };
    let problem = || FieldProblem::new("sdk", format!("must be one of {SDKS:?}, for spaces only"));
    if fits { Ok(()) } else { Err(Refused::Invalid(vec![problem()])) }
}

fn path_key(owner: &str, name: &str) -> String {
    format!("{owner}/{name}").to_lowercase()
}

fn is_free(read: &Read<'_>, kind: RepoKind, owner: &str, name: &str) -> Result<(), Error> {
    match store::repo::by_path(read, kind, &path_key(owner, name))? {
        Some(taken) => Err(Refused::RepoTaken {
            kind: kind.singular(),
            path: taken.path(),
            page: taken.page(),
        }
        .into()),
        None => Ok(()),
    }
}

/// Where a path leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// To a repository.
    Here(Repo),
    /// To one that has another path now.
    Moved(Repo),
}

/// Finds a repository by its path, whatever its case, also by one that it had before.
pub fn repo_find(read: &Read<'_>, kind: RepoKind, path: &str) -> Result<Option<Found>, Error> {
    let key = path.to_lowercase();
    if let Some(repo) = store::repo::by_path(read, kind, &key)? {
        return Ok(Some(Found::Here(repo)));
    }
    Ok(store::repo::by_redirect(read, kind, &key)?.map(Found::Moved))
}

/// Reads a repository by its id, if it is still there.
pub fn repo_by_id(read: &Read<'_>, id: RepoId) -> Result<Option<Repo>, Error> {
    Ok(store::repo::by_id(read, id)?)
}

/// Changes who sees a repository and who gets its files.
pub fn repo_set(
    tx: &mut Tx<'_>,
    visitor: &Visitor,
    repo: &Repo,
    settings: &Settings,
) -> Result<Repo, Error> {
    let now = tx.now();
    access_test(tx, visitor, repo, (Action::Administer, now))?;
    let mut changed = repo.clone();
    changed.is_private = settings.is_private.unwrap_or(repo.is_private);
    changed.gating = settings.gating.unwrap_or(repo.gating);
    store::repo::settings_update(tx, &changed)?;
    let actor = Actor::Person(visitor.signed_in()?);
    audit(tx, actor, "repo.set", &repo.id.0, &(changed.is_private, changed.gating))?;
    event::repo_happened(tx, &changed, ("update", "repo.config"))?;
    Ok(changed)
}

/// Closes a repository for everybody, or opens it again: an act of the zone.
pub fn repo_disable(
    tx: &mut Tx<'_>,
    actor: Actor,
    repo: &Repo,
    (is_disabled, reason): (bool, &str),
) -> Result<(), Error> {
    store::repo::disable(tx, repo.id, is_disabled)?;
    let action = if is_disabled { "repo.disabled" } else { "repo.enabled" };
    audit(tx, actor, action, &repo.id.0, &reason)?;
    Ok(())
}

/// Renames or moves a repository; its former path leads to it until somebody takes that.
pub fn repo_move(
    tx: &mut Tx<'_>,
    visitor: &Visitor,
    repo: &Repo,
    (owner, name): (&str, &str),
) -> Result<Repo, Error> {
    let now = tx.now();
    access_test(tx, visitor, repo, (Action::Administer, now))?;
    rules::repo_check(name).map_err(Refused::Invalid)?;
    let namespace = namespace_for(tx, visitor, Some(owner))?;
    administers(tx, visitor, namespace.id, "make repositories")?;
    let (old, new) = (path_key(&repo.owner, &repo.name), path_key(&namespace.name, name));
    if old != new {
        is_free(tx, repo.kind, &namespace.name, name)?;
        store::repo::redirect_delete(tx, repo.kind, &new)?;
    }
    let mut moved = repo.clone();
    (moved.namespace, moved.owner, moved.name) = (namespace.id, namespace.name, name.to_owned());
    moved.changed_at = now;
    store::repo::path_update(tx, &moved)?;
    if old != new {
        store::repo::redirect_insert(tx, repo.kind, &old, repo.id)?;
    }
    let actor = Actor::Person(visitor.signed_in()?);
    audit(tx, actor, "repo.moved", &repo.id.0, &(repo.path(), moved.path()))?;
    event::repo_moved(tx, repo, &moved)?;
    Ok(moved)
}

/// Deletes a repository with everything that belongs to it. Its files go with the next collection
/// of garbage, after the grace period.
pub fn repo_delete(tx: &mut Tx<'_>, visitor: &Visitor, repo: &Repo) -> Result<(), Error> {
    let now = tx.now();
    access_test(tx, visitor, repo, (Action::Administer, now))?;
    event::repo_happened(tx, repo, ("delete", "repo"))?;
    store::repo::delete(tx, repo.id)?;
    let actor = Actor::Person(visitor.signed_in()?);
    audit(tx, actor, "repo.deleted", &repo.id.0, &(repo.kind, repo.path()))?;
    Ok(())
}

/// Counts downloads that were gathered meanwhile.
pub fn downloads_add(tx: &mut Tx<'_>, counted: &[(RepoId, i64)]) -> Result<(), Error> {
    for (repo, count) in counted {
        store::repo::downloads_add(tx, *repo, *count)?;
    }
    Ok(())
}

/// Sums the bytes of large files in all repositories of a namespace.
pub fn used_bytes(read: &Read<'_>, namespace: NamespaceId) -> Result<i64, Error> {
    Ok(store::repo::used_bytes(read, namespace)?)
}

/// Tests whether a namespace takes more bytes from somebody outside of it: what was stored under
/// other namespaces, proposals and copies, may take a tenth of its limit, so that nobody uses up
/// the space of others. Reads the rows of all large files of the namespace.
pub fn share_test(
    read: &Read<'_>,
    repo: &Repo,
    (asked_bytes, default_bytes): (i64, i64),
) -> Result<(), Error> {
    let namespace = namespace_read(read, repo.namespace)?;
    let quota_bytes = namespace.quota_bytes.unwrap_or(default_bytes) / OUTSIDE_SHARE;
    let used_bytes = store::object::outside_bytes(read, namespace.id)?;
    if asked_bytes <= quota_bytes.saturating_sub(used_bytes) {
        return Ok(());
    }
    let namespace = format!("{} (for files from outside)", namespace.name);
    Err(Refused::QuotaExceeded { namespace, quota_bytes, used_bytes, asked_bytes }.into())
}

/// Tests whether a namespace has space for more bytes; `default_bytes` is the zone's own limit.
pub fn quota_test(
    read: &Read<'_>,
    repo: &Repo,
    (asked_bytes, default_bytes): (i64, i64),
) -> Result<(), Error> {
    let namespace = namespace_read(read, repo.namespace)?;
    let quota_bytes = namespace.quota_bytes.unwrap_or(default_bytes);
    let used_bytes = store::repo::used_bytes(read, namespace.id)?;
    if asked_bytes <= quota_bytes.saturating_sub(used_bytes) {
        return Ok(());
    }
    let namespace = namespace.name;
    Err(Refused::QuotaExceeded { namespace, quota_bytes, used_bytes, asked_bytes }.into())
}
