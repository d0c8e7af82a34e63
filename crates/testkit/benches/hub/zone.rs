//! A served zone as a process of its own, with the person `bench`.

use crate::client::send;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::fmt::Write;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// Token of the account `bench` of the test zone.
const TOKEN: &str = "hf_bench_token_of_the_test_zone";

pub(crate) struct Zone {
    process: Child,
    url: String,
}

impl Zone {
    pub(crate) fn start(data: &Path) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_test-zone"));
        command.arg("--data").arg(data).stdout(Stdio::piped());
        let mut process = command.spawn().expect("the binary was built");
        let stdout = process.stdout.take().expect("its output is piped");
        let mut lines = BufReader::new(stdout).lines().map_while(Result::ok);
        let url = lines.find_map(|line| line.strip_prefix("Serving at ").map(str::to_owned));
        let zone = Self { process, url: url.expect("the zone says where it listens") };
        for name in ["big", "small", "many"] {
            let body = json!({"name": name, "type": "model"});
            let (status, answer) = zone.post("/api/repos/create", &body);
            assert_eq!(status, 200, "{answer}");
        }
        zone
    }

    pub(crate) fn token(&self) -> &'static str {
        TOKEN
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }

    fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        let kind = (Some(TOKEN), "application/json");
        let (status, body) = send("POST", &self.url(path), kind, body.to_string().as_bytes());
        (status, serde_json::from_slice(&body).unwrap_or(Value::Null))
    }

    /// Uploads a large file by LFS and returns its SHA-256.
    pub(crate) fn lfs_put(&self, repo: &str, content: &[u8]) -> String {
        let sha256 = Sha256::digest(content).iter().fold(String::new(), |mut text, byte| {
            // Writing to a string cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        });
        let object = json!({"oid": sha256, "size": content.len()});
        let batch = json!({"operation": "upload", "transfers": ["basic"], "objects": [object]});
        let path = format!("/bench/{repo}.git/info/lfs/objects/batch");
        let (status, answer) = self.post(&path, &batch);
        assert_eq!(status, 200, "{answer}");
        let href = answer["objects"][0]["actions"]["upload"]["href"].as_str();
        let href = href.expect("the object is new").to_owned();
        let (status, _) = send("PUT", &href, (None, "application/octet-stream"), content);
        assert_eq!(status, 200);
        sha256
    }

    pub(crate) fn commit_large(&self, repo: &str, path: &str, (sha256, size): (&str, usize)) {
        let value = json!({"path": path, "algo": "sha256", "oid": sha256, "size": size});
        self.commit(repo, &[json!({"key": "lfsFile", "value": value})]);
    }

    pub(crate) fn commit_small(&self, repo: &str, files: &[(String, Vec<u8>)]) {
        let line = |(path, content): &(String, Vec<u8>)| {
            let content = STANDARD.encode(content);
            let value = json!({"path": path, "content": content, "encoding": "base64"});
            json!({"key": "file", "value": value})
        };
        self.commit(repo, &files.iter().map(line).collect::<Vec<_>>());
    }

    fn commit(&self, repo: &str, lines: &[Value]) {
        let header = json!({"key": "header", "value": {"summary": "bench", "description": ""}});
        let mut body = format!("{header}\n");
        for line in lines {
            body.push_str(&line.to_string());
            body.push('\n');
        }
        let url = self.url(&format!("/api/models/bench/{repo}/commit/main"));
        let kind = (Some(TOKEN), "application/x-ndjson");
        let (status, answer) = send("POST", &url, kind, body.as_bytes());
        assert_eq!(status, 200, "{}", String::from_utf8_lossy(&answer));
    }

    /// Most memory that the server ever held, in megabytes (`VmHWM` of `/proc/PID/status`).
    pub(crate) fn memory_peak_mb(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id()));
        let status = status.expect("the server runs on a Linux");
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
        let kibibytes: u64 = line.trim().trim_end_matches(" kB").parse().unwrap_or(0);
        (kibibytes * 1_024).div_ceil(1_000_000)
    }
}

impl Drop for Zone {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}
