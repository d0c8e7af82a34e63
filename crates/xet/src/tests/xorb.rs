use super::{client_xorb, noise, theirs, weights};
use crate::{
    Bad, CHUNK_BYTES_MAX, Hash, XORB_BODY_BYTES_MAX, XORB_CHUNKS_MAX, XORB_UPLOAD_BYTES_MAX, Xorb,
    XorbError, chunks_unpack, xorb_check, xorb_read,
};
use proptest::prelude::*;
use std::io::{self, Cursor, Read, Write};
use xet_core_structures::xorb_object::{CompressionScheme, XorbObject};

const SCHEMES: [CompressionScheme; 4] = [
    CompressionScheme::None,
    CompressionScheme::LZ4,
    CompressionScheme::ByteGrouping4LZ4,
    CompressionScheme::Auto,
];

/// Chunks of every length that makes a difference to grouping, some packing well.
fn contents() -> Vec<Vec<u8>> {
    let mut contents: Vec<_> = (1..9).map(|bytes| noise(bytes, 5)).collect();
    contents.extend((0..4).map(|more| weights(40_000 + more, 6)));
    contents.extend([vec![0; 131_072], noise(131_072, 7), b"text ".repeat(9_000)]);
    contents
}

/// Reads in small pieces, as a socket gives them.
struct Drips<'a>(&'a [u8]);

impl Read for Drips<'_> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let count = to.len().min(777).min(self.0.len());
        to[..count].copy_from_slice(&self.0[..count]);
        self.0 = &self.0[count..];
        Ok(count)
    }
}

#[test]
fn a_clients_xorb_is_taken_with_and_without_footer() {
    for scheme in SCHEMES {
        let (hash, bare) = client_xorb(&contents(), scheme, false);
        let (_, footed) = client_xorb(&contents(), scheme, true);
        for bytes in [&bare, &footed] {
            let xorb = xorb_check(bytes, hash).unwrap();
            assert_eq!(xorb.body_bytes(), u32::try_from(bare.len()).unwrap());
            let mut plain = Vec::new();
            let count = chunks_unpack(&bytes[..bare.len()], &mut plain).unwrap();
            assert_eq!((count, plain), (15, contents().concat()), "{scheme:?}");
            let mut body = Vec::new();
            let read = xorb_read(&mut Drips(bytes), &mut body, hash).unwrap();
            assert_eq!((read, &body), (xorb, &bare), "{scheme:?}");
        }
    }
}

#[test]
fn the_footer_we_expect_is_the_one_clients_write() {
    let (hash, bare) = client_xorb(&contents(), CompressionScheme::Auto, false);
    let (_, footed) = client_xorb(&contents(), CompressionScheme::Auto, true);
    let footer = xorb_check(&bare, hash).unwrap().footer();
    assert_eq!(footer, footed[bare.len()..]);
    let whole = [bare, footer].concat();
    let read = XorbObject::validate_xorb_object(&mut Cursor::new(&whole), &theirs(hash)).unwrap();
    assert!(read.is_some());
}

#[test]
fn the_free_bytes_of_a_footer_mean_nothing() {
    let (hash, mut bytes) = client_xorb(&contents(), CompressionScheme::LZ4, true);
    XorbObject::overwrite_uniqueness_nonce(&mut bytes, [1, 2, 3, 4]).unwrap();
    assert!(xorb_check(&bytes, hash).is_ok());
}

#[test]
fn the_largest_xorb_is_taken_and_one_chunk_more_is_not() {
    let full = vec![noise(131_072, 1); 512];
    let (hash, bytes) = client_xorb(&full, CompressionScheme::None, true);
    assert!(xorb_check(&bytes, hash).is_ok());
    let body = &bytes[..512 * 131_080];
    let more = [body, &plain_chunk(&[1])].concat();
    refused(&more, hash, &Bad::XorbBytes);

    let many = plain_chunk(&[1]).repeat(8_192);
    let found = name_found(&many);
    assert_eq!(xorb_check(&many, found).unwrap().chunks().len(), 8_192);
    refused(&plain_chunk(&[1]).repeat(8_193), found, &Bad::XorbChunks);
    assert!(bytes.len() < usize::try_from(XORB_UPLOAD_BYTES_MAX).unwrap());
    assert_eq!(XORB_BODY_BYTES_MAX, 64 * 1024 * 1024 + 8 * XORB_CHUNKS_MAX);
}

/// The name that the chunks have, told by the refusal.
fn name_found(bytes: &[u8]) -> Hash {
    match xorb_check(bytes, Hash::ZERO) {
        Err(Bad::XorbHash { found, .. }) => found,
        other => panic!("expected a refusal of the name, got {other:?}"),
    }
}

fn plain_chunk(content: &[u8]) -> Vec<u8> {
    let [a, b, c, _] = u32::try_from(content.len()).unwrap().to_le_bytes();
    [&[0, a, b, c, 0, a, b, c], content].concat()
}

/// Both ways of checking have to say the same.
fn refused(bytes: &[u8], hash: Hash, expected: &Bad) {
    assert_eq!(xorb_check(bytes, hash).as_ref(), Err(expected));
    match xorb_read(&mut Drips(bytes), &mut io::sink(), hash) {
        Err(XorbError::Bad(bad)) => assert_eq!(&bad, expected),
        other => panic!("expected {expected:?}, got {other:?}"),
    }
}

#[test]
fn each_lie_has_its_own_refusal() {
    let (hash, bytes) = client_xorb(&contents(), CompressionScheme::LZ4, true);
    let with = |place: usize, byte: u8| {
        let mut bytes = bytes.clone();
        bytes[place] = byte;
        bytes
    };
    let cut = Bad::Truncated { what: "chunk" };
    refused(&[], hash, &Bad::XorbEmpty);
    refused(&bytes[..5], hash, &cut);
    refused(&bytes[..8], hash, &cut);
    refused(&with(0, 9), hash, &Bad::ChunkVersion { chunk: 0, version: 9 });
    refused(&with(4, 99), hash, &Bad::ChunkScheme { chunk: 0, scheme: 99 });
    refused(&with(5, 2), hash, &Bad::ChunkPacking { chunk: 0 });
    refused(&bytes[..bytes.len() - 1], hash, &Bad::XorbFooter);
    refused(&[&bytes[..], b"x"].concat(), hash, &Bad::XorbFooter);
    refused(&with(bytes.len() - 30, 1), hash, &Bad::XorbFooter);
    let found = name_found(&bytes);
    let expected = Hash::of_chunk(b"another");
    refused(&bytes, expected, &Bad::XorbHash { expected, found });
    let empty = Bad::ChunkLength { chunk: 0, unpacked_bytes: 0, packed_bytes: 0 };
    refused(&plain_chunk(&[]), hash, &empty);
    let long = plain_chunk(&vec![0; 131_073]);
    let bad = Bad::ChunkLength { chunk: 0, unpacked_bytes: 131_073, packed_bytes: 131_073 };
    refused(&long, hash, &bad);
    let huge = [0, 1, 0, 4, 1, 1, 0, 0];
    let bad = Bad::ChunkLength { chunk: 0, unpacked_bytes: 1, packed_bytes: 262_145 };
    refused(&huge, hash, &bad);
}

#[test]
fn a_bomb_does_not_unpack_beyond_what_its_header_states() {
    let (_, bomb) = client_xorb(&[vec![0; 131_072]], CompressionScheme::LZ4, false);
    assert!(bomb.len() < 1_000);
    let mut lying = bomb;
    lying[5..8].copy_from_slice(&[16, 0, 0]);
    refused(&lying, Hash::ZERO, &Bad::ChunkPacking { chunk: 0 });
}

#[test]
fn bytes_behind_a_frame_within_a_chunk_are_refused() {
    let (hash, good) = client_xorb(&[b"text ".repeat(100)], CompressionScheme::LZ4, false);
    let mut longer = good.clone();
    longer.push(0);
    longer[1] += 1;
    refused(&longer, hash, &Bad::ChunkPacking { chunk: 0 });
    let mut twice = good[8..].to_vec();
    twice.splice(0..0, good.iter().copied());
    let [a, b, c, _] = u32::try_from(twice.len() - 8).unwrap().to_le_bytes();
    twice[1..4].copy_from_slice(&[a, b, c]);
    refused(&twice, hash, &Bad::ChunkPacking { chunk: 0 });
}

#[test]
fn a_failing_disk_is_not_the_clients_fault() {
    struct Full;
    impl Write for Full {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::Error::from(io::ErrorKind::StorageFull))
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let (hash, bytes) = client_xorb(&contents(), CompressionScheme::LZ4, false);
    let failed = xorb_read(&mut Drips(&bytes), &mut Full, hash);
    assert!(matches!(failed, Err(XorbError::Write(_))));
}

#[test]
fn a_table_comes_back_from_the_database() {
    let (hash, bytes) = client_xorb(&contents(), CompressionScheme::Auto, false);
    let xorb = xorb_check(&bytes, hash).unwrap();
    let stored = xorb.encode();
    assert_eq!(stored.len(), 1 + 15 * 38);
    let read = Xorb::decode(hash, &stored).unwrap();
    assert_eq!(read, xorb);
    assert!(read.is_whole());
    assert!(!Xorb::decode(Hash::ZERO, &stored).unwrap().is_whole());
    assert_eq!(xorb.range(3..3), None);
    assert_eq!(xorb.range(14..16), None);
    #[expect(clippy::reversed_empty_ranges, reason = "a hostile term may say so")]
    let reversed = xorb.range(4..3);
    assert_eq!(reversed, None);
}

#[test]
fn a_damaged_table_is_refused() {
    let (hash, bytes) = client_xorb(&contents(), CompressionScheme::Auto, false);
    let stored = xorb_check(&bytes, hash).unwrap().encode();
    let mut long = stored.clone();
    long[38] = 0xff;
    let mut unpackable = stored.clone();
    unpackable[35] = 0x10;
    let mut other = stored.clone();
    other[0] = 2;
    let many = [&[1][..], &stored[1..39].repeat(8_193)].concat();
    for damaged in [&[][..], &[1], &stored[..stored.len() - 1], &long, &unpackable, &other, &many] {
        assert_eq!(Xorb::decode(hash, damaged), Err(Bad::Table(hash)));
    }
}

/// Bytes with a few changes: flipped, cut out, doubled, lengths grown.
fn damaged(bytes: Vec<u8>) -> impl Strategy<Value = Vec<u8>> {
    let change = (any::<prop::sample::Index>(), any::<u8>(), 0..5_u8);
    prop::collection::vec(change, 1..4).prop_map(move |changes| {
        let mut bytes = bytes.clone();
        for (place, byte, kind) in changes {
            if bytes.is_empty() {
                break;
            }
            let place = place.index(bytes.len());
            match kind {
                0 => bytes[place] ^= byte,
                1 => bytes.truncate(place),
                2 => drop(bytes.drain(place..bytes.len().min(place + usize::from(byte)))),
                3 => bytes.insert(place, byte),
                _ => bytes[place] = 0xff,
            }
        }
        bytes
    })
}

fn small(scheme: CompressionScheme, has_footer: bool) -> (Hash, Vec<u8>) {
    let contents = [weights(900, 1), noise(33, 2), b"text ".repeat(60)];
    client_xorb(&contents, scheme, has_footer)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn a_damaged_xorb_is_refused_or_the_same(
        bytes in prop::sample::select(SCHEMES.to_vec()).prop_flat_map(|scheme| {
            any::<bool>().prop_flat_map(move |footer| damaged(small(scheme, footer).1))
        })
    ) {
        let (hash, _) = small(CompressionScheme::LZ4, false);
        let checked = xorb_check(&bytes, hash);
        let mut body = Vec::new();
        let read = xorb_read(&mut Drips(&bytes), &mut body, hash);
        prop_assert_eq!(checked.is_ok(), read.is_ok());
        if let Ok(xorb) = checked {
            // What we take, the client has to be able to open, with the same content.
            let (plain, _) = xet_core_structures::xorb_object::deserialize_chunks(
                &mut Cursor::new(&body)).unwrap();
            let expected = [weights(900, 1), noise(33, 2), b"text ".repeat(60)].concat();
            prop_assert_eq!(&plain, &expected);
            prop_assert_eq!(usize::try_from(xorb.body_bytes()).unwrap(), body.len());
        }
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let hash = Hash::ZERO;
        let _ = (xorb_check(&bytes, hash).is_ok(), Xorb::decode(hash, &bytes).is_ok());
        let mut plain = Vec::new();
        let _ = chunks_unpack(&bytes, &mut plain).is_ok();
        prop_assert!(plain.len() <= bytes.len() * usize::try_from(CHUNK_BYTES_MAX).unwrap());
    }
}
