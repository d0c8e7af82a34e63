//! The table of routes.

use crate::route::{Need, Route, api, page, route};
use crate::{
    cards, cas, collections, commit, discussions, gates, git_http, identity_api, info, larges, lfs,
    listing, locks, members, oauth, refs, repos, resolve, tree, viewer_api, webhooks,
};
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
    table.extend(bytes());
    table.extend(transfers());
    table.extend(community());
    table.extend(oauth::routes());
    table.extend(viewer_api::table());
    table
}

/// What people do around repositories; every module declares its own.
fn community() -> Vec<Route> {
    let mut table = cards::routes();
    table.extend(collections::routes());
    table.extend(discussions::routes());
    table.extend(gates::routes());
    table.extend(larges::routes());
    table.extend(listing::routes());
    table.extend(members::routes());
    table.extend(webhooks::routes());
    table.extend(git());
    table
}

fn people() -> Vec<Route> {
    vec![
        route(GET, "/api/whoami-v2", Need::SignedIn, identity_api::whoami),
        route(GET, "/api/users/{owner}/likes", Need::Seen, identity_api::likes),
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

/// Files as bytes; every kind of repository has its own prefix.
fn bytes() -> Vec<Route> {
    const HEAD: &Method = &Method::HEAD;
    let mut table = Vec::new();
    for tail in ["/resolve/{revision}/{*path}", "/raw/{revision}/{*path}"] {
        table.extend(page(GET, tail, Action::Read, resolve::resolve));
    }
    let tail = "/resolve/{revision}/{*path}";
    table.extend(page(HEAD, tail, Action::Read, resolve::resolve));
    table.extend(page(POST, "/info/lfs/objects/batch", Action::See, lfs::batch));
    table
}

/// Transfers of large files. What is open here carries its permission in the address or token.
fn transfers() -> Vec<Route> {
    const XET: &str = "/hub/xet/{store}/v1";
    vec![
        api(GET, "/xet-read-token/{revision}", Action::Read, cas::read_token),
        api(GET, "/xet-write-token/{revision}", Action::Contribute, cas::write_token),
        route(PUT, "/hub/lfs/{token}", Need::Open, lfs::put),
        route(POST, "/hub/lfs/{token}", Need::Open, lfs::join),
        route(GET, "/hub/lfs/{token}", Need::Open, lfs::get),
        route(PUT, "/hub/lfs/{token}/{number}", Need::Open, lfs::part_put),
        route(POST, "/hub/lfs/{token}/verify", Need::Open, lfs::verify),
        route(POST, &format!("{XET}/xorbs/{{prefix}}/{{hash}}"), Need::Signed, cas::xorb_put),
        route(
            POST,
            &format!("{XET}/xorb-grants/{{prefix}}/{{hash}}"),
            Need::Signed,
            cas::xorb_grant,
        ),
        route(POST, &format!("{XET}/shards"), Need::Signed, cas::shard_put),
        route(GET, &format!("{XET}/chunks/{{prefix}}/{{hash}}"), Need::Signed, cas::chunk_find),
        route(GET, &format!("{XET}/reconstructions/{{hash}}"), Need::Signed, cas::plan),
        route(GET, "/hub/xorb/{token}", Need::Open, cas::part),
        route(POST, "/v1/telemetry", Need::Signed, cas::telemetry),
    ]
}

/// Git's own programs. Whoever may see a repository gets past the gate of what serves both ways;
/// the handler knows which way it is.
fn git() -> Vec<Route> {
    let mut table = Vec::new();
    table.extend(page(GET, "/info/refs", Action::See, git_http::advertise));
    table.extend(page(POST, "/git-upload-pack", Action::Read, git_http::upload_pack));
    table.extend(page(POST, "/git-receive-pack", Action::Contribute, git_http::receive_pack));
    for tail in ["/info/lfs/locks", "/info/lfs/locks/verify", "/info/lfs/locks/{id}/unlock"] {
        table.extend(page(POST, tail, Action::See, locks::none));
    }
    table.extend(page(GET, "/info/lfs/locks", Action::See, locks::none));
    table
}
