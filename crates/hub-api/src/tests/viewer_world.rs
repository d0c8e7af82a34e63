//! A zone in a folder with one publisher, asked through its router.

use crate::{Hub, Options, router};
use app::depot::Depot;
use app::{App, Config};
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hub::{Holder, namespace_claim};
use identity::{Actor, NewPerson, TOKEN_SECONDS_MAX, person_register, token_adopt};
use serde_json::{Value, json};
use std::path::PathBuf;
use std::sync::Arc;
use tower::ServiceExt;

const TOKEN: &str = "hf_publisher_of_these_tests";

/// The zone; its folder goes with it.
pub(crate) struct World {
    hub: Arc<Hub>,
    folder: testbed::TempDir,
}

/// An answer, read.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) bytes: Vec<u8>,
}

impl Answer {
    async fn of(response: Response) -> Self {
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.expect("reads the body").to_vec();
        Self { status: parts.status, headers: parts.headers, bytes }
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).expect("the body is JSON")
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

impl World {
    pub(crate) async fn open() -> Self {
        let folder = testbed::TempDir::new().expect("a folder");
        let data = folder.path().to_owned();
        let config = Config { data: data.clone(), database: None };
        let app = Arc::new(App::open(&config).expect("opens the zone"));
        app.write(|tx| {
            let new = NewPerson { name: "Publisher".into(), email: "p@example.org".into() };
            let person = person_register(tx, Actor::System, &new)?.id;
            namespace_claim(tx, Actor::System, Holder::Person(person), ("town", false))?;
            token_adopt(tx, person, ("tests", TOKEN), TOKEN_SECONDS_MAX)?;
            Ok::<_, hub::Error>(())
        })
        .await
        .expect("enters the publisher");
        let depot = Depot::open(&data, None, app.random_shared()).await.expect("opens the depot");
        let hub = Hub::open(app, Arc::new(depot), ("http://zone.example", Options::default()));
        Self { hub: hub.await.expect("opens the hub"), folder }
    }

    /// The hub itself.
    pub(crate) fn hub(&self) -> &Arc<Hub> {
        &self.hub
    }

    /// Where the viewer keeps what it worked out.
    pub(crate) fn kept(&self) -> PathBuf {
        self.folder.path().join("hub/viewer")
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let sent = router(self.hub.clone()).oneshot(request).await;
        Answer::of(sent.expect("a router never fails")).await
    }

    /// Asks as the publisher, or as nobody.
    pub(crate) async fn get(&self, is_publisher: bool, path: &str) -> Answer {
        let mut request = Request::get(path);
        if is_publisher {
            request = request.header("authorization", format!("Bearer {TOKEN}"));
        }
        self.send(request.body(Body::empty()).expect("a request")).await
    }

    async fn post(&self, path: &str, kind: &str, body: String) -> Value {
        let request = Request::post(path)
            .header("authorization", format!("Bearer {TOKEN}"))
            .header("content-type", kind);
        let answer = self.send(request.body(Body::from(body)).expect("a request")).await;
        assert!(answer.status.is_success(), "{path}: {answer:?}");
        answer.json()
    }

    /// Makes a dataset `town/{name}`.
    pub(crate) async fn dataset(&self, name: &str, is_private: bool) {
        let new = json!({"name": name, "type": "dataset", "private": is_private});
        self.post("/api/repos/create", "application/json", new.to_string()).await;
    }

    /// Commits files; returns the commit.
    pub(crate) async fn commit(&self, name: &str, files: &[(&str, &[u8])]) -> String {
        let mut lines = json!({"key": "header", "value": {"summary": "files"}}).to_string();
        for (path, bytes) in files {
            let content = STANDARD.encode(bytes);
            let file = json!({"path": path, "content": content, "encoding": "base64"});
            lines.push('\n');
            lines.push_str(&json!({"key": "file", "value": file}).to_string());
        }
        let path = format!("/api/datasets/town/{name}/commit/main");
        let answer = self.post(&path, "application/x-ndjson", lines).await;
        answer["commitOid"].as_str().expect("a commit").to_owned()
    }
}
