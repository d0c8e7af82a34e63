//! A small zone to try things in.

use crate::*;
use base::{Amount, FixedClock, Random, Time, Unit};
use db::{Db, Options, Tx};
use identity::{
    Actor, Grade, NewOrganisation, NewOwnership, NewPerson, OrganisationId, OrganisationKind,
    OwnershipKind, PersonId, Role, SizeClass, Standing,
};
use std::sync::Arc;

pub(super) const RULE: &str = r#"
format = 1

[instrument]
id = "test-voucher"
version = 1
name = { en = "Test voucher", zh = "测试券" }
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

[[cap]]
id = "firm"
scope = "firm-year"
amount = "8,000,000"

[[cap]]
id = "group"
scope = "group-window"
amount = "10,000,000"
window = { kind = "rolling", years = 3 }

[supplier]
non_affiliated = true

[payment]
mode = "apply-and-deduct"
valid_months = 12

[[paper]]
id = "contract"
name = { en = "Contract", zh = "合同" }
due = "application"

[[example]]
name = "thirty per cent"
date = 2026-03-01
facts = { kinds = ["company"] }
line = [{ amount = "100,000" }]
history = { nothing_before = true }
expect = { outcome = "entitled", amount = "30,000" }
"#;

pub(super) const START: &str = "2026-03-02T09:00:00Z";

pub(super) struct World {
    pub(super) db: Db,
    pub(super) clock: Arc<FixedClock>,
    pub(super) officers: [PersonId; 2],
    pub(super) reviewer: PersonId,
    pub(super) applicant: PersonId,
    /// The applicant, its parent, and a supplier of each sort.
    pub(super) firm: OrganisationId,
    pub(super) parent: OrganisationId,
    pub(super) supplier: OrganisationId,
    pub(super) sister: OrganisationId,
    pub(super) unknown: OrganisationId,
    pub(super) call: CallId,
}

pub(super) fn on_both(check: impl Fn(&World)) {
    for database in testbed::databases() {
        let world = World::new(database.url());
        check(&world);
        world.check();
    }
}

pub(super) fn cny(text: &str) -> Amount {
    Amount::parse(text, Unit::CNY).unwrap()
}

pub(super) fn refusal<T: std::fmt::Debug>(result: Result<T, Error>) -> Refused {
    match result.expect_err("must be refused") {
        Error::Refused(refused) => refused,
        error => panic!("failed: {error:?}"),
    }
}

impl World {
    pub(super) fn new(url: &str) -> Self {
        let clock = Arc::new(FixedClock::at(Time::parse(START).unwrap()));
        let random = Arc::new(Random::seeded(7));
        let db = Db::open(url, Options::default(), clock.clone(), random).expect("opens");
        let [parent, firm, sister, supplier, owner, unknown] =
            ["Parent", "Firm", "Sister", "Supplier", "Owner", "Unknown"].map(|n| firm_new(&db, n));
        for (owner, owned) in [(parent, firm), (parent, sister), (owner, supplier)] {
            owns(&db, owner, owned, 1_000_000);
        }
        let officers = [
            person(&db, "one@example.org", Some(Role::Officer)),
            person(&db, "two@example.org", Some(Role::Officer)),
        ];
        let reviewer = person(&db, "reviewer@example.org", Some(Role::Reviewer));
        let applicant = person(&db, "applicant@example.org", None);
        employ(&db, applicant, firm);
        let call = db
            .write(move |tx| {
                let rule = instrument_publish(tx, Actor::System, "test.toml", RULE)?;
                call_create(tx, Actor::System, &new_call(rule.id, "vouchers", "20,000,000"))
            })
            .wait()
            .expect("creates the call")
            .id;
        let world = Self {
            db,
            clock,
            officers,
            reviewer,
            applicant,
            firm,
            parent,
            supplier,
            sister,
            unknown,
            call,
        };
        world.bank(world.supplier);
        world
    }

    pub(super) fn write<T: Send + 'static>(
        &self,
        f: impl FnMut(&mut Tx<'_>) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        self.db.write(f).wait()
    }

    pub(super) fn now(&self) -> Time {
        base::Clock::now(&*self.clock)
    }

    pub(super) fn standing(&self, person: PersonId) -> Standing {
        let today = self.now().date();
        self.db.read(|r| identity::standing_of(r, person, today)).expect("reads")
    }

    pub(super) fn bank(&self, organisation: OrganisationId) {
        let standing = self.standing(self.officers[0]);
        let account = BankAccount {
            holder_name: "Holder".to_owned(),
            number: "DEMO-1".to_owned(),
            bank_code: String::new(),
        };
        self.write(move |tx| bank_account_set(tx, &standing, organisation, &account)).unwrap();
    }

    pub(super) fn draft(&self, amount: &str, requested: &str) -> Draft {
        Draft {
            title_en: "A project".to_owned(),
            title_zh: String::new(),
            summary: "What it does.".to_owned(),
            subject: String::new(),
            declared: Declared::default(),
            lines: vec![CostLine {
                cost: None,
                what: None,
                amount: cny(amount),
                supplier: Some(self.supplier),
            }],
            requested: cny(requested),
        }
    }

    pub(super) fn create(&self, draft: Draft) -> Result<ApplicationId, Error> {
        let (standing, call, firm) = (self.standing(self.applicant), self.call, self.firm);
        self.write(move |tx| Ok(application_create(tx, &standing, call, firm, &draft)?.id))
    }

    pub(super) fn submit(&self, id: ApplicationId) -> Result<(), Error> {
        let standing = self.standing(self.applicant);
        self.write(move |tx| {
            paper_add(tx, &standing, id, ("contract", "contract.pdf"), b"%PDF")?;
            application_submit(tx, &standing, id).map(|_| ())
        })
    }

    pub(super) fn submitted(&self, amount: &str, requested: &str) -> ApplicationId {
        let id = self.create(self.draft(amount, requested)).expect("creates");
        self.submit(id).expect("submits");
        id
    }

    pub(super) fn review(&self, id: ApplicationId) {
        let (reviewer, standing) = (self.reviewer, self.standing(self.reviewer));
        self.write(move |tx| {
            let review = review_assign(tx, Actor::System, id, reviewer)?.id;
            let scores = [
                Score { criterion: "quality".to_owned(), points: 80 },
                Score { criterion: "value".to_owned(), points: 71 },
            ];
            review_score(tx, &standing, review, &scores, "sound")
        })
        .expect("reviews");
    }

    pub(super) fn form(&self, id: ApplicationId, verdict: Verdict, amount: &str) -> VoteForm {
        let now = self.now();
        let shown = self.db.read(|r| shown_of(r, id, now)).expect("shows");
        VoteForm {
            application: id,
            verdict,
            amount: cny(amount),
            reason: "as reviewed".to_owned(),
            shown_sha256: shown.sha256(),
        }
    }

    pub(super) fn vote(&self, officer: usize, form: VoteForm) -> Result<Decided, Error> {
        let officer = self.officers[officer];
        self.write(move |tx| vote_cast(tx, officer, &form))
    }

    pub(super) fn approve(&self, id: ApplicationId, amount: &str) -> AwardId {
        self.vote(0, self.form(id, Verdict::Approve, amount)).expect("first vote");
        match self.vote(1, self.form(id, Verdict::Approve, amount)).expect("second vote") {
            Decided::Awarded(award) => award,
            other => panic!("{other:?}"),
        }
    }

    pub(super) fn awarded(&self, amount: &str, requested: &str) -> AwardId {
        let id = self.submitted(amount, requested);
        self.review(id);
        self.approve(id, requested)
    }

    pub(super) fn new_claim(&self, award: AwardId, invoice: &str, asked: &str) -> NewClaim {
        NewClaim {
            award,
            supplier: self.supplier,
            invoice_number: "INV-1".to_owned(),
            invoice_date: "2026-03-01".parse().unwrap(),
            invoice: cny(invoice),
            cost: None,
            what: None,
            asked: cny(asked),
        }
    }

    pub(super) fn claim(&self, new: NewClaim) -> Result<ClaimId, Error> {
        let standing = self.standing(self.applicant);
        self.write(move |tx| Ok(claim_submit(tx, &standing, &new)?.id))
    }

    pub(super) fn settle(&self, claim: ClaimId) -> Result<Payment, Error> {
        let officer = self.officers[0];
        self.write(move |tx| claim_settle(tx, officer, claim))
    }

    /// The invariants of the ledger, after every test.
    pub(super) fn check(&self) {
        self.write(|tx| Ok(tx.insert_now()?)).expect("writes");
        let now = self.now();
        self.db.read(|r| ledger::check_invariants(r, now, 0)).expect("the ledger is sound");
        self.db.read(check_invariants).expect("awards and ledger agree");
    }
}

pub(super) fn new_call(instrument: InstrumentId, code: &str, budget: &str) -> NewCall {
    NewCall {
        code: code.to_owned(),
        instrument,
        title_en: "Compute vouchers".to_owned(),
        title_zh: "算力券".to_owned(),
        category: "compute".to_owned(),
        mode: CallMode::Open,
        budget: cny(budget),
        opens_at: Time::parse("2026-03-01T00:00:00Z").unwrap(),
        closes_at: Some(Time::parse("2026-06-01T00:00:00Z").unwrap()),
        reviews_least: 1,
        is_synthetic: true,
    }
}

pub(super) fn firm_new(db: &Db, name: &'static str) -> OrganisationId {
    let new = NewOrganisation {
        kind: OrganisationKind::Company,
        name_en: name.to_owned(),
        name_zh: String::new(),
        name_pinyin: String::new(),
        size_class: SizeClass::Small,
        region: String::new(),
        registered_on: None,
        is_synthetic: true,
        identifiers: Vec::new(),
        aliases: Vec::new(),
    };
    let write = db.write(move |tx| identity::organisation_register(tx, Actor::System, &new));
    write.wait().expect("registers").id
}

pub(super) fn owns(db: &Db, owner: OrganisationId, owned: OrganisationId, ppm: i64) {
    let new = NewOwnership {
        owner,
        owned,
        kind: OwnershipKind::Shares,
        share: base::Ppm::new(ppm).ok(),
        valid_from: None,
        valid_to: None,
        grade: Grade::Declared,
        source: "test".to_owned(),
    };
    db.write(move |tx| identity::ownership_state(tx, Actor::System, &new)).wait().expect("states");
}

pub(super) fn person(db: &Db, email: &'static str, role: Option<Role>) -> PersonId {
    let write = db.write(move |tx| {
        let new = NewPerson { name: email.to_owned(), email: email.to_owned() };
        let id = identity::person_register(tx, Actor::System, &new)?.id;
        if let Some(role) = role {
            identity::role_grant(tx, Actor::System, id, role)?;
        }
        Ok::<_, identity::Error>(id)
    });
    write.wait().expect("registers")
}

pub(super) fn employ(db: &Db, person: PersonId, organisation: OrganisationId) {
    let write = db.write(move |tx| {
        identity::employment_start(tx, Actor::System, person, organisation, (true, None))
    });
    write.wait().expect("employs");
}
