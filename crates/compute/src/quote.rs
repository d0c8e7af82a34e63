//! Quotes: what a job can cost at most, before anything is held.

use crate::{Error, Flavor, Refused, pool_read, price_version};
use base::{Amount, Time};
use db::Read;

/// Longest time limit of a job, in seconds: 31 days.
pub const LIMIT_SECONDS_MAX: u64 = 31 * 86_400;
/// How long a quote is good after its price was replaced, in milliseconds. ASSUMPTION: long enough
/// to read it and decide, short enough that a supplier's new price counts the same day.
pub const QUOTE_MILLIS: i64 = 10 * 60_000;

/// What a job can cost at most.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quote {
    /// The flavor, with the price that the quote is of.
    pub flavor: Flavor,
    /// Seconds that the job may run.
    pub seconds: u64,
    /// `price * time`, rounded up.
    pub bound: Amount,
    /// Until when the quote is good; a price that is not replaced meanwhile stays.
    pub expires_at: Time,
}

/// Quotes a job of a flavor that may run for so many seconds in all its attempts.
///
/// Without a version, the present price. With the version of an earlier quote, the price of that
/// quote, for [`QUOTE_MILLIS`] after it was replaced.
///
/// Refuses a time limit that is 0 or over [`LIMIT_SECONDS_MAX`], a flavor that is not offered, and
/// a version that has ended or never was.
pub fn quote(
    read: &Read<'_>,
    flavor: Flavor,
    (seconds, version): (u64, Option<u32>),
    now: Time,
) -> Result<Quote, Error> {
    if !(1..=LIMIT_SECONDS_MAX).contains(&seconds) {
        let refused = Refused::LimitInvalid { asked: seconds, most: LIMIT_SECONDS_MAX };
        return Err(refused.into());
    }
    if !flavor.is_offered || !pool_read(read, flavor.pool)?.is_open {
        return Err(Refused::NotOffered(flavor.made.code).into());
    }
    let version = version.unwrap_or(flavor.version);
    let flavor = of_version(read, flavor, version, now)?;
    let bound = flavor.made.price.bound(seconds).ok_or(Refused::BoundOverflow)?;
    let expires_at = Time::from_millis(now.millis() + QUOTE_MILLIS);
    Ok(Quote { flavor, seconds, bound, expires_at })
}

/// Puts the price of an earlier version into a flavor.
fn of_version(
    read: &Read<'_>,
    mut flavor: Flavor,
    version: u32,
    now: Time,
) -> Result<Flavor, Error> {
    if version == flavor.version {
        return Ok(flavor);
    }
    let replaced = price_version(read, flavor.id, version.saturating_add(1))?;
    let known = price_version(read, flavor.id, version)?;
    let (Some((price, _)), Some((_, replaced_at))) = (known, replaced) else {
        return Err(Refused::QuoteExpired { version, ended_at: now }.into());
    };
    let ended_at = Time::from_millis(replaced_at.millis() + QUOTE_MILLIS);
    if now >= ended_at {
        return Err(Refused::QuoteExpired { version, ended_at }.into());
    }
    flavor.made.price = price;
    flavor.version = version;
    Ok(flavor)
}
