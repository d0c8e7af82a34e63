//! What models rest on, as the page shows it.

use super::{concentration, moment, org, share};
use crate::pages::upstream::{Resting, UpstreamFigures};
use crate::{Lang, Text, links};
use app::{Ratio, RepoName, Upstream};
use identity::OrganisationId;
use oversight::Dependence;

/// Rows of a list; the JSON API has more.
const ROWS_MAX: usize = 15;

/// Returns what was counted; `None` where there is no public model.
pub(crate) fn figures(found: &Upstream) -> Option<UpstreamFigures> {
    if found.models == 0 {
        return None;
    }
    let organisation = |row: &Dependence<OrganisationId>| {
        let shown = org(&found.names, row.key);
        resting(found, row, (shown.name, links::organisation(&shown.id)))
    };
    let repository = |row: &Dependence<RepoName>| resting(found, row, repository(&row.key));
    let outside = |row: &Dependence<Option<RepoName>>| {
        let name = match &row.key {
            Some(name) => Text::en(&page(name)),
            None => personal(),
        };
        resting(found, row, (name, String::new()))
    };
    let findings = found.findings.iter().map(|one| concentration::finding(&found.names, one));
    Some(UpstreamFigures {
        models: found.models,
        silent: found.models_silent,
        far: found.models_outside,
        groups: found.groups.iter().take(ROWS_MAX).map(organisation).collect(),
        organisations: found.organisations.iter().take(ROWS_MAX).map(organisation).collect(),
        repositories: found.repositories.iter().take(ROWS_MAX).map(repository).collect(),
        outside: found.outside.iter().take(ROWS_MAX).map(outside).collect(),
        findings: findings.collect(),
        as_of: moment(found.as_of),
    })
}

fn repository(name: &RepoName) -> (Text, String) {
    let page = page(name);
    (Text::en(&page), format!("/{page}"))
}

fn page(name: &RepoName) -> String {
    format!("{}{}", name.kind.prefix(), name.path)
}

fn personal() -> Text {
    let key = "upstream.personal";
    Text::new(Lang::En.message(key), Lang::Zh.message(key))
}

fn resting<T>(found: &Upstream, row: &Dependence<T>, (name, href): (Text, String)) -> Resting {
    Resting {
        name,
        href,
        direct: row.direct,
        own: row.own,
        others: row.others,
        others_models: row.others_models,
        others_share: share(row.others_share),
        own_part: share(Ratio::of_counts(row.own, found.models)),
        others_part: share(Ratio::of_counts(row.others, found.models)),
        share: share(row.share),
    }
}
