//! Who knows the hash of somebody else's file gets the answers of who made one up.

use super::http::Ask;
use super::input::{put_of, sent, with_zone};
use super::upload::{
    Cas, Packed, batch, batch_of, cas_token, commit, packed, pointer, push_ask, shard,
};
use super::zone::{LINES, STRANGER, Zone, content};
use serde_json::{Value, json};

/// Files that the stranger may not read, and one that nobody has.
struct Files {
    whole: Vec<u8>,
    chunked: Vec<u8>,
    none: Vec<u8>,
}

/// Status, code and words of an answer, without what differs by the hash asked for.
#[derive(Debug, PartialEq, Eq)]
struct Told(u16, String, String);

fn told(ask: &Ask) -> Told {
    let answer = sent(ask);
    let plain = answer.text().chars().filter(|c| !c.is_ascii_hexdigit()).collect();
    Told(answer.status, answer.code().to_owned(), plain)
}

fn of_stranger(ask: Ask) -> Ask {
    Ask { token: STRANGER.to_owned(), ..ask }
}

/// The same request to the stranger's own repository.
fn own(ask: Ask) -> Ask {
    of_stranger(Ask { url: ask.url.replace("DVUser/r", "bench/own"), ..ask })
}

/// A private repository with a file of each kind, and a repository of the stranger.
fn prepared(zone: &Zone) -> Files {
    let private = zone.at.ask("PUT", "api/models/DVUser/r/settings", "application/json");
    assert_eq!(sent(&Ask { body: br#"{"private":true}"#.to_vec(), ..private }).status, 200);
    let make = zone.at.ask("POST", "api/repos/create", "application/json");
    let body = br#"{"name":"own","type":"model"}"#.to_vec();
    assert_eq!(sent(&of_stranger(Ask { body, ..make })).status, 200);
    let [whole, chunked, none] = [1, 2, 3].map(|number| content(number, 300_000));
    assert_eq!(sent(&put_of(zone, &whole)).status, 200);
    let cas = Cas::of(&sent(&cas_token(&zone.at, "write")));
    let Packed { file, xorbs } = packed(&chunked);
    let path = format!("xorbs/default/{}", xorbs[0].xorb.hash());
    assert_eq!(sent(&cas.ask("POST", &path, xorbs[0].body.clone())).status, 200);
    assert_eq!(sent(&cas.ask("POST", "shards", shard(&file))).status, 200);
    for bytes in [&whole, &chunked] {
        assert_eq!(sent(&commit(&zone.at, &pointer("a.bin", bytes))).status, 200);
    }
    Files { whole, chunked, none }
}

fn download(zone: &Zone, bytes: &[u8]) -> Ask {
    let oid = blob::Sha256::of(bytes).to_string();
    let object = json!({"oid": oid, "size": bytes.len()});
    let body = json!({"operation": "download", "transfers": ["basic"], "objects": [object]});
    Ask { body: body.to_string().into_bytes(), ..batch_of(&zone.at, &[], &json!({})) }
}

#[test]
fn the_store_of_chunks_tells_nothing_of_other_namespaces() {
    with_zone(|zone| {
        let files = prepared(zone);
        let token = zone.at.ask("GET", "api/models/bench/own/xet-write-token/main", LINES);
        let there = Cas::of(&sent(&of_stranger(token)));
        let (known, none) = (packed(&files.chunked), packed(&files.none));
        let names = |packed: &Packed| {
            let xorb = &packed.xorbs[0].xorb;
            [packed.file.hash, xorb.hash(), xorb.chunks()[0].hash].map(|hash| hash.to_string())
        };
        let ([file, xorb, chunk], [no_file, no_xorb, no_chunk]) = (names(&known), names(&none));
        for (method, path, known, none) in [
            ("GET", "reconstructions", &file, &no_file),
            ("GET", "chunks/default", &chunk, &no_chunk),
            ("GET", "chunks/default", &xorb, &no_xorb),
            ("POST", "xorb-grants/default", &xorb, &no_xorb),
        ] {
            let ask = |name: &str| told(&there.ask(method, &format!("{path}/{name}"), Vec::new()));
            assert_eq!(ask(known).0, 404, "{path}");
            assert_eq!(ask(known), ask(none), "{path}");
        }
        let shards = |file: &xet::File| told(&there.ask("POST", "shards", shard(file)));
        assert_eq!(shards(&known.file).0, 400, "a shard over a container of others is taken");
        assert_eq!(shards(&known.file), shards(&none.file));
    });
}

#[test]
fn the_hash_of_somebody_elses_file_opens_and_tells_nothing() {
    with_zone(|zone| {
        let files = prepared(zone);
        let commits = |bytes: &[u8]| told(&own(commit(&zone.at, &pointer("b.bin", bytes))));
        let downloads = |bytes: &[u8]| told(&own(download(zone, bytes)));
        for known in [&files.whole, &files.chunked] {
            assert_eq!(commits(known).0, 400, "a file of others is committed");
            assert_eq!(commits(known), commits(&files.none));
            assert_eq!(downloads(known), downloads(&files.none));
            // Who asks to upload it is told where, as for any file: only the bytes open it.
            let ask = sent(&own(batch(&zone.at, &["basic"], known)));
            let told: Value = ask.json();
            assert!(told["objects"][0]["actions"]["upload"]["href"].is_string(), "{told}");
        }
    });
}

#[test]
fn every_door_of_a_private_repository_is_that_of_one_that_is_not_there() {
    with_zone(|zone| {
        let files = prepared(zone);
        for ask in [
            cas_token(&zone.at, "read"),
            cas_token(&zone.at, "write"),
            batch(&zone.at, &["basic"], &files.whole),
            download(zone, &files.whole),
            commit(&zone.at, &pointer("b.bin", &files.whole)),
            push_ask(&zone.at, b"0000".to_vec()),
            zone.at.ask("GET", "DVUser/r/resolve/main/a.bin", LINES),
        ] {
            let known = told(&of_stranger(ask.clone()));
            assert_eq!((known.0, known.1.as_str()), (404, "RepoNotFound"), "{}", ask.url);
            let url = ask.url.replace("DVUser/r", "DVUser/none");
            assert_eq!(known, told(&of_stranger(Ask { url, ..ask.clone() })), "{}", ask.url);
        }
    });
}
