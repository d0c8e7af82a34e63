-- Short names that repositories stand under: one for a person or an organisation.
CREATE TABLE hub_namespace (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    -- The name in lower case: names that differ only in case are one name.
    name_key TEXT NOT NULL UNIQUE,
    fullname TEXT NOT NULL,
    person_id TEXT UNIQUE REFERENCES person (id),
    organisation_id TEXT UNIQUE REFERENCES organisation (id),
    -- Whether its repositories begin private.
    is_private BIGINT NOT NULL CHECK (is_private IN (0, 1)),
    -- Bytes its large files may take; null for the zone's own limit.
    quota_bytes BIGINT CHECK (quota_bytes >= 0),
    created_at BIGINT NOT NULL,
    CHECK ((person_id IS NULL) <> (organisation_id IS NULL))
) STRICT;

CREATE TABLE hub_repo (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('Model', 'Dataset', 'Space')),
    namespace_id TEXT NOT NULL REFERENCES hub_namespace (id),
    name TEXT NOT NULL,
    -- Namespace and name in lower case, as in `a/b`.
    path_key TEXT NOT NULL,
    is_private BIGINT NOT NULL CHECK (is_private IN (0, 1)),
    gating TEXT NOT NULL CHECK (gating IN ('Open', 'Automatic', 'Approval')),
    is_disabled BIGINT NOT NULL CHECK (is_disabled IN (0, 1)),
    -- Framework of a space; empty for others.
    sdk TEXT NOT NULL,
    created_by TEXT REFERENCES person (id),
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    -- What the card of the main branch says: JSON, and parts of it to search by.
    card TEXT NOT NULL,
    summary TEXT NOT NULL,
    license TEXT NOT NULL,
    pipeline_tag TEXT NOT NULL,
    library TEXT NOT NULL,
    likes BIGINT NOT NULL CHECK (likes >= 0),
    downloads BIGINT NOT NULL CHECK (downloads >= 0),
    -- Bytes of its large files.
    used_bytes BIGINT NOT NULL CHECK (used_bytes >= 0),
    -- Number of the next discussion.
    number_next BIGINT NOT NULL CHECK (number_next >= 1),
    UNIQUE (kind, path_key)
) STRICT;
CREATE INDEX hub_repo_namespace ON hub_repo (namespace_id, kind);
CREATE INDEX hub_repo_created ON hub_repo (kind, created_at, id);
CREATE INDEX hub_repo_changed ON hub_repo (kind, changed_at, id);
CREATE INDEX hub_repo_downloads ON hub_repo (kind, downloads, id);
CREATE INDEX hub_repo_likes ON hub_repo (kind, likes, id);

-- Where a renamed or moved repository was.
CREATE TABLE hub_redirect (
    kind TEXT NOT NULL,
    path_key TEXT NOT NULL,
    repo_id TEXT NOT NULL REFERENCES hub_repo (id),
    PRIMARY KEY (kind, path_key)
) STRICT;
CREATE INDEX hub_redirect_repo ON hub_redirect (repo_id);

CREATE TABLE hub_repo_tag (
    repo_id TEXT NOT NULL REFERENCES hub_repo (id),
    tag TEXT NOT NULL,
    PRIMARY KEY (repo_id, tag)
) STRICT;
CREATE INDEX hub_repo_tag_tag ON hub_repo_tag (tag, repo_id);

-- Branches, tags and pull requests, by their full name in Git.
CREATE TABLE hub_ref (
    repo_id TEXT NOT NULL REFERENCES hub_repo (id),
    name TEXT NOT NULL,
    -- What the ref names: a commit, or the object of an annotated tag.
    target TEXT NOT NULL CHECK (length(target) = 40),
    -- The commit behind it.
    commit_id TEXT NOT NULL CHECK (length(commit_id) = 40),
    message TEXT NOT NULL,
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (repo_id, name)
) STRICT;

-- Large files that a repository may refer to, by the SHA-256 of their bytes.
CREATE TABLE hub_object (
    repo_id TEXT NOT NULL REFERENCES hub_repo (id),
    sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
    size_bytes BIGINT NOT NULL CHECK (size_bytes >= 0),
    -- Hash of the file as a sequence of chunks; null where it is stored whole.
    chunked TEXT CHECK (length(chunked) = 64),
    -- Namespace under which its chunks are stored.
    store_id TEXT NOT NULL REFERENCES hub_namespace (id),
    -- Held: the bytes were hashed here. Claimed: not yet. False: they hash to something else.
    state TEXT NOT NULL CHECK (state IN ('Held', 'Claimed', 'False')),
    added_at BIGINT NOT NULL,
    PRIMARY KEY (repo_id, sha256)
) STRICT;
CREATE INDEX hub_object_sha256 ON hub_object (sha256);
CREATE INDEX hub_object_chunked ON hub_object (store_id, chunked);

-- Containers of chunks. Chunks are shared inside a namespace and never between two.
CREATE TABLE hub_xorb (
    store_id TEXT NOT NULL REFERENCES hub_namespace (id),
    hash TEXT NOT NULL CHECK (length(hash) = 64),
    size_bytes BIGINT NOT NULL CHECK (size_bytes >= 0),
    -- Table of its chunks, as the crate `xet` writes it.
    chunks BLOB NOT NULL,
    added_at BIGINT NOT NULL,
    PRIMARY KEY (store_id, hash)
) STRICT;

-- Chunks by which a client may find that their container is here already.
CREATE TABLE hub_chunk (
    store_id TEXT NOT NULL REFERENCES hub_namespace (id),
    hash TEXT NOT NULL CHECK (length(hash) = 64),
    xorb TEXT NOT NULL CHECK (length(xorb) = 64),
    PRIMARY KEY (store_id, hash)
) STRICT;

-- Files as sequences of chunks.
CREATE TABLE hub_chunked (
    store_id TEXT NOT NULL REFERENCES hub_namespace (id),
    hash TEXT NOT NULL CHECK (length(hash) = 64),
    size_bytes BIGINT NOT NULL CHECK (size_bytes >= 0),
    -- Runs of chunks, as the crate `xet` writes them.
    terms BLOB NOT NULL,
    added_at BIGINT NOT NULL,
    PRIMARY KEY (store_id, hash)
) STRICT;
