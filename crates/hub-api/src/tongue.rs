//! What is refused, in the words of who asks: Git's program shows its user plain text, Git LFS the
//! field `message` of its own media type (git-lfs, `docs/api/batch.md`, "Response Errors").

use axum::body::Body;
use axum::extract::Request;
use axum::http::header::{AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use serde_json::json;

/// What Git asks its user for: the token is the password.
const CHALLENGE: HeaderValue = HeaderValue::from_static("Basic realm=\"hub\"");
/// Media type of Git LFS.
pub(crate) const LFS_JSON: &str = "application/vnd.git-lfs+json";

/// The message of a fault, kept beside its answer.
#[derive(Debug, Clone)]
pub(crate) struct Said {
    /// For people.
    pub(crate) message: String,
    /// Whether it says that there is no such repository.
    pub(crate) is_unknown_repo: bool,
}

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tongue {
    Git,
    Lfs,
}

fn tongue_of(path: &str) -> Option<Tongue> {
    let path = path.trim_start_matches('/');
    if path.starts_with("api/") || path.contains("/resolve/") || path.contains("/raw/") {
        return None;
    }
    if path.contains("/info/lfs/") || path.starts_with("hub/lfs/") {
        return Some(Tongue::Lfs);
    }
    let tails = ["/info/refs", "/git-upload-pack", "/git-receive-pack"];
    tails.iter().any(|tail| path.ends_with(tail)).then_some(Tongue::Git)
}

/// Writes refusals for Git's programs. They ask their user for a token only after a 401, so who
/// comes without one hears that of every repository that is closed to them, also of none. Who comes
/// to an address that carries its permission hears what is wrong with that: no token would help.
pub(crate) async fn tell(request: Request, next: Next) -> Response {
    let Some(tongue) = tongue_of(request.uri().path()) else { return next.run(request).await };
    let may_sign_in = !request.uri().path().starts_with("/hub/")
        && !request.headers().contains_key(AUTHORIZATION);
    let mut response = next.run(request).await;
    let Some(said) = response.extensions_mut().remove::<Said>() else { return response };
    let is_closed = said.is_unknown_repo || response.status() == StatusCode::FORBIDDEN;
    if is_closed && may_sign_in {
        *response.status_mut() = StatusCode::UNAUTHORIZED;
    }
    if response.status() == StatusCode::UNAUTHORIZED {
        response.headers_mut().insert(WWW_AUTHENTICATE, CHALLENGE);
    }
    let (kind, text) = match tongue {
        Tongue::Git => ("text/plain; charset=utf-8", format!("{}\n", said.message)),
        Tongue::Lfs => {
            let body = json!({"message": said.message, "error": said.message});
            (LFS_JSON, body.to_string())
        }
    };
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.remove(CONTENT_LENGTH);
    *response.body_mut() = Body::from(text);
    response
}

#[cfg(test)]
mod tests {
    use super::{Tongue, tongue_of};

    #[test]
    fn only_addresses_of_git_are_answered_in_its_tongue() {
        let check = |path: &str, expected| assert_eq!(tongue_of(path), expected, "{path}");
        check("/a/b.git/info/refs", Some(Tongue::Git));
        check("/datasets/a/b/git-upload-pack", Some(Tongue::Git));
        check("/a/b.git/info/lfs/objects/batch", Some(Tongue::Lfs));
        check("/hub/lfs/token/verify", Some(Tongue::Lfs));
        check("/api/models/a/b/tree/main/info/refs", None);
        check("/a/b/resolve/main/info/refs", None);
        check("/a/b/raw/main/info/lfs/x", None);
        check("/a/b", None);
    }
}
