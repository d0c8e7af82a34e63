//! Claims about every page, every sample, both languages.

mod api;
mod messages;
mod pages;
mod pieces;
mod public;
mod refusal;
mod repos;
mod style;
