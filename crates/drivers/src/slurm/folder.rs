//! The folder of one run on the shared file system: all that must outlive the zone.

use super::judge::Kept;
use crate::notes::Notes;
use crate::record;
use crate::sandbox::people_write;
use base::Time;
use compute::Ended;
use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

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
pub(super) struct Folder(Notes);

impl Folder {
    pub(super) fn new(path: PathBuf) -> Self {
        Self(Notes(path))
    }

    pub(super) fn at(&self) -> &Path {
        &self.0.0
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.0.path(name)
    }

    /// Removes it with all that is in it.
    pub(super) fn remove(&self) -> io::Result<()> {
        self.0.remove_all()
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
        self.0.create()?;
        self.0.leave("batch.sh", script.as_bytes())?;
        self.0.leave("settings", &files.settings)?;
        self.0.leave("arguments", &files.arguments)?;
        self.0.leave("log", b"")?;
        fs::create_dir_all(self.path("people"))?;
        people_write(&self.path("people"))?;
        self.0.leave("attempt", b"")?;
        Ok(Begun::First)
    }

    /// Reads what it tells. What cannot be read is not there.
    pub(super) fn read(&self) -> Kept {
        let line = |name| self.0.line(name);
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
        self.0.leave("job", format!("{id}\n").as_bytes())
    }

    /// Marks it as cancelled: a job that only now begins ends at once.
    pub(super) fn cancel(&self, now: Time) -> io::Result<()> {
        if self.path("cancelled").exists() {
            return Ok(());
        }
        self.0.leave("cancelled", format!("{}\n", now.millis()).as_bytes())
    }

    /// Keeps how it ended, so that it never changes, and drops the secrets.
    pub(super) fn verdict_write(&self, ended: &Ended) -> io::Result<()> {
        self.0.leave("verdict", record::write(ended).as_bytes())?;
        self.0.remove("arguments")
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
}
