//! Pages for those who apply, review, decide and pay.

use crate::serve::Route;

/// Routes of the working pages.
pub(crate) fn routes() -> Vec<Route> {
    vec![]
}
