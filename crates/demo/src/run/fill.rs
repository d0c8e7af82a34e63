//! Fills the hub: repositories, and what people do around them, through the real operations.

use super::{RunError, Runner, missing};
use crate::shelf::{SHELF_DATASET, SHELF_MODEL, ShelfFile, ShelfGate, ShelfKind, ShelfRepo, shelf};
use app::depot::{self, Depot, Draft, Message, Push, QUOTA_BYTES};
use base::{FixedClock, Time};
use db::Tx;
use hub::{
    AccessState, Asker, Found, Gating, Holder, NewCollection, NewDiscussion, NewRepo, Repo,
    RepoKind, Settings, Target, Visitor,
};
use identity::Actor;
use std::sync::Arc;

/// Seconds between two things that people do.
const PACE_SECONDS: i64 = 1_800;
/// Seconds for which a purpose is approved: half a year from the day of the demonstration.
const PURPOSE_SECONDS: i64 = 182 * 86_400;

/// Where the repositories go.
#[derive(Clone, Copy)]
pub struct HubPlace<'a> {
    /// Their files.
    pub depot: &'a Depot,
    /// Runs what writes large files.
    pub runtime: &'a tokio::runtime::Handle,
    /// The day of the demonstration: repositories are of that day and the two before, so that
    /// purposes are good when somebody looks.
    pub now: Time,
}

impl Runner<'_> {
    /// Makes every repository, then lets people ask, discuss and collect. Returns how many.
    pub(super) fn hub_fill(
        &self,
        place: &HubPlace<'_>,
        clock: &FixedClock,
    ) -> Result<usize, RunError> {
        clock.set(place.now.plus_seconds(-2 * 86_400));
        let repos = shelf(self.plan.seed);
        for repo in &repos {
            self.names_claim(repo.owner)?;
        }
        for repo in &repos {
            clock.advance(PACE_SECONDS);
            self.repo_make(place, clock, repo)?;
        }
        self.gate_ask(clock)?;
        self.purpose_ask(place, clock)?;
        self.discuss(place, clock)?;
        self.collect()?;
        Ok(repos.len())
    }

    /// Gives an organisation and who acts for it their short names, unless they have them.
    fn names_claim(&self, key: &'static str) -> Result<(), RunError> {
        let organisation = self.organisation(key)?;
        let person = self.person(&representative(key))?;
        let name = author(key);
        self.hub(move |tx| {
            if hub::namespace_find(tx, key)?.is_none() {
                let (firm, person) = (Holder::Organisation(organisation), Holder::Person(person));
                hub::namespace_claim(tx, Actor::System, firm, (key, false))?;
                hub::namespace_claim(tx, Actor::System, person, (&name, false))?;
            }
            Ok(())
        })
    }

    fn repo_make(
        &self,
        place: &HubPlace<'_>,
        clock: &FixedClock,
        planned: &ShelfRepo,
    ) -> Result<(), RunError> {
        let visitor = self.visitor(planned.owner)?;
        let new = NewRepo {
            kind: kind(planned.kind),
            owner: Some(planned.owner.to_owned()),
            name: planned.name.to_owned(),
            is_private: Some(false),
            sdk: String::new(),
        };
        let who = (&visitor, author(planned.owner));
        let repo = depot::repo_begin(self.app, place.depot, (who.0, &who.1), &new)?;
        let repo = Arc::new(repo);
        for commit in &planned.commits {
            clock.advance(PACE_SECONDS);
            let mut draft = self.draft(place, &repo, &commit.files)?;
            let push = self.push(&repo, planned.owner, commit.summary)?;
            depot::publish(self.app, place.depot, &push, &mut draft)?;
        }
        self.gate_set(planned, &repo, &visitor)?;
        for liker in planned.likes {
            self.act(liker, &repo, hub::like_add)?;
        }
        Ok(())
    }

    fn draft(
        &self,
        place: &HubPlace<'_>,
        repo: &Arc<Repo>,
        files: &[ShelfFile],
    ) -> Result<Draft, RunError> {
        let mut draft = Draft::begin(place.depot, repo)?;
        for file in files {
            if file.is_large {
                let put = depot::large_put(self.app, place.depot, repo, (&file.bytes, QUOTA_BYTES));
                draft.large(file.path, &place.runtime.block_on(put)?)?;
            } else {
                draft.file(file.path, &file.bytes)?;
            }
        }
        Ok(draft)
    }

    fn push(&self, repo: &Arc<Repo>, key: &str, summary: &str) -> Result<Push, RunError> {
        Ok(Push {
            repo: repo.clone(),
            visitor: self.visitor(key)?,
            revision: "main".to_owned(),
            parent: None,
            message: Message {
                author: author(key),
                summary: summary.to_owned(),
                description: String::new(),
                seconds: self.app.now().millis().div_euclid(1_000),
            },
        })
    }

    fn gate_set(&self, planned: &ShelfRepo, repo: &Repo, owner: &Visitor) -> Result<(), RunError> {
        let (owner, repo) = (owner.clone(), repo.clone());
        match planned.gate {
            ShelfGate::Open => Ok(()),
            ShelfGate::Approval => self.hub(move |tx| {
                let settings = Settings { is_private: None, gating: Some(Gating::Approval) };
                hub::repo_set(tx, &owner, &repo, &settings).map(|_| ())
            }),
            ShelfGate::Purpose => self.hub(move |tx| {
                let statement = "Visits of patients: age and reason. Made up here; a real table \
                                 of this sort would hold health data.";
                let office = "Data subjects' office of the zone, office@example.org";
                hub::personal_declare(tx, &owner, &repo, (statement, office)).map(|_| ())
            }),
        }
    }

    /// Two firms ask for the gated dataset; one is accepted, the other waits.
    fn gate_ask(&self, clock: &FixedClock) -> Result<(), RunError> {
        let repo = self.repo(RepoKind::Dataset, "taixiang/route-requests")?;
        let fields = depot::gate_form(&repo);
        for (key, purpose) in [("jixiang", "Research"), ("guyu", "Product")] {
            clock.advance(PACE_SECONDS);
            let (fields, organisation) = (fields.clone(), key.to_owned());
            self.act(key, &repo, move |tx, visitor, repo| {
                let answers = serde_json::json!({
                    "Organisation": organisation,
                    "Country": "CN",
                    "Purpose": purpose,
                    "I will not pass the table on": true,
                });
                hub::access_ask(tx, visitor, repo, (&fields, &answers))
            })?;
        }
        self.act("taixiang", &repo, |tx, visitor, repo| {
            let asker = Asker::Named(author("jixiang"));
            hub::access_decide(tx, visitor, repo, &asker, (AccessState::Accepted, ""))
        })
    }

    /// Two firms ask to read personal data; one purpose is approved, the other waits.
    fn purpose_ask(&self, place: &HubPlace<'_>, clock: &FixedClock) -> Result<(), RunError> {
        let repo = self.repo(RepoKind::Dataset, "feixiang/clinic-visits")?;
        let expires = place.now.plus_seconds(PURPOSE_SECONDS);
        clock.advance(PACE_SECONDS);
        let purpose = "To foretell how many people come on a weekday, in a study of the zone.";
        self.act("shaxi", &repo, move |tx, visitor, repo| {
            hub::purpose_ask(tx, visitor, repo, (purpose, expires))
        })?;
        let (owner, person) = (self.visitor("feixiang")?, self.person(&representative("shaxi"))?);
        let office = self.standing(&representative("feixiang"))?;
        let page = base::Page::first(10);
        let asked =
            self.app.db().read(|read| hub::purposes(read, &owner, &office, &repo, &page))?;
        let asked = asked.iter().find(|one| one.person == person);
        let id = asked.ok_or_else(|| missing("purpose", "shaxi"))?.id;
        self.act("feixiang", &repo, move |tx, visitor, repo| {
            let words = (true, "Covered by the ethics vote of the study.");
            hub::purpose_decide(tx, visitor, repo, id, words)
        })?;
        let purpose = "To compare how long visits take in two districts.";
        self.act("guyu", &repo, move |tx, visitor, repo| {
            hub::purpose_ask(tx, visitor, repo, (purpose, expires))
        })
    }

    /// A question with its answer on the dataset, a pull request on the model.
    fn discuss(&self, place: &HubPlace<'_>, clock: &FixedClock) -> Result<(), RunError> {
        let data = self.repo(RepoKind::Dataset, SHELF_DATASET)?;
        self.act("guyu", &data, |tx, visitor, repo| {
            let new = NewDiscussion {
                title: "Is noise_db a mean or a peak?".to_owned(),
                description: "The card says mean; the evening hours look like peaks.".to_owned(),
                pull: None,
            };
            hub::discussion_open(tx, visitor, repo, &new)
        })?;
        clock.advance(PACE_SECONDS);
        self.act("torreya-university", &data, |tx, visitor, repo| {
            let text = "A mean over the hour. All of it is *synthetic*, evening hours too.";
            hub::comment_add(tx, visitor, repo, (1, text))
        })?;
        clock.advance(PACE_SECONDS);
        let model = self.repo(RepoKind::Model, SHELF_MODEL)?;
        let mut draft = Draft::begin(place.depot, &model)?;
        draft.file("EVALUATION.md", EVALUATION.as_bytes())?;
        let push = self.push(&model, "guyu", "Say how it was evaluated")?;
        depot::propose(self.app, place.depot, &push, &mut draft)?;
        Ok(())
    }

    fn collect(&self) -> Result<(), RunError> {
        let visitor = self.visitor("torreya-university")?;
        self.hub(move |tx| {
            let new = NewCollection {
                owner: Some("torreya-university".to_owned()),
                title: "Street data and what was made of it / 街道数据".to_owned(),
                description: "Synthetic, like everything in this demonstration.".to_owned(),
                is_private: false,
            };
            let slug = hub::collection_create(tx, &visitor, &new)?.slug();
            for (kind, path, note) in [
                (RepoKind::Dataset, SHELF_DATASET, "The readings."),
                (RepoKind::Model, SHELF_MODEL, "Trained on them."),
                (RepoKind::Model, "guyu/night-noise", "Tuned for the night."),
            ] {
                let target = Target::Repo(kind, path.to_owned());
                hub::item_add(tx, &visitor, &slug, (&target, note))?;
            }
            Ok(())
        })
    }

    /// Does something with a repository as who acts for an organisation.
    fn act<T: Send + 'static>(
        &self,
        key: &str,
        repo: &Repo,
        act: impl Fn(&mut Tx<'_>, &Visitor, &Repo) -> Result<T, hub::Error> + Send + 'static,
    ) -> Result<(), RunError> {
        let (visitor, repo) = (self.visitor(key)?, repo.clone());
        self.hub(move |tx| act(tx, &visitor, &repo).map(|_| ()))
    }

    fn hub(
        &self,
        act: impl FnMut(&mut Tx<'_>) -> Result<(), hub::Error> + Send + 'static,
    ) -> Result<(), RunError> {
        Ok(self.app.db().write(act).wait()?)
    }

    fn visitor(&self, key: &str) -> Result<Visitor, RunError> {
        let (id, today) = (self.person(&representative(key))?, self.app.now().date());
        Ok(self.app.db().read(|read| hub::visitor_of(read, id, today, true))?)
    }

    /// Reads a repository as it stands.
    fn repo(&self, kind: RepoKind, path: &str) -> Result<Arc<Repo>, RunError> {
        match self.app.db().read(|read| hub::repo_find(read, kind, path))? {
            Some(Found::Here(repo) | Found::Moved(repo)) => Ok(Arc::new(repo)),
            None => Err(missing("repository", path)),
        }
    }
}

const EVALUATION: &str = "# Evaluation\n\nNone: the weights are random (synthetic). A real model \
                          would say here on which sensors it was tested.\n";

fn representative(key: &str) -> String {
    crate::people::representative(key)
}

/// Short name of who acts for an organisation.
fn author(key: &str) -> String {
    format!("{key}-rep")
}

fn kind(kind: ShelfKind) -> RepoKind {
    match kind {
        ShelfKind::Model => RepoKind::Model,
        ShelfKind::Dataset => RepoKind::Dataset,
    }
}
