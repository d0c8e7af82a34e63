//! What the objects of the API and the driver's notes together mean. Pure.

use crate::Backend;
use crate::kept::Kept;
use crate::record::wall_ms;
use base::Time;
use compute::{Ended, Ending, Sight, Usage};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// Most characters of the cluster's words that are passed on.
const MESSAGE_CHARS_MAX: usize = 300;
/// Codes from here on are a signal.
const SIGNALS_FROM: i32 = 128;
/// Linux has signals up to this one.
const SIGNAL_MAX: i32 = 64;

#[derive(Debug, Deserialize)]
pub(super) struct List<T> {
    pub(super) items: Vec<T>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Metadata {
    pub(super) name: String,
    pub(super) uid: String,
    #[serde(default)]
    pub(super) labels: BTreeMap<String, String>,
    #[serde(default)]
    owner_references: Vec<Owner>,
}

#[derive(Debug, Clone, Deserialize)]
struct Owner {
    uid: String,
}

/// A Job (`batch/v1`).
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Job {
    pub(super) metadata: Metadata,
    #[serde(default)]
    status: JobStatus,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct JobStatus {
    conditions: Vec<Condition>,
    completion_time: Option<String>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Condition {
    r#type: String,
    status: String,
    reason: String,
    message: String,
    last_transition_time: Option<String>,
}

/// A Pod (`v1`).
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Pod {
    pub(super) metadata: Metadata,
    #[serde(default)]
    status: PodStatus,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct PodStatus {
    phase: String,
    reason: String,
    message: String,
    conditions: Vec<Condition>,
    container_statuses: Vec<Container>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Container {
    state: State,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct State {
    waiting: Option<Detail>,
    running: Option<Detail>,
    terminated: Option<Detail>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Detail {
    reason: String,
    message: String,
    exit_code: i32,
    started_at: Option<String>,
    finished_at: Option<String>,
}

impl Pod {
    /// Whether it is of the Job with this identity.
    pub(super) fn belongs(&self, uid: Option<&str>) -> bool {
        self.metadata.owner_references.iter().any(|owner| Some(owner.uid.as_str()) == uid)
    }

    fn state(&self) -> State {
        self.status.container_statuses.first().map(|one| one.state.clone()).unwrap_or_default()
    }
}

/// Tells what is known of a run that has no verdict yet.
pub(super) fn sight(kept: &Kept, job: Option<&Job>, pod: Option<&Pod>, now: Time) -> Sight {
    let Some(job) = job else { return lost(kept, now) };
    let Some(pod) = pod else { return podless(kept, job, now) };
    let state = pod.state();
    match (pod.status.phase.as_str(), &state.terminated) {
        ("Succeeded" | "Failed", _) | (_, Some(_)) => finished(kept, pod, &state, now),
        ("Running" | "Unknown", None) => match time(state.running.as_ref()) {
            Some(started_at) => running(started_at, now),
            None => Sight::Waiting("its node starts it".to_owned()),
        },
        _ => Sight::Waiting(waiting(pod, &state)),
    }
}

fn running(started_at: Time, now: Time) -> Sight {
    let usage = Usage { wall_ms: wall_ms(Some(started_at), now), ..Usage::default() };
    Sight::Running { started_at, usage }
}

fn time(detail: Option<&Detail>) -> Option<Time> {
    Time::parse(detail?.started_at.as_deref()?)
}

fn waiting(pod: &Pod, state: &State) -> String {
    if let Some(waiting) = &state.waiting {
        let words = match waiting.reason.as_str() {
            "ContainerCreating" | "PodInitializing" => "its node fetches the image",
            "ErrImagePull" | "ImagePullBackOff" | "InvalidImageName" | "ErrImageNeverPull" => {
                return format!("the image cannot be fetched: {}", short(&waiting.message));
            }
            "CreateContainerConfigError" => "its secrets are not there yet",
            other => return format!("Kubernetes says `{other}`"),
        };
        return words.to_owned();
    }
    let placed = pod.status.conditions.iter().find(|one| one.r#type == "PodScheduled");
    match placed.filter(|placed| placed.status == "False") {
        Some(placed) => format!("no node has room: {}", short(&placed.message)),
        None => "it waits for a node".to_owned(),
    }
}

fn short(words: &str) -> String {
    words.chars().take(MESSAGE_CHARS_MAX).collect()
}

/// The pod has ended.
fn finished(kept: &Kept, pod: &Pod, state: &State, now: Time) -> Sight {
    let last = state.terminated.clone().unwrap_or_default();
    let ending = match (kept.cancelled_at, pod.status.reason.as_str(), last.reason.as_str()) {
        (Some(_), ..) => Ending::Cancelled,
        (_, "DeadlineExceeded", _) => Ending::TimedOut,
        (_, "", "OOMKilled") => Ending::OutOfMemory,
        (_, "", "StartError" | "ContainerCannotRun") => Ending::Unstartable(short(&last.message)),
        (_, "", _) if state.terminated.is_some() => exited(last.exit_code),
        (_, "", _) => Ending::NodeFailed("its node lost it".to_owned()),
        (_, reason, _) => Ending::NodeFailed(format!("`{reason}`: {}", short(&pod.status.message))),
    };
    let ended_at = last.finished_at.as_deref().and_then(Time::parse).unwrap_or(now);
    let began = !matches!(ending, Ending::Unstartable(_));
    let started_at = time(Some(&last)).or(kept.started_at).filter(|_| began);
    let usage = Usage { wall_ms: wall_ms(started_at, ended_at), ..Usage::default() };
    Sight::Ended(Ended { started_at, ended_at, ending, usage })
}

fn exited(code: i32) -> Ending {
    match code - SIGNALS_FROM {
        signal if (1..=SIGNAL_MAX).contains(&signal) => Ending::Killed(signal),
        _ => Ending::Exited(code),
    }
}

/// The Job has no pod: not yet, or no longer.
fn podless(kept: &Kept, job: &Job, now: Time) -> Sight {
    let is_true = |kind: &str| {
        let mut all = job.status.conditions.iter();
        all.find(|one| one.r#type == kind && one.status == "True").cloned()
    };
    let ended = |ending, at: Option<&str>| {
        let ended_at = at.and_then(Time::parse).unwrap_or(now);
        let usage = Usage { wall_ms: wall_ms(kept.started_at, ended_at), ..Usage::default() };
        Sight::Ended(Ended { started_at: kept.started_at, ended_at, ending, usage })
    };
    if is_true("Complete").is_some() {
        return ended(Ending::Exited(0), job.status.completion_time.as_deref());
    }
    match is_true("Failed") {
        Some(failed) => {
            let ending = match failed.reason.as_str() {
                _ if kept.cancelled_at.is_some() => Ending::Cancelled,
                "DeadlineExceeded" => Ending::TimedOut,
                _ => Ending::NodeFailed(format!("its pod is gone: {}", short(&failed.message))),
            };
            ended(ending, failed.last_transition_time.as_deref())
        }
        None if kept.cancelled_at.is_some() => Sight::Waiting("it is being deleted".to_owned()),
        None => Sight::Waiting("it has no pod yet: a quota may be used up".to_owned()),
    }
}

/// There is no Job.
fn lost(kept: &Kept, now: Time) -> Sight {
    let ended = |ending, started_at: Option<Time>, ended_at| {
        let usage = Usage { wall_ms: wall_ms(started_at, ended_at), ..Usage::default() };
        Sight::Ended(Ended { started_at, ended_at, ending, usage })
    };
    match (kept.is_taken, kept.cancelled_at) {
        (_, Some(at)) => ended(Ending::Cancelled, kept.started_at, at),
        // Nobody knows how long it ran: nothing is counted.
        (true, None) => ended(Ending::NodeFailed("somebody deleted its Job".to_owned()), None, now),
        (false, None) => Sight::Unknown,
    }
}

/// Tells what the cluster has and promises.
pub(super) fn backend(version: &str, nodes: &Value) -> Backend {
    let nodes = nodes["items"].as_array();
    let sum = |name: &str| {
        let each =
            nodes?.iter().map(|node| quantity(node["status"]["allocatable"][name].as_str()?));
        each.into_iter().try_fold(0_u64, |sum, next| sum.checked_add(next?))
    };
    let keep = [
        "time to the second",
        "cores, memory, bytes on disk (by the node)",
        "no rights beyond an ordinary user's, no token of the cluster",
    ];
    let lack = [
        "network: closed by a policy, if the cluster's network keeps policies: ask its operator",
        "number of processes: `podPidsLimit` of the nodes",
        "bytes of output: the node keeps the last `containerLogMaxSize` only",
        "processor time and memory peak are not told",
    ];
    Backend {
        name: format!("Kubernetes {version}"),
        cores_milli: sum("cpu"),
        memory_bytes: sum("memory").map(|thousandths| thousandths / 1_000),
        keeps: keep.map(str::to_owned).to_vec(),
        lacks: lack.map(str::to_owned).to_vec(),
    }
}

/// Reads a quantity such as `3920m` or `16Ki`, in thousandths.
fn quantity(text: &str) -> Option<u64> {
    const UNITS: [(&str, u64); 8] = [
        ("Ki", 1 << 10),
        ("Mi", 1 << 20),
        ("Gi", 1 << 30),
        ("Ti", 1 << 40),
        ("k", 1_000),
        ("M", 1_000_000),
        ("G", 1_000_000_000),
        ("T", 1_000_000_000_000),
    ];
    if let Some(thousandths) = text.strip_suffix('m') {
        return thousandths.parse().ok();
    }
    let unit = UNITS.iter().find_map(|(unit, factor)| Some((text.strip_suffix(unit)?, *factor)));
    let (number, factor) = unit.unwrap_or((text, 1));
    number.parse::<u64>().ok()?.checked_mul(factor)?.checked_mul(1_000)
}

#[cfg(test)]
mod tests {
    use super::{Job, Kept, Pod, backend, quantity, sight};
    use base::Time;
    use compute::{Ending, Sight};
    use serde_json::{Value, json};

    fn told(status: &Value) -> Sight {
        let metadata = json!({"name": "hutong-a", "uid": "1"});
        let job: Job = serde_json::from_value(json!({"metadata": metadata})).unwrap();
        let pod = json!({"metadata": metadata, "status": status});
        let pod: Pod = serde_json::from_value(pod).unwrap();
        let kept = Kept { is_attempted: true, is_taken: true, ..Kept::default() };
        sight(&kept, Some(&job), Some(&pod), Time::parse("2026-01-01T00:01:00Z").unwrap())
    }

    fn ended(reason: &str, last: &Value) -> Ending {
        let mut last = last.clone();
        last["startedAt"] = json!("2026-01-01T00:00:00Z");
        last["finishedAt"] = json!("2026-01-01T00:00:02Z");
        let containers = json!([{"state": {"terminated": last}}]);
        let status = json!({"phase": "Failed", "reason": reason, "containerStatuses": containers});
        let Sight::Ended(ended) = told(&status) else { panic!("it has ended") };
        ended.ending
    }

    #[test]
    fn every_end_of_a_pod_is_told_apart() {
        assert_eq!(ended("", &json!({"exitCode": 3, "reason": "Error"})), Ending::Exited(3));
        assert_eq!(ended("", &json!({"exitCode": 143, "reason": "Error"})), Ending::Killed(15));
        assert_eq!(
            ended("", &json!({"exitCode": 137, "reason": "OOMKilled"})),
            Ending::OutOfMemory
        );
        assert_eq!(ended("DeadlineExceeded", &json!({"exitCode": 137})), Ending::TimedOut);
        let start = json!({"exitCode": 128, "reason": "StartError", "message": "no `x`"});
        assert_eq!(ended("", &start), Ending::Unstartable("no `x`".to_owned()));
        assert!(matches!(ended("Evicted", &json!({"exitCode": 137})), Ending::NodeFailed(_)));
        let lost = told(&json!({"phase": "Failed", "reason": "NodeLost", "message": "gone"}));
        assert!(
            matches!(lost, Sight::Ended(ended) if matches!(ended.ending, Ending::NodeFailed(_)))
        );
    }

    #[test]
    fn a_pod_that_waits_says_why() {
        let waiting = |reason: &str| {
            let state = json!({"waiting": {"reason": reason, "message": "not found"}});
            let status = json!({"phase": "Pending", "containerStatuses": [{"state": state}]});
            let Sight::Waiting(words) = told(&status) else { panic!("it waits") };
            words
        };
        assert_eq!(waiting("ContainerCreating"), "its node fetches the image");
        assert_eq!(waiting("ImagePullBackOff"), "the image cannot be fetched: not found");
        let full = json!({"phase": "Pending", "conditions": [
            {"type": "PodScheduled", "status": "False", "message": "0/3 nodes are available"}]});
        let words = "no node has room: 0/3 nodes are available".to_owned();
        assert_eq!(told(&full), Sight::Waiting(words));
    }

    #[test]
    fn nodes_add_up() {
        let node = |cpu: &str| json!({"status": {"allocatable": {"cpu": cpu, "memory": "16Ki"}}});
        let backend = backend("v1.20.5", &json!({"items": [node("4"), node("3920m")]}));
        assert_eq!(backend.cores_milli, Some(7_920));
        assert_eq!(backend.memory_bytes, Some(32 << 10));
        assert_eq!((quantity("x"), quantity("1e3")), (None, None));
        assert_eq!(super::backend("v1", &Value::Null).cores_milli, None);
    }
}
