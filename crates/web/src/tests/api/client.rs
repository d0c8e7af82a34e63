//! A small client, and a zone in which everybody has a token.

use crate::Site;
use crate::api::{Gives, declared};
use crate::{Server, router};
use app::{App, Config};
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use base::{FixedClock, Random, Time};
use identity::{Actor, NewPerson, PersonId, Role};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use testbed::TempDir;
use tower::ServiceExt;

/// The moment at which everything happens.
pub(super) const START: &str = "2026-03-02T09:00:00Z";

/// A rule: 30 % of a contract, with caps, a paper and no affiliated supplier.
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

/// An answer.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) text: String,
}

impl Answer {
    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("no JSON: {}", self.text))
    }

    pub(super) fn code(&self) -> String {
        self.json()["error"]["code"].as_str().unwrap_or_else(|| panic!("{self:?}")).to_owned()
    }

    /// The fields that are wrong.
    pub(super) fn fields(&self) -> Vec<String> {
        let fields = self.json()["error"]["fields"].clone();
        let fields = fields.as_array().cloned().unwrap_or_default();
        fields.iter().map(|one| one["field"].as_str().unwrap().to_owned()).collect()
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}

/// A request in the making.
pub(super) struct Sent<'a> {
    client: &'a Client,
    request: axum::http::request::Builder,
    path: String,
    method: &'static str,
    body: Vec<u8>,
}

/// A zone with its router.
pub(super) struct Client {
    runtime: tokio::runtime::Runtime,
    pub(super) app: Arc<App>,
    router: Site,
    tokens: BTreeMap<&'static str, String>,
    pub(super) people: BTreeMap<&'static str, PersonId>,
    pub(super) session: String,
    // Dropped last: the database lies in it.
    _folder: TempDir,
}

/// Runs a claim on a zone of each engine, then checks every invariant.
pub(super) fn on_both(claim: impl Fn(&Client)) {
    for database in testbed::databases() {
        let client = Client::new(database.url());
        claim(&client);
        assert!(app::check(&client.app).is_ok(), "every invariant holds");
        client.app.close();
    }
}

impl Client {
    fn new(url: &str) -> Self {
        let folder = TempDir::new().expect("a folder");
        let clock = Arc::new(FixedClock::at(Time::parse(START).unwrap()));
        let config = Config { data: folder.path().join("data"), database: Some(url.to_owned()) };
        let app = App::open_with(&config, clock, Arc::new(Random::seeded(11))).expect("opens");
        let app = Arc::new(app);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let router = router(Server::new(app.clone(), "http://zone.example"));
        let mut client = Self {
            runtime,
            app,
            router,
            tokens: BTreeMap::new(),
            people: BTreeMap::new(),
            session: String::new(),
            _folder: folder,
        };
        client.person("admin", &[Role::Admin]);
        client.person("one", &[Role::Officer]);
        client.person("two", &[Role::Officer]);
        client.person("reviewer", &[Role::Reviewer]);
        client.person("auditor", &[Role::Auditor]);
        client.person("applicant", &[]);
        client.person("stranger", &[]);
        client.session = client.session_of("one");
        client
    }

    fn person(&mut self, name: &'static str, roles: &'static [Role]) {
        let write = self.app.db().write(move |tx| {
            let email = format!("{name}@secret.example");
            let new = NewPerson { name: format!("Person {name}"), email };
            let id = identity::person_register(tx, Actor::System, &new)?.id;
            for role in roles {
                identity::role_grant(tx, Actor::System, id, *role)?;
            }
            let token = identity::token_create(tx, id, "test", 3_600)?.0;
            Ok::<_, identity::Error>((id, token))
        });
        let (id, token) = write.wait().expect("enters a person");
        self.people.insert(name, id);
        self.tokens.insert(name, token);
    }

    fn session_of(&self, name: &str) -> String {
        let id = self.people[name];
        let write = self.app.db().write(move |tx| {
            let link = identity::link_create(tx, Actor::System, id)?;
            Ok::<_, identity::Error>(identity::link_use(tx, &link)?.1)
        });
        write.wait().expect("starts a session")
    }

    pub(super) fn get(&self, path: &str) -> Sent<'_> {
        self.send("GET", path)
    }

    pub(super) fn post(&self, path: &str) -> Sent<'_> {
        self.send("POST", path)
    }

    pub(super) fn send(&self, method: &'static str, path: &str) -> Sent<'_> {
        let request = Request::builder().method(method).uri(path).header("host", "zone.example");
        Sent { client: self, request, path: path.to_owned(), method, body: Vec::new() }
    }

    /// Makes something and returns its id.
    pub(super) fn make(&self, who: &'static str, path: &str, body: Value) -> String {
        let answer = self.post(path).token(who).json(body).ok();
        assert_eq!(answer.status, StatusCode::CREATED, "{path}: {answer:?}");
        answer.json()["id"].as_str().expect("an id").to_owned()
    }

    /// Enters an organisation.
    pub(super) fn organisation(&self, name: &str, kind: &str) -> String {
        let body = json!({ "kind": kind, "name_en": name, "size_class": "Small" });
        self.make("admin", "/api/v1/organisations", body)
    }

    /// States that one owns all of another.
    pub(super) fn owns(&self, owner: &str, owned: &str) {
        let body = json!({ "owner": owner, "kind": "Shares", "share_ppm": 1_000_000,
                           "grade": "Register", "source": "register of Wang Xiaoming" });
        self.make("admin", &format!("/api/v1/organisations/{owned}/ownership"), body);
    }
}

impl Sent<'_> {
    pub(super) fn token(self, who: &str) -> Self {
        let secret = format!("Bearer {}", self.client.tokens[who]);
        self.header("authorization", &secret)
    }

    pub(super) fn header(self, name: &str, value: &str) -> Self {
        Self { request: self.request.header(name, value), ..self }
    }

    pub(super) fn json(self, body: Value) -> Self {
        self.text(&body.to_string())
    }

    /// JSON as it is written, to send what no value can hold.
    pub(super) fn text(self, body: &str) -> Self {
        let sent = self.header("content-type", "application/json");
        Self { body: body.as_bytes().to_vec(), ..sent }
    }

    pub(super) fn bytes(self, body: &[u8]) -> Self {
        Self { body: body.to_vec(), ..self }
    }

    /// Sends it. Whatever comes back must be what the document promises.
    pub(super) fn answer(self) -> Answer {
        let request = self.request.body(Body::from(self.body)).expect("a request");
        let router = self.client.router.clone();
        let answer = self.client.runtime.block_on(async move {
            let response = router.oneshot(request).await.expect("the router never fails");
            let (parts, body) = response.into_parts();
            let bytes = axum::body::to_bytes(body, usize::MAX).await.expect("a body");
            let text = String::from_utf8(bytes.to_vec()).expect("UTF-8");
            Answer { status: parts.status, headers: parts.headers, text }
        });
        promised(self.method, &self.path, &answer);
        answer
    }

    /// Sends it and expects success.
    pub(super) fn ok(self) -> Answer {
        let (method, path) = (self.method, self.path.clone());
        let answer = self.answer();
        assert!(answer.status.is_success(), "{method} {path}: {answer:?}");
        answer
    }

    /// Sends it and expects a refusal with this status and code.
    pub(super) fn refused(self, status: u16, code: &str) -> Answer {
        let (method, path) = (self.method, self.path.clone());
        let answer = self.answer();
        assert_eq!(answer.status.as_u16(), status, "{method} {path}: {answer:?}");
        assert_eq!(answer.code(), code, "{method} {path}: {answer:?}");
        assert!(answer.json()["error"]["request_id"].is_string(), "{answer:?}");
        answer
    }
}

/// Checks an answer against its declared shape; an error against the shape of errors.
fn promised(method: &str, path: &str, answer: &Answer) {
    let path = path.split('?').next().unwrap_or_default();
    if !answer.status.is_success() {
        let error = &answer.json()["error"];
        assert!(error["code"].is_string() && error["message"].is_string(), "{answer:?}");
        return;
    }
    let one = declared()
        .into_iter()
        .find(|one| one.route.method.as_str() == method && is_at(one.route.path, path));
    let Some(one) = one else { return };
    if let Gives::Json(shape) = one.gives {
        let checked = shape.check(&answer.json());
        assert_eq!(checked, Ok(()), "{method} {path} answers what is not promised");
    }
}

fn is_at(template: &str, path: &str) -> bool {
    let (template, path): (Vec<&str>, Vec<&str>) =
        (template.split('/').collect(), path.split('/').collect());
    template.len() == path.len()
        && template.iter().zip(&path).all(|(part, real)| part.starts_with('{') || part == real)
}
