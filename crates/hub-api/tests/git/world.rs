//! A served zone with two people.

use app::depot::Depot;
use app::{App, Config};
use hub::{Holder, Repo, RepoKind, namespace_claim};
use identity::{Actor, NewPerson, TOKEN_SECONDS_MAX, person_register, token_adopt};
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::sync::Arc;
use testbed::{TempDir, TestDatabase};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

/// Owns the repositories.
pub(crate) const LIN: &str = "token-of-lin-for-tests";
/// Has an account and nothing else.
pub(crate) const WU: &str = "token-of-wu-for-tests";

pub(crate) struct World {
    pub(crate) folder: TempDir,
    pub(crate) app: Arc<App>,
    pub(crate) depot: Arc<Depot>,
    /// Host and port.
    pub(crate) address: String,
    runtime: Option<Runtime>,
    // Dropped last: the zone writes into it until it is closed.
    _database: TestDatabase,
}

/// An answer over HTTP.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

impl World {
    /// Serves a zone on each engine, one after the other.
    pub(crate) fn each() -> impl Iterator<Item = Self> {
        testbed::databases().into_iter().map(Self::on)
    }

    fn on(database: TestDatabase) -> Self {
        let folder = TempDir::new().unwrap();
        let data = folder.path().join("zone");
        let config = Config { data: data.clone(), database: Some(database.url().to_owned()) };
        let app = Arc::new(App::open(&config).unwrap());
        for (name, token) in [("lin", LIN), ("wu", WU)] {
            app.db().write(move |tx| person(tx, (name, token))).wait().unwrap();
        }
        let runtime = Runtime::new().unwrap();
        let (address, depot) = runtime.block_on(async {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let address = listener.local_addr().unwrap().to_string();
            let depot = Depot::open(&data, None, app.random_shared()).await.unwrap();
            let depot = Arc::new(depot);
            let url = format!("http://{address}");
            let options = hub_api::Options::default();
            let hub = hub_api::Hub::open(app.clone(), depot.clone(), (&url, options)).await;
            let router = hub_api::router(hub.unwrap());
            tokio::spawn(async move { axum::serve(listener, router).await });
            (address, depot)
        });
        Self { folder, app, depot, address, runtime: Some(runtime), _database: database }
    }

    /// The address of a repository for somebody with a token, or for nobody.
    pub(crate) fn url(&self, token: Option<&str>, path: &str) -> String {
        match token {
            Some(token) => format!("http://anybody:{token}@{}/{path}", self.address),
            None => format!("http://{}/{path}", self.address),
        }
    }

    /// Makes a repository of `lin`.
    pub(crate) fn create(&self, kind: &str, name: &str, is_private: bool) {
        let body = json!({"name": name, "type": kind, "private": is_private});
        let made = self.post(LIN, "/api/repos/create", &body);
        assert_eq!(made.status, 200, "{}", made.text());
    }

    pub(crate) fn post(&self, token: &str, path: &str, body: &Value) -> Answer {
        let head = format!("Authorization: Bearer {token}\r\nContent-Type: application/json\r\n");
        self.ask("POST", path, (&head, body.to_string().as_bytes()))
    }

    pub(crate) fn get(&self, token: &str, path: &str) -> Answer {
        self.ask("GET", path, (&format!("Authorization: Bearer {token}\r\n"), b""))
    }

    /// Commits a small file to a revision, as the clients of the hub do.
    pub(crate) fn commit(&self, token: &str, address: &str, (path, text): (&str, &str)) -> Answer {
        let header = json!({"key": "header", "value": {"summary": format!("put {path}")}});
        let file = json!({"path": path, "content": text, "encoding": "utf-8"});
        let file = json!({"key": "file", "value": file});
        let head =
            format!("Authorization: Bearer {token}\r\nContent-Type: application/x-ndjson\r\n");
        let answer = self.ask("POST", address, (&head, format!("{header}\n{file}\n").as_bytes()));
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer
    }

    /// Asks over a connection of its own.
    pub(crate) fn ask(&self, method: &str, path: &str, (head, body): (&str, &[u8])) -> Answer {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let length = body.len();
        let start = format!("{method} {path} HTTP/1.0\r\nHost: {}\r\n", self.address);
        let head = format!("{start}{head}Content-Length: {length}\r\n\r\n");
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(body).unwrap();
        let mut all = Vec::new();
        stream.read_to_end(&mut all).unwrap();
        let split = all.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
        let head = String::from_utf8_lossy(&all[..split]).into_owned();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Answer { status, head, body: all.split_off(split + 4) }
    }

    /// Finds a repository by its path.
    pub(crate) fn repo(&self, kind: RepoKind, path: &str) -> Repo {
        let found = self.app.db().read(|read| hub::repo_find(read, kind, path));
        match found.unwrap().unwrap() {
            hub::Found::Here(repo) | hub::Found::Moved(repo) => repo,
        }
    }

    /// Lists the files of a repository's packs, and what unfinished requests keep beside them.
    pub(crate) fn stored(&self, repo: &Repo) -> Vec<PathBuf> {
        let folder = self.depot.git_path(repo.id);
        let mut found = Vec::new();
        for part in ["objects/pack", "views"] {
            if let Ok(entries) = std::fs::read_dir(folder.join(part)) {
                found.extend(entries.map(|entry| entry.unwrap().path()));
            }
        }
        found.sort();
        found
    }

    /// Where a ref stands.
    pub(crate) fn stands(&self, repo: &Repo, name: &str) -> Option<String> {
        let found = self.app.db().read(|read| hub::ref_find(read, repo, name)).unwrap();
        found.map(|found| found.target)
    }
}

fn person(
    tx: &mut db::Tx<'_>,
    (name, token): (&'static str, &'static str),
) -> Result<(), hub::Error> {
    let new = NewPerson { name: name.to_owned(), email: format!("{name}@example.org") };
    let person = person_register(tx, Actor::System, &new)?.id;
    namespace_claim(tx, Actor::System, Holder::Person(person), (name, false))?;
    token_adopt(tx, person, ("tests", token), TOKEN_SECONDS_MAX)?;
    Ok(())
}

impl Drop for World {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
        self.app.close();
    }
}
