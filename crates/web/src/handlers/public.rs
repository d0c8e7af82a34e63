//! Pages that anybody may read.

use crate::serve::Route;

/// Routes of the public pages.
pub(crate) fn routes() -> Vec<Route> {
    vec![]
}
