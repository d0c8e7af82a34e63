//! Claims about every page, every sample, both languages.

mod messages;
mod pages;
mod pieces;
mod style;
