//! The decision sheet: proposes the best set of awards under fund budgets and caps on owner groups
//! and prints how far from the best it can be at most, as a proof in whole numbers.
//!
//! Must never: read a clock, hold a float, decide (people decide; this proposes), or depend on a
//! solver. Start reading at [`sheet`]; the model and the proof are in `docs/selection.md`.
//!
//! The path of a problem: [`Problem`] is checked (`settled`), its open part becomes bare numbers
//! (`model`), prices give the bound (`prices`, with `knapsack` per group), repair (`greedy`), local
//! search (`exchange`) and a bounded search (`stages`, both over `patterns`) give the awards,
//! equals are put in order (`fair`), and the result is written up (`sheet`).

mod exchange;
mod fair;
mod greedy;
mod knapsack;
mod model;
mod patterns;
mod prices;
mod problem;
mod refused;
mod settled;
mod sheet;
mod solve;
mod stages;
mod sums;

pub use problem::{
    Aim, FUNDS_MAX, Fund, Group, Limits, PROPOSALS_MAX, Problem, Proposal, Standing,
};
pub use refused::{Refused, Summed};
pub use sheet::{Chosen, FundUse, GroupUse, Reason, Sheet, Unchosen, sheet};
