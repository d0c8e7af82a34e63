//! Claims about what the zone's models rest on, and about what that does not tell.

use super::on_both;
use crate::{App, RepoName, Upstream, upstream_of};
use hub::{Edge, Gating, Holder, NewRepo, Repo, RepoId, RepoKind, Settings, Visitor};
use identity::{Actor, Grade, NewOrganisation, NewOwnership, NewPerson, OrganisationId};
use oversight::Dependence;

/// A parent with two firms, a third firm, and a person who acts for all and publishes too.
struct Zone<'a> {
    app: &'a App,
    lin: Visitor,
    parent: OrganisationId,
    firms: [OrganisationId; 3],
}

fn firm(app: &App, name: &'static str) -> OrganisationId {
    let new = NewOrganisation {
        kind: identity::OrganisationKind::Company,
        name_en: name.to_owned(),
        name_zh: String::new(),
        name_pinyin: String::new(),
        size_class: identity::SizeClass::Small,
        region: String::new(),
        registered_on: None,
        is_synthetic: true,
        identifiers: Vec::new(),
        aliases: Vec::new(),
    };
    let write = app.db().write(move |tx| {
        let id = identity::organisation_register(tx, Actor::System, &new)?.id;
        hub::namespace_claim(tx, Actor::System, Holder::Organisation(id), (name, false))?;
        Ok::<_, hub::Error>(id)
    });
    write.wait().expect("registers")
}

impl<'a> Zone<'a> {
    fn of(app: &'a App) -> Self {
        let firms = ["alpha", "beta", "gamma"].map(|name| firm(app, name));
        let parent = firm(app, "parent");
        let write = app.db().write(move |tx| {
            for owned in [firms[0], firms[1]] {
                let owns = NewOwnership {
                    owner: parent,
                    owned,
                    kind: identity::OwnershipKind::Shares,
                    share: base::Ppm::new(600_000).ok(),
                    valid_from: None,
                    valid_to: None,
                    grade: Grade::Register,
                    source: "https://example.org".to_owned(),
                };
                identity::ownership_state(tx, Actor::System, &owns)?;
            }
            let new = NewPerson { name: "lin".into(), email: "lin@example.org".into() };
            let lin = identity::person_register(tx, Actor::System, &new)?.id;
            hub::namespace_claim(tx, Actor::System, Holder::Person(lin), ("lin", false))?;
            for firm in firms {
                let work = (true, None);
                identity::employment_start(tx, Actor::System, lin, firm, work)?;
            }
            Ok::<_, hub::Error>(lin)
        });
        let (lin, today) = (write.wait().expect("is entered"), app.now().date());
        let visitor = app.db().read(|read| hub::visitor_of(read, lin, today, true));
        Self { app, lin: visitor.expect("is known"), parent, firms }
    }

    fn write<T: Send + 'static>(
        &self,
        act: impl Fn(&mut db::Tx<'_>, &Visitor) -> Result<T, hub::Error> + Send + 'static,
    ) -> T {
        let lin = self.lin.clone();
        self.app.db().write(move |tx| act(tx, &lin)).wait().expect("is done")
    }

    /// Makes a public repository whose card names the targets: models, or datasets after `*`.
    fn repo(&self, kind: RepoKind, path: &str, targets: &[&str]) -> Repo {
        let (owner, name) = path.split_once('/').expect("a path");
        let new = NewRepo {
            kind,
            owner: Some(owner.to_owned()),
            name: name.to_owned(),
            is_private: Some(false),
            sdk: String::new(),
        };
        let id = RepoId(self.app.random().id(self.app.now()));
        let edge = |target: &&str| match target.strip_prefix('*') {
            Some(data) => edge("trained-on", RepoKind::Dataset, data),
            None => edge("finetune", RepoKind::Model, target),
        };
        let edges: Vec<Edge> = targets.iter().map(edge).collect();
        self.write(move |tx, lin| {
            let repo = hub::repo_create(tx, lin, id, &new)?;
            hub::lineage_set(tx, &repo, &edges)?;
            Ok(repo)
        })
    }

    fn hide(&self, repo: &Repo, is_private: bool) {
        let repo = repo.clone();
        let settings = Settings { is_private: Some(is_private), gating: None };
        self.write(move |tx, lin| hub::repo_set(tx, lin, &repo, &settings));
    }

    fn look(&self) -> Upstream {
        let now = self.app.now();
        self.app.db().read(|read| upstream_of(self.app, read, now)).expect("adds up")
    }
}

fn edge(relation: &str, target_kind: RepoKind, target: &str) -> Edge {
    Edge { relation: relation.to_owned(), target_kind, target: target.to_owned() }
}

fn rows<T>(rows: &[Dependence<T>], name: impl Fn(&T) -> String) -> Vec<String> {
    let row = |row: &Dependence<T>| {
        format!("{} {} {}/{}", name(&row.key), row.own, row.others, row.others_models)
    };
    rows.iter().map(row).collect()
}

fn repo(name: &RepoName) -> String {
    format!("{} {}", name.kind.singular(), name.path)
}

fn outside(found: &Upstream) -> Vec<String> {
    rows(&found.outside, |name| name.as_ref().map_or("personal".to_owned(), repo))
}

/// Everything that is published, as text.
fn told(found: &Upstream) -> String {
    format!("{:?}", Upstream { as_of: base::Time::from_millis(0), ..found.clone() })
}

#[test]
fn models_are_counted_by_repository_organisation_and_group() {
    on_both(|app| {
        let zone = Zone::of(app);
        zone.repo(RepoKind::Dataset, "alpha/Data", &[]);
        zone.repo(RepoKind::Model, "beta/one", &["*Alpha/DATA"]);
        zone.repo(RepoKind::Model, "gamma/two", &["beta/one", "far/Base"]);
        zone.repo(RepoKind::Model, "lin/three", &["Far/base"]);
        zone.repo(RepoKind::Model, "lin/four", &["lin/three"]);
        zone.repo(RepoKind::Model, "gamma/five", &[]);
        let found = zone.look();
        assert_eq!((found.models, found.models_silent, found.models_outside), (5, 1, 3));
        let shown = rows(&found.repositories, repo);
        let wanted = ["dataset alpha/Data 1 1/4", "model beta/one 0 1/4", "model lin/three 1 0/3"];
        assert_eq!(shown, wanted);
        let name = |id: &OrganisationId| found.names.name(*id);
        assert_eq!(rows(&found.organisations, name), ["alpha 1 1/4", "beta 0 1/4"]);
        assert_eq!(rows(&found.groups, name), ["parent 1 1/4"]);
        assert_eq!(found.groups[0].key, zone.parent);
        assert_eq!(found.organisations[0].key, zone.firms[0]);
        assert_eq!(outside(&found), ["model Far/base 0 3/5"], "one name, however it is written");
    });
}

#[test]
fn no_number_and_no_name_tells_of_a_private_repository() {
    on_both(|app| {
        let zone = Zone::of(app);
        zone.repo(RepoKind::Model, "gamma/open", &["alpha/secret", "alpha/never-made"]);
        let without = zone.look();
        assert_eq!(outside(&without), ["model alpha/never-made 0 1/1", "model alpha/secret 0 1/1"]);
        let secret = zone.repo(RepoKind::Model, "alpha/Secret", &["far/base"]);
        zone.hide(&secret, true);
        assert_eq!(told(&zone.look()), told(&without), "a private one changes nothing");
        // Nor when it has personal data, another name, or repositories that rest on it.
        let words = ("names of patients", "office@example.org");
        let same = secret.clone();
        zone.write(move |tx, lin| hub::personal_declare(tx, lin, &same, words));
        let same = secret.clone();
        zone.write(move |tx, lin| hub::repo_move(tx, lin, &same, ("alpha", "renamed")));
        let dependent = zone.repo(RepoKind::Model, "alpha/dependent", &["alpha/renamed"]);
        zone.hide(&dependent, true);
        assert_eq!(told(&zone.look()), told(&without));
        zone.hide(&dependent, false);
        assert_eq!(zone.look().models, 2);
    });
}

#[test]
fn repositories_with_personal_data_are_counted_outside_without_their_name() {
    on_both(|app| {
        let zone = Zone::of(app);
        let data = zone.repo(RepoKind::Dataset, "alpha/patients", &["*far/registry"]);
        let more = zone.repo(RepoKind::Dataset, "beta/clients", &[]);
        zone.repo(RepoKind::Model, "gamma/m", &["*alpha/patients", "*beta/clients"]);
        for repo in [data, more] {
            let words = ("names of patients", "office@example.org");
            zone.write(move |tx, lin| hub::personal_declare(tx, lin, &repo, words));
        }
        let found = zone.look();
        assert_eq!(outside(&found), ["personal 0 1/1"]);
        assert!(found.repositories.is_empty() && found.organisations.is_empty());
        assert!(!told(&found).contains("patients"), "{found:?}");
    });
}

#[test]
fn gated_repositories_count_and_a_group_above_half_is_flagged() {
    on_both(|app| {
        let zone = Zone::of(app);
        let gated = zone.repo(RepoKind::Dataset, "alpha/gated", &[]);
        let settings = Settings { is_private: None, gating: Some(Gating::Approval) };
        zone.write(move |tx, lin| hub::repo_set(tx, lin, &gated, &settings));
        for name in ["a", "b", "c"] {
            zone.repo(RepoKind::Model, &format!("gamma/{name}"), &["*alpha/gated"]);
        }
        zone.repo(RepoKind::Model, "gamma/d", &[]);
        assert!(zone.look().findings.is_empty(), "four models are few");
        zone.repo(RepoKind::Model, "gamma/e", &[]);
        let found = zone.look();
        assert_eq!(found.findings.len(), 1, "{found:?}");
        assert_eq!(
            (found.findings[0].value, found.findings[0].rows[0].key),
            (600_000, zone.parent)
        );
    });
}

#[test]
fn a_zone_without_models_has_empty_lists() {
    on_both(|app| {
        let found = Zone::of(app).look();
        assert_eq!((found.models, found.models_silent, found.models_outside), (0, 0, 0));
        assert!(found.repositories.is_empty() && found.outside.is_empty());
    });
}
