//! Claims about the dataset viewer over HTTP. That real libraries can use it is claimed in
//! `crates/testkit/tests/viewer_clients.rs`.

use super::viewer_world::{Answer, World};
use crate::{Need, route_list};
use app::depot::{RowsAsked, TableAsked, Tables, Unshown};
use axum::body::Body;
use axum::http::Request;
use flate2::Compression;
use flate2::write::GzEncoder;
use hub::Action;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::io::Write;
use std::sync::Arc;

const QUESTIONS: [&str; 10] = [
    "is-valid",
    "splits",
    "first-rows",
    "rows",
    "search",
    "filter",
    "parquet",
    "size",
    "statistics",
    "info",
];
/// Parameters with which every question can be answered.
const WHOLE: &str = "config=default&split=train&query=a&where=id%3E0";
const CSV: &[u8] = b"id,name\n1,ada\n2,\xe6\x95\xb0\xe6\x8d\xae\n3,eve\n";

fn told(answer: &Answer) -> (u16, &str) {
    (answer.status.as_u16(), answer.header("x-error-code"))
}

fn ids(answer: &Answer) -> Vec<Value> {
    let body = answer.json();
    let rows = body["rows"].as_array().unwrap_or_else(|| rows_absent(&body)).clone();
    rows.into_iter().map(|item| item["row"]["id"].clone()).collect()
}

/// Fails with what was answered instead of rows.
fn rows_absent(body: &Value) -> &Vec<Value> {
    assert_eq!(*body, json!("a body with rows"));
    unreachable!("the line before fails")
}

#[test]
fn every_question_needs_the_permission_to_read() {
    let shown = route_list();
    let needs = |path: &str| {
        let found: Vec<Need> =
            shown.iter().filter(|route| route.path == path).map(|route| route.need).collect();
        assert_eq!(found.len(), 1, "{path}");
        found[0]
    };
    for question in QUESTIONS {
        assert_eq!(needs(&format!("/hub/viewer/{question}")), Need::Dataset(Action::Read));
        let below = format!("/api/{{kind}}/{{owner}}/{{name}}/{question}");
        assert_eq!(needs(&below), Need::Repo(Action::Read));
    }
    let croissant = "/api/{kind}/{owner}/{name}/croissant";
    assert_eq!(needs(croissant), Need::Repo(Action::Read));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_private_dataset_answers_its_members_only_and_says_which_commit() {
    let world = World::open().await;
    world.dataset("secret", true).await;
    let commit = world.commit("secret", &[("train.csv", CSV)]).await;
    let mut paths: Vec<String> = QUESTIONS
        .iter()
        .map(|question| format!("/hub/viewer/{question}?dataset=town/secret&{WHOLE}"))
        .collect();
    for below in ["croissant", "parquet", "parquet/default", "rows"] {
        paths.push(format!("/api/datasets/town/secret/{below}?{WHOLE}"));
    }
    for path in paths {
        let answer = world.get(true, &path).await;
        assert_eq!(
            (answer.status.as_u16(), answer.header("x-revision")),
            (200, &*commit),
            "{path}"
        );
        let answer = world.get(false, &path).await;
        assert_eq!(told(&answer), (404, "RepoNotFound"), "{path}");
        assert_eq!(answer.header("x-revision"), "", "{path}");
    }
    let model = world.get(true, "/api/models/town/secret/croissant").await;
    assert_eq!(told(&model), (404, "RepoNotFound"));
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_are_those_of_the_revision_asked_for() {
    let world = World::open().await;
    world.dataset("d", false).await;
    let first = world.commit("d", &[("train.csv", CSV)]).await;
    world.commit("d", &[("train.csv", b"id\n7\n")]).await;
    let rows = "/hub/viewer/rows?dataset=town/d&config=default&split=train";
    assert_eq!(ids(&world.get(false, rows).await), [json!(7)]);
    let before = world.get(false, &format!("{rows}&revision={first}")).await;
    assert_eq!(ids(&before), [json!(1), json!(2), json!(3)]);
    assert_eq!(before.header("x-revision"), first);
    let none = world.get(false, &format!("{rows}&revision=none")).await;
    assert_eq!(told(&none), (404, "RevisionNotFound"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_viewers_host_is_the_viewer_and_other_addresses_stay() {
    let world = World::open().await;
    world.dataset("d", false).await;
    world.commit("d", &[("train.csv", CSV)]).await;
    let ask = async |host: &str, path: &str| {
        let request = Request::get(path).header("host", host).body(Body::empty());
        world.send(request.expect("a request")).await.status.as_u16()
    };
    assert_eq!(ask("datasets-server.zone.example", "/splits?dataset=town/d").await, 200);
    assert_eq!(ask("zone.example", "/splits?dataset=town/d").await, 404);
    assert_eq!(ask("datasets-server.zone.example", "/api/datasets/town/d").await, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_question_is_told_with_the_viewers_code() {
    let world = World::open().await;
    world.dataset("d", false).await;
    world.commit("d", &[("train.csv", CSV)]).await;
    world.dataset("empty", false).await;
    let check = async |question: &str, query: &str, expected: (u16, &str)| {
        let answer = world.get(false, &format!("/hub/viewer/{question}?{query}")).await;
        assert_eq!(told(&answer), expected, "{question}?{query}");
        assert!(answer.json()["error"].as_str().is_some_and(|text| !text.is_empty()));
    };
    const D: &str = "dataset=town/d";
    let whole = format!("{D}&config=default&split=train");
    check("splits", "", (422, "MissingRequiredParameter")).await;
    check("splits", "dataset=", (422, "MissingRequiredParameter")).await;
    check("splits", "dataset=town", (404, "RepoNotFound")).await;
    check("splits", "dataset=town/none", (404, "RepoNotFound")).await;
    check("splits", "dataset=town/empty", (422, "EmptyDatasetError")).await;
    check("rows", D, (422, "MissingRequiredParameter")).await;
    check("size", &format!("{D}&split=train"), (422, "MissingRequiredParameter")).await;
    check("rows", &format!("{D}&config=x&split=train"), (404, "ConfigNotFoundError")).await;
    check("rows", &format!("{D}&config=default&split=x"), (404, "SplitNotFoundError")).await;
    for (question, more) in [
        ("rows", "length=101"),
        ("rows", "offset=-1"),
        ("search", "query=%20"),
        ("filter", "where=id"),
        ("filter", "where=nobody%3D1"),
        ("filter", "orderby=nobody"),
        ("filter", "orderby=id&offset=99999999"),
    ] {
        check(question, &format!("{whole}&{more}"), (422, "InvalidParameter")).await;
    }
    check("search", &whole, (422, "MissingRequiredParameter")).await;
    let valid = world.get(false, "/hub/viewer/is-valid?dataset=town/empty").await;
    assert_eq!(valid.json()["viewer"], false);
}

#[tokio::test(flavor = "multi_thread")]
async fn files_made_to_harm_are_told_and_cost_little() {
    let world = World::open().await;
    world.dataset("bad", false).await;
    let mut bomb = GzEncoder::new(Vec::new(), Compression::best());
    bomb.write_all(b"a\n").expect("memory does not fail");
    for _ in 0..40 {
        bomb.write_all(&[b'1'; 1 << 20]).expect("memory does not fail");
    }
    let bomb = bomb.finish().expect("memory does not fail");
    let footer = [b"PAR1", [0xff; 64].as_slice(), &u32::MAX.to_le_bytes(), b"PAR1"].concat();
    let deep = "[".repeat(200_000);
    for (path, bytes) in [
        ("train.csv.gz", bomb.as_slice()),
        ("train.parquet", &footer),
        ("train.parquet", b"PAR1"),
        ("train.jsonl", deep.as_bytes()),
        ("train.csv.gz", b"\x1f\x8b\x08 broken"),
    ] {
        let name = format!("bad-{}", Sha256::digest(bytes).first().expect("a byte"));
        world.dataset(&name, false).await;
        world.commit(&name, &[(path, bytes)]).await;
        let ask = async |question: &str| {
            let query = format!("dataset=town/{name}&{WHOLE}");
            world.get(false, &format!("/hub/viewer/{question}?{query}")).await
        };
        for question in ["first-rows", "rows", "statistics", "size"] {
            let answer = ask(question).await;
            let (status, code) = told(&answer);
            assert_eq!(status, 422, "{path} {question}: {answer:?}");
            assert!(["StreamingRowsError", "TooBigContentError"].contains(&code), "{path}: {code}");
            assert_ne!(answer.header("x-revision"), "", "{path}");
        }
        assert_eq!(ask("is-valid").await.json()["viewer"], false, "{path}");
        // What cannot be read is described all the same, without records.
        let croissant = world.get(false, &format!("/api/datasets/town/{name}/croissant")).await;
        assert_eq!(croissant.status.as_u16(), 200, "{path}");
        assert_eq!(croissant.json().get("recordSet"), None, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_that_contradicts_itself_is_told() {
    let world = World::open().await;
    let twice = "---\nconfigs:\n- config_name: a\n  data_files: x.csv\n- config_name: a\n  \
                 data_files: x.csv\n---\n";
    let absent = "---\nconfigs:\n- config_name: a\n  data_files: absent.csv\n---\n";
    let outside = "---\nconfigs:\n- config_name: a\n  data_files: ../../etc/*\n---\n";
    for (place, card) in [twice, absent, outside].into_iter().enumerate() {
        let name = format!("card-{place}");
        world.dataset(&name, false).await;
        world.commit(&name, &[("x.csv", CSV), ("README.md", card.as_bytes())]).await;
        let answer = world.get(false, &format!("/hub/viewer/splits?dataset=town/{name}")).await;
        assert_eq!(told(&answer), (422, "ConfigNamesError"), "{card}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_worked_out_is_kept_and_damage_to_it_mends_itself() {
    let world = World::open().await;
    world.dataset("d", false).await;
    world.commit("d", &[("train.csv", CSV)]).await;
    let statistics = format!("/hub/viewer/statistics?dataset=town/d&{WHOLE}");
    let first = world.get(false, &statistics).await;
    assert_eq!(first.json()["num_examples"], 3);
    let list = || {
        let entries = std::fs::read_dir(world.kept()).expect("the folder is there");
        let mut paths: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
        paths.sort();
        paths
    };
    let kept = list();
    assert_eq!(kept.len(), 2, "{kept:?}");
    for damage in [b"".as_slice(), b"?", b"+", b"+{}", b"-"] {
        for path in kept.iter().filter(|path| path.display().to_string().contains("index-")) {
            std::fs::write(path, damage).expect("damages the file");
        }
        let rows = format!("/hub/viewer/rows?dataset=town/d&{WHOLE}");
        assert_eq!(ids(&world.get(false, &rows).await).len(), 3, "{damage:?}");
    }
    // Equal content needs no second piece of work, whoever owns it.
    world.dataset("copy", true).await;
    world.commit("copy", &[("train.csv", CSV), ("notes.md", b"other")]).await;
    let answer = world.get(true, &statistics.replace("town/d", "town/copy")).await;
    assert_eq!(answer.bytes, first.bytes);
    assert_eq!(list(), kept);
}

#[tokio::test(flavor = "multi_thread")]
async fn croissant_names_every_file_by_the_hash_of_the_bytes_behind_its_address() {
    let world = World::open().await;
    world.dataset("d", false).await;
    let card =
        "---\nlicense: mit\npretty_name: 数据\nlanguage: zh\ntags: [town]\n---\n# D\n\nRows.\n";
    let files: [(&str, &[u8]); 3] =
        [("表 1/train.csv", CSV), ("README.md", card.as_bytes()), ("empty.bin", b"")];
    let commit = world.commit("d", &files).await;
    let body = world.get(false, "/api/datasets/town/d/croissant").await.json();
    assert_eq!(body["conformsTo"], "http://mlcommons.org/croissant/1.1");
    assert_eq!((&body["name"], &body["license"]), (&json!("数据"), &json!(["mit"])));
    assert_eq!(body["description"], "Rows.");
    assert_eq!(body["version"], commit);
    assert_eq!(body["creator"][0]["name"], "town");
    assert_eq!(body["recordSet"][0]["@id"], "records/default/train");
    let listed = body["distribution"].as_array().expect("files");
    assert!(listed.len() >= files.len());
    for file in listed {
        let url = file["contentUrl"].as_str().expect("an address");
        assert!(url.contains(&commit), "{url}");
        let path = url.strip_prefix("http://zone.example").expect("an address of the zone");
        let bytes = world.get(false, path).await;
        assert_eq!(bytes.status.as_u16(), 200, "{path}");
        let hash = Sha256::digest(&bytes.bytes);
        let hash: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(file["sha256"], hash, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_get_the_rows_that_the_wire_gives_with_figures_and_the_wrong_place() {
    let world = World::open().await;
    world.dataset("d", false).await;
    let commit = world.commit("d", &[("train.csv", CSV)]).await;
    let hub = world.hub().clone();
    let found = hub.app.read(|read| hub::repo_find(read, hub::RepoKind::Dataset, "town/d")).await;
    let Ok(Some(hub::Found::Here(repo))) = found else { panic!("the dataset is gone") };
    let repo = Arc::new(repo);
    let ask = async |split: Option<&str>, rows: RowsAsked| {
        let asked = TableAsked {
            repo: repo.clone(),
            revision: "main".to_owned(),
            config: None,
            split: split.map(str::to_owned),
            rows,
            slice: viewer::Slice { offset: 0, length: 100 },
            has_figures: false,
        };
        hub.clone().table(asked).await
    };
    let shown = ask(None, RowsAsked::Search("EVE".to_owned())).await.expect("shows rows");
    assert_eq!((shown.commit, &*shown.config, &*shown.split), (commit, "default", "train"));
    let table = shown.table.expect("a table");
    assert_eq!((table.rows, table.page.expect("rows").num_rows_total), (3, 1));
    let figures = table.figures.expect("a small table has figures").expect("they are ready");
    let figures: Value = serde_json::from_slice(&figures).expect("JSON");
    assert_eq!(figures["num_examples"], 3);
    let filter = RowsAsked::Filter { filter: "id > > 1".to_owned(), order: String::new() };
    let shown = ask(Some("train"), filter).await.expect("a dataset").table.expect("a table");
    let Err(Unshown::Question { position, .. }) = shown.page else { panic!("it was answered") };
    assert_eq!(position, Some(5));
    assert_eq!(ask(Some("none"), RowsAsked::All).await.err(), Some(Unshown::Unknown));
}
