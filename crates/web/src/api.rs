//! The JSON API: the same operations as the pages, under `/api/v1`.

use crate::serve::Route;

/// Routes of the API.
pub(crate) fn routes() -> Vec<Route> {
    vec![]
}
