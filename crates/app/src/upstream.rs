//! What the zone's public models rest on: the facts of [`oversight::upstream_dependence`], gathered
//! so that nothing is told that the public may not know.
//!
//! Only repositories that anybody may see count. A private one is treated exactly as one that does
//! not exist: what a public card says of it lies outside, under the name in the card. A repository
//! with declared personal data is left out; cards that name it name something outside that is not
//! named here. So no number changes when a private repository is made, changed or deleted.

use crate::fresh::Fresh;
use crate::{App, Names};
use base::{Date, Time};
use db::Read;
use hub::{Holder, LineageEdge, LineageRepo, RepoId, RepoKind};
use identity::{OrganisationId, PersonId};
use oversight::{
    Dependence, Finding, Repository, Thresholds, flags_of_dependence, upstream_dependence,
};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// Most rows of a list: a page of names; a zone may have thousands.
pub const UPSTREAM_ROWS_MAX: usize = 50;

/// A model or dataset by its name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RepoName {
    /// Model or dataset.
    pub kind: RepoKind,
    /// Its path; of something outside as a card writes it.
    pub path: String,
}

/// What the zone's public models rest on.
#[derive(Debug, Clone)]
pub struct Upstream {
    /// Public models.
    pub models: u64,
    /// Those whose cards name nothing.
    pub models_silent: u64,
    /// Those that rest on something outside.
    pub models_outside: u64,
    /// By repository. All lists: what most models of others rest on first, at most
    /// [`UPSTREAM_ROWS_MAX`] rows.
    pub repositories: Vec<Dependence<RepoName>>,
    /// By organisation; people who publish are not listed.
    pub organisations: Vec<Dependence<OrganisationId>>,
    /// By group, named by its head.
    pub groups: Vec<Dependence<OrganisationId>>,
    /// What lies outside; `None` for repositories with personal data, taken together.
    pub outside: Vec<Dependence<Option<RepoName>>>,
    /// Groups above a threshold.
    pub findings: Vec<Finding<OrganisationId>>,
    /// When it was computed; groups are those of that day.
    pub as_of: Time,
    /// Names of everybody.
    pub names: Arc<Names>,
}

/// The latest, by day: groups depend on it.
pub(crate) type Kept = Fresh<Date, Upstream>;

/// Returns what the zone's public models rest on; computed again when something has changed since.
pub async fn upstream(app: &Arc<App>) -> Result<Arc<Upstream>, grants::Error> {
    app.upstream.get(app, app.now().date(), upstream_of).await
}

/// Whose a repository is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Maker {
    Organisation(OrganisationId),
    Person(PersonId),
}

/// A repository as cards name it: `models` or `datasets` and a path in lower case; both empty for
/// all repositories with personal data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Place<'a> {
    kind: &'static str,
    path: &'a str,
}

/// All repositories with personal data.
const PERSONAL: Place<'static> = Place { kind: "", path: "" };

/// Computes it over one snapshot, with the groups of the instant's day.
pub fn upstream_of(app: &App, read: &Read<'_>, now: Time) -> Result<Upstream, grants::Error> {
    let (repos, edges) = (hub_read(hub::lineage_repos(read))?, hub_read(hub::lineage_edges(read))?);
    let owners = crate::owners(app, read, now.date())?;
    let graph = &owners.graph.ownership;
    let named = Named::of(&repos, &edges);
    let found = upstream_dependence(&named.repositories(), |maker| match maker {
        Maker::Organisation(id) => Maker::Organisation(graph.group_head(id)),
        Maker::Person(_) => *maker,
    });
    let groups = organisations(&found.groups);
    let findings = flags_of_dependence(&groups, &Thresholds::default());
    Ok(Upstream {
        models: found.models,
        models_silent: found.models_silent,
        models_outside: found.models_outside,
        repositories: cut(found.repositories.iter().filter_map(|row| named.row(row))),
        organisations: cut(organisations(&found.owners).into_iter()),
        groups: cut(groups.into_iter()),
        outside: cut(found.outside.iter().map(|row| row.keyed(named.name(row.key)))),
        findings,
        as_of: now,
        names: owners.names.clone(),
    })
}

/// The hub refuses no read of the whole; what fails is the database.
fn hub_read<T>(found: Result<T, hub::Error>) -> Result<T, grants::Error> {
    found.map_err(|error| match error {
        hub::Error::Db(error) => error.into(),
        hub::Error::Identity(error) => error.into(),
        hub::Error::Refused(refused) => grants::Error::Stored {
            what: "lineage",
            id: String::new(),
            reason: refused.to_string(),
        },
    })
}

fn cut<T>(rows: impl Iterator<Item = T>) -> Vec<T> {
    rows.take(UPSTREAM_ROWS_MAX).collect()
}

fn organisations(rows: &[Dependence<Maker>]) -> Vec<Dependence<OrganisationId>> {
    let row = |row: &Dependence<Maker>| match row.key {
        Maker::Organisation(id) => Some(row.keyed(id)),
        Maker::Person(_) => None,
    };
    rows.iter().filter_map(row).collect()
}

/// The public repositories with what their cards name, in lower case.
struct Named<'a> {
    repos: &'a [LineageRepo],
    /// Kind and path of each, in lower case.
    keys: HashMap<RepoId, (RepoKind, String)>,
    /// Of each, what its card names: where it stands here, or as it is written.
    upstream: HashMap<RepoId, Vec<Target>>,
    /// How names are written.
    written: BTreeMap<(&'static str, String), RepoName>,
}

/// What a card names.
enum Target {
    Here(RepoId),
    Personal,
    Outside(RepoKind, String),
}

impl<'a> Named<'a> {
    fn of(repos: &'a [LineageRepo], edges: &[LineageEdge]) -> Self {
        let is_personal: HashMap<RepoId, bool> =
            repos.iter().map(|repo| (repo.id, repo.is_personal)).collect();
        let mut written = BTreeMap::new();
        let mut keys = HashMap::new();
        for repo in repos.iter().filter(|repo| !repo.is_personal) {
            let key = repo.path.to_lowercase();
            let name = RepoName { kind: repo.kind, path: repo.path.clone() };
            written.insert((repo.kind.plural(), key.clone()), name);
            keys.insert(repo.id, (repo.kind, key));
        }
        let mut upstream: HashMap<RepoId, Vec<Target>> = HashMap::new();
        for one in edges.iter().filter(|one| keys.contains_key(&one.repo)) {
            let (kind, path) = (one.edge.target_kind, &one.edge.target);
            let known = one.target.and_then(|id| Some((id, *is_personal.get(&id)?)));
            let target = match known {
                Some((id, false)) => Target::Here(id),
                Some((_, true)) => Target::Personal,
                None => {
                    let key = path.to_lowercase();
                    let name = RepoName { kind, path: path.clone() };
                    let shown = written.entry((kind.plural(), key.clone())).or_insert(name);
                    // Cards differ in case: one way of writing is shown, whatever their order.
                    if *path < shown.path {
                        shown.path.clone_from(path);
                    }
                    Target::Outside(kind, key)
                }
            };
            upstream.entry(one.repo).or_default().push(target);
        }
        Self { repos, keys, upstream, written }
    }

    fn repositories(&self) -> Vec<Repository<Place<'_>, Maker>> {
        let repository = |repo: &LineageRepo| {
            let targets = self.upstream.get(&repo.id).into_iter().flatten();
            Some(Repository {
                key: self.place(repo.id)?,
                owner: match repo.holder {
                    Holder::Organisation(id) => Maker::Organisation(id),
                    Holder::Person(id) => Maker::Person(id),
                },
                is_model: repo.kind == RepoKind::Model,
                upstream: targets.filter_map(|target| self.target(target)).collect(),
            })
        };
        self.repos.iter().filter_map(repository).collect()
    }

    fn place(&self, id: RepoId) -> Option<Place<'_>> {
        self.keys.get(&id).map(|(kind, path)| Place { kind: kind.plural(), path })
    }

    fn target<'b>(&'b self, target: &'b Target) -> Option<Place<'b>> {
        match target {
            Target::Here(id) => self.place(*id),
            Target::Personal => Some(PERSONAL),
            Target::Outside(kind, path) => Some(Place { kind: kind.plural(), path }),
        }
    }

    /// Returns the name as it is written; `None` for personal data.
    fn name(&self, place: Place<'_>) -> Option<RepoName> {
        self.written.get(&(place.kind, place.path.to_owned())).cloned()
    }

    fn row(&self, row: &Dependence<Place<'_>>) -> Option<Dependence<RepoName>> {
        Some(row.keyed(self.name(row.key)?))
    }
}
