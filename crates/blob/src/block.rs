//! A block of bytes as it is collected, placed in memory as disks want it.

use bytes::Bytes;

/// Where direct writes may begin, in memory and in a file, in bytes: a multiple of the block size
/// of every common disk (512 or 4,096; `open(2)`, `O_DIRECT`).
pub(crate) const ALIGNMENT_BYTES: usize = 4_096;

/// Collects up to a number of bytes, of which the first is aligned. Takes its memory with the first
/// byte.
#[derive(Debug, Default)]
pub(crate) struct Block {
    memory: Vec<u8>,
    from: usize,
}

impl Block {
    /// Adds bytes; in all there must be at most `block_bytes`.
    pub(crate) fn extend(&mut self, bytes: &[u8], block_bytes: usize) {
        if self.memory.capacity() < block_bytes + ALIGNMENT_BYTES {
            let mut memory = Vec::<u8>::with_capacity(block_bytes + ALIGNMENT_BYTES);
            // Never further than one alignment: bytes can be addressed one by one.
            let from = memory.as_ptr().align_offset(ALIGNMENT_BYTES).min(ALIGNMENT_BYTES);
            memory.resize(from, 0);
            memory.extend_from_slice(self.bytes());
            *self = Self { memory, from };
        }
        self.memory.extend_from_slice(bytes);
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.memory[self.from..]
    }

    pub(crate) fn len(&self) -> usize {
        self.memory.len() - self.from
    }

    pub(crate) fn clear(&mut self) {
        self.memory.truncate(self.from);
    }

    pub(crate) fn into_bytes(self) -> Bytes {
        Bytes::from(self.memory).slice(self.from..)
    }
}

#[cfg(test)]
mod tests {
    use super::{ALIGNMENT_BYTES, Block};

    #[test]
    fn a_block_is_aligned_and_stays_so_when_it_is_used_again() {
        let mut block = Block::default();
        assert_eq!((block.len(), block.bytes()), (0, &b""[..]));
        for round in 0..3_u8 {
            let expected: Vec<u8> = (0..10_000_u32).map(|n| n.to_le_bytes()[0] ^ round).collect();
            for piece in expected.chunks(777) {
                block.extend(piece, 10_000);
            }
            assert_eq!(block.bytes().as_ptr().align_offset(ALIGNMENT_BYTES), 0);
            assert_eq!((block.len(), block.bytes()), (10_000, expected.as_slice()));
            block.clear();
        }
        block.extend(b"end", 10_000);
        assert_eq!(block.into_bytes(), "end");
    }
}
