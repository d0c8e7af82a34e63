//! The table of routes as a whole.

use super::world::World;
use crate::{Need, route_list};
use axum::http::{Method, StatusCode};

#[test]
fn nobody_without_an_account_passes_a_route_that_needs_one() {
    for world in World::each() {
        for shown in route_list().into_iter().filter(|shown| shown.need == Need::SignedIn) {
            let path = shown.path.replace(['{', '}', '*'], "");
            let method = Method::from_bytes(shown.method.as_bytes()).unwrap();
            let answer = world.send(("", method, &path), ("application/json", b"{}".to_vec()));
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{} {path}", shown.method);
        }
    }
}

#[test]
fn a_private_repository_is_not_there_for_strangers_on_any_route() {
    for world in World::each() {
        world.repo("lin", "models/lin/digits");
        let private = serde_json::json!({"visibility": "private"});
        let path = "/api/models/lin/digits/settings";
        let put = world
            .send(("lin", Method::PUT, path), ("application/json", private.to_string().into()));
        assert_eq!(put.status, StatusCode::OK, "{put:?}");
        for shown in route_list().into_iter().filter(|shown| matches!(shown.need, Need::Repo(_))) {
            let at_kind = ["{kind}", "/datasets/", "/spaces/"];
            if at_kind[1..].iter().any(|other| shown.path.starts_with(other)) {
                continue;
            }
            let path = shown.path.replace("{kind}", "models").replace("{owner}", "lin");
            let path = path.replace("{name}", "digits").replace(['{', '}', '*'], "");
            let method = Method::from_bytes(shown.method.as_bytes()).unwrap();
            for name in ["", "zhao"] {
                let ask = |path: &str| {
                    let body = ("application/json", b"{}".to_vec());
                    let answer = world.send((name, method.clone(), path), body);
                    (answer.status, answer.code().to_owned())
                };
                // Git asks for a name and a password when it is told 401, so it is told that of any.
                let told = ask(&path);
                assert!(
                    [404, 401].contains(&told.0.as_u16()),
                    "{method} {path} as `{name}`: {told:?}"
                );
                assert!(name.is_empty() || told.0 == StatusCode::NOT_FOUND, "{path}: {told:?}");
                let nothing = path.replace("lin/digits", "lin/nothing");
                assert_eq!(told, ask(&nothing), "{method} {path} as `{name}`");
            }
        }
    }
}

#[test]
fn a_missing_name_is_told_as_a_missing_repository() {
    for world in World::each() {
        world.repo("lin", "models/lin/digits");
        let check = |method: Method, path: &str, status: u16, code: &str| {
            let answer = world.send(("lin", method, path), ("", Vec::new()));
            assert_eq!(
                (answer.status.as_u16(), answer.code()),
                (status, code),
                "{path}: {answer:?}"
            );
        };
        check(Method::DELETE, "/api/models/digits/like", 404, "RepoNotFound");
        check(Method::GET, "/api/models/digits/refs", 404, "RepoNotFound");
        check(Method::DELETE, "/api/models/lin/digits/refs", 405, "");
        check(Method::GET, "/api/models/lin/digits/nothing", 404, "");
    }
}
