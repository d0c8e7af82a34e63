//! Paging by the `Link` header, the only one that the clients follow.

use crate::cx::Cx;
use axum::http::header::{HeaderName, LINK};
use axum::http::{HeaderMap, HeaderValue, Uri};

/// Reads one query parameter, decoded; of several the first.
pub(crate) fn query(uri: &Uri, name: &str) -> Option<String> {
    query_all(uri, name).into_iter().next()
}

/// Reads every value of a query parameter, also when it is written `name[]`.
pub(crate) fn query_all(uri: &Uri, name: &str) -> Vec<String> {
    let pairs = uri.query().unwrap_or("").split('&').filter(|pair| !pair.is_empty());
    pairs
        .filter_map(|pair| {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            let key = decode(key);
            let is_asked = key == name || key.strip_suffix("[]") == Some(name);
            is_asked.then(|| decode(value))
        })
        .collect()
}

/// Tells whether a query parameter is set to something that means yes.
pub(crate) fn query_flag(uri: &Uri, name: &str) -> bool {
    matches!(query(uri, name).as_deref(), Some("1" | "true" | "True" | ""))
}

/// Reads a number from the query, held between 1 and `most`.
pub(crate) fn query_limit(uri: &Uri, name: &str, (usual, most): (u32, u32)) -> u32 {
    let asked = query(uri, name).and_then(|text| text.parse::<u32>().ok());
    asked.unwrap_or(usual).clamp(1, most)
}

/// Decodes `%xx` and `+`.
pub(crate) fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        rest = tail;
        match byte {
            b'+' => bytes.push(b' '),
            b'%' => match hex_pair(tail) {
                Some(decoded) => {
                    bytes.push(decoded);
                    rest = tail.get(2..).unwrap_or(&[]);
                }
                None => bytes.push(byte),
            },
            other => bytes.push(other),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn hex_pair(bytes: &[u8]) -> Option<u8> {
    let digits = std::str::from_utf8(bytes.get(..2)?).ok()?;
    let is_hex = digits.bytes().all(|b| b.is_ascii_hexdigit());
    is_hex.then(|| u8::from_str_radix(digits, 16).ok()).flatten()
}

/// Encodes a text for a query or one segment of a path.
pub(crate) fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

/// Encodes a path, leaving its slashes.
pub(crate) fn encode_path(path: &str) -> String {
    path.split('/').map(encode).collect::<Vec<_>>().join("/")
}

/// Makes the header that leads to the next page: the same address with another cursor.
pub(crate) fn next(cx: &Cx, uri: &Uri, cursor: Option<&str>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    let Some(cursor) = cursor else { return headers };
    let query = uri.query().unwrap_or("");
    let kept = query.split('&').filter(|pair| !pair.is_empty() && !pair.starts_with("cursor="));
    let mut pairs: Vec<String> = kept.map(str::to_owned).collect();
    pairs.push(format!("cursor={}", encode(cursor)));
    let url = format!("{}?{}", cx.url(uri.path()), pairs.join("&"));
    if let Ok(value) = HeaderValue::from_str(&format!("<{url}>; rel=\"next\"")) {
        headers.insert::<HeaderName>(LINK, value);
    }
    headers
}

#[cfg(test)]
mod tests {
    use super::{decode, encode, encode_path, query_all};

    #[test]
    fn what_is_encoded_is_decoded_to_the_same() {
        for text in ["", "a b+c%d", "数字/é?&=#", "100%", "%2", "a%zzb"] {
            assert_eq!(decode(&encode(text)), text);
        }
        assert_eq!(encode_path("a b/数.csv"), "a%20b/%E6%95%B0.csv");
        assert_eq!(decode("a+b%2Fc%"), "a b/c%");
    }

    #[test]
    fn repeated_parameters_are_found_with_and_without_brackets() {
        let uri = "/x?expand=sha&expand%5B%5D=tags&expand[]=likes&other=1".parse().unwrap();
        assert_eq!(query_all(&uri, "expand"), ["sha", "tags", "likes"]);
        assert_eq!(query_all(&uri, "none"), Vec::<String>::new());
    }
}
