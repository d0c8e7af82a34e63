//! Valid requests with bytes changed, by the same chance each time: the zone answers every one,
//! never by failing, takes little memory, and keeps what it had.
//!
//! The formats have fuzz tests of their own (`crates/xet`, `crates/git`, `crates/card`); here they
//! are met where they come in, with a token that may do everything.

use super::http::Ask;
use super::input::{put_of, sent};
use super::upload::{
    Cas, Packed, batch, cas_token, cloned, commit, git, git_word, packed, pointer, push_ask,
    push_body, shard,
};
use super::zone::{Address, LINES, Place, Zone, content};
use base::Random;
use serde_json::json;
use std::path::Path;

/// Changed requests of each kind. `HUTONG_FUZZ` names another number.
const ROUNDS: u64 = 120;
/// Most memory that the zone may have taken at its peak, in KiB.
pub(crate) const MEMORY_KIB_MAX: u64 = 300 * 1024;

fn rounds() -> u64 {
    std::env::var("HUTONG_FUZZ").ok().and_then(|text| text.parse().ok()).unwrap_or(ROUNDS)
}

fn place(random: &Random, length: usize) -> usize {
    usize::try_from(random.below(u64::try_from(length.max(1)).expect("short"))).expect("short")
}

/// Numbers that formats trip over.
const NUMBERS: [u64; 8] =
    [0, 1, 0x7f, 0xff, 0xffff, 0x7fff_ffff, 0xffff_ffff, 0xffff_ffff_ffff_ffff];

/// Changes a body in one to four places.
fn changed(random: &Random, whole: &[u8]) -> Vec<u8> {
    let mut bytes = whole.to_vec();
    for _ in 0..=random.below(4) {
        let at = place(random, bytes.len());
        let end = (at + 1 + place(random, 300)).min(bytes.len());
        match random.below(8) {
            0 => bytes.truncate(at),
            1 => drop(bytes.drain(at..end)),
            2 => {
                let twice = bytes.get(at..end).unwrap_or_default().to_vec();
                bytes.splice(at..at, twice);
            }
            3 => {
                let number = NUMBERS[place(random, NUMBERS.len())].to_le_bytes();
                let width = 1 << random.below(4);
                let end = (at + width).min(bytes.len());
                bytes.splice(at..end, number[..width].to_vec());
            }
            4 => line_again(random, &mut bytes),
            5 => number_grown(random, &mut bytes),
            _ => {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= 1 << random.below(8);
                }
            }
        }
    }
    bytes
}

/// Repeats a line elsewhere.
fn line_again(random: &Random, bytes: &mut Vec<u8>) {
    let lines: Vec<Vec<u8>> =
        bytes.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
    if lines.is_empty() {
        return;
    }
    let (line, before) = (place(random, lines.len()), place(random, lines.len()));
    let at: usize = lines[..before].iter().map(Vec::len).sum();
    bytes.splice(at..at, lines[line].clone());
}

/// Writes a number in digits where one stands.
fn number_grown(random: &Random, bytes: &mut Vec<u8>) {
    let from = place(random, bytes.len());
    let Some(at) = bytes[from..].iter().position(u8::is_ascii_digit) else { return };
    let number = NUMBERS[place(random, NUMBERS.len())].to_string();
    bytes.splice(from + at..=from + at, number.into_bytes());
}

/// The most memory that a zone has had, in KiB (`proc(5)`, `VmHWM`).
pub(crate) fn memory_kib(zone: &Zone) -> u64 {
    let text = std::fs::read_to_string(format!("/proc/{}/status", zone.child.id()));
    let text = text.expect("the zone runs");
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let number = line.and_then(|line| line.trim().strip_suffix(" kB"));
    number.and_then(|number| number.parse().ok()).expect("Linux tells")
}

/// What must stay as it is: a small file, one stored whole, one in chunks.
struct Known {
    commit: String,
    files: [(&'static str, Vec<u8>); 3],
}

impl Known {
    fn put(zone: &Zone) -> Self {
        let files = [("small.txt", 300), ("whole.bin", 300_000), ("chunked.bin", 300_001)];
        let files = files.map(|(path, size)| (path, content(7, size)));
        let text = String::from_utf8_lossy(&files[0].1).into_owned();
        let small = json!({"path": "small.txt", "content": text, "encoding": "utf-8"});
        sent(&put_of(zone, &files[1].1));
        let cas = Cas::of(&sent(&cas_token(&zone.at, "write")));
        let Packed { file, xorbs } = packed(&files[2].1);
        let path = format!("xorbs/default/{}", xorbs[0].xorb.hash());
        sent(&cas.ask("POST", &path, xorbs[0].body.clone()));
        sent(&cas.ask("POST", "shards", shard(&file)));
        let mut last = String::new();
        for line in [
            json!({"key": "file", "value": small}),
            pointer("whole.bin", &files[1].1),
            pointer("chunked.bin", &files[2].1),
        ] {
            let told = sent(&commit(&zone.at, &line));
            assert_eq!(told.status, 200, "{}", told.text());
            last = told.json()["commitOid"].as_str().expect("a commit").to_owned();
        }
        Self { commit: last, files }
    }

    fn check(&self, at: &Address) {
        for (path, bytes) in &self.files {
            let found = at.get(&format!("DVUser/r/resolve/{}/{path}", self.commit));
            let found = found.expect("the zone answers");
            assert!(found.status == 200 && found.body == *bytes, "{path}: {}", found.status);
        }
    }
}

/// Makes changed requests.
type Asker = Box<dyn Fn(&Random) -> Ask>;

/// Sends requests made by `ask` by the chance of a seed, and looks at the zone after.
fn fuzzed(seed: u64, prepare: impl Fn(&Zone, &Path) -> Asker) {
    for place in Place::each() {
        fuzzed_at(&place, seed, &prepare);
    }
}

fn fuzzed_at(place: &Place, seed: u64, prepare: &dyn Fn(&Zone, &Path) -> Asker) {
    let zone = place.zone();
    zone.at.repo_create();
    let known = Known::put(&zone);
    let ask = prepare(&zone, place.scratch());
    let random = Random::seeded(seed);
    let mut taken = 0;
    for round in 0..rounds() {
        let ask = ask(&random);
        let told = ask.send();
        let told = told.unwrap_or_else(|error| unreachable!("round {round}: {error}: {ask:?}"));
        assert!(told.status < 500, "round {round}: {} {} to {ask:?}", told.status, told.text());
        taken += u64::from(told.status == 200);
    }
    println!("{} of {} were taken, at most {} KiB", taken, rounds(), memory_kib(&zone));
    known.check(&zone.at);
    assert!(memory_kib(&zone) < MEMORY_KIB_MAX, "the zone took {} KiB", memory_kib(&zone));
    drop(zone);
    place.check();
}

#[test]
fn changed_containers_do_no_harm() {
    fuzzed(1, |zone, _| {
        let cas = Cas::of(&sent(&cas_token(&zone.at, "write")));
        // Another one each time: what is here already is not read again.
        Box::new(move |random| {
            let own = packed(&content(place(random, 1 << 30), 90_000));
            let path = format!("xorbs/default/{}", own.xorbs[0].xorb.hash());
            cas.ask("POST", &path, changed(random, &own.xorbs[0].body))
        })
    });
}

#[test]
fn changed_shards_do_no_harm() {
    fuzzed(2, |zone, _| {
        let cas = Cas::of(&sent(&cas_token(&zone.at, "write")));
        let own = packed(&content(8, 400_000));
        let path = format!("xorbs/default/{}", own.xorbs[0].xorb.hash());
        sent(&cas.ask("POST", &path, own.xorbs[0].body.clone()));
        let valid = cas.ask("POST", "shards", shard(&own.file));
        Box::new(move |random| Ask { body: changed(random, &valid.body), ..valid.clone() })
    });
}

/// Many lines of every kind.
fn lines(at: &Address) -> Ask {
    let mut body =
        json!({"key": "header", "value": {"summary": "s", "description": "d"}}).to_string();
    let (small, card) = ("eHl6Cg==", "---\nlicense: mit\ntags: [a, b]\n---\n# Text\n");
    for line in [
        json!({"key": "file", "value": {"path": "a/b.txt", "content": small, "encoding": "base64"}}),
        json!({"key": "file", "value": {"path": "README.md", "content": card, "encoding": "utf-8"}}),
        json!({"key": "file", "value": {"path": ".gitattributes", "content": "*.x -text\n"}}),
        pointer("c.bin", &content(7, 300_000)),
        json!({"key": "deletedFile", "value": {"path": "small.txt"}}),
        json!({"key": "deletedFolder", "value": {"path": "a"}}),
    ] {
        body.push_str(&format!("\n{line}"));
    }
    Ask { body: body.into_bytes(), ..at.ask("POST", "api/models/DVUser/r/commit/main", LINES) }
}

#[test]
fn changed_commits_do_no_harm() {
    fuzzed(3, |zone, _| {
        let valid = lines(&zone.at);
        Box::new(move |random| Ask { body: changed(random, &valid.body), ..valid.clone() })
    });
}

#[test]
fn changed_questions_about_large_files_do_no_harm() {
    fuzzed(4, |zone, _| {
        let valid = batch(&zone.at, &["basic", "multipart"], &content(7, 300_000));
        Box::new(move |random| Ask { body: changed(random, &valid.body), ..valid.clone() })
    });
}

#[test]
fn changed_pushes_do_no_harm() {
    fuzzed(5, |zone, folder| {
        let clone = folder.join("clone");
        cloned(&zone.at, ("new.txt", b"new"), &clone);
        let old = git_word(&clone, &["rev-parse", "origin/main"]);
        let new = git_word(&clone, &["rev-parse", "HEAD"]);
        let wanted = format!("{new}\n^{old}\n");
        let pack = git(&clone, &["pack-objects", "-q", "--revs", "--stdout"], wanted.as_bytes());
        let valid = push_ask(&zone.at, push_body((&old, &new, "refs/heads/fuzz"), &pack));
        Box::new(move |random| Ask { body: changed(random, &valid.body), ..valid.clone() })
    });
}

/// A pack whose checksums are right and whose objects are changed: as Git's program packs what it
/// was told to write unchecked.
#[test]
fn pushes_of_changed_objects_do_no_harm() {
    fuzzed(6, |zone, folder| {
        let clone = folder.join("clone");
        cloned(&zone.at, ("new.txt", b"new"), &clone);
        let (at, old) = (zone.at.clone(), git_word(&clone, &["rev-parse", "origin/main"]));
        let read = |kind: &str, name: &str| git(&clone, &["cat-file", kind, name], b"");
        let (tree, commit) = (read("tree", "HEAD^{tree}"), read("commit", "HEAD"));
        Box::new(move |random| {
            let write = |kind: &str, bytes: &[u8]| {
                let args = ["hash-object", "-w", "--literally", "-t", kind, "--stdin"];
                String::from_utf8_lossy(&git(&clone, &args, bytes)).trim().to_owned()
            };
            let is_tree = random.below(2) == 0;
            let tree = write("tree", &if is_tree { changed(random, &tree) } else { tree.clone() });
            let text = String::from_utf8_lossy(&commit).into_owned();
            let first = text.lines().next().unwrap_or_default().to_owned();
            let text = text.replacen(&first, &format!("tree {tree}"), 1).into_bytes();
            let new = write("commit", &if is_tree { text } else { changed(random, &text) });
            let blob = write("blob", b"new");
            let objects = format!("{new}\n{tree}\n{blob}\n");
            let pack = git(&clone, &["pack-objects", "-q", "--stdout"], objects.as_bytes());
            let name = format!("refs/heads/f{}", random.below(1_000_000));
            let zero = "0".repeat(40);
            let from = if random.below(4) == 0 { &old } else { &zero };
            push_ask(&at, push_body((from, &new, &name), &pack))
        })
    });
}
