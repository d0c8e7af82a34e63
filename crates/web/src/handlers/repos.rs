//! Pages of the hub: repositories and what people do around them.
//!
//! Addresses of one repository come for each kind, as in `/town/digits` and
//! `/datasets/town/digits`. Must never: show a file before [`hub::access_test`] for reading, or tell
//! an unknown repository from one that the visitor may not see. Start reading at [`here`].

mod card;
mod files;
mod frame;
mod here;
mod like;
mod snippet;

use crate::serve::{Route, get, post};
use identity::Permission::{Public, SignedIn};

/// Declares a route of one repository for each of the three kinds.
macro_rules! of_repo {
    ($declare:ident, $tail:literal, $permission:expr, $handler:expr) => {
        [
            $declare(concat!("/{owner}/{name}", $tail), $permission, $handler),
            $declare(concat!("/datasets/{owner}/{name}", $tail), $permission, $handler),
            $declare(concat!("/spaces/{owner}/{name}", $tail), $permission, $handler),
        ]
    };
}

/// Routes with words of the zone's own.
pub(crate) fn routes() -> Vec<Route> {
    vec![]
}

/// Routes that begin with a namespace.
pub(crate) fn named() -> Vec<Route> {
    let mut table = Vec::new();
    table.extend(of_repo!(get, "", Public, card::show));
    table.extend(of_repo!(post, "/like", SignedIn, like::set));
    table.extend(of_repo!(get, "/tree", Public, files::switch));
    table.extend(of_repo!(get, "/tree/{revision}", Public, files::tree));
    table.extend(of_repo!(get, "/tree/{revision}/{*path}", Public, files::tree));
    table.extend(of_repo!(get, "/blob/{revision}/{*path}", Public, files::blob));
    table
}
