//! A zone as a child process, and one repository in it.

use super::http::{Answer, Ask, send};
use app::depot::{Depot, FsckTold, fsck};
use app::{App, Config};
use base::Random;
use serde_json::json;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use testbed::{TempDir, TestDatabase};

/// Of `DVUser`, who owns the repository of the tests.
pub(crate) const TOKEN: &str = "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";
/// Of `bench`, who has nothing to do with it.
pub(crate) const STRANGER: &str = "hf_bench_token_of_the_test_zone";
pub(crate) const LFS: &str = "application/vnd.git-lfs+json";
pub(crate) const LINES: &str = "application/x-ndjson";

/// A zone that runs until this is dropped.
pub(crate) struct Zone {
    pub(crate) child: Child,
    pub(crate) at: Address,
}

/// Where a zone serves, or served.
#[derive(Clone)]
pub(crate) struct Address(String);

impl Drop for Zone {
    fn drop(&mut self) {
        // It may have been killed already.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

pub(crate) fn program() -> &'static str {
    env!("CARGO_BIN_EXE_test-zone")
}

impl Zone {
    pub(crate) fn start(data: &Path) -> Self {
        let mut command = Command::new(program());
        command.arg("--data").arg(data);
        Self::spawn(command)
    }

    pub(crate) fn is_over(&mut self) -> bool {
        self.child.try_wait().expect("the zone is ours").is_some()
    }

    /// Starts a zone and waits until it serves.
    pub(crate) fn spawn(mut command: Command) -> Self {
        let command = command.stdin(Stdio::null()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("the zone starts");
        let lines = BufReader::new(child.stdout.take().expect("it was asked for")).lines();
        let url = lines
            .map_while(Result::ok)
            .find_map(|line| line.strip_prefix("Serving at ").map(|url| url.trim().to_owned()));
        Self { child, at: Address(url.expect("the zone says where it serves")) }
    }
}

impl Address {
    pub(crate) fn get(&self, path: &str) -> io::Result<Answer> {
        send("GET", &format!("{}/{path}", self.0), (TOKEN, LFS), b"")
    }

    /// Host and port.
    pub(crate) fn host(&self) -> &str {
        self.0.trim_start_matches("http://")
    }

    /// A request of `DVUser` to a path of the zone.
    pub(crate) fn ask(&self, method: &'static str, path: &str, kind: &'static str) -> Ask {
        let (url, token) = (format!("{}/{path}", self.0), TOKEN.to_owned());
        Ask { method, url, token, kind, body: Vec::new() }
    }

    fn post(&self, path: &str, kind: &'static str, body: &[u8]) -> io::Result<Answer> {
        send("POST", &format!("{}/{path}", self.0), (TOKEN, kind), body)
    }

    pub(crate) fn repo_create(&self) {
        let body = json!({"name": "r", "type": "model"}).to_string();
        let made = self.post("api/repos/create", "application/json", body.as_bytes());
        let made = made.expect("the zone answers");
        assert_eq!(made.status, 200, "{made:?}");
    }

    /// Uploads a large file. Returns the first status that is not 200, or 200.
    pub(crate) fn large(&self, bytes: &[u8]) -> io::Result<u16> {
        let oid = blob::Sha256::of(bytes).to_string();
        let object = json!({"oid": oid, "size": bytes.len()});
        let batch = json!({"operation": "upload", "transfers": ["basic"], "objects": [object]});
        let path = "DVUser/r.git/info/lfs/objects/batch";
        let told = self.post(path, LFS, batch.to_string().as_bytes())?;
        if told.status != 200 {
            return Ok(told.status);
        }
        let told = told.json();
        let Some(href) = told["objects"][0]["actions"]["upload"]["href"].as_str() else {
            return Ok(200);
        };
        Ok(send("PUT", href, (TOKEN, LFS), bytes)?.status)
    }

    /// Commits a large file that has come, or a small one. Returns the commit where it stands.
    pub(crate) fn commit(
        &self,
        path: &str,
        (bytes, is_large): (&[u8], bool),
    ) -> io::Result<Result<String, u16>> {
        let line = if is_large {
            let oid = blob::Sha256::of(bytes).to_string();
            let value = json!({"path": path, "algo": "sha256", "oid": oid, "size": bytes.len()});
            json!({"key": "lfsFile", "value": value})
        } else {
            let content = String::from_utf8(bytes.to_vec()).expect("small files are texts");
            let value = json!({"path": path, "content": content, "encoding": "utf-8"});
            json!({"key": "file", "value": value})
        };
        let header = json!({"key": "header", "value": {"summary": path, "description": ""}});
        let body = format!("{header}\n{line}\n");
        let done = self.post("api/models/DVUser/r/commit/main", LINES, body.as_bytes())?;
        if done.status != 200 {
            return Ok(Err(done.status));
        }
        Ok(Ok(done.json()["commitOid"].as_str().expect("the commit is told").to_owned()))
    }
}

/// Bytes that differ for each number.
pub(crate) fn content(number: usize, size: usize) -> Vec<u8> {
    let line = format!("{number} of many\n");
    line.bytes().cycle().take(size).collect()
}

/// What a zone keeps, and what is left of it: a folder and a database.
pub(crate) struct Place {
    folder: TempDir,
    database: TestDatabase,
}

impl Place {
    /// Makes a place on each engine, one after the other.
    pub(crate) fn each() -> impl Iterator<Item = Self> {
        let make = |database| Self { folder: TempDir::new().expect("a folder"), database };
        testbed::databases().into_iter().map(make)
    }

    /// A folder for what clients keep.
    pub(crate) fn scratch(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("zone")
    }

    /// Starts the zone that keeps its things here.
    pub(crate) fn zone(&self) -> Zone {
        let mut command = Command::new(program());
        command.arg("--data").arg(self.data()).args(["--database", self.database.url()]);
        Zone::spawn(command)
    }

    /// Checks everything that a zone has left which serves no more.
    pub(crate) fn check(&self) {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
        let url = self.database.url().to_owned();
        let config = Config { data: self.data(), database: Some(url) };
        let app = Arc::new(App::open(&config).expect("the zone opens"));
        let faults = runtime.block_on(async {
            let random = Arc::new(Random::seeded(1));
            let depot = Depot::open(&self.data(), None, random).await.expect("the depot opens");
            let mut faults = Vec::new();
            let mut watch = |told: FsckTold| {
                if let FsckTold::Fault(fault) = told {
                    faults.push(fault.to_string());
                }
            };
            fsck(&app, &Arc::new(depot), false, &mut watch).await.expect("the check ends");
            faults
        });
        app.close();
        assert_eq!(faults, [""; 0]);
    }
}
