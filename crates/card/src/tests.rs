//! Claims on the card, one file for each surface; `hostile` holds those on inputs made to harm.

mod check;
mod facts;
mod file;
mod hostile;
mod markdown;
mod metadata;
mod split;
