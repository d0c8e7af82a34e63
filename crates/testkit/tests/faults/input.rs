//! Requests that lie, break off or reach for what is not theirs, each with the status and code that
//! clients turn into exceptions, and with nothing left behind.

use super::http::{Answer, Ask};
use super::upload::{batch, batch_of, commit, open, pointer};
use super::zone::{LINES, Place, Zone, content};
use serde_json::json;
use std::path::Path;

const COMMIT: &str = "api/models/DVUser/r/commit/main";

/// A zone with a repository on each engine, checked at the end.
pub(crate) fn with_zone(claim: impl Fn(&Zone)) {
    with_folder(|zone, _| claim(zone));
}

/// The same for a claim that looks into the folder.
pub(crate) fn with_folder(claim: impl Fn(&Zone, &Path)) {
    for place in Place::each() {
        let zone = place.zone();
        zone.at.repo_create();
        claim(&zone, &place.data());
        drop(zone);
        place.check();
        let left = left(&place.data().join("hub/blobs"));
        assert_eq!(left, [""; 0], "something is left behind");
    }
}

/// Lists what lies in the store outside its objects.
fn left(blobs: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for folder in ["staged", "uploads"] {
        let Ok(entries) = std::fs::read_dir(blobs.join(folder)) else { continue };
        let names = entries.filter_map(Result::ok).map(|entry| entry.file_name());
        found.extend(names.map(|name| format!("{folder}/{}", name.to_string_lossy())));
    }
    found
}

pub(crate) fn sent(ask: &Ask) -> Answer {
    ask.send().unwrap_or_else(|error| unreachable!("{} {}: {error}", ask.method, ask.url))
}

/// Where a file of these bytes is to be put.
pub(crate) fn put_of(zone: &Zone, bytes: &[u8]) -> Ask {
    let told = sent(&batch(&zone.at, &["basic"], bytes)).json();
    open("PUT", &told["objects"][0]["actions"]["upload"]["href"], bytes)
}

/// The commit of the main branch.
fn main_of(zone: &Zone) -> String {
    let told = zone.at.get("api/models/DVUser/r/refs").expect("the zone answers").json();
    told["branches"][0]["targetCommit"].as_str().expect("a commit").to_owned()
}

#[test]
fn bytes_that_are_not_what_was_announced_are_refused_and_stay_unknown() {
    with_zone(|zone| {
        let bytes = content(1, 200_000);
        let wrong = content(2, 200_000);
        let put = put_of(zone, &bytes);
        let check = |body: &[u8]| sent(&Ask { body: body.to_vec(), ..put.clone() }).status;
        assert_eq!(check(&wrong), 422, "another hash");
        assert_eq!(check(&bytes[1..]), 422, "too short");
        assert_eq!(check(&[bytes.as_slice(), b"x"].concat()), 413, "too long");
        assert_eq!(check(b""), 422, "empty");
        let told = sent(&commit(&zone.at, &pointer("a.bin", &bytes)));
        assert_eq!(told.status, 400, "a file that has not come is committed");
        assert!(told.header("x-error-message").contains("upload it first"), "{}", told.head);
        assert_eq!(check(&bytes), 200);
        assert_eq!(sent(&commit(&zone.at, &pointer("a.bin", &bytes))).status, 200);
    });
}

#[test]
fn a_body_that_breaks_off_leaves_nothing() {
    with_zone(|zone| {
        let bytes = content(1, 200_000);
        let put = put_of(zone, &bytes);
        let file = json!({"path": "a.txt", "content": "x".repeat(9_000), "encoding": "utf-8"});
        let lines = commit(&zone.at, &json!({"key": "file", "value": file}));
        let before = main_of(zone);
        for ask in [put.clone(), lines] {
            for part in [0, 1, ask.body.len() / 2, ask.body.len() - 1] {
                let length = u64::try_from(ask.body.len()).expect("a short body");
                let head = ask.head(length);
                // Whether an answer still comes is the connection's affair; it must not be a yes.
                let told = ask.broken_off(head.as_bytes(), &ask.body[..part]);
                assert!(told.is_ok_and(|told| told.status == 400), "{} at {part}", ask.url);
            }
        }
        assert_eq!(main_of(zone), before);
        assert_eq!(sent(&put).status, 200);
    });
}

#[test]
fn a_length_that_lies_is_not_believed() {
    with_zone(|zone| {
        let bytes = content(1, 200_000);
        let put = put_of(zone, &bytes);
        let ask = |length: &str| {
            let head =
                put.head(0).replace("content-length: 0", &format!("content-length: {length}"));
            put.broken_off(head.as_bytes(), &bytes)
        };
        // More than comes, and more than memory or disk could hold.
        for length in ["200001", "9000000000000000000", "18446744073709551615"] {
            let told = ask(length);
            let is_told = told.as_ref().is_ok_and(|told| [400, 413, 431].contains(&told.status));
            assert!(is_told, "{length}: {told:?}");
        }
        for length in ["-1", "1e9", "0x10", "200000, 7", "18446744073709551616"] {
            assert!(ask(length).is_ok_and(|told| told.status == 400), "{length}");
        }
        // Less than comes: what is cut off is no second request.
        assert!(ask("199999").is_ok_and(|told| told.status == 422));
        let batch =
            batch_of(&zone.at, &["basic"], &json!({"oid": "0".repeat(64), "size": u64::MAX}));
        assert_eq!(sent(&batch).status, 403, "a size beyond every quota");
    });
}

#[test]
fn paths_that_lead_elsewhere_are_refused_by_every_door() {
    with_zone(|zone| {
        let before = main_of(zone);
        let large = content(1, 5_000);
        assert_eq!(sent(&put_of(zone, &large)).status, 200);
        let long = "a".repeat(5_000);
        let deep = "a/".repeat(3_000) + "b";
        let paths = [
            "..",
            "../a",
            "a/../../b",
            "a/..",
            "./../a",
            "/../a",
            ".git/config",
            "a/.GIT/hooks/x",
            "git~1/x",
            "a//b",
            "a/",
            "",
            "a/./b",
            "a\0b",
            ".git\u{200c}/x",
            &long,
            &deep,
        ];
        for path in paths {
            let small = json!({"path": path, "content": "eA==", "encoding": "base64"});
            let oid = blob::Sha256::of(&large).to_string();
            let value = json!({"path": path, "algo": "sha256", "oid": oid});
            for line in [
                json!({"key": "file", "value": small}),
                json!({"key": "lfsFile", "value": value}),
                json!({"key": "deletedFile", "value": {"path": path}}),
                json!({"key": "deletedFolder", "value": {"path": path}}),
            ] {
                let told = sent(&commit(&zone.at, &line));
                let is_deletion =
                    line["key"].as_str().is_some_and(|key| key.starts_with("deleted"));
                // What cannot be there is not there.
                let is_told = told.status == 422 || (is_deletion && told.status == 404);
                assert!(is_told, "{path:.40} {}: {} {}", line["key"], told.status, told.text());
            }
        }
        for path in ["../../zone.db", "%2e%2e/%2e%2e/zone.db", "..%2f..%2fzone.db", "%00", "%ff"] {
            for door in
                ["DVUser/r/resolve/main", "DVUser/r/raw/main", "api/models/DVUser/r/tree/main"]
            {
                let told = zone.at.get(&format!("{door}/{path}")).expect("the zone answers");
                assert!([400, 404, 422].contains(&told.status), "{door}/{path}: {}", told.status);
            }
        }
        assert_eq!(main_of(zone), before);
    });
}

#[test]
fn a_commit_that_makes_no_sense_is_the_clients_fault() {
    with_zone(|zone| {
        let before = main_of(zone);
        let header = r#"{"key":"header","value":{"summary":"s","description":""}}"#;
        let check = |body: &str, status: u16| {
            let ask = zone.at.ask("POST", COMMIT, LINES);
            let told = sent(&Ask { body: body.as_bytes().to_vec(), ..ask });
            assert_eq!(told.status, status, "{body:.80}: {}", told.text());
            assert_ne!(told.header("x-error-message"), "", "{body:.80}");
        };
        check("", 400);
        check("{", 400);
        check("[]", 400);
        check("null\n", 400);
        check(&"[".repeat(200_000), 400);
        check(r#"{"key":"poem","value":{}}"#, 400);
        check(r#"{"key":"header"}"#, 400);
        check(r#"{"key":"file","value":{"path":"a","content":""}}"#, 400);
        check(&format!("{header}\n{}", r#"{"key":"file","value":{"path":"a"}}"#), 400);
        let file = |content: &str, encoding: &str| {
            let value = json!({"path": "a", "content": content, "encoding": encoding});
            format!("{header}\n{}\n", json!({"key": "file", "value": value}))
        };
        check(&file("%%%", "base64"), 400);
        check(&file("x", "rot13"), 400);
        let large = |oid: &str, algo: &str| {
            let value = json!({"path": "a", "oid": oid, "algo": algo});
            format!("{header}\n{}\n", json!({"key": "lfsFile", "value": value}))
        };
        check(&large("abc", "sha256"), 400);
        check(&large(&"0".repeat(64), "md5"), 400);
        check(&large(&"0".repeat(64), "sha256"), 400);
        assert_eq!(main_of(zone), before);
    });
}

#[test]
fn a_commit_on_an_older_parent_is_refused_in_the_clients_words() {
    with_zone(|zone| {
        let parent = main_of(zone);
        let on = |name: &str| {
            let value = json!({"summary": "s", "description": "", "parentCommit": parent});
            let file = json!({"path": name, "content": "x", "encoding": "utf-8"});
            let header = json!({"key": "header", "value": value});
            let body = format!("{header}\n{}\n", json!({"key": "file", "value": file}));
            Ask { body: body.into_bytes(), ..zone.at.ask("POST", COMMIT, LINES) }
        };
        // Of many at once on the same parent one is taken; the others change nothing.
        let asks: Vec<Ask> = (0..8).map(|number| on(&format!("{number}.txt"))).collect();
        let told: Vec<Answer> = std::thread::scope(|scope| {
            let all: Vec<_> = asks.iter().map(|ask| scope.spawn(|| sent(ask))).collect();
            all.into_iter().map(|one| one.join().expect("it is answered")).collect()
        });
        let taken: Vec<usize> = (0..8).filter(|at| told[*at].status == 200).collect();
        assert_eq!(taken.len(), 1, "{told:?}");
        for (number, told) in told.iter().enumerate() {
            let seen = zone.at.get(&format!("DVUser/r/resolve/main/{number}.txt"));
            let seen = seen.expect("the zone answers");
            if taken.contains(&number) {
                assert_eq!(seen.status, 200);
                continue;
            }
            assert_eq!((seen.status, seen.code()), (404, "EntryNotFound"));
            let words = "The branch was updated since you opened this page. \
                         Please refresh and try again.";
            assert_eq!((told.status, told.json()["error"].as_str()), (412, Some(words)));
            assert_eq!(told.header("x-error-message"), words);
        }
    });
}

#[test]
fn commits_at_once_without_a_parent_are_all_taken() {
    with_zone(|zone| {
        let file = |number: usize| {
            let value =
                json!({"path": format!("{number}.txt"), "content": "x", "encoding": "utf-8"});
            commit(&zone.at, &json!({"key": "file", "value": value}))
        };
        let asks: Vec<Ask> = (0..8).map(file).collect();
        std::thread::scope(|scope| {
            for ask in &asks {
                scope.spawn(|| assert_eq!(sent(ask).status, 200));
            }
        });
        for number in 0..8 {
            let seen = zone.at.get(&format!("DVUser/r/resolve/main/{number}.txt"));
            assert_eq!(seen.expect("the zone answers").status, 200, "{number} is lost");
        }
    });
}
