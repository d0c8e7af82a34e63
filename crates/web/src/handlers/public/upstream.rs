//! Whom the zone's models rest on.

use crate::handlers::view;
use crate::pages::upstream::UpstreamPage;
use crate::serve::{Cx, Fault, Page};

/// Shows upstream dependence by group, organisation, repository and name outside.
pub(crate) async fn show(cx: Cx) -> Result<Page, Fault> {
    let found = app::upstream(&cx.app).await?;
    Page::of(&UpstreamPage { ui: cx.ui(), figures: view::upstream::figures(&found) })
}
