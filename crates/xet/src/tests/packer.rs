use super::{Store, noise, ours, theirs, weights};
use crate::packer::Cutter;
use crate::{Hash, PackedXorb, Packer, Tree, file_check, xorb_check};
use proptest::prelude::*;
use sha2::{Digest, Sha256};
use std::convert::Infallible;
use std::io::Cursor;
use xet_core_structures::merklehash::file_hash;
use xet_core_structures::xorb_object::deserialize_chunks;

/// Lengths of the chunks of bytes that come in pieces.
fn lengths(bytes: &[u8], piece: usize) -> Vec<usize> {
    let mut cutter = Cutter::new();
    let mut lengths = Vec::new();
    let mut open = 0;
    for piece in bytes.chunks(piece) {
        let mut rest = piece;
        while let Some(end) = cutter.end_find(rest) {
            lengths.push(open + end);
            open = 0;
            rest = &rest[end..];
        }
        open += rest.len();
    }
    if open > 0 {
        lengths.push(open);
    }
    lengths
}

// The figures of the next three are what `Chunker` of xet-data 1.8.0 gave for the same bytes.
#[test]
fn noise_is_cut_where_the_client_cuts_it() {
    let expected = [
        22353, 16397, 131072, 68533, 34138, 44166, 13542, 98182, 32089, 16159, 10243, 15302,
        101476, 19477, 131072, 12098, 25275, 31894, 66324, 39841, 131072, 34934, 37678, 75068,
        21265, 10510, 27311, 60075, 123063, 31392, 17999,
    ];
    assert_eq!(lengths(&noise(1_500_000, 7), usize::MAX), expected);
}

#[test]
fn what_never_cuts_is_cut_at_the_limit() {
    assert_eq!(lengths(&[0; 400_000], 5_000), [131_072, 131_072, 131_072, 6_784]);
}

#[test]
fn six_hundred_chunks_are_cut_where_the_client_cuts_them() {
    let lengths = lengths(&noise(40_000_000, 11), 1 << 20);
    let bytes: Vec<u8> =
        lengths.iter().flat_map(|length| u32::try_from(*length).unwrap().to_le_bytes()).collect();
    let digest = blake3::hash(&bytes).to_hex();
    let expected = "44d552915d59c64cc00249a6d54cf1c555d10fcc62d6ebd03c82aeb821865699";
    assert_eq!((lengths.len(), digest.as_str()), (605, expected));
}

#[test]
fn a_packed_file_has_the_name_that_the_client_gives_it() {
    let mut store = Store::default();
    let bytes = noise(1_500_000, 7);
    let file = store.pack(&bytes);
    assert_eq!(
        file.hash.to_string(),
        "d288b7cf79b36fb8922d4b3c0cd726f6215c644f6983c1058fd1b3a2ad31e993"
    );
    assert_eq!(
        file.terms[0].xorb.to_string(),
        "59bdd23b4a7c35ca708690c2ec4ac52f29b95161dd7eb511dd06c3cdb0822441"
    );
    assert_eq!(file.sha256, Some(Sha256::digest(&bytes).into()));
    assert_eq!(file_check(&file, |hash| store.xorbs.get(hash)), Ok(()));
}

#[test]
fn a_packed_body_is_a_xorb_that_clients_open() {
    for bytes in [weights(500_000, 1), noise(300_001, 2), vec![7; 200_003], vec![1]] {
        let mut store = Store::default();
        let file = store.pack(&bytes);
        let body = &store.bodies[&file.terms[0].xorb];
        assert_eq!(
            xorb_check(body, file.terms[0].xorb).as_ref(),
            Ok(&store.xorbs[&file.terms[0].xorb])
        );
        assert_eq!(deserialize_chunks(&mut Cursor::new(body)).unwrap().0, bytes);
    }
}

#[test]
fn a_long_file_makes_several_full_xorbs() {
    let bytes = vec![3; 70_000_000];
    let mut store = Store::default();
    let file = store.pack(&bytes);
    assert_eq!(file.terms.len(), 2);
    assert_eq!(store.xorbs[&file.terms[0].xorb].unpacked_bytes(), 64 * 1024 * 1024);
    assert_eq!(file_check(&file, |hash| store.xorbs.get(hash)), Ok(()));
}

#[test]
fn an_empty_file_has_no_term() {
    let file = Store::default().pack(&[]);
    assert_eq!((file.hash, file.size_bytes, file.terms.len()), (Hash::ZERO, 0, 0));
}

#[test]
fn a_store_that_fails_stops_the_packing() {
    let mut packer = Packer::new();
    packer.bytes_add(b"bytes", &mut |_: PackedXorb| Err("full")).unwrap();
    assert_eq!(packer.finish(&mut |_| Err("full")), Err("full"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn the_pieces_do_not_matter(
        bytes in (1..400_000_usize, any::<u64>()).prop_map(|(bytes, seed)| weights(bytes, seed)),
        piece in 1..50_000_usize,
    ) {
        let mut packer = Packer::new();
        let mut tree = Tree::new();
        let mut keep = |packed: PackedXorb| {
            for chunk in packed.xorb.chunks() {
                tree.chunk_add(chunk.hash, u64::from(chunk.unpacked_length));
            }
            Ok::<(), Infallible>(())
        };
        for piece in bytes.chunks(piece) {
            packer.bytes_add(piece, &mut keep).unwrap();
        }
        let file = packer.finish(&mut keep).unwrap();
        let whole = Store::default().pack(&bytes);
        prop_assert_eq!(&file, &whole);
        prop_assert_eq!(tree.file_hash(), file.hash);
    }
}

#[test]
fn the_name_of_a_packed_file_is_the_clients() {
    let mut store = Store::default();
    let file = store.pack(&weights(900_000, 5));
    let xorb = &store.xorbs[&file.terms[0].xorb];
    let leaves: Vec<_> = xorb
        .chunks()
        .iter()
        .map(|chunk| (theirs(chunk.hash), u64::from(chunk.unpacked_length)))
        .collect();
    assert_eq!(file.hash, ours(file_hash(&leaves)));
}
