//! Style sheet, mark and the one small script, embedded and addressed by content hash.

use std::sync::LazyLock;

/// One embedded file.
#[derive(Debug, Clone)]
pub struct Asset {
    /// File name, as in `hutong.css`.
    pub name: &'static str,
    /// Value of the `content-type` header.
    pub content_type: &'static str,
    /// The bytes to send.
    pub bytes: &'static [u8],
    /// First 16 hexadecimal digits of the SHA-256 of the bytes.
    pub hash: String,
}

static ASSETS: LazyLock<Vec<Asset>> = LazyLock::new(|| {
    vec![
        embed("hutong.css", "text/css; charset=utf-8", include_bytes!("../assets/hutong.css")),
        embed("hutong.js", "text/javascript; charset=utf-8", include_bytes!("../assets/hutong.js")),
        embed("brick.svg", "image/svg+xml", include_bytes!("../assets/brick.svg")),
        embed("mark.svg", "image/svg+xml", include_bytes!("../assets/mark.svg")),
    ]
});

fn embed(name: &'static str, content_type: &'static str, bytes: &'static [u8]) -> Asset {
    let hash = base::sha256_hex(bytes).chars().take(16).collect();
    Asset { name, content_type, bytes, hash }
}

/// Returns the embedded file of this name, to be served under `/assets/{name}`.
#[must_use]
pub fn asset(name: &str) -> Option<&'static Asset> {
    ASSETS.iter().find(|asset| asset.name == name)
}

/// Lists the names of all embedded files.
pub fn asset_names() -> impl Iterator<Item = &'static str> {
    ASSETS.iter().map(|asset| asset.name)
}

/// Returns the URL of an asset with its hash, so that it may be cached for ever:
/// `/assets/hutong.css?v=9f2c...`. An unknown name gives a URL that answers 404.
#[must_use]
pub fn asset_url(name: &str) -> String {
    match asset(name) {
        Some(asset) => format!("/assets/{name}?v={}", asset.hash),
        None => format!("/assets/{name}"),
    }
}
