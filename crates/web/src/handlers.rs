//! What each address does: read, call one operation, render.

pub(crate) mod asset;
pub(crate) mod health;
mod public;
mod repos;
pub(crate) mod sign;
pub(crate) mod view;
pub(crate) use view::encoded;
mod work;

#[cfg(test)]
pub(crate) use public::csv_cell;
pub(crate) use public::routes as public_routes;
pub(crate) use repos::{named as named_routes, routes as hub_routes};
pub(crate) use work::routes as work_routes;
