//! Instants as the clients read them.

use base::Time;

/// Writes an instant as `2026-03-01T09:00:00.000Z`.
pub(crate) fn stamp(at: Time) -> String {
    let text = at.to_string();
    let millis = at.millis().rem_euclid(1_000);
    format!("{}.{millis:03}Z", text.trim_end_matches('Z'))
}

/// Writes the seconds of a commit as an instant.
pub(crate) fn stamp_seconds(seconds: i64) -> String {
    stamp(Time::from_millis(seconds.saturating_mul(1_000)))
}
