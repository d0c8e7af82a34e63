//! All SQL of the crate, by table.

pub(crate) mod chunk;
pub(crate) mod collection;
pub(crate) mod count;
pub(crate) mod discussion;
pub(crate) mod gate;
pub(crate) mod like;
pub(crate) mod lineage;
pub(crate) mod listing;
pub(crate) mod namespace;
pub(crate) mod object;
pub(crate) mod personal;
pub(crate) mod refs;
pub(crate) mod repo;
pub(crate) mod terms;
pub(crate) mod upkeep;
pub(crate) mod webhook;
