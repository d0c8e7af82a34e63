//! Claims about answers that are at hand.

use super::world::World;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{Method, StatusCode};
use axum::response::Response;
use serde_json::json;

const FILE: &str = "/lin/digits/resolve/main/config.json";

fn worlds() -> impl Iterator<Item = World> {
    World::each().inspect(begin)
}

fn begin(world: &World) {
    world.repo("lin", "models/lin/digits");
    let done = world.commit("lin", ("models/lin/digits", "main"), &[("config.json", "{}")]);
    assert_eq!(done.status, StatusCode::OK, "{done:?}");
}

fn request(name: &str, path: &str) -> Request {
    let mut request = Request::builder().uri(path);
    if !name.is_empty() {
        request = request.header("authorization", format!("Bearer hf_the_token_of_{name}"));
    }
    request.body(Body::empty()).unwrap()
}

fn at_hand(world: &World, name: &str) -> Option<Response> {
    world.hub.quick(&request(name, FILE))
}

#[test]
fn a_small_file_is_at_hand_once_it_was_asked_for() {
    for world in worlds() {
        assert!(at_hand(&world, "wu").is_none(), "nobody has asked yet");
        let slow = world.get("wu", FILE);
        let quick = at_hand(&world, "wu").expect("it was asked for just now");
        assert_eq!(quick.status(), slow.status);
        for (name, value) in quick.headers() {
            assert_eq!(slow.headers.get(name), Some(value), "{name}");
        }
        let body = quick.into_body();
        let bytes = world.runtime.block_on(axum::body::to_bytes(body, 100)).unwrap();
        assert_eq!(bytes, slow.text);
    }
}

#[test]
fn an_answer_is_for_the_same_token_address_and_method_alone() {
    for world in worlds() {
        world.get("wu", FILE);
        assert!(at_hand(&world, "").is_none());
        assert!(at_hand(&world, "zhao").is_none());
        assert!(world.hub.quick(&request("wu", &format!("{FILE}?download=1"))).is_none());
        let mut head = request("wu", FILE);
        *head.method_mut() = Method::HEAD;
        assert!(world.hub.quick(&head).is_none());
        for (name, value) in [("range", "bytes=0-0"), ("if-none-match", "*"), ("cookie", "a=b")] {
            let mut other = request("wu", FILE);
            other.headers_mut().insert(name, value.parse().unwrap());
            assert!(world.hub.quick(&other).is_none(), "{name}");
        }
    }
}

#[test]
fn no_answer_is_at_hand_after_a_change_or_a_second() {
    for world in worlds() {
        world.get("wu", FILE);
        assert!(at_hand(&world, "wu").is_some());
        let path = "/api/models/lin/digits/settings";
        let body = json!({"private": true}).to_string().into_bytes();
        let hidden = world.send(("lin", Method::PUT, path), ("application/json", body));
        assert_eq!(hidden.status, StatusCode::OK, "{hidden:?}");
        assert!(at_hand(&world, "wu").is_none(), "it is private now");
        assert_eq!(world.get("wu", FILE).status, StatusCode::NOT_FOUND);
        world.get("lin", FILE);
        assert!(at_hand(&world, "lin").is_some());
        world.clock.advance(1);
        assert!(at_hand(&world, "lin").is_none(), "another process may have changed something");
    }
}

fn personal_declare(world: &World) {
    let (hub, now) = (&world.hub, world.hub.app.now());
    let declare = move |tx: &mut db::Tx<'_>| {
        let person = identity::person_of_token(tx, "hf_the_token_of_lin", now)?.unwrap();
        let visitor = hub::visitor_of(tx, person, now.date(), true)?;
        let found = hub::repo_find(tx, hub::RepoKind::Model, "lin/digits")?;
        let Some(hub::Found::Here(repo)) = found else { panic!("the repository is there") };
        hub::personal_declare(tx, &visitor, &repo, ("Names of patients", "office@example.org"))
    };
    world.runtime.block_on(hub.app.write(declare)).unwrap();
}

#[test]
fn files_with_personal_data_and_larger_ones_are_never_at_hand() {
    for world in worlds() {
        let large = "x".repeat(5_000);
        world.commit("lin", ("models/lin/digits", "main"), &[("large.txt", &large)]);
        let path = "/lin/digits/resolve/main/large.txt";
        assert_eq!(world.get("lin", path).text, large);
        assert!(world.hub.quick(&request("lin", path)).is_none());
        personal_declare(&world);
        assert_eq!(world.get("lin", FILE).status, StatusCode::OK);
        assert!(at_hand(&world, "lin").is_none(), "each reading must be noted");
    }
}
