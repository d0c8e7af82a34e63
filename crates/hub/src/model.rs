//! The types of the crate.

use base::Time;
use identity::{OrganisationId, PersonId};
use serde::Serialize;
use std::fmt;

base::id_types! {
    /// Names a namespace.
    NamespaceId;
    /// Names a repository, whatever it is called.
    RepoId;
    /// Names a collection.
    CollectionId;
    /// Names an item of a collection.
    ItemId;
    /// Names a webhook.
    WebhookId;
    /// Names a request for access.
    AccessId;
    /// Names an event of a discussion.
    EventId;
    /// Names a purpose for which personal data may be read.
    PurposeId;
}

base::words! {
    /// What a repository holds.
    RepoKind {
        /// A model.
        Model,
        /// A dataset.
        Dataset,
        /// A space: its files are kept, nothing runs.
        Space,
    }
}

impl RepoKind {
    /// Returns the word of addresses, as in `/api/models`.
    #[must_use]
    pub fn plural(self) -> &'static str {
        match self {
            Self::Model => "models",
            Self::Dataset => "datasets",
            Self::Space => "spaces",
        }
    }

    /// Returns the word of requests, as in `{"type": "model"}`.
    #[must_use]
    pub fn singular(self) -> &'static str {
        match self {
            Self::Model => "model",
            Self::Dataset => "dataset",
            Self::Space => "space",
        }
    }

    /// Finds the kind of `models` or `model`.
    #[must_use]
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| word == kind.plural() || word == kind.singular())
    }

    /// Returns what stands before a repository's path in page addresses: models have nothing.
    #[must_use]
    pub fn prefix(self) -> &'static str {
        match self {
            Self::Model => "",
            Self::Dataset => "datasets/",
            Self::Space => "spaces/",
        }
    }
}

base::words! {
    /// Who gets the files of a repository that one may see.
    Gating {
        /// Everybody.
        Open,
        /// Everybody who accepted the terms.
        Automatic,
        /// Whoever was accepted by the owner.
        Approval,
    }
}

base::words! {
    /// Where a request for access stands.
    AccessState {
        /// Not decided.
        Pending,
        /// Access is given.
        Accepted,
        /// Access is refused.
        Rejected,
    }
}

impl AccessState {
    /// Returns the word of requests and answers, as in `{"status": "pending"}`.
    #[must_use]
    pub fn wire(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Accepted => "accepted",
            Self::Rejected => "rejected",
        }
    }
}

base::words! {
    /// What is known of a large file's bytes.
    ObjectState {
        /// They were hashed here.
        Held,
        /// A client says what they hash to; they are not served before that is checked.
        Claimed,
        /// They hash to something else.
        False,
    }
}

base::words! {
    /// Where a discussion stands.
    DiscussionStatus {
        /// A pull request that is not ready.
        Draft,
        /// Open.
        Open,
        /// Closed.
        Closed,
        /// A pull request that was merged.
        Merged,
    }
}

impl DiscussionStatus {
    /// Returns the word of requests and answers, as in `{"status": "open"}`.
    #[must_use]
    pub fn wire(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Open => "open",
            Self::Closed => "closed",
            Self::Merged => "merged",
        }
    }
}

base::words! {
    /// What happened in a discussion.
    EventKind {
        /// Somebody wrote.
        Comment,
        /// It was opened, closed, merged.
        StatusChange,
        /// It was renamed.
        TitleChange,
        /// A commit was pushed to it.
        Commit,
    }
}

/// Whom a namespace belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holder {
    /// A person.
    Person(PersonId),
    /// An organisation.
    Organisation(OrganisationId),
}

/// A short name under which repositories stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Namespace {
    /// Its id.
    pub id: NamespaceId,
    /// The name, as written.
    pub name: String,
    /// Name to show beside it.
    pub fullname: String,
    /// Whose it is.
    pub holder: Holder,
    /// Whether its repositories begin private.
    pub is_private: bool,
    /// Bytes that its large files may take; `None` for the zone's own limit.
    pub quota_bytes: Option<i64>,
}

/// A repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repo {
    /// Its id.
    pub id: RepoId,
    /// What it holds.
    pub kind: RepoKind,
    /// The namespace it stands under.
    pub namespace: NamespaceId,
    /// That namespace's name.
    pub owner: String,
    /// Its name.
    pub name: String,
    /// Whether only members of the namespace see it.
    pub is_private: bool,
    /// Who gets its files.
    pub gating: Gating,
    /// Whether the zone has closed it.
    pub is_disabled: bool,
    /// Framework of a space.
    pub sdk: String,
    /// When it was made.
    pub created_at: Time,
    /// When its main branch, name or settings last changed.
    pub changed_at: Time,
    /// Metadata of the main branch's card, as JSON; empty where there is none.
    pub card: String,
    /// First lines of the card.
    pub summary: String,
    /// Licence of the card.
    pub license: String,
    /// Task of the card.
    pub pipeline_tag: String,
    /// Library of the card.
    pub library: String,
    /// How many people like it.
    pub likes: i64,
    /// How often its files were asked for.
    pub downloads: i64,
    /// Bytes of its large files.
    pub used_bytes: i64,
}

impl Repo {
    /// Returns namespace and name, as in `town/digits`.
    #[must_use]
    pub fn path(&self) -> String {
        format!("{}/{}", self.owner, self.name)
    }

    /// Returns the path of its page, as in `datasets/town/digits`.
    #[must_use]
    pub fn page(&self) -> String {
        format!("{}{}/{}", self.kind.prefix(), self.owner, self.name)
    }
}

/// A repository to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRepo {
    /// What it will hold.
    pub kind: RepoKind,
    /// Name of its namespace; `None` for the maker's own.
    pub owner: Option<String>,
    /// Its name: 1 to 96 of letters, digits, `-`, `_`, `.`.
    pub name: String,
    /// Whether it begins private; `None` as the namespace says.
    pub is_private: Option<bool>,
    /// Framework of a space.
    pub sdk: String,
}

/// What a ref names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ref {
    /// Full name, as in `refs/heads/main`.
    pub name: String,
    /// Commit or tag object, 40 hexadecimal digits.
    pub target: String,
    /// The commit behind it.
    pub commit: String,
    /// Message of a tag.
    pub message: String,
}

/// A large file that a repository may refer to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
    /// Its size.
    pub size_bytes: i64,
    /// Hash of it as a sequence of chunks, where it is stored so.
    pub chunked: Option<String>,
    /// Namespace under which it is stored.
    pub store: NamespaceId,
    /// What is known of it.
    pub state: ObjectState,
    /// When it came.
    pub added_at: Time,
}

/// What a member of a namespace may do with its repositories, from little to much.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Read private ones.
    Read,
    /// Change files, settings, members of access lists; delete and move.
    Admin,
}

/// Who asks something of the hub.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Visitor {
    /// The person; `None` for a visitor without an account.
    pub person: Option<PersonId>,
    /// What they may do with the repositories of which namespace; their own included.
    pub roles: Vec<(NamespaceId, Role)>,
    /// Whether the token they came with may change things.
    pub may_change: bool,
}

/// What somebody wants to do with a repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    /// See that it exists, its facts and names of files.
    See,
    /// Get its files.
    Read,
    /// Discuss, propose changes, like.
    Contribute,
    /// Change its files.
    Write,
    /// Change what it is: settings, name, access; delete it.
    Administer,
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Person(id) => id.fmt(f),
            Self::Organisation(id) => id.fmt(f),
        }
    }
}

/// A request for access to the files of a gated repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    /// Its id.
    pub id: AccessId,
    /// Who asked.
    pub person: PersonId,
    /// Where it stands.
    pub state: AccessState,
    /// Answers to the form, as JSON; `None` where access was given without being asked for.
    pub answers: Option<String>,
    /// Why it was refused.
    pub reason: String,
    /// When it was asked for or given.
    pub asked_at: Time,
}
