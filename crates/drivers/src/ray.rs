//! Ray, by its Jobs API.
//!
//! A job is found by its submission id, which is made of the key: a second submission of the same
//! id is told apart by Ray. Ray may lose its jobs when its head starts again, and counts a job's
//! time from its submission; so the driver keeps notes of its own, and a small script around the
//! command (`ray/entry.py`) says when it really began.
//!
//! Must never: give Ray a secret unless the operator says so (Ray shows the environment of a job to
//! everybody who reaches it), or start a run a second time because Ray forgot the first. Start
//! reading at [`Ray`], then `told`.

mod told;

use crate::http::{Answer, Door, Http};
use crate::kept::{Kept, note};
use crate::lanes::Lanes;
use crate::notes::{Notes, blocking, unkept};
use crate::sandbox::request;
use crate::slurm::quoted;
use crate::{Backend, Driver, Error, LogPart, record};
use base::Clock;
use compute::{Ended, Run, RunKey, Secret, Sight};
use futures_util::future::{BoxFuture, FutureExt, try_join_all};
use reqwest::Method;
use serde_json::{Value, json};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use told::{Job, Marks};
use url::Url;

/// What runs around the command.
const ENTRY: &str = include_str!("ray/entry.py");
/// Questions that are asked at once.
const QUESTIONS: usize = 16;
/// The variable with all variables as they are, as hexadecimal JSON.
const EXACT: &str = "HUTONG_VARIABLES";
/// The environment that is the cluster's own Python.
const OWN: &str = "ray";

/// How a cluster is used.
#[derive(Debug, Clone)]
pub struct RayOptions {
    /// Address of the dashboard, which serves the Jobs API.
    pub url: Url,
    /// Folder on the zone's machine for notes about runs.
    pub folder: PathBuf,
    /// Folder with virtual environments, under the same path on the zone's machine and all nodes.
    pub environments: Option<PathBuf>,
    /// Bearer token, where Ray asks for one.
    pub token: Option<Secret>,
    /// Begins the ids of jobs: two zones on one cluster need two.
    pub name: String,
    /// Whether runs with secrets are taken although Ray shows them.
    pub shows_secrets: bool,
    /// Seconds that each answer may take.
    pub answer_seconds: u64,
}

impl RayOptions {
    /// Usual settings: the cluster's own Python, no secrets, half a minute for each answer.
    #[must_use]
    pub fn new(url: Url, folder: PathBuf) -> Self {
        let name = "hutong".to_owned();
        let (environments, token, shows_secrets) = (None, None, false);
        Self { url, folder, environments, token, name, shows_secrets, answer_seconds: 30 }
    }
}

/// A Ray cluster.
pub struct Ray {
    options: RayOptions,
    http: Http,
    clock: Arc<dyn Clock>,
    lanes: Lanes,
}

impl std::fmt::Debug for Ray {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ray").field("options", &self.options).finish_non_exhaustive()
    }
}

impl Ray {
    /// Makes a driver. Nothing is asked yet: see [`Driver::probe`].
    ///
    /// # Errors
    /// [`Error::Unavailable`] where the token cannot be sent.
    pub fn new(options: RayOptions, clock: Arc<dyn Clock>) -> Result<Self, Error> {
        let http = Http::new(&Door {
            base: options.url.clone(),
            token: options.token.clone(),
            authority: None,
            limit: Duration::from_secs(options.answer_seconds),
        })?;
        Ok(Self { options, http, clock, lanes: Lanes::default() })
    }

    fn notes(&self, key: &RunKey) -> Notes {
        Notes(self.options.folder.join(key.as_str()))
    }

    /// The address of a job. A key needs no escaping, and the name is the operator's.
    fn path(&self, key: &RunKey) -> String {
        format!("api/jobs/{}-{key}", self.options.name)
    }

    async fn submit(&self, run: &Run) -> Result<(), Error> {
        let _guard = self.lanes.enter(&run.key).await;
        let request = self.request(run)?;
        let notes = self.notes(&run.key);
        let before = Kept::of(&notes).await?;
        if before.is_taken || before.cancelled_at.is_some() || before.verdict.is_some() {
            return Ok(());
        }
        let attempted = notes.clone();
        blocking(move || {
            attempted.create().and_then(|()| attempted.leave("attempt", b"")).map_err(unkept)
        })
        .await?;
        let answer = self.http.call(Method::POST, "api/jobs/", Some(&request)).await?;
        match taken(&answer) {
            Ok(()) => note(notes, "taken", String::new()).await,
            Err(Error::Refused(why)) => {
                blocking(move || notes.remove_all().map_err(unkept)).await?;
                Err(Error::Refused(why))
            }
            Err(unknown) => Err(unknown),
        }
    }

    fn request(&self, run: &Run) -> Result<Value, Error> {
        self.check(run)?;
        let limits = &run.limits;
        let plan = json!({
            "key": run.key.as_str(),
            "command": run.command,
            "path": self.environment(&run.environment)?,
            "seconds": limits.seconds.max(1),
            "half": limits.log_bytes / 2,
        });
        let secrets = run.secrets.iter().map(|(name, secret)| (name, secret.reveal()));
        let variables = run.variables.iter().map(|(name, value)| (name, value.as_str()));
        let mut variables: serde_json::Map<String, Value> =
            variables.chain(secrets).map(|(name, value)| (name.clone(), json!(value))).collect();
        // Ray puts its own variables into values that have a `$`. The script takes them from here.
        let exact = hex(Value::Object(variables.clone()).to_string().as_bytes());
        variables.insert(EXACT.to_owned(), json!(exact));
        Ok(json!({
            "submission_id": format!("{}-{}", self.options.name, run.key),
            "entrypoint": format!("exec python3 -c {} {}", quoted(ENTRY), quoted(&plan.to_string())),
            "runtime_env": { "env_vars": variables },
            "metadata": { "key": run.key.as_str() },
            // Ray counts cores as a number with a fraction.
            "entrypoint_num_cpus": f64::from(limits.cores_milli) / 1_000.0,
            "entrypoint_num_gpus": limits.accelerators,
            "entrypoint_memory": limits.memory_bytes,
        }))
    }

    fn check(&self, run: &Run) -> Result<(), Error> {
        let refused = |why: &str| Err(Error::Refused(why.to_owned()));
        request::words_check(run).map_err(Error::Refused)?;
        if !run.inputs.is_empty() || run.output.is_some() {
            return refused("Ray has no folders of a run: read and write through the hub");
        }
        if !run.secrets.is_empty() && !self.options.shows_secrets {
            return refused("Ray shows the secrets of a job to everybody who reaches it");
        }
        Ok(())
    }

    /// Returns the folder of programs of an environment; empty for the cluster's own.
    fn environment(&self, name: &str) -> Result<String, Error> {
        if name == OWN {
            return Ok(String::new());
        }
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        let is_good = !name.starts_with('.') && name.bytes().all(is_name);
        let folder = self.options.environments.as_ref().map(|all| all.join(name));
        let folder = folder.filter(|folder| is_good && folder.join("pyvenv.cfg").is_file());
        let unknown = || Error::Refused(format!("there is no environment `{name}`: try `{OWN}`"));
        folder.map(|folder| folder.join("bin").display().to_string()).ok_or_else(unknown)
    }

    async fn look(&self, keys: &[RunKey]) -> Result<Vec<Sight>, Error> {
        let mut sights = Vec::with_capacity(keys.len());
        for keys in keys.chunks(QUESTIONS) {
            sights.extend(try_join_all(keys.iter().map(|key| self.look_one(key))).await?);
        }
        Ok(sights)
    }

    async fn look_one(&self, key: &RunKey) -> Result<Sight, Error> {
        let notes = self.notes(key);
        let mut before = Kept::of(&notes).await?;
        if let Some(sight) = before.settled() {
            return Ok(sight);
        }
        let job = self.job(key).await?;
        if job.is_some() && !before.is_taken {
            note(notes.clone(), "taken", String::new()).await?;
        }
        let mut marks = Marks::default();
        if let Some(job) = &job {
            if job.is_unwanted(&before) {
                self.stop(key).await?;
            }
            if job.has_begun() && (before.started_at.is_none() || job.is_over()) {
                marks = Marks::read(key, &self.log_text(key).await?);
            }
        }
        if let (None, Some(started_at)) = (before.started_at, marks.started_at) {
            before.started_at = Some(started_at);
            note(notes.clone(), "started", started_at.millis().to_string()).await?;
        }
        let sight = told::sight(&before, job.as_ref(), &marks, self.clock.now());
        if let Sight::Ended(ended) = &sight {
            verdict(notes, ended).await?;
        }
        Ok(sight)
    }

    async fn job(&self, key: &RunKey) -> Result<Option<Job>, Error> {
        let answer = self.http.get(&self.path(key)).await?;
        if answer.status == 404 { Ok(None) } else { answer.read().map(Some) }
    }

    /// The log as Ray has it, with what the script around the command says.
    async fn log_text(&self, key: &RunKey) -> Result<String, Error> {
        let answer = self.http.get(&format!("{}/logs", self.path(key))).await?;
        if answer.status == 404 {
            return Ok(String::new());
        }
        let logs: Value = answer.read()?;
        Ok(logs["logs"].as_str().unwrap_or_default().to_owned())
    }

    async fn stop(&self, key: &RunKey) -> Result<(), Error> {
        let path = format!("{}/stop", self.path(key));
        let answer = self.http.call(Method::POST, &path, None).await?;
        if answer.status == 404 { Ok(()) } else { answer.read::<Value>().map(drop) }
    }

    async fn cancel(&self, key: &RunKey) -> Result<(), Error> {
        let _guard = self.lanes.enter(key).await;
        let notes = self.notes(key);
        let before = Kept::of(&notes).await?;
        if before.settled().is_some() {
            return Ok(());
        }
        if before.cancelled_at.is_none() {
            note(notes, "cancelled", self.clock.now().millis().to_string()).await?;
        }
        self.stop(key).await
    }

    async fn logs(&self, key: &RunKey, (from, most): (u64, usize)) -> Result<LogPart, Error> {
        let sight = self.look_one(key).await?;
        let is_ended = !matches!(sight, Sight::Waiting(_) | Sight::Running { .. });
        let text = match sight {
            Sight::Unknown | Sight::Waiting(_) => String::new(),
            _ => self.log_text(key).await?,
        };
        let own = told::own_log(key, &text, is_ended);
        let start = usize::try_from(from).unwrap_or(usize::MAX).min(own.len());
        let end = start.saturating_add(most).min(own.len());
        let bytes = own[start..end].to_vec();
        let next = from.saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        Ok(LogPart { bytes, next, is_over: is_ended && end == own.len() })
    }

    async fn forget(&self, key: &RunKey) -> Result<(), Error> {
        let _guard = self.lanes.enter(key).await;
        let notes = self.notes(key);
        if !Kept::of(&notes).await?.is_attempted {
            return Ok(());
        }
        if matches!(self.look_one(key).await?, Sight::Waiting(_) | Sight::Running { .. }) {
            return Ok(());
        }
        let answer = self.http.call(Method::DELETE, &self.path(key), None).await?;
        if answer.status != 404 {
            answer.read::<Value>()?;
        }
        blocking(move || notes.remove_all().map_err(unkept)).await
    }

    async fn probe(&self) -> Result<Backend, Error> {
        let version: Value = self.http.get("api/version").await?.read()?;
        let Some(version) = version["ray_version"].as_str() else {
            return Err(Error::Unavailable("it is no Ray: it tells no version".to_owned()));
        };
        // Other versions tell it elsewhere: then it is not known.
        let status = self.http.get("api/cluster_status").await?.read().unwrap_or(Value::Null);
        Ok(told::backend(version, &status, self.options.shows_secrets))
    }
}

impl Driver for Ray {
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

    fn output<'a>(&'a self, _: &'a RunKey) -> BoxFuture<'a, Result<Option<PathBuf>, Error>> {
        async { Ok(None) }.boxed()
    }

    fn forget<'a>(&'a self, key: &'a RunKey) -> BoxFuture<'a, Result<(), Error>> {
        self.forget(key).boxed()
    }
}

/// What an answer to a submission means.
fn taken(answer: &Answer) -> Result<(), Error> {
    match answer.status {
        200..=299 => answer.read::<Value>().map(drop),
        // A second submission is answered 500 (400 within Ray), with this sentence at the end.
        400 | 500 if answer.complaint().contains("already exists") => Ok(()),
        400 => Err(Error::Refused(answer.complaint())),
        _ => Err(answer.failure()),
    }
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a string takes all");
        text
    })
}

async fn verdict(notes: Notes, ended: &Ended) -> Result<(), Error> {
    note(notes, "verdict", record::write(ended)).await
}
