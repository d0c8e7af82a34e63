//! The measures, one file each; the page of the same name in `docs/indicators` explains it.

mod added;
mod capture;
mod cr;
mod effective;
mod hhi;
mod hidden;
mod related;
mod shares;
mod upstream;

pub use added::{IfAwarded, Standing, if_awarded};
pub use capture::{Capture, Captures, Project, supplier_capture, supplier_capture_by_group};
pub use cr::concentration_ratio;
pub use effective::effective_number;
pub use hhi::hhi;
pub use hidden::{Hidden, hidden_concentration};
pub use related::{RelatedParties, Relation, RelationFound, related_parties};
pub use shares::{Share, shares, shares_top};
pub use upstream::{Dependence, Dependences, Repository, upstream_dependence};
