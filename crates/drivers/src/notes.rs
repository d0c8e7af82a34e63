//! What a driver keeps of one run on disk: a folder of small files that appear whole and durable.

use crate::Error;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::PathBuf;

/// Most bytes that are read of a file of one line.
const LINE_BYTES_MAX: u64 = 4_096;

/// The folder of one run.
#[derive(Debug, Clone)]
pub(crate) struct Notes(pub(crate) PathBuf);

impl Notes {
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// Makes the folder, for the zone's user alone, durably.
    pub(crate) fn create(&self) -> io::Result<()> {
        fs::DirBuilder::new().mode(0o700).recursive(true).create(&self.0)?;
        self.0.parent().map_or(Ok(()), |parent| File::open(parent)?.sync_all())
    }

    /// Writes a file that only the zone and its jobs may read. It appears whole, and durable.
    pub(crate) fn leave(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let new = self.path(&format!("{name}.part"));
        let mut file =
            OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&new)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&new, self.path(name))?;
        File::open(&self.0)?.sync_all()
    }

    /// Reads a short file; nothing where it is not there or cannot be read.
    pub(crate) fn line(&self, name: &str) -> String {
        let mut text = String::new();
        let read = File::open(self.path(name))
            .and_then(|file| file.take(LINE_BYTES_MAX).read_to_string(&mut text));
        read.map_or_else(|_| String::new(), |_| text)
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.path(name).exists()
    }

    pub(crate) fn remove(&self, name: &str) -> io::Result<()> {
        absent_is_fine(fs::remove_file(self.path(name)))
    }

    /// Removes it. First it gets another name, so that half of it is never taken for a run.
    pub(crate) fn remove_all(&self) -> io::Result<()> {
        let gone = self.0.with_extension("gone");
        absent_is_fine(fs::remove_dir_all(&gone))?;
        absent_is_fine(fs::rename(&self.0, &gone))?;
        absent_is_fine(fs::remove_dir_all(&gone))
    }
}

fn absent_is_fine(done: io::Result<()>) -> io::Result<()> {
    match done {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        done => done,
    }
}

/// Runs what waits for the disk where it may wait.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|error| Err(Error::Unavailable(format!("the work stopped: {error}"))))
}

/// Tells a failure of the disk.
pub(crate) fn unkept(error: io::Error) -> Error {
    Error::Unavailable(format!("the folder of runs failed: {error}"))
}
