//! What every answer gets: a request id, security headers, and a face for faults.

use super::{Cx, Fault, Shared, back};
use crate::Lang;
use crate::pages::{Page as _, error::ErrorPage};
use axum::Json;
use axum::Router;
use axum::extract::{Request, State};
use axum::http::header::{
    ACCEPT, ALLOW, CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, REFERRER_POLICY, SET_COOKIE,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};
use tower::ServiceExt;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Nothing is loaded from elsewhere, nothing runs inline, nobody frames a page.
const POLICY: &str = "default-src 'self'; img-src 'self' data:; object-src 'none'; \
                      base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// Answers addresses where nothing is.
pub(crate) async fn not_found() -> Fault {
    Fault::NotFound
}

/// Passes a request on to another service. A browser that finds nothing there gets a page.
pub(crate) async fn beyond(service: Router, request: Request) -> Response {
    let accepted = request.headers().get(ACCEPT).and_then(|value| value.to_str().ok());
    let is_browser = accepted.is_some_and(|text| text.contains("text/html"));
    let response = match service.oneshot(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    };
    if is_browser && response.status() == StatusCode::NOT_FOUND {
        return Fault::NotFound.into_response();
    }
    response
}

/// Passes a request to the pages of repositories, unless its first word is the zone's own.
pub(crate) async fn named_or_beyond(named: Router, beyond: Router, request: Request) -> Response {
    let first = request.uri().path().split('/').nth(1).unwrap_or_default();
    let is_kind = matches!(first, "datasets" | "spaces");
    if !is_kind && (first.is_empty() || hub::is_reserved(first)) {
        return self::beyond(beyond, request).await;
    }
    match named.oneshot(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    }
}

/// Wraps every request.
pub(crate) async fn dress(State(shared): State<Shared>, request: Request, next: Next) -> Response {
    let id = shared.app.random().id(shared.app.now()).to_string();
    let (method, uri) = (request.method().clone(), request.uri().clone());
    let headers = request.headers().clone();
    let response = next.run(request).await;
    let status = response.status();
    tracing::debug!(%method, path = uri.path(), %status, %id, "answered");
    let mut response = match response.extensions().get::<Fault>().cloned() {
        Some(fault) => {
            let mut shown = face(&shared, &fault, &headers, &uri, &id).await;
            fault_guard(&fault, shown.headers_mut());
            back::keep(&shared, (&fault, &method, &uri), shown.headers_mut());
            shown
        }
        None => response,
    };
    guard(response.headers_mut(), &id);
    lang_keep(&uri, response.headers_mut());
    response
}

/// Sets what every answer carries.
pub(crate) fn guard(out: &mut HeaderMap, id: &str) {
    for (name, value) in [
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (X_FRAME_OPTIONS, "DENY"),
        (REFERRER_POLICY, "same-origin"),
        (CONTENT_SECURITY_POLICY, POLICY),
    ] {
        // What is already said is narrower: files that people uploaded have their own policy.
        out.entry(name).or_insert(HeaderValue::from_static(value));
    }
    if !out.contains_key(CACHE_CONTROL) {
        out.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    }
    if let Ok(value) = HeaderValue::from_str(id) {
        out.entry(REQUEST_ID).or_insert(value);
    }
}

/// Sets what every fault carries. It concerns who asked and this moment alone, so that nothing on
/// the way may keep it.
fn fault_guard(fault: &Fault, out: &mut HeaderMap) {
    out.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Fault::MethodNotAllowed(allowed) = fault
        && let Ok(value) = HeaderValue::from_str(allowed)
    {
        out.insert(ALLOW, value);
    }
}

async fn face(
    shared: &Shared,
    fault: &Fault,
    headers: &HeaderMap,
    uri: &Uri,
    id: &str,
) -> Response {
    let status = fault.status();
    if let Fault::Failed(reason) = fault {
        tracing::error!(path = uri.path(), %id, reason, "request failed");
    }
    if uri.path().starts_with("/api/") {
        let fields = match fault {
            Fault::Invalid(problems) => problems.clone(),
            _ => Vec::new(),
        };
        let message = match fault.detail(Lang::En) {
            detail if detail.is_empty() => fault.code().replace('_', " "),
            detail => detail,
        };
        let error = serde_json::json!({
            "code": fault.code(), "message": message, "fields": fields, "request_id": id,
        });
        return (status, Json(serde_json::json!({ "error": error }))).into_response();
    }
    // Without a database there is still a page that says so.
    let ui = match Cx::of(shared, headers, uri).await {
        Ok(cx) => cx.ui(),
        Err(_) => crate::Ui { lang: super::cx::lang(headers, uri), ..crate::Ui::default() },
    };
    let page = ErrorPage {
        kind: fault.kind(),
        detail: fault.detail(ui.lang),
        ui,
        place: uri.path().to_owned(),
        request: id.to_owned(),
    };
    match page.html() {
        Ok(html) => (status, Html(html)).into_response(),
        Err(_) => status.into_response(),
    }
}

/// Keeps a language that was asked for in the address.
fn lang_keep(uri: &Uri, out: &mut HeaderMap) {
    let query = uri.query().unwrap_or("");
    let asked = query.split('&').find_map(|pair| pair.strip_prefix("lang="));
    let cookie = match asked {
        Some("en") => "hutong_lang=en; Path=/; Max-Age=31536000; SameSite=Lax",
        Some("zh") => "hutong_lang=zh; Path=/; Max-Age=31536000; SameSite=Lax",
        _ => return,
    };
    out.append(SET_COOKIE, HeaderValue::from_static(cookie));
}
