//! What a browser sends: a query, or a form with its token against forgery.

use super::{Cx, Fault, body_refused};
use axum::Form;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use std::str::FromStr;

/// What a form without files is sent as.
const FORM: &str = "application/x-www-form-urlencoded";
/// Most fields of one form: an application with a hundred cost lines has about 500.
const FIELDS_MAX: usize = 1_000;

/// Names with values, in order; a name may be there several times.
#[derive(Debug, Clone, Default)]
pub(crate) struct Query(Vec<(String, String)>);

impl Query {
    /// Returns the first value of a name, trimmed; empty where there is none.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.0.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.trim())
    }

    /// Returns the first value of a name unless it is empty.
    pub(crate) fn optional(&self, name: &str) -> Option<String> {
        Some(self.text(name)).filter(|text| !text.is_empty()).map(ToOwned::to_owned)
    }

    /// Returns a value that parses; `None` where it is missing or does not.
    pub(crate) fn parse<T: FromStr>(&self, name: &str) -> Option<T> {
        self.text(name).parse().ok()
    }

    /// Returns a unit; `None` where it is missing or unknown.
    pub(crate) fn parse_unit(&self, name: &str) -> Option<base::Unit> {
        base::Unit::parse(self.text(name)).ok()
    }

    /// Tells whether a name is there.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(key, _)| key == name)
    }

    /// Returns all names with values, in order.
    pub(crate) fn pairs(&self) -> &[(String, String)] {
        &self.0
    }

    fn parse_text(bytes: &[u8]) -> Result<Self, Fault> {
        let pairs: Vec<(String, String)> = axum::extract::Query::try_from_uri(
            &format!("/?{}", String::from_utf8_lossy(bytes))
                .parse()
                .map_err(|_| Fault::BadRequest("the form cannot be read".to_owned()))?,
        )
        .map_err(|error| Fault::BadRequest(error.to_string()))?
        .0;
        if pairs.len() > FIELDS_MAX {
            return Err(Fault::BadRequest(format!("more than {FIELDS_MAX} fields")));
        }
        Ok(Self(pairs))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Query {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Fault> {
        Self::parse_text(parts.uri.query().unwrap_or("").as_bytes())
    }
}

/// A form that a page of this session sent. Take it as the last argument of a handler.
#[derive(Debug, Clone, Default)]
pub(crate) struct Posted(pub(crate) Query);

impl std::ops::Deref for Posted {
    type Target = Query;
    fn deref(&self) -> &Query {
        &self.0
    }
}

impl Posted {
    /// Takes what was sent, if it came from a page of this session.
    pub(crate) fn of(cx: &Cx, pairs: Vec<(String, String)>) -> Result<Self, Fault> {
        if pairs.len() > FIELDS_MAX {
            return Err(Fault::BadRequest(format!("more than {FIELDS_MAX} fields")));
        }
        let form = Query(pairs);
        // A visitor has no session that somebody could abuse.
        if cx.session.is_some() && form.text("csrf") != cx.csrf() {
            return Err(Fault::Forged);
        }
        Ok(Self(form))
    }

    /// Returns the key that makes a repeated form harmless, with who sent it; empty without one.
    pub(crate) fn once_key(&self, cx: &Cx) -> String {
        let key: String = self.text("idempotency_key").chars().take(64).collect();
        match (&cx.person, key.is_empty()) {
            (Some(person), false) => format!("{}:{key}", person.id),
            _ => String::new(),
        }
    }
}

impl<S: Send + Sync> FromRequest<S> for Posted {
    type Rejection = Fault;

    async fn from_request(request: Request, state: &S) -> Result<Self, Fault> {
        let cx = request.extensions().get::<Cx>().cloned();
        let cx = cx.ok_or_else(|| Fault::Failed("a route without a gate".to_owned()))?;
        let Form(pairs) = Form::from_request(request, state)
            .await
            .map_err(|error| body_refused(error.status(), error.body_text(), FORM))?;
        Self::of(&cx, pairs)
    }
}
