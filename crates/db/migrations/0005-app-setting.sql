-- What the zone is called and how it pays.
CREATE TABLE setting (
    name TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL,
    changed_at BIGINT NOT NULL
) STRICT;

-- Answers of requests that carried a key, so that a repeated request changes nothing.
CREATE TABLE answer (
    key TEXT NOT NULL PRIMARY KEY,
    location TEXT NOT NULL,
    answered_at BIGINT NOT NULL
) STRICT;
