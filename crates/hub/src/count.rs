//! How much there is: of a namespace's things, of its people, of tags.

use crate::{Error, Holder, Namespace, Refused, RepoKind, Visitor, name_of, namespace_of, store};
use base::Date;
use db::Read;
use identity::PersonId;

/// Most tags that one list of them holds: a form offers them.
pub const TAGS_USED_MAX: u32 = 5_000;

/// What a namespace has, as far as the visitor may see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Models.
    pub models: i64,
    /// Datasets.
    pub datasets: i64,
    /// Spaces.
    pub spaces: i64,
    /// Discussions that its person opened.
    pub discussions: i64,
    /// Repositories that its person likes.
    pub likes: i64,
}

/// Counts what a namespace has; what the visitor may not see is not counted.
pub fn counts_of(
    read: &Read<'_>,
    visitor: &Visitor,
    namespace: &Namespace,
) -> Result<Counts, Error> {
    let seen = visitor.namespaces_text();
    let mut counts = Counts::default();
    for (kind, count) in store::count::repos(read, namespace.id, &seen)? {
        match kind {
            RepoKind::Model => counts.models = count,
            RepoKind::Dataset => counts.datasets = count,
            RepoKind::Space => counts.spaces = count,
        }
    }
    if let Holder::Person(person) = namespace.holder {
        counts.discussions = store::count::discussions(read, person, &seen)?;
        counts.likes = store::count::likes(read, person, &seen)?;
    }
    Ok(counts)
}

/// Lists the tags of public repositories of a kind by name, at most [`TAGS_USED_MAX`].
pub fn tags_used(read: &Read<'_>, kind: RepoKind) -> Result<Vec<String>, Error> {
    Ok(store::count::tags_used(read, kind, TAGS_USED_MAX)?)
}

/// Somebody who works for an organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Who.
    pub person: PersonId,
    /// Their short name; empty where they have none.
    pub name: String,
    /// Their name to show.
    pub fullname: String,
    /// Whether they may act for it.
    pub may_act: bool,
}

/// Lists who works for the organisation of a namespace on a day. Only for its members: who works
/// where is nobody else's business.
pub fn members(
    read: &Read<'_>,
    visitor: &Visitor,
    namespace: &Namespace,
    on: Date,
) -> Result<Vec<Member>, Error> {
    let Holder::Organisation(organisation) = namespace.holder else {
        return Err(Refused::NamespaceUnknown(namespace.name.clone()).into());
    };
    visitor.signed_in()?;
    if visitor.role_in(namespace.id).is_none() {
        let namespace = namespace.name.clone();
        return Err(Refused::Forbidden { what: "read the list of members", namespace }.into());
    }
    let mut members = Vec::new();
    for (person, may_act) in identity::employees_of(read, organisation, on)? {
        let fullname = identity::person_find(read, person)?.map_or(String::new(), |p| p.name);
        let has_name = namespace_of(read, Holder::Person(person))?.is_some();
        let name = if has_name { name_of(read, person)? } else { String::new() };
        members.push(Member { person, name, fullname, may_act });
    }
    Ok(members)
}
