use super::{Store, ours, theirs, weights};
use crate::{DedupeTerms, Hash, Xorb, dedupe_shard, shard_check};
use base::Time;
use std::io::Cursor;
use xet_core_structures::merklehash::MerkleHash;
use xet_core_structures::metadata_shard::MDBShardInfo;

fn terms(key: Hash) -> DedupeTerms {
    let created = Time::from_millis(1_700_000_000_999);
    DedupeTerms { key, created, expires: created.plus_seconds(3_600) }
}

fn two_xorbs() -> Vec<Xorb> {
    let mut store = Store::default();
    let first = store.pack(&weights(900_000, 1)).terms[0].xorb;
    let second = store.pack(&weights(700_000, 2)).terms[0].xorb;
    vec![store.xorbs[&first].clone(), store.xorbs[&second].clone()]
}

/// Asks the client's own code whether it finds a run of chunks in the shard.
fn client_finds(bytes: &[u8], asked: &[MerkleHash]) -> Option<(usize, Hash, u32)> {
    let mut reader = Cursor::new(bytes);
    let info = MDBShardInfo::load_from_reader(&mut reader).unwrap();
    let key = info.metadata.chunk_hash_hmac_key;
    let first = if key == MerkleHash::default() { asked[0] } else { asked[0].hmac(key) };
    let index = info.read_all_truncated_hashes(&mut reader).unwrap();
    let (_, (xorb, chunk)) = index.into_iter().find(|(word, _)| *word == first[0])?;
    let found = info.chunk_hash_dedup_query_direct(&mut reader, asked, xorb, chunk).unwrap();
    found.map(|(count, entry)| (count, ours(entry.xorb_hash), entry.chunk_index_start))
}

#[test]
fn a_client_finds_its_chunks_in_the_shard() {
    let xorbs = two_xorbs();
    for key in [Hash::ZERO, Hash::from_bytes([5; 32])] {
        let bytes = dedupe_shard(&xorbs, &terms(key));
        for xorb in &xorbs {
            let asked: Vec<_> =
                xorb.chunks()[2..5].iter().map(|chunk| theirs(chunk.hash)).collect();
            assert_eq!(client_finds(&bytes, &asked), Some((3, xorb.hash(), 2)));
        }
        assert_eq!(client_finds(&bytes, &[theirs(Hash::of_chunk(b"other"))]), None);
    }
}

#[test]
fn a_keyed_shard_does_not_tell_the_chunks() {
    let xorbs = two_xorbs();
    let bytes = dedupe_shard(&xorbs, &terms(Hash::from_bytes([5; 32])));
    for chunk in xorbs[0].chunks() {
        assert!(!bytes.windows(32).any(|window| window == chunk.hash.as_bytes()));
    }
}

#[test]
fn the_footer_says_when_the_shard_ends() {
    let xorbs = two_xorbs();
    let bytes = dedupe_shard(&xorbs, &terms(Hash::ZERO));
    let info = MDBShardInfo::load_from_reader(&mut Cursor::new(&bytes)).unwrap();
    assert_eq!(info.metadata.shard_creation_timestamp, 1_700_000_000);
    assert_eq!(info.metadata.shard_key_expiry, 1_700_003_600);
    assert_eq!(info.num_bytes(), u64::try_from(bytes.len()).unwrap());
    assert_eq!(info.metadata.stored_bytes, 1_600_000);
    let shard = shard_check(&bytes).unwrap();
    assert_eq!((shard.files.len(), shard.xorbs.len()), (0, 2));
}

#[test]
fn a_shard_of_nothing_is_still_a_shard() {
    let bytes = dedupe_shard::<Xorb>(&[], &terms(Hash::ZERO));
    assert_eq!(shard_check(&bytes).unwrap(), crate::Shard::default());
}
