//! What Ray's words and the driver's notes together mean. Pure.

use crate::Backend;
use crate::kept::Kept;
use crate::record::wall_ms;
use base::Time;
use compute::{Ended, Ending, RunKey, Sight, Usage};
use serde::Deserialize;
use serde_json::Value;

/// The code with which the script around the command says that the time was over.
const LATE: i32 = 124;
/// The code with which it says that there is no such program.
const NOT_FOUND: i32 = 127;
/// Where the private characters begin that stand for bytes (as in `entry.py`).
const BYTES_FROM: u32 = 0xF700;
/// Most characters of Ray's message that are passed on.
const MESSAGE_CHARS_MAX: usize = 300;

/// A job as Ray tells it (`JobDetails`, Ray 2.60).
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Job {
    status: Status,
    #[serde(default)]
    message: Option<String>,
    #[serde(default)]
    error_type: Option<String>,
    #[serde(default)]
    end_time: Option<i64>,
    #[serde(default)]
    driver_exit_code: Option<i32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
enum Status {
    Pending,
    Running,
    Stopped,
    Succeeded,
    Failed,
}

impl Job {
    pub(super) fn has_begun(&self) -> bool {
        self.status != Status::Pending
    }

    pub(super) fn is_over(&self) -> bool {
        !matches!(self.status, Status::Pending | Status::Running)
    }

    /// Whether it runs although it was cancelled: Ray does not stop a job that waits.
    pub(super) fn is_unwanted(&self, kept: &Kept) -> bool {
        self.status == Status::Running && kept.cancelled_at.is_some()
    }

    fn message(&self) -> String {
        let message = self.message.as_deref().unwrap_or("Ray does not say why");
        let line = message.lines().next().unwrap_or_default();
        line.chars().take(MESSAGE_CHARS_MAX).collect()
    }
}

/// What the script around the command wrote into the log.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Marks {
    /// Written before the command began, so that the command cannot change it.
    pub(super) started_at: Option<Time>,
    cpu_ms: Option<u64>,
    memory_peak_bytes: Option<u64>,
    /// Whether the script ended it, because its time was over.
    is_late: bool,
    /// The first line of the command's own output.
    said: String,
}

impl Marks {
    pub(super) fn read(key: &RunKey, log: &str) -> Self {
        let start = begin(key, log).map(|(_, millis)| Time::from_millis(millis));
        let used = used(key, log).map(|(_, numbers)| numbers);
        let number = |at: usize| used.map(|numbers| numbers[at]);
        let is_late = number(2) == Some(1);
        let own = begin(key, log).map_or("", |(at, _)| &log[at..]);
        let said = own.lines().next().unwrap_or_default();
        let said = said.chars().take(MESSAGE_CHARS_MAX).collect();
        let (cpu_ms, memory_peak_bytes) = (number(0), number(1));
        Self { started_at: start, cpu_ms, memory_peak_bytes, is_late, said }
    }
}

/// Where the command's own output begins, and since when it runs.
fn begin(key: &RunKey, log: &str) -> Option<(usize, i64)> {
    let opening = format!("--- run {key} begins ");
    let at = log.find(&opening)?;
    let (millis, _) = log[at + opening.len()..].split_once(" ---\n")?;
    let end = at + opening.len() + millis.len() + " ---\n".len();
    Some((end, millis.parse().ok()?))
}

/// Where the command's own output ends, and what it used: milliseconds, bytes, whether it was late.
fn used(key: &RunKey, log: &str) -> Option<(usize, [u64; 3])> {
    let opening = format!("\n--- run {key} used ");
    let at = log.rfind(&opening)?;
    let (numbers, _) = log[at + opening.len()..].split_once(" ---\n")?;
    let numbers: Result<Vec<u64>, _> = numbers.split(' ').map(str::parse).collect();
    Some((at, numbers.ok()?.try_into().ok()?))
}

/// Returns what the command itself wrote. Where it never began, all that Ray says.
pub(super) fn own_log(key: &RunKey, log: &str, is_ended: bool) -> Vec<u8> {
    let Some((start, _)) = begin(key, log) else {
        return if is_ended { log.as_bytes().to_vec() } else { Vec::new() };
    };
    let end = used(key, log).map_or(log.len(), |(end, ..)| end);
    bytes(log.get(start..end.max(start)).unwrap_or_default())
}

/// Turns the characters back that the script wrote for bytes that Ray cannot carry.
fn bytes(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    for char in text.chars() {
        match u32::from(char).checked_sub(BYTES_FROM).and_then(|byte| u8::try_from(byte).ok()) {
            Some(byte) => bytes.push(byte),
            None => bytes.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
    bytes
}

/// Tells what is known of a run that has no verdict yet.
pub(super) fn sight(kept: &Kept, job: Option<&Job>, marks: &Marks, now: Time) -> Sight {
    let Some(job) = job else { return lost(kept, now) };
    let ending = match job.status {
        Status::Pending if kept.cancelled_at.is_some() => {
            return Sight::Waiting("it is cancelled; Ray ends it when it would begin".to_owned());
        }
        Status::Pending => return Sight::Waiting(lowered(&job.message())),
        Status::Running => {
            let Some(started_at) = kept.started_at else {
                return Sight::Waiting("Ray starts it".to_owned());
            };
            let usage = Usage { wall_ms: wall_ms(Some(started_at), now), ..Usage::default() };
            return Sight::Running { started_at, usage };
        }
        Status::Stopped => Ending::Cancelled,
        Status::Succeeded => Ending::Exited(0),
        Status::Failed
            if kept.cancelled_at.is_some() && job.driver_exit_code.is_none_or(|code| code < 0) =>
        {
            Ending::Cancelled
        }
        Status::Failed => failed(job, marks),
    };
    let ended_at = job.end_time.map_or(now, Time::from_millis);
    let began = !matches!(ending, Ending::Unstartable(_));
    let started_at = kept.started_at.filter(|_| began);
    let usage = Usage {
        wall_ms: wall_ms(started_at, ended_at),
        cpu_ms: marks.cpu_ms,
        memory_peak_bytes: marks.memory_peak_bytes,
    };
    Sight::Ended(Ended { started_at, ended_at, ending, usage })
}

/// The script around the command ends as the command did, but for these: it says when it ended the
/// command itself, and says nothing of the use of a command that was not found.
fn failed(job: &Job, marks: &Marks) -> Ending {
    match job.driver_exit_code {
        Some(LATE) if marks.is_late => Ending::TimedOut,
        Some(NOT_FOUND) if marks.started_at.is_some() && marks.cpu_ms.is_none() => {
            Ending::Unstartable(marks.said.clone())
        }
        Some(code) if code < 0 => Ending::Killed(code.saturating_neg()),
        Some(code) => Ending::Exited(code),
        None => match job.error_type.as_deref().unwrap_or_default() {
            "RUNTIME_ENV_SETUP_FAILURE"
            | "JOB_SUPERVISOR_ACTOR_START_TIMEOUT"
            | "JOB_SUPERVISOR_ACTOR_START_FAILURE"
            | "JOB_SUPERVISOR_ACTOR_UNSCHEDULABLE"
            | "JOB_ENTRYPOINT_COMMAND_START_ERROR" => Ending::Unstartable(job.message()),
            _ => Ending::NodeFailed(job.message()),
        },
    }
}

/// Ray does not know it.
fn lost(kept: &Kept, now: Time) -> Sight {
    let ended = |ending, ended_at| {
        let usage = Usage::default();
        Sight::Ended(Ended { started_at: None, ended_at, ending, usage })
    };
    match (kept.is_taken, kept.cancelled_at) {
        (_, Some(at)) => ended(Ending::Cancelled, at),
        // Nobody knows how long it ran: nothing is counted.
        (true, None) => ended(Ending::NodeFailed("Ray no longer knows it".to_owned()), now),
        (false, None) => Sight::Unknown,
    }
}

fn lowered(message: &str) -> String {
    let mut chars = message.trim_end_matches('.').chars();
    let first = chars.next().map(|first| first.to_ascii_lowercase());
    first.into_iter().chain(chars).collect()
}

/// Tells what the cluster has and promises.
pub(super) fn backend(version: &str, status: &Value, shows_secrets: bool) -> Backend {
    let usage = &status["data"]["clusterStatus"]["loadMetricsReport"]["usage"];
    let total = |name: &str| {
        let total = usage[name][1].as_f64().filter(|total| total.is_finite() && *total >= 0.0)?;
        // Thousandths as a whole number, by way of text: floats are not stored.
        format!("{:.0}", total * 1_000.0).parse::<u64>().ok()
    };
    let mut lacks = vec![
        "isolation: every job can reach every other and the whole cluster".to_owned(),
        "memory, cores: Ray counts what is asked for, and holds nobody to it".to_owned(),
        "network, disk, processes: nothing is limited".to_owned(),
        "its ports listen on all interfaces and ask for no password: close them to others"
            .to_owned(),
    ];
    lacks.push(match shows_secrets {
        true => "secrets: everybody who reaches Ray reads them".to_owned(),
        false => "secrets: runs with secrets are refused".to_owned(),
    });
    Backend {
        name: format!("Ray {version}"),
        cores_milli: total("CPU"),
        memory_bytes: total("memory").map(|thousandths| thousandths / 1_000),
        keeps: vec!["time to the second".to_owned(), "bytes of output".to_owned()],
        lacks,
    }
}

#[cfg(test)]
mod tests {
    use super::{Job, Kept, Marks, own_log, sight};
    use base::Time;
    use compute::{Ending, RunKey, Sight};

    fn key() -> RunKey {
        "a".parse().unwrap()
    }

    fn told(kept: &Kept, job: &str, is_late: bool) -> Sight {
        let job: Job = serde_json::from_str(job).unwrap();
        let marks = Marks { cpu_ms: Some(1), is_late, ..Marks::default() };
        sight(kept, Some(&job), &marks, Time::from_millis(9_000))
    }

    #[test]
    fn every_status_of_ray_is_told_apart() {
        let kept = Kept {
            is_attempted: true,
            is_taken: true,
            started_at: Some(Time::from_millis(1_000)),
            ..Kept::default()
        };
        let failed = |rest: &str| format!(r#"{{"status":"FAILED","end_time":5000,{rest}}}"#);
        for (job, expected) in [
            (r#"{"status":"SUCCEEDED","end_time":5000}"#.to_owned(), Ending::Exited(0)),
            (r#"{"status":"STOPPED","end_time":5000}"#.to_owned(), Ending::Cancelled),
            (failed(r#""driver_exit_code":3"#), Ending::Exited(3)),
            (failed(r#""driver_exit_code":127"#), Ending::Exited(127)),
            (failed(r#""driver_exit_code":-9"#), Ending::Killed(9)),
            (failed(r#""driver_exit_code":124"#), Ending::Exited(124)),
            (
                failed(r#""error_type":"JOB_SUPERVISOR_ACTOR_DIED","message":"gone\nlong""#),
                Ending::NodeFailed("gone".to_owned()),
            ),
            (
                failed(r#""error_type":"RUNTIME_ENV_SETUP_FAILURE","message":"no""#),
                Ending::Unstartable("no".to_owned()),
            ),
        ] {
            let Sight::Ended(ended) = told(&kept, &job, false) else { panic!("{job}") };
            assert_eq!(ended.ending, expected, "{job}");
        }
        let late = told(&kept, &failed(r#""driver_exit_code":124"#), true);
        assert!(matches!(late, Sight::Ended(ended) if ended.ending == Ending::TimedOut));
        let pending = r#"{"status":"PENDING","message":"Job has not started yet."}"#;
        let pending = told(&kept, pending, false);
        assert_eq!(pending, Sight::Waiting("job has not started yet".to_owned()));
        assert!(serde_json::from_str::<Job>(r#"{"status":"WON"}"#).is_err());
    }

    #[test]
    fn a_job_that_ray_lost_is_not_started_again() {
        let now = Time::from_millis(9_000);
        let taken = Kept { is_attempted: true, is_taken: true, ..Kept::default() };
        let Sight::Ended(ended) = sight(&taken, None, &Marks::default(), now) else { panic!() };
        assert!(matches!(ended.ending, Ending::NodeFailed(_)));
        let tried = Kept { is_taken: false, ..taken };
        assert_eq!(sight(&tried, None, &Marks::default(), now), Sight::Unknown);
    }

    #[test]
    fn the_log_is_only_what_the_command_wrote() {
        let log = "Runtime env is setting up.\nRunning entrypoint: --- run a\n--- run a begins 12 ---\n\
                   x\n--- run a begins 99 ---\ny\n--- run a used 7 4096 0 ---\n";
        assert_eq!(own_log(&key(), log, true), b"x\n--- run a begins 99 ---\ny");
        let marks = Marks::read(&key(), log);
        assert_eq!(marks.started_at, Some(Time::from_millis(12)));
        assert_eq!((marks.cpu_ms, marks.memory_peak_bytes), (Some(7), Some(4_096)));
        assert_eq!(own_log(&key(), "setting up\n", false), b"");
        assert_eq!(own_log(&key(), "no such thing\n", true), b"no such thing\n");
    }
}
