//! Who asks, in which language, and how an answer is given.

use super::{Fault, Shared};
use crate::pages;
use crate::{Form, Lang, Role, Text, Ui, Viewer};
use app::{App, Zone};
use axum::extract::FromRequestParts;
use axum::http::header::{ACCEPT_LANGUAGE, AUTHORIZATION, COOKIE, HOST, LOCATION, ORIGIN};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri};
use axum::response::{Html, IntoResponse, Response};
use base::{Time, sha256_hex};
use identity::{Permission, Person, Standing};
use std::sync::Arc;

/// Name of the session's cookie.
pub(crate) const SESSION_COOKIE: &str = "hutong_session";
/// Name of the language's cookie.
pub(crate) const LANG_COOKIE: &str = "hutong_lang";

/// One request: the zone, who asks and what they may.
#[derive(Clone)]
pub(crate) struct Cx {
    pub(crate) app: Arc<App>,
    pub(crate) shared: Shared,
    pub(crate) zone: Zone,
    pub(crate) standing: Standing,
    pub(crate) person: Option<Person>,
    /// Name of the first organisation that the person acts for.
    pub(crate) acts_for: Text,
    pub(crate) lang: Lang,
    /// Path and query.
    pub(crate) path: String,
    pub(crate) now: Time,
    /// The session's secret; `None` for visitors and API tokens.
    pub(crate) session: Option<String>,
    /// Whether the request came with an API token.
    pub(crate) has_token: bool,
}

impl Cx {
    /// Finds out who asks. An unknown session is a visitor; an unknown token is refused.
    pub(crate) async fn of(shared: &Shared, headers: &HeaderMap, uri: &Uri) -> Result<Self, Fault> {
        let app = shared.app.clone();
        let now = app.now();
        let session = cookie(headers, SESSION_COOKIE);
        let token = bearer(headers);
        let has_token = token.is_some();
        let mut cx = Self {
            zone: shared.zone().await?,
            shared: shared.clone(),
            lang: lang(headers, uri),
            path: uri.path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string),
            standing: Standing::default(),
            person: None,
            acts_for: Text::default(),
            session: None,
            has_token,
            app,
            now,
        };
        let Some(secret) = token.or_else(|| session.clone()) else { return Ok(cx) };
        let known = cx
            .app
            .read(move |read| {
                let id = if has_token {
                    identity::person_of_token(read, &secret, now)?
                } else {
                    identity::person_of_session(read, &secret, now)?
                };
                let Some(id) = id else { return Ok(None) };
                let standing = identity::standing_of(read, id, now.date())?;
                let firm = match standing.acts_for.first() {
                    Some(firm) => identity::organisation_find(read, *firm)?,
                    None => None,
                };
                let person = identity::person_find(read, id)?;
                Ok::<_, identity::Error>(Some((standing, person, firm)))
            })
            .await?;
        match known {
            Some((standing, person, firm)) => {
                cx.standing = standing;
                cx.person = person;
                cx.session = session.filter(|_| !has_token);
                cx.acts_for =
                    firm.map_or_else(Text::default, |firm| Text::new(&firm.name_en, &firm.name_zh));
            }
            None if has_token => return Err(Fault::SignIn),
            None => {}
        }
        Ok(cx)
    }

    /// Returns the person; routes that ask for a permission always have one.
    pub(crate) fn person(&self) -> Result<&Person, Fault> {
        self.person.as_ref().ok_or(Fault::SignIn)
    }

    /// Returns the frame of a page.
    pub(crate) fn ui(&self) -> Ui {
        Ui {
            lang: self.lang,
            zone: Text::new(&self.zone.name_en, &self.zone.name_zh),
            path: self.path.clone(),
            viewer: self.viewer(),
            synthetic: self.zone.is_synthetic,
            notice: None,
            csrf: self.csrf(),
        }
    }

    fn viewer(&self) -> Viewer {
        let Some(person) = &self.person else { return Viewer::Visitor };
        let role = if self.standing.may(Permission::RunCalls) {
            Role::Officer
        } else if self.standing.may(Permission::Review) {
            Role::Reviewer
        } else if self.standing.may(Permission::Inspect) {
            Role::Auditor
        } else {
            Role::Applicant
        };
        Viewer::SignedIn { name: person.name.clone(), organisation: self.acts_for.clone(), role }
    }

    /// Returns the token that forms of this session carry against forged requests.
    pub(crate) fn csrf(&self) -> String {
        self.session
            .as_ref()
            .map_or_else(String::new, |session| sha256_hex(format!("csrf:{session}").as_bytes()))
    }

    /// Returns the part that every form shares, with a fresh key against repetition.
    pub(crate) fn form(&self) -> Form {
        Form {
            csrf: self.csrf(),
            idempotency_key: self.app.random().id(self.now).to_string(),
            errors: Vec::new(),
        }
    }

    /// Returns a message in the reader's language.
    pub(crate) fn t(&self, key: &str) -> &'static str {
        self.lang.message(key)
    }

    /// Returns whichever of two texts is in the reader's language.
    pub(crate) fn say(&self, text: &rulebook::Text) -> String {
        let lang = match self.lang {
            Lang::En => rulebook::Lang::En,
            Lang::Zh => rulebook::Lang::Zh,
        };
        text.get(lang).to_owned()
    }

    /// A browser names the page's origin when it sends a form; another one's is refused.
    pub(crate) fn is_same_origin(&self, headers: &HeaderMap) -> Result<(), Fault> {
        let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
        let Some(origin) = text(ORIGIN) else { return Ok(()) };
        let host = origin.split_once("://").map_or("", |(_, host)| host);
        if text(HOST) == Some(host) || origin == self.shared.public_url {
            return Ok(());
        }
        Err(Fault::Forged)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Cx {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Fault> {
        let known = parts.extensions.get::<Self>().cloned();
        known.ok_or_else(|| Fault::Failed("a route without a gate".to_owned()))
    }
}

fn bearer(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    value.strip_prefix("Bearer ").map(|secret| secret.trim().to_owned())
}

pub(crate) fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    let pairs = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = pairs.flat_map(|value| value.split(';'));
    pairs.find_map(|pair| {
        let (key, value) = pair.trim().split_once('=')?;
        (key == name && !value.is_empty()).then(|| value.to_owned())
    })
}

/// The address decides, then the cookie, then what the browser prefers.
pub(crate) fn lang(headers: &HeaderMap, uri: &Uri) -> Lang {
    let query = uri.query().unwrap_or("");
    let asked = query.split('&').find_map(|pair| pair.strip_prefix("lang="));
    let known = |code: &str| match code {
        "zh" => Some(Lang::Zh),
        "en" => Some(Lang::En),
        _ => None,
    };
    let kept = cookie(headers, LANG_COOKIE);
    if let Some(lang) = asked.and_then(known).or_else(|| kept.as_deref().and_then(known)) {
        return lang;
    }
    let preferred = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    let first = preferred.and_then(|list| list.split([',', ';', '-']).next());
    first.and_then(|code| known(code.trim())).unwrap_or(Lang::En)
}

/// A page as an answer.
pub(crate) struct Page(StatusCode, String);

impl Page {
    /// Renders a page.
    pub(crate) fn of<P: pages::Page>(page: &P) -> Result<Self, Fault> {
        Self::with(StatusCode::OK, page)
    }

    /// Renders a form again, with what is wrong in it.
    pub(crate) fn wrong<P: pages::Page>(page: &P) -> Result<Self, Fault> {
        Self::with(StatusCode::UNPROCESSABLE_ENTITY, page)
    }

    pub(crate) fn with<P: pages::Page>(status: StatusCode, page: &P) -> Result<Self, Fault> {
        let html = page.html().map_err(|error| Fault::Failed(error.to_string()))?;
        Ok(Self(status, html))
    }
}

impl IntoResponse for Page {
    fn into_response(self) -> Response {
        (self.0, Html(self.1)).into_response()
    }
}

/// Sends the browser on after a change (303), so that reloading repeats nothing.
pub(crate) struct See(pub(crate) String);

impl IntoResponse for See {
    fn into_response(self) -> Response {
        match HeaderValue::from_str(&self.0) {
            Ok(location) => (StatusCode::SEE_OTHER, [(LOCATION, location)]).into_response(),
            Err(_) => Fault::Failed("a location is no header".to_owned()).into_response(),
        }
    }
}
