//! Decisions: what is shown before a vote, and the votes of two officers.

use super::ask::Ask;
use super::operation::{Operation, change, look};
use super::shaped::{Chars, Money, Nothing, objects};
use super::told::{Answered, Done};
use crate::serve::Fault;
use base::Amount;
use db::Read;
use grants::{ApplicationId, Decided, Verdict, VoteForm};
use identity::Permission::{DecideAwards, Inspect};
use identity::Standing;

pub(super) fn operations() -> Vec<Operation> {
    vec![
        look(
            "/api/v1/applications/{id}/shown",
            Inspect,
            "Shows what a vote must name: budget, group, related parties, concentration",
            shown,
        ),
        change("/api/v1/applications/{id}/votes", DecideAwards, "Casts a vote", vote),
    ]
}

objects! {
    /// Everything that is shown before a vote, and kept with it.
    ShownBefore {
        /// SHA-256 of the canonical form of `shown`: sorted keys, no spaces. A vote names it.
        sha256: String,
        /// What is shown: `most`, `budget`, `evaluation`, `facts`, `reviews`, `reviews_needed`.
        shown: serde_json::Value,
    }
    /// A vote.
    NewVote {
        /// Approve or decline.
        verdict: Verdict,
        /// How much; needed to approve.
        amount: Option<Money>,
        /// Why.
        reason: Chars<1, 2_000>,
        /// SHA-256 of what was shown: nobody votes on stale facts.
        shown_sha256: Chars<64, 64>,
    }
}

/// Sees to it that the officer may read the application at all.
fn readable(
    read: &Read<'_>,
    standing: &Standing,
    id: ApplicationId,
    now: base::Time,
) -> Result<grants::Application, Fault> {
    Ok(grants::application_read(read, standing, id, now)?)
}

async fn shown(ask: Ask, _: Nothing) -> Result<ShownBefore, Fault> {
    let (id, now, standing) = (ask.id()?, ask.now(), ask.cx.standing.clone());
    ask.read(move |read| {
        readable(read, &standing, id, now)?;
        let shown = grants::shown_of(read, id, now)?;
        let value = serde_json::from_str(&shown.bytes())
            .map_err(|error| Fault::Failed(format!("what is shown is no JSON: {error}")))?;
        Ok(ShownBefore { sha256: shown.sha256(), shown: value })
    })
    .await
}

async fn vote(ask: Ask, new: NewVote) -> Result<Answered, Fault> {
    let (id, now, standing) = (ask.id()?, ask.now(), ask.cx.standing.clone());
    let officer = ask.person()?;
    ask.change(move |tx| {
        let application = readable(tx, &standing, id, now)?;
        let zero = Amount::zero(application.draft.requested.unit);
        let form = VoteForm {
            application: id,
            verdict: new.verdict,
            amount: new.amount.clone().map_or(zero, Amount::from),
            reason: new.reason.0.clone(),
            shown_sha256: new.shown_sha256.0.clone(),
        };
        let at = Done::changed("applications", &id);
        Ok(match grants::vote_cast(tx, officer, &form)? {
            Decided::FirstVote => at.with("first_vote"),
            Decided::Differed => at.with("differed"),
            Decided::Declined => at.with("declined"),
            Decided::Awarded(award) => Done::made("awards", &award).with("awarded"),
        })
    })
    .await
}
