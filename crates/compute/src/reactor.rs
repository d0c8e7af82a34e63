//! A job as a machine of states: what happened goes in, what must be done comes out.
//!
//! [`tick`] is the only place where a job changes. It does nothing itself, so that every order of
//! events can be tried: replies that are lost, sights that come twice, late or never, a person who
//! cancels at any moment, a backend that forgets.

use crate::{Ended, Ending, Sight};
use base::Time;

/// How long a backend may not know of a run that it has, in milliseconds, before the run counts as
/// lost. ASSUMPTION: a backend that starts anew knows its runs within that time.
pub const LOST_MILLIS: i64 = 120_000;
/// How long over its time a run may be seen before the zone ends it itself, in milliseconds: its
/// backend should have. ASSUMPTION: backends end a run within a minute.
const OVERTIME_MILLIS: u64 = 60_000;
/// Most attempts of one job.
pub const ATTEMPTS_MAX: u32 = 10;

/// Where a job stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Phase {
    /// It waits for its turn.
    Queued,
    /// It is handed to the backend, which may have it or not.
    Handing,
    /// The backend has it and says why it waits.
    Waiting(String),
    /// It runs.
    Running {
        /// Since when.
        started_at: Time,
    },
    /// It is over, and its money settled.
    Over(Outcome),
}

/// How a job ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Its process ended with code 0.
    Completed,
    /// Its process ended with another code, or by a signal (128 and its number, as shells say it).
    Failed(i32),
    /// Somebody cancelled it.
    Cancelled,
    /// It ran for as long as it was paid for.
    TimedOut,
    /// It needed more memory than its flavor has.
    OutOfMemory,
    /// What it ran on failed; that attempt is not paid.
    NodeFailed(String),
    /// The backend refuses it; nothing is paid.
    Unstartable(String),
}

/// A job as far as its next state depends on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobState {
    /// Where it stands.
    pub phase: Phase,
    /// The present attempt, from 1; 0 before the first.
    pub attempt: u32,
    /// Attempts that were paid for, at least 1.
    pub attempts_max: u32,
    /// Milliseconds that it may run in all its attempts: for so long money is held.
    pub limit_ms: u64,
    /// Whether somebody asked for its end.
    pub is_cancelled: bool,
    /// Milliseconds of earlier attempts that are to be paid.
    pub charged_ms: u64,
    /// Highest reading of the present attempt, in milliseconds.
    pub meter_ms: u64,
    /// Since when the backend does not know the present attempt.
    pub unknown_since: Option<Time>,
}

/// What happened. Events of a backend say which attempt they are about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// Its turn has come.
    Chosen,
    /// The backend took the attempt.
    Taken(u32),
    /// The backend refuses the attempt for ever: why.
    Refused(u32, String),
    /// The backend was looked at.
    Seen(u32, Sight),
    /// Somebody asks for its end.
    CancelAsked,
}

/// What must be done now. Each may be done again without harm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Hand the attempt to the backend.
    Submit(u32),
    /// End the attempt at the backend.
    Cancel(u32),
    /// Pay for so many milliseconds and give back the rest: once in the life of a job.
    Settle(u64),
    /// Take the results of the attempt.
    Collect(u32),
    /// Let the backend forget the attempt; its output is not needed.
    Forget(u32),
}

impl JobState {
    /// Returns a job that waits for its first attempt, with the time of all attempts together;
    /// `attempts_max` is brought into 1 to [`ATTEMPTS_MAX`].
    #[must_use]
    pub fn new(attempts_max: u32, limit_ms: u64) -> Self {
        Self {
            phase: Phase::Queued,
            attempt: 0,
            attempts_max: attempts_max.clamp(1, ATTEMPTS_MAX),
            limit_ms,
            is_cancelled: false,
            charged_ms: 0,
            meter_ms: 0,
            unknown_since: None,
        }
    }

    /// Returns the milliseconds to be paid as things stand.
    #[must_use]
    pub const fn metered_ms(&self) -> u64 {
        self.charged_ms.saturating_add(self.meter_ms)
    }

    /// Returns the milliseconds that the next attempt, or the present one, may run.
    #[must_use]
    pub const fn left_ms(&self) -> u64 {
        self.limit_ms.saturating_sub(self.charged_ms)
    }

    fn is_over(&self) -> bool {
        matches!(self.phase, Phase::Over(_))
    }

    fn end(&mut self, outcome: Outcome) -> Effect {
        self.charged_ms = self.metered_ms();
        self.meter_ms = 0;
        self.unknown_since = None;
        self.phase = Phase::Over(outcome);
        Effect::Settle(self.charged_ms)
    }
}

/// Takes an event and returns what must be done. An event that is about an earlier attempt, or
/// comes too late, changes nothing.
#[must_use]
pub fn tick(job: &mut JobState, event: &Event, now: Time) -> Vec<Effect> {
    match event {
        Event::Chosen if job.phase == Phase::Queued => {
            job.attempt += 1;
            job.phase = Phase::Handing;
            vec![Effect::Submit(job.attempt)]
        }
        Event::Taken(attempt) if *attempt == job.attempt && job.phase == Phase::Handing => {
            job.phase = Phase::Waiting(String::new());
            if job.is_cancelled { vec![Effect::Cancel(job.attempt)] } else { Vec::new() }
        }
        Event::Refused(attempt, why) if *attempt == job.attempt && job.phase == Phase::Handing => {
            vec![job.end(Outcome::Unstartable(why.clone()))]
        }
        Event::Seen(attempt, sight) if *attempt == job.attempt => seen(job, sight, now),
        // An earlier attempt that still runs has been given up.
        Event::Seen(attempt, Sight::Waiting(_) | Sight::Running { .. })
            if *attempt < job.attempt =>
        {
            vec![Effect::Cancel(*attempt)]
        }
        Event::CancelAsked => cancel(job),
        _ => Vec::new(),
    }
}

fn cancel(job: &mut JobState) -> Vec<Effect> {
    if job.is_over() {
        return Vec::new();
    }
    job.is_cancelled = true;
    match job.phase {
        Phase::Queued => vec![job.end(Outcome::Cancelled)],
        _ => vec![Effect::Cancel(job.attempt)],
    }
}

fn seen(job: &mut JobState, sight: &Sight, now: Time) -> Vec<Effect> {
    if job.is_over() || job.attempt == 0 {
        let is_alive = matches!(sight, Sight::Waiting(_) | Sight::Running { .. });
        return if is_alive { vec![Effect::Cancel(job.attempt)] } else { Vec::new() };
    }
    if *sight != Sight::Unknown {
        job.unknown_since = None;
    }
    match sight {
        Sight::Unknown => unknown(job, now),
        Sight::Waiting(reason) => {
            // A run that began and waits again was put back by its backend: its meter stands.
            job.phase = Phase::Waiting(reason.clone());
            again(job)
        }
        Sight::Running { started_at, usage } => {
            job.meter_ms = job.meter_ms.max(usage.wall_ms);
            job.phase = Phase::Running { started_at: *started_at };
            again(job)
        }
        Sight::Ended(ended) => ended_seen(job, ended),
    }
}

/// A cancelled run that is still there is told again: the first telling may have been lost. So is
/// one that has run for longer than anybody pays.
fn again(job: &JobState) -> Vec<Effect> {
    if job.is_cancelled || job.meter_ms > job.left_ms().saturating_add(OVERTIME_MILLIS) {
        vec![Effect::Cancel(job.attempt)]
    } else {
        Vec::new()
    }
}

fn unknown(job: &mut JobState, now: Time) -> Vec<Effect> {
    if job.phase == Phase::Handing {
        // It never arrived. Should it arrive after all, it is cancelled when it is seen.
        return if job.is_cancelled {
            vec![Effect::Cancel(job.attempt), job.end(Outcome::Cancelled)]
        } else {
            vec![Effect::Submit(job.attempt)]
        };
    }
    let since = *job.unknown_since.get_or_insert(now);
    if now.millis() - since.millis() < LOST_MILLIS {
        return Vec::new();
    }
    failed(job, Outcome::NodeFailed("the backend does not know the run any more".to_owned()))
}

fn ended_seen(job: &mut JobState, ended: &Ended) -> Vec<Effect> {
    job.meter_ms = job.meter_ms.max(ended.usage.wall_ms);
    match &ended.ending {
        Ending::Exited(0) => {
            vec![job.end(Outcome::Completed), Effect::Collect(job.attempt)]
        }
        Ending::Cancelled => {
            // Nobody asked for it, so it was the zone itself, or the operator of the backend.
            let is_overtime = !job.is_cancelled && job.meter_ms > job.left_ms();
            let outcome = if is_overtime { Outcome::TimedOut } else { Outcome::Cancelled };
            vec![job.end(outcome), Effect::Collect(job.attempt)]
        }
        Ending::TimedOut => vec![job.end(Outcome::TimedOut), Effect::Collect(job.attempt)],
        Ending::Unstartable(why) => {
            job.meter_ms = 0;
            vec![job.end(Outcome::Unstartable(why.clone()))]
        }
        Ending::Exited(code) => failed(job, Outcome::Failed(*code)),
        Ending::Killed(signal) => failed(job, Outcome::Failed(signal.saturating_add(128))),
        Ending::OutOfMemory => failed(job, Outcome::OutOfMemory),
        Ending::NodeFailed(why) => failed(job, Outcome::NodeFailed(why.clone())),
    }
}

/// An attempt failed: the next one, if it is paid for and wanted, else the end.
fn failed(job: &mut JobState, outcome: Outcome) -> Vec<Effect> {
    if matches!(outcome, Outcome::NodeFailed(_)) {
        // Nobody pays for what a machine lost.
        job.meter_ms = 0;
    }
    if job.is_cancelled {
        return vec![job.end(Outcome::Cancelled), Effect::Collect(job.attempt)];
    }
    if job.attempt < job.attempts_max && job.metered_ms() < job.limit_ms {
        job.charged_ms = job.metered_ms();
        job.meter_ms = 0;
        job.unknown_since = None;
        job.phase = Phase::Queued;
        return vec![Effect::Forget(job.attempt)];
    }
    let is_lost = matches!(outcome, Outcome::NodeFailed(_));
    let settle = job.end(outcome);
    if is_lost { vec![settle] } else { vec![settle, Effect::Collect(job.attempt)] }
}
