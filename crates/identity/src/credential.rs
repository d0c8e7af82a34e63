//! One-time sign-in links, sessions and API tokens.

use crate::{
    Actor, CredentialId, Error, PersonId, Refused, audit, login,
    store::{credential as store, login as logins, person as people},
};
use base::{Time, sha256_hex};
use db::{Read, Tx};
use std::str::FromStr;

/// Life of a sign-in link: long enough to copy it from a console, short enough to lie around.
pub const LINK_SECONDS: i64 = 15 * 60;
/// Life of a session: one working day.
pub const SESSION_SECONDS: i64 = 12 * 3_600;
/// Longest life of an API token: one year.
pub const TOKEN_SECONDS_MAX: i64 = 366 * 86_400;

/// What the secret of an API token begins with, as programs for this kind of hub know it: people
/// and scanners of leaked secrets recognise it.
pub const TOKEN_PREFIX: &str = "hf_";

/// What a secret is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CredentialKind {
    /// Starts one session.
    LoginLink,
    /// A browser's session.
    Session,
    /// Access by programs.
    Token,
}

impl CredentialKind {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::LoginLink => "LoginLink",
            Self::Session => "Session",
            Self::Token => "Token",
        }
    }
}

impl FromStr for CredentialKind {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        [Self::LoginLink, Self::Session, Self::Token]
            .into_iter()
            .find(|kind| kind.as_str() == text)
            .ok_or(())
    }
}

/// A credential, without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credential {
    /// Its id.
    pub id: CredentialId,
    /// Whose it is.
    pub person: PersonId,
    /// What it is good for.
    pub kind: CredentialKind,
    /// What its owner calls it.
    pub label: String,
    /// When it was made.
    pub created_at: Time,
    /// When it ends.
    pub expires_at: Time,
}

/// Makes a one-time sign-in link and returns its secret.
pub fn link_create(tx: &mut Tx<'_>, actor: Actor, person: PersonId) -> Result<String, Error> {
    let secret = create(tx, person, CredentialKind::LoginLink, ("", LINK_SECONDS))?.0;
    audit(tx, actor, "person.link-created", &person.0, &())?;
    Ok(secret)
}

/// Uses a sign-in link up and returns the secret of the session it starts.
pub fn link_use(tx: &mut Tx<'_>, secret: &str) -> Result<(PersonId, String), Error> {
    let now = tx.now();
    let found = store::live(tx, &sha256_hex(secret.as_bytes()), CredentialKind::LoginLink, now)?;
    let (id, person) = found.ok_or(Refused::LinkInvalid)?;
    store::end(tx, id, now)?;
    let session = create(tx, person, CredentialKind::Session, ("", SESSION_SECONDS))?.0;
    audit(tx, Actor::Person(person), "person.signed-in", &person.0, &())?;
    Ok((person, session))
}

/// Makes an API token that lives `seconds` (held at [`TOKEN_SECONDS_MAX`]); its secret is shown
/// once.
pub fn token_create(
    tx: &mut Tx<'_>,
    person: PersonId,
    label: &str,
    seconds: i64,
) -> Result<(String, Credential), Error> {
    let mut problems = base::FieldProblems::default();
    problems.text("label", label, 1, 100);
    problems.require(seconds > 0, "seconds", ("must be above 0", "须大于零"));
    problems.finish().map_err(Refused::Invalid)?;
    let life = seconds.min(TOKEN_SECONDS_MAX);
    let made = create(tx, person, CredentialKind::Token, (label.trim(), life))?;
    audit(tx, Actor::Person(person), "person.token-created", &person.0, &label.trim())?;
    Ok(made)
}

/// Enters an API token whose secret is known already, for a zone that takes over people from
/// another installation and must not make them change their programs. Lives as [`token_create`]
/// says.
///
/// # Errors
/// [`Refused::Invalid`] for a secret of less than 16 characters, and as [`token_create`].
pub fn token_adopt(
    tx: &mut Tx<'_>,
    person: PersonId,
    (label, secret): (&str, &str),
    seconds: i64,
) -> Result<Credential, Error> {
    let mut problems = base::FieldProblems::default();
    problems.text("label", label, 1, 100);
    problems.text("secret", secret, 16, 200);
    problems.require(seconds > 0, "seconds", ("must be above 0", "须大于零"));
    problems.finish().map_err(Refused::Invalid)?;
    people::find(tx, person)?.ok_or(Refused::PersonUnknown(person))?;
    let now = tx.now();
    let credential = Credential {
        id: tx.id(),
        person,
        kind: CredentialKind::Token,
        label: label.trim().to_owned(),
        created_at: now,
        expires_at: now.plus_seconds(seconds.min(TOKEN_SECONDS_MAX)),
    };
    store::insert(tx, &credential, &sha256_hex(secret.as_bytes()))?;
    audit(tx, Actor::Person(person), "person.token-adopted", &person.0, &label.trim())?;
    Ok(credential)
}

/// Tells whose session a secret is, at an instant.
pub fn person_of_session(
    read: &Read<'_>,
    secret: &str,
    at: Time,
) -> Result<Option<PersonId>, Error> {
    of_secret(read, secret, CredentialKind::Session, at)
}

/// Tells whose API token a secret is, at an instant.
pub fn person_of_token(read: &Read<'_>, secret: &str, at: Time) -> Result<Option<PersonId>, Error> {
    of_secret(read, secret, CredentialKind::Token, at)
}

/// Ends the session with this secret; unknown ones are ignored.
pub fn session_end(tx: &mut Tx<'_>, secret: &str) -> Result<(), Error> {
    let now = tx.now();
    let hash = sha256_hex(secret.as_bytes());
    if let Some((id, person)) = store::live(tx, &hash, CredentialKind::Session, now)? {
        store::end(tx, id, now)?;
        audit(tx, Actor::Person(person), "person.signed-out", &person.0, &())?;
    }
    Ok(())
}

/// Ends a credential of a person, with what a sign-in behind it could renew; `false` when
/// there was none alive.
pub fn credential_end(tx: &mut Tx<'_>, person: PersonId, id: CredentialId) -> Result<bool, Error> {
    let now = tx.now();
    let ended = store::end_of_person(tx, id, person, now)? == 1;
    if ended {
        login::chain_end(tx, id)?;
        audit(tx, Actor::Person(person), "person.credential-ended", &person.0, &id)?;
    }
    Ok(ended)
}

/// Finds the API token that a secret is, at an instant, and whether it renews itself: whether a
/// program got it by asking its person in a browser.
pub fn token_find(
    read: &Read<'_>,
    secret: &str,
    at: Time,
) -> Result<Option<(Credential, bool)>, Error> {
    let hash = sha256_hex(secret.as_bytes());
    let found = store::live_whole(read, &hash, CredentialKind::Token, at)?;
    let Some(found) = found else { return Ok(None) };
    let renews = logins::of_credential(read, found.id)?.is_some();
    Ok(Some((found, renews)))
}

/// Lists the API tokens of a person that were not ended. Of a sign-in that renews itself the
/// newest stands for all.
pub fn tokens_of(read: &Read<'_>, person: PersonId) -> Result<Vec<Credential>, Error> {
    Ok(store::of_person(read, person, CredentialKind::Token)?)
}

fn of_secret(
    read: &Read<'_>,
    secret: &str,
    kind: CredentialKind,
    at: Time,
) -> Result<Option<PersonId>, Error> {
    let found = store::live(read, &sha256_hex(secret.as_bytes()), kind, at)?;
    Ok(found.map(|(_, person)| person))
}

pub(crate) fn create(
    tx: &mut Tx<'_>,
    person: PersonId,
    kind: CredentialKind,
    (label, seconds): (&str, i64),
) -> Result<(String, Credential), Error> {
    people::find(tx, person)?.ok_or(Refused::PersonUnknown(person))?;
    let now = tx.now();
    let credential = Credential {
        id: tx.id(),
        person,
        kind,
        label: label.to_owned(),
        created_at: now,
        expires_at: now.plus_seconds(seconds),
    };
    let secret = match kind {
        CredentialKind::Token => format!("{TOKEN_PREFIX}{}", tx.random().secret()),
        CredentialKind::LoginLink | CredentialKind::Session => tx.random().secret(),
    };
    store::insert(tx, &credential, &sha256_hex(secret.as_bytes()))?;
    Ok((secret, credential))
}
