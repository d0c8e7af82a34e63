//! Who supplied each award, in one block of memory.

use db::Read;
use grants::AwardId;
use identity::OrganisationId;

/// Pairs of award and supplier, by award.
pub(crate) struct Suppliers(Vec<(AwardId, OrganisationId)>);

impl Suppliers {
    pub(crate) fn read(read: &Read<'_>) -> Result<Self, grants::Error> {
        let mut pairs = Vec::new();
        grants::suppliers_each(read, |award, supplier| pairs.push((award, supplier)))?;
        Ok(Self(pairs))
    }

    /// Returns the suppliers of an award.
    pub(crate) fn of(&self, award: AwardId) -> impl Iterator<Item = OrganisationId> + '_ {
        let from = self.0.partition_point(|(one, _)| *one < award);
        self.0[from..].iter().take_while(move |(one, _)| *one == award).map(|(_, id)| *id)
    }
}
