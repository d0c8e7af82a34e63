//! The part of a file that a request asks for (RFC 9110, section 14).

use crate::Fault;
use axum::http::HeaderMap;
use axum::http::header::RANGE;
use std::ops::Range;

/// Reads a request's one range, cut at the end of the file; `None` for the whole. A header that is
/// not understood, or asks for several ranges, is passed over, as the RFC allows.
///
/// # Errors
/// [`Fault::Range`] where the range begins behind the end.
pub(crate) fn asked(headers: &HeaderMap, size: u64) -> Result<Option<Range<u64>>, Fault> {
    let text = headers.get(RANGE).and_then(|value| value.to_str().ok());
    let Some(spec) = text.and_then(|text| text.trim().strip_prefix("bytes=")) else {
        return Ok(None);
    };
    let Some((first, last)) = spec.trim().split_once('-') else { return Ok(None) };
    let number = |text: &str| text.trim().parse::<u64>().ok();
    let range = match (first.trim().is_empty(), number(first), last.trim().is_empty()) {
        // The last so many bytes.
        (true, _, false) => match number(last) {
            Some(0) => return Err(Fault::Range(size)),
            Some(count) => size.saturating_sub(count)..size,
            None => return Ok(None),
        },
        (false, Some(start), true) => start..size,
        (false, Some(start), false) => match number(last) {
            Some(end) if end >= start => start..end.saturating_add(1).min(size),
            _ => return Ok(None),
        },
        _ => return Ok(None),
    };
    if range.start >= size { Err(Fault::Range(size)) } else { Ok(Some(range)) }
}

#[cfg(test)]
mod tests {
    use super::asked;
    use axum::http::HeaderMap;
    use axum::http::header::RANGE;

    #[test]
    fn ranges_are_read_as_the_rfc_says() {
        let check = |text: &str, size: u64, expected: Result<Option<std::ops::Range<u64>>, ()>| {
            let mut headers = HeaderMap::new();
            headers.insert(RANGE, text.parse().unwrap());
            assert_eq!(asked(&headers, size).map_err(|_| ()), expected, "{text} of {size}");
        };
        check("bytes=0-0", 10, Ok(Some(0..1)));
        check("bytes=2-5", 10, Ok(Some(2..6)));
        check("bytes=5-", 10, Ok(Some(5..10)));
        check("bytes=-3", 10, Ok(Some(7..10)));
        check("bytes=-30", 10, Ok(Some(0..10)));
        check("bytes=0-99", 10, Ok(Some(0..10)));
        check("bytes=9-18446744073709551615", 10, Ok(Some(9..10)));
        check("bytes=10-", 10, Err(()));
        check("bytes=-0", 10, Err(()));
        check("bytes=0-", 0, Err(()));
        check("bytes=5-2", 10, Ok(None));
        check("bytes=0-1,3-4", 10, Ok(None));
        check("bytes=a-b", 10, Ok(None));
        check("bytes=", 10, Ok(None));
        check("lines=1-2", 10, Ok(None));
        assert_eq!(asked(&HeaderMap::new(), 10).map_err(|_| ()), Ok(None));
    }
}
