//! Going over all files: the listing, and the reaping of what was left behind.

use super::{Local, failed, is_absent, parts};
use crate::{Entries, Entry, Error, Key};
use base::Time;
use futures_util::stream;
use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::UNIX_EPOCH;
use tokio::sync::mpsc;

/// Entries found before the caller asks for them. Enough that the walk does not wait for each.
const AHEAD_MAX: usize = 256;

type Sender = mpsc::Sender<Result<Entry, Error>>;

impl Local {
    pub(crate) fn list(self: Arc<Self>, below: Option<Key>) -> Entries {
        let start = (self, below, None::<mpsc::Receiver<Result<Entry, Error>>>);
        // The walk begins when the first entry is asked for.
        Box::pin(stream::unfold(start, |(local, below, entries)| async move {
            let mut entries = entries.unwrap_or_else(|| walk_spawn(&local, below.as_ref()));
            let entry = entries.recv().await?;
            Some((entry, (local, below, Some(entries))))
        }))
    }

    pub(crate) fn staged_reap(&self, older_than: Time) -> Result<u64, Error> {
        let mut removed = 0;
        for path in names(&self.staged)? {
            if touched(&path)?.is_some_and(|at| at < older_than) {
                match fs::remove_file(&path) {
                    Ok(()) => removed += 1,
                    Err(error) if is_absent(&error) => {}
                    Err(error) => return Err(failed("remove", &path, error)),
                }
            }
        }
        for folder in names(&self.uploads)? {
            let files = names(&folder)?;
            let mut newest = touched(&folder)?;
            for file in &files {
                newest = newest.max(touched(file)?);
            }
            if newest.is_some_and(|at| at < older_than) {
                parts::folder_remove(&folder)?;
                removed += u64::try_from(files.len()).unwrap_or(u64::MAX);
            }
        }
        Ok(removed)
    }
}

fn walk_spawn(local: &Arc<Local>, below: Option<&Key>) -> mpsc::Receiver<Result<Entry, Error>> {
    let (sender, receiver) = mpsc::channel(AHEAD_MAX);
    let prefix = below.map(|key| key.as_str().to_owned()).unwrap_or_default();
    let folder = below.map_or_else(|| local.objects.clone(), |key| local.object_path(key));
    tokio::task::spawn_blocking(move || {
        if let Err(error) = walk(&folder, &prefix, &sender) {
            // Nobody listens any more: nobody misses it.
            drop(sender.blocking_send(Err(error)));
        }
    });
    receiver
}

/// Sends what is in a folder, in the order of names. The depth is bounded by the length of keys.
fn walk(folder: &Path, prefix: &str, sender: &Sender) -> Result<(), Error> {
    for path in names(folder)? {
        if sender.is_closed() {
            return Ok(());
        }
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else { continue };
        let text = if prefix.is_empty() { name.to_owned() } else { format!("{prefix}/{name}") };
        let Ok(key) = text.parse::<Key>() else { continue };
        match fs::symlink_metadata(&path) {
            Ok(found) if found.is_dir() => walk(&path, &text, sender)?,
            Ok(found) if found.is_file() => {
                let (size_bytes, modified_at) = (found.len(), modified(&found));
                // A closed channel is found at the next name.
                drop(sender.blocking_send(Ok(Entry { key, size_bytes, modified_at })));
            }
            Err(error) if !is_absent(&error) => return Err(failed("look at", &path, error)),
            _ => {}
        }
    }
    Ok(())
}

/// The names in a folder, sorted; nothing where it is none.
fn names(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let read = || fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect();
    match read() {
        Ok(mut names) => {
            let names: &mut Vec<PathBuf> = &mut names;
            names.sort_unstable();
            Ok(std::mem::take(names))
        }
        Err(error) if is_absent(&error) => Ok(Vec::new()),
        Err(error) => Err(failed("list the folder", folder, error)),
    }
}

/// When a file was written last; `None` when it is gone meanwhile.
fn touched(path: &Path) -> Result<Option<Time>, Error> {
    match fs::symlink_metadata(path) {
        Ok(found) => Ok(Some(modified(&found))),
        Err(error) if is_absent(&error) => Ok(None),
        Err(error) => Err(failed("look at", path, error)),
    }
}

/// The file system's time, held at 1970 for files that claim to be older.
fn modified(found: &Metadata) -> Time {
    let since = found.modified().ok().and_then(|at| at.duration_since(UNIX_EPOCH).ok());
    let millis = since.map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX));
    Time::from_millis(millis)
}
