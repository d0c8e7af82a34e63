-- Effects on the world outside, written with the change that wants them, carried out afterwards.
CREATE TABLE outbox (
    id TEXT NOT NULL PRIMARY KEY,
    -- Names the effect to the outside, so that a repeat is recognised there.
    effect_key TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    payload TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state = 'Open' OR state = 'Done' OR state = 'Refused'),
    created_at BIGINT NOT NULL,
    closed_at BIGINT,
    CHECK ((state = 'Open') = (closed_at IS NULL))
) STRICT;

CREATE INDEX outbox_open ON outbox (kind, id) WHERE state = 'Open';
