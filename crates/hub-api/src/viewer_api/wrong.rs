//! Why the viewer has no answer, with the public viewer's codes.
//!
//! Source of the codes: huggingface/dataset-viewer, `libs/libcommon/src/libcommon/exceptions.py`
//! and `libs/libapi/src/libapi/exceptions.py`.

use crate::Fault;
use app::depot::Unshown;
use axum::Json;
use axum::http::header::{HeaderName, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use hub::Refused;
use serde_json::json;

const ERROR_CODE: HeaderName = HeaderName::from_static("x-error-code");
/// Seconds after which an answer that is not ready is asked for again.
const RETRY_SECONDS: &str = "5";

/// Codes that stand for something wrong in the data or in the question. They are kept on disk by
/// their place in this list: only append.
const CODES: [&str; 10] = [
    "InvalidParameter",
    "MissingRequiredParameter",
    "ConfigNotFoundError",
    "SplitNotFoundError",
    "EmptyDatasetError",
    "ConfigNamesError",
    "FileFormatMismatchBetweenSplitsError",
    "DataFilesNotFoundError",
    "TooBigContentError",
    "StreamingRowsError",
];
const NOT_READY: &str = "ResponseNotReady";
const UNEXPECTED: &str = "UnexpectedError";

/// No answer: a code of the viewer, or a fault of the hub.
#[derive(Debug)]
pub(crate) enum Wrong {
    Told(Told),
    Hub(Fault),
}

/// A code with words for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Told {
    pub(super) code: &'static str,
    pub(super) message: String,
    /// Characters of the question before the wrong place, where one is known.
    pub(super) position: Option<usize>,
}

impl Told {
    pub(super) fn new(code: &'static str, message: String) -> Self {
        Self { code, message, position: None }
    }

    pub(super) fn invalid(message: String) -> Self {
        Self::new(CODES[0], message)
    }

    pub(super) fn missing(name: &'static str) -> Self {
        Self::new(CODES[1], format!("parameter `{name}` is required"))
    }

    pub(super) fn config_unknown(config: &str) -> Self {
        let config: String = config.chars().take(100).collect();
        Self::new(CODES[2], format!("there is no config `{config}`; ask `/splits` for the names"))
    }

    pub(super) fn split_unknown(split: &str) -> Self {
        let split: String = split.chars().take(100).collect();
        Self::new(CODES[3], format!("there is no split `{split}`; ask `/splits` for the names"))
    }

    pub(super) fn empty() -> Self {
        let message = "the dataset has no data files that can be shown: use Parquet, CSV, TSV, \
                       JSON Lines, JSON or text";
        Self::new(CODES[4], message.to_owned())
    }

    pub(super) fn card(message: String) -> Self {
        Self::new(CODES[5], message)
    }

    pub(super) fn too_big(message: String) -> Self {
        Self::new(CODES[8], message)
    }

    pub(super) fn not_ready() -> Self {
        let message = "the answer is not ready yet: ask again in some seconds";
        Self::new(NOT_READY, message.to_owned())
    }

    /// Notes a failure of the machine in the log.
    pub(super) fn failed(cause: impl std::fmt::Display) -> Self {
        let cause = cause.to_string();
        tracing::error!(cause, "a question to the viewer failed");
        Self::new(UNEXPECTED, "the server failed: try again later".to_owned())
    }

    /// Tells whether the data themselves are wrong, rather than the question or the machine.
    pub(super) fn is_of_data(&self) -> bool {
        CODES[4..].contains(&self.code)
    }

    /// Says the same to pages.
    pub(super) fn unshown(self) -> Unshown {
        let (position, message) = (self.position, self.message);
        match self.code {
            NOT_READY => Unshown::NotReady,
            UNEXPECTED => Unshown::Failed(message),
            "ConfigNotFoundError" | "SplitNotFoundError" => Unshown::Unknown,
            "TooBigContentError" => Unshown::TooLarge(message),
            code if CODES[4..].contains(&code) => Unshown::NotATable(message),
            _ => Unshown::Question { position, message },
        }
    }

    fn status(&self) -> StatusCode {
        match self.code {
            NOT_READY => StatusCode::SERVICE_UNAVAILABLE,
            UNEXPECTED => StatusCode::INTERNAL_SERVER_ERROR,
            "ConfigNotFoundError" | "SplitNotFoundError" => StatusCode::NOT_FOUND,
            _ => StatusCode::UNPROCESSABLE_ENTITY,
        }
    }

    /// Returns the bytes by which it is kept; `None` for what may be otherwise next time.
    pub(super) fn to_bytes(&self) -> Option<Vec<u8>> {
        let place = CODES.iter().position(|code| *code == self.code)?;
        let mut bytes = vec![u8::try_from(place).ok()?];
        bytes.extend_from_slice(self.message.as_bytes());
        Some(bytes)
    }

    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (place, message) = bytes.split_first()?;
        let code = CODES.get(usize::from(*place))?;
        Some(Self::new(code, String::from_utf8(message.to_vec()).ok()?))
    }
}

impl From<viewer::Error> for Told {
    fn from(error: viewer::Error) -> Self {
        use viewer::Error as E;
        let code = match &error {
            E::Read { .. } | E::IndexStale => return Self::failed(chain(&error)),
            E::Broken { .. } => CODES[9],
            E::TooBig { .. } => CODES[8],
            E::FormatUnknown { .. } => CODES[7],
            E::FormatsMixed { .. } => CODES[6],
            E::CardWrong { .. } => CODES[5],
            E::ColumnUnknown { .. }
            | E::RowUnknown { .. }
            | E::CellWithoutBytes { .. }
            | E::Expression { .. }
            | E::SortTooDeep { .. } => CODES[0],
        };
        let position = match &error {
            E::Expression { position, .. } => Some(*position),
            _ => None,
        };
        Self { position, ..Self::new(code, error.to_string()) }
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

impl Wrong {
    /// Says the same to pages.
    pub(super) fn unshown(self) -> Unshown {
        match self {
            Self::Told(told) => told.unshown(),
            Self::Hub(Fault::Refused(Refused::ObjectFalse { sha256 })) => {
                Unshown::NotATable(Refused::ObjectFalse { sha256 }.to_string())
            }
            Self::Hub(Fault::Refused(refused) | Fault::SignInFor(refused)) => {
                Unshown::Refused(refused)
            }
            Self::Hub(Fault::Busy(_)) => Unshown::NotReady,
            Self::Hub(fault) => Unshown::Failed(format!("{fault:?}")),
        }
    }
}

impl From<Told> for Wrong {
    fn from(told: Told) -> Self {
        Self::Told(told)
    }
}

impl From<viewer::Error> for Wrong {
    fn from(error: viewer::Error) -> Self {
        Self::Told(error.into())
    }
}

impl From<Fault> for Wrong {
    fn from(fault: Fault) -> Self {
        Self::Hub(fault)
    }
}

impl IntoResponse for Wrong {
    fn into_response(self) -> Response {
        match self {
            Self::Told(told) => {
                let body = Json(json!({ "error": told.message }));
                let mut response = (told.status(), body).into_response();
                let headers = response.headers_mut();
                headers.insert(ERROR_CODE, HeaderValue::from_static(told.code));
                if told.code == NOT_READY {
                    headers.insert(RETRY_AFTER, HeaderValue::from_static(RETRY_SECONDS));
                }
                response
            }
            Self::Hub(fault) => {
                // The gate's only one of its kind: the query names no dataset.
                let is_unnamed = matches!(fault, Fault::Unprocessable(_));
                let mut response = fault.into_response();
                // The hub says which repository error it is; the rest gets the viewer's words.
                let code = match response.status() {
                    StatusCode::UNAUTHORIZED => "ExternalUnauthenticatedError",
                    StatusCode::FORBIDDEN => "ExternalAuthenticatedError",
                    StatusCode::NOT_FOUND => "ResponseNotFound",
                    StatusCode::SERVICE_UNAVAILABLE => NOT_READY,
                    StatusCode::UNPROCESSABLE_ENTITY if is_unnamed => CODES[1],
                    // A file that is not what its hash says.
                    StatusCode::UNPROCESSABLE_ENTITY => CODES[9],
                    _ => UNEXPECTED,
                };
                response.headers_mut().entry(ERROR_CODE).or_insert(HeaderValue::from_static(code));
                response
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{CODES, Told};

    #[test]
    fn what_is_wrong_with_data_is_kept_and_failures_are_not() {
        for code in CODES {
            let told = Told::new(code, format!("why `{code}` 数据"));
            assert_eq!(Told::from_bytes(&told.to_bytes().unwrap()), Some(told));
        }
        assert_eq!(Told::not_ready().to_bytes(), None);
        assert_eq!(Told::failed("the disk").to_bytes(), None);
        assert_eq!(Told::from_bytes(&[]), None);
        assert_eq!(Told::from_bytes(&[200, b'x']), None);
    }
}
