//! Webhooks, called for real by a receiver on this machine.

use super::world::World;
use crate::{Options, caller};
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};

const REPO: &str = "models/lin/digits";

/// What a receiver heard, and what it answers next.
#[derive(Default)]
struct Heard {
    calls: Vec<(String, Value)>,
    answers: Vec<u16>,
}

type Shared = Arc<Mutex<Heard>>;

async fn hear(State(heard): State<Shared>, headers: HeaderMap, body: String) -> StatusCode {
    let secret = headers.get("x-webhook-secret").map_or("", |value| value.to_str().unwrap());
    let body = serde_json::from_str(&body).expect("JSON");
    let mut heard = heard.lock().unwrap();
    heard.calls.push((secret.to_owned(), body));
    let answer = heard.answers.pop().unwrap_or(200);
    StatusCode::from_u16(answer).unwrap()
}

/// Starts a receiver and a webhook of zhao's that calls it for all that lin does.
fn watched(options: Options) -> impl Iterator<Item = (World, Shared)> {
    // A name that leads inside is told apart only when it is called.
    let host = if options.calls_inward { "127.0.0.1" } else { "localhost" };
    World::each_with(options).map(move |world| {
        let heard = Shared::default();
        let router = Router::new().route("/call", post(hear)).with_state(heard.clone());
        let address = world.runtime.block_on(async {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
            let address = listener.local_addr().unwrap();
            tokio::spawn(async move { axum::serve(listener, router).await });
            address
        });
        let body = json!({
            "url": format!("http://{host}:{}/call", address.port()),
            "watched": [{"type": "user", "name": "lin"}],
            "domains": ["repo", "discussion"],
            "secret": "my-secret",
        });
        world.posted("zhao", "/api/settings/webhooks", body);
        (world, heard)
    })
}

fn round(world: &World) -> usize {
    world.clock.advance(1);
    world.runtime.block_on(caller::round(&world.hub)).expect("a round")
}

fn scopes(heard: &Shared) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let calls = std::mem::take(&mut heard.lock().unwrap().calls);
    let name = |(_, body): &(String, Value)| {
        format!("{} {}", text(&body["event"]["action"]), text(&body["event"]["scope"]))
    };
    calls.iter().map(name).collect()
}

fn inward() -> Options {
    Options { calls_inward: true, ..Options::default() }
}

#[test]
fn a_webhook_hears_of_repositories_refs_and_comments() {
    for (world, heard) in watched(inward()) {
        world.repo("lin", REPO);
        round(&world);
        // Both are of one commit, and nothing says which comes first.
        let mut first = scopes(&heard);
        first.sort();
        assert_eq!(first, ["create repo", "update repo.content"]);
        world.clock.advance(1);
        world.commit("lin", (REPO, "main"), &[("a.txt", "x")]);
        world.clock.advance(1);
        let discussions = format!("/api/{REPO}/discussions");
        world.posted("lin", &discussions, json!({"title": "A question", "description": "Why?"}));
        world.clock.advance(1);
        world.posted("lin", &format!("{discussions}/1/comment"), json!({"comment": "Because."}));
        round(&world);
        let calls = heard.lock().unwrap().calls.clone();
        assert!(calls.iter().all(|(secret, _)| secret == "my-secret"));
        assert_eq!(calls[0].1["updatedRefs"][0]["ref"], "refs/heads/main");
        assert_eq!(calls[0].1["repo"]["url"]["web"], "http://zone.example/lin/digits");
        assert_eq!(calls[2].1["comment"]["content"], "Because.");
        let page = "http://zone.example/lin/digits/discussions/1";
        assert_eq!(calls[2].1["discussion"]["url"]["web"], page);
        let expected = ["update repo.content", "create discussion", "create discussion.comment"];
        assert_eq!(scopes(&heard), expected);
        assert_eq!(round(&world), 0, "each call is made once");
    }
}

#[test]
fn a_call_that_fails_is_made_again_later_and_given_up_at_last() {
    for (world, heard) in watched(inward()) {
        world.repo("lin", REPO);
        round(&world);
        scopes(&heard);
        world.commit("lin", (REPO, "main"), &[("a.txt", "x")]);
        heard.lock().unwrap().answers = vec![503; 5];
        assert_eq!(round(&world), 1);
        assert_eq!(round(&world), 0, "not before its time");
        for seconds in [10, 60, 600, 3_600] {
            world.clock.advance(seconds);
            assert_eq!(round(&world), 1, "after {seconds} seconds");
        }
        assert_eq!(scopes(&heard).len(), 5);
        world.clock.advance(100_000);
        assert_eq!(round(&world), 0, "given up");
    }
}

#[test]
fn a_webhook_reaches_nothing_inside_unless_the_operator_says_so() {
    for (world, heard) in watched(Options::default()) {
        world.repo("lin", REPO);
        assert_eq!(round(&world), 2);
        assert_eq!(scopes(&heard), [""; 0]);
        world.clock.advance(100_000);
        assert_eq!(round(&world), 0, "refused for good");
    }
}

#[test]
fn an_address_inside_is_refused_when_the_webhook_is_made() {
    const ALL: &str = "/api/settings/webhooks";
    let body = |url: &str| {
        let watched = json!([{"type": "user", "name": "lin"}]);
        json!({"url": url, "watched": watched, "domains": ["repo"]})
    };
    for world in World::each() {
        for host in ["127.0.0.1", "10.0.0.1:8080", "[::1]", "[::ffff:192.168.0.1]", "2130706433"] {
            let told = world.post("zhao", ALL, body(&format!("http://{host}/call")));
            assert_eq!(told.status, StatusCode::BAD_REQUEST, "{host}: {told:?}");
        }
        let made = world.posted("zhao", ALL, body("http://1.1.1.1/call"));
        let one = format!("{ALL}/{}", made["webhook"]["id"].as_str().unwrap());
        let told = world.post("zhao", &one, json!({"url": "http://127.0.0.1/"}));
        assert_eq!(told.status, StatusCode::BAD_REQUEST, "{told:?}");
        world.posted("zhao", &one, json!({"domains": ["discussion"]}));
    }
    for world in World::each_with(inward()) {
        world.posted("zhao", ALL, body("http://127.0.0.1/call"));
    }
}

#[test]
fn a_webhook_that_rests_is_not_called_for_what_waited() {
    for (world, heard) in watched(inward()) {
        world.repo("lin", REPO);
        let all = world.got("zhao", "/api/settings/webhooks");
        let id = all[0]["id"].as_str().unwrap();
        world.posted("zhao", &format!("/api/settings/webhooks/{id}/disable"), json!({}));
        round(&world);
        assert_eq!(scopes(&heard), [""; 0]);
    }
}
