//! What staging, joining and reading cost beside the hash and the disk alone.
//!
//! `cargo bench -p blob --bench local -- [MIB] [FOLDER]`: 1024 MiB below the temporary folder
//! unless said otherwise. Prints lines of `name value unit`; the ratios are to the hash and the
//! disk one after the other, in the same run. On a memory disk (`/dev/shm`) they show what this
//! crate costs.

use base::Random;
use blob::{Join, Sha256, Store, Upload, Wanted};
use futures_util::TryStreamExt;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

/// As hyper gives the pieces of a body.
const PIECE_BYTES: usize = 64 << 10;
const MIB: usize = 1 << 20;
const PART_MIB: usize = 64;

#[tokio::main]
async fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    let mib = words.first().map_or(1024, |word| word.parse().expect("a number of MiB"));
    let parent = words.get(1).map_or_else(std::env::temp_dir, PathBuf::from);
    let root = parent.join(format!("hutong-blob-bench-{}", std::process::id()));
    let random = Random::seeded(1);
    let block: Vec<u8> = (0..MIB / 8).flat_map(|_| random.bits().to_le_bytes()).collect();
    let url = format!("file:{}", root.display());
    let store = Store::open(&url, Arc::new(random)).await.expect("opens");
    measure(&store, &root, &block, mib).await;
    std::fs::remove_dir_all(&root).expect("removes its folder");
}

async fn measure(store: &Store, root: &Path, block: &[u8], mib: usize) {
    let (hash, sha256) = hash_alone(block, mib);
    let write = write_alone(root, block, mib);
    println!("blob/sha256-alone {hash:.3} s\nblob/write-alone {write:.3} s");
    let told = |name: &str, seconds: f64| {
        println!("blob/{name}/time {seconds:.3} s");
        println!("blob/{name}/ratio {:.2} of sha256 and write", seconds / (hash + write));
    };
    let size_bytes = u64::try_from(mib * MIB).expect("fits");
    told("stage", stage(store, block, mib, Wanted::exactly(sha256, size_bytes)).await);
    told("stage-unhashed", stage(store, block, mib, Wanted::unhashed(size_bytes)).await);
    let (put, join) = upload(store, block, mib, sha256).await;
    told("parts", put);
    told("join", join);
    told("read", read(store).await);
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    println!("blob/memory-peak {}", peak.unwrap_or("unknown").trim());
}

fn hash_alone(block: &[u8], mib: usize) -> (f64, Sha256) {
    let start = Instant::now();
    let mut hasher = sha2::Sha256::default();
    for _ in 0..mib {
        sha2::Digest::update(&mut hasher, block);
    }
    let digest: [u8; 32] = sha2::Digest::finalize(hasher).into();
    (start.elapsed().as_secs_f64(), Sha256::from_bytes(digest))
}

fn write_alone(root: &Path, block: &[u8], mib: usize) -> f64 {
    let path = root.join("alone");
    let start = Instant::now();
    let mut file = File::create(&path).expect("makes");
    for _ in 0..mib {
        file.write_all(block).expect("writes");
    }
    file.sync_all().expect("syncs");
    let seconds = start.elapsed().as_secs_f64();
    std::fs::remove_file(path).expect("removes");
    seconds
}

async fn stage(store: &Store, block: &[u8], mib: usize, wanted: Wanted) -> f64 {
    let key = "bench/stage".parse().expect("a key");
    let start = Instant::now();
    let mut stage = store.stage(&key, wanted);
    for _ in 0..mib {
        for piece in block.chunks(PIECE_BYTES) {
            stage.write(piece).await.expect("writes");
        }
    }
    stage.finish().await.expect("finishes");
    start.elapsed().as_secs_f64()
}

async fn upload(store: &Store, block: &[u8], mib: usize, sha256: Sha256) -> (f64, f64) {
    let part_bytes = u64::try_from(PART_MIB * MIB).expect("fits");
    let upload = Upload::new("bench", part_bytes).expect("a name");
    let (mut parts, mut left, mut number) = (Vec::new(), mib, 1);
    let start = Instant::now();
    while left > 0 {
        let now = left.min(PART_MIB);
        let mut part = store.part_put(&upload, number).await.expect("begins");
        for _ in 0..now {
            part.write(block).await.expect("writes");
        }
        parts.push((number, part.finish().await.expect("finishes").etag));
        (left, number) = (left - now, number + 1);
    }
    let put = start.elapsed().as_secs_f64();
    let size_bytes = u64::try_from(mib * MIB).expect("fits");
    let key = "bench/joined".parse().expect("a key");
    let start = Instant::now();
    let join = Join { upload, parts, key, sha256, size_bytes };
    store.parts_join(&join).await.expect("joins");
    (put, start.elapsed().as_secs_f64())
}

async fn read(store: &Store) -> f64 {
    let key = "bench/joined".parse().expect("a key");
    let start = Instant::now();
    let object = store.read(&key, None).await.expect("reads").expect("is there");
    let mut bytes = object.bytes;
    while bytes.try_next().await.expect("reads").is_some() {}
    start.elapsed().as_secs_f64()
}
