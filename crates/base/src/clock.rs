//! Time as an argument: instants, civil dates, and the only place that reads the clock.

use jiff::{Timestamp, tz::TimeZone};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::atomic::{AtomicI64, Ordering};

/// A civil date, as written in contracts and rules.
pub type Date = jiff::civil::Date;

/// A length of calendar time, such as three years.
pub type Span = jiff::Span;

/// An instant in UTC, counted in milliseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Time(i64);

impl Time {
    /// Makes an instant from milliseconds since 1970.
    #[must_use]
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Returns milliseconds since 1970.
    #[must_use]
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// Returns the first instant of a date in UTC. The calendar's first and last days begin
    /// outside jiff's range of instants: they get the nearest there is.
    #[must_use]
    pub fn from_date(date: Date) -> Self {
        let end = if date.year() < 0 { Timestamp::MIN } else { Timestamp::MAX };
        let zoned = date.to_zoned(TimeZone::UTC);
        let stamp = zoned.map_or(end, |zoned| zoned.timestamp());
        Self(stamp.as_second() * 1_000)
    }

    /// Returns the UTC date of this instant.
    #[must_use]
    pub fn date(self) -> Date {
        self.stamp().to_zoned(TimeZone::UTC).date()
    }

    /// Returns the instant this many seconds later (or earlier, when negative), held at the ends
    /// of the calendar.
    #[must_use]
    pub const fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds.saturating_mul(1_000)))
    }

    /// Reads an RFC 3339 instant such as `2026-03-01T09:00:00Z`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        text.parse::<Timestamp>().ok().map(|stamp| Self(stamp.as_millisecond()))
    }

    fn stamp(self) -> Timestamp {
        // Whole seconds: jiff takes no part of a second beyond its last one.
        let (least, most) = (Timestamp::MIN.as_second(), Timestamp::MAX.as_second());
        let millis = self.0.clamp(least * 1_000, most * 1_000);
        Timestamp::from_millisecond(millis).expect("clamped to jiff's range")
    }
}

/// Writes RFC 3339 in UTC to the second.
impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.stamp().strftime("%Y-%m-%dT%H:%M:%SZ"))
    }
}

impl fmt::Debug for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Tells the time. One of the five seams of the house.
pub trait Clock: Send + Sync {
    /// Returns the present instant.
    fn now(&self) -> Time;
}

/// Reads the machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Time {
        #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the clock")]
        Time(Timestamp::now().as_millisecond())
    }
}

/// Stands still until it is set; for replays, the demonstration and tests.
#[derive(Debug)]
pub struct FixedClock(AtomicI64);

impl FixedClock {
    /// Starts at an instant.
    #[must_use]
    pub fn at(time: Time) -> Self {
        Self(AtomicI64::new(time.millis()))
    }

    /// Moves the clock to an instant.
    pub fn set(&self, time: Time) {
        self.0.store(time.millis(), Ordering::SeqCst);
    }

    /// Moves the clock by seconds.
    pub fn advance(&self, seconds: i64) {
        self.0.fetch_add(seconds * 1_000, Ordering::SeqCst);
    }
}

impl Clock for FixedClock {
    fn now(&self) -> Time {
        Time(self.0.load(Ordering::SeqCst))
    }
}
