//! What each address does: read, call one operation, render.

pub(crate) mod asset;
pub(crate) mod health;
mod public;
pub(crate) mod sign;
mod work;

pub(crate) use public::routes as public_routes;
pub(crate) use work::routes as work_routes;
