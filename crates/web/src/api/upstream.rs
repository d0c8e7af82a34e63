//! Whom the zone's models rest on.

use super::ask::Ask;
use super::operation::{Operation, look};
use super::organisations::org;
use super::shaped::{Nothing, Org, Stamp, objects};
use super::zone::{FindingShown, finding, number, ppm};
use crate::serve::Fault;
use app::{RepoName, Upstream};
use identity::OrganisationId;
use identity::Permission::Public;
use oversight::Dependence;

pub(super) fn operations() -> Vec<Operation> {
    vec![look(
        "/api/v1/concentration/upstream",
        Public,
        "Shows whom the zone's public models rest on, directly or through others",
        upstream,
    )]
}

objects! {
    /// How many models rest on something.
    RestingShown {
        /// Models that name it themselves.
        direct: i64,
        /// Models of its own group that rest on it, directly or through others.
        own: i64,
        /// Models of other groups that do.
        others: i64,
        /// Models of other groups at all: the whole of `others_share_ppm`.
        others_models: i64,
        /// Own and others as a part of all models, in millionths, rounded down.
        share_ppm: Option<i64>,
        /// Others as a part of the models of other groups; null where there is none.
        others_share_ppm: Option<i64>,
    }
    /// An organisation or group whose repositories models rest on.
    OwnerResting {
        /// The organisation, or the head of the group.
        organisation: Org,
        /// How many models.
        models: RestingShown,
    }
    /// A model or dataset that models rest on.
    RepositoryResting {
        /// `models` or `datasets`; empty for personal data.
        kind: String,
        /// Its path; outside as a card writes it, empty for personal data.
        path: String,
        /// Whether these are all repositories with personal data, taken together without names.
        is_personal: bool,
        /// How many models.
        models: RestingShown,
    }
    /// What the zone's public models rest on. Each list has at most 50 rows, those first on which
    /// most models of others rest.
    UpstreamShown {
        /// Public models: the whole of `share_ppm`.
        models: i64,
        /// Those whose cards name nothing: nobody knows what they rest on.
        models_silent: i64,
        /// Those that rest on something outside.
        models_outside: i64,
        /// By group.
        by_group: Vec<OwnerResting>,
        /// By organisation.
        by_organisation: Vec<OwnerResting>,
        /// By repository.
        by_repository: Vec<RepositoryResting>,
        /// By name of what is named in public cards and is not public here.
        outside: Vec<RepositoryResting>,
        /// Groups above a threshold.
        findings: Vec<FindingShown>,
        /// When it was computed; groups are those of that day.
        as_of: Stamp,
    }
}

async fn upstream(ask: Ask, _: Nothing) -> Result<UpstreamShown, Fault> {
    let found = app::upstream(&ask.cx.app).await?;
    let repository = |row: &Dependence<RepoName>| named(Some(&row.key), row);
    Ok(UpstreamShown {
        models: number(found.models),
        models_silent: number(found.models_silent),
        models_outside: number(found.models_outside),
        by_group: owners(&found, &found.groups),
        by_organisation: owners(&found, &found.organisations),
        by_repository: found.repositories.iter().map(repository).collect(),
        outside: found.outside.iter().map(|row| named(row.key.as_ref(), row)).collect(),
        findings: found.findings.iter().map(|one| finding(&found.names, one)).collect(),
        as_of: Stamp(found.as_of),
    })
}

fn owners(found: &Upstream, rows: &[Dependence<OrganisationId>]) -> Vec<OwnerResting> {
    let owner = |row: &Dependence<OrganisationId>| OwnerResting {
        organisation: org(&found.names, row.key),
        models: resting(row),
    };
    rows.iter().map(owner).collect()
}

fn named<T>(name: Option<&RepoName>, row: &Dependence<T>) -> RepositoryResting {
    RepositoryResting {
        kind: name.map_or("", |name| name.kind.plural()).to_owned(),
        path: name.map_or("", |name| &name.path).to_owned(),
        is_personal: name.is_none(),
        models: resting(row),
    }
}

fn resting<T>(row: &Dependence<T>) -> RestingShown {
    RestingShown {
        direct: number(row.direct),
        own: number(row.own),
        others: number(row.others),
        others_models: number(row.others_models),
        share_ppm: ppm(row.share.as_ref()),
        others_share_ppm: ppm(row.others_share.as_ref()),
    }
}
