//! Repositories of models, datasets and spaces: names, access, refs, large files, discussions.
//!
//! What Git knows (trees, files, history) lies in Git's own format; this crate keeps what it does
//! not know, and the refs, so that a push moves them in one transaction with its audit line. Who
//! may do what is asked in one place, [`access_test`].
//!
//! Must never: tell anybody of a private repository that they are not a member of, take a hash for
//! the bytes, or open a file. Start reading at [`repo_create`], then at [`ref_move`].

mod access;
mod chunk;
mod cursor;
mod discussion;
mod gate;
mod like;
mod listing;
mod model;
mod namespace;
mod object;
mod pointer;
mod refs;
mod refused;
mod repo;
mod rules;
mod store;

#[cfg(test)]
mod tests;

pub use access::{access_test, administers};
pub use chunk::{Chunked, Xorb, chunked_add, chunked_find, xorb_add, xorb_find, xorb_of_chunk};
pub use cursor::Part;
pub use discussion::{
    COMMENT_BYTES_MAX, DISCUSSIONS_MAX, Discussion, DiscussionFilter, EVENTS_MAX, Event,
    NewDiscussion, Pull, comment_add, comment_edit, comment_hide, commit_note, discussion_open,
    discussion_read, discussions, merge_test, merged_set, push_test, status_set, title_set,
};
pub use gate::{
    Asker, FORM_FIELDS_MAX, FieldKind, access_ask, access_decide, access_grant, access_own,
    accesses,
};
pub use like::{Liked, Liker, PART_ROWS_MAX, is_liked, like_add, like_remove, liked_by, likers};
pub use model::{
    Access, AccessId, AccessState, Action, CollectionId, DiscussionStatus, EventId, EventKind,
    Gating, Holder, ItemId, Namespace, NamespaceId, NewRepo, Object, ObjectState, PurposeId, Ref,
    Repo, RepoId, RepoKind, Role, Visitor, WebhookId,
};
pub use namespace::{
    memberships, name_of, namespace_claim, namespace_ensure, namespace_find, namespace_of,
    namespace_read, namespaces, person_named, quota_set, visitor_of,
};
pub use object::{
    NewObject, object_add, object_chunked, object_copy, object_find, object_settle,
    objects_claimed, objects_delete, objects_find, objects_of,
};
pub use pointer::{POINTER_BYTES_MAX, Pointer, is_sha256};
pub use refs::{
    CONVERTED, HEADS, MAIN, Move, PULLS, TAGS, branch_create, branch_delete, ref_find, ref_move,
    ref_of_revision, refs_of, tag_create, tag_delete, writable_name,
};
pub use refused::{Error, Refused};
pub use repo::{
    Found, Settings, downloads_add, quota_test, repo_by_id, repo_create, repo_delete, repo_disable,
    repo_find, repo_move, repo_set,
};
pub use rules::NAME_CHARS_MAX;
