//! Requests as no Git program sends them.

use crate::client::Client;
use crate::world::{LIN, World};
use std::io::Write;

const FETCH: &str = "Content-Type: application/x-git-upload-pack-request\r\n";

#[test]
fn a_packed_request_is_unpacked() {
    for world in World::each() {
        world.create("model", "packed", false);
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        packer.write_all(b"0014command=ls-refs\n0000").expect("packs");
        let body = packer.finish().expect("packs");
        let head = format!("{FETCH}Git-Protocol: version=2\r\nContent-Encoding: gzip\r\n");
        let told = world.ask("POST", "/lin/packed.git/git-upload-pack", (&head, &body));
        assert_eq!(told.status, 200, "{}", told.text());
        assert!(told.text().contains("refs/heads/main"), "{}", told.text());
        assert!(told.head.to_lowercase().contains("cache-control: no-cache"), "{}", told.head);
    }
}

#[test]
fn a_request_that_makes_no_sense_is_the_clients_fault() {
    for world in World::each() {
        world.create("model", "odd", false);
        let check = |path: &str, head: &str, body: &[u8], expected: u16| {
            let told = world.ask("POST", path, (head, body));
            assert_eq!(told.status, expected, "{path} {head}: {}", told.text());
            let is_plain = told.head.to_lowercase().contains("content-type: text/plain");
            assert!(is_plain, "Git shows its user plain text only: {}", told.head);
        };
        let push = format!(
            "Authorization: Bearer {LIN}\r\nContent-Type: application/x-git-receive-pack-request\r\n"
        );
        let packed = format!("{FETCH}Content-Encoding: gzip\r\n");
        check("/lin/odd/git-upload-pack", FETCH, b"zzzz", 400);
        check("/lin/odd/git-upload-pack", &packed, b"not packed", 400);
        check("/lin/odd/git-upload-pack", "", b"0000", 415);
        check(
            "/lin/odd/git-upload-pack",
            &format!("{FETCH}Content-Encoding: br\r\n"),
            b"0000",
            415,
        );
        check("/lin/odd/git-receive-pack", &push, b"zzzz", 400);
        check("/lin/odd/git-receive-pack", &push, b"0010 no command\n0000", 400);
        check("/lin/odd/git-receive-pack", FETCH, b"0000", 401);
        let told = world.ask("GET", "/lin/odd/info/refs", ("", b""));
        assert_eq!(told.status, 400, "the old protocol is not served");
        let told = world.ask("GET", "/lin/odd/info/refs?service=git-shell", ("", b""));
        assert_eq!(told.status, 400);
    }
}

#[test]
fn every_version_of_the_protocol_and_a_partial_clone_are_served() {
    for world in World::each() {
        world.create("model", "versions", false);
        world.commit(LIN, "/api/models/lin/versions/commit/main", ("a.txt", "1"));
        let url = world.url(None, "lin/versions");
        for version in ["0", "1", "2"] {
            let client = Client::empty(&world, &format!("version-{version}"));
            let protocol = format!("protocol.version={version}");
            client.git(&["-c", &protocol, "clone", "-q", &url, "."]);
            assert_eq!(client.read("a.txt"), b"1");
        }
        let partial = Client::empty(&world, "partial");
        partial.git(&["clone", "-q", "--filter=blob:none", "--no-checkout", &url, "."]);
        partial.git(&["checkout", "-q", "main"]);
        assert_eq!(partial.read("a.txt"), b"1");
    }
}

#[test]
fn who_sends_too_much_hears_so_after_all_was_sent() {
    for world in World::each() {
        world.create("model", "much", false);
        let main = world.repo(hub::RepoKind::Model, "lin/much");
        let main = world.stands(&main, hub::MAIN).expect("stands");
        let line = format!("{main} {} refs/heads/main\0report-status\n", "1".repeat(40));
        let mut body = format!("{:04x}{line}0000", line.len() + 4).into_bytes();
        // A pack that says of itself that it has two million objects.
        body.extend_from_slice(b"PACK\0\0\0\x02\x00\x1e\x84\x80");
        body.resize(8_000_000, 0);
        let head = format!(
            "Authorization: Bearer {LIN}\r\nContent-Type: application/x-git-receive-pack-request\r\n"
        );
        let told = world.ask("POST", "/lin/much/git-receive-pack", (&head, &body));
        assert_eq!(told.status, 200);
        assert!(told.text().contains("unpack the pack has 2000000 objects"), "{}", told.text());
    }
}
