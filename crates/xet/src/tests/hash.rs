use super::{noise, ours, theirs};
use crate::{Hash, HashError, RangeHasher, Tree};
use proptest::prelude::*;
use sha2::{Digest, Sha256};
use xet_core_structures::merklehash::{MerkleHash, compute_data_hash, file_hash, xorb_hash};
use xet_core_structures::metadata_shard::chunk_verification::range_hash_from_chunks;
use xet_core_structures::metadata_shard::hash_is_global_dedup_eligible;

#[test]
fn a_sha256_is_stored_so_that_its_text_is_the_usual_one() {
    let sha256: [u8; 32] = Sha256::digest(b"abc").into();
    let stored = Hash::from_sha256(sha256);
    let usual = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert_eq!(stored.to_string(), usual);
    assert_eq!(stored, ours(MerkleHash::from_be_bytes(sha256)));
    assert_eq!(stored.to_sha256(), sha256);
}

#[test]
fn what_is_not_64_digits_is_no_hash() {
    for text in ["", "00", &"0".repeat(63), &"0".repeat(65), &"g".repeat(64), &"é".repeat(32)] {
        assert_eq!(text.parse::<Hash>(), Err(HashError), "{text}");
    }
}

#[test]
fn nothing_has_the_hash_zero() {
    assert_eq!(Tree::new().xorb_hash(), Hash::ZERO);
    assert_eq!(Tree::new().file_hash(), Hash::ZERO);
    assert_eq!(ours(file_hash(&[])), Hash::ZERO);
}

#[test]
fn a_chunk_is_hashed_as_the_client_does() {
    let bytes = noise(70_000, 3);
    assert_eq!(Hash::of_chunk(&bytes), ours(compute_data_hash(&bytes)));
}

/// Hashes whose last word is small, so that groups of the tree are cut in every way.
fn hashes(most: usize) -> impl Strategy<Value = Vec<(Hash, u64)>> {
    let hash = (any::<[u8; 24]>(), 0_u64..6).prop_map(|(head, tail)| {
        let mut bytes = [0; 32];
        bytes[..24].copy_from_slice(&head);
        bytes[24..].copy_from_slice(&tail.to_le_bytes());
        Hash::from_bytes(bytes)
    });
    prop::collection::vec((hash, 0_u64..200_000), 0..most)
}

proptest! {
    #[test]
    fn the_text_is_the_clients(bytes in any::<[u8; 32]>()) {
        let hash = Hash::from_bytes(bytes);
        prop_assert_eq!(hash.to_string(), theirs(hash).hex());
        prop_assert_eq!(hash.to_string().parse(), Ok(hash));
        prop_assert_eq!(hash.is_global_dedupe_chunk(), hash_is_global_dedup_eligible(&theirs(hash)));
    }

    #[test]
    fn the_tree_is_the_clients(leaves in hashes(300)) {
        let their_leaves: Vec<_> = leaves.iter().map(|(hash, bytes)| (theirs(*hash), *bytes)).collect();
        let tree = || {
            let mut tree = Tree::new();
            leaves.iter().for_each(|(hash, bytes)| tree.chunk_add(*hash, *bytes));
            tree
        };
        prop_assert_eq!(tree().xorb_hash(), ours(xorb_hash(&their_leaves)));
        prop_assert_eq!(tree().file_hash(), ours(file_hash(&their_leaves)));
    }

    #[test]
    fn the_proof_of_a_term_is_the_clients(leaves in hashes(40)) {
        let their_leaves: Vec<_> = leaves.iter().map(|(hash, _)| theirs(*hash)).collect();
        let mut proof = RangeHasher::new();
        leaves.iter().for_each(|(hash, _)| proof.chunk_add(hash));
        prop_assert_eq!(proof.finish(), ours(range_hash_from_chunks(&their_leaves)));
    }
}

#[test]
fn one_hash_in_1024_may_be_asked_for() {
    let mut bytes = [7; 32];
    bytes[24..].copy_from_slice(&2048_u64.to_le_bytes());
    assert!(Hash::from_bytes(bytes).is_global_dedupe_chunk());
    bytes[24] = 1;
    assert!(!Hash::from_bytes(bytes).is_global_dedupe_chunk());
}
