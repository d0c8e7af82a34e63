//! What goes in by one door comes out by the other.

use crate::client::Client;
use crate::world::{LIN, WU, World};
use hub::RepoKind;
use serde_json::json;

#[test]
fn a_file_of_the_api_is_cloned_and_a_pushed_one_is_shown_by_the_api() {
    for world in World::each() {
        world.create("dataset", "words", false);
        let name = "数据/第一 份.csv";
        world.commit(LIN, "/api/datasets/lin/words/commit/main", (name, "a,b\n"));
        let lin = Client::of(&world, "lin", &world.url(Some(LIN), "datasets/lin/words"));
        assert_eq!(lin.read(name), b"a,b\n");
        let pushed = lin.commit("数据/第二 份.csv", b"c,d\n");
        lin.git(&["push", "-q"]);
        let info = world.get(LIN, "/api/datasets/lin/words").json();
        assert_eq!(info["sha"], json!(pushed));
        let address = "/datasets/lin/words/resolve/main/%E6%95%B0%E6%8D%AE/%E7%AC%AC%E4%BA%8C%20%E4%BB%BD.csv";
        assert_eq!(world.get(LIN, address).text(), "c,d\n");
        world.commit(LIN, "/api/datasets/lin/words/commit/main", ("third.csv", "e\n"));
        lin.git(&["pull", "-q"]);
        assert_eq!(lin.read("third.csv"), b"e\n");
        lin.git(&["fsck", "--strict"]);
    }
}

#[test]
fn a_pushed_card_says_what_the_repository_is() {
    for world in World::each() {
        world.create("model", "named", false);
        let lin = Client::of(&world, "lin", &world.url(Some(LIN), "lin/named"));
        lin.commit("README.md", b"---\nlicense: apache-2.0\ntags: [town]\n---\n# Named\n");
        lin.git(&["push", "-q"]);
        let info = world.get(LIN, "/api/models/lin/named").json();
        assert_eq!(info["cardData"]["license"], json!("apache-2.0"));
        assert!(info["tags"].as_array().expect("a list").contains(&json!("town")), "{info}");
    }
}

#[test]
fn a_copy_has_the_history_and_lives_without_its_source() {
    for world in World::each() {
        world.create("model", "source", false);
        let lin = Client::of(&world, "lin", &world.url(Some(LIN), "lin/source"));
        let pushed = lin.commit("a.txt", b"1");
        lin.git(&["push", "-q"]);
        let body = json!({"repository": "lin/copy"});
        let made = world.post(LIN, "/api/models/lin/source/duplicate", &body);
        assert_eq!(made.status, 200, "{}", made.text());
        let head = format!("Authorization: Bearer {LIN}\r\nContent-Type: application/json\r\n");
        let body = json!({"name": "source", "organization": "lin", "type": "model"}).to_string();
        let gone = world.ask("DELETE", "/api/repos/delete", (&head, body.as_bytes()));
        assert_eq!(gone.status, 200, "{}", gone.text());
        let copy = Client::of(&world, "copy", &world.url(None, "lin/copy"));
        assert_eq!(copy.git(&["rev-parse", "HEAD"]), pushed);
        copy.git(&["fsck", "--strict"]);
    }
}

#[test]
fn branches_and_tags_of_either_door_are_seen_through_the_other() {
    for world in World::each() {
        world.create("model", "net", false);
        world.post(LIN, "/api/models/lin/net/branch/early", &json!({}));
        let lin = Client::of(&world, "lin", &world.url(Some(LIN), "lin/net.git"));
        assert!(lin.git(&["branch", "-r"]).contains("origin/early"));
        lin.commit("a.txt", b"1");
        lin.git(&["tag", "-a", "v1", "-m", "first release"]);
        lin.git(&["tag", "light"]);
        lin.git(&["push", "-q", "--follow-tags", "origin", "HEAD:refs/heads/试验", "light"]);
        let refs = world.get(LIN, "/api/models/lin/net/refs").json();
        let names = |group: &str| {
            let group = refs[group].as_array().expect("a list").iter();
            group.map(|found| found["name"].as_str().unwrap_or("").to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(names("branches"), ["early", "main", "试验"]);
        assert_eq!(names("tags"), ["light", "v1"]);
        let repo = world.repo(RepoKind::Model, "lin/net");
        let tag = world.app.db().read(|read| hub::ref_find(read, &repo, "refs/tags/v1"));
        let tag = tag.expect("reads").expect("is there");
        assert_eq!(tag.message, "first release");
        assert_eq!(tag.target, lin.git(&["rev-parse", "v1"]));
        assert_eq!(tag.commit, lin.git(&["rev-parse", "HEAD"]));
        assert_eq!(world.get(LIN, "/lin/net/resolve/v1/a.txt").text(), "1");
        lin.git(&["push", "-q", "origin", ":early", ":refs/tags/light"]);
        assert_eq!(world.stands(&repo, "refs/heads/early"), None);
        assert_eq!(world.stands(&repo, "refs/tags/light"), None);
    }
}

#[test]
fn a_shallow_clone_has_one_commit_and_can_push() {
    for world in World::each() {
        world.create("model", "deep", false);
        for number in 0..5 {
            let text = number.to_string();
            world.commit(LIN, "/api/models/lin/deep/commit/main", ("n.txt", &text));
        }
        let lin = Client::empty(&world, "lin");
        lin.git(&["clone", "-q", "--depth", "1", &world.url(Some(LIN), "lin/deep"), "."]);
        assert_eq!(lin.git(&["rev-list", "--count", "HEAD"]), "1");
        let pushed = lin.commit("n.txt", b"5");
        lin.git(&["push", "-q"]);
        let repo = world.repo(RepoKind::Model, "lin/deep");
        assert_eq!(world.stands(&repo, hub::MAIN), Some(pushed));
        lin.git(&["fetch", "-q", "--unshallow"]);
        assert_eq!(lin.git(&["rev-list", "--count", "HEAD"]), "7");
    }
}

#[test]
fn the_old_address_of_a_renamed_repository_leads_to_it() {
    for world in World::each() {
        world.create("model", "old", false);
        let lin = Client::of(&world, "lin", &world.url(Some(LIN), "lin/old"));
        let names = json!({"fromRepo": "lin/old", "toRepo": "lin/new", "type": "model"});
        assert_eq!(world.post(LIN, "/api/repos/move", &names).status, 200);
        let pushed = lin.commit("a.txt", b"1");
        lin.git(&["push", "-q"]);
        lin.git(&["fetch", "-q"]);
        let repo = world.repo(RepoKind::Model, "lin/new");
        assert_eq!(world.stands(&repo, hub::MAIN), Some(pushed));
        let again = Client::of(&world, "again", &world.url(None, "lin/old.git"));
        assert_eq!(again.read("a.txt"), b"1");
    }
}

#[test]
fn a_private_repository_is_for_tokens_of_its_members() {
    for world in World::each() {
        world.create("model", "secret", true);
        let nobody = Client::empty(&world, "nobody");
        let asked = |token: Option<&str>, path: &str| {
            let url = world.url(token, path);
            nobody.run(&["ls-remote", &url]).map(|_| ())
        };
        // Without a token the answer is the same whether the repository is there or not.
        for path in ["lin/secret", "lin/nothing"] {
            let told = asked(None, path).expect_err("refused");
            assert!(told.contains("could not read Username"), "{told}");
        }
        for path in ["lin/secret", "lin/nothing"] {
            let told = asked(Some(WU), path).expect_err("refused");
            assert!(told.contains("Repository not found"), "{told}");
        }
        let told = asked(Some("wrong"), "lin/secret").expect_err("refused");
        assert!(told.contains("Authentication failed"), "{told}");
        let lin = Client::of(&world, "lin", &world.url(Some(LIN), "lin/secret"));
        assert!(lin.path().join(".gitattributes").exists());
    }
}

#[test]
fn a_gated_repository_is_cloned_only_by_those_who_were_let_in() {
    for world in World::each() {
        world.create("model", "gated", false);
        let body = json!({"gated": "manual"});
        let head = format!("Authorization: Bearer {LIN}\r\nContent-Type: application/json\r\n");
        let set = world.ask(
            "PUT",
            "/api/models/lin/gated/settings",
            (&head, body.to_string().as_bytes()),
        );
        assert_eq!(set.status, 200, "{}", set.text());
        let wu = Client::empty(&world, "wu");
        let told = wu.run(&["clone", &world.url(Some(WU), "lin/gated"), "."]).expect_err("refused");
        assert!(told.contains("restricted"), "{told}");
        Client::of(&world, "lin", &world.url(Some(LIN), "lin/gated"));
    }
}
