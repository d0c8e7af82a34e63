//! One request: who asks, for which repository, under which address the zone is reached.

use crate::memo::Moment;
use crate::{Fault, Hub};
use axum::extract::FromRequestParts;
use axum::http::header::{AUTHORIZATION, COOKIE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method};
use base::Time;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hub::{Found, Refused, Repo, RepoKind, Visitor};
use listen::Outlet;
use std::sync::Arc;

/// Cookie of a session in the pages; good for reading here, so that links in pages work.
const SESSION_COOKIE: &str = "hutong_session";

/// One request, after the test of its permission.
#[derive(Clone)]
pub(crate) struct Cx {
    pub(crate) hub: Arc<Hub>,
    pub(crate) visitor: Visitor,
    pub(crate) now: Time,
    /// When this request began to find out things.
    pub(crate) moment: Moment,
    /// The way of files to the socket, where there is a socket.
    pub(crate) outlet: Option<Outlet>,
    repo: Option<Arc<Repo>>,
    /// Whether its files hold personal data, so that every reading is noted.
    is_personal: bool,
}

/// A repository that somebody may act on.
struct Entered {
    repo: Arc<Repo>,
    is_personal: bool,
}

/// How a client says who it is.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Claim {
    /// An access token.
    Token(String),
    /// A session of a browser.
    Session(String),
    /// Nobody.
    Nobody,
}

fn claim(headers: &HeaderMap, method: &Method) -> Result<Claim, Fault> {
    if let Some(value) = headers.get(AUTHORIZATION) {
        let text = value.to_str().map_err(|_| Fault::Credentials)?;
        if let Some(token) = text.strip_prefix("Bearer ") {
            return Ok(Claim::Token(token.trim().to_owned()));
        }
        // Git sends the token as a password; the user's name before it decides nothing.
        let pair = text.strip_prefix("Basic ").and_then(|text| STANDARD.decode(text.trim()).ok());
        let pair =
            pair.and_then(|bytes| String::from_utf8(bytes).ok()).ok_or(Fault::Credentials)?;
        let (_, token) = pair.split_once(':').ok_or(Fault::Credentials)?;
        return Ok(Claim::Token(token.to_owned()));
    }
    if *method != Method::GET && *method != Method::HEAD {
        return Ok(Claim::Nobody);
    }
    let pairs = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = pairs.flat_map(|value| value.split(';')).map(str::trim);
    let session = pairs.find_map(|pair| pair.strip_prefix(SESSION_COOKIE)?.strip_prefix('='));
    Ok(session.map_or(Claim::Nobody, |secret| Claim::Session(secret.to_owned())))
}

/// Returns the access token that a request carries.
pub(crate) fn token_given(parts: &Parts) -> Option<String> {
    match claim(&parts.headers, &parts.method) {
        Ok(Claim::Token(token)) => Some(token),
        _ => None,
    }
}

/// A repository as an address names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Named {
    pub(crate) kind: RepoKind,
    pub(crate) path: String,
}

/// Finds the repository that an address names: `/api/models/a/b/...`, `/datasets/a/b/...`,
/// `/a/b/...`.
pub(crate) fn named(path: &str) -> Option<Named> {
    let mut parts = path.trim_start_matches('/').split('/').peekable();
    let is_api = parts.next_if_eq(&"api").is_some();
    let kind = match parts.peek().and_then(|word| RepoKind::of(word)) {
        Some(kind) if is_api || kind != RepoKind::Model => {
            parts.next();
            kind
        }
        _ if is_api => return None,
        _ => RepoKind::Model,
    };
    let owner = parts.next().filter(|owner| !owner.is_empty())?;
    let name = parts.next().filter(|name| !name.is_empty())?;
    let name = name.strip_suffix(".git").unwrap_or(name);
    Some(Named { kind, path: format!("{owner}/{name}") })
}

impl Cx {
    /// Asks nobody who they are: the address or token of the request says what may be done.
    pub(crate) fn nobody(hub: &Arc<Hub>) -> Self {
        let now = hub.app.now();
        Self {
            hub: hub.clone(),
            visitor: Visitor::default(),
            now,
            moment: Moment::of(hub, now),
            outlet: None,
            repo: None,
            is_personal: false,
        }
    }

    /// Lets files go out by the connection that a request came in by.
    pub(crate) fn with_outlet(self, parts: &Parts) -> Self {
        Self { outlet: parts.extensions.get().cloned(), ..self }
    }

    /// Reads who asks.
    pub(crate) async fn of(hub: &Arc<Hub>, parts: &Parts) -> Result<Self, Fault> {
        let nobody = Self::nobody(hub).with_outlet(parts);
        let claimed = claim(&parts.headers, &parts.method)?;
        let visitor = visitor_known(hub, claimed, nobody.now).await?;
        // A session that has ended is nobody; a token that has ended is a mistake to be told.
        let is_token = parts.headers.contains_key(AUTHORIZATION);
        let visitor = match visitor {
            Some(visitor) => visitor,
            None if is_token => return Err(Fault::Credentials),
            None => Visitor::default(),
        };
        Ok(Self { visitor, ..nobody })
    }

    /// Finds the repository of the request and tests whether the visitor may act on it.
    pub(crate) async fn enter(
        &mut self,
        named: Named,
        action: hub::Action,
    ) -> Result<Option<Repo>, Fault> {
        let person = self.visitor.person.map_or_else(String::new, |person| person.to_string());
        let change = self.visitor.may_change;
        let question =
            format!("enter {person} {change} {action:?} {} {}", named.kind.as_str(), named.path);
        let moment = self.moment;
        if let Some(known) = self.hub.memo.find::<Entered>(moment, &question) {
            self.repo = Some(known.repo.clone());
            self.is_personal = known.is_personal;
            return Ok(None);
        }
        let (visitor, now) = (self.visitor.clone(), self.now);
        let look = move |read: &db::Read<'_>| {
            let found = hub::repo_find(read, named.kind, &named.path)?;
            let (repo, is_moved) = match found.ok_or(Refused::RepoUnknown)? {
                Found::Here(repo) => (repo, false),
                Found::Moved(repo) => (repo, true),
            };
            hub::access_test(read, &visitor, &repo, (action, now))?;
            let is_personal = hub::personal_of(read, &visitor, &repo)?.is_some();
            Ok::<_, hub::Error>((Entered { repo: Arc::new(repo), is_personal }, is_moved))
        };
        let found = self.hub.app.read(look).await.map_err(|error| self.shown(error))?;
        let (entered, is_moved) = found;
        self.repo = Some(entered.repo.clone());
        self.is_personal = entered.is_personal;
        let moved = is_moved.then(|| entered.repo.as_ref().clone());
        if moved.is_none() {
            self.hub.memo.keep(moment, question, Arc::new(entered));
        }
        Ok(moved)
    }

    /// Turns a refusal into what this visitor should see of it: somebody without an account gets
    /// 401, so that their client asks for a token.
    fn shown(&self, error: hub::Error) -> Fault {
        match error {
            hub::Error::Refused(Refused::Forbidden { .. } | Refused::ReadOnlyToken)
                if self.visitor.person.is_none() =>
            {
                Refused::SignIn.into()
            }
            hub::Error::Refused(
                refused @ (Refused::Gated { .. } | Refused::PurposeNeeded { .. }),
            ) if self.visitor.person.is_none() => Fault::SignInFor(refused),
            other => other.into(),
        }
    }

    /// Returns the repository; routes that name one always have it.
    pub(crate) fn repo(&self) -> Result<Arc<Repo>, Fault> {
        self.repo.clone().ok_or_else(|| Fault::Failed("a route without a repository".to_owned()))
    }

    /// Tells whether every reading must be noted.
    pub(crate) fn is_personal(&self) -> bool {
        self.is_personal
    }

    /// Notes that somebody gets files with personal data, before the first byte goes out.
    pub(crate) async fn reading_note(&self, path: &str, commit: &str) -> Result<(), Fault> {
        if !self.is_personal {
            return Ok(());
        }
        let (repo, visitor) = (self.repo()?, self.visitor.clone());
        let (path, commit) = (path.to_owned(), commit.to_owned());
        self.write(move |tx| hub::reading_note(tx, &visitor, &repo, (&path, &commit))).await?;
        Ok(())
    }

    /// Returns an address of the zone.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}/{}", self.hub.public_url, path.trim_start_matches('/'))
    }

    /// Runs a read over one snapshot.
    pub(crate) async fn read<T, F>(&self, look: F) -> Result<T, Fault>
    where
        T: Send + 'static,
        F: FnOnce(&db::Read<'_>) -> Result<T, hub::Error> + Send + 'static,
    {
        self.hub.app.read(look).await.map_err(|error| self.shown(error))
    }

    /// Runs a write; it is durable when this returns.
    pub(crate) async fn write<T, F>(&self, act: F) -> Result<T, Fault>
    where
        T: Send + 'static,
        F: FnMut(&mut db::Tx<'_>) -> Result<T, hub::Error> + Send + 'static,
    {
        self.hub.app.write(act).await.map_err(|error| self.shown(error))
    }
}

/// Finds who asks; `None` when their secret is not good.
async fn visitor_known(
    hub: &Arc<Hub>,
    claimed: Claim,
    now: Time,
) -> Result<Option<Visitor>, Fault> {
    let question = match &claimed {
        Claim::Nobody => return Ok(Some(Visitor::default())),
        Claim::Token(secret) => format!("token {secret}"),
        Claim::Session(secret) => format!("session {secret}"),
    };
    let moment = Moment::of(hub, now);
    if let Some(known) = hub.memo.find::<Visitor>(moment, &question) {
        return Ok(Some(known.as_ref().clone()));
    }
    let found = hub.app.read(move |read| visitor(read, &claimed, now)).await?;
    if let Some(found) = &found {
        hub.memo.keep(moment, question, Arc::new(found.clone()));
    }
    Ok(found)
}

fn visitor(read: &db::Read<'_>, claimed: &Claim, now: Time) -> Result<Option<Visitor>, hub::Error> {
    let (person, may_change) = match claimed {
        Claim::Token(secret) => (identity::person_of_token(read, secret, now)?, true),
        Claim::Session(secret) => (identity::person_of_session(read, secret, now)?, false),
        Claim::Nobody => (None, false),
    };
    let Some(person) = person else { return Ok(None) };
    Ok(Some(hub::visitor_of(read, person, now.date(), may_change)?))
}

impl<S: Send + Sync> FromRequestParts<S> for Cx {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Fault> {
        let known = parts.extensions.get::<Self>().cloned();
        known.ok_or_else(|| Fault::Failed("a route without a gate".to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::{Named, named};
    use hub::RepoKind::{Dataset, Model, Space};

    #[test]
    fn an_address_names_at_most_one_repository() {
        let check = |path: &str, expected: Option<(hub::RepoKind, &str)>| {
            let expected = expected.map(|(kind, path)| Named { kind, path: path.to_owned() });
            assert_eq!(named(path), expected, "{path}");
        };
        check("/api/models/a/b/tree/main", Some((Model, "a/b")));
        check("/api/datasets/a/b", Some((Dataset, "a/b")));
        check("/api/datasets/a", None);
        check("/api/unknown/a/b", None);
        check("/a/b/resolve/main/x", Some((Model, "a/b")));
        check("/spaces/a/b.git/info/refs", Some((Space, "a/b")));
        check("/a/b.git/info/refs", Some((Model, "a/b")));
        check("/models/a/b", Some((Model, "models/a")));
        check("/a", None);
        check("//b", None);
    }
}
