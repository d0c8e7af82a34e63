//! Large files: listed, copied, removed for good.

use super::world::World;
use axum::http::StatusCode;
use serde_json::{Value, json};

const REPO: &str = "models/lin/digits";

fn uses(world: &World) -> Vec<(String, String)> {
    let listed = world.got("lin", &format!("/api/{REPO}/lfs-files"));
    let text = |row: &Value, name: &str| row[name].as_str().unwrap_or_default().to_owned();
    let rows = listed.as_array().unwrap().iter();
    let mut found: Vec<_> = rows.map(|row| (text(row, "filename"), text(row, "ref"))).collect();
    found.sort();
    found
}

fn pair(file: &str, name: &str) -> (String, String) {
    (file.to_owned(), name.to_owned())
}

#[test]
fn a_removed_file_is_gone_from_every_branch_and_its_history() {
    for world in World::each() {
        world.repo("lin", REPO);
        let gone = world.large("lin", (REPO, "main"), ("a/gone.bin", "doomed"));
        world.commit("lin", (REPO, "main"), &[("kept.txt", "kept")]);
        world.posted("lin", &format!("/api/{REPO}/branch/side"), json!({}));
        world.posted("lin", &format!("/api/{REPO}/tag/main"), json!({"tag": "v1"}));
        world.large("lin", (REPO, "side"), ("side.bin", "stays"));
        assert_eq!(
            uses(&world),
            [pair("a/gone.bin", "refs/heads/main"), pair("side.bin", "refs/heads/side")]
        );
        let before = world.got("", &format!("/api/{REPO}/refs"));
        let batch = format!("/api/{REPO}/lfs-files/batch");
        let asked = json!({"deletions": {"sha": [gone], "rewriteHistory": true}});
        assert_eq!(world.post("zhao", &batch, asked.clone()).status, StatusCode::FORBIDDEN);
        world.posted("lin", &batch, asked);
        assert_eq!(uses(&world), [pair("side.bin", "refs/heads/side")]);
        for revision in ["main", "side", "v1"] {
            let path = |file: &str| format!("/lin/digits/resolve/{revision}/{file}");
            assert_eq!(world.get("", &path("a/gone.bin")).code(), "EntryNotFound", "{revision}");
            assert_eq!(world.get("", &path("kept.txt")).text, "kept", "{revision}");
            let history = world.got("", &format!("/api/{REPO}/commits/{revision}"));
            let oldest = &history.as_array().unwrap().last().unwrap()["title"];
            assert_eq!(oldest, "initial commit", "{revision}");
        }
        assert_eq!(world.get("", "/lin/digits/resolve/side/side.bin").text, "stays");
        let after = world.got("", &format!("/api/{REPO}/refs"));
        assert_ne!(before["tags"][0]["targetCommit"], after["tags"][0]["targetCommit"]);
    }
}

#[test]
fn without_rewriting_the_history_keeps_its_names() {
    for world in World::each() {
        world.repo("lin", REPO);
        let gone = world.large("lin", (REPO, "main"), ("gone.bin", "doomed"));
        let before = world.got("", &format!("/api/{REPO}/refs"));
        let asked = json!({"deletions": {"sha": [gone], "rewriteHistory": false}});
        world.posted("lin", &format!("/api/{REPO}/lfs-files/batch"), asked);
        assert_eq!(uses(&world), []);
        assert_eq!(world.got("", &format!("/api/{REPO}/refs")), before);
    }
}

#[test]
fn large_files_are_copied_only_from_what_one_may_read() {
    for world in World::each() {
        world.repo("lin", REPO);
        world.repo("zhao", "datasets/zhao/copy");
        let hash = world.large("lin", (REPO, "main"), ("a.bin", "large"));
        let path = format!("/api/{REPO}/lfs-files/duplicate");
        let none = "0".repeat(64);
        let files = json!([{"sha256": hash, "filename": "a.bin"}, {"sha256": none}]);
        let body = json!({"target": {"type": "dataset", "name": "zhao/copy"}, "files": files});
        let done = world.posted("zhao", &path, body.clone());
        assert_eq!(done["failed"].as_array().unwrap().len(), 1);
        assert_eq!(done["failed"][0]["sha256"], json!(none));
        let line = json!({"key": "lfsFile", "value": {"path": "b.bin", "oid": hash}});
        let copied = world.commit_lines("zhao", ("datasets/zhao/copy", "main"), vec![line]);
        assert_eq!(copied.status, StatusCode::OK, "{copied:?}");
        assert_eq!(world.get("", "/datasets/zhao/copy/resolve/main/b.bin").text, "large");
        assert_eq!(world.post("", &path, body).status, StatusCode::UNAUTHORIZED);
    }
}
