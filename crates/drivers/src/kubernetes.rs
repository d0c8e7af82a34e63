//! Kubernetes, by Job objects over its API.
//!
//! A run is a Job of one pod that is never tried again; its name is made of the key, so that the
//! API itself refuses a second one. Secrets are an object that belongs to the Job and goes with it.
//! A Job that somebody deletes is gone, so the driver keeps notes of its own.
//!
//! Must never: give a pod a token of the cluster or more rights than an ordinary user has. Start
//! reading at [`Kubernetes`], then `objects` and `told`.

mod objects;
mod told;

use crate::http::{Answer, Door, Http};
use crate::kept::{Kept, note};
use crate::lanes::Lanes;
use crate::notes::{Notes, blocking, unkept};
use crate::{Backend, Driver, Error, LogPart, record};
use base::Clock;
use compute::{Run, RunKey, Secret, Sight};
use futures_util::future::{BoxFuture, FutureExt};
use objects::{CONTAINER, KEY_LABEL};
use reqwest::Method;
use serde_json::Value;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use told::{Job, List, Pod};
use url::Url;

/// Most runs that are asked for at once: their keys fit into an address.
const KEYS_MAX: usize = 100;
/// Most bytes of a log that are asked for, whatever the run may write.
const LOG_BYTES_MAX: u64 = 32 << 20;

/// How a cluster is used.
#[derive(Debug, Clone)]
pub struct KubernetesOptions {
    /// Address of the API.
    pub url: Url,
    /// Bearer token of a service account that may handle Jobs, Secrets, network policies and read
    /// pods and their logs, in its namespace.
    pub token: Option<Secret>,
    /// Certificates of the authority that signed the API's, as PEM.
    pub authority: Option<Vec<u8>>,
    /// Where all objects are.
    pub namespace: String,
    /// Folder on the zone's machine for notes about runs.
    pub folder: PathBuf,
    /// Begins the names of objects, at most 20 bytes: two zones in one namespace need two.
    pub name: String,
    /// The user in the container; `None` is the image's own, which must not be root.
    pub user: Option<u32>,
    /// What the cluster calls accelerators.
    pub accelerator: String,
    /// Seconds that each answer may take.
    pub answer_seconds: u64,
}

impl KubernetesOptions {
    /// Usual settings: user 1000, NVIDIA's accelerators, half a minute for each answer.
    #[must_use]
    pub fn new(url: Url, namespace: &str, folder: PathBuf) -> Self {
        Self {
            url,
            token: None,
            authority: None,
            namespace: namespace.to_owned(),
            folder,
            name: "hutong".to_owned(),
            user: Some(1_000),
            accelerator: "nvidia.com/gpu".to_owned(),
            answer_seconds: 30,
        }
    }
}

/// A Kubernetes cluster.
pub struct Kubernetes {
    options: KubernetesOptions,
    http: Http,
    clock: Arc<dyn Clock>,
    lanes: Lanes,
    /// Whether the policy that closes the network is there.
    has_policy: AtomicBool,
}

impl std::fmt::Debug for Kubernetes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Kubernetes").field("options", &self.options).finish_non_exhaustive()
    }
}

impl Kubernetes {
    /// Makes a driver. Nothing is asked yet: see [`Driver::probe`].
    ///
    /// # Errors
    /// [`Error::Unavailable`] where the token or the certificates cannot be used.
    pub fn new(options: KubernetesOptions, clock: Arc<dyn Clock>) -> Result<Self, Error> {
        let http = Http::new(&Door {
            base: options.url.clone(),
            token: options.token.clone(),
            authority: options.authority.clone(),
            limit: Duration::from_secs(options.answer_seconds),
        })?;
        let has_policy = AtomicBool::new(false);
        Ok(Self { options, http, clock, lanes: Lanes::default(), has_policy })
    }

    fn notes(&self, key: &RunKey) -> Notes {
        Notes(self.options.folder.join(key.as_str()))
    }

    fn path(&self, group: &str, kind: &str) -> String {
        format!("{group}/namespaces/{}/{kind}", self.options.namespace)
    }

    fn jobs_path(&self) -> String {
        self.path("apis/batch/v1", "jobs")
    }

    fn job_path(&self, key: &RunKey) -> String {
        format!("{}/{}", self.jobs_path(), objects::name(&self.options, key))
    }

    async fn submit(&self, run: &Run) -> Result<(), Error> {
        let _guard = self.lanes.enter(&run.key).await;
        let job = objects::job(run, &self.options)?;
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
        if !run.limits.network {
            self.policy_ensure().await?;
        }
        let answer = self.http.call(Method::POST, &self.jobs_path(), Some(&job)).await?;
        let uid = match answer.status {
            409 => self.uid(&run.key).await?,
            200..=299 => answer.read::<Job>()?.metadata.uid,
            _ => {
                let error = refused(&answer);
                if matches!(error, Error::Refused(_)) {
                    blocking(move || notes.remove_all().map_err(unkept)).await?;
                }
                return Err(error);
            }
        };
        self.secrets_give(run, &uid).await?;
        note(notes, "taken", String::new()).await
    }

    /// The identity of a Job that was made before, by a request whose reply was lost.
    async fn uid(&self, key: &RunKey) -> Result<String, Error> {
        let job: Job = self.http.get(&self.job_path(key)).await?.read()?;
        if job.metadata.labels.get(KEY_LABEL).map(String::as_str) != Some(key.as_str()) {
            return Err(Error::Refused(format!("a Job of another has the name of run `{key}`")));
        }
        Ok(job.metadata.uid)
    }

    /// Until its Secret is there, the pod waits.
    async fn secrets_give(&self, run: &Run, uid: &str) -> Result<(), Error> {
        if run.secrets.is_empty() {
            return Ok(());
        }
        let secret = objects::secret(run, &self.options, uid);
        let path = self.path("api/v1", "secrets");
        let answer = self.http.call(Method::POST, &path, Some(&secret)).await?;
        match answer.status {
            200..=299 | 409 => Ok(()),
            // Not its words: they could repeat what was sent.
            status => Err(Error::Unavailable(format!("it answered {status} to the secrets"))),
        }
    }

    async fn policy_ensure(&self) -> Result<(), Error> {
        if self.has_policy.load(Ordering::Relaxed) {
            return Ok(());
        }
        let path = self.path("apis/networking.k8s.io/v1", "networkpolicies");
        let policy = objects::policy(&self.options);
        let answer = self.http.call(Method::POST, &path, Some(&policy)).await?;
        match answer.status {
            200..=299 | 409 => {
                self.has_policy.store(true, Ordering::Relaxed);
                Ok(())
            }
            _ => Err(answer.failure()),
        }
    }

    async fn list<T: serde::de::DeserializeOwned>(
        &self,
        path: &str,
        keys: &[RunKey],
    ) -> Result<Vec<T>, Error> {
        let keys: Vec<&str> = keys.iter().map(RunKey::as_str).collect();
        let selector = format!("{KEY_LABEL} in ({})", keys.join(","));
        let query: String = url::form_urlencoded::byte_serialize(selector.as_bytes()).collect();
        let answer = self.http.get(&format!("{path}?labelSelector={query}")).await?;
        Ok(answer.read::<List<T>>()?.items)
    }

    async fn look(&self, keys: &[RunKey]) -> Result<Vec<Sight>, Error> {
        let mut sights = Vec::with_capacity(keys.len());
        for keys in keys.chunks(KEYS_MAX) {
            self.look_some(keys, &mut sights).await?;
        }
        Ok(sights)
    }

    async fn look_some(&self, keys: &[RunKey], sights: &mut Vec<Sight>) -> Result<(), Error> {
        let mut all = Vec::with_capacity(keys.len());
        for key in keys {
            all.push(Kept::of(&self.notes(key)).await?);
        }
        let pairs = keys.iter().zip(&all);
        let open: Vec<RunKey> = pairs
            .filter(|(_, kept)| kept.settled().is_none())
            .map(|(key, _)| key.clone())
            .collect();
        let (mut jobs, mut pods) = (Vec::new(), Vec::new());
        if !open.is_empty() {
            jobs = self.list::<Job>(&self.jobs_path(), &open).await?;
            pods = self.list::<Pod>(&self.path("api/v1", "pods"), &open).await?;
        }
        for (key, kept) in keys.iter().zip(all) {
            if let Some(sight) = kept.settled() {
                sights.push(sight);
                continue;
            }
            let name = objects::name(&self.options, key);
            let job = jobs.iter().find(|job| job.metadata.name == name);
            let uid = job.map(|job| job.metadata.uid.as_str());
            let pod = pods.iter().find(|pod| pod.belongs(uid));
            let sight = told::sight(&kept, job, pod, self.clock.now());
            self.keep(key, &kept, &sight).await?;
            sights.push(sight);
        }
        Ok(())
    }

    /// Keeps what Kubernetes may forget.
    async fn keep(&self, key: &RunKey, kept: &Kept, sight: &Sight) -> Result<(), Error> {
        let notes = self.notes(key);
        match sight {
            Sight::Ended(ended) => note(notes, "verdict", record::write(ended)).await,
            Sight::Running { started_at, .. } if kept.started_at.is_none() => {
                note(notes, "started", started_at.millis().to_string()).await
            }
            _ => Ok(()),
        }
    }

    async fn cancel(&self, key: &RunKey) -> Result<(), Error> {
        let _guard = self.lanes.enter(key).await;
        // Learns since when it runs, before the pod goes.
        let sights = self.look(std::slice::from_ref(key)).await?;
        if matches!(sights[..], [Sight::Ended(_)]) {
            return Ok(());
        }
        let notes = self.notes(key);
        let before = Kept::of(&notes).await?;
        if !before.is_attempted {
            return Ok(());
        }
        if before.cancelled_at.is_none() {
            if before.started_at.is_some() {
                // The log goes with the pod.
                let log = self.log(key, LOG_BYTES_MAX).await?;
                let notes = notes.clone();
                blocking(move || notes.leave("log", &log).map_err(unkept)).await?;
            }
            note(notes, "cancelled", self.clock.now().millis().to_string()).await?;
        }
        self.delete(key).await
    }

    async fn delete(&self, key: &RunKey) -> Result<(), Error> {
        let path = format!("{}?propagationPolicy=Foreground", self.job_path(key));
        let answer = self.http.call(Method::DELETE, &path, None).await?;
        if answer.status == 404 { Ok(()) } else { answer.read::<Value>().map(drop) }
    }

    /// Reads the beginning of the log of the run's pod; nothing where there is none yet.
    async fn log(&self, key: &RunKey, bytes_max: u64) -> Result<Vec<u8>, Error> {
        let pods =
            self.list::<Pod>(&self.path("api/v1", "pods"), std::slice::from_ref(key)).await?;
        let Some(pod) = pods.first() else { return Ok(Vec::new()) };
        let pods = self.path("api/v1", "pods");
        let query = format!("container={CONTAINER}&limitBytes={}", bytes_max.max(1));
        let answer = self.http.get(&format!("{pods}/{}/log?{query}", pod.metadata.name)).await?;
        match answer.status {
            200 => Ok(answer.body),
            // The container has not begun.
            400 | 404 => Ok(Vec::new()),
            _ => Err(answer.failure()),
        }
    }

    async fn logs(&self, key: &RunKey, (from, most): (u64, usize)) -> Result<LogPart, Error> {
        let sights = self.look(std::slice::from_ref(key)).await?;
        let is_ended = !matches!(sights[..], [Sight::Waiting(_) | Sight::Running { .. }]);
        let notes = self.notes(key);
        let own = blocking(move || Ok(std::fs::read(notes.path("log")).ok())).await?;
        // There is no way to ask for the middle: all before it comes along.
        let length = u64::try_from(most).unwrap_or(LOG_BYTES_MAX);
        let until = from.saturating_add(length).saturating_add(1).min(LOG_BYTES_MAX);
        let all = match own {
            Some(log) => log,
            None if matches!(sights[..], [Sight::Unknown]) => Vec::new(),
            None => self.log(key, until).await?,
        };
        let start = usize::try_from(from).unwrap_or(usize::MAX).min(all.len());
        let end = start.saturating_add(most).min(all.len());
        let bytes = all[start..end].to_vec();
        let next = from.saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        Ok(LogPart { bytes, next, is_over: is_ended && end == all.len() })
    }

    async fn forget(&self, key: &RunKey) -> Result<(), Error> {
        let _guard = self.lanes.enter(key).await;
        let notes = self.notes(key);
        if !Kept::of(&notes).await?.is_attempted {
            return Ok(());
        }
        let sights = self.look(std::slice::from_ref(key)).await?;
        if matches!(sights[..], [Sight::Waiting(_) | Sight::Running { .. }]) {
            return Ok(());
        }
        self.delete(key).await?;
        blocking(move || notes.remove_all().map_err(unkept)).await
    }

    async fn probe(&self) -> Result<Backend, Error> {
        let version: Value = self.http.get("version").await?.read()?;
        let Some(version) = version["gitVersion"].as_str() else {
            return Err(Error::Unavailable("it is no Kubernetes: it tells no version".to_owned()));
        };
        // A token of one namespace may not see nodes: then it is not known.
        let nodes = self.http.get("api/v1/nodes").await?.read().unwrap_or(Value::Null);
        Ok(told::backend(version, &nodes))
    }
}

impl Driver for Kubernetes {
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

/// What an answer to a new Job means that is no success.
fn refused(answer: &Answer) -> Error {
    let status: Value = serde_json::from_slice(&answer.body).unwrap_or(Value::Null);
    let words = status["message"].as_str().map_or_else(|| answer.complaint(), str::to_owned);
    let words: String = words.chars().take(300).collect();
    match answer.status {
        400 | 413 | 422 => Error::Refused(words),
        403 if words.contains("exceeded quota") => Error::Unavailable(words),
        403 if words.contains("violates PodSecurity") => Error::Refused(words),
        _ => answer.failure(),
    }
}
