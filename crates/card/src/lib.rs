//! The card of a repository: metadata checked, Markdown rendered and sanitised.
