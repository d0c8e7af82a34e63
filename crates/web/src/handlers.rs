//! What each address does: read, call one operation, render.

pub(crate) mod asset;
pub(crate) mod health;
mod public;
pub(crate) mod sign;
pub(crate) mod view;
mod work;

#[cfg(test)]
pub(crate) use public::csv_cell;
pub(crate) use public::routes as public_routes;
pub(crate) use work::routes as work_routes;
