//! Claims about the space that uploads may take before and after they end.

use super::world::World;
use crate::Options;
use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

const REPO: &str = "models/lin/digits";
const MIB: i64 = 1 << 20;

/// Zones whose namespaces may take some MiB.
fn zones(mib: i64) -> impl Iterator<Item = World> {
    let options = Options { quota_bytes: mib * MIB, ..Options::default() };
    World::each_with(options).inspect(|world| world.repo("lin", REPO))
}

/// Asks for an upload; returns its action.
fn asked(world: &World, name: &str, (oid, size): (&str, i64)) -> Value {
    let object = json!({"oid": oid.repeat(64), "size": size});
    let body = json!({
        "operation": "upload", "transfers": ["basic", "multipart"], "objects": [object],
    });
    let told = world.posted(name, "/lin/digits.git/info/lfs/objects/batch", body);
    told["objects"][0]["actions"]["upload"].clone()
}

fn put(world: &World, upload: &Value, number: u32) -> StatusCode {
    let href = upload["href"].as_str().expect("an address");
    let href = href.strip_prefix("http://zone.example").expect("our own");
    world.send(("", Method::PUT, &format!("{href}/{number}")), ("", b"x".to_vec())).status
}

#[test]
fn uploads_that_are_never_joined_fill_no_disk() {
    for world in zones(600) {
        let uploads = ["a", "b", "c"].map(|oid| asked(&world, "lin", (oid, 256 * MIB)));
        assert_eq!(uploads[0]["expires_in"], 86_400);
        assert_eq!(put(&world, &uploads[0], 1), StatusCode::OK);
        assert_eq!(put(&world, &uploads[1], 1), StatusCode::OK);
        assert_eq!(put(&world, &uploads[2], 1), StatusCode::FORBIDDEN, "three are too much");
        assert_eq!(put(&world, &uploads[0], 4), StatusCode::OK, "one that counts goes on");
        let beyond = put(&world, &uploads[0], 5);
        assert_eq!(beyond, StatusCode::UNPROCESSABLE_ENTITY, "four parts make it whole");
        // The collection of garbage has taken what was abandoned.
        world.clock.advance(8 * 86_400);
        let later = asked(&world, "lin", ("d", 256 * MIB));
        assert_eq!(put(&world, &later, 1), StatusCode::OK);
    }
}

#[test]
fn somebody_outside_takes_a_tenth_of_a_namespace() {
    for world in zones(10) {
        let batch = |name: &str, size: i64| {
            let objects = json!([{"oid": "a".repeat(64), "size": size}]);
            let body = json!({"operation": "upload", "objects": objects});
            world.post(name, "/lin/digits.git/info/lfs/objects/batch", body).status
        };
        assert_eq!(batch("zhao", MIB), StatusCode::OK);
        assert_eq!(batch("zhao", MIB + 1), StatusCode::FORBIDDEN);
        assert_eq!(batch("lin", 10 * MIB), StatusCode::OK);
        let text = "x".repeat(1 << 20);
        world.large("zhao", (REPO, "main?create_pr=1"), ("a.bin", &text));
        assert_eq!(batch("zhao", 1), StatusCode::FORBIDDEN, "the share is used up");
        assert_eq!(batch("lin", 9 * MIB), StatusCode::OK);
    }
}

#[test]
fn an_address_for_an_upload_holds_no_space() {
    for world in zones(1) {
        let text = "y".repeat(700 << 10);
        let second = asked(&world, "lin", ("b", 700 << 10));
        world.large("lin", (REPO, "main"), ("a.bin", &text));
        let href = second["href"].as_str().unwrap().strip_prefix("http://zone.example").unwrap();
        let told = world.send(("", Method::PUT, href), ("", b"never read".to_vec()));
        assert_eq!(told.status, StatusCode::FORBIDDEN, "{told:?}");
    }
}

#[test]
fn files_that_do_not_fit_are_told_before_any_byte_is_sent() {
    for world in zones(1) {
        let ask = |name: &str, size: i64| {
            let files = json!([{"path": "a.bin", "sample": "", "size": size}]);
            let query = if name == "zhao" { "?create_pr=1" } else { "" };
            let path = format!("/api/{REPO}/preupload/main{query}");
            world.post(name, &path, json!({ "files": files }))
        };
        assert_eq!(ask("lin", MIB).status, StatusCode::OK);
        let told = ask("lin", MIB + 1);
        assert_eq!(told.status, StatusCode::FORBIDDEN);
        assert!(told.text.contains("1048577 more do not fit"), "{told:?}");
        assert_eq!(ask("zhao", MIB / 2).status, StatusCode::FORBIDDEN);
        world.large("lin", (REPO, "main"), ("a.bin", &"x".repeat(900 << 10)));
        assert_eq!(ask("lin", 900 << 10).status, StatusCode::OK, "it may be the same");
    }
}
