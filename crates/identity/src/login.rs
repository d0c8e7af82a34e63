//! Tokens that a program renews by itself: an API token for some weeks, and a secret that is good
//! for the next one (RFC 6749, section 6).
//!
//! Each renewal gives a new secret and takes the old one back (RFC 9700, section 4.14.2): a secret
//! that comes twice is in two hands, so the whole chain ends. Only for [`LOGIN_AGAIN_SECONDS`] it
//! may come twice, because the first answer may have been lost.

use crate::store::credential as credentials;
use crate::store::login::{self as store, Login};
use crate::{
    Actor, CredentialId, CredentialKind, Error, GrantRefused, PersonId, TOKEN_SECONDS_MAX, audit,
    credential,
};
use base::{Time, sha256_hex};
use db::Tx;

/// Life of a token that renews itself: thirty days. Clients renew it in its last day
/// (`huggingface_hub/utils/_auth.py`).
pub const LOGIN_ACCESS_SECONDS: i64 = 30 * 86_400;
/// How long the answer to a renewal may be asked for again: clients try after five minutes
/// (`huggingface_hub/utils/_auth.py`), twice that leaves room.
pub const LOGIN_AGAIN_SECONDS: i64 = 10 * 60;
/// How long a renewed token goes on at most, for programs that hold it already: the day in which
/// clients renew it.
pub const LOGIN_FORMER_SECONDS: i64 = 86_400;

/// What a program gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoginTokens {
    /// An API token.
    pub access: String,
    /// Renews it, once.
    pub refresh: String,
    /// Seconds until the token ends.
    pub seconds: i64,
}

/// Begins a chain of tokens for a person who has approved it.
pub(crate) fn begin(tx: &mut Tx<'_>, person: PersonId) -> Result<LoginTokens, Error> {
    let now = tx.now();
    let label = format!("hf auth login, {}", now.date());
    let expires_at = now.plus_seconds(TOKEN_SECONDS_MAX);
    let (tokens, credential) = issue(tx, person, (&label, expires_at))?;
    let login = Login {
        refresh_sha256: sha256_hex(tokens.refresh.as_bytes()),
        former_sha256: None,
        credential,
        former: None,
        person,
        label,
        renewed_at: now,
        expires_at,
    };
    store::insert(tx, &login)?;
    audit(tx, Actor::Person(person), "person.token-created", &person.0, &login.label)?;
    Ok(tokens)
}

/// Makes the pair of a token, which ends with its chain at the latest, and a secret.
fn issue(
    tx: &mut Tx<'_>,
    person: PersonId,
    (label, chain_end): (&str, Time),
) -> Result<(LoginTokens, CredentialId), Error> {
    let left = (chain_end.millis() - tx.now().millis()).div_euclid(1_000);
    let seconds = LOGIN_ACCESS_SECONDS.min(left);
    let made = credential::create(tx, person, CredentialKind::Token, (label, seconds))?;
    let (access, credential) = made;
    let refresh = tx.random().secret();
    Ok((LoginTokens { access, refresh, seconds }, credential.id))
}

/// Renews a token. A chain ends 366 days after its beginning at the latest.
pub fn login_refresh(
    tx: &mut Tx<'_>,
    secret: &str,
) -> Result<Result<LoginTokens, GrantRefused>, Error> {
    let now = tx.now();
    let given = sha256_hex(secret.as_bytes());
    let found = store::of_secret(tx, &given)?;
    let Some(login) = found.filter(|login| login.expires_at > now) else {
        return Ok(Err(GrantRefused::Invalid));
    };
    let is_again = login.refresh_sha256 != given;
    if is_again && login.renewed_at.plus_seconds(LOGIN_AGAIN_SECONDS) <= now {
        close(tx, &login)?;
        let actor = Actor::Person(login.person);
        audit(tx, actor, "person.token-secret-reused", &login.person.0, &login.label)?;
        return Ok(Err(GrantRefused::Invalid));
    }
    if store::delete(tx, &login.refresh_sha256)? == 0 {
        return Ok(Err(GrantRefused::Invalid));
    }
    let (gone, former) = match is_again {
        // The pair whose answer was lost goes; what was before it goes on.
        true => (Some(login.credential), login.former),
        false => (login.former, Some(login.credential)),
    };
    if let Some(gone) = gone {
        credentials::end(tx, gone, now)?;
    }
    if let Some(former) = former {
        credentials::lapse(tx, former, now.plus_seconds(LOGIN_FORMER_SECONDS))?;
    }
    let (tokens, credential) = issue(tx, login.person, (&login.label, login.expires_at))?;
    let next = Login {
        refresh_sha256: sha256_hex(tokens.refresh.as_bytes()),
        former_sha256: Some(given),
        credential,
        former,
        renewed_at: if is_again { login.renewed_at } else { now },
        ..login
    };
    store::insert(tx, &next)?;
    audit(tx, Actor::Person(next.person), "person.token-renewed", &next.person.0, &next.label)?;
    Ok(Ok(tokens))
}

/// Ends the chain that a token belongs to, with its other token.
pub(crate) fn chain_end(tx: &mut Tx<'_>, id: CredentialId) -> Result<(), Error> {
    match store::of_credential(tx, id)? {
        Some(login) => close(tx, &login),
        None => Ok(()),
    }
}

fn close(tx: &mut Tx<'_>, login: &Login) -> Result<(), Error> {
    let now = tx.now();
    store::delete(tx, &login.refresh_sha256)?;
    credentials::end(tx, login.credential, now)?;
    if let Some(former) = login.former {
        credentials::end(tx, former, now)?;
    }
    Ok(())
}
