CREATE TABLE hub_like (
    repo_id TEXT NOT NULL REFERENCES hub_repo (id),
    person_id TEXT NOT NULL REFERENCES person (id),
    liked_at BIGINT NOT NULL,
    PRIMARY KEY (repo_id, person_id)
) STRICT;
CREATE INDEX hub_like_person ON hub_like (person_id, liked_at);
CREATE INDEX hub_like_repo ON hub_like (repo_id, liked_at);

-- Who asked for access to a gated repository, and the answer.
CREATE TABLE hub_access (
    id TEXT NOT NULL PRIMARY KEY,
    repo_id TEXT NOT NULL REFERENCES hub_repo (id),
    person_id TEXT NOT NULL REFERENCES person (id),
    state TEXT NOT NULL CHECK (state IN ('Pending', 'Accepted', 'Rejected')),
    -- Answers to the form, as JSON; null where access was granted without being asked for.
    answers TEXT,
    reason TEXT NOT NULL,
    asked_at BIGINT NOT NULL,
    decided_at BIGINT,
    decided_by TEXT REFERENCES person (id),
    UNIQUE (repo_id, person_id)
) STRICT;

CREATE TABLE hub_discussion (
    repo_id TEXT NOT NULL REFERENCES hub_repo (id),
    number BIGINT NOT NULL CHECK (number >= 1),
    title TEXT NOT NULL,
    author_id TEXT NOT NULL REFERENCES person (id),
    status TEXT NOT NULL CHECK (status IN ('Draft', 'Open', 'Closed', 'Merged')),
    is_pull_request BIGINT NOT NULL CHECK (is_pull_request IN (0, 1)),
    -- Branch that a pull request is to be merged into; empty for a discussion.
    base TEXT NOT NULL,
    -- Commit of that branch when it was opened.
    base_commit TEXT NOT NULL,
    merge_commit TEXT,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (repo_id, number)
) STRICT;

CREATE TABLE hub_discussion_event (
    id TEXT NOT NULL PRIMARY KEY,
    repo_id TEXT NOT NULL,
    number BIGINT NOT NULL,
    -- Its place in the discussion, from 0: ids of one millisecond have no order.
    place BIGINT NOT NULL CHECK (place >= 0),
    kind TEXT NOT NULL CHECK (kind IN ('Comment', 'StatusChange', 'TitleChange', 'Commit')),
    author_id TEXT NOT NULL REFERENCES person (id),
    at BIGINT NOT NULL,
    -- A comment's text, a status, a title, a commit.
    text TEXT NOT NULL,
    -- The former title, or a commit's subject.
    other TEXT NOT NULL,
    -- Who last edited a comment, and when.
    edited_by TEXT REFERENCES person (id),
    edited_at BIGINT,
    is_hidden BIGINT NOT NULL CHECK (is_hidden IN (0, 1)),
    CHECK ((edited_by IS NULL) = (edited_at IS NULL)),
    UNIQUE (repo_id, number, place),
    FOREIGN KEY (repo_id, number) REFERENCES hub_discussion (repo_id, number)
) STRICT;

CREATE TABLE hub_collection (
    id TEXT NOT NULL PRIMARY KEY,
    namespace_id TEXT NOT NULL REFERENCES hub_namespace (id),
    title TEXT NOT NULL,
    description TEXT NOT NULL,
    theme TEXT NOT NULL,
    -- Place among the collections of its owner, as they want it.
    position BIGINT NOT NULL CHECK (position >= 0),
    is_private BIGINT NOT NULL CHECK (is_private IN (0, 1)),
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL
) STRICT;
CREATE INDEX hub_collection_namespace ON hub_collection (namespace_id, changed_at);

CREATE TABLE hub_collection_item (
    id TEXT NOT NULL PRIMARY KEY,
    collection_id TEXT NOT NULL REFERENCES hub_collection (id),
    -- A repository or another collection.
    repo_id TEXT REFERENCES hub_repo (id),
    nested_id TEXT REFERENCES hub_collection (id),
    note TEXT NOT NULL,
    position BIGINT NOT NULL,
    CHECK ((repo_id IS NULL) <> (nested_id IS NULL)),
    UNIQUE (collection_id, repo_id),
    UNIQUE (collection_id, nested_id)
) STRICT;
CREATE INDEX hub_collection_item_repo ON hub_collection_item (repo_id);
CREATE INDEX hub_collection_item_nested ON hub_collection_item (nested_id);

CREATE TABLE hub_webhook (
    id TEXT NOT NULL PRIMARY KEY,
    person_id TEXT NOT NULL REFERENCES person (id),
    url TEXT NOT NULL,
    -- What is watched and which kinds of events, as JSON lists.
    watched TEXT NOT NULL,
    domains TEXT NOT NULL,
    -- Sent with every call, so that the receiver knows who calls; the owner may read it.
    secret TEXT NOT NULL,
    is_disabled BIGINT NOT NULL CHECK (is_disabled IN (0, 1)),
    created_at BIGINT NOT NULL
) STRICT;
CREATE INDEX hub_webhook_person ON hub_webhook (person_id);

-- What is watched, to find the webhooks of an event by: `user/lin`, `model/valley/digits`.
CREATE TABLE hub_webhook_watch (
    target TEXT NOT NULL,
    webhook_id TEXT NOT NULL REFERENCES hub_webhook (id),
    PRIMARY KEY (target, webhook_id)
) STRICT;
CREATE INDEX hub_webhook_watch_webhook ON hub_webhook_watch (webhook_id);

-- What a repository says it was made from: the edges of dependence.
CREATE TABLE hub_lineage (
    repo_id TEXT NOT NULL REFERENCES hub_repo (id),
    relation TEXT NOT NULL,
    target_kind TEXT NOT NULL CHECK (target_kind IN ('Model', 'Dataset')),
    -- As the card writes it; the repository may be elsewhere.
    target TEXT NOT NULL,
    -- The same in lower case: paths that differ only in case are one path.
    target_key TEXT NOT NULL,
    PRIMARY KEY (repo_id, relation, target_kind, target)
) STRICT;
CREATE INDEX hub_lineage_target ON hub_lineage (target_kind, target_key);

-- Terms of the open innovation platform that a repository belongs to.
CREATE TABLE hub_terms (
    repo_id TEXT NOT NULL PRIMARY KEY REFERENCES hub_repo (id),
    platform TEXT NOT NULL,
    eligible TEXT NOT NULL,
    price TEXT NOT NULL,
    notice_days BIGINT NOT NULL CHECK (notice_days >= 0),
    portability TEXT NOT NULL,
    stated_by TEXT NOT NULL REFERENCES person (id),
    stated_at BIGINT NOT NULL
) STRICT;
CREATE INDEX hub_terms_platform ON hub_terms (platform);

-- A publisher's statement that a repository holds personal data.
CREATE TABLE hub_personal (
    repo_id TEXT NOT NULL PRIMARY KEY REFERENCES hub_repo (id),
    statement TEXT NOT NULL,
    office TEXT NOT NULL,
    declared_by TEXT NOT NULL REFERENCES person (id),
    declared_at BIGINT NOT NULL
) STRICT;

-- A purpose for which somebody may read personal data until a day.
CREATE TABLE hub_purpose (
    id TEXT NOT NULL PRIMARY KEY,
    repo_id TEXT NOT NULL REFERENCES hub_repo (id),
    person_id TEXT NOT NULL REFERENCES person (id),
    purpose TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('Asked', 'Approved', 'Refused', 'Withdrawn')),
    reason TEXT NOT NULL,
    asked_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    decided_at BIGINT,
    decided_by TEXT REFERENCES person (id)
) STRICT;
CREATE INDEX hub_purpose_repo ON hub_purpose (repo_id, person_id);

-- Every reading of a file with personal data, for the data subjects' office. It outlives the
-- repository, so nothing here points to a row that may go.
CREATE TABLE hub_reading (
    id TEXT NOT NULL PRIMARY KEY,
    repo_id TEXT NOT NULL,
    repo_path TEXT NOT NULL,
    person_id TEXT NOT NULL REFERENCES person (id),
    purpose TEXT NOT NULL,
    path TEXT NOT NULL,
    commit_id TEXT NOT NULL,
    at BIGINT NOT NULL
) STRICT;
CREATE INDEX hub_reading_repo ON hub_reading (repo_id, id);
