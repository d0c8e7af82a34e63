//! A repository folder and the objects in it.

use crate::error::Error;
use crate::model::{Commit, Entry, Header, Kind, OBJECT_BYTES_MAX, Tag};
use crate::object::{TreeEntries, commit_parse, tag_parse};
use crate::oid::Oid;
use gix_object::Find as _;
use gix_odb::Header as _;
use gix_odb::store::init::{Options, Slots};
use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// Room for packs that appear while a store is open, beside twice those there are: opening it anew
/// is cheap and happens when the room is used up.
const PACK_SLOTS_MIN: usize = 128;

/// Times that an object is looked for before it is missing. One look is wrong about once in ten
/// thousand times under four threads that do nothing but add packs.
const LOOKS: usize = 4;

/// Tags of tags that are followed to a commit. ASSUMPTION: nobody signs a signature nine times.
const TAG_DEPTH_MAX: usize = 8;

/// No refs are in the folder, so everything in it looks unused to Git's program. `preciousObjects`
/// makes it refuse to prune or to delete packs (`git help config`), whoever runs it here.
const CONFIG: &str = "[core]
\trepositoryformatversion = 1
\tfilemode = true
\tbare = true
[extensions]
\tpreciousObjects = true
[gc]
\tauto = 0
";

/// A bare repository. A clone of the value is the same repository and costs nothing; all methods
/// can be called from many threads. Packs that another thread or process adds are seen at once.
///
/// Refs are not here: callers keep them and name objects by [`Oid`].
#[derive(Clone)]
pub struct Repo(Arc<Inner>);

struct Inner {
    path: PathBuf,
    store: Mutex<Arc<gix_odb::Store>>,
}

impl std::fmt::Debug for Repo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Repo({})", self.0.path.display())
    }
}

impl Repo {
    /// Makes an empty bare repository, durable when this returns, and opens it.
    ///
    /// A folder left by a crash in the middle of this call is completed.
    ///
    /// # Errors
    /// [`Error::Exists`] when there is one, [`Error::File`] when the folder cannot be written.
    pub fn create(path: &Path) -> Result<Self, Error> {
        let head = path.join("HEAD");
        if head.exists() {
            return Err(Error::Exists(path.to_owned()));
        }
        for folder in ["objects/pack", "objects/info", "refs/heads", "refs/tags"] {
            let folder = path.join(folder);
            fs::create_dir_all(&folder).map_err(Error::file("create the folder", &folder))?;
        }
        file_write_durably(&path.join("config"), CONFIG.as_bytes())?;
        for folder in ["objects", "refs", "."] {
            folder_sync(&path.join(folder))?;
        }
        // HEAD comes last: a folder without it is no repository.
        file_write_durably(&head, b"ref: refs/heads/main\n")?;
        folder_sync(path)?;
        path.parent().map_or(Ok(()), folder_sync)?;
        Self::open(path)
    }

    /// Opens a bare repository. Reads nothing but the names of its packs.
    ///
    /// # Errors
    /// [`Error::NotARepository`] when there is none.
    pub fn open(path: &Path) -> Result<Self, Error> {
        if !path.join("HEAD").is_file() || !path.join("objects/pack").is_dir() {
            return Err(Error::NotARepository(path.to_owned()));
        }
        let store = Mutex::new(store_open(path)?);
        Ok(Self(Arc::new(Inner { path: path.to_owned(), store })))
    }

    /// Returns where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0.path
    }

    /// Returns kind and size of an object; `None` when it is not here.
    ///
    /// # Errors
    /// [`Error::Store`] when a pack cannot be read.
    pub fn object_header(&self, oid: Oid) -> Result<Option<Header>, Error> {
        self.reader().header(oid)
    }

    /// Returns kind and size of many objects, in the order asked for: quicker than one by one.
    ///
    /// # Errors
    /// [`Error::Store`] when a pack cannot be read.
    pub fn object_headers(&self, oids: &[Oid]) -> Result<Vec<Option<Header>>, Error> {
        let mut reader = self.reader();
        oids.iter().map(|oid| reader.header(*oid)).collect()
    }

    /// Reads a blob of at most `bytes_max` bytes into memory.
    ///
    /// # Errors
    /// [`Error::Missing`], [`Error::Kind`], or [`Error::TooLarge`] before a byte is unpacked.
    pub fn blob_read(&self, oid: Oid, bytes_max: u64) -> Result<Vec<u8>, Error> {
        self.reader().blob(oid, bytes_max)
    }

    /// Reads a commit.
    ///
    /// # Errors
    /// [`Error::Missing`], [`Error::Kind`], [`Error::Malformed`].
    pub fn commit_read(&self, oid: Oid) -> Result<Commit, Error> {
        self.reader().commit(oid)
    }

    /// Reads an annotated tag.
    ///
    /// # Errors
    /// [`Error::Missing`], [`Error::Kind`], [`Error::Malformed`].
    pub fn tag_read(&self, oid: Oid) -> Result<Tag, Error> {
        let bytes = self.reader().object(oid, Kind::Tag)?;
        tag_parse(&bytes).map_err(|problem| Error::Malformed { oid, problem })
    }

    /// Follows annotated tags to the commit they stand for; `None` when they end elsewhere, or
    /// after eight tags.
    ///
    /// # Errors
    /// [`Error::Missing`] when the object is not here.
    pub fn commit_peel(&self, oid: Oid) -> Result<Option<Oid>, Error> {
        let mut at = oid;
        for _ in 0..=TAG_DEPTH_MAX {
            match self.object_header(at)?.ok_or(Error::Missing(at))?.kind {
                Kind::Commit => return Ok(Some(at)),
                Kind::Tag => at = self.tag_read(at)?.target,
                Kind::Blob | Kind::Tree => return Ok(None),
            }
        }
        Ok(None)
    }

    /// Reads the entries of one folder, in Git's order (a folder sorts as if its name ended in a
    /// slash).
    ///
    /// # Errors
    /// [`Error::Missing`], [`Error::Kind`]; [`Error::Malformed`] also for a name that is not UTF-8.
    pub fn tree_read(&self, oid: Oid) -> Result<Vec<Entry>, Error> {
        let bytes = self.reader().tree(oid)?;
        let entries = TreeEntries(&bytes).map(|entry| {
            let entry = entry?;
            Ok(Entry { name: entry.text()?.to_owned(), mode: entry.mode, oid: entry.oid })
        });
        entries.collect::<Result<_, _>>().map_err(|problem| Error::Malformed { oid, problem })
    }

    /// Finds what a path names in a tree; `None` when nothing, and for the empty path.
    ///
    /// # Errors
    /// As [`Repo::tree_read`].
    pub fn entry_at(&self, tree: Oid, path: &str) -> Result<Option<Entry>, Error> {
        self.reader().entry_at(tree, path)
    }

    /// Finds the one commit whose name begins with some hexadecimal digits, at least
    /// [`PREFIX_DIGITS_MIN`]. `None` when there is none, or more than one object begins so.
    ///
    /// # Errors
    /// [`Error::Store`] when a pack cannot be read.
    pub fn commit_by_prefix(&self, prefix: &str) -> Result<Option<Oid>, Error> {
        let is_hex = prefix.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        if !is_hex || prefix.len() < PREFIX_DIGITS_MIN {
            return Ok(None);
        }
        let Ok(wanted) = gix_hash::Prefix::from_hex(prefix) else { return Ok(None) };
        let mut reader = self.reader();
        let found = reader
            .handle
            .lookup_prefix(wanted, None)
            .map_err(|error| Error::Store { oid: Oid::ZERO, source: error.to_string().into() })?;
        let Some(Ok(found)) = found else { return Ok(None) };
        let Ok(oid) = found.to_string().parse::<Oid>() else { return Ok(None) };
        let is_commit = reader.header(oid)?.is_some_and(|header| header.kind == Kind::Commit);
        Ok(is_commit.then_some(oid))
    }

    pub(crate) fn reader(&self) -> Reader {
        let store = self.0.store.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Reader { repo: self.clone(), handle: store.to_cache_arc(), store }
    }

    pub(crate) fn pack_folder(&self) -> PathBuf {
        self.0.path.join("objects/pack")
    }

    /// Replaces a store that failed by a fresh one, once for all who saw it fail.
    fn store_renew(&self, failed: &Arc<gix_odb::Store>) -> Result<Arc<gix_odb::Store>, Error> {
        let mut store = self.0.store.lock().unwrap_or_else(PoisonError::into_inner);
        if Arc::ptr_eq(&store, failed) {
            *store = store_open(&self.0.path)?;
        }
        Ok(store.clone())
    }
}

/// Fewest digits by which a commit is found: what Git itself shows of a name.
pub const PREFIX_DIGITS_MIN: usize = 7;

/// Reads objects for one operation. Not shared between threads.
pub(crate) struct Reader {
    repo: Repo,
    handle: gix_odb::HandleArc,
    store: Arc<gix_odb::Store>,
}

impl Reader {
    pub(crate) fn header(&mut self, oid: Oid) -> Result<Option<Header>, Error> {
        if oid == Oid::EMPTY_TREE {
            return Ok(Some(Header { kind: Kind::Tree, size_bytes: 0 }));
        }
        let found = self.retried(oid, |handle| handle.try_header(&oid.outer()))?;
        Ok(found.map(|header| Header {
            kind: Kind::from_outer(header.kind()),
            size_bytes: header.size(),
        }))
    }

    /// Learns of the packs that were added up to now: looking for what is nowhere does that.
    pub(crate) fn refresh(&mut self) {
        // A failure shows again when an object is read.
        drop(self.handle.try_header(&Oid::ZERO.outer()));
    }

    /// Says whether an object is here, without looking for packs of the last moment: a wrong "no"
    /// costs a second copy.
    pub(crate) fn is_known(&self, oid: Oid) -> bool {
        self.handle.exists_without_refresh(&oid.outer())
    }

    /// Reads an object of a kind.
    pub(crate) fn object(&mut self, oid: Oid, wanted: Kind) -> Result<Vec<u8>, Error> {
        if oid == Oid::EMPTY_TREE && wanted == Kind::Tree {
            return Ok(Vec::new());
        }
        let found = self.retried(oid, |handle| {
            let mut bytes = Vec::new();
            let found = handle.try_find(&oid.outer(), &mut bytes);
            found.map(|data| data.map(|data| data.kind)).map(|kind| kind.map(|kind| (kind, bytes)))
        })?;
        let (kind, bytes) = found.ok_or(Error::Missing(oid))?;
        let found = Kind::from_outer(kind);
        if found == wanted { Ok(bytes) } else { Err(Error::Kind { oid, wanted, found }) }
    }

    pub(crate) fn blob(&mut self, oid: Oid, bytes_max: u64) -> Result<Vec<u8>, Error> {
        let Header { kind, size_bytes } = self.header(oid)?.ok_or(Error::Missing(oid))?;
        if kind != Kind::Blob {
            return Err(Error::Kind { oid, wanted: Kind::Blob, found: kind });
        }
        let size_bytes_max = bytes_max.min(OBJECT_BYTES_MAX);
        if size_bytes > size_bytes_max {
            return Err(Error::TooLarge { oid, size_bytes, size_bytes_max });
        }
        self.object(oid, Kind::Blob)
    }

    pub(crate) fn tree(&mut self, oid: Oid) -> Result<Vec<u8>, Error> {
        self.object(oid, Kind::Tree)
    }

    pub(crate) fn commit(&mut self, oid: Oid) -> Result<Commit, Error> {
        let bytes = self.object(oid, Kind::Commit)?;
        commit_parse(&bytes).map_err(|problem| Error::Malformed { oid, problem })
    }

    pub(crate) fn entry_at(&mut self, tree: Oid, path: &str) -> Result<Option<Entry>, Error> {
        let mut at = tree;
        let mut parts = path.split('/').peekable();
        while let Some(part) = parts.next() {
            let Some(entry) = self.entry_named(at, part)? else {
                return Ok(None);
            };
            if parts.peek().is_none() {
                return Ok(Some(entry));
            }
            if !entry.mode.is_dir() {
                return Ok(None);
            }
            at = entry.oid;
        }
        Ok(None)
    }

    fn entry_named(&mut self, tree: Oid, name: &str) -> Result<Option<Entry>, Error> {
        let bytes = self.tree(tree)?;
        for entry in TreeEntries(&bytes) {
            let entry = entry.map_err(|problem| Error::Malformed { oid: tree, problem })?;
            if entry.name == name.as_bytes() {
                let (mode, oid) = (entry.mode, entry.oid);
                return Ok(Some(Entry { name: name.to_owned(), mode, oid }));
            }
        }
        Ok(None)
    }

    /// Asks the store, and asks again before an answer is "no" or a failure.
    ///
    /// A store that fails may have had no room for the packs that were added since it was opened:
    /// the next answer is from a fresh one. One that finds nothing may be wrong while other threads
    /// add packs: a handle tells whether its view is current by the address of a structure
    /// (`SlotMapIndex::state_id` of `gix-odb` 0.87), which can be freed and used again.
    /// A new handle has a new view.
    fn retried<T, E: std::error::Error + Send + Sync + 'static>(
        &mut self,
        oid: Oid,
        ask: impl Fn(&gix_odb::HandleArc) -> Result<Option<T>, E>,
    ) -> Result<Option<T>, Error> {
        let mut answer = ask(&self.handle);
        for _ in 1..LOOKS {
            match answer {
                Ok(Some(found)) => return Ok(Some(found)),
                Ok(None) => {}
                Err(_) => self.store = self.repo.store_renew(&self.store)?,
            }
            self.handle = self.store.to_cache_arc();
            answer = ask(&self.handle);
        }
        answer.map_err(|error| Error::Store { oid, source: Box::new(error) })
    }
}

fn store_open(path: &Path) -> Result<Arc<gix_odb::Store>, Error> {
    let objects = path.join("objects");
    let options = Options {
        slots: Slots::AsNeededByDiskState { multiplier: 2.0, minimum: PACK_SLOTS_MIN },
        alloc_limit_bytes: usize::try_from(OBJECT_BYTES_MAX).ok(),
        ..Options::default()
    };
    let kind = gix_hash::Kind::Sha1;
    gix_odb::Store::at_opts(objects.clone(), kind, &mut std::iter::empty(), options)
        .map(Arc::new)
        .map_err(Error::file("open the objects in", &objects))
}

/// Writes a file so that it is whole on the disk, or absent.
pub(crate) fn file_write_durably(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let mut file = File::create(path).map_err(Error::file("create", path))?;
    file.write_all(bytes).map_err(Error::file("write", path))?;
    file.sync_all().map_err(Error::file("sync", path))
}

/// Makes the names in a folder durable: after this, files renamed into it stay.
pub(crate) fn folder_sync(path: &Path) -> Result<(), Error> {
    let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
    let folder = File::open(path).map_err(Error::file("open the folder", path))?;
    folder.sync_all().map_err(Error::file("sync the folder", path))
}
