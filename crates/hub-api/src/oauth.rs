//! Signing in from a program: the device grant of OAuth (RFC 8628) and the renewal of its tokens
//! (RFC 6749, section 6), as `hf auth login` uses them.
//!
//! Errors have the form of RFC 6749, section 5.2, not that of the rest of the wire: clients read
//! the word in `error`. Whoever asks here has no account yet; what is protected is protected by the
//! codes themselves.

use crate::Fault;
use crate::cx::Cx;
use crate::page::decode;
use crate::route::{Need, Route, route};
use axum::Json;
use axum::body::{Body, to_bytes};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, USER_AGENT};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use identity::{DEVICE_POLL_SECONDS, DEVICE_SECONDS, DeviceCodes, GrantRefused, LoginTokens};
use serde_json::{Value, json};

/// What `huggingface_hub` calls itself (`constants.py`, `DEVICE_CODE_OAUTH_CLIENT_ID`). It is no
/// secret and proves nothing; others are refused so that nobody is asked about a program that this
/// zone knows nothing of.
const CLIENT: &str = "26be6b09-91c5-47da-9861-d2d2bb7a7e36";
const DEVICE_GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";
const REFRESH_GRANT: &str = "refresh_token";
/// Largest form: three short fields.
const FORM_BYTES_MAX: usize = 8 * 1024;
/// Where people enter the code; a page of `web`.
const PAGE: &str = "login/device";
/// When to come again where too many questions are open.
const BUSY_SECONDS: &str = "60";

pub(crate) fn routes() -> Vec<Route> {
    vec![
        route(&Method::POST, "/oauth/device", Need::Open, ask),
        route(&Method::POST, "/oauth/token", Need::Open, token),
    ]
}

/// Why a form is not taken.
#[derive(Debug)]
enum Wrong {
    /// The form cannot be read, or lacks something.
    Request(String),
    /// The program is unknown.
    Client,
    /// Tokens are not given for this.
    Grant(String),
    /// Codes and secrets that give nothing, or not yet.
    Refused(GrantRefused),
    /// Too many questions are open.
    Busy,
    /// The machine failed.
    Failed(Fault),
}

impl From<Fault> for Wrong {
    fn from(fault: Fault) -> Self {
        Self::Failed(fault)
    }
}

impl IntoResponse for Wrong {
    fn into_response(self) -> Response {
        let bad = StatusCode::BAD_REQUEST;
        match self {
            Self::Request(message) => told(bad, "invalid_request", &message),
            Self::Client => {
                let message = "only the client of `hf auth login` is known here";
                told(bad, "invalid_client", message)
            }
            Self::Grant(grant) => {
                let message = format!("`{grant}` is not offered: use a device code or a token");
                told(bad, "unsupported_grant_type", &message)
            }
            Self::Refused(refused) => told(bad, refused.code(), says(refused)),
            Self::Busy => {
                let message = "too many sign-ins are open: try again in a minute";
                let busy = StatusCode::SERVICE_UNAVAILABLE;
                let answer = told(busy, "temporarily_unavailable", message);
                ([(RETRY_AFTER, BUSY_SECONDS)], answer).into_response()
            }
            Self::Failed(fault) => fault.into_response(),
        }
    }
}

fn says(refused: GrantRefused) -> &'static str {
    match refused {
        GrantRefused::Pending => "nobody has decided yet: ask again",
        GrantRefused::SlowDown => "asked too soon: wait five seconds longer each time",
        GrantRefused::Expired => "the code has ended: begin again with `hf auth login`",
        GrantRefused::Denied => "the sign-in was refused",
        GrantRefused::Invalid => "unknown, used or revoked: run `hf auth login`",
    }
}

fn told(status: StatusCode, error: &str, message: &str) -> Response {
    answer(status, &json!({"error": error, "error_description": message}))
}

/// Answers with something that nothing on the way may keep (RFC 6749, section 5.1).
fn answer(status: StatusCode, body: &Value) -> Response {
    (status, [(CACHE_CONTROL, "no-store")], Json(body)).into_response()
}

/// Reads a form whose names come once each (RFC 6749, section 3.2), of a known program.
async fn form(headers: &HeaderMap, body: Body) -> Result<Vec<(String, String)>, Wrong> {
    let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
    let kind = kind.split(';').next().unwrap_or("").trim();
    if !kind.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        let message = "send a form: `application/x-www-form-urlencoded`";
        return Err(Wrong::Request(message.to_owned()));
    }
    let bytes = to_bytes(body, FORM_BYTES_MAX)
        .await
        .map_err(|_| Wrong::Request(format!("the form is above {FORM_BYTES_MAX} bytes")))?;
    let text = String::from_utf8_lossy(&bytes);
    let mut pairs: Vec<(String, String)> = Vec::new();
    for pair in text.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let name = decode(name);
        if pairs.iter().any(|(known, _)| *known == name) {
            return Err(Wrong::Request(format!("`{name}` is there twice")));
        }
        pairs.push((name, decode(value)));
    }
    if field(&pairs, "client_id")? != CLIENT {
        return Err(Wrong::Client);
    }
    Ok(pairs)
}

fn field(pairs: &[(String, String)], name: &str) -> Result<String, Wrong> {
    let found = pairs.iter().find(|(known, value)| known == name && !value.is_empty());
    let found = found.map(|(_, value)| value.clone());
    found.ok_or_else(|| Wrong::Request(format!("`{name}` is missing")))
}

/// `POST /oauth/device`: opens a question and tells where its person answers it.
async fn ask(cx: Cx, headers: HeaderMap, body: Body) -> Result<Response, Wrong> {
    form(&headers, body).await?;
    let agent = headers.get(USER_AGENT).and_then(|value| value.to_str().ok());
    let agent = agent.unwrap_or_default().to_owned();
    let made = cx.write(move |tx| Ok(identity::device_ask(tx, &agent)?)).await?;
    let DeviceCodes { device_code, user_code } = made.ok_or(Wrong::Busy)?;
    let page = cx.url(PAGE);
    let body = json!({
        "device_code": device_code,
        "user_code": user_code,
        "verification_uri": page,
        "verification_uri_complete": format!("{page}?user_code={user_code}"),
        "expires_in": DEVICE_SECONDS,
        "interval": DEVICE_POLL_SECONDS,
    });
    Ok(answer(StatusCode::OK, &body))
}

/// `POST /oauth/token`: gives a token for an approved code, or for the secret that renews one.
async fn token(cx: Cx, headers: HeaderMap, body: Body) -> Result<Response, Wrong> {
    let pairs = form(&headers, body).await?;
    let given = match field(&pairs, "grant_type")?.as_str() {
        DEVICE_GRANT => {
            let code = field(&pairs, "device_code")?;
            cx.write(move |tx| Ok(identity::device_poll(tx, &code)?)).await?
        }
        REFRESH_GRANT => {
            let secret = field(&pairs, "refresh_token")?;
            cx.write(move |tx| Ok(identity::login_refresh(tx, &secret)?)).await?
        }
        other => return Err(Wrong::Grant(other.chars().take(100).collect())),
    };
    let LoginTokens { access, refresh, seconds } = given.map_err(Wrong::Refused)?;
    let body = json!({
        "access_token": access,
        "token_type": "bearer",
        "expires_in": seconds,
        "refresh_token": refresh,
    });
    Ok(answer(StatusCode::OK, &body))
}
