//! The table of routes.

use crate::route::{Need, Route, api, route};
use crate::{commit, identity_api, info, refs, repos, tree};
use axum::http::Method;
use hub::Action;

const GET: &Method = &Method::GET;
const POST: &Method = &Method::POST;
const PUT: &Method = &Method::PUT;
const DELETE: &Method = &Method::DELETE;

/// Every route of the hub.
pub(crate) fn table() -> Vec<Route> {
    let mut table = people();
    table.extend(repositories());
    table.extend(files());
    table
}

fn people() -> Vec<Route> {
    vec![
        route(GET, "/api/whoami-v2", Need::SignedIn, identity_api::whoami),
        route(GET, "/api/users/{owner}/overview", Need::Open, identity_api::user),
        route(GET, "/api/users/{owner}/likes", Need::Open, identity_api::likes),
        route(GET, "/api/organizations/{owner}/overview", Need::Open, identity_api::organisation),
    ]
}

fn repositories() -> Vec<Route> {
    vec![
        route(POST, "/api/repos/create", Need::SignedIn, repos::create),
        route(DELETE, "/api/repos/delete", Need::SignedIn, repos::delete),
        route(POST, "/api/repos/move", Need::SignedIn, repos::rename),
        api(GET, "", Action::See, info::info),
        api(GET, "/revision/{revision}", Action::See, info::info),
        api(PUT, "/settings", Action::Administer, repos::settings),
        api(POST, "/duplicate", Action::Read, repos::duplicate),
        api(GET, "/auth-check", Action::Read, identity_api::auth_check),
        api(GET, "/auth-check/write", Action::Write, identity_api::auth_check),
    ]
}

fn files() -> Vec<Route> {
    vec![
        api(GET, "/tree/{revision}", Action::See, tree::tree),
        api(GET, "/tree/{revision}/{*path}", Action::See, tree::tree),
        api(POST, "/paths-info/{revision}", Action::See, tree::paths_info),
        api(GET, "/refs", Action::See, refs::refs),
        api(GET, "/commits/{revision}", Action::See, refs::commits),
        api(POST, "/branch/{branch}", Action::Write, refs::branch_create),
        api(DELETE, "/branch/{branch}", Action::Write, refs::branch_delete),
        api(POST, "/tag/{revision}", Action::Write, refs::tag_create),
        api(DELETE, "/tag/{revision}", Action::Write, refs::tag_delete),
        api(POST, "/super-squash/{branch}", Action::Write, refs::squash),
        api(POST, "/preupload/{revision}", Action::Contribute, commit::preupload),
        api(POST, "/commit/{revision}", Action::Contribute, commit::commit),
    ]
}
