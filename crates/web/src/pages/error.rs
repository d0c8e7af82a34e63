//! Error pages: what happened, where, what to do, and the id to quote.

use super::{Page, sample};
use crate::{Lang, Ui};
use askama::Template;

/// A page that says why there is no other page.
#[derive(Debug, Clone, Template)]
#[template(path = "error.html")]
pub struct ErrorPage {
    /// Frame.
    pub ui: Ui,
    /// What kind of error.
    pub kind: ErrorKind,
    /// What exactly went wrong, in the reader's language; may be empty.
    pub detail: String,
    /// Address that was asked for.
    pub place: String,
    /// Id of the request, as in the server's log.
    pub request: String,
}

/// The kinds of error a person can meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// 400: the request cannot be understood.
    BadRequest,
    /// 401: sign in first.
    SignIn,
    /// 403: this person may not.
    Forbidden,
    /// 404: nothing is here.
    NotFound,
    /// 405: the address takes another method.
    WrongMethod,
    /// 409: somebody was faster.
    Conflict,
    /// 413: too large.
    TooLarge,
    /// 415: of a kind that is not taken.
    MediaType,
    /// 429: too often.
    TooOften,
    /// 500: our failure.
    Failed,
    /// 503: not ready.
    Unavailable,
}

impl ErrorKind {
    /// All kinds.
    pub const ALL: [Self; 11] = [
        Self::BadRequest,
        Self::SignIn,
        Self::Forbidden,
        Self::NotFound,
        Self::WrongMethod,
        Self::Conflict,
        Self::TooLarge,
        Self::MediaType,
        Self::TooOften,
        Self::Failed,
        Self::Unavailable,
    ];

    /// Returns the HTTP status.
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            Self::BadRequest => 400,
            Self::SignIn => 401,
            Self::Forbidden => 403,
            Self::NotFound => 404,
            Self::WrongMethod => 405,
            Self::Conflict => 409,
            Self::TooLarge => 413,
            Self::MediaType => 415,
            Self::TooOften => 429,
            Self::Failed => 500,
            Self::Unavailable => 503,
        }
    }

    const fn what(self) -> &'static str {
        match self {
            Self::BadRequest => "error.bad-request",
            Self::SignIn => "error.sign-in",
            Self::Forbidden => "error.forbidden",
            Self::NotFound => "error.not-found",
            Self::WrongMethod => "error.wrong-method",
            Self::Conflict => "error.conflict",
            Self::TooLarge => "error.too-large",
            Self::MediaType => "error.media-type",
            Self::TooOften => "error.too-often",
            Self::Failed => "error.failed",
            Self::Unavailable => "error.unavailable",
        }
    }

    const fn then(self) -> &'static str {
        match self {
            Self::BadRequest => "error.bad-request-then",
            Self::SignIn => "error.sign-in-then",
            Self::Forbidden => "error.forbidden-then",
            Self::NotFound => "error.not-found-then",
            Self::WrongMethod => "error.wrong-method-then",
            Self::Conflict => "error.conflict-then",
            Self::TooLarge => "error.too-large-then",
            Self::MediaType => "error.media-type-then",
            Self::TooOften => "error.too-often-then",
            Self::Failed => "error.failed-then",
            Self::Unavailable => "error.unavailable-then",
        }
    }
}

impl Page for ErrorPage {
    const NAME: &'static str = "error";

    fn ui_mut(&mut self) -> &mut Ui {
        &mut self.ui
    }

    fn samples(lang: Lang) -> Vec<(&'static str, Self)> {
        let page = |kind, detail: String, place: &str| Self {
            ui: sample::ui(lang, "/awards/a-9999", None),
            kind,
            detail,
            place: place.to_owned(),
            request: "01jd8q2n7v5w0x3y".to_owned(),
        };
        let names = ["400", "401", "403", "empty", "405", "409", "413", "415", "429", "500", "503"];
        let mut samples: Vec<_> = names
            .into_iter()
            .zip(ErrorKind::ALL)
            .map(|(name, kind)| (name, page(kind, String::new(), "/awards/a-9999")))
            .collect();
        let closed = sample::say(
            lang,
            "the call `cloud-2019` closed on 2019-10-31",
            "征集 `cloud-2019` 已于2019年10月31日截止",
        );
        samples.push(("typical", page(ErrorKind::Conflict, closed, "/calls/cloud-2019/apply")));
        let hostile = sample::HOSTILE.repeat(6);
        samples.push(("extreme", page(ErrorKind::BadRequest, hostile, sample::HOSTILE)));
        samples
    }
}
