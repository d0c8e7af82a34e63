//! The plan in the order of time: what to do next, with the clock set to the step's moment.

use crate::model::{Claim, ClaimEnd, Outcome, Plan, Vote};
use base::Time;

/// One thing to do, at its moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// When.
    pub at: Time,
    /// What; numbers are places in the plan's lists.
    pub action: Action,
}

/// One thing to do. `application` counts in [`Plan::applications`], the others in lists of theirs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Opens a call, by its place in [`Plan::calls`].
    CallOpen(usize),
    /// Hands an application in.
    Apply(usize),
    /// Scores; must be refused where the review is conflicted.
    Review {
        /// Which application.
        application: usize,
        /// Which of its reviews.
        review: usize,
    },
    /// Votes as the outcome says.
    Vote {
        /// Which application.
        application: usize,
        /// First (0) or second (1) vote; the second decides.
        vote: usize,
    },
    /// Hands a claim in; must be refused where its end says so.
    ClaimSubmit {
        /// Which application.
        application: usize,
        /// Which of its claims.
        claim: usize,
    },
    /// Verifies a claim and settles it.
    ClaimVerify {
        /// Which application.
        application: usize,
        /// Which of its claims.
        claim: usize,
    },
    /// Reports a claim as paid.
    ClaimPay {
        /// Which application.
        application: usize,
        /// Which of its claims.
        claim: usize,
    },
}

impl Plan {
    /// Returns every step in the order of time. Steps of one moment stay in their natural order.
    #[must_use]
    pub fn timeline(&self) -> Vec<Step> {
        let open = |(i, call): (usize, &crate::Call)| Step {
            at: call.opens_at,
            action: Action::CallOpen(i),
        };
        let mut steps: Vec<Step> = self.calls.iter().enumerate().map(open).collect();
        for (application, planned) in self.applications.iter().enumerate() {
            steps.push(Step { at: planned.submitted_at, action: Action::Apply(application) });
            steps.extend(planned.reviews.iter().enumerate().map(|(review, planned)| Step {
                at: planned.at,
                action: Action::Review { application, review },
            }));
            steps.extend(planned.outcome.votes().iter().enumerate().map(|(vote, planned)| Step {
                at: planned.at,
                action: Action::Vote { application, vote },
            }));
            for (claim, planned) in planned.claims().iter().enumerate() {
                claim_steps(&mut steps, application, claim, planned);
            }
        }
        steps.sort_by_key(|step| step.at);
        steps
    }
}

impl Outcome {
    /// Returns the two votes; none where it is left open.
    #[must_use]
    pub fn votes(&self) -> &[Vote] {
        match self {
            Self::Approve { votes, .. } => votes,
            Self::Decline(decline) => &decline.votes,
            Self::Leave => &[],
        }
    }
}

fn claim_steps(steps: &mut Vec<Step>, application: usize, claim: usize, planned: &Claim) {
    let at = planned.submitted_at;
    steps.push(Step { at, action: Action::ClaimSubmit { application, claim } });
    if let ClaimEnd::Paid { verified_at, paid_at, .. } = planned.end {
        let action = Action::ClaimVerify { application, claim };
        steps.push(Step { at: verified_at, action });
        steps.push(Step { at: paid_at, action: Action::ClaimPay { application, claim } });
    }
}
