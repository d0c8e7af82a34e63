//! Transfers of large files that go wrong: parts that do not fit, containers and shards that are
//! none, tokens that allow something else.

use super::fuzz::{MEMORY_KIB_MAX, memory_kib};
use super::http::{Answer, Ask};
use super::input::{put_of, sent, with_folder, with_zone};
use super::upload::{Cas, batch_of, cas_token, commit, open, packed, pointer, shard};
use super::zone::{Zone, content};
use serde_json::{Value, json};
use std::io::Write;

/// The actions of an upload in parts whose bytes never come.
fn parts_of(zone: &Zone) -> (String, Value) {
    let oid = blob::Sha256::of(b"never sent").to_string();
    let object = json!({"oid": oid, "size": 300_u64 << 20});
    let told = sent(&batch_of(&zone.at, &["basic", "multipart"], &object)).json();
    (oid, told["objects"][0]["actions"].clone())
}

#[test]
fn parts_that_do_not_fit_are_refused_and_join_to_nothing() {
    with_folder(|zone, folder| {
        let (oid, actions) = parts_of(zone);
        let upload = &actions["upload"];
        let first = sent(&open("PUT", &upload["header"]["1"], b"short"));
        assert_eq!(first.status, 200, "how long a part is shows when they are joined");
        let etag = first.header("etag").to_owned();
        let part = |number: &str| {
            let href = format!("{}/{number}", upload["href"].as_str().expect("an address"));
            sent(&open("PUT", &json!(href), b"x")).status
        };
        for (number, status) in [("0", 422), ("10001", 422), ("-1", 400), ("x", 400)] {
            assert_eq!(part(number), status, "part {number}");
        }
        let join = |oid: &str, parts: Value| {
            let body = json!({"oid": oid, "parts": parts}).to_string();
            sent(&open("POST", &upload["href"], body.as_bytes())).status
        };
        let all = |etag: &str| {
            Value::from_iter((1..=5).map(|number| json!({"partNumber": number, "etag": etag})))
        };
        assert_eq!(join(&oid, json!([])), 422, "no parts");
        assert_eq!(join(&oid, all("other")), 422, "parts that have not come");
        assert_eq!(join(&oid, all(&etag)), 422, "one part five times");
        assert_eq!(join(&oid, json!([{"partNumber": 1, "etag": etag}])), 422, "too few bytes");
        assert_eq!(join(&"0".repeat(64), all(&etag)), 422, "another file");
        let verified = sent(&open("POST", &actions["verify"]["href"], b"{}"));
        assert_eq!(verified.status, 404, "{}", verified.text());
        // A part that is longer than a part breaks off where the limit is.
        let long = open("PUT", &upload["header"]["2"], b"");
        let block = vec![0_u8; 1 << 20];
        let told = long.exchange(long.head(65 << 20).as_bytes(), |stream| {
            (0..65).try_for_each(|_| stream.write_all(&block))
        });
        assert!(told.is_ok_and(|told| told.status == 413), "a part over its size");
        // Parts wait for the rest; collecting garbage takes them when nothing has come for days.
        std::fs::remove_dir_all(folder.join("hub/blobs/uploads")).expect("they are there");
    });
}

#[test]
fn forged_and_foreign_permissions_open_nothing() {
    with_zone(|zone| {
        let (_, actions) = parts_of(zone);
        let href = actions["upload"]["href"].as_str().expect("an address").to_owned();
        let last = if href.ends_with('A') { "B" } else { "A" };
        let forged = [&href[..href.len() - 1], last].concat();
        assert_eq!(sent(&open("PUT", &json!(forged), b"x")).status, 403);
        assert_eq!(sent(&open("GET", &json!(href), b"")).status, 403, "to put is not to get");
        let read = Cas::of(&sent(&cas_token(&zone.at, "read")));
        let told = sent(&read.ask("POST", "shards", Vec::new()));
        assert_eq!(told.status, 403, "a token to read writes: {}", told.text());
        let none = Ask { token: String::new(), ..read.ask("POST", "shards", Vec::new()) };
        assert_eq!(sent(&none).status, 401);
        let own = Ask { token: super::zone::TOKEN.to_owned(), ..none };
        assert_eq!(sent(&own).status, 401, "an account's token is none of this store's");
    });
}

#[test]
fn what_is_no_container_or_shard_is_refused_before_memory_is_taken() {
    with_zone(|zone| {
        let cas = Cas::of(&sent(&cas_token(&zone.at, "write")));
        let own = packed(&content(1, 300_000));
        let (body, name) = (own.xorbs[0].body.clone(), own.xorbs[0].xorb.hash().to_string());
        let put = |name: &str, body: &[u8]| {
            sent(&cas.ask("POST", &format!("xorbs/default/{name}"), body.to_vec()))
        };
        let check = |told: Answer, what: &str| {
            assert_eq!(told.status, 400, "{what}: {}", told.text());
            assert_ne!(told.header("x-error-message"), "", "{what}");
        };
        check(put(&name, b""), "an empty container");
        check(put(&name, &body[..body.len() - 1]), "a container cut short");
        check(put(&"0".repeat(64), &body), "a container of another name");
        check(put("name", &body), "a name that is no hash");
        let mut bomb = body.clone();
        // The header of a chunk: version, packed length (3), scheme, length (3).
        bomb[5..8].fill(0xff);
        check(put(&name, &bomb), "a chunk that says it is 16 MiB long");
        check(sent(&cas.ask("POST", "shards", Vec::new())), "an empty shard");
        check(sent(&cas.ask("POST", "shards", shard(&own.file))), "a shard before its container");
        assert_eq!(put(&name, &body).status, 200);
        let mut many = shard(&own.file);
        many[48 + 36..48 + 40].fill(0xff);
        check(sent(&cas.ask("POST", "shards", many)), "a shard of four thousand million terms");
        for what in ["shards".to_owned(), format!("xorbs/default/{}", "0".repeat(64))] {
            let long = cas.ask("POST", &what, Vec::new());
            let block = vec![0_u8; 1 << 20];
            let told = long.exchange(long.head(10 << 30).as_bytes(), |stream| {
                (0..200).try_for_each(|_| stream.write_all(&block))
            });
            // The zone may be gone before all is sent; then the connection is, too.
            let is_refused = told.as_ref().map_or(true, |told| [400, 413].contains(&told.status));
            assert!(is_refused, "{what}: {told:?}");
        }
        assert_eq!(sent(&cas.ask("POST", "shards", shard(&own.file))).status, 200);
        let kib = memory_kib(zone);
        assert!(kib < MEMORY_KIB_MAX, "the zone took {kib} KiB");
    });
}

#[test]
fn a_false_claim_is_never_served_and_the_true_bytes_mend_it() {
    with_zone(|zone| {
        let (claimed, other) = (content(1, 300_000), content(2, 300_000));
        let cas = Cas::of(&sent(&cas_token(&zone.at, "write")));
        let mut own = packed(&other);
        let path = format!("xorbs/default/{}", own.xorbs[0].xorb.hash());
        assert_eq!(sent(&cas.ask("POST", &path, own.xorbs[0].body.clone())).status, 200);
        own.file.sha256 = packed(&claimed).file.sha256;
        assert_eq!(sent(&cas.ask("POST", "shards", shard(&own.file))).status, 200);
        // Until it is checked a claim may be committed; it is checked before it is served.
        let told = sent(&commit(&zone.at, &pointer("a.bin", &claimed))).status;
        assert!([200, 422].contains(&told), "{told}");
        let seen = zone.at.get("DVUser/r/resolve/main/a.bin").expect("the zone answers");
        assert!([404, 422].contains(&seen.status), "{}: {} bytes", seen.status, seen.body.len());
        let late = sent(&commit(&zone.at, &pointer("b.bin", &claimed)));
        assert_eq!((told == 200, late.status), (seen.status == 422, 422), "{}", late.text());
        // Who has the true bytes is asked for them and heals what was committed.
        assert_eq!(sent(&put_of(zone, &claimed)).status, 200);
        assert_eq!(sent(&commit(&zone.at, &pointer("b.bin", &claimed))).status, 200);
        let seen = zone.at.get("DVUser/r/resolve/main/b.bin").expect("the zone answers");
        assert!(seen.status == 200 && seen.body == claimed, "{}", seen.status);
    });
}
