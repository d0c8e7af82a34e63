//! A whole round by JSON alone.

use super::client::{Client, RULE, on_both};
use axum::http::StatusCode;
use serde_json::{Value, json};

/// The ids of a round up to a submitted application.
struct Round {
    firm: String,
    supplier: String,
    call: String,
    instrument: String,
    application: String,
}

fn cny(minor: i64) -> Value {
    json!({ "minor": minor, "unit": "CNY" })
}

fn draft(supplier: &str) -> Value {
    json!({
        "title_en": "A project", "summary": "What it does.",
        "lines": [{ "amount": cny(10_000_000), "supplier": supplier }],
        "requested": cny(3_000_000),
    })
}

fn new_call(instrument: &str, mode: &str) -> Value {
    json!({
        "code": format!("vouchers-{}", mode.to_lowercase()), "instrument": instrument,
        "title_en": "Vouchers", "category": "compute", "mode": mode,
        "budget": cny(2_000_000_000), "opens_at": "2026-03-01T00:00:00Z",
        "closes_at": "2026-06-01T00:00:00+08:00", "reviews_least": 1,
    })
}

fn begin(client: &Client, mode: &str) -> Round {
    let [firm, parent, supplier, other] =
        ["Firm", "Parent", "Supplier", "Other"].map(|name| client.organisation(name, "Company"));
    client.owns(&parent, &firm);
    client.owns(&other, &supplier);
    let applicant = client.people["applicant"];
    let work = json!({ "organisation": firm, "may_act": true });
    client.make("admin", &format!("/api/v1/people/{applicant}/employments"), work);
    let instrument = client.make("one", "/api/v1/instruments", json!({ "toml": RULE }));
    let call = client.make("one", "/api/v1/calls", new_call(&instrument, mode));
    let new = json!({ "call": call, "organisation": firm, "draft": draft(&supplier) });
    let application = client.make("applicant", "/api/v1/applications", new);
    Round { firm, supplier, call, instrument, application }
}

fn submit(client: &Client, round: &Round) {
    let at = format!("/api/v1/applications/{}", round.application);
    let paper = format!("{at}/papers/contract?file_name=contract.pdf");
    client.post(&paper).token("applicant").bytes(b"%PDF").ok();
    client.post(&format!("{at}/submit")).token("applicant").ok();
}

fn review(client: &Client, round: &Round) {
    let at = format!("/api/v1/applications/{}", round.application);
    let reviewer = json!({ "reviewer": client.people["reviewer"] });
    let review = client.make("one", &format!("{at}/reviews"), reviewer);
    let mine = client.get("/api/v1/reviews").token("reviewer").ok().json();
    assert_eq!(mine["items"][0]["id"], review.as_str());
    let scores = json!({ "scores": [{ "criterion": "quality", "points": 80 }], "comment": "ok" });
    client.post(&format!("/api/v1/reviews/{review}/scores")).token("reviewer").json(scores).ok();
}

fn vote(client: &Client, round: &Round, who: &str) -> Value {
    let at = format!("/api/v1/applications/{}", round.application);
    let shown = client.get(&format!("{at}/shown")).token(who).ok().json();
    let canonical = base::canonical_json(&shown["shown"]);
    assert_eq!(base::sha256_hex(canonical.as_bytes()), shown["sha256"].as_str().unwrap());
    let vote = json!({ "verdict": "Approve", "amount": cny(3_000_000), "reason": "as reviewed",
                       "shown_sha256": shown["sha256"] });
    client.post(&format!("{at}/votes")).token(who).json(vote).ok().json()
}

fn awarded(client: &Client, round: &Round) -> String {
    submit(client, round);
    review(client, round);
    assert_eq!(vote(client, round, "one")["outcome"], "first_vote");
    let decided = vote(client, round, "two");
    assert_eq!(decided["outcome"], "awarded");
    decided["id"].as_str().unwrap().to_owned()
}

fn claim(client: &Client, round: &Round, award: &str) -> String {
    let claim = json!({
        "supplier": round.supplier, "invoice_number": "INV-SECRET-1",
        "invoice_date": "2026-03-01", "invoice": cny(10_000_000), "asked": cny(2_000_000),
    });
    client.make("applicant", &format!("/api/v1/awards/{award}/claims"), claim)
}

fn bank(client: &Client, organisation: &str) {
    let account = json!({ "holder_name": "Secret Holder", "number": "SECRET-4711" });
    let at = format!("/api/v1/organisations/{organisation}/bank-account");
    client.post(&at).token("one").json(account).ok();
}

#[test]
fn a_round_runs_by_json_from_rule_to_confirmed_payment() {
    on_both(|client| {
        let round = begin(client, "Open");
        let award = awarded(client, &round);
        let claim = claim(client, &round, &award);
        bank(client, &round.supplier);
        let claims = client.get("/api/v1/claims?state=Submitted").token("two").ok().json();
        assert_eq!(claims["items"][0]["id"], claim.as_str());
        client.post(&format!("/api/v1/claims/{claim}/settle")).token("two").ok();
        let unit = json!({ "unit": "CNY" });
        let batch = client.make("two", "/api/v1/payments/batches", unit);
        let at = format!("/api/v1/payments/batches/{batch}");
        let shown = client.get(&at).token("auditor").ok().json();
        assert_eq!(shown["batch"]["total"], cny(2_000_000));
        let csv = client.get(&format!("{at}/payments.csv")).token("two").ok();
        assert!(csv.text.contains("SECRET-4711"), "{csv:?}");
        assert_eq!(csv.header("cache-control"), Some("no-store"));
        let xml = client.get(&format!("{at}/pain001.xml")).token("two").ok();
        assert!(xml.text.contains("pain.001.001.09"));
        client.post(&format!("{at}/confirm")).token("two").ok();

        let shown = client.get(&format!("/api/v1/awards/{award}")).ok().json();
        assert_eq!(shown["award"]["paid"], cny(2_000_000));
        assert_eq!(shown["payments"][0]["state"], "Paid");
        let listed = client.get("/api/v1/awards?text=project&unit=CNY&least=1").ok().json();
        assert_eq!(listed["items"][0]["id"], award.as_str());
        let overview = client.get("/api/v1/overview?year=2026&unit=CNY").ok().json();
        assert_eq!(overview["paid"], cny(2_000_000));
        let measured = client.get("/api/v1/concentration?year=2026").ok().json();
        assert_eq!(measured["by_group"]["hhi_points"], 10_000);
        let trail = client.get(&format!("/api/v1/audit/{}", round.firm)).token("auditor").ok();
        assert_eq!(trail.json()["items"][0]["action"], "organisation.registered");
        client.post(&format!("/api/v1/awards/{award}/close")).token("one").ok();
        let shown = client.get(&format!("/api/v1/awards/{award}")).ok().json();
        assert_eq!(shown["award"]["released"], cny(1_000_000));
        client.post(&format!("/api/v1/calls/{}/close", round.call)).token("one").ok();
    });
}

#[test]
fn anybody_may_ask_a_rule_and_hears_why_not_more() {
    on_both(|client| {
        let round = begin(client, "Open");
        let at = format!("/api/v1/instruments/{}/entitlement", round.instrument);
        let facts = json!({ "kinds": { "strings": ["company"] }, "size": { "string": "small" } });
        let asked = json!({ "facts": facts, "nothing_before": true, "other_aid": [],
                            "lines": [{ "amount": cny(10_000_000) }] });
        let told = client.post(&at).json(asked).ok().json();
        assert_eq!(told["outcome"], "entitled", "{told}");
        assert_eq!(told["amount"], cny(3_000_000));
        assert!(!told["trace"].as_array().unwrap().is_empty());
        let bare = json!({ "lines": [{ "amount": cny(10_000_000) }] });
        let told = client.post(&at).json(bare).ok().json();
        assert_eq!(told["outcome"], "unknown");
        assert!(!told["because"].as_array().unwrap().is_empty());
        // What a firm has used is not told to strangers.
        let firm = json!({ "organisation": round.firm, "lines": [{ "amount": cny(100) }] });
        client.post(&at).json(firm.clone()).refused(401, "sign_in");
        client.post(&at).token("stranger").json(firm.clone()).refused(403, "forbidden");
        client.post(&at).token("applicant").json(firm).ok();
        let shown = client.get(&format!("/api/v1/instruments/{}", round.instrument)).ok().json();
        assert_eq!(shown["toml"], RULE);
    });
}

#[test]
fn a_replayed_request_changes_nothing_and_gets_the_same_answer() {
    on_both(|client| {
        let body = json!({ "kind": "Company", "name_en": "Once", "size_class": "Small" });
        let send = |key: &str, body: &Value| {
            let sent = client.post("/api/v1/organisations").token("admin");
            sent.header("idempotency-key", key).json(body.clone())
        };
        let first = send("k-1", &body).ok();
        let again = send("k-1", &body).ok();
        assert_eq!(first.status, StatusCode::CREATED);
        assert_eq!(again.status, StatusCode::OK);
        assert_eq!(first.text, again.text);
        assert_eq!(first.header("idempotency-replayed"), None);
        assert_eq!(again.header("idempotency-replayed"), Some("true"));
        let found = client.get("/api/v1/organisations?text=Once").ok().json();
        assert_eq!(found["items"].as_array().unwrap().len(), 1);
        // The same key of another person is another key; for another request it is refused.
        let other = client.post("/api/v1/organisations").token("one");
        let other = other.header("idempotency-key", "k-1").json(body.clone()).ok();
        assert_eq!(other.status, StatusCode::CREATED);
        let changed = json!({ "kind": "Company", "name_en": "Twice", "size_class": "Small" });
        send("k-1", &changed).refused(409, "idempotency_key_reused");
        let found = client.get("/api/v1/organisations?text=Twice").ok().json();
        assert_eq!(found["items"], json!([]));
        assert_eq!(send("", &body).refused(422, "invalid").fields(), ["Idempotency-Key"]);
        // A refused request leaves its key free.
        let broken = json!({ "kind": "Company", "size_class": "Small" });
        send("k-2", &broken).refused(422, "invalid");
        send("k-2", &body).ok();
    });
}

#[test]
fn a_replayed_second_vote_does_not_vote_again() {
    on_both(|client| {
        let round = begin(client, "Open");
        submit(client, &round);
        review(client, &round);
        vote(client, &round, "one");
        let at = format!("/api/v1/applications/{}", round.application);
        let shown = client.get(&format!("{at}/shown")).token("two").ok().json();
        let body = json!({ "verdict": "Approve", "amount": cny(3_000_000), "reason": "yes",
                           "shown_sha256": shown["sha256"] });
        let send = || {
            let sent = client.post(&format!("{at}/votes")).token("two");
            sent.header("idempotency-key", "second").json(body.clone()).ok()
        };
        let (first, again) = (send(), send());
        assert_eq!(first.text, again.text);
        assert_eq!(again.json()["outcome"], "awarded");
        let listed = client.get("/api/v1/awards").ok().json();
        assert_eq!(listed["items"].as_array().unwrap().len(), 1);
    });
}

#[test]
fn nothing_public_names_a_person_an_account_or_an_invoice() {
    on_both(|client| {
        let round = begin(client, "Open");
        let owner = client.organisation("Wang Xiaoming", "NaturalPerson");
        let held = client.organisation("Held", "Company");
        client.owns(&owner, &held);
        let award = awarded(client, &round);
        bank(client, &round.supplier);
        let claim = claim(client, &round, &award);
        client.post(&format!("/api/v1/claims/{claim}/settle")).token("two").ok();
        let held_at = format!("/api/v1/organisations/{held}");
        for path in [
            "/api/v1/zone".to_owned(),
            "/api/v1/overview".to_owned(),
            "/api/v1/concentration".to_owned(),
            "/api/v1/concentration/upstream".to_owned(),
            "/api/v1/calls".to_owned(),
            "/api/v1/instruments".to_owned(),
            "/api/v1/organisations?text=a".to_owned(),
            format!("{held_at}/group"),
            held_at,
            "/api/v1/awards".to_owned(),
            format!("/api/v1/awards/{award}"),
        ] {
            let text = client.get(&path).ok().text;
            for secret in ["Xiaoming", "SECRET", "Secret Holder", "secret.example", "Person "] {
                assert!(!text.contains(secret), "{path} tells `{secret}`: {text}");
            }
        }
        client.get(&format!("/api/v1/organisations/{owner}")).refused(404, "not_found");
        client.get(&format!("/api/v1/organisations/{owner}/group")).refused(404, "not_found");
        let found = client.get("/api/v1/organisations?text=Xiaoming").ok().json();
        assert_eq!(found["items"], json!([]));
    });
}

#[test]
fn drafts_and_sealed_applications_are_read_by_their_applicant_alone() {
    on_both(|client| {
        let round = begin(client, "Sealed");
        let at = format!("/api/v1/applications/{}", round.application);
        client.get(&at).token("applicant").ok();
        client.get(&at).token("one").refused(404, "not_found");
        client.get(&at).token("stranger").refused(404, "not_found");
        submit(client, &round);
        client.get(&at).token("one").refused(409, "sealed");
        client.get(&format!("{at}/shown")).token("one").refused(409, "sealed");
        client.get(&format!("{at}/papers/contract")).token("one").refused(409, "sealed");
        let reviewer = json!({ "reviewer": client.people["reviewer"] });
        let assign = client.post(&format!("{at}/reviews")).token("one").json(reviewer);
        assign.refused(409, "sealed");
        client
            .get(&format!("/api/v1/calls/{}/sheet", round.call))
            .token("one")
            .refused(409, "sealed");
        let listed = client.get("/api/v1/applications").token("one").ok().json();
        assert_eq!(listed["items"], json!([]));
        let mine = client.get("/api/v1/applications").token("applicant").ok().json();
        assert_eq!(mine["items"][0]["id"], round.application.as_str());
        client.get("/api/v1/applications").token("stranger").refused(403, "forbidden");
    });
}

#[test]
fn an_applicant_does_not_see_reviews_and_votes_before_the_decision() {
    on_both(|client| {
        let round = begin(client, "Open");
        submit(client, &round);
        review(client, &round);
        vote(client, &round, "one");
        let at = format!("/api/v1/applications/{}", round.application);
        let mine = client.get(&at).token("applicant").ok();
        assert_eq!(mine.json()["reviews"], Value::Null);
        assert!(!mine.text.contains("VoteCast"), "{}", mine.text);
        assert!(!mine.text.contains(client.people["reviewer"].as_str()), "{}", mine.text);
        let theirs = client.get(&at).token("auditor").ok();
        assert_eq!(theirs.json()["reviews"][0]["total_milli"], 80_000);
        let sheet = format!("/api/v1/calls/{}/sheet", round.call);
        let sheet = client.get(&sheet).token("one").ok().json();
        assert_eq!(sheet["awards"][0]["application"], round.application.as_str());
        assert_eq!(sheet["gap_ppm"], 0);
    });
}

#[test]
fn a_paper_comes_back_as_it_was_handed_in() {
    on_both(|client| {
        let round = begin(client, "Open");
        submit(client, &round);
        let at = format!("/api/v1/applications/{}/papers/contract", round.application);
        let paper = client.get(&at).token("one").ok();
        assert_eq!(paper.text, "%PDF");
        let name = paper.header("content-disposition");
        assert_eq!(name, Some("attachment; filename=\"contract.pdf\""));
        client.get(&at).refused(401, "sign_in");
        client.get(&at).token("stranger").refused(404, "not_found");
    });
}

#[test]
fn pages_of_a_list_join_without_gap_or_repetition() {
    on_both(|client| {
        let mut made: Vec<String> =
            (0..7).map(|i| client.organisation(&format!("Page {i}"), "Company")).collect();
        let (mut found, mut after) = (Vec::new(), String::new());
        loop {
            let page = client.get(&format!("/api/v1/organisations?text=page&rows=3{after}"));
            let page = page.ok().json();
            let items = page["items"].as_array().unwrap().clone();
            found.extend(items.iter().map(|one| one["id"].as_str().unwrap().to_owned()));
            let Some(next) = page["next"].as_str() else { break };
            after = format!("&after={next}");
        }
        made.sort();
        assert_eq!(found, made);
    });
}

#[test]
fn one_key_sent_by_many_at_once_acts_once() {
    on_both(|client| {
        let send = || {
            let body = json!({ "kind": "Company", "name_en": "Crowd", "size_class": "Small" });
            let sent = client.post("/api/v1/organisations").token("admin");
            sent.header("idempotency-key", "crowd").json(body).ok()
        };
        let answers: Vec<_> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(send)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        let made = answers.iter().filter(|answer| answer.status == StatusCode::CREATED);
        assert_eq!(made.count(), 1);
        assert!(answers.iter().all(|answer| answer.text == answers[0].text));
        let found = client.get("/api/v1/organisations?text=Crowd").ok().json();
        assert_eq!(found["items"].as_array().unwrap().len(), 1);
    });
}
