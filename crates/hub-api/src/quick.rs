//! Small files that were asked for a moment ago, answered before anything else is done.
//!
//! Address and token are those of a request that was answered within the same moment (see
//! [`crate::memo`]), so the answer is the same. Files with personal data are never kept.

use crate::Hub;
use crate::cx::Cx;
use crate::memo::Moment;
use app::depot::FileFacts;
use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::header::{AUTHORIZATION, COOKIE, HeaderName, IF_NONE_MATCH, RANGE};
use axum::http::{HeaderMap, Method};
use axum::response::Response;
use hub::RepoId;
use std::sync::Arc;

/// Largest file that is kept.
const BYTES_MAX: u64 = 4 * 1024;

/// A whole answer.
struct Whole {
    repo: RepoId,
    headers: HeaderMap,
    content: Bytes,
}

/// Names what decides the answer; `None` where more than address and token do.
fn question(request: &Request) -> Option<String> {
    const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
    const TRACE_ID: HeaderName = HeaderName::from_static("x-amzn-trace-id");
    let (headers, uri) = (request.headers(), request.uri());
    let is_plain = *request.method() == Method::GET
        && ![COOKIE, IF_NONE_MATCH, RANGE, REQUEST_ID, TRACE_ID]
            .iter()
            .any(|name| headers.contains_key(name));
    if !is_plain || !uri.path().contains("/resolve/") {
        return None;
    }
    let token = headers.get(AUTHORIZATION).map_or(Ok(""), |value| value.to_str()).ok()?;
    let target = uri.path_and_query()?.as_str();
    let mut question = String::with_capacity(token.len() + target.len() + 1);
    question.push_str(token);
    question.push('\n');
    question.push_str(target);
    Some(question)
}

/// Keeps the answer to a request for a whole small file.
pub(crate) fn keep(cx: &Cx, request: &Request, (file, told): (&FileFacts, &HeaderMap)) {
    if cx.is_personal() || file.large.is_some() || file.size_bytes > BYTES_MAX {
        return;
    }
    let (Some(question), Ok(repo)) = (question(request), cx.repo()) else { return };
    let Some(content) = cx.hub.memo.file(file.oid) else { return };
    let whole = Whole { repo: repo.id, headers: told.clone(), content };
    cx.hub.memo.keep(cx.moment, question, Arc::new(whole));
}

impl Hub {
    /// Answers a request whose answer is at hand; `None` for all others.
    #[must_use]
    pub fn quick(&self, request: &Request) -> Option<Response> {
        let question = question(request)?;
        let whole = self.memo.find::<Whole>(Moment::of(self, self.app.now()), &question)?;
        self.counted.add(whole.repo);
        let mut response = Response::new(Body::from(whole.content.clone()));
        *response.headers_mut() = whole.headers.clone();
        Some(response)
    }
}
