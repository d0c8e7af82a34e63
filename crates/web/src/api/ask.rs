//! One request to the API: who asks, for what, and how a change is made at most once.

use super::operation::wrong;
use super::shape::Shape;
use super::shaped::Shaped;
use super::strict;
use super::told::{Answered, Done};
use crate::serve::{Cx, Fault};
use axum::body::Bytes;
use axum::extract::rejection::RawPathParamsRejection;
use axum::extract::{DefaultBodyLimit, FromRequest, RawPathParams, Request};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode, Uri};
use base::{Time, sha256_hex};
use db::{Read, Tx};
use identity::{Actor, PersonId};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::str::FromStr;

/// Largest JSON body: an application of 100 cost lines with long texts has about 100 KiB.
const JSON_BYTES_MAX: usize = 1024 * 1024;
/// Longest idempotency key, in bytes: a UUID has 36.
const KEY_BYTES_MAX: usize = 64;
/// Most parameters of an address.
const PARAMETERS_MAX: usize = 50;

/// A request.
pub(crate) struct Ask {
    pub(crate) cx: Cx,
    params: Vec<(String, String)>,
    key: Option<String>,
    /// SHA-256 of address and body, so that a key is not used for two different requests.
    request: String,
}

/// What is kept with an idempotency key.
#[derive(Serialize, Deserialize)]
struct Kept {
    request: String,
    done: Done,
}

impl Ask {
    pub(crate) fn of(
        cx: Cx,
        params: Result<RawPathParams, RawPathParamsRejection>,
        headers: &HeaderMap,
    ) -> Result<Self, Fault> {
        let params = params.map_err(|_| Fault::NotFound)?;
        let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        let params = params.iter().map(owned).collect();
        let key = key_of(headers)?;
        Ok(Self { params, key, request: sha256_hex(cx.path.as_bytes()), cx })
    }

    /// Reads the parameters of an address; all problems at once.
    pub(crate) fn query<Q: Shaped + DeserializeOwned>(uri: &Uri) -> Result<Q, Fault> {
        let pairs: Vec<(String, String)> = axum::extract::Query::try_from_uri(uri)
            .map_err(|error| Fault::BadRequest(error.to_string()))?
            .0;
        if pairs.len() > PARAMETERS_MAX {
            return Err(Fault::BadRequest(format!("more than {PARAMETERS_MAX} parameters")));
        }
        let shape = Q::shape();
        let members = shape.members();
        let mut fields = Map::new();
        for (name, text) in pairs {
            // The language of texts may be asked for anywhere.
            let shape = members.iter().find(|member| member.name == name).map(|m| m.shape.bare());
            if name == "lang" && shape.is_none() {
                continue;
            }
            let value = value_of(shape.as_ref(), text);
            if fields.insert(name.clone(), value).is_some() {
                return Err(wrong(&name, "is given twice"));
            }
        }
        read(&shape, Value::Object(fields))
    }

    /// Reads a JSON body; all problems at once. No body is an empty object.
    pub(crate) async fn body<B: Shaped + DeserializeOwned>(
        &mut self,
        request: Request,
    ) -> Result<B, Fault> {
        let is_json = is_json(request.headers());
        let bytes = self.bytes(request, JSON_BYTES_MAX).await?;
        if bytes.is_empty() {
            return read(&B::shape(), Value::Object(Map::new()));
        }
        if !is_json {
            return Err(Fault::MediaType("application/json"));
        }
        let value = strict::value(&bytes)
            .map_err(|error| Fault::BadRequest(format!("the body is no JSON: {error}")))?;
        read(&B::shape(), value)
    }

    /// Reads a body as it is.
    pub(crate) async fn bytes(
        &mut self,
        mut request: Request,
        most: usize,
    ) -> Result<Vec<u8>, Fault> {
        DefaultBodyLimit::max(most).apply(&mut request);
        let bytes = Bytes::from_request(request, &()).await.map_err(|error| {
            if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
                return Fault::TooLarge(most);
            }
            Fault::BadRequest("the body breaks off: send the request again".to_owned())
        })?;
        let mut all = format!("{}\n", self.cx.path).into_bytes();
        all.extend_from_slice(&bytes);
        self.request = sha256_hex(&all);
        Ok(bytes.to_vec())
    }

    /// Refuses a change that comes with a browser's session: there is no form to protect it.
    pub(crate) fn needs_token(&self) -> Result<(), Fault> {
        if self.cx.has_token { Ok(()) } else { Err(Fault::TokenNeeded) }
    }

    /// Returns a part of the path.
    pub(crate) fn part(&self, name: &str) -> &str {
        let found = self.params.iter().find(|(key, _)| key == name);
        found.map_or("", |(_, value)| value)
    }

    /// Returns an id in the path; what is no id names nothing.
    pub(crate) fn id<T: FromStr>(&self) -> Result<T, Fault> {
        self.part("id").parse().map_err(|_| Fault::NotFound)
    }

    /// Returns who asks.
    pub(crate) fn person(&self) -> Result<PersonId, Fault> {
        Ok(self.cx.person()?.id)
    }

    /// Returns who asks, for the audit trail.
    pub(crate) fn actor(&self) -> Result<Actor, Fault> {
        self.person().map(Actor::Person)
    }

    /// Returns the present instant.
    pub(crate) fn now(&self) -> Time {
        self.cx.now
    }

    /// Reads over one snapshot.
    pub(crate) async fn read<T, F>(&self, closure: F) -> Result<T, Fault>
    where
        T: Send + 'static,
        F: FnOnce(&Read<'_>) -> Result<T, Fault> + Send + 'static,
    {
        self.cx.app.read(closure).await
    }

    /// Makes a change, at most once per idempotency key.
    pub(crate) async fn change<F>(self, act: F) -> Result<Answered, Fault>
    where
        F: FnMut(&mut Tx<'_>) -> Result<Done, Fault> + Send + 'static,
    {
        let key = match &self.key {
            Some(key) => format!("api:{}:{key}", self.person()?),
            None => String::new(),
        };
        let (request, mut act) = (self.request, act);
        let asked = request.clone();
        let (kept, is_replayed) = self
            .cx
            .app
            .write(move |tx| {
                let mut is_replayed = true;
                let kept = app::once(tx, &key, |tx| {
                    is_replayed = false;
                    let kept = Kept { request: request.clone(), done: act(tx)? };
                    Ok::<_, Fault>(base::canonical_json(&kept))
                })?;
                Ok::<_, Fault>((kept, is_replayed))
            })
            .await?;
        let kept: Kept = serde_json::from_str(&kept)
            .map_err(|error| Fault::Failed(format!("a kept answer cannot be read: {error}")))?;
        if kept.request != asked {
            return Err(Fault::Refused {
                code: "idempotency_key_reused".to_owned(),
                message: "the idempotency key was used for another request: choose a new one"
                    .to_owned(),
                zh: None,
            });
        }
        Ok(Answered { done: kept.done, is_replayed })
    }
}

fn key_of(headers: &HeaderMap) -> Result<Option<String>, Fault> {
    let Some(value) = headers.get("idempotency-key") else { return Ok(None) };
    let key = value.to_str().unwrap_or("").trim();
    let is_plain = key.bytes().all(|byte| byte.is_ascii_graphic());
    if key.is_empty() || key.len() > KEY_BYTES_MAX || !is_plain {
        let message = format!("must be 1 to {KEY_BYTES_MAX} visible ASCII characters");
        return Err(wrong("Idempotency-Key", message));
    }
    Ok(Some(key.to_owned()))
}

fn is_json(headers: &HeaderMap) -> bool {
    let media = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
    let media = media.split(';').next().unwrap_or("").trim();
    media.eq_ignore_ascii_case("application/json")
}

/// Turns a parameter's text into the value that its shape is checked with.
fn value_of(shape: Option<&Shape>, text: String) -> Value {
    match shape {
        Some(Shape::Integer { .. }) => {
            text.parse::<i64>().map_or_else(|_| number_like(text), Value::from)
        }
        Some(Shape::Bool) => text.parse::<bool>().map_or(Value::String(text), Value::from),
        _ => Value::String(text),
    }
}

/// A number that is no 64-bit integer is told as such, anything else as text.
fn number_like(text: String) -> Value {
    let number = serde_json::from_str::<serde_json::Number>(&text);
    number.map_or(Value::String(text), Value::Number)
}

fn read<T: DeserializeOwned>(shape: &Shape, value: Value) -> Result<T, Fault> {
    shape.check(&value).map_err(Fault::Invalid)?;
    // What the shape lets through and the type does not take is named as a whole.
    serde_json::from_value(value).map_err(|error| wrong("body", error.to_string()))
}
