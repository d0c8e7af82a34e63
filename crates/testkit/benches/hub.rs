//! The hub against nginx with sendfile and the client's own hashing: downloads, uploads, lists.
//!
//! Needs `nginx` and `wrk` (Debian's packages) and, for uploads, a Python with `huggingface_hub`
//! and `hf-xet`, named by `HUTONG_CLIENTS` (its virtual environment). What is absent is said and
//! left out. `cargo xtask bench hub -- 1024 uploads` takes files of 1,024 MiB, the default, and
//! does one of its parts: `downloads`, `small`, `commits`, `uploads`; all by default.

#[path = "hub/client.rs"]
mod client;
#[path = "hub/discard.rs"]
mod discard;
#[path = "hub/nginx.rs"]
mod nginx;
#[path = "hub/zone.rs"]
mod zone;

use client::{download, wrk};
use discard::Discard;
use nginx::Nginx;
use std::path::Path;
use std::time::Instant;
use zone::Zone;

const MIB: usize = 1024 * 1024;
/// Where a zone keeps large files, below its folder.
const BLOBS: &str = "hub/blobs";

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    let mib = words.iter().find_map(|word| word.parse::<usize>().ok()).unwrap_or(1_024);
    let names: Vec<&String> = words.iter().filter(|word| word.parse::<usize>().is_err()).collect();
    let is_wanted = |name: &str| names.is_empty() || names.iter().any(|word| *word == name);
    let folder = testbed::TempDir::new().expect("a folder can be made");
    let zone = Zone::start(&folder.path().join("zone"));
    let blobs = folder.path().join("zone").join(BLOBS);
    println!("files of {mib} MiB; ratios above 1 are in our favour unless said otherwise");
    let nginx = Nginx::start(&folder.path().join("nginx"));
    if nginx.is_none() {
        println!("NGINX ABSENT: downloads are not compared");
    }
    if let Some(nginx) = nginx.as_ref().filter(|_| is_wanted("downloads")) {
        downloads(&zone, nginx, (mib, &blobs));
    }
    if let Some(nginx) = nginx.as_ref().filter(|_| is_wanted("small")) {
        small_files(&zone, nginx);
    }
    if is_wanted("commits") {
        commits(&zone);
    }
    if is_wanted("uploads") {
        uploads(&zone, folder.path(), (mib, &blobs));
    }
    println!("hub_memory_peak_mb {}", zone.memory_peak_mb());
}

/// The same bytes from both in turn, by one client and by sixteen, the best of seven each.
fn downloads(zone: &Zone, nginx: &Nginx, (mib, blobs): (usize, &Path)) {
    let content = client::random(mib * MIB, 1);
    let sha256 = zone.lfs_put("big", &content);
    // The very same file: how its bytes lie in the page cache decides more than who sends them.
    let (ab, cd) = (&sha256[..2], &sha256[2..4]);
    let file = blobs.join("objects/whole").join(ab).join(cd).join(&sha256);
    nginx.link("big.bin", &file);
    zone.commit_large("big", "big.bin", (&sha256, content.len()));
    drop(content);
    let ours = zone.url("/bench/big/resolve/main/big.bin");
    let theirs = nginx.url("/big.bin");
    let token = Some(zone.token());
    for clients in [1, 16] {
        // Sixteen clients take a quarter of the file each, so that a run stays short.
        let part = if clients == 1 { mib * MIB } else { mib * MIB / 4 };
        let (mut hub, mut peer) = (f64::MAX, f64::MAX);
        for _ in 0..7 {
            hub = hub.min(download(&ours, token, (clients, part)));
            peer = peer.min(download(&theirs, None, (clients, part)));
        }
        let megabytes = u32::try_from(clients * part / 1_000_000).expect("some gigabytes");
        let total = f64::from(megabytes);
        println!("hub_download_{clients}_mb_s {:.0}", total / hub);
        println!("nginx_download_{clients}_mb_s {:.0}", total / peer);
        println!("hub_download_{clients}_ratio {:.2}", peer / hub);
    }
}

/// A file of 1 KiB, over and over; ours with an access token.
fn small_files(zone: &Zone, nginx: &Nginx) {
    let content = client::random(1_024, 2);
    zone.commit_small("small", &[("small.txt".to_owned(), content.clone())]);
    nginx.put("small.txt", &content);
    let ours = zone.url("/bench/small/resolve/main/small.txt");
    let theirs = nginx.url("/small.txt");
    let (Some(hub), Some(peer)) = (wrk(&ours, Some(zone.token())), wrk(&theirs, None)) else {
        println!("WRK ABSENT: small files are not compared");
        return;
    };
    println!("hub_small_per_s {hub:.0}\nnginx_small_per_s {peer:.0}");
    println!("hub_small_ratio {:.2}", hub / peer);
}

/// Ten thousand files in one commit, then lists of a tree with a hundred thousand.
fn commits(zone: &Zone) {
    let files = |from: usize, count: usize| -> Vec<(String, Vec<u8>)> {
        let path = |n: usize| format!("d{:03}/f{n:06}.txt", n / 1_000);
        (from..from + count).map(|n| (path(n), format!("file {n}\n").into_bytes())).collect()
    };
    let ten_thousand = files(0, 10_000);
    let begun = Instant::now();
    zone.commit_small("many", &ten_thousand);
    println!("hub_commit_10000_s {:.2}", begun.elapsed().as_secs_f64());
    for batch in 1..10 {
        zone.commit_small("many", &files(batch * 10_000, 10_000));
    }
    let address = zone.url("/api/models/bench/many/tree/main?recursive=true");
    let mut best = f64::MAX;
    for _ in 0..5 {
        let begun = Instant::now();
        let (status, body) = client::get(&address, Some(zone.token()));
        best = best.min(begun.elapsed().as_secs_f64());
        assert_eq!(status, 200, "{}", String::from_utf8_lossy(&body));
    }
    println!("hub_tree_100000_first_page_ms {:.1}", best * 1e3);
}

/// Uploads by the real client, against the time that the client needs to hash the file.
fn uploads(zone: &Zone, folder: &Path, (mib, blobs): (usize, &Path)) {
    let Ok(clients) = std::env::var("HUTONG_CLIENTS") else {
        println!(
            "CLIENTS ABSENT: set HUTONG_CLIENTS to a virtual environment; uploads are left out"
        );
        return;
    };
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/hub/upload.py");
    let discard = Discard::start();
    let status = std::process::Command::new(Path::new(&clients).join("bin/python"))
        .arg(script)
        .args([mib.to_string().as_str(), &folder.join("up").display().to_string()])
        .args([zone.url("").as_str(), discard.url.as_str()])
        .arg(blobs)
        .env("HF_TOKEN", zone.token())
        .env("HF_HOME", folder.join("hf"))
        .env("HF_HUB_DISABLE_PROGRESS_BARS", "1")
        .status();
    assert!(status.is_ok_and(|status| status.success()), "the client's uploads must work");
}
