//! What `squeue` tells of jobs.

use crate::Error;
use base::Time;

/// What is asked for: columns ended by `|`, the one that may hold anything last.
pub(super) const FORMAT: &str = "JobID:|,State:|,StartTime:|,EndTime:|,exit_code:|,RestartCnt:|,\
                                 Name:|,NodeList:|,Reason:|";
const COLUMNS: usize = 9;

/// A job as Slurm remembers it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Job {
    pub(super) id: u64,
    /// Slurm's name of the state, such as `PENDING`.
    pub(super) state: String,
    /// When it started, or is expected to.
    pub(super) start: Option<Time>,
    pub(super) end: Option<Time>,
    /// As `wait` tells it: the code times 256, or the signal.
    pub(super) exit: u32,
    pub(super) restarts: u32,
    pub(super) name: String,
    pub(super) nodes: String,
    pub(super) reason: String,
}

/// Reads the answer to a question in [`FORMAT`].
pub(super) fn read(text: &str) -> Result<Vec<Job>, Error> {
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    lines.map(|line| job(line).ok_or_else(|| strange(line))).collect()
}

fn job(line: &str) -> Option<Job> {
    let columns: Vec<&str> = line.splitn(COLUMNS, '|').map(str::trim).collect();
    let [id, state, start, end, exit, restarts, name, nodes, reason] = columns.try_into().ok()?;
    let is_state = !state.is_empty() && state.bytes().all(|b| b.is_ascii_uppercase() || b == b'_');
    if !is_state {
        return None;
    }
    Some(Job {
        id: id.parse().ok()?,
        state: state.to_owned(),
        start: seconds(start),
        end: seconds(end),
        exit: exit.parse().ok()?,
        restarts: restarts.parse().ok()?,
        name: name.to_owned(),
        nodes: nodes.to_owned(),
        reason: reason.trim_end_matches('|').trim().to_owned(),
    })
}

/// `N/A` and `Unknown` are no times.
fn seconds(text: &str) -> Option<Time> {
    text.parse::<i64>().ok().filter(|at| *at > 0).map(|at| Time::from_millis(0).plus_seconds(at))
}

fn strange(line: &str) -> Error {
    let start: String = line.chars().take(80).collect();
    Error::Unavailable(format!("`squeue` answered something else than jobs: `{start}`"))
}

#[cfg(test)]
mod tests {
    use super::read;
    use base::Time;

    #[test]
    fn jobs_are_read_and_anything_else_is_a_failure() {
        let text = "2|FAILED|1795343683|1795343684|768|0|hutong-b|n1|NonZeroExitCode|\n\
                    5|PENDING|N/A|N/A|0|1|hutong-e||ReqNodeNotAvail, UnavailableNodes:n1|\n";
        let jobs = read(text).unwrap();
        assert_eq!((jobs[0].id, jobs[0].exit, jobs[0].nodes.as_str()), (2, 768, "n1"));
        assert_eq!(jobs[0].start, Some(Time::from_millis(1_795_343_683_000)));
        assert_eq!((jobs[1].start, jobs[1].restarts), (None, 1));
        assert_eq!(jobs[1].reason, "ReqNodeNotAvail, UnavailableNodes:n1");
        assert!(read("").unwrap().is_empty());
        for bad in ["<html>", "x|RUNNING|1|1|0|0|a||b|", "1|running|1|1|0|0|a||b|", "1|RUNNING"] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }
}
