//! The way back after signing in: the page that somebody without a session asked for is kept in
//! their browser, and shown when they have one.
//!
//! Must never: lead anywhere but to an address of this zone.

use super::cx::cookie;
use super::{Fault, Shared};
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, HeaderValue, Method, Uri};
use identity::LINK_SECONDS;

const BACK_COOKIE: &str = "hutong_back";
/// Longest address that is kept, in bytes.
const BACK_BYTES_MAX: usize = 500;

/// Tells whether an address is a path of this zone that a cookie takes as it is.
fn is_path(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"/-_.~%?=&+:@".contains(&b);
    let is_local = text.starts_with('/') && !text.starts_with("//");
    is_local && text.len() <= BACK_BYTES_MAX && text.bytes().all(plain)
}

/// Keeps the address of a page that needs a session.
pub(crate) fn keep(
    shared: &Shared,
    (fault, method, uri): (&Fault, &Method, &Uri),
    out: &mut HeaderMap,
) {
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let is_page = *method == Method::GET && !uri.path().starts_with("/api/");
    if is_page && matches!(fault, Fault::SignIn) && is_path(path) {
        put(shared, (path, LINK_SECONDS), out);
    }
}

/// Returns where the person wanted to go.
pub(crate) fn wanted(headers: &HeaderMap) -> Option<String> {
    cookie(headers, BACK_COOKIE).filter(|path| is_path(path))
}

/// Forgets it.
pub(crate) fn forget(shared: &Shared, out: &mut HeaderMap) {
    put(shared, ("", 0), out);
}

fn put(shared: &Shared, (value, seconds): (&str, i64), out: &mut HeaderMap) {
    let secure = if shared.is_secure() { "; Secure" } else { "" };
    let cookie =
        format!("{BACK_COOKIE}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}");
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        out.append(SET_COOKIE, cookie);
    }
}

#[cfg(test)]
mod tests {
    use super::is_path;

    #[test]
    fn only_addresses_of_the_zone_are_led_to() {
        let check = |text: &str, expected: bool| assert_eq!(is_path(text), expected, "{text}");
        check("/login/device?user_code=WDJB-MJHT", true);
        check("/desk", true);
        check("//evil.example/", false);
        check("https://evil.example/", false);
        check("/\\evil.example", false);
        check("", false);
        check("/a;b", false);
        check("/a\r\nSet-Cookie: b", false);
        check(&format!("/{}", "a".repeat(500)), false);
    }
}
