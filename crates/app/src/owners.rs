//! Who belongs to whom at a day, and what they are called: kept between requests.

use crate::{App, Names};
use base::Date;
use db::Read;
use identity::OrganisationId;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Days kept at once: the zone's day and a few that readers ask for.
const DAYS_MAX: usize = 4;

/// Names and ownership groups at one day.
pub struct Owners {
    /// Names of everybody, natural persons without theirs.
    pub names: Arc<Names>,
    /// Groups and owners, with what they rest on.
    pub graph: grants::Graph,
    /// Names in lower case, to search in; natural persons are left out.
    words: Vec<(OrganisationId, String)>,
}

/// The latest of each day, with the state of the records it was made from.
#[derive(Default)]
pub(crate) struct Kept {
    by_day: Mutex<HashMap<Date, (identity::Counts, Arc<Owners>)>>,
    names: Mutex<Option<(identity::Counts, Arc<Names>)>>,
    /// Held by whoever reads: the others wait and take what was read.
    reading: Mutex<()>,
}

impl Owners {
    fn read(read: &Read<'_>, names: Arc<Names>, day: Date) -> Result<Self, grants::Error> {
        let mut words: Vec<_> = names
            .iter()
            .filter(|one| one.kind != identity::OrganisationKind::NaturalPerson)
            .map(|one| (one.id, words(one)))
            .collect();
        words.sort_unstable_by_key(|(id, _)| *id);
        let graph = grants::graph_at_default(read, day)?;
        Ok(Self { names, graph, words })
    }

    /// Returns the head of an organisation's group where that is another organisation.
    #[must_use]
    pub fn head(&self, id: OrganisationId) -> Option<OrganisationId> {
        Some(self.graph.ownership.group_head(&id)).filter(|head| *head != id)
    }

    /// Returns everybody in the group of an organisation, itself included.
    #[must_use]
    pub fn members(&self, id: OrganisationId) -> Vec<OrganisationId> {
        self.graph.ownership.group(&id).members.iter().map(|member| member.key).collect()
    }

    /// Returns how many organisations there are, natural persons left out.
    #[must_use]
    pub fn count(&self) -> u64 {
        u64::try_from(self.words.len()).unwrap_or(u64::MAX)
    }

    /// Finds organisations by a part of a name, by id.
    #[must_use]
    pub fn find(&self, text: &str) -> Vec<OrganisationId> {
        let text = text.trim().to_lowercase();
        let fits = |(_, words): &&(OrganisationId, String)| words.contains(&text);
        self.words.iter().filter(fits).map(|(id, _)| *id).collect()
    }
}

fn words(one: &identity::Organisation) -> String {
    format!("{}\n{}\n{}", one.name_en, one.name_zh, one.name_pinyin).to_lowercase()
}

/// Returns everybody's names; they are read again when the records have changed.
pub fn names(app: &App, read: &Read<'_>) -> Result<Arc<Names>, identity::Error> {
    names_at(app, read, identity::organisation_counts(read)?)
}

fn names_at(
    app: &App,
    read: &Read<'_>,
    counts: identity::Counts,
) -> Result<Arc<Names>, identity::Error> {
    // Held while they are read: others wait and take what was read.
    let mut kept = app.owners.names.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, names)) = kept.as_ref().filter(|(seen, _)| *seen == counts) {
        return Ok(names.clone());
    }
    let made = Arc::new(Names::read(read)?);
    *kept = Some((counts, made.clone()));
    Ok(made)
}

/// Returns names and groups at a day; they are read again when the records have changed.
pub fn owners(app: &App, read: &Read<'_>, day: Date) -> Result<Arc<Owners>, grants::Error> {
    let counts = identity::organisation_counts(read)?;
    let kept = || app.owners.by_day.lock().unwrap_or_else(PoisonError::into_inner);
    let known = || kept().get(&day).filter(|(seen, _)| *seen == counts).map(|(_, o)| o.clone());
    if let Some(owners) = known() {
        return Ok(owners);
    }
    let _reading = app.owners.reading.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(owners) = known() {
        return Ok(owners);
    }
    let names = names_at(app, read, counts)?;
    let made = Arc::new(Owners::read(read, names, day)?);
    let mut kept = kept();
    if kept.len() >= DAYS_MAX {
        kept.clear();
    }
    kept.insert(day, (counts, made.clone()));
    Ok(made)
}
