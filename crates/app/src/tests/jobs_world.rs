//! A zone with a firm that has people, a pool of a supplier, and vouchers to be awarded.

use crate::jobs::{Funding, JobAsked, JobError, deposit_add, deposit_left, job_step, job_submit};
use crate::{App, Config};
use base::{Amount, FixedClock, Page, Random, Time, Unit};
use compute::{Event, Job, JobFilter, Need, NewFlavor, NewPool, Price, Ticked};
use grants::{
    AwardId, CallId, CallMode, CostLine, Decided, Declared, Draft, NewCall, Score, Verdict,
    VoteForm,
};
use identity::{
    Actor, Grade, NewOrganisation, NewOwnership, NewPerson, OrganisationId, OrganisationKind,
    OwnershipKind, PersonId, Role, SizeClass, Standing,
};
use std::cell::Cell;
use std::sync::Arc;
use testbed::TempDir;

const SYSTEM: Actor = Actor::System;

const RULE: &str = r#"
format = 1

[instrument]
id = "compute-voucher"
version = 1
name = { en = "Compute voucher", zh = "算力券" }
place = { en = "Test", zh = "测试" }
country = "CN"
kind = "voucher"
unit = "CNY"

[beneficiary]
kinds = ["company"]

[support]
method = "rate"
base = "contract"

[[rate]]
rate = "30%"

[supplier]
non_affiliated = true

[payment]
mode = "apply-and-deduct"
valid_months = 12

[[example]]
name = "thirty per cent"
date = 2026-03-01
facts = { kinds = ["company"] }
line = [{ amount = "100,000" }]
history = { nothing_before = true }
expect = { outcome = "entitled", amount = "30,000" }
"#;

pub(super) struct World {
    pub(super) app: App,
    pub(super) officers: [PersonId; 2],
    pub(super) firm: OrganisationId,
    pub(super) stranger: OrganisationId,
    supplier: OrganisationId,
    owner: OrganisationId,
    reviewer: PersonId,
    engineer: PersonId,
    call: CallId,
    deposits: Cell<u32>,
    _folder: TempDir,
}

pub(super) fn on_both(check: impl Fn(&World)) {
    for database in testbed::databases() {
        check(&World::new(database.url()));
    }
}

pub(super) fn cny(text: &str) -> Amount {
    Amount::parse(text, Unit::CNY).unwrap()
}

impl World {
    fn new(url: &str) -> Self {
        let folder = TempDir::new().expect("a folder");
        let config = Config { data: folder.path().to_path_buf(), database: Some(url.to_owned()) };
        let clock = Arc::new(FixedClock::at(Time::parse("2026-03-02T09:00:00Z").unwrap()));
        let app = App::open_with(&config, clock, Arc::new(Random::seeded(3))).expect("opens");
        let [firm, supplier, stranger, owner] =
            ["Firm", "Supplier", "Stranger", "Owner"].map(|name| organisation(&app, name));
        owns(&app, owner, supplier);
        owns(&app, stranger, firm);
        let officer = |email| person(&app, email, Some(Role::Officer));
        let officers = [officer("one@example.org"), officer("two@example.org")];
        let reviewer = person(&app, "reviewer@example.org", Some(Role::Reviewer));
        let engineer = person(&app, "engineer@example.org", None);
        let employ = move |tx: &mut db::Tx<'_>| {
            identity::employment_start(tx, SYSTEM, engineer, firm, (true, None))
        };
        app.db().write(employ).wait().expect("employs");
        let call = app.db().write(call).wait().expect("creates the call");
        app.db().write(move |tx| pool(tx, supplier)).wait().expect("makes the pool");
        Self {
            app,
            officers,
            firm,
            stranger,
            supplier,
            owner,
            reviewer,
            engineer,
            call,
            deposits: Cell::new(0),
            _folder: folder,
        }
    }

    fn standing(&self, person: PersonId) -> Standing {
        let today = self.app.now().date();
        self.app.db().read(|read| identity::standing_of(read, person, today)).expect("a person")
    }

    fn grants<T: Send + 'static>(
        &self,
        act: impl FnMut(&mut db::Tx<'_>) -> Result<T, grants::Error> + Send + 'static,
    ) -> T {
        self.app.db().write(act).wait().expect("the round goes on")
    }

    /// Takes the firm through a round until it has a voucher.
    pub(super) fn awarded(&self, amount: &str, requested: &str) -> AwardId {
        let draft = Draft {
            title_en: "Training".to_owned(),
            title_zh: String::new(),
            summary: "A model.".to_owned(),
            subject: String::new(),
            declared: Declared::default(),
            lines: vec![CostLine {
                cost: None,
                what: None,
                amount: cny(amount),
                supplier: Some(self.supplier),
            }],
            requested: cny(requested),
        };
        let (standing, call, firm) = (self.standing(self.engineer), self.call, self.firm);
        let id = self.grants(move |tx| {
            let made = grants::application_create(tx, &standing, call, firm, &draft)?;
            grants::application_submit(tx, &standing, made.id)?;
            Ok(made.id)
        });
        let (reviewer, standing) = (self.reviewer, self.standing(self.reviewer));
        self.grants(move |tx| {
            let review = grants::review_assign(tx, SYSTEM, id, reviewer)?.id;
            let points = |criterion: &str| Score { criterion: criterion.to_owned(), points: 80 };
            let scores = [points("quality"), points("value")];
            grants::review_score(tx, &standing, review, &scores, "sound")
        });
        let vote = |officer: PersonId| {
            let now = self.app.now();
            let shown = self.app.db().read(|read| grants::shown_of(read, id, now)).expect("shows");
            let form = VoteForm {
                application: id,
                verdict: Verdict::Approve,
                amount: cny(requested),
                reason: "as reviewed".to_owned(),
                shown_sha256: shown.sha256(),
            };
            self.grants(move |tx| grants::vote_cast(tx, officer, &form))
        };
        vote(self.officers[0]);
        match vote(self.officers[1]) {
            Decided::Awarded(award) => award,
            other => panic!("{other:?}"),
        }
    }

    pub(super) fn deposit(&self, amount: &str) {
        self.deposits.set(self.deposits.get() + 1);
        let (officer, firm, amount) = (self.officers[0], self.firm, cny(amount));
        let key = format!("bank-{}", self.deposits.get());
        let write = move |tx: &mut db::Tx<'_>| deposit_add(tx, officer, firm, (amount, &key));
        self.app.db().write(write).wait().expect("is entered");
    }

    pub(super) fn submit(
        &self,
        seconds: u64,
        award: Option<AwardId>,
    ) -> Result<(Job, Funding), JobError> {
        self.submit_as(self.firm, seconds, award)
    }

    pub(super) fn submit_as(
        &self,
        organisation: OrganisationId,
        seconds: u64,
        award: Option<AwardId>,
    ) -> Result<(Job, Funding), JobError> {
        let asked = JobAsked {
            organisation,
            group: organisation,
            person: self.engineer,
            flavor: "cpu-basic".to_owned(),
            seconds,
            version: None,
            attempts: 1,
            award,
            spec: "{}".to_owned(),
            secrets: None,
        };
        self.app.db().write(move |tx| job_submit(tx, &asked)).wait()
    }

    pub(super) fn step(&self, job: &Job, event: Event) -> Ticked {
        let id = job.id;
        self.app.db().write(move |tx| job_step(tx, id, &event)).wait().expect("steps")
    }

    /// The firm's owner buys the supplier's owner.
    pub(super) fn supplier_taken_over(&self) {
        owns(&self.app, self.stranger, self.owner);
    }

    pub(super) fn own_left(&self) -> Amount {
        let firm = self.firm;
        self.app.db().read(|read| deposit_left(read, firm, Unit::CNY)).expect("reads")
    }

    pub(super) fn award_left(&self, award: AwardId) -> Amount {
        self.app.db().read(|read| grants::award_read(read, award)).expect("reads").left()
    }

    /// What the supplier is owed.
    pub(super) fn supplier_owed(&self) -> Amount {
        let page = Page::first(9);
        let read = |read: &db::Read<'_>| ledger::accounts_of(read, &self.supplier.0, &page);
        let accounts = self.app.db().read(read).expect("reads");
        let owed = accounts.iter().filter(|a| a.kind == ledger::AccountKind::Supplier);
        Amount::new(owed.map(|a| a.standing.balance()).sum(), Unit::CNY)
    }

    pub(super) fn jobs(&self) -> usize {
        let (filter, page) = (JobFilter::default(), Page::first(500));
        self.app.db().read(|read| compute::jobs_list(read, &filter, &page)).expect("reads").len()
    }

    /// The invariants of the books.
    pub(super) fn check(&self) {
        let now = self.app.now();
        self.app.db().read(|r| ledger::check_invariants(r, now, 0)).expect("the ledger is sound");
        self.app.db().read(grants::check_invariants).expect("awards and ledger agree");
    }
}

fn organisation(app: &App, name: &'static str) -> OrganisationId {
    let new = NewOrganisation {
        kind: OrganisationKind::Company,
        name_en: name.to_owned(),
        name_zh: String::new(),
        name_pinyin: String::new(),
        size_class: SizeClass::Small,
        region: "Hangzhou, CN".to_owned(),
        registered_on: None,
        is_synthetic: true,
        identifiers: Vec::new(),
        aliases: Vec::new(),
    };
    let write = move |tx: &mut db::Tx<'_>| identity::organisation_register(tx, SYSTEM, &new);
    app.db().write(write).wait().expect("registers").id
}

fn owns(app: &App, owner: OrganisationId, owned: OrganisationId) {
    let new = NewOwnership {
        owner,
        owned,
        kind: OwnershipKind::Shares,
        share: base::Ppm::new(1_000_000).ok(),
        valid_from: None,
        valid_to: None,
        grade: Grade::Declared,
        source: "test".to_owned(),
    };
    let write = move |tx: &mut db::Tx<'_>| identity::ownership_state(tx, SYSTEM, &new);
    app.db().write(write).wait().expect("states");
}

fn person(app: &App, email: &'static str, role: Option<Role>) -> PersonId {
    let write = move |tx: &mut db::Tx<'_>| {
        let new = NewPerson { name: email.to_owned(), email: email.to_owned() };
        let id = identity::person_register(tx, SYSTEM, &new)?.id;
        if let Some(role) = role {
            identity::role_grant(tx, SYSTEM, id, role)?;
        }
        Ok::<_, identity::Error>(id)
    };
    app.db().write(write).wait().expect("registers")
}

fn call(tx: &mut db::Tx<'_>) -> Result<CallId, grants::Error> {
    let rule = grants::instrument_publish(tx, SYSTEM, "test.toml", RULE)?;
    let new = NewCall {
        code: "vouchers".to_owned(),
        instrument: rule.id,
        title_en: "Compute vouchers".to_owned(),
        title_zh: "算力券".to_owned(),
        category: "compute".to_owned(),
        mode: CallMode::Open,
        budget: cny("20,000,000"),
        opens_at: Time::parse("2026-03-01T00:00:00Z").unwrap(),
        closes_at: Some(Time::parse("2026-06-01T00:00:00Z").unwrap()),
        reviews_least: 1,
        is_synthetic: true,
    };
    Ok(grants::call_create(tx, SYSTEM, &new)?.id)
}

fn pool(tx: &mut db::Tx<'_>, supplier: OrganisationId) -> Result<(), compute::Error> {
    let need = Need { cores_milli: 2_000, memory_bytes: 4 << 30, accelerators: 0 };
    let new = NewPool {
        code: "hall-1".to_owned(),
        name_en: "Hall 1".to_owned(),
        name_zh: String::new(),
        supplier,
        backend: "{}".to_owned(),
        capacity: need,
        group_max: None,
        terms: String::new(),
        is_synthetic: true,
    };
    let pool = compute::pool_create(tx, SYSTEM, &new)?;
    let flavor = NewFlavor {
        code: "cpu-basic".to_owned(),
        name: "Two cores".to_owned(),
        need,
        disk_bytes: 1 << 30,
        accelerator: String::new(),
        price: Price::new(cny("100"), 3_600).expect("a price"),
    };
    compute::flavor_add(tx, SYSTEM, pool.id, &flavor)?;
    Ok(())
}
