//! Dates and times as ISO 8601 text, and back to seconds for statistics.
//!
//! The calendar is the proleptic Gregorian one; the two conversions follow the well-known
//! days-from-civil arithmetic over 400-year cycles, so that no year overflows.

const DAY_SECONDS: i64 = 86_400;
/// Days from 0000-03-01 to 1970-01-01.
const EPOCH_DAYS: i64 = 719_468;
/// Days of 400 years.
const CYCLE_DAYS: i64 = 146_097;

/// Writes a day counted from 1970-01-01 as `2024-02-29`.
pub(crate) fn date_text(days: i64) -> String {
    let shifted = days.saturating_add(EPOCH_DAYS);
    let (cycle, day) = (shifted.div_euclid(CYCLE_DAYS), shifted.rem_euclid(CYCLE_DAYS));
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let of_year = day - (365 * year + year / 4 - year / 100);
    let march = (5 * of_year + 2) / 153;
    let date = of_year - (153 * march + 2) / 5 + 1;
    let month = if march < 10 { march + 3 } else { march - 9 };
    let year = year + cycle * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{date:02}")
}

/// Writes a time of day, with as many decimals as there are.
pub(crate) fn clock_text(value: i64, per_second: i64) -> String {
    let seconds = value.div_euclid(per_second);
    let (hour, minute, second) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    let mut text = format!("{hour:02}:{minute:02}:{second:02}");
    let rest = value.rem_euclid(per_second);
    if rest != 0 {
        let digits = match per_second {
            1_000 => 3,
            1_000_000 => 6,
            _ => 9,
        };
        text.push_str(format!(".{rest:0digits$}").trim_end_matches('0'));
    }
    text
}

/// Writes a moment counted from 1970-01-01T00:00:00.
pub(crate) fn moment_text(value: i64, per_second: i64, is_utc: bool) -> String {
    let day = DAY_SECONDS.saturating_mul(per_second);
    let clock = clock_text(value.rem_euclid(day), per_second);
    let zone = if is_utc { "+00:00" } else { "" };
    format!("{}T{clock}{zone}", date_text(value.div_euclid(day)))
}

/// Reads back the seconds since 1970 of a date or moment written by this module.
pub(crate) fn seconds(text: &str) -> Option<i64> {
    let (date, clock) = text.split_once('T').unwrap_or((text, "00:00:00"));
    let (rest, day) = date.rsplit_once('-')?;
    let (year, month) = rest.rsplit_once('-')?;
    let (year, month, day): (i64, i64, i64) =
        (year.parse().ok()?, month.parse().ok()?, day.parse().ok()?);
    let mut parts = clock.get(..8)?.split(':').map(str::parse::<i64>);
    let clock = parts.next()?.ok()? * 3_600 + parts.next()?.ok()? * 60 + parts.next()?.ok()?;
    let year = if month <= 2 { year.checked_sub(1)? } else { year };
    let (cycle, of_cycle) = (year.div_euclid(400), year.rem_euclid(400));
    let march = if month > 2 { month - 3 } else { month + 9 };
    let of_year = (153 * march + 2) / 5 + day - 1;
    let of_cycle = of_cycle * 365 + of_cycle / 4 - of_cycle / 100 + of_year;
    let days = cycle.checked_mul(CYCLE_DAYS)?.checked_add(of_cycle)?.checked_sub(EPOCH_DAYS)?;
    days.checked_mul(DAY_SECONDS)?.checked_add(clock)
}

/// Writes seconds since 1970 as the public viewer's statistics do: `2024-02-29 12:00:00`.
pub(crate) fn statistics_text(value: i64, is_utc: bool) -> String {
    let zone = if is_utc { "+0000" } else { "" };
    let date = date_text(value.div_euclid(DAY_SECONDS));
    format!("{date} {}{zone}", clock_text(value.rem_euclid(DAY_SECONDS), 1))
}

/// Writes a length of time as `2 days, 3:04:05`.
pub(crate) fn span_text(seconds: i64) -> String {
    let (days, rest) = (seconds.div_euclid(DAY_SECONDS), seconds.rem_euclid(DAY_SECONDS));
    let clock = format!("{}:{:02}:{:02}", rest / 3_600, rest / 60 % 60, rest % 60);
    match days {
        0 => clock,
        1 | -1 => format!("{days} day, {clock}"),
        _ => format!("{days} days, {clock}"),
    }
}
