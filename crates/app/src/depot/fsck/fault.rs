//! What can be wrong with the hub's files, and what to do about it.

/// Something that is not as it has to be. Its text says what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FsckFault {
    /// The Git folder of a repository is not there.
    #[error("repository `{repo}`: its Git folder `{path}` is lost: bring it back from a backup")]
    FolderLost {
        /// The repository, with its id.
        repo: String,
        /// The folder.
        path: String,
    },
    /// A ref leads to no commit.
    #[error(
        "repository `{repo}`: `{name}` leads to `{commit}`, which is not there: bring the Git \
         folder back from a backup, or push the commit again"
    )]
    RefBroken {
        /// The repository, with its id.
        repo: String,
        /// The ref.
        name: String,
        /// What it names.
        commit: String,
    },
    /// An object behind a ref cannot be read.
    #[error(
        "repository `{repo}`: its history is damaged ({why}): bring the Git folder back from a \
         backup, or push again from a whole clone"
    )]
    GitDamaged {
        /// The repository, with its id.
        repo: String,
        /// What cannot be read.
        why: String,
    },
    /// A commit names a large file that its repository does not hold.
    #[error("repository `{repo}`: the large file `{path}` ({sha256}) never came: upload it again")]
    LargeUnknown {
        /// The repository, with its id.
        repo: String,
        /// One of its paths.
        path: String,
        /// Its SHA-256.
        sha256: String,
    },
    /// The sum that quotas are tested by is wrong.
    #[error(
        "repository `{repo}`: its large files count {summed} bytes, but {stated} are noted: tell \
         the makers of this program"
    )]
    UsedWrong {
        /// The repository, with its id.
        repo: String,
        /// The sum that is noted.
        stated: i64,
        /// The sum of the rows.
        summed: i64,
    },
    /// The bytes of a large file are not there.
    #[error(
        "repository `{repo}`: the bytes of {sha256} are lost: bring `{key}` of the store back from \
         a backup, or upload the file again"
    )]
    BytesLost {
        /// The repository, with its id.
        repo: String,
        /// The file's SHA-256.
        sha256: String,
        /// Where the bytes should be.
        key: String,
    },
    /// The bytes of a large file are cut off or too long.
    #[error(
        "`{key}` of the store has {found} bytes and should have {stated}: bring it back from a \
         backup, or delete it and upload the file again"
    )]
    BytesSize {
        /// Where the bytes are.
        key: String,
        /// The size that is noted.
        stated: i64,
        /// The size that it has.
        found: u64,
    },
    /// The bytes are others than their name says.
    #[error(
        "`{key}` of the store hashes to something else ({found}): bring it back from a backup, or \
         delete it and upload the file again; and test the disk"
    )]
    BytesWrong {
        /// Where the bytes are.
        key: String,
        /// What they hash to, or why they cannot be read.
        found: String,
    },
    /// A large file is stored as chunks, and what it consists of is not known.
    #[error("repository `{repo}`: how {sha256} is put together is lost: upload the file again")]
    ChunkedLost {
        /// The repository, with its id.
        repo: String,
        /// The file's SHA-256.
        sha256: String,
    },
    /// A chunked file does not come out as its name.
    #[error("chunked file {hash} of namespace {store} is damaged ({why}): upload the file again")]
    ChunkedWrong {
        /// The namespace.
        store: String,
        /// The file's name.
        hash: String,
        /// What is wrong.
        why: String,
    },
    /// The bytes of a container are not there.
    #[error(
        "container `{key}` of the store is lost: bring it back from a backup, or upload the files \
         again that need it"
    )]
    XorbLost {
        /// Where it should be.
        key: String,
    },
}
