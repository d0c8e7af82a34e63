//! What the demonstration leaves in the hub: something for every page.

use app::App;
use hub::{Action, Found, PurposeState, Repo, RepoKind, Visitor};
use identity::Standing;

struct Zone(App);

/// Likes, a discussion, a pull request, a gate with somebody waiting, a purpose that is good today.
pub(super) fn every_page_of_the_hub_has_something(data: &str, url: &str) {
    let is_server = url.starts_with("postgres");
    let config = app::Config { data: data.into(), database: is_server.then(|| url.to_owned()) };
    let zone = Zone(App::open(&config).expect("opens"));
    let model = zone.repo(RepoKind::Model, demo::SHELF_MODEL);
    let data = zone.repo(RepoKind::Dataset, demo::SHELF_DATASET);
    assert_eq!((model.likes, data.likes), (3, 4));
    assert!(model.used_bytes > 0, "a large file is there");
    assert_eq!((zone.discussions(&model), zone.discussions(&data)), (vec![true], vec![false]));
    zone.the_gates_let_in_who_was_let_in();
    zone.one_purpose_is_good_today();
}

impl Zone {
    fn repo(&self, kind: RepoKind, path: &str) -> Repo {
        let found = self.0.db().read(|read| hub::repo_find(read, kind, path)).expect("reads");
        found.map(|(Found::Here(repo) | Found::Moved(repo))| repo).expect(path)
    }

    /// Lists whether each is a pull request.
    fn discussions(&self, repo: &Repo) -> Vec<bool> {
        let (nobody, filter) = (Visitor::default(), hub::DiscussionFilter::default());
        let found =
            self.0.db().read(|read| hub::discussions(read, &nobody, repo, &filter, (0, 10)));
        found.expect("lists").0.iter().map(|one| one.is_pull_request).collect()
    }

    fn person(&self, email: &str) -> (Visitor, Standing) {
        let today = self.0.now().date();
        let found = self.0.db().read(|read| {
            let person = identity::person_by_email(read, email)?.expect("is registered").id;
            let standing = identity::standing_of(read, person, today)?;
            Ok::<_, hub::Error>((hub::visitor_of(read, person, today, true)?, standing))
        });
        found.expect("reads")
    }

    fn may_read(&self, email: &str, repo: &Repo) -> bool {
        let (visitor, asked) = (self.person(email).0, (Action::Read, self.0.now()));
        self.0.db().read(|read| hub::access_test(read, &visitor, repo, asked)).is_ok()
    }

    fn the_gates_let_in_who_was_let_in(&self) {
        let gated = self.repo(RepoKind::Dataset, "taixiang/route-requests");
        assert!(self.may_read("jixiang@example.org", &gated), "was accepted");
        assert!(!self.may_read("guyu@example.org", &gated), "waits");
        let visits = self.repo(RepoKind::Dataset, "feixiang/clinic-visits");
        assert!(self.may_read("shaxi@example.org", &visits), "has a purpose");
        assert!(!self.may_read("guyu@example.org", &visits), "waits");
    }

    fn one_purpose_is_good_today(&self) {
        let visits = self.repo(RepoKind::Dataset, "feixiang/clinic-visits");
        let (visitor, standing) = self.person("feixiang@example.org");
        let page = base::Page::first(10);
        let found =
            self.0.db().read(|read| hub::purposes(read, &visitor, &standing, &visits, &page));
        let found = found.expect("lists");
        let is_good = |one: &&hub::Purpose| {
            one.state == PurposeState::Approved && one.expires_at > self.0.now()
        };
        assert_eq!((found.len(), found.iter().filter(is_good).count()), (2, 1));
    }
}
