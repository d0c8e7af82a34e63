//! The folder of one run on the shared file system: all that must outlive the zone.

use super::judge::Kept;
use super::record;
use base::Time;
use compute::Ended;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// Most bytes that are read of a file of one line.
const LINE_BYTES_MAX: u64 = 4_096;

/// How far a submission had come before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Begun {
    /// Nothing was handed over yet.
    First,
    /// It was, or was about to be; no reply was kept.
    Again,
    /// Slurm has it, or had it.
    Taken,
}

/// What `batch.sh` is given, as file contents.
#[derive(Debug)]
pub(super) struct Files {
    /// Shell: limits and the call of bubblewrap with the command.
    pub(super) settings: Vec<u8>,
    /// Arguments of bubblewrap, each ended by a zero byte; holds the secrets.
    pub(super) arguments: Vec<u8>,
}

/// The folder of one run.
#[derive(Debug, Clone)]
pub(super) struct Folder(pub(super) PathBuf);

impl Folder {
    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// Prepares a submission. When it returns `First`, everything that the job needs and the mark
    /// of the attempt are durable.
    pub(super) fn begin(&self, script: &str, files: &Files) -> io::Result<Begun> {
        let kept = self.read();
        if kept.job.is_some() || kept.owner.is_some() || kept.ended.is_some() {
            return Ok(Begun::Taken);
        }
        if kept.verdict.is_some() || kept.cancelled_at.is_some() {
            return Ok(Begun::Taken);
        }
        if kept.is_attempted {
            return Ok(Begun::Again);
        }
        fs::DirBuilder::new().mode(0o700).recursive(true).create(&self.0)?;
        self.leave("batch.sh", script.as_bytes())?;
        self.leave("settings", &files.settings)?;
        self.leave("arguments", &files.arguments)?;
        self.leave("log", b"")?;
        self.leave("attempt", b"")?;
        if let Some(parent) = self.0.parent() {
            File::open(parent)?.sync_all()?;
        }
        Ok(Begun::First)
    }

    /// Reads what it tells. What cannot be read is not there.
    pub(super) fn read(&self) -> Kept {
        let line = |name| line_read(&self.path(name)).unwrap_or_default();
        let owner = fs::read_link(self.path("owner")).ok();
        Kept {
            is_attempted: self.path("attempt").exists(),
            job: line("job").trim().parse().ok(),
            owner: owner.and_then(|id| id.to_str()?.parse().ok()),
            cancelled_at: record::time(&line("cancelled")),
            started_at: record::time(&line("started")),
            ended: record::read(&line("ended")),
            verdict: record::read(&line("verdict")),
        }
    }

    pub(super) fn job_write(&self, id: u64) -> io::Result<()> {
        self.leave("job", format!("{id}\n").as_bytes())
    }

    /// Marks it as cancelled: a job that only now begins ends at once.
    pub(super) fn cancel(&self, now: Time) -> io::Result<()> {
        if self.path("cancelled").exists() {
            return Ok(());
        }
        self.leave("cancelled", format!("{}\n", now.millis()).as_bytes())
    }

    /// Keeps how it ended, so that it never changes, and drops the secrets.
    pub(super) fn verdict_write(&self, ended: &Ended) -> io::Result<()> {
        self.leave("verdict", record::write(ended).as_bytes())?;
        absent_is_fine(fs::remove_file(self.path("arguments")))
    }

    /// Reads a part of the log, and says how long it is.
    pub(super) fn log(&self, from: u64, bytes_max: usize) -> io::Result<(Vec<u8>, u64)> {
        let mut file = match File::open(self.path("log")) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok((Vec::new(), 0)),
            file => file?,
        };
        let mut bytes = Vec::new();
        file.seek(SeekFrom::Start(from))?;
        let most = u64::try_from(bytes_max).unwrap_or(u64::MAX);
        Read::by_ref(&mut file).take(most).read_to_end(&mut bytes)?;
        Ok((bytes, file.metadata()?.len()))
    }

    /// Removes it. First it gets another name, so that half of it is never taken for a run.
    pub(super) fn remove(&self) -> io::Result<()> {
        let gone = self.0.with_extension("gone");
        absent_is_fine(fs::remove_dir_all(&gone))?;
        absent_is_fine(fs::rename(&self.0, &gone))?;
        absent_is_fine(fs::remove_dir_all(&gone))
    }

    /// Writes a file that only the zone and its jobs may read. It appears whole, and durable.
    fn leave(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let new = self.path(&format!("{name}.part"));
        let mut file =
            OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&new)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&new, self.path(name))?;
        File::open(&self.0)?.sync_all()
    }
}

fn line_read(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    File::open(path)?.take(LINE_BYTES_MAX).read_to_string(&mut text)?;
    Ok(text)
}

fn absent_is_fine(done: io::Result<()>) -> io::Result<()> {
    match done {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        done => done,
    }
}
