//! Short-lived permissions that stand in addresses and transfer tokens.
//!
//! A permission says what may be done with which bytes until when, and is signed with the zone's
//! own key (keyed BLAKE3): whoever has the address may do just that, without an account. It is
//! given only after the visitor's own permission was tested.

use crate::Fault;
use base::Time;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// Life of an address for a download of one object: as long as a slow line needs to begin; a
/// transfer that has begun goes on.
pub(crate) const HREF_SECONDS: i64 = 3_600;
/// Life of an address for an upload of one object: clients use it once for each of up to 1,000
/// parts and again at the end. ASSUMPTION: a day is enough for the slowest line that anybody uses.
pub(crate) const UPLOAD_SECONDS: i64 = 86_400;
/// Life of a token for chunked transfer. Clients renew it by themselves.
pub(crate) const XET_SECONDS: i64 = 900;

/// The zone's key for permissions.
#[derive(Clone)]
pub(crate) struct Signer([u8; 32]);

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Signer(..)")
    }
}

/// What is signed: a permission and its end.
#[derive(Serialize, Deserialize)]
struct Signed<T> {
    /// Seconds since 1970.
    exp: i64,
    /// What may be done. The name of the type keeps one kind from passing for another.
    may: T,
}

/// A kind of permission.
pub(crate) trait Permit: Serialize + DeserializeOwned {
    /// Tells kinds apart; part of what is signed.
    const KIND: &'static str;
}

impl Signer {
    /// Makes a key of a secret of any length.
    pub(crate) fn of(secret: &str) -> Self {
        Self(blake3::derive_key("hutong hub permissions v1", secret.as_bytes()))
    }

    fn mac(&self, kind: &str, body: &str) -> blake3::Hash {
        let mut hasher = blake3::Hasher::new_keyed(&self.0);
        hasher.update(kind.as_bytes());
        hasher.update(b"\0");
        hasher.update(body.as_bytes());
        hasher.finalize()
    }

    /// Signs a permission that ends `seconds` from now; returns it with its end.
    pub(crate) fn sign<T: Permit>(&self, may: &T, now: Time, seconds: i64) -> (String, i64) {
        let exp = now.millis().div_euclid(1_000).saturating_add(seconds);
        let body = base::canonical_json(&Signed { exp, may });
        let body = URL_SAFE_NO_PAD.encode(body);
        let mac = URL_SAFE_NO_PAD.encode(self.mac(T::KIND, &body).as_bytes());
        (format!("{body}.{mac}"), exp)
    }

    /// Reads a permission; refuses one that is forged, of another kind, or has ended.
    pub(crate) fn open<T: Permit>(&self, token: &str, now: Time) -> Result<T, Fault> {
        let (body, mac) = token.split_once('.').ok_or(Fault::Expired)?;
        let given = URL_SAFE_NO_PAD.decode(mac).ok().and_then(|mac| <[u8; 32]>::try_from(mac).ok());
        // The comparison of BLAKE3's type takes the same time wherever the first difference is.
        let is_ours = given.is_some_and(|given| self.mac(T::KIND, body) == given);
        if !is_ours {
            return Err(Fault::Expired);
        }
        let bytes = URL_SAFE_NO_PAD.decode(body).map_err(|_| Fault::Expired)?;
        let signed: Signed<T> = serde_json::from_slice(&bytes).map_err(|_| Fault::Expired)?;
        if signed.exp <= now.millis().div_euclid(1_000) {
            Err(Fault::Expired)
        } else {
            Ok(signed.may)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Permit, Signer};
    use base::Time;
    use serde::{Deserialize, Serialize};

    #[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
    struct Read(String);
    impl Permit for Read {
        const KIND: &'static str = "read";
    }

    #[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
    struct Write(String);
    impl Permit for Write {
        const KIND: &'static str = "write";
    }

    #[test]
    fn a_permission_is_good_for_its_kind_until_its_end_and_only_as_signed() {
        let now = Time::parse("2026-03-01T09:00:00Z").unwrap();
        let signer = Signer::of("a");
        let (token, _) = signer.sign(&Read("x".to_owned()), now, 60);
        assert_eq!(signer.open::<Read>(&token, now).unwrap(), Read("x".to_owned()));
        assert!(signer.open::<Read>(&token, now.plus_seconds(60)).is_err(), "ended");
        assert!(signer.open::<Write>(&token, now).is_err(), "another kind");
        assert!(Signer::of("b").open::<Read>(&token, now).is_err(), "another zone");
        for at in 0..token.len() {
            let mut forged = token.clone().into_bytes();
            forged[at] = if forged[at] == b'A' { b'B' } else { b'A' };
            let forged = String::from_utf8(forged).unwrap();
            if forged != token {
                assert!(signer.open::<Read>(&forged, now).is_err(), "changed at {at}");
            }
        }
    }
}
