//! Everything that is not the wanted answer, in the form that the clients turn into exceptions.
//!
//! The status alone is not enough for them: `X-Error-Code` names the exception, `X-Error-Message`
//! and the body's `error` are shown to people (huggingface_hub, `utils/_http.py`).

use crate::tongue::Said;
use axum::http::header::{HeaderName, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use hub::Refused;
use serde_json::{Value, json};

const ERROR_CODE: HeaderName = HeaderName::from_static("x-error-code");
const ERROR_MESSAGE: HeaderName = HeaderName::from_static("x-error-message");
const REPO_COMMIT: HeaderName = HeaderName::from_static("x-repo-commit");

/// Why a request is not answered as asked.
#[derive(Debug)]
pub(crate) enum Fault {
    /// The hub refuses.
    Refused(Refused),
    /// The hub refuses somebody without an account, whom signing in may help.
    SignInFor(Refused),
    /// The token is unknown, ended or expired.
    Credentials,
    /// A signed permission is forged or has ended.
    Expired,
    /// A file is not there; its revision is: the client remembers that.
    Missing { path: String, commit: String },
    /// The request is wrong in itself.
    Bad(String),
    /// The request is right, its content is not.
    Unprocessable(String),
    /// The body is larger than allowed.
    TooLarge(u64),
    /// No such address.
    NotFound(String),
    /// Something that other servers have.
    NotOffered(String),
    /// The body is in a form that is not read here.
    MediaType(String),
    /// The address takes other methods.
    NotAllowed(String),
    /// The range lies outside the file.
    Range(u64),
    /// The bytes are still being checked.
    Busy(&'static str),
    /// No space is left for what was sent.
    Full(String),
    /// The machine failed; the cause goes to the log, not to the client.
    Failed(String),
}

impl Fault {
    fn full() -> Self {
        Self::Full("the zone has no disk space left: tell its administrator".to_owned())
    }

    /// Notes what failed, with every cause; a full disk is told as such.
    pub(crate) fn failed(error: impl std::error::Error + 'static) -> Self {
        if is_full(&error) {
            return Self::full();
        }
        let mut text = error.to_string();
        let mut cause = error.source();
        while let Some(inner) = cause {
            text.push_str(": ");
            text.push_str(&inner.to_string());
            cause = inner.source();
        }
        Self::Failed(text)
    }
}

/// Whether a failure comes from a full disk, in whichever crate it was met.
fn is_full(error: &(dyn std::error::Error + 'static)) -> bool {
    use std::io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
    let mut at = Some(error);
    while let Some(cause) = at {
        let file = cause.downcast_ref::<std::io::Error>().map(std::io::Error::kind);
        let is_file = matches!(file, Some(StorageFull | QuotaExceeded | FileTooLarge));
        if is_file || cause.downcast_ref::<db::Error>().is_some_and(db::Error::is_full) {
            return true;
        }
        at = cause.source();
    }
    false
}

impl From<hub::Error> for Fault {
    fn from(error: hub::Error) -> Self {
        match error {
            hub::Error::Refused(refused) => Self::Refused(refused),
            other => Self::failed(other),
        }
    }
}

impl From<Refused> for Fault {
    fn from(refused: Refused) -> Self {
        Self::Refused(refused)
    }
}

impl From<blob::Error> for Fault {
    fn from(error: blob::Error) -> Self {
        use blob::Refused as R;
        match error {
            blob::Error::Refused(R::TooLarge { limit_bytes }) => Self::TooLarge(limit_bytes),
            blob::Error::Refused(R::UploadBusy { .. }) => {
                Self::Busy("the upload is being worked on: try again")
            }
            blob::Error::Refused(refused) => Self::Unprocessable(refused.to_string()),
            blob::Error::Full { .. } => Self::full(),
            other => Self::failed(other),
        }
    }
}

impl From<blob::KeyError> for Fault {
    fn from(error: blob::KeyError) -> Self {
        Self::Bad(error.to_string())
    }
}

impl From<db::Error> for Fault {
    fn from(error: db::Error) -> Self {
        Self::failed(error)
    }
}

/// Status and code of a refusal; codes as the clients know them, empty where they know none.
fn told(refused: &Refused) -> (StatusCode, &'static str) {
    use StatusCode as S;
    match refused {
        Refused::RepoUnknown => (S::NOT_FOUND, "RepoNotFound"),
        Refused::RevisionUnknown(_) | Refused::RefUnknown(_) => (S::NOT_FOUND, "RevisionNotFound"),
        Refused::EntryUnknown(_) | Refused::FileMissing(_) => (S::NOT_FOUND, "EntryNotFound"),
        Refused::Gated { .. } | Refused::PurposeNeeded { .. } => (S::FORBIDDEN, "GatedRepo"),
        Refused::SignIn => (S::UNAUTHORIZED, ""),
        Refused::Forbidden { .. } | Refused::ReadOnlyToken | Refused::Disabled => {
            (S::FORBIDDEN, "")
        }
        Refused::Invalid(_)
        | Refused::AccessStands(_)
        | Refused::NotGated
        | Refused::RefInvalid(_)
        | Refused::ObjectMissing { .. } => (S::BAD_REQUEST, ""),
        Refused::PathInvalid { .. } | Refused::ObjectFalse { .. } => (S::UNPROCESSABLE_ENTITY, ""),
        Refused::Stale => (S::PRECONDITION_FAILED, ""),
        Refused::NamespaceTaken(_)
        | Refused::NamespaceHeld(_)
        | Refused::RepoTaken { .. }
        | Refused::RefTaken(_)
        | Refused::ItemTaken
        | Refused::Conflicts(_)
        | Refused::DiscussionState { .. }
        | Refused::PurposeStands(_) => (S::CONFLICT, ""),
        Refused::RefProtected(_) => (S::FORBIDDEN, ""),
        Refused::QuotaExceeded { .. } => (S::FORBIDDEN, ""),
        Refused::NamespaceUnknown(_)
        | Refused::DiscussionUnknown(_)
        | Refused::CommentUnknown(_)
        | Refused::AccessUnknown(_)
        | Refused::PersonUnknown(_)
        | Refused::CollectionUnknown
        | Refused::ItemUnknown
        | Refused::WebhookUnknown
        | Refused::PurposeUnknown => (S::NOT_FOUND, ""),
    }
}

/// What goes beside the status.
#[derive(Default)]
struct Told {
    code: &'static str,
    body: Option<Value>,
    headers: Vec<(HeaderName, String)>,
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        use StatusCode as S;
        let mut told_more = Told::default();
        let (status, message) = match self {
            Self::Refused(refused) => {
                let (status, code) = told(&refused);
                told_more.code = code;
                (status, refused.to_string())
            }
            Self::SignInFor(refused) => {
                told_more.code = told(&refused).1;
                (S::UNAUTHORIZED, refused.to_string())
            }
            Self::Credentials => {
                (S::UNAUTHORIZED, "Invalid credentials in Authorization header".to_owned())
            }
            Self::Expired => (
                S::FORBIDDEN,
                "this address is no longer good: ask the hub for a new one".to_owned(),
            ),
            Self::Missing { path, commit } => {
                told_more.code = "EntryNotFound";
                told_more.headers.push((REPO_COMMIT, commit));
                (S::NOT_FOUND, format!("Entry not found: {path}"))
            }
            Self::Bad(message) => (S::BAD_REQUEST, message),
            Self::Unprocessable(message) => (S::UNPROCESSABLE_ENTITY, message),
            Self::TooLarge(limit) => {
                (S::PAYLOAD_TOO_LARGE, format!("the body is larger than {limit} bytes"))
            }
            Self::NotFound(message) => (S::NOT_FOUND, message),
            Self::NotAllowed(message) => (S::METHOD_NOT_ALLOWED, message),
            Self::NotOffered(message) => (S::NOT_IMPLEMENTED, message),
            Self::MediaType(message) => (S::UNSUPPORTED_MEDIA_TYPE, message),
            Self::Range(size) => {
                let range = axum::http::header::CONTENT_RANGE;
                told_more.headers.push((range, format!("bytes */{size}")));
                (S::RANGE_NOT_SATISFIABLE, format!("the file has {size} bytes"))
            }
            Self::Busy(message) => {
                told_more.headers.push((RETRY_AFTER, "2".to_owned()));
                (S::SERVICE_UNAVAILABLE, message.to_owned())
            }
            Self::Full(message) => (S::INSUFFICIENT_STORAGE, message),
            Self::Failed(cause) => {
                tracing::error!(cause, "a request to the hub failed");
                (S::INTERNAL_SERVER_ERROR, "the server failed: try again later".to_owned())
            }
        };
        answer(status, &message, told_more)
    }
}

fn answer(status: StatusCode, message: &str, told: Told) -> Response {
    let body = told.body.unwrap_or_else(|| json!({ "error": message }));
    let mut headers = HeaderMap::new();
    if !told.code.is_empty() {
        headers.insert(ERROR_CODE, HeaderValue::from_static(told.code));
    }
    for (name, value) in told.headers {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(name, value);
        }
    }
    // A header takes plain characters only; the body has the message as it is.
    let plain = |c: char| if c.is_ascii_graphic() || c == ' ' { c } else { '?' };
    if let Ok(value) = HeaderValue::from_str(&message.chars().map(plain).collect::<String>()) {
        headers.insert(ERROR_MESSAGE, value);
    }
    if status == StatusCode::UNAUTHORIZED {
        // Browsers ask their user for nothing; Git, which should, gets a challenge of its own.
        headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"hub\""));
    }
    let said = Said { message: message.to_owned(), is_unknown_repo: told.code == "RepoNotFound" };
    (status, headers, Extension(said), Json(body)).into_response()
}
