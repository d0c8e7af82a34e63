//! Calls: where one stands and when it ends.

use super::day;
use crate::State;
use base::Time;
use grants::Call;

/// Returns where a call stands, in one word.
pub(crate) fn state(call: &Call, now: Time) -> State {
    match () {
        () if call.is_open(now) => State::Open,
        () if call.is_closed || call.closes_at.is_some_and(|end| now >= end) => State::Closed,
        () => State::Upcoming,
    }
}

/// Returns the last day on which a call takes applications; empty for one without an end.
pub(crate) fn last_day(call: &Call) -> String {
    call.closes_at.map_or_else(String::new, |end| day(end.plus_seconds(-1)))
}
