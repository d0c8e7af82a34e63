//! What a run's folder and Slurm's job together mean. Pure.

use super::queue::Job;
use super::words;
use crate::record::wall_ms;
use base::Time;
use compute::{Ended, Ending, Sight, Usage};

/// How long after a job's end its line may still be on its way through the shared file system.
/// ASSUMPTION: file systems keep what they know of a folder for up to 30 seconds (NFS `acdirmin`).
const FILE_DELAY_SECONDS: i64 = 30;
/// How Slurm ends a job, first politely: `SIGTERM`, `SIGKILL`. Others may use them as well.
const SLURM_SIGNALS: [i32; 2] = [15, 9];

/// What the folder of a run tells.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Kept {
    /// Whether it was ever handed to Slurm, or was about to be.
    pub(super) is_attempted: bool,
    /// The job that Slurm named in its reply.
    pub(super) job: Option<u64>,
    /// The job that began first.
    pub(super) owner: Option<u64>,
    pub(super) cancelled_at: Option<Time>,
    pub(super) started_at: Option<Time>,
    /// What the script on the node left.
    pub(super) ended: Option<Ended>,
    /// What was decided before. It stays.
    pub(super) verdict: Option<Ended>,
}

impl Kept {
    /// Whether Slurm has to be asked.
    pub(super) fn is_open(&self) -> bool {
        let is_told = self.ended.as_ref().is_some_and(|ended| !is_maybe_slurm(ended));
        self.is_attempted && self.verdict.is_none() && !is_told
    }

    /// Chooses the run's job among those with its name: the one that began, else the one that
    /// Slurm named, else the first.
    pub(super) fn job<'a>(&self, jobs: &[&'a Job]) -> Option<&'a Job> {
        let known = self.owner.or(self.job);
        let named = known.and_then(|id| jobs.iter().find(|job| job.id == id));
        match (named, known) {
            (Some(job), _) => Some(job),
            (None, Some(_)) => None,
            (None, None) => jobs.iter().min_by_key(|job| job.id).copied(),
        }
    }
}

/// Tells what is known of a run.
pub(super) fn sight(kept: &Kept, jobs: &[&Job], now: Time) -> Sight {
    if !kept.is_attempted {
        return Sight::Unknown;
    }
    if let Some(verdict) = &kept.verdict {
        return Sight::Ended(verdict.clone());
    }
    let job = kept.job(jobs);
    match (&kept.ended, job) {
        (Some(ended), job) => told(kept, ended, job, now),
        (None, Some(job)) => seen(kept, job, now),
        (None, None) => lost(kept, now),
    }
}

/// Whether Slurm may have ended it, so that its word counts.
fn is_maybe_slurm(ended: &Ended) -> bool {
    matches!(ended.ending, Ending::Killed(signal) if SLURM_SIGNALS.contains(&signal))
}

/// The script left its line; only whose kill it was is open.
fn told(kept: &Kept, ended: &Ended, job: Option<&Job>, now: Time) -> Sight {
    let mut ended = ended.clone();
    if !is_maybe_slurm(&ended) {
        return Sight::Ended(ended);
    }
    if kept.cancelled_at.is_some() {
        ended.ending = Ending::Cancelled;
        return Sight::Ended(ended);
    }
    match job.filter(|job| !matches!(job.state.as_str(), "COMPLETED" | "FAILED")) {
        Some(job) => match seen(kept, job, now) {
            Sight::Ended(by_slurm) => {
                ended.ending = by_slurm.ending;
                Sight::Ended(ended)
            }
            // Slurm has not yet said why, or starts it again.
            open => open,
        },
        None => Sight::Ended(ended),
    }
}

/// Only Slurm tells.
fn seen(kept: &Kept, job: &Job, now: Time) -> Sight {
    let ending = match job.state.as_str() {
        "PENDING" | "REQUEUED" | "REQUEUE_FED" | "REQUEUE_HOLD" | "RESV_DEL_HOLD"
        | "SPECIAL_EXIT" => return Sight::Waiting(waiting(job)),
        "CONFIGURING" | "POWER_UP_NODE" => {
            return Sight::Waiting("Slurm makes its node ready".to_owned());
        }
        "COMPLETED" | "FAILED" if is_fresh(kept, job, now) => return running(kept, job, now),
        "COMPLETED" => Ending::Exited(0),
        "FAILED" if kept.started_at.is_none() && job.exit <= 1 => {
            Ending::Unstartable(words::reason(&job.reason))
        }
        "FAILED" => exited(job.exit),
        "CANCELLED" => Ending::Cancelled,
        "TIMEOUT" | "DEADLINE" => Ending::TimedOut,
        "OUT_OF_MEMORY" => Ending::OutOfMemory,
        "NODE_FAIL" => Ending::NodeFailed(format!("its node `{}` failed", job.nodes)),
        "BOOT_FAIL" => Ending::NodeFailed("its node could not be started".to_owned()),
        "PREEMPTED" => Ending::NodeFailed("another job took its place".to_owned()),
        "REVOKED" => Ending::NodeFailed("another cluster took it".to_owned()),
        _ => return running(kept, job, now),
    };
    let ended_at = end(job, now);
    // A job that never began has the same start and end, and has left no mark.
    let began = job.start.filter(|_| kept.started_at.is_some() || job.start != job.end);
    let started_at = kept.started_at.or(began);
    let usage = Usage { wall_ms: wall_ms(started_at, ended_at), ..Usage::default() };
    Sight::Ended(Ended { started_at, ended_at, ending, usage })
}

fn exited(exit: u32) -> Ending {
    let (code, signal) = (exit >> 8, exit & 0x7f);
    let small = |number| i32::try_from(number).unwrap_or(-1);
    if signal > 0 { Ending::Killed(small(signal)) } else { Ending::Exited(small(code)) }
}

/// Whether the line of a job that has ended may still appear.
fn is_fresh(kept: &Kept, job: &Job, now: Time) -> bool {
    let began = kept.started_at.is_some() || job.start != job.end;
    began && job.end.is_some_and(|end| now < end.plus_seconds(FILE_DELAY_SECONDS))
}

fn running(kept: &Kept, job: &Job, now: Time) -> Sight {
    let Some(started_at) = kept.started_at else {
        return Sight::Waiting(format!("its node `{}` makes it ready", job.nodes));
    };
    // Slurm has ended its time while the node still ends its processes.
    let is_over = matches!(job.state.as_str(), "COMPLETING" | "COMPLETED" | "FAILED");
    let until = if is_over { end(job, now) } else { now };
    let usage = Usage { wall_ms: wall_ms(Some(started_at), until), ..Usage::default() };
    Sight::Running { started_at, usage }
}

/// When it ended. Slurm tells whole seconds: the last moment of that second, so that no earlier
/// reading was more.
fn end(job: &Job, now: Time) -> Time {
    let last = job.end.map(|end| Time::from_millis(end.millis().saturating_add(999)));
    last.map_or(now, |last| last.min(now))
}

fn waiting(job: &Job) -> String {
    let mut told = words::reason(&job.reason);
    if job.restarts > 0 {
        told = format!("its node failed, Slurm will start it again: {told}");
    }
    if let Some(start) = job.start {
        told.push_str(&format!("; Slurm expects it to start at {start}"));
    }
    told
}

/// Neither a line nor a job. Where Slurm never named a job, the run was not taken.
fn lost(kept: &Kept, now: Time) -> Sight {
    let ended = |ending, started_at: Option<Time>, ended_at| {
        let usage = Usage { wall_ms: wall_ms(started_at, ended_at), ..Usage::default() };
        Sight::Ended(Ended { started_at, ended_at, ending, usage })
    };
    if let Some(at) = kept.cancelled_at {
        return ended(Ending::Cancelled, kept.started_at, at);
    }
    let Some(id) = kept.owner.or(kept.job) else { return Sight::Unknown };
    let words = format!("Slurm no longer knows job `{id}`, and it left no result");
    // Nobody knows how long it ran: nothing is counted.
    ended(Ending::NodeFailed(words), None, now)
}

#[cfg(test)]
mod tests {
    use super::super::queue::Job;
    use super::{Kept, sight};
    use base::Time;
    use compute::{Ended, Ending, Sight, Usage};

    fn at(seconds: i64) -> Time {
        Time::from_millis(0).plus_seconds(seconds)
    }

    fn job(state: &str) -> Job {
        Job {
            id: 7,
            state: state.to_owned(),
            start: Some(at(100)),
            end: Some(at(160)),
            exit: 0,
            restarts: 0,
            name: "hutong-a".to_owned(),
            nodes: "n1".to_owned(),
            reason: "None".to_owned(),
        }
    }

    fn taken() -> Kept {
        Kept { is_attempted: true, job: Some(7), started_at: Some(at(101)), ..Kept::default() }
    }

    fn ending(kept: &Kept, job: &Job) -> Option<Ending> {
        match sight(kept, &[job], at(1_000)) {
            Sight::Ended(ended) => Some(ended.ending),
            _ => None,
        }
    }

    #[test]
    fn every_state_of_slurm_is_told_apart() {
        for (state, expected) in [
            ("COMPLETED", Some(Ending::Exited(0))),
            ("CANCELLED", Some(Ending::Cancelled)),
            ("TIMEOUT", Some(Ending::TimedOut)),
            ("OUT_OF_MEMORY", Some(Ending::OutOfMemory)),
            ("NODE_FAIL", Some(Ending::NodeFailed("its node `n1` failed".to_owned()))),
            ("PREEMPTED", Some(Ending::NodeFailed("another job took its place".to_owned()))),
            ("RUNNING", None),
            ("COMPLETING", None),
            ("SUSPENDED", None),
            ("PENDING", None),
            ("SOMETHING_NEW", None),
        ] {
            assert_eq!(ending(&taken(), &job(state)), expected, "{state}");
        }
        let failed = |exit| ending(&taken(), &Job { exit, ..job("FAILED") });
        assert_eq!(failed(768), Some(Ending::Exited(3)));
        assert_eq!(failed(11), Some(Ending::Killed(11)));
    }

    #[test]
    fn a_line_may_come_late_but_not_for_ever() {
        let fresh = sight(&taken(), &[&job("COMPLETED")], at(170));
        assert!(matches!(fresh, Sight::Running { .. }));
        let old = sight(&taken(), &[&job("COMPLETED")], at(191));
        assert!(matches!(old, Sight::Ended(_)));
    }

    #[test]
    fn readings_only_grow_while_slurm_ends_a_job() {
        let wall = |sight: Sight| match sight {
            Sight::Running { usage, .. } | Sight::Ended(Ended { usage, .. }) => usage.wall_ms,
            other => panic!("{other:?}"),
        };
        let late = Time::from_millis(160_700);
        let seen = ["RUNNING", "COMPLETING", "CANCELLED"].map(|state| {
            let now = if state == "RUNNING" { late } else { at(200) };
            wall(sight(&taken(), &[&job(state)], now))
        });
        assert_eq!(seen, [59_700, 59_999, 59_999]);
    }

    #[test]
    fn only_slurm_knows_whose_kill_it_was() {
        let ended = |signal| Ended {
            started_at: Some(at(101)),
            ended_at: at(150),
            ending: Ending::Killed(signal),
            usage: Usage { wall_ms: 49_000, ..Usage::default() },
        };
        let killed = |signal| Kept { ended: Some(ended(signal)), ..taken() };
        assert_eq!(ending(&killed(9), &job("OUT_OF_MEMORY")), Some(Ending::OutOfMemory));
        assert_eq!(ending(&killed(15), &job("TIMEOUT")), Some(Ending::TimedOut));
        assert_eq!(ending(&killed(15), &job("COMPLETING")), None);
        assert_eq!(ending(&killed(9), &job("FAILED")), Some(Ending::Killed(9)));
        assert_eq!(ending(&killed(11), &job("CANCELLED")), Some(Ending::Killed(11)));
        let cancelled = Kept { cancelled_at: Some(at(149)), ..killed(15) };
        assert_eq!(ending(&cancelled, &job("RUNNING")), Some(Ending::Cancelled));
    }

    #[test]
    fn what_slurm_has_forgotten_is_lost_and_costs_nothing() {
        let Sight::Ended(ended) = sight(&taken(), &[], at(1_000)) else { panic!("it is lost") };
        assert!(matches!(ended.ending, Ending::NodeFailed(_)));
        assert_eq!(ended.usage, Usage::default());
        let never = Kept { is_attempted: true, ..Kept::default() };
        assert_eq!(sight(&never, &[], at(1_000)), Sight::Unknown);
        assert_eq!(sight(&Kept::default(), &[&job("RUNNING")], at(1_000)), Sight::Unknown);
    }

    #[test]
    fn of_two_jobs_the_one_that_began_counts() {
        let (first, second) = (job("COMPLETED"), Job { id: 8, ..job("RUNNING") });
        let chosen = |kept: &Kept| kept.job(&[&second, &first]).map(|job| job.id);
        let nameless = Kept { job: None, ..taken() };
        assert_eq!(chosen(&nameless), Some(7));
        assert_eq!(chosen(&Kept { job: Some(8), ..taken() }), Some(8));
        assert_eq!(chosen(&Kept { owner: Some(8), ..taken() }), Some(8));
        assert_eq!(chosen(&Kept { owner: Some(9), ..taken() }), None);
    }
}
