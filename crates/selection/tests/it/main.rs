//! The sheet from the outside: against exhaustive search, at full size, and against bad input.

mod hard;
mod instances;
mod oracle;
mod refusals;
mod rules;
