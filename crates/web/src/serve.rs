//! The server around the pages: who asks, what they may, how refusals are shown.
//!
//! Must never: decide anything a domain decides. Authorisation happens in one place, [`routes`],
//! from each route's permission; a handler only adds what depends on the thing asked for.

pub(crate) mod back;
mod cx;
mod dress;
mod fault;
mod posted;
mod route;
mod routes;
mod site;
mod state;

pub(crate) use cx::{Cx, Page, See};
pub(crate) use fault::{Fault, body_refused};
pub(crate) use posted::{Posted, Query};
pub(crate) use route::{BodyMost, Route, get, post};
pub use route::{Shown, route_list};
pub use site::{Answer, Site};
pub(crate) use state::{BODY_BYTES_MAX, Shared};
pub use state::{Server, router, serve};
