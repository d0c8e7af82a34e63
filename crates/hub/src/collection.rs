//! Collections: lists of repositories and of other collections, with notes.
//!
//! A slug is `owner/words-of-the-title-id`; it is found by the id behind its last `-`, so that an
//! old slug still leads to a renamed collection. A private collection exists only for the members
//! of its namespace, and an item that a reader may not see is left out.

use crate::cursor::Cursor;
use crate::{
    CollectionId, Error, Found, ItemId, Namespace, NamespaceId, PART_ROWS_MAX, Part, Refused, Repo,
    RepoKind, Visitor, administers, namespace_find, repo_find, store,
};
use base::{FieldProblem, FieldProblems, Time};
use db::{Read, Tx};
use identity::{Actor, audit};

/// Most items of a collection: a page shows them all.
pub const ITEMS_MAX: usize = 500;
/// Longest note of an item, in characters.
pub const NOTE_CHARS_MAX: usize = 500;
/// Colours, as the pages of the Hugging Face Hub offer them.
/// ASSUMPTION: clients send one of these; `huggingface_hub` documents `pink` and `green`.
pub const THEMES: &[&str] = &["orange", "blue", "green", "purple", "pink", "indigo"];

/// A collection without its items.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Collection {
    /// Its id.
    pub id: CollectionId,
    /// The namespace it belongs to.
    pub namespace: NamespaceId,
    /// That namespace's name.
    pub owner: String,
    /// Its title.
    pub title: String,
    /// What it is about; may be empty.
    pub description: String,
    /// One of [`THEMES`].
    pub theme: String,
    /// Place among the collections of its owner, as they want it.
    pub position: i64,
    /// Whether only members of the namespace see it.
    pub is_private: bool,
    /// When it or its items last changed.
    pub changed_at: Time,
}

impl Collection {
    /// Returns its address, as in `lin/good-models-01j...`.
    #[must_use]
    pub fn slug(&self) -> String {
        let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { ' ' };
        let spaced: String = self.title.chars().map(plain).collect();
        let words = spaced.split_whitespace().collect::<Vec<_>>().join("-");
        let words = if words.is_empty() { "collection" } else { &words };
        format!("{}/{words}-{}", self.owner, self.id)
    }
}

/// A collection to be made.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NewCollection {
    /// Name of its namespace; `None` for the maker's own.
    pub owner: Option<String>,
    /// Its title, 1 to 100 characters.
    pub title: String,
    /// What it is about, at most 2,000 characters.
    pub description: String,
    /// Whether only members see it.
    pub is_private: bool,
}

/// A change of a collection; what is `None` stays.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CollectionChange {
    /// Its title.
    pub title: Option<String>,
    /// What it is about.
    pub description: Option<String>,
    /// One of [`THEMES`].
    pub theme: Option<String>,
    /// Whether only members see it.
    pub is_private: Option<bool>,
    /// Its place, from 0.
    pub position: Option<i64>,
}

/// What an item points to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Listed {
    /// A repository.
    Repo(Box<Repo>),
    /// A collection.
    Nested(Box<Collection>),
}

/// An item of a collection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Its id.
    pub id: ItemId,
    /// What it points to.
    pub listed: Listed,
    /// What is said of it; may be empty.
    pub note: String,
    /// Its place; items that one may not see keep theirs.
    pub position: i64,
}

/// What is to be put into a collection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// A repository by its path.
    Repo(RepoKind, String),
    /// A collection by its slug.
    Nested(String),
}

/// Which collections to list; what is `None` is not asked.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CollectionQuery {
    /// Name of the namespace.
    pub owner: Option<String>,
    /// What they must hold, as in `models/lin/digits` or `collections/lin/words-id`.
    pub item: Option<String>,
    /// Part of the title or the description, whatever its case.
    pub search: Option<String>,
    /// Place to go on from.
    pub after: Option<String>,
    /// Most rows, 1 to [`PART_ROWS_MAX`].
    pub limit: u32,
}

/// Makes an empty collection in a namespace that the visitor administers.
pub fn collection_create(
    tx: &mut Tx<'_>,
    visitor: &Visitor,
    new: &NewCollection,
) -> Result<Collection, Error> {
    let person = visitor.may_change()?;
    let namespace = owner_of(tx, visitor, new.owner.as_deref())?;
    administers(tx, visitor, namespace.id, "make collections")?;
    let collection = Collection {
        id: tx.id(),
        namespace: namespace.id,
        owner: namespace.name,
        title: new.title.trim().to_owned(),
        description: new.description.trim().to_owned(),
        theme: "green".to_owned(),
        position: 0,
        is_private: new.is_private,
        changed_at: tx.now(),
    };
    collection_check(&collection)?;
    store::collection::insert(tx, &collection)?;
    let slug = collection.slug();
    audit(tx, Actor::Person(person), "collection.created", &collection.id.0, &slug)?;
    Ok(collection)
}

fn owner_of(read: &Read<'_>, visitor: &Visitor, owner: Option<&str>) -> Result<Namespace, Error> {
    let found = match owner {
        Some(name) => namespace_find(read, name)?,
        None => crate::namespace_of(read, crate::Holder::Person(visitor.signed_in()?))?,
    };
    let shown = || owner.unwrap_or("yours").chars().take(60).collect();
    Ok(found.ok_or_else(|| Refused::NamespaceUnknown(shown()))?)
}

fn collection_check(collection: &Collection) -> Result<(), Refused> {
    let mut problems = FieldProblems::default();
    problems.text("title", &collection.title, 1, 100);
    problems.text("description", &collection.description, 0, 2_000);
    problems.require(
        THEMES.contains(&collection.theme.as_str()),
        "theme",
        format!("must be one of {}", THEMES.join(", ")),
    );
    problems.require(collection.position >= 0, "position", "must be 0 or more");
    problems.finish().map_err(Refused::Invalid)
}

/// Finds a collection by any slug it ever had.
pub fn collection_find(
    read: &Read<'_>,
    visitor: &Visitor,
    slug: &str,
) -> Result<Collection, Error> {
    let id = slug.rsplit('-').next().and_then(|id| id.parse().ok());
    let found = match id {
        Some(id) => store::collection::by_id(read, id)?,
        None => None,
    };
    Ok(found.filter(|found| sees(visitor, found)).ok_or(Refused::CollectionUnknown)?)
}

fn sees(visitor: &Visitor, collection: &Collection) -> bool {
    !collection.is_private || visitor.role_in(collection.namespace).is_some()
}

/// Finds a collection that the visitor may change.
fn own(read: &Read<'_>, visitor: &Visitor, slug: &str) -> Result<Collection, Error> {
    let found = collection_find(read, visitor, slug)?;
    administers(read, visitor, found.namespace, "change collections")?;
    Ok(found)
}

/// Lists the items that the visitor may see, in their order.
pub fn collection_items(
    read: &Read<'_>,
    visitor: &Visitor,
    collection: &Collection,
) -> Result<Vec<Item>, Error> {
    let mut items = Vec::new();
    for place in store::collection::places(read, collection.id)? {
        let listed = match (place.repo, place.nested) {
            (Some(repo), _) => crate::repo_by_id(read, repo)?
                .filter(|repo| visitor.sees(repo).is_ok())
                .map(|repo| Listed::Repo(Box::new(repo))),
            (None, Some(nested)) => store::collection::by_id(read, nested)?
                .filter(|nested| sees(visitor, nested))
                .map(|nested| Listed::Nested(Box::new(nested))),
            (None, None) => None,
        };
        if let Some(listed) = listed {
            items.push(Item { id: place.id, listed, note: place.note, position: place.position });
        }
    }
    Ok(items)
}

/// Changes what a collection says of itself.
pub fn collection_update(
    tx: &mut Tx<'_>,
    visitor: &Visitor,
    slug: &str,
    change: &CollectionChange,
) -> Result<Collection, Error> {
    let former = own(tx, visitor, slug)?;
    let text = |new: &Option<String>, old: String| new.as_deref().map_or(old, |t| t.trim().into());
    let changed = Collection {
        title: text(&change.title, former.title),
        description: text(&change.description, former.description),
        theme: text(&change.theme, former.theme),
        position: change.position.unwrap_or(former.position),
        is_private: change.is_private.unwrap_or(former.is_private),
        changed_at: tx.now(),
        ..former
    };
    collection_check(&changed)?;
    store::collection::update(tx, &changed)?;
    let actor = Actor::Person(visitor.signed_in()?);
    let detail = (changed.slug(), changed.is_private);
    audit(tx, actor, "collection.changed", &changed.id.0, &detail)?;
    Ok(changed)
}

/// Deletes a collection; it leaves the collections that it was in.
pub fn collection_delete(tx: &mut Tx<'_>, visitor: &Visitor, slug: &str) -> Result<(), Error> {
    let former = own(tx, visitor, slug)?;
    store::collection::delete(tx, former.id)?;
    let actor = Actor::Person(visitor.signed_in()?);
    audit(tx, actor, "collection.deleted", &former.id.0, &former.slug())?;
    Ok(())
}

/// Puts a repository or a collection at the end of a collection.
///
/// Refuses what is in it ([`Refused::ItemTaken`]), what the visitor may not see, a collection in
/// itself, a note above 500 characters, and more than 500 items.
pub fn item_add(
    tx: &mut Tx<'_>,
    visitor: &Visitor,
    slug: &str,
    (target, note): (&Target, &str),
) -> Result<Collection, Error> {
    let collection = own(tx, visitor, slug)?;
    note_check(note)?;
    let (repo, nested) = match target {
        Target::Repo(kind, path) => (Some(repo_seen(tx, visitor, *kind, path)?), None),
        Target::Nested(slug) => (None, Some(collection_find(tx, visitor, slug)?.id)),
    };
    if nested == Some(collection.id) {
        return invalid("item", "must be another collection");
    }
    let places = store::collection::places(tx, collection.id)?;
    if places.iter().any(|place| (place.repo, place.nested) == (repo, nested)) {
        return Err(Refused::ItemTaken.into());
    }
    if places.len() >= ITEMS_MAX {
        return invalid("item", &format!("the collection has {ITEMS_MAX} items: make another one"));
    }
    let place = Place {
        id: tx.id(),
        repo,
        nested,
        note: note.trim().to_owned(),
        position: places.last().map_or(0, |last| last.position + 1),
    };
    store::collection::place_insert(tx, collection.id, &place)?;
    touched(tx, visitor, collection)
}

/// A row of a collection.
pub(crate) struct Place {
    pub(crate) id: ItemId,
    pub(crate) repo: Option<crate::RepoId>,
    pub(crate) nested: Option<CollectionId>,
    pub(crate) note: String,
    pub(crate) position: i64,
}

fn repo_seen(
    read: &Read<'_>,
    visitor: &Visitor,
    kind: RepoKind,
    path: &str,
) -> Result<crate::RepoId, Error> {
    let Some(Found::Here(repo) | Found::Moved(repo)) = repo_find(read, kind, path)? else {
        return Err(Refused::RepoUnknown.into());
    };
    visitor.sees(&repo)?;
    Ok(repo.id)
}

fn invalid<T>(field: &str, message: &str) -> Result<T, Error> {
    Err(Refused::Invalid(vec![FieldProblem::new(field, message)]).into())
}

fn note_check(note: &str) -> Result<(), Refused> {
    let mut problems = FieldProblems::default();
    problems.text("note", note, 0, NOTE_CHARS_MAX);
    problems.finish().map_err(Refused::Invalid)
}

/// Notes that the items of a collection changed.
fn touched(
    tx: &mut Tx<'_>,
    visitor: &Visitor,
    collection: Collection,
) -> Result<Collection, Error> {
    let touched = Collection { changed_at: tx.now(), ..collection };
    store::collection::update(tx, &touched)?;
    let actor = Actor::Person(visitor.signed_in()?);
    audit(tx, actor, "collection.items-changed", &touched.id.0, &touched.slug())?;
    Ok(touched)
}

/// Changes the note of an item, or moves it to a place from 0 among all items; what is `None`
/// stays. A place behind the end is the end.
pub fn item_update(
    tx: &mut Tx<'_>,
    visitor: &Visitor,
    slug: &str,
    item: &str,
    (note, position): (Option<&str>, Option<usize>),
) -> Result<Collection, Error> {
    let collection = own(tx, visitor, slug)?;
    let mut places = store::collection::places(tx, collection.id)?;
    let at = position_of(&places, item)?;
    if let Some(note) = note {
        note_check(note)?;
        store::collection::note_set(tx, places[at].id, note.trim())?;
    }
    if let Some(to) = position {
        let moved = places.remove(at);
        places.insert(to.min(places.len()), moved);
        for (place, position) in places.iter().zip(0_i64..) {
            if place.position != position {
                store::collection::position_set(tx, place.id, position)?;
            }
        }
    }
    touched(tx, visitor, collection)
}

fn position_of(places: &[Place], item: &str) -> Result<usize, Refused> {
    places.iter().position(|place| place.id.as_str() == item).ok_or(Refused::ItemUnknown)
}

/// Takes an item out of a collection.
pub fn item_delete(
    tx: &mut Tx<'_>,
    visitor: &Visitor,
    slug: &str,
    item: &str,
) -> Result<Collection, Error> {
    let collection = own(tx, visitor, slug)?;
    let places = store::collection::places(tx, collection.id)?;
    let at = position_of(&places, item)?;
    store::collection::place_delete(tx, places[at].id)?;
    touched(tx, visitor, collection)
}

/// Lists the collections that the visitor may see, newest change first. There are no votes here,
/// so this is the order of every `sort` that clients know.
pub fn collections(
    read: &Read<'_>,
    visitor: &Visitor,
    query: &CollectionQuery,
) -> Result<Part<Collection>, Error> {
    let nothing = || Ok(Part { rows: Vec::new(), next: None });
    let after = Cursor::or_top(query.after.as_deref())?;
    let limit = query.limit.clamp(1, PART_ROWS_MAX);
    let item = match query.item.as_deref().map(|item| item_id(read, visitor, item)).transpose()? {
        Some(None) => return nothing(),
        Some(Some(id)) => id,
        None => String::new(),
    };
    let asked = store::collection::Asked {
        owner: query.owner.as_deref().unwrap_or_default().to_lowercase(),
        item,
        pattern: query.search.as_deref().map(crate::listing::pattern).unwrap_or_default(),
        namespaces: visitor.namespaces_text(),
    };
    let rows = store::collection::list(read, &asked, (&after, limit + 1))?;
    let place = |row: &Collection| Cursor { value: row.changed_at.millis(), id: row.id.0 };
    Ok(Part::cut(rows, limit, place))
}

/// Finds what `models/lin/digits` names, if the visitor may see it.
fn item_id(read: &Read<'_>, visitor: &Visitor, item: &str) -> Result<Option<String>, Error> {
    let Some((kind, path)) = item.split_once('/') else { return Ok(None) };
    let found = match RepoKind::of(kind) {
        Some(kind) => repo_seen(read, visitor, kind, path).map(|id| id.to_string()),
        None if kind == "collections" => {
            collection_find(read, visitor, path).map(|found| found.id.to_string())
        }
        None => return Ok(None),
    };
    match found {
        Err(Error::Refused(_)) => Ok(None),
        found => found.map(Some),
    }
}
