//! Lists of repositories.
