//! A zone in a folder of its own, with two people, a firm in which the first may act and the
//! second works, and a stranger; asked through the router.

use crate::{Hub, Options, router};
use app::depot::Depot;
use app::{App, Config};
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode};
use base::{FixedClock, Random, Time};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hub::{Holder, namespace_claim};
use identity::{
    Actor, NewOrganisation, NewPerson, OrganisationKind, PersonId, SizeClass, TOKEN_SECONDS_MAX,
    employment_start, organisation_register, person_register, token_adopt,
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::sync::Arc;
use testbed::{TempDir, TestDatabase};
use tokio::runtime::Runtime;
use tower::ServiceExt;

const SYSTEM: Actor = Actor::System;
/// What stands before a name in its token.
const TOKEN: &str = "hf_the_token_of_";

/// `lin` acts for the firm `Valley`, `wu` works there, `zhao` has nothing to do with it. The token
/// of each ends with their name.
pub(super) struct World {
    pub(super) hub: Arc<Hub>,
    pub(super) clock: Arc<FixedClock>,
    pub(super) runtime: Runtime,
    router: Router,
    // Dropped last: the zone writes into it until it is closed.
    _folder: TempDir,
    _database: TestDatabase,
}

/// What came back.
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

    /// The `X-Error-Code`, by which clients choose an exception.
    pub(super) fn code(&self) -> &str {
        self.headers.get("x-error-code").map_or("", |value| value.to_str().unwrap())
    }
}

impl World {
    /// Opens a zone on each engine, one after the other.
    pub(super) fn each() -> impl Iterator<Item = Self> {
        Self::each_with(Options::default())
    }

    pub(super) fn each_with(options: Options) -> impl Iterator<Item = Self> {
        testbed::databases().into_iter().map(move |database| Self::on(database, options.clone()))
    }

    fn on(database: TestDatabase, options: Options) -> Self {
        let folder = TempDir::new().expect("a folder");
        let clock = Arc::new(FixedClock::at(Time::parse("2026-03-01T09:00:00Z").unwrap()));
        let random = Arc::new(Random::seeded(1));
        let url = database.url().to_owned();
        let config = Config { data: folder.path().to_owned(), database: Some(url) };
        let app = App::open_with(&config, clock.clone(), random.clone()).expect("a zone");
        let app = Arc::new(app);
        app.db().write(people).wait().expect("people are entered");
        let runtime = Runtime::new().expect("a runtime");
        let hub = runtime.block_on(async {
            let depot = Depot::open(folder.path(), None, random).await.expect("a depot");
            let depot = Arc::new(depot);
            Hub::open(app, depot, ("http://zone.example/", options)).await.expect("a hub")
        });
        let router = router(hub.clone());
        Self { hub, clock, runtime, router, _folder: folder, _database: database }
    }

    /// Sends a request; without a name, as somebody without an account. A whole token may stand
    /// for a name.
    pub(super) fn send(
        &self,
        (name, method, path): (&str, Method, &str),
        (kind, body): (&str, Vec<u8>),
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        if !name.is_empty() {
            let is_whole = name.starts_with(identity::TOKEN_PREFIX) || name.contains('.');
            let prefix = if is_whole { "" } else { TOKEN };
            request = request.header("authorization", format!("Bearer {prefix}{name}"));
        }
        if !kind.is_empty() {
            request = request.header("content-type", kind);
        }
        let request = request.body(Body::from(body)).expect("a request");
        let router = self.router.clone();
        self.runtime.block_on(async move {
            let response = router.oneshot(request).await.expect("the router never fails");
            let (parts, body) = response.into_parts();
            let bytes = axum::body::to_bytes(body, usize::MAX).await.expect("a body");
            let text = String::from_utf8_lossy(&bytes).into_owned();
            Answer { status: parts.status, headers: parts.headers, text }
        })
    }

    pub(super) fn get(&self, name: &str, path: &str) -> Answer {
        self.send((name, Method::GET, path), ("", Vec::new()))
    }

    pub(super) fn post(&self, name: &str, path: &str, body: Value) -> Answer {
        let body = body.to_string().into_bytes();
        self.send((name, Method::POST, path), ("application/json", body))
    }

    /// Sends what must succeed and returns its JSON.
    pub(super) fn got(&self, name: &str, path: &str) -> Value {
        let answer = self.get(name, path);
        assert_eq!(answer.status, StatusCode::OK, "{path}: {answer:?}");
        answer.json()
    }

    pub(super) fn posted(&self, name: &str, path: &str, body: Value) -> Value {
        let answer = self.post(name, path, body);
        assert_eq!(answer.status, StatusCode::OK, "{path}: {answer:?}");
        answer.json()
    }

    /// Makes a public repository; `path` as in `models/lin/digits`.
    pub(super) fn repo(&self, name: &str, path: &str) {
        let (kind, path) = path.split_once('/').expect("kind and path");
        let (owner, short) = path.split_once('/').expect("owner and name");
        let kind = kind.trim_end_matches('s');
        let body = json!({"name": short, "organization": owner, "type": kind});
        self.posted(name, "/api/repos/create", body);
    }

    /// Commits small texts to a revision.
    pub(super) fn commit(
        &self,
        name: &str,
        (path, revision): (&str, &str),
        files: &[(&str, &str)],
    ) -> Answer {
        let line = |(path, text): &(&str, &str)| {
            let content = STANDARD.encode(text);
            json!({"key": "file", "value": {"path": path, "content": content, "encoding": "base64"}})
        };
        let lines: Vec<Value> = files.iter().map(line).collect();
        self.commit_lines(name, (path, revision), lines)
    }

    pub(super) fn commit_lines(
        &self,
        name: &str,
        (path, revision): (&str, &str),
        lines: Vec<Value>,
    ) -> Answer {
        let header = json!({"key": "header", "value": {"summary": "Change", "description": ""}});
        let lines: Vec<String> =
            std::iter::once(header).chain(lines).map(|line| line.to_string()).collect();
        let address = format!("/api/{path}/commit/{revision}");
        let body = lines.join("\n").into_bytes();
        self.send((name, Method::POST, &address), ("application/x-ndjson", body))
    }

    /// Uploads a large file the way of Git LFS and commits it; returns its hash.
    pub(super) fn large(
        &self,
        name: &str,
        (path, revision): (&str, &str),
        (file, text): (&str, &str),
    ) -> String {
        let sha256: String =
            Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
        let page = path.strip_prefix("models/").unwrap_or(path);
        let asked = json!({
            "operation": "upload",
            "transfers": ["basic"],
            "objects": [{"oid": sha256, "size": text.len()}],
        });
        let told = self.posted(name, &format!("/{page}.git/info/lfs/objects/batch"), asked);
        if let Some(href) = told["objects"][0]["actions"]["upload"]["href"].as_str() {
            let address = href.strip_prefix("http://zone.example").expect("our own address");
            let body = text.as_bytes().to_vec();
            let put = self.send(("", Method::PUT, address), ("", body));
            assert!(put.status.is_success(), "{put:?}");
        }
        let line = json!({
            "key": "lfsFile",
            "value": {"path": file, "algo": "sha256", "oid": sha256, "size": text.len()},
        });
        let done = self.commit_lines(name, (path, revision), vec![line]);
        assert_eq!(done.status, StatusCode::OK, "{done:?}");
        sha256
    }
}

fn people(tx: &mut db::Tx<'_>) -> Result<(), hub::Error> {
    let mut ids: Vec<PersonId> = Vec::new();
    for name in ["lin", "wu", "zhao"] {
        let new = NewPerson { name: name.to_owned(), email: format!("{name}@example.org") };
        let id = person_register(tx, SYSTEM, &new)?.id;
        namespace_claim(tx, SYSTEM, Holder::Person(id), (name, false))?;
        token_adopt(tx, id, ("tests", &format!("{TOKEN}{name}")), TOKEN_SECONDS_MAX)?;
        ids.push(id);
    }
    let firm = NewOrganisation {
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
    };
    let firm = organisation_register(tx, SYSTEM, &firm)?.id;
    namespace_claim(tx, SYSTEM, Holder::Organisation(firm), ("Valley", false))?;
    employment_start(tx, SYSTEM, ids[0], firm, (true, None))?;
    employment_start(tx, SYSTEM, ids[1], firm, (false, None))?;
    Ok(())
}
