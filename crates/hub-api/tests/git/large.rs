//! Large files with Git LFS.

use crate::client::{Client, has_lfs};
use crate::world::{LIN, World};
use hub::RepoKind;
use serde_json::json;

/// Bytes that do not repeat.
fn noise(length: u32) -> Vec<u8> {
    let mut state = 1_u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    };
    (0..length).map(|_| next()).collect()
}

#[test]
fn a_large_file_is_pushed_shown_and_pulled() {
    if !has_lfs() {
        return;
    }
    for world in World::each() {
        world.create("dataset", "large", true);
        let url = world.url(Some(LIN), "datasets/lin/large");
        let lin = Client::of(&world, "lin", &url);
        lin.lfs();
        let bytes = noise(3_000_000);
        lin.commit("数据.bin", &bytes);
        let output = lin.command(&["push"]).output().expect("git runs");
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{told}");
        assert!(!told.contains("lock"), "Git LFS has nothing to say of locks: {told}");
        let tree = world.get(LIN, "/api/datasets/lin/large/tree/main").json();
        let shown = tree.as_array().expect("a list").iter().find(|file| file["path"] == "数据.bin");
        assert_eq!(shown.expect("is listed")["lfs"]["size"], json!(3_000_000));
        let got = world.get(LIN, "/datasets/lin/large/resolve/main/%E6%95%B0%E6%8D%AE.bin");
        assert!(got.body == bytes, "the API gives the bytes");
        let again = Client::of(&world, "again", &url);
        assert!(again.read("数据.bin") == bytes, "the clone has the bytes");
        again.git(&["lfs", "fsck"]);
    }
}

#[test]
fn a_pointer_without_its_large_file_is_refused_and_leaves_nothing() {
    if !has_lfs() {
        return;
    }
    for world in World::each() {
        world.create("model", "hollow", false);
        let lin = Client::of(&world, "lin", &world.url(Some(LIN), "lin/hollow"));
        lin.lfs();
        lin.commit("deep/weights.bin", &noise(5_000));
        let repo = world.repo(RepoKind::Model, "lin/hollow");
        let (before, main) = (world.stored(&repo), world.stands(&repo, hub::MAIN));
        // Without the hook nothing large is sent.
        let told = lin.refused(&["--no-verify"]);
        assert!(told.contains("LFS object missing: `deep/weights.bin`"), "{told}");
        assert!(told.contains("git lfs push"), "{told}");
        assert_eq!(world.stored(&repo), before);
        assert_eq!(world.stands(&repo, hub::MAIN), main);
        lin.git(&["lfs", "push", "--all", "origin"]);
        lin.git(&["push", "-q", "--no-verify"]);
    }
}

#[test]
fn the_large_file_of_another_repository_opens_nothing() {
    if !has_lfs() {
        return;
    }
    for world in World::each() {
        world.create("model", "rich", true);
        world.create("model", "poor", false);
        let bytes = noise(2_000);
        let rich = Client::of(&world, "rich", &world.url(Some(LIN), "lin/rich"));
        rich.lfs();
        rich.commit("a.bin", &bytes);
        rich.git(&["push", "-q"]);
        let poor = Client::of(&world, "poor", &world.url(Some(LIN), "lin/poor"));
        poor.lfs();
        poor.commit("b.bin", &bytes);
        assert!(poor.refused(&["--no-verify"]).contains("LFS object missing"));
    }
}

#[test]
fn a_large_file_that_is_not_tracked_is_refused_with_a_hint() {
    for world in World::each() {
        world.create("model", "heavy", false);
        let lin = Client::of(&world, "lin", &world.url(Some(LIN), "lin/heavy"));
        lin.commit("notes.txt", &noise(10 * 1024 * 1024 + 1));
        let told = lin.refused(&[]);
        assert!(told.contains("`notes.txt` has 10485761 bytes"), "{told}");
        assert!(told.contains("git lfs migrate"), "{told}");
        lin.git(&["reset", "-q", "--hard", "HEAD~1"]);
        lin.commit("notes.txt", &noise(10 * 1024 * 1024));
        lin.git(&["push", "-q"]);
    }
}

#[test]
fn large_files_go_to_a_renamed_repository_by_its_old_address() {
    if !has_lfs() {
        return;
    }
    for world in World::each() {
        world.create("model", "old", false);
        let lin = Client::of(&world, "lin", &world.url(Some(LIN), "lin/old"));
        lin.lfs();
        let names = json!({"fromRepo": "lin/old", "toRepo": "lin/new", "type": "model"});
        assert_eq!(world.post(LIN, "/api/repos/move", &names).status, 200);
        let bytes = noise(4_000);
        lin.commit("a.bin", &bytes);
        lin.git(&["push", "-q"]);
        let again = Client::of(&world, "again", &world.url(None, "lin/old"));
        assert!(again.read("a.bin") == bytes);
    }
}

#[test]
fn git_lfs_is_told_in_its_own_words_what_is_wrong() {
    for world in World::each() {
        world.create("model", "secret", true);
        let head = "Content-Type: application/vnd.git-lfs+json\r\nAccept: application/vnd.git-lfs+json\r\n";
        let body = json!({"operation": "download", "objects": []}).to_string();
        let path = "/lin/secret.git/info/lfs/objects/batch";
        let told = world.ask("POST", path, (head, body.as_bytes()));
        assert_eq!(told.status, 401);
        let lower = told.head.to_lowercase();
        assert!(lower.contains("www-authenticate: basic"), "{lower}");
        assert!(lower.contains("content-type: application/vnd.git-lfs+json"), "{lower}");
        assert_eq!(told.json()["message"], json!("Repository not found"));
        let signed = format!("{head}Authorization: Bearer {LIN}\r\n");
        assert_eq!(world.ask("POST", path, (&signed, body.as_bytes())).status, 200);
        let path = "/lin/secret.git/info/lfs/locks/verify";
        assert_eq!(world.ask("POST", path, (&signed, b"{}")).status, 501);
    }
}
