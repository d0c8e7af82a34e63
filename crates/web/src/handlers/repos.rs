//! Pages of the hub: repositories and what people do around them.
//!
//! Addresses of one repository come for each kind, as in `/town/digits` and
//! `/datasets/town/digits`. Must never: show a file before [`hub::access_test`] for reading, or
//! tell an unknown repository from one that the visitor may not see. Start reading at [`here`].

mod access;
mod card;
mod cells;
mod device;
mod discussion;
mod edit;
mod files;
mod forms;
mod frame;
mod here;
mod history;
mod like;
mod list;
mod new;
mod settings;
mod snippet;
mod token;
mod viewer;

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
    vec![
        get("/hub", Public, list::search),
        get("/models", Public, list::models),
        get("/datasets", Public, list::datasets),
        get("/spaces", Public, list::spaces),
        get("/collections/{owner}/{slug}", Public, list::collection),
        get("/new", SignedIn, new::ask),
        post("/new", SignedIn, new::send),
        get("/login/device", SignedIn, device::show),
        post("/login/device", SignedIn, device::decide),
        get("/settings/tokens", SignedIn, token::show),
        post("/settings/tokens", SignedIn, token::make),
        post("/settings/tokens/{id}/revoke", SignedIn, token::end),
    ]
}

/// Routes that begin with a namespace.
pub(crate) fn named() -> Vec<Route> {
    let mut table = vec![get("/{owner}", Public, list::namespace)];
    table.extend(of_repo!(get, "", Public, card::show));
    table.extend(of_repo!(post, "/like", SignedIn, like::set));
    table.extend(of_repo!(get, "/settings", SignedIn, settings::show));
    table.extend(of_repo!(post, "/settings/{what}", SignedIn, settings::send));
    table.extend(file_routes());
    table.extend(talk_routes());
    table.extend(access_routes());
    table
}

/// Files, their history and their changes.
fn file_routes() -> Vec<Route> {
    let mut table = Vec::new();
    table.extend(of_repo!(get, "/tree", Public, files::switch));
    table.extend(of_repo!(get, "/tree/{revision}", Public, files::tree));
    table.extend(of_repo!(get, "/tree/{revision}/{*path}", Public, files::tree));
    table.extend(of_repo!(get, "/blob/{revision}/{*path}", Public, files::blob));
    table.extend(of_repo!(get, "/viewer", Public, viewer::show));
    table.extend(of_repo!(get, "/commits", Public, history::switch));
    table.extend(of_repo!(get, "/commits/{revision}", Public, history::list));
    table.extend(of_repo!(get, "/commit/{id}", Public, history::show));
    table.extend(of_repo!(get, "/upload/{revision}", SignedIn, edit::upload_ask));
    table.extend(of_repo!(get, "/upload/{revision}/{*path}", SignedIn, edit::upload_ask));
    let with_room = |route: Route| route.with_room(edit::UPLOAD_BYTES_MAX);
    let upload = of_repo!(post, "/upload/{revision}", SignedIn, edit::upload);
    table.extend(upload.into_iter().map(with_room));
    let upload = of_repo!(post, "/upload/{revision}/{*path}", SignedIn, edit::upload);
    table.extend(upload.into_iter().map(with_room));
    table.extend(of_repo!(get, "/edit/{revision}/{*path}", SignedIn, edit::edit_ask));
    table.extend(of_repo!(post, "/edit/{revision}/{*path}", SignedIn, edit::edit));
    table.extend(of_repo!(get, "/delete/{revision}/{*path}", SignedIn, edit::delete_ask));
    table.extend(of_repo!(post, "/delete/{revision}/{*path}", SignedIn, edit::delete));
    table
}

/// Discussions and pull requests.
fn talk_routes() -> Vec<Route> {
    let mut table = Vec::new();
    table.extend(of_repo!(get, "/discussions", Public, discussion::list));
    table.extend(of_repo!(get, "/discussions/new", SignedIn, discussion::ask));
    table.extend(of_repo!(post, "/discussions/new", SignedIn, discussion::open));
    table.extend(of_repo!(get, "/discussions/{number}", Public, discussion::show));
    table.extend(of_repo!(post, "/discussions/{number}", SignedIn, discussion::act));
    table
}

/// The gate, purposes and readings.
fn access_routes() -> Vec<Route> {
    let mut table = Vec::new();
    table.extend(of_repo!(get, "/access", Public, access::show));
    table.extend(of_repo!(post, "/access", SignedIn, access::ask));
    table.extend(of_repo!(post, "/access/{id}", SignedIn, access::decide));
    table.extend(of_repo!(post, "/purposes", SignedIn, access::purpose_ask));
    table.extend(of_repo!(post, "/purposes/{id}", SignedIn, access::purpose_decide));
    table.extend(of_repo!(get, "/readings", SignedIn, access::readings));
    table
}
