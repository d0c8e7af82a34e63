//! The settings that decide what counts as control and who unites a group.

use base::Ppm;
use serde::{Deserialize, Serialize};

/// Half, in parts per million.
const HALF_PPM: i64 = 500_000;

/// A share that must be exceeded to control: at least 50 %, below 100 %.
///
/// Below one half two strangers could both control one company, and "its group" would have no
/// answer; at 100 % nobody could exceed it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "Ppm", into = "Ppm")]
pub struct Majority(Ppm);

/// Tells that a share cannot serve as the limit of control.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` cannot be the share above which a holder controls: use at least 50 % and less than 100 %"
)]
pub struct MajorityError(pub Ppm);

impl Majority {
    /// Makes a limit of control. Refuses less than 50 % and 100 %.
    pub fn new(share: Ppm) -> Result<Self, MajorityError> {
        let is_usable = share.get() >= HALF_PPM && share < Ppm::ONE;
        if is_usable { Ok(Self(share)) } else { Err(MajorityError(share)) }
    }

    /// Returns the share that must be exceeded.
    #[must_use]
    pub fn share(self) -> Ppm {
        self.0
    }

    /// Returns the largest holding that does not control where `base_ppm` is the whole.
    pub(crate) fn of(self, base_ppm: i64) -> i64 {
        let product = i128::from(self.0.get()) * i128::from(base_ppm);
        i64::try_from(product / i128::from(Ppm::ONE.get())).expect("a part of an i64 fits an i64")
    }
}

/// More than half: Regulation (EU) 2023/2831, art. 2(2)(a), "a majority of the voting rights".
impl Default for Majority {
    fn default() -> Self {
        Self(Ppm::new(HALF_PPM).expect("one half is a share"))
    }
}

impl TryFrom<Ppm> for Majority {
    type Error = MajorityError;
    fn try_from(share: Ppm) -> Result<Self, MajorityError> {
        Self::new(share)
    }
}

impl From<Majority> for Ppm {
    fn from(majority: Majority) -> Self {
        majority.0
    }
}

/// Says what counts as control and which owners make one group of what they control. What a stored
/// form leaves out has its default.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ControlRules {
    /// The share that must be exceeded.
    pub majority: Majority,
    /// Whether companies of one natural person are one group.
    pub persons_unite: bool,
    /// Whether enterprises of one state body are one group. The ultimate owner is found in any
    /// case.
    pub state_bodies_unite: bool,
}

impl Default for ControlRules {
    fn default() -> Self {
        Self {
            majority: Majority::default(),
            // ASSUMPTION: art. 2(2) of Regulation (EU) 2023/2831 speaks of enterprises only. Two
            // companies of one person are united here, as the definition of small enterprises
            // does it for adjacent markets (Recommendation 2003/361/EC, annex, art. 3(3)).
            persons_unite: true,
            // ASSUMPTION: state enterprises decide for themselves unless shown otherwise; uniting
            // all that one ministry owns would hide every smaller group. The common owner is still
            // reported as a relation of its own.
            state_bodies_unite: false,
        }
    }
}
