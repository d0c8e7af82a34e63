//! Tables `hub_collection`, `hub_collection_item`.

use crate::collection::{ITEMS_MAX, Place};
use crate::cursor::Cursor;
use crate::{Collection, CollectionId, ItemId};
use db::{Error, Read, Row, Tx, params};

/// Selects collections; `n` is the namespace.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT c.id, c.namespace_id, n.name, c.title, c.description, c.theme, c.position,
                 c.is_private, c.changed_at
             FROM hub_collection c JOIN hub_namespace n ON n.id = c.namespace_id ",
            $rest
        )
    };
}

/// What is asked of a list; empty texts ask nothing.
pub(crate) struct Asked {
    /// A namespace's name in lower case.
    pub(crate) owner: String,
    /// Id of a repository or a collection that must be in it.
    pub(crate) item: String,
    /// Pattern for title and description.
    pub(crate) pattern: String,
    /// Namespaces of the visitor.
    pub(crate) namespaces: String,
}

pub(crate) fn insert(tx: &mut Tx<'_>, new: &Collection) -> Result<u64, Error> {
    tx.exec(
        "INSERT INTO hub_collection (id, namespace_id, title, description, theme, position,
             is_private, created_at, changed_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8)",
        params![
            &new.id.0,
            &new.namespace.0,
            &new.title,
            &new.description,
            &new.theme,
            new.position,
            new.is_private,
            new.changed_at
        ],
    )
}

pub(crate) fn update(tx: &mut Tx<'_>, changed: &Collection) -> Result<u64, Error> {
    tx.exec(
        "UPDATE hub_collection SET title = ?2, description = ?3, theme = ?4, position = ?5,
             is_private = ?6, changed_at = ?7
         WHERE id = ?1",
        params![
            &changed.id.0,
            &changed.title,
            &changed.description,
            &changed.theme,
            changed.position,
            changed.is_private,
            changed.changed_at
        ],
    )
}

/// Deletes a collection, its items, and the items that point to it.
pub(crate) fn delete(tx: &mut Tx<'_>, id: CollectionId) -> Result<(), Error> {
    const STATEMENTS: &[&str] = &[
        "DELETE FROM hub_collection_item WHERE collection_id = ?1",
        "DELETE FROM hub_collection_item WHERE nested_id = ?1",
        "DELETE FROM hub_collection WHERE id = ?1",
    ];
    for sql in STATEMENTS {
        tx.exec(sql, params![&id.0])?;
    }
    Ok(())
}

pub(crate) fn by_id(read: &Read<'_>, id: CollectionId) -> Result<Option<Collection>, Error> {
    read.row(select!("WHERE c.id = ?1"), params![&id.0], collection)
}

pub(crate) fn list(
    read: &Read<'_>,
    asked: &Asked,
    (after, limit): (&Cursor, u32),
) -> Result<Vec<Collection>, Error> {
    read.rows(
        select!(
            "WHERE (?1 = '' OR n.name_key = ?1)
               AND (?2 = '' OR c.id IN (SELECT i.collection_id FROM hub_collection_item i
                   WHERE i.repo_id = ?2 OR i.nested_id = ?2))
               AND (?3 = '' OR LOWER(c.title) LIKE ?3 ESCAPE '\\'
                   OR LOWER(c.description) LIKE ?3 ESCAPE '\\')
               AND (c.is_private = 0 OR ?4 LIKE '%' || c.namespace_id || '%')
               AND (c.changed_at, c.id) < (?5, ?6)
             ORDER BY c.changed_at DESC, c.id DESC LIMIT ?7"
        ),
        params![
            &asked.owner,
            &asked.item,
            &asked.pattern,
            &asked.namespaces,
            after.value,
            &after.id,
            limit
        ],
        collection,
    )
}

fn collection(row: &Row<'_>) -> Result<Collection, Error> {
    Ok(Collection {
        id: row.id(0)?,
        namespace: row.id(1)?,
        owner: row.get(2)?,
        title: row.get(3)?,
        description: row.get(4)?,
        theme: row.get(5)?,
        position: row.get(6)?,
        is_private: row.get(7)?,
        changed_at: row.get(8)?,
    })
}

pub(crate) fn place_insert(
    tx: &mut Tx<'_>,
    collection: CollectionId,
    new: &Place,
) -> Result<u64, Error> {
    tx.exec(
        "INSERT INTO hub_collection_item (id, collection_id, repo_id, nested_id, note, position)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![
            &new.id.0,
            &collection.0,
            new.repo.as_ref().map(|id| &id.0),
            new.nested.as_ref().map(|id| &id.0),
            &new.note,
            new.position
        ],
    )
}

pub(crate) fn note_set(tx: &mut Tx<'_>, id: ItemId, note: &str) -> Result<u64, Error> {
    tx.exec("UPDATE hub_collection_item SET note = ?2 WHERE id = ?1", params![&id.0, note])
}

pub(crate) fn position_set(tx: &mut Tx<'_>, id: ItemId, position: i64) -> Result<u64, Error> {
    tx.exec("UPDATE hub_collection_item SET position = ?2 WHERE id = ?1", params![&id.0, position])
}

pub(crate) fn place_delete(tx: &mut Tx<'_>, id: ItemId) -> Result<u64, Error> {
    tx.exec("DELETE FROM hub_collection_item WHERE id = ?1", params![&id.0])
}

pub(crate) fn places(read: &Read<'_>, collection: CollectionId) -> Result<Vec<Place>, Error> {
    let most = i64::try_from(ITEMS_MAX).unwrap_or(i64::MAX);
    read.rows(
        "SELECT id, repo_id, nested_id, note, position FROM hub_collection_item
         WHERE collection_id = ?1 ORDER BY position, id LIMIT ?2",
        params![&collection.0, most],
        |row| {
            Ok(Place {
                id: row.id(0)?,
                repo: row.id_optional(1)?,
                nested: row.id_optional(2)?,
                note: row.get(3)?,
                position: row.get(4)?,
            })
        },
    )
}
