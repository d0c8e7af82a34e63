//! Repositories of models, datasets and spaces: names, access, refs, large files; and what people
//! do around them: likes, requests for access, discussions, collections, webhooks, purposes for
//! which personal data is read, terms of platforms, lineage.
//!
//! What Git knows (trees, files, history) lies in Git's own format; this crate keeps what it does
//! not know, and the refs, so that a push moves them in one transaction with its audit line. Who
//! may do what is asked in one place, [`access_test`].
//!
//! Must never: tell anybody of a private repository that they are not a member of, take a hash for
//! the bytes, or open a file. Start reading at [`repo_create`], then at [`ref_move`].

mod access;
mod chunk;
mod collection;
mod count;
mod cursor;
mod discussion;
mod event;
mod gate;
mod like;
mod lineage;
mod listing;
mod model;
mod namespace;
mod object;
mod personal;
mod pointer;
mod refs;
mod refused;
mod repo;
mod rules;
mod store;
mod terms;
mod upkeep;
mod webhook;

#[cfg(test)]
mod tests;

pub use access::{access_test, administers};
pub use chunk::{
    Chunked, Xorb, chunk_add, chunked_add, chunked_find, store_test, xorb_add, xorb_find,
    xorb_of_chunk, xorb_touch,
};
pub use collection::{
    Collection, CollectionChange, CollectionQuery, ITEMS_MAX, Item, Listed, NOTE_CHARS_MAX,
    NewCollection, THEMES, Target, collection_create, collection_delete, collection_find,
    collection_items, collection_update, collections, item_add, item_delete, item_update,
};
pub use count::{Counts, Member, TAGS_USED_MAX, counts_of, members, tags_used};
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
pub use lineage::{
    EDGES_MAX, Edge, LineageEdge, LineageRepo, dependents, lineage_edges, lineage_of,
    lineage_repos, lineage_set,
};
pub use listing::{
    CardFacts, FILTERS_MAX, Query, Sort, TAGS_MAX, card_set, repos_count, repos_list, tags_of,
};
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
pub use personal::{
    ADMINISTERS, PURPOSE_SECONDS_MAX, Personal, Purpose, PurposeState, Reading, personal_copy_test,
    personal_declare, personal_of, personal_withdraw, purpose_ask, purpose_decide,
    purpose_withdraw, purposes, reading_note, readings, readings_of_gone,
};
pub use pointer::{POINTER_BYTES_MAX, Pointer, is_sha256};
pub use refs::{
    CONVERTED, HEADS, MAIN, Move, PULLS, TAGS, branch_create, branch_delete, ref_clash, ref_find,
    ref_move, ref_name_test, ref_of_revision, refs_of, tag_create, tag_delete, writable_name,
};
pub use refused::{Error, Refused};
pub use repo::{
    Found, Settings, downloads_add, quota_test, repo_by_id, repo_create, repo_delete, repo_disable,
    repo_find, repo_move, repo_set, share_test, used_bytes,
};
pub use rules::{NAME_CHARS_MAX, is_reserved};
pub use terms::{
    NOTICE_DAYS_MAX, StatedTerms, Terms, repos_of_platform, terms_clear, terms_of, terms_set,
};
pub use upkeep::{
    ChunkedUse, GRACE_SECONDS_MIN, Leftover, XorbUse, chunk_stores, chunked_forget, chunked_size,
    chunkeds_of, git_key, leftover_claim, leftover_end, leftover_find, leftovers_going,
    leftovers_note, leftovers_of, leftovers_unseen_end, namespace_used, object_key, objects_claim,
    repo_ids, repo_ids_known, used_summed, whole_go, wholes_named, xorb_bytes_go, xorb_go,
    xorb_is_known, xorbs_of,
};
pub use webhook::{
    Domain, NewWebhook, WATCHED_MAX, WEBHOOK_EFFECT, WEBHOOKS_MAX, Watched, WatchedKind, Webhook,
    WebhookChange, webhook_awake, webhook_create, webhook_delete, webhook_disable, webhook_due,
    webhook_read, webhook_update, webhooks,
};
