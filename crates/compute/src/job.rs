//! Jobs as they are kept: what they are, where they stand, what happened to them.

use crate::{
    Effect, Error, Event, FlavorId, JobState, Outcome, Phase, PoolId, Price, Quote, Refused, store,
    tick,
};
use base::{Amount, Page, Time};
use db::{Read, Tx};
use identity::{Actor, OrganisationId, PersonId};

base::id_types! {
    /// Names a job.
    JobId;
}

/// A job to be taken. Its money is held by the caller in the same commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewJob {
    /// Whose money pays for it.
    pub organisation: OrganisationId,
    /// The group that it is counted to when turns are given.
    pub group: OrganisationId,
    /// Who submitted it.
    pub person: PersonId,
    /// What it was quoted.
    pub quote: Quote,
    /// What is to run: JSON that the caller reads again.
    pub spec: String,
    /// Its secrets, sealed by the caller; forgotten when the job is over.
    pub secrets: Option<Vec<u8>>,
    /// Attempts, brought into 1 to [`crate::ATTEMPTS_MAX`].
    pub attempts: u32,
}

/// A job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// Its id.
    pub id: JobId,
    /// Whose money pays for it.
    pub organisation: OrganisationId,
    /// The group that it is counted to when turns are given.
    pub group: OrganisationId,
    /// Who submitted it.
    pub person: PersonId,
    /// Where it runs.
    pub pool: PoolId,
    /// Its size.
    pub flavor: FlavorId,
    /// The version of the price that it was quoted.
    pub version: u32,
    /// What is to run.
    pub spec: String,
    /// Whether secrets are kept with it.
    pub has_secrets: bool,
    /// What it can cost at most; so much is held.
    pub bound: Amount,
    /// Where it stands.
    pub state: JobState,
    /// When the present attempt began to run.
    pub started_at: Option<Time>,
    /// When it was submitted.
    pub submitted_at: Time,
    /// When it was over.
    pub ended_at: Option<Time>,
    /// What it did cost; `None` until it is over.
    pub cost: Option<Amount>,
}

/// Something that happened to a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobEvent {
    /// Position from 1, without a gap.
    pub seq: u32,
    /// When.
    pub at: Time,
    /// Where it stood then: the name of the phase.
    pub phase: String,
    /// Why, in words.
    pub reason: String,
    /// The attempt, from 1; 0 before the first.
    pub attempt: u32,
    /// Milliseconds to be paid by then.
    pub metered_ms: u64,
}

/// Narrows the list of jobs; `None` narrows nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct JobFilter {
    /// Who pays.
    pub organisation: Option<OrganisationId>,
    /// Where it runs.
    pub pool: Option<PoolId>,
    /// Only what is not over.
    pub is_alive: bool,
}

/// What a step of a job leaves to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ticked {
    /// The job after it.
    pub job: Job,
    /// What must be done. [`Effect::Settle`] must be done in the same commit, for [`Job::cost`].
    pub effects: Vec<Effect>,
}

/// Takes a job: it waits for its turn. The caller holds [`Quote::bound`] in the same commit.
pub fn job_take(tx: &mut Tx<'_>, new: &NewJob) -> Result<Job, Error> {
    let limit_ms = new.quote.seconds.saturating_mul(1_000);
    let job = Job {
        id: tx.id(),
        organisation: new.organisation,
        group: new.group,
        person: new.person,
        pool: new.quote.flavor.pool,
        flavor: new.quote.flavor.id,
        version: new.quote.flavor.version,
        spec: new.spec.clone(),
        has_secrets: new.secrets.is_some(),
        bound: new.quote.bound,
        state: JobState::new(new.attempts, limit_ms),
        started_at: None,
        submitted_at: tx.now(),
        ended_at: None,
        cost: None,
    };
    store::job::insert(tx, &job, new.secrets.as_deref())?;
    event_note(tx, &job, 1)?;
    identity::audit(tx, Actor::Person(new.person), "job.take", &job.id.0, &job.bound)?;
    Ok(job)
}

/// Lets something happen to a job and keeps where it stands then.
///
/// A cost is what was metered at the price of the quote, at most the bound. Refuses an unknown job.
pub fn job_tick(tx: &mut Tx<'_>, id: JobId, event: &Event) -> Result<Ticked, Error> {
    let before = job_read(tx, id)?;
    let now = tx.now();
    let mut job = before.clone();
    let effects = tick(&mut job.state, event, now);
    if job.state == before.state {
        return Ok(Ticked { job, effects });
    }
    job.started_at = match job.state.phase {
        Phase::Running { started_at } => Some(started_at),
        Phase::Over(_) => before.started_at,
        Phase::Queued | Phase::Handing | Phase::Waiting(_) => None,
    };
    for effect in &effects {
        if let Effect::Settle(millis) = effect {
            job.ended_at = Some(now);
            job.cost = Some(cost_of(tx, &job, *millis)?);
            job.has_secrets = false;
        }
    }
    store::job::update(tx, &job)?;
    if is_told(&before.state, &job.state) {
        let seq = store::job::event_last(tx, id)? + 1;
        event_note(tx, &job, seq)?;
    }
    Ok(Ticked { job, effects })
}

/// Tells whether a change is more than a higher reading.
fn is_told(before: &JobState, after: &JobState) -> bool {
    (&before.phase, before.attempt, before.is_cancelled)
        != (&after.phase, after.attempt, after.is_cancelled)
}

fn cost_of(read: &Read<'_>, job: &Job, millis: u64) -> Result<Amount, Error> {
    let found = crate::price_version(read, job.flavor, job.version)?;
    let (price, _): (Price, Time) = found.ok_or_else(|| Error::Stored {
        flavor: job.flavor,
        version: job.version,
        reason: "there is no such version".to_owned(),
    })?;
    let cost = price.cost(millis).map_or(job.bound.minor, |cost| cost.minor);
    Ok(Amount::new(cost.min(job.bound.minor), job.bound.unit))
}

fn event_note(tx: &mut Tx<'_>, job: &Job, seq: u32) -> Result<(), db::Error> {
    let (phase, reason) = words(&job.state.phase);
    let reason = if job.state.is_cancelled && reason.is_empty() {
        "its end was asked for".to_owned()
    } else {
        reason
    };
    let event = JobEvent {
        seq,
        at: tx.now(),
        phase: phase.to_owned(),
        reason,
        attempt: job.state.attempt,
        metered_ms: job.state.metered_ms(),
    };
    store::job::event_insert(tx, job.id, &event).map(|_| ())
}

/// Returns the name of a phase, and why it is so.
pub(crate) fn words(phase: &Phase) -> (&'static str, String) {
    match phase {
        Phase::Queued => ("Queued", String::new()),
        Phase::Handing => ("Handing", String::new()),
        Phase::Waiting(reason) => ("Waiting", reason.clone()),
        Phase::Running { .. } => ("Running", String::new()),
        Phase::Over(Outcome::Failed(code)) => ("Over", format!("it ended with code {code}")),
        Phase::Over(Outcome::NodeFailed(why) | Outcome::Unstartable(why)) => ("Over", why.clone()),
        Phase::Over(_) => ("Over", String::new()),
    }
}

/// Reads a job.
pub fn job_read(read: &Read<'_>, id: JobId) -> Result<Job, Error> {
    store::job::find(read, id)?.ok_or_else(|| Refused::JobUnknown(id).into())
}

/// Reads the sealed secrets of a job that is not over.
pub fn job_secrets(read: &Read<'_>, id: JobId) -> Result<Option<Vec<u8>>, Error> {
    Ok(store::job::secrets(read, id)?)
}

/// Lists jobs, newest first. The key of the next page is the last job's id.
pub fn jobs_list(read: &Read<'_>, filter: &JobFilter, page: &Page) -> Result<Vec<Job>, Error> {
    Ok(store::job::list(read, filter, page)?)
}

/// Goes through all jobs that are not over, oldest first: after a start, to find them again.
pub fn jobs_alive_each(read: &Read<'_>, each: impl FnMut(Job)) -> Result<(), Error> {
    Ok(store::job::alive_each(read, each)?)
}

/// Lists what happened to a job, oldest first.
pub fn job_events(read: &Read<'_>, id: JobId) -> Result<Vec<JobEvent>, Error> {
    Ok(store::job::events(read, id)?)
}
