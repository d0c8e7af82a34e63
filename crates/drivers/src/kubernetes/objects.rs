//! The objects that are made of a run.

use super::KubernetesOptions;
use crate::Error;
use crate::sandbox::request;
use compute::{Run, RunKey};
use serde_json::{Map, Value, json};

/// The label with the key.
pub(super) const KEY_LABEL: &str = "hutong-run";
/// The label of pods that may open no connections.
const CLOSED_LABEL: &str = "hutong-network";
/// The one container of a pod.
pub(super) const CONTAINER: &str = "run";
/// Seconds between the polite end and the other.
const GRACE_SECONDS: u64 = 5;

/// Names the objects of a run.
pub(super) fn name(options: &KubernetesOptions, key: &RunKey) -> String {
    format!("{}-{key}", options.name)
}

/// Builds the Job.
///
/// # Errors
/// [`Error::Refused`] where the run cannot be expressed.
pub(super) fn job(run: &Run, options: &KubernetesOptions) -> Result<Value, Error> {
    check(run)?;
    let name = name(options, &run.key);
    let network = if run.limits.network { "open" } else { "closed" };
    let labels = json!({ KEY_LABEL: run.key.as_str(), CLOSED_LABEL: network });
    let mut user = json!({ "runAsNonRoot": true, "seccompProfile": { "type": "RuntimeDefault" } });
    if let Some(id) = options.user {
        user["runAsUser"] = json!(id);
        user["runAsGroup"] = json!(id);
    }
    let pod = json!({
        "restartPolicy": "Never",
        // Counted from the pod's start on its node, not from the Job's first moment in the queue.
        "activeDeadlineSeconds": run.limits.seconds.max(1),
        "terminationGracePeriodSeconds": GRACE_SECONDS,
        "automountServiceAccountToken": false,
        "enableServiceLinks": false,
        "securityContext": user,
        "containers": [container(run, options, &name)],
    });
    Ok(json!({
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": { "name": name, "labels": labels },
        "spec": {
            "backoffLimit": 0,
            "template": { "metadata": { "labels": labels }, "spec": pod },
        },
    }))
}

fn container(run: &Run, options: &KubernetesOptions, name: &str) -> Value {
    // `$(NAME)` in a value would be replaced; `$$` is one `$` (API reference, `EnvVar`).
    let plain = |text: &str| text.replace("$(", "$$(");
    let variables: Vec<Value> = run
        .variables
        .iter()
        .map(|(name, value)| json!({ "name": name, "value": plain(value) }))
        .collect();
    let command: Vec<String> = run.command.iter().map(|word| plain(word)).collect();
    let mut container = json!({
        "name": CONTAINER,
        "image": run.environment,
        "command": command,
        "env": variables,
        "resources": resources(run, options),
        "securityContext": {
            "allowPrivilegeEscalation": false,
            "privileged": false,
            "capabilities": { "drop": ["ALL"] },
        },
    });
    if !run.secrets.is_empty() {
        container["envFrom"] = json!([{ "secretRef": { "name": name } }]);
    }
    container
}

fn resources(run: &Run, options: &KubernetesOptions) -> Value {
    let limits = &run.limits;
    let mut wanted = Map::new();
    wanted.insert("cpu".to_owned(), json!(format!("{}m", limits.cores_milli.max(1))));
    wanted.insert("memory".to_owned(), json!(limits.memory_bytes.to_string()));
    wanted.insert("ephemeral-storage".to_owned(), json!(limits.disk_bytes.to_string()));
    if limits.accelerators > 0 {
        wanted.insert(options.accelerator.clone(), json!(limits.accelerators.to_string()));
    }
    json!({ "limits": wanted, "requests": wanted })
}

/// Builds the Secret, which belongs to the Job and is deleted with it.
pub(super) fn secret(run: &Run, options: &KubernetesOptions, uid: &str) -> Value {
    let name = name(options, &run.key);
    let values: Map<String, Value> =
        run.secrets.iter().map(|(name, value)| (name.clone(), json!(value.reveal()))).collect();
    json!({
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {
            "name": name,
            "labels": { KEY_LABEL: run.key.as_str() },
            "ownerReferences": [{
                "apiVersion": "batch/v1", "kind": "Job", "name": name, "uid": uid,
            }],
        },
        "immutable": true,
        "stringData": values,
    })
}

/// Builds the policy that closes the network of pods that may not use it.
pub(super) fn policy(options: &KubernetesOptions) -> Value {
    json!({
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": { "name": format!("{}-closed", options.name) },
        "spec": {
            "podSelector": { "matchLabels": { CLOSED_LABEL: "closed" } },
            "policyTypes": ["Ingress", "Egress"],
        },
    })
}

fn check(run: &Run) -> Result<(), Error> {
    request::words_check(run).map_err(Error::Refused)?;
    if !run.inputs.is_empty() || run.output.is_some() {
        let words = "pods have no folders of a run: read and write through the hub";
        return Err(Error::Refused(words.to_owned()));
    }
    let image = run.environment.as_str();
    let is_image = |byte: u8| byte.is_ascii_alphanumeric() || b"-._/:@".contains(&byte);
    if image.is_empty() || image.contains("..") || !image.bytes().all(is_image) {
        return Err(Error::Refused(format!("`{image}` is no name of an image")));
    }
    let names = run.variables.iter().map(|(name, _)| name);
    for name in names.chain(run.secrets.iter().map(|(name, _)| name)) {
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
        if !name.bytes().all(is_name) || name.starts_with(|first: char| first.is_ascii_digit()) {
            return Err(Error::Refused(format!("`{name}` is no environment variable here")));
        }
    }
    Ok(())
}
