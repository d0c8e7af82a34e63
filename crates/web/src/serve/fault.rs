//! Why a request has no ordinary answer. Shown as a page or as JSON by [`super::dress`].

use super::state::BODY_BYTES_MAX;
use crate::pages::error::ErrorKind;
use crate::{Lang, refusal};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use base::FieldProblem;
use std::slice;

/// Why there is no ordinary answer.
#[derive(Debug, Clone)]
pub(crate) enum Fault {
    /// Nothing is at this address, or nothing that this person may know of.
    NotFound,
    /// Somebody must sign in first.
    SignIn,
    /// This person may not.
    Forbidden,
    /// The form did not come from this session's page.
    Forged,
    /// A change over the API came without an API token.
    TokenNeeded,
    /// The request cannot be understood.
    BadRequest(String),
    /// The address takes other methods, listed as in the header `Allow`.
    MethodNotAllowed(String),
    /// The body is above this many bytes.
    TooLarge(usize),
    /// The body is of another media type than this one, which is taken here.
    MediaType(&'static str),
    /// A field or several are wrong.
    Invalid(Vec<FieldProblem>),
    /// The operation was refused; the state of the zone does not allow it.
    Refused {
        /// Stable word for programs, as in `budget_exceeded`.
        code: String,
        /// What is refused and what to do, in English.
        message: String,
        /// The same in Chinese, where somebody has written it.
        zh: Option<String>,
    },
    /// Not now, but perhaps in a moment.
    Unavailable(String),
    /// A failure of the machine; details go to the log alone.
    Failed(String),
}

impl Fault {
    /// Returns the status to answer with.
    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::SignIn | Self::TokenNeeded => StatusCode::UNAUTHORIZED,
            Self::Forbidden | Self::Forged => StatusCode::FORBIDDEN,
            Self::BadRequest(_) => StatusCode::BAD_REQUEST,
            Self::MethodNotAllowed(_) => StatusCode::METHOD_NOT_ALLOWED,
            Self::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::MediaType(_) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Refused { .. } => StatusCode::CONFLICT,
            Self::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Failed(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// Returns the kind of page that shows it.
    pub(crate) fn kind(&self) -> ErrorKind {
        match self {
            Self::NotFound => ErrorKind::NotFound,
            Self::SignIn | Self::TokenNeeded => ErrorKind::SignIn,
            Self::Forbidden | Self::Forged => ErrorKind::Forbidden,
            Self::BadRequest(_) | Self::Invalid(_) => ErrorKind::BadRequest,
            Self::MethodNotAllowed(_) => ErrorKind::WrongMethod,
            Self::TooLarge(_) => ErrorKind::TooLarge,
            Self::MediaType(_) => ErrorKind::MediaType,
            Self::Refused { .. } => ErrorKind::Conflict,
            Self::Unavailable(_) => ErrorKind::Unavailable,
            Self::Failed(_) => ErrorKind::Failed,
        }
    }

    /// Returns a stable word for programs.
    pub(crate) fn code(&self) -> &str {
        match self {
            Self::NotFound => "not_found",
            Self::SignIn => "sign_in",
            Self::Forbidden => "forbidden",
            Self::Forged => "forged",
            Self::TokenNeeded => "token_needed",
            Self::BadRequest(_) => "bad_request",
            Self::MethodNotAllowed(_) => "method_not_allowed",
            Self::TooLarge(_) => "too_large",
            Self::MediaType(_) => "media_type_unsupported",
            Self::Invalid(_) => "invalid",
            Self::Refused { code, .. } => code,
            Self::Unavailable(_) => "unavailable",
            Self::Failed(_) => "failed",
        }
    }

    /// Returns what to say about it, beyond what its kind says.
    pub(crate) fn detail(&self, lang: Lang) -> String {
        match self {
            Self::BadRequest(text) | Self::Unavailable(text) => text.clone(),
            Self::MethodNotAllowed(allowed) => {
                lang.fill("fault.method-not-allowed", slice::from_ref(allowed))
            }
            Self::TooLarge(most) => lang.fill("fault.too-large", &[most.to_string()]),
            Self::MediaType(taken) => lang.fill("fault.media-type", &[(*taken).to_owned()]),
            Self::Refused { message, zh, .. } => match lang {
                Lang::En => message.clone(),
                Lang::Zh => zh.as_ref().unwrap_or(message).clone(),
            },
            Self::Invalid(problems) => {
                let says =
                    |one: &FieldProblem| format!("{}: {}", one.field, refusal::of_field(one, lang));
                problems.iter().map(says).collect::<Vec<_>>().join("; ")
            }
            Self::Forged => lang.message("fault.forged").to_owned(),
            Self::TokenNeeded => lang.message("fault.token-needed").to_owned(),
            Self::NotFound | Self::SignIn | Self::Forbidden | Self::Failed(_) => String::new(),
        }
    }
}

/// Says why a body cannot be taken that axum has refused with this status.
pub(crate) fn body_refused(status: StatusCode, reason: String, taken: &'static str) -> Fault {
    match status {
        StatusCode::PAYLOAD_TOO_LARGE => Fault::TooLarge(BODY_BYTES_MAX),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => Fault::MediaType(taken),
        _ => Fault::BadRequest(reason),
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        cause = inner.source();
    }
    text
}

impl From<db::Error> for Fault {
    fn from(error: db::Error) -> Self {
        match error.retry() {
            db::Retry::Again | db::Retry::LookFirst => Self::Unavailable(error.to_string()),
            db::Retry::Never => Self::Failed(chain(&error)),
        }
    }
}

impl From<grants::Error> for Fault {
    fn from(error: grants::Error) -> Self {
        use grants::Refused as R;
        match error {
            grants::Error::Refused(R::Invalid(problems)) => Self::Invalid(problems),
            grants::Error::Refused(
                R::InstrumentUnknown(_)
                | R::CallUnknown(_)
                | R::ApplicationUnknown(_)
                | R::ReviewUnknown(_)
                | R::AwardUnknown(_)
                | R::ClaimUnknown(_)
                | R::BatchUnknown(_),
            ) => Self::NotFound,
            grants::Error::Refused(R::NotYours(_) | R::ReviewNotYours) => Self::Forbidden,
            grants::Error::Refused(R::Identity(refused)) => identity::Error::from(refused).into(),
            grants::Error::Refused(refused) => Self::Refused {
                code: refused.code().to_owned(),
                message: refused.to_string(),
                zh: refusal::of_grants(&refused),
            },
            grants::Error::Db(error) => error.into(),
            error => Self::Failed(chain(&error)),
        }
    }
}

impl From<identity::Error> for Fault {
    fn from(error: identity::Error) -> Self {
        use identity::Refused as R;
        match error {
            identity::Error::Refused(R::Invalid(problems)) => Self::Invalid(problems),
            identity::Error::Refused(
                R::OrganisationUnknown(_) | R::PersonUnknown(_) | R::OwnershipUnknown(_),
            ) => Self::NotFound,
            identity::Error::Refused(refused) => Self::Refused {
                code: refused.code().to_owned(),
                message: refused.to_string(),
                zh: refusal::of_identity(&refused),
            },
            identity::Error::Db(error) => error.into(),
        }
    }
}

impl From<app::PayoutError> for Fault {
    fn from(error: app::PayoutError) -> Self {
        match error {
            app::PayoutError::Grants(error) => error.into(),
            error => Self::Failed(chain(&error)),
        }
    }
}

impl From<hub::Error> for Fault {
    fn from(error: hub::Error) -> Self {
        match error {
            hub::Error::Refused(refused) => of_hub(refused),
            hub::Error::Db(error) => error.into(),
            hub::Error::Identity(error) => error.into(),
        }
    }
}

/// What is not there, and what one may not know of, look the same.
fn of_hub(refused: hub::Refused) -> Fault {
    use hub::Refused as R;
    match refused {
        R::Invalid(problems) => Fault::Invalid(problems),
        R::SignIn => Fault::SignIn,
        R::Forbidden { .. } | R::ReadOnlyToken => Fault::Forbidden,
        R::RepoUnknown
        | R::RevisionUnknown(_)
        | R::EntryUnknown(_)
        | R::RefUnknown(_)
        | R::DiscussionUnknown(_)
        | R::CommentUnknown(_)
        | R::CollectionUnknown
        | R::ItemUnknown
        | R::WebhookUnknown
        | R::PurposeUnknown => Fault::NotFound,
        refused => Fault::Refused {
            code: refused.code().to_owned(),
            zh: refusal::of_hub(&refused),
            message: refused.to_string(),
        },
    }
}

impl From<app::depot::Error> for Fault {
    fn from(error: app::depot::Error) -> Self {
        match error {
            app::depot::Error::Hub(error) => error.into(),
            app::depot::Error::Db(error) => error.into(),
            error @ app::depot::Error::Busy => Self::Unavailable(error.to_string()),
            error @ (app::depot::Error::Git(_) | app::depot::Error::Blob(_)) => {
                Self::Failed(chain(&error))
            }
        }
    }
}
