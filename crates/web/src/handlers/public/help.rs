//! Help.

use crate::pages::help::HelpPage;
use crate::serve::{Cx, Fault, Page};

/// Shows how the programme works.
pub(crate) async fn show(cx: Cx) -> Result<Page, Fault> {
    Page::of(&HelpPage { ui: cx.ui() })
}
