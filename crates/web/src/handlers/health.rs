//! Whether the zone answers, for load balancers and start scripts.

use crate::serve::{Cx, Fault};

/// Answers `ok` when the database can be read.
pub(crate) async fn show(cx: Cx) -> Result<&'static str, Fault> {
    cx.app.read(app::zone_read).await?;
    Ok("ok\n")
}
