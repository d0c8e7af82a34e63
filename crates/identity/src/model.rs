//! The types of the crate.

use base::{Date, FieldProblem, Ppm, Time};
use serde::{Deserialize, Serialize};

base::id_types! {
    /// Names an organisation.
    OrganisationId;
    /// Names an ownership statement.
    OwnershipId;
    /// Names a person.
    PersonId;
    /// Names an employment.
    EmploymentId;
    /// Names a login link, session or token.
    CredentialId;
}

base::words! {
    /// What an organisation is.
    OrganisationKind {
        /// A firm.
        Company,
        /// A university.
        University,
        /// A research institute.
        Institute,
        /// A ministry, agency or other public body.
        PublicBody,
        /// Anything else with legal personality.
        Other,
        /// A natural person, known only as an owner; never published.
        NaturalPerson,
    }
}

base::words! {
    /// Size of a firm, as its jurisdiction defines it.
    SizeClass {
        /// Not known.
        Unknown,
        /// Micro.
        Micro,
        /// Small.
        Small,
        /// Medium.
        Medium,
        /// Large.
        Large,
    }
}

base::words! {
    /// The language of an alias.
    AliasLanguage {
        /// English.
        En,
        /// Chinese.
        Zh,
        /// Chinese in Latin letters.
        Pinyin,
    }
}

base::words! {
    /// How an owner holds another organisation.
    OwnershipKind {
        /// Shares in its capital.
        Shares,
        /// Voting rights.
        Votes,
        /// The right to appoint most of its board.
        BoardAppointment,
        /// Control by contract, as in a variable-interest entity.
        Contract,
        /// Control that the source does not explain.
        Control,
    }
}

base::words! {
    /// How well an ownership statement is founded.
    Grade {
        /// Declared by the organisation.
        Declared,
        /// Read in a public register.
        Register,
        /// Concluded from other evidence.
        Inferred,
    }
}

base::words! {
    /// A role in the zone. What each may do is in [`crate::Permission`].
    Role {
        /// Runs the installation.
        Admin,
        /// Runs the programme.
        Officer,
        /// Scores applications.
        Reviewer,
        /// Sees everything, changes nothing.
        Auditor,
    }
}

/// An identifier that a register gave, under its org-id list code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identifier {
    /// Code of the register, as in `CN-USCI` or `XI-LEI`.
    pub scheme: String,
    /// The identifier.
    pub value: String,
}

/// An organisation as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Organisation {
    /// Its id.
    pub id: OrganisationId,
    /// What it is.
    pub kind: OrganisationKind,
    /// English name; may be empty where there is a Chinese one.
    pub name_en: String,
    /// Chinese name; may be empty where there is an English one.
    pub name_zh: String,
    /// Chinese name in Latin letters; may be empty.
    pub name_pinyin: String,
    /// Its size.
    pub size_class: SizeClass,
    /// Where it is seated, as in `Hangzhou, CN`.
    pub region: String,
    /// When it was founded, where known.
    pub registered_on: Option<Date>,
    /// Whether it was made up for a demonstration.
    pub is_synthetic: bool,
    /// When it was entered.
    pub created_at: Time,
    /// Its identifiers.
    pub identifiers: Vec<Identifier>,
    /// Its other names.
    pub aliases: Vec<(AliasLanguage, String)>,
}

impl Organisation {
    /// Returns the English name, or the Chinese one where there is none.
    #[must_use]
    pub fn name(&self) -> &str {
        if self.name_en.is_empty() { &self.name_zh } else { &self.name_en }
    }
}

/// An organisation to be entered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewOrganisation {
    /// What it is.
    pub kind: OrganisationKind,
    /// English name, at most 200 characters.
    #[serde(default)]
    pub name_en: String,
    /// Chinese name, at most 200 characters.
    #[serde(default)]
    pub name_zh: String,
    /// Chinese name in Latin letters.
    #[serde(default)]
    pub name_pinyin: String,
    /// Its size.
    pub size_class: SizeClass,
    /// Where it is seated.
    #[serde(default)]
    pub region: String,
    /// When it was founded.
    #[serde(default)]
    pub registered_on: Option<Date>,
    /// Whether it was made up.
    #[serde(default)]
    pub is_synthetic: bool,
    /// Its identifiers, at most 20.
    #[serde(default)]
    pub identifiers: Vec<Identifier>,
    /// Its other names, at most 50.
    #[serde(default)]
    pub aliases: Vec<(AliasLanguage, String)>,
}

/// An ownership statement as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ownership {
    /// Its id.
    pub id: OwnershipId,
    /// Who owns.
    pub owner: OrganisationId,
    /// Who is owned.
    pub owned: OrganisationId,
    /// How.
    pub kind: OwnershipKind,
    /// How much; `None` where the source does not say.
    pub share: Option<Ppm>,
    /// First day of validity; `None` for always.
    pub valid_from: Option<Date>,
    /// Last day of validity; `None` for until further notice.
    pub valid_to: Option<Date>,
    /// How well founded.
    pub grade: Grade,
    /// Where it was read.
    pub source: String,
    /// When it was entered.
    pub stated_at: Time,
    /// When it was taken back, if it was.
    pub withdrawn_at: Option<Time>,
}

/// An ownership statement to be entered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewOwnership {
    /// Who owns.
    pub owner: OrganisationId,
    /// Who is owned.
    pub owned: OrganisationId,
    /// How.
    pub kind: OwnershipKind,
    /// How much, in ppm; absent where unknown.
    #[serde(default)]
    pub share: Option<Ppm>,
    /// First day of validity.
    #[serde(default)]
    pub valid_from: Option<Date>,
    /// Last day of validity.
    #[serde(default)]
    pub valid_to: Option<Date>,
    /// How well founded.
    pub grade: Grade,
    /// Where it was read, at most 500 characters.
    pub source: String,
}

/// How much there is of what the ownership graph is built from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Organisations.
    pub organisations: i64,
    /// Ownership statements, withdrawn ones included.
    pub statements: i64,
    /// Ownership statements that were withdrawn.
    pub withdrawn: i64,
}

/// A person who works with the zone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Their id.
    pub id: PersonId,
    /// Their name.
    pub name: String,
    /// Their mail address, in lower case.
    pub email: String,
}

/// A person to be entered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewPerson {
    /// Their name, at most 100 characters.
    pub name: String,
    /// Their mail address; unique.
    pub email: String,
}

/// A person's work for an organisation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Employment {
    /// Its id.
    pub id: EmploymentId,
    /// Who works.
    pub person: PersonId,
    /// For whom.
    pub organisation: OrganisationId,
    /// Whether they may apply and claim for it.
    pub may_act: bool,
    /// First day.
    pub valid_from: Option<Date>,
    /// Last day.
    pub valid_to: Option<Date>,
}

/// Who does something: a person, or the system itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Actor {
    /// A person.
    Person(PersonId),
    /// The system: start-up, timers, the command line.
    System,
}

/// Why something about identities is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Fields are wrong.
    #[error("{} of the fields are wrong", .0.len())]
    Invalid(Vec<FieldProblem>),
    /// The identifier belongs to another organisation.
    #[error("the identifier `{scheme}` `{value}` belongs to another organisation, {owner}")]
    IdentifierTaken {
        /// Its register.
        scheme: String,
        /// Its value.
        value: String,
        /// Whose it is.
        owner: OrganisationId,
    },
    /// No such organisation.
    #[error("there is no organisation `{0}`: register it first")]
    OrganisationUnknown(OrganisationId),
    /// No such person.
    #[error("there is no person `{0}`: enter them first")]
    PersonUnknown(PersonId),
    /// No such statement.
    #[error("there is no ownership statement `{0}`: look at those of the organisation")]
    OwnershipUnknown(OwnershipId),
    /// An organisation cannot own itself.
    #[error("an organisation cannot be stated as its own owner: name another one")]
    OwnsItself,
    /// Shares at one time would be above the whole.
    #[error(
        "with this statement {total_ppm} ppm would be owned at once; the whole is 1,000,000: withdraw or end an older statement first"
    )]
    ShareAboveWhole {
        /// What the sum would be.
        total_ppm: i64,
    },
    /// The statement was withdrawn before.
    #[error("the statement was withdrawn already: nothing is left to do")]
    AlreadyWithdrawn,
    /// The mail address belongs to another person.
    #[error("the mail address `{0}` belongs to a person already: give another one")]
    EmailTaken(String),
    /// The link was used, has expired, or never was.
    #[error("the sign-in link is used, expired or unknown: ask for a new one")]
    LinkInvalid,
    /// The last administrator would go.
    #[error("the last administrator keeps the role: grant it to somebody else first")]
    LastAdmin,
}

base::codes!(Refused {
    Invalid = "invalid",
    IdentifierTaken = "identifier_taken",
    OrganisationUnknown = "organisation_unknown",
    PersonUnknown = "person_unknown",
    OwnershipUnknown = "ownership_unknown",
    OwnsItself = "owns_itself",
    ShareAboveWhole = "share_above_whole",
    AlreadyWithdrawn = "already_withdrawn",
    EmailTaken = "email_taken",
    LinkInvalid = "link_invalid",
    LastAdmin = "last_admin",
});

/// A refusal, or a failure of the database.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// A normal answer.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// The machine failed.
    #[error("identity store failed")]
    Db(#[from] db::Error),
}
