//! What happened to an application, from its first line to its last payment.

use crate::{ApplicationId, Error, store};
use base::{Id, Time};
use db::{Read, Tx};
use identity::{Actor, PersonId};
use serde::Serialize;

base::words! {
    /// A change of state. The detail of each is the changed thing as JSON.
    EventKind {
        /// An application was begun.
        ApplicationCreated,
        /// A draft was changed.
        ApplicationEdited,
        /// A paper was handed in.
        PaperAdded,
        /// An application was handed in.
        ApplicationSubmitted,
        /// An application was taken back.
        ApplicationWithdrawn,
        /// A review was given out.
        ReviewAssigned,
        /// A reviewer stepped back.
        ReviewRecused,
        /// A review was done.
        ReviewScored,
        /// An officer voted.
        VoteCast,
        /// Two votes differed; the next round begins.
        VotesDiffered,
        /// Two officers declined.
        ApplicationDeclined,
        /// Two officers approved and the money is held.
        AwardMade,
        /// A claim was handed in.
        ClaimSubmitted,
        /// A file was added to a claim.
        ClaimFileAdded,
        /// A claim was refused.
        ClaimRefused,
        /// A claim was settled.
        ClaimSettled,
        /// A payment went into a payment file.
        PaymentSent,
        /// A bank confirmed a payment.
        PaymentConfirmed,
        /// Nothing can be claimed any more; the rest was given back.
        AwardClosed,
    }
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Event {
    /// Its id, which sorts by time.
    pub id: Id,
    /// When.
    pub at: Time,
    /// The application it belongs to.
    pub application: ApplicationId,
    /// Who did it; `None` for the system.
    pub person: Option<PersonId>,
    /// What.
    pub kind: EventKind,
    /// JSON.
    pub detail: String,
}

/// Notes an event and its audit line, in the commit of the change itself.
pub(crate) fn note<T: Serialize>(
    tx: &mut Tx<'_>,
    actor: Actor,
    application: ApplicationId,
    kind: EventKind,
    detail: &T,
) -> Result<(), db::Error> {
    let person = match actor {
        Actor::Person(person) => Some(person),
        Actor::System => None,
    };
    let (id, at) = (tx.id(), tx.now());
    let event = Event { id, at, application, person, kind, detail: base::canonical_json(detail) };
    store::event::insert(tx, &event)?;
    let action = format!("application.{}", kind.as_str());
    identity::audit(tx, actor, &action, &application.0, &event.id)
}

/// Reads what happened to an application, oldest first, at most 1,000 events.
pub fn events_of(read: &Read<'_>, application: ApplicationId) -> Result<Vec<Event>, Error> {
    Ok(store::event::of_application(read, application)?)
}
