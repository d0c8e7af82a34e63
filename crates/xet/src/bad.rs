//! Why bytes are refused: one list for xorbs, shards, files and ranges.

use crate::Hash;

/// A reason to refuse what a client sent, or what the store gave back.
///
/// A caller answers 400 to all of them except [`Bad::OutOfRange`] (416) and, when rebuilding,
/// treats any as damage in the store.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Bad {
    /// The bytes end inside something.
    #[error("the {what} ends early; send it whole")]
    Truncated {
        /// What was being read.
        what: &'static str,
    },
    /// Bytes follow the end.
    #[error("bytes follow the end of the {what}; send nothing after it")]
    Trailing {
        /// What had ended.
        what: &'static str,
    },
    /// The header of a chunk has a version that is not known.
    #[error("chunk `{chunk}` has the unknown version `{version}`; send version 0")]
    ChunkVersion {
        /// Number of the chunk, from 0.
        chunk: u32,
        /// The version it has.
        version: u8,
    },
    /// A chunk is packed in a way that is not known.
    #[error("chunk `{chunk}` is packed by the unknown scheme `{scheme}`; use 0, 1 or 2")]
    ChunkScheme {
        /// Number of the chunk, from 0.
        chunk: u32,
        /// The scheme it names.
        scheme: u8,
    },
    /// A chunk is empty or longer than a chunk may be.
    #[error(
        "chunk `{chunk}` says it has `{unpacked_bytes}` bytes in `{packed_bytes}`; the limits are \
         131072 and 262144, and none may be empty"
    )]
    ChunkLength {
        /// Number of the chunk, from 0.
        chunk: u32,
        /// Bytes it says it has unpacked.
        unpacked_bytes: u32,
        /// Bytes it says it has packed.
        packed_bytes: u32,
    },
    /// A chunk does not unpack to exactly the length it states.
    #[error("chunk `{chunk}` does not unpack to the length it states; pack it again")]
    ChunkPacking {
        /// Number of the chunk, from 0.
        chunk: u32,
    },
    /// A chunk has other content than its name says: damage in the store.
    #[error("chunk `{chunk}` of xorb `{xorb}` is damaged; restore the xorb from a backup")]
    ChunkHash {
        /// The xorb it lies in.
        xorb: Hash,
        /// Number of the chunk, from 0.
        chunk: u32,
    },
    /// A xorb without a chunk.
    #[error("the xorb has no chunk; send at least one")]
    XorbEmpty,
    /// A xorb with more chunks than may be.
    #[error("the xorb has more than 8192 chunks; cut it")]
    XorbChunks,
    /// A xorb with more bytes than may be.
    #[error("the xorb has more than 67108864 bytes; cut it")]
    XorbBytes,
    /// A xorb has another content than its name says.
    #[error("the xorb has the hash `{found}`, not `{expected}`; send it under its own name")]
    XorbHash {
        /// The name in the request.
        expected: Hash,
        /// The name of the content.
        found: Hash,
    },
    /// The footer of a xorb contradicts its chunks.
    #[error("the footer contradicts the chunks; send the xorb without a footer")]
    XorbFooter,
    /// A stored table of chunks cannot be read: damage in the database.
    #[error("the stored table of xorb `{0}` is damaged; check the xorb again")]
    Table(Hash),
    /// A shard has more bytes than may be.
    #[error("the shard has `{0}` bytes, the limit is 67108864; send several")]
    ShardBytes(usize),
    /// The bytes are no shard of the known version.
    #[error("this is no shard of version 2; send one")]
    ShardHeader,
    /// The footer of a shard contradicts its sections.
    #[error("the footer contradicts the shard; send the shard without a footer")]
    ShardFooter,
    /// The chunk hashes of an uploaded shard are keyed, so nothing can be checked.
    #[error("the chunk hashes of the shard are keyed; send them plain")]
    ShardKeyed,
    /// A file is described twice, differently.
    #[error("file `{0}` is described twice, differently; describe it once")]
    FileTwice(Hash),
    /// The files of a shard name more chunks than may be.
    #[error("the files of the shard name more than 67108864 chunks; send several shards")]
    ShardChunks,
    /// A term names a xorb that is not stored, or not for this client.
    #[error("xorb `{0}` is not here; send it first")]
    XorbUnknown(Hash),
    /// A term names chunks that its xorb does not have.
    #[error("xorb `{xorb}` has no chunks `{chunk_start}` to `{chunk_end}`; correct the term")]
    TermRange {
        /// The xorb of the term.
        xorb: Hash,
        /// First chunk of the term.
        chunk_start: u32,
        /// Chunk after the last of the term.
        chunk_end: u32,
    },
    /// A term states another length than its chunks have.
    #[error("a term of xorb `{xorb}` states `{stated}` bytes but has `{found}`; correct the term")]
    TermLength {
        /// The xorb of the term.
        xorb: Hash,
        /// Bytes that the term states.
        stated: u32,
        /// Bytes that its chunks have.
        found: u64,
    },
    /// A term comes without the hash that proves knowledge of its chunks.
    #[error("a term of xorb `{0}` has no verification hash; send one for every term")]
    TermUnproven(Hash),
    /// The proof of a term is wrong.
    #[error("the verification hash of a term of xorb `{0}` is wrong; compute it again")]
    TermProof(Hash),
    /// The chunks of a file do not make the file that is named.
    #[error("the chunks make the file `{found}`, not `{expected}`; send the file again")]
    FileHash {
        /// The name in the shard.
        expected: Hash,
        /// The name of the content.
        found: Hash,
    },
    /// A range that begins at or after the end of the file.
    #[error("the range begins at `{start}` but the file has `{size_bytes}` bytes; ask for less")]
    OutOfRange {
        /// First byte asked for.
        start: u64,
        /// Size of the file.
        size_bytes: u64,
    },
}
