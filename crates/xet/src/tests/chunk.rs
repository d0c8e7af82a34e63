use super::{noise, weights};
use crate::chunk::{Header, Scheme, Unpacker, pack};
use crate::{Bad, chunks_unpack};
use lz4_flex::frame::{BlockMode, BlockSize, FrameEncoder, FrameInfo};
use proptest::prelude::*;
use std::io::Write;
use xet_core_structures::xorb_object::CompressionScheme;

const BLOCK_SIZES: [BlockSize; 4] =
    [BlockSize::Max64KB, BlockSize::Max256KB, BlockSize::Max1MB, BlockSize::Max4MB];

/// A frame of any kind that the format allows.
fn frame(content: &[u8], size: BlockSize, mode: BlockMode, has_sums: bool) -> Vec<u8> {
    let info = FrameInfo::new()
        .block_size(size)
        .block_mode(mode)
        .block_checksums(has_sums)
        .content_checksum(has_sums);
    let mut encoder = FrameEncoder::with_frame_info(info, Vec::new());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

fn opened(packed: &[u8], scheme: Scheme, unpacked_bytes: u32) -> Result<Vec<u8>, Bad> {
    let packed_bytes = u32::try_from(packed.len()).unwrap();
    let header = Header { scheme, packed_bytes, unpacked_bytes };
    Unpacker::default().unpack(7, header, packed).map(<[u8]>::to_vec)
}

#[test]
fn every_kind_of_frame_is_opened() {
    let content = weights(130_000, 1);
    for size in BLOCK_SIZES {
        for mode in [BlockMode::Independent, BlockMode::Linked] {
            for has_sums in [false, true] {
                let packed = frame(&content, size, mode, has_sums);
                assert_eq!(opened(&packed, Scheme::Lz4, 130_000).as_ref(), Ok(&content));
                let short = opened(&packed, Scheme::Lz4, 130_001);
                assert_eq!(short, Err(Bad::ChunkPacking { chunk: 7 }));
                let long = opened(&packed, Scheme::Lz4, 129_999);
                assert_eq!(long, Err(Bad::ChunkPacking { chunk: 7 }));
            }
        }
    }
}

#[test]
fn a_plain_chunk_has_the_length_it_states() {
    assert_eq!(opened(b"abc", Scheme::Plain, 3), Ok(b"abc".to_vec()));
    assert_eq!(opened(b"abc", Scheme::Plain, 2), Err(Bad::ChunkPacking { chunk: 7 }));
}

#[test]
fn the_buffers_of_a_long_chunk_do_not_show_in_a_short_one() {
    let mut unpacker = Unpacker::default();
    for bytes in [40_003, 5, 1_002] {
        let content = weights(bytes, 3);
        let made = CompressionScheme::ByteGrouping4LZ4.compress_from_slice(&content).unwrap();
        let header = Header {
            scheme: Scheme::GroupedLz4,
            packed_bytes: u32::try_from(made.len()).unwrap(),
            unpacked_bytes: u32::try_from(bytes).unwrap(),
        };
        assert_eq!(unpacker.unpack(0, header, &made).unwrap(), content);
    }
}

#[test]
fn a_chunk_is_packed_the_way_that_is_smallest() {
    for (content, scheme) in [(noise(50_000, 1), 0), (vec![1; 50_000], 1), (weights(50_000, 1), 2)]
    {
        let mut stored = Vec::new();
        let length = pack(&content, &mut stored);
        assert_eq!((stored.len(), stored[4]), (usize::try_from(length).unwrap(), scheme));
        let mut plain = Vec::new();
        assert_eq!(chunks_unpack(&stored, &mut plain), Ok(1));
        assert_eq!(plain, content);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3_000))]

    #[test]
    fn a_damaged_frame_neither_panics_nor_grows(
        kind in (prop::sample::select(BLOCK_SIZES.to_vec()), any::<bool>(), any::<bool>()),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..5),
        is_grouped in any::<bool>(),
    ) {
        let (size, is_linked, has_sums) = kind;
        let mode = if is_linked { BlockMode::Linked } else { BlockMode::Independent };
        let mut packed = frame(&weights(3_000, 2), size, mode, has_sums);
        let front = packed.len().min(40);
        for (place, byte) in changes {
            // Most damage at the front, where the lengths and flags are.
            let place = if byte % 2 == 0 { place.index(front) } else { place.index(packed.len()) };
            packed[place] ^= byte;
        }
        let scheme = if is_grouped { Scheme::GroupedLz4 } else { Scheme::Lz4 };
        if let Ok(plain) = opened(&packed, scheme, 3_000) {
            prop_assert_eq!(plain.len(), 3_000);
        }
    }

    #[test]
    fn any_content_is_packed_and_opened(
        content in prop::collection::vec(any::<u8>(), 1..600),
        times in 1..40_usize,
    ) {
        let content = content.repeat(times);
        let mut stored = Vec::new();
        pack(&content, &mut stored);
        let mut plain = Vec::new();
        prop_assert_eq!(chunks_unpack(&stored, &mut plain), Ok(1));
        prop_assert_eq!(plain, content);
    }
}
