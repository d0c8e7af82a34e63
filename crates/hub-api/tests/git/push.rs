//! Pushes: which are taken, which are refused, and what stays of those.

use crate::client::Client;
use crate::world::{LIN, WU, World};
use hub::RepoKind;
use std::io::Write;
use std::net::{Shutdown, TcpStream};
use std::process::Stdio;
use std::time::Duration;
use testbed::wait_until;

/// A world with a repository and a clone of it, on each engine.
fn begun(name: &str) -> impl Iterator<Item = (World, hub::Repo, Client)> {
    World::each().map(move |world| {
        world.create("model", name, false);
        let repo = world.repo(RepoKind::Model, &format!("lin/{name}"));
        let lin = Client::of(&world, "lin", &world.url(Some(LIN), &format!("lin/{name}")));
        (world, repo, lin)
    })
}

#[test]
fn of_two_pushes_at_once_the_branch_holds_one_and_loses_none() {
    for (world, repo, lin) in begun("raced") {
        let wu = Client::of(&world, "other", &world.url(Some(LIN), "lin/raced"));
        let commits = [lin.commit("a.txt", b"a"), wu.commit("b.txt", b"b")];
        let start = |client: &Client| {
            let mut command = client.command(&["push", "-q"]);
            command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("git runs")
        };
        let mut runs = [start(&lin), start(&wu)];
        let done = runs.each_mut().map(|run| run.wait().expect("ends").success());
        let winner = done.iter().position(|is_done| *is_done).expect("one is taken");
        assert!(!done[1 - winner], "the other is refused");
        assert_eq!(world.stands(&repo, hub::MAIN).as_ref(), Some(&commits[winner]));
        let loser = [&lin, &wu][1 - winner];
        loser.git(&["pull", "-q", "--rebase"]);
        loser.git(&["push", "-q"]);
        assert_eq!(loser.git(&["rev-list", "--count", "HEAD"]), "3");
    }
}

#[test]
fn a_push_that_builds_on_an_old_commit_is_refused_unless_it_is_forced() {
    for (world, repo, lin) in begun("stale") {
        world.commit(LIN, "/api/models/lin/stale/commit/main", ("x.txt", "x"));
        let commit = lin.commit("a.txt", b"a");
        let told = lin.refused(&[]);
        assert!(told.contains("fetch first"), "{told}");
        let told = lin.refused(&["--force-with-lease"]);
        assert!(told.contains("stale info"), "{told}");
        lin.git(&["push", "-q", "--force"]);
        assert_eq!(world.stands(&repo, hub::MAIN), Some(commit));
        assert_eq!(world.get(LIN, "/lin/stale/resolve/main/x.txt").status, 404);
    }
}

#[test]
fn what_was_changed_since_the_client_looked_is_not_deleted() {
    for (world, repo, lin) in begun("moved") {
        lin.commit("a.txt", b"a");
        lin.git(&["push", "-q", "origin", "HEAD:refs/heads/side"]);
        let zero = "0".repeat(40);
        let line = format!("{} {zero} refs/heads/side\0report-status\n", "1".repeat(40));
        let body = format!("{:04x}{line}0000", line.len() + 4);
        let head = format!(
            "Authorization: Bearer {LIN}\r\nContent-Type: application/x-git-receive-pack-request\r\n"
        );
        let told = world.ask("POST", "/lin/moved.git/git-receive-pack", (&head, body.as_bytes()));
        assert_eq!(told.status, 200);
        assert!(told.text().contains("ng refs/heads/side fetch first"), "{}", told.text());
        assert!(world.stands(&repo, "refs/heads/side").is_some());
    }
}

#[test]
fn names_that_a_push_may_not_change_are_refused_one_by_one() {
    for (world, repo, lin) in begun("names") {
        let check = |refspec: &str, expected: &str| {
            let told = lin.refused(&["origin", refspec]);
            assert!(told.contains(expected), "{refspec}: {told}");
        };
        check("HEAD:refs/notes/x", "is no branch, tag or pull request");
        check("HEAD:refs/heads/refs/heads/x", "is no branch, tag or pull request");
        check("HEAD:refs/pr/7", "there is no number 7");
        check(":refs/heads/main", "it is the main branch");
        check("HEAD^{tree}:refs/tags/tree", "stands for no commit");
        lin.commit("a.txt", b"a");
        lin.git(&["push", "-q", "origin", "HEAD:refs/heads/a"]);
        check("HEAD:refs/heads/a/b", "refs/heads/a already exists");
        // One at fault does not keep the others back, unless they asked for that.
        let told = lin.refused(&["origin", "HEAD:refs/heads/good", "HEAD:refs/notes/x"]);
        assert!(told.contains("[remote rejected] HEAD -> refs/notes/x"), "{told}");
        assert!(world.stands(&repo, "refs/heads/good").is_some());
        let told =
            lin.refused(&["--atomic", "origin", "HEAD:refs/heads/fine", "HEAD:refs/notes/x"]);
        assert!(told.contains("refs/notes/x"), "{told}");
        assert_eq!(world.stands(&repo, "refs/heads/fine"), None);
        // What goes makes room for what comes.
        lin.git(&["push", "-q", "--atomic", "origin", ":refs/heads/a", "HEAD:refs/heads/a/b"]);
        assert!(world.stands(&repo, "refs/heads/a/b").is_some());
    }
}

#[test]
fn an_atomic_push_is_undone_where_one_of_its_refs_was_taken_meanwhile() {
    for (world, repo, lin) in begun("atomic") {
        lin.commit("a.txt", b"a");
        lin.git(&["push", "-q", "origin", "HEAD:refs/heads/x", "HEAD:refs/heads/y"]);
        let at = lin.git(&["rev-parse", "HEAD"]);
        let (zero, wrong) = ("0".repeat(40), "1".repeat(40));
        let line = |text: String| format!("{:04x}{text}", text.len() + 4);
        let body = line(format!("{at} {zero} refs/heads/x\0report-status atomic\n"))
            + &line(format!("{wrong} {zero} refs/heads/y\n"))
            + "0000";
        let head = format!(
            "Authorization: Bearer {LIN}\r\nContent-Type: application/x-git-receive-pack-request\r\n"
        );
        let told =
            world.ask("POST", "/lin/atomic/git-receive-pack", (&head, body.as_bytes())).text();
        assert!(told.contains("ng refs/heads/x atomic push: `refs/heads/y` is refused"), "{told}");
        assert!(told.contains("ng refs/heads/y fetch first"), "{told}");
        assert_eq!(world.stands(&repo, "refs/heads/x"), Some(at));
    }
}

#[test]
fn names_that_lead_out_of_a_folder_are_refused() {
    for (world, repo, lin) in begun("tricks") {
        let before = world.stored(&repo);
        let blob = lin.git(&["rev-parse", "HEAD:.gitattributes"]);
        for name in ["..", ".git", ".GIT", "."] {
            lin.put("entry", format!("100644 blob {blob}\t{name}\n").as_bytes());
            let listing = std::fs::File::open(lin.path().join("entry")).expect("opens");
            let made = lin.command(&["mktree"]).stdin(listing).output().expect("git runs");
            let tree = String::from_utf8_lossy(&made.stdout).trim().to_owned();
            let commit = lin.git(&["commit-tree", "-p", "HEAD", "-m", "trick", &tree]);
            let told =
                lin.refused(&["--no-verify", "origin", &format!("{commit}:refs/heads/main")]);
            assert!(told.contains("rejected"), "{name}: {told}");
            assert_eq!(world.stored(&repo), before, "{name}");
        }
    }
}

#[test]
fn a_push_that_breaks_off_leaves_nothing() {
    for (world, repo, lin) in begun("broken") {
        let before = world.stored(&repo);
        let main = world.stands(&repo, hub::MAIN);
        let commit = lin.commit("a.txt", &[b'a'; 4_000]);
        lin.put("names", format!("{commit}\n").as_bytes());
        let names = std::fs::File::open(lin.path().join("names")).expect("opens");
        let mut pack = lin.command(&["pack-objects", "--revs", "--stdout", "-q"]);
        let pack = pack.stdin(names).output().expect("git runs").stdout;
        let old = main.clone().expect("stands");
        let line = format!("{old} {commit} refs/heads/main\0report-status\n");
        let head = format!(
            "POST /lin/broken/git-receive-pack HTTP/1.1\r\nHost: zone\r\nAuthorization: Bearer {LIN}\r\n\
         Content-Type: application/x-git-receive-pack-request\r\nContent-Length: 100000\r\n\r\n"
        );
        for kept in [0, 7, 40, pack.len() / 2, pack.len()] {
            let mut stream = TcpStream::connect(&world.address).expect("connects");
            stream.write_all(head.as_bytes()).expect("writes");
            write!(stream, "{:04x}{line}0000", line.len() + 4).expect("writes");
            stream.write_all(&pack[..kept]).expect("writes");
            stream.shutdown(Shutdown::Both).expect("closes");
            let is_clean = || world.stored(&repo) == before;
            assert!(wait_until(Duration::from_secs(20), is_clean), "{:?}", world.stored(&repo));
            assert_eq!(world.stands(&repo, hub::MAIN), main, "{kept} bytes");
        }
        lin.git(&["push", "-q"]);
        assert_eq!(world.stands(&repo, hub::MAIN), Some(commit));
    }
}

#[test]
fn who_may_not_change_files_may_push_to_their_own_pull_request() {
    for (world, repo, _) in begun("open") {
        let wu = Client::of(&world, "wu", &world.url(Some(WU), "lin/open"));
        wu.commit("a.txt", b"a");
        let told = wu.refused(&["origin", "HEAD:main"]);
        assert!(told.contains("you may not change files"), "{told}");
        world.commit(WU, "/api/models/lin/open/commit/main?create_pr=1", ("b.txt", "b"));
        wu.git(&["fetch", "-q", "origin", "refs/pr/1"]);
        wu.git(&["checkout", "-q", "-b", "mine", "FETCH_HEAD"]);
        let commit = wu.commit("c.txt", b"c");
        let told = wu.refused(&["origin", "HEAD:refs/heads/main"]);
        assert!(told.contains("you may not change files"), "{told}");
        wu.git(&["push", "-q", "origin", "HEAD:refs/pr/1"]);
        assert_eq!(world.stands(&repo, "refs/pr/1"), Some(commit));
        let told = wu.refused(&["origin", ":refs/pr/1"]);
        assert!(told.contains("close the pull request"), "{told}");
    }
}

#[test]
fn nobody_pushes_without_a_token() {
    for (world, _, _) in begun("mine") {
        let nobody = Client::of(&world, "nobody", &world.url(None, "lin/mine"));
        nobody.commit("a.txt", b"a");
        assert!(nobody.refused(&[]).contains("could not read Username"));
    }
}
