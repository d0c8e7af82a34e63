//! A zone with a server, an open call and people of every sort.

use crate::browser::{Browser, Form};
use app::{App, Config};
use base::{Amount, FixedClock, Random, Time, Unit};
use grants::{CallMode, NewCall};
use identity::{
    Actor, Grade, NewOrganisation, NewOwnership, NewPerson, OrganisationId, OrganisationKind,
    OwnershipKind, PersonId, Role, SizeClass,
};
use std::sync::Arc;

pub(crate) const RULE: &str = r#"
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

[clock]
working_days = 5

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

/// The zone.
pub(crate) struct World {
    pub(crate) app: Arc<App>,
    pub(crate) applicant: Browser,
    pub(crate) officers: [Browser; 2],
    pub(crate) reviewer: Browser,
    pub(crate) auditor: Browser,
    /// An officer who also acts for the applicant.
    pub(crate) both: Browser,
    pub(crate) visitor: Browser,
    /// Works for a company of the applicant's group.
    pub(crate) insider: PersonId,
    pub(crate) reviewer_id: PersonId,
    pub(crate) firm: OrganisationId,
    pub(crate) supplier: OrganisationId,
    parent: OrganisationId,
    pub(crate) sister: OrganisationId,
    pub(crate) call: String,
    /// A call whose applications nobody reads before its last day.
    pub(crate) sealed: String,
    runtime: Option<tokio::runtime::Runtime>,
    _folder: testbed::TempDir,
}

impl Drop for World {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
        self.app.close();
    }
}

/// Runs a claim on every database there is.
pub(crate) fn on_both(check: impl Fn(&World)) {
    for database in testbed::databases() {
        let world = World::new(database.url());
        check(&world);
        let now = world.app.now();
        let db = world.app.db();
        db.read(|r| ledger::check_invariants(r, now, 0)).expect("the ledger is sound");
        db.read(grants::check_invariants).expect("awards and ledger agree");
    }
}

impl World {
    fn new(url: &str) -> Self {
        let folder = testbed::TempDir::new().expect("a folder");
        let clock = Time::parse("2026-03-02T09:00:00Z").expect("an instant");
        let clock = Arc::new(FixedClock::at(clock));
        let config = Config { data: folder.path().into(), database: Some(url.to_owned()) };
        let random = Arc::new(Random::seeded(7));
        let app = App::open_with(&config, clock, random).expect("opens");
        let app = Arc::new(app);
        let [parent, firm, sister, supplier, owner] =
            ["Parent", "Firm", "Sister", "Supplier", "Owner"].map(|name| company(&app, name));
        for (owner, owned) in [(parent, firm), (parent, sister), (owner, supplier)] {
            owns(&app, owner, owned);
        }
        let (runtime, address) = serve(&app);
        let at = |session| Browser { address, session };
        let known = |email, role, works_for: Option<(OrganisationId, bool)>| {
            let (id, session) = person(&app, email, role, works_for);
            (id, at(session))
        };
        let (_, applicant) = known("applicant@example.org", None, Some((firm, true)));
        let (_, first) = known("one@example.org", Some(Role::Officer), None);
        let (_, second) = known("two@example.org", Some(Role::Officer), None);
        let (reviewer_id, reviewer) = known("reviewer@example.org", Some(Role::Reviewer), None);
        let works = Some((sister, false));
        let (insider, _) = known("insider@example.org", Some(Role::Reviewer), works);
        let (_, auditor) = known("auditor@example.org", Some(Role::Auditor), None);
        let officer_of = (Some(Role::Officer), Some((firm, true)));
        let (_, both) = known("both@example.org", officer_of.0, officer_of.1);
        let sealed = call(&app, ("sealed", CallMode::Sealed));
        let call = call(&app, ("vouchers", CallMode::Open));
        let visitor = at(String::new());
        Self {
            app,
            applicant,
            officers: [first, second],
            reviewer,
            auditor,
            both,
            visitor,
            insider,
            reviewer_id,
            firm,
            supplier,
            parent,
            sister,
            call,
            sealed,
            runtime: Some(runtime),
            _folder: folder,
        }
    }

    /// The apply form, filled in.
    pub(crate) fn apply_form(&self) -> Form {
        self.apply_form_of(&self.call)
    }

    /// The applicant's parent takes the supplier over.
    pub(crate) fn buys_supplier(&self) {
        let supplier = self.supplier;
        let ended = self.app.db().write(move |tx| {
            let (owned, _) = identity::ownership_of(tx, supplier)?;
            for statement in owned {
                identity::ownership_withdraw(tx, Actor::System, statement.id, "sold")?;
            }
            Ok::<_, identity::Error>(())
        });
        ended.wait().expect("withdraws");
        owns(&self.app, self.parent, supplier);
    }

    /// Publishes a rule and opens a call for it through the office's forms; returns its address.
    pub(crate) fn opened(&self, rule: &str) -> String {
        let officer = &self.officers[0];
        let path = "/instruments/new";
        let rule = officer.send(&officer.get(path).form(path).set("toml", rule)).location();
        let id = rule.rsplit('/').next().expect("an id").to_owned();
        let path = "/calls/new";
        let form = officer.get(path).form(path).set("instrument", &id).set("code", "opened");
        let form = form.set("title_en", "Opened").set("category", "compute").set("mode", "Rolling");
        let form = form.set("budget", "5,000,000").set("opens_at", "2026-03-01");
        officer.send(&form.set("reviews_least", "0")).location()
    }

    /// The apply form of a call, filled in.
    pub(crate) fn apply_form_of(&self, call: &str) -> Form {
        let path = format!("/calls/{call}/apply");
        let form = self.applicant.get(&path).form(&path);
        form.set("title_en", "A project")
            .set("summary", "What it does.")
            .set("line1_amount", "1,000,000")
            .set("line1_supplier", "Supplier")
            .set("requested", "300,000")
            .file("paper_contract", "合同.pdf", b"%PDF contract")
    }

    /// Hands an application in and returns its address.
    pub(crate) fn submitted(&self) -> String {
        self.applicant.send(&self.apply_form().set("act", "submit")).location()
    }

    /// Has an application reviewed.
    pub(crate) fn reviewed(&self, application: &str) {
        let path = format!("{application}/reviewers");
        let form = self.officers[0].get(&path).form(&path);
        self.officers[0].send(&form.set("reviewer", self.reviewer_id.as_str())).location();
        let path = format!("{application}/review");
        let form = self.reviewer.get(&path).form(&path);
        let form = form
            .set("conflict", "none")
            .set("score_quality", "80")
            .set("score_feasibility", "70")
            .set("score_public-value", "90")
            .set("comment", "sound");
        self.reviewer.send(&form).location();
    }

    pub(crate) fn vote_form(&self, officer: usize, application: &str, verdict: &str) -> Form {
        let path = format!("{application}/decision");
        let form = self.officers[officer].get(&path).form(&path);
        form.set("verdict", verdict).set("reason", "as reviewed")
    }

    /// Goes all the way to an award and returns its address.
    pub(crate) fn awarded(&self) -> String {
        let application = self.submitted();
        self.reviewed(&application);
        self.officers[0].send(&self.vote_form(0, &application, "approve")).location();
        self.officers[1].send(&self.vote_form(1, &application, "approve")).location()
    }

    /// Has a claim verified, with a bank account for its supplier.
    pub(crate) fn verified(&self, claim: &str) {
        let officer = &self.officers[0];
        let bank = format!("/organisations/{}/bank-account", self.supplier);
        let form = officer.get(&bank).form(&bank);
        officer.send(&form.set("holder_name", "Supplier").set("number", "D-1")).location();
        let form = officer.get(claim).form(claim).set("verdict", "verify");
        officer.send(&form).location();
    }

    /// Has a claim verified if it is not yet, and everything that is due paid.
    pub(crate) fn paid(&self, claim: &str) {
        let officer = &self.officers[0];
        if officer.get(claim).offers(claim) {
            self.verified(claim);
        }
        officer.send(&officer.get("/payments").form("/payments")).location();
        let sent = officer.get("/payments");
        let start = sent.body.find("/payments/").expect("a batch") + "/payments/".len();
        let batch = &sent.body[start..start + 26];
        officer.send(&sent.form(&format!("/payments/{batch}/confirm"))).location();
    }

    /// The claim form of an award, filled in.
    pub(crate) fn claim_form(&self, award: &str) -> Form {
        let path = format!("{award}/claim");
        let form = self.applicant.get(&path).form(&path);
        form.set("invoice", "INV-1")
            .set("supplier", "Supplier")
            .set("amount", "600,000")
            .set("date", "2026-03-01")
            .set("asked", "180,000")
    }
}

fn serve(app: &Arc<App>) -> (tokio::runtime::Runtime, std::net::SocketAddr) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).expect("binds");
    let address = listener.local_addr().expect("an address");
    let server = web::Server::new(app.clone(), "http://zone");
    runtime.spawn(web::serve(listener, server, std::future::pending()));
    (runtime, address)
}

fn company(app: &App, name: &'static str) -> OrganisationId {
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
    let write = app.db().write(move |tx| identity::organisation_register(tx, Actor::System, &new));
    write.wait().expect("registers").id
}

fn owns(app: &App, owner: OrganisationId, owned: OrganisationId) {
    let new = NewOwnership {
        owner,
        owned,
        kind: OwnershipKind::Shares,
        share: Some(base::Ppm::ONE),
        valid_from: None,
        valid_to: None,
        grade: Grade::Declared,
        source: "test".to_owned(),
    };
    let write = app.db().write(move |tx| identity::ownership_state(tx, Actor::System, &new));
    write.wait().expect("states");
}

fn person(
    app: &App,
    email: &'static str,
    role: Option<Role>,
    works_for: Option<(OrganisationId, bool)>,
) -> (PersonId, String) {
    let write = app.db().write(move |tx| {
        let new = NewPerson { name: email.to_owned(), email: email.to_owned() };
        let id = identity::person_register(tx, Actor::System, &new)?.id;
        if let Some(role) = role {
            identity::role_grant(tx, Actor::System, id, role)?;
        }
        if let Some((firm, may_act)) = works_for {
            identity::employment_start(tx, Actor::System, id, firm, (may_act, None))?;
        }
        let link = identity::link_create(tx, Actor::System, id)?;
        let (_, session) = identity::link_use(tx, &link)?;
        Ok::<_, identity::Error>((id, session))
    });
    write.wait().expect("registers")
}

fn call(app: &App, (code, mode): (&'static str, CallMode)) -> String {
    let write = app.db().write(move |tx| {
        let rule = grants::instrument_publish(tx, Actor::System, "test.toml", RULE)?;
        let new = NewCall {
            code: code.to_owned(),
            instrument: rule.id,
            title_en: "Compute vouchers".to_owned(),
            title_zh: "算力券".to_owned(),
            category: "compute".to_owned(),
            mode,
            budget: Amount::parse("20,000,000", Unit::CNY).expect("an amount"),
            opens_at: Time::parse("2026-03-01T00:00:00Z").expect("an instant"),
            closes_at: Time::parse("2026-06-01T00:00:00Z"),
            reviews_least: 1,
            is_synthetic: true,
        };
        grants::call_create(tx, Actor::System, &new)
    });
    write.wait().expect("creates the call").id.to_string()
}
