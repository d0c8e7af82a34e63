//! Names to show for ids, with natural persons kept out.

use db::Read;
use identity::{Organisation, OrganisationId, OrganisationKind};

/// Organisations by id, as they may be published.
#[derive(Debug, Clone, Default)]
pub struct Names(Vec<Organisation>);

impl Names {
    /// Reads all organisations. A natural person stays, but without a name.
    pub fn read(read: &Read<'_>) -> Result<Self, identity::Error> {
        let mut all = identity::organisations_all(read)?;
        for one in &mut all {
            if one.kind == OrganisationKind::NaturalPerson {
                "a natural person".clone_into(&mut one.name_en);
                "自然人".clone_into(&mut one.name_zh);
                one.name_pinyin.clear();
                one.region.clear();
            }
        }
        all.sort_unstable_by_key(|one| one.id);
        all.shrink_to_fit();
        Ok(Self(all))
    }

    /// Returns what is known about an id.
    #[must_use]
    pub fn get(&self, id: OrganisationId) -> Option<&Organisation> {
        let place = self.0.binary_search_by_key(&id, |one| one.id);
        place.ok().map(|place| &self.0[place])
    }

    /// Returns the name to show, or the id where nothing is known.
    #[must_use]
    pub fn name(&self, id: OrganisationId) -> String {
        self.get(id).map_or_else(|| id.to_string(), |one| one.name().to_owned())
    }

    /// Returns English and Chinese name.
    #[must_use]
    pub fn both(&self, id: OrganisationId) -> (String, String) {
        self.get(id).map_or_else(
            || (id.to_string(), String::new()),
            |one| (one.name_en.clone(), one.name_zh.clone()),
        )
    }

    /// Returns everybody, by id.
    pub fn iter(&self) -> impl Iterator<Item = &Organisation> {
        self.0.iter()
    }

    /// Returns how many organisations are known.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Tells whether none is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
