//! A small HTTP client for backends: a time limit and a size limit on every answer, no redirects,
//! and no secret in an error.

use crate::Error;
use compute::Secret;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use reqwest::{Certificate, Client, Method};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::time::Duration;
use url::Url;

/// Most bytes of one answer.
const ANSWER_BYTES_MAX: usize = 64 << 20;
/// Most characters of a backend's complaint that are passed on.
const COMPLAINT_CHARS_MAX: usize = 300;

/// Where a backend is, and who we are to it.
#[derive(Debug, Clone)]
pub(crate) struct Door {
    pub(crate) base: Url,
    pub(crate) token: Option<Secret>,
    /// Certificates of the authority that signed the backend's, as PEM; without, the usual ones.
    pub(crate) authority: Option<Vec<u8>>,
    pub(crate) limit: Duration,
}

/// A client of one backend.
#[derive(Debug)]
pub(crate) struct Http {
    client: Client,
    base: Url,
    /// Marked as sensitive, so that no log shows it.
    token: Option<HeaderValue>,
}

/// An answer, whatever it says.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
}

impl Http {
    /// Makes a client. Nothing is asked yet.
    ///
    /// # Errors
    /// [`Error::Unavailable`] where the token or the certificates are no such.
    pub(crate) fn new(door: &Door) -> Result<Self, Error> {
        // Whoever is first decides; all choose ring.
        drop(rustls::crypto::ring::default_provider().install_default());
        let unfit = |what: &str| Error::Unavailable(format!("the {what} cannot be used"));
        let token = door.token.as_ref().map(|token| {
            let mut value = HeaderValue::from_str(&format!("Bearer {}", token.reveal()))?;
            value.set_sensitive(true);
            Ok(value)
        });
        let token = token.transpose().map_err(|_: reqwest::header::InvalidHeaderValue| {
            // The error itself could show the token.
            unfit("token of the backend")
        })?;
        let mut client = Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(door.limit)
            .user_agent("hutong");
        if let Some(pem) = &door.authority {
            let unfit = |_| unfit("certificate of the backend's authority");
            client = client.tls_certs_only(Certificate::from_pem_bundle(pem).map_err(unfit)?);
        }
        let client = client.build().map_err(|_| unfit("certificates of this machine"))?;
        Ok(Self { client, base: door.base.clone(), token })
    }

    /// Asks. `path` is below the base and already escaped.
    pub(crate) async fn call(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Answer, Error> {
        let text = format!("{}/{path}", self.base.as_str().trim_end_matches('/'));
        let url = Url::parse(&text).map_err(|_| Error::Unavailable("no address".to_owned()))?;
        let mut request = self.client.request(method, url);
        if let Some(token) = &self.token {
            request = request.header(AUTHORIZATION, token.clone());
        }
        if let Some(body) = body {
            request = request.header(CONTENT_TYPE, "application/json").body(body.to_string());
        }
        let mut answer = request.send().await.map_err(unreached)?;
        let status = answer.status().as_u16();
        let mut bytes = Vec::new();
        while let Some(piece) = answer.chunk().await.map_err(unreached)? {
            if bytes.len() + piece.len() > ANSWER_BYTES_MAX {
                return Err(Error::Unavailable("the backend's answer is too long".to_owned()));
            }
            bytes.extend_from_slice(&piece);
        }
        Ok(Answer { status, body: bytes })
    }

    pub(crate) async fn get(&self, path: &str) -> Result<Answer, Error> {
        self.call(Method::GET, path, None).await
    }
}

impl Answer {
    /// Reads the body of an answer of success.
    pub(crate) fn read<T: DeserializeOwned>(&self) -> Result<T, Error> {
        if !(200..300).contains(&self.status) {
            return Err(self.failure());
        }
        let strange = |_| Error::Unavailable("the backend's answer has another shape".to_owned());
        serde_json::from_slice(&self.body).map_err(strange)
    }

    /// Tells an answer that is no success as a failure.
    pub(crate) fn failure(&self) -> Error {
        let words = match self.status {
            401 | 403 => "it does not accept the zone's token".to_owned(),
            _ => self.complaint(),
        };
        Error::Unavailable(format!("it answered {}: {words}", self.status))
    }

    /// The last line that says something: a Python traceback has its cause there.
    pub(crate) fn complaint(&self) -> String {
        let text = String::from_utf8_lossy(&self.body);
        let told = |line: &&str| line.chars().any(char::is_alphanumeric);
        let line = text.lines().rev().find(told).unwrap_or("nothing");
        line.trim().chars().take(COMPLAINT_CHARS_MAX).collect()
    }
}

/// The error's text has the address, which may hold a name and a password.
fn unreached(error: reqwest::Error) -> Error {
    let is_late = error.is_timeout();
    let error = error.without_url();
    let mut words = if is_late { "no answer in time".to_owned() } else { error.to_string() };
    let mut cause = std::error::Error::source(&error);
    while let Some(deeper) = cause.filter(|_| !is_late) {
        words = format!("{words}: {deeper}");
        cause = deeper.source();
    }
    Error::Unavailable(words)
}
