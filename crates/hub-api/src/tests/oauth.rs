//! Signing in from a program, as `hf auth login` asks for it.

use super::world::{Answer, World};
use axum::http::{Method, StatusCode};
use serde_json::json;

const CLIENT: &str = "26be6b09-91c5-47da-9861-d2d2bb7a7e36";
const DEVICE: &str = "urn:ietf:params:oauth:grant-type:device_code";
const FORM: &str = "application/x-www-form-urlencoded";

fn post(world: &World, path: &str, form: &str) -> Answer {
    world.send(("", Method::POST, path), (FORM, form.as_bytes().to_vec()))
}

fn ask(world: &World) -> (String, String) {
    let asked = post(world, "/oauth/device", &format!("client_id={CLIENT}"));
    assert_eq!(asked.status, StatusCode::OK, "{asked:?}");
    assert_eq!(asked.headers["cache-control"], "no-store");
    let told = asked.json();
    assert_eq!(told["verification_uri"], "http://zone.example/login/device");
    let code = told["user_code"].as_str().unwrap();
    let whole = format!("http://zone.example/login/device?user_code={code}");
    assert_eq!(told["verification_uri_complete"], whole);
    assert_eq!((&told["expires_in"], &told["interval"]), (&json!(900), &json!(5)));
    (told["device_code"].as_str().unwrap().to_owned(), code.to_owned())
}

fn poll(world: &World, device: &str) -> Answer {
    let form = format!("grant_type={DEVICE}&device_code={device}&client_id={CLIENT}");
    post(world, "/oauth/token", &form)
}

fn refresh(world: &World, secret: &str) -> Answer {
    let form = format!("grant_type=refresh_token&refresh_token={secret}&client_id={CLIENT}");
    post(world, "/oauth/token", &form)
}

fn decide(world: &World, code: &str, is_approved: bool) {
    let code = code.to_owned();
    let decided = world.hub.app.db().write(move |tx| {
        let lin = identity::person_by_email(tx, "lin@example.org")?.expect("lin is there").id;
        identity::device_decide(tx, lin, (&code, is_approved))
    });
    decided.wait().unwrap().unwrap();
}

#[track_caller]
fn is_refused(answer: &Answer, code: &str) {
    assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{answer:?}");
    let told = answer.json();
    assert_eq!(told["error"], code, "{told}");
    assert!(told["error_description"].as_str().is_some_and(|text| !text.is_empty()));
    assert_eq!(answer.headers["cache-control"], "no-store");
}

#[test]
fn an_approved_code_gives_a_token_that_works_and_renews_itself() {
    for world in World::each() {
        let (device, code) = ask(&world);
        is_refused(&poll(&world, &device), "authorization_pending");
        is_refused(&poll(&world, &device), "slow_down");
        decide(&world, &code, true);
        world.clock.advance(10);
        let given = poll(&world, &device);
        assert_eq!(given.status, StatusCode::OK, "{given:?}");
        assert_eq!(given.headers["cache-control"], "no-store");
        let given = given.json();
        assert_eq!(given["token_type"], "bearer");
        assert_eq!(given["expires_in"], 30 * 86_400);
        let access = given["access_token"].as_str().unwrap();
        let known = world.got(access, "/api/whoami-v2");
        assert_eq!((&known["name"], &known["auth"]["type"]), (&json!("lin"), &json!("oauth")));
        assert!(known["auth"].get("accessToken").is_none(), "it is kept under its person's name");
        is_refused(&poll(&world, &device), "invalid_grant");
        let next = refresh(&world, given["refresh_token"].as_str().unwrap()).json();
        let renewed = world.got(next["access_token"].as_str().unwrap(), "/api/whoami-v2");
        assert_eq!(renewed["name"], "lin");
        is_refused(&refresh(&world, "0000"), "invalid_grant");
    }
}

#[test]
fn refusal_and_end_are_told_with_the_words_of_the_standard() {
    for world in World::each() {
        let (refused, code) = ask(&world);
        decide(&world, &code, false);
        is_refused(&poll(&world, &refused), "access_denied");
        let (late, _) = ask(&world);
        world.clock.advance(900);
        is_refused(&poll(&world, &late), "expired_token");
        is_refused(&poll(&world, "no-such-code"), "invalid_grant");
    }
}

#[test]
fn what_is_no_such_form_is_refused_with_its_reason() {
    for world in World::each() {
        let check =
            |path: &str, form: &str, code: &str| is_refused(&post(&world, path, form), code);
        check("/oauth/device", "", "invalid_request");
        check("/oauth/device", "client_id=another", "invalid_client");
        let twice = format!("client_id={CLIENT}&client_id={CLIENT}");
        check("/oauth/device", &twice, "invalid_request");
        let long = format!("client_id={CLIENT}&scope={}", "x".repeat(10_000));
        check("/oauth/device", &long, "invalid_request");
        let token = |form: &str, code: &str| {
            check("/oauth/token", &format!("client_id={CLIENT}&{form}"), code);
        };
        token("", "invalid_request");
        token("grant_type=password&username=lin&password=x", "unsupported_grant_type");
        token("grant_type=authorization_code&code=x", "unsupported_grant_type");
        token(
            "grant_type=urn:ietf:params:oauth:grant-type:token-exchange",
            "unsupported_grant_type",
        );
        token(&format!("grant_type={DEVICE}"), "invalid_request");
        token("grant_type=refresh_token", "invalid_request");
        let path = ("", Method::POST, "/oauth/device");
        let body = json!({"client_id": CLIENT}).to_string().into_bytes();
        is_refused(&world.send(path, ("application/json", body)), "invalid_request");
    }
}

#[test]
fn a_zone_full_of_open_questions_says_when_to_come_again() {
    for world in World::each() {
        let filled = world.hub.app.db().write(|tx| {
            while identity::device_ask(tx, "many")?.is_some() {}
            Ok::<_, identity::Error>(())
        });
        filled.wait().unwrap();
        let full = post(&world, "/oauth/device", &format!("client_id={CLIENT}"));
        assert_eq!(full.status, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(full.headers["retry-after"], "60");
        assert_eq!(full.json()["error"], "temporarily_unavailable");
    }
}

#[test]
fn a_token_is_known_by_the_name_its_person_gave_it() {
    for world in World::each() {
        let known = world.got("lin", "/api/whoami-v2");
        assert_eq!(known["auth"]["type"], "access_token");
        assert_eq!(known["auth"]["accessToken"]["displayName"], "tests");
        assert_eq!(known["auth"]["accessToken"]["role"], "write");
    }
}
