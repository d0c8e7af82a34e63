//! Claims about files behind a gate: somebody who may only propose changes gets none of them.

use super::world::World;
use crate::Options;
use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

const DATA: &str = "datasets/lin/visits";

/// A dataset behind a gate.
fn closed() -> impl Iterator<Item = World> {
    World::each().inspect(|world| {
        world.repo("lin", DATA);
        let done = world.commit("lin", (DATA, "main"), &[("visits.csv", "who,why\nme,cough\n")]);
        assert_eq!(done.status, StatusCode::OK, "{done:?}");
        let settings = json!({"gated": "manual"}).to_string().into_bytes();
        let path = format!("/api/{DATA}/settings");
        let set = world.send(("lin", Method::PUT, &path), ("application/json", settings));
        assert_eq!(set.status, StatusCode::OK, "{set:?}");
    })
}

fn declare(world: &World) {
    world
        .hub
        .app
        .db()
        .write(|tx| {
            let found = hub::repo_find(tx, hub::RepoKind::Dataset, "lin/visits")?;
            let Some(hub::Found::Here(repo)) = found else { panic!("it was made") };
            let lin = hub::person_named(tx, "lin")?;
            let today = tx.now().date();
            let lin = hub::visitor_of(tx, lin, today, true)?;
            hub::personal_declare(tx, &lin, &repo, ("Visits", "office@example.org"))
        })
        .wait()
        .expect("declares");
}

/// Lets somebody read: their purpose is approved, and the gate opens.
fn approve(world: &World, name: &'static str) {
    world
        .hub
        .app
        .db()
        .write(move |tx| {
            let found = hub::repo_find(tx, hub::RepoKind::Dataset, "lin/visits")?;
            let Some(hub::Found::Here(repo)) = found else { panic!("it was made") };
            let (lin, asker) = (hub::person_named(tx, "lin")?, hub::person_named(tx, name)?);
            let (now, today) = (tx.now(), tx.now().date());
            let lin = hub::visitor_of(tx, lin, today, true)?;
            let asker = hub::visitor_of(tx, asker, today, true)?;
            let until = now.plus_seconds(3_600);
            let asked = hub::purpose_ask(tx, &asker, &repo, ("Study", until))?;
            hub::purpose_decide(tx, &lin, &repo, asked.id, (true, ""))?;
            hub::access_grant(tx, &lin, &repo, name)?;
            Ok::<_, hub::Error>(())
        })
        .wait()
        .expect("approves");
}

fn proposal(world: &World, name: &str) {
    let line = json!({"key": "deletedFile", "value": {"path": "visits.csv"}});
    let done = world.commit_lines(name, (DATA, "main?create_pr=1"), vec![line]);
    assert_eq!(done.status, StatusCode::OK, "{done:?}");
}

fn diff(world: &World, name: &str) -> Value {
    world.got(name, &format!("/api/{DATA}/discussions/1?diff=1"))["diff"].clone()
}

#[test]
fn a_proposal_to_delete_a_closed_file_does_not_show_it() {
    for world in closed() {
        proposal(&world, "zhao");
        assert_eq!(
            world.get("zhao", &format!("/{DATA}/resolve/main/visits.csv")).code(),
            "GatedRepo"
        );
        assert_eq!(diff(&world, "zhao"), Value::Null);
        assert!(diff(&world, "lin").as_str().expect("a text").contains("me,cough"));
        declare(&world);
        assert_eq!(diff(&world, "zhao"), Value::Null);
    }
}

#[test]
fn a_token_for_uploads_reads_nothing() {
    for world in closed() {
        let told = world.got("zhao", &format!("/api/{DATA}/xet-write-token/main"));
        let token = told["accessToken"].as_str().expect("a token").to_owned();
        let base = told["casUrl"].as_str().expect("an address");
        let base = base.strip_prefix("http://zone.example").expect("our own address");
        let none = "0".repeat(64);
        let path = format!("{base}/v1/reconstructions/{none}");
        let told = world.get(&token, &path);
        assert_eq!(told.status, StatusCode::NOT_FOUND);
        assert!(told.text.contains("for uploads"), "{told:?}");
    }
}

#[test]
fn somebody_from_outside_uploads_to_a_store_of_their_own() {
    for world in closed() {
        let store = |name: &str| {
            let told = world.got(name, &format!("/api/{DATA}/xet-write-token/main"));
            told["casUrl"].as_str().expect("an address").to_owned()
        };
        assert_ne!(store("zhao"), store("lin"));
        world.repo("zhao", "models/zhao/own");
        let own = world.got("zhao", "/api/models/zhao/own/xet-write-token/main");
        assert_eq!(own["casUrl"], store("zhao"));
    }
}

#[test]
fn personal_data_is_copied_by_administrators_alone_and_its_gates_go_along() {
    for world in closed() {
        declare(&world);
        approve(&world, "zhao");
        assert_eq!(world.get("zhao", &format!("/{DATA}/resolve/main/visits.csv")).code(), "");
        let copy = |name: &str| {
            let body = json!({"repository": format!("{name}/copy")});
            world.post(name, &format!("/api/{DATA}/duplicate"), body)
        };
        assert_eq!(copy("zhao").status, StatusCode::FORBIDDEN);
        world.repo("zhao", "datasets/zhao/own");
        let files = json!({"target": {"type": "dataset", "name": "zhao/own"}, "files": []});
        let taken = world.post("zhao", &format!("/api/{DATA}/lfs-files/duplicate"), files);
        assert_eq!(taken.status, StatusCode::FORBIDDEN, "{taken:?}");
        assert_eq!(copy("lin").status, StatusCode::OK);
        assert_eq!(world.got("lin", "/api/datasets/lin/copy")["gated"], "manual");
        let read = world.get("zhao", "/datasets/lin/copy/resolve/main/visits.csv");
        assert!(read.text.contains("personal data"), "{read:?}");
    }
}

#[test]
fn an_upload_to_a_full_namespace_is_refused_before_it_begins() {
    for world in World::each_with(Options { quota_bytes: 5, ..Options::default() }) {
        let token = "/api/models/lin/digits/xet-write-token/main";
        world.repo("lin", "models/lin/digits");
        assert_eq!(world.get("lin", token).status, StatusCode::OK);
        world.large("lin", ("models/lin/digits", "main"), ("a.bin", "bytes"));
        let told = world.get("lin", token);
        assert_eq!(told.status, StatusCode::FORBIDDEN);
        assert!(told.text.contains("may store 5 bytes"), "{told:?}");
    }
}

#[test]
fn somebody_without_an_account_is_asked_to_sign_in_at_personal_data() {
    for world in closed() {
        declare(&world);
        let path = format!("/{DATA}/resolve/main/visits.csv");
        for (name, status) in [("", StatusCode::UNAUTHORIZED), ("zhao", StatusCode::FORBIDDEN)] {
            let told = world.get(name, &path);
            assert_eq!((told.status, told.code()), (status, "GatedRepo"), "{told:?}");
        }
    }
}
