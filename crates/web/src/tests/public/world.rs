//! A small zone with awards, claims and payments, made through the real operations.

use crate::{Server, router};
use app::{App, Config};
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use base::{Amount, FixedClock, Random, Time, Unit};
use db::Tx;
use grants::{
    AwardId, BankAccount, CallId, CallMode, CostLine, Decided, Declared, Draft, NewCall, NewClaim,
    Score, Verdict, VoteForm,
};
use identity::{
    Actor, Grade, NewOrganisation, NewOwnership, NewPerson, OrganisationId, OrganisationKind,
    OwnershipKind, PersonId, Role, SizeClass, Standing,
};
use std::sync::Arc;
use testbed::TempDir;
use tokio::runtime::Runtime;
use tower::ServiceExt;

pub(super) const HOSTILE: &str = "<script>alert(1)</script> & \"Firm\"";
pub(super) const PERSON: &str = "Zhang Secret";
pub(super) const INVOICE: &str = "INV-HIDDEN-7";

const RULE: &str = r#"
format = 1

[instrument]
id = "test-voucher"
version = 1
name = { en = "Test voucher", zh = "测试券" }
place = { en = "Test", zh = "测试" }
country = "CN"
kind = "voucher"
unit = "CNY"

[source]
url = "https://example.org/rule"
date = "2026-01-05"
quote = "thirty per cent of the contract"
confidence = "high"

[beneficiary]
kinds = ["company"]

[[fact]]
name = "staff"
type = "int"
ask = { en = "How many people work for you?", zh = "员工人数?" }

[[eligibility]]
id = "staffed"
require = "staff >= 1"
message = { en = "somebody must work for the firm", zh = "企业须有员工" }

[support]
method = "rate"
base = "contract"

[[rate]]
rate = "30%"

[[cap]]
id = "firm"
scope = "firm-year"
amount = "8,000,000"

[supplier]
non_affiliated = true

[payment]
mode = "apply-and-deduct"
minimum = "unknown"

[[example]]
name = "thirty per cent"
date = 2026-03-01
facts = { kinds = ["company"], staff = 3 }
line = [{ amount = "100,000" }]
history = { nothing_before = true }
expect = { outcome = "unknown", missing = ["payment-minimum"] }
"#;

pub(super) struct World {
    pub(super) app: Arc<App>,
    pub(super) clock: Arc<FixedClock>,
    runtime: Runtime,
    service: crate::Site,
    officers: [PersonId; 2],
    reviewer: PersonId,
    applicant: PersonId,
    pub(super) parent: OrganisationId,
    pub(super) firm: OrganisationId,
    pub(super) private: OrganisationId,
    pub(super) cloud: OrganisationId,
    pub(super) person: OrganisationId,
    pub(super) call: CallId,
    pub(super) instrument: grants::InstrumentId,
    _folder: TempDir,
}

/// An answer as a client sees it.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) content_type: String,
    pub(super) text: String,
}

pub(super) fn on_both(check: impl Fn(&World)) {
    for database in testbed::databases() {
        check(&World::new(database.url()));
    }
}

pub(super) fn cny(text: &str) -> Amount {
    Amount::parse(text, Unit::CNY).unwrap()
}

fn firm_new(tx: &mut Tx<'_>, kind: OrganisationKind, names: (&str, &str)) -> OrganisationId {
    let new = NewOrganisation {
        kind,
        name_en: names.0.to_owned(),
        name_zh: names.1.to_owned(),
        name_pinyin: String::new(),
        size_class: SizeClass::Small,
        region: String::new(),
        registered_on: None,
        is_synthetic: true,
        identifiers: Vec::new(),
        aliases: Vec::new(),
    };
    identity::organisation_register(tx, Actor::System, &new).unwrap().id
}

fn owns(tx: &mut Tx<'_>, owner: OrganisationId, owned: OrganisationId, source: &str) {
    let new = NewOwnership {
        owner,
        owned,
        kind: OwnershipKind::Shares,
        share: base::Ppm::new(600_000).ok(),
        valid_from: None,
        valid_to: None,
        grade: Grade::Register,
        source: source.to_owned(),
    };
    identity::ownership_state(tx, Actor::System, &new).unwrap();
}

fn person(tx: &mut Tx<'_>, email: &str, role: Option<Role>) -> PersonId {
    let new = NewPerson { name: format!("Name of {email}"), email: email.to_owned() };
    let id = identity::person_register(tx, Actor::System, &new).unwrap().id;
    if let Some(role) = role {
        identity::role_grant(tx, Actor::System, id, role).unwrap();
    }
    id
}

type Organisations =
    (OrganisationId, OrganisationId, OrganisationId, OrganisationId, OrganisationId);
type People = (PersonId, PersonId, PersonId, PersonId);

fn people(tx: &mut Tx<'_>) -> Result<(Organisations, People), identity::Error> {
    use OrganisationKind::{Company, NaturalPerson};
    let parent = firm_new(tx, Company, ("Parent Group", "母公司"));
    let firm = firm_new(tx, Company, (HOSTILE, ""));
    let private = firm_new(tx, Company, ("Private Works", "私营"));
    let cloud = firm_new(tx, Company, ("Big Cloud Services", "大云"));
    let owner = firm_new(tx, Company, ("Cloud Owner Ltd", ""));
    let natural = firm_new(tx, NaturalPerson, (PERSON, "张秘密"));
    owns(tx, parent, firm, "annual report");
    owns(tx, natural, private, PERSON);
    owns(tx, owner, cloud, "annual report");
    let one = person(tx, "one@example.org", Some(Role::Officer));
    let two = person(tx, "two@example.org", Some(Role::Officer));
    let reviewer = person(tx, "reviewer@example.org", Some(Role::Reviewer));
    let applicant = person(tx, "applicant@example.org", None);
    for organisation in [firm, private] {
        identity::employment_start(tx, Actor::System, applicant, organisation, (true, None))?;
    }
    Ok(((parent, firm, private, cloud, natural), (one, two, reviewer, applicant)))
}

fn call_open(tx: &mut Tx<'_>) -> Result<(grants::InstrumentId, CallId), grants::Error> {
    // The example must come out; the round itself is run with a rule without a gap.
    let rule = RULE.replace("minimum = \"unknown\"\n", "").replace(
        "{ outcome = \"unknown\", missing = [\"payment-minimum\"] }",
        "{ outcome = \"entitled\", amount = \"30,000\" }",
    );
    let rule = grants::instrument_publish(tx, Actor::System, "test.toml", &rule)?;
    let new = NewCall {
        code: "vouchers".to_owned(),
        instrument: rule.id,
        title_en: "Compute <b>vouchers</b>".to_owned(),
        title_zh: "算力券".to_owned(),
        category: "cloud & more".to_owned(),
        mode: CallMode::Open,
        budget: cny("20,000,000"),
        opens_at: Time::parse("2026-03-01T00:00:00Z").unwrap(),
        closes_at: Some(Time::parse("2026-06-01T00:00:00Z").unwrap()),
        reviews_least: 1,
        is_synthetic: true,
    };
    let call = grants::call_create(tx, Actor::System, &new)?;
    Ok((rule.id, call.id))
}

impl World {
    pub(super) fn new(url: &str) -> Self {
        let folder = TempDir::new().unwrap();
        let clock = Arc::new(FixedClock::at(Time::parse("2026-03-02T09:00:00Z").unwrap()));
        let config = Config { data: folder.path().to_path_buf(), database: Some(url.to_owned()) };
        let random = Arc::new(Random::seeded(7));
        let app = Arc::new(App::open_with(&config, clock.clone(), random).unwrap());
        let (orgs, people) = app.db().write(people).wait().unwrap();
        let (instrument, call) = app.db().write(call_open).wait().unwrap();
        let world = Self {
            service: router(Server::new(app.clone(), "http://zone.example")),
            app,
            clock,
            runtime: Runtime::new().unwrap(),
            officers: [people.0, people.1],
            reviewer: people.2,
            applicant: people.3,
            parent: orgs.0,
            firm: orgs.1,
            private: orgs.2,
            cloud: orgs.3,
            person: orgs.4,
            call,
            instrument,
            _folder: folder,
        };
        world.bank();
        world
    }

    fn write<T: Send + 'static>(
        &self,
        f: impl FnMut(&mut Tx<'_>) -> Result<T, grants::Error> + Send + 'static,
    ) -> T {
        self.app.db().write(f).wait().unwrap()
    }

    fn standing(&self, person: PersonId) -> Standing {
        let today = self.app.now().date();
        self.app.db().read(|read| identity::standing_of(read, person, today)).unwrap()
    }

    fn bank(&self) {
        let (standing, cloud) = (self.standing(self.officers[0]), self.cloud);
        let account = BankAccount {
            holder_name: "Holder".to_owned(),
            number: "DEMO-1".to_owned(),
            bank_code: String::new(),
        };
        self.write(move |tx| grants::bank_account_set(tx, &standing, cloud, &account));
    }

    /// Applies, reviews, and decides with two officers.
    pub(super) fn award(&self, firm: OrganisationId, title: &str, amount: &str) -> AwardId {
        self.clock.advance(60);
        let (standing, call) = (self.standing(self.applicant), self.call);
        let facts = [("staff".to_owned(), rulebook::FactValue::Int(3))];
        let draft = Draft {
            title_en: title.to_owned(),
            title_zh: String::new(),
            summary: "A summary that is not public.".to_owned(),
            subject: String::new(),
            declared: Declared { facts: facts.into(), ..Declared::default() },
            lines: vec![CostLine {
                cost: None,
                what: None,
                amount: cny("5,000,000"),
                supplier: Some(self.cloud),
            }],
            requested: cny(amount),
        };
        let (reviewer, reviewing) = (self.reviewer, self.standing(self.reviewer));
        let id = self.write(move |tx| {
            let id = grants::application_create(tx, &standing, call, firm, &draft)?.id;
            grants::application_submit(tx, &standing, id)?;
            let review = grants::review_assign(tx, Actor::System, id, reviewer)?.id;
            let scores = [Score { criterion: "quality".to_owned(), points: 80 }];
            grants::review_score(tx, &reviewing, review, &scores, "sound")?;
            Ok(id)
        });
        let mut award = None;
        for officer in self.officers {
            let now = self.app.now();
            let shown = self.app.db().read(|read| grants::shown_of(read, id, now)).unwrap();
            let form = VoteForm {
                application: id,
                verdict: Verdict::Approve,
                amount: cny(amount),
                reason: "sound and useful".to_owned(),
                shown_sha256: shown.sha256(),
            };
            let decided = self.write(move |tx| grants::vote_cast(tx, officer, &form));
            if let Decided::Awarded(id) = decided {
                award = Some(id);
            }
        }
        award.unwrap()
    }

    /// Claims an invoice, verifies it, and has the bank confirm the payment.
    pub(super) fn pay(&self, award: AwardId, amount: &str) {
        let standing = self.standing(self.applicant);
        let new = NewClaim {
            award,
            supplier: self.cloud,
            invoice_number: INVOICE.to_owned(),
            invoice_date: "2026-03-01".parse().unwrap(),
            invoice: cny("5,000,000"),
            cost: None,
            what: None,
            asked: cny(amount),
        };
        let officer = self.officers[0];
        self.write(move |tx| {
            let claim = grants::claim_submit(tx, &standing, &new)?.id;
            grants::claim_settle(tx, officer, claim)?;
            let batch = grants::payments_send(tx, officer, Unit::CNY)?;
            grants::batch_confirm(tx, officer, batch.id)
        });
    }

    /// Signs the applicant in and returns the cookie.
    pub(super) fn applicant_cookie(&self) -> String {
        let applicant = self.applicant;
        let session = self.app.db().write(move |tx| {
            let link = identity::link_create(tx, Actor::System, applicant)?;
            Ok::<_, identity::Error>(identity::link_use(tx, &link)?.1)
        });
        format!("hutong_session={}", session.wait().unwrap())
    }

    pub(super) fn get(&self, address: &str) -> Answer {
        self.get_as(address, "")
    }

    pub(super) fn get_as(&self, address: &str, cookie: &str) -> Answer {
        let request = Request::builder().uri(address).header("cookie", cookie);
        self.ask(request.body(Body::empty()).unwrap())
    }

    /// Sends any request.
    pub(super) fn ask(&self, request: Request<Body>) -> Answer {
        self.runtime.block_on(async {
            let response = self.service.clone().oneshot(request).await.unwrap();
            let (parts, body) = response.into_parts();
            let content_type = parts.headers.get("content-type");
            let content_type = content_type.map_or("", |value| value.to_str().unwrap()).to_owned();
            let bytes = to_bytes(body, usize::MAX).await.unwrap();
            let text = String::from_utf8(bytes.to_vec()).unwrap();
            Answer { status: parts.status, headers: parts.headers, content_type, text }
        })
    }

    /// Gets a page that must be there, and looks at what holds for every page.
    pub(super) fn page(&self, address: &str) -> String {
        let answer = self.get(address);
        assert_eq!(answer.status, StatusCode::OK, "{address}: {}", answer.text);
        self.sound(address, &answer.text);
        answer.text
    }

    /// Nothing hostile runs, no natural person is named, no message is missing.
    pub(super) fn sound(&self, address: &str, text: &str) {
        for never in [
            "<script>alert",
            "<b>vouchers",
            PERSON,
            "张秘密",
            INVOICE,
            "example.org\"",
            "Name of",
            "not public",
            crate::lang::MISSING,
        ] {
            // The source of the rule is at example.org; mail addresses never show.
            let is_there = match never {
                "example.org\"" => text.contains("@example.org"),
                never => text.contains(never),
            };
            assert!(!is_there, "{address} shows `{never}`");
        }
    }
}
