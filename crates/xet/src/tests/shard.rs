use super::{ours, theirs};
use crate::{Bad, File, Hash, SHARD_BYTES_MAX, Shard, ShardXorb, shard_check};
use proptest::prelude::*;
use std::io::Cursor;
use std::sync::Arc;
use xet_core_structures::metadata_shard::file_structs::{
    FileDataSequenceEntry, FileDataSequenceHeader, FileMetadataExt, FileVerificationEntry,
    MDBFileInfo,
};
use xet_core_structures::metadata_shard::shard_in_memory::MDBInMemoryShard;
use xet_core_structures::metadata_shard::streaming_shard::MDBMinimalShard;
use xet_core_structures::metadata_shard::xorb_structs::{
    MDBXorbInfo, XorbChunkSequenceEntry, XorbChunkSequenceHeader,
};
use xet_core_structures::metadata_shard::{MDBShardFileHeader, MDBShardInfo};

fn name(number: u8) -> Hash {
    Hash::from_bytes([number; 32])
}

fn their_file(number: u8, terms: u32, is_proven: bool, has_sha256: bool) -> MDBFileInfo {
    let segments = (0..terms)
        .map(|term| FileDataSequenceEntry::new(theirs(name(100)), 1_000 + term, term, term + 2))
        .collect();
    let proofs = if is_proven { terms } else { 0 };
    let verification = (0..proofs).map(|_| FileVerificationEntry::new(theirs(name(9)))).collect();
    let sha256 = Hash::from_sha256([number; 32]);
    MDBFileInfo {
        metadata: FileDataSequenceHeader::new(theirs(name(number)), terms, is_proven, has_sha256),
        segments,
        verification,
        metadata_ext: has_sha256.then(|| FileMetadataExt::new(theirs(sha256))),
    }
}

fn their_xorb(number: u8, chunks: u32) -> MDBXorbInfo {
    let chunk = |index: u32| {
        XorbChunkSequenceEntry::new(theirs(name(number)), 10 + index, index * 100)
            .with_global_dedup_flag(index == 1)
    };
    MDBXorbInfo {
        metadata: XorbChunkSequenceHeader::new(theirs(name(number)), chunks, chunks * 100),
        chunks: (0..chunks).map(chunk).collect(),
    }
}

/// A shard as the client keeps it: with lookup tables and a footer.
fn kept() -> Vec<u8> {
    let mut shard = MDBInMemoryShard::default();
    let mut empty = their_file(0, 0, true, false);
    empty.metadata.file_hash = theirs(Hash::ZERO);
    for file in [their_file(1, 3, true, true), empty] {
        shard.add_file_reconstruction_info(file).unwrap();
    }
    shard.add_xorb_block(Arc::new(their_xorb(100, 4))).unwrap();
    shard.add_xorb_block(Arc::new(their_xorb(101, 1))).unwrap();
    let mut bytes = Vec::new();
    MDBShardInfo::serialize_from(&mut bytes, &shard, None).unwrap();
    bytes
}

/// The same as the client uploads it (`read_shard_to_bytes_remove_footer`).
fn sent() -> Vec<u8> {
    let mut bytes = kept();
    let info = MDBShardInfo::load_from_reader(&mut Cursor::new(&bytes)).unwrap();
    bytes.truncate(usize::try_from(info.metadata.file_lookup_offset).unwrap());
    bytes[40..48].fill(0);
    bytes
}

/// A shard of files alone, written one after the other.
fn of_files(files: &[MDBFileInfo]) -> Vec<u8> {
    let mut bytes = Vec::new();
    MDBShardFileHeader { footer_size: 0, ..Default::default() }.serialize(&mut bytes).unwrap();
    for file in files {
        file.serialize(&mut bytes).unwrap();
    }
    FileDataSequenceHeader::bookend().serialize(&mut bytes).unwrap();
    XorbChunkSequenceHeader::bookend().serialize(&mut bytes).unwrap();
    bytes
}

#[test]
fn an_uploaded_shard_is_read_as_the_client_wrote_it() {
    let shard = shard_check(&sent()).unwrap();
    let [empty, first] = shard.files.as_slice() else { panic!("two files were written") };
    assert_eq!((first.hash, first.size_bytes, first.terms.len()), (name(1), 3_003, 3));
    assert_eq!(first.sha256, Some([1; 32]));
    let term = first.terms[2];
    assert_eq!((term.xorb, term.chunk_start, term.chunk_end), (name(100), 2, 4));
    assert_eq!((term.unpacked_bytes, term.verification), (1_002, Some(name(9))));
    let nothing = File { hash: Hash::ZERO, sha256: None, size_bytes: 0, terms: Vec::new() };
    assert_eq!(*empty, nothing);
    assert_eq!(shard.xorbs.iter().map(|xorb| xorb.chunks.len()).collect::<Vec<_>>(), [4, 1]);
    let chunk = shard.xorbs[0].chunks[1];
    assert_eq!((chunk.unpacked_start, chunk.unpacked_length, chunk.is_shared), (100, 11, true));
}

#[test]
fn a_shard_with_its_footer_says_the_same() {
    assert_eq!(shard_check(&kept()), shard_check(&sent()));
    let small = MDBMinimalShard::from_reader(&mut Cursor::new(sent()), true, true).unwrap();
    let mut bytes = Vec::new();
    small.serialize(&mut bytes, true, None).unwrap();
    assert_eq!(shard_check(&bytes).unwrap().files, shard_check(&sent()).unwrap().files);
}

#[test]
fn a_term_without_proof_and_a_file_without_sha256_are_read_so() {
    let shard = shard_check(&of_files(&[their_file(1, 2, false, false)])).unwrap();
    assert_eq!(shard.files[0].sha256, None);
    assert_eq!(shard.files[0].terms[0].verification, None);
}

#[test]
fn a_file_described_twice_the_same_way_counts_once() {
    let file = their_file(1, 2, true, true);
    assert_eq!(shard_check(&of_files(&[file.clone(), file])).unwrap().files.len(), 1);
    let other = [their_file(1, 2, true, true), their_file(1, 2, true, false)];
    assert_eq!(shard_check(&of_files(&other)), Err(Bad::FileTwice(name(1))));
}

fn with_number(mut bytes: Vec<u8>, place: usize, number: u32) -> Vec<u8> {
    bytes[place..place + 4].copy_from_slice(&number.to_le_bytes());
    bytes
}

#[test]
fn each_lie_has_its_own_refusal() {
    let cut = Err(Bad::Truncated { what: "shard" });
    let sent = sent();
    let kept = kept();
    assert_eq!(shard_check(&[]), cut);
    let nothing = of_files(&[their_file(2, 0, true, false)]);
    let bad = Bad::FileHash { expected: name(2), found: Hash::ZERO };
    assert_eq!(shard_check(&nothing), Err(bad));
    assert_eq!(shard_check(&sent[..sent.len() - 1]), cut);
    assert_eq!(shard_check(&[&sent[..], &[0]].concat()), Err(Bad::Trailing { what: "shard" }));
    assert_eq!(shard_check(&with_number(sent.clone(), 3, 0)), Err(Bad::ShardHeader));
    assert_eq!(shard_check(&with_number(sent.clone(), 32, 3)), Err(Bad::ShardHeader));
    assert_eq!(shard_check(&with_number(sent.clone(), 40, 100)), Err(Bad::ShardHeader));
    assert_eq!(shard_check(&with_number(sent.clone(), 40, 200)), cut);
    let footer = kept.len() - 200;
    for place in [0, 8, 16, 192] {
        let lying = with_number(kept.clone(), footer + place, 77);
        assert_eq!(shard_check(&lying), Err(Bad::ShardFooter), "{place}");
    }
    assert_eq!(shard_check(&with_number(kept, footer + 80, 1)), Err(Bad::ShardKeyed));
    let large = vec![0; SHARD_BYTES_MAX + 1];
    assert_eq!(shard_check(&large), Err(Bad::ShardBytes(SHARD_BYTES_MAX + 1)));
}

#[test]
fn a_count_without_its_records_reserves_nothing() {
    let cut = Err(Bad::Truncated { what: "shard" });
    // The count of the first file, then that of the first xorb. Reserving what they state would
    // take 360 GB and end the process.
    let file = 48 + 48 + 36;
    assert_eq!(shard_check(&with_number(sent(), file, u32::MAX)), cut);
    let xorb = 48 * (1 + 1 + 3 + 3 + 1 + 1 + 1) + 36;
    assert_eq!(shard_check(&with_number(sent(), xorb, u32::MAX)), cut);
}

#[test]
fn a_small_shard_cannot_name_endless_chunks() {
    let mut file = their_file(1, 9_000, true, false);
    for term in &mut file.segments {
        (term.chunk_index_start, term.chunk_index_end) = (0, 8_192);
    }
    assert_eq!(shard_check(&of_files(&[file])), Err(Bad::ShardChunks));
}

fn same(shard: &Shard, theirs: &MDBMinimalShard) -> bool {
    let files = shard.files.len() == theirs.num_files();
    let xorb = |(index, xorb): (usize, &ShardXorb)| {
        let their_xorb = theirs.xorb(index).expect("as many xorbs");
        ours(their_xorb.xorb_hash()) == xorb.hash && their_xorb.num_entries() == xorb.chunks.len()
    };
    files && shard.xorbs.len() == theirs.num_xorb() && shard.xorbs.iter().enumerate().all(xorb)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn a_damaged_shard_is_refused_or_read_as_the_client_reads_it(
        has_footer in any::<bool>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        length in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let mut bytes = if has_footer { kept() } else { sent() };
        for (place, byte) in changes {
            let place = place.index(bytes.len());
            bytes[place] ^= byte;
        }
        if let Some(length) = length {
            bytes.truncate(length.index(bytes.len()));
        }
        if let Ok(shard) = shard_check(&bytes) {
            let theirs = MDBMinimalShard::from_reader(&mut Cursor::new(&bytes), true, true);
            prop_assert!(same(&shard, &theirs.unwrap()));
        }
    }

    #[test]
    fn arbitrary_records_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..500)) {
        let whole = [&sent()[..48], &bytes].concat();
        let _ = (shard_check(&bytes).is_ok(), shard_check(&whole).is_ok());
    }
}
