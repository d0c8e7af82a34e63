//! Who ultimately gets the money: ownership groups at a date, measures of concentration, flags.
//!
//! Pure: facts in, findings out. Must never: read a clock, a file or a database, hold a float, or
//! give a verdict; a flag is a hint that asks for an answer. Nothing loops: every computation is
//! bounded by the number of statements and rows, nearly linearly.
//!
//! Start reading at [`Ownership::at`] for groups, at [`Tally`] and [`Standing`] for concentration,
//! at [`upstream_dependence`] for what models rest on, and at [`award_facts`] for what a decision
//! page shows. Keys are the caller's: anything `Copy`,
//! hashed and ordered, such as an id, a `&str` or a number; "the smaller key" settles every tie.
//!
//! ```
//! use base::{Date, Ppm};
//! use oversight::{ControlRules, Grade, InterestKind, Ownership, Statement};
//!
//! let says = |owner, owned, percent: &str| Statement {
//!     owner,
//!     owned,
//!     kind: InterestKind::Shares,
//!     share: Ppm::parse_percent(percent).ok(),
//!     valid_from: None,
//!     valid_to: None,
//!     grade: Grade::Register,
//! };
//! // A owns 30 % of C itself, and all of B, which owns another 25 % of C.
//! let statements = [says("A", "C", "30"), says("A", "B", "100"), says("B", "C", "25")];
//! let date: Date = "2019-12-31".parse().unwrap();
//! let graph = Ownership::at(&[], &statements, date, &ControlRules::default());
//! assert_eq!(graph.group_head(&"C"), "A");
//! assert_eq!(graph.why(&"C").len(), 3);
//! ```

mod award;
mod control;
mod facts;
mod flag;
mod group;
mod indicators;
mod irregular;
mod ownership;
mod ratio;
mod reach;
mod rules;
mod stake;
mod tally;
mod wide;

#[cfg(test)]
mod tests;

pub use award::{AwardFacts, award_facts};
pub use facts::{Grade, InterestKind, OrgKind, Organisation, Statement};
pub use flag::{
    Finding, FindingRow, Indicator, Scale, Thresholds, flags_of_award, flags_of_captures,
    flags_of_concentration, flags_of_dependence, flags_of_related,
};
pub use group::{Branch, Group, Link, Member};
pub use indicators::{
    Capture, Captures, Dependence, Dependences, Hidden, IfAwarded, Project, RelatedParties,
    Relation, RelationFound, Repository, Share, Standing, concentration_ratio, effective_number,
    hhi, hidden_concentration, if_awarded, related_parties, shares, shares_top, supplier_capture,
    supplier_capture_by_group, upstream_dependence,
};
pub use irregular::Irregularity;
pub use ownership::Ownership;
pub use ratio::{Change, Ratio, RatioError};
pub use rules::{ControlRules, Majority, MajorityError};
pub use tally::{Award, ROWS_MAX, Sum, SumError, Tally, TallyError};
