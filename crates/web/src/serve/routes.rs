//! Every route with its permission. Nothing is served that is not in this table.

use super::{Route, get, post};
use crate::handlers::{asset, health, sign};
use identity::Permission::{Public, SignedIn};

/// The table.
pub(crate) fn table() -> Vec<Route> {
    let mut table = vec![
        get("/assets/{name}", Public, asset::show),
        get("/healthz", Public, health::show),
        get("/sign-in", Public, sign::ask),
        post("/sign-in", Public, sign::send),
        get("/sign-in/{code}", Public, sign::confirm),
        post("/sign-in/{code}", Public, sign::enter),
        post("/sign-out", SignedIn, sign::out),
    ];
    table.extend(crate::handlers::public_routes());
    table.extend(crate::handlers::work_routes());
    table.extend(crate::handlers::hub_routes());
    table.extend(crate::api::routes());
    table
}

/// Routes whose addresses begin with a namespace: looked at where the table has no other.
pub(crate) fn named() -> Vec<Route> {
    crate::handlers::named_routes()
}
