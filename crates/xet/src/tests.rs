//! Claims about the formats, held against the published library.

mod chunk;
mod dedupe;
mod file;
mod hash;
mod packer;
mod plan;
mod rebuild;
mod shard;
mod wire;
mod xorb;

use crate::{File, Hash, PackedXorb, Packer, Xorb};
use std::collections::HashMap;
use std::convert::Infallible;
use xet_core_structures::merklehash::MerkleHash;
use xet_core_structures::xorb_object::{
    Chunk, CompressionScheme, RawXorbData, SerializedXorbObject,
};

/// Bytes that do not pack, the same on every run (splitmix64).
fn noise(bytes: usize, seed: u64) -> Vec<u8> {
    let mut state = seed;
    let mut noise = Vec::with_capacity(bytes + 8);
    while noise.len() < bytes {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut word = state;
        word = (word ^ (word >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        noise.extend((word ^ (word >> 31)).to_le_bytes());
    }
    noise.truncate(bytes);
    noise
}

/// Bytes that pack like the weights of a model: the high bytes of words repeat.
fn weights(bytes: usize, seed: u64) -> Vec<u8> {
    let mut weights = noise(bytes, seed);
    for word in weights.chunks_exact_mut(4) {
        word[3] = 0x3f;
        word[2] &= 0x07;
    }
    weights
}

fn theirs(hash: Hash) -> MerkleHash {
    MerkleHash::from(*hash.as_bytes())
}

fn ours(hash: MerkleHash) -> Hash {
    Hash::from_bytes(hash.into())
}

/// A xorb as a client makes it.
fn client_xorb(
    contents: &[Vec<u8>],
    scheme: CompressionScheme,
    has_footer: bool,
) -> (Hash, Vec<u8>) {
    let chunks: Vec<Chunk> =
        contents.iter().map(|bytes| Chunk::new(bytes.clone().into())).collect();
    let raw = RawXorbData::from_chunks(&chunks, vec![0]);
    let made = SerializedXorbObject::from_xorb_with_compression(raw, scheme, has_footer, 0)
        .expect("the client packs its xorb");
    (ours(made.hash), made.serialized_data)
}

/// Packed files with everything that was stored for them.
#[derive(Default)]
struct Store {
    xorbs: HashMap<Hash, Xorb>,
    bodies: HashMap<Hash, Vec<u8>>,
}

impl Store {
    fn pack(&mut self, bytes: &[u8]) -> File {
        let mut keep = |packed: PackedXorb| {
            self.bodies.insert(packed.xorb.hash(), packed.body);
            self.xorbs.insert(packed.xorb.hash(), packed.xorb);
            Ok::<(), Infallible>(())
        };
        let mut packer = Packer::new();
        packer.bytes_add(bytes, &mut keep).expect("memory takes everything");
        packer.finish(&mut keep).expect("memory takes everything")
    }

    /// A file of parts of other files: several terms on few xorbs, out of order.
    fn patchwork(&mut self) -> (File, Vec<u8>) {
        let first = noise(900_000, 1);
        let second = noise(700_000, 2);
        let files = [self.pack(&first), self.pack(&second)];
        let cuts = [(0, 2, 6), (1, 0, 4), (0, 4, 9), (0, 9, 10), (1, 3, 5), (0, 2, 6)];
        let mut content = Vec::new();
        let mut tree = crate::Tree::new();
        let mut terms = Vec::new();
        for (source, from, to) in cuts {
            let xorb = &self.xorbs[&files[source].terms[0].xorb];
            let plain = [&first, &second][source];
            let chunks = xorb.range(from..to).expect("the sources have enough chunks");
            let mut proof = crate::RangeHasher::new();
            let before = content.len();
            for chunk in chunks {
                let start = usize::try_from(chunk.unpacked_start).unwrap();
                let length = usize::try_from(chunk.unpacked_length).unwrap();
                content.extend_from_slice(&plain[start..start + length]);
                tree.chunk_add(chunk.hash, u64::from(chunk.unpacked_length));
                proof.chunk_add(&chunk.hash);
            }
            terms.push(crate::Term {
                xorb: xorb.hash(),
                chunk_start: from,
                chunk_end: to,
                unpacked_bytes: u32::try_from(content.len() - before).unwrap(),
                verification: Some(proof.finish()),
            });
        }
        let size_bytes = u64::try_from(content.len()).unwrap();
        (File { hash: tree.file_hash(), sha256: None, size_bytes, terms }, content)
    }
}
