//! Table `event`.

use crate::{ApplicationId, Event};
use db::{Error, Read, Tx, params};

pub(crate) fn insert(tx: &mut Tx<'_>, event: &Event) -> Result<(), Error> {
    tx.insert_later(
        "INSERT INTO event (id, at, application_id, person_id, kind, detail)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![
            &event.id,
            event.at,
            &event.application.0,
            event.person.as_ref().map(|person| &person.0),
            event.kind.as_str(),
            &event.detail
        ],
    )
}

pub(crate) fn of_application(
    read: &Read<'_>,
    application: ApplicationId,
) -> Result<Vec<Event>, Error> {
    read.rows(
        "SELECT id, at, application_id, person_id, kind, detail FROM event
         WHERE application_id = ?1 ORDER BY id LIMIT 1000",
        params![&application.0],
        |row| {
            Ok(Event {
                id: row.get(0)?,
                at: row.get(1)?,
                application: row.id(2)?,
                person: row.id_optional(3)?,
                kind: row.parse(4)?,
                detail: row.get(5)?,
            })
        },
    )
}
