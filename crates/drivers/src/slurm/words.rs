//! Slurm's reasons, nodes and settings in words and numbers.

use crate::Error;
use std::collections::BTreeMap;

/// Slurm's short reasons why a job waits, and what they mean to the person who waits.
/// Source: Slurm's page of reasons, `job_reason_codes`, and `job_reason_string()` of 22.05.
const REASONS: &[(&str, &str)] = &[
    ("None", "Slurm has not looked at it yet"),
    ("Priority", "others are before it in the queue"),
    ("Resources", "it is next, and waits until enough is free"),
    ("Dependency", "it waits for another job"),
    ("BeginTime", "it was put back and may start again in a moment"),
    ("Licenses", "it waits for a licence"),
    ("Reservation", "it waits for its reservation"),
    ("JobHeldUser", "it is held by its user: `scontrol release` lets it go"),
    ("JobHeldAdmin", "it is held by the operator of the cluster"),
    ("JobLaunchFailure", "it could not be launched: the operator has to look at the node"),
    ("NodeDown", "a node that it needs is down"),
    ("PartitionDown", "its partition takes jobs but starts none now"),
    ("PartitionInactive", "its partition is switched off"),
    ("PartitionTimeLimit", "it asks for more time than its partition allows"),
    ("PartitionNodeLimit", "it asks for more than its partition allows"),
    ("BadConstraints", "no node has what it asks for"),
    ("ReqNodeNotAvail", "a node that it needs is not available: maybe kept for maintenance"),
    ("Cleaning", "the nodes that it used before are being cleaned"),
];

/// Tells a reason in words; one that is not known stays as it is.
pub(super) fn reason(code: &str) -> String {
    // `ReqNodeNotAvail, UnavailableNodes:n1` and `launch failed requeued held` carry more.
    let short = code.split(',').next().unwrap_or(code).trim();
    if let Some((_, words)) = REASONS.iter().find(|(known, _)| *known == short) {
        return (*words).to_owned();
    }
    if short.starts_with("QOS") || short.starts_with("Assoc") {
        return format!("a limit of its account is reached (`{short}`)");
    }
    if short.contains("held") {
        return "it failed to start and is held: the operator has to look at the node".to_owned();
    }
    format!("Slurm says `{short}`")
}

/// Reads the nodes as `name|cores|memory in MiB|`, and adds them up. A node of several partitions
/// comes several times.
pub(super) fn capacity(nodes: &str) -> Result<(u64, u64), Error> {
    let mut seen = BTreeMap::new();
    for line in nodes.lines().filter(|line| !line.trim().is_empty()) {
        let mut columns = line.split('|').map(str::trim);
        let name = columns.next().unwrap_or_default();
        let mut number = || columns.next().and_then(|text| text.parse::<u64>().ok());
        let (Some(cores), Some(mebibytes)) = (number(), number()) else {
            let start: String = line.chars().take(80).collect();
            let words = format!("`sinfo` answered something else than nodes: `{start}`");
            return Err(Error::Unavailable(words));
        };
        seen.insert(name, (cores, mebibytes));
    }
    let add = |a: (u64, u64), b: &(u64, u64)| (a.0.saturating_add(b.0), a.1.saturating_add(b.1));
    Ok(seen.values().fold((0, 0), add))
}

/// Tells from `scontrol show config` what the cluster keeps of the limits, and what it lacks.
pub(super) fn promises(config: &str) -> (Vec<String>, Vec<String>) {
    let setting = |name: &str| {
        let mut lines = config.lines().filter_map(|line| line.split_once('='));
        let found = lines.find(|(key, _)| key.trim() == name);
        found.map_or("", |(_, value)| value.trim())
    };
    let mut keeps = vec![
        "time to the second (`timeout` on the node, Slurm's own limit behind it)".to_owned(),
        "its own processes, files and, where not allowed, no network (bubblewrap on the node)"
            .to_owned(),
    ];
    let mut lacks = vec![
        "bytes on disk: only each single file is limited; use quotas of the file system".to_owned(),
        "number of processes: set `pids` limits in Slurm's prolog".to_owned(),
    ];
    let has_cgroups = setting("TaskPlugin").contains("cgroup");
    let mut promise = |is_kept: bool, what: &str, advice: &str| match is_kept {
        true => keeps.push(what.to_owned()),
        false => lacks.push(format!("{what}: {advice}")),
    };
    let cores = has_cgroups && setting("ConstrainCores") == "yes";
    promise(cores, "cores", "`TaskPlugin=task/cgroup`, `ConstrainCores=yes` in `cgroup.conf`");
    let memory = has_cgroups && setting("ConstrainRAMSpace") == "yes";
    promise(memory, "memory", "`TaskPlugin=task/cgroup`, `ConstrainRAMSpace=yes`");
    let devices = has_cgroups && setting("ConstrainDevices") == "yes";
    promise(devices, "accelerators of others out of reach", "`ConstrainDevices=yes`");
    (keeps, lacks)
}

#[cfg(test)]
mod tests {
    use super::{capacity, promises, reason};

    #[test]
    fn every_reason_is_told_in_words() {
        for (code, words) in [
            ("Priority", "others are before it in the queue"),
            ("ReqNodeNotAvail, UnavailableNodes:n1", "a node that it needs is not available"),
            ("AssocGrpCpuLimit", "a limit of its account is reached (`AssocGrpCpuLimit`)"),
            ("launch failed requeued held", "it failed to start and is held"),
            ("SomethingNew", "Slurm says `SomethingNew`"),
        ] {
            assert!(reason(code).starts_with(words), "{code}: {}", reason(code));
        }
    }

    #[test]
    fn a_node_of_two_partitions_counts_once() {
        assert_eq!(capacity("n1|4|4000|\nn2|8|1000|\nn1|4|4000|\n").unwrap(), (12, 5_000));
        assert!(capacity("<html>").is_err());
    }

    #[test]
    fn what_is_not_enforced_is_said_with_advice() {
        let (_, lacks) = promises("TaskPlugin = task/none\n");
        assert!(lacks.iter().any(|lack| lack.starts_with("memory: `TaskPlugin=task/cgroup`")));
        let (keeps, lacks) = promises(
            "TaskPlugin = task/affinity,task/cgroup\nConstrainRAMSpace = yes\nConstrainCores = no\n",
        );
        assert!(keeps.contains(&"memory".to_owned()));
        assert!(lacks.iter().any(|lack| lack.starts_with("cores: ")));
    }
}
