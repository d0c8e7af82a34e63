//! Who is who: organisations and who owns them, people and what they may do, and the audit trail.
//!
//! An ownership statement is never edited: it is withdrawn and stated anew. A secret (login link,
//! session, API token) is kept only as its SHA-256. Every change leaves an audit line in the same
//! commit.
//!
//! Must never: decide on control or groups (that is `oversight`), or publish a natural person.
//! Start reading at [`organisation_register`] and [`Permission`].

mod audit;
mod credential;
mod device;
mod enrol;
mod login;
mod model;
mod organisation;
mod ownership;
mod permission;
mod person;
mod rules;
mod store;

#[cfg(test)]
mod tests;

pub use audit::{AuditLine, AuditMark, audit, audit_mark, audit_newest, audit_of};
pub use credential::{
    Credential, CredentialKind, LINK_SECONDS, SESSION_SECONDS, TOKEN_PREFIX, TOKEN_SECONDS_MAX,
    credential_end, link_create, link_use, person_of_session, person_of_token, session_end,
    token_adopt, token_create, token_find, tokens_of,
};
pub use device::{
    CodeRefused, DEVICE_ASKS_MAX, DEVICE_GUESSES_MAX, DEVICE_POLL_SECONDS, DEVICE_SECONDS,
    DeviceAsk, DeviceCodes, GrantRefused, device_ask, device_decide, device_find, device_poll,
};
pub use enrol::{OWNERS_MAX, Owner, organisation_enrol};
pub use login::{
    LOGIN_ACCESS_SECONDS, LOGIN_AGAIN_SECONDS, LOGIN_FORMER_SECONDS, LoginTokens, login_refresh,
};
pub use model::{
    Actor, AliasLanguage, Counts, CredentialId, Employment, EmploymentId, Error, Grade, Identifier,
    NewOrganisation, NewOwnership, NewPerson, Organisation, OrganisationId, OrganisationKind,
    Ownership, OwnershipId, OwnershipKind, Person, PersonId, Refused, Role, SizeClass,
};
pub use organisation::{
    aliases_each, organisation_by_identifier, organisation_counts, organisation_find,
    organisation_kinds, organisation_read, organisation_register, organisations_all,
    organisations_search,
};
pub use ownership::{ownership_all, ownership_of, ownership_state, ownership_withdraw};
pub use permission::{Permission, Standing};
pub use person::{
    employees_of, employment_end, employment_start, employments_all, memberships_of,
    person_by_email, person_find, person_register, persons_all, role_grant, role_revoke,
    standing_of,
};
