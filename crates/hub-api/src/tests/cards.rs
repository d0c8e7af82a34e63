//! Cards: checked, kept, and read for headers.

use super::world::World;
use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

const REPO: &str = "models/lin/digits";

#[test]
fn a_wrong_card_is_told_as_json_and_as_text() {
    for world in World::each() {
        let ask = |content: &str| {
            world.post("", "/api/validate-yaml", json!({"content": content, "repoType": "model"}))
        };
        let good = ask("---\nlicense: mit\n---\n");
        assert_eq!(
            (good.status, good.json()),
            (StatusCode::OK, json!({"errors": [], "warnings": []}))
        );
        let empty = ask("words");
        assert_eq!((empty.status, empty.json()["errors"].clone()), (StatusCode::OK, json!([])));
        assert!(!empty.json()["warnings"].as_array().unwrap().is_empty());
        let wrong = ask("---\nlicense: beer\n---\n");
        assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
        let message = wrong.json()["errors"][0]["message"].as_str().unwrap().to_owned();
        assert!(message.starts_with("\"license\" must be one of"), "{message}");
    }
}

#[test]
fn a_commit_with_a_wrong_card_changes_nothing() {
    for world in World::each() {
        world.repo("lin", REPO);
        let files = [("README.md", "---\nlicense: beer\n---\n"), ("a.txt", "x")];
        let refused = world.commit("lin", (REPO, "main"), &files);
        assert_eq!(refused.status, StatusCode::BAD_REQUEST);
        assert!(refused.text.contains("Invalid metadata in README.md"), "{refused:?}");
        assert_eq!(world.get("", "/lin/digits/resolve/main/a.txt").code(), "EntryNotFound");
    }
}

#[test]
fn facts_follow_the_main_branch_and_no_other() {
    for world in World::each() {
        world.repo("lin", REPO);
        let path = format!("/api/{REPO}");
        let card = |license: &str| format!("---\nlicense: {license}\nbase_model: a/b\n---\nWords.");
        world.commit("lin", (REPO, "main"), &[("README.md", &card("mit"))]);
        world.posted("lin", &format!("{path}/branch/side"), json!({}));
        world.commit("lin", (REPO, "side"), &[("README.md", &card("apache-2.0"))]);
        let info = world.got("", &path);
        assert_eq!(info["cardData"]["license"], "mit");
        let tags = info["tags"].as_array().unwrap();
        assert!(tags.contains(&json!("base_model:finetune:a/b")), "{tags:?}");
        let delete = json!({"key": "deletedFile", "value": {"path": "README.md"}});
        world.commit_lines("lin", (REPO, "main"), vec![delete]);
        let info = world.got("", &path);
        assert_eq!((&info["cardData"], &info["tags"]), (&Value::Null, &json!([])));
    }
}

#[test]
fn tags_to_filter_by_are_grouped() {
    for world in World::each() {
        world.repo("lin", "datasets/lin/penguins");
        let card = "---\ntags: [birds]\nlanguage: en\n---\n";
        world.commit("lin", ("datasets/lin/penguins", "main"), &[("README.md", card)]);
        let tags = world.got("", "/api/datasets-tags-by-type");
        let of = |group: &str| {
            let list = tags[group].as_array().unwrap_or_else(|| panic!("no group {group}: {tags}"));
            list.iter().map(|tag| tag["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(of("other"), ["birds"]);
        assert_eq!(of("language"), ["language:en"]);
        assert!(of("license").contains(&"license:mit".to_owned()));
    }
}

#[test]
fn headers_of_model_files_are_read_and_lies_about_them_are_not_believed() {
    for world in World::each() {
        world.repo("lin", REPO);
        let header = r#"{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#;
        let file = |length: u64| {
            let length = String::from_utf8(length.to_le_bytes().to_vec()).unwrap();
            format!("{length}{header}\0\0\0\0")
        };
        let length = u64::try_from(header.len()).unwrap();
        let index = r#"{"metadata":{"total_size":4},"weight_map":{"w":"one.safetensors"}}"#;
        world.commit("lin", (REPO, "main"), &[("m.index.json", index)]);
        world.large("lin", (REPO, "main"), ("one.safetensors", &file(length)));
        world.large("lin", (REPO, "main"), ("lie.safetensors", &file(90)));
        let path = |file: &str| format!("/api/{REPO}/safetensors-metadata/{file}");
        let read = world.got("", &path("m.index.json"));
        assert_eq!(read["headers"]["one.safetensors"]["w"]["shape"], json!([1]));
        assert_eq!(read["index"]["metadata"]["total_size"], 4);
        let lie = world.get("", &path("lie.safetensors"));
        assert_eq!(lie.status, StatusCode::UNPROCESSABLE_ENTITY, "{lie:?}");
        let none = world.send(("", Method::GET, &path("none.json")), ("", Vec::new()));
        assert_eq!(none.code(), "EntryNotFound");
    }
}

#[test]
fn a_space_begins_with_a_card_that_names_its_framework() {
    for world in World::each() {
        let body = json!({"name": "1.0", "type": "space", "sdk": "static"});
        world.posted("lin", "/api/repos/create", body);
        let info = world.got("", "/api/spaces/lin/1.0");
        assert_eq!(info["cardData"], json!({"title": "1.0", "sdk": "static"}));
    }
}
