//! A file of 5 GB goes up and comes back by each transfer, in little memory.
//!
//! It is empty but for three marks, so that it takes no place where it lies sparse; the zone stores
//! every byte of what comes whole. Through Xet equal chunks are stored once, which is affordable in
//! every run; the other transfers write 5 GB each and run where `HUTONG_LARGE` is set:
//!
//! ```sh
//! HUTONG_LARGE=1 cargo test -p testkit --test faults large -- --nocapture
//! ```

use super::fuzz::{MEMORY_KIB_MAX, memory_kib};
use super::http::Ask;
use super::input::sent;
use super::upload::{batch_of, commit, git, open};
use super::zone::{LFS, TOKEN, Zone};
use serde_json::{Value, json};
use std::fs::File;
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

/// Runs the transfers that write every byte.
const ALL: &str = "HUTONG_LARGE";
/// Names the virtual environment with the real clients.
const CLIENTS: &str = "HUTONG_CLIENTS";

const SIZE: u64 = 5_000_000_007;
/// Where the file is not zero; the second mark lies across 4 GiB.
const MARKS: [(u64, &[u8; 8]); 3] =
    [(0, b"begins.."), ((1 << 32) - 4, b"at 4 GiB"), (SIZE - 8, b"the end.")];
const SHA256: &str = "36a17d8a57d84e264455a98a2bfd009a336efb513c59bdbd896a5542b8aac620";
const BLOCK: u64 = 1 << 20;

/// The bytes of the file in a range.
fn bytes(start: u64, end: u64) -> Vec<u8> {
    let byte = |at: u64| {
        let mut marks =
            MARKS.iter().filter_map(|(from, mark)| Some((at.checked_sub(*from)?, mark)));
        let found = marks.find_map(|(at, mark)| mark.get(usize::try_from(at).ok()?));
        found.copied().unwrap_or(0)
    };
    if MARKS.iter().all(|(from, _)| from + 8 <= start || end <= *from) {
        return vec![0; usize::try_from(end - start).expect("a short range")];
    }
    (start..end).map(byte).collect()
}

/// Lays the file down without its zeros.
fn sparse(path: &Path) {
    std::fs::create_dir_all(path.parent().expect("it lies in a folder")).expect("a folder");
    let file = File::create(path).expect("the file is made");
    file.set_len(SIZE).expect("the file is long");
    for (at, mark) in MARKS {
        file.write_all_at(mark, at).expect("a mark is made");
    }
}

/// Sends a part of the file as a body.
fn put(href: &Value, (start, end): (u64, u64)) -> String {
    let ask = open("PUT", href, b"");
    let body = |stream: &mut TcpStream| {
        let mut at = start;
        while at < end {
            let next = end.min(at + BLOCK);
            stream.write_all(&bytes(at, next))?;
            at = next;
        }
        io::Result::Ok(())
    };
    let told = ask.exchange(ask.head(end - start).as_bytes(), body).expect("the zone answers");
    assert_eq!(told.status, 200, "{}", told.text());
    told.header("etag").to_owned()
}

fn object() -> Value {
    json!({"oid": SHA256, "size": SIZE})
}

fn actions(zone: &Zone, transfers: &[&str]) -> Value {
    let told = sent(&batch_of(&zone.at, transfers, &object())).json();
    assert_eq!(told["transfer"].as_str(), transfers.last().copied());
    told["objects"][0]["actions"].clone()
}

fn committed(zone: &Zone) {
    let value = json!({"path": "5gb.bin", "algo": "sha256", "oid": SHA256});
    let told = sent(&commit(&zone.at, &json!({"key": "lfsFile", "value": value})));
    assert_eq!(told.status, 200, "{}", told.text());
}

fn verified(actions: &Value) {
    let told = sent(&open("POST", &actions["verify"]["href"], object().to_string().as_bytes()));
    assert_eq!(told.status, 200, "{}", told.text());
}

fn basic(zone: &Zone, _: &Path) {
    let actions = actions(zone, &["basic"]);
    put(&actions["upload"]["href"], (0, SIZE));
    verified(&actions);
    committed(zone);
}

fn parts(zone: &Zone, _: &Path) {
    let actions = actions(zone, &["basic", "multipart"]);
    let header = &actions["upload"]["header"];
    let size: u64 = header["chunk_size"].as_str().and_then(|s| s.parse().ok()).expect("a size");
    let mut done = Vec::new();
    for number in 1..=SIZE.div_ceil(size) {
        let (start, end) = ((number - 1) * size, SIZE.min(number * size));
        let etag = put(&header[number.to_string()], (start, end));
        done.push(json!({"partNumber": number, "etag": etag}));
    }
    assert!(done.len() > 70, "{} parts", done.len());
    let body = json!({"oid": SHA256, "parts": done}).to_string();
    let told = sent(&open("POST", &actions["upload"]["href"], body.as_bytes()));
    assert_eq!(told.status, 200, "{}", told.text());
    verified(&actions);
    committed(zone);
}

/// Git LFS sends what lies in its own store, whichever commit names it.
fn push(zone: &Zone, folder: &Path) {
    let clone = folder.join("clone");
    std::fs::create_dir_all(&clone).expect("a folder");
    let url = format!("http://DVUser:{TOKEN}@{}/DVUser/r", zone.at.host());
    git(&clone, &["clone", "-q", &url, "."], b"");
    let store = format!(".git/lfs/objects/{}/{}/{SHA256}", &SHA256[..2], &SHA256[2..4]);
    sparse(&clone.join(store));
    git(&clone, &["lfs", "push", "--object-id", "origin", SHA256], b"");
    let pointer =
        format!("version https://git-lfs.github.com/spec/v1\noid sha256:{SHA256}\nsize {SIZE}\n");
    std::fs::write(clone.join("5gb.bin"), pointer).expect("the pointer is written");
    git(&clone, &["add", "-A"], b"");
    git(&clone, &["commit", "-q", "-m", "large"], b"");
    git(&clone, &["push", "-q", "--no-verify", "origin", "HEAD:main"], b"");
}

/// The program of the real clients; in a run that nobody watches it has to be there.
fn python() -> Option<PathBuf> {
    let venv = std::env::var_os(CLIENTS).map(PathBuf::from);
    assert!(venv.is_some() || !testbed::is_ci(), "set {CLIENTS} to a virtual environment");
    venv.map(|venv| venv.join("bin/python"))
}

fn client(zone: &Zone, folder: &Path, script: &str) {
    let file = folder.join("sparse.bin");
    let Some(python) = python() else { return };
    let output = Command::new(python)
        .args(["-c", script])
        .arg(&file)
        .env("HF_ENDPOINT", format!("http://{}", zone.at.host()))
        .env("HF_TOKEN", TOKEN)
        .env("HF_HOME", folder.join("home"))
        .env("HF_HUB_DISABLE_PROGRESS_BARS", "1")
        .env("HF_HUB_DISABLE_TELEMETRY", "1")
        .output()
        .expect("the client runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

fn chunks(zone: &Zone, folder: &Path) {
    sparse(&folder.join("sparse.bin"));
    client(
        zone,
        folder,
        "import sys, huggingface_hub, hf_xet\n\
         huggingface_hub.HfApi().upload_file(path_or_fileobj=sys.argv[1], \
         path_in_repo='5gb.bin', repo_id='DVUser/r')",
    );
    let told = zone.at.get("api/models/DVUser/r/tree/main").expect("the zone answers").json();
    let file = told.as_array().and_then(|files| files.iter().find(|f| f["path"] == "5gb.bin"));
    assert!(file.is_some_and(|file| file["xetHash"].is_string()), "it went another way: {told}");
}

/// Asks for a range, until the zone has checked what the file's sender claimed.
fn range(zone: &Zone, (start, end): (u64, u64)) {
    let ask = zone.at.ask("GET", "DVUser/r/resolve/main/5gb.bin", LFS);
    let head =
        ask.head(0).replace("\r\n\r\n", &format!("\r\nrange: bytes={start}-{}\r\n\r\n", end - 1));
    let told = loop {
        let told = ask.exchange(head.as_bytes(), |_| Ok(())).expect("the zone answers");
        if told.status != 503 {
            break told;
        }
    };
    assert_eq!(told.status, 206, "{}", told.text());
    assert_eq!(told.header("content-range"), format!("bytes {start}-{}/{SIZE}", end - 1));
    assert!(told.body == bytes(start, end), "{start}..{end}");
}

/// Reads the whole file and compares every byte.
fn whole(zone: &Zone) {
    let ask: Ask = zone.at.ask("GET", "DVUser/r/resolve/main/5gb.bin", LFS);
    let mut stream = ask.connect().expect("the zone is there");
    stream.write_all(ask.head(0).as_bytes()).expect("it listens");
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte).expect("it answers");
        head.push(byte[0]);
    }
    assert!(head.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&head));
    let mut at = 0;
    let mut block = vec![0; usize::try_from(BLOCK).expect("a short block")];
    while at < SIZE {
        let next = SIZE.min(at + BLOCK);
        let block = &mut block[..usize::try_from(next - at).expect("a short block")];
        stream.read_exact(block).expect("the file goes on");
        assert!(*block == bytes(at, next), "between {at} and {next}");
        at = next;
    }
    assert_eq!(stream.read(&mut byte).expect("the answer ends"), 0);
}

/// How a file goes up and is committed; the folder is for what its client keeps.
type Transfer = fn(&Zone, &Path);

fn through(name: &str, transfer: Transfer) {
    let folder = testbed::TempDir::new().expect("a folder");
    let zone = Zone::start(&folder.path().join("zone"));
    zone.at.repo_create();
    let start = Instant::now();
    transfer(&zone, folder.path());
    let up = start.elapsed();
    for (start, end) in [(0, 100), ((1 << 32) - 70_000, (1 << 32) + 70_000), (SIZE - 99, SIZE)] {
        range(&zone, (start, end));
    }
    let ranges = start.elapsed();
    // The zone itself has read it whole, to check its hash.
    if std::env::var_os(ALL).is_some() {
        whole(&zone);
    }
    let (all, kib) = (start.elapsed(), memory_kib(&zone));
    println!("{name}: up {up:.1?}, ranges read after {ranges:.1?}, whole {all:.1?}, {kib} KiB");
    assert!(kib < MEMORY_KIB_MAX, "{name}: the zone took {kib} KiB");
}

#[test]
fn a_file_of_5_gb_goes_up_in_chunks_and_comes_back_in_little_memory() {
    if python().is_none() {
        return eprintln!("left out: set {CLIENTS} to a virtual environment");
    }
    through("in chunks", chunks);
}

#[test]
fn a_file_of_5_gb_goes_up_whole_in_parts_and_by_git_in_little_memory() {
    if std::env::var_os(ALL).is_none() {
        return eprintln!("left out: set {ALL} to let each of three transfers write 5 GB");
    }
    // One after the other: the place of each is free before the next begins.
    for (name, transfer) in
        [("in one piece", basic as Transfer), ("in parts", parts), ("by Git LFS", push)]
    {
        through(name, transfer);
    }
}
