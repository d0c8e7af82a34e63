//! What the hub refuses, and what fails.

use base::FieldProblem;

/// Why something about repositories is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Fields are wrong.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Invalid(Vec<FieldProblem>),
    /// Only somebody with an account may do this.
    #[error("sign in first: send an access token")]
    SignIn,
    /// The account may not do this.
    #[error("you may not {what} in the namespace `{namespace}`: ask its owner")]
    Forbidden {
        /// What was tried.
        what: &'static str,
        /// Where.
        namespace: String,
    },
    /// The token may only read.
    #[error("this token may only read: make one that may write")]
    ReadOnlyToken,
    /// No such namespace.
    #[error("there is no user or organisation `{0}` here")]
    NamespaceUnknown(String),
    /// The namespace belongs to somebody.
    #[error("the name `{0}` is taken: choose another")]
    NamespaceTaken(String),
    /// The holder has a namespace.
    #[error("there is a name for this person or organisation already: `{0}`")]
    NamespaceHeld(String),
    /// No such repository, or none that the visitor may see.
    #[error("Repository not found")]
    RepoUnknown,
    /// A repository of this name exists.
    #[error("A {kind} repository called {path} already exists")]
    RepoTaken {
        /// Its kind.
        kind: &'static str,
        /// Its path.
        path: String,
        /// The path of its page.
        page: String,
    },
    /// The zone has closed the repository.
    #[error("Access to this resource is disabled.")]
    Disabled,
    /// The files are only for those who were let in.
    #[error(
        "Access to {kind} {path} is restricted and you are not in the authorized list. Visit {page} to ask for access."
    )]
    Gated {
        /// Its kind.
        kind: &'static str,
        /// Its path.
        path: String,
        /// The path of its page.
        page: String,
    },
    /// The files hold personal data and the visitor has no approved purpose.
    #[error(
        "Access to {kind} {path} is restricted: it holds personal data. Visit {page} to state a purpose and have it approved."
    )]
    PurposeNeeded {
        /// Its kind.
        kind: &'static str,
        /// Its path.
        path: String,
        /// The path of its page.
        page: String,
    },
    /// No such revision.
    #[error("Invalid rev id: {0}")]
    RevisionUnknown(String),
    /// No such file or folder.
    #[error("Entry not found: {0}")]
    EntryUnknown(String),
    /// A file to be deleted or copied is not there.
    #[error("A file with this name doesn't exist: {0}")]
    FileMissing(String),
    /// A path is not allowed in a repository.
    #[error("the path `{path}` is not allowed: {why}")]
    PathInvalid {
        /// The path.
        path: String,
        /// What is wrong with it.
        why: String,
    },
    /// A ref of this name exists.
    #[error("Reference {0} already exists")]
    RefTaken(String),
    /// A name cannot be a branch or tag.
    #[error("Invalid reference name: {0}")]
    RefInvalid(String),
    /// No such branch or tag.
    #[error("Invalid rev id: {0} is no branch or tag of this repository")]
    RefUnknown(String),
    /// The main branch stays.
    #[error("Cannot delete refs/heads/{0}: it is the main branch")]
    RefProtected(String),
    /// Somebody else changed the branch meanwhile.
    #[error("The branch was updated since you opened this page. Please refresh and try again.")]
    Stale,
    /// A commit refers to a large file that was not uploaded to this repository.
    #[error(
        "the large file {sha256} for `{path}` was not uploaded to this repository: upload it first"
    )]
    ObjectMissing {
        /// The path in the commit.
        path: String,
        /// Its hash.
        sha256: String,
    },
    /// The bytes of a large file are not what was claimed.
    #[error("the bytes uploaded as {sha256} hash to something else: upload the file again")]
    ObjectFalse {
        /// The claimed hash.
        sha256: String,
    },
    /// The namespace has no space left.
    #[error(
        "the namespace `{namespace}` may store {quota_bytes} bytes and holds {used_bytes}: \
         {asked_bytes} more do not fit; delete files or ask the zone for more"
    )]
    QuotaExceeded {
        /// Whose quota.
        namespace: String,
        /// Its limit.
        quota_bytes: i64,
        /// What it holds.
        used_bytes: i64,
        /// What was to be added.
        asked_bytes: i64,
    },
    /// No such discussion.
    #[error("Discussion not found: there is no number {0}")]
    DiscussionUnknown(i64),
    /// No such comment.
    #[error("Comment not found: {0}")]
    CommentUnknown(String),
    /// The discussion does not allow this now.
    #[error("the discussion is {status}: {what} is not possible")]
    DiscussionState {
        /// Where it stands.
        status: &'static str,
        /// What was tried.
        what: &'static str,
    },
    /// A pull request changes what has changed on the branch too.
    #[error("the pull request conflicts with its branch in: {}", .0.join(", "))]
    Conflicts(Vec<String>),
    /// No such request for access.
    #[error("there is no request for access by `{0}`")]
    AccessUnknown(String),
    /// The request stands there already.
    #[error("the request for access is {0} already")]
    AccessStands(&'static str),
    /// The repository is open to everybody.
    #[error("the repository is not gated: its files are open to everybody who sees it")]
    NotGated,
    /// No such person.
    #[error("there is no user `{0}` here")]
    PersonUnknown(String),
    /// No such collection.
    #[error("Collection not found")]
    CollectionUnknown,
    /// The collection has the item.
    #[error("the collection has this item already")]
    ItemTaken,
    /// No such item.
    #[error("Item not found in the collection")]
    ItemUnknown,
    /// No such webhook.
    #[error("Webhook not found")]
    WebhookUnknown,
    /// No such purpose.
    #[error("there is no such purpose for this repository")]
    PurposeUnknown,
    /// The purpose was decided.
    #[error("the purpose is {0} already")]
    PurposeStands(&'static str),
}

base::codes!(Refused {
    Invalid = "invalid",
    SignIn = "sign_in",
    Forbidden = "forbidden",
    ReadOnlyToken = "read_only_token",
    NamespaceUnknown = "namespace_unknown",
    NamespaceTaken = "namespace_taken",
    NamespaceHeld = "namespace_held",
    RepoUnknown = "repo_unknown",
    RepoTaken = "repo_taken",
    Disabled = "disabled",
    Gated = "gated",
    PurposeNeeded = "purpose_needed",
    RevisionUnknown = "revision_unknown",
    EntryUnknown = "entry_unknown",
    FileMissing = "file_missing",
    PathInvalid = "path_invalid",
    RefTaken = "ref_taken",
    RefInvalid = "ref_invalid",
    RefUnknown = "ref_unknown",
    RefProtected = "ref_protected",
    Stale = "stale",
    ObjectMissing = "object_missing",
    ObjectFalse = "object_false",
    QuotaExceeded = "quota_exceeded",
    DiscussionUnknown = "discussion_unknown",
    CommentUnknown = "comment_unknown",
    DiscussionState = "discussion_state",
    Conflicts = "conflicts",
    AccessUnknown = "access_unknown",
    AccessStands = "access_stands",
    NotGated = "not_gated",
    PersonUnknown = "person_unknown",
    CollectionUnknown = "collection_unknown",
    ItemTaken = "item_taken",
    ItemUnknown = "item_unknown",
    WebhookUnknown = "webhook_unknown",
    PurposeUnknown = "purpose_unknown",
    PurposeStands = "purpose_stands",
});

/// A refusal, or a failure of the machine.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A normal answer.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// The database failed.
    #[error("the hub's tables failed")]
    Db(#[from] db::Error),
    /// Who is who could not be read.
    #[error("the hub could not read who is who")]
    Identity(#[from] identity::Error),
}
