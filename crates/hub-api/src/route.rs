//! A route with what it needs, and the only place where that is tested.

use crate::cx::{Cx, Named, named};
use crate::viewer_api::{self, Wrong};
use crate::{Fault, Hub};
use axum::Router;
use axum::extract::{Request, State};
use axum::handler::Handler;
use axum::http::header::LOCATION;
use axum::http::{HeaderValue, Method, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, MethodRouter, on};
use hub::{Action, Repo};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What a route asks for before it answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// Nothing: the address itself carries a signed permission, or there is nothing to protect.
    Open,
    /// Nothing here: the handler reads a signed token where others have an account's.
    Signed,
    /// Nothing; what is shown depends on who asks.
    Seen,
    /// An account.
    SignedIn,
    /// To act on the repository that the address names.
    Repo(Action),
    /// To act on the dataset that the query names (`?dataset=owner/name`).
    Dataset(Action),
}

/// One way to ask the hub something.
pub(crate) struct Route {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) need: Need,
    handler: MethodRouter<Arc<Hub>>,
}

/// A route as tests see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// `GET`, `POST` ...
    pub method: String,
    /// Its path, with names in braces.
    pub path: String,
    /// What it asks for.
    pub need: Need,
}

/// Declares one route.
pub(crate) fn route<H, T>(method: &Method, path: &str, need: Need, handler: H) -> Route
where
    H: Handler<T, Arc<Hub>>,
    T: 'static,
{
    let filter = MethodFilter::try_from(method.clone()).unwrap_or(MethodFilter::GET);
    Route { method: method.clone(), path: path.to_owned(), need, handler: on(filter, handler) }
}

/// Declares a route below `/api/{kind}/{owner}/{name}`.
pub(crate) fn api<H, T>(method: &Method, tail: &str, action: Action, handler: H) -> Route
where
    H: Handler<T, Arc<Hub>>,
    T: 'static,
{
    let path = format!("/api/{{kind}}/{{owner}}/{{name}}{tail}");
    route(method, &path, Need::Repo(action), handler)
}

/// Declares a route below the page address of a repository, one for each kind.
pub(crate) fn page<H, T>(
    method: &Method,
    tail: &str,
    action: Action,
    handler: H,
) -> impl Iterator<Item = Route>
where
    H: Handler<T, Arc<Hub>>,
    T: 'static,
{
    hub::RepoKind::ALL.iter().map(move |kind| {
        let path = format!("/{}{{owner}}/{{name}}{tail}", kind.prefix());
        route(method, &path, Need::Repo(action), handler.clone())
    })
}

/// Puts the table together; every handler stands behind the test of what it needs.
pub(crate) fn build(table: Vec<Route>, hub: &Arc<Hub>) -> Router<Arc<Hub>> {
    let mut addresses: BTreeMap<String, MethodRouter<Arc<Hub>>> = BTreeMap::new();
    for route in table {
        let gate = from_fn_with_state((hub.clone(), route.need), gate);
        let handlers = addresses.entry(route.path).or_default();
        *handlers = std::mem::take(handlers).merge(route.handler.route_layer(gate));
    }
    addresses
        .into_iter()
        .fold(Router::new(), |router, (path, handlers)| router.route(&path, handlers))
}

async fn gate(
    State((hub, need)): State<(Arc<Hub>, Need)>,
    request: Request,
    next: Next,
) -> Response {
    match gate_pass(&hub, need, request).await {
        Ok(Pass::On(request)) => next.run(*request).await,
        Ok(Pass::To(location)) => {
            (StatusCode::TEMPORARY_REDIRECT, [(LOCATION, location)]).into_response()
        }
        Err(fault) if matches!(need, Need::Dataset(_)) => Wrong::from(fault).into_response(),
        Err(fault) => fault.into_response(),
    }
}

enum Pass {
    On(Box<Request>),
    To(HeaderValue),
}

async fn gate_pass(hub: &Arc<Hub>, need: Need, request: Request) -> Result<Pass, Fault> {
    let (mut parts, body) = request.into_parts();
    let mut cx = match need {
        Need::Open | Need::Signed => Cx::nobody(hub).with_outlet(&parts),
        Need::SignedIn | Need::Seen | Need::Repo(_) | Need::Dataset(_) => {
            Cx::of(hub, &parts).await?
        }
    };
    match need {
        Need::Open | Need::Signed | Need::Seen => {}
        Need::SignedIn => {
            cx.visitor.signed_in()?;
        }
        Need::Repo(action) => {
            let address = named(parts.uri.path()).ok_or(hub::Refused::RepoUnknown)?;
            if let Some(moved) = cx.enter(address.clone(), action).await? {
                return Ok(Pass::To(moved_to(&parts.uri.to_string(), &address, &moved)?));
            }
        }
        Need::Dataset(action) => {
            // A former name is answered at once: the answer says which dataset it is about.
            cx.enter(viewer_api::named(&parts.uri)?, action).await?;
        }
    }
    parts.extensions.insert(cx);
    Ok(Pass::On(Box::new(Request::from_parts(parts, body))))
}

/// The same address with the repository's present path in it.
fn moved_to(uri: &str, address: &Named, repo: &Repo) -> Result<HeaderValue, Fault> {
    let new = uri.replacen(&address.path, &repo.path(), 1);
    HeaderValue::from_str(&new).map_err(|_| Fault::Failed("a location is no header".to_owned()))
}

/// Answers addresses that no route has. Clients ask for repositories with one-word names, which do
/// not exist here, and expect to be told that it is the repository that is missing.
pub(crate) async fn not_found(State(hub): State<Arc<Hub>>, request: Request) -> Response {
    let path = request.uri().path().to_owned();
    missing(&hub, request, Fault::NotFound(format!("there is nothing at {path}"))).await
}

/// Answers methods that an address does not take.
pub(crate) async fn not_allowed(State(hub): State<Arc<Hub>>, request: Request) -> Response {
    let told = format!("{} is not taken at {}", request.method(), request.uri().path());
    missing(&hub, request, Fault::NotAllowed(told)).await
}

/// Tells that the repository is missing where it is, else the fault.
async fn missing(hub: &Arc<Hub>, request: Request, fault: Fault) -> Response {
    let path = request.uri().path().to_owned();
    if path.starts_with("/hub/") {
        // Transfers carry tokens of their own kind; clients try newer routes and read 404 as "no".
        return fault.into_response();
    }
    let is_of = |kind: &hub::RepoKind| path.starts_with(&format!("/api/{}/", kind.plural()));
    let is_repo = path.contains("/resolve/") || hub::RepoKind::ALL.iter().any(is_of);
    let (parts, _) = request.into_parts();
    let known = match (Cx::of(hub, &parts).await, named(&path)) {
        (Ok(mut cx), Some(address)) => cx.enter(address, Action::See).await.is_ok(),
        (Err(fault), _) => return fault.into_response(),
        (Ok(_), None) => false,
    };
    if is_repo && !known {
        return Fault::from(hub::Refused::RepoUnknown).into_response();
    }
    fault.into_response()
}
