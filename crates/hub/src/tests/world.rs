//! Two people, a firm in which the first may act and the second works, on each engine.

use crate::*;
use base::{FixedClock, Random, Time};
use db::{Db, Options, Read, Tx};
use identity::{
    Actor, NewOrganisation, NewPerson, OrganisationKind, PersonId, SizeClass, employment_start,
    organisation_register, person_register,
};
use std::sync::Arc;
use testbed::databases;

const SYSTEM: Actor = Actor::System;

pub(super) struct World {
    pub(super) db: Db,
    pub(super) clock: Arc<FixedClock>,
    /// Acts for the firm `valley`.
    pub(super) lin: PersonId,
    /// Works there.
    pub(super) wu: PersonId,
    /// Has nothing to do with it.
    pub(super) zhao: PersonId,
}

pub(super) fn on_both(check: impl Fn(&World)) {
    for database in databases() {
        let clock = Arc::new(FixedClock::at(Time::parse("2026-03-01T09:00:00Z").unwrap()));
        let random = Arc::new(Random::seeded(1));
        let db =
            Db::open(database.url(), Options::default(), clock.clone(), random).expect("opens");
        let [lin, wu, zhao] = ["lin", "wu", "zhao"].map(|name| person(&db, name));
        let world = World { db, clock, lin, wu, zhao };
        let firm = world.write(move |tx| {
            let firm = organisation_register(tx, SYSTEM, &firm())?.id;
            namespace_claim(tx, SYSTEM, Holder::Organisation(firm), ("Valley", false))?;
            employment_start(tx, SYSTEM, lin, firm, (true, None))?;
            employment_start(tx, SYSTEM, wu, firm, (false, None))?;
            Ok(firm)
        });
        firm.expect("the firm is entered");
        check(&world);
    }
}

fn person(db: &Db, name: &'static str) -> PersonId {
    let write = db.write(move |tx: &mut Tx<'_>| {
        let new = NewPerson { name: name.to_owned(), email: format!("{name}@example.org") };
        let id = person_register(tx, SYSTEM, &new)?.id;
        namespace_claim(tx, SYSTEM, Holder::Person(id), (name, false))?;
        Ok::<_, Error>(id)
    });
    write.wait().expect("the person is entered")
}

fn firm() -> NewOrganisation {
    NewOrganisation {
        kind: OrganisationKind::Company,
        name_en: "Valley".to_owned(),
        name_zh: String::new(),
        name_pinyin: String::new(),
        size_class: SizeClass::Small,
        region: "Hangzhou, CN".to_owned(),
        registered_on: None,
        is_synthetic: true,
        identifiers: Vec::new(),
        aliases: Vec::new(),
    }
}

impl World {
    pub(super) fn write<T: Send + 'static>(
        &self,
        act: impl FnMut(&mut Tx<'_>) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        self.db.write(act).wait()
    }

    pub(super) fn read<T>(&self, look: impl FnOnce(&Read<'_>) -> Result<T, Error>) -> T {
        self.db.read(look).expect("reads")
    }

    /// Writes something that a visitor does with a repository.
    pub(super) fn act<T: Send + 'static>(
        &self,
        (visitor, repo): (&Visitor, &Repo),
        act: impl Fn(&mut Tx<'_>, &Visitor, &Repo) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let (visitor, repo) = (visitor.clone(), repo.clone());
        self.write(move |tx| act(tx, &visitor, &repo))
    }

    /// Changes who sees a repository and who gets its files.
    pub(super) fn set(&self, repo: &Repo, is_private: bool, gating: Gating) -> Repo {
        let settings = Settings { is_private: Some(is_private), gating: Some(gating) };
        let owner = self.visitor(self.lin);
        self.act((&owner, repo), move |tx, visitor, repo| repo_set(tx, visitor, repo, &settings))
            .expect("the repository is set")
    }

    /// Reads what may be refused.
    pub(super) fn look<T>(
        &self,
        look: impl FnOnce(&Read<'_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        self.db.read(look)
    }

    /// The person as they ask the hub, with a token that may only read.
    pub(super) fn reader(&self, person: PersonId) -> Visitor {
        Visitor { may_change: false, ..self.visitor(person) }
    }

    /// The person as they ask the hub, with a token that may change things.
    pub(super) fn visitor(&self, person: PersonId) -> Visitor {
        let today = Time::parse("2026-03-01T09:00:00Z").unwrap().date();
        self.read(|read| visitor_of(read, person, today, true))
    }

    /// Makes a public model in the namespace of a person or the firm.
    pub(super) fn model(&self, person: PersonId, owner: &'static str, name: &'static str) -> Repo {
        self.repo(person, RepoKind::Model, (owner, name))
    }

    /// Makes a public repository in the namespace of a person or the firm.
    pub(super) fn repo(
        &self,
        person: PersonId,
        kind: RepoKind,
        (owner, name): (&'static str, &'static str),
    ) -> Repo {
        let visitor = self.visitor(person);
        let new = move || NewRepo {
            kind,
            owner: Some(owner.to_owned()),
            name: name.to_owned(),
            is_private: Some(false),
            sdk: if kind == RepoKind::Space { "static" } else { "" }.to_owned(),
        };
        self.write(move |tx| repo_create(tx, &visitor, tx.id(), &new()))
            .expect("the repository is made")
    }

    /// Writes something that a visitor does.
    pub(super) fn act_as<T: Send + 'static>(
        &self,
        visitor: &Visitor,
        act: impl Fn(&mut Tx<'_>, &Visitor) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let visitor = visitor.clone();
        self.write(move |tx| act(tx, &visitor))
    }
}

/// Names the fields that were refused.
pub(super) fn fields<T: std::fmt::Debug>(result: Result<T, Error>) -> Vec<String> {
    match refusal(result) {
        Refused::Invalid(problems) => problems.into_iter().map(|problem| problem.field).collect(),
        refused => panic!("refused for another reason: {refused:?}"),
    }
}

pub(super) fn refusal<T: std::fmt::Debug>(result: Result<T, Error>) -> Refused {
    match result.expect_err("must be refused") {
        Error::Refused(refused) => refused,
        error => panic!("failed: {error:?}"),
    }
}
