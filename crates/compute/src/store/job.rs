//! Tables `job` and `job_event`.

use super::{column, natural};
use crate::job::words;
use crate::{Job, JobEvent, JobFilter, JobId, JobState, Outcome, Phase};
use base::{Amount, Page, Time, Unit};
use db::{Error, Param, Read, Row, Tx, params};

const COLUMNS: &str = "id, organisation_id, group_id, person_id, pool_id, flavor_id, version, spec,
    CASE WHEN secrets IS NULL THEN 0 ELSE 1 END, limit_ms, attempts_max, bound_minor, unit, phase,
    reason, outcome, exit_code, attempt, is_cancelled, charged_ms, meter_ms, unknown_since,
    started_at, submitted_at, ended_at, cost_minor";

pub(crate) fn insert(tx: &mut Tx<'_>, new: &Job, secrets: Option<&[u8]>) -> Result<u64, Error> {
    tx.exec(
        "INSERT INTO job (id, organisation_id, group_id, person_id, pool_id, flavor_id, version,
            spec, secrets, limit_ms, attempts_max, bound_minor, unit, phase, reason, attempt,
            is_cancelled, charged_ms, meter_ms, submitted_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, 'Queued', '', 0, 0, 0, 0,
            ?14)",
        params![
            &new.id.0,
            &new.organisation.0,
            &new.group.0,
            &new.person.0,
            &new.pool.0,
            &new.flavor.0,
            new.version,
            &new.spec,
            secrets,
            column(new.state.limit_ms),
            new.state.attempts_max,
            new.bound.minor,
            &new.bound.unit,
            new.submitted_at
        ],
    )
}

pub(crate) fn update(tx: &mut Tx<'_>, job: &Job) -> Result<u64, Error> {
    let state = &job.state;
    let (phase, reason) = words(&state.phase);
    let (outcome, code) = match &state.phase {
        Phase::Over(outcome) => (Some(outcome_word(outcome)), exit_code(outcome)),
        _ => (None, None),
    };
    let sql = "UPDATE job SET phase = ?2, reason = ?3, outcome = ?4, exit_code = ?5, attempt = ?6,
            is_cancelled = ?7, charged_ms = ?8, meter_ms = ?9, unknown_since = ?10,
            started_at = ?11, ended_at = ?12, cost_minor = ?13,
            secrets = CASE WHEN ?2 = 'Over' THEN NULL ELSE secrets END
         WHERE id = ?1";
    tx.exec(
        sql,
        params![
            &job.id.0,
            phase,
            reason,
            outcome,
            code,
            state.attempt,
            state.is_cancelled,
            column(state.charged_ms),
            column(state.meter_ms),
            state.unknown_since,
            job.started_at,
            job.ended_at,
            job.cost.map(|cost| cost.minor)
        ],
    )
}

fn outcome_word(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Completed => "Completed",
        Outcome::Failed(_) => "Failed",
        Outcome::Cancelled => "Cancelled",
        Outcome::TimedOut => "TimedOut",
        Outcome::OutOfMemory => "OutOfMemory",
        Outcome::NodeFailed(_) => "NodeFailed",
        Outcome::Unstartable(_) => "Unstartable",
    }
}

fn exit_code(outcome: &Outcome) -> Option<i64> {
    match outcome {
        Outcome::Completed => Some(0),
        Outcome::Failed(code) => Some(i64::from(*code)),
        _ => None,
    }
}

pub(crate) fn find(read: &Read<'_>, id: JobId) -> Result<Option<Job>, Error> {
    read.row(&format!("SELECT {COLUMNS} FROM job WHERE id = ?1"), params![&id.0], job)
}

pub(crate) fn secrets(read: &Read<'_>, id: JobId) -> Result<Option<Vec<u8>>, Error> {
    let found = read.row(
        "SELECT secrets FROM job WHERE id = ?1 AND secrets IS NOT NULL",
        params![&id.0],
        |row| row.get(0),
    )?;
    Ok(found)
}

pub(crate) fn list(read: &Read<'_>, filter: &JobFilter, page: &Page) -> Result<Vec<Job>, Error> {
    let mut sql = format!("SELECT {COLUMNS} FROM job WHERE id < ?1");
    // Ids are of 0-9 and a-z, so that every one sorts before this.
    let mut values: Vec<Param<'_>> = vec![page.after.as_deref().unwrap_or("~").into()];
    if let Some(organisation) = &filter.organisation {
        values.push((&organisation.0).into());
        sql.push_str(&format!(" AND organisation_id = ?{}", values.len()));
    }
    if let Some(pool) = &filter.pool {
        values.push((&pool.0).into());
        sql.push_str(&format!(" AND pool_id = ?{}", values.len()));
    }
    if filter.is_alive {
        sql.push_str(" AND phase <> 'Over'");
    }
    values.push(page.rows.into());
    sql.push_str(&format!(" ORDER BY id DESC LIMIT ?{}", values.len()));
    read.rows(&sql, &values, job)
}

pub(crate) fn alive_each(read: &Read<'_>, mut each: impl FnMut(Job)) -> Result<(), Error> {
    let sql = format!("SELECT {COLUMNS} FROM job WHERE phase <> 'Over' ORDER BY id");
    read.each(&sql, params![], |row| {
        each(job(row)?);
        Ok(true)
    })
}

fn job(row: &Row<'_>) -> Result<Job, Error> {
    let unit: Unit = row.get(12)?;
    let cost: Option<i64> = row.get(25)?;
    let started_at: Option<Time> = row.get(22)?;
    let unknown_since: Option<Time> = row.get(21)?;
    let state = JobState {
        phase: phase(row, started_at)?,
        attempt: small(row, 17)?,
        attempts_max: small(row, 10)?,
        limit_ms: natural(row, 9)?,
        is_cancelled: row.get(18)?,
        charged_ms: natural(row, 19)?,
        meter_ms: natural(row, 20)?,
        unknown_since,
    };
    Ok(Job {
        id: row.id(0)?,
        organisation: row.id(1)?,
        group: row.id(2)?,
        person: row.id(3)?,
        pool: row.id(4)?,
        flavor: row.id(5)?,
        version: small(row, 6)?,
        spec: row.get(7)?,
        has_secrets: row.get(8)?,
        bound: Amount::new(row.get(11)?, unit),
        state,
        started_at,
        submitted_at: row.get(23)?,
        ended_at: row.get(24)?,
        cost: cost.map(|minor| Amount::new(minor, unit)),
    })
}

fn small(row: &Row<'_>, column: usize) -> Result<u32, Error> {
    Ok(u32::try_from(natural(row, column)?).unwrap_or(u32::MAX))
}

fn phase(row: &Row<'_>, started_at: Option<Time>) -> Result<Phase, Error> {
    let (word, reason): (String, String) = (row.get(13)?, row.get(14)?);
    let unexpected = |found: String| Error::Column { column: 13, found, expected: "a phase" };
    Ok(match word.as_str() {
        "Queued" => Phase::Queued,
        "Handing" => Phase::Handing,
        "Waiting" => Phase::Waiting(reason),
        "Running" => Phase::Running { started_at: started_at.ok_or_else(|| unexpected(word))? },
        "Over" => Phase::Over(outcome(row, reason)?),
        _ => return Err(unexpected(word)),
    })
}

fn outcome(row: &Row<'_>, reason: String) -> Result<Outcome, Error> {
    let (word, code): (String, Option<i64>) = (row.get(15)?, row.get(16)?);
    let code = code.and_then(|code| i32::try_from(code).ok());
    Ok(match word.as_str() {
        "Completed" => Outcome::Completed,
        "Failed" => Outcome::Failed(code.unwrap_or(1)),
        "Cancelled" => Outcome::Cancelled,
        "TimedOut" => Outcome::TimedOut,
        "OutOfMemory" => Outcome::OutOfMemory,
        "NodeFailed" => Outcome::NodeFailed(reason),
        "Unstartable" => Outcome::Unstartable(reason),
        _ => return Err(Error::Column { column: 15, found: word, expected: "an outcome" }),
    })
}

/// Returns the position of the last event of a job; 0 where there is none.
pub(crate) fn event_last(read: &Read<'_>, id: JobId) -> Result<u32, Error> {
    let sql = "SELECT seq FROM job_event WHERE job_id = ?1 ORDER BY seq DESC LIMIT 1";
    Ok(read.row(sql, params![&id.0], |row| small(row, 0))?.unwrap_or(0))
}

pub(crate) fn event_insert(tx: &mut Tx<'_>, id: JobId, new: &JobEvent) -> Result<u64, Error> {
    tx.exec(
        "INSERT INTO job_event (job_id, seq, at, phase, reason, attempt, meter_ms)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![
            &id.0,
            new.seq,
            new.at,
            &new.phase,
            &new.reason,
            new.attempt,
            column(new.metered_ms)
        ],
    )
}

pub(crate) fn events(read: &Read<'_>, id: JobId) -> Result<Vec<JobEvent>, Error> {
    let sql = "SELECT seq, at, phase, reason, attempt, meter_ms FROM job_event
         WHERE job_id = ?1 ORDER BY seq LIMIT 1000";
    read.rows(sql, params![&id.0], |row| {
        Ok(JobEvent {
            seq: small(row, 0)?,
            at: row.get(1)?,
            phase: row.get(2)?,
            reason: row.get(3)?,
            attempt: small(row, 4)?,
            metered_ms: natural(row, 5)?,
        })
    })
}
