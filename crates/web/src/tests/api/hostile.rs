//! What must be refused, with every fault named.

use super::client::{Client, RULE, on_both};
use serde_json::{Value, json};

fn call(instrument: &str) -> Value {
    json!({
        "code": "c-1", "instrument": instrument, "title_en": "T", "category": "compute",
        "mode": "Rolling", "budget": { "minor": 100, "unit": "CNY" },
        "opens_at": "2026-03-01T00:00:00Z", "reviews_least": 1,
    })
}

fn instrument(client: &Client) -> String {
    client.make("one", "/api/v1/instruments", json!({ "toml": RULE }))
}

#[test]
fn every_bad_field_is_named_at_once() {
    on_both(|client| {
        let body = json!({
            "code": 7, "instrument": "nothing", "title_en": "T", "category": "compute",
            "mode": "Sometimes", "budget": { "minor": -1, "unit": "XAU", "fen": 3 },
            "opens_at": "yesterday", "reviews_least": 1.5, "colour": "red",
        });
        let answer = client.post("/api/v1/calls").token("one").json(body).refused(422, "invalid");
        let expected = [
            "code",
            "instrument",
            "mode",
            "budget.minor",
            "budget.unit",
            "budget.fen",
            "opens_at",
            "reviews_least",
            "colour",
        ];
        assert_eq!(answer.fields(), expected, "{answer:?}");
    });
}

#[test]
fn a_number_that_is_no_64_bit_integer_is_refused_by_name() {
    on_both(|client| {
        let body = call(&instrument(client)).to_string();
        for (number, says) in [
            ("9223372036854775808", "beyond 64 bits"),
            ("18446744073709551616", "beyond 64 bits"),
            ("1e400", "no JSON"),
            ("1e30", "beyond 64 bits"),
            ("100.0", "decimal point"),
            ("0.5", "decimal point"),
            ("1e-7", "decimal point"),
            ("-100", "must not be negative"),
            ("\"100\"", "must be a whole number"),
            ("null", "must be a whole number"),
            ("[]", "must be a whole number"),
        ] {
            let body = body.replace(r#""minor":100"#, &format!(r#""minor":{number}"#));
            let answer = client.post("/api/v1/calls").token("one").text(&body).answer();
            assert!(matches!(answer.status.as_u16(), 400 | 422), "{number}: {answer:?}");
            assert!(answer.text.contains(says), "{number}: {answer:?}");
            if answer.status == 422 {
                assert_eq!(answer.fields(), ["budget.minor"], "{number}");
            }
        }
    });
}

#[test]
fn a_body_that_two_readers_read_differently_is_refused() {
    on_both(|client| {
        let body = call(&instrument(client)).to_string();
        let twice = body.replace(r#""minor":100"#, r#""minor":100,"minor":900"#);
        let sent = client.post("/api/v1/calls").token("one").text(&twice);
        let answer = sent.refused(400, "bad_request");
        assert!(answer.text.contains("`minor` is given twice"), "{answer:?}");
        for broken in ["{", "{} {}", "\u{feff}{}", "nul", "{\"a\":1,}", "'x'"] {
            client.post("/api/v1/calls").token("one").text(broken).refused(400, "bad_request");
        }
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        client.post("/api/v1/calls").token("one").text(&deep).refused(400, "bad_request");
        let sent = client.post("/api/v1/calls").token("one");
        let sent = sent.header("content-type", "application/json").bytes(b"\xff\xfe{}");
        sent.refused(400, "bad_request");
        for value in ["[]", "1", "\"x\"", "null"] {
            let sent = client.post("/api/v1/calls").token("one").text(value);
            assert_eq!(sent.refused(422, "invalid").fields(), ["body"]);
        }
    });
}

#[test]
fn a_body_above_its_limit_is_refused() {
    on_both(|client| {
        let long = json!({ "toml": "x".repeat(1_100_000) });
        let sent = client.post("/api/v1/instruments").token("one").json(long);
        assert!(sent.refused(413, "too_large").text.contains("above 1048576 bytes"));
        let paper = vec![b'x'; 2 * 1024 * 1024 + 1];
        let applicant = client.people["applicant"];
        let firm = client.organisation("Firm", "Company");
        let work = json!({ "organisation": firm, "may_act": true });
        client.make("admin", &format!("/api/v1/people/{applicant}/employments"), work);
        let at = "/api/v1/applications/01hv3k8q2r5t7w9x0y1z2a3b4c/papers/a?file_name=a";
        let sent = client.post(at).token("applicant").bytes(&paper);
        assert!(sent.refused(413, "too_large").text.contains("above 2097152 bytes"));
    });
}

#[test]
fn a_body_of_another_media_type_is_refused_with_the_one_to_send() {
    on_both(|client| {
        for media in ["text/plain", "application/x-www-form-urlencoded", "application/jsonp", ""] {
            let sent = client.post("/api/v1/calls").token("one").header("content-type", media);
            let answer = sent.bytes(b"{}").refused(415, "media_type_unsupported");
            assert!(answer.text.contains("`Content-Type: application/json`"), "{answer:?}");
        }
        let sent = client.post("/api/v1/calls").token("one");
        let sent = sent.header("content-type", "application/json; charset=utf-8");
        sent.bytes(b"{}").refused(422, "invalid");
    });
}

#[test]
fn a_wrong_method_is_answered_with_those_that_are_taken() {
    on_both(|client| {
        for (method, path, allowed) in [
            ("DELETE", "/api/v1/awards", "GET, HEAD"),
            ("POST", "/api/v1/overview", "GET, HEAD"),
            ("PUT", "/api/v1/calls", "GET, HEAD, POST"),
            ("PATCH", "/api/v1/applications/01hv3k8q2r5t7w9x0y1z2a3b4c/submit", "POST"),
            ("GET", "/api/v1/payments/batches/x/confirm", "POST"),
        ] {
            let answer = client.send(method, path).refused(405, "method_not_allowed");
            assert_eq!(answer.header("allow"), Some(allowed), "{method} {path}");
            assert!(answer.text.contains("repeat the request with that method"), "{answer:?}");
        }
    });
}

#[test]
fn no_fault_is_kept_on_the_way() {
    on_both(|client| {
        let public = "/api/v1/awards/01hv3k8q2r5t7w9x0y1z2a3b4c";
        for (sent, status) in [
            (client.get(public), 404),
            (client.get("/api/v1/claims"), 401),
            (client.get("/api/v1/claims").token("stranger"), 403),
            (client.get("/api/v1/awards?rows=0"), 422),
            (client.send("DELETE", "/api/v1/awards"), 405),
            (client.post("/api/v1/calls").token("one").bytes(b"{}"), 415),
        ] {
            let answer = sent.answer();
            assert_eq!(answer.status, status, "{answer:?}");
            assert_eq!(answer.header("cache-control"), Some("no-store"), "{answer:?}");
        }
    });
}

#[test]
fn a_broken_rule_is_refused_with_line_and_column() {
    on_both(|client| {
        let broken = RULE.replace("rate = \"30%\"", "rate = \"130%\"").replace("format = 1", "");
        let sent = client.post("/api/v1/instruments").token("one").json(json!({ "toml": broken }));
        let fields = sent.refused(422, "invalid").fields();
        assert!(fields.len() >= 2, "{fields:?}");
        for field in fields {
            let parts: Vec<&str> = field.split(':').collect();
            assert_eq!(parts[0], "toml");
            assert!(parts[1].parse::<u32>().is_ok() && parts[2].parse::<u32>().is_ok(), "{field}");
        }
    });
}

#[test]
fn what_a_body_names_and_nobody_knows_is_a_bad_field() {
    on_both(|client| {
        let id = "01hv3k8q2r5t7w9x0y1z2a3b4c";
        let sent = client.post("/api/v1/calls").token("one").json(call(id));
        assert_eq!(sent.refused(422, "invalid").fields(), ["instrument"]);
        let firm = client.organisation("Firm", "Company");
        let owner = json!({ "owner": id, "kind": "Shares", "grade": "Register", "source": "x" });
        let at = format!("/api/v1/organisations/{firm}/ownership");
        let sent = client.post(&at).token("one").json(owner.clone());
        assert_eq!(sent.refused(422, "invalid").fields(), ["owner"]);
        let asked = json!({ "organisation": id, "lines": [] });
        let at = format!("/api/v1/instruments/{}/entitlement", instrument(client));
        let sent = client.post(&at).token("one").json(asked);
        assert_eq!(sent.refused(422, "invalid").fields(), ["organisation"]);
        let at = format!("/api/v1/organisations/{id}/ownership");
        client.post(&at).token("one").json(owner).refused(404, "not_found");
    });
}

#[test]
fn bad_addresses_are_refused_and_nothing_falls_over() {
    on_both(|client| {
        for path in [
            "/api/v1/awards/x",
            "/api/v1/awards/%00",
            "/api/v1/awards/%ff",
            "/api/v1/nothing",
            "/api/v1/organisations/01HV3K8Q2R5T7W9X0Y1Z2A3B4C",
            "/api/v1/calls/..%2f..",
        ] {
            client.get(path).refused(404, "not_found");
        }
        for (query, fields) in [
            ("rows=0", vec!["rows"]),
            ("rows=501", vec!["rows"]),
            ("rows=1.5", vec!["rows"]),
            ("rows=99999999999999999999", vec!["rows"]),
            ("least=-1&most=x", vec!["least", "most"]),
            ("colour=red", vec!["colour"]),
            ("rows=1&rows=2", vec!["rows"]),
            ("text=%00", vec!["text"]),
            ("unit=XAU&from=2026-02-30", vec!["unit", "from"]),
            ("from=-000001-01-01", vec!["from"]),
            ("after=zzz", vec!["after"]),
            ("after=1.x%27%20OR%201", vec!["after"]),
        ] {
            let answer = client.get(&format!("/api/v1/awards?{query}")).refused(422, "invalid");
            assert_eq!(answer.fields(), fields, "{query}");
        }
        for text in ["%25", "_", "%27", "%5C", "%F0%9F%92%A9"] {
            client.get(&format!("/api/v1/awards?text={text}")).ok();
            client.get(&format!("/api/v1/organisations?text={text}")).ok();
        }
        client.get("/api/v1/overview?year=1").ok();
        client.get("/api/v1/overview?year=9998").ok();
        client.get("/api/v1/overview?year=9999").refused(422, "invalid");
    });
}

#[test]
fn a_text_with_a_nul_is_refused_before_any_database_sees_it() {
    on_both(|client| {
        let body = json!({ "name": "a\u{0}b", "email": "a@b.example" });
        let sent = client.post("/api/v1/people").token("one").json(body);
        assert_eq!(sent.refused(422, "invalid").fields(), ["name"]);
    });
}

#[test]
fn the_largest_amounts_are_answered_and_never_wrapped() {
    on_both(|client| {
        let at = format!("/api/v1/instruments/{}/entitlement", instrument(client));
        let line = json!({ "amount": { "minor": i64::MAX, "unit": "CNY" } });
        let facts = json!({ "kinds": { "strings": ["company"] } });
        let asked = json!({ "lines": [line, line, line], "nothing_before": true, "facts": facts });
        let told = client.post(&at).json(asked).ok().json();
        let amount = told["amount"]["minor"].as_i64().unwrap_or(0);
        assert!((0..=800_000_000).contains(&amount), "{told}");
        let names = json!({ "a\u{0}b": { "bool": true }, "": { "int": 1, "bool": true } });
        let asked = json!({ "lines": [], "facts": names });
        let fields = client.post(&at).json(asked).refused(422, "invalid").fields();
        assert_eq!(fields, ["facts.", "facts.", "facts.ab"]);
    });
}

#[test]
fn the_ends_of_the_calendar_are_days_like_others() {
    on_both(|client| {
        let firm = client.organisation("Firm", "Company");
        for date in ["0000-01-01", "0001-01-01", "9999-12-31"] {
            client.get(&format!("/api/v1/organisations/{firm}/group?date={date}")).ok();
            client.get(&format!("/api/v1/awards?from={date}&to={date}")).ok();
        }
        let mut body = call(&instrument(client));
        body["opens_at"] = "9999-12-31T23:59:59Z".into();
        let answer = client.post("/api/v1/calls").token("one").json(body).answer();
        assert!(answer.status.as_u16() < 500, "{answer:?}");
    });
}

#[test]
fn no_answer_goes_without_its_guards() {
    on_both(|client| {
        let answer = client.get("/api/v1/claims").token("one").ok();
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(answer.header("content-type"), Some("application/json"));
        let foreign = client.post("/api/v1/calls").token("one").json(json!({}));
        foreign.header("origin", "https://evil.example").refused(403, "forged");
    });
}
