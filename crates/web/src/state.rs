//! The states and grades that pages show as labels, with their word and their style.

/// The states and grades that pages show as labels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each variant is the word it shows; see `messages/`")]
pub enum State {
    Draft,
    Upcoming,
    Open,
    Closed,
    Submitted,
    Checked,
    InReview,
    Reviewed,
    Approved,
    Declined,
    Withdrawn,
    Active,
    Held,
    Claimed,
    Verified,
    Paid,
    PartPaid,
    Refused,
    Released,
    Expired,
    Done,
    Next,
    Waiting,
    Overdue,
    Conflict,
    Declared,
    Register,
    Inferred,
    Current,
    Superseded,
}

impl State {
    #[cfg(test)]
    pub(crate) const ALL: [Self; 30] = [
        Self::Draft,
        Self::Upcoming,
        Self::Open,
        Self::Closed,
        Self::Submitted,
        Self::Checked,
        Self::InReview,
        Self::Reviewed,
        Self::Approved,
        Self::Declined,
        Self::Withdrawn,
        Self::Active,
        Self::Held,
        Self::Claimed,
        Self::Verified,
        Self::Paid,
        Self::PartPaid,
        Self::Refused,
        Self::Released,
        Self::Expired,
        Self::Done,
        Self::Next,
        Self::Waiting,
        Self::Overdue,
        Self::Conflict,
        Self::Declared,
        Self::Register,
        Self::Inferred,
        Self::Current,
        Self::Superseded,
    ];

    pub(crate) const fn key(self) -> &'static str {
        match self {
            Self::Draft => "state.draft",
            Self::Upcoming => "state.upcoming",
            Self::Open => "state.open",
            Self::Closed => "state.closed",
            Self::Submitted => "state.submitted",
            Self::Checked => "state.checked",
            Self::InReview => "state.in-review",
            Self::Reviewed => "state.reviewed",
            Self::Approved => "state.approved",
            Self::Declined => "state.declined",
            Self::Withdrawn => "state.withdrawn",
            Self::Active => "state.active",
            Self::Held => "state.held",
            Self::Claimed => "state.claimed",
            Self::Verified => "state.verified",
            Self::Paid => "state.paid",
            Self::PartPaid => "state.part-paid",
            Self::Refused => "state.refused",
            Self::Released => "state.released",
            Self::Expired => "state.expired",
            Self::Done => "state.done",
            Self::Next => "state.next",
            Self::Waiting => "state.waiting",
            Self::Overdue => "state.overdue",
            Self::Conflict => "state.conflict",
            Self::Declared => "state.declared",
            Self::Register => "state.register",
            Self::Inferred => "state.inferred",
            Self::Current => "state.current",
            Self::Superseded => "state.superseded",
        }
    }

    /// Returns the style class: what went well, what needs somebody, what went wrong, the rest.
    pub(crate) const fn tone(self) -> &'static str {
        match self {
            Self::Open
            | Self::Approved
            | Self::Verified
            | Self::Paid
            | Self::Active
            | Self::Done
            | Self::Register
            | Self::Current => "good",
            Self::Submitted
            | Self::Checked
            | Self::InReview
            | Self::Reviewed
            | Self::Held
            | Self::Claimed
            | Self::PartPaid
            | Self::Next
            | Self::Declared => "busy",
            Self::Declined | Self::Refused | Self::Overdue | Self::Conflict => "bad",
            Self::Draft
            | Self::Upcoming
            | Self::Closed
            | Self::Withdrawn
            | Self::Released
            | Self::Expired
            | Self::Waiting
            | Self::Inferred
            | Self::Superseded => "quiet",
        }
    }
}
