//! What a zone tells a supervisor, through its standard input alone: it carries secrets.

use super::cgroup::{Bounds, Group};
use super::environment::Environment;
use super::record::Folder;
use compute::{Limits, Run};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::io;
use std::path::{Path, PathBuf};

/// The home and working folder of a run.
pub(crate) const SCRATCH: &str = "/scratch";
/// The number under which a run sees itself: an ordinary user's.
const USER: &str = "1000";
/// Where a run finds its output folder.
const OUTPUT_VARIABLE: &str = "HUTONG_OUTPUT";

/// Everything that a supervisor needs.
#[derive(Serialize, Deserialize)]
pub(crate) struct Spec {
    /// The folder of the run; its parent is there.
    pub folder: PathBuf,
    /// What `run.json` keeps.
    pub record: Value,
    /// The sandbox; `None` to run without one.
    pub bubble: Option<Bubble>,
    pub command: Vec<String>,
    /// The environment, with secrets.
    pub variables: Vec<(String, String)>,
    pub group: Group,
    /// Whose rights the run has on the machine, where the zone may choose.
    pub user: Option<u32>,
    pub limits: Bound,
}

/// How the sandbox is made.
#[derive(Serialize, Deserialize)]
pub(crate) struct Bubble {
    /// `bwrap`, or where it is.
    pub program: String,
    /// Its arguments without the command and its environment.
    pub arguments: Vec<String>,
}

/// The limits that the supervisor keeps.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Bound {
    pub cores_milli: u32,
    pub memory_bytes: u64,
    pub disk_bytes: u64,
    pub processes: u32,
    pub seconds: u64,
    pub log_bytes: u64,
}

impl From<Limits> for Bound {
    fn from(limits: Limits) -> Self {
        let Limits { cores_milli, memory_bytes, disk_bytes, processes, seconds, log_bytes, .. } =
            limits;
        Self { cores_milli, memory_bytes, disk_bytes, processes, seconds, log_bytes }
    }
}

impl Bound {
    pub(crate) fn group(self) -> Bounds {
        // Two more for the sandbox itself: `bwrap`, and the first process inside.
        let processes = self.processes.saturating_add(2);
        let Self { memory_bytes, cores_milli, .. } = self;
        Bounds { memory_bytes, cores_milli, processes }
    }
}

/// Returns what `run.json` keeps of a run: no value of a secret.
pub(crate) fn record(run: &Run, group: &Group) -> Value {
    let limits = Bound::from(run.limits);
    let inputs: Vec<_> =
        run.inputs.iter().map(|input| json!({ "from": input.from, "to": input.to })).collect();
    let secrets: Vec<_> = run.secrets.iter().map(|(name, _)| name).collect();
    json!({
        "key": run.key.as_str(),
        "environment": run.environment,
        "command": run.command,
        "variables": run.variables,
        "secrets": secrets,
        "limits": limits,
        "network": run.limits.network,
        "inputs": inputs,
        "output": run.output,
        "group": group,
    })
}

/// Returns the control group that a run was given; a zone that came back may be in another one.
pub(crate) fn group_of(folder: &Folder) -> io::Result<Option<Group>> {
    let record = folder.read::<Value>("run.json")?;
    Ok(record.and_then(|record| serde_json::from_value(record["group"].clone()).ok()))
}

/// Tells the real folders to a run that has no sandbox.
pub(crate) fn variables_bare(variables: &mut [(String, String)], folder: &Path) {
    let own = |name: &str| folder.join(name).to_string_lossy().into_owned();
    for (name, value) in variables {
        match name.as_str() {
            "HOME" => *value = own("scratch/home"),
            OUTPUT_VARIABLE => *value = own("output"),
            _ => {}
        }
    }
}

/// Returns the environment variables of a run, secrets last.
pub(crate) fn variables(run: &Run, environment: &Environment) -> Vec<(String, String)> {
    let mut list = vec![
        ("PATH".to_owned(), environment.search_path()),
        ("HOME".to_owned(), SCRATCH.to_owned()),
        ("LANG".to_owned(), "C.UTF-8".to_owned()),
    ];
    if let Some(output) = &run.output {
        list.push((OUTPUT_VARIABLE.to_owned(), output.clone()));
    }
    list.extend(environment.variables.clone());
    list.extend(run.variables.clone());
    list.extend(run.secrets.iter().map(|(name, value)| (name.clone(), value.reveal().to_owned())));
    list
}

/// Returns the arguments of `bwrap` for a run whose folder is `folder`, without its command and
/// environment variables.
pub(crate) fn bubble(
    run: &Run,
    environment: &Environment,
    (folder, people): (&Path, &Path),
) -> io::Result<Vec<String>> {
    let mut list: Vec<String> = vec![];
    let mut add = |parts: &[&str]| list.extend(parts.iter().map(|&part| part.to_owned()));
    add(&["--unshare-all", "--unshare-user", "--disable-userns", "--uid", USER, "--gid", USER]);
    if run.limits.network {
        add(&["--share-net"]);
    }
    add(&["--die-with-parent", "--new-session", "--cap-drop", "ALL", "--hostname", "job"]);
    add(&["--clearenv"]);
    let own = |name: &str| folder.join(name).to_string_lossy().into_owned();
    // First, so that they hide no folder of the environment that lies below.
    add(&["--bind", &own("scratch/home"), SCRATCH, "--bind", &own("scratch/tmp"), "/tmp"]);
    list.extend(environment.mounts(people, run.limits.network)?);
    let mut add = |parts: &[&str]| list.extend(parts.iter().map(|&part| part.to_owned()));
    let memory = run.limits.memory_bytes.to_string();
    // Otherwise a run could fill the memory behind `/dev` itself, which has no limit of its own.
    add(&["--proc", "/proc", "--dev", "/dev", "--size", &memory, "--tmpfs", "/dev/shm"]);
    add(&["--remount-ro", "/dev"]);
    for input in &run.inputs {
        add(&["--ro-bind", &input.from.to_string_lossy(), &input.to]);
    }
    if let Some(output) = &run.output {
        add(&["--bind", &own("output"), output]);
    }
    add(&["--remount-ro", "/", "--chdir", SCRATCH]);
    Ok(list)
}
