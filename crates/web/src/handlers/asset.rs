//! Style sheet, script and pictures, embedded in the program.

use crate::assets;
use crate::serve::{Fault, Query};
use axum::extract::Path;
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG};
use axum::response::{IntoResponse, Response};

/// Sends an asset. With the right hash in its address it may be kept for ever.
pub(crate) async fn show(Path(name): Path<String>, query: Query) -> Result<Response, Fault> {
    let asset = assets::asset(&name).ok_or(Fault::NotFound)?;
    let kept = if query.text("v") == asset.hash {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    let etag = HeaderValue::from_str(&format!("\"{}\"", asset.hash))
        .map_err(|error| Fault::Failed(error.to_string()))?;
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static(asset.content_type)),
        (CACHE_CONTROL, HeaderValue::from_static(kept)),
        (ETAG, etag),
    ];
    Ok((headers, asset.bytes).into_response())
}
