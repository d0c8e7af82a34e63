//! The plan of the demonstration: one support round of "Hangzhou AI Town 2019", as pure data.
//!
//! [`plan`] makes, from a seed, everything that people would type in during the round: who exists,
//! who owns whom, the instruments, the calls, the applications, what reviewers and officers do, and
//! the claims. Whoever runs it walks through [`Plan::timeline`] and performs each step with the
//! real operations. [`Plan::expected`] says which figures must come out. [`shelf`] makes the
//! repositories of the hub, all of them made up.
//!
//! The round keeps to what is published about 2019 (Nesta, *Promoting nationally, acting locally*,
//! 2020): 43,000,000 CNY for 123 accepted projects in three categories, 27 of them cloud projects,
//! 25 of these with Alibaba Cloud as sole or co-supplier, and the largest R&D and office award to
//! Chengying Shuju, a subsidiary of Alibaba. Everything else is made up: every other organisation,
//! person, project, amount, rate, date and owner. Where an organisation really exists, only its
//! name and its parent are real.
//!
//! Must never: perform input or output, read a clock, or use randomness other than the seed's.
//! Start reading at [`plan`].
//!
//! ```
//! let plan = demo::plan(demo::SEED);
//! assert_eq!(plan.expected().paid_minor, 4_300_000_000);
//! let first = plan.timeline()[0];
//! assert_eq!(first.action, demo::Action::CallOpen(0));
//! ```

mod amounts;
mod applications;
mod calendar;
mod calls;
mod claims;
mod compute;
mod expected;
mod groups;
mod model;
mod organisations;
mod people;
mod plan;
mod prose;
mod reviews;
mod run;
mod shelf;
mod table;
mod timeline;

#[cfg(test)]
mod tests;

pub use expected::Expected;
pub use groups::Groups;
pub use model::{
    AliasLanguage, Application, BankAccount, Call, Category, Claim, ClaimEnd, CostLine, Decline,
    DeclineReason, Fact, FactValue, Grade, Instrument, Mode, Organisation, OrganisationKind,
    Outcome, Ownership, OwnershipKind, Person, Plan, Review, Role, Scores, SizeClass, Vote,
};
pub use plan::{SEED, ZONE_EN, ZONE_ZH, plan};
pub use run::{HubPlace, RunError, run};
pub use shelf::{
    SHELF_DATASET, SHELF_MODEL, ShelfCommit, ShelfFile, ShelfGate, ShelfKind, ShelfRepo, shelf,
};
pub use timeline::{Action, Step};
