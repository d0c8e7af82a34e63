//! All SQL of the crate, by table.

pub(crate) mod audit;
pub(crate) mod credential;
pub(crate) mod device;
pub(crate) mod login;
pub(crate) mod organisation;
pub(crate) mod ownership;
pub(crate) mod person;
