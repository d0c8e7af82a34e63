//! Days of the round. Office hours are 9 to 17 in Hangzhou, that is 1 to 9 in UTC.

use base::{Date, Random, Time};

/// Seconds of a day.
const DAY: i64 = 86_400;

/// Reads a day of this crate's own code and tables.
///
/// # Panics
/// Where the text is no date; tests walk through every caller.
pub(crate) fn day(text: &str) -> Date {
    text.parse().expect("the dates of this crate are written as 2019-12-31")
}

/// Returns the first instant of a day.
pub(crate) fn midnight(text: &str) -> Time {
    Time::from_date(day(text))
}

/// Returns the instant whole days later.
pub(crate) fn plus_days(time: Time, days: i64) -> Time {
    time.plus_seconds(days * DAY)
}

/// Returns a number from `least` to `most`, both included.
pub(crate) fn between(random: &Random, least: i64, most: i64) -> i64 {
    let span = u64::try_from(most - least + 1).unwrap_or(0);
    least + i64::try_from(random.below(span)).unwrap_or(0)
}

/// Returns a moment in office hours on a working day from the first to the last day, both included.
/// The last day must be a working day.
pub(crate) fn moment(random: &Random, first: Time, last: Time) -> Time {
    let (first, last) = (first.millis() / (DAY * 1_000), last.millis() / (DAY * 1_000));
    let mut day = between(random, first, last.max(first));
    // 1970-01-01 was a Thursday: 3 counted from Monday.
    while (day + 3).rem_euclid(7) > 4 {
        day += 1;
    }
    let second = between(random, 3_600, 8 * 3_600);
    Time::from_millis((day * DAY + second) * 1_000)
}
