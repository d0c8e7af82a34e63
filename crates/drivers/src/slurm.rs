//! Slurm, by its commands, with a folder per run on the file system that its nodes share.
//!
//! The commands and not `slurmrestd`: every cluster has them, their options have kept their
//! meaning for ten years, and they need no second way of signing in; the shapes that `slurmrestd`
//! reads change between its versions, and a wrong one is taken with a warning only. Submitting a
//! job to Slurm is no part of a person's waiting, so that a process per submission is cheap enough.
//!
//! What a run leaves is in its folder, written by `slurm/batch.sh` on the node: Slurm forgets
//! jobs, the folder does not. Must never: let two jobs do the same run (the first to make the link
//! `owner` is the one), or give Slurm a secret. Start reading at [`Slurm`], then `judge`.

mod commands;
mod folder;
mod judge;
mod plan;
mod queue;
mod words;

use crate::notes::{blocking, unkept};
use crate::{Backend, Driver, Error, LogPart, lanes::Lanes};
use base::Clock;
use commands::Commands;
use compute::{Run, RunKey, Sight};
use folder::{Begun, Folder};
use futures_util::future::{BoxFuture, FutureExt};
use judge::Kept;
pub(crate) use plan::quoted;
use queue::Job;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// What a node runs.
const SCRIPT: &str = include_str!("slurm/batch.sh");
/// Most runs that one `squeue` is asked for: their names fit into its arguments.
const KEYS_MAX: usize = 1_000;
/// Minutes that Slurm gives beyond the run's own limit, which the script keeps to the second.
const SPARE_MINUTES: u64 = 2;
const MEBIBYTE: u64 = 1 << 20;

/// How a cluster is used. Paths are the same on the zone's machine and on every node.
#[derive(Debug, Clone)]
pub struct SlurmOptions {
    /// Folder on the shared file system for the runs; only the zone's user may read it.
    pub folder: PathBuf,
    /// Folder on the shared file system with one folder per environment.
    pub environments: PathBuf,
    /// Begins the names of jobs: two zones on one cluster need two.
    pub name: String,
    /// Folder with `sbatch` and the others; `None` looks in `PATH`.
    pub programs: Option<PathBuf>,
    /// Slurm's configuration file, where it is not in the usual place.
    pub configuration: Option<PathBuf>,
    /// Partition, account and quality of service; `None` leaves the choice to Slurm.
    pub partition: Option<String>,
    /// Account that Slurm counts the jobs to.
    pub account: Option<String>,
    /// Quality of service.
    pub qos: Option<String>,
    /// Whether Slurm puts a run back into its queue when its node fails. Otherwise the run ends as
    /// `NodeFailed`, and the zone decides.
    pub is_requeued: bool,
    /// Seconds that each command may take.
    pub answer_seconds: u64,
}

impl SlurmOptions {
    /// Usual settings: everything that Slurm chooses itself, half a minute for each command.
    #[must_use]
    pub fn new(folder: PathBuf, environments: PathBuf) -> Self {
        Self {
            folder,
            environments,
            name: "hutong".to_owned(),
            programs: None,
            configuration: None,
            partition: None,
            account: None,
            qos: None,
            is_requeued: false,
            answer_seconds: 30,
        }
    }
}

/// A Slurm cluster.
pub struct Slurm {
    options: SlurmOptions,
    commands: Commands,
    clock: Arc<dyn Clock>,
    /// One submission per key at a time, in this process; between processes `owner` decides.
    lanes: Lanes,
}

impl std::fmt::Debug for Slurm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Slurm").field("options", &self.options).finish_non_exhaustive()
    }
}

impl Slurm {
    /// Makes a driver. Nothing is asked yet: see [`Driver::probe`].
    #[must_use]
    pub fn new(options: SlurmOptions, clock: Arc<dyn Clock>) -> Self {
        let commands = Commands {
            programs: options.programs.clone(),
            configuration: options.configuration.clone(),
            limit: Duration::from_secs(options.answer_seconds),
        };
        Self { options, commands, clock, lanes: Lanes::default() }
    }

    fn folder(&self, key: &RunKey) -> Folder {
        Folder::new(self.options.folder.join(key.as_str()))
    }

    fn job_name(&self, key: &RunKey) -> String {
        format!("{}-{key}", self.options.name)
    }

    async fn submit(&self, run: &Run) -> Result<(), Error> {
        let _guard = self.lanes.enter(&run.key).await;
        let folder = self.folder(&run.key);
        let environments = self.options.environments.clone();
        let (begun, plan) = {
            let (folder, run) = (folder.clone(), run.clone());
            blocking(move || {
                let files = plan::files(&run, &folder, &environments)?;
                Ok((folder.begin(SCRIPT, &files).map_err(unkept)?, files))
            })
            .await?
        };
        drop(plan);
        if begun == Begun::Taken {
            return Ok(());
        }
        if begun == Begun::Again
            && let Some(id) = self.found(&run.key, &folder).await?
        {
            return blocking(move || folder.job_write(id).map_err(unkept)).await;
        }
        match self.commands.run("sbatch", &self.submission(run, &folder)).await {
            Ok(reply) => {
                let id = reply.trim().split(';').next().unwrap_or_default().parse();
                let strange = |_| Error::Unavailable("`sbatch` named no job".to_owned());
                let id = id.map_err(strange)?;
                blocking(move || folder.job_write(id).map_err(unkept)).await
            }
            Err(Error::Refused(why)) => {
                blocking(move || folder.remove().map_err(unkept)).await?;
                Err(Error::Refused(why))
            }
            Err(unknown) => Err(unknown),
        }
    }

    /// The job of an earlier submission whose reply was lost.
    async fn found(&self, key: &RunKey, folder: &Folder) -> Result<Option<u64>, Error> {
        let jobs = self.jobs(std::slice::from_ref(key)).await?;
        let kept = kept(folder).await?;
        Ok(kept.job(&jobs.iter().collect::<Vec<_>>()).map(|job| job.id))
    }

    fn submission(&self, run: &Run, folder: &Folder) -> Vec<String> {
        let limits = &run.limits;
        let minutes = limits.seconds.div_ceil(60).saturating_add(SPARE_MINUTES);
        let memory = limits.memory_bytes.div_ceil(MEBIBYTE).max(1);
        let path = |name: &str| folder.path(name).display().to_string();
        let mut words = vec![
            "--parsable".to_owned(),
            format!("--job-name={}", self.job_name(&run.key)),
            format!("--comment={}", run.key),
            "--nodes=1".to_owned(),
            "--ntasks=1".to_owned(),
            format!("--cpus-per-task={}", limits.cores_milli.div_ceil(1_000).max(1)),
            format!("--mem={memory}M"),
            format!("--time={minutes}"),
            format!("--chdir={}", folder.at().display()),
            format!("--output={}", path("slurm.log")),
            "--open-mode=append".to_owned(),
            "--input=/dev/null".to_owned(),
            (if self.options.is_requeued { "--requeue" } else { "--no-requeue" }).to_owned(),
        ];
        if limits.accelerators > 0 {
            words.push(format!("--gres=gpu:{}", limits.accelerators));
        }
        let chosen = [
            ("partition", &self.options.partition),
            ("account", &self.options.account),
            ("qos", &self.options.qos),
        ];
        for (option, value) in chosen {
            words.extend(value.iter().map(|value| format!("--{option}={value}")));
        }
        words.extend([path("batch.sh"), folder.at().display().to_string()]);
        words
    }

    /// Slurm's jobs with the names of these runs, ended ones too as long as it remembers them.
    async fn jobs(&self, keys: &[RunKey]) -> Result<Vec<Job>, Error> {
        let mut jobs = Vec::new();
        for keys in keys.chunks(KEYS_MAX) {
            let names: Vec<String> = keys.iter().map(|key| self.job_name(key)).collect();
            let names = format!("--name={}", names.join(","));
            let format = format!("--Format={}", queue::FORMAT);
            let words = ["--noheader".to_owned(), "--states=all".to_owned(), names, format];
            jobs.extend(queue::read(&self.commands.run("squeue", &words).await?)?);
        }
        Ok(jobs)
    }

    async fn look(&self, keys: &[RunKey]) -> Result<Vec<Sight>, Error> {
        let mut all = Vec::with_capacity(keys.len());
        for key in keys {
            all.push(kept(&self.folder(key)).await?);
        }
        let pairs = keys.iter().zip(&all);
        let open: Vec<RunKey> =
            pairs.filter(|(_, kept)| kept.is_open()).map(|(key, _)| key.clone()).collect();
        let jobs = self.jobs(&open).await?;
        let mut by_name: HashMap<&str, Vec<&Job>> = HashMap::new();
        jobs.iter().for_each(|job| by_name.entry(&job.name).or_default().push(job));
        let mut sights = Vec::with_capacity(keys.len());
        for (key, mut before) in keys.iter().zip(all) {
            let folder = self.folder(key);
            if before.is_open() {
                // Read again, after Slurm was asked: a job that ended in between left its line.
                before = kept(&folder).await?;
            }
            let jobs = by_name.get(self.job_name(key).as_str()).map_or(&[][..], Vec::as_slice);
            let sight = judge::sight(&before, jobs, self.clock.now());
            if let (Sight::Ended(ended), None) = (&sight, &before.verdict) {
                let ended = ended.clone();
                blocking(move || folder.verdict_write(&ended).map_err(unkept)).await?;
            }
            sights.push(sight);
        }
        Ok(sights)
    }

    async fn cancel(&self, key: &RunKey) -> Result<(), Error> {
        let _guard = self.lanes.enter(key).await;
        let folder = self.folder(key);
        let before = kept(&folder).await?;
        if !before.is_open() {
            return Ok(());
        }
        let (now, marked) = (self.clock.now(), folder.clone());
        blocking(move || marked.cancel(now).map_err(unkept)).await?;
        let jobs = self.jobs(std::slice::from_ref(key)).await?;
        let ids: Vec<String> = jobs.iter().map(|job| job.id.to_string()).collect();
        if ids.is_empty() {
            return Ok(());
        }
        // `--quiet`: one that has ended meanwhile is no failure.
        let words = std::iter::once("--quiet".to_owned()).chain(ids).collect::<Vec<_>>();
        self.commands.run("scancel", &words).await.map(drop)
    }

    async fn logs(&self, key: &RunKey, (from, most): (u64, usize)) -> Result<LogPart, Error> {
        let folder = self.folder(key);
        let mut before = kept(&folder).await?;
        let read = |folder: Folder| blocking(move || folder.log(from, most).map_err(unkept));
        let (mut bytes, mut length) = read(folder.clone()).await?;
        if bytes.is_empty() && before.is_open() {
            // Nothing new: maybe because it was ended from outside, without a last line.
            self.look(std::slice::from_ref(key)).await?;
            before = kept(&folder).await?;
            (bytes, length) = read(folder).await?;
        }
        let next = from.saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        Ok(LogPart { is_over: !before.is_open() && next >= length, bytes, next })
    }

    async fn output(&self, key: &RunKey) -> Result<Option<PathBuf>, Error> {
        let folder = self.folder(key);
        let place = folder.path("output");
        let is_over = !kept(&folder).await?.is_open();
        Ok(Some(place).filter(|place| is_over && is_filled(place)))
    }

    async fn forget(&self, key: &RunKey) -> Result<(), Error> {
        let _guard = self.lanes.enter(key).await;
        let sights = self.look(std::slice::from_ref(key)).await?;
        if matches!(sights[..], [Sight::Waiting(_) | Sight::Running { .. }]) {
            return Ok(());
        }
        let folder = self.folder(key);
        blocking(move || folder.remove().map_err(unkept)).await
    }

    async fn probe(&self) -> Result<Backend, Error> {
        let all = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        let version = self.commands.run("sinfo", &all(&["--version"])).await?;
        let mut nodes = all(&["--noheader", "--Node", "--Format=NodeList:|,CPUs:|,Memory:|"]);
        nodes.extend(self.options.partition.iter().map(|name| format!("--partition={name}")));
        let nodes = self.commands.run("sinfo", &nodes).await?;
        let settings = self.commands.run("scontrol", &all(&["show", "config"])).await?;
        let (cores, mebibytes) = words::capacity(&nodes)?;
        let (keeps, lacks) = words::promises(&settings);
        Ok(Backend {
            name: format!("Slurm ({})", version.trim()),
            cores_milli: Some(cores.saturating_mul(1_000)),
            memory_bytes: Some(mebibytes.saturating_mul(MEBIBYTE)),
            keeps,
            lacks,
        })
    }
}

impl Driver for Slurm {
    fn probe(&self) -> BoxFuture<'_, Result<Backend, Error>> {
        self.probe().boxed()
    }

    fn submit<'a>(&'a self, run: &'a Run) -> BoxFuture<'a, Result<(), Error>> {
        self.submit(run).boxed()
    }

    fn look<'a>(&'a self, keys: &'a [RunKey]) -> BoxFuture<'a, Result<Vec<Sight>, Error>> {
        self.look(keys).boxed()
    }

    fn cancel<'a>(&'a self, key: &'a RunKey) -> BoxFuture<'a, Result<(), Error>> {
        self.cancel(key).boxed()
    }

    fn logs<'a>(
        &'a self,
        key: &'a RunKey,
        part: (u64, usize),
    ) -> BoxFuture<'a, Result<LogPart, Error>> {
        self.logs(key, part).boxed()
    }

    fn output<'a>(&'a self, key: &'a RunKey) -> BoxFuture<'a, Result<Option<PathBuf>, Error>> {
        self.output(key).boxed()
    }

    fn forget<'a>(&'a self, key: &'a RunKey) -> BoxFuture<'a, Result<(), Error>> {
        self.forget(key).boxed()
    }
}

async fn kept(folder: &Folder) -> Result<Kept, Error> {
    let folder = folder.clone();
    blocking(move || Ok(folder.read())).await
}

fn is_filled(folder: &Path) -> bool {
    std::fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some())
}
