//! Discussions, pull requests, gates, likes, collections, lists, as their clients use them.

use super::world::World;
use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const REPO: &str = "models/lin/digits";

fn titles(body: &Value) -> Vec<&str> {
    let rows = body["discussions"].as_array().unwrap();
    rows.iter().map(|row| row["title"].as_str().unwrap()).collect()
}

#[test]
fn a_discussion_is_opened_answered_renamed_and_closed() {
    for world in World::each() {
        world.repo("lin", REPO);
        let all = format!("/api/{REPO}/discussions");
        let body = json!({"title": "  A question ", "description": "Why?", "pullRequest": false});
        let opened = world.posted("zhao", &all, body);
        assert_eq!((&opened["num"], &opened["title"]), (&json!(1), &json!("A question")));
        let one = format!("{all}/1");
        let said = world.posted("lin", &format!("{one}/comment"), json!({"comment": "Because."}));
        assert_eq!(said["newMessage"]["data"]["latest"]["raw"], "Because.");
        let id = said["newMessage"]["id"].as_str().unwrap();
        let edited =
            world.posted("lin", &format!("{one}/comment/{id}/edit"), json!({"content": "So."}));
        assert_eq!(edited["updatedComment"]["data"]["edited"], true);
        world.posted("zhao", &format!("{one}/title"), json!({"title": "An answer"}));
        let closed = world.posted("zhao", &format!("{one}/status"), json!({"status": "closed"}));
        assert_eq!(closed["newStatus"]["data"]["status"], "closed");
        let read = world.got("", &format!("{one}?diff=1"));
        let events = read["events"].as_array().unwrap();
        let kinds: Vec<_> = events.iter().map(|event| event["type"].as_str().unwrap()).collect();
        assert_eq!(kinds, ["comment", "comment", "title-change", "status-change"]);
        assert_eq!(events[1]["author"]["name"], "lin");
        assert_eq!(titles(&world.got("", &format!("{all}?status=closed"))), ["An answer"]);
        assert_eq!(titles(&world.got("", &format!("{all}?status=open&p=0"))), [""; 0]);
        assert_eq!(titles(&world.got("", &format!("{all}?type=pull_request"))), [""; 0]);
        let refused = world.get("", &format!("{all}?type=poem"));
        assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    }
}

#[test]
fn a_pull_request_shows_its_change_and_is_merged_with_its_card() {
    for world in World::each() {
        world.repo("lin", REPO);
        let card = "---\nlicense: mit\ntags: [tiny]\n---\nDigits.\n";
        let done = world.commit("zhao", (REPO, "main?create_pr=1"), &[("README.md", card)]);
        let url = done.json()["pullRequestUrl"].as_str().unwrap().to_owned();
        assert!(url.ends_with("/lin/digits/discussions/1"), "{url}");
        let one = format!("/api/{REPO}/discussions/1");
        let read = world.got("", &format!("{one}?diff=1"));
        assert_eq!(read["changes"]["base"], "refs/heads/main");
        assert_eq!(read["filesWithConflicts"], json!([]));
        assert!(read["diff"].as_str().unwrap().contains("+license: mit"), "{read}");
        assert_eq!(world.got("", &format!("/api/{REPO}"))["cardData"], Value::Null);
        assert_eq!(world.post("zhao", &format!("{one}/merge"), json!({})).status, 403);
        world.posted("lin", &format!("{one}/merge"), Value::Null);
        let read = world.got("", &format!("{one}?diff=1"));
        assert_eq!(read["status"], "merged");
        assert!(read["changes"]["mergeCommitId"].is_string(), "{read}");
        assert!(
            read["diff"].as_str().unwrap().contains("+license: mit"),
            "merged ones show it still"
        );
        assert_eq!(world.got("", &format!("/api/{REPO}"))["cardData"]["license"], "mit");
        let found = world.got("", "/api/models?filter=license:mit&filter=tiny");
        assert_eq!(found[0]["id"], "lin/digits");
    }
}

#[test]
fn a_conflict_is_named_and_keeps_the_branch_as_it_is() {
    for world in World::each() {
        world.repo("lin", REPO);
        world.commit("lin", (REPO, "main"), &[("a.txt", "one\n")]);
        world.commit("zhao", (REPO, "main?create_pr=1"), &[("a.txt", "two\n")]);
        world.commit("lin", (REPO, "main"), &[("a.txt", "three\n")]);
        let one = format!("/api/{REPO}/discussions/1");
        assert_eq!(world.got("", &one)["filesWithConflicts"], json!(["a.txt"]));
        let refused = world.post("lin", &format!("{one}/merge"), json!({}));
        assert_eq!(refused.status, StatusCode::CONFLICT, "{refused:?}");
        assert_eq!(world.get("", "/lin/digits/resolve/main/a.txt").text, "three\n");
    }
}

#[test]
fn access_is_asked_for_by_the_form_of_the_card() {
    for world in World::each() {
        world.repo("lin", REPO);
        let card = "---\nextra_gated_fields:\n  Firm: text\n  I agree: checkbox\n---\n";
        world.commit("lin", (REPO, "main"), &[("README.md", card), ("a.txt", "x")]);
        let gate = json!({"gated": "manual"}).to_string().into_bytes();
        let path = format!("/api/{REPO}/settings");
        world.send(("lin", Method::PUT, &path), ("application/json", gate));
        let ask = format!("/api/{REPO}/ask-access");
        let refused = world.post("zhao", &ask, json!({"answers": {"Firm": "Zhao Ltd"}}));
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{refused:?}");
        let answers = json!({"answers": {"Firm": "Zhao Ltd", "I agree": true}});
        assert_eq!(world.posted("zhao", &ask, answers)["status"], "pending");
        let pending = format!("/api/{REPO}/user-access-request/pending");
        assert_eq!(world.get("zhao", &pending).status, StatusCode::FORBIDDEN);
        let listed = world.got("lin", &pending);
        assert_eq!(listed[0]["user"]["email"], "zhao@example.org");
        assert_eq!(listed[0]["fields"]["Firm"], "Zhao Ltd");
        for (name, status) in [("zhao", StatusCode::FORBIDDEN), ("", StatusCode::UNAUTHORIZED)] {
            let closed = world.get(name, "/lin/digits/resolve/main/a.txt");
            assert_eq!((closed.status, closed.code()), (status, "GatedRepo"), "{closed:?}");
        }
        let handle = format!("/api/{REPO}/user-access-request/handle");
        world.posted("lin", &handle, json!({"user": "zhao", "status": "accepted"}));
        assert_eq!(world.get("zhao", "/lin/digits/resolve/main/a.txt").text, "x");
        let twice = world.post("lin", &handle, json!({"user": "zhao", "status": "accepted"}));
        assert_eq!(twice.status, StatusCode::BAD_REQUEST);
    }
}

#[test]
fn likes_are_counted_once_and_listed() {
    for world in World::each() {
        world.repo("lin", REPO);
        let like = format!("/api/{REPO}/like");
        for _ in 0..2 {
            assert_eq!(world.posted("zhao", &like, json!({}))["likes"], 1);
        }
        assert_eq!(world.got("", &format!("/api/{REPO}/likers"))[0]["user"], "zhao");
        assert_eq!(world.got("", "/api/users/zhao/overview")["numLikes"], 1);
        let gone = world.send(("zhao", Method::DELETE, &like), ("", Vec::new()));
        assert_eq!(gone.json()["likes"], 0);
        assert_eq!(world.post("", &like, json!({})).status, StatusCode::UNAUTHORIZED);
    }
}

#[test]
fn lists_are_paged_without_repeating_or_losing_a_row() {
    for world in World::each() {
        for number in 0..5 {
            world.clock.advance(1);
            world.repo("lin", &format!("datasets/lin/part-{number}"));
        }
        let mut seen = Vec::new();
        let mut path = "/api/datasets?limit=2&sort=createdAt".to_owned();
        loop {
            let answer = world.get("", &path);
            seen.extend(answer.json().as_array().unwrap().iter().map(|row| row["id"].clone()));
            let Some(link) = answer.headers.get("link") else { break };
            let link = link.to_str().unwrap();
            let (url, rest) = link.trim_start_matches('<').split_once('>').unwrap();
            assert_eq!(rest, "; rel=\"next\"");
            path = url.strip_prefix("http://zone.example").unwrap().to_owned();
        }
        let expected: Vec<String> = (0..5).rev().map(|n| format!("lin/part-{n}")).collect();
        assert_eq!(seen, expected);
        assert_eq!(world.got("", "/api/models"), json!([]));
    }
}

#[test]
fn a_list_shows_what_is_asked_for_and_refuses_what_it_cannot_know() {
    for world in World::each() {
        world.repo("lin", REPO);
        let row = &world.got("", "/api/models?author=LIN")[0];
        assert!(row["sha"].is_string() && row.get("cardData").is_none(), "{row}");
        let row = &world.got("", "/api/models?full=true")[0];
        assert_eq!(row["siblings"], json!([{"rfilename": ".gitattributes"}]));
        let row = world.got("", "/api/models?expand=likes")[0].clone();
        assert_eq!(row, json!({"id": "lin/digits", "modelId": "lin/digits", "likes": 0}));
        for wrong in ["expand=poem", "sort=beauty", "apps=x", "gated=perhaps", "cursor=x"] {
            let answer = world.get("", &format!("/api/models?{wrong}"));
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{wrong}");
        }
    }
}

#[test]
fn only_members_read_storage_and_colleagues() {
    for world in World::each() {
        world.repo("lin", "models/Valley/digits");
        let storage = "/api/organizations/valley/settings/repositories";
        assert_eq!(world.got("wu", storage)[0]["id"], "Valley/digits");
        assert_eq!(world.get("zhao", storage).status, StatusCode::FORBIDDEN);
        let members = "/api/organizations/Valley/members";
        let listed = world.got("wu", members);
        let names = listed.as_array().unwrap().iter().map(|m| m["user"].as_str().unwrap());
        assert_eq!(names.collect::<BTreeSet<_>>(), BTreeSet::from(["lin", "wu"]));
        assert_eq!(world.get("zhao", members).status, StatusCode::FORBIDDEN);
        assert_eq!(world.got("", "/api/organizations/Valley/overview")["numModels"], 1);
    }
}

#[test]
fn a_collection_keeps_order_and_notes() {
    for world in World::each() {
        world.repo("lin", REPO);
        let made = world.posted("lin", "/api/collections", json!({"title": "Good ones"}));
        let one = format!("/api/collections/{}", made["slug"].as_str().unwrap());
        let item = json!({"item": {"id": "lin/digits", "type": "model"}, "note": "small"});
        let with = world.posted("lin", &format!("{one}/items"), item.clone());
        assert_eq!(with["items"][0]["note"]["text"], "small");
        assert_eq!(world.post("lin", &format!("{one}/items"), item.clone()).status, 409);
        assert_eq!(world.post("zhao", &format!("{one}/items"), item).status, 403);
        let listed = &world.got("", "/api/collections?item=models/lin/digits")[0];
        assert!(listed.get("position").is_none(), "the client counts positions itself");
        let gone = world.send(("lin", Method::DELETE, &one), ("", Vec::new()));
        assert_eq!(gone.status, StatusCode::OK);
        assert_eq!(world.get("lin", &one).status, StatusCode::NOT_FOUND);
    }
}
