//! Tables `application`, `cost_line`, `paper`.

use super::{amount, json};
use crate::{Application, ApplicationId, ApplicationState, CallId, CostLine, Draft, Error, Paper};
use base::{Page, Time, Unit};
use db::{Read, Row, Tx, params};
use identity::OrganisationId;

const COLUMNS: &str = "a.id, a.call_id, a.number, a.organisation_id, a.title_en, a.title_zh,
    a.summary, a.subject, a.state, a.round, a.declared, a.requested_minor, a.evaluation,
    a.created_by, a.created_at, a.submitted_at, a.decided_at, c.unit";
const FROM: &str = "application a JOIN call c ON c.id = a.call_id";

pub(crate) fn number_next(read: &Read<'_>, call: CallId) -> Result<i64, db::Error> {
    let sql = "SELECT COALESCE(MAX(number), 0) + 1 FROM application WHERE call_id = ?1";
    read.scalar(sql, params![&call.0])
}

pub(crate) fn insert(tx: &mut Tx<'_>, new: &Application) -> Result<(), db::Error> {
    let draft = &new.draft;
    tx.exec(
        "INSERT INTO application (id, call_id, number, organisation_id, title_en, title_zh,
            summary, subject, state, round, declared, requested_minor, created_by, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
        params![
            &new.id.0,
            &new.call.0,
            new.number,
            &new.organisation.0,
            &draft.title_en,
            &draft.title_zh,
            &draft.summary,
            &draft.subject,
            new.state.as_str(),
            new.round,
            base::canonical_json(&draft.declared),
            draft.requested.minor,
            &new.created_by.0,
            new.created_at
        ],
    )?;
    lines_insert(tx, new.id, &draft.lines)
}

pub(crate) fn edit(tx: &mut Tx<'_>, id: ApplicationId, draft: &Draft) -> Result<(), db::Error> {
    tx.exec(
        "UPDATE application SET title_en = ?2, title_zh = ?3, summary = ?4, subject = ?5,
            declared = ?6, requested_minor = ?7
         WHERE id = ?1",
        params![
            &id.0,
            &draft.title_en,
            &draft.title_zh,
            &draft.summary,
            &draft.subject,
            base::canonical_json(&draft.declared),
            draft.requested.minor
        ],
    )?;
    tx.exec("DELETE FROM cost_line WHERE application_id = ?1", params![&id.0])?;
    lines_insert(tx, id, &draft.lines)
}

fn lines_insert(tx: &mut Tx<'_>, id: ApplicationId, lines: &[CostLine]) -> Result<(), db::Error> {
    for (position, line) in (1_i64..).zip(lines) {
        tx.exec(
            "INSERT INTO cost_line (application_id, position, cost, what, amount_minor,
                supplier_id)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![
                &id.0,
                position,
                line.cost.as_deref(),
                line.what.as_deref(),
                line.amount.minor,
                line.supplier.as_ref().map(|supplier| &supplier.0)
            ],
        )?;
    }
    Ok(())
}

pub(crate) fn submit(
    tx: &mut Tx<'_>,
    id: ApplicationId,
    evaluation: &str,
    at: Time,
) -> Result<(), db::Error> {
    tx.exec(
        "UPDATE application SET state = 'Submitted', evaluation = ?2, submitted_at = ?3
         WHERE id = ?1",
        params![&id.0, evaluation, at],
    )
    .map(|_| ())
}

pub(crate) fn state_set(
    tx: &mut Tx<'_>,
    id: ApplicationId,
    state: ApplicationState,
    decided_at: Option<Time>,
) -> Result<(), db::Error> {
    tx.exec(
        "UPDATE application SET state = ?2, decided_at = ?3 WHERE id = ?1",
        params![&id.0, state.as_str(), decided_at],
    )
    .map(|_| ())
}

pub(crate) fn round_next(tx: &mut Tx<'_>, id: ApplicationId) -> Result<(), db::Error> {
    tx.exec("UPDATE application SET round = round + 1 WHERE id = ?1", params![&id.0]).map(|_| ())
}

pub(crate) fn find(read: &Read<'_>, id: ApplicationId) -> Result<Option<Application>, Error> {
    let sql = format!("SELECT {COLUMNS} FROM {FROM} WHERE a.id = ?1");
    let Some(raw) = read.row(&sql, params![&id.0], raw)? else { return Ok(None) };
    let lines = lines(read, id, raw.unit)?;
    raw.finish(lines).map(Some)
}

/// Reads applications with their cost lines; `organisation` and `state` narrow the list.
pub(crate) fn list(
    read: &Read<'_>,
    call: Option<CallId>,
    organisation: Option<OrganisationId>,
    state: Option<ApplicationState>,
    page: &Page,
) -> Result<Vec<Application>, Error> {
    let sql = format!(
        "SELECT {COLUMNS} FROM {FROM}
         WHERE a.id > ?4 AND (?1 = '' OR a.call_id = ?1) AND (?2 = '' OR a.organisation_id = ?2)
           AND (?3 = '' OR a.state = ?3)
         ORDER BY a.id LIMIT ?5"
    );
    let rows = read.rows(
        &sql,
        params![
            call.as_ref().map_or("", CallId::as_str),
            organisation.as_ref().map_or("", OrganisationId::as_str),
            state.map_or("", ApplicationState::as_str),
            page.after.as_deref().unwrap_or(""),
            page.rows
        ],
        raw,
    )?;
    rows.into_iter()
        .map(|raw| {
            let lines = lines(read, raw.id, raw.unit)?;
            raw.finish(lines)
        })
        .collect()
}

fn lines(read: &Read<'_>, id: ApplicationId, unit: Unit) -> Result<Vec<CostLine>, db::Error> {
    read.rows(
        "SELECT cost, what, amount_minor, supplier_id FROM cost_line
         WHERE application_id = ?1 ORDER BY position",
        params![&id.0],
        |row| {
            Ok(CostLine {
                cost: row.get(0)?,
                what: row.get(1)?,
                amount: amount(row, 2, unit)?,
                supplier: row.id_optional(3)?,
            })
        },
    )
}

/// A row whose JSON has not been read yet.
struct Raw {
    id: ApplicationId,
    unit: Unit,
    declared: String,
    evaluation: Option<String>,
    application: Application,
}

impl Raw {
    fn finish(mut self, lines: Vec<CostLine>) -> Result<Application, Error> {
        let id = self.id.as_str();
        let application = &mut self.application;
        application.draft.lines = lines;
        application.draft.declared = json("declaration of application", id, &self.declared)?;
        application.evaluation = match &self.evaluation {
            Some(text) => Some(json("evaluation of application", id, text)?),
            None => None,
        };
        Ok(self.application)
    }
}

fn raw(row: &Row<'_>) -> Result<Raw, db::Error> {
    let unit = row.get(17)?;
    let draft = Draft {
        title_en: row.get(4)?,
        title_zh: row.get(5)?,
        summary: row.get(6)?,
        subject: row.get(7)?,
        declared: crate::Declared::default(),
        lines: Vec::new(),
        requested: amount(row, 11, unit)?,
    };
    let application = Application {
        id: row.id(0)?,
        call: row.id(1)?,
        number: row.get(2)?,
        organisation: row.id(3)?,
        draft,
        state: row.parse(8)?,
        round: row.get(9)?,
        evaluation: None,
        created_by: row.id(13)?,
        created_at: row.get(14)?,
        submitted_at: row.get(15)?,
        decided_at: row.get(16)?,
    };
    let (id, declared, evaluation) = (application.id, row.get(10)?, row.get(12)?);
    Ok(Raw { id, unit, declared, evaluation, application })
}

pub(crate) fn count_since(
    read: &Read<'_>,
    code: &str,
    from: Time,
    to: Time,
) -> Result<i64, db::Error> {
    read.scalar(
        "SELECT COUNT(*) FROM application a
         JOIN call c ON c.id = a.call_id JOIN instrument i ON i.id = c.instrument_id
         WHERE i.code = ?1 AND a.submitted_at >= ?2 AND a.submitted_at < ?3",
        params![code, from, to],
    )
}

pub(crate) fn paper_put(
    tx: &mut Tx<'_>,
    id: ApplicationId,
    paper: &Paper,
    content: &[u8],
) -> Result<(), db::Error> {
    tx.exec(
        "INSERT INTO paper (application_id, code, file_name, sha256, content, added_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (application_id, code) DO UPDATE SET file_name = excluded.file_name,
            sha256 = excluded.sha256, content = excluded.content, added_at = excluded.added_at",
        params![&id.0, &paper.code, &paper.file_name, &paper.sha256, content, paper.added_at],
    )
    .map(|_| ())
}

pub(crate) fn papers(read: &Read<'_>, id: ApplicationId) -> Result<Vec<Paper>, db::Error> {
    read.rows(
        "SELECT code, file_name, sha256, added_at FROM paper WHERE application_id = ?1
         ORDER BY code",
        params![&id.0],
        |row| {
            Ok(Paper {
                code: row.get(0)?,
                file_name: row.get(1)?,
                sha256: row.get(2)?,
                added_at: row.get(3)?,
            })
        },
    )
}

pub(crate) fn paper_content(
    read: &Read<'_>,
    id: ApplicationId,
    code: &str,
) -> Result<Option<(String, Vec<u8>)>, db::Error> {
    read.row(
        "SELECT file_name, content FROM paper WHERE application_id = ?1 AND code = ?2",
        params![&id.0, code],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )
}
