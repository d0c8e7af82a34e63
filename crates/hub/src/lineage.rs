//! What repositories say they were made from: the edges by which oversight computes whom everybody
//! depends on.

use crate::cursor::Cursor;
use crate::{
    Error, Found, Holder, PART_ROWS_MAX, Part, Repo, RepoId, RepoKind, Visitor, repo_find, store,
};
use db::{Read, Tx};
use std::collections::BTreeSet;

/// Most edges of a repository: a card that names more is no statement of origin.
pub const EDGES_MAX: usize = 200;
/// Longest relation and target, in characters; a path has at most 139.
const TEXT_CHARS_MAX: usize = 200;

/// What a repository was made from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edge {
    /// How, as in `finetune`, `adapter`, `quantized`, `merge`, `trained-on`.
    pub relation: String,
    /// Whether from a model or from a dataset.
    pub target_kind: RepoKind,
    /// Its path as the card writes it; it may be elsewhere.
    pub target: String,
}

/// An edge of the whole zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineageEdge {
    /// The repository that depends.
    pub repo: RepoId,
    /// What on.
    pub edge: Edge,
    /// The target, where it is here, also under a former path.
    pub target: Option<RepoId>,
}

/// A public model or dataset as the count of dependence needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineageRepo {
    /// Its id.
    pub id: RepoId,
    /// Whether it is a model or a dataset.
    pub kind: RepoKind,
    /// Its path.
    pub path: String,
    /// Whose it is.
    pub holder: Holder,
    /// Whether personal data is declared.
    pub is_personal: bool,
}

/// Replaces the edges of a repository; called when the card of its main branch changes.
///
/// A card is what somebody wrote: edges that cannot be kept (empty, longer than 200 characters, to
/// a space, beyond the first 200) are left out. Returns how many are kept.
pub fn lineage_set(tx: &mut Tx<'_>, repo: &Repo, edges: &[Edge]) -> Result<usize, Error> {
    let fits = |text: &str| (1..=TEXT_CHARS_MAX).contains(&text.chars().count());
    let trimmed = edges.iter().map(|edge| Edge {
        relation: edge.relation.trim().to_owned(),
        target_kind: edge.target_kind,
        target: edge.target.trim().to_owned(),
    });
    let kept: BTreeSet<Edge> = trimmed
        .filter(|edge| fits(&edge.relation) && fits(&edge.target))
        .filter(|edge| edge.target_kind != RepoKind::Space)
        .take(EDGES_MAX)
        .collect();
    store::lineage::delete(tx, repo.id)?;
    for edge in &kept {
        store::lineage::insert(tx, repo.id, edge)?;
    }
    Ok(kept.len())
}

/// Lists what a repository was made from.
pub fn lineage_of(read: &Read<'_>, visitor: &Visitor, repo: &Repo) -> Result<Vec<Edge>, Error> {
    visitor.sees(repo)?;
    Ok(store::lineage::of_repo(read, repo.id)?)
}

/// Lists the repositories made from one, newest first, as far as the visitor may see them.
///
/// The path may be one of elsewhere. Of a repository here all paths count, former ones too.
pub fn dependents(
    read: &Read<'_>,
    visitor: &Visitor,
    (kind, path): (RepoKind, &str),
    (after, limit): (Option<&str>, u32),
) -> Result<Part<Repo>, Error> {
    let after = Cursor::or_top(after)?;
    let limit = limit.clamp(1, PART_ROWS_MAX);
    // A repository that the visitor may not see is as one of elsewhere: its paths stay unknown.
    let found = repo_find(read, kind, path)?.map(|(Found::Here(repo) | Found::Moved(repo))| repo);
    let (key, id) = match found.filter(|repo| visitor.sees(repo).is_ok()) {
        Some(repo) => (repo.path().to_lowercase(), repo.id.to_string()),
        None => (path.to_lowercase(), String::new()),
    };
    let namespaces = visitor.namespaces_text();
    let target = (kind, key.as_str(), id.as_str());
    let rows = store::lineage::dependents(read, target, &namespaces, (&after, limit + 1))?;
    let place = |repo: &Repo| Cursor { value: repo.created_at.millis(), id: repo.id.0 };
    Ok(Part::cut(rows, limit, place))
}

/// Reads every edge of the zone, private repositories included: never for publication as it is.
pub fn lineage_edges(read: &Read<'_>) -> Result<Vec<LineageEdge>, Error> {
    Ok(store::lineage::all(read)?)
}

/// Reads every model and dataset that is not private, gated and closed ones included, by id.
pub fn lineage_repos(read: &Read<'_>) -> Result<Vec<LineageRepo>, Error> {
    Ok(store::lineage::repos(read)?)
}
