//! What is stated: organisations and who holds what in them, from when to when, on whose word.

use base::{Date, Ppm};
use serde::{Deserialize, Serialize};

/// Says what an organisation is. Natural persons are in the graph because they own companies.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrgKind {
    /// A company or other enterprise.
    Company,
    /// A natural person; owns, but cannot be owned.
    Person,
    /// A ministry, a municipality, a state asset supervisor.
    StateBody,
    /// Anything else, and whatever is named only in a statement.
    Other,
}

/// Names one organisation or person by the caller's key.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Organisation<K> {
    /// The caller's key, such as an id.
    pub key: K,
    /// What it is.
    pub kind: OrgKind,
}

/// Says in what form an owner holds something of the owned organisation.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InterestKind {
    /// A part of the capital. Stands in for votes where no votes are stated.
    Shares,
    /// A part of the votes.
    Votes,
    /// Control stated as such, without its ground.
    Control,
    /// Dominant influence by contract or by the articles, as in variable-interest structures.
    Contract,
    /// The right to appoint members of the board; the share, if known, is the part of the board.
    BoardAppointment,
}

/// Says on whose word a statement rests, best first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grade {
    /// Read from a public register.
    Register,
    /// Declared by the organisation itself.
    Declared,
    /// Concluded from other evidence.
    Inferred,
}

/// States that one organisation holds an interest in another.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Statement<K> {
    /// Who holds.
    pub owner: K,
    /// In whom.
    pub owned: K,
    /// What is held.
    pub kind: InterestKind,
    /// How much; `None` where it is not known, which is never the same as zero.
    pub share: Option<Ppm>,
    /// First day on which it holds; `None` since ever.
    pub valid_from: Option<Date>,
    /// Last day on which it holds; `None` until further notice.
    pub valid_to: Option<Date>,
    /// On whose word.
    pub grade: Grade,
}

impl<K> Statement<K> {
    /// Tells whether the statement holds on a day. Both ends count; a statement that ends before
    /// it begins never holds.
    #[must_use]
    pub fn is_valid(&self, date: Date) -> bool {
        self.valid_from.is_none_or(|from| from <= date) && self.valid_to.is_none_or(|to| date <= to)
    }
}
