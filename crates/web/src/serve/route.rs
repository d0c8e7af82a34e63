//! A route with its permission, and the only place where permissions are tested.

use super::{Cx, Fault, Shared, routes};
use axum::Router;
use axum::extract::{Request, State};
use axum::handler::Handler;
use axum::http::Method;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::MethodRouter;
use identity::Permission;
use std::collections::BTreeMap;

/// One way to ask the server something.
pub(crate) struct Route {
    pub(crate) method: Method,
    pub(crate) path: &'static str,
    pub(crate) permission: Permission,
    handler: MethodRouter<Shared>,
}

/// A route as tests and help see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// `GET`, `POST` ...
    pub method: String,
    /// Its path, with names in braces.
    pub path: &'static str,
    /// What it asks for.
    pub permission: Permission,
}

/// Declares a route that only reads.
pub(crate) fn get<H, T>(path: &'static str, permission: Permission, handler: H) -> Route
where
    H: Handler<T, Shared>,
    T: 'static,
{
    Route { method: Method::GET, path, permission, handler: axum::routing::get(handler) }
}

/// Declares a route that changes something.
pub(crate) fn post<H, T>(path: &'static str, permission: Permission, handler: H) -> Route
where
    H: Handler<T, Shared>,
    T: 'static,
{
    Route { method: Method::POST, path, permission, handler: axum::routing::post(handler) }
}

/// Largest body of the route that a request came to; where it is missing, the server's own.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BodyMost(pub(crate) usize);

impl Route {
    /// Takes bodies up to this many bytes.
    pub(crate) fn with_room(self, bytes_max: usize) -> Self {
        let handler = self
            .handler
            .layer::<_, std::convert::Infallible>(axum::Extension(BodyMost(bytes_max)))
            .layer(axum::extract::DefaultBodyLimit::max(bytes_max));
        Self { handler, ..self }
    }
}

/// Lists every route with its permission.
#[must_use]
pub fn route_list() -> Vec<Shown> {
    let mut table = routes::table();
    table.extend(routes::named());
    let shown =
        |r: &Route| Shown { method: r.method.to_string(), path: r.path, permission: r.permission };
    table.iter().map(shown).collect()
}

/// Puts the table together; every handler stands behind the test of its permission. A method that
/// an address does not take is told to everybody, for the table is no secret.
pub(crate) fn build(table: Vec<Route>, shared: &Shared) -> Router<Shared> {
    let mut addresses: BTreeMap<&'static str, (MethodRouter<Shared>, Vec<Method>)> =
        BTreeMap::new();
    for route in table {
        let gate = from_fn_with_state((shared.clone(), route.permission), gate);
        let (handlers, methods) = addresses.entry(route.path).or_default();
        *handlers = std::mem::take(handlers).merge(route.handler.route_layer(gate));
        if route.method == Method::GET {
            methods.push(Method::HEAD);
        }
        methods.push(route.method);
    }
    let add = |router: Router<Shared>, (path, (handlers, methods)): (_, (_, Vec<Method>))| {
        let fault = method_refused(methods);
        let handlers: MethodRouter<Shared> = handlers;
        router.route(path, handlers.fallback(move || std::future::ready(fault.clone())))
    };
    addresses.into_iter().fold(Router::new(), add)
}

fn method_refused(methods: Vec<Method>) -> Fault {
    let mut names: Vec<String> = methods.iter().map(ToString::to_string).collect();
    names.sort_unstable();
    Fault::MethodNotAllowed(names.join(", "))
}

async fn gate(
    State((shared, permission)): State<(Shared, Permission)>,
    mut request: Request,
    next: Next,
) -> Response {
    let cx = match Cx::of(&shared, request.headers(), request.uri()).await {
        Ok(cx) => cx,
        Err(fault) => return fault.into_response(),
    };
    if !cx.standing.may(permission) {
        let fault = if cx.person.is_some() { Fault::Forbidden } else { Fault::SignIn };
        return fault.into_response();
    }
    if request.method() != Method::GET
        && let Err(fault) = cx.is_same_origin(request.headers())
    {
        return fault.into_response();
    }
    let is_private = cx.person.is_some();
    request.extensions_mut().insert(cx);
    let mut response = next.run(request).await;
    if is_private || permission != Permission::Public {
        let value = axum::http::HeaderValue::from_static("no-store");
        response.headers_mut().insert(axum::http::header::CACHE_CONTROL, value);
    }
    response
}
